//! Structural metadata as a version of SDMX can say them: what the other version, or no version,
//! has is put in other words here, so that the writing itself is plain.

use super::Version;
use super::losses::Losses;
use super::names::{ids_of_codes, is_name, name};
use crate::metadata::{
    Artefact, Attachment, Class, Concept, Definition, Hierarchy, Metadata, Node, Part, Reference,
    Representation,
};
use olshem_model::Codelist;
use olshem_model::codelist::{Annotation, Item, Labels};
use std::collections::{BTreeMap, HashMap};

/// The primary measure of 2.1, which always has this id.
pub(super) const PRIMARY_MEASURE: &str = "OBS_VALUE";
/// The time dimension, which always has this id.
pub(super) const TIME: &str = "TIME_PERIOD";
/// Deeper hierarchies than this are not written, as they would not be read either.
const DEEPEST: usize = 100;

/// Metadata that the version can say, and what was lost by that.
pub(super) fn prepared(mut metadata: Metadata, version: Version, losses: &mut Losses) -> Metadata {
    code_ids(&mut metadata, version, losses);
    if version == Version::V30 {
        places_of_codes(&mut metadata, losses);
        metadata.hierarchies = one_by_one(std::mem::take(&mut metadata.hierarchies), losses);
    }
    metadata.hierarchies.retain(|artefact| {
        let holds = artefact.is_external
            || artefact.content.iter().any(|hierarchy| !hierarchy.nodes.is_empty());
        if !holds {
            losses.add("hierarchies without a code", artefact.reference.id.clone());
        }
        holds
    });
    let mut made = Metadata::default();
    for structure in &mut metadata.structures {
        for definition in &mut structure.content {
            // Nothing else can enumerate measures; a reference need not say so.
            if let (Part::MeasureDimension, Some(list)) =
                (&definition.part, &mut definition.representation.codelist)
            {
                list.class = Class::ConceptScheme;
            }
        }
        if version == Version::V30 {
            enumerate_measures(structure, &metadata.concept_schemes, &mut made);
        }
        give_concepts(structure, &mut made);
        name_time(structure, version);
        if version == Version::V21 {
            one_measure(structure, &metadata.concept_schemes, &mut made, losses);
        }
        let has_key = structure.content.iter().any(|d| is_dimension(&d.part));
        if !has_key && !structure.content.is_empty() {
            losses.add("the components of structures without dimensions", &*structure.reference.id);
            structure.content.clear();
        }
    }
    metadata.extend(made);
    metadata
}

fn is_dimension(part: &Part) -> bool {
    matches!(part, Part::Dimension | Part::TimeDimension | Part::MeasureDimension)
}

/// Gives codes that are no ids others, and names those wherever the codes stand.
fn code_ids(metadata: &mut Metadata, version: Version, losses: &mut Losses) {
    let mut changed: Vec<(Reference, HashMap<String, String>)> = Vec::new();
    for artefact in &mut metadata.codelists {
        if artefact.reference.class == Class::ValueList {
            if version == Version::V30 {
                continue;
            }
            losses.add("that these are value lists, not codelists", &*artefact.reference.id);
        }
        let ids = ids_of_codes(&artefact.content);
        if ids.is_empty() {
            continue;
        }
        let mut list = Codelist::new(artefact.content.id.clone());
        for mut item in artefact.content.items().iter().cloned() {
            if let Some(id) = ids.get(&item.code) {
                losses.add(
                    "codes that can be no ids of SDMX",
                    format!("`{}`, now `{id}`", item.code),
                );
                let code = std::mem::replace(&mut item.code, id.clone());
                item.annotations.push(Annotation {
                    kind: Some("code".to_owned()),
                    title: Some(code),
                    ..Annotation::default()
                });
            }
            item.parent = item.parent.map(|parent| ids.get(&parent).cloned().unwrap_or(parent));
            // No two ids are the same.
            drop(list.push(item));
        }
        artefact.content = list;
        changed.push((artefact.reference.clone(), ids));
    }
    if changed.is_empty() {
        return;
    }
    let id_of = |code: &Reference| {
        let (_, ids) = changed.iter().find(|(list, _)| code.means(list))?;
        ids.get(code.item.as_ref()?).cloned()
    };
    for hierarchy in metadata.hierarchies.iter_mut().flat_map(|artefact| &mut artefact.content) {
        rename_nodes(&mut hierarchy.nodes, &id_of);
    }
    let constraints = std::mem::take(&mut metadata.constraints);
    metadata.constraints = constraints
        .into_iter()
        .map(|mut constraint| {
            let structure =
                constraint.content.attached.iter().find_map(|of| metadata.structure(of));
            for region in &mut constraint.content.regions {
                for (component, values) in &mut region.values {
                    let list = structure
                        .and_then(|s| s.content.iter().find(|d| d.id == *component))
                        .and_then(|definition| definition.representation.codelist.as_ref());
                    let Some(list) = list else { continue };
                    for value in values {
                        if let Some(id) = id_of(&list.item(value.as_str())) {
                            *value = id;
                        }
                    }
                }
            }
            constraint
        })
        .collect();
}

fn rename_nodes(nodes: &mut [Node], id_of: &impl Fn(&Reference) -> Option<String>) {
    for node in nodes {
        if let Some(id) = id_of(&node.code) {
            node.code.item = Some(id);
        }
        rename_nodes(&mut node.children, id_of);
    }
}

/// The schema of 3.0 takes as the parent of a code only what begins with a letter (3.0.1 any code).
/// Where another is a parent, the codes' places stand in a hierarchy beside the list.
fn places_of_codes(metadata: &mut Metadata, losses: &mut Losses) {
    let mut hierarchies = Vec::new();
    for artefact in &mut metadata.codelists {
        let is_fine = |item: &Item| item.parent.as_deref().is_none_or(is_name);
        if artefact.content.items().iter().all(is_fine) {
            continue;
        }
        let kind = "the places of codes under others that don't begin with a letter, \
                    which stand in hierarchies beside the codelists";
        match hierarchy_of(artefact) {
            Some(hierarchy) => {
                losses.add(kind, &*artefact.reference.id);
                hierarchies.push(hierarchy);
            }
            None => losses.add("the places of codes under others", &*artefact.reference.id),
        }
        let mut list = Codelist::new(artefact.content.id.clone());
        for item in artefact.content.items() {
            drop(list.push(Item { parent: None, ..item.clone() }));
        }
        artefact.content = list;
    }
    metadata.extend(Metadata { hierarchies, ..Metadata::default() });
}

/// A codelist's codes below one another; `None` where they are too deep or in a circle.
fn hierarchy_of(artefact: &Artefact<Codelist>) -> Option<Artefact<Vec<Hierarchy>>> {
    let list = &artefact.content;
    let mut children: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    let mut roots = Vec::new();
    for item in list.items() {
        let mut above = item.parent.as_deref();
        let mut depth = 0;
        while let Some(parent) = above.and_then(|parent| list.get(parent)) {
            above = parent.parent.as_deref();
            depth += 1;
            if depth > DEEPEST {
                return None;
            }
        }
        match item.parent.as_deref().filter(|parent| list.get(parent).is_some()) {
            Some(parent) => children.entry(parent).or_default().push(item),
            None => roots.push(item),
        }
    }
    fn nodes(
        items: &[&Item],
        list: &Reference,
        children: &BTreeMap<&str, Vec<&Item>>,
    ) -> Vec<Node> {
        let node = |item: &&Item| Node {
            id: item.code.clone(),
            code: list.item(&item.code),
            valid_from: None,
            valid_to: None,
            annotations: Vec::new(),
            children: children
                .get(item.code.as_str())
                .map(|below| nodes(below, list, children))
                .unwrap_or_default(),
        };
        items.iter().map(node).collect()
    }
    let Reference { agency, id, version, .. } = artefact.reference.clone();
    let reference = Reference::new(Class::Hierarchy, agency, format!("H_{id}"), version);
    let item =
        Item { code: reference.id.clone(), labels: artefact.names.clone(), ..Item::default() };
    let nodes = nodes(&roots, &artefact.reference, &children);
    let content = vec![Hierarchy { item, levels: Vec::new(), nodes }];
    Some(Artefact::new(reference, artefact.names.clone(), content))
}

/// Each hierarchy as an artefact of its own, as 3.0 has them.
fn one_by_one(
    artefacts: Vec<Artefact<Vec<Hierarchy>>>,
    losses: &mut Losses,
) -> Vec<Artefact<Vec<Hierarchy>>> {
    let mut single = Vec::new();
    for artefact in artefacts {
        let together = artefact.content.len() > 1;
        if together {
            let kind = "that hierarchies stand together in a hierarchical codelist";
            losses.add(kind, &*artefact.reference.id);
        }
        for hierarchy in &artefact.content {
            let mut reference = artefact.reference.clone();
            reference.class = Class::Hierarchy;
            let mut made = Artefact { content: Vec::new(), ..artefact.clone() };
            if together {
                reference.id = format!("{}_{}", reference.id, hierarchy.item.code);
                made.descriptions.clone_from(&hierarchy.item.descriptions);
            }
            if !hierarchy.item.labels.is_empty() {
                made.names.clone_from(&hierarchy.item.labels);
            }
            let of_hierarchy = hierarchy.item.annotations.iter();
            let new = of_hierarchy.filter(|known| !artefact.annotations.contains(known));
            made.annotations.extend(new.cloned());
            made.reference = reference;
            made.content.push(hierarchy.clone());
            single.push(made);
        }
    }
    single
}

/// 3.0 has no dimension of measures, but dimensions with codelists: the concepts of the measures
/// become codes.
fn enumerate_measures(
    structure: &mut Artefact<Vec<Definition>>,
    schemes: &[Artefact<Vec<Concept>>],
    made: &mut Metadata,
) {
    for definition in &mut structure.content {
        if definition.part != Part::MeasureDimension {
            continue;
        }
        definition.part = Part::Dimension;
        let Some(list) = &mut definition.representation.codelist else { continue };
        let scheme = schemes.iter().find(|scheme| list.means(&scheme.reference));
        list.class = Class::Codelist;
        list.id = format!("CL_{}", list.id);
        let Some(scheme) = scheme else { continue };
        let mut codes = Codelist::new(list.id.clone());
        for concept in &scheme.content {
            drop(codes.push(concept.item.clone()));
        }
        made.extend(Metadata {
            codelists: vec![Artefact::new(list.clone(), scheme.names.clone(), codes)],
            ..Metadata::default()
        });
    }
}

/// Every component must be of a concept.
fn give_concepts(structure: &mut Artefact<Vec<Definition>>, made: &mut Metadata) {
    let scheme = beside(structure, Class::ConceptScheme, "CS");
    let mut concepts = Vec::new();
    for definition in &mut structure.content {
        let is_component = !matches!(definition.part, Part::Group(_));
        if is_component && definition.concept.is_none() {
            definition.concept = Some(scheme.item(&*name(&definition.id)));
            concepts.push(concept(&definition.id, Labels::new()));
        }
    }
    add_concepts(made, scheme, &structure.names, concepts);
}

/// An artefact that goes with a structure.
fn beside<T>(structure: &Artefact<T>, class: Class, prefix: &str) -> Reference {
    let Reference { agency, id, version, .. } = structure.reference.clone();
    Reference::new(class, agency, format!("{prefix}_{id}"), version)
}

fn concept(id: &str, labels: Labels) -> Concept {
    let item = Item { code: name(id).into_owned(), labels, ..Item::default() };
    let representation = Representation { max_occurs: Some(1), ..Representation::default() };
    Concept { item, representation }
}

fn add_concepts(made: &mut Metadata, scheme: Reference, names: &Labels, concepts: Vec<Concept>) {
    if concepts.is_empty() {
        return;
    }
    match made.concept_schemes.iter_mut().find(|known| known.reference == scheme) {
        Some(known) => known.content.extend(concepts),
        None => made.concept_schemes.push(Artefact::new(scheme, names.clone(), concepts)),
    }
}

/// Time has the id that it must have. 3.0 asks for a dimension besides; where there is none, time is
/// a plain one.
fn name_time(structure: &mut Artefact<Vec<Definition>>, version: Version) {
    let is_time = |definition: &&mut Definition| definition.part == Part::TimeDimension;
    let others = structure.content.iter().filter(|d| is_dimension(&d.part)).count();
    let Some(time) = structure.content.iter_mut().find(is_time) else { return };
    let old = std::mem::replace(&mut time.id, TIME.to_owned());
    if version == Version::V30 && others == 1 {
        time.part = Part::Dimension;
        let text_type = &mut time.representation.text_type;
        *text_type = text_type.take().or_else(|| Some("ObservationalTimePeriod".to_owned()));
    }
    for definition in structure.content.iter_mut().filter(|_| old != TIME) {
        let dimensions = match &mut definition.part {
            Part::Attribute { attachment: Attachment::Dimensions(dimensions), .. }
            | Part::Group(dimensions) => dimensions,
            _ => continue,
        };
        for dimension in dimensions.iter_mut().filter(|dimension| **dimension == old) {
            TIME.clone_into(dimension);
        }
    }
}

/// The name of the dimension by which 2.1 tells measures apart, among those components.
pub(super) fn measure_dimension<'a>(components: impl Iterator<Item = &'a str>) -> String {
    let taken: Vec<&str> = components.collect();
    let mut id = "MEASURE".to_owned();
    while taken.contains(&id.as_str()) {
        id.push('_');
    }
    id
}

/// 2.1 has one measure, `OBS_VALUE`. Of several, each becomes a concept, and a dimension says which
/// it is.
fn one_measure(
    structure: &mut Artefact<Vec<Definition>>,
    schemes: &[Artefact<Vec<Concept>>],
    made: &mut Metadata,
    losses: &mut Losses,
) {
    let is_measure = |definition: &Definition| definition.part == Part::Measure;
    let count = structure.content.iter().filter(|d| is_measure(d)).count();
    if count == 1 {
        for measure in structure.content.iter_mut().filter(|d| is_measure(d)) {
            if measure.id != PRIMARY_MEASURE {
                losses.add("the ids of measures, now `OBS_VALUE`", &*measure.id);
                PRIMARY_MEASURE.clone_into(&mut measure.id);
            }
        }
        return;
    }
    if structure.content.is_empty() {
        return;
    }
    let own = beside(structure, Class::ConceptScheme, "CS_MEASURE");
    let (measures, mut definitions): (Vec<Definition>, Vec<Definition>) =
        std::mem::take(&mut structure.content).into_iter().partition(is_measure);
    let mut own_concepts = vec![concept(PRIMARY_MEASURE, Labels::new())];
    let single = Representation { max_occurs: Some(1), ..Representation::default() };
    let definition = |id: &str, part: Part, representation: Representation| Definition {
        id: id.to_owned(),
        part,
        concept: Some(own.item(id)),
        representation,
        annotations: Vec::new(),
    };
    if count > 1 {
        losses.add(
            "that these are measures, now told apart by a dimension",
            measures.iter().map(|m| m.id.as_str()).collect::<Vec<_>>().join(" and "),
        );
        let each = beside(structure, Class::ConceptScheme, "CS_MEASURES");
        let of_measure = |measure: Definition| {
            let known = measure.concept.as_ref().and_then(|wanted| {
                let scheme = schemes.iter().find(|scheme| wanted.means(&scheme.reference))?;
                let id = wanted.item.as_ref()?;
                scheme.content.iter().find(|concept| concept.item.code == *id)
            });
            let mut concept = known.cloned().unwrap_or_else(|| concept(&measure.id, Labels::new()));
            concept.item.code = name(&measure.id).into_owned();
            concept.item.parent = None;
            let own = measure.representation;
            if own.codelist.is_some() || own.text_type.is_some() {
                concept.representation = own;
            }
            concept
        };
        let concepts = measures.into_iter().map(of_measure).collect();
        add_concepts(made, each.clone(), &structure.names, concepts);
        let components = definitions.iter().filter(|d| !matches!(d.part, Part::Group(_)));
        let id = measure_dimension(components.map(|d| d.id.as_str()));
        own_concepts.push(concept(&id, Labels::new()));
        let enumerated = Representation { codelist: Some(each), ..single.clone() };
        let end = definitions.iter().rposition(|d| d.part == Part::Dimension);
        let place = end.map_or(0, |end| end + 1);
        definitions.insert(place, definition(&id, Part::MeasureDimension, enumerated));
    }
    definitions.push(definition(PRIMARY_MEASURE, Part::Measure, single));
    add_concepts(made, own, &structure.names, own_concepts);
    structure.content = definitions;
}
