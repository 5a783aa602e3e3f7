//! The codes of a block, how it states them, and what it takes.

use super::bits::BitWriter;
use super::format::{LENGTHS, LITERALS, Window};
use super::huffman::{self, Code};
use super::prices::extra_bits_of;
use super::statement::Statement;
use super::stats::{Coded, Stats};

/// Block types, 3 bits.
const VERBATIM: u32 = 1;
const ALIGNED: u32 = 2;

/// Bits of a block's type and size.
const HEADER: u64 = 3 + 24;

/// Lengths of the main and the length tree's codes.
#[derive(Clone, Debug)]
pub(crate) struct Lengths {
    main: Vec<u8>,
    lengths: Vec<u8>,
}

impl Lengths {
    /// What a folder begins with.
    pub(crate) fn start(window: Window) -> Lengths {
        Lengths { main: vec![0; window.main()], lengths: vec![0; LENGTHS] }
    }

    /// Both sections of the main tree, and the length tree, which are stated apart.
    fn sections(&self) -> [&[u8]; 3] {
        let (literals, matches) = self.main.split_at(LITERALS);
        [literals, matches, &self.lengths]
    }
}

/// The best codes for a block.
#[derive(Debug)]
pub(crate) struct Codes {
    lengths: Lengths,
    /// Lengths of the code of the three low bits, in an aligned block.
    low: Option<Vec<u8>>,
    statements: [Statement; 3],
    /// Size of the block in bits.
    pub(crate) size: u64,
}

impl Codes {
    /// For a block of these symbols, `before` being the lengths of the block before.
    pub(crate) fn of(stats: &Stats, before: &Lengths, window: Window) -> Codes {
        let taken = |counts: &[u32], lengths: &[u8]| -> u64 {
            counts.iter().zip(lengths).map(|(count, length)| u64::from(*count) * u64::from(*length)).sum()
        };
        let mut main = huffman::lengths(&stats.main[..window.main()], 16);
        if main.iter().all(|length| *length == 0) {
            main[..2].fill(1);
        }
        let lengths = Lengths { main, lengths: huffman::lengths(&stats.lengths, 16) };
        let low = huffman::lengths(&stats.low, 7);
        let plain = taken(&stats.low, &[3; 8]);
        let aligned = 3 * 8 + taken(&stats.low, &low);
        let [literals, matches, long] = before.sections();
        let [own_literals, own_matches, own_long] = lengths.sections();
        let statements = [
            Statement::new(literals, own_literals),
            Statement::new(matches, own_matches),
            Statement::new(long, own_long),
        ];
        let stated: u64 = statements.iter().map(|statement| u64::from(statement.size)).sum();
        let symbols = taken(&stats.main, &lengths.main) + taken(&stats.lengths, &lengths.lengths);
        let size = HEADER + stated + symbols + extra_bits_of(stats, window) - plain + aligned.min(plain);
        Codes { low: (aligned < plain).then_some(low), lengths, statements, size }
    }

    /// Bits that a token takes.
    pub(crate) fn bits(&self, token: Coded) -> u32 {
        let length = if token.length == Coded::NO_LENGTH {
            0
        } else {
            self.lengths.lengths[usize::from(token.length)]
        };
        let low = match &self.low {
            Some(low) if token.has_low() => i32::from(low[token.extra as usize & 7]) - 3,
            _ => 0,
        };
        let coded =
            u32::from(self.lengths.main[usize::from(token.main)]) + u32::from(length) + token.extra_bits();
        coded.wrapping_add_signed(low)
    }

    /// Writes what stands before the tokens of a block of `size` bytes.
    pub(crate) fn write(&self, size: usize, bits: &mut BitWriter) {
        bits.write(if self.low.is_some() { ALIGNED } else { VERBATIM }, 3);
        bits.write(size as u32, 24);
        self.low.iter().flatten().for_each(|length| bits.write(u32::from(*length), 3));
        self.statements.iter().for_each(|statement| statement.write(bits));
    }

    /// The lengths for the next block.
    pub(crate) fn into_lengths(self) -> Lengths {
        self.lengths
    }

    /// What writes the tokens, and the lengths for the next block.
    pub(crate) fn into_encoder(self) -> (Encoder, Lengths) {
        let main = Code::new(&self.lengths.main);
        let lengths = Code::new(&self.lengths.lengths);
        (Encoder { main, lengths, low: self.low.as_deref().map(Code::new) }, self.lengths)
    }
}

/// Writes tokens.
#[derive(Debug)]
pub(crate) struct Encoder {
    main: Code,
    lengths: Code,
    low: Option<Code>,
}

impl Encoder {
    #[inline(always)]
    pub(crate) fn write(&self, token: Coded, bits: &mut BitWriter) {
        let (value, count) = self.main.of(token.main.into());
        bits.write(value, count);
        if token.length != Coded::NO_LENGTH {
            let (value, count) = self.lengths.of(token.length.into());
            bits.write(value, count);
        }
        let extra = token.extra_bits();
        match self.low.as_ref().filter(|_| token.has_low()) {
            Some(low) => {
                bits.write(token.extra >> 3, extra - 3);
                let (value, count) = low.of(token.extra as usize & 7);
                bits.write(value, count);
            }
            None => bits.write(token.extra, extra),
        }
    }
}
