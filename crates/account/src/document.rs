//! Reading a TOML file into a type, with all of its faults and not the first alone.
//!
//! `serde` stops at the first fault. So the value at fault is taken out of the document and the rest
//! read again, until nothing is at fault any more or nothing is left to take out.

use crate::errors::{MISSING_KEY, TOML, UNKNOWN_KEY, WRONG_VALUE};
use crate::values::Locale;
use olshem_model::spelling;
use olshem_model::{Diagnostic, Place};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

/// The keys whose value may be a table by language.
const TEXTS: &[&str] =
    &["label", "letters", "method", "name", "note", "settle", "text", "title", "unit", "who"];

/// The keys whose value is a table with keys of the user's choice.
const FREE: &[&str] = &["at", "codelists", "components", "map", "where"];

/// A TOML file that follows TOML's grammar.
pub(crate) struct Document<'a> {
    file: PathBuf,
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

/// What was read of a document.
pub(crate) struct Reading<T> {
    /// The value, perhaps without the parts at fault.
    pub(crate) value: T,
    /// Whether nothing was at fault.
    pub(crate) whole: bool,
}

impl<'a> Document<'a> {
    pub(crate) fn parse(file: &Path, text: &'a str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let file = file.to_path_buf();
        if errors.is_empty() {
            return Some(Self { file, text, root });
        }
        faults.extend(errors.iter().map(|error| {
            let end = text.len();
            let span = error.span().unwrap_or(end..end);
            let place = Place::Text { file: file.clone(), span };
            Diagnostic::new(&TOML, place, error.message())
        }));
        None
    }

    /// Reads the document as a `T`; `None` where too little is left without the parts at fault.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Reading<T>> {
        let mut rest = self.root.clone();
        // Keys taken out, by the table that they were in. That they are missing is no second fault.
        let mut removed = BTreeSet::new();
        let before = faults.len();
        loop {
            let error = match T::deserialize(Deserializer::from(rest.clone())) {
                Ok(value) => return Some(Reading { value, whole: faults.len() == before }),
                Err(error) => error,
            };
            let span = error.span().unwrap_or_else(|| self.root.span());
            let missing = quoted(error.message(), "missing field `");
            if !missing.is_some_and(|key| removed.contains(&(span.start, key.to_owned()))) {
                faults.push(self.diagnostic(error.message(), span.clone()));
            }
            let root = rest.span();
            if !take_out(rest.get_mut(), &root, &span, &mut removed) {
                return None;
            }
        }
    }

    /// Checks that texts by language are in languages of the account, where these are known.
    pub(crate) fn check_locales(&self, locales: &[Locale], faults: &mut Vec<Diagnostic>) {
        if locales.is_empty() {
            return;
        }
        let mut unknown = Vec::new();
        unknown_locales(self.root.get_ref(), locales, &mut unknown);
        faults.extend(unknown.into_iter().map(|(locale, span)| {
            let place = Place::Text { file: self.file.clone(), span };
            let message = format!("`{locale}` is not one of the account's languages");
            let names: Vec<&str> = locales.iter().map(|l| &**l).collect();
            Diagnostic::new(&WRONG_VALUE, place, message)
                .with_help(format!("`locales` of account.toml lists `{}`", names.join("`, `")))
        }));
    }

    fn diagnostic(&self, message: &str, span: Range<usize>) -> Diagnostic {
        let place = Place::Text { file: self.file.clone(), span: span.clone() };
        if let Some(key) = quoted(message, "unknown field `") {
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            let mut fault = Diagnostic::new(&UNKNOWN_KEY, place, format!("unknown key `{key}`"));
            fault.help = spelling::advice(key, known);
            return fault;
        }
        if let Some(key) = quoted(message, "missing field `") {
            let message = format!("`{key}` is missing");
            return match span == self.root.span() {
                true => Diagnostic::new(&MISSING_KEY, self.file.as_path(), message),
                false => Diagnostic::new(&MISSING_KEY, place, message),
            };
        }
        if let Some(value) = quoted(message, "unknown variant `") {
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            let message = format!("`{value}` is none of the values that are possible here");
            let mut fault = Diagnostic::new(&WRONG_VALUE, place, message);
            fault.help = spelling::advice(value, known);
            return fault;
        }
        let written = self.text.get(span).unwrap_or_default();
        if message.starts_with("invalid type: map") && written.starts_with(char::is_numeric) {
            let message = format!("`{written}` is a date of TOML, and text is needed");
            return Diagnostic::new(&WRONG_VALUE, place, message)
                .with_help(format!("write it in quotation marks: `\"{written}\"`"));
        }
        Diagnostic::new(&WRONG_VALUE, place, message)
    }
}

/// The text after `prefix` up to the next backtick.
fn quoted<'m>(message: &'m str, prefix: &str) -> Option<&'m str> {
    message.strip_prefix(prefix)?.split('`').next()
}

/// Takes out the smallest entry of a table, or element of an array of tables, that contains `fault`.
fn take_out(
    table: &mut DeTable<'_>,
    table_span: &Range<usize>,
    fault: &Range<usize>,
    removed: &mut BTreeSet<(usize, String)>,
) -> bool {
    let mut at_fault = None;
    for (key, value) in table.iter_mut() {
        if key.span() == *fault {
            at_fault = Some(key.get_ref().to_string());
            break;
        }
        if !contains(value, fault) {
            continue;
        }
        let value_span = value.span();
        let inside = match value.get_mut() {
            DeValue::Table(inner) if value_span != *fault => {
                take_out(inner, &value_span, fault, removed)
            }
            // An array of tables has the span of its first header, as its first table has.
            DeValue::Array(elements) => take_out_of_array(elements, fault, removed),
            _ => false,
        };
        if inside {
            return true;
        }
        at_fault = Some(key.get_ref().to_string());
        break;
    }
    let Some(key) = at_fault else { return false };
    table.remove(key.as_str());
    removed.insert((table_span.start, key));
    true
}

fn take_out_of_array(
    elements: &mut DeArray<'_>,
    fault: &Range<usize>,
    removed: &mut BTreeSet<(usize, String)>,
) -> bool {
    let Some(position) = elements.iter().position(|element| contains(element, fault)) else {
        return false;
    };
    let element = &mut (**elements)[position];
    let span = element.span();
    let DeValue::Table(table) = element.get_mut() else { return false };
    if span != *fault && take_out(table, &span, fault, removed) {
        return true;
    }
    let mut others = DeArray::new();
    for (index, element) in elements.iter().enumerate() {
        if index != position {
            others.push(element.clone());
        }
    }
    *elements = others;
    true
}

/// Whether the value, or anything in it, covers `span`. The span of a table that has a header is
/// that of the header alone, so what is in it must be asked too.
fn contains(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> bool {
    let covers = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    covers(value.span())
        || match value.get_ref() {
            DeValue::Table(table) => {
                table.iter().any(|(key, value)| covers(key.span()) || contains(value, span))
            }
            DeValue::Array(elements) => elements.iter().any(|element| contains(element, span)),
            _ => false,
        }
}

fn unknown_locales(
    table: &DeTable<'_>,
    locales: &[Locale],
    unknown: &mut Vec<(String, Range<usize>)>,
) {
    for (key, value) in table.iter() {
        let key = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(texts) if TEXTS.contains(&key) => {
                let tags = texts.keys().filter(|tag| key != "method" || tag.get_ref() != "link");
                for tag in tags {
                    if !locales.iter().any(|locale| **locale == **tag.get_ref()) {
                        unknown.push((tag.get_ref().to_string(), tag.span()));
                    }
                }
            }
            DeValue::Table(inner) if !FREE.contains(&key) => {
                unknown_locales(inner, locales, unknown);
            }
            DeValue::Array(elements) => {
                for element in elements.iter() {
                    if let DeValue::Table(inner) = element.get_ref() {
                        unknown_locales(inner, locales, unknown);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        title: String,
        #[serde(default, rename = "item")]
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Item {
        id: String,
        number: i64,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        a: bool,
    }

    fn read(text: &str) -> (Vec<String>, Option<Reading<File>>) {
        let mut faults = Vec::new();
        let reading = Document::parse(Path::new("f.toml"), text, &mut faults)
            .and_then(|document| document.read(&mut faults));
        let told = faults
            .iter()
            .map(|fault| match &fault.place {
                Place::Text { span, .. } => {
                    format!("{} {} at `{}`", fault.code.id, fault.message, &text[span.clone()])
                }
                place => panic!("{place}"),
            })
            .collect();
        (told, reading)
    }

    #[test]
    fn every_fault_is_told_and_the_rest_is_kept() {
        let text = r#"
title = "t"
tilte = "u"
[[item]]
id = 1
number = "one"
[[item]]
id = "b"
nubmer = 2
[[item]]
id = "c"
number = 3
inner = { a = true, b = 1 }
"#;
        let (told, reading) = read(text);
        assert_eq!(
            told,
            [
                "A008 unknown key `tilte` at `tilte`",
                "A010 invalid type: integer `1`, expected a string at `1`",
                "A010 invalid type: string \"one\", expected i64 at `\"one\"`",
                "A008 unknown key `nubmer` at `nubmer`",
                "A009 `number` is missing at `[[item]]`",
                "A008 unknown key `b` at `b`",
            ]
        );
        let reading = reading.unwrap();
        assert!(!reading.whole);
        assert_eq!(reading.value.title, "t");
        assert_eq!(reading.value.items.len(), 1);
    }

    #[test]
    fn a_document_without_what_it_needs_is_not_read() {
        let (told, reading) = read("title = 5\n");
        assert_eq!(told, ["A010 invalid type: integer `5`, expected a string at `5`"]);
        assert!(reading.is_none());
    }

    #[test]
    fn all_slips_of_grammar_are_told() {
        let (told, reading) = read("title = \nother = [1\n");
        assert!(told.len() >= 2, "{told:?}");
        assert!(reading.is_none());
    }
}
