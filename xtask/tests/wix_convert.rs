//! `cargo xtask wix convert` and `format`: which files, where they go, and how a run ends.

use crate::made::{said, xtask};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const OLD: &str = "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Fragment /></Wix>";
const NEW: &str = "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\"><Fragment /></Wix>";
const SCRIPT: &str = "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Fragment>\
                      <CustomAction Id=\"Run\" Script=\"vbscript\">x</CustomAction></Fragment></Wix>";

/// A folder with sources: two old ones, one of them below, a new one, one that is none, and one with a script.
fn sources() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("below")).expect("room");
    for (name, text) in [
        ("a.wxs", OLD),
        ("below/b.WXS", OLD),
        ("new.wxs", NEW),
        ("wrong.xml", "<Wix>"),
        ("script.wxi", SCRIPT),
    ] {
        fs::write(folder.path().join(name), text).expect("room");
    }
    folder
}

fn wix(folder: &Path, code: i32, words: &[&str]) -> Output {
    let output = xtask().arg("wix").args(words).current_dir(folder).output().expect("it starts");
    assert_eq!(output.status.code(), Some(code), "{words:?}: {}", said(&output));
    output
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn files_are_converted_in_place_or_beside() {
    let folder = sources();
    let folder = folder.path();
    let said_of = said(&wix(folder, 20, &["convert", "--check", "*.wxs", "-r"]));
    assert!(said_of.contains("2 of 3 files would be changed"), "{said_of}");
    assert!(said_of.contains("a.wxs:1:1: note[WIX0009]"), "{said_of}");
    assert_eq!(read(folder, "a.wxs"), OLD, "a check writes nothing");

    wix(folder, 0, &["convert", "-r", ".", "-o", "out"]);
    assert_eq!((&*read(folder, "a.wxs"), &*read(folder, "out/a.wxs")), (OLD, NEW));
    assert_eq!((&*read(folder, "out/below/b.WXS"), &*read(folder, "out/new.wxs")), (NEW, NEW));
    assert_eq!(read(folder, "out/Run.vbs"), "x");
    wix(folder, 0, &["convert", "-n", "-r", "out"]);

    wix(folder, 0, &["convert", "a.wxs"]);
    assert_eq!(read(folder, "a.wxs"), NEW);
    let left: Vec<_> =
        fs::read_dir(folder).expect("there").map(|e| e.expect("readable").file_name()).collect();
    assert_eq!(left.len(), 6, "nothing half is left: {left:?}");
}

#[test]
fn what_cannot_be_is_named_and_nothing_is_lost() {
    let folder = sources();
    let folder = folder.path();
    let said_of = said(&wix(folder, 10, &["convert", "wrong.xml", "a.wxs"]));
    assert!(
        said_of.contains("wrong.xml:1:") && said_of.contains("nothing of this file was changed"),
        "{said_of}"
    );
    assert_eq!((&*read(folder, "a.wxs"), &*read(folder, "wrong.xml")), (NEW, "<Wix>"));

    fs::write(folder.join("Run.vbs"), "mine").expect("room");
    let said_of = said(&wix(folder, 14, &["convert", "script.wxi"]));
    assert!(said_of.contains("another file is there"), "{said_of}");
    assert_eq!((&*read(folder, "script.wxi"), &*read(folder, "Run.vbs")), (SCRIPT, "mine"));

    for (words, expected) in [
        (&["convert"][..], "no source"),
        (&["convert", "--custom-table", "x", "a.wxs"], "expected `msi` or `bundle`"),
        (&["format", "-indent:many", "a.wxs"], "expected a number of columns"),
        (&["convert", "-set2x", "a.wxs"], "without `-set1`"),
        (&["convert", "--checks", "a.wxs"], "unknown switch `--checks`"),
        (&["burn", "extract", "a.exe"], "payload extract"),
        (&["msi", "validate", "a.msi"], "cargo xtask check"),
        (&["msi", "transform"], "upgrade OLD.msi NEW.msi"),
    ] {
        let said_of = said(&wix(folder, 2, words));
        assert!(said_of.contains(expected), "{words:?}: {said_of}");
    }
    let said_of = said(&wix(folder, 10, &["convert", "none-*.wxs"]));
    assert!(said_of.contains("cannot find `none-*.wxs`"), "{said_of}");
}

#[test]
fn settings_files_and_help_are_those_of_wix() {
    let folder = sources();
    let folder = folder.path();
    let settings = "<Settings><IgnoreErrors><Test Id='XmlnsValueWrong'/></IgnoreErrors><ExemptFiles><File Name='NEW.WXS'/></ExemptFiles></Settings>";
    fs::write(folder.join("wix.convert.settings.xml"), settings).expect("room");
    let output =
        xtask().args(["--json", "wix", "convert", "*.wxs"]).current_dir(folder).output().expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "ancm-wix-convert/1");
    let files = report["files"].as_array().expect("files");
    assert_eq!((files.len(), &files[0]["changed"]), (1, &false.into()), "{report}");

    let shown = |words: &[&str]| String::from_utf8(wix(folder, 0, words).stdout).expect("UTF-8");
    let help = shown(&["--help"]);
    let titles: Vec<&str> =
        help.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).collect();
    assert_eq!(titles, ["Usage:", "Options:", "Commands:"], "as in `wix --help`");
    for command in ["build", "convert", "format"] {
        let help = shown(&[command, "-h"]);
        assert!(help.contains(&format!("cargo xtask wix {command} ")), "{help}");
    }
}

#[test]
fn a_source_of_wix_3_is_sent_to_the_converter() {
    let folder = sources();
    let said_of = said(&wix(folder.path(), 13, &["build", "a.wxs"]));
    assert!(said_of.contains("`cargo xtask wix convert` makes one of WiX 4 of it"), "{said_of}");
}
