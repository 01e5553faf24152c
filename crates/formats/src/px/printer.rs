//! How statements are laid out.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Texts are broken into pieces, and lists into lines, where they would be longer.
const WIDTH: usize = 250;

/// The statements before `DATA`.
#[derive(Default)]
pub(super) struct Statements {
    text: String,
    /// Whether there was a quotation mark in a text.
    pub(super) has_quotes: bool,
}

impl Statements {
    /// Adds `KEYWORD[language]("key","key")="value","value";`.
    pub(super) fn add<S: AsRef<str>>(
        &mut self,
        keyword: &str,
        language: Option<&str>,
        keys: &[S],
        values: &[impl AsRef<str>],
    ) {
        self.start(keyword, language, keys);
        let mut width = 0;
        for (at, value) in values.iter().enumerate() {
            let value = value.as_ref();
            if at > 0 {
                self.text.push(',');
                if width > WIDTH {
                    self.text.push('\n');
                    width = 0;
                }
            }
            width += value.len() + 3;
            match is_word(keyword, value) {
                true => self.text.push_str(value),
                false => self.quote(value, true),
            }
        }
        self.end();
    }

    /// Adds a statement whose values are not all texts, as they are.
    pub(super) fn add_as_is(&mut self, keyword: &str, language: Option<&str>, key: &str, is: &str) {
        self.start(keyword, language, &[key]);
        self.text.push_str(is);
        self.end();
    }

    fn start<S: AsRef<str>>(&mut self, keyword: &str, language: Option<&str>, keys: &[S]) {
        // A keyword that was kept may have its keys with it.
        let (keyword, own_keys) = keyword.split_at(keyword.find('(').unwrap_or(keyword.len()));
        self.text.push_str(keyword);
        if let Some(language) = language {
            // A `String` takes everything.
            let _ = write!(self.text, "[{language}]");
        }
        self.text.push_str(own_keys);
        for (at, key) in keys.iter().enumerate() {
            self.text.push(if at == 0 { '(' } else { ',' });
            self.quote(key.as_ref(), false);
        }
        if !keys.is_empty() {
            self.text.push(')');
        }
        self.text.push('=');
    }

    fn end(&mut self) {
        self.text.push_str(";\n");
    }

    fn quote(&mut self, text: &str, may_break: bool) {
        self.has_quotes |= text.contains('"');
        self.text.push('"');
        for (at, character) in text.chars().enumerate() {
            if may_break && at > 0 && at % WIDTH == 0 {
                self.text.push_str("\"\n\"");
            }
            match character {
                '"' => self.text.push('\''),
                '\0' => {}
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())
    }
}

/// Whether a value is written without quotation marks.
fn is_word(keyword: &str, value: &str) -> bool {
    let is_number =
        !value.is_empty() && value.len() < 10 && value.bytes().all(|b| b.is_ascii_digit());
    let takes_number = ["DECIMALS", "SHOWDECIMALS", "ROUNDING", "PRECISION", "PRESTEXT"];
    let takes_word = ["KEYS", "TIMEVAL"];
    matches!(value, "YES" | "NO")
        || is_number && takes_number.contains(&keyword)
        || takes_word.contains(&keyword)
}

/// The text as it can stand within quotation marks.
pub(super) fn clean(text: &str) -> String {
    text.replace('"', "'").replace('\0', "")
}

/// Whether a keyword is one of this format, with keys perhaps.
pub(super) fn is_keyword(text: &str) -> bool {
    let (keyword, keys) = text.split_at(text.find('(').unwrap_or(text.len()));
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let has_keys = keys.is_empty() || keys.starts_with("(\"") && keys.ends_with("\")");
    keyword.starts_with(|c: char| c.is_ascii_uppercase())
        && keyword.bytes().all(is_name)
        && has_keys
        && !keys.contains([';', '='])
}
