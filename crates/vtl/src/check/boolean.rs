//! Boolean operators (reference manual, "Boolean operators").

use super::lift::Default::Required;
use super::lift::{Measures, Operator};
use super::types::Site;
use super::{Check, Checked};
use crate::program::{Expr, Function};
use olshem_model::DataType;

pub(super) const NOT: Operator = Operator {
    name: "not",
    parameters: &[Required],
    measures: Measures::OneBoolean,
    typing: |check, arguments, site| check.logical(Function::Not, arguments, site),
};

pub(super) const OPERATORS: &[Operator] = &[
    binary("and", |check, arguments, site| check.logical(Function::And, arguments, site)),
    binary("or", |check, arguments, site| check.logical(Function::Or, arguments, site)),
    binary("xor", |check, arguments, site| check.logical(Function::Xor, arguments, site)),
];

const fn binary(
    name: &'static str,
    typing: fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>,
) -> Operator {
    Operator { name, parameters: &[Required, Required], measures: Measures::OneBoolean, typing }
}

impl Check<'_> {
    fn logical(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let arguments: Checked<Vec<Expr>> = arguments
            .into_iter()
            .map(|argument| self.coerce(argument, DataType::Boolean, site))
            .collect();
        Ok(Expr::test(function, arguments?, site.span))
    }
}
