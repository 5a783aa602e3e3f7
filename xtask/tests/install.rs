//! The x64 packages on a Windows: install, upgrade, repair, refusal and removal, under Wine.

use crate::machine::{Expected, FAILED, IIS, IIS_EXPRESS, bare, machine, state};
use crate::made;
use crate::made::package;
use std::collections::BTreeMap;
use std::path::Path;

/// The whole life of a package.
fn lives(expected: &Expected) {
    let Some(wine) = machine() else { return };
    let (_first_folder, first) = expected.package("110.0.100");
    let (_second_folder, second) = expected.package("110.0.200");
    let untouched = state(&wine);
    let before = &untouched.0;

    let (code, log) = wine.msiexec(&["/i", &first]);
    assert_eq!(code, 0, "install\n{log}");
    expected.is_installed(&wine, "110.0.100", before);

    let handler = wine.drive_c().join(expected.files[1].0.replace("/V/", "/110.0.100/"));
    let module = wine.drive_c().join(expected.files[0].0);
    let first_module = std::fs::read(&module).expect("installed");
    std::fs::remove_file(&handler).expect("installed");
    let (code, log) = wine.msiexec(&["/i", &first, "REINSTALL=ALL", "REINSTALLMODE=omus"]);
    assert_eq!(code, 0, "repair\n{log}");
    expected.is_installed(&wine, "110.0.100", before);

    let (code, log) = wine.msiexec(&["/i", &second]);
    assert_eq!(code, 0, "upgrade\n{log}");
    expected.is_installed(&wine, "110.0.200", before);
    assert_ne!(std::fs::read(&module).expect("kept"), first_module, "the module is the new one");
    assert!(!handler.parent().is_some_and(Path::exists), "the folder of the old handler is gone");

    let (code, log) = wine.msiexec(&["/i", &first]);
    assert_eq!(code, FAILED, "a downgrade is refused\n{log}");
    expected.is_installed(&wine, "110.0.200", before);

    let (code, log) = wine.msiexec(&["/x", &second]);
    assert_eq!(code, 0, "removal\n{log}");
    let after = state(&wine);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after.0), names(before), "removal leaves no file");
    for config in expected.configs {
        assert!(after.0[*config] == before[*config], "{config} is as before the installation, to the byte");
    }
    assert_eq!(after.1, untouched.1, "removal leaves no value");
    let folder = wine.drive_c().join(expected.files[0].0);
    let folder = folder.ancestors().nth(2).expect("Asp.Net Core Module");
    assert!(!folder.exists(), "removal leaves no folder: {}", folder.display());
}

#[test]
fn the_iis_package_installs_repairs_upgrades_and_goes() {
    lives(&IIS);
}

#[test]
fn the_iis_express_package_installs_repairs_upgrades_and_goes() {
    lives(&IIS_EXPRESS);
}

#[test]
fn another_build_of_the_same_version_takes_the_place_of_the_first() {
    let Some(wine) = machine() else { return };
    let (_folder, first) = IIS.package("110.0.100");
    let arguments = ["--flavour", "iis", "--arch", "x64", "--version", "110.0.100", "--manufacturer", "Acme"];
    let other_folder = made::dist(&arguments);
    let other = package(other_folder.path(), IIS.base, "x64");
    let other = format!("Z:{}", other.display()).replace('/', r"\");
    let untouched = state(&wine);
    for package in [&first, &other] {
        let (code, log) = wine.msiexec(&["/i", package]);
        assert_eq!(code, 0, "{log}");
        IIS.is_installed(&wine, "110.0.100", &untouched.0);
    }
}

#[test]
fn without_iis_nothing_is_installed() {
    // what the message says is in the tables of the goldens: Wine's log has no messages of a silent installation
    let Some(wine) = bare() else { return };
    for expected in [&IIS, &IIS_EXPRESS] {
        let (_folder, package) = expected.package("110.0.100");
        let untouched = state(&wine);
        let (code, log) = wine.msiexec(&["/i", &package]);
        assert_eq!(code, FAILED, "{log}");
        assert!(log.contains("Action ended") && log.contains("LaunchConditions. Return value 0"), "{log}");
        assert_eq!(state(&wine), untouched);
    }
}
