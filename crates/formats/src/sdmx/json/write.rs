//! SDMX-JSON, written as it comes: 2.0, 1.0, and the draft of 1.0.
//!
//! The observations come first, each with all its dimensions, and what their indices mean is written
//! after them: so only the distinct values are kept in memory. Every attribute stands at its
//! observations, whatever it is attached to; `relationship` says what that is.
//!
//! ```text
//!            ┌▶ data ──▶ components          data sets, then what their indices mean
//!  received ─┤              ┌▶ definition
//!            └▶ structure ──┼▶ hierarchy      only structures
//!                           └▶ constraint
//! ```

mod components;
mod constraint;
mod data;
mod definition;
mod hierarchy;
mod message;
mod structure;

use super::KEPT;
use super::text::Text;
use crate::errors::UNWRITABLE;
use crate::files::{Writing, no_data};
use crate::message::{Description, Header, Loss, Note, Observations, Receiver, Writer};
use crate::metadata::Metadata;
use crate::sdmx::losses::Losses;
use data::Structure;
use message::{errors, links, meta};
use olshem_model::{Diagnostic, Place, Role};
use std::io::Write;

/// A version of SDMX-JSON that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The draft of 1.0, which services sent for years and some clients read only: data alone, with
    /// texts in one language, and without `data` around all.
    Draft,
    /// 1.0, of SDMX 2.1: one measure, and one structure of all data sets.
    V1,
    /// 2.0, of SDMX 3.0.
    V2,
}

/// What is written is handed on in pieces of this many bytes.
const PIECE: usize = 1 << 16;

/// Writes a message of data, or if no data come one of structures.
pub struct JsonWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    version: Version,
    agency: String,
    text: Text,
    header: Header,
    metadata: Metadata,
    datasets: usize,
    /// Of each data set; before 2.0 of all.
    structures: Vec<Structure>,
    losses: Losses,
}

impl<'w> JsonWriter<'w> {
    /// A writer to `out`.
    pub fn new(version: Version, out: Box<dyn Write + Send + 'w>, writing: &Writing) -> Self {
        let text = Text {
            language: writing.language.clone(),
            is_monolingual: version == Version::Draft,
            ..Text::default()
        };
        Self {
            out,
            version,
            agency: writing.agency.clone().unwrap_or_else(|| "OLSHEM".to_owned()),
            text,
            header: Header::default(),
            metadata: Metadata::default(),
            datasets: 0,
            structures: Vec::new(),
            losses: Losses::default(),
        }
    }

    /// Begins the message.
    fn begin(&mut self) {
        self.text.open('{');
        meta(&mut self.text, &self.header, self.version, "data", &self.agency);
        if self.version > Version::Draft {
            self.text.key("data");
            self.text.open('{');
        }
        self.text.key("dataSets");
        self.text.open('[');
    }

    /// Ends the data set that is being written.
    fn end_dataset(&mut self) {
        if self.datasets > 0 {
            self.text.close('}');
            self.text.close('}');
        }
    }

    /// Ends a message of data.
    fn end(&mut self) {
        self.end_dataset();
        self.text.close(']');
        let (text, losses) = (&mut self.text, &mut self.losses);
        if self.version == Version::V2 {
            text.key("structures");
            text.open('[');
            for (number, structure) in self.structures.iter_mut().enumerate() {
                text.new_line();
                structure.write(text, Some(number), losses);
            }
            text.close(']');
        } else {
            text.key("structure");
            self.structures.iter_mut().for_each(|structure| structure.write(text, None, losses));
        }
        if self.version > Version::Draft {
            text.close('}');
        }
        errors(text, &self.header);
        text.close('}');
        let count = [
            self.metadata.codelists.len(),
            self.metadata.concept_schemes.len(),
            self.metadata.structures.len(),
            self.metadata.hierarchies.len(),
            self.metadata.constraints.len(),
        ];
        losses.count("structures, which need a file of their own", count.iter().sum());
    }
}

impl Receiver for JsonWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = header;
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.metadata.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        if !description.variables.iter().any(|v| v.component.role == Role::Identifier) {
            let message = format!("the data set `{}` has no identifiers", description.id);
            return Err(unwritable(message));
        }
        data::lose(&description, self.version, &mut self.losses);
        let refers = description.structure.is_some() || description.dataflow.is_some();
        let description = match refers {
            true => description,
            false => description.with_metadata(&self.agency).0,
        };
        if self.datasets == 0 {
            self.begin();
        }
        self.end_dataset();
        let text = &mut self.text;
        text.open('{');
        if self.version == Version::V2 {
            text.key("structure");
            text.number(self.datasets);
        }
        text.member("action", description.action.word());
        for extra in description.extras.iter().filter(|e| KEPT.contains(&e.keyword.as_str())) {
            text.optional(&extra.keyword, extra.values.first().map(String::as_str));
        }
        links(text, &description);
        let on_all = |note: &Note| note.on.is_empty();
        let remarks = components::remarks(&description.extras, &description.notes, on_all);
        match self.structures.first_mut().filter(|_| self.version < Version::V2) {
            Some(first) => first.take_up(&description)?,
            None => self.structures.push(Structure::new(description, self.version)),
        }
        if let Some(structure) = self.structures.last_mut() {
            structure.write_remarks(text, &remarks);
        }
        text.key("observations");
        text.open('{');
        self.datasets += 1;
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        match (note.on.len(), self.structures.last_mut()) {
            // These stand behind the observations.
            (1, Some(structure)) => structure.description.notes.push(note),
            (0, _) => self.losses.count("footnotes met behind the beginning of a data set", 1),
            _ => self.losses.count("footnotes on combinations of codes", 1),
        }
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let Some(structure) = self.structures.last_mut() else { return Ok(()) };
        let columns = observations.columns();
        if columns.len() != structure.description.variables.len() {
            return Err(unwritable("observations have other columns than their data set".into()));
        }
        for row in 0..observations.batch.num_rows() {
            structure.write_observation(&mut self.text, &columns, row)?;
            if self.text.json.len() > PIECE {
                hand_on(&mut self.out, &mut self.text)?;
            }
        }
        hand_on(&mut self.out, &mut self.text)
    }
}

impl Writer for JsonWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        if self.datasets > 0 {
            self.end();
        } else {
            if self.version == Version::Draft {
                return Err(no_data("the draft of SDMX-JSON 1.0"));
            }
            // A dimension of JSON-stat is nobody's.
            for list in &mut self.metadata.codelists {
                if list.reference.agency.is_empty() {
                    list.reference.agency.clone_from(&self.agency);
                }
            }
            let (text, losses) = (&mut self.text, &mut self.losses);
            let metadata = std::mem::take(&mut self.metadata);
            structure::write(text, &self.header, metadata, &self.agency, self.version, losses)?;
        }
        self.losses.count("texts in other languages", self.text.passed_over);
        self.text.json.push('\n');
        hand_on(&mut self.out, &mut self.text)?;
        self.out.flush().map_err(|error| unwritable(format!("can't be written: {error}")))?;
        Ok(self.losses.told())
    }
}

/// Writes out what has become text.
fn hand_on(out: &mut (dyn Write + Send), text: &mut Text) -> Result<(), Diagnostic> {
    let written = out.write_all(text.json.as_bytes());
    text.json.clear();
    written.map_err(|error| unwritable(format!("can't be written: {error}")))
}

fn unwritable(message: String) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
}
