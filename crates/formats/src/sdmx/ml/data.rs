//! Data messages: which structure each data set follows, and its rows.

use super::cells::{self, Cells, Layout, Level, Part, Value};
use super::element::Element;
use super::header::{self, Head, Usage, extra};
use super::outline::{self, Outline};
use super::rows::Rows;
use super::xml::{Event, Events};
use crate::content::Content;
use crate::errors::{BROKEN_XML, MISSING_STRUCTURE};
use crate::files::Known;
use crate::message::{Description, Receiver};
use crate::metadata::{Class, Reference};
use olshem_model::Diagnostic;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// Attributes of data sets that say something of the message; all others are components.
const OF_THE_MESSAGE: [&str; 13] = [
    "structureRef",
    "setID",
    "action",
    "reportingBeginDate",
    "reportingEndDate",
    "validFromDate",
    "validToDate",
    "publicationYear",
    "publicationPeriod",
    "dataScope",
    "keyFamilyURI",
    "keyFamilyAgencyID",
    "type",
];

/// The rest of a data message.
pub(super) fn read(
    events: &mut Events<'_>,
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
    layout: Layout,
) -> Result<(), Diagnostic> {
    let mut reading = Reading {
        content,
        known,
        receiver,
        layout,
        head: Head::default(),
        outline: None,
        is_headed: false,
        sets: 0,
    };
    if reading.layout.is_old || outline::is_needed(content)? {
        reading.outline = Some(Outline::of(content, &reading.layout)?);
    }
    loop {
        let begun = match events.next()? {
            Event::Start(tag) => (tag.name() == "DataSet", Element::begun(&tag)),
            Event::Eof => break,
            _ => continue,
        };
        let (is_set, begun) = begun;
        let begun = begun.map_err(|(line, text)| events.fault(&BROKEN_XML, line, text))?;
        if is_set {
            reading.set(&begun, events)?;
        } else if begun.name == "Header" {
            reading.head = Head::of(&begun.completed(events)?);
        } else {
            events.skip()?;
        }
    }
    reading.header()
}

struct Reading<'r> {
    content: &'r Content,
    known: &'r Known,
    receiver: &'r mut dyn Receiver,
    layout: Layout,
    head: Head,
    outline: Option<Outline>,
    is_headed: bool,
    sets: usize,
}

impl Reading<'_> {
    /// Gives the receiver the header, once.
    fn header(&mut self) -> Result<(), Diagnostic> {
        if std::mem::replace(&mut self.is_headed, true) {
            return Ok(());
        }
        let mut header = self.head.header.clone();
        header.remarks.extend(self.outline.iter().flat_map(|outline| outline.remarks.clone()));
        self.receiver.header(header)
    }

    /// A data set whose element has begun.
    fn set(&mut self, element: &Element, events: &mut Events<'_>) -> Result<(), Diagnostic> {
        self.header()?;
        let mut usage = self.head.usage(element);
        usage.references.extend(self.key_family(element));
        let layout = usage.layout(&self.layout);
        let description = match self.described(&usage) {
            Some(description) => description,
            None if layout.is_generic => self.outlined(&usage)?,
            None => return Err(self.missing(&usage, element, events)),
        };
        let description = self.completed(description, element);
        let groups = self.outline.as_ref().and_then(|outline| outline.sets.get(self.sets));
        let groups = groups.map(|set| &set.groups[..]);
        self.sets += 1;
        let file: Arc<Path> = Arc::from(self.content.path());
        let is_component = |name: &str| description.variable(name).is_some();
        let own: Vec<(&String, &String)> = element
            .attributes
            .iter()
            .filter(|(name, _)| !layout.is_generic && !name.starts_with(':'))
            .filter(|(name, _)| !OF_THE_MESSAGE.contains(&name.as_str()) || is_component(name))
            .collect();
        let mut rows = Rows::new(self.receiver, file, description, groups)?;
        let fault = |(code, line, text)| events.fault(code, line, text);
        rows.begin(Level::Set, element.line).map_err(fault)?;
        for (name, value) in own {
            let value = Value::One(Cow::Borrowed(value));
            rows.put(Part::Any, name, value, element.line).map_err(fault)?;
        }
        cells::read(events, &layout, &mut rows)?;
        rows.finish()
    }

    /// SDMX 2.0 names the structure in the data set.
    fn key_family(&self, element: &Element) -> Option<Reference> {
        let set = self.outline.as_ref()?.sets.get(self.sets)?;
        let agency = element.owned("keyFamilyAgencyID").unwrap_or_default();
        let id = set.key_family.clone()?;
        Some(Reference::new(Class::DataStructure, agency, id, ""))
    }

    /// What the structure says of the data set, where it is known.
    fn described(&self, usage: &Usage) -> Option<Description> {
        // A dataflow that is not known is most often called as its structure; whether the data follow
        // that is then seen.
        let dataflow = usage.references.iter().find(|r| r.class == Class::Dataflow);
        let namesake = dataflow.map(|r| Reference { class: Class::DataStructure, ..r.clone() });
        let mut references = usage.references.iter().chain(&namesake);
        let described = |reference| self.known.defining(reference)?.describe(reference);
        let only = || self.known.only().and_then(|(metadata, only)| metadata.describe(only));
        let mut description = references.find_map(described).or_else(only)?;
        if let Some(dataflow) = dataflow {
            description.id.clone_from(&dataflow.id);
            description.dataflow = Some(dataflow.clone());
        }
        Some(description)
    }

    /// What the data themselves say of their structure.
    fn outlined(&mut self, usage: &Usage) -> Result<Description, Diagnostic> {
        let outline = match self.outline.take() {
            Some(outline) => outline,
            None => Outline::of(self.content, &self.layout)?,
        };
        let outline = self.outline.insert(outline);
        let set = outline.sets.get(self.sets);
        let of = |class| usage.references.iter().find(|r| r.class == class).cloned();
        let (dataflow, structure) = (of(Class::Dataflow), of(Class::DataStructure));
        let named = dataflow.as_ref().or(structure.as_ref()).map(|named| named.id.clone());
        let file = self.content.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok(Description {
            id: named.or(file).unwrap_or_default(),
            dataflow,
            provision: of(Class::ProvisionAgreement),
            structure,
            variables: set.map(|set| set.variables()).unwrap_or_default(),
            ..Description::default()
        })
    }

    fn missing(&self, usage: &Usage, element: &Element, events: &Events<'_>) -> Diagnostic {
        match usage.references.first() {
            Some(reference) => {
                let message = format!("the structure of the data, {reference}, is not known");
                let help = format!(
                    "put the structure message that has `{}` beside the file, or name it with `--structure`",
                    reference.id
                );
                events.fault(&MISSING_STRUCTURE, element.line, message).with_help(help)
            }
            None => {
                let message = "the data set does not say which structure it follows";
                events.fault(&MISSING_STRUCTURE, element.line, message)
            }
        }
    }

    /// With what the message says of the data set.
    fn completed(&self, mut description: Description, element: &Element) -> Description {
        let of = |name: &str| {
            let qualified = element.attribute(&format!(":{name}"));
            // In structure-specific data, an attribute by such a name may be a component's.
            let is_component = !self.layout.is_generic && description.variable(name).is_some();
            qualified.or(element.attribute(name).filter(|_| !is_component)).map(str::to_owned)
        };
        let action = of("action").map_or(self.head.action, |action| header::action(&action));
        let told = OF_THE_MESSAGE
            .into_iter()
            .filter(|name| !matches!(*name, "structureRef" | "action" | "dataScope" | "type"));
        let told: Vec<_> = told.filter_map(|name| Some(extra(name, of(name)?))).collect();
        description.action = action;
        description.source.clone_from(&self.head.source);
        description.extras = self.head.extras.iter().cloned().chain(told).collect();
        description
    }
}
