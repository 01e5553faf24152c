//! One number of an indicator: value, bounds, unit.

use crate::locale::Words;
use crate::number::NO_BREAK_SPACE;
use crate::number::own_decimals;
use olshem_account::report::{Figure, Kind};

/// How many decimals to write.
#[derive(Clone, Copy, Debug)]
pub enum Decimals {
    /// That many.
    Fixed(usize),
    /// As many as each number has.
    Own,
}

impl Decimals {
    fn of(self, number: f64) -> usize {
        match self {
            Self::Fixed(decimals) => decimals,
            Self::Own => own_decimals(number),
        }
    }
}

/// A number and what is known of its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Amount {
    /// An infinite bound is none.
    pub fn new(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Self {
        let finite = |number: Option<f64>| number.filter(|n| n.is_finite());
        Self { value: finite(value), low: finite(low), high: finite(high) }
    }

    /// The value alone; without one, the bounds. With the unit after it.
    pub fn main(self, words: &Words, decimals: Decimals, unit: &str) -> String {
        match self.value {
            Some(value) => with_unit(words.number(value, decimals.of(value)), unit),
            None => {
                self.bounds(words, decimals, unit).unwrap_or_else(|| words.get("verdict-no-data"))
            }
        }
    }

    /// Value, unit and, in brackets, the bounds.
    pub fn whole(self, words: &Words, decimals: Decimals, unit: &str) -> String {
        let main = self.main(words, decimals, unit);
        match self.bounds(words, decimals, "") {
            Some(bounds) if self.value.is_some() => format!("{main} ({bounds})"),
            _ => main,
        }
    }

    /// The bounds, unless they read as the value does; `None` where nothing bounds it.
    pub fn bounds(self, words: &Words, decimals: Decimals, unit: &str) -> Option<String> {
        let text = |bound| words.number(bound, decimals.of(bound));
        let one_sided =
            |key, bound| words.with(key, &[("bound", with_unit(text(bound), unit).into())]);
        match (self.low, self.high) {
            // In as many digits as are shown they are one number.
            (Some(low), Some(high)) if text(low) == text(high) => {
                let is_told = self.value.is_some_and(|value| text(value) == text(low));
                (!is_told).then(|| with_unit(text(low), unit))
            }
            // A dash beside a minus sign would be hard to tell from it.
            (Some(low), Some(high)) if low < 0.0 || high < 0.0 => {
                Some(with_unit(format!("{} … {}", text(low), text(high)), unit))
            }
            (Some(low), Some(high)) => {
                Some(with_unit(format!("{}–{}", text(low), text(high)), unit))
            }
            (Some(low), None) => Some(one_sided("bound-below", low)),
            (None, Some(high)) => Some(one_sided("bound-above", high)),
            (None, None) => None,
        }
    }
}

fn with_unit(number: String, unit: &str) -> String {
    match unit {
        "" => number,
        unit => format!("{number}{NO_BREAK_SPACE}{unit}"),
    }
}

impl From<&Figure> for Amount {
    fn from(figure: &Figure) -> Self {
        Self::new(figure.value, figure.low, figure.high)
    }
}

/// The figure with its unit and bounds, marked where it is not a measurement.
pub fn whole(words: &Words, figure: &Figure) -> String {
    let amount = Amount::from(figure).whole(
        words,
        Decimals::Fixed(figure.decimals),
        words.text(&figure.unit),
    );
    match kind(words, figure.kind) {
        Some(kind) => format!("{amount}, {kind}"),
        None => amount,
    }
}

/// `0.70; 0.10–2.35`: the figure and its bounds without unit, for a list in which all have the same.
pub fn bare(words: &Words, figure: &Figure) -> String {
    let amount = Amount::from(figure);
    let decimals = Decimals::Fixed(figure.decimals);
    let main = amount.main(words, decimals, "");
    match amount.bounds(words, decimals, "") {
        Some(bounds) if figure.value.is_some() => format!("{main}; {bounds}"),
        _ => main,
    }
}

/// ` (% of GDP, as published)`: the unit of a list, and what sort of numbers they are.
pub fn unit_and_kind(words: &Words, figure: &Figure) -> String {
    let unit = Some(words.text(&figure.unit).to_owned()).filter(|unit| !unit.is_empty());
    let parts: Vec<String> = unit.into_iter().chain(kind(words, figure.kind)).collect();
    match parts.as_slice() {
        [] => String::new(),
        parts => format!(" ({})", parts.join(", ")),
    }
}

/// What sort of number it is, where it is not a measurement.
pub fn kind(words: &Words, kind: Kind) -> Option<String> {
    match kind {
        Kind::Measured => None,
        Kind::Published => Some(words.get("kind-published")),
        Kind::Intention => Some(words.get("kind-intention")),
    }
}

/// The period that a figure is for.
pub fn period(figure: &Figure) -> Option<&str> {
    figure.at.get("TIME_PERIOD").map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    #[test]
    fn bounds_are_written_as_far_as_they_are_known() {
        let inf = f64::INFINITY;
        for (value, low, high, en, ru) in [
            (Some(2.7), Some(2.65), Some(2.75), "2.70 % (2.65–2.75)", "2,70 % (2,65–2,75)"),
            (None, Some(0.0), Some(9.309), "0.00–9.31 %", "0,00–9,31 %"),
            (Some(3.0), Some(3.0), Some(3.0), "3.00 %", "3,00 %"),
            (Some(3.0), None, None, "3.00 %", "3,00 %"),
            (None, Some(3.0), Some(3.0), "3.00 %", "3,00 %"),
            (None, Some(-2.0), Some(1.5), "−2.00 … 1.50 %", "−2,00 … 1,50 %"),
            (None, None, None, "no data", "нет данных"),
            (None, Some(-inf), Some(inf), "no data", "нет данных"),
        ] {
            let write = |locale| {
                Amount::new(value, low, high).whole(&Words::new(locale), Decimals::Fixed(2), "%")
            };
            assert_eq!(write(Locale::En).replace(NO_BREAK_SPACE, " "), en);
            assert_eq!(write(Locale::Ru).replace(NO_BREAK_SPACE, " "), ru);
        }
    }

    #[test]
    fn a_bound_that_is_not_known_is_said_in_words() {
        let words = Words::new(Locale::En);
        let least = Amount::new(None, Some(201.0), None);
        assert_eq!(least.whole(&words, Decimals::Own, ""), "≥ 201, upper bound not known");
        let most = Amount::new(Some(3.0), None, Some(4.0));
        assert_eq!(most.whole(&words, Decimals::Own, ""), "3 (≤ 4, lower bound not known)");
        let with_unit = least.whole(&words, Decimals::Own, "people").replace(NO_BREAK_SPACE, " ");
        assert_eq!(with_unit, "≥ 201 people, upper bound not known");
    }
}
