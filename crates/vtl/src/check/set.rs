//! Set operators (reference manual, "Set operators").

use super::types::common_type;
use super::value::Argument;
use super::{Check, Checked};
use crate::errors::{IDENTIFIER_MISMATCH, MEASURE_MISMATCH, TYPE_MISMATCH, WRONG_ARGUMENTS};
use crate::program::{Expr, Node};
use crate::source::Span;
use olshem_model::{Component, Role};
use std::collections::HashSet;
use std::sync::Arc;

/// The codes of both domains; unknown if one of them is.
pub(super) fn merged(ours: Option<Codes>, theirs: Option<Codes>) -> Option<Codes> {
    let (ours, theirs) = (ours?, theirs?);
    let known: HashSet<&String> = ours.iter().collect();
    let more: Vec<&String> = theirs.iter().filter(|code| !known.contains(code)).collect();
    if more.is_empty() {
        return Some(Arc::clone(&ours));
    }
    Some(ours.iter().chain(more).cloned().collect())
}

type Codes = Arc<[String]>;

impl Check<'_> {
    pub(super) fn set_operator(
        &mut self,
        operator: &str,
        arguments: Vec<Argument>,
        span: Span,
    ) -> Checked<Node> {
        let mut nodes = Vec::new();
        for argument in arguments {
            let Argument::Value(value) = argument else {
                let message = format!("`{operator}` takes datasets");
                return Err(self.fault(&WRONG_ARGUMENTS, span, message));
            };
            nodes.push(self.dataset_of(value, span)?);
        }
        let pair = matches!(operator, "setdiff" | "symdiff");
        if nodes.is_empty() || pair && nodes.len() != 2 {
            let number = if pair { "two datasets" } else { "datasets" };
            let message = format!("`{operator}` takes {number}");
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        }
        let mut nodes = self.alike(nodes, span)?.into_iter();
        let Some(first) = nodes.next() else {
            return Err(self.fault(&WRONG_ARGUMENTS, span, "a dataset is needed here"));
        };
        if operator == "intersect" {
            self.few_enough(1 + nodes.len(), span)?;
        }
        let on = first.identifier_names();
        Ok(match operator {
            "union" => Node::union(std::iter::once(first).chain(nodes).collect(), span),
            "intersect" => {
                nodes.fold(first, |left, right| left.matching(right, on.clone(), true, span))
            }
            "setdiff" => {
                nodes.fold(first, |left, right| left.matching(right, on.clone(), false, span))
            }
            _ => nodes.fold(first, |left, right| {
                let ours = left.clone().matching(right.clone(), on.clone(), false, span);
                let theirs = right.matching(left, on.clone(), false, span);
                Node::union(vec![ours, theirs], span)
            }),
        })
    }

    /// The datasets with the same structure, which they must have but for the order of components
    /// and integers among numbers.
    fn alike(&mut self, nodes: Vec<Node>, span: Span) -> Checked<Vec<Node>> {
        let mut shape: Vec<Component> =
            nodes.first().map(|n| n.structure.components().to_vec()).unwrap_or_default();
        for node in nodes.iter().skip(1) {
            shape = self.common_shape(&shape, node, span)?;
        }
        let shared = |theirs: &&Component| shape.iter().any(|c| c.name == theirs.name);
        let mut all = nodes.iter().flat_map(|node| node.structure.components());
        if let Some(extra) = all.find(|theirs| !shared(theirs)) {
            return Err(self.not_in_all(extra, span));
        }
        nodes.into_iter().map(|node| self.shaped(node, &shape, span)).collect()
    }

    /// The components that a dataset has in common with a shape, which must include all identifiers
    /// and measures of both.
    pub(super) fn common_shape(
        &mut self,
        shape: &[Component],
        node: &Node,
        span: Span,
    ) -> Checked<Vec<Component>> {
        let required = |c: &Component| matches!(c.role, Role::Identifier | Role::Measure);
        let extra = node.structure.components().iter().find(|theirs| {
            required(theirs)
                && !shape.iter().any(|c| c.name == theirs.name && c.role == theirs.role)
        });
        if let Some(extra) = extra {
            return Err(self.not_in_all(extra, span));
        }
        let mut common = Vec::new();
        for component in shape {
            let theirs =
                node.structure.get(&component.name).filter(|theirs| theirs.role == component.role);
            let Some(theirs) = theirs else {
                if required(component) {
                    return Err(self.not_in_all(component, span));
                }
                continue;
            };
            let Some(data_type) = common_type(component.data_type, theirs.data_type) else {
                let message = format!(
                    "`{}` is {} in one dataset and {} in another",
                    component.name, component.data_type, theirs.data_type
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            };
            let mut component = Component { data_type, ..component.clone() };
            component.codes = merged(component.codes, theirs.codes.clone());
            common.push(component);
        }
        Ok(common)
    }

    fn not_in_all(&mut self, component: &Component, span: Span) -> super::Reported {
        let code = match component.role {
            Role::Identifier => &IDENTIFIER_MISMATCH,
            _ => &MEASURE_MISMATCH,
        };
        let (role, name) = (component.role.keyword(), &component.name);
        let message = format!("not all datasets have the {role} `{name}`");
        match component.role {
            Role::Attribute | Role::ViralAttribute => {
                self.fault_help(code, span, message, "leave it out with `drop`")
            }
            _ => self.fault(code, span, message),
        }
    }

    /// The dataset with these components in this order and of these types.
    pub(super) fn shaped(&mut self, node: Node, shape: &[Component], span: Span) -> Checked<Node> {
        if node.structure.components() == shape {
            return Ok(node);
        }
        let columns = shape
            .iter()
            .map(|component| {
                let value = match node.structure.get(&component.name) {
                    Some(own) => Expr::column(own, span).converted(component.data_type),
                    None => Expr::null(component.data_type, span),
                };
                (component.clone(), value)
            })
            .collect();
        Ok(node.project(columns, span))
    }
}
