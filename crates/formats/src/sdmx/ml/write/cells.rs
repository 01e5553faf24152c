//! The components of a data set: where each stands, and remarks on them.

use crate::message::Description;
use crate::sdmx::notes;
use olshem_model::codelist::Annotation;
use std::borrow::Cow;
use std::collections::HashMap;

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

    pub(super) fn is_dimension(&self) -> bool {
        matches!(self.level, Level::Dimension | Level::AtObservation)
    }

    /// A code as it is written.
    pub(super) fn coded<'a>(&'a self, value: &'a str) -> &'a str {
        match self.ids.is_empty() {
            true => value,
            false => self.ids.get(value).map_or(value, String::as_str),
        }
    }
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
        let title = (!on.is_empty()).then(|| on.join(", "));
        Annotation { title, ..notes::annotation(note) }
    });
    let extras = description.extras.iter().filter_map(|extra| extra.annotation.clone());
    notes.chain(extras).collect()
}
