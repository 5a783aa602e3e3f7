//! Packages that other tools made: Microsoft's tables, written again by msitools, and one by wixl.

#![allow(clippy::disallowed_methods, reason = "the tests start the tools that make the packages")]

use super::ancm::{baseline, names};
use crate::support;
use ancm_installer::msi;
use ancm_installer::upgrade::{
    Action, Baseline, Component, Package, Report, Scenario, Verdict, read_payload,
};
use std::path::{Path, PathBuf};
use std::process::Command;

fn load(path: &Path) -> Package {
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("readable"));
    let mut msi = msi::Package::open(file).expect("a database");
    let payload = read_payload(&mut msi).expect("cabinets");
    Package::load("foreign", msi.database(), &payload).expect("a package")
}

/// Makes the .msi of a table JSON again; nothing where the tools for it are missing.
fn make(name: &str, code: &str, folder: &Path) -> Option<PathBuf> {
    for tool in ["msibuild", "gcab", "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-windres"] {
        support::tool(tool)?;
    }
    let path = folder.join(format!("{name}.msi"));
    support::run(
        support::judge("msi-from-tables.py")?
            .arg(support::data(&format!("ancm/{name}.json")))
            .arg(&path)
            .arg(code),
    );
    Some(path)
}

#[test]
fn real_files_say_what_the_baselines_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let codes = ["{11111111-0000-4000-8000-00000000000A}", "{11111111-0000-4000-8000-00000000000B}"];
    for [old, new] in [
        ["old-iisexpress-arm64", "broken-iisexpress-arm64"],
        ["old-iis-x64", "fixed-iis-x64"],
        ["rc2-iis-arm64", "net11rc1-iis-arm64"],
    ] {
        let (Some(before), Some(after)) =
            (make(old, codes[0], folder.path()), make(new, codes[1], folder.path()))
        else {
            return;
        };
        let lost = |old: &Package, new: &Package| -> Vec<String> {
            let report = Report::of(&Scenario::upgrade(old, new));
            let missing = report.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Missing);
            missing.map(|outcome| format!("{} {}", outcome.confidence, outcome.resource)).collect()
        };
        let by_files = lost(&load(&before), &load(&after));
        assert_eq!(by_files, lost(&baseline(old), &baseline(new)), "{old} → {new}");
    }
}

/// All 36 of them are read and kept, and say what the stored baselines say, but for ProductCodes and for the versions
/// of files, which the tables make up.
#[test]
fn real_files_become_the_baselines() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in names() {
        let Some(path) = make(&name, "{11111111-0000-4000-8000-00000000000C}", folder.path()) else { return };
        let mut msi = msi::Package::open(std::fs::File::open(path).expect("readable")).expect("a database");
        let payload = read_payload(&mut msi).expect("cabinets");
        let imported = Baseline::of("imported", "a test", msi.database(), &payload);
        let again = Baseline::parse("imported", &imported.render()).expect("its own text");
        assert_eq!(again.database, imported.database, "{name}");
        let (real, stored) = (imported.package().expect("a package"), baseline(&name));
        let identity = |package: &Package| -> Vec<String> {
            let of = |c: &Component| format!("{} {:?} {} {:?}", c.key, c.id, c.directory, c.attributes);
            package.components.iter().map(of).collect()
        };
        assert_eq!(identity(&real), identity(&stored), "{name}");
        assert_eq!(real.directories, stored.directories, "{name}");
        let by_wix_3 = ["old", "broken", "rc1"].iter().any(|era| name.starts_with(era));
        let place = |package: &Package| {
            let of_action = |action: &Action| {
                // the tables come from WiX 6, which orders custom actions between the same standard ones otherwise
                let known = !by_wix_3 || !package.custom_actions.contains_key(&action.name);
                (action.name.clone(), action.condition.clone(), known.then_some(action.sequence))
            };
            let mut actions: Vec<_> = package.execute.iter().map(of_action).collect();
            actions.sort_by(|a, b| a.0.cmp(&b.0));
            actions
        };
        assert_eq!(place(&real), place(&stored), "{name}");
        assert_eq!(real.upgrades, stored.upgrades, "{name}");
        assert_eq!(
            (real.arch, real.version, real.upgrade_code),
            (stored.arch, stored.version, stored.upgrade_code)
        );
        for ((_, file), (_, claimed)) in real.files().zip(stored.files()) {
            assert_eq!((&file.key, &file.name), (&claimed.key, &claimed.name), "{name}");
            assert_eq!(file.version.is_some(), claimed.version.is_some(), "{name}: {}", file.key);
        }
    }
}

#[test]
fn a_package_of_wixl_loads() {
    let Some(wixl) = support::tool("wixl") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let source = r#"<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{11111111-0000-4000-8000-00000000000D}" Name="App" Version="1.0.0" Manufacturer="M" Language="1033"
           UpgradeCode="{11111111-0000-4000-8000-00000000000E}">
    <Package InstallerVersion="200" Compressed="yes" />
    <Media Id="1" Cabinet="app.cab" EmbedCab="yes" />
    <Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder"><Directory Id="APP" Name="App">
      <Component Id="C" Guid="{11111111-0000-4000-8000-00000000000F}"><File Id="f" Source="f.txt" KeyPath="yes" /></Component>
    </Directory></Directory></Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="C" /></Feature>
  </Product>
</Wix>"#;
    std::fs::write(folder.path().join("app.wxs"), source).expect("written");
    std::fs::write(folder.path().join("f.txt"), "text").expect("written");
    support::run(Command::new(wixl).args(["-o", "app.msi", "app.wxs"]).current_dir(folder.path()));
    let package = load(&folder.path().join("app.msi"));
    let (component, file) = package.files().next().expect("a file");
    assert_eq!((component.key.as_str(), file.name.as_str()), ("C", "f.txt"));
    assert_eq!(file.facts.size, Some(4));
    assert!(!Report::of(&Scenario::chain(Vec::new(), &package)).is_regression());
}
