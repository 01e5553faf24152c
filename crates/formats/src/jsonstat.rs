//! JSON-stat 2.0, and what came before it: cubes in JSON, as the statistical offices of Norway, Ireland,
//! the United Kingdom and Eurostat give them out (<https://json-stat.org/full/>).
//!
//! ```
//! use olshem_formats::{Content, Kind, files};
//!
//! let json = r#"{"version": "2.0", "class": "dataset", "id": ["sex"], "size": [2],
//!     "dimension": {"sex": {"category": {"index": ["M", "F"]}}},
//!     "value": [10, null], "status": {"1": "c"}}"#;
//! let content = Content::in_memory("people.json", json);
//! let (kind, collected) = files::collect(&content, &files::Known::default()).unwrap();
//! assert_eq!(kind, Kind::JsonStat);
//! let (description, observations) = &collected.datasets[0];
//! assert_eq!(description.data_structure().to_string(), "sex -> OBS_VALUE [OBS_STATUS]");
//! assert_eq!(observations[0].batch.num_rows(), 2);
//! ```
//!
//! What a reader has to know:
//!
//! * A dimension in the role `time` is time if all its codes are periods. One in the role `metric` tells
//!   measures apart; there is one measure, `OBS_VALUE`. Units are annotations of its codes.
//! * An array has an observation for each cell, an object for each position that it names.
//! * JSON-stat does not tell languages; its texts are in `und`.
//! * Members that the format does not define are kept in `extension`, wherever they stood, and written
//!   there.
//! * Of a collection, the data sets that are in it are read, not those that it links to.

mod dataset;
mod dimension;
mod extension;
mod tree;
mod write;

use crate::content::Content;
use crate::cube::UNDETERMINED;
use crate::description::identifier;
use crate::errors::{BROKEN_JSON_STAT, WRONG_MESSAGE};
use crate::message::{Header, Receiver};
use crate::metadata::{Artefact, Class, Metadata, Reference};
use dimension::Dimension;
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Place};
use std::path::Path;
use tree::{Json, Object};

pub(crate) use write::writer;

/// The extra that has a dimension's role where nothing else shows it.
const ROLE: &str = "role";
/// The kind of annotation that has what else is known of a unit, as JSON.
const UNIT: &str = "unit";
/// The kind of annotation that has where a place is, as JSON.
const COORDINATES: &str = "coordinates";

/// Reads a file into a receiver.
pub(crate) fn read(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Vec<Diagnostic>> {
    read_first(content, receiver).map_err(|fault| vec![fault])
}

/// The same, to the first fault.
fn read_first(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let file = content.path();
    let Json::Object(mut root) = tree::read(content)? else {
        return Err(not_understood(file, "it is not an object"));
    };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match root.text("class") {
        Some("collection") => collection(file, &mut root, receiver),
        Some("dimension") => codelist(file, &stem, &root, receiver),
        Some("dataset") | None if root.has("dimension") => {
            dataset::read(file, stem, &mut root, receiver)
        }
        Some("dataset") => Err(contradiction(file, root.line, "`dimension` is missing")),
        Some(class) => {
            let message = format!("the class `{class}` is not one of JSON-stat");
            Err(Diagnostic::new(&WRONG_MESSAGE, at(file, root.line), message))
        }
        None => bundle(file, &mut root, receiver),
    }
}

/// JSON-stat 1: data sets by name.
fn bundle(file: &Path, root: &mut Object, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let is_dataset = |json: &Json| matches!(json, Json::Object(object) if object.has("dimension"));
    if !root.members.values().any(is_dataset) {
        return Err(not_understood(file, "no object in it has a `dimension`"));
    }
    for (name, json) in &mut root.members {
        match json {
            Json::Object(object) if object.has("dimension") => {
                dataset::read(file, name.clone(), object, receiver)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn collection(
    file: &Path,
    root: &mut Object,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let mut header = Header::default();
    if let Some(label) = root.text("label") {
        header.names = undetermined(label);
    }
    header.prepared = root.text("updated").map(str::to_owned);
    let line = root.line;
    let items = match root.object_mut("link").and_then(|link| link.members.get_mut("item")) {
        Some(Json::List(items)) => std::mem::take(items),
        _ => Vec::new(),
    };
    let (mut datasets, mut links) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Json::Object(item) if item.has("dimension") && item.has("value") => datasets.push(item),
            Json::Object(item) => links.extend(item.text("href").map(str::to_owned)),
            _ => {}
        }
    }
    if datasets.is_empty() {
        let message = "a collection that only links to data sets, none is in it";
        let shown: Vec<&str> = links.iter().take(5).map(String::as_str).collect();
        return Err(Diagnostic::new(&WRONG_MESSAGE, at(file, line), message)
            .with_help(format!("fetch what it links to: {}", shown.join(", "))));
    }
    header.remarks.extend(links.iter().map(|link| format!("also belongs to it: {link}")));
    receiver.header(header)?;
    for (number, mut item) in (1..).zip(datasets) {
        let id = item.text("href").and_then(|href| {
            let name = href.rsplit('/').next().unwrap_or_default();
            let name = name.split(['?', '.']).next().unwrap_or_default();
            (!name.is_empty()).then(|| name.to_owned())
        });
        dataset::read(file, id.unwrap_or_else(|| format!("item{number}")), &mut item, receiver)?;
    }
    Ok(())
}

/// A dimension alone is a codelist.
fn codelist(
    file: &Path,
    stem: &str,
    root: &Object,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let dimension = Dimension::read(file, stem, root, None)?;
    let reference = Reference::new(Class::Codelist, "", identifier(stem), "");
    let names = root.text("label").map(undetermined).unwrap_or_default();
    let list = Artefact::new(reference, names, dimension.codelist());
    receiver.metadata(Metadata { codelists: vec![list], ..Metadata::default() })
}

fn undetermined(text: &str) -> Labels {
    Labels::from([(UNDETERMINED.to_owned(), text.to_owned())])
}

fn not_understood(file: &Path, why: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_MESSAGE, file, format!("not a message of JSON-stat: {why}"))
}

fn contradiction(file: &Path, line: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&BROKEN_JSON_STAT, at(file, line), message)
}

fn at(file: &Path, line: usize) -> Place {
    Place::Line { file: file.to_path_buf(), line, column: None }
}
