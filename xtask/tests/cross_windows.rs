//! The program itself on Windows: `xtask.exe`, built here and run under Wine, does what it does on this host, and makes
//! the same bytes.
//!
//! Wine is not Windows: it has no limit of 260 characters, and lets its root write read-only files.
//!
//! Tests start in the order of their names, and these must not be among the last: they build the program for minutes, and so
//! that others leave it the processors meanwhile, several wait for it.
#![cfg(unix)]

mod cross;
mod machine;

use crate::made::{self, files, xtask};
use crate::modules;
use machine::{Machine, run, shown, windows};
use serde_json::Value;
use std::path::Path;

#[test]
fn packages_and_answers_are_those_of_this_host() {
    let Some(machine) = Machine::new() else { return };
    let here = tempfile::tempdir().expect("a temporary folder");
    let there = tempfile::tempdir().expect("a temporary folder");
    packages(&machine, here.path(), there.path());
    questions(&machine, here.path());
    names(&machine);
    held(&machine, there.path());
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(bytes)))
}

/// It finds what packages are made with, and says so in UTF-8. What does not answer is ended, with all that it started.
#[test]
fn tools_are_found_and_what_does_not_answer_is_ended() {
    let Some(machine) = Machine::new() else { return };
    let report = json(&machine.ends(&["doctor", "--json"], 0).stdout);
    let tools = report["tools"].as_array().expect("tools");
    for name in ["rustc", "cargo", "rust-lld"] {
        let tool = tools.iter().find(|tool| tool["name"] == name).expect("it is known");
        assert_eq!(tool["state"], "usable", "{tool}");
        assert!(tool["path"].as_str().is_some_and(|path| path.ends_with(".exe")), "{tool}");
    }
    for tool in tools {
        let mend = tool["mend"].as_str().unwrap_or_default();
        assert!(!mend.contains("apt-get") && !mend.contains("brew"), "advice for another system: {tool}");
    }
    for name in ["wineserver", "wine64", "x86_64-w64-mingw32-gcc", "mmdebstrap"] {
        let tool = tools.iter().find(|tool| tool["name"] == name).expect("it is known");
        assert_eq!(tool["state"], "not-needed", "{tool}");
    }
    let without = || {
        let mut command = machine.xtask(&["doctor", "--json"]);
        command.env("WINEPATH", windows(&machine.tool("endless")));
        run(command)
    };
    // on a busy machine the tool may be ended before what it starts has run
    let mut output = without();
    for _ in 0..4 {
        if !machine.tool("held-on.seen").exists() {
            output = without();
        }
    }
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
    let report = json(&output.stdout);
    let dotnet = report["tools"].as_array().expect("tools").iter().find(|tool| tool["name"] == "dotnet");
    let dotnet = dotnet.expect("it is known");
    assert!(dotnet["problem"].as_str().is_some_and(|it| it.contains("did not answer")), "{dotnet}");
    assert!(machine.tool("held-on.seen").exists(), "what it started ran");
    assert!(!machine.tool("held-on").exists(), "what it started runs on");
}

/// Everything that `dist` writes, byte for byte.
fn packages(machine: &Machine, here: &Path, there: &Path) {
    let made = xtask().args(["dist", "--engine", "embedded", "--out"]).arg(here).output().expect("it starts");
    assert!(made.status.success(), "{}", shown(&made));
    machine.ends(&["dist", "--engine", "embedded", "--out", &windows(there)], 0);
    let (ours, theirs) = (files(here), files(there));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    assert_eq!(ours.keys().filter(|name| name.ends_with(".msi")).count(), 6);
    for (name, bytes) in &ours {
        assert!(theirs[name] == *bytes, "{name} differs");
    }
}

/// What the other commands say of those packages.
fn questions(machine: &Machine, packages: &Path) {
    let found: Vec<_> = made::packages(packages);
    let package =
        found.iter().find(|path| path.to_string_lossy().contains("IISExpress_arm64")).expect("made");
    let file = windows(package);
    for (arguments, code) in [
        (vec!["plan", "--json", "--engine", "embedded"], 0),
        (vec!["upgrade", "--json", "--allow", "uncertain", "broken-iisexpress-arm64", &file], 0),
        (vec!["upgrade", "--json", "old-iisexpress-arm64", "broken-iisexpress-arm64"], 21),
        (vec!["pools", "--json", &file], 0),
        (vec!["identity", "check", "--json"], 0),
    ] {
        let theirs = json(&machine.ends(&arguments, code).stdout).to_string();
        let native = arguments.iter().map(|argument| {
            if **argument == file { package.to_string_lossy().into_owned() } else { (*argument).to_owned() }
        });
        let ours = xtask().args(native).output().expect("it starts");
        assert_eq!(ours.status.code(), Some(code), "{}", shown(&ours));
        let plain = |text: String| text.replace(r"Z:\\", "/").replace(r"\\", "/").replace("Z:/", "/");
        assert_eq!(plain(theirs), plain(json(&ours.stdout).to_string()), "{arguments:?}");
    }
}

/// Any source, with line ends of Windows, below a folder with blanks and letters of no code page.
#[test]
fn any_source_gives_the_same_package() {
    let Some(machine) = Machine::new() else { return };
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("Grüße und 漢字 (1)");
    std::fs::create_dir_all(folder.join("files/Ünter")).expect("writable");
    std::fs::write(folder.join("files/Ünter/a.txt"), "a").expect("writable");
    std::fs::write(folder.join("files/b.txt"), "b").expect("writable");
    let source = r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">
  <Package Name="Größe" Manufacturer="Acme" Version="1.0.0" UpgradeCode="7C9F5CE2-4C4E-4B3C-9F5B-6D1A4C3A2E10" Compressed="yes">
    <MediaTemplate EmbedCab="yes" />
    <StandardDirectory Id="ProgramFiles6432Folder"><Directory Id="D" Name="Acme">
      <Files Include="files\**" />
    </Directory></StandardDirectory>
  </Package>
</Wix>
"#;
    std::fs::write(folder.join("unix.wxs"), source).expect("writable");
    std::fs::write(folder.join("windows.wxs"), source.replace('\n', "\r\n")).expect("writable");
    let built = |name: &str| std::fs::read(folder.join(name)).expect("built");
    let build = |source: &str, output: &str| {
        let mut command = machine.xtask(&["wix", "build", source, "-o", output]);
        command.current_dir(&folder);
        let output = run(command);
        assert!(output.status.success(), "{}", shown(&output));
    };
    let ours = xtask().args(["wix", "build", "unix.wxs", "-o", "ours.msi"]).current_dir(&folder).output();
    let ours = ours.expect("it starts");
    assert!(ours.status.success(), "{}", shown(&ours));
    build("unix.wxs", "a.msi");
    build(r".\windows.wxs", r"below\b.msi");
    // a path that names its drive, one that starts at the root of the current drive, and one that is taken as it is
    build(&windows(&folder.join("windows.wxs")), &folder.join("c.msi").to_string_lossy());
    let verbatim = |name: &str| format!(r"\\?\{}", windows(&folder.join(name)));
    build(&verbatim("windows.wxs"), &verbatim("d.msi"));
    for name in ["a.msi", "below/b.msi", "c.msi", "d.msi"] {
        assert!(built(name) == built("ours.msi"), "{name} differs");
    }
}

/// Names of the payload in the case that Windows may give them, and an output folder deeper than 260 characters.
fn names(machine: &Machine) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let payload = place.path().join("PAYLOAD ä");
    for (name, bytes) in modules::stand_in_files(modules::VERSION) {
        let file = payload.join(name.to_uppercase());
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("writable");
        std::fs::write(file, bytes).expect("writable");
    }
    let deep: std::path::PathBuf =
        std::iter::repeat_n("a folder of forty characters, all in all", 8).collect();
    let out = place.path().join(deep);
    let arguments = ["dist", "--engine", "embedded", "--arch", "x64", "--flavour", "iis", "--payload"];
    machine.ends(&[&arguments[..], &[&windows(&payload), "--out", &windows(&out)]].concat(), 0);
    let ours = place.path().join("ours");
    let made = xtask().args(arguments).arg(&payload).arg("--out").arg(&ours).output().expect("it starts");
    assert!(made.status.success(), "{}", shown(&made));
    let (ours, theirs) = (files(&ours), files(&out));
    assert!(!ours.is_empty() && ours == theirs, "{:?}", theirs.keys());
}

/// A package that another program has open stays as it is, and so do those beside it.
fn held(machine: &Machine, packages: &Path) {
    let before = files(packages);
    let package = made::package(packages, "AspNetCoreModuleV2", "x64");
    let out = windows(packages);
    let arguments =
        ["dist", "--json", "--engine", "embedded", "--arch", "x64", "--manufacturer", "Acme", "--out", &out];
    let holder = machine.hold(&package);
    let output = machine.ends(&arguments, 14);
    drop(holder);
    let failure = json(&output.stdout);
    let finding = &failure["diagnostics"][0];
    assert_eq!(finding["code"], "output::failed");
    let name = package.file_name().expect("a name").to_string_lossy();
    assert!(finding["message"].as_str().is_some_and(|text| text.contains(&*name)), "{failure}");
    assert!(
        finding["help"].as_str().is_some_and(|text| text.contains("open in another program")),
        "{failure}"
    );
    assert!(files(packages) == before, "something of the run was left behind");

    machine.ends(&arguments, 0);
    let after = files(packages);
    assert!(after.keys().eq(before.keys()) && after != before, "it replaces what nobody holds");
}

/// Ctrl-C while a package of some size is being written.
#[test]
fn an_interrupted_run_leaves_nothing() {
    let Some(machine) = Machine::new() else { return };
    let place = tempfile::tempdir().expect("a temporary folder");
    let out = place.path().join("out");
    std::fs::create_dir(&out).expect("writable");
    for (name, mut bytes) in modules::stand_in_files(modules::VERSION) {
        let file = place.path().join("payload").join(&name);
        if name == "x64/aspnetcorev2.dll" {
            // what follows the last section belongs to no image
            bytes.extend(made::noise(24 << 20));
        }
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("writable");
        std::fs::write(file, bytes).expect("writable");
    }
    let payload = windows(&place.path().join("payload"));
    let out_name = windows(&out);
    let arguments =
        ["dist", "--engine", "embedded", "--arch", "x64", "--flavour", "iis", "--payload", &payload];
    let output = run(machine.interrupt(&out_name, &[&arguments[..], &["--out", &out_name]].concat()));
    assert_eq!(output.status.code(), Some(130), "{}", shown(&output));
    assert!(
        shown(&output).contains("interrupted; nothing of this run was left behind"),
        "{}",
        shown(&output)
    );
    assert_eq!(std::fs::read_dir(&out).expect("there").count(), 0, "something was left behind");
}
