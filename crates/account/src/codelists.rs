//! codelists/NAME.csv: codes, their hierarchy and labels.

use crate::delimited;
use crate::errors::{CIRCULAR_CODELIST, DUPLICATE_ID, UNKNOWN_CODE, WRONG_VALUE};
use crate::text::Text;
use crate::values::Locale;
use olshem_model::codelist::Item;
use olshem_model::spelling;
use olshem_model::{Codelist, Diagnostic, Place};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a codelist.
pub(crate) fn read(
    id: &str,
    file: &Path,
    text: &str,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> Codelist {
    let mut optional = vec!["parent".to_owned(), "aliases".to_owned()];
    let languages = delimited::languages(text, "label_", locales);
    optional.extend(languages.iter().map(|language| format!("label_{language}")));
    let lines = delimited::read(file, text, &["code"], &optional, faults);

    let at = |line: usize, column: &str| Place::Line {
        file: file.to_path_buf(),
        line,
        column: Some(column.to_owned()),
    };
    let mut codelist = Codelist::new(id);
    let mut line_of: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        let code = line.cell("code");
        if !line.has("code") {
            break;
        }
        if code.is_empty() {
            let place = at(line.number, "code");
            faults.push(Diagnostic::new(&WRONG_VALUE, place, "the code is empty"));
            continue;
        }
        let labels = languages
            .iter()
            .map(|l| (l.clone(), line.cell(&format!("label_{l}")).to_owned()))
            .filter(|(_, label)| !label.is_empty());
        let aliases = line.cell("aliases").split('|').map(str::trim).filter(|a| !a.is_empty());
        let item = Item {
            code: code.to_owned(),
            parent: Some(line.cell("parent").to_owned()).filter(|parent| !parent.is_empty()),
            labels: labels.collect(),
            aliases: aliases.map(str::to_owned).collect(),
            ..Item::default()
        };
        if codelist.push(item).is_ok() {
            line_of.insert(code, line.number);
        } else {
            let message = format!("the code `{code}` is listed twice");
            let first = line_of.get(code).copied().unwrap_or_default();
            faults.push(
                Diagnostic::new(&DUPLICATE_ID, at(line.number, "code"), message)
                    .with_help(format!("it is first listed in line {first}")),
            );
        }
    }
    for item in codelist.items() {
        let line = line_of.get(item.code.as_str()).copied().unwrap_or_default();
        let Some(parent) = &item.parent else { continue };
        if codelist.get(parent).is_none() {
            let message = format!("the parent `{parent}` of `{}` is not listed", item.code);
            let mut fault = Diagnostic::new(&UNKNOWN_CODE, at(line, "parent"), message);
            fault.help = spelling::advice(parent, codes(&codelist));
            faults.push(fault);
        } else if codelist.is_within(parent, &item.code) {
            let message = format!("`{}` is a part of itself", item.code);
            faults.push(Diagnostic::new(&CIRCULAR_CODELIST, at(line, "parent"), message));
        }
    }
    codelist
}

/// The codes of a list, in its order.
pub(crate) fn codes(codelist: &Codelist) -> Vec<&str> {
    codelist.items().iter().map(|item| item.code.as_str()).collect()
}

/// What a code is called in every language; the code itself where that is not known.
pub(crate) fn label(codelist: &Codelist, code: &str) -> Text {
    match codelist.get(code) {
        Some(item) if !item.labels.is_empty() => Text::Localised(item.labels.clone()),
        _ => code.into(),
    }
}
