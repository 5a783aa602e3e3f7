//! An open file.

use super::trouble::{Trouble, check, last};
use super::trust::{self, Trust};
use crate::session::wide;
use alloc::vec::Vec;
use core::ffi::c_void;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_FILE_TOO_LARGE, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
    ERROR_UNABLE_TO_REMOVE_REPLACED, ERROR_USER_MAPPED_FILE, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_BEGIN, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FlushFileBuffers,
    OPEN_EXISTING, ReadFile, SetFilePointerEx, WriteFile,
};
use windows_sys::Win32::System::Threading::Sleep;

/// A configuration has some hundred kilobytes, a very large one some megabytes.
const LARGEST: usize = 64 << 20;

/// How long somebody else may have a file open: 40 times a quarter of a second.
const TRIES: u32 = 40;
const PAUSE: u32 = 250;

/// `READ_CONTROL`, one of the standard access rights.
pub(super) const READ_CONTROL: u32 = 0x0002_0000;

/// A file that is closed with its owner.
pub(crate) struct File(pub(super) HANDLE);

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the handle is ours
        unsafe { CloseHandle(self.0) };
    }
}

impl File {
    /// Opens a file that is there, itself and not what a link at its place leads to where `trust` is not the user's.
    pub(super) fn open(path: &str, access: u32, share: u32, trust: Trust) -> Result<File, Trouble> {
        let flags = if trust == Trust::User { 0 } else { FILE_FLAG_OPEN_REPARSE_POINT };
        let file = raw(path, access, share, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL | flags)?;
        trust::check_file(&file, path, trust)?;
        Ok(file)
    }

    /// Makes a file.
    pub(super) fn create(path: &str, access: u32, how: u32, flags: u32) -> Result<File, Trouble> {
        raw(path, access, 0, how, FILE_ATTRIBUTE_NORMAL | flags)
    }

    /// Opens a folder, itself, to look at it.
    pub(super) fn folder(path: &str) -> Result<File, Trouble> {
        let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
        let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
        raw(path, FILE_READ_ATTRIBUTES | READ_CONTROL, share, OPEN_EXISTING, flags)
    }

    /// All of it.
    pub(super) fn read(&self) -> Result<Vec<u8>, Trouble> {
        // SAFETY: the handle is open; nobody wants to know the new position
        check(unsafe { SetFilePointerEx(self.0, 0, core::ptr::null_mut(), FILE_BEGIN) })?;
        let mut bytes = Vec::new();
        let mut piece = alloc::vec![0u8; 1 << 16];
        loop {
            let mut length = 0;
            let room = piece.len() as u32;
            // SAFETY: the buffer has the length that is said, and the count a place
            check(unsafe { ReadFile(self.0, piece.as_mut_ptr(), room, &mut length, core::ptr::null_mut()) })?;
            match piece.get(..length as usize) {
                None | Some([]) => return Ok(bytes),
                Some(read) => bytes.extend_from_slice(read),
            }
            if bytes.len() > LARGEST {
                return Err(Trouble::Windows(ERROR_FILE_TOO_LARGE));
            }
        }
    }

    /// Writes to a new file, through to the disk.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Trouble> {
        for piece in bytes.chunks(1 << 20) {
            let mut written = 0;
            // SAFETY: the buffer has the length that is said, and the count a place
            check(unsafe {
                WriteFile(self.0, piece.as_ptr(), piece.len() as u32, &mut written, core::ptr::null_mut())
            })?;
            if written as usize != piece.len() {
                return Err(Trouble::Lost);
            }
        }
        // SAFETY: the handle is open
        check(unsafe { FlushFileBuffers(self.0) })
    }
}

pub(super) fn raw(path: &str, access: u32, share: u32, how: u32, flags: u32) -> Result<File, Trouble> {
    let (path, none) = (wide(path), core::ptr::null_mut::<c_void>());
    // SAFETY: the path ends in zero
    let file =
        unsafe { CreateFileW(path.as_ptr(), access, share, core::ptr::null(), how, flags, none.cast()) };
    if file == INVALID_HANDLE_VALUE { Err(last()) } else { Ok(File(file)) }
}

/// Tries again while somebody else has the file open.
pub(super) fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
    for _ in 1..TRIES {
        match attempt() {
            Err(Trouble::Windows(
                ERROR_SHARING_VIOLATION
                | ERROR_LOCK_VIOLATION
                | ERROR_USER_MAPPED_FILE
                | ERROR_UNABLE_TO_REMOVE_REPLACED,
            )) => {}
            outcome => return outcome,
        }
        // SAFETY: no memory is touched
        unsafe { Sleep(PAUSE) };
    }
    attempt()
}
