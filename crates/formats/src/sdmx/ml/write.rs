//! Writing SDMX-ML 2.1 and 3.0: structure messages, and data, in 2.1 in each of its forms.
//!
//! A message of SDMX-ML holds either structures or data. A writer that receives data sets writes
//! these, and keeps the structures, those it made for data without any among them, for a message of
//! their own: see [`Writer::left_out`]. One that receives only structures writes them.
//!
//! ```text
//!            ┌▶ prepare ──▶ structure ─┬▶ components     only structures
//!  received ─┤                         ├▶ hierarchy
//!            │                         └▶ constraint
//!            └▶ data ──▶ dataset ──▶ element       data
//! ```
//!
//! The same is written each time: a message says that it was prepared when its source says so, else
//! when its data were last changed, else at the beginning of 1970.

mod cells;
mod components;
mod constraint;
mod data;
mod dataset;
mod element;
mod hierarchy;
mod items;
mod message;
mod structure;
mod xml;

use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{Description, Header, Loss, Note, Observations, Receiver, Writer};
use crate::metadata::{Artefact, Metadata};
use crate::sdmx::losses::Losses;
use olshem_model::{Diagnostic, Place};
use std::io::{self, Write};

pub use crate::sdmx::Version;

impl Version {
    /// The namespace of a part of the standard.
    fn namespace(self, part: &str) -> String {
        let version = match self {
            Self::V21 => "v2_1",
            Self::V30 => "v3_0",
        };
        format!("http://www.sdmx.org/resources/sdmxml/schemas/{version}/{part}")
    }
}

/// How data are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By a schema of the structure's own.
    Specific,
    /// The same, of series over time only. Of 2.1.
    TimeSeries,
    /// By one schema for all structures. Of 2.1.
    Generic,
    /// The same, of series over time only. Of 2.1.
    GenericTimeSeries,
}

impl Form {
    fn is_generic(self) -> bool {
        matches!(self, Self::Generic | Self::GenericTimeSeries)
    }

    fn is_time_series(self) -> bool {
        matches!(self, Self::TimeSeries | Self::GenericTimeSeries)
    }

    /// What its message is called.
    fn message(self) -> &'static str {
        match self {
            Self::Specific => "StructureSpecificData",
            Self::TimeSeries => "StructureSpecificTimeSeriesData",
            Self::Generic => "GenericData",
            Self::GenericTimeSeries => "GenericTimeSeriesData",
        }
    }
}

/// A writer of messages.
pub fn writer<'w>(
    version: Version,
    form: Form,
    out: Box<dyn Write + Send + 'w>,
    writing: &Writing,
) -> Box<dyn Writer + 'w> {
    Box::new(MlWriter {
        out,
        version,
        agency: writing.agency.clone(),
        header: Header::default(),
        metadata: Metadata::default(),
        is_taken: false,
        data: data::Data::new(version, form),
        losses: Losses::default(),
    })
}

/// Writes a structure message; gives back what could not be said in it.
///
/// # Errors
///
/// The file system's.
pub fn structure_message(
    metadata: Metadata,
    header: &Header,
    version: Version,
    out: impl Write,
) -> Result<Vec<Loss>, Diagnostic> {
    let mut losses = Losses::default();
    let agency = agency_of(&metadata, header, None);
    let out = io::BufWriter::new(out);
    let written = structure::write(metadata, header, &agency, version, &mut losses, out);
    written.and_then(|mut out| out.write_all(b"\n").and_then(|()| out.flush())).map_err(failed)?;
    Ok(losses.told())
}

struct MlWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    version: Version,
    agency: Option<String>,
    header: Header,
    metadata: Metadata,
    /// Whether the structures were asked for, for a message of their own.
    is_taken: bool,
    data: data::Data,
    losses: Losses,
}

impl Receiver for MlWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = header;
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.metadata.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let (described, made) = match description.structure {
            Some(_) => (description, Metadata::default()),
            None => self.structured(&description),
        };
        self.metadata.extend(made);
        // That there is such a dataflow may be known from the data alone.
        if let (Some(dataflow), Some(structure)) = (&described.dataflow, &described.structure) {
            let is_known = self.metadata.structure(structure).is_some();
            if is_known && self.metadata.dataflow(dataflow).is_none() {
                let content = Some(structure.clone());
                let made = Artefact::new(dataflow.clone(), described.names.clone(), content);
                self.metadata.dataflows.push(made);
            }
        }
        self.data.begin(described, &self.metadata, &mut self.losses)
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        self.data.note(note);
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        self.data.rows(&observations, &mut self.losses)
    }
}

impl Writer for MlWriter<'_> {
    fn left_out(&mut self) -> Option<Metadata> {
        self.is_taken = true;
        (!self.data.is_empty() && !self.metadata.is_empty()).then(|| self.metadata.clone())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        let Self { out, version, agency, header, metadata, is_taken, data, mut losses } = *self;
        let agency = agency_of(&metadata, &header, agency);
        let out = io::BufWriter::with_capacity(1 << 16, out);
        let written = if data.is_empty() {
            structure::write(metadata, &header, &agency, version, &mut losses, out)
        } else {
            if !metadata.is_empty() && !is_taken {
                losses.add("structures, which have a message of their own", "");
            }
            data.finish(&header, &agency, &mut losses, out)
        };
        written
            .and_then(|mut out| out.write_all(b"\n").and_then(|()| out.flush()))
            .map_err(failed)?;
        Ok(losses.told())
    }
}

impl MlWriter<'_> {
    /// A data set that has no structure with the one that is made for it. A dataflow that it has stays.
    fn structured(&self, description: &Description) -> (Description, Metadata) {
        let agency = agency_of(&Metadata::default(), &self.header, self.agency.clone());
        let (mut described, mut made) = description.with_metadata(&agency);
        if let Some(dataflow) = &description.dataflow {
            for flow in &mut made.dataflows {
                flow.reference = dataflow.clone();
            }
            described.dataflow = Some(dataflow.clone());
        }
        (described, made)
    }
}

/// Whose structures are made, and who sends the message: as was asked for, else as the source says,
/// else as its structures say.
fn agency_of(metadata: &Metadata, header: &Header, asked_for: Option<String>) -> String {
    let structures = metadata.structures.iter().map(|artefact| &artefact.reference);
    let lists = metadata.codelists.iter().map(|artefact| &artefact.reference);
    let said = || header.sender.clone().filter(|sender| crate::sdmx::names::is_name(sender));
    let known = || structures.chain(lists).map(|reference| reference.agency.clone()).next();
    let found = asked_for.or_else(said).or_else(known).unwrap_or_default();
    crate::sdmx::names::agency(&found).into_owned()
}

fn failed(error: io::Error) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, format!("can't be written: {error}"))
}
