//! `check` and `check_datapoint` (reference manual, "Data validation operators").
//! `check_hierarchy` is in [`super::hierarchy`].

use super::build::{Column, constant_expr, is_identifier, is_viral};
use super::scope::{Binding, Row, Scope};
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{self, DatapointRuleset, Literal, Name, RulesetCall};
use crate::errors::{
    INVALID_RULESET, NOT_MONO_MEASURE, TYPE_MISMATCH, UNKNOWN_RULESET, WRONG_ARGUMENTS,
};
use crate::program::{Expr, Function, Node, Value};
use crate::source::Span;
use olshem_model::{Component, DataType, Role};
use std::collections::HashSet;

/// The error code or level of `check`.
enum Finding {
    Scalar(Expr),
    /// The measure of a dataset, by its place among those that are side by side.
    Measure {
        dataset: usize,
        measure: Component,
    },
}

impl Check<'_> {
    /// `check`: a Boolean dataset, with what is to be said where it is false.
    pub(super) fn check(
        &mut self,
        check: &ast::Check,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let node = self.dataset(&check.operand, scope)?;
        let measures: Vec<Component> = node.structure.measures().cloned().collect();
        let measure = match &measures[..] {
            [measure] if measure.data_type == DataType::Boolean => measure.clone(),
            _ => {
                let message = "`check` needs a dataset with one measure, Boolean";
                return Err(self.fault(&NOT_MONO_MEASURE, check.operand.span, message));
            }
        };
        let mut nodes = vec![node];
        if let Some(imbalance) = &check.imbalance {
            nodes.push(self.dataset(imbalance, scope)?);
        }
        let imbalance = match nodes.get(1).map(|n| n.structure.measures().collect::<Vec<_>>()) {
            None => None,
            Some(measures) => match &measures[..] {
                [measure] if measure.data_type.is_numeric() => Some((*measure).clone()),
                _ => {
                    let message = "`imbalance` needs a dataset with one measure, a number";
                    return Err(self.fault(&NOT_MONO_MEASURE, nodes[1].span, message));
                }
            },
        };
        let code = self.finding(check.code.as_ref(), "errorcode", &mut nodes, scope)?;
        let level = self.finding(check.level.as_ref(), "errorlevel", &mut nodes, scope)?;
        let (rows, columns_of) = self.side_by_side(nodes, span)?;
        let tested =
            Expr::column(&measure.clone().renamed(columns_of[0].column(&measure.name)), span);
        let imbalance = match imbalance {
            Some(measure) => {
                let column = columns_of[1].column(&measure.name);
                Expr::column(&measure.renamed(column), span)
            }
            None => Expr::null(DataType::Number, span),
        };
        let value = |finding: Option<Finding>, data_type| match finding {
            None => Expr::null(data_type, span),
            Some(Finding::Scalar(value)) => value,
            Some(Finding::Measure { dataset, measure }) => {
                let column = columns_of[dataset].column(&measure.name);
                Expr::column(&measure.renamed(column), span)
            }
        };
        let (code, level) = (value(code, DataType::String), value(level, DataType::Integer));
        let failed =
            Expr::test(Function::Equal, vec![tested.clone(), Expr::boolean(false, span)], span);
        let rows_kept = match check.invalid {
            true => rows.filter(failed.clone(), span),
            false => rows,
        };
        let mut columns: Vec<Column> = rows_kept.columns(is_identifier).collect();
        columns.push((Component::measure("bool_var", DataType::Boolean), tested));
        columns.push((Component::measure("imbalance", imbalance.data_type), imbalance));
        columns.extend(findings(&failed, code, level, span));
        columns.extend(self.propagated_attributes(&columns_of, span)?);
        Ok(rows_kept.project(columns, span))
    }

    /// An error code or level; a dataset that gives them is put to the others.
    fn finding(
        &mut self,
        expr: Option<&ast::Expr>,
        parameter: &str,
        nodes: &mut Vec<Node>,
        scope: Scope<'_>,
    ) -> Checked<Option<Finding>> {
        let Some(expr) = expr else { return Ok(None) };
        let node = match self.value(expr, scope)? {
            Value::Scalar(value) => return Ok(Some(Finding::Scalar(value))),
            Value::Dataset(node) => node,
        };
        let measures: Vec<Component> = node.structure.measures().cloned().collect();
        let [measure] = &measures[..] else {
            let message = format!("`{parameter}` needs a scalar or a dataset with one measure");
            return Err(self.fault(&NOT_MONO_MEASURE, expr.span, message));
        };
        nodes.push(node);
        let dataset = nodes.len() - 1;
        Ok(Some(Finding::Measure { dataset, measure: measure.clone() }))
    }

    /// The operators that take a ruleset.
    pub(super) fn ruleset(
        &mut self,
        call: &RulesetCall,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let node = self.dataset(&call.operand, scope)?;
        let name = match scope.binding(&call.ruleset.text) {
            Some(Binding::Ruleset(name)) => name.clone(),
            _ => call.ruleset.text.clone(),
        };
        if call.operator.text == "check_datapoint" {
            let Some(ruleset) = self.checker.datapoint_rulesets.get(&name).cloned() else {
                return Err(self.unknown_ruleset("datapoint", &name, call.ruleset.span));
            };
            return self.check_datapoint(node, call, &ruleset, span, scope);
        }
        let Some(ruleset) = self.checker.hierarchical_rulesets.get(&name).cloned() else {
            return Err(self.unknown_ruleset("hierarchical", &name, call.ruleset.span));
        };
        self.hierarchical(node, call, &ruleset, span, scope)
    }

    fn unknown_ruleset(&mut self, kind: &str, name: &str, span: Span) -> super::Reported {
        if self.checker.broken.contains(name) {
            return super::Reported;
        }
        let near = match kind {
            "datapoint" => {
                self.nearest(name, self.checker.datapoint_rulesets.keys().map(String::as_str))
            }
            _ => self.nearest(name, self.checker.hierarchical_rulesets.keys().map(String::as_str)),
        };
        let message = format!("no {kind} ruleset is called `{name}`");
        self.unknown(&UNKNOWN_RULESET, span, message, near)
    }

    fn check_datapoint(
        &mut self,
        node: Node,
        call: &RulesetCall,
        ruleset: &DatapointRuleset,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let output = self.option(&call.options, &["invalid", "all", "all_measures"])?;
        let output = output.unwrap_or("invalid");
        self.only_options(&call.options, &[output])?;
        let names: Vec<&Name> = ruleset.rules.iter().filter_map(|r| r.name.as_ref()).collect();
        let rule_ids = self.rule_names(names, ruleset.rules.len())?;
        let row = self.ruleset_row(&node, ruleset, call, scope)?;
        let (code_type, level_type) = (
            self.finding_type(
                ruleset.rules.iter().filter_map(|r| r.code.as_ref()),
                DataType::String,
                span,
            )?,
            self.finding_type(
                ruleset.rules.iter().filter_map(|r| r.level.as_ref()),
                DataType::Integer,
                span,
            )?,
        );
        let measures = output != "all";
        let kept = |c: &Component| {
            is_identifier(c) || is_viral(c) || (measures && c.role == Role::Measure)
        };
        let result = Component::measure("bool_var", DataType::Boolean);
        let code = Component::measure("errorcode", code_type);
        let level = Component::measure("errorlevel", level_type);
        let mut components: Vec<Component> = node.columns(kept).map(|(c, _)| c).collect();
        let place = components.iter().rposition(is_identifier).map_or(0, |last| last + 1);
        components.insert(place, rule_id());
        components.extend([result.clone(), code.clone(), level.clone()]);
        let mut branches = Vec::new();
        for (rule, id) in ruleset.rules.iter().zip(rule_ids) {
            let inner = Scope { row: Some(&row), bindings: None };
            let then = self.condition(&rule.then, inner)?;
            let holds = match &rule.when {
                None => then,
                Some(when) => {
                    let when = self.condition(when, inner)?;
                    let not = Expr::test(Function::Not, vec![when], span);
                    Expr::test(Function::Or, vec![not, then], span)
                }
            };
            let mut values: Vec<Expr> = node.columns(kept).map(|(_, value)| value).collect();
            values.insert(place, Expr::text(id, span));
            values.push(holds);
            values.push(finding(rule.code.as_ref(), code_type, span));
            values.push(finding(rule.level.as_ref(), level_type, span));
            branches.push(values);
        }
        let mut rows = node.expand(components, branches, span);
        let failed = Expr::test(
            Function::Equal,
            vec![Expr::column(&result, span), Expr::boolean(false, span)],
            span,
        );
        if output == "invalid" {
            rows = rows.filter(failed.clone(), span);
        }
        let found = [&code.name, &level.name];
        let without = if output == "invalid" { "bool_var" } else { "" };
        let mut columns: Vec<Column> =
            rows.columns(|c| !found.contains(&&c.name) && c.name != without).collect();
        columns.extend(findings(
            &failed,
            Expr::column(&code, span),
            Expr::column(&level, span),
            span,
        ));
        Ok(rows.project(columns, span))
    }

    /// The components of the operand, under the names that a datapoint ruleset has for them.
    fn ruleset_row(
        &mut self,
        node: &Node,
        ruleset: &DatapointRuleset,
        call: &RulesetCall,
        scope: Scope<'_>,
    ) -> Checked<Row> {
        let own = Row::of(&node.structure);
        if ruleset.on_domains && call.components.len() != ruleset.signature.len() {
            let message = format!(
                "the ruleset `{}` is on value domains; name {} components with `components`",
                ruleset.name.text,
                ruleset.signature.len()
            );
            return Err(self.fault(&WRONG_ARGUMENTS, call.ruleset.span, message));
        }
        let mut row = Row::default();
        if ruleset.signature.is_empty() {
            return Ok(own);
        }
        for (index, signature) in ruleset.signature.iter().enumerate() {
            let component = match call.components.get(index) {
                Some(name) => self.component(&own, name, scope)?,
                None => self.simple_component(
                    &own,
                    &Name { span: call.ruleset.span, ..signature.name.clone() },
                    Scope::default(),
                )?,
            };
            let known_as = signature.alias.as_ref().unwrap_or(&signature.name);
            row.known_as(&known_as.text, &component.name);
            row.structure.set(component);
        }
        Ok(row)
    }

    // What both kinds of rulesets share.

    /// The identifiers of rules: their names, or numbers from 1.
    pub(super) fn rule_names(&mut self, names: Vec<&Name>, rules: usize) -> Checked<Vec<String>> {
        if names.is_empty() {
            return Ok((1..=rules).map(|number| number.to_string()).collect());
        }
        if names.len() != rules {
            let message = "either all rules of a ruleset have names, or none";
            return Err(self.fault(&INVALID_RULESET, names[0].span, message));
        }
        let mut seen = HashSet::new();
        for name in &names {
            if !seen.insert(&name.text) {
                let message = format!("two rules are called `{}`", name.text);
                return Err(self.fault(&INVALID_RULESET, name.span, message));
            }
        }
        Ok(names.into_iter().map(|name| name.text.clone()).collect())
    }

    /// The type of the error codes or levels of a ruleset.
    pub(super) fn finding_type<'l>(
        &mut self,
        literals: impl Iterator<Item = &'l Literal>,
        default: DataType,
        span: Span,
    ) -> Checked<DataType> {
        let exprs: Vec<Expr> = literals
            .filter(|literal| **literal != Literal::Null)
            .map(|literal| constant_expr(literal, span))
            .collect();
        let Some(first) = exprs.first() else { return Ok(default) };
        match exprs.iter().all(|expr| expr.data_type == first.data_type) {
            true => Ok(first.data_type),
            false => {
                let message = "the error codes and levels of a ruleset are of one type each";
                Err(self.fault(&TYPE_MISMATCH, span, message))
            }
        }
    }

    /// The option out of a group that was given, if one was.
    pub(super) fn option(
        &mut self,
        given: &[Name],
        group: &[&'static str],
    ) -> Checked<Option<&'static str>> {
        let mut found = None;
        for name in given {
            let Some(option) = group.iter().find(|option| **option == name.text) else { continue };
            if found.replace(*option).is_some() {
                let message = format!("only one of `{}` can be given", group.join("`, `"));
                return Err(self.fault(&WRONG_ARGUMENTS, name.span, message));
            }
        }
        Ok(found)
    }

    /// Every option given must be one of those understood.
    pub(super) fn only_options(&mut self, given: &[Name], understood: &[&str]) -> Checked<()> {
        match given.iter().find(|name| !understood.contains(&name.text.as_str())) {
            None => Ok(()),
            Some(name) => {
                let message = format!("`{}` is no option of this operator", name.text);
                Err(self.fault(&WRONG_ARGUMENTS, name.span, message))
            }
        }
    }

    /// A site for coercions in rulesets.
    pub(super) fn plain_site(operator: &'static str, span: Span) -> Site<'static> {
        Site { operator, span, structure: None }
    }
}

/// The identifier that tells by which rule a row was made.
pub(super) fn rule_id() -> Component {
    Component::identifier("ruleid", DataType::String)
}

/// An error code or level of a rule.
pub(super) fn finding(literal: Option<&Literal>, data_type: DataType, span: Span) -> Expr {
    match literal {
        Some(literal) => constant_expr(literal, span).converted(data_type),
        None => Expr::null(data_type, span),
    }
}

/// `errorcode` and `errorlevel`, null unless the row has failed.
pub(super) fn findings(failed: &Expr, code: Expr, level: Expr, span: Span) -> [Column; 2] {
    [("errorcode", code), ("errorlevel", level)].map(|(name, value)| {
        let component = Component::measure(name, value.data_type);
        let null = Expr::null(value.data_type, span);
        let value = match value.is_null() {
            true => value,
            false => Expr::case(vec![(failed.clone(), value)], null, span),
        };
        (component, value)
    })
}
