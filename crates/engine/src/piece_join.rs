//! Joins of two inputs that are kept in pieces, each piece with a range of the key to itself: of two
//! files in the order of their units, a row group of one meets one or two of the other.
//!
//! DataFusion's hash join keeps all of one side in memory before it looks at the other. Here a piece
//! of one side, the driving one, is taken together with those pieces of the other that it can meet,
//! and nothing else need be in memory. Within them rows are merged in the order of the key; rows that
//! come in another order are sorted first. That no other piece has a row to match follows from what
//! the files say of their pieces, so it needs no promise that they are sorted.

mod execution;
mod merge;

use crate::input::{Input, Scanned};
use crate::leaf::LeafExec;
use arrow::array::make_comparator;
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, NullEquality, Result};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};
use execution::PieceJoin;
use merge::Output;
use olshem_formats::described::Extents;
use std::sync::Arc;

/// The rules by which plans are made, this one among them: it has to know which side a join drives
/// from, and to come before rows are dealt out by hash.
pub(crate) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let selected = rules.iter().position(|rule| rule.name() == "join_selection");
    rules.insert(selected.map_or(0, |at| at + 1), Arc::new(JoinPieces));
    rules
}

/// Puts [`PieceJoin`] where it can stand for a hash join.
#[derive(Debug)]
struct JoinPieces;

impl PhysicalOptimizerRule for JoinPieces {
    fn name(&self) -> &'static str {
        "join_pieces"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let threads = config.execution.target_partitions;
        let replaced = plan.transform_up(|node| {
            let join = node.downcast_ref::<HashJoinExec>();
            Ok(match join.and_then(|join| by_pieces(join, threads)) {
                Some(join) => {
                    Transformed::yes(Arc::new(LeafExec::new(join)) as Arc<dyn ExecutionPlan>)
                }
                None => Transformed::no(node),
            })
        })?;
        Ok(replaced.data)
    }
}

/// One input of a join.
#[derive(Clone, Debug)]
struct Side {
    input: Arc<dyn Input>,
    /// The components read.
    components: Vec<usize>,
    /// Their columns.
    schema: SchemaRef,
    /// Which of these are the keys.
    keys: Vec<usize>,
    /// Between which values the first key lies in each piece.
    extents: Extents,
}

/// Where a column of the result comes from, and which of that side's columns it is.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Driving(usize),
    Held(usize),
}

/// The join piece by piece, if it can be done so and is worth it.
fn by_pieces(join: &HashJoinExec, threads: usize) -> Option<PieceJoin> {
    let is_plain = join.filter().is_none()
        && join.fetch().is_none()
        && !join.null_aware
        && join.null_equality() == NullEquality::NullEqualsNothing;
    let (left, right) = (Operand::of(join.left())?, Operand::of(join.right())?);
    let left_drives = match join.join_type() {
        JoinType::Left => true,
        JoinType::Right => false,
        JoinType::Inner => left.scan.input.rows() > right.scan.input.rows(),
        _ => return None,
    };
    if !is_plain {
        return None;
    }
    let mut keys = join
        .on()
        .iter()
        .map(|(l, r)| Some((left.column(l)?, right.column(r)?)))
        .collect::<Option<Vec<_>>>()?;
    if left_drives {
        keys.iter_mut().for_each(|(l, r)| std::mem::swap(l, r));
    }
    let (driving, held) = if left_drives { (&left, &right) } else { (&right, &left) };
    // Each pair is now the column of the side that is held, and of the one that drives.
    let is_comparable = |(h, d): &(usize, usize)| {
        let (h, d) = (held.data_type(*h), driving.data_type(*d));
        h == d && matches!(h, DataType::Int64 | DataType::Utf8View)
    };
    if !keys.iter().all(is_comparable) {
        return None;
    }
    let apart = |(h, d): &(usize, usize)| {
        let (held, driving) = (held.extents(*h)?, driving.extents(*d)?);
        let meets = meetings(&driving, &held)?;
        is_worth_it(&meets, held.least.len(), threads).then_some((driving, held, meets))
    };
    let (first, (driving_extents, held_extents, meets)) =
        keys.iter().enumerate().find_map(|(n, pair)| Some((n, apart(pair)?)))?;
    keys[..=first].rotate_right(1);
    let left_columns = left.columns.len();
    let origin = |column: usize| {
        let (is_left, at) = match column.checked_sub(left_columns) {
            None => (true, left.columns[column]),
            Some(column) => (false, right.columns[column]),
        };
        if is_left == left_drives { Origin::Driving(at) } else { Origin::Held(at) }
    };
    let columns = match &join.projection {
        Some(projection) => projection.iter().map(|&column| origin(column)).collect(),
        None => (0..left_columns + right.columns.len()).map(origin).collect(),
    };
    Some(PieceJoin {
        driving: driving.side(keys.iter().map(|(_, d)| *d), driving_extents),
        held: held.side(keys.iter().map(|(h, _)| *h), held_extents),
        meets,
        output: Output {
            schema: join.schema(),
            columns,
            outer: *join.join_type() != JoinType::Inner,
        },
        threads,
        watch: Arc::clone(&driving.scan.watch),
    })
}

/// An input as a join reads it.
struct Operand<'p> {
    scan: &'p Scanned,
    /// Which of the components read each column is.
    columns: Vec<usize>,
}

impl<'p> Operand<'p> {
    /// None if rows are left out or computed on the way.
    fn of(plan: &'p Arc<dyn ExecutionPlan>) -> Option<Self> {
        if let Some(exec) = plan.downcast_ref::<LeafExec<Scanned>>() {
            let scan = exec.leaf();
            return Some(Self { scan, columns: (0..scan.components.len()).collect() });
        }
        let projection = plan.downcast_ref::<ProjectionExec>()?;
        let below = Self::of(projection.input())?;
        let columns = projection.expr().iter().map(|column| below.column(&column.expr));
        Some(Self { columns: columns.collect::<Option<_>>()?, ..below })
    }

    fn column(&self, expr: &Arc<dyn PhysicalExpr>) -> Option<usize> {
        let column = expr.downcast_ref::<Column>()?;
        self.columns.get(column.index()).copied()
    }

    fn data_type(&self, read: usize) -> DataType {
        self.scan.schema.field(read).data_type().clone()
    }

    fn extents(&self, read: usize) -> Option<Extents> {
        self.scan.input.extents(*self.scan.components.get(read)?)
    }

    fn side(&self, keys: impl Iterator<Item = usize>, extents: Extents) -> Side {
        Side {
            input: Arc::clone(&self.scan.input),
            components: self.scan.components.clone(),
            schema: Arc::clone(&self.scan.schema),
            keys: keys.collect(),
            extents,
        }
    }
}

/// For each piece that drives, the pieces held that may have a key in common with it.
fn meetings(driving: &Extents, held: &Extents) -> Option<Vec<Vec<usize>>> {
    let options = SortOptions::default();
    let starts = make_comparator(&driving.least, &held.greatest, options).ok()?;
    let ends = make_comparator(&held.least, &driving.greatest, options).ok()?;
    let meet = |d: usize, h: usize| starts(d, h).is_le() && ends(h, d).is_le();
    let held = 0..held.least.len();
    let of = |d| held.clone().filter(|&h| meet(d, h)).collect();
    Some((0..driving.least.len()).map(of).collect())
}

/// Whether there are enough pieces to go round, and they meet as those of sorted files do, or at
/// least half of them never.
fn is_worth_it(meets: &[Vec<usize>], held: usize, threads: usize) -> bool {
    let driving = meets.len();
    let met: usize = meets.iter().map(Vec::len).sum();
    driving >= 2 * threads && held >= 2 && (met < driving + held || 2 * met <= driving * held)
}
