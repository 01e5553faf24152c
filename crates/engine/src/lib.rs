//! Runs checked VTL programs over datasets, on DataFusion.
//!
//! A program comes from `olshem-vtl`; its operations become DataFusion logical plans. On the way
//! there each number may turn into three (see [`Dataset`]): low, value, high. Nothing has to be
//! switched on for that: a measure that has bounds passes them on to whatever is calculated from
//! it, and one that has none costs nothing.
//!
//! Reading order: [`dataset`] is what goes in and comes out; `plan` turns operations into plans,
//! `expression` expressions, `aggregate` and `sum` what is put together, `window` analytic
//! functions, `external` queries in SQL; `interval` is the arithmetic of bounds, `exact` that of sums
//! which don't depend on the order of rows; `trace` finds the rows that fed a row; `frequency` keeps
//! periods of different frequencies apart.
//!
//! ```
//! use olshem_engine::{Bindings, Dataset, Engine};
//! use olshem_model::{Component, DataStructure, DataType};
//! use olshem_vtl::{Checker, Environment, Source};
//! use std::num::NonZeroUsize;
//! use std::sync::Arc;
//! use arrow::array::{Float64Array, RecordBatch, StringArray};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let structure = DataStructure::new([
//!     Component::identifier("REGION", DataType::String),
//!     Component::measure("GVA", DataType::Number),
//! ]);
//! let rows = RecordBatch::try_from_iter([
//!     ("REGION", Arc::new(StringArray::from(vec!["KZ71", "KZ75"])) as _),
//!     ("GVA", Arc::new(Float64Array::from(vec![1.25, 2.5])) as _),
//! ])?;
//! let mut bindings = Bindings::default();
//! bindings.datasets.insert("regions".into(), Dataset::new(structure.clone(), &rows)?);
//!
//! let mut checker = Checker::new(Environment::default().with_dataset("regions", structure));
//! let program = checker.program(vec![Source::new("country.vtl", "country <- sum(regions);")])
//!     .map_err(|faults| faults[0].clone())?;
//! Engine::new(NonZeroUsize::MIN)?.run(&program, &mut bindings).map_err(|faults| faults[0].clone())?;
//! assert_eq!(bindings.datasets["country"].number(0, "GVA").unwrap().value, Some(3.75));
//! # Ok(())
//! # }
//! ```

mod aggregate;
pub mod dataset;
pub mod errors;
mod exact;
mod expression;
mod external;
mod frequency;
mod functions;
pub mod input;
mod interval;
mod leaf;
mod piece_join;
mod plan;
mod schedule;
mod sum;
mod trace;
pub mod watch;
mod window;

/// The version of DataFusion that results were computed with.
pub use datafusion::DATAFUSION_VERSION;

pub use dataset::{Bindings, Bounded, Dataset, Estimate, Scalar, arrow_type};
pub use input::{Batches, Input};
pub use schedule::Rows;
pub use watch::Watch;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{JoinType, LogicalPlan, LogicalPlanBuilder, lit};
use errors::{EngineError, INTERNAL, INTERRUPTED, Result, refuse};
use expression::{Knowledge, column, text};
use futures::StreamExt;
use futures::future::{Either, select};
use olshem_model::{Component, DataStructure, Diagnostic, Place, Role};
use olshem_vtl::program::{Expr, Node, Program, Statement, Value};
use plan::{Planned, Planner, SCALAR, in_memory, scan};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use window::WindowsPlanner;

/// Runs programs. Owns the threads that it runs them on.
pub struct Engine {
    runtime: tokio::runtime::Runtime,
    context: SessionContext,
    /// Of one partition, for what depends on the order of rows.
    serial: SessionContext,
    partitions: NonZeroUsize,
    watch: Arc<Watch>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine that splits work into that many partitions, each on a thread. Results do not
    /// depend on how many.
    ///
    /// # Errors
    ///
    /// The operating system gives no threads.
    pub fn new(partitions: NonZeroUsize) -> Result<Self, Diagnostic> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(partitions.get())
            .thread_stack_size(STACK)
            .build()
            .map_err(|e| Diagnostic::new(&INTERNAL, Place::Nowhere, format!("no threads: {e}")))?;
        let (context, serial) = (context(partitions.get()), context(1));
        Ok(Self { runtime, context, serial, partitions, watch: Arc::default() })
    }

    /// How many partitions it splits work into.
    pub fn partitions(&self) -> NonZeroUsize {
        self.partitions
    }

    /// What it is at, for another thread to look at, or to stop.
    pub fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// Runs every statement and adds its result to `bindings`, which hold the inputs. Results that
    /// need not be in memory are better had by [`Self::stream`].
    ///
    /// # Errors
    ///
    /// An input that the program reads and `bindings` lack; all that is wrong with an input; an
    /// overflow or other fault in the data. Results of the statements before the faulty one are in
    /// `bindings`.
    pub fn run(&self, program: &Program, bindings: &mut Bindings) -> Result<(), Vec<Diagnostic>> {
        let mut statements = program.statements.iter();
        let done = statements.try_for_each(|statement| self.run_statement(statement, bindings));
        self.ended(done, program, bindings)
    }

    /// How a run ended, once its inputs are known to be well.
    fn ended(
        &self,
        done: Result<(), Diagnostic>,
        program: &Program,
        bindings: &Bindings,
    ) -> Result<(), Vec<Diagnostic>> {
        if self.watch.is_interrupted() {
            // Even if all had been computed: the inputs are not known to be well.
            let interrupted = || EngineError::refusal(&INTERRUPTED, "interrupted").told("");
            return Err(vec![done.err().unwrap_or_else(interrupted)]);
        }
        // A fault in the data may have caused the one that was met.
        self.settle(program, bindings)?;
        done.map_err(|fault| vec![fault])
    }

    /// Runs one statement and adds its result to `bindings`. What is wrong with the
    /// [inputs](Bindings::inputs) that it reads is for the caller to ask.
    ///
    /// # Errors
    ///
    /// An input that is not bound; an overflow or other fault in the data.
    pub fn run_statement(
        &self,
        statement: &Statement,
        bindings: &mut Bindings,
    ) -> Result<(), Diagnostic> {
        let name = &statement.name;
        match &statement.value {
            Value::Dataset(node) => {
                let dataset = deep(|| self.dataset(node, bindings)).map_err(|e| e.told(name))?;
                bindings.datasets.insert(name.clone(), dataset);
            }
            Value::Scalar(expr) => {
                let scalar = deep(|| self.scalar(expr, &Planner::new(bindings, &self.watch)));
                let scalar = scalar.map_err(|e| e.told(name))?;
                bindings.scalars.insert(name.clone(), scalar);
            }
        }
        Ok(())
    }

    fn dataset(&self, node: &Node, bindings: &Bindings) -> Result<Dataset> {
        let Planned { plan, knowledge } = Planner::new(bindings, &self.watch).plan(node)?;
        let batches = self.collect(plan, node.is_external())?;
        let dataset = Dataset::new(node.structure.clone(), &whole(&batches)?)?;
        let unsettled = knowledge
            .into_iter()
            .filter(|(_, knowledge)| *knowledge == Knowledge::Unsettled)
            .map(|(name, _)| name)
            .collect::<BTreeSet<_>>();
        Ok(dataset.with_unsettled(unsettled))
    }

    fn scalar(&self, expr: &Expr, planner: &Planner<'_>) -> Result<Scalar> {
        let Planned { plan, .. } = planner.scalar(expr)?;
        let batches = self.collect(plan, expr.routine().is_some())?;
        let structure = DataStructure::new([Component {
            name: SCALAR.to_owned(),
            role: Role::Measure,
            data_type: expr.data_type,
            nullable: true,
            codes: None,
        }]);
        let dataset = Dataset::new(structure, &whole(&batches)?)?;
        // An external routine may find nothing.
        if dataset.rows() == 0 {
            return Ok(Scalar::Null(expr.data_type));
        }
        if dataset.is_bounded(SCALAR)
            && let Some(bounded) = dataset.number(0, SCALAR)
        {
            return Ok(bounded.into());
        }
        Ok(dataset.value(0, SCALAR).unwrap_or(Scalar::Null(expr.data_type)))
    }

    /// Which rows of the datasets that `statement` reads have fed the given rows of its result, by
    /// dataset. `bindings` hold both the datasets read and the result.
    ///
    /// Run on these rows alone, the statement gives the same rows again.
    ///
    /// # Errors
    ///
    /// A dataset that is not bound; see also [`Self::run`].
    pub fn trace(
        &self,
        statement: &Statement,
        bindings: &Bindings,
        rows: &[usize],
    ) -> Result<BTreeMap<String, Vec<usize>>, Diagnostic> {
        deep(|| self.traced(statement, bindings, rows)).map_err(|e| e.told(&statement.name))
    }

    fn traced(
        &self,
        statement: &Statement,
        bindings: &Bindings,
        rows: &[usize],
    ) -> Result<BTreeMap<String, Vec<usize>>> {
        let Value::Dataset(node) = &statement.value else { return Ok(BTreeMap::new()) };
        let Some(result) = bindings.datasets.get(&statement.name) else {
            return Err(EngineError::MissingInput(statement.name.clone()));
        };
        let sources: Vec<String> = statement
            .reads
            .iter()
            .filter(|name| bindings.datasets.contains_key(*name))
            .cloned()
            .collect();
        let planned = Planner::tracing(bindings, &self.watch, sources.clone()).plan(node)?;
        let narrowed = narrowed(planned.plan, &result.take(rows))?;
        Ok(trace::rows_by_source(&self.collect(narrowed, node.is_external())?, &sources))
    }

    fn collect(&self, plan: LogicalPlan, external: bool) -> Result<Vec<RecordBatch>> {
        let mut stream = self.execute(plan, external)?;
        let mut batches = vec![RecordBatch::new_empty(stream.schema())];
        while let Some(batch) = self.next(&mut stream)? {
            batches.push(batch);
        }
        Ok(batches)
    }

    fn execute(&self, plan: LogicalPlan, external: bool) -> Result<SendableRecordBatchStream> {
        let context = self.context_of(external);
        self.until_interrupted(async {
            Ok(context.execute_logical_plan(plan).await?.execute_stream().await?)
        })
    }

    fn next(&self, stream: &mut SendableRecordBatchStream) -> Result<Option<RecordBatch>> {
        self.until_interrupted(async { Ok(stream.next().await.transpose()?) })
    }

    /// The rows of a plan, as they come.
    fn partitioned(
        &self,
        plan: LogicalPlan,
        external: bool,
    ) -> Result<(SchemaRef, Vec<Vec<RecordBatch>>)> {
        let context = self.context_of(external);
        self.until_interrupted(async {
            let frame = context.execute_logical_plan(plan).await?;
            let schema = Arc::clone(frame.schema().inner());
            Ok((schema, frame.collect_partitioned().await?))
        })
    }

    /// What SQL says of sums depends on the order of rows, so these are kept in one.
    fn context_of(&self, external: bool) -> &SessionContext {
        if external { &self.serial } else { &self.context }
    }

    fn optimized(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        Ok(self.context.state().optimize(plan)?)
    }

    fn until_interrupted<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(async {
            match select(pin!(work), pin!(self.watch.interrupted())).await {
                Either::Left((done, _)) if !self.watch.is_interrupted() => done,
                _ => refuse(&INTERRUPTED, "interrupted"),
            }
        })
    }
}

/// The stack of the threads that plans are made and run on. Plans are walked from their ends by
/// functions that call themselves, and may have some hundred levels; what is not used takes no memory.
const STACK: usize = 256 << 20;

/// Does something on a thread with a stack that is deep enough.
fn deep<T: Send>(make: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, make)
            .map_err(|error| EngineError::internal(&format!("no threads: {error}")))?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn context(partitions: usize) -> SessionContext {
    let state = SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(partitions))
        .with_default_features()
        .with_physical_optimizer_rules(piece_join::rules())
        .with_query_planner(Arc::new(WindowsPlanner))
        .build();
    SessionContext::new_with_state(state)
}

/// The plan's rows that have the identifiers of one of `rows`. Identifiers in which all of these
/// agree are compared with a constant, which the optimiser carries down to where they are read.
fn narrowed(plan: LogicalPlan, rows: &Dataset) -> Result<LogicalPlan> {
    let identifiers: Vec<&str> =
        rows.structure().identifiers().map(|id| id.name.as_str()).collect();
    let mut builder = LogicalPlanBuilder::from(plan);
    for name in &identifiers {
        let first = rows.value(0, name);
        if (1..rows.rows()).all(|row| rows.value(row, name) == first)
            && let Some(constant) = first.and_then(constant)
        {
            builder = builder.filter(column(name).eq(constant))?;
        }
    }
    if rows.rows() > 1 {
        let keys: Vec<_> =
            identifiers.iter().map(|name| column(name).alias(format!("#key#{name}"))).collect();
        let keys = LogicalPlanBuilder::from(scan("#keys", in_memory(rows.batch())?)?)
            .project(keys)?
            .build()?;
        let left = identifiers.iter().map(|name| column(name)).collect::<Vec<_>>();
        let right =
            identifiers.iter().map(|name| column(&format!("#key#{name}"))).collect::<Vec<_>>();
        builder = builder.join_with_expr_keys(keys, JoinType::LeftSemi, (left, right), None)?;
    }
    Ok(builder.build()?)
}

fn constant(scalar: Scalar) -> Option<datafusion::logical_expr::Expr> {
    match scalar {
        Scalar::Boolean(value) => Some(lit(value)),
        Scalar::Integer(value) => Some(lit(value)),
        Scalar::Number(number) => number.value.map(lit),
        Scalar::String(value) => Some(text(&value)),
        Scalar::Null(_) => None,
    }
}

fn whole(batches: &[RecordBatch]) -> Result<RecordBatch> {
    let Some(first) = batches.first() else {
        return Err(EngineError::internal("a result without batches"));
    };
    concat_batches(&first.schema(), batches).map_err(|e| EngineError::internal(&e.to_string()))
}
