//! An element with all that is in it: an artefact's, a header's. Data are never read so.

use super::xml::{Event, Events, Tag};
use crate::errors::BROKEN_XML;
use crate::metadata::{Class, Reference};
use olshem_model::Diagnostic;
use olshem_model::codelist::{Annotation, Labels};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// Without the namespace's prefix.
    pub(super) name: String,
    /// Those in a namespace (`xml:lang`) with a colon instead of its prefix.
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    pub(super) line: usize,
}

impl Element {
    /// An element that has begun, as yet without what is in it.
    pub(super) fn begun(tag: &Tag<'_>) -> Result<Self, (usize, String)> {
        let mut attributes = BTreeMap::new();
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            let key = name.find(':').and_then(|colon| name.get(colon..)).unwrap_or(name);
            if attributes.insert(key.to_owned(), value.into_owned()).is_some() {
                return Err((tag.line, format!("the attribute `{name}` is there twice")));
            }
        }
        let name = tag.name().to_owned();
        Ok(Self { name, attributes, line: tag.line, ..Self::default() })
    }

    /// The rest of an element that has begun.
    pub(super) fn completed(self, events: &mut Events<'_>) -> Result<Self, Diagnostic> {
        // Not recursive: what is open waits here.
        let mut open = vec![self];
        loop {
            let begun = match events.next()? {
                Event::Start(tag) => Some(Self::begun(&tag)),
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                    None
                }
                Event::End | Event::Eof => {
                    let Some(done) = open.pop() else { return Ok(Self::default()) };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                    None
                }
                Event::Nothing => None,
            };
            if let Some(begun) = begun {
                open.push(begun.map_err(|(line, text)| events.fault(&BROKEN_XML, line, text))?);
            }
        }
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.attributes.get(name).cloned()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self.attribute(name), Some("true" | "1"))
    }

    /// Its text without the white space around; none where it is empty.
    pub(super) fn trimmed(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of its first child of that name.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).and_then(Self::trimmed).map(str::to_owned)
    }

    /// The texts of its children of that name, by language; `en` where none is named (SDMX's default).
    pub(super) fn labels(&self, name: &str) -> Labels {
        let mut labels = Labels::new();
        for child in self.all(name) {
            let language = child.attribute(":lang").unwrap_or("en").to_owned();
            let text = child.text.trim();
            labels
                .entry(language)
                .and_modify(|known: &mut String| {
                    known.push('\n');
                    known.push_str(text);
                })
                .or_insert_with(|| text.to_owned());
        }
        labels
    }

    /// The remarks in it.
    pub(super) fn annotations(&self) -> Vec<Annotation> {
        let listed = self.all("Annotations").flat_map(|all| all.all("Annotation"));
        listed.map(Self::annotation).collect()
    }

    /// What it says, if it is a remark itself.
    pub(super) fn annotation(&self) -> Annotation {
        Annotation {
            id: self.owned("id"),
            kind: self.text_of("AnnotationType"),
            // SDMX 3.0 has a value beside the title; most have but one of them.
            title: self.text_of("AnnotationTitle").or_else(|| self.text_of("AnnotationValue")),
            url: self.text_of("AnnotationURL"),
            texts: self.labels("AnnotationText"),
        }
    }

    /// What it refers to: as a URN in it, as `<URN>` or as `<Ref>`. `class` is that of the artefact
    /// meant, where the reference does not say.
    pub(super) fn reference(&self, class: Class) -> Option<Reference> {
        let urn = self.child("URN").and_then(Self::trimmed).or_else(|| self.trimmed());
        if let Some(reference) = urn.and_then(|urn| urn.parse().ok()) {
            return Some(reference);
        }
        let wanted = self.child("Ref")?;
        let id = wanted.owned("id")?;
        let agency = wanted.owned("agencyID").unwrap_or_default();
        let class = wanted.attribute("class").and_then(Class::named).unwrap_or(class);
        let version = wanted.owned("version").unwrap_or_default();
        Some(match wanted.owned("maintainableParentID") {
            Some(parent) => {
                let version = wanted.owned("maintainableParentVersion").unwrap_or_default();
                let parent = Reference::new(class, agency, parent, version);
                let container = wanted.attribute("containerID");
                parent.item(container.map_or(id.clone(), |container| format!("{container}.{id}")))
            }
            None => Reference::new(class, agency, id, version),
        })
    }

    /// The id that stands in it, where it means something near: as text or as `<Ref>`.
    pub(super) fn local_reference(&self) -> Option<String> {
        let wanted = self.child("Ref").and_then(|wanted| wanted.owned("id"));
        wanted.or_else(|| self.trimmed().map(str::to_owned))
    }
}
