//! A message without its observations: the first of two readings.

use super::tree::{Json, Node, Value};
use crate::content::Content;
use indexmap::IndexMap;
use olshem_model::Diagnostic;
use struson::reader::ValueType;

/// All of a message but its observations.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// What stands beside the data: `meta`, `errors`, in drafts of 1.0 all there is.
    pub(super) root: IndexMap<String, Node>,
    /// What stands in `data`.
    pub(super) data: IndexMap<String, Node>,
    /// The data sets in their order.
    pub(super) datasets: Vec<DatasetOutline>,
}

/// A data set without its observations.
#[derive(Debug)]
pub(super) struct DatasetOutline {
    pub(super) line: usize,
    pub(super) members: IndexMap<String, Node>,
}

impl Outline {
    pub(super) fn read(content: &Content) -> Result<Self, Diagnostic> {
        let mut json = Json::open(content)?;
        let mut outline = Self::default();
        let mut has_data = false;
        json.each_member(|json, key| {
            match key.as_str() {
                "dataSets" => outline.datasets(json)?,
                "data" if std::mem::replace(&mut has_data, true) => return Err(json.twice(&key)),
                "data" if json.peek()? == ValueType::Object => json.each_member(|json, key| {
                    match key.as_str() {
                        "dataSets" => outline.datasets(json)?,
                        _ => take(json, key, &mut outline.data)?,
                    }
                    Ok(())
                })?,
                _ => take(json, key, &mut outline.root)?,
            }
            Ok(())
        })?;
        json.end()?;
        Ok(outline)
    }

    fn datasets(&mut self, json: &mut Json<'_>) -> Result<(), Diagnostic> {
        if json.peek()? == ValueType::Null {
            return json.null();
        }
        if !self.datasets.is_empty() {
            return Err(json.twice("dataSets"));
        }
        json.each_item(|json| {
            json.peek()?;
            let line = json.line();
            let mut members = IndexMap::new();
            json.each_member(|json, key| match key.as_str() {
                "series" | "observations" => {
                    json.skip()?;
                    let passed = Node { line: json.line(), value: Value::Null };
                    match members.insert(key.clone(), passed) {
                        None => Ok(()),
                        Some(_) => Err(json.twice(&key)),
                    }
                }
                _ => take(json, key, &mut members),
            })?;
            self.datasets.push(DatasetOutline { line, members });
            Ok(())
        })
    }

    /// What is said on how to read the data sets.
    pub(super) fn structures(&self) -> Vec<&Node> {
        let both = [&self.data, &self.root];
        let named = |key: &str| both.iter().find_map(|members| members.get(key));
        match (named("structures"), named("structure")) {
            (Some(several), _) => several.items().iter().collect(),
            (None, Some(one)) => vec![one],
            (None, None) => Vec::new(),
        }
    }

    /// Whether it is a message of structures.
    pub(super) fn has_structures(&self) -> bool {
        self.data.keys().any(|key| super::structure::is_artefact(key))
    }

    /// The language of texts of which no language is told.
    pub(super) fn language(&self) -> String {
        let meta = self.root.get("meta").or_else(|| self.root.get("header"));
        let languages = meta.map(|meta| meta.list("contentLanguages")).unwrap_or_default();
        languages.iter().find_map(Node::scalar).unwrap_or("und").to_owned()
    }
}

fn take(
    json: &mut Json<'_>,
    key: String,
    members: &mut IndexMap<String, Node>,
) -> Result<(), Diagnostic> {
    let node = json.node()?;
    match members.insert(key.clone(), node) {
        None => Ok(()),
        Some(_) => Err(json.twice(&key)),
    }
}

/// Goes through the data sets of a message again, each by `take`, which is told its number.
pub(super) fn each_dataset(
    content: &Content,
    mut take: impl FnMut(&mut Json<'_>, usize) -> Result<(), Diagnostic>,
) -> Result<(), Diagnostic> {
    let mut number = 0;
    let mut all = |json: &mut Json<'_>| -> Result<(), Diagnostic> {
        if json.peek()? == ValueType::Null {
            return json.null();
        }
        json.each_item(|json| {
            take(json, number)?;
            number += 1;
            Ok(())
        })
    };
    let mut json = Json::open(content)?;
    json.each_member(|json, key| match key.as_str() {
        "dataSets" => all(json),
        "data" if json.peek()? == ValueType::Object => {
            json.each_member(|json, key| match key.as_str() {
                "dataSets" => all(json),
                _ => json.skip(),
            })
        }
        _ => json.skip(),
    })
}
