//! How single cells are written: numbers as numbers where no digit is lost by it, all else as text.

use super::write::Losses;
use crate::errors::UNWRITABLE;
use olshem_model::{Diagnostic, Place};
use rust_xlsxwriter::{ColNum, Format, RowNum, Worksheet, XlsxError};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A cell holds no more UTF-16 units.
const LONGEST_TEXT: usize = 32_767;

/// A number of more digits is not the same any more once a spreadsheet has read it.
const MOST_DIGITS: usize = 15;

/// A spreadsheet shows no more decimals.
const MOST_DECIMALS: usize = 30;

/// A number that a cell can hold, and how many decimals it is written with.
pub(super) fn number(text: &str) -> Option<(f64, usize)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (unsigned, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = !whole.is_empty() && are_digits(whole) && are_digits(fraction);
    if !is_plain || whole.len() > 1 && whole.starts_with('0') || fraction.len() > MOST_DECIMALS {
        return None;
    }
    let significant = if whole == "0" {
        fraction.trim_start_matches('0').len()
    } else {
        whole.len() + fraction.len()
    };
    let number: f64 = text.parse().ok()?;
    // There is no "-0" in a spreadsheet.
    let is_negative_zero = number == 0.0 && text.starts_with('-');
    (significant <= MOST_DIGITS && !is_negative_zero).then_some((number, fraction.len()))
}

/// A number as it is written with so many decimals.
pub(super) fn with_decimals(number: f64, decimals: usize) -> String {
    format!("{number:.decimals$}")
}

/// The number format of so many decimals, and how many one shows.
fn plain_format(decimals: usize) -> String {
    match decimals {
        0 => "0".to_owned(),
        _ => format!("0.{}", "0".repeat(decimals)),
    }
}

/// How many decimals a number format of ours shows; `None` of another's.
pub(super) fn decimals_of(format: &str) -> Option<usize> {
    let zeros = match format.strip_prefix('0')? {
        "" => "",
        fraction => fraction.strip_prefix('.')?,
    };
    zeros.bytes().all(|byte| byte == b'0').then_some(zeros.len())
}

/// Writes cells, with the formats that were made before.
#[derive(Default)]
pub(super) struct Pen {
    plain: BTreeMap<usize, Format>,
    grouped: BTreeMap<usize, Format>,
    pub(super) losses: Losses,
}

impl Pen {
    /// Writes a text: never a formula, whatever it begins with.
    pub(super) fn text(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        text: &str,
        format: Option<&Format>,
    ) -> Result<(), Diagnostic> {
        let text = self.fitting(text);
        let written = match format {
            Some(format) => sheet.write_string_with_format(row, column, text, format),
            None if text.is_empty() => return Ok(()),
            None => sheet.write_string(row, column, text),
        };
        written.map(drop).map_err(unwritable)
    }

    fn fitting<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
            return Cow::Borrowed(text);
        }
        self.losses.note("the ends of texts of more than 32,767 characters");
        let mut units = 0;
        let fits = |c: &char| {
            units += c.len_utf16();
            units < LONGEST_TEXT
        };
        Cow::Owned(text.chars().take_while(fits).chain(['…']).collect())
    }

    /// Writes a value: a number showing that many decimals, or those that it has.
    pub(super) fn value(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        text: &str,
        is_numeric: bool,
        are_grouped: bool,
        shown: Option<u32>,
    ) -> Result<(), Diagnostic> {
        let Some((number, own)) = number(text).filter(|_| is_numeric) else {
            return self.text(sheet, (row, column), text, None);
        };
        let decimals = shown.map_or(own, |shown| MOST_DECIMALS.min(shown as usize));
        let (formats, groups) = match are_grouped {
            true => (&mut self.grouped, "#,##"),
            false => (&mut self.plain, ""),
        };
        let format = formats.entry(decimals).or_insert_with(|| {
            Format::new().set_num_format(format!("{groups}{}", plain_format(decimals)))
        });
        sheet.write_number_with_format(row, column, number, format).map(drop).map_err(unwritable)
    }
}

/// What a failure of the library means.
pub(super) fn unwritable(error: XlsxError) -> Diagnostic {
    let message = match error {
        XlsxError::RowColumnLimitError => {
            "a sheet has no more than 1,048,576 rows and 16,384 columns".to_owned()
        }
        error => format!("the workbook can't be written: {error}"),
    };
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_keep_their_digits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-12.50", Some(2)),
            ("0.00000000000000012", Some(17)),
            ("123456789012345", Some(0)),
            ("1234567890123456", None),
            ("1.000000000000000", None),
            ("007", None),
            ("-0", None),
            ("-0.00", None),
            ("1e5", None),
            (".5", None),
            ("5.", None),
            ("", None),
            ("-", None),
            ("NaN", None),
        ] {
            assert_eq!(number(text).map(|(_, decimals)| decimals), expected, "{text}");
            if let Some((number, decimals)) = number(text) {
                assert_eq!(with_decimals(number, decimals), text);
                assert_eq!(decimals_of(&plain_format(decimals)), Some(decimals));
            }
        }
        assert_eq!(decimals_of("0.0%"), None);
        assert_eq!(decimals_of("General"), None);
    }
}
