//! How a folder's bytes are compressed: a step in order, one on any thread, and again one in order.

use super::format::{BLOCK, append_block};
use super::mszip;
use installer_lzx::{self as lzx, Effort, Window};
use std::fmt;

/// How the folders of a cabinet are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    Stored,
    /// Deflate, block by block.
    #[default]
    MsZip,
    /// LZX.
    Lzx {
        /// How far back a match may refer.
        window: Window,
        /// How hard matches are looked for. The bytes depend on it.
        effort: Effort,
    },
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Method::Stored => f.write_str("stored"),
            Method::MsZip => f.write_str("MSZIP"),
            Method::Lzx { window, .. } => write!(f, "LZX:{}", window.exponent()),
        }
    }
}

impl Method {
    /// `CFFOLDER.typeCompress`.
    pub(super) fn code(self) -> u16 {
        match self {
            Method::Stored => 0,
            Method::MsZip => 1,
            Method::Lzx { window, .. } => 3 | (u16::from(window.exponent()) << 8),
        }
    }

    /// Bytes of every chunk of a folder but its last.
    pub(super) fn chunk(self) -> usize {
        match self {
            Method::Stored | Method::MsZip => 16 * BLOCK,
            Method::Lzx { .. } => lzx::SEGMENT,
        }
    }
}

/// What is done with each chunk of a folder first, in order.
pub(super) enum Front {
    Stored,
    /// With the block before.
    MsZip(Vec<u8>),
    Lzx(Box<lzx::Matcher>),
}

/// What is done with a chunk on any thread.
pub(super) enum Job {
    Stored(Vec<u8>),
    /// The chunk begins after the block before.
    MsZip(Vec<u8>, usize),
    Lzx(lzx::Segment),
}

/// What came of it.
pub(super) enum Done {
    /// Data blocks.
    Blocks(Vec<u8>),
    Lzx(lzx::Parsed),
}

impl Front {
    /// For a folder of `size` bytes.
    pub(super) fn new(method: Method, size: u64) -> Front {
        match method {
            Method::Stored => Front::Stored,
            Method::MsZip => Front::MsZip(Vec::new()),
            Method::Lzx { window, effort } => Front::Lzx(Box::new(lzx::Matcher::new(window, effort, size))),
        }
    }

    pub(super) fn next(&mut self, chunk: Vec<u8>) -> Job {
        match self {
            Front::Stored => Job::Stored(chunk),
            Front::MsZip(before) => {
                let from = before.len();
                let kept = chunk[chunk.len().saturating_sub(BLOCK)..].to_vec();
                let mut data = std::mem::replace(before, kept);
                data.extend_from_slice(&chunk);
                Job::MsZip(data, from)
            }
            Front::Lzx(matcher) => Job::Lzx(matcher.next(&chunk)),
        }
    }
}

impl Job {
    pub(super) fn run(self) -> Done {
        match self {
            Job::Stored(chunk) => {
                let mut blocks = Vec::with_capacity(chunk.len() + chunk.len() / 256);
                chunk.chunks(BLOCK).for_each(|block| append_block(block, block.len(), &mut blocks));
                Done::Blocks(blocks)
            }
            Job::MsZip(data, from) => Done::Blocks(mszip::compressed(&data, from)),
            Job::Lzx(segment) => Done::Lzx(segment.parse()),
        }
    }
}

/// What is done with each chunk last, in order.
pub(super) struct Back(Option<lzx::Writer>);

impl Back {
    pub(super) fn new(method: Method) -> Back {
        Back(match method {
            Method::Lzx { window, .. } => Some(lzx::Writer::new(window)),
            Method::Stored | Method::MsZip => None,
        })
    }

    /// The data blocks of the next chunk.
    pub(super) fn blocks(&mut self, done: Done) -> Vec<u8> {
        match (done, &mut self.0) {
            (Done::Lzx(parsed), Some(writer)) => {
                let mut blocks = Vec::new();
                for frame in writer.write(&parsed) {
                    append_block(&frame.bytes, frame.uncompressed, &mut blocks);
                }
                blocks
            }
            (Done::Blocks(blocks), None) => blocks,
            _ => unreachable!("front and back are of one method"),
        }
    }
}
