//! Where blocks end: short pieces are merged while that saves bits, then each border is moved to where the codes on its
//! sides are shortest.

use super::format::{LENGTHS, MAIN_MAX, Window};
use super::logarithm::{FINE, code_size, log2};
use super::prices::aligned_saving;
use super::stats::{Coded, Stats};

/// Tokens that one block has.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The first token that is not in it.
    pub(crate) tokens: usize,
    /// The first byte that is not in it, from the beginning of the segment.
    pub(crate) end: usize,
    pub(crate) stats: Stats,
}

/// A stretch that is in one block, with what it would take as one.
struct Piece {
    block: Block,
    /// About the lengths that its codes would have, main tree and length tree.
    lengths: Vec<u8>,
    /// What the coded symbols would take, in 1/4096 bit.
    body: i64,
}

/// Divides a segment into blocks. `ends` has for each token the first byte after it; `piece`: bytes that are in one
/// block in any case, when it begins.
pub(crate) fn split(coded: &[Coded], ends: &[u32], piece: usize, window: Window) -> Vec<Block> {
    let mut pieces = Vec::new();
    let mut first = 0;
    while first < coded.len() {
        let start = if first == 0 { 0 } else { ends[first - 1] };
        let tokens = first + ends[first..].partition_point(|end| *end < start + piece as u32);
        let tokens = (tokens + 1).min(coded.len());
        let block = Block { tokens, end: ends[tokens - 1] as usize, stats: Stats::of(&coded[first..tokens]) };
        pieces.push(Piece::new(block, window));
        first = tokens;
    }
    let mut blocks = merge(pieces, window);
    for _ in 0..2 {
        move_borders(&mut blocks, coded, ends, window);
    }
    blocks
}

impl Piece {
    fn new(block: Block, window: Window) -> Piece {
        let Stats { main, lengths, .. } = &block.stats;
        let mut estimated = Vec::with_capacity(window.main() + LENGTHS);
        let body = ideal_code(&main[..window.main()], &mut estimated) + ideal_code(lengths, &mut estimated);
        let body = body as i64 - aligned_saving(&block.stats).max(0);
        Piece { lengths: estimated, body, block }
    }

    fn with(&self, next: &Piece, window: Window) -> Piece {
        let mut stats = self.block.stats.clone();
        stats.add(&next.block.stats);
        Piece::new(Block { stats, ..next.block }, window)
    }
}

/// What symbols that occur `counts` times take in an ideal code, as [`super::logarithm::code_size`] has it; appends about
/// the lengths of the code.
fn ideal_code(counts: &[u32], estimated: &mut Vec<u8>) -> u64 {
    let total = log2(counts.iter().sum());
    let mut size = 0;
    estimated.extend(counts.iter().map(|count| {
        if *count == 0 {
            return 0;
        }
        let bits = total.saturating_sub(log2(*count));
        size += u64::from(*count) * u64::from(bits.max(FINE));
        ((bits + FINE / 2) / FINE).clamp(1, 16) as u8
    }));
    size
}

/// Merges neighbours, those first that save most.
fn merge(mut pieces: Vec<Piece>, window: Window) -> Vec<Block> {
    // The pieces that are left: what moves up when two are merged is their numbers.
    let mut left: Vec<usize> = (0..pieces.len()).collect();
    let mut savings: Vec<i64> =
        (1..left.len()).map(|second| saving(&pieces, &left, second, window)).collect();
    while let Some((best, first)) =
        savings.iter().copied().zip(0..).max_by_key(|(saving, first)| (*saving, std::cmp::Reverse(*first)))
    {
        if best <= 0 {
            break;
        }
        pieces[left[first]] = pieces[left[first]].with(&pieces[left[first + 1]], window);
        left.remove(first + 1);
        savings.remove(first);
        for second in first.max(1)..=(first + 2).min(left.len() - 1) {
            savings[second - 1] = saving(&pieces, &left, second, window);
        }
    }
    let mut left = left.into_iter().peekable();
    let kept = |(number, piece): (usize, Piece)| left.next_if_eq(&number).map(|_| piece.block);
    pieces.into_iter().enumerate().filter_map(kept).collect()
}

/// What is saved if the piece that is `second` of those `left` and the one before it are one, in 1/4096 bit.
fn saving(pieces: &[Piece], left: &[usize], second: usize, window: Window) -> i64 {
    let piece = |place: usize| left.get(place).map(|number| &pieces[*number]);
    let (a, b) = (&pieces[left[second - 1]], &pieces[left[second]]);
    let together = a.with(b, window);
    let before = second.checked_sub(2).and_then(piece);
    let after = piece(second + 1);
    let apart = a.body
        + b.body
        + codes(before, a)
        + codes(Some(a), b)
        + after.map_or(0, |after| codes(Some(b), after));
    apart - together.body - codes(before, &together) - after.map_or(0, |after| codes(Some(&together), after))
}

/// About what it takes to state the codes of a block, in 1/4096 bit.
fn codes(before: Option<&Piece>, piece: &Piece) -> i64 {
    let lengths = &piece.lengths[..];
    let none = [0; MAIN_MAX + LENGTHS];
    let before = before.map_or(&none[..lengths.len()], |before| &before.lengths[..lengths.len()]);
    // By the difference and 17; a decoder takes it modulo 17.
    let mut changes = [0; 64];
    let (mut runs, mut long_runs) = (0, 0);
    let mut at = 0;
    while at < lengths.len() {
        let length = lengths[at];
        if length == 0 {
            let zeros = lengths[at..].iter().take(51).take_while(|length| **length == 0).count();
            if zeros >= 4 {
                *(if zeros >= 20 { &mut long_runs } else { &mut runs }) += 1;
                at += zeros;
                continue;
            }
        }
        changes[usize::from(before[at] + 17 - length) & 63] += 1;
        at += 1;
    }
    let mut counts = [0; 19];
    (0..17).for_each(|change| counts[change] = changes[change] + changes[change + 17]);
    [counts[17], counts[18]] = [runs, long_runs];
    let pretrees = 3 * 4 * 20 + 27;
    let extra = 4 * runs + 5 * long_runs;
    (code_size(&counts) + u64::from(FINE) * u64::from(pretrees + extra)) as i64
}

/// Bytes that a border is moved at most.
const REACH: usize = 4096;

/// Tokens that a block keeps.
const LEAST: usize = 16;

/// Moves each border, token by token, to where the codes of both blocks are shortest.
fn move_borders(blocks: &mut [Block], coded: &[Coded], ends: &[u32], window: Window) {
    let prices: Vec<Vec<i32>> = blocks.iter().map(|block| symbol_prices(&block.stats, window)).collect();
    let main = window.main();
    for second in 1..blocks.len() {
        // What a token is dearer in the first block than in the second.
        let (a, b) = (&prices[second - 1], &prices[second]);
        let dearer = |token: usize| {
            let Coded { main: symbol, length, .. } = coded[token];
            let symbol = usize::from(symbol);
            let length = if length == Coded::NO_LENGTH { None } else { Some(main + usize::from(length)) };
            a[symbol] - b[symbol] + length.map_or(0, |length| a[length] - b[length])
        };
        let border = blocks[second - 1].tokens;
        let first = if second == 1 { 0 } else { blocks[second - 2].tokens };
        let (low, high) = (first + LEAST, blocks[second].tokens.saturating_sub(LEAST));
        let middle = blocks[second - 1].end;
        let mut best = (0, border);
        let mut sum = 0;
        for (token, end) in ends.iter().enumerate().take(high).skip(border) {
            if *end as usize > middle + REACH {
                break;
            }
            sum += dearer(token);
            best = best.min((sum, token + 1));
        }
        sum = 0;
        for token in (low..border).rev() {
            if (ends[token] as usize) + REACH < middle {
                break;
            }
            sum -= dearer(token);
            best = best.min((sum, token));
        }
        if best.1 != border {
            blocks[second - 1].tokens = best.1;
            blocks[second - 1].end = ends[best.1 - 1] as usize;
        }
    }
    let mut first = 0;
    for block in blocks {
        block.stats = Stats::of(&coded[first..block.tokens]);
        first = block.tokens;
    }
}

/// What each symbol of both trees costs, in 1/4096 bit; one that does not occur costs its place in the tree as well.
fn symbol_prices(stats: &Stats, window: Window) -> Vec<i32> {
    let mut prices = Vec::with_capacity(window.main() + LENGTHS);
    for counts in [&stats.main[..window.main()], &stats.lengths] {
        let total = log2(counts.iter().sum());
        prices.extend(counts.iter().map(|count| match count {
            0 => (total + 5 * FINE) as i32,
            _ => (total - log2(*count)).max(FINE) as i32,
        }));
    }
    prices
}
