//! Analytic operators, on datasets and in `calc` (reference manual, "Analytic invocation").

use super::build::{Column, default_component, is_identifier, is_viral};
use super::scope::{Row, Scope};
use super::{Check, Checked};
use crate::ast::{self, Name, Over};
use crate::errors::{
    MISPLACED_AGGREGATE, NOT_MONO_MEASURE, TYPE_MISMATCH, WRONG_ARGUMENTS, WRONG_ROLE,
};
use crate::program::{
    AggregateFunction, Analytic, AnalyticFunction, Bound, Expr, ExprKind, Literal, Node, OrderKey,
    Value, Window, WindowUnit,
};
use crate::source::Span;
use olshem_model::{Component, DataType};

/// Which rows an analytic operator sees.
struct Frame {
    partition_by: Vec<String>,
    order_by: Vec<OrderKey>,
    window: Option<Window>,
}

impl Check<'_> {
    pub(super) fn analytic(
        &mut self,
        function: &Name,
        operand: Option<&ast::Expr>,
        parameters: &[ast::Expr],
        over: &Over,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        if let Some(row) = scope.row {
            if !row.analytic {
                let message = format!("the analytic `{}` cannot stand here", function.text);
                let help = "analytic operators belong into `calc` and `filter`, one at a time";
                return Err(self.fault_help(&MISPLACED_AGGREGATE, span, message, help));
            }
            // Not nested.
            let inside = Row { analytic: false, ..row.clone() };
            let operand = operand.map(|operand| self.scalar(operand, scope.over(&inside)));
            let operand = operand.transpose()?;
            let frame = self.frame(over, row, scope)?;
            let kind =
                self.analytic_function(function, operand.as_ref(), parameters, span, scope)?;
            return self.analytic_expr(function, kind, operand, &frame, span).map(Value::Scalar);
        }
        let Some(operand) = operand else {
            let message = format!("`{}` without operand belongs into `calc`", function.text);
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let node = self.dataset(operand, scope)?;
        let row = Row::of(&node.structure);
        let frame = self.frame(over, &row, scope)?;
        let measures: Vec<Component> = node.structure.measures().cloned().collect();
        if measures.is_empty() {
            let message = format!("`{}` needs a dataset with measures", function.text);
            return Err(self.fault(&NOT_MONO_MEASURE, span, message));
        }
        let mut columns: Vec<Column> = node.columns(is_identifier).collect();
        for measure in measures {
            let value = Expr::column(&measure, span);
            let kind = self.analytic_function(function, Some(&value), parameters, span, scope)?;
            if kind == AnalyticFunction::Aggregate(AggregateFunction::Count) {
                // As without `over`: data points are counted, into one measure.
                let count = self.analytic_expr(function, kind, None, &frame, span)?;
                columns.push((default_component(DataType::Integer), count));
                break;
            }
            let value = self.analytic_expr(function, kind, Some(value), &frame, span)?;
            columns.push((Component::measure(&measure.name, value.data_type), value));
        }
        columns.extend(self.viral_in_window(&node, &frame, span)?);
        Ok(Value::Dataset(node.project(columns, span)))
    }

    /// The viral attributes of all rows of the window together.
    fn viral_in_window(&mut self, node: &Node, frame: &Frame, span: Span) -> Checked<Vec<Column>> {
        let (items, columns) = self.propagated_in_groups(&node.structure, span)?;
        let analytic = |name: &str| {
            let item = items.iter().find(|item| item.component.name == name)?;
            let kind = ExprKind::Analytic(Box::new(Analytic {
                function: AnalyticFunction::Aggregate(item.function),
                operand: item.operand.clone(),
                partition_by: frame.partition_by.clone(),
                order_by: frame.order_by.clone(),
                window: frame.window.clone(),
            }));
            Some(Expr::new(kind, item.component.data_type, span))
        };
        let all = columns.into_iter();
        Ok(all.map(|(attribute, value)| (attribute, replaced(value, &analytic))).collect())
    }

    fn analytic_expr(
        &mut self,
        name: &Name,
        function: AnalyticFunction,
        operand: Option<Expr>,
        frame: &Frame,
        span: Span,
    ) -> Checked<Expr> {
        let data_type = match (&function, &operand) {
            (AnalyticFunction::Aggregate(kind), Some(operand)) => {
                self.aggregate_type(name, *kind, operand)?
            }
            (AnalyticFunction::RatioToReport, Some(operand)) if operand.data_type.is_numeric() => {
                DataType::Number
            }
            (AnalyticFunction::RatioToReport, _) => {
                let message = format!("`{}` needs number", name.text);
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
            (AnalyticFunction::Rank, _) | (_, None) => DataType::Integer,
            (_, Some(operand)) => operand.data_type,
        };
        if function == AnalyticFunction::Rank && frame.order_by.is_empty() {
            return Err(self.fault(&WRONG_ARGUMENTS, span, "`rank` needs `order by`"));
        }
        let kind = ExprKind::Analytic(Box::new(Analytic {
            function,
            operand,
            partition_by: frame.partition_by.clone(),
            order_by: frame.order_by.clone(),
            window: frame.window.clone(),
        }));
        Ok(Expr::new(kind, data_type, span))
    }

    fn analytic_function(
        &mut self,
        name: &Name,
        operand: Option<&Expr>,
        parameters: &[ast::Expr],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<AnalyticFunction> {
        let takes = |most: usize| parameters.len() <= most;
        let (function, fits) = match name.text.as_str() {
            "first_value" => (AnalyticFunction::FirstValue, takes(0) && operand.is_some()),
            "last_value" => (AnalyticFunction::LastValue, takes(0) && operand.is_some()),
            "rank" => (AnalyticFunction::Rank, takes(0) && operand.is_none()),
            "ratio_to_report" => (AnalyticFunction::RatioToReport, takes(0) && operand.is_some()),
            "lag" | "lead" => {
                let (offset, default) = self.lag_parameters(parameters, operand, span, scope)?;
                let function = match name.text.as_str() {
                    "lag" => AnalyticFunction::Lag { offset, default },
                    _ => AnalyticFunction::Lead { offset, default },
                };
                (function, takes(2) && operand.is_some())
            }
            _ => {
                let kind = self.aggregate_function(name)?;
                let counts = kind == AggregateFunction::Count;
                (AnalyticFunction::Aggregate(kind), takes(0) && (counts || operand.is_some()))
            }
        };
        if fits {
            return Ok(function);
        }
        let message = format!("`{}` has the wrong number of parameters", name.text);
        Err(self.fault(&WRONG_ARGUMENTS, span, message))
    }

    /// How far `lag` and `lead` look, and what stands for a row that is not there.
    fn lag_parameters(
        &mut self,
        parameters: &[ast::Expr],
        operand: Option<&Expr>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<(u64, Option<Literal>)> {
        let offset = match parameters.first() {
            Some(offset) => match self.natural(offset, scope)? {
                0 => {
                    let message = "the row itself is no row before or after it";
                    let help = "the offset is 1 or more";
                    return Err(self.fault_help(&WRONG_ARGUMENTS, offset.span, message, help));
                }
                rows => rows,
            },
            None => 1,
        };
        let Some(default) = parameters.get(1) else { return Ok((offset, None)) };
        let value = self.scalar(default, scope)?;
        let site = super::types::Site { operator: "default", span, structure: None };
        let value = match operand {
            Some(operand) => self.coerce(value, operand.data_type, site)?,
            None => value,
        };
        match value.kind {
            ExprKind::Literal(Literal::Null) => Ok((offset, None)),
            ExprKind::Literal(literal) => Ok((offset, Some(literal))),
            _ => Err(self.fault(&WRONG_ARGUMENTS, default.span, "a constant is needed here")),
        }
    }

    /// A whole number that is not negative.
    fn natural(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<u64> {
        match self.constant(expr, Scope { row: None, ..scope })? {
            Literal::Integer(number) if number >= 0 => Ok(number.unsigned_abs()),
            _ => {
                let message = "a whole number is needed here, not less than 0";
                Err(self.fault(&WRONG_ARGUMENTS, expr.span, message))
            }
        }
    }

    fn frame(&mut self, over: &Over, row: &Row, scope: Scope<'_>) -> Checked<Frame> {
        let mut order_by = Vec::new();
        for (name, descending) in &over.order {
            let column = self.component(row, name, scope)?.name;
            order_by.push(OrderKey { column, descending: *descending });
        }
        let identifiers = || row.structure.identifiers().map(|c| c.name.clone());
        let partition_by = match &over.partition {
            // What is not ordered by, as the manual says.
            None => identifiers()
                .filter(|name| !order_by.iter().any(|key| key.column == *name))
                .collect(),
            Some(partition) => {
                let mut named = Vec::new();
                for name in &partition.components {
                    let component = self.component(row, name, scope)?;
                    if !is_identifier(&component) {
                        let message = format!(
                            "`{}` is a {}; partitions are formed by identifiers",
                            component.name,
                            component.role.keyword()
                        );
                        return Err(self.fault(&WRONG_ROLE, name.span(), message));
                    }
                    named.push(component.name);
                }
                match partition.except {
                    true => identifiers().filter(|name| !named.contains(name)).collect(),
                    false => named,
                }
            }
        };
        let window = match &over.window {
            Some(window) => Some(self.window(window, over.span, scope)?),
            None => None,
        };
        Ok(Frame { partition_by, order_by, window })
    }

    fn window(&mut self, window: &ast::Window, span: Span, scope: Scope<'_>) -> Checked<Window> {
        let unit = if window.range { WindowUnit::Range } else { WindowUnit::Rows };
        let start = self.bound(&window.start, scope)?;
        let end = self.bound(&window.end, scope)?;
        if place(&start) > place(&end) || start == Bound::UnboundedFollowing {
            let message = "the window ends before it begins";
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        }
        Ok(Window { unit, start, end })
    }

    fn bound(&mut self, bound: &ast::Bound, scope: Scope<'_>) -> Checked<Bound> {
        Ok(match bound {
            ast::Bound::UnboundedPreceding => Bound::UnboundedPreceding,
            ast::Bound::Preceding(number) => Bound::Preceding(self.natural(number, scope)?),
            ast::Bound::Current => Bound::Current,
            ast::Bound::Following(number) => Bound::Following(self.natural(number, scope)?),
            ast::Bound::UnboundedFollowing => Bound::UnboundedFollowing,
        })
    }
}

/// Where a bound lies, counted from the current row.
fn place(bound: &Bound) -> i128 {
    match bound {
        Bound::UnboundedPreceding => i128::MIN,
        Bound::Preceding(rows) => -i128::from(*rows),
        Bound::Current => 0,
        Bound::Following(rows) => i128::from(*rows),
        Bound::UnboundedFollowing => i128::MAX,
    }
}

/// Whether an expression has an analytic operator in it.
pub(super) fn has_analytic(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Analytic(_) => true,
        ExprKind::Column(_)
        | ExprKind::Scalar(_)
        | ExprKind::Literal(_)
        | ExprKind::External(_) => false,
        ExprKind::Call(_, arguments) => arguments.iter().any(has_analytic),
        ExprKind::Case { branches, otherwise } => {
            branches.iter().any(|(when, then)| has_analytic(when) || has_analytic(then))
                || has_analytic(otherwise)
        }
        ExprKind::In { operand, .. } | ExprKind::Cast { operand, .. } => has_analytic(operand),
    }
}

/// The expression with columns replaced by other expressions.
fn replaced(expr: Expr, by: &impl Fn(&str) -> Option<Expr>) -> Expr {
    let kind = match expr.kind {
        ExprKind::Column(name) => match by(&name) {
            Some(other) => return other,
            None => ExprKind::Column(name),
        },
        ExprKind::Call(function, arguments) => {
            ExprKind::Call(function, arguments.into_iter().map(|a| replaced(a, by)).collect())
        }
        ExprKind::Case { branches, otherwise } => ExprKind::Case {
            branches: branches
                .into_iter()
                .map(|(when, then)| (replaced(when, by), replaced(then, by)))
                .collect(),
            otherwise: Box::new(replaced(*otherwise, by)),
        },
        other => other,
    };
    Expr { kind, ..expr }
}

/// Used where analytic operators are made without being written.
pub(super) fn cumulative(
    function: AnalyticFunction,
    operand: Expr,
    partition_by: Vec<String>,
    time: &str,
    window: Option<Window>,
    span: Span,
) -> Expr {
    let data_type = operand.data_type;
    let order_by = vec![OrderKey { column: time.to_owned(), descending: false }];
    let analytic = Analytic { function, operand: Some(operand), partition_by, order_by, window };
    Expr::new(ExprKind::Analytic(Box::new(analytic)), data_type, span)
}

/// Everything up to the current row.
pub(super) fn up_to_current() -> Option<Window> {
    Some(Window { unit: WindowUnit::Rows, start: Bound::UnboundedPreceding, end: Bound::Current })
}

/// Whether a component travels when rows are computed from rows.
pub(super) fn travels(component: &Component) -> bool {
    is_identifier(component) || is_viral(component)
}
