//! Nobody is led where they have no business: what a lesser user could plant beside a configuration, or say on the command
//! line, makes LocalSystem write nowhere else. `docs/registration-security.md` says what is trusted and why.

use crate::machine::configurations::{configurations, ends_with, that_fails};
use crate::machine::{EXPRESS_CONFIGS, FAILED, IIS, IIS_CONFIG, IIS_EXPRESS, machine, text, write};
use crate::support::{self, wine::Wine};
use std::process::Command;

const VICTIM: &str = "victim.txt";
const PRECIOUS: &str = "precious";

fn with_victim() -> Option<Wine> {
    let wine = machine()?;
    write(&wine, VICTIM, PRECIOUS.as_bytes());
    Some(wine)
}

fn plant(wine: &Wine, name: &str) {
    let path = wine.drive_c().join(name);
    let _ = std::fs::remove_file(&path);
    std::fs::hard_link(wine.drive_c().join(VICTIM), path).expect("one file system");
}

#[test]
fn a_configuration_that_is_a_second_name_of_another_file_is_refused() {
    let Some(wine) = with_victim() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    write(&wine, VICTIM, text(&wine, IIS_CONFIG).as_bytes());
    let before = text(&wine, VICTIM);
    plant(&wine, IIS_CONFIG);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains("hard links"), "{log}");
    assert_eq!(text(&wine, VICTIM), before);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let Some(wine) = with_victim() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let folder = wine.drive_c().join("windows/system32/inetsrv/config");
    std::fs::rename(&folder, wine.drive_c().join("elsewhere")).expect("ours");
    std::os::unix::fs::symlink(wine.drive_c().join("elsewhere"), &folder).expect("ours");
    let before = text(&wine, "elsewhere/applicationHost.config");
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains("is a link"), "{log}");
    assert_eq!(text(&wine, "elsewhere/applicationHost.config"), before);
}

#[test]
fn what_is_planted_under_names_that_can_be_foreseen_is_not_written_through() {
    let Some(wine) = with_victim() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    for ending in [
        "new",
        "AspNetCoreModuleV2.undo.new",
        "AspNetCoreModuleV2.rollback.new",
        "AspNetCoreModuleV2.choice",
        // where another module would have its record
        "StaticFileModule.undo",
    ] {
        plant(&wine, &format!("{IIS_CONFIG}.{ending}"));
    }
    ends_with(&wine, 0, &["/i", &package]);
    IIS.is_registered(&wine, IIS_CONFIG);
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(text(&wine, VICTIM), PRECIOUS);
}

#[test]
fn a_users_planted_link_makes_nobody_write_to_what_it_leads_to() {
    const MINE: &str = "users/me/Documents/IISExpress/config/applicationhost.config";
    let Some(wine) = with_victim() else { return };
    let (_folder, package) = IIS_EXPRESS.package("110.0.100");
    write(&wine, MINE, text(&wine, EXPRESS_CONFIGS[0]).as_bytes());
    plant(&wine, &format!("{MINE}.new"));
    let named = format!(r"ANCM_USER_CONFIGS=C:\{}", MINE.replace('/', r"\"));
    ends_with(&wine, 0, &["/i", &package, &named]);
    IIS_EXPRESS.is_registered(&wine, MINE);
    assert_eq!(text(&wine, VICTIM), PRECIOUS);
}

/// A custom action that runs as LocalSystem has the bit msidbCustomActionTypeNoImpersonate.
#[test]
fn users_files_are_for_actions_that_run_as_the_user() {
    const AS_SYSTEM: u32 = 0x800;
    let Some(msiinfo) = support::tool("msiinfo") else { return };
    for (expected, of_users) in [(&IIS, 0), (&IIS_EXPRESS, 6)] {
        let (_folder, package) = expected.package("110.0.100");
        let path = package.trim_start_matches("Z:").replace('\\', "/");
        let table = support::run(Command::new(&msiinfo).args(["export", &path, "CustomAction"]));
        let table = String::from_utf8(table).expect("UTF-8");
        let types: Vec<(&str, u32)> = table
            .lines()
            .filter_map(|line| {
                let mut cells = line.split('\t');
                Some((cells.next()?, cells.next()?.parse().ok()?))
            })
            .filter(|(name, _)| name.ends_with("Configuration") && *name != "ScheduleConfiguration")
            .collect();
        let is_users = |(name, _): &&(&str, u32)| name.ends_with("UserConfiguration");
        assert_eq!(types.iter().filter(is_users).count(), of_users, "{types:?}");
        assert_eq!(types.len(), 6 + of_users, "{types:?}");
        for (name, kind) in &types {
            assert_eq!(kind & AS_SYSTEM != 0, !name.ends_with("UserConfiguration"), "{name}: {kind:#x}");
        }
    }
}

#[test]
fn a_record_or_journal_that_another_wrote_is_not_believed() {
    let Some(wine) = with_victim() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    // what the record of another would do: take the sites out
    let step = "remove\tconfiguration\u{1F}0\u{1E}system.applicationHost\u{1F}\u{1E}sites\u{1F}\t-\t-\n";
    let record = format!("registration 2\tnew\napplicationHost undo record 2\n{step}");
    write(&wine, &format!("{IIS_CONFIG}.AspNetCoreModuleV2.undo"), record.as_bytes());
    let journal = format!("registration journal 2\t0\t0\t0\napplicationHost undo record 2\n{step}");
    write(&wine, &format!("{IIS_CONFIG}.AspNetCoreModuleV2.rollback"), journal.as_bytes());
    let before = text(&wine, IIS_CONFIG);
    let Some(failing) = that_fails(&wine, &package) else { return };
    let log = ends_with(&wine, FAILED, &["/i", &failing]);
    assert!(log.contains("no record of ours") && log.contains("left by another installation"), "{log}");
    assert_eq!(text(&wine, IIS_CONFIG), before);
    ends_with(&wine, 0, &["/i", &package]);
    ends_with(&wine, 0, &["/x", &package]);
    assert!(text(&wine, IIS_CONFIG).contains("<sites>"));
    let left = configurations(&wine);
    assert!(!left.iter().any(|(name, _)| name.ends_with(".rollback") || name.ends_with(".undo")), "{left:?}");
}
