//! A JSON-stat data set.

use super::dimension::{Dimension, kept};
use super::extension::{EXTENSION, Level};
use super::tree::{Json, Object, Scalar, Scalars};
use super::{contradiction, undetermined};
use crate::cube::{self, Axes, BATCH};
use crate::message::{Description, Note, Places, Receiver, Variable};
use crate::px::{STATUS, VALUE};
use arrow::array::StringViewBuilder;
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Component, DataType, Diagnostic, Place};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Reads a data set into a receiver.
pub(super) fn read(
    file: &Path,
    id: String,
    object: &mut Object,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let line = object.line;
    let cells = Cells::of(file, object)?;
    let mut dimensions = dimensions(file, object)?;
    let codes = dimensions.iter().map(Dimension::codes).collect::<Vec<_>>();
    let axes = Axes::new(&codes).ok_or_else(|| {
        contradiction(file, line, "`size` multiplies to more cells than can be counted")
    })?;
    let positions = cells.positions(file, axes.cells(), line)?;
    let variables = dimensions.iter_mut().map(Dimension::variable).collect();
    let description = describe(id, object, &dimensions, variables, &cells);
    let has_status = cells.has_status();
    let schema = cube::schema(&description.variables);
    receiver.dataset(description)?;
    // With their periods spelt.
    let codes = dimensions.iter().map(Dimension::codes).collect::<Vec<_>>();
    let axes = Axes::new(&codes).unwrap_or(axes);
    let file: Arc<Path> = file.into();
    let mut batch = Vec::with_capacity(BATCH);
    let mut rest = positions;
    loop {
        batch.clear();
        batch.extend(rest.by_ref().take(BATCH));
        if batch.is_empty() {
            return Ok(());
        }
        let mut columns = axes.columns(&batch).map_err(|error| cube::broken(&error, &*file))?;
        let mut values = StringViewBuilder::with_capacity(batch.len());
        for &position in &batch {
            values.append_option(cells.value(position).and_then(Scalar::text));
        }
        columns.push(Arc::new(values.finish()));
        if has_status {
            let mut statuses = StringViewBuilder::with_capacity(batch.len());
            for &position in &batch {
                statuses.append_option(cells.status(position));
            }
            columns.push(Arc::new(statuses.finish()));
        }
        let origins =
            Positions { file: Arc::clone(&file), line: cells.line(line), positions: batch.clone() };
        receiver.observations(cube::observations(&schema, columns, Arc::new(origins), &*file)?)?;
    }
}

/// Cells by their positions in `value`.
#[derive(Debug)]
struct Positions {
    file: Arc<Path>,
    line: usize,
    positions: Vec<u64>,
}

impl Places for Positions {
    fn place(&self, row: usize, _: usize) -> Place {
        let column = self.positions.get(row).map(|position| format!("value[{position}]"));
        Place::Line { file: self.file.to_path_buf(), line: self.line, column }
    }
}

/// The dimensions in their order, in JSON-stat 1 with `id`, `size` and `role` among them.
fn dimensions(file: &Path, object: &Object) -> Result<Vec<Dimension>, Diagnostic> {
    let fault = |line: usize, what: String| contradiction(file, line, what);
    let Some(all) = object.object("dimension") else {
        return Err(fault(object.line, "`dimension` is not an object".to_owned()));
    };
    let holder = if object.has("id") { object } else { all };
    let (Some(Json::Scalars(ids)), Some(Json::Scalars(sizes))) =
        (holder.get("id"), holder.get("size"))
    else {
        let what = "`id` and `size`, a list of dimensions and one of their sizes, are missing";
        return Err(fault(holder.line, what.to_owned()));
    };
    if ids.len() != sizes.len() {
        let what = format!("`id` has {} dimensions, `size` {}", ids.len(), sizes.len());
        return Err(fault(ids.line, what));
    }
    let mut dimensions: Vec<Dimension> = Vec::with_capacity(ids.len());
    for (id, size) in ids.iter().zip(sizes.iter()) {
        let id = id.text().unwrap_or_default();
        let number = match size {
            Scalar::Number(number) => number.parse::<usize>().ok(),
            _ => None,
        };
        let Some(size) = number.filter(|size| *size > 0) else {
            let size = size.text().unwrap_or("null");
            return Err(fault(sizes.line, format!("`size` of `{id}` is {size}")));
        };
        if dimensions.iter().any(|dimension| dimension.id == id) {
            return Err(fault(ids.line, format!("`id` has `{id}` twice")));
        }
        let Some(described) = all.object(id) else {
            return Err(fault(all.line, format!("`dimension` has no `{id}`, which is in `id`")));
        };
        dimensions.push(Dimension::read(file, id, described, Some(size))?);
    }
    let roles = object.object("role").or_else(|| holder.object("role"));
    for role in ["time", "geo", "metric"] {
        for id in roles.map(|roles| roles.texts(role)).unwrap_or_default() {
            if let Some(dimension) = dimensions.iter_mut().find(|dimension| dimension.id == id) {
                dimension.set_role(role);
            }
        }
    }
    Ok(dimensions)
}

/// What stands in `value` and `status`.
struct Cells {
    values: Values,
    statuses: Statuses,
}

enum Values {
    All(Scalars),
    /// By position.
    Some(Object),
}

enum Statuses {
    None,
    Same(String),
    All(Scalars),
    Some(Object),
}

impl Cells {
    /// Takes them out of the data set.
    fn of(file: &Path, object: &mut Object) -> Result<Self, Diagnostic> {
        let line = object.line;
        let values = match object.members.shift_remove("value") {
            Some(Json::Scalars(values)) => Values::All(values),
            Some(Json::Object(values)) => Values::Some(values),
            Some(_) => {
                return Err(contradiction(file, line, "`value` is not a list or object of values"));
            }
            None => return Err(contradiction(file, line, "`value` is missing")),
        };
        let statuses = match object.members.shift_remove("status") {
            None | Some(Json::Null) => Statuses::None,
            Some(Json::Text(status)) => Statuses::Same(status),
            Some(Json::Object(statuses)) => Statuses::Some(statuses),
            // A list of one is for all.
            Some(Json::Scalars(list)) => match (list.len(), list.get(0).and_then(Scalar::text)) {
                (1, Some(status)) if !matches!(&values, Values::All(all) if all.len() == 1) => {
                    Statuses::Same(status.to_owned())
                }
                _ => Statuses::All(list),
            },
            Some(_) => {
                let message = "`status` is neither a text nor a list nor an object";
                return Err(contradiction(file, line, message));
            }
        };
        Ok(Self { values, statuses })
    }

    /// The positions that there are observations for, all below the number of cells.
    fn positions(
        &self,
        file: &Path,
        cells: u64,
        line: usize,
    ) -> Result<Box<dyn Iterator<Item = u64>>, Diagnostic> {
        let wrong = |what: &str, count: usize, line: usize| {
            let message = format!("`{what}` has {count} values, `size` multiplies to {cells}");
            Err(contradiction(file, line, message))
        };
        if let Statuses::All(statuses) = &self.statuses
            && statuses.len() as u64 != cells
        {
            return wrong("status", statuses.len(), statuses.line);
        }
        let mut named = BTreeSet::new();
        let some_statuses = match &self.statuses {
            Statuses::Some(statuses) => Some(("status", statuses)),
            _ => None,
        };
        let some_values = match &self.values {
            Values::All(values) if values.len() as u64 != cells => {
                return wrong("value", values.len(), values.line);
            }
            Values::All(_) => None,
            Values::Some(values) => Some(("value", values)),
        };
        for (name, object) in some_values.into_iter().chain(some_statuses) {
            for (position, json) in &object.members {
                let number = canonical(position).filter(|number| *number < cells);
                let Some(number) = number else {
                    let message = format!(
                        "`{name}` has the position `{position}`, `size` multiplies to {cells}"
                    );
                    return Err(contradiction(file, object.line, message));
                };
                if json.scalar().is_none() {
                    let message = format!("`{name}` at `{position}` is not a single value");
                    return Err(contradiction(file, object.line.max(line), message));
                }
                if some_values.is_some() {
                    named.insert(number);
                }
            }
        }
        Ok(match some_values {
            None => Box::new(0..cells),
            Some(_) => Box::new(named.into_iter()),
        })
    }

    fn value(&self, position: u64) -> Option<Scalar<'_>> {
        match &self.values {
            Values::All(values) => values.get(usize::try_from(position).ok()?),
            Values::Some(values) => by_position(values, position),
        }
    }

    fn status(&self, position: u64) -> Option<&str> {
        let status = match &self.statuses {
            Statuses::None => None,
            Statuses::Same(status) => Some(status.as_str()),
            Statuses::All(list) => list.get(usize::try_from(position).ok()?)?.text(),
            Statuses::Some(object) => by_position(object, position)?.text(),
        };
        status.filter(|status| !status.is_empty())
    }

    fn has_status(&self) -> bool {
        !matches!(self.statuses, Statuses::None)
    }

    /// The statuses that occur.
    fn kinds_of_status(&self) -> BTreeSet<&str> {
        let mut kinds: BTreeSet<&str> = match &self.statuses {
            Statuses::None => BTreeSet::new(),
            Statuses::Same(status) => BTreeSet::from([status.as_str()]),
            Statuses::All(list) => list.iter().filter_map(Scalar::text).collect(),
            Statuses::Some(object) => {
                object.members.values().filter_map(|json| json.scalar()?.text()).collect()
            }
        };
        kinds.remove("");
        kinds
    }

    /// Whether all values are numbers.
    fn are_numbers(&self) -> bool {
        let is_number = |scalar| matches!(scalar, Scalar::Null | Scalar::Number(_));
        match &self.values {
            Values::All(values) => values.iter().all(is_number),
            Values::Some(values) => values.members.values().filter_map(Json::scalar).all(is_number),
        }
    }

    fn line(&self, of_dataset: usize) -> usize {
        match &self.values {
            Values::All(values) => values.line,
            Values::Some(values) => values.line.max(of_dataset),
        }
    }
}

/// A position as it is written in one way only: `07` would be another key for `7`.
fn canonical(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn by_position(object: &Object, position: u64) -> Option<Scalar<'_>> {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = position;
    loop {
        at -= 1;
        *digits.get_mut(at)? = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    object.get(std::str::from_utf8(digits.get(at..)?).ok()?)?.scalar()
}

fn describe(
    id: String,
    object: &Object,
    dimensions: &[Dimension],
    mut variables: Vec<Variable>,
    cells: &Cells,
) -> Description {
    let structure = ["version", "class", "id", "size", "role", "dimension"];
    let said = ["label", "source", "updated", "note"];
    let (mut extras, mut extension) =
        Level::Dataset.part(&object.members, &[&structure[..], &said[..]].concat());
    let own = extension.object("measure").cloned();
    // What is no date is there, if we have written it.
    let mut updated = object.text("updated").map(str::to_owned);
    if updated.is_none() && extension.text("updated").is_some() {
        updated = extension.text("updated").map(str::to_owned);
        extension.members.shift_remove("updated");
    }
    let labels_of_status =
        extension.object("status").and_then(|status| status.object("label")).cloned();
    let data_type = if cells.are_numbers() { DataType::Number } else { DataType::String };
    let mut value = Variable::new(Component::measure(VALUE, data_type));
    if let Some(own) = own.filter(|_| !dimensions.iter().any(Dimension::is_metric)) {
        extension.members.shift_remove("measure");
        let unit = own.text("unit").map(undetermined).unwrap_or_default();
        value.unit = unit;
        value.names = own.text("label").map(undetermined).unwrap_or_default();
        value.decimals = own.get("decimals").and_then(|d| d.scalar()?.text()?.parse().ok());
        if let Some(name) = own.text("id").filter(|name| !name.is_empty()) {
            value.component.name = name.to_owned();
        }
    }
    let mut taken: BTreeSet<String> =
        variables.iter().map(|variable| variable.component.name.clone()).collect();
    variables.push(cube::named(value, &mut taken));
    if cells.has_status() {
        let mut list = Codelist::new(STATUS);
        for status in cells.kinds_of_status() {
            let label = labels_of_status.as_ref().and_then(|labels| labels.text(status));
            let labels = label.map_or_else(Labels::new, undetermined);
            // A set has nothing twice.
            let _ = list.push(Item { code: status.to_owned(), labels, ..Item::default() });
        }
        let component = Component::attribute(STATUS, DataType::String);
        let status = Variable { codelist: Some(Arc::new(list)), ..Variable::new(component) };
        variables.push(cube::named(status, &mut taken));
        if labels_of_status.is_some() {
            extension.members.shift_remove("status");
        }
    }
    let note = |text| Note { texts: undetermined(text), ..Note::default() };
    let mut notes: Vec<Note> = object.texts("note").iter().map(|text| note(text)).collect();
    notes.extend(dimensions.iter().flat_map(|dimension| dimension.notes.clone()));
    if !extension.members.is_empty() {
        extras.push(kept(EXTENSION, &Json::Object(extension)));
    }
    Description {
        id,
        names: object.text("label").map(undetermined).unwrap_or_default(),
        variables,
        notes,
        source: object.text("source").map(undetermined).unwrap_or_default(),
        updated,
        extras,
        ..Description::default()
    }
}
