//! Writes `.res` files, what a resource compiler gives the linker
//! (<https://learn.microsoft.com/windows/win32/menurc/resource-file-formats>).

use super::{Resource, ResourceId, bytes};

/// `MOVEABLE | PURE`, which the resource compiler writes for version resources, message tables and raw data. Has had no
/// meaning since 16-bit Windows.
const MEMORY_FLAGS: u16 = 0x30;

/// The content of a `.res` file with `resources`, in their order: byte for byte what Microsoft's resource compiler writes
/// for the same resources.
///
/// # Panics
/// A resource has 4 GiB or more.
#[must_use]
pub fn write(resources: &[Resource<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    // an empty entry marks the 32-bit format
    entry(&mut out, &ResourceId::Number(0), &ResourceId::Number(0), 0, 0, &[]);
    for resource in resources {
        entry(&mut out, &resource.kind, &resource.name, MEMORY_FLAGS, resource.language, &resource.data);
    }
    out
}

fn entry(out: &mut Vec<u8>, kind: &ResourceId, name: &ResourceId, flags: u16, language: u16, data: &[u8]) {
    let mut header = Vec::new();
    for id in [kind, name] {
        match id {
            ResourceId::Number(number) => {
                header.extend([0xFF, 0xFF]);
                header.extend(number.to_le_bytes());
            }
            ResourceId::Text(text) => {
                bytes::push_utf16(&mut header, text);
                header.extend([0, 0]);
            }
        }
    }
    bytes::pad4(&mut header);
    header.extend(0u32.to_le_bytes()); // DataVersion
    header.extend(flags.to_le_bytes());
    header.extend(language.to_le_bytes());
    header.extend([0; 8]); // Version, Characteristics
    out.extend(u32::try_from(data.len()).expect("a resource is shorter than 4 GiB").to_le_bytes());
    out.extend((header.len() as u32 + 8).to_le_bytes());
    out.extend(header);
    out.extend(data);
    bytes::pad4(out);
}
