//! `eval`: external routines (reference manual, "Evaluation of an external routine").
//!
//! The manual lets no other operator stand beside `eval` in a transformation. It also asks for the
//! result to be persistent, which its own example is not, and neither are scripts in use.

use super::scope::Scope;
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{self, ComponentConstraint, ExprKind as Ast, Type, Which};
use crate::errors::{DUPLICATE_COMPONENT, INVALID_EVAL, UNKNOWN_ROUTINE};
use crate::program::{Argument, Expr, ExprKind, Node, Operation, Routine, Value};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType, Role};

impl Check<'_> {
    pub(super) fn external(
        &mut self,
        call: &ast::Eval,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let underway = self.underway.last().map(|index| self.assignments[*index].0.value.span);
        if underway != Some(span) || !self.calls.is_empty() {
            let message = "`eval` can't be part of another expression";
            let help = "assign what it gives to a name, and use that";
            return Err(self.fault_help(&INVALID_EVAL, span, message, help));
        }
        if let Some(language) = &call.language
            && !language.text.eq_ignore_ascii_case("SQL")
        {
            let message = format!("routines in `{}` can't be run", language.text);
            let help = "the language of external routines is \"SQL\"";
            return Err(self.fault_help(&INVALID_EVAL, language.span, message, help));
        }
        let name = &call.routine;
        let Some(query) = self.checker.routines.get(&name.text).cloned() else {
            let message = format!("no external routine is called `{}`", name.text);
            let near = self.nearest(&name.text, self.checker.routines.keys().map(String::as_str));
            return Err(self.unknown(&UNKNOWN_ROUTINE, name.span, message, near));
        };
        let arguments = call
            .arguments
            .iter()
            .map(|argument| self.routine_argument(argument, scope))
            .collect::<Checked<Vec<_>>>()?;
        let routine = Routine { name: name.text.clone(), query, arguments };
        match &call.returns {
            Some(Type::Dataset(constraints)) if !constraints.is_empty() => {
                let structure = self.returned_structure(constraints, span)?;
                let node = Node::new(Operation::External(routine), structure, span);
                self.constrained(node, constraints, span).map(Value::Dataset)
            }
            Some(Type::Scalar(of)) => {
                let Some(data_type) = self.basic_type(of)? else {
                    let message = "`returns scalar` does not say of which type the value is";
                    return Err(self.fault(&INVALID_EVAL, of.span, message));
                };
                let value = Expr::new(ExprKind::External(Box::new(routine)), data_type, span);
                let site = Site { operator: "eval", span, structure: None };
                self.restricted(value, of, site).map(Value::Scalar)
            }
            _ => {
                let message = format!("it is not said what `{}` gives", name.text);
                let help = "such as `returns dataset { identifier<string> A, measure<number> B }`, \
                            or `returns number`";
                Err(self.fault_help(&INVALID_EVAL, span, message, help))
            }
        }
    }

    fn routine_argument(&mut self, argument: &ast::Expr, scope: Scope<'_>) -> Checked<Argument> {
        if let Ast::Omitted = argument.kind {
            return Ok(Argument::Scalar(Expr::null(DataType::String, argument.span)));
        }
        match (self.value(argument, scope)?, &argument.kind) {
            (Value::Dataset(node), Ast::Name(name)) => {
                Ok(Argument::Dataset { name: name.clone(), node })
            }
            (value, _) => self.scalar_of(value, argument.span).map(Argument::Scalar),
        }
    }

    /// What a routine gives: each component by its name, with its role and type.
    fn returned_structure(
        &mut self,
        constraints: &[ComponentConstraint],
        span: Span,
    ) -> Checked<DataStructure> {
        let mut structure = DataStructure::default();
        for ComponentConstraint { role, of, which } in constraints {
            let basic = match of {
                Some(of) => self.basic_type(of)?,
                None => None,
            };
            let (Which::Named(name), Some(role), Some(data_type)) = (which, *role, basic) else {
                let message = "what `eval` returns needs the role, type and name of each component";
                let help = "such as `measure<number> A`";
                return Err(self.fault_help(&INVALID_EVAL, span, message, help));
            };
            if structure.get(&name.text).is_some() {
                let message = format!("`returns` has two components `{}`", name.text);
                return Err(self.fault(&DUPLICATE_COMPONENT, name.span, message));
            }
            let nullable = role != Role::Identifier;
            let name = name.text.clone();
            structure.set(Component { name, role, data_type, nullable, codes: None });
        }
        Ok(structure)
    }
}
