//! Components in the elements of a data message, and remarks on a data set.

use super::Version;
use super::losses::Losses;
use super::message::prefix;
use super::prepare::PRIMARY_MEASURE;
use super::xml::Xml;
use crate::message::Description;
use olshem_model::codelist::Annotation;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

/// A component as it is written.
#[derive(Debug)]
pub(super) struct Column {
    /// Its XML attribute.
    pub(super) name: String,
    pub(super) level: Level,
    /// Its codes that are no ids, and what they are written as.
    pub(super) ids: HashMap<String, String>,
    pub(super) is_list: bool,
    pub(super) is_measure: bool,
}

/// Where a component is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Dimension,
    /// The dimension that series run over.
    AtObservation,
    Dataset,
    Group,
    Series,
    Observation,
}

impl Column {
    pub(super) fn is_of_series(&self) -> bool {
        matches!(self.level, Level::Dimension | Level::Series)
    }

    /// A code as it is written.
    pub(super) fn coded<'a>(&'a self, value: &'a str) -> &'a str {
        match self.ids.is_empty() {
            true => value,
            false => self.ids.get(value).map_or(value, String::as_str),
        }
    }
}

/// Writes components into the element that has just begun.
pub(super) fn components<'c, W: Write>(
    xml: &mut Xml<W>,
    said: impl Iterator<Item = (&'c Column, &'c str)>,
    number: usize,
    version: Version,
    losses: &mut Losses,
) -> io::Result<()> {
    components_named(xml, said, false, number, version, losses)
}

/// The same: components as attributes, and lists as elements. The measure is `OBS_VALUE` where the element has one of several.
pub(super) fn components_named<'c, W: Write>(
    xml: &mut Xml<W>,
    said: impl Iterator<Item = (&'c Column, &'c str)>,
    is_one_of_several: bool,
    number: usize,
    version: Version,
    losses: &mut Losses,
) -> io::Result<()> {
    let mut lists: Vec<(&Column, Vec<String>)> = Vec::new();
    for (column, value) in said {
        let is_measure = is_one_of_several && column.is_measure;
        let name = if is_measure { PRIMARY_MEASURE } else { &column.name };
        let list =
            column.is_list.then(|| serde_json::from_str::<Vec<String>>(value).ok()).flatten();
        match (list, version) {
            (None, _) => xml.attribute(name, column.coded(value))?,
            (Some(values), Version::V30) => lists.push((column, values)),
            (Some(values), Version::V21) => {
                if values.len() != 1 {
                    losses.add("lists of values, now texts with `;` between", column.name.clone());
                }
                let values: Vec<&str> = values.iter().map(|value| column.coded(value)).collect();
                xml.attribute(name, &values.join(";"))?;
            }
        }
    }
    for (column, values) in lists {
        let kind = if column.is_measure { "MEASURE" } else { "ATTRIBUTE" };
        xml.open("Comp")?;
        xml.attribute("id", &column.name)?;
        xml.attribute("xsi:type", &format!("{}:{}_{kind}", prefix(number), column.name))?;
        for value in &values {
            xml.leaf("Value", column.coded(value))?;
        }
        xml.close()?;
    }
    Ok(())
}

/// Footnotes and the like, as remarks on the data set: what they are on stands in the title.
pub(super) fn remarks(description: &Description, columns: &[Column]) -> Vec<Annotation> {
    let column_of = |name: &str| {
        let place = description.variables.iter().position(|v| v.component.name == name)?;
        columns.get(place)
    };
    let notes = description.notes.iter().map(|note| {
        let on = note.on.iter().map(|(variable, value)| match (column_of(variable), &**value) {
            (_, "") => Cow::Borrowed(variable.as_str()),
            (Some(column), value) => Cow::Owned(format!("{}={}", column.name, column.coded(value))),
            (None, value) => Cow::Owned(format!("{variable}={value}")),
        });
        let on: Vec<Cow<'_, str>> = on.collect();
        Annotation {
            id: None,
            kind: Some(if note.is_mandatory { "NOTE_MANDATORY" } else { "NOTE" }.to_owned()),
            title: (!on.is_empty()).then(|| on.join(", ")),
            url: None,
            texts: note.texts.clone(),
        }
    });
    let extras = description.extras.iter().filter_map(|extra| extra.annotation.clone());
    notes.chain(extras).collect()
}
