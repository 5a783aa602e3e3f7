//! Decoding: the frames of a folder, one after the other.
//!
//! Strict where decoders differ: a code is complete or has no symbols, a match reaches back no farther than what was
//! written, and neither a frame's end nor its block's is passed.

mod bits;
mod table;

use super::e8;
use super::format::{
    FIRST_ALIGNED, FRAME, HEADERS, LENGTHS, LITERALS, LONG, MATCH_MIN, Recent, Window, extra_bits,
};
use super::statement::{MANY_ZEROS, SAME, SYMBOLS as CHANGES, ZEROS};
use bits::BitReader;
use table::Table;

/// The farthest offset of the largest window.
const OFFSET_MAX: u32 = (1 << 21) - 3;
/// Recent offsets before the bytes of an uncompressed block, 32 bits each.
const OFFSETS: usize = 12;
/// Bytes that are copied at once, of which all but one may come behind a match.
const STEP: usize = 8;

/// Decodes a folder.
#[derive(Debug)]
pub struct Decoder {
    window: Window,
    /// What was written last, at least a window of it where there was as much, then room for what comes.
    bytes: Vec<u8>,
    /// Where in `bytes` the next byte is written.
    at: usize,
    /// Bytes of the folder before the next frame.
    offset: u64,
    /// What the stream states as the size of the data with calls; none before the first frame, 0 if nothing was translated.
    calls: Option<i32>,
    recent: Recent,
    block: Block,
    /// Lengths of the codes of main and length tree, to which the next block states changes.
    main_lengths: Vec<u8>,
    long_lengths: Vec<u8>,
    main: Table,
    long: Table,
    low: Table,
    /// For each slot, its first formatted offset and the bits that follow it.
    slots: Vec<(u32, u32)>,
    /// The last frame, where it had calls to look for.
    restored: Vec<u8>,
}

/// The block that is being read.
#[derive(Clone, Copy, Debug)]
struct Block {
    kind: Kind,
    /// Bytes that it still has.
    left: usize,
    /// Whether a byte of padding follows its bytes.
    padded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Verbatim,
    Aligned,
    Uncompressed,
}

impl Decoder {
    /// For a folder of this window. Takes twice the window's size in memory.
    #[must_use]
    pub fn new(window: Window) -> Decoder {
        let slots = (0..window.slots()).scan(0, |base, slot| {
            let (first, extra) = (*base, extra_bits(slot));
            *base += 1 << extra;
            Some((first, extra))
        });
        Decoder {
            window,
            bytes: vec![0; 2 * window.size().max(FRAME) + STEP],
            at: 0,
            offset: 0,
            calls: None,
            recent: Recent::START,
            block: Block { kind: Kind::Verbatim, left: 0, padded: false },
            main_lengths: vec![0; window.main()],
            long_lengths: vec![0; LENGTHS],
            main: Table::empty(),
            long: Table::empty(),
            low: Table::empty(),
            slots: slots.collect(),
            restored: Vec::new(),
        }
    }

    /// The next frame: `size` bytes, at most 32 KiB, which `data` has compressed. Nothing if it is broken, and then what
    /// follows means nothing.
    pub fn next(&mut self, data: &[u8], size: usize) -> Option<&[u8]> {
        if size > FRAME {
            return None;
        }
        if self.at + size + STEP > self.bytes.len() {
            let window = self.window.size();
            self.bytes.copy_within(self.at - window..self.at, 0);
            self.at = window;
        }
        let begin = self.at;
        self.frame(data, begin + size)?;
        let offset = self.offset;
        self.offset += size as u64;
        let frame = &self.bytes[begin..begin + size];
        match self.calls {
            None | Some(0) => Some(frame),
            Some(calls) => {
                self.restored.clear();
                self.restored.extend_from_slice(frame);
                e8::restore(&mut self.restored, offset, calls);
                Some(&self.restored)
            }
        }
    }

    fn frame(&mut self, mut data: &[u8], end: usize) -> Option<()> {
        let mut bits = BitReader::new(data);
        if self.calls.is_none() && self.at < end {
            let calls = if bits.read(1) == 1 { bits.read(16) << 16 | bits.read(16) } else { 0 };
            self.calls = Some(calls as i32);
        }
        // an uncompressed block goes on with bytes, and so may its padding
        let mut in_bytes =
            self.block.kind == Kind::Uncompressed && (self.block.left > 0 || self.block.padded);
        while self.at < end {
            if !in_bytes && self.block.left == 0 {
                self.header(&mut bits)?;
                if self.block.kind == Kind::Uncompressed {
                    let (offsets, rest) = bits.aligned()?.split_at_checked(OFFSETS)?;
                    self.recent = recent(offsets)?;
                    (data, in_bytes) = (rest, true);
                }
            }
            let size = self.block.left.min(end - self.at);
            if in_bytes {
                let (plain, rest) = data.split_at_checked(size)?;
                self.bytes[self.at..self.at + size].copy_from_slice(plain);
                self.at += size;
                self.block.left -= size;
                data = rest;
                if self.block.left == 0 {
                    // the padding of a block that ends with its frame is in this frame's data, or in the next one's
                    if self.block.padded && (self.at < end || !data.is_empty()) {
                        data = data.split_first()?.1;
                        self.block.padded = false;
                    }
                    if self.at < end {
                        in_bytes = false;
                        bits = BitReader::new(data);
                    }
                }
            } else {
                self.tokens(&mut bits, self.at + size)?;
                self.block.left -= size;
            }
        }
        (in_bytes || !bits.is_past_end()).then_some(())
    }

    /// Reads what stands before a block's bytes.
    fn header(&mut self, bits: &mut BitReader<'_>) -> Option<()> {
        let kind = match bits.read(3) {
            1 => Kind::Verbatim,
            2 => Kind::Aligned,
            3 => Kind::Uncompressed,
            _ => return None,
        };
        let left = bits.read(24) as usize;
        self.block = Block { kind, left, padded: kind == Kind::Uncompressed && left % 2 == 1 };
        if left == 0 || bits.is_past_end() {
            return None;
        }
        if kind == Kind::Uncompressed {
            return Some(());
        }
        if kind == Kind::Aligned {
            let lengths: [u8; 8] = std::array::from_fn(|_| bits.read(3) as u8);
            self.low.set(&lengths)?;
        }
        let (literals, matches) = self.main_lengths.split_at_mut(LITERALS);
        for section in [literals, matches, &mut self.long_lengths] {
            changed(section, bits)?;
        }
        self.main.set(&self.main_lengths)?;
        self.long.set(&self.long_lengths)
    }

    /// Reads literals and matches up to `end`.
    fn tokens(&mut self, bits: &mut BitReader<'_>, end: usize) -> Option<()> {
        let Decoder { bytes, main, long, low, slots, window, .. } = self;
        let aligned = self.block.kind == Kind::Aligned;
        let farthest = window.offset_max();
        let (mut at, mut recent) = (self.at, self.recent);
        while at < end {
            bits.fill();
            let symbol = bits.symbol(main)?;
            if symbol < LITERALS {
                bytes[at] = symbol as u8;
                at += 1;
                continue;
            }
            let (slot, header) = ((symbol - LITERALS) / HEADERS, (symbol - LITERALS) % HEADERS);
            let mut length = header + MATCH_MIN;
            if length == LONG {
                length += bits.symbol(long)?;
            }
            let (base, extra) = slots[slot];
            let formatted = if aligned && slot >= FIRST_ALIGNED {
                let high = bits.take(extra - 3) << 3;
                bits.fill();
                base + high + bits.symbol(low)? as u32
            } else {
                base + bits.take(extra)
            };
            recent = recent.after(formatted);
            let offset = recent.get(0) as usize;
            // everything before `at` was written
            if length > end - at || offset == 0 || offset > farthest.min(at) {
                return None;
            }
            copy(bytes, at, offset, length);
            at += length;
        }
        (self.at, self.recent) = (at, recent);
        Some(())
    }
}

/// Writes at `at` the `length` bytes that begin `offset` bytes before. What follows them, up to a step, means nothing
/// afterwards.
#[inline(always)]
fn copy(bytes: &mut [u8], at: usize, offset: usize, length: usize) {
    let from = at - offset;
    if offset >= STEP {
        for step in (0..length).step_by(STEP) {
            let bytes = &mut bytes[from + step..at + step + STEP];
            let source: [u8; STEP] = *bytes.first_chunk().expect("a step");
            *bytes.last_chunk_mut().expect("a step") = source;
        }
    } else {
        for index in 0..length {
            bytes[at + index] = bytes[from + index];
        }
    }
}

/// Reads the changes to a section of lengths.
fn changed(lengths: &mut [u8], bits: &mut BitReader<'_>) -> Option<()> {
    let code: [u8; CHANGES] = std::array::from_fn(|_| bits.read(4) as u8);
    let mut table = Table::empty();
    table.set(&code)?;
    let symbol = |bits: &mut BitReader<'_>| {
        bits.fill();
        bits.symbol(&table)
    };
    let mut at = 0;
    while at < lengths.len() {
        let (run, change) = match symbol(bits)? {
            ZEROS => (4 + bits.read(4), None),
            MANY_ZEROS => (20 + bits.read(5), None),
            SAME => (4 + bits.read(1), Some(symbol(bits)?)),
            change => (1, Some(change)),
        };
        let length = match change {
            None => 0,
            Some(change) if change < ZEROS => (lengths[at] + 17 - change as u8) % 17,
            Some(_) => return None,
        };
        lengths.get_mut(at..at + run as usize)?.fill(length);
        at += run as usize;
    }
    Some(())
}

/// The recent offsets before the bytes of an uncompressed block.
fn recent(bytes: &[u8]) -> Option<Recent> {
    let mut offsets = [0; 3];
    for (offset, bytes) in offsets.iter_mut().zip(bytes.chunks_exact(4)) {
        *offset = u32::from_le_bytes(*bytes.first_chunk()?);
    }
    offsets.iter().all(|offset| *offset <= OFFSET_MAX).then_some(Recent::of(offsets))
}

#[cfg(test)]
mod tests;
