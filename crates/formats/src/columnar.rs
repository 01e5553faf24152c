//! Parquet and Arrow files into what every format's reader gives, and Parquet from it.
//!
//! What such a file holds has types, so that it is read as text in its shortest form, and written as
//! the types of its structure.

use crate::content::Content;
use crate::described::{Column, value};
use crate::errors::{NOT_OF_TYPE, UNREADABLE_PARQUET};
use crate::message::{
    Description, Loss, Note, Observations, Places, Receiver, Variable, Writer as MessageWriter,
};
use crate::metadata::Metadata;
use crate::parquet::{self, Names};
use crate::roles::{Sample, guess};
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::ChunkReader;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType as ArrowType, Field, Float64Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow_ipc::reader::StreamReader;
use olshem_model::codelist::Item;
use olshem_model::{Codelist, DataStructure, Diagnostic, Place};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

/// Reads a Parquet file. One that [`parquet`] wrote has its structure and names in it; of another, the
/// roles of its columns are guessed from their types.
pub(crate) fn read_parquet(
    content: &Content,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    match content.plain_file().map_err(|fault| vec![fault])? {
        Some(file) => push_parquet(content.path(), file, receiver),
        None => push_parquet(content.path(), content.bytes().map_err(|f| vec![f])?, receiver),
    }
}

fn push_parquet(
    path: &Path,
    bytes: impl ChunkReader + 'static,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    let damaged = |error: ParquetError| vec![unreadable(path, &error)];
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(damaged)?;
    let described = parquet::described(builder.metadata().file_metadata());
    let reader = builder.with_batch_size(BATCH).build().map_err(damaged)?;
    push(path, described, reader, receiver)
}

/// Reads an Arrow file or stream.
pub(crate) fn read_arrow(
    content: &Content,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    let damaged = |error: ArrowError| vec![unreadable(content.path(), &error)];
    let bytes = content.bytes().map_err(|fault| vec![fault])?;
    // A file is a stream behind a mark, which some fill up with zeros to 64 bytes; it also says at its
    // end where the parts begin.
    let stream = match bytes.starts_with(b"ARROW1") {
        true => {
            let mut places = (8..=64).step_by(8);
            let begins = |at: &usize| bytes.get(*at..).is_some_and(|b| b.starts_with(&[0xff; 4]));
            bytes.slice(places.find(begins).unwrap_or(bytes.len())..)
        }
        false => bytes,
    };
    if !is_whole(&stream) {
        let message = "a message in it is longer than the file";
        return Err(vec![Diagnostic::new(&UNREADABLE_PARQUET, content.path(), message)]);
    }
    let reader = StreamReader::try_new(Cursor::new(stream), None).map_err(damaged)?;
    push(content.path(), None, reader, receiver)
}

/// Whether each message of a stream ends within it: else a few bytes could ask for gigabytes.
fn is_whole(stream: &[u8]) -> bool {
    let number = |at: usize| -> Option<u32> {
        Some(u32::from_le_bytes(stream.get(at..at.checked_add(4)?)?.try_into().ok()?))
    };
    let mut at = 0_usize;
    loop {
        // Before version 0.15 of the format there was no mark before the length.
        let marked = number(at) == Some(u32::MAX);
        let Some(length) = number(at + if marked { 4 } else { 0 }) else {
            return at == stream.len();
        };
        if length == 0 {
            return true;
        }
        let begin = at + if marked { 8 } else { 4 };
        let Some(header) =
            begin.checked_add(length as usize).and_then(|end| stream.get(begin..end))
        else {
            return false;
        };
        let body = arrow_ipc::root_as_message(header).ok().map(|message| message.bodyLength());
        let Some(body) = body.and_then(|body| usize::try_from(body).ok()) else { return false };
        at = match (begin + header.len()).checked_add(body) {
            Some(next) if next <= stream.len() => next,
            _ => return false,
        };
    }
}

const BATCH: usize = 8192;

fn unreadable(file: &Path, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::new(&UNREADABLE_PARQUET, file, format!("the file can't be read: {error}"))
}

fn push(
    file: &Path,
    described: Option<(DataStructure, Names)>,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    let mut described = described;
    let mut columns: Option<Vec<usize>> = None;
    let mut first_row = 0;
    for batch in batches {
        let batch = batch.map_err(|error| vec![unreadable(file, &error)])?;
        let texts = batch
            .columns()
            .iter()
            .map(as_text)
            .collect::<Result<Vec<ArrayRef>, ArrowError>>()
            .map_err(|error| vec![unreadable(file, &error)])?;
        let chosen = match &columns {
            Some(chosen) => chosen,
            None => {
                let (structure, names) = described
                    .take()
                    .unwrap_or_else(|| (guessed(&batch.schema(), &texts), Names::default()));
                let description = description(file, &structure, &names);
                let chosen = description
                    .variables
                    .iter()
                    .filter_map(|variable| batch.schema().index_of(&variable.component.name).ok());
                let chosen = columns.insert(chosen.collect());
                receiver.dataset(description).map_err(|fault| vec![fault])?;
                chosen
            }
        };
        let rows = batch.num_rows();
        for start in (0..rows).step_by(BATCH) {
            let length = BATCH.min(rows - start);
            let fields: Vec<Field> = chosen
                .iter()
                .map(|&at| Field::new(batch.schema().field(at).name(), ArrowType::Utf8View, true))
                .collect();
            let arrays = chosen.iter().map(|&at| texts[at].slice(start, length)).collect();
            let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
                .map_err(|error| vec![unreadable(file, &error)])?;
            let origins = Arc::new(Rows { file: file.into(), first: first_row + start });
            receiver.observations(Observations { batch, origins }).map_err(|fault| vec![fault])?;
        }
        first_row += rows;
    }
    // A file without rows.
    if let (None, Some((structure, names))) = (columns, described) {
        let description = description(file, &structure, &names);
        receiver.dataset(description).map_err(|fault| vec![fault])?;
    }
    Ok(())
}

/// A column's values as text, each in its shortest form.
fn as_text(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        ArrowType::Float32 | ArrowType::Float64 => {
            let numbers = cast(array, &ArrowType::Float64)?;
            let is_single = *array.data_type() == ArrowType::Float32;
            let mut texts = StringViewBuilder::new();
            for number in numbers.as_primitive::<Float64Type>() {
                // The shortest text of a single is not that of the double nearest to it.
                #[allow(clippy::cast_possible_truncation)]
                texts.append_option(number.map(|number| match is_single {
                    true => (number as f32).to_string(),
                    false => number.to_string(),
                }));
            }
            Ok(Arc::new(texts.finish()))
        }
        _ => cast(array, &ArrowType::Utf8View),
    }
}

fn guessed(schema: &SchemaRef, texts: &[ArrayRef]) -> DataStructure {
    let samples: Vec<Sample<'_>> = schema
        .fields()
        .iter()
        .zip(texts)
        .map(|(field, column)| Sample {
            name: field.name().clone(),
            values: column.as_string_view().iter().flatten().take(1000).collect(),
            is_number: Some(field.data_type().is_numeric()),
        })
        .collect();
    guess(&samples)
}

fn description(file: &Path, structure: &DataStructure, names: &Names) -> Description {
    let mut variables: Vec<Variable> = structure
        .components()
        .iter()
        .map(|component| {
            let labels = names.codes.get(&component.name);
            let codes: BTreeSet<&String> =
                labels.into_iter().flat_map(|labels| labels.keys()).collect();
            let listed = component.codes.iter().flat_map(|codes| codes.iter());
            let mut list = Codelist::new(&component.name);
            for code in listed.chain(codes) {
                let labels = labels.and_then(|l| l.get(code)).cloned().unwrap_or_default();
                // A code that is listed and labelled comes twice.
                let _ = list.push(Item { code: code.clone(), labels, ..Item::default() });
            }
            Variable {
                names: names.components.get(&component.name).cloned().unwrap_or_default(),
                codelist: (!list.items().is_empty()).then(|| Arc::new(list)),
                ..Variable::new(component.clone())
            }
        })
        .collect();
    variables.sort_by_key(|variable| variable.component.role);
    let id = file.file_stem().unwrap_or_default().to_string_lossy();
    let id = id.split('.').next().unwrap_or_default().to_owned();
    Description { id, names: names.dataset.clone(), variables, ..Description::default() }
}

/// Rows of a file that has no lines.
#[derive(Debug)]
struct Rows {
    file: Arc<Path>,
    first: usize,
}

impl Places for Rows {
    fn place(&self, row: usize, _: usize) -> Place {
        // Counted from 1, as lines are.
        Place::Line { file: self.file.to_path_buf(), line: self.first + row + 1, column: None }
    }
}

/// Writes one data set as Parquet.
pub(crate) struct ParquetWriter<'w> {
    out: Option<Box<dyn Write + Send + 'w>>,
    writing: Option<Open<'w>>,
    /// Columns in which some number's digits are not kept.
    rounded: BTreeSet<String>,
    losses: BTreeSet<Loss>,
}

struct Open<'w> {
    structure: DataStructure,
    schema: SchemaRef,
    writer: parquet::Writer<Box<dyn Write + Send + 'w>>,
}

impl<'w> ParquetWriter<'w> {
    pub(crate) fn new(out: Box<dyn Write + Send + 'w>) -> Self {
        Self { out: Some(out), writing: None, rounded: BTreeSet::new(), losses: BTreeSet::new() }
    }
}

impl Receiver for ParquetWriter<'_> {
    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        if !metadata.hierarchies.is_empty() {
            self.losses.insert(Loss("hierarchies".to_owned()));
        }
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let Some(out) = self.out.take() else {
            return Err(crate::files::only_one("Parquet"));
        };
        for (what, is_lost) in [
            ("notes", !description.notes.is_empty()),
            ("the source", !description.source.is_empty()),
            ("units", description.variables.iter().any(|v| !v.unit.is_empty())),
            ("further keywords", !description.extras.is_empty()),
        ] {
            if is_lost {
                self.losses.insert(Loss(what.to_owned()));
            }
        }
        let structure = description.data_structure();
        let fields: Vec<Field> = structure
            .components()
            .iter()
            .map(|c| Field::new(&c.name, Column::arrow_type(c.data_type), c.nullable))
            .collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let names = names(&description);
        let writer = parquet::Writer::new(out, &structure, &schema, &names)?;
        self.writing = Some(Open { structure, schema, writer });
        Ok(())
    }

    fn note(&mut self, _: Note) -> Result<(), Diagnostic> {
        self.losses.insert(Loss("notes".to_owned()));
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let Some(open) = &mut self.writing else { return Ok(()) };
        let mut arrays = Vec::new();
        for (at, component) in open.structure.components().iter().enumerate() {
            let texts: &StringViewArray = observations.batch.column(at).as_string_view();
            let mut column = Column::new(component);
            for (row, text) in texts.iter().enumerate() {
                column.push(text).map_err(|message| {
                    Diagnostic::new(&NOT_OF_TYPE, observations.origins.place(row, at), message)
                })?;
            }
            let array = column.finish();
            let is_number = component.data_type.is_numeric();
            if is_number && !self.rounded.contains(&component.name) {
                let kept = |row: usize| {
                    texts.is_null(row) || value(&array, row).as_deref() == Some(texts.value(row))
                };
                if !(0..texts.len()).all(kept) {
                    self.rounded.insert(component.name.clone());
                }
            }
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::clone(&open.schema), arrays).map_err(|error| {
            Diagnostic::new(&NOT_OF_TYPE, observations.origins.place(0, 0), error.to_string())
        })?;
        open.writer.write(&batch)
    }
}

impl MessageWriter for ParquetWriter<'_> {
    fn finish(self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        let mut losses = self.losses;
        for column in self.rounded {
            losses.insert(Loss(format!("digits as written of {column}, such as zeros at the end")));
        }
        match self.writing {
            Some(open) => open.writer.finish()?,
            None => return Err(crate::files::no_data("Parquet")),
        }
        Ok(losses.into_iter().collect())
    }
}

fn names(description: &Description) -> Names {
    let mut names = Names { dataset: description.names.clone(), ..Names::default() };
    for variable in &description.variables {
        let name = &variable.component.name;
        if !variable.names.is_empty() {
            names.components.insert(name.clone(), variable.names.clone());
        }
        if let Some(list) = &variable.codelist {
            let labels = list.items().iter().map(|item| (item.code.clone(), item.labels.clone()));
            names.codes.insert(name.clone(), labels.collect());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::files::{Known, collect};
    use crate::{Content, Kind};
    use arrow::array::{Array, AsArray, Float64Array, Int32Array, RecordBatch, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use arrow_ipc::writer::{FileWriter, StreamWriter};
    use std::sync::Arc;

    fn batch() -> RecordBatch {
        let fields = vec![
            Field::new("REF_AREA", DataType::Utf8, false),
            Field::new("YEAR", DataType::Int32, false),
            Field::new("VALUE", DataType::Float64, true),
        ];
        let areas = StringArray::from(vec!["KZ71", "KZ75"]);
        let years = Int32Array::from(vec![2023, 2024]);
        let values = Float64Array::from(vec![Some(0.1), None]);
        let arrays = vec![Arc::new(areas) as _, Arc::new(years) as _, Arc::new(values) as _];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
    }

    /// As a file and as a stream.
    fn written() -> [Vec<u8>; 2] {
        let batch = batch();
        let mut file = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        let mut stream = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        for _ in 0..2 {
            file.write(&batch).unwrap();
            stream.write(&batch).unwrap();
        }
        [file.into_inner().unwrap(), stream.into_inner().unwrap()]
    }

    #[test]
    fn arrow_files_and_streams_are_read() {
        for bytes in written() {
            let content = Content::in_memory("data.arrow", bytes);
            let (kind, read) = collect(&content, &Known::default()).unwrap();
            assert_eq!(kind, Kind::Arrow);
            let (description, batches) = &read.datasets[0];
            assert_eq!(description.data_structure().to_string(), "REF_AREA, YEAR -> VALUE");
            let rows: usize = batches.iter().map(|b| b.batch.num_rows()).sum();
            assert_eq!(rows, 4);
            let values = batches[0].batch.column(2).as_string_view();
            assert_eq!((values.value(0), values.is_null(1)), ("0.1", true));
        }
    }

    #[test]
    fn arrow_that_is_cut_off_or_boasts_is_refused() {
        for bytes in written() {
            for length in 8..bytes.len() {
                // What ends with a whole batch is a stream of it.
                let cut = Content::in_memory("data.arrow", bytes[..length].to_vec());
                drop(collect(&cut, &Known::default()));
            }
        }
        let boast = b"\xff\xff\xff\xff\xff\xff\xff\x1cand no more".to_vec();
        let boast = Content::in_memory("data.arrow", boast);
        let faults = collect(&boast, &Known::default()).unwrap_err();
        assert!(faults[0].to_string().contains("F021"), "{}", faults[0]);
    }
}
