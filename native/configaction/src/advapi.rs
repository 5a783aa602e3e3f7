//! Functions of `advapi32.dll`: security, random numbers, the registry.
//!
//! They are looked up, and not imported: Windows Installer itself has the DLL loaded, and ours imports nothing but
//! `kernel32.dll` and `msi.dll`.

use crate::session::wide;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_void;
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

type GetSecurity = unsafe extern "system" fn(HANDLE, u32, *mut c_void, u32, *mut u32) -> i32;
type SetSecurity = unsafe extern "system" fn(HANDLE, u32, *const c_void) -> i32;
type OpenToken = unsafe extern "system" fn(HANDLE, u32, *mut HANDLE) -> i32;
type TokenInformation = unsafe extern "system" fn(HANDLE, i32, *mut c_void, u32, *mut u32) -> i32;
type Random = unsafe extern "system" fn(*mut c_void, u32) -> u8;
type RegistryValue = unsafe extern "system" fn(
    *mut c_void,
    *const u16,
    *const u16,
    u32,
    *mut u32,
    *mut c_void,
    *mut u32,
) -> u32;

/// `OWNER_SECURITY_INFORMATION`
const OWNER: u32 = 1;
/// `DACL_SECURITY_INFORMATION`
const ACCESS: u32 = 4;
/// `TOKEN_QUERY`
const QUERY: u32 = 8;
/// `TokenUser` and `TokenOwner`
const NAMES: [i32; 2] = [1, 4];
/// `HKEY_LOCAL_MACHINE`, a constant that Windows extends as a signed number.
const LOCAL_MACHINE: isize = 0x8000_0002_u32 as i32 as isize;
/// `RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY`
const TEXT_OF_64_BIT: u32 = 0x0001_0002;

/// Looks a function up.
///
/// # Safety
/// `F` is the type that Windows documents for it.
unsafe fn function<F: Copy>(name: &core::ffi::CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<usize>()) };
    // SAFETY: names end in zero; a pointer to a function is as large as the type that the caller answers for
    unsafe {
        let module = GetModuleHandleW(wide("advapi32.dll").as_ptr());
        let found = GetProcAddress(module, name.as_ptr().cast())?;
        Some(core::mem::transmute_copy::<_, F>(&found))
    }
}

/// 128 random bits (<https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-rtlgenrandom>).
pub(crate) fn random() -> Option<[u8; 16]> {
    let mut bytes = [0u8; 16];
    // SAFETY: the type is the documented one, and the buffer has the length that is said
    let done = unsafe { function::<Random>(c"SystemFunction036")?(bytes.as_mut_ptr().cast(), 16) };
    (done != 0).then_some(bytes)
}

/// A part of a file's security descriptor, in one piece.
fn descriptor(file: HANDLE, part: u32) -> Option<Vec<u8>> {
    let mut buffer = alloc::vec![0u8; 1 << 16];
    let mut length = 0;
    // SAFETY: the type is the documented one, and the buffer has the length that is said
    let done = unsafe {
        let get = function::<GetSecurity>(c"GetKernelObjectSecurity")?;
        get(file, part, buffer.as_mut_ptr().cast(), buffer.len() as u32, &mut length)
    };
    buffer.truncate(length as usize);
    (done != 0).then_some(buffer)
}

/// The access control list of a file, for [`set_access`].
pub(crate) fn access(file: HANDLE) -> Option<Vec<u8>> {
    descriptor(file, ACCESS)
}

/// Gives a file an access control list.
pub(crate) fn set_access(file: HANDLE, list: &[u8]) -> bool {
    // SAFETY: the type is the documented one; the descriptor is whole, as `access` got it
    unsafe {
        function::<SetSecurity>(c"SetKernelObjectSecurity")
            .is_some_and(|set| set(file, ACCESS, list.as_ptr().cast()) != 0)
    }
}

/// The owner of a file, as a security identifier in binary form.
pub(crate) fn owner(file: HANDLE) -> Option<Vec<u8>> {
    let descriptor = descriptor(file, OWNER)?;
    // a self-relative descriptor has the offset of the owner at 4
    let offset = u32::from_le_bytes(descriptor.get(4..8)?.try_into().ok()?) as usize;
    sid(descriptor.get(offset..)?).filter(|_| offset > 0)
}

/// The security identifier at the beginning of `bytes`: 8 bytes, the second one the number of parts of 4 bytes.
fn sid(bytes: &[u8]) -> Option<Vec<u8>> {
    let parts = usize::from(*bytes.get(1)?);
    bytes.get(..8 + 4 * parts).map(Into::into)
}

/// Whom this process runs as, and who owns what it makes.
pub(crate) fn own_names() -> Vec<Vec<u8>> {
    let mut token = core::ptr::null_mut();
    // SAFETY: the types are the documented ones; buffers have the length that is said; the token is closed
    unsafe {
        let (Some(open), Some(get)) = (
            function::<OpenToken>(c"OpenProcessToken"),
            function::<TokenInformation>(c"GetTokenInformation"),
        ) else {
            return Vec::new();
        };
        if open(GetCurrentProcess(), QUERY, &mut token) == 0 {
            return Vec::new();
        }
        let name = |which: &i32| {
            // 8-byte pieces, since it begins with a pointer
            let mut buffer = [0u64; 64];
            let mut length = 0;
            let room = size_of_val(&buffer) as u32;
            if get(token, *which, buffer.as_mut_ptr().cast(), room, &mut length) == 0 {
                return None;
            }
            let start = buffer.as_ptr().cast::<u8>();
            let found = start.cast::<*const u8>().read();
            let offset = (found as usize).checked_sub(start as usize)?;
            sid(core::slice::from_raw_parts(start, length as usize).get(offset..)?)
        };
        let names = NAMES.iter().filter_map(name).collect();
        CloseHandle(token);
        names
    }
}

/// What a machine keeps when it gets another name: the value that Windows' setup made for it.
pub(crate) fn machine_guid() -> Option<String> {
    let mut buffer = [0u16; 64];
    let mut length = size_of_val(&buffer) as u32;
    let (key, name) = (wide(r"SOFTWARE\Microsoft\Cryptography"), wide("MachineGuid"));
    // SAFETY: the type is the documented one; texts end in zero, and the buffer has the length that is said
    let error = unsafe {
        let get = function::<RegistryValue>(c"RegGetValueW")?;
        let (none, buffer) = (core::ptr::null_mut(), buffer.as_mut_ptr().cast());
        get(
            LOCAL_MACHINE as *mut c_void,
            key.as_ptr(),
            name.as_ptr(),
            TEXT_OF_64_BIT,
            none,
            buffer,
            &mut length,
        )
    };
    (error == 0).then(|| crate::session::narrow(&buffer)).filter(|guid| !guid.is_empty())
}
