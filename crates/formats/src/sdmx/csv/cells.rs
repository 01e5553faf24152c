//! Cells with more in them than a value.

use serde_json::to_string;
use std::borrow::Cow;

/// A code and its name: `A: Annual`.
pub(super) fn code_and_name(text: &str) -> Option<(&str, &str)> {
    let (code, name) = text.split_once(": ")?;
    let is_id = !code.is_empty()
        && code.chars().all(|c| c.is_ascii_alphanumeric() || "_@$-./:".contains(c));
    is_id.then_some((code, name))
}

/// An artefact's identity and its name: `ESTAT:NA_MAIN(1.6.0): National Accounts`.
pub(super) fn identity_and_name(text: &str) -> Option<(&str, &str)> {
    text.split_once(": ")
}

/// The parts of a cell of several values. A part with the character that parts them, or with
/// quotation marks, stands in quotation marks.
pub(super) fn parts(text: &str, by: char) -> Vec<Cow<'_, str>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let quoted = rest.strip_prefix('"').and_then(|rest| quoted(rest, by));
        let (part, after) = quoted.unwrap_or_else(|| match rest.find(by) {
            Some(end) => (Cow::Borrowed(&rest[..end]), &rest[end..]),
            None => (Cow::Borrowed(rest), ""),
        });
        parts.push(part);
        match after.strip_prefix(by) {
            Some(next) => rest = next,
            None => return parts,
        }
    }
}

/// The part after its opening quotation mark, and what follows the closing one; none, where the
/// quotation marks are not those around a part.
fn quoted(text: &str, by: char) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    loop {
        let quote = from + text[from..].find('"')?;
        let after = &text[quote + 1..];
        if after.starts_with('"') {
            from = quote + 2;
        } else if after.is_empty() || after.starts_with(by) {
            return Some((Cow::Owned(text[..quote].replace("\"\"", "\"")), after));
        } else {
            return None;
        }
    }
}

/// Several values as a JSON array; with `codes`, each without its name.
pub(super) fn list(text: &str, by: char, codes: bool) -> String {
    let values: Vec<Cow<'_, str>> = parts(text, by);
    let value = |part: &Cow<'_, str>| match code_and_name(part).filter(|_| codes) {
        Some((code, _)) => code.to_owned(),
        None => part.clone().into_owned(),
    };
    to_string(&values.iter().map(value).collect::<Vec<_>>()).unwrap_or_default()
}

/// A text in several languages as a JSON object, or several such texts as an array of them.
pub(super) fn by_language(text: &str, by: char, languages: &[String]) -> String {
    let values = parts(text, by);
    let within: Vec<Vec<Cow<'_, str>>> = values.iter().map(|part| parts(part, by)).collect();
    let objects: Option<Vec<String>> =
        within.iter().map(|parts| object(parts, languages)).collect();
    let is_nested = within.iter().any(|parts| parts.len() > 1);
    match (object(&values, languages), objects) {
        (Some(object), objects) if !is_nested || objects.is_none() => object,
        (_, Some(objects)) => format!("[{}]", objects.join(",")),
        // A text of which no language is told.
        (_, None) => text.to_owned(),
    }
}

/// `en:Value`, `fr:Valeur`, … as a JSON object.
fn object(parts: &[Cow<'_, str>], languages: &[String]) -> Option<String> {
    let mut object = String::from("{");
    let mut left: Vec<&String> = languages.iter().collect();
    for part in parts {
        let (language, text) = part.split_once(':')?;
        // Each language once.
        left.swap_remove(left.iter().position(|known| *known == language)?);
        object.push_str(if object.len() > 1 { "," } else { "" });
        object.push_str(&to_string(language).ok()?);
        object.push(':');
        object.push_str(&to_string(text).ok()?);
    }
    object.push('}');
    Some(object)
}

/// Values as a cell of several.
pub(super) fn joined<'v>(values: impl Iterator<Item = &'v str>, by: char) -> String {
    let mut cell = String::new();
    for (n, value) in values.enumerate() {
        if n > 0 {
            cell.push(by);
        }
        match value.contains([by, '"']) {
            true => {
                cell.push('"');
                cell.push_str(&value.replace('"', "\"\""));
                cell.push('"');
            }
            false => cell.push_str(value),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_of_several_values_become_json() {
        for (text, expected) in [
            ("X;Y", r#"["X","Y"]"#),
            ("M, N & O;P & Q", r#"["M, N & O","P & Q"]"#),
            (r#""a;b";"say ""so""""#, r#"["a;b","say \"so\""]"#),
            ("a;;b", r#"["a","","b"]"#),
            (r#"5" disk;x"#, r#"["5\" disk","x"]"#),
        ] {
            assert_eq!(list(text, ';', false), expected, "{text}");
        }
        assert_eq!(list("A: Value A;B: Value B", ';', true), r#"["A","B"]"#);
        let languages = ["en".to_owned(), "fr".to_owned()];
        for (text, expected) in [
            ("en:Value \"X\";fr:Valeur", r#"{"en":"Value \"X\"","fr":"Valeur"}"#),
            (r#""en:1;fr:2";"en:3""#, r#"[{"en":"1","fr":"2"},{"en":"3"}]"#),
            ("no language: here", "no language: here"),
        ] {
            assert_eq!(by_language(text, ';', &languages), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn lists_come_back(values in prop::collection::vec("[a;\" é:]{1,4}", 1..4)) {
            let cell = joined(values.iter().map(String::as_str), ';');
            let read: Vec<String> = parts(&cell, ';').into_iter().map(Cow::into_owned).collect();
            prop_assert_eq!(read, values);
        }
    }
}
