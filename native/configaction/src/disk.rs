//! Files, as the actions need them: read whole, replaced whole, and patient while somebody else has them open.

use crate::session::{narrow, wide};
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_FILE_TOO_LARGE, ERROR_LOCK_VIOLATION,
    ERROR_PATH_NOT_FOUND, ERROR_SHARING_VIOLATION, ERROR_UNABLE_TO_REMOVE_REPLACED, ERROR_USER_MAPPED_FILE,
    GENERIC_READ, GENERIC_WRITE, GetLastError, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_ALWAYS, CreateFileW, DeleteFileW, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FlushFileBuffers, GetFileAttributesW,
    INVALID_FILE_ATTRIBUTES, MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH, MoveFileExW, OPEN_EXISTING,
    ReadFile, ReplaceFileW, SetFileAttributesW, WriteFile,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS, FormatMessageW,
};
use windows_sys::Win32::System::Environment::ExpandEnvironmentStringsW;
use windows_sys::Win32::System::Threading::Sleep;
use windows_sys::Win32::System::WindowsProgramming::GetComputerNameW;

/// A configuration has some hundred kilobytes, a very large one some megabytes.
const LARGEST: usize = 64 << 20;

/// How long somebody else may have a file open: 40 times a quarter of a second.
const TRIES: u32 = 40;
const PAUSE: u32 = 250;

/// What Windows says went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem(u32);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0u16; 512];
        let how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
        // SAFETY: the buffer has the length that is said
        unsafe {
            let room = buffer.len() as u32;
            FormatMessageW(how, core::ptr::null(), self.0, 0, buffer.as_mut_ptr(), room, core::ptr::null());
        }
        write!(f, "{} (error {})", narrow(&buffer).trim_end(), self.0)
    }
}

/// The problem of the call that has just failed.
fn last() -> Problem {
    // SAFETY: no memory is touched
    Problem(unsafe { GetLastError() })
}

fn check(done: i32) -> Result<(), Problem> {
    if done == 0 { Err(last()) } else { Ok(()) }
}

/// While it lives, a 32-bit process on a 64-bit Windows sees `System32` itself and not `SysWOW64`
/// (<https://learn.microsoft.com/windows/win32/api/wow64apiset/nf-wow64apiset-wow64disablewow64fsredirection>).
struct NativePaths {
    #[cfg(target_arch = "x86")]
    before: Option<*mut c_void>,
}

#[cfg(target_arch = "x86")]
impl NativePaths {
    fn new() -> Self {
        let mut before = core::ptr::null_mut();
        // SAFETY: the state has a place; a Windows without redirection says no
        let is_off = unsafe {
            windows_sys::Win32::Storage::FileSystem::Wow64DisableWow64FsRedirection(&mut before) != 0
        };
        NativePaths { before: is_off.then_some(before) }
    }
}

#[cfg(target_arch = "x86")]
impl Drop for NativePaths {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // SAFETY: it is the state that this thread had
            unsafe { windows_sys::Win32::Storage::FileSystem::Wow64RevertWow64FsRedirection(before) };
        }
    }
}

#[cfg(not(target_arch = "x86"))]
impl NativePaths {
    fn new() -> Self {
        NativePaths {}
    }
}

/// A file that is closed with its owner.
struct File(HANDLE);

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the handle is ours
        unsafe { CloseHandle(self.0) };
    }
}

impl File {
    fn open(path: &[u16], access: u32, share: u32, how: u32) -> Result<File, Problem> {
        let attributes = FILE_ATTRIBUTE_NORMAL;
        let none = core::ptr::null_mut::<c_void>();
        // SAFETY: the path ends in zero
        let file = unsafe {
            CreateFileW(path.as_ptr(), access, share, core::ptr::null(), how, attributes, none.cast())
        };
        if file == INVALID_HANDLE_VALUE { Err(last()) } else { Ok(File(file)) }
    }
}

/// Tries again while somebody else has the file open.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Problem>) -> Result<T, Problem> {
    for _ in 1..TRIES {
        match attempt() {
            Err(Problem(
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

/// The file's bytes; nothing where there is no such file.
pub(crate) fn read(path: &str) -> Result<Option<Vec<u8>>, Problem> {
    let _native = NativePaths::new();
    let path = wide(path);
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let file = match patiently(|| File::open(&path, GENERIC_READ, share, OPEN_EXISTING)) {
        Ok(file) => file,
        Err(Problem(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND)) => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let mut bytes = Vec::new();
    let mut piece = alloc::vec![0u8; 1 << 16];
    loop {
        let mut length = 0;
        let room = piece.len() as u32;
        // SAFETY: the buffer has the length that is said, and the count a place
        check(unsafe { ReadFile(file.0, piece.as_mut_ptr(), room, &mut length, core::ptr::null_mut()) })?;
        match piece.get(..length as usize) {
            None | Some([]) => return Ok(Some(bytes)),
            Some(read) => bytes.extend_from_slice(read),
        }
        if bytes.len() > LARGEST {
            return Err(Problem(ERROR_FILE_TOO_LARGE));
        }
    }
}

/// Whether there is such a file.
pub(crate) fn exists(path: &str) -> bool {
    let _native = NativePaths::new();
    // SAFETY: the path ends in zero
    unsafe { GetFileAttributesW(wide(path).as_ptr()) != INVALID_FILE_ATTRIBUTES }
}

/// Writes a whole file, through to the disk.
fn write(path: &[u16], bytes: &[u8]) -> Result<(), Problem> {
    let file = patiently(|| File::open(path, GENERIC_WRITE, 0, CREATE_ALWAYS))?;
    for piece in bytes.chunks(1 << 20) {
        let mut written = 0;
        // SAFETY: the buffer has the length that is said, and the count a place
        check(unsafe {
            WriteFile(file.0, piece.as_ptr(), piece.len() as u32, &mut written, core::ptr::null_mut())
        })?;
    }
    // SAFETY: the handle is open
    check(unsafe { FlushFileBuffers(file.0) })
}

/// The name under which a new content waits beside a file.
fn beside(path: &str) -> Vec<u16> {
    wide(&alloc::format!("{path}.new"))
}

/// Gives a file of ours, which may be new, this content.
pub(crate) fn put(path: &str, bytes: &[u8]) -> Result<(), Problem> {
    let _native = NativePaths::new();
    let (new, path) = (beside(path), wide(path));
    let flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    // SAFETY: both paths end in zero
    let moved = || check(unsafe { MoveFileExW(new.as_ptr(), path.as_ptr(), flags) });
    let done = write(&new, bytes).and_then(|()| patiently(moved));
    if done.is_err() {
        // SAFETY: the path ends in zero
        unsafe { DeleteFileW(new.as_ptr()) };
    }
    done
}

/// Gives a file that is there a new content. It keeps its access control list and its attributes, read-only included.
pub(crate) fn replace(path: &str, bytes: &[u8]) -> Result<(), Problem> {
    let _native = NativePaths::new();
    let (new, path) = (beside(path), wide(path));
    // SAFETY: paths end in zero; the two reserved parameters are null
    unsafe {
        let attributes = GetFileAttributesW(path.as_ptr());
        if attributes == INVALID_FILE_ATTRIBUTES {
            return Err(last());
        }
        let is_protected = attributes & FILE_ATTRIBUTE_READONLY != 0;
        let done = write(&new, bytes).and_then(|()| {
            if is_protected {
                check(SetFileAttributesW(path.as_ptr(), attributes & !FILE_ATTRIBUTE_READONLY))?;
            }
            let (old, new, none) = (path.as_ptr(), new.as_ptr(), core::ptr::null::<c_void>());
            patiently(|| check(ReplaceFileW(old, new, core::ptr::null(), 0, none, none)))
        });
        if is_protected {
            SetFileAttributesW(path.as_ptr(), attributes);
        }
        if done.is_err() {
            DeleteFileW(new.as_ptr());
        }
        done
    }
}

/// Deletes a file of ours; one that is not there is no problem.
pub(crate) fn delete(path: &str) -> Result<(), Problem> {
    let _native = NativePaths::new();
    let path = wide(path);
    // SAFETY: the path ends in zero
    match patiently(|| check(unsafe { DeleteFileW(path.as_ptr()) })) {
        Err(Problem(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND)) => Ok(()),
        outcome => outcome,
    }
}

/// Whether [`replace`] may work: a file can be made beside this one, and this one opened for writing.
pub(crate) fn is_writable(path: &str) -> Result<(), Problem> {
    let _native = NativePaths::new();
    let (new, path) = (beside(path), wide(path));
    write(&new, &[])?;
    // SAFETY: the path ends in zero
    check(unsafe { DeleteFileW(new.as_ptr()) })?;
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    match patiently(|| File::open(&path, GENERIC_WRITE, share, OPEN_EXISTING)) {
        // a read-only file has its attribute taken off while it is replaced
        Err(Problem(ERROR_ACCESS_DENIED)) if is_read_only(&path) => Ok(()),
        outcome => outcome.map(|_| ()),
    }
}

fn is_read_only(path: &[u16]) -> bool {
    // SAFETY: the path ends in zero
    let attributes = unsafe { GetFileAttributesW(path.as_ptr()) };
    attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_READONLY != 0
}

/// `text` with its environment variables expanded. `%ProgramFiles%` is that of 64-bit programs where there are any, as
/// IIS itself has it.
pub(crate) fn expand(text: &str) -> String {
    let native = expand_as_is("%ProgramW6432%");
    let variable = "%programfiles%";
    let text = match text.get(..variable.len()) {
        Some(start) if start.eq_ignore_ascii_case(variable) && !native.starts_with('%') => {
            native + text.get(variable.len()..).unwrap_or_default()
        }
        _ => text.into(),
    };
    expand_as_is(&text)
}

fn expand_as_is(text: &str) -> String {
    let text = wide(text);
    let mut buffer = alloc::vec![0u16; 1 << 15];
    let room = buffer.len() as u32;
    // SAFETY: the text ends in zero, and the buffer has the length that is said
    let length = unsafe { ExpandEnvironmentStringsW(text.as_ptr(), buffer.as_mut_ptr(), room) };
    if length == 0 || length > room { narrow(&text) } else { narrow(&buffer) }
}

/// This machine's name.
pub(crate) fn machine() -> String {
    let mut buffer = [0u16; 64];
    let mut length = buffer.len() as u32;
    // SAFETY: the buffer has the length that is said
    unsafe { GetComputerNameW(buffer.as_mut_ptr(), &mut length) };
    narrow(&buffer)
}
