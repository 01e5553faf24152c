//! Where in a grid the components of a dataset stand.

use crate::errors::{AMBIGUOUS_COLUMN, EMPTY_FILE, MISSING_COLUMN, NO_OBSERVATIONS};
use crate::faults::Faults;
use crate::grid::Grid;
use crate::reading::{
    Aspect, BoundsFrom, Cells, DatasetReading, Wildcards, column_number, matches_wildcard,
};
use olshem_model::spelling::nearest;
use olshem_model::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

/// A grid and where in it each component of a dataset stands.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) grid: Arc<Grid>,
    /// Which of the sheets it is, in the order of declaration.
    pub(crate) sheet: usize,
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
    /// For each column that fills downwards, the rows in which something is written.
    written: BTreeMap<usize, Vec<usize>>,
    /// For each column with indented labels, the row of what each is a part of, from the first row.
    parents: BTreeMap<usize, Vec<Option<usize>>>,
}

/// The rows of a table, by their numbers: those of a sheet, or of a table that stands on it with
/// others. Declarations count from the first.
pub(crate) type Window = RangeInclusive<usize>;

/// The tables on a grid that a dataset reads.
pub(crate) fn windows(grid: &Grid, dataset: &DatasetReading) -> Vec<Window> {
    let Some(beginnings) = &dataset.table else {
        return vec![1..=usize::MAX];
    };
    let begins = |row: &usize| {
        let mut texts = (0..grid.width(*row)).map(|column| grid.cell(*row, column).trim());
        texts.find(|text| !text.is_empty()).is_some_and(|text| beginnings.match_text(text))
    };
    let rows = grid.rows_numbered(&(1..=usize::MAX));
    let firsts: Vec<usize> = rows.filter(begins).map(|row| grid.number(row)).collect();
    let lasts = firsts.iter().skip(1).map(|next| next - 1).chain([usize::MAX]);
    firsts.iter().zip(lasts).map(|(&first, last)| first..=last).collect()
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
    /// In this row of the headings, so many columns to the right.
    Heading(usize, usize),
    Cell(CellAt),
    Of(Aspect, usize),
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
    /// Finds the columns that a dataset names, in a table of a sheet. None where there is a fault, or
    /// where the dataset does not want this table.
    pub(crate) fn find(
        file: &Path,
        (sheet, grid): (usize, Arc<Grid>),
        window: &Window,
        dataset: &DatasetReading,
        faults: &mut Faults,
    ) -> Option<Self> {
        let faults_before = faults.count();
        let headings = Headings::find(file, &grid, window, dataset, faults)?;
        let counted = |number: usize| window.start().saturating_add(number - 1);
        let (first, last) = match (&dataset.rows, dataset.header.last()) {
            (Some(rows), _) => (*rows.start(), *rows.end()),
            (None, Some(header)) => (header + 1, usize::MAX),
            (None, None) => (1, usize::MAX),
        };
        let numbers = counted(first)..=counted(last).min(*window.end());
        let mut finder = Finder { file, grid: &grid, headings: &headings, faults };
        let components: Vec<Standing> = dataset
            .components
            .values()
            .map(|component| Standing {
                values: match &component.cells {
                    Cells::Column(names) => Values::Column(finder.column(names.texts())),
                    Cells::Heading { row, offset } => Values::Heading(row - 1, *offset),
                    Cells::Cell { row, column } => match grid.row_numbered(counted(*row)) {
                        Some(row) => Values::Cell(CellAt { row, column: *column }),
                        None => Values::Constant,
                    },
                    Cells::Of(aspect, other) => {
                        let of = dataset.components.get_index_of(other);
                        // That it exists was checked when it was declared.
                        of.map_or(Values::Constant, |of| Values::Of(*aspect, of))
                    }
                    Cells::Columns(_) => Values::Spread,
                    Cells::Value(_) => Values::Constant,
                },
                fill: component.fill,
                printed: match &component.bounds {
                    Some(BoundsFrom::Column(name)) => {
                        Some(finder.column(std::slice::from_ref(name)))
                    }
                    Some(BoundsFrom::Digits) | None => None,
                },
            })
            .collect();
        let mut spread: Option<Vec<usize>> =
            dataset.spread().map(|letters| letters.columns(headings.width).collect());
        let mut conditions = Vec::new();
        for (key, texts) in &dataset.conditions {
            let standing = dataset.components.get_index_of(key).and_then(|at| components.get(at));
            match standing.map(|standing| &standing.values) {
                Some(&Values::Heading(row, offset)) => spread.iter_mut().for_each(|columns| {
                    let text = |column: usize| headings.text(&grid, row, column + offset);
                    columns.retain(|&column| texts.match_text(text(column)));
                }),
                Some(Values::Cell(at))
                    if !texts.match_text(grid.cell(at.row, at.column).trim()) =>
                {
                    return None;
                }
                Some(Values::Cell(_)) => {}
                standing => {
                    let column = match standing {
                        Some(&Values::Column(column)) if finder.named(key).is_empty() => column,
                        _ => finder.column(std::slice::from_ref(key)),
                    };
                    let fills = |s: &Standing| {
                        s.fill && matches!(s.values, Values::Column(c) if c == column)
                    };
                    let fill = components.iter().any(fills);
                    conditions.push(Condition { column, fill, texts: texts.clone() });
                }
            }
        }
        if faults.count() > faults_before {
            return None;
        }
        let is_delimited = grid.sheet.is_none();
        let mut layout = Self {
            sheet,
            rows: grid.rows_numbered(&numbers),
            width: headings.rows.last().filter(|_| is_delimited).map(|&row| grid.width(row)),
            spread,
            components,
            conditions,
            headings,
            written: BTreeMap::new(),
            parents: BTreeMap::new(),
            grid,
        };
        layout.look_up_columns();
        Some(layout)
    }

    /// Notes for whole columns what would be sought anew for each of their cells.
    fn look_up_columns(&mut self) {
        let is_written =
            |row: &usize, column: usize| !self.grid.cell(*row, column).trim().is_empty();
        for standing in &self.components {
            match standing.values {
                Values::Column(column) if standing.fill => {
                    let rows = self.rows.clone().filter(|row| is_written(row, column));
                    self.written.insert(column, rows.collect());
                }
                Values::Of(Aspect::Parent, of) => {
                    let Some(&Standing { values: Values::Column(column), .. }) =
                        self.components.get(of)
                    else {
                        continue;
                    };
                    let mut above: Vec<(usize, usize)> = Vec::new();
                    let mut parents = Vec::with_capacity(self.rows.len());
                    for row in self.rows.clone() {
                        if is_written(&row, column) {
                            let indent = self.grid.indent(row, column);
                            while above.last().is_some_and(|(_, other)| *other >= indent) {
                                above.pop();
                            }
                            parents.push(above.last().map(|(row, _)| *row));
                            above.push((row, indent));
                        } else {
                            parents.push(None);
                        }
                    }
                    self.parents.insert(column, parents);
                }
                _ => {}
            }
        }
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
            Values::Heading(heading, offset) => Some(self.headings.cell(heading, column + offset)),
            Values::Cell(cell) => Some(cell),
            Values::Of(Aspect::Marks | Aspect::Flag, of) => self.cell(of, observation),
            Values::Of(Aspect::Parent, of) => {
                let CellAt { row, column } = self.cell(of, observation)?;
                let parents = self.parents.get(&column)?;
                let parent = parents.get(row.checked_sub(self.rows.start)?).copied().flatten()?;
                Some(CellAt { row: parent, column })
            }
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
        let written = self.written.get(&column).map_or(&[][..], Vec::as_slice);
        let before = written.partition_point(|&written| written <= row);
        let nearest = before.checked_sub(1).and_then(|nearest| written.get(nearest));
        CellAt { row: nearest.copied().unwrap_or(row), column }
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
    /// For each row and column, the column whose heading holds there.
    held: Vec<Vec<usize>>,
    width: usize,
}

impl Headings {
    fn find(
        file: &Path,
        grid: &Grid,
        window: &Window,
        dataset: &DatasetReading,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut rows = Vec::new();
        for &header in &dataset.header {
            let number = window.start().saturating_add(header - 1);
            match grid.row_numbered(number).filter(|_| window.contains(&number)) {
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
                    let sheet = grid.sheet.as_ref();
                    let of = sheet.map_or(String::new(), |sheet| format!(" of sheet \"{sheet}\""));
                    let message = format!("nothing is in row {number}{of} for the headings");
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
        let held = rows.iter().enumerate().map(|(heading, &row)| {
            // But for the last row, a heading holds for the empty cells to its right, as merged
            // cells do.
            let fills = heading + 1 < rows.len();
            let mut holds = None;
            let column = |column| {
                if !grid.cell(row, column).trim().is_empty() {
                    holds = Some(column);
                }
                holds.filter(|_| fills).unwrap_or(column)
            };
            (0..width).map(column).collect()
        });
        let held = held.collect();
        let mut headings = Self { rows, own: Vec::new(), paths: Vec::new(), held, width };
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

    /// The cell with the heading that holds for a column.
    fn cell(&self, heading: usize, column: usize) -> CellAt {
        // Beyond the last column, what holds for that one does.
        let held = self.held.get(heading).and_then(|held| held.get(column).or(held.last()));
        let row = self.rows.get(heading).copied().unwrap_or_default();
        CellAt { row, column: held.copied().unwrap_or(column) }
    }

    fn text<'g>(&self, grid: &'g Grid, heading: usize, column: usize) -> &'g str {
        let at = self.cell(heading, column);
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
    /// The number of the column that has the first of these names that any has; any number where
    /// there is a fault.
    fn column(&mut self, names: &[String]) -> usize {
        let mut fault = None;
        for name in names {
            match self.named(name)[..] {
                [column] => return column,
                [] => {}
                ref found => fault = fault.or_else(|| Some(self.ambiguous(found))),
            }
        }
        let name = names.first().map(String::as_str).unwrap_or_default();
        let fault = fault.unwrap_or_else(|| self.missing(&normalised(name)));
        self.faults.push(fault);
        0
    }

    /// The columns of that name: of that heading, of those headings, of that letter, or of headings
    /// that are so.
    fn named(&self, name: &str) -> Vec<usize> {
        let Headings { own, paths, width, .. } = self.headings;
        let wanted = normalised(name);
        let called = |is_so: &dyn Fn(&String) -> bool| {
            let named = |names: &[String]| -> Vec<usize> {
                (0..*width).filter(|&column| names.get(column).is_some_and(is_so)).collect()
            };
            Some(named(own)).filter(|found| !found.is_empty()).unwrap_or_else(|| named(paths))
        };
        let found = called(&|heading| *heading == wanted);
        if !found.is_empty() {
            return found;
        }
        let has_letters = self.grid.sheet.is_some() || self.headings.rows.is_empty();
        let lettered = column_number(name).filter(|column| has_letters && column < width);
        match lettered {
            Some(column) => vec![column],
            None if wanted.contains('*') => called(&|heading| matches_wildcard(&wanted, heading)),
            None => Vec::new(),
        }
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
