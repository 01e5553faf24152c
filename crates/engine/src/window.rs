//! Window functions by an operator of our own, which computes them column by column: DataFusion's
//! works row by row and partition by partition, and analytic functions mostly see partitions of a few
//! rows, by the million.
//!
//! Functions over the same partitions are computed together if their orders allow. Rows come sorted
//! by the partition and the order asked for; those that this order leaves level are put in their
//! definite order only where there are any. What the operator doesn't know is left to DataFusion:
//! medians, and frames that reach to a distance in values.

mod execution;
mod values;

use crate::frequency::is_one_frequency;
use crate::sum::Statistic;
use arrow::datatypes::FieldRef;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, DFSchemaRef, Result, ScalarValue, internal_err};
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::expr::{Sort, WindowFunction};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::utils::exprlist_to_fields;
use datafusion::logical_expr::{
    AggregateUDF, Expr, Extension, LogicalPlan, LogicalPlanBuilder, SortExpr,
    UserDefinedLogicalNode, UserDefinedLogicalNodeCore, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowFunctionDefinition,
};
use datafusion::physical_expr::PhysicalSortExpr;
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};
use execution::WindowsExec;
use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use values::{Edge, Frame, Function};

/// A window function to compute.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// The function, over what.
    pub(crate) function: WindowFunction,
    /// How many keys of its order were asked for. The others make the order definite: no two rows of
    /// a partition agree in all.
    pub(crate) asked: usize,
}

impl Window {
    /// The column of its results.
    pub(crate) fn name(&self) -> String {
        self.expr().schema_name().to_string()
    }

    fn expr(&self) -> Expr {
        Expr::from(self.function.clone())
    }
}

/// The input with the window functions' results beside its columns.
pub(crate) fn with_windows(input: LogicalPlan, windows: Vec<Window>) -> Result<LogicalPlan> {
    let (mut known, other): (Vec<_>, Vec<_>) =
        windows.into_iter().partition(|window| Call::of(window).is_some());
    let mut plan = input;
    if !other.is_empty() {
        plan = LogicalPlanBuilder::window_plan(plan, other.iter().map(Window::expr))?;
    }
    // The longest order first: it is one for all that ask for less.
    known.sort_by_key(|window| Reverse(order_within(window).len()));
    let mut groups: Vec<Group> = Vec::new();
    for window in known {
        match groups.iter_mut().find(|group| group.serves(&window)) {
            Some(group) => group.add(window),
            None => groups.push(Group::of(window)),
        }
    }
    for group in groups {
        let node = Arc::new(group.over(plan)?);
        plan = LogicalPlan::Extension(Extension { node });
    }
    Ok(plan)
}

/// The keys of a window's order that can differ within a partition.
fn order_within(window: &Window) -> Vec<Sort> {
    let params = &window.function.params;
    let differs = |sort: &&Sort| !params.partition_by.contains(&sort.expr);
    params.order_by.iter().filter(differs).cloned().collect()
}

/// How many of them were asked for.
fn asked_within(window: &Window) -> usize {
    let params = &window.function.params;
    let asked = params.order_by.iter().take(window.asked);
    asked.filter(|sort| !params.partition_by.contains(&sort.expr)).count()
}

/// Window functions that one pass over the rows computes.
struct Group {
    partition_by: Vec<Expr>,
    order_by: Vec<Sort>,
    asked: usize,
    windows: Vec<Window>,
}

impl Group {
    fn of(window: Window) -> Self {
        Self {
            partition_by: window.function.params.partition_by.clone(),
            order_by: order_within(&window),
            asked: asked_within(&window),
            windows: vec![window],
        }
    }

    fn serves(&self, window: &Window) -> bool {
        self.partition_by == window.function.params.partition_by
            && self.order_by.starts_with(&order_within(window))
    }

    fn add(&mut self, window: Window) {
        self.asked = self.asked.max(asked_within(&window));
        self.windows.push(window);
    }

    fn over(self, input: LogicalPlan) -> Result<Windows> {
        let expressions: Vec<Expr> = self.windows.iter().map(Window::expr).collect();
        let results =
            exprlist_to_fields(&expressions, &input)?.into_iter().map(|(_, field)| field).collect();
        let calls = self.windows.iter().filter_map(Call::of).collect();
        let Self { partition_by, order_by, asked, .. } = self;
        Windows::new(input, Over { partition_by, order_by, asked, calls, results })
    }
}

/// A window function that the operator knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Call<E> {
    function: Function,
    argument: Option<E>,
    frame: Frame,
    /// How many keys of the operator's order are the function's.
    keys: usize,
}

impl<E> Call<E> {
    fn with_argument<F>(&self, argument: Option<F>) -> Call<F> {
        Call { function: self.function.clone(), argument, frame: self.frame, keys: self.keys }
    }
}

impl Call<Expr> {
    fn of(window: &Window) -> Option<Self> {
        let params = &window.function.params;
        if params.filter.is_some() || params.distinct {
            return None;
        }
        let literal = |at: usize| match params.args.get(at) {
            Some(Expr::Literal(value, _)) => Some(value.clone()),
            _ => None,
        };
        let shift = |sign: i64| {
            let Some(ScalarValue::Int64(Some(rows))) = literal(1) else { return None };
            Some(Function::Shift { by: rows.checked_mul(sign)?, default: literal(2)? })
        };
        let function = match &window.function.fun {
            WindowFunctionDefinition::AggregateUDF(aggregate) => aggregated(aggregate)?,
            WindowFunctionDefinition::WindowUDF(function) => match function.name() {
                "lag" => shift(-1)?,
                "lead" => shift(1)?,
                "first_value" => Function::First,
                "last_value" => Function::Last,
                "rank" => Function::Rank,
                "row_number" => Function::RowNumber,
                _ => return None,
            },
        };
        Some(Self {
            function,
            argument: params.args.first().cloned(),
            frame: Frame::of_bounds(&params.window_frame)?,
            keys: order_within(window).len(),
        })
    }
}

fn aggregated(aggregate: &AggregateUDF) -> Option<Function> {
    if let Some(statistic) = Statistic::of(aggregate) {
        return Some(Function::Statistic(statistic));
    }
    match aggregate.name() {
        _ if is_one_frequency(aggregate) => Some(Function::OneFrequency),
        "count" => Some(Function::Count),
        "min" => Some(Function::Least),
        "max" => Some(Function::Greatest),
        _ => None,
    }
}

impl Frame {
    fn of_bounds(frame: &WindowFrame) -> Option<Self> {
        let rows = |distance: &ScalarValue| match (frame.units, distance) {
            (WindowFrameUnits::Rows, ScalarValue::UInt64(Some(rows))) => {
                Some(i64::try_from(*rows).unwrap_or(i64::MAX))
            }
            _ => None,
        };
        let current = match frame.units {
            WindowFrameUnits::Rows => Edge::Row(0),
            WindowFrameUnits::Range | WindowFrameUnits::Groups => Edge::Peers,
        };
        let edge = |bound: &WindowFrameBound| match bound {
            WindowFrameBound::CurrentRow => Some(current),
            WindowFrameBound::Preceding(distance) => Some(Edge::Row(-rows(distance)?)),
            WindowFrameBound::Following(distance) => Some(Edge::Row(rows(distance)?)),
        };
        Some(Self {
            start: match &frame.start_bound {
                WindowFrameBound::Preceding(distance) if distance.is_null() => Edge::Partition,
                bound => edge(bound)?,
            },
            end: match &frame.end_bound {
                WindowFrameBound::Following(distance) if distance.is_null() => Edge::Partition,
                bound => edge(bound)?,
            },
        })
    }
}

/// What the operator computes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Over {
    partition_by: Vec<Expr>,
    order_by: Vec<Sort>,
    asked: usize,
    calls: Vec<Call<Expr>>,
    /// The column of each call.
    results: Vec<FieldRef>,
}

impl Over {
    fn expressions(&self) -> Vec<Expr> {
        let order = self.order_by.iter().map(|sort| &sort.expr);
        let arguments = self.calls.iter().filter_map(|call| call.argument.as_ref());
        self.partition_by.iter().chain(order).chain(arguments).cloned().collect()
    }
}

/// The operator in a logical plan.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Windows {
    input: LogicalPlan,
    over: Over,
    schema: DFSchemaRef,
}

impl Windows {
    fn new(input: LogicalPlan, over: Over) -> Result<Self> {
        let results = over.results.iter().map(|field| (None, Arc::clone(field)));
        let fields =
            input.schema().iter().map(|(qualifier, field)| (qualifier.cloned(), Arc::clone(field)));
        let metadata = input.schema().metadata().clone();
        let schema = DFSchema::new_with_metadata(fields.chain(results).collect(), metadata)?;
        Ok(Self { input, over, schema: Arc::new(schema) })
    }
}

/// Plans have no order but this.
impl PartialOrd for Windows {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for Windows {
    fn name(&self) -> &str {
        "Windows"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.over.expressions()
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let (Ok([input]), true) =
            (<[LogicalPlan; 1]>::try_from(inputs), exprs.len() == self.over.expressions().len())
        else {
            return internal_err!("window functions of another number of inputs or arguments");
        };
        let mut over = self.over.clone();
        let order = over.order_by.iter_mut().map(|sort| &mut sort.expr);
        let arguments = over.calls.iter_mut().filter_map(|call| call.argument.as_mut());
        let places = over.partition_by.iter_mut().chain(order).chain(arguments);
        places.zip(exprs).for_each(|(place, expr)| *place = expr);
        Self::new(input, over)
    }

    /// A condition on whole partitions may be tested before.
    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let mut columns: HashSet<String> =
            self.schema.fields().iter().map(|field| field.name().clone()).collect();
        for key in &self.over.partition_by {
            if let Expr::Column(column) = key {
                columns.remove(&column.name);
            }
        }
        columns
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let of_input = self.input.schema().fields().len();
        Some(vec![output_columns.iter().copied().filter(|column| *column < of_input).collect()])
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            self.over.results.iter().map(|field| field.name().as_str()).collect();
        write!(f, "Windows: {}", names.join(", "))
    }
}

/// Plans queries with the operator.
#[derive(Debug)]
pub(crate) struct WindowsPlanner;

#[async_trait]
impl QueryPlanner for WindowsPlanner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Self)]);
        planner.create_physical_plan(plan, session).await
    }
}

#[async_trait]
impl ExtensionPlanner for WindowsPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(windows), [input]) = (node.as_any().downcast_ref::<Windows>(), inputs) else {
            return Ok(None);
        };
        let schema = windows.input.schema();
        let physical = |expr: &Expr| planner.create_physical_expr(expr, schema, session, context);
        let sorted = |sort: &SortExpr| -> Result<PhysicalSortExpr> {
            let options = arrow::compute::SortOptions::new(!sort.asc, sort.nulls_first);
            Ok(PhysicalSortExpr::new(physical(&sort.expr)?, options))
        };
        let call = |call: &Call<Expr>| -> Result<Call<Arc<dyn PhysicalExpr>>> {
            Ok(call.with_argument(call.argument.as_ref().map(physical).transpose()?))
        };
        let over = &windows.over;
        let exec = WindowsExec::new(
            Arc::clone(input),
            over.partition_by.iter().map(physical).collect::<Result<_>>()?,
            over.order_by.iter().map(sorted).collect::<Result<_>>()?,
            over.asked,
            over.calls.iter().map(call).collect::<Result<_>>()?,
            &over.results,
        )?;
        Ok(Some(Arc::new(exec)))
    }
}
