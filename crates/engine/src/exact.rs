//! A sum that does not depend on the order of its terms.
//!
//! Adding floating-point numbers rounds at each step, so a sum depends on who is added first, and a
//! parallel sum on how the rows happened to be split. [`ExactSum`] keeps the sum exactly and rounds
//! once, at the end. It also forgets exactly: [`ExactSum::subtract`] undoes an addition, which lets
//! a sliding window drop the rows that leave it.
//!
//! Numbers of common size (a multiple of 2⁻⁶⁴ below 2⁶²) are added as 128-bit fixed-point
//! integers. The rest goes to a superaccumulator over the whole range of a double (Kulisch, *Computer
//! Arithmetic and Validity*, 2008, ch. 8), allocated when the first such number comes.

/// The position of the fixed-point part's lowest bit: 2⁻⁶⁴.
const FIXED_EXPONENT: i32 = -64;

/// The exponent of the smallest positive double, 2⁻¹⁰⁷⁴, and of the superaccumulator's lowest bit.
const SMALLEST_EXPONENT: i32 = -1074;

/// Enough limbs of 32 bits for 2⁻¹⁰⁷⁴ to 2¹⁰²⁴ and 2⁶³ additions.
const LIMBS: usize = (1024 + 1074 + 63) / 32 + 1;

/// The exact sum of a multiset of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExactSum {
    /// The sum of what fits, in units of 2⁻⁶⁴.
    fixed: i128,
    /// How many terms there are.
    count: i64,
    /// What does not fit.
    rest: Option<Box<Rest>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rest {
    /// Limbs of 32 bits, lowest first, each holding up to 2³¹ uncarried additions.
    limbs: [i64; LIMBS],
    uncarried: u32,
    /// Terms that are no finite numbers.
    nan: i64,
    infinite: i64,
    minus_infinite: i64,
}

impl Default for Rest {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], uncarried: 0, nan: 0, infinite: 0, minus_infinite: 0 }
    }
}

impl ExactSum {
    /// How many terms there are.
    pub(crate) fn count(&self) -> i64 {
        self.count
    }

    /// Adds a term.
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        self.count += 1;
        self.accumulate(x, 1);
    }

    /// Removes a term that was added before.
    pub(crate) fn subtract(&mut self, x: f64) {
        self.count -= 1;
        self.accumulate(x, -1);
    }

    /// Adds all terms of another sum.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.accumulate_fixed(other.fixed);
        if let Some(theirs) = &other.rest {
            self.rest.get_or_insert_default().merge(theirs);
        }
    }

    /// The sum, rounded once to the nearest double, ties to even.
    pub(crate) fn value(&self) -> f64 {
        match &self.rest {
            // Conversion rounds correctly, and scaling by a power of two is exact.
            None => self.fixed as f64 * 2f64.powi(FIXED_EXPONENT),
            Some(rest) => {
                let mut total = rest.clone();
                total.add_bits(self.fixed, FIXED_EXPONENT);
                total.value()
            }
        }
    }

    /// The sum as a double and what rounding it left over.
    pub(crate) fn parts(&self) -> (f64, f64) {
        let value = self.value();
        let mut remainder = self.clone();
        remainder.subtract(value);
        (value, remainder.value())
    }

    #[inline]
    fn accumulate(&mut self, x: f64, sign: i64) {
        let Some((mantissa, exponent)) = decompose(x) else {
            self.rest.get_or_insert_default().count_special(x, sign);
            return;
        };
        let signed = i128::from(mantissa * sign);
        let shift = exponent - FIXED_EXPONENT;
        if (0..=62 + 64 - 53).contains(&shift) {
            self.accumulate_fixed(signed << shift);
        } else if shift < 0 && mantissa.trailing_zeros() as i32 >= -shift {
            self.accumulate_fixed(signed >> -shift);
        } else {
            self.rest.get_or_insert_default().add_bits(signed, exponent);
        }
    }

    #[inline]
    fn accumulate_fixed(&mut self, term: i128) {
        match self.fixed.checked_add(term) {
            Some(sum) => self.fixed = sum,
            None => {
                let rest = self.rest.get_or_insert_default();
                rest.add_bits(self.fixed, FIXED_EXPONENT);
                rest.add_bits(term, FIXED_EXPONENT);
                self.fixed = 0;
            }
        }
    }

    /// Appends the sum as bytes, for another thread or machine.
    pub(crate) fn write_bytes(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.fixed.to_le_bytes());
        if let Some(rest) = &self.rest {
            let mut carried = rest.clone();
            carried.carry();
            let specials = [carried.nan, carried.infinite, carried.minus_infinite];
            carried.limbs.iter().chain(&specials).for_each(|word| bytes.extend(word.to_le_bytes()));
        }
    }

    /// The sum that [`Self::write_bytes`] wrote; `None` for any other bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, bytes) = bytes.split_first_chunk()?;
        let (fixed, bytes) = bytes.split_first_chunk()?;
        let rest = match bytes {
            [] => None,
            words if words.len() == 8 * (LIMBS + 3) => {
                let mut words = words.chunks_exact(8).map(|word| {
                    i64::from_le_bytes([
                        word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
                    ])
                });
                let mut rest = Rest::default();
                for limb in &mut rest.limbs {
                    *limb = words.next()?;
                }
                rest.nan = words.next()?;
                rest.infinite = words.next()?;
                rest.minus_infinite = words.next()?;
                Some(Box::new(rest))
            }
            _ => return None,
        };
        Some(Self { count: i64::from_le_bytes(*count), fixed: i128::from_le_bytes(*fixed), rest })
    }
}

/// A finite number as `mantissa * 2^exponent`.
fn decompose(x: f64) -> Option<(i64, i32)> {
    if !x.is_finite() {
        return None;
    }
    let bits = x.to_bits();
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (mantissa, exponent) = match ((bits >> 52) & 0x7ff) as i32 {
        0 => (fraction, SMALLEST_EXPONENT),
        biased => (fraction | (1 << 52), biased - 1075),
    };
    Some((if x.is_sign_negative() { -mantissa } else { mantissa }, exponent))
}

impl Rest {
    fn count_special(&mut self, x: f64, sign: i64) {
        let counter = match x {
            f64::INFINITY => &mut self.infinite,
            f64::NEG_INFINITY => &mut self.minus_infinite,
            _ => &mut self.nan,
        };
        *counter += sign;
    }

    /// Adds `term * 2^exponent`, exponent no less than that of the smallest double.
    fn add_bits(&mut self, term: i128, exponent: i32) {
        let position = (exponent - SMALLEST_EXPONENT) as usize;
        let (mut limb, offset) = (position / 32, position % 32);
        let sign = if term < 0 { -1 } else { 1 };
        let mut magnitude = term.unsigned_abs();
        // The first piece is cut short by the offset, so that the others are aligned.
        let mut width = 32 - offset;
        let mut shift = offset;
        while magnitude != 0 {
            let piece = (magnitude & ((1 << width) - 1)) as i64;
            self.limbs[limb] += sign * (piece << shift);
            magnitude >>= width;
            limb += 1;
            (width, shift) = (32, 0);
        }
        self.uncarried += 1;
        if self.uncarried == 1 << 30 {
            self.carry();
        }
    }

    fn merge(&mut self, other: &Self) {
        let mut theirs = other.clone();
        theirs.carry();
        self.carry();
        for (mine, their) in self.limbs.iter_mut().zip(theirs.limbs) {
            *mine += their;
        }
        self.uncarried = 1;
        self.nan += theirs.nan;
        self.infinite += theirs.infinite;
        self.minus_infinite += theirs.minus_infinite;
    }

    /// Brings every limb but the last into 0 to 2³²-1; the last then has the sign.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs[..LIMBS - 1] {
            let sum = *limb + carry;
            *limb = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
        self.limbs[LIMBS - 1] += carry;
        self.uncarried = 0;
    }

    fn value(&mut self) -> f64 {
        if self.nan > 0 || (self.infinite > 0 && self.minus_infinite > 0) {
            return f64::NAN;
        } else if self.infinite > 0 {
            return f64::INFINITY;
        } else if self.minus_infinite > 0 {
            return f64::NEG_INFINITY;
        }
        self.carry();
        let negative = self.limbs[LIMBS - 1] < 0;
        if negative {
            self.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            self.carry();
        }
        let Some(top) = self.limbs.iter().rposition(|&limb| limb != 0) else { return 0.0 };
        // Three limbs hold at least 65 bits of the sum; whatever lies below can only break a tie,
        // so that one bit for it will do.
        let lowest = top.saturating_sub(2);
        let window = self.limbs[lowest..=top]
            .iter()
            .rev()
            .fold(0_u128, |window, &limb| (window << 32) | u128::from(limb as u64));
        let below = self.limbs[..lowest].iter().any(|&limb| limb != 0);
        let magnitude = scale((window << 1) | u128::from(below), 32 * lowest as i32 - 1);
        if negative { -magnitude } else { magnitude }
    }
}

/// `bits * 2^(exponent + SMALLEST_EXPONENT)`, rounded once. The exponent is -1 for a sum that
/// reaches down to the lowest limb, whose last bit is then 0.
fn scale(bits: u128, exponent: i32) -> f64 {
    let exponent = exponent + SMALLEST_EXPONENT;
    let length = 128 - bits.leading_zeros() as i32;
    // How many low bits a double of this size has no room for.
    let excess = (length - 53).max(SMALLEST_EXPONENT - exponent).max(0);
    let (kept, lost) = (bits >> excess, bits & ((1 << excess) - 1));
    let half = if excess == 0 { 0 } else { 1 << (excess - 1) };
    let up = excess > 0 && (lost > half || (lost == half && kept & 1 == 1));
    let mantissa = (kept + u128::from(up)) as f64;
    // In two steps, since a power of two below 2⁻¹⁰²² or above 2¹⁰²³ is no normal double.
    let power = exponent + excess;
    mantissa * 2f64.powi(power / 2) * 2f64.powi(power - power / 2)
}

#[cfg(test)]
mod tests {
    use super::ExactSum;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        terms.iter().for_each(|&x| sum.add(x));
        sum.value()
    }

    #[test]
    fn rounds_once() {
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        assert_eq!(sum(&[1e300, 1.0, -1e300, 1e-300]), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[5e-324, 5e-324]), 1e-323);
        assert_eq!(sum(&[5e-324, 1.0]), 1.0);
        // 2^53 + 1 is a tie; the smallest amount above it is not.
        assert_eq!(sum(&[9007199254740992.0, 1.0]), 9007199254740992.0);
        assert_eq!(sum(&[9007199254740992.0, 1.0, 5e-324]), 9007199254740994.0);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn a_single_number_comes_back() {
        for x in [0.1, -3.5, 1e-310, -5e-324, 1.7e308, 2f64.powi(-64), 2f64.powi(63), 1e-40] {
            assert_eq!(sum(&[x]), x);
        }
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            mut terms in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL, 0..40),
            split in 0_usize..40,
        ) {
            let forward = sum(&terms);
            let (left, right) = terms.split_at(split.min(terms.len()));
            let mut merged = ExactSum::default();
            for part in [right, left] {
                let mut partial = ExactSum::default();
                part.iter().for_each(|&x| partial.add(x));
                let mut bytes = Vec::new();
                partial.write_bytes(&mut bytes);
                merged.merge(&ExactSum::from_bytes(&bytes).unwrap());
            }
            prop_assert_eq!(merged.value().to_bits(), forward.to_bits());
            terms.reverse();
            prop_assert_eq!(sum(&terms).to_bits(), forward.to_bits());
        }

        #[test]
        fn a_term_that_leaves_leaves_nothing(
            terms in proptest::collection::vec(proptest::num::f64::NORMAL, 1..20),
            extra in proptest::num::f64::ANY,
        ) {
            let mut with = ExactSum::default();
            with.add(extra);
            terms.iter().for_each(|&x| with.add(x));
            with.subtract(extra);
            prop_assert_eq!(with.value().to_bits(), sum(&terms).to_bits());
        }
    }
}
