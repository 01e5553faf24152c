//! Expressions over the columns of a row: from the checked program's to DataFusion's.

use crate::aggregate::{Atom, aggregate};
use crate::errors::{BOUNDS, EngineError, FAILED, NOT_SUPPORTED, Result, refuse};
use crate::external::EXTERNAL;
use crate::frequency::{collapsed_time, one_frequency_over};
use crate::functions::number::{End, NumberFunction};
use crate::functions::row::RowFunction;
use crate::functions::{convert, integer, mask, text, time};
use crate::interval::Operation;
use crate::window::Window;
use crate::{Estimate, Scalar, arrow_type};
use arrow::datatypes::DataType as ArrowType;
use datafusion::common::{Column, ScalarValue};
use datafusion::functions_window::expr_fn as window_functions;
use datafusion::logical_expr::expr::{
    Case, NullTreatment, Sort, WindowFunction, WindowFunctionParams,
};
use datafusion::logical_expr::{
    Expr as Df, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition, cast,
    lit, not, when,
};
use olshem_model::structure::{high_column, low_column};
use olshem_model::{DataStructure, DataType};
use olshem_vtl::program::{
    self, Analytic, AnalyticFunction, Bound, Expr, ExprKind, Function, Literal, OrderKey,
    WindowUnit,
};
use std::collections::BTreeMap;

/// How well a value is known.
// An expression is planned once for a statement, whatever the number of rows: its size is no matter.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// Exactly, or not at all where it is null.
    Exact(Df),
    /// A number within bounds: low, the value where there is a single best one, high. It is missing
    /// where `low` is null.
    Bounded { low: Df, value: Df, high: Df },
    /// A value other than a number whose null may mean that bounds leave several possible.
    Unsettled(Df),
}

impl Operand {
    fn as_exact(&self) -> Option<Df> {
        match self {
            Self::Exact(df) => Some(df.clone()),
            _ => None,
        }
    }
}

/// How well the values of a column are known, where not exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// It has columns for its bounds.
    Bounded,
    /// See [`Operand::Unsettled`].
    Unsettled,
}

/// What an expression can refer to.
pub(crate) struct Scope<'a> {
    /// The columns that are not known exactly.
    pub(crate) knowledge: &'a BTreeMap<String, Knowledge>,
    /// Scalars by name.
    pub(crate) scalars: &'a BTreeMap<String, Scalar>,
    /// What the input looks like. Its identifiers make every order of its rows definite.
    pub(crate) structure: &'a DataStructure,
    /// The window functions met so far; an expression refers to their results as columns.
    pub(crate) windows: Vec<Window>,
    /// By which columns their partitions were made.
    pub(crate) partitions: Vec<Vec<String>>,
}

impl<'a> Scope<'a> {
    /// A scope over an input of that structure.
    pub(crate) fn new(
        knowledge: &'a BTreeMap<String, Knowledge>,
        scalars: &'a BTreeMap<String, Scalar>,
        structure: &'a DataStructure,
    ) -> Self {
        Self { knowledge, scalars, structure, windows: Vec::new(), partitions: Vec::new() }
    }

    /// The expression, with its value converted to `data_type`.
    pub(crate) fn operand_as(&mut self, expr: &Expr, data_type: DataType) -> Result<Operand> {
        let operand = self.operand(expr)?;
        Ok(match operand {
            Operand::Exact(df) => Operand::Exact(converted(df, expr.data_type, data_type)),
            known => known,
        })
    }

    /// The expression.
    pub(crate) fn operand(&mut self, expr: &Expr) -> Result<Operand> {
        match &expr.kind {
            ExprKind::Column(name) => Ok(match self.knowledge.get(name) {
                None => Operand::Exact(column(name)),
                Some(Knowledge::Unsettled) => Operand::Unsettled(column(name)),
                Some(Knowledge::Bounded) => Operand::Bounded {
                    low: column(&low_column(name)),
                    value: column(name),
                    high: column(&high_column(name)),
                },
            }),
            ExprKind::Scalar(name) => self.scalar(name, expr.data_type),
            ExprKind::Literal(literal) => Ok(Operand::Exact(constant(literal, expr.data_type))),
            ExprKind::Call(function, arguments) => self.call(*function, arguments, expr.data_type),
            ExprKind::Case { branches, otherwise } => {
                self.case(branches, otherwise, expr.data_type)
            }
            ExprKind::In { operand, set } => self.is_in(operand, set),
            ExprKind::Cast { operand, mask } => self.cast(operand, mask.as_deref(), expr.data_type),
            ExprKind::Analytic(analytic) => {
                let result = self.analytic(analytic, expr.data_type)?;
                self.guarded(result, analytic)
            }
            ExprKind::External(_) => Ok(Operand::Exact(column(EXTERNAL))),
        }
    }

    fn scalar(&self, name: &str, data_type: DataType) -> Result<Operand> {
        let Some(scalar) = self.scalars.get(name) else {
            return Err(EngineError::MissingInput(name.to_owned()));
        };
        Ok(match scalar {
            Scalar::Boolean(value) => Operand::Exact(lit(*value)),
            Scalar::Integer(value) => {
                Operand::Exact(converted(lit(*value), DataType::Integer, data_type))
            }
            Scalar::String(value) => Operand::Exact(text(value)),
            Scalar::Null(_) => Operand::Exact(constant(&Literal::Null, data_type)),
            Scalar::Number(Estimate { value, bounds: None }) => {
                Operand::Exact(lit(ScalarValue::Float64(*value)))
            }
            Scalar::Number(Estimate { value, bounds: Some((low, high)) }) => Operand::Bounded {
                low: lit(*low),
                value: lit(ScalarValue::Float64(*value)),
                high: lit(*high),
            },
        })
    }

    fn call(&mut self, function: Function, arguments: &[Expr], to: DataType) -> Result<Operand> {
        use Function as F;
        match function {
            F::Add | F::Subtract | F::Multiply | F::Divide | F::Power | F::Abs | F::Negate => {
                self.arithmetic(function, arguments, to)
            }
            F::Equal | F::NotEqual | F::Less | F::LessOrEqual | F::Greater | F::GreaterOrEqual => {
                self.comparison(function, &arguments[0], &arguments[1])
            }
            F::And | F::Or | F::Xor | F::Not => self.logic(function, arguments),
            F::IsNull => Ok(Operand::Exact(match self.operand(&arguments[0])? {
                Operand::Exact(df) => df.is_null(),
                Operand::Bounded { low, .. } => low.is_null(),
                Operand::Unsettled(_) => return Err(needs_exact("isnull")),
            })),
            F::Nvl => self.nvl(&arguments[0], &arguments[1], to),
            F::Exp | F::Ln | F::Sqrt | F::Ceil | F::Floor | F::Round | F::Trunc => {
                self.monotone(function, arguments, to)
            }
            _ => {
                let exact = arguments
                    .iter()
                    .map(|argument| self.exact(argument, "this function"))
                    .collect::<Result<Vec<_>>>()?;
                let types = arguments.iter().map(|argument| argument.data_type).collect();
                plain(function, exact, types, to).map(Operand::Exact)
            }
        }
    }

    /// The value of an expression that must be known exactly.
    pub(crate) fn exact(&mut self, expr: &Expr, what: &str) -> Result<Df> {
        match self.operand(expr)? {
            Operand::Exact(df) => Ok(df),
            Operand::Bounded { .. } | Operand::Unsettled(_) => Err(needs_exact(what)),
        }
    }

    fn arithmetic(
        &mut self,
        function: Function,
        arguments: &[Expr],
        to: DataType,
    ) -> Result<Operand> {
        use Function as F;
        let operands = arguments
            .iter()
            .map(|argument| self.operand_as(argument, to))
            .collect::<Result<Vec<_>>>()?;
        if to == DataType::Integer {
            let exact = operands.into_iter().map(only_exact).collect::<Result<Vec<_>>>()?;
            return Ok(Operand::Exact(integer_arithmetic(function, exact)?));
        }
        let point = |values: Vec<Df>| number_arithmetic(function, values);
        if operands.iter().all(|operand| matches!(operand, Operand::Exact(_))) {
            let exact = operands.into_iter().map(only_exact).collect::<Result<Vec<_>>>()?;
            return Ok(Operand::Exact(point(exact)?));
        }
        let parts = operands.into_iter().map(parts).collect::<Result<Vec<_>>>()?;
        let value = point(parts.iter().map(|[_, value, _]| value.clone()).collect())?;
        if function == F::Negate {
            let [low, _, high] = &parts[0];
            return Ok(Operand::Bounded { low: -high.clone(), value, high: -low.clone() });
        }
        let operation = match function {
            F::Add => Operation::Add,
            F::Subtract => Operation::Subtract,
            F::Multiply => Operation::Multiply,
            F::Divide => Operation::Divide,
            F::Power => Operation::Power,
            _ => Operation::Abs,
        };
        // Operations of one argument are given it twice.
        let (left, right) = (&parts[0], parts.get(1).unwrap_or(&parts[0]));
        let ends = || vec![left[0].clone(), left[2].clone(), right[0].clone(), right[2].clone()];
        Ok(Operand::Bounded {
            low: NumberFunction::Bound(operation, End::Low).call(ends()),
            // A division that the bounds allow may be one by a value of zero.
            value: if function == F::Divide {
                when(right[1].clone().not_eq(lit(0.0)), value).end()?
            } else {
                value
            },
            high: NumberFunction::Bound(operation, End::High).call(ends()),
        })
    }

    /// Functions that never turn the order of two numbers around: what holds of the ends holds of
    /// all between them.
    fn monotone(
        &mut self,
        function: Function,
        arguments: &[Expr],
        to: DataType,
    ) -> Result<Operand> {
        let decimals = match arguments.get(1) {
            Some(decimals) => Some(converted(
                self.exact(decimals, "round")?,
                decimals.data_type,
                DataType::Number,
            )),
            None => None,
        };
        let apply = |x: Df| {
            let result = match function {
                Function::Exp => NumberFunction::Exponential.call(vec![x]),
                Function::Ln => NumberFunction::NaturalLogarithm.call(vec![x]),
                Function::Sqrt => NumberFunction::SquareRoot.call(vec![x]),
                Function::Ceil => datafusion::functions::math::expr_fn::ceil(x),
                Function::Floor => datafusion::functions::math::expr_fn::floor(x),
                _ => {
                    let decimals = decimals.clone().unwrap_or_else(|| lit(0.0));
                    let rounding = if function == Function::Round {
                        NumberFunction::Round
                    } else {
                        NumberFunction::Truncate
                    };
                    rounding.call(vec![x, decimals])
                }
            };
            if to == DataType::Integer { integer::from_number(result) } else { result }
        };
        Ok(match self.operand_as(&arguments[0], DataType::Number)? {
            Operand::Exact(x) => Operand::Exact(apply(x)),
            Operand::Bounded { low, value, high } => {
                Operand::Bounded { low: apply(low), value: apply(value), high: apply(high) }
            }
            Operand::Unsettled(_) => return Err(needs_exact("a numeric function")),
        })
    }

    fn comparison(&mut self, function: Function, left: &Expr, right: &Expr) -> Result<Operand> {
        let common = common_type(left.data_type, right.data_type);
        let (a, b) = (self.operand_as(left, common)?, self.operand_as(right, common)?);
        Ok(match (a, b) {
            (Operand::Exact(a), Operand::Exact(b)) => {
                Operand::Exact(exact_comparison(function, a, b, common))
            }
            (a, b) if !common.is_numeric() => {
                Operand::Unsettled(exact_comparison(function, truth(a)?, truth(b)?, common))
            }
            (a, b) => Operand::Unsettled(bounded_comparison(function, &parts(a)?, &parts(b)?)?),
        })
    }

    fn logic(&mut self, function: Function, arguments: &[Expr]) -> Result<Operand> {
        let operands =
            arguments.iter().map(|argument| self.operand(argument)).collect::<Result<Vec<_>>>()?;
        let settled = operands.iter().all(|operand| matches!(operand, Operand::Exact(_)));
        let mut truths = operands.into_iter().map(truth).collect::<Result<Vec<_>>>()?;
        let last = truths.pop().unwrap_or_else(|| lit(ScalarValue::Boolean(None)));
        let result = match (function, truths.pop()) {
            (Function::And, Some(first)) => first.and(last),
            (Function::Or, Some(first)) => first.or(last),
            (Function::Xor, Some(first)) => first.not_eq(last),
            _ => not(last),
        };
        Ok(if settled { Operand::Exact(result) } else { Operand::Unsettled(result) })
    }

    fn nvl(&mut self, operand: &Expr, replacement: &Expr, to: DataType) -> Result<Operand> {
        let (a, b) = (self.operand_as(operand, to)?, self.operand_as(replacement, to)?);
        Ok(match (a, b) {
            (Operand::Exact(a), Operand::Exact(b)) => {
                Operand::Exact(when(a.clone().is_null(), b).otherwise(a)?)
            }
            (Operand::Unsettled(_), _) | (_, Operand::Unsettled(_)) => {
                return Err(needs_exact("nvl"));
            }
            (a, b) => {
                let ([low, value, high], replacement) = (parts(a)?, parts(b)?);
                let missing = low.clone().is_null();
                let [replacement_low, replacement_value, replacement_high] = replacement;
                Operand::Bounded {
                    low: when(missing.clone(), replacement_low).otherwise(low)?,
                    value: when(missing.clone(), replacement_value).otherwise(value)?,
                    high: when(missing, replacement_high).otherwise(high)?,
                }
            }
        })
    }

    /// The value beside the first true condition. Where bounds leave a condition open, the result
    /// can be either side's: it has the hull of both for bounds, and no single best value.
    fn case(
        &mut self,
        branches: &[(Expr, Expr)],
        otherwise: &Expr,
        to: DataType,
    ) -> Result<Operand> {
        let conditions = branches
            .iter()
            .map(|(condition, _)| self.operand(condition))
            .collect::<Result<Vec<_>>>()?;
        let values = branches
            .iter()
            .map(|(_, value)| self.operand_as(value, to))
            .collect::<Result<Vec<_>>>()?;
        let mut result = self.operand_as(otherwise, to)?;
        let settled: Option<Vec<Df>> = conditions.iter().map(Operand::as_exact).collect();
        if let Some(settled) = settled {
            return first_true(settled.into_iter().zip(values).collect(), result);
        }
        for (condition, value) in conditions.into_iter().zip(values).rev() {
            result = either(condition, value, result, to)?;
        }
        Ok(result)
    }

    fn is_in(&mut self, operand: &Expr, set: &[Literal]) -> Result<Operand> {
        let element =
            |literal: &Literal| constant(literal, literal_type(literal, operand.data_type));
        Ok(match self.operand(operand)? {
            Operand::Exact(df) => {
                let mixed = set
                    .iter()
                    .any(|literal| literal_type(literal, operand.data_type) != operand.data_type);
                let df =
                    if mixed { converted(df, operand.data_type, DataType::Number) } else { df };
                let list = set
                    .iter()
                    .map(|literal| {
                        let element_type = literal_type(literal, operand.data_type);
                        let to = if mixed { DataType::Number } else { element_type };
                        converted(element(literal), element_type, to)
                    })
                    .collect();
                Operand::Exact(df.in_list(list, false))
            }
            Operand::Unsettled(_) => return Err(needs_exact("in")),
            bounded => {
                let bounds = parts(bounded)?;
                let mut any = lit(false);
                for literal in set {
                    let number = converted(
                        element(literal),
                        literal_type(literal, operand.data_type),
                        DataType::Number,
                    );
                    let exact = [number.clone(), number.clone(), number];
                    any = any.or(bounded_comparison(Function::Equal, &bounds, &exact)?);
                }
                Operand::Unsettled(any)
            }
        })
    }

    fn cast(&mut self, operand: &Expr, mask: Option<&str>, to: DataType) -> Result<Operand> {
        let from = operand.data_type;
        let value = match self.operand(operand)? {
            Operand::Exact(df) => df,
            known if from == to || (from.is_numeric() && to == DataType::Number) => {
                return Ok(known);
            }
            _ => return Err(needs_exact("cast")),
        };
        if let Some(mask) = mask.filter(|_| from != to) {
            let laid_out = if from == DataType::String { to } else { from };
            mask::check(mask, laid_out).map_err(|why| EngineError::refusal(&FAILED, why))?;
            let function = match from {
                DataType::String => convert::from_masked(to),
                _ => convert::to_masked(from),
            };
            return Ok(Operand::Exact(row(
                function,
                vec![value, lit(mask)],
                &[from, DataType::String],
            )));
        }
        if let Some(function) = convert::between(from, to) {
            return Ok(Operand::Exact(row(function, vec![value], &[from])));
        }
        use DataType as T;
        Ok(Operand::Exact(match (from, to) {
            (from, to) if from == to => value,
            (T::Number, T::Integer) => {
                integer::from_number(NumberFunction::Truncate.call(vec![value, lit(0.0)]))
            }
            (T::Boolean, T::Integer | T::Number) => cast(value, arrow_type(to)),
            (T::Integer | T::Number, T::Boolean) => value.not_eq(constant(
                &if from == T::Integer { Literal::Integer(0) } else { Literal::Number(0.0) },
                from,
            )),
            _ => cast(value, arrow_type(to)),
        }))
    }

    fn analytic(&mut self, analytic: &Analytic, to: DataType) -> Result<Operand> {
        use AnalyticFunction as A;
        for key in &analytic.order_by {
            if self.knowledge.contains_key(&key.column) {
                return Err(needs_exact("an order"));
            }
        }
        let operand = match &analytic.operand {
            None => None,
            Some(expr) if matches!(analytic.function, A::RatioToReport) => {
                Some(self.operand_as(expr, DataType::Number)?)
            }
            Some(expr) => Some(self.operand(expr)?),
        };
        let operand_type = analytic.operand.as_ref().map_or(to, |expr| expr.data_type);
        self.partitions.push(analytic.partition_by.clone());
        match (&analytic.function, operand) {
            (A::Aggregate(function), operand) => {
                let frame = self.frame(analytic, !analytic.order_by.is_empty())?;
                let order = match &analytic.window {
                    Some(window) if window.unit == WindowUnit::Rows => {
                        self.definite_order(&analytic.order_by)
                    }
                    Some(window) if has_distance(window) => self.counted_order(analytic)?.0,
                    _ => self.order(&analytic.order_by),
                };
                aggregate(*function, operand, operand_type, &mut |atom: Atom| {
                    let definition = WindowFunctionDefinition::AggregateUDF(atom.function);
                    self.over(
                        definition,
                        vec![atom.argument],
                        analytic,
                        order.clone(),
                        frame.clone(),
                    )
                })
            }
            (A::Rank, _) => {
                let rank = window_functions::rank();
                let ranked =
                    self.window_function(rank, analytic, self.order(&analytic.order_by))?;
                Ok(Operand::Exact(cast(ranked, ArrowType::Int64)))
            }
            (A::RatioToReport, Some(operand)) => {
                let whole = WindowFrame::new(None);
                let sum = aggregate(
                    olshem_vtl::program::AggregateFunction::Sum,
                    Some(operand.clone()),
                    DataType::Number,
                    &mut |atom: Atom| {
                        let definition = WindowFunctionDefinition::AggregateUDF(atom.function);
                        self.over(definition, vec![atom.argument], analytic, vec![], whole.clone())
                    },
                )?;
                quotient(operand, sum)
            }
            (function, Some(operand)) => {
                let order = match &analytic.window {
                    Some(window) if has_distance(window) => self.counted_order(analytic)?.0,
                    _ => self.definite_order(&analytic.order_by),
                };
                each(operand, |value| {
                    let call = match function {
                        A::Lag { offset, default } => window_functions::lag(
                            value,
                            Some(*offset as i64),
                            default.as_ref().map(|literal| scalar_constant(literal, operand_type)),
                        ),
                        A::Lead { offset, default } => window_functions::lead(
                            value,
                            Some(*offset as i64),
                            default.as_ref().map(|literal| scalar_constant(literal, operand_type)),
                        ),
                        A::FirstValue => window_functions::first_value(value),
                        _ => window_functions::last_value(value),
                    };
                    let framed = matches!(function, A::FirstValue | A::LastValue);
                    let frame = match &analytic.window {
                        Some(_) if framed => self.frame(analytic, true)?,
                        _ if framed => self.frame(analytic, !analytic.order_by.is_empty())?,
                        _ => WindowFrame::new(Some(false)),
                    };
                    match call {
                        Df::WindowFunction(call) => {
                            self.over(call.fun, call.params.args, analytic, order.clone(), frame)
                        }
                        other => Ok(other),
                    }
                })
            }
            (_, None) => refuse(&NOT_SUPPORTED, "an analytic function without its operand"),
        }
    }

    fn window_function(&mut self, call: Df, analytic: &Analytic, order: Vec<Sort>) -> Result<Df> {
        match call {
            Df::WindowFunction(call) => {
                let frame = WindowFrame::new(Some(false));
                self.over(call.fun, call.params.args, analytic, order, frame)
            }
            other => Ok(other),
        }
    }

    /// The result of a window function, unless its window puts periods of different frequencies
    /// together.
    fn guarded(&mut self, result: Operand, analytic: &Analytic) -> Result<Operand> {
        use olshem_vtl::program::AggregateFunction::Count;
        let counts = analytic.function == AnalyticFunction::Aggregate(Count);
        match collapsed_time(self.structure, &analytic.partition_by) {
            Some(time) if !counts => {
                let partition_by = analytic.partition_by.iter().map(|name| column(name)).collect();
                let guard = one_frequency_over(&time, partition_by);
                let guard = self.noted(Window { function: guard, asked: 0 });
                each(result, |df| Ok(when(guard.clone(), df).end()?))
            }
            _ => Ok(result),
        }
    }

    /// Notes a window function and gives the column in which its result will be.
    fn over(
        &mut self,
        fun: WindowFunctionDefinition,
        args: Vec<Df>,
        analytic: &Analytic,
        order_by: Vec<Sort>,
        window_frame: WindowFrame,
    ) -> Result<Df> {
        let asked = analytic.order_by.len().min(order_by.len());
        let function = WindowFunction {
            fun,
            params: WindowFunctionParams {
                args,
                partition_by: analytic.partition_by.iter().map(|name| column(name)).collect(),
                order_by,
                window_frame,
                filter: None,
                null_treatment: Some(NullTreatment::RespectNulls),
                distinct: false,
            },
        };
        Ok(self.noted(Window { function, asked }))
    }

    fn noted(&mut self, window: Window) -> Df {
        let name = window.name();
        if !self.windows.iter().any(|noted| noted.function == window.function) {
            self.windows.push(window);
        }
        column(&name)
    }

    /// The order of a `range` window that reaches so far before and behind each row: a number, and
    /// the unit of that distance. Days are counted for dates, periods for time periods.
    fn counted_order(&self, analytic: &Analytic) -> Result<(Vec<Sort>, ScalarValue)> {
        let [key] = &analytic.order_by[..] else {
            return refuse(&FAILED, "a window with a range needs one component to order by");
        };
        let of = self.structure.get(&key.column).map_or(DataType::String, |c| c.data_type);
        let value = column(&key.column);
        let (value, unit) = match of {
            DataType::Number => (value, ScalarValue::Float64(Some(1.0))),
            DataType::Integer => (value, ScalarValue::Int64(Some(1))),
            DataType::Date => {
                (row(time::day_number(), vec![value], &[of]), ScalarValue::Int64(Some(1)))
            }
            DataType::TimePeriod => {
                (row(time::period_number(), vec![value], &[of]), ScalarValue::Int64(Some(1)))
            }
            other => {
                let message = format!(
                    "the range of a window is counted in numbers, days or periods; {} is {other}",
                    key.column
                );
                return Err(EngineError::refusal(&FAILED, message));
            }
        };
        Ok((vec![value.sort(!key.descending, !key.descending)], unit))
    }

    /// See [`frame`].
    fn frame(&self, analytic: &Analytic, ordered: bool) -> Result<WindowFrame> {
        match &analytic.window {
            Some(window) if has_distance(window) => {
                frame(Some(window), ordered, &self.counted_order(analytic)?.1)
            }
            window => frame(window.as_ref(), ordered, &ScalarValue::Null),
        }
    }

    /// The order asked for; durations come in that of their lengths.
    fn order(&self, keys: &[OrderKey]) -> Vec<Sort> {
        let value = |name: &str| match self.structure.get(name).map(|c| c.data_type) {
            Some(of @ DataType::Duration) => row(time::duration_days(), vec![column(name)], &[of]),
            _ => column(name),
        };
        keys.iter().map(|key| value(&key.column).sort(!key.descending, !key.descending)).collect()
    }

    /// The order asked for and, among rows that it leaves level, the order of their identifiers.
    fn definite_order(&self, keys: &[OrderKey]) -> Vec<Sort> {
        let mut sorts = self.order(keys);
        for identifier in self.structure.identifiers() {
            if !keys.iter().any(|key| key.column == identifier.name) {
                sorts.push(column(&identifier.name).sort(true, true));
            }
        }
        sorts
    }
}

/// A column by its exact name.
pub(crate) fn column(name: &str) -> Df {
    Df::Column(Column::new_unqualified(name))
}

/// The value converted between types that VTL converts without being asked: integers to numbers.
pub(crate) fn converted(df: Df, from: DataType, to: DataType) -> Df {
    match (from, to) {
        (DataType::Integer, DataType::Number) => cast(df, ArrowType::Float64),
        _ => df,
    }
}

/// A constant text.
pub(crate) fn text(value: &str) -> Df {
    lit(ScalarValue::Utf8View(Some(value.to_owned())))
}

/// A constant as a value of that type.
pub(crate) fn constant(literal: &Literal, data_type: DataType) -> Df {
    lit(scalar_constant(literal, data_type))
}

/// The constant, of the type that values of `data_type` have in columns.
pub(crate) fn scalar_constant(literal: &Literal, data_type: DataType) -> ScalarValue {
    match (literal, data_type) {
        (Literal::Null, DataType::Boolean) => ScalarValue::Boolean(None),
        (Literal::Null, DataType::Integer) => ScalarValue::Int64(None),
        (Literal::Null, DataType::Number) => ScalarValue::Float64(None),
        (Literal::Null, _) => ScalarValue::Utf8View(None),
        (Literal::Boolean(value), _) => ScalarValue::Boolean(Some(*value)),
        (Literal::Integer(value), DataType::Number) => ScalarValue::Float64(Some(*value as f64)),
        (Literal::Integer(value), _) => ScalarValue::Int64(Some(*value)),
        (Literal::Number(value), _) => ScalarValue::Float64(Some(*value)),
        (Literal::String(value), _) => ScalarValue::Utf8View(Some(value.clone())),
    }
}

fn literal_type(literal: &Literal, otherwise: DataType) -> DataType {
    match literal {
        Literal::Integer(_) => DataType::Integer,
        Literal::Number(_) => DataType::Number,
        _ => otherwise,
    }
}

fn common_type(a: DataType, b: DataType) -> DataType {
    if a != b && a.is_numeric() && b.is_numeric() { DataType::Number } else { a }
}

fn needs_exact(what: &str) -> EngineError {
    EngineError::refusal(&BOUNDS, format!("{what} needs a number that is known exactly"))
}

fn only_exact(operand: Operand) -> Result<Df> {
    match operand {
        Operand::Exact(df) => Ok(df),
        _ => Err(needs_exact("integer arithmetic")),
    }
}

/// Low, value and high of a number; of an exact one three times the same.
pub(crate) fn parts(operand: Operand) -> Result<[Df; 3]> {
    match operand {
        Operand::Exact(df) => Ok([df.clone(), df.clone(), df]),
        Operand::Bounded { low, value, high } => Ok([low, value, high]),
        Operand::Unsettled(_) => Err(needs_exact("arithmetic")),
    }
}

fn truth(operand: Operand) -> Result<Df> {
    match operand {
        Operand::Exact(df) | Operand::Unsettled(df) => Ok(df),
        Operand::Bounded { .. } => Err(needs_exact("logic")),
    }
}

/// The same function of the value and of its bounds.
pub(crate) fn each(operand: Operand, mut apply: impl FnMut(Df) -> Result<Df>) -> Result<Operand> {
    Ok(match operand {
        Operand::Exact(df) => Operand::Exact(apply(df)?),
        Operand::Unsettled(df) => Operand::Unsettled(apply(df)?),
        Operand::Bounded { low, value, high } => {
            Operand::Bounded { low: apply(low)?, value: apply(value)?, high: apply(high)? }
        }
    })
}

fn number_arithmetic(function: Function, mut values: Vec<Df>) -> Result<Df> {
    let last = values.pop().ok_or_else(|| EngineError::internal("arithmetic without operand"))?;
    Ok(match (function, values.pop()) {
        (Function::Add, Some(first)) => first + last,
        (Function::Subtract, Some(first)) => first - last,
        (Function::Multiply, Some(first)) => first * last,
        (Function::Divide, Some(first)) => NumberFunction::Divide.call(vec![first, last]),
        (Function::Power, Some(first)) => NumberFunction::Power.call(vec![first, last]),
        (Function::Negate, None) => -last,
        (Function::Abs, None) => datafusion::functions::math::expr_fn::abs(last),
        _ => return Err(EngineError::internal("arithmetic with the wrong number of operands")),
    })
}

fn integer_arithmetic(function: Function, values: Vec<Df>) -> Result<Df> {
    let types = vec![DataType::Integer; values.len()];
    Ok(match function {
        Function::Add => row(integer::add(), values, &types),
        Function::Subtract => row(integer::subtract(), values, &types),
        Function::Multiply => row(integer::multiply(), values, &types),
        Function::Negate => row(integer::negate(), values, &types),
        Function::Abs => row(integer::abs(), values, &types),
        _ => return Err(EngineError::internal("this function gives no integer")),
    })
}

fn quotient(a: Operand, b: Operand) -> Result<Operand> {
    Ok(match (a, b) {
        (Operand::Exact(a), Operand::Exact(b)) => {
            Operand::Exact(NumberFunction::Divide.call(vec![a, b]))
        }
        (a, b) => {
            let (a, b) = (parts(a)?, parts(b)?);
            let ends = || vec![a[0].clone(), a[2].clone(), b[0].clone(), b[2].clone()];
            Operand::Bounded {
                low: NumberFunction::Bound(Operation::Divide, End::Low).call(ends()),
                value: when(
                    b[1].clone().not_eq(lit(0.0)),
                    NumberFunction::Divide.call(vec![a[1].clone(), b[1].clone()]),
                )
                .end()?,
                high: NumberFunction::Bound(Operation::Divide, End::High).call(ends()),
            }
        }
    })
}

fn exact_comparison(function: Function, a: Df, b: Df, data_type: DataType) -> Df {
    let ordered = !matches!(function, Function::Equal | Function::NotEqual);
    let (a, b) = match data_type {
        DataType::TimePeriod if ordered => {
            let types = [DataType::TimePeriod; 2];
            (row(time::compare_periods(), vec![a, b], &types), lit(0_i64))
        }
        DataType::Duration => {
            let days = |duration| row(time::duration_days(), vec![duration], &[data_type]);
            (days(a), days(b))
        }
        _ => (a, b),
    };
    match function {
        Function::Equal => a.eq(b),
        Function::NotEqual => a.not_eq(b),
        Function::Less => a.lt(b),
        Function::LessOrEqual => a.lt_eq(b),
        Function::Greater => a.gt(b),
        _ => a.gt_eq(b),
    }
}

/// True or false where it is so for all values within the bounds, else null.
fn bounded_comparison(function: Function, a: &[Df; 3], b: &[Df; 3]) -> Result<Df> {
    let [a_low, _, a_high] = a.clone();
    let [b_low, _, b_high] = b.clone();
    let (surely, surely_not) = match function {
        Function::Less => (a_high.lt(b_low.clone()), a_low.gt_eq(b_high)),
        Function::LessOrEqual => (a_high.lt_eq(b_low.clone()), a_low.gt(b_high)),
        Function::Greater => (a_low.gt(b_high.clone()), a_high.lt_eq(b_low)),
        Function::GreaterOrEqual => (a_low.gt_eq(b_high.clone()), a_high.lt(b_low)),
        Function::Equal | Function::NotEqual => {
            let one_value = a_low
                .clone()
                .eq(a_high.clone())
                .and(b_low.clone().eq(b_high.clone()))
                .and(a_low.clone().eq(b_low.clone()));
            let apart = a_high.lt(b_low).or(a_low.gt(b_high));
            if function == Function::Equal { (one_value, apart) } else { (apart, one_value) }
        }
        _ => return Err(EngineError::internal("no comparison")),
    };
    Ok(when(surely, lit(true)).when(surely_not, lit(false)).end()?)
}

/// The value beside the first condition that is true: one `CASE`, however many there are.
pub(crate) fn first_true(branches: Vec<(Df, Operand)>, otherwise: Operand) -> Result<Operand> {
    if branches.is_empty() {
        return Ok(otherwise);
    }
    let (conditions, mut values): (Vec<Df>, Vec<Operand>) = branches.into_iter().unzip();
    values.push(otherwise);
    let choose = |mut values: Vec<Df>| -> Df {
        let otherwise = values.pop().map(Box::new);
        let branches =
            conditions.iter().cloned().map(Box::new).zip(values.into_iter().map(Box::new));
        Df::Case(Case::new(None, branches.collect(), otherwise))
    };
    if values.iter().any(|value| matches!(value, Operand::Bounded { .. })) {
        let parts = values.into_iter().map(parts).collect::<Result<Vec<_>>>()?;
        let side = |n: usize| choose(parts.iter().map(|part| part[n].clone()).collect());
        return Ok(Operand::Bounded { low: side(0), value: side(1), high: side(2) });
    }
    let settled = values.iter().all(|value| matches!(value, Operand::Exact(_)));
    let value = choose(values.into_iter().map(truth).collect::<Result<_>>()?);
    Ok(if settled { Operand::Exact(value) } else { Operand::Unsettled(value) })
}

/// `if condition then value else otherwise`; see [`Scope::case`].
fn either(condition: Operand, value: Operand, otherwise: Operand, to: DataType) -> Result<Operand> {
    let condition = match condition {
        Operand::Exact(condition) => return first_true(vec![(condition, value)], otherwise),
        Operand::Unsettled(condition) => condition,
        Operand::Bounded { .. } => return Err(needs_exact("a condition")),
    };
    let open = |a: Df, b: Df, between: Option<Df>| -> Result<Df> {
        let mut cases = when(condition.clone(), a);
        let mut cases = cases.when(not(condition.clone()), b);
        Ok(match between {
            Some(between) => cases.otherwise(between)?,
            None => cases.end()?,
        })
    };
    if to == DataType::Number {
        let ([al, av, ah], [bl, bv, bh]) = (parts(value)?, parts(otherwise)?);
        use datafusion::functions::core::expr_fn::{greatest, least};
        Ok(Operand::Bounded {
            low: open(al.clone(), bl.clone(), Some(least(vec![al, bl])))?,
            value: open(av, bv, None)?,
            high: open(ah.clone(), bh.clone(), Some(greatest(vec![ah, bh])))?,
        })
    } else {
        Ok(Operand::Unsettled(open(truth(value)?, truth(otherwise)?, None)?))
    }
}

/// Whether a window is one of values that lie no further than so far from the row's.
fn has_distance(window: &program::Window) -> bool {
    let is_distance = |bound| matches!(bound, Bound::Preceding(_) | Bound::Following(_));
    window.unit == WindowUnit::Range && (is_distance(window.start) || is_distance(window.end))
}

/// The window asked for; by default up to the current row and its equals where there is an order,
/// and the whole partition where there is none.
fn frame(
    window: Option<&program::Window>,
    ordered: bool,
    range: &ScalarValue,
) -> Result<WindowFrame> {
    let Some(window) = window else { return Ok(WindowFrame::new(ordered.then_some(false))) };
    let units = match window.unit {
        WindowUnit::Rows => WindowFrameUnits::Rows,
        WindowUnit::Range => WindowFrameUnits::Range,
    };
    let distance = |n: u64| match window.unit {
        WindowUnit::Rows => ScalarValue::UInt64(Some(n)),
        WindowUnit::Range => match range {
            ScalarValue::Float64(_) => ScalarValue::Float64(Some(n as f64)),
            _ => ScalarValue::Int64(Some(n as i64)),
        },
    };
    let unbounded = || match window.unit {
        WindowUnit::Rows => ScalarValue::UInt64(None),
        WindowUnit::Range => ScalarValue::Null,
    };
    let bound = |bound: Bound| match bound {
        Bound::UnboundedPreceding => WindowFrameBound::Preceding(unbounded()),
        Bound::Preceding(n) => WindowFrameBound::Preceding(distance(n)),
        Bound::Current => WindowFrameBound::CurrentRow,
        Bound::Following(n) => WindowFrameBound::Following(distance(n)),
        Bound::UnboundedFollowing => WindowFrameBound::Following(unbounded()),
    };
    Ok(WindowFrame::new_bounds(units, bound(window.start), bound(window.end)))
}

fn row(function: RowFunction, arguments: Vec<Df>, types: &[DataType]) -> Df {
    function.call(arguments, types.iter().map(|data_type| arrow_type(*data_type)).collect())
}

/// Functions that know nothing of bounds.
fn plain(function: Function, arguments: Vec<Df>, types: Vec<DataType>, to: DataType) -> Result<Df> {
    use Function as F;
    use datafusion::functions::expr_fn as df;
    let numbers = |arguments: Vec<Df>| -> Vec<Df> {
        arguments
            .into_iter()
            .zip(&types)
            .map(|(argument, from)| converted(argument, *from, DataType::Number))
            .collect()
    };
    let one = |arguments: Vec<Df>| {
        arguments.into_iter().next().ok_or_else(|| EngineError::internal("no argument"))
    };
    Ok(match function {
        F::Mod if to == DataType::Integer => row(integer::modulo(), arguments, &types),
        F::Mod => NumberFunction::Modulo.call(numbers(arguments)),
        F::Log => NumberFunction::Logarithm.call(numbers(arguments)),
        F::Random => NumberFunction::Random.call(numbers(arguments)),
        F::Concat => {
            let mut parts = arguments.into_iter();
            let (Some(a), Some(b)) = (parts.next(), parts.next()) else {
                return Err(EngineError::internal("`||` without operands"));
            };
            // DataFusion's function takes null for the empty text; its operator does not.
            datafusion::logical_expr::binary_expr(
                a,
                datafusion::logical_expr::Operator::StringConcat,
                b,
            )
        }
        F::Require => row(convert::required(arrow_type(to)), arguments, &types),
        F::Upper => df::upper(one(arguments)?),
        F::Lower => df::lower(one(arguments)?),
        // By themselves these take away spaces only, and the manual says white space.
        F::Trim => df::btrim(vec![one(arguments)?, lit(text::WHITE_SPACE)]),
        F::LTrim => df::ltrim(vec![one(arguments)?, lit(text::WHITE_SPACE)]),
        F::RTrim => df::rtrim(vec![one(arguments)?, lit(text::WHITE_SPACE)]),
        F::Length => cast(df::character_length(one(arguments)?), ArrowType::Int64),
        F::Substr => row(text::substr(), arguments, &types),
        F::Instr => row(text::instr(), arguments, &types),
        F::MatchCharacters => row(text::match_characters(), arguments, &types),
        F::Replace => {
            let mut parts = arguments.into_iter();
            let (Some(text), Some(pattern)) = (parts.next(), parts.next()) else {
                return Err(EngineError::internal("`replace` without operands"));
            };
            df::replace(text, pattern, parts.next().unwrap_or_else(|| lit("")))
        }
        F::Levenshtein => row(text::levenshtein(), arguments, &types),
        F::DamerauLevenshtein => row(text::damerau_levenshtein(), arguments, &types),
        F::Hamming => row(text::hamming(), arguments, &types),
        F::JaroWinkler => row(text::jaro_winkler(), arguments, &types),
        F::PeriodIndicator if types.first() == Some(&DataType::Time) => {
            row(time::interval_length(), arguments, &types)
        }
        F::PeriodIndicator => row(time::period_indicator(), arguments, &types),
        F::Year => row(time::year(), arguments, &types),
        F::Month => row(time::month(), arguments, &types),
        F::DayOfMonth => row(time::day_of_month(), arguments, &types),
        F::DayOfYear => row(time::day_of_year(), arguments, &types),
        F::DayToYear => row(time::day_to_year(), arguments, &types),
        F::DayToMonth => row(time::day_to_month(), arguments, &types),
        F::YearToDay => row(time::year_to_day(), arguments, &types),
        F::MonthToDay => row(time::month_to_day(), arguments, &types),
        F::DateDiff => row(time::date_diff(), arguments, &types),
        F::DateAdd => row(time::date_add(), arguments, &types),
        F::TimeShift if types.first() == Some(&DataType::Time) => {
            row(time::shift_interval(), arguments, &types)
        }
        F::TimeShift => row(time::shift(), arguments, &types),
        F::TimeAgg => match types.first() {
            Some(DataType::Date) => row(time::aggregate_day(), arguments, &types),
            Some(DataType::Time) => row(time::aggregate_interval(), arguments, &types),
            _ => row(time::aggregate(), arguments, &types),
        },
        F::CurrentDate => {
            return refuse(
                &NOT_SUPPORTED,
                "`current_date` would make a result depend on the day it is computed; give the day \
                 as a scalar input",
            );
        }
        _ => return Err(EngineError::internal("a function without translation")),
    })
}
