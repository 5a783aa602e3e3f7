//! How a block states the lengths of its codes: as changes against the block before, in a code of their own.

use super::bits::BitWriter;
use super::huffman::{self, Code};

/// Symbols of the code for lengths: 17 changes, two runs of zeros, a run of one length.
pub(super) const SYMBOLS: usize = 20;
pub(super) const ZEROS: usize = 17;
pub(super) const MANY_ZEROS: usize = 18;
pub(super) const SAME: usize = 19;

/// A pretree code has 4 bits to state each length.
const LIMIT: usize = 15;

/// Of one length, or of several at once.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    symbol: u8,
    /// Lengths that it states.
    run: u8,
    /// The change that follows [`SAME`].
    change: u8,
}

impl Step {
    /// Extra bits and their number.
    fn extra(self) -> (u32, u32) {
        match usize::from(self.symbol) {
            ZEROS => (u32::from(self.run) - 4, 4),
            MANY_ZEROS => (u32::from(self.run) - 20, 5),
            SAME => (u32::from(self.run) - 4, 1),
            _ => (0, 0),
        }
    }
}

/// How a section of lengths is stated.
#[derive(Debug)]
pub(crate) struct Statement {
    steps: Vec<Step>,
    pretree: Vec<u8>,
    /// Its size in bits.
    pub(crate) size: u32,
}

impl Statement {
    /// The shortest statement found of `lengths`, where the block before had `before`: the cheapest steps under a
    /// pretree, then the pretree of these steps, and again while that saves anything.
    pub(crate) fn new(before: &[u8], lengths: &[u8]) -> Statement {
        let mut prices = [4; SYMBOLS];
        [prices[ZEROS], prices[MANY_ZEROS]] = [3, 3];
        let mut best = Statement::priced(before, lengths, &prices);
        for _ in 0..3 {
            for (price, length) in prices.iter_mut().zip(&best.pretree) {
                *price = if *length == 0 { 7 } else { u32::from(*length) };
            }
            let next = Statement::priced(before, lengths, &prices);
            if next.size >= best.size {
                break;
            }
            best = next;
        }
        best
    }

    fn priced(before: &[u8], lengths: &[u8], prices: &[u32; SYMBOLS]) -> Statement {
        let steps = steps(before, lengths, prices);
        let mut counts = [0; SYMBOLS];
        let symbols = |step: &Step| {
            let change = (usize::from(step.symbol) == SAME).then_some(step.change);
            [Some(step.symbol), change].into_iter().flatten().map(usize::from)
        };
        steps.iter().flat_map(symbols).for_each(|symbol| counts[symbol] += 1);
        let pretree = huffman::lengths(&counts, LIMIT);
        let coded: u32 = counts.iter().zip(&pretree).map(|(count, length)| count * u32::from(*length)).sum();
        let extra: u32 = steps.iter().map(|step| step.extra().1).sum();
        Statement { steps, pretree, size: 4 * SYMBOLS as u32 + coded + extra }
    }

    pub(crate) fn write(&self, bits: &mut BitWriter) {
        self.pretree.iter().for_each(|length| bits.write(u32::from(*length), 4));
        let code = Code::new(&self.pretree);
        for step in &self.steps {
            for (value, count) in [code.of(step.symbol.into()), step.extra()] {
                bits.write(value, count);
            }
            if usize::from(step.symbol) == SAME {
                let (value, count) = code.of(step.change.into());
                bits.write(value, count);
            }
        }
    }
}

/// The change that makes `after` of `before`: a decoder subtracts it modulo 17.
pub(crate) fn change(before: u8, after: u8) -> u8 {
    (before + 17 - after) % 17
}

/// The steps that are cheapest under `prices`, found from the end on.
fn steps(before: &[u8], lengths: &[u8], prices: &[u32; SYMBOLS]) -> Vec<Step> {
    let count = lengths.len();
    let mut costs = vec![0; count + 1];
    let mut best = vec![Step::default(); count];
    let mut same = 0;
    for at in (0..count).rev() {
        same = if lengths.get(at + 1) == Some(&lengths[at]) { same + 1 } else { 1 };
        let change = change(before[at], lengths[at]);
        let step = |symbol: usize, run: usize| Step { symbol: symbol as u8, run: run as u8, change };
        let price = prices[usize::from(change)];
        let mut cheapest = (price + costs[at + 1], step(change.into(), 1));
        let mut offer = |cost: u32, step: Step| {
            if cost < cheapest.0 {
                cheapest = (cost, step);
            }
        };
        if lengths[at] == 0 {
            (4..=same.min(19)).for_each(|run| offer(prices[ZEROS] + 4 + costs[at + run], step(ZEROS, run)));
            (20..=same.min(51))
                .for_each(|run| offer(prices[MANY_ZEROS] + 5 + costs[at + run], step(MANY_ZEROS, run)));
        }
        (4..=same.min(5)).for_each(|run| offer(prices[SAME] + 1 + price + costs[at + run], step(SAME, run)));
        (costs[at], best[at]) = cheapest;
    }
    let mut steps = Vec::new();
    let mut at = 0;
    while at < count {
        steps.push(best[at]);
        at += usize::from(best[at].run);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a decoder makes of the steps.
    fn applied(before: &[u8], statement: &Statement) -> Vec<u8> {
        let mut lengths = before.to_vec();
        let mut at = 0;
        for step in &statement.steps {
            let run = usize::from(step.run);
            let value = match usize::from(step.symbol) {
                ZEROS | MANY_ZEROS => 0,
                _ => (before[at] + 17 - step.change) % 17,
            };
            lengths[at..at + run].fill(value);
            at += run;
        }
        lengths
    }

    #[test]
    fn statements_say_the_lengths() {
        let before: Vec<u8> = (0..256u32).map(|k| (k * 7 % 13) as u8).collect();
        let mut lengths = before.clone();
        lengths[20..90].fill(0);
        lengths[100..107].fill(9);
        lengths[200..].fill(16);
        let statement = Statement::new(&before, &lengths);
        assert_eq!(applied(&before, &statement), lengths);
        let mut bits = BitWriter::default();
        statement.write(&mut bits);
        assert_eq!(bits.frame().len(), (statement.size as usize).div_ceil(16) * 2);
        assert_eq!(applied(&[0; 249], &Statement::new(&[0; 249], &[0; 249])), [0; 249]);
    }
}
