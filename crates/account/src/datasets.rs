//! Rows of datasets: chosen by key, put into words, laid on top of one another.

use crate::projection::{DEFINITION, with_definition};
use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::concat;
use arrow::datatypes::{Field, Schema};
use olshem_engine::Dataset;
use olshem_engine::errors::WRONG_COLUMNS;
use olshem_model::structure::{high_column, low_column};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, TimePeriod};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Identifiers and the value that each has, as text.
pub(crate) type Key = BTreeMap<String, String>;

/// Whether the rows of the dataset differ by definition.
pub(crate) fn varies(dataset: &Dataset) -> bool {
    dataset.structure().get(DEFINITION).is_some()
}

/// A component's value in a row as text; empty where it is missing.
pub(crate) fn text(dataset: &Dataset, row: usize, component: &str) -> String {
    dataset.value(row, component).map(|value| value.to_string()).unwrap_or_default()
}

/// The key of a row.
pub(crate) fn key(dataset: &Dataset, row: usize) -> Key {
    dataset
        .structure()
        .identifiers()
        .map(|id| (id.name.clone(), text(dataset, row, &id.name)))
        .collect()
}

/// The rows that have these values in those identifiers that the dataset has.
pub(crate) fn rows_at(dataset: &Dataset, at: &Key) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..dataset.rows()).collect();
    for Component { name, data_type, .. } in dataset.structure().identifiers() {
        let Some(value) = at.get(name) else { continue };
        let value = canonical(value, *data_type);
        match dataset.batch().column_by_name(name).and_then(|column| column.as_string_view_opt()) {
            Some(column) => rows.retain(|&row| column.value(row) == value),
            None => rows.retain(|&row| text(dataset, row, name) == value),
        }
    }
    rows
}

/// The spelling of a value that datasets hold.
pub(crate) fn canonical(value: &str, data_type: DataType) -> String {
    match value.parse::<TimePeriod>() {
        Ok(period) if data_type == DataType::TimePeriod => period.to_string(),
        _ => value.to_owned(),
    }
}

/// The dataset with one measure of its several, and without attributes.
pub(crate) fn only_measure(dataset: &Dataset, measure: &str) -> Result<Dataset, Diagnostic> {
    let structure = only_measure_structure(dataset.structure(), measure);
    Dataset::new(structure, dataset.batch())
}

/// The structure with one measure of its several, and without attributes.
pub(crate) fn only_measure_structure(structure: &DataStructure, measure: &str) -> DataStructure {
    let measure = structure.get(measure);
    DataStructure::new(structure.identifiers().chain(measure).cloned())
}

/// The rows of one definition, without the identifier that says so. Rows keep their order; the first
/// of them is the row of the second value in the dataset given.
pub(crate) fn of_definition(
    dataset: &Dataset,
    definition: &str,
) -> Result<(Dataset, usize), Diagnostic> {
    let rows = rows_at(dataset, &Key::from([(DEFINITION.to_owned(), definition.to_owned())]));
    let components = dataset.structure().components().iter();
    let structure = DataStructure::new(components.filter(|c| c.name != DEFINITION).cloned());
    let first = rows.first().copied().unwrap_or_default();
    Ok((Dataset::new(structure, dataset.take(&rows).batch())?, first))
}

/// The results of all definitions as one dataset, told apart by the identifier `DEFINITION`.
pub(crate) fn stack(
    structure: &DataStructure,
    results: &[(&str, Dataset)],
) -> Result<Dataset, Diagnostic> {
    let ids = results.iter().flat_map(|(id, result)| std::iter::repeat_n(*id, result.rows()));
    let mut names = vec![DEFINITION.to_owned()];
    let mut columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from(ids.collect::<Vec<_>>()))];
    for component in structure.components() {
        let bounded = results.iter().any(|(_, result)| result.is_bounded(&component.name));
        // A number that has bounds under one definition has them under all: its own value.
        let bounds = [low_column(&component.name), high_column(&component.name)];
        let of = |name: &str| {
            let column = |result: &Dataset| {
                let batch = result.batch();
                batch
                    .column_by_name(name)
                    .or_else(|| batch.column_by_name(&component.name))
                    .cloned()
            };
            results.iter().filter_map(|(_, result)| column(result)).collect::<Vec<ArrayRef>>()
        };
        let names_of_columns =
            std::iter::once(component.name.clone()).chain(bounds.into_iter().filter(|_| bounded));
        for name in names_of_columns {
            let arrays = of(&name);
            let arrays: Vec<_> = arrays.iter().map(AsRef::as_ref).collect();
            columns.push(concat(&arrays).map_err(wrong_columns)?);
            names.push(name);
        }
    }
    let fields =
        names.iter().zip(&columns).map(|(n, c)| Field::new(n, c.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(schema, columns).map_err(wrong_columns)?;
    Dataset::new(with_definition(structure), &batch)
}

fn wrong_columns(error: arrow::error::ArrowError) -> Diagnostic {
    Diagnostic::new(&WRONG_COLUMNS, Place::Nowhere, error.to_string())
}
