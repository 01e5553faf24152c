//! Types that have fewer values than a basic type: value domains, `number [value > 0]`,
//! `string {"A", "B"}`, `integer not null` (reference manual, "Data type syntax").
//!
//! Which values an expression has is known when it is calculated, and it fails then; only of a
//! constant it is known before.

use super::scope::{Binding, Scope};
use super::types::{Site, common_type};
use super::{Check, Checked};
use crate::ast::{ComponentConstraint, Restriction, ScalarType, Which};
use crate::errors::{TYPE_MISMATCH, UNKNOWN_COMPONENT};
use crate::program::{Expr, ExprKind, Function, Literal, Node, Value};
use crate::source::Span;
use olshem_model::{Component, DataType};
use std::collections::HashMap;

impl Check<'_> {
    /// The expression as a value of that type.
    pub(super) fn as_type(
        &mut self,
        value: Expr,
        of: &ScalarType,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let value = match self.basic_type(of)? {
            Some(basic) => self.coerce(value, basic, site)?,
            None => value,
        };
        self.restricted(value, of, site)
    }

    /// The basic type of a type's values; `None` for any.
    pub(super) fn basic_type(&mut self, of: &ScalarType) -> Checked<Option<DataType>> {
        match of.basic {
            None if of.name.text != "scalar" => Ok(Some(self.domain(&of.name, of.span)?.0)),
            basic => Ok(basic),
        }
    }

    /// The expression, of the right basic type, if its value is among those of the type.
    pub(super) fn restricted(
        &mut self,
        value: Expr,
        of: &ScalarType,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let mut value = value;
        if of.basic.is_none() && of.name.text != "scalar" {
            let (_, values) = self.domain(&of.name, of.span)?;
            value = self.among(value, values, format!("in the value domain {}", of.name.text))?;
        }
        let type_text = self.checker.sources.text(of.span).split_whitespace();
        let of_type = format!("of the type {}", type_text.collect::<Vec<_>>().join(" "));
        match &of.restriction {
            None => {}
            Some(Restriction::Values(items)) => {
                let items = items
                    .iter()
                    .map(|item| {
                        let item = self.scalar(item, Scope::default())?;
                        self.coerce(item, value.data_type, site)
                    })
                    .collect::<Checked<Vec<_>>>()?;
                value = self.among(value, items, of_type.clone())?;
            }
            Some(Restriction::Condition(condition)) => {
                let binding = Binding::Value(Value::Scalar(value.clone()));
                let bindings = HashMap::from([("value".to_owned(), binding)]);
                let scope = Scope { row: None, bindings: Some(&bindings) };
                let condition = self.condition(condition, scope)?;
                value = required(value, condition, of_type.clone());
            }
        }
        if of.not_null {
            if value.is_null() {
                let message = format!("null is not {of_type}");
                return Err(self.fault(&TYPE_MISMATCH, value.span, message));
            }
            let span = value.span;
            let null = Expr::test(Function::IsNull, vec![value.clone()], span);
            value = required(value, Expr::test(Function::Not, vec![null], span), of_type);
        }
        Ok(value)
    }

    /// The value, which must be one of these or null.
    fn among(&mut self, value: Expr, values: Vec<Expr>, what: String) -> Checked<Expr> {
        let span = value.span;
        let set: Vec<Literal> = values.into_iter().filter_map(Self::as_literal).collect();
        if let ExprKind::Literal(literal) = &value.kind {
            if *literal == Literal::Null || set.contains(literal) {
                return Ok(value);
            }
            let shown = self.checker.sources.text(span);
            return Err(self.fault(&TYPE_MISMATCH, span, format!("{shown} is not {what}")));
        }
        let kind = ExprKind::In { operand: Box::new(value.clone()), set };
        Ok(required(value, Expr::new(kind, DataType::Boolean, span), what))
    }

    /// The dataset, if it has the components that a type asks for; they have the values that it
    /// allows.
    pub(super) fn constrained(
        &mut self,
        node: Node,
        constraints: &[ComponentConstraint],
        span: Span,
    ) -> Checked<Node> {
        let mut restricted: HashMap<String, &ScalarType> = HashMap::new();
        for ComponentConstraint { role, of, which } in constraints {
            let basic = match of {
                Some(of) => self.basic_type(of)?,
                None => None,
            };
            let fits = |c: &Component| {
                role.is_none_or(|role| role == c.role)
                    && basic.is_none_or(|basic| common_type(c.data_type, basic) == Some(basic))
            };
            let components = node.structure.components();
            let found: Vec<&Component> = match which {
                Which::Named(name) => match node.structure.get(&name.text) {
                    Some(component) if fits(component) => vec![component],
                    Some(component) => {
                        let message = format!(
                            "the component `{}` is a {} {}, the operator asks for another",
                            name.text,
                            component.role.keyword(),
                            component.data_type
                        );
                        return Err(self.fault(&TYPE_MISMATCH, span, message));
                    }
                    None => {
                        let message = format!("this dataset has no component `{}`", name.text);
                        return Err(self.fault(&UNKNOWN_COMPONENT, span, message));
                    }
                },
                Which::One | Which::OneOrMore | Which::Any => {
                    components.iter().filter(|component| fits(component)).collect()
                }
            };
            let asked = match which {
                Which::One if found.len() != 1 => Some("exactly one"),
                Which::OneOrMore if found.is_empty() => Some("at least one"),
                _ => None,
            };
            if let Some(number) = asked {
                let role = role.map_or("component", |role| role.keyword());
                let of = basic.map_or(String::new(), |basic| format!(" of type {basic}"));
                let message = format!(
                    "the operator asks for {number} {role}{of}, this dataset has {}",
                    found.len()
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
            if let Some(of) = of {
                restricted.extend(found.into_iter().map(|c| (c.name.clone(), of)));
            }
        }
        restricted.retain(|_, of| {
            of.not_null
                || of.restriction.is_some()
                || (of.basic.is_none() && of.name.text != "scalar")
        });
        if restricted.is_empty() {
            return Ok(node);
        }
        let columns = node.columns(|_| true).collect::<Vec<_>>().into_iter();
        let columns = columns
            .map(|(component, value)| {
                let Some(of) = restricted.get(&component.name) else {
                    return Ok((component, value));
                };
                let site = Site { operator: &component.name, span, structure: None };
                let value = self.restricted(value, of, site)?;
                let nullable = component.nullable && !of.not_null;
                Ok((Component { nullable, ..component }, value))
            })
            .collect::<Checked<Vec<_>>>()?;
        Ok(node.project(columns, span))
    }
}

/// The value, for which the condition must not be false.
fn required(value: Expr, condition: Expr, what: String) -> Expr {
    let (data_type, span) = (value.data_type, value.span);
    let arguments = vec![value, condition, Expr::text(what, span)];
    Expr::call(Function::Require, arguments, data_type, span)
}
