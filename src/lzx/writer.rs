//! Blocks and frames.

use super::bits::BitWriter;
use super::codes::{Codes, Lengths};
use super::e8;
use super::format::{FRAME, Recent, Token, Window};
use super::segment::Parsed;
use super::stats::{self, Stats};

/// Block type, 3 bits.
const UNCOMPRESSED: u32 = 3;

/// What one data block of the cabinet has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The compressed bytes.
    pub bytes: Vec<u8>,
    /// What they decompress to, in bytes; [`FRAME`] but for a folder's last.
    pub uncompressed: usize,
}

/// Writes the segments of a folder in order.
#[derive(Debug)]
pub struct Writer {
    bits: BitWriter,
    frames: Vec<Frame>,
    /// Bytes of the frame so far.
    filled: usize,
    recent: Recent,
    /// The codes' lengths of the block before.
    before: Lengths,
    window: Window,
}

impl Writer {
    /// For a folder of its own.
    #[must_use]
    pub fn new(window: Window) -> Writer {
        let mut bits = BitWriter::default();
        bits.write(1, 1);
        let size = e8::SIZE.unsigned_abs();
        bits.write(size >> 16, 16);
        bits.write(size & 0xffff, 16);
        Writer {
            bits,
            frames: Vec::new(),
            filled: 0,
            recent: Recent::START,
            before: Lengths::start(window),
            window,
        }
    }

    /// The frames of the next segment.
    #[must_use]
    pub fn write(&mut self, parsed: &Parsed) -> Vec<Frame> {
        let mut start = 0;
        for block in &parsed.blocks {
            let text = &parsed.text[start..block.end];
            match &block.tokens {
                Some(tokens) => self.coded(text, tokens),
                None => self.uncompressed(text),
            }
            start = block.end;
        }
        if self.filled > 0 {
            self.end_frame();
        }
        std::mem::take(&mut self.frames)
    }

    /// Ends a frame where it is full.
    #[inline(always)]
    fn advance(&mut self, count: usize) {
        self.filled += count;
        if self.filled == FRAME {
            self.end_frame();
        }
    }

    fn end_frame(&mut self) {
        self.frames.push(Frame { bytes: self.bits.frame(), uncompressed: self.filled });
        self.filled = 0;
    }

    /// One block for each frame: the byte that pads one of odd length must not be taken for another frame's.
    fn uncompressed(&mut self, text: &[u8]) {
        let mut text = text;
        while !text.is_empty() {
            let (part, rest) = text.split_at(text.len().min(FRAME - self.filled));
            self.bits.write(UNCOMPRESSED, 3);
            self.bits.write(part.len() as u32, 24);
            self.bits.align_always();
            for index in 0..3 {
                self.bits.bytes(&self.recent.get(index).to_le_bytes());
            }
            self.bits.bytes(part);
            if part.len() % 2 == 1 {
                self.bits.bytes(&[0]);
            }
            self.advance(part.len());
            text = rest;
        }
    }

    fn coded(&mut self, text: &[u8], tokens: &[Token]) {
        let coded = stats::code(text, tokens, &mut self.recent);
        let codes = Codes::of(&Stats::of(&coded), &self.before, self.window);
        codes.write(text.len(), &mut self.bits);
        let (encoder, lengths) = codes.into_encoder();
        for (token, coded) in tokens.iter().zip(coded) {
            encoder.write(coded, &mut self.bits);
            self.advance(token.length());
        }
        self.before = lengths;
    }
}
