//! Workbooks for people: of each data set a page to be read, then the codelists, what the data sets
//! are, and their observations with codes, so that nothing is lost.
//!
//! ```text
//!  GRP │ … │ codelists │ structure │ data │ …
//!  pages     codes and    facts      long form
//!            labels
//! ```

use super::cell::{Pen, unwritable};
use super::facts::{self, Fact, Telling};
use super::page;
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{
    Collected, Description, Header, Loss, Note, Observations, Receiver, Variable, Writer,
};
use crate::metadata::Metadata;
use arrow::array::AsArray;
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Diagnostic, Place};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeSet;
use std::io::Write;

/// The names of the sheets that a reader finds its way by.
pub(super) const CODELISTS: &str = "codelists";
pub(super) const STRUCTURE: &str = "structure";
pub(super) const DATA: &str = "data";

/// A sheet has so many rows.
const MOST_ROWS: usize = 1 << 20;

/// What could not be written, each kind of thing once.
#[derive(Default)]
pub(super) struct Losses(BTreeSet<Loss>);

impl Losses {
    pub(super) fn note(&mut self, lost: &str) {
        self.0.insert(Loss(lost.to_owned()));
    }
}

/// A writer of `.xlsx`. It holds everything in memory: a workbook is a matter of what one can read.
pub(crate) fn writer<'w>(
    out: Box<dyn Write + Send + 'w>,
    writing: &Writing,
) -> Box<dyn Writer + 'w> {
    let language = writing.language.clone();
    Box::new(WorkbookWriter { out, language, received: Collected::default(), rows: 0 })
}

struct WorkbookWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    language: Option<String>,
    received: Collected,
    /// How many observations the data set that began last has.
    rows: usize,
}

impl Receiver for WorkbookWriter<'_> {
    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.received.metadata(metadata)
    }

    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.received.header(header)
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        self.rows = 0;
        self.received.dataset(description)
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        self.rows += observations.batch.num_rows();
        if self.rows >= MOST_ROWS {
            let message = "the data set has more observations than a sheet has rows, 1,048,576";
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
                .with_help("take a part of it, or write CSV or Parquet"));
        }
        self.received.observations(observations)
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        self.received.note(note)
    }
}

impl Writer for WorkbookWriter<'_> {
    fn finish(self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        let Self { mut out, language, received, .. } = *self;
        let mut workbook = Workbook::new();
        // The same data give the same bytes, whenever they are written.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(unwritable)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let mut pen = Pen::default();
        note_losses(&received, &mut pen.losses);

        let mut names = SheetNames::default();
        names.taken.extend([CODELISTS, STRUCTURE, DATA].map(str::to_owned));
        let codelists = Codelists::of(&received);
        let mut facts = Telling { dataset: "", facts: Vec::new() };
        facts.header(&received.header);
        for artefact in &received.metadata.codelists {
            let Some(key) = codelists.key(&artefact.content) else { continue };
            facts.labels(&key, "name", &artefact.names);
            let urn = Labels::from([(String::new(), artefact.reference.to_string())]);
            facts.labels(&key, "codelist", &urn);
        }
        let mut facts = facts.facts;
        let mut data_sheets = Vec::new();
        for (number, (description, batches)) in received.datasets.iter().enumerate() {
            let page_name = names.unique(&description.id);
            page::write(
                workbook.add_worksheet().set_name(page_name).map_err(unwritable)?,
                &page::Page { description, batches, language: language.as_deref() },
                &mut pen,
            )?;
            let sheet = match number {
                0 => DATA.to_owned(),
                _ => names.unique(&format!("{DATA} {}", number + 1)),
            };
            let mut telling = Telling { dataset: &sheet, facts: Vec::new() };
            telling
                .description(description, |variable| codelists.key(variable.codelist.as_deref()?));
            facts.extend(telling.facts);
            data_sheets.push((sheet, description, batches));
        }
        if !codelists.lists.is_empty() {
            let sheet = workbook.add_worksheet().set_name(CODELISTS).map_err(unwritable)?;
            codelists.write(sheet, &mut pen)?;
        }
        let sheet = workbook.add_worksheet().set_name(STRUCTURE).map_err(unwritable)?;
        write_facts(sheet, &facts, &mut pen)?;
        for (name, description, batches) in data_sheets {
            let sheet = workbook.add_worksheet().set_name(name).map_err(unwritable)?;
            write_data(sheet, description, batches, &mut pen)?;
        }
        workbook.save_to_writer(&mut out).map_err(unwritable)?;
        out.flush().map_err(|error| unwritable(XlsxError::IoError(error)))?;
        Ok(pen.losses.0.into_iter().collect())
    }
}

/// What of all that was received has no place in a workbook.
fn note_losses(received: &Collected, losses: &mut Losses) {
    let Metadata { codelists, .. } = &received.metadata;
    let others = Metadata { codelists: Vec::new(), ..received.metadata.clone() };
    if !others.is_empty() {
        losses.note("structural metadata other than codelists");
    }
    let described = codelists.iter().any(|list| {
        !list.descriptions.is_empty()
            || !list.annotations.is_empty()
            || list.valid_from.is_some()
            || list.valid_to.is_some()
    });
    if described {
        losses.note("descriptions, annotations and validity of codelists");
    }
    let variables = || received.datasets.iter().flat_map(|(description, _)| &description.variables);
    let lists = variables().filter_map(|variable| variable.codelist.as_deref());
    let mut items =
        lists.chain(codelists.iter().map(|list| &list.content)).flat_map(Codelist::items);
    if items.any(|item| !item.annotations.is_empty()) {
        losses.note("annotations of codes");
    }
    let of_datasets =
        received.datasets.iter().any(|(description, _)| !description.extras.is_empty());
    if of_datasets || variables().any(|variable| !variable.extras.is_empty()) {
        losses.note("what the format read says besides");
    }
    if variables().any(|variable| variable.component.codes.is_some() && variable.codelist.is_none())
    {
        losses.note("which codes a component without codelist may take");
    }
}

/// Names of sheets, no two the same.
#[derive(Default)]
struct SheetNames {
    /// In lower case: a spreadsheet makes no difference.
    taken: BTreeSet<String>,
}

impl SheetNames {
    /// A name as spreadsheets allow them, as near to this as can be.
    fn unique(&mut self, wanted: &str) -> String {
        let allowed = |c: char| if c.is_control() || "[]:*?/\\".contains(c) { ' ' } else { c };
        let wanted: String = wanted.chars().map(allowed).collect();
        let wanted = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = wanted.trim_matches(|c: char| c.is_whitespace() || c == '\'');
        // "History" is one of Excel's own.
        let wanted = match wanted.to_lowercase().as_str() {
            "" | "history" => "sheet",
            _ => wanted,
        };
        let mut number = 1;
        loop {
            let ending = if number == 1 { String::new() } else { format!(" {number}") };
            let name = shortened(wanted, 31 - ending.len()) + &ending;
            if self.taken.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }
}

/// The beginning of a text, of no more than so many UTF-16 units.
fn shortened(text: &str, most: usize) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= most
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept.trim_end_matches(|c: char| c.is_whitespace() || c == '\'').to_owned()
}

/// The codelists of all variables, each once, under a name of its own.
struct Codelists<'a> {
    lists: Vec<(String, &'a Codelist)>,
}

impl<'a> Codelists<'a> {
    fn of(received: &'a Collected) -> Self {
        let of_variables = received
            .datasets
            .iter()
            .flat_map(|(description, _)| &description.variables)
            .filter_map(|variable: &Variable| variable.codelist.as_deref());
        let others = received.metadata.codelists.iter().map(|artefact| &artefact.content);
        let mut lists: Vec<(String, &Codelist)> = Vec::new();
        for list in of_variables.chain(others) {
            if lists.iter().any(|(_, known)| *known == list) {
                continue;
            }
            let id = if list.id.is_empty() { "codes" } else { &list.id };
            let mut key = id.to_owned();
            let mut number = 2;
            while lists.iter().any(|(taken, _)| *taken == key) {
                key = format!("{id} ({number})");
                number += 1;
            }
            lists.push((key, list));
        }
        Self { lists }
    }

    fn key(&self, list: &Codelist) -> Option<String> {
        let found = self.lists.iter().find(|(_, known)| *known == list);
        found.map(|(key, _)| key.clone())
    }

    /// A row for each code: its list, itself, the code it belongs to, other spellings, and labels and
    /// descriptions in all languages.
    fn write(&self, sheet: &mut Worksheet, pen: &mut Pen) -> Result<(), Diagnostic> {
        let items = || {
            self.lists
                .iter()
                .flat_map(|(key, list)| list.items().iter().map(move |item| (key, item)))
        };
        let languages = |of: fn(&Item) -> &Labels| -> BTreeSet<&String> {
            items().flat_map(|(_, item)| of(item).keys()).collect()
        };
        let labels = languages(|item| &item.labels);
        let descriptions = languages(|item| &item.descriptions);
        let headings = ["codelist", "code", "parent", "aliases"].into_iter().map(str::to_owned);
        let headings = headings
            .chain(labels.iter().map(|language| format!("label {language}")))
            .chain(descriptions.iter().map(|language| format!("description {language}")));
        let mut columns = write_headings(sheet, headings, pen)?;
        let mut row = 0;
        for (key, item) in items() {
            row += 1;
            if row as usize >= MOST_ROWS {
                let message = "the codelists have more codes than a sheet has rows, 1,048,576";
                return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
            }
            let aliases = item.aliases.join("|");
            let texts = [key, &item.code, item.parent.as_ref().unwrap_or(&String::new()), &aliases]
                .map(String::clone)
                .into_iter()
                .chain(labels.iter().map(|l| item.labels.get(*l).cloned().unwrap_or_default()))
                .chain(
                    descriptions
                        .iter()
                        .map(|l| item.descriptions.get(*l).cloned().unwrap_or_default()),
                );
            for (column, text) in (0..).zip(texts) {
                columns.widen(column, &text);
                pen.text(sheet, (row, column), &text, None)?;
            }
        }
        finish_table(sheet, row, &columns)
    }
}

fn write_facts(sheet: &mut Worksheet, facts: &[Fact], pen: &mut Pen) -> Result<(), Diagnostic> {
    let mut columns = write_headings(sheet, facts::HEADINGS.map(str::to_owned).into_iter(), pen)?;
    let mut row = 0;
    for fact in facts {
        row += 1;
        let texts = [&fact.dataset, &fact.component, &fact.what, &fact.language, &fact.text];
        for (column, text) in (0..).zip(texts) {
            columns.widen(column, text);
            pen.text(sheet, (row, column), text, None)?;
        }
    }
    finish_table(sheet, row, &columns)
}

/// A row for each observation, a column for each component, with the codes.
fn write_data(
    sheet: &mut Worksheet,
    description: &Description,
    batches: &[Observations],
    pen: &mut Pen,
) -> Result<(), Diagnostic> {
    let names = description.variables.iter().map(|variable| variable.component.name.clone());
    let mut columns = write_headings(sheet, names, pen)?;
    let mut first = 1;
    for Observations { batch, .. } in batches {
        for ((column, variable), array) in (0..).zip(&description.variables).zip(batch.columns()) {
            let Some(texts) = array.as_string_view_opt() else { continue };
            let is_numeric = variable.component.data_type.is_numeric();
            for (row, text) in (first..).zip(texts.iter()) {
                let Some(text) = text else { continue };
                if text.is_empty() {
                    pen.losses.note("that texts are empty, which makes them missing");
                    continue;
                }
                columns.widen(column, text);
                pen.value(sheet, (row, column), text, is_numeric, false, None)?;
            }
        }
        first += batch.num_rows() as u32;
    }
    finish_table(sheet, first.saturating_sub(1), &columns)
}

/// How wide columns have to be.
pub(super) struct Widths(Vec<usize>);

impl Widths {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn widen(&mut self, column: u16, text: &str) {
        let column = usize::from(column);
        if self.0.len() <= column {
            self.0.resize(column + 1, 0);
        }
        let width = text.lines().map(|line| line.chars().take(100).count()).max().unwrap_or(0);
        self.0[column] = self.0[column].max(width);
    }

    /// Between what can still be read and what a page can spare.
    pub(super) fn set(
        &self,
        sheet: &mut Worksheet,
        least: usize,
        most: usize,
    ) -> Result<(), Diagnostic> {
        for (column, width) in (0..).zip(&self.0) {
            let width = (width + 2).clamp(least, most);
            sheet.set_column_width(column, width as f64).map_err(unwritable)?;
        }
        Ok(())
    }
}

fn write_headings(
    sheet: &mut Worksheet,
    headings: impl Iterator<Item = String>,
    pen: &mut Pen,
) -> Result<Widths, Diagnostic> {
    let format = Format::new().set_bold().set_border_bottom(rust_xlsxwriter::FormatBorder::Thin);
    let mut widths = Widths::new();
    for (column, heading) in headings.enumerate() {
        let column =
            u16::try_from(column).map_err(|_| unwritable(XlsxError::RowColumnLimitError))?;
        widths.widen(column, &heading);
        pen.text(sheet, (0, column), &heading, Some(&format))?;
    }
    Ok(widths)
}

/// What every table of the kind has: headings that stay in sight, widths, and no green corner where a
/// code of digits is a text.
fn finish_table(sheet: &mut Worksheet, last_row: u32, widths: &Widths) -> Result<(), Diagnostic> {
    sheet.set_freeze_panes(1, 0).map_err(unwritable)?;
    let last_column = u16::try_from(widths.0.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet
        .ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)
        .map_err(unwritable)?;
    widths.set(sheet, 8, 60)
}

/// Texts by observation, over all batches; as many as there are observations.
pub(super) fn column(batches: &[Observations], column: usize) -> Vec<Option<&str>> {
    let mut texts = Vec::new();
    for Observations { batch, .. } in batches {
        match batch.columns().get(column).and_then(AsArray::as_string_view_opt) {
            Some(array) => texts.extend(array.iter()),
            None => texts.extend(std::iter::repeat_n(None, batch.num_rows())),
        }
    }
    texts
}
