//! Schemes of items: codelists, concepts, agencies, categories, transformations.

use super::structure::{Structures, is_remark};
use super::{Version, components};
use crate::metadata::{Artefact, Class, Concept, Reference, Transformation};
use crate::sdmx::names::{id, name};
use olshem_model::Codelist;
use olshem_model::codelist::Item;
use std::collections::BTreeMap;
use std::io::{self, Write};

impl<W: Write> Structures<'_, W> {
    /// Begins an item: its start tag, remarks, names and the item that it is below.
    fn begin_item(
        &mut self,
        element: &str,
        item: &Item,
        own: &str,
        attributes: &[(&str, &str)],
    ) -> io::Result<()> {
        if own != item.code {
            self.losses.add("the ids of items", format!("`{}`, now `{own}`", item.code));
        }
        if !item.aliases.is_empty() {
            self.losses.add("other spellings of items", &*item.code);
        }
        self.xml.open(&format!("str:{element}"))?;
        self.xml.attribute("id", own)?;
        for (name, value) in attributes {
            self.xml.attribute(name, value)?;
        }
        self.annotations(&item.annotations)?;
        self.names(&item.labels, Some(&item.code))?;
        self.descriptions(&item.descriptions)
    }

    pub(super) fn codelist(&mut self, list: &Artefact<Codelist>, class: Class) -> io::Result<()> {
        if class == Class::ValueList {
            self.begin("ValueList", list, false, &[])?;
            for item in list.content.items() {
                if item.parent.is_some() {
                    self.losses.add("the places of values under others", &*item.code);
                }
                self.xml.open("str:ValueItem")?;
                self.xml.attribute("id", &item.code)?;
                self.annotations(&item.annotations)?;
                self.names(&item.labels, None)?;
                self.descriptions(&item.descriptions)?;
                self.xml.close()?;
            }
            return self.xml.close();
        }
        self.begin("Codelist", list, true, &[])?;
        for item in list.content.items() {
            self.begin_item("Code", item, &item.code, &[])?;
            if let Some(parent) = &item.parent {
                self.local("str:Parent", parent)?;
            }
            self.xml.close()?;
        }
        if self.version == Version::V30 {
            let extensions = list.annotations.iter().filter(|a| is_remark(a, "CodelistExtension"));
            for extension in extensions {
                let Some(Ok(extended)) = extension.url.as_ref().map(|urn| urn.parse()) else {
                    continue;
                };
                self.xml.open("str:CodelistExtension")?;
                self.xml.optional("prefix", extension.title.as_deref())?;
                self.reference("str:Codelist", &extended)?;
                for kind in ["InclusiveCodeSelection", "ExclusiveCodeSelection"] {
                    let Some(values) = extension.texts.get(kind) else { continue };
                    self.xml.open(&format!("str:{kind}"))?;
                    for value in values.split_whitespace() {
                        self.xml.leaf("str:MemberValue", value)?;
                    }
                    self.xml.close()?;
                    break;
                }
                self.xml.close()?;
            }
        }
        self.xml.close()
    }

    pub(super) fn concepts(&mut self, scheme: &Artefact<Vec<Concept>>) -> io::Result<()> {
        self.begin("ConceptScheme", scheme, true, &[])?;
        for concept in &scheme.content {
            let own = name(&concept.item.code);
            self.begin_item("Concept", &concept.item, &own, &[])?;
            if let Some(parent) = &concept.item.parent {
                self.local("str:Parent", &name(parent))?;
            }
            let place = components::Place::Concept;
            let what = &concept.item.code;
            components::representation(self, place, &concept.representation, what)?;
            self.xml.close()?;
        }
        self.xml.close()
    }

    /// Agencies, categories and the like.
    pub(super) fn items(&mut self, scheme: &Artefact<Vec<Item>>) -> io::Result<()> {
        let class = scheme.reference.class;
        let (_, element) = class.name(false);
        let (_, item_element) = class.name(true);
        let mut below: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        let is_nested = matches!(class, Class::CategoryScheme | Class::ReportingTaxonomy);
        let mut top = Vec::new();
        for item in &scheme.content {
            let parent = item.parent.as_deref();
            let known = |code: &str| scheme.content.iter().any(|other| other.code == code);
            match parent.filter(|parent| is_nested && *parent != item.code && known(parent)) {
                Some(parent) => below.entry(parent).or_default().push(item),
                None => top.push(item),
            }
        }
        self.begin(element, scheme, true, &[])?;
        let mut open: Vec<std::vec::IntoIter<&Item>> = vec![top.into_iter()];
        let mut written = 0;
        // Those below one another in a circle are never reached.
        while let Some(level) = open.last_mut() {
            let Some(item) = level.next() else {
                open.pop();
                if !open.is_empty() {
                    self.xml.close()?;
                }
                continue;
            };
            written += 1;
            let own = if class == Class::AgencyScheme { name(&item.code) } else { id(&item.code) };
            self.begin_item(item_element, item, &own, &attributes(class, item))?;
            self.content(class, item)?;
            let deeper = below.remove(item.code.as_str()).unwrap_or_default();
            open.push(deeper.into_iter());
        }
        if written < scheme.content.len() {
            self.losses.add("items below one another in a circle", &*scheme.reference.id);
        }
        self.xml.close()
    }

    /// What an item has besides its names.
    fn content(&mut self, class: Class, item: &Item) -> io::Result<()> {
        let remark = |kind: &str| {
            let found = item.annotations.iter().find(|annotation| is_remark(annotation, kind));
            found.and_then(|annotation| annotation.title.clone())
        };
        match class {
            Class::OrganisationUnitScheme => match &item.parent {
                Some(parent) => self.local("str:Parent", &id(parent)),
                None => Ok(()),
            },
            Class::RulesetScheme => {
                let definition = remark("RulesetDefinition").unwrap_or_default();
                self.xml.leaf("str:RulesetDefinition", &definition)
            }
            Class::UserDefinedOperatorScheme => {
                let definition = remark("OperatorDefinition").unwrap_or_default();
                self.xml.leaf("str:OperatorDefinition", &definition)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn transformations(
        &mut self,
        scheme: &Artefact<Vec<Transformation>>,
    ) -> io::Result<()> {
        self.begin("TransformationScheme", scheme, true, &[])?;
        for transformation in &scheme.content {
            let own = id(&transformation.item.code);
            self.xml.open("str:Transformation")?;
            self.xml.attribute("id", &own)?;
            let persistent = if transformation.is_persistent { "true" } else { "false" };
            self.xml.attribute("isPersistent", persistent)?;
            self.annotations(&transformation.item.annotations)?;
            self.names(&transformation.item.labels, Some(&transformation.item.code))?;
            self.descriptions(&transformation.item.descriptions)?;
            self.xml.leaf("str:Expression", &transformation.expression)?;
            self.xml.leaf("str:Result", &transformation.result)?;
            self.xml.close()?;
        }
        for (kind, class) in [
            ("RulesetScheme", Class::RulesetScheme),
            ("UserDefinedOperatorScheme", Class::UserDefinedOperatorScheme),
        ] {
            for remark in scheme.annotations.iter().filter(|remark| is_remark(remark, kind)) {
                let to = remark.url.as_ref().and_then(|urn| urn.parse::<Reference>().ok());
                if let Some(to) = to.filter(|to| to.class == class) {
                    self.reference(&format!("str:{kind}"), &to)?;
                }
            }
        }
        self.xml.close()
    }
}

/// What the start tag of an item says besides its id.
fn attributes(class: Class, item: &Item) -> Vec<(&'static str, &'static str)> {
    if class != Class::RulesetScheme {
        return Vec::new();
    }
    let definition = item.annotations.iter().find(|a| is_remark(a, "RulesetDefinition"));
    let has = |word: &str| {
        definition.and_then(|d| d.title.as_ref()).is_some_and(|title| title.contains(word))
    };
    vec![
        ("rulesetType", if has("hierarchical") { "hierarchical" } else { "datapoint" }),
        ("rulesetScope", if has("valuedomain") { "valuedomain" } else { "variable" }),
    ]
}
