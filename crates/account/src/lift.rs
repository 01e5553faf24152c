//! Running a statement once for all definitions.
//!
//! A statement that depends on a definition is to be calculated for each. Planning it anew for each
//! would cost more than calculating it; so the definitions are laid on top of one another in one
//! dataset, told apart by the identifier `DEFINITION`, and the statement is *lifted*: rewritten so
//! that rows of different definitions never meet. Joins also match on `DEFINITION`, aggregations
//! also group by it, analytic functions also partition by it.
//!
//! Some statements can't be lifted, because a row must come about for every definition out of data
//! that know of none: a left join whose left side is the same for all, an aggregation of everything
//! into one row. [`lift`] gives `None` for these, and they are run definition by definition.

use crate::projection::{DEFINITION, with_definition};
use olshem_model::DataType;
use olshem_vtl::Span;
use olshem_vtl::program::{
    Analytic, Argument, Expr, ExprKind, FillRange, JoinColumn, JoinKind, JoinStep, Node, Operation,
    Value,
};

/// The same value for all definitions at once, where `depends` tells which datasets have the
/// identifier `DEFINITION`.
pub(crate) fn lift(value: &Value, depends: &dyn Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Dataset(node) => Some(Value::Dataset(lift_node(node, depends)?.node)),
        // A scalar reads no dataset, so it is the same for all.
        Value::Scalar(expr) => Some(Value::Scalar(expr.clone())),
    }
}

struct Lifted {
    node: Node,
    /// Whether its rows differ by definition, and so have the identifier.
    varies: bool,
}

fn lift_node(node: &Node, depends: &dyn Fn(&str) -> bool) -> Option<Lifted> {
    let (operation, varies) = match &node.operation {
        Operation::Read(name) => (Operation::Read(name.clone()), depends(name)),
        Operation::Values(rows) => (Operation::Values(rows.clone()), false),
        Operation::Project { input, columns } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            let columns = if varies { with_column(columns, node.span) } else { columns.clone() };
            (Operation::Project { input: Box::new(input.node), columns }, varies)
        }
        Operation::Filter { input, condition } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            let condition = if varies { apart(condition) } else { condition.clone() };
            (Operation::Filter { input: Box::new(input.node), condition }, varies)
        }
        Operation::Join { kind, first, rest, columns } => {
            lift_join(*kind, first, rest, columns, depends)?
        }
        Operation::Aggregate { input, group_by, items } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            // One group of all rows comes about even without rows; grouped, it would not.
            if varies && group_by.is_empty() {
                return None;
            }
            let group_by = if varies { with_name(group_by) } else { group_by.clone() };
            let items = items.clone();
            (Operation::Aggregate { input: Box::new(input.node), group_by, items }, varies)
        }
        Operation::Union(inputs) => {
            let lifted: Vec<Lifted> =
                inputs.iter().map(|input| lift_node(input, depends)).collect::<Option<_>>()?;
            let varies = lifted.iter().any(|input| input.varies);
            if varies && !lifted.iter().all(|input| input.varies) {
                return None;
            }
            (Operation::Union(lifted.into_iter().map(|input| input.node).collect()), varies)
        }
        Operation::Match { left, right, on, present } => {
            let (left, right) = (lift_node(left, depends)?, lift_node(right, depends)?);
            if right.varies && !left.varies {
                return None;
            }
            let varies = left.varies;
            let on = if right.varies { with_name(on) } else { on.clone() };
            let (left, right) = (Box::new(left.node), Box::new(right.node));
            (Operation::Match { left, right, on, present: *present }, varies)
        }
        Operation::Expand { input, branches } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            let branch = |columns: &Vec<Expr>| {
                if varies { with_column(columns, node.span) } else { columns.clone() }
            };
            let branches = branches.iter().map(branch).collect();
            (Operation::Expand { input: Box::new(input.node), branches }, varies)
        }
        Operation::FillTimeSeries { input, time, range } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            // The first and last period of the whole dataset may differ by definition.
            if varies && *range == FillRange::All {
                return None;
            }
            let (time, range) = (time.clone(), *range);
            (Operation::FillTimeSeries { input: Box::new(input.node), time, range }, varies)
        }
        Operation::Pivot { input, identifier, measure, codes } => {
            let input = lift_node(input, depends)?;
            let varies = input.varies;
            let operation = Operation::Pivot {
                input: Box::new(input.node),
                identifier: identifier.clone(),
                measure: measure.clone(),
                codes: codes.clone(),
            };
            (operation, varies)
        }
        // What a routine would make of the definitions' rows together can't be said.
        Operation::External(routine) => {
            for argument in &routine.arguments {
                if let Argument::Dataset { node, .. } = argument
                    && lift_node(node, depends)?.varies
                {
                    return None;
                }
            }
            (node.operation.clone(), false)
        }
    };
    let structure = if varies { with_definition(&node.structure) } else { node.structure.clone() };
    Some(Lifted { node: Node { operation, structure, span: node.span }, varies })
}

fn lift_join(
    kind: JoinKind,
    first: &Node,
    rest: &[JoinStep],
    columns: &[JoinColumn],
    depends: &dyn Fn(&str) -> bool,
) -> Option<(Operation, bool)> {
    let first = lift_node(first, depends)?;
    let steps: Vec<Lifted> =
        rest.iter().map(|step| lift_node(&step.node, depends)).collect::<Option<_>>()?;
    let sides = || std::iter::once(first.varies).chain(steps.iter().map(|step| step.varies));
    let varying = sides().filter(|&varies| varies).count();
    let liftable = match kind {
        JoinKind::Inner => true,
        JoinKind::Left => first.varies || varying == 0,
        JoinKind::Full => varying == 0 || varying == steps.len() + 1,
        JoinKind::Cross => varying <= 1,
    };
    if !liftable {
        return None;
    }
    let source = sides().position(|varies| varies);
    let mut columns = columns.to_vec();
    if let Some(source) = source {
        let from = if kind == JoinKind::Full { None } else { Some(source) };
        columns.insert(0, JoinColumn { from, name: DEFINITION.to_owned() });
    }
    let rest = steps
        .into_iter()
        .zip(rest)
        .enumerate()
        .map(|(number, (lifted, step))| {
            // From the second varying side on there is a column on the left to match with.
            let match_it = lifted.varies && source.is_some_and(|source| source < number + 1);
            let on = if match_it { with_name(&step.on) } else { step.on.clone() };
            JoinStep { node: lifted.node, on }
        })
        .collect();
    Some((Operation::Join { kind, first: Box::new(first.node), rest, columns }, source.is_some()))
}

fn with_name(names: &[String]) -> Vec<String> {
    std::iter::once(DEFINITION.to_owned()).chain(names.iter().cloned()).collect()
}

fn with_column(columns: &[Expr], span: Span) -> Vec<Expr> {
    let kind = ExprKind::Column(DEFINITION.to_owned());
    std::iter::once(Expr { kind, data_type: DataType::String, span })
        .chain(columns.iter().map(apart))
        .collect()
}

/// The same expression, its analytic functions within one definition.
fn apart(expr: &Expr) -> Expr {
    let all = |exprs: &[Expr]| exprs.iter().map(apart).collect();
    let boxed = |expr: &Expr| Box::new(apart(expr));
    let kind = match &expr.kind {
        ExprKind::Analytic(analytic) => ExprKind::Analytic(Box::new(Analytic {
            partition_by: with_name(&analytic.partition_by),
            operand: analytic.operand.as_ref().map(apart),
            ..(**analytic).clone()
        })),
        ExprKind::Call(function, arguments) => ExprKind::Call(*function, all(arguments)),
        ExprKind::Case { branches, otherwise } => ExprKind::Case {
            branches: branches.iter().map(|(when, then)| (apart(when), apart(then))).collect(),
            otherwise: boxed(otherwise),
        },
        ExprKind::In { operand, set } => ExprKind::In { operand: boxed(operand), set: set.clone() },
        ExprKind::Cast { operand, mask } => {
            ExprKind::Cast { operand: boxed(operand), mask: mask.clone() }
        }
        ExprKind::Column(_)
        | ExprKind::Scalar(_)
        | ExprKind::Literal(_)
        | ExprKind::External(_) => expr.kind.clone(),
    };
    Expr { kind, data_type: expr.data_type, span: expr.span }
}
