//! Parquet by row groups, which can be read side by side.

use super::values::{Builder, Fault, is_canonical, not_of_type, null};
use super::{Contents, Decoded, columns};
use crate::errors::{NOT_OF_TYPE, UNREADABLE_PARQUET};
use crate::faults::Faults;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::ChunkReader;
use ::parquet::file::statistics::Statistics;
use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, MAX_INLINE_VIEW_LEN, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType as ArrowType, Fields, Float64Type, Schema};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Role};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Rows are decoded so many at a time.
const ROWS: usize = 8192;

/// Where the components stand.
#[derive(Debug)]
pub(super) struct Layout {
    metadata: ArrowReaderMetadata,
    /// The column of each component.
    columns: Vec<usize>,
    /// How many rows there are.
    pub(super) rows: usize,
}

impl Layout {
    /// Reads what the file says of itself.
    pub(super) fn read(
        file: &Path,
        contents: &Contents,
        structure: &DataStructure,
    ) -> Result<Self, Vec<Diagnostic>> {
        let metadata = match contents {
            Contents::File(path) => {
                let opened =
                    std::fs::File::open(path).map_err(|e| vec![super::unreadable(file, &e)])?;
                ArrowReaderMetadata::load(&opened, Default::default())
            }
            Contents::Memory(bytes) => ArrowReaderMetadata::load(bytes, Default::default()),
        };
        let metadata = metadata
            .and_then(|metadata| with_text_as_views(&metadata))
            .map_err(|error| vec![unreadable(file, &error)])?;
        let fields = metadata.schema().fields();
        let headings: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        let columns = columns(structure, &headings, &|_| file.into(), file)?;
        let mut faults = Faults::default();
        for (component, &column) in structure.components().iter().zip(&columns) {
            if let Err(message) = arrow_types(component, fields[column].data_type()) {
                faults.push(Diagnostic::new(&NOT_OF_TYPE, file, message));
            }
        }
        faults.or(())?;
        let rows = metadata.metadata().file_metadata().num_rows();
        Ok(Self { columns, rows: usize::try_from(rows).unwrap_or_default(), metadata })
    }

    /// How many row groups there are.
    pub(super) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The number of the row group's first row.
    pub(super) fn first_row(&self, group: usize) -> usize {
        let groups = &self.metadata.metadata().row_groups()[..group];
        groups.iter().map(|group| usize::try_from(group.num_rows()).unwrap_or_default()).sum()
    }

    /// The extents of a component in the row groups, as far as the file tells them. Of periods and
    /// the like it tells those of their spelling, which is not the one that is read.
    pub(super) fn extents(&self, structure: &DataStructure, component: usize) -> Option<Extents> {
        let described = structure.components().get(component)?;
        let wanted = match described.data_type {
            DataType::Integer => ArrowType::Int64,
            DataType::String => ArrowType::Utf8View,
            _ => return None,
        };
        let metadata = self.metadata.metadata();
        let (schema, columns) = (self.metadata.schema(), metadata.file_metadata().schema_descr());
        let converter = StatisticsConverter::try_new(&described.name, schema, columns).ok()?;
        let groups = metadata.row_groups();
        let at = converter.parquet_column_index()?;
        // Older writers took the bytes of text for signed.
        let is_dated = |group: &RowGroupMetaData| {
            group.column(at).statistics().is_none_or(Statistics::is_min_max_deprecated)
        };
        if groups.iter().any(is_dated) {
            return None;
        }
        let known = |ends: Result<ArrayRef, ParquetError>| {
            let ends = cast(&ends.ok()?, &wanted).ok()?;
            (ends.null_count() == 0).then_some(ends)
        };
        Some(Extents {
            least: known(converter.row_group_mins(groups))?,
            greatest: known(converter.row_group_maxes(groups))?,
        })
    }

    /// The batches of a row group, with the components wanted.
    pub(super) fn open(
        &self,
        file: &Path,
        contents: &Contents,
        group: usize,
        wanted: &[usize],
    ) -> Result<ParquetRecordBatchReader, Diagnostic> {
        match contents {
            Contents::File(path) => {
                let opened = std::fs::File::open(path).map_err(|e| super::unreadable(file, &e))?;
                self.reader(file, opened, group, wanted)
            }
            Contents::Memory(bytes) => self.reader(file, bytes.clone(), group, wanted),
        }
    }

    fn reader<R: ChunkReader + 'static>(
        &self,
        file: &Path,
        contents: R,
        group: usize,
        wanted: &[usize],
    ) -> Result<ParquetRecordBatchReader, Diagnostic> {
        let columns = wanted.iter().map(|&component| self.columns[component]);
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns);
        ParquetRecordBatchReaderBuilder::new_with_metadata(contents, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(ROWS)
            .build()
            .map_err(|error| unreadable(file, &error))
    }

    /// The components wanted, in their order, from a batch that begins with that row.
    pub(super) fn decode(
        &self,
        file: &Path,
        structure: &DataStructure,
        (batch, first_row): (&RecordBatch, usize),
        (wanted, trusted): (&[usize], bool),
        faults: &mut Faults,
    ) -> Decoded {
        let mut arrays = Vec::with_capacity(wanted.len());
        for &n in wanted {
            let component = &structure.components()[n];
            // The batch has the columns wanted in the order of the file.
            let at = wanted.iter().filter(|&&other| self.columns[other] < self.columns[n]).count();
            match typed(component, batch.column(at), trusted, &mut |row, fault| {
                faults.push(fault.in_row(file, first_row + row, &component.name));
                faults.is_full()
            }) {
                Ok(array) => arrays.push(array),
                Err(message) => faults.push(Diagnostic::new(&NOT_OF_TYPE, file, message)),
            }
        }
        let positions = (first_row + 1..=first_row + batch.num_rows()).collect();
        Decoded { arrays, positions }
    }
}

/// Between which values a component lies in each of a file's pieces. Nulls lie nowhere.
#[derive(Clone, Debug)]
pub struct Extents {
    /// For each piece a value than which there is no lesser one. Integers or text, of the type that
    /// they are read in.
    pub least: ArrayRef,
    /// For each piece a value than which there is no greater one.
    pub greatest: ArrayRef,
}

pub(super) fn unreadable(file: &Path, error: &dyn std::error::Error) -> Diagnostic {
    let message = format!("the file is not Parquet, or not whole: {error}");
    Diagnostic::new(&UNREADABLE_PARQUET, file, message)
}

/// Text is read into views: short values stand in them, long ones are not copied out of their page.
fn with_text_as_views(metadata: &ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let fields = metadata.schema().fields().iter().map(|field| match field.data_type() {
        ArrowType::Utf8 | ArrowType::LargeUtf8 => {
            Arc::new(field.as_ref().clone().with_data_type(ArrowType::Utf8View))
        }
        _ => Arc::clone(field),
    });
    let schema =
        Schema::new_with_metadata(fields.collect::<Fields>(), metadata.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
}

/// Whether the values of a component have to be looked at to know that they are of its type.
pub(super) fn is_settled_by_schema(component: &Component) -> bool {
    component.nullable
        && component.role != Role::Identifier
        && matches!(component.data_type, DataType::Integer | DataType::Boolean | DataType::String)
}

/// The Arrow type of a column in the file and the one wanted, if the first can be read as the second.
fn arrow_types(
    component: &Component,
    column: &ArrowType,
) -> Result<(ArrowType, ArrowType), String> {
    let given = match column {
        ArrowType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    };
    let integral = given.is_integer();
    let textual = matches!(given, ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View);
    let numeric = integral
        || matches!(given, ArrowType::Float16 | ArrowType::Float32 | ArrowType::Float64)
        || matches!(given, ArrowType::Decimal128(..) | ArrowType::Decimal256(..));
    let dated = matches!(given, ArrowType::Date32 | ArrowType::Date64);
    let (wanted, suits) = match component.data_type {
        DataType::Integer => (ArrowType::Int64, integral),
        DataType::Number => (ArrowType::Float64, numeric),
        DataType::Boolean => (ArrowType::Boolean, given == ArrowType::Boolean),
        DataType::Date => (ArrowType::Utf8View, textual || dated),
        _ => (ArrowType::Utf8View, textual),
    };
    let (name, data_type) = (&component.name, component.data_type);
    match suits {
        true => Ok((given, wanted)),
        false => Err(format!("column `{name}` is {given} in Parquet, not of type {data_type}")),
    }
}

/// Whether all values are short and in the one spelling of their type. A column has few periods and
/// many rows, so each is looked at once.
fn are_canonical(data_type: DataType, array: &StringViewArray) -> bool {
    let mut known: HashSet<u128, RandomState> = HashSet::default();
    array.views().iter().enumerate().all(|(row, view)| {
        let is_short = *view as u32 <= MAX_INLINE_VIEW_LEN;
        is_short
            && (known.contains(view)
                || is_canonical(data_type, array.value(row)) && known.insert(*view))
    })
}

/// A column of the file as the component's type asks for; `fault` says when to stop.
fn typed(
    component: &Component,
    column: &ArrayRef,
    trusted: bool,
    fault: &mut dyn FnMut(usize, Fault) -> bool,
) -> Result<ArrayRef, String> {
    let data_type = component.data_type;
    let (given, wanted) = arrow_types(component, column.data_type())?;
    let source = match given {
        ArrowType::Date64 => cast(column, &ArrowType::Date32),
        _ => Ok(Arc::clone(column)),
    };
    let array = source.and_then(|column| cast(&column, &wanted)).map_err(|e| e.to_string())?;
    let temporal = !matches!(
        data_type,
        DataType::Integer | DataType::Number | DataType::Boolean | DataType::String
    );
    let has_nulls = array.null_count() > 0;
    let clean = match data_type {
        _ if has_nulls => false,
        _ if temporal => are_canonical(data_type, array.as_string_view()),
        DataType::Number => {
            array.as_primitive::<Float64Type>().values().iter().all(|x| x.is_finite())
        }
        _ => true,
    };
    if clean || (trusted && !temporal) {
        return Ok(array);
    }
    let mut builder = Builder::new(data_type);
    for row in 0..array.len() {
        let checked = if array.is_null(row) {
            // A number too large for its type is null after the conversion, but not before.
            match column.is_null(row) && temporal {
                true => builder.push_null(component),
                false if column.is_null(row) => null(component),
                false => Err(Fault::NotOfType(format!("the value is not of type {data_type}"))),
            }
        } else if temporal {
            builder.push_text(array.as_string_view().value(row))
        } else if data_type == DataType::Number
            && !array.as_primitive::<Float64Type>().value(row).is_finite()
        {
            let number = array.as_primitive::<Float64Type>().value(row).to_string();
            Err(Fault::NotOfType(not_of_type(&number, data_type)))
        } else {
            Ok(())
        };
        if let Err(found) = checked
            && fault(row, found)
        {
            break;
        }
    }
    Ok(if temporal { builder.finish() } else { array })
}
