//! Whether every observation has a key of its own, seen while the rows stream by.
//!
//! A register is most often sorted, by its identifiers in one order or another. Then comparing each
//! row with the one before is enough, and of each batch only the first and last key are kept: if
//! these ranges don't touch one another, no key occurs twice. Which order to expect is guessed from
//! the first rows.
//!
//! Rows in no order are told apart by a hash of 64 bits, which are sorted in the end. Two that agree
//! are a suspicion only, since different keys may share a hash; whoever asks has to look at those
//! rows. If a file looked sorted and then was not, what has been seen decides nothing
//! ([`Verdict::Unknown`]), and the keys have to be read again.

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, MAX_INLINE_VIEW_LEN, UInt32Array};
use arrow::compute::kernels::cmp::{eq, lt};
use arrow::compute::{SortColumn, kernels::boolean::not};
use arrow::compute::{and, and_not, concat, lexsort_to_indices, or, take};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;
use std::sync::{Mutex, PoisonError};

/// What is known once all rows have been seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No key occurs twice.
    Unique,
    /// Keys with these hashes may occur twice.
    Suspect(Vec<u64>),
    /// Look again, with hashes.
    Unknown,
}

/// All keys seen so far, from any number of threads.
#[derive(Debug)]
pub(super) struct Keys {
    way: Way,
    /// About how many hashes a thread will put into a bucket. A bucket that grew by doubling could
    /// take twice the memory.
    in_bucket: usize,
    seen: Mutex<Seen>,
}

/// How keys are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// The rows are expected in the order of the identifiers at these places.
    Order(Vec<usize>),
    Hashes,
}

/// What one thread has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    rows: usize,
    /// The first and last key of each batch.
    ends: Vec<Vec<ArrayRef>>,
    disorder: bool,
    /// By their first bits, so that each part can be sorted on its own.
    hashes: Vec<Vec<u64>>,
}

/// How many parts the hashes are kept in.
const BUCKETS: usize = 256;

impl Keys {
    /// Keys whose order is guessed from the first rows; a thread will see about so many.
    pub(super) fn guess(first: &[ArrayRef], rows: usize) -> Self {
        let way = order_of(first).map_or(Way::Hashes, Way::Order);
        Self { way, ..Self::hashed(rows) }
    }

    /// Keys in no order, of which a thread will see about so many.
    pub(super) fn hashed(rows: usize) -> Self {
        // What a file says of its length need not be true.
        let in_bucket = (rows / BUCKETS + rows / BUCKETS / 16).min(1 << 18);
        Self { way: Way::Hashes, in_bucket, seen: Mutex::default() }
    }

    /// Takes note of a batch's keys: its identifiers, of which none is null.
    pub(super) fn see(&self, keys: &[ArrayRef], seen: &mut Seen) -> Result<(), ArrowError> {
        let Some(first) = keys.first().filter(|first| !first.is_empty()) else {
            return Ok(());
        };
        seen.rows += first.len();
        match &self.way {
            Way::Order(order) if !seen.disorder => {
                let ordered: Vec<ArrayRef> = order.iter().map(|&at| keys[at].clone()).collect();
                if is_increasing(&ordered)? {
                    let ends = UInt32Array::from(vec![0, first.len() as u32 - 1]);
                    let ends = ordered.iter().map(|key| take(key, &ends, None));
                    seen.ends.push(ends.collect::<Result<_, _>>()?);
                } else {
                    seen.disorder = true;
                }
            }
            Way::Order(_) => {}
            Way::Hashes => {
                let bucket = || Vec::with_capacity(self.in_bucket);
                seen.hashes.resize_with(BUCKETS, bucket);
                for hash in hashes(keys) {
                    seen.hashes[(hash >> 56) as usize].push(hash);
                }
            }
        }
        Ok(())
    }

    /// Adds what another thread has seen.
    pub(super) fn merge(&self, theirs: Seen) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.rows += theirs.rows;
        all.ends.extend(theirs.ends);
        all.disorder |= theirs.disorder;
        if all.hashes.is_empty() {
            all.hashes = theirs.hashes;
        } else {
            for (mine, theirs) in all.hashes.iter_mut().zip(theirs.hashes) {
                mine.reserve_exact(theirs.len());
                mine.extend(theirs);
            }
        }
    }

    /// What follows from all that was seen.
    pub(super) fn verdict(self, threads: usize) -> Result<Verdict, ArrowError> {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        match self.way {
            Way::Order(_) if seen.disorder => Ok(Verdict::Unknown),
            Way::Order(_) => match are_apart(&seen.ends)? {
                true => Ok(Verdict::Unique),
                false => Ok(Verdict::Unknown),
            },
            Way::Hashes => {
                let repeated = repeated(seen.hashes, threads);
                match repeated.is_empty() {
                    true => Ok(Verdict::Unique),
                    false => Ok(Verdict::Suspect(repeated)),
                }
            }
        }
    }
}

/// The order of the columns in which these rows are sorted, each different from the next; none if
/// there is no such order.
fn order_of(keys: &[ArrayRef]) -> Option<Vec<usize>> {
    let rows = keys.first()?.len();
    // Which rows agree with the row after them in all columns chosen so far.
    let mut level = BooleanArray::from(vec![true; rows.saturating_sub(1)]);
    let mut order = Vec::new();
    while order.len() < keys.len() {
        let mut best: Option<(usize, usize, BooleanArray)> = None;
        for (at, key) in keys.iter().enumerate() {
            if order.contains(&at) {
                continue;
            }
            let (less, same) = steps(key).ok()?;
            let backwards = and(&level, &not(&or(&less, &same).ok()?).ok()?).ok()?;
            let next = and(&level, &same).ok()?;
            // Of several that never step back, the one with the fewest steps comes first: in a file
            // sorted by year and unit, the first rows are all of one year.
            let is_better = best.as_ref().is_none_or(|(_, level, _)| next.true_count() > *level);
            if !backwards.has_true() && is_better {
                best = Some((at, next.true_count(), next));
            }
        }
        let (at, _, next) = best?;
        order.push(at);
        level = next;
    }
    (!level.has_true()).then_some(order)
}

/// For each row but the last, whether the next is greater, and whether it is the same.
fn steps(key: &ArrayRef) -> Result<(BooleanArray, BooleanArray), ArrowError> {
    let pairs = key.len().saturating_sub(1);
    let (rows, next) = (key.slice(0, pairs), key.slice(key.len() - pairs, pairs));
    Ok((lt(&rows, &next)?, eq(&rows, &next)?))
}

/// Whether no row is greater than the next.
pub(super) fn never_falls(key: &ArrayRef) -> bool {
    steps(key).and_then(|(less, same)| or(&less, &same)).is_ok_and(|rises| !rises.has_false())
}

/// Whether each row is less than the next.
fn is_increasing(keys: &[ArrayRef]) -> Result<bool, ArrowError> {
    let mut level: Option<BooleanArray> = None;
    for key in keys {
        let (less, same) = steps(key)?;
        let (undecided, same) = match &level {
            None => (not(&less)?, same),
            Some(level) => (and_not(level, &less)?, and(level, &same)?),
        };
        if undecided.true_count() > same.true_count() {
            return Ok(false);
        }
        if !same.has_true() {
            return Ok(true);
        }
        level = Some(same);
    }
    Ok(level.is_none_or(|level| !level.has_true()))
}

/// Whether the ranges between each pair of first and last key are apart from one another.
fn are_apart(ends: &[Vec<ArrayRef>]) -> Result<bool, ArrowError> {
    let Some(columns) = ends.first().map(Vec::len) else { return Ok(true) };
    let column = |at: usize| -> Result<ArrayRef, ArrowError> {
        concat(&ends.iter().map(|end| end[at].as_ref()).collect::<Vec<_>>())
    };
    let all = (0..columns).map(column).collect::<Result<Vec<_>, _>>()?;
    let firsts = UInt32Array::from_iter_values((0..ends.len() as u32).map(|end| 2 * end));
    let by_first = all
        .iter()
        .map(|column| Ok(SortColumn { values: take(column, &firsts, None)?, options: None }))
        .collect::<Result<Vec<_>, ArrowError>>()?;
    let order = lexsort_to_indices(&by_first, None)?;
    // The ends in that order: each range's last key must come before the next one's first.
    let (mut lasts, mut nexts) = (Vec::new(), Vec::new());
    for pair in order.values().windows(2) {
        lasts.push(2 * pair[0] + 1);
        nexts.push(2 * pair[1]);
    }
    let (lasts, nexts) = (UInt32Array::from(lasts), UInt32Array::from(nexts));
    let mut level = BooleanArray::from(vec![true; lasts.len()]);
    for column in &all {
        let (last, next) = (take(column, &lasts, None)?, take(column, &nexts, None)?);
        let (less, same) = (lt(&last, &next)?, eq(&last, &next)?);
        let undecided = and_not(&level, &less)?;
        level = and(&level, &same)?;
        if undecided.true_count() > level.true_count() {
            return Ok(false);
        }
    }
    Ok(!level.has_true())
}

/// A hash of each key.
pub(super) fn hashes(keys: &[ArrayRef]) -> Vec<u64> {
    let rows = keys.first().map_or(0, |key| key.len());
    let mut hashes = vec![0_u64; rows];
    // Any seed does; a fixed one makes a run repeatable.
    let state = RandomState::with_seeds(1, 2, 3, 4);
    let mut combine = |of: &dyn Fn(usize) -> u64| {
        for (row, hash) in hashes.iter_mut().enumerate() {
            *hash = hash.rotate_left(5).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of(row);
        }
    };
    for key in keys {
        match key.data_type() {
            DataType::Int64 => {
                let values = key.as_primitive::<Int64Type>().values();
                combine(&|row| state.hash_one(values[row]));
            }
            DataType::Float64 => {
                let values = key.as_primitive::<Float64Type>().values();
                // Zero has two representations and is one key.
                combine(&|row| state.hash_one((values[row] + 0.0).to_bits()));
            }
            DataType::Boolean => {
                let values = key.as_boolean();
                combine(&|row| state.hash_one(values.value(row)));
            }
            _ => {
                let values = key.as_string_view();
                // Short text stands in the view itself: its length and its bytes.
                let is_short = |view: u128| view as u32 <= MAX_INLINE_VIEW_LEN;
                combine(&|row| match values.views()[row] {
                    view if is_short(view) => state.hash_one(view),
                    _ => state.hash_one(values.value(row)),
                });
            }
        }
    }
    hashes
}

/// The hashes that occur more than once, in order.
fn repeated(buckets: Vec<Vec<u64>>, threads: usize) -> Vec<u64> {
    let share = buckets.len().div_ceil(threads.max(1)).max(1);
    let mut buckets = buckets;
    std::thread::scope(|scope| {
        let workers: Vec<_> = buckets
            .chunks_mut(share)
            .map(|share| {
                scope.spawn(|| {
                    let mut found = Vec::new();
                    for bucket in share {
                        bucket.sort_unstable();
                        let pairs = bucket.windows(2).filter(|pair| pair[0] == pair[1]);
                        found.extend(pairs.map(|pair| pair[0]));
                        *bucket = Vec::new();
                    }
                    found.dedup();
                    found
                })
            })
            .collect();
        // A worker does not panic; were it to, its share would count as unsuspicious, so pass it on.
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
            .collect()
    })
}
