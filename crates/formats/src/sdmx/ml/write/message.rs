//! What stands around structures and data: the header that the schemas ask for, and the footer.

use super::xml::Xml;
use super::{Form, Version};
use crate::message::Header;
use crate::metadata::{Class, Reference};
use crate::sdmx::losses::Losses;
use crate::sdmx::names::{date_time, id, language};
use olshem_model::codelist::Labels;
use std::io::{self, Write};

/// When a message was prepared of which nobody says when: the same input gives the same bytes.
const UNKNOWN: &str = "1970-01-01T00:00:00Z";

/// What a header says.
pub(super) struct Head<'a> {
    /// As the source had it.
    pub(super) said: &'a Header,
    /// Whose structures they are, who sends it where the source says nothing.
    pub(super) agency: &'a str,
    /// The message's id where the source has none.
    pub(super) fallback: &'a str,
    pub(super) told: &'a Told,
    pub(super) version: Version,
    pub(super) form: Form,
}

/// What is told of data: which structures they have, and whose they are.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) structures: Vec<Used>,
    pub(super) source: Labels,
    /// When the data were last changed.
    pub(super) updated: Option<String>,
}

/// A structure that data sets of a message have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Used {
    pub(super) reference: Reference,
    pub(super) namespace: String,
    pub(super) at_observation: String,
}

/// Writes the header of a message.
pub(super) fn header<W: Write>(
    xml: &mut Xml<W>,
    head: &Head<'_>,
    losses: &mut Losses,
) -> io::Result<()> {
    let Head { said, told, .. } = head;
    xml.open("mes:Header")?;
    let own = said.id.as_deref().filter(|own| !own.is_empty()).unwrap_or(head.fallback);
    xml.leaf("mes:ID", &id(own))?;
    xml.leaf("mes:Test", if said.is_test { "true" } else { "false" })?;
    let as_dates = [&said.prepared, &told.updated];
    let mut dates = as_dates.into_iter().flatten().filter_map(|date| {
        let whole = date_time(date).is_some();
        if !whole {
            losses.add("dates that are none", &**date);
        }
        // A day may stay a day.
        let day = whole && date.len() == 10;
        if day { Some(date.clone()) } else { date_time(date).map(|date| date.into_owned()) }
    });
    let prepared = dates.next();
    xml.leaf("mes:Prepared", prepared.as_deref().unwrap_or(UNKNOWN))?;
    if let (Some(_), Some(updated)) = (&said.prepared, &told.updated) {
        losses.add("when the data were last changed", &**updated);
    }
    let sender = said.sender.as_deref().filter(|sender| !sender.is_empty());
    let sender = sender.map_or_else(|| id(head.agency), id);
    xml.empty("mes:Sender", &[("id", &sender)])?;
    for (tag, text) in &said.names {
        xml.in_language("com:Name", language(tag), text)?;
    }
    for (number, used) in told.structures.iter().enumerate() {
        xml.open("mes:Structure")?;
        xml.attribute("structureID", &structure_id(number))?;
        if !head.form.is_generic() {
            xml.attribute("namespace", &used.namespace)?;
        }
        xml.attribute("dimensionAtObservation", &used.at_observation)?;
        xml.open(match (used.reference.class, head.version) {
            (Class::Dataflow, _) => "com:StructureUsage",
            // So in the schemas of 2.1.
            (Class::ProvisionAgreement, Version::V21) => "com:ProvisionAgrement",
            (Class::ProvisionAgreement, Version::V30) => "com:ProvisionAgreement",
            _ => "com:Structure",
        })?;
        super::structure::write_reference(xml, &used.reference, head.version)?;
        xml.close()?;
        xml.close()?;
    }
    for (tag, text) in &told.source {
        xml.in_language("mes:Source", language(tag), text)?;
    }
    xml.close()
}

/// What a data set calls the structure of that number in the header.
pub(super) fn structure_id(number: usize) -> String {
    format!("STR{}", number + 1)
}

/// Writes what the source says in its footer.
pub(super) fn footer<W: Write>(
    xml: &mut Xml<W>,
    said: &Header,
    version: Version,
) -> io::Result<()> {
    if said.remarks.is_empty() {
        return Ok(());
    }
    xml.open("foot:Footer")?;
    xml.attribute("xmlns:foot", &version.namespace("message/footer"))?;
    for (number, remark) in said.remarks.iter().enumerate() {
        xml.open("foot:Message")?;
        xml.attribute("code", &(number + 1).to_string())?;
        xml.leaf("com:Text", remark)?;
        xml.close()?;
    }
    xml.close()
}

/// The prefix of the namespace of a structure.
pub(super) fn prefix(number: usize) -> String {
    format!("ns{}", number + 1)
}
