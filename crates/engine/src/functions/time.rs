//! Functions on periods, days and durations, all held as their canonical text.

use super::fault;
use super::row::{RowFunction, Value};
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
        returns: DataType::Utf8,
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
        returns: DataType::Utf8,
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

/// The period of a longer frequency (a duration letter) in which a period or day lies.
pub(crate) fn aggregate() -> RowFunction {
    RowFunction {
        name: "time_aggregate",
        returns: DataType::Utf8,
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
        returns: DataType::Utf8,
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

fn days_later(day: Date, days: i64) -> Option<Date> {
    Date::from_days(i32::try_from(i64::from(day.days()).checked_add(days)?).ok()?)
}

fn months_later(day: Date, months: i64) -> Option<Date> {
    let first = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
    let index = first.checked_add(months)?;
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = index.rem_euclid(12) as u32 + 1;
    (0..4).find_map(|short| Date::new(year, month, day.day().checked_sub(short)?))
}

/// Days as years and days: `P1Y35D`; a year has 365.
pub(crate) fn day_to_year() -> RowFunction {
    RowFunction {
        name: "day_to_year",
        returns: DataType::Utf8,
        body: |arguments| days_in(arguments, 365, 'Y'),
    }
}

/// Days as months and days: `P1M5D`; a month has 30.
pub(crate) fn day_to_month() -> RowFunction {
    RowFunction {
        name: "day_to_month",
        returns: DataType::Utf8,
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

/// The canonical text of what the argument means as a period; an error if it means none.
pub(crate) fn parse_period() -> RowFunction {
    RowFunction {
        name: "parse_period",
        returns: DataType::Utf8,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            Ok(Some(Value::text(period(text)?.to_string())))
        },
    }
}

/// The canonical text of what the argument means as a day; an error if it means none.
pub(crate) fn parse_date() -> RowFunction {
    RowFunction {
        name: "parse_date",
        returns: DataType::Utf8,
        body: |arguments| {
            let Some(text) = text(&arguments[0]) else { return Ok(None) };
            let day: Date = text
                .parse()
                .map_err(|_| fault(format!("\"{text}\" is no day such as 2023-01-31")))?;
            Ok(Some(Value::text(day.to_string())))
        },
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
