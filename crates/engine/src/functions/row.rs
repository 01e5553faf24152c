//! Functions that look at one row at a time.

use super::{columns, exactly};
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Builder, Int64Builder, StringViewBuilder,
};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An argument or a result; null is `None` of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(std::borrow::Cow<'a, str>),
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: impl Into<std::borrow::Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

/// What a function does with the arguments of one row.
pub(crate) type Body = for<'a> fn(&[Option<Value<'a>>]) -> Result<Option<Value<'a>>>;

/// A function by its name, the type of its result and what it does.
#[derive(Clone, Debug)]
pub(crate) struct RowFunction {
    pub(crate) name: &'static str,
    pub(crate) returns: DataType,
    pub(crate) body: Body,
}

impl RowFunction {
    /// The expression that applies the function to arguments of these types.
    pub(crate) fn call(self, arguments: Vec<Expr>, types: Vec<DataType>) -> Expr {
        ScalarUDF::new_from_impl(Udf { function: self, signature: exactly(types) }).call(arguments)
    }
}

#[derive(Debug)]
struct Udf {
    function: RowFunction,
    signature: Signature,
}

// A name stands for one function.
impl PartialEq for Udf {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name && self.signature == other.signature
    }
}

impl Eq for Udf {}

impl Hash for Udf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for Udf {
    fn name(&self) -> &str {
        self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.function.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = columns(args)?;
        let mut results = Results::new(&self.function.returns, rows)?;
        let mut arguments = Vec::with_capacity(columns.len());
        for row in 0..rows {
            arguments.clear();
            for column in &columns {
                arguments.push(value(column, row)?);
            }
            results.push((self.function.body)(&arguments)?)?;
        }
        Ok(ColumnarValue::Array(results.finish()))
    }
}

fn value(column: &ArrayRef, row: usize) -> Result<Option<Value<'_>>> {
    if column.is_null(row) {
        return Ok(None);
    }
    Ok(Some(match column.data_type() {
        DataType::Boolean => Value::Boolean(column.as_boolean().value(row)),
        DataType::Int64 => Value::Integer(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::Number(column.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8View => Value::text(column.as_string_view().value(row)),
        other => return exec_err!("a column of type {other} in a row function"),
    }))
}

enum Results {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringViewBuilder),
}

impl Results {
    fn new(data_type: &DataType, rows: usize) -> Result<Self> {
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            DataType::Int64 => Self::Integer(Int64Builder::with_capacity(rows)),
            DataType::Float64 => Self::Number(Float64Builder::with_capacity(rows)),
            DataType::Utf8View => Self::Text(StringViewBuilder::new()),
            other => return exec_err!("a result of type {other} of a row function"),
        })
    }

    fn push(&mut self, value: Option<Value<'_>>) -> Result<()> {
        match (self, value) {
            (Self::Boolean(results), None) => results.append_null(),
            (Self::Integer(results), None) => results.append_null(),
            (Self::Number(results), None) => results.append_null(),
            (Self::Text(results), None) => results.append_null(),
            (Self::Boolean(results), Some(Value::Boolean(value))) => results.append_value(value),
            (Self::Integer(results), Some(Value::Integer(value))) => results.append_value(value),
            (Self::Number(results), Some(Value::Number(value))) => results.append_value(value),
            (Self::Text(results), Some(Value::Text(value))) => results.append_value(value),
            (_, Some(value)) => return exec_err!("a row function gave {value:?}"),
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Boolean(mut results) => Arc::new(results.finish()),
            Self::Integer(mut results) => Arc::new(results.finish()),
            Self::Number(mut results) => Arc::new(results.finish()),
            Self::Text(mut results) => Arc::new(results.finish()),
        }
    }
}
