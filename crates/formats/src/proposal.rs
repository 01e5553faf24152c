//! A proposal of how a `source.toml` reads a file that says itself what it holds.

use crate::description::identifier;
use crate::kind::Kind;
use crate::message::{Description, Variable};
use crate::summary::{DatasetSummary, Values};
use olshem_model::codelist::Item;
use olshem_model::{Codelist, DataType, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is proposed.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The tables `[read]` and `[[dataset]]`.
    pub reading: String,
    /// Codelists that these name and that are not there yet.
    pub codelists: Vec<Codelist>,
}

/// How to read these data sets of a file. A variable whose values all are in one of the codelists that
/// are there gets the smallest such list; one that comes with labels gets a list of its own.
pub fn proposal(
    kind: Kind,
    datasets: &[DatasetSummary],
    known: &BTreeMap<String, Codelist>,
) -> Proposal {
    let format = match kind {
        Kind::Csv => "csv",
        Kind::Workbook => "xlsx",
        Kind::Px => "px",
        Kind::JsonStat => "jsonstat",
        Kind::Parquet | Kind::Arrow => "parquet",
        _ => "sdmx",
    };
    let mut proposal = Proposal {
        reading: format!("[read]\nformat = {}\n", quoted(format)),
        ..Proposal::default()
    };
    let mut names = BTreeSet::new();
    for dataset in datasets.iter().filter(|dataset| dataset.observations > 0) {
        let description = &dataset.description;
        let mut name = identifier(&description.id).replace('-', "_").to_uppercase();
        while !names.insert(name.clone()) {
            name.push('_');
        }
        let text = &mut proposal.reading;
        // Writing to a string can't fail.
        let _ = writeln!(text, "\n[[dataset]]\nname = {}", quoted(&name));
        if datasets.len() > 1 {
            let _ = writeln!(text, "sheet = {}", quoted(&description.id));
        }
        text.push_str("\n[dataset.components]\n");
        for (variable, values) in description.variables.iter().zip(&dataset.values) {
            // An attribute that nowhere has a value says nothing.
            if values.present == 0 && variable.component.role != Role::Measure {
                continue;
            }
            let list = codelist(description, variable, values, known, &mut proposal.codelists);
            proposal.reading.push_str(&component(variable, list.as_deref()));
        }
    }
    proposal
}

fn component(variable: &Variable, list: Option<&str>) -> String {
    let component = &variable.component;
    let mut text =
        format!("{} = {{ role = {}", key(&component.name), quoted(component.role.keyword()));
    if component.data_type != DataType::String {
        let _ = write!(text, ", type = {}", quoted(component.data_type.keyword()));
    }
    let _ = write!(text, ", column = {}", quoted(&component.name));
    if let Some(list) = list {
        let _ = write!(text, ", codelist = {}", quoted(list));
    }
    text.push_str(" }\n");
    text
}

/// The codelist of a variable's values: one that is there, or one that is added to `new`.
fn codelist(
    description: &Description,
    variable: &Variable,
    values: &Values,
    known: &BTreeMap<String, Codelist>,
    new: &mut Vec<Codelist>,
) -> Option<String> {
    let is_coded = variable.component.role != Role::Measure
        && variable.component.data_type == DataType::String
        && !values.more;
    let own = variable.codelist.as_deref().filter(|_| is_coded)?;
    let has_all = |list: &Codelist| values.counts.iter().all(|(code, _)| list.get(code).is_some());
    let there = known.values().filter(|list| has_all(list)).min_by_key(|list| list.items().len());
    if let Some(list) = there {
        return Some(list.id.clone());
    }
    if let Some(list) = new.iter().find(|list| has_all(list)) {
        return Some(list.id.clone());
    }
    let mut id = identifier(&variable.component.name).to_lowercase();
    let is_taken = |id: &str| known.contains_key(id) || new.iter().any(|list| list.id == id);
    if is_taken(&id) {
        id = format!("{}-{id}", identifier(&description.id).to_lowercase());
    }
    if is_taken(&id) {
        return None;
    }
    let mut list = Codelist::new(&id);
    for item in own.items() {
        let parent = item.parent.clone().filter(|parent| own.get(parent).is_some());
        // The file's list has each code once.
        let _ = list.push(Item { parent, ..item.clone() });
    }
    // A code without a label is one nevertheless.
    for (code, _) in &values.counts {
        let _ = list.push(Item { code: code.clone(), ..Item::default() });
    }
    new.push(list);
    Some(id)
}

/// A text as TOML has it; a JSON string is one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        false => quoted(name),
    }
}
