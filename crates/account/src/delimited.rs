//! The CSV files of an account itself: codelists and the register of proposals.

use crate::errors::{EMPTY_FILE, UNKNOWN_KEY, WRONG_COLUMNS};
use crate::values::Locale;
use olshem_model::spelling;
use olshem_model::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::path::Path;

/// A line of a CSV file: its cells by heading, white space at their ends removed.
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    cells: BTreeMap<String, String>,
}

impl Line {
    /// Whether there is such a column.
    pub(crate) fn has(&self, heading: &str) -> bool {
        self.cells.contains_key(heading)
    }

    /// The cell under that heading; empty where there is no such column.
    pub(crate) fn cell(&self, heading: &str) -> &str {
        self.cells.get(heading).map_or("", String::as_str)
    }
}

/// The languages that a file has columns for: those of the account, or, where these are not known,
/// whatever follows `prefix` in its header.
pub(crate) fn languages(text: &str, prefix: &str, locales: &[Locale]) -> Vec<String> {
    if !locales.is_empty() {
        return locales.iter().map(ToString::to_string).collect();
    }
    let headings = text.lines().next().unwrap_or_default().split(',');
    headings.filter_map(|heading| heading.trim().strip_prefix(prefix)).map(str::to_owned).collect()
}

/// Reads a file that must have the `required` columns and may have the `optional` ones.
pub(crate) fn read(
    file: &Path,
    text: &str,
    required: &[&str],
    optional: &[String],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Line> {
    let at = |line: usize, column: Option<&str>| Place::Line {
        file: file.to_path_buf(),
        line,
        column: column.map(str::to_owned),
    };
    let before = faults.len();
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => {
            faults.push(Diagnostic::new(&WRONG_COLUMNS, at(1, None), error.to_string()));
            return Vec::new();
        }
    };
    let known = || required.iter().copied().chain(optional.iter().map(String::as_str));
    for heading in &headings {
        if !known().any(|name| name == heading) {
            let message = format!("unknown column `{heading}`");
            let mut fault = Diagnostic::new(&UNKNOWN_KEY, at(1, Some(heading)), message);
            fault.help = spelling::advice(heading, known().collect::<Vec<_>>());
            faults.push(fault);
        }
    }
    for name in required {
        if !headings.iter().any(|heading| heading == *name) {
            let message = format!("there is no column `{name}`");
            faults.push(Diagnostic::new(&WRONG_COLUMNS, at(1, None), message));
        }
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let cells = headings.iter().zip(&record);
                lines.push(Line {
                    number: record.position().map_or(0, |position| position.line() as usize),
                    cells: cells.map(|(h, cell)| (h.to_owned(), cell.to_owned())).collect(),
                });
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| position.line() as usize);
                let message = match error.kind() {
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("the line has {len} cells, and the header {expected_len}")
                    }
                    _ => error.to_string(),
                };
                let help = "a cell with a comma in it must stand in double quotes";
                faults
                    .push(Diagnostic::new(&WRONG_COLUMNS, at(line, None), message).with_help(help));
            }
        }
    }
    if lines.is_empty() && faults.len() == before {
        let message = "there is a header and nothing below it";
        faults.push(Diagnostic::new(&EMPTY_FILE, file, message));
    }
    lines
}
