//! Text to tokens.
//!
//! Keywords are words like any other here; the parser tells them by where they stand.

use crate::Span;
use std::ops::Range;

/// A piece of text that means something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name or keyword without quotes.
    Word(String),
    /// A name in single quotes, which are taken off.
    Quoted(String),
    Integer(i64),
    Number(f64),
    /// Text in double quotes, which are taken off.
    String(String),
    /// Punctuation and operators.
    Symbol(&'static str),
    /// What no token can be, and why.
    Invalid(&'static str),
    /// After the last token.
    End,
}

/// Longer ones first where one begins with another.
const SYMBOLS: &[&str] = &[
    ":=", "<-", "->", "<>", "<=", ">=", "||", "(", ")", "[", "]", "{", "}", "<", ">", "=", "+",
    "-", "*", "/", ",", ";", ":", "#",
];

/// The tokens of a text, the last of which is [`TokenKind::End`].
pub(crate) fn tokens(text: &str, source: u32) -> Vec<Token> {
    tokens_and_comments(text, source).0
}

/// The tokens of a text, and where its comments are.
pub(crate) fn tokens_and_comments(text: &str, source: u32) -> (Vec<Token>, Vec<Range<usize>>) {
    let mut lexer = Lexer::new(text, source);
    while lexer.take().kind != TokenKind::End {}
    (lexer.tokens, lexer.comments)
}

/// Takes a text apart from its start on, as far as is wanted.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    position: usize,
    source: u32,
    tokens: Vec<Token>,
    comments: Vec<Range<usize>>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, source: u32) -> Self {
        Self { text, position: 0, source, tokens: Vec::new(), comments: Vec::new() }
    }

    /// The next token; after the last one, and from then on, [`TokenKind::End`].
    pub(crate) fn take(&mut self) -> &Token {
        let next = self.tokens.len();
        while self.tokens.len() == next {
            self.step();
        }
        &self.tokens[next]
    }

    /// Passes over a space or a comment, or adds a token.
    fn step(&mut self) {
        let start = self.position;
        let Some(next) = self.rest().chars().next() else {
            return self.push(start, TokenKind::End);
        };
        if u32::try_from(self.text.len()).is_err() {
            self.position = self.text.len();
            self.push(0, TokenKind::Invalid("a text of more than 4 GB cannot be read"));
        } else if next.is_whitespace() || next == '\u{feff}' {
            self.position += next.len_utf8();
        } else if self.skip_comment(start) {
            self.comments.push(start..self.position);
        } else {
            let kind = self.token(next);
            self.push(start, kind);
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn push(&mut self, start: usize, kind: TokenKind) {
        let span =
            Span { source: self.source, start: start as u32, end: self.position.max(start) as u32 };
        self.tokens.push(Token { kind, span });
    }

    fn skip_comment(&mut self, start: usize) -> bool {
        let rest = self.rest();
        let line = || rest.find(['\n', '\r']).unwrap_or(rest.len());
        if rest.starts_with("//") {
            self.position += line();
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) if end >= 2 => self.position += end + 2,
                // `/*/` opens a comment and does not close it.
                Some(_) => match rest[3..].find("*/") {
                    Some(end) => self.position += end + 5,
                    None => self.unclosed(start, "this comment has no end; close it with `*/`"),
                },
                None => self.unclosed(start, "this comment has no end; close it with `*/`"),
            }
        } else if rest.starts_with('#') && self.between_statements() {
            // The manual's own examples have comments such as this; membership never starts there.
            self.position += line();
        } else {
            return false;
        }
        true
    }

    fn between_statements(&self) -> bool {
        self.tokens.last().is_none_or(|token| token.kind == TokenKind::Symbol(";"))
    }

    fn unclosed(&mut self, start: usize, message: &'static str) {
        self.position = self.text.len();
        self.push(start, TokenKind::Invalid(message));
    }

    fn token(&mut self, first: char) -> TokenKind {
        match first {
            '"' => self.string(),
            '\'' => self.quoted(),
            '0'..='9' => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            _ => {
                if let Some(symbol) = SYMBOLS.iter().find(|s| self.rest().starts_with(**s)) {
                    self.position += symbol.len();
                    return TokenKind::Symbol(symbol);
                }
                if first.is_alphabetic() {
                    self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
                    return TokenKind::Invalid(
                        "a name with letters other than A to Z must stand in single quotes",
                    );
                }
                self.position += first.len_utf8();
                TokenKind::Invalid("this character means nothing here")
            }
        }
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    fn word(&mut self) -> TokenKind {
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if self.rest().starts_with(char::is_alphabetic) {
            self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
            return TokenKind::Invalid(
                "a name with letters other than A to Z must stand in single quotes",
            );
        }
        TokenKind::Word(word.to_owned())
    }

    fn number(&mut self) -> TokenKind {
        let start = self.position;
        self.take_while(|c| c.is_ascii_digit());
        let fraction = self
            .rest()
            .strip_prefix('.')
            .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        if fraction {
            self.position += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.rest().starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
            self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
            return TokenKind::Invalid(
                "neither a number nor a name; a name that begins with a digit must stand in single quotes",
            );
        }
        let text = &self.text[start..self.position];
        if fraction {
            return text.parse().map_or(TokenKind::Invalid("not a number"), TokenKind::Number);
        }
        text.parse().map_or(
            TokenKind::Invalid("an integer has at most 19 digits; write it with a decimal point"),
            TokenKind::Integer,
        )
    }

    /// The grammar knows no escape in texts; a doubled quote, which could mean nothing else, stands
    /// for a quote.
    fn string(&mut self) -> TokenKind {
        let mut content = String::new();
        self.position += 1;
        loop {
            content.push_str(self.take_while(|c| c != '"'));
            if self.rest().starts_with("\"\"") {
                content.push('"');
                self.position += 2;
            } else if self.rest().starts_with('"') {
                self.position += 1;
                return TokenKind::String(content);
            } else {
                return TokenKind::Invalid("this text has no end; close it with `\"`");
            }
        }
    }

    fn quoted(&mut self) -> TokenKind {
        let mut name = String::new();
        self.position += 1;
        loop {
            name.push_str(self.take_while(|c| c != '\'' && c != '\\' && c != '\n'));
            let rest = self.rest();
            if rest.starts_with("\\'") {
                name.push('\'');
                self.position += 2;
            } else if rest.starts_with('\\') {
                name.push('\\');
                self.position += 1;
            } else if rest.starts_with('\'') {
                self.position += 1;
                return match name.is_empty() {
                    true => TokenKind::Invalid("a name cannot be empty"),
                    false => TokenKind::Quoted(name),
                };
            } else {
                return TokenKind::Invalid("this name has no end; close it with `'`");
            }
        }
    }
}

/// Whether a word is a keyword of VTL 2.2 and so must stand in quotes to be a name.
///
/// `errorcode`, `errorlevel` and `imbalance` are keywords too, but the language itself gives these
/// names to components, so that they are allowed wherever no keyword can stand.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// In alphabetical order.
#[rustfmt::skip]
pub(crate) const RESERVED: &[&str] = &[
    "_", "abs", "aggr", "aggregate", "all", "all_measures", "always_null", "always_zero", "and",
    "any", "apply", "as", "asc", "attribute", "avg", "between", "boolean", "by", "calc", "case",
    "cast", "ceil", "check", "check_datapoint", "check_hierarchy", "component", "components",
    "computed", "condition", "count", "cross_join", "current", "current_date", "customPivot",
    "data", "datapoint", "datapoint_on_valuedomains", "datapoint_on_variables", "dataset",
    "dataset_priority", "date", "dateadd", "datediff", "dayofmonth", "dayofyear", "daytomonth",
    "daytoyear", "default", "define", "desc", "diff", "drop", "duration", "else", "end", "eval",
    "except", "exists_in", "exp", "false", "fill_time_series", "filter", "first", "first_value",
    "float", "floor", "flow_to_stock", "following", "from", "full_join", "getmonth", "getyear",
    "group", "having", "hierarchical", "hierarchical_on_valuedomains", "hierarchical_on_variables",
    "hierarchy", "identifier", "if", "in", "indexof", "inner_join", "input", "instr", "integer",
    "intersect", "invalid", "is", "isnull", "keep", "key", "lag", "language", "last", "last_value",
    "lead", "left_join", "length", "list", "ln", "log", "lower", "ltrim", "match_characters", "max",
    "measure", "median", "merge", "min", "mod", "monthtoday", "non_null", "non_zero", "not",
    "not_in", "null", "number", "nvl", "on", "operator", "or", "order", "output", "over",
    "partial_null", "partial_zero", "partition", "period_indicator", "pivot", "point", "points",
    "power", "preceding", "propagation", "random", "range", "rank", "ratio_to_report", "rename",
    "replace", "returns", "round", "rows", "rtrim", "rule", "rule_priority", "ruleset", "scalar",
    "set", "setdiff", "single", "sqrt", "stddev_pop", "stddev_samp", "stock_to_flow", "string",
    "string_distance", "structure", "sub", "substr", "sum", "symdiff", "then", "time", "time_agg",
    "time_period", "timeshift", "to", "trim", "true", "trunc", "type", "unbounded", "union",
    "unpivot", "upper", "using", "valuedomain", "var_pop", "var_samp", "variable", "viral", "when",
    "with", "xor", "yeartoday",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut kinds: Vec<_> = tokens(text, 0).into_iter().map(|token| token.kind).collect();
        assert_eq!(kinds.pop(), Some(TokenKind::End));
        kinds
    }

    #[test]
    fn reserved_words_are_in_order() {
        assert!(RESERVED.is_sorted());
    }

    /// `OLSHEM_RENEW=1` writes it anew.
    #[test]
    fn the_dictionary_for_fuzzing_has_every_word() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/vtl.dict");
        let entry = |word: &&str| format!("\"{word}\"\n");
        let dictionary: String = RESERVED.iter().chain(SYMBOLS).map(entry).collect();
        if std::env::var_os("OLSHEM_RENEW").is_some() {
            std::fs::write(&file, &dictionary).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), dictionary);
    }

    #[test]
    fn names_and_texts_lose_their_quotes() {
        use TokenKind::*;
        assert_eq!(
            kinds(r#"'a b' "say ""hi""" 'it\'s' Id_1.x"#),
            [
                Quoted("a b".into()),
                String("say \"hi\"".into()),
                Quoted("it's".into()),
                Word("Id_1.x".into())
            ]
        );
    }

    #[test]
    fn comments_are_passed_over() {
        assert_eq!(kinds("# a\n/* b */ // c\n/*/ d */"), []);
        assert_eq!(kinds("1;# x").len(), 2);
        assert_eq!(kinds("a#b").len(), 3);
    }

    #[test]
    fn what_is_no_token_says_why() {
        for text in
            ["/* a", "\"a", "'a", "''", "12ab", "1.2.3", "99999999999999999999", "?", "қала"]
        {
            assert!(matches!(kinds(text)[..], [TokenKind::Invalid(_)]), "{text}");
        }
    }
}
