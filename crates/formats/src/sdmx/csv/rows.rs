//! The rows after the first.

use super::Version;
use super::cells;
use super::headings::{Cells, Field, Headings};
use super::names::{Names, UNDETERMINED};
use crate::content::Content;
use crate::delimited::Fields;
use crate::errors::{BROKEN_SDMX_CSV, MISSING_STRUCTURE, NO_OBSERVATIONS, RAGGED_ROW};
use crate::files::Known;
use crate::formulas::restored;
use crate::message::{Action, Description, Extra, Lines, Observations, Receiver, Variable};
use crate::metadata::{Class, Reference};
use crate::sdmx::MULTILINGUAL;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringViewBuilder};
use arrow::datatypes::{DataType as ArrowType, Field as ArrowField, Schema};
use olshem_model::codelist::Labels;
use olshem_model::{Code, Component, DataType, Diagnostic, Place, Role};
use std::path::Path;
use std::sync::Arc;

/// A batch has no more observations than this.
const ROWS: usize = 8192;

/// Reads rows into a receiver.
pub(super) struct Rows<'r> {
    headings: &'r Headings,
    names: &'r Names,
    known: &'r Known,
    receiver: &'r mut dyn Receiver,
    file: Arc<Path>,
    /// Whether the row of headings is still to come.
    is_first: bool,
    /// What the first fields of the last row were.
    head: Head,
    dataset: Option<Dataset>,
    lines: Vec<u32>,
}

/// The fields that say what a row belongs to.
#[derive(Default)]
struct Head {
    class: String,
    id: String,
    name: String,
    action: String,
}

/// The data set that rows belong to.
struct Dataset {
    schema: Arc<Schema>,
    /// For each column of the file, how its cells are taken and where they go.
    takes: Vec<(Take, usize)>,
    builders: Vec<StringViewBuilder>,
}

/// How a cell becomes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Take {
    Plain,
    /// With a decimal comma.
    Decimal,
    /// With a name after it.
    Code,
    /// Several, each perhaps with a name.
    List {
        codes: bool,
    },
    ByLanguage(Vec<String>),
}

impl<'r> Rows<'r> {
    pub(super) fn new(
        content: &Content,
        headings: &'r Headings,
        names: &'r Names,
        known: &'r Known,
        receiver: &'r mut dyn Receiver,
    ) -> Self {
        Self {
            headings,
            names,
            known,
            receiver,
            file: Arc::from(content.path()),
            is_first: true,
            head: Head::default(),
            dataset: None,
            lines: Vec::new(),
        }
    }

    /// Takes rows that begin on that line; gives back the line after them.
    pub(super) fn read(&mut self, text: &str, mut line: usize) -> Result<usize, Diagnostic> {
        let headings = self.headings;
        let width = headings.fields.len();
        let mut fields = Fields::new(text, headings.delimiter, line);
        let mut at = 0;
        let mut changed = self.dataset.is_none();
        while let Some(field) = fields.next().map_err(|fault| fault.in_file(&self.file))? {
            let is_last = field.last;
            if self.is_first {
                self.is_first = !is_last;
                line = fields.line();
                continue;
            }
            if at == 0 && is_last && width > 1 && field.text.trim().is_empty() {
                line = fields.line();
                continue;
            }
            match headings.fields.get(at) {
                Some(Field::Value(n)) => {
                    if changed {
                        self.begin(line)?;
                        changed = false;
                    }
                    if let Some(dataset) = &mut self.dataset {
                        dataset.take(*n, &field.text, headings.parts);
                    }
                }
                Some(Field::NameOf(_) | Field::Key) | None => {}
                Some(head) => changed |= self.head.take(*head, &field.text),
            }
            at += 1;
            if is_last {
                if at != width {
                    let message = format!("the row has {at} fields, not {width}");
                    return Err(self.fault(&RAGGED_ROW, line, message));
                }
                // A row of nothing but heads: all of a data set is to be deleted.
                if changed {
                    self.begin(line)?;
                    changed = false;
                }
                self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
                if self.lines.len() == ROWS {
                    self.flush()?;
                }
                at = 0;
                line = fields.line();
            }
        }
        Ok(fields.line())
    }

    /// Hands on the last rows.
    pub(super) fn end(mut self) -> Result<(), Diagnostic> {
        self.flush()?;
        match self.dataset {
            Some(_) => Ok(()),
            None => {
                let message = "there are no rows after the headings";
                Err(Diagnostic::new(&NO_OBSERVATIONS, &*self.file, message))
            }
        }
    }

    fn fault(&self, code: &'static Code, line: usize, message: impl Into<String>) -> Diagnostic {
        let place = Place::Line { file: self.file.to_path_buf(), line, column: None };
        Diagnostic::new(code, place, message)
    }

    /// Begins the data set that the row on that line is of.
    fn begin(&mut self, line: usize) -> Result<(), Diagnostic> {
        self.flush()?;
        let mut description = self.belonging(line)?;
        let reference = description.dataflow.as_ref().or(description.structure.as_ref());
        let structured = reference
            .and_then(|reference| self.known.defining(reference)?.describe(reference))
            .map(|known| known.variables);
        let is_known = structured.is_some();
        let mut variables = match structured {
            Some(known) => self.by_structure(&known),
            None => self.by_position(line)?,
        };
        for (n, variable) in &mut variables {
            let column = &self.headings.columns[*n];
            if let (Some(name), true) = (&column.name, variable.names.is_empty()) {
                variable.names = undetermined(name);
            }
            let is_temporal = variable.component.data_type.is_temporal();
            if !is_known
                && !is_temporal
                && let Some(list) = self.names.of(*n)
            {
                variable.codelist = Some(list.clone());
                variable.component.data_type = DataType::String;
            }
            match &column.cells {
                Cells::One => variable.is_list = false,
                Cells::Several => variable.is_list = true,
                Cells::ByLanguage(languages) => {
                    variable.is_list = false;
                    let keyword = MULTILINGUAL.to_owned();
                    let values = languages.clone();
                    variable.extras.push(Extra { keyword, values, ..Extra::default() });
                }
            }
        }
        variables.sort_by_key(|(_, variable)| variable.component.role);
        let mut takes = vec![(Take::Plain, 0); self.headings.columns.len()];
        for (to, (n, variable)) in variables.iter().enumerate() {
            takes[*n] = (self.take(*n, variable), to);
        }
        description.variables = variables.into_iter().map(|(_, variable)| variable).collect();
        let fields = description
            .variables
            .iter()
            .map(|variable| ArrowField::new(&variable.component.name, ArrowType::Utf8View, true));
        self.dataset = Some(Dataset {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            takes,
            builders: description.variables.iter().map(|_| StringViewBuilder::new()).collect(),
        });
        self.receiver.dataset(description)
    }

    /// The data set's identity.
    fn belonging(&self, line: usize) -> Result<Description, Diagnostic> {
        let head = &self.head;
        let (id, name) = match cells::identity_and_name(&head.id) {
            Some((id, name)) => (id, name),
            None => (head.id.as_str(), head.name.as_str()),
        };
        let class = match (self.headings.version, head.class.as_str()) {
            (Version::V1, _) | (_, "dataflow") => Class::Dataflow,
            (_, "datastructure") => Class::DataStructure,
            (_, "dataprovision") => Class::ProvisionAgreement,
            (_, other) => {
                let message = format!("`{other}` is no kind of structure");
                return Err(self.fault(&BROKEN_SDMX_CSV, line, message));
            }
        };
        let reference = reference(class, id).ok_or_else(|| {
            let message = format!("`{id}` is not the name of a structure");
            self.fault(&BROKEN_SDMX_CSV, line, message)
        })?;
        let mut description = Description {
            id: reference.id.clone(),
            names: undetermined(name),
            action: match head.action.as_str() {
                "" | "I" => Action::Information,
                "A" | "M" => Action::Append,
                "R" => Action::Replace,
                "D" => Action::Delete,
                other => {
                    let message = format!("`{other}` is no action on data");
                    return Err(self.fault(&BROKEN_SDMX_CSV, line, message));
                }
            },
            ..Description::default()
        };
        match class {
            Class::Dataflow => description.dataflow = Some(reference),
            Class::DataStructure => description.structure = Some(reference),
            _ => description.extras.push(Extra {
                keyword: "provisionagreement".into(),
                values: vec![reference.to_string()],
                ..Extra::default()
            }),
        }
        Ok(description)
    }

    /// The components of the file as their structure has them; what it does not have are attributes.
    fn by_structure(&self, known: &[Variable]) -> Vec<(usize, Variable)> {
        let of_structure = known.iter().filter_map(|variable| {
            let is_this = |column: &super::headings::Column| column.id == variable.component.name;
            Some((self.headings.columns.iter().position(is_this)?, variable.clone()))
        });
        let mut variables: Vec<(usize, Variable)> = of_structure.collect();
        for (n, column) in self.headings.columns.iter().enumerate() {
            if !known.iter().any(|variable| variable.component.name == column.id) {
                let component = Component::attribute(&column.id, DataType::String);
                variables.push((n, Variable::new(component)));
            }
        }
        variables
    }

    /// The components of the file by where they stand.
    fn by_position(&self, line: usize) -> Result<Vec<(usize, Variable)>, Diagnostic> {
        let columns = &self.headings.columns;
        let reference = &self.head.id;
        let Some(measure) = columns.iter().position(|column| column.id == "OBS_VALUE") else {
            let message = format!(
                "the structure of `{reference}` is not known, and without a column `OBS_VALUE` \
                 nothing tells dimensions from attributes"
            );
            return Err(self.fault(&MISSING_STRUCTURE, line, message).with_help(HELP));
        };
        let variable = |(n, column): (usize, &super::headings::Column)| {
            let is_dimension = n < measure && column.cells == Cells::One && is_id(&column.id);
            let component = match column.id.as_str() {
                "OBS_VALUE" => Component::measure(&column.id, DataType::Number),
                "TIME_PERIOD" => Component::identifier(&column.id, DataType::TimePeriod),
                id if is_dimension => Component::identifier(id, DataType::String),
                id => Component::attribute(id, DataType::String),
            };
            (n, Variable::new(component))
        };
        let variables: Vec<_> = columns.iter().enumerate().map(variable).collect();
        if !variables.iter().any(|(_, variable)| variable.component.role == Role::Identifier) {
            let message = format!(
                "the structure of `{reference}` is not known, and no column stands before \
                 `OBS_VALUE`, as dimensions do"
            );
            return Err(self.fault(&MISSING_STRUCTURE, line, message).with_help(HELP));
        }
        Ok(variables)
    }

    fn take(&self, column: usize, variable: &Variable) -> Take {
        let both = self.headings.has_names
            && !self.headings.fields.iter().any(|field| matches!(field, Field::NameOf(_)));
        // Periods come with names too, which say the same.
        let codes =
            both && (variable.codelist.is_some() || variable.component.data_type.is_temporal());
        match &self.headings.columns[column].cells {
            Cells::Several => Take::List { codes },
            Cells::ByLanguage(languages) => Take::ByLanguage(languages.clone()),
            Cells::One if codes => Take::Code,
            Cells::One
                if self.headings.delimiter != ',' && variable.component.data_type.is_numeric() =>
            {
                Take::Decimal
            }
            Cells::One => Take::Plain,
        }
    }

    fn flush(&mut self) -> Result<(), Diagnostic> {
        let rows = self.lines.len();
        let Some(dataset) = self.dataset.as_mut().filter(|_| rows > 0) else { return Ok(()) };
        let arrays =
            dataset.builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = dataset.schema.clone();
        let batch = RecordBatch::try_new_with_options(schema, arrays.collect(), &options)
            .map_err(|error| Diagnostic::new(&BROKEN_SDMX_CSV, &*self.file, error.to_string()))?;
        let lines = std::mem::take(&mut self.lines);
        let origins = Arc::new(Lines { file: self.file.clone(), lines });
        self.receiver.observations(Observations { batch, origins })
    }
}

const HELP: &str = "put the structure message beside the file, or name it with `--structure`";

impl Head {
    /// Takes a field; tells whether it differs from that of the row before.
    fn take(&mut self, field: Field, text: &str) -> bool {
        let known = match field {
            Field::Class => &mut self.class,
            Field::Id => &mut self.id,
            Field::Action => &mut self.action,
            // Its name does not make it another.
            _ => {
                if self.name != text {
                    text.clone_into(&mut self.name);
                }
                return false;
            }
        };
        if known == text {
            return false;
        }
        text.clone_into(known);
        true
    }
}

impl Dataset {
    fn take(&mut self, column: usize, text: &str, parts: char) {
        let Some((take, to)) = self.takes.get(column) else { return };
        let Some(builder) = self.builders.get_mut(*to) else { return };
        if text.is_empty() {
            return builder.append_null();
        }
        let text = restored(text);
        match take {
            Take::Plain => builder.append_value(text),
            Take::Decimal if text.contains(',') && !text.contains('.') => {
                builder.append_value(text.replacen(',', ".", 1));
            }
            Take::Decimal => builder.append_value(text),
            Take::Code => {
                builder.append_value(cells::code_and_name(text).map_or(text, |(code, _)| code));
            }
            Take::List { codes } => builder.append_value(cells::list(text, parts, *codes)),
            Take::ByLanguage(languages) => {
                builder.append_value(cells::by_language(text, parts, languages));
            }
        }
    }
}

fn undetermined(name: &str) -> Labels {
    let label = (UNDETERMINED.to_owned(), name.to_owned());
    Some(label).filter(|(_, name)| !name.is_empty()).into_iter().collect()
}

/// Whether a heading can be a component's id.
fn is_id(heading: &str) -> bool {
    heading.starts_with(|c: char| c.is_ascii_alphabetic())
        && heading.chars().all(|c| c.is_ascii_alphanumeric() || "_-$@".contains(c))
}

/// `AGENCY:ID(VERSION)`; without a version, the one there is.
fn reference(class: Class, text: &str) -> Option<Reference> {
    let (agency, rest) = text.trim().split_once(':')?;
    let (id, version) = match rest.split_once('(') {
        Some((id, version)) => (id, version.strip_suffix(')')?),
        None => (rest, ""),
    };
    let is_named = !agency.is_empty() && !id.is_empty() && !rest.contains(' ');
    is_named.then(|| Reference::new(class, agency, id, version))
}
