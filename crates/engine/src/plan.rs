//! From the checked program's operations to DataFusion's logical plans.
//!
//! A planned node has a column for each component of its structure, two more for each measure known
//! within bounds, and, when lineage is traced, [`TRACE`]: the source rows that fed the row.

use crate::aggregate::{Atom, aggregate};
use crate::dataset::TEXT;
use crate::errors::{BOUNDS, EngineError, NOT_SUPPORTED, Result, refuse};
use crate::expression::{
    Knowledge, Operand, Scope, column, converted, each, first_true, scalar_constant, text,
};
use crate::frequency::{collapsed_time, one_frequency};
use crate::functions::row::RowFunction;
use crate::functions::{series, time};
use crate::input::Table;
use crate::schedule::{Earlier, EarlierResult};
use crate::trace::{TRACE, merge_traces, merge_traces_over, merged_trace, trace_column};
use crate::watch::Watch;
use crate::window::{Window, with_windows};
use crate::{Bindings, Dataset, Scalar, arrow_type};
use arrow::array::{ArrayRef, RecordBatch, new_empty_array};
use arrow::datatypes::{Field, FieldRef, Schema};
use datafusion::catalog::TableProvider;
use datafusion::catalog::default_table_source::provider_as_source;
use datafusion::common::{Column, JoinType, ScalarValue, TableReference};
use datafusion::datasource::MemTable;
use datafusion::functions_window::row_number::row_number_udwf;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Expr as Df, LogicalPlan, LogicalPlanBuilder, cast, lit, when};
use olshem_model::structure::{high_column, low_column};
use olshem_model::{Component, DataStructure, DataType, Role};
use olshem_vtl::program::{
    AggregateFunction, Aggregation, Expr, FillRange, JoinColumn, JoinKind, JoinStep, Literal, Node,
    Operation,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node's plan and what is known of its columns.
pub(crate) struct Planned {
    pub(crate) plan: LogicalPlan,
    pub(crate) knowledge: BTreeMap<String, Knowledge>,
}

/// Plans nodes over what names are bound to.
pub(crate) struct Planner<'a> {
    bindings: &'a Bindings,
    /// Results of earlier statements that are not in the bindings.
    earlier: Option<&'a Earlier<'a>>,
    watch: &'a Arc<Watch>,
    /// The datasets whose rows are traced, by their number in the trace; none on a normal run.
    sources: Option<Vec<String>>,
}

impl<'a> Planner<'a> {
    /// A planner for a normal run.
    pub(crate) fn new(bindings: &'a Bindings, watch: &'a Arc<Watch>) -> Self {
        Self { bindings, earlier: None, watch, sources: None }
    }

    /// A planner of a statement of a program that is run as a whole.
    pub(crate) fn after(
        bindings: &'a Bindings,
        earlier: &'a Earlier<'a>,
        watch: &'a Arc<Watch>,
    ) -> Self {
        Self { bindings, earlier: Some(earlier), watch, sources: None }
    }

    /// A planner whose plans carry the trace of the datasets named.
    pub(crate) fn tracing(
        bindings: &'a Bindings,
        watch: &'a Arc<Watch>,
        sources: Vec<String>,
    ) -> Self {
        Self { bindings, earlier: None, watch, sources: Some(sources) }
    }

    /// The plan of a node.
    pub(crate) fn plan(&self, node: &Node) -> Result<Planned> {
        let structure = &node.structure;
        match &node.operation {
            Operation::Read(name) => self.read(name),
            Operation::Values(rows) => self.values(rows, structure),
            Operation::Project { input, columns } => {
                self.project(self.plan(input)?, &input.structure, structure, columns)
            }
            Operation::Filter { input, condition } => {
                let planned = self.plan(input)?;
                let mut scope = self.scope(&planned, &input.structure);
                let condition = scope.exact(condition, "the condition of a filter")?;
                let windows = (scope.windows, scope.partitions);
                let plan = self.with_windows(planned.plan, windows)?;
                let plan = LogicalPlanBuilder::from(plan).filter(condition)?.build()?;
                self.only_columns(plan, structure, planned.knowledge)
            }
            Operation::Join { kind, first, rest, columns } => {
                self.join(*kind, first, rest, structure, columns)
            }
            Operation::Aggregate { input, group_by, items } => {
                self.aggregate(self.plan(input)?, &input.structure, structure, group_by, items)
            }
            Operation::Union(inputs) => self.union(inputs, structure),
            Operation::Match { left, right, on, present } => {
                self.matching(left, right, on, *present)
            }
            Operation::Expand { input, branches } => {
                self.expand(self.plan(input)?, &input.structure, structure, branches)
            }
            Operation::FillTimeSeries { input, time, range } => {
                self.fill(self.plan(input)?, structure, time, *range)
            }
            Operation::Pivot { input, identifier, measure, codes } => {
                self.pivot(self.plan(input)?, structure, identifier, measure, codes)
            }
            Operation::External(routine) => self.external(routine, structure),
        }
    }

    /// Scalars by name.
    pub(crate) fn scalars(&self) -> &BTreeMap<String, Scalar> {
        &self.bindings.scalars
    }

    /// Whether plans carry a trace.
    pub(crate) fn traced(&self) -> bool {
        self.sources.is_some()
    }

    fn scope<'s>(&'s self, planned: &'s Planned, structure: &'s DataStructure) -> Scope<'s> {
        Scope::new(&planned.knowledge, &self.bindings.scalars, structure)
    }

    fn read(&self, name: &str) -> Result<Planned> {
        match self.earlier.and_then(|earlier| earlier.read(name)) {
            Some(EarlierResult::Deferred(node)) => return self.plan(node),
            Some(EarlierResult::Kept(kept)) => {
                return Ok(Planned { plan: kept.scan(name)?, knowledge: kept.knowledge.clone() });
            }
            None => {}
        }
        if let Some(dataset) = self.bindings.datasets.get(name) {
            let mut sources = self.sources.iter().flatten();
            let batch = match sources.position(|source| source == name) {
                number @ Some(_) => trace_column(dataset.batch(), number)?,
                None => dataset.batch().clone(),
            };
            let knowledge = knowledge_of(dataset);
            return Ok(Planned { plan: scan(name, in_memory(&batch)?)?, knowledge });
        }
        match self.bindings.inputs.get(name) {
            None => Err(EngineError::MissingInput(name.to_owned())),
            // Its rows have no numbers by which they could be referred to.
            Some(_) if self.sources.is_some() => {
                refuse(&NOT_SUPPORTED, format!("the rows of `{name}` can't be traced"))
            }
            Some(input) => {
                let table = Table::new(Arc::clone(input), Arc::clone(self.watch));
                Ok(Planned { plan: scan(name, Arc::new(table))?, knowledge: BTreeMap::new() })
            }
        }
    }

    fn values(&self, rows: &[Vec<Literal>], structure: &DataStructure) -> Result<Planned> {
        let mut batch = written_out(rows, structure)?;
        if self.sources.is_some() {
            batch = trace_column(&batch, None)?;
        }
        Ok(Planned { plan: scan("#values", in_memory(&batch)?)?, knowledge: BTreeMap::new() })
    }

    fn project(
        &self,
        input: Planned,
        input_structure: &DataStructure,
        structure: &DataStructure,
        columns: &[Expr],
    ) -> Result<Planned> {
        let mut scope = self.scope(&input, input_structure);
        let mut outputs = Outputs::default();
        for (component, expr) in structure.components().iter().zip(columns) {
            let operand = scope.operand_as(expr, component.data_type)?;
            outputs.push(component, operand)?;
        }
        let windows = (scope.windows, scope.partitions);
        let plan = self.with_windows(input.plan, windows)?;
        outputs.project(plan, self.trace())
    }

    /// The trace as a column to pass on.
    fn trace(&self) -> Option<Df> {
        self.sources.as_ref().map(|_| column(TRACE))
    }

    /// The input with the window functions' results beside its columns. What a row sees through a
    /// window has fed it, so its trace grows by the whole partition's.
    fn with_windows(
        &self,
        plan: LogicalPlan,
        (windows, partitions): (Vec<Window>, Vec<Vec<String>>),
    ) -> Result<LogicalPlan> {
        if windows.is_empty() {
            return Ok(plan);
        }
        let columns: Vec<Df> = plan
            .schema()
            .columns()
            .into_iter()
            .filter(|c| c.name != TRACE)
            .map(Df::Column)
            .collect();
        let results: Vec<Df> = windows.iter().map(|window| column(&window.name())).collect();
        let mut plan = with_windows(plan, windows)?;
        if self.sources.is_some() {
            let mut seen = partitions;
            seen.sort();
            seen.dedup();
            let by = |names: &Vec<String>| names.iter().map(|name| column(name)).collect();
            let traces: Vec<Df> =
                seen.iter().map(|names| merge_traces_over(column(TRACE), by(names))).collect();
            plan = LogicalPlanBuilder::window_plan(plan, traces.clone())?;
            let trace = |trace: &Df| column(&trace.schema_name().to_string());
            let merged = merged_trace(traces.iter().map(trace).collect()).alias(TRACE);
            let outputs: Vec<Df> = columns.into_iter().chain(results).chain([merged]).collect();
            plan = LogicalPlanBuilder::from(plan).project(outputs)?.build()?;
        }
        Ok(plan)
    }

    /// Drops whatever is no column of the structure.
    fn only_columns(
        &self,
        plan: LogicalPlan,
        structure: &DataStructure,
        knowledge: BTreeMap<String, Knowledge>,
    ) -> Result<Planned> {
        let mut names = column_names(structure, &knowledge);
        names.extend(self.trace().map(|_| TRACE.to_owned()));
        let columns: Vec<Df> = names.iter().map(|name| column(name)).collect();
        Ok(Planned { plan: LogicalPlanBuilder::from(plan).project(columns)?.build()?, knowledge })
    }

    fn join(
        &self,
        kind: JoinKind,
        first: &Node,
        rest: &[JoinStep],
        structure: &DataStructure,
        columns: &[JoinColumn],
    ) -> Result<Planned> {
        let inputs: Vec<&Node> =
            std::iter::once(first).chain(rest.iter().map(|step| &step.node)).collect();
        let planned =
            inputs.iter().map(|node| self.plan(node)).collect::<Result<Vec<Planned>>>()?;
        let knowledge: Vec<&BTreeMap<String, Knowledge>> =
            planned.iter().map(|p| &p.knowledge).collect();
        let join_type = match kind {
            JoinKind::Inner | JoinKind::Cross => JoinType::Inner,
            JoinKind::Left => JoinType::Left,
            JoinKind::Full => JoinType::Full,
        };
        // Every column under a name of its own, by the number of its input.
        let numbered = planned
            .iter()
            .enumerate()
            .map(|(n, p)| with_prefix(p.plan.clone(), n))
            .collect::<Result<Vec<_>>>()?;
        let mut numbered = numbered.into_iter();
        let mut plan = numbered.next().ok_or_else(|| EngineError::internal("a join of nothing"))?;
        for (n, (step, right)) in rest.iter().zip(numbered).enumerate() {
            let right_number = n + 1;
            let left_key = |name: &String| -> Result<Df> {
                let mut sides = inputs[..right_number]
                    .iter()
                    .enumerate()
                    .filter(|(_, node)| node.structure.get(name).is_some())
                    .map(|(side, _)| numbered_column(side, name));
                let first = sides
                    .next()
                    .ok_or_else(|| EngineError::internal("a join on a column that isn't there"))?;
                Ok(if kind == JoinKind::Full {
                    coalesce(std::iter::once(first).chain(sides).collect())
                } else {
                    first
                })
            };
            let left_keys = step.on.iter().map(left_key).collect::<Result<Vec<Df>>>()?;
            let right_keys: Vec<Df> =
                step.on.iter().map(|name| numbered_column(right_number, name)).collect();
            let builder = LogicalPlanBuilder::from(plan);
            plan = if step.on.is_empty() {
                builder.cross_join(right)?.build()?
            } else {
                builder
                    .join_with_expr_keys(right, join_type, (left_keys, right_keys), None)?
                    .build()?
            };
        }
        let mut outputs = Outputs::default();
        for (component, JoinColumn { from, name }) in structure.components().iter().zip(columns) {
            let operand = match from {
                None => {
                    let sides = (0..inputs.len())
                        .filter(|&side| inputs[side].structure.get(name).is_some())
                        .map(|side| numbered_column(side, name))
                        .collect();
                    Operand::Exact(coalesce(sides))
                }
                Some(side) => {
                    let from_type = inputs[*side].structure.get(name).map(|c| c.data_type);
                    match knowledge[*side].get(name) {
                        None => Operand::Exact(converted(
                            numbered_column(*side, name),
                            from_type.unwrap_or(component.data_type),
                            component.data_type,
                        )),
                        Some(Knowledge::Unsettled) => {
                            Operand::Unsettled(numbered_column(*side, name))
                        }
                        Some(Knowledge::Bounded) => Operand::Bounded {
                            low: numbered_column(*side, &low_column(name)),
                            value: numbered_column(*side, name),
                            high: numbered_column(*side, &high_column(name)),
                        },
                    }
                }
            };
            outputs.push(component, operand)?;
        }
        let trace = self.trace().map(|_| {
            merged_trace((0..inputs.len()).map(|side| numbered_column(side, TRACE)).collect())
        });
        outputs.project(plan, trace)
    }

    fn aggregate(
        &self,
        input: Planned,
        input_structure: &DataStructure,
        structure: &DataStructure,
        group_by: &[String],
        items: &[Aggregation],
    ) -> Result<Planned> {
        let mut scope = self.scope(&input, input_structure);
        let mut atoms: Vec<Df> = Vec::new();
        let mut outputs = Outputs::default();
        for identifier in structure.identifiers() {
            outputs.push(identifier, Operand::Exact(column(&identifier.name)))?;
        }
        let collapsed = collapsed_time(input_structure, group_by);
        let guarded = collapsed.filter(|_| items.iter().any(is_guarded));
        if let Some(time) = &guarded {
            atoms.push(one_frequency(time).alias(GUARD));
        }
        for item in items {
            let Aggregation { component, function, operand } = item;
            let operand_type = operand.as_ref().map_or(DataType::Integer, |expr| expr.data_type);
            let operand = operand.as_ref().map(|expr| scope.operand(expr)).transpose()?;
            let result = aggregate(*function, operand, operand_type, &mut |atom: Atom| {
                let name = format!("#atom{}", atoms.len());
                atoms.push(atom.function.call(vec![atom.argument]).alias(&name));
                Ok(column(&name))
            })?;
            let from = result_type(*function, operand_type);
            let result = match result {
                Operand::Exact(df) => Operand::Exact(converted(df, from, component.data_type)),
                known => known,
            };
            let result = match guarded.is_some() && is_guarded(item) {
                true => each(result, |df| Ok(when(column(GUARD), df).end()?))?,
                false => result,
            };
            outputs.push(component, result)?;
        }
        if self.sources.is_some() {
            atoms.push(merge_traces(column(TRACE)).alias(TRACE));
        }
        let groups: Vec<Df> = group_by.iter().map(|name| column(name)).collect();
        let builder = LogicalPlanBuilder::from(input.plan);
        let plan = if atoms.is_empty() {
            builder.project(groups)?.distinct()?.build()?
        } else {
            builder.aggregate(groups, atoms)?.build()?
        };
        outputs.project(plan, self.trace())
    }

    fn union(&self, inputs: &[Node], structure: &DataStructure) -> Result<Planned> {
        let planned =
            inputs.iter().map(|node| self.plan(node)).collect::<Result<Vec<Planned>>>()?;
        let mut knowledge = BTreeMap::new();
        for p in &planned {
            knowledge.extend(p.knowledge.iter().map(|(name, k)| (name.clone(), *k)));
        }
        let mut all: Option<LogicalPlanBuilder> = None;
        for (n, (p, node)) in planned.into_iter().zip(inputs).enumerate() {
            let mut outputs = Outputs::default();
            for component in structure.components() {
                let name = &component.name;
                let from = node.structure.get(name).map_or(component.data_type, |c| c.data_type);
                let value = converted(column(name), from, component.data_type);
                let operand = match (knowledge.get(name), p.knowledge.get(name)) {
                    (None, _) => Operand::Exact(value),
                    (Some(Knowledge::Unsettled), _) => Operand::Unsettled(value),
                    (Some(Knowledge::Bounded), None) => {
                        Operand::Bounded { low: value.clone(), value: value.clone(), high: value }
                    }
                    (Some(Knowledge::Bounded), Some(_)) => Operand::Bounded {
                        low: column(&low_column(name)),
                        value,
                        high: column(&high_column(name)),
                    },
                };
                outputs.push(component, operand)?;
            }
            outputs.columns.push(lit(n as i64).alias(SOURCE));
            let plan = outputs.project(p.plan, self.trace())?.plan;
            all = Some(match all {
                None => LogicalPlanBuilder::from(plan),
                Some(builder) => builder.union(plan)?,
            });
        }
        let all = all.ok_or_else(|| EngineError::internal("a union of nothing"))?.build()?;
        let identifiers: Vec<Df> = structure.identifiers().map(|id| column(&id.name)).collect();
        let mut order = WindowFunction::new(row_number_udwf(), Vec::new());
        order.params.partition_by = identifiers;
        order.params.order_by = vec![column(SOURCE).sort(true, false)];
        let order = Window { function: order, asked: 1 };
        let place = column(&order.name());
        let ranked = with_windows(all, vec![order])?;
        let kept = LogicalPlanBuilder::from(ranked).filter(place.eq(lit(1_u64)))?.build()?;
        self.only_columns(kept, structure, knowledge)
    }

    fn matching(&self, left: &Node, right: &Node, on: &[String], present: bool) -> Result<Planned> {
        let structure = &left.structure;
        let (left, right) = (self.plan(left)?, self.plan(right)?);
        let mut keys: Vec<Df> =
            on.iter().map(|name| column(name).alias(prefixed(1, name))).collect();
        let left_keys: Vec<Df> = on.iter().map(|name| column(name)).collect();
        let right_keys: Vec<Df> = on.iter().map(|name| numbered_column(1, name)).collect();
        if on.is_empty() {
            return Err(EngineError::internal("a comparison of datasets on no identifier"));
        }
        if !(present && self.sources.is_some()) {
            let join_type = if present { JoinType::LeftSemi } else { JoinType::LeftAnti };
            let right = LogicalPlanBuilder::from(right.plan).project(keys)?.build()?;
            let plan = LogicalPlanBuilder::from(left.plan)
                .join_with_expr_keys(right, join_type, (left_keys, right_keys), None)?
                .build()?;
            return Ok(Planned { plan, knowledge: left.knowledge });
        }
        // What was found on the right has fed the row as well.
        keys.push(column(TRACE));
        let trace = merge_traces(column(TRACE)).alias(prefixed(1, TRACE));
        let groups: Vec<Df> = right_keys.clone();
        let right = LogicalPlanBuilder::from(right.plan)
            .project(keys)?
            .aggregate(groups, vec![trace])?
            .build()?;
        let joined = LogicalPlanBuilder::from(left.plan)
            .join_with_expr_keys(right, JoinType::Inner, (left_keys, right_keys), None)?
            .build()?;
        let mut columns: Vec<Df> =
            column_names(structure, &left.knowledge).iter().map(|name| column(name)).collect();
        columns.push(merged_trace(vec![column(TRACE), numbered_column(1, TRACE)]).alias(TRACE));
        let plan = LogicalPlanBuilder::from(joined).project(columns)?.build()?;
        Ok(Planned { plan, knowledge: left.knowledge })
    }

    /// Each row beside each branch's number, and then by that number the branch's expressions: the
    /// input is computed once, however many branches there are.
    fn expand(
        &self,
        input: Planned,
        input_structure: &DataStructure,
        structure: &DataStructure,
        branches: &[Vec<Expr>],
    ) -> Result<Planned> {
        let numbers = (0..branches.len()).map(|n| vec![lit(n as i64)]).collect();
        let numbers = LogicalPlanBuilder::values(numbers)?
            .project(vec![column("column1").alias(SOURCE)])?
            .build()?;
        let mut scope = self.scope(&input, input_structure);
        let mut outputs = Outputs::default();
        for (at, component) in structure.components().iter().enumerate() {
            let operands = branches
                .iter()
                .map(|branch| scope.operand_as(&branch[at], component.data_type))
                .collect::<Result<Vec<_>>>()?;
            outputs.push(component, by_branch(operands)?)?;
        }
        let plan = LogicalPlanBuilder::from(numbers).cross_join(input.plan)?.build()?;
        outputs.project(plan, self.trace())
    }

    /// The times that every series ought to have, with the input's measures where it has them.
    /// Periods and intervals of another length are another series; the rhythm of days has to be
    /// found from the days.
    fn fill(
        &self,
        input: Planned,
        structure: &DataStructure,
        time: &str,
        range: FillRange,
    ) -> Result<Planned> {
        use datafusion::functions_aggregate::expr_fn::{max, min};
        let of = structure.get(time).map_or(DataType::TimePeriod, |time| time.data_type);
        let ids: Vec<&str> = structure
            .identifiers()
            .map(|id| id.name.as_str())
            .filter(|name| *name != time)
            .collect();
        let mut known: Vec<Df> = ids.iter().map(|name| column(name)).collect();
        known.push(column(time));
        known.push(series::frequency(column(time), of).alias("#frequency"));
        let known = LogicalPlanBuilder::from(input.plan.clone()).project(known)?;
        let rhythm = |name: &str| match of {
            DataType::Date => Some(series::rhythm(column(time)).alias(name)),
            _ => None,
        };
        let mut own = vec![min(column(time)).alias("#first"), max(column(time)).alias("#last")];
        own.extend(rhythm("#rhythm"));
        let identify = ids.iter().map(|name| column(name)).chain([column("#frequency")]);
        let spans = known.clone().aggregate(identify, own)?;
        let unknown = || lit(datafusion::common::ScalarValue::Utf8View(None));
        let step = rhythm("").map_or_else(unknown, |_| column("#rhythm"));
        let (spans, times) = match range {
            FillRange::Single => {
                let (first, last) = (column("#first"), column("#last"));
                (spans, series::times_between(of, first.clone(), first, last, step))
            }
            FillRange::All => {
                let day = |function: RowFunction| function.call(vec![column(time)], vec![TEXT]);
                let mut limits = vec![
                    min(day(time::first_day_of())).alias("#from"),
                    max(day(time::last_day_of())).alias("#to"),
                ];
                limits.extend(rhythm("#common"));
                let limits = known.aggregate(Vec::<Df>::new(), limits)?.build()?;
                // A series of one day has the rhythm of all days.
                let step =
                    rhythm("").map_or(step.clone(), |_| coalesce(vec![step, column("#common")]));
                let (first, from, to) = (column("#first"), column("#from"), column("#to"));
                (spans.cross_join(limits)?, series::times_between(of, first, from, to, step))
            }
        };
        let mut complete: Vec<Df> =
            ids.iter().map(|name| column(name).alias(prefixed(0, name))).collect();
        complete.push(times.alias(prefixed(0, time)));
        let complete = spans
            .project(complete)?
            .unnest_column(Column::new_unqualified(prefixed(0, time)))?
            .build()?;
        let names: Vec<&str> = structure.identifiers().map(|id| id.name.as_str()).collect();
        let keys = (
            names.iter().map(|name| numbered_column(0, name)).collect::<Vec<_>>(),
            names.iter().map(|name| numbered_column(1, name)).collect::<Vec<_>>(),
        );
        let joined = LogicalPlanBuilder::from(complete)
            .join_with_expr_keys(with_prefix(input.plan, 1)?, JoinType::Left, keys, None)?
            .build()?;
        let mut columns: Vec<Df> = Vec::new();
        for name in column_names(structure, &input.knowledge) {
            let side = usize::from(!names.contains(&name.as_str()));
            columns.push(numbered_column(side, &name).alias(name));
        }
        columns.extend(self.trace().map(|_| numbered_column(1, TRACE).alias(TRACE)));
        let plan = LogicalPlanBuilder::from(joined).project(columns)?.build()?;
        Ok(Planned { plan, knowledge: input.knowledge })
    }

    fn pivot(
        &self,
        input: Planned,
        structure: &DataStructure,
        identifier: &str,
        measure: &str,
        codes: &[String],
    ) -> Result<Planned> {
        let mut atoms: Vec<Df> = Vec::new();
        let mut outputs = Outputs::default();
        for id in structure.identifiers() {
            outputs.push(id, Operand::Exact(column(&id.name)))?;
        }
        let knowledge = input.knowledge.get(measure);
        for (code, component) in codes.iter().zip(structure.measures()) {
            // At most one row of a group has the code; the aggregate only picks it.
            let mut pick = |from: &str| -> Result<Df> {
                let name = format!("#atom{}", atoms.len());
                let value = when(column(identifier).eq(text(code)), column(from)).end()?;
                let atom = datafusion::functions_aggregate::expr_fn::max(value);
                atoms.push(atom.alias(&name));
                Ok(column(&name))
            };
            let operand = match knowledge {
                None => Operand::Exact(pick(measure)?),
                Some(Knowledge::Unsettled) => Operand::Unsettled(pick(measure)?),
                Some(Knowledge::Bounded) => Operand::Bounded {
                    low: pick(&low_column(measure))?,
                    value: pick(measure)?,
                    high: pick(&high_column(measure))?,
                },
            };
            outputs.push(component, operand)?;
        }
        if self.sources.is_some() {
            atoms.push(merge_traces(column(TRACE)).alias(TRACE));
        }
        let groups: Vec<Df> = structure.identifiers().map(|id| column(&id.name)).collect();
        let plan = LogicalPlanBuilder::from(input.plan).aggregate(groups, atoms)?.build()?;
        outputs.project(plan, self.trace())
    }

    /// The value of a scalar expression: a plan of one row and one column, or three for bounds.
    pub(crate) fn scalar(&self, expr: &Expr) -> Result<Planned> {
        let component = Component {
            name: SCALAR.to_owned(),
            role: Role::Measure,
            data_type: expr.data_type,
            nullable: true,
            codes: None,
        };
        let (knowledge, structure) = (BTreeMap::new(), DataStructure::default());
        let mut scope = Scope::new(&knowledge, &self.bindings.scalars, &structure);
        let operand = scope.operand(expr)?;
        let mut outputs = Outputs::default();
        outputs.push(&component, operand)?;
        let plan = match expr.routine() {
            Some(routine) => self.external_value(routine, expr.data_type)?,
            None => LogicalPlanBuilder::empty(true).build()?,
        };
        outputs.project(plan, None)
    }
}

/// The column of a scalar's value.
pub(crate) const SCALAR: &str = "#scalar";

/// Whether the periods of a group have one frequency.
const GUARD: &str = "#one_frequency";

/// Whether what is put together would be wrong for periods of different frequencies. Counting rows
/// is right for any.
fn is_guarded(item: &Aggregation) -> bool {
    item.function != AggregateFunction::Count
}

/// From which input of a union, or for which branch of an expansion, a row comes.
const SOURCE: &str = "#source";

/// The columns that a projection gives, and what is known of them.
#[derive(Default)]
pub(crate) struct Outputs {
    columns: Vec<Df>,
    bounds: Vec<Df>,
    knowledge: BTreeMap<String, Knowledge>,
}

impl Outputs {
    pub(crate) fn push(&mut self, component: &Component, operand: Operand) -> Result<()> {
        let name = &component.name;
        match operand {
            Operand::Exact(df) => self.columns.push(df.alias(name)),
            _ if component.role == Role::Identifier => {
                return refuse(
                    &BOUNDS,
                    format!("identifier {name} can't be a number known only within bounds"),
                );
            }
            Operand::Unsettled(df) => {
                self.columns.push(df.alias(name));
                self.knowledge.insert(name.clone(), Knowledge::Unsettled);
            }
            Operand::Bounded { low, value, high } => {
                self.columns.push(value.alias(name));
                self.bounds.push(low.alias(low_column(name)));
                self.bounds.push(high.alias(high_column(name)));
                self.knowledge.insert(name.clone(), Knowledge::Bounded);
            }
        }
        Ok(())
    }

    pub(crate) fn project(self, plan: LogicalPlan, trace: Option<Df>) -> Result<Planned> {
        let trace = trace.map(|trace| trace.alias(TRACE));
        let columns: Vec<Df> = self.columns.into_iter().chain(self.bounds).chain(trace).collect();
        let plan = LogicalPlanBuilder::from(plan).project(columns)?.build()?;
        Ok(Planned { plan: with_text_as_views(plan)?, knowledge: self.knowledge })
    }
}

/// Some functions of DataFusion give text of the other kind.
fn with_text_as_views(plan: LogicalPlan) -> Result<LogicalPlan> {
    let is_other = |field: &FieldRef| field.data_type().is_string() && *field.data_type() != TEXT;
    if !plan.schema().fields().iter().any(is_other) {
        return Ok(plan);
    }
    let columns: Vec<Df> = plan
        .schema()
        .fields()
        .iter()
        .map(|field| match is_other(field) {
            true => cast(column(field.name()), TEXT).alias(field.name()),
            false => column(field.name()),
        })
        .collect();
    Ok(LogicalPlanBuilder::from(plan).project(columns)?.build()?)
}

/// The operand of the branch that the row is for.
fn by_branch(operands: Vec<Operand>) -> Result<Operand> {
    let mut operands = operands.into_iter().enumerate();
    let (_, first) = operands.next().ok_or_else(|| EngineError::internal("no branch"))?;
    let is_for = |n: usize| column(SOURCE).eq(lit(n as i64));
    first_true(operands.map(|(n, operand)| (is_for(n), operand)).collect(), first)
}

/// The type of an aggregate's result on an operand of that type.
fn result_type(function: AggregateFunction, operand: DataType) -> DataType {
    match function {
        AggregateFunction::Sum | AggregateFunction::Min | AggregateFunction::Max => operand,
        AggregateFunction::Count => DataType::Integer,
        _ => DataType::Number,
    }
}

/// A plan that reads a table, which has that name in explanations; its columns have no qualifier.
pub(crate) fn scan(name: &str, table: Arc<dyn TableProvider>) -> Result<LogicalPlan> {
    let name = TableReference::bare(name);
    let names: Vec<Df> = table
        .schema()
        .fields()
        .iter()
        .map(|field| Df::Column(Column::new(Some(name.clone()), field.name())).alias(field.name()))
        .collect();
    let source = provider_as_source(table);
    Ok(LogicalPlanBuilder::scan(name, source, None)?.project(names)?.build()?)
}

/// A table of a batch, in pieces that can be worked on side by side.
pub(crate) fn in_memory(batch: &RecordBatch) -> Result<Arc<dyn TableProvider>> {
    const ROWS: usize = 8192;
    let rows = batch.num_rows();
    let pieces =
        (0..rows.max(1)).step_by(ROWS).map(|from| batch.slice(from, ROWS.min(rows - from)));
    Ok(Arc::new(MemTable::try_new(batch.schema(), vec![pieces.collect()])?))
}

/// Rows of constants as a batch.
fn written_out(rows: &[Vec<Literal>], structure: &DataStructure) -> Result<RecordBatch> {
    let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for (at, Component { name, data_type, .. }) in structure.components().iter().enumerate() {
        let column = match rows {
            [] => new_empty_array(&arrow_type(*data_type)),
            rows => {
                let constants = rows.iter().map(|row| scalar_constant(&row[at], *data_type));
                ScalarValue::iter_to_array(constants)?
            }
        };
        fields.push(Field::new(name, column.data_type().clone(), true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| EngineError::internal(&e.to_string()))
}

fn knowledge_of(dataset: &Dataset) -> BTreeMap<String, Knowledge> {
    let measures = dataset.structure().components().iter();
    measures
        .filter_map(|component| {
            let name = &component.name;
            if dataset.is_bounded(name) {
                Some((name.clone(), Knowledge::Bounded))
            } else if dataset.is_unsettled(name) {
                Some((name.clone(), Knowledge::Unsettled))
            } else {
                None
            }
        })
        .collect()
}

/// The columns of a node with that structure, without its trace.
fn column_names(structure: &DataStructure, knowledge: &BTreeMap<String, Knowledge>) -> Vec<String> {
    let names = structure.components().iter().map(|component| component.name.clone());
    let bounds = structure
        .components()
        .iter()
        .filter(|component| knowledge.get(&component.name) == Some(&Knowledge::Bounded))
        .flat_map(|component| [low_column(&component.name), high_column(&component.name)]);
    names.chain(bounds).collect()
}

pub(crate) fn prefixed(side: usize, name: &str) -> String {
    format!("#{side}#{name}")
}

pub(crate) fn numbered_column(side: usize, name: &str) -> Df {
    column(&prefixed(side, name))
}

fn with_prefix(plan: LogicalPlan, side: usize) -> Result<LogicalPlan> {
    let columns: Vec<Df> = plan
        .schema()
        .columns()
        .into_iter()
        .map(|c| {
            let name = prefixed(side, &c.name);
            Df::Column(c).alias(name)
        })
        .collect();
    Ok(LogicalPlanBuilder::from(plan).project(columns)?.build()?)
}

fn coalesce(mut values: Vec<Df>) -> Df {
    match values.pop() {
        Some(only) if values.is_empty() => only,
        Some(last) => {
            values.push(last);
            datafusion::functions::core::expr_fn::coalesce(values)
        }
        None => lit(datafusion::common::ScalarValue::Null),
    }
}
