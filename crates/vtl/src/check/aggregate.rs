//! Aggregate operators, on datasets and in `aggr` (reference manual, "Aggregate and Analytic
//! operators").

use super::build::{Column, aggregation, is_identifier};
use super::scope::{Origin, Row, Scope};
use super::types::{Site, default_measure};
use super::{Check, Checked};
use crate::ast::{self, Calculation, ExprKind as Ast, Grouping, GroupingKind, Name};
use crate::errors::{
    DUPLICATE_COMPONENT, MISPLACED_AGGREGATE, NOT_MONO_MEASURE, TYPE_MISMATCH, UNKNOWN_OPERATOR,
    WRONG_ARGUMENTS, WRONG_ROLE,
};
use crate::program::{AggregateFunction, Aggregation, Expr, Node, Value};
use crate::source::Span;
use olshem_model::{Component, DataType, Role};

/// What follows the items of an `aggr`.
#[derive(Clone, Copy)]
pub(super) struct GroupsBy<'a> {
    pub(super) grouping: Option<&'a Grouping>,
    pub(super) having: Option<&'a ast::Expr>,
}

/// An aggregation to be made.
struct Groups<'a> {
    rows: Node,
    origins: &'a [Origin],
    keys: Vec<String>,
    items: Vec<Aggregation>,
}

impl Check<'_> {
    /// An aggregate invocation: of a dataset, or of components in `having`.
    pub(super) fn aggregate(
        &mut self,
        function: &Name,
        operand: Option<&ast::Expr>,
        grouping: Option<&Grouping>,
        having: Option<&ast::Expr>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        if let Some(row) = scope.row {
            let Some(rows) = row.grouped.as_deref().filter(|_| grouping.is_none()) else {
                let message = format!("the aggregate `{}` cannot stand here", function.text);
                let help = "aggregates belong into `aggr` and `having`; with `over` into `calc`";
                return Err(self.fault_help(&MISPLACED_AGGREGATE, span, message, help));
            };
            let name = format!("having#{}", self.collected.len() + 1);
            let item =
                self.aggregated_component(name, function, operand, span, scope.over(rows))?;
            let value = Expr::column(&item.component, span);
            self.collected.push(item);
            return Ok(Value::Scalar(value));
        }
        let Some(operand) = operand else {
            let message = format!("`{}` needs a dataset", function.text);
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let node = self.dataset(operand, scope)?;
        let (node, keys) = self.grouped(node, &[], grouping, span, scope)?;
        let kind = self.aggregate_function(function)?;
        let mut items = Vec::new();
        if kind == AggregateFunction::Count {
            // Data points are counted, whatever they hold.
            let name = default_measure(DataType::Integer);
            items.push(aggregation(name, DataType::Integer, kind, None));
        } else {
            for measure in node.structure.measures() {
                let value = Expr::column(measure, span);
                let data_type = self.aggregate_type(function, kind, &value)?;
                let codes = measure.codes.clone().filter(|_| data_type == measure.data_type);
                let mut item = aggregation(&measure.name, data_type, kind, Some(value));
                item.component.codes = codes;
                items.push(item);
            }
            if items.is_empty() {
                let message = format!("`{}` needs a dataset with measures", function.text);
                return Err(self.fault(&NOT_MONO_MEASURE, span, message));
            }
        }
        let groups = Groups { rows: node, origins: &[], keys, items };
        self.groups(groups, having, span, scope).map(Value::Dataset)
    }

    /// The clause `aggr`.
    pub(super) fn aggr(
        &mut self,
        node: Node,
        origins: &[Origin],
        items: &[Calculation],
        groups_by: GroupsBy<'_>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let (node, keys) = self.grouped(node, origins, groups_by.grouping, span, scope)?;
        let row = Row::joined(&node.structure, origins);
        let mut aggregations: Vec<Aggregation> = Vec::new();
        for item in items {
            let Ast::Aggregate { function, operand, grouping: None, having: None } =
                &item.value.kind
            else {
                let message = "each item of `aggr` is one aggregate operator";
                let help = "calculate with aggregates in a `calc` after the `aggr`";
                let span = item.value.span;
                return Err(self.fault_help(&MISPLACED_AGGREGATE, span, message, help));
            };
            let name = self.new_name(&item.name.name, scope);
            let taken = keys.contains(&name)
                || aggregations.iter().any(|other| other.component.name == name);
            if taken {
                let message = format!("the result has a component `{name}` already");
                return Err(self.fault(&DUPLICATE_COMPONENT, item.name.span(), message));
            }
            let before = node.structure.get(&name).cloned();
            if item.role == Some(Role::Identifier) || before.as_ref().is_some_and(is_identifier) {
                let message = "an aggregate cannot be an identifier";
                return Err(self.fault(&WRONG_ROLE, item.name.span(), message));
            }
            let (operand, span) = (operand.as_deref(), item.value.span);
            let inner = scope.over(&row);
            let mut aggregation =
                self.aggregated_component(name, function, operand, span, inner)?;
            let role = item.role.or(before.map(|component| component.role));
            aggregation.component.role = role.unwrap_or(Role::Measure);
            aggregations.push(aggregation);
        }
        let groups = Groups { rows: node, origins, keys, items: aggregations };
        self.groups(groups, groups_by.having, span, scope)
    }

    /// One aggregate of an expression over the rows of a group.
    fn aggregated_component(
        &mut self,
        name: String,
        function: &Name,
        operand: Option<&ast::Expr>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Aggregation> {
        let kind = self.aggregate_function(function)?;
        let Some(operand) = operand else {
            if kind != AggregateFunction::Count {
                let message = format!("`{}` needs an operand", function.text);
                return Err(self.fault(&WRONG_ARGUMENTS, span, message));
            }
            return Ok(aggregation(name, DataType::Integer, kind, None));
        };
        let value = self.scalar(operand, scope)?;
        let data_type = self.aggregate_type(function, kind, &value)?;
        Ok(aggregation(name, data_type, kind, Some(value)))
    }

    pub(super) fn aggregate_function(&mut self, name: &Name) -> Checked<AggregateFunction> {
        Ok(match name.text.as_str() {
            "sum" => AggregateFunction::Sum,
            "avg" => AggregateFunction::Avg,
            "count" => AggregateFunction::Count,
            "min" => AggregateFunction::Min,
            "max" => AggregateFunction::Max,
            "median" => AggregateFunction::Median,
            "stddev_pop" => AggregateFunction::StddevPop,
            "stddev_samp" => AggregateFunction::StddevSamp,
            "var_pop" => AggregateFunction::VarPop,
            "var_samp" => AggregateFunction::VarSamp,
            other => {
                let message = format!("`{other}` is no aggregate operator");
                return Err(self.fault(&UNKNOWN_OPERATOR, name.span, message));
            }
        })
    }

    /// The type that an aggregate of values of a type has.
    pub(super) fn aggregate_type(
        &mut self,
        name: &Name,
        function: AggregateFunction,
        operand: &Expr,
    ) -> Checked<DataType> {
        use AggregateFunction::{Count, Max, Min, Sum};
        let data_type = operand.data_type;
        match function {
            Count => return Ok(DataType::Integer),
            Min | Max => return Ok(data_type),
            _ if data_type.is_numeric() => {}
            _ => {
                let what = match &operand.kind {
                    crate::program::ExprKind::Column(column) => format!("`{column}`"),
                    _ => "this".to_owned(),
                };
                let message = format!("`{}` needs number, {what} is {data_type}", name.text);
                return Err(self.fault(&TYPE_MISMATCH, operand.span, message));
            }
        }
        Ok(match function {
            Sum => data_type,
            _ => DataType::Number,
        })
    }

    /// The identifiers to group by, and the dataset, with its time converted if that is asked for.
    fn grouped(
        &mut self,
        node: Node,
        origins: &[Origin],
        grouping: Option<&Grouping>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<(Node, Vec<String>)> {
        let Some(grouping) = grouping else { return Ok((node, Vec::new())) };
        let row = Row::joined(&node.structure, origins);
        let mut named = Vec::new();
        for name in &grouping.components {
            let component = self.component(&row, name, scope)?;
            if !is_identifier(&component) {
                let message = format!(
                    "`{}` is a {}; groups are formed by identifiers",
                    component.name,
                    component.role.keyword()
                );
                return Err(self.fault(&WRONG_ROLE, name.span(), message));
            }
            if !named.contains(&component.name) {
                named.push(component.name);
            }
        }
        let all = node.identifier_names();
        let mut keys: Vec<String> = match grouping.kind {
            GroupingKind::By => named,
            GroupingKind::Except => all.into_iter().filter(|name| !named.contains(name)).collect(),
            GroupingKind::All => all,
        };
        let Some(time_agg) = &grouping.time_agg else { return Ok((node, keys)) };
        let time = self.time_identifier(&node, span)?;
        if !keys.contains(&time.name) {
            keys.push(time.name.clone());
        }
        let period = self.scalar(&time_agg.period, scope)?;
        let site = Site { operator: "time_agg", span: grouping.span, structure: None };
        let value = Expr::column(&time, span);
        let converted = self.period_of(value, period, time_agg.last, site)?;
        let columns: Vec<Column> = node
            .columns(|_| true)
            .map(|(component, value)| match component.name == time.name {
                true => (component, converted.clone()),
                false => (component, value),
            })
            .collect();
        Ok((node.project(columns, span), keys))
    }

    /// The aggregation itself, with viral attributes, and without the groups that `having` rejects.
    fn groups(
        &mut self,
        groups: Groups<'_>,
        having: Option<&ast::Expr>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let Groups { rows: node, origins, keys, items } = groups;
        let key_components: Vec<Component> =
            keys.iter().filter_map(|name| node.structure.get(name).cloned()).collect();
        let (viral_items, viral_columns) = self.propagated_in_groups(&node.structure, span)?;
        let calculated = |name: &str| items.iter().any(|item| item.component.name == name);
        let viral_columns: Vec<Column> =
            viral_columns.into_iter().filter(|(c, _)| !calculated(&c.name)).collect();
        let rows = Row::joined(&node.structure, origins);
        let outer = std::mem::take(&mut self.collected);
        let condition = having.map(|having| {
            let groups = Row {
                structure: olshem_model::DataStructure::new(key_components.clone()),
                grouped: Some(Box::new(rows)),
                ..Row::default()
            };
            self.condition(having, scope.over(&groups))
        });
        let collected = std::mem::replace(&mut self.collected, outer);
        let condition = condition.transpose()?;
        let kept: Vec<Component> =
            key_components.into_iter().chain(items.iter().map(|i| i.component.clone())).collect();
        let plain = viral_columns.is_empty() && condition.is_none();
        let mut all_items = items;
        if !viral_columns.is_empty() {
            all_items.extend(viral_items);
        }
        all_items.extend(collected);
        let mut groups = node.aggregate(keys, all_items, span);
        if plain {
            return Ok(groups);
        }
        if let Some(condition) = condition {
            groups = groups.filter(condition, span);
        }
        let mut columns: Vec<Column> = kept
            .into_iter()
            .map(|component| {
                let value = Expr::column(&component, span);
                (component, value)
            })
            .collect();
        columns.extend(viral_columns);
        Ok(groups.project(columns, span))
    }
}
