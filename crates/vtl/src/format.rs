//! The one way in which a script should look.
//!
//! Tokens and comments are what they were and in the order that they had; only the white space
//! between them changes. So the meaning can't change, and a comment can't be lost.
//!
//! A line has up to 100 columns. What does not fit is broken where it holds together least: at
//! clauses, then commas, then `if` and `case`, then operators from the weakest.

use crate::lexer::{Token, TokenKind, is_reserved, tokens_and_comments};
use crate::parser::{self, sdmx_name};
use crate::source::{Source, Sources};
use olshem_model::Diagnostic;
use std::ops::Range;

const WIDTH: usize = 100;
const INDENT: usize = 4;

/// The script in canonical layout. Formatted again it stays as it is.
///
/// ```
/// use olshem_vtl::{Source, format};
///
/// let source = Source::new("total.vtl", "A:=sum( GVA group  by REGION ) ;// per region");
/// assert_eq!(format(&source).unwrap(), "A := sum(GVA group by REGION); // per region\n");
/// ```
///
/// # Errors
///
/// Everything in the text that is not VTL.
pub fn format(source: &Source) -> Result<String, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let number = sources.add(source.clone());
    let (_, faults) = parser::script(&sources, number);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Script::new(&source.text).laid_out())
}

/// A comment and what is before it.
#[derive(Debug)]
struct Comment<'a> {
    text: &'a str,
    /// Whether there is an empty line before.
    blank: bool,
    /// Whether nothing can follow it on its line.
    ends_line: bool,
}

/// A token with what surrounds it.
#[derive(Debug)]
struct Piece<'a> {
    text: &'a str,
    kind: TokenKind,
    /// On lines of their own before it.
    before: Vec<Comment<'a>>,
    /// On its line after it.
    after: Vec<Comment<'a>>,
    /// Whether there is an empty line before.
    blank: bool,
    /// Whether a space goes before where no line begins.
    space: bool,
}

impl Piece<'_> {
    fn is(&self, symbol: &str) -> bool {
        matches!(self.kind, TokenKind::Symbol(s) if s == symbol)
    }

    fn is_word(&self, words: &[&str]) -> bool {
        matches!(&self.kind, TokenKind::Word(word) if words.contains(&word.as_str()))
    }

    /// Whether an operand can end with it, so that an operator follows.
    fn ends_operand(&self) -> bool {
        match &self.kind {
            TokenKind::Word(word) => {
                !is_reserved(word) || self.is_word(&["null", "true", "false", "_"])
            }
            TokenKind::Symbol(symbol) => matches!(*symbol, ")" | "]" | "}"),
            TokenKind::Quoted(_)
            | TokenKind::Integer(_)
            | TokenKind::Number(_)
            | TokenKind::String(_) => true,
            TokenKind::Invalid(_) | TokenKind::End => false,
        }
    }
}

/// A token, or what stands between brackets.
#[derive(Debug)]
enum Node {
    Token(usize),
    Group { open: usize, inner: Vec<Node>, close: usize },
}

impl Node {
    fn first(&self) -> usize {
        match self {
            Self::Token(at) | Self::Group { open: at, .. } => *at,
        }
    }

    fn last(&self) -> usize {
        match self {
            Self::Token(at) | Self::Group { close: at, .. } => *at,
        }
    }
}

/// Where a line can be broken, from what holds together least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    Clause,
    Comma,
    Branch,
    Then,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Bracket,
}

/// Words after which an opening parenthesis is not that of a call.
#[rustfmt::skip]
const NO_CALLS: &[&str] = &[
    "and", "or", "xor", "not", "in", "not_in", "if", "then", "else", "when", "case", "is",
    "returns", "filter", "calc", "aggr", "keep", "drop", "rename", "sub", "apply", "having", "by",
    "using", "over", "to", "as", "default", "errorcode", "errorlevel", "imbalance",
];

/// Words that begin a clause and so a line.
#[rustfmt::skip]
const CLAUSES: &[&str] = &[
    "filter", "calc", "aggr", "keep", "drop", "rename", "sub", "pivot", "unpivot", "apply", "using",
    "group", "having", "over", "partition", "order",
];

/// Words that stand before a list.
const LISTS: &[&str] =
    &["calc", "aggr", "keep", "drop", "rename", "sub", "using", "by", "variable", "valuedomain"];

/// Words that stand before an expression.
const LEADS: &[&str] = &[
    "if",
    "then",
    "else",
    "when",
    "case",
    "filter",
    "having",
    "apply",
    "errorcode",
    "errorlevel",
    "imbalance",
];

struct Script<'a> {
    pieces: Vec<Piece<'a>>,
    /// The width of all tokens before each, with their spaces, on one line.
    widths: Vec<usize>,
    /// How many lines must break before each token.
    breaks: Vec<usize>,
    out: String,
    column: usize,
    /// The indentation of the line that is being written.
    indent: usize,
    /// The line break to come before what is written next, with its indentation.
    pending: Option<usize>,
    /// Whether the line break leaves a line empty.
    blank: bool,
}

impl<'a> Script<'a> {
    fn new(text: &'a str) -> Self {
        let (tokens, comments) = tokens_and_comments(text, 0);
        let tokens = with_whole_names(text, &tokens);
        let mut pieces = pieces(text, &tokens, &comments);
        space(&mut pieces);
        let mut widths = vec![0];
        let mut breaks = vec![0];
        let mut width = 0;
        let mut forced = 0;
        let mut ended = false;
        for piece in &pieces {
            forced += usize::from(ended || !piece.before.is_empty());
            breaks.push(forced);
            ended = piece.after.iter().any(|comment| comment.ends_line);
            width += usize::from(piece.space) + piece.text.chars().count();
            width += piece.after.iter().map(|c| c.text.chars().count() + 1).sum::<usize>();
            widths.push(width);
        }
        Self {
            pieces,
            widths,
            breaks,
            out: String::with_capacity(text.len()),
            column: 0,
            indent: 0,
            pending: None,
            blank: false,
        }
    }

    fn laid_out(mut self) -> String {
        // The last token is `End`, which has no text but may have comments.
        let end = self.pieces.len() - 1;
        let mut at = 0;
        while at < end {
            let statement = at..self.statement_end(at, end);
            at = statement.end;
            self.statement(statement);
        }
        self.newline(0);
        self.start(end, 0);
        self.out.truncate(self.out.trim_end().len());
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    /// The token after the `;` of a statement. Between the rules of a definition there are `;` too.
    fn statement_end(&self, start: usize, end: usize) -> usize {
        let mut within = self.pieces[start].is_word(&["define"]);
        for at in start..end {
            if self.pieces[at].is_word(&["end"]) {
                within = false;
            }
            if !within && self.pieces[at].is(";") {
                return at + 1;
            }
        }
        end
    }

    fn statement(&mut self, tokens: Range<usize>) {
        self.newline(0);
        self.start(tokens.start, 0);
        if self.pieces[tokens.start].is_word(&["define"]) {
            return self.definition(tokens);
        }
        let ended = self.pieces[tokens.end - 1].is(";");
        let value = tokens.start + 2..tokens.end - usize::from(ended);
        if value.is_empty() {
            return tokens.for_each(|at| self.token(at));
        }
        self.token(tokens.start);
        self.token(tokens.start + 1);
        let nodes = self.nodes(value);
        self.value(&nodes, 1);
        if ended {
            self.token(tokens.end - 1);
        }
    }

    fn definition(&mut self, tokens: Range<usize>) {
        let find = |from: usize, word: &str| {
            (from..tokens.end).find(|at| self.pieces[*at].is_word(&[word])).unwrap_or(tokens.end)
        };
        let body = (find(tokens.start, "is") + 1).min(tokens.end);
        let end = find(body, "end");
        let head = self.nodes(tokens.start..body);
        self.layout(&head, INDENT, 0);
        let mut at = body;
        while at < end {
            let stop = (at..end).find(|at| self.pieces[*at].is(";")).unwrap_or(end);
            self.newline(INDENT);
            self.start(at, INDENT);
            let rule = self.nodes(at..stop);
            self.layout(&rule, 2 * INDENT, 1);
            if stop < end {
                self.token(stop);
            }
            at = stop + 1;
        }
        if end < tokens.end {
            self.comments(end, INDENT, true);
            self.newline(0);
            (end..tokens.end).for_each(|at| self.token(at));
        }
    }

    /// Tokens with what is between brackets set apart.
    fn nodes(&self, tokens: Range<usize>) -> Vec<Node> {
        let mut open: Vec<(usize, Vec<Node>)> = Vec::new();
        let mut nodes = Vec::new();
        for at in tokens {
            let piece = &self.pieces[at];
            if piece.is("(") || piece.is("[") || piece.is("{") {
                open.push((at, std::mem::take(&mut nodes)));
            } else if let Some((start, outer)) = open.pop_if(|_| piece.ends_bracket()) {
                let inner = std::mem::replace(&mut nodes, outer);
                nodes.push(Node::Group { open: start, inner, close: at });
            } else {
                nodes.push(Node::Token(at));
            }
        }
        // Brackets pair up in what was parsed; were they not to, nothing would be lost.
        while let Some((start, mut outer)) = open.pop() {
            outer.push(Node::Token(start));
            outer.append(&mut nodes);
            nodes = outer;
        }
        nodes
    }

    // Layout.

    /// What follows `:=` or the name of a rule.
    fn value(&mut self, nodes: &[Node], tail: usize) {
        let Some(first) = nodes.first() else { return };
        let inner = self.indent + INDENT;
        if self.pending.is_some() || !self.pieces[first.first()].before.is_empty() {
            self.newline(inner);
        } else if self.fits(nodes, tail) {
            return self.flat(nodes);
        } else if self.weakest(nodes).is_some_and(|weakest| weakest < Break::Bracket) {
            self.newline(inner);
        }
        self.layout(nodes, inner, tail);
    }

    /// Writes nodes, of which lines after the first are indented by `indent`; `tail` columns must
    /// remain on the last.
    fn layout(&mut self, nodes: &[Node], indent: usize, tail: usize) {
        if nodes.is_empty() || self.fits(nodes, tail) {
            return self.flat(nodes);
        }
        let weakest = self.weakest(nodes);
        if weakest > Some(Break::Clause) || weakest.is_none() {
            if let Some(rest) = self.after_lead(nodes, weakest) {
                let (lead, rest) = nodes.split_at(rest);
                self.flat(lead);
                if weakest == Some(Break::Comma) && !self.is_plain(rest, Break::Comma) {
                    self.newline(indent + INDENT);
                }
                return self.layout(rest, indent + INDENT, tail);
            }
            if weakest != Some(Break::Comma)
                && let Some(name) = nodes.iter().position(|node| self.ends_name(node))
                && name + 1 < nodes.len()
            {
                self.flat(&nodes[..=name]);
                return self.value(&nodes[name + 1..], tail);
            }
        }
        match weakest {
            None => self.in_order(nodes, tail),
            Some(Break::Bracket) => self.clauses(nodes, tail),
            Some(kind @ (Break::Comma | Break::Sum)) if self.is_plain(nodes, kind) => {
                self.filled(nodes, kind, indent, tail);
            }
            Some(weakest) => self.broken(nodes, weakest, indent, tail),
        }
    }

    /// Each part on its own line.
    fn broken(&mut self, nodes: &[Node], weakest: Break, indent: usize, tail: usize) {
        let parts = self.parts(nodes, weakest);
        let last = parts.len().saturating_sub(1);
        let is_case = self.pieces[nodes[0].first()].is_word(&["case"]);
        let indent = if weakest == Break::Branch && is_case { indent + INDENT } else { indent };
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                self.newline(indent);
            }
            let tail = if number == last { tail } else { 0 };
            match part {
                [operator @ Node::Token(_), operand @ ..]
                    if number > 0 && weakest >= Break::Or && !operand.is_empty() =>
                {
                    self.flat(std::slice::from_ref(operator));
                    self.layout(operand, indent + INDENT, tail);
                }
                part => self.layout(part, indent, tail),
            }
        }
    }

    /// As many parts on a line as fit.
    fn filled(&mut self, nodes: &[Node], kind: Break, indent: usize, tail: usize) {
        for (number, part) in self.parts(nodes, kind).into_iter().enumerate() {
            if number > 0 && !self.fits(part, tail) {
                self.newline(indent);
            }
            self.flat(part);
        }
    }

    /// A dataset and its clauses in brackets, each on its own line if the dataset fits on one.
    fn clauses(&mut self, nodes: &[Node], tail: usize) {
        let parts = self.parts(nodes, Break::Bracket);
        let indent = self.indent + INDENT;
        let head_fits = parts.first().is_some_and(|head| self.fits(head, 0));
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.into_iter().enumerate() {
            let tail = if number == last { tail } else { 0 };
            if number > 0 && head_fits {
                self.newline(indent);
            }
            if self.fits(part, tail) {
                self.flat(part);
            } else {
                self.in_order(part, tail);
            }
        }
    }

    /// One after the other; brackets that do not fit have their content on lines of its own.
    fn in_order(&mut self, nodes: &[Node], tail: usize) {
        for (number, node) in nodes.iter().enumerate() {
            let rest = &nodes[number + 1..];
            let groups = rest.iter().any(|node| matches!(node, Node::Group { .. }));
            let after = if groups { 0 } else { self.width(rest) + tail };
            match node {
                Node::Group { open, inner, close }
                    if !self.fits(std::slice::from_ref(node), after) =>
                {
                    let indent = self.indent;
                    self.token(*open);
                    let indent = if self.pending.is_some() { self.indent } else { indent };
                    self.newline(indent + INDENT);
                    self.layout(inner, indent + INDENT, 0);
                    self.comments(*close, indent + INDENT, false);
                    self.newline(indent);
                    self.token(*close);
                }
                node => self.flat(std::slice::from_ref(node)),
            }
        }
    }

    fn flat(&mut self, nodes: &[Node]) {
        if let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
            (first.first()..=last.last()).for_each(|at| self.token(at));
        }
    }

    /// The nodes between the places of one kind where lines can break.
    fn parts<'n>(&self, nodes: &'n [Node], kind: Break) -> Vec<&'n [Node]> {
        let branching = self.has_when(nodes);
        let mut parts = Vec::new();
        let mut start = 0;
        for at in 1..nodes.len() {
            if self.break_before(&nodes[at], branching) == Some(kind) {
                parts.push(&nodes[start..at]);
                start = at;
            }
        }
        parts.push(&nodes[start..]);
        parts
    }

    /// The weakest place within the nodes.
    fn weakest(&self, nodes: &[Node]) -> Option<Break> {
        let branching = self.has_when(nodes);
        let within = nodes.get(1..).unwrap_or_default();
        within.iter().filter_map(|node| self.break_before(node, branching)).min()
    }

    fn has_when(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| self.pieces[node.first()].is_word(&["when"]))
    }

    fn break_before(&self, node: &Node, branching: bool) -> Option<Break> {
        let at = node.first();
        let piece = &self.pieces[at];
        let before = at.checked_sub(1).map(|before| &self.pieces[before])?;
        let next = self.pieces.get(at + 1)?;
        if before.is(",") {
            return Some(Break::Comma);
        }
        if matches!(node, Node::Group { .. }) {
            return (piece.is("[") && before.ends_operand()).then_some(Break::Bracket);
        }
        match &piece.kind {
            TokenKind::Word(word) => match word.as_str() {
                "data" if next.is_word(&["points"]) => Some(Break::Clause),
                "range" if next.is_word(&["between"]) => Some(Break::Clause),
                "errorcode" | "imbalance" if before.ends_operand() => Some(Break::Clause),
                "when" | "else" => Some(Break::Branch),
                "then" if branching => Some(Break::Then),
                "then" => Some(Break::Branch),
                "or" | "xor" => Some(Break::Or),
                "and" => Some(Break::And),
                "in" | "not_in" if !next.is("{") => Some(Break::Comparison),
                word => CLAUSES.contains(&word).then_some(Break::Clause),
            },
            // Those of types have no space before them.
            TokenKind::Symbol("<" | ">" | "=" | "<>" | "<=" | ">=") if piece.space => {
                Some(Break::Comparison)
            }
            TokenKind::Symbol("+" | "-" | "||") if before.ends_operand() && piece.space => {
                Some(Break::Sum)
            }
            TokenKind::Symbol("*" | "/") if piece.space => Some(Break::Product),
            _ => None,
        }
    }

    /// Where what stands after `calc`, `group by`, `then` and their like begins.
    fn after_lead(&self, nodes: &[Node], weakest: Option<Break>) -> Option<usize> {
        let is = |at: usize, words: &[&str]| match nodes.get(at) {
            Some(Node::Token(token)) => self.pieces[*token].is_word(words),
            _ => false,
        };
        let lists = weakest.is_none_or(|weakest| weakest >= Break::Comma);
        let branches = weakest.is_none_or(|weakest| weakest > Break::Then);
        let rest = if lists && is(0, LISTS) || branches && is(0, LEADS) {
            1
        } else if lists && is(0, &["group", "order", "partition"]) && is(1, &["by", "except"]) {
            2
        } else {
            return None;
        };
        (rest < nodes.len()).then_some(rest)
    }

    /// Whether it ends what has a value after it: `name :=`, `rule:`.
    fn ends_name(&self, node: &Node) -> bool {
        matches!(node, Node::Token(at) if self.pieces[*at].is(":=") || self.pieces[*at].is(":"))
    }

    /// Whether a list or a sum has only names and constants.
    fn is_plain(&self, nodes: &[Node], kind: Break) -> bool {
        let is_token = |node: &Node| matches!(node, Node::Token(_));
        let parts = self.parts(nodes, kind);
        // A comma is in the part that it ends, an operator in the one that it begins.
        parts.len() > 1 && nodes.iter().all(is_token) && parts.iter().all(|part| part.len() <= 4)
    }

    /// The width on one line, without a space before.
    fn width(&self, nodes: &[Node]) -> usize {
        match (nodes.first(), nodes.last()) {
            (Some(first), Some(last)) => self.widths[last.last() + 1] - self.widths[first.first()],
            _ => 0,
        }
    }

    fn fits(&self, nodes: &[Node], tail: usize) -> bool {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return true };
        let column = self.pending.unwrap_or(self.column);
        self.breaks[first.first() + 1] == self.breaks[last.last() + 1]
            && column + self.width(nodes) + tail <= WIDTH
    }

    // Writing.

    fn newline(&mut self, indent: usize) {
        self.pending = Some(indent);
        self.indent = indent;
    }

    /// Writes a text, on a new line if one is due.
    fn write(&mut self, text: &str, space: bool) {
        match self.pending.take() {
            Some(indent) => {
                if !self.out.is_empty() {
                    self.out.push_str(if self.blank { "\n\n" } else { "\n" });
                }
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
            None if space => {
                self.out.push(' ');
                self.column += 1;
            }
            None => {}
        }
        self.blank = false;
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// The comments before a token, each on its own line.
    fn comments(&mut self, at: usize, indent: usize, keep_blank: bool) {
        for comment in std::mem::take(&mut self.pieces[at].before) {
            self.pending = Some(indent);
            self.blank = keep_blank && comment.blank;
            self.write(comment.text, false);
            self.pending = Some(indent);
        }
    }

    /// What is before the first token of a statement or a rule.
    fn start(&mut self, at: usize, indent: usize) {
        self.comments(at, indent, true);
        self.blank = self.pieces[at].blank;
    }

    fn token(&mut self, at: usize) {
        self.comments(at, self.indent, false);
        let Piece { text, space, .. } = self.pieces[at];
        self.write(text, space);
        for comment in std::mem::take(&mut self.pieces[at].after) {
            self.write(comment.text, true);
            if comment.ends_line {
                self.pending = Some(self.indent);
            }
        }
    }
}

impl Piece<'_> {
    fn ends_bracket(&self) -> bool {
        self.is(")") || self.is("]") || self.is("}")
    }
}

/// Tokens, those of a name of SDMX's as one: with spaces between them it would be none.
fn with_whole_names(text: &str, tokens: &[Token]) -> Vec<Token> {
    let is = |at: usize, word: &str| matches!(tokens.get(at).map(|token| &token.kind), Some(TokenKind::Word(w)) if w == word);
    let mut whole = Vec::with_capacity(tokens.len());
    let mut in_rules = false;
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if is(at, "define") {
            in_rules = !is(at + 1, "operator");
        } else if is(at, "end") {
            in_rules = false;
        }
        let begins_rule = in_rules
            && at > 0
            && (is(at - 1, "is") || tokens[at - 1].kind == TokenKind::Symbol(";"));
        let named = matches!(token.kind, TokenKind::Word(_) | TokenKind::Quoted(_));
        let name = (named && !begins_rule).then(|| sdmx_name(text, tokens, at)).flatten();
        let last = name.unwrap_or(at);
        let span = token.span.to(tokens[last].span);
        let kind = match name {
            Some(_) => TokenKind::Word(text[span.start as usize..span.end as usize].to_owned()),
            None => token.kind.clone(),
        };
        whole.push(Token { kind, span });
        at = last + 1;
    }
    whole
}

/// Tokens with the comments around them.
fn pieces<'a>(text: &'a str, tokens: &[Token], comments: &[Range<usize>]) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(tokens.len());
    let mut comments = comments.iter().peekable();
    let mut end = 0;
    for token in tokens {
        let start = token.span.start as usize;
        let mut before = Vec::new();
        while let Some(comment) = comments.next_if(|comment| comment.start < start) {
            let gap = &text[end..comment.start];
            let told = text[comment.clone()].trim_end();
            let on_line = newlines(gap) == 0 && before.is_empty();
            let ends_line = !told.starts_with("/*") || newlines(told) > 0;
            let comment_before = Comment { text: told, blank: newlines(gap) > 1, ends_line };
            match pieces.last_mut() {
                Some(last) if on_line => last.after.push(comment_before),
                _ => before.push(comment_before),
            }
            end = comment.end;
        }
        let blank = newlines(&text[end..start]) > 1;
        let stop = token.span.end as usize;
        let told = &text[start..stop];
        pieces.push(Piece {
            text: told,
            kind: token.kind.clone(),
            before,
            after: Vec::new(),
            blank,
            space: false,
        });
        end = stop;
    }
    pieces
}

/// How many lines end in a text.
fn newlines(text: &str) -> usize {
    let feeds = text.matches('\n').count();
    feeds + text.matches('\r').count() - text.matches("\r\n").count()
}

/// Decides before which tokens there is a space.
fn space(pieces: &mut [Piece<'_>]) {
    // Within `measure<number>`; a type holds no comparison but in brackets.
    let mut angles = 0_usize;
    let mut after_sign = false;
    for at in 1..pieces.len() {
        let (before, rest) = pieces.split_at_mut(at);
        let (Some(before), Some(piece)) = (before.last(), rest.first_mut()) else { return };
        let roles = ["identifier", "measure", "attribute", "component", "set"];
        let opens_type = piece.is("<") && before.is_word(&roles);
        let closes_type = piece.is(">") && angles > 0;
        let after_open = before.is("<") && !before.space;
        let repeats = before.is_word(&["_"]) && (piece.is("+") || piece.is("*"));
        let is_call = match &before.kind {
            TokenKind::Word(word) => !NO_CALLS.contains(&word.as_str()),
            TokenKind::Quoted(_) => true,
            _ => false,
        };
        let tight = before.is("(")
            || before.is("[")
            || before.is("{")
            || before.is("#")
            || after_sign
            || after_open
            || opens_type
            || closes_type
            || repeats
            || piece.ends_bracket()
            || [",", ";", "#", ":"].iter().any(|symbol| piece.is(symbol))
            || piece.is("[") && before.ends_operand()
            || piece.is("(") && is_call;
        piece.space = !tight;
        angles = (angles + usize::from(opens_type)).saturating_sub(usize::from(closes_type));
        if piece.is(";") {
            angles = 0;
        }
        after_sign = (piece.is("-") || piece.is("+")) && !before.ends_operand();
    }
    // The parameters of a definition stand apart from its name.
    let defined: Vec<usize> =
        (0..pieces.len()).filter(|&at| pieces[at].is_word(&["define"])).collect();
    for define in defined {
        let open = pieces[define..].iter_mut().find(|piece| piece.is("(") || piece.is(";"));
        if let Some(open) = open.filter(|piece| piece.is("(")) {
            open.space = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Path, PathBuf};

    fn formatted(text: &str) -> String {
        format(&Source::new("a.vtl", text)).unwrap()
    }

    /// The tree as text, without spans; none if the text is not VTL.
    fn tree(text: &str) -> Option<String> {
        let mut sources = Sources::default();
        let number = sources.add(Source::new("a.vtl", text));
        let (items, faults) = parser::script(&sources, number);
        let told = format!("{items:?}");
        let mut parts = told.split("Span {");
        let mut tree = parts.next().unwrap_or_default().to_owned();
        parts.for_each(|part| tree.push_str(part.split_once('}').unwrap().1));
        faults.is_empty().then_some(tree)
    }

    fn comments(text: &str) -> Vec<String> {
        let (_, comments) = tokens_and_comments(text, 0);
        comments.into_iter().map(|comment| text[comment].trim_end().to_owned()).collect()
    }

    fn assert_keeps_all(text: &str) {
        let Some(tree_before) = tree(text) else { return };
        let once = formatted(text);
        assert_eq!(Some(tree_before), tree(&once), "another meaning:\n{text}\n-----\n{once}");
        assert_eq!(comments(text), comments(&once), "other comments:\n{text}\n-----\n{once}");
        assert_eq!(once, formatted(&once), "not the same the second time:\n{text}");
        assert!(!once.lines().any(|line| line.ends_with(' ') && !line.contains('"')), "{once}");
    }

    /// Every script of the tests, of the account, and of the reference manual where it is there.
    fn scripts() -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shared = std::env::var_os("OLSHEM_SHARED")
            .map_or_else(|| root.join("../../../shared"), PathBuf::from);
        let mut scripts = Vec::new();
        let folders = [root.join("tests"), root.join("../../accounts"), shared.join("tck")];
        let mut open: Vec<PathBuf> = folders.into_iter().filter(|path| path.is_dir()).collect();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("vtl") => scripts.push(std::fs::read_to_string(path).unwrap()),
                Some("rs") => scripts.extend(literals(&std::fs::read_to_string(path).unwrap())),
                _ => {}
            }
        }
        scripts
    }

    /// The texts in a Rust file, more or less.
    fn literals(source: &str) -> Vec<String> {
        let marked = source.replace("\\\\", "\u{1}").replace("\\\"", "\u{2}");
        let texts = marked.split('"').skip(1).step_by(2);
        texts.map(|text| text.replace('\u{1}', "\\").replace('\u{2}', "\"")).collect()
    }

    #[test]
    fn only_the_layout_of_scripts_changes() {
        let scripts = scripts();
        let whole = scripts.iter().filter(|script| tree(script).is_some()).count();
        assert!(whole > 60, "{whole}");
        scripts.iter().for_each(|script| assert_keeps_all(script));
    }

    #[test]
    fn what_is_no_vtl_is_refused() {
        let fault = |text: &str| format(&Source::new("a.vtl", text)).unwrap_err()[0].code.id;
        assert_eq!(fault("A := ;"), "V002");
        assert_eq!(fault("A := \"b;"), "V001");
        let deep = format!("A := {}1{};", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(fault(&deep), "V004");
    }

    #[test]
    fn texts_without_statements() {
        for (text, expected) in [
            ("", ""),
            ("\u{feff} \r\n", ""),
            ("  // only this \n\n", "// only this\n"),
            ("A:=1;;", "A := 1;\n;\n"),
        ] {
            assert_eq!(formatted(text), expected);
        }
    }

    #[test]
    fn spaces() {
        for (text, expected) in [
            ("a:=- b+ -1* ( c-d );", "a := -b + -1 * (c - d);"),
            ("a<-b<-1;", "a <- b <- 1;"),
            ("a := b < - 1;", "a := b < -1;"),
            ("a:=d # x||\" y \";", "a := d#x || \" y \";"),
            ("a := b [ calc c:=1 ] [ keep c ];", "a := b[calc c := 1][keep c];"),
            ("a := b[filter not(c) and(d in{1,2})];", "a := b[filter not (c) and (d in {1, 2})];"),
            ("a := f( _ ,'b c' );", "a := f(_, 'b c');"),
            ("a:=X:Y(1.0):A.B..C+'X':Y;", "a := X:Y(1.0):A.B..C + 'X':Y;"),
            (
                "define datapoint ruleset D(variable X)is R:X>0;S:X<9 end datapoint ruleset;",
                "define datapoint ruleset D (variable X) is\n    R: X > 0;\n    S: X < 9\n\
                 end datapoint ruleset;",
            ),
        ] {
            let Some(_) = tree(text) else { continue };
            assert_eq!(formatted(text), format!("{expected}\n"));
        }
    }

    #[test]
    fn what_does_not_fit_is_broken_where_it_holds_together_least() {
        insta::assert_snapshot!(formatted(LONG));
    }

    const LONG: &str = r#"
        A := inner_join(VALUE_ADDED_BY_ACTIVITY as a, WEIGHTS_OF_DEFINITIONS as w using ACTIVITY, TIME_PERIOD filter a#OBS_VALUE > 0 calc WEIGHTED := a#OBS_VALUE * w#WEIGHT, measure SHARE := a#OBS_VALUE / w#TOTAL keep WEIGHTED, SHARE)[filter WEIGHTED > 1];
        B := if VALUE_ADDED_BY_ACTIVITY#OBS_VALUE > 1000 then VALUE_ADDED_BY_ACTIVITY else if OTHER#X > 1 then OTHER else 0;
        C := DATA_OF_THE_SURVEY[calc SIZE := case when EMPLOYED < 10 then "micro" when EMPLOYED < 50 then "small" when EMPLOYED < 250 then "medium" else "large"][keep SIZE];
        D <- VALUE_ADDED_BY_ACTIVITY / sum(VALUE_ADDED_BY_ACTIVITY group by REF_AREA, TIME_PERIOD) * 100 - OTHER_VALUE_ADDED;
        // before
        E := DS[filter REF_AREA = "KZ" and TIME_PERIOD > "2010" and (ACTIVITY = "J62" or ACTIVITY = "J63" or ACTIVITY = "R90")];
        F := lag(DATA_OF_THE_SURVEY, 1 over (partition by REF_AREA, ACTIVITY order by TIME_PERIOD desc data points between 1 preceding and current data point));
        define operator share_of_the_total (part dataset { identifier<string> REF_AREA, measure<number> _+ }, whole dataset) returns dataset is
            // why
            part / whole * 100 // per cent

        end operator;
        define viral propagation CONF (variable OBS_STATUS) is when "C" then "C"; when "N" and "A" then "N"; else "A" end viral propagation;
        G := // a remark
            H /* and another */ + I;
    "#;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn comments_stay_wherever_they_stand(
            script in prop::sample::select(scripts()),
            at in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
            comment in prop::sample::select(vec![
                " // a \n", " /* b */ ", "\n/* c\n d */", "\n\n// e\r\n\r\n", "\n\n", " ", "\r",
            ]),
        ) {
            let (tokens, _) = tokens_and_comments(&script, 0);
            let mut text = script.clone();
            let mut places: Vec<usize> =
                at.iter().map(|at| at.get(&tokens).span.start as usize).collect();
            places.sort_unstable();
            places.iter().rev().for_each(|&place| text.insert_str(place, comment));
            assert_keeps_all(&text);
        }
    }
}
