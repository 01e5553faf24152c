//! SDMX-CSV, written as it comes: a row an observation, codes without their names.

use super::Version;
use super::cells::joined;
use crate::delimited::push_field;
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::formulas::neutralised;
use crate::message::{
    Action, Description, Header, Loss, Note, Observations, Receiver, Variable, Writer,
};
use crate::metadata::{Attachment, Metadata, Reference};
use crate::sdmx::MULTILINGUAL;
use arrow::array::{Array, StringViewArray};
use olshem_model::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::io::Write;

/// What parts several values in a cell.
const PARTS: char = ';';

/// What is written is handed on in pieces of this many bytes.
const PIECE: usize = 1 << 16;

/// Writes SDMX-CSV of either version.
pub struct CsvWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    version: Version,
    agency: String,
    text: String,
    /// The columns of components, once there are headings.
    columns: Option<Vec<Column>>,
    /// The fields of each row that say what it belongs to.
    head: String,
    /// The variable of each column, of the data set that is being written.
    sources: Vec<Option<usize>>,
    losses: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    id: String,
    cells: Cells,
}

/// What stands in a column's cells.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cells {
    One,
    Several,
    /// A text in several languages: these.
    ByLanguage(Vec<String>),
}

impl<'w> CsvWriter<'w> {
    /// A writer to `out`.
    pub fn new(out: Box<dyn Write + Send + 'w>, version: Version, writing: &Writing) -> Self {
        Self {
            out,
            version,
            agency: writing.agency.clone().unwrap_or_else(|| "OLSHEM".to_owned()),
            text: String::new(),
            columns: None,
            head: String::new(),
            sources: Vec::new(),
            losses: BTreeMap::new(),
        }
    }

    fn hand_on(&mut self) -> Result<(), Diagnostic> {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| unwritable(format!("can't be written: {error}")))
    }

    fn lose(&mut self, what: &'static str, count: usize) {
        if count > 0 {
            *self.losses.entry(what).or_default() += count;
        }
    }

    fn count_losses(&mut self, description: &Description) {
        let count = |is: fn(&Variable) -> bool| {
            description.variables.iter().filter(|variable| is(variable)).count()
        };
        self.lose("codelists, of which only the codes are kept", count(|v| v.codelist.is_some()));
        self.lose("names of components", count(|v| !v.names.is_empty()));
        self.lose(
            "relations of attributes to dimensions",
            count(|v| v.attachment != Attachment::Observation),
        );
        self.lose("units of measure of variables", count(|v| !v.unit.is_empty()));
        self.lose("numbers of decimals", count(|v| v.decimals.is_some()));
        self.lose("names of data sets", usize::from(!description.names.is_empty()));
        self.lose("footnotes", description.notes.len());
        self.lose("sources of data sets", usize::from(!description.source.is_empty()));
        self.lose("dates of update", usize::from(description.updated.is_some()));
        let of_variables = description.variables.iter().flat_map(|variable| &variable.extras);
        let extras = of_variables.filter(|extra| extra.keyword != MULTILINGUAL).count();
        self.lose("keywords and remarks", extras + description.extras.len());
        if self.version == Version::V1 {
            let is_told = description.action == Action::Information;
            self.lose("actions on data sets", usize::from(!is_told));
            self.lose("lists of values, written as JSON", count(|v| v.is_list));
        }
    }

    fn headings(&mut self, columns: &[Column]) {
        let is_compound = columns.iter().any(|column| column.cells != Cells::One);
        self.text.push_str(match (self.version, is_compound) {
            (Version::V1, _) => "DATAFLOW",
            (Version::V2, false) => "STRUCTURE,STRUCTURE_ID,ACTION",
            (Version::V2, true) => "STRUCTURE[;],STRUCTURE_ID,ACTION",
        });
        for column in columns {
            self.text.push(',');
            let brackets = match &column.cells {
                Cells::One => String::new(),
                Cells::Several => "[]".to_owned(),
                Cells::ByLanguage(languages) => format!("[{}]", languages.join(";")),
            };
            push_field(&mut self.text, &(column.id.clone() + &brackets));
        }
        self.text.push('\n');
    }
}

impl Column {
    fn of(variable: &Variable, version: Version) -> Self {
        let languages = variable.extras.iter().find(|extra| extra.keyword == MULTILINGUAL);
        let cells = match languages {
            _ if version == Version::V1 => Cells::One,
            Some(extra) if !extra.values.is_empty() => Cells::ByLanguage(extra.values.clone()),
            _ if variable.is_list => Cells::Several,
            _ => Cells::One,
        };
        Self { id: variable.component.name.clone(), cells }
    }
}

impl Receiver for CsvWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.lose("remarks on the message", header.remarks.len());
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        let count = [
            metadata.codelists.len(),
            metadata.concept_schemes.len(),
            metadata.structures.len(),
            metadata.dataflows.len(),
            metadata.hierarchies.len(),
            metadata.constraints.len(),
        ];
        self.lose("structures, which need a file of their own", count.iter().sum());
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let refers = description.structure.is_some() || description.dataflow.is_some();
        let description = match refers {
            true => description,
            false => description.with_metadata(&self.agency).0,
        };
        self.count_losses(&description);
        let own: Vec<Column> =
            description.variables.iter().map(|v| Column::of(v, self.version)).collect();
        let columns = match self.columns.take() {
            Some(columns) => columns,
            None => {
                self.headings(&own);
                own.clone()
            }
        };
        if let Some(other) = own.iter().find(|column| !columns.contains(column)) {
            let message = format!(
                "the data set `{}` has `{}`, which the first of the file does not have",
                description.id, other.id
            );
            return Err(unwritable(message).with_help("write each data set to a file of its own"));
        }
        self.sources =
            columns.iter().map(|column| own.iter().position(|one| one == column)).collect();
        self.columns = Some(columns);
        self.head = head(&description, self.version);
        Ok(())
    }

    fn note(&mut self, _: Note) -> Result<(), Diagnostic> {
        self.lose("footnotes", 1);
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let batch = &observations.batch;
        let arrays = observations.columns();
        let columns = self.columns.take().unwrap_or_default();
        let sources: Vec<Option<&StringViewArray>> =
            self.sources.iter().map(|source| arrays.get((*source)?).copied()).collect();
        for row in 0..batch.num_rows() {
            self.text.push_str(&self.head);
            for (column, array) in columns.iter().zip(&sources) {
                self.text.push(',');
                if let Some(array) = array.filter(|array| array.is_valid(row)) {
                    push_value(&mut self.text, &column.cells, array.value(row));
                }
            }
            self.text.push('\n');
            if self.text.len() > PIECE {
                self.hand_on()?;
            }
        }
        self.columns = Some(columns);
        self.hand_on()
    }
}

impl Writer for CsvWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        if self.columns.is_none() {
            return Err(unwritable("there are no data, and SDMX-CSV holds nothing else".into()));
        }
        self.hand_on()?;
        self.out.flush().map_err(|error| unwritable(format!("can't be written: {error}")))?;
        let losses = self.losses.iter().map(|(what, count)| Loss(format!("{count} {what}")));
        Ok(losses.collect())
    }
}

fn unwritable(message: String) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
}

/// The first fields of a data set's rows.
fn head(description: &Description, version: Version) -> String {
    let mut head = String::new();
    let (class, reference) = match (&description.dataflow, &description.structure) {
        (Some(dataflow), _) => ("dataflow", Some(dataflow)),
        (None, structure) => ("datastructure", structure.as_ref()),
    };
    if version == Version::V2 {
        head.push_str(class);
        head.push(',');
    }
    push_field(&mut head, &reference.map(identity).unwrap_or_default());
    if version == Version::V2 {
        head.push_str(match description.action {
            Action::Information => ",I",
            Action::Append => ",A",
            Action::Replace => ",R",
            Action::Delete => ",D",
        });
    }
    head
}

/// `AGENCY:ID(VERSION)`.
fn identity(reference: &Reference) -> String {
    let Reference { agency, id, version, .. } = reference;
    match version.is_empty() {
        true => format!("{agency}:{id}"),
        false => format!("{agency}:{id}({version})"),
    }
}

fn push_value(text: &mut String, cells: &Cells, value: &str) {
    let compound = match cells {
        Cells::One => None,
        Cells::Several => serde_json::from_str::<Vec<serde_json::Value>>(value).ok().map(|list| {
            let texts: Vec<String> = list
                .into_iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            joined(texts.iter().map(String::as_str), PARTS)
        }),
        Cells::ByLanguage(_) => {
            let texts = serde_json::from_str::<indexmap::IndexMap<String, String>>(value).ok();
            texts.map(|texts| {
                let parts: Vec<String> =
                    texts.iter().map(|(language, text)| format!("{language}:{text}")).collect();
                joined(parts.iter().map(String::as_str), PARTS)
            })
        }
    };
    push_field(text, &neutralised(compound.as_deref().unwrap_or(value)));
}
