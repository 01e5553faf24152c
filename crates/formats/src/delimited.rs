//! Delimited text (RFC 4180 and its many relatives) into a [`Grid`].
//!
//! Why not by a library: a field whose quotation mark is never closed would swallow the rest of the
//! file without a word, and a fault could not be told by its line.

use crate::errors::{BROKEN_QUOTES, EMPTY_FILE, WRONG_ENCODING};
use crate::grid::Grid;
use crate::reading::Read;
use encoding_rs::{Encoding, UTF_8};
use olshem_model::{Diagnostic, Place};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

/// Reads the whole file. A row has the number of the line on which it begins.
pub(crate) fn read(file: &Path, bytes: &[u8], read: &Read) -> Result<Grid, Diagnostic> {
    grid(file, bytes, read.delimiter, read.encoding.unwrap_or(UTF_8))
}

/// The same of a file in that encoding, whose fields are so separated.
pub(crate) fn grid(
    file: &Path,
    bytes: &[u8],
    delimiter: char,
    encoding: &'static Encoding,
) -> Result<Grid, Diagnostic> {
    let text = decode(file, bytes, encoding)?;
    if text.trim().is_empty() {
        return Err(Diagnostic::new(&EMPTY_FILE, file, "the file is empty"));
    }
    split(&text, delimiter).map_err(|fault| fault.in_file(file))
}

fn split(text: &str, delimiter: char) -> Result<Grid, BrokenQuotes> {
    let mut grid = Grid::new(None, 0, text.len());
    let mut fields = Fields::new(text, delimiter, 1);
    let mut begins_row = true;
    let mut line = fields.line();
    while let Some(field) = fields.next()? {
        if begins_row {
            grid.begin_row(line);
        }
        grid.push_text(&field.text);
        grid.end_cell();
        begins_row = field.last;
        line = fields.line();
    }
    Ok(grid)
}

fn decode<'b>(
    file: &Path,
    bytes: &'b [u8],
    encoding: &'static Encoding,
) -> Result<Cow<'b, str>, Diagnostic> {
    if encoding != UTF_8 {
        let (text, _, malformed) = encoding.decode(bytes);
        if malformed {
            let message = format!("the file is not in {}", encoding.name().to_lowercase());
            return Err(Diagnostic::new(&WRONG_ENCODING, file, message));
        }
        return Ok(text);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    utf8(file, bytes, 1).map(Cow::Borrowed).map_err(|fault| {
        fault.with_help(
            "state the file's `encoding` in `[read]`; for older files in Cyrillic it is most often \
             `windows-1251`",
        )
    })
}

/// The bytes, which begin on that line of the file, as text.
pub(crate) fn utf8<'b>(file: &Path, bytes: &'b [u8], line: usize) -> Result<&'b str, Diagnostic> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let line = line + newlines(&bytes[..valid]);
        let place = Place::Line { file: file.to_path_buf(), line, column: None };
        let message = format!("byte 0x{:02X} is not UTF-8", bytes[valid]);
        Diagnostic::new(&WRONG_ENCODING, place, message)
    })
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

/// Quotation marks that don't pair up.
#[derive(Debug)]
pub(crate) struct BrokenQuotes {
    line: usize,
    message: &'static str,
}

impl BrokenQuotes {
    pub(crate) fn in_file(self, file: &Path) -> Diagnostic {
        let place = Place::Line { file: file.to_path_buf(), line: self.line, column: None };
        Diagnostic::new(&BROKEN_QUOTES, place, self.message)
    }
}

/// One field.
#[derive(Debug, PartialEq)]
pub(crate) struct Field<'t> {
    /// What it says.
    pub(crate) text: Cow<'t, str>,
    /// Whether it is the last of its row.
    pub(crate) last: bool,
}

/// The fields of a text, one after another. A row ends with LF, CRLF or CR; a quotation mark counts
/// only where a field begins.
#[derive(Debug)]
pub(crate) struct Fields<'t> {
    rest: &'t str,
    delimiter: char,
    /// The line that the next field begins on, where it begins a row.
    line: usize,
    within_row: bool,
}

impl<'t> Fields<'t> {
    /// The fields of a text that begins on that line of its file.
    pub(crate) fn new(text: &'t str, delimiter: char, line: usize) -> Self {
        Self { rest: text, delimiter, line, within_row: false }
    }

    /// The line of the file on which the rest begins.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// What has not been taken yet.
    pub(crate) fn rest(&self) -> &'t str {
        self.rest
    }

    /// The next field; none at the end of the text.
    pub(crate) fn next(&mut self) -> Result<Option<Field<'t>>, BrokenQuotes> {
        if self.rest.is_empty() && !self.within_row {
            return Ok(None);
        }
        // Most fields are as plain as this.
        if let Ok(delimiter) = u8::try_from(self.delimiter)
            && delimiter.is_ascii()
            && !self.rest.starts_with('"')
        {
            let ends = |byte| byte == delimiter || byte == b'\n' || byte == b'\r';
            if let Some(end) = self.rest.bytes().position(ends)
                && self.rest.as_bytes()[end] == delimiter
            {
                let (text, after) = self.rest.split_at(end);
                self.rest = &after[1..];
                self.within_row = true;
                return Ok(Some(Field { text: Cow::Borrowed(text), last: false }));
            }
        }
        let (text, after) = match self.rest.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted)?,
            None => {
                let (text, after) = self.rest.split_at(field_end(self.rest, self.delimiter));
                (Cow::Borrowed(text), after)
            }
        };
        if let Some(next_field) = after.strip_prefix(self.delimiter) {
            self.rest = next_field;
            self.within_row = true;
            return Ok(Some(Field { text, last: false }));
        }
        let after_return = after.strip_prefix('\r').unwrap_or(after);
        self.rest = after_return.strip_prefix('\n').unwrap_or(after_return);
        if self.rest.len() == after.len() && !after.is_empty() {
            let message = "a quoted field goes on after its closing quotation mark";
            return Err(BrokenQuotes { line: self.line, message });
        }
        self.line += 1;
        self.within_row = false;
        Ok(Some(Field { text, last: true }))
    }

    /// Takes the field after its opening quotation mark; gives it and what follows the closing one.
    fn quoted(&mut self, text: &'t str) -> Result<(Cow<'t, str>, &'t str), BrokenQuotes> {
        let opened_on = self.line;
        let mut field = Cow::Borrowed("");
        let mut rest = text;
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                let message = "a quotation mark opens here and is never closed";
                return Err(BrokenQuotes { line: opened_on, message });
            };
            self.line += newlines(part.as_bytes());
            if field.is_empty() {
                field = Cow::Borrowed(part);
            } else {
                field += part;
            }
            match after.strip_prefix('"') {
                Some(escaped) => {
                    field += "\"";
                    rest = escaped;
                }
                None => return Ok((field, after)),
            }
        }
    }
}

/// Where a field without quotation marks ends.
fn field_end(text: &str, delimiter: char) -> usize {
    // A delimiter's first byte can only occur as such: UTF-8 is self-synchronising.
    let mut buffer = [0; 4];
    let delimiter = delimiter.encode_utf8(&mut buffer).as_bytes();
    let bytes = text.as_bytes();
    let ends = |at: &usize| {
        let byte = bytes[*at];
        byte == b'\n'
            || byte == b'\r'
            || byte == delimiter[0] && bytes[*at..].starts_with(delimiter)
    };
    (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// How many bytes of a text whose end is not in sight are whole rows: up to the last LF that stands
/// in no quoted field. None, where no row is known to be whole.
pub(crate) fn whole_rows(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut whole = None;
    // What stands before this has been looked at.
    let mut from = 0;
    for quote in memchr::memchr_iter(b'"', bytes) {
        let opens = quote == 0 || [delimiter, b'\n', b'\r'].contains(&bytes[quote - 1]);
        if quote < from || !opens {
            continue;
        }
        whole = last_newline(bytes, from..quote).or(whole);
        match closing_quote(bytes, quote + 1) {
            Some(closing) => from = closing + 1,
            None => return whole,
        }
    }
    last_newline(bytes, from..bytes.len()).or(whole)
}

/// The position after the last LF of a range.
fn last_newline(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    memchr::memrchr(b'\n', &bytes[range.clone()]).map(|at| range.start + at + 1)
}

/// Where the quoted field closes; none where that can't be seen, since the bytes end before or with it.
fn closing_quote(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = from + memchr::memchr(b'"', &bytes[from..])?;
        match bytes.get(quote + 1)? {
            b'"' => from = quote + 2,
            _ => return Some(quote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cells by `|`, rows by their line numbers.
    fn shown(text: &str) -> String {
        let grid = match split(text, ',') {
            Ok(grid) => grid,
            Err(fault) => return format!("line {}: {}", fault.line, fault.message),
        };
        let row = |row| {
            let cells = (0..grid.width(row)).map(|column| grid.cell(row, column));
            format!("{}:{}", grid.number(row), cells.collect::<Vec<_>>().join("|"))
        };
        let all = grid.rows_numbered(&(0..=usize::MAX));
        all.map(row).collect::<Vec<_>>().join(" ").replace('\n', "\\n")
    }

    #[test]
    fn fields_and_lines_are_told_apart() {
        for (text, expected) in [
            ("a,b\n1,2\n", "1:a|b 2:1|2"),
            ("a,b\r\n1,2\r\n", "1:a|b 2:1|2"),
            ("a,b\r1,2", "1:a|b 2:1|2"),
            ("a\n\n\nb", "1:a 2: 3: 4:b"),
            (",\n,x", "1:| 2:|x"),
            ("\"x, y\",z", "1:x, y|z"),
            ("\"say \"\"so\"\"\",z", "1:say \"so\"|z"),
            ("a,\"two\nlines\"\nb,c", "1:a|two\\nlines 3:b|c"),
            ("Cinema \"Arman\",5", "1:Cinema \"Arman\"|5"),
            ("\"\"", "1:"),
            ("a,b\n\"c,d\ne,f\n", "line 2: a quotation mark opens here and is never closed"),
            ("a\n\"b\"c,d", "line 2: a quoted field goes on after its closing quotation mark"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_split_or_refused(text in "[a,;\"\r\n é]{0,30}", delimiter in "[,;\té]") {
            let _ = split(&text, delimiter.chars().next().unwrap_or(','));
        }
    }
}
