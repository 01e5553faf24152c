//! Rows of two batches put together in the order of their keys.

use super::Origin;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, GenericByteViewArray, Int64Array, MAX_INLINE_VIEW_LEN,
    RecordBatch, RecordBatchOptions, StringViewArray, UInt32Array, new_null_array,
};
use arrow::buffer::NullBuffer;
use arrow::compute::kernels::boolean::not;
use arrow::compute::{filter_record_batch, take, take_record_batch};
use arrow::datatypes::{DataType, Int64Type, SchemaRef, StringViewType};
use datafusion::common::{Result, internal_datafusion_err};
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

/// The key columns of a batch, none of whose keys is null.
#[derive(Clone, Debug)]
pub(super) struct Keys(Vec<Key>);

#[derive(Clone, Debug)]
enum Key {
    Integers(Int64Array),
    Text(StringViewArray),
}

impl Keys {
    /// The keys in these columns.
    fn of(batch: &RecordBatch, columns: &[usize]) -> Result<Self> {
        let key = |&column: &usize| match batch.column(column) {
            integers if *integers.data_type() == DataType::Int64 => {
                Ok(Key::Integers(integers.as_primitive::<Int64Type>().clone()))
            }
            text => text
                .as_string_view_opt()
                .map(|text| Key::Text(text.clone()))
                .ok_or_else(|| internal_datafusion_err!("a key of type {}", text.data_type())),
        };
        columns.iter().map(key).collect::<Result<_>>().map(Self)
    }

    #[inline]
    fn compare(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs
            .map(|(a, b)| a.compare(row, b, other_row))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Of the rows from `from` to `to`, the first that is not less than the other's row; the rows are
    /// in order. It is looked for near `from`.
    fn not_less(
        &self,
        Range { start: from, end: to }: Range<usize>,
        other: &Self,
        row: usize,
    ) -> usize {
        let is_less = |at: usize| self.compare(at, other, row).is_lt();
        let (mut low, mut step) = (from, 1);
        while low < to && is_less(low) {
            match low + step {
                next if next < to && is_less(next) => (low, step) = (next, step * 2),
                next => {
                    let (mut low, mut high) = (low + 1, next.min(to));
                    while low < high {
                        let middle = low.midpoint(high);
                        match is_less(middle) {
                            true => low = middle + 1,
                            false => high = middle,
                        }
                    }
                    return low;
                }
            }
        }
        low
    }
}

impl Key {
    #[inline]
    fn compare(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        match (self, other) {
            (Self::Integers(a), Self::Integers(b)) => a.value(row).cmp(&b.value(other_row)),
            (Self::Text(a), Self::Text(b)) => {
                let (short, view) = (MAX_INLINE_VIEW_LEN, a.views()[row]);
                let other = b.views()[other_row];
                if view as u32 <= short && other as u32 <= short {
                    let key = GenericByteViewArray::<StringViewType>::inline_key_fast;
                    return key(view).cmp(&key(other));
                }
                a.value(row).as_bytes().cmp(b.value(other_row).as_bytes())
            }
            // The two sides' keys have one type.
            _ => Ordering::Equal,
        }
    }
}

/// Rows in the order of their keys, of which none is null.
#[derive(Clone, Debug)]
pub(super) struct Ordered {
    rows: RecordBatch,
    keys: Keys,
}

impl Ordered {
    /// The rows whose keys are whole, in order, and those with a null in theirs, if there are any.
    pub(super) fn of(rows: RecordBatch, keys: &[usize]) -> Result<(Self, Option<RecordBatch>)> {
        let nulls = keys
            .iter()
            .fold(None, |nulls, &key| NullBuffer::union(nulls.as_ref(), rows.column(key).nulls()));
        let (rows, keyless) = match nulls.filter(|nulls| nulls.null_count() > 0) {
            None => (rows, None),
            Some(nulls) => {
                let whole = BooleanArray::new(nulls.into_inner(), None);
                let keyless = filter_record_batch(&rows, &not(&whole)?)?;
                (filter_record_batch(&rows, &whole)?, Some(keyless))
            }
        };
        let known = Keys::of(&rows, keys)?;
        let in_order = |row: usize| known.compare(row - 1, &known, row).is_le();
        if (1..rows.num_rows()).all(in_order) {
            return Ok((Self { rows, keys: known }, keyless));
        }
        let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
        order.sort_by(|&a, &b| known.compare(a as usize, &known, b as usize));
        let rows = take_record_batch(&rows, &UInt32Array::from(order))?;
        let keys = Keys::of(&rows, keys)?;
        Ok((Self { rows, keys }, keyless))
    }

    pub(super) fn num_rows(&self) -> usize {
        self.rows.num_rows()
    }

    /// The column of the key that comes first.
    pub(super) fn first_key(&self) -> Option<ArrayRef> {
        match self.keys.0.first()? {
            Key::Integers(key) => Some(Arc::new(key.clone())),
            Key::Text(key) => Some(Arc::new(key.clone())),
        }
    }

    pub(super) fn into_rows(self) -> RecordBatch {
        self.rows
    }

    /// The rows whose keys lie between the first and the last of `other`.
    pub(super) fn beside(&self, other: &Self) -> Range<usize> {
        let rows = self.num_rows();
        let Some(last) = other.num_rows().checked_sub(1) else { return 0..0 };
        let start = self.keys.not_less(0..rows, &other.keys, 0);
        let mut end = self.keys.not_less(start..rows, &other.keys, last);
        while end < rows && self.keys.compare(end, &other.keys, last).is_eq() {
            end += 1;
        }
        start..end
    }

    /// These rows, as they stand.
    pub(super) fn slice(&self, rows: &Range<usize>) -> RecordBatch {
        self.rows.slice(rows.start, rows.len())
    }
}

/// The merge of two batches at work.
pub(super) struct Merge {
    driving: Ordered,
    held: Arc<Ordered>,
    /// Which of the rows held may match.
    among: Range<usize>,
    /// The driving row to look at next.
    row: usize,
    /// How many matches of that row have been passed on.
    passed: usize,
}

/// What the result is made of.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) schema: SchemaRef,
    pub(super) columns: Vec<Origin>,
    /// Whether rows of the driving side that match nothing are kept.
    pub(super) outer: bool,
}

/// So many rows are passed on at once.
const ROWS: usize = 8192;

impl Merge {
    pub(super) fn new(driving: Ordered, held: Arc<Ordered>, among: Range<usize>) -> Self {
        Self { driving, held, among, row: 0, passed: 0 }
    }

    /// The next rows of the result; none are left when it gives none.
    pub(super) fn next(&mut self, output: &Output) -> Result<Option<RecordBatch>> {
        let rows = self.driving.num_rows();
        let mut left: Vec<u32> = Vec::with_capacity(ROWS);
        let mut right: Vec<Option<u32>> = Vec::with_capacity(ROWS);
        while self.row < rows && left.len() < ROWS {
            let Range { start, end } = self.among;
            // A row with the key of the one before matches the same rows again.
            self.among.start = self.held.keys.not_less(start..end, &self.driving.keys, self.row);
            let mut at = self.among.start + self.passed;
            while at < end
                && left.len() < ROWS
                && self.held.keys.compare(at, &self.driving.keys, self.row).is_eq()
            {
                left.push(self.row as u32);
                right.push(Some(at as u32));
                at += 1;
            }
            self.passed = at - self.among.start;
            if left.len() == ROWS && at < end {
                // There may be more of them.
                break;
            }
            if self.passed == 0 && output.outer {
                left.push(self.row as u32);
                right.push(None);
            }
            (self.row, self.passed) = (self.row + 1, 0);
        }
        if left.is_empty() {
            return Ok(None);
        }
        let (driving, held) = (&self.driving.rows, &self.held.rows);
        let (left, right) = (picked(&left), UInt32Array::from(right));
        let column = |origin: &Origin| match origin {
            Origin::Driving(column) => match &left {
                Picked::Range(rows) => Ok(driving.column(*column).slice(rows.start, rows.len())),
                Picked::Rows(rows) => take(driving.column(*column), rows, None),
            },
            Origin::Held(column) => take(held.column(*column), &right, None),
        };
        let columns = output.columns.iter().map(column).collect::<Result<_, _>>()?;
        output.batch(columns, right.len()).map(Some)
    }
}

enum Picked {
    Range(Range<usize>),
    Rows(UInt32Array),
}

fn picked(rows: &[u32]) -> Picked {
    let first = rows.first().copied().unwrap_or_default();
    match rows.iter().zip(first..).all(|(&row, expected)| row == expected) {
        true => Picked::Range(first as usize..first as usize + rows.len()),
        false => Picked::Rows(UInt32Array::from(rows.to_vec())),
    }
}

impl Output {
    /// Rows of the driving side alone.
    pub(super) fn unmatched(&self, driving: &RecordBatch) -> Result<RecordBatch> {
        let rows = driving.num_rows();
        let columns = self.columns.iter().zip(self.schema.fields());
        let column = |(origin, field): (&Origin, &Arc<arrow::datatypes::Field>)| match origin {
            Origin::Driving(column) => Arc::clone(driving.column(*column)),
            Origin::Held(_) => new_null_array(field.data_type(), rows),
        };
        self.batch(columns.map(column).collect(), rows)
    }

    fn batch(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }
}
