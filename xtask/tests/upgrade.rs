//! `cargo xtask upgrade` as a user runs it.

use crate::support;
use std::process::{Command, Output};

fn upgrade(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("upgrade").args(arguments).output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_bug_that_started_this_ends_with_21_and_its_reasons() {
    let output = upgrade(&["old-iisexpress-arm64", "broken-iisexpress-arm64"]);
    assert_eq!(output.status.code(), Some(21));
    let shown = text(&output.stdout);
    assert!(shown.starts_with("REGRESSION: broken-iisexpress-arm64 over old-iisexpress-arm64\n"), "{shown}");
    for expected in ["aspnetcorev2.dll", "U001", "U003", "A17 A new not installed", "fix: "] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    // as a terminal of 100 columns wraps it
    let rows: usize = shown.lines().map(|line| line.chars().count().div_ceil(100).max(1)).sum();
    assert!(rows <= 48, "{rows} rows do not fit a screen: {shown}");
    assert_eq!(shown.matches("fix: keep the ComponentId;").count(), 1, "a cure is told once: {shown}");
}

#[test]
fn a_package_may_be_given_as_much_memory_as_its_refusal_asks_for() {
    let [old, new] = ["al1-old", "al1-new"].map(|name| document(&format!("tests/data/upgrades/{name}.msi")));
    let within =
        |memory: &str| upgrade(&[&old.to_string_lossy(), &new.to_string_lossy(), "--memory", memory]);
    let refused = within("0");
    assert_eq!(refused.status.code(), Some(10));
    let said = text(&refused.stderr);
    assert!(said.contains("too large to be played"), "{said}");
    assert!(said.contains("`cargo xtask upgrade --memory 1` plays it"), "{said}");
    assert_ne!(within("1").status.code(), Some(10));
}

/// A file of the repository.
fn document(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// What docs/upgrades.md shows is what the program says; `UPDATE_GOLDEN=1` writes it again.
#[test]
fn documents_show_what_the_program_says() {
    let listed = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("baseline")
            .args(arguments)
            .output()
            .expect("it starts");
        text(&output.stdout)
    };
    let bug = text(&upgrade(&["old-iisexpress-arm64", "broken-iisexpress-arm64"]).stdout);
    let (bug, _) = bug.split_once("\nMISSING     HKLM").expect("more than one resource");
    let last = listed(&["list", "-q"]);
    let last = format!("{}\n", last.lines().last().expect("a baseline"));
    let removed = text(&upgrade(&["fixed-iis-x64", "--then-remove"]).stdout);
    let stale = text(&upgrade(&["old-iis-x64", "rc1-iis-x64", "--after", "hotfix=aspnetcorev2.dll"]).stdout);
    for (name, command, said) in [
        (
            "docs/upgrades.md",
            "upgrade old-iisexpress-arm64 broken-iisexpress-arm64",
            format!("{}\n[…]\n", bug.trim_end()),
        ),
        ("docs/upgrades.md", "baseline list -q | tail -1", last),
        ("docs/upgrades.md", "upgrade fixed-iis-x64 --then-remove", removed),
        ("docs/upgrades.md", "upgrade old-iis-x64 rc1-iis-x64 --after hotfix=aspnetcorev2.dll", stale),
    ] {
        let path = document(name);
        let page = std::fs::read_to_string(&path).expect("readable").replace("\r\n", "\n");
        let prompt = format!("$ cargo xtask {command}\n");
        let (before, rest) = page.split_once(&prompt).unwrap_or_else(|| panic!("{name}: no `{prompt}`"));
        let end = ["```", "$ "].iter().filter_map(|end| rest.find(end)).min().expect("it ends");
        let (shown, after) = rest.split_at(end);
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
            std::fs::write(&path, format!("{before}{prompt}{said}{after}")).expect("writable");
        } else {
            assert_eq!(
                shown, said,
                "{name}: `{command}`; if that is intended, run again with UPDATE_GOLDEN=1"
            );
        }
    }
}

/// The picture that the documents link to is the one that the program draws.
#[test]
fn the_picture_is_the_one_that_the_program_draws() {
    let folder = tempfile::tempdir().expect("a folder");
    let drawn = folder.path().join("upgrade.html");
    let shown = drawn.to_string_lossy().into_owned();
    upgrade(&["old-iisexpress-arm64", "broken-iisexpress-arm64", "--html", &shown]);
    support::golden::check("upgrade.html", &std::fs::read_to_string(drawn).expect("drawn"));
}

/// A page without lanes has no table, and says why; one with two products says which stays.
#[test]
fn pages_of_other_answers_say_what_matters() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = |old: &str, new: &str| {
        let path = folder.path().join("page.html").to_string_lossy().into_owned();
        upgrade(&[old, new, "--html", &path]);
        std::fs::read_to_string(path).expect("drawn")
    };
    let refused = page("net11rc1-iis-x64", "fixed-iis-x64");
    assert!(refused.contains("<b class=\"bad\">REFUSED</b>") && !refused.contains("<table>"), "{refused}");
    assert!(refused.contains("OR Installed`. The machine is as before."), "{refused}");
    assert!(!refused.contains("Stays beside"), "{refused}");
    let beside = page("old-iis-arm64", "fixed-iis-arm64");
    assert!(beside.contains("<b class=\"old\">SIDE BY SIDE</b>") && beside.contains("<table>"), "{beside}");
    assert!(beside.contains("Stays beside it: old-iis-arm64.") && beside.contains("<b>U016</b>"), "{beside}");
}

/// Two builds of one name in two folders, as pipelines have them: each is called by its path.
#[test]
fn packages_of_one_file_name_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (side, name) in [("before", "c14-old"), ("after", "c14-new")] {
        let path = folder.path().join(side).join("app.msi");
        std::fs::create_dir(path.parent().expect("a folder")).expect("writable");
        std::fs::copy(support::data(&format!("upgrades/{name}.msi")), &path).expect("a package");
        paths.push(path.to_string_lossy().into_owned());
    }
    let (old, new) = (paths[0].as_str(), paths[1].as_str());
    let shown = text(&upgrade(&[old, new]).stdout);
    assert!(shown.starts_with(&format!("REGRESSION: {new} over {old}\n")), "{shown}");
    assert!(shown.contains(&format!("removed: {old}\n")), "{shown}");
    let json: serde_json::Value =
        serde_json::from_slice(&upgrade(&[old, new, "--json"]).stdout).expect("JSON");
    assert_eq!((json["new"].as_str(), json["old"][0].as_str()), (Some(new), Some(old)));
    // and each can be named: a removal of the old one, which is gone, says so
    let then = text(&upgrade(&[old, new, &format!("--then-remove={old}")]).stdout);
    assert!(then.contains(&format!("then {old} was not there to be removed")), "{then}");
}

/// Every answer has a word and a code of its own, and `--allow` takes it.
#[test]
fn answers_are_told_apart() {
    for (arguments, word, code, allowed) in [
        (&["old-iis-x64", "rc1-iis-x64"][..], "OK", 0, "stale"),
        (&["old-iis-x64", "rc1-iis-x64", "--after", "hotfix=aspnetcorev2.dll"], "STALE", 25, "stale"),
        (&["old-iis-arm64", "fixed-iis-arm64"], "SIDE BY SIDE", 23, "side-by-side"),
        (&["net11rc1-iis-x64", "fixed-iis-x64"], "REFUSED", 24, "refused"),
        (&["rc2-iis-x64", "fixed-iis-x64"], "REGRESSION", 21, "regression,uncertain"),
    ] {
        let output = upgrade(arguments);
        let shown = text(&output.stdout);
        assert!(shown.starts_with(&format!("{word}: ")), "{arguments:?}: {shown}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let allowed = upgrade(&[arguments, &["--allow", allowed]].concat());
        assert_eq!((allowed.status.code(), text(&allowed.stdout)), (Some(0), shown), "{arguments:?}");
    }
    let refused = text(&upgrade(&["net11rc1-iis-x64", "fixed-iis-x64"]).stdout);
    assert!(refused.contains("error 1603: launch condition"), "{refused}");
}

#[test]
fn a_plain_removal_is_played() {
    let output = upgrade(&["old-iis-x64", "--then-remove"]);
    let shown = text(&output.stdout);
    assert!(shown.starts_with("OK: old-iis-x64 over a clean machine\n"), "{shown}");
    assert!(shown.contains("then old-iis-x64 is removed"), "{shown}");
}

#[test]
fn an_upgrade_that_loses_nothing_ends_with_0() {
    let output = upgrade(&["old-iis-arm64", "rc1-iis-arm64"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).starts_with("OK: rc1-iis-arm64 over old-iis-arm64\n"));
}

#[test]
fn an_old_file_that_stays_is_not_called_ok() {
    let arguments = ["old-iis-x64", "rc1-iis-x64", "--after", "hotfix=aspnetcorev2.dll"];
    let output = upgrade(&arguments);
    assert_eq!(output.status.code(), Some(25), "nothing is lost, and not everything is new");
    assert!(
        text(&output.stdout).starts_with("STALE: rc1-iis-x64 over old-iis-x64\n"),
        "{}",
        text(&output.stdout)
    );
}

/// The component that T2 is about stays where another product uses it too.
#[test]
fn another_client_keeps_a_component() {
    let component = "client={1B5C2280-D363-5779-AB88-5CEC9EAB6675}";
    let output = upgrade(&["old-iis-x64", "fixed-iis-x64", "--after", component]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn json_says_the_same() {
    let output = upgrade(&["old-iis-arm64", "broken-iis-arm64", "--json"]);
    assert_eq!(output.status.code(), Some(21));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "ancm-upgrade/1");
    assert_eq!(report["regression"], true);
    let resources = report["resources"].as_array().expect("a list");
    let dll = resources
        .iter()
        .find(|r| r["name"] == r"C:\Program Files\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll");
    let dll = dll.expect("the module");
    assert_eq!((&dll["verdict"], &dll["repairable"]), (&"missing".into(), &true.into()));
}

#[test]
fn a_finding_is_explained_in_json_too() {
    let output = upgrade(&["--explain", "U001", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!((&told["code"], &told["severity"]), (&"U001".into(), &"error".into()));
    assert!(!told["fix"].as_str().expect("a text").is_empty());
}

/// Every code that an answer shows can be asked for: findings, and the rules of the steps.
#[test]
fn a_rule_is_explained() {
    let told = text(&upgrade(&["--explain", "a34"]).stdout);
    assert!(told.starts_with("A34 [rule of Windows Installer, confidence A: documented"), "{told}");
    assert!(told.contains("\n\nremoval deletes what its component owns"), "{told}");
    let output = upgrade(&["--explain", "A34", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!((&told["schema"], &told["confidence"]), (&"ancm-upgrade-rule/1".into(), &"A".into()));
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["check", "--explain", "u001"]).output();
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("see `cargo xtask upgrade --explain U001`"), "{said}");
}

/// An upgrade that loses nothing only since the old product goes first says so; one that could go late does not.
#[test]
fn an_ok_that_hangs_on_an_early_removal_says_so() {
    let pair = |name: &str| {
        ["old", "new"].map(|side| {
            document(&format!("tests/data/upgrades/{name}-{side}.msi")).to_string_lossy().into_owned()
        })
    };
    let [old, new] = pair("am1");
    let shown = text(&upgrade(&[&old, &new]).stdout);
    assert!(shown.starts_with("OK: "), "{shown}");
    let line =
        "\n  safe only because they go early; late, it would lose file C:\\Program Files\\upgtest\\a.dll\n";
    assert!(shown.contains(line), "{shown}");
    let report: serde_json::Value =
        serde_json::from_slice(&upgrade(&[&old, &new, "--json"]).stdout).expect("one JSON document");
    assert_eq!(report["lost_if_late"], serde_json::json!([r"C:\Program Files\upgtest\a.dll"]));
    let [old, new] = pair("c11");
    let shown = text(&upgrade(&[&old, &new]).stdout);
    assert!(!shown.contains("safe only"), "{shown}");
}

/// What stands behind an answer and is no part of it is called what it is.
#[test]
fn notes_are_called_notes() {
    let shown = text(&upgrade(&["fixed-iis-x64", "--then-remove"]).stdout);
    let (_, notes) = shown.split_once("\n\n").expect("notes");
    assert!(notes.starts_with("note[U034]: "), "{notes}");
    assert!(notes.lines().all(|line| line.starts_with("note") || line.starts_with("  ")), "{notes}");
}

#[test]
fn help_has_the_answers_with_their_exit_codes() {
    let help = text(&upgrade(&["--help"]).stdout);
    assert!(help.contains("Usage: cargo xtask upgrade [OPTIONS] OLD... NEW\n"), "{help}");
    for row in ["OK             0", "STALE         25", "REGRESSION    21", "REFUSED       24"] {
        assert!(help.contains(&format!("\n  {row}  ")), "{row}: {help}");
    }
}

#[test]
fn assumptions_move_the_folder() {
    let assume = ["--assume", r"IISEXPRESS_INSTALL_PATH=D:\IISX\"];
    let output = upgrade(&[&["old-iisexpress-arm64", "broken-iisexpress-arm64"], assume.as_slice()].concat());
    assert!(text(&output.stdout).contains(r"D:\IISX\Asp.Net Core Module\V2\aspnetcorev2.dll"));
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("Module_x64.msi"), "no package").expect("writable");
    let (misspelt, damaged) = (path("Modul_x64.msi"), path("Module_x64.msi"));
    for (arguments, code, said) in [
        (&["old-iis-x65", "fixed-iis-x64"][..], 10, "did you mean the baseline `old-iis-x"),
        (&["nonesuch", "fixed-iis-x64"][..], 10, "`cargo xtask baseline list` has their names"),
        (&["src", "fixed-iis-x64"][..], 10, "`src` is a folder, and no package"),
        (&["old-iis-x64"][..], 2, "at least two packages"),
        (&["--explain", "U999"][..], 2, "no finding and no rule `U999`"),
        (&["--explain", "ice08"][..], 2, "see `cargo xtask check --explain ICE08`"),
        (&["old-iis-x64", "fixed-iis-x64", "--assume", "X"][..], 2, "KEY=VALUE"),
        (&["old-iis-x64", "fixed-iis-x64", "--after", "flood"][..], 2, "`--after flood` is not known"),
        (&["old-iis-x64", "fixed-iis-x64", "--assume", "=X"][..], 2, "KEY=VALUE"),
        (&["old-iis-x64", "fixed-iis-x64", "--mode", "omuz"][..], 2, "`z` in `--mode omuz`"),
        (&["old-iis-x64", "fixed-iis-x64", "--after", "client=x"][..], 2, "is not a GUID"),
        (&["old-iis-x64", "fixed-iis-x64", "--after", "locked=a.dll"][..], 2, "no old package has a file"),
        (&["old-iis-x64", "Cargo.toml"][..], 10, "not an installer package (.msi): it is a text file"),
        (&["old-iis-x64", &misspelt][..], 10, "Module_x64.msi`?"),
        (
            &["old-iis-x64", &damaged][..],
            10,
            "Module_x64.msi`: this is not an installer package (.msi): it is a text",
        ),
    ] {
        let output = upgrade(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
    let explained = upgrade(&["--explain", "u003"]);
    assert_eq!(explained.status.code(), Some(0));
    assert!(text(&explained.stdout).contains("fix: "));
}

/// A package of wixl whose cabinet lies beside it: its bytes count, and where they are missing the report says so.
#[test]
fn a_cabinet_beside_the_package_is_read() {
    let (Some(wixl), Some(gcab)) = (support::tool("wixl"), support::tool("gcab")) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let source = r#"<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{11111111-0000-4000-8000-00000000001D}" Name="App" Version="1.0.0" Manufacturer="M" Language="1033"
           UpgradeCode="{11111111-0000-4000-8000-00000000001E}">
    <Package InstallerVersion="200" Compressed="yes" />
    <Media Id="1" Cabinet="app.cab" EmbedCab="no" />
    <Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder"><Directory Id="APP" Name="App">
      <Component Id="C" Guid="{11111111-0000-4000-8000-00000000001F}"><File Id="f" Source="f.txt" KeyPath="yes" /></Component>
    </Directory></Directory></Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="C" /></Feature>
  </Product>
</Wix>"#;
    std::fs::write(folder.path().join("app.wxs"), source).expect("written");
    for name in ["f.txt", "f"] {
        std::fs::write(folder.path().join(name), "text").expect("written");
    }
    support::run(Command::new(wixl).args(["-o", "app.msi", "app.wxs"]).current_dir(folder.path()));
    // wixl leaves the making of such a cabinet to others
    support::run(Command::new(gcab).args(["-c", "app.cab", "f"]).current_dir(folder.path()));
    let package = folder.path().join("app.msi").to_string_lossy().into_owned();
    let played = || text(&upgrade(&["old-iis-x86", &package]).stdout);
    assert!(!played().contains("not simulated of app"), "{}", played());
    std::fs::write(folder.path().join("app.cab"), "no cabinet").expect("writable");
    let broken = upgrade(&["old-iis-x86", &package]);
    assert_eq!(broken.status.code(), Some(10));
    assert!(text(&broken.stderr).contains("`app.cab`"), "{}", text(&broken.stderr));
    std::fs::remove_file(folder.path().join("app.cab")).expect("it is there");
    assert!(played().contains("not simulated of app: the bytes of 1 of 1 files"), "{}", played());
}

/// The order of a chain is that of the command line.
#[test]
fn a_chain_is_told_in_its_order() {
    let output = upgrade(&["old-iis-x64", "broken-iis-x64", "rc1-iis-x64", "net11rc1-iis-x64"]);
    let shown = text(&output.stdout);
    let first = shown.lines().next().expect("a verdict");
    assert!(first.ends_with("net11rc1-iis-x64 over old-iis-x64, broken-iis-x64, rc1-iis-x64"), "{first}");
}

#[test]
fn baselines_are_listed_and_never_overwritten() {
    let baseline = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("baseline").args(arguments).output().expect("it starts")
    };
    let listed = text(&baseline(&["list"]).stdout);
    assert_eq!(listed.lines().count(), 36, "{listed}");
    assert!(listed.contains("rc2-iis-arm64              10.0 rc 2"));
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_string_lossy().into_owned();
    let made = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["dist", "--arch", "x86", "--flavour", "iis", "--out", &out])
        .output()
        .expect("it starts");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let package = text(&made.stdout).trim().to_owned();
    let refused = baseline(&["import", &package, "--name", "old-iis-x86"]);
    assert_eq!(refused.status.code(), Some(14), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("never overwritten"));
    for name in ["../escaped", "a b", "C:x", ""] {
        let refused = baseline(&["import", &package, "--name", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}: {}", text(&refused.stderr));
    }
}

#[test]
fn what_is_no_package_is_refused_with_what_may_be_named() {
    let output = upgrade(&[&document("README.md").to_string_lossy(), "old-iis-x64"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(10), "{said}");
    assert!(said.contains("README.md`") && said.contains("cargo xtask baseline list"), "{said}");
}
