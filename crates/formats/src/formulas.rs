//! Texts that a spreadsheet program would run as formulas when it opens a CSV file.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return can make a spreadsheet
//! compute, call programs or send cells away. So a text that begins so, and is no number, is written
//! with an apostrophe before it, which spreadsheets take for "this is text". A text that begins with
//! apostrophes and goes on like that gets one more; thus taking one away gives back every text as it
//! was.

use std::borrow::Cow;

/// The text as it can stand in a cell of a CSV file.
pub(crate) fn neutralised(text: &str) -> Cow<'_, str> {
    match is_formula(text) && !is_number(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// The text as it was before it was [`neutralised`].
pub(crate) fn restored(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(original) if is_formula(original) => original,
        _ => text,
    }
}

/// Whether the text, past any apostrophes, begins as a formula. One character alone does nothing, and
/// SDMX marks with a dash what is to be deleted.
fn is_formula(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.len() > 1 && text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn is_number(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    text.chars().all(is_plain) && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_would_be_run_gets_an_apostrophe() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("\t=1", "'\t=1"),
            ("-2+3", "'-2+3"),
            ("-2.5e3", "-2.5e3"),
            ("+5", "+5"),
            ("-", "-"),
            ("'quoted'", "'quoted'"),
            ("'=1", "''=1"),
            ("plain = text", "plain = text"),
            ("", ""),
        ] {
            assert_eq!(neutralised(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\t\ra1.-]{0,6}") {
            let written = neutralised(&text);
            prop_assert_eq!(restored(&written), text.as_str());
        }
    }
}
