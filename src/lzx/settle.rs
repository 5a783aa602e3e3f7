//! Blocks as they will be written: those that would not get smaller stay as they are.

use super::codes::{Codes, Lengths};
use super::format::{FRAME, Token, Window};
use super::split::Block;
use super::stats::Coded;

/// A block as it will be written.
#[derive(Debug)]
pub(crate) struct Settled {
    /// The first byte that is not in it, from the beginning of the segment.
    pub(crate) end: usize,
    /// Its tokens; none where its bytes stay as they are.
    pub(crate) tokens: Option<Vec<Token>>,
}

/// What an uncompressed block takes beside its bytes, in bits: type and size, up to 16 to the end of a word, the recent
/// offsets.
const UNCOMPRESSED: u64 = 3 + 24 + 16 + 96;

/// Bits by which what a block has in one frame may pass the bytes there. A data block of a cabinet must not pass 6 KiB
/// more than a frame; what blocks pass it by that begin and end in it is no more than [`UNCOMPRESSED`] for each, and two
/// at most do not.
const EXCESS: u64 = 2048 * 8;

/// Decides for each block of a segment whether it is coded; gives their size in bits, too.
pub(crate) fn settle(
    blocks: &[Block],
    tokens: &[Token],
    coded: &[Coded],
    window: Window,
) -> (Vec<Settled>, u64) {
    let mut settled: Vec<Settled> = Vec::new();
    let mut size = 0;
    let mut before = Lengths::start(window);
    let (mut start, mut first) = (0, 0);
    for block in blocks {
        let codes = Codes::of(&block.stats, &before, window);
        let own = first..block.tokens;
        let pays = codes.size <= (block.end - start) as u64 * 8 + UNCOMPRESSED
            && excess(start, &tokens[own.clone()], &coded[own.clone()], &codes) <= EXCESS;
        match settled.last_mut() {
            Some(last) if last.tokens.is_none() && !pays => last.end = block.end,
            _ => settled.push(Settled { end: block.end, tokens: pays.then(|| tokens[own].to_vec()) }),
        }
        size += if pays { codes.size } else { UNCOMPRESSED + (block.end - start) as u64 * 8 };
        if pays {
            before = codes.into_lengths();
        }
        (start, first) = (block.end, block.tokens);
    }
    make_even(&mut settled);
    (settled, size)
}

/// The most bits by which a block's tokens in one frame pass the bytes there.
fn excess(start: usize, tokens: &[Token], coded: &[Coded], codes: &Codes) -> u64 {
    let (mut bits, mut bytes, mut most) = (0, 0, 0);
    let mut at = start;
    for (token, coded) in tokens.iter().zip(coded) {
        bits += u64::from(codes.bits(*coded));
        bytes += token.length() as u64;
        at += token.length();
        most = most.max(bits.saturating_sub(8 * bytes));
        if at.is_multiple_of(FRAME) {
            (bits, bytes) = (0, 0);
        }
    }
    most
}

/// Has uncompressed blocks begin and end at even places, but at the end of all: the byte that pads one of odd length
/// would stand at the end of a frame, and decoders need not agree whose it is. The odd byte becomes a literal of the
/// neighbor. (A segment begins at an even place.)
fn make_even(settled: &mut [Settled]) {
    for index in 1..settled.len() {
        let (before, after) = settled.split_at_mut(index);
        let (Some(block), Some(next)) = (before.last_mut(), after.first_mut()) else { return };
        if block.end % 2 == 0 {
            continue;
        }
        match (&mut block.tokens, &mut next.tokens) {
            (Some(tokens), None) => {
                tokens.push(Token::LITERAL);
                block.end += 1;
            }
            (None, Some(tokens)) => {
                tokens.insert(0, Token::LITERAL);
                block.end -= 1;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::Recent;
    use super::super::stats::{self, Stats};
    use super::*;

    fn block(text: &[u8], from: usize, end: usize) -> Block {
        let tokens = vec![Token::LITERAL; end - from];
        let coded = stats::code(&text[from..], &tokens, &mut Recent::default());
        Block { tokens: end, end, stats: Stats::of(&coded) }
    }

    /// Bytes without a pattern.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn a_frame_that_would_grow_too_much_stays_as_it_is() {
        // On the whole it pays; but of the second frame every byte would take twice its bits.
        let text = [vec![0; 9 * FRAME], noise(FRAME)].concat();
        let tokens = vec![Token::LITERAL; text.len()];
        let coded = stats::code(&text, &tokens, &mut Recent::default());
        let window = Window::new(15).expect("a window");
        let (settled, _) = settle(&[block(&text, 0, text.len())], &tokens, &coded, window);
        assert!(settled[0].tokens.is_none());
        let (settled, _) =
            settle(&[block(&text, 0, FRAME), block(&text, FRAME, text.len())], &tokens, &coded, window);
        assert_eq!(settled.iter().map(|p| p.tokens.is_some()).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_stays_as_it_is_begins_and_ends_at_even_places() {
        let text = [vec![0; 5001], noise(8000), vec![0; 5000]].concat();
        let tokens = vec![Token::LITERAL; text.len()];
        let coded = stats::code(&text, &tokens, &mut Recent::default());
        let blocks = [block(&text, 0, 5001), block(&text, 5001, 13_001), block(&text, 13_001, 18_001)];
        let (settled, _) = settle(&blocks, &tokens, &coded, Window::new(15).expect("a window"));
        let seen: Vec<_> = settled.iter().map(|p| (p.end, p.tokens.as_ref().map(Vec::len))).collect();
        assert_eq!(seen, [(5002, Some(5002)), (13_000, None), (18_001, Some(5001))]);
    }
}
