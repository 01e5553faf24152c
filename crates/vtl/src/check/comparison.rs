//! Comparison operators (reference manual, "Comparison operators").

use super::build::{default_component, is_identifier};
use super::lift::Default::Required;
use super::lift::{Measures, Operator};
use super::scope::{Binding, Scope, quoted};
use super::types::Site;
use super::value::Argument;
use super::{Check, Checked, ValueDomain};
use crate::ast::{self, Name, Set};
use crate::errors::{
    IDENTIFIER_MISMATCH, UNKNOWN_CODE, UNKNOWN_DOMAIN, WRONG_ARGUMENTS, WRONG_KIND,
};
use crate::program::{Expr, ExprKind, Function, Literal, Node, Value};
use crate::source::Span;
use olshem_model::DataType;

pub(super) const OPERATORS: &[Operator] = &[
    binary("=", |check, arguments, site| check.compared(Function::Equal, arguments, site)),
    binary("<>", |check, arguments, site| check.compared(Function::NotEqual, arguments, site)),
    binary("<", |check, arguments, site| check.compared(Function::Less, arguments, site)),
    binary("<=", |check, arguments, site| check.compared(Function::LessOrEqual, arguments, site)),
    binary(">", |check, arguments, site| check.compared(Function::Greater, arguments, site)),
    binary(">=", |check, arguments, site| {
        check.compared(Function::GreaterOrEqual, arguments, site)
    }),
    Operator {
        name: "between",
        parameters: &[Required, Required, Required],
        measures: Measures::Changed,
        typing: between,
    },
    Operator {
        name: "isnull",
        parameters: &[Required],
        measures: Measures::Changed,
        typing: |_, arguments, site| Ok(Expr::test(Function::IsNull, arguments, site.span)),
    },
    binary("match_characters", |check, arguments, site| {
        let mut arguments = arguments.into_iter();
        let operand = check.next(&mut arguments, DataType::String, site)?;
        let pattern = check.next(&mut arguments, DataType::String, site)?;
        Ok(Expr::test(Function::MatchCharacters, vec![operand, pattern], site.span))
    }),
];

const fn binary(
    name: &'static str,
    typing: fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>,
) -> Operator {
    Operator { name, parameters: &[Required, Required], measures: Measures::Changed, typing }
}

fn between(check: &mut Check<'_>, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
    check.known_codes(&arguments, site)?;
    let arguments = check.unify(arguments, site)?;
    let [operand, from, to] = &arguments[..] else { return Err(check.too_few(site)) };
    let lower =
        Expr::test(Function::GreaterOrEqual, vec![operand.clone(), from.clone()], site.span);
    let upper = Expr::test(Function::LessOrEqual, vec![operand.clone(), to.clone()], site.span);
    Ok(Expr::test(Function::And, vec![lower, upper], site.span))
}

impl Check<'_> {
    fn compared(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        self.known_codes(&arguments, site)?;
        let arguments = self.unify(arguments, site)?;
        Ok(Expr::test(function, arguments, site.span))
    }

    /// Text constants that are compared with a component of a codelist must be in it.
    pub(super) fn known_codes(&mut self, exprs: &[Expr], site: Site<'_>) -> Checked<()> {
        let codes = exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Column(name) => {
                let component = site.structure?.get(name)?;
                Some((component.name.clone(), component.codes.clone()?))
            }
            _ => None,
        });
        let Some((component, codes)) = codes else { return Ok(()) };
        let unknown = exprs.iter().find_map(|expr| {
            let text = expr.as_text()?;
            (!codes.iter().any(|code| code == text)).then_some((text, expr.span))
        });
        let Some((text, span)) = unknown else { return Ok(()) };
        let component = component.rsplit('#').next().unwrap_or_default();
        let message = format!("`{text}` is not in the codelist of `{component}`");
        let help = match self.nearest(text, codes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let shown = quoted(codes.iter().take(8).map(String::as_str), ", ");
                let more = if codes.len() > 8 { ", ..." } else { "" };
                format!("its codes are {shown}{more}")
            }
        };
        Err(self.fault_help(&UNKNOWN_CODE, span, message, help))
    }

    /// `in`, `not_in`.
    pub(super) fn membership_in(
        &mut self,
        operand: &ast::Expr,
        negated: bool,
        set: &Set,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let operand = self.value(operand, scope)?;
        let listed = matches!(set, Set::List(_));
        let set = self.set_items(set, scope, span)?;
        let typing = |check: &mut Self, mut exprs: Vec<Expr>, site: Site<'_>| {
            exprs.extend(set.iter().cloned());
            // A domain may have values that a codelist has not.
            if listed {
                check.known_codes(&exprs, site)?;
            }
            let mut exprs = check.unify(exprs, site)?.into_iter();
            let Some(operand) = exprs.next() else { return Err(check.too_few(site)) };
            let literals: Option<Vec<Literal>> = exprs.map(Self::as_literal).collect();
            let Some(set) = literals else {
                return Err(check.fault(&WRONG_KIND, site.span, "a set holds constants only"));
            };
            let kind = ExprKind::In { operand: Box::new(operand), set };
            let found = Expr::new(kind, DataType::Boolean, site.span);
            Ok(match negated {
                true => Expr::test(Function::Not, vec![found], site.span),
                false => found,
            })
        };
        let name = if negated { "not_in" } else { "in" };
        self.apply_with(name, Measures::Changed, vec![operand], span, scope, &typing)
    }

    pub(super) fn as_literal(expr: Expr) -> Option<Literal> {
        match expr.kind {
            ExprKind::Literal(literal) => Some(literal),
            // An integer among numbers.
            ExprKind::Cast { operand, .. } if expr.data_type == DataType::Number => {
                match operand.kind {
                    ExprKind::Literal(Literal::Integer(number)) => {
                        Some(Literal::Number(number as f64))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The values of a set: constants, a value domain's or those that a parameter stands for.
    pub(super) fn set_items(
        &mut self,
        set: &Set,
        scope: Scope<'_>,
        span: Span,
    ) -> Checked<Vec<Expr>> {
        let name = match set {
            Set::List(items) => {
                return items.iter().map(|item| self.scalar(item, scope)).collect();
            }
            Set::Named(name) => name,
        };
        match scope.binding(&name.text) {
            Some(Binding::Set(items)) => return Ok(items.clone()),
            Some(_) => {
                let message = format!("the parameter `{}` is no set", name.text);
                return Err(self.fault(&WRONG_KIND, name.span, message));
            }
            None => {}
        }
        let (_, values) = self.domain(name, span)?;
        Ok(values)
    }

    /// The type and the values of a value domain.
    pub(super) fn domain(&mut self, name: &Name, span: Span) -> Checked<(DataType, Vec<Expr>)> {
        if let Some(ValueDomain { data_type, values }) = self.checker.domains.get(&name.text) {
            let value =
                |value: &Literal| Expr::new(ExprKind::Literal(value.clone()), *data_type, span);
            return Ok((*data_type, values.iter().map(value).collect()));
        }
        let message = format!("no value domain `{}` is known", name.text);
        let known = self.checker.domains.keys().map(String::as_str);
        let help = match self.nearest(&name.text, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "give the values themselves: `{\"A\", \"B\"}`".to_owned(),
        };
        Err(self.fault_help(&UNKNOWN_DOMAIN, name.span, message, help))
    }

    /// `exists_in`: whether the identifiers of one dataset occur in another.
    pub(super) fn exists_in(&mut self, arguments: Vec<Argument>, span: Span) -> Checked<Value> {
        let too_many = arguments.len() > 3;
        let mut arguments = arguments.into_iter();
        let (Some(Argument::Value(left)), Some(Argument::Value(right)), false) =
            (arguments.next(), arguments.next(), too_many)
        else {
            let message = "`exists_in` takes two datasets, and `all`, `true` or `false`";
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let (left, right) = (self.dataset_of(left, span)?, self.dataset_of(right, span)?);
        let retain = match arguments.next() {
            None | Some(Argument::Omitted) => None,
            Some(Argument::Keyword(word)) if word == "all" => None,
            Some(Argument::Value(Value::Scalar(Expr {
                kind: ExprKind::Literal(Literal::Boolean(retain)),
                ..
            }))) => Some(retain),
            Some(_) => {
                let message = "the last parameter of `exists_in` is `all`, `true` or `false`";
                return Err(self.fault(&WRONG_ARGUMENTS, span, message));
            }
        };
        let theirs = right.identifier_names();
        let ours = left.identifier_names();
        let on: Vec<String> = ours.iter().filter(|name| theirs.contains(name)).cloned().collect();
        if on.len() != ours.len().min(theirs.len()) {
            let message = format!(
                "`exists_in` needs the identifiers of one dataset among those of the other, these \
                 are {} and {}",
                quoted(ours.iter().map(String::as_str), ", "),
                quoted(theirs.iter().map(String::as_str), ", ")
            );
            return Err(self.fault(&IDENTIFIER_MISMATCH, span, message));
        }
        let part = |present: bool| {
            let mut columns: Vec<_> = left.columns(is_identifier).collect();
            columns.push((default_component(DataType::Boolean), Expr::boolean(present, span)));
            left.clone().matching(right.clone(), on.clone(), present, span).project(columns, span)
        };
        Ok(Value::Dataset(match retain {
            Some(present) => part(present),
            None => Node::union(vec![part(true), part(false)], span),
        }))
    }
}
