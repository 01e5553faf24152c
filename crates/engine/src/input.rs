//! Datasets that are read while a program runs, and not before: a register of fifty million rows
//! need not fit into memory.
//!
//! [`Input`] is what the engine asks of such a dataset; files of [`olshem_formats`] have it. To
//! DataFusion an input is a table of as many partitions as there are threads.

use crate::arrow_type;
use crate::watch::Watch;
use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{
    DataFusionError, Result, Statistics, exec_datafusion_err, internal_datafusion_err,
    stats::Precision,
};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{
    Boundedness, EmissionType, ReplaceChildrenOptions,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
};
use olshem_formats::described::{DataFile, Extents, Scan};
use olshem_model::{DataStructure, Diagnostic};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows in batches; an error ends them.
pub type Batches =
    Box<dyn Iterator<Item = Result<RecordBatch, Box<dyn std::error::Error + Send + Sync>>> + Send>;

/// A dataset that is read when it is needed.
pub trait Input: fmt::Debug + Send + Sync {
    /// What its observations look like.
    fn structure(&self) -> &DataStructure;

    /// About how many observations it has: by this the engine decides which side of a join to keep
    /// in memory.
    fn rows(&self) -> usize;

    /// The components at these places of the structure, in that order, of all observations, in parts
    /// to be read side by side. Each component has its [`arrow_type`].
    fn scan(&self, components: &[usize], parts: NonZeroUsize) -> Vec<Batches>;

    /// Between which values a component lies in each of the pieces that the observations are kept in,
    /// if that is known and they look sorted by it. Two inputs of which it is known are joined piece
    /// by piece. There is no need to know it.
    fn extents(&self, _component: usize) -> Option<Extents> {
        None
    }

    /// Like [`Self::scan`], with a part for each piece of [`Self::extents`].
    fn pieces(&self, _components: &[usize]) -> Vec<Batches> {
        Vec::new()
    }

    /// Whether all is well with the data: asked once a program has been run, whatever became of it.
    ///
    /// # Errors
    ///
    /// All that is wrong with them.
    fn settle(&self, threads: NonZeroUsize) -> Result<(), Vec<Diagnostic>>;
}

impl Input for DataFile {
    fn structure(&self) -> &DataStructure {
        self.structure()
    }

    fn rows(&self) -> usize {
        self.rows()
    }

    fn scan(&self, components: &[usize], parts: NonZeroUsize) -> Vec<Batches> {
        self.scan(components, parts).into_iter().map(boxed).collect()
    }

    fn extents(&self, component: usize) -> Option<Extents> {
        self.extents(component)
    }

    fn pieces(&self, components: &[usize]) -> Vec<Batches> {
        self.pieces(components).into_iter().map(boxed).collect()
    }

    fn settle(&self, threads: NonZeroUsize) -> Result<(), Vec<Diagnostic>> {
        self.settle(threads)
    }
}

fn boxed(part: Scan) -> Batches {
    Box::new(part.map(|batch| batch.map_err(Into::into)))
}

/// An input as a table.
#[derive(Debug)]
pub(crate) struct Table {
    input: Arc<dyn Input>,
    schema: SchemaRef,
    watch: Arc<Watch>,
}

impl Table {
    /// The table of an input; `watch` counts the rows read.
    pub(crate) fn new(input: Arc<dyn Input>, watch: Arc<Watch>) -> Self {
        let components = input.structure().components().iter();
        let fields: Vec<Field> =
            components.map(|c| Field::new(&c.name, arrow_type(c.data_type), true)).collect();
        Self { input, schema: Arc::new(Schema::new(fields)), watch }
    }
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let components =
            projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&components)?);
        let parts =
            NonZeroUsize::new(state.config().target_partitions()).unwrap_or(NonZeroUsize::MIN);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(parts.get()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Arc::new(InputExec {
            input: Arc::clone(&self.input),
            components,
            parts,
            properties: Arc::new(properties),
            opened: Mutex::default(),
            watch: Arc::clone(&self.watch),
        }))
    }
}

/// Reads an input.
pub(crate) struct InputExec {
    input: Arc<dyn Input>,
    components: Vec<usize>,
    parts: NonZeroUsize,
    properties: Arc<PlanProperties>,
    /// The parts that nobody has begun to read, once somebody has begun.
    opened: Mutex<Option<Vec<Option<Batches>>>>,
    watch: Arc<Watch>,
}

impl InputExec {
    pub(crate) fn input(&self) -> &Arc<dyn Input> {
        &self.input
    }

    /// The components read.
    pub(crate) fn components(&self) -> &[usize] {
        &self.components
    }

    pub(crate) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    fn part(&self, partition: usize) -> Option<Batches> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let scan = || self.input.scan(&self.components, self.parts).into_iter().map(Some).collect();
        opened.get_or_insert_with(scan).get_mut(partition)?.take()
    }
}

impl fmt::Debug for InputExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputExec").field("components", &self.components).finish_non_exhaustive()
    }
}

impl DisplayAs for InputExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InputExec: parts={}, components={:?}", self.parts, self.components)
    }
}

impl ExecutionPlan for InputExec {
    fn name(&self) -> &'static str {
        "InputExec"
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
        let batches = self
            .part(partition)
            .ok_or_else(|| internal_datafusion_err!("a part of an input is read twice"))?;
        let watch = Arc::clone(&self.watch);
        let counted = batches.map(move |batch| {
            if watch.is_interrupted() {
                return Err(exec_datafusion_err!("interrupted"));
            }
            let batch = batch.map_err(DataFusionError::External)?;
            watch.count(batch.num_rows());
            Ok(batch)
        });
        let stream = futures::stream::iter(counted);
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream)))
    }

    fn partition_statistics(&self, partition: Option<usize>) -> Result<Arc<Statistics>> {
        let rows = match partition {
            Some(_) => self.input.rows() / self.parts,
            None => self.input.rows(),
        };
        let statistics = Statistics::new_unknown(&self.schema());
        Ok(Arc::new(statistics.with_num_rows(Precision::Inexact(rows))))
    }
}
