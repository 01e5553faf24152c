//! JSON as a tree, the numbers as they are written and long lists of them in little space: the order of
//! an object's members is not known, and so all is read before anything is understood.

use crate::content::Content;
use crate::errors::BROKEN_JSON;
use indexmap::IndexMap;
use olshem_model::Diagnostic;
use std::fmt::Write as _;
use std::path::Path;
use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    /// A list of nothing but the above, an empty one too.
    Scalars(Scalars),
    List(Vec<Self>),
    Object(Object),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) members: IndexMap<String, Json, ahash::RandomState>,
    /// Where it begins.
    pub(super) line: usize,
}

/// A list of texts, numbers and nulls, one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scalars {
    text: String,
    /// Where each ends, and what it is.
    items: Vec<(usize, Kind)>,
    pub(super) line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Boolean,
    Number,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar<'t> {
    Null,
    Boolean(bool),
    Number(&'t str),
    Text(&'t str),
}

impl<'t> Scalar<'t> {
    /// What is there, as text.
    pub(super) fn text(self) -> Option<&'t str> {
        match self {
            Scalar::Null => None,
            Scalar::Boolean(true) => Some("true"),
            Scalar::Boolean(false) => Some("false"),
            Scalar::Number(text) | Scalar::Text(text) => Some(text),
        }
    }
}

impl Scalars {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<Scalar<'_>> {
        let (end, kind) = *self.items.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.items.get(before)).map_or(0, |i| i.0);
        let text = self.text.get(start..end)?;
        Some(match kind {
            Kind::Null => Scalar::Null,
            Kind::Boolean => Scalar::Boolean(text == "true"),
            Kind::Number => Scalar::Number(text),
            Kind::Text => Scalar::Text(text),
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Scalar<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    fn push(&mut self, text: &str, kind: Kind) {
        self.text.push_str(text);
        self.items.push((self.text.len(), kind));
    }
}

impl Json {
    /// As a scalar, if it is one.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        Some(match self {
            Self::Null => Scalar::Null,
            Self::Boolean(is) => Scalar::Boolean(*is),
            Self::Number(text) => Scalar::Number(text),
            Self::Text(text) => Scalar::Text(text),
            Self::Scalars(_) | Self::List(_) | Self::Object(_) => return None,
        })
    }

    /// The texts of a list, or the one text.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Scalars(list) => {
                list.iter().filter_map(Scalar::text).map(str::to_owned).collect()
            }
            other => other.scalar().and_then(Scalar::text).map(str::to_owned).into_iter().collect(),
        }
    }

    /// Writes it as JSON.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Scalars(list) => {
                separated(out, '[', ']', list.iter(), |out, scalar| write_scalar(out, scalar));
            }
            Self::List(list) => separated(out, '[', ']', list, |out, json| json.write(out)),
            Self::Object(object) => {
                separated(out, '{', '}', &object.members, |out, (name, json)| {
                    quote(out, name);
                    out.push(':');
                    json.write(out);
                });
            }
            Self::Null => write_scalar(out, Scalar::Null),
            Self::Boolean(is) => write_scalar(out, Scalar::Boolean(*is)),
            Self::Number(text) => write_scalar(out, Scalar::Number(text)),
            Self::Text(text) => write_scalar(out, Scalar::Text(text)),
        }
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

/// Writes parts with commas between them.
pub(super) fn separated<T>(
    out: &mut String,
    open: char,
    close: char,
    parts: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, part);
    }
    out.push(close);
}

fn write_scalar(out: &mut String, scalar: Scalar<'_>) {
    match scalar {
        Scalar::Null => out.push_str("null"),
        Scalar::Boolean(is) => out.push_str(if is { "true" } else { "false" }),
        Scalar::Number(text) => out.push_str(text),
        Scalar::Text(text) => quote(out, text),
    }
}

/// Writes a text within quotation marks.
pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                // A `String` takes everything.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

impl Object {
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.members.get(name)
    }

    /// A member that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn object(&self, name: &str) -> Option<&Self> {
        match self.get(name)? {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(super) fn object_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self.members.get_mut(name)? {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The texts of a member that is a list or a text.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).map(Json::texts).unwrap_or_default()
    }
}

/// All of a file.
pub(super) fn read(content: &Content) -> Result<Json, Diagnostic> {
    let bytes = content.bytes()?;
    let decoded;
    let text = match encoding_rs::Encoding::for_bom(&bytes) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => {
            decoded = encoding.decode(&bytes).0.into_owned();
            decoded.as_bytes()
        }
        Some((_, length)) => bytes.get(length..).unwrap_or_default(),
        None => &bytes[..],
    };
    parse(content.path(), text)
}

/// JSON from a text that was kept; `None` if it is none.
pub(super) fn from_text(text: &str) -> Option<Json> {
    parse(Path::new(""), text.as_bytes()).ok()
}

fn parse(file: &Path, text: &[u8]) -> Result<Json, Diagnostic> {
    // The nesting has a limit of 128 by default.
    let settings = ReaderSettings { track_path: false, ..ReaderSettings::default() };
    let mut reader = JsonStreamReader::new_custom(text, settings);
    let read = value(&mut reader);
    let line = line(&reader);
    let json = read.map_err(|wrong| wrong.diagnostic(file, line))?;
    reader
        .consume_trailing_whitespace()
        .map_err(|error| Wrong::Json(error).diagnostic(file, line))?;
    Ok(json)
}

enum Wrong {
    Json(ReaderError),
    Twice(String),
}

impl From<ReaderError> for Wrong {
    fn from(error: ReaderError) -> Self {
        Self::Json(error)
    }
}

impl Wrong {
    fn diagnostic(self, file: &Path, line: usize) -> Diagnostic {
        let place = super::at(file, line);
        match self {
            Self::Json(error) => {
                // Its own place counts from zero, and what it quotes may be long.
                let text = error.to_string();
                let what = text.split(" at line ").next().unwrap_or_default();
                let what = what.strip_prefix("syntax error: ").unwrap_or(what);
                let message: String = what.chars().take(120).collect();
                Diagnostic::new(&BROKEN_JSON, place, message)
            }
            Self::Twice(name) => {
                let message = format!("the member `{name}` is there twice");
                Diagnostic::new(&BROKEN_JSON, place, message)
            }
        }
    }
}

type Reader<'t> = JsonStreamReader<&'t [u8]>;

fn line(reader: &Reader<'_>) -> usize {
    let line = reader.current_position(false).line_pos.map_or(0, |position| position.line);
    usize::try_from(line).unwrap_or(usize::MAX).saturating_add(1)
}

fn value(reader: &mut Reader<'_>) -> Result<Json, Wrong> {
    Ok(match reader.peek()? {
        ValueType::Null => {
            reader.next_null()?;
            Json::Null
        }
        ValueType::Boolean => Json::Boolean(reader.next_bool()?),
        ValueType::Number => Json::Number(reader.next_number_as_string()?),
        ValueType::String => Json::Text(reader.next_string()?),
        ValueType::Array => {
            reader.begin_array()?;
            let list = list(reader)?;
            reader.end_array()?;
            list
        }
        ValueType::Object => {
            reader.begin_object()?;
            let mut object = Object { line: line(reader), ..Object::default() };
            while reader.has_next()? {
                let name = reader.next_name_owned()?;
                let value = value(reader)?;
                if object.members.contains_key(&name) {
                    return Err(Wrong::Twice(name));
                }
                object.members.insert(name, value);
            }
            reader.end_object()?;
            Json::Object(object)
        }
    })
}

fn list(reader: &mut Reader<'_>) -> Result<Json, Wrong> {
    let mut scalars = Scalars { line: line(reader), ..Scalars::default() };
    while reader.has_next()? {
        match reader.peek()? {
            ValueType::Null => {
                reader.next_null()?;
                scalars.push("", Kind::Null);
            }
            ValueType::Boolean => {
                let text = if reader.next_bool()? { "true" } else { "false" };
                scalars.push(text, Kind::Boolean);
            }
            ValueType::Number => scalars.push(reader.next_number_as_str()?, Kind::Number),
            ValueType::String => scalars.push(reader.next_str()?, Kind::Text),
            ValueType::Array | ValueType::Object => {
                let mut list: Vec<Json> = scalars
                    .iter()
                    .map(|scalar| match scalar {
                        Scalar::Null => Json::Null,
                        Scalar::Boolean(is) => Json::Boolean(is),
                        Scalar::Number(text) => Json::Number(text.to_owned()),
                        Scalar::Text(text) => Json::Text(text.to_owned()),
                    })
                    .collect();
                while reader.has_next()? {
                    list.push(value(reader)?);
                }
                return Ok(Json::List(list));
            }
        }
    }
    Ok(Json::Scalars(scalars))
}
