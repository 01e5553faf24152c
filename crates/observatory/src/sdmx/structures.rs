//! Structure queries: which artefacts, and what they use or are used by.

use super::query::{Ids, Query};
use super::{Api, Fault, media, written};
use crate::routes::Answer;
use crate::site::Site;
use olshem_formats::message::Description;
use olshem_formats::metadata::{Artefact, Class, Hierarchy, Metadata, Node, Reference};
use olshem_model::Codelist;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The structures of an account, and which use which.
#[derive(Debug)]
pub(crate) struct Structures {
    pub(super) metadata: Metadata,
    /// Who maintains all of them.
    pub(crate) agency: String,
    all: BTreeSet<Reference>,
    /// A user and what it uses.
    uses: Vec<(Reference, Reference)>,
    /// What each dataflow's data are, made when first asked for: codelists are long.
    described: BTreeMap<Reference, OnceLock<Option<Description>>>,
}

/// Does the same with each list of artefacts, whatever their content.
macro_rules! each {
    ($metadata:ident, $list:ident => $do:expr) => {
        each!($metadata, $list => $do; codelists concept_schemes structures dataflows hierarchies
            constraints provision_agreements item_schemes transformation_schemes others)
    };
    ($metadata:ident, $list:ident => $do:expr; $($field:ident)+) => {
        $({ let $list = &mut $metadata.$field; $do; })+
    };
}

/// Answers a query for `resource`; in `rest` stand agency, id, version and item.
pub(super) fn answer(
    site: &Site,
    api: Api,
    resource: &str,
    rest: &[&str],
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    query.only(&["references", "detail"], false)?;
    let Some(classes) = classes(resource) else {
        return Err(Fault::not_implemented("There are no such structures here"));
    };
    if rest.len() > 4 {
        return Err(Fault::syntax("The path has more parts than a query for structures has"));
    }
    let agencies = Ids::parse(api, rest.first(), "all")?;
    let ids = Ids::parse(api, rest.get(1), "all")?;
    let versions = Ids::parse(api, rest.get(2), if api == Api::V21 { "latest" } else { "~" })?;
    let items = Ids::parse(api, rest.get(3), "all")?;
    let offer = media::agreed(media::STRUCTURE, api, query, accept)?;

    let structures = site.structures();
    let is_asked = |one: &&Reference| {
        // What 2.1 calls a stable or a latest version is the same here: there is one of each.
        let is_of =
            |version: &str| Reference { version: version.into(), ..(**one).clone() }.means(one);
        (classes.is_empty() || classes.contains(&one.class))
            && agencies.any(|agency| agency == one.agency)
            && ids.any(|id| id == one.id)
            && versions.any(is_of)
    };
    let asked: BTreeSet<Reference> = structures.all.iter().filter(is_asked).cloned().collect();
    let how = query.get("references").unwrap_or("none");
    let related = structures.related(&asked, how);
    let related = related.ok_or_else(|| Fault::syntax("`references` has an unknown value"))?;
    if asked.is_empty() {
        return Err(Fault::nothing());
    }
    let is_wanted = |one: &Reference| asked.contains(one) || related.contains(one);
    let mut metadata = structures.metadata.only(is_wanted);
    if !items.is_all() {
        keep_items(&mut metadata, &asked, &items);
        if metadata.is_empty() {
            return Err(Fault::nothing());
        }
    }
    let (of_asked, of_related, complete) = match query.get("detail").unwrap_or("full") {
        "full" | "raw" | "referencepartial" => (false, false, true),
        "allstubs" => (true, true, false),
        "allcompletestubs" => (true, true, true),
        "referencestubs" => (false, true, false),
        "referencecompletestubs" => (false, true, true),
        _ => return Err(Fault::syntax("`detail` has an unknown value")),
    };
    let is_stub = |one: &Reference| if asked.contains(one) { of_asked } else { of_related };
    each!(metadata, list => list
        .iter_mut()
        .filter(|one| is_stub(&one.reference))
        .for_each(|one| reduce(one, complete, |content| *content = Default::default()));
        codelists concept_schemes structures dataflows constraints provision_agreements
            item_schemes transformation_schemes others);
    // A hierarchy's name stands in what it holds.
    for one in metadata.hierarchies.iter_mut().filter(|one| is_stub(&one.reference)) {
        reduce(one, complete, |hierarchies| hierarchies.iter_mut().for_each(bare));
    }
    written(&offer, &structures.agency, |writer| writer.metadata(metadata))
}

/// The classes of a resource by its name in either API; none means any. `None`: it is unknown.
fn classes(resource: &str) -> Option<&'static [Class]> {
    Some(match resource {
        "structure" | "*" => &[],
        "dataflow" => &[Class::Dataflow],
        "datastructure" => &[Class::DataStructure],
        "codelist" => &[Class::Codelist],
        "valuelist" => &[Class::ValueList],
        "conceptscheme" => &[Class::ConceptScheme],
        "hierarchicalcodelist" | "hierarchy" => &[Class::HierarchicalCodelist, Class::Hierarchy],
        "agencyscheme" => &[Class::AgencyScheme],
        "organisationscheme" => &[
            Class::AgencyScheme,
            Class::DataConsumerScheme,
            Class::DataProviderScheme,
            Class::OrganisationUnitScheme,
        ],
        "dataproviderscheme" => &[Class::DataProviderScheme],
        "dataconsumerscheme" => &[Class::DataConsumerScheme],
        "organisationunitscheme" => &[Class::OrganisationUnitScheme],
        "categoryscheme" => &[Class::CategoryScheme],
        "categorisation" => &[Class::Categorisation],
        "contentconstraint"
        | "dataconstraint"
        | "actualconstraint"
        | "allowedconstraint"
        | "attachmentconstraint" => &[Class::Constraint],
        "metadatastructure" => &[Class::MetadataStructure],
        "metadataflow" => &[Class::Metadataflow],
        "process" => &[Class::Process],
        "provisionagreement" => &[Class::ProvisionAgreement],
        "reportingtaxonomy" => &[Class::ReportingTaxonomy],
        "structureset" | "structuremap" => &[Class::StructureMap],
        "transformationscheme" => &[Class::TransformationScheme],
        "rulesetscheme" => &[Class::RulesetScheme],
        "userdefinedoperatorscheme" => &[Class::UserDefinedOperatorScheme],
        "customtypescheme" => &[Class::CustomTypeScheme],
        "namepersonalisationscheme" => &[Class::NamePersonalisationScheme],
        "vtlmappingscheme" => &[Class::VtlMappingScheme],
        _ => return None,
    })
}

/// Leaves an artefact's identity and names; `empty` leaves of what it holds what belongs to these.
fn reduce<T>(artefact: &mut Artefact<T>, complete: bool, empty: impl FnOnce(&mut T)) {
    empty(&mut artefact.content);
    artefact.is_external = true;
    if !complete {
        artefact.descriptions.clear();
        artefact.annotations.clear();
    }
}

/// Leaves of a hierarchy its identity and names.
fn bare(hierarchy: &mut Hierarchy) {
    hierarchy.nodes.clear();
    hierarchy.levels.clear();
}

/// Leaves of a codelist only these codes.
pub(super) fn keep_codes(list: &mut Artefact<Codelist>, is_kept: impl Fn(&str) -> bool) {
    let mut kept = Codelist::new(list.content.id.clone());
    for item in list.content.items().iter().filter(|item| is_kept(&item.code)) {
        // The codes of a list are different.
        drop(kept.push(item.clone()));
    }
    list.is_partial |= kept.items().len() < list.content.items().len();
    list.content = kept;
}

/// Leaves of the artefacts asked for only these items; those that have none of them go.
fn keep_items(metadata: &mut Metadata, asked: &BTreeSet<Reference>, items: &Ids) {
    // An item below others is named with these before it.
    let is_kept = |code: &str| items.any(|id| id == code || id.rsplit('.').next() == Some(code));
    fn keep<T>(
        list: &mut Vec<Artefact<Vec<T>>>,
        asked: &BTreeSet<Reference>,
        is_kept: impl Fn(&T) -> bool,
    ) {
        for one in list.iter_mut().filter(|one| asked.contains(&one.reference)) {
            one.content.retain(&is_kept);
            one.is_partial = true;
        }
        list.retain(|one| !asked.contains(&one.reference) || !one.content.is_empty());
    }
    for list in metadata.codelists.iter_mut().filter(|one| asked.contains(&one.reference)) {
        keep_codes(list, is_kept);
    }
    metadata
        .codelists
        .retain(|one| !asked.contains(&one.reference) || !one.content.items().is_empty());
    keep(&mut metadata.concept_schemes, asked, |concept| is_kept(&concept.item.code));
    keep(&mut metadata.hierarchies, asked, |hierarchy| is_kept(&hierarchy.item.code));
    keep(&mut metadata.item_schemes, asked, |item| is_kept(&item.code));
    keep(&mut metadata.transformation_schemes, asked, |one| is_kept(&one.item.code));
    // Others have no items.
    metadata.structures.retain(|one| !asked.contains(&one.reference));
    metadata.dataflows.retain(|one| !asked.contains(&one.reference));
    metadata.provision_agreements.retain(|one| !asked.contains(&one.reference));
}

impl Structures {
    pub(crate) fn new(mut metadata: Metadata) -> Self {
        let mut all = BTreeSet::new();
        each!(metadata, list => all.extend(list.iter().map(|one| one.reference.clone())));
        let agency = all.first().map(|one: &Reference| one.agency.clone()).unwrap_or_default();
        let uses = uses(&metadata, &all);
        let flows = metadata.dataflows.iter().map(|flow| flow.reference.clone());
        let described = flows.map(|flow| (flow, OnceLock::new())).collect();
        Self { metadata, agency, all, uses, described }
    }

    /// What the data of a dataflow are.
    pub(super) fn describe(&self, flow: &Reference) -> Option<Description> {
        self.described.get(flow)?.get_or_init(|| self.metadata.describe(flow)).clone()
    }

    /// The agreement by which the data of a dataflow are provided.
    pub(super) fn provision(&self, flow: &Reference) -> Option<&Reference> {
        let mut agreements = self.metadata.provision_agreements.iter();
        let found = agreements.find(|one| one.content.dataflow.as_ref() == Some(flow))?;
        Some(&found.reference)
    }

    /// What these use.
    fn children(&self, of: &BTreeSet<Reference>) -> BTreeSet<Reference> {
        let uses = self.uses.iter().filter(|(user, _)| of.contains(user));
        uses.map(|(_, used)| used.clone()).collect()
    }

    /// What uses these.
    fn parents(&self, of: &BTreeSet<Reference>) -> BTreeSet<Reference> {
        let uses = self.uses.iter().filter(|(_, used)| of.contains(used));
        uses.map(|(user, _)| user.clone()).collect()
    }

    /// These, and what is reached from them in any number of steps.
    fn reached(
        &self,
        from: &BTreeSet<Reference>,
        step: fn(&Self, &BTreeSet<Reference>) -> BTreeSet<Reference>,
    ) -> BTreeSet<Reference> {
        let mut reached = from.clone();
        loop {
            let known = reached.len();
            reached.extend(step(self, &reached));
            if reached.len() == known {
                return reached;
            }
        }
    }

    /// What `references` adds to the artefacts asked for; `None` where it is unknown.
    fn related(&self, asked: &BTreeSet<Reference>, how: &str) -> Option<BTreeSet<Reference>> {
        let with_siblings = || {
            let parents = self.parents(asked);
            let siblings = self.children(&parents);
            parents.into_iter().chain(siblings).collect::<BTreeSet<_>>()
        };
        Some(match how {
            "none" => BTreeSet::new(),
            "children" => self.children(asked),
            "descendants" => self.reached(asked, Self::children),
            "parents" => self.parents(asked),
            "ancestors" => self.reached(asked, Self::parents),
            "parentsandsiblings" => with_siblings(),
            "all" => {
                let descendants = self.reached(asked, Self::children);
                with_siblings().into_iter().chain(descendants).collect()
            }
            // Of one kind come those that are used, or use, at any remove; but not what users use besides.
            resource => {
                let classes = classes(resource).filter(|classes| !classes.is_empty())?;
                let reached = self.reached(asked, Self::children).into_iter();
                let reached = reached.chain(self.reached(asked, Self::parents));
                reached.filter(|one| classes.contains(&one.class)).collect()
            }
        })
    }
}

/// Which artefacts refer to which.
fn uses(metadata: &Metadata, all: &BTreeSet<Reference>) -> Vec<(Reference, Reference)> {
    let mut uses = BTreeSet::new();
    let mut refers = |user: &Reference, used: &Reference| {
        // What is referred to is a whole artefact here, not an item.
        if let Some(used) = all.iter().find(|one| used.means(one)) {
            uses.insert((user.clone(), used.clone()));
        }
    };
    for dataflow in &metadata.dataflows {
        dataflow.content.iter().for_each(|structure| refers(&dataflow.reference, structure));
    }
    for structure in &metadata.structures {
        for definition in &structure.content {
            let codelist = definition.representation.codelist.iter();
            let used = definition.concept.iter().chain(codelist);
            used.for_each(|used| refers(&structure.reference, used));
        }
    }
    for scheme in &metadata.concept_schemes {
        let codelists = scheme.content.iter().filter_map(|c| c.representation.codelist.as_ref());
        codelists.for_each(|codelist| refers(&scheme.reference, codelist));
    }
    for artefact in &metadata.hierarchies {
        let mut lists = BTreeSet::new();
        let mut nodes: Vec<&Node> = artefact.content.iter().flat_map(|one| &one.nodes).collect();
        while let Some(node) = nodes.pop() {
            lists.insert(Reference { item: None, ..node.code.clone() });
            nodes.extend(&node.children);
        }
        lists.iter().for_each(|list| refers(&artefact.reference, list));
    }
    for constraint in &metadata.constraints {
        constraint.content.attached.iter().for_each(|one| refers(&constraint.reference, one));
    }
    for agreement in &metadata.provision_agreements {
        let used = agreement.content.dataflow.iter().chain(&agreement.content.provider);
        used.for_each(|used| refers(&agreement.reference, used));
    }
    // A transformation scheme names in annotations the schemes that its statements call upon.
    for scheme in &metadata.transformation_schemes {
        let urns = scheme.annotations.iter().filter_map(|remark| remark.url.as_deref());
        let used = urns.filter_map(|urn| urn.parse::<Reference>().ok());
        used.for_each(|used| refers(&scheme.reference, &used));
    }
    uses.into_iter().collect()
}
