//! A deflate encoder (RFC 1951) for blocks of 32 KiB that may refer to the 32 KiB before them.
//!
//! Lazy matching over hash chains; one dynamic Huffman block for each block. Its bytes depend on its input alone.
//! `benches/README.md` says why it is here and not a crate.

use super::huffman::{self, Code};

/// Farthest match.
const WINDOW: usize = 32_768;

/// Longest match.
const MATCH_MAX: usize = 258;

/// Candidates looked at for a match; a quarter of them where a good one is at hand.
const DEPTH: usize = 8;

/// A match of this length is not tried to be bettered.
const NICE: usize = 64;

/// A match of three bytes farther away costs more than three literals.
const NEAR: usize = 4096;

const HASH_BITS: u32 = 15;

/// No position; positions count from 1.
const NONE: u32 = 0;

/// Literal and length symbols; the first 256 are literals.
const LITERALS: usize = 286;
const END: usize = 256;
const DISTANCES: usize = 30;

/// The symbols of a block: a literal, or [`MATCH`] with length - 3 from bit 15 on and distance - 1 below.
const MATCH: u32 = 1 << 31;

/// A match, or no match if its length is less than 3.
#[derive(Clone, Copy)]
struct Match {
    length: usize,
    distance: usize,
}

/// Encodes the blocks of one stretch of bytes, one after the other.
pub(super) struct Encoder<'a> {
    data: &'a [u8],
    /// Bytes before this are entered in the tables.
    entered: usize,
    /// For each hash of three bytes, and of four, the last position that had it.
    heads3: Vec<u32>,
    heads4: Vec<u32>,
    /// For each position modulo [`WINDOW`], the one before it with the same hash of four.
    previous: Vec<u32>,
    tokens: Vec<u32>,
    literals: [u32; LITERALS],
    distances: [u32; DISTANCES],
}

impl<'a> Encoder<'a> {
    /// An encoder for blocks of `data`, each of which may refer to what stands before it there.
    pub(super) fn new(data: &'a [u8]) -> Encoder<'a> {
        Encoder {
            data,
            entered: 0,
            heads3: vec![NONE; 1 << HASH_BITS],
            heads4: vec![NONE; 1 << HASH_BITS],
            previous: vec![NONE; WINDOW],
            tokens: Vec::new(),
            literals: [0; LITERALS],
            distances: [0; DISTANCES],
        }
    }

    /// Appends the block `start..end` of the data to `out`, as the last block of a deflate stream.
    pub(super) fn encode(&mut self, start: usize, end: usize, out: &mut Vec<u8>) {
        self.enter(start);
        self.tokenize(start, end);
        let mut literals = self.literals;
        literals[END] = 1;
        let (literals, distances) = (Code::new(&literals, 15), Code::new(&self.distances, 15));
        let mut bits = BitWriter::new(out);
        bits.write(0b101, 3);
        huffman::state(&literals, &distances, |value, count| bits.write(value, count));
        for token in &self.tokens {
            if token & MATCH == 0 {
                let symbol = *token as usize;
                bits.write(literals.bits(symbol), literals.length(symbol));
                continue;
            }
            let (symbol, extra, count) = length_symbol((token & !MATCH) >> 15);
            bits.write(literals.bits(symbol), literals.length(symbol));
            bits.write(extra.into(), count);
            let (symbol, extra, count) = distance_symbol(token & 0x7fff);
            bits.write(distances.bits(symbol), distances.length(symbol));
            bits.write(extra.into(), count);
        }
        bits.write(literals.bits(END), literals.length(END));
        bits.finish();
    }

    /// Divides `start..end` into literals and matches.
    fn tokenize(&mut self, start: usize, end: usize) {
        self.tokens.clear();
        self.literals.fill(0);
        self.distances.fill(0);
        let mut at = start;
        let mut found = Match { length: 0, distance: 0 };
        let mut pending = false;
        while at < end {
            let current = if pending { found } else { self.find(at, end, 2, DEPTH) };
            pending = false;
            if current.length < 3 {
                self.literal(at);
                at += 1;
                continue;
            }
            if current.length < NICE && at + 1 < end {
                // A longer match that begins one byte later is worth the literal.
                let depth = if current.length >= 16 { DEPTH / 4 } else { DEPTH / 2 };
                let next = self.find(at + 1, end, current.length, depth);
                if next.length > current.length {
                    self.literal(at);
                    at += 1;
                    (found, pending) = (next, true);
                    continue;
                }
            }
            self.matched(current);
            at += current.length;
            self.enter(at);
        }
    }

    fn literal(&mut self, at: usize) {
        let byte = self.data[at];
        self.tokens.push(byte.into());
        self.literals[usize::from(byte)] += 1;
    }

    fn matched(&mut self, Match { length, distance }: Match) {
        let (length, distance) = (low(length - 3), low(distance - 1));
        self.tokens.push(MATCH | (length << 15) | distance);
        self.literals[length_symbol(length).0] += 1;
        self.distances[distance_symbol(distance).0] += 1;
    }

    /// Enters the positions before `end` in the tables.
    fn enter(&mut self, end: usize) {
        while self.entered < end {
            self.enter_next();
        }
    }

    /// Enters the next position, and gives the last ones before it with the same three and four bytes.
    fn enter_next(&mut self) -> (u32, u32) {
        let at = self.entered;
        self.entered += 1;
        let Some(bytes) = self.data.get(at..).and_then(<[u8]>::first_chunk::<4>) else { return (NONE, NONE) };
        let word = u32::from_le_bytes(*bytes);
        let position = low(at + 1);
        let three = std::mem::replace(&mut self.heads3[hash(word << 8)], position);
        let four = std::mem::replace(&mut self.heads4[hash(word)], position);
        self.previous[at % WINDOW] = four;
        (three, four)
    }

    /// Enters `at`, the next position, and gives the longest match there that is longer than `best`, among `depth`
    /// candidates.
    fn find(&mut self, at: usize, end: usize, best: usize, depth: usize) -> Match {
        let (three, mut candidate) = self.enter_next();
        let mut found = Match { length: best, distance: 0 };
        let limit = (end - at).min(MATCH_MAX);
        if limit < 3 || best >= limit {
            return Match { length: 0, distance: 0 };
        }
        let here = &self.data[at..at + limit];
        let oldest = (at + 1).saturating_sub(WINDOW).max(1);
        if best < 3 && three as usize >= oldest && at + 1 - three as usize <= NEAR {
            let there = three as usize - 1;
            if self.data[there..there + 3] == here[..3] {
                found = Match { length: 3, distance: at - there };
            }
        }
        for _ in 0..depth {
            if (candidate as usize) < oldest || found.length == limit {
                break;
            }
            let there = candidate as usize - 1;
            candidate = self.previous[there % WINDOW];
            // The byte that would make it longer decides most cases.
            if self.data[there + found.length] != here[found.length] {
                continue;
            }
            let length = common(here, &self.data[there..there + limit]);
            if length > found.length {
                found = Match { length, distance: at - there };
                if length >= NICE {
                    break;
                }
            }
        }
        if found.distance == 0 { Match { length: 0, distance: 0 } } else { found }
    }
}

/// Positions, lengths and distances are far below 4 GiB.
fn low(number: usize) -> u32 {
    u32::try_from(number).expect("a stretch is shorter than 4 GiB")
}

fn hash(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}

/// How many bytes two slices of one length have in common.
fn common(a: &[u8], b: &[u8]) -> usize {
    let (words_a, _) = a.as_chunks::<8>();
    let (words_b, _) = b.as_chunks::<8>();
    for (index, (x, y)) in words_a.iter().zip(words_b).enumerate() {
        let difference = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if difference != 0 {
            return index * 8 + (difference.trailing_zeros() / 8) as usize;
        }
    }
    let done = words_a.len() * 8;
    done + a[done..].iter().zip(&b[done..]).take_while(|(x, y)| x == y).count()
}

/// Symbol, extra bits and their number for a length less 3.
fn length_symbol(length: u32) -> (usize, u32, u32) {
    if length == 255 {
        return (END + 29, 0, 0);
    }
    if length < 8 {
        return (END + 1 + length as usize, 0, 0);
    }
    let bits = length.ilog2() - 2;
    let symbol = 4 * (bits + 1) + ((length >> bits) & 3);
    (END + 1 + symbol as usize, length & ((1 << bits) - 1), bits)
}

/// Symbol, extra bits and their number for a distance less 1.
fn distance_symbol(distance: u32) -> (usize, u32, u32) {
    if distance < 4 {
        return (distance as usize, 0, 0);
    }
    let bits = distance.ilog2() - 1;
    let symbol = 2 * (bits + 1) + ((distance >> bits) & 1);
    (symbol as usize, distance & ((1 << bits) - 1), bits)
}

/// Bits from the low end of each byte up.
struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    pending: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    fn new(out: &'a mut Vec<u8>) -> BitWriter<'a> {
        BitWriter { out, pending: 0, count: 0 }
    }

    /// At most 16 bits at a time.
    fn write(&mut self, bits: u64, count: u32) {
        self.pending |= bits << self.count;
        self.count += count;
        if self.count >= 32 {
            self.out.extend_from_slice(&self.pending.to_le_bytes()[..4]);
            self.pending >>= 32;
            self.count -= 32;
        }
    }

    fn finish(self) {
        let bytes = self.count.div_ceil(8) as usize;
        self.out.extend_from_slice(&self.pending.to_le_bytes()[..bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_those_of_the_standard() {
        // RFC 1951, 3.2.5.
        let lengths = [
            (3, 257, 0),
            (10, 264, 0),
            (11, 265, 1),
            (12, 265, 1),
            (13, 266, 1),
            (257, 284, 5),
            (258, 285, 0),
        ];
        for (length, symbol, bits) in lengths {
            let found = length_symbol(length - 3);
            assert_eq!((found.0, found.2), (symbol, bits), "{length}");
        }
        let distances = [(1, 0, 0), (4, 3, 0), (5, 4, 1), (7, 5, 1), (24_577, 29, 13), (32_768, 29, 13)];
        for (distance, symbol, bits) in distances {
            let found = distance_symbol(distance - 1);
            assert_eq!((found.0, found.2), (symbol, bits), "{distance}");
        }
    }
}
