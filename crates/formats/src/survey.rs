//! What tables there are in a workbook or a delimited file that says nothing of itself, and how they
//! could be declared.
//!
//! ```text
//!  cells ──▶ tables ──▶ columns ──▶ proposal
//!            titles,    labels,     [read] and [[dataset]],
//!            headings,  codes,      tried before it is given
//!            notes      periods,
//!                       numbers
//! ```
//!
//! It is a proposal for a person to look at: what it says of the cells was tried, what it calls them
//! was made up.

mod columns;
pub(crate) mod dialect;
mod proposal;
mod tables;

pub use proposal::Proposal;

use crate::content::Content;
use crate::delimited;
use crate::errors::WRONG_READING;
use crate::grid::Grid;
use crate::kind::Kind;
use crate::number::Notation;
use crate::reading::column_letters;
use crate::workbook::{Numbers, Workbook};
use bytes::Bytes;
use olshem_model::Diagnostic;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What was found in a file.
#[derive(Debug)]
pub struct Survey {
    /// Its sheets; a delimited file has one without a name.
    pub sheets: Vec<Sheet>,
    /// What separates the fields of a delimited file.
    pub delimiter: Option<char>,
    /// In what a delimited file is encoded.
    pub encoding: Option<&'static str>,
    file: PathBuf,
    bytes: Bytes,
    notation: Notation,
}

/// A sheet of a workbook.
#[derive(Debug)]
pub struct Sheet {
    /// Its name; none for a delimited file.
    pub name: Option<String>,
    /// How many rows have something in them.
    pub rows: usize,
    /// The tables on it, from the top.
    pub tables: Vec<FoundTable>,
    grid: Arc<Grid>,
}

/// A table on a sheet. Rows are counted from 1 as in the file.
#[derive(Clone, Debug, Default)]
pub struct FoundTable {
    /// What stands above it.
    pub titles: Vec<String>,
    /// The rows of its headings.
    pub header: Vec<usize>,
    /// Its first row with data.
    pub first_row: usize,
    /// Its last row with data.
    pub last_row: usize,
    /// Its columns, from the left.
    pub columns: Vec<FoundColumn>,
    /// What stands below it.
    pub notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct FoundColumn {
    /// Its number, from 0.
    pub number: usize,
    /// The lowest heading above it; empty where there is none.
    pub heading: String,
    /// What it has in most of its cells.
    pub holds: Holds,
}

impl FoundColumn {
    /// Its letters in a workbook.
    pub fn letters(&self) -> String {
        column_letters(self.number)
    }
}

/// What a column has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Texts for people.
    Labels,
    /// Short texts without spaces.
    Codes,
    /// Years, quarters, months or dates.
    Periods,
    /// Numbers.
    Numbers,
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Labels => "labels",
            Self::Codes => "codes",
            Self::Periods => "periods",
            Self::Numbers => "numbers",
        })
    }
}

impl FoundTable {
    /// Where it is on its sheet, without its headings: `A5:D20`.
    pub fn range(&self) -> String {
        let letters = |column: Option<&FoundColumn>| column.map(FoundColumn::letters);
        let first = letters(self.columns.first()).unwrap_or_default();
        let last = letters(self.columns.last()).unwrap_or_default();
        format!("{first}{}:{last}{}", self.first_row, self.last_row)
    }
}

/// Looks for tables in a workbook or a delimited file.
///
/// # Errors
///
/// A file that can't be read, or is of another format, which says itself what it holds.
pub fn survey(content: &Content) -> Result<Survey, Diagnostic> {
    let file = content.path().to_path_buf();
    match Kind::of(content)? {
        Kind::Workbook => {
            let bytes = content.bytes()?;
            let mut workbook = Workbook::open(&file, &bytes, Numbers::WithMark('.'))?;
            let mut grids = Vec::new();
            for name in workbook.names() {
                grids.push(workbook.grid(name)?);
            }
            let notation = dialect::notation(&grids);
            let sheets = grids.into_iter().map(|grid| sheet(grid, notation)).collect();
            Ok(Survey { sheets, delimiter: None, encoding: None, file, bytes, notation })
        }
        Kind::Csv => {
            let bytes = content.bytes()?;
            let encoding = dialect::encoding(&bytes[..]).map_err(|error| content.fault(&error))?;
            let delimiter = dialect::delimiter(&encoding.decode(&bytes).0);
            let grid = Arc::new(delimited::grid(&file, &bytes, delimiter, encoding)?);
            let notation = dialect::notation(std::slice::from_ref(&grid));
            let sheets = vec![sheet(grid, notation)];
            let (delimiter, encoding) = (Some(delimiter), Some(encoding.name()));
            Ok(Survey { sheets, delimiter, encoding, file, bytes, notation })
        }
        kind => {
            let message = format!("{kind} says itself what it holds");
            Err(Diagnostic::new(&WRONG_READING, content.path(), message))
        }
    }
}

fn sheet(grid: Arc<Grid>, notation: Notation) -> Sheet {
    let rows = grid.rows_numbered(&(1..=usize::MAX));
    Sheet {
        name: grid.sheet.clone(),
        rows: rows.filter(|&row| !grid.is_blank(row)).count(),
        tables: tables::find(&grid, notation),
        grid,
    }
}
