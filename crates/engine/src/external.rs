//! External routines: queries in SQL over datasets and scalars (reference manual, "Evaluation of an
//! external routine").
//!
//! A routine sees the datasets that it is given as tables of their names, the scalars as `$1`, `$2`
//! and so on, and nothing else: no file, no catalog, no clock, no dice. It can ask, not change. What
//! it says becomes part of the statement's plan. Names are those of VTL, in upper and lower case.
//!
//! SQL adds numbers up in the order in which they come. So that a result does not depend on the
//! number of threads all the same, such a plan is run on one.

use crate::dataset::TEXT;
use crate::errors::{BOUNDS, EngineError, ROUTINE, Result, refuse};
use crate::expression::{Operand, Scope, column};
use crate::functions::convert;
use crate::functions::number::NumberFunction;
use crate::plan::{Outputs, Planned, Planner, numbered_column, prefixed};
use crate::trace::{TRACE, merge_traces, merged_trace};
use arrow::datatypes::DataType as ArrowType;
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::catalog::view::ViewTable;
use datafusion::common::config::ConfigOptions;
use datafusion::common::{
    Column, DataFusionError, ExprSchema, ParamValues, Result as DfResult, ScalarValue,
    TableReference, plan_err,
};
use datafusion::execution::context::SQLOptions;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    AggregateUDF, Expr as Df, HigherOrderUDF, LogicalPlan, LogicalPlanBuilder, ScalarUDF,
    TableSource, Volatility, WindowUDF, cast,
};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::planner::{ContextProvider, ParserOptions, SqlToRel};
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use olshem_model::{DataStructure, DataType};
use olshem_vtl::program::{Argument, Expr, Routine};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The column of the value that a routine gives in place of a dataset.
pub(crate) const EXTERNAL: &str = "#external";

impl Planner<'_> {
    /// The dataset that a routine gives: a column for each component, by its name.
    pub(crate) fn external(&self, routine: &Routine, structure: &DataStructure) -> Result<Planned> {
        let Asked { mut plan, traces } = self.ask(routine)?;
        let given = plan.schema().columns();
        let names = |names: Vec<&str>| names.join(", ");
        let asked: Vec<&str> = structure.components().iter().map(|c| c.name.as_str()).collect();
        let unasked = given.iter().any(|column| !asked.contains(&column.name.as_str()));
        if unasked || given.len() != asked.len() {
            let given = names(given.iter().map(|column| column.name.as_str()).collect());
            let message = format!(
                "the query of `{}` gives the columns {given}, and `returns` says {}",
                routine.name,
                names(asked)
            );
            return refuse(&ROUTINE, message);
        }
        let mut outputs = Outputs::default();
        for component in structure.components() {
            let Some(found) = given.iter().find(|column| column.name == component.name) else {
                return refuse(&ROUTINE, format!("no column {} is there", component.name));
            };
            let value = fitted(&plan, found, component.data_type, routine)?;
            outputs.push(component, Operand::Exact(value))?;
        }
        // Which rows fed which can't be seen from outside: all have fed each.
        let trace = traces.as_ref().map(|traces| {
            merged_trace((0..traces.len()).map(|side| numbered_column(side, TRACE)).collect())
        });
        for trace in traces.into_iter().flatten() {
            plan = LogicalPlanBuilder::from(plan).cross_join(trace)?.build()?;
        }
        outputs.project(plan, trace)
    }

    /// The value that a routine gives, in the column [`EXTERNAL`].
    pub(crate) fn external_value(&self, routine: &Routine, of: DataType) -> Result<LogicalPlan> {
        let plan = self.ask(routine)?.plan;
        let [value] = &plan.schema().columns()[..] else {
            let message = format!("the query of `{}` does not give one column", routine.name);
            return refuse(&ROUTINE, message);
        };
        let value = fitted(&plan, value, of, routine)?.alias(EXTERNAL);
        Ok(LogicalPlanBuilder::from(plan).project([value])?.build()?)
    }

    /// The query's plan, and where lineage is traced the trace of each dataset as a whole.
    fn ask(&self, routine: &Routine) -> Result<Asked> {
        let mut tables = BTreeMap::new();
        let mut parameters = Vec::new();
        let mut traces = Vec::new();
        for (number, argument) in routine.arguments.iter().enumerate() {
            let (name, node) = match argument {
                Argument::Scalar(expr) => {
                    parameters.push(((number + 1).to_string(), self.parameter(expr)?));
                    continue;
                }
                Argument::Dataset { name, node } => (name, node),
            };
            let Planned { plan, knowledge } = self.plan(node)?;
            if let Some(measure) = knowledge.keys().next() {
                let message = format!(
                    "`{}` can't be given `{name}`, whose {measure} is known only within bounds",
                    routine.name
                );
                return refuse(&BOUNDS, message);
            }
            if self.traced() {
                let trace = merge_traces(column(TRACE)).alias(prefixed(traces.len(), TRACE));
                let plan = LogicalPlanBuilder::from(plan.clone());
                traces.push(plan.aggregate(Vec::<Df>::new(), [trace])?.build()?);
            }
            let columns: Vec<Df> =
                node.structure.components().iter().map(|c| column(&c.name)).collect();
            let plan = LogicalPlanBuilder::from(plan).project(columns)?.build()?;
            let table = provider_as_source(Arc::new(ViewTable::new(plan, None)));
            tables.insert(name.clone(), table);
        }
        let plan = planned(&routine.query, tables, parameters).map_err(|error| {
            let message = match error.find_root() {
                DataFusionError::SQL(error, _) => error.to_string(),
                DataFusionError::SchemaError(error, _) => error.to_string(),
                DataFusionError::Plan(message) | DataFusionError::NotImplemented(message) => {
                    message.clone()
                }
                other => other.strip_backtrace(),
            };
            let message = message.lines().next().unwrap_or_default();
            let message = format!("the query of `{}`: {message}", routine.name);
            EngineError::refusal(&ROUTINE, message)
        })?;
        Ok(Asked { plan, traces: self.traced().then_some(traces) })
    }

    /// A scalar argument's value.
    fn parameter(&self, expr: &Expr) -> Result<ScalarValue> {
        let (knowledge, structure) = (BTreeMap::new(), DataStructure::default());
        let mut scope = Scope::new(&knowledge, self.scalars(), &structure);
        let value = scope.exact(expr, "an external routine")?;
        let simplifier = ExprSimplifier::new(SimplifyContext::default());
        match simplifier.simplify(value)? {
            Df::Literal(value, _) => Ok(value),
            _ => Err(EngineError::internal("an argument that is no constant")),
        }
    }
}

struct Asked {
    plan: LogicalPlan,
    traces: Option<Vec<LogicalPlan>>,
}

/// The plan of a query over those tables, its types checked.
fn planned(
    query: &str,
    tables: BTreeMap<String, Arc<dyn TableSource>>,
    parameters: Vec<(String, ScalarValue)>,
) -> DfResult<LogicalPlan> {
    let mut statements = DFParser::parse_sql(query)?;
    let statement = match (statements.pop_front(), statements.is_empty()) {
        (Some(Statement::Statement(statement)), true)
            if matches!(*statement, SqlStatement::Query(_)) =>
        {
            *statement
        }
        _ => return plan_err!("it must be one query: SELECT …, or WITH … SELECT …"),
    };
    let state = SessionStateBuilder::new_with_default_features().build();
    let offer = Offer { tables, state };
    let options = ParserOptions::new().with_enable_ident_normalization(false);
    let plan = SqlToRel::new_with_options(&offer, options).sql_statement_to_plan(statement)?;
    // `SELECT … INTO` passes for a query.
    let only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false);
    only.with_allow_statements(false).verify_plan(&plan)?;
    let plan = plan.with_param_values(ParamValues::from(parameters))?;
    let Offer { state, .. } = &offer;
    state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})
}

/// A column of a query's result as a value of that type.
fn fitted(plan: &LogicalPlan, found: &Column, to: DataType, routine: &Routine) -> Result<Df> {
    use ArrowType as A;
    let from = plan.schema().field_from_column(found)?.data_type().clone();
    let value = Df::Column(found.clone());
    let textual = matches!(from, A::Utf8 | A::LargeUtf8 | A::Utf8View);
    let text = |value| if from == TEXT { value } else { cast(value, TEXT) };
    Ok(match to {
        _ if from == A::Null => cast(value, crate::arrow_type(to)),
        DataType::Boolean if from == A::Boolean => value,
        DataType::Integer if from == A::Int64 => value,
        DataType::Integer if from.is_integer() => cast(value, A::Int64),
        DataType::Number if from.is_integer() || from.is_decimal() => cast(value, A::Float64),
        DataType::Number if from.is_floating() => {
            NumberFunction::Finite.call(vec![cast(value, A::Float64)])
        }
        DataType::String if textual => text(value),
        DataType::Date | DataType::TimePeriod | DataType::Time | DataType::Duration
            if textual || (to == DataType::Date && from == A::Date32) =>
        {
            match convert::between(DataType::String, to) {
                Some(function) => function.call(vec![text(value)], vec![TEXT]),
                None => text(value),
            }
        }
        _ => {
            let message = format!(
                "the query of `{}` gives {} as {from}, and `returns` says {to}",
                routine.name, found.name
            );
            return refuse(&ROUTINE, message);
        }
    })
}

/// What a query can refer to.
struct Offer {
    tables: BTreeMap<String, Arc<dyn TableSource>>,
    /// Has the functions.
    state: SessionState,
}

impl ContextProvider for Offer {
    fn get_table_source(&self, name: TableReference) -> DfResult<Arc<dyn TableSource>> {
        match &name {
            TableReference::Bare { table } if self.tables.contains_key(&**table) => {
                Ok(Arc::clone(&self.tables[&**table]))
            }
            _ => {
                let given: Vec<&str> = self.tables.keys().map(String::as_str).collect();
                plan_err!("`{name}` is not among the arguments: {}", given.join(", "))
            }
        }
    }

    /// A routine gives the same each time.
    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        let function = self.state.scalar_functions().get(name)?;
        (function.signature().volatility == Volatility::Immutable).then(|| Arc::clone(function))
    }

    fn get_higher_order_meta(&self, name: &str) -> Option<Arc<HigherOrderUDF>> {
        self.state.higher_order_functions().get(name).cloned()
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        self.state.aggregate_functions().get(name).cloned()
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        self.state.window_functions().get(name).cloned()
    }

    fn get_variable_type(&self, _: &[String]) -> Option<ArrowType> {
        None
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        self.state.expr_planners()
    }

    fn options(&self) -> &ConfigOptions {
        self.state.config_options()
    }

    fn udf_names(&self) -> Vec<String> {
        self.state.scalar_functions().keys().cloned().collect()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        self.state.higher_order_functions().keys().cloned().collect()
    }

    fn udaf_names(&self) -> Vec<String> {
        self.state.aggregate_functions().keys().cloned().collect()
    }

    fn udwf_names(&self) -> Vec<String> {
        self.state.window_functions().keys().cloned().collect()
    }
}
