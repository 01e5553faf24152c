//! A dimension of a JSON-stat data set: its categories, what they are called and what belongs to what.

use super::extension::{EXTENSION, Level, complete_units, put_in};
use super::tree::{Json, Object, Scalar};
use super::{COORDINATES, ROLE, UNIT, contradiction, undetermined};
use crate::cube::CONTENTS_VARIABLE;
use crate::message::{Extra, Note, Variable};
use olshem_model::codelist::{Annotation, Item};
use olshem_model::{Codelist, Component, DataType, Diagnostic, TimePeriod};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The member of a dimension's extension that has what its categories have of their own.
const CATEGORY: &str = "category";

pub(super) struct Dimension {
    pub(super) id: String,
    label: Option<String>,
    /// Its codes in the order of the cells, and what is said of each.
    items: Vec<Item>,
    /// Footnotes on all of it, and on its codes.
    pub(super) notes: Vec<Note>,
    extras: Vec<Extra>,
    roles: Vec<&'static str>,
}

impl Dimension {
    /// A dimension of so many categories, or of as many as it has.
    pub(super) fn read(
        file: &Path,
        id: &str,
        object: &Object,
        size: Option<usize>,
    ) -> Result<Self, Diagnostic> {
        let fault = |line: usize, what: String| {
            contradiction(file, line, format!("`dimension` `{id}`: {what}"))
        };
        let Some(category) = object.object("category") else {
            return Err(fault(object.line, "`category` is missing".to_owned()));
        };
        let codes = codes(category).map_err(|what| fault(category.line, what))?;
        if let Some(size) = size.filter(|size| *size != codes.len()) {
            let what = format!("`size` says {size} categories, there are {}", codes.len());
            return Err(fault(category.line, what));
        }
        let mut seen = HashSet::with_capacity(codes.len());
        if let Some(twice) = codes.iter().find(|code| !seen.insert(code.as_str())) {
            return Err(fault(category.line, format!("the category `{twice}` is there twice")));
        }
        let mut dimension = Self {
            id: id.to_owned(),
            label: object.text("label").map(str::to_owned),
            items: Vec::with_capacity(codes.len()),
            notes: Vec::new(),
            extras: Vec::new(),
            roles: Vec::new(),
        };
        let understood = ["category", "label", "note", "class", "version"];
        let (extras, mut extension) = Level::Dimension.part(&object.members, &understood);
        dimension.extras = extras;
        dimension.take_categories(codes, category, &mut extension);
        for text in object.texts("note") {
            dimension.note("", &text);
        }
        if !extension.members.is_empty() {
            dimension.extras.push(kept(EXTENSION, &Json::Object(extension)));
        }
        Ok(dimension)
    }

    fn take_categories(&mut self, codes: Vec<String>, category: &Object, extension: &mut Object) {
        let labels = category.object("label");
        let parents = parents(category);
        let mut units = category.object("unit").cloned().unwrap_or_default();
        complete_units(&mut units, extension);
        let coordinates = category.object("coordinates");
        for code in codes {
            let label = labels.and_then(|labels| labels.get(&code)?.scalar()?.text());
            let mut annotations = Vec::new();
            if let Some(unit) = units.object(&code) {
                annotate_unit(unit, &mut annotations);
            }
            if let Some(place) = coordinates.and_then(|coordinates| coordinates.get(&code)) {
                annotations.push(annotation(COORDINATES, place));
            }
            self.items.push(Item {
                parent: parents.get(code.as_str()).map(|parent| (*parent).to_owned()),
                labels: label.map(undetermined).unwrap_or_default(),
                annotations,
                code,
                ..Item::default()
            });
        }
        for (code, texts) in category.object("note").into_iter().flat_map(|notes| &notes.members) {
            for text in texts.texts() {
                self.note(code, &text);
            }
        }
        // Categories have no extension of their own.
        let understood = ["index", "label", "child", "unit", "coordinates", "note"];
        let foreign = category.members.iter().filter(|(name, _)| !understood.contains(&&***name));
        put_in(extension, CATEGORY, foreign.map(|(name, json)| (name.clone(), json.clone())));
    }

    fn note(&mut self, code: &str, text: &str) {
        let on = vec![(self.id.clone(), code.to_owned())];
        self.notes.push(Note { on, texts: undetermined(text), is_mandatory: false });
    }

    pub(super) fn codes(&self) -> Vec<String> {
        self.items.iter().map(|item| item.code.clone()).collect()
    }

    /// Gives it a role that the data set says it has.
    pub(super) fn set_role(&mut self, role: &'static str) {
        self.roles.push(role);
    }

    pub(super) fn is_metric(&self) -> bool {
        self.roles.contains(&"metric")
    }

    pub(super) fn codelist(&self) -> Codelist {
        let mut list = Codelist::new(&self.id);
        for item in &self.items {
            // No code is there twice: that was checked.
            let _ = list.push(item.clone());
        }
        list
    }

    /// The component. Codes of time become periods in the one spelling; see [`Self::codes`] after.
    pub(super) fn variable(&mut self) -> Variable {
        let mut data_type = DataType::String;
        if self.roles.contains(&"time") && self.spell_periods() {
            data_type = DataType::TimePeriod;
        }
        let mut extras = std::mem::take(&mut self.extras);
        for role in &self.roles {
            let (keyword, values) = match *role {
                "metric" => (CONTENTS_VARIABLE, Vec::new()),
                "time" if data_type == DataType::TimePeriod => continue,
                role => (ROLE, vec![role.to_owned()]),
            };
            extras.push(Extra { keyword: keyword.to_owned(), values, ..Extra::default() });
        }
        Variable {
            names: self.label.as_deref().map(undetermined).unwrap_or_default(),
            codelist: Some(Arc::new(self.codelist())),
            extras,
            ..Variable::new(Component::identifier(&self.id, data_type))
        }
    }

    /// Whether all codes are periods, each another.
    fn spell_periods(&mut self) -> bool {
        let mut seen = HashSet::new();
        let periods: Option<Vec<String>> = self
            .items
            .iter()
            .map(|item| {
                let period = item.code.parse::<TimePeriod>().ok()?.to_string();
                seen.insert(period.clone()).then_some(period)
            })
            .collect();
        let Some(periods) = periods else { return false };
        let spelt: HashMap<String, String> =
            self.items.iter().map(|i| i.code.clone()).zip(periods.iter().cloned()).collect();
        for (item, period) in self.items.iter_mut().zip(periods) {
            if let Some(parent) = &mut item.parent {
                *parent = spelt.get(parent).unwrap_or(parent).clone();
            }
            if item.code != period {
                item.aliases.push(std::mem::replace(&mut item.code, period));
            }
        }
        for (_, code) in self.notes.iter_mut().flat_map(|note| &mut note.on) {
            if let Some(period) = spelt.get(code) {
                code.clone_from(period);
            }
        }
        true
    }
}

/// The codes in their order: a list, an object of positions, or, of a single category, its label's.
fn codes(category: &Object) -> Result<Vec<String>, String> {
    match (category.get("index"), category.object("label")) {
        (Some(Json::Scalars(list)), _) => {
            let code = |scalar: Scalar<'_>| scalar.text().map(str::to_owned);
            let codes: Option<Vec<String>> = list.iter().map(code).collect();
            codes.ok_or_else(|| "`index` has a null".to_owned())
        }
        (Some(Json::Object(positions)), _) => {
            let mut codes = vec![None; positions.members.len()];
            for (code, position) in &positions.members {
                let number = match position {
                    Json::Number(number) => number.parse::<usize>().ok(),
                    _ => None,
                };
                let slot = number.and_then(|number| codes.get_mut(number));
                match slot {
                    Some(slot @ None) => *slot = Some(code.clone()),
                    Some(Some(other)) => {
                        return Err(format!("`index` puts `{code}` where `{other}` is"));
                    }
                    None => {
                        let last = positions.members.len().saturating_sub(1);
                        return Err(format!(
                            "`index` of `{code}` is not a position from 0 to {last}"
                        ));
                    }
                }
            }
            Ok(codes.into_iter().flatten().collect())
        }
        (Some(_), _) => Err("`index` is neither a list nor an object".to_owned()),
        (None, Some(labels)) if labels.members.len() == 1 => {
            Ok(labels.members.keys().cloned().collect())
        }
        (None, _) => {
            Err("`index` is missing, which only a single category can do without".to_owned())
        }
    }
}

/// The parent of each code that has one. JSON-stat allows several; the first is the one.
fn parents(category: &Object) -> HashMap<&str, &str> {
    let mut parents = HashMap::new();
    for (parent, children) in category.object("child").into_iter().flat_map(|c| &c.members) {
        if let Json::Scalars(children) = children {
            for child in children.iter().filter_map(Scalar::text).filter(|child| child != parent) {
                parents.entry(child).or_insert(parent.as_str());
            }
        }
    }
    parents
}

/// What is known of a unit: what it is called and its decimals as all formats have them, and the rest.
fn annotate_unit(unit: &Object, annotations: &mut Vec<Annotation>) {
    let named = ["label", "base", "symbol"].into_iter().find_map(|name| unit.text(name));
    if let Some(name) = named.filter(|name| !name.is_empty()) {
        annotations.push(Annotation {
            kind: Some("UNITS".to_owned()),
            texts: undetermined(name),
            ..Annotation::default()
        });
    }
    if let Some(decimals) = unit.get("decimals").and_then(|decimals| decimals.scalar()?.text()) {
        annotations.push(Annotation {
            kind: Some("PRECISION".to_owned()),
            texts: undetermined(decimals),
            ..Annotation::default()
        });
    }
    if unit.members.keys().any(|name| name != "label" && name != "decimals") {
        annotations.push(annotation(UNIT, &Json::Object(unit.clone())));
    }
}

fn annotation(kind: &str, json: &Json) -> Annotation {
    Annotation { kind: Some(kind.to_owned()), title: Some(json.to_text()), ..Annotation::default() }
}

/// What has no place of its own, as it is.
pub(super) fn kept(name: &str, json: &Json) -> Extra {
    Extra { keyword: name.to_owned(), values: vec![json.to_text()], ..Extra::default() }
}
