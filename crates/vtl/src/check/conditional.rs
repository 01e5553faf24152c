//! Conditional operators (reference manual, "Conditional operators").

use super::build::{is_identifier, is_viral};
use super::lift::Default::Required;
use super::lift::{Measures, Operator};
use super::scope::Scope;
use super::types::Site;
use super::{Check, Checked};
use crate::ast;
use crate::errors::{IDENTIFIER_MISMATCH, NOT_MONO_MEASURE, TYPE_MISMATCH, WRONG_KIND};
use crate::program::{Expr, Function, Node, Value};
use crate::source::Span;
use olshem_model::{Component, DataType, Role};

pub(super) const OPERATORS: &[Operator] = &[Operator {
    name: "nvl",
    parameters: &[Required, Required],
    measures: Measures::Same,
    typing: |check, arguments, site| {
        let arguments = check.unify(arguments, site)?;
        let data_type = arguments.first().map_or(DataType::String, |argument| argument.data_type);
        Ok(Expr::call(Function::Nvl, arguments, data_type, site.span))
    },
}];

impl Check<'_> {
    /// `if` and `case`.
    pub(super) fn case(
        &mut self,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: &ast::Expr,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        // All parts are checked even if one has a fault, to report all.
        let parts: Vec<(Checked<Value>, Checked<Value>)> = branches
            .iter()
            .map(|(condition, value)| (self.value(condition, scope), self.value(value, scope)))
            .collect();
        let otherwise = self.value(otherwise, scope);
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in parts {
            conditions.push(condition?);
            values.push(value?);
        }
        values.push(otherwise?);
        let any_dataset = |values: &[Value]| values.iter().any(|v| matches!(v, Value::Dataset(_)));
        if any_dataset(&conditions) {
            return self.case_of_datasets(conditions, values, span).map(Value::Dataset);
        }
        if any_dataset(&values) {
            let message = "a scalar condition cannot choose between datasets";
            return Err(self.fault(&WRONG_KIND, span, message));
        }
        let site = Site { operator: "if", span, structure: scope.structure() };
        let conditions = self.conditions(scalars(conditions), site)?;
        let mut values = self.unify(scalars(values), site)?;
        // `values` has one more than there are branches.
        let otherwise = values.pop().unwrap_or_else(|| Expr::null(DataType::String, span));
        let branches = conditions.into_iter().zip(values).collect();
        Ok(Value::Scalar(Expr::case(branches, otherwise, span)))
    }

    fn conditions(&mut self, conditions: Vec<Expr>, site: Site<'_>) -> Checked<Vec<Expr>> {
        conditions
            .into_iter()
            .map(|condition| match condition.data_type {
                _ if condition.is_null() => Ok(condition.converted(DataType::Boolean)),
                DataType::Boolean => Ok(condition),
                other => {
                    let message = format!("a condition is needed here, this is {other}");
                    Err(self.fault(&TYPE_MISMATCH, site.span, message))
                }
            })
            .collect()
    }

    /// The rows of each dataset for which its condition is the first that is true.
    fn case_of_datasets(
        &mut self,
        conditions: Vec<Value>,
        values: Vec<Value>,
        span: Span,
    ) -> Checked<Node> {
        let (choice, tests) = self.choice(conditions, span)?;
        let shape = self.shape(&values, &choice, span)?;
        let mut parts = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            // The first that is true: those before are false or null.
            let before: Vec<(Expr, Expr)> = tests
                .iter()
                .take(index)
                .map(|test| (test.clone(), Expr::boolean(false, span)))
                .collect();
            let own = tests.get(index).cloned().unwrap_or_else(|| Expr::boolean(true, span));
            let chosen = match before.is_empty() {
                true => own,
                false => Expr::case(before, own, span),
            };
            let rows = choice.clone().filter(chosen, span);
            parts.push(match value {
                Value::Dataset(node) => {
                    let on = rows.identifier_names();
                    self.shaped(node.matching(rows, on, true, span), &shape, span)?
                }
                Value::Scalar(scalar) => {
                    let site = Site { operator: "if", span, structure: None };
                    let mut columns: Vec<_> = rows.columns(is_identifier).collect();
                    for component in shape.iter().filter(|c| !is_identifier(c)) {
                        let value = match is_viral(component) {
                            true => Expr::null(component.data_type, span),
                            false => self.coerce(scalar.clone(), component.data_type, site)?,
                        };
                        columns.push((component.clone(), value));
                    }
                    let filled = rows.project(columns, span);
                    self.shaped(filled, &shape, span)?
                }
            });
        }
        Ok(Node::union(parts, span))
    }

    /// The conditions side by side, and each as an expression over that.
    fn choice(&mut self, conditions: Vec<Value>, span: Span) -> Checked<(Node, Vec<Expr>)> {
        let site = Site { operator: "if", span, structure: None };
        let mut nodes = Vec::new();
        let mut tests: Vec<Result<(usize, Component), Expr>> = Vec::new();
        for condition in conditions {
            match condition {
                Value::Scalar(expr) => tests.push(Err(expr)),
                Value::Dataset(node) => {
                    let measures: Vec<Component> = node.structure.measures().cloned().collect();
                    let [measure] = &measures[..] else {
                        let message = "a condition on datasets has one measure, Boolean";
                        return Err(self.fault(&NOT_MONO_MEASURE, node.span, message));
                    };
                    tests.push(Ok((nodes.len(), measure.clone())));
                    let kept = |c: &Component| matches!(c.role, Role::Identifier | Role::Measure);
                    nodes.push(node.keeping(kept, span));
                }
            }
        }
        let (choice, columns_of) = self.side_by_side(nodes, span)?;
        let tests = tests
            .into_iter()
            .map(|test| match test {
                Err(scalar) => scalar,
                Ok((dataset, measure)) => {
                    let column = columns_of[dataset].column(&measure.name);
                    Expr::column(&measure.renamed(column), span)
                }
            })
            .collect();
        Ok((choice, self.conditions(tests, site)?))
    }

    /// What the result looks like: the components of the first dataset, in the common types.
    fn shape(&mut self, values: &[Value], choice: &Node, span: Span) -> Checked<Vec<Component>> {
        let nodes: Vec<&Node> = values
            .iter()
            .filter_map(|value| match value {
                Value::Dataset(node) => Some(node),
                Value::Scalar(_) => None,
            })
            .collect();
        let Some(first) = nodes.first() else {
            let message = "with a dataset as condition, one of the values must be a dataset";
            return Err(self.fault(&WRONG_KIND, span, message));
        };
        for node in &nodes {
            let fits = choice.structure.identifiers().count()
                == node.structure.identifiers().count()
                && choice.structure.identifiers().all(|c| node.structure.get(&c.name).is_some());
            if !fits {
                let message = "the condition and the datasets need the same identifiers";
                return Err(self.fault(&IDENTIFIER_MISMATCH, node.span, message));
            }
        }
        let kept = |c: &&Component| c.role != Role::Attribute;
        let mut shape: Vec<Component> =
            first.structure.components().iter().filter(kept).cloned().collect();
        for node in &nodes[1..] {
            shape = self.common_shape(&shape, node, span)?;
        }
        Ok(shape)
    }
}

fn scalars(values: Vec<Value>) -> Vec<Expr> {
    values
        .into_iter()
        .filter_map(|value| match value {
            Value::Scalar(expr) => Some(expr),
            Value::Dataset(_) => None,
        })
        .collect()
}
