//! Any file, whatever its format: read into a receiver, or written by a writer.

use crate::columnar::{self, ParquetWriter};
use crate::content::Content;
use crate::errors::{UNWRITABLE, WRONG_MESSAGE};
use crate::flat::{self, FlatWriter};
use crate::kind::Kind;
use crate::message::{Collected, Description, Observations, Receiver, Variable, Writer};
use crate::metadata::{Metadata, Reference};
use crate::sdmx::csv::CsvWriter;
use crate::sdmx::json::JsonWriter;
use crate::sdmx::ml::write::{Form, Version, writer as ml};
use crate::{identifier, jsonstat, px, sdmx, workbook};
use olshem_model::{Diagnostic, Place};
use std::cell::OnceCell;
use std::io::Write;
use std::path::PathBuf;

/// Structures that messages may need, since data and their structure are often published apart.
#[derive(Debug, Default)]
pub struct Known {
    /// Those that were given.
    given: Metadata,
    /// Those that were given for data sets by name.
    described: Vec<Description>,
    /// A folder where others may lie.
    folder: Option<PathBuf>,
    beside: OnceCell<Metadata>,
}

impl Known {
    /// These structures, and where one of them is not enough those in the messages of a folder.
    pub fn new(given: Metadata, folder: Option<PathBuf>) -> Self {
        Self { given, folder, ..Self::default() }
    }

    /// Adds the structures that a file describes: those of a structure message, or of the JSON of VTL's
    /// technical notes.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file; that it describes no structure.
    pub fn add(&mut self, content: &Content) -> Result<(), Vec<Diagnostic>> {
        let bytes = content.bytes().map_err(|fault| vec![fault])?;
        if let Ok(structures) = crate::structures::read(content.path(), &bytes) {
            self.described.extend(structures.into_iter().map(|(id, structure)| {
                let variables = structure.components().iter().cloned().map(Variable::new);
                let mut variables: Vec<Variable> = variables.collect();
                variables.sort_by_key(|variable| variable.component.role);
                Description { id, variables, ..Description::default() }
            }));
            return Ok(());
        }
        let mut collected = Collected::default();
        read(content, &Self::default(), &mut collected)?;
        if collected.metadata.structures.is_empty() {
            let message = "the file describes no data structure";
            return Err(vec![Diagnostic::new(&WRONG_MESSAGE, content.path(), message)]);
        }
        self.given.extend(collected.metadata);
        Ok(())
    }

    /// What a data set of that name looks like that does not say itself of which structure it is: that of
    /// the structure or dataflow of this name, or of the only structure that was given.
    pub(crate) fn described(&self, id: &str) -> Option<Description> {
        let alone = (self.described.len() == 1).then(|| self.described.first()).flatten();
        let described = self.described.iter().find(|description| description.id == id);
        if let Some(described) = described.or(alone) {
            return Some(described.clone());
        }
        let given = &self.given;
        let is_named =
            |reference: &&Reference| reference.id == id || reference.id == identifier(id);
        let dataflow = given.dataflows.iter().map(|flow| &flow.reference).find(is_named);
        let structures = || given.structures.iter().map(|structure| &structure.reference);
        let reference = dataflow.or_else(|| structures().find(is_named)).or_else(|| {
            let mut all = structures();
            all.next().filter(|_| all.next().is_none())
        })?;
        given.describe(reference)
    }

    /// The only structure that was given, with what it is defined in: to give it says that it is the one
    /// of the data, whatever these call it.
    pub fn only(&self) -> Option<(&Metadata, &Reference)> {
        match &self.given.structures[..] {
            [only] => Some((&self.given, &only.reference)),
            _ => None,
        }
    }

    /// The structural metadata in which the structure or dataflow is defined that is referred to.
    pub fn defining(&self, wanted: &Reference) -> Option<&Metadata> {
        if self.given.structure(wanted).is_some() {
            return Some(&self.given);
        }
        let beside = self
            .beside
            .get_or_init(|| self.folder.as_deref().map(structures_in).unwrap_or_default());
        beside.structure(wanted).map(|_| beside)
    }
}

/// The structures of all structure messages in a folder. Files that can't be read are passed over: they
/// are not what was asked for.
fn structures_in(folder: &std::path::Path) -> Metadata {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "xml" || e == "json"))
        .collect();
    files.sort();
    let mut found = Metadata::default();
    for path in files {
        let content = Content::file(path);
        if crate::sdmx::ml::has_data(&content) {
            continue;
        }
        let mut collected = StructuresOnly::default();
        // An error is most often the receiver's: the file has data.
        drop(read(&content, &Known::default(), &mut collected));
        found.extend(collected.0);
    }
    found
}

/// Takes structures and stops where data begin.
#[derive(Default)]
struct StructuresOnly(Metadata);

impl Receiver for StructuresOnly {
    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.0.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, _: Description) -> Result<(), Diagnostic> {
        Err(Diagnostic::new(&WRONG_MESSAGE, Place::Nowhere, "data"))
    }

    fn observations(&mut self, _: Observations) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// Reads a file of any format into a receiver.
///
/// # Errors
///
/// Everything that is wrong with the file, or the receiver's error. What was received before is then
/// not to be used.
pub fn read(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<Kind, Vec<Diagnostic>> {
    let kind = Kind::of(content).map_err(|fault| vec![fault])?;
    match kind {
        Kind::SdmxMl20
        | Kind::SdmxMl21
        | Kind::SdmxMl21TimeSeries
        | Kind::SdmxMl21Generic
        | Kind::SdmxMl21GenericTimeSeries
        | Kind::SdmxMl30 => sdmx::ml::read(content, known, receiver)?,
        Kind::Csv => flat::read(content, known, receiver)?,
        Kind::JsonStat => jsonstat::read(content, receiver)?,
        Kind::Px => px::read(content, receiver)?,
        Kind::Parquet => columnar::read_parquet(content, receiver)?,
        Kind::Arrow => columnar::read_arrow(content, receiver)?,
        Kind::SdmxJsonDraft | Kind::SdmxJson1 | Kind::SdmxJson2 => {
            sdmx::json::read(content, receiver).map_err(|fault| vec![fault])?;
        }
        Kind::SdmxCsv1 | Kind::SdmxCsv2 => {
            sdmx::csv::read(content, known, receiver).map_err(|fault| vec![fault])?;
        }
        Kind::Workbook => workbook::read(content, receiver).map_err(|fault| vec![fault])?,
    }
    Ok(kind)
}

/// Reads a file whole into memory.
///
/// # Errors
///
/// See [`read`].
pub fn collect(content: &Content, known: &Known) -> Result<(Kind, Collected), Vec<Diagnostic>> {
    let mut collected = Collected::default();
    let kind = read(content, known, &mut collected)?;
    Ok((kind, collected))
}

/// How to write.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// In which language labels are written, where a format has room for one only; the first that a
    /// label has where it has none in this.
    pub language: Option<String>,
    /// The agency of structures that are made for data that have none.
    pub agency: Option<String>,
}

/// A writer of that format.
///
/// # Errors
///
/// A format that is only read.
pub fn writer<'w>(
    kind: Kind,
    out: Box<dyn Write + Send + 'w>,
    writing: &Writing,
) -> Result<Box<dyn Writer + 'w>, Diagnostic> {
    let json =
        |version, out| -> Box<dyn Writer + 'w> { Box::new(JsonWriter::new(version, out, writing)) };
    match kind {
        Kind::Csv => Ok(Box::new(FlatWriter::new(out))),
        Kind::JsonStat => Ok(jsonstat::writer(out, writing)),
        Kind::Px => Ok(px::writer(out, writing)),
        Kind::SdmxMl21 => Ok(ml(Version::V21, Form::Specific, out, writing)),
        Kind::SdmxMl21TimeSeries => Ok(ml(Version::V21, Form::TimeSeries, out, writing)),
        Kind::SdmxMl21Generic => Ok(ml(Version::V21, Form::Generic, out, writing)),
        Kind::SdmxMl21GenericTimeSeries => {
            Ok(ml(Version::V21, Form::GenericTimeSeries, out, writing))
        }
        Kind::SdmxMl30 => Ok(ml(Version::V30, Form::Specific, out, writing)),
        Kind::SdmxJsonDraft => Ok(json(sdmx::json::Version::Draft, out)),
        Kind::SdmxJson1 => Ok(json(sdmx::json::Version::V1, out)),
        Kind::SdmxJson2 => Ok(json(sdmx::json::Version::V2, out)),
        Kind::SdmxCsv1 => Ok(Box::new(CsvWriter::new(out, sdmx::csv::Version::V1, writing))),
        Kind::SdmxCsv2 => Ok(Box::new(CsvWriter::new(out, sdmx::csv::Version::V2, writing))),
        Kind::Parquet => Ok(Box::new(ParquetWriter::new(out))),
        Kind::Workbook => Ok(workbook::writer(out, writing)),
        Kind::SdmxMl20 | Kind::Arrow => {
            let message = format!("{kind} is read, and not written");
            Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message))
        }
    }
}

/// A second data set for a format that holds one.
pub(crate) fn only_one(format: &str) -> Diagnostic {
    let message = format!("{format} holds one data set, and there is a second");
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
        .with_help("SDMX-ML, SDMX-JSON, SDMX-CSV and workbooks hold several")
}

/// No data set for a format that holds nothing else.
pub(crate) fn no_data(format: &str) -> Diagnostic {
    let message = format!("{format} holds data, and there are only structures");
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
        .with_help("SDMX-ML and SDMX-JSON hold structures")
}
