//! Where the text has stood before: for each position, matches that are the longer the farther away they are.

mod tables;
mod trees;

pub(crate) use tables::Tables;
pub(crate) use trees::Trees;

use super::effort::Search;
use super::format::{Token, Window};

/// No position; positions count from 1 at the beginning of the folder.
const NONE: u32 = 0;

/// A text whose matches from `from` on are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    /// What is asked for, and the window before it.
    pub(crate) bytes: &'t [u8],
    /// Where the part begins that is asked for.
    pub(crate) from: usize,
    /// Bytes of the folder before `bytes`.
    pub(crate) base: usize,
}

/// Matches for each position of a stretch of text.
#[derive(Debug)]
pub(crate) struct Matches {
    /// How many each position has.
    pub(crate) counts: Vec<u8>,
    /// Those of one position after those of another, the shortest first.
    pub(crate) found: Vec<Token>,
}

impl Matches {
    fn with_room_for(text: Text<'_>) -> Matches {
        let positions = text.bytes.len() - text.from;
        Matches { counts: Vec::with_capacity(positions), found: Vec::with_capacity(positions) }
    }
}

/// Finds matches in a text that comes in stretches.
#[derive(Debug)]
pub(crate) enum Finder {
    Tables(Tables),
    Trees(Trees),
}

impl Finder {
    /// For a folder of `size` bytes.
    pub(crate) fn new(window: Window, search: Search, nice: usize, size: u64) -> Finder {
        match search {
            Search::Tables => Finder::Tables(Tables::new(window, nice)),
            Search::Trees { depth } => Finder::Trees(Trees::new(window, depth, nice, size)),
        }
    }

    pub(crate) fn find(&mut self, text: Text<'_>) -> Matches {
        match self {
            Finder::Tables(tables) => tables.find(text),
            Finder::Trees(trees) => trees.find(text),
        }
    }
}

/// How many bytes at `at` are those `offset` before, `known` of them known to be, and at most `limit`.
#[inline(always)]
pub(crate) fn common(text: &[u8], at: usize, offset: usize, known: usize, limit: usize) -> usize {
    let here = &text[at..at + limit];
    let there = &text[at - offset..][..limit];
    let mut length = known;
    while let (Some(a), Some(b)) = (here[length..].first_chunk::<8>(), there[length..].first_chunk::<8>()) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differ != 0 {
            return length + differ.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    while length < limit && here[length] == there[length] {
        length += 1;
    }
    length
}

/// Has `place` fetched into the cache.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "there is no safe way to say it")]
fn prefetch<T>(place: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch changes nothing that a program can see, whatever the address; this one is valid besides.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast()) }
}

/// Elsewhere the processor does what it can.
#[cfg(not(target_arch = "x86_64"))]
fn prefetch<T>(_: &T) {}
