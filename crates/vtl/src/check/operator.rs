//! User-defined operators: each call is replaced by the operator's body
//! (reference manual, "User-defined operators").

use super::scope::{Binding, Scope};
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{
    self, ComponentConstraint, ExprKind as Ast, Name, OperatorDefinition, Parameter, Set, Type,
};
use crate::errors::{CYCLE, TYPE_MISMATCH, UNKNOWN_COMPONENT, WRONG_ARGUMENTS, WRONG_KIND};
use crate::program::{Node, Value};
use crate::source::Span;
use std::collections::HashMap;

impl Check<'_> {
    pub(super) fn user_defined(
        &mut self,
        definition: &OperatorDefinition,
        arguments: &[ast::Expr],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let name = &definition.name.text;
        if self.calls.contains(name) {
            let message = format!("the operator `{name}` calls itself");
            return Err(self.fault(&CYCLE, span, message));
        }
        if arguments.len() > definition.parameters.len() {
            let message = format!("`{name}` takes {} parameters", definition.parameters.len());
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        }
        let mut bindings = HashMap::new();
        for (index, parameter) in definition.parameters.iter().enumerate() {
            let given =
                arguments.get(index).filter(|argument| !matches!(argument.kind, Ast::Omitted));
            let binding = match (given, &parameter.default) {
                (Some(argument), _) => self.binding(parameter, argument, scope)?,
                (None, Some(default)) => self.binding(parameter, default, Scope::default())?,
                (None, None) => {
                    let message = format!("`{name}` needs `{}`", parameter.name.text);
                    return Err(self.fault(&WRONG_ARGUMENTS, span, message));
                }
            };
            if bindings.insert(parameter.name.text.clone(), binding).is_some() {
                let message = format!("`{name}` has two parameters `{}`", parameter.name.text);
                return Err(self.fault(&WRONG_ARGUMENTS, parameter.name.span, message));
            }
        }
        self.calls.push(name.clone());
        let inner = Scope { row: scope.row, bindings: Some(&bindings) };
        let value = self.value(&definition.body, inner);
        self.calls.pop();
        self.returned(definition, value?)
    }

    /// What a parameter stands for in this call.
    fn binding(
        &mut self,
        parameter: &Parameter,
        argument: &ast::Expr,
        scope: Scope<'_>,
    ) -> Checked<Binding> {
        let name = &parameter.name.text;
        match &parameter.data_type {
            Type::Component { of, .. } => match (&argument.kind, scope.row) {
                (_, Some(_)) => {
                    let value = self.scalar(argument, scope)?;
                    let value = match of.as_ref().and_then(|scalar| scalar.basic) {
                        Some(basic) => self.coerce(value, basic, site(name, argument.span))?,
                        None => value,
                    };
                    Ok(Binding::Value(Value::Scalar(value)))
                }
                (Ast::Name(component), None) => match scope.binding(component) {
                    Some(binding @ Binding::Component(_)) => Ok(binding.clone()),
                    _ => Ok(Binding::Component(component.clone())),
                },
                // `ds#component` where the component is meant.
                (Ast::Membership(_, component), None) => {
                    Ok(Binding::Component(component.text.clone()))
                }
                _ => {
                    let message = format!("`{name}` needs the name of a component");
                    Err(self.fault(&WRONG_KIND, argument.span, message))
                }
            },
            Type::Ruleset => match &argument.kind {
                Ast::Name(ruleset) => Ok(match scope.binding(ruleset) {
                    Some(binding @ Binding::Ruleset(_)) => binding.clone(),
                    _ => Binding::Ruleset(ruleset.clone()),
                }),
                _ => {
                    let message = format!("`{name}` needs the name of a ruleset");
                    Err(self.fault(&WRONG_KIND, argument.span, message))
                }
            },
            Type::Dataset(constraints) => {
                let node = self.dataset(argument, scope)?;
                self.constrained(&node, constraints, argument.span)?;
                Ok(Binding::Value(Value::Dataset(node)))
            }
            Type::Scalar(scalar) => {
                let value = self.scalar(argument, scope)?;
                let value = match scalar.basic {
                    Some(basic) => self.coerce(value, basic, site(name, argument.span))?,
                    None => value,
                };
                Ok(Binding::Value(Value::Scalar(value)))
            }
            Type::Set(of) => {
                let set = match &argument.kind {
                    Ast::Set(set) => set.clone(),
                    Ast::Name(domain) => {
                        Set::Named(Name { text: domain.clone(), span: argument.span })
                    }
                    _ => {
                        let message = format!(
                            "`{name}` needs a set in braces, or the name of a value domain"
                        );
                        return Err(self.fault(&WRONG_KIND, argument.span, message));
                    }
                };
                let items = self.set_items(&set, scope, argument.span)?;
                let items = match of.as_ref().and_then(|scalar| scalar.basic) {
                    Some(basic) => items
                        .into_iter()
                        .map(|item| self.coerce(item, basic, site(name, argument.span)))
                        .collect::<Checked<_>>()?,
                    None => items,
                };
                Ok(Binding::Set(items))
            }
        }
    }

    /// A dataset has the components that a type asks for.
    fn constrained(
        &mut self,
        node: &Node,
        constraints: &[ComponentConstraint],
        span: Span,
    ) -> Checked<()> {
        for constraint in constraints {
            let basic = constraint.of.as_ref().and_then(|scalar| scalar.basic);
            let fits = |c: &olshem_model::Component| {
                constraint.role.is_none_or(|role| role == c.role)
                    && basic.is_none_or(|basic| {
                        super::types::common_type(c.data_type, basic) == Some(basic)
                    })
            };
            let Some(name) = &constraint.name else { continue };
            match node.structure.get(&name.text) {
                Some(component) if fits(component) => {}
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
            }
        }
        Ok(())
    }

    /// The value, if it is of the type that the definition says.
    fn returned(&mut self, definition: &OperatorDefinition, value: Value) -> Checked<Value> {
        let span = definition.body.span;
        match (&definition.returns, value) {
            (Some(Type::Scalar(scalar)), Value::Scalar(value)) => match scalar.basic {
                Some(basic) => self.coerce(value, basic, site("returns", span)).map(Value::Scalar),
                None => Ok(Value::Scalar(value)),
            },
            (Some(Type::Component { of, .. }), Value::Scalar(value)) => {
                match of.as_ref().and_then(|scalar| scalar.basic) {
                    Some(basic) => {
                        self.coerce(value, basic, site("returns", span)).map(Value::Scalar)
                    }
                    None => Ok(Value::Scalar(value)),
                }
            }
            (Some(Type::Dataset(constraints)), Value::Dataset(node)) => {
                self.constrained(&node, constraints, span)?;
                Ok(Value::Dataset(node))
            }
            (Some(Type::Scalar(_) | Type::Component { .. }), Value::Dataset(_)) => {
                Err(self.fault(&WRONG_KIND, span, "the operator should give a scalar"))
            }
            (Some(Type::Dataset(_)), Value::Scalar(_)) => {
                Err(self.fault(&WRONG_KIND, span, "the operator should give a dataset"))
            }
            (_, value) => Ok(value),
        }
    }
}

fn site(operator: &str, span: Span) -> Site<'_> {
    Site { operator, span, structure: None }
}
