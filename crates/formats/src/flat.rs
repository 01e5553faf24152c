//! CSV and TSV that nothing describes but their headings.
//!
//! Delimiter and encoding are found as in a survey (`survey::dialect`). The structure is one that is known
//! for the file, or guessed from the values (`roles`).

use crate::content::Content;
use crate::delimited::{Fields, push_field};
use crate::errors::{EMPTY_FILE, MISSING_COLUMN, RAGGED_ROW, UNWRITABLE};
use crate::faults::Faults;
use crate::files::{Known, no_data, only_one};
use crate::formulas::{neutralised, restored};
use crate::message::{Description, Lines, Loss, Note, Observations, Receiver, Variable, Writer};
use crate::metadata::Metadata;
use crate::roles::{Sample, guess};
use crate::survey::dialect;
use arrow::array::{Array, ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use olshem_model::spelling::nearest;
use olshem_model::{Diagnostic, Place};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

const BATCH: usize = 8192;

/// Reads the file as one data set, named after it.
pub(crate) fn read(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    let one = |fault| vec![fault];
    let bytes = content.bytes().map_err(one)?;
    let file = content.path();
    let text = dialect::encoding(&bytes).decode(&bytes).0;
    if text.trim().is_empty() {
        return Err(vec![Diagnostic::new(&EMPTY_FILE, file, "the file is empty")]);
    }
    let delimiter = dialect::delimiter(&text);
    let mut rows = Rows { fields: Fields::new(&text, delimiter, 1), file };
    let Some((_, headings)) = rows.next().map_err(one)? else {
        return Err(vec![Diagnostic::new(&EMPTY_FILE, file, "the file is empty")]);
    };
    let headings: Vec<String> = headings.iter().map(|heading| heading.trim().to_owned()).collect();

    let id = id(file);
    let described = known.described(&id);
    let (description, columns) = match described {
        Some(described) => {
            let columns = placed(file, &headings, &described)?;
            (Description { id, ..described }, columns)
        }
        None => {
            let ahead = Rows { fields: Fields::new(rows.fields.rest(), delimiter, 2), file };
            guessed(id, &headings, ahead).map_err(one)?
        }
    };
    let names = description.variables.iter().map(|variable| &variable.component.name);
    let fields: Vec<Field> =
        names.map(|name| Field::new(name, ArrowType::Utf8View, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    receiver.dataset(description).map_err(one)?;

    let file_name: Arc<Path> = file.into();
    let mut faults = Faults::default();
    let mut builders: Vec<StringViewBuilder> =
        columns.iter().map(|_| StringViewBuilder::new()).collect();
    let mut lines: Vec<u32> = Vec::new();
    loop {
        let row = rows.next().map_err(one)?;
        if row.is_none() || lines.len() == BATCH {
            let arrays = builders.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect();
            if !lines.is_empty() {
                let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
                    .map_err(|error| one(Diagnostic::new(&RAGGED_ROW, file, error.to_string())))?;
                let lines = std::mem::take(&mut lines);
                let origins = Arc::new(Lines { file: Arc::clone(&file_name), lines });
                receiver.observations(Observations { batch, origins }).map_err(one)?;
            }
        }
        let Some((line, cells)) = row else { return faults.or(()) };
        if cells.len() != headings.len() {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let (has, wants) = (cells.len(), headings.len());
            let place = Place::Line { file: file.to_path_buf(), line, column: None };
            let message = format!("the row has {has} fields, the headings {wants}");
            let help = "quote fields that contain the delimiter";
            faults.push(Diagnostic::new(&RAGGED_ROW, place, message).with_help(help));
            if faults.is_full() {
                return faults.or(());
            }
            continue;
        }
        for (builder, &column) in builders.iter_mut().zip(&columns) {
            let cell = restored(&cells[column]);
            builder.append_option(Some(cell).filter(|cell| !cell.is_empty()));
        }
        lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }
}

/// Writes one data set: a line of headings, and a line for each observation. Texts that a spreadsheet
/// would run as formulas are neutralised.
pub(crate) struct FlatWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    begun: bool,
    losses: BTreeSet<Loss>,
    text: String,
}

impl<'w> FlatWriter<'w> {
    pub(crate) fn new(out: Box<dyn Write + Send + 'w>) -> Self {
        Self { out, begun: false, losses: BTreeSet::new(), text: String::new() }
    }

    fn field(&mut self, column: usize, field: Option<&str>) {
        if column > 0 {
            self.text.push(',');
        }
        let Some(field) = field else { return };
        push_field(&mut self.text, &neutralised(field));
    }

    fn flush(&mut self) -> Result<(), Diagnostic> {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(unwritten)
    }
}

fn unwritten(error: io::Error) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, format!("can't be written: {error}"))
}

impl Receiver for FlatWriter<'_> {
    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        if !metadata.is_empty() {
            self.losses.insert(Loss("structures".to_owned()));
        }
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        if std::mem::replace(&mut self.begun, true) {
            return Err(only_one("CSV"));
        }
        let variables = &description.variables;
        for (what, is_lost) in [
            ("roles and types of the components", true),
            ("labels of codes", variables.iter().any(|v| v.codelist.is_some())),
            (
                "names",
                !description.names.is_empty() || variables.iter().any(|v| !v.names.is_empty()),
            ),
            ("units", variables.iter().any(|v| !v.unit.is_empty())),
            ("notes", !description.notes.is_empty()),
            ("the source", !description.source.is_empty()),
            ("further keywords", !description.extras.is_empty()),
        ] {
            if is_lost {
                self.losses.insert(Loss(what.to_owned()));
            }
        }
        for (column, variable) in variables.iter().enumerate() {
            self.field(column, Some(&variable.component.name));
        }
        self.text.push('\n');
        self.flush()
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let batch = &observations.batch;
        let columns = observations.columns();
        for row in 0..batch.num_rows() {
            for (at, column) in columns.iter().enumerate() {
                self.field(at, column.is_valid(row).then(|| column.value(row)));
            }
            self.text.push('\n');
        }
        self.flush()
    }

    fn note(&mut self, _: Note) -> Result<(), Diagnostic> {
        self.losses.insert(Loss("notes".to_owned()));
        Ok(())
    }
}

impl Writer for FlatWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        if !self.begun {
            return Err(no_data("CSV"));
        }
        self.out.flush().map_err(unwritten)?;
        Ok(self.losses.into_iter().collect())
    }
}

/// The name of a file without its endings.
pub(crate) fn id(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The column of each variable of a known structure.
fn placed(
    file: &Path,
    headings: &[String],
    description: &Description,
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let mut columns = Vec::new();
    for variable in &description.variables {
        let name = &variable.component.name;
        match headings.iter().position(|heading| heading == name) {
            Some(column) => columns.push(column),
            None => {
                let place = Place::Line { file: file.to_path_buf(), line: 1, column: None };
                let fault =
                    Diagnostic::new(&MISSING_COLUMN, place, format!("there is no column `{name}`"));
                faults.push(match nearest(name, headings.iter().map(String::as_str)) {
                    Some(near) => fault.with_help(format!("there is one called `{near}`")),
                    None => fault,
                });
            }
        }
    }
    faults.or(columns)
}

/// The structure that the first rows suggest, and the column of each of its components.
fn guessed(
    id: String,
    headings: &[String],
    mut rows: Rows<'_>,
) -> Result<(Description, Vec<usize>), Diagnostic> {
    const LOOKED_AT: usize = 1000;
    let mut cells: Vec<Vec<Cow<'_, str>>> = vec![Vec::new(); headings.len()];
    for _ in 0..LOOKED_AT {
        let Some((_, row)) = rows.next()? else { break };
        for (column, cell) in cells.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    let samples: Vec<Sample<'_>> = headings
        .iter()
        .zip(&cells)
        .map(|(name, cells)| Sample {
            name: name.clone(),
            values: cells
                .iter()
                .map(AsRef::as_ref)
                .filter(|cell: &&str| !cell.is_empty())
                .collect(),
            is_number: None,
        })
        .collect();
    let structure = guess(&samples);
    let mut variables: Vec<Variable> =
        structure.components().iter().cloned().map(Variable::new).collect();
    variables.sort_by_key(|variable| variable.component.role);
    let place = |v: &Variable| headings.iter().position(|heading| *heading == v.component.name);
    let columns = variables.iter().filter_map(place).collect();
    Ok((Description { id, variables, ..Description::default() }, columns))
}

/// The line that a row begins on, and its cells.
type Row<'t> = (usize, Vec<Cow<'t, str>>);

/// The rows of a text.
struct Rows<'t> {
    fields: Fields<'t>,
    file: &'t Path,
}

impl<'t> Rows<'t> {
    fn next(&mut self) -> Result<Option<Row<'t>>, Diagnostic> {
        let line = self.fields.line();
        let mut cells = Vec::new();
        while let Some(field) = self.fields.next().map_err(|fault| fault.in_file(self.file))? {
            cells.push(field.text);
            if field.last {
                return Ok(Some((line, cells)));
            }
        }
        Ok((!cells.is_empty()).then_some((line, cells)))
    }
}
