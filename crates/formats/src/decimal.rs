//! Decimal numbers as they are printed, so that scaling and rounding never pass through binary.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A decimal number that remembers with how many digits it was written.
///
/// ```
/// use olshem_formats::Decimal;
///
/// let million: Decimal = "1000000".parse()?;
/// let value: Decimal = "983994.9".parse()?;
/// assert_eq!(value.times(million).map(Decimal::to_f64), Some(983994900000.0));
/// # Ok::<(), olshem_formats::decimal::NotDecimal>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    /// The digits as one whole number, …
    digits: i128,
    /// … and the power of ten by which it is to be multiplied: `2.70` is 270 and -2.
    exponent: i32,
}

impl Decimal {
    /// One.
    pub const ONE: Self = Self { digits: 1, exponent: 0 };

    /// The exact product, unless it has more than 38 digits.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            digits: self.digits.checked_mul(other.digits)?,
            exponent: self.exponent.checked_add(other.exponent)?,
        })
    }

    /// The same digits, `places` powers of ten higher.
    #[must_use]
    pub fn shifted(self, places: i32) -> Self {
        Self { exponent: self.exponent.saturating_add(places), ..self }
    }

    /// Whether digits after the point were written, zeros included.
    pub fn has_fraction(self) -> bool {
        self.exponent < 0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// Half a unit of the last written digit below and above.
    pub fn rounding(self) -> Option<(Self, Self)> {
        let tenths = self.digits.checked_mul(10)?;
        let exponent = self.exponent.checked_sub(1)?;
        let half_away =
            |halves: i128| tenths.checked_add(5 * halves).map(|digits| Self { digits, exponent });
        Some((half_away(-1)?, half_away(1)?))
    }

    /// The next whole number above, of a whole number.
    pub fn successor(self) -> Option<Self> {
        Some(Self { digits: self.to_i64()?.checked_add(1)?.into(), exponent: 0 })
    }

    /// The nearest binary number.
    pub fn to_f64(self) -> f64 {
        // Cannot fail: digits and an exponent are what a floating-point literal consists of.
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The whole number that it is, if it is one of 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        let Self { digits, exponent } = self.normalised();
        let power = 10_i128.checked_pow(u32::try_from(exponent).ok()?)?;
        i64::try_from(digits.checked_mul(power)?).ok()
    }

    /// Without zeros at the end.
    fn normalised(mut self) -> Self {
        if self.digits == 0 {
            return Self { digits: 0, exponent: 0 };
        }
        while self.digits % 10 == 0 {
            self.digits /= 10;
            self.exponent = self.exponent.saturating_add(1);
        }
        self
    }
}

/// Equal as numbers: `2.70` is `2.7`.
impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.normalised(), other.normalised());
        (a.digits, a.exponent) == (b.digits, b.exponent)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        // Where the digits can't be aligned the numbers are so far apart that binary tells them.
        let lowest = self.exponent.min(other.exponent);
        let aligned = |d: &Self| {
            let power =
                10_i128.checked_pow(u32::try_from(d.exponent.checked_sub(lowest)?).ok()?)?;
            d.digits.checked_mul(power)
        };
        match (aligned(self), aligned(other)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => self.to_f64().partial_cmp(&other.to_f64()),
        }
    }
}

/// `-1234.50` or `1.2e-5`: a point, no separators.
impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        parse(text).ok_or(NotDecimal)
    }
}

fn parse(text: &str) -> Option<Decimal> {
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits: i128 = 0;
    let mut dropped = 0;
    for (at, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let digit = i128::from(char::from(byte).to_digit(10)?);
        match digits.checked_mul(10).and_then(|d| d.checked_add(digit)) {
            Some(longer) if dropped == 0 => digits = longer,
            // Beyond 38 digits only zeros before the point are taken: 1 and 300 zeros is a number.
            _ if digit == 0 && at < whole.len() => dropped += 1,
            _ => return None,
        }
    }
    let places = i32::try_from(fraction.len()).ok()?;
    Some(Decimal {
        digits: if negative { -digits } else { digits },
        exponent: i32::from(power) - places + dropped,
    })
}

/// A text that is not a decimal number, or one of more than 38 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDecimal;

impl fmt::Display for NotDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number such as `1000000` or `0.001`")
    }
}

impl std::error::Error for NotDecimal {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn scaling_is_exact() {
        for (text, factor, expected) in [
            ("983994.9", "1000000", 983994900000.0),
            ("0.1", "3", 0.3),
            ("1.005", "100", 100.5),
            ("-2.5", "0.001", -0.0025),
            ("1e3", "10", 10000.0),
        ] {
            let product = decimal(text).times(decimal(factor)).unwrap();
            assert_eq!(product.to_f64(), expected, "{text} × {factor}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "-", ".", "1.2.3", "1,2", "inf", "NaN", "0x1", "1e", "--1", "1 2", "١"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn order_is_by_value() {
        assert_eq!(decimal("2.70"), decimal("2.7"));
        assert!(decimal("-1") < decimal("0.5"));
        assert!(decimal("1e300") > decimal("99"));
        assert_eq!(decimal("34011.0").to_i64(), Some(34011));
        assert_eq!(decimal("0.5").to_i64(), None);
    }

    proptest! {
        #[test]
        fn every_binary_number_survives_its_shortest_text(number in proptest::num::f64::NORMAL) {
            prop_assert_eq!(decimal(&number.to_string()).to_f64(), number);
        }
    }
}
