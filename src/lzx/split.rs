//! Where blocks end: short pieces are merged while that saves bits, then each border is moved to where the codes on its
//! sides are shortest.

use super::format::{LENGTHS, Window};
use super::logarithm::{FINE, code_size, log2};
use super::prices::aligned_saving;
use super::statement;
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
    merge(&mut pieces, window);
    let mut blocks: Vec<Block> = pieces.into_iter().map(|piece| piece.block).collect();
    for _ in 0..2 {
        move_borders(&mut blocks, coded, ends, window);
    }
    blocks
}

impl Piece {
    fn new(block: Block, window: Window) -> Piece {
        let Stats { main, lengths, .. } = &block.stats;
        let body = code_size(main) + code_size(lengths);
        let body = body as i64 - aligned_saving(&block.stats).max(0);
        let estimated = [&main[..window.main()], lengths].into_iter().flat_map(|counts| {
            let total = log2(counts.iter().sum());
            counts.iter().map(move |count| match count {
                0 => 0,
                _ => ((total - log2(*count) + FINE / 2) / FINE).clamp(1, 16) as u8,
            })
        });
        Piece { lengths: estimated.collect(), body, block }
    }

    fn with(&self, next: &Piece, window: Window) -> Piece {
        let mut stats = self.block.stats.clone();
        stats.add(&next.block.stats);
        Piece::new(Block { stats, ..next.block }, window)
    }
}

/// Merges neighbours, those first that save most.
fn merge(pieces: &mut Vec<Piece>, window: Window) {
    let mut savings: Vec<i64> = (1..pieces.len()).map(|second| saving(pieces, second, window)).collect();
    while let Some((best, first)) =
        savings.iter().copied().zip(0..).max_by_key(|(saving, first)| (*saving, std::cmp::Reverse(*first)))
    {
        if best <= 0 {
            break;
        }
        pieces[first] = pieces[first].with(&pieces[first + 1], window);
        pieces.remove(first + 1);
        savings.remove(first);
        for second in first.max(1)..=(first + 2).min(pieces.len() - 1) {
            savings[second - 1] = saving(pieces, second, window);
        }
    }
}

/// What is saved if `pieces[second]` and the one before it are one, in 1/4096 bit.
fn saving(pieces: &[Piece], second: usize, window: Window) -> i64 {
    let (a, b) = (&pieces[second - 1], &pieces[second]);
    let together = a.with(b, window);
    let before = second.checked_sub(2).map(|before| &pieces[before]);
    let after = pieces.get(second + 1);
    let apart = a.body
        + b.body
        + codes(before, a)
        + codes(Some(a), b)
        + after.map_or(0, |after| codes(Some(b), after));
    apart - together.body - codes(before, &together) - after.map_or(0, |after| codes(Some(&together), after))
}

/// About what it takes to state the codes of a block, in 1/4096 bit.
fn codes(before: Option<&Piece>, piece: &Piece) -> i64 {
    let lengths = &piece.lengths;
    let mut counts = [0; 20];
    let mut extra = 0;
    let mut at = 0;
    while at < lengths.len() {
        let zeros = if lengths[at] == 0 {
            lengths[at..].iter().take(51).take_while(|length| **length == 0).count()
        } else {
            0
        };
        match zeros {
            20.. => (counts[18], extra) = (counts[18] + 1, extra + 5),
            4.. => (counts[17], extra) = (counts[17] + 1, extra + 4),
            _ => {
                let before = before.map_or(0, |before| before.lengths[at]);
                counts[usize::from(statement::change(before, lengths[at]))] += 1;
            }
        }
        at += if zeros >= 4 { zeros } else { 1 };
    }
    let pretrees = 3 * 4 * 20 + 27;
    (code_size(&counts) + u64::from(FINE) * (pretrees + extra)) as i64
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
