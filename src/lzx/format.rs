//! What the format says of numbers: windows, position slots, tokens and the recent offsets.
//!
//! Source: *\[MS-PATCH\]: LZX DELTA Compression and Decompression*, section 2, less what it adds for deltas; the form in
//! cabinets as in Microsoft's *LZX Data Compression Format* of the Cabinet SDK.

/// Bytes of a frame; no match crosses from one into the next, and each is a data block of the cabinet.
pub const FRAME: usize = 32_768;

/// Shortest match.
pub(crate) const MATCH_MIN: usize = 2;

/// Longest match.
pub(crate) const MATCH_MAX: usize = 257;

/// From this length on a match has a symbol of the length tree, too.
pub(crate) const LONG: usize = 9;

/// Length headers of a slot: lengths 2 to 8, and longer.
pub(crate) const HEADERS: usize = 8;

/// Symbols of the length tree.
pub(crate) const LENGTHS: usize = MATCH_MAX - LONG + 1;

/// Main tree symbols that are literals.
pub(crate) const LITERALS: usize = 256;

/// Most main tree symbols, those of a window of 2 MiB.
pub(crate) const MAIN_MAX: usize = LITERALS + 50 * HEADERS;

/// The first slot whose offsets have three low bits that an aligned block codes apart.
pub(crate) const FIRST_ALIGNED: usize = 8;

/// A window: how far back a match may refer, 2^15 to 2^21 bytes less 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(u8);

impl Window {
    /// The window of 2^`exponent` bytes; nothing where that is not 15 to 21.
    #[must_use]
    pub fn new(exponent: u8) -> Option<Window> {
        (15..=21).contains(&exponent).then_some(Window(exponent))
    }

    /// The exponent, 15 to 21.
    #[must_use]
    pub fn exponent(self) -> u8 {
        self.0
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(self) -> usize {
        1 << self.0
    }

    /// The farthest offset: with 2 added it must still have a slot.
    pub(crate) fn offset_max(self) -> usize {
        self.size() - 3
    }

    /// Position slots.
    pub(crate) fn slots(self) -> usize {
        [30, 32, 34, 36, 38, 42, 50][usize::from(self.0 - 15)]
    }

    /// Symbols of the main tree.
    pub(crate) fn main(self) -> usize {
        LITERALS + self.slots() * HEADERS
    }
}

/// Slot of a formatted offset: 0 to 2 are the recent offsets, others are the offset + 2.
#[inline(always)]
pub(crate) fn slot(formatted: u32) -> usize {
    if formatted >= 1 << 18 {
        34 + (formatted >> 17) as usize
    } else if formatted < 4 {
        formatted as usize
    } else {
        let log = formatted.ilog2();
        (2 * log + ((formatted >> (log - 1)) & 1)) as usize
    }
}

/// Bits that follow a slot.
#[inline(always)]
pub(crate) fn extra_bits(slot: usize) -> u32 {
    match slot {
        0..4 => 0,
        4..36 => slot as u32 / 2 - 1,
        _ => 17,
    }
}

/// A literal, or a match: offset in the upper 23 bits, length in the lower 9. A literal has length 1 and offset 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(pub(crate) u32);

impl Token {
    pub(crate) const LITERAL: Token = Token(1);

    #[inline(always)]
    pub(crate) fn matched(offset: u32, length: usize) -> Token {
        Token(offset << 9 | length as u32)
    }

    #[inline(always)]
    pub(crate) fn length(self) -> usize {
        (self.0 & 511) as usize
    }

    /// The offset; 0 for a literal.
    #[inline(always)]
    pub(crate) fn offset(self) -> u32 {
        self.0 >> 9
    }
}

/// The three recent offsets, 21 bits each, the last one lowest. 0: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recent(u64);

impl Recent {
    const MASK: u64 = (1 << 21) - 1;

    /// What a folder begins with.
    pub(crate) const START: Recent = Recent::of([1; 3]);

    /// Those of at most 21 bits each, the last one first.
    pub(crate) const fn of(offsets: [u32; 3]) -> Recent {
        let [last, second, third] = offsets;
        Recent((third as u64) << 42 | (second as u64) << 21 | last as u64)
    }

    #[inline(always)]
    pub(crate) fn get(self, index: u32) -> u32 {
        (self.0 >> (21 * index) & Recent::MASK) as u32
    }

    /// The recent offsets after a match of this formatted offset. A recent one is swapped with the first.
    #[inline(always)]
    pub(crate) fn after(self, formatted: u32) -> Recent {
        match formatted {
            0 => self,
            1 => Recent(
                self.0 & !(Recent::MASK << 21 | Recent::MASK)
                    | (self.0 & Recent::MASK) << 21
                    | (self.0 >> 21 & Recent::MASK),
            ),
            2 => Recent(self.0 & Recent::MASK << 21 | (self.0 & Recent::MASK) << 42 | self.0 >> 42),
            _ => Recent((self.0 << 21 | u64::from(formatted - 2)) & (u64::MAX >> 1)),
        }
    }

    /// The formatted offset of `offset`.
    #[inline(always)]
    pub(crate) fn format(self, offset: u32) -> u32 {
        (0..3).find(|index| self.get(*index) == offset).unwrap_or(offset + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_format() {
        // Formatted offsets where slots begin.
        for (formatted, number, bits) in [
            (0, 0, 0),
            (3, 3, 0),
            (4, 4, 1),
            (6, 5, 1),
            (8, 6, 2),
            (12, 7, 2),
            (16, 8, 3),
            (24, 9, 3),
            (131_072, 34, 16),
            (196_608, 35, 16),
            (262_144, 36, 17),
            (393_216, 37, 17),
            (1_966_080, 49, 17),
        ] {
            assert_eq!((slot(formatted), extra_bits(number)), (number, bits), "{formatted}");
            assert!(formatted < 4 || slot(formatted - 1) == number - 1, "{formatted}");
        }
        for exponent in 15..=21 {
            let window = Window::new(exponent).expect("a window");
            assert_eq!(slot(window.offset_max() as u32 + 2) + 1, window.slots(), "{exponent}");
        }
    }

    #[test]
    fn a_recent_offset_changes_places_with_the_first() {
        let recent = Recent::START.after(7).after(8).after(9);
        let all = |recent: Recent| [0, 1, 2].map(|index| recent.get(index));
        assert_eq!(all(recent), [7, 6, 5]);
        assert_eq!(all(recent.after(0)), [7, 6, 5]);
        assert_eq!(all(recent.after(1)), [6, 7, 5]);
        assert_eq!(all(recent.after(2)), [5, 6, 7]);
        assert_eq!(recent.format(6), 1);
        assert_eq!(recent.format(4), 6);
        let far = Recent::START.after((1 << 21) - 1).after((1 << 21) - 1);
        assert_eq!(all(far), [(1 << 21) - 3, (1 << 21) - 3, 1]);
    }
}
