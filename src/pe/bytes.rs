//! Little-endian fields at any offset of untrusted bytes.

use super::Error;

/// `length` bytes at `at`; `what` goes into the error.
pub(super) fn slice<'a>(
    bytes: &'a [u8],
    at: usize,
    length: usize,
    what: &'static str,
) -> Result<&'a [u8], Error> {
    at.checked_add(length).and_then(|end| bytes.get(at..end)).ok_or(Error::Truncated { what, offset: at })
}

fn array<const N: usize>(bytes: &[u8], at: usize, what: &'static str) -> Result<[u8; N], Error> {
    Ok(slice(bytes, at, N, what)?.try_into().expect("the slice has N bytes"))
}

pub(super) fn u16(bytes: &[u8], at: usize, what: &'static str) -> Result<u16, Error> {
    array(bytes, at, what).map(u16::from_le_bytes)
}

pub(super) fn u32(bytes: &[u8], at: usize, what: &'static str) -> Result<u32, Error> {
    array(bytes, at, what).map(u32::from_le_bytes)
}

pub(super) fn u64(bytes: &[u8], at: usize, what: &'static str) -> Result<u64, Error> {
    array(bytes, at, what).map(u64::from_le_bytes)
}

/// UTF-16 text up to its NUL or the end of `bytes`, and how many bytes it took, the NUL included. Unpaired
/// surrogates become U+FFFD.
pub(super) fn utf16_until_nul(bytes: &[u8]) -> (String, usize) {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    let taken = (2 * (units.len() + 1)).min(bytes.len());
    (String::from_utf16_lossy(&units), taken)
}

/// Appends `text` as UTF-16 without a NUL.
pub(super) fn push_utf16(out: &mut Vec<u8>, text: &str) {
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
}

/// Appends zeros up to a multiple of 4 bytes.
pub(super) fn pad4(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}
