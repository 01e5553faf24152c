//! Expressions: operators by precedence, and what they stand between.

use super::{MAX_HEIGHT, Parsed, Parser};
use crate::ast::{Expr, ExprKind, Literal, Name, Set};
use crate::lexer::{Token, TokenKind, is_reserved};
use crate::source::Span;

/// Precedences of the operators with two operands, the manual's table upside down.
const OR: u8 = 1;
const AND: u8 = 2;
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| parser.binary(OR))
    }

    pub(super) fn boxed_expression(&mut self) -> Parsed<Box<Expr>> {
        self.expression().map(Box::new)
    }

    /// Operators that bind at least as tightly as `minimum`; those of one precedence from the left.
    fn binary(&mut self, minimum: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        while let Some((operator, precedence)) = self.operator() {
            if precedence < minimum {
                break;
            }
            self.advance();
            let span = left.span;
            let kind = match operator {
                "in" | "not_in" => {
                    let set = self.set()?;
                    ExprKind::In { operand: Box::new(left), negated: operator == "not_in", set }
                }
                _ => {
                    let right = self.nested(|parser| parser.binary(precedence + 1))?;
                    ExprKind::Binary(operator, Box::new(left), Box::new(right))
                }
            };
            left = self.node(kind, span)?;
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(&'static str, u8)> {
        Some(match self.peek() {
            TokenKind::Symbol(symbol) => match *symbol {
                "*" => ("*", PRODUCT),
                "/" => ("/", PRODUCT),
                "+" => ("+", SUM),
                "-" => ("-", SUM),
                "||" => ("||", SUM),
                "=" => ("=", COMPARISON),
                "<>" => ("<>", COMPARISON),
                "<" => ("<", COMPARISON),
                "<=" => ("<=", COMPARISON),
                ">" => (">", COMPARISON),
                ">=" => (">=", COMPARISON),
                _ => return None,
            },
            TokenKind::Word(word) => match word.as_str() {
                "in" => ("in", COMPARISON),
                "not_in" => ("not_in", COMPARISON),
                "and" => ("and", AND),
                "or" => ("or", OR),
                "xor" => ("xor", OR),
                _ => return None,
            },
            _ => return None,
        })
    }

    pub(super) fn set(&mut self) -> Parsed<Set> {
        if self.eat("{") {
            let mut items = vec![self.scalar_item()?];
            while self.eat(",") {
                items.push(self.scalar_item()?);
            }
            self.expect("}")?;
            return Ok(Set::List(items));
        }
        self.name("a set in braces, or the name of a value domain").map(Set::Named)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let operator = match self.peek() {
            TokenKind::Symbol("+") => "+",
            TokenKind::Symbol("-") => "-",
            TokenKind::Word(word) if word == "not" => "not",
            _ => return self.postfix(),
        };
        self.advance();
        let operand = self.nested(Self::unary)?;
        self.node(ExprKind::Unary(operator, Box::new(operand)), span)
    }

    /// Clauses and membership, after what they belong to.
    fn postfix(&mut self) -> Parsed<Expr> {
        let mut operand = self.primary()?;
        loop {
            let span = operand.span;
            let kind = if self.eat("[") {
                let clause = self.dataset_clause()?;
                self.expect("]")?;
                ExprKind::Clause(Box::new(operand), clause)
            } else if self.eat("#") {
                let component = self.name("the name of a component")?;
                ExprKind::Membership(Box::new(operand), component)
            } else {
                return Ok(operand);
            };
            operand = self.node(kind, span)?;
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.peek().clone() {
            TokenKind::Symbol("(") => {
                self.advance();
                let mut inner = self.expression()?;
                self.expect(")")?;
                inner.span = self.since(span);
                Ok(inner)
            }
            TokenKind::Integer(_) | TokenKind::Number(_) | TokenKind::String(_) => {
                let literal = self.literal()?;
                self.node(ExprKind::Literal(literal), span)
            }
            TokenKind::Quoted(name) => {
                self.advance();
                self.name_or_call(Name { text: name, span })
            }
            TokenKind::Word(word) => self.word(word, span),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn word(&mut self, word: String, span: Span) -> Parsed<Expr> {
        match word.as_str() {
            "if" => return self.if_else(span),
            "case" => return self.case(span),
            "null" | "true" | "false" => {
                let literal = self.literal()?;
                return self.node(ExprKind::Literal(literal), span);
            }
            _ => {}
        }
        let call = self.token(1).kind == TokenKind::Symbol("(");
        let infix = matches!(word.as_str(), "and" | "or" | "xor" | "in" | "not_in");
        if is_reserved(&word) && (!call || infix) {
            // Reports the keyword, and what to do if it is meant as a name.
            return self.name("an expression").and_then(|name| self.name_or_call(name));
        }
        self.advance();
        self.name_or_call(Name { text: word, span })
    }

    /// After a name, which may be one of SDMX's: a call, or the name itself.
    fn name_or_call(&mut self, name: Name) -> Parsed<Expr> {
        let name = self.sdmx_name(name);
        if self.at("(") {
            return self.call(name);
        }
        self.node(ExprKind::Name(name.text), name.span)
    }

    /// The name before this token, or all of it if it is one of SDMX's.
    fn sdmx_name(&mut self, name: Name) -> Name {
        let Some(source) = self.sources.get(name.span.source) else { return name };
        let last = self.position.saturating_sub(1);
        let Some(end) = sdmx_name(&source.text, &self.tokens, last) else { return name };
        self.position = end + 1;
        let span = self.since(name.span);
        Name { text: self.sources.text(span).to_owned(), span }
    }

    /// The node of that kind from `start` to the token before.
    pub(super) fn node(&mut self, kind: ExprKind, start: Span) -> Parsed<Expr> {
        let height = 1 + kind.children().map(|child| child.height).max().unwrap_or(0);
        if height > MAX_HEIGHT {
            return Err(self.too_deep());
        }
        Ok(Expr { kind, span: self.since(start), height })
    }

    fn if_else(&mut self, span: Span) -> Parsed<Expr> {
        self.advance();
        let condition = self.expression()?;
        self.expect_word("then")?;
        let value = self.expression()?;
        self.expect_word("else")?;
        let otherwise = self.boxed_expression()?;
        self.node(ExprKind::Case { branches: vec![(condition, value)], otherwise }, span)
    }

    fn case(&mut self, span: Span) -> Parsed<Expr> {
        self.advance();
        let mut branches = Vec::new();
        while self.eat_word("when") {
            let condition = self.expression()?;
            self.expect_word("then")?;
            branches.push((condition, self.expression()?));
        }
        if branches.is_empty() {
            return Err(self.unexpected("`when`"));
        }
        self.expect_word("else")?;
        let otherwise = self.boxed_expression()?;
        self.node(ExprKind::Case { branches, otherwise }, span)
    }

    /// A constant, with its sign.
    pub(super) fn literal(&mut self) -> Parsed<Literal> {
        let negative = match self.peek() {
            TokenKind::Symbol("-") => true,
            TokenKind::Symbol("+") => false,
            _ => return self.unsigned_literal(),
        };
        self.advance();
        match self.unsigned_literal()? {
            Literal::Integer(number) if negative => Ok(Literal::Integer(-number)),
            Literal::Number(number) if negative => Ok(Literal::Number(-number)),
            number @ (Literal::Integer(_) | Literal::Number(_)) => Ok(number),
            _ => Err(self.unexpected("a number")),
        }
    }

    fn unsigned_literal(&mut self) -> Parsed<Literal> {
        let literal = match self.peek() {
            TokenKind::Integer(number) => Literal::Integer(*number),
            TokenKind::Number(number) => Literal::Number(*number),
            TokenKind::String(text) => Literal::String(text.clone()),
            TokenKind::Word(word) => match word.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                _ => return Err(self.unexpected("a constant")),
            },
            _ => return Err(self.unexpected("a constant")),
        };
        self.advance();
        Ok(literal)
    }

    /// A constant, a `cast` of one, or a scalar by name.
    pub(super) fn scalar_item(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.peek() {
            TokenKind::Word(word) if word == "cast" => self.unary(),
            TokenKind::Word(word) if !matches!(word.as_str(), "null" | "true" | "false") => {
                let name = self.name("a constant")?;
                self.node(ExprKind::Name(name.text), span)
            }
            TokenKind::Quoted(_) => {
                let name = self.name("a constant")?;
                self.node(ExprKind::Name(name.text), span)
            }
            _ => {
                let literal = self.literal()?;
                self.node(ExprKind::Literal(literal), span)
            }
        }
    }
}

/// `AGENCY:ID(1.0):A.B..C`, a name of SDMX's, written without spaces: its last token, if one begins
/// with the word at `first`. What stands between its colons need not be tokens of VTL.
pub(crate) fn sdmx_name(text: &str, tokens: &[Token], first: usize) -> Option<usize> {
    let [name, colon, word] = tokens.get(first..first + 3)? else { return None };
    let joined = colon.kind == TokenKind::Symbol(":") && matches!(word.kind, TokenKind::Word(_));
    if !joined || colon.span.start != name.span.end || word.span.start != colon.span.end {
        return None;
    }
    let rest = &text[word.span.end as usize..];
    let mut length = version(rest);
    if let Some(series) = rest[length..].strip_prefix(':') {
        let key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        length += 1 + series.find(|c| !key(c)).unwrap_or(series.len());
    }
    let end = word.span.end + length as u32;
    let within = tokens[first..].iter().take_while(|token| token.span.start < end).count();
    let last = first + within - 1;
    // A token that goes on after the name is of letters that no name can have.
    (tokens[last].span.end == end).then_some(last)
}

/// The length of a version in parentheses: `(1.0)`, `(2.1.+)`, `(*)`; 0 if there is none.
fn version(text: &str) -> usize {
    let belongs = |c: char| c.is_ascii_digit() || "._+*~".contains(c);
    let Some(after) = text.strip_prefix('(') else { return 0 };
    let end = 1 + after.find(|c| !belongs(c)).unwrap_or(after.len());
    if !text[end..].starts_with(')') {
        return 0;
    }
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let any = |part: &str| matches!(part, "_" | "+" | "*" | "~");
    let (parts, last) = text[1..end].rsplit_once('.').unwrap_or(("", &text[1..end]));
    let fits = (parts.is_empty() || parts.split('.').all(number)) && (number(last) || any(last));
    if fits { end + 1 } else { 0 }
}
