//! What rules compute for a group: expressions over the two sides of a rule.

use super::super::build::{Column, column};
use super::super::scope::{Row, Scope, quoted};
use super::super::{Check, Checked};
use super::rows::{CODE, FOUND, NONZERO, PRESENT, RESULT, TARGET, VALUE, of_part, result_of};
use crate::ast::{HierarchicalRule, HierarchicalRuleset, Name};
use crate::errors::{INVALID_RULESET, TOO_DEEP};
use crate::program::{Expr, ExprKind, Function, Literal, Node};
use crate::source::Span;
use olshem_model::{Component, DataType};
use std::collections::{BTreeMap, BTreeSet};

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

    /// A rule gives a result in every group.
    pub(super) fn always(self) -> bool {
        matches!(self, Self::AlwaysNull | Self::AlwaysZero)
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

/// In how many steps codes can be computed from one another. Each is an aggregation of the one
/// before, and an engine's stack must hold them all.
const MOST_LEVELS: usize = 24;

/// What rules say something of: a code, or in a check the rule itself.
#[derive(Clone)]
pub(super) struct Target<'r> {
    /// Its number; that of the code, if it is one.
    pub(super) number: i64,
    /// The number of the code on the left.
    pub(super) code: i64,
    /// Its rules, in the order in which they are tried. A code without is only brought along.
    pub(super) rules: Vec<&'r HierarchicalRule>,
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
    /// The other identifiers: a group has one row of each code.
    pub(super) groups: Vec<Component>,
    /// What conditions can name: identifiers of the group, and the components below.
    pub(super) row: Row,
    /// The components in conditions that the rows of a group can differ in, and the columns for
    /// them: a code's condition is on that code's row.
    pub(super) own_conditions: Vec<(Component, String)>,
    /// Rules are checked, not only used to compute.
    pub(super) checks: bool,
    pub(super) mode: Mode,
    pub(super) input: Input,
    /// Every code, first those that some rule computes. They are numbered from 1.
    pub(super) codes: Vec<Name>,
    /// How many of them are computed.
    pub(super) computed: usize,
    pub(super) numbers: BTreeMap<String, i64>,
    pub(super) span: Span,
}

impl Hierarchy {
    /// The codes of a ruleset, and how many of them, which come first, are computed.
    pub(super) fn codes_of(ruleset: &HierarchicalRuleset) -> (Vec<Name>, usize) {
        let mut known = BTreeSet::new();
        let mut codes = Vec::new();
        let mut add = |code: &Name| {
            if known.insert(code.text.clone()) {
                codes.push(code.clone());
            }
            codes.len()
        };
        let equalities = ruleset.rules.iter().filter(|rule| rule.is_equality());
        let computed = equalities.map(|rule| add(&rule.left)).last().unwrap_or_default();
        for rule in &ruleset.rules {
            add(&rule.left);
            rule.right.iter().for_each(|item| {
                add(&item.code);
            });
        }
        (codes, computed)
    }

    pub(super) fn number_of(&self, code: &Name) -> i64 {
        // Every code of the ruleset has one.
        self.numbers.get(&code.text).copied().unwrap_or_default()
    }

    /// The numbers of the codes that occur in rules.
    pub(super) fn codes_in<'r>(
        &self,
        rules: impl Iterator<Item = &'r HierarchicalRule>,
    ) -> BTreeSet<i64> {
        let codes = rules.flat_map(|rule| {
            std::iter::once(&rule.left).chain(rule.right.iter().map(|item| &item.code))
        });
        codes.map(|code| self.number_of(code)).collect()
    }

    /// What conditions are written in.
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope { row: Some(&self.row), bindings: None }
    }

    /// What a row of a code has.
    pub(super) fn row(&self) -> Item {
        let attribute = |attribute: &Component| Expr::column(attribute, self.span);
        Item {
            value: column(VALUE, self.measure.data_type, self.span),
            present: column(PRESENT, DataType::Boolean, self.span),
            attributes: self.viral.iter().map(attribute).collect(),
        }
    }

    /// What a target's row has of the code on the left.
    pub(super) fn left(&self) -> Item {
        Item {
            value: column(of_part(VALUE, 0), self.measure.data_type, self.span),
            present: self.any(PRESENT, 0),
            attributes: self.attributes(0),
        }
    }

    /// What a target's row has of the right side of its first, second, ... rule.
    pub(super) fn total(&self, part: usize) -> Total {
        let value = column(of_part(VALUE, part), self.measure.data_type, self.span);
        let any_nonzero = match self.counts_nonzero() {
            true => self.any(NONZERO, part),
            false => Expr::boolean(false, self.span),
        };
        let attributes = self.attributes(part);
        Total { value, any_present: self.any(PRESENT, part), any_nonzero, attributes }
    }

    fn any(&self, count: &str, part: usize) -> Expr {
        let count = column(of_part(count, part), DataType::Integer, self.span);
        let zero = Expr::integer(0, self.span);
        self.certain(Expr::test(Function::Greater, vec![count, zero], self.span))
    }

    fn attributes(&self, part: usize) -> Vec<Expr> {
        let of = |c: &Component| column(of_part(&c.name, part), c.data_type, self.span);
        self.viral.iter().map(of).collect()
    }

    /// Whether it matters which items are 0.
    pub(super) fn counts_nonzero(&self) -> bool {
        self.checks && self.mode == Mode::NonZero
    }

    /// Whether a row is of one of these targets; constantly true if there are no others.
    fn is_one_of(&self, targets: &[Target<'_>], chosen: impl Fn(&Target<'_>) -> bool) -> Expr {
        let numbers = targets.iter().filter(|target| chosen(target)).map(|target| target.number);
        let set: Vec<Literal> = numbers.map(Literal::Integer).collect();
        if set.len() == targets.len() {
            return Expr::boolean(true, self.span);
        }
        let operand = Box::new(column(TARGET, DataType::Integer, self.span));
        Expr::new(ExprKind::In { operand, set }, DataType::Boolean, self.span)
    }

    /// Whether the two sides are related as a check's rule says.
    pub(super) fn relation(&self, targets: &[Target<'_>], left: Expr, right: Expr) -> Expr {
        let relation = |target: &Target<'_>| target.rules.first().map_or("=", |r| r.relation);
        let holds = |function| Expr::test(function, vec![left.clone(), right.clone()], self.span);
        let mut result = holds(Function::Equal);
        for (sign, function) in [
            (">", Function::Greater),
            ("<", Function::Less),
            (">=", Function::GreaterOrEqual),
            ("<=", Function::LessOrEqual),
        ] {
            if targets.iter().any(|target| relation(target) == sign) {
                let this = self.is_one_of(targets, |target| relation(target) == sign);
                result = self.choose(&this, holds(function), result);
            }
        }
        result
    }

    fn choose(&self, condition: &Expr, a: Expr, b: Expr) -> Expr {
        match constant(condition) {
            Some(true) => a,
            Some(false) => b,
            None => Expr::case(vec![(condition.clone(), a)], b, self.span),
        }
    }

    /// The first item, or the second where the first is missing or null.
    pub(super) fn first_valid(&self, first: Item, second: Item) -> Item {
        let valid = self.and(first.present.clone(), self.not_null(first.value.clone()));
        let present = self.or(valid.clone(), second.present.clone());
        Item { present, ..self.choice(&valid, first, second) }
    }

    /// One item or the other.
    fn choice(&self, condition: &Expr, a: Item, b: Item) -> Item {
        let attributes = a.attributes.into_iter().zip(b.attributes);
        Item {
            value: self.choose(condition, a.value, b.value),
            present: self.choose(condition, a.present, b.present),
            attributes: attributes.map(|(a, b)| self.choose(condition, a, b)).collect(),
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

/// Whether an expression is constantly true or false.
fn constant(test: &Expr) -> Option<bool> {
    match test.kind {
        ExprKind::Literal(Literal::Boolean(value)) => Some(value),
        _ => None,
    }
}

impl Check<'_> {
    /// The codes that rules compute, in levels: each after all that it is computed from.
    pub(super) fn levels<'r>(
        &mut self,
        ruleset: &'r HierarchicalRuleset,
        hierarchy: &Hierarchy,
    ) -> Checked<Vec<Vec<Target<'r>>>> {
        let mut waiting: BTreeMap<i64, Target<'r>> = BTreeMap::new();
        for rule in ruleset.rules.iter().filter(|rule| rule.is_equality()) {
            let code = hierarchy.number_of(&rule.left);
            let target = Target { number: code, code, rules: Vec::new() };
            waiting.entry(code).or_insert(target).rules.push(rule);
        }
        let mut levels = Vec::new();
        while !waiting.is_empty() {
            let is_ready = |target: &Target<'r>| {
                let mut items = target.rules.iter().flat_map(|rule| &rule.right);
                hierarchy.input == Input::Dataset
                    || items.all(|item| {
                        let code = hierarchy.number_of(&item.code);
                        code == target.code || !waiting.contains_key(&code)
                    })
            };
            let ready: Vec<Target<'r>> =
                waiting.values().filter(|target| is_ready(target)).cloned().collect();
            if ready.is_empty() {
                let of_waiting = |rule: &&HierarchicalRule| {
                    rule.is_equality() && waiting.contains_key(&hierarchy.number_of(&rule.left))
                };
                let rule = ruleset.rules.iter().find(of_waiting);
                let span = rule.map_or(hierarchy.span, |rule| rule.span);
                let names = waiting.keys().map(|code| &*hierarchy.codes[*code as usize - 1].text);
                let codes = quoted(names, ", ");
                let message = format!("the codes {codes} are computed from one another");
                return Err(self.fault(&INVALID_RULESET, span, message));
            }
            ready.iter().for_each(|target| drop(waiting.remove(&target.code)));
            levels.push(ready);
            if levels.len() > MOST_LEVELS {
                let message =
                    format!("the rules build on one another in more than {MOST_LEVELS} levels");
                return Err(self.fault(&TOO_DEEP, hierarchy.span, message));
            }
        }
        Ok(levels)
    }

    /// Whether a target has a rule of that number which applies to the group, as far as its `when`
    /// says.
    pub(super) fn applies(
        &mut self,
        targets: &[Target<'_>],
        part: usize,
        produced: Expr,
        hierarchy: &Hierarchy,
    ) -> Checked<Expr> {
        let span = hierarchy.span;
        let mut whens = Vec::new();
        for target in targets {
            let rule = target.rules.get(part - 1);
            if let Some(when) = rule.and_then(|rule| rule.when.as_ref()) {
                let number = column(TARGET, DataType::Integer, span);
                let this = vec![number, Expr::integer(target.number, span)];
                let when = self.condition(when, hierarchy.scope())?;
                whens.push((Expr::test(Function::Equal, this, span), when));
            }
        }
        let always = Expr::boolean(true, span);
        let when = if whens.is_empty() { always } else { Expr::case(whens, always, span) };
        let exists = hierarchy.is_one_of(targets, |target| target.rules.len() >= part);
        Ok(hierarchy.certain(hierarchy.and(exists, hierarchy.and(when, produced))))
    }

    /// The rows of codes with what rules compute for those of a level: of each the first rule that
    /// applies. Others are brought along if they are `needed`.
    pub(super) fn computed_level(
        &mut self,
        rows: Node,
        level: &[Target<'_>],
        needed: &BTreeSet<i64>,
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let span = hierarchy.span;
        let mut targets = level.to_vec();
        let own: BTreeSet<i64> = level.iter().map(|target| target.code).collect();
        let brought = needed.difference(&own);
        targets.extend(brought.map(|&code| Target { number: code, code, rules: Vec::new() }));
        let groups = self.parts_side_by_side(rows, &targets, hierarchy)?;

        let most = level.iter().map(|target| target.rules.len()).max().unwrap_or_default();
        let mut values = Vec::new();
        let mut attributes: Vec<Vec<(Expr, Expr)>> = vec![Vec::new(); hierarchy.viral.len()];
        let mut found = Expr::boolean(false, span);
        for part in 1..=most {
            let total = hierarchy.total(part);
            let produced = match hierarchy.mode {
                Mode::NonNull => hierarchy.not_null(total.value.clone()),
                // The manual's example has results that are null here.
                Mode::NonZero => hierarchy.null_or_nonzero(total.value.clone()),
                Mode::PartialNull | Mode::PartialZero => total.any_present,
                Mode::AlwaysNull | Mode::AlwaysZero => Expr::boolean(true, span),
            };
            // The attribute is there even where the rule gives no result: so the manual's example.
            let applies = self.applies(&targets, part, Expr::boolean(true, span), hierarchy)?;
            for (branches, value) in attributes.iter_mut().zip(total.attributes) {
                branches.push((applies.clone(), value));
            }
            let produced = self.applies(&targets, part, produced, hierarchy)?;
            found = hierarchy.or(found, produced.clone());
            values.push((produced, total.value));
        }
        let first = |branches: Vec<(Expr, Expr)>, data_type| {
            Expr::case(branches, Expr::null(data_type, span), span)
        };
        let result = Item {
            value: first(values, hierarchy.measure.data_type),
            present: found,
            attributes: hierarchy
                .viral
                .iter()
                .zip(attributes)
                .map(|(attribute, branches)| first(branches, attribute.data_type))
                .collect(),
        };
        let given = hierarchy.left();
        let used = match hierarchy.input {
            Input::Rule | Input::Dataset => result.clone(),
            Input::RulePriority => hierarchy.first_valid(result.clone(), given.clone()),
            Input::DatasetPriority => hierarchy.first_valid(given.clone(), result.clone()),
        };
        let computed = hierarchy.is_one_of(&targets, |target| !target.rules.is_empty());
        let used = hierarchy.choice(&computed, used, given);
        let mut columns: Vec<Column> = Vec::new();
        for component in hierarchy.row_components() {
            let earlier = || Expr::column(&component, span);
            let value = match component.name.as_str() {
                CODE => column(TARGET, DataType::Integer, span),
                VALUE => used.value.clone(),
                PRESENT => used.present.clone(),
                RESULT => hierarchy.choose(&computed, result.value.clone(), earlier()),
                FOUND => hierarchy.choose(&computed, result.present.clone(), earlier()),
                name => {
                    let of = |c: &Component| c.name == name || result_of(c).name == name;
                    match hierarchy.viral.iter().position(of) {
                        None => earlier(),
                        Some(at) if hierarchy.viral[at].name == name => used.attributes[at].clone(),
                        Some(at) => {
                            let value = result.attributes[at].clone();
                            hierarchy.choose(&computed, value, earlier())
                        }
                    }
                }
            };
            columns.push((component, value));
        }
        Ok(groups.project(columns, span))
    }
}
