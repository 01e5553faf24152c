//! Structure messages: the artefacts that an agency maintains.

use super::element::Element;
use super::{components, constraint, hierarchy};
use crate::errors::WRONG_MESSAGE;
use crate::metadata::{
    Artefact, Class, Concept, Metadata, Provision, Reference, Representation, Transformation,
};
use olshem_model::Codelist;
use olshem_model::codelist::{Annotation, Item, Labels};

/// What is wrong, and on which line.
pub(super) type Fault = (&'static olshem_model::Code, usize, String);

/// Adds an artefact to the metadata.
pub(super) fn add(element: &Element, metadata: &mut Metadata) -> Result<(), Fault> {
    match element.name.as_str() {
        "Codelist" | "CodeList" | "ValueList" | "GeographicCodelist" | "GeoCodelist"
        | "GeoGridCodelist" => {
            let artefact = codelist(element)?;
            metadata.codelists.push(artefact);
        }
        "ConceptScheme" => {
            let concepts = element.all("Concept").map(concept).collect::<Result<_, _>>()?;
            metadata.concept_schemes.push(artefact(element, Class::ConceptScheme, concepts)?);
        }
        "Concept" => standalone(element, metadata)?,
        "DataStructure" => {
            let definitions = components::definitions(element)?;
            metadata.structures.push(artefact(element, Class::DataStructure, definitions)?);
        }
        "KeyFamily" => {
            let definitions = components::key_family(element)?;
            metadata.structures.push(artefact(element, Class::DataStructure, definitions)?);
        }
        "Dataflow" => {
            let structure = element.child("Structure");
            let structure = structure.and_then(|s| s.reference(Class::DataStructure));
            let structure = structure.or_else(|| key_family_of(element.child("KeyFamilyRef")?));
            metadata.dataflows.push(artefact(element, Class::Dataflow, structure)?);
        }
        "HierarchicalCodelist" => {
            let hierarchies = hierarchy::hierarchies(element)?;
            let class = Class::HierarchicalCodelist;
            metadata.hierarchies.push(artefact(element, class, hierarchies)?);
        }
        "Hierarchy" => {
            let content = vec![hierarchy::hierarchy(element, &[])?];
            metadata.hierarchies.push(artefact(element, Class::Hierarchy, content)?);
        }
        "ContentConstraint" | "DataConstraint" | "AttachmentConstraint" => {
            let content = constraint::constraint(element);
            metadata.constraints.push(artefact(element, Class::Constraint, content)?);
        }
        "TransformationScheme" => {
            let content = element.all("Transformation").map(transformation);
            let content = content.collect::<Result<_, _>>()?;
            let mut made = artefact(element, Class::TransformationScheme, content)?;
            made.annotations.extend(version_of_vtl(element));
            metadata.transformation_schemes.push(made);
        }
        "ProvisionAgreement" => {
            let flow = element.child("StructureUsage").or_else(|| element.child("Dataflow"));
            let provider = element.child("DataProvider");
            let content = Provision {
                dataflow: flow.and_then(|flow| flow.reference(Class::Dataflow)),
                provider: provider.and_then(|p| p.reference(Class::DataProviderScheme)),
            };
            let made = artefact(element, Class::ProvisionAgreement, content)?;
            metadata.provision_agreements.push(made);
        }
        name if name.ends_with("Scheme") || name == "ReportingTaxonomy" => {
            let class = Class::named(name).unwrap_or(Class::Other);
            let mut items = Vec::new();
            for child in &element.children {
                items_of(child, None, &mut items)?;
            }
            let mut made = artefact(element, class, items)?;
            made.annotations.extend(version_of_vtl(element));
            metadata.item_schemes.push(made);
        }
        name => {
            let class = Class::named(name).unwrap_or(Class::Other);
            let mut made = artefact(element, class, ())?;
            made.annotations.extend(element.children.iter().filter_map(relation));
            metadata.others.push(made);
        }
    }
    Ok(())
}

/// What every artefact has.
fn artefact<T>(element: &Element, class: Class, content: T) -> Result<Artefact<T>, Fault> {
    let id = id_of(element)?;
    let urn: Option<Reference> = element.attribute("urn").and_then(|urn| urn.parse().ok());
    let said = |name: &str| element.owned(name).filter(|value| !value.is_empty());
    let agency = said("agencyID").or_else(|| said("agency"));
    let agency = agency.or_else(|| urn.as_ref().map(|urn| urn.agency.clone())).unwrap_or_default();
    let version = said("version").or_else(|| urn.map(|urn| urn.version));
    let version = version.unwrap_or_else(|| "1.0".to_owned());
    Ok(Artefact {
        reference: Reference::new(class, agency, id, version),
        names: element.labels("Name"),
        descriptions: element.labels("Description"),
        annotations: element.annotations(),
        valid_from: element.owned("validFrom"),
        valid_to: element.owned("validTo"),
        is_final: element.is("isFinal"),
        is_external: element.is("isExternalReference"),
        is_partial: element.is("isPartial"),
        content,
    })
}

pub(super) fn id_of(element: &Element) -> Result<String, Fault> {
    element.owned("id").filter(|id| !id.is_empty()).ok_or_else(|| {
        (&WRONG_MESSAGE, element.line, format!("an element `{}` has no id", element.name))
    })
}

/// A code, a concept, a category: an id with names and perhaps a place below another.
pub(super) fn item(element: &Element) -> Result<Item, Fault> {
    let parent = element.child("Parent").and_then(Element::local_reference);
    Ok(Item {
        code: id_of(element)?,
        parent,
        labels: element.labels("Name"),
        descriptions: element.labels("Description"),
        annotations: element.annotations(),
        aliases: Vec::new(),
    })
}

fn codelist(element: &Element) -> Result<Artefact<Codelist>, Fault> {
    let class = match element.name.as_str() {
        "ValueList" => Class::ValueList,
        _ => Class::Codelist,
    };
    let mut codes = Codelist::new(id_of(element)?);
    let mut remarks = Vec::new();
    for child in &element.children {
        match child.name.as_str() {
            "Code" | "ValueItem" | "GeoFeatureSetCode" | "GeoGridCode" => {
                let code = code(child)?;
                // Of two codes with one id, which must not be but is, no label is lost.
                if let Err(Item { code, labels, .. }) = codes.push(code) {
                    remarks.push(Annotation {
                        id: Some(code),
                        texts: labels,
                        ..remark("repeated code", None)
                    });
                }
            }
            "CodelistExtension" => {
                let extended = child.child("Codelist").or(Some(child));
                let extended = extended.and_then(|e| e.reference(Class::Codelist));
                let selection = |name: &str| {
                    child.child(name).map(|codes| {
                        let values = codes.all("MemberValue").filter_map(Element::trimmed);
                        (name.to_owned(), values.collect::<Vec<_>>().join(" "))
                    })
                };
                let selected = ["InclusiveCodeSelection", "ExclusiveCodeSelection"];
                remarks.push(Annotation {
                    url: extended.map(|reference| reference.to_string()),
                    texts: selected.into_iter().filter_map(selection).collect(),
                    ..remark("CodelistExtension", child.owned("prefix"))
                });
            }
            "GridDefinition" => {
                remarks.push(remark("GridDefinition", child.trimmed().map(str::to_owned)));
            }
            _ => {}
        }
    }
    let mut made = artefact(element, class, codes)?;
    made.annotations.append(&mut remarks);
    Ok(made)
}

fn code(element: &Element) -> Result<Item, Fault> {
    // SDMX 2.0 has the code as `value` and its label as description.
    if let (None, Some(value)) = (element.attribute("id"), element.owned("value")) {
        return Ok(Item {
            code: value,
            parent: element.owned("parentCode"),
            labels: element.labels("Description"),
            annotations: element.annotations(),
            ..Item::default()
        });
    }
    let mut code = item(element)?;
    let cell = element.text_of("GeoCell").map(|cell| remark("GeoCell", Some(cell)));
    let shape = element.owned("value").map(|value| remark("value", Some(value)));
    code.annotations.extend(cell.into_iter().chain(shape));
    Ok(code)
}

fn concept(element: &Element) -> Result<Concept, Fault> {
    let core = element.child("CoreRepresentation");
    let representation = core.map_or_else(single, components::representation);
    let mut item = item(element)?;
    if item.parent.is_none() {
        item.parent = element.owned("parent"); // SDMX 2.0
    }
    Ok(Concept { item, representation })
}

/// Nothing said of how values are written, but that there is one at once.
pub(super) fn single() -> Representation {
    Representation { max_occurs: Some(1), ..Representation::default() }
}

/// SDMX 2.0 has concepts without a scheme; they go into one by this name, as its converters have it.
fn standalone(element: &Element, metadata: &mut Metadata) -> Result<(), Fault> {
    let agency = element.owned("agencyID").unwrap_or_default();
    let scheme = Reference::new(Class::ConceptScheme, agency, components::STANDALONE, "1.0");
    let known = metadata.concept_schemes.iter_mut().find(|known| known.reference == scheme);
    let concept = concept(element)?;
    match known {
        Some(known) => known.content.push(concept),
        None => {
            let made = Artefact::new(scheme, Labels::new(), vec![concept]);
            metadata.concept_schemes.push(made);
        }
    }
    Ok(())
}

fn key_family_of(element: &Element) -> Option<Reference> {
    let agency = element.text_of("KeyFamilyAgencyID").unwrap_or_default();
    let version = element.text_of("Version").unwrap_or_default();
    let id = element.text_of("KeyFamilyID")?;
    Some(Reference::new(Class::DataStructure, agency, id, version))
}

/// An item of a scheme and those within it.
fn items_of(element: &Element, parent: Option<&str>, items: &mut Vec<Item>) -> Result<(), Fault> {
    if element.attribute("id").is_none() {
        return Ok(());
    }
    let mut made = item(element)?;
    if made.parent.is_none() {
        made.parent = parent.map(str::to_owned);
    }
    made.annotations.extend(element.children.iter().filter_map(relation));
    let id = made.code.clone();
    items.push(made);
    for child in &element.children {
        if child.name == element.name {
            items_of(child, Some(&id), items)?;
        }
    }
    Ok(())
}

/// What else an item or an artefact says that has no place of its own, as a remark: what a
/// categorisation puts where, the text of a ruleset.
fn relation(element: &Element) -> Option<Annotation> {
    if matches!(element.name.as_str(), "Name" | "Description" | "Annotations" | "Parent") {
        return None;
    }
    if let Some(reference) = element.reference(Class::Other) {
        let url = Some(reference.to_string());
        return Some(Annotation { url, ..remark(&element.name, None) });
    }
    let text = element.children.is_empty().then(|| element.trimmed()).flatten()?;
    Some(remark(&element.name, Some(text.to_owned())))
}

fn version_of_vtl(element: &Element) -> Option<Annotation> {
    element.owned("vtlVersion").map(|version| remark("vtlVersion", Some(version)))
}

pub(super) fn remark(kind: &str, title: Option<String>) -> Annotation {
    Annotation { kind: Some(kind.to_owned()), title, ..Annotation::default() }
}

fn transformation(element: &Element) -> Result<Transformation, Fault> {
    Ok(Transformation {
        item: item(element)?,
        result: element.text_of("Result").unwrap_or_default(),
        is_persistent: element.is("isPersistent"),
        expression: element.text_of("Expression").unwrap_or_default(),
    })
}
