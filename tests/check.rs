//! What the checker says of packages that other tools wrote: one of WiX's that is clean, the same with one fault each,
//! wixl's and msibuild's, broken files.

use crate::support;
use ancm_installer::check::{self, Contents};
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::msi;
use std::fs::{self, File};
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

#[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    std::process::Command::new(program)
}

fn clean() -> PathBuf {
    support::data("bundles/ancm-like.msi")
}

fn checked(file: impl Read + Seek) -> Vec<Diagnostic> {
    let mut package = msi::Package::open(file).expect("a package");
    let container = msi::inspect(&mut package).expect("readable");
    let none =
        |_: &str| -> std::io::Result<Cursor<Vec<u8>>> { Err(std::io::Error::other("it is not there")) };
    let contents = Contents::read(&mut package, none).with_container(container);
    check::check(package.database(), package.validation(), &contents)
}

/// Findings as `CODE severity Table.Column[row]`, without notes.
fn shown(findings: &[Diagnostic]) -> Vec<String> {
    let told = findings.iter().filter(|finding| finding.severity < Severity::Note);
    told.map(|finding| {
        let place = finding.place.as_ref().map(|place| format!(" {place}")).unwrap_or_default();
        format!("{} {}{place}", finding.code, finding.severity)
    })
    .collect()
}

/// What is found in the clean package after `query`.
fn broken(msibuild: &Path, queries: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.msi");
    fs::write(&path, fs::read(clean()).expect("there")).expect("room");
    for query in queries {
        support::run(command(msibuild).arg(&path).arg("-q").arg(query));
    }
    let mut found = shown(&checked(File::open(&path).expect("there")));
    // libmsi stores rows as they come
    found.retain(|finding| !finding.starts_with("check::container"));
    found
}

#[test]
fn a_package_of_wix_is_clean() {
    assert_eq!(shown(&checked(File::open(clean()).expect("there"))), [""; 0]);
}

/// One fault, and everything that must be said of it.
const FAULTS: &[(&[&str], &[&str])] = &[
    (
        &["UPDATE `Component` SET `KeyPath` = 'Handler' WHERE `Component` = 'Shim'"],
        &["ICE02 error Component.KeyPath[Shim]"],
    ),
    (
        &["UPDATE `File` SET `Sequence` = 5 WHERE `File` = 'Shim'"],
        &["ICE04 error File.Sequence[Shim]", "check::cabinet warning Media.Cabinet[1]"],
    ),
    (&["DELETE FROM `Property` WHERE `Property` = 'Manufacturer'"], &["ICE05 error Property"]),
    (
        &[
            "UPDATE `Component` SET `ComponentId` = '{1FE90052-E91B-545F-ACF5-BDCD4FDE784C}' WHERE `Component` = 'Handler'",
        ],
        &["ICE08 error Component.ComponentId[Handler]"],
    ),
    (
        &["UPDATE `Feature` SET `Attributes` = 2 WHERE `Feature` = 'WixDefaultFeature'"],
        &["ICE14 error Feature.Feature[WixDefaultFeature]"],
    ),
    (
        &["DELETE FROM `FeatureComponents` WHERE `Component_` = 'Handler'"],
        &["ICE21 error Component.Component[Handler]"],
    ),
    (
        &["UPDATE `Property` SET `Value` = '2024.1.0' WHERE `Property` = 'ProductVersion'"],
        &["ICE24 error Property.Value[ProductVersion]"],
    ),
    (
        &["INSERT INTO `InstallUISequence` (`Action`, `Sequence`) VALUES ('InstallFiles', 1290)"],
        &[
            "ICE26 error InstallUISequence.Action[InstallFiles]",
            "ICE27 error InstallUISequence.Sequence[InstallFiles]",
        ],
    ),
    (
        &["UPDATE `InstallExecuteSequence` SET `Sequence` = 1450 WHERE `Action` = 'RemoveFiles'"],
        &["ICE27 error InstallExecuteSequence.Sequence[RemoveFiles]"],
    ),
    (
        &[
            "UPDATE `File` SET `FileName` = 'wqvu5mzq.dll|aspnetcorev2_outofprocess.dll' WHERE `File` = 'Shim'",
            "UPDATE `Component` SET `Directory_` = 'VER' WHERE `Component` = 'Shim'",
        ],
        &["ICE30 error File.File[Handler]", "ICE30 error File.File[Shim]"],
    ),
    (
        &["INSERT INTO `Property` (`Property`, `Value`) VALUES ('REINSTALLMODE', 'amus')"],
        &["ICE40 warning Property.Property[REINSTALLMODE]"],
    ),
    (&["UPDATE `File` SET `Attributes` = 640 WHERE `File` = 'Shim'"], &["ICE45 error File.Attributes[Shim]"]),
    (
        &["INSERT INTO `Property` (`Property`, `Value`) VALUES ('V2', 'C:\\V2')"],
        &["ICE48 warning Directory.Directory[V2]"],
    ),
    (
        &["UPDATE `File` SET `Version` = 'Handler' WHERE `File` = 'Shim'"],
        &["ICE54 warning Component.KeyPath[Shim]"],
    ),
    (
        &["UPDATE `Directory` SET `DefaultDir` = 'Temp' WHERE `Directory` = 'TARGETDIR'"],
        &["ICE56 error Directory.Directory[TARGETDIR]"],
    ),
    (
        &["UPDATE `File` SET `Language` = '' WHERE `File` = 'Shim'"],
        &["ICE60 warning File.Version[Shim]", "check::file_version warning File.Language[Shim]"],
    ),
    (
        &[
            "DELETE FROM `Upgrade` WHERE `ActionProperty` = 'WIX_UPGRADE_DETECTED'",
            "INSERT INTO `Upgrade` (`UpgradeCode`, `VersionMax`, `Attributes`, `ActionProperty`) VALUES ('{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E98}', '20.0.26296', 513, 'WIX_UPGRADE_DETECTED')",
        ],
        &["ICE61 warning Upgrade.VersionMax[{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E98}//20.0.26296//513]"],
    ),
    (
        &["UPDATE `InstallExecuteSequence` SET `Sequence` = 2000 WHERE `Action` = 'RemoveExistingProducts'"],
        &["ICE63 warning InstallExecuteSequence.Action[RemoveExistingProducts]"],
    ),
    (
        &[
            "DELETE FROM `Media` WHERE `DiskId` = 1",
            "INSERT INTO `Media` (`DiskId`, `LastSequence`, `Cabinet`) VALUES (2, 4, '#cab1.cab')",
        ],
        &["ICE71 error Media.DiskId[2]"],
    ),
    (
        &["DELETE FROM `Property` WHERE `Property` = 'UpgradeCode'"],
        &["ICE61 error Property", "ICE74 warning Property"],
    ),
    (
        &["UPDATE `InstallExecuteSequence` SET `Condition` = '$Gone=2' WHERE `Action` = 'RemoveFiles'"],
        &["ICE79 error InstallExecuteSequence.Condition[RemoveFiles]"],
    ),
    (
        &["UPDATE `Component` SET `Attributes` = 256 WHERE `Component` = 'Shim.wow'"],
        &["ICE80 error Component.Directory_[Shim.wow]"],
    ),
    (
        &["DELETE FROM `InstallExecuteSequence` WHERE `Action` = 'RegisterUser'"],
        &[
            "ICE82 error InstallExecuteSequence.Action[PublishFeatures]",
            "ICE82 error InstallExecuteSequence.Action[PublishProduct]",
            "ICE82 error InstallExecuteSequence.Action[RegisterProduct]",
        ],
    ),
    (
        &[
            "UPDATE `InstallExecuteSequence` SET `Condition` = 'NOT Installed' WHERE `Action` = 'InstallValidate'",
        ],
        &["ICE84 warning InstallExecuteSequence.Action[InstallValidate]"],
    ),
    (
        &["UPDATE `InstallExecuteSequence` SET `Condition` = 'AdminUser' WHERE `Action` = 'RemoveFiles'"],
        &["ICE86 warning InstallExecuteSequence.Condition[RemoveFiles]"],
    ),
    (
        &["INSERT INTO `Property` (`Property`, `Value`) VALUES ('ADDLOCAL', 'ALL')"],
        &["ICE87 warning Property.Property[ADDLOCAL]"],
    ),
    (
        &["UPDATE `Component` SET `ComponentId` = '', `Attributes` = 272 WHERE `Component` = 'Shim'"],
        &["ICE92 error Component.Component[Shim]"],
    ),
    (
        &["DELETE FROM `AdvtExecuteSequence` WHERE `Action` = 'PublishProduct'"],
        &["ICE96 warning AdvtExecuteSequence"],
    ),
    (
        &[
            "INSERT INTO `Directory` (`Directory`, `Directory_Parent`, `DefaultDir`) VALUES ('REBOOT', 'V2', 'Boot')",
        ],
        &["ICE99 error Directory.Directory[REBOOT]"],
    ),
    (
        &["UPDATE `Component` SET `Directory_` = 'GONE' WHERE `Component` = 'Shim'"],
        &["ICE03 error Component.Directory_[Shim]"],
    ),
    (
        &[
            "UPDATE `Component` SET `ComponentId` = '{1fe90052-e91b-545f-acf5-bdcd4fde784c}' WHERE `Component` = 'Shim'",
        ],
        &["ICE03 error Component.ComponentId[Shim]"],
    ),
    (
        &["UPDATE `InstallExecuteSequence` SET `Condition` = 'NOT (' WHERE `Action` = 'RemoveFiles'"],
        &["ICE03 error InstallExecuteSequence.Condition[RemoveFiles]"],
    ),
    (
        &["UPDATE `File` SET `FileSize` = 17 WHERE `File` = 'Shim'"],
        &["check::file_version error File.FileSize[Shim]"],
    ),
];

#[test]
fn each_fault_is_found_and_nothing_else() {
    let Some(msibuild) = support::tool("msibuild") else { return };
    let mut wrong = Vec::new();
    for (queries, expected) in FAULTS {
        let found = broken(&msibuild, queries);
        // a fault in what others refer to shows there, too
        let missing: Vec<_> =
            expected.iter().filter(|finding| !found.iter().any(|one| one == *finding)).collect();
        let extra: Vec<_> = found.iter().filter(|finding| !expected.contains(&finding.as_str())).collect();
        if !missing.is_empty() || !extra.is_empty() {
            wrong.push(format!("{queries:?}\n  missing {missing:?}\n  too much {extra:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_package_of_wixl_gets_findings() {
    let Some(wixl) = support::tool("wixl") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("a.wxs");
    fs::write(folder.path().join("a.txt"), "text\n").expect("room");
    let text = r#"<?xml version="1.0"?><Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="A"
 UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11" Version="1.0.0" Manufacturer="Acme" Language="1033">
<Package InstallerVersion="500" Compressed="yes"/><Media Id="1" Cabinet="cab1.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Component Id="C" Guid="00000000-0000-0000-0000-000000000001">
<File Id="F" Name="a.txt" Source="a.txt"/></Component></Directory>
<Feature Id="All" Level="1"><ComponentRef Id="C"/></Feature></Product></Wix>"#;
    fs::write(&source, text).expect("room");
    let package = folder.path().join("a.msi");
    support::run(command(wixl).current_dir(folder.path()).arg("-o").arg(&package).arg(&source));
    let found = shown(&checked(File::open(&package).expect("there")));
    // wixl writes no `_Validation`, which is said of each column
    assert!(found.iter().any(|finding| finding == "ICE03 error Component"), "{found:?}");
    let other: Vec<&String> =
        found.iter().filter(|f| !f.starts_with("ICE03") && !f.starts_with("check::container")).collect();
    assert_eq!(other, [""; 0]);
}

/// What is stored wrongly is seen by a reader of another author, too.
#[test]
fn the_file_is_judged_as_by_the_strict_reader() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = folder.path().join("ours.msi");
    let database = msi::Database {
        summary: msi::SummaryInformation {
            template: "x64;1033".to_owned(),
            revision_number: "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A01}".to_owned(),
            ..msi::SummaryInformation::default()
        },
        tables: [("Property".to_owned(), msi::schema::standard_table("Property").expect("standard"))].into(),
        ..msi::Database::default()
    };
    let mut file = File::options().read(true).write(true).create_new(true).open(&ours).expect("room");
    msi::write(&database, std::num::NonZeroUsize::MIN, &mut file).expect("written");
    for path in [clean(), ours] {
        let Some(mut judge) = support::judge("msicheck.py") else { return };
        let output = judge.arg(&path).output().expect("it starts");
        let says = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut package = msi::Package::open(File::open(&path).expect("there")).expect("a package");
        let problems = msi::inspect(&mut package).expect("readable");
        assert_eq!(says.starts_with("BAD"), !problems.is_empty(), "{says}{problems:?}");
    }
}

#[test]
fn every_rule_explains_itself_and_is_found_by_its_code() {
    assert!(check::rules().len() >= 63);
    for rule in check::rules() {
        assert_eq!(check::rule(&rule.code.to_lowercase()).map(|found| found.code), Some(rule.code));
        assert!(
            rule.explanation.ends_with(['.', '-', ')']) || rule.explanation.contains("https://"),
            "{}",
            rule.code
        );
    }
}

/// Bytes of the package turned around, cut off and repeated: findings or an error, never a panic.
#[test]
fn broken_files_are_refused_or_checked() {
    let good = fs::read(clean()).expect("there");
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    let mut refused = 0;
    for _ in 0..400 {
        let mut bytes = good.clone();
        for _ in 0..1 + random() % 8 {
            let at = random() % bytes.len();
            bytes[at] = random().to_le_bytes()[0];
        }
        if random().is_multiple_of(8) {
            bytes.truncate(random() % good.len());
        }
        let Ok(mut package) = msi::Package::open(Cursor::new(&bytes)) else {
            refused += 1;
            continue;
        };
        let container = msi::inspect(&mut package).unwrap_or_default();
        let none =
            |_: &str| -> std::io::Result<Cursor<Vec<u8>>> { Err(std::io::Error::other("it is not there")) };
        let contents = Contents::read(&mut package, none).with_container(container);
        let _ = check::check(package.database(), package.validation(), &contents);
    }
    assert!((1..400).contains(&refused), "{refused} of 400 were refused");
}
