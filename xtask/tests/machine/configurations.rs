//! The configurations of a machine, and packages that are installed to see what becomes of them.

use super::{Expected, files_left, text, write};
use crate::support;
use crate::support::wine::Wine;
use std::process::Command;

pub const REPAIR: [&str; 2] = ["REINSTALL=ALL", "REINSTALLMODE=omus"];

pub fn ends_with(wine: &Wine, code: i32, arguments: &[&str]) -> String {
    let (ended, log) = wine.msiexec(arguments);
    assert_eq!(ended, code, "msiexec {arguments:?}\n{log}");
    log
}

pub fn repair(wine: &Wine, package: &str) {
    ends_with(wine, 0, &[&["/i", package][..], &REPAIR].concat());
}

/// The configurations, and what stands beside them.
pub fn configurations(wine: &Wine) -> Vec<(String, Vec<u8>)> {
    let here = |name: &String| name.contains("config") && !name.contains("schema");
    files_left(wine).into_iter().filter(|(name, _)| here(name)).collect()
}

pub fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

pub fn is_as_before(wine: &Wine, before: &[(String, Vec<u8>)]) {
    let after = configurations(wine);
    assert_eq!(names(&after), names(before), "no file comes or goes");
    for ((name, after), (_, before)) in after.iter().zip(before) {
        assert!(after == before, "{name}:\n{}", String::from_utf8_lossy(after));
    }
}

/// A copy of `package` on the machine, changed by queries in the language of Windows Installer.
pub fn changed(wine: &Wine, package: &str, name: &str, queries: &[&str]) -> Option<String> {
    let msibuild = support::tool("msibuild")?;
    let copy = wine.drive_c().join(name);
    std::fs::copy(package.strip_prefix("Z:").expect("on Wine's drive of all").replace('\\', "/"), &copy)
        .expect("writable");
    for query in queries {
        support::run(Command::new(&msibuild).arg(&copy).arg("-q").arg(query));
    }
    Some(format!(r"C:\{name}"))
}

/// The package as a product of another family, which knows nothing of ours and has the same components.
pub fn of_another_family(wine: &Wine, package: &str) -> Option<String> {
    let code = "UPDATE `Property` SET `Value` = '{22222222-0000-4000-8000-00000000000B}' WHERE `Property` = 'ProductCode'";
    let family = "UPDATE `Property` SET `Value` = '{22222222-0000-4000-8000-00000000000C}' WHERE `Property` = 'UpgradeCode'";
    changed(wine, package, "other.msi", &[code, family, "DELETE FROM `Upgrade`"])
}

/// A deferred action that fails, behind all of ours: one of the same DLL, given nonsense. Wine now and then takes a program that
/// fails for one that ends well.
pub fn that_fails(wine: &Wine, package: &str) -> Option<String> {
    let action = |name: &str, kind: u16, source: &str, target: &str| {
        format!(
            "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('{name}', {kind}, '{source}', '{target}')"
        )
    };
    let place = |name: &str, number: u16| {
        format!("INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('{name}', {number})")
    };
    let queries = [
        action("SetFails", 51, "Fails", "nonsense"),
        action("Fails", 3073, "ConfigAction", "ApplyConfiguration"),
        place("SetFails", 6499),
        place("Fails", 6500),
    ];
    changed(wine, package, "fails.msi", &queries.each_ref().map(String::as_str))
}

pub fn replace(wine: &Wine, config: &str, old: &str, new: &str) {
    let before = text(wine, config);
    assert!(before.contains(old), "{old} in {config}:\n{before}");
    write(wine, config, before.replace(old, new).as_bytes());
}

/// Takes the module's entries out of a configuration, as a tool would that knows nothing of us.
pub fn damage(wine: &Wine, expected: &Expected, config: &str) {
    replace(
        wine,
        config,
        &format!(r#"<add name="AspNetCoreModuleV2" image="{}" />"#, expected.image),
        r#"<add name="AspNetCoreModuleV2" image="C:\wrong.dll" />"#,
    );
    replace(wine, config, expected.entry, "");
    replace(wine, config, r#"<section name="aspNetCore" overrideModeDefault="Allow" />"#, "");
}
