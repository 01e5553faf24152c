//! Structure messages: each artefact in its place, with what all artefacts have.

use super::message::{Head, Told, header};
use super::xml::Xml;
use super::{Form, Version, components, constraint, hierarchy};
use crate::message::Header;
use crate::metadata::{Artefact, Class, Metadata, Provision, Reference};
use crate::sdmx::losses::Losses;
use crate::sdmx::names::{agency, date_time, id, is_stable, language, name, version};
use crate::sdmx::prepare::prepared;
use olshem_model::Codelist;
use olshem_model::codelist::{Annotation, Labels};
use std::io::{self, Write};

/// The version of VTL that transformations are in where they don't say.
const VTL: &str = "2.2";

/// Writes a structure message. What can't be said goes to the losses.
pub(super) fn write<W: Write>(
    metadata: Metadata,
    said: &Header,
    agency: &str,
    version: Version,
    losses: &mut Losses,
    out: W,
) -> io::Result<W> {
    let metadata = prepared(metadata, version, losses);
    let mut xml = Xml::document(out)?;
    xml.open("mes:Structure")?;
    for (prefix, part) in [("mes", "message"), ("str", "structure"), ("com", "common")] {
        xml.attribute(&format!("xmlns:{prefix}"), &version.namespace(part))?;
    }
    let told = Told::default();
    let form = Form::Specific;
    header(
        &mut xml,
        &Head { said, agency, fallback: "STRUCTURE", told: &told, version, form },
        losses,
    )?;
    let mut structures = Structures { xml, version, losses, metadata: &metadata };
    structures.all()?;
    let Structures { mut xml, .. } = structures;
    super::message::footer(&mut xml, said, version)?;
    if xml.unwritable > 0 {
        losses.add("control characters, which XML can't hold", "");
    }
    xml.finish()
}

/// Structures on their way into a message.
pub(super) struct Structures<'a, W> {
    pub(super) xml: Xml<W>,
    pub(super) version: Version,
    pub(super) losses: &'a mut Losses,
    pub(super) metadata: &'a Metadata,
}

/// The lists of artefacts in their order in 2.1, which 3.0 leaves open: what they are called in 2.1
/// and in 3.0, and of which class the artefacts in them are.
const LISTS: &[(&str, &str, Class)] = &[
    ("OrganisationSchemes", "AgencySchemes", Class::AgencyScheme),
    ("OrganisationSchemes", "DataConsumerSchemes", Class::DataConsumerScheme),
    ("OrganisationSchemes", "DataProviderSchemes", Class::DataProviderScheme),
    ("OrganisationSchemes", "OrganisationUnitSchemes", Class::OrganisationUnitScheme),
    ("Dataflows", "Dataflows", Class::Dataflow),
    ("CategorySchemes", "CategorySchemes", Class::CategoryScheme),
    ("Categorisations", "Categorisations", Class::Categorisation),
    ("Codelists", "Codelists", Class::Codelist),
    ("", "ValueLists", Class::ValueList),
    ("HierarchicalCodelists", "", Class::HierarchicalCodelist),
    ("", "Hierarchies", Class::Hierarchy),
    ("Concepts", "ConceptSchemes", Class::ConceptScheme),
    ("DataStructures", "DataStructures", Class::DataStructure),
    ("ReportingTaxonomies", "ReportingTaxonomies", Class::ReportingTaxonomy),
    ("Constraints", "DataConstraints", Class::Constraint),
    ("ProvisionAgreements", "ProvisionAgreements", Class::ProvisionAgreement),
    ("Rulesets", "RulesetSchemes", Class::RulesetScheme),
    ("Transformations", "TransformationSchemes", Class::TransformationScheme),
    ("UserDefinedOperators", "UserDefinedOperatorSchemes", Class::UserDefinedOperatorScheme),
];

impl<W: Write> Structures<'_, W> {
    fn all(&mut self) -> io::Result<()> {
        self.xml.open("mes:Structures")?;
        let mut current = "";
        for &(in_21, in_30, class) in LISTS {
            let list = if self.version == Version::V21 { in_21 } else { in_30 };
            if list.is_empty() || !self.has(class) {
                continue;
            }
            if list != current {
                if !current.is_empty() {
                    self.xml.close()?;
                }
                self.xml.open(&format!("str:{list}"))?;
                current = list;
            }
            self.list(class)?;
        }
        if !current.is_empty() {
            self.xml.close()?;
        }
        self.xml.close()?;
        self.rest();
        Ok(())
    }

    /// Whether there are artefacts for the list of that class.
    fn has(&self, class: Class) -> bool {
        let all = self.metadata;
        match class {
            Class::Codelist | Class::ValueList => {
                all.codelists.iter().any(|a| self.class_of_list(a) == class)
            }
            Class::HierarchicalCodelist | Class::Hierarchy => !all.hierarchies.is_empty(),
            Class::ConceptScheme => !all.concept_schemes.is_empty(),
            Class::DataStructure => !all.structures.is_empty(),
            Class::Dataflow => !all.dataflows.is_empty(),
            Class::Constraint => !all.constraints.is_empty(),
            Class::ProvisionAgreement => !all.provision_agreements.is_empty(),
            Class::TransformationScheme => !all.transformation_schemes.is_empty(),
            Class::Categorisation => all.others.iter().any(|other| self.is_categorisation(other)),
            class => all.item_schemes.iter().any(|a| a.reference.class == class),
        }
    }

    fn class_of_list(&self, list: &Artefact<Codelist>) -> Class {
        match self.version {
            Version::V21 => Class::Codelist,
            Version::V30 => list.reference.class,
        }
    }

    fn list(&mut self, class: Class) -> io::Result<()> {
        let all = self.metadata;
        match class {
            Class::Codelist | Class::ValueList => {
                let of_class = |list: &&Artefact<Codelist>| self.class_of_list(list) == class;
                let lists: Vec<_> = all.codelists.iter().filter(of_class).collect();
                lists.into_iter().try_for_each(|list| self.codelist(list, class))
            }
            Class::HierarchicalCodelist | Class::Hierarchy => {
                all.hierarchies.iter().try_for_each(|artefact| hierarchy::write(self, artefact))
            }
            Class::ConceptScheme => {
                all.concept_schemes.iter().try_for_each(|scheme| self.concepts(scheme))
            }
            Class::DataStructure => {
                all.structures.iter().try_for_each(|structure| components::write(self, structure))
            }
            Class::Dataflow => all.dataflows.iter().try_for_each(|dataflow| {
                self.begin("Dataflow", dataflow, false, &[])?;
                if let Some(structure) = &dataflow.content {
                    self.reference("str:Structure", structure)?;
                }
                self.xml.close()
            }),
            Class::Constraint => {
                all.constraints.iter().try_for_each(|artefact| constraint::write(self, artefact))
            }
            Class::ProvisionAgreement => {
                all.provision_agreements.iter().try_for_each(|agreement| {
                    self.begin("ProvisionAgreement", agreement, false, &[])?;
                    let flow = match self.version {
                        Version::V21 => "str:StructureUsage",
                        Version::V30 => "str:Dataflow",
                    };
                    let Provision { dataflow, provider } = &agreement.content;
                    for (element, to) in [(flow, dataflow), ("str:DataProvider", provider)] {
                        if let Some(to) = to {
                            self.reference(element, to)?;
                        }
                    }
                    self.xml.close()
                })
            }
            Class::TransformationScheme => all
                .transformation_schemes
                .iter()
                .try_for_each(|scheme| self.transformations(scheme)),
            Class::Categorisation => {
                let found = |other: &&Artefact<()>| self.is_categorisation(other);
                let found: Vec<_> = all.others.iter().filter(found).collect();
                found.into_iter().try_for_each(|other| self.categorisation(other))
            }
            class => {
                let schemes = all.item_schemes.iter().filter(|a| a.reference.class == class);
                schemes.into_iter().try_for_each(|scheme| self.items(scheme))
            }
        }
    }

    /// What has no list that is written.
    fn rest(&mut self) {
        let all = self.metadata;
        let is_listed = |class: Class| LISTS.iter().any(|(_, _, listed)| *listed == class);
        let schemes = all.item_schemes.iter().map(|a| (&a.reference, is_listed(a.reference.class)));
        let others = all.others.iter().map(|a| (&a.reference, self.is_categorisation(a)));
        for (reference, is_written) in schemes.chain(others).collect::<Vec<_>>() {
            if !is_written {
                let (_, class) = reference.class.name(false);
                let which = format!("{} ({class})", reference.id);
                self.losses.add("artefacts of which only the name is known", which);
            }
        }
    }

    /// Begins an artefact: its start tag, remarks and names.
    pub(super) fn begin<T>(
        &mut self,
        element: &str,
        artefact: &Artefact<T>,
        is_scheme: bool,
        attributes: &[(&str, &str)],
    ) -> io::Result<()> {
        let Reference { class, agency: agency_id, id: artefact_id, version: number, .. } =
            &artefact.reference;
        let is_organisations = matches!(
            class,
            Class::AgencyScheme
                | Class::DataConsumerScheme
                | Class::DataProviderScheme
                | Class::OrganisationUnitScheme
        );
        self.xml.open(&format!("str:{element}"))?;
        let fixed = match class {
            Class::AgencyScheme => Some("AGENCIES"),
            Class::DataConsumerScheme => Some("DATA_CONSUMERS"),
            Class::DataProviderScheme => Some("DATA_PROVIDERS"),
            _ => None,
        };
        let own = if needs_name(*class) { name(artefact_id) } else { id(artefact_id) };
        let own = fixed.unwrap_or(&own);
        if own != artefact_id {
            self.losses.add("the ids of artefacts", format!("`{artefact_id}`, now `{own}`"));
        }
        self.xml.attribute("id", own)?;
        self.xml.attribute("agencyID", &agency(agency_id))?;
        let said = version(number, self.version);
        if said != *number && !(number.is_empty() && said == "1.0") {
            self.losses.add("versions of artefacts", format!("{artefact_id} {number}, now {said}"));
        }
        match (is_organisations, self.version) {
            // Organisations have no versions.
            (true, Version::V30) => {}
            (true, Version::V21) if fixed.is_some() => self.xml.attribute("version", "1.0")?,
            _ => self.xml.attribute("version", &said)?,
        }
        for (attribute, date) in
            [("validFrom", &artefact.valid_from), ("validTo", &artefact.valid_to)]
        {
            self.date(attribute, date.as_deref())?;
        }
        match self.version {
            Version::V21 => {
                self.xml.attribute("isFinal", if artefact.is_final { "true" } else { "false" })?;
            }
            Version::V30 if artefact.is_final && !is_stable(&said) => {
                self.losses.add("that versions are final", &**artefact_id);
            }
            Version::V30 => {}
        }
        if artefact.is_external {
            self.xml.attribute("isExternalReference", "true")?;
        }
        if artefact.is_partial {
            match is_scheme {
                true => self.xml.attribute("isPartial", "true")?,
                false => self.losses.add("that artefacts are partial", &**artefact_id),
            }
        }
        if is_of_vtl(*class) {
            let stated = |annotation: &&Annotation| is_remark(annotation, "vtlVersion");
            let stated = artefact.annotations.iter().find(stated);
            let stated = stated.and_then(|annotation| annotation.title.as_deref());
            self.xml.attribute("vtlVersion", stated.unwrap_or(VTL))?;
        }
        for (name, value) in attributes {
            self.xml.attribute(name, value)?;
        }
        self.annotations(&artefact.annotations)?;
        self.names(&artefact.names, Some(artefact_id))?;
        self.descriptions(&artefact.descriptions)
    }

    /// A date as the schema asks for it, or none.
    pub(super) fn date(&mut self, attribute: &str, date: Option<&str>) -> io::Result<()> {
        let Some(date) = date else { return Ok(()) };
        match date_time(date) {
            Some(date) => self.xml.attribute(attribute, &date),
            None => {
                self.losses.add("dates of validity that are none", date);
                Ok(())
            }
        }
    }

    pub(super) fn annotations(&mut self, annotations: &[Annotation]) -> io::Result<()> {
        let version = self.version;
        let plain: Vec<&Annotation> =
            annotations.iter().filter(|annotation| !is_special(annotation, version)).collect();
        write_annotations(&mut self.xml, &plain)
    }

    /// The names, of which there must be one: the id where nothing else is known.
    pub(super) fn names(&mut self, names: &Labels, otherwise: Option<&str>) -> io::Result<()> {
        if let (true, Some(otherwise)) = (names.is_empty(), otherwise) {
            return self.xml.in_language("com:Name", "en", otherwise);
        }
        self.texts("com:Name", names)
    }

    pub(super) fn descriptions(&mut self, descriptions: &Labels) -> io::Result<()> {
        self.texts("com:Description", descriptions)
    }

    fn texts(&mut self, element: &str, texts: &Labels) -> io::Result<()> {
        for (tag, text) in texts {
            if language(tag) != tag {
                self.losses.add("languages that are none", format!("`{tag}`"));
            }
            self.xml.in_language(element, language(tag), text)?;
        }
        Ok(())
    }

    /// A reference to an artefact or an item.
    pub(super) fn reference(&mut self, element: &str, to: &Reference) -> io::Result<()> {
        let resolved = self.resolved(to);
        self.xml.open(element)?;
        write_reference(&mut self.xml, &resolved, self.version)?;
        self.xml.close()
    }

    /// A reference that names a version, as 2.1 has to.
    fn resolved(&self, to: &Reference) -> Reference {
        let fits = version(&to.version, self.version) == to.version;
        let known = match to.class {
            _ if fits => None,
            Class::Codelist | Class::ValueList => self.metadata.codelist(to).map(|a| &a.reference),
            Class::DataStructure => self.metadata.structure(to).map(|a| &a.reference),
            Class::Dataflow => self.metadata.dataflow(to).map(|a| &a.reference),
            Class::ConceptScheme => {
                let schemes = self.metadata.concept_schemes.iter().map(|a| &a.reference);
                schemes.into_iter().find(|scheme| to.means(scheme))
            }
            _ => None,
        };
        let number = known.map_or(&to.version, |known| &known.version);
        Reference { version: number.clone(), ..to.clone() }
    }

    /// A reference to something within the same artefact.
    pub(super) fn local(&mut self, element: &str, id: &str) -> io::Result<()> {
        match self.version {
            Version::V30 => self.xml.leaf(element, id),
            Version::V21 => {
                self.xml.open(element)?;
                self.xml.empty("Ref", &[("id", id)])?;
                self.xml.close()
            }
        }
    }

    /// Whether it is known what stands in which category.
    fn is_categorisation(&self, other: &Artefact<()>) -> bool {
        other.reference.class == Class::Categorisation
            && related(other, "Source").is_some()
            && related(other, "Target").is_some()
    }

    fn categorisation(&mut self, other: &Artefact<()>) -> io::Result<()> {
        self.begin("Categorisation", other, false, &[])?;
        for part in ["Source", "Target"] {
            if let Some(to) = related(other, part) {
                self.reference(&format!("str:{part}"), &to)?;
            }
        }
        self.xml.close()
    }
}

fn related(artefact: &Artefact<()>, kind: &str) -> Option<Reference> {
    let found = artefact.annotations.iter().find(|annotation| is_remark(annotation, kind));
    let to: Reference = found?.url.as_ref()?.parse().ok()?;
    (to.class != Class::Other).then_some(to)
}

pub(super) fn is_remark(annotation: &Annotation, kind: &str) -> bool {
    annotation.kind.as_deref() == Some(kind) && annotation.id.is_none()
}

/// Remarks that are elements of their own in a message.
fn is_special(annotation: &Annotation, version: Version) -> bool {
    if annotation.id.is_some() {
        return false;
    }
    match annotation.kind.as_deref() {
        Some("vtlVersion" | "RulesetDefinition" | "OperatorDefinition" | "ConceptRole") => true,
        Some("RulesetScheme" | "UserDefinedOperatorScheme" | "Source" | "Target") => {
            annotation.url.is_some()
        }
        Some("CodelistExtension") => version == Version::V30 && annotation.url.is_some(),
        Some("MeasureRelationship") => version == Version::V30,
        _ => false,
    }
}

/// Artefacts whose id must begin with a letter.
fn needs_name(class: Class) -> bool {
    matches!(
        class,
        Class::Codelist | Class::ConceptScheme | Class::CategoryScheme | Class::DataStructure
    )
}

fn is_of_vtl(class: Class) -> bool {
    matches!(
        class,
        Class::TransformationScheme | Class::RulesetScheme | Class::UserDefinedOperatorScheme
    )
}

pub(super) fn write_annotations<W: Write>(
    xml: &mut Xml<W>,
    annotations: &[&Annotation],
) -> io::Result<()> {
    if annotations.is_empty() {
        return Ok(());
    }
    xml.open("com:Annotations")?;
    for annotation in annotations {
        xml.open("com:Annotation")?;
        xml.optional("id", annotation.id.as_deref())?;
        for (element, text) in [
            ("com:AnnotationTitle", &annotation.title),
            ("com:AnnotationType", &annotation.kind),
            ("com:AnnotationURL", &annotation.url),
        ] {
            if let Some(text) = text {
                xml.leaf(element, text)?;
            }
        }
        for (tag, text) in &annotation.texts {
            xml.in_language("com:AnnotationText", language(tag), text)?;
        }
        xml.close()?;
    }
    xml.close()
}

/// The content of a reference: attributes in 2.1, a URN in 3.0.
pub(super) fn write_reference<W: Write>(
    xml: &mut Xml<W>,
    to: &Reference,
    of: Version,
) -> io::Result<()> {
    let mut to = to.clone();
    to.agency = agency(&to.agency).into_owned();
    to.version = version(&to.version, of).into_owned();
    to.id = if needs_name(to.class) { name(&to.id).into_owned() } else { id(&to.id).into_owned() };
    let item_is_name = matches!(to.class, Class::ConceptScheme | Class::AgencyScheme);
    to.item = to.item.map(|item| match item_is_name {
        true => name(&item).into_owned(),
        // Items within items are named with points between.
        false => item.split('.').map(|part| id(part).into_owned()).collect::<Vec<_>>().join("."),
    });
    if of == Version::V30 {
        if to.class == Class::Constraint {
            return xml.text(&to.to_string().replace("ContentConstraint", "DataConstraint"));
        }
        return xml.text(&to.to_string());
    }
    if to.class == Class::ValueList {
        to.class = Class::Codelist;
    }
    let (package, class) = to.class.name(to.item.is_some());
    xml.open("Ref")?;
    match &to.item {
        Some(item) => {
            xml.attribute("maintainableParentID", &to.id)?;
            xml.attribute("maintainableParentVersion", &to.version)?;
            xml.attribute("agencyID", &to.agency)?;
            xml.attribute("id", item)?;
        }
        None => {
            xml.attribute("id", &to.id)?;
            xml.attribute("version", &to.version)?;
            xml.attribute("agencyID", &to.agency)?;
        }
    }
    xml.attribute("package", package)?;
    xml.attribute("class", class)?;
    xml.close()
}
