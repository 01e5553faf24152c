//! Our own workbooks back into a message; of others, what to do instead.

use super::facts::{self, Fact};
use super::write::{CODELISTS, DATA, STRUCTURE};
use super::{Numbers, Workbook};
use crate::content::Content;
use crate::errors::{UNDECLARED, WRONG_MESSAGE};
use crate::grid::Grid;
use crate::message::{Description, Observations, Places, Receiver};
use crate::metadata::{Artefact, Metadata, Reference};
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Diagnostic, Place};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const MOST_ROWS: usize = 8192;

/// Reads a workbook that was written by [`super::write`].
///
/// # Errors
///
/// Any other workbook: it needs a declaration.
pub(crate) fn read(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let bytes = content.bytes()?;
    let mut workbook = Workbook::open(content.path(), &bytes, Numbers::AsShown)?;
    let file: Arc<Path> = content.path().into();
    let names = workbook.names();
    let structure = match names.iter().any(|name| name == STRUCTURE) {
        true => Some(workbook.grid(STRUCTURE.to_owned())?),
        false => None,
    };
    let is_ours = |grid: &Arc<Grid>| headings(grid).map(|(name, _)| name).eq(facts::HEADINGS);
    let Some(structure) = structure.filter(is_ours) else {
        let message = "a workbook does not say which of its cells are data";
        return Err(Diagnostic::new(&UNDECLARED, content.path(), message).with_help(
            "`olshem inspect` shows the tables in it, `olshem source add` declares how to read them",
        ));
    };
    let facts = told(&structure);
    let codelists = match names.iter().any(|name| name == CODELISTS) {
        true => codelists(&*workbook.grid(CODELISTS.to_owned())?),
        false => BTreeMap::new(),
    };
    let header = facts::header(&facts);
    if header != Default::default() {
        receiver.header(header)?;
    }
    let metadata = published(&facts, &codelists);
    if !metadata.is_empty() {
        receiver.metadata(metadata)?;
    }
    let mut datasets: Vec<&str> = Vec::new();
    for fact in facts.iter().filter(|fact| !fact.dataset.is_empty()) {
        if !datasets.contains(&fact.dataset.as_str()) {
            datasets.push(&fact.dataset);
        }
    }
    for dataset in datasets {
        let description =
            facts::description(dataset, &facts, &codelists).map_err(|(at, message)| {
                // The facts stand in the rows below the headings.
                let row = structure.rows_numbered(&(2..=usize::MAX)).nth(at).unwrap_or(0);
                Diagnostic::new(&WRONG_MESSAGE, structure.place(&file, row, 2, None), message)
            })?;
        if !names.iter().any(|name| name == dataset) {
            let message = format!("there is no sheet \"{dataset}\" with the observations");
            return Err(Diagnostic::new(&WRONG_MESSAGE, content.path(), message));
        }
        let grid = workbook.grid(dataset.to_owned())?;
        observations(&file, &grid, description, receiver)?;
    }
    Ok(())
}

/// The headings in the first row, with their columns.
fn headings(grid: &Grid) -> impl Iterator<Item = (&str, usize)> {
    let row = grid.row_numbered(1);
    row.into_iter().flat_map(move |row| {
        (0..grid.width(row)).map(move |column| (grid.cell(row, column), column))
    })
}

fn told(grid: &Grid) -> Vec<Fact> {
    let rows = grid.rows_numbered(&(2..=usize::MAX));
    let fact = |row| {
        let text = |column| grid.cell(row, column).to_owned();
        Fact {
            dataset: text(0),
            component: text(1),
            what: text(2),
            language: text(3),
            text: text(4),
        }
    };
    rows.map(fact).collect()
}

fn codelists(grid: &Grid) -> BTreeMap<String, Arc<Codelist>> {
    let mut lists: BTreeMap<String, Codelist> = BTreeMap::new();
    let columns: Vec<(&str, usize)> = headings(grid).collect();
    for row in grid.rows_numbered(&(2..=usize::MAX)) {
        let mut id = "";
        let mut item = Item::default();
        for &(heading, column) in &columns {
            let text = grid.cell(row, column);
            if text.is_empty() {
                continue;
            }
            match heading.split_once(' ') {
                None if heading == "codelist" => id = text,
                None if heading == "code" => text.clone_into(&mut item.code),
                None if heading == "parent" => item.parent = Some(text.to_owned()),
                None if heading == "aliases" => {
                    item.aliases = text.split('|').map(str::to_owned).collect();
                }
                Some(("label", language)) => {
                    item.labels.insert(language.to_owned(), text.to_owned());
                }
                Some(("description", language)) => {
                    item.descriptions.insert(language.to_owned(), text.to_owned());
                }
                _ => {}
            }
        }
        let list = lists.entry(id.to_owned()).or_insert_with(|| Codelist::new(id));
        // Of a code that stands twice the first counts.
        drop(list.push(item));
    }
    lists.into_iter().map(|(id, list)| (id, Arc::new(list))).collect()
}

/// The codelists that others may refer to.
fn published(facts: &[Fact], codelists: &BTreeMap<String, Arc<Codelist>>) -> Metadata {
    let mut metadata = Metadata::default();
    let of_lists = || facts.iter().filter(|f| f.dataset.is_empty() && !f.component.is_empty());
    for fact in of_lists().filter(|fact| fact.what == "codelist") {
        let list = codelists.get(&fact.component);
        let (Some(list), Ok(reference)) = (list, fact.text.parse::<Reference>()) else { continue };
        let names = of_lists().filter(|f| f.component == fact.component && f.what == "name");
        let names: Labels = names.map(|f| (f.language.clone(), f.text.clone())).collect();
        metadata.codelists.push(Artefact::new(reference, names, (**list).clone()));
    }
    metadata
}

fn observations(
    file: &Arc<Path>,
    grid: &Arc<Grid>,
    description: Description,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let place = Place::File(file.to_path_buf());
    let sheet = grid.sheet.clone().unwrap_or_else(|| DATA.to_owned());
    let mut columns = Vec::new();
    for variable in &description.variables {
        let name = variable.component.name.as_str();
        let Some((_, column)) = headings(grid).find(|(heading, _)| *heading == name) else {
            let message = format!("sheet \"{sheet}\" has no column \"{name}\"");
            return Err(Diagnostic::new(&WRONG_MESSAGE, place, message));
        };
        columns.push(column);
    }
    let fields = description.variables.iter();
    let fields = fields.map(|v| Field::new(&v.component.name, DataType::Utf8View, true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    receiver.dataset(description)?;
    let rows = grid.rows_numbered(&(2..=usize::MAX));
    let (mut first, end) = (rows.start, rows.end);
    while first < end {
        let last = end.min(first + MOST_ROWS);
        let arrays: Vec<ArrayRef> = columns
            .iter()
            .map(|&column| {
                let mut texts = StringViewBuilder::new();
                for row in first..last {
                    let text = grid.cell(row, column);
                    texts.append_option(Some(text).filter(|text| !text.is_empty()));
                }
                Arc::new(texts.finish()) as ArrayRef
            })
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(last - first));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)
            .map_err(|error| Diagnostic::new(&WRONG_MESSAGE, place.clone(), error.to_string()))?;
        let (file, grid, columns) = (Arc::clone(file), Arc::clone(grid), columns.clone());
        let origins = Arc::new(CellPlaces { file, grid, first, columns });
        receiver.observations(Observations { batch, origins })?;
        first = last;
    }
    Ok(())
}

/// Observations that are rows of a sheet.
#[derive(Debug)]
struct CellPlaces {
    file: Arc<Path>,
    grid: Arc<Grid>,
    /// The row of the first, as an index.
    first: usize,
    /// The column of each variable.
    columns: Vec<usize>,
}

impl Places for CellPlaces {
    fn place(&self, row: usize, column: usize) -> Place {
        let all = self.grid.rows_numbered(&(1..=usize::MAX));
        match (all.contains(&(self.first + row)), self.columns.get(column)) {
            (true, Some(&column)) => self.grid.place(&self.file, self.first + row, column, None),
            _ => Place::File(self.file.to_path_buf()),
        }
    }
}
