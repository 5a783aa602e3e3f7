//! A deflate encoder (RFC 1951) for blocks of 32 KiB that may refer to the 32 KiB before them.
//!
//! Lazy matching over hash chains, dynamic Huffman codes. Its bytes depend on its input alone.
//! `benches/README.md` says why it is here and not a crate.

use super::block::{self, Token};

/// Farthest match.
const WINDOW: usize = 32_768;

/// Longest match.
const MATCH_MAX: usize = 258;

/// Candidates looked at for a match; a quarter of them where a good one is at hand.
const DEPTH: usize = 16;

/// A match of this length is not tried to be bettered.
const NICE: usize = 64;

/// A match of three bytes farther away costs more than three literals.
const NEAR: usize = 4096;

const HASH_BITS: u32 = 15;

/// No position; positions count from 1.
const NONE: u32 = 0;

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
    tokens: Vec<Token>,
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
        }
    }

    /// Appends the block `start..end` of the data to `out`, as a whole deflate stream.
    pub(super) fn encode(&mut self, start: usize, end: usize, out: &mut Vec<u8>) {
        self.enter(start);
        self.tokenize(start, end);
        block::write(&self.tokens, out);
    }

    /// Divides `start..end` into literals and matches.
    fn tokenize(&mut self, start: usize, end: usize) {
        self.tokens.clear();
        let mut at = start;
        let mut found = Match { length: 0, distance: 0 };
        let mut pending = false;
        while at < end {
            let current = if pending { found } else { self.find(at, end, 2, DEPTH) };
            pending = false;
            if current.length < 3 {
                self.tokens.push(Token::literal(self.data[at]));
                at += 1;
                continue;
            }
            if current.length < NICE && at + 1 < end {
                // A longer match that begins one byte later is worth the literal.
                let depth = if current.length >= 16 { DEPTH / 4 } else { DEPTH / 2 };
                let next = self.find(at + 1, end, current.length, depth);
                if next.length > current.length {
                    self.tokens.push(Token::literal(self.data[at]));
                    at += 1;
                    (found, pending) = (next, true);
                    continue;
                }
            }
            self.tokens.push(Token::matched(current.length, current.distance));
            at += current.length;
            self.enter(at);
        }
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
