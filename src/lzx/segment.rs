//! A folder in segments: matches, then tokens and blocks.

use super::e8;
use super::effort::{Effort, Tuning};
use super::finder::{Finder, Matches, Text};
use super::format::{FRAME, MATCH_MAX, Recent, Token, Window};
use super::parse::{Cursor, Parser, Stretch};
use super::prices::Prices;
use super::settle::{self, Settled};
use super::split::{self, Block};
use super::stats::{self, Stats};
use super::ways;

/// Takes the bytes of a folder in order.
#[derive(Debug)]
pub struct Matcher {
    finder: Finder,
    window: Window,
    tuning: Tuning,
    /// The window before the next segment, and what may still have to be entered in it.
    before: Vec<u8>,
    /// Bytes of the folder before `before`.
    base: usize,
}

impl Matcher {
    /// For a folder of `size` bytes.
    #[must_use]
    pub fn new(window: Window, effort: Effort, size: u64) -> Matcher {
        let tuning = effort.tuning(size);
        Matcher {
            finder: Finder::new(window, tuning.search, tuning.nice, size),
            window,
            tuning,
            before: Vec::new(),
            base: 0,
        }
    }

    /// The next [`SEGMENT`] bytes of the folder, or fewer at its end.
    #[must_use]
    pub fn next(&mut self, bytes: &[u8]) -> Segment {
        let start = self.before.len();
        let mut text = std::mem::take(&mut self.before);
        text.extend_from_slice(bytes);
        e8::translate(&mut text[start..], self.base + start);
        let matches = self.finder.find(Text { bytes: &text, from: start, base: self.base });
        let kept = text.len().saturating_sub(self.window.size() + MATCH_MAX);
        self.before = text[kept..].to_vec();
        self.base += kept;
        Segment { text, start, matches, window: self.window, tuning: self.tuning }
    }
}

/// A part of a folder whose matches are known.
#[derive(Debug)]
pub struct Segment {
    /// The segment, and the window before it.
    text: Vec<u8>,
    start: usize,
    matches: Matches,
    window: Window,
    tuning: Tuning,
}

/// A part of a folder in tokens and blocks.
#[derive(Debug)]
pub struct Parsed {
    pub(crate) text: Vec<u8>,
    pub(crate) blocks: Vec<Settled>,
}

impl Segment {
    /// Chooses the tokens and divides them into blocks.
    #[must_use]
    pub fn parse(self) -> Parsed {
        let mut parser = Parser::new(self.tuning.nice);
        let mut ways = (self.tuning.wide_passes > 0).then(|| ways::Parser::new(self.tuning.nice));
        let pieces = |left| if left > 0 { self.tuning.first_pieces } else { self.tuning.pieces };
        let mut divided = self.divide(self.first(&mut parser), pieces(self.tuning.passes - 1));
        let mut best = (divided.size, divided.settled);
        for left in (0..self.tuning.passes - 1).rev() {
            let wide = ways.as_mut().filter(|_| left < self.tuning.wide_passes);
            divided = self.divide(self.again(&divided.blocks, &mut parser, wide), pieces(left));
            if divided.size < best.0 {
                best = (divided.size, divided.settled);
            }
        }
        let mut text = self.text;
        text.drain(..self.start);
        Parsed { text, blocks: best.1 }
    }

    /// Parses with the prices of the blocks that a parse before has come to, along several ways where `wide` is there.
    fn again(
        &self,
        blocks: &[Block],
        parser: &mut Parser,
        mut wide: Option<&mut ways::Parser>,
    ) -> Vec<Token> {
        let price = |block: &Block| (self.start + block.end, Prices::of(&block.stats, self.window));
        let prices: Vec<(usize, Prices)> = blocks.iter().map(price).collect();
        let mut tokens = Vec::new();
        let mut cursor = Cursor::new(&self.matches);
        let mut recent = Recent::default();
        for stretch in self.frames() {
            let prices = &prices[prices.partition_point(|(end, _)| *end <= stretch.start)..];
            recent = match &mut wide {
                Some(wide) => wide.parse(stretch, &mut cursor, prices, recent, &mut tokens),
                None => parser.parse(stretch, &mut cursor, prices, recent, &mut tokens),
            };
        }
        tokens
    }

    fn frames(&self) -> impl Iterator<Item = Stretch<'_>> {
        let text = &self.text;
        (self.start..text.len()).step_by(FRAME).map(|start| Stretch {
            text,
            start,
            end: text.len().min(start + FRAME),
        })
    }

    /// Parses with prices that follow what has been parsed so far.
    fn first(&self, parser: &mut Parser) -> Vec<Token> {
        let mut bytes = [0; 256];
        self.text[self.start..].iter().for_each(|byte| bytes[usize::from(*byte)] += 1);
        let mut prices = [(usize::MAX, Prices::guess(&bytes, self.window, self.tuning.passes > 1))];
        let mut tokens = Vec::new();
        let mut cursor = Cursor::new(&self.matches);
        let mut recent = Recent::default();
        let mut stats = Stats::NONE;
        for stretch in self.frames() {
            let (first, before) = (tokens.len(), recent);
            if first == 0 {
                // What was guessed is forgotten as soon as something is known.
                parser.parse(stretch, &mut cursor.clone(), &prices, recent, &mut tokens);
                let coded = stats::code(&self.text[stretch.start..], &tokens[first..], &mut { before });
                prices[0].1 = Prices::of(&Stats::of(&coded), self.window);
                tokens.clear();
            }
            recent = parser.parse(stretch, &mut cursor, &prices, recent, &mut tokens);
            let coded = stats::code(&self.text[stretch.start..], &tokens[first..], &mut { before });
            stats.fade();
            stats.count(&coded);
            prices[0].1 = Prices::of(&stats, self.window);
        }
        tokens
    }

    /// Divides `tokens` into blocks: the best of what comes of pieces of each size.
    fn divide(&self, tokens: Vec<Token>, pieces: &[usize]) -> Divided {
        // As they are where nothing is known of what stands before.
        let coded = stats::code(&self.text[self.start..], &tokens, &mut Recent::default());
        let mut end = 0;
        let after = |token: &Token| {
            end += token.length() as u32;
            end
        };
        let ends: Vec<u32> = tokens.iter().map(after).collect();
        let of = |piece: &usize| {
            let blocks = split::split(&coded, &ends, *piece, self.window);
            let (settled, size) = settle::settle(&blocks, &tokens, &coded, self.window);
            Divided { blocks, settled, size }
        };
        let divisions = pieces.iter().map(of);
        divisions.min_by_key(|divided| divided.size).expect("there are pieces")
    }
}

/// Tokens in blocks.
struct Divided {
    blocks: Vec<Block>,
    settled: Vec<Settled>,
    /// Their size in bits.
    size: u64,
}
