//! Reads LZX data blocks. `lzxd` undoes the compression; the calls are restored here, since `lzxd` 0.2.7 restores wrongly
//! one whose target is the first byte of its folder (zero, translated, is not negative: \[MS-PATCH\] 2.3.2).

use installer_lzx::restore_calls;
use lzxd::{Lzxd, WindowSize};

pub(super) struct Decompressor {
    decoder: Box<Lzxd>,
    /// What the stream states as the size of the data with calls; none before the first block, 0 if nothing was translated.
    calls: Option<i32>,
    /// Bytes of the folder before the next block.
    offset: u64,
    /// The last block, where it had calls to look for.
    restored: Vec<u8>,
}

impl Decompressor {
    /// For a window of 2^`exponent` bytes; nothing if the format has none of this size.
    pub(super) fn new(exponent: u16) -> Option<Decompressor> {
        use WindowSize::{KB32, KB64, KB128, KB256, KB512, MB1, MB2};
        let windows = [KB32, KB64, KB128, KB256, KB512, MB1, MB2];
        let window = *windows.get(usize::from(exponent.checked_sub(15)?))?;
        Some(Decompressor {
            decoder: Box::new(Lzxd::new(window)),
            calls: None,
            offset: 0,
            restored: Vec::new(),
        })
    }

    /// The `uncompressed` bytes of a block; nothing if it is broken.
    pub(super) fn next(&mut self, block: &[u8], uncompressed: usize) -> Option<&[u8]> {
        let (decoded, calls) = match self.calls {
            Some(calls) => (self.decoder.decompress_next(block, uncompressed), calls),
            None => {
                let (calls, block) = without_header(block)?;
                self.calls = Some(calls);
                (self.decoder.decompress_next(&block, uncompressed), calls)
            }
        };
        let decoded = decoded.ok().filter(|bytes| bytes.len() == uncompressed)?;
        let offset = self.offset;
        self.offset += uncompressed as u64;
        if calls == 0 {
            return Some(decoded);
        }
        self.restored.clear();
        self.restored.extend_from_slice(decoded);
        restore_calls(&mut self.restored, offset, calls);
        Some(&self.restored)
    }
}

/// The size of the data with calls that the first block of a folder states, and the block as it would be had nothing been
/// translated: without the 32 bits after its first one, which are two whole words of the bit stream.
fn without_header(block: &[u8]) -> Option<(i32, Vec<u8>)> {
    let word = |index: usize| Some(u32::from(u16::from_le_bytes(*block.get(2 * index..)?.first_chunk()?)));
    if word(0)? >> 15 == 0 {
        return Some((0, block.to_vec()));
    }
    let size = (word(0)? << 17) | (word(1)? << 1) | (word(2)? >> 15);
    let mut rest = block[4..].to_vec();
    rest[1] &= 0x7f;
    Some((size as i32, rest))
}
