//! A dimension of a data set that is being written: its categories and what is known of them.

use super::number::decimals_in;
use super::{Dataset, member_text, write_extension};
use crate::cube::{CONTENTS_VARIABLE, tells_measures_apart};
use crate::jsonstat::extension::{Level, own_members, put_in};
use crate::jsonstat::tree::{Json, Object, from_text, quote, separated};
use crate::jsonstat::{COORDINATES, ROLE, UNIT};
use crate::message::Variable;
use olshem_model::TimePeriod;
use olshem_model::codelist::Item;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

impl Dataset<'_> {
    pub(super) fn dimension(
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
        let mut own = Object::default();
        let mut counted = None;
        for (number, code) in codes.iter().enumerate() {
            let Some(item) = item(code) else { continue };
            if let Some(mut unit) = self.unit(variable, item) {
                let foreign = own_members(&mut unit);
                if !foreign.members.is_empty() {
                    own.members.insert(spelt(code), Json::Object(foreign));
                }
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
        out.push('}');
        let told = [ROLE, CONTENTS_VARIABLE];
        let extras = variable.extras.iter().filter(|extra| !told.contains(&&*extra.keyword));
        let mut extension = self.members_kept(Level::Dimension, extras, out);
        put_in(&mut extension, "unit", own.members);
        write_extension(extension, out);
        out.push('}');
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

    pub(super) fn measures_as_dimension(&mut self, id: &str, out: &mut String) {
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
