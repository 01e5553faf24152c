//! What a figure says about the number behind it, from the digits and words that it was printed
//! with, in English, Russian and Kazakh.
//!
//! | printed | low | value | high | why |
//! |---|---|---|---|---|
//! | `1.2 trillion` | 1.15 trillion | 1.2 trillion | 1.25 trillion | half a unit of the last digit |
//! | `3%` | 2.5 | 3 | 3.5 | the same |
//! | `45,597` | 45,597 | 45,597 | 45,597 | a whole number in full is a count |
//! | `over 143.6 thousand` | 143,600 | | | a limit is no value |
//! | `over 200` | 201 | | | what is counted exceeds 200 by one at least |
//! | `less than 1%` | 0 | | 1 | |
//! | `10 to 15 thousand` | 10,000 | | 15,000 | |
//!
//! `About` and its like add nothing to what the digits say. Of several figures the first counts,
//! years apart. In a text with Cyrillic letters a comma is a decimal mark, in others one before
//! three digits separates thousands.

mod tokens;
mod words;

use crate::decimal::Decimal;
use std::fmt;
use tokens::{Token, tokens};
use words::{AFTER, BEFORE, FILLERS, Unit, matches, number_word, scale, unit};

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// It is no less than this; `None`: nothing bounds it below.
    pub low: Option<f64>,
    /// The number itself; `None`: only a limit was printed.
    pub value: Option<f64>,
    /// It is no more than this; `None`: nothing bounds it above.
    pub high: Option<f64>,
}

/// Whether a number may be negative, which `less than 3` does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// It can't: a count, a level, a share.
    #[default]
    NonNegative,
    /// It can: a change, a balance.
    Any,
}

/// The bounds that the first figure in a text gives.
///
/// ```
/// use olshem_formats::published::{Bounds, Sign, bounds};
///
/// let over = bounds("over 143.6 thousand", Sign::NonNegative)?;
/// assert_eq!(over, Bounds { low: Some(143_600.0), value: None, high: None });
/// # Ok::<(), olshem_formats::published::Unreadable>(())
/// ```
///
/// # Errors
///
/// A text without a number in digits.
pub fn bounds(text: &str, sign: Sign) -> Result<Bounds, Unreadable> {
    principal(&figures(text)).and_then(|figure| figure.bounds(sign)).ok_or(Unreadable)
}

/// A text in which no figure was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a figure such as `1.2 trillion`, `over 200` or `less than 1%`")
    }
}

impl std::error::Error for Unreadable {}

/// A figure in a text, and what the words around it make of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    number: Decimal,
    limits: Limits,
    /// The power of ten of its scale word, 0 without one.
    scale: i32,
    /// A percentage or a ratio: rounded even where printed as a whole number.
    relative: bool,
    /// Measured, not counted: money, power, length.
    measured: bool,
    year: bool,
    /// By how much to multiply all of it.
    factor: Decimal,
}

/// In what way a figure bounds a number.
#[derive(Clone, Copy, Debug)]
enum Limits {
    Is,
    Over,
    AtLeast,
    Under,
    UpTo,
    /// From the figure up to this one.
    To(Decimal),
}

impl Figure {
    /// Whether the figure has a scale word, and so says its unit itself.
    pub(crate) fn is_scaled(&self) -> bool {
        self.scale != 0
    }

    /// The same figure without its scale word: `1.2` of `1.2 trillion`.
    pub(crate) fn unscaled(&self) -> Self {
        // It is still rounded: 1 of `1 billion` is no count.
        Self { scale: 0, relative: self.relative || self.is_scaled(), ..*self }
    }

    /// The same figure in a unit so many times smaller: thousands become units by 1000.
    pub(crate) fn times(&self, factor: Decimal) -> Self {
        // What was printed in thousands is rounded to them.
        Self { factor, relative: self.relative || factor != Decimal::ONE, ..*self }
    }

    /// Whether it can be this number that was printed.
    pub(crate) fn is(&self, number: Decimal) -> bool {
        let low = self.number.shifted(self.scale);
        match self.limits {
            Limits::To(upper) => low <= number && number <= upper.shifted(self.scale),
            _ => low == number,
        }
    }

    /// What the figure says of the number; `None` if it has too many digits to be calculated with.
    pub(crate) fn bounds(&self, sign: Sign) -> Option<Bounds> {
        let scaled =
            |number: Decimal| number.shifted(self.scale).times(self.factor).map(Decimal::to_f64);
        let rounded = self.relative || self.scale != 0 || self.number.has_fraction();
        let floor = (sign == Sign::NonNegative && !self.number.is_negative()).then_some(0.0);
        let number = Some(scaled(self.number)?);
        let (low, value, high) = match self.limits {
            Limits::Over if !rounded && !self.measured => {
                (Some(scaled(self.number.successor()?)?), None, None)
            }
            Limits::Over | Limits::AtLeast => (number, None, None),
            Limits::Under | Limits::UpTo => (floor, None, number),
            Limits::To(upper) => (number, None, Some(scaled(upper)?)),
            Limits::Is if !rounded => (number, number, number),
            Limits::Is => {
                let (below, above) = self.number.rounding()?;
                let low = scaled(below)?;
                let low = floor.map_or(low, |floor: f64| low.max(floor));
                (Some(low), number, Some(scaled(above)?))
            }
        };
        Some(Bounds { low, value, high })
    }
}

/// The figure that a text is about.
pub(crate) fn principal(figures: &[Figure]) -> Option<Figure> {
    figures.iter().find(|figure| !figure.year).or(figures.first()).copied()
}

/// The figure that a number in a table's cell is: what bounds it is its last digit.
pub(crate) fn of_cell(number: Decimal) -> Figure {
    Figure {
        number,
        limits: Limits::Is,
        scale: 0,
        relative: false,
        measured: false,
        year: false,
        factor: Decimal::ONE,
    }
}

/// All figures in a text, in order.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let tokens = tokens(&text.to_lowercase());
    let mut figures = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(first) = Quantity::at(&tokens, at) else {
            at += 1;
            continue;
        };
        let before = &tokens[..at];
        let after = &tokens[first.end..];
        let (figure, end) = match Range::to(&first, before, &tokens) {
            Some(range) => (range.figure(&first), range.upper.end),
            None => (Some(first.figure(limits(before, after, &first))), first.end),
        };
        figures.extend(figure);
        at = end;
    }
    figures
}

/// A number, its scale word and its unit.
struct Quantity {
    number: Decimal,
    scale: i32,
    relative: bool,
    measured: bool,
    year: bool,
    /// The token after its last.
    end: usize,
}

impl Quantity {
    fn at(tokens: &[Token], at: usize) -> Option<Self> {
        let (number, year_like) = match &tokens[at] {
            Token::Number { number, year } => (*number, *year),
            // `one billion`, but not `one of them`.
            Token::Word(word) => {
                let follows = tokens.get(at + 1).and_then(Token::word).and_then(scale);
                (follows.and(number_word(word))?, false)
            }
            Token::Mark(_) => return None,
        };
        let mut end = at + 1;
        let mut power = 0;
        loop {
            // `95-thousand`
            let hyphen = usize::from(matches!(tokens.get(end), Some(Token::Mark('-'))));
            match tokens.get(end + hyphen).and_then(Token::word).and_then(scale) {
                Some(places) => power += places,
                None => break,
            }
            end += hyphen + 1;
        }
        let unit = unit(&tokens[end..]);
        let currency = tokens[..at].last().is_some_and(Token::is_currency);
        Some(Self {
            number,
            scale: power,
            relative: unit == Some(Unit::Relative),
            measured: currency || unit == Some(Unit::Measure),
            year: year_like && power == 0 && !currency && unit.is_none(),
            end: end + usize::from(matches!(tokens.get(end), Some(Token::Mark('%')))),
        })
    }

    fn figure(&self, limits: Limits) -> Figure {
        let Self { number, scale, relative, measured, year, .. } = *self;
        Figure { number, limits, scale, relative, measured, year, factor: Decimal::ONE }
    }
}

/// Two quantities that are the ends of a range.
struct Range {
    upper: Quantity,
}

impl Range {
    fn to(first: &Quantity, before: &[Token], tokens: &[Token]) -> Option<Self> {
        let ends_with = |word: &str| before.iter().rev().take(3).any(|t| t.word() == Some(word));
        let joined = match tokens.get(first.end)? {
            Token::Mark(mark) => matches!(mark, '-' | '–' | '—'),
            Token::Word(word) => match word.as_str() {
                "to" | "до" => true,
                "and" => ends_with("between"),
                "и" => ends_with("между"),
                _ => false,
            },
            Token::Number { .. } => false,
        };
        let fillers =
            tokens[first.end + 1..].iter().take_while(|token| token.is_currency()).count();
        let start = first.end + 1 + fillers;
        if !joined || start >= tokens.len() {
            return None;
        }
        Some(Self { upper: Quantity::at(tokens, start)? })
    }

    /// `None` for what falls (`from 93rd to 65th`), which is no range but a change.
    fn figure(&self, first: &Quantity) -> Option<Figure> {
        let upper = &self.upper;
        let own_unit = first.scale != 0 || first.relative;
        let scale = if own_unit { first.scale } else { upper.scale };
        // The upper end in the unit of the lower.
        let end = upper.number.shifted(upper.scale.saturating_sub(scale));
        (first.number < end).then_some(Figure {
            number: first.number,
            limits: Limits::To(end),
            scale,
            relative: first.relative || upper.relative,
            measured: first.measured || upper.measured,
            year: first.year && upper.year,
            factor: Decimal::ONE,
        })
    }
}

/// What the words before and after a quantity make of it.
fn limits(before: &[Token], after: &[Token], quantity: &Quantity) -> Limits {
    let near: Vec<&str> = before
        .iter()
        .rev()
        .take_while(|token| !token.ends_clause())
        .map(Token::text)
        .filter(|text| !FILLERS.contains(text))
        .take(3)
        .collect();
    let ends_with = |phrase: &str| {
        let mut words = near.iter();
        phrase.split(' ').rev().all(|part| words.next().is_some_and(|word| matches(word, part)))
    };
    let leading = BEFORE.iter().find(|(phrases, _)| phrases.iter().any(|p| ends_with(p)));
    if let Some((_, limits)) = leading {
        return *limits;
    }
    let next: Vec<&str> = after
        .iter()
        .take_while(|token| !token.ends_clause() && !matches!(token, Token::Number { .. }))
        .map(Token::text)
        .take(5)
        .collect();
    let contains = |phrase: &str| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        next.windows(parts.len())
            .any(|words| words.iter().zip(&parts).all(|(word, part)| matches(word, part)))
    };
    let follows = |phrase: &str| match phrase {
        "+" => next.first() == Some(&"+") && !quantity.relative,
        phrase => contains(phrase),
    };
    let trailing = AFTER.iter().find(|(phrases, _)| phrases.iter().any(|p| follows(p)));
    trailing.map_or(Limits::Is, |(_, limits)| *limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `low..value..high`; what is unknown is left out.
    fn printed(text: &str, sign: Sign) -> String {
        let show = |number: Option<f64>| number.map_or(String::new(), |n| n.to_string());
        match bounds(text, sign) {
            Ok(b) => format!("{}..{}..{}", show(b.low), show(b.value), show(b.high)),
            Err(_) => "unreadable".to_owned(),
        }
    }

    #[test]
    fn digits_and_words_give_bounds() {
        for (text, expected) in [
            // Rounded by a scale word, a fraction, a percentage or a ratio.
            ("1.2 trillion tenge (US$2.6 billion)", "1150000000000..1200000000000..1250000000000"),
            ("US$2.6 billion", "2550000000..2600000000..2650000000"),
            ("95 thousand", "94500..95000..95500"),
            ("310 thousand people, 3.5% of employed", "309500..310000..310500"),
            ("2.7%", "2.65..2.7..2.75"),
            ("2.70%", "2.695..2.7..2.705"),
            ("3%", "2.5..3..3.5"),
            ("1%", "0.5..1..1.5"),
            ("0%", "0..0..0.5"),
            ("-2.7%", "-2.75..-2.7..-2.65"),
            ("+31.3%", "31.25..31.3..31.35"),
            ("3.2 times", "3.15..3.2..3.25"),
            ("33,3 млрд тенге", "33250000000..33300000000..33350000000"),
            ("143,6 тыс. человек", "143550..143600..143650"),
            ("1,234 млрд", "1233500000..1234000000..1234500000"),
            ("1,234 billion", "1233500000000..1234000000000..1234500000000"),
            ("95 мың адам", "94500..95000..95500"),
            ("2,6 миллиард доллар", "2550000000..2600000000..2650000000"),
            ("1 пайыз", "0.5..1..1.5"),
            ("1.2bn", "1150000000..1200000000..1250000000"),
            ("to bring to one billion dollars by 2026", "500000000..1000000000..1500000000"),
            ("76 per cent", "75.5..76..76.5"),
            // Counted.
            ("143,600", "143600..143600..143600"),
            ("45,597", "45597..45597..45597"),
            ("423 133 tenge", "423133..423133..423133"),
            ("423\u{a0}133 тенге", "423133..423133..423133"),
            ("1,234,567", "1234567..1234567..1234567"),
            ("641 IT companies, 70 with foreign founders", "641..641..641"),
            ("list of 43 creative activities", "43..43..43"),
            ("12 MW", "12..12..12"),
            ("11th hub (OzgeEpic, Turkestan)", "11..11..11"),
            // Lower limits.
            ("over 143.6 thousand", "143600...."),
            ("over 200", "201...."),
            ("more than 16,000 (13,600 in 2021)", "16001...."),
            ("more than 50%", "50...."),
            ("more than 3 times", "3...."),
            ("exceeded $2 billion", "2000000000...."),
            ("over 200 MW", "200...."),
            ("свыше 45,5 тыс.", "45500...."),
            ("более 200 предложений", "201...."),
            ("превысил отметку в 2 млрд долларов", "2000000000...."),
            ("95 мыңнан астам", "95000...."),
            ("200-ден астам ұсыныс", "201...."),
            ("2 миллиард доллардан асты", "2000000000...."),
            ("at least 200", "200...."),
            ("не менее 200", "200...."),
            ("no less than 200", "200...."),
            ("200-ден кем емес", "200...."),
            ("200+", "200...."),
            // Upper limits.
            ("less than 1%", "0....1"),
            ("does not reach even 1%", "0....1"),
            ("not reaching 1%", "0.5..1..1.5"),
            ("even lower (than the <1% of GDP)", "0....1"),
            ("under 1 %", "0....1"),
            ("менее 1 %", "0....1"),
            ("не достигает даже 1%", "0....1"),
            ("1%-ға жетпейді", "0....1"),
            ("1 пайыздан аз", "0....1"),
            ("up to 6,033", "0....6033"),
            ("не более 10 тыс.", "0....10000"),
            ("100 мыңға дейін", "0....100000"),
            // Ranges.
            ("10 to 15 thousand", "10000....15000"),
            ("2–3%", "2....3"),
            ("2-3%", "2....3"),
            ("between 2 and 3 million", "2000000....3000000"),
            ("от 10 до 15 тыс.", "10000....15000"),
            ("900 thousand to 1.2 million", "900000....1200000"),
            ("from 93rd to 65th", "93..93..93"),
            // What adds nothing.
            ("about 2.7%", "2.65..2.7..2.75"),
            ("around 3%; unchanged over 10 years", "2.5..3..3.5"),
            ("только 1%", "0.5..1..1.5"),
            ("шамамен 1%", "0.5..1..1.5"),
            ("около 95 тыс.", "94500..95000..95500"),
            ("~ 460 billion tenge", "459500000000..460000000000..460500000000"),
            ("over the last year, 5 000 people", "5000..5000..5000"),
            ("in 2023, 1.2 trillion", "1150000000000..1200000000000..1250000000000"),
            ("$317 million by 2027", "316500000..317000000..317500000"),
            ("2161", "2161..2161..2161"),
            ("2023", "2023..2023..2023"),
            ("SI2 of 5 units", "5..5..5"),
            // No figure.
            ("", "unreadable"),
            ("grew fivefold last year", "unreadable"),
            ("last year", "unreadable"),
            ("15 to 10", "unreadable"),
        ] {
            assert_eq!(printed(text, Sign::NonNegative), expected, "{text}");
        }
    }

    #[test]
    fn what_may_be_negative_has_no_floor() {
        assert_eq!(printed("less than 3%", Sign::Any), "....3");
        assert_eq!(printed("0%", Sign::Any), "-0.5..0..0.5");
    }

    proptest! {
        #[test]
        fn the_value_lies_within_its_bounds(
            before in "(|over|less than|at least|up to|about|не более|~|-|\\$) ?",
            number in "[0-9]{1,12}([., ][0-9]{1,3}){0,3}",
            after in " ?(|%|thousand|млрд|мыңнан астам|times|MW|-ге дейін|to 5 million)",
        ) {
            for sign in [Sign::NonNegative, Sign::Any] {
                if let Ok(b) = bounds(&format!("{before}{number}{after}"), sign) {
                    let low = b.low.unwrap_or(f64::NEG_INFINITY);
                    let high = b.high.unwrap_or(f64::INFINITY);
                    prop_assert!(low <= high);
                    prop_assert!(b.value.is_none_or(|value| low <= value && value <= high));
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = bounds(&text, Sign::Any);
        }
    }
}
