//! How the module loads the out-of-process handler, read off its code.
//!
//! `HandlerResolver::LoadRequestHandlerAssembly` called plain `LoadLibrary` in releases before September 2025, and since
//! then `LoadLibraryEx` with `LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS`
//! (<https://github.com/dotnet/aspnetcore/pull/63773>). With the first, Windows does not find what a forwarder in the
//! handler's place forwards to.
//!
//! The imports alone tell nothing: every release imports `LoadLibraryExW`, which the C runtime uses too, with other
//! flags. So what is looked for is the call itself. Not finding it proves nothing, and must be read as "cannot be told".

use crate::pe::{Error, Machine, View};

/// `mov r8d, 0x1100`: the third argument of an x64 function, as Microsoft's compiler sets it.
const FLAGS: [u8; 6] = [0x41, 0xB8, 0x00, 0x11, 0x00, 0x00];
/// `call qword ptr [rip + …]`, by which an imported function is called.
const CALL: [u8; 2] = [0xFF, 0x15];
/// How many bytes there may be between the two: a few instructions that set the other arguments.
const NEAR: usize = 48;

/// Whether the x64 module `view` certainly passes these flags to `LoadLibraryExW`. False also where it cannot be told.
///
/// # Errors
/// The import directory is broken.
pub fn searches_folder_of_handler(view: &View<'_>) -> Result<bool, Error> {
    let headers = view.headers();
    if headers.machine != Machine::AMD64 {
        return Ok(false);
    }
    let Some(slot) = view.import_slot("LoadLibraryExW")? else { return Ok(false) };
    for section in headers.sections.iter().filter(|section| section.is_executable()) {
        let start = section.file_offset as usize;
        let code = view.bytes().get(start..).unwrap_or_default();
        let code = &code[..code.len().min(section.file_size as usize)];
        let flags = (0..code.len()).filter(|at| code[*at..].starts_with(&FLAGS));
        for at in flags {
            let end = code.len().min(at + FLAGS.len() + NEAR);
            let calls = (at + FLAGS.len()..end).filter(|call| code[*call..].starts_with(&CALL));
            for call in calls {
                let Some(distance) = code.get(call + 2..call + 6) else { continue };
                let distance = u32::from_le_bytes(distance.try_into().expect("4 bytes"));
                let behind = section.rva.wrapping_add(call as u32 + 6);
                if behind.wrapping_add(distance) == slot {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
