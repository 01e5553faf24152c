//! `cast` between text and other types, and between temporal types (reference manual, "Type
//! conversion").

use super::fault;
use super::mask;
use super::row::{RowFunction, Value};
use super::span::Span;
use super::time::canonical_duration;
use crate::dataset::TEXT;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use olshem_model::time::Date;
use olshem_model::{DataType as Type, Frequency, TimePeriod};

/// A function of one text.
macro_rules! on_text {
    ($name:literal, $returns:expr, $convert:expr) => {
        RowFunction {
            name: $name,
            returns: $returns,
            body: |arguments| of_text(arguments, $convert),
        }
    };
}

/// A function of a value as text, and of a mask.
macro_rules! masked {
    ($name:literal, $returns:expr, $convert:expr) => {
        RowFunction {
            name: $name,
            returns: $returns,
            body: |arguments| under_mask(arguments, $convert),
        }
    };
}

fn of_text<'a>(
    arguments: &[Option<Value<'a>>],
    convert: fn(&str) -> std::result::Result<Value<'static>, String>,
) -> Result<Option<Value<'a>>> {
    match arguments {
        [Some(Value::Text(text))] => convert(text).map(Some).map_err(fault),
        _ => Ok(None),
    }
}

fn under_mask<'a>(
    arguments: &[Option<Value<'a>>],
    convert: fn(&str, &str) -> std::result::Result<Value<'static>, String>,
) -> Result<Option<Value<'a>>> {
    let [Some(value), Some(Value::Text(mask))] = arguments else { return Ok(None) };
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
    };
    convert(&text, mask).map(Some).map_err(fault)
}

/// The conversion of one type into another, if it is not one that Arrow makes in VTL's way.
pub(crate) fn between(from: Type, to: Type) -> Option<RowFunction> {
    use Type as T;
    Some(match (from, to) {
        (T::String, T::Integer) => on_text!("text_to_integer", DataType::Int64, |text| {
            let integer = text.trim().parse().map(Value::Integer);
            integer.map_err(|_| format!("\"{text}\" is no integer of 64 bits"))
        }),
        (T::String, T::Number) => on_text!("text_to_number", DataType::Float64, |text| {
            let digits = text.trim().trim_start_matches(['+', '-']);
            match text.trim().parse::<f64>() {
                Ok(number)
                    if number.is_finite()
                        && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') =>
                {
                    Ok(Value::Number(number))
                }
                _ => Err(format!("\"{text}\" is no number")),
            }
        }),
        (T::String, T::Boolean) => on_text!("text_to_boolean", DataType::Boolean, |text| {
            Ok(Value::Boolean(text.trim().eq_ignore_ascii_case("true")))
        }),
        (T::String, T::Date) => on_text!("text_to_date", TEXT, |text| {
            let day = text.trim().parse::<Date>();
            let day = day.map(|day| Value::text(day.to_string()));
            day.map_err(|_| format!("\"{text}\" is no day such as 2023-01-31"))
        }),
        (T::String, T::TimePeriod) => on_text!("text_to_period", TEXT, |text| {
            let period = match text.contains('/') {
                true => Span::parse(text.trim()).ok().and_then(regular),
                false => text.trim().parse().ok(),
            };
            let period = period.map(|period| Value::text(period.to_string()));
            period.ok_or_else(|| format!("\"{text}\" is no period such as 2023 or 2023-Q1"))
        }),
        (T::String, T::Time) => on_text!("text_to_interval", TEXT, |text| {
            let span = Span::parse(text.trim()).map(|span| Value::text(span.to_string()));
            span.map_err(|_| format!("\"{text}\" is no interval such as 2023-01-01/2023-12-31"))
        }),
        (T::String, T::Duration) => on_text!("text_to_duration", TEXT, |text| {
            let duration = canonical_duration(text.trim()).map(Value::text);
            duration.ok_or_else(|| format!("\"{text}\" is no duration such as A, M or P1Y20D"))
        }),
        (T::TimePeriod | T::Date, T::Time) | (T::TimePeriod, T::String) => {
            on_text!("to_interval", TEXT, |text| {
                let span = Span::parse(text).map(|span| Value::text(span.to_string()));
                span.map_err(|error| error.to_string())
            })
        }
        (T::Date, T::TimePeriod) => on_text!("date_to_period", TEXT, |text| {
            let period = text.parse::<TimePeriod>();
            let period = period.map(|period| Value::text(period.to_string()));
            period.map_err(|error| error.to_string())
        }),
        (T::Time, T::TimePeriod) => on_text!("interval_to_period", TEXT, |text| {
            let period = Span::parse(text).ok().and_then(regular);
            let period = period.map(|period| Value::text(period.to_string()));
            period.ok_or_else(|| format!("{text} is no regular period"))
        }),
        (T::Time | T::TimePeriod, T::Date) => on_text!("to_date", TEXT, |text| {
            match Span::parse(text) {
                Ok(span) if span.first == span.last => Ok(Value::text(span.first.to_string())),
                _ => Err(format!("{text} is more than one day")),
            }
        }),
        (T::Duration, T::String) => on_text!("duration_to_text", TEXT, |text| {
            let iso = match text.parse::<Frequency>() {
                Ok(Frequency::Annual) => "P1Y",
                Ok(Frequency::SemiAnnual) => "P6M",
                Ok(Frequency::Quarterly) => "P3M",
                Ok(Frequency::Monthly) => "P1M",
                Ok(Frequency::Weekly) => "P7D",
                Ok(Frequency::Daily) => "P1D",
                Err(_) => text,
            };
            Ok(Value::text(iso.to_owned()))
        }),
        _ => return None,
    })
}

/// The first argument, for which the second must not be false; the third says what it would be then.
pub(crate) fn required(of: DataType) -> RowFunction {
    RowFunction {
        name: "required",
        returns: of,
        body: |arguments| match arguments {
            [value, Some(Value::Boolean(false)), Some(Value::Text(what))] => {
                let shown = match value {
                    None => "null".to_owned(),
                    Some(Value::Text(text)) => format!("\"{text}\""),
                    Some(Value::Integer(number)) => number.to_string(),
                    Some(Value::Number(number)) => number.to_string(),
                    Some(Value::Boolean(truth)) => truth.to_string(),
                };
                Err(fault(format!("{shown} is not {what}")))
            }
            [value, ..] => Ok(value.clone()),
            [] => Ok(None),
        },
    }
}

/// The conversion of text into that type as a mask, the second argument, says.
pub(crate) fn from_masked(to: Type) -> RowFunction {
    match to {
        Type::Integer => masked!("masked_to_integer", DataType::Int64, |text, mask| {
            let text = mask::parse(text, mask, Type::Integer)?;
            let integer = text.parse().map(Value::Integer);
            integer.map_err(|_| format!("{text} is no integer of 64 bits"))
        }),
        Type::Number => masked!("masked_to_number", DataType::Float64, |text, mask| {
            let text = mask::parse(text, mask, Type::Number)?;
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Number(number)),
                _ => Err(format!("{text} is no number")),
            }
        }),
        Type::Date => masked!("masked_to_date", TEXT, |text, mask| {
            mask::parse(text, mask, Type::Date).map(Value::text)
        }),
        Type::Time => masked!("masked_to_interval", TEXT, |text, mask| {
            mask::parse(text, mask, Type::Time).map(Value::text)
        }),
        Type::Duration => masked!("masked_to_duration", TEXT, |text, mask| {
            mask::parse(text, mask, Type::Duration).map(Value::text)
        }),
        _ => masked!("masked_to_period", TEXT, |text, mask| {
            mask::parse(text, mask, Type::TimePeriod).map(Value::text)
        }),
    }
}

/// The conversion of that type into text as a mask, the second argument, says.
pub(crate) fn to_masked(from: Type) -> RowFunction {
    match from {
        Type::Integer | Type::Number => masked!("number_masked", TEXT, |text, mask| {
            mask::format(text, mask, Type::Number).map(Value::text)
        }),
        Type::Time => masked!("interval_masked", TEXT, |text, mask| {
            mask::format(text, mask, Type::Time).map(Value::text)
        }),
        Type::Duration => masked!("duration_masked", TEXT, |text, mask| {
            mask::format(text, mask, Type::Duration).map(Value::text)
        }),
        _ => masked!("time_masked", TEXT, |text, mask| {
            mask::format(text, mask, Type::TimePeriod).map(Value::text)
        }),
    }
}

/// The period that has those days.
fn regular(span: Span) -> Option<TimePeriod> {
    Frequency::ALL.into_iter().find_map(|frequency| {
        TimePeriod::containing(frequency, span.first)
            .filter(|period| (period.start(), period.end()) == (span.first, span.last))
    })
}
