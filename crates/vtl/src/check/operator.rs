//! User-defined operators: each call is replaced by the operator's body
//! (reference manual, "User-defined operators").

use super::scope::{Binding, Scope};
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{self, ExprKind as Ast, Name, OperatorDefinition, Parameter, Set, Type};
use crate::errors::{CYCLE, WRONG_ARGUMENTS, WRONG_KIND};
use crate::program::Value;
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
                    let value = match of {
                        Some(of) => self.as_type(value, of, site(name, argument.span))?,
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
                let node = self.constrained(node, constraints, argument.span)?;
                Ok(Binding::Value(Value::Dataset(node)))
            }
            Type::Scalar(scalar) => {
                let value = self.scalar(argument, scope)?;
                let value = self.as_type(value, scalar, site(name, argument.span))?;
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
                let items = match of {
                    Some(of) => items
                        .into_iter()
                        .map(|item| self.as_type(item, of, site(name, argument.span)))
                        .collect::<Checked<_>>()?,
                    None => items,
                };
                Ok(Binding::Set(items))
            }
        }
    }

    /// The value, if it is of the type that the definition says.
    fn returned(&mut self, definition: &OperatorDefinition, value: Value) -> Checked<Value> {
        let span = definition.body.span;
        match (&definition.returns, value) {
            (
                Some(Type::Scalar(of) | Type::Component { of: Some(of), .. }),
                Value::Scalar(value),
            ) => self.as_type(value, of, site("returns", span)).map(Value::Scalar),
            (Some(Type::Dataset(constraints)), Value::Dataset(node)) => {
                self.constrained(node, constraints, span).map(Value::Dataset)
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
