//! String operators (reference manual, "String operators").

use super::lift::Default::{Integer, Nothing, Required, Text};
use super::lift::{Default, Measures, Operator};
use super::scope::Scope;
use super::types::Site;
use super::value::Argument;
use super::{Check, Checked};
use crate::errors::WRONG_ARGUMENTS;
use crate::program::{Expr, Function, Value};
use crate::source::Span;
use olshem_model::DataType;

const TEXT: DataType = DataType::String;
const NUMBER: DataType = DataType::Integer;

pub(super) const OPERATORS: &[Operator] = &[
    text("||", &[Required, Required], |check, arguments, site| {
        check.textual(Function::Concat, arguments, &[TEXT, TEXT], site)
    }),
    text("trim", &[Required], |check, arguments, site| {
        check.textual(Function::Trim, arguments, &[TEXT], site)
    }),
    text("ltrim", &[Required], |check, arguments, site| {
        check.textual(Function::LTrim, arguments, &[TEXT], site)
    }),
    text("rtrim", &[Required], |check, arguments, site| {
        check.textual(Function::RTrim, arguments, &[TEXT], site)
    }),
    text("upper", &[Required], |check, arguments, site| {
        check.textual(Function::Upper, arguments, &[TEXT], site)
    }),
    text("lower", &[Required], |check, arguments, site| {
        check.textual(Function::Lower, arguments, &[TEXT], site)
    }),
    text("substr", &[Required, Integer(1), Nothing], |check, arguments, site| {
        check.textual(Function::Substr, arguments, &[TEXT, NUMBER, NUMBER], site)
    }),
    text("replace", &[Required, Required, Text("")], |check, arguments, site| {
        check.textual(Function::Replace, arguments, &[TEXT, TEXT, TEXT], site)
    }),
    Operator {
        name: "instr",
        parameters: &[Required, Required, Integer(1), Integer(1)],
        measures: Measures::Changed,
        typing: |check, arguments, site| {
            let types = [TEXT, TEXT, NUMBER, NUMBER];
            let found = check.textual(Function::Instr, arguments, &types, site)?;
            Ok(Expr { data_type: DataType::Integer, ..found })
        },
    },
    Operator {
        name: "length",
        parameters: &[Required],
        measures: Measures::Changed,
        typing: |check, arguments, site| {
            let length = check.textual(Function::Length, arguments, &[TEXT], site)?;
            Ok(Expr { data_type: DataType::Integer, ..length })
        },
    },
];

const fn text(
    name: &'static str,
    parameters: &'static [Default],
    typing: fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>,
) -> Operator {
    Operator { name, parameters, measures: Measures::Same, typing }
}

impl Check<'_> {
    /// A function that makes text of arguments of these types.
    fn textual(
        &mut self,
        function: Function,
        arguments: Vec<Expr>,
        types: &[DataType],
        site: Site<'_>,
    ) -> Checked<Expr> {
        let arguments: Checked<Vec<Expr>> = arguments
            .into_iter()
            .zip(types)
            .map(|(argument, data_type)| self.coerce(argument, *data_type, site))
            .collect();
        Ok(Expr::call(function, arguments?, DataType::String, site.span))
    }

    /// `string_distance`, whose first parameter is a word.
    pub(super) fn string_distance(
        &mut self,
        arguments: Vec<Argument>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let mut arguments = arguments.into_iter();
        let method = match arguments.next() {
            Some(Argument::Keyword(word)) => word,
            _ => String::new(),
        };
        let function = match method.as_str() {
            "levenshtein" => Function::Levenshtein,
            "damerau_levenshtein" => Function::DamerauLevenshtein,
            "hamming" => Function::Hamming,
            "jaro_winkler" => Function::JaroWinkler,
            _ => {
                let message = "the first parameter of `string_distance` is `levenshtein`, \
                               `damerau_levenshtein`, `hamming` or `jaro_winkler`";
                return Err(self.fault(&WRONG_ARGUMENTS, span, message));
            }
        };
        let (Some(Argument::Value(left)), Some(Argument::Value(right)), None) =
            (arguments.next(), arguments.next(), arguments.next())
        else {
            let message = "`string_distance` takes a method and two texts";
            return Err(self.fault(&WRONG_ARGUMENTS, span, message));
        };
        let typing = |check: &mut Self, exprs, site: Site<'_>| {
            let distance = check.textual(function, exprs, &[TEXT, TEXT], site)?;
            Ok(Expr { data_type: DataType::Number, ..distance })
        };
        let (name, measures) = ("string_distance", Measures::Changed);
        self.apply_with(name, measures, vec![left, right], span, scope, &typing)
    }
}
