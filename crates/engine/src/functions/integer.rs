//! Integer arithmetic that refuses to overflow.

use super::fault;
use super::row::{Body, RowFunction, Value};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, cast};

pub(crate) fn add() -> RowFunction {
    integer("integer_add", |arguments| on_two(arguments, "+", i64::checked_add))
}

pub(crate) fn subtract() -> RowFunction {
    integer("integer_subtract", |arguments| on_two(arguments, "-", i64::checked_sub))
}

pub(crate) fn multiply() -> RowFunction {
    integer("integer_multiply", |arguments| on_two(arguments, "*", i64::checked_mul))
}

/// The sign of the divisor, and the operand itself for a divisor of 0 (reference manual, `mod`).
pub(crate) fn modulo() -> RowFunction {
    integer("integer_modulo", |arguments| {
        on_two(arguments, "mod", |a, b| match b {
            0 => Some(a),
            b => Some(a.wrapping_rem(b))
                .map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }),
        })
    })
}

pub(crate) fn negate() -> RowFunction {
    integer("integer_negate", |arguments| on_one(arguments, "-", i64::checked_neg))
}

pub(crate) fn abs() -> RowFunction {
    integer("integer_abs", |arguments| on_one(arguments, "abs", i64::checked_abs))
}

/// A whole number as an integer.
pub(crate) fn from_number(number: Expr) -> Expr {
    cast(number, DataType::Int64)
}

fn integer(name: &'static str, body: Body) -> RowFunction {
    RowFunction { name, returns: DataType::Int64, body }
}

fn on_two<'a>(
    arguments: &[Option<Value<'a>>],
    operator: &str,
    apply: fn(i64, i64) -> Option<i64>,
) -> Result<Option<Value<'a>>> {
    match arguments {
        [Some(Value::Integer(a)), Some(Value::Integer(b))] => match apply(*a, *b) {
            Some(result) => Ok(Some(Value::Integer(result))),
            None => Err(fault(format!("{a} {operator} {b} exceeds 64 bits"))),
        },
        _ => Ok(None),
    }
}

fn on_one<'a>(
    arguments: &[Option<Value<'a>>],
    operator: &str,
    apply: fn(i64) -> Option<i64>,
) -> Result<Option<Value<'a>>> {
    match arguments {
        [Some(Value::Integer(a))] => match apply(*a) {
            Some(result) => Ok(Some(Value::Integer(result))),
            None => Err(fault(format!("{operator} {a} exceeds 64 bits"))),
        },
        _ => Ok(None),
    }
}
