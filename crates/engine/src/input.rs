//! Datasets that are read while a program runs, and not before: a register of fifty million rows
//! need not fit into memory.
//!
//! [`Input`] is what the engine asks of such a dataset; files of [`olshem_formats`] have it. To
//! DataFusion an input is a table of as many partitions as there are threads.

use crate::arrow_type;
use crate::leaf::{Leaf, LeafExec, Part};
use crate::watch::Watch;
use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, exec_err};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use olshem_formats::described::{DataFile, Extents, Scan};
use olshem_model::{DataStructure, Diagnostic};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

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
        let (input, watch) = (Arc::clone(&self.input), Arc::clone(&self.watch));
        Ok(Arc::new(LeafExec::new(Scanned { input, components, schema, parts, watch })))
    }
}

/// An input that is read from end to end.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) input: Arc<dyn Input>,
    /// The components read.
    pub(crate) components: Vec<usize>,
    pub(crate) schema: SchemaRef,
    parts: NonZeroUsize,
    pub(crate) watch: Arc<Watch>,
}

impl Leaf for Scanned {
    const NAME: &'static str = "InputExec";

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn parts(&self) -> usize {
        self.parts.get()
    }

    fn rows(&self) -> usize {
        self.input.rows()
    }

    fn open(&self) -> Vec<Part> {
        let counted = |mut batches: Batches| -> Part {
            let watch = Arc::clone(&self.watch);
            Box::new(std::iter::from_fn(move || next(&mut batches, &watch)))
        };
        self.input.scan(&self.components, self.parts).into_iter().map(counted).collect()
    }
}

/// The next rows, which `watch` counts.
pub(crate) fn next(batches: &mut Batches, watch: &Watch) -> Option<Result<RecordBatch>> {
    let batch = batches.next()?.map_err(DataFusionError::External);
    if watch.is_interrupted() {
        return Some(exec_err!("interrupted"));
    }
    Some(batch.inspect(|batch| watch.count(batch.num_rows())))
}
