//! Breaks in series: which observations are the first after one, as declared.

use crate::errors::{EMPTY_BREAK, WRONG_READING};
use crate::faults::Faults;
use crate::reading::Break;
use crate::table::Table;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::util::display::array_value_to_string;
use olshem_model::{Component, DataType, Diagnostic, Place};
use std::sync::Arc;

/// The attribute that says of an observation whether a series breaks there.
const OBS_STATUS: &str = "OBS_STATUS";
/// SDMX's code for the first observation after a break, …
const AFTER_BREAK: &str = "B";
/// … and for one of which there is nothing to say.
const NORMAL: &str = "A";

/// Gives a table with breaks the attribute that tells them. They were declared at `declaration`.
pub(crate) fn mark(
    table: &mut Table,
    breaks: &[Break],
    declaration: &Place,
    faults: &mut Faults,
) -> Result<(), ArrowError> {
    if breaks.is_empty() {
        return Ok(());
    }
    let existing = table.batch.column_by_name(OBS_STATUS);
    let mut statuses = match existing.map(|array| array.as_string_opt::<i32>()) {
        None => vec![NORMAL.to_owned(); table.batch.num_rows()],
        Some(Some(texts)) => texts.iter().map(|s| s.unwrap_or(NORMAL).to_owned()).collect(),
        Some(None) => {
            let message = format!("`{OBS_STATUS}` must be a string where breaks are declared");
            faults.push(Diagnostic::new(&WRONG_READING, declaration.clone(), message));
            return Ok(());
        }
    };
    for declared in breaks {
        let rows = rows_at(&table.batch, declared)?;
        if rows.is_empty() {
            let key: Vec<String> =
                declared.at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let message = format!("there is no observation with {}", key.join(", "));
            faults.push(Diagnostic::new(&EMPTY_BREAK, declaration.clone(), message));
        }
        for row in rows {
            AFTER_BREAK.clone_into(&mut statuses[row]);
            table.breaks.push((row, declared.note.clone()));
        }
    }
    table.breaks.sort_by_key(|(row, _)| *row);
    set_statuses(table, statuses)
}

fn set_statuses(table: &mut Table, statuses: Vec<String>) -> Result<(), ArrowError> {
    let array: ArrayRef = Arc::new(StringArray::from(statuses));
    let schema = table.batch.schema();
    let mut fields: Vec<Field> = schema.fields().iter().map(|f| f.as_ref().clone()).collect();
    let mut arrays = table.batch.columns().to_vec();
    match schema.index_of(OBS_STATUS) {
        Ok(column) => arrays[column] = array,
        Err(_) => {
            table.structure.set(Component::attribute(OBS_STATUS, DataType::String));
            fields.push(Field::new(OBS_STATUS, array.data_type().clone(), true));
            arrays.push(array);
        }
    }
    table.batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
    Ok(())
}

/// The rows whose identifiers are as a break says.
fn rows_at(batch: &RecordBatch, declared: &Break) -> Result<Vec<usize>, ArrowError> {
    let mut rows: Vec<usize> = (0..batch.num_rows()).collect();
    for (name, value) in &declared.at {
        let array = &batch[name.as_str()];
        let mut kept = Vec::new();
        for row in rows {
            let is_at = match array.as_string_opt::<i32>() {
                Some(texts) => texts.value(row) == value,
                None => array_value_to_string(array, row)? == *value,
            };
            if is_at {
                kept.push(row);
            }
        }
        rows = kept;
    }
    Ok(rows)
}
