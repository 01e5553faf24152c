//! The times that a series ought to have.

use super::span::{Rhythm, Span};
use super::{columns, exactly, fault, time};
use crate::dataset::TEXT;
use arrow::array::builder::{ListBuilder, StringViewBuilder};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, Expr, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use olshem_model::time::Date;
use olshem_model::{DataType as Type, TimePeriod};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What tells the series apart that times of that type belong to, besides the identifiers: the
/// length of periods and intervals.
pub(crate) fn frequency(time: Expr, of: Type) -> Expr {
    match of {
        Type::Date => lit(""),
        Type::Time => time::interval_length().call(vec![time], vec![TEXT]),
        _ => time::period_indicator().call(vec![time], vec![TEXT]),
    }
}

/// The [`Rhythm`] of a group's days as text; null where there is only one.
pub(crate) fn rhythm(day: Expr) -> Expr {
    let signature = Signature::exact(vec![TEXT], Volatility::Immutable);
    AggregateUDF::new_from_impl(DayRhythm { signature }).call(vec![day])
}

/// The list of all times that lie between the first day of `from` and the last of `to`, in the
/// steps in which `known` is one: of its own length, or days in a rhythm.
pub(crate) fn times_between(of: Type, known: Expr, from: Expr, to: Expr, rhythm: Expr) -> Expr {
    let signature = exactly(vec![TEXT; 4]);
    ScalarUDF::new_from_impl(TimesBetween { of, signature }).call(vec![known, from, to, rhythm])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct TimesBetween {
    of: Type,
    signature: Signature,
}

impl ScalarUDFImpl for TimesBetween {
    fn name(&self) -> &str {
        match self.of {
            Type::Date => "days_between",
            Type::Time => "intervals_between",
            _ => "periods_between",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(Field::new("item", TEXT, true))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = columns(args)?;
        let text = |at: usize, row: usize| {
            let column = columns[at].as_string_view();
            column.is_valid(row).then(|| column.value(row))
        };
        let mut lists = ListBuilder::new(StringViewBuilder::new());
        for row in 0..rows {
            let (Some(known), Some(from), Some(to)) = (text(0, row), text(1, row), text(2, row))
            else {
                lists.append_null();
                continue;
            };
            let limits = Span { first: Span::parse(from)?.first, last: Span::parse(to)?.last };
            for time in self.times(known, limits, text(3, row))? {
                lists.values().append_value(time);
            }
            lists.append(true);
        }
        Ok(ColumnarValue::Array(Arc::new(lists.finish())))
    }
}

impl TimesBetween {
    fn times(&self, known: &str, limits: Span, rhythm: Option<&str>) -> Result<Vec<String>> {
        match self.of {
            Type::Date => {
                let day = Span::parse(known)?.first;
                // Nothing is known of the rhythm of one day alone.
                let rhythm = rhythm.and_then(|text| text.parse::<Rhythm>().ok());
                let at = |by: i64| match rhythm {
                    Some(rhythm) => rhythm.step(day, by),
                    None => (by == 0).then_some(day),
                };
                let span = |day: Date| Span { first: day, last: day };
                Ok(steps(limits, |by| at(by).map(|day| (span(day), day.to_string()))))
            }
            Type::Time => {
                let interval = Span::parse(known)?;
                let at = |by: i64| interval.shift(by);
                Ok(steps(limits, |by| at(by).map(|span| (span, span.to_string()))))
            }
            _ => {
                let period = known
                    .parse::<TimePeriod>()
                    .map_err(|error| fault(format!("\"{known}\": {error}")))?;
                let span = |period: TimePeriod| Span { first: period.start(), last: period.end() };
                let at = |by: i64| period.shift(by);
                Ok(steps(limits, |by| at(by).map(|period| (span(period), period.to_string()))))
            }
        }
    }
}

/// What lies within the limits, from the earliest: step 0, those before and those after it.
fn steps(limits: Span, at: impl Fn(i64) -> Option<(Span, String)>) -> Vec<String> {
    let inside =
        |by: i64| at(by).filter(|(span, _)| limits.first <= span.first && span.last <= limits.last);
    let mut first = 0;
    while inside(first - 1).is_some() {
        first -= 1;
    }
    (first..).map_while(inside).map(|(_, text)| text).collect()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct DayRhythm {
    signature: Signature,
}

impl AggregateUDFImpl for DayRhythm {
    fn name(&self) -> &str {
        "day_rhythm"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(TEXT)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), TEXT, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Days::default()))
    }
}

/// The days met; a calendar has few, however many rows there are.
#[derive(Debug, Default)]
struct Days(BTreeSet<Date>);

impl Accumulator for Days {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for text in values[0].as_string_view().iter().flatten() {
            for day in text.split(' ').filter(|day| !day.is_empty()) {
                self.0.insert(Span::parse(day)?.first);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let days: Vec<String> = self.0.iter().map(Date::to_string).collect();
        Ok(vec![ScalarValue::Utf8View(Some(days.join(" ")))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Utf8View(Rhythm::of(&self.0).map(|rhythm| rhythm.to_string())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.len() * size_of::<Date>()
    }
}
