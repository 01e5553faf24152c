//! SDMX-JSON: data and structure messages, versions 1.0 and 2.0, and data of the draft before 1.0 that
//! services still send.
//!
//! An observation is told by indices into lists of values, and JSON has no order: the lists may follow
//! the observations. So a file is read twice, first all but the observations, then these, one after
//! another; no more of them is in memory than a batch and the series that is being read.
//!
//! ```
//! use olshem_formats::files::{Known, collect};
//! use olshem_formats::{Content, Kind};
//!
//! let message = r#"{
//!   "meta": {"id": "M1", "prepared": "2024-05-01T10:00:00Z", "sender": {"id": "ECB"}},
//!   "data": {
//!     "dataSets": [{"series": {"0": {"observations": {"0": [1.5931], "1": [1.5925]}}}}],
//!     "structures": [{
//!       "dimensions": {
//!         "series": [{"id": "CURRENCY", "keyPosition": 0, "values": [
//!           {"id": "NZD", "name": "New Zealand dollar"}
//!         ]}],
//!         "observation": [{"id": "TIME_PERIOD", "keyPosition": 1, "values": [
//!           {"value": "2013-01-18"}, {"value": "2013-01-21"}
//!         ]}]
//!       },
//!       "measures": {"observation": [{"id": "OBS_VALUE"}]}
//!     }]
//!   }
//! }"#;
//! let content = Content::in_memory("rates.json", message);
//! let (kind, collected) = collect(&content, &Known::default()).unwrap();
//! assert_eq!(kind, Kind::SdmxJson2);
//! let (description, observations) = &collected.datasets[0];
//! assert_eq!(
//!     description.data_structure().to_string(),
//!     "CURRENCY, TIME_PERIOD -> OBS_VALUE"
//! );
//! assert_eq!(observations[0].batch.num_rows(), 2);
//! ```

mod components;
mod observations;
mod outline;
mod remarks;
mod structure;
mod text;
mod tree;
mod write;

pub use write::{JsonWriter, Version};

use crate::content::Content;
use crate::errors::{BROKEN_SDMX_JSON, MISSING_STRUCTURE, WRONG_MESSAGE};
use crate::message::{Action, Extra, Header, Receiver};
use components::Layout;
use olshem_model::Diagnostic;
use outline::{DatasetOutline, Outline};
use tree::{Node, fault_at};

/// Reads a message of data or of structures.
///
/// # Errors
///
/// The first thing that is wrong with the file, or the receiver's error.
pub fn read(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let outline = Outline::read(content)?;
    let language = outline.language();
    let header = header(&outline, &language);
    if outline.datasets.is_empty() && !outline.has_structures() {
        return Err(without_content(content, &outline, &header));
    }
    receiver.header(header)?;
    let metadata = structure::read(&outline, content.path(), &language)?;
    if !metadata.is_empty() {
        receiver.metadata(metadata)?;
    }
    if outline.datasets.is_empty() {
        return Ok(());
    }
    let mut layouts = Vec::new();
    for dataset in &outline.datasets {
        layouts.push(layout(&outline, dataset, layouts.len(), content, &language)?);
    }
    let mut notes = remarks::notes(content, &layouts)?;
    for (layout, notes) in layouts.iter_mut().zip(&mut notes) {
        layout.description.notes.append(notes);
    }
    observations::read(content, &outline.datasets, &layouts, receiver)
}

/// What the message says of itself.
fn header(outline: &Outline, language: &str) -> Header {
    let mut header = Header::default();
    if let Some(meta) = outline.root.get("meta").or_else(|| outline.root.get("header")) {
        let text = |key| meta.text(key).map(str::to_owned);
        header.id = text("id");
        header.prepared = text("prepared");
        header.is_test = meta.is_true("test");
        header.names = meta.labels("name", "names", language);
        header.sender = meta.get("sender").and_then(|s| s.text("id")).map(str::to_owned);
    }
    let errors = outline.root.get("errors").map(Node::items).unwrap_or_default();
    header.remarks = errors.iter().map(remark).collect();
    header
}

/// An error of the service that sent the message: `404: not found`.
fn remark(error: &Node) -> String {
    let said = |key, keys| error.labels(key, keys, "").into_values().next();
    let code = error.text("code").filter(|code| *code != "0").map(str::to_owned);
    let title = said("title", "titles").or_else(|| said("message", "messages"));
    let parts = [code, title, said("detail", "details")];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    match told.is_empty() {
        true => components::said(error),
        false => told.join(": "),
    }
}

/// Why there is nothing to read.
fn without_content(content: &Content, outline: &Outline, header: &Header) -> Diagnostic {
    let has = |key| outline.root.contains_key(key) || outline.data.contains_key(key);
    let message = if has("metadataSets") || has("metadatasets") || has("metadataSet") {
        "the message has reference metadata, which are texts on data and not data".to_owned()
    } else if let Some(first) = header.remarks.first() {
        format!("the message has nothing but an error of the service that sent it: {first}")
    } else {
        "the message has neither data sets nor structures".to_owned()
    };
    Diagnostic::new(&WRONG_MESSAGE, content.path(), message)
}

/// What the data set of that number looks like.
fn layout(
    outline: &Outline,
    dataset: &DatasetOutline,
    number: usize,
    content: &Content,
    language: &str,
) -> Result<Layout, Diagnostic> {
    let file = content.path();
    let structures = outline.structures();
    let stated = dataset.members.get("structure").and_then(Node::index);
    let listed = || {
        structures.iter().position(|structure| {
            structure.list("dataSets").iter().any(|index| index.index() == Some(number))
        })
    };
    let index = stated.or_else(listed).unwrap_or(0);
    let Some(structure) = structures.get(index) else {
        let message = match structures.is_empty() {
            true => "the message has data and does not say what they are: it has no `structures`",
            false => "the data set names a structure that the message does not have",
        };
        let code = if structures.is_empty() { &MISSING_STRUCTURE } else { &BROKEN_SDMX_JSON };
        return Err(fault_at(code, file, dataset.line, message));
    };
    let mut layout = Layout::read(structure, file, language)?;
    layout.refer(dataset.members.get("links").map(Node::items).unwrap_or_default());
    let description = &mut layout.description;
    description.action = match dataset.members.get("action").and_then(Node::scalar) {
        None | Some("Information") => Action::Information,
        Some("Append" | "Merge") => Action::Append,
        Some("Replace") => Action::Replace,
        Some("Delete") => Action::Delete,
        Some(other) => {
            let message = format!("`{other}` is no action on data");
            return Err(fault_at(&BROKEN_SDMX_JSON, file, dataset.line, message));
        }
    };
    for keyword in KEPT {
        if let Some(text) = dataset.members.get(*keyword).and_then(Node::scalar) {
            let (keyword, values) = ((*keyword).to_owned(), vec![text.to_owned()]);
            description.extras.push(Extra { keyword, values, ..Extra::default() });
        }
    }
    let annotations = dataset.members.get("annotations").map(Node::items).unwrap_or_default();
    let annotated = structure.list("annotations");
    // A structure's own list of annotations holds all that others refer to.
    if !annotated.is_empty() {
        let (notes, others) = components::remarks(annotations, &layout.annotations, "", "");
        description.notes.extend(notes);
        description.extras.extend(others);
    }
    Ok(layout)
}

/// What a data set says of itself besides.
const KEPT: &[&str] = &[
    "reportingBegin",
    "reportingEnd",
    "validFrom",
    "validTo",
    "publicationYear",
    "publicationPeriod",
];
