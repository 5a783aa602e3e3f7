//! `cargo xtask identity` as a user runs it, on copies of the project's ledger.

use crate::made::{dist, package, said, xtask};
use crate::support::{data, judge, run, tool};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const OURS: &str = include_str!("../../wix/products/ancm/identity.toml");
const NEW: &str = r"[ProgramFiles64Folder]IIS\Asp.Net Core Module\V2\new.dll";

/// A ledger in a folder of its own.
struct Ledger {
    folder: TempDir,
}

impl Ledger {
    fn new(text: &str) -> Ledger {
        let ledger = Ledger { folder: tempfile::tempdir().expect("a folder") };
        std::fs::write(ledger.path(), text).expect("writable");
        ledger
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).expect("readable")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = xtask();
        command.arg("identity").args(arguments).arg("--ledger").arg(self.path());
        command.output().expect("it starts")
    }

    /// Runs with `--json` and gives the only document.
    fn json(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Our ledger without the entries that have `id`, nor its mention among those that others have.
fn without(id: &str) -> String {
    let entries: Vec<&str> = OURS.split("\n\n").collect();
    let kept: Vec<&str> =
        entries.iter().copied().filter(|entry| !entry.contains(&format!("\nid = \"{id}\""))).collect();
    assert!(kept.len() < entries.len(), "{id} is in the ledger");
    kept.join("\n\n").replace(&format!("\"{id}\","), "")
}

#[test]
fn ours_agrees_with_everything_that_shipped() {
    let ledger = Ledger::new(OURS);
    let checked = ledger.json(&["check"], 0);
    assert_eq!((&checked["shipped"], &checked["planned"]), (&36.into(), &6.into()));
    let output = xtask().args(["identity", "check"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "the project's own by default: {}", said(&output));
}

#[test]
fn drift_is_told_with_its_place_and_ends_with_11() {
    let status = |text: &str, entry: &str, from: &str, to: &str| {
        let (before, after) = text.split_at(text.find(entry).expect("there"));
        format!("{before}{}", after.replacen(from, to, 1))
    };
    let retired = status(OURS, "holds = \"module forwarder\"", "\"active\"", "\"retired\"");
    for (text, code, expected) in [
        // an id that shipped is changed, and so the path gets another
        (
            OURS.replacen("id = \"3A692941", "id = \"3A692942", 1),
            "identity::path",
            "shipped with {3A692941-59BE-43CF-98A8-6ED01B12A519} in 6 packages",
        ),
        // an entry is gone: its id could be used again
        (
            without("08968573-05C1-4BF1-8879-7B818AC9525B"),
            "identity::lost",
            "{08968573-05C1-4BF1-8879-7B818AC9525B}",
        ),
        // the id of a path goes to another path
        (
            OURS.replace(r"V2\aspnetcorev2_x64.dll", r"V2\aspnetcorev2_amd64.dll"),
            "identity::changed",
            r"V2\aspnetcorev2_amd64.dll",
        ),
        // the module of 10.0 preview 2 comes back in the place of the one that shipped before and after it
        (
            status(&retired, "id = \"4B6BB33A", "\"retired\"", "\"active\""),
            "identity::path",
            "ours would give it {4B6BB33A-01F0-48C7-BCE9-5A5514AC0431}",
        ),
        // what is said to have shipped did not
        (
            OURS.replacen("shipped = [\"broken\"]", "shipped = [\"old\", \"broken\"]", 1),
            "identity::era",
            "(old-iis-arm64)",
        ),
        // an id that turns out to be another product's
        (
            format!(
                "{OURS}\n[[borrowed]]\nfrom = \"somebody\"\nids = [\"3A692941-59BE-43CF-98A8-6ED01B12A519\"]\n"
            ),
            "identity::borrowed",
            "which belongs to somebody",
        ),
    ] {
        let ledger = Ledger::new(&text);
        let failure = ledger.json(&["check"], 11);
        let findings = failure["diagnostics"].as_array().expect("a list");
        let found = findings.iter().find(|finding| {
            finding["code"] == code && finding["message"].as_str().expect("text").contains(expected)
        });
        let found = found.unwrap_or_else(|| panic!("{code}, {expected}: {findings:#?}"));
        assert_eq!(found["at"]["file"], ledger.path().to_str().expect("UTF-8"));
        assert!(found["help"].is_string());
        assert!(code == "identity::lost" || found["at"]["line"].as_u64().expect("a number") > 80, "{found}");
    }
}

#[test]
fn a_new_path_may_not_have_an_id_that_somebody_made_up() {
    let ledger = Ledger::new(OURS);
    ledger.json(&["add", NEW, "--flavour", "iis", "--arch", "x64", "--holds", "module x64"], 0);
    assert_eq!(ledger.run(&["check"]).status.code(), Some(0));
    let made_up =
        ledger.text().replace("A6D3FBE0-3ED8-511B-82A9-DBDEEE06A183", "11111111-2222-4333-8444-555555555555");
    let output = Ledger::new(&made_up).run(&["check"]);
    assert_eq!(output.status.code(), Some(11));
    assert!(
        said(&output).contains("not the one that follows from product, path and bits"),
        "{}",
        said(&output)
    );
}

#[test]
fn ledgers_that_are_none_are_refused_by_every_action_with_the_line() {
    let line = |text: &str, needle: &str| text[..text.find(needle).expect("there")].lines().count() + 1;
    for (from, to, said_) in [
        ("format = 1\n", "format = \n", "ledger::syntax"),
        ("bits = 32\n", "bit = 32\n", "unknown field `bit`"),
        ("[[foreign]]\n", "[[foreign]]\nnmae = 'x'\n", "unknown field `nmae`"),
        (
            "holds = \"module x86\"",
            "holds = \"other\"",
            "an active component holds something that we package",
        ),
        (
            "\"94EFD0A4-EA3D-40C6-98D0-3138B5CC6813\", ",
            "\"94EFD0A4-0000-40C6-98D0-3138B5CC6813\", ",
            "is none of ours",
        ),
    ] {
        let text = OURS.replacen(from, to, 1);
        let ledger = Ledger::new(&text);
        for action in [&["check"][..], &["explain", "aspnetcorev2.dll"], &["import", "old-iis-x86"]] {
            let output = ledger.run(action);
            assert_eq!(output.status.code(), Some(11), "{action:?} {to}: {}", said(&output));
            assert!(said(&output).contains(said_), "{action:?} {to}: {}", said(&output));
            assert!(said(&output).contains(&format!("{}:", ledger.path().display())), "{}", said(&output));
        }
        assert_eq!(ledger.text(), text, "and stay as they are");
        if to.starts_with("holds") {
            let place = format!("{}:{}:", ledger.path().display(), line(&text, to));
            assert!(said(&ledger.run(&["check"])).contains(&place), "{place}");
        }
    }
    let missing =
        xtask().args(["identity", "check", "--ledger", "no/such.toml"]).output().expect("it starts");
    assert_eq!(missing.status.code(), Some(11));
    assert!(said(&missing).contains("cannot read `no/such.toml`"));
}

#[test]
fn adding_follows_from_product_path_and_bits_and_keeps_every_other_byte() {
    let ledger = Ledger::new(OURS);
    let add = ["add", NEW, "--flavour", "iis", "--arch", "x64,arm64", "--holds", "module x64"];
    let dry = ledger.json(&[&add[..], &["--dry-run"]].concat(), 0);
    assert_eq!(ledger.text(), OURS);
    let added = ledger.json(&add, 0);
    // by Python: uuid5(UUID("8c1e6e5b-3d0a-4b7e-9a5d-51f06b2f3c77"), "iis|64|" + path.lower())
    assert_eq!(added["added"][0]["id"], "{A6D3FBE0-3ED8-511B-82A9-DBDEEE06A183}");
    assert_eq!(added["added"], dry["added"]);
    let text = ledger.text();
    let begin = text.find("# Added by").expect("a comment");
    let end = begin + text[begin..].find("\n\n").expect("the next entry") + 2;
    assert_eq!(format!("{}{}", &text[..begin], &text[end..]), OURS);
    assert!(
        begin < text.find("---------- retired").expect("there"),
        "active entries stand before retired ones"
    );

    // again, and in another case: nothing
    for path in [NEW, &NEW.to_uppercase().replace("[PROGRAMFILES64FOLDER]", "[ProgramFiles64Folder]")] {
        let again =
            ledger.json(&["add", path, "--flavour", "iis", "--arch", "x64", "--holds", "module x64"], 0);
        assert_eq!(again["added"], Value::Array(Vec::new()));
    }
    assert_eq!(ledger.text(), text);
    // another order in the ledger, the same id
    let other = Ledger::new(OURS);
    other.json(
        &["add", &NEW.replace("new", "newer"), "--flavour", "iis", "--arch", "x64", "--holds", "module x64"],
        0,
    );
    assert_eq!(other.json(&add, 0)["added"][0]["id"], added["added"][0]["id"]);
    assert_eq!(other.run(&["check"]).status.code(), Some(0));
}

#[test]
fn a_path_that_has_an_id_keeps_it() {
    let id = "3A692941-59BE-43CF-98A8-6ED01B12A519";
    let path = r"[ProgramFiles64Folder]IIS\Asp.Net Core Module\V2\aspnetcorev2.dll";
    // the entry for x64 only is gone
    let entries: Vec<&str> = OURS.split("\n\n").collect();
    let is_it = |e: &&&str| e.contains(id) && e.contains("holds = \"module x64\"");
    let entry = entries.iter().find(is_it).expect("there");
    let ledger = Ledger::new(&OURS.replacen(&format!("{entry}\n\n"), "", 1));
    assert_eq!(ledger.run(&["check"]).status.code(), Some(11));
    let keys = ["--file", "AspNetCoreModuleV2Dll", "--component", "AspNetCoreModuleV2"];
    let add = ["add", path, "--flavour", "iis", "--arch", "x64", "--holds", "module x64"];
    let added = ledger.json(&[&add[..], &keys].concat(), 0);
    assert_eq!(added["added"][0]["id"], format!("{{{id}}}"));
}

#[test]
fn what_cannot_be_added_is_told() {
    let ledger = Ledger::new(OURS);
    for (path, holds, more, code, expected) in [
        (r"[ProgramFiles64Folder]IIS\111.0.27001\x.dll", "module x64", &[][..], 2, "write `{version}`"),
        (r"C:\x.dll", "module x64", &[], 2, "begins with none of [ProgramFiles64Folder]"),
        (r"[System64Folder]inetsrv\", "module x64", &[], 2, "names no file"),
        (r"HKLM\SOFTWARE\X", "discoverability", &["--bits", "64"], 2, "wants `--value`"),
        (NEW, "module z80", &[], 2, "is not something that a component holds"),
        (NEW, "other", &[], 11, "holds something that we package"),
        (
            NEW,
            "module x64",
            &["--component", "AspNetCoreModuleV2"],
            11,
            "component key `AspNetCoreModuleV2` is used twice",
        ),
        (NEW, "module x64", &["--bits", "32"], 11, "has 32 bits"),
    ] {
        let output = ledger
            .run(&[&["add", path, "--flavour", "iis", "--arch", "x64", "--holds", holds], more].concat());
        assert_eq!(output.status.code(), Some(code), "{path} {holds}: {}", said(&output));
        assert!(said(&output).contains(expected), "{path} {holds}: {}", said(&output));
    }
    assert_eq!(ledger.text(), OURS);
}

#[test]
fn our_own_packages_bring_nothing_new() {
    let ledger = Ledger::new(OURS);
    let folder = dist(&["--locked"]);
    for base in ["AspNetCoreModuleV2", "AspNetCoreModuleV2IISExpress"] {
        for arch in ["x86", "x64", "arm64"] {
            let path = package(folder.path(), base, arch);
            let imported = ledger.json(&["import", path.to_str().expect("UTF-8")], 0);
            assert_eq!(imported["added"], Value::Array(Vec::new()), "{base} {arch}");
        }
    }
    assert_eq!(ledger.text(), OURS);
}

/// A package of Microsoft's tables, written by msitools, after `change` to the tables' text.
fn foreign(name: &str, folder: &Path, change: impl Fn(String) -> String) -> Option<PathBuf> {
    for program in ["msibuild", "gcab"] {
        tool(program)?;
    }
    let text = std::fs::read_to_string(data(&format!("ancm/{name}.json"))).expect("readable");
    let (tables, path) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.msi")));
    std::fs::write(&tables, change(text)).expect("writable");
    let mut command = judge("msi-from-tables.py")?;
    command.arg(tables).arg(&path);
    run(command.arg("{11111111-0000-4000-8000-00000000000C}"));
    Some(path)
}

#[test]
fn a_package_that_shipped_is_taken_in_once_and_as_retired() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(path) = foreign("broken-iisexpress-arm64", folder.path(), |text| text) else { return };
    let package = path.to_str().expect("UTF-8");
    let id = "08968573-05C1-4BF1-8879-7B818AC9525B";
    let ledger = Ledger::new(&without(id));
    let before = ledger.text();

    // the path has an id: both are named, and nothing is written
    let output = ledger.run(&["import", package]);
    assert_eq!(output.status.code(), Some(11), "{}", said(&output));
    for expected in ["identity::path", id, "84ED6CE6-C8A3-4FA8-A872-C98A1D15DD4F", "ledger.toml:", "--retire"]
    {
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
    }
    let import = ["import", package, "--era", "broken", "--retire"];
    let dry = ledger.json(&[&import[..], &["--dry-run"]].concat(), 0);
    assert_eq!(ledger.text(), before);

    let imported = ledger.json(&import, 0);
    assert_eq!(imported["added"], dry["added"]);
    assert_eq!(imported["added"][0]["id"], format!("{{{id}}}"));
    assert_eq!(imported["added"][0]["status"], "retired");
    assert_eq!(ledger.run(&["check"]).status.code(), Some(0), "{}", said(&ledger.run(&["check"])));
    let text = ledger.text();
    assert_eq!(ledger.json(&import, 0)["added"], Value::Array(Vec::new()), "the second time");
    assert_eq!(ledger.text(), text);
}

#[test]
fn an_id_at_another_path_and_a_product_that_took_our_ids_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = Ledger::new(OURS);
    let renamed = |text: String| text.replace("aspnetcorev2_x64.dll", "httpplatformhandlerv2_x64.dll");
    let Some(moved) = foreign("fixed-iis-arm64", folder.path(), renamed) else { return };
    let output = ledger.run(&["import", moved.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(11), "{}", said(&output));
    for expected in ["identity::changed", "httpplatformhandlerv2_x64.dll", r"V2\aspnetcorev2_x64.dll`"] {
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
    }

    let code = "8D50FDE7-0B84-4900-B60D-BD952979BA0B";
    let theirs = |text: String| text.replace(code, "6E038984-D117-4944-ACEA-3A7FAA317B4F");
    let path = foreign("old-iis-x64", folder.path(), theirs).expect("as before");
    let output = ledger.run(&["import", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(
        said(&output).contains("is HttpPlatformHandler v2, which has 25 of our ids"),
        "{}",
        said(&output)
    );

    let strangers = |text: String| text.replace(code, "11111111-D117-4944-ACEA-3A7FAA317B4F");
    let path = foreign("old-iis-x64", folder.path(), strangers).expect("as before");
    let output = ledger.run(&["import", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(said(&output).contains("--flavour"), "{}", said(&output));
    assert_eq!(ledger.text(), OURS);
}

#[test]
fn a_path_is_explained_however_it_is_written() {
    let ledger = Ledger::new(OURS);
    for asked in [
        r"C:\Program Files\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
        "d:/program files/iis/asp.net core module/v2/ASPNETCOREV2.DLL",
        r"[ProgramFiles64Folder]IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
        "aspnetcorev2.dll",
        "AspNetCoreModuleV2Dll",
        "3a692941-59be-43cf-98a8-6ed01b12a519",
    ] {
        let explained = ledger.json(&["explain", asked], 0);
        let entries = explained["entries"].as_array().expect("a list");
        let entry =
            entries.iter().find(|entry| entry["holds"] == "module x64" && entry["status"] == "active");
        let entry = entry.unwrap_or_else(|| panic!("{asked}: {explained:#}"));
        assert_eq!(entry["id"], "{3A692941-59BE-43CF-98A8-6ED01B12A519}");
        assert_eq!(entry["foreign"][0]["name"], "HttpPlatformHandler v2");
        let line = entry["line"].as_u64().expect("a line") as usize;
        assert_eq!(OURS.lines().nth(line - 1), Some("component = \"AspNetCoreModuleV2\""));
    }
    let handler = ledger.run(&[
        "explain",
        r"C:\Program Files (x86)\IIS\Asp.Net Core Module\V2\19.0.25100\aspnetcorev2_outofprocess.dll",
    ]);
    for expected in [
        "{D927E5D3-C8B2-400C-B85C-AE5C2772D6C3} active, iis x64, 32 bits: handler x86",
        "{D927E5D3-C8B2-400C-B85C-AE5C2772D6C3} retired, iis arm64, 32 bits: handler arm64",
        "shipped: 7.0 to 9.0\n",
        "keep it: ",
        "--explain U001",
    ] {
        assert!(printed(&handler).contains(expected), "{expected}: {}", printed(&handler));
    }
    let unknown = ledger.run(&["explain", "aspnetcorev3.dll"]);
    assert_eq!(unknown.status.code(), Some(10));
    assert!(said(&unknown).contains("did you mean `["), "{}", said(&unknown));
    let unknown = said(&ledger.run(&["explain", "nothing like it"]));
    assert!(unknown.contains("` has every path, such as `"), "{unknown}");
}
