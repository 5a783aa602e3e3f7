//! Deflate blocks (RFC 1951): where to divide the tokens among them, and how they are written.

use super::huffman::{self, Code};

/// Literal and length symbols; the first 256 are literals.
const LITERALS: usize = 286;
const END: usize = 256;
const DISTANCES: usize = 30;

/// Tokens that go into one block in any case.
const SEGMENT: usize = 512;

/// About what the codes of a block take, in bits.
const HEADER: u64 = 800;

/// A literal, or a match: the highest bit, length - 3 from bit 15 on, distance - 1 below.
#[derive(Clone, Copy)]
pub(super) struct Token(u32);

const MATCH: u32 = 1 << 31;

impl Token {
    pub(super) fn literal(byte: u8) -> Token {
        Token(byte.into())
    }

    /// A match of 3 to 258 bytes, 1 to 32,768 bytes before.
    pub(super) fn matched(length: usize, distance: usize) -> Token {
        let field = |number: usize| u32::try_from(number).expect("at most 15 bits");
        Token(MATCH | (field(length - 3) << 15) | field(distance - 1))
    }

    /// Length - 3 and distance - 1, or the literal's symbol.
    fn parts(self) -> Result<(u32, u32), usize> {
        if self.0 & MATCH == 0 {
            Err(self.0 as usize)
        } else {
            Ok(((self.0 & !MATCH) >> 15, self.0 & 0x7fff))
        }
    }
}

/// Appends `tokens` to `out` as a whole deflate stream, in as many blocks as pay.
pub(super) fn write(tokens: &[Token], out: &mut Vec<u8>) {
    let mut bits = BitWriter::new(out);
    let mut block = Histogram::new();
    let mut start = 0;
    for (number, segment) in tokens.chunks(SEGMENT).enumerate() {
        let mut apart = Histogram::new();
        segment.iter().for_each(|token| apart.add(*token));
        let together = block.plus(&apart);
        if number > 0 && together.cost() > block.cost() + apart.cost() + HEADER {
            let end = number * SEGMENT;
            bits.block(&tokens[start..end], &block, false);
            (start, block) = (end, apart);
        } else {
            block = together;
        }
    }
    bits.block(&tokens[start..], &block, true);
    bits.finish();
}

/// How often each symbol occurs.
struct Histogram {
    literals: [u32; LITERALS],
    distances: [u32; DISTANCES],
}

impl Histogram {
    fn new() -> Histogram {
        Histogram { literals: [0; LITERALS], distances: [0; DISTANCES] }
    }

    fn add(&mut self, token: Token) {
        match token.parts() {
            Err(literal) => self.literals[literal] += 1,
            Ok((length, distance)) => {
                self.literals[length_symbol(length).0] += 1;
                self.distances[distance_symbol(distance).0] += 1;
            }
        }
    }

    fn plus(&self, other: &Histogram) -> Histogram {
        Histogram {
            literals: std::array::from_fn(|symbol| self.literals[symbol] + other.literals[symbol]),
            distances: std::array::from_fn(|symbol| self.distances[symbol] + other.distances[symbol]),
        }
    }

    /// About what the symbols take in a code of their own, in bits.
    fn cost(&self) -> u64 {
        entropy(&self.literals) + entropy(&self.distances)
    }
}

/// Bits that symbols of these frequencies carry.
fn entropy(frequencies: &[u32]) -> u64 {
    let total: u32 = frequencies.iter().sum();
    let each: u64 = frequencies.iter().map(|frequency| u64::from(*frequency) * log2(*frequency)).sum();
    (u64::from(total) * log2(total)).saturating_sub(each) / 256
}

/// The logarithm to base 2 times 256, a straight line between powers of two: in integers, so that every machine
/// divides blocks alike.
fn log2(number: u32) -> u64 {
    match number.checked_ilog2() {
        None => 0,
        Some(whole) => u64::from(whole) * 256 + ((u64::from(number) << 8 >> whole) - 256),
    }
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

    /// A dynamic block of `tokens`, whose symbols `histogram` counts.
    fn block(&mut self, tokens: &[Token], histogram: &Histogram, last: bool) {
        let mut literals = histogram.literals;
        literals[END] = 1;
        let (literals, distances) = (Code::new(&literals, 15), Code::new(&histogram.distances, 15));
        self.write(u64::from(last) | 0b100, 3);
        huffman::state(&literals, &distances, |value, count| self.write(value, count));
        for token in tokens {
            let (length, distance) = match token.parts() {
                Err(literal) => {
                    self.write(literals.bits(literal), literals.length(literal));
                    continue;
                }
                Ok(parts) => parts,
            };
            let (symbol, extra, count) = length_symbol(length);
            self.write(literals.bits(symbol), literals.length(symbol));
            self.write(extra.into(), count);
            let (symbol, extra, count) = distance_symbol(distance);
            self.write(distances.bits(symbol), distances.length(symbol));
            self.write(extra.into(), count);
        }
        self.write(literals.bits(END), literals.length(END));
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
