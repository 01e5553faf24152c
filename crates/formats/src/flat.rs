//! CSV and TSV that nothing describes but their headings.
//!
//! Delimiter and encoding are found as in a survey (`survey::dialect`). The structure is one that is known
//! for the file, or guessed from the values (`roles`).

use crate::content::Content;
use crate::delimited::{self, Fields, push_field};
use crate::errors::{EMPTY_FILE, MISSING_COLUMN, RAGGED_ROW, UNWRITABLE};
use crate::faults::Faults;
use crate::files::{Known, no_data, only_one};
use crate::formulas::{neutralised, restored};
use crate::message::{Description, Lines, Loss, Note, Observations, Receiver, Variable, Writer};
use crate::metadata::Metadata;
use crate::pieces::Pieces;
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

/// Reads the file as one data set, named after it. It is gone through twice, first for its encoding.
pub(crate) fn read(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    let one = |fault| vec![fault];
    let unread = |error: io::Error| vec![content.fault(&error)];
    let file = content.path();
    let encoding = dialect::encoding(content.reader().map_err(one)?).map_err(unread)?;
    let head = content.head(dialect::LOOKED_AT).map_err(one)?;
    let delimiter = dialect::delimiter(&encoding.decode(&head).0);
    let text = dialect::decoded(content.reader().map_err(one)?, encoding);
    // Those that are tried are of one byte.
    let mut pieces = Pieces::new(text, u8::try_from(delimiter).unwrap_or(b','));
    let mut reading: Option<Reading> = None;
    let mut line = 1;
    while let Some(piece) = pieces.next_piece().map_err(unread)? {
        let text = delimited::utf8(file, &piece, line).map_err(one)?;
        let mut rows = Rows { fields: Fields::new(text, delimiter, line), delimiter, file };
        let reading = match &mut reading {
            Some(reading) => reading,
            None if text.trim().is_empty() => break,
            None => reading.insert(Reading::begin(content, known, &mut rows, receiver)?),
        };
        reading.take(&mut rows, receiver)?;
        line = rows.fields.line();
    }
    match reading {
        Some(reading) => reading.end(receiver),
        None => Err(vec![Diagnostic::new(&EMPTY_FILE, file, "the file is empty")]),
    }
}

/// A file whose headings have been read.
struct Reading {
    file: Arc<Path>,
    /// How many fields a row has.
    width: usize,
    /// The field of each component.
    columns: Vec<usize>,
    schema: Arc<Schema>,
    builders: Vec<StringViewBuilder>,
    /// The lines of the rows that have not been passed on.
    lines: Vec<u32>,
    faults: Faults,
}

impl Reading {
    fn begin(
        content: &Content,
        known: &Known,
        rows: &mut Rows<'_>,
        receiver: &mut dyn Receiver,
    ) -> Result<Self, Vec<Diagnostic>> {
        let one = |fault| vec![fault];
        let file = content.path();
        let (_, headings) = rows.next().map_err(one)?.unwrap_or_default();
        let headings: Vec<String> = headings.iter().map(|cell| cell.trim().to_owned()).collect();
        let id = id(file);
        let (description, columns) = match known.described(&id) {
            Some(described) => {
                let columns = placed(file, &headings, &described)?;
                (Description { id, ..described }, columns)
            }
            None => {
                let ahead = Fields::new(rows.fields.rest(), rows.delimiter, rows.fields.line());
                guessed(id, &headings, Rows { fields: ahead, ..*rows }).map_err(one)?
            }
        };
        let names = description.variables.iter().map(|variable| &variable.component.name);
        let fields: Vec<Field> =
            names.map(|name| Field::new(name, ArrowType::Utf8View, true)).collect();
        receiver.dataset(description).map_err(one)?;
        Ok(Self {
            file: file.into(),
            width: headings.len(),
            builders: columns.iter().map(|_| StringViewBuilder::new()).collect(),
            columns,
            schema: Arc::new(Schema::new(fields)),
            lines: Vec::new(),
            faults: Faults::default(),
        })
    }

    fn take(
        &mut self,
        rows: &mut Rows<'_>,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Vec<Diagnostic>> {
        while let Some((line, cells)) = rows.next().map_err(|fault| vec![fault])? {
            if cells.len() != self.width {
                if cells.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                let (has, wants) = (cells.len(), self.width);
                let place = Place::Line { file: self.file.to_path_buf(), line, column: None };
                let message = format!("the row has {has} fields, the headings {wants}");
                let help = "quote fields that contain the delimiter";
                self.faults.push(Diagnostic::new(&RAGGED_ROW, place, message).with_help(help));
                if self.faults.is_full() {
                    return std::mem::take(&mut self.faults).or(());
                }
                continue;
            }
            for (builder, &column) in self.builders.iter_mut().zip(&self.columns) {
                let cell = restored(&cells[column]);
                builder.append_option(Some(cell).filter(|cell| !cell.is_empty()));
            }
            self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
            if self.lines.len() == BATCH {
                self.pass_on(receiver)?;
            }
        }
        Ok(())
    }

    fn pass_on(&mut self, receiver: &mut dyn Receiver) -> Result<(), Vec<Diagnostic>> {
        let arrays = self.builders.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|error| {
            vec![Diagnostic::new(&RAGGED_ROW, self.file.as_ref(), error.to_string())]
        })?;
        let lines = std::mem::take(&mut self.lines);
        let origins = Arc::new(Lines { file: Arc::clone(&self.file), lines });
        receiver.observations(Observations { batch, origins }).map_err(|fault| vec![fault])
    }

    fn end(mut self, receiver: &mut dyn Receiver) -> Result<(), Vec<Diagnostic>> {
        if !self.lines.is_empty() {
            self.pass_on(receiver)?;
        }
        self.faults.or(())
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
    delimiter: char,
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
