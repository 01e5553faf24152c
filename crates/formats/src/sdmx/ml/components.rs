//! Data structure definitions and the representations of components.

use super::element::Element;
use super::structure::{Fault, remark, single};
use crate::errors::WRONG_COMPONENT;
use crate::metadata::{Attachment, Class, Definition, Part, Reference, Representation};
use olshem_model::codelist::Annotation;
use std::collections::HashSet;

/// The scheme of concepts that have none.
pub(super) const STANDALONE: &str = "STANDALONE_CONCEPT_SCHEME";

/// The components of a `DataStructure`.
pub(super) fn definitions(structure: &Element) -> Result<Vec<Definition>, Fault> {
    let Some(components) = structure.child("DataStructureComponents") else {
        // A stub: the components are kept elsewhere.
        return Ok(Vec::new());
    };
    let mut definitions = Vec::new();
    let lists = ["DimensionList", "Group", "MeasureList", "AttributeList"];
    for list in lists.into_iter().flat_map(|name| components.all(name)) {
        if list.name == "Group" {
            definitions.push(group(list));
            continue;
        }
        definitions.extend(list.children.iter().filter_map(definition));
    }
    checked(structure, definitions)
}

/// No component may be there twice, nor may there be two that are time.
fn checked(structure: &Element, definitions: Vec<Definition>) -> Result<Vec<Definition>, Fault> {
    let components = || definitions.iter().filter(|d| !matches!(d.part, Part::Group(_)));
    let mut seen = HashSet::new();
    let fault = |message| Err((&WRONG_COMPONENT, structure.line, message));
    if let Some(twice) = components().find(|d| !seen.insert(&d.id)) {
        return fault(format!("the data structure has the component `{}` twice", twice.id));
    }
    if components().filter(|d| d.part == Part::TimeDimension).count() > 1 {
        return fault("the data structure has two time dimensions".to_owned());
    }
    Ok(definitions)
}

fn definition(element: &Element) -> Option<Definition> {
    let part = match element.name.as_str() {
        "Dimension" => Part::Dimension,
        "MeasureDimension" => Part::MeasureDimension,
        "TimeDimension" => Part::TimeDimension,
        "PrimaryMeasure" | "Measure" => Part::Measure,
        "Attribute" | "ReportingYearStartDay" => Part::Attribute {
            attachment: element.child("AttributeRelationship").map(attachment).unwrap_or_default(),
            mandatory: [element.attribute("assignmentStatus"), element.attribute("usage")]
                .iter()
                .flatten()
                .any(|status| status.eq_ignore_ascii_case("mandatory")),
        },
        _ => return None,
    };
    let identity = element.child("ConceptIdentity");
    let concept = identity.and_then(|identity| identity.reference(Class::ConceptScheme));
    let id = element.owned("id").or_else(|| match &part {
        Part::TimeDimension => Some("TIME_PERIOD".to_owned()),
        // Where none is stated, it is the concept's.
        _ => concept.as_ref().and_then(|concept| concept.item.clone()),
    })?;
    let local = element.child("LocalRepresentation");
    Some(Definition {
        id,
        part,
        concept,
        representation: local.map_or_else(single, representation),
        annotations: element.annotations().into_iter().chain(roles(element)).collect(),
    })
}

/// Further concepts that say of a component what it is for, and the measures that an attribute is on.
fn roles(element: &Element) -> Vec<Annotation> {
    let roles = element.all("ConceptRole").filter_map(|role| role.reference(Class::ConceptScheme));
    let roles =
        roles.map(|role| Annotation { url: Some(role.to_string()), ..remark("ConceptRole", None) });
    let measures = element.child("MeasureRelationship").map(|relationship| {
        let measures = relationship.all("Measure").filter_map(Element::trimmed);
        remark("MeasureRelationship", Some(measures.collect::<Vec<_>>().join(" ")))
    });
    roles.chain(measures).collect()
}

fn group(element: &Element) -> Definition {
    let dimensions = element.all("GroupDimension").chain(element.all("DimensionRef"));
    let dimension = |of: &Element| of.child("DimensionReference").unwrap_or(of).local_reference();
    Definition {
        id: element.owned("id").unwrap_or_default(),
        part: Part::Group(dimensions.filter_map(dimension).collect()),
        concept: None,
        representation: single(),
        annotations: element.annotations(),
    }
}

fn attachment(relationship: &Element) -> Attachment {
    let dimensions: Vec<String> =
        relationship.all("Dimension").filter_map(Element::local_reference).collect();
    if !dimensions.is_empty() {
        return Attachment::Dimensions(dimensions);
    }
    if let Some(group) = relationship.child("Group").and_then(Element::local_reference) {
        return Attachment::Group(group);
    }
    match relationship.child("None").or(relationship.child("Dataflow")) {
        Some(_) => Attachment::Dataset,
        None => Attachment::Observation,
    }
}

/// Which values: `LocalRepresentation` or `CoreRepresentation`, and `TextFormat` of SDMX 2.0.
pub(super) fn representation(element: &Element) -> Representation {
    let codelist = element.child("Enumeration").and_then(|e| e.reference(Class::Codelist));
    let format = element.child("TextFormat").or(element.child("EnumerationFormat"));
    let facets = format.map(|format| {
        let facets = format.attributes.iter();
        let facets = facets.filter(|(name, _)| *name != "textType" && !name.starts_with(':'));
        facets.map(|(name, value)| (name.clone(), value.clone())).collect()
    });
    Representation {
        codelist,
        text_type: format.and_then(|format| format.owned("textType")),
        facets: facets.unwrap_or_default(),
        max_occurs: match element.attribute("maxOccurs") {
            Some(most) => most.parse().ok(),
            None => Some(1),
        },
    }
}

/// The components of a `KeyFamily`, as SDMX 2.0 calls a data structure.
pub(super) fn key_family(family: &Element) -> Result<Vec<Definition>, Fault> {
    let Some(components) = family.child("Components") else { return Ok(Vec::new()) };
    let mut key: Vec<String> = Vec::new();
    for dimension in components.all("Dimension") {
        key.extend(dimension.owned("conceptRef"));
    }
    let mut definitions = Vec::new();
    for element in &components.children {
        let part = match element.name.as_str() {
            "Dimension" if element.is("isMeasureDimension") => Part::MeasureDimension,
            "Dimension" => Part::Dimension,
            "TimeDimension" => Part::TimeDimension,
            "PrimaryMeasure" => Part::Measure,
            "Attribute" => Part::Attribute {
                attachment: match element.attribute("attachmentLevel") {
                    Some("DataSet") => Attachment::Dataset,
                    Some("Series") => Attachment::Dimensions(key.clone()),
                    Some("Group") => {
                        Attachment::Group(element.text_of("AttachmentGroup").unwrap_or_default())
                    }
                    _ => Attachment::Observation,
                },
                mandatory: element.attribute("assignmentStatus") == Some("Mandatory"),
            },
            "Group" => {
                definitions.push(group(element));
                continue;
            }
            _ => continue,
        };
        let Some(id) = element.owned("conceptRef") else { continue };
        let agency = element.owned("conceptAgency").or_else(|| family.owned("agencyID"));
        let scheme_agency = element.owned("conceptSchemeAgency").or(agency).unwrap_or_default();
        let scheme = element.owned("conceptSchemeRef").unwrap_or_else(|| STANDALONE.to_owned());
        let version = element.owned("conceptSchemeVersion").unwrap_or_default();
        let scheme = Reference::new(Class::ConceptScheme, scheme_agency, scheme, version);
        let codelist = element.owned("codelist").map(|list| {
            let agency = element.owned("codelistAgency").or_else(|| family.owned("agencyID"));
            let version = element.owned("codelistVersion").unwrap_or_default();
            Reference::new(Class::Codelist, agency.unwrap_or_default(), list, version)
        });
        definitions.push(Definition {
            concept: Some(scheme.item(&id)),
            id,
            part,
            representation: Representation { codelist, ..representation(element) },
            annotations: element.annotations(),
        });
    }
    checked(family, definitions)
}
