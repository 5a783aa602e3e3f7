//! S16 of ANCM's history: IIS that takes its configuration from a folder that several machines share. 2.2 refused every
//! such machine; ours registers where it can write, and says so where it cannot.

use crate::machine::configurations::{ends_with, repair};
use crate::machine::{FAILED, IIS, IIS_CONFIG, RECORD, entries, machine, state, text, write};
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
    use std::os::unix::fs::PermissionsExt;
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    share(&wine);
    let Some(wine) = wine.without_privileges() else { return };
    let permit = |mode: u32| {
        for (name, mode) in [(SHARE, mode | 0o111), (SHARED_CONFIG, mode)] {
            std::fs::set_permissions(wine.drive_c().join(name), PermissionsExt::from_mode(mode))
                .expect("ours");
        }
    };
    permit(0o444);
    let before = state(&wine);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains(r"C:\share\applicationHost.config"), "{log}");
    assert!(state(&wine) == before, "decided before anything changed");

    let shared = text(&wine, SHARED_CONFIG);
    let log = ends_with(&wine, 0, &["/i", &package, "OPT_NO_SHARED_CONFIG_CHECK=1"]);
    assert!(log.contains(r"C:\share\applicationHost.config"), "it is said\n{log}");
    assert_eq!(text(&wine, SHARED_CONFIG), shared);
    assert_eq!(entries(&wine), ["110.0.100"]);

    permit(0o644);
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
