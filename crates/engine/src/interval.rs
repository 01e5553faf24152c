//! Arithmetic on numbers that are known within bounds.
//!
//! Each operation gives the smallest interval that holds every result its arguments' bounds allow
//! (Moore, Kearfott and Cloud, *Introduction to Interval Analysis*, 2009, ch. 2 and 5). Rounding is
//! to nearest throughout: since it never changes the order of two numbers, the bounds still hold
//! every value computed in the same way from points within the arguments' bounds.

/// An interval; either end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Every number there is.
const EVERYTHING: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };

/// Operations of one or two arguments. Those of one ignore the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Abs,
}

impl Operation {
    /// What the operation can give on arguments from `a` and `b`; `None` where it gives nothing on
    /// any of them (0 in the denominator and no other number).
    pub(crate) fn apply(self, a: Interval, b: Interval) -> Option<Interval> {
        match self {
            Self::Add => Some(hull([a.low + b.low, a.high + b.high])),
            Self::Subtract => Some(hull([a.low - b.high, a.high - b.low])),
            Self::Multiply => Some(multiply(a, b)),
            Self::Divide => divide(a, b),
            Self::Power => Some(power(a, b)),
            Self::Abs => Some(abs(a)),
        }
    }
}

/// The smallest interval with all these ends. An end that is no number (∞ - ∞) can be anything.
fn hull<const N: usize>(ends: [f64; N]) -> Interval {
    if ends.iter().any(|end| end.is_nan()) {
        return EVERYTHING;
    }
    Interval {
        low: ends.into_iter().fold(f64::INFINITY, f64::min),
        high: ends.into_iter().fold(f64::NEG_INFINITY, f64::max),
    }
}

fn multiply(a: Interval, b: Interval) -> Interval {
    // An end of 0 is exactly 0, so its product is 0 even with an unbounded other end.
    let times = |x: f64, y: f64| if x == 0.0 || y == 0.0 { 0.0 } else { x * y };
    hull([times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)])
}

fn divide(a: Interval, b: Interval) -> Option<Interval> {
    if b.low == 0.0 && b.high == 0.0 {
        return None;
    }
    if b.low < 0.0 && b.high > 0.0 {
        return Some(EVERYTHING);
    }
    // A denominator that may be as small as one likes makes the quotient as large as one likes, on
    // the side of the signs; a numerator of 0 stays 0.
    // ∞/∞ is no number, which `hull` takes for anything.
    let over = |x: f64, y: f64| match (x == 0.0, y == 0.0) {
        (true, _) => 0.0,
        (false, true) => x.signum() * (if b.high > 0.0 { 1.0 } else { -1.0 }) * f64::INFINITY,
        (false, false) => x / y,
    };
    Some(hull([over(a.low, b.low), over(a.low, b.high), over(a.high, b.low), over(a.high, b.high)]))
}

/// For an exponent that is one number. A base that may be negative can give anything, except with
/// an exponent of 2, 4, ... or an odd whole number.
fn power(a: Interval, b: Interval) -> Interval {
    let exponent = b.low;
    if b.low != b.high {
        return EVERYTHING;
    }
    let ends = [a.low.powf(exponent), a.high.powf(exponent)];
    let whole = exponent.fract() == 0.0;
    if a.low >= 0.0 || (whole && exponent % 2.0 != 0.0 && exponent > 0.0) {
        hull(ends)
    } else if whole && exponent > 0.0 {
        let Interval { low, high } = abs(a);
        hull([low.powf(exponent), high.powf(exponent)])
    } else {
        EVERYTHING
    }
}

fn abs(a: Interval) -> Interval {
    if a.low >= 0.0 {
        a
    } else if a.high <= 0.0 {
        Interval { low: -a.high, high: -a.low }
    } else {
        Interval { low: 0.0, high: a.high.max(-a.low) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Operation};
    use proptest::prelude::*;

    const OPERATIONS: [Operation; 5] = [
        Operation::Add,
        Operation::Subtract,
        Operation::Multiply,
        Operation::Divide,
        Operation::Abs,
    ];

    fn on_points(operation: Operation, x: f64, y: f64) -> f64 {
        match operation {
            Operation::Add => x + y,
            Operation::Subtract => x - y,
            Operation::Multiply => x * y,
            Operation::Divide => x / y,
            Operation::Power => x.powf(y),
            Operation::Abs => x.abs(),
        }
    }

    /// An interval, a point in it, and a wider one around it.
    fn nested() -> impl Strategy<Value = (Interval, f64, Interval)> {
        let end = prop_oneof![-1e6..1e6, Just(0.0), Just(f64::INFINITY), Just(f64::NEG_INFINITY),];
        (end.clone(), -1e6..1e6, end.clone(), end.clone(), end).prop_map(
            |(a, x, b, c, d): (f64, f64, f64, f64, f64)| {
                let inner = Interval { low: a.min(x), high: b.max(x) };
                let inner = Interval {
                    low: if inner.low == f64::INFINITY { x } else { inner.low },
                    high: if inner.high == f64::NEG_INFINITY { x } else { inner.high },
                };
                let outer = Interval { low: inner.low.min(c), high: inner.high.max(d) };
                (inner, x, outer)
            },
        )
    }

    proptest! {
        #[test]
        fn bounds_hold_the_point_and_widening_never_narrows(
            (a, x, wide_a) in nested(),
            (b, y, wide_b) in nested(),
        ) {
            for operation in OPERATIONS {
                let Some(result) = operation.apply(a, b) else { continue };
                let point = on_points(operation, x, y);
                if point.is_finite() {
                    prop_assert!(result.low <= point && point <= result.high, "{operation:?}: {point} outside {result:?}");
                }
                let wide = operation.apply(wide_a, wide_b).unwrap();
                prop_assert!(wide.low <= result.low && result.high <= wide.high, "{operation:?}: {wide:?} narrower than {result:?}");
            }
        }
    }
}
