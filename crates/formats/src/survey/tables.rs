//! Where on a sheet the tables are: rows with numbers, below headings.

use super::columns::{self, is_missing, period};
use super::{FoundColumn, FoundTable};
use crate::grid::Grid;
use crate::number::{Notation, without_marks};
use std::collections::BTreeSet;

/// More empty rows than these end a table.
const MOST_EMPTY: usize = 2;

/// More rows are no headings.
const MOST_HEADINGS: usize = 4;

/// What a row looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    /// Numbers among its cells.
    Data,
    /// Periods across: headings.
    Periods,
    /// Several texts.
    Texts,
    /// One text.
    Line,
}

/// The tables of a sheet.
pub(super) fn find(grid: &Grid, notation: Notation) -> Vec<FoundTable> {
    let finder = Finder { grid, notation };
    let rows: Vec<(usize, Looks)> = grid
        .rows_numbered(&(1..=usize::MAX))
        .filter_map(|row| Some((row, finder.looks(row)?)))
        .collect();
    let mut tables: Vec<FoundTable> = Vec::new();
    // Where the rows begin that belong to no table yet.
    let mut free = 0;
    let mut at = 0;
    while let Some(&(_, looks)) = rows.get(at) {
        if looks != Looks::Data {
            at += 1;
            continue;
        }
        let end = finder.end(&rows, at);
        if let Some(table) = finder.table(&rows[free..at], &rows[at..end]) {
            let (notes, titles) =
                finder.between(&rows[free..at], &table.header, !tables.is_empty());
            if let Some(before) = tables.last_mut() {
                before.notes = notes;
            }
            tables.push(FoundTable { titles, ..table });
            free = end;
        }
        at = end;
    }
    if let Some(last) = tables.last_mut() {
        last.notes = rows[free..].iter().map(|(row, _)| finder.text(*row)).collect();
    }
    tables
}

struct Finder<'g> {
    grid: &'g Grid,
    notation: Notation,
}

impl Finder<'_> {
    fn cells(&self, row: usize) -> impl Iterator<Item = (usize, &str)> {
        let cells =
            (0..self.grid.width(row)).map(move |column| (column, self.grid.cell(row, column)));
        cells.map(|(column, text)| (column, text.trim())).filter(|(_, text)| !text.is_empty())
    }

    fn is_number(&self, text: &str) -> bool {
        columns::number(self.notation, text).is_some()
    }

    /// `None` of an empty row.
    fn looks(&self, row: usize) -> Option<Looks> {
        let cells: Vec<&str> = self.cells(row).map(|(_, text)| text).collect();
        let numbers = cells.iter().filter(|text| self.is_number(text)).count();
        let periods: Vec<i32> = cells.iter().filter_map(|text| year(text)).collect();
        let others =
            cells.iter().filter(|text| self.is_number(text) && year(text).is_none()).count();
        Some(match cells.len() {
            0 => return None,
            _ if periods.len() >= 2 && others == 0 && are_a_series(&periods) => Looks::Periods,
            count if count >= 2 && numbers > 0 => Looks::Data,
            count if count >= 2 && cells.iter().skip(1).any(|text| is_missing(text)) => Looks::Data,
            1 => Looks::Line,
            _ => Looks::Texts,
        })
    }

    /// Where the rows of data end that begin at a row.
    fn end(&self, rows: &[(usize, Looks)], begin: usize) -> usize {
        let number = |at: usize| rows.get(at).map(|(row, _)| self.grid.number(*row));
        let mut end = begin + 1;
        while let Some(&(row, looks)) = rows.get(end) {
            let gap = number(end).zip(number(end - 1)).map_or(0, |(a, b)| a - b - 1);
            let next = rows.get(end + 1);
            // A line between rows of data is the heading of a section, wherever it is followed by some.
            let is_section = || {
                let follows = next.is_some_and(|(_, looks)| *looks == Looks::Data);
                let near =
                    number(end + 1).zip(number(end)).is_some_and(|(a, b)| a - b <= MOST_EMPTY);
                follows && near && gap == 0 && self.is_left(row, rows[begin].0)
            };
            let goes_on = match looks {
                Looks::Data => gap <= MOST_EMPTY,
                Looks::Line | Looks::Texts => is_section(),
                Looks::Periods => false,
            };
            if !goes_on {
                break;
            }
            end += 1;
        }
        end
    }

    /// Whether a row has something only left of where another has its numbers.
    fn is_left(&self, row: usize, data: usize) -> bool {
        let first = self.cells(data).find(|(_, text)| self.is_number(text) || is_missing(text));
        let last = self.cells(row).last();
        first.zip(last).is_some_and(|((first, _), (last, _))| last < first)
    }

    /// A table with these rows of data, if it is one.
    fn table(&self, before: &[(usize, Looks)], body: &[(usize, Looks)]) -> Option<FoundTable> {
        let (&(first, _), &(last, _)) = (body.first()?, body.last()?);
        let data: Vec<usize> =
            body.iter().filter(|(_, looks)| *looks == Looks::Data).map(|(row, _)| *row).collect();
        let written: BTreeSet<usize> =
            data.iter().flat_map(|&row| self.cells(row).map(|(column, _)| column)).collect();
        let header = self.header(before, first, &data);
        if data.len() < 2 || written.len() < 2 || header.is_empty() {
            return None;
        }
        let columns = written.into_iter().map(|number| {
            let texts = data.iter().map(|&row| self.grid.cell(row, number).trim());
            let heading = header.iter().rev().map(|&row| self.grid.cell(row, number).trim());
            let heading = heading.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            let heading = heading.split_whitespace().collect::<Vec<_>>().join(" ");
            let holds = columns::holds(self.notation, &heading, texts);
            FoundColumn { number, heading, holds }
        });
        Some(FoundTable {
            header: header.iter().map(|&row| self.grid.number(row)).collect(),
            first_row: self.grid.number(first),
            last_row: self.grid.number(last),
            columns: columns.collect(),
            ..FoundTable::default()
        })
    }

    /// The rows of headings right above the data, from the top.
    fn header(&self, before: &[(usize, Looks)], first: usize, data: &[usize]) -> Vec<usize> {
        let first_value = data
            .iter()
            .filter_map(|&row| {
                let values = self.cells(row).filter(|(_, text)| self.is_number(text));
                values.map(|(column, _)| column).find(|column| *column > 0)
            })
            .min()
            .unwrap_or(0);
        let mut header = Vec::new();
        let mut below = first;
        for &(row, looks) in before.iter().rev().take(MOST_HEADINGS) {
            let gap = self.grid.number(below) - self.grid.number(row) - 1;
            let most = if header.is_empty() { 1 } else { 0 };
            let stands_above =
                || self.cells(row).next().is_some_and(|(column, _)| column == first_value);
            let is_heading = match looks {
                Looks::Texts | Looks::Periods => true,
                Looks::Line => stands_above(),
                Looks::Data => false,
            };
            if gap > most || !is_heading {
                break;
            }
            header.push(row);
            below = row;
        }
        header.reverse();
        header
    }

    /// Of the rows between two tables, what belongs to the one before and what to the one after: an
    /// empty row parts them.
    fn between(
        &self,
        rows: &[(usize, Looks)],
        header: &[usize],
        has_before: bool,
    ) -> (Vec<String>, Vec<String>) {
        let lines: Vec<usize> = rows
            .iter()
            .map(|(row, _)| *row)
            .filter(|row| !header.contains(&self.grid.number(*row)))
            .collect();
        let parted = |pair: &[usize]| self.grid.number(pair[1]) - self.grid.number(pair[0]) > 1;
        let notes = match lines.windows(2).position(parted) {
            Some(last) if has_before => last + 1,
            _ => 0,
        };
        let mut texts: Vec<String> = lines.into_iter().map(|row| self.text(row)).collect();
        let titles = texts.split_off(notes.min(texts.len()));
        (texts, titles)
    }

    fn text(&self, row: usize) -> String {
        let texts: Vec<&str> = self.cells(row).map(|(_, text)| text).collect();
        texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The year that a heading is of, footnote marks and quarters aside.
fn year(text: &str) -> Option<i32> {
    let bare = without_marks(text).into_iter().flatten();
    let found = std::iter::once(text).chain(bare).find_map(period)?;
    found.get(..4)?.parse().ok().filter(|year| (1800..=2200).contains(year))
}

/// Whether most of these follow one another as the first two do, or are the same.
fn are_a_series(years: &[i32]) -> bool {
    let steps: Vec<i32> = years.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let usual = steps.iter().copied().find(|step| *step != 0).unwrap_or(0);
    let regular = steps.iter().filter(|step| **step == usual || **step == 0).count();
    usual.abs() <= 10 && regular * 2 >= steps.len()
}
