//! How large a program may become. Operators are replaced by what they stand for, some of which name
//! an operand twice; within one another they would double the program each time.

use super::{Check, Checked, Reported};
use crate::errors::TOO_LARGE;
use crate::program::{Expr, ExprKind, Node, Operation, Value};
use crate::source::Span;

/// How many operations, columns and expressions a statement may have.
const MAX_SIZE: usize = 500_000;

/// How many all statements may have.
const MAX_TOTAL: usize = 10_000_000;

/// How many expressions of user-defined operators may be checked.
const MAX_STEPS: usize = 2_000_000;

/// How many datasets may be put side by side: each further one is a level more of the program.
const MAX_TOGETHER: usize = 100;

impl Check<'_> {
    /// The program with this value in it is not too large.
    pub(super) fn within_size(&mut self, value: &Value, span: Span) -> Checked<()> {
        let room = MAX_SIZE.min(MAX_TOTAL.saturating_sub(self.size));
        match size(value, room) <= room {
            true => Ok(()),
            false => Err(self.too_large(span)),
        }
    }

    /// An expression in a user-defined operator is checked, not one too many. With a fault in them,
    /// operators make no program but can take as long.
    pub(super) fn step(&mut self, span: Span) -> Checked<()> {
        if self.exhausted {
            return Err(Reported);
        }
        self.steps += usize::from(!self.calls.is_empty());
        match self.steps <= MAX_STEPS {
            true => Ok(()),
            false => Err(self.too_large(span)),
        }
    }

    fn too_large(&mut self, span: Span) -> Reported {
        self.exhausted = true;
        let message = format!("more than {MAX_SIZE} operations would come of this");
        let help = "give what is used several times a name of its own with `:=`";
        self.fault_help(&TOO_LARGE, span, message, help)
    }

    /// Not too many datasets are put side by side.
    pub(super) fn few_enough(&mut self, datasets: usize, span: Span) -> Checked<()> {
        if datasets <= MAX_TOGETHER {
            return Ok(());
        }
        let message = format!("{datasets} datasets in one operator, at most {MAX_TOGETHER} can be");
        let help = "put them together in several statements";
        Err(self.fault_help(&TOO_LARGE, span, message, help))
    }
}

/// How many parts a value has, counted up to a limit.
pub(super) fn size(value: &Value, limit: usize) -> usize {
    let mut nodes: Vec<&Node> = Vec::new();
    let mut exprs: Vec<&Expr> = Vec::new();
    match value {
        Value::Dataset(node) => nodes.push(node),
        Value::Scalar(expr) => exprs.push(expr),
    }
    let mut size = 0;
    while size <= limit {
        if let Some(expr) = exprs.pop() {
            size += 1;
            expr_children(expr, &mut exprs);
        } else if let Some(node) = nodes.pop() {
            size += 1 + node.structure.components().len();
            node_children(node, &mut nodes, &mut exprs);
        } else {
            break;
        }
    }
    size
}

fn expr_children<'e>(expr: &'e Expr, exprs: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Column(_) | ExprKind::Scalar(_) | ExprKind::Literal(_) => {}
        ExprKind::Call(_, arguments) => exprs.extend(arguments),
        ExprKind::Case { branches, otherwise } => {
            exprs.extend(branches.iter().flat_map(|(when, then)| [when, then]));
            exprs.push(otherwise);
        }
        ExprKind::In { operand, .. } | ExprKind::Cast { operand, .. } => exprs.push(operand),
        ExprKind::Analytic(analytic) => exprs.extend(&analytic.operand),
        // It stands alone, so that it is small.
        ExprKind::External(_) => {}
    }
}

fn node_children<'n>(node: &'n Node, nodes: &mut Vec<&'n Node>, exprs: &mut Vec<&'n Expr>) {
    match &node.operation {
        Operation::Read(_) | Operation::Values(_) => {}
        Operation::Project { input, columns } => {
            nodes.push(input);
            exprs.extend(columns);
        }
        Operation::Filter { input, condition } => {
            nodes.push(input);
            exprs.push(condition);
        }
        Operation::Join { first, rest, .. } => {
            nodes.push(first);
            nodes.extend(rest.iter().map(|step| &step.node));
        }
        Operation::Aggregate { input, items, .. } => {
            nodes.push(input);
            exprs.extend(items.iter().filter_map(|item| item.operand.as_ref()));
        }
        Operation::Union(inputs) => nodes.extend(inputs),
        Operation::Match { left, right, .. } => nodes.extend([&**left, right]),
        Operation::Expand { input, branches } => {
            nodes.push(input);
            exprs.extend(branches.iter().flatten());
        }
        Operation::FillTimeSeries { input, .. } | Operation::Pivot { input, .. } => {
            nodes.push(input);
        }
        Operation::External(routine) => nodes.extend(routine.inputs()),
    }
}
