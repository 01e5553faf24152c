//! A guard against putting periods of different frequencies together: a year added to its quarters
//! would be counted twice without a word.

use crate::dataset::TEXT;
use crate::expression::column;
use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility, WindowFrame,
    WindowFunctionDefinition,
};
use olshem_model::{DataStructure, TimePeriod};
use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

/// The identifier that tells periods, if rows that agree in `kept` can differ in it.
pub(crate) fn collapsed_time(structure: &DataStructure, kept: &[String]) -> Option<String> {
    structure
        .identifiers()
        .find(|id| id.data_type == olshem_model::DataType::TimePeriod && !kept.contains(&id.name))
        .map(|id| id.name.clone())
}

/// True where all periods of a group have one frequency; else the calculation fails.
pub(crate) fn one_frequency(time: &str) -> Expr {
    udaf().call(vec![column(time)])
}

/// The same of all rows that agree in some columns.
pub(crate) fn one_frequency_over(time: &str, partition_by: Vec<Expr>) -> WindowFunction {
    let mut window = WindowFunction::new(
        WindowFunctionDefinition::AggregateUDF(Arc::new(udaf())),
        vec![column(time)],
    );
    window.params.partition_by = partition_by;
    window.params.window_frame = WindowFrame::new(None);
    window
}

/// See [`one_frequency`].
pub(crate) fn udaf() -> AggregateUDF {
    let signature = Signature::exact(vec![TEXT], Volatility::Immutable);
    AggregateUDF::new_from_impl(OneFrequency { signature })
}

/// Whether an aggregate is that one.
pub(crate) fn is_one_frequency(function: &AggregateUDF) -> bool {
    (function.inner().as_ref() as &dyn Any).is::<OneFrequency>()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OneFrequency {
    signature: Signature,
}

impl AggregateUDFImpl for OneFrequency {
    fn name(&self) -> &str {
        "one_frequency"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), TEXT, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Met { period: None }))
    }
}

/// The first period met.
#[derive(Debug)]
struct Met {
    period: Option<String>,
}

impl Accumulator for Met {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let periods = text(&values[0]);
        for row in (0..periods.len()).filter(|&row| periods.is_valid(row)) {
            let period = periods.value(row);
            match &self.period {
                None => self.period = Some(period.to_owned()),
                Some(first) if kind(first) == kind(period) => {}
                Some(first) => return mixture(first, period),
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    /// Windows that slide over a partition see all of its periods.
    fn retract_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Utf8View(self.period.clone())])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Boolean(Some(true)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.period.as_ref().map_or(0, String::capacity)
    }
}

/// Fails where the periods in one of these stretches of rows have different frequencies.
pub(crate) fn refuse_mixture(
    periods: &ArrayRef,
    mut stretches: impl Iterator<Item = Range<usize>>,
) -> Result<()> {
    let periods = text(periods);
    stretches.try_for_each(|rows| {
        let mut met = rows.filter(|&row| periods.is_valid(row)).map(|row| periods.value(row));
        let Some(first) = met.next() else { return Ok(()) };
        let kind_of_first = kind(first);
        met.find(|period| kind(period) != kind_of_first)
            .map_or(Ok(()), |second| mixture(first, second))
    })
}

/// The texts of a column of periods.
fn text(periods: &ArrayRef) -> &StringViewArray {
    periods.as_string_view()
}

fn mixture(a: &str, b: &str) -> Result<()> {
    let (first, second) = (a.min(b), a.max(b));
    exec_err!(
        "periods of different frequencies, such as {first} and {second}, would be put together"
    )
}

/// What tells frequencies apart in the canonical text: its length and the letter after the year.
fn kind(period: &str) -> (usize, Option<u8>) {
    debug_assert!(period.parse::<TimePeriod>().is_ok_and(|p| p.to_string() == period));
    (period.len(), period.as_bytes().get(5).copied().filter(u8::is_ascii_alphabetic))
}
