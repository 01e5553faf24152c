//! Viral attributes: what becomes of them where rows are put together
//! (reference manual, "define viral propagation").

use super::build::{Column, aggregation, constant_expr, is_viral};
use super::types::common_type;
use super::{Check, Checked, Checker};
use crate::ast::{Literal as Constant, PropagationRule, ViralPropagation};
use crate::errors::TYPE_MISMATCH;
use crate::program::{AggregateFunction, Aggregation, Expr, Function, Literal, Value};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Check<'_> {
    /// What is defined for viral attributes must fit their types.
    pub(super) fn fitting_propagations(&mut self, structure: &DataStructure) -> Checked<()> {
        for attribute in structure.components().iter().filter(|c| is_viral(c)) {
            let Some(propagation) = self.propagation(attribute) else { continue };
            let becomes = |constant: &Constant| {
                *constant == Constant::Null || {
                    let own = constant_expr(constant, Span::default()).data_type;
                    common_type(own, attribute.data_type) == Some(attribute.data_type)
                }
            };
            let fits = match &propagation.rule {
                PropagationRule::Aggregate(function) => match function.text.as_str() {
                    "sum" => attribute.data_type.is_numeric(),
                    "avg" => attribute.data_type == DataType::Number,
                    _ => true,
                },
                PropagationRule::Enumerated(clauses, otherwise) => clauses
                    .iter()
                    .flat_map(|(values, result)| values.iter().chain([result]))
                    .chain(otherwise)
                    .all(becomes),
            };
            if !fits {
                let span = propagation.name.span;
                let message = format!(
                    "the propagation of `{}` does not fit its type, {}",
                    attribute.name, attribute.data_type
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
        }
        Ok(())
    }

    /// What is defined for a viral attribute: on itself, or on the value domain whose values its
    /// codelist has.
    fn propagation(&self, attribute: &Component) -> Option<&Arc<ViralPropagation>> {
        let Checker { propagations, domain_propagations, domains, .. } = &*self.checker;
        propagations.get(&attribute.name).or_else(|| {
            let codes: BTreeSet<&str> =
                attribute.codes.as_ref()?.iter().map(String::as_str).collect();
            let is_own = |name: &String| {
                let values = domains.get(name).into_iter().flat_map(|domain| &domain.values);
                let texts = values.map(|value| match value {
                    Literal::String(text) => Some(text.as_str()),
                    _ => None,
                });
                texts.collect::<Option<BTreeSet<&str>>>().is_some_and(|texts| texts == codes)
            };
            // The first by name, should two domains have the same values.
            let mut own: Vec<&String> =
                domain_propagations.keys().filter(|name| is_own(name)).collect();
            own.sort();
            domain_propagations.get(*own.first()?)
        })
    }

    /// How the values of a viral attribute become one where rows are put side by side.
    ///
    /// Where nothing is defined the rule of the manual's examples holds: null prevails, and then
    /// what comes first in the alphabet.
    pub(super) fn propagated(
        &mut self,
        attribute: &Component,
        values: Vec<Expr>,
        span: Span,
    ) -> Checked<Expr> {
        let propagation = self.propagation(attribute).cloned();
        let rule = propagation.as_ref().map(|propagation| &propagation.rule);
        let mut values = values.into_iter();
        // Only called with at least one.
        let Some(mut all) = values.next() else { return Ok(Expr::null(DataType::String, span)) };
        for value in values {
            // Each value is named several times, and so is what became of those before it.
            all = pair(rule, all, value, span);
            self.within_size(&Value::Scalar(all.clone()), span)?;
        }
        Ok(all)
    }

    /// How the values of viral attributes in a group become one: aggregations to be made, and what
    /// to make of them.
    pub(super) fn propagated_in_groups(
        &mut self,
        structure: &DataStructure,
        span: Span,
    ) -> Checked<(Vec<Aggregation>, Vec<Column>)> {
        self.propagated_among(structure, None, span)
    }

    /// The same among those rows of a group for which a condition is true; `only` has it, and a
    /// number to tell the aggregations by.
    pub(super) fn propagated_among(
        &mut self,
        structure: &DataStructure,
        only: Option<(&Expr, usize)>,
        span: Span,
    ) -> Checked<(Vec<Aggregation>, Vec<Column>)> {
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for attribute in structure.components().iter().filter(|c| is_viral(c)) {
            let propagation = self.propagation(attribute).cloned();
            let group = Group { attribute, only, span };
            let (own, value) = match propagation.as_ref().map(|propagation| &propagation.rule) {
                None => group.null_prevails(),
                Some(PropagationRule::Aggregate(name)) => group.aggregate(&name.text),
                Some(PropagationRule::Enumerated(clauses, otherwise)) => {
                    let order = clauses.iter().map(|(values, result)| match &values[..] {
                        [value] if value == result => Some(value),
                        _ => None,
                    });
                    let made = match order.collect::<Option<Vec<_>>>() {
                        Some(order) => Some(group.by_priority(&order, otherwise.as_ref())),
                        None => group.by_table(clauses, otherwise.as_ref()),
                    };
                    let Some(made) = made else {
                        let what = format!(
                            "the propagation of `{}` over groups, with so many values,",
                            attribute.name
                        );
                        return Err(self.not_supported(&what, span));
                    };
                    made
                }
            };
            items.extend(own);
            columns.push((attribute.clone(), value));
        }
        Ok((items, columns))
    }
}

/// The values of a viral attribute in a group of rows.
struct Group<'a> {
    attribute: &'a Component,
    /// Which rows of the group, if not all of them.
    only: Option<(&'a Expr, usize)>,
    span: Span,
}

impl Group<'_> {
    fn item(&self, what: &str, function: AggregateFunction, operand: Option<Expr>) -> Aggregation {
        let data_type = match function {
            AggregateFunction::Count => DataType::Integer,
            _ => self.attribute.data_type,
        };
        let name = format!("{}#{what}", self.attribute.name);
        let Some((condition, number)) = self.only else {
            return aggregation(name, data_type, function, operand);
        };
        let value = operand.unwrap_or_else(|| Expr::integer(1, self.span));
        let null = Expr::null(value.data_type, self.span);
        let value = Expr::case(vec![(condition.clone(), value)], null, self.span);
        aggregation(format!("{name}#{number}"), data_type, function, Some(value))
    }

    fn values(&self) -> Option<Expr> {
        Some(Expr::column(self.attribute, self.span))
    }

    fn null(&self) -> Expr {
        Expr::null(self.attribute.data_type, self.span)
    }

    fn aggregate(&self, function: &str) -> (Vec<Aggregation>, Expr) {
        let function = match function {
            "max" => AggregateFunction::Max,
            "sum" => AggregateFunction::Sum,
            "avg" => AggregateFunction::Avg,
            _ => AggregateFunction::Min,
        };
        let item = self.item("value", function, self.values());
        let value = Expr::column(&item.component, self.span);
        (vec![item], value)
    }

    fn null_prevails(&self) -> (Vec<Aggregation>, Expr) {
        let least = self.item("value", AggregateFunction::Min, self.values());
        let rows = self.item("rows", AggregateFunction::Count, None);
        let known = self.item("known", AggregateFunction::Count, self.values());
        let [value, all, some] =
            [&least, &rows, &known].map(|item| Expr::column(&item.component, self.span));
        let complete = Expr::test(Function::Equal, vec![all, some], self.span);
        let value = Expr::case(vec![(complete, value)], self.null(), self.span);
        (vec![least, rows, known], value)
    }

    /// The first of these values that occurs; else, of several rows, what is said for all others.
    fn by_priority(
        &self,
        order: &[&Constant],
        otherwise: Option<&Constant>,
    ) -> (Vec<Aggregation>, Expr) {
        let span = self.span;
        let constant =
            |value: &Constant| constant_expr(value, span).converted(self.attribute.data_type);
        let own = Expr::column(self.attribute, span);
        let more_than = |item: &Aggregation, number: i64| {
            let sides = vec![Expr::column(&item.component, span), Expr::integer(number, span)];
            Expr::test(Function::Greater, sides, span)
        };
        let mut items = Vec::new();
        let mut branches = Vec::new();
        for (index, value) in order.iter().enumerate() {
            let is = is_constant(&own, value, span);
            let one = Expr::integer(1, span);
            let none = Expr::null(DataType::Integer, span);
            let occurs = Expr::case(vec![(is, one)], none, span);
            let item = self.item(&format!("{index}"), AggregateFunction::Count, Some(occurs));
            branches.push((more_than(&item, 0), constant(value)));
            items.push(item);
        }
        let rows = self.item("rows", AggregateFunction::Count, None);
        let only = self.item("value", AggregateFunction::Min, self.values());
        branches.push((more_than(&rows, 1), otherwise.map_or_else(|| self.null(), constant)));
        let value = Expr::case(branches, Expr::column(&only.component, span), span);
        items.extend([rows, only]);
        (items, value)
    }
}

/// In how many ways the values of a group can meet that a table is made for.
const MOST_MEETINGS: i64 = 512;

impl Group<'_> {
    /// What comes out for each way in which the values of clauses, and others, can meet in a group.
    /// `None` if there are too many.
    fn by_table(
        &self,
        clauses: &[(Vec<Constant>, Constant)],
        otherwise: Option<&Constant>,
    ) -> Option<(Vec<Aggregation>, Expr)> {
        let span = self.span;
        let mut named: Vec<&Constant> = Vec::new();
        for value in clauses.iter().flat_map(|(values, _)| values) {
            if !named.contains(&value) {
                named.push(value);
            }
        }
        // Each of those values, and any other, is met by no row, by one, or by several if that is
        // another thing.
        let met = |value: Met| match meet(clauses, otherwise, &value, &value) == value {
            true => 2,
            false => 3,
        };
        let mut values: Vec<(Met, i64)> = named
            .iter()
            .map(|value| {
                let value = Met::Constant((*value).clone());
                (value.clone(), met(value))
            })
            .collect();
        values.push((Met::Other, 3));
        let mut meetings: i64 = 1;
        for (_, ways) in &values {
            meetings = meetings.checked_mul(*ways).filter(|all| *all <= MOST_MEETINGS)?;
        }

        let own = Expr::column(self.attribute, span);
        let (one, none) = (Expr::integer(1, span), Expr::null(DataType::Integer, span));
        let mut items = Vec::new();
        let mut number = Expr::integer(0, span);
        let mut weight = 1;
        for (index, (value, ways)) in values.iter().enumerate() {
            let occurs = match value {
                Met::Constant(value) => {
                    let is = is_constant(&own, value, span);
                    Expr::case(vec![(is, one.clone())], none.clone(), span)
                }
                Met::Other => {
                    let is = named.iter().map(|v| (is_constant(&own, v, span), none.clone()));
                    Expr::case(is.collect(), one.clone(), span)
                }
            };
            let item = self.item(&format!("{index}"), AggregateFunction::Count, Some(occurs));
            let more_than = |number: i64| {
                let sides = vec![Expr::column(&item.component, span), Expr::integer(number, span)];
                Expr::test(Function::Greater, sides, span)
            };
            let mut branches = vec![(more_than(0), Expr::integer(weight, span))];
            if *ways == 3 {
                branches.insert(0, (more_than(1), Expr::integer(2 * weight, span)));
            }
            let digit = Expr::case(branches, Expr::integer(0, span), span);
            number = Expr::call(Function::Add, vec![number, digit], DataType::Integer, span);
            weight *= ways;
            items.push(item);
        }
        let only = self.item("value", AggregateFunction::Min, self.values());
        let mut branches = Vec::new();
        for meeting in 1..meetings {
            let mut rest = meeting;
            let mut result: Option<Met> = None;
            for (value, ways) in &values {
                for _ in 0..rest % ways {
                    result = Some(match result {
                        None => value.clone(),
                        Some(so_far) => meet(clauses, otherwise, &so_far, value),
                    });
                }
                rest /= ways;
            }
            let value = match result {
                Some(Met::Constant(value)) => {
                    constant_expr(&value, span).converted(self.attribute.data_type)
                }
                // It is alone.
                _ => Expr::column(&only.component, span),
            };
            let is = vec![number.clone(), Expr::integer(meeting, span)];
            branches.push((Expr::test(Function::Equal, is, span), value));
        }
        items.push(only);
        Some((items, Expr::case(branches, self.null(), span)))
    }
}

/// A value that a group has: one of those in clauses, or any other.
#[derive(Clone, PartialEq)]
enum Met {
    Constant(Constant),
    Other,
}

/// What two values become.
fn meet(
    clauses: &[(Vec<Constant>, Constant)],
    otherwise: Option<&Constant>,
    a: &Met,
    b: &Met,
) -> Met {
    let is = |met: &Met, value: &Constant| matches!(met, Met::Constant(met) if met == value);
    let pair = clauses.iter().find(|(values, _)| match &values[..] {
        [one, two] => (is(a, one) && is(b, two)) || (is(a, two) && is(b, one)),
        _ => false,
    });
    let single = || {
        clauses.iter().find(|(values, _)| match &values[..] {
            [one] => is(a, one) || is(b, one),
            _ => false,
        })
    };
    let result = pair.or_else(single).map(|(_, result)| result).or(otherwise);
    Met::Constant(result.cloned().unwrap_or(Constant::Null))
}

fn is_constant(value: &Expr, constant: &Constant, span: Span) -> Expr {
    match constant {
        Constant::Null => Expr::test(Function::IsNull, vec![value.clone()], span),
        constant => {
            let constant = constant_expr(constant, span).converted(value.data_type);
            Expr::test(Function::Equal, vec![value.clone(), constant], span)
        }
    }
}

/// Two values of a viral attribute as one.
fn pair(rule: Option<&PropagationRule>, a: Expr, b: Expr, span: Span) -> Expr {
    let data_type = a.data_type;
    let both = |function| Expr::test(function, vec![a.clone(), b.clone()], span);
    let null_if_missing = |value: Expr| {
        let missing = |value: &Expr| Expr::test(Function::IsNull, vec![value.clone()], span);
        let either = Expr::test(Function::Or, vec![missing(&a), missing(&b)], span);
        let null = Expr::null(data_type, span);
        Expr::case(vec![(either, null)], value, span)
    };
    match rule {
        None => null_if_missing(Expr::case(
            vec![(both(Function::LessOrEqual), a.clone())],
            b.clone(),
            span,
        )),
        Some(PropagationRule::Aggregate(name)) => {
            let missing = Expr::test(Function::IsNull, vec![b.clone()], span);
            let total = || Expr::call(Function::Add, vec![a.clone(), b.clone()], data_type, span);
            let value = match name.text.as_str() {
                "sum" => total(),
                "avg" => Expr::call(
                    Function::Divide,
                    vec![total(), Expr::literal(Literal::Number(2.0), span)],
                    data_type,
                    span,
                ),
                "max" => {
                    Expr::case(vec![(both(Function::GreaterOrEqual), a.clone())], b.clone(), span)
                }
                _ => Expr::case(vec![(both(Function::LessOrEqual), a.clone())], b.clone(), span),
            };
            // Aggregates pass over nulls.
            let alone = Expr::test(Function::IsNull, vec![a.clone()], span);
            Expr::case(vec![(missing, a.clone()), (alone, b.clone())], value, span)
        }
        Some(PropagationRule::Enumerated(clauses, otherwise)) => {
            let is = |value: &Expr, constant: &Constant| is_constant(value, constant, span);
            let condition = |values: &[Constant]| match values {
                [one] => Expr::test(Function::Or, vec![is(&a, one), is(&b, one)], span),
                [one, two, ..] => {
                    let order = |x, y| Expr::test(Function::And, vec![is(&a, x), is(&b, y)], span);
                    Expr::test(Function::Or, vec![order(one, two), order(two, one)], span)
                }
                [] => Expr::boolean(false, span),
            };
            let result = |constant: &Constant| constant_expr(constant, span).converted(data_type);
            // Clauses with two values come before those with one.
            let (pairs, singles): (Vec<_>, Vec<_>) =
                clauses.iter().partition(|(values, _)| values.len() == 2);
            let branches = pairs
                .into_iter()
                .chain(singles)
                .map(|(values, value)| (condition(values), result(value)))
                .collect();
            let otherwise = otherwise.as_ref().map_or(Expr::null(data_type, span), result);
            Expr::case(branches, otherwise, span)
        }
    }
}
