//! Data sets: their observations, and what they have in common.

use super::super::text::{Text, is_json};
use super::components::{Annotations, Said, descriptions, is_multilingual};
use super::message::links;
use super::{Version, components, unwritable};
use crate::message::{Description, Extra, Note, Variable};
use crate::metadata::Attachment;
use crate::sdmx::MULTILINGUAL;
use crate::sdmx::losses::Losses;
use crate::sdmx::prepare::{self, PRIMARY_MEASURE};
use arrow::array::{Array, StringViewArray};
use indexmap::IndexSet;
use olshem_model::codelist::Annotation;
use olshem_model::{DataType, Diagnostic, Role};
use std::borrow::Cow;

/// What data sets look like, while and after their observations are written.
pub(super) struct Structure {
    version: Version,
    pub(super) description: Description,
    columns: Vec<Column>,
    annotations: Annotations,
    /// Which of the variables are dimensions, which come first, in the order of keys.
    dimensions: Vec<usize>,
    /// How many measures come then, before attributes.
    measures: usize,
    /// The dimension that tells several measures apart, where there is one.
    measure_dimension: Option<String>,
}

/// How a variable's values are written.
pub(super) enum Column {
    /// As indices of these.
    Indexed(IndexSet<String, ahash::RandomState>),
    /// As they are.
    Direct,
}

impl Structure {
    pub(super) fn new(description: Description, version: Version) -> Self {
        let variables = &description.variables;
        let count = |role| variables.iter().filter(|v| v.component.role == role).count();
        let measures = count(Role::Measure);
        let others = variables.iter().filter(|v| v.component.role != Role::Measure);
        let others = others.map(|variable| variable.component.name.as_str());
        let mut dimensions: Vec<usize> = (0..count(Role::Identifier)).collect();
        if version < Version::V2 {
            // In SDMX 2.1 time is last in every structure, and clients go by that.
            let time = description.time_dimension().map(|time| &time.component.name);
            let is_time = |place: &usize| {
                variables.get(*place).is_some_and(|one| Some(&one.component.name) == time)
            };
            dimensions.sort_by_key(is_time);
        }
        let are_told_apart = version < Version::V2 && measures > 1;
        Self {
            version,
            dimensions,
            measures,
            measure_dimension: are_told_apart.then(|| prepare::measure_dimension(others)),
            columns: variables.iter().map(|variable| Column::of(variable, version)).collect(),
            annotations: Annotations::default(),
            description,
        }
    }

    /// Takes up another data set, which has to be of the same structure.
    pub(super) fn take_up(&mut self, other: &Description) -> Result<(), Diagnostic> {
        let own = &mut self.description;
        let is_same = own.variables == other.variables
            && own.dataflow == other.dataflow
            && own.structure == other.structure;
        if !is_same {
            let message = "SDMX-JSON 1.0 has one structure for all data sets of a message";
            return Err(unwritable(message.to_owned()).with_help("SDMX-JSON 2.0 has several"));
        }
        let new = other.notes.iter().filter(|note| !own.notes.contains(note));
        let new: Vec<Note> = new.cloned().collect();
        own.notes.extend(new);
        Ok(())
    }

    /// Remarks on the data set that has begun.
    pub(super) fn write_remarks(&mut self, text: &mut Text, remarks: &[Annotation]) {
        text.list("annotations", remarks, |text, one| text.number(self.annotations.index(one)));
    }

    /// An observation; of several measures that are told apart, one for each that has a value.
    pub(super) fn write_observation(
        &mut self,
        text: &mut Text,
        cells: &[&StringViewArray],
        row: usize,
    ) -> Result<(), Diagnostic> {
        let mut key = String::new();
        for &place in &self.dimensions {
            let cell = cells.get(place).filter(|cell| cell.is_valid(row));
            let (Some(cell), Some(Column::Indexed(values))) = (cell, self.columns.get_mut(place))
            else {
                let variable = self.description.variables.get(place);
                return Err(unwritable(format!(
                    "an observation has no value of `{}`, and SDMX-JSON has no key for it",
                    variable.map_or("", |variable| &variable.component.name)
                )));
            };
            key.push_str(if key.is_empty() { "" } else { ":" });
            key.push_str(&index(values, cell.value(row)).to_string());
        }
        let measures = self.dimensions.len()..self.dimensions.len() + self.measures;
        if self.measure_dimension.is_none() {
            self.write_values(text, &key, measures.start..cells.len(), cells, row);
            return Ok(());
        }
        let has_value = |place: usize| cells.get(place).is_some_and(|cell| cell.is_valid(row));
        let any = measures.clone().any(has_value);
        for (number, measure) in measures.clone().enumerate() {
            // What else is said of an observation without a value stands with its first measure.
            if has_value(measure) || (!any && number == 0) {
                let places = std::iter::once(measure).chain(measures.end..cells.len());
                self.write_values(text, &format!("{key}:{number}"), places, cells, row);
            }
        }
        Ok(())
    }

    /// The values of these variables under a key.
    fn write_values(
        &mut self,
        text: &mut Text,
        key: &str,
        places: impl Iterator<Item = usize>,
        cells: &[&StringViewArray],
        row: usize,
    ) {
        text.new_line();
        text.key(key);
        text.open('[');
        let mut nulls = 0;
        for place in places {
            let (Some(cell), Some(column), Some(variable)) = (
                cells.get(place),
                self.columns.get_mut(place),
                self.description.variables.get(place),
            ) else {
                continue;
            };
            if cell.is_null(row) {
                nulls += 1;
                continue;
            }
            // Nulls at the end are left out.
            (0..std::mem::take(&mut nulls)).for_each(|_| text.raw("null"));
            column.write(text, variable, cell.value(row), self.version);
        }
        text.close(']');
    }

    /// The structure of the data set of that number, or of all, with the values that occurred.
    pub(super) fn write(&mut self, text: &mut Text, number: Option<usize>, losses: &mut Losses) {
        let Self { version, description, columns, annotations, dimensions, .. } = self;
        text.open('{');
        if let Some(number) = number {
            text.key("dataSets");
            text.open('[');
            text.number(number);
            text.close(']');
        }
        links(text, description);
        text.names(&description.names, &description.id);
        descriptions(text, &description.extras);
        let mut said = Said { version: *version, notes: &description.notes, annotations, losses };
        let variables = &description.variables;
        let measures = variables.iter().filter(|v| v.component.role == Role::Measure);
        for (part, roles) in [
            ("dimensions", &[Role::Identifier][..]),
            ("measures", &[Role::Measure]),
            ("attributes", &[Role::Attribute, Role::ViralAttribute]),
        ] {
            if part == "measures" && *version < Version::V2 {
                continue;
            }
            text.key(part);
            text.open('{');
            text.key("observation");
            text.open('[');
            let others = dimensions.len()..variables.len();
            for (position, place) in dimensions.iter().copied().chain(others).enumerate() {
                let both = variables.get(place).zip(columns.get(place));
                if let Some((variable, column)) = both
                    && roles.contains(&variable.component.role)
                {
                    text.new_line();
                    said.component(text, variable, column, position);
                }
            }
            if let (Some(id), "dimensions") = (&self.measure_dimension, part) {
                text.new_line();
                components::measure_dimension(text, id, dimensions.len(), measures.clone());
            }
            text.close(']');
            text.close('}');
        }
        text.list("annotations", &annotations.0, Text::annotation);
        text.close('}');
    }
}

impl Column {
    fn of(variable: &Variable, version: Version) -> Self {
        let is_measure = variable.component.role == Role::Measure;
        let is_free = variable.codelist.is_none();
        let varies = is_measure || variable.attachment == Attachment::Observation;
        let is_compound = variable.is_list || is_multilingual(variable);
        let is_direct = match (variable.component.role, version) {
            (Role::Identifier, _) => false,
            (_, Version::V2) => is_free && (varies || is_compound),
            _ => is_measure,
        };
        match is_direct {
            true => Self::Direct,
            false => Self::Indexed(IndexSet::default()),
        }
    }

    fn write(&mut self, text: &mut Text, variable: &Variable, value: &str, version: Version) {
        let is_v2 = version == Version::V2;
        let value = match variable.is_list && !is_v2 {
            true => Cow::Owned(listed(value).join(";")),
            false => Cow::Borrowed(value),
        };
        match self {
            Self::Indexed(values) if variable.is_list && is_v2 => {
                text.open('[');
                for value in listed(&value) {
                    text.number(index(values, &value));
                }
                text.close(']');
            }
            Self::Indexed(values) => text.number(index(values, &value)),
            Self::Direct if variable.is_list && is_v2 => match is_json(&value, '[') {
                true => text.raw(&value),
                false => {
                    text.open('[');
                    text.string(&value);
                    text.close(']');
                }
            },
            Self::Direct if is_v2 && is_multilingual(variable) && is_json(&value, '{') => {
                text.raw(&value);
            }
            Self::Direct => match variable.component.data_type {
                DataType::Integer | DataType::Number => text.digits(&value),
                DataType::Boolean if is_v2 && matches!(&*value, "true" | "false") => {
                    text.raw(&value);
                }
                _ => text.string(&value),
            },
        }
    }
}

fn index(values: &mut IndexSet<String, ahash::RandomState>, value: &str) -> usize {
    match values.get_index_of(value) {
        Some(index) => index,
        None => values.insert_full(value.to_owned()).0,
    }
}

/// The texts of a list.
fn listed(value: &str) -> Vec<String> {
    serde_json::from_str(value).unwrap_or_else(|_| vec![value.to_owned()])
}

/// Counts what there is no place for.
pub(super) fn lose(description: &Description, version: Version, losses: &mut Losses) {
    let keywords = |extras: &[Extra], known: &[&str]| {
        extras.iter().filter(|extra| !known.contains(&extra.keyword.as_str())).count()
    };
    let mut of_dataset = vec!["annotation", "description"];
    of_dataset.extend(super::super::KEPT);
    losses.count("keywords of other formats", keywords(&description.extras, &of_dataset));
    losses.count("sources of data sets", usize::from(!description.source.is_empty()));
    losses.count("dates of update", usize::from(description.updated.is_some()));
    let scattered = description.notes.iter().filter(|note| note.on.len() > 1).count();
    losses.count("footnotes on combinations of codes", scattered);
    for variable in &description.variables {
        let known = ["annotation", "description", "roles", MULTILINGUAL];
        losses.count("keywords of other formats", keywords(&variable.extras, &known));
        losses.count("units of measure of variables", usize::from(!variable.unit.is_empty()));
        losses.count("numbers of decimals that are 0", usize::from(variable.decimals == Some(0)));
    }
    if version < Version::V2 {
        lose_of_v1(&description.variables, losses);
    }
}

/// Counts what 1.0 has no place for.
fn lose_of_v1(variables: &[Variable], losses: &mut Losses) {
    let measures = || variables.iter().filter(|v| v.component.role == Role::Measure);
    let several = measures().count() > 1;
    for variable in variables {
        let name = &variable.component.name;
        if variable.is_list {
            losses.add("lists of values, now texts with `;` between", name.clone());
        }
        if variable.decimals.is_some_and(|decimals| decimals > 0) {
            losses.add("numbers of decimals", name.clone());
        }
        if variable.component.role != Role::Measure {
            let is_told = variable.codelist.is_some()
                || matches!(variable.component.data_type, DataType::String | DataType::TimePeriod);
            if !is_told {
                losses.add("of which type values are", name.clone());
            }
            if !variable.component.nullable && variable.component.role != Role::Identifier {
                losses.add("that attributes are mandatory", name.clone());
            }
        } else if !several && name != PRIMARY_MEASURE {
            losses.add("the ids of measures, now `OBS_VALUE`", name.clone());
        }
        let is_described = !variable.names.is_empty()
            || variable.concept.is_some()
            || variable.codelist.is_some()
            || !variable.extras.is_empty();
        if variable.component.role == Role::Measure && is_described {
            losses.add("what is said of measures", name.clone());
        }
    }
    if several {
        let names: Vec<&str> = measures().map(|v| v.component.name.as_str()).collect();
        losses.add("that these are measures, now told apart by a dimension", names.join(" and "));
    }
}
