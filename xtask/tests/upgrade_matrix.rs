//! Our six packages over everything that shipped: nothing may be lost. The table is a golden file; `UPDATE_GOLDEN=1`
//! writes it anew.

use crate::modules::known;
use crate::support::golden;
use ancm_installer::release::Gate;
use ancm_installer::upgrade::Baseline;
use std::path::Path;
use std::process::{Command, Output};
use xtask::cmd::upgrade::gate;
use xtask::exit::Exit;

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().expect("it starts")
}

/// Takes the version and the mark of stand-ins out of the packages' names.
fn without_version(line: &str) -> String {
    let digit = |part: &&str| !part.starts_with(|c: char| c.is_ascii_digit());
    if line.starts_with("AspNetCoreModule") {
        line.split('_').take_while(digit).collect::<Vec<_>>().join("_")
    } else {
        line.to_owned()
    }
}

#[test]
fn nothing_is_lost_from_any_baseline() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dist");
    let made = xtask(&["dist", "--out", &out.to_string_lossy()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut packages: Vec<String> = std::fs::read_dir(&out)
        .expect("the packages")
        .map(|entry| entry.expect("an entry").path().to_string_lossy().into_owned())
        .filter(|path| path.ends_with(".msi"))
        .collect();
    packages.sort();
    assert_eq!(packages.len(), 6, "{packages:?}");
    let arguments: Vec<&str> =
        ["upgrade", "--all"].into_iter().chain(packages.iter().map(String::as_str)).collect();
    let played = xtask(&arguments);
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stdout));
    let table: Vec<String> = String::from_utf8_lossy(&played.stdout).lines().map(without_version).collect();
    let table = format!("{}\n", table.join("\n").trim_start());
    assert!(!table.contains("missing") && !table.contains("stale") && !table.contains("refused"), "{table}");
    golden::check("upgrade-matrix.txt", &table);
}

/// What `dist` asks of each package stops the one that started this.
#[test]
fn the_gate_of_dist_stops_the_broken_package() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let gate = gate::open(root, &known()).expect("the baselines");
    let name = "broken-iisexpress-arm64";
    let text = std::fs::read_to_string(root.join(format!("wix/products/ancm/baselines/{name}.toml")))
        .expect("the baseline");
    let broken = Baseline::parse(name, &text).expect("a baseline").package().expect("a package");
    let failure = gate::pass(&gate, &broken).expect_err("it loses the module");
    assert_eq!(failure.exit, Exit::Upgrade);
    let messages: Vec<&str> = failure.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(messages.iter().any(|m| m.contains("`old-iisexpress-arm64` (clean)")), "{messages:?}");
}

/// A baseline counts by its UpgradeCode, whatever it is called.
#[test]
fn the_gate_asks_for_upgrade_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let package = |name: &str| {
        let path = root.join(format!("wix/products/ancm/baselines/{name}.toml"));
        let text = std::fs::read_to_string(path).expect("the baseline");
        Baseline::parse(name, &text).expect("a baseline").package().expect("a package")
    };
    let ledger = known().ledger;
    let broken = package("broken-iisexpress-arm64");
    for (name, old, stopped) in
        [("imported", "old-iisexpress-arm64", true), ("old-iisexpress-arm64", "old-iis-arm64", false)]
    {
        let baselines = [(name.to_owned(), package(old))].into_iter().collect();
        let gate = Gate::of(baselines, &ledger);
        assert_eq!(!gate.check(&broken).is_empty(), stopped, "{name}");
    }
}

/// The bug that started this, with our package in the place of the broken one, and on a machine that has it.
#[test]
fn our_package_upgrades_and_heals() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dist");
    let made =
        xtask(&["dist", "--arch", "arm64", "--flavour", "iisexpress", "--out", &out.to_string_lossy()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let package = std::fs::read_dir(&out)
        .expect("the package")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "msi"))
        .expect("one package");
    let package = package.to_string_lossy();
    for chain in [
        &["old-iisexpress-arm64"][..],
        &["broken-iisexpress-arm64"],
        &["old-iisexpress-arm64", "broken-iisexpress-arm64"],
    ] {
        let arguments: Vec<&str> = ["upgrade", "--json"]
            .into_iter()
            .chain(chain.iter().copied())
            .chain([package.as_ref()])
            .collect();
        let played = xtask(&arguments);
        let report: serde_json::Value = serde_json::from_slice(&played.stdout).expect("JSON");
        let resources = report["resources"].as_array().expect("a list");
        let dll = resources.iter().find(|resource| {
            resource["name"] == r"C:\Program Files\IIS Express\Asp.Net Core Module\V2\aspnetcorev2.dll"
        });
        assert_eq!(dll.expect("the module")["verdict"], "present-new", "{chain:?}");
        assert_eq!(report["regression"], false, "{chain:?}");
    }
}
