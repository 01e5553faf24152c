//! JSON-stat 2.0 files: a data set, or a collection of several.

mod dimension;
mod number;

use super::ROLE;
use super::extension::{EXTENSION, Level};
use super::tree::{Json, Object, from_text, quote, separated};
use crate::cube::{Cube, Gathering, Losses, UNDETERMINED, tells_measures_apart, text_in};
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{
    Description, Extra, Header, Loss, Note, Observations, Receiver, Variable, Writer,
};
use crate::metadata::Metadata;
use crate::px::STATUS;
use arrow::array::StringViewArray;
use number::write_value;
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Place, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;

/// A writer of a JSON-stat file.
pub(crate) fn writer<'w>(
    out: Box<dyn Write + Send + 'w>,
    writing: &Writing,
) -> Box<dyn Writer + 'w> {
    Box::new(JsonStatWriter { out, writing: writing.clone(), header: None, datasets: Vec::new() })
}

struct JsonStatWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    writing: Writing,
    header: Option<Header>,
    datasets: Vec<Gathering>,
}

impl Receiver for JsonStatWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = Some(header);
        Ok(())
    }

    fn metadata(&mut self, _: Metadata) -> Result<(), Diagnostic> {
        // A data set has its own categories, which come with its description.
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let count = |role| description.data_structure().in_role(role).count();
        if count(Role::Identifier) == 0 || count(Role::Measure) == 0 {
            let message =
                format!("`{}` has no dimensions or no measure; a cube needs both", description.id);
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        self.datasets.push(Gathering::new(description));
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        if let Some(gathering) = self.datasets.last_mut() {
            gathering.description.notes.push(note);
        }
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        match self.datasets.last_mut() {
            Some(gathering) => gathering.add(observations),
            None => Ok(()),
        }
    }
}

impl Writer for JsonStatWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        let mut losses = Losses::default();
        let mut texts = Vec::new();
        for gathering in std::mem::take(&mut self.datasets) {
            let order: Vec<usize> =
                (0..gathering.description.data_structure().identifiers().count()).collect();
            let cube = gathering.cube(&order, true, &mut losses)?;
            if cube.filled.is_empty() {
                let message = format!("`{}` has no observations", cube.description.id);
                return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
            }
            texts.push(Dataset::new(&cube, &self.writing, &mut losses)?.text());
        }
        let header = self.header.unwrap_or_default();
        if !header.remarks.is_empty() {
            losses.add("what the message's footer says");
        }
        let text = match &*texts {
            [] => {
                let message = "there is no data set to write";
                return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
            }
            [only] => format!("{{\"version\":\"2.0\",\"class\":\"dataset\",{only}}}\n"),
            several => collection(&header, several),
        };
        self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).map_err(|error| {
            Diagnostic::new(&UNWRITABLE, Place::Nowhere, format!("can't be written: {error}"))
        })?;
        Ok(losses.told())
    }
}

fn collection(header: &Header, datasets: &[String]) -> String {
    let mut text = "{\"version\":\"2.0\",\"class\":\"collection\",".to_owned();
    let label = text_in(&header.names, "en", UNDETERMINED).or(header.id.as_deref());
    if let Some(label) = label {
        member_text(&mut text, "label", label);
        text.push(',');
    }
    text.push_str("\"link\":{\"item\":");
    separated(&mut text, '[', ']', datasets, |text, dataset| {
        let _ = write!(text, "{{\"version\":\"2.0\",\"class\":\"dataset\",{dataset}}}");
    });
    text.push_str("}}\n");
    text
}

/// Writes `"name":"text"`.
fn member_text(out: &mut String, name: &str, text: &str) {
    quote(out, name);
    out.push(':');
    quote(out, text);
}

/// A data set that is being written.
struct Dataset<'d> {
    cube: &'d Cube,
    language: String,
    measures: Vec<(&'d Variable, Vec<&'d StringViewArray>)>,
    status: Option<(&'d Variable, Vec<&'d StringViewArray>)>,
    losses: &'d mut Losses,
}

impl<'d> Dataset<'d> {
    fn new(cube: &'d Cube, writing: &Writing, losses: &'d mut Losses) -> Result<Self, Diagnostic> {
        let mut measures = Vec::new();
        let mut status = None;
        for (at, variable) in cube.description.variables.iter().enumerate() {
            match variable.component.role {
                Role::Identifier => {}
                Role::Measure => measures.push((variable, cube.column(at)?)),
                _ if variable.component.name == STATUS => {
                    status = Some((variable, cube.column(at)?));
                }
                _ => losses.add_of("attributes", &variable.component.name),
            }
        }
        let languages = languages(&cube.description);
        let declared = cube.description.extras.iter().find(|extra| extra.keyword == "LANGUAGE");
        let declared = declared.and_then(|extra| extra.values.first().cloned());
        let language = writing.language.clone().or(declared);
        let language = language.filter(|language| languages.contains(language));
        let language = language
            .or_else(|| languages.contains("en").then(|| "en".to_owned()))
            .or_else(|| languages.first().cloned())
            .unwrap_or_default();
        for other in languages.iter().filter(|other| **other != language) {
            losses.add_of("texts in other languages", other);
        }
        Ok(Self { cube, language, measures, status, losses })
    }

    fn label<'l>(&self, labels: &'l Labels) -> Option<&'l str> {
        text_in(labels, &self.language, UNDETERMINED)
    }

    /// All members but version and class.
    fn text(mut self) -> String {
        let description = &self.cube.description;
        let mut out = String::new();
        let label = self.label(&description.names).unwrap_or(&description.id);
        member_text(&mut out, "label", label);
        let updated = description.updated.as_deref().and_then(iso);
        for (name, text) in
            [("source", self.label(&description.source)), ("updated", updated.as_deref())]
        {
            if let Some(text) = text {
                out.push(',');
                member_text(&mut out, name, text);
            }
        }
        let notes = self.notes();
        if let Some(notes) = notes.get(&("", "")) {
            out.push_str(",\"note\":");
            separated(&mut out, '[', ']', notes, |out, note| quote(out, note));
        }
        let ids = self.dimensions(&notes, &mut out);
        self.roles(&ids, &mut out);
        self.values(&mut out);
        self.statuses(&mut out);
        self.extras(&mut out);
        out
    }

    /// The footnotes by variable and code; those on several at once are on the data set.
    fn notes(&mut self) -> BTreeMap<(&'d str, &'d str), Vec<String>> {
        let cube = self.cube;
        let mut notes: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for note in &cube.description.notes {
            let Note { on, texts, is_mandatory } = note;
            let Some(text) = self.label(texts).map(str::to_owned) else { continue };
            if *is_mandatory {
                self.losses.add("which footnotes must be shown");
            }
            let place = match &**on {
                [] => ("", ""),
                [(variable, code)] if self.has(variable, code) => (&**variable, &**code),
                several => {
                    let on: Vec<&str> = several.iter().map(|(_, code)| code.as_str()).collect();
                    self.losses.add_of("what single footnotes are on", &on.join(" "));
                    ("", "")
                }
            };
            notes.entry(place).or_default().push(text);
        }
        notes
    }

    fn has(&self, variable: &str, code: &str) -> bool {
        self.cube.dimensions.iter().any(|dimension| {
            let known = self.cube.description.variables.get(dimension.variable);
            known.is_some_and(|known| known.component.name == variable)
                && (code.is_empty() || dimension.codes.iter().any(|known| known == code))
        })
    }

    /// Writes ids, sizes and dimensions; gives back the id of the one that is made of measures.
    fn dimensions(
        &mut self,
        notes: &BTreeMap<(&str, &str), Vec<String>>,
        out: &mut String,
    ) -> Option<String> {
        let cube = self.cube;
        let known = |at: usize| cube.description.variables.get(at);
        let mut ids: Vec<String> = cube
            .dimensions
            .iter()
            .filter_map(|dimension| known(dimension.variable))
            .map(|variable| variable.component.name.clone())
            .collect();
        let mut sizes: Vec<usize> = cube.dimensions.iter().map(|d| d.codes.len()).collect();
        let mut of_measures = None;
        if self.measures.len() > 1 {
            let mut id = "measure".to_owned();
            while ids.contains(&id) {
                id.push('_');
            }
            ids.push(id.clone());
            sizes.push(self.measures.len());
            of_measures = Some(id);
        }
        out.push_str(",\"id\":");
        separated(out, '[', ']', &ids, |out, id| quote(out, id));
        out.push_str(",\"size\":");
        separated(out, '[', ']', &sizes, |out, size| {
            let _ = write!(out, "{size}");
        });
        out.push_str(",\"dimension\":{");
        for (at, dimension) in cube.dimensions.iter().enumerate() {
            let Some(variable) = known(dimension.variable) else { continue };
            if at > 0 {
                out.push(',');
            }
            self.dimension(at, variable, &dimension.codes, notes, out);
        }
        if let Some(id) = &of_measures {
            self.measures_as_dimension(id, out);
        }
        out.push('}');
        of_measures
    }

    fn roles(&mut self, of_measures: &Option<String>, out: &mut String) {
        let mut roles: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for dimension in &self.cube.dimensions {
            let Some(variable) = self.cube.description.variables.get(dimension.variable) else {
                continue;
            };
            let name = variable.component.name.as_str();
            let said = |role: &str| {
                let says = |extra: &Extra| {
                    extra.keyword == ROLE && extra.values.iter().any(|value| value == role)
                };
                variable.extras.iter().any(says)
            };
            let has_map = variable.extras.iter().any(|extra| extra.keyword == "MAP");
            if variable.component.data_type.is_temporal() || said("time") {
                roles.entry("time").or_default().push(name);
            } else if said("geo") || has_map {
                roles.entry("geo").or_default().push(name);
            } else if tells_measures_apart(variable) {
                roles.entry("metric").or_default().push(name);
            }
        }
        roles.entry("metric").or_default().extend(of_measures.as_deref());
        roles.retain(|_, names| !names.is_empty());
        if !roles.is_empty() {
            out.push_str(",\"role\":");
            separated(out, '{', '}', roles, |out, (role, names)| {
                let _ = write!(out, "\"{role}\":");
                separated(out, '[', ']', names, quote);
            });
        }
    }

    fn values(&self, out: &mut String) {
        let count = self.measures.len() as u64;
        // A list says something of each cell, were it only that it is null.
        let is_dense = self.cube.filled.len() as u64 == self.cube.cells;
        out.push_str(",\"value\":");
        out.push(if is_dense { '[' } else { '{' });
        let mut is_first = true;
        for cell in &self.cube.filled {
            for (nth, (variable, column)) in (0..).zip(&self.measures) {
                let position = cell.position * count + nth;
                let value = cell.text(column);
                if !is_first {
                    out.push(',');
                }
                is_first = false;
                if !is_dense {
                    let _ = write!(out, "\"{position}\":");
                }
                match value {
                    None => out.push_str("null"),
                    Some(text) => write_value(out, text, variable),
                }
            }
        }
        out.push(if is_dense { ']' } else { '}' });
    }

    fn statuses(&mut self, out: &mut String) {
        let Some((variable, column)) = &self.status else { return };
        let count = self.measures.len() as u64;
        let mut all: BTreeSet<&str> = BTreeSet::new();
        let mut given = 0;
        for status in self.cube.filled.iter().filter_map(|cell| cell.text(column)) {
            all.insert(status);
            given += 1;
        }
        match all.first() {
            None => {}
            Some(only) if all.len() == 1 && given == self.cube.cells => {
                out.push(',');
                member_text(out, "status", only);
            }
            Some(_) => {
                out.push_str(",\"status\":");
                let statuses = self.cube.filled.iter().flat_map(|cell| {
                    let status = cell.text(column);
                    (0..count).filter_map(move |nth| Some((cell.position * count + nth, status?)))
                });
                separated(out, '{', '}', statuses, |out, (position, status)| {
                    member_text(out, &position.to_string(), status);
                });
            }
        }
        let _ = variable;
    }

    fn extras(&mut self, out: &mut String) {
        let cube = self.cube;
        let extras = cube.description.extras.iter();
        let extras = extras.filter(|extra| !["HEADING", "LANGUAGE"].contains(&&*extra.keyword));
        let mut extension = self.members_kept(Level::Dataset, extras, out);
        if let Some(status) = self.labels_of_statuses() {
            extension.members.insert("status".to_owned(), status);
        }
        if let Some(updated) = updated_otherwise(&cube.description) {
            extension.members.insert("updated".to_owned(), Json::Text(updated.to_owned()));
        }
        if let Some(measure) = self.only_measure() {
            extension.members.insert("measure".to_owned(), measure);
        }
        write_extension(extension, out);
    }

    /// Writes the members of what was kept that the format defines at a level; gives back the others.
    fn members_kept<'e>(
        &mut self,
        level: Level,
        extras: impl IntoIterator<Item = &'e Extra>,
        out: &mut String,
    ) -> Object {
        let mut members = Vec::new();
        for Extra { keyword, values, .. } in extras {
            match values.first().and_then(|text| from_text(text)) {
                Some(json) if is_member(keyword) => members.push((keyword, json)),
                _ => {
                    let what = "what other formats say that JSON-stat has no member for";
                    self.losses.add_of(what, keyword);
                }
            }
        }
        let (defined, extension) =
            level.part(members.iter().map(|(name, json)| (*name, json)), &[]);
        for extra in defined {
            out.push(',');
            quote(out, &extra.keyword);
            out.push(':');
            extra.values.iter().for_each(|json| out.push_str(json));
        }
        extension
    }

    /// What the statuses mean, where Eurostat has put it: `extension.status.label`.
    fn labels_of_statuses(&self) -> Option<Json> {
        let (variable, column) = self.status.as_ref()?;
        let used: BTreeSet<&str> =
            self.cube.filled.iter().filter_map(|cell| cell.text(column)).collect();
        let mut labels = Object::default();
        for item in variable.codelist.as_ref()?.items() {
            if let Some(label) = self.label(&item.labels).filter(|_| used.contains(&*item.code)) {
                labels.members.insert(item.code.clone(), Json::Text(label.to_owned()));
            }
        }
        if labels.members.is_empty() {
            return None;
        }
        let mut status = Object::default();
        status.members.insert("label".to_owned(), Json::Object(labels));
        Some(Json::Object(status))
    }

    /// What is known of the measure, where there is no dimension to say it.
    fn only_measure(&self) -> Option<Json> {
        let [(variable, _)] = &*self.measures else { return None };
        let has_metric = self.cube.dimensions.iter().any(|dimension| {
            self.cube
                .description
                .variables
                .get(dimension.variable)
                .is_some_and(tells_measures_apart)
        });
        let mut measure = Object::default();
        let mut put = |name: &str, json: Option<Json>| {
            if let Some(json) = json {
                measure.members.insert(name.to_owned(), json);
            }
        };
        let text = |labels| self.label(labels).map(|text| Json::Text(text.to_owned()));
        put("label", text(&variable.names));
        put("unit", text(&variable.unit));
        put("decimals", variable.decimals.map(|decimals| Json::Number(decimals.to_string())));
        let name = &variable.component.name;
        if !measure.members.is_empty() || name != crate::px::VALUE {
            measure.members.insert("id".to_owned(), Json::Text(name.clone()));
        }
        (!measure.members.is_empty() && !has_metric).then_some(Json::Object(measure))
    }
}

fn write_extension(extension: Object, out: &mut String) {
    if !extension.members.is_empty() {
        let _ = write!(out, ",\"{EXTENSION}\":");
        Json::Object(extension).write(out);
    }
}

/// Whether it can be a member that was kept: other formats' keywords are in capital letters.
fn is_member(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| c.is_alphabetic());
    letters.next().is_some_and(|c| !c.is_uppercase())
}

/// When the data were changed, where JSON-stat has no place for it.
fn updated_otherwise(description: &Description) -> Option<&str> {
    description.updated.as_deref().filter(|updated| iso(updated).is_none())
}

/// A point in time as ISO 8601 has it, from PC-Axis's `20240131 09:00` too; `None` if it is neither.
pub(super) fn iso(updated: &str) -> Option<String> {
    let shape: String = updated.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    match shape.as_str() {
        "99999999" | "99999999 99:99" => {
            let date = [updated.get(..4)?, updated.get(4..6)?, updated.get(6..8)?].join("-");
            let time = updated.get(9..).map(|time| format!("T{time}"));
            Some(date + &time.unwrap_or_default())
        }
        shape if shape == "9999-99-99" || shape.starts_with("9999-99-99T99:99") => {
            Some(updated.to_owned())
        }
        _ => None,
    }
}

/// All languages that any text is in.
fn languages(description: &Description) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    found.extend(description.names.keys().chain(description.source.keys()).cloned());
    found.extend(description.notes.iter().flat_map(|note| note.texts.keys()).cloned());
    for variable in &description.variables {
        found.extend(variable.names.keys().chain(variable.unit.keys()).cloned());
        for item in variable.codelist.iter().flat_map(|list| list.items()) {
            found.extend(item.labels.keys().cloned());
        }
    }
    found
}
