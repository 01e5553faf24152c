//! SDMX-ML 2.1 and 3.0, and what of 2.0 is like it: structure messages and data messages to a
//! [`Receiver`].
//!
//! ```text
//!  bytes ──▶ events ──▶ an element per artefact ──▶ metadata
//!            of XML ──▶ cells, one after another ──▶ rows ──▶ batches of observations
//! ```
//!
//! Data are read as a stream. What is said of a data set, a group or a series stands in every
//! observation that it is said of; each variable keeps in `attachment` where it came from. What must
//! be known before an observation but may stand behind it (a group, names in data whose structure is
//! not known, the footer) is gathered in a pass of its own, which is made only where it is needed.
//!
//! * A measure that is `NaN` or empty is null.
//! * Several values of one component are a JSON array, one in several languages is a JSON object.
//! * A series or a group that has no observations is told as a note on the data set.
//! * Of two codes with one id the first is kept, and the other's label as an annotation of the list.
//!
//! Codes are not compared with their codelists here: messages that are wrong in that are too many,
//! and a codelist may be only a part.
//!
//! ```
//! use olshem_formats::files::{Known, collect};
//! use olshem_formats::{Content, Kind};
//!
//! let xml = r#"<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
//!         xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic">
//!   <m:DataSet>
//!     <g:Series>
//!       <g:SeriesKey><g:Value id="REF_AREA" value="KZ"/></g:SeriesKey>
//!       <g:Obs><g:ObsDimension value="2023"/><g:ObsValue value="2.70"/></g:Obs>
//!       <g:Obs><g:ObsDimension value="2024"/><g:ObsValue value="3.0"/></g:Obs>
//!     </g:Series>
//!   </m:DataSet>
//! </m:GenericData>"#;
//! let (kind, read) = collect(&Content::in_memory("gdp.xml", xml), &Known::default()).unwrap();
//! assert_eq!(kind, Kind::SdmxMl21Generic);
//! let (description, observations) = &read.datasets[0];
//! let structure = description.data_structure().to_string();
//! assert_eq!(structure, "REF_AREA, TIME_PERIOD -> OBS_VALUE");
//! assert_eq!(observations[0].batch.num_rows(), 2);
//! ```

mod cells;
mod components;
mod constraint;
mod data;
mod element;
mod header;
mod hierarchy;
mod outline;
mod rows;
mod structure;
pub mod write;
mod xml;

use crate::content::Content;
use crate::errors::{BROKEN_XML, WRONG_MESSAGE};
use crate::files::Known;
use crate::message::Receiver;
use crate::metadata::Metadata;
use cells::Layout;
use element::Element;
use olshem_model::Diagnostic;
use xml::{Event, Events, Version};

/// Reads a message.
///
/// # Errors
///
/// What is not XML or not SDMX-ML; data whose structure is not known, or that do not follow it; the
/// receiver's error.
pub fn read(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<(), Vec<Diagnostic>> {
    message(content, known, receiver).map_err(|fault| vec![fault])
}

fn message(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let mut events = Events::of(content)?;
    let root = Root::of(&mut events)?;
    match root.name.as_str() {
        "Structure" => structures(&mut events, receiver)?,
        "GenericData" | "GenericTimeSeriesData" => {
            let layout = Layout { is_generic: true, is_old: root.is_old, ..Layout::default() };
            data::read(&mut events, content, known, receiver, layout)?;
        }
        "StructureSpecificData" | "StructureSpecificTimeSeriesData" | "CompactData" => {
            let layout = Layout { is_old: root.is_old, ..Layout::default() };
            data::read(&mut events, content, known, receiver, layout)?;
        }
        name => return Err(refusal(&mut events, name, root.line)?),
    }
    // What stands after the message, if anything.
    while !matches!(events.next()?, Event::Eof) {}
    Ok(())
}

/// Whether it is a message of data: one in which to look for structures would be in vain.
pub(crate) fn has_data(content: &Content) -> bool {
    // Of what is not XML, no more than this is looked at.
    content.head(256).is_ok_and(|head| head.contains(&b'<'))
        && Events::of(content)
            .and_then(|mut events| Root::of(&mut events))
            .is_ok_and(|root| root.name.ends_with("Data"))
}

/// The outermost element.
#[derive(Default)]
struct Root {
    name: String,
    line: usize,
    /// Of SDMX 2.0.
    is_old: bool,
}

impl Root {
    fn of(events: &mut Events<'_>) -> Result<Self, Diagnostic> {
        loop {
            let (root, version) = match events.next()? {
                Event::Start(tag) => {
                    let (name, version) = (tag.name().to_owned(), tag.version());
                    (Self { name, line: tag.line, is_old: version == Some(Version::Old) }, version)
                }
                Event::Eof => Default::default(),
                _ => continue,
            };
            if version.is_none() {
                let message = format!("`{}` is not a message of SDMX", root.name);
                return Err(events.fault(&WRONG_MESSAGE, root.line, message));
            }
            return Ok(root);
        }
    }
}

/// Why a message is not read.
fn refusal(events: &mut Events<'_>, name: &str, line: usize) -> Result<Diagnostic, Diagnostic> {
    let reason = match name {
        "GenericMetadata" | "StructureSpecificMetadata" | "MetadataReport" | "MetadataSet" => {
            "it holds reference metadata, texts about data, and no observations".to_owned()
        }
        "RegistryInterface" | "SubmitStructureRequest" => "it is for a registry".to_owned(),
        "CrossSectionalData" | "UtilityData" | "MessageGroup" => {
            "of SDMX-ML 2.0, structures, generic and compact data are read".to_owned()
        }
        "Error" => {
            let root = Element { name: name.to_owned(), line, ..Element::default() };
            let mut texts = Vec::new();
            let mut waiting = vec![root.completed(events)?];
            while let Some(element) = waiting.pop() {
                texts.extend(element.trimmed().map(str::to_owned));
                waiting.extend(element.children.into_iter().rev());
            }
            format!("whoever was asked for the data answered with an error: {}", texts.join("; "))
        }
        name if name.ends_with("Query") || name == "QueryMessage" => {
            "it is a query, which asks for data and holds none".to_owned()
        }
        _ => "no such message is known".to_owned(),
    };
    Ok(events.fault(&WRONG_MESSAGE, line, format!("`{name}` is not read: {reason}")))
}

/// The rest of a structure message.
fn structures(events: &mut Events<'_>, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let mut metadata = Metadata::default();
    // The depth of the list that is read: `Codelists`, say.
    let mut list: Option<usize> = None;
    let mut head = header::Head::default();
    loop {
        let begun = match events.next()? {
            Event::Start(tag) => match (tag.name(), list) {
                ("Structures", None) => continue,
                ("Header" | "Footer", None) | (_, Some(_)) => Element::begun(&tag),
                _ => {
                    list = Some(events.depth());
                    continue;
                }
            },
            Event::End => {
                if list.is_some_and(|depth| events.depth() < depth) {
                    list = None;
                }
                continue;
            }
            Event::Text(_) | Event::Nothing => continue,
            Event::Eof => break,
        };
        let begun = begun.map_err(|(line, text)| events.fault(&BROKEN_XML, line, text))?;
        let element = begun.completed(events)?;
        match (element.name.as_str(), list) {
            ("Header", None) => head = header::Head::of(&element),
            ("Footer", None) => head.header.remarks = header::remarks(&element),
            _ => structure::add(&element, &mut metadata)
                .map_err(|(code, line, text)| events.fault(code, line, text))?,
        }
    }
    receiver.header(head.header)?;
    receiver.metadata(metadata)
}
