//! Tokens as symbols of the codes, and how often each symbol occurs.

use super::format::{
    FIRST_ALIGNED, HEADERS, LENGTHS, LITERALS, LONG, MAIN_MAX, MATCH_MIN, Recent, Token, extra_bits, slot,
};

/// A token under the recent offsets that it meets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coded {
    /// Symbol of the main tree.
    pub(crate) main: u16,
    /// Symbol of the length tree, or [`Coded::NO_LENGTH`].
    pub(crate) length: u16,
    /// Extra bits of the offset.
    pub(crate) extra: u32,
}

impl Coded {
    pub(crate) const NO_LENGTH: u16 = u16::MAX;

    /// How many extra bits follow.
    #[inline(always)]
    pub(crate) fn extra_bits(self) -> u32 {
        self.slot().map_or(0, extra_bits)
    }

    /// Whether the three low bits of its offset can be coded.
    #[inline(always)]
    pub(crate) fn has_low(self) -> bool {
        usize::from(self.main) >= LITERALS + FIRST_ALIGNED * HEADERS
    }

    fn slot(self) -> Option<usize> {
        usize::from(self.main).checked_sub(LITERALS).map(|symbol| symbol / HEADERS)
    }
}

/// The symbols of `tokens`, the first of which stands at the beginning of `text`; `recent` goes on with them.
pub(crate) fn code(text: &[u8], tokens: &[Token], recent: &mut Recent) -> Vec<Coded> {
    let mut at = 0;
    let coded = |token: &Token| {
        let (length, offset) = (token.length(), token.offset());
        let literal = text[at];
        at += length;
        if offset == 0 {
            return Coded { main: literal.into(), length: Coded::NO_LENGTH, extra: 0 };
        }
        let formatted = recent.format(offset);
        *recent = recent.after(formatted);
        let slot = slot(formatted);
        Coded {
            main: (LITERALS + slot * HEADERS + (length - MATCH_MIN).min(HEADERS - 1)) as u16,
            length: length.checked_sub(LONG).map_or(Coded::NO_LENGTH, |length| length as u16),
            extra: formatted & ((1 << extra_bits(slot)) - 1),
        }
    };
    tokens.iter().map(coded).collect()
}

/// Counts of symbols.
#[derive(Clone, Debug)]
pub(crate) struct Stats {
    pub(crate) main: [u32; MAIN_MAX],
    pub(crate) lengths: [u32; LENGTHS],
    /// The three low bits of offsets that have them.
    pub(crate) low: [u32; 8],
}

impl Stats {
    pub(crate) const NONE: Stats = Stats { main: [0; MAIN_MAX], lengths: [0; LENGTHS], low: [0; 8] };

    pub(crate) fn of(coded: &[Coded]) -> Stats {
        let mut stats = Stats::NONE;
        stats.count(coded);
        stats
    }

    pub(crate) fn count(&mut self, coded: &[Coded]) {
        for token in coded {
            self.main[usize::from(token.main)] += 1;
            if token.length != Coded::NO_LENGTH {
                self.lengths[usize::from(token.length)] += 1;
            }
            if token.has_low() {
                self.low[token.extra as usize & 7] += 1;
            }
        }
    }

    pub(crate) fn add(&mut self, other: &Stats) {
        let pairs = self.main.iter_mut().zip(&other.main);
        let pairs = pairs
            .chain(self.lengths.iter_mut().zip(&other.lengths))
            .chain(self.low.iter_mut().zip(&other.low));
        pairs.for_each(|(count, more)| *count += more);
    }

    /// Halves every count.
    pub(crate) fn fade(&mut self) {
        let counts = self.main.iter_mut().chain(&mut self.lengths).chain(&mut self.low);
        counts.for_each(|count| *count /= 2);
    }
}
