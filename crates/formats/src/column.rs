//! One component being filled: from the texts of cells to a column of typed values.

use crate::decimal::Decimal;
use crate::errors::{
    EMPTY_IDENTIFIER, FIGURE_DIFFERS, NOT_A_NUMBER, NOT_OF_TYPE, PATTERN_UNMATCHED, UNKNOWN_CODE,
    UNREADABLE_FIGURE,
};
use crate::number::{Notation, without_marks};
use crate::published::{self, Bounds, Figure, Sign};
use crate::reading::{Aspect, BoundsFrom, Cells, ComponentReading, Read};
use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType as ArrowType, Field};
use olshem_model::spelling::nearest;
use olshem_model::structure::{high_column, low_column};
use olshem_model::time::Date;
use olshem_model::{Code, Codelist, Component, DataType, Frequency, Role, TimePeriod};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// A component, how its cells are read, and its values so far.
pub(crate) struct Column<'a> {
    component: Component,
    cells: CellReader<'a>,
    values: Values,
    /// The bounds of a number that has them.
    bounds: Option<(Float64Builder, Float64Builder)>,
}

/// What is wrong with a cell; whoever knows its place makes a diagnostic of it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// Whether it is in the cell with the figure as printed.
    pub(crate) in_figure: bool,
}

impl Fault {
    fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, in_figure: false }
    }
}

enum Values {
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Text(StringBuilder),
}

impl<'a> Column<'a> {
    /// An empty column.
    pub(crate) fn new(
        name: &str,
        reading: &'a ComponentReading,
        read: &'a Read,
        codelist: Option<&'a Codelist>,
    ) -> Self {
        let component = Component {
            name: name.to_owned(),
            role: reading.role,
            data_type: reading.data_type,
            nullable: reading.role != Role::Identifier,
            codes: codelist.map(|list| list.items().iter().map(|item| item.code.clone()).collect()),
        };
        let values = match reading.data_type {
            DataType::Integer => Values::Integer(Int64Builder::new()),
            DataType::Number => Values::Number(Float64Builder::new()),
            DataType::Boolean => Values::Boolean(BooleanBuilder::new()),
            DataType::String
            | DataType::TimePeriod
            | DataType::Date
            | DataType::Time
            | DataType::Duration => Values::Text(StringBuilder::new()),
        };
        let bounds = reading.bounds.as_ref().map(|_| Default::default());
        let notation = Notation { decimal: read.decimal, thousands: read.thousands };
        let cells = CellReader { reading, read, notation, codelist, known: HashMap::new() };
        Self { component, cells, values, bounds }
    }

    /// What may be told of a cell of this column besides its value.
    pub(crate) fn aspect<'t>(&self, aspect: Aspect, text: &'t str) -> &'t str {
        match aspect {
            Aspect::Marks => self.cells.marks(text),
            Aspect::Flag if self.cells.present(text).is_none() => text.trim(),
            Aspect::Flag => "",
            // The text of the cell above is what is told.
            Aspect::Parent => text,
        }
    }

    /// Adds a value from the text of a cell and, where the figure as printed is in another, of that.
    /// Where there is a fault, nothing is added but a null.
    pub(crate) fn append(&mut self, text: &str, printed: Option<&str>) -> Result<(), Fault> {
        let result = match &mut self.values {
            Values::Integer(values) => self.cells.integer(text).map(|value| {
                values.append_option(value);
                value.is_some()
            }),
            Values::Number(values) => match &mut self.bounds {
                None => self.cells.number(text).map(|value| {
                    values.append_option(value);
                    value.is_some()
                }),
                Some((low, high)) => self.cells.bounds(text, printed).map(|bounds| {
                    values.append_option(bounds.and_then(|b| b.value));
                    low.append_option(bounds.map(|b| b.low.unwrap_or(f64::NEG_INFINITY)));
                    high.append_option(bounds.map(|b| b.high.unwrap_or(f64::INFINITY)));
                    bounds.is_some()
                }),
            },
            Values::Boolean(values) => self.cells.boolean(text).map(|value| {
                values.append_option(value);
                value.is_some()
            }),
            Values::Text(values) => self.cells.text(text).map(|value| {
                values.append_option(value.as_deref());
                value.is_some()
            }),
        };
        match result {
            Ok(false) if !self.component.nullable => {
                let message = format!("identifier `{}` is empty", self.component.name);
                Err(Fault::new(&EMPTY_IDENTIFIER, message))
            }
            Ok(_) => Ok(()),
            Err(fault) => {
                self.append_null();
                Err(fault)
            }
        }
    }

    fn append_null(&mut self) {
        match &mut self.values {
            Values::Integer(values) => values.append_null(),
            Values::Number(values) => values.append_null(),
            Values::Boolean(values) => values.append_null(),
            Values::Text(values) => values.append_null(),
        }
        if let Some((low, high)) = &mut self.bounds {
            low.append_null();
            high.append_null();
        }
    }

    /// The component, and the Arrow columns that hold it.
    pub(crate) fn finish(self) -> (Component, Vec<(Field, ArrayRef)>) {
        let Component { name, nullable, .. } = &self.component;
        let field = |name: String, data_type, nullable| Field::new(name, data_type, nullable);
        let (data_type, array): (_, ArrayRef) = match self.values {
            Values::Integer(mut values) => (ArrowType::Int64, Arc::new(values.finish())),
            Values::Number(mut values) => (ArrowType::Float64, Arc::new(values.finish())),
            Values::Boolean(mut values) => (ArrowType::Boolean, Arc::new(values.finish())),
            Values::Text(mut values) => (ArrowType::Utf8, Arc::new(values.finish())),
        };
        let mut columns = vec![(field(name.clone(), data_type, *nullable), array)];
        if let Some((mut low, mut high)) = self.bounds {
            let number = |name| field(name, ArrowType::Float64, true);
            columns.push((number(low_column(name)), Arc::new(low.finish())));
            columns.push((number(high_column(name)), Arc::new(high.finish())));
        }
        (self.component, columns)
    }
}

/// Reads the cells of one component.
struct CellReader<'a> {
    reading: &'a ComponentReading,
    read: &'a Read,
    notation: Notation,
    codelist: Option<&'a Codelist>,
    /// Texts that were read before: codes, periods and the like recur in every row.
    known: HashMap<String, Option<Arc<str>>>,
}

impl CellReader<'_> {
    /// A cell's text without white space at its ends; `None` if it stands for a missing value.
    fn present<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = text.trim();
        let stands_for_none = || self.read.missing.iter().any(|m| m.trim() == text);
        // What is told of another component's cell is that a value is missing, not missing itself.
        let is_of_another = matches!(self.reading.cells, Cells::Of(..));
        let missing = text.is_empty() || !is_of_another && stands_for_none();
        (!missing).then_some(text)
    }

    /// The same, of which `pattern` and `map` have made what is to be read.
    fn prepared<'t>(&'t self, text: &'t str) -> Result<Option<&'t str>, Fault> {
        let Some(present) = self.present(text) else {
            let meant = self.reading.map.get("").map(String::as_str);
            return Ok(meant.filter(|meant| !meant.is_empty()));
        };
        let kept = match &self.reading.pattern {
            None => present,
            Some(pattern) => pattern.first_group(present).ok_or_else(|| {
                let message = format!("`{present}` does not match the pattern `{pattern}`");
                Fault::new(&PATTERN_UNMATCHED, message)
            })?,
        };
        let kept = kept.trim();
        let replaced = self.reading.map.get(kept).map_or(kept, String::as_str);
        Ok((!replaced.is_empty()).then_some(replaced))
    }

    /// The footnote marks that a text has, where it can be read only without them.
    fn marks<'t>(&self, text: &'t str) -> &'t str {
        let is_read = |text: &str| match self.reading.data_type {
            DataType::Integer | DataType::Number => self.notation.plain(text).is_some(),
            _ => self.known_text(text).is_some(),
        };
        // What is replaced is no part of the file's text any more.
        let Some(present) = self.present(text).filter(|_| self.read.footnotes) else { return "" };
        let kept = match &self.reading.pattern {
            None => present,
            Some(pattern) => pattern.first_group(present).unwrap_or("").trim(),
        };
        if self.reading.map.contains_key(kept) || is_read(kept) {
            return "";
        }
        let bare = without_marks(kept).into_iter().flatten().find(|bare| is_read(bare));
        bare.map_or("", |bare| kept[bare.len()..].trim())
    }

    fn decimal_text<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Fault> {
        let notation = self.notation;
        notation
            .plain(text)
            .or_else(|| {
                let bare = without_marks(text).filter(|_| self.read.footnotes);
                bare.into_iter().flatten().find_map(|bare| notation.plain(bare))
            })
            .ok_or_else(|| {
                let fault = Fault::new(&NOT_A_NUMBER, format!("`{text}` is not a number"));
                Fault { help: notation.advice(text, self.read.footnotes), ..fault }
            })
    }

    fn decimal(&self, text: &str) -> Result<Decimal, Fault> {
        let plain = self.decimal_text(text)?;
        plain.parse().map_err(|_| {
            Fault::new(&NOT_A_NUMBER, format!("`{text}` has more digits than can be scaled"))
        })
    }

    fn scaled(&self, number: Decimal, text: &str) -> Result<Decimal, Fault> {
        number.times(self.factor()).ok_or_else(|| {
            Fault::new(&NOT_A_NUMBER, format!("`{text}` has more digits than can be scaled"))
        })
    }

    fn factor(&self) -> Decimal {
        self.reading.multiply.unwrap_or(Decimal::ONE)
    }

    fn integer(&self, text: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.prepared(text)? else {
            return Ok(None);
        };
        let number = self.scaled(self.decimal(text)?, text)?;
        number.to_i64().map(Some).ok_or_else(|| {
            Fault::new(&NOT_A_NUMBER, format!("`{text}` is not a whole number of 64 bits"))
        })
    }

    fn number(&self, text: &str) -> Result<Option<f64>, Fault> {
        let Some(text) = self.prepared(text)? else {
            return Ok(None);
        };
        if self.reading.multiply.is_some() {
            return Ok(Some(self.scaled(self.decimal(text)?, text)?.to_f64()));
        }
        let plain = self.decimal_text(text)?;
        // Only a number beyond the largest becomes infinite.
        match plain.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(Fault::new(&NOT_A_NUMBER, format!("`{text}` is not a number"))),
        }
    }

    /// A number with its bounds; of a number that is missing, they can be known even so.
    fn bounds(&self, text: &str, printed: Option<&str>) -> Result<Option<Bounds>, Fault> {
        let number = match self.prepared(text)? {
            Some(text) => Some(self.decimal(text)?),
            None => None,
        };
        let printed = printed.and_then(|printed| self.present(printed));
        let from_column = matches!(self.reading.bounds, Some(BoundsFrom::Column(_)));
        let figure = match (number, printed.filter(|_| from_column)) {
            (None, None) => return Ok(None),
            (Some(number), None) => published::of_cell(number).times(self.factor()),
            (number, Some(printed)) => self.figure(number, printed)?,
        };
        let sign = if self.reading.signed { Sign::Any } else { Sign::NonNegative };
        let bounds = figure.bounds(sign).ok_or_else(|| {
            Fault::new(&NOT_A_NUMBER, "the number has more digits than can be scaled")
        })?;
        Ok(Some(bounds))
    }

    /// The figure in `printed` that the value is, in the unit of the dataset.
    fn figure(&self, number: Option<Decimal>, printed: &str) -> Result<Figure, Fault> {
        // In a column of figures as printed, a bare number is written as in the other columns.
        let figures = match self.decimal(printed) {
            Ok(bare) => vec![published::of_cell(bare)],
            Err(_) => published::figures(printed),
        };
        let first = published::principal(&figures).ok_or_else(|| {
            let message = format!("`{printed}` is {}", published::Unreadable);
            Fault { in_figure: true, ..Fault::new(&UNREADABLE_FIGURE, message) }
        })?;
        let factor = self.factor();
        let Some(number) = number else {
            // Without a value beside it, a scale word tells the unit by itself.
            return Ok(if first.is_scaled() { first } else { first.times(factor) });
        };
        let scaled = self.scaled(number, printed)?;
        // The column may be in the unit that the scale word names (1.2 beside `1.2 trillion`), or
        // its value is the figure once it is in the unit of the dataset.
        let value_is = |figure: &Figure| match figure.unscaled() {
            _ if figure.is(scaled) => Some(*figure),
            unscaled if unscaled.is(number) => Some(unscaled.times(factor)),
            _ => None,
        };
        value_is(&first).or_else(|| figures.iter().find_map(value_is)).ok_or_else(|| {
            let value = number.to_f64();
            let message = format!("the value is {value}, but the figure is `{printed}`");
            Fault::new(&FIGURE_DIFFERS, message)
        })
    }

    fn boolean(&self, text: &str) -> Result<Option<bool>, Fault> {
        let Some(text) = self.prepared(text)? else {
            return Ok(None);
        };
        match text.to_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => {
                let message = format!("`{text}` is neither `true` nor `false`");
                Err(Fault::new(&NOT_OF_TYPE, message))
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<Option<Cow<'_, str>>, Fault> {
        let plain = self.reading.data_type == DataType::String
            && self.codelist.is_none()
            && self.reading.pattern.is_none();
        if plain {
            // Nothing of this is worth remembering: it may be a note that differs in every row.
            return Ok(self.prepared(text)?.map(|text| Cow::Owned(text.to_owned())));
        }
        if !self.known.contains_key(text) {
            let value = match self.prepared(text)? {
                Some(prepared) => Some(Arc::from(self.canonical(prepared)?)),
                None => None,
            };
            self.known.insert(text.to_owned(), value);
        }
        Ok(self.known.get(text).and_then(Option::as_deref).map(Cow::Borrowed))
    }

    /// The canonical text of what a cell says.
    fn canonical(&self, text: &str) -> Result<String, Fault> {
        let bare = without_marks(text).filter(|_| self.read.footnotes);
        let read = |text: &str| self.known_text(text);
        read(text).or_else(|| bare.into_iter().flatten().find_map(read)).ok_or_else(|| {
            match self.codelist {
                Some(list) => unknown_code(text, list),
                None => self.not_of_type(text),
            }
        })
    }

    /// The canonical text of a text without footnote marks; `None` if it is not of the type.
    fn known_text(&self, text: &str) -> Option<String> {
        match (self.reading.data_type, self.codelist) {
            (DataType::TimePeriod, _) => period(text),
            (DataType::Date, _) => date(text),
            (DataType::Time, _) => time(text),
            (DataType::Duration, _) => duration(text),
            (_, Some(list)) => list.find(text).map(|item| item.code.clone()),
            (_, None) => Some(text.to_owned()),
        }
    }

    fn not_of_type(&self, text: &str) -> Fault {
        let expected = match self.reading.data_type {
            DataType::TimePeriod => "a period such as `2023`, `2023-Q1` or `2023-M01`",
            DataType::Date => "a date such as `2023-01-31`",
            DataType::Time => "a time such as `2023` or `2023-01-01/2023-06-30`",
            _ => "a duration: `D`, `W`, `M`, `Q`, `S` or `A`",
        };
        let fault = Fault::new(&NOT_OF_TYPE, format!("`{text}` is not {expected}"));
        let is_marked = !self.read.footnotes && without_marks(text).is_some();
        Fault {
            help: is_marked.then(|| "`footnotes = true` in `[read]` takes marks off".to_owned()),
            ..fault
        }
    }
}

fn unknown_code(text: &str, list: &Codelist) -> Fault {
    let message = format!("`{text}` is not in the codelist `{}`", list.id);
    let spellings = list.items().iter().flat_map(|item| {
        let labels = item.labels.values().chain(&item.aliases).map(String::as_str);
        std::iter::once(item.code.as_str()).chain(labels)
    });
    let meant = nearest(text, spellings).and_then(|near| Some((near, list.find(near)?)));
    let help = meant.map(|(near, item)| match near == item.code {
        true => format!("did you mean `{near}`?"),
        false => format!("did you mean `{near}`, code `{}`?", item.code),
    });
    Fault { help, ..Fault::new(&UNKNOWN_CODE, message) }
}

/// The spellings of [`TimePeriod`], and those with a space in between: `2023 Q1`.
pub(crate) fn period(text: &str) -> Option<String> {
    let parse = |text: &str| text.parse::<TimePeriod>().ok();
    let period = parse(text).or_else(|| match text.split_once(' ') {
        Some((year, rest)) => parse(&format!("{year}{}", rest.trim_start())),
        None => None,
    });
    period.map(|period| period.to_string())
}

/// `2023-01-31` or, as dates are printed in most of Europe and Asia, `31.01.2023`.
fn date(text: &str) -> Option<String> {
    let parse = |text: &str| text.parse::<Date>().ok();
    let date = parse(text).or_else(|| {
        let mut parts = text.split('.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        parse(&format!("{year}-{month:0>2}-{day:0>2}")).filter(|_| parts.next().is_none())
    });
    date.map(|date| date.to_string())
}

/// A period, or an interval between two dates.
fn time(text: &str) -> Option<String> {
    period(text).or_else(|| {
        let (from, to) = text.split_once('/')?;
        let (from, to): (Date, Date) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        (from <= to).then(|| format!("{from}/{to}"))
    })
}

fn duration(text: &str) -> Option<String> {
    text.parse::<Frequency>().ok().map(|frequency| frequency.to_string())
}
