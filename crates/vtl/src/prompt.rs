//! What a prompt needs to know of a text that is still being typed: where its first statement ends,
//! which word stands at its end, and which words could.

use crate::check::operator_names;
use crate::lexer::{Lexer, RESERVED, Token, TokenKind, is_reserved, tokens, tokens_and_comments};
use crate::parser::{KEYWORDS, WITH_RULES};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What a text begins with, after space, comments and stray `;`.
///
/// ```
/// use olshem_vtl::prompt::{Beginning, beginning};
///
/// let begins = |text, start, end, is_expression| {
///     assert_eq!(beginning(text), Some(Beginning { start, end, is_expression }));
/// };
/// begins("A := \"a;b\"; sum(A);", 0, Some(10), false);
/// begins("; sum(A /* ; */); A := 1;", 2, Some(16), true);
/// begins("sum(A\n", 0, None, true);
/// assert_eq!(beginning("// nothing yet\n"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Its first byte.
    pub start: usize,
    /// The `;` that ends it; none where that has not been typed yet.
    pub end: Option<usize>,
    /// Whether it is an expression alone: neither an assignment nor a definition.
    pub is_expression: bool,
}

/// What a text begins with; none where it has only space, comments and stray `;`.
pub fn beginning(text: &str) -> Option<Beginning> {
    let mut lexer = Lexer::new(text, 0);
    let mut first = lexer.take().clone();
    while is_semicolon(&first) {
        first = lexer.take().clone();
    }
    if first.kind == TokenKind::End {
        return None;
    }
    let second = lexer.take().clone();
    let is_definition = is_word(&first, "define");
    let is_assignment = matches!(second.kind, TokenKind::Symbol(":=" | "<-"));
    let end = match is_definition && WITH_RULES.iter().any(|word| is_word(&second, word)) {
        true => end_of_rules(&mut lexer, &second),
        false => semicolon(&mut lexer, second),
    };
    let is_expression = !is_definition && !is_assignment;
    Some(Beginning { start: first.span.start as usize, end, is_expression })
}

/// The first `;` from `token` on.
fn semicolon(lexer: &mut Lexer<'_>, mut token: Token) -> Option<usize> {
    while token.kind != TokenKind::End {
        if is_semicolon(&token) {
            return Some(token.span.start as usize);
        }
        token = lexer.take().clone();
    }
    None
}

/// The `;` after the `end` of a definition whose rules have `;` between them. Where another
/// definition begins before, this one has no end: the first `;` has to do.
fn end_of_rules(lexer: &mut Lexer<'_>, kind: &Token) -> Option<usize> {
    let mut first = None;
    let mut after_end = false;
    loop {
        let token = lexer.take().clone();
        if token.kind == TokenKind::End {
            return None;
        } else if after_end && token.kind == kind.kind {
            return semicolon(lexer, token);
        } else if first.is_some() && is_word(&token, "define") {
            return first;
        } else if first.is_none() && is_semicolon(&token) {
            first = Some(token.span.start as usize);
        }
        after_end = is_word(&token, "end");
    }
}

fn is_semicolon(token: &Token) -> bool {
    token.kind == TokenKind::Symbol(";")
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(&token.kind, TokenKind::Word(text) if text == word)
}

/// The word being typed at the end of a text, and what may help to guess it.
///
/// ```
/// use olshem_vtl::prompt::last_word;
///
/// let word = last_word("A := SALES#ST").unwrap();
/// assert_eq!((word.start, word.dataset.as_deref()), (11, Some("SALES")));
/// assert_eq!(word.names, ["A", "SALES"]);
/// assert_eq!(last_word("A := \"no word"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWord {
    /// Its first byte; the end of the text where nothing of it has been typed yet.
    pub start: usize,
    /// In `dataset#word`, the dataset.
    pub dataset: Option<String>,
    /// The names that stand before it, in order.
    pub names: Vec<String>,
}

/// The word that a text ends in; none where no word can be: in a number, in a text in quotes, in a
/// comment.
pub fn last_word(text: &str) -> Option<LastWord> {
    let (mut tokens, comments) = tokens_and_comments(text, 0);
    let is_open = |from: usize| !text[from..].starts_with("/*");
    if comments.last().is_some_and(|comment| comment.end == text.len() && is_open(comment.start)) {
        return None;
    }
    tokens.retain(|token| token.kind != TokenKind::End);
    let mut start = text.len();
    if let Some(last) = tokens.last()
        && last.span.end as usize == text.len()
    {
        let from = last.span.start as usize;
        match last.kind {
            TokenKind::Symbol(_) => {}
            // A name in quotes that are still open, or one that should be in quotes.
            TokenKind::Invalid(_) if text[from..].starts_with(['"', '/']) => return None,
            TokenKind::Word(_) | TokenKind::Quoted(_) | TokenKind::Invalid(_) => {
                start = from;
                tokens.pop();
            }
            _ => return None,
        }
    }
    let dataset = match tokens.as_slice() {
        [.., dataset, Token { kind: TokenKind::Symbol("#"), .. }] => named(dataset),
        _ => None,
    };
    let names = tokens.iter().filter_map(named).map(str::to_owned).collect();
    Some(LastWord { start, dataset: dataset.map(str::to_owned), names })
}

/// The name that a token is.
fn named(token: &Token) -> Option<&str> {
    match &token.kind {
        TokenKind::Quoted(name) => Some(name),
        TokenKind::Word(word) if !is_reserved(word) => Some(word),
        _ => None,
    }
}

/// The name that a text is, without its quotes, if it is one.
pub fn name(text: &str) -> Option<String> {
    match tokens(text, 0).as_slice() {
        [token, _] => named(token).map(str::to_owned),
        _ => None,
    }
}

/// A name as it has to be written: in single quotes, unless it can do without.
///
/// ```
/// use olshem_vtl::prompt::{name, spelled};
///
/// assert_eq!(spelled("SALES"), "SALES");
/// assert_eq!(spelled("sum"), "'sum'");
/// assert_eq!(name(&spelled("it's")).as_deref(), Some("it's"));
/// ```
pub fn spelled(text: &str) -> Cow<'_, str> {
    match name(text).is_some_and(|name| name == text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("'{}'", text.replace('\'', "\\'"))),
    }
}

/// The words of the language: its keywords and the operators that are words.
pub fn words() -> BTreeSet<&'static str> {
    let keywords = RESERVED.iter().chain(KEYWORDS).copied();
    let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    keywords.chain(operator_names()).filter(is_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_a_definition_do_not_end_it() {
        let ruleset = "define datapoint ruleset r (variable A) is\n  A > 0;\n  A < 9\n\
                       end datapoint ruleset";
        let end = |text: &str| beginning(text).and_then(|beginning| beginning.end);
        assert_eq!(end(&format!("{ruleset};\nB := 1;")), Some(ruleset.len()));
        assert_eq!(end(ruleset), None);
        let broken = "define viral propagation p (variable A) is when 1 then 2";
        assert_eq!(end(&format!("{broken};")), None);
        assert_eq!(end(&format!("{broken}; {ruleset};")), Some(broken.len()));
        // An operator has no rules.
        let operator = "define operator f (x number) is x";
        assert_eq!(end(&format!("{operator}; end operator;")), Some(operator.len()));
    }

    #[test]
    fn words_are_found_where_words_can_be() {
        for (text, start) in [
            ("", Some(0)),
            ("A := su", Some(5)),
            ("A := SALES[", Some(11)),
            ("'a b", Some(0)),
            ("A := қал", Some(5)),
            ("/* a */", Some(7)),
            ("/* a", None),
            ("1; // a", None),
            ("# a", None),
            ("\"a", None),
            ("\"a\"", None),
            ("12", None),
        ] {
            assert_eq!(last_word(text).map(|word| word.start), start, "{text}");
        }
    }

    #[test]
    fn keywords_and_operators_are_words() {
        let words = words();
        for word in ["define", "inner_join", "getyear", "levenshtein", "and", "sum", "current_date"]
        {
            assert!(words.contains(word), "{word}");
        }
        assert!(!words.contains("+") && !words.contains("_"));
    }
}
