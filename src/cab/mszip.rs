//! MSZIP: deflate in blocks of 32 KiB, each of which may refer to the block before it.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::deflate::Encoder;
use super::format::{BLOCK, DATA, block_checksum};

/// What each block begins with.
const SIGNATURE: [u8; 2] = *b"CK";

/// What a stored deflate block has before its bytes.
const STORED: usize = 5;

/// The data blocks (`CFDATA`) of `data` from `from` on, where a block of its folder begins. What stands before it is
/// what the first block may refer to.
pub(super) fn compressed(data: &[u8], from: usize) -> Vec<u8> {
    let mut encoder = Encoder::new(data);
    let mut blocks = Vec::with_capacity(data.len() / 2);
    for begin in (from..data.len()).step_by(BLOCK) {
        let end = data.len().min(begin + BLOCK);
        let start = blocks.len();
        let uncompressed = u16::try_from(end - begin).expect("32 KiB at most");
        blocks.extend_from_slice(&[0; DATA]);
        blocks.extend_from_slice(&SIGNATURE);
        let deflated = blocks.len();
        encoder.encode(begin, end, &mut blocks);
        if blocks.len() - deflated > STORED + end - begin {
            // It does not get smaller: one stored deflate block, the last.
            blocks.truncate(deflated);
            blocks.push(1);
            blocks.extend_from_slice(&uncompressed.to_le_bytes());
            blocks.extend_from_slice(&(!uncompressed).to_le_bytes());
            blocks.extend_from_slice(&data[begin..end]);
        }
        let payload = start + DATA;
        let size = u16::try_from(blocks.len() - payload).expect("at most 7 bytes more than 32 KiB");
        let sum = block_checksum(&blocks[payload..], uncompressed);
        blocks[start..start + 4].copy_from_slice(&sum.to_le_bytes());
        blocks[start + 4..start + 6].copy_from_slice(&size.to_le_bytes());
        blocks[start + 6..payload].copy_from_slice(&uncompressed.to_le_bytes());
    }
    blocks
}

/// Decompresses the blocks of a folder, one after the other.
#[derive(Debug)]
pub(super) struct Decompressor {
    /// The block before, then the block itself.
    window: Vec<u8>,
}

impl Decompressor {
    pub(super) fn new() -> Decompressor {
        Decompressor { window: vec![0; 2 * BLOCK] }
    }

    /// The `uncompressed` bytes of a block; nothing if it is broken.
    pub(super) fn next(&mut self, block: &[u8], uncompressed: usize) -> Option<&[u8]> {
        let deflated = block.strip_prefix(&SIGNATURE)?;
        if uncompressed > BLOCK {
            return None;
        }
        let mut state = DecompressorOxide::new();
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, _, written) = decompress(&mut state, deflated, &mut self.window, BLOCK, flags);
        if status != TINFLStatus::Done || written != uncompressed {
            return None;
        }
        // The last 32 KiB written so far become what the next block may refer to.
        self.window.copy_within(written..written + BLOCK, 0);
        Some(&self.window[BLOCK - written..BLOCK])
    }
}
