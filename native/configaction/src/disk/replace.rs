//! One content for another, so that no moment and no error leaves a file that is neither, and so that nothing is lost that
//! others write meanwhile.
//!
//! `ReplaceFileW` keeps the access control list, the attributes and the streams of the file
//! (<https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-replacefilew>). It moves the old content to a name of
//! its own, and the new one to the file's; it can fail between the two (1176, 1177), and then the file is put back under
//! its name, unless another program has moved a file there meanwhile. A process that ends between them leaves the old content under a name that [`settle`](super::settle) knows.

use super::file::{File, patiently};
use super::native::NativePaths;
use super::trouble::{Trouble, check, last};
use super::trust::{self, Trust};
use super::{attributes, delete, names, write_new};
use crate::session::wide;
use alloc::vec::Vec;
use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_UNABLE_TO_MOVE_REPLACEMENT_2, GENERIC_READ,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_READONLY, FILE_BASIC_INFO, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FILE_WRITE_ATTRIBUTES, FileBasicInfo, MOVEFILE_WRITE_THROUGH, MoveFileExW,
    REPLACEFILE_IGNORE_MERGE_ERRORS, ReplaceFileW, SetFileInformationByHandle,
};

/// What became of a replacement.
pub(crate) enum Replaced {
    /// It is done.
    Done,
    /// The file is no longer as expected; nothing has changed.
    Changed,
    /// It is done, and in the last moment another program had put this content there: it must not be lost.
    Overtaken(Vec<u8>),
}

/// A file that nobody writes to as long as this lives, and everybody can read.
pub(crate) struct Held(File);

/// Keeps writers out of a file, and gives its content; nothing where there is no such file.
pub(crate) fn hold(path: &str, trust: Trust) -> Result<Option<(Held, Vec<u8>)>, Trouble> {
    let _native = NativePaths::new();
    match patiently(|| File::open(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, trust)) {
        Ok(file) => {
            let content = file.read()?;
            Ok(Some((Held(file), content)))
        }
        Err(Trouble::Windows(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Gives a file that has the content `before` the content `after`. A read-only one is so again afterwards. Where it is not
/// `held`, it is so for the time that this takes.
pub(crate) fn replace(
    path: &str,
    held: Option<Held>,
    before: &[u8],
    after: &[u8],
    trust: Trust,
) -> Result<Replaced, Trouble> {
    let _native = NativePaths::new();
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let was = trust::attributes(&patiently(|| File::open(path, FILE_READ_ATTRIBUTES, share, trust))?)?;
    if was & FILE_ATTRIBUTE_READONLY == 0 {
        return replace_writable(path, held, before, after, trust);
    }
    set_attributes(path, was & !FILE_ATTRIBUTE_READONLY, trust)?;
    let replaced = replace_writable(path, held, before, after, trust);
    let protected = set_attributes(path, was, trust);
    replaced.and_then(|replaced| protected.map(|()| replaced))
}

fn replace_writable(
    path: &str,
    held: Option<Held>,
    before: &[u8],
    after: &[u8],
    trust: Trust,
) -> Result<Replaced, Trouble> {
    let held = match held {
        Some(Held(file)) => file,
        None => match hold(path, trust)? {
            Some((Held(file), content)) if content == before => file,
            _ => return Ok(Replaced::Changed),
        },
    };
    let (new, old) = (names::beside(path, names::NEW)?, names::beside(path, names::OLD)?);
    let done = write_new(&new, after, Some(&held)).and_then(|()| patiently(|| exchange(path, &new, &old)));
    if done == Err(Trouble::Windows(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2)) && attributes(path).is_some() {
        // another program moved a file of its own into the gap: it has the name, as if it had moved it there just before
        let _ = delete(&new);
        delete(&old)?;
        return Ok(Replaced::Changed);
    }
    if let Err(trouble) = done {
        // where the old content cannot be put back, the new one is still there to be put there by a person
        if put_back(path, &old).is_ok() {
            let _ = delete(&new);
        }
        return Err(trouble);
    }
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let replaced = File::open(&old, GENERIC_READ, share, Trust::User).and_then(|old| old.read());
    drop(held);
    match replaced {
        Ok(replaced) => {
            let _ = delete(&old);
            Ok(if replaced == before { Replaced::Done } else { Replaced::Overtaken(replaced) })
        }
        // the new content took the name, and the old one never had another
        Err(Trouble::Windows(ERROR_FILE_NOT_FOUND)) => Ok(Replaced::Done),
        // what cannot be looked at stays, for a person to look at
        Err(trouble) => Err(trouble),
    }
}

/// The replacement itself. Where it fails the file is under its name, with the old content or the new one.
fn exchange(path: &str, new: &str, old: &str) -> Result<(), Trouble> {
    let (file, from, to) = (wide(path), wide(new), wide(old));
    let none = core::ptr::null();
    let flags = REPLACEFILE_IGNORE_MERGE_ERRORS;
    // SAFETY: paths end in zero; the two reserved parameters are null
    let done = check(unsafe { ReplaceFileW(file.as_ptr(), from.as_ptr(), to.as_ptr(), flags, none, none) });
    if done.is_ok() || attributes(path).is_some() {
        return done;
    }
    // the new content is whole, and was read back: it can do what `ReplaceFileW` could not
    if attributes(new).is_some() && rename(new, path).is_ok() {
        return Ok(());
    }
    put_back(path, old).and(done)
}

/// Gives a file that is missing its old content back.
fn put_back(path: &str, old: &str) -> Result<(), Trouble> {
    if attributes(path).is_some() {
        return Ok(());
    }
    if attributes(old).is_none() {
        return Err(Trouble::Windows(ERROR_FILE_NOT_FOUND));
    }
    patiently(|| rename(old, path))
}

pub(super) fn rename(from: &str, to: &str) -> Result<(), Trouble> {
    let (from, to) = (wide(from), wide(to));
    // SAFETY: paths end in zero
    check(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_WRITE_THROUGH) })
}

pub(super) fn set_attributes(path: &str, attributes: u32, trust: Trust) -> Result<(), Trouble> {
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let file = patiently(|| File::open(path, FILE_WRITE_ATTRIBUTES | FILE_READ_ATTRIBUTES, share, trust))?;
    let about = FILE_BASIC_INFO { FileAttributes: attributes, ..FILE_BASIC_INFO::default() };
    let size = size_of::<FILE_BASIC_INFO>() as u32;
    // SAFETY: the information has the size that is said
    let done = unsafe { SetFileInformationByHandle(file.0, FileBasicInfo, (&raw const about).cast(), size) };
    if done == 0 { Err(last()) } else { Ok(()) }
}
