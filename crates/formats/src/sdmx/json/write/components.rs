//! What a message of data says of its components, and what the indices of their values mean.

use super::super::text::Text;
use super::Version;
use super::data::Column;
use crate::message::{Extra, Note, Variable};
use crate::metadata::Attachment;
use crate::sdmx::MULTILINGUAL;
use crate::sdmx::losses::Losses;
use crate::sdmx::names::{ids_of, ids_of_codes, is_id};
use crate::sdmx::notes;
use olshem_model::Role;
use olshem_model::codelist::{Annotation, Item, Labels};
use std::collections::HashMap;

/// The remarks of a structure, each once.
#[derive(Default)]
pub(super) struct Annotations(pub(super) Vec<Annotation>);

impl Annotations {
    pub(super) fn index(&mut self, annotation: &Annotation) -> usize {
        let known = self.0.iter().position(|known| known == annotation);
        known.unwrap_or_else(|| {
            self.0.push(annotation.clone());
            self.0.len() - 1
        })
    }
}

/// Annotations among extras, and notes as annotations.
pub(super) fn remarks(
    extras: &[Extra],
    notes: &[Note],
    is_on: impl Fn(&Note) -> bool,
) -> Vec<Annotation> {
    let of_extras = extras.iter().filter_map(|extra| extra.annotation.clone());
    let of_notes = notes.iter().filter(|note| is_on(note)).map(notes::annotation);
    of_extras.chain(of_notes).collect()
}

pub(super) fn descriptions(text: &mut Text, extras: &[Extra]) {
    let described = extras.iter().filter(|extra| extra.keyword == "description");
    let labels = described.filter_map(|extra| {
        Some((
            extra.language.clone().unwrap_or_else(|| "und".into()),
            extra.values.first()?.clone(),
        ))
    });
    text.labels("description", "descriptions", &labels.collect());
}

pub(super) fn is_multilingual(variable: &Variable) -> bool {
    variable.extras.iter().any(|extra| extra.keyword == MULTILINGUAL)
}

/// The dimension that says which measure an observation has.
pub(super) fn measure_dimension<'v>(
    text: &mut Text,
    id: &str,
    position: usize,
    measures: impl Iterator<Item = &'v Variable>,
) {
    text.object(|text| {
        text.member("id", id);
        text.member("name", id);
        text.key("keyPosition");
        text.number(position);
        text.key("values");
        text.open('[');
        for measure in measures {
            text.object(|text| {
                text.member("id", &measure.component.name);
                text.names(&measure.names, &measure.component.name);
            });
        }
        text.close(']');
    });
}

/// What is said of components, while it is.
pub(super) struct Said<'s> {
    pub(super) version: Version,
    pub(super) notes: &'s [Note],
    pub(super) annotations: &'s mut Annotations,
    pub(super) losses: &'s mut Losses,
}

impl Said<'_> {
    pub(super) fn component(
        &mut self,
        text: &mut Text,
        variable: &Variable,
        column: &Column,
        position: usize,
    ) {
        let component = &variable.component;
        text.open('{');
        text.member("id", &component.name);
        text.names(&variable.names, &component.name);
        descriptions(text, &variable.extras);
        match component.role {
            Role::Identifier => {
                text.key("keyPosition");
                text.number(position);
            }
            Role::Measure => {}
            Role::Attribute | Role::ViralAttribute => {
                if self.version == Version::V2 {
                    text.flag("isMandatory", !component.nullable);
                }
                text.key("relationship");
                // Data messages don't know groups by name.
                let attachment = match &variable.attachment {
                    Attachment::Group(_) => &Attachment::Observation,
                    other => other,
                };
                text.object(|text| self.version.relationship(text, attachment));
            }
        }
        let roles = variable.extras.iter().filter(|extra| extra.keyword == "roles");
        let roles: Vec<&String> = roles.flat_map(|extra| &extra.values).collect();
        text.list("roles", &roles, |text, role| text.string(role));
        if self.version == Version::V2 {
            format(text, variable);
        }
        let references = [(&variable.concept, "concept"), (&variable.representation, "codelist")];
        let references: Vec<_> = references
            .iter()
            .filter_map(|(reference, rel)| Some((reference.as_ref()?, *rel)))
            .collect();
        text.list("links", &references, |text, (reference, rel)| text.link(reference, rel));
        let own = remarks(&variable.extras, self.notes, |note| is_on(note, &component.name, ""));
        text.list("annotations", &own, |text, remark| {
            text.number(self.annotations.index(remark));
        });
        if let Column::Indexed(values) = column
            && (self.version < Version::V2 || !values.is_empty())
        {
            text.key("values");
            text.open('[');
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            self.values(text, variable, &values);
            text.close(']');
        }
        text.close('}');
    }

    /// What the indices mean.
    fn values(&mut self, text: &mut Text, variable: &Variable, values: &[&str]) {
        let role = variable.component.role;
        if values.is_empty() && self.version == Version::Draft && role != Role::Identifier {
            // Clients of the draft (sdmx1) drop an attribute without values, and then take those
            // behind it for one another.
            text.object(|text| text.member("name", ""));
        }
        let items = variable.codelist.as_ref().map(|list| list.items()).unwrap_or_default();
        let orders: HashMap<&str, usize> =
            items.iter().enumerate().map(|(order, item)| (item.code.as_str(), order)).collect();
        let is_v1 = self.version.is_v1();
        let ids = match (&variable.codelist, role) {
            (Some(list), _) if is_v1 => ids_of_codes(list),
            (None, Role::Identifier) if is_v1 => ids_of(values.iter().copied()),
            _ => HashMap::new(),
        };
        for value in values {
            let order = orders.get(value).copied();
            let item = order.and_then(|order| items.get(order));
            let name = &variable.component.name;
            let notes = remarks(&[], self.notes, |note| is_on(note, name, value));
            if is_v1 {
                self.value_of_v1(text, value, item.map(|item| (item, order)), role, &ids, &notes);
            } else {
                self.value(text, value, item.map(|item| (item, order)), role, &notes);
            }
        }
    }

    fn value(
        &mut self,
        text: &mut Text,
        value: &str,
        item: Option<(&Item, Option<usize>)>,
        role: Role,
        notes: &[Annotation],
    ) {
        // A value that is no code may stand as one if it looks so: readers of dimensions want it.
        let as_code = is_id(value) && (item.is_some() || role == Role::Identifier);
        text.object(|text| {
            text.member(if as_code { "id" } else { "value" }, value);
            match item {
                Some((item, _)) => text.names(&item.labels, value),
                None if as_code => text.member("name", value),
                None => {}
            }
            let parent = |item: &Item| item.parent.clone().filter(|parent| is_id(parent));
            self.item(text, item, parent, notes);
        });
    }

    /// The same in 1.0, where a code must be an id, and only dimensions have parents and an order.
    fn value_of_v1(
        &mut self,
        text: &mut Text,
        value: &str,
        item: Option<(&Item, Option<usize>)>,
        role: Role,
        ids: &HashMap<String, String>,
        notes: &[Annotation],
    ) {
        text.object(|text| {
            if item.is_some() || role == Role::Identifier {
                let id = ids.get(value).map_or(value, String::as_str);
                if id != value {
                    let which = format!("`{value}`, now `{id}`");
                    self.losses.add("codes that can be no ids of SDMX", which);
                }
                text.member("id", id);
            }
            match item {
                Some((item, _)) => text.names(&item.labels, value),
                None => text.names(&by_language(value), value),
            }
            let is_attribute = role != Role::Identifier;
            let parent = item.and_then(|(item, _)| item.parent.as_ref());
            if let Some(parent) = parent.filter(|_| is_attribute) {
                self.losses.add("the places of codes of attributes under others", parent.clone());
            }
            let parent = |item: &Item| {
                let parent = item.parent.as_ref().filter(|_| !is_attribute)?;
                Some(ids.get(parent).unwrap_or(parent).clone())
            };
            let item = item.map(|(item, order)| (item, order.filter(|_| !is_attribute)));
            self.item(text, item, parent, notes);
        });
    }

    /// What a codelist says of a code, and remarks on it.
    fn item(
        &mut self,
        text: &mut Text,
        item: Option<(&Item, Option<usize>)>,
        parent: impl Fn(&Item) -> Option<String>,
        notes: &[Annotation],
    ) {
        if let Some((item, order)) = item {
            text.labels("description", "descriptions", &item.descriptions);
            text.optional("parent", parent(item).as_deref());
            if let Some(order) = order {
                text.key("order");
                text.number(order);
            }
        }
        let of_item = item.map(|(item, _)| item.annotations.as_slice()).unwrap_or_default();
        let all: Vec<&Annotation> = of_item.iter().chain(notes).collect();
        text.list("annotations", &all, |text, remark| {
            text.number(self.annotations.index(remark));
        });
    }
}

/// Whether a note is on a value of a component, and on nothing else.
fn is_on(note: &Note, component: &str, value: &str) -> bool {
    matches!(&note.on[..], [(name, on)] if name == component && on == value)
}

/// The texts of one in several languages; none of any other.
fn by_language(value: &str) -> Labels {
    match value.starts_with('{') {
        true => serde_json::from_str(value).unwrap_or_default(),
        false => Labels::new(),
    }
}

/// How values are written that are no codes.
fn format(text: &mut Text, variable: &Variable) {
    let is_coded = variable.codelist.is_some();
    let is_attribute = variable.component.role != Role::Identifier;
    let decimals = variable.decimals.filter(|decimals| *decimals > 0);
    if is_coded && !variable.is_list {
        return;
    }
    text.key("format");
    text.object(|text| {
        if !is_coded {
            text.member("dataType", crate::description::text_type(variable.component.data_type));
        }
        if let Some(decimals) = decimals {
            text.key("decimals");
            text.number(decimals as usize);
        }
        if is_attribute && is_multilingual(variable) {
            text.flag("isMultiLingual", true);
        }
        if is_attribute && variable.is_list {
            text.member("maxOccurs", "unbounded");
        }
    });
}
