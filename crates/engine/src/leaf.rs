//! Operators that have no input but what they read themselves.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_datafusion_err, stats::Precision};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{
    Boundedness, EmissionType, ReplaceChildrenOptions,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr, PlanProperties,
};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Part of a leaf's rows.
pub(crate) type Part = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// What such an operator does.
pub(crate) trait Leaf: fmt::Debug + Send + Sync + 'static {
    /// The operator's name in plans.
    const NAME: &'static str;

    /// The columns of its rows.
    fn schema(&self) -> SchemaRef;

    /// In how many parts they are read.
    fn parts(&self) -> usize;

    /// About how many rows there are.
    fn rows(&self) -> usize;

    /// All parts, of which each is then read once.
    fn open(&self) -> Vec<Part>;
}

/// A leaf in a physical plan.
pub(crate) struct LeafExec<L> {
    leaf: L,
    properties: Arc<PlanProperties>,
    /// The parts that nobody has begun to read, once somebody has begun.
    opened: Mutex<Option<Vec<Option<Part>>>>,
}

impl<L: Leaf> LeafExec<L> {
    pub(crate) fn new(leaf: L) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(leaf.schema()),
            Partitioning::UnknownPartitioning(leaf.parts()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { leaf, properties: Arc::new(properties), opened: Mutex::default() }
    }

    pub(crate) fn leaf(&self) -> &L {
        &self.leaf
    }

    fn part(&self, partition: usize) -> Option<Part> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || self.leaf.open().into_iter().map(Some).collect();
        opened.get_or_insert_with(open).get_mut(partition)?.take()
    }
}

impl<L: Leaf> fmt::Debug for LeafExec<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.leaf.fmt(f)
    }
}

impl<L: Leaf> DisplayAs for LeafExec<L> {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: parts={}", L::NAME, self.leaf.parts())
    }
}

impl<L: Leaf> ExecutionPlan for LeafExec<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let part = self
            .part(partition)
            .ok_or_else(|| internal_datafusion_err!("a part of {} is read twice", L::NAME))?;
        let stream = futures::stream::iter(part);
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.leaf.schema(), stream)))
    }

    fn partition_statistics(&self, partition: Option<usize>) -> Result<Arc<Statistics>> {
        let rows = self.leaf.rows();
        let rows = partition.map_or(rows, |_| rows / self.leaf.parts().max(1));
        let statistics = Statistics::new_unknown(&self.leaf.schema());
        Ok(Arc::new(statistics.with_num_rows(Precision::Inexact(rows))))
    }
}
