//! Data whose structure is known beforehand: every component is a column of its name, in any order,
//! and there are no other columns.
//!
//! A cell with nothing in it is null. A file of headings alone is a dataset without observations.

use crate::delimited;
use crate::errors::{
    AMBIGUOUS_COLUMN, DUPLICATE_OBSERVATION, EMPTY_IDENTIFIER, MISSING_COLUMN, NOT_OF_TYPE,
    RAGGED_ROW, UNEXPECTED_COLUMN, UNREADABLE_PARQUET,
};
use crate::faults::Faults;
use crate::reading::{Format, Read};
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch,
    RecordBatchOptions, RecordBatchReader, StringBuilder,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType as ArrowType, Field, Float64Type, Int64Type, Schema};
use olshem_model::time::Date;
use olshem_model::{
    Component, DataStructure, DataType, Diagnostic, Frequency, Place, Role, TimePeriod,
};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

/// The rows of a CSV file.
///
/// # Errors
///
/// Everything that is wrong with the file, by line and column: quotation marks that don't pair up,
/// columns missing or not in the structure, rows of another length, values of another type, null or
/// repeated identifiers.
pub fn read_csv(
    file: &Path,
    bytes: &[u8],
    structure: &DataStructure,
) -> Result<RecordBatch, Vec<Diagnostic>> {
    let how = Read {
        format: Format::Csv,
        delimiter: ',',
        encoding: None,
        decimal: '.',
        thousands: None,
        missing: Vec::new(),
        footnotes: false,
    };
    let grid = delimited::read(file, bytes, &how).map_err(|mut fault| {
        // There is no declaration that could say more.
        fault.help = fault.help.map(|_| "save the file in UTF-8".to_owned());
        vec![fault]
    })?;
    let width = grid.width(0);
    let headings: Vec<&str> = (0..width).map(|column| grid.cell(0, column).trim()).collect();
    let at = columns(structure, &headings, &|column| grid.place(file, 0, column, None), file)?;

    let mut faults = Faults::default();
    let mut builders: Vec<Builder> =
        structure.components().iter().map(|component| Builder::new(component.data_type)).collect();
    let mut lines = Vec::new();
    let last = grid.rows_numbered(&(0..=usize::MAX)).end;
    for row in 1..last {
        if faults.is_full() {
            break;
        }
        if width > 1 && grid.width(row) == 1 && grid.is_blank(row) {
            continue;
        }
        if grid.width(row) != width {
            let message = format!("the row has {} fields, not {width}", grid.width(row));
            faults.push(Diagnostic::new(&RAGGED_ROW, grid.row_place(file, row), message));
            continue;
        }
        lines.push(grid.number(row));
        for ((component, builder), &column) in
            structure.components().iter().zip(&mut builders).zip(&at)
        {
            let cell = grid.cell(row, column);
            let pushed = match cell {
                "" => builder.push_null(component),
                cell => builder.push_text(cell),
            };
            if let Err(fault) = pushed {
                let place = grid.place(file, row, column, Some(&component.name));
                faults.push(fault.at(place));
            }
        }
    }
    faults.or(())?;
    let arrays = builders.into_iter().map(Builder::finish).collect();
    let batch = batch(structure, arrays, lines.len())
        .map_err(|message| vec![Diagnostic::new(&NOT_OF_TYPE, file, message)])?;
    let place =
        |row: usize| Place::Line { file: file.to_path_buf(), line: lines[row], column: None };
    refuse_duplicates(structure, &batch, &place, &|row| format!("line {}", lines[row]))?;
    Ok(batch)
}

/// The rows of a Parquet file, from wherever it is.
///
/// # Errors
///
/// Bytes that are not a whole Parquet file; for its rows see [`read_csv`].
pub fn read_parquet(
    file: &Path,
    bytes: Vec<u8>,
    structure: &DataStructure,
) -> Result<RecordBatch, Vec<Diagnostic>> {
    let unreadable = |error: &dyn std::error::Error| {
        let message = format!("the file is not Parquet, or not whole: {error}");
        vec![Diagnostic::new(&UNREADABLE_PARQUET, file, message)]
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| unreadable(&error))?;
    let schema = RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| unreadable(&error))?;
    let whole = concat_batches(&schema, &batches).map_err(|error| unreadable(&error))?;
    let headings: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let at = columns(structure, &headings, &|_| file.into(), file)?;

    let mut faults = Faults::default();
    let mut arrays = Vec::new();
    for (component, column) in structure.components().iter().zip(at) {
        match typed(component, whole.column(column), &mut |row, fault| {
            faults.push(fault.in_row(file, row, &component.name));
            faults.is_full()
        }) {
            Ok(array) => arrays.push(array),
            Err(message) => faults.push(Diagnostic::new(&NOT_OF_TYPE, file, message)),
        }
    }
    faults.or(())?;
    let batch = batch(structure, arrays, whole.num_rows())
        .map_err(|message| vec![Diagnostic::new(&NOT_OF_TYPE, file, message)])?;
    refuse_duplicates(structure, &batch, &|_| file.into(), &|row| format!("row {}", row + 1))?;
    Ok(batch)
}

/// The rows as CSV, with headings: nulls are empty, numbers have the fewest digits that read back as
/// the same.
pub fn write_csv(batch: &RecordBatch) -> Vec<u8> {
    let mut text = String::new();
    let schema = batch.schema();
    let headings: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    for (column, heading) in headings.iter().enumerate() {
        text.push_str(if column > 0 { "," } else { "" });
        push_field(&mut text, heading);
    }
    text.push('\n');
    for row in 0..batch.num_rows() {
        for (column, array) in batch.columns().iter().enumerate() {
            text.push_str(if column > 0 { "," } else { "" });
            if let Some(value) = value(array, row) {
                push_field(&mut text, &value);
            }
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// A value as text; none for null.
pub fn value(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        ArrowType::Boolean => Some(array.as_boolean().value(row).to_string()),
        ArrowType::Int64 => Some(array.as_primitive::<Int64Type>().value(row).to_string()),
        ArrowType::Float64 => Some(array.as_primitive::<Float64Type>().value(row).to_string()),
        ArrowType::Utf8 => Some(array.as_string::<i32>().value(row).to_owned()),
        _ => None,
    }
}

fn push_field(text: &mut String, field: &str) {
    let plain = !field.is_empty() && !field.contains(['"', ',', '\n', '\r']);
    if plain {
        return text.push_str(field);
    }
    text.push('"');
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

/// The column of each component.
fn columns(
    structure: &DataStructure,
    headings: &[&str],
    place: &dyn Fn(usize) -> Place,
    file: &Path,
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let mut at = Vec::new();
    for Component { name, .. } in structure.components() {
        let mut found = (0..headings.len()).filter(|&column| headings[column] == name);
        match (found.next(), found.next()) {
            (Some(column), None) => at.push(column),
            (Some(_), Some(second)) => {
                let message = format!("two columns have the heading `{name}`");
                faults.push(Diagnostic::new(&AMBIGUOUS_COLUMN, place(second), message));
            }
            (None, _) => {
                let message = format!("there is no column `{name}`");
                let fault = Diagnostic::new(&MISSING_COLUMN, file, message);
                faults.push(fault.with_help(format!("the file has {}", listed(headings))));
            }
        }
    }
    for (column, heading) in headings.iter().enumerate() {
        if structure.get(heading).is_none() {
            let message = match heading.is_empty() {
                true => format!("column {} has no heading", column + 1),
                false => format!("the structure has no component `{heading}`"),
            };
            faults.push(Diagnostic::new(&UNEXPECTED_COLUMN, place(column), message));
        }
    }
    faults.or(at)
}

fn listed(headings: &[&str]) -> String {
    headings.iter().map(|heading| format!("`{heading}`")).collect::<Vec<_>>().join(", ")
}

fn batch(
    structure: &DataStructure,
    arrays: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, String> {
    let fields: Vec<Field> = structure
        .components()
        .iter()
        .zip(&arrays)
        .map(|(component, array)| Field::new(&component.name, array.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|error| error.to_string())
}

/// What is wrong with a value.
enum Fault {
    Null(&'static olshem_model::Code, String),
    NotOfType(String),
}

impl Fault {
    fn at(self, place: Place) -> Diagnostic {
        match self {
            Self::Null(code, message) => Diagnostic::new(code, place, message),
            Self::NotOfType(message) => Diagnostic::new(&NOT_OF_TYPE, place, message),
        }
    }

    fn in_row(self, file: &Path, row: usize, column: &str) -> Diagnostic {
        let mut fault = self.at(file.into());
        fault.message = format!("row {}, column `{column}`: {}", row + 1, fault.message);
        fault
    }
}

/// A column as it grows.
enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(DataType, StringBuilder),
}

impl Builder {
    fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Integer => Self::Integer(Int64Builder::new()),
            DataType::Number => Self::Number(Float64Builder::new()),
            _ => Self::Text(data_type, StringBuilder::new()),
        }
    }

    fn push_null(&mut self, component: &Component) -> Result<(), Fault> {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Text(_, builder) => builder.append_null(),
        }
        null(component)
    }

    fn push_text(&mut self, text: &str) -> Result<(), Fault> {
        let wrong = |data_type| Fault::NotOfType(not_of_type(text, data_type));
        let trimmed = text.trim();
        match self {
            Self::Boolean(builder) => {
                let value = match trimmed.to_ascii_lowercase().as_str() {
                    "true" => true,
                    "false" => false,
                    _ => return Err(wrong(DataType::Boolean)),
                };
                builder.append_value(value);
            }
            Self::Integer(builder) => {
                builder.append_value(trimmed.parse().map_err(|_| wrong(DataType::Integer))?);
            }
            Self::Number(builder) => {
                let number = trimmed.parse().ok().filter(|number: &f64| number.is_finite());
                builder.append_value(number.ok_or_else(|| wrong(DataType::Number))?);
            }
            Self::Text(data_type, builder) => {
                let canonical = canonical(*data_type, text);
                builder.append_value(canonical.ok_or_else(|| wrong(*data_type))?);
            }
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Text(_, mut builder) => Arc::new(builder.finish()),
        }
    }
}

fn null(component: &Component) -> Result<(), Fault> {
    match component.role {
        Role::Identifier => {
            let message = format!("identifier `{}` is empty", component.name);
            Err(Fault::Null(&EMPTY_IDENTIFIER, message))
        }
        _ if !component.nullable => {
            let message = format!("`{}` is empty and is not nullable", component.name);
            Err(Fault::Null(&NOT_OF_TYPE, message))
        }
        _ => Ok(()),
    }
}

fn not_of_type(text: &str, data_type: DataType) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}` is not of type {data_type}", shown.escape_debug())
}

/// The one spelling of a text of that type. An interval is that of its first and last day, even if it
/// is written as one of periods.
fn canonical(data_type: DataType, text: &str) -> Option<String> {
    let trimmed = text.trim();
    let period = |text: &str| text.parse::<TimePeriod>().ok();
    match data_type {
        DataType::TimePeriod => period(trimmed).map(|period| period.to_string()),
        DataType::Date => trimmed.parse::<Date>().ok().map(|date| date.to_string()),
        DataType::Duration => match trimmed.parse::<Frequency>() {
            Ok(length) => Some(length.to_string()),
            Err(_) => is_iso_duration(trimmed).then(|| trimmed.to_owned()),
        },
        DataType::Time => match trimmed.split_once('/') {
            Some((from, to)) => {
                let (from, to) = (period(from)?.start(), period(to)?.end());
                (from <= to).then(|| format!("{from}/{to}"))
            }
            None => period(trimmed).map(|period| period.to_string()),
        },
        _ => Some(text.to_owned()),
    }
}

/// `P1Y20D` and its like: numbers of years, months, weeks and days, in this order.
fn is_iso_duration(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('P').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    for unit in ['Y', 'M', 'W', 'D'] {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some(after) = rest[digits..].strip_prefix(unit).filter(|_| digits > 0) {
            rest = after;
        }
    }
    rest.is_empty()
}

/// A column of a Parquet file as the component's type asks for; `fault` says when to stop.
fn typed(
    component: &Component,
    column: &ArrayRef,
    fault: &mut dyn FnMut(usize, Fault) -> bool,
) -> Result<ArrayRef, String> {
    let given = match column.data_type() {
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
        DataType::Date => (ArrowType::Utf8, textual || dated),
        _ => (ArrowType::Utf8, textual),
    };
    let (name, data_type) = (&component.name, component.data_type);
    if !suits {
        return Err(format!("column `{name}` is {given} in Parquet, not of type {data_type}"));
    }
    let source = match given {
        ArrowType::Date64 => cast(column, &ArrowType::Date32),
        _ => Ok(Arc::clone(column)),
    };
    let array = source.and_then(|column| cast(&column, &wanted)).map_err(|e| e.to_string())?;
    let mut builder = Builder::new(data_type);
    let temporal = !matches!(
        data_type,
        DataType::Integer | DataType::Number | DataType::Boolean | DataType::String
    );
    for row in 0..array.len() {
        let checked = if array.is_null(row) {
            // A number too large for its type is null after the conversion, but not before.
            match column.is_null(row) && temporal {
                true => builder.push_null(component),
                false if column.is_null(row) => null(component),
                false => Err(Fault::NotOfType(format!("the value is not of type {data_type}"))),
            }
        } else if temporal {
            builder.push_text(array.as_string::<i32>().value(row))
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

/// Each key at most once; a dataset without identifiers has at most one observation.
fn refuse_duplicates(
    structure: &DataStructure,
    batch: &RecordBatch,
    place: &dyn Fn(usize) -> Place,
    told: &dyn Fn(usize) -> String,
) -> Result<(), Vec<Diagnostic>> {
    let identifiers: Vec<(&str, &ArrayRef)> = structure
        .identifiers()
        .filter_map(|id| Some((id.name.as_str(), batch.column_by_name(&id.name)?)))
        .collect();
    let mut faults = Faults::default();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let values: Vec<String> =
            identifiers.iter().filter_map(|(_, array)| value(array, row)).collect();
        let key = values.iter().map(|value| format!("{}:{value}", value.len())).collect();
        match seen.entry(key) {
            Entry::Vacant(free) => drop(free.insert(row)),
            Entry::Occupied(first) => {
                let first = told(*first.get());
                let key: Vec<String> = identifiers
                    .iter()
                    .zip(&values)
                    .map(|((name, _), value)| format!("{name} = {value}"))
                    .collect();
                let message = match key.is_empty() {
                    true => {
                        format!("without identifiers there is one observation, and {first} has it")
                    }
                    false => format!("{} has the key of {first}: {}", told(row), key.join(", ")),
                };
                faults.push(Diagnostic::new(&DUPLICATE_OBSERVATION, place(row), message));
                if faults.is_full() {
                    break;
                }
            }
        }
    }
    faults.or(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::{Names, write};

    fn structure() -> DataStructure {
        DataStructure::new([
            Component::identifier("ID", DataType::Integer),
            Component::identifier("PERIOD", DataType::TimePeriod),
            Component::measure("VALUE", DataType::Number),
            Component::attribute("NOTE", DataType::String),
        ])
    }

    /// The rows as CSV, or the faults.
    fn told(bytes: &[u8]) -> String {
        match read_csv(Path::new("d.csv"), bytes, &structure()) {
            Ok(batch) => String::from_utf8(write_csv(&batch)).unwrap(),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn rows_are_read_or_refused_by_line_and_column() {
        const HEAD: &str = "ID,PERIOD,VALUE,NOTE\n";
        for (text, expected) in [
            ("ID,PERIOD,VALUE,NOTE\n", HEAD.to_owned()),
            (
                "\u{feff}NOTE,VALUE,PERIOD,ID\r\n\"two\r\nlines, \"\"so\"\"\",1.50,2023Q1,7\r\n,,2023,8",
                format!("{HEAD}7,2023-Q1,1.5,\"two\r\nlines, \"\"so\"\"\"\n8,2023,,\n"),
            ),
            ("", "d.csv: the file is empty (F001)".to_owned()),
            (
                "ID,PERIOD,VALUE,note,\n",
                "d.csv: there is no column `NOTE` (F006)\n\
                 d.csv: line 1: the structure has no component `note` (F022)\n\
                 d.csv: line 1: column 5 has no heading (F022)"
                    .to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE,ID\n",
                "d.csv: line 1: two columns have the heading `ID` (F007)".to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE\n1,2023,x,\n1.5,never,inf,\n,2023,1,\n1,2023,1\n1,2023,1,a,b\n",
                "d.csv: line 2, column \"VALUE\": `x` is not of type number (F009)\n\
                 d.csv: line 3, column \"ID\": `1.5` is not of type integer (F009)\n\
                 d.csv: line 3, column \"PERIOD\": `never` is not of type time_period (F009)\n\
                 d.csv: line 3, column \"VALUE\": `inf` is not of type number (F009)\n\
                 d.csv: line 4, column \"ID\": identifier `ID` is empty (F012)\n\
                 d.csv: line 5: the row has 3 fields, not 4 (F004)\n\
                 d.csv: line 6: the row has 5 fields, not 4 (F004)"
                    .to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE\n1,2023,,\"a\nb\"\n\n2,2023,,\n01,2023A,,\n",
                "d.csv: line 6: line 6 has the key of line 2: ID = 1, PERIOD = 2023 (F013)"
                    .to_owned(),
            ),
        ] {
            assert_eq!(told(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn values_of_every_type() {
        for (data_type, text, expected) in [
            (DataType::Boolean, "TRUE", Some("true")),
            (DataType::Boolean, "1", None),
            (DataType::Date, "2023-02-29", None),
            (DataType::Date, "2024-02-29", Some("2024-02-29")),
            (DataType::Time, "2023-01-01/2023-06-30", Some("2023-01-01/2023-06-30")),
            (DataType::Time, "2023-06-30/2023-01-01", None),
            (DataType::Time, "2023Q1", Some("2023-Q1")),
            (DataType::Time, "2010M1/2010M12", Some("2010-01-01/2010-12-31")),
            (DataType::Time, "2010M1/", None),
            (DataType::Duration, "P1Y", Some("A")),
            (DataType::Duration, "P2Y230D", Some("P2Y230D")),
            (DataType::Duration, "P230D2Y", None),
            (DataType::Duration, "P", None),
            (DataType::Integer, "9223372036854775808", None),
            (DataType::Number, "-1e3", Some("-1000")),
            (DataType::String, " a ", Some(" a ")),
        ] {
            let mut builder = Builder::new(data_type);
            let read = builder.push_text(text).ok().and_then(|()| value(&builder.finish(), 0));
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    /// Files of others come compressed in any of these ways; Snappy is what most tools write.
    #[test]
    fn parquet_is_read_however_it_is_compressed() {
        use ::parquet::arrow::ArrowWriter;
        use ::parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
        use ::parquet::file::properties::WriterProperties;
        let csv = b"ID,PERIOD,VALUE,NOTE\n1,2023,0.1,\n2,2023,,x\n";
        let batch = read_csv(Path::new("d.csv"), csv, &structure()).unwrap();
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let properties = WriterProperties::builder().set_compression(compression).build();
            let mut bytes = Vec::new();
            let mut writer =
                ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            let read = read_parquet(Path::new("d.parquet"), bytes, &structure()).unwrap();
            assert_eq!(read.columns(), batch.columns(), "{compression:?}");
        }
    }

    #[test]
    fn parquet_is_read_whole_or_refused() {
        let csv = b"ID,PERIOD,VALUE,NOTE\n1,2023,0.1,\n2,2023,,x\n";
        let batch = read_csv(Path::new("d.csv"), csv, &structure()).unwrap();
        let bytes = write(&structure(), &batch, &Names::default()).unwrap();
        let read = read_parquet(Path::new("d.parquet"), bytes.clone(), &structure()).unwrap();
        assert_eq!(read.columns(), batch.columns());

        let told = |bytes: Vec<u8>, structure: &DataStructure| {
            let faults = read_parquet(Path::new("d.parquet"), bytes, structure).unwrap_err();
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        for length in (0..bytes.len()).step_by(7) {
            assert!(told(bytes[..length].to_vec(), &structure()).contains("F021"), "{length}");
        }
        let other = DataStructure::new([
            Component::identifier("ID", DataType::String),
            Component::identifier("PERIOD", DataType::Date),
            Component::measure("MISSING", DataType::Number),
            Component::measure("VALUE", DataType::Number),
        ]);
        assert_eq!(
            told(bytes.clone(), &other),
            "d.parquet: there is no column `MISSING` (F006)\n\
             d.parquet: the structure has no component `NOTE` (F022)"
        );
        let other = DataStructure::new([
            Component::measure("ID", DataType::String),
            Component::measure("PERIOD", DataType::Date),
            Component { nullable: false, ..Component::measure("VALUE", DataType::Number) },
            Component::attribute("NOTE", DataType::String),
        ]);
        assert_eq!(
            told(bytes, &other),
            "d.parquet: column `ID` is Int64 in Parquet, not of type string (F009)\n\
             d.parquet: row 1, column `PERIOD`: `2023` is not of type date (F009)\n\
             d.parquet: row 2, column `PERIOD`: `2023` is not of type date (F009)\n\
             d.parquet: row 2, column `VALUE`: `VALUE` is empty and is not nullable (F009)"
        );
    }
}
