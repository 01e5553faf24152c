//! The bytes of a PC-Axis file: its metadata whole, its cells one after the other.

use crate::content::Content;
use crate::errors::{BROKEN_PX, EMPTY_FILE, TOO_LARGE};
use olshem_model::{Diagnostic, Place};
use std::io::{BufRead, Read};
use std::path::Path;

/// The metadata of the largest tables known take a few megabytes.
const LARGEST_HEAD: usize = 256 << 20;
/// A cell is a number or a few dots; a key is a code or a label.
const LONGEST_CELL: usize = 1 << 20;

/// A file that is being read.
pub(super) struct Source<'c> {
    content: &'c Content,
    reader: Box<dyn Read + Send + 'c>,
    /// What was read and not yet taken is in `start..end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: usize,
}

/// A statement as it stands in the file, without its semicolon, and the line on which it begins.
pub(super) struct Raw {
    pub(super) bytes: Vec<u8>,
    pub(super) line: usize,
}

/// What stands in `DATA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'b> {
    /// Within quotation marks: a symbol, or a key.
    Quoted(&'b [u8]),
    /// Without: a number.
    Plain(&'b [u8]),
}

impl<'c> Source<'c> {
    pub(super) fn open(content: &'c Content) -> Result<Self, Diagnostic> {
        let mut reader = content.reader()?;
        let head = reader.fill_buf().map_err(|error| content.fault(&error))?;
        let reader: Box<dyn Read + Send + 'c> = match encoding_rs::Encoding::for_bom(head) {
            // Quotation marks and semicolons are bytes in every other encoding.
            Some((encoding, _)) if encoding != encoding_rs::UTF_8 => {
                let bytes = content.bytes()?;
                let (text, _, is_broken) = encoding.decode(&bytes);
                if is_broken {
                    let message = format!("the text is not in {}", encoding.name());
                    let code = &crate::errors::WRONG_ENCODING;
                    return Err(Diagnostic::new(code, content.path(), message));
                }
                Box::new(std::io::Cursor::new(text.into_owned().into_bytes()))
            }
            _ => reader,
        };
        Ok(Self { content, reader, buffer: vec![0; 1 << 17], start: 0, end: 0, line: 1 })
    }

    pub(super) fn path(&self) -> &'c Path {
        self.content.path()
    }

    /// The line that is being read.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn fault(&self, line: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&BROKEN_PX, at(self.path(), line), message)
    }

    /// Reads more; whether there was any.
    fn fill(&mut self) -> Result<bool, Diagnostic> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let space = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.reader.read(space) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.content.fault(&error)),
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// All statements before `DATA`, up to its equals sign.
    pub(super) fn head(&mut self) -> Result<Vec<Raw>, Diagnostic> {
        let mut statements = Vec::new();
        let mut statement = Raw { bytes: Vec::new(), line: 1 };
        let mut taken = 0;
        let mut quote_line = None;
        let mut equals_line = None;
        let mut is_start = true;
        loop {
            if self.start == self.end && !self.fill()? {
                return Err(self.no_data(is_start && statements.is_empty(), quote_line));
            }
            let Some(&byte) = self.buffer.get(self.start) else { continue };
            self.start += 1;
            taken += 1;
            if byte == b'\n' {
                self.line += 1;
            }
            // A byte order mark is no part of the first keyword.
            if is_start && (byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf)) {
                continue;
            }
            match byte {
                b'"' => quote_line = if quote_line.is_none() { Some(self.line) } else { None },
                b';' if quote_line.is_none() => {
                    if !is_start {
                        if equals_line.is_none() {
                            return Err(self.no_equals(&statement));
                        }
                        statements.push(statement);
                        statement = Raw { bytes: Vec::new(), line: self.line };
                    }
                    (is_start, equals_line) = (true, None);
                    continue;
                }
                b'=' if quote_line.is_none() => {
                    if let Some(line) = equals_line {
                        let message = "a second `=` in one statement: a `;` is missing before it";
                        return Err(self.fault(line, message));
                    }
                    if statement.bytes.trim_ascii_end().eq_ignore_ascii_case(b"DATA") {
                        return Ok(statements);
                    }
                    equals_line = Some(self.line);
                }
                _ => {}
            }
            if is_start {
                (is_start, statement.line) = (false, self.line);
            }
            statement.bytes.push(byte);
            if taken > LARGEST_HEAD {
                let message = format!("more than {} MiB before `DATA`", LARGEST_HEAD >> 20);
                return Err(Diagnostic::new(&TOO_LARGE, at(self.path(), self.line), message));
            }
        }
    }

    fn no_data(&self, is_empty: bool, quote_line: Option<usize>) -> Diagnostic {
        match quote_line {
            Some(line) => self.fault(line, "a quotation mark that opens here is never closed"),
            None if is_empty && self.line == 1 => {
                Diagnostic::new(&EMPTY_FILE, self.path(), "the file is empty")
            }
            None => self.fault(self.line, "the file ends without `DATA`"),
        }
    }

    fn no_equals(&self, statement: &Raw) -> Diagnostic {
        let text = String::from_utf8_lossy(&statement.bytes);
        let shown: String = text.trim().chars().take(40).collect();
        self.fault(statement.line, format!("`{shown}` is no statement: `=` is missing"))
    }

    /// The next cell of `DATA` and its line; `None` at the end.
    pub(super) fn cell(&mut self) -> Result<Option<(Cell<'_>, usize)>, Diagnostic> {
        loop {
            let unread = self.unread();
            // Space, tab, comma and semicolon all separate; some files end with DOS's end-of-file mark.
            let separators = unread.iter().position(|&byte| !is_separator(byte));
            let skipped = separators.unwrap_or(unread.len());
            let breaks = unread.iter().take(skipped).filter(|&&byte| byte == b'\n').count();
            self.line += breaks;
            self.start += skipped;
            if separators.is_some() {
                break;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
        let is_quoted = self.unread().first() == Some(&b'"');
        let from = usize::from(is_quoted);
        let line = self.line;
        // The part that was searched already when more had to be read.
        let mut searched = from;
        let length = loop {
            let rest = self.unread().get(searched..).unwrap_or_default();
            let end = match is_quoted {
                true => memchr::memchr(b'"', rest),
                false => rest.iter().position(|&byte| is_separator(byte) || byte == b'"'),
            };
            if let Some(end) = end {
                break searched + end;
            }
            searched += rest.len();
            if searched > LONGEST_CELL {
                let what = if is_quoted { "a quotation mark is never closed" } else { "no cell" };
                return Err(self.fault(line, format!("`DATA`: {what}")));
            }
            if !self.fill()? {
                if is_quoted {
                    let message = "`DATA`: a quotation mark that opens here is never closed";
                    return Err(self.fault(line, message));
                }
                break searched;
            }
        };
        let begin = self.start + from;
        let end = self.start + length;
        self.start = end + from;
        let bytes = self.buffer.get(begin..end).unwrap_or_default();
        if is_quoted {
            self.line += bytes.iter().filter(|&&byte| byte == b'\n').count();
            return Ok(Some((Cell::Quoted(bytes), line)));
        }
        Ok(Some((Cell::Plain(bytes), line)))
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | 0x1a)
}

pub(super) fn at(file: &Path, line: usize) -> Place {
    Place::Line { file: file.to_path_buf(), line, column: None }
}
