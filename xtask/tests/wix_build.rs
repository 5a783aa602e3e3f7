//! `cargo xtask wix build` as a user starts it: switches, outputs, settings, and what it says.

use crate::made::{files, said, xtask};
use crate::support::wine::Wine;
use ancm_installer::msi::{Cell, Package};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A folder with `Product.wxs`, which has `inside` in its package, a localization without language, and `a.txt`.
fn sources(inside: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("room");
    write("a.txt", "a");
    write(
        "Product.wxs",
        &format!(
            "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\"><Package Name=\"n\" Manufacturer=\"m\" Version=\"1.0\" \
             UpgradeCode=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}\">{inside}</Package></Wix>"
        ),
    );
    write(
        "Neutral.wxl",
        "<WixLocalization xmlns=\"http://wixtoolset.org/schemas/v4/wxl\"><String Id=\"T\" Value=\"t\" /></WixLocalization>",
    );
    folder
}

const FILE: &str = "<File Id=\"A\" Source=\"a.txt\" />";

fn build(folder: &Path, arguments: &[&str]) -> Output {
    build_with(folder, arguments, &[])
}

/// The same with variables of the environment.
fn build_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = xtask();
    command.current_dir(folder).args(["wix", "build", "Product.wxs"]).args(arguments);
    command.envs(environment.iter().copied());
    command.output().expect("it starts")
}

/// The rows of `table` in the package `x.msi` that is made, each cell as a text.
fn rows(folder: &Path, arguments: &[&str], table: &str) -> Vec<Vec<String>> {
    let output = build(folder, &[arguments, &["-o", "x.msi"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let file = std::fs::File::open(folder.join("x.msi")).expect("made");
    let package = Package::open(file).expect("a package");
    let text = |cell: &Cell| cell.as_str().unwrap_or_default().to_owned();
    package.database().tables[table].rows.iter().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn what_is_no_package_is_not_written_under_its_name() {
    let folder = sources(FILE);
    let before = files(folder.path());
    for name in ["x.msm", "x.msp", "x.EXE", "x.wixipl"] {
        let output = build(folder.path(), &["-o", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(said(&output).contains("makes .msi packages and .wixlib libraries"), "{}", said(&output));
    }
    assert_eq!(files(folder.path()), before);
}

#[test]
fn an_output_that_cannot_be_written_is_told_with_this_command_s_own_switch() {
    let folder = sources(FILE);
    std::fs::create_dir(folder.path().join("x.msi")).expect("room");
    let output = build(folder.path(), &["-o", "x.msi"]);
    assert_eq!(output.status.code(), Some(14));
    let said = said(&output);
    assert!(said.contains("`-o`") && !said.contains("--out"), "{said}");
}

#[test]
fn paths_in_arguments_are_found_as_on_windows_and_a_note_says_so() {
    let folder = sources("<File Id=\"A\" Source=\"b.txt\" />");
    std::fs::create_dir_all(folder.path().join("Data/Sub")).expect("room");
    std::fs::write(folder.path().join("Data/Sub/b.txt"), "b").expect("room");
    let output = build(folder.path(), &["-b", r"data\sub", "-o", r"out\x.msi"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(folder.path().join("out/x.msi").is_file());
    assert!(said(&output).contains("`Data/Sub` is taken for `data/sub`, as on Windows"), "{}", said(&output));
}

#[test]
fn guids_of_registry_values_are_those_of_wix_3_where_that_is_asked_for() {
    let folder = sources(
        "<Component Id=\"C\" Directory=\"TARGETDIR\"><RegistryValue Root=\"HKLM\" Key=\"WixToolset\\TestKey\" \
         Name=\"Compat\" Value=\"v\" KeyPath=\"yes\" /></Component>",
    );
    // what WiX 6 gives, by its own tests (GuidCompatibilityFixture)
    for (arguments, guid) in [
        (&["-arch", "x86"][..], "{6A5C002D-C0C9-5B03-B883-BE3DF3FA21A6}"),
        (&["-arch", "x64"], "{45973AE0-BFEF-5A88-AC82-416C9699ED23}"),
        (&["-arch", "x86", "-bcgg"], "{186E35F4-96E9-5DE4-8F7B-73EA096A8543}"),
        (&["-arch", "x64", "-bcgg"], "{2E7AA7BE-006C-5FFE-A73F-1C65142AB3D7}"),
    ] {
        assert_eq!(rows(folder.path(), arguments, "Component")[0][1], guid, "{arguments:?}");
    }
}

#[test]
fn a_localization_without_a_language_makes_a_package_for_all_of_them() {
    let folder = sources("<Property Id=\"P\" Value=\"!(loc.T)\" />");
    let properties = rows(folder.path(), &["Neutral.wxl"], "Property");
    for (name, value) in [("P", "t"), ("ProductLanguage", "0")] {
        assert!(properties.contains(&vec![name.to_owned(), value.to_owned()]), "{properties:?}");
    }
}

#[test]
fn the_wix_to_be_like_is_a_setting_and_the_switch_wins() {
    let folder = sources("<Property Id=\"P\" Value=\"$(sys.WIXMAJORVERSION)\" />");
    let like = |variable: &str, arguments: &[&str]| {
        let mut command = xtask();
        command.current_dir(folder.path()).args(["wix", "build", "Product.wxs"]).args(arguments);
        command.args(["-o", "x.msi"]).env("ANCM_COMPAT", variable);
        assert!(command.output().expect("it starts").status.success());
        let package = Package::open(std::fs::File::open(folder.path().join("x.msi")).expect("made"))
            .expect("a package");
        let rows = package.database().tables["Property"].rows.clone();
        rows.into_iter().find(|row| row[0].as_str() == Some("P")).map(|row| row[1].clone())
    };
    assert_eq!(like("", &[]), Some(Cell::text("6")));
    assert_eq!(like("7", &[]), Some(Cell::text("7")));
    assert_eq!(like("7", &["-compat", "6"]), Some(Cell::text("6")));
}

/// As WiX has it (`CreateCabinetsCommand`): cabinets of 20 MiB, each on a disk of its own with the sequence of the first one,
/// and the disks behind them moved up. What reads packages reads it, and Wine installs the file. The environment's sizes count
/// before those of the source.
#[test]
fn a_file_that_is_too_large_for_one_cabinet_is_in_several() {
    const MIB: usize = 1 << 20;
    let media = "<MediaTemplate CompressionLevel=\"none\" MaximumUncompressedMediaSize=\"1\" \
                 MaximumCabinetSizeForLargeFileSplitting=\"30\" />";
    let file = |name: &str| format!("<File Source=\"{name}\" />");
    let inside = format!(
        "{media}<StandardDirectory Id=\"ProgramFiles64Folder\"><Directory Id=\"D\" Name=\"Parted\">{}</Directory></StandardDirectory>",
        ["a.txt", "big.bin", "c.txt"].map(file).concat()
    );
    let folder = sources(&inside);
    let mut state = 1_u64;
    let big: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(41 * MIB)
    .collect();
    std::fs::write(folder.path().join("big.bin"), &big).expect("room");
    std::fs::write(folder.path().join("c.txt"), "c").expect("room");
    for (name, value) in
        [("WIX_MCSLFS", "0"), ("WIX_MCSLFS", "2049"), ("WIX_MUMS", "many"), ("WIX_MUMS", "-1")]
    {
        let output = build_with(folder.path(), &["-o", "x.msi"], &[(name, value)]);
        assert!(!output.status.success() && said(&output).contains("WIX0219"), "{name}: {}", said(&output));
    }
    let sizes = [("WIX_MCSLFS", "20"), ("WIX_MUMS", "")];
    assert!(build_with(folder.path(), &["-arch", "x64", "-o", "x.msi"], &sizes).status.success());
    let media = {
        let file = std::fs::File::open(folder.path().join("x.msi")).expect("made");
        let package = Package::open(file).expect("a package");
        let row = |row: &Vec<Cell>| {
            let number = |at: usize| row[at].as_int().unwrap_or(0);
            format!("{} {} {}", number(0), number(1), row[3].as_str().unwrap_or_default())
        };
        package.database().tables["Media"].rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(media, ["1 1 cab1.cab", "2 2 cab2.cab", "3 2 cab2a.cab", "4 2 cab2b.cab", "5 3 cab3.cab"]);
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).expect("made").len() as usize;
    assert_eq!([size("cab2.cab"), size("cab2a.cab")], [20 * MIB; 2]);

    for arguments in
        [&["check", "x.msi"][..], &["upgrade", "x.msi", "x.msi"], &["layout", "x.msi"], &["pools", "x.msi"]]
    {
        let output = xtask().current_dir(folder.path()).args(arguments).output().expect("it starts");
        let said = said(&output);
        assert!(!said.contains("cannot read") && !said.contains("check::cabinet"), "{arguments:?}: {said}");
        assert!(!said.contains("the bytes of"), "{arguments:?}: {said}");
    }
    let extract = ["payload", "extract", "x.msi", "-o", "out"];
    let output = xtask().current_dir(folder.path()).args(extract).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let extracted = files(&folder.path().join("out"));
    assert!(extracted.iter().any(|(name, bytes)| name.ends_with("big.bin") && *bytes == big));

    // in the package, WiX cannot divide one
    let source = std::fs::read_to_string(folder.path().join("Product.wxs")).expect("ours");
    std::fs::write(
        folder.path().join("Product.wxs"),
        source.replace("<MediaTemplate", "<MediaTemplate EmbedCab=\"yes\""),
    )
    .expect("room");
    let output = build(folder.path(), &["-arch", "x64", "-o", "y.msi"]);
    assert!(!output.status.success() && said(&output).contains("WIX0376"), "{}", said(&output));

    let Some(wine) = Wine::new() else { return };
    for name in ["x.msi", "cab1.cab", "cab2.cab", "cab2a.cab", "cab2b.cab", "cab3.cab"] {
        std::fs::copy(folder.path().join(name), wine.drive_c().join(name)).expect("room");
    }
    let (code, log) = wine.msiexec(&["/i", r"C:\x.msi"]);
    assert_eq!(code, 0, "{log}");
    let installed = |name: &str| {
        std::fs::read(wine.drive_c().join("Program Files/Parted").join(name)).expect("installed")
    };
    assert!(installed("big.bin") == big, "the same bytes");
    assert_eq!((installed("a.txt"), installed("c.txt")), (b"a".to_vec(), b"c".to_vec()));
}

/// Three packages share their sources; what is wrong in those is said once.
#[test]
fn a_finding_of_several_packages_is_said_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files(&crate::made::root().join("wix")) {
        let path = folder.path().join("wix").join(&name);
        std::fs::create_dir_all(path.parent().expect("below")).expect("room");
        let mut text = bytes;
        if name == "registration.wxs" {
            let whole = String::from_utf8(text).expect("a text").replacen(
                "<Fragment>",
                "<Fragment><?warning look?>",
                1,
            );
            text = whole.into_bytes();
        }
        std::fs::write(path, text).expect("room");
    }
    let mut command = xtask();
    let output =
        command.current_dir(folder.path()).args(["dist", "--flavour", "iis"]).output().expect("it starts");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("WIX1096").count(), 1, "{said}");
    assert!(said.contains("look (in 3 packages)"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_told_with_each_place_once() {
    let folder = sources("<File Id=\"A\" Source=\"none.dll\" />");
    let output = build(folder.path(), &["-o", "x.msi"]);
    let said = said(&output);
    assert!(said.contains("WIX0103"), "{said}");
    assert_eq!(said.matches("`none.dll`").count(), 2, "its name and where it was looked for: {said}");
}

/// As everywhere, an input that is not there ends with 10; what is wrong inside of one, with 13.
#[test]
fn a_source_that_is_not_there_ends_as_other_missing_inputs_do() {
    let folder = sources("<Unknown />");
    for arguments in
        [&["none.wxs"][..], &["Product.wxs", "-loc", "none.wxl"], &["Product.wxs", "none.wixlib"]]
    {
        let mut command = xtask();
        let output =
            command.current_dir(folder.path()).args(["wix", "build", "-o", "x.msi"]).args(arguments).output();
        let output = output.expect("it starts");
        assert_eq!(output.status.code(), Some(10), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("help: "), "{}", said(&output));
    }
    assert_eq!(build(folder.path(), &["-o", "x.msi"]).status.code(), Some(13));
    std::fs::write(folder.path().join("Product.wxs"), "plain text").expect("room");
    let said = said(&build(folder.path(), &["-o", "x.msi"]));
    assert!(
        said.contains("Product.wxs:1:1") && said.contains("help: expected XML: a source begins"),
        "{said}"
    );
}
