//! Availability: which values of each dimension the data of a query have, as a constraint on their
//! dataflow.

use super::filter;
use super::flows::{self, Flow, Path};
use super::query::Query;
use super::structures::{Structures, keep_codes};
use super::{Api, Fault, media, written};
use crate::routes::Answer;
use crate::site::Site;
use olshem_formats::metadata::{Artefact, Class, Constraint, Metadata, Reference, Region};
use olshem_formats::{Kind, identifier};
use olshem_model::codelist::Annotation;
use olshem_model::{Codelist, TimePeriod};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Answers a query for what data there are; `rest` is its path.
pub(super) fn answer(
    site: &Site,
    api: Api,
    rest: &[&str],
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    let own = ["mode", "references"].as_slice();
    query.only(&[flows::parameters(api), own].concat(), api == Api::V30)?;
    let path = Path::parse(api, rest)?;
    let flows = Flow::all(site, api, &path, query)?;
    let offer = media::agreed(media::STRUCTURE, api, query, accept)?;
    let is_exact = match query.get("mode").unwrap_or("exact") {
        "exact" => true,
        "available" => false,
        _ => return Err(Fault::syntax("`mode` is `exact` or `available`")),
    };
    let classes = classes(query.get("references").unwrap_or("none"))?;
    let is_written_as_ids = offer.kind != Kind::SdmxJson2;
    let structures = site.structures();
    let mut metadata = Metadata::default();
    for flow in &flows {
        let Some(found) = Available::of(flow, &path, is_exact)? else { continue };
        metadata.extend(related(structures, flow.reference, &found, &classes));
        let constraint = found.constraint(structures, flow, is_written_as_ids);
        metadata.constraints.push(constraint);
    }
    if metadata.constraints.is_empty() {
        return Err(Fault::nothing());
    }
    written(&offer, &structures.agency, |writer| writer.metadata(metadata))
}

/// The classes of the artefacts that are to come with a constraint.
fn classes(references: &str) -> Result<Vec<Class>, Fault> {
    let all = [
        ("dataflow", Class::Dataflow),
        ("datastructure", Class::DataStructure),
        ("codelist", Class::Codelist),
        ("valuelist", Class::ValueList),
        ("conceptscheme", Class::ConceptScheme),
        ("dataproviderscheme", Class::DataProviderScheme),
    ];
    let mut classes = Vec::new();
    for name in references.split([',', '+']) {
        match all.iter().find(|(known, _)| *known == name) {
            Some((_, class)) => classes.push(*class),
            None if name == "all" => classes.extend(all.map(|(_, class)| class)),
            None if name == "none" => {}
            None => return Err(Fault::syntax("`references` has an unknown value")),
        }
    }
    Ok(classes)
}

/// The first and the last of some periods, as written.
type Span = (Option<String>, Option<String>);

/// What there is of a dataflow.
struct Available {
    /// The values of each dimension that is asked about, in the order of the data.
    values: BTreeMap<String, Vec<String>>,
    /// The dimension of time, and what the data span.
    periods: Option<(String, Span)>,
    series: usize,
    observations: usize,
}

impl Available {
    /// `None` where there is nothing.
    fn of(flow: &Flow<'_>, path: &Path<'_>, is_exact: bool) -> Result<Option<Self>, Fault> {
        let chosen = flow.rows(None);
        let (mut values, mut periods) = (BTreeMap::new(), None);
        let mut is_any_known = false;
        for (at, dimension) in flow.table().dimensions.iter().enumerate() {
            let name = identifier(&dimension.id);
            if !path.components.any(|asked| asked == name) {
                continue;
            }
            is_any_known = true;
            // What remains a choice is what would be there without this dimension's own conditions.
            let rows = match is_exact {
                true => Cow::Borrowed(&chosen),
                false => Cow::Owned(flow.rows(Some(at))),
            };
            let codes = rows.iter().filter_map(|row| row.key.get(at));
            if dimension.is_time {
                periods = span(codes).map(|span| (name, span));
                continue;
            }
            let mut seen = BTreeSet::new();
            let codes: Vec<String> =
                codes.filter(|code| seen.insert(code.as_str())).cloned().collect();
            if !codes.is_empty() {
                values.insert(name, codes);
            }
        }
        if !is_any_known {
            return Err(Fault::syntax("There is no such dimension"));
        }
        let observations = chosen.len();
        let series = match flow.time() {
            Some(time) => flow.series(chosen, time).len(),
            None => observations,
        };
        let is_empty = values.is_empty() && periods.is_none();
        Ok((!is_empty).then_some(Self { values, periods, series, observations }))
    }

    /// Whether that is the dimension of time.
    fn is_of_time(&self, dimension: &str) -> bool {
        self.periods.as_ref().is_some_and(|(name, _)| name == dimension)
    }

    fn constraint(
        &self,
        structures: &Structures,
        flow: &Flow<'_>,
        are_ids: bool,
    ) -> Artefact<Constraint> {
        let Reference { agency, id, version, .. } = flow.reference;
        let own = Reference::new(Class::Constraint, agency, format!("CR_{id}"), version);
        let dataflow = structures.metadata.dataflow(flow.reference);
        let names = dataflow.map(|dataflow| dataflow.names.clone()).unwrap_or_default();
        let mut values = self.values.clone();
        if are_ids {
            let codes = values.values_mut().flatten();
            codes.for_each(|code| *code = filter::id(code));
        }
        let region = Region {
            included: true,
            values,
            ranges: self.periods.clone().into_iter().collect(),
            ..Region::default()
        };
        let content = Constraint {
            is_actual: true,
            attached: vec![flow.reference.clone()],
            regions: vec![region],
        };
        let mut constraint = Artefact::new(own, names, content);
        // As the standard writes how much there is.
        constraint.annotations = [("obs_count", self.observations), ("series_count", self.series)]
            .map(|(id, count)| Annotation {
                id: Some(id.to_owned()),
                kind: Some("sdmx_metrics".to_owned()),
                title: Some(count.to_string()),
                ..Annotation::default()
            })
            .to_vec();
        constraint
    }
}

fn span<'r>(codes: impl Iterator<Item = &'r String>) -> Option<Span> {
    let codes: BTreeSet<&String> = codes.collect();
    let periods: Vec<(TimePeriod, &String)> =
        codes.into_iter().filter_map(|code| Some((code.parse().ok()?, code))).collect();
    let (_, first) = periods.iter().min_by_key(|(period, _)| period.start())?;
    let (_, last) = periods.iter().max_by_key(|(period, _)| period.end())?;
    Some((Some((*first).clone()), Some((*last).clone())))
}

/// What the constraint refers to; of lists only the items that it is about.
fn related(
    structures: &Structures,
    flow: &Reference,
    found: &Available,
    classes: &[Class],
) -> Metadata {
    let all = &structures.metadata;
    let mut related = Metadata::default();
    let is_asked = |class| classes.contains(&class);
    if is_asked(Class::Dataflow) {
        related.dataflows.extend(all.dataflow(flow).cloned());
    }
    let Some(structure) = all.structure(flow) else { return related };
    if is_asked(Class::DataStructure) {
        related.structures.push(structure.clone());
    }
    if is_asked(Class::DataProviderScheme) {
        let is_of_providers = |one: &&Artefact<_>| one.reference.class == Class::DataProviderScheme;
        related.item_schemes.extend(all.item_schemes.iter().filter(is_of_providers).cloned());
    }
    // The items of each list that the constraint is about; several dimensions may share a list.
    let mut used: BTreeMap<&Reference, BTreeSet<&str>> = BTreeMap::new();
    for definition in &structure.content {
        let values = found.values.get(&definition.id);
        if values.is_none() && !found.is_of_time(&definition.id) {
            continue;
        }
        let list = definition.representation.codelist.as_ref().and_then(|list| all.codelist(list));
        if let (Some(list), Some(values)) = (list, values) {
            let values = values.iter().map(String::as_str);
            used.entry(&list.reference).or_default().extend(values);
        }
        let concept = definition.concept.as_ref();
        let is_its = |one: &&Artefact<_>| concept.is_some_and(|own| own.means(&one.reference));
        if let Some(scheme) = all.concept_schemes.iter().find(is_its) {
            let items = concept.and_then(|concept| concept.item.as_deref());
            used.entry(&scheme.reference).or_default().extend(items);
        }
    }
    for list in all.codelists.iter().filter(|list| is_asked(list.reference.class)) {
        let Some(used) = used.get(&list.reference) else { continue };
        let used = with_parents(&list.content, used.clone());
        let mut list = list.clone();
        keep_codes(&mut list, |code| used.contains(code));
        related.codelists.push(list);
    }
    for scheme in all.concept_schemes.iter().filter(|_| is_asked(Class::ConceptScheme)) {
        let Some(used) = used.get(&scheme.reference) else { continue };
        let mut scheme = scheme.clone();
        let whole = scheme.content.len();
        scheme.content.retain(|concept| used.contains(concept.item.code.as_str()));
        scheme.is_partial |= scheme.content.len() < whole;
        related.concept_schemes.push(scheme);
    }
    related
}

/// Codes, and those that they are parts of.
fn with_parents<'l>(list: &'l Codelist, mut codes: BTreeSet<&'l str>) -> BTreeSet<&'l str> {
    loop {
        let known = codes.len();
        let parents = list.items().iter().filter(|item| codes.contains(item.code.as_str()));
        let parents: Vec<&str> = parents.filter_map(|item| item.parent.as_deref()).collect();
        codes.extend(parents);
        if codes.len() == known {
            return codes;
        }
    }
}
