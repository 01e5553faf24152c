//! Structure messages of SDMX-JSON 2.0.

use super::text::{Text, is_number};
use super::write::{date_time, errors, meta};
use crate::message::Header;
use crate::metadata::{
    Artefact, Attachment, Class, Constraint, Definition, Hierarchy, Metadata, Node, Part,
    Reference, Region, Representation,
};
use olshem_model::Diagnostic;
use olshem_model::codelist::{Annotation, Item};
use std::collections::{BTreeMap, HashMap, HashSet};

const SCHEMA: &str = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/2.0.0/sdmx-json-structure-schema.json";

type Losses = BTreeMap<&'static str, usize>;

/// Writes a message of structures whole.
pub(super) fn write(
    text: &mut Text,
    header: &Header,
    metadata: &Metadata,
    agency: &str,
) -> Result<Losses, Diagnostic> {
    if metadata.is_empty() && header.remarks.is_empty() {
        return Err(super::write::unwritable("there is nothing to write".to_owned()));
    }
    let mut losses = Losses::new();
    let mut lost = 0;
    text.open('{');
    meta(text, header, SCHEMA, agency);
    text.key("data");
    text.object(|text| {
        let lists = |class| move |list: &&Artefact<_>| list.reference.class == class;
        let codelists: Vec<_> = metadata.codelists.iter().filter(lists(Class::Codelist)).collect();
        artefacts(text, "codelists", &codelists, |text, list| {
            text.list("codes", list.items(), item);
        });
        let value_lists: Vec<_> =
            metadata.codelists.iter().filter(lists(Class::ValueList)).collect();
        artefacts(text, "valueLists", &value_lists, |text, list| {
            text.list("valueItems", list.items(), item);
        });
        artefacts(text, "conceptSchemes", &all(&metadata.concept_schemes), |text, concepts| {
            text.list("concepts", concepts, |text, concept| {
                text.object(|text| {
                    item_members(text, &concept.item);
                    representation(text, "coreRepresentation", &concept.representation, false);
                });
            });
        });
        artefacts(text, "dataStructures", &all(&metadata.structures), |text, definitions| {
            structure(text, definitions);
        });
        artefacts(text, "dataflows", &all(&metadata.dataflows), |text, structure| {
            text.optional("structure", structure.as_ref().map(Reference::to_string).as_deref());
        });
        hierarchies(text, &metadata.hierarchies);
        artefacts(text, "dataConstraints", &all(&metadata.constraints), constraint);
        for (key, class, items_key) in super::structure::ARTEFACTS {
            let schemes: Vec<_> =
                metadata.item_schemes.iter().filter(|s| s.reference.class == *class).collect();
            if !items_key.is_empty() {
                artefacts(text, key, &schemes, |text, list| lost += items(text, items_key, list));
            }
        }
        let schemes = all(&metadata.transformation_schemes);
        artefacts(text, "transformationSchemes", &schemes, |text, transformations| {
            text.list("transformations", transformations, |text, transformation| {
                text.object(|text| {
                    item_members(text, &transformation.item);
                    text.member("expression", &transformation.expression);
                    text.member("result", &transformation.result);
                    text.flag("isPersistent", transformation.is_persistent);
                });
            });
        });
    });
    errors(text, header);
    text.close('}');
    if lost > 0 {
        losses.insert("categories that are nested too deeply", lost);
    }
    if !metadata.others.is_empty() {
        losses.insert("artefacts of which only the name is known", metadata.others.len());
    }
    Ok(losses)
}

fn all<T>(artefacts: &[Artefact<T>]) -> Vec<&Artefact<T>> {
    artefacts.iter().collect()
}

/// A list of artefacts, each with its identity and names, and with its content by `write`.
fn artefacts<T>(
    text: &mut Text,
    key: &str,
    artefacts: &[&Artefact<T>],
    mut write: impl FnMut(&mut Text, &T),
) {
    text.list(key, artefacts, |text, artefact| {
        text.new_line();
        text.object(|text| {
            identity(text, artefact);
            write(text, &artefact.content);
        });
    });
}

fn identity<T>(text: &mut Text, artefact: &Artefact<T>) {
    let reference = &artefact.reference;
    text.member("id", &reference.id);
    text.member("agencyID", &reference.agency);
    if !reference.version.is_empty() && reference.class != Class::AgencyScheme {
        text.member("version", &reference.version);
    }
    text.names(&artefact.names, &reference.id);
    text.labels("description", "descriptions", &artefact.descriptions);
    annotations(text, &artefact.annotations);
    text.optional("validFrom", moment(artefact.valid_from.as_deref()).as_deref());
    text.optional("validTo", moment(artefact.valid_to.as_deref()).as_deref());
    if artefact.is_final {
        text.flag("isFinal", true);
    }
    if artefact.is_external {
        text.flag("isExternalReference", true);
    }
    if artefact.is_partial {
        text.flag("isPartial", true);
    }
}

fn annotations(text: &mut Text, annotations: &[Annotation]) {
    text.list("annotations", annotations, Text::annotation);
}

fn item(text: &mut Text, item: &Item) {
    text.object(|text| item_members(text, item));
}

fn item_members(text: &mut Text, item: &Item) {
    text.member("id", &item.code);
    text.names(&item.labels, &item.code);
    text.labels("description", "descriptions", &item.descriptions);
    text.optional("parent", item.parent.as_deref());
    annotations(text, &item.annotations);
}

/// Items; those of a category scheme within one another. Gives back how many could not be written.
fn items(text: &mut Text, key: &str, all: &[Item]) -> usize {
    if key != "categories" {
        text.list(key, all, item);
        return 0;
    }
    let codes: HashSet<&str> = all.iter().map(|item| item.code.as_str()).collect();
    let mut top = Vec::new();
    let mut below: HashMap<&str, Vec<&Item>> = HashMap::new();
    for item in all {
        match item.parent.as_deref().filter(|parent| codes.contains(parent)) {
            Some(parent) => below.entry(parent).or_default().push(item),
            None => top.push(item),
        }
    }
    categories(text, key, &top, &mut below, 0);
    below.values().map(Vec::len).sum()
}

/// Categories with those below them, which are taken out of `below`: of a circle, each is written
/// once.
fn categories<'i>(
    text: &mut Text,
    key: &str,
    of_one: &[&'i Item],
    below: &mut HashMap<&'i str, Vec<&'i Item>>,
    depth: usize,
) {
    text.list(key, of_one, |text, item| {
        text.object(|text| {
            item_members(text, &Item { parent: None, ..(*item).clone() });
            // What is nested deeper than that no reader takes, ours among them.
            if depth < 50
                && let Some(children) = below.remove(item.code.as_str())
            {
                categories(text, key, &children, below, depth + 1);
            }
        });
    });
}

/// The components of a data structure, each kind in its list.
fn structure(text: &mut Text, definitions: &[Definition]) {
    let of = |wanted: fn(&Part) -> bool| -> Vec<&Definition> {
        definitions.iter().filter(|definition| wanted(&definition.part)).collect()
    };
    text.key("dataStructureComponents");
    text.object(|text| {
        text.key("dimensionList");
        text.object(|text| {
            text.member("id", "DimensionDescriptor");
            let dimensions = of(|part| matches!(part, Part::Dimension | Part::MeasureDimension));
            let mut position = 0;
            text.list("dimensions", &dimensions, |text, definition| {
                text.object(|text| {
                    component(text, definition, false);
                    text.key("position");
                    text.number(position);
                    position += 1;
                });
            });
            if let Some(time) = of(|part| matches!(part, Part::TimeDimension)).first() {
                text.key("timeDimension");
                text.object(|text| component(text, time, false));
            }
        });
        let groups = of(|part| matches!(part, Part::Group(_)));
        text.list("groups", &groups, |text, group| {
            text.object(|text| {
                text.member("id", &group.id);
                annotations(text, &group.annotations);
                if let Part::Group(dimensions) = &group.part {
                    text.list("groupDimensions", dimensions, |text, id| text.string(id));
                }
            });
        });
        descriptor(text, "measure", &of(|part| matches!(part, Part::Measure)));
        descriptor(text, "attribute", &of(|part| matches!(part, Part::Attribute { .. })));
    });
}

/// The list of measures or of attributes.
fn descriptor(text: &mut Text, kind: &str, definitions: &[&Definition]) {
    if definitions.is_empty() {
        return;
    }
    text.key(&format!("{kind}List"));
    text.object(|text| {
        let descriptor =
            if kind == "measure" { "MeasureDescriptor" } else { "AttributeDescriptor" };
        text.member("id", descriptor);
        text.list(&format!("{kind}s"), definitions, |text, definition| {
            text.object(|text| {
                component(text, definition, true);
                if let Part::Attribute { attachment, mandatory } = &definition.part {
                    text.member("usage", if *mandatory { "mandatory" } else { "optional" });
                    text.key("attributeRelationship");
                    text.object(|text| relationship(text, attachment));
                }
            });
        });
    });
}

fn relationship(text: &mut Text, attachment: &Attachment) {
    match attachment {
        Attachment::Dimensions(dimensions) if !dimensions.is_empty() => {
            text.list("dimensions", dimensions, |text, id| text.string(id));
        }
        Attachment::Group(group) => text.member("group", group),
        Attachment::Dataset => {
            text.key("dataflow");
            text.object(|_| {});
        }
        Attachment::Observation | Attachment::Dimensions(_) => {
            text.key("observation");
            text.object(|_| {});
        }
    }
}

fn component(text: &mut Text, definition: &Definition, may_repeat: bool) {
    text.member("id", &definition.id);
    annotations(text, &definition.annotations);
    let concept = definition.concept.as_ref().map(Reference::to_string);
    text.optional("conceptIdentity", concept.as_deref());
    match &definition.part {
        // A time dimension always has a representation of its own.
        Part::TimeDimension => {
            let mut own = definition.representation.clone();
            own.text_type.get_or_insert_with(|| "ObservationalTimePeriod".to_owned());
            own.codelist = None;
            representation(text, "localRepresentation", &own, false);
        }
        _ => representation(text, "localRepresentation", &definition.representation, may_repeat),
    }
}

/// The facets that codes may have. Others (`decimals`) say nothing of them.
const FACETS_OF_CODES: &[&str] = &[
    "isSequence",
    "interval",
    "startValue",
    "endValue",
    "timeInterval",
    "startTime",
    "endTime",
    "minLength",
    "maxLength",
    "minValue",
    "maxValue",
    "pattern",
];

/// How values are written, if anything is said of it.
fn representation(text: &mut Text, key: &str, of: &Representation, may_repeat: bool) {
    // A measure dimension of SDMX 2.1 takes concepts for its values, which has no place here.
    let codelist = of.codelist.as_ref().filter(|list| list.class != Class::ConceptScheme);
    let says_something = codelist.is_some()
        || of.text_type.is_some()
        || !of.facets.is_empty()
        || (may_repeat && of.max_occurs != Some(1));
    if !says_something {
        return;
    }
    text.key(key);
    text.object(|text| {
        if let Some(codelist) = codelist {
            text.member("enumeration", &codelist.to_string());
        }
        let format = if codelist.is_some() { "enumerationFormat" } else { "format" };
        if codelist.is_none() || of.text_type.is_some() || !of.facets.is_empty() {
            text.key(format);
            text.object(|text| {
                text.optional("dataType", of.text_type.as_deref());
                let allowed = |facet: &str| codelist.is_none() || FACETS_OF_CODES.contains(&facet);
                for (facet, value) in of.facets.iter().filter(|(facet, _)| allowed(facet)) {
                    text.key(facet);
                    match (facet.as_str(), value.as_str()) {
                        ("isSequence" | "isMultiLingual", "true" | "false") => text.raw(value),
                        ("pattern" | "timeInterval" | "startTime" | "endTime", _) => {
                            text.string(value);
                        }
                        _ if is_number(value) => text.raw(value),
                        _ => text.string(value),
                    }
                }
            });
        }
        match of.max_occurs {
            Some(1) => {}
            Some(most) if may_repeat => {
                text.key("maxOccurs");
                text.number(most as usize);
            }
            None if may_repeat => text.member("maxOccurs", "unbounded"),
            _ => {}
        }
    });
}

/// Hierarchies, each an artefact of its own; of several together (SDMX 2.1) each becomes one.
fn hierarchies(text: &mut Text, all: &[Artefact<Vec<Hierarchy>>]) {
    let several = |artefact: &Artefact<Vec<Hierarchy>>| {
        artefact.reference.class == Class::HierarchicalCodelist
    };
    let mut apart = Vec::new();
    for artefact in all {
        for hierarchy in &artefact.content {
            let mut one = artefact.clone();
            one.content = vec![hierarchy.clone()];
            if several(artefact) {
                one.reference.id.clone_from(&hierarchy.item.code);
                one.names.clone_from(&hierarchy.item.labels);
                one.descriptions.clone_from(&hierarchy.item.descriptions);
                one.annotations.clone_from(&hierarchy.item.annotations);
            }
            apart.push(one);
        }
    }
    let apart: Vec<_> = apart.iter().collect();
    artefacts(text, "hierarchies", &apart, |text, hierarchies| {
        for hierarchy in hierarchies {
            if !hierarchy.levels.is_empty() {
                text.flag("hasFormalLevels", true);
                level(text, &hierarchy.levels);
            }
            text.list("hierarchicalCodes", &hierarchy.nodes, node);
        }
    });
}

/// Levels, each within the one above it. There are no more than a file may nest.
fn level(text: &mut Text, levels: &[Item]) {
    for item in levels.iter().take(100) {
        text.key("level");
        text.open('{');
        item_members(text, item);
    }
    levels.iter().take(100).for_each(|_| text.close('}'));
}

/// A time as the format wants it, where one is told.
fn moment(text: Option<&str>) -> Option<String> {
    text.map(|text| date_time(Some(text)))
}

fn node(text: &mut Text, node: &Node) {
    text.object(|text| {
        text.member("id", &node.id);
        text.member("code", &node.code.to_string());
        text.optional("validFrom", moment(node.valid_from.as_deref()).as_deref());
        text.optional("validTo", moment(node.valid_to.as_deref()).as_deref());
        annotations(text, &node.annotations);
        text.list("hierarchicalCodes", &node.children, self::node);
    });
}

fn constraint(text: &mut Text, constraint: &Constraint) {
    text.member("role", if constraint.is_actual { "Actual" } else { "Allowed" });
    // A constraint is on artefacts of one kind.
    if let Some(first) = constraint.attached.first() {
        let key = match first.class {
            Class::DataStructure => "dataStructures",
            Class::ProvisionAgreement => "provisionAgreements",
            _ => "dataflows",
        };
        let same: Vec<&Reference> =
            constraint.attached.iter().filter(|other| other.class == first.class).collect();
        text.key("constraintAttachment");
        text.object(|text| match first.class {
            Class::DataProviderScheme => text.member("dataProvider", &first.to_string()),
            _ => text.list(key, &same, |text, reference| text.string(&reference.to_string())),
        });
    }
    let regions = |is_key: bool| -> Vec<&Region> {
        constraint.regions.iter().filter(|region| region.is_key == is_key).collect()
    };
    text.list("cubeRegions", &regions(false), |text, region| {
        text.object(|text| {
            text.flag("include", region.included);
            text.key("keyValues");
            text.open('[');
            for (id, values) in region.values.iter().filter(|(_, values)| !values.is_empty()) {
                text.object(|text| {
                    text.member("id", id);
                    // The standard lets a value stand alone too; not every reader does.
                    text.list("values", values, |text, value| {
                        text.object(|text| text.member("value", value));
                    });
                });
            }
            for (id, (from, to)) in &region.ranges {
                range(text, id, from.as_deref(), to.as_deref());
            }
            text.close(']');
        });
    });
    let keys = regions(true);
    let sets: Vec<(bool, Vec<&Region>)> = [true, false]
        .into_iter()
        .map(|included| {
            (included, keys.iter().copied().filter(|key| key.included == included).collect())
        })
        .filter(|(_, keys): &(bool, Vec<&Region>)| !keys.is_empty())
        .collect();
    text.list("dataKeySets", &sets, |text, (included, keys)| {
        text.object(|text| {
            text.flag("isIncluded", *included);
            text.list("keys", keys, |text, key| text.object(|text| key_values(text, key)));
        });
    });
}

fn key_values(text: &mut Text, key: &Region) {
    let of_component = |(id, values): (&'_ String, &'_ Vec<String>)| -> Vec<(String, String)> {
        values.iter().map(|value| (id.clone(), value.clone())).collect()
    };
    let pairs: Vec<(String, String)> = key.values.iter().flat_map(of_component).collect();
    text.list("keyValues", &pairs, |text, (id, value)| {
        text.object(|text| {
            text.member("id", id);
            text.member("value", value);
        });
    });
}

fn range(text: &mut Text, id: &str, from: Option<&str>, to: Option<&str>) {
    let (start, end) = match (from, to) {
        (Some(_), Some(_)) => ("startPeriod", "endPeriod"),
        _ => ("afterPeriod", "beforePeriod"),
    };
    text.object(|text| {
        text.member("id", id);
        text.key("timeRange");
        text.object(|text| {
            for (key, period) in [(start, from), (end, to)] {
                if let Some(period) = period {
                    text.key(key);
                    text.object(|text| {
                        text.member(
                            "period",
                            &match period.contains('T') {
                                true => date_time(Some(period)),
                                false => period.to_owned(),
                            },
                        );
                        text.flag("isInclusive", true);
                    });
                }
            }
        });
    });
}
