//! The observations of a message: the second of two readings.

use super::components::{Layout, Level, Slot, said};
use super::outline::{DatasetOutline, each_dataset};
use super::tree::{Json, Node, Value, fault_at};
use crate::content::Content;
use crate::errors::BROKEN_SDMX_JSON;
use crate::message::{Action, Description, Lines, Observations, Receiver};
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use olshem_model::Diagnostic;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use struson::reader::ValueType;

/// A batch has no more observations than this.
const ROWS: usize = 8192;

/// Groups of dimensions that attributes are attached to may be of no more kinds: each is looked up for
/// each observation.
const KINDS_OF_GROUPS: usize = 64;

/// Reads the observations of all data sets into the receiver.
pub(super) fn read(
    content: &Content,
    datasets: &[DatasetOutline],
    layouts: &[Layout],
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    each_dataset(content, |json, number| {
        // The first reading has found as many data sets as this one; a file that changed in between
        // has none of the others.
        let (Some(outline), Some(layout)) = (datasets.get(number), layouts.get(number)) else {
            return json.skip();
        };
        receiver.dataset(layout.description.clone())?;
        let mut reader = Reader::new(layout, outline, content.path(), receiver)?;
        json.each_member(|json, key| match key.as_str() {
            "observations" if json.peek()? != ValueType::Null => {
                reader.begin_series(Vec::new(), true)?;
                json.each_member(|json, key| reader.observation(json, &key))?;
                reader.end_series()
            }
            "series" if json.peek()? != ValueType::Null => {
                json.each_member(|json, key| reader.series(json, &key))
            }
            _ => json.skip(),
        })?;
        reader.flush()
    })
}

/// What an index of a key stands for: that value, or nothing at all.
type Index = Option<u32>;

/// Attribute values of those observations that agree in some dimensions.
#[derive(Default)]
struct Group {
    /// Which of the layout's dimensions.
    dimensions: Vec<usize>,
    /// The values of the attributes of that level, by the indices of the dimensions.
    values: HashMap<Vec<u32>, Vec<Option<String>>>,
}

struct Reader<'r> {
    layout: &'r Layout,
    file: &'r Path,
    receiver: &'r mut dyn Receiver,
    columns: Vec<StringViewBuilder>,
    lines: Vec<u32>,
    by_level: ByLevel<'r>,
    /// The values of attributes of the whole data set.
    constant: Vec<Option<String>>,
    groups: Vec<Group>,
    /// The indices of the series that is being read, and whether its attributes are known.
    series: Vec<Index>,
    series_is_known: bool,
    series_attributes: Vec<Option<String>>,
    /// How many of the observations read are of this series and have no attributes of it yet.
    pending: usize,
    /// The indices of each of the layout's dimensions, for the observation that is being read.
    indices: Vec<Index>,
}

/// A layout's components by the level that says their values.
struct ByLevel<'r> {
    dataset_dimensions: Vec<&'r Slot>,
    series_dimensions: Vec<&'r Slot>,
    observation_dimensions: Vec<&'r Slot>,
    /// Those of series and observations.
    flat_dimensions: Vec<&'r Slot>,
    dataset_attributes: Vec<&'r Slot>,
    group_attributes: Vec<&'r Slot>,
    series_attributes: Vec<&'r Slot>,
    /// Measures, then attributes, as the array of an observation has them.
    of_observation: Vec<&'r Slot>,
}

impl<'r> Reader<'r> {
    fn new(
        layout: &'r Layout,
        outline: &DatasetOutline,
        file: &'r Path,
        receiver: &'r mut dyn Receiver,
    ) -> Result<Self, Diagnostic> {
        let dimensions = |level| Layout::of_level(&layout.dimensions, level);
        let attributes = |level| Layout::of_level(&layout.attributes, level);
        let by_level = ByLevel {
            dataset_dimensions: dimensions(Level::Dataset),
            series_dimensions: dimensions(Level::Series),
            observation_dimensions: dimensions(Level::Observation),
            flat_dimensions: [Level::Series, Level::Observation]
                .into_iter()
                .flat_map(dimensions)
                .collect(),
            dataset_attributes: attributes(Level::Dataset),
            group_attributes: attributes(Level::Group),
            series_attributes: attributes(Level::Series),
            of_observation: layout.measures.iter().chain(attributes(Level::Observation)).collect(),
        };
        let said = outline.members.get("attributes").map(Node::items).unwrap_or_default();
        let mut reader = Self {
            layout,
            file,
            receiver,
            columns: builders(&layout.description),
            lines: Vec::new(),
            constant: Vec::new(),
            groups: Vec::new(),
            series: Vec::new(),
            series_is_known: false,
            series_attributes: Vec::new(),
            pending: 0,
            indices: Vec::new(),
            by_level,
        };
        reader.constant = reader.attributes(&reader.by_level.dataset_attributes, said)?;
        if let Some(groups) = outline.members.get("dimensionGroupAttributes") {
            reader.read_groups(groups)?;
        }
        Ok(reader)
    }

    /// The values of attributes as an array says them.
    fn attributes(
        &self,
        slots: &[&Slot],
        said: &[Node],
    ) -> Result<Vec<Option<String>>, Diagnostic> {
        let value = |(n, slot): (usize, &&Slot)| match said.get(n) {
            None => Ok(self.default(slot).map(str::to_owned)),
            Some(node) => self.value(slot, node),
        };
        slots.iter().enumerate().map(value).collect()
    }

    /// What holds where nothing is said. What is to be deleted has no values of its own.
    fn default<'s>(&self, slot: &'s Slot) -> Option<&'s str> {
        let deletes = self.layout.description.action == Action::Delete;
        slot.default.as_deref().filter(|_| !deletes)
    }

    /// The text that a value or an index means.
    fn value(&self, slot: &Slot, node: &Node) -> Result<Option<String>, Diagnostic> {
        if let Value::Null = node.value {
            return Ok(None);
        }
        let Some(values) = &slot.values else {
            return Ok(Some(match (&node.value, slot.is_list) {
                (Value::List(_), _) | (_, false) => said(node),
                (_, true) => listed(node),
            }));
        };
        let meant = |node: &Node| match node.index().and_then(|index| values.get(index)) {
            Some(value) => Ok(value.clone()),
            None => Err(self.no_index(slot, &said(node), node.line)),
        };
        match &node.value {
            Value::List(indices) => {
                let mut json = String::from("[");
                for index in indices {
                    if let Some(value) = meant(index)? {
                        json.push_str(if json.len() > 1 { "," } else { "" });
                        super::tree::push_quoted(&mut json, &value);
                    }
                }
                json.push(']');
                Ok(Some(json))
            }
            _ => Ok(meant(node)?.map(|value| in_list(value, slot.is_list))),
        }
    }

    fn no_index(&self, slot: &Slot, index: &str, line: usize) -> Diagnostic {
        let name = &self.layout.description.variables[slot.variable].component.name;
        let count = slot.values.as_ref().map_or(0, Vec::len);
        let message = format!("`{index}` is no index of the {count} values of `{name}`");
        fault_at(&BROKEN_SDMX_JSON, self.file, line, message)
    }

    /// The indices of a key: `0:4:1`. One that is empty stands for any value.
    fn key(&self, slots: &[&Slot], key: &str, line: usize) -> Result<Vec<Index>, Diagnostic> {
        // A data set with no dimensions on this level has one key, and any text will do for it.
        if slots.is_empty() {
            return Ok(Vec::new());
        }
        let mut indices = Vec::with_capacity(slots.len());
        let mut slots_left = slots.iter();
        for part in key.split(':') {
            let Some(slot) = slots_left.next() else {
                let message = format!("the key `{key}` has more than {} indices", slots.len());
                return Err(fault_at(&BROKEN_SDMX_JSON, self.file, line, message));
            };
            indices.push(match part {
                "" => None,
                _ => Some(
                    part.parse::<u32>()
                        .ok()
                        .filter(|index| has_value(slot, *index))
                        .ok_or_else(|| self.no_index(slot, part, line))?,
                ),
            });
        }
        if slots_left.next().is_some() {
            let message = format!("the key `{key}` has fewer than {} indices", slots.len());
            return Err(fault_at(&BROKEN_SDMX_JSON, self.file, line, message));
        }
        Ok(indices)
    }

    /// Takes the attributes of groups of dimensions.
    fn read_groups(&mut self, groups: &Node) -> Result<(), Diagnostic> {
        // The standard leaves open whether the positions in such a key are those of the message or
        // those of the structure, and services differ; only one of them fits the data.
        let in_message: Vec<usize> = (0..self.layout.dimensions.len()).collect();
        let mut in_structure = in_message.clone();
        in_structure.sort_by_key(|&n| self.layout.dimensions[n].variable);
        let order = match self.fits(groups, &in_message) {
            false if self.fits(groups, &in_structure) => in_structure,
            _ => in_message,
        };
        let slots: Vec<&Slot> = order.iter().map(|&n| &self.layout.dimensions[n]).collect();
        for (key, node) in groups.members() {
            let indices = self.key(&slots, key, node.line)?;
            let values = self.attributes(&self.by_level.group_attributes, node.items())?;
            let mut filled: Vec<(usize, u32)> = order
                .iter()
                .zip(&indices)
                .filter_map(|(&dimension, index)| Some((dimension, (*index)?)))
                .collect();
            filled.sort_unstable();
            let (dimensions, key): (Vec<usize>, Vec<u32>) = filled.into_iter().unzip();
            let kinds = self.groups.len();
            let known = self.groups.iter_mut().find(|group| group.dimensions == dimensions);
            match known {
                Some(group) => drop(group.values.insert(key, values)),
                None if kinds == KINDS_OF_GROUPS => {
                    let message =
                        format!("attributes have more than {KINDS_OF_GROUPS} kinds of groups");
                    return Err(fault_at(&BROKEN_SDMX_JSON, self.file, node.line, message));
                }
                None => {
                    let values = HashMap::from_iter([(key, values)]);
                    self.groups.push(Group { dimensions, values });
                }
            }
        }
        Ok(())
    }

    /// Whether keys of groups make sense with the dimensions in that order.
    fn fits(&self, groups: &Node, order: &[usize]) -> bool {
        use crate::metadata::Attachment;
        let slots: Vec<&Slot> = order.iter().map(|&n| &self.layout.dimensions[n]).collect();
        let variables = &self.layout.description.variables;
        let name = |slot: &Slot| variables[slot.variable].component.name.as_str();
        groups.members().all(|(key, node)| {
            let Ok(indices) = self.key(&slots, key, node.line) else { return false };
            let filled = || slots.iter().zip(&indices).filter(|(_, index)| index.is_some());
            let said = node.items().iter().zip(&self.by_level.group_attributes);
            said.filter(|(value, _)| !matches!(value.value, Value::Null)).all(|(_, attribute)| {
                match &variables[attribute.variable].attachment {
                    Attachment::Dimensions(dimensions) => {
                        dimensions.len() == filled().count()
                            && filled().all(|(slot, _)| dimensions.iter().any(|d| d == name(slot)))
                    }
                    _ => true,
                }
            })
        })
    }

    /// Takes a series.
    fn series(&mut self, json: &mut Json<'_>, key: &str) -> Result<(), Diagnostic> {
        json.peek()?;
        let indices = self.key(&self.by_level.series_dimensions, key, json.line())?;
        self.begin_series(indices, self.by_level.series_attributes.is_empty())?;
        json.each_member(|json, key| match key.as_str() {
            "attributes" => {
                let node = json.node()?;
                self.series_attributes =
                    self.attributes(&self.by_level.series_attributes, node.items())?;
                self.series_is_known = true;
                Ok(())
            }
            "observations" if json.peek()? != ValueType::Null => {
                json.each_member(|json, key| self.observation(json, &key))
            }
            _ => json.skip(),
        })?;
        self.end_series()
    }

    fn begin_series(&mut self, indices: Vec<Index>, is_known: bool) -> Result<(), Diagnostic> {
        self.series = indices;
        self.series_is_known = is_known;
        self.series_attributes = self.attributes(&self.by_level.series_attributes, &[])?;
        Ok(())
    }

    fn end_series(&mut self) -> Result<(), Diagnostic> {
        self.fill_in();
        self.series_is_known = false;
        self.flush_if_full()
    }

    /// Gives the observations of the series its attributes.
    fn fill_in(&mut self) {
        for (slot, value) in self.by_level.series_attributes.iter().zip(&self.series_attributes) {
            for _ in 0..self.pending {
                self.columns[slot.variable].append_option(value.as_deref());
            }
        }
        self.pending = 0;
    }

    /// Takes an observation.
    fn observation(&mut self, json: &mut Json<'_>, key: &str) -> Result<(), Diagnostic> {
        let kind = json.peek()?;
        let line = json.line();
        // A flat data set of a structure that speaks of series has their dimensions in its keys.
        let slots = match self.series.is_empty() {
            true => &self.by_level.flat_dimensions,
            false => &self.by_level.observation_dimensions,
        };
        let of_observation = self.key(slots, key, line)?;
        self.indices.clear();
        self.indices.extend(self.by_level.dataset_dimensions.iter().map(|_| Some(0)));
        self.indices.extend(&self.series);
        self.indices.extend(of_observation);
        // Keys of no dimensions are not looked at.
        self.indices.resize(self.layout.dimensions.len(), None);
        for (slot, index) in self.layout.dimensions.iter().zip(&self.indices) {
            let value =
                index.and_then(|index| slot.values.as_ref()?.get(index as usize)?.as_deref());
            self.columns[slot.variable].append_option(value);
        }
        self.values(json, kind)?;
        for (slot, value) in self.by_level.dataset_attributes.iter().zip(&self.constant) {
            self.columns[slot.variable].append_option(value.as_deref());
        }
        for (n, slot) in self.by_level.group_attributes.iter().enumerate() {
            let of_group = self.groups.iter().find_map(|group| {
                let key: Option<Vec<u32>> =
                    group.dimensions.iter().map(|&dimension| self.indices[dimension]).collect();
                group.values.get(&key?)?.get(n)?.as_deref()
            });
            self.columns[slot.variable].append_option(of_group);
        }
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.pending += 1;
        self.flush_if_full()
    }

    /// Takes the array of an observation's measures and attributes.
    fn values(&mut self, json: &mut Json<'_>, kind: ValueType) -> Result<(), Diagnostic> {
        let mut taken = 0;
        if kind == ValueType::Null {
            json.null()?;
        } else {
            json.each_item(|json| {
                let kind = json.peek()?;
                while let Some(&slot) = self.by_level.of_observation.get(taken) {
                    taken += 1;
                    // An index can't be that of an attribute without values. Some services leave such
                    // attributes out.
                    if kind == ValueType::Number && slot.values.as_ref().is_some_and(Vec::is_empty)
                    {
                        self.columns[slot.variable].append_null();
                        continue;
                    }
                    return self.value_of_observation(json, slot);
                }
                // Indices of annotations follow; see `remarks`.
                json.skip()
            })?;
        }
        for slot in self.by_level.of_observation.iter().skip(taken) {
            let default = self.default(slot);
            self.columns[slot.variable].append_option(default);
        }
        Ok(())
    }

    fn value_of_observation(&mut self, json: &mut Json<'_>, slot: &Slot) -> Result<(), Diagnostic> {
        let column = &mut self.columns[slot.variable];
        match (json.peek()?, &slot.values) {
            (ValueType::Null, _) => {
                column.append_null();
                json.null()
            }
            (ValueType::Number | ValueType::String, None) if !slot.is_list => {
                json.scalar(|text| column.append_value(text))
            }
            (ValueType::Number, Some(values)) if !slot.is_list => {
                let line = json.line();
                let append = |text: &str| match text.parse().ok().and_then(|n: usize| values.get(n))
                {
                    Some(value) => {
                        column.append_option(value.as_deref());
                        Ok(())
                    }
                    None => Err(text.to_owned()),
                };
                json.scalar(append)?.map_err(|text| self.no_index(slot, &text, line))
            }
            _ => {
                let node = json.node()?;
                let value = self.value(slot, &node)?;
                self.columns[slot.variable].append_option(value);
                Ok(())
            }
        }
    }

    fn flush_if_full(&mut self) -> Result<(), Diagnostic> {
        if self.lines.len() < ROWS {
            return Ok(());
        }
        if self.pending > 0 && self.series_is_known {
            self.fill_in();
        }
        if self.pending == 0 { self.flush() } else { Ok(()) }
    }

    /// Hands on what was read.
    fn flush(&mut self) -> Result<(), Diagnostic> {
        let rows = self.lines.len();
        if rows == 0 {
            return Ok(());
        }
        let arrays = self.columns.iter_mut().map(|c| Arc::new(c.finish()) as ArrayRef).collect();
        let schema = Arc::new(schema(&self.layout.description));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options)
            .map_err(|error| fault_at(&BROKEN_SDMX_JSON, self.file, 1, error.to_string()))?;
        let lines = std::mem::take(&mut self.lines);
        // A long series whose attributes follow it is more than a batch.
        for from in (0..rows).step_by(ROWS) {
            let length = ROWS.min(rows - from);
            let lines = lines[from..from + length].to_vec();
            self.receiver.observations(Observations {
                batch: batch.slice(from, length),
                origins: Arc::new(Lines { file: Arc::from(self.file), lines }),
            })?;
        }
        Ok(())
    }
}

fn has_value(slot: &Slot, index: u32) -> bool {
    slot.values.as_ref().is_some_and(|values| (index as usize) < values.len())
}

/// A value of a list that has no other.
fn listed(node: &Node) -> String {
    format!("[{}]", node.json())
}

fn in_list(value: String, is_list: bool) -> String {
    // A value that is a list itself stands for all of it.
    if !is_list || super::text::is_json(&value, '[') {
        return value;
    }
    let mut json = String::from("[");
    super::tree::push_quoted(&mut json, &value);
    json.push(']');
    json
}

fn builders(description: &Description) -> Vec<StringViewBuilder> {
    description.variables.iter().map(|_| StringViewBuilder::new()).collect()
}

fn schema(description: &Description) -> Schema {
    let fields = description.variables.iter();
    let field = |name: &String| Field::new(name, DataType::Utf8View, true);
    Schema::new(fields.map(|variable| field(&variable.component.name)).collect::<Vec<_>>())
}
