//! The names of codes, which stand beside them in each row and yet have to be known before: what a
//! first reading of such a file is for.

use super::cells::{code_and_name, parts};
use super::each_piece;
use super::headings::{Cells, Field, Headings};
use crate::content::Content;
use crate::delimited::Fields;
use indexmap::IndexMap;
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Diagnostic};
use std::borrow::Cow;
use std::sync::Arc;

/// The language of a text whose language is not told.
pub(super) const UNDETERMINED: &str = "und";

/// A column with more codes than this is taken for one of other values.
const MOST: usize = 1 << 20;

/// The codelist of each column of codes.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Option<Arc<Codelist>>>);

impl Names {
    pub(super) fn read(content: &Content, headings: &Headings) -> Result<Self, Diagnostic> {
        let in_next = headings.fields.iter().any(|field| matches!(field, Field::NameOf(_)));
        let mut columns: Vec<Found> = headings.columns.iter().map(|_| Found::default()).collect();
        let mut is_first = true;
        each_piece(content, headings.delimiter, |text, line| {
            let mut fields = Fields::new(text, headings.delimiter, line);
            let mut at = 0;
            let mut value = Cow::Borrowed("");
            while let Some(field) = fields.next().map_err(|fault| fault.in_file(content.path()))? {
                match headings.fields.get(at) {
                    _ if is_first => {}
                    Some(Field::Value(n)) if in_next => {
                        if headings.columns[*n].cells != Cells::One {
                            columns[*n].is_free = true;
                        }
                        value = field.text;
                    }
                    Some(Field::Value(n)) => match headings.columns[*n].cells {
                        Cells::One => columns[*n].take_both(&field.text),
                        Cells::Several => parts(&field.text, headings.parts)
                            .iter()
                            .for_each(|part| columns[*n].take_both(part)),
                        Cells::ByLanguage(_) => columns[*n].is_free = true,
                    },
                    Some(Field::NameOf(n)) => columns[*n].take(&value, &field.text),
                    _ => {}
                }
                at += 1;
                if field.last {
                    at = 0;
                    is_first = false;
                }
            }
            Ok(fields.line())
        })?;
        let lists = columns.into_iter().zip(&headings.columns);
        Ok(Self(lists.map(|(found, column)| found.codelist(&column.id)).collect()))
    }

    /// The codelist of a column; none where it has no codes.
    pub(super) fn of(&self, column: usize) -> Option<&Arc<Codelist>> {
        self.0.get(column)?.as_ref()
    }
}

/// What was seen of a column.
#[derive(Default)]
struct Found {
    codes: IndexMap<String, String>,
    /// Whether it has values that are no codes with names.
    is_free: bool,
}

impl Found {
    /// Takes a cell with both, as every cell of a column of codes is.
    fn take_both(&mut self, text: &str) {
        match code_and_name(text) {
            Some((code, name)) => self.take(code, name),
            None => self.is_free |= !text.is_empty(),
        }
    }

    fn take(&mut self, code: &str, name: &str) {
        if self.is_free || code.is_empty() {
            return;
        }
        match self.codes.get(code) {
            Some(known) => self.is_free |= known != name,
            None if self.codes.len() == MOST => self.is_free = true,
            None => drop(self.codes.insert(code.to_owned(), name.to_owned())),
        }
    }

    fn codelist(self, id: &str) -> Option<Arc<Codelist>> {
        let says_more = self.codes.iter().any(|(code, name)| !name.is_empty() && code != name);
        if self.is_free || !says_more {
            return None;
        }
        let mut list = Codelist::new(id);
        for (code, name) in self.codes {
            let label = Some((UNDETERMINED.to_owned(), name)).filter(|(_, name)| !name.is_empty());
            let labels: Labels = label.into_iter().collect();
            // Codes differ: they were the keys of a map.
            drop(list.push(Item { code, labels, ..Item::default() }));
        }
        Some(Arc::new(list))
    }
}
