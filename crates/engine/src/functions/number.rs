//! Functions from numbers to a number: null where an argument is, an error where VTL has one.

use super::{columns, exactly, fault};
use crate::interval::{Interval, Operation};
use arrow::array::{Array, AsArray, Float64Array, Float64Builder};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The most arguments that a function here takes.
const MOST: usize = 4;

/// One function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NumberFunction {
    Divide,
    Modulo,
    Power,
    Logarithm,
    NaturalLogarithm,
    SquareRoot,
    Exponential,
    /// operand, decimals
    Round,
    /// operand, decimals
    Truncate,
    /// seed, index
    Random,
    /// The operand, unless it is infinite or no number at all.
    Finite,
    /// One end of the interval that an operation gives on two intervals: low, high, low, high.
    Bound(Operation, End),
}

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Low,
    High,
}

impl NumberFunction {
    /// The expression that applies the function.
    pub(crate) fn call(self, arguments: Vec<Expr>) -> Expr {
        ScalarUDF::new_from_impl(Udf {
            function: self,
            signature: exactly(vec![DataType::Float64; arguments.len()]),
        })
        .call(arguments)
    }

    fn apply(self, x: [f64; MOST]) -> Result<Option<f64>> {
        let [a, b, c, d] = x;
        let value = match self {
            Self::Divide if b == 0.0 => return Err(fault(format!("{a} is divided by zero"))),
            Self::Divide => a / b,
            // The sign of the divisor, and the operand itself for a divisor of 0 (reference manual).
            Self::Modulo if b == 0.0 => a,
            Self::Modulo => a - b * (a / b).floor(),
            Self::Power => a.powf(b),
            Self::Logarithm if a <= 0.0 || b <= 0.0 || b == 1.0 => {
                return Err(fault(format!("there is no logarithm of {a} to base {b}")));
            }
            Self::Logarithm => logarithm(a, b),
            Self::NaturalLogarithm if a <= 0.0 => {
                return Err(fault(format!("there is no logarithm of {a}")));
            }
            Self::NaturalLogarithm => a.ln(),
            Self::SquareRoot if a < 0.0 => {
                return Err(fault(format!("there is no square root of {a}")));
            }
            Self::SquareRoot => a.sqrt(),
            Self::Exponential => a.exp(),
            Self::Round => round(a, b as i32),
            Self::Truncate => truncate(a, b as i32),
            Self::Random => random(a, b),
            Self::Finite if !a.is_finite() => return Err(fault(format!("{a} is no number"))),
            Self::Finite => a,
            Self::Bound(operation, end) => {
                let (left, right) = (Interval { low: a, high: b }, Interval { low: c, high: d });
                let Some(result) = operation.apply(left, right) else {
                    return Err(fault(format!("{a} is divided by zero")));
                };
                match end {
                    End::Low => result.low,
                    End::High => result.high,
                }
            }
        };
        // Only a bound may be infinite.
        let is_number = match self {
            Self::Bound(..) => !value.is_nan(),
            _ => value.is_finite(),
        };
        if !is_number && x.iter().all(|x| x.is_finite()) {
            return Err(fault(match self {
                Self::Power => format!("{a} to the power of {b} is no number"),
                Self::Exponential => format!("e to the power of {a} is no number"),
                _ => format!("the result for {a} and {b} is no number"),
            }));
        }
        Ok(Some(value))
    }
}

/// log of a to base b, exact where the base is 2 or 10 and the result whole.
fn logarithm(a: f64, b: f64) -> f64 {
    if b == 2.0 {
        a.log2()
    } else if b == 10.0 {
        a.log10()
    } else {
        a.ln() / b.ln()
    }
}

/// `x` rounded to that many decimals (before the point if negative), ties away from zero.
///
/// The tie is looked for in the shortest decimal text that means `x`, not in its binary value:
/// 2.675 to two decimals is 2.68, although the double nearest to 2.675 lies below it.
pub(crate) fn round(x: f64, decimals: i32) -> f64 {
    in_decimal(x, decimals, |first_lost_digit| first_lost_digit >= b'5')
}

/// `x` without what lies beyond that many decimals, looked for in its shortest decimal text.
fn truncate(x: f64, decimals: i32) -> f64 {
    in_decimal(x, decimals, |_| false)
}

fn in_decimal(x: f64, decimals: i32, away_from_zero: impl Fn(u8) -> bool) -> f64 {
    if !x.is_finite() || x == 0.0 {
        return x;
    }
    // "d.ddde±x": the digits and the power of ten of the first.
    let text = format!("{:e}", x.abs());
    let Some((mantissa, exponent)) = text.split_once('e') else { return x };
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let Ok(exponent) = exponent.parse::<i32>() else { return x };
    let kept = exponent + 1 + decimals;
    if kept >= digits.len() as i32 {
        return x;
    }
    if kept < 0 {
        return 0.0;
    }
    let kept = kept as usize;
    let up = away_from_zero(digits[kept]);
    digits.truncate(kept);
    let mut exponent = exponent;
    if up {
        match digits.iter().rposition(|&digit| digit != b'9') {
            Some(at) => {
                digits[at] += 1;
                digits[at + 1..].fill(b'0');
            }
            None => {
                digits.insert(0, b'1');
                digits[1..].fill(b'0');
                exponent += 1;
            }
        }
    }
    if digits.is_empty() {
        return 0.0;
    }
    let unit = exponent + 1 - digits.len() as i32;
    let text = String::from_utf8_lossy(&digits);
    let magnitude: f64 = format!("{text}e{unit}").parse().unwrap_or(x.abs());
    magnitude.copysign(x)
}

/// A number from 0 to 1 that only `seed` and `index` determine (SplitMix64's output function;
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
fn random(seed: f64, index: f64) -> f64 {
    let mut z = seed
        .to_bits()
        .wrapping_add((index as i64 as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[derive(Debug)]
struct Udf {
    function: NumberFunction,
    signature: Signature,
}

impl PartialEq for Udf {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function
    }
}

impl Eq for Udf {}

impl Hash for Udf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.hash(state);
    }
}

impl ScalarUDFImpl for Udf {
    fn name(&self) -> &str {
        match self.function {
            NumberFunction::Divide => "divide",
            NumberFunction::Modulo => "modulo",
            NumberFunction::Power => "power",
            NumberFunction::Logarithm => "log",
            NumberFunction::NaturalLogarithm => "ln",
            NumberFunction::SquareRoot => "sqrt",
            NumberFunction::Exponential => "exp",
            NumberFunction::Round => "round_decimal",
            NumberFunction::Truncate => "trunc_decimal",
            NumberFunction::Random => "random",
            NumberFunction::Finite => "finite",
            NumberFunction::Bound(operation, end) => match (operation, end) {
                (Operation::Add, End::Low) => "add_low",
                (Operation::Add, End::High) => "add_high",
                (Operation::Subtract, End::Low) => "subtract_low",
                (Operation::Subtract, End::High) => "subtract_high",
                (Operation::Multiply, End::Low) => "multiply_low",
                (Operation::Multiply, End::High) => "multiply_high",
                (Operation::Divide, End::Low) => "divide_low",
                (Operation::Divide, End::High) => "divide_high",
                (Operation::Power, End::Low) => "power_low",
                (Operation::Power, End::High) => "power_high",
                (Operation::Abs, End::Low) => "abs_low",
                (Operation::Abs, End::High) => "abs_high",
            },
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = columns(args)?;
        let columns: Vec<&Float64Array> =
            arrays.iter().map(|array| array.as_primitive::<Float64Type>()).collect();
        let mut results = Float64Builder::with_capacity(rows);
        for row in 0..rows {
            if columns.iter().any(|column| column.is_null(row)) {
                results.append_null();
                continue;
            }
            let mut x = [0.0; MOST];
            for (slot, column) in x.iter_mut().zip(&columns) {
                *slot = column.value(row);
            }
            results.append_option(self.function.apply(x)?);
        }
        Ok(ColumnarValue::Array(Arc::new(results.finish())))
    }
}

#[cfg(test)]
mod tests {
    use super::{round, truncate};

    #[test]
    fn ties_are_decimal_and_go_away_from_zero() {
        let cases = [
            (2.675, 2, 2.68),
            (1.005, 2, 1.01),
            (-2.5, 0, -3.0),
            (0.5, 0, 1.0),
            (0.05, 0, 0.0),
            (9.996, 2, 10.0),
            (1234.5, -2, 1200.0),
            (1250.0, -2, 1300.0),
            (75.0, -2, 100.0),
            (1e300, 2, 1e300),
            (1e-300, 2, 0.0),
            (3.25, 5, 3.25),
        ];
        for (x, decimals, expected) in cases {
            assert_eq!(round(x, decimals), expected, "{x} to {decimals}");
        }
        assert_eq!(truncate(-2.999, 2), -2.99);
        assert_eq!(truncate(0.29, 2), 0.29);
    }
}
