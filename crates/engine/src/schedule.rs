//! In what way each statement of a program is run: a result that one other statement reads is planned
//! into it, and only what is read more than once is kept.

use crate::dataset::{
    in_structure_order, refuse_infinite, refuse_neighbours, refuse_null_identifiers,
};
use crate::errors::{EngineError, Result};
use crate::expression::{Knowledge, column};
use crate::plan::{Planned, Planner, scan};
use crate::{Bindings, Dataset, Engine, Scalar, deep};
use arrow::array::RecordBatch;
use arrow::compute::{BatchCoalescer, concat_batches};
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use olshem_model::{DataStructure, Diagnostic};
use olshem_vtl::program::{Node, Operation, Program, Routine, Statement, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Results that later statements read.
#[derive(Default)]
pub(crate) struct Earlier<'p> {
    /// Those that one statement reads: they become part of its plan.
    deferred: BTreeMap<&'p str, &'p Node>,
    /// How many operations these have within one another.
    depths: BTreeMap<&'p str, usize>,
    /// Those that several read, or that are handed over too.
    kept: BTreeMap<String, Kept>,
    /// How often each will still be read.
    reads_left: RefCell<BTreeMap<String, usize>>,
}

/// One of them.
pub(crate) enum EarlierResult<'e> {
    Deferred(&'e Node),
    Kept(&'e Kept),
}

/// A result in memory, in no order.
pub(crate) struct Kept {
    pub(crate) schema: SchemaRef,
    pub(crate) partitions: Vec<Vec<RecordBatch>>,
    pub(crate) knowledge: BTreeMap<String, Knowledge>,
}

/// How a result comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As part of the one statement that reads it.
    Deferred,
    /// By a run of its own, and it is kept for those that read it.
    Kept,
    /// By a run of its own.
    Passed,
}

impl<'p> Earlier<'p> {
    fn of(program: &'p Program) -> Self {
        let mut reads = BTreeMap::new();
        for statement in &program.statements {
            match &statement.value {
                Value::Dataset(node) => count_reads(node, &mut reads),
                Value::Scalar(expr) => {
                    let inputs = expr.routine().map(Routine::inputs).unwrap_or_default();
                    inputs.into_iter().for_each(|node| count_reads(node, &mut reads));
                }
            }
        }
        Self { reads_left: RefCell::new(reads), ..Self::default() }
    }

    fn way(&self, statement: &Statement, wanted: bool) -> Way {
        match self.reads_left.borrow().get(&statement.name) {
            None | Some(0) => Way::Passed,
            // Such plans are run otherwise than others.
            Some(_) if statement.value.is_external() => Way::Kept,
            Some(1) if !wanted && self.depth(&statement.value) <= Self::DEEPEST => Way::Deferred,
            Some(_) => Way::Kept,
        }
    }

    /// A plan of more operations within one another takes long to make.
    const DEEPEST: usize = 50;

    /// How many operations a value has within one another, those of deferred results included.
    fn depth(&self, value: &Value) -> usize {
        fn of(node: &Node, depths: &BTreeMap<&str, usize>) -> usize {
            let below = node.operation.inputs().into_iter().map(|input| of(input, depths));
            let read = match &node.operation {
                Operation::Read(name) => depths.get(&**name).copied().unwrap_or_default(),
                _ => 0,
            };
            1 + read + below.max().unwrap_or_default()
        }
        match value {
            Value::Dataset(node) => of(node, &self.depths),
            Value::Scalar(_) => 0,
        }
    }

    fn defer(&mut self, name: &'p str, node: &'p Node, value: &Value) {
        self.depths.insert(name, self.depth(value));
        self.deferred.insert(name, node);
    }

    /// What a statement reads by that name, if it is an earlier result.
    pub(crate) fn read(&self, name: &str) -> Option<EarlierResult<'_>> {
        if let Some(left) = self.reads_left.borrow_mut().get_mut(name) {
            *left = left.saturating_sub(1);
        }
        match self.deferred.get(name) {
            Some(node) => Some(EarlierResult::Deferred(node)),
            None => self.kept.get(name).map(EarlierResult::Kept),
        }
    }

    /// Forgets what nobody will read any more.
    fn forget(&mut self) {
        let left = self.reads_left.borrow();
        self.kept.retain(|name, _| left.get(name).is_some_and(|reads| *reads > 0));
    }
}

fn count_reads(node: &Node, reads: &mut BTreeMap<String, usize>) {
    if let Operation::Read(name) = &node.operation {
        *reads.entry(name.clone()).or_default() += 1;
    }
    node.operation.inputs().into_iter().for_each(|input| count_reads(input, reads));
}

impl Engine {
    /// Runs a program and hands over each dataset `wanted` as it is computed, in the order of the
    /// statements. Results that nobody wants are kept only as long as others need them. Scalars are
    /// added to `bindings`.
    ///
    /// ```
    /// # use olshem_engine::{Bindings, Engine};
    /// # use olshem_formats::described::{DataFile, FileFormat};
    /// # use olshem_vtl::{Checker, Environment, Source};
    /// # use std::{num::NonZeroUsize, sync::Arc};
    /// # fn main() -> Result<(), Vec<olshem_model::Diagnostic>> {
    /// # let structure = olshem_model::DataStructure::new([
    /// #     olshem_model::Component::identifier("REGION", olshem_model::DataType::String),
    /// #     olshem_model::Component::measure("GVA", olshem_model::DataType::Number),
    /// # ]);
    /// # let bytes: &[u8] = b"REGION,GVA\nKZ75,2.5\nKZ71,1.25\n";
    /// # let format = FileFormat::Csv;
    /// let file = DataFile::in_memory("regions.csv", bytes.into(), format, structure.clone())?;
    /// let environment = Environment::default().with_dataset("regions", structure);
    /// let source = Source::new("double.vtl", "double <- regions * 2;");
    /// let program = Checker::new(environment).program(vec![source])?;
    ///
    /// let mut bindings = Bindings::default();
    /// bindings.inputs.insert("regions".into(), Arc::new(file));
    /// let mut rows = 0;
    /// let engine = Engine::new(NonZeroUsize::MIN).map_err(|fault| vec![fault])?;
    /// engine.stream(&program, &mut bindings, &|_| true, &mut |_, batches| {
    ///     for batch in batches {
    ///         rows += batch?.num_rows();
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(rows, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the inputs read; else what stopped the run: see
    /// [`Self::run`]. What was handed over before is then not to be used: the fault may come from
    /// rows that had been read for it.
    pub fn stream(
        &self,
        program: &Program,
        bindings: &mut Bindings,
        wanted: &(dyn Fn(&Statement) -> bool + Sync),
        receive: &mut (dyn FnMut(&Statement, Rows<'_>) -> Result<(), Diagnostic> + Send),
    ) -> Result<(), Vec<Diagnostic>> {
        let done = deep(|| Ok(self.statements(program, bindings, wanted, receive)));
        let done = done.map_err(|e| e.told("")).flatten();
        self.ended(done, program, bindings)
    }

    /// All that is wrong with the inputs that a program reads.
    pub(crate) fn settle(
        &self,
        program: &Program,
        bindings: &Bindings,
    ) -> Result<(), Vec<Diagnostic>> {
        let reads = |name: &String| program.statements.iter().any(|s| s.reads.contains(name));
        let faults: Vec<Diagnostic> = bindings
            .inputs
            .iter()
            .filter(|(name, _)| reads(name))
            .filter_map(|(_, input)| input.settle(self.partitions()).err())
            .flatten()
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn statements(
        &self,
        program: &Program,
        bindings: &mut Bindings,
        wanted: &dyn Fn(&Statement) -> bool,
        receive: &mut (dyn FnMut(&Statement, Rows<'_>) -> Result<(), Diagnostic> + Send),
    ) -> Result<(), Diagnostic> {
        let mut earlier = Earlier::of(program);
        for statement in &program.statements {
            let name = &statement.name;
            let node = match &statement.value {
                Value::Dataset(node) => node,
                Value::Scalar(expr) => {
                    let planner = Planner::after(bindings, &earlier, &self.watch);
                    let scalar = self.scalar(expr, &planner).map_err(|e| e.told(name))?;
                    bindings.scalars.insert(name.clone(), scalar);
                    earlier.forget();
                    continue;
                }
            };
            let wanted = wanted(statement);
            let way = earlier.way(statement, wanted);
            if way == Way::Deferred {
                earlier.defer(name, node, &statement.value);
                continue;
            }
            self.watch.begin(name);
            let plan = self.planned(statement, node, way, bindings, &mut earlier);
            let plan = plan.map_err(|e| e.told(name))?;
            if wanted || way == Way::Passed {
                let mut rows = self.rows(name, node, plan).map_err(|e| e.told(name))?;
                match wanted {
                    true => receive(statement, rows)?,
                    // Nobody reads it; but an error in it is one of the script.
                    false => rows.try_for_each(|batch| batch.map(drop))?,
                }
            }
            earlier.forget();
        }
        Ok(())
    }

    /// The plan of a result, which has been run already if the result is kept.
    fn planned<'p>(
        &self,
        statement: &'p Statement,
        node: &'p Node,
        way: Way,
        bindings: &Bindings,
        earlier: &mut Earlier<'p>,
    ) -> Result<LogicalPlan> {
        let Planned { plan, knowledge } =
            Planner::after(bindings, earlier, &self.watch).plan(node)?;
        if way != Way::Kept {
            return Ok(plan);
        }
        let (schema, partitions) = self.partitioned(plan, node.is_external())?;
        let kept = Kept { schema, partitions, knowledge };
        let plan = kept.scan(&statement.name)?;
        earlier.kept.insert(statement.name.clone(), kept);
        Ok(plan)
    }

    /// The plan of each statement as it would be run, after optimisation: an operation a line, each
    /// above those it takes rows from; none for a result that is planned into the one statement that
    /// reads it. `bindings` hold the datasets read; empty ones will do.
    ///
    /// # Errors
    ///
    /// A dataset that is not bound.
    pub fn explain(
        &self,
        program: &Program,
        bindings: &mut Bindings,
        wanted: &(dyn Fn(&Statement) -> bool + Sync),
    ) -> Result<Vec<(String, Option<String>)>, Diagnostic> {
        let plans = deep(|| Ok(self.plans(program, bindings, wanted)));
        plans.map_err(|e| e.told("")).flatten()
    }

    fn plans(
        &self,
        program: &Program,
        bindings: &mut Bindings,
        wanted: &dyn Fn(&Statement) -> bool,
    ) -> Result<Vec<(String, Option<String>)>, Diagnostic> {
        let mut earlier = Earlier::of(program);
        let mut plans = Vec::new();
        for statement in &program.statements {
            let name = &statement.name;
            let plan = match &statement.value {
                Value::Scalar(expr) => {
                    let plan = Planner::after(bindings, &earlier, &self.watch).scalar(expr);
                    let plan = plan.map_err(|e| e.told(name))?.plan;
                    bindings.scalars.insert(name.clone(), Scalar::Null(expr.data_type));
                    plan
                }
                Value::Dataset(node) => {
                    let way = earlier.way(statement, wanted(statement));
                    if way == Way::Deferred {
                        earlier.defer(name, node, &statement.value);
                        plans.push((name.clone(), None));
                        continue;
                    }
                    let planned = Planner::after(bindings, &earlier, &self.watch).plan(node);
                    let Planned { plan, knowledge } = planned.map_err(|e| e.told(name))?;
                    let schema = Arc::new(plan.schema().as_arrow().clone());
                    earlier.kept.insert(
                        name.clone(),
                        Kept { schema, partitions: vec![Vec::new()], knowledge },
                    );
                    plan
                }
            };
            let optimized = self.optimized(&plan).map_err(|e| e.told(name))?;
            plans.push((name.clone(), Some(optimized.display_indent().to_string())));
        }
        Ok(plans)
    }

    /// The rows of a plan, in the order of their identifiers.
    fn rows(&self, name: &str, node: &Node, plan: LogicalPlan) -> Result<Rows<'_>> {
        let structure = &node.structure;
        let order: Vec<_> =
            structure.identifiers().map(|id| column(&id.name).sort(true, true)).collect();
        let plan = match order.is_empty() {
            true => plan,
            false => LogicalPlanBuilder::from(plan).sort(order)?.build()?,
        };
        let stream = self.execute(plan, node.is_external())?;
        let empty = RecordBatch::new_empty(stream.schema());
        let schema = in_structure_order(structure, &empty)?.schema();
        Ok(Rows {
            engine: self,
            name: name.to_owned(),
            structure: structure.clone(),
            coalescer: BatchCoalescer::new(Arc::clone(&schema), Rows::BATCH),
            schema,
            stream: Some(stream),
            last: None,
        })
    }
}

/// The rows of a result, as they are computed: in the order of their identifiers and in batches of
/// [`Rows::BATCH`], the last one shorter. The columns are those of a [`Dataset`](crate::Dataset).
pub struct Rows<'e> {
    engine: &'e Engine,
    name: String,
    structure: DataStructure,
    schema: SchemaRef,
    /// None once it has come to its end.
    stream: Option<SendableRecordBatchStream>,
    coalescer: BatchCoalescer,
    /// The row before the next one.
    last: Option<RecordBatch>,
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Rows<'_> {
    /// How many rows a batch has. As this does not depend on how the work was split, neither does
    /// what is written batch by batch.
    pub const BATCH: usize = 1 << 16;

    /// What the rows look like.
    pub fn structure(&self) -> &DataStructure {
        &self.structure
    }

    /// The columns of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// All of them, in memory.
    ///
    /// # Errors
    ///
    /// A fault in the data.
    pub fn into_dataset(mut self) -> Result<Dataset, Diagnostic> {
        let batches = self.by_ref().collect::<Result<Vec<_>, _>>()?;
        let whole = concat_batches(&self.schema, &batches).map_err(DataFusionError::from);
        let whole = whole.map_err(|e| EngineError::from(e).told(&self.name))?;
        Dataset::new(self.structure, &whole)
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.coalescer.next_completed_batch() {
                return Ok(Some(batch));
            }
            let Some(stream) = &mut self.stream else { return Ok(None) };
            match self.engine.next(stream)? {
                Some(batch) => {
                    let batch = in_structure_order(&self.structure, &batch)?;
                    self.check_keys(&batch)?;
                    self.coalescer.push_batch(batch).map_err(DataFusionError::from)?;
                }
                None => {
                    self.stream = None;
                    self.coalescer.finish_buffered_batch().map_err(DataFusionError::from)?;
                }
            }
        }
    }

    /// Each row has a whole key, which differs from that of the row before.
    fn check_keys(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        refuse_null_identifiers(&self.structure, batch)?;
        refuse_infinite(&self.structure, batch)?;
        refuse_neighbours(&self.structure, batch)?;
        let end = batch.slice(batch.num_rows() - 1, 1);
        if let Some(last) = self.last.replace(end) {
            let pair = concat_batches(&self.schema, [&last, &batch.slice(0, 1)]);
            refuse_neighbours(&self.structure, &pair.map_err(DataFusionError::from)?)?;
        }
        Ok(())
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<RecordBatch, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_batch();
        if next.is_err() {
            self.stream = None;
        }
        next.map_err(|e| e.told(&self.name)).transpose()
    }
}

impl Kept {
    /// A plan that reads it.
    pub(crate) fn scan(&self, name: &str) -> Result<LogicalPlan> {
        let table = MemTable::try_new(Arc::clone(&self.schema), self.partitions.clone())?;
        scan(name, Arc::new(table))
    }
}
