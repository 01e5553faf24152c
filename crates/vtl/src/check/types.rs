//! Which types go together, and the conversions that happen unasked
//! (reference manual, "Type conversion").

use super::{Check, Checked};
use crate::errors::{INVALID_TIME, TYPE_MISMATCH};
use crate::program::{Expr, ExprKind, Function, Literal};
use crate::source::Span;
use olshem_model::time::{Date, Frequency, TimePeriod};
use olshem_model::{Component, DataStructure, DataType};

/// Where an operator is applied: for messages, and for the codelists of what it is applied to.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) operator: &'a str,
    pub(super) span: Span,
    pub(super) structure: Option<&'a DataStructure>,
}

impl Expr {
    pub(super) fn new(kind: ExprKind, data_type: DataType, span: Span) -> Self {
        Self { kind, data_type, span }
    }

    pub(super) fn column(component: &Component, span: Span) -> Self {
        Self::new(ExprKind::Column(component.name.clone()), component.data_type, span)
    }

    pub(super) fn call(
        function: Function,
        arguments: Vec<Self>,
        data_type: DataType,
        span: Span,
    ) -> Self {
        Self::new(ExprKind::Call(function, arguments), data_type, span)
    }

    pub(super) fn literal(literal: Literal, span: Span) -> Self {
        let data_type = match literal {
            // Of no type in truth; conversion to any other always succeeds.
            Literal::Null | Literal::String(_) => DataType::String,
            Literal::Boolean(_) => DataType::Boolean,
            Literal::Integer(_) => DataType::Integer,
            Literal::Number(_) => DataType::Number,
        };
        Self::new(ExprKind::Literal(literal), data_type, span)
    }

    pub(super) fn integer(number: i64, span: Span) -> Self {
        Self::literal(Literal::Integer(number), span)
    }

    pub(super) fn text(text: impl Into<String>, span: Span) -> Self {
        Self::literal(Literal::String(text.into()), span)
    }

    pub(super) fn boolean(value: bool, span: Span) -> Self {
        Self::literal(Literal::Boolean(value), span)
    }

    pub(super) fn null(data_type: DataType, span: Span) -> Self {
        Self::new(ExprKind::Literal(Literal::Null), data_type, span)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, ExprKind::Literal(Literal::Null))
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of the first branch whose condition is true.
    pub(super) fn case(branches: Vec<(Self, Self)>, otherwise: Self, span: Span) -> Self {
        let data_type = otherwise.data_type;
        let kind = ExprKind::Case { branches, otherwise: Box::new(otherwise) };
        Self::new(kind, data_type, span)
    }

    /// A comparison or a logical connection.
    pub(super) fn test(function: Function, arguments: Vec<Self>, span: Span) -> Self {
        Self::call(function, arguments, DataType::Boolean, span)
    }

    /// The same value as another type, which must be possible.
    pub(super) fn converted(self, to: DataType) -> Self {
        if self.data_type == to {
            return self;
        }
        let span = self.span;
        match self.kind {
            ExprKind::Literal(Literal::Null) => Self::null(to, span),
            ExprKind::Literal(Literal::Integer(number)) if to == DataType::Number => {
                Self::new(ExprKind::Literal(Literal::Number(number as f64)), to, span)
            }
            _ => Self::new(ExprKind::Cast { operand: Box::new(self), mask: None }, to, span),
        }
    }
}

/// Whether values of one type become values of another unasked.
fn becomes(from: DataType, to: DataType) -> bool {
    from == to
        || matches!(
            (from, to),
            (DataType::Integer, DataType::Number)
                | (DataType::Boolean, DataType::String)
                | (DataType::Date | DataType::TimePeriod, DataType::Time)
        )
}

/// The type that values of both types become unasked.
pub(super) fn common_type(a: DataType, b: DataType) -> Option<DataType> {
    if becomes(a, b) {
        Some(b)
    } else if becomes(b, a) {
        Some(a)
    } else if a.is_temporal() && b.is_temporal() {
        Some(DataType::Time)
    } else {
        None
    }
}

/// The name of the measure that an operator makes when it changes the type.
pub(super) fn default_measure(data_type: DataType) -> &'static str {
    match data_type {
        DataType::String => "string_var",
        DataType::Number => "num_var",
        DataType::Integer => "int_var",
        DataType::Time => "time_var",
        DataType::TimePeriod => "time_period_var",
        DataType::Date => "date_var",
        DataType::Duration => "duration_var",
        DataType::Boolean => "bool_var",
    }
}

impl Check<'_> {
    /// The expression as that type, if it becomes it unasked.
    ///
    /// Beyond the standard, a text constant becomes a time, since VTL has no constants of these
    /// types and scripts would be full of `cast`.
    pub(super) fn coerce(&mut self, expr: Expr, to: DataType, site: Site<'_>) -> Checked<Expr> {
        let timelike = to.is_temporal() || to == DataType::Duration;
        match expr.as_text() {
            Some(text) if timelike && expr.data_type == DataType::String => {
                let Some(canonical) = canonical_time(text, to) else {
                    let message = format!("`{text}` is not a {to}");
                    return Err(self.fault(&INVALID_TIME, expr.span, message));
                };
                Ok(Expr::new(ExprKind::Literal(Literal::String(canonical)), to, expr.span))
            }
            _ if expr.is_null() || becomes(expr.data_type, to) => Ok(expr.converted(to)),
            _ => {
                let (operator, found) = (site.operator, expr.data_type);
                let message = format!("`{operator}` needs {to}, this is {found}");
                Err(self.fault(&TYPE_MISMATCH, expr.span, message))
            }
        }
    }

    /// All expressions as one type.
    pub(super) fn unify(&mut self, exprs: Vec<Expr>, site: Site<'_>) -> Checked<Vec<Expr>> {
        let data_type = self.unified_type(&exprs, site)?;
        exprs.into_iter().map(|expr| self.coerce(expr, data_type, site)).collect()
    }

    fn unified_type(&mut self, exprs: &[Expr], site: Site<'_>) -> Checked<DataType> {
        let typed = |expr: &&Expr| !expr.is_null();
        let firm = exprs.iter().filter(typed).filter(|e| e.as_text().is_none());
        let texts = exprs.iter().filter(typed).filter(|e| e.as_text().is_some());
        let mut unified: Option<DataType> = None;
        for expr in firm.chain(texts) {
            let next = expr.data_type;
            unified = Some(match unified {
                None => next,
                // The text of a time.
                Some(so_far)
                    if expr.as_text().is_some()
                        && (so_far.is_temporal() || so_far == DataType::Duration) =>
                {
                    so_far
                }
                Some(so_far) => match common_type(so_far, next) {
                    Some(common) => common,
                    None => {
                        let operator = site.operator;
                        let message =
                            format!("`{operator}` cannot put {so_far} and {next} together");
                        return Err(self.fault(&TYPE_MISMATCH, site.span, message));
                    }
                },
            });
        }
        Ok(unified.unwrap_or(DataType::String))
    }
}

/// The canonical text of a time or duration.
pub(crate) fn canonical_time(text: &str, data_type: DataType) -> Option<String> {
    match data_type {
        DataType::TimePeriod => match text.split_once('/') {
            Some((start, end)) => {
                regular(days(start)?.0, days(end)?.1).map(|period| period.to_string())
            }
            None => text.parse::<TimePeriod>().ok().map(|period| period.to_string()),
        },
        DataType::Date => text.parse::<Date>().ok().map(|date| date.to_string()),
        DataType::Time => match text.split_once('/') {
            Some((start, end)) => {
                let (start, end) = (days(start)?, days(end)?);
                (start.0 <= end.1).then(|| format!("{}/{}", start.0, end.1))
            }
            None => days(text).map(|(start, end)| format!("{start}/{end}")),
        },
        DataType::Duration => canonical_duration(text),
        _ => None,
    }
}

/// The first and last day of a day or period.
fn days(text: &str) -> Option<(Date, Date)> {
    match text.parse::<Date>() {
        Ok(date) => Some((date, date)),
        Err(_) => text.parse::<TimePeriod>().ok().map(|period| (period.start(), period.end())),
    }
}

/// The period from that day to that.
fn regular(start: Date, end: Date) -> Option<TimePeriod> {
    Frequency::ALL
        .into_iter()
        .filter_map(|frequency| TimePeriod::containing(frequency, start))
        .find(|period| period.start() == start && period.end() == end)
}

/// A letter, or a longer duration in the notation of ISO 8601.
fn canonical_duration(text: &str) -> Option<String> {
    if let Ok(frequency) = text.parse::<Frequency>() {
        return Some(frequency.to_string());
    }
    let mut parts = text.strip_prefix('P')?;
    let mut units = "YMWD";
    while !parts.is_empty() {
        let digits = parts.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let unit = units.find(parts[digits..].chars().next()?)?;
        units = &units[unit + 1..];
        parts = &parts[digits + 1..];
    }
    (text.len() > 1).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_spelling() {
        for (data_type, text, canonical) in [
            (DataType::TimePeriod, "2023Q1", Some("2023-Q1")),
            (DataType::Date, "2023-01-01", Some("2023-01-01")),
            (DataType::Date, "2023", None),
            (DataType::Time, "2010M1/2010M12", Some("2010-01-01/2010-12-31")),
            (DataType::Time, "2010", Some("2010-01-01/2010-12-31")),
            (DataType::Time, "2011/2010", None),
            (DataType::Duration, "P1Y", Some("A")),
            (DataType::Duration, "P2Y3D", Some("P2Y3D")),
            (DataType::Duration, "P3D2Y", None),
            (DataType::Duration, "P", None),
            (DataType::Duration, "X", None),
            (DataType::Duration, "P1é", None),
        ] {
            assert_eq!(canonical_time(text, data_type).as_deref(), canonical, "{text}");
        }
    }
}
