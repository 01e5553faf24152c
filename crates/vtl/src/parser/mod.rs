//! Tokens to syntax trees, by recursive descent over the grammar of VTL 2.2.
//!
//! A parsing function gives what it read, or [`Failed`] after it has reported why it could not.
//! Failure ends at the next `;`: the statement is [`Item::Broken`], the next one is read as usual.

mod clause;
mod definition;
mod expression;
mod function;

pub(crate) use definition::WITH_RULES;
pub(crate) use expression::sdmx_name;
pub(crate) use function::{AGGREGATES, KEYWORDS};

use crate::ast::{Assignment, ComponentName, Expr, Item, Name};
use crate::errors::{INVALID_TOKEN, RESERVED_WORD, SYNTAX, TOO_DEEP, TOO_LARGE};
use crate::lexer::{Token, TokenKind, is_reserved, tokens};
use crate::source::{Source, Sources, Span};
use olshem_model::{Code, Diagnostic};

/// What could not be read has been reported.
pub(crate) struct Failed;

type Parsed<T> = Result<T, Failed>;

/// How deep trees of syntax may be, so that walking them never overflows the stack.
const MAX_HEIGHT: u16 = 100;

/// How deep the parser may call itself: it needs more calls than its trees have levels.
const MAX_DEPTH: u16 = 100;

/// The statements of a script, and everything in it that is not VTL.
///
/// This needs no environment and knows no types: for these, give the script to a
/// [`Checker`](crate::Checker).
///
/// ```
/// use olshem_vtl::{Source, ast::Item, parse};
///
/// let (items, faults) = parse(&Source::new("total.vtl", "A := ; B := sum(GVA);"));
/// assert_eq!(faults[0].message, "expected an expression, found `;`");
/// assert!(matches!(&items[..], [Item::Broken(Some(_)), Item::Assignment(_)]));
/// ```
pub fn parse(source: &Source) -> (Vec<Item>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let number = sources.add(source.clone());
    script(&sources, number)
}

/// How many components, parameters or datasets may be listed.
const MAX_ITEMS: usize = 10_000;

/// Reads a whole text as a script.
pub(crate) fn script(sources: &Sources, source: u32) -> (Vec<Item>, Vec<Diagnostic>) {
    let mut parser = Parser::new(sources, source);
    let mut items = Vec::new();
    while parser.peek() != &TokenKind::End {
        if !parser.eat(";") {
            items.push(parser.statement());
        }
    }
    (items, parser.diagnostics)
}

/// Reads a whole text as one expression.
pub(crate) fn lone_expression(sources: &Sources, source: u32) -> Result<Expr, Vec<Diagnostic>> {
    let mut parser = Parser::new(sources, source);
    let parsed = parser.expression().and_then(|expr| match parser.peek() {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression")),
    });
    match parsed {
        Ok(expr) if parser.diagnostics.is_empty() => Ok(expr),
        _ => Err(parser.diagnostics),
    }
}

struct Parser<'a> {
    sources: &'a Sources,
    tokens: Vec<Token>,
    position: usize,
    depth: u16,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn new(sources: &'a Sources, source: u32) -> Self {
        let text = sources.get(source).map_or("", |source| &source.text);
        let tokens = tokens(text, source);
        Self { sources, tokens, position: 0, depth: 0, diagnostics: Vec::new() }
    }

    // Statements.

    fn statement(&mut self) -> Item {
        let start = self.position;
        let mut name = None;
        let parsed = if self.at_word("define") {
            self.definition(&mut name)
        } else {
            self.assignment(&mut name)
        };
        let ended = parsed.and_then(|item| match self.peek() {
            TokenKind::Symbol(";") => Ok(item),
            _ => Err(self.unexpected("`;` after the statement")),
        });
        ended.unwrap_or_else(|Failed| {
            self.recover(start);
            Item::Broken(name)
        })
    }

    /// Goes to the `;` that ends a statement begun at token `start`. The rules of a ruleset have
    /// `;` between them, so that a definition is left at the one after its `end`.
    fn recover(&mut self, start: usize) {
        let word = |token: &Token, text| matches!(&token.kind, TokenKind::Word(w) if w == text);
        let is = |at: usize, text| self.tokens.get(at).is_some_and(|token| word(token, text));
        let ending = is(start, "define")
            .then(|| {
                let opener = self.tokens.get(start + 1).map(|token| &token.kind);
                (start + 1..self.tokens.len())
                    .take_while(|at| !is(*at, "define"))
                    .find(|at| is(*at, "end") && self.tokens.get(at + 1).map(|t| &t.kind) == opener)
            })
            .flatten();
        self.position = self.position.max(ending.unwrap_or(start)).max(start);
        while !matches!(self.peek(), TokenKind::End | TokenKind::Symbol(";")) {
            // What follows is a statement of its own; only the `;` before it is missing.
            if self.position > start && self.at_word("define") {
                return;
            }
            self.position += 1;
        }
    }

    fn assignment(&mut self, broken: &mut Option<Name>) -> Parsed<Item> {
        let name = self.name("a name to assign to, or `define`")?;
        let persistent = match self.peek() {
            TokenKind::Symbol(":=") => false,
            TokenKind::Symbol("<-") => true,
            _ => return Err(self.unexpected("`:=` or `<-`")),
        };
        *broken = Some(name.clone());
        self.position += 1;
        let value = self.expression()?;
        let span = name.span.to(value.span);
        Ok(Item::Assignment(Assignment { name, persistent, value, span }))
    }

    // Tokens.

    fn token(&self, ahead: usize) -> &Token {
        // There is always a last token, `End`.
        let last = self.tokens.len() - 1;
        &self.tokens[(self.position + ahead).min(last)]
    }

    fn peek(&self) -> &TokenKind {
        &self.token(0).kind
    }

    fn span(&self) -> Span {
        self.token(0).span
    }

    /// The span of the token before.
    fn previous(&self) -> Span {
        self.tokens[self.position.saturating_sub(1).min(self.tokens.len() - 1)].span
    }

    fn since(&self, start: Span) -> Span {
        start.to(self.previous())
    }

    fn advance(&mut self) {
        self.position = (self.position + 1).min(self.tokens.len() - 1);
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Word(w) if w == word)
    }

    fn word_ahead(&self, ahead: usize, word: &str) -> bool {
        matches!(&self.token(ahead).kind, TokenKind::Word(w) if w == word)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.at(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// The first of `words` that stands here, passed over.
    fn eat_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.eat_word(word))
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        match self.eat(symbol) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{symbol}`"))),
        }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<()> {
        match self.eat_word(word) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{word}`"))),
        }
    }

    fn expect_words(&mut self, words: &[&str]) -> Parsed<()> {
        words.iter().try_for_each(|word| self.expect_word(word))
    }

    /// One or more of something, with commas between.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat(",") {
            if items.len() >= MAX_ITEMS {
                let message = format!("a list has more than {MAX_ITEMS} items");
                return Err(self.report(&TOO_LARGE, self.previous(), message));
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    // Names.

    /// A name; `what` says what it would be of.
    fn name(&mut self, what: &str) -> Parsed<Name> {
        let span = self.span();
        let text = match self.peek().clone() {
            TokenKind::Quoted(text) => text,
            TokenKind::Word(text) if !is_reserved(&text) => text,
            TokenKind::Word(text) => {
                let message = format!("expected {what}, found the keyword `{text}`");
                let help = format!("if it is a name, write it in single quotes: `'{text}'`");
                return Err(self.report_help(&RESERVED_WORD, span, message, help));
            }
            _ => return Err(self.unexpected(what)),
        };
        self.advance();
        Ok(Name { text, span })
    }

    fn component(&mut self) -> Parsed<ComponentName> {
        let first = self.name("the name of a component")?;
        if !self.eat("#") {
            return Ok(ComponentName { dataset: None, name: first });
        }
        let name = self.name("the name of a component")?;
        Ok(ComponentName { dataset: Some(first), name })
    }

    fn components(&mut self) -> Parsed<Vec<ComponentName>> {
        self.list(Self::component)
    }

    // Faults.

    fn report(&mut self, code: &'static Code, span: Span, message: String) -> Failed {
        self.diagnostics.push(Diagnostic::new(code, self.sources.place(span), message));
        Failed
    }

    fn report_help(
        &mut self,
        code: &'static Code,
        span: Span,
        message: String,
        help: String,
    ) -> Failed {
        let place = self.sources.place(span);
        self.diagnostics.push(Diagnostic::new(code, place, message).with_help(help));
        Failed
    }

    /// What stands here is not what was expected.
    fn unexpected(&mut self, expected: &str) -> Failed {
        let span = self.span();
        if let TokenKind::Invalid(reason) = self.peek() {
            let message = (*reason).to_owned();
            return self.report(&INVALID_TOKEN, span, message);
        }
        let found = match self.peek() {
            TokenKind::End => "the end of the text".to_owned(),
            _ => format!("`{}`", self.sources.text(span)),
        };
        self.report(&SYNTAX, span, format!("expected {expected}, found {found}"))
    }

    /// Reads something nested, unless that would be too deep.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn too_deep(&mut self) -> Failed {
        let message = format!("an expression has more than {MAX_HEIGHT} levels");
        let help = "give parts of it names of their own with `:=`".to_owned();
        self.report_help(&TOO_DEEP, self.span(), message, help)
    }
}
