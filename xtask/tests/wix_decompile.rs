//! `cargo xtask wix msi decompile` as a user starts it: on our own packages, with files and without, and on what is no
//! package.

use crate::made::{dist, files, refused, said, xtask};
use ancm_installer::msi;
use std::fs::File;
use std::path::Path;
use std::process::Output;

fn decompile(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = xtask();
    command.current_dir(folder).args(["--json", "wix", "msi", "decompile"]).args(arguments);
    command.output().expect("it starts")
}

#[test]
fn our_packages_come_back_whole() {
    let folder = dist(&[]);
    let mut packages: Vec<_> = std::fs::read_dir(folder.path())
        .expect("made")
        .map(|entry| entry.expect("readable").path())
        .collect();
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "msi"));
    assert_eq!(packages.len(), 6);
    for path in &packages {
        let name = path.file_name().expect("a name").to_str().expect("Unicode");
        let output = decompile(folder.path(), &[name, "-x", &format!("{name}.d")]);
        assert!(output.status.success() && said(&output).is_empty(), "{name}: {}", said(&output));
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        assert_eq!(answer["diagnostics"], serde_json::json!([]), "{name}");
        assert!(answer["extracted"].as_u64() > Some(4), "{answer}");
    }
    // one of them by hand, in the words of the comment
    let package = packages.iter().find(|path| path.to_string_lossy().contains("_arm64_")).expect("made");
    let source = package.with_extension("wxs");
    let text = std::fs::read_to_string(&source).expect("written");
    assert!(text.contains("wix build -arch arm64"), "{text}");
    let mut command = xtask();
    command
        .current_dir(folder.path())
        .args(["wix", "build", "-arch", "arm64", "-o", "again.msi"])
        .arg(&source);
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let read = |path: &Path| msi::read(File::open(path).expect("there")).expect("a package");
    let (before, after) = (read(package), read(&folder.path().join("again.msi")));
    let lost = ancm_installer::wix::decompile::differences(&before, &after);
    assert!(lost.is_empty(), "{lost:?}");
    let streams = |database: &msi::Database| database.streams.keys().cloned().collect::<Vec<_>>();
    assert_eq!(streams(&before), streams(&after));
}

#[test]
fn without_a_folder_only_the_source_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let package = crate::support::data("bundles/ancm-like.msi");
    let output = decompile(folder.path(), &[package.to_str().expect("Unicode"), "-o", "a.wxs"]);
    assert!(output.status.success(), "{}", said(&output));
    let made = files(folder.path());
    assert_eq!(made.keys().collect::<Vec<_>>(), ["a.wxs"]);
    let text = String::from_utf8_lossy(&made["a.wxs"]).into_owned();
    assert!(text.contains("Source=\"SourceDir\\File\\Shim\"") && text.contains("-b FOLDER"), "{text}");
}

#[test]
fn what_is_no_package_is_told_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.msi"), "no package").expect("room");
    let before = files(folder.path());
    for (arguments, code) in
        [(&["a.msi", "-x", "d"][..], 10), (&["b.msi"], 10), (&["a.msi", "-data"], 2), (&["a.msm"], 2)]
    {
        let output = decompile(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert_eq!(files(folder.path()), before);
    }
}

/// With the extension that made them, rows are its elements; with another version of it, they stay rows, and that is said.
#[test]
fn rows_of_an_extension_are_its_elements_where_its_library_is_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = crate::support::data("wix-ext");
    let stand_in = |name: &str| data.join("stand-in").join(name).to_string_lossy().into_owned();
    let wix = |arguments: &[&str]| {
        let mut command = xtask();
        command.current_dir(folder.path()).args(["wix"]).args(arguments);
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    };
    const LIBRARY: &str = "WixToolset.Util.wixext.wixlib";
    let (source, texts) = (stand_in("util.wxs"), stand_in("en-us.wxl"));
    let payload = data.join("payload").to_string_lossy().into_owned();
    let library = |file: &str, payload: &str| {
        wix(&[
            "build",
            "-arch",
            "x64",
            "-outputtype",
            "library",
            "-bindfiles",
            &source,
            &texts,
            "-b",
            payload,
            "-o",
            file,
        ]);
    };
    library(LIBRARY, &payload);
    let case = data.join("cases/bits-touchfile.wxs").to_string_lossy().into_owned();
    wix(&["build", "-arch", "x64", &case, "-b", &payload, "-ext", LIBRARY, "-o", "a.msi"]);

    let output = decompile(folder.path(), &["a.msi", "-x", "files", "-ext", LIBRARY]);
    assert!(output.status.success(), "{}", said(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(answer["diagnostics"], serde_json::json!([]));
    assert_eq!(answer["extensions"], serde_json::json!(["WixToolset.Util.wixext"]));
    let text = std::fs::read_to_string(folder.path().join("a.wxs")).expect("written");
    let build = format!("wix build -arch x64 -ext {LIBRARY} a.wxs");
    assert!(text.contains("<util:TouchFile ") && text.contains(&build), "{text}");
    assert!(!text.contains("<CustomAction ") && !text.contains("<CustomTable "), "{text}");
    wix(&["build", "-arch", "x64", "-ext", LIBRARY, "a.wxs", "-o", "again.msi"]);
    let read =
        |name: &str| msi::read(File::open(folder.path().join(name)).expect("there")).expect("a package");
    let lost = ancm_installer::wix::decompile::differences(&read("a.msi"), &read("again.msi"));
    assert!(lost.is_empty(), "{lost:?}");

    // the same names, another DLL
    let other = folder.path().join("payload");
    std::fs::create_dir(&other).expect("room");
    for entry in std::fs::read_dir(&payload).expect("there") {
        let entry = entry.expect("readable");
        let mut bytes = std::fs::read(entry.path()).expect("readable");
        bytes.push(0);
        std::fs::write(other.join(entry.file_name()), bytes).expect("room");
    }
    library("other.wixlib", "payload");
    std::fs::rename(folder.path().join("other.wixlib"), folder.path().join(LIBRARY)).expect("room");
    let output = decompile(folder.path(), &["a.msi", "-o", "b.wxs", "-ext", LIBRARY]);
    assert!(output.status.success() && said(&output).contains("wix::other_extension"), "{}", said(&output));
    let text = std::fs::read_to_string(folder.path().join("b.wxs")).expect("written");
    assert!(text.contains("<CustomTable Id=\"Wix4TouchFile\"") && text.contains("<CustomAction "), "{text}");
}

/// A package with a dialog and a table of its own; what a switch leaves out is not in the source.
#[test]
fn switches_are_those_of_wix() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    std::fs::create_dir(here.join("a")).expect("room");
    std::fs::write(here.join("a/f.txt"), "f").expect("room");
    let source = "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\"><Package Name=\"n\" Manufacturer=\"m\" \
        Version=\"1.0\" UpgradeCode=\"{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}\"><File Source=\"a/f.txt\" />\
        <UI><Dialog Id=\"D\" Width=\"9\" Height=\"9\"><Control Id=\"T\" Type=\"PushButton\" X=\"0\" Y=\"0\" Width=\"1\" \
        Height=\"1\" Text=\"t\" /></Dialog></UI><CustomTable Id=\"Own\"><Column Id=\"Key\" PrimaryKey=\"yes\" \
        Type=\"string\" Width=\"20\" Category=\"identifier\" /><Row><Data Column=\"Key\" Value=\"K\" /></Row>\
        </CustomTable></Package></Wix>";
    std::fs::write(here.join("n.wxs"), source).expect("room");
    let built = xtask().current_dir(here).args(["wix", "build", "n.wxs", "-o", "a/b.msi"]).output();
    let built = built.expect("it starts");
    assert!(built.status.success(), "{}", said(&built));
    let shown = |arguments: &[&str]| {
        let output = decompile(here, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let has = |file: &str| {
        let text = std::fs::read_to_string(here.join(file)).expect("written");
        [text.contains("<Dialog "), text.contains("<CustomTable ")]
    };
    shown(&["-nologo", "-X", "out/files", "-sui", "-intermediateFolder", "t", "a/b.msi"]);
    assert_eq!(has("a/b.wxs"), [false, true]);
    assert!(files(&here.join("out/files")).values().any(|bytes| bytes == b"f"), "its file is extracted");
    shown(&["a/b.msi", "-out", "c.wxs", "-sct"]);
    assert_eq!(has("c.wxs"), [true, false]);
    assert!(shown(&["-h"]).contains("cargo xtask wix msi decompile [SWITCHES]"));
}

#[test]
fn what_it_cannot_do_is_said() {
    for (words, expected) in [
        (&["a.msm"][..], "decompiles packages, and no .msm"),
        (&["-type", "mst", "a.msi"], "no .mst"),
        (&["-data", "a.msi"], "no data of WiX's own"),
        (&["-o"], "needs a value"),
        (&[], "no package"),
        (&["a.msi", "b.msi"], "one package at a time"),
        (&["-q", "a.msi"], "unknown switch `-q`"),
    ] {
        let said = refused(&[&["msi", "decompile"], words].concat());
        assert!(said.contains(expected), "{words:?}: {said}");
    }
}
