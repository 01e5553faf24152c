//! Footnotes of data sets. SDMX has none; they are annotations of a type of their own.

use crate::message::Note;
use olshem_model::codelist::Annotation;

const NOTE: &str = "NOTE";
const MANDATORY: &str = "NOTE_MANDATORY";

/// A footnote as an annotation; what it is on is left to whoever writes it.
pub(super) fn annotation(note: &Note) -> Annotation {
    Annotation {
        kind: Some(if note.is_mandatory { MANDATORY } else { NOTE }.to_owned()),
        texts: note.texts.clone(),
        ..Annotation::default()
    }
}

/// The footnote that an annotation is, if it is one; it says in no other way what it is on.
pub(super) fn note(annotation: &Annotation, on: Vec<(String, String)>) -> Option<Note> {
    let is_mandatory = match annotation.kind.as_deref() {
        Some(NOTE) => false,
        Some(MANDATORY) => true,
        _ => return None,
    };
    let is_plain = annotation.id.is_none() && annotation.url.is_none();
    is_plain.then(|| Note { on, texts: annotation.texts.clone(), is_mandatory })
}
