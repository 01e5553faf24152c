//! sources/ID: files as published, what they are, and how their cells become observations.

use crate::codelists::codes;
use crate::errors::{CHECKSUM, MISSING_FILE};
use crate::files::Files;
use crate::folder::Loaded;
use crate::text::Text;
use crate::values::Date;
use olshem_formats::{DatasetReading, Read, Table};
use olshem_model::{Codelist, Component, DataStructure, DataType, Diagnostic, Role};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use toml::Spanned;

/// The attribute in which breaks in a series are marked.
pub(crate) const STATUS: &str = "OBS_STATUS";
/// SDMX's code for the first observation after a break.
pub(crate) const BREAK: &str = "B";

/// The content of source.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    title: Text,
    publisher: String,
    address: String,
    licence: String,
    retrieved: Date,
    vintage: Option<String>,
    file: Spanned<String>,
    sha256: Spanned<String>,
    note: Option<Text>,
    read: Read,
    #[serde(rename = "dataset")]
    datasets: Vec<DatasetReading>,
}

/// A file as published, and the datasets read from it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) citation: SourceCitation,
    /// What methods can read of it; known even where the file itself could not be read.
    pub(crate) structures: Vec<(String, DataStructure)>,
    /// The datasets; none where the file could not be read.
    pub(crate) tables: Vec<Table>,
}

/// What a source is, as it is cited wherever a number rests on it.
#[derive(Clone, Debug, Serialize)]
pub struct SourceCitation {
    /// The source's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Who published it.
    pub publisher: String,
    /// Where.
    pub address: String,
    /// Under which licence, or `not stated`.
    pub licence: String,
    /// When it was retrieved.
    pub retrieved: String,
    /// Which edition of the data it is.
    pub vintage: String,
    /// The file in the account.
    pub file: PathBuf,
    /// The checksum of the file, verified when it was read.
    pub sha256: String,
    /// A caveat.
    pub note: Option<Text>,
}

/// Reads the file of a source: verifies its checksum, and makes datasets of it.
pub(crate) fn read(
    id: &str,
    loaded: Loaded<SourceFile>,
    files: &mut Files,
    codelists: &BTreeMap<String, Codelist>,
    faults: &mut Vec<Diagnostic>,
) -> Source {
    let relative = format!("sources/{id}/{}", loaded.value.file.get_ref());
    let mut checksum = loaded.value.sha256.get_ref().to_lowercase();
    let mut tables = Vec::new();
    if let Some(bytes) = bytes(&relative, &loaded, files, faults) {
        let is = sha256(&bytes);
        if is != checksum {
            let SourceFile { file, sha256, .. } = &loaded.value;
            let accept = format!(
                "a new vintage, accept it with `olshem accept {} {id}`",
                files.root().display()
            );
            faults.push(changed(&loaded, file, (sha256, &is), &accept));
        }
        checksum = is;
        let (path, read) = (files.path(&relative), &loaded.value.read);
        match olshem_formats::read(&path, &bytes, read, &loaded.value.datasets, codelists) {
            Ok(read) => tables = read,
            Err(found) => faults.extend(found),
        }
    }
    let structures = if tables.is_empty() {
        let readings = loaded.value.datasets.iter();
        readings.map(|reading| (reading.name.clone(), declared(reading, codelists))).collect()
    } else {
        tables.iter().map(|table| (table.name.clone(), table.structure.clone())).collect()
    };
    let source = loaded.value;
    let citation = SourceCitation {
        id: id.to_owned(),
        title: source.title,
        publisher: source.publisher,
        address: source.address,
        licence: source.licence,
        vintage: source.vintage.unwrap_or_else(|| source.retrieved.to_string()),
        retrieved: source.retrieved.to_string(),
        file: files.path(&relative),
        sha256: checksum,
        note: source.note,
    };
    Source { citation, structures, tables }
}

fn bytes(
    relative: &str,
    loaded: &Loaded<SourceFile>,
    files: &mut Files,
    faults: &mut Vec<Diagnostic>,
) -> Option<Vec<u8>> {
    let file = &loaded.value.file;
    match files.bytes(relative) {
        Ok(bytes) => return Some(bytes),
        Err(fault) if std::ptr::eq(fault.code, &MISSING_FILE) => {
            let message = format!("there is no file `{file}` beside source.toml");
            faults.push(Diagnostic::new(&MISSING_FILE, loaded.place(file.span()), message));
        }
        Err(fault) => faults.push(fault),
    }
    None
}

/// That a file is not the one of which the checksum is stated; `remedy` is what to do if it is meant to
/// be another.
pub(crate) fn changed<T>(
    loaded: &Loaded<T>,
    file: &Spanned<String>,
    (expected, is): (&Spanned<String>, &str),
    remedy: &str,
) -> Diagnostic {
    let message = format!("the checksum of {file} is {is}, and should be {expected}");
    Diagnostic::new(&CHECKSUM, loaded.place(expected.span()), message)
        .with_help(format!("restore the file; or, if it is {remedy}"))
}

/// The structure that a dataset is declared to have.
fn declared(reading: &DatasetReading, codelists: &BTreeMap<String, Codelist>) -> DataStructure {
    let components = reading.components.iter().map(|(name, component)| {
        let codelist = component.codelist.as_ref().and_then(|list| codelists.get(list));
        let codes = codelist.map(|list| codes(list).into_iter().map(str::to_owned).collect());
        let nullable = component.role != Role::Identifier;
        let (role, data_type) = (component.role, component.data_type);
        Component { name: name.clone(), role, data_type, nullable, codes }
    });
    let mut structure = DataStructure::new(components);
    if !reading.breaks.is_empty() && structure.get(STATUS).is_none() {
        structure.set(Component::attribute(STATUS, DataType::String));
    }
    structure
}

/// The SHA-256 checksum of some bytes in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The description of a source, relative to the account.
pub(crate) fn description(id: &str) -> String {
    format!("sources/{id}/source.toml")
}
