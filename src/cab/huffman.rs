//! Huffman codes of limited length, and how a deflate block states them.

/// Order in which a block states the lengths of the code for lengths (RFC 1951, 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A prefix code: for each symbol, its length in bits (0 if it does not occur) and its bits, the first one lowest.
pub(super) struct Code {
    lengths: Vec<u8>,
    bits: Vec<u16>,
}

impl Code {
    /// A code of at most `limit` bits for symbols that occur `frequencies` times. It is complete, with at least two
    /// symbols: some decoders (libmspack's) refuse a code of one.
    pub(super) fn new(frequencies: &[u32], limit: u8) -> Code {
        let mut used: Vec<(u32, usize)> =
            frequencies.iter().copied().zip(0..).filter(|(frequency, _)| *frequency > 0).collect();
        for symbol in 0..2 {
            if used.len() < 2 && !used.iter().any(|(_, other)| *other == symbol) {
                used.push((1, symbol));
            }
        }
        used.sort_unstable();
        let counts = counts(&used, limit);
        let mut lengths = vec![0; frequencies.len()];
        // The rarest symbols get the longest codes.
        let mut symbols = used.iter().map(|(_, symbol)| *symbol);
        for length in (1..=limit).rev() {
            for symbol in symbols.by_ref().take(counts[usize::from(length)]) {
                lengths[symbol] = length;
            }
        }
        let bits = canonical(&lengths, &counts);
        Code { lengths, bits }
    }

    pub(super) fn length(&self, symbol: usize) -> u32 {
        self.lengths[symbol].into()
    }

    pub(super) fn bits(&self, symbol: usize) -> u64 {
        self.bits[symbol].into()
    }

    /// The lengths up to the last that is not 0, and at least `least` of them.
    fn stated(&self, least: usize) -> &[u8] {
        let end = self.lengths.iter().rposition(|length| *length > 0).map_or(0, |last| last + 1);
        &self.lengths[..end.max(least)]
    }
}

/// How many symbols have a code of each length. `used` ascends.
fn counts(used: &[(u32, usize)], limit: u8) -> Vec<usize> {
    // Leaves in ascending order, then the inner nodes, which come about in ascending order too.
    let leaves = used.len();
    let mut weights: Vec<u32> = used.iter().map(|(frequency, _)| *frequency).collect();
    let mut parents = vec![0; 2 * leaves - 1];
    let (mut leaf, mut inner) = (0, leaves);
    for node in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let next = if leaf < leaves && (inner == node || weights[leaf] <= weights[inner]) {
                &mut leaf
            } else {
                &mut inner
            };
            weight += weights[*next];
            parents[*next] = node;
            *next += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0; parents.len()];
    let mut counts = vec![0; usize::from(limit) + 1];
    for node in (0..parents.len() - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
        if node < leaves {
            counts[depths[node].min(usize::from(limit))] += 1;
        }
    }
    // Codes cut to the limit are too many: each step makes one short code longer to save one of them.
    let limit = usize::from(limit);
    let mut total: usize = (1..=limit).map(|length| counts[length] << (limit - length)).sum();
    while total > 1 << limit {
        counts[limit] -= 1;
        let shorter =
            (1..limit).rev().find(|length| counts[*length] > 0).expect("there are fewer symbols than codes");
        counts[shorter] -= 1;
        counts[shorter + 1] += 2;
        total -= 1;
    }
    counts
}

/// The bits of each symbol (RFC 1951, 3.2.2).
fn canonical(lengths: &[u8], counts: &[usize]) -> Vec<u16> {
    let mut next = vec![0u16; counts.len()];
    for length in 2..counts.len() {
        let used = u16::try_from(counts[length - 1]).expect("fewer than 300 symbols");
        next[length] = (next[length - 1] + used) << 1;
    }
    let code = |length: &u8| match usize::from(*length) {
        0 => 0,
        length => {
            let code = next[length];
            next[length] += 1;
            code.reverse_bits() >> (16 - length)
        }
    };
    lengths.iter().map(code).collect()
}

/// States both codes of a dynamic block, `write` taking a value and its number of bits.
pub(super) fn state(literals: &Code, distances: &Code, mut write: impl FnMut(u64, u32)) {
    let (literals, distances) = (literals.stated(257), distances.stated(1));
    let runs = runs(&[literals, distances].concat());
    let mut frequencies = [0; 19];
    runs.iter().for_each(|(symbol, _, _)| frequencies[*symbol] += 1);
    let code = Code::new(&frequencies, 7);
    let stated =
        ORDER.iter().rposition(|symbol| code.length(*symbol) > 0).map_or(4, |last| (last + 1).max(4));
    write(literals.len() as u64 - 257, 5);
    write(distances.len() as u64 - 1, 5);
    write(stated as u64 - 4, 4);
    ORDER[..stated].iter().for_each(|symbol| write(code.length(*symbol).into(), 3));
    for (symbol, extra, count) in runs {
        write(code.bits(symbol), code.length(symbol));
        write(extra, count);
    }
}

/// Lengths as symbols of the code for lengths, with extra bits and their number.
fn runs(lengths: &[u8]) -> Vec<(usize, u64, u32)> {
    let mut runs = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let (value, mut left) = (run[0], run.len());
        if value > 0 {
            runs.push((usize::from(value), 0, 0));
            left -= 1;
        }
        while left > 0 {
            let (symbol, base, bits, most) = match (value, left) {
                (0, 11..) => (18, 11, 7, 138),
                (0, 3..) => (17, 3, 3, 10),
                (1.., 3..) => (16, 3, 2, 6),
                _ => (usize::from(value), 1, 0, 1),
            };
            let taken = left.min(most);
            runs.push((symbol, (taken - base) as u64, bits));
            left -= taken;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code is complete and within its limit.
    fn check(frequencies: &[u32], limit: u8) {
        let code = Code::new(frequencies, limit);
        let total: usize = code.lengths.iter().filter(|l| **l > 0).map(|l| 1 << (limit - l)).sum();
        assert_eq!(total, 1 << limit, "{frequencies:?}");
    }

    #[test]
    fn codes_are_complete_and_limited() {
        check(&[0; 30], 15);
        check(&[0, 0, 5], 15);
        check(&[9, 0, 0], 15);
        check(&[1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181], 7);
        check(&(1..286).collect::<Vec<u32>>(), 15);
        check(&[1; 286], 15);
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        assert_eq!(Code::new(&[10, 1, 1, 4], 15).lengths, [1, 3, 3, 2]);
    }

    #[test]
    fn runs_add_up() {
        let lengths = [vec![0; 150], vec![5; 9], vec![0; 2], vec![7; 3]].concat();
        let of = |(symbol, extra, _): &(usize, u64, u32)| match symbol {
            16 | 17 => *extra as usize + 3,
            18 => *extra as usize + 11,
            _ => 1,
        };
        assert_eq!(runs(&lengths).iter().map(of).sum::<usize>(), lengths.len());
    }
}
