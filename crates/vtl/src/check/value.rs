//! Expressions of every kind: what each is handed to.

use super::lift::{Default, Operator};
use super::scope::{Binding, Origin, Scope};
use super::types::Site;
use super::{Check, Checked, Reported};
use super::{boolean, build, comparison, conditional, numeric, string, time};
use crate::ast::{self, ComponentName, ExprKind as Ast, Name};
use crate::errors::{
    NOT_SUPPORTED, TYPE_MISMATCH, UNKNOWN_NAME, UNKNOWN_OPERATOR, WRONG_ARGUMENTS, WRONG_KIND,
};
use crate::parser::AGGREGATES;
use crate::program::{Expr, ExprKind, Literal, Node, Operation, Value};
use crate::source::Span;
use olshem_model::DataType;

/// What stands in the place of a parameter.
pub(super) enum Argument {
    Value(Value),
    Omitted,
    Keyword(String),
}

impl Check<'_> {
    /// An expression's value: a dataset, or a scalar, which inside clauses is computed from a row.
    pub(super) fn value(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<Value> {
        self.step(expr.span)?;
        let depth = self.deeper(expr.span)?;
        let value = self.value_of_kind(expr, scope);
        self.depth = depth;
        let value = value?;
        self.within_size(&value, expr.span)?;
        Ok(value)
    }

    fn value_of_kind(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<Value> {
        let span = expr.span;
        match &expr.kind {
            Ast::Literal(literal) => Ok(Value::Scalar(build::constant_expr(literal, span))),
            Ast::Name(name) => self.name(name, span, scope),
            Ast::Omitted | Ast::Keyword(_) | Ast::Set(_) => {
                let message = "this stands for a parameter and is no expression";
                Err(self.fault(&WRONG_ARGUMENTS, span, message))
            }
            Ast::Unary(operator, operand) => {
                let operand = self.value(operand, scope)?;
                let operator = match *operator {
                    "not" => &boolean::NOT,
                    "-" => &numeric::UNARY_MINUS,
                    _ => &numeric::UNARY_PLUS,
                };
                self.apply(operator, vec![operand], span, scope)
            }
            Ast::Binary(symbol, left, right) => {
                // Both sides are checked even if one has a fault, to report all.
                let (left, right) = (self.value(left, scope), self.value(right, scope));
                let arguments = vec![left?, right?];
                match operator(symbol) {
                    Some(operator) => self.apply(operator, arguments, span, scope),
                    None => Err(self.not_supported(&format!("`{symbol}`"), span)),
                }
            }
            Ast::In { operand, negated, set } => {
                self.membership_in(operand, *negated, set, span, scope)
            }
            Ast::Case { branches, otherwise } => self.case(branches, otherwise, span, scope),
            Ast::Membership(operand, component) => self.membership(operand, component, span, scope),
            Ast::Clause(operand, clause) => {
                self.not_in_row(span, scope)?;
                let node = self.dataset(operand, scope)?;
                let origins = match dataset_name(operand) {
                    Some(name) => Origin::all_from(name, &node.structure),
                    None => Vec::new(),
                };
                self.clause(node, &origins, clause, span, scope).map(Value::Dataset)
            }
            Ast::Call(name, arguments) => self.call(name, arguments, span, scope),
            Ast::Cast { operand, to, mask } => {
                let operand = self.value(operand, scope)?;
                self.cast(operand, to, mask.as_deref(), span, scope)
            }
            Ast::Aggregate { function, operand, grouping, having } => self.aggregate(
                function,
                operand.as_deref(),
                grouping.as_ref(),
                having.as_deref(),
                span,
                scope,
            ),
            Ast::Analytic { function, operand, parameters, over } => {
                self.analytic(function, operand.as_deref(), parameters, over, span, scope)
            }
            Ast::Join(join) => {
                self.not_in_row(span, scope)?;
                self.join(join, span, scope).map(Value::Dataset)
            }
            Ast::Check(check) => {
                self.not_in_row(span, scope)?;
                self.check(check, span, scope).map(Value::Dataset)
            }
            Ast::Ruleset(call) => {
                self.not_in_row(span, scope)?;
                self.ruleset(call, span, scope).map(Value::Dataset)
            }
            Ast::Eval(call) => self.external(call, span, scope),
        }
    }

    /// An expression that must be a dataset.
    pub(super) fn dataset(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<Node> {
        let value = self.value(expr, scope)?;
        self.dataset_of(value, expr.span)
    }

    pub(super) fn dataset_of(&mut self, value: Value, span: Span) -> Checked<Node> {
        match value {
            Value::Dataset(node) => Ok(node),
            Value::Scalar(_) => {
                Err(self.fault(&WRONG_KIND, span, "a dataset is needed here, this is a scalar"))
            }
        }
    }

    /// An expression that must be a scalar or, inside clauses, a component.
    pub(super) fn scalar(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<Expr> {
        let value = self.value(expr, scope)?;
        self.scalar_of(value, expr.span)
    }

    pub(super) fn scalar_of(&mut self, value: Value, span: Span) -> Checked<Expr> {
        match value {
            Value::Scalar(value) => Ok(value),
            Value::Dataset(_) => {
                Err(self.fault(&WRONG_KIND, span, "a scalar is needed here, this is a dataset"))
            }
        }
    }

    /// An expression over a row that must be Boolean.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: Scope<'_>) -> Checked<Expr> {
        let condition = self.scalar(expr, scope)?;
        if condition.data_type == DataType::Boolean || condition.is_null() {
            return Ok(condition.converted(DataType::Boolean));
        }
        let message = format!("a condition is needed here, this is {}", condition.data_type);
        Err(self.fault(&TYPE_MISMATCH, expr.span, message))
    }

    pub(super) fn not_in_row(&mut self, span: Span, scope: Scope<'_>) -> Checked<()> {
        match scope.row {
            None => Ok(()),
            Some(_) => {
                let message = "datasets cannot be used inside a clause";
                let help = "compute the dataset before, and bring the two together with a join";
                Err(self.fault_help(&WRONG_KIND, span, message, help))
            }
        }
    }

    // Names.

    fn name(&mut self, name: &str, span: Span, scope: Scope<'_>) -> Checked<Value> {
        match scope.binding(name) {
            Some(Binding::Value(value)) => return Ok(value.clone()),
            Some(Binding::Component(component)) => {
                if scope.row.is_some() {
                    let inner = Scope { bindings: None, ..scope };
                    return self.name(&component.clone(), span, inner);
                }
                let message = format!("the component `{component}` can be used in clauses only");
                return Err(self.fault(&WRONG_KIND, span, message));
            }
            Some(Binding::Ruleset(_)) => {
                let message = format!("the ruleset `{name}` is no value");
                return Err(self.fault(&WRONG_KIND, span, message));
            }
            Some(Binding::Set(_)) => {
                let message = format!("the set `{name}` can only stand after `in` and `not_in`");
                return Err(self.fault(&WRONG_KIND, span, message));
            }
            None => {}
        }
        let Some(row) = scope.row else { return self.global(name, span) };
        let component = ComponentName { dataset: None, name: Name { text: name.to_owned(), span } };
        if !row.has(&component) {
            if row.grouped.as_ref().is_some_and(|rows| rows.has(&component)) {
                let message = format!("`{name}` has many values in a group; aggregate it");
                return Err(self.fault(&crate::errors::MISPLACED_AGGREGATE, span, message));
            }
            self.demand(name, span)?;
            if let Some(data_type) = self.checker.scalars.get(name).copied() {
                self.note_read(name);
                let kind = ExprKind::Scalar(name.to_owned());
                return Ok(Value::Scalar(Expr::new(kind, data_type, span)));
            }
            if self.checker.broken.contains(name) {
                return Err(Reported);
            }
            if self.checker.datasets.contains_key(name) {
                self.not_in_row(span, scope)?;
            }
        }
        let component = self.component(row, &component, Scope::default())?;
        Ok(Value::Scalar(Expr::column(&component, span)))
    }

    fn global(&mut self, name: &str, span: Span) -> Checked<Value> {
        self.demand(name, span)?;
        if let Some(structure) = self.checker.datasets.get(name).cloned() {
            self.note_read(name);
            self.fitting_propagations(&structure)?;
            return Ok(Value::Dataset(Node::new(
                Operation::Read(name.to_owned()),
                structure,
                span,
            )));
        }
        if let Some(data_type) = self.checker.scalars.get(name).copied() {
            self.note_read(name);
            let kind = ExprKind::Scalar(name.to_owned());
            return Ok(Value::Scalar(Expr::new(kind, data_type, span)));
        }
        if self.checker.broken.contains(name) {
            return Err(Reported);
        }
        let message = format!("no dataset or scalar is called `{name}`");
        let known = self.checker.datasets.keys().chain(self.checker.scalars.keys());
        let near = self.nearest(name, known.chain(self.by_name.keys()).map(String::as_str));
        Err(self.unknown(&UNKNOWN_NAME, span, message, near))
    }

    pub(super) fn note_read(&mut self, name: &str) {
        if !self.reads.iter().any(|read| read == name) {
            self.reads.push(name.to_owned());
        }
    }

    // Calls.

    fn call(
        &mut self,
        name: &Name,
        arguments: &[ast::Expr],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        if let Some(definition) = self.checker.operators.get(&name.text).cloned() {
            return self.user_defined(&definition, arguments, span, scope);
        }
        if self.checker.broken.contains(&name.text) {
            return Err(Reported);
        }
        // All parameters are checked even if one has a fault, to report all.
        let arguments: Vec<Checked<Argument>> = arguments
            .iter()
            .map(|argument| match &argument.kind {
                Ast::Omitted => Ok(Argument::Omitted),
                Ast::Keyword(word) => Ok(Argument::Keyword(word.clone())),
                _ => self.value(argument, scope).map(Argument::Value),
            })
            .collect();
        let arguments = arguments.into_iter().collect::<Checked<Vec<_>>>()?;
        match name.text.as_str() {
            "union" | "intersect" | "setdiff" | "symdiff" => {
                self.set_operator(&name.text, arguments, span).map(Value::Dataset)
            }
            "exists_in" => self.exists_in(arguments, span),
            "string_distance" => self.string_distance(arguments, span, scope),
            text if time::SPECIAL.contains(&text) => {
                self.time_operator(text, arguments, span, scope)
            }
            text => match operator(text) {
                Some(operator) => {
                    let arguments = self.completed(operator, arguments, span)?;
                    self.apply(operator, arguments, span, scope)
                }
                None => Err(self.unknown_operator(name)),
            },
        }
    }

    fn unknown_operator(&mut self, name: &Name) -> Reported {
        let message = format!("no operator is called `{}`", name.text);
        let defined = self.checker.operators.keys().map(String::as_str);
        let known = operator_names().map(|name| -> &str { name }).chain(defined);
        let near = self.nearest(&name.text, known);
        self.unknown(&UNKNOWN_OPERATOR, name.span, message, near)
    }

    /// The arguments, with what stands for those left out.
    pub(super) fn completed(
        &mut self,
        operator: &Operator,
        arguments: Vec<Argument>,
        span: Span,
    ) -> Checked<Vec<Value>> {
        let most = operator.parameters.len();
        if arguments.len() > most {
            return Err(self.wrong_number(operator, span));
        }
        let mut arguments = arguments.into_iter();
        let mut completed = Vec::new();
        for parameter in operator.parameters {
            let literal = match (arguments.next(), parameter) {
                (Some(Argument::Value(value)), _) => {
                    completed.push(value);
                    continue;
                }
                (Some(Argument::Keyword(word)), _) => {
                    let message = format!("`{word}` is no parameter of `{}`", operator.name);
                    return Err(self.fault(&WRONG_ARGUMENTS, span, message));
                }
                (_, Default::Nothing) => continue,
                (_, Default::Integer(number)) => Literal::Integer(*number),
                (_, Default::Text(text)) => Literal::String((*text).to_owned()),
                (_, Default::Required) => return Err(self.wrong_number(operator, span)),
            };
            completed.push(Value::Scalar(Expr::literal(literal, span)));
        }
        Ok(completed)
    }

    fn wrong_number(&mut self, operator: &Operator, span: Span) -> Reported {
        let required = |default: &&Default| matches!(default, Default::Required);
        let least = operator.parameters.iter().filter(required).count();
        let most = operator.parameters.len();
        let number = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let plural = if most == 1 { "" } else { "s" };
        let message = format!("`{}` takes {number} parameter{plural}", operator.name);
        self.fault(&WRONG_ARGUMENTS, span, message)
    }

    pub(super) fn too_few(&mut self, site: Site<'_>) -> Reported {
        let message = format!("`{}` has too few parameters", site.operator);
        self.fault(&WRONG_ARGUMENTS, site.span, message)
    }

    pub(super) fn not_supported(&mut self, what: &str, span: Span) -> Reported {
        self.fault(&NOT_SUPPORTED, span, format!("{what} is not supported yet"))
    }
}

/// Operators with a syntax of their own.
const OTHERS: &[&str] = &[
    "union",
    "intersect",
    "setdiff",
    "symdiff",
    "exists_in",
    "string_distance",
    "inner_join",
    "left_join",
    "full_join",
    "cross_join",
    "check",
    "check_datapoint",
    "check_hierarchy",
    "hierarchy",
    "cast",
    "first_value",
    "last_value",
    "lag",
    "lead",
    "rank",
    "ratio_to_report",
];

fn operators() -> impl Iterator<Item = &'static Operator> {
    [
        numeric::OPERATORS,
        boolean::OPERATORS,
        comparison::OPERATORS,
        string::OPERATORS,
        conditional::OPERATORS,
        time::OPERATORS,
    ]
    .into_iter()
    .flatten()
}

/// The names of all operators, symbols among them.
pub(crate) fn operator_names() -> impl Iterator<Item = &'static str> {
    let special = [time::SPECIAL, AGGREGATES, OTHERS].into_iter().flatten().copied();
    operators().map(|operator| operator.name).chain(special)
}

/// The name of the dataset whose components an expression has, if it has one.
fn dataset_name(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        Ast::Name(name) => Some(name),
        Ast::Clause(operand, _) => dataset_name(operand),
        _ => None,
    }
}

fn operator(name: &str) -> Option<&'static Operator> {
    operators().find(|operator| operator.name == name)
}
