//! Time operators (reference manual, "Time operators").

use super::build::Column;
use super::lift::Default::Required;
use super::lift::{Measures, Operator};
use super::scope::{Row, Scope};
use super::types::Site;
use super::value::Argument;
use super::{Check, Checked};
use crate::errors::{NO_TIME_IDENTIFIER, TYPE_MISMATCH, WRONG_ARGUMENTS, WRONG_KIND};
use crate::program::{Expr, ExprKind, FillRange, Function, Literal, Node, Operation, Value};
use crate::source::Span;
use olshem_model::{Component, DataType};

/// The operators that treat the time identifier, or parameters, in their own way.
pub(super) const SPECIAL: &[&str] = &[
    "period_indicator",
    "fill_time_series",
    "flow_to_stock",
    "stock_to_flow",
    "timeshift",
    "time_agg",
    "dateadd",
    "current_date",
];

pub(super) const OPERATORS: &[Operator] = &[
    part("getyear", |check, arguments, site| check.part(Function::Year, arguments, site)),
    part("getmonth", |check, arguments, site| check.part(Function::Month, arguments, site)),
    part("dayofmonth", |check, arguments, site| check.part(Function::DayOfMonth, arguments, site)),
    part("dayofyear", |check, arguments, site| check.part(Function::DayOfYear, arguments, site)),
    part("daytoyear", |check, arguments, site| {
        check.duration(Function::DayToYear, arguments, site)
    }),
    part("daytomonth", |check, arguments, site| {
        check.duration(Function::DayToMonth, arguments, site)
    }),
    part("yeartoday", |check, arguments, site| check.days(Function::YearToDay, arguments, site)),
    part("monthtoday", |check, arguments, site| check.days(Function::MonthToDay, arguments, site)),
    Operator {
        name: "datediff",
        parameters: &[Required, Required],
        measures: Measures::Scalars,
        typing: |check, arguments, site| {
            let arguments = check.days_or_periods(arguments, site)?;
            Ok(Expr::call(Function::DateDiff, arguments, DataType::Integer, site.span))
        },
    },
];

/// On dates and periods; a dataset's time identifier is treated by [`Check::dateadd`].
const DATE_ADD: Operator = Operator {
    name: "dateadd",
    parameters: &[Required, Required, Required],
    measures: Measures::Same,
    typing: |check, arguments, site| {
        let mut arguments = arguments.into_iter();
        let Some(operand) = arguments.next() else { return Err(check.too_few(site)) };
        let operand = check.days_or_periods(vec![operand], site)?;
        let number = check.next(&mut arguments, DataType::Integer, site)?;
        // The manual's letter for years, here and nowhere else.
        let mut unit = arguments.map(|unit| match unit.as_text() {
            Some("Y") => Expr::text("A", unit.span),
            _ => unit,
        });
        let unit = check.next(&mut unit, DataType::Duration, site)?;
        let all = operand.into_iter().chain([number, unit]).collect();
        Ok(Expr::call(Function::DateAdd, all, DataType::Date, site.span))
    },
};

const fn part(
    name: &'static str,
    typing: fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>,
) -> Operator {
    Operator { name, parameters: &[Required], measures: Measures::Scalars, typing }
}

impl Check<'_> {
    fn part(&mut self, function: Function, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
        let arguments = self.days_or_periods(arguments, site)?;
        Ok(Expr::call(function, arguments, DataType::Integer, site.span))
    }

    fn duration(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let days = self.next(&mut arguments.into_iter(), DataType::Integer, site)?;
        Ok(Expr::call(function, vec![days], DataType::Duration, site.span))
    }

    fn days(&mut self, function: Function, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
        let duration = self.next(&mut arguments.into_iter(), DataType::Duration, site)?;
        Ok(Expr::call(function, vec![duration], DataType::Integer, site.span))
    }

    /// The arguments as dates or periods, which texts are read as.
    fn days_or_periods(&mut self, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Vec<Expr>> {
        arguments
            .into_iter()
            .map(|argument| match argument.data_type {
                DataType::Date | DataType::TimePeriod => Ok(argument),
                _ => {
                    let date = argument.as_text().is_none_or(|text| text.len() == 10);
                    let to = if date { DataType::Date } else { DataType::TimePeriod };
                    self.coerce(argument, to, site)
                }
            })
            .collect()
    }

    pub(super) fn time_operator(
        &mut self,
        name: &str,
        arguments: Vec<Argument>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let most = match name {
            "current_date" => 0,
            "period_indicator" | "flow_to_stock" | "stock_to_flow" => 1,
            "time_agg" => 4,
            "dateadd" => 3,
            _ => 2,
        };
        if arguments.len() > most {
            let message = format!("`{name}` takes at most {most} parameters");
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        }
        let mut arguments = arguments.into_iter();
        match name {
            "time_agg" => return self.time_agg(arguments.collect(), span, scope),
            "dateadd" => return self.dateadd(arguments.collect(), span, scope),
            "current_date" => {
                return Ok(Value::Scalar(match self.checker.today {
                    Some(today) => {
                        let text = ExprKind::Literal(Literal::String(today.to_string()));
                        Expr::new(text, DataType::Date, span)
                    }
                    None => Expr::call(Function::CurrentDate, Vec::new(), DataType::Date, span),
                }));
            }
            "period_indicator" => return self.period_indicator(arguments.next(), span, scope),
            _ => {}
        }
        let Some(Argument::Value(operand)) = arguments.next() else {
            let message = format!("`{name}` needs a dataset");
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let node = self.dataset_of(operand, span)?;
        let time = self.time_identifier(&node, span)?;
        match name {
            "fill_time_series" => {
                let range = match arguments.next() {
                    None | Some(Argument::Omitted) => FillRange::All,
                    Some(Argument::Keyword(word)) if word == "all" => FillRange::All,
                    Some(Argument::Keyword(word)) if word == "single" => FillRange::Single,
                    Some(_) => {
                        let message =
                            "the last parameter of `fill_time_series` is `single` or `all`";
                        return Err(self.fault(&WRONG_ARGUMENTS, span, message));
                    }
                };
                let structure = node.structure.clone();
                let operation =
                    Operation::FillTimeSeries { input: Box::new(node), time: time.name, range };
                Ok(Value::Dataset(Node::new(operation, structure, span)))
            }
            "timeshift" => self.timeshift(node, &time, arguments.next(), span),
            "flow_to_stock" => self.series(node, &time, name, span, |check, value, series| {
                check.stock(value, series, span)
            }),
            _ => self.series(node, &time, name, span, |check, value, series| {
                check.flow(value, series, span)
            }),
        }
    }

    /// Applied to a dataset, `dateadd` moves its time identifier.
    fn dateadd(
        &mut self,
        arguments: Vec<Argument>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let mut arguments = self.completed(&DATE_ADD, arguments, span)?;
        let in_time = |node: &Node| node.structure.identifiers().any(|c| c.data_type.is_temporal());
        let node = match arguments.first() {
            Some(Value::Dataset(node)) if in_time(node) => node.clone(),
            _ => return self.apply(&DATE_ADD, arguments, span, scope),
        };
        let time = self.time_identifier(&node, span)?;
        arguments[0] = Value::Scalar(Expr::column(&time, span));
        let row = Row::of(&node.structure);
        let in_row = Scope { row: Some(&row), ..scope };
        let Value::Scalar(moved) = self.apply(&DATE_ADD, arguments, span, in_row)? else {
            return Err(self.fault(&WRONG_KIND, span, "the number and the unit are scalars"));
        };
        let columns = node
            .columns(|_| true)
            .map(|(component, value)| match component.name == time.name {
                true => (Component { data_type: moved.data_type, ..component }, moved.clone()),
                false => (component, value),
            })
            .collect();
        Ok(Value::Dataset(node.project(columns, span)))
    }

    /// The one identifier that lies in time.
    pub(super) fn time_identifier(&mut self, node: &Node, span: Span) -> Checked<Component> {
        let mut times = node.structure.identifiers().filter(|c| c.data_type.is_temporal());
        match (times.next(), times.next()) {
            (Some(time), None) => Ok(time.clone()),
            (first, _) => {
                let found = if first.is_none() { "none" } else { "several" };
                let message = format!("one identifier in time is needed, this dataset has {found}");
                Err(self.fault(&NO_TIME_IDENTIFIER, span, message))
            }
        }
    }

    fn period_indicator(
        &mut self,
        operand: Option<Argument>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let indicator = |period: Expr| {
            Expr::call(Function::PeriodIndicator, vec![period], DataType::Duration, span)
        };
        let site = Site { operator: "period_indicator", span, structure: None };
        match operand {
            Some(Argument::Value(Value::Scalar(period))) => {
                let period = self.coerce(period, DataType::TimePeriod, site)?;
                Ok(Value::Scalar(indicator(period)))
            }
            Some(Argument::Value(Value::Dataset(node))) => {
                let time = self.period_identifier(&node, span)?;
                let mut columns: Vec<Column> = node.columns(super::analytic::travels).collect();
                let value = indicator(Expr::column(&time, span));
                columns.push((super::build::default_component(DataType::Duration), value));
                Ok(Value::Dataset(node.project(columns, span)))
            }
            _ => {
                let Some(row) = scope.row else {
                    let message = "`period_indicator` needs an operand here";
                    return Err(self.fault(&WRONG_ARGUMENTS, span, message));
                };
                let mut times =
                    row.structure.identifiers().filter(|c| c.data_type == DataType::TimePeriod);
                match (times.next(), times.next()) {
                    (Some(time), None) => Ok(Value::Scalar(indicator(Expr::column(time, span)))),
                    _ => {
                        let message = "`period_indicator` needs one identifier of type time_period";
                        Err(self.fault(&NO_TIME_IDENTIFIER, span, message))
                    }
                }
            }
        }
    }

    fn period_identifier(&mut self, node: &Node, span: Span) -> Checked<Component> {
        let time = self.time_identifier(node, span)?;
        if time.data_type == DataType::TimePeriod {
            return Ok(time);
        }
        let message = format!("`{}` is {}, time_period is needed", time.name, time.data_type);
        Err(self.fault(&TYPE_MISMATCH, span, message))
    }

    /// `time_agg(to, from, operand, first or last)`.
    fn time_agg(
        &mut self,
        arguments: Vec<Argument>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let mut last = None;
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Keyword(word) if word == "first" => last = Some(false),
                Argument::Keyword(word) if word == "last" => last = Some(true),
                Argument::Value(value) => values.push(value),
                Argument::Omitted => {}
                Argument::Keyword(word) => {
                    let message = format!("`{word}` is no parameter of `time_agg`");
                    return Err(self.fault(&WRONG_ARGUMENTS, span, message));
                }
            }
        }
        let mut values = values.into_iter();
        let to = match values.next() {
            Some(Value::Scalar(to)) => to,
            _ => {
                let message = "the first parameter of `time_agg` is a duration";
                return Err(self.fault(&WRONG_ARGUMENTS, span, message));
            }
        };
        // A duration to convert from may stand before the operand; the operand tells it anyway.
        let Some(operand) = values.last() else {
            let message = "`time_agg` needs an operand, except in `group`";
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let typing = |check: &mut Self, exprs: Vec<Expr>, site: Site<'_>| {
            let operands = check.days_or_periods_or_times(exprs, site)?;
            let Some(operand) = operands.into_iter().next() else {
                return Err(check.too_few(site));
            };
            check.period_of(operand, to.clone(), last, site)
        };
        self.apply_with("time_agg", Measures::Same, vec![operand], span, scope, &typing)
    }

    fn days_or_periods_or_times(
        &mut self,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Vec<Expr>> {
        match arguments.first().map(|argument| argument.data_type) {
            Some(DataType::Time) => Ok(arguments),
            _ => self.days_or_periods(arguments, site),
        }
    }

    /// The period of that length in which a time lies; for a date the first or last day of it.
    pub(super) fn period_of(
        &mut self,
        operand: Expr,
        period: Expr,
        last: Option<bool>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let period = self.coerce(period, DataType::Duration, site)?;
        if !matches!(period.kind, ExprKind::Literal(Literal::String(_)) | ExprKind::Scalar(_)) {
            let message = "the duration must be the same for all rows";
            return Err(self.fault(&WRONG_KIND, period.span, message));
        }
        let data_type = operand.data_type;
        let mut arguments = vec![operand, period];
        if data_type == DataType::Date {
            let day = if last.unwrap_or(true) { "last" } else { "first" };
            arguments.push(Expr::text(day, site.span));
        }
        Ok(Expr::call(Function::TimeAgg, arguments, data_type, site.span))
    }
}
