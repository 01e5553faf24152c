//! The rows of codes, and how they meet in rules.

use super::super::build::{Column, aggregation, column};
use super::super::{Check, Checked};
use super::from;
use super::rule::{Hierarchy, Input, Target};
use crate::ast::{HierarchicalRule, Name};
use crate::program::{
    AggregateFunction, Expr, Function, JoinColumn, JoinKind, JoinStep, Literal, Node, Operation,
};
use crate::source::Span;
use olshem_model::{Component, DataType};
use std::collections::BTreeSet;

/// The number of a code.
pub(super) const CODE: &str = "code#";
/// What rules use for the code.
pub(super) const VALUE: &str = "value#";
/// Whether there is a row of it; null is as good as no. Of the items of a rule: how many have one.
pub(super) const PRESENT: &str = "present#";
/// What a rule has computed for the code, where rules may use what the dataset has.
pub(super) const RESULT: &str = "result#";
/// Whether a rule has given a result.
pub(super) const FOUND: &str = "found#";
/// How many items of a rule are not 0.
pub(super) const NONZERO: &str = "nonzero#";
/// The number of a [`Target`].
pub(super) const TARGET: &str = "target#";

/// As what a code is there for a target: 0 as the code on the left, 1, 2, ... as an item of its
/// first, second, ... rule.
const PART: &str = "part#";
/// Whether an item is taken away.
const NEGATIVE: &str = "negative#";
/// The number of an item's condition; 0 without one.
const CONDITION: &str = "condition#";
/// How many items the rule has.
const ITEMS: &str = "items#";

/// Numbers of something, as an identifier.
pub(super) fn numbers(name: &str) -> Component {
    Component::identifier(name, DataType::Integer)
}

/// What [`RESULT`] is for the value, for an attribute.
pub(super) fn result_of(attribute: &Component) -> Component {
    Component::measure(format!("#result#{}", attribute.name), attribute.data_type)
}

/// A column of a part, once the parts of a target are beside each other.
pub(super) fn of_part(name: &str, part: usize) -> String {
    format!("{name}#{part}")
}

impl Hierarchy {
    /// What the rows of codes look like: one for each group and code.
    pub(super) fn row_components(&self) -> Vec<Component> {
        let mut components = self.groups.clone();
        components.push(numbers(CODE));
        components.push(Component::measure(VALUE, self.measure.data_type));
        components.push(Component::measure(PRESENT, DataType::Boolean));
        components.extend(self.viral.iter().cloned());
        components.extend(self.own_components());
        components
    }

    /// Those of them that matter for the code on the left only.
    fn own_components(&self) -> Vec<Component> {
        let mut components = Vec::new();
        if self.input == Input::RulePriority {
            components.push(Component::measure(RESULT, self.measure.data_type));
            components.push(Component::measure(FOUND, DataType::Boolean));
            components.extend(self.viral.iter().map(result_of));
        }
        let conditions = self.own_conditions.iter();
        components.extend(conditions.map(|(c, name)| Component::measure(name, c.data_type)));
        components
    }

    /// The codes that need a row in every group: the left side of a rule that always gives a
    /// result; an item that a condition can make 0 where it is missing; and where there are
    /// attributes every item, since a missing one may prevail.
    fn needing_rows(&self, rules: &[&HierarchicalRule]) -> BTreeSet<i64> {
        let lefts = rules.iter().filter(|_| self.mode.always()).map(|rule| &rule.left);
        let items = rules.iter().flat_map(|rule| &rule.right).filter(|item| {
            !self.viral.is_empty() || (item.condition.is_some() && !self.mode.zero())
        });
        lefts.chain(items.map(|item| &item.code)).map(|code| self.number_of(code)).collect()
    }
}

impl Check<'_> {
    /// The dataset's rows of the codes that rules speak of.
    pub(super) fn rows_of_codes(
        &mut self,
        node: &Node,
        rules: &[&HierarchicalRule],
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let span = hierarchy.span;
        let own = |component: &Component| (component.clone(), from(0, &component.name));
        let (code, present) = (numbers(CODE), Component::measure(PRESENT, DataType::Boolean));
        let value = Component::measure(VALUE, hierarchy.measure.data_type);
        let mut columns: Vec<(Component, JoinColumn)> = hierarchy.groups.iter().map(own).collect();
        columns.push((code, from(1, CODE)));
        columns.push((value, from(0, &hierarchy.measure.name)));
        columns.push((present, from(1, PRESENT)));
        columns.extend(hierarchy.viral.iter().map(own));
        for (component, name) in &hierarchy.own_conditions {
            let condition = Component::measure(name, component.data_type);
            columns.push((condition, from(0, &component.name)));
        }
        let codes = self.table_of_codes(&hierarchy.codes, hierarchy)?;
        let rows = node.clone().beside(codes, vec![hierarchy.rule.name.clone()], columns, span);
        let rows = self.shaped(rows, &hierarchy.row_components(), span)?;
        let completed = hierarchy.needing_rows(rules);
        match completed.is_empty() {
            true => Ok(rows),
            false => Ok(with_rows_for(completed, rows, node, hierarchy)),
        }
    }

    /// Codes with their numbers, and that they are there.
    pub(super) fn table_of_codes(
        &mut self,
        codes: &[Name],
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let mut rows = Vec::new();
        for code in codes {
            rows.push(vec![
                Literal::Integer(hierarchy.number_of(code)),
                self.code_literal(code, &hierarchy.rule)?,
                Literal::Boolean(true),
            ]);
        }
        let present = Component::measure(PRESENT, DataType::Boolean);
        let components = vec![numbers(CODE), hierarchy.rule.clone(), present];
        Ok(Node::values(components, rows, hierarchy.span))
    }

    /// One row for each group and target. For each part of a target it has, under names made by
    /// [`of_part`]: [`VALUE`], the sum of the part's terms, null where one of them is; [`PRESENT`],
    /// how many of them have a row; [`NONZERO`] and the attributes. What matters for the code on
    /// the left only has its own name.
    pub(super) fn parts_side_by_side(
        &mut self,
        rows: Node,
        targets: &[Target<'_>],
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let span = hierarchy.span;
        let (links, conditions) = self.links(targets, hierarchy)?;
        let of = |side: usize, node: &Node| -> Vec<(Component, JoinColumn)> {
            let columns = node.columns(|c| c.name != CODE);
            columns.map(|(c, _)| (c.clone(), from(side, c.name))).collect()
        };
        let columns = [of(0, &rows), of(1, &links)].concat();
        let linked = rows.beside(links, vec![CODE.to_owned()], columns, span);

        let item = hierarchy.row();
        let (mut term, mut present) = (hierarchy.counted(&item), item.present);
        if !conditions.is_empty() {
            let holds = Expr::case(conditions, Expr::boolean(true, span), span);
            term = Expr::case(vec![(holds.clone(), term)], hierarchy.zero(), span);
            present = hierarchy.and(holds, present);
        }
        let nonzero = hierarchy.and(present.clone(), hierarchy.null_or_nonzero(item.value));
        let mut items_of_rules = targets.iter().flat_map(|t| &t.rules).flat_map(|r| &r.right);
        if items_of_rules.any(|item| item.negative) {
            let negative = column(NEGATIVE, DataType::Boolean, span);
            let negated = hierarchy.number(Function::Negate, vec![term.clone()]);
            term = Expr::case(vec![(negative, negated)], term, span);
        }

        let most = targets.iter().map(|target| target.rules.len()).max().unwrap_or_default();
        let mut keys: Vec<String> = hierarchy.groups.iter().map(|c| c.name.clone()).collect();
        keys.push(TARGET.to_owned());
        let mut items = Vec::new();
        let mut columns: Vec<Column> = linked.columns(|c| keys.contains(&c.name)).collect();
        for part in 0..=most {
            let is_part = is_number(PART, part as i64, span);
            let mut add = |name: &str, function, value: &Expr| {
                let data_type = match function {
                    AggregateFunction::Count => DataType::Integer,
                    _ => value.data_type,
                };
                let null = Expr::null(value.data_type, span);
                let value = Expr::case(vec![(is_part.clone(), value.clone())], null, span);
                let item = aggregation(of_part(name, part), data_type, function, Some(value));
                let result = (item.component.clone(), Expr::column(&item.component, span));
                items.push(item);
                result
            };
            let one = Expr::integer(1, span);
            let one_if = |condition: &Expr| {
                let no = Expr::null(DataType::Integer, span);
                Expr::case(vec![(condition.clone(), one.clone())], no, span)
            };
            let (_, sum) = add("sum#", AggregateFunction::Sum, &term);
            let (_, known) = add("known#", AggregateFunction::Count, &term);
            let is = |a: &Expr, b: Expr| Expr::test(Function::Equal, vec![a.clone(), b], span);
            let mut branches = Vec::new();
            // An item without a row makes the sum null, unless missing items count as 0.
            let all = match hierarchy.mode.zero() {
                true => {
                    let (_, rows) = add("rows#", AggregateFunction::Count, &one);
                    branches.push((is(&rows, Expr::integer(0, span)), hierarchy.zero()));
                    rows
                }
                false => {
                    let items = column(ITEMS, DataType::Integer, span);
                    add(ITEMS, AggregateFunction::Max, &items).1
                }
            };
            branches.push((is(&known, all), sum));
            let null = Expr::null(hierarchy.measure.data_type, span);
            let value = Expr::case(branches, null, span);
            columns.push((Component::measure(of_part(VALUE, part), value.data_type), value));
            columns.push(add(PRESENT, AggregateFunction::Count, &one_if(&present)));
            if hierarchy.counts_nonzero() {
                columns.push(add(NONZERO, AggregateFunction::Count, &one_if(&nonzero)));
            }
            if part == 0 {
                for component in hierarchy.own_components() {
                    let value = Expr::column(&component, span);
                    let (_, own) = add(&component.name, AggregateFunction::Max, &value);
                    columns.push((component, own));
                }
            }
            let among = Some((&is_part, part));
            let (own, attributes) = self.propagated_among(&linked.structure, among, span)?;
            items.extend(own);
            let renamed = |(c, value): Column| {
                (Component::measure(of_part(&c.name, part), c.data_type), value)
            };
            columns.extend(attributes.into_iter().map(renamed));
        }
        Ok(linked.aggregate(keys, items, span).project(columns, span))
    }

    /// Which codes are what to which targets; and the conditions of items, by their number.
    fn links(
        &mut self,
        targets: &[Target<'_>],
        hierarchy: &Hierarchy,
    ) -> Checked<(Node, Vec<(Expr, Expr)>)> {
        let span = hierarchy.span;
        let (mut links, mut conditions) = (Vec::new(), Vec::new());
        let mut link = |code, target, part: usize, negative, condition: usize, items: usize| {
            let [part, condition, items] =
                [part, condition, items].map(|number| Literal::Integer(number as i64));
            let [code, target] = [code, target].map(Literal::Integer);
            links.push(vec![code, target, part, Literal::Boolean(negative), condition, items]);
        };
        for target in targets {
            link(target.code, target.number, 0, false, 0, 1);
            for (rule, part) in target.rules.iter().zip(1..) {
                for item in &rule.right {
                    let code = hierarchy.number_of(&item.code);
                    let mut number = 0;
                    if let Some(condition) = &item.condition {
                        let holds = self.condition(condition, hierarchy.scope())?;
                        number = conditions.len() + 1;
                        let is_this = is_number(CONDITION, number as i64, span);
                        conditions.push((is_this, hierarchy.certain(holds)));
                    }
                    link(code, target.number, part, item.negative, number, rule.right.len());
                }
            }
        }
        let measure = |name: &str, data_type| Component::measure(name, data_type);
        let components = vec![
            numbers(CODE),
            numbers(TARGET),
            numbers(PART),
            measure(NEGATIVE, DataType::Boolean),
            measure(CONDITION, DataType::Integer),
            measure(ITEMS, DataType::Integer),
        ];
        Ok((Node::values(components, links, span), conditions))
    }
}

fn is_number(name: &str, number: i64, span: Span) -> Expr {
    let sides = vec![column(name, DataType::Integer, span), Expr::integer(number, span)];
    Expr::test(Function::Equal, sides, span)
}

/// Rows without value for those of the codes that a group lacks.
fn with_rows_for(codes: BTreeSet<i64>, rows: Node, node: &Node, hierarchy: &Hierarchy) -> Node {
    let span = hierarchy.span;
    let keys: Vec<String> = hierarchy.groups.iter().map(|c| c.name.clone()).collect();
    let count = aggregation("rows#", DataType::Integer, AggregateFunction::Count, None);
    let groups = node.clone().aggregate(keys.clone(), vec![count], span);
    let codes = codes.into_iter().map(|code| vec![Literal::Integer(code)]).collect();
    let codes = Node::values(vec![numbers(CODE)], codes, span);
    let mut columns: Vec<(Component, JoinColumn)> =
        hierarchy.groups.iter().map(|c| (c.clone(), from(0, &c.name))).collect();
    columns.push((numbers(CODE), from(1, CODE)));
    let every = groups.beside(codes, Vec::new(), columns, span);

    let structure = rows.structure.clone();
    let is_key = |name: &String| keys.contains(name) || name == CODE;
    let columns = structure.components().iter().map(|component| {
        let name = component.name.clone();
        JoinColumn { from: if is_key(&name) { None } else { Some(1) }, name }
    });
    let columns = columns.collect();
    let on = keys.iter().cloned().chain([CODE.to_owned()]).collect();
    let rest = vec![JoinStep { node: rows, on }];
    let operation = Operation::Join { kind: JoinKind::Full, first: Box::new(every), rest, columns };
    Node::new(operation, structure, span)
}
