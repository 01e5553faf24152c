//! Any file, whatever its format: read into a receiver, or written by a writer.

use crate::content::Content;
use crate::errors::{UNKNOWN_FORMAT, UNWRITABLE};
use crate::kind::Kind;
use crate::message::{Collected, Receiver, Writer};
use crate::metadata::{Metadata, Reference};
use olshem_model::{Diagnostic, Place};
use std::cell::OnceCell;
use std::io::Write;
use std::path::PathBuf;

/// Structures that messages may need, since data and their structure are often published apart.
#[derive(Debug, Default)]
pub struct Known {
    /// Those that were given.
    given: Metadata,
    /// A folder where others may lie.
    folder: Option<PathBuf>,
    beside: OnceCell<Metadata>,
}

impl Known {
    /// These structures, and where one of them is not enough those in the messages of a folder.
    pub fn new(given: Metadata, folder: Option<PathBuf>) -> Self {
        Self { given, folder, beside: OnceCell::new() }
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

    fn dataset(&mut self, _: crate::message::Description) -> Result<(), Diagnostic> {
        Err(Diagnostic::new(&crate::errors::WRONG_MESSAGE, Place::Nowhere, "data"))
    }

    fn observations(&mut self, _: crate::message::Observations) -> Result<(), Diagnostic> {
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
    let _ = known;
    match kind {
        Kind::Workbook => {
            crate::workbook::read(content, receiver).map_err(|fault| vec![fault])?;
            Ok(kind)
        }
        kind => Err(vec![Diagnostic::new(
            &UNKNOWN_FORMAT,
            content.path(),
            format!("{kind} is not read yet"),
        )]),
    }
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
    match kind {
        Kind::Workbook => Ok(crate::workbook::writer(out, writing)),
        kind => Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, format!("{kind} is only read"))),
    }
}
