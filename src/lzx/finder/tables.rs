//! The quick way: for each of a few lengths, the last position where the text began with the same bytes.
//!
//! Everything that is looked up is known several positions before, so that the memory's latency does not count.

use super::super::format::{MATCH_MAX, MATCH_MIN, Token, Window};
use super::{Matches, NONE, Text, common, prefetch};

/// The lengths.
const LENGTHS: [usize; 5] = [2, 3, 4, 6, 9];

/// Bits of the hash of each.
const BITS: [u32; 5] = [16, 17, 18, 18, 18];

/// Bytes that the hashes of a position need.
const REACH: usize = 16;

/// Positions whose places are fetched ahead, and whose candidates are.
const AHEAD: usize = 7;
const CANDIDATES_AHEAD: usize = 3;

/// The first length whose candidates are fetched: those of shorter ones are near, as a rule.
const FAR: usize = 2;

/// A last position for each hash of each length.
#[derive(Debug)]
pub(crate) struct Tables {
    last: [Vec<u32>; LENGTHS.len()],
    offset_max: u32,
    nice: usize,
}

type Hashes = [u32; LENGTHS.len()];

impl Tables {
    pub(super) fn new(window: Window, nice: usize) -> Tables {
        Tables { last: BITS.map(|bits| vec![NONE; 1 << bits]), offset_max: window.offset_max() as u32, nice }
    }

    pub(super) fn find(&mut self, text: Text<'_>) -> Matches {
        let Text { bytes, from, base } = text;
        let mut matches = Matches::with_room_for(text);
        // The hashes of the next positions, each at its position modulo 8.
        let mut next = [Hashes::default(); AHEAD + 1];
        (from..from + AHEAD).for_each(|at| next[at % 8] = self.announce(bytes, at));
        // Inside of a long match, only what is left of it.
        let mut long = Token::LITERAL;
        let mut long_end = from;
        for at in from..bytes.len() {
            next[(at + AHEAD) % 8] = self.announce(bytes, at + AHEAD);
            self.fetch(&next[(at + CANDIDATES_AHEAD) % 8], text);
            let before = matches.found.len();
            if bytes.len() - at >= REACH {
                let last = self.enter(&next[at % 8], (base + at + 1) as u32);
                if at >= long_end {
                    self.compare(text, at, &last, &mut matches.found);
                    if let Some(found) =
                        matches.found[before..].last().filter(|found| found.length() >= self.nice)
                    {
                        (long, long_end) = (*found, at + found.length());
                    }
                }
            }
            let left = long_end.saturating_sub(at);
            if left >= MATCH_MIN && left < long.length() {
                matches.found.push(Token::matched(long.offset(), left));
            }
            matches.counts.push((matches.found.len() - before) as u8);
        }
        matches
    }

    /// The hashes at `at`, whose places are fetched. Near the end there are none, and none are asked for.
    #[inline(always)]
    fn announce(&self, bytes: &[u8], at: usize) -> Hashes {
        let Some(ahead) = bytes.get(at..).and_then(<[u8]>::first_chunk::<REACH>) else {
            return Hashes::default();
        };
        let (low, high) = ahead.split_at(8);
        let low = u64::from_le_bytes(*low.first_chunk().expect("eight bytes"));
        let high = u64::from(high[0]);
        let hashes = std::array::from_fn(|index| {
            let word = match LENGTHS[index] {
                length @ ..=8 => low << (64 - 8 * length),
                _ => low ^ high.wrapping_mul(0x9fb2_1c65_1e98_df25),
            };
            (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS[index])) as u32
        });
        (0..LENGTHS.len()).for_each(|index| prefetch(&self.last[index][hashes[index] as usize]));
        hashes
    }

    /// Has the text of candidates fetched.
    #[inline(always)]
    fn fetch(&self, hashes: &Hashes, text: Text<'_>) {
        for (last, hash) in self.last.iter().zip(hashes).skip(FAR) {
            let candidate = last[*hash as usize] as usize;
            if let Some(byte) = text.bytes.get(candidate.wrapping_sub(text.base + 1)) {
                prefetch(byte);
            }
        }
    }

    /// Puts `position` into the tables; gives what stood there.
    #[inline(always)]
    fn enter(&mut self, hashes: &Hashes, position: u32) -> [u32; LENGTHS.len()] {
        std::array::from_fn(|index| {
            std::mem::replace(&mut self.last[index][hashes[index] as usize], position)
        })
    }

    /// Appends what the positions `last` have in common with the text at `at`, where it is more and more.
    #[inline(always)]
    fn compare(&self, text: Text<'_>, at: usize, last: &[u32; LENGTHS.len()], found: &mut Vec<Token>) {
        let Text { bytes, base, .. } = text;
        let limit = (bytes.len() - at).min(MATCH_MAX);
        let mut best = 1;
        let mut before = NONE;
        for candidate in last {
            let offset = (base + at + 1) as u32 - candidate;
            if [NONE, before].contains(candidate) || offset > self.offset_max || best >= limit {
                continue;
            }
            before = *candidate;
            if bytes[at + best - offset as usize] != bytes[at + best] {
                continue;
            }
            let length = common(bytes, at, offset as usize, 0, limit);
            if length > best {
                found.push(Token::matched(offset, length));
                best = length;
            }
        }
    }
}
