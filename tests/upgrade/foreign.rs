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

/// Makes the .msi files of table JSONs of `tests/data` again, each with its ProductCode; nothing where the tools for it are
/// missing.
fn make(folder: &Path, packages: &[(&str, &str)]) -> Option<Vec<PathBuf>> {
    for tool in ["msibuild", "gcab"] {
        support::tool(tool)?;
    }
    let mut command = support::judge("msi-from-tables.py")?;
    let mut paths = Vec::new();
    for (name, code) in packages {
        let path = folder.join(format!("{}.msi", name.rsplit('/').next().unwrap_or(name)));
        command.arg(support::data(&format!("{name}.json"))).arg(&path).arg(code);
        paths.push(path);
    }
    support::run(&mut command);
    Some(paths)
}

#[test]
fn real_files_say_what_the_baselines_say() {
    const OLD: &str = "{11111111-0000-4000-8000-00000000000A}";
    const NEW: &str = "{11111111-0000-4000-8000-00000000000B}";
    let folder = tempfile::tempdir().expect("a folder");
    let pairs = [
        ["old-iisexpress-arm64", "broken-iisexpress-arm64"],
        ["old-iis-x64", "fixed-iis-x64"],
        ["rc2-iis-arm64", "net11rc1-iis-arm64"],
    ];
    let names: Vec<(String, &str)> = pairs
        .iter()
        .flat_map(|[old, new]| [(format!("ancm/{old}"), OLD), (format!("ancm/{new}"), NEW)])
        .collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    let Some(paths) = make(folder.path(), &names) else { return };
    for ([old, new], paths) in pairs.iter().zip(paths.chunks(2)) {
        let lost = |old: &Package, new: &Package| -> Vec<String> {
            let report = Report::of(&Scenario::upgrade(old, new));
            let missing = report.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Missing);
            missing.map(|outcome| format!("{} {}", outcome.confidence, outcome.resource)).collect()
        };
        let by_files = lost(&load(&paths[0]), &load(&paths[1]));
        assert_eq!(by_files, lost(&baseline(old), &baseline(new)), "{old} → {new}");
    }
}

/// What `handler.rs` reads from tables is what the files that msitools makes of them say.
#[test]
fn tables_of_the_handler_are_packages() {
    const CODE: &str = "{11111111-0000-4000-8000-00000000000C}";
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["handler/hph-iis-arm64", "handler/hph-iisexpress-x64"];
    let Some(paths) = make(folder.path(), &names.map(|name| (name, CODE))) else { return };
    for (name, path) in names.iter().zip(&paths) {
        let (real, read) = (load(path), super::tables::package(name, CODE, &[]));
        let identity = |package: &Package| -> Vec<String> {
            let of = |c: &Component| {
                format!("{} {:?} {} {:?} {:?}", c.key, c.id, c.directory, c.attributes, c.modules)
            };
            package.components.iter().map(of).collect()
        };
        assert_eq!(identity(&real), identity(&read), "{name}");
        assert_eq!(real.execute, read.execute, "{name}");
        assert_eq!((real.upgrades, real.directories), (read.upgrades, read.directories), "{name}");
    }
}

/// All 36 of them are read and kept, and say what the stored baselines say, but for ProductCodes and for the versions
/// of files, which the tables make up.
#[test]
fn real_files_become_the_baselines() {
    let folder = tempfile::tempdir().expect("a folder");
    let (names, code) = (names(), "{11111111-0000-4000-8000-00000000000C}");
    let files: Vec<String> = names.iter().map(|name| format!("ancm/{name}")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|name| (name.as_str(), code)).collect();
    let Some(paths) = make(folder.path(), &files) else { return };
    for (name, path) in names.into_iter().zip(paths) {
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
                let known = !by_wix_3 || action.custom.is_none();
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
    assert_eq!((&*component.key, file.name.as_str()), ("C", "f.txt"));
    assert_eq!(file.facts.size, Some(4));
    assert!(!Report::of(&Scenario::chain(Vec::new(), &package)).is_regression());
}
