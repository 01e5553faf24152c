//! Workbooks (`.xlsx`, `.xls`, `.ods`) into [`Grid`]s.
//!
//! A cell becomes the text that it would be in a delimited file, so that all that follows is the
//! same for both: a number in its shortest exact digits with the decimal mark of the file's other
//! numbers, a date as ISO 8601, an error as it is shown.

use crate::errors::{DAMAGED_WORKBOOK, EMPTY_FILE, MISSING_SHEET};
use crate::grid::Grid;
use crate::reading::{Read, Wildcards, matches_wildcard};
use calamine::{Data, ExcelDateTime, Range, Reader, Sheets};
use olshem_model::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A workbook whose sheets are read when asked for, each once.
pub(crate) struct Workbook<'b> {
    file: PathBuf,
    decimal: char,
    sheets: Sheets<Cursor<&'b [u8]>>,
    read: BTreeMap<String, Arc<Grid>>,
}

impl<'b> Workbook<'b> {
    /// Opens a workbook, of whichever format.
    pub(crate) fn open(file: &Path, bytes: &'b [u8], read: &Read) -> Result<Self, Diagnostic> {
        if bytes.is_empty() {
            return Err(Diagnostic::new(&EMPTY_FILE, file, "the file is empty"));
        }
        let sheets = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
            let message = format!("the workbook can't be opened: {error}");
            Diagnostic::new(&DAMAGED_WORKBOOK, file, message)
        })?;
        Ok(Self { file: file.to_path_buf(), decimal: read.decimal, sheets, read: BTreeMap::new() })
    }

    /// The sheets of those names, the earlier first; the first sheet where none are named.
    pub(crate) fn grids(
        &mut self,
        wanted: Option<&Wildcards>,
    ) -> Result<Vec<Arc<Grid>>, Diagnostic> {
        let names = self.sheets.sheet_names();
        let chosen = match wanted {
            None => names.iter().take(1).cloned().collect(),
            Some(wanted) => self.chosen(&names, wanted)?,
        };
        chosen.into_iter().map(|name| self.grid(name)).collect()
    }

    fn chosen(&self, names: &[String], wanted: &Wildcards) -> Result<Vec<String>, Diagnostic> {
        let mut chosen = Vec::new();
        for wildcard in wanted.texts() {
            let before = chosen.len();
            // White space around a name can't be seen.
            let named = names.iter().filter(|name| matches_wildcard(wildcard.trim(), name.trim()));
            for name in named {
                if !chosen.contains(name) {
                    chosen.push(name.clone());
                }
            }
            let named_before = chosen.iter().any(|n| matches_wildcard(wildcard.trim(), n.trim()));
            if chosen.len() == before && !named_before {
                let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
                let message = format!("there is no sheet \"{wildcard}\"");
                return Err(Diagnostic::new(&MISSING_SHEET, self.file.as_path(), message)
                    .with_help(format!("the workbook has {}", quoted.join(", "))));
            }
        }
        Ok(chosen)
    }

    fn grid(&mut self, name: String) -> Result<Arc<Grid>, Diagnostic> {
        if let Some(grid) = self.read.get(&name) {
            return Ok(Arc::clone(grid));
        }
        let range = self.sheets.worksheet_range(&name).map_err(|error| {
            let place = Place::File(self.file.clone());
            let message = format!("sheet \"{name}\" can't be read: {error}");
            Diagnostic::new(&DAMAGED_WORKBOOK, place, message)
        })?;
        let grid = Arc::new(grid(&name, &range, self.decimal));
        self.read.insert(name, Arc::clone(&grid));
        Ok(grid)
    }
}

fn grid(name: &str, range: &Range<Data>, decimal: char) -> Grid {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut grid = Grid::new(Some(name.to_owned()), first_column as usize, 0);
    let mut text = String::new();
    for (number, cells) in (first_row as usize + 1..).zip(range.rows()) {
        grid.begin_row(number);
        for cell in cells {
            text.clear();
            write_cell(&mut text, cell, decimal);
            grid.push_text(&text);
            grid.end_cell();
        }
    }
    grid
}

fn write_cell(text: &mut String, cell: &Data, decimal: char) {
    // Writing into a string cannot fail.
    let _ = match cell {
        Data::Empty => Ok(()),
        Data::String(string) => text.write_str(string),
        Data::Float(number) if decimal != '.' => {
            text.write_str(&number.to_string().replace('.', &decimal.to_string()))
        }
        Data::Float(number) => write!(text, "{number}"),
        Data::Int(number) => write!(text, "{number}"),
        Data::Bool(truth) => write!(text, "{truth}"),
        Data::DateTime(moment) => write_moment(text, moment),
        Data::DateTimeIso(iso) => text.write_str(iso.strip_suffix("T00:00:00").unwrap_or(iso)),
        Data::DurationIso(iso) => text.write_str(iso),
        Data::Error(error) => write!(text, "{error}"),
    };
}

fn write_moment(text: &mut String, moment: &ExcelDateTime) -> std::fmt::Result {
    // Day numbers beyond the calendar (to the year 9999) are no dates, whatever the cell's format.
    let is_date = !moment.is_duration() && (0.0..2_958_466.0).contains(&moment.as_f64());
    if !is_date {
        return write!(text, "{}", moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    write!(text, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second) != (0, 0, 0) {
        write!(text, "T{hour:02}:{minute:02}:{second:02}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Cell, CellErrorType, ExcelDateTimeType};

    #[test]
    fn cells_become_the_text_of_a_delimited_file() {
        let moment = |days, kind| Data::DateTime(ExcelDateTime::new(days, kind, false));
        let date = |days| moment(days, ExcelDateTimeType::DateTime);
        for (cell, decimal, expected) in [
            (Data::Float(2021.0), '.', "2021"),
            (Data::Float(983994.9), '.', "983994.9"),
            (Data::Float(983994.9), ',', "983994,9"),
            (Data::Float(18047.199999999997), '.', "18047.199999999997"),
            (Data::Int(-5), ',', "-5"),
            (Data::Bool(true), '.', "true"),
            (Data::Error(CellErrorType::NA), '.', "#N/A"),
            (date(45307.0), '.', "2024-01-16"),
            (date(45307.5), '.', "2024-01-16T12:00:00"),
            (date(-1.0), '.', "-1"),
            (date(1e300), '.', &format!("{}", 1e300)),
            (moment(1.5, ExcelDateTimeType::TimeDelta), '.', "1.5"),
            (Data::DateTimeIso("2024-01-16T00:00:00".to_owned()), '.', "2024-01-16"),
            (Data::String("  Abay".to_owned()), '.', "  Abay"),
            (Data::Empty, '.', ""),
        ] {
            let range = Range::from_sparse(vec![Cell::new((4, 2), cell)]);
            let grid = grid("Sheet", &range, decimal);
            assert_eq!(grid.cell(0, 2), expected);
            assert_eq!((grid.number(0), grid.cell(0, 1)), (5, ""));
        }
    }
}
