//! S16 of ANCM's history: IIS that takes its configuration from a folder that several machines share. 2.2 refused every
//! such machine; ours registers where it can write, and says so where it cannot.

use crate::machine::configurations::{ends_with, repair};
use crate::machine::{FAILED, IIS, IIS_CONFIG, RECORD, entries, machine, on_disk, state, text, write};
use crate::support::wine::Wine;

/// The folder of a shared configuration, and what names it on the machine.
const SHARE: &str = "share";
const SHARED_CONFIG: &str = "share/applicationHost.config";

fn share(wine: &Wine) {
    write(wine, SHARED_CONFIG, text(wine, IIS_CONFIG).as_bytes());
    write(wine, "share/administration.config", b"<configuration />");
    redirect(wine, r"C:\share");
}

/// Turns shared configuration on
/// (<https://learn.microsoft.com/iis/configuration/configurationredirection/>).
fn redirect(wine: &Wine, path: &str) {
    let file = "windows/system32/inetsrv/config/redirection.config";
    let redirection =
        format!("<configurationRedirection enabled=\"true\" path=\"{path}\" userName=\"\" password=\"\" />");
    write(wine, file, text(wine, file).replace("<configurationRedirection />", &redirection).as_bytes());
}

/// 2.2 refused every shared configuration (dotnet/aspnetcore issue 4451).
#[test]
fn s16_a_shared_configuration_that_can_be_written_is_registered() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    share(&wine);
    let (local, shared) = (text(&wine, IIS_CONFIG), text(&wine, SHARED_CONFIG));
    ends_with(&wine, 0, &["/i", &package]);
    IIS.is_registered(&wine, SHARED_CONFIG);
    assert_eq!(text(&wine, IIS_CONFIG), local, "the machine's own file is not in use");
    assert!(
        wine.drive_c().join(format!("{SHARED_CONFIG}{RECORD}")).is_file(),
        "the record goes with the file"
    );
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(text(&wine, SHARED_CONFIG), shared);
    let left: Vec<_> = std::fs::read_dir(wine.drive_c().join(SHARE)).expect("there").collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(unix)]
#[test]
fn s16_a_shared_configuration_that_cannot_be_written_is_refused_or_left_as_the_user_says() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    share(&wine);
    let Some(wine) = wine.without_privileges() else { return };
    permit(&wine, false);
    let before = state(&wine);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains(r"C:\share\applicationHost.config"), "{log}");
    assert!(state(&wine) == before, "decided before anything changed");

    let shared = text(&wine, SHARED_CONFIG);
    let log = ends_with(&wine, 0, &["/i", &package, "OPT_NO_SHARED_CONFIG_CHECK=1"]);
    assert!(log.contains(r"C:\share\applicationHost.config"), "it is said\n{log}");
    assert_eq!(text(&wine, SHARED_CONFIG), shared);
    assert_eq!(entries(&wine), ["110.0.100"]);

    permit(&wine, true);
    repair(&wine, &package);
    IIS.is_registered(&wine, SHARED_CONFIG);
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(text(&wine, SHARED_CONFIG), shared);
}

#[test]
fn s16_a_shared_configuration_out_of_reach_is_refused() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    redirect(&wine, r"C:\nowhere");
    let before = state(&wine);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains(r"C:\nowhere\applicationHost.config"), "{log}");
    assert!(state(&wine) == before);
}

/// What beside the machine's own configuration says that the shared one may be left.
const CHOICE: &str = "windows/system32/inetsrv/config/applicationHost.config.AspNetCoreModuleV2.choice";

/// Makes the shared configuration one that can be read and not written, or lets it be written again.
#[cfg(unix)]
fn permit(wine: &Wine, writing: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if writing { 0o644 } else { 0o444 };
    for (name, mode) in [(SHARE, mode | 0o111), (SHARED_CONFIG, mode)] {
        std::fs::set_permissions(wine.drive_c().join(name), PermissionsExt::from_mode(mode)).expect("ours");
    }
}

/// Apps & Features, Intune and group policies say no properties.
#[cfg(unix)]
#[test]
fn s16_what_was_said_at_installation_holds_for_repair_and_removal() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    share(&wine);
    let Some(wine) = wine.without_privileges() else { return };
    let is_remembered = || wine.drive_c().join(CHOICE).exists();
    permit(&wine, false);
    ends_with(&wine, 0, &["/i", &package, "OPT_NO_SHARED_CONFIG_CHECK=1"]);
    assert!(is_remembered());
    repair(&wine, &package);

    // even where the entry would stay without its DLL: that is what was said
    permit(&wine, true);
    repair(&wine, &package);
    IIS.is_registered(&wine, SHARED_CONFIG);
    permit(&wine, false);
    let log = ends_with(&wine, 0, &["/x", &package]);
    assert!(log.contains("left as it is, as asked for"), "{log}");
    assert_eq!(entries(&wine), [""; 0]);
    assert!(!is_remembered());

    // and whoever says otherwise is heard
    ends_with(&wine, 0, &["/i", &package, "OPT_NO_SHARED_CONFIG_CHECK=1"]);
    permit(&wine, true);
    repair(&wine, &package);
    ends_with(
        &wine,
        0,
        &["/i", &package, "REINSTALL=ALL", "REINSTALLMODE=omus", "OPT_NO_SHARED_CONFIG_CHECK=0"],
    );
    assert!(!is_remembered());
    permit(&wine, false);
    // Wine rolls no removal back, and has taken out entries in the registry by then
    let before = on_disk(&wine);
    ends_with(&wine, FAILED, &["/x", &package]);
    assert!(on_disk(&wine) == before, "IIS would look for a DLL that is gone");
}

/// A removal is stopped only where IIS would look for the DLL that goes.
#[cfg(unix)]
#[test]
fn s16_a_removal_is_stopped_only_where_the_dll_would_be_missed() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    share(&wine);
    let Some(wine) = wine.without_privileges() else { return };
    let before = text(&wine, SHARED_CONFIG);
    ends_with(&wine, 0, &["/i", &package]);
    permit(&wine, false);
    let registered = on_disk(&wine);
    let log = ends_with(&wine, FAILED, &["/x", &package]);
    assert!(log.contains(r"C:\share\applicationHost.config"), "{log}");
    assert!(on_disk(&wine) == registered, "stopped before anything changed");

    // somebody has taken the module out by hand
    permit(&wine, true);
    write(&wine, SHARED_CONFIG, before.as_bytes());
    permit(&wine, false);
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(text(&wine, SHARED_CONFIG), before);
    assert_eq!(entries(&wine), [""; 0]);
}
