//! Observations of an indicator as its dataflow has them, to be written in any format.

use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use olshem_account::{IndicatorTable, Row};
use olshem_formats::identifier;
use olshem_formats::message::{Description, Lines, Observations, Variable, Writer};
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Role};
use std::path::Path;
use std::sync::Arc;

/// As many observations as a batch has.
const BATCH: usize = 8192;

pub(crate) struct Dataset<'r> {
    pub(crate) description: Description,
    /// What each of its variables is in the table.
    columns: Vec<Column>,
    rows: Vec<&'r Row>,
    number: fn(f64) -> String,
}

impl<'r> Dataset<'r> {
    pub(super) fn new(description: Description, columns: Vec<Column>, rows: Vec<&'r Row>) -> Self {
        Self { description, columns, rows, number: exact }
    }

    /// How many observations there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The same for a spreadsheet: bounds are measures beside the value, called by these names, or
    /// left out where they are `None`; and numbers have no more digits than a cell.
    pub(crate) fn for_spreadsheet(mut self, bounds: Option<[Labels; 2]>) -> Self {
        let variables = std::mem::take(&mut self.description.variables);
        let [low, high] = bounds.clone().unwrap_or_default();
        let both = variables.into_iter().zip(self.columns);
        let mut both: Vec<(Variable, Column)> = both
            .filter(|(_, column)| bounds.is_some() || !matches!(column, Column::Low | Column::High))
            .collect();
        for (variable, column) in &mut both {
            let names = match column {
                Column::Low => &low,
                Column::High => &high,
                _ => continue,
            };
            variable.component.role = Role::Measure;
            variable.names.clone_from(names);
        }
        both.sort_by_key(|(variable, _)| variable.component.role);
        (self.description.variables, self.columns) = both.into_iter().unzip();
        self.number = of_fifteen_digits;
        self
    }

    pub(crate) fn write(self, writer: &mut dyn Writer) -> Result<(), Diagnostic> {
        writer.dataset(self.description)?;
        for rows in self.rows.chunks(BATCH) {
            // Columns of one length in a schema made for them.
            if let Ok(batch) = batch(&self.columns, rows, self.number) {
                let origins = Lines { file: Arc::from(Path::new("")), lines: Vec::new() };
                writer.observations(Observations { batch, origins: Arc::new(origins) })?;
            }
        }
        Ok(())
    }
}

/// What a variable's values are.
pub(super) enum Column {
    Dimension(usize),
    Value,
    Low,
    High,
    Attribute(String),
    /// A measure beside the one that is the indicator.
    Nothing,
}

/// What each variable of a data set is in the table.
pub(super) fn columns(table: &IndicatorTable, variables: &[Variable]) -> Vec<Column> {
    let attributes = table.attributes();
    // The structure has them in the order of the table.
    let mut dimensions = 0..table.dimensions.len();
    let column = |variable: &Variable| {
        let name = variable.component.name.as_str();
        match variable.component.role {
            Role::Identifier => dimensions.next().map_or(Column::Nothing, Column::Dimension),
            Role::Measure if name == identifier(&table.measure) => Column::Value,
            Role::Measure => Column::Nothing,
            Role::Attribute | Role::ViralAttribute => {
                let own = attributes.iter().find(|own| identifier(own) == name);
                match own {
                    Some(own) => Column::Attribute((*own).to_owned()),
                    None if name == identifier(&format!("{}_LOW", table.measure)) => Column::Low,
                    None if name == identifier(&format!("{}_HIGH", table.measure)) => Column::High,
                    None => Column::Nothing,
                }
            }
        }
    };
    variables.iter().map(column).collect()
}

/// As the download has them: the shortest text that means the very number.
fn exact(number: f64) -> String {
    number.to_string()
}

/// The shortest text that means the same to a spreadsheet.
fn of_fifteen_digits(number: f64) -> String {
    format!("{number:.14e}").parse().map_or_else(|_| exact(number), exact)
}

fn batch(
    columns: &[Column],
    rows: &[&Row],
    text: fn(f64) -> String,
) -> Result<RecordBatch, ArrowError> {
    let fields = (0..columns.len())
        .map(|place| Field::new(place.to_string(), DataType::Utf8View, true))
        .collect::<Vec<_>>();
    let arrays = columns.iter().map(|column| {
        let mut array = StringViewBuilder::new();
        for row in rows {
            let number = |number: Option<f64>| number.map(text);
            match column {
                Column::Dimension(at) => array.append_option(row.key.get(*at)),
                Column::Value => array.append_option(number(row.value)),
                Column::Low => array.append_option(number(row.low)),
                Column::High => array.append_option(number(row.high)),
                Column::Attribute(name) => array.append_option(row.attributes.get(name)),
                Column::Nothing => array.append_null(),
            }
        }
        Arc::new(array.finish()) as ArrayRef
    });
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect())
}
