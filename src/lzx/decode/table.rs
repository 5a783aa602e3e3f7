//! Prefix codes being read.

/// Codes up to this length are found by one look.
const QUICK: u32 = 10;
/// The longest code.
const LONGEST: usize = 16;
/// Bits of an entry that have the length of its code.
const LENGTH: u32 = 5;

/// Finds symbols by their codes.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// By the first bits: symbol and length of a short code; 0 where the code is longer.
    quick: Box<[u16; 1 << QUICK]>,
    /// For each length, the first code behind those of this length, as 16 bits.
    ends: [u32; LONGEST + 1],
    /// For each length, what leads from a code to its place in `symbols`.
    places: [u32; LONGEST + 1],
    /// Symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Table {
    /// A code without symbols.
    pub(super) fn empty() -> Table {
        Table {
            quick: Box::new([0; 1 << QUICK]),
            ends: [0; LONGEST + 1],
            places: [0; LONGEST + 1],
            symbols: Vec::new(),
        }
    }

    /// Becomes the code of these lengths: shorter codes first, then lower symbols. Nothing where it is not complete;
    /// one without any symbols is a code, too, of which nothing can be read.
    pub(super) fn set(&mut self, lengths: &[u8]) -> Option<()> {
        let mut counts = [0u32; LONGEST + 1];
        lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        let (mut next, mut at, mut code) = ([0u32; LONGEST + 1], 0, 0);
        self.quick.fill(0);
        for length in 1..=LONGEST {
            let step = 1 << (LONGEST - length);
            next[length] = at;
            self.places[length] = at.wrapping_sub(code >> (LONGEST - length));
            at += counts[length];
            code += counts[length] * step;
            self.ends[length] = code;
        }
        self.symbols.clear();
        self.symbols.resize(at as usize, 0);
        if code != if at == 0 { 0 } else { 1 << LONGEST } {
            return None;
        }
        for (symbol, length) in (0..).zip(lengths).filter(|(_, length)| **length > 0) {
            let place = &mut next[usize::from(*length)];
            self.symbols[*place as usize] = symbol;
            *place += 1;
        }
        let mut entries = self.quick.iter_mut();
        let mut symbols = self.symbols.iter();
        for length in 1..=QUICK {
            for symbol in symbols.by_ref().take(counts[length as usize] as usize) {
                let entry = symbol << LENGTH | length as u16;
                entries.by_ref().take(1 << (QUICK - length)).for_each(|quick| *quick = entry);
            }
        }
        Some(())
    }

    /// The symbol that the next 16 bits begin with, and the length of its code.
    #[inline(always)]
    pub(super) fn find(&self, bits: u32) -> Option<(usize, u32)> {
        let entry = self.quick[(bits >> (LONGEST as u32 - QUICK)) as usize & ((1 << QUICK) - 1)];
        if entry != 0 {
            return Some((usize::from(entry >> LENGTH), u32::from(entry) & ((1 << LENGTH) - 1)));
        }
        self.find_long(bits)
    }

    fn find_long(&self, bits: u32) -> Option<(usize, u32)> {
        let length = (QUICK as usize + 1..=LONGEST).find(|length| bits < self.ends[*length])?;
        let place = self.places[length].wrapping_add(bits >> (LONGEST - length));
        Some((usize::from(*self.symbols.get(place as usize)?), length as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::huffman::Code;
    use super::*;

    #[test]
    fn what_the_encoder_writes_is_found() {
        let skewed: Vec<u8> = (1..=15).chain([16, 16]).collect();
        let flat = [9u8; 512];
        let mixed: Vec<u8> = [[1].as_slice(), &[12; 1024], &[12; 1024]].concat();
        for lengths in [&skewed[..], &flat, &mixed, &[0, 1, 0, 1]] {
            let mut table = Table::empty();
            table.set(lengths).expect("complete");
            let code = Code::new(lengths);
            for symbol in (0..lengths.len()).filter(|symbol| lengths[*symbol] > 0) {
                let (bits, length) = code.of(symbol);
                for rest in [0, (1 << (16 - length)) - 1] {
                    assert_eq!(table.find(bits << (16 - length) | rest), Some((symbol, length)));
                }
            }
        }
    }

    #[test]
    fn a_code_is_complete_or_empty() {
        let mut table = Table::empty();
        for lengths in [&[1u8][..], &[1, 2], &[1, 1, 1], &[1, 1, 16], &[16; 100]] {
            assert_eq!(table.set(lengths), None, "{lengths:?}");
        }
        table.set(&[0; 249]).expect("empty");
        assert_eq!((table.find(0), table.find(0xffff)), (None, None));
    }
}
