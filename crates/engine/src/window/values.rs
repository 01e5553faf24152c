//! What window functions give on sorted rows, column by column.

use crate::frequency::refuse_mixture;
use crate::sum::Statistic;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, Scalar, UInt64Array, make_comparator,
};
use arrow::compute::kernels::cmp::distinct;
use arrow::compute::kernels::zip::zip;
use arrow::compute::{SortOptions, is_not_null, take};
use datafusion::common::{Result, ScalarValue, internal_err};
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// A window function of at most one argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    /// The value so many rows further on; before and behind the partition, the default.
    Shift { by: i64, default: ScalarValue },
    /// The value in the first row of the frame.
    First,
    /// The value in the last row of the frame.
    Last,
    /// One more than how many rows of the partition come before the row and its peers.
    Rank,
    /// The place of the row in its partition, from 1.
    RowNumber,
    /// Of the frame.
    Statistic(Statistic),
    /// How many values of the frame are not null.
    Count,
    /// Of the frame.
    Least,
    /// Of the frame.
    Greatest,
    /// See [`crate::frequency::one_frequency`].
    OneFrequency,
}

/// Which rows of its partition a row sees: it moves on with the row and never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) start: Edge,
    pub(crate) end: Edge,
}

/// Where a frame starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Edge {
    /// With the partition.
    Partition,
    /// With the rows that the order leaves level with the current one.
    Peers,
    /// So many rows behind the current one; before it, if negative.
    Row(i64),
}

/// Sorted rows of whole partitions.
pub(crate) struct Partitioned<'a> {
    /// The rows of each partition.
    pub(crate) partitions: &'a Runs,
    /// The rows that are level in the order of the function.
    pub(crate) peers: &'a Runs,
}

/// Stretches of rows, from the first row to the last without a gap.
#[derive(Clone, Debug)]
pub(crate) struct Runs {
    ranges: Vec<Range<usize>>,
    /// To which of them each row belongs.
    of_row: Vec<u32>,
}

impl Runs {
    /// One stretch of that many rows; none of no rows.
    pub(crate) fn one(rows: usize) -> Self {
        Self { ranges: (rows > 0).then_some(0..rows).into_iter().collect(), of_row: vec![0; rows] }
    }

    /// The rows of each stretch.
    pub(crate) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    fn rows(&self) -> usize {
        self.of_row.len()
    }

    fn of(&self, row: usize) -> &Range<usize> {
        &self.ranges[self.of_row[row] as usize]
    }

    /// The stretches between two rows at which one starts, counted from the first of these.
    pub(crate) fn within(&self, rows: Range<usize>) -> Self {
        let from = |range: &Range<usize>| range.start - rows.start..range.end - rows.start;
        let within = self.ranges.iter().filter(|range| rows.contains(&range.start));
        let of_row = &self.of_row[rows.clone()];
        Self {
            ranges: within.map(from).collect(),
            of_row: of_row.iter().map(|run| run - of_row[0]).collect(),
        }
    }

    /// These stretches cut wherever a column changes.
    pub(crate) fn cut(&self, columns: &[ArrayRef]) -> Result<Self> {
        let mut changes = vec![false; self.rows()];
        for range in &self.ranges {
            changes[range.start] = true;
        }
        let pairs = self.rows().saturating_sub(1);
        for column in columns {
            let differs = distinct(&column.slice(0, pairs), &column.slice(pairs.min(1), pairs))?;
            differs.values().set_indices().for_each(|row| changes[row + 1] = true);
        }
        let starts = (0..changes.len()).filter(|&row| changes[row]);
        let ends = starts.clone().skip(1).chain([changes.len()]);
        let ranges = starts.zip(ends).map(|(start, end)| start..end).collect();
        let mut run = 0;
        let of_row = changes
            .iter()
            .enumerate()
            .map(|(row, changes)| {
                run += u32::from(*changes && row > 0);
                run
            })
            .collect();
        Ok(Self { ranges, of_row })
    }
}

impl Frame {
    /// The rows that a row sees.
    fn of(self, row: usize, rows: &Partitioned<'_>) -> Range<usize> {
        let partition = rows.partitions.of(row);
        let at = |by: i64, next: i64| {
            let (first, last) = (partition.start as i64, partition.end as i64);
            (row as i64 + next).saturating_add(by).clamp(first, last) as usize
        };
        let start = match self.start {
            Edge::Partition => partition.start,
            Edge::Peers => rows.peers.of(row).start,
            Edge::Row(by) => at(by, 0),
        };
        let end = match self.end {
            Edge::Partition => partition.end,
            Edge::Peers => rows.peers.of(row).end,
            Edge::Row(by) => at(by, 1),
        };
        start..end.max(start)
    }

    /// Whether it depends on which rows are level.
    pub(crate) fn has_peers(self) -> bool {
        self.start == Edge::Peers || self.end == Edge::Peers
    }
}

impl Function {
    /// Its results, row by row; `argument` has a value for each row.
    pub(crate) fn values(
        &self,
        argument: Option<&ArrayRef>,
        frame: Frame,
        rows: &Partitioned<'_>,
    ) -> Result<ArrayRef> {
        let count = rows.partitions.rows();
        let frames = (0..count).map(|row| frame.of(row, rows));
        let start_of = |row| rows.partitions.of(row).start;
        Ok(match (self, argument) {
            (Self::Rank, _) => {
                let places = (0..count).map(|row| rows.peers.of(row).start - start_of(row) + 1);
                Arc::new(UInt64Array::from_iter_values(places.map(|place| place as u64)))
            }
            (Self::RowNumber, _) => {
                let places = (0..count).map(|row| row - start_of(row) + 1);
                Arc::new(UInt64Array::from_iter_values(places.map(|place| place as u64)))
            }
            (_, None) => return internal_err!("a window function without its argument"),
            (Self::Shift { by, default }, Some(values)) => {
                shifted(values, *by, default, rows.partitions)?
            }
            (Self::First, Some(values)) => {
                let first = |frame: Range<usize>| (!frame.is_empty()).then_some(frame.start as u64);
                take(values, &frames.map(first).collect::<UInt64Array>(), None)?
            }
            (Self::Last, Some(values)) => {
                let last = |frame: Range<usize>| (!frame.is_empty()).then(|| frame.end as u64 - 1);
                take(values, &frames.map(last).collect::<UInt64Array>(), None)?
            }
            (Self::Statistic(statistic), Some(values)) => statistic.over(values, frames)?,
            (Self::Count, Some(values)) => counted(values, frames),
            (Self::Least, Some(values)) => extreme(values, frames, false)?,
            (Self::Greatest, Some(values)) => extreme(values, frames, true)?,
            (Self::OneFrequency, Some(periods)) => {
                // The frames of a partition leave no gap between them.
                let seen = rows.partitions.ranges().iter().map(|partition| {
                    let first = frame.of(partition.start, rows).start;
                    first..frame.of(partition.end - 1, rows).end.max(first)
                });
                refuse_mixture(periods, seen)?;
                Arc::new(BooleanArray::from(vec![true; count]))
            }
        })
    }

    /// Whether it depends on which rows are level, whatever its frame.
    pub(crate) fn has_peers(&self) -> bool {
        *self == Self::Rank
    }
}

fn shifted(
    values: &ArrayRef,
    by: i64,
    default: &ScalarValue,
    partitions: &Runs,
) -> Result<ArrayRef> {
    let from = |row: usize| {
        let from = usize::try_from((row as i64).saturating_add(by)).ok()?;
        partitions.of(row).contains(&from).then_some(from as u64)
    };
    let from: UInt64Array = (0..values.len()).map(from).collect();
    let moved = take(values, &from, None)?;
    if default.is_null() {
        return Ok(moved);
    }
    let default = default.cast_to(values.data_type())?.to_array()?;
    Ok(zip(&is_not_null(&from)?, &moved, &Scalar::new(default))?)
}

fn counted(values: &ArrayRef, frames: impl Iterator<Item = Range<usize>>) -> ArrayRef {
    let nulls = values.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    Arc::new(match nulls {
        None => Int64Array::from_iter_values(frames.map(|frame| frame.len() as i64)),
        Some(nulls) => {
            let before = nulls.iter().scan(0, |before, valid| {
                *before += i64::from(valid);
                Some(*before)
            });
            let before: Vec<i64> = std::iter::once(0).chain(before).collect();
            Int64Array::from_iter_values(
                frames.map(|frame| before[frame.end] - before[frame.start]),
            )
        }
    })
}

/// The least or greatest value of each frame. The candidates are the rows of the frame that no later
/// one outdoes: the first is the best, and each is outdone by those before it.
fn extreme(
    values: &ArrayRef,
    frames: impl Iterator<Item = Range<usize>>,
    greatest: bool,
) -> Result<ArrayRef> {
    let options = SortOptions { descending: greatest, nulls_first: false };
    let compare = make_comparator(values, values, options)?;
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let mut next = 0;
    let best = frames.map(|frame| {
        next = next.max(frame.start);
        for row in next..frame.end {
            if values.is_valid(row) {
                while candidates
                    .pop_back_if(|last| compare(*last, row) == Ordering::Greater)
                    .is_some()
                {}
                candidates.push_back(row);
            }
        }
        next = next.max(frame.end);
        while candidates.pop_front_if(|first| *first < frame.start).is_some() {}
        candidates.front().map(|row| *row as u64)
    });
    Ok(take(values, &best.collect::<UInt64Array>(), None)?)
}

/// In each stretch of level rows, the order of its rows by further keys: which row comes in which
/// place. None if every row stays.
pub(crate) fn settled_order(
    peers: &Runs,
    keys: &[(ArrayRef, SortOptions)],
) -> Result<Option<UInt64Array>> {
    let comparators = keys
        .iter()
        .map(|(values, options)| make_comparator(values, values, *options))
        .collect::<Result<Vec<_>, _>>()?;
    let compare = |a: &u64, b: &u64| {
        let mut of_keys = comparators.iter().map(|compare| compare(*a as usize, *b as usize));
        of_keys.find(|of_key| of_key.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut order: Vec<u64> = (0..peers.rows() as u64).collect();
    let mut moved = false;
    for level in peers.ranges().iter().filter(|level| level.len() > 1) {
        let level = &mut order[level.clone()];
        if !level.is_sorted_by(|a, b| compare(a, b).is_le()) {
            level.sort_by(compare);
            moved = true;
        }
    }
    Ok(moved.then(|| order.into()))
}
