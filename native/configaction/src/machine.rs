//! What is known of the machine: its name, and its environment.

use crate::advapi;
use crate::session::{narrow, wide};
use alloc::string::String;
use registration::record::Machine;
use windows_sys::Win32::System::Environment::ExpandEnvironmentStringsW;
use windows_sys::Win32::System::WindowsProgramming::GetComputerNameW;

/// This machine.
pub(crate) fn this() -> Machine {
    let mut buffer = [0u16; 64];
    let mut length = buffer.len() as u32;
    // SAFETY: the buffer has the length that is said
    unsafe { GetComputerNameW(buffer.as_mut_ptr(), &mut length) };
    Machine { name: narrow(&buffer), id: advapi::machine_guid().unwrap_or_default() }
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
