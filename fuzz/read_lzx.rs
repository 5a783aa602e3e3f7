//! Reads any bytes as LZX data blocks: nothing may panic, and no file may become larger than the cabinet says.
//!
//! The first byte chooses the window, then blocks follow: two bytes of compressed size, two of uncompressed size, data.

#![no_main]

use installer_cab::Reader;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|input: &[u8]| {
    let Some(cabinet) = cabinet(input) else { return };
    let Ok(mut reader) = Reader::open(Cursor::new(cabinet)) else { return };
    let size = reader.files()[0].size as usize;
    let mut bytes = Vec::new();
    let result = reader.extract(0, &mut bytes);
    assert!(bytes.len() <= size && (result.is_err() || bytes.len() == size));
});

/// A cabinet of one file, which are all bytes of its only folder. Checksums are 0, which says that there are none.
fn cabinet(input: &[u8]) -> Option<Vec<u8>> {
    let (window, mut rest) = input.split_first()?;
    let window = 15 + u16::from(window % 7);
    let (mut blocks, mut count, mut size) = (Vec::new(), 0u16, 0u32);
    while let Some((header, data)) = rest.split_first_chunk::<4>() {
        let [compressed, uncompressed] =
            [0, 2].map(|at| usize::from(u16::from_le_bytes([header[at], header[at + 1]])));
        let (data, after) = data.split_at(compressed.min(data.len()));
        blocks.extend_from_slice(&[0; 4]);
        blocks.extend_from_slice(&(data.len() as u16).to_le_bytes());
        blocks.extend_from_slice(&(uncompressed as u16).to_le_bytes());
        blocks.extend_from_slice(data);
        (count, size, rest) = (count + 1, size + uncompressed as u32, after);
    }
    let mut cabinet = Vec::with_capacity(62 + blocks.len());
    cabinet.extend_from_slice(b"MSCF\0\0\0\0");
    cabinet.extend_from_slice(&(62 + blocks.len() as u32).to_le_bytes());
    cabinet.extend_from_slice(&[0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    cabinet.extend_from_slice(&62u32.to_le_bytes());
    cabinet.extend_from_slice(&count.to_le_bytes());
    cabinet.extend_from_slice(&(3 | window << 8).to_le_bytes());
    cabinet.extend_from_slice(&size.to_le_bytes());
    cabinet.extend_from_slice(&[0; 12]);
    cabinet.extend_from_slice(b"f\0");
    cabinet.extend_from_slice(&blocks);
    Some(cabinet)
}
