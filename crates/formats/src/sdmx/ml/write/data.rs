//! Data messages: the data sets, and the message around them.
//!
//! What holds for the whole data set or for a group of its series stands before the observations, and
//! is known only when all have come; so these wait in a temporary file.

use super::dataset::Dataset;
use super::element::Manner;
use super::message::{Head, Told, Used, footer, header, prefix};
use super::xml::Xml;
use super::{Form, Version, failed};
use crate::errors::{UNWRITABLE, WRONG_COMPONENT};
use crate::message::{Description, Header, Note, Observations};
use crate::metadata::Metadata;
use crate::sdmx::losses::Losses;
use olshem_model::{Diagnostic, Place, Role};
use std::io::{self, Write};

/// The data sets of a message.
pub(super) struct Data {
    version: Version,
    form: Form,
    told: Told,
    datasets: Vec<Dataset>,
}

impl Data {
    pub(super) fn new(version: Version, form: Form) -> Self {
        Self { version, form, told: Told::default(), datasets: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.datasets.is_empty()
    }

    /// Begins a data set, which has a structure.
    pub(super) fn begin(
        &mut self,
        description: Description,
        metadata: &Metadata,
        losses: &mut Losses,
    ) -> Result<(), Diagnostic> {
        let has_key = description.variables.iter().any(|v| v.component.role == Role::Identifier);
        if !has_key {
            let message = format!("`{}` has no identifier, and so no dimension", description.id);
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        lose(&description, losses);
        for (language, text) in &description.source {
            self.told.source.entry(language.clone()).or_insert_with(|| text.clone());
        }
        match (&self.told.updated, &description.updated) {
            (None, updated) => self.told.updated.clone_from(updated),
            (Some(known), Some(other)) if known != other => {
                losses.add("when the data were last changed", other.clone());
            }
            _ => {}
        }
        let mut dataset = Dataset::new(description, metadata, self.version, losses);
        if self.form.is_time_series() {
            dataset.must_be_series()?;
            dataset.structure = Some(self.told.number_of(dataset.used()));
        }
        if self.form == Form::GenericTimeSeries && self.told.structures.len() > 1 {
            let message = "a message of generic time series has data sets of one structure";
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        self.datasets.push(dataset);
        Ok(())
    }

    /// A footnote on the data set that began last.
    pub(super) fn note(&mut self, note: Note) {
        if let Some(dataset) = self.datasets.last_mut() {
            dataset.description.notes.push(note);
        }
    }

    /// Observations of the data set that began last.
    pub(super) fn rows(
        &mut self,
        observations: &Observations,
        losses: &mut Losses,
    ) -> Result<(), Diagnostic> {
        let Some(dataset) = self.datasets.last_mut() else { return Ok(()) };
        let batch = &observations.batch;
        let columns = observations.columns();
        if columns.len() != dataset.columns.len() {
            let message = "the observations don't have the columns of their data set";
            return Err(Diagnostic::new(&WRONG_COMPONENT, Place::Nowhere, message));
        }
        let number = match dataset.structure {
            Some(number) => number,
            None => {
                dataset.is_flat = dataset.comes_flat(&columns);
                let number = self.told.number_of(dataset.used());
                dataset.structure = Some(number);
                number
            }
        };
        let manner = Manner { version: self.version, form: self.form, number };
        for row in 0..batch.num_rows() {
            dataset.gather(&columns, row).map_err(|column| {
                let name = dataset.columns.get(column).map_or("", |column| &column.name);
                let message = format!("`{name}` has two values where by its structure it has one");
                Diagnostic::new(&WRONG_COMPONENT, observations.origins.place(row, column), message)
            })?;
            dataset.write(&columns, row, manner, losses).map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the message.
    pub(super) fn finish<W: Write>(
        mut self,
        said: &Header,
        sender: &str,
        losses: &mut Losses,
        out: W,
    ) -> io::Result<W> {
        for dataset in &mut self.datasets {
            if dataset.structure.is_none() {
                dataset.structure = Some(self.told.number_of(dataset.used()));
            }
        }
        let (version, form) = (self.version, self.form);
        let mut xml = Xml::document(out)?;
        xml.open(&format!("mes:{}", form.message()))?;
        let specific = ("ss", "data/structurespecific");
        let own = if form.is_generic() { ("gen", "data/generic") } else { specific };
        for (prefix, part) in [("mes", "message"), ("com", "common"), own] {
            xml.attribute(&format!("xmlns:{prefix}"), &version.namespace(part))?;
        }
        if !form.is_generic() {
            xml.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")?;
            for (number, used) in self.told.structures.iter().enumerate() {
                xml.attribute(&format!("xmlns:{}", prefix(number)), &used.namespace)?;
            }
        }
        let fallback = self.datasets.first().map_or("DATA", |dataset| &dataset.description.id);
        let head = Head { said, agency: sender, fallback, told: &self.told, version, form };
        header(&mut xml, &head, losses)?;
        for dataset in self.datasets {
            dataset.finish(&mut xml, version, form, losses)?;
        }
        footer(&mut xml, said, version)?;
        if xml.unwritable > 0 {
            losses.add("control characters, which XML can't hold", "");
        }
        xml.finish()
    }
}

impl Told {
    fn number_of(&mut self, used: Used) -> usize {
        let known = self.structures.iter().position(|known| *known == used);
        known.unwrap_or_else(|| {
            self.structures.push(used);
            self.structures.len() - 1
        })
    }
}

/// What a data message has no room for.
fn lose(description: &Description, losses: &mut Losses) {
    let extras = description.variables.iter().flat_map(|variable| &variable.extras);
    for extra in extras.chain(&description.extras) {
        let is_remark = description.extras.iter().any(|own| own == extra);
        if extra.annotation.is_none() || !is_remark {
            losses.add("what else the source says", extra.keyword.clone());
        }
    }
}
