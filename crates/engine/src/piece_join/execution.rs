//! The operator at work: each thread takes one driving piece after another.

use super::Side;
use super::merge::{Merge, Ordered, Output};
use crate::input::{Batches, next};
use crate::leaf::{Leaf, Part};
use crate::watch::Watch;
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::compute::kernels::cmp::{gt, lt};
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result, exec_err, internal_err};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// A join of two inputs piece by piece, before anything is read.
#[derive(Clone, Debug)]
pub(super) struct PieceJoin {
    pub(super) driving: Side,
    pub(super) held: Side,
    /// Which pieces held each driving piece meets.
    pub(super) meets: Vec<Vec<usize>>,
    pub(super) output: Output,
    pub(super) threads: usize,
    pub(super) watch: Arc<Watch>,
}

impl Leaf for PieceJoin {
    const NAME: &'static str = "PieceJoinExec";

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.output.schema)
    }

    fn parts(&self) -> usize {
        self.threads
    }

    fn rows(&self) -> usize {
        self.driving.input.rows()
    }

    fn open(&self) -> Vec<Part> {
        let (plan, work) = (Arc::new(self.clone()), Arc::new(Work::new(self)));
        let part = || -> Part { Box::new(Joined::new(Arc::clone(&plan), Arc::clone(&work))) };
        std::iter::repeat_with(part).take(self.threads).collect()
    }
}

/// What the threads share.
struct Work {
    /// The driving pieces that nobody has begun to read.
    driving: Mutex<std::iter::Enumerate<std::vec::IntoIter<Batches>>>,
    held: Vec<Mutex<Held>>,
}

/// A piece of the side that is held while driving pieces need it.
struct Held {
    /// How many driving pieces will still ask for it.
    wanted: usize,
    rows: Rows,
}

enum Rows {
    Unread(Batches),
    Read(Arc<Ordered>),
    Failed(Arc<DataFusionError>),
    /// Read, and no longer wanted.
    Gone,
}

impl Work {
    fn new(plan: &PieceJoin) -> Self {
        let (driving, held) = (plan.driving.pieces(), plan.held.pieces());
        let wanted = |n: usize| plan.meets.iter().flatten().filter(|&&met| met == n).count();
        let held = held.into_iter().enumerate();
        Self {
            driving: Mutex::new(driving.into_iter().enumerate()),
            held: held
                .map(|(n, batches)| Held { wanted: wanted(n), rows: Rows::Unread(batches) })
                .map(Mutex::new)
                .collect(),
        }
    }

    fn next_driving(&self) -> Option<(usize, Batches)> {
        self.driving.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// A piece held, for one of those that want it. Who asks first reads it, and others wait.
    fn held(&self, n: usize, plan: &PieceJoin) -> Result<Arc<Ordered>> {
        let Some(held) = self.held.get(n) else {
            return internal_err!("an input has fewer pieces than it said");
        };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        held.wanted = held.wanted.saturating_sub(1);
        if let Rows::Unread(batches) = &mut held.rows {
            held.rows = match plan.read(n, batches) {
                Ok(rows) => Rows::Read(Arc::new(rows)),
                Err(error) => Rows::Failed(Arc::new(error)),
            };
        }
        let rows = match &held.rows {
            Rows::Read(rows) => Arc::clone(rows),
            Rows::Failed(error) => return Err(DataFusionError::Shared(Arc::clone(error))),
            Rows::Unread(_) | Rows::Gone => {
                return internal_err!("a piece of an input is wanted more often than was known");
            }
        };
        if held.wanted == 0 {
            held.rows = Rows::Gone;
        }
        Ok(rows)
    }

    /// Reads a piece that no driving piece meets: it may be read for the sake of its checks.
    fn pass_over(&self, plan: &PieceJoin) -> Result<()> {
        for held in &self.held {
            let rows = {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                match held.wanted {
                    0 => std::mem::replace(&mut held.rows, Rows::Gone),
                    _ => continue,
                }
            };
            if let Rows::Unread(mut batches) = rows {
                std::iter::from_fn(|| next(&mut batches, &plan.watch))
                    .try_for_each(|b| b.map(drop))?;
            }
        }
        Ok(())
    }
}

impl PieceJoin {
    /// A piece held.
    fn read(&self, n: usize, batches: &mut Batches) -> Result<Ordered> {
        let batches =
            std::iter::from_fn(|| next(batches, &self.watch)).collect::<Result<Vec<_>>>()?;
        let rows = concat_batches(&self.held.schema, &batches)?;
        let (rows, _) = Ordered::of(rows, &self.held.keys)?;
        self.held.expect_within(n, &rows)?;
        Ok(rows)
    }
}

impl Side {
    fn pieces(&self) -> Vec<Batches> {
        self.input.pieces(&self.components)
    }

    /// An error if rows of a piece are not what their file says of it. On that it depends which
    /// pieces are held against which.
    fn expect_within(&self, piece: usize, rows: &Ordered) -> Result<()> {
        let Some(key) = rows.first_key().filter(|key| !key.is_empty()) else { return Ok(()) };
        let (first, last) = (key.slice(0, 1), key.slice(key.len() - 1, 1));
        let of_piece = |ends: &ArrayRef| ends.slice(piece, 1);
        let before = lt(&first, &of_piece(&self.extents.least))?;
        let after = gt(&last, &of_piece(&self.extents.greatest))?;
        if before.has_true() || after.has_true() {
            let name = self.schema.field(self.keys[0]).name();
            return exec_err!(
                "row group {} has other values of {name} than the statistics of its file say; \
                 write the file anew",
                piece + 1
            );
        }
        Ok(())
    }
}

/// The rows that one thread joins.
struct Joined {
    plan: Arc<PieceJoin>,
    work: Arc<Work>,
    piece: Option<Driving>,
    merge: Option<Merge>,
    /// Driving rows that match nothing, to be passed on.
    unmatched: VecDeque<RecordBatch>,
}

/// A driving piece, and those that it meets.
struct Driving {
    number: usize,
    batches: Batches,
    held: Vec<Arc<Ordered>>,
}

impl Iterator for Joined {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.joined().transpose()
    }
}

impl Joined {
    fn new(plan: Arc<PieceJoin>, work: Arc<Work>) -> Self {
        Self { plan, work, piece: None, merge: None, unmatched: VecDeque::new() }
    }

    fn joined(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.unmatched.pop_front() {
                return self.plan.output.unmatched(&batch).map(Some);
            }
            if let Some(merge) = &mut self.merge {
                match merge.next(&self.plan.output)? {
                    Some(batch) => return Ok(Some(batch)),
                    None => self.merge = None,
                }
            }
            let Some(piece) = &mut self.piece else {
                match self.next_piece()? {
                    Some(piece) => self.piece = Some(piece),
                    None => return Ok(None),
                }
                continue;
            };
            match next(&mut piece.batches, &self.plan.watch).transpose()? {
                Some(batch) => self.begin(batch)?,
                None => self.piece = None,
            }
        }
    }

    fn next_piece(&self) -> Result<Option<Driving>> {
        let Some((number, batches)) = self.work.next_driving() else {
            self.work.pass_over(&self.plan)?;
            return Ok(None);
        };
        let held = self.plan.meets.get(number).into_iter().flatten();
        let held = held.map(|&n| self.work.held(n, &self.plan)).collect::<Result<_>>()?;
        Ok(Some(Driving { number, batches, held }))
    }

    /// Begins to join a batch of the piece.
    fn begin(&mut self, batch: RecordBatch) -> Result<()> {
        let Some(piece) = &self.piece else { return Ok(()) };
        let plan = &self.plan;
        let (driving, keyless) = Ordered::of(batch, &plan.driving.keys)?;
        plan.driving.expect_within(piece.number, &driving)?;
        let lone = match piece.beside(&driving, &plan.held.keys)? {
            Some((held, among)) => {
                self.merge = Some(Merge::new(driving, held, among));
                None
            }
            None => Some(driving.into_rows()),
        };
        if plan.output.outer {
            self.unmatched.extend(keyless.into_iter().chain(lone));
        }
        Ok(())
    }
}

impl Driving {
    /// Those of the rows held that may match the rows of a batch, if there are any.
    fn beside(
        &self,
        batch: &Ordered,
        keys: &[usize],
    ) -> Result<Option<(Arc<Ordered>, Range<usize>)>> {
        let found = self.held.iter().map(|held| (held, held.beside(batch)));
        let mut found: Vec<_> = found.filter(|(_, rows)| !rows.is_empty()).collect();
        let Some((first, among)) = found.pop() else { return Ok(None) };
        if found.is_empty() {
            return Ok(Some((Arc::clone(first), among)));
        }
        // The batch lies across a border of pieces.
        found.push((first, among));
        let rows: Vec<RecordBatch> = found.iter().map(|(held, rows)| held.slice(rows)).collect();
        let (all, _) = Ordered::of(concat_batches(&rows[0].schema(), &rows)?, keys)?;
        let among = 0..all.num_rows();
        Ok(Some((Arc::new(all), among)))
    }
}
