//! Workbooks (`.xlsx`, `.xls`, `.ods`) into [`Grid`]s.
//!
//! A cell becomes the text that it would be in a delimited file, so that all that follows is the
//! same for both: a number in its shortest exact digits with the decimal mark of the file's other
//! numbers, a date as ISO 8601, an error as it is shown. Of a formula counts what the program that
//! saved the workbook computed.

mod cell;
mod facts;
mod page;
mod read;
mod size;
mod write;

pub(crate) use read::read;
pub(crate) use write::writer;

use crate::errors::{DAMAGED_WORKBOOK, EMPTY_FILE, MISSING_SHEET, TOO_LARGE};
use crate::grid::Grid;
use crate::reading::{Wildcards, matches_wildcard};
use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Sheets};
use olshem_model::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How numbers become text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbers {
    /// In their shortest digits, with that decimal mark.
    WithMark(char),
    /// With a point, and with as many decimals as a format of our own shows.
    AsShown,
}

/// A workbook whose sheets are read when asked for, each once.
pub(crate) struct Workbook<'b> {
    file: PathBuf,
    numbers: Numbers,
    sheets: Sheets<Cursor<&'b [u8]>>,
    read: BTreeMap<String, Arc<Grid>>,
}

impl<'b> Workbook<'b> {
    /// Opens a workbook, of whichever format.
    pub(crate) fn open(file: &Path, bytes: &'b [u8], numbers: Numbers) -> Result<Self, Diagnostic> {
        if bytes.is_empty() {
            return Err(Diagnostic::new(&EMPTY_FILE, file, "the file is empty"));
        }
        size::check(file, bytes)?;
        let sheets = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
            let message = format!("the workbook can't be opened: {error}");
            Diagnostic::new(&DAMAGED_WORKBOOK, file, message)
        })?;
        Ok(Self { file: file.to_path_buf(), numbers, sheets, read: BTreeMap::new() })
    }

    /// The sheets of those names, the earlier first; the first sheet where none are named.
    pub(crate) fn grids(
        &mut self,
        wanted: Option<&Wildcards>,
    ) -> Result<Vec<Arc<Grid>>, Diagnostic> {
        let names = self.names();
        let chosen = match wanted {
            None => names.iter().take(1).cloned().collect(),
            Some(wanted) => self.chosen(&names, wanted)?,
        };
        chosen.into_iter().map(|name| self.grid(name)).collect()
    }

    /// The names of the sheets that have cells, unlike those that are a chart.
    pub(crate) fn names(&self) -> Vec<String> {
        let sheets = self.sheets.sheets_metadata().iter();
        let with_cells = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
        with_cells.map(|sheet| sheet.name.clone()).collect()
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

    /// The sheet of exactly that name.
    pub(crate) fn grid(&mut self, name: String) -> Result<Arc<Grid>, Diagnostic> {
        if let Some(grid) = self.read.get(&name) {
            return Ok(Arc::clone(grid));
        }
        let cells = self.cells(&name)?;
        let grid = cells.into_grid(&name).ok_or_else(|| {
            let message = format!("sheet \"{name}\" has too many cells");
            Diagnostic::new(&TOO_LARGE, self.file.as_path(), message)
                .with_help("take a part of it, or the same data as CSV")
        })?;
        let grid = Arc::new(grid);
        self.read.insert(name, Arc::clone(&grid));
        Ok(grid)
    }

    fn cells(&mut self, name: &str) -> Result<Cells, Diagnostic> {
        let file = &self.file;
        let damaged = |error: &dyn Display| {
            let message = format!("sheet \"{name}\" can't be read: {error}");
            Diagnostic::new(&DAMAGED_WORKBOOK, Place::File(file.clone()), message)
        };
        let mut cells = Cells::new(match self.numbers {
            Numbers::WithMark(mark) => mark,
            Numbers::AsShown => '.',
        });
        let numbers = self.numbers;
        // The formats of our day are read cell by cell: a sheet of a million rows of which all but a
        // few are empty is no larger than these.
        match &mut self.sheets {
            Sheets::Xlsx(workbook) => {
                let mut reader = workbook.worksheet_cells_reader(name).map_err(|e| damaged(&e))?;
                while let Some((cell, style)) =
                    reader.next_cell_with_style_id().map_err(|e| damaged(&e))?
                {
                    let style = reader.styles().get(style);
                    let alignment = style.and_then(|style| style.alignment.as_ref());
                    let indent = alignment.and_then(|alignment| alignment.indent).unwrap_or(0);
                    let format = style.and_then(|style| style.number_format.as_ref());
                    let decimals = format.and_then(|f| cell::decimals_of(f.format_code.as_ref()));
                    let (at, value) = (cell.get_position(), cell.get_value());
                    match (value, decimals, numbers) {
                        (DataRef::Float(number), Some(decimals), Numbers::AsShown) => {
                            let shown = cell::with_decimals(*number, decimals);
                            cells.push(at, &DataRef::SharedString(&shown), indent);
                        }
                        _ => cells.push(at, value, indent),
                    }
                }
            }
            Sheets::Xlsb(workbook) => {
                let mut reader = workbook.worksheet_cells_reader(name).map_err(|e| damaged(&e))?;
                while let Some(cell) = reader.next_cell().map_err(|e| damaged(&e))? {
                    cells.push(cell.get_position(), cell.get_value(), 0);
                }
            }
            Sheets::Xls(_) | Sheets::Ods(_) => {
                let range = self.sheets.worksheet_range(name).map_err(|e| damaged(&e))?;
                let (first_row, first_column) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let at = (first_row + row as u32, first_column + column as u32);
                    cells.push(at, &borrowed(value), 0);
                }
            }
        }
        Ok(cells)
    }
}

/// The cells of a sheet in which something is written.
struct Cells {
    decimal: char,
    text: String,
    cells: Vec<WrittenCell>,
}

struct WrittenCell {
    row: u32,
    column: u32,
    /// Where in the text it begins.
    start: usize,
    end: usize,
    indent: u8,
}

/// A sheet may have no more cells than this, counting empty ones between others of a row.
const MOST_CELLS: usize = 1 << 26;

/// No spreadsheet has more columns; a damaged or made-up address may name one beyond.
const MOST_COLUMNS: u32 = 1 << 14;

impl Cells {
    fn new(decimal: char) -> Self {
        Self { decimal, text: String::new(), cells: Vec::new() }
    }

    fn push(&mut self, (row, column): (u32, u32), value: &DataRef<'_>, indent: u8) {
        let start = self.text.len();
        write_cell(&mut self.text, value, self.decimal);
        let end = self.text.len();
        if start < end {
            self.cells.push(WrittenCell { row, column, start, end, indent });
        }
    }

    /// `None` where there are too many.
    fn into_grid(mut self, name: &str) -> Option<Grid> {
        // Most often they are in this order already.
        self.cells.sort_by_key(|cell| (cell.row, cell.column));
        let first_column = self.cells.iter().map(|cell| cell.column).min().unwrap_or(0) as usize;
        let mut grid = Grid::new(Some(name.to_owned()), first_column, self.text.len());
        let mut current = None;
        for cell in self.cells {
            if current != Some(cell.row) {
                grid.begin_row(cell.row as usize + 1);
                current = Some(cell.row);
            }
            let text = self.text.get(cell.start..cell.end).unwrap_or_default();
            let width = (cell.column as usize).saturating_sub(first_column);
            if cell.column >= MOST_COLUMNS || grid.len().saturating_add(width) > MOST_CELLS {
                return None;
            }
            grid.put(cell.column as usize, text, cell.indent);
        }
        Some(grid)
    }
}

fn borrowed(cell: &Data) -> DataRef<'_> {
    match cell {
        Data::Empty => DataRef::Empty,
        Data::String(text) => DataRef::SharedString(text),
        Data::Float(number) => DataRef::Float(*number),
        Data::Int(number) => DataRef::Int(*number),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(iso) => DataRef::DateTimeIso(iso.clone()),
        Data::DurationIso(iso) => DataRef::DurationIso(iso.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

fn write_cell(text: &mut String, cell: &DataRef<'_>, decimal: char) {
    // Writing into a string cannot fail.
    let _ = match cell {
        DataRef::Empty => Ok(()),
        DataRef::String(string) => text.write_str(string),
        DataRef::SharedString(string) => text.write_str(string),
        DataRef::Float(number) if decimal != '.' => {
            text.write_str(&number.to_string().replace('.', &decimal.to_string()))
        }
        DataRef::Float(number) => write!(text, "{number}"),
        DataRef::Int(number) => write!(text, "{number}"),
        DataRef::Bool(truth) => write!(text, "{truth}"),
        DataRef::DateTime(moment) => write_moment(text, moment),
        DataRef::DateTimeIso(iso) => text.write_str(iso.strip_suffix("T00:00:00").unwrap_or(iso)),
        DataRef::DurationIso(iso) => text.write_str(iso),
        DataRef::Error(error) => write!(text, "{error}"),
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
    use calamine::{CellErrorType, ExcelDateTimeType};

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
        ] {
            let mut cells = Cells::new(decimal);
            cells.push((4, 2), &borrowed(&cell), 0);
            let grid = cells.into_grid("Sheet").unwrap_or_default();
            assert_eq!(grid.cell(0, 2), expected);
            assert_eq!((grid.number(0), grid.cell(0, 1)), (5, ""));
        }
    }
}
