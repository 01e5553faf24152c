//! The periods that a time series ought to have.

use super::{exactly, fault, time};
use arrow::array::builder::{ListBuilder, StringBuilder};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use olshem_model::TimePeriod;
use std::sync::Arc;

/// The frequency of a period or day, as a duration letter.
pub(crate) fn frequency(period: Expr) -> Expr {
    time::period_indicator().call(vec![period], vec![DataType::Utf8])
}

/// The list of all periods from the first to the last, which have one frequency.
pub(crate) fn periods_between(first: Expr, last: Expr) -> Expr {
    let signature = exactly(vec![DataType::Utf8, DataType::Utf8]);
    ScalarUDF::new_from_impl(PeriodsBetween { signature }).call(vec![first, last])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct PeriodsBetween {
    signature: Signature,
}

impl ScalarUDFImpl for PeriodsBetween {
    fn name(&self) -> &str {
        "periods_between"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let ends = args
            .args
            .into_iter()
            .map(|argument| argument.into_array(rows))
            .collect::<Result<Vec<_>>>()?;
        let (first, last) = (ends[0].as_string::<i32>(), ends[1].as_string::<i32>());
        let period =
            |text: &str| text.parse::<TimePeriod>().map_err(|e| fault(format!("\"{text}\": {e}")));
        let mut lists = ListBuilder::new(StringBuilder::new());
        for row in 0..rows {
            if first.is_null(row) || last.is_null(row) {
                lists.append_null();
                continue;
            }
            let (mut current, last) = (period(first.value(row))?, period(last.value(row))?);
            while current <= last {
                lists.values().append_value(current.to_string());
                let Some(next) = current.shift(1) else { break };
                current = next;
            }
            lists.append(true);
        }
        Ok(ColumnarValue::Array(Arc::new(lists.finish())))
    }
}
