//! The x64 view of an ARM64X image: the file with its dynamic value relocations applied.
//!
//! The load configuration points at a table of relocations; those of symbol 6 (`IMAGE_DYNAMIC_RELOCATION_ARM64X`) turn
//! the native image into the one that an x64 process gets. Sources: `winnt.h` of the Windows SDK for the structures,
//! <https://learn.microsoft.com/windows/arm/arm64x-pe> for what they are for. They are applied to a copy of the
//! file, not of the mapped image: so the view takes no more memory than the file, whatever the headers claim.

use super::{Directory, Error, Machine, View, bytes};

const TABLE: &str = "the dynamic value relocation table";
const LOAD_CONFIG: &str = "the load configuration";
/// `IMAGE_LOAD_CONFIG_DIRECTORY64` up to and including `DynamicValueRelocTableSection`.
const LOAD_CONFIG_LENGTH: u32 = 0xE8;
const SYMBOL_ARM64X: u64 = 6;

/// The content of the file as an x64 process sees it; `None` where `native` is not ARM64X.
pub(super) fn x64_view(native: &View<'_>) -> Result<Option<Vec<u8>>, Error> {
    let Some(table) = table(native)? else { return Ok(None) };
    let mut patched: Option<Vec<u8>> = None;
    for fixups in entries(table)? {
        apply(native, patched.get_or_insert_with(|| native.bytes().to_vec()), fixups)?;
    }
    Ok(patched)
}

/// The relocation table, with its header; `None` where the image has none.
fn table<'v>(native: &'v View<'_>) -> Result<Option<&'v [u8]>, Error> {
    let headers = native.headers();
    let Some(directory) = headers.directory(Directory::LoadConfig) else { return Ok(None) };
    if headers.machine != Machine::ARM64 || !headers.is_pe32_plus {
        return Ok(None);
    }
    let size = native.u32(directory.rva, LOAD_CONFIG)?.min(directory.size);
    if size < LOAD_CONFIG_LENGTH {
        return Ok(None);
    }
    let config = native.slice(directory.rva, LOAD_CONFIG_LENGTH as usize, LOAD_CONFIG)?;
    let chpe_metadata = bytes::u64(config, 0xC8, LOAD_CONFIG)?;
    let offset = bytes::u32(config, 0xE0, LOAD_CONFIG)?;
    let section = usize::from(bytes::u16(config, 0xE4, LOAD_CONFIG)?);
    if chpe_metadata == 0 || section == 0 {
        return Ok(None);
    }
    let count = headers.sections.len();
    let rva = headers
        .sections
        .get(section - 1)
        .ok_or_else(|| Error::Malformed(format!("{TABLE} is in section {section} of {count}")))?
        .rva
        .checked_add(offset)
        .ok_or_else(|| Error::Malformed(format!("{TABLE} is at offset {offset:#x} of section {section}")))?;
    let length = native.slice(rva, 8, TABLE)?;
    let length = bytes::u32(length, 4, TABLE)? as usize;
    native.slice(rva, length.saturating_add(8), TABLE).map(Some)
}

/// The fixups of each ARM64X entry of `table`.
fn entries(table: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let version = bytes::u32(table, 0, TABLE)?;
    let mut found = Vec::new();
    let mut at = 8;
    while at < table.len() {
        let (symbol, header, length) = match version {
            // IMAGE_DYNAMIC_RELOCATION64: Symbol, BaseRelocSize
            1 => (bytes::u64(table, at, TABLE)?, 12, bytes::u32(table, at + 8, TABLE)?),
            // IMAGE_DYNAMIC_RELOCATION64_V2: HeaderSize, FixupInfoSize, Symbol, SymbolGroup, Flags
            2 => {
                let header = bytes::u32(table, at, TABLE)?;
                if header < 24 {
                    return Err(Error::Malformed(format!(
                        "an entry of {TABLE} has a header of {header} bytes"
                    )));
                }
                (bytes::u64(table, at + 8, TABLE)?, header as usize, bytes::u32(table, at + 4, TABLE)?)
            }
            _ => return Err(Error::Malformed(format!("{TABLE} has version {version}, expected 1 or 2"))),
        };
        let start = at.saturating_add(header);
        let fixups = bytes::slice(table, start, length as usize, TABLE)?;
        if symbol == SYMBOL_ARM64X {
            found.push(fixups);
        }
        at = start + fixups.len();
    }
    Ok(found)
}

/// Applies `fixups`, blocks of entries for one page each, to `patched`, a copy of the file of `native`.
fn apply(native: &View<'_>, patched: &mut [u8], fixups: &[u8]) -> Result<(), Error> {
    let mut at = 0;
    while at < fixups.len() {
        let page = bytes::u32(fixups, at, TABLE)?;
        let length = bytes::u32(fixups, at + 4, TABLE)? as usize;
        if length < 8 {
            return Err(Error::Malformed(format!("a block of {TABLE} has {length} bytes")));
        }
        let block = bytes::slice(fixups, at, length, TABLE)?;
        let mut entry = 8;
        while entry < block.len() {
            let head = bytes::u16(block, entry, TABLE)?;
            entry += 2;
            if head == 0 && entry == block.len() {
                break; // fills the block up to a multiple of 4
            }
            let rva = page
                .checked_add(u32::from(head & 0xFFF))
                .ok_or(Error::Unmapped { what: TABLE, rva: page })?;
            let (kind, argument) = (head >> 12 & 3, head >> 14);
            let width = if kind == 2 { 4 } else { 1 << argument };
            let target = target(native, patched, rva, width)?;
            match kind {
                0 => target.fill(0),
                1 => {
                    target.copy_from_slice(bytes::slice(block, entry, width, TABLE)?);
                    entry += width.next_multiple_of(2);
                }
                2 => {
                    let scale = if argument & 2 != 0 { 8 } else { 4 };
                    let step = u32::from(bytes::u16(block, entry, TABLE)?) * scale;
                    let old = bytes::u32(target, 0, TABLE)?;
                    let new = if argument & 1 != 0 { old.wrapping_sub(step) } else { old.wrapping_add(step) };
                    target.copy_from_slice(&new.to_le_bytes());
                    entry += 2;
                }
                _ => return Err(Error::Malformed(format!("an entry of {TABLE} has the unknown kind 3"))),
            }
        }
        at += length;
    }
    Ok(())
}

/// The `width` bytes of the copy that a fixup at `rva` changes. Bytes that exist only in memory cannot be changed: no
/// linker puts a fixup there, and nothing in this module reads them.
fn target<'p>(
    native: &View<'_>,
    patched: &'p mut [u8],
    rva: u32,
    width: usize,
) -> Result<&'p mut [u8], Error> {
    const WHAT: &str = "the place of an ARM64X relocation";
    native
        .headers()
        .file_range(rva)
        .filter(|(_, left)| width <= *left)
        .and_then(|(offset, _)| patched.get_mut(offset..offset.checked_add(width)?))
        .ok_or(Error::Unmapped { what: WHAT, rva })
}
