//! What a data set is, as the rows of a sheet `structure`: of which data set and component, what, in
//! which language. A person reads it as a description, and our reader makes the same data set of it.

use crate::message::{Action, Description, Header, Note, Variable};
use crate::metadata::{Attachment, Reference};
use crate::reading;
use olshem_model::codelist::Labels;
use olshem_model::{Codelist, Component, DataType, Role};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The headings of the sheet.
pub(super) const HEADINGS: [&str; 5] = ["data set", "component", "what", "language", "text"];

/// One row of the sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fact {
    /// The sheet that has its observations; none of what is said of the whole file.
    pub(super) dataset: String,
    pub(super) component: String,
    pub(super) what: String,
    pub(super) language: String,
    pub(super) text: String,
}

/// Gathers facts of one data set, or of the file.
pub(super) struct Telling<'a> {
    pub(super) dataset: &'a str,
    pub(super) facts: Vec<Fact>,
}

impl Telling<'_> {
    fn tell(&mut self, component: &str, what: &str, language: &str, text: &str) {
        if !text.is_empty() || what == "attached to dimension" || what.ends_with(" on") {
            let dataset = self.dataset.to_owned();
            let (component, what) = (component.to_owned(), what.to_owned());
            let (language, text) = (language.to_owned(), text.to_owned());
            self.facts.push(Fact { dataset, component, what, language, text });
        }
    }

    pub(super) fn labels(&mut self, component: &str, what: &str, labels: &Labels) {
        for (language, text) in labels {
            self.tell(component, what, language, text);
        }
    }

    /// What the file says of itself.
    pub(super) fn header(&mut self, header: &Header) {
        self.tell("", "message", "", header.id.as_deref().unwrap_or_default());
        self.tell("", "prepared", "", header.prepared.as_deref().unwrap_or_default());
        self.tell("", "sender", "", header.sender.as_deref().unwrap_or_default());
        self.tell("", "test", "", if header.is_test { "true" } else { "" });
        self.labels("", "name", &header.names);
        for remark in &header.remarks {
            self.tell("", "remark", "", remark);
        }
    }

    /// A data set; `codelist` gives what the sheet of codelists calls that of a variable.
    pub(super) fn description(
        &mut self,
        description: &Description,
        codelist: impl Fn(&Variable) -> Option<String>,
    ) {
        let urn = |reference: &Option<Reference>| {
            reference.as_ref().map(Reference::to_string).unwrap_or_default()
        };
        self.tell("", "id", "", &description.id);
        self.labels("", "name", &description.names);
        self.tell("", "dataflow", "", &urn(&description.dataflow));
        self.tell("", "structure", "", &urn(&description.structure));
        self.tell("", "action", "", action_keyword(description.action));
        self.labels("", "source", &description.source);
        self.tell("", "updated", "", description.updated.as_deref().unwrap_or_default());
        for (number, note) in (1..).zip(&description.notes) {
            let what = format!("note {number}");
            self.labels("", &what, &note.texts);
            for (variable, value) in &note.on {
                self.tell(variable, &format!("{what} on"), "", value);
            }
            let mandatory = if note.is_mandatory { "true" } else { "" };
            self.tell("", &format!("{what} mandatory"), "", mandatory);
        }
        for variable in &description.variables {
            let Component { name, role, data_type, nullable, .. } = &variable.component;
            self.tell(name, "role", "", role.keyword());
            self.tell(name, "type", "", data_type.keyword());
            self.tell(name, "nullable", "", if *nullable { "true" } else { "false" });
            self.labels(name, "name", &variable.names);
            self.tell(name, "concept", "", &urn(&variable.concept));
            self.tell(name, "codelist", "", &codelist(variable).unwrap_or_default());
            self.tell(name, "codelist reference", "", &urn(&variable.representation));
            match &variable.attachment {
                Attachment::Observation => {}
                Attachment::Dataset => self.tell(name, "attached to data set", "", "true"),
                Attachment::Group(group) => self.tell(name, "attached to group", "", group),
                Attachment::Dimensions(dimensions) if dimensions.is_empty() => {
                    self.tell(name, "attached to dimension", "", "");
                }
                Attachment::Dimensions(dimensions) => {
                    for dimension in dimensions {
                        self.tell(name, "attached to dimension", "", dimension);
                    }
                }
            }
            self.tell(name, "list", "", if variable.is_list { "true" } else { "" });
            self.labels(name, "unit", &variable.unit);
            let decimals = variable.decimals.map(|d| d.to_string()).unwrap_or_default();
            self.tell(name, "decimals", "", &decimals);
        }
    }
}

fn action_keyword(action: Action) -> &'static str {
    match action {
        Action::Information => "",
        Action::Append => "append",
        Action::Replace => "replace",
        Action::Delete => "delete",
    }
}

/// The header that facts on the whole file tell.
pub(super) fn header(facts: &[Fact]) -> Header {
    let mut header = Header::default();
    for fact in facts.iter().filter(|fact| fact.dataset.is_empty() && fact.component.is_empty()) {
        let text = fact.text.clone();
        match fact.what.as_str() {
            "message" => header.id = Some(text),
            "prepared" => header.prepared = Some(text),
            "sender" => header.sender = Some(text),
            "test" => header.is_test = text == "true",
            "name" => drop(header.names.insert(fact.language.clone(), text)),
            "remark" => header.remarks.push(text),
            _ => {}
        }
    }
    header
}

/// The data set of a sheet that facts tell.
///
/// # Errors
///
/// A fact that is not understood, and why.
pub(super) fn description(
    dataset: &str,
    facts: &[Fact],
    codelists: &BTreeMap<String, Arc<Codelist>>,
) -> Result<Description, (usize, String)> {
    let mut told = Description { id: dataset.to_owned(), ..Description::default() };
    let mut notes: BTreeMap<usize, Note> = BTreeMap::new();
    for (at, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.dataset == dataset) {
        let mut tell = |told: &mut Description| -> Result<(), String> {
            if let Some(note) = fact.what.strip_prefix("note ") {
                let (number, what) = note.split_once(' ').unwrap_or((note, ""));
                let number = number.parse().map_err(|_| format!("`{note}` numbers no note"))?;
                let note: &mut Note = notes.entry(number).or_default();
                match what {
                    "on" => note.on.push((fact.component.clone(), fact.text.clone())),
                    "mandatory" => note.is_mandatory = fact.text == "true",
                    _ => drop(note.texts.insert(fact.language.clone(), fact.text.clone())),
                }
                Ok(())
            } else if fact.component.is_empty() {
                of_dataset(told, fact)
            } else {
                of_component(variable(told, &fact.component), fact, codelists)
            }
        };
        tell(&mut told).map_err(|message| (at, message))?;
    }
    told.notes = notes.into_values().collect();
    // A stable sort: within a role the order of the sheet stays.
    told.variables.sort_by_key(|variable| variable.component.role);
    Ok(told)
}

fn of_dataset(told: &mut Description, fact: &Fact) -> Result<(), String> {
    let text = fact.text.clone();
    match fact.what.as_str() {
        "id" => told.id = text,
        "name" => drop(told.names.insert(fact.language.clone(), text)),
        "dataflow" => told.dataflow = Some(reference(&text)?),
        "structure" => told.structure = Some(reference(&text)?),
        "action" => {
            told.action = [Action::Append, Action::Replace, Action::Delete]
                .into_iter()
                .find(|action| action_keyword(*action) == text)
                .ok_or(format!("`{text}` is no action"))?;
        }
        "source" => drop(told.source.insert(fact.language.clone(), text)),
        "updated" => told.updated = Some(text),
        other => return Err(format!("`{other}` is not known of a data set")),
    }
    Ok(())
}

/// The variable of that name, a new one where none has been told of yet.
fn variable<'d>(told: &'d mut Description, name: &str) -> &'d mut Variable {
    let at = told.variables.iter().position(|variable| variable.component.name == name);
    let at = at.unwrap_or_else(|| {
        let (name, data_type) = (name.to_owned(), DataType::String);
        let role = Role::Attribute;
        let component = Component { name, role, data_type, nullable: true, codes: None };
        told.variables.push(Variable::new(component));
        told.variables.len() - 1
    });
    &mut told.variables[at]
}

fn of_component(
    variable: &mut Variable,
    fact: &Fact,
    codelists: &BTreeMap<String, Arc<Codelist>>,
) -> Result<(), String> {
    let text = fact.text.clone();
    match fact.what.as_str() {
        "role" => variable.component.role = reading::role(&text)?,
        "type" => variable.component.data_type = reading::data_type(&text)?,
        "nullable" => variable.component.nullable = text == "true",
        "name" => drop(variable.names.insert(fact.language.clone(), text)),
        "concept" => variable.concept = Some(reference(&text)?),
        "codelist" => {
            let list = codelists.get(&text).ok_or(format!("there is no codelist `{text}`"))?;
            variable.codelist = Some(Arc::clone(list));
        }
        "codelist reference" => variable.representation = Some(reference(&text)?),
        "attached to data set" => variable.attachment = Attachment::Dataset,
        "attached to group" => variable.attachment = Attachment::Group(text),
        "attached to dimension" => {
            if !matches!(variable.attachment, Attachment::Dimensions(_)) {
                variable.attachment = Attachment::Dimensions(Vec::new());
            }
            if let Attachment::Dimensions(dimensions) = &mut variable.attachment {
                dimensions.extend(Some(text).filter(|text| !text.is_empty()));
            }
        }
        "list" => variable.is_list = text == "true",
        "unit" => drop(variable.unit.insert(fact.language.clone(), text)),
        "decimals" => {
            let decimals =
                text.parse().map_err(|_| format!("`{text}` is no number of decimals"))?;
            variable.decimals = Some(decimals);
        }
        other => return Err(format!("`{other}` is not known of a component")),
    }
    Ok(())
}

fn reference(urn: &str) -> Result<Reference, String> {
    urn.parse().map_err(|_| format!("`{urn}` is not the URN of an artefact"))
}
