//! SDMX-JSON 2.0, written as it comes.
//!
//! The observations come first, each with all its dimensions, and what their indices mean is written
//! after them: so only the distinct values are kept in memory. Every attribute stands at its
//! observations, whatever it is attached to; `relationship` says what that is.

use super::KEPT;
use super::text::{Text, is_json};
use super::write_structure;
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{
    Description, Extra, Header, Loss, Note, Observations, Receiver, Variable, Writer,
};
use crate::metadata::{Attachment, Metadata};
use crate::sdmx::MULTILINGUAL;
use arrow::array::Array;
use indexmap::IndexSet;
use olshem_model::codelist::{Annotation, Item};
use olshem_model::{DataType, Diagnostic, Place, Role};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;

const SCHEMA: &str = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json";

/// When a message was prepared, if nobody knows: the format does not let that open, and the time of
/// writing would make other bytes of the same data each time.
pub(super) const UNKNOWN_TIME: &str = "1970-01-01T00:00:00Z";

/// What is written is handed on in pieces of this many bytes.
const PIECE: usize = 1 << 16;

/// Writes SDMX-JSON 2.0: a message of data, or if no data come one of structures.
pub struct JsonWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    agency: String,
    text: Text,
    header: Header,
    metadata: Metadata,
    datasets: Vec<Dataset>,
    losses: BTreeMap<&'static str, usize>,
}

/// A data set, while and after its observations are written.
struct Dataset {
    description: Description,
    columns: Vec<Column>,
    annotations: Annotations,
}

/// How a variable's values are written.
enum Column {
    /// As indices of these.
    Indexed(IndexSet<String, ahash::RandomState>),
    /// As they are.
    Direct,
}

/// The remarks of a structure, each once.
#[derive(Default)]
struct Annotations(Vec<Annotation>);

impl Annotations {
    fn index(&mut self, annotation: &Annotation) -> usize {
        let known = self.0.iter().position(|known| known == annotation);
        known.unwrap_or_else(|| {
            self.0.push(annotation.clone());
            self.0.len() - 1
        })
    }
}

impl<'w> JsonWriter<'w> {
    /// A writer to `out`.
    pub fn new(out: Box<dyn Write + Send + 'w>, writing: &Writing) -> Self {
        Self {
            out,
            agency: writing.agency.clone().unwrap_or_else(|| "OLSHEM".to_owned()),
            text: Text { language: writing.language.clone(), ..Text::default() },
            header: Header::default(),
            metadata: Metadata::default(),
            datasets: Vec::new(),
            losses: BTreeMap::new(),
        }
    }

    fn lose(&mut self, what: &'static str, count: usize) {
        if count > 0 {
            *self.losses.entry(what).or_default() += count;
        }
    }

    /// Counts what there is no place for.
    fn count_losses(&mut self, description: &Description) {
        let keywords = |extras: &[Extra], known: &[&str]| {
            extras.iter().filter(|extra| !known.contains(&extra.keyword.as_str())).count()
        };
        let mut of_dataset = vec!["annotation", "description"];
        of_dataset.extend(KEPT);
        self.lose("keywords of other formats", keywords(&description.extras, &of_dataset));
        self.lose("sources of data sets", usize::from(!description.source.is_empty()));
        self.lose("dates of update", usize::from(description.updated.is_some()));
        let scattered = description.notes.iter().filter(|note| note.on.len() > 1).count();
        self.lose("footnotes on combinations of codes", scattered);
        for variable in &description.variables {
            let known = ["annotation", "description", "roles", MULTILINGUAL];
            self.lose("keywords of other formats", keywords(&variable.extras, &known));
            self.lose("units of measure of variables", usize::from(!variable.unit.is_empty()));
            self.lose("numbers of decimals that are 0", usize::from(variable.decimals == Some(0)));
        }
    }

    /// Ends the data set that is being written.
    fn end_dataset(&mut self) {
        if !self.datasets.is_empty() {
            self.text.close('}');
            self.text.close('}');
        }
    }
}

impl Receiver for JsonWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = header;
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.metadata.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        if !description.variables.iter().any(|v| v.component.role == Role::Identifier) {
            let message = format!("the data set `{}` has no identifiers", description.id);
            return Err(unwritable(message));
        }
        self.count_losses(&description);
        let refers = description.structure.is_some() || description.dataflow.is_some();
        let description = match refers {
            true => description,
            false => description.with_metadata(&self.agency).0,
        };
        if self.datasets.is_empty() {
            self.text.open('{');
            meta(&mut self.text, &self.header, SCHEMA, &self.agency);
            self.text.key("data");
            self.text.open('{');
            self.text.key("dataSets");
            self.text.open('[');
        }
        self.end_dataset();
        let mut annotations = Annotations::default();
        let text = &mut self.text;
        text.open('{');
        text.key("structure");
        text.number(self.datasets.len());
        text.member("action", description.action.word());
        for extra in description.extras.iter().filter(|e| KEPT.contains(&e.keyword.as_str())) {
            text.optional(&extra.keyword, extra.values.first().map(String::as_str));
        }
        text.key("links");
        text.open('[');
        links(text, &description);
        text.close(']');
        let remarks = remarks(&description.extras, &description.notes, |note| note.on.is_empty());
        text.list("annotations", &remarks, |text, remark| text.number(annotations.index(remark)));
        text.key("observations");
        text.open('{');
        let columns = description.variables.iter().map(Column::of).collect();
        self.datasets.push(Dataset { description, columns, annotations });
        Ok(())
    }

    fn note(&mut self, _: Note) -> Result<(), Diagnostic> {
        self.lose("footnotes met behind the observations", 1);
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let batch = &observations.batch;
        let Some(dataset) = self.datasets.last_mut() else { return Ok(()) };
        let arrays = observations.columns();
        if arrays.len() != dataset.columns.len() {
            return Err(unwritable("observations have other columns than their data set".into()));
        }
        let mut key = String::new();
        for row in 0..batch.num_rows() {
            key.clear();
            let text = &mut self.text;
            text.new_line();
            let variables = &dataset.description.variables;
            let mut cells = arrays.iter().zip(&mut dataset.columns).zip(variables).peekable();
            while let Some(((array, column), variable)) =
                cells.next_if(|(_, variable)| variable.component.role == Role::Identifier)
            {
                let (true, Column::Indexed(values)) = (array.is_valid(row), column) else {
                    return Err(unwritable(format!(
                        "an observation has no value of `{}`, and SDMX-JSON has no key for it",
                        variable.component.name
                    )));
                };
                key.push_str(if key.is_empty() { "" } else { ":" });
                key.push_str(&index(values, array.value(row)).to_string());
            }
            text.key(&key);
            text.open('[');
            let mut nulls = 0;
            for ((array, column), variable) in cells {
                if array.is_null(row) {
                    nulls += 1;
                    continue;
                }
                // Nulls at the end are left out.
                (0..std::mem::take(&mut nulls)).for_each(|_| text.raw("null"));
                column.write(text, variable, array.value(row));
            }
            text.close(']');
            if self.text.json.len() > PIECE {
                hand_on(&mut self.out, &mut self.text)?;
            }
        }
        hand_on(&mut self.out, &mut self.text)
    }
}

impl Writer for JsonWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        if self.datasets.is_empty() {
            // A dimension of JSON-stat is nobody's.
            for list in &mut self.metadata.codelists {
                if list.reference.agency.is_empty() {
                    list.reference.agency.clone_from(&self.agency);
                }
            }
            let losses =
                write_structure::write(&mut self.text, &self.header, &self.metadata, &self.agency)?;
            for (what, count) in losses {
                self.lose(what, count);
            }
        } else {
            self.end_dataset();
            self.text.close(']');
            let mut datasets = std::mem::take(&mut self.datasets);
            self.text.key("structures");
            self.text.open('[');
            for (number, dataset) in datasets.iter_mut().enumerate() {
                dataset.write_structure(&mut self.text, number);
            }
            self.text.close(']');
            self.text.close('}');
            errors(&mut self.text, &self.header);
            self.text.close('}');
            let count = [
                self.metadata.codelists.len(),
                self.metadata.concept_schemes.len(),
                self.metadata.structures.len(),
                self.metadata.hierarchies.len(),
                self.metadata.constraints.len(),
            ];
            self.lose("structures, which need a file of their own", count.iter().sum());
        }
        self.text.json.push('\n');
        hand_on(&mut self.out, &mut self.text)?;
        self.out.flush().map_err(|error| unwritable(format!("can't be written: {error}")))?;
        let losses = self.losses.iter().map(|(what, count)| Loss(format!("{count} {what}")));
        Ok(losses.collect())
    }
}

/// Writes out what has become text.
fn hand_on(out: &mut (dyn Write + Send), text: &mut Text) -> Result<(), Diagnostic> {
    let written = out.write_all(text.json.as_bytes());
    text.json.clear();
    written.map_err(|error| unwritable(format!("can't be written: {error}")))
}

pub(super) fn unwritable(message: String) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
}

impl Column {
    fn of(variable: &Variable) -> Self {
        let is_measure = variable.component.role == Role::Measure;
        let is_free = variable.codelist.is_none();
        let varies = is_measure || variable.attachment == Attachment::Observation;
        let is_compound = variable.is_list || is_multilingual(variable);
        match variable.component.role {
            Role::Identifier => Self::Indexed(IndexSet::default()),
            _ if is_free && (varies || is_compound) => Self::Direct,
            _ => Self::Indexed(IndexSet::default()),
        }
    }

    fn write(&mut self, text: &mut Text, variable: &Variable, value: &str) {
        match self {
            Self::Indexed(values) if variable.is_list => {
                text.open('[');
                for value in listed(value) {
                    text.number(index(values, &value));
                }
                text.close(']');
            }
            Self::Indexed(values) => text.number(index(values, value)),
            Self::Direct if variable.is_list => match is_json(value, '[') {
                true => text.raw(value),
                false => {
                    text.open('[');
                    text.string(value);
                    text.close(']');
                }
            },
            Self::Direct if is_multilingual(variable) && is_json(value, '{') => text.raw(value),
            Self::Direct => match variable.component.data_type {
                DataType::Integer | DataType::Number => text.digits(value),
                DataType::Boolean if value == "true" || value == "false" => text.raw(value),
                _ => text.string(value),
            },
        }
    }
}

fn is_multilingual(variable: &Variable) -> bool {
    variable.extras.iter().any(|extra| extra.keyword == MULTILINGUAL)
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

/// What the message says of itself.
pub(super) fn meta(text: &mut Text, header: &Header, schema: &str, agency: &str) {
    text.key("meta");
    text.object(|text| {
        text.member("schema", schema);
        text.member("id", &id(header.id.as_deref().unwrap_or("OLSHEM")));
        text.flag("test", header.is_test);
        text.member("prepared", &date_time(header.prepared.as_deref()));
        text.labels("name", "names", &header.names);
        text.key("sender");
        text.object(|text| text.member("id", &id(header.sender.as_deref().unwrap_or(agency))));
    });
}

/// A time as the format wants it, with a time zone: that of Greenwich, where none is told.
pub(super) fn date_time(text: Option<&str>) -> String {
    let text = text.unwrap_or(UNKNOWN_TIME);
    match text.split_once('T') {
        None => format!("{text}T00:00:00Z"),
        Some((_, time)) if !time.contains(['Z', '+', '-']) => format!("{text}Z"),
        Some(_) => text.to_owned(),
    }
}

/// A text as an id of SDMX may be.
fn id(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_@$-".contains(c);
    let id: String = text.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    if id.is_empty() { "_".to_owned() } else { id }
}

/// What the footer says.
pub(super) fn errors(text: &mut Text, header: &Header) {
    text.list("errors", &header.remarks, |text, remark| {
        let coded = remark.split_once(": ").filter(|(code, _)| super::text::is_number(code));
        let (code, title) = coded.unwrap_or(("0", remark));
        text.object(|text| {
            text.key("code");
            text.raw(code);
            text.member("title", title);
        });
    });
}

fn links(text: &mut Text, description: &Description) {
    if let Some(dataflow) = &description.dataflow {
        text.link(dataflow, "dataflow");
    }
    if let Some(structure) = &description.structure {
        text.link(structure, "datastructure");
    }
}

/// Annotations among extras, and notes as annotations.
fn remarks(extras: &[Extra], notes: &[Note], is_on: impl Fn(&Note) -> bool) -> Vec<Annotation> {
    let of_extras = extras.iter().filter_map(|extra| extra.annotation.clone());
    let of_notes = notes.iter().filter(|note| is_on(note)).map(|note| Annotation {
        kind: Some("NOTE".to_owned()),
        texts: note.texts.clone(),
        ..Annotation::default()
    });
    of_extras.chain(of_notes).collect()
}

fn descriptions(text: &mut Text, extras: &[Extra]) {
    let described = extras.iter().filter(|extra| extra.keyword == "description");
    let labels = described.filter_map(|extra| {
        Some((
            extra.language.clone().unwrap_or_else(|| "und".into()),
            extra.values.first()?.clone(),
        ))
    });
    text.labels("description", "descriptions", &labels.collect());
}

impl Dataset {
    /// The structure of the data set, with the values that occurred.
    fn write_structure(&mut self, text: &mut Text, number: usize) {
        let Self { description, columns, annotations } = self;
        text.new_line();
        text.open('{');
        text.key("dataSets");
        text.open('[');
        text.number(number);
        text.close(']');
        text.key("links");
        text.open('[');
        links(text, description);
        text.close(']');
        text.names(&description.names, &description.id);
        descriptions(text, &description.extras);
        for (part, roles) in [
            ("dimensions", &[Role::Identifier][..]),
            ("measures", &[Role::Measure]),
            ("attributes", &[Role::Attribute, Role::ViralAttribute]),
        ] {
            text.key(part);
            text.open('{');
            text.key("observation");
            text.open('[');
            for (position, (variable, column)) in
                description.variables.iter().zip(&*columns).enumerate()
            {
                if roles.contains(&variable.component.role) {
                    text.new_line();
                    component(text, variable, column, position, &description.notes, annotations);
                }
            }
            text.close(']');
            text.close('}');
        }
        text.list("annotations", &annotations.0, Text::annotation);
        text.close('}');
    }
}

fn component(
    text: &mut Text,
    variable: &Variable,
    column: &Column,
    position: usize,
    notes: &[Note],
    annotations: &mut Annotations,
) {
    let component = &variable.component;
    text.open('{');
    text.member("id", &component.name);
    text.names(&variable.names, &component.name);
    descriptions(text, &variable.extras);
    match component.role {
        Role::Identifier => {
            text.key("keyPosition");
            text.number(position);
        }
        Role::Measure => {}
        Role::Attribute | Role::ViralAttribute => {
            text.flag("isMandatory", !component.nullable);
            text.key("relationship");
            text.object(|text| relationship(text, &variable.attachment));
        }
    }
    let roles = variable.extras.iter().filter(|extra| extra.keyword == "roles");
    let roles: Vec<&String> = roles.flat_map(|extra| &extra.values).collect();
    text.list("roles", &roles, |text, role| text.string(role));
    format(text, variable);
    let references = [(&variable.concept, "concept"), (&variable.representation, "codelist")];
    let references: Vec<_> = references
        .iter()
        .filter_map(|(reference, rel)| Some((reference.as_ref()?, *rel)))
        .collect();
    text.list("links", &references, |text, (reference, rel)| text.link(reference, rel));
    let on_this = |note: &Note, value: &str| matches!(&note.on[..], [(name, on)] if *name == component.name && on == value);
    let own = remarks(&variable.extras, notes, |note| on_this(note, ""));
    text.list("annotations", &own, |text, remark| text.number(annotations.index(remark)));
    if let Column::Indexed(values) = column
        && !values.is_empty()
    {
        text.key("values");
        text.open('[');
        let items = variable.codelist.as_ref().map(|list| list.items()).unwrap_or_default();
        let orders: HashMap<&str, usize> =
            items.iter().enumerate().map(|(order, item)| (item.code.as_str(), order)).collect();
        for value in values {
            let order = orders.get(value.as_str()).copied();
            let item = order.and_then(|order| items.get(order));
            let notes = remarks(&[], notes, |note| on_this(note, value));
            component_value(text, value, item, order, component.role, notes, annotations);
        }
        text.close(']');
    }
    text.close('}');
}

fn component_value(
    text: &mut Text,
    value: &str,
    item: Option<&Item>,
    order: Option<usize>,
    role: Role,
    notes: Vec<Annotation>,
    annotations: &mut Annotations,
) {
    let is_id = id(value) == value;
    // A value that is no code may stand as one if it looks so: readers of dimensions want it.
    let as_code = is_id && (item.is_some() || role == Role::Identifier);
    text.object(|text| {
        text.member(if as_code { "id" } else { "value" }, value);
        let labels = item.map(|item| &item.labels);
        match labels {
            Some(labels) => text.names(labels, value),
            None if as_code => text.member("name", value),
            None => {}
        }
        if let Some(item) = item {
            text.labels("description", "descriptions", &item.descriptions);
            text.optional("parent", item.parent.as_deref().filter(|parent| id(parent) == *parent));
        }
        if let Some(order) = order {
            text.key("order");
            text.number(order);
        }
        let of_item = item.map(|item| item.annotations.as_slice()).unwrap_or_default();
        let all: Vec<&Annotation> = of_item.iter().chain(&notes).collect();
        text.list("annotations", &all, |text, remark| text.number(annotations.index(remark)));
    });
}

fn relationship(text: &mut Text, attachment: &Attachment) {
    match attachment {
        Attachment::Dataset => {
            text.key("dataflow");
            text.object(|_| {});
        }
        Attachment::Dimensions(dimensions) if !dimensions.is_empty() => {
            text.list("dimensions", dimensions, |text, dimension| text.string(dimension));
        }
        // Data messages don't know groups by name.
        Attachment::Observation | Attachment::Group(_) | Attachment::Dimensions(_) => {
            text.key("observation");
            text.object(|_| {});
        }
    }
}

fn format(text: &mut Text, variable: &Variable) {
    let is_coded = variable.codelist.is_some();
    let is_attribute = variable.component.role != Role::Identifier;
    let decimals = variable.decimals.filter(|decimals| *decimals > 0);
    if is_coded && !variable.is_list {
        return;
    }
    text.key("format");
    text.object(|text| {
        if !is_coded {
            text.member("dataType", crate::description::text_type(variable.component.data_type));
        }
        if let Some(decimals) = decimals {
            text.key("decimals");
            text.number(decimals as usize);
        }
        if is_attribute && is_multilingual(variable) {
            text.flag("isMultiLingual", true);
        }
        if is_attribute && variable.is_list {
            text.member("maxOccurs", "unbounded");
        }
    });
}
