//! A program of Windows with all that it starts: a job object.
//! <https://learn.microsoft.com/windows/win32/procthread/job-objects>

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use windows_sys::Win32::Foundation::{ERROR_NO_MORE_FILES, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};

/// A job. What is in it goes on when the job is dropped: a linker leaves a server behind that others use by then.
pub struct Job(OwnedHandle);

/// Whether a call succeeded.
fn check(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[expect(unsafe_code, reason = "job objects have no safe interface in the standard library")]
impl Job {
    /// Starts `command` in a job of its own. It runs nothing before it is in there, so that nothing gets away.
    ///
    /// # Errors
    /// It does not start, or the system refuses the job.
    pub fn spawn(command: &mut Command) -> io::Result<(Child, Job)> {
        let job = Job::new()?;
        let mut child = command.creation_flags(CREATE_SUSPENDED).spawn()?;
        // SAFETY: both handles are open: `job` and `child` own them.
        let assigned =
            check(unsafe { AssignProcessToJobObject(job.0.as_raw_handle(), child.as_raw_handle()) });
        match assigned.and_then(|()| resume(child.id())) {
            Ok(()) => Ok((child, job)),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    fn new() -> io::Result<Job> {
        // SAFETY: neither attributes nor a name are asked for; both pointers may be null.
        let handle = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just opened, and nobody else has it.
        Ok(Job(unsafe { OwnedHandle::from_raw_handle(handle) }))
    }

    /// Ends everything in it.
    pub fn end(&self) {
        // SAFETY: the handle is open: `self` owns it. It fails where nothing is left to end.
        unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) };
    }
}

/// Lets the threads of the process `id` run: one, for it was started suspended.
#[expect(unsafe_code, reason = "the standard library gives no handle of a process's first thread")]
fn resume(id: u32) -> io::Result<()> {
    // SAFETY: takes numbers only.
    let handle = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened, and nobody else has it.
    let threads = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut entry = THREADENTRY32 { dwSize: size_of::<THREADENTRY32>() as u32, ..Default::default() };
    // SAFETY: the snapshot is open, and `entry` says how long it is.
    let mut more = check(unsafe { Thread32First(threads.as_raw_handle(), &raw mut entry) });
    while more.is_ok() {
        if entry.th32OwnerProcessID == id {
            // SAFETY: takes numbers only.
            let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID) };
            if thread.is_null() {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: the handle was just opened, and nobody else has it.
            let thread = unsafe { OwnedHandle::from_raw_handle(thread) };
            // SAFETY: the handle is open, and may resume.
            if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
                return Err(io::Error::last_os_error());
            }
        }
        // SAFETY: as for the first one.
        more = check(unsafe { Thread32Next(threads.as_raw_handle(), &raw mut entry) });
    }
    match more {
        Err(error) if error.raw_os_error() != Some(ERROR_NO_MORE_FILES as i32) => Err(error),
        _ => Ok(()),
    }
}
