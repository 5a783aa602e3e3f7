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

/// What one file says and another one asks is known where both are converted; and the result compiles.
#[test]
fn a_variable_of_another_file_says_which_processor_is_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    const INCLUDE: &str = "<Include xmlns=\"http://schemas.microsoft.com/wix/2006/wi\">\n\
        <?if $(sys.BUILDARCH) = x64 ?>\n<?define Win64 = \"yes\" ?>\n<?else?>\n<?define Win64 = \"no\" ?>\n<?endif?>\n</Include>\n";
    const SOURCE: &str = "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\">\n<?include vars.wxi ?>\n\
        <Product Id=\"*\" Name=\"n\" Manufacturer=\"m\" Version=\"1.0\" Language=\"1033\" \
        UpgradeCode=\"0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11\">\n<Package Compressed=\"yes\" InstallScope=\"perMachine\" />\n\
        <Directory Id=\"TARGETDIR\" Name=\"SourceDir\"><Directory Id=\"ProgramFilesFolder\"><Directory Id=\"D\" Name=\"n\">\n\
        <Component Id=\"C\" Guid=\"*\" Win64=\"$(var.Win64)\"><File Id=\"F\" Source=\"f.txt\" KeyPath=\"yes\" /></Component>\n\
        </Directory></Directory></Directory>\n<Feature Id=\"M\" Level=\"1\"><ComponentRef Id=\"C\" /></Feature>\n</Product>\n</Wix>\n";
    for (name, text) in [("vars.wxi", INCLUDE), ("a.wxs", SOURCE), ("f.txt", "f")] {
        fs::write(folder.join(name), text).expect("room");
    }
    let alone = said(&wix(folder, 20, &["convert", "--check", "a.wxs"]));
    assert!(alone.contains("WIX0043"), "{alone}");

    let together = said(&wix(folder, 0, &["convert", "a.wxs", "vars.wxi"]));
    assert!(!together.contains("WIX0043"), "{together}");
    let include = read(folder, "vars.wxi");
    for (word, value) in [("always64", "yes"), ("always32", "no")] {
        let both = format!("<?define Win64Bitness = \"{word}\" ?>\n<?define Win64 = \"{value}\" ?>");
        assert!(include.contains(&both), "{include}");
    }
    assert!(read(folder, "a.wxs").contains("Bitness=\"$(var.Win64Bitness)\""), "{}", read(folder, "a.wxs"));
    for (sources, told) in [(&["a.wxs", "vars.wxi"][..], "2 files"), (&["vars.wxi"], "1 file")] {
        let unchanged = said(&wix(folder, 0, &[&["convert", "--check"], sources].concat()));
        assert!(unchanged.trim_end().ends_with(&format!("Unchanged {told}")), "{unchanged}");
    }
    for (arch, bits) in [("x64", 256), ("x86", 0)] {
        wix(folder, 0, &["build", "-arch", arch, "a.wxs", "-o", "x.msi"]);
        let database = ancm_installer::msi::read(fs::File::open(folder.join("x.msi")).expect("made"))
            .expect("a package");
        let table = &database.tables["Component"];
        let attributes = table.rows[0][table.column("Attributes").expect("a column")].as_int();
        assert_eq!(attributes, Some(bits), "{arch}");
    }
}

#[test]
fn patterns_are_those_of_windows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut words = vec!["--json".to_owned(), "wix".to_owned(), "convert".to_owned()];
    let mut expected = Vec::new();
    for (below, (pattern, named, other)) in
        [("*.wxs", "a.wxs", "a.wxi"), ("a*b*c", "aXbYbZc", "aXcYb"), ("a?c", "abc", "ac"), ("a*", "a", "ba")]
            .into_iter()
            .enumerate()
    {
        let below = below.to_string();
        fs::create_dir(folder.path().join(&below)).expect("room");
        for name in [named, other] {
            fs::write(folder.path().join(&below).join(name), NEW).expect("room");
        }
        words.push(format!("{below}/{pattern}"));
        expected.push(format!("{below}/{named}"));
    }
    let output = xtask().args(words).current_dir(folder.path()).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let files = report["files"].as_array().expect("files").iter();
    let paths: Vec<String> =
        files.filter_map(|file| Some(file["path"].as_str()?.replace('\\', "/"))).collect();
    assert_eq!(paths, expected);
}
