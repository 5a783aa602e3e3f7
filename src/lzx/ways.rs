//! As [`super::parse`], with several ways to each position that differ in their recent offsets: the cheapest one there
//! is not always the cheapest one from there.

use super::finder::common;
use super::format::{FRAME, MATCH_MAX, MATCH_MIN, Recent, Token, slot};
use super::parse::{Arrival, Cursor, Stretch};
use super::prices::{BIT, Prices};

/// Ways to a position.
const WAYS: usize = 4;

/// Ways that are so much dearer than the best one are not followed.
const BEHIND: u32 = 12 * BIT;

/// A way to a position.
#[derive(Clone, Copy)]
struct Way {
    price: u32,
    arrival: Arrival,
    /// The recent offsets there.
    recent: Recent,
    /// Length of the second match of a compound arrival.
    rest: u16,
    /// Which of the ways it goes on from.
    from: u8,
}

const NONE: Way = Way { price: u32::MAX, arrival: Arrival::LITERAL, recent: Recent::START, rest: 0, from: 0 };

/// The ways to one position, the cheapest first; no two with the same recent offsets.
type Node = [Way; WAYS];

#[inline(always)]
fn offer(node: &mut Node, way: Way) {
    if way.price < node[WAYS - 1].price {
        insert(node, way);
    }
}

fn insert(node: &mut Node, way: Way) {
    let taken = |other: &Way| other.recent == way.recent && other.price != u32::MAX;
    let mut place = node.iter().position(taken).unwrap_or(WAYS - 1);
    if way.price >= node[place].price {
        return;
    }
    while place > 0 && node[place - 1].price > way.price {
        node[place] = node[place - 1];
        place -= 1;
    }
    node[place] = way;
}

/// The parser.
pub(crate) struct Parser {
    nodes: Vec<Node>,
    /// A match of this length is taken as it is.
    nice: usize,
}

/// A step that is being offered.
#[derive(Clone, Copy)]
struct Step {
    /// Price up to the end of it.
    price: u32,
    arrival: Arrival,
    recent: Recent,
    from: u8,
}

impl Parser {
    pub(crate) fn new(nice: usize) -> Parser {
        Parser { nodes: vec![[NONE; WAYS]; FRAME + 1], nice }
    }

    /// Appends the cheapest tokens for the stretch; see [`super::parse::Parser::parse`].
    pub(crate) fn parse(
        &mut self,
        stretch: Stretch<'_>,
        cursor: &mut Cursor<'_>,
        prices: &[(usize, Prices)],
        recent: Recent,
        tokens: &mut Vec<Token>,
    ) -> Recent {
        let Stretch { start, end, .. } = stretch;
        self.nodes[..=end - start].fill([NONE; WAYS]);
        self.nodes[0][0] = Way { price: 0, recent, ..NONE };
        let mut prices = prices.iter();
        let mut current = prices.next().expect("prices for all of the text");
        let mut at = start;
        while at < end {
            while at >= current.0 {
                current = prices.next().expect("prices for all of the text");
            }
            let found = cursor.next();
            let ways = self.nodes[at - start];
            let most = ways[0].price.saturating_add(BEHIND);
            let mut long = 1;
            for (from, way) in (0..).zip(ways.iter().take_while(|way| way.price <= most)) {
                let taken = self.recents(stretch, at, way, from, &current.1);
                if from == 0 {
                    long = if taken > 1 { taken } else { self.matches(stretch, at, way, found, &current.1) };
                }
            }
            if long > 1 {
                cursor.skip(long - 1);
            }
            at += long;
        }
        self.trace(end - start, tokens);
        self.nodes[end - start][0].recent
    }

    /// Offers a literal and matches of the recent offsets; gives 1, or the length of one that is taken as it is.
    #[inline(always)]
    fn recents(&mut self, stretch: Stretch<'_>, at: usize, way: &Way, from: u8, prices: &Prices) -> usize {
        let Stretch { text, start, end } = stretch;
        let limit = (end - at).min(MATCH_MAX);
        let node = at - start;
        let literal = Step {
            price: way.price + u32::from(prices.literals[usize::from(text[at])]),
            arrival: Arrival::LITERAL,
            recent: way.recent,
            from,
        };
        self.offer(node + 1, literal);
        if limit < MATCH_MIN {
            return 1;
        }
        let last = way.recent.get(0) as usize;
        if last != 0 && text[at] != text[at - last] {
            self.again(stretch, at + 1, last, literal, prices);
        }
        let two = [text[at], text[at + 1]];
        for index in 0..3 {
            let offset = way.recent.get(index) as usize;
            if offset == 0 || text[at - offset..][..2] != two {
                continue;
            }
            let length = common(text, at, offset, 2, limit);
            let recent = way.recent.after(index);
            let step = |length| Step {
                price: way.price + prices.matched(index as usize, length),
                arrival: Arrival::matched(index, length),
                recent,
                from,
            };
            if length >= self.nice {
                self.offer(node + length, step(length));
                return length;
            }
            (2..=length).for_each(|length| self.offer(node + length, step(length)));
            self.literal_and_again(stretch, at + length, offset, step(length), prices);
        }
        1
    }

    /// Offers the matches found; gives 1, or the length of one that is taken as it is.
    #[inline(always)]
    fn matches(
        &mut self,
        stretch: Stretch<'_>,
        at: usize,
        way: &Way,
        found: &[Token],
        prices: &Prices,
    ) -> usize {
        let limit = (stretch.end - at).min(MATCH_MAX);
        let node = at - stretch.start;
        let steps = |token: &Token| {
            let formatted = token.offset() + 2;
            let price = way.price + prices.low(formatted);
            let (slot, recent) = (slot(formatted), way.recent.after(formatted));
            move |length| Step {
                price: price + prices.matched(slot, length),
                arrival: Arrival::matched(formatted, length),
                recent,
                from: 0,
            }
        };
        if let Some(longest) = found.last().filter(|longest| longest.length() >= self.nice) {
            let length = longest.length().min(limit);
            if length >= MATCH_MIN {
                self.offer(node + length, steps(longest)(length));
                return length;
            }
            return 1;
        }
        let mut shortest = 2;
        for token in found {
            let length = token.length().min(limit);
            if length < shortest {
                break;
            }
            let step = steps(token);
            (shortest..=length).for_each(|length| self.offer(node + length, step(length)));
            self.literal_and_again(stretch, at + length, token.offset() as usize, step(length), prices);
            shortest = length + 1;
        }
        1
    }

    #[inline(always)]
    fn offer(&mut self, node: usize, Step { price, arrival, recent, from }: Step) {
        offer(&mut self.nodes[node], Way { price, arrival, recent, rest: 0, from });
    }

    /// Offers a literal at `at` and the same offset again, after the match `before`.
    #[inline(always)]
    fn literal_and_again(
        &mut self,
        stretch: Stretch<'_>,
        at: usize,
        offset: usize,
        before: Step,
        prices: &Prices,
    ) {
        if at + 3 <= stretch.end {
            let literal = u32::from(prices.literals[usize::from(stretch.text[at])]);
            self.again(stretch, at + 1, offset, Step { price: before.price + literal, ..before }, prices);
        }
    }

    /// Offers a match of the last offset at `at`, after the step `before`.
    #[inline(always)]
    fn again(&mut self, stretch: Stretch<'_>, at: usize, offset: usize, before: Step, prices: &Prices) {
        let Stretch { text, start, end } = stretch;
        let limit = (end - at).min(MATCH_MAX);
        if limit < MATCH_MIN || text[at - offset..][..2] != text[at..at + 2] {
            return;
        }
        let length = common(text, at, offset, 2, limit);
        let Step { price, arrival, recent, from } = before;
        let price = price + prices.matched(0, length);
        let way = Way { price, arrival: arrival.compound(), recent, rest: length as u16, from };
        offer(&mut self.nodes[at - start + length], way);
    }

    /// Appends the tokens of the cheapest way to `node`.
    fn trace(&self, mut node: usize, tokens: &mut Vec<Token>) {
        let first = tokens.len();
        let mut rank = 0;
        while node > 0 {
            let Way { arrival, rest, from, .. } = self.nodes[node][rank];
            node = arrival.before(node, rest);
            rank = usize::from(from);
            arrival.tokens(rest, self.nodes[node][rank].recent, tokens);
        }
        tokens[first..].reverse();
    }
}
