//! Time operators that look along a series: `timeshift`, `flow_to_stock`, `stock_to_flow`
//! (reference manual, "Time operators").

use super::analytic::{cumulative, up_to_current};
use super::build::Column;
use super::types::Site;
use super::value::Argument;
use super::{Check, Checked};
use crate::errors::{TYPE_MISMATCH, WRONG_ARGUMENTS};
use crate::program::{
    AggregateFunction, Analytic, AnalyticFunction, Expr, ExprKind, Function, Literal, Node, Value,
};
use crate::source::Span;
use olshem_model::{Component, DataType, Role};

/// How the rows of a time series are told from others, and ordered.
pub(super) struct Series {
    partition_by: Vec<String>,
    time: String,
}

impl Check<'_> {
    pub(super) fn timeshift(
        &mut self,
        node: Node,
        time: &Component,
        number: Option<Argument>,
        span: Span,
    ) -> Checked<Value> {
        let Some(Argument::Value(Value::Scalar(number))) = number else {
            let message = "`timeshift` needs a number of periods";
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let site = Site { operator: "timeshift", span, structure: None };
        let number = self.coerce(number, DataType::Integer, site)?;
        let own = Expr::column(time, span);
        let (node, shifted) = match time.data_type {
            DataType::Date => self.shifted_dates(node, time, number, span),
            _ => {
                let arguments = vec![own, number];
                (node, Expr::call(Function::TimeShift, arguments, time.data_type, span))
            }
        };
        let columns = node
            .columns(|component| !component.name.contains('#'))
            .map(|(component, value)| match component.name == time.name {
                true => (component, shifted.clone()),
                false => (component, value),
            })
            .collect();
        Ok(Value::Dataset(node.project(columns, span)))
    }

    /// Dates do not tell how far apart they are; the least distance in a series does, and for a
    /// series of one date the least in the dataset. A date at the end of a month stays at one.
    fn shifted_dates(
        &mut self,
        node: Node,
        time: &Component,
        number: Expr,
        span: Span,
    ) -> (Node, Expr) {
        let others: Vec<String> =
            node.identifier_names().into_iter().filter(|name| *name != time.name).collect();
        let own = Expr::column(time, span);
        let lag = AnalyticFunction::Lag { offset: 1, default: None };
        let before = cumulative(lag, own.clone(), others.clone(), &time.name, None, span);
        let days =
            Expr::call(Function::DateDiff, vec![before, own.clone()], DataType::Integer, span);
        let days = (Component::measure("days#", DataType::Integer), days);
        let columns = node.columns(|_| true).chain([days.clone()]).collect();
        let node = node.project(columns, span);

        let least = |partition_by: Vec<String>| {
            let kind = ExprKind::Analytic(Box::new(Analytic {
                function: AnalyticFunction::Aggregate(AggregateFunction::Min),
                operand: Some(Expr::column(&days.0, span)),
                partition_by,
                order_by: Vec::new(),
                window: None,
            }));
            Expr::new(kind, DataType::Integer, span)
        };
        let step = Expr::call(
            Function::Nvl,
            vec![least(others), least(Vec::new())],
            DataType::Integer,
            span,
        );
        let step = (Component::measure("step#", DataType::Integer), step);
        let columns = node.columns(|_| true).chain([step.clone()]).collect();
        let node = node.project(columns, span);

        let at_least = |days: i64| {
            let sides = vec![Expr::column(&step.0, span), Expr::integer(days, span)];
            Expr::test(Function::GreaterOrEqual, sides, span)
        };
        let add = |date: Expr, number: Expr, unit: &str| {
            let unit = Expr::new(
                ExprKind::Literal(Literal::String(unit.to_owned())),
                DataType::Duration,
                span,
            );
            Expr::call(Function::DateAdd, vec![date, number, unit], DataType::Date, span)
        };
        let next = add(own.clone(), Expr::integer(1, span), "D");
        let day = Expr::call(Function::DayOfMonth, vec![next.clone()], DataType::Integer, span);
        let at_end = Expr::test(Function::Equal, vec![day, Expr::integer(1, span)], span);
        let by = |unit: &str| {
            let end = add(add(next.clone(), number.clone(), unit), Expr::integer(-1, span), "D");
            Expr::case(vec![(at_end.clone(), end)], add(own.clone(), number.clone(), unit), span)
        };
        let rest = vec![Expr::column(&step.0, span), Expr::integer(7, span)];
        let rest = Expr::call(Function::Mod, rest, DataType::Integer, span);
        let whole = Expr::test(Function::Equal, vec![rest, Expr::integer(0, span)], span);
        let weeks = Expr::test(Function::And, vec![at_least(7), whole], span);
        // The shortest that a year, half-year, quarter, month and week can be.
        let branches = vec![
            (at_least(365), by("A")),
            (at_least(181), by("S")),
            (at_least(90), by("Q")),
            (at_least(28), by("M")),
            (weeks, add(own.clone(), number.clone(), "W")),
        ];
        let shifted = Expr::case(branches, add(own, number.clone(), "D"), span);
        (node, shifted)
    }

    /// Measures computed along each time series. Periods and intervals of different lengths are
    /// different series.
    pub(super) fn series(
        &mut self,
        node: Node,
        time: &Component,
        operator: &str,
        span: Span,
        compute: impl Fn(&mut Self, Expr, &Series) -> Expr,
    ) -> Checked<Value> {
        let kept = node.structure.components().to_vec();
        let mut partition_by: Vec<String> =
            node.identifier_names().into_iter().filter(|name| *name != time.name).collect();
        let node = if time.data_type != DataType::Date {
            let frequency = Component::measure("frequency#", DataType::Duration);
            partition_by.push(frequency.name.clone());
            let indicator = Expr::call(
                Function::PeriodIndicator,
                vec![Expr::column(time, span)],
                DataType::Duration,
                span,
            );
            let mut columns: Vec<Column> = node.columns(|_| true).collect();
            columns.push((frequency, indicator));
            node.project(columns, span)
        } else {
            node
        };
        let series = Series { partition_by, time: time.name.clone() };
        let mut columns = Vec::new();
        for component in kept {
            let value = Expr::column(&component, span);
            if component.role != Role::Measure {
                columns.push((component, value));
                continue;
            }
            if !component.data_type.is_numeric() {
                let message = format!(
                    "`{operator}` needs number, `{}` is {}",
                    component.name, component.data_type
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
            let value = compute(self, value, &series);
            columns.push((component, value));
        }
        Ok(Value::Dataset(node.project(columns, span)))
    }

    /// The sum of all flows so far; null where the flow is, and going on after that.
    pub(super) fn stock(&mut self, flow: Expr, series: &Series, span: Span) -> Expr {
        let sum = AnalyticFunction::Aggregate(AggregateFunction::Sum);
        let partition = series.partition_by.clone();
        let total = cumulative(sum, flow.clone(), partition, &series.time, up_to_current(), span);
        let missing = Expr::test(Function::IsNull, vec![flow.clone()], span);
        Expr::case(vec![(missing, Expr::null(flow.data_type, span))], total, span)
    }

    /// What a stock has grown by since the period before; the first stock itself.
    pub(super) fn flow(&mut self, stock: Expr, series: &Series, span: Span) -> Expr {
        let data_type = stock.data_type;
        let partition = series.partition_by.clone();
        let along = |function, operand, window| {
            cumulative(function, operand, partition.clone(), &series.time, window, span)
        };
        let lag = AnalyticFunction::Lag { offset: 1, default: None };
        let before = along(lag, stock.clone(), None);
        let one = Expr::integer(1, span);
        let sum = AnalyticFunction::Aggregate(AggregateFunction::Sum);
        let number = along(sum, one.clone(), up_to_current());
        let first = Expr::test(Function::Equal, vec![number, one], span);
        let growth = Expr::call(Function::Subtract, vec![stock.clone(), before], data_type, span);
        Expr::case(vec![(first, stock)], growth, span)
    }
}
