//! Lineage: which rows of the datasets read have fed a row.
//!
//! A traced plan has one column more, [`TRACE`]: a sorted list of row references without
//! repetition. Reading gives each row the reference to itself; whatever puts rows together merges
//! their lists. The rest of the plan is the same as on a normal run, which has no such column.

use crate::errors::{EngineError, Result};
use crate::functions::columns;
use arrow::array::{
    Array, ArrayRef, AsArray, ListArray, RecordBatch, UInt64Array,
    builder::{ListBuilder, UInt64Builder},
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, UInt64Type};
use datafusion::common::{Result as DfResult, ScalarValue};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, Expr, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, Volatility, WindowFrame, WindowFunctionDefinition,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The column of references.
pub(crate) const TRACE: &str = "#trace";

/// How many bits of a reference number the row; those above number the dataset.
const ROW_BITS: u32 = 40;

fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::UInt64, true)))
}

/// The batch with a column in which each row refers to itself as a row of the `source`th dataset;
/// to nothing if it is of none.
pub(crate) fn trace_column(batch: &RecordBatch, source: Option<usize>) -> Result<RecordBatch> {
    let rows = batch.num_rows();
    let references = source
        .into_iter()
        .flat_map(|source| (0..rows as u64).map(move |row| ((source as u64) << ROW_BITS) | row));
    let values = Arc::new(references.collect::<UInt64Array>());
    let item = Arc::new(Field::new("item", DataType::UInt64, true));
    let each = usize::from(source.is_some());
    let offsets = OffsetBuffer::from_lengths((0..rows).map(|_| each));
    let lists = ListArray::try_new(item, offsets, values, None)
        .map_err(|e| EngineError::internal(&e.to_string()))?;
    let mut fields: Vec<FieldRef> = batch.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(TRACE, list_type(), true)));
    let mut columns = batch.columns().to_vec();
    columns.push(Arc::new(lists));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| EngineError::internal(&e.to_string()))
}

/// The rows that a traced result's rows refer to, by dataset.
pub(crate) fn rows_by_source(
    batches: &[RecordBatch],
    sources: &[String],
) -> BTreeMap<String, Vec<usize>> {
    let mut rows: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for column in batches.iter().filter_map(|batch| batch.column_by_name(TRACE)) {
        for reference in references(column) {
            if let Some(source) = sources.get((reference >> ROW_BITS) as usize) {
                let row = (reference & ((1 << ROW_BITS) - 1)) as usize;
                rows.entry(source.clone()).or_default().insert(row);
            }
        }
    }
    rows.into_iter().map(|(source, rows)| (source, rows.into_iter().collect())).collect()
}

/// Every reference of a column of lists.
fn references(column: &ArrayRef) -> BTreeSet<u64> {
    let lists = column.as_list::<i32>();
    (0..lists.len())
        .filter(|&row| lists.is_valid(row))
        .flat_map(|row| lists.value(row).as_primitive::<UInt64Type>().values().to_vec())
        .collect()
}

/// The references of several columns of one row.
pub(crate) fn merged_trace(mut columns: Vec<Expr>) -> Expr {
    match columns.pop() {
        Some(only) if columns.is_empty() => only,
        last => {
            columns.extend(last);
            let signature =
                Signature::exact(vec![list_type(); columns.len()], Volatility::Immutable);
            ScalarUDF::new_from_impl(Merged { signature }).call(columns)
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Merged {
    signature: Signature,
}

impl ScalarUDFImpl for Merged {
    fn name(&self) -> &str {
        "merged_trace"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> DfResult<DataType> {
        Ok(list_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> DfResult<ColumnarValue> {
        let rows = args.number_rows;
        let columns = columns(args)?;
        let mut merged = ListBuilder::new(UInt64Builder::new());
        for row in 0..rows {
            let all: BTreeSet<u64> =
                columns.iter().flat_map(|column| references(&column.slice(row, 1))).collect();
            merged.append_value(all.into_iter().map(Some));
        }
        Ok(ColumnarValue::Array(Arc::new(merged.finish())))
    }
}

/// The references of all rows of a group.
pub(crate) fn merge_traces(column: Expr) -> Expr {
    merge().call(vec![column])
}

/// The references of all rows that agree in some columns.
pub(crate) fn merge_traces_over(column: Expr, partition_by: Vec<Expr>) -> Expr {
    let mut window = WindowFunction::new(
        WindowFunctionDefinition::AggregateUDF(Arc::new(merge())),
        vec![column],
    );
    window.params.partition_by = partition_by;
    window.params.window_frame = WindowFrame::new(None);
    Expr::from(window)
}

fn merge() -> AggregateUDF {
    let signature = Signature::exact(vec![list_type()], Volatility::Immutable);
    AggregateUDF::new_from_impl(Merge { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Merge {
    signature: Signature,
}

impl AggregateUDFImpl for Merge {
    fn name(&self) -> &str {
        "merge_traces"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> DfResult<DataType> {
        Ok(list_type())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> DfResult<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), list_type(), true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> DfResult<Box<dyn Accumulator>> {
        Ok(Box::new(References::default()))
    }
}

#[derive(Debug, Default)]
struct References(BTreeSet<u64>);

impl Accumulator for References {
    fn update_batch(&mut self, values: &[ArrayRef]) -> DfResult<()> {
        self.0.extend(references(&values[0]));
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> DfResult<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> DfResult<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> DfResult<ScalarValue> {
        let items: Vec<ScalarValue> =
            self.0.iter().map(|reference| ScalarValue::UInt64(Some(*reference))).collect();
        Ok(ScalarValue::List(ScalarValue::new_list(&items, &DataType::UInt64, true)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.len() * size_of::<u64>()
    }
}
