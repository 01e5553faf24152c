//! Data structure definitions: dimensions, groups, attributes and measures, and how their values are
//! represented.

use super::Version;
use super::structure::{Structures, is_remark};
use crate::metadata::{Artefact, Attachment, Class, Definition, Part, Representation};
use crate::sdmx::names::{id, name};
use crate::sdmx::prepare::{PRIMARY_MEASURE, TIME};
use std::io::{self, Write};

pub(super) fn write<W: Write>(
    to: &mut Structures<'_, W>,
    structure: &Artefact<Vec<Definition>>,
) -> io::Result<()> {
    to.begin("DataStructure", structure, false, &[])?;
    if structure.content.is_empty() {
        return to.xml.close();
    }
    let dimensions = |part: &Part| matches!(part, Part::Dimension | Part::MeasureDimension);
    let time = |part: &Part| *part == Part::TimeDimension;
    let groups = |part: &Part| matches!(part, Part::Group(_));
    let attributes = |part: &Part| matches!(part, Part::Attribute { .. });
    let measures = |part: &Part| *part == Part::Measure;
    let all = |is: fn(&Part) -> bool| structure.content.iter().filter(move |d| is(&d.part));

    to.xml.open("str:DataStructureComponents")?;
    to.xml.open("str:DimensionList")?;
    to.xml.attribute("id", "DimensionDescriptor")?;
    // Time comes last, as 3.0 has it.
    for (position, definition) in all(dimensions).chain(all(time)).enumerate() {
        dimension(to, definition, position + 1)?;
    }
    to.xml.close()?;
    for definition in all(groups) {
        let Part::Group(of) = &definition.part else { continue };
        if of.is_empty() {
            to.losses.add("groups without dimensions", &*definition.id);
            continue;
        }
        to.xml.open("str:Group")?;
        to.xml.attribute("id", &id(&definition.id))?;
        to.annotations(&definition.annotations)?;
        for dimension in of {
            to.xml.open("str:GroupDimension")?;
            to.local("str:DimensionReference", &name(dimension))?;
            to.xml.close()?;
        }
        to.xml.close()?;
    }
    if all(attributes).next().is_some() {
        to.xml.open("str:AttributeList")?;
        to.xml.attribute("id", "AttributeDescriptor")?;
        for definition in all(attributes) {
            attribute(to, definition, structure)?;
        }
        to.xml.close()?;
    }
    if all(measures).next().is_some() {
        to.xml.open("str:MeasureList")?;
        to.xml.attribute("id", "MeasureDescriptor")?;
        for definition in all(measures) {
            let element = match to.version {
                Version::V21 => "PrimaryMeasure",
                Version::V30 => "Measure",
            };
            begin(to, element, definition, &[])?;
            concept(to, definition)?;
            represented(to, Place::Measure, definition)?;
            if to.version == Version::V30 {
                roles(to, definition)?;
            }
            to.xml.close()?;
        }
        to.xml.close()?;
    }
    to.xml.close()?;
    to.xml.close()
}

fn begin<W: Write>(
    to: &mut Structures<'_, W>,
    element: &str,
    definition: &Definition,
    attributes: &[(&str, &str)],
) -> io::Result<()> {
    let own = name(&definition.id);
    if own != definition.id {
        to.losses.add("the ids of components", format!("`{}`, now `{own}`", definition.id));
    }
    to.xml.open(&format!("str:{element}"))?;
    to.xml.attribute("id", &own)?;
    for (name, value) in attributes {
        to.xml.attribute(name, value)?;
    }
    to.annotations(&definition.annotations)
}

fn concept<W: Write>(to: &mut Structures<'_, W>, definition: &Definition) -> io::Result<()> {
    match &definition.concept {
        Some(concept) => to.reference("str:ConceptIdentity", concept),
        None => Ok(()),
    }
}

fn roles<W: Write>(to: &mut Structures<'_, W>, definition: &Definition) -> io::Result<()> {
    for role in definition.annotations.iter().filter(|remark| is_remark(remark, "ConceptRole")) {
        let concept: Option<crate::metadata::Reference> =
            role.url.as_ref().and_then(|urn| urn.parse().ok());
        if let Some(concept) = concept.filter(|c| c.class == Class::ConceptScheme) {
            to.reference("str:ConceptRole", &concept)?;
        }
    }
    Ok(())
}

fn dimension<W: Write>(
    to: &mut Structures<'_, W>,
    definition: &Definition,
    position: usize,
) -> io::Result<()> {
    let position = position.to_string();
    let (element, place) = match definition.part {
        Part::TimeDimension => ("TimeDimension", Place::Time),
        Part::MeasureDimension => ("MeasureDimension", Place::Dimension),
        _ => ("Dimension", Place::Dimension),
    };
    let has_position = place != Place::Time || to.version == Version::V21;
    let attributes = [("position", position.as_str())];
    begin(to, element, definition, if has_position { &attributes } else { &[] })?;
    concept(to, definition)?;
    represented(to, place, definition)?;
    if place != Place::Time {
        roles(to, definition)?;
    }
    to.xml.close()
}

fn attribute<W: Write>(
    to: &mut Structures<'_, W>,
    definition: &Definition,
    structure: &Artefact<Vec<Definition>>,
) -> io::Result<()> {
    let Part::Attribute { attachment, mandatory } = &definition.part else { return Ok(()) };
    let usage = match (to.version, mandatory) {
        (Version::V21, true) => ("assignmentStatus", "Mandatory"),
        (Version::V21, false) => ("assignmentStatus", "Conditional"),
        (Version::V30, true) => ("usage", "mandatory"),
        (Version::V30, false) => ("usage", "optional"),
    };
    begin(to, "Attribute", definition, &[usage])?;
    concept(to, definition)?;
    represented(to, Place::Attribute, definition)?;
    roles(to, definition)?;
    to.xml.open("str:AttributeRelationship")?;
    let known = |group: &str| {
        let is =
            |d: &&Definition| d.id == group && matches!(&d.part, Part::Group(of) if !of.is_empty());
        structure.content.iter().find(is).is_some()
    };
    match (attachment, to.version) {
        (Attachment::Dataset, Version::V21) => to.xml.empty("str:None", &[])?,
        (Attachment::Dataset, Version::V30) => to.xml.empty("str:Dataflow", &[])?,
        (Attachment::Group(group), _) if known(group) => to.local("str:Group", &id(group))?,
        (Attachment::Dimensions(of), _) if !of.is_empty() => {
            for dimension in of {
                let dimension = name(dimension);
                if dimension == TIME && to.version == Version::V21 {
                    to.xml.open("str:Dimension")?;
                    to.xml.empty("Ref", &[("id", TIME), ("class", "TimeDimension")])?;
                    to.xml.close()?;
                } else {
                    to.local("str:Dimension", &dimension)?;
                }
            }
        }
        (_, Version::V21) => to.local("str:PrimaryMeasure", PRIMARY_MEASURE)?,
        (_, Version::V30) => to.xml.empty("str:Observation", &[])?,
    }
    to.xml.close()?;
    if to.version == Version::V30 {
        let on = definition.annotations.iter().find(|a| is_remark(a, "MeasureRelationship"));
        if let Some(measures) = on.and_then(|annotation| annotation.title.as_deref()) {
            to.xml.open("str:MeasureRelationship")?;
            for measure in measures.split_whitespace() {
                to.xml.leaf("str:Measure", &name(measure))?;
            }
            to.xml.close()?;
        }
    }
    to.xml.close()
}

fn represented<W: Write>(
    to: &mut Structures<'_, W>,
    place: Place,
    definition: &Definition,
) -> io::Result<()> {
    representation(to, place, &definition.representation, &definition.id)
}

/// Whose representation it is; each may say something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Concept,
    Dimension,
    Time,
    Attribute,
    Measure,
}

/// Text types that a value in time may have.
const OF_TIME: &[&str] = &[
    "ObservationalTimePeriod",
    "StandardTimePeriod",
    "BasicTimePeriod",
    "GregorianTimePeriod",
    "GregorianYear",
    "GregorianYearMonth",
    "GregorianDay",
    "ReportingTimePeriod",
    "ReportingYear",
    "ReportingSemester",
    "ReportingTrimester",
    "ReportingQuarter",
    "ReportingMonth",
    "ReportingWeek",
    "ReportingDay",
    "DateTime",
    "TimeRange",
];

/// Text types that any value may have.
const SIMPLE: &[&str] = &[
    "String",
    "Alpha",
    "AlphaNumeric",
    "Numeric",
    "BigInteger",
    "Integer",
    "Long",
    "Short",
    "Decimal",
    "Float",
    "Double",
    "Boolean",
    "URI",
    "Count",
    "InclusiveValueRange",
    "ExclusiveValueRange",
    "Incremental",
    "Month",
    "MonthDay",
    "Day",
    "Time",
    "Duration",
];

/// The facets with what a value of them is.
const FACETS: &[(&str, Facet)] = &[
    ("isSequence", Facet::Boolean),
    ("interval", Facet::Number),
    ("startValue", Facet::Number),
    ("endValue", Facet::Number),
    ("timeInterval", Facet::Text),
    ("startTime", Facet::Text),
    ("endTime", Facet::Text),
    ("minLength", Facet::Positive),
    ("maxLength", Facet::Positive),
    ("minValue", Facet::Number),
    ("maxValue", Facet::Number),
    ("decimals", Facet::Positive),
    ("pattern", Facet::Text),
    ("isMultiLingual", Facet::Boolean),
];

#[derive(Clone, Copy, PartialEq)]
enum Facet {
    Boolean,
    Number,
    Positive,
    Text,
}

impl Facet {
    fn takes(self, value: &str) -> bool {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Boolean => matches!(value, "true" | "false" | "0" | "1"),
            Self::Number => {
                let number = value.strip_prefix(['-', '+']).unwrap_or(value);
                let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
                digits(whole) && digits(fraction)
            }
            Self::Positive => digits(value) && value.bytes().any(|b| b != b'0'),
            Self::Text => true,
        }
    }
}

/// Writes how values are represented, where anything is said of that.
pub(super) fn representation<W: Write>(
    to: &mut Structures<'_, W>,
    place: Place,
    representation: &Representation,
    what: &str,
) -> io::Result<()> {
    let Representation { codelist, text_type, facets, max_occurs } = representation;
    let version = to.version;
    let is_many = *max_occurs != Some(1);
    let says_nothing = codelist.is_none() && text_type.is_none() && facets.is_empty();
    let can_be_many = version == Version::V30 && !matches!(place, Place::Dimension | Place::Time);
    if is_many && !can_be_many && !(says_nothing && max_occurs.is_none()) {
        to.losses.add("that there may be several values at once", what);
    }
    // Nothing said, as `Default` has it, is not "any number of values".
    let is_many = is_many && !(says_nothing && max_occurs.is_none());
    if says_nothing && place != Place::Time && !(is_many && can_be_many) {
        return Ok(());
    }
    to.xml.open(if place == Place::Concept {
        "str:CoreRepresentation"
    } else {
        "str:LocalRepresentation"
    })?;
    if is_many && can_be_many {
        let most = max_occurs.map_or_else(|| "unbounded".to_owned(), |most| most.to_string());
        to.xml.attribute("maxOccurs", &most)?;
    }
    let listed = codelist.as_ref().filter(|_| place != Place::Time);
    let of_measures = listed.is_some_and(|list| list.class == Class::ConceptScheme);
    if let Some(list) = listed {
        to.reference("str:Enumeration", list)?;
        if (text_type.is_none() && facets.is_empty()) || of_measures {
            return to.xml.close();
        }
    }
    let is_time = |text_type: &&str| OF_TIME.contains(text_type);
    let fits = |text_type: &&str| match (place, listed) {
        (Place::Time, _) => is_time(text_type),
        (_, Some(_)) => {
            (SIMPLE.contains(text_type) || is_time(text_type))
                && !matches!(
                    *text_type,
                    "Decimal" | "Float" | "Double" | "DateTime" | "Time" | "TimeRange"
                )
        }
        (Place::Dimension, None) => SIMPLE.contains(text_type) || is_time(text_type),
        _ => SIMPLE.contains(text_type) || is_time(text_type) || *text_type == "XHTML",
    };
    let stated = text_type.as_deref();
    let usual = match (place, listed) {
        (Place::Time, _) => Some("ObservationalTimePeriod"),
        (_, Some(_)) => None,
        _ => Some("String"),
    };
    if let Some(stated) = stated.filter(|stated| !fits(stated)) {
        to.losses.add("text types that can't stand there", format!("{what} {stated}"));
    }
    to.xml.open(if listed.is_some() { "str:EnumerationFormat" } else { "str:TextFormat" })?;
    to.xml.optional("textType", stated.filter(fits).or(usual))?;
    for (facet, value) in facets {
        let known = FACETS.iter().find(|(name, _)| name == facet).map(|(_, kind)| *kind);
        let fits = known.is_some_and(|kind| kind.takes(value))
            && match (place, facet.as_str()) {
                (Place::Time, facet) => matches!(facet, "startTime" | "endTime"),
                (_, "decimals") => listed.is_none(),
                (Place::Dimension, "isMultiLingual") => false,
                (_, "isMultiLingual") => {
                    listed.is_none() && (version == Version::V30 || place == Place::Concept)
                }
                _ => listed.is_none() || known != Some(Facet::Number) || !value.contains('.'),
            };
        match fits {
            true => to.xml.attribute(facet, value)?,
            // That text is in one language is said of all that is not text, and means nothing there.
            false if facet == "isMultiLingual" && value == "false" => {}
            false => to.losses.add("limits of values", format!("{facet} {value} of {what}")),
        }
    }
    to.xml.close()?;
    to.xml.close()
}
