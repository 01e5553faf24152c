//! What the first row says.

use super::Version;
use crate::content::Content;
use crate::delimited::{self, Fields};
use crate::errors::{BROKEN_SDMX_CSV, EMPTY_FILE};
use crate::pieces::Pieces;
use olshem_model::{Diagnostic, Place};
use std::collections::HashSet;

/// What a field of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// `STRUCTURE`: of what kind the artefact is that the data follow.
    Class,
    /// `STRUCTURE_ID` or `DATAFLOW`: which it is.
    Id,
    /// `STRUCTURE_NAME`.
    Name,
    /// `ACTION`.
    Action,
    /// `SERIES_KEY`, `OBS_KEY`: what other fields say together.
    Key,
    /// The value of the component of that number.
    Value(usize),
    /// The name of the value in the field before, of that component.
    NameOf(usize),
}

/// What cells of a column hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// A value.
    One,
    /// Several values: `ATTR[]`.
    Several,
    /// A text, or several, in these languages: `ATTR[en;fr]`.
    ByLanguage(Vec<String>),
}

/// A component's column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) id: String,
    /// Its name, where the heading has one.
    pub(super) name: Option<String>,
    pub(super) cells: Cells,
}

/// The first row.
#[derive(Debug)]
pub(super) struct Headings {
    pub(super) version: Version,
    pub(super) delimiter: char,
    /// What parts several values in a cell.
    pub(super) parts: char,
    pub(super) fields: Vec<Field>,
    pub(super) columns: Vec<Column>,
    /// Whether codes come with their names: in the same field, or in the next.
    pub(super) has_names: bool,
}

impl Headings {
    pub(super) fn read(content: &Content) -> Result<Self, Diagnostic> {
        let file = content.path();
        // A delimiter that is no comma is not known yet; none of them is a quotation mark or a line's
        // end, so that the first row is whole all the same.
        let mut pieces = Pieces::new(content.reader()?, b',');
        let piece = pieces.next_piece().map_err(|error| content.fault(&error))?.unwrap_or_default();
        let bytes = piece.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&piece);
        let text = delimited::utf8(file, bytes, 1)
            .map_err(|fault| fault.with_help("save the file in UTF-8"))?;
        if text.trim().is_empty() {
            return Err(Diagnostic::new(&EMPTY_FILE, file, "the file is empty"));
        }
        let delimiter = delimiter(text).ok_or_else(|| broken(content, FIRST_HEADINGS))?;
        let mut fields = Fields::new(text, delimiter, 1);
        let mut headings = Vec::new();
        while let Some(field) = fields.next().map_err(|fault| fault.in_file(file))? {
            headings.push(field.text.trim().to_owned());
            if field.last {
                break;
            }
        }
        Self::of(&headings, delimiter).map_err(|message| broken(content, message))
    }

    fn of(headings: &[String], delimiter: char) -> Result<Self, String> {
        let first = headings.first().map(String::as_str).unwrap_or_default();
        let (term, bracket) = match first.split_once('[') {
            Some((term, bracket)) => (term, bracket.chars().next()),
            None => (first, None),
        };
        let mut fields = Vec::new();
        let version = match term.trim() {
            "DATAFLOW" => {
                fields.push(Field::Id);
                Version::V1
            }
            "STRUCTURE" if headings.get(1).is_some_and(|second| second == "STRUCTURE_ID") => {
                fields.extend([Field::Class, Field::Id]);
                Version::V2
            }
            _ => return Err(FIRST_HEADINGS.to_owned()),
        };
        let mut in_next = false;
        for heading in &headings[fields.len()..] {
            fields.push(match heading.as_str() {
                "STRUCTURE_NAME" => {
                    in_next = true;
                    Field::Name
                }
                "ACTION" if version == Version::V2 => Field::Action,
                "SERIES_KEY" | "OBS_KEY" => Field::Key,
                // The European Central Bank's word for it.
                "KEY" if version == Version::V1 && fields.len() == 1 => Field::Key,
                _ => break,
            });
        }
        let mut result = Self {
            version,
            delimiter,
            parts: bracket.unwrap_or(';'),
            has_names: in_next,
            columns: Vec::new(),
            fields,
        };
        let mut rest = headings[result.fields.len()..].iter();
        while let Some(heading) = rest.next() {
            let (mut column, is_named) = result.column(heading);
            result.has_names |= is_named;
            let number = result.columns.len();
            result.fields.push(Field::Value(number));
            if in_next && let Some(name) = rest.next() {
                column.name = Some(name.clone()).filter(|name| !name.is_empty());
                result.fields.push(Field::NameOf(number));
            }
            result.columns.push(column);
        }
        let mut ids = HashSet::new();
        match result.columns.iter().find(|column| !ids.insert(column.id.as_str())) {
            Some(twice) => Err(format!("two columns have the heading `{}`", twice.id)),
            None => Ok(result),
        }
    }

    /// A component's column by its heading, and whether that has a name in it.
    fn column(&self, heading: &str) -> (Column, bool) {
        let (id, name) = match heading.split_once(": ") {
            Some((id, name)) if !id.contains(' ') => (id, Some(name.to_owned())),
            _ => (heading, None),
        };
        // Of attributes within others (`CONTACT[].NAME[]`) the last brackets count.
        let cells = match id.strip_suffix(']').and_then(|id| id.rsplit_once('[')) {
            None => Cells::One,
            Some((_, "")) => Cells::Several,
            Some((_, languages)) => {
                Cells::ByLanguage(languages.split(self.parts).map(str::to_owned).collect())
            }
        };
        let mut plain = String::new();
        let mut rest = id;
        while let Some((before, after)) = rest.split_once('[') {
            plain.push_str(before);
            rest = after.split_once(']').map_or("", |(_, after)| after);
        }
        plain.push_str(rest);
        let is_named = name.is_some();
        (Column { id: plain, name, cells }, is_named)
    }
}

const FIRST_HEADINGS: &str =
    "the first heading is neither `DATAFLOW` nor `STRUCTURE` with `STRUCTURE_ID` after it";

fn broken(content: &Content, message: impl Into<String>) -> Diagnostic {
    let place = Place::Line { file: content.path().to_path_buf(), line: 1, column: None };
    Diagnostic::new(&BROKEN_SDMX_CSV, place, message)
}

/// What parts the fields: the character after the first heading.
fn delimiter(text: &str) -> Option<char> {
    let rest = text.strip_prefix('"').unwrap_or(text);
    let rest = ["STRUCTURE", "DATAFLOW"].iter().find_map(|term| rest.strip_prefix(term))?;
    let rest = match rest.strip_prefix('[') {
        Some(bracket) => bracket.split_once(']')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    match rest.chars().next() {
        // A file of one column.
        None | Some('\n' | '\r') => Some(','),
        Some(c) => (c.is_ascii_punctuation() || c == '\t' || c == ' ').then_some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_says_how_to_read_the_others() {
        for (text, expected) in [
            ("DATAFLOW,A,B", Some(',')),
            ("DATAFLOW\n", Some(',')),
            ("\"STRUCTURE[;]\";\"STRUCTURE_ID\"", Some(';')),
            ("STRUCTURE[|];STRUCTURE_ID", Some(';')),
            ("STRUCTURE\tSTRUCTURE_ID", Some('\t')),
            ("STRUCTUREX", None),
            ("REF_AREA,TIME", None),
        ] {
            assert_eq!(delimiter(text), expected, "{text}");
        }
        let headings = ["STRUCTURE[;]", "STRUCTURE_ID", "A[].B[]", "C[en;fr]", "D: name: d"];
        let headings = Headings::of(&headings.map(str::to_owned), ',').unwrap();
        let columns: Vec<_> = headings.columns.iter().map(|c| (c.id.as_str(), &c.cells)).collect();
        let languages = Cells::ByLanguage(vec!["en".into(), "fr".into()]);
        assert_eq!(columns, [("A.B", &Cells::Several), ("C", &languages), ("D", &Cells::One)]);
        assert_eq!(headings.columns[2].name.as_deref(), Some("name: d"));
    }
}
