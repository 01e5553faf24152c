//! Cells to rows: what is said of a data set, a group or a series is said of each observation in it.

use super::cells::{Cells, Fault, Level, MOST, Part, Value};
use super::outline::Partial;
use crate::errors::{WRONG_COMPONENT, WRONG_MESSAGE};
use crate::message::{Action, Description, Lines, Note, Observations, Receiver};
use crate::sdmx::notes;
use arrow::array::builder::StringViewBuilder;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use olshem_model::codelist::{Annotation, Labels};
use olshem_model::{Diagnostic, Place, Role};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

const BATCH: usize = 8192;

/// A batch that has so many bytes is given on before it has all its rows.
const LARGEST_BATCH: usize = 32 << 20;

/// What an observation outside of series is in; values of none count from 1, and 0 is before all.
const NO_SERIES: u64 = u64::MAX;

pub(super) struct Rows<'r> {
    receiver: &'r mut dyn Receiver,
    file: Arc<Path>,
    /// What messages call the structure.
    structure: String,
    schema: SchemaRef,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    /// Observations may lack dimensions where they say what to delete.
    is_delete: bool,
    measure: String,
    time: String,
    groups: Vec<Groups>,
    /// The groups were gathered beforehand.
    has_outline: bool,
    /// The columns of each level in the order in which the last element of that level had them.
    orders: [Vec<(String, usize)>; 4],
    level: Level,
    position: usize,
    /// Counts the elements with values, so that a column knows of which one it has been told.
    element: u64,
    partial: Vec<(usize, String)>,
    /// The series that is open.
    series: u64,
    count: u64,
    series_rows: u64,
    /// The line of the element.
    line: usize,
    lines: Vec<u32>,
    batch: u64,
    bytes: usize,
    key: String,
}

struct Column {
    name: String,
    role: Role,
    is_list: bool,
    is_number: bool,
    values: StringViewBuilder,
    /// The element that told a value last.
    told: u64,
    series: Repeated,
    set: Option<Repeated>,
    /// The value in this observation; kept only of dimensions, and where there are groups.
    current: String,
}

/// The values of groups that have the same dimensions, by the values of these.
struct Groups {
    dimensions: Vec<usize>,
    of_key: HashMap<String, Group>,
}

struct Group {
    values: Vec<(usize, Repeated)>,
    is_used: bool,
}

/// A value of many observations. One that is long stands in a batch only once or twice.
struct Repeated {
    text: String,
    /// The series whose value it is.
    series: u64,
    /// The batch that had it last, and where in it, once it is there again.
    batch: u64,
    block: Option<u32>,
}

impl Repeated {
    fn new(text: String) -> Self {
        Self { text, series: 0, batch: 0, block: None }
    }

    fn set(&mut self, text: &str, series: u64) {
        self.text.clear();
        self.text.push_str(text);
        (self.series, self.batch, self.block) = (series, 0, None);
    }

    fn append(&mut self, values: &mut StringViewBuilder, batch: u64) {
        // A view itself holds up to twelve bytes.
        if self.text.len() > 12 && self.batch == batch {
            let new = || Buffer::from(self.text.as_bytes());
            let block = *self.block.get_or_insert_with(|| values.append_block(new()));
            if let Ok(length) = u32::try_from(self.text.len())
                && values.try_append_view(block, 0, length).is_ok()
            {
                return;
            }
        }
        (self.batch, self.block) = (batch, None);
        values.append_value(&self.text);
    }
}

impl<'r> Rows<'r> {
    /// Tells the receiver of the data set, too.
    pub(super) fn new(
        receiver: &'r mut dyn Receiver,
        file: Arc<Path>,
        description: Description,
        outline: Option<&[Partial]>,
    ) -> Result<Self, Diagnostic> {
        let columns: Vec<Column> = description
            .variables
            .iter()
            .map(|variable| Column {
                name: variable.component.name.clone(),
                role: variable.component.role,
                is_list: variable.is_list,
                is_number: variable.component.role == Role::Measure
                    && variable.component.data_type.is_numeric(),
                values: StringViewBuilder::with_capacity(BATCH.min(1024)),
                told: 0,
                series: Repeated::new(String::new()),
                set: None,
                current: String::new(),
            })
            .collect();
        let fields = columns.iter().map(|c| Field::new(&c.name, DataType::Utf8View, true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let places = columns.iter().enumerate().map(|(at, c)| (c.name.clone(), at)).collect();
        let mut measures = columns.iter().filter(|column| column.role == Role::Measure);
        let measure = match (measures.next(), measures.next()) {
            (Some(only), None) => only.name.clone(),
            _ => "OBS_VALUE".to_owned(),
        };
        let time = description.time_dimension().map(|time| time.component.name.clone());
        let reference = description.structure.as_ref().or(description.dataflow.as_ref());
        let mut rows = Self {
            structure: reference.map_or_else(|| description.id.clone(), ToString::to_string),
            is_delete: description.action == Action::Delete,
            receiver,
            file,
            schema,
            columns,
            places,
            measure,
            time: time.unwrap_or_else(|| "TIME_PERIOD".to_owned()),
            groups: Vec::new(),
            has_outline: outline.is_some(),
            orders: Default::default(),
            level: Level::Set,
            position: 0,
            element: 1,
            partial: Vec::new(),
            series: NO_SERIES,
            count: 0,
            series_rows: 0,
            line: 0,
            lines: Vec::new(),
            batch: 1,
            bytes: 0,
            key: String::new(),
        };
        if rows.columns.len() > MOST {
            let message = format!("the data have more than {MOST} components");
            return Err(rows.diagnostic((&WRONG_MESSAGE, 1, message)));
        }
        rows.receiver.dataset(description)?;
        for partial in outline.unwrap_or_default() {
            rows.outlined(partial).map_err(|fault| rows.diagnostic(fault))?;
        }
        Ok(rows)
    }

    fn outlined(&mut self, partial: &Partial) -> Result<(), Fault> {
        self.begin(Level::Group, partial.line)?;
        for (name, value) in &partial.values {
            let value = match value {
                Json::String(text) => Value::One(Cow::Borrowed(text)),
                Json::Array(many) => Value::Many(many.clone()),
                _ => continue,
            };
            self.put(Part::Any, name, value, partial.line)?;
        }
        self.level = Level::Set;
        self.group()
    }

    /// Gives the receiver what is left.
    pub(super) fn finish(mut self) -> Result<(), Diagnostic> {
        self.flush()?;
        for groups in std::mem::take(&mut self.groups) {
            for (key, group) in groups.of_key {
                if !group.is_used {
                    let key = groups.dimensions.iter().zip(key.split('\u{1f}'));
                    let on = key.filter_map(|(&at, value)| {
                        Some((self.columns.get(at)?.name.clone(), value.to_owned()))
                    });
                    let on = on.collect();
                    let values = group.values.iter().map(|(at, value)| (*at, &*value.text));
                    let note = self.without_observations("group", on, values);
                    self.receiver.note(note)?;
                }
            }
        }
        Ok(())
    }

    fn diagnostic(&self, (code, line, message): Fault) -> Diagnostic {
        let place = Place::Line { file: self.file.to_path_buf(), line, column: None };
        Diagnostic::new(code, place, message)
    }

    /// What is told of observations that are not there.
    fn without_observations<'v>(
        &self,
        what: &str,
        on: Vec<(String, String)>,
        values: impl Iterator<Item = (usize, &'v str)>,
    ) -> Note {
        let told = values
            .filter_map(|(at, text)| Some(format!("{} = {text}", self.columns.get(at)?.name)));
        let told: Vec<String> = told.collect();
        let text = match told.is_empty() {
            true => format!("a {what} without observations"),
            false => format!("a {what} without observations: {}", told.join("; ")),
        };
        Note { on, texts: Labels::from([("en".to_owned(), text)]), is_mandatory: false }
    }

    /// The column of a component.
    fn column(&mut self, name: &str, line: usize) -> Result<usize, Fault> {
        let order = self.orders.get_mut(self.level as usize);
        let position = self.position;
        self.position += 1;
        if let Some((known, at)) = order.as_ref().and_then(|order| order.get(position))
            && known == name
        {
            return Ok(*at);
        }
        let Some(&at) = self.places.get(name) else {
            let message = format!("`{name}` is not a component of {}", self.structure);
            return Err((&WRONG_COMPONENT, line, message));
        };
        if let Some(order) = order {
            order.truncate(position);
            if order.len() == position {
                order.push((name.to_owned(), at));
            }
        }
        Ok(at)
    }

    fn group(&mut self) -> Result<(), Fault> {
        let told = std::mem::take(&mut self.partial);
        let is_dimension = |at: &usize| {
            self.columns.get(*at).is_some_and(|column| column.role == Role::Identifier)
        };
        let (mut key, values): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|(at, _)| is_dimension(at));
        if key.is_empty() {
            for (at, text) in values {
                if let Some(column) = self.columns.get_mut(at) {
                    column.set = Some(Repeated::new(text));
                }
            }
            return Ok(());
        }
        key.sort();
        let dimensions: Vec<usize> = key.iter().map(|(at, _)| *at).collect();
        let key: Vec<String> = key.into_iter().map(|(_, text)| text).collect();
        let at = self.groups.iter().position(|groups| groups.dimensions == dimensions);
        let at = at.unwrap_or_else(|| {
            self.groups.push(Groups { dimensions, of_key: HashMap::new() });
            self.groups.len() - 1
        });
        if let Some(groups) = self.groups.get_mut(at) {
            let new = || Group { values: Vec::new(), is_used: false };
            let group = groups.of_key.entry(key.join("\u{1f}")).or_insert_with(new);
            group.values.extend(values.into_iter().map(|(at, text)| (at, Repeated::new(text))));
        }
        if self.groups.len() > MOST {
            let message = format!("there are more than {MOST} kinds of groups");
            return Err((&WRONG_MESSAGE, self.line, message));
        }
        Ok(())
    }

    /// Completes an observation with what is told of more than it.
    fn row(&mut self, line: usize) -> Result<(), Fault> {
        if !self.groups.is_empty() {
            self.fill_from_groups();
        }
        let (element, series, batch) = (self.element, self.series, self.batch);
        for column in &mut self.columns {
            if column.told == element {
                continue;
            }
            match &mut column.set {
                _ if column.series.series == series => {
                    column.series.append(&mut column.values, batch);
                }
                Some(value) => value.append(&mut column.values, batch),
                None if column.role == Role::Identifier && !self.is_delete => {
                    let message = format!("the observation has no value of `{}`", column.name);
                    return Err((&WRONG_COMPONENT, line, message));
                }
                None => column.values.append_null(),
            }
        }
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.series_rows += 1;
        Ok(())
    }

    /// Adds to an observation what is told of the groups that it is in.
    fn fill_from_groups(&mut self) {
        let mut key = std::mem::take(&mut self.key);
        for groups in &mut self.groups {
            key.clear();
            for (nth, &at) in groups.dimensions.iter().enumerate() {
                if nth > 0 {
                    key.push('\u{1f}');
                }
                let Some(column) = self.columns.get(at) else { continue };
                if column.told == self.element {
                    key.push_str(&column.current);
                } else if column.series.series == self.series {
                    key.push_str(&column.series.text);
                }
            }
            let Some(group) = groups.of_key.get_mut(&key) else { continue };
            group.is_used = true;
            for (at, value) in &mut group.values {
                let Some(column) = self.columns.get_mut(*at) else { continue };
                if column.told != self.element && column.series.series != self.series {
                    value.append(&mut column.values, self.batch);
                    column.told = self.element;
                }
            }
        }
        self.key = key;
    }

    fn flush(&mut self) -> Result<(), Diagnostic> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let columns =
            self.columns.iter_mut().map(|column| -> ArrayRef { Arc::new(column.values.finish()) });
        let columns: Vec<ArrayRef> = columns.collect();
        let lines = std::mem::take(&mut self.lines);
        let options = RecordBatchOptions::new().with_row_count(Some(lines.len()));
        let schema = Arc::clone(&self.schema);
        let batch = RecordBatch::try_new_with_options(schema, columns, &options);
        let batch = batch.map_err(|error| {
            Diagnostic::new(
                &WRONG_COMPONENT,
                Place::File(self.file.to_path_buf()),
                error.to_string(),
            )
        })?;
        let origins = Arc::new(Lines { file: Arc::clone(&self.file), lines });
        self.batch += 1;
        self.bytes = 0;
        self.receiver.observations(Observations { batch, origins })
    }

    /// Tells of a series that had no observations.
    fn end_of_series(&mut self) -> Result<(), Diagnostic> {
        let series = std::mem::replace(&mut self.series, NO_SERIES);
        if self.series_rows > 0 {
            return Ok(());
        }
        let told = self.columns.iter().enumerate();
        let told = told.filter(|(_, column)| column.series.series == series);
        let (key, values): (Vec<_>, Vec<_>) =
            told.partition(|(_, column)| column.role == Role::Identifier);
        let key =
            key.into_iter().map(|(_, column)| (column.name.clone(), column.series.text.clone()));
        let values = values.into_iter().map(|(at, column)| (at, &*column.series.text));
        let note = self.without_observations("series", key.collect(), values);
        self.receiver.note(note)
    }
}

impl Cells for Rows<'_> {
    fn begin(&mut self, level: Level, line: usize) -> Result<(), Fault> {
        if self.level == Level::Observation {
            let message = "within an observation there is another element of data".to_owned();
            return Err((&WRONG_MESSAGE, line, message));
        }
        self.level = level;
        self.line = line;
        self.position = 0;
        self.element += 1;
        match level {
            Level::Series => {
                self.count += 1;
                self.series = self.count;
                self.series_rows = 0;
            }
            Level::Group => self.partial.clear(),
            Level::Observation | Level::Set => {}
        }
        Ok(())
    }

    /// Of remarks, footnotes are taken as what they are: see `write`.
    fn remark(&mut self, remark: &Annotation) -> Result<(), Diagnostic> {
        let titles = remark.title.as_deref().into_iter().flat_map(|title| title.split(", "));
        let on = titles.map(|on| on.split_once('=').unwrap_or((on, "")));
        let on: Vec<(String, String)> =
            on.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let is_known = on.iter().all(|(name, _)| self.places.contains_key(name));
        match notes::note(remark, on).filter(|_| is_known) {
            Some(note) => self.receiver.note(note),
            None => Ok(()),
        }
    }

    fn put(&mut self, _: Part, name: &str, value: Value<'_>, line: usize) -> Result<(), Fault> {
        let at = self.column(name, line)?;
        let Some(column) = self.columns.get_mut(at) else { return Ok(()) };
        if column.told == self.element {
            let message = format!("`{name}` is told twice of one and the same");
            return Err((&WRONG_COMPONENT, line, message));
        }
        column.told = self.element;
        let value = match value {
            Value::One(text) if !column.is_list => text,
            value => written(value, column.is_list),
        };
        match self.level {
            Level::Observation => {
                self.bytes += value.len();
                if column.is_number && matches!(&*value, "NaN" | "") {
                    column.values.append_null();
                } else {
                    column.values.append_value(&*value);
                }
                if column.role == Role::Identifier && !self.groups.is_empty() {
                    column.current.clear();
                    column.current.push_str(&value);
                }
            }
            Level::Series => column.series.set(&value, self.series),
            Level::Group => self.partial.push((at, value.into_owned())),
            Level::Set => column.set = Some(Repeated::new(value.into_owned())),
        }
        Ok(())
    }

    fn end(&mut self, level: Level) -> Result<(), Diagnostic> {
        match level {
            Level::Observation => {
                self.row(self.line).map_err(|fault| self.diagnostic(fault))?;
                if self.lines.len() == BATCH || self.bytes > LARGEST_BATCH {
                    self.flush()?;
                }
            }
            Level::Series => self.end_of_series()?,
            Level::Group if self.has_outline => self.partial.clear(),
            Level::Group => self.group().map_err(|fault| self.diagnostic(fault))?,
            Level::Set => {}
        }
        // What follows is again told of what this was in.
        self.level = match level {
            Level::Observation if self.series != NO_SERIES => Level::Series,
            _ => Level::Set,
        };
        self.element += 1;
        Ok(())
    }

    fn measure(&self) -> String {
        self.measure.clone()
    }

    fn time(&self) -> String {
        self.time.clone()
    }
}

/// A value as a column has it: several as a JSON array, one that is in several languages as an object.
fn written(value: Value<'_>, is_list: bool) -> Cow<'_, str> {
    let values = match value {
        Value::One(text) => vec![Json::from(text.into_owned())],
        Value::Many(values) => values,
    };
    Cow::Owned(match (&values[..], is_list) {
        ([Json::String(text)], false) => text.clone(),
        ([only], false) => only.to_string(),
        _ => Json::from(values).to_string(),
    })
}
