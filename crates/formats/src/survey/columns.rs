//! What the cells of a column are.

use super::Holds;
use crate::column;
use crate::number::{Notation, without_marks};
use std::borrow::Cow;

/// What offices print where there is no number.
const MISSING: [&str; 30] = [
    "-", "–", "—", "−", "--", "…", "...", "..", ".", ":", "x", "X", "х", "Х", "c", "z", "u", "~",
    "#", "!", "*", "n/a", "N/A", "NA", "#N/A", "н/д", "н.д.", "[c]", "[x]", "[z]",
];

/// Whether a text stands for a number that is missing.
pub(super) fn is_missing(text: &str) -> bool {
    MISSING.contains(&text)
}

/// A number, footnote marks aside.
pub(super) fn number(notation: Notation, text: &str) -> Option<Cow<'_, str>> {
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || "-−–+.".contains(c));
    let marked = || {
        let bare = without_marks(text).into_iter().flatten();
        bare.into_iter().find_map(|bare| notation.plain(bare))
    };
    notation.plain(text).or_else(marked).filter(|_| starts)
}

/// A period as a `time_period` is written.
pub(super) fn period(text: &str) -> Option<String> {
    column::period(text)
}

/// What a column has in most of the cells in which it has something.
pub(super) fn holds<'t>(
    notation: Notation,
    heading: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Holds {
    let (mut count, mut numbers, mut periods, mut codes, mut missing) = (0, 0, 0, 0, 0);
    for text in texts.filter(|text| !text.is_empty()) {
        count += 1;
        if is_missing(text) {
            missing += 1;
            continue;
        }
        let is_year =
            text.len() == 4 && text.parse().is_ok_and(|y: i32| (1800..=2200).contains(&y));
        periods += usize::from(is_year || text.len() > 4 && period(text).is_some());
        numbers += usize::from(number(notation, text).is_some());
        codes += usize::from(is_code(text));
    }
    let said = count - missing;
    match () {
        () if said > 0 && periods == said => Holds::Periods,
        // Codes of digits alone are told from numbers by what they are called.
        () if codes == said && is_of_codes(heading) => Holds::Codes,
        () if numbers * 10 >= said * 6 => Holds::Numbers,
        () if codes == said => Holds::Codes,
        () => Holds::Labels,
    }
}

fn is_of_codes(heading: &str) -> bool {
    let words = heading.to_lowercase();
    let mut words = words.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "code" | "codes" | "id" | "код" | "коды" | "коді" | "кодтары"))
}

fn is_code(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_-.".contains(c);
    text.len() <= 16 && text.chars().all(fits)
}
