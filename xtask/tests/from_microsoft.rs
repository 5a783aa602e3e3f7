//! From Microsoft's packages to ours, under Wine: every era × flavour for x64 is installed, upgraded to our package, and
//! that is removed; and what `upgrade` predicts from the same two files is what Wine leaves.
//!
//! Microsoft's packages cannot be had here. `tests/judges/msi-from-tables.py` makes them again, with msitools and
//! gcab, out of the tables that the real WiX makes of Microsoft's sources; their DLLs are stand-ins with the right
//! versions, and `--bare` leaves out custom actions and launch conditions, which Wine has no IIS for.
//!
//! One of Microsoft's packages at a time: where it removes another one late, Wine removes the UpgradeCode of both with
//! it, and no later package finds either.

use crate::machine::{
    Expected, IIS, IIS_EXPRESS, machine, registered_by_microsoft, registry, state, text,
    unlocked_by_microsoft, write,
};
use crate::made;
use crate::made::xtask;
use crate::support;
use crate::support::wine::Wine;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const ERAS: [&str; 6] = ["old", "broken", "rc1", "rc2", "fixed", "net11rc1"];

/// Above every version that Microsoft's packages have.
const VERSION: &str = "111.0.27001";

/// Writes Microsoft's package `name` to `path`; nothing where the tools for it are missing.
fn make(name: &str, more: &[&str], path: &Path) -> Option<()> {
    for tool in ["msibuild", "gcab"] {
        support::tool(tool)?;
    }
    let mut command = support::judge("msi-from-tables.py")?;
    command.arg(support::data(&format!("ancm/{name}.json"))).arg(path);
    support::run(command.arg("{11111111-0000-4000-8000-00000000000A}").args(more));
    Some(())
}

/// Each file and registry value that `upgrade` speaks of: its name, and whether it is there in the end.
fn predicted(old: &Path, new: &Path) -> BTreeMap<String, bool> {
    let output = xtask()
        .args(["upgrade", "--json", "--allow", "uncertain"])
        .arg(old)
        .arg(new)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", made::said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let resources = report["resources"].as_array().expect("resources").iter();
    let text = |resource: &Value, key: &str| resource[key].as_str().expect("a text").to_owned();
    resources
        // whether Windows leaves it behind is said to be uncertain, and Wine takes it away
        .filter(|resource| resource["verdict"] != "left-behind" || resource["uncertain"] == false)
        .filter(|resource| ["file", "registry value"].contains(&resource["kind"].as_str().expect("a kind")))
        .map(|resource| (text(resource, "name"), text(resource, "verdict") != "missing"))
        .collect()
}

/// The registry value that `upgrade` calls `name`, as it is called on the machine; nothing where it is a file.
fn value(name: &str) -> Option<String> {
    let rest = name.strip_prefix(r"HKLM\")?;
    // Windows has one `Classes\Installer` for both kinds of programs; Wine has two, and our component is 32-bit
    let shared = rest.starts_with(r"Software\Classes\Installer");
    let (rest, view) = match (rest.strip_suffix(" (32-bit view)"), rest.strip_suffix(" (64-bit view)")) {
        (Some(rest), _) => (rest, 32),
        (_, Some(rest)) => (rest, 64),
        _ => (rest, if shared { 32 } else { 64 }),
    };
    Some(format!(r"HKLM{view}\{rest}"))
}

/// Those of the things that `upgrade` names which are on the machine.
fn found<'a>(wine: &Wine, names: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    let named: Vec<(&str, Option<String>)> = names.map(|name| (name.as_str(), value(name))).collect();
    let values = named.iter().filter_map(|(_, value)| value.as_deref());
    let keys: BTreeSet<&str> =
        values.map(|value| value.split_once(" : ").expect("key and value").0).collect();
    let there = registry::values(wine, keys);
    let is_there = |name: &str, value: Option<&str>| match value {
        Some(value) => there.keys().any(|other| other.eq_ignore_ascii_case(value)),
        None => {
            let path = name.strip_prefix(r"C:\").expect("on the only drive").replace('\\', "/");
            // Wine finds its folders in any case; Unix does not
            wine.drive_c().join(path.replace("Windows/System32", "windows/system32")).is_file()
        }
    };
    named.iter().filter(|(name, value)| is_there(name, value.as_deref())).map(|(name, _)| *name).collect()
}

/// The upgrade from one of Microsoft's packages.
fn upgraded(era: &str, expected: &Expected, ours: &str) {
    let Some(wine) = machine() else { return };
    let name = format!("{era}-{}-x64", expected.flavour);
    let old = wine.drive_c().join("old.msi");
    let Some(()) = make(&name, &["--bare"], &old) else { return };
    let untouched = state(&wine);
    let (code, log) = wine.msiexec(&["/i", r"C:\old.msi"]);
    assert_eq!(code, 0, "{name}\n{log}");
    let before = state(&wine);
    assert!(before.0.keys().any(|path| path.ends_with("aspnetcorev2.dll")), "{name} is installed");
    let event_streams = |config: &str| !config.contains("AppServer");
    let clean: Vec<String> = expected.configs.iter().map(|config| text(&wine, config)).collect();
    for (config, clean) in expected.configs.iter().zip(&clean) {
        write(&wine, config, registered_by_microsoft(expected, clean, event_streams(config)).as_bytes());
    }

    let (code, log) = wine.msiexec(&["/i", ours]);
    assert_eq!(code, 0, "over {name}\n{log}");
    expected.is_installed(&wine, VERSION, &untouched.0);
    let file = ours.strip_prefix("Z:").expect("on Wine's drive of all").replace('\\', "/");
    let predicted = predicted(&old, Path::new(&file));
    assert!(predicted.len() > expected.files.len() + 4, "files, event source and provider: {predicted:?}");
    let found = found(&wine, predicted.keys());
    for (resource, present) in &predicted {
        assert_eq!(found.contains(resource.as_str()), *present, "over {name}: {resource}");
    }

    let (code, log) = wine.msiexec(&["/x", ours]);
    assert_eq!(code, 0, "removal after {name}\n{log}");
    let after = state(&wine);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after.0), names(&untouched.0), "over {name}: removal leaves no file");
    assert_eq!(after.1, untouched.1, "over {name}: removal leaves no value");
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    for (config, clean) in expected.configs.iter().zip(&clean) {
        let left = unlocked_by_microsoft(clean, event_streams(config));
        assert_eq!(packed(&text(&wine, config)), packed(&left), "over {name}: {config}");
    }
}

fn from_every_era(expected: &Expected) {
    let (_folder, ours) = expected.package(VERSION);
    // a Windows each; more at once only wait for the processors
    std::thread::scope(|scope| {
        for eras in ERAS.chunks(ERAS.len() / 2) {
            let ours = &ours;
            scope.spawn(move || eras.iter().for_each(|era| upgraded(era, expected, ours)));
        }
    });
}

#[test]
fn s1_iis_packages_of_every_era_become_ours_registered_and_leave_nothing() {
    from_every_era(&IIS);
}

#[test]
fn s1_iis_express_packages_of_every_era_become_ours_registered_and_leave_nothing() {
    from_every_era(&IIS_EXPRESS);
}

/// All 36, with their custom actions, as files that another tool made; ARM64 included.
#[test]
fn no_package_of_microsoft_loses_anything_to_ours() {
    let folder = made::dist(&["--version", VERSION]);
    let old = folder.path().join("old.msi");
    for expected in [&IIS, &IIS_EXPRESS] {
        for arch in ["x86", "x64", "arm64"] {
            let new = made::package(folder.path(), expected.base, arch);
            for era in ERAS {
                let name = format!("{era}-{}-{arch}", expected.flavour);
                let _ = std::fs::remove_file(&old);
                let Some(()) = make(&name, &[], &old) else { return };
                let predicted = predicted(&old, &new);
                let lost: Vec<_> = predicted.iter().filter(|(_, present)| !**present).collect();
                assert!(lost.is_empty(), "{name}: {lost:?}");
                assert!(predicted.keys().any(|path| path.ends_with(r"\V2\aspnetcorev2.dll")), "{name}");
            }
        }
    }
}
