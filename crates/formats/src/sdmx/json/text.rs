//! JSON as it is written: commas where they belong, and the pieces that all messages share.

use super::tree::push_quoted;
use crate::metadata::Reference;
use olshem_model::codelist::{Annotation, Labels};

/// A text of JSON that grows.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) json: String,
    /// Whether a value stands before, so that a comma has to part them.
    pub(super) follows: bool,
    /// In which language `name` is, where there is one in it.
    pub(super) language: Option<String>,
    /// Whether there are no texts but these.
    pub(super) is_monolingual: bool,
    /// How many were left out for that.
    pub(super) passed_over: usize,
}

impl Text {
    /// Begins an object or a list.
    pub(super) fn open(&mut self, bracket: char) {
        self.part();
        self.json.push(bracket);
        self.follows = false;
    }

    /// Ends it.
    pub(super) fn close(&mut self, bracket: char) {
        self.json.push(bracket);
        self.follows = true;
    }

    fn part(&mut self) {
        if self.follows {
            self.json.push(',');
        }
        self.follows = true;
    }

    /// A line break, for people and for the places of faults.
    pub(super) fn new_line(&mut self) {
        if self.follows {
            self.json.push(',');
            self.follows = false;
        }
        self.json.push('\n');
    }

    /// The key of the value that follows.
    pub(super) fn key(&mut self, key: &str) {
        self.part();
        push_quoted(&mut self.json, key);
        self.json.push(':');
        self.follows = false;
    }

    pub(super) fn string(&mut self, text: &str) {
        self.part();
        push_quoted(&mut self.json, text);
    }

    /// What is JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.part();
        self.json.push_str(json);
    }

    pub(super) fn number(&mut self, number: usize) {
        self.raw(&number.to_string());
    }

    /// A number as it is, where JSON knows such; a string else.
    pub(super) fn digits(&mut self, text: &str) {
        match is_number(text) {
            true => self.raw(text),
            false => self.string(text),
        }
    }

    pub(super) fn member(&mut self, key: &str, text: &str) {
        self.key(key);
        self.string(text);
    }

    pub(super) fn optional(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.member(key, text);
        }
    }

    pub(super) fn flag(&mut self, key: &str, is: bool) {
        self.key(key);
        self.raw(if is { "true" } else { "false" });
    }

    pub(super) fn list<T>(&mut self, key: &str, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        self.open('[');
        for item in items {
            write(self, item);
        }
        self.close(']');
    }

    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.open('{');
        write(self);
        self.close('}');
    }

    /// A text in one language at `name`, in all at `names` where there is room for these.
    pub(super) fn labels(&mut self, name: &str, names: &str, labels: &Labels) {
        let Some(best) = best(labels, self.language.as_deref()) else { return };
        self.member(name, best);
        if self.is_monolingual {
            self.passed_over += labels.len() - 1;
            return;
        }
        self.key(names);
        self.object(|text| {
            for (language, label) in labels {
                text.member(language, label);
            }
        });
    }

    /// The same, of something that has to have a name: its id, if it has no other.
    pub(super) fn names(&mut self, labels: &Labels, id: &str) {
        match labels.is_empty() {
            true => self.member("name", id),
            false => self.labels("name", "names", labels),
        }
    }

    pub(super) fn link(&mut self, reference: &Reference, rel: &str) {
        self.object(|text| {
            text.member("urn", &reference.to_string());
            text.member("rel", rel);
        });
    }

    pub(super) fn annotation(&mut self, annotation: &Annotation) {
        self.object(|text| {
            text.optional("id", annotation.id.as_deref());
            text.optional("title", annotation.title.as_deref());
            text.optional("type", annotation.kind.as_deref());
            text.labels("text", "texts", &annotation.texts);
            if let Some(url) = &annotation.url {
                text.list("links", std::slice::from_ref(url), |text, url| {
                    text.object(|text| {
                        text.member("href", url);
                        text.member("rel", "related");
                    });
                });
            }
        });
    }
}

/// The text in that language, or in English, or in any.
fn best<'l>(labels: &'l Labels, language: Option<&str>) -> Option<&'l String> {
    let wanted = language.and_then(|language| labels.get(language));
    wanted.or_else(|| labels.get("en")).or_else(|| labels.values().next())
}

/// Whether the text is JSON that begins so.
pub(super) fn is_json(text: &str, bracket: char) -> bool {
    text.starts_with(bracket) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether JSON has such a number.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
        return false;
    }
    let mut rest = &unsigned[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_json_are_numbers() {
        for (text, expected) in [
            ("0", true),
            ("-1.50", true),
            ("12e5", true),
            ("1.5E-07", true),
            ("007", false),
            ("+1", false),
            (".5", false),
            ("1.", false),
            ("1e", false),
            ("NaN", false),
            ("1 000", false),
            ("", false),
            ("-", false),
        ] {
            assert_eq!(is_number(text), expected, "{text}");
        }
    }
}
