//! JSON-stat 2.0 files: a data set, or a collection of several.

use super::tree::{Json, Object, from_text, quote, separated};
use super::{COORDINATES, ROLE, UNIT};
use crate::cube::{Cube, Gathering, Losses, UNDETERMINED, tells_measures_apart, text_in};
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{Description, Header, Loss, Note, Observations, Receiver, Variable, Writer};
use crate::metadata::Metadata;
use crate::px::STATUS;
use arrow::array::StringViewArray;
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Diagnostic, Place, Role, TimePeriod};
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

    fn dimension(
        &mut self,
        axis: usize,
        variable: &Variable,
        codes: &[String],
        notes: &BTreeMap<(&str, &str), Vec<String>>,
        out: &mut String,
    ) {
        let name = variable.component.name.as_str();
        quote(out, name);
        out.push_str(":{");
        member_text(out, "label", self.label(&variable.names).unwrap_or(name));
        if let Some(notes) = notes.get(&(name, "")) {
            out.push_str(",\"note\":");
            separated(out, '[', ']', notes, |out, note| quote(out, note));
        }
        let item = |code: &String| variable.codelist.as_ref().and_then(|list| list.get(code));
        let spelt = |code: &str| spelling(variable, code).to_owned();
        out.push_str(",\"category\":{\"index\":");
        separated(out, '[', ']', codes, |out, code| quote(out, &spelt(code)));
        let labelled: Vec<(&String, &str)> = codes
            .iter()
            .filter_map(|code| Some((code, self.label(&item(code)?.labels)?)))
            .collect();
        if !labelled.is_empty() {
            out.push_str(",\"label\":");
            separated(out, '{', '}', labelled, |out, (code, label)| {
                member_text(out, &spelt(code), label);
            });
        }
        self.children(variable, codes, out);
        let noted: Vec<(&String, &Vec<String>)> = codes
            .iter()
            .filter_map(|code| Some((code, notes.get(&(name, code.as_str()))?)))
            .collect();
        if !noted.is_empty() {
            out.push_str(",\"note\":");
            separated(out, '{', '}', noted, |out, (code, notes)| {
                quote(out, &spelt(code));
                out.push(':');
                separated(out, '[', ']', notes, |out, note| quote(out, note));
            });
        }
        let mut units = Vec::new();
        let mut coordinates = Vec::new();
        let mut counted = None;
        for (number, code) in codes.iter().enumerate() {
            let Some(item) = item(code) else { continue };
            if let Some(mut unit) = self.unit(variable, item) {
                // A unit has to have its decimals.
                if !unit.has("decimals") {
                    let counted = counted.get_or_insert_with(|| self.decimals(axis, codes.len()));
                    let decimals = counted.get(number).copied().unwrap_or(0);
                    put_decimals(&mut unit, decimals);
                }
                units.push((code, Json::Object(unit).to_text()));
            }
            let place = item.annotations.iter().find(|a| a.kind.as_deref() == Some(COORDINATES));
            if let Some(place) = place.and_then(|place| from_text(place.title.as_deref()?)) {
                coordinates.push((code, place.to_text()));
            }
            if !item.descriptions.is_empty() {
                self.losses.add_of("descriptions of codes", name);
            }
        }
        for (member, values) in [("unit", units), ("coordinates", coordinates)] {
            if !values.is_empty() {
                let _ = write!(out, ",\"{member}\":");
                separated(out, '{', '}', values, |out, (code, json)| {
                    quote(out, &spelt(code));
                    out.push(':');
                    out.push_str(&json);
                });
            }
        }
        let kept = |prefix: bool| {
            variable.extras.iter().filter_map(move |extra| {
                let own = extra.keyword.strip_prefix("category.");
                let name = if prefix { own } else { own.is_none().then_some(&*extra.keyword) };
                let is_ours = name.is_some_and(is_member) && extra.keyword != ROLE;
                let json = from_text(extra.values.first()?).filter(|_| is_ours)?;
                Some((name?, json.to_text()))
            })
        };
        for (member, json) in kept(true) {
            out.push(',');
            quote(out, member);
            let _ = write!(out, ":{json}");
        }
        out.push('}');
        for (member, json) in kept(false) {
            out.push(',');
            quote(out, member);
            let _ = write!(out, ":{json}");
        }
        out.push('}');
        for extra in &variable.extras {
            let is_role = [ROLE, crate::cube::CONTENTS_VARIABLE].contains(&&*extra.keyword);
            if !is_role && !is_member(&extra.keyword) {
                self.lose_keyword(&extra.keyword);
            }
        }
    }

    fn children(&mut self, variable: &Variable, codes: &[String], out: &mut String) {
        let Some(list) = &variable.codelist else { return };
        let there: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
        let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for code in codes {
            let Some(parent) = list.get(code).and_then(|item| item.parent.as_deref()) else {
                continue;
            };
            match there.contains(parent) {
                true => children.entry(parent).or_default().push(code),
                false => {
                    let what = "what codes are part of, where that has no figures itself";
                    self.losses.add_of(what, &variable.component.name);
                }
            }
        }
        let ordered: Vec<(&str, Vec<&str>)> =
            codes.iter().filter_map(|code| children.remove_entry(code.as_str())).collect();
        if !ordered.is_empty() {
            out.push_str(",\"child\":");
            separated(out, '{', '}', ordered, |out, (parent, children)| {
                quote(out, spelling(variable, parent));
                out.push(':');
                separated(out, '[', ']', children, |out, c| quote(out, spelling(variable, c)));
            });
        }
    }

    /// The unit of a category as JSON, from what is annotated, or else, where categories are measures,
    /// from what is known of all. Other annotations are lost.
    fn unit(&mut self, variable: &Variable, item: &Item) -> Option<Object> {
        let kinds = |kind: &str| item.annotations.iter().find(|a| a.kind.as_deref() == Some(kind));
        for annotation in &item.annotations {
            let kind = annotation.kind.as_deref().unwrap_or_default();
            if !["UNITS", "PRECISION", UNIT, COORDINATES].contains(&kind) {
                self.losses.add_of("annotations of codes", kind);
            }
        }
        if let Some(Json::Object(unit)) = kinds(UNIT).and_then(|a| from_text(a.title.as_deref()?)) {
            return Some(unit);
        }
        let label = kinds("UNITS").and_then(|a| self.label(&a.texts));
        let decimals = kinds("PRECISION").and_then(|a| self.label(&a.texts)?.parse().ok());
        let of_all = match &*self.measures {
            [(measure, _)] if tells_measures_apart(variable) => Some(*measure),
            _ => None,
        };
        let label = label.or_else(|| self.label(&of_all?.unit));
        unit(label, decimals.or_else(|| of_all?.decimals))
    }

    /// To how many decimals the values of each category are written.
    fn decimals(&self, axis: usize, categories: usize) -> Vec<u32> {
        let mut decimals = vec![0; categories];
        for cell in &self.cube.filled {
            let numbers = self.cube.numbers_at(cell.position);
            let slot = numbers.get(axis).and_then(|number| decimals.get_mut(*number));
            let Some(most) = slot else { continue };
            for (_, column) in &self.measures {
                *most = cell.text(column).map_or(0, decimals_in).max(*most);
            }
        }
        decimals
    }

    fn measures_as_dimension(&mut self, id: &str, out: &mut String) {
        out.push(',');
        quote(out, id);
        out.push_str(":{\"label\":");
        quote(out, id);
        out.push_str(",\"category\":{\"index\":");
        let names = || self.measures.iter().map(|(variable, _)| *variable);
        separated(out, '[', ']', names(), |out, v| quote(out, &v.component.name));
        out.push_str(",\"label\":");
        separated(out, '{', '}', names(), |out, variable| {
            let name = variable.component.name.as_str();
            member_text(out, name, self.label(&variable.names).unwrap_or(name));
        });
        let mut units: Vec<(&str, String)> = Vec::new();
        for (variable, column) in &self.measures {
            let Some(mut unit) = unit(self.label(&variable.unit), variable.decimals) else {
                continue;
            };
            if !unit.has("decimals") {
                let texts = self.cube.filled.iter().filter_map(|cell| cell.text(column));
                put_decimals(&mut unit, texts.map(decimals_in).max().unwrap_or(0));
            }
            units.push((&variable.component.name, Json::Object(unit).to_text()));
        }
        if !units.is_empty() {
            out.push_str(",\"unit\":");
            separated(out, '{', '}', units, |out, (name, unit)| {
                quote(out, name);
                let _ = write!(out, ":{unit}");
            });
        }
        out.push_str("}}");
    }

    fn roles(&mut self, of_measures: &Option<String>, out: &mut String) {
        let mut roles: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for dimension in &self.cube.dimensions {
            let Some(variable) = self.cube.description.variables.get(dimension.variable) else {
                continue;
            };
            let name = variable.component.name.as_str();
            let said = |role: &str| {
                let says = |extra: &crate::message::Extra| {
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
        let mut extension = Object::default();
        for extra in &cube.description.extras {
            if ["HEADING", "LANGUAGE"].contains(&&*extra.keyword) {
                continue;
            }
            let json = extra.values.first().and_then(|text| from_text(text));
            match (json, &*extra.keyword) {
                (Some(Json::Object(kept)), "extension") => extension = kept,
                (Some(json), name) if is_member(name) => {
                    out.push(',');
                    quote(out, name);
                    let _ = write!(out, ":{}", json.to_text());
                }
                _ => self.lose_keyword(&extra.keyword),
            }
        }
        if let Some(status) = self.labels_of_statuses() {
            extension.members.insert("status".to_owned(), status);
        }
        if let Some(updated) = updated_otherwise(&cube.description) {
            extension.members.insert("updated".to_owned(), Json::Text(updated.to_owned()));
        }
        if let Some(measure) = self.only_measure() {
            extension.members.insert("measure".to_owned(), measure);
        }
        if !extension.members.is_empty() {
            out.push_str(",\"extension\":");
            Json::Object(extension).write(out);
        }
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

    fn lose_keyword(&mut self, keyword: &str) {
        self.losses.add_of("what other formats say that JSON-stat has no member for", keyword);
    }
}

/// Whether it can be a member that was kept: other formats' keywords are in capital letters.
fn is_member(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| c.is_alphabetic());
    letters.next().is_some_and(|c| !c.is_uppercase()) && !["value", "status"].contains(&name)
}

/// A period's own code, where that says the same.
fn spelling<'v>(variable: &'v Variable, code: &'v str) -> &'v str {
    if !variable.component.data_type.is_temporal() {
        return code;
    }
    let item = variable.codelist.as_ref().and_then(|list| list.get(code));
    let alias = item.and_then(|item| item.aliases.first()).map(String::as_str);
    let same = |alias: &&str| match (alias.parse::<TimePeriod>(), code.parse::<TimePeriod>()) {
        (Ok(alias), Ok(code)) => alias == code,
        _ => false,
    };
    alias.filter(same).unwrap_or(code)
}

fn unit(label: Option<&str>, decimals: Option<u32>) -> Option<Object> {
    let mut unit = Object::default();
    if let Some(label) = label {
        unit.members.insert("label".to_owned(), Json::Text(label.to_owned()));
    }
    if let Some(decimals) = decimals {
        put_decimals(&mut unit, decimals);
    }
    (!unit.members.is_empty()).then_some(unit)
}

fn put_decimals(unit: &mut Object, decimals: u32) {
    unit.members.insert("decimals".to_owned(), Json::Number(decimals.to_string()));
}

fn decimals_in(number: &str) -> u32 {
    let fraction = number.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.bytes().take_while(u8::is_ascii_digit).count() as u32
}

/// When the data were changed, where JSON-stat has no place for it.
fn updated_otherwise(description: &Description) -> Option<&str> {
    description.updated.as_deref().filter(|updated| iso(updated).is_none())
}

/// A point in time as ISO 8601 has it, from PC-Axis's `20240131 09:00` too; `None` if it is neither.
fn iso(updated: &str) -> Option<String> {
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

/// Writes a number with its digits, everything else as text.
fn write_value(out: &mut String, text: &str, variable: &Variable) {
    if !variable.component.data_type.is_numeric() {
        quote(out, text);
        return;
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (whole, after) = rest.split_at(digits);
    let (point, exponent) = match after.strip_prefix('.') {
        None => (None, after),
        Some(after) => {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (fraction, exponent) = after.split_at(digits);
            (Some(fraction), exponent)
        }
    };
    let is_exponent = exponent.is_empty()
        || exponent.strip_prefix(['e', 'E']).is_some_and(|power| {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
        });
    if !is_exponent || (whole.is_empty() && point.is_none_or(str::is_empty)) {
        quote(out, text);
        return;
    }
    // JSON has no zeros in front, and a digit on both sides of the point.
    let whole = whole.trim_start_matches('0');
    out.push_str(sign);
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = point.filter(|fraction| !fraction.is_empty()) {
        out.push('.');
        out.push_str(fraction);
    }
    out.push_str(exponent);
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
