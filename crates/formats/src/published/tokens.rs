//! A text as numbers, words and marks.

use crate::decimal::Decimal;

/// What a text consists of.
#[derive(Clone, Debug)]
pub(super) enum Token {
    Number {
        number: Decimal,
        /// Four digits without a separator that may be a year.
        year: bool,
    },
    Word(String),
    Mark(char),
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Number { .. } => "",
            Self::Mark(mark) => match mark {
                '%' => "%",
                '$' => "$",
                '€' => "€",
                '£' => "£",
                '₸' => "₸",
                '<' => "<",
                '>' => ">",
                '≤' => "≤",
                '≥' => "≥",
                '~' => "~",
                '≈' => "≈",
                '+' => "+",
                '-' => "-",
                _ => "",
            },
        }
    }

    pub(super) fn is_currency(&self) -> bool {
        matches!(self.text(), "$" | "€" | "£" | "₸" | "us" | "usd" | "kzt" | "eur")
    }

    pub(super) fn ends_clause(&self) -> bool {
        matches!(self, Self::Mark('(' | ')' | ',' | ';' | ':'))
    }
}

/// Splits a text in lower case.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let comma_is_decimal = text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c));
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let negative = matches!(c, '-' | '−')
            && matches!(tokens.last(), None | Some(Token::Mark('(')) | Some(Token::Word(_)))
            && !text[..text.len() - rest.len()].ends_with(char::is_alphanumeric)
            && rest[c.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        let unsigned = if negative { &rest[c.len_utf8()..] } else { rest };
        let length = if c.is_ascii_digit() || negative {
            let printed = Printed::at_start_of(unsigned, comma_is_decimal);
            tokens.push(printed.token(negative));
            rest.len() - unsigned.len() + printed.length
        } else if c.is_alphabetic() {
            let end = |c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '²'));
            let length = rest.find(end).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].to_owned()));
            length
        } else {
            if !c.is_whitespace() && c != '.' {
                tokens.push(Token::Mark(if c == '−' { '-' } else { c }));
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// A number at the start of a text.
struct Printed {
    /// With a point and no separators.
    digits: String,
    grouped: bool,
    length: usize,
}

impl Printed {
    fn at_start_of(text: &str, comma_is_decimal: bool) -> Self {
        let run = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut length = run(text);
        let mut digits = text[..length].to_owned();
        let mut groups = String::new();
        let mut separator = None;
        // A group is three digits after the same separator as the group before.
        if length <= 3 && !digits.starts_with('0') {
            while let Some(mark) = text[length..].chars().next() {
                let group = &text[length + mark.len_utf8()..];
                let separates =
                    matches!(mark, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'');
                if !separates || separator.is_some_and(|s| s != mark) || run(group) != 3 {
                    break;
                }
                separator = Some(mark);
                groups.push_str(&group[..3]);
                length += mark.len_utf8() + 3;
            }
        }
        let one_comma_group = separator == Some(',') && groups.len() == 3;
        if one_comma_group && comma_is_decimal {
            digits = format!("{digits}.{groups}");
            return Self { digits, grouped: false, length };
        }
        digits.push_str(&groups);
        if let Some(mark @ ('.' | ',')) = text[length..].chars().next() {
            let places = run(&text[length + 1..]);
            let decimal = places > 0 && separator != Some(mark);
            if decimal {
                digits = format!("{digits}.{}", &text[length + 1..length + 1 + places]);
                length += 1 + places;
            }
        }
        Self { digits, grouped: separator.is_some(), length }
    }

    fn token(&self, negative: bool) -> Token {
        let signed = format!("{}{}", if negative { "-" } else { "" }, self.digits);
        match signed.parse() {
            Ok(number) => {
                let year =
                    matches!(self.digits.as_bytes(), [b'1', b'9', _, _] | [b'2', b'0', _, _]);
                Token::Number { number, year: year && !self.grouped }
            }
            // More than 38 digits are no figure of anything.
            Err(_) => Token::Word(signed),
        }
    }
}
