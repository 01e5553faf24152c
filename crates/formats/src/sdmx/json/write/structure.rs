//! Structure messages of SDMX-JSON 1.0 and 2.0.

use super::super::text::Text;
use super::message::{date_time, errors, meta};
use super::{Version, unwritable};
use crate::message::Header;
use crate::metadata::{Artefact, Class, Metadata, Reference};
use crate::sdmx::losses::Losses;
use crate::sdmx::prepare::prepared;
use crate::sdmx::{self, names};
use olshem_model::Diagnostic;
use olshem_model::codelist::{Annotation, Item};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Writes a message of structures whole.
pub(super) fn write(
    text: &mut Text,
    header: &Header,
    metadata: Metadata,
    agency: &str,
    version: Version,
    losses: &mut Losses,
) -> Result<(), Diagnostic> {
    if metadata.is_empty() && header.remarks.is_empty() {
        return Err(unwritable("there is nothing to write".to_owned()));
    }
    let is_v1 = version.is_v1();
    let metadata = match is_v1 {
        true => prepared(metadata, sdmx::Version::V21, losses),
        false => metadata,
    };
    text.open('{');
    meta(text, header, version, "structure", agency);
    text.key("data");
    text.open('{');
    let is_of = |class| move |list: &&Artefact<_>| list.reference.class == class;
    let lists = metadata.codelists.iter();
    // 1.0 knows no value lists.
    let codelists: Vec<_> = lists.clone().filter(|l| is_v1 || is_of(Class::Codelist)(l)).collect();
    version.artefacts(text, "codelists", &codelists, |text, list| {
        text.list("codes", list.items(), item);
    });
    let value_lists: Vec<_> = lists.filter(|l| !is_v1 && is_of(Class::ValueList)(l)).collect();
    version.artefacts(text, "valueLists", &value_lists, |text, list| {
        text.list("valueItems", list.items(), item);
    });
    version.artefacts(text, "conceptSchemes", &all(&metadata.concept_schemes), |text, concepts| {
        text.list("concepts", concepts, |text, concept| {
            text.object(|text| {
                item_members(text, &version.placed(&concept.item, losses));
                version.representation(text, "coreRepresentation", &concept.representation, false);
            });
        });
    });
    version.artefacts(text, "dataStructures", &all(&metadata.structures), |text, definitions| {
        version.definitions(text, definitions, losses);
    });
    version.artefacts(text, "dataflows", &all(&metadata.dataflows), |text, structure| {
        text.optional("structure", structure.as_ref().map(|one| version.urn(one)).as_deref());
    });
    version.hierarchies(text, &metadata.hierarchies);
    let constraints = if is_v1 { "contentConstraints" } else { "dataConstraints" };
    version.artefacts(text, constraints, &all(&metadata.constraints), |text, constraint| {
        version.constraint(text, constraint);
    });
    let agreements = all(&metadata.provision_agreements);
    version.artefacts(text, "provisionAgreements", &agreements, |text, provision| {
        let urn = |reference: &Option<Reference>| reference.as_ref().map(|one| version.urn(one));
        let flow = if is_v1 { "structureUsage" } else { "dataflow" };
        text.optional(flow, urn(&provision.dataflow).as_deref());
        text.optional("dataProvider", urn(&provision.provider).as_deref());
    });
    for (key, class, items_key) in super::super::structure::ARTEFACTS {
        let schemes = metadata.item_schemes.iter();
        let schemes: Vec<_> = schemes.filter(|scheme| scheme.reference.class == *class).collect();
        let is_tree = *items_key == "categories";
        if !items_key.is_empty() {
            version.artefacts(text, key, &schemes, |text, list| match is_tree {
                true => losses.count("categories that are nested too deeply", tree(text, list)),
                false => {
                    let list: Vec<_> = list.iter().map(|one| version.placed(one, losses)).collect();
                    text.list(items_key, &list, |text, one| item(text, one));
                }
            });
        }
    }
    let schemes = all(&metadata.transformation_schemes);
    if is_v1 {
        losses.count("transformation schemes", schemes.len());
    } else {
        version.artefacts(text, "transformationSchemes", &schemes, |text, transformations| {
            text.list("transformations", transformations, |text, transformation| {
                text.object(|text| {
                    item_members(text, &transformation.item);
                    text.member("expression", &transformation.expression);
                    text.member("result", &transformation.result);
                    text.flag("isPersistent", transformation.is_persistent);
                });
            });
        });
    }
    text.close('}');
    errors(text, header);
    text.close('}');
    losses.count("artefacts of which only the name is known", metadata.others.len());
    Ok(())
}

fn all<T>(artefacts: &[Artefact<T>]) -> Vec<&Artefact<T>> {
    artefacts.iter().collect()
}

impl Version {
    /// Whether it is of SDMX 2.1.
    pub(super) fn is_v1(self) -> bool {
        self < Self::V2
    }

    /// A reference. 1.0 knows no semantic versions.
    pub(super) fn urn(self, reference: &Reference) -> String {
        let version = self.version_of(reference).into_owned();
        Reference { version, ..reference.clone() }.to_string()
    }

    fn version_of(self, reference: &Reference) -> Cow<'_, str> {
        match self.is_v1() {
            true => names::version(&reference.version, sdmx::Version::V21),
            false => Cow::Borrowed(&reference.version),
        }
    }

    /// An item of a scheme. In 1.0 only codes name those above them by their ids.
    fn placed<'i>(self, item: &'i Item, losses: &mut Losses) -> Cow<'i, Item> {
        match &item.parent {
            Some(parent) if self.is_v1() => {
                losses.add("the places of items under others", parent.clone());
                Cow::Owned(Item { parent: None, ..item.clone() })
            }
            _ => Cow::Borrowed(item),
        }
    }

    /// A list of artefacts, each with its identity and names, and with its content by `write`.
    pub(super) fn artefacts<T>(
        self,
        text: &mut Text,
        key: &str,
        artefacts: &[&Artefact<T>],
        mut write: impl FnMut(&mut Text, &T),
    ) {
        text.list(key, artefacts, |text, artefact| {
            text.new_line();
            text.object(|text| {
                self.identity(text, artefact);
                write(text, &artefact.content);
            });
        });
    }

    fn identity<T>(self, text: &mut Text, artefact: &Artefact<T>) {
        let reference = &artefact.reference;
        text.member("id", &reference.id);
        text.member("agencyID", &reference.agency);
        if !reference.version.is_empty() && reference.class != Class::AgencyScheme {
            text.member("version", &self.version_of(reference));
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
}

pub(super) fn annotations(text: &mut Text, annotations: &[Annotation]) {
    text.list("annotations", annotations, Text::annotation);
}

fn item(text: &mut Text, item: &Item) {
    text.object(|text| item_members(text, item));
}

pub(super) fn item_members(text: &mut Text, item: &Item) {
    text.member("id", &item.code);
    text.names(&item.labels, &item.code);
    text.labels("description", "descriptions", &item.descriptions);
    text.optional("parent", item.parent.as_deref());
    annotations(text, &item.annotations);
}

/// Categories, within one another. Gives back how many could not be written.
fn tree(text: &mut Text, all: &[Item]) -> usize {
    let codes: HashSet<&str> = all.iter().map(|item| item.code.as_str()).collect();
    let mut top = Vec::new();
    let mut below: HashMap<&str, Vec<&Item>> = HashMap::new();
    for item in all {
        match item.parent.as_deref().filter(|parent| codes.contains(parent)) {
            Some(parent) => below.entry(parent).or_default().push(item),
            None => top.push(item),
        }
    }
    categories(text, &top, &mut below, 0);
    below.values().map(Vec::len).sum()
}

/// Categories with those below them, which are taken out of `below`: of a circle, each is written
/// once.
fn categories<'i>(
    text: &mut Text,
    of_one: &[&'i Item],
    below: &mut HashMap<&'i str, Vec<&'i Item>>,
    depth: usize,
) {
    text.list("categories", of_one, |text, item| {
        text.object(|text| {
            item_members(text, &Item { parent: None, ..(*item).clone() });
            // What is nested deeper than that no reader takes, ours among them.
            if depth < 50
                && let Some(children) = below.remove(item.code.as_str())
            {
                categories(text, &children, below, depth + 1);
            }
        });
    });
}

/// A time as the format wants it, where one is told.
pub(super) fn moment(text: Option<&str>) -> Option<String> {
    text.map(|text| date_time(Some(text)))
}
