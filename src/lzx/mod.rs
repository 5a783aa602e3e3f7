//! LZX as cabinets have it, windows of 32 KiB to 2 MiB: a decoder, [`Decoder`], and an encoder.
//!
//! The encoder has three steps, so that the dear one can be done on several threads and the bytes are the same on any number of them:
//!
//! 1. [`Matcher::next`], one segment after the other: translates x86 calls and finds matches.
//! 2. [`Segment::parse`], on whatever thread: chooses tokens and divides them into blocks, each segment for itself.
//! 3. [`Writer::write`], one segment after the other: writes blocks, under the recent offsets that really stand there.

mod bits;
mod codes;
mod decode;
mod e8;
mod effort;
mod finder;
mod format;
mod huffman;
mod logarithm;
mod parse;
mod prices;
mod segment;
mod settle;
mod split;
mod statement;
mod stats;
mod ways;
mod writer;

pub use decode::Decoder;
pub use effort::{Effort, SEGMENT};
pub use format::{FRAME, Window};
pub use segment::{Matcher, Parsed, Segment};
pub use writer::{Frame, Writer};
