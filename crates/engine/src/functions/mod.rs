//! Scalar functions that DataFusion has not, or has with another meaning than VTL's.
//!
//! [`number`] holds those from numbers to a number, which run over whole columns; [`text`] and
//! [`time`] those on text, periods and days, row by row; [`span`] the calendar behind the latter,
//! [`convert`] and [`mask`] `cast`; [`integer`] arithmetic that doesn't overflow.

pub(crate) mod convert;
pub(crate) mod integer;
pub(crate) mod mask;
pub(crate) mod number;
pub(crate) mod row;
pub(crate) mod series;
pub(crate) mod span;
pub(crate) mod text;
pub(crate) mod time;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{ScalarFunctionArgs, Signature, TypeSignature, Volatility};

/// The signature of a function that takes exactly arguments of these types.
fn exactly(arguments: Vec<DataType>) -> Signature {
    let signature =
        if arguments.is_empty() { TypeSignature::Nullary } else { TypeSignature::Exact(arguments) };
    Signature::new(signature, Volatility::Immutable)
}

/// The arguments as columns of as many rows as the result will have, constants included.
pub(crate) fn columns(args: ScalarFunctionArgs) -> Result<Vec<ArrayRef>> {
    args.args.into_iter().map(|argument| argument.into_array(args.number_rows)).collect()
}

/// The fault of a function on the data it was given.
fn fault(message: String) -> DataFusionError {
    DataFusionError::Execution(message)
}
