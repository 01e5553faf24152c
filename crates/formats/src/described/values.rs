//! The values of a component: text and Arrow arrays into the one form that its type has.

use crate::errors::{EMPTY_IDENTIFIER, NOT_OF_TYPE};
use ahash::RandomState;
use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringViewBuilder};
use arrow::datatypes::DataType as ArrowType;
use olshem_model::time::Date;
use olshem_model::{Component, DataType, Diagnostic, Frequency, Place, Role, TimePeriod};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// What is wrong with a value.
pub(super) enum Fault {
    Null(&'static olshem_model::Code, String),
    NotOfType(String),
}

impl Fault {
    pub(super) fn at(self, place: Place) -> Diagnostic {
        match self {
            Self::Null(code, message) => Diagnostic::new(code, place, message),
            Self::NotOfType(message) => Diagnostic::new(&NOT_OF_TYPE, place, message),
        }
    }

    pub(super) fn in_row(self, file: &Path, row: usize, column: &str) -> Diagnostic {
        let mut fault = self.at(file.into());
        fault.message = format!("row {}, column `{column}`: {}", row + 1, fault.message);
        fault
    }
}

/// A column as it grows.
pub(super) enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringViewBuilder),
    /// Of a type that has several spellings for one value.
    Spelled(DataType, StringViewBuilder, Spellings),
}

impl Builder {
    pub(super) fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Integer => Self::Integer(Int64Builder::new()),
            DataType::Number => Self::Number(Float64Builder::new()),
            DataType::String => Self::Text(StringViewBuilder::new()),
            _ => Self::Spelled(data_type, StringViewBuilder::new(), Spellings::default()),
        }
    }

    pub(super) fn push_null(&mut self, component: &Component) -> Result<(), Fault> {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Text(builder) | Self::Spelled(_, builder, _) => builder.append_null(),
        }
        null(component)
    }

    /// Takes a value as it is written in a file.
    pub(super) fn push_text(&mut self, text: &str) -> Result<(), Fault> {
        let wrong = |data_type| Fault::NotOfType(not_of_type(text, data_type));
        match self {
            Self::Boolean(builder) => {
                let trimmed = text.trim();
                let value = match () {
                    () if trimmed.eq_ignore_ascii_case("true") => true,
                    () if trimmed.eq_ignore_ascii_case("false") => false,
                    () => return Err(wrong(DataType::Boolean)),
                };
                builder.append_value(value);
            }
            Self::Integer(builder) => {
                let integer = text.parse().or_else(|_| text.trim().parse());
                builder.append_value(integer.map_err(|_| wrong(DataType::Integer))?);
            }
            Self::Number(builder) => {
                let number = text.parse().or_else(|_| text.trim().parse()).ok();
                let number = number.filter(|number: &f64| number.is_finite());
                builder.append_value(number.ok_or_else(|| wrong(DataType::Number))?);
            }
            Self::Text(builder) => builder.append_value(text),
            Self::Spelled(data_type, builder, known) => {
                let canonical = known.canonical(*data_type, text);
                builder.append_value(canonical.ok_or_else(|| wrong(*data_type))?);
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> ArrayRef {
        match self {
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Text(mut builder) | Self::Spelled(_, mut builder, _) => {
                Arc::new(builder.finish())
            }
        }
    }
}

/// The values of one component, of which each is text or missing.
pub(crate) struct Column<'c> {
    component: &'c Component,
    builder: Builder,
}

impl<'c> Column<'c> {
    /// An empty column.
    pub(crate) fn new(component: &'c Component) -> Self {
        Self { component, builder: Builder::new(component.data_type) }
    }

    /// The Arrow type of values of that type.
    pub(crate) fn arrow_type(data_type: DataType) -> ArrowType {
        match data_type {
            DataType::Boolean => ArrowType::Boolean,
            DataType::Integer => ArrowType::Int64,
            DataType::Number => ArrowType::Float64,
            _ => ArrowType::Utf8View,
        }
    }

    /// Takes a value, or says what is wrong with it. `NaN` is how SDMX writes a number that is missing.
    pub(crate) fn push(&mut self, text: Option<&str>) -> Result<(), String> {
        let text = text.filter(|text| !(self.component.data_type.is_numeric() && *text == "NaN"));
        let pushed = match text {
            Some(text) => self.builder.push_text(text),
            None => self.builder.push_null(self.component),
        };
        pushed.map_err(|fault| match fault {
            Fault::Null(_, message) | Fault::NotOfType(message) => message,
        })
    }

    /// The values.
    pub(crate) fn finish(self) -> ArrayRef {
        self.builder.finish()
    }
}

/// Whether a component may be null.
pub(super) fn null(component: &Component) -> Result<(), Fault> {
    match component.role {
        Role::Identifier => {
            let message = format!("identifier `{}` is empty", component.name);
            Err(Fault::Null(&EMPTY_IDENTIFIER, message))
        }
        _ if !component.nullable => {
            let message = format!("`{}` is empty and is not nullable", component.name);
            Err(Fault::Null(&NOT_OF_TYPE, message))
        }
        _ => Ok(()),
    }
}

pub(super) fn not_of_type(text: &str, data_type: DataType) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}` is not of type {data_type}", shown.escape_debug())
}

/// What spellings met before stand for: a column of a million rows has some hundred periods.
#[derive(Debug, Default)]
pub(super) struct Spellings(HashMap<String, String, RandomState>);

impl Spellings {
    /// Beyond so many, remembering costs more than it saves.
    const MOST: usize = 10_000;

    fn canonical(&mut self, data_type: DataType, text: &str) -> Option<&str> {
        if !self.0.contains_key(text) {
            let canonical = canonical(data_type, text)?;
            if self.0.len() >= Self::MOST {
                self.0.clear();
            }
            self.0.insert(text.to_owned(), canonical);
        }
        self.0.get(text).map(String::as_str)
    }
}

/// Whether a text is in the one spelling of its type.
pub(super) fn is_canonical(data_type: DataType, text: &str) -> bool {
    canonical(data_type, text).is_some_and(|canonical| canonical == text)
}

/// The one spelling of a text of that type. An interval is that of its first and last day, even if it
/// is written as one of periods.
fn canonical(data_type: DataType, text: &str) -> Option<String> {
    let trimmed = text.trim();
    let period = |text: &str| text.parse::<TimePeriod>().ok();
    match data_type {
        DataType::TimePeriod => period(trimmed).map(|period| period.to_string()),
        DataType::Date => trimmed.parse::<Date>().ok().map(|date| date.to_string()),
        DataType::Duration => match trimmed.parse::<Frequency>() {
            Ok(length) => Some(length.to_string()),
            Err(_) => is_iso_duration(trimmed).then(|| trimmed.to_owned()),
        },
        DataType::Time => match trimmed.split_once('/') {
            Some((from, to)) => {
                let (from, to) = (period(from)?.start(), period(to)?.end());
                (from <= to).then(|| format!("{from}/{to}"))
            }
            None => period(trimmed).map(|period| period.to_string()),
        },
        _ => Some(text.to_owned()),
    }
}

/// `P1Y20D` and its like: numbers of years, months, weeks and days, in this order.
fn is_iso_duration(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('P').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    for unit in ['Y', 'M', 'W', 'D'] {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some(after) = rest[digits..].strip_prefix(unit).filter(|_| digits > 0) {
            rest = after;
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::described::value;

    #[test]
    fn values_of_every_type() {
        for (data_type, text, expected) in [
            (DataType::Boolean, "TRUE", Some("true")),
            (DataType::Boolean, "1", None),
            (DataType::Date, "2023-02-29", None),
            (DataType::Date, "2024-02-29", Some("2024-02-29")),
            (DataType::Time, "2023-01-01/2023-06-30", Some("2023-01-01/2023-06-30")),
            (DataType::Time, "2023-06-30/2023-01-01", None),
            (DataType::Time, "2023Q1", Some("2023-Q1")),
            (DataType::Time, "2010M1/2010M12", Some("2010-01-01/2010-12-31")),
            (DataType::Time, "2010M1/", None),
            (DataType::Duration, "P1Y", Some("A")),
            (DataType::Duration, "P2Y230D", Some("P2Y230D")),
            (DataType::Duration, "P230D2Y", None),
            (DataType::Duration, "P", None),
            (DataType::Integer, "9223372036854775808", None),
            (DataType::Number, "-1e3", Some("-1000")),
            (DataType::String, " a ", Some(" a ")),
        ] {
            let mut builder = Builder::new(data_type);
            let read = builder.push_text(text).ok().and_then(|()| value(&builder.finish(), 0));
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
