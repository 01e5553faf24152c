//! The statements of a PC-Axis file: `KEYWORD[language]("variable","value")=value,value;`.
//!
//! A value within quotation marks may go on after a closing one, in as many pieces as it takes; a comma
//! ends it. There is no way to write a quotation mark.

use super::encoding::Encoded;
use super::source::{Raw, Source};
use crate::errors::WRONG_ENCODING;
use olshem_model::Diagnostic;
use std::iter::Peekable;
use std::str::CharIndices;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) keyword: String,
    pub(super) language: Option<String>,
    pub(super) keys: Vec<String>,
    pub(super) tokens: Vec<Token>,
    pub(super) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Within quotation marks, its pieces put together.
    Text(String),
    /// Without: `YES`, a number, a dash between years.
    Word(String),
    Comma,
    Open,
    Close,
}

impl Statement {
    /// All statements before `DATA`, and the code page that they are in.
    pub(super) fn all(source: &mut Source<'_>) -> Result<(Vec<Self>, Encoded), Diagnostic> {
        let raw = source.head()?;
        let encoded = Encoded::of(&raw).map_err(|(name, line)| {
            let message = format!("`CODEPAGE`: `{name}` is no code page that is known");
            let place = super::source::at(source.path(), line);
            Diagnostic::new(&WRONG_ENCODING, place, message)
                .with_help("convert the file to UTF-8 and write `CODEPAGE=\"utf-8\"`")
        })?;
        let parse = |raw| Self::parse(raw, encoded, source);
        let statements = raw.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        Ok((statements, encoded))
    }

    fn parse(raw: &Raw, encoded: Encoded, source: &Source<'_>) -> Result<Self, Diagnostic> {
        let line = raw.line;
        let text = encoded.decode(&raw.bytes).ok_or_else(|| {
            let message = format!("the text is not in {}", encoded.name());
            Diagnostic::new(&WRONG_ENCODING, super::source::at(source.path(), line), message)
                .with_help("`CODEPAGE` has to say in which code page the file is")
        })?;
        if text.contains('\0') {
            return Err(source.fault(line, "a character of code 0 in the text"));
        }
        let name_ends = text.find(['[', '(', '=']).unwrap_or(text.len());
        let (name, rest) = text.split_at(name_ends);
        let keyword = name.trim().to_ascii_uppercase();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if keyword.is_empty() || !keyword.chars().all(is_name) {
            let shown: String = name.trim().chars().take(40).collect();
            return Err(source.fault(line, format!("`{shown}` is no keyword")));
        }
        let fault = |what: &str| source.fault(line, format!("`{keyword}`: {what}"));
        let (language, rest) = match rest.strip_prefix('[') {
            None => (None, rest),
            Some(rest) => {
                let (language, rest) =
                    rest.split_once(']').ok_or_else(|| fault("`]` is missing after a language"))?;
                (Some(language.trim().trim_matches('"').to_owned()), rest.trim_start())
            }
        };
        let tokens = tokens(rest).ok_or_else(|| fault("a quotation mark is never closed"))?;
        // Of the parts of a statement, only the keys are in parentheses before the equals sign.
        let equals = tokens.iter().position(|token| *token == Token::Word("=".to_owned()));
        let equals = equals.ok_or_else(|| fault("`=` is missing"))?;
        let (keys, values) = tokens.split_at(equals);
        let keys = match keys {
            [] => Vec::new(),
            [Token::Open, keys @ .., Token::Close] => {
                listed(keys).ok_or_else(|| fault("what stands in parentheses is no list"))?
            }
            _ => return Err(fault("between the keyword and `=` stands what is no list of names")),
        };
        let tokens = values.get(1..).unwrap_or_default().to_vec();
        Ok(Self { keyword, language, keys, tokens, line })
    }

    /// The values, as a list; `None` if it is none.
    pub(super) fn values(&self) -> Option<Vec<String>> {
        listed(&self.tokens)
    }

    /// Whether it says nothing: `NOTE="";`.
    pub(super) fn is_empty(&self) -> bool {
        self.values().is_some_and(|values| values.iter().all(String::is_empty))
    }
}

/// The values between commas.
fn listed(tokens: &[Token]) -> Option<Vec<String>> {
    let mut values = Vec::new();
    if tokens.is_empty() {
        return Some(values);
    }
    for group in tokens.split(|token| *token == Token::Comma) {
        let mut value = String::new();
        for token in group {
            match token {
                Token::Text(text) => value.push_str(text),
                Token::Word(word) => {
                    if !value.is_empty() {
                        value.push(' ');
                    }
                    value.push_str(word);
                }
                Token::Comma | Token::Open | Token::Close => return None,
            }
        }
        values.push(value);
    }
    Some(values)
}

/// `None`: a quotation mark is never closed.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        let token = match character {
            '"' => {
                let piece = quoted(text, at + 1, &mut rest)?;
                if let Some(Token::Text(so_far)) = tokens.last_mut() {
                    so_far.push_str(piece);
                    continue;
                }
                Token::Text(piece.to_owned())
            }
            ',' => Token::Comma,
            '(' => Token::Open,
            ')' => Token::Close,
            '=' => Token::Word("=".to_owned()),
            c if c.is_whitespace() => continue,
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '"' | ',' | '(' | ')' | '=');
                while rest.next_if(|(_, c)| !ends(*c)).is_some() {}
                let end = rest.peek().map_or(text.len(), |(end, _)| *end);
                Token::Word(text.get(at..end)?.to_owned())
            }
        };
        tokens.push(token);
    }
    Some(tokens)
}

fn quoted<'t>(text: &'t str, from: usize, rest: &mut Peekable<CharIndices<'_>>) -> Option<&'t str> {
    let (end, _) = rest.find(|(_, c)| *c == '"')?;
    text.get(from..end)
}
