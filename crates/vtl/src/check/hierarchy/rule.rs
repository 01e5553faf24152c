//! What a rule computes for a group: expressions over the columns of its codes.

use super::super::build::{Column, column};
use super::super::scope::{Row, Scope, quoted};
use super::super::{Check, Checked};
use crate::ast::{CodeItem, HierarchicalRule};
use crate::errors::{INVALID_RULESET, TOO_DEEP};
use crate::program::{Expr, ExprKind, Function, Literal, Node};
use crate::source::Span;
use olshem_model::{Component, DataType};
use std::collections::{HashMap, HashSet};

pub(super) const MODES: &[&str] =
    &["non_null", "non_zero", "partial_null", "partial_zero", "always_null", "always_zero"];

/// What a missing row of a code counts as, and when a rule gives a result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    NonNull,
    NonZero,
    PartialNull,
    PartialZero,
    AlwaysNull,
    AlwaysZero,
}

impl Mode {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "non_zero" => Self::NonZero,
            "partial_null" => Self::PartialNull,
            "partial_zero" => Self::PartialZero,
            "always_null" => Self::AlwaysNull,
            "always_zero" => Self::AlwaysZero,
            _ => Self::NonNull,
        }
    }

    /// Missing rows count as 0 rather than as null.
    pub(super) fn zero(self) -> bool {
        matches!(self, Self::NonZero | Self::PartialZero | Self::AlwaysZero)
    }
}

/// Where the value of a code on the right of a rule comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// The dataset.
    Dataset,
    /// The rule that computes it, if there is one.
    Rule,
    /// The rule that computes it, and where that gives nothing the dataset.
    RulePriority,
    /// The dataset, and where that has nothing the rule that computes it.
    DatasetPriority,
}

/// The value of a code in a group: expressions over the columns at hand.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) value: Expr,
    pub(super) present: Expr,
    pub(super) attributes: Vec<Expr>,
}

/// A sum of codes, and what is known of its terms.
pub(super) struct Total {
    pub(super) value: Expr,
    /// Whether there is a row of any of its codes.
    pub(super) any_present: Expr,
    /// Whether there is a row of any of its codes with a value other than 0, or without one.
    pub(super) any_nonzero: Expr,
    pub(super) attributes: Vec<Expr>,
}

/// What rules are applied to.
pub(super) struct Hierarchy {
    /// The identifier whose codes the rules relate.
    pub(super) rule: Component,
    pub(super) measure: Component,
    pub(super) viral: Vec<Component>,
    /// The groups, with the names that conditions have for their identifiers.
    pub(super) row: Row,
    /// The components in conditions that the rows of a group can differ in, and their names there:
    /// a code's condition is on that code's row.
    pub(super) own_conditions: Vec<(Component, String)>,
    pub(super) mode: Mode,
    pub(super) input: Input,
    /// Codes that some rule computes, in the order of the rules.
    pub(super) computed: Vec<String>,
    /// The same to look up.
    pub(super) computable: HashSet<String>,
    pub(super) span: Span,
}

impl Hierarchy {
    pub(super) fn value_column(&self, kind: &str, code: &str) -> Expr {
        column(format!("{kind}#{code}"), self.measure.data_type, self.span)
    }

    pub(super) fn flag_column(&self, kind: &str, code: &str) -> Expr {
        column(format!("{kind}#{code}"), DataType::Boolean, self.span)
    }

    pub(super) fn attribute_columns(&self, kind: &str, code: &str) -> Vec<Expr> {
        let of = |attribute: &Component| {
            let name = format!("{kind}#{}#{code}", attribute.name);
            column(name, attribute.data_type, self.span)
        };
        self.viral.iter().map(of).collect()
    }

    /// What conditions on the row of a code can name.
    fn row_of(&self, code: &str) -> Row {
        let mut row = self.row.clone();
        for (component, known_as) in &self.own_conditions {
            let name = format!("condition#{}#{code}", component.name);
            row.known_as(known_as, &name);
            row.structure.set(Component::measure(name, component.data_type));
        }
        row
    }

    /// What the dataset has for a code.
    pub(super) fn given(&self, code: &str) -> Item {
        let count = column(format!("rows#{code}"), DataType::Integer, self.span);
        let present = vec![count, Expr::integer(0, self.span)];
        Item {
            value: self.value_column("value", code),
            present: Expr::test(Function::Greater, present, self.span),
            attributes: self.attribute_columns("value", code),
        }
    }

    /// What a rule has computed for a code.
    pub(super) fn result(&self, code: &str) -> Item {
        Item {
            value: self.value_column("result", code),
            present: self.flag_column("found", code),
            attributes: self.attribute_columns("result", code),
        }
    }

    /// The value that a rule for `left` uses for a code.
    pub(super) fn item(&self, code: &str, left: &str) -> Item {
        let given = self.given(code);
        // A code that is equal to itself is brought along from the dataset.
        if self.input == Input::Dataset || code == left || !self.computable.contains(code) {
            return given;
        }
        let result = self.result(code);
        match self.input {
            Input::Rule | Input::Dataset => result,
            Input::RulePriority => self.first_valid(result, given),
            Input::DatasetPriority => self.first_valid(given, result),
        }
    }

    /// The first item, or the second where the first is missing or null.
    pub(super) fn first_valid(&self, first: Item, second: Item) -> Item {
        let valid = self.and(first.present, self.not_null(first.value.clone()));
        let choose = |a: Expr, b: Expr| Expr::case(vec![(valid.clone(), a)], b, self.span);
        let attributes = first.attributes.into_iter().zip(second.attributes);
        Item {
            value: choose(first.value, second.value),
            present: self.or(valid.clone(), second.present),
            attributes: attributes.map(|(a, b)| choose(a, b)).collect(),
        }
    }

    /// The value, with 0 for a missing row if the mode says so.
    pub(super) fn counted(&self, item: &Item) -> Expr {
        match self.mode.zero() {
            false => item.value.clone(),
            true => {
                let branches = vec![(item.present.clone(), item.value.clone())];
                Expr::case(branches, self.zero(), self.span)
            }
        }
    }

    pub(super) fn zero(&self) -> Expr {
        Expr::integer(0, self.span).converted(self.measure.data_type)
    }

    pub(super) fn and(&self, a: Expr, b: Expr) -> Expr {
        match (constant(&a), constant(&b)) {
            (Some(true), _) => b,
            (_, Some(true)) => a,
            _ => Expr::test(Function::And, vec![a, b], self.span),
        }
    }

    pub(super) fn or(&self, a: Expr, b: Expr) -> Expr {
        match (constant(&a), constant(&b)) {
            (Some(false), _) => b,
            (_, Some(false)) => a,
            _ => Expr::test(Function::Or, vec![a, b], self.span),
        }
    }

    pub(super) fn is_null(&self, value: Expr) -> Expr {
        Expr::test(Function::IsNull, vec![value], self.span)
    }

    pub(super) fn not_null(&self, value: Expr) -> Expr {
        Expr::test(Function::Not, vec![self.is_null(value)], self.span)
    }

    pub(super) fn nonzero(&self, value: Expr) -> Expr {
        let differs = Expr::test(Function::NotEqual, vec![value, self.zero()], self.span);
        self.certain(differs)
    }

    /// The manual's table of modes has null data points returned along with those that are not 0.
    pub(super) fn null_or_nonzero(&self, value: Expr) -> Expr {
        self.or(self.is_null(value.clone()), self.nonzero(value))
    }

    /// False where it is null.
    pub(super) fn certain(&self, test: Expr) -> Expr {
        if constant(&test).is_some() {
            return test;
        }
        let no = Expr::boolean(false, self.span);
        Expr::test(Function::Nvl, vec![test, no], self.span)
    }

    pub(super) fn number(&self, function: Function, arguments: Vec<Expr>) -> Expr {
        Expr::call(function, arguments, self.measure.data_type, self.span)
    }
}

/// How many steps of rules there may be: each is a level more of the program.
const MOST_STEPS: usize = 100;

/// All values as one, put together from the left; of a great many first those next to one another,
/// so that the expression does not become too deep.
fn together<T>(mut values: Vec<T>, combine: impl Fn(T, T) -> T) -> Option<T> {
    const AT_ONCE: usize = 50;
    while values.len() > AT_ONCE {
        let mut rest = values.into_iter();
        values = Vec::new();
        while let Some(first) = rest.next() {
            values.push(rest.by_ref().take(AT_ONCE - 1).fold(first, &combine));
        }
    }
    values.into_iter().reduce(combine)
}

/// Whether an expression is constantly true or false.
fn constant(test: &Expr) -> Option<bool> {
    match test.kind {
        ExprKind::Literal(Literal::Boolean(value)) => Some(value),
        _ => None,
    }
}

impl Check<'_> {
    /// The codes that rules compute, in steps: each is in a step after those it is computed from.
    pub(super) fn rule_order(
        &mut self,
        rules: &HashMap<&str, Vec<&HierarchicalRule>>,
        hierarchy: &Hierarchy,
    ) -> Checked<Vec<Vec<String>>> {
        let mut steps: Vec<Vec<String>> = Vec::new();
        let mut waiting = hierarchy.computed.clone();
        while !waiting.is_empty() {
            let unknown: HashSet<String> = waiting.iter().cloned().collect();
            let of = |code: &String| rules.get(code.as_str()).into_iter().flatten();
            let ready = |code: &String| {
                hierarchy.input == Input::Dataset
                    || of(code)
                        .flat_map(|rule| &rule.right)
                        .all(|item| item.code.text == *code || !unknown.contains(&item.code.text))
            };
            let (now, later): (Vec<String>, Vec<String>) =
                waiting.into_iter().partition(|code| ready(code));
            if now.is_empty() {
                let span = later.first().and_then(|code| of(code).next()).map(|rule| rule.span);
                let codes = quoted(later.iter().map(String::as_str), ", ");
                let message = format!("the codes {codes} are computed from one another");
                let span = span.unwrap_or(hierarchy.span);
                return Err(self.fault(&INVALID_RULESET, span, message));
            }
            if steps.len() >= MOST_STEPS {
                let message =
                    format!("the rules build on one another in more than {MOST_STEPS} steps");
                return Err(self.fault(&TOO_DEEP, hierarchy.span, message));
            }
            steps.push(now);
            waiting = later;
        }
        Ok(steps)
    }

    /// The right side of a rule.
    pub(super) fn total(
        &mut self,
        rule: &HierarchicalRule,
        hierarchy: &Hierarchy,
    ) -> Checked<Total> {
        let no = || Expr::boolean(false, hierarchy.span);
        let mut terms = Vec::new();
        let (mut any_present, mut any_nonzero) = (vec![no()], vec![no()]);
        let mut attributes: Vec<Vec<Expr>> = vec![Vec::new(); hierarchy.viral.len()];
        for CodeItem { negative, code, condition } in &rule.right {
            let item = hierarchy.item(&code.text, &rule.left.text);
            let mut term = hierarchy.counted(&item);
            let mut present = item.present.clone();
            if let Some(condition) = condition {
                let row = hierarchy.row_of(&code.text);
                let scope = Scope { row: Some(&row), bindings: None };
                let condition = hierarchy.certain(self.condition(condition, scope)?);
                present = hierarchy.and(condition.clone(), present);
                term = Expr::case(vec![(condition, term)], hierarchy.zero(), hierarchy.span);
            }
            let nonzero = hierarchy.null_or_nonzero(item.value.clone());
            let nonzero = hierarchy.and(present.clone(), nonzero);
            any_present.push(present);
            any_nonzero.push(nonzero);
            for (values, value) in attributes.iter_mut().zip(item.attributes) {
                values.push(value);
            }
            terms.push((*negative, term));
        }
        let attributes = hierarchy
            .viral
            .iter()
            .zip(attributes)
            .map(|(attribute, values)| self.propagated(attribute, values, hierarchy.span))
            .collect::<Checked<_>>()?;
        let sum = |(less, sum), (negative, term): (bool, Expr)| {
            let sum = match less {
                true => hierarchy.number(Function::Negate, vec![sum]),
                false => sum,
            };
            let function = if negative { Function::Subtract } else { Function::Add };
            (false, hierarchy.number(function, vec![sum, term]))
        };
        let value = match together(terms, sum) {
            Some((false, value)) => value,
            Some((true, value)) => hierarchy.number(Function::Negate, vec![value]),
            None => hierarchy.zero(),
        };
        let either = |tests| together(tests, |a, b| hierarchy.or(a, b)).unwrap_or_else(no);
        let (any_present, any_nonzero) = (either(any_present), either(any_nonzero));
        Ok(Total { value, any_present, any_nonzero, attributes })
    }

    /// Whether a rule applies to a group, as far as its `when` says.
    pub(super) fn applies(
        &mut self,
        rule: &HierarchicalRule,
        produced: Expr,
        hierarchy: &Hierarchy,
    ) -> Checked<Expr> {
        let Some(when) = &rule.when else { return Ok(hierarchy.certain(produced)) };
        let row = hierarchy.row_of(&rule.left.text);
        let scope = Scope { row: Some(&row), bindings: None };
        let when = self.condition(when, scope)?;
        Ok(hierarchy.certain(hierarchy.and(when, produced)))
    }

    /// The groups with the values that rules compute for some codes: of the rules for a code the
    /// first that applies.
    pub(super) fn computed_codes(
        &mut self,
        groups: Node,
        codes: &[String],
        rules: &HashMap<&str, Vec<&HierarchicalRule>>,
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let mut columns: Vec<Column> = groups.columns(|_| true).collect();
        for code in codes {
            let own = rules.get(code.as_str()).map(Vec::as_slice).unwrap_or_default();
            columns.extend(self.computed_code(code, own, hierarchy)?);
        }
        Ok(groups.project(columns, hierarchy.span))
    }

    fn computed_code(
        &mut self,
        code: &str,
        rules: &[&HierarchicalRule],
        hierarchy: &Hierarchy,
    ) -> Checked<Vec<Column>> {
        let span = hierarchy.span;
        let mut values = Vec::new();
        let mut attributes: Vec<Vec<(Expr, Expr)>> = vec![Vec::new(); hierarchy.viral.len()];
        let mut found = Expr::boolean(false, span);
        for rule in rules {
            let total = self.total(rule, hierarchy)?;
            let produced = match hierarchy.mode {
                Mode::NonNull => hierarchy.not_null(total.value.clone()),
                // The manual's example has results that are null here.
                Mode::NonZero => {
                    let null = hierarchy.is_null(total.value.clone());
                    hierarchy.or(null, hierarchy.nonzero(total.value.clone()))
                }
                Mode::PartialNull | Mode::PartialZero => total.any_present,
                Mode::AlwaysNull | Mode::AlwaysZero => Expr::boolean(true, span),
            };
            // The attribute is there even where the rule gives no result: so the manual's example.
            let applies = self.applies(rule, Expr::boolean(true, span), hierarchy)?;
            for (branches, value) in attributes.iter_mut().zip(total.attributes) {
                branches.push((applies.clone(), value));
            }
            let produced = self.applies(rule, produced, hierarchy)?;
            found = hierarchy.or(found, produced.clone());
            values.push((produced, total.value));
        }
        let measure = &hierarchy.measure;
        let named = |kind: &str| format!("{kind}#{code}");
        let mut columns = vec![
            (
                Component::measure(named("result"), measure.data_type),
                Expr::case(values, Expr::null(measure.data_type, span), span),
            ),
            (Component::measure(named("found"), DataType::Boolean), found),
        ];
        for (attribute, branches) in hierarchy.viral.iter().zip(attributes) {
            columns.push((
                Component::measure(
                    named(&format!("result#{}", attribute.name)),
                    attribute.data_type,
                ),
                Expr::case(branches, Expr::null(attribute.data_type, span), span),
            ));
        }
        Ok(columns)
    }
}
