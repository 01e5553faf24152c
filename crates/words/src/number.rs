//! Numbers as the readers of a locale write them.

use crate::locale::Locale;

/// U+2212, as long as a plus sign and never broken from its digits.
const MINUS: char = '\u{2212}';
/// A space that lines do not break at.
pub const NO_BREAK_SPACE: char = '\u{a0}';

/// The number rounded to that many decimals, with the locale's separators.
///
/// Rounds half away from zero in decimal, on the shortest decimal text that stands for the value:
/// 2.675 becomes 2.68 although the binary number nearest to it lies below. Official tables are
/// rounded so, and a tie decided in binary would differ from them.
pub fn number(value: f64, decimals: usize, locale: Locale) -> String {
    let (group, point) = match locale {
        Locale::En => (',', '.'),
        Locale::Ru | Locale::Kk => (NO_BREAK_SPACE, ','),
    };
    let (whole, fraction) = rounded(value.abs(), decimals);
    let is_zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
    let mut text = String::new();
    if value < 0.0 && !is_zero {
        text.push(MINUS);
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if decimals > 0 {
        text.push(point);
        text.push_str(&fraction);
    }
    text
}

/// How many decimals the number has itself, as far as they can mean anything: beyond are the traces
/// of binary arithmetic.
pub fn own_decimals(value: f64) -> usize {
    const MOST: usize = 6;
    let exact = value.to_string();
    exact.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(MOST))
}

/// The digits before and after the point of a number that is not negative.
fn rounded(value: f64, decimals: usize) -> (String, String) {
    // `Display` gives the shortest digits that read back as the same number, without exponent.
    let exact = value.to_string();
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
    let mut digits = format!("{whole}{kept}");
    if fraction.as_bytes().get(decimals).is_some_and(|&digit| digit >= b'5') {
        digits = next(&digits);
    }
    let fraction = digits.split_off(digits.len() - decimals);
    (digits, fraction)
}

/// The digits of the next whole number.
fn next(digits: &str) -> String {
    let nines = digits.bytes().rev().take_while(|&digit| digit == b'9').count();
    let (head, tail) = digits.split_at(digits.len() - nines);
    let raised = match head.char_indices().next_back() {
        Some((at, last)) => format!("{}{}", &head[..at], char::from(last as u8 + 1)),
        None => "1".to_owned(),
    };
    format!("{raised}{}", "0".repeat(tail.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero_in_decimal() {
        for (value, decimals, expected) in [
            (2.675, 2, "2.68"),
            (1.005, 2, "1.01"),
            (-2.675, 2, "−2.68"),
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (-0.5, 0, "−1"),
            (2.674_999_999_9, 2, "2.67"),
            (9.995, 2, "10.00"),
            (999.95, 1, "1,000.0"),
            (99.5, 0, "100"),
            (0.1 + 0.2, 1, "0.3"),
            (1.0, 3, "1.000"),
            (1e21, 0, "1,000,000,000,000,000,000,000"),
            (1e-9, 2, "0.00"),
            (0.0, 0, "0"),
        ] {
            assert_eq!(number(value, decimals, Locale::En), expected, "{value} to {decimals}");
        }
    }

    #[test]
    fn a_number_has_as_many_decimals_as_it_needs() {
        for (value, decimals) in [(1000.0, 0), (2.5, 1), (-0.125, 3), (100.0 / 3.0, 6)] {
            assert_eq!(own_decimals(value), decimals, "{value}");
        }
    }

    #[test]
    fn nothing_is_not_negative() {
        assert_eq!(number(-0.004, 2, Locale::En), "0.00");
        assert_eq!(number(-0.0, 1, Locale::En), "0.0");
    }

    #[test]
    fn separators_follow_the_locale() {
        for (value, en, other) in [
            (1234.5, "1,234.5", "1\u{a0}234,5"),
            (123.4, "123.4", "123,4"),
            (-1_234_567.0, "−1,234,567.0", "−1\u{a0}234\u{a0}567,0"),
        ] {
            assert_eq!(number(value, 1, Locale::En), en);
            assert_eq!(number(value, 1, Locale::Ru), other);
            assert_eq!(number(value, 1, Locale::Kk), other);
        }
    }
}
