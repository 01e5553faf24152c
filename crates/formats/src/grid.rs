//! A file as published: rows of cells, each a text with its place.

use crate::reading::column_letters;
use olshem_model::Place;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

/// The cells of a delimited file or of one sheet of a workbook.
///
/// All texts lie end to end in one string: a file of millions of cells costs no allocation per cell.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// The sheet's name; none for a delimited file.
    pub(crate) sheet: Option<String>,
    text: String,
    /// Where in `text` each cell ends.
    ends: Vec<usize>,
    rows: Vec<Row>,
    /// The number, from 0, of the column in which every row begins.
    first_column: usize,
    /// How far the texts of cells are moved to the right by their style, where they are: a row, as an
    /// index, and a column to a number of steps.
    indents: BTreeMap<(usize, usize), u8>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Its number in the file: of a line, or of a row of the sheet; from 1, ascending.
    number: usize,
    /// Its first cell, an index into `ends`.
    cells: usize,
}

impl Grid {
    /// A grid to which rows can be added.
    pub(crate) fn new(sheet: Option<String>, first_column: usize, text_length: usize) -> Self {
        Self { sheet, first_column, text: String::with_capacity(text_length), ..Self::default() }
    }

    /// Begins a row; the cells pushed next are its.
    pub(crate) fn begin_row(&mut self, number: usize) {
        debug_assert!(self.rows.last().is_none_or(|last| last.number < number));
        self.rows.push(Row { number, cells: self.ends.len() });
    }

    /// Adds a part of the text of the cell that is not yet ended.
    pub(crate) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends a cell.
    pub(crate) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Adds a cell in that column of the row, the cells between being empty. `false`, and nothing is
    /// added, where the row has one there already.
    pub(crate) fn put(&mut self, column: usize, text: &str, indent: u8) -> bool {
        let Some(row) = self.rows.len().checked_sub(1) else { return false };
        let Some(empty) = column.checked_sub(self.width(row)) else { return false };
        self.ends.resize(self.ends.len() + empty, self.text.len());
        self.push_text(text);
        self.end_cell();
        if indent > 0 {
            self.indents.insert((row, column), indent);
        }
        true
    }

    /// How many cells there are, the empty ones in between included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How far a cell's text is moved to the right, by its style or by spaces. A step of style is as
    /// wide as three spaces.
    pub(crate) fn indent(&self, row: usize, column: usize) -> usize {
        let text = self.cell(row, column);
        let spaces = text.chars().take_while(|c| c.is_whitespace()).count();
        spaces + 3 * usize::from(self.indents.get(&(row, column)).copied().unwrap_or(0))
    }

    /// Whether there are no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, as indices, whose numbers are in the range.
    pub(crate) fn rows_numbered(&self, numbers: &RangeInclusive<usize>) -> Range<usize> {
        let start = self.rows.partition_point(|row| row.number < *numbers.start());
        let end = self.rows.partition_point(|row| row.number <= *numbers.end());
        start..end.max(start)
    }

    /// The row of exactly that number, as an index.
    pub(crate) fn row_numbered(&self, number: usize) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |row| row.number).ok()
    }

    /// The number of a row in the file.
    pub(crate) fn number(&self, row: usize) -> usize {
        self.rows[row].number
    }

    fn cells(&self, row: usize) -> Range<usize> {
        let end = self.rows.get(row + 1).map_or(self.ends.len(), |next| next.cells);
        self.rows[row].cells..end
    }

    /// The number of the column after the row's last.
    pub(crate) fn width(&self, row: usize) -> usize {
        self.first_column + self.cells(row).len()
    }

    /// The text of a cell as it stands in the file; empty outside the rows' cells.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        let cells = self.cells(row);
        let Some(offset) = column.checked_sub(self.first_column) else {
            return "";
        };
        let at = cells.start + offset;
        if at >= cells.end {
            return "";
        }
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// Whether nothing is written in a row.
    pub(crate) fn is_blank(&self, row: usize) -> bool {
        let cells = self.cells(row);
        let start = if cells.start == 0 { 0 } else { self.ends[cells.start - 1] };
        let end = if cells.end == 0 { 0 } else { self.ends[cells.end - 1] };
        self.text[start..end].trim().is_empty()
    }

    /// Where a cell is. `heading` is that of its column, where it has one.
    pub(crate) fn place(
        &self,
        file: &Path,
        row: usize,
        column: usize,
        heading: Option<&str>,
    ) -> Place {
        let file = file.to_path_buf();
        let line = self.number(row);
        match &self.sheet {
            Some(sheet) => {
                let cell = format!("{}{line}", column_letters(column));
                Place::Cell { file, sheet: sheet.clone(), cell }
            }
            None => {
                let heading = heading.filter(|heading| !heading.is_empty());
                Place::Line { file, line, column: heading.map(str::to_owned) }
            }
        }
    }

    /// Where a row is.
    pub(crate) fn row_place(&self, file: &Path, row: usize) -> Place {
        self.place(file, row, self.first_column, None)
    }
}
