//! A dataset to Parquet and back: the same bytes for the same dataset, whenever it is written.
//!
//! The structure and the names travel in the file's key-value metadata, as JSON.

use crate::errors::UNREADABLE_PARQUET;
use crate::reading::{data_type, role};
use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::arrow::arrow_writer::ArrowWriterOptions;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::metadata::{FileMetaData, KeyValue};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use olshem_model::codelist::Labels;
use olshem_model::{Component, DataStructure, Diagnostic, Place};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// The names of what a dataset holds, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// What the dataset is called.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dataset: Labels,
    /// What its components are called.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, Labels>,
    /// What the codes of each component are called.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, BTreeMap<String, Labels>>,
}

/// A dataset that was read back.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its structure.
    pub structure: DataStructure,
    /// Its rows.
    pub batch: RecordBatch,
    /// Its names.
    pub names: Names,
}

const STRUCTURE: &str = "olshem:structure";
const NAMES: &str = "olshem:names";

/// Writes a dataset.
///
/// # Errors
///
/// A column of a type that Parquet does not have.
pub fn write(
    structure: &DataStructure,
    batch: &RecordBatch,
    names: &Names,
) -> Result<Vec<u8>, Diagnostic> {
    encode(structure, batch, names).map_err(|error| unwritable(&*error))
}

/// Reads a dataset that [`write()`] wrote. `file` is only for the place in a diagnostic.
///
/// # Errors
///
/// Bytes that are not Parquet, or without the metadata of a dataset.
pub fn read(file: &Path, bytes: Vec<u8>) -> Result<Stored, Diagnostic> {
    decode(bytes).map_err(|error| {
        let message = format!("the file is not a dataset in Parquet: {error}");
        Diagnostic::new(&UNREADABLE_PARQUET, file, message)
    })
}

fn encode(
    structure: &DataStructure,
    batch: &RecordBatch,
    names: &Names,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let mut writer = arrow_writer(&mut bytes, structure, &batch.schema(), names)?;
    writer.write(batch)?;
    writer.close()?;
    Ok(bytes)
}

/// Writes a dataset batch by batch.
pub struct Writer<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl<W: Write + Send> Writer<W> {
    /// Begins to write a dataset with these columns. The bytes depend on the rows and on how they
    /// are split into batches.
    ///
    /// # Errors
    ///
    /// A column of a type that Parquet does not have.
    pub fn new(
        to: W,
        structure: &DataStructure,
        schema: &SchemaRef,
        names: &Names,
    ) -> Result<Self, Diagnostic> {
        arrow_writer(to, structure, schema, names).map(Self).map_err(|error| unwritable(&*error))
    }

    /// Adds rows.
    ///
    /// # Errors
    ///
    /// What the operating system objects to.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Diagnostic> {
        self.0.write(batch).map_err(|error| unwritable(&error))
    }

    /// Writes what is left. Before that, there is no whole file.
    ///
    /// # Errors
    ///
    /// What the operating system objects to.
    pub fn finish(self) -> Result<(), Diagnostic> {
        self.0.close().map(drop).map_err(|error| unwritable(&error))
    }
}

fn unwritable(error: &dyn Error) -> Diagnostic {
    let message = format!("the dataset can't be written as Parquet: {error}");
    Diagnostic::new(&UNREADABLE_PARQUET, Place::Nowhere, message)
}

fn arrow_writer<W: Write + Send>(
    to: W,
    structure: &DataStructure,
    schema: &SchemaRef,
    names: &Names,
) -> Result<ArrowWriter<W>, Box<dyn Error>> {
    let components: Vec<StoredComponent> =
        structure.components().iter().map(StoredComponent::from).collect();
    let metadata = vec![
        KeyValue::new(STRUCTURE.to_owned(), serde_json::to_string(&components)?),
        KeyValue::new(NAMES.to_owned(), serde_json::to_string(names)?),
    ];
    // Whatever would change the bytes from one version of the library to the next is stated here.
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by("olshem".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(1 << 20))
        .set_data_page_row_count_limit(20_000)
        .set_write_batch_size(1024)
        .set_key_value_metadata(Some(metadata))
        .build();
    // Arrow's own copy of the schema adds nothing: all four types are Parquet's.
    let options =
        ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    Ok(ArrowWriter::try_new_with_options(to, Arc::clone(schema), options)?)
}

/// The structure and the names in the metadata of a file; `None` where [`write()`] did not write it.
pub(crate) fn described(metadata: &FileMetaData) -> Option<(DataStructure, Names)> {
    stored(metadata).ok()
}

fn stored(metadata: &FileMetaData) -> Result<(DataStructure, Names), Box<dyn Error>> {
    let metadata = metadata.key_value_metadata();
    let value = |key: &str| {
        let entry = metadata.into_iter().flatten().find(|entry| entry.key == key);
        entry.and_then(|entry| entry.value.as_deref()).ok_or(format!("it has no `{key}`"))
    };
    let components: Vec<StoredComponent> = serde_json::from_str(value(STRUCTURE)?)?;
    let names = serde_json::from_str(value(NAMES)?)?;
    let components: Vec<Component> =
        components.into_iter().map(Component::try_from).collect::<Result<_, _>>()?;
    Ok((DataStructure::new(components), names))
}

fn decode(bytes: Vec<u8>) -> Result<Stored, Box<dyn Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let (structure, names) = stored(builder.metadata().file_metadata())?;

    let reader = builder.build()?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    let batch = concat_batches(&schema, &batches)?;
    match structure.components().iter().find(|c| batch.column_by_name(&c.name).is_none()) {
        Some(component) => Err(format!("column `{}` is missing", component.name).into()),
        None => Ok(Stored { structure, batch, names }),
    }
}

/// A component as it is kept in the metadata.
#[derive(Serialize, Deserialize)]
struct StoredComponent {
    name: String,
    role: String,
    r#type: String,
    nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codes: Option<Vec<String>>,
}

impl From<&Component> for StoredComponent {
    fn from(component: &Component) -> Self {
        Self {
            name: component.name.clone(),
            role: component.role.keyword().to_owned(),
            r#type: component.data_type.keyword().to_owned(),
            nullable: component.nullable,
            codes: component.codes.as_ref().map(|codes| codes.to_vec()),
        }
    }
}

impl TryFrom<StoredComponent> for Component {
    type Error = String;

    fn try_from(stored: StoredComponent) -> Result<Self, String> {
        Ok(Self {
            name: stored.name,
            role: role(&stored.role)?,
            data_type: data_type(&stored.r#type)?,
            nullable: stored.nullable,
            codes: stored.codes.map(Into::into),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
    use arrow::datatypes::{Field, Schema};
    use olshem_model::DataType;
    use std::sync::Arc;

    fn dataset() -> (DataStructure, RecordBatch, Names) {
        let structure = DataStructure::new([
            Component::identifier("REF_AREA", DataType::String)
                .with_codes(["KZ".to_owned(), "KZ-71".to_owned()]),
            Component::identifier("TIME_PERIOD", DataType::TimePeriod),
            Component::measure("OBS_VALUE", DataType::Number),
            Component::measure("COUNT", DataType::Integer),
            Component::attribute("ESTIMATED", DataType::Boolean),
        ]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("REF_AREA", Arc::new(StringArray::from(vec!["KZ", "KZ-71"]))),
            ("TIME_PERIOD", Arc::new(StringArray::from(vec!["2023", "2023"]))),
            ("OBS_VALUE", Arc::new(Float64Array::from(vec![None, Some(0.1)]))),
            ("OBS_VALUE#low", Arc::new(Float64Array::from(vec![None, Some(0.05)]))),
            ("OBS_VALUE#high", Arc::new(Float64Array::from(vec![None, Some(f64::INFINITY)]))),
            ("COUNT", Arc::new(Int64Array::from(vec![Some(i64::MAX), None]))),
            ("ESTIMATED", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ];
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, array)| Field::new(*name, array.data_type().clone(), array.is_nullable()))
            .collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
        let labels = |text: &str| Labels::from([("kk".to_owned(), text.to_owned())]);
        let names = Names {
            dataset: labels("Қосылған құн"),
            codes: [("REF_AREA".to_owned(), [("KZ".to_owned(), labels("Қазақстан"))].into())]
                .into(),
            ..Names::default()
        };
        (structure, batch, names)
    }

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let (structure, batch, names) = dataset();
        let bytes = write(&structure, &batch, &names).unwrap();
        let stored = read(Path::new("data.parquet"), bytes).unwrap();
        assert_eq!(stored.structure, structure);
        assert_eq!(stored.batch, batch);
        assert_eq!(stored.names, names);

        let bytes = write(&structure, &batch.slice(0, 0), &names).unwrap();
        assert_eq!(read(Path::new("data.parquet"), bytes).unwrap().batch.num_rows(), 0);
    }

    #[test]
    fn the_same_dataset_has_the_same_bytes() {
        let (structure, batch, names) = dataset();
        let bytes = write(&structure, &batch, &names).unwrap();
        assert_eq!(bytes, write(&structure, &batch, &names).unwrap());
        // Neither the library's version nor the time is in them.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("parquet-rs"));
        // A slice of a longer batch is the same dataset as a batch of its own.
        let twice = concat_batches(&batch.schema(), [&batch, &batch]).unwrap();
        assert_eq!(bytes, write(&structure, &twice.slice(2, 2), &names).unwrap());
    }

    #[test]
    fn other_files_are_refused() {
        let refusal = |bytes| read(Path::new("data.parquet"), bytes).unwrap_err().to_string();
        assert!(refusal(Vec::new()).contains("F021"));
        let (structure, batch, names) = dataset();
        let whole = write(&structure, &batch, &names).unwrap();
        for length in (0..whole.len()).step_by(7) {
            assert!(refusal(whole[..length].to_vec()).contains("F021"));
        }
        let mut foreign = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut foreign, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert!(refusal(foreign).contains("it has no `olshem:structure`"));
    }
}
