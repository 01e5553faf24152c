//! Batches as CSV: nulls are empty, numbers have the fewest digits that read back as the same.

use crate::delimited::push_field;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema};
use std::fmt::Write;

/// The line of headings.
pub fn csv_headings(schema: &Schema) -> String {
    let mut text = String::new();
    for (column, field) in schema.fields().iter().enumerate() {
        text.push_str(if column > 0 { "," } else { "" });
        push_field(&mut text, field.name());
    }
    text.push('\n');
    text
}

/// A line for each row.
pub fn csv_rows(batch: &RecordBatch) -> String {
    let mut text = String::new();
    for row in 0..batch.num_rows() {
        for (column, array) in batch.columns().iter().enumerate() {
            text.push_str(if column > 0 { "," } else { "" });
            match array.data_type() {
                DataType::Utf8View if array.is_valid(row) => {
                    push_field(&mut text, array.as_string_view().value(row));
                }
                _ => drop(push_value(&mut text, array, row)),
            }
        }
        text.push('\n');
    }
    text
}

/// A value as text; none for null.
pub fn value(array: &ArrayRef, row: usize) -> Option<String> {
    let mut text = String::new();
    push_value(&mut text, array, row).then_some(text)
}

/// Appends a value, if there is one.
fn push_value(text: &mut String, array: &ArrayRef, row: usize) -> bool {
    if array.is_null(row) {
        return false;
    }
    let written = match array.data_type() {
        DataType::Boolean => write!(text, "{}", array.as_boolean().value(row)),
        DataType::Int64 => write!(text, "{}", array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => write!(text, "{}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8View => text.write_str(array.as_string_view().value(row)),
        _ => return false,
    };
    written.is_ok()
}
