//! The folders of a 64-bit Windows, as they are.

#[cfg(target_arch = "x86")]
use core::ffi::c_void;

/// While it lives, a 32-bit process on a 64-bit Windows sees `System32` itself and not `SysWOW64`
/// (<https://learn.microsoft.com/windows/win32/api/wow64apiset/nf-wow64apiset-wow64disablewow64fsredirection>).
pub(super) struct NativePaths {
    #[cfg(target_arch = "x86")]
    before: Option<*mut c_void>,
}

#[cfg(target_arch = "x86")]
impl NativePaths {
    pub(super) fn new() -> Self {
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
    pub(super) fn new() -> Self {
        NativePaths {}
    }
}
