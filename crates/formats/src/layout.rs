//! Where in a grid the components of a dataset stand.

use crate::errors::{AMBIGUOUS_COLUMN, EMPTY_FILE, MISSING_COLUMN, NO_OBSERVATIONS};
use crate::faults::Faults;
use crate::grid::Grid;
use crate::reading::{BoundsFrom, Cells, DatasetReading, Wildcards, column_number};
use olshem_model::spelling::nearest;
use olshem_model::{Diagnostic, Place};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A grid and where in it each component of a dataset stands.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) grid: Arc<Grid>,
    /// The rows with data, as indices.
    pub(crate) rows: Range<usize>,
    /// How many fields each row must have, in a delimited file with headings.
    pub(crate) width: Option<usize>,
    /// The columns that hold an observation each; none where a row holds one.
    pub(crate) spread: Option<Vec<usize>>,
    /// For each component, in the order of declaration.
    components: Vec<Standing>,
    conditions: Vec<Condition>,
    headings: Headings,
}

/// Where one component stands.
#[derive(Debug)]
struct Standing {
    values: Values,
    fill: bool,
    /// The column with the figure as printed.
    printed: Option<usize>,
}

#[derive(Debug)]
enum Values {
    Column(usize),
    /// In this row of the headings.
    Heading(usize),
    Spread,
    Constant,
}

/// Which rows are read.
#[derive(Debug)]
struct Condition {
    column: usize,
    fill: bool,
    texts: Wildcards,
}

/// A cell of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellAt {
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Layout {
    /// Finds the columns that a dataset names.
    pub(crate) fn find(
        file: &Path,
        grid: Arc<Grid>,
        dataset: &DatasetReading,
        faults: &mut Faults,
    ) -> Option<Self> {
        let faults_before = faults.count();
        let headings = Headings::find(file, &grid, dataset, faults)?;
        let numbers = match (&dataset.rows, dataset.header.last()) {
            (Some(rows), _) => rows.clone(),
            (None, Some(header)) => header + 1..=usize::MAX,
            (None, None) => 1..=usize::MAX,
        };
        let mut finder = Finder { file, grid: &grid, headings: &headings, faults };
        let components: Vec<Standing> = dataset
            .components
            .values()
            .map(|component| Standing {
                values: match &component.cells {
                    Cells::Column(name) => Values::Column(finder.column(name)),
                    Cells::Heading(row) => Values::Heading(row - 1),
                    Cells::Columns(_) => Values::Spread,
                    Cells::Value(_) => Values::Constant,
                },
                fill: component.fill,
                printed: match &component.bounds {
                    Some(BoundsFrom::Column(name)) => Some(finder.column(name)),
                    Some(BoundsFrom::Digits) | None => None,
                },
            })
            .collect();
        let mut spread: Option<Vec<usize>> =
            dataset.spread().map(|letters| letters.columns(headings.width).collect());
        let mut conditions = Vec::new();
        for (key, texts) in &dataset.conditions {
            if let Some(Cells::Heading(row)) = dataset.components.get(key).map(|c| &c.cells) {
                let row = row - 1;
                spread.iter_mut().for_each(|columns| {
                    columns.retain(|&column| texts.match_text(headings.text(&grid, row, column)));
                });
                continue;
            }
            let column = finder.column(key);
            let fills =
                |s: &Standing| s.fill && matches!(s.values, Values::Column(c) if c == column);
            let fill = components.iter().any(fills);
            conditions.push(Condition { column, fill, texts: texts.clone() });
        }
        let is_delimited = grid.sheet.is_none();
        (faults.count() == faults_before).then(|| Self {
            rows: grid.rows_numbered(&numbers),
            width: headings.rows.last().filter(|_| is_delimited).map(|&row| grid.width(row)),
            spread,
            components,
            conditions,
            headings,
            grid,
        })
    }

    /// Whether a row is one that the dataset reads.
    pub(crate) fn admits(&self, row: usize) -> bool {
        self.conditions.iter().all(|condition| {
            let at = CellAt { row, column: condition.column };
            let at = if condition.fill { self.filled(at) } else { at };
            condition.texts.match_text(self.text(at).trim())
        })
    }

    /// The cell from which a component of an observation comes, if it comes from one. An
    /// observation is in a row and, where it is spread, in a column.
    pub(crate) fn cell(&self, component: usize, observation: CellAt) -> Option<CellAt> {
        let CellAt { row, column } = observation;
        let standing = &self.components[component];
        match standing.values {
            Values::Column(column) if standing.fill => Some(self.filled(CellAt { row, column })),
            Values::Column(column) => Some(CellAt { row, column }),
            Values::Heading(heading) => Some(self.headings.cell(&self.grid, heading, column)),
            Values::Spread => Some(observation),
            Values::Constant => None,
        }
    }

    /// The cell with the figure as printed, where a component has one.
    pub(crate) fn printed(&self, component: usize, observation: CellAt) -> Option<CellAt> {
        let column = self.components[component].printed?;
        Some(CellAt { row: observation.row, column })
    }

    /// The nearest cell upwards that is not empty.
    fn filled(&self, at: CellAt) -> CellAt {
        let CellAt { row, column } = at;
        let is_written = |row: &usize| !self.grid.cell(*row, column).trim().is_empty();
        let row = (self.rows.start..=row).rev().find(is_written).unwrap_or(row);
        CellAt { row, column }
    }

    /// What a cell has, as it is in the file.
    pub(crate) fn text(&self, at: CellAt) -> &str {
        self.grid.cell(at.row, at.column)
    }

    /// Where a cell is.
    pub(crate) fn place(&self, file: &Path, at: CellAt) -> Place {
        let heading = self.headings.own.get(at.column).map(String::as_str);
        self.grid.place(file, at.row, at.column, heading)
    }
}

/// The rows of headings.
#[derive(Debug)]
struct Headings {
    /// As indices into the grid's rows.
    rows: Vec<usize>,
    /// The lowest text above each column, …
    own: Vec<String>,
    /// … and all of them, joined.
    paths: Vec<String>,
    width: usize,
}

impl Headings {
    fn find(
        file: &Path,
        grid: &Grid,
        dataset: &DatasetReading,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut rows = Vec::new();
        for &number in &dataset.header {
            match grid.row_numbered(number) {
                Some(row) => rows.push(row),
                None if grid.is_empty() => {
                    let message = match &grid.sheet {
                        Some(sheet) => format!("sheet \"{sheet}\" is empty"),
                        None => "the file is empty".to_owned(),
                    };
                    faults.push(Diagnostic::new(&EMPTY_FILE, file, message));
                    return None;
                }
                None => {
                    let message = format!("there is no row {number} for the headings");
                    faults.push(Diagnostic::new(&NO_OBSERVATIONS, file, message));
                    return None;
                }
            }
        }
        let all_rows = grid.rows_numbered(&(1..=usize::MAX));
        let width = match rows.as_slice() {
            // The rows of a sheet are all of one width.
            [.., last] if grid.sheet.is_none() => grid.width(*last),
            _ => all_rows.map(|row| grid.width(row)).max().unwrap_or(0),
        };
        let mut headings = Self { rows, own: Vec::new(), paths: Vec::new(), width };
        for column in 0..width {
            let texts: Vec<String> = (0..headings.rows.len())
                .map(|row| normalised(headings.text(grid, row, column)))
                .filter(|text| !text.is_empty())
                .collect();
            let own = headings.rows.iter().rev().map(|&row| normalised(grid.cell(row, column)));
            headings.own.push(own.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
            headings.paths.push(texts.join(" / "));
        }
        Some(headings)
    }

    /// The cell with a heading. But for the last row, a heading holds for the empty cells to its
    /// right, as merged cells do.
    fn cell(&self, grid: &Grid, heading: usize, column: usize) -> CellAt {
        let row = self.rows[heading];
        let is_written = |column: &usize| !grid.cell(row, *column).trim().is_empty();
        let column = match heading + 1 == self.rows.len() {
            true => column,
            false => (0..=column).rev().find(is_written).unwrap_or(column),
        };
        CellAt { row, column }
    }

    fn text<'g>(&self, grid: &'g Grid, heading: usize, column: usize) -> &'g str {
        let at = self.cell(grid, heading, column);
        grid.cell(at.row, at.column).trim()
    }
}

/// Headings are the same whatever white space they are broken with.
fn normalised(heading: &str) -> String {
    heading.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds columns by heading or letter, and notes those that aren't there.
struct Finder<'a> {
    file: &'a Path,
    grid: &'a Grid,
    headings: &'a Headings,
    faults: &'a mut Faults,
}

impl Finder<'_> {
    /// The number of the column of that name; any number where there is a fault.
    fn column(&mut self, name: &str) -> usize {
        let Headings { own, paths, width, .. } = self.headings;
        let wanted = normalised(name);
        let named = |names: &[String]| -> Vec<usize> {
            (0..*width).filter(|&column| names[column] == wanted).collect()
        };
        let mut found = named(own);
        if found.is_empty() {
            found = named(paths);
        }
        if let [column] = found[..] {
            return column;
        }
        let has_letters = self.grid.sheet.is_some() || self.headings.rows.is_empty();
        let lettered = column_number(name).filter(|column| has_letters && column < width);
        if let (Some(column), true) = (lettered, found.is_empty()) {
            return column;
        }
        let fault = if found.is_empty() { self.missing(&wanted) } else { self.ambiguous(&found) };
        self.faults.push(fault);
        0
    }

    fn place(&self) -> Place {
        match self.headings.rows.last() {
            Some(&row) => self.grid.row_place(self.file, row),
            None => Place::File(self.file.to_path_buf()),
        }
    }

    fn missing(&self, name: &str) -> Diagnostic {
        let message = format!("there is no column \"{name}\"");
        let fault = Diagnostic::new(&MISSING_COLUMN, self.place(), message);
        let known = self.headings.own.iter().filter(|heading| !heading.is_empty());
        let near = nearest(name, known.clone().map(String::as_str));
        let quoted: Vec<String> = known.take(20).map(|heading| format!("\"{heading}\"")).collect();
        match near {
            Some(near) => fault.with_help(format!("there is a column \"{near}\"")),
            None if quoted.is_empty() => fault,
            None => fault.with_help(format!("the columns are {}", quoted.join(", "))),
        }
    }

    fn ambiguous(&self, found: &[usize]) -> Diagnostic {
        let heading = &self.headings.own[found[0]];
        let message = format!("{} columns are called \"{heading}\"", found.len());
        let fault = Diagnostic::new(&AMBIGUOUS_COLUMN, self.place(), message);
        match (self.headings.rows.len() > 1, self.grid.sheet.is_some()) {
            (true, _) => fault.with_help(format!("name it \"{}\"", self.headings.paths[found[0]])),
            (false, true) => fault.with_help("name it by its letter"),
            (false, false) => fault,
        }
    }
}
