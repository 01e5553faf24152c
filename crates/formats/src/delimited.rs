//! Delimited text (RFC 4180 and its many relatives) into a [`Grid`].
//!
//! Why not by a library: a field whose quotation mark is never closed would swallow the rest of the
//! file without a word, and a fault could not be told by its line.

use crate::errors::{BROKEN_QUOTES, EMPTY_FILE, WRONG_ENCODING};
use crate::grid::Grid;
use crate::reading::Read;
use encoding_rs::UTF_8;
use olshem_model::{Diagnostic, Place};
use std::borrow::Cow;
use std::path::Path;

/// Reads the whole file. A row has the number of the line on which it begins.
pub(crate) fn read(file: &Path, bytes: &[u8], read: &Read) -> Result<Grid, Diagnostic> {
    let text = decode(file, bytes, read)?;
    if text.trim().is_empty() {
        return Err(Diagnostic::new(&EMPTY_FILE, file, "the file is empty"));
    }
    split(&text, read.delimiter).map_err(|fault| {
        let place = Place::Line { file: file.to_path_buf(), line: fault.line, column: None };
        Diagnostic::new(&BROKEN_QUOTES, place, fault.message)
    })
}

fn decode<'b>(file: &Path, bytes: &'b [u8], read: &Read) -> Result<Cow<'b, str>, Diagnostic> {
    let encoding = read.encoding.unwrap_or(UTF_8);
    if encoding != UTF_8 {
        let (text, _, malformed) = encoding.decode(bytes);
        if malformed {
            let message = format!("the file is not in {}", encoding.name().to_lowercase());
            return Err(Diagnostic::new(&WRONG_ENCODING, file, message));
        }
        return Ok(text);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let valid = error.valid_up_to();
        let line = 1 + newlines(&bytes[..valid]);
        let place = Place::Line { file: file.to_path_buf(), line, column: None };
        let message = format!("byte 0x{:02X} is not UTF-8", bytes[valid]);
        Diagnostic::new(&WRONG_ENCODING, place, message).with_help(
            "state the file's `encoding` in `[read]`; for older files in Cyrillic it is most often \
             `windows-1251`",
        )
    })
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

/// Quotation marks that don't pair up.
struct BrokenQuotes {
    line: usize,
    message: &'static str,
}

fn split(text: &str, delimiter: char) -> Result<Grid, BrokenQuotes> {
    let mut grid = Grid::new(None, 0, text.len());
    let mut line = 1;
    let mut rest = text;
    while !rest.is_empty() {
        grid.begin_row(line);
        loop {
            let after_field = match rest.strip_prefix('"') {
                Some(quoted) => quoted_field(&mut grid, quoted, &mut line)?,
                None => {
                    let end = field_end(rest, delimiter);
                    grid.push_text(&rest[..end]);
                    &rest[end..]
                }
            };
            grid.end_cell();
            if let Some(next_field) = after_field.strip_prefix(delimiter) {
                rest = next_field;
                continue;
            }
            let after_return = after_field.strip_prefix('\r').unwrap_or(after_field);
            rest = after_return.strip_prefix('\n').unwrap_or(after_return);
            if rest.len() == after_field.len() && !rest.is_empty() {
                let message = "a quoted field goes on after its closing quotation mark";
                return Err(BrokenQuotes { line, message });
            }
            line += 1;
            break;
        }
    }
    Ok(grid)
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

/// Takes the field after its opening quotation mark; gives what follows the closing one.
fn quoted_field<'t>(
    grid: &mut Grid,
    text: &'t str,
    line: &mut usize,
) -> Result<&'t str, BrokenQuotes> {
    let opened_on = *line;
    let mut rest = text;
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            let message = "a quotation mark opens here and is never closed";
            return Err(BrokenQuotes { line: opened_on, message });
        };
        grid.push_text(part);
        *line += newlines(part.as_bytes());
        match after.strip_prefix('"') {
            Some(escaped) => {
                grid.push_text("\"");
                rest = escaped;
            }
            None => return Ok(after),
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
