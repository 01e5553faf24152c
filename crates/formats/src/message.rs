//! What a statistical file says, whatever its format: structural metadata and data sets.
//!
//! Reading is pushing: a reader hands what it finds to a [`Receiver`], in the order of the file, so
//! that a file of any size takes the memory of a batch. A writer is a receiver, and so converting a
//! file is reading it into a writer.
//!
//! ```text
//!  SDMX-ML ─┐                                                   ┌▶ SDMX-ML
//!  PC-Axis ─┤            metadata, dataset, observations…       ├▶ XLSX
//!  JSON-stat┼─▶ reader ──────────────────────────────────▶ receiver
//!  CSV …   ─┘                                                   └▶ a Collected, a summary …
//! ```
//!
//! An observation's values are **text as the file wrote them** (but that a decimal mark is always a
//! point), so that digits are kept; the [`DataStructure`] says of which type they claim to be, and
//! whoever needs numbers parses them.

use crate::metadata::{Attachment, Metadata, Reference};
use arrow::array::{AsArray, RecordBatch, StringViewArray};
use olshem_model::codelist::{Annotation, Labels};
use olshem_model::{Codelist, Component, DataStructure, Diagnostic, Place};
use std::path::Path;
use std::sync::Arc;

/// Takes what a reader finds. An error stops the reading and is the reader's error then.
pub trait Receiver {
    /// Structural metadata. May come several times; what a data set needs comes before it.
    ///
    /// # Errors
    ///
    /// The receiver's own.
    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic>;

    /// What the file says of itself; at most once, before all else.
    ///
    /// # Errors
    ///
    /// The receiver's own.
    fn header(&mut self, _header: Header) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// A data set begins.
    ///
    /// # Errors
    ///
    /// The receiver's own.
    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic>;

    /// Observations of the data set that began last.
    ///
    /// # Errors
    ///
    /// The receiver's own.
    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic>;

    /// A footnote on the data set that began last, which is met only behind its observations: of a
    /// series that has none, say.
    ///
    /// # Errors
    ///
    /// The receiver's own.
    fn note(&mut self, _note: Note) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// Writes what it receives.
pub trait Writer: Receiver {
    /// The structural metadata that were received, or made for data that have none, and have no room
    /// beside the data: they belong into a file of their own, written by another writer. To be asked
    /// before the file is completed; whoever doesn't is told of a loss.
    fn left_out(&mut self) -> Option<Metadata> {
        None
    }

    /// Completes the file. Gives back what of all that was received the format could not hold, each
    /// kind of thing once.
    ///
    /// # Errors
    ///
    /// What was received can't be written in this format at all, or the file system's fault.
    fn finish(self: Box<Self>) -> Result<Vec<Loss>, Diagnostic>;
}

/// Something that was received and can't be said in the format written, in a few words:
/// `the footnotes of 3 codes`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss(pub String);

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The message's id.
    pub id: Option<String>,
    /// When it was made, as written.
    pub prepared: Option<String>,
    /// Who sent it: the id of an organisation.
    pub sender: Option<String>,
    /// Whether it is only a test.
    pub is_test: bool,
    /// What it is called, by language.
    pub names: Labels,
    /// What its footer says: of errors, of parts left out, of where to fetch it instead.
    pub remarks: Vec<String>,
}

/// What a data set is, apart from its observations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Its name in the file, or that of its dataflow or structure; the file's name else.
    pub id: String,
    /// What it is called, by language.
    pub names: Labels,
    /// The dataflow it belongs to.
    pub dataflow: Option<Reference>,
    /// The agreement by which its provider provides it, where the data are told by that.
    pub provision: Option<Reference>,
    /// The data structure definition it follows.
    pub structure: Option<Reference>,
    /// Whether it is new data, replaces or deletes some.
    pub action: Action,
    /// Its components: identifiers, then measures, then attributes. The observations have a column
    /// for each, in this order.
    pub variables: Vec<Variable>,
    /// Footnotes on the data set as a whole or on parts of it.
    pub notes: Vec<Note>,
    /// Who the data are from, by language.
    pub source: Labels,
    /// When the data were last changed, as written.
    pub updated: Option<String>,
    /// What else the format says of it that has no place above: keyword and text. A writer of the
    /// same format puts it back.
    pub extras: Vec<Extra>,
}

impl Description {
    /// Its components as VTL knows them.
    pub fn data_structure(&self) -> DataStructure {
        DataStructure::new(self.variables.iter().map(|variable| variable.component.clone()))
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.component.name == name)
    }
}

/// What is to be done with a data set's observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// They are told; nothing is to be done.
    #[default]
    Information,
    /// They are added (SDMX 3.0: merged).
    Append,
    /// They take the place of what was there.
    Replace,
    /// They are to be removed.
    Delete,
}

impl Action {
    /// SDMX's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Information => "Information",
            Self::Append => "Append",
            Self::Replace => "Replace",
            Self::Delete => "Delete",
        }
    }
}

/// A component of a data set with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name, role, type.
    pub component: Component,
    /// What it is called, by language.
    pub names: Labels,
    /// The concept it is of.
    pub concept: Option<Reference>,
    /// The codelist that its values are of, with their labels.
    pub codelist: Option<Arc<Codelist>>,
    /// What the codelist is referred to by, where it is one that others may refer to.
    pub representation: Option<Reference>,
    /// What an attribute is a remark on: its values are the same wherever that is the same.
    pub attachment: Attachment,
    /// Whether a value is a list of texts, written as a JSON array.
    pub is_list: bool,
    /// The unit of measure, by language, where it is the same for all.
    pub unit: Labels,
    /// To how many decimals its values are shown.
    pub decimals: Option<u32>,
    /// What else the format says of it; see [`Description::extras`].
    pub extras: Vec<Extra>,
}

impl Variable {
    /// A variable of which nothing but its component is known.
    pub fn new(component: Component) -> Self {
        Self {
            component,
            names: Labels::new(),
            concept: None,
            codelist: None,
            representation: None,
            attachment: Attachment::Observation,
            is_list: false,
            unit: Labels::new(),
            decimals: None,
            extras: Vec::new(),
        }
    }
}

/// A footnote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What it is on: variables and their values, as in `[("REF_AREA", "KZ71")]`. With a variable
    /// alone (an empty value) it is on all of that variable. Empty: on the whole data set.
    pub on: Vec<(String, String)>,
    /// The note, by language.
    pub texts: Labels,
    /// Whether it must be shown with the figures.
    pub is_mandatory: bool,
}

/// A keyword of a format and what stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// The format's word for it.
    pub keyword: String,
    /// In which language; none where it has none.
    pub language: Option<String>,
    /// What stands there.
    pub values: Vec<String>,
    /// As remarks of SDMX, where it is one.
    pub annotation: Option<Annotation>,
}

/// Some observations.
#[derive(Clone, Debug)]
pub struct Observations {
    /// A column of `Utf8View` for each variable, in their order. Null: nothing was said.
    pub batch: RecordBatch,
    /// Where in the file each stands.
    pub origins: Arc<dyn Places>,
}

impl Observations {
    /// The columns, in the order of the variables.
    pub fn columns(&self) -> Vec<&StringViewArray> {
        self.batch.columns().iter().filter_map(|column| column.as_string_view_opt()).collect()
    }
}

/// Where the observations of a batch stand.
pub trait Places: Send + Sync + std::fmt::Debug {
    /// The place of a value of an observation; `column` counts the variables.
    fn place(&self, row: usize, column: usize) -> Place;
}

/// Observations that each begin on a line of a text.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The file.
    pub file: Arc<Path>,
    /// The line of each observation, from 1.
    pub lines: Vec<u32>,
}

impl Places for Lines {
    fn place(&self, row: usize, _: usize) -> Place {
        let file = self.file.to_path_buf();
        match self.lines.get(row) {
            Some(&line) => Place::Line { file, line: line as usize, column: None },
            None => Place::File(file),
        }
    }
}

/// Everything in memory.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// What the file says of itself.
    pub header: Header,
    /// The structural metadata.
    pub metadata: Metadata,
    /// The data sets.
    pub datasets: Vec<(Description, Vec<Observations>)>,
}

impl Receiver for Collected {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = header;
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.metadata.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        self.datasets.push((description, Vec::new()));
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        if let Some((_, batches)) = self.datasets.last_mut() {
            batches.push(observations);
        }
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        if let Some((description, _)) = self.datasets.last_mut() {
            description.notes.push(note);
        }
        Ok(())
    }
}
