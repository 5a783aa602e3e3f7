//! Import libraries, written without a tool: an archive of short import objects, which say no more than "this function
//! is in that DLL" (<https://learn.microsoft.com/windows/win32/debug/pe-format#import-library-format>).
//!
//! LLD makes the import directory from these. link.exe also wants the descriptor objects that `lib.exe` writes, and
//! the archive's symbol tables; neither is here, so the library goes to LLD with `/wholearchive`.

use crate::pe::Machine;

/// `IMPORT_CODE`, and how the name in the DLL follows from the symbol: it is the symbol (`IMPORT_NAME`), or stands
/// behind the DLL's name (`IMPORT_NAME_EXPORTAS`).
const CODE_BY_NAME: u16 = 1 << 2;
const CODE_EXPORTED_AS: u16 = 4 << 2;

/// A library of `functions` in `dll` for both views of an ARM64X image.
pub(super) fn arm64x_library(dll: &str, functions: &[&str]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for function in functions {
        add(&mut archive, &native(dll, function));
        add(&mut archive, &arm64ec(dll, function));
    }
    archive
}

fn native(dll: &str, function: &str) -> Vec<u8> {
    short_import(Machine::ARM64, CODE_BY_NAME, &[function, dll])
}

/// An ARM64EC function has two symbols, of which the one with `#` is the code's own; x64 code uses the other.
fn arm64ec(dll: &str, function: &str) -> Vec<u8> {
    short_import(Machine::ARM64EC, CODE_EXPORTED_AS, &[&format!("#{function}"), dll, function])
}

fn short_import(machine: Machine, kind: u16, texts: &[&str]) -> Vec<u8> {
    let texts: Vec<u8> = texts.iter().flat_map(|text| text.bytes().chain([0])).collect();
    let length = u32::try_from(texts.len()).expect("a few names");
    let mut object = Vec::new();
    object.extend([0, 0, 0xFF, 0xFF, 0, 0]); // IMAGE_FILE_MACHINE_UNKNOWN, signature, version
    object.extend(machine.0.to_le_bytes());
    object.extend([0; 4]); // no time
    object.extend(length.to_le_bytes());
    object.extend([0; 2]); // the hint where to look in the DLL's names: the first
    object.extend(kind.to_le_bytes());
    object.extend(texts);
    object
}

/// Appends a member to an archive; its name does not matter.
fn add(archive: &mut Vec<u8>, content: &[u8]) {
    let (name, time, user, group, mode, length) = ("import/", 0, 0, 0, 0, content.len());
    archive.extend(format!("{name:<16}{time:<12}{user:<6}{group:<6}{mode:<8}{length:<10}`\n").bytes());
    archive.extend(content);
    if archive.len() % 2 == 1 {
        archive.push(b'\n');
    }
}
