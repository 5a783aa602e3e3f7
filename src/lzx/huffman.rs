//! Prefix codes of limited length.

/// A code: for each symbol its bits and their number.
#[derive(Clone, Debug)]
pub(crate) struct Code(Vec<(u16, u8)>);

impl Code {
    /// The code of these lengths; shorter codes first, then lower symbols.
    pub(crate) fn new(lengths: &[u8]) -> Code {
        let mut counts = [0u32; 17];
        lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        let mut next = [0u32; 17];
        for length in 1..17 {
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
        }
        let code = |length: &u8| {
            let next = &mut next[usize::from(*length)];
            *next += 1;
            // What has no length has no bits that mean anything.
            ((*next - 1) as u16, *length)
        };
        Code(lengths.iter().map(code).collect())
    }

    /// The bits of `symbol` and their number.
    #[inline(always)]
    pub(crate) fn of(&self, symbol: usize) -> (u32, u32) {
        let (bits, length) = self.0[symbol];
        (bits.into(), length.into())
    }
}

/// Lengths of at most `limit` bits for symbols that occur `counts` times. The code is complete, with at least two
/// symbols: decoders differ over others. Of no symbols at all, every length is 0.
pub(crate) fn lengths(counts: &[u32], limit: usize) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    let mut used: Vec<u64> = counts
        .iter()
        .zip(0..)
        .filter(|(count, _)| **count > 0)
        .map(|(count, symbol)| u64::from(*count) << 16 | symbol)
        .collect();
    if let [only] = used[..] {
        let symbol = (only & 0xffff) as usize;
        lengths[symbol] = 1;
        lengths[usize::from(symbol == 0)] = 1;
        return lengths;
    }
    used.sort_unstable();
    // The rarest symbols get the longest codes.
    let mut symbols = used.iter().map(|entry| (entry & 0xffff) as usize);
    for (length, count) in codes_of_each_length(&used, limit).into_iter().enumerate().rev() {
        for symbol in symbols.by_ref().take(count) {
            lengths[symbol] = length as u8;
        }
    }
    lengths
}

/// How many codes have each length. `used` ascends; the count of an entry is above its lowest 16 bits.
fn codes_of_each_length(used: &[u64], limit: usize) -> Vec<usize> {
    let mut codes = vec![0; limit + 1];
    let leaves = used.len();
    if leaves == 0 {
        return codes;
    }
    // Leaves in ascending order, then the inner nodes, which come about in ascending order too.
    let mut weights: Vec<u64> = used.iter().map(|entry| entry >> 16).collect();
    let mut parents = vec![0; 2 * leaves - 1];
    let (mut leaf, mut inner) = (0, leaves);
    for node in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let takes_leaf = leaf < leaves && (inner == node || weights[leaf] <= weights[inner]);
            let next = if takes_leaf { &mut leaf } else { &mut inner };
            weight += weights[*next];
            parents[*next] = node;
            *next += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0; parents.len()];
    for node in (0..parents.len() - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
        if node < leaves {
            codes[depths[node].min(limit)] += 1;
        }
    }
    // Codes cut to the limit are too many: each step makes one shorter code longer, to save one of them.
    let mut total: usize = (1..=limit).map(|length| codes[length] << (limit - length)).sum();
    while total > 1 << limit {
        let shorter = (1..limit).rev().find(|length| codes[*length] > 0).expect("fewer symbols than codes");
        codes[limit] -= 1;
        codes[shorter] -= 1;
        codes[shorter + 1] += 2;
        total -= 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[u32], limit: usize) {
        let total: usize =
            lengths(counts, limit).iter().filter(|l| **l > 0).map(|l| 1 << (limit - usize::from(*l))).sum();
        assert_eq!(total, 1 << limit, "{counts:?}");
    }

    #[test]
    fn codes_are_complete_and_limited() {
        check(&[0, 0, 5], 16);
        check(&[9, 0, 0], 16);
        check(&[1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181], 7);
        check(&(1..656).collect::<Vec<u32>>(), 16);
        check(&[1; 656], 16);
        assert_eq!(lengths(&[0; 8], 7), [0; 8]);
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        let lengths = lengths(&[10, 1, 1, 4], 16);
        assert_eq!(lengths, [1, 3, 3, 2]);
        let code = Code::new(&lengths);
        assert_eq!([code.of(0), code.of(3), code.of(1), code.of(2)], [(0, 1), (2, 2), (6, 3), (7, 3)]);
    }
}
