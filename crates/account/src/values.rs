//! Values that are more than a string or a number: ids, dates, weights, language tags.

use olshem_model::TimePeriod;
use olshem_model::time::Date as Day;
use serde::de::{Deserialize, Deserializer, Error};
use std::fmt;
use std::ops::Deref;

/// Letters, digits, `-` and `_`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(String);

/// A date to the day, month or year, as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(String);

/// A share of an activity that a definition takes in: from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Weight(f64);

/// A language tag such as `kk`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locale(String);

impl Weight {
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Date {
    /// The period that it names: a year, month or day.
    pub fn period(&self) -> Option<TimePeriod> {
        self.0.parse().ok()
    }
}

/// Whether `text` is a day, month or year of ISO 8601.
pub(crate) fn is_date(text: &str) -> bool {
    match text.len() {
        4 | 7 => {
            let digits_and_dash = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            digits_and_dash && text.parse::<TimePeriod>().is_ok()
        }
        _ => text.parse::<Day>().is_ok(),
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || !text.chars().all(allowed) {
            let message = format!("`{text}` is no id: only letters, digits, `-` and `_` will do");
            return Err(D::Error::custom(message));
        }
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !is_date(&text) {
            let message = format!("`{text}` is no date such as `2023-09-01`, `2023-09` or `2023`");
            return Err(D::Error::custom(message));
        }
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let weight = f64::deserialize(deserializer)?;
        if !(0.0..=1.0).contains(&weight) {
            return Err(D::Error::custom(format!("the weight {weight} is not between 0 and 1")));
        }
        Ok(Self(weight))
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_tag = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
        if !is_tag {
            return Err(D::Error::custom(format!("`{text}` is no language tag such as `kk`")));
        }
        Ok(Self(text))
    }
}

/// For a field that is a date in the file and plain text in the report.
pub(crate) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Date::deserialize(deserializer).map(|date| date.0)
}

/// The same for one that may be absent.
pub(crate) fn optional_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    date(deserializer).map(Some)
}

macro_rules! like_text {
    ($($name:ident),+) => {$(
        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

like_text!(Id, Date, Locale);

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn a_date_is_a_day_a_month_or_a_year() {
        for date in ["2023", "2023-09", "2023-09-01", "2024-02-29"] {
            assert!(is_date(date), "{date}");
        }
        for other in
            ["", "23", "2023-13", "2023-02-30", "2023-Q1", "2023Q1", "1.9.2023", "2023-9-1"]
        {
            assert!(!is_date(other), "{other}");
        }
    }
}
