//! Join operators (reference manual, "Join operators").
//!
//! A join first makes a *virtual dataset*: the matched identifiers once, every other component of
//! one dataset under its own name, and those that several have under `dataset#component`. The
//! clauses work on that, and at the end the prefixes are taken off.

use super::build::{Column, is_identifier, is_viral};
use super::scope::{Binding, Origin, Row, Scope, quoted};
use super::set::merged;
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{self, Clause, ComponentName, ExprKind as Ast, Join};
use crate::errors::{
    DUPLICATE_COMPONENT, JOIN_KEYS, JOIN_NAMES, MEASURE_MISMATCH, TYPE_MISMATCH, UNKNOWN_COMPONENT,
};
use crate::program::{Expr, Function, JoinColumn, JoinKind, JoinStep, Node, Operation, Value};
use crate::source::Span;
use olshem_model::{Component, DataStructure, Role};
use std::collections::HashMap;

/// What a dataset of a join is called.
fn label(operand: &ast::JoinOperand) -> Option<String> {
    match (&operand.alias, &operand.value.kind) {
        (Some(alias), _) => Some(alias.text.clone()),
        (None, Ast::Name(name)) => Some(name.clone()),
        (None, _) => None,
    }
}

/// A dataset to be joined, and what it is called.
struct Operand {
    label: Option<String>,
    node: Node,
}

impl Check<'_> {
    pub(super) fn join(&mut self, join: &Join, span: Span, scope: Scope<'_>) -> Checked<Node> {
        let kind = match join.kind.text.as_str() {
            "inner_join" => JoinKind::Inner,
            "left_join" => JoinKind::Left,
            "full_join" => JoinKind::Full,
            _ => JoinKind::Cross,
        };
        self.few_enough(join.operands.len(), span)?;
        let operands = self.operands(join, scope)?;
        let keys = self.keys(kind, join, &operands, span)?;
        let (mut node, origins) = self.virtual_dataset(kind, operands, &keys, span)?;
        node = self.replacements(node, (kind, &origins, &keys), join, span, scope)?;
        for (clause, clause_span) in &join.clauses {
            node = match clause {
                Clause::Apply(expr) => {
                    self.join_apply(node, &origins, expr, *clause_span, scope)?
                }
                _ => self.clause(node, &origins, clause, *clause_span, scope)?,
            };
        }
        self.without_prefixes(node, &origins, span)
    }

    fn operands(&mut self, join: &Join, scope: Scope<'_>) -> Checked<Vec<Operand>> {
        // All are checked even if one has a fault, to report all.
        let nodes: Vec<Checked<Node>> =
            join.operands.iter().map(|operand| self.dataset(&operand.value, scope)).collect();
        let mut operands: Vec<Operand> = Vec::new();
        for (operand, node) in join.operands.iter().zip(nodes) {
            let label = label(operand);
            if label.is_some() && operands.iter().any(|other| other.label == label) {
                let message =
                    format!("two datasets of the join are called `{}`", label.unwrap_or_default());
                let help = "give each another name with `as`";
                return Err(self.fault_help(&JOIN_NAMES, operand.value.span, message, help));
            }
            operands.push(Operand { label, node: node? });
        }
        Ok(operands)
    }

    /// The names of the components to match.
    fn keys(
        &mut self,
        kind: JoinKind,
        join: &Join,
        operands: &[Operand],
        span: Span,
    ) -> Checked<Vec<String>> {
        let in_several = |name: &str, identifiers: bool| {
            let has = |operand: &&Operand| {
                let found = operand.node.structure.get(name);
                found.is_some_and(|c| !identifiers || is_identifier(c))
            };
            operands.iter().filter(has).count() > 1
        };
        if kind == JoinKind::Cross {
            if let Some(name) = join.using.iter().flatten().next() {
                let message = "`cross_join` puts all rows together and matches none";
                let help = "leave `using` out, or use `inner_join`";
                return Err(self.fault_help(&JOIN_KEYS, name.span(), message, help));
            }
            return Ok(Vec::new());
        }
        if let Some(using) = &join.using {
            let mut keys = Vec::new();
            for name in using {
                let key = &name.name.text;
                if operands.len() > 1 && !in_several(key, false) {
                    let message = format!("`{key}` is not in several datasets of the join");
                    return Err(self.fault(&UNKNOWN_COMPONENT, name.span(), message));
                }
                keys.push(key.clone());
            }
            return Ok(keys);
        }
        let identifiers: Vec<Vec<String>> =
            operands.iter().map(|operand| operand.node.identifier_names()).collect();
        let same =
            |a: &[String], b: &[String]| a.len() == b.len() && a.iter().all(|n| b.contains(n));
        let fits = match kind {
            JoinKind::Left => identifiers.iter().skip(1).all(|others| {
                same(others, &identifiers[1]) && others.iter().all(|n| identifiers[0].contains(n))
            }),
            JoinKind::Full => identifiers.iter().all(|others| same(others, &identifiers[0])),
            JoinKind::Inner | JoinKind::Cross => true,
        };
        if !fits {
            let lists: Vec<String> = identifiers
                .iter()
                .map(|names| quoted(names.iter().map(String::as_str), ", "))
                .collect();
            let message = format!(
                "`{}` cannot tell which identifiers to match: the datasets have {}",
                join.kind.text,
                lists.join("; ")
            );
            return Err(self.fault_help(&JOIN_KEYS, span, message, "say so with `using`"));
        }
        let mut keys: Vec<String> = Vec::new();
        for name in identifiers.into_iter().flatten() {
            if !keys.contains(&name) && in_several(&name, true) {
                keys.push(name);
            }
        }
        Ok(keys)
    }

    /// An order of the datasets in which each has a key in common with those before it, and these
    /// keys.
    fn steps(
        &mut self,
        kind: JoinKind,
        operands: &[Operand],
        keys: &[String],
        span: Span,
    ) -> Checked<Vec<(usize, Vec<String>)>> {
        let mut steps = vec![(0, Vec::new())];
        let mut waiting: Vec<usize> = (1..operands.len()).collect();
        while !waiting.is_empty() {
            let common = |index: usize| -> Vec<String> {
                let has =
                    |index: usize, key: &str| operands[index].node.structure.get(key).is_some();
                keys.iter()
                    .filter(|key| has(index, key) && steps.iter().any(|(i, _)| has(*i, key)))
                    .cloned()
                    .collect()
            };
            let joins = |index: &usize| kind == JoinKind::Cross || !common(*index).is_empty();
            // Only an inner join may take the datasets in another order.
            let next = match kind {
                JoinKind::Inner => waiting.iter().position(joins),
                _ => Some(0).filter(|_| joins(&waiting[0])),
            };
            let Some(next) = next else {
                let number = waiting[0] + 1;
                let message = format!(
                    "dataset {number} of the join has no identifier in common with the others"
                );
                let help = "for every combination of rows use `cross_join`";
                return Err(self.fault_help(&JOIN_KEYS, span, message, help));
            };
            let index = waiting.remove(next);
            let on = common(index);
            steps.push((index, on));
        }
        Ok(steps)
    }

    fn virtual_dataset(
        &mut self,
        kind: JoinKind,
        operands: Vec<Operand>,
        keys: &[String],
        span: Span,
    ) -> Checked<(Node, Vec<Origin>)> {
        let steps = self.steps(kind, &operands, keys, span)?;
        let position =
            |index: usize| steps.iter().position(|(i, _)| *i == index).unwrap_or_default();
        let mut columns: Vec<(Component, JoinColumn)> = Vec::new();
        let mut origins = Vec::new();
        for key in keys {
            let owners: Vec<(usize, &Component)> = operands
                .iter()
                .enumerate()
                .filter_map(|(index, o)| Some((index, o.node.structure.get(key)?)))
                .collect();
            let Some((first, component)) = owners.first().copied() else { continue };
            if let Some((_, other)) =
                owners.iter().find(|(_, c)| c.data_type != component.data_type)
            {
                let message = format!(
                    "`{key}` is {} in one dataset and {} in another",
                    component.data_type, other.data_type
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
            let from = (kind != JoinKind::Full).then(|| position(first));
            let mut component = component.clone();
            if kind == JoinKind::Full {
                let codes = owners.iter().skip(1).map(|(_, other)| other.codes.clone());
                component.codes = codes.fold(component.codes, merged);
            }
            columns.push((component, JoinColumn { from, name: key.clone() }));
            for (index, _) in &owners {
                if let Some(label) = &operands[*index].label {
                    origins.push(Origin {
                        dataset: label.clone(),
                        component: key.clone(),
                        column: key.clone(),
                    });
                }
            }
        }
        let mut owners: HashMap<&str, usize> = HashMap::new();
        for component in operands.iter().flat_map(|o| o.node.structure.components()) {
            *owners.entry(&component.name).or_default() += 1;
        }
        for (index, operand) in operands.iter().enumerate() {
            for component in operand.node.structure.components() {
                let name = &component.name;
                if keys.contains(name) {
                    continue;
                }
                let shared = owners.get(name.as_str()).is_some_and(|owners| *owners > 1);
                let column = match (&operand.label, shared) {
                    (_, false) => name.clone(),
                    (Some(label), true) => format!("{label}#{name}"),
                    (None, true) => {
                        let message = format!("several datasets of the join have `{name}`");
                        let help = "give each dataset a name with `as`";
                        let span = operand.node.span;
                        return Err(self.fault_help(&JOIN_NAMES, span, message, help));
                    }
                };
                if let Some(label) = &operand.label {
                    origins.push(Origin {
                        dataset: label.clone(),
                        component: name.clone(),
                        column: column.clone(),
                    });
                }
                let from = JoinColumn { from: Some(position(index)), name: name.clone() };
                columns.push((component.clone().renamed(column), from));
            }
        }
        let (components, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let structure = DataStructure::new(components);
        let mut nodes: Vec<Option<Node>> = operands.into_iter().map(|o| Some(o.node)).collect();
        let mut ordered = steps.into_iter().filter_map(|(i, on)| Some((nodes[i].take()?, on)));
        let Some((first, _)) = ordered.next() else {
            return Err(self.fault(&JOIN_KEYS, span, "a join needs datasets"));
        };
        let rest: Vec<JoinStep> = ordered.map(|(node, on)| JoinStep { node, on }).collect();
        if rest.is_empty() {
            return Ok((first, origins));
        }
        let operation = Operation::Join { kind, first: Box::new(first), rest, columns };
        let node = Node::new(operation, structure, span);
        Ok((self.combined_attributes(node, &origins, span)?, origins))
    }

    /// Viral attributes that several datasets have become one.
    fn combined_attributes(&mut self, node: Node, origins: &[Origin], span: Span) -> Checked<Node> {
        let prefixed =
            |column: &str| origins.iter().find(|o| o.column == column && o.column != o.component);
        let mut columns: Vec<Column> = Vec::new();
        let mut combined: Vec<(Component, Vec<Expr>)> = Vec::new();
        for (component, value) in node.columns(|_| true) {
            match prefixed(&component.name).filter(|_| is_viral(&component)) {
                None => columns.push((component, value)),
                Some(origin) => {
                    match combined.iter_mut().find(|(c, _)| c.name == origin.component) {
                        Some((_, values)) => values.push(value),
                        None => {
                            combined.push((component.renamed(&origin.component), vec![value]));
                        }
                    }
                }
            }
        }
        if combined.is_empty() {
            return Ok(node);
        }
        for (attribute, values) in combined {
            let value = self.propagated(&attribute, values, span)?;
            columns.push((attribute, value));
        }
        Ok(node.project(columns, span))
    }

    /// Puts in what `nvl` says for identifiers that are missing where a row has no match.
    fn replacements(
        &mut self,
        node: Node,
        (kind, origins, keys): (JoinKind, &[Origin], &[String]),
        join: &Join,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        // In a left join the first dataset always has a row.
        let first = join.operands.first().and_then(label);
        let unmatched: Vec<String> = node
            .structure
            .identifiers()
            .map(|identifier| identifier.name.clone())
            .filter(|column| match kind {
                JoinKind::Inner | JoinKind::Cross => false,
                JoinKind::Full => !keys.contains(column),
                JoinKind::Left => {
                    let of_first =
                        |o: &Origin| o.column == *column && Some(&o.dataset) == first.as_ref();
                    !keys.contains(column) && !origins.iter().any(of_first)
                }
            })
            .collect();
        let mut values: HashMap<String, Expr> = HashMap::new();
        for (name, replacement) in &join.replacements {
            let replacement = self.scalar(replacement, scope)?;
            for component in self.meant(&node.structure, origins, name) {
                let site = Site { operator: "nvl", span: name.span(), structure: None };
                let replacement = self.coerce(replacement.clone(), component.data_type, site)?;
                let own = Expr::column(&component, name.span());
                let data_type = component.data_type;
                let value = Expr::call(Function::Nvl, vec![own, replacement], data_type, span);
                values.insert(component.name, value);
            }
        }
        let missing = unmatched.iter().find(|column| !values.contains_key(*column));
        if let Some(column) = missing {
            let message =
                format!("the identifier `{column}` would be missing where there is no match");
            let help = format!("say what it is then: `using ..., nvl({column}, \"...\")`");
            return Err(self.fault_help(&JOIN_KEYS, span, message, help));
        }
        if values.is_empty() {
            return Ok(node);
        }
        let columns = node
            .columns(|_| true)
            .map(|(component, value)| {
                let value = values.remove(&component.name).unwrap_or(value);
                (component, value)
            })
            .collect();
        Ok(node.project(columns, span))
    }

    /// All components that a name means: without a dataset's name, those of every dataset.
    fn meant(
        &self,
        structure: &DataStructure,
        origins: &[Origin],
        name: &ComponentName,
    ) -> Vec<Component> {
        let means = |component: &&Component| {
            origins.iter().any(|origin| {
                origin.column == component.name
                    && origin.component == name.name.text
                    && name.dataset.as_ref().is_none_or(|d| d.text == origin.dataset)
            })
        };
        structure.components().iter().filter(means).cloned().collect()
    }

    /// `apply`: an expression over datasets, computed for each measure that all of them have.
    fn join_apply(
        &mut self,
        node: Node,
        origins: &[Origin],
        expr: &ast::Expr,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let mut named = Vec::new();
        let mut rest = vec![expr];
        while let Some(expr) = rest.pop() {
            if let Ast::Name(name) = &expr.kind
                && origins.iter().any(|origin| origin.dataset == *name)
                && !named.contains(&name)
            {
                named.push(name);
            }
            rest.extend(expr.kind.children());
        }
        let row = Row::joined(&node.structure, origins);
        let measure_of = |dataset: &str, component: &str| {
            let origin =
                origins.iter().find(|o| o.dataset == dataset && o.component == component)?;
            node.structure.get(&origin.column).filter(|c| c.role == Role::Measure)
        };
        let mut columns: Vec<Column> = node.columns(is_identifier).collect();
        let identifiers = columns.len();
        let before = self.diagnostics.len();
        for origin in named
            .first()
            .map(|first| origins.iter().filter(move |o| o.dataset == **first))
            .into_iter()
            .flatten()
        {
            let measures: Option<Vec<&Component>> =
                named.iter().map(|dataset| measure_of(dataset, &origin.component)).collect();
            let Some(measures) = measures else { continue };
            let mut bindings = scope.bindings.cloned().unwrap_or_default();
            for (dataset, measure) in named.iter().zip(measures) {
                let value = Value::Scalar(Expr::column(measure, span));
                bindings.insert((*dataset).clone(), Binding::Value(value));
            }
            let inner = Scope { row: Some(&row), bindings: Some(&bindings) };
            // Measures of types that the expression does not take are passed over.
            if let Ok(value) = self.scalar(expr, inner) {
                let component = Component::measure(&origin.component, value.data_type);
                columns.push((component, value));
            }
        }
        if columns.len() == identifiers {
            if self.diagnostics.len() == before {
                let message = "`apply` finds no measure that all its datasets have";
                self.fault(&MEASURE_MISMATCH, span, message);
            }
            return Err(super::Reported);
        }
        self.diagnostics.truncate(before);
        columns.extend(node.columns(is_viral));
        Ok(node.project(columns, span))
    }

    /// Takes the prefixes off.
    fn without_prefixes(&mut self, node: Node, origins: &[Origin], span: Span) -> Checked<Node> {
        let prefixed: HashMap<&str, &str> = origins
            .iter()
            .filter(|o| o.column != o.component)
            .map(|o| (o.column.as_str(), o.component.as_str()))
            .collect();
        let plain = |column: &str| prefixed.get(column).copied().unwrap_or(column).to_owned();
        let mut called: HashMap<String, usize> = HashMap::new();
        for component in node.structure.components() {
            *called.entry(plain(&component.name)).or_default() += 1;
        }
        let mut columns: Vec<Column> = Vec::new();
        let mut doubled = Vec::new();
        for (component, value) in node.columns(|_| true) {
            let name = plain(&component.name);
            match called.get(&name) {
                Some(1) => columns.push((component.renamed(name), value)),
                // Attributes that do not travel are no reason to refuse the join.
                _ if component.role == Role::Attribute => {}
                _ => doubled.push(component.name),
            }
        }
        if !doubled.is_empty() {
            let message = format!(
                "the result of the join would have several components of one name: {}",
                quoted(doubled.iter().map(String::as_str), ", ")
            );
            let help = "choose one with `keep` or `drop`, or give them names with `rename`";
            return Err(self.fault_help(&DUPLICATE_COMPONENT, span, message, help));
        }
        let unchanged = columns.iter().map(|(c, _)| c).eq(node.structure.components());
        Ok(if unchanged { node } else { node.project(columns, span) })
    }
}
