//! `cargo xtask wix msi decompile` as a user starts it: on our own packages, with files and without, and on what is no
//! package.

use crate::made::{dist, files, said, xtask};
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
