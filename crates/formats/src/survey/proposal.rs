//! A declaration for each table that was found: made up, tried on the file, and given only if it reads.

use super::columns::{is_missing, number, period};
use super::{FoundColumn, FoundTable, Holds, Sheet, Survey};
use crate::grid::Grid;
use crate::reading::{DatasetReading, Read, column_letters};
use crate::{description, flat, table};
use olshem_model::{Diagnostic, Place};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::sync::Arc;

/// A proposed declaration.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The tables `[read]` and `[[dataset]]` of a `source.toml`.
    pub text: String,
    /// The name of each dataset in it.
    pub datasets: Vec<String>,
    /// The tables that have none, where each is, and why.
    pub left_out: Vec<String>,
}

/// So many columns of numbers are still measures side by side.
const MOST_MEASURES: usize = 8;

/// A longer text in a column of numbers is not one that stands for a missing value.
const LONGEST_MISSING: usize = 4;

impl Survey {
    /// How the tables that were found can be read: those on the sheet of that name, or on all.
    /// The names in it are made up of headings, and for a person to improve.
    pub fn proposal(&self, sheet: Option<&str>) -> Proposal {
        let mut proposal = Proposal::default();
        let sheets = || {
            let wanted = |found: &&Sheet| sheet.is_none() || found.name.as_deref() == sheet;
            self.sheets.iter().filter(wanted)
        };
        let read = self.read_table(sheets());
        proposal.text.clone_from(&read);
        let mut names = BTreeSet::new();
        // What a delimited file holds is called after it.
        let of_file = flat::id(&self.file);
        for sheet in sheets() {
            for (number, table) in (1..).zip(&sheet.tables) {
                let mut name = description::identifier(sheet.name.as_deref().unwrap_or(&of_file));
                if sheet.tables.len() > 1 {
                    let _ = write!(name, "_{number}");
                }
                let name = unique(name.to_uppercase(), &mut names);
                let tried = Proposing { survey: self, sheet, table }
                    .dataset(&name)
                    .and_then(|text| self.tried(&read, &text, sheet).map(|()| text));
                match tried {
                    Ok(text) => {
                        proposal.text.push('\n');
                        proposal.text.push_str(&text);
                        proposal.datasets.push(name);
                    }
                    Err(why) => {
                        let of = sheet
                            .name
                            .as_ref()
                            .map_or(String::new(), |s| format!("sheet \"{s}\", "));
                        proposal.left_out.push(format!("{of}{}: {why}", table.range()));
                    }
                }
            }
        }
        proposal
    }

    /// The table `[read]`: how cells are written.
    fn read_table<'s>(&self, sheets: impl Iterator<Item = &'s Sheet>) -> String {
        let mut missing: BTreeSet<&str> = BTreeSet::new();
        let mut has_marks = false;
        for (sheet, table) in sheets.flat_map(|s| s.tables.iter().map(move |table| (s, table))) {
            let headings = table.header.iter().filter_map(|&row| sheet.grid.row_numbered(row));
            for row in headings {
                let mut texts = table.columns.iter().map(|c| sheet.grid.cell(row, c.number).trim());
                has_marks |=
                    texts.any(|text| period(text).is_none() && bare_period(text).is_some());
            }
            for text in value_cells(&sheet.grid, table) {
                if self.notation.plain(text).is_some() {
                    continue;
                }
                match number(self.notation, text) {
                    Some(_) => has_marks = true,
                    None if is_missing(text) || text.chars().count() <= LONGEST_MISSING => {
                        missing.insert(text);
                    }
                    None => {}
                }
            }
        }
        let mut text = "[read]\n".to_owned();
        let mut line = |key: &str, value: String| {
            let _ = writeln!(text, "{key} = {value}");
        };
        match (self.delimiter, self.encoding) {
            (Some(delimiter), Some(encoding)) => {
                line("format", quoted("csv"));
                line("delimiter", quoted(&delimiter.to_string()));
                line("encoding", quoted(&encoding.to_lowercase()));
            }
            _ => line("format", quoted("xlsx")),
        }
        if self.notation.decimal != '.' {
            line("decimal", quoted(&self.notation.decimal.to_string()));
        }
        if let Some(thousands) = self.notation.thousands {
            line("thousands", quoted(&thousands.to_string()));
        }
        if !missing.is_empty() {
            let missing: Vec<String> = missing.into_iter().map(quoted).collect();
            line("missing", format!("[{}]", missing.join(", ")));
        }
        if has_marks {
            line("footnotes", "true".to_owned());
        }
        text
    }

    /// Reads the table by its declaration.
    fn tried(&self, read: &str, dataset: &str, sheet: &Sheet) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Declared {
            read: Read,
            dataset: Vec<DatasetReading>,
        }
        let declared: Declared = toml::from_str(&format!("{read}{dataset}"))
            .map_err(|error| error.message().to_owned())?;
        let codelists = BTreeMap::new();
        let is_as_surveyed = sheet.name.is_none() || self.notation.decimal == '.';
        let read = match declared.dataset.first().filter(|_| is_as_surveyed) {
            Some(dataset) => {
                let grids = vec![Arc::clone(&sheet.grid)];
                table::of_grids(&self.file, grids, &declared.read, dataset, &codelists).map(drop)
            }
            None => {
                let Declared { read, dataset } = &declared;
                table::read(&self.file, &self.bytes, read, dataset, &codelists).map(drop)
            }
        };
        read.map_err(|faults| {
            let why = |fault: &Diagnostic| match &fault.place {
                Place::Cell { cell, .. } => format!("in cell {cell}, {}", fault.message),
                Place::Line { line, .. } => format!("on line {line}, {}", fault.message),
                _ => fault.message.clone(),
            };
            faults.first().map(why).unwrap_or_default()
        })
    }
}

/// The cells of the columns of numbers, that have something in them.
fn value_cells<'s>(grid: &'s Grid, table: &'s FoundTable) -> impl Iterator<Item = &'s str> {
    let columns = table.columns.iter().filter(|column| column.holds == Holds::Numbers);
    let rows = grid.rows_numbered(&(table.first_row..=table.last_row));
    let cells = columns
        .flat_map(move |column| rows.clone().map(move |row| grid.cell(row, column.number).trim()));
    cells.filter(|text| !text.is_empty())
}

/// A period without the footnote marks that it has.
fn bare_period(text: &str) -> Option<String> {
    crate::number::without_marks(text).into_iter().flatten().find_map(period)
}

fn is_period(text: &str) -> bool {
    period(text).or_else(|| bare_period(text)).is_some()
}

/// A fiscal year such as `2004-05`, which would be taken for a month.
fn is_fiscal(text: &str) -> bool {
    let Some((first, second)) = text.split_once(['-', '/', '–']) else { return false };
    match (first.parse::<u32>(), second.parse::<u32>()) {
        (Ok(first), Ok(next)) => {
            first >= 1000 && [2, 4].contains(&second.len()) && (first + 1) % 100 == next % 100
        }
        _ => false,
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}

/// One table being declared.
struct Proposing<'s> {
    survey: &'s Survey,
    sheet: &'s Sheet,
    table: &'s FoundTable,
}

/// Columns that hold one measure, and what tells them apart.
#[derive(Default)]
struct Spread<'s> {
    columns: Vec<&'s FoundColumn>,
    /// The row of the headings with periods, and how far right of its columns one stands.
    time: Option<(usize, usize)>,
    /// Other rows of the headings, and whether they tell columns apart.
    others: Vec<(usize, bool)>,
}

impl<'s> Proposing<'s> {
    fn dataset(&self, name: &str) -> Result<String, String> {
        let spread = self.spread();
        let mut components = Components::default();
        let in_spread =
            |column: &FoundColumn| spread.columns.iter().any(|c| c.number == column.number);
        let rest: Vec<&FoundColumn> = self.table.columns.iter().filter(|c| !in_spread(c)).collect();
        let time_column = rest
            .iter()
            .find(|column| column.holds == Holds::Periods && spread.time.is_none())
            .copied();
        let rows = self.rows(&spread);
        let identifiers = self.identifiers(&rest, time_column, &rows)?;
        for (column, fill) in &identifiers {
            let fill = if *fill { ", fill = true" } else { "" };
            let place = self.place(column);
            components
                .add(&self.id(column, "LABEL"), &format!("role = \"identifier\", {place}{fill}"));
        }
        if let Some(column) = time_column {
            let place = self.place(column);
            let pattern = self.fiscal(rows.iter().map(|&row| self.cell(row, column)));
            let reading =
                format!("role = \"identifier\", type = \"time_period\", {place}{pattern}");
            components.add("TIME_PERIOD", &reading);
        }
        self.spread_components(&spread, &mut components);
        for column in rest {
            let is_identifier = identifiers.iter().any(|(c, _)| c.number == column.number)
                || time_column.is_some_and(|c| c.number == column.number);
            if is_identifier {
                continue;
            }
            let place = self.place(column);
            match column.holds {
                Holds::Numbers if spread.columns.is_empty() => {
                    let id = self.id(column, "VALUE");
                    let reading = format!("role = \"measure\", type = \"number\", {place}");
                    let id = components.add(&id, &reading);
                    self.add_flag(&id, &[column], &mut components);
                }
                Holds::Numbers => {
                    let reading = format!("role = \"attribute\", type = \"number\", {place}");
                    components.add(&self.id(column, "VALUE"), &reading);
                }
                _ => {
                    components
                        .add(&self.id(column, "NOTE"), &format!("role = \"attribute\", {place}"));
                }
            }
        }
        Ok(self.text(name, &components))
    }

    fn text(&self, name: &str, components: &Components) -> String {
        let mut text = String::new();
        for title in &self.table.titles {
            let _ = writeln!(
                text,
                "# {}",
                title.chars().filter(|c| !c.is_control()).collect::<String>()
            );
        }
        let _ = writeln!(text, "[[dataset]]\nname = {}", quoted(name));
        if let Some(sheet) = &self.sheet.name {
            let _ = writeln!(text, "sheet = {}", quoted(sheet));
        }
        let header: Vec<String> = self.table.header.iter().map(usize::to_string).collect();
        let _ = writeln!(text, "header = [{}]", header.join(", "));
        let _ = writeln!(text, "rows = \"{}..{}\"", self.table.first_row, self.table.last_row);
        let _ = writeln!(text, "[dataset.components]");
        for (id, reading) in &components.0 {
            let id = if id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                id.clone()
            } else {
                quoted(id)
            };
            let _ = writeln!(text, "{id} = {{ {reading} }}");
        }
        text
    }

    fn spread_components(&self, spread: &Spread<'s>, components: &mut Components) {
        if spread.columns.is_empty() {
            return;
        }
        for &(heading, tells_apart) in &spread.others {
            let role = if tells_apart { "identifier" } else { "attribute" };
            let reading = format!("role = \"{role}\", heading = {}", heading + 1);
            components.add("HEADING", &reading);
        }
        if let Some((heading, offset)) = spread.time {
            let texts = spread.columns.iter().map(|c| self.heading(heading, c.number + offset));
            let fiscal = self.fiscal(texts);
            let offset = if offset > 0 { format!(", offset = {offset}") } else { String::new() };
            let place = format!("heading = {}{offset}{fiscal}", heading + 1);
            components.add(
                "TIME_PERIOD",
                &format!("role = \"identifier\", type = \"time_period\", {place}"),
            );
            let has_marks = spread.columns.iter().any(|column| {
                let text = self.heading(heading, column.number);
                period(text).is_none() && bare_period(text).is_some()
            });
            if has_marks {
                components.add("TIME_NOTE", "role = \"attribute\", marks_of = \"TIME_PERIOD\"");
            }
        }
        let numbers: Vec<usize> = spread.columns.iter().map(|column| column.number).collect();
        let columns = format!("columns = [{}]", ranges(&numbers).join(", "));
        let id = components
            .add("OBS_VALUE", &format!("role = \"measure\", type = \"number\", {columns}"));
        self.add_flag(&id, &spread.columns, components);
    }

    /// An attribute for what stands in place of numbers, where something does.
    fn add_flag(&self, measure: &str, columns: &[&FoundColumn], components: &mut Components) {
        let of_measure = |column: &&FoundColumn| columns.iter().any(|c| c.number == column.number);
        let table = FoundTable {
            columns: self.table.columns.iter().filter(of_measure).cloned().collect(),
            ..self.table.clone()
        };
        let mut cells = value_cells(&self.sheet.grid, &table);
        if cells.any(|text| number(self.survey.notation, text).is_none()) {
            let id = if measure == "OBS_VALUE" {
                "OBS_STATUS".to_owned()
            } else {
                format!("{measure}_STATUS")
            };
            components.add(&id, &format!("role = \"attribute\", flag_of = {}", quoted(measure)));
        }
    }

    /// A pattern for fiscal years, where the texts are these.
    fn fiscal<'t>(&self, texts: impl Iterator<Item = &'t str>) -> &'static str {
        let mut texts = texts.filter(|text| !text.is_empty()).peekable();
        let some = texts.peek().is_some();
        if some && texts.all(is_fiscal) { ", pattern = \"^([0-9]{4})\"" } else { "" }
    }

    /// The columns that hold one measure: below periods, or more than can be measures of their own.
    fn spread(&self) -> Spread<'s> {
        let values: Vec<&FoundColumn> =
            self.table.columns.iter().filter(|column| column.holds == Holds::Numbers).collect();
        let Some(first) = values.first().map(|column| column.number) else {
            return Spread::default();
        };
        let headings = 0..self.table.header.len();
        let periods = |heading: &usize| -> Vec<usize> {
            let columns = self.table.columns.iter().filter(|c| c.number >= first);
            let own = |number: usize| self.cell_of_heading(*heading, number);
            columns
                .map(|c| c.number)
                .filter(|&number| is_period(own(number)) || is_fiscal(own(number)))
                .collect()
        };
        let time = headings.clone().rev().find(|heading| periods(heading).len() >= 2);
        let (time, columns) = match time {
            Some(heading) => {
                let periods = periods(&heading);
                let gap = periods.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
                let shift = periods.first().map_or(0, |period| period - first);
                let empty = |number: usize| self.cell_of_heading(heading, number).is_empty();
                let is_moved = shift < gap && (first..first + shift).all(empty);
                let offset = if is_moved { shift } else { 0 };
                let below = |column: &&FoundColumn| {
                    let text = self.heading(heading, column.number + offset);
                    is_period(text) || is_fiscal(text)
                };
                // Below a period, a column that is empty but for a few texts is one of numbers too.
                let candidates = self.table.columns.iter().filter(|c| c.number >= first);
                (Some((heading, offset)), candidates.filter(below).collect())
            }
            None if values.len() > MOST_MEASURES => (None, values),
            None => return Spread::default(),
        };
        let mut others = Vec::new();
        for heading in headings.filter(|heading| time.is_none_or(|(time, _)| time != *heading)) {
            let texts: BTreeSet<&str> =
                columns.iter().map(|column| self.heading(heading, column.number)).collect();
            if texts.iter().any(|text| !text.is_empty()) {
                others.push((heading, texts.len() > 1 && !texts.contains("")));
            }
        }
        // Of rows without time the lowest that tells all columns apart is enough.
        let enough = others.iter().rposition(|(heading, _)| {
            let mut seen = HashSet::new();
            columns.iter().all(|column| seen.insert(self.heading(*heading, column.number)))
        });
        if let (None, Some(enough)) = (time, enough) {
            for (at, (_, tells_apart)) in others.iter_mut().enumerate() {
                *tells_apart = at == enough;
            }
        }
        Spread { columns, time, others }
    }

    /// The rows that are observations.
    fn rows(&self, spread: &Spread<'_>) -> Vec<usize> {
        let grid = &self.sheet.grid;
        let rows = grid.rows_numbered(&(self.table.first_row..=self.table.last_row));
        rows.filter(|&row| match spread.columns.is_empty() {
            true => !grid.is_blank(row),
            false => spread.columns.iter().any(|c| !grid.cell(row, c.number).trim().is_empty()),
        })
        .collect()
    }

    /// The columns that tell rows apart, from the left, and which of them are to be filled downwards.
    fn identifiers(
        &self,
        rest: &[&'s FoundColumn],
        time: Option<&FoundColumn>,
        rows: &[usize],
    ) -> Result<Vec<(&'s FoundColumn, bool)>, String> {
        let mut candidates: Vec<(&FoundColumn, Vec<&str>, bool)> = Vec::new();
        for column in rest.iter().filter(|c| matches!(c.holds, Holds::Codes | Holds::Labels)) {
            let mut texts: Vec<&str> = rows.iter().map(|&row| self.cell(row, column)).collect();
            let fill = texts.contains(&"");
            if fill {
                let mut last = "";
                for text in &mut texts {
                    if text.is_empty() {
                        *text = last;
                    }
                    last = text;
                }
            }
            if !texts.contains(&"") {
                candidates.push((column, texts, fill));
            }
        }
        // Codes are more likely meant to identify than labels; what needs no filling, more than what does.
        candidates.sort_by_key(|(column, _, fill)| (*fill, column.holds != Holds::Codes));
        let mut keys: Vec<Vec<&str>> = vec![Vec::new(); rows.len()];
        if let Some(time) = time {
            for (key, &row) in keys.iter_mut().zip(rows) {
                key.push(self.cell(row, time));
            }
        }
        let distinct = |keys: &[Vec<&str>]| keys.iter().collect::<HashSet<_>>().len();
        let mut chosen = Vec::new();
        while distinct(&keys) < rows.len() {
            let with = |texts: &[&'s str]| -> Vec<Vec<&str>> {
                let keys = keys.iter().zip(texts);
                keys.map(|(key, text)| key.iter().copied().chain([*text]).collect()).collect()
            };
            let best = candidates
                .iter()
                .enumerate()
                .map(|(at, (_, texts, _))| (at, distinct(&with(texts))))
                // Of two that tell as many apart the earlier.
                .rev()
                .max_by_key(|(_, count)| *count)
                .filter(|(_, count)| *count > distinct(&keys));
            let Some((at, _)) = best else {
                return Err("nothing tells its rows apart".to_owned());
            };
            let (column, texts, fill) = candidates.remove(at);
            keys = with(&texts);
            chosen.push((column, fill));
        }
        // Even where one row is all there is, something has to identify it.
        if chosen.is_empty() && time.is_none() {
            let first = candidates.first().ok_or("it has neither labels nor periods")?;
            chosen.push((first.0, first.2));
        }
        chosen.sort_by_key(|(column, _)| column.number);
        Ok(chosen)
    }

    fn cell(&self, row: usize, column: &FoundColumn) -> &'s str {
        self.sheet.grid.cell(row, column.number).trim()
    }

    /// What stands in a row of the headings in just that column.
    fn cell_of_heading(&self, heading: usize, column: usize) -> &'s str {
        let row = self.table.header.get(heading).and_then(|row| self.sheet.grid.row_numbered(*row));
        row.map_or("", |row| self.sheet.grid.cell(row, column).trim())
    }

    /// The heading that holds for a column, as the reader has it.
    fn heading(&self, heading: usize, column: usize) -> &'s str {
        if heading + 1 == self.table.header.len() {
            return self.cell_of_heading(heading, column);
        }
        let texts = (0..=column).rev().map(|column| self.cell_of_heading(heading, column));
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Where a column is: in a workbook by its letters, which no heading can confuse.
    fn place(&self, column: &FoundColumn) -> String {
        match &self.sheet.name {
            Some(_) => format!("column = {}", quoted(&column.letters())),
            None => format!("column = {}", quoted(&column.heading)),
        }
    }

    /// A name for a component, made of its heading.
    fn id(&self, column: &FoundColumn, otherwise: &str) -> String {
        let words: Vec<String> = column
            .heading
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_uppercase)
            .collect();
        let name: String = words.join("_").chars().take(30).collect();
        match name.trim_end_matches('_') {
            name if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name != "DEFINITION" => {
                name.to_owned()
            }
            _ => format!("{otherwise}_{}", column.letters()),
        }
    }
}

/// Columns as the fewest ranges of letters.
fn ranges(numbers: &[usize]) -> Vec<String> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let range = |(first, last): (usize, usize)| match first == last {
        true => quoted(&column_letters(first)),
        false => quoted(&format!("{}:{}", column_letters(first), column_letters(last))),
    };
    ranges.into_iter().map(range).collect()
}

/// Components in their order, each under a name of its own.
#[derive(Default)]
struct Components(Vec<(String, String)>);

impl Components {
    fn add(&mut self, id: &str, reading: &str) -> String {
        let mut name = id.to_owned();
        let mut number = 2;
        while self.0.iter().any(|(taken, _)| *taken == name) {
            name = format!("{id}_{number}");
            number += 1;
        }
        self.0.push((name.clone(), reading.to_owned()));
        name
    }
}
