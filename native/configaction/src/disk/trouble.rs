//! What is wrong with a file.

use crate::session::narrow;
use alloc::string::String;
use core::fmt;
use windows_sys::Win32::Foundation::GetLastError;
use windows_sys::Win32::System::Diagnostics::Debug::{
    FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS, FormatMessageW,
};

/// Why something cannot be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// What Windows says.
    Windows(u32),
    /// The file, or a folder on the way to it, is a link.
    Link(String),
    /// The file has other names, too.
    Names(u32),
    /// The path leads to another place.
    Leads(String),
    /// The folder belongs to somebody without administrative rights.
    Owner(String),
    /// What was written was not there when it was read back.
    Lost,
    /// Somebody writes to the file again and again.
    Busy,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let never = "what runs as SYSTEM follows none";
        match self {
            Trouble::Windows(error) => write!(f, "{} (error {error})", message(*error)),
            Trouble::Link(path) => write!(f, "{path} is a link, and {never}; put the file itself there"),
            Trouble::Names(count) => {
                write!(f, "the file has {count} names (hard links), and {never}; leave it one name")
            }
            Trouble::Leads(to) => write!(f, "the path leads to {to} through a link, and {never}"),
            Trouble::Owner(folder) => write!(
                f,
                "the folder {folder} belongs to an account that is none of the system's; give it to Administrators \
                 (icacls FOLDER /setowner *S-1-5-32-544)"
            ),
            Trouble::Lost => write!(f, "what was written beside it was not there when it was read back"),
            Trouble::Busy => write!(f, "another program writes to it again and again"),
        }
    }
}

fn message(error: u32) -> String {
    let mut buffer = [0u16; 512];
    let how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    // SAFETY: the buffer has the length that is said
    unsafe {
        let room = buffer.len() as u32;
        FormatMessageW(how, core::ptr::null(), error, 0, buffer.as_mut_ptr(), room, core::ptr::null());
    }
    narrow(&buffer).trim_end().into()
}

/// The trouble of the call that has just failed.
pub(super) fn last() -> Trouble {
    // SAFETY: no memory is touched
    Trouble::Windows(unsafe { GetLastError() })
}

pub(super) fn check(done: i32) -> Result<(), Trouble> {
    if done == 0 { Err(last()) } else { Ok(()) }
}
