//! JSON as a tree that knows its lines, for all of a message but its observations.

use crate::content::Content;
use crate::errors::{BROKEN_JSON, WRONG_ENCODING, WRONG_MESSAGE};
use indexmap::IndexMap;
use olshem_model::codelist::Labels;
use olshem_model::{Code, Diagnostic, Place};
use std::io::{BufRead, ErrorKind};
use std::path::Path;
use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

/// Within how many others a value may stand: more is never meant.
const DEEPEST: u32 = 128;

/// A value and the line that it begins on.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value; numbers as they are written.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(IndexMap<String, Node>),
}

impl Node {
    /// What stands there: that of a key of an object, unless it is null.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Object(members) => {
                members.get(key).filter(|node| !matches!(node.value, Value::Null))
            }
            _ => None,
        }
    }

    /// The members of an object.
    pub(super) fn members(&self) -> impl Iterator<Item = (&String, &Self)> {
        match &self.value {
            Value::Object(members) => Some(members.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    /// The items of a list; of anything else, none.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items of the list of that key.
    pub(super) fn list(&self, key: &str) -> &[Self] {
        self.get(key).map(Self::items).unwrap_or_default()
    }

    /// It as text, where it is a text, a number or a Boolean.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// What stands at that key as text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.scalar()
    }

    /// Whether `true` stands at that key.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.text(key) == Some("true")
    }

    /// The index or count that it is.
    pub(super) fn index(&self) -> Option<usize> {
        match &self.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// What is said at `names` by language, or at `name` in the message's own.
    pub(super) fn labels(&self, name: &str, names: &str, language: &str) -> Labels {
        let by_language = |node: &Self| -> Labels {
            let text = |(language, text): (&String, &Self)| {
                Some((language.clone(), text.scalar()?.to_owned()))
            };
            node.members().filter_map(text).collect()
        };
        // Drafts of the format had texts by language at `name` itself.
        for labels in [self.get(names), self.get(name)].into_iter().flatten().map(by_language) {
            if !labels.is_empty() {
                return labels;
            }
        }
        let text = self.text(name).map(|text| (language.to_owned(), text.to_owned()));
        text.into_iter().collect()
    }

    /// It as JSON, with numbers and Booleans as texts; used for what has no place in a cell else.
    pub(super) fn json(&self) -> String {
        let mut json = String::new();
        self.push_json(&mut json);
        json
    }

    fn push_json(&self, json: &mut String) {
        // The depth is that of the file, which was limited when it was read.
        match &self.value {
            Value::List(items) => {
                json.push('[');
                for (n, item) in items.iter().enumerate() {
                    json.push_str(if n > 0 { "," } else { "" });
                    item.push_json(json);
                }
                json.push(']');
            }
            Value::Object(members) => {
                json.push('{');
                for (n, (key, value)) in members.iter().enumerate() {
                    json.push_str(if n > 0 { "," } else { "" });
                    push_quoted(json, key);
                    json.push(':');
                    value.push_json(json);
                }
                json.push('}');
            }
            _ => match self.scalar() {
                Some(text) => push_quoted(json, text),
                None => json.push_str("null"),
            },
        }
    }
}

/// Appends a text as JSON.
pub(super) fn push_quoted(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if (c as u32) < 0x20 => json.push_str(&format!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
}

/// A JSON text that is being read.
pub(super) struct Json<'c> {
    reader: JsonStreamReader<Box<dyn BufRead + Send + 'c>>,
    content: &'c Content,
}

impl<'c> Json<'c> {
    pub(super) fn open(content: &'c Content) -> Result<Self, Diagnostic> {
        let mut reader = content.reader()?;
        let head = reader.fill_buf().map_err(|error| content.fault(&error))?;
        if head.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        let settings = ReaderSettings {
            track_path: false,
            max_nesting_depth: Some(DEEPEST),
            // Numbers are kept as text, however long they are.
            restrict_number_values: false,
            ..ReaderSettings::default()
        };
        Ok(Self { reader: JsonStreamReader::new_custom(reader, settings), content })
    }

    /// The line that is being read.
    pub(super) fn line(&self) -> usize {
        let line = self.reader.current_position(false).line_pos.map_or(0, |position| position.line);
        usize::try_from(line).unwrap_or(usize::MAX).saturating_add(1)
    }

    /// A fault on the line that is being read.
    pub(super) fn fault(&self, code: &'static Code, message: impl Into<String>) -> Diagnostic {
        fault_at(code, self.content.path(), self.line(), message)
    }

    fn broken(&self, error: &ReaderError) -> Diagnostic {
        let at = |location: &struson::reader::JsonReaderPosition| {
            let line = location.line_pos.map_or(0, |position| position.line);
            usize::try_from(line).unwrap_or(usize::MAX).saturating_add(1)
        };
        let path = self.content.path();
        match error {
            ReaderError::SyntaxError(error) => {
                let message = format!("not JSON: {}", error.kind);
                fault_at(&BROKEN_JSON, path, at(&error.location), message)
            }
            ReaderError::UnexpectedValueType { expected, actual, location } => {
                let message = format!("here stands {actual}, not {expected}");
                fault_at(&WRONG_MESSAGE, path, at(location), message)
            }
            ReaderError::UnexpectedStructure { kind, location } => {
                fault_at(&WRONG_MESSAGE, path, at(location), format!("the JSON has {kind}"))
            }
            ReaderError::MaxNestingDepthExceeded { location, .. } => {
                let message = format!("the JSON is nested more than {DEEPEST} levels deep");
                fault_at(&BROKEN_JSON, path, at(location), message)
            }
            ReaderError::UnsupportedNumberValue { number, location } => {
                let message = format!("`{number}` is no number that can be read");
                fault_at(&BROKEN_JSON, path, at(location), message)
            }
            // The reader's own word for bytes that are not UTF-8.
            ReaderError::IoError { error, location }
                if error.kind() == ErrorKind::InvalidData
                    && error.to_string().contains("UTF-8") =>
            {
                let message = "the text is not UTF-8, as JSON has to be";
                fault_at(&WRONG_ENCODING, path, at(location), message)
            }
            ReaderError::IoError { error, .. } => self.content.fault(error),
            other => Diagnostic::new(&BROKEN_JSON, path, other.to_string()),
        }
    }

    fn told<T>(&self, result: Result<T, ReaderError>) -> Result<T, Diagnostic> {
        result.map_err(|error| self.broken(&error))
    }

    /// The next value whole.
    pub(super) fn node(&mut self) -> Result<Node, Diagnostic> {
        let kind = self.peek()?;
        let line = self.line();
        let value = match kind {
            ValueType::Null => self.null().map(|()| Value::Null)?,
            ValueType::Boolean => {
                let read = self.reader.next_bool();
                Value::Bool(self.told(read)?)
            }
            ValueType::Number => {
                let read = self.reader.next_number_as_string();
                Value::Number(self.told(read)?)
            }
            ValueType::String => {
                let read = self.reader.next_string();
                Value::Text(self.told(read)?)
            }
            ValueType::Array => {
                let mut items = Vec::new();
                self.each_item(|json| {
                    items.push(json.node()?);
                    Ok(())
                })?;
                Value::List(items)
            }
            ValueType::Object => {
                let mut members = IndexMap::new();
                self.each_member(|json, key| {
                    let node = json.node()?;
                    match members.insert(key.clone(), node) {
                        None => Ok(()),
                        Some(_) => Err(json.twice(&key)),
                    }
                })?;
                Value::Object(members)
            }
        };
        Ok(Node { line, value })
    }

    /// A key that an object has twice.
    pub(super) fn twice(&self, key: &str) -> Diagnostic {
        self.fault(&BROKEN_JSON, format!("an object has the key `{key}` twice"))
    }

    /// Of which type the next value is.
    pub(super) fn peek(&mut self) -> Result<ValueType, Diagnostic> {
        let read = self.reader.peek();
        self.told(read)
    }

    /// Takes a null.
    pub(super) fn null(&mut self) -> Result<(), Diagnostic> {
        let read = self.reader.next_null();
        self.told(read)
    }

    /// Takes a text or a number, and hands it on.
    pub(super) fn scalar<T>(&mut self, take: impl FnOnce(&str) -> T) -> Result<T, Diagnostic> {
        let read = match self.peek()? {
            ValueType::Number => self.reader.next_number_as_str().map(take),
            _ => self.reader.next_str().map(take),
        };
        self.told(read)
    }

    /// Passes over the next value.
    pub(super) fn skip(&mut self) -> Result<(), Diagnostic> {
        let read = self.reader.skip_value();
        self.told(read)
    }

    /// Takes an array, each item by `take`.
    pub(super) fn each_item(
        &mut self,
        mut take: impl FnMut(&mut Self) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let read = self.reader.begin_array();
        self.told(read)?;
        loop {
            let read = self.reader.has_next();
            if !self.told(read)? {
                break;
            }
            take(self)?;
        }
        let read = self.reader.end_array();
        self.told(read)
    }

    /// Takes an object, each value by `take`.
    pub(super) fn each_member(
        &mut self,
        mut take: impl FnMut(&mut Self, String) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let read = self.reader.begin_object();
        self.told(read)?;
        loop {
            let read = self.reader.has_next();
            if !self.told(read)? {
                break;
            }
            let read = self.reader.next_name_owned();
            let key = self.told(read)?;
            take(self, key)?;
        }
        let read = self.reader.end_object();
        self.told(read)
    }

    /// Takes the end of the text.
    pub(super) fn end(self) -> Result<(), Diagnostic> {
        let content = self.content;
        let line = self.line();
        self.reader.consume_trailing_whitespace().map_err(|_| {
            fault_at(&BROKEN_JSON, content.path(), line, "something follows the end of the JSON")
        })
    }
}

/// A fault on a line of a file.
pub(super) fn fault_at(
    code: &'static Code,
    file: &Path,
    line: usize,
    message: impl Into<String>,
) -> Diagnostic {
    let place = Place::Line { file: file.to_path_buf(), line, column: None };
    Diagnostic::new(code, place, message)
}
