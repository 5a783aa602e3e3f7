//! The switches of `cargo xtask wix build`, and what is said of commands and switches that are not there.

use crate::made::{files, noise, refused, said, xtask};
use ancm_installer::msi::{self, Database};
use std::fs::{self, File};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const WXS: &str = "http://wixtoolset.org/schemas/v4/wxs";

/// What a package begins with, and a library does not.
const CONTAINER: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// A source of a package that has `inside`.
fn package(inside: &str) -> String {
    format!(
        "<Wix xmlns=\"{WXS}\"><Package Name=\"n\" Manufacturer=\"m\" Version=\"1.0\" \
         UpgradeCode=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}\">{inside}</Package></Wix>"
    )
}

/// A source of a property that others may refer to.
fn fragment(property: &str) -> String {
    format!("<Wix xmlns=\"{WXS}\"><Fragment><Property Id=\"{property}\" Value=\"1\" /></Fragment></Wix>")
}

/// Texts in the language of `culture`.
fn localization(culture: &str) -> String {
    format!(
        "<WixLocalization xmlns=\"http://wixtoolset.org/schemas/v4/wxl\" Culture=\"{culture}\">\
         <String Id=\"T\" Value=\"{culture}\" /></WixLocalization>"
    )
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below a folder")).expect("room");
        fs::write(path, text).expect("room");
    }
    folder
}

fn wix(folder: &Path, words: &[&str]) -> Output {
    xtask().current_dir(folder).arg("wix").args(words).output().expect("it starts")
}

/// What `wix` says, which does as it is told.
fn wix_works(folder: &Path, words: &[&str]) -> String {
    let output = wix(folder, words);
    assert!(output.status.success(), "{words:?}: {}", said(&output));
    said(&output)
}

fn read(folder: &Path, name: &str) -> Database {
    msi::read(File::open(folder.join(name)).expect("made")).expect("a package")
}

fn property<'d>(database: &'d Database, name: &str) -> Option<&'d str> {
    let rows = &database.tables["Property"].rows;
    rows.iter().find(|row| row[0].as_str() == Some(name)).and_then(|row| row[1].as_str())
}

#[test]
fn switches_are_those_of_wix_build() {
    let inside = "<?warning look?><?include part.wxi?><Media Id=\"1\" Cabinet=\"one.cab\" EmbedCab=\"yes\" />\
        <?ifdef Media?><Media Id=\"9\" Cabinet=\"empty.cab\" /><?endif?>\
        <Property Id=\"P\" Value=\"$(A) $(Flag)$(Part)\" /><Property Id=\"V\" Value=\"!(wix.N)\" />\
        <Property Id=\"L\" Value=\"!(loc.T)\" /><PropertyRef Id=\"ONE\" /><PropertyRef Id=\"TWO\" />\
        <File Source=\"!(bindpath.Bin)f.txt\" />";
    let folder = folder(&[
        ("a.wxs", &package(inside)),
        ("one.wxs", &fragment("ONE")),
        ("two.wxs", &fragment("TWO")),
        ("b.WXL", &localization("en-US")),
        ("c.wxl", &localization("de-DE")),
        ("inc/part.wxi", &format!("<Include xmlns=\"{WXS}\"><?define Part=p?></Include>")),
        ("x/y/f.txt", "f"),
    ]);
    let folder = folder.path();
    wix_works(folder, &["build", "one.wxs", "-o", "l.wixlib"]);
    wix_works(folder, &["build", "two.wxs", "-o", "M.WIXLIB"]);
    let shared = [
        "build", "-nologo", "-lib", "l.wixlib", "M.WIXLIB", "-ARCH", "arm64", "-d", "A=1=2", "-d", "Flag",
        "-b", "Bin=x/y", "-bv", "N=v", "a.wxs", "b.WXL", "-sw1096", "-wx", "-dcl", "high", "-i", "inc",
    ];
    let with = |more: &[&'static str]| [&shared[..], more].concat();
    let told = wix_works(folder, &with(&["c.wxl", "-culture", "en-US"]));
    assert!(!told.contains("WIX1096"), "{told}");
    let made = read(folder, "a.msi");
    assert!(made.summary.template.starts_with("Arm64;"), "{}", made.summary.template);
    for (name, value) in [("P", "1=2 p"), ("V", "v"), ("L", "en-US"), ("ONE", "1"), ("TWO", "1")] {
        assert_eq!(property(&made, name), Some(value), "{name}");
    }

    let failed = wix(folder, &with(&["c.wxl", "-culture", "en-US", "-d", "Media"]));
    let told = said(&failed);
    assert!(!failed.status.success() && told.contains("error[WIX1079]"), "{told}");
    assert!(!told.contains("WIX1096"), "{told}");

    wix_works(folder, &with(&["-culture", "null", "-bf", "-trackingfile", "t", "-o", "n.msi"]));
    assert_eq!(property(&read(folder, "n.msi"), "L"), Some("en-US"), "of any culture");
}

#[test]
fn a_library_is_made_where_a_switch_or_the_output_says_so() {
    let file = "<Component Id=\"C\" Directory=\"TARGETDIR\" Guid=\"{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E12}\">\
                <File Source=\"a.bin\" /></Component>";
    let part = format!("<Wix xmlns=\"{WXS}\"><Fragment>{file}</Fragment></Wix>");
    let whole = package(&format!("<MediaTemplate EmbedCab=\"yes\" />{file}"));
    let folder = folder(&[("whole.wxs", &whole), ("part.wxs", &part)]);
    let folder = folder.path();
    fs::write(folder.join("a.bin"), noise(10_000)).expect("room");
    // what comes of it: its name, and whether it has the file in it
    let made = |words: &[&str]| {
        let before = files(folder);
        wix_works(folder, &[&["build"], words].concat());
        let mut made = files(folder);
        made.retain(|name, _| !before.contains_key(name));
        assert_eq!(made.len(), 1, "{:?}", made.keys());
        let (name, bytes) = made.pop_first().expect("one");
        assert_eq!(bytes.starts_with(&CONTAINER), name.ends_with("msi"), "{name}");
        (name, bytes.len() > 10_000)
    };
    assert_eq!(made(&["whole.wxs"]), ("whole.msi".into(), true));
    assert_eq!(made(&["part.wxs", "-outputtype", "Library", "-bindfiles"]), ("part.wixlib".into(), true));
    assert_eq!(made(&["part.wxs", "-o", "x/B.WIXLIB"]), ("x/B.WIXLIB".into(), false));
}

#[test]
fn wrong_switches_are_named_with_what_to_do() {
    assert_eq!(
        refused(&["build", "-cultur", "x", "a.wxs"]),
        "unknown switch `-cultur` | did you mean `-culture`?"
    );
    assert!(refused(&["build", "a.wxs", "-o"]).starts_with("`-o` needs a value"));
    assert!(refused(&["build"]).starts_with("no source"));
    let words = folder(&[("convert.rsp", "convert a.wxs")]);
    let words = format!("@{}", words.path().join("convert.rsp").display());
    assert!(refused(&[&words]).contains("one for `build`, and this one begins with `convert`"));
    assert!(
        refused(&["build", "-ext", "No.wixext/9", "a.wxs"])
            .contains("the extension `No.wixext/9` is not there")
    );
    assert!(refused(&["build", "x.wixobj", "a.wxs"]).contains("reads sources and libraries only"));
    assert!(refused(&["build", "a.wxs", "-o", "a.msm"]).contains("build the .msm with WiX itself"));
    assert!(
        refused(&["build", "a.wxs", "-outputtype", "package", "-o", "a.wixlib"]).contains("not a library")
    );
    assert!(refused(&["build", "a.wxs", "-outputtype", "library", "-o", "a.msi"]).contains("not a package"));
    assert!(refused(&["build", "-d", "A=1", "-d", "var.A=2", "a.wxs"]).contains("defined twice"));
    assert!(refused(&["build", "-swabc", "a.wxs"]).starts_with("unknown switch"));
}

#[test]
fn a_response_file_is_split_as_wix_splits_it() {
    let inside = "<Property Id=\"P\" Value=\"$(A)\" /><Property Id=\"Q\" Value='$(B)' />";
    let folder =
        folder(&[("a.wxs", &package(inside)), ("words", "build -d \"A=two words\"\n -d B=\\\"q\\\" a.wxs")]);
    wix_works(folder.path(), &["@words"]);
    let made = read(folder.path(), "a.msi");
    assert_eq!((property(&made, "P"), property(&made, "Q")), (Some("two words"), Some("\"q\"")));
}

#[test]
fn what_is_not_here_says_what_is_there_instead() {
    assert!(refused(&["msi", "validate"]).contains("`cargo xtask check FILE.msi`"));
    assert!(refused(&["msi", "transform"]).contains("major upgrade"));
    assert!(refused(&["validate", "a.msi"]).contains("`cargo xtask check FILE.msi`"));
    assert_eq!(
        refused(&["decompile", "a.msi"]),
        "`wix decompile` is not a command | did you mean `wix msi decompile`?"
    );
    assert!(refused(&["inscrib"]).ends_with("did you mean `wix msi inscribe`?"));
    assert!(refused(&["burn", "extract"]).starts_with("`wix burn` is a command of WiX itself"));
    assert_eq!(refused(&["conver"]), "`wix conver` is not a command | did you mean `wix convert`?");
    assert_eq!(refused(&["light"]), "`wix light` is not a command | `cargo xtask wix -h` lists the commands");
}
