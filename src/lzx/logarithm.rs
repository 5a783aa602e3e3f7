//! Logarithms in whole numbers, so that every machine makes the same choices.

/// Units in a bit of [`log2`] and of what is computed with it.
pub(crate) const FINE: u32 = 4096;

/// Fractional parts of the logarithms of 2048 to 4095.
const FRACTIONS: [u16; 2048] = fractions();

/// The logarithm of `number` to base 2, in 1/4096; that of 0 is 0.
#[inline(always)]
pub(crate) fn log2(number: u32) -> u32 {
    if number == 0 {
        return 0;
    }
    let whole = number.ilog2();
    let mantissa = (u64::from(number) << 11 >> whole) as usize;
    whole * FINE + u32::from(FRACTIONS[mantissa & 2047])
}

/// Squares each mantissa twelve times; every time that it passes 2, the logarithm has a bit.
const fn fractions() -> [u16; 2048] {
    let mut fractions = [0; 2048];
    let mut index = 0;
    while index < 2048 {
        let mut mantissa = (2048 + index as u64) << 20; // 1 is 1 << 31
        let mut bit = 12;
        while bit > 0 {
            bit -= 1;
            mantissa = (mantissa * mantissa) >> 31;
            if mantissa >> 32 > 0 {
                mantissa >>= 1;
                fractions[index] |= 1 << bit;
            }
        }
        index += 1;
    }
    fractions
}

/// What symbols that occur `counts` times take in an ideal code, in 1/4096 bit; a symbol takes 1 bit at least, as in
/// a prefix code.
pub(crate) fn code_size(counts: &[u32]) -> u64 {
    let total = counts.iter().sum();
    let all = log2(total);
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| u64::from(*count) * u64::from(all.saturating_sub(log2(*count)).max(FINE)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_numbers() {
        for number in [1, 2, 3, 5, 1000, 4095, 4096, 65_537, 1 << 30, u32::MAX] {
            let exact = f64::from(number).log2() * f64::from(FINE);
            assert!((f64::from(log2(number)) - exact).abs() < 5.0, "{number}");
        }
    }
}
