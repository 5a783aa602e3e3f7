//! Files, as the actions need them: opened once and checked by handle, read whole, replaced whole, and patient while
//! somebody else has them open.
//!
//! What may be trusted, and why, is in `docs/registration-security.md`.

mod file;
mod names;
mod native;
mod replace;
mod trouble;
mod trust;

pub(crate) use names::nonce;
pub(crate) use replace::{Held, Replaced, hold, replace};
pub(crate) use trouble::Trouble;
pub(crate) use trust::Trust;

use crate::session::wide;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use file::File;
use native::NativePaths;
use trouble::check;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_SHARING_VIOLATION,
    ERROR_USER_MAPPED_FILE, GENERIC_READ, GENERIC_WRITE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, DeleteFileW, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_FLAG_DELETE_ON_CLOSE, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, GetFileAttributesW,
    INVALID_FILE_ATTRIBUTES, MOVEFILE_DELAY_UNTIL_REBOOT, MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH,
    MoveFileExW,
};

/// `DELETE`, one of the standard access rights.
const DELETE: u32 = 0x0001_0000;

/// The file's bytes; nothing where there is no such file.
pub(crate) fn read(path: &str, trust: Trust) -> Result<Option<Vec<u8>>, Trouble> {
    let _native = NativePaths::new();
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    match file::patiently(|| File::open(path, GENERIC_READ, share, trust)) {
        Ok(file) => file.read().map(Some),
        Err(Trouble::Windows(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Whether there is such a file.
pub(crate) fn exists(path: &str) -> bool {
    let _native = NativePaths::new();
    attributes(path).is_some()
}

/// Names of the folders in a folder, links left out.
pub(crate) fn folders(path: &str) -> Vec<String> {
    let _native = NativePaths::new();
    let kind = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
    let found = names::matching(&alloc::format!(r"{path}\*")).into_iter();
    found
        .filter(|found| found.attributes & kind == FILE_ATTRIBUTE_DIRECTORY)
        .map(|found| found.name)
        .collect()
}

/// Names of all that is in a folder.
pub(crate) fn entries(path: &str) -> Vec<String> {
    let _native = NativePaths::new();
    names::matching(&alloc::format!(r"{path}\*")).into_iter().map(|found| found.name).collect()
}

/// What stands beside a file under its name, something between dots, and this ending: that between.
pub(crate) fn beside(path: &str, ending: &str) -> Vec<String> {
    let _native = NativePaths::new();
    let length = path.rsplit('\\').next().map_or(0, str::len) + 1;
    let ending = alloc::format!(".{ending}");
    let found = names::matching(&alloc::format!("{path}.*{ending}")).into_iter();
    found.filter_map(|found| Some(found.name.get(length..)?.strip_suffix(&*ending)?.to_owned())).collect()
}

fn attributes(path: &str) -> Option<u32> {
    // SAFETY: the path ends in zero
    let attributes = unsafe { GetFileAttributesW(wide(path).as_ptr()) };
    (attributes != INVALID_FILE_ATTRIBUTES).then_some(attributes)
}

/// Gives a file of ours, which may be new, this content.
pub(crate) fn put(path: &str, bytes: &[u8], trust: Trust) -> Result<(), Trouble> {
    let _native = NativePaths::new();
    trust::check_folder(path, trust)?;
    let new = names::beside(path, names::NEW)?;
    let flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    let (from, to) = (wide(&new), wide(path));
    // SAFETY: both paths end in zero. A link at `path` is replaced, and not followed
    let moved = || check(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), flags) });
    let done =
        write_new(&new, bytes, None).and_then(|()| although_read_only(path, || file::patiently(moved)));
    if done.is_err() {
        let _ = delete(&new);
    }
    done
}

/// Does something to a file of ours that its read-only attribute forbids, the attribute taken off: it is not there to keep us
/// away. That of another file is not touched through a link.
fn although_read_only(path: &str, work: impl Fn() -> Result<(), Trouble>) -> Result<(), Trouble> {
    let outcome = work();
    let protected = attributes(path).filter(|attributes| attributes & FILE_ATTRIBUTE_READONLY != 0);
    match (&outcome, protected) {
        (Err(Trouble::Windows(ERROR_ACCESS_DENIED)), Some(attributes)) => {
            replace::set_attributes(path, attributes & !FILE_ATTRIBUTE_READONLY, Trust::Named)?;
            work()
        }
        _ => outcome,
    }
}

/// Makes a file that must not be there yet, with this content, on the disk and read back.
fn write_new(path: &str, bytes: &[u8], like: Option<&File>) -> Result<(), Trouble> {
    let written = File::create(path, GENERIC_READ | GENERIC_WRITE | trust::WRITE_DAC, CREATE_NEW, 0)?;
    if let Some(like) = like {
        trust::copy_access(like, &written)?;
    }
    written.write(bytes)?;
    if written.read()? == bytes { Ok(()) } else { Err(Trouble::Lost) }
}

/// Deletes a file of ours; one that is not there is no problem.
pub(crate) fn delete(name: &str) -> Result<(), Trouble> {
    let _native = NativePaths::new();
    let path = wide(name);
    // SAFETY: the path ends in zero. A link is deleted, and not followed
    match although_read_only(name, || file::patiently(|| check(unsafe { DeleteFileW(path.as_ptr()) }))) {
        Err(Trouble::Windows(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND)) => Ok(()),
        outcome => outcome,
    }
}

/// Deletes a file, or moves it away from its name where a process has it loaded; then it goes at the next start of Windows.
pub(crate) fn remove(path: &str, trust: Trust) -> Result<(), Trouble> {
    match delete(path) {
        Err(Trouble::Windows(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION | ERROR_USER_MAPPED_FILE)) => {}
        outcome => return outcome,
    }
    let _native = NativePaths::new();
    trust::check_folder(path, trust)?;
    let old = names::beside(path, names::OLD)?;
    replace::rename(path, &old)?;
    put_off(&old)
}

/// Has a file deleted at the next start of Windows
/// (<https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw>).
fn put_off(path: &str) -> Result<(), Trouble> {
    let path = wide(path);
    // SAFETY: the path ends in zero; no new name means that the file goes
    check(unsafe { MoveFileExW(path.as_ptr(), core::ptr::null(), MOVEFILE_DELAY_UNTIL_REBOOT) })
}

/// Whether a file can be made beside this one.
pub(crate) fn can_write_beside(path: &str, trust: Trust) -> Result<(), Trouble> {
    let _native = NativePaths::new();
    trust::check_folder(path, trust)?;
    let new = names::beside(path, names::NEW)?;
    File::create(&new, GENERIC_WRITE | DELETE, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE).map(drop)
}

/// Whether [`replace`] may work: a file can be made beside this one, and this one opened as it will be.
pub(crate) fn is_writable(path: &str, trust: Trust) -> Result<(), Trouble> {
    can_write_beside(path, trust)?;
    let _native = NativePaths::new();
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    match file::patiently(|| File::open(path, GENERIC_WRITE, share, trust)) {
        // a read-only file has its attribute taken off while it is replaced
        Err(Trouble::Windows(ERROR_ACCESS_DENIED))
            if attributes(path).is_some_and(|attributes| attributes & FILE_ATTRIBUTE_READONLY != 0) =>
        {
            Ok(())
        }
        outcome => outcome.map(|_| ()),
    }
}

/// Puts back a file that a process moved away and, ended in that moment, did not replace. Gives what it was called.
pub(crate) fn settle(path: &str, trust: Trust) -> Result<Option<String>, Trouble> {
    let _native = NativePaths::new();
    if attributes(path).is_some() {
        return Ok(None);
    }
    let [old] = &names::leftovers(path, names::OLD)?[..] else { return Ok(None) };
    drop(File::open(old, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, trust)?);
    let (from, to) = (wide(old), wide(path));
    // SAFETY: both paths end in zero
    file::patiently(|| check(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_WRITE_THROUGH) }))?;
    Ok(Some(old.clone()))
}

/// Deletes what an ended process left beside a file that is there.
pub(crate) fn tidy(path: &str) -> Result<(), Trouble> {
    let _native = NativePaths::new();
    if attributes(path).is_none() { Ok(()) } else { clear(path) }
}

/// The same beside a file that is not needed to put anything back, whether it is there or not.
pub(crate) fn clear(path: &str) -> Result<(), Trouble> {
    forget(path, names::NEW)?;
    forget(path, names::OLD)
}

/// Deletes the files beside a file whose names have a nonce and this ending; one that a process has loaded, at the next start
/// of Windows.
pub(crate) fn forget(path: &str, ending: &str) -> Result<(), Trouble> {
    let _native = NativePaths::new();
    names::leftovers(path, ending)?.iter().try_for_each(|left| match delete(left) {
        Err(Trouble::Windows(ERROR_ACCESS_DENIED)) => put_off(left),
        outcome => outcome,
    })
}
