//! Numeric operators (reference manual, "Numeric operators").

use super::lift::Default::{Nothing, Required};
use super::lift::{Measures, Operator};
use super::types::Site;
use super::{Check, Checked};
use crate::errors::TYPE_MISMATCH;
use crate::program::{Expr, ExprKind, Function, Literal};
use olshem_model::DataType;

pub(super) const UNARY_PLUS: Operator =
    Operator { name: "+", parameters: &[Required], measures: Measures::Same, typing: plus };

pub(super) const UNARY_MINUS: Operator =
    Operator { name: "-", parameters: &[Required], measures: Measures::Same, typing: minus };

pub(super) const OPERATORS: &[Operator] = &[
    binary("+", |check, arguments, site| check.arithmetic(Function::Add, arguments, site)),
    binary("-", |check, arguments, site| check.arithmetic(Function::Subtract, arguments, site)),
    binary("*", |check, arguments, site| check.arithmetic(Function::Multiply, arguments, site)),
    binary("/", |check, arguments, site| check.real(Function::Divide, arguments, site)),
    binary("mod", |check, arguments, site| check.arithmetic(Function::Mod, arguments, site)),
    binary("power", |check, arguments, site| check.real(Function::Power, arguments, site)),
    binary("log", |check, arguments, site| check.real(Function::Log, arguments, site)),
    binary("random", |check, arguments, site| {
        let mut arguments = arguments.into_iter();
        let seed = check.next(&mut arguments, DataType::Number, site)?;
        let index = check.next(&mut arguments, DataType::Integer, site)?;
        Ok(Expr::call(Function::Random, vec![seed, index], DataType::Number, site.span))
    }),
    unary("abs", |check, arguments, site| check.arithmetic(Function::Abs, arguments, site)),
    unary("ceil", |check, arguments, site| check.whole(Function::Ceil, arguments, site)),
    unary("floor", |check, arguments, site| check.whole(Function::Floor, arguments, site)),
    unary("exp", |check, arguments, site| check.real(Function::Exp, arguments, site)),
    unary("ln", |check, arguments, site| check.real(Function::Ln, arguments, site)),
    unary("sqrt", |check, arguments, site| check.real(Function::Sqrt, arguments, site)),
    rounding("round", |check, arguments, site| check.rounded(Function::Round, arguments, site)),
    rounding("trunc", |check, arguments, site| check.rounded(Function::Trunc, arguments, site)),
];

type Typing = fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>;

const fn unary(name: &'static str, typing: Typing) -> Operator {
    Operator { name, parameters: &[Required], measures: Measures::Same, typing }
}

const fn binary(name: &'static str, typing: Typing) -> Operator {
    Operator { name, parameters: &[Required, Required], measures: Measures::Same, typing }
}

const fn rounding(name: &'static str, typing: Typing) -> Operator {
    Operator { name, parameters: &[Required, Nothing], measures: Measures::Same, typing }
}

fn plus(check: &mut Check<'_>, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
    let mut arguments = check.numbers(arguments, site)?;
    // Exactly one: operators are applied to as many arguments as they have parameters.
    Ok(arguments.swap_remove(0))
}

fn minus(check: &mut Check<'_>, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
    let negated = check.arithmetic(Function::Negate, arguments, site)?;
    // `-1` is a constant wherever one is needed.
    let literal = match &negated.kind {
        ExprKind::Call(_, operands) => match operands.first().map(|operand| &operand.kind) {
            Some(ExprKind::Literal(Literal::Integer(number))) => Literal::Integer(-number),
            Some(ExprKind::Literal(Literal::Number(number))) => Literal::Number(-number),
            _ => return Ok(negated),
        },
        _ => return Ok(negated),
    };
    Ok(Expr::literal(literal, site.span))
}

impl Check<'_> {
    /// The next argument as that type.
    pub(super) fn next(
        &mut self,
        arguments: &mut impl Iterator<Item = Expr>,
        data_type: DataType,
        site: Site<'_>,
    ) -> Checked<Expr> {
        match arguments.next() {
            Some(argument) => self.coerce(argument, data_type, site),
            None => Err(self.too_few(site)),
        }
    }

    /// All arguments as integers, or all as numbers.
    fn numbers(&mut self, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Vec<Expr>> {
        let wrong = |argument: &&Expr| !argument.is_null() && !argument.data_type.is_numeric();
        if let Some(argument) = arguments.iter().find(wrong) {
            let (operator, found) = (site.operator, argument.data_type);
            let message = format!("`{operator}` needs number, this is {found}");
            return Err(self.fault(&TYPE_MISMATCH, argument.span, message));
        }
        let integers = arguments.iter().all(|a| a.data_type == DataType::Integer && !a.is_null());
        let data_type = if integers { DataType::Integer } else { DataType::Number };
        Ok(arguments.into_iter().map(|argument| argument.converted(data_type)).collect())
    }

    /// An integer of integers, a number of numbers.
    fn arithmetic(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let arguments = self.numbers(arguments, site)?;
        let data_type = arguments.first().map_or(DataType::Number, |argument| argument.data_type);
        Ok(Expr::call(function, arguments, data_type, site.span))
    }

    /// A number, also of integers.
    fn real(&mut self, function: Function, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
        let arguments = self.numbers(arguments, site)?;
        let arguments = arguments.into_iter().map(|a| a.converted(DataType::Number)).collect();
        Ok(Expr::call(function, arguments, DataType::Number, site.span))
    }

    /// An integer, also of numbers.
    fn whole(&mut self, function: Function, arguments: Vec<Expr>, site: Site<'_>) -> Checked<Expr> {
        let arguments = self.numbers(arguments, site)?;
        Ok(Expr::call(function, arguments, DataType::Integer, site.span))
    }

    /// To so many decimals, which leaves a number; without them to an integer, as the manual's
    /// examples have it.
    fn rounded(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let mut arguments = arguments.into_iter();
        let Some(operand) = arguments.next() else { return Err(self.too_few(site)) };
        let mut operand = self.numbers(vec![operand], site)?;
        let (decimals, data_type) = match arguments.next() {
            Some(decimals) => {
                let data_type = operand[0].data_type;
                (self.coerce(decimals, DataType::Integer, site)?, data_type)
            }
            None => (Expr::integer(0, site.span), DataType::Integer),
        };
        operand.push(decimals);
        Ok(Expr::call(function, operand, data_type, site.span))
    }
}
