//! Time periods such as `2023`, `2023-Q1`, `2023-W01`, the days they begin and end on, and the
//! frequencies they come in.

use chrono::{Datelike, NaiveDate};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// How long a period is; VTL's `duration` restricted to the lengths that statistics come in.
///
/// The order is from the shortest to the longest.
///
/// ```
/// use olshem_model::Frequency;
///
/// assert_eq!("Q".parse(), Ok(Frequency::Quarterly));
/// assert_eq!("P3M".parse(), Ok(Frequency::Quarterly));
/// assert!(Frequency::Daily < Frequency::Annual);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Frequency {
    Daily,
    /// Weeks as ISO 8601 counts them: from Monday, the first being that of 4 January.
    Weekly,
    Monthly,
    Quarterly,
    SemiAnnual,
    Annual,
}

impl Frequency {
    /// All of them, from the shortest.
    pub const ALL: [Self; 6] =
        [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly, Self::SemiAnnual, Self::Annual];

    /// VTL's letter for this length.
    pub fn letter(self) -> char {
        match self {
            Self::Daily => 'D',
            Self::Weekly => 'W',
            Self::Monthly => 'M',
            Self::Quarterly => 'Q',
            Self::SemiAnnual => 'S',
            Self::Annual => 'A',
        }
    }

    /// How many periods of this length make up that year.
    pub fn periods_in(self, year: i32) -> u16 {
        match self {
            Self::Annual => 1,
            Self::SemiAnnual => 2,
            Self::Quarterly => 4,
            Self::Monthly => 12,
            // 28 December always lies in the last week of its year.
            Self::Weekly => {
                Date::new(year, 12, 28).map_or(52, |date| date.0.iso_week().week() as u16)
            }
            Self::Daily => Date::new(year, 12, 31).map_or(365, |date| date.0.ordinal() as u16),
        }
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// VTL's letter, or the ISO 8601 duration of that length.
impl FromStr for Frequency {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Ok(match text {
            "D" | "P1D" => Self::Daily,
            "W" | "P1W" | "P7D" => Self::Weekly,
            "M" | "P1M" => Self::Monthly,
            "Q" | "P3M" => Self::Quarterly,
            "S" | "P6M" => Self::SemiAnnual,
            "A" | "P1Y" => Self::Annual,
            _ => return Err(TimeError::new(Expected::Frequency, text)),
        })
    }
}

/// A regular period: the so-manieth of its frequency in a year.
///
/// Periods of one frequency are ordered; those of different frequencies are not comparable.
///
/// ```
/// use olshem_model::{Frequency, TimePeriod};
///
/// let quarter: TimePeriod = "2023Q4".parse()?;
/// assert_eq!(quarter.to_string(), "2023-Q4");
/// assert_eq!(quarter.shift(1), Some("2024-Q1".parse()?));
/// assert_eq!(quarter.end().to_string(), "2023-12-31");
/// assert_eq!(quarter.aggregate_to(Frequency::Annual), Some("2023".parse()?));
/// assert!(quarter > "2023-Q1".parse()?);
/// assert!(quarter.partial_cmp(&"2023".parse()?).is_none());
/// # Ok::<(), olshem_model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimePeriod {
    frequency: Frequency,
    year: i32,
    ordinal: u16,
}

impl TimePeriod {
    /// The `ordinal`th period (from 1) of that length in that year (0 to 9999), if there is one.
    pub fn new(frequency: Frequency, year: i32, ordinal: u16) -> Option<Self> {
        let exists =
            Date::YEARS.contains(&year) && (1..=frequency.periods_in(year)).contains(&ordinal);
        exists.then_some(Self { frequency, year, ordinal })
    }

    /// The period of that length in which a day lies.
    ///
    /// The year of a week is the one in which most of its days lie. `None` only for a week at
    /// either end of the calendar.
    pub fn containing(frequency: Frequency, date: Date) -> Option<Self> {
        let month = date.0.month0() as u16;
        let (year, ordinal) = match frequency {
            Frequency::Annual => (date.year(), 1),
            Frequency::SemiAnnual => (date.year(), month / 6 + 1),
            Frequency::Quarterly => (date.year(), month / 3 + 1),
            Frequency::Monthly => (date.year(), month + 1),
            Frequency::Weekly => {
                let week = date.0.iso_week();
                (week.year(), week.week() as u16)
            }
            Frequency::Daily => (date.year(), date.0.ordinal() as u16),
        };
        Self::new(frequency, year, ordinal)
    }

    /// How long it is.
    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    /// The year in which it lies.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Its place among the periods of its length in that year, from 1.
    pub fn ordinal(self) -> u16 {
        self.ordinal
    }

    /// A number that grows by one from each period to the next of its frequency.
    pub fn index(self) -> i64 {
        match self.frequency {
            Frequency::Weekly => i64::from(self.start().days()).div_euclid(7),
            Frequency::Daily => i64::from(self.start().days()),
            longer => {
                i64::from(self.year) * i64::from(longer.periods_in(self.year))
                    + i64::from(self.ordinal)
                    - 1
            }
        }
    }

    /// The period with that [`index`](Self::index), if it lies in the years 0 to 9999.
    pub fn from_index(frequency: Frequency, index: i64) -> Option<Self> {
        match frequency {
            // Day 0 is a Thursday, so Mondays leave 4 when divided by 7.
            Frequency::Weekly => {
                let monday = index.checked_mul(7)?.checked_add(4)?;
                Self::containing(frequency, Date::from_days(i32::try_from(monday).ok()?)?)
            }
            Frequency::Daily => {
                Self::containing(frequency, Date::from_days(i32::try_from(index).ok()?)?)
            }
            longer => {
                let per_year = i64::from(longer.periods_in(0));
                let year = i32::try_from(index.div_euclid(per_year)).ok()?;
                Self::new(frequency, year, index.rem_euclid(per_year) as u16 + 1)
            }
        }
    }

    /// The period `n` later (or earlier), if it lies in the years 0 to 9999.
    pub fn shift(self, n: i64) -> Option<Self> {
        Self::from_index(self.frequency, self.index().checked_add(n)?)
    }

    /// Its first day.
    pub fn start(self) -> Date {
        let ordinal = u32::from(self.ordinal);
        let first_of = |month| NaiveDate::from_ymd_opt(self.year, month, 1);
        let date = match self.frequency {
            Frequency::Annual => first_of(1),
            Frequency::SemiAnnual => first_of(ordinal * 6 - 5),
            Frequency::Quarterly => first_of(ordinal * 3 - 2),
            Frequency::Monthly => first_of(ordinal),
            Frequency::Weekly => {
                NaiveDate::from_isoywd_opt(self.year, ordinal, chrono::Weekday::Mon)
            }
            Frequency::Daily => NaiveDate::from_yo_opt(self.year, ordinal),
        };
        // Cannot fail: `new` admits only ordinals that exist in years far inside chrono's range.
        Date(date.unwrap_or_default())
    }

    /// Its last day.
    pub fn end(self) -> Date {
        let days = match self.frequency {
            Frequency::Daily => return self.start(),
            Frequency::Weekly => 6,
            Frequency::Monthly => 31,
            Frequency::Quarterly => 92,
            Frequency::SemiAnnual => 184,
            Frequency::Annual => 366,
        };
        // No period of that length is longer; so this is its last day or a day or two after it.
        let mut end = self.start().0 + chrono::TimeDelta::days(days);
        if self.frequency != Frequency::Weekly {
            end -= chrono::TimeDelta::days(i64::from(end.day()));
        }
        Date(end)
    }

    /// The period of that length in which it lies whole; `None` where there is none, as for a
    /// shorter length, or for a week that begins in one month and ends in another.
    pub fn aggregate_to(self, frequency: Frequency) -> Option<Self> {
        let first = Self::containing(frequency, self.start())?;
        let last = Self::containing(frequency, self.end())?;
        (first == last).then_some(first)
    }
}

impl PartialOrd for TimePeriod {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.frequency == other.frequency)
            .then(|| (self.year, self.ordinal).cmp(&(other.year, other.ordinal)))
    }
}

/// The canonical spelling: `2023`, `2023-S1`, `2023-Q1`, `2023-M01`, `2023-W01`, `2023-01-15`.
impl fmt::Display for TimePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frequency, year, ordinal } = *self;
        match frequency {
            Frequency::Annual => write!(f, "{year:04}"),
            Frequency::SemiAnnual | Frequency::Quarterly => {
                write!(f, "{year:04}-{frequency}{ordinal}")
            }
            Frequency::Monthly | Frequency::Weekly => {
                write!(f, "{year:04}-{frequency}{ordinal:02}")
            }
            Frequency::Daily => self.start().fmt(f),
        }
    }
}

/// The spellings that offices, SDMX and VTL use: `2023`, `2023A`, `2023-A1`, `2023-S1`, `2023-H1`,
/// `2023-Q1`, `2023Q1`, `2023-M01`, `2023M1`, `2023-01` (a month), `2023-W01`, `2023-D015`,
/// `2023-01-15`.
impl FromStr for TimePeriod {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        parse_period(text).ok_or_else(|| TimeError::new(Expected::Period, text))
    }
}

fn parse_period(text: &str) -> Option<TimePeriod> {
    let year = digits(text.get(..4)?)?;
    let rest = text.get(4..)?;
    if rest.is_empty() {
        return TimePeriod::new(Frequency::Annual, year.into(), 1);
    }
    let after_dash = rest.strip_prefix('-');
    if let Some(dashed) = after_dash.filter(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
        return match dashed.len() {
            2 => TimePeriod::new(Frequency::Monthly, year.into(), digits(dashed)?),
            _ => TimePeriod::containing(Frequency::Daily, text.parse().ok()?),
        };
    }
    let lettered = after_dash.unwrap_or(rest);
    let frequency = match lettered.chars().next()? {
        'H' => Frequency::SemiAnnual,
        letter => Frequency::ALL.into_iter().find(|f| f.letter() == letter)?,
    };
    let ordinal = match lettered.get(1..)? {
        "" if frequency == Frequency::Annual => 1,
        number if number.len() <= 3 => digits(number)?,
        _ => return None,
    };
    TimePeriod::new(frequency, year.into(), ordinal)
}

/// The value of a text of one to four decimal digits and nothing else.
fn digits(text: &str) -> Option<u16> {
    let all_digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

/// A day of the Gregorian calendar in the years 0 to 9999.
///
/// ```
/// use olshem_model::time::Date;
///
/// let date: Date = "2024-02-29".parse()?;
/// assert_eq!((date.year(), date.month(), date.day()), (2024, 2, 29));
/// assert_eq!(Date::from_days(date.days()), Some(date));
/// assert_eq!(Date::new(1970, 1, 1).map(Date::days), Some(0));
/// # Ok::<(), olshem_model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(NaiveDate);

impl Date {
    const YEARS: std::ops::RangeInclusive<i32> = 0..=9999;

    /// That day, if there is one.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        Self::YEARS.contains(&year).then_some(Self(date))
    }

    /// The day so many days after 1 January 1970.
    pub fn from_days(days: i32) -> Option<Self> {
        let date = NaiveDate::from_epoch_days(days)?;
        Self::YEARS.contains(&date.year()).then_some(Self(date))
    }

    /// How many days after 1 January 1970 it is.
    pub fn days(self) -> i32 {
        self.0.to_epoch_days()
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, from 1.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> u32 {
        self.0.ordinal()
    }
}

/// `2023-01-15`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parse = || {
            let mut parts = text.split('-');
            let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
            if (year.len(), month.len(), day.len(), parts.next()) != (4, 2, 2, None) {
                return None;
            }
            Self::new(digits(year)?.into(), digits(month)?.into(), digits(day)?.into())
        };
        parse().ok_or_else(|| TimeError::new(Expected::Date, text))
    }
}

/// A text that is not the kind of time it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    /// What it should have been.
    pub expected: Expected,
    /// What it was.
    pub text: String,
}

/// What a [`TimeError`] missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Expected {
    Frequency,
    Period,
    Date,
}

impl TimeError {
    fn new(expected: Expected, text: &str) -> Self {
        Self { expected, text: text.to_owned() }
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected {
            Expected::Frequency => "a duration (`A`, `S`, `Q`, `M`, `W` or `D`)",
            Expected::Period => "a period such as `2023`, `2023-Q1` or `2023-M01`",
            Expected::Date => "a date such as `2023-01-31`",
        };
        write!(f, "`{}` is not {expected}", self.text)
    }
}

impl std::error::Error for TimeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period(text: &str) -> TimePeriod {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_spelling_leads_to_the_canonical_one() {
        for (spelling, canonical) in [
            ("2023", "2023"),
            ("2023A", "2023"),
            ("2023-A1", "2023"),
            ("2023A1", "2023"),
            ("2023-S2", "2023-S2"),
            ("2023-H2", "2023-S2"),
            ("2023-Q1", "2023-Q1"),
            ("2023Q1", "2023-Q1"),
            ("2023-01", "2023-M01"),
            ("2023M1", "2023-M01"),
            ("2023-M12", "2023-M12"),
            ("2023-W01", "2023-W01"),
            ("2020-W53", "2020-W53"),
            ("2023-D015", "2023-01-15"),
            ("2023D15", "2023-01-15"),
            ("2024-D366", "2024-12-31"),
            ("2023-01-15", "2023-01-15"),
        ] {
            assert_eq!(period(spelling).to_string(), canonical, "{spelling}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in [
            "",
            "23",
            "2023-",
            "2023-Q",
            "2023-Q5",
            "2023-Q0",
            "2023-M13",
            "2023-13",
            "2023-1",
            "2023-A2",
            "2023-W53",
            "2023-D366",
            "2023-02-30",
            "2023-1-1",
            "2023-X1",
            "2023Q1 ",
            "2023-Q+1",
            "+023",
            "٢٠٢٣",
            "2023-Қ1",
            "2023-D0015",
        ] {
            assert!(text.parse::<TimePeriod>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_ends_where_the_calendar_says() {
        for (text, start, end) in [
            ("2023", "2023-01-01", "2023-12-31"),
            ("2024", "2024-01-01", "2024-12-31"),
            ("2023-S1", "2023-01-01", "2023-06-30"),
            ("2024-S1", "2024-01-01", "2024-06-30"),
            ("2023-S2", "2023-07-01", "2023-12-31"),
            ("2023-Q1", "2023-01-01", "2023-03-31"),
            ("2024-M02", "2024-02-01", "2024-02-29"),
            ("2023-M12", "2023-12-01", "2023-12-31"),
            ("2020-W53", "2020-12-28", "2021-01-03"),
            ("2023-01-15", "2023-01-15", "2023-01-15"),
        ] {
            assert_eq!(period(text).start().to_string(), start, "{text}");
            assert_eq!(period(text).end().to_string(), end, "{text}");
        }
    }

    #[test]
    fn a_week_across_two_months_lies_in_neither() {
        assert_eq!(period("2023-W05").aggregate_to(Frequency::Monthly), None);
        assert_eq!(period("2023-W02").aggregate_to(Frequency::Monthly), Some(period("2023-M01")));
        assert_eq!(period("2023").aggregate_to(Frequency::Quarterly), None);
    }

    fn any_period() -> impl Strategy<Value = TimePeriod> {
        (0..6usize, 0..=9999i32, any::<u16>()).prop_map(|(frequency, year, seed)| {
            let frequency = Frequency::ALL[frequency];
            let ordinal = seed % frequency.periods_in(year) + 1;
            TimePeriod::new(frequency, year, ordinal).unwrap()
        })
    }

    proptest! {
        #[test]
        fn parsing_undoes_printing(period in any_period()) {
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }

        #[test]
        fn shifting_there_and_back_changes_nothing(period in any_period(), n in -5000i64..5000) {
            if let Some(shifted) = period.shift(n) {
                prop_assert_eq!(shifted.shift(-n), Some(period));
                prop_assert_eq!(shifted.index() - period.index(), n);
                prop_assert_eq!(shifted.partial_cmp(&period), Some(n.cmp(&0)));
            }
        }

        #[test]
        fn the_next_period_starts_the_day_after(period in any_period()) {
            if let Some(next) = period.shift(1) {
                prop_assert_eq!(next.start().days(), period.end().days() + 1);
            }
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,12}") {
            let _ = text.parse::<TimePeriod>();
        }
    }
}
