//! The thorough way: binary trees over hashes of four bytes. The newest position is the root of its tree, and in a tree
//! everything is ordered by the text that follows. Matches of two and three bytes come from tables of the last position
//! of each hash.

use super::super::format::{MATCH_MAX, MATCH_MIN, Token, Window};
use super::{Matches, NONE, Text, common, prefetch};

const HASH3_BITS: u32 = 16;

/// Positions whose root is fetched ahead, and whose first candidate is.
const ROOT_AHEAD: usize = 12;
const CHILDREN_AHEAD: usize = 4;

/// Matches that a tree gives for a position, at most.
const MOST: usize = 24;

/// Trees of the positions in the window.
#[derive(Debug)]
pub(crate) struct Trees {
    /// For each hash of two, three and four bytes, the last position that had it.
    last2: Vec<u32>,
    last3: Vec<u32>,
    last4: Vec<u32>,
    hash4_bits: u32,
    /// The subtrees of each position, modulo their number: what sorts before it, and after.
    children: Vec<[u32; 2]>,
    offset_max: u32,
    /// Candidates looked at for a position.
    depth: u32,
    /// Longer matches are not told apart by the trees.
    nice: usize,
    /// Positions before this one, from the beginning of the folder, have been entered.
    entered: usize,
}

/// What follows from a position's bytes.
struct Hashes {
    two: usize,
    three: usize,
    four: usize,
}

impl Trees {
    pub(super) fn new(window: Window, depth: u32, nice: usize, size: u64) -> Trees {
        let bits = u32::from(window.exponent()).min(size.max(1 << 15).next_power_of_two().ilog2());
        Trees {
            last2: vec![NONE; 1 << 16],
            last3: vec![NONE; 1 << HASH3_BITS],
            last4: vec![NONE; 1 << bits.min(20)],
            hash4_bits: bits.min(20),
            children: vec![[NONE; 2]; 1 << bits],
            offset_max: window.offset_max() as u32,
            depth,
            nice,
            entered: 0,
        }
    }

    /// The order in a tree must not depend on where a stretch of text ends: positions that are followed by less than
    /// what is compared there are only looked up, and entered when the next stretch comes.
    pub(super) fn find(&mut self, text: Text<'_>) -> Matches {
        let Text { bytes, from, base } = text;
        while self.entered < base + from {
            self.enter(text, self.entered - base);
        }
        let mut matches = Matches::with_room_for(text);
        let mut at = from;
        while at < bytes.len() {
            let before = matches.found.len();
            self.find_at(text, at, &mut matches.found);
            matches.counts.push((matches.found.len() - before) as u8);
            at += 1;
            // Inside of a long match, only what is left of it.
            let longest = matches.found[before..].last().copied();
            let Some(long) = longest.filter(|longest| longest.length() >= self.nice) else { continue };
            for left in (1..long.length()).rev().take(bytes.len() - at) {
                self.enter(text, at);
                if left >= MATCH_MIN {
                    matches.found.push(Token::matched(long.offset(), left));
                }
                matches.counts.push(u8::from(left >= MATCH_MIN));
                at += 1;
            }
        }
        matches
    }

    fn hashes(&self, four: [u8; 4]) -> Hashes {
        let four = u32::from_le_bytes(four);
        Hashes {
            two: (four & 0xffff) as usize,
            three: ((four << 8).wrapping_mul(0x9e37_79b1) >> (32 - HASH3_BITS)) as usize,
            four: (four.wrapping_mul(0x9e37_79b1) >> (32 - self.hash4_bits)) as usize,
        }
    }

    /// Appends the matches at `at`, and enters it if enough text follows.
    #[inline(always)]
    fn find_at(&mut self, text: Text<'_>, at: usize, found: &mut Vec<Token>) {
        let Text { bytes, base, .. } = text;
        let Some(four) = bytes[at..].first_chunk() else { return };
        let hashes = self.hashes(*four);
        let position = (base + at + 1) as u32;
        let limit = (bytes.len() - at).min(MATCH_MAX);
        let mut best = 1;
        for (candidate, least) in [(self.last2[hashes.two], 2), (self.last3[hashes.three], 3)] {
            let offset = position - candidate;
            if candidate != NONE && offset <= self.offset_max {
                let length = common(bytes, at, offset as usize, 0, limit);
                if length >= least && length > best {
                    found.push(Token::matched(offset, length));
                    best = length;
                }
            }
        }
        let root = self.last4[hashes.four];
        if bytes.len() - at < self.nice {
            self.walk::<false>(text, at, root, best, Some(found));
        } else {
            self.put(text, at, &hashes);
            self.walk::<true>(text, at, root, best, Some(found));
        }
    }

    /// Enters `at`, if enough text follows.
    #[inline(always)]
    fn enter(&mut self, text: Text<'_>, at: usize) {
        if text.bytes.len() - at < self.nice {
            return;
        }
        let Some(four) = text.bytes[at..].first_chunk() else { return };
        let hashes = self.hashes(*four);
        let root = self.last4[hashes.four];
        self.put(text, at, &hashes);
        self.walk::<true>(text, at, root, 0, None);
    }

    /// Makes `at` the last position of its hashes, and has fetched what the positions after it will need.
    #[inline(always)]
    fn put(&mut self, text: Text<'_>, at: usize, hashes: &Hashes) {
        let four = |ahead| text.bytes.get(at + ahead..).and_then(<[u8]>::first_chunk::<4>);
        if let (Some(next), Some(after)) = (four(CHILDREN_AHEAD), four(ROOT_AHEAD)) {
            prefetch(&self.last4[self.hashes(*after).four]);
            let root = self.last4[self.hashes(*next).four];
            prefetch(&self.children[root as usize & (self.children.len() - 1)]);
            if let Some(byte) = text.bytes.get((root as usize).wrapping_sub(text.base)) {
                prefetch(byte);
            }
        }
        let position = (text.base + at + 1) as u32;
        self.last2[hashes.two] = position;
        self.last3[hashes.three] = position;
        self.last4[hashes.four] = position;
        self.entered = text.base + at + 1;
    }

    /// Follows the tree of `candidate` along the text at `at`, appending matches longer than `best`. With `ENTER`, the
    /// position becomes its root.
    #[inline(always)]
    fn walk<const ENTER: bool>(
        &mut self,
        text: Text<'_>,
        at: usize,
        mut candidate: u32,
        best: usize,
        mut found: Option<&mut Vec<Token>>,
    ) {
        let Text { bytes, base, .. } = text;
        let position = (base + at + 1) as u32;
        let mask = self.children.len() - 1;
        let available = (bytes.len() - at).min(MATCH_MAX);
        let cap = available.min(self.nice);
        let (mut longest, mut reported) = (best, 0);
        let mut best = best.max(3);
        // Where the next smaller and the next greater candidate hangs, and what all smaller and all greater ones so
        // far have in common with the text here.
        let place = position as usize & mask;
        let (mut smaller, mut greater) = ((place, 0), (place, 1));
        let (mut common_smaller, mut common_greater) = (0, 0);
        for _ in 0..self.depth {
            let offset = position - candidate;
            if candidate == NONE || offset > self.offset_max || offset as usize > mask {
                break;
            }
            let length = common(bytes, at, offset as usize, common_smaller.min(common_greater), cap);
            if let Some(found) = found.as_mut().filter(|_| length > best) {
                best = length;
                let whole =
                    if length < cap { length } else { common(bytes, at, offset as usize, cap, available) };
                if longest < whole {
                    // The last ones stay, which are the longest: memory has a bound.
                    if reported == MOST {
                        found.pop();
                        reported -= 1;
                    }
                    found.push(Token::matched(offset, whole));
                    (longest, reported) = (whole, reported + 1);
                }
            }
            let [before, after] = self.children[candidate as usize & mask];
            if length == cap {
                // It takes the candidate's place.
                if ENTER {
                    self.children[smaller.0][smaller.1] = before;
                    self.children[greater.0][greater.1] = after;
                }
                return;
            }
            let is_smaller = bytes[at - offset as usize + length] < bytes[at + length];
            let (hook, side) = if is_smaller { (&mut smaller, 1) } else { (&mut greater, 0) };
            if ENTER {
                self.children[hook.0][hook.1] = candidate;
                *hook = (candidate as usize & mask, side);
            }
            if is_smaller {
                (common_smaller, candidate) = (length, after);
            } else {
                (common_greater, candidate) = (length, before);
            }
        }
        if ENTER {
            self.children[smaller.0][smaller.1] = NONE;
            self.children[greater.0][greater.1] = NONE;
        }
    }
}
