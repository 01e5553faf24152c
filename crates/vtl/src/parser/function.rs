//! What has parentheses: operators in functional syntax, each with its own parameters.

use super::{Parsed, Parser};
use crate::ast::{
    Check, Clause, Eval, Expr, ExprKind, Join, JoinOperand, Name, RulesetCall, ScalarType,
};
use crate::errors::SYNTAX;
use crate::lexer::TokenKind;
use olshem_model::DataType;

/// Operators that can be aggregates, and analytic with `over`.
pub(crate) const AGGREGATES: &[&str] = &[
    "sum",
    "avg",
    "count",
    "median",
    "min",
    "max",
    "stddev_pop",
    "stddev_samp",
    "var_pop",
    "var_samp",
];

/// Operators that are always analytic.
const ANALYTICS: &[&str] = &["first_value", "last_value", "lag", "lead", "rank", "ratio_to_report"];

/// Words that operators in the common syntax take for a parameter.
pub(crate) const KEYWORDS: &[&str] = &[
    "all",
    "single",
    "first",
    "last",
    "levenshtein",
    "damerau_levenshtein",
    "hamming",
    "jaro_winkler",
];

impl Parser<'_> {
    /// From the parenthesis after an operator's name.
    pub(super) fn call(&mut self, name: Name) -> Parsed<Expr> {
        let start = name.span;
        self.expect("(")?;
        let kind = match name.text.as_str() {
            text if AGGREGATES.contains(&text) || ANALYTICS.contains(&text) => {
                self.aggregate(name)?
            }
            "inner_join" | "left_join" | "full_join" | "cross_join" => self.join(name)?,
            "check" => self.check()?,
            "check_datapoint" | "check_hierarchy" | "hierarchy" => self.ruleset_call(name)?,
            "cast" => self.cast()?,
            "eval" => self.eval()?,
            _ => ExprKind::Call(name, self.arguments()?),
        };
        self.expect(")")?;
        self.node(kind, start)
    }

    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        if self.at_end_of_call() {
            return Ok(Vec::new());
        }
        self.list(Self::argument)
    }

    fn argument(&mut self) -> Parsed<Expr> {
        let span = self.span();
        if self.at("{") {
            let set = self.set()?;
            return self.node(ExprKind::Set(set), span);
        }
        let TokenKind::Word(word) = self.peek() else { return self.expression() };
        let alone = matches!(self.token(1).kind, TokenKind::Symbol("," | ")"));
        let kind = match word.as_str() {
            "_" => ExprKind::Omitted,
            keyword if alone && KEYWORDS.contains(&keyword) => {
                ExprKind::Keyword(keyword.to_owned())
            }
            _ => return self.expression(),
        };
        self.advance();
        self.node(kind, span)
    }

    fn aggregate(&mut self, function: Name) -> Parsed<ExprKind> {
        let operand = match self.at_end_of_call() || self.at_word("over") {
            true => None,
            false => Some(self.boxed_expression()?),
        };
        let mut parameters = Vec::new();
        while self.eat(",") {
            parameters.push(self.scalar_item()?);
        }
        if self.at_word("over") {
            let over = Box::new(self.over()?);
            return Ok(ExprKind::Analytic { function, operand, parameters, over });
        }
        if ANALYTICS.contains(&function.text.as_str()) {
            return Err(self.unexpected("`over`"));
        }
        if !parameters.is_empty() {
            return Err(self.unexpected("one operand only"));
        }
        let grouping = self.grouping()?;
        let having = self.having()?;
        Ok(ExprKind::Aggregate { function, operand, grouping, having })
    }

    fn cast(&mut self) -> Parsed<ExprKind> {
        let operand = self.boxed_expression()?;
        self.expect(",")?;
        let to = self.scalar_type()?;
        let mask = match self.eat(",") {
            true => Some(self.text("a mask in double quotes")?),
            false => None,
        };
        Ok(ExprKind::Cast { operand, to, mask })
    }

    /// The name of a scalar type, without constraints.
    pub(super) fn scalar_type(&mut self) -> Parsed<ScalarType> {
        let span = self.span();
        let basic = self.eat_any(&[
            "integer",
            "number",
            "boolean",
            "string",
            "time_period",
            "date",
            "time",
            "duration",
            "scalar",
        ]);
        let plain = |name: Name, basic| {
            let span = name.span;
            ScalarType { name, basic, restriction: None, not_null: false, span }
        };
        let Some(word) = basic else { return Ok(plain(self.name("a type")?, None)) };
        let basic = match word {
            "integer" => Some(DataType::Integer),
            "number" => Some(DataType::Number),
            "boolean" => Some(DataType::Boolean),
            "string" => Some(DataType::String),
            "time_period" => Some(DataType::TimePeriod),
            "date" => Some(DataType::Date),
            "time" => Some(DataType::Time),
            "duration" => Some(DataType::Duration),
            _ => None,
        };
        Ok(plain(Name { text: word.to_owned(), span }, basic))
    }

    fn text(&mut self, what: &str) -> Parsed<String> {
        let TokenKind::String(text) = self.peek() else { return Err(self.unexpected(what)) };
        let text = text.clone();
        self.advance();
        Ok(text)
    }

    fn eval(&mut self) -> Parsed<ExprKind> {
        let routine = self.name("the name of a routine")?;
        self.expect("(")?;
        let arguments = match self.at(")") {
            true => Vec::new(),
            false => self.list(Self::routine_argument)?,
        };
        self.expect(")")?;
        let mut language = None;
        if self.eat_word("language") {
            let span = self.span();
            language = Some(Name { text: self.text("a language in double quotes")?, span });
        }
        let returns = match self.eat_word("returns") {
            true => Some(self.any_type()?),
            false => None,
        };
        Ok(ExprKind::Eval(Box::new(Eval { routine, arguments, language, returns })))
    }

    fn routine_argument(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.eat_word("_") {
            true => self.node(ExprKind::Omitted, span),
            false => self.scalar_item(),
        }
    }

    fn join(&mut self, kind: Name) -> Parsed<ExprKind> {
        let mut operands = Vec::new();
        loop {
            let value = self.expression()?;
            let alias = match self.eat_word("as") {
                true => Some(self.name("another name for the dataset")?),
                false => None,
            };
            operands.push(JoinOperand { value, alias });
            if !self.eat(",") {
                break;
            }
        }
        let mut using = None;
        let mut replacements = Vec::new();
        if self.eat_word("using") {
            let mut identifiers = vec![self.component()?];
            while self.eat(",") {
                if self.at_word("nvl") {
                    self.advance();
                    self.expect("(")?;
                    let identifier = self.component()?;
                    self.expect(",")?;
                    replacements.push((identifier, self.scalar_item()?));
                    self.expect(")")?;
                } else {
                    identifiers.push(self.component()?);
                }
            }
            using = Some(identifiers);
        }
        let clauses = self.join_clauses()?;
        Ok(ExprKind::Join(Box::new(Join { kind, operands, using, replacements, clauses })))
    }

    fn join_clauses(&mut self) -> Parsed<Vec<(Clause, crate::Span)>> {
        let mut clauses: Vec<(Clause, crate::Span)> = Vec::new();
        while !self.at_end_of_call() {
            let start = self.span();
            let clause = match self.eat_word("apply") {
                true => Clause::Apply(self.boxed_expression()?),
                false => match self.common_clause()? {
                    Some(clause) => clause,
                    None => return Err(self.unexpected("a clause of the join, or `)`")),
                },
            };
            let span = self.since(start);
            let in_order = clauses.last().is_none_or(|(last, _)| place(last) < place(&clause));
            if !in_order {
                let message = "the clauses of a join are `filter`, one of `apply`, `calc` and \
                               `aggr`, one of `keep` and `drop`, and `rename`, in this order";
                return Err(self.report(&SYNTAX, span, message.to_owned()));
            }
            clauses.push((clause, span));
        }
        Ok(clauses)
    }

    fn check(&mut self) -> Parsed<ExprKind> {
        let operand = self.expression()?;
        let code = self.optional_after("errorcode")?;
        let level = self.optional_after("errorlevel")?;
        let imbalance = self.optional_after("imbalance")?;
        let invalid = self.eat_any(&["invalid", "all"]) == Some("invalid");
        Ok(ExprKind::Check(Box::new(Check { operand, code, level, imbalance, invalid })))
    }

    fn optional_after(&mut self, word: &str) -> Parsed<Option<Expr>> {
        match self.eat_word(word) {
            true => self.expression().map(Some),
            false => Ok(None),
        }
    }

    fn ruleset_call(&mut self, operator: Name) -> Parsed<ExprKind> {
        let operand = self.expression()?;
        self.expect(",")?;
        let ruleset = self.name("the name of a ruleset")?;
        let datapoint = operator.text == "check_datapoint";
        let components = match self.eat_word(if datapoint { "components" } else { "condition" }) {
            true => self.components()?,
            false => Vec::new(),
        };
        // `rule` names a component where one follows, and is an input mode otherwise.
        let named = matches!(self.token(1).kind, TokenKind::Quoted(_))
            || matches!(&self.token(1).kind, TokenKind::Word(w) if !crate::lexer::is_reserved(w));
        let rule = match !datapoint && named && self.eat_word("rule") {
            true => Some(self.component()?),
            false => None,
        };
        let mut options = Vec::new();
        while let TokenKind::Word(word) = self.peek()
            && !matches!(word.as_str(), "define" | "end")
        {
            options.push(Name { text: word.clone(), span: self.span() });
            self.advance();
        }
        let call = RulesetCall { operator, operand, ruleset, components, rule, options };
        Ok(ExprKind::Ruleset(Box::new(call)))
    }
}

/// The place of a clause in the order that a join's clauses have.
fn place(clause: &Clause) -> u8 {
    match clause {
        Clause::Filter(_) => 0,
        Clause::Apply(_) | Clause::Calc(_) | Clause::Aggr { .. } => 1,
        Clause::Keep(_) | Clause::Drop(_) => 2,
        _ => 3,
    }
}
