//! Whether a file may be believed and written to, asked of its handle.
//!
//! An action that runs as LocalSystem may write anywhere, and so it must not be led: by a link at the place of the file, by
//! a second name of another file (hard link), by a link on the way there, or in a folder whose owner can put anything in
//! it at any time.

use super::file::File;
use super::trouble::{Trouble, check};
use crate::advapi;
use crate::session::narrow;
use alloc::string::String;
use alloc::vec::Vec;
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_REPARSE_POINT, FILE_NAME_NORMALIZED,
    GetFileInformationByHandle, GetFinalPathNameByHandleW, VOLUME_NAME_DOS,
};

/// `WRITE_DAC`, one of the standard access rights.
pub(super) const WRITE_DAC: u32 = 0x0004_0000;

/// Whose file it is, and so how far it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The system's, in a folder of the system's.
    System,
    /// In a folder that a file of the system's names: what its owner is, and where in the network it is kept, is for the
    /// administrator to know who named it.
    Named,
    /// A user's. The action runs as that user, and can do what the user can.
    User,
}

/// Refuses a file that is not what its path says.
pub(super) fn check_file(file: &File, path: &str, trust: Trust) -> Result<(), Trouble> {
    if trust == Trust::User {
        return Ok(());
    }
    let about = about(file)?;
    if about.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(Trouble::Link(path.into()));
    }
    if about.nNumberOfLinks > 1 {
        return Err(Trouble::Names(about.nNumberOfLinks));
    }
    check_folder(path, trust)?;
    if trust == Trust::System {
        let to = final_path(file)?;
        if to.to_lowercase() != path.to_lowercase() {
            return Err(Trouble::Leads(to));
        }
    }
    Ok(())
}

/// Refuses a folder that is reached through a link, or whose owner could change it.
pub(super) fn check_folder(path: &str, trust: Trust) -> Result<(), Trouble> {
    if trust != Trust::System {
        return Ok(());
    }
    let Some((folder, _)) = path.rsplit_once('\\') else { return Ok(()) };
    let mut way = folder;
    // up to the drive
    while let Some((above, _)) = way.rsplit_once('\\') {
        if super::attributes(way).is_some_and(|attributes| attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0) {
            return Err(Trouble::Link(way.into()));
        }
        way = above;
    }
    let opened = File::folder(folder)?;
    match advapi::owner(opened.0) {
        Some(owner) if !is_trusted(&owner) => Err(Trouble::Owner(folder.into())),
        // a file system that knows no owners knows no users either
        _ => Ok(()),
    }
}

fn about(file: &File) -> Result<BY_HANDLE_FILE_INFORMATION, Trouble> {
    let mut about = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the information has its place
    check(unsafe { GetFileInformationByHandle(file.0, &mut about) })?;
    Ok(about)
}

/// The path without the links that led there.
fn final_path(file: &File) -> Result<String, Trouble> {
    let mut buffer = alloc::vec![0u16; 1 << 15];
    let room = buffer.len() as u32;
    let flags = FILE_NAME_NORMALIZED | VOLUME_NAME_DOS;
    // SAFETY: the buffer has the length that is said
    let length = unsafe { GetFinalPathNameByHandleW(file.0, buffer.as_mut_ptr(), room, flags) };
    check(i32::from(length > 0 && length < room))?;
    let path = narrow(&buffer);
    Ok(path.strip_prefix(r"\\?\").map_or_else(|| path.clone(), Into::into))
}

/// Attributes of a file.
pub(super) fn attributes(file: &File) -> Result<u32, Trouble> {
    about(file).map(|about| about.dwFileAttributes)
}

/// Gives `to` the access control list of `from`.
pub(super) fn copy_access(from: &File, to: &File) -> Result<(), Trouble> {
    // a file system without access control has nothing to copy
    let Some(list) = advapi::access(from.0) else { return Ok(()) };
    check(i32::from(advapi::set_access(to.0, &list)))
}

/// SYSTEM, Administrators, TrustedInstaller, or whom this process runs as, in the binary form of security identifiers
/// (<https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers>).
fn is_trusted(owner: &[u8]) -> bool {
    let sid = |parts: &[u32]| -> Vec<u8> {
        let start = [1, parts.len() as u8, 0, 0, 0, 0, 0, 5];
        start.into_iter().chain(parts.iter().flat_map(|part| part.to_le_bytes())).collect()
    };
    let installer = [80, 956_008_885, 3_418_522_649, 1_831_038_044, 1_853_292_631, 2_271_478_464];
    let known: [Vec<u8>; 3] = [sid(&[18]), sid(&[32, 544]), sid(&installer)];
    known.iter().any(|known| known == owner) || advapi::own_names().iter().any(|own| own == owner)
}
