//! Structure messages: the artefacts of `data`, each kind in a list of its own.

use super::components::annotation;
use super::outline::Outline;
use super::tree::{Node, fault_at};
use crate::errors::WRONG_MESSAGE;
use crate::metadata::{
    Artefact, Attachment, Class, Concept, Constraint, Definition, Hierarchy, Metadata,
    Node as Code, Part, Provision, Reference, Region, Representation, Transformation,
};
use olshem_model::codelist::{Annotation, Item};
use olshem_model::{Codelist, Diagnostic};
use std::path::Path;

/// What the lists of a structure message hold, and what the items of each are called there.
pub(super) const ARTEFACTS: &[(&str, Class, &str)] = &[
    ("codelists", Class::Codelist, "codes"),
    ("geographicCodelists", Class::Codelist, "geoFeatureSetCodes"),
    ("geoGridCodelists", Class::Codelist, "geoGridCodes"),
    ("valueLists", Class::ValueList, "valueItems"),
    ("conceptSchemes", Class::ConceptScheme, "concepts"),
    ("dataStructures", Class::DataStructure, ""),
    ("dataflows", Class::Dataflow, ""),
    ("hierarchies", Class::Hierarchy, ""),
    ("hierarchicalCodelists", Class::HierarchicalCodelist, ""),
    ("dataConstraints", Class::Constraint, ""),
    ("contentConstraints", Class::Constraint, ""),
    ("agencySchemes", Class::AgencyScheme, "agencies"),
    ("dataProviderSchemes", Class::DataProviderScheme, "dataProviders"),
    ("dataConsumerSchemes", Class::DataConsumerScheme, "dataConsumers"),
    ("organisationUnitSchemes", Class::OrganisationUnitScheme, "organisationUnits"),
    ("categorySchemes", Class::CategoryScheme, "categories"),
    ("transformationSchemes", Class::TransformationScheme, "transformations"),
    ("metadataStructures", Class::MetadataStructure, ""),
    ("metadataflows", Class::Metadataflow, ""),
    ("categorisations", Class::Categorisation, ""),
    ("provisionAgreements", Class::ProvisionAgreement, ""),
    ("processes", Class::Process, ""),
    ("reportingTaxonomies", Class::ReportingTaxonomy, ""),
    ("structureMaps", Class::StructureMap, ""),
    ("rulesetSchemes", Class::RulesetScheme, ""),
    ("customTypeSchemes", Class::CustomTypeScheme, ""),
    ("vtlMappingSchemes", Class::VtlMappingScheme, ""),
    ("namePersonalisationSchemes", Class::NamePersonalisationScheme, ""),
    ("userDefinedOperatorSchemes", Class::UserDefinedOperatorScheme, ""),
    ("metadataProviderSchemes", Class::Other, ""),
    ("metadataProvisionAgreements", Class::Other, ""),
    ("metadataConstraints", Class::Other, ""),
    ("attachmentConstraints", Class::Other, ""),
    ("structureSets", Class::Other, ""),
    ("hierarchyAssociations", Class::Other, ""),
    ("representationMaps", Class::Other, ""),
    ("conceptSchemeMaps", Class::Other, ""),
    ("categorySchemeMaps", Class::Other, ""),
    ("organisationSchemeMaps", Class::Other, ""),
    ("reportingTaxonomyMaps", Class::Other, ""),
];

/// Whether `data` has such artefacts in a list of that name.
pub(super) fn is_artefact(key: &str) -> bool {
    ARTEFACTS.iter().any(|(name, ..)| *name == key)
}

/// All artefacts of a message.
pub(super) fn read(outline: &Outline, file: &Path, language: &str) -> Result<Metadata, Diagnostic> {
    let reader = Reader { file, language };
    let mut metadata = Metadata::default();
    for (key, class, items) in ARTEFACTS {
        let listed = outline.data.get(*key).map(Node::items).unwrap_or_default();
        for node in listed {
            reader.artefact(node, *class, items, &mut metadata)?;
        }
    }
    Ok(metadata)
}

struct Reader<'m> {
    file: &'m Path,
    language: &'m str,
}

impl Reader<'_> {
    fn artefact(
        &self,
        node: &Node,
        class: Class,
        items: &str,
        metadata: &mut Metadata,
    ) -> Result<(), Diagnostic> {
        match class {
            Class::Codelist | Class::ValueList => {
                let mut list = Codelist::new(node.text("id").unwrap_or_default());
                for code in node.list(items) {
                    if let Err(twice) = list.push(self.item(code)?) {
                        let message = format!("the code `{}` is there twice", twice.code);
                        return Err(fault_at(&WRONG_MESSAGE, self.file, code.line, message));
                    }
                }
                metadata.codelists.push(self.named(node, class, list)?);
            }
            Class::ConceptScheme => {
                let concept = |node: &Node| {
                    Ok(Concept {
                        item: self.item(node)?,
                        representation: representation(node.get("coreRepresentation")),
                    })
                };
                let concepts = node.list(items).iter().map(concept).collect::<Result<_, _>>()?;
                metadata.concept_schemes.push(self.named(node, class, concepts)?);
            }
            Class::DataStructure => {
                let definitions = self.definitions(node)?;
                metadata.structures.push(self.named(node, class, definitions)?);
            }
            Class::Dataflow => {
                let structure = node.get("structure").and_then(urn);
                metadata.dataflows.push(self.named(node, class, structure)?);
            }
            Class::Hierarchy => {
                let hierarchy = self.hierarchy(node)?;
                metadata.hierarchies.push(self.named(node, class, vec![hierarchy])?);
            }
            Class::HierarchicalCodelist => {
                let hierarchies = node.list("hierarchies").iter().map(|h| self.hierarchy(h));
                let hierarchies = hierarchies.collect::<Result<_, _>>()?;
                metadata.hierarchies.push(self.named(node, class, hierarchies)?);
            }
            Class::Constraint => {
                let constraint = constraint(node);
                metadata.constraints.push(self.named(node, class, constraint)?);
            }
            Class::ProvisionAgreement => {
                let dataflow = node.get("dataflow").or_else(|| node.get("structureUsage"));
                let provision = Provision {
                    dataflow: dataflow.and_then(urn),
                    provider: node.get("dataProvider").and_then(urn),
                };
                metadata.provision_agreements.push(self.named(node, class, provision)?);
            }
            Class::TransformationScheme => {
                let transformation = |node: &Node| {
                    let text = |key| node.text(key).unwrap_or_default().to_owned();
                    Ok(Transformation {
                        item: self.item(node)?,
                        result: text("result"),
                        is_persistent: node.is_true("isPersistent"),
                        expression: text("expression"),
                    })
                };
                let all = node.list(items).iter().map(transformation).collect::<Result<_, _>>()?;
                metadata.transformation_schemes.push(self.named(node, class, all)?);
            }
            _ if !items.is_empty() => {
                let mut all = Vec::new();
                self.items(node, items, None, &mut all)?;
                metadata.item_schemes.push(self.named(node, class, all)?);
            }
            _ => metadata.others.push(self.named(node, class, ())?),
        }
        Ok(())
    }

    /// An artefact's identity and names around its content.
    fn named<T>(&self, node: &Node, class: Class, content: T) -> Result<Artefact<T>, Diagnostic> {
        let text = |key| node.text(key).map(str::to_owned);
        let id = self.id(node)?;
        let agency = text("agencyID").or_else(|| text("agencyId")).unwrap_or_default();
        let version = text("version").unwrap_or_else(|| "1.0".to_owned());
        let names = node.labels("name", "names", self.language);
        Ok(Artefact {
            descriptions: node.labels("description", "descriptions", self.language),
            annotations: self.annotations(node),
            valid_from: text("validFrom"),
            valid_to: text("validTo"),
            is_final: node.is_true("isFinal"),
            is_external: node.is_true("isExternalReference"),
            is_partial: node.is_true("isPartial"),
            ..Artefact::new(Reference::new(class, agency, id, version), names, content)
        })
    }

    fn id(&self, node: &Node) -> Result<String, Diagnostic> {
        node.text("id").map(str::to_owned).ok_or_else(|| {
            fault_at(&WRONG_MESSAGE, self.file, node.line, "an artefact or an item has no `id`")
        })
    }

    fn annotations(&self, node: &Node) -> Vec<Annotation> {
        node.list("annotations").iter().map(|node| annotation(node, self.language)).collect()
    }

    fn item(&self, node: &Node) -> Result<Item, Diagnostic> {
        Ok(Item {
            code: self.id(node)?,
            parent: node.text("parent").map(str::to_owned),
            labels: node.labels("name", "names", self.language),
            descriptions: node.labels("description", "descriptions", self.language),
            annotations: self.annotations(node),
            aliases: Vec::new(),
        })
    }

    /// Items, and those that stand within one another each with its parent.
    fn items(
        &self,
        node: &Node,
        key: &str,
        parent: Option<&str>,
        all: &mut Vec<Item>,
    ) -> Result<(), Diagnostic> {
        for node in node.list(key) {
            let mut item = self.item(node)?;
            item.parent = item.parent.or_else(|| parent.map(str::to_owned));
            let code = item.code.clone();
            all.push(item);
            self.items(node, key, Some(&code), all)?;
        }
        Ok(())
    }

    fn definitions(&self, node: &Node) -> Result<Vec<Definition>, Diagnostic> {
        let Some(parts) = node.get("dataStructureComponents") else { return Ok(Vec::new()) };
        let mut definitions = Vec::new();
        if let Some(dimensions) = parts.get("dimensionList") {
            let mut placed: Vec<(usize, Definition)> = Vec::new();
            for (key, part) in [
                ("dimensions", Part::Dimension),
                ("measureDimensions", Part::MeasureDimension),
                ("timeDimensions", Part::TimeDimension),
            ] {
                for node in dimensions.list(key) {
                    let part = match node.text("type") {
                        Some("MeasureDimension") => Part::MeasureDimension,
                        Some("TimeDimension") => Part::TimeDimension,
                        _ => part.clone(),
                    };
                    let last =
                        if part == Part::TimeDimension { usize::MAX } else { usize::MAX - 1 };
                    let position = node.get("position").and_then(Node::index).unwrap_or(last);
                    placed.push((position, self.definition(node, part)?));
                }
            }
            placed.sort_by_key(|(position, _)| *position);
            definitions.extend(placed.into_iter().map(|(_, definition)| definition));
            if let Some(node) = dimensions.get("timeDimension") {
                definitions.push(self.definition(node, Part::TimeDimension)?);
            }
        }
        for node in parts.list("groups") {
            let dimensions = node.list("groupDimensions").iter().filter_map(Node::scalar);
            let part = Part::Group(dimensions.map(str::to_owned).collect());
            definitions.push(self.definition(node, part)?);
        }
        if let Some(measures) = parts.get("measureList") {
            for node in measures.get("primaryMeasure").into_iter().chain(measures.list("measures"))
            {
                definitions.push(self.definition(node, Part::Measure)?);
            }
        }
        if let Some(attributes) = parts.get("attributeList") {
            for node in attributes.list("attributes") {
                let status = node.text("assignmentStatus").or_else(|| node.text("usage"));
                let part = Part::Attribute {
                    attachment: attachment(node.get("attributeRelationship")),
                    mandatory: status.is_some_and(|s| s.eq_ignore_ascii_case("mandatory")),
                };
                definitions.push(self.definition(node, part)?);
            }
        }
        Ok(definitions)
    }

    fn definition(&self, node: &Node, part: Part) -> Result<Definition, Diagnostic> {
        let concept = node.get("conceptIdentity").and_then(urn);
        // A component without an id has that of its concept.
        let of_concept = || concept.as_ref().and_then(|concept| concept.item.clone());
        let id = match node.text("id").map(str::to_owned).or_else(of_concept) {
            Some(id) => id,
            None => self.id(node)?,
        };
        Ok(Definition {
            id,
            part,
            concept,
            representation: representation(node.get("localRepresentation")),
            annotations: self.annotations(node),
        })
    }

    fn hierarchy(&self, node: &Node) -> Result<Hierarchy, Diagnostic> {
        let mut levels = Vec::new();
        let mut level = node.get("level");
        while let Some(node) = level {
            levels.push(self.item(node)?);
            level = node.get("level");
        }
        Ok(Hierarchy { item: self.item(node)?, levels, nodes: self.codes(node)? })
    }

    fn codes(&self, node: &Node) -> Result<Vec<Code>, Diagnostic> {
        let code = |node: &Node| {
            let code = node.get("code").and_then(urn).ok_or_else(|| {
                let message = "a code of a hierarchy does not say which code it is";
                fault_at(&WRONG_MESSAGE, self.file, node.line, message)
            })?;
            let text = |key| node.text(key).map(str::to_owned);
            Ok(Code {
                id: text("id").or_else(|| code.item.clone()).unwrap_or_default(),
                code,
                valid_from: text("validFrom"),
                valid_to: text("validTo"),
                annotations: self.annotations(node),
                children: self.codes(node)?,
            })
        };
        node.list("hierarchicalCodes").iter().map(code).collect()
    }
}

/// A reference that is a URN.
fn urn(node: &Node) -> Option<Reference> {
    node.scalar()?.parse().ok()
}

fn attachment(relationship: Option<&Node>) -> Attachment {
    let Some(relationship) = relationship else { return Attachment::Observation };
    let dimensions = relationship.list("dimensions");
    if !dimensions.is_empty() {
        let ids = dimensions.iter().filter_map(Node::scalar).map(str::to_owned);
        return Attachment::Dimensions(ids.collect());
    }
    if let Some(group) = relationship.text("group") {
        return Attachment::Group(group.to_owned());
    }
    match ["dataflow", "none"].iter().any(|key| relationship.get(key).is_some()) {
        true => Attachment::Dataset,
        false => Attachment::Observation,
    }
}

fn representation(node: Option<&Node>) -> Representation {
    let mut representation = Representation { max_occurs: Some(1), ..Representation::default() };
    let Some(node) = node else { return representation };
    representation.codelist = node.get("enumeration").and_then(urn);
    let formats = ["format", "textFormat", "enumerationFormat"];
    for (key, value) in formats.iter().filter_map(|key| node.get(key)).flat_map(Node::members) {
        match (key.as_str(), value.scalar()) {
            ("dataType" | "textType", Some(text)) => {
                representation.text_type = Some(text.to_owned());
            }
            ("minOccurs" | "maxOccurs", _) | (_, None) => {}
            (_, Some(text)) => drop(representation.facets.insert(key.clone(), text.to_owned())),
        }
    }
    let in_format = formats.iter().filter_map(|key| node.get(key)?.text("maxOccurs")).next();
    match node.text("maxOccurs").or(in_format) {
        None => {}
        Some(most) => representation.max_occurs = most.parse().ok(),
    }
    representation
}

fn constraint(node: &Node) -> Constraint {
    let role = node.text("role").or_else(|| node.text("type"));
    let attached = node.get("constraintAttachment").into_iter().flat_map(Node::members);
    let attached = attached.flat_map(|(_, node)| match node.items() {
        [] => std::slice::from_ref(node),
        several => several,
    });
    let mut constraint = Constraint {
        is_actual: role.is_some_and(|role| role.eq_ignore_ascii_case("actual")),
        attached: attached.filter_map(urn).collect(),
        regions: node.list("cubeRegions").iter().map(region).collect(),
    };
    for keys in node.list("dataKeySets") {
        let included = keys.is_true("isIncluded");
        for key in keys.list("keys") {
            let mut region = Region { included, is_key: true, ..Region::default() };
            for part in key.list("keyValues") {
                let id = part.text("id").unwrap_or_default().to_owned();
                let value = part.text("value").unwrap_or_default().to_owned();
                region.values.entry(id).or_default().push(value);
            }
            constraint.regions.push(region);
        }
    }
    constraint
}

fn region(node: &Node) -> Region {
    let included = node.get("include").or_else(|| node.get("isIncluded"));
    let mut region =
        Region { included: included.and_then(Node::scalar) != Some("false"), ..Region::default() };
    for key in ["keyValues", "components", "attributes"] {
        for part in node.list(key) {
            let id = part.text("id").unwrap_or_default().to_owned();
            if let Some(range) = part.get("timeRange") {
                let period = |keys: [&str; 2]| {
                    let bound = keys.iter().find_map(|key| range.get(key));
                    bound.and_then(|bound| bound.text("period").or_else(|| bound.scalar()))
                };
                let from = period(["startPeriod", "afterPeriod"]).map(str::to_owned);
                let to = period(["endPeriod", "beforePeriod"]).map(str::to_owned);
                region.ranges.insert(id, (from, to));
                continue;
            }
            let value =
                |node: &Node| node.scalar().or_else(|| node.text("value")).map(str::to_owned);
            let values = part.list("values").iter().filter_map(value);
            region.values.entry(id).or_default().extend(values);
        }
    }
    region
}
