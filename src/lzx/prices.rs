//! What each choice of the parser costs, as far as one knows before the codes are made.

use super::format::{FIRST_ALIGNED, HEADERS, LENGTHS, LITERALS, LONG, MATCH_MIN, Window, extra_bits};
use super::logarithm::{FINE, code_size, log2};
use super::stats::Stats;

/// Units in a bit.
pub(crate) const BIT: u32 = 64;

/// The first formatted offset with three low bits: that of slot [`FIRST_ALIGNED`].
const FIRST_LOW: u32 = 16;

/// Prices of literals and matches.
#[derive(Clone, Debug)]
pub(crate) struct Prices {
    pub(crate) literals: [u16; LITERALS],
    /// For each slot, of each length header; extra bits included, but for the three low ones from
    /// [`FIRST_ALIGNED`] on.
    pub(crate) headers: Vec<[u16; HEADERS]>,
    /// Of each length from [`LONG`] on.
    pub(crate) lengths: [u16; LENGTHS],
    /// Of each value of the three low bits.
    pub(crate) low: [u16; 8],
}

impl Prices {
    /// A first guess for a text whose bytes occur `bytes` times. `settling`: for passes that others follow, which
    /// settle sooner and lower where matches look dear at first.
    pub(crate) fn guess(bytes: &[u32; 256], window: Window, settling: bool) -> Prices {
        let total = log2(bytes.iter().sum());
        let bits = |tenths: u32| tenths * BIT / 10;
        let literal = |count: &u32| {
            let own = (total - log2((*count).max(1))) * BIT / FINE;
            let price = if settling { own.saturating_sub(BIT / 2) } else { own * 8 / 10 + bits(12) };
            price.clamp(bits(25), bits(110)) as u16
        };
        let (matched, short) = if settling { (bits(90), bits(20)) } else { (bits(80), bits(6)) };
        let header = |slot: usize, header: usize| {
            let offset = match slot {
                0 => bits(45),
                1 | 2 => bits(65),
                _ => matched,
            };
            let length = match header {
                0 => short,
                1 | 2 => 0,
                3..=6 => bits(8),
                _ => bits(32),
            };
            (offset + length + own_extra_bits(slot) * BIT) as u16
        };
        Prices {
            literals: std::array::from_fn(|byte| literal(&bytes[byte])),
            headers: (0..window.slots()).map(|slot| std::array::from_fn(|h| header(slot, h))).collect(),
            lengths: std::array::from_fn(|length| (log2(length as u32 + 1) * BIT / FINE * 8 / 10) as u16),
            low: [3 * BIT as u16; 8],
        }
    }

    /// What an ideal code for `stats` would cost.
    pub(crate) fn of(stats: &Stats, window: Window) -> Prices {
        let main = prices(&stats.main[..window.main()]);
        let lengths = prices(&stats.lengths);
        let header = |slot: usize, header: usize| {
            main[LITERALS + slot * HEADERS + header] + (own_extra_bits(slot) * BIT) as u16
        };
        let mut low = [3 * BIT as u16; 8];
        if aligned_saving(stats) > 0 {
            let total = log2(stats.low.iter().sum());
            low =
                stats.low.map(|count| ((total - log2(count.max(1))) * BIT / FINE).clamp(BIT, 7 * BIT) as u16);
        }
        Prices {
            literals: std::array::from_fn(|byte| main[byte]),
            headers: (0..window.slots()).map(|slot| std::array::from_fn(|h| header(slot, h))).collect(),
            lengths: std::array::from_fn(|length| lengths[length]),
            low,
        }
    }

    /// Of a match, whatever its length.
    #[inline(always)]
    pub(crate) fn low(&self, formatted: u32) -> u32 {
        if formatted >= FIRST_LOW { self.low[formatted as usize & 7].into() } else { 0 }
    }

    /// Of a match beyond [`Prices::low`].
    #[inline(always)]
    pub(crate) fn matched(&self, slot: usize, length: usize) -> u32 {
        let headers = &self.headers[slot];
        match length.checked_sub(LONG) {
            None => headers[length - MATCH_MIN].into(),
            Some(long) => u32::from(headers[HEADERS - 1]) + u32::from(self.lengths[long]),
        }
    }
}

/// Extra bits that no code shortens.
fn own_extra_bits(slot: usize) -> u32 {
    extra_bits(slot) - if slot >= FIRST_ALIGNED { 3 } else { 0 }
}

/// Prices of symbols that occur `counts` times. One that does not occur would cost a place in the tree as well.
fn prices(counts: &[u32]) -> Vec<u16> {
    let total = log2(counts.iter().sum());
    let absent = (total * BIT / FINE + 3 * BIT).clamp(4 * BIT, 16 * BIT);
    let price = |count: &u32| match count {
        0 => absent,
        _ => ((total - log2(*count)) * BIT / FINE).max(BIT),
    };
    counts.iter().map(|count| price(count) as u16).collect()
}

/// What an aligned block saves over a verbatim one, in 1/4096 bit.
pub(crate) fn aligned_saving(stats: &Stats) -> i64 {
    let plain = u64::from(stats.low.iter().sum::<u32>()) * u64::from(3 * FINE);
    plain as i64 - code_size(&stats.low) as i64 - i64::from(24 * FINE)
}

/// Extra bits of all matches in `stats`, the low ones included.
pub(crate) fn extra_bits_of(stats: &Stats, window: Window) -> u64 {
    let slots = stats.main[LITERALS..window.main()].chunks_exact(HEADERS).zip(0..);
    slots.map(|(headers, slot)| u64::from(headers.iter().sum::<u32>()) * u64::from(extra_bits(slot))).sum()
}
