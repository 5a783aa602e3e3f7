//! Nobody is led where they have no business while DLLs are swapped: what a lesser user could plant beside a DLL makes
//! LocalSystem write nowhere else, and give back nothing that was not there. `docs/registration-security.md` says what is
//! trusted and why; folders of users are in `swap_faults.rs`.

use crate::machine::configurations::{ends_with, that_fails};
use crate::machine::{FAILED, write};
use crate::modules::rewrite::{GENUINE, REWRITE, rewrite};
use crate::patch::{
    DLL, KEPT, SECOND, install, installable, is_swapped, of_others, patch, same, with_rewrite,
};
use crate::support::wine::Wine;
use ancm_installer::id::{Arch, FileVersion};
use tempfile::TempDir;

const VICTIM: &str = "victim.dll";
/// Where the patch keeps what was there.
const RECORD: &str = "Program Files/IIS/URL Rewrite for ARM64/arm64x/rewrite.dll.undo";

/// A machine with URL Rewrite, a file that nobody may change, and the patch.
fn with_victim() -> Option<(Wine, TempDir, String)> {
    let wine = with_rewrite()?;
    write(&wine, VICTIM, &victim());
    let (folder, package) = patch(&["--product", REWRITE]);
    let package = installable(&wine, &package, "patch.msi")?;
    Some((wine, folder, package))
}

/// A good DLL of another version, so that it is looked at as closely as any.
fn victim() -> Vec<u8> {
    rewrite(Arch::X64, FileVersion([7, 1, 1993, 1]))
}

fn plant(wine: &Wine, name: &str) {
    let path = wine.drive_c().join(name);
    std::fs::create_dir_all(path.parent().expect("on the drive")).expect("writable");
    let _ = std::fs::remove_file(&path);
    std::fs::hard_link(wine.drive_c().join(VICTIM), path).expect("one file system");
}

fn is_unharmed(wine: &Wine, when: &str) {
    assert!(std::fs::read(wine.drive_c().join(VICTIM)).expect("it is there") == victim(), "{when}");
}

#[test]
fn a_dll_that_is_a_second_name_of_another_file_is_refused() {
    let Some((wine, _folder, package)) = with_victim() else { return };
    for name in [DLL, KEPT, SECOND] {
        plant(&wine, name);
        let before = of_others(&wine);
        let log = install(&wine, FAILED, &package);
        assert!(log.contains("hard links"), "{name}\n{log}");
        same(&of_others(&wine), &before, name);
        is_unharmed(&wine, name);
        std::fs::remove_file(wine.drive_c().join(name)).expect("planted");
        write(&wine, DLL, &rewrite(Arch::X64, GENUINE));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let Some((wine, _folder, package)) = with_victim() else { return };
    let folder = wine.drive_c().join("windows/system32/inetsrv");
    std::fs::rename(&folder, wine.drive_c().join("elsewhere")).expect("ours");
    std::os::unix::fs::symlink(wine.drive_c().join("elsewhere"), &folder).expect("ours");
    let log = install(&wine, FAILED, &package);
    assert!(log.contains("is a link"), "{log}");
    let left: Vec<_> = std::fs::read_dir(wine.drive_c().join("elsewhere"))
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    assert_eq!(left, ["rewrite.dll"]);
}

#[test]
fn what_is_planted_under_names_that_can_be_foreseen_is_not_written_through() {
    let Some((wine, _folder, package)) = with_victim() else { return };
    let beside = ["new", "old", "undo", "rollback", "0.rollback"].map(|ending| format!("{DLL}.{ending}"));
    for name in beside.iter().cloned().chain([format!("{RECORD}.new")]) {
        plant(&wine, &name);
    }
    let (x64, arm64) = (rewrite(Arch::X64, GENUINE), rewrite(Arch::Arm64, GENUINE));
    install(&wine, 0, &package);
    is_swapped(&wine, &x64, &arm64);
    ends_with(&wine, 0, &["/x", &package]);
    is_unharmed(&wine, "removal");
    assert!(beside.iter().all(|name| wine.drive_c().join(name).exists()), "what is not ours stays");
}

/// A journal counts with the name of its own installation only, and a record that is none is not guessed at.
#[test]
fn a_record_or_journal_that_another_wrote_is_not_believed() {
    let Some((wine, _folder, package)) = with_victim() else { return };
    let evil = b"MZ evil";
    let planted = format!("{DLL}.{}.rollback", "0".repeat(32));
    let run = "0".repeat(32);
    let mut journal = format!("swap journal 1\t{run}\tnone\nfile\t{}\n", evil.len()).into_bytes();
    journal.extend_from_slice(evil);
    write(&wine, &planted, &journal);
    let (x64, arm64) = (rewrite(Arch::X64, GENUINE), rewrite(Arch::Arm64, GENUINE));
    let local = package.replace("C:", &format!("Z:{}", wine.drive_c().display()));
    let Some(failing) = that_fails(&wine, &local) else { return };
    install(&wine, FAILED, &failing);
    assert!(of_others(&wine)[DLL] == x64, "given back is what was there");

    for record in [
        "swap record 1\n..\\..\\victim.dll\t1\t1\t7\nMZ evil",
        "swap record 1\nfile\t1\t1\t999999999\nMZ evil",
        "not a record",
    ] {
        write(&wine, RECORD, record.as_bytes());
        let log = install(&wine, FAILED, &package);
        assert!(log.contains("rewrite.dll.undo") && log.contains("is damaged"), "{record}\n{log}");
        assert!(of_others(&wine)[DLL] == x64, "{record}");
        is_unharmed(&wine, record);
    }
    std::fs::remove_file(wine.drive_c().join(RECORD)).expect("planted");
    install(&wine, 0, &package);
    is_swapped(&wine, &x64, &arm64);
    ends_with(&wine, 0, &["/x", &package]);
    assert!(of_others(&wine)[DLL] == x64);
}
