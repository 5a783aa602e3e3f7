//! The cheapest way through a frame: literals, recent offsets and matches, with the recent offsets of the best way to
//! each position carried along.

use super::finder::{Matches, common};
use super::format::{FRAME, HEADERS, LENGTHS, LONG, MATCH_MAX, MATCH_MIN, Recent, Token, slot};
use super::prices::Prices;

/// A stretch of text to be parsed, which lies in one frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'t> {
    /// The text, from a window before it on.
    pub(crate) text: &'t [u8],
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Hands out the matches of one position after the other.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'m> {
    matches: &'m Matches,
    position: usize,
    found: usize,
}

impl<'m> Cursor<'m> {
    pub(crate) fn new(matches: &'m Matches) -> Cursor<'m> {
        Cursor { matches, position: 0, found: 0 }
    }

    #[inline(always)]
    pub(crate) fn next(&mut self) -> &'m [Token] {
        let count = usize::from(self.matches.counts[self.position]);
        self.position += 1;
        self.found += count;
        &self.matches.found[self.found - count..self.found]
    }

    pub(crate) fn skip(&mut self, positions: usize) {
        (0..positions).for_each(|_| _ = self.next());
    }
}

/// The last step of a way: formatted offset, length (1: a literal), and whether it is a [`Parser::rest`] longer.
#[derive(Clone, Copy)]
pub(crate) struct Arrival(u32);

impl Arrival {
    pub(crate) const LITERAL: Arrival = Arrival(1 << 1);

    #[inline(always)]
    pub(crate) fn matched(formatted: u32, length: usize) -> Arrival {
        Arrival(formatted << 10 | (length as u32) << 1)
    }

    /// With a literal (after a match) and a match of the same offset after it.
    pub(crate) fn compound(self) -> Arrival {
        Arrival(self.0 | 1)
    }

    fn is_compound(self) -> bool {
        self.0 & 1 != 0
    }

    fn length(self) -> usize {
        (self.0 >> 1 & 511) as usize
    }

    fn formatted(self) -> u32 {
        self.0 >> 10
    }

    /// Where the arrival at `node` comes from; `rest`: length of the second match of a compound one.
    #[inline(always)]
    pub(crate) fn before(self, node: usize, rest: u16) -> usize {
        let node = node - self.length();
        // After a match there is a literal; a literal is one.
        if self.is_compound() { node - usize::from(rest) - usize::from(self.length() > 1) } else { node }
    }

    /// Appends its tokens, the last one first; `recent`: the recent offsets before it.
    pub(crate) fn tokens(self, rest: u16, recent: Recent, tokens: &mut Vec<Token>) {
        let (length, formatted) = (self.length(), self.formatted());
        let offset = if formatted < 3 { recent.get(formatted) } else { formatted - 2 };
        if self.is_compound() {
            tokens.push(Token::matched(offset, rest.into()));
            if length > 1 {
                tokens.push(Token::LITERAL);
            }
        }
        tokens.push(if length == 1 { Token::LITERAL } else { Token::matched(offset, length) });
    }
}

/// The parser, with one way to each position.
pub(crate) struct Parser {
    /// For each position the price of the cheapest way there, and below it the [`Arrival`]: the lesser number is the
    /// better way.
    best: Vec<u64>,
    /// The recent offsets there.
    recent: Vec<Recent>,
    /// Length of the second match of a compound arrival.
    rest: Vec<u16>,
    /// A match of this length is taken as it is.
    nice: usize,
}

#[inline(always)]
fn offer(best: &mut u64, price: u32, arrival: Arrival) {
    *best = (*best).min(u64::from(price) << 32 | u64::from(arrival.0));
}

impl Parser {
    pub(crate) fn new(nice: usize) -> Parser {
        Parser {
            best: vec![0; FRAME + 1],
            recent: vec![Recent::default(); FRAME + 1],
            rest: vec![0; FRAME + 1],
            nice,
        }
    }

    /// Appends the cheapest tokens for the stretch. `prices` tells up to where each applies.
    pub(crate) fn parse(
        &mut self,
        stretch: Stretch<'_>,
        cursor: &mut Cursor<'_>,
        prices: &[(usize, Prices)],
        recent: Recent,
        tokens: &mut Vec<Token>,
    ) -> Recent {
        let Stretch { start, end, .. } = stretch;
        self.best[..=end - start].fill(u64::MAX);
        self.best[0] = 0;
        let mut prices = prices.iter();
        let mut current = prices.next().expect("prices for all of the text");
        let mut at = start;
        while at < end {
            while at >= current.0 {
                current = prices.next().expect("prices for all of the text");
            }
            let recent = if at == start { recent } else { self.arrived(at - start) };
            self.recent[at - start] = recent;
            let long = self.from(stretch, at, recent, cursor.next(), &current.1);
            if long > 1 {
                cursor.skip(long - 1);
            }
            at += long;
        }
        self.recent[end - start] = self.arrived(end - start);
        self.trace(end - start, tokens);
        self.recent[end - start]
    }

    /// Offers all steps from `at`; gives 1, or the length of a match that is taken as it is.
    #[inline(always)]
    fn from(
        &mut self,
        stretch: Stretch<'_>,
        at: usize,
        recent: Recent,
        found: &[Token],
        prices: &Prices,
    ) -> usize {
        let Stretch { text, start, end } = stretch;
        let limit = (end - at).min(MATCH_MAX);
        let node = at - start;
        let price = (self.best[node] >> 32) as u32;
        let literal = price + u32::from(prices.literals[usize::from(text[at])]);
        offer(&mut self.best[node + 1], literal, Arrival::LITERAL);
        if limit < MATCH_MIN {
            return 1;
        }
        let last = recent.get(0) as usize;
        if last != 0 && text[at] != text[at - last] {
            self.again(stretch, at + 1, last, literal, Arrival::LITERAL, prices);
        }
        let two = [text[at], text[at + 1]];
        for index in 0..3 {
            let offset = recent.get(index) as usize;
            if offset == 0 || text[at - offset..][..2] != two {
                continue;
            }
            let length = common(text, at, offset, 2, limit);
            let headers = &prices.headers[index as usize];
            if length >= self.nice {
                offer(
                    &mut self.best[node + length],
                    price + prices.matched(index as usize, length),
                    Arrival::matched(index, length),
                );
                return length;
            }
            relax(&mut self.best[node..], price, index, 2, length, headers, &prices.lengths);
            if length + 3 <= limit {
                let price = price
                    + prices.matched(index as usize, length)
                    + u32::from(prices.literals[usize::from(text[at + length])]);
                self.again(stretch, at + length + 1, offset, price, Arrival::matched(index, length), prices);
            }
        }
        if let Some(longest) = found.last().filter(|longest| longest.length() >= self.nice) {
            let length = longest.length().min(limit);
            let formatted = longest.offset() + 2;
            let price = price + prices.low(formatted) + prices.matched(slot(formatted), length);
            offer(&mut self.best[node + length], price, Arrival::matched(formatted, length));
            return length;
        }
        let mut from = 2;
        for token in found {
            let length = token.length().min(limit);
            if length < from {
                break;
            }
            let formatted = token.offset() + 2;
            let slot = slot(formatted);
            let price = price + prices.low(formatted);
            relax(
                &mut self.best[node..],
                price,
                formatted,
                from,
                length,
                &prices.headers[slot],
                &prices.lengths,
            );
            if length + 3 <= limit {
                let price = price
                    + prices.matched(slot, length)
                    + u32::from(prices.literals[usize::from(text[at + length])]);
                self.again(
                    stretch,
                    at + length + 1,
                    token.offset() as usize,
                    price,
                    Arrival::matched(formatted, length),
                    prices,
                );
            }
            from = length + 1;
        }
        1
    }

    /// Offers a match of the last offset at `at`, after what is `price` so far.
    #[inline(always)]
    fn again(
        &mut self,
        stretch: Stretch<'_>,
        at: usize,
        offset: usize,
        price: u32,
        before: Arrival,
        prices: &Prices,
    ) {
        let Stretch { text, start, end } = stretch;
        let limit = (end - at).min(MATCH_MAX);
        if limit < MATCH_MIN || text[at - offset..][..2] != text[at..at + 2] {
            return;
        }
        let length = common(text, at, offset, 2, limit);
        let node = at - start + length;
        let way = u64::from(price + prices.matched(0, length)) << 32 | u64::from(before.compound().0);
        if way < self.best[node] {
            self.best[node] = way;
            self.rest[node] = length as u16;
        }
    }

    /// Where the arrival at `node` comes from.
    #[inline(always)]
    fn before(&self, node: usize) -> (usize, Arrival) {
        let arrival = Arrival(self.best[node] as u32);
        (arrival.before(node, self.rest[node]), arrival)
    }

    /// The recent offsets after the arrival at `node`.
    #[inline(always)]
    fn arrived(&self, node: usize) -> Recent {
        let (before, arrival) = self.before(node);
        // For a literal the formatted offset is 0, which changes nothing.
        self.recent[before].after(arrival.formatted())
    }

    /// Appends the tokens of the way to `node`.
    fn trace(&self, mut node: usize, tokens: &mut Vec<Token>) {
        let first = tokens.len();
        while node > 0 {
            let (before, arrival) = self.before(node);
            arrival.tokens(self.rest[node], self.recent[before], tokens);
            node = before;
        }
        tokens[first..].reverse();
    }
}

/// Offers a match of each length `from..=to` to the positions after the first of `best`.
#[inline(always)]
fn relax(
    best: &mut [u64],
    price: u32,
    formatted: u32,
    from: usize,
    to: usize,
    headers: &[u16; HEADERS],
    lengths: &[u16; LENGTHS],
) {
    let arrival = |length| Arrival::matched(formatted, length);
    let short = to.min(LONG - 1);
    if from <= short {
        let headers = &headers[from - MATCH_MIN..=short - MATCH_MIN];
        for ((best, header), length) in best[from..=short].iter_mut().zip(headers).zip(from..) {
            offer(best, price + u32::from(*header), arrival(length));
        }
    }
    let from = from.max(LONG);
    if from <= to {
        let price = price + u32::from(headers[HEADERS - 1]);
        for ((best, length_price), length) in
            best[from..=to].iter_mut().zip(&lengths[from - LONG..=to - LONG]).zip(from..)
        {
            offer(best, price + u32::from(*length_price), arrival(length));
        }
    }
}
