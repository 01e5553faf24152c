//! Functions on periods, days and durations, all held as their canonical text.

use super::fault;
use super::row::{RowFunction, Value};
use super::span::{Span, days_later, months_later};
use crate::dataset::TEXT;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use olshem_model::time::Date;
use olshem_model::{Frequency, TimePeriod};

/// -1, 0 or 1 as the first comes before, with or after the second; null for periods of different
/// frequencies, which have no order.
pub(crate) fn compare_periods() -> RowFunction {
    RowFunction {
        name: "compare_periods",
        returns: DataType::Int64,
        body: |arguments| match (text(&arguments[0]), text(&arguments[1])) {
            (Some(a), Some(b)) => {
                Ok(period(a)?.partial_cmp(&period(b)?).map(|order| Value::Integer(order as i64)))
            }
            _ => Ok(None),
        },
    }
}

/// The duration letter of a period's frequency.
pub(crate) fn period_indicator() -> RowFunction {
    RowFunction {
        name: "period_indicator",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(period(text)?.frequency().letter().to_string())))
        },
    }
}

/// The period that many periods later.
pub(crate) fn shift() -> RowFunction {
    RowFunction {
        name: "time_shift",
        returns: TEXT,
        body: |arguments| match (text(&arguments[0]), &arguments[1]) {
            (Some(text), Some(Value::Integer(by))) => {
                let shifted = period(text)?.shift(*by);
                let Some(shifted) = shifted else {
                    return Err(fault(format!("{by} periods from {text} is beyond the calendar")));
                };
                Ok(Some(Value::text(shifted.to_string())))
            }
            _ => Ok(None),
        },
    }
}

/// The interval that many of its own length later.
pub(crate) fn shift_interval() -> RowFunction {
    RowFunction {
        name: "interval_shift",
        returns: TEXT,
        body: |arguments| match (text(&arguments[0]), &arguments[1]) {
            (Some(text), Some(Value::Integer(by))) => match Span::parse(text)?.shift(*by) {
                Some(shifted) => Ok(Some(Value::text(shifted.to_string()))),
                None => Err(fault(format!("{by} intervals from {text} is beyond the calendar"))),
            },
            _ => Ok(None),
        },
    }
}

/// How long an interval is, as a duration.
pub(crate) fn interval_length() -> RowFunction {
    RowFunction {
        name: "interval_length",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(Span::parse(text)?.length().duration())))
        },
    }
}

/// The first day of an interval, period or day.
pub(crate) fn first_day_of() -> RowFunction {
    RowFunction {
        name: "first_day_of",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(Span::parse(text)?.first.to_string())))
        },
    }
}

/// The last day of an interval, period or day.
pub(crate) fn last_day_of() -> RowFunction {
    RowFunction {
        name: "last_day_of",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(Span::parse(text)?.last.to_string())))
        },
    }
}

/// The first or last day of the period of that length in which a day lies.
pub(crate) fn aggregate_day() -> RowFunction {
    RowFunction {
        name: "time_aggregate_day",
        returns: TEXT,
        body: |arguments| {
            let (Some(text), Some(duration), Some(which)) =
                (text(&arguments[0]), text(&arguments[1]), text(&arguments[2]))
            else {
                return Ok(None);
            };
            let day = Span::parse(text)?;
            let longer = comprising(day, duration, text)?;
            let day = if which == "first" { longer.start() } else { longer.end() };
            Ok(Some(Value::text(day.to_string())))
        },
    }
}

/// The regular interval of that length in which an interval lies.
pub(crate) fn aggregate_interval() -> RowFunction {
    RowFunction {
        name: "time_aggregate_interval",
        returns: TEXT,
        body: |arguments| match (text(&arguments[0]), text(&arguments[1])) {
            (Some(text), Some(duration)) => {
                let longer = comprising(Span::parse(text)?, duration, text)?;
                let span = Span { first: longer.start(), last: longer.end() };
                Ok(Some(Value::text(span.to_string())))
            }
            _ => Ok(None),
        },
    }
}

fn comprising(span: Span, duration: &str, text: &str) -> Result<TimePeriod> {
    let frequency = frequency(duration)?;
    let first = TimePeriod::containing(frequency, span.first);
    let last = TimePeriod::containing(frequency, span.last);
    match first {
        Some(longer) if first == last => Ok(longer),
        _ => Err(fault(format!("{text} lies in no period of length {duration}"))),
    }
}

/// A number that grows from each day to the next.
pub(crate) fn day_number() -> RowFunction {
    RowFunction {
        name: "day_number",
        returns: DataType::Int64,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::Integer(i64::from(last_day(text)?.days()))))
        },
    }
}

/// A number that grows by one from each period to the next of its frequency.
pub(crate) fn period_number() -> RowFunction {
    RowFunction {
        name: "period_number",
        returns: DataType::Int64,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::Integer(period(text)?.index())))
        },
    }
}

/// How long a duration is, in days, by which durations are compared: a year has as many as its
/// twelve months.
pub(crate) fn duration_days() -> RowFunction {
    RowFunction {
        name: "duration_days",
        returns: DataType::Float64,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::Number(days_of_duration(text)?)))
        },
    }
}

/// A text that sorts as durations do, with the duration at its end.
pub(crate) fn duration_key() -> RowFunction {
    RowFunction {
        name: "duration_key",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(format!("{:020.4} {text}", days_of_duration(text)?))))
        },
    }
}

/// The duration at the end of such a text.
pub(crate) fn duration_of_key() -> RowFunction {
    RowFunction {
        name: "duration_of_key",
        returns: TEXT,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(text.split_once(' ').map(|(_, duration)| Value::text(duration.to_owned())))
        },
    }
}

/// See [`duration_days`].
pub(crate) fn days_of_duration(text: &str) -> Result<f64> {
    const MONTH: f64 = 365.25 / 12.0;
    if let Ok(frequency) = text.parse::<Frequency>() {
        return Ok(match frequency {
            Frequency::Daily => 1.0,
            Frequency::Weekly => 7.0,
            Frequency::Monthly => MONTH,
            Frequency::Quarterly => 3.0 * MONTH,
            Frequency::SemiAnnual => 6.0 * MONTH,
            Frequency::Annual => 12.0 * MONTH,
        });
    }
    let wrong = || fault(format!("\"{text}\" is no duration such as A, M or P1Y20D"));
    let mut rest = text.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or_else(wrong)?;
    let mut days = 0.0;
    while !rest.is_empty() {
        let at = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: f64 = rest[..at].parse().map_err(|_| wrong())?;
        let unit = rest[at..].chars().next().ok_or_else(wrong)?;
        days += number
            * match unit {
                'Y' => 12.0 * MONTH,
                'M' => MONTH,
                'W' => 7.0,
                'D' => 1.0,
                _ => return Err(wrong()),
            };
        rest = &rest[at + unit.len_utf8()..];
    }
    Ok(days)
}

/// The period of a longer frequency (a duration letter) in which a period or day lies.
pub(crate) fn aggregate() -> RowFunction {
    RowFunction {
        name: "time_aggregate",
        returns: TEXT,
        body: |arguments| match (text(&arguments[0]), text(&arguments[1])) {
            (Some(text), Some(duration)) => {
                let frequency = frequency(duration)?;
                match period(text)?.aggregate_to(frequency) {
                    Some(longer) => Ok(Some(Value::text(longer.to_string()))),
                    None => Err(fault(format!("{text} lies in no period of length {duration}"))),
                }
            }
            _ => Ok(None),
        },
    }
}

/// The year of a day or period.
pub(crate) fn year() -> RowFunction {
    part("get_year", |arguments| part_of(arguments, |day| i64::from(day.year())))
}

/// The month of a day or of a period's last day.
pub(crate) fn month() -> RowFunction {
    part("get_month", |arguments| part_of(arguments, |day| i64::from(day.month())))
}

/// The day of the month of a day or of a period's last day.
pub(crate) fn day_of_month() -> RowFunction {
    part("day_of_month", |arguments| part_of(arguments, |day| i64::from(day.day())))
}

/// The day of the year of a day or of a period's last day.
pub(crate) fn day_of_year() -> RowFunction {
    part("day_of_year", |arguments| part_of(arguments, |day| i64::from(day.day_of_year())))
}

fn part(name: &'static str, body: super::row::Body) -> RowFunction {
    RowFunction { name, returns: DataType::Int64, body }
}

fn part_of<'a>(arguments: &[Option<Value<'a>>], of: fn(Date) -> i64) -> Result<Option<Value<'a>>> {
    let Some(text) = text(&arguments[0]) else { return Ok(None) };
    Ok(Some(Value::Integer(of(last_day(text)?))))
}

/// The days from one day to another; of a period its last.
pub(crate) fn date_diff() -> RowFunction {
    RowFunction {
        name: "date_diff",
        returns: DataType::Int64,
        body: |arguments| match (text(&arguments[0]), text(&arguments[1])) {
            (Some(a), Some(b)) => {
                let days = i64::from(last_day(a)?.days()) - i64::from(last_day(b)?.days());
                Ok(Some(Value::Integer(days.abs())))
            }
            _ => Ok(None),
        },
    }
}

/// The day that many of a duration later; of a period its last. A day of the month that the month
/// arrived at doesn't have becomes its last.
pub(crate) fn date_add() -> RowFunction {
    RowFunction {
        name: "date_add",
        returns: TEXT,
        body: |arguments| match (text(&arguments[0]), &arguments[1], text(&arguments[2])) {
            (Some(text), Some(Value::Integer(number)), Some(duration)) => {
                let day = last_day(text)?;
                let later = match duration {
                    "D" => days_later(day, *number),
                    "W" => number.checked_mul(7).and_then(|days| days_later(day, days)),
                    "M" => months_later(day, *number),
                    "Q" => number.checked_mul(3).and_then(|months| months_later(day, months)),
                    "S" => number.checked_mul(6).and_then(|months| months_later(day, months)),
                    "A" | "Y" => {
                        number.checked_mul(12).and_then(|months| months_later(day, months))
                    }
                    other => return Err(fault(format!("\"{other}\" is no duration"))),
                };
                match later {
                    Some(later) => Ok(Some(Value::text(later.to_string()))),
                    None => {
                        Err(fault(format!("{number}{duration} from {text} is beyond the calendar")))
                    }
                }
            }
            _ => Ok(None),
        },
    }
}

/// Days as years and days: `P1Y35D`; a year has 365.
pub(crate) fn day_to_year() -> RowFunction {
    RowFunction {
        name: "day_to_year",
        returns: TEXT,
        body: |arguments| days_in(arguments, 365, 'Y'),
    }
}

/// Days as months and days: `P1M5D`; a month has 30.
pub(crate) fn day_to_month() -> RowFunction {
    RowFunction {
        name: "day_to_month",
        returns: TEXT,
        body: |arguments| days_in(arguments, 30, 'M'),
    }
}

fn days_in<'a>(
    arguments: &[Option<Value<'a>>],
    length: i64,
    unit: char,
) -> Result<Option<Value<'a>>> {
    match &arguments[0] {
        Some(Value::Integer(days)) if *days < 0 => {
            Err(fault(format!("a duration can't be {days} days")))
        }
        Some(Value::Integer(days)) => {
            Ok(Some(Value::text(format!("P{}{unit}{}D", days / length, days % length))))
        }
        _ => Ok(None),
    }
}

/// The days in a duration of years and days.
pub(crate) fn year_to_day() -> RowFunction {
    RowFunction {
        name: "year_to_day",
        returns: DataType::Int64,
        body: |arguments| in_days(arguments, 365, 'Y'),
    }
}

/// The days in a duration of months and days.
pub(crate) fn month_to_day() -> RowFunction {
    RowFunction {
        name: "month_to_day",
        returns: DataType::Int64,
        body: |arguments| in_days(arguments, 30, 'M'),
    }
}

fn in_days<'a>(
    arguments: &[Option<Value<'a>>],
    length: i64,
    unit: char,
) -> Result<Option<Value<'a>>> {
    let Some(text) = text(&arguments[0]) else { return Ok(None) };
    let wrong = || fault(format!("\"{text}\" is no duration such as P1{unit}20D"));
    let parts = text.strip_prefix('P').ok_or_else(wrong)?;
    let (units, days) = parts.split_once(unit).unwrap_or(("0", parts));
    let days = match days {
        "" => "0",
        days => days.strip_suffix('D').ok_or_else(wrong)?,
    };
    let number = |digits: &str| digits.parse::<i64>().ok().filter(|n| *n >= 0);
    let total = number(units)
        .and_then(|units| units.checked_mul(length)?.checked_add(number(days)?))
        .ok_or_else(wrong)?;
    Ok(Some(Value::Integer(total)))
}

/// The canonical text of a duration: a letter where there is one, else in the notation of ISO 8601.
pub(crate) fn canonical_duration(text: &str) -> Option<String> {
    match text.parse::<Frequency>() {
        Ok(frequency) => Some(frequency.to_string()),
        Err(_) => days_of_duration(text).ok().map(|_| text.to_owned()),
    }
}

fn text<'v>(value: &'v Option<Value<'_>>) -> Option<&'v str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn period(text: &str) -> Result<TimePeriod> {
    text.parse().map_err(|_| fault(format!("\"{text}\" is no period such as 2023 or 2023-Q1")))
}

fn frequency(duration: &str) -> Result<Frequency> {
    duration.parse().map_err(|_| fault(format!("\"{duration}\" is no duration such as A, Q or M")))
}

fn last_day(text: &str) -> Result<Date> {
    match text.parse::<Date>() {
        Ok(day) => Ok(day),
        Err(_) => Ok(period(text)?.end()),
    }
}
