//! A dataset in memory: a data structure and Arrow columns.

use crate::Input;
use crate::errors::{DUPLICATE_KEY, FAILED, NULL_IDENTIFIER, WRONG_COLUMNS};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{
    SortColumn, SortOptions, cast, lexsort_to_indices, partition, take_record_batch,
};
use arrow::datatypes::{DataType as ArrowType, Field, Float64Type, Int64Type, Schema};
use olshem_model::structure::{high_column, low_column};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A structure and the rows that it describes, in one record batch.
///
/// Each component is a column of its name: [`arrow_type`] says of which Arrow type. A number that
/// is known only within bounds has two columns more, [`low_column`] and [`high_column`]; a null
/// there means that the number is missing, an infinity that nothing bounds it on that side. The
/// value itself may then be null even though the bounds are known.
#[derive(Clone, Debug)]
pub struct Dataset {
    structure: DataStructure,
    batch: RecordBatch,
    /// Components, no numbers, whose null may mean that bounds leave several values possible.
    unsettled: BTreeSet<String>,
}

/// The Arrow type of text. Most codes and periods are short enough to stand in the view itself, which
/// makes comparing them a comparison of two numbers.
pub(crate) const TEXT: ArrowType = ArrowType::Utf8View;

/// The Arrow type in which values of a scalar type are held. Temporal values are held as their
/// canonical text.
pub fn arrow_type(data_type: DataType) -> ArrowType {
    match data_type {
        DataType::Integer => ArrowType::Int64,
        DataType::Number => ArrowType::Float64,
        DataType::Boolean => ArrowType::Boolean,
        DataType::String
        | DataType::TimePeriod
        | DataType::Date
        | DataType::Time
        | DataType::Duration => TEXT,
    }
}

impl Dataset {
    /// A dataset of these rows, sorted by its identifiers. Text may be of any of Arrow's types of text.
    ///
    /// # Errors
    ///
    /// Columns missing or of another type, identifiers null or not unique.
    pub fn new(structure: DataStructure, batch: &RecordBatch) -> Result<Self, Diagnostic> {
        let batch = in_structure_order(&structure, batch)?;
        refuse_null_identifiers(&structure, &batch)?;
        refuse_infinite(&structure, &batch)?;
        let batch = sorted(&structure, &batch);
        refuse_neighbours(&structure, &batch)?;
        Ok(Self { structure, batch, unsettled: BTreeSet::new() })
    }

    /// A dataset of that structure without observations.
    pub fn empty(structure: DataStructure) -> Self {
        let fields: Vec<Field> = structure
            .components()
            .iter()
            .map(|c| Field::new(&c.name, arrow_type(c.data_type), true))
            .collect();
        let batch = RecordBatch::new_empty(Arc::new(Schema::new(fields)));
        Self { structure, batch, unsettled: BTreeSet::new() }
    }

    /// Its structure.
    pub fn structure(&self) -> &DataStructure {
        &self.structure
    }

    /// Its rows, in the order of its identifiers: the columns of the structure, then those of bounds.
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// How many observations it has.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether that measure is known only within bounds.
    pub fn is_bounded(&self, measure: &str) -> bool {
        self.batch.column_by_name(&low_column(measure)).is_some()
    }

    /// Whether that component's null may mean that bounds leave several values possible.
    pub fn is_unsettled(&self, measure: &str) -> bool {
        self.unsettled.contains(measure)
    }

    pub(crate) fn with_unsettled(self, unsettled: BTreeSet<String>) -> Self {
        Self { unsettled, ..self }
    }

    /// The same structure with only the given rows, in the order of this dataset.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let mut indices: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
        indices.sort_unstable();
        indices.dedup();
        Self { batch: take(&self.batch, &indices.into()), ..self.clone() }
    }

    /// The value of a component in a row.
    pub fn value(&self, row: usize, component: &str) -> Option<Scalar> {
        self.batch.column_by_name(component).and_then(|column| scalar_at(column, row))
    }

    /// The number in a row with its bounds, `None` where it is missing. A number without bounds is
    /// its own.
    pub fn number(&self, row: usize, measure: &str) -> Option<Bounded> {
        let at = |column: &str| match scalar_at(self.batch.column_by_name(column)?, row)? {
            Scalar::Number(number) => Some(number.value?),
            Scalar::Integer(integer) => Some(integer as f64),
            _ => None,
        };
        if self.is_bounded(measure) {
            let (low, high) = (at(&low_column(measure))?, at(&high_column(measure))?);
            Some(Bounded { low, value: at(measure), high })
        } else {
            at(measure).map(Bounded::exact)
        }
    }
}

/// Each row has a whole key.
pub(crate) fn refuse_null_identifiers(
    structure: &DataStructure,
    batch: &RecordBatch,
) -> Result<(), Diagnostic> {
    let is_null = |id: &&Component| {
        batch.column_by_name(&id.name).is_some_and(|column| column.null_count() > 0)
    };
    match structure.identifiers().find(is_null) {
        None => Ok(()),
        Some(id) => {
            let message = format!("identifier {} is empty in a row", id.name);
            Err(Diagnostic::new(&NULL_IDENTIFIER, Place::Nowhere, message))
        }
    }
}

/// No number is beyond the largest that there is; only bounds may be.
pub(crate) fn refuse_infinite(
    structure: &DataStructure,
    batch: &RecordBatch,
) -> Result<(), Diagnostic> {
    let is_infinite = |component: &&Component| {
        let column = batch.column_by_name(&component.name);
        let numbers = column.and_then(|column| column.as_primitive_opt::<Float64Type>());
        numbers.is_some_and(|n| n.iter().flatten().any(|number| !number.is_finite()))
    };
    match structure.components().iter().find(is_infinite) {
        None => Ok(()),
        Some(component) => {
            let message = format!("a number of {} is too large", component.name);
            Err(Diagnostic::new(&FAILED, Place::Nowhere, message))
        }
    }
}

/// Rows that are sorted by their identifiers have each a key of its own: those with one key would be
/// neighbours.
pub(crate) fn refuse_neighbours(
    structure: &DataStructure,
    batch: &RecordBatch,
) -> Result<(), Diagnostic> {
    let keys: Vec<(&Component, &ArrayRef)> = structure
        .identifiers()
        .filter_map(|id| Some((id, batch.column_by_name(&id.name)?)))
        .collect();
    let duplicate = if keys.is_empty() {
        (batch.num_rows() > 1).then_some(1)
    } else {
        let columns: Vec<ArrayRef> = keys.iter().map(|(_, column)| Arc::clone(column)).collect();
        let groups = partition(&columns)
            .map_err(|e| Diagnostic::new(&WRONG_COLUMNS, Place::Nowhere, e.to_string()))?;
        let shared = groups.ranges().into_iter().find(|range| range.len() > 1);
        shared.map(|range| range.start)
    };
    let Some(row) = duplicate else { return Ok(()) };
    let key: Vec<String> = keys
        .iter()
        .filter_map(|(id, column)| Some(format!("{} = {}", id.name, scalar_at(column, row)?)))
        .collect();
    let message = if key.is_empty() {
        "more than one observation, and no identifier to tell them apart".to_owned()
    } else {
        format!("more than one observation has {}", key.join(", "))
    };
    Err(Diagnostic::new(&DUPLICATE_KEY, Place::Nowhere, message))
}

/// The columns of the structure in its order, each followed at the end by its bounds if it has any.
pub(crate) fn in_structure_order(
    structure: &DataStructure,
    batch: &RecordBatch,
) -> Result<RecordBatch, Diagnostic> {
    let wrong = |message| Diagnostic::new(&WRONG_COLUMNS, Place::Nowhere, message);
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    let mut bounds = Vec::new();
    for Component { name, data_type, .. } in structure.components() {
        let column = batch
            .column_by_name(name)
            .ok_or_else(|| wrong(format!("component {name} has no column")))?;
        let (is, should) = (column.data_type(), arrow_type(*data_type));
        let column = match is == &should {
            true => Arc::clone(column),
            false if is.is_string() && should == TEXT => {
                cast(column, &TEXT).map_err(|e| wrong(e.to_string()))?
            }
            false => {
                return Err(wrong(format!("column {name} is {is}, and {data_type} is {should}")));
            }
        };
        fields.push(Field::new(name, should, true));
        columns.push(column);
        for bound in [low_column(name), high_column(name)] {
            if let Some(column) = batch.column_by_name(&bound) {
                if *column.data_type() != ArrowType::Float64 {
                    return Err(wrong(format!("column {bound} is not Float64")));
                }
                bounds.push((Field::new(bound, ArrowType::Float64, true), Arc::clone(column)));
            }
        }
    }
    for (field, column) in bounds {
        fields.push(field);
        columns.push(column);
    }
    RecordBatch::try_new_with_options(
        Arc::new(Schema::new(fields)),
        columns,
        &arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows())),
    )
    .map_err(|e| wrong(e.to_string()))
}

fn sorted(structure: &DataStructure, batch: &RecordBatch) -> RecordBatch {
    let keys: Vec<SortColumn> = structure
        .identifiers()
        .filter_map(|id| batch.column_by_name(&id.name))
        .map(|values| SortColumn {
            values: Arc::clone(values),
            options: Some(SortOptions::default()),
        })
        .collect();
    match lexsort_to_indices(&keys, None) {
        Ok(order) => take(batch, &order),
        // No identifiers: there is at most one row, in the only order there is.
        Err(_) => batch.clone(),
    }
}

fn take(batch: &RecordBatch, rows: &UInt32Array) -> RecordBatch {
    // The indices come from the batch itself, so none is out of range.
    take_record_batch(batch, rows).unwrap_or_else(|_| batch.clone())
}

/// A single value. Temporal values are text.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Scalar {
    Boolean(bool),
    Integer(i64),
    /// A number, perhaps known only within bounds.
    Number(Estimate),
    String(String),
    Null(DataType),
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::Number(Estimate { value: Some(value), bounds: None })
    }
}

impl From<Bounded> for Scalar {
    fn from(Bounded { low, value, high }: Bounded) -> Self {
        Self::Number(Estimate { value, bounds: Some((low, high)) })
    }
}

/// A number with or without bounds; without bounds it has a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The single best value, where there is one.
    pub value: Option<f64>,
    /// From and to, where the number is known only so far.
    pub bounds: Option<(f64, f64)>,
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(Estimate { value: Some(value), .. }) => write!(f, "{value}"),
            Self::Number(Estimate { bounds: Some((low, high)), .. }) => write!(f, "{low}..{high}"),
            Self::Number(_) | Self::Null(_) => f.write_str("null"),
            Self::String(value) => f.write_str(value),
        }
    }
}

/// A number known within bounds: `low <= value <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// No less than this; minus infinity where nothing bounds it from below.
    pub low: f64,
    /// The single best value, where there is one.
    pub value: Option<f64>,
    /// No more than this; infinity where nothing bounds it from above.
    pub high: f64,
}

impl Bounded {
    /// A number that is known exactly.
    pub fn exact(value: f64) -> Self {
        Self { low: value, value: Some(value), high: value }
    }
}

fn scalar_at(column: &ArrayRef, row: usize) -> Option<Scalar> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        ArrowType::Boolean => Some(Scalar::Boolean(column.as_boolean().value(row))),
        ArrowType::Int64 => Some(Scalar::Integer(column.as_primitive::<Int64Type>().value(row))),
        ArrowType::Float64 => Some(column.as_primitive::<Float64Type>().value(row).into()),
        ArrowType::Utf8View => Some(Scalar::String(column.as_string_view().value(row).to_owned())),
        _ => None,
    }
}

/// What the names in a program stand for: inputs, and results as they come.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// Datasets by name.
    pub datasets: BTreeMap<String, Dataset>,
    /// Datasets that are read when they are needed, by name.
    pub inputs: BTreeMap<String, Arc<dyn Input>>,
    /// Scalars by name.
    pub scalars: BTreeMap<String, Scalar>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float64Array, StringArray};

    fn dataset(ids: &[Option<&str>], values: &[f64]) -> Result<Dataset, Diagnostic> {
        let structure = DataStructure::new([
            Component::identifier("REGION", DataType::String),
            Component::measure("GVA", DataType::Number),
        ]);
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("REGION", Arc::new(ids.iter().copied().collect::<StringArray>()) as ArrayRef, true),
            ("GVA", Arc::new(Float64Array::from(values.to_vec())) as ArrayRef, true),
        ])
        .unwrap();
        Dataset::new(structure, &batch)
    }

    #[test]
    fn rows_are_in_the_order_of_their_identifiers() {
        let sorted =
            dataset(&[Some("KZ75"), Some("KZ10"), Some("KZ71")], &[1.0, 2.0, 3.0]).unwrap();
        let regions: Vec<_> = (0..3).map(|row| sorted.value(row, "REGION").unwrap()).collect();
        assert_eq!(regions, ["KZ10", "KZ71", "KZ75"].map(|r| Scalar::String(r.into())));
        assert_eq!(sorted.number(2, "GVA"), Some(Bounded::exact(1.0)));
        assert_eq!(dataset(&[], &[]).unwrap().rows(), 0);
    }

    #[test]
    fn every_observation_has_a_key_of_its_own() {
        let twice = dataset(&[Some("KZ75"), Some("KZ10"), Some("KZ75")], &[1.0, 2.0, 3.0]);
        let fault = twice.unwrap_err();
        assert_eq!(fault.code.id, "E003");
        assert_eq!(fault.message, "more than one observation has REGION = KZ75");
        assert_eq!(dataset(&[Some("KZ75"), None], &[1.0, 2.0]).unwrap_err().code.id, "E004");
    }

    #[test]
    fn columns_are_those_of_the_structure() {
        let structure = DataStructure::new([Component::measure("GVA", DataType::Integer)]);
        let batch = RecordBatch::try_from_iter([(
            "GVA",
            Arc::new(Float64Array::from(vec![1.0])) as ArrayRef,
        )])
        .unwrap();
        let fault = Dataset::new(structure, &batch).unwrap_err();
        assert_eq!(fault.message, "column GVA is Float64, and integer is Int64");
    }
}
