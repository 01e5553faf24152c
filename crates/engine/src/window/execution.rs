//! The operator at work: batches of sorted rows come in, whole partitions go out.

use super::Call;
use super::values::{Partitioned, Runs, settled_order};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::{SortOptions, concat_batches, take_record_batch};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{
    EquivalenceProperties, LexOrdering, OrderingRequirements, PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::{EmissionType, ExecutionPlanProperties};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, InputDistributionRequirements,
    PhysicalExpr, PlanProperties, apply_expression_roots,
};
use futures::{StreamExt, stream};
use std::fmt;
use std::sync::Arc;

/// The operator in a physical plan.
#[derive(Clone, Debug)]
pub(super) struct WindowsExec {
    input: Arc<dyn ExecutionPlan>,
    partition_by: Vec<Arc<dyn PhysicalExpr>>,
    order_by: Vec<PhysicalSortExpr>,
    /// By how many keys of the order the input has to be sorted; the operator does the rest.
    asked: usize,
    calls: Vec<Call<Arc<dyn PhysicalExpr>>>,
    results: Vec<FieldRef>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl WindowsExec {
    pub(super) fn new(
        input: Arc<dyn ExecutionPlan>,
        partition_by: Vec<Arc<dyn PhysicalExpr>>,
        order_by: Vec<PhysicalSortExpr>,
        asked: usize,
        calls: Vec<Call<Arc<dyn PhysicalExpr>>>,
        results: &[FieldRef],
    ) -> Result<Self> {
        let fields = input.schema().fields().iter().chain(results).cloned().collect::<Vec<_>>();
        let metadata = input.schema().metadata().clone();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let order = sort_keys(&partition_by, &order_by);
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(Arc::clone(&schema), [order]),
            input.output_partitioning().clone(),
            EmissionType::Incremental,
            input.boundedness(),
        );
        Ok(Self {
            input,
            partition_by,
            order_by,
            asked,
            calls,
            results: results.to_vec(),
            schema,
            properties: Arc::new(properties),
        })
    }
}

fn sort_keys(
    partition_by: &[Arc<dyn PhysicalExpr>],
    order_by: &[PhysicalSortExpr],
) -> Vec<PhysicalSortExpr> {
    let by_partition = partition_by.iter().cloned().map(PhysicalSortExpr::new_default);
    by_partition.chain(order_by.iter().cloned()).collect()
}

impl DisplayAs for WindowsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.results.iter().map(|field| field.name().as_str()).collect();
        write!(f, "WindowsExec: {}", names.join(", "))
    }
}

impl ExecutionPlan for WindowsExec {
    fn name(&self) -> &str {
        "WindowsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![match self.partition_by.is_empty() {
            true => Distribution::SinglePartition,
            false => Distribution::KeyPartitioned(self.partition_by.clone()),
        }])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        let keys = sort_keys(&self.partition_by, &self.order_by[..self.asked]);
        vec![LexOrdering::new(keys).map(OrderingRequirements::from)]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let order = self.order_by.iter().map(|sort| &sort.expr);
        let arguments = self.calls.iter().filter_map(|call| call.argument.as_ref());
        apply_expression_roots(self.partition_by.iter().chain(order).chain(arguments), f)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([input]) = <[Arc<dyn ExecutionPlan>; 1]>::try_from(children) else {
            return internal_err!("window functions of another number of inputs");
        };
        let Self { partition_by, order_by, asked, calls, results, .. } = self.as_ref().clone();
        Ok(Arc::new(Self::new(input, partition_by, order_by, asked, calls, &results)?))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let pass = Pass {
            operator: self.clone(),
            input: self.input.execute(partition, Arc::clone(&context))?,
            open: Vec::new(),
            whole: None,
            done: None,
            batch_size: context.session_config().batch_size(),
        };
        let batches = stream::try_unfold(pass, |mut pass| async move {
            Ok(pass.next().await?.map(|batch| (batch, pass)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }
}

/// Rows on their way through the operator.
struct Pass {
    operator: WindowsExec,
    input: SendableRecordBatchStream,
    /// The rows of a partition of which more may come.
    open: Vec<RecordBatch>,
    /// The partitions after the one that the last batch closed.
    whole: Option<(RecordBatch, Runs)>,
    /// What is yet to go out of the last rows computed: a partition may be of any size.
    done: Option<RecordBatch>,
    batch_size: usize,
}

impl Pass {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(done) = self.done.take() {
                let now = done.num_rows().min(self.batch_size);
                if now < done.num_rows() {
                    self.done = Some(done.slice(now, done.num_rows() - now));
                }
                return Ok(Some(done.slice(0, now)));
            }
            if let Some((batch, partitions)) = self.whole.take() {
                self.done = Some(self.operator.compute(batch, &partitions)?);
                continue;
            }
            match self.input.next().await.transpose()? {
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => self.receive(batch)?,
                None if self.open.is_empty() => return Ok(None),
                None => self.close()?,
            }
        }
    }

    /// Takes rows in, and computes the partition that is closed by them.
    fn receive(&mut self, batch: RecordBatch) -> Result<()> {
        let keys = self.operator.partition_keys(&batch)?;
        let partitions = Runs::one(batch.num_rows()).cut(&keys)?;
        let goes_on = self.goes_on(&keys)?;
        let [first, .., last] = partitions.ranges() else {
            // One partition fills the batch.
            if !goes_on {
                self.close()?;
            }
            self.open.push(batch);
            return Ok(());
        };
        let mut whole = first.start..last.start;
        if goes_on {
            self.open.push(batch.slice(0, first.end));
            whole.start = first.end;
        }
        self.close()?;
        self.open.push(batch.slice(last.start, last.len()));
        if !whole.is_empty() {
            let rows = batch.slice(whole.start, whole.len());
            self.whole = Some((rows, partitions.within(whole)));
        }
        Ok(())
    }

    /// Whether the open partition goes on with the first of the rows that have these keys.
    fn goes_on(&self, keys: &[ArrayRef]) -> Result<bool> {
        let Some(before) = self.open.last() else { return Ok(false) };
        let end = self.operator.partition_keys(&before.slice(before.num_rows() - 1, 1))?;
        for (end, key) in end.iter().zip(keys) {
            if !not_distinct(end, &key.slice(0, 1))?.value(0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Computes the open partition, if there is one.
    fn close(&mut self) -> Result<()> {
        if !self.open.is_empty() {
            let batch = concat_batches(&self.input.schema(), &self.open)?;
            self.open.clear();
            let partition = Runs::one(batch.num_rows());
            self.done = Some(self.operator.compute(batch, &partition)?);
        }
        Ok(())
    }
}

impl WindowsExec {
    fn partition_keys(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let rows = batch.num_rows();
        self.partition_by.iter().map(|key| key.evaluate(batch)?.into_array(rows)).collect()
    }

    fn order_keys(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let rows = batch.num_rows();
        self.order_by.iter().map(|key| key.expr.evaluate(batch)?.into_array(rows)).collect()
    }

    /// The rows of whole partitions with the functions' results beside them.
    fn compute(&self, rows: RecordBatch, partitions: &Runs) -> Result<RecordBatch> {
        let (rows, keys) = self.in_definite_order(rows, partitions)?;
        let mut columns = rows.columns().to_vec();
        for Call { function, argument, frame, keys: of_function } in &self.calls {
            let argument = match argument {
                Some(argument) => Some(argument.evaluate(&rows)?.into_array(rows.num_rows())?),
                None => None,
            };
            let level = match function.has_peers() || frame.has_peers() {
                true => Some(partitions.cut(&keys[..*of_function])?),
                false => None,
            };
            let peers = level.as_ref().unwrap_or(partitions);
            let among = Partitioned { partitions, peers };
            columns.push(function.values(argument.as_ref(), *frame, &among)?);
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Rows that are level in the order asked for are put in that of the further keys.
    fn in_definite_order(
        &self,
        rows: RecordBatch,
        partitions: &Runs,
    ) -> Result<(RecordBatch, Vec<ArrayRef>)> {
        let keys = self.order_keys(&rows)?;
        let (asked, further) = keys.split_at(self.asked);
        if further.is_empty() {
            return Ok((rows, keys));
        }
        let level = partitions.cut(asked)?;
        if level.ranges().iter().all(|range| range.len() == 1) {
            return Ok((rows, keys));
        }
        let options = self.order_by[self.asked..].iter().map(|sort| sort.options);
        let further: Vec<(ArrayRef, SortOptions)> = further.iter().cloned().zip(options).collect();
        let Some(order) = settled_order(&level, &further)? else { return Ok((rows, keys)) };
        let rows = take_record_batch(&rows, &order)?;
        let keys = self.order_keys(&rows)?;
        Ok((rows, keys))
    }
}
