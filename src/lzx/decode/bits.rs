//! The bit stream of a frame being read: 16-bit little-endian words, the highest bit first.

use super::table::Table;

/// Reads bits. Behind the end come zeros, and [`BitReader::is_past_end`] tells.
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    /// Bytes taken into `bits`, those behind the end included.
    taken: usize,
    /// What was taken and not used, from the highest bit on.
    bits: u64,
    /// How many bits that is.
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> BitReader<'a> {
        BitReader { data, taken: 0, bits: 0, count: 0 }
    }

    /// Takes words until there are at least 49 bits.
    #[inline(always)]
    pub(super) fn fill(&mut self) {
        if self.count > 48 {
            return;
        }
        let Some(next) = self.data.get(self.taken..).and_then(|rest| rest.first_chunk::<8>()) else {
            return self.fill_at_end();
        };
        let words = u64::from_le_bytes(*next);
        let words = words << 48 | (words & 0xffff_0000) << 16 | words >> 16 & 0xffff_0000 | words >> 48;
        let more = (64 - self.count) / 16;
        // a word of which only a part has room is taken the next time
        self.bits |= words >> (64 - 16 * more) << (64 - 16 * more) >> self.count;
        self.taken += 2 * more as usize;
        self.count += 16 * more;
    }

    #[cold]
    fn fill_at_end(&mut self) {
        while self.count <= 48 {
            let byte = |at: usize| self.data.get(at).copied().unwrap_or(0);
            let word = u16::from_le_bytes([byte(self.taken), byte(self.taken + 1)]);
            self.bits |= u64::from(word) << (48 - self.count);
            self.taken += 2;
            self.count += 16;
        }
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        debug_assert!(count <= self.count);
        self.bits <<= count;
        self.count -= count;
    }

    /// The symbol that comes next, at most 16 bits.
    #[inline(always)]
    pub(super) fn symbol(&mut self, table: &Table) -> Option<usize> {
        let (symbol, length) = table.find((self.bits >> 48) as u32)?;
        self.skip(length);
        Some(symbol)
    }

    /// The next `count` bits, at most 17; there must be as many since the last [`BitReader::fill`].
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let bits = (self.bits >> 32) as u32;
        self.skip(count);
        bits.checked_shr(32 - count).unwrap_or(0)
    }

    /// The next `count` bits, at most 24.
    pub(super) fn read(&mut self, count: u32) -> u32 {
        self.fill();
        self.take(count)
    }

    /// How many bits were used.
    fn used(&self) -> usize {
        8 * self.taken - self.count as usize
    }

    /// The bytes behind the padding of 1 to 16 bits that ends a word.
    pub(super) fn aligned(&self) -> Option<&'a [u8]> {
        self.data.get(2 * (self.used() / 16 + 1)..)
    }

    /// Whether bits were used that are not there.
    pub(super) fn is_past_end(&self) -> bool {
        self.used() > 16 * self.data.len().div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_from_their_highest_bit() {
        let data: Vec<u8> = (0..23).collect();
        for width in 1..=17 {
            let mut reader = BitReader::new(&data);
            let mut expected = (0..12u32).flat_map(|word| {
                let bytes = [2 * word, 2 * word + 1].map(|at| data.get(at as usize).copied().unwrap_or(0));
                (0..16).rev().map(move |bit| u32::from(u16::from_le_bytes(bytes) >> bit & 1))
            });
            for _ in 0..192 / width {
                let bits = (0..width).fold(0, |bits, _| bits << 1 | expected.next().expect("192 bits"));
                assert_eq!(reader.read(width), bits);
                assert!(!reader.is_past_end());
            }
            reader.read(17);
            reader.read(17);
            assert!(reader.is_past_end(), "{width}");
        }
    }

    #[test]
    fn padding_has_one_to_sixteen_bits() {
        let data: Vec<u8> = (0..40).collect();
        for (bits, rest) in [(0, 2), (1, 2), (15, 2), (16, 4), (17, 4), (24, 4)] {
            let mut reader = BitReader::new(&data);
            reader.read(bits);
            assert_eq!(reader.aligned().expect("bytes")[0], rest, "{bits}");
        }
        assert_eq!(BitReader::new(&[]).aligned(), None);
    }
}
