//! Stretches of days: what intervals, periods and days have in common, and how far apart they follow
//! one another.

use super::fault;
use datafusion::common::Result;
use olshem_model::TimePeriod;
use olshem_model::time::Date;
use std::collections::BTreeSet;
use std::fmt;

/// From a first day to a last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

/// The canonical text of an interval.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.last)
    }
}

/// A length that can be put behind itself again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Months(i64),
    Days(i64),
}

impl Length {
    /// The duration of that length: a letter where there is one, else in the notation of ISO 8601.
    pub(crate) fn duration(self) -> String {
        match self {
            Self::Months(12) => "A".to_owned(),
            Self::Months(6) => "S".to_owned(),
            Self::Months(3) => "Q".to_owned(),
            Self::Months(1) => "M".to_owned(),
            Self::Days(7) => "W".to_owned(),
            Self::Days(1) => "D".to_owned(),
            Self::Months(months) if months % 12 == 0 => format!("P{}Y", months / 12),
            Self::Months(months) => format!("P{months}M"),
            Self::Days(days) => format!("P{days}D"),
        }
    }
}

impl Span {
    /// What an interval, a period or a day means, in any of its spellings.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let span = match text.split_once('/') {
            Some((start, end)) => part(start)
                .zip(part(end))
                .map(|(start, end)| Self { first: start.first, last: end.last }),
            None => part(text),
        };
        match span {
            Some(span) if span.first <= span.last => Ok(span),
            _ => Err(fault(format!("\"{text}\" is no interval such as 2023-01-01/2023-12-31"))),
        }
    }

    /// Whole months where it ends on the day before the one that it began on, else days.
    pub(crate) fn length(self) -> Length {
        if let Some(next) = days_later(self.last, 1)
            && next.day() == self.first.day()
        {
            let months = month_number(next) - month_number(self.first);
            if months > 0 {
                return Length::Months(months);
            }
        }
        Length::Days(i64::from(self.last.days()) - i64::from(self.first.days()) + 1)
    }

    /// That many of its own length later.
    pub(crate) fn shift(self, by: i64) -> Option<Self> {
        match self.length() {
            Length::Months(months) => {
                let months = months.checked_mul(by)?;
                let next = months_later(days_later(self.last, 1)?, months)?;
                Some(Self { first: months_later(self.first, months)?, last: days_later(next, -1)? })
            }
            Length::Days(days) => {
                let days = days.checked_mul(by)?;
                Some(Self {
                    first: days_later(self.first, days)?,
                    last: days_later(self.last, days)?,
                })
            }
        }
    }
}

fn part(text: &str) -> Option<Span> {
    match text.parse::<Date>() {
        Ok(day) => Some(Span { first: day, last: day }),
        Err(_) => {
            let period = text.parse::<TimePeriod>().ok()?;
            Some(Span { first: period.start(), last: period.end() })
        }
    }
}

/// How the days of a series follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// Every so many months, on that day or the month's last if it has no such.
    Months { months: i64, day: u32 },
    /// Every so many days.
    Days(i64),
}

impl Rhythm {
    /// The rhythm that the days of a series reveal: of a year, half-year, quarter or month if all
    /// lie alike in their months (or at their ends), else of weeks or days. One day reveals nothing.
    pub(crate) fn of(days: &BTreeSet<Date>) -> Option<Self> {
        let (first, second) = (days.first()?, days.iter().nth(1)?);
        let at_end = |date: &Date| date.day() == days_in_month(*date);
        let day = match days.iter().all(at_end) {
            true => 31,
            false => days.iter().map(|date| date.day()).max()?,
        };
        if days.iter().all(|date| date.day() == day.min(days_in_month(*date))) {
            let start = month_number(*first);
            let apart = days.iter().fold(0, |apart, date| gcd(apart, month_number(*date) - start));
            let months = [12, 6, 3].into_iter().find(|months| apart % months == 0).unwrap_or(1);
            return Some(Self::Months { months, day });
        }
        let start = i64::from(first.days());
        let between = i64::from(second.days()) - start;
        let apart =
            days.iter().fold(between, |apart, date| gcd(apart, i64::from(date.days()) - start));
        Some(Self::Days(if apart % 7 == 0 { 7 } else { 1 }))
    }

    /// The day that many steps later.
    pub(crate) fn step(self, from: Date, by: i64) -> Option<Date> {
        match self {
            Self::Months { months, day } => {
                let number = month_number(from).checked_add(months.checked_mul(by)?)?;
                on_day(number, day)
            }
            Self::Days(days) => days_later(from, days.checked_mul(by)?),
        }
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Months { months, day } => write!(f, "{months}M{day}"),
            Self::Days(days) => write!(f, "{days}D"),
        }
    }
}

impl std::str::FromStr for Rhythm {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let parsed = match text.split_once('M') {
            Some((months, day)) => months
                .parse()
                .ok()
                .zip(day.parse().ok())
                .map(|(months, day)| Self::Months { months, day }),
            None => text.strip_suffix('D').and_then(|days| days.parse().ok()).map(Self::Days),
        };
        parsed.ok_or(())
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// Months since that of the year 0.
fn month_number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// That day of a month, or its last if it has no such.
fn on_day(month: i64, day: u32) -> Option<Date> {
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = month.rem_euclid(12) as u32 + 1;
    (0..4).find_map(|short| Date::new(year, month, day.checked_sub(short)?))
}

fn days_in_month(date: Date) -> u32 {
    on_day(month_number(date), 31).map_or(31, Date::day)
}

pub(crate) fn days_later(day: Date, days: i64) -> Option<Date> {
    Date::from_days(i32::try_from(i64::from(day.days()).checked_add(days)?).ok()?)
}

pub(crate) fn months_later(day: Date, months: i64) -> Option<Date> {
    on_day(month_number(day).checked_add(months)?, day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_shifted_by_its_own_length() {
        for (text, by, expected) in [
            ("2010M1/2010M12", -1, "2009-01-01/2009-12-31"),
            ("2010", 2, "2012-01-01/2012-12-31"),
            ("2011-04-01/2012-03-31", 1, "2012-04-01/2013-03-31"),
            ("2023-01-01/2023-01-31", 1, "2023-02-01/2023-02-28"),
            ("2023-01-15/2023-02-14", 1, "2023-02-15/2023-03-14"),
            ("2023-01-02/2023-01-08", 3, "2023-01-23/2023-01-29"),
            ("2023-01-01/2023-01-10", -1, "2022-12-22/2022-12-31"),
            ("2023-01-31/2023-01-31", 1, "2023-02-01/2023-02-01"),
        ] {
            let shifted = Span::parse(text).unwrap().shift(by).unwrap();
            assert_eq!(shifted.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn days_reveal_their_rhythm() {
        for (days, expected) in [
            (&["2010-12-31", "2012-12-31", "2013-12-31"][..], Some("12M31")),
            (&["2010-12-31", "2012-12-31"], Some("12M31")),
            (&["2010-01-31", "2010-02-28", "2010-04-30"], Some("1M31")),
            (&["2010-01-30", "2010-02-28", "2010-03-30"], Some("1M30")),
            (&["2010-01-15", "2010-04-15", "2011-01-15"], Some("3M15")),
            (&["2010-01-01", "2010-07-01"], Some("6M1")),
            (&["2010-01-04", "2010-01-18"], Some("7D")),
            (&["2010-01-04", "2010-01-06", "2010-01-07"], Some("1D")),
            (&["2010-01-04"], None),
        ] {
            let days = days.iter().map(|day| day.parse().unwrap()).collect();
            let rhythm = Rhythm::of(&days).map(|rhythm| rhythm.to_string());
            assert_eq!(rhythm.as_deref(), expected);
            let read = rhythm.map(|text| text.parse::<Rhythm>().unwrap());
            assert_eq!(read, Rhythm::of(&days));
        }
    }
}
