//! XML as a stream of elements with their lines. Refused is what no statistical message needs and a
//! hostile one could use: document types, deep nesting, elements without end.

use crate::content::Content;
use crate::errors::BROKEN_XML;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use olshem_model::{Code, Diagnostic, Place};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event as Xml};
use quick_xml::reader::Reader;
use std::borrow::Cow;
use std::io::{self, BufRead, Read};

/// Elements within elements; SDMX's own are some twenty deep, but for hierarchies of codes.
const DEEPEST: usize = 128;

/// A tag, or a text without tags, with all its attributes.
const LONGEST: usize = 64 << 20;

/// The events of a file.
pub(super) struct Events<'c> {
    content: &'c Content,
    reader: Reader<Counted<'c>>,
    buffer: Vec<u8>,
    depth: usize,
    /// The last element was empty: its end is still to be told.
    is_closing: bool,
    is_complete: bool,
}

pub(super) enum Event<'b> {
    Start(Tag<'b>),
    Text(Cow<'b, str>),
    End,
    /// A comment or an instruction.
    Nothing,
    /// The end of the file; every element is closed.
    Eof,
}

/// The start of an element.
pub(super) struct Tag<'b> {
    start: BytesStart<'b>,
    pub(super) line: usize,
}

impl<'c> Events<'c> {
    pub(super) fn of(content: &'c Content) -> Result<Self, Diagnostic> {
        let mut reader = Reader::from_reader(Counted::new(unicode(content)?));
        reader.config_mut().check_end_names = true;
        let buffer = Vec::new();
        Ok(Self { content, reader, buffer, depth: 0, is_closing: false, is_complete: false })
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn place(&self, line: usize) -> Place {
        Place::Line { file: self.content.path().to_path_buf(), line, column: None }
    }

    pub(super) fn fault(
        &self,
        code: &'static Code,
        line: usize,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.place(line), message)
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, Diagnostic> {
        if self.is_closing {
            self.is_closing = false;
            self.depth -= 1;
            self.is_complete = self.depth == 0;
            return Ok(Event::End);
        }
        self.buffer.clear();
        let counted = self.reader.get_mut();
        counted.left = LONGEST;
        let line = counted.line;
        let path = self.content.path();
        let fault = |message: &str| {
            let place = Place::Line { file: path.to_path_buf(), line, column: None };
            Diagnostic::new(&BROKEN_XML, place, message)
        };
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => {
                return Err(match error.kind() {
                    io::ErrorKind::OutOfMemory => fault(&error.to_string()),
                    _ => self.content.fault(&error),
                });
            }
            Err(error) => return Err(fault(&error.to_string())),
        };
        let is_empty = matches!(event, Xml::Empty(_));
        match event {
            Xml::Start(start) | Xml::Empty(start) => {
                if self.is_complete {
                    return Err(fault("a second element stands after the end of the first"));
                }
                self.depth += 1;
                if self.depth > DEEPEST {
                    let message = format!("elements are nested more than {DEEPEST} deep");
                    return Err(fault(&message));
                }
                self.is_closing = is_empty;
                Ok(Event::Start(Tag { start, line }))
            }
            Xml::End(_) => {
                self.depth -= 1;
                self.is_complete = self.depth == 0;
                Ok(Event::End)
            }
            Xml::Text(text) => Ok(Event::Text(text.xml10_content())),
            Xml::CData(text) => Ok(Event::Text(text.xml10_content())),
            Xml::GeneralRef(reference) => {
                let character = reference.resolve_char_ref();
                let character = character.map_err(|error| fault(&error.to_string()))?;
                let text = match character {
                    Some(character) => Some(Cow::Owned(character.to_string())),
                    None => resolve_predefined_entity(&reference).map(Cow::Borrowed),
                };
                let unknown = || fault(&format!("the entity `{}` is not known", &*reference));
                text.map(Event::Text).ok_or_else(unknown)
            }
            Xml::DocType(_) => Err(fault("a document type is declared, which is refused")
                .with_help("take the `<!DOCTYPE …>` out: no message of SDMX needs one")),
            Xml::Comment(_) | Xml::PI(_) | Xml::Decl(_) => Ok(Event::Nothing),
            Xml::Eof if self.depth > 0 => {
                Err(fault("the text ends before all elements are closed")
                    .with_help("fetch the file again: most often a download broke off"))
            }
            Xml::Eof if !self.is_complete => Err(fault("there is no element")),
            Xml::Eof => Ok(Event::Eof),
        }
    }

    /// Passes over the rest of the element that began last.
    pub(super) fn skip(&mut self) -> Result<(), Diagnostic> {
        let outer = self.depth.saturating_sub(1);
        while self.depth > outer {
            if matches!(self.next()?, Event::Eof) {
                break;
            }
        }
        Ok(())
    }
}

impl<'b> Tag<'b> {
    /// Its name without the namespace's prefix.
    pub(super) fn name(&self) -> &str {
        local(self.start.name().into_inner())
    }

    /// Its attributes with the names as they are written, but for declarations of namespaces.
    pub(super) fn attributes(
        &self,
    ) -> impl Iterator<Item = Result<(&str, Cow<'_, str>), (usize, String)>> {
        let mut attributes = self.start.attributes();
        // Whether one is twice is noticed by those who use them, without comparing each to each.
        attributes.with_checks(false);
        attributes.filter_map(|attribute| {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => return Some(Err((self.line, error.to_string()))),
            };
            let name = attribute.key.into_inner();
            if name == "xmlns" || name.starts_with("xmlns:") {
                return None;
            }
            match value(&attribute) {
                Ok(value) => Some(Ok((name, value))),
                Err(error) => Some(Err((self.line, error))),
            }
        })
    }

    /// The version of SDMX whose namespace it declares.
    pub(super) fn version(&self) -> Option<Version> {
        let text = self.start.attributes_raw().to_ascii_lowercase();
        let (_, version) = text.split_once("sdmx.org/resources/sdmxml/schemas/v")?;
        Some(if version.starts_with(['1', '2']) && !version.starts_with("2_1") {
            Version::Old
        } else {
            Version::Current
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// 1.0 and 2.0.
    Old,
    /// 2.1 and later.
    Current,
}

/// The value, borrowed where nothing in it is escaped.
fn value<'a>(attribute: &Attribute<'a>) -> Result<Cow<'a, str>, String> {
    if attribute.value.bytes().all(|byte| byte >= b' ' && byte != b'&') {
        return Ok(attribute.value.clone());
    }
    attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The contents in UTF-8, whichever encoding a byte order mark or the declaration names.
pub(super) fn unicode(content: &Content) -> Result<Box<dyn Read + Send + '_>, Diagnostic> {
    let head = content.head(1024)?;
    let reader = content.reader()?;
    let encoding = match Encoding::for_bom(&head) {
        Some((encoding, _)) => encoding,
        None => match declared(&head) {
            None => UTF_8,
            Some(name) => Encoding::for_label(name).ok_or_else(|| {
                let name = String::from_utf8_lossy(name);
                let message = format!("the encoding `{name}` is not known");
                Diagnostic::new(&BROKEN_XML, content.path(), message)
            })?,
        },
    };
    if encoding == UTF_8 {
        return Ok(Box::new(reader));
    }
    let decoder = encoding.new_decoder();
    Ok(Box::new(Recoded {
        reader,
        decoder,
        text: vec![0; 1 << 16],
        start: 0,
        end: 0,
        ended: false,
    }))
}

/// The encoding's name in `<?xml version="1.0" encoding="…"?>`.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let end = head.iter().position(|&byte| byte == b'>')?;
    let declaration = head.get(..end)?.strip_prefix(b"<?xml")?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let rest = declaration.get(at + b"encoding".len()..)?;
    let open = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let rest = rest.get(open + 1..)?;
    let close = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    rest.get(..close)
}

/// Text of another encoding as UTF-8.
struct Recoded<'c> {
    reader: Box<dyn BufRead + Send + 'c>,
    decoder: Decoder,
    text: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl Read for Recoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.start == self.end && !self.ended {
            let raw = self.reader.fill_buf()?;
            let last = raw.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, last);
            self.reader.consume(read);
            (self.start, self.end) = (0, written);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let available = self.text.get(self.start..self.end).unwrap_or_default();
        let length = available.len().min(buffer.len());
        let (Some(from), Some(to)) = (available.get(..length), buffer.get_mut(..length)) else {
            return Ok(0);
        };
        to.copy_from_slice(from);
        self.start += length;
        Ok(length)
    }
}

/// Counts lines, and ends where more is asked for at once than [`LONGEST`].
struct Counted<'c> {
    reader: Box<dyn Read + Send + 'c>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: usize,
    left: usize,
}

impl<'c> Counted<'c> {
    fn new(reader: Box<dyn Read + Send + 'c>) -> Self {
        let buffer = vec![0; 1 << 17];
        Self { reader, buffer, start: 0, end: 0, line: 1, left: LONGEST }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let message = format!("an element or a text is longer than {} MiB", LONGEST >> 20);
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, message));
        }
        if self.start == self.end {
            self.end = self.reader.read(&mut self.buffer)?;
            self.start = 0;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, length: usize) {
        let end = self.end.min(self.start + length);
        let consumed = self.buffer.get(self.start..end).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', consumed).count();
        self.start = end;
        self.left = self.left.saturating_sub(length);
    }
}
