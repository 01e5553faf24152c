//! What a data message says of its components: which there are, on which level their values are said,
//! and which values their indices mean.

use super::tree::{Node, Value, fault_at};
use crate::description::data_type;
use crate::errors::BROKEN_SDMX_JSON;
use crate::message::{Description, Extra, Note, Variable};
use crate::metadata::{Attachment, Class, Reference, Representation};
use crate::sdmx::notes;
use olshem_model::codelist::{Annotation, Item};
use olshem_model::{Codelist, Component, DataType, Diagnostic, Role};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// The levels on which a data set's values are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Dataset,
    Group,
    Series,
    Observation,
}

impl Level {
    const ALL: [(Self, &str); 4] = [
        (Self::Dataset, "dataSet"),
        (Self::Group, "dimensionGroup"),
        (Self::Series, "series"),
        (Self::Observation, "observation"),
    ];
}

/// A component on its level.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) level: Level,
    /// Which of the variables it is.
    pub(super) variable: usize,
    /// What its indices mean; without, the data have the values themselves.
    pub(super) values: Option<Vec<Option<String>>>,
    /// What holds where the data leave it out.
    pub(super) default: Option<String>,
    pub(super) is_list: bool,
}

/// What a data set looks like, and where in it what is said.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) description: Description,
    /// In the order of the message, and so of the keys.
    pub(super) dimensions: Vec<Slot>,
    pub(super) measures: Vec<Slot>,
    pub(super) attributes: Vec<Slot>,
    /// The remarks that observations, series and data sets refer to.
    pub(super) annotations: Vec<Annotation>,
}

impl Layout {
    /// Reads a structure of a data message.
    pub(super) fn read(node: &Node, file: &Path, language: &str) -> Result<Self, Diagnostic> {
        let annotations: Vec<Annotation> =
            node.list("annotations").iter().map(|node| annotation(node, language)).collect();
        let mut reader = Components {
            file,
            language,
            annotations: &annotations,
            found: Vec::new(),
            notes: Vec::new(),
        };
        reader.read_all(node)?;
        let Components { mut found, notes, .. } = reader;
        // Dimensions by their position in the structure; all else stays as it was found.
        found.sort_by_key(|one| (one.variable.component.role, one.position));
        let mut names = HashSet::new();
        if let Some(twice) =
            found.iter().find(|one| !names.insert(one.variable.component.name.clone()))
        {
            let message =
                format!("the component `{}` is there twice", twice.variable.component.name);
            return Err(fault_at(&BROKEN_SDMX_JSON, file, twice.line, message));
        }
        let mut layout = Self {
            description: Description {
                id: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                names: node.labels("name", "names", language),
                extras: described(node, language),
                notes,
                ..Description::default()
            },
            dimensions: Vec::new(),
            measures: Vec::new(),
            attributes: Vec::new(),
            annotations: Vec::new(),
        };
        let mut slots = Vec::new();
        for (variable, one) in found.into_iter().enumerate() {
            layout.description.variables.push(one.variable);
            slots.push((one.order, Slot { variable, ..one.slot }));
        }
        slots.sort_by_key(|(order, _)| *order);
        for (_, slot) in slots {
            match layout.description.variables[slot.variable].component.role {
                Role::Identifier => layout.dimensions.push(slot),
                Role::Measure => layout.measures.push(slot),
                Role::Attribute | Role::ViralAttribute => layout.attributes.push(slot),
            }
        }
        layout.refer(node.list("links"));
        layout.attach_by_level();
        layout.annotations = annotations;
        Ok(layout)
    }

    /// The dataflow and the structure that links name, unless they are known.
    pub(super) fn refer(&mut self, links: &[Node]) {
        for link in links {
            let Some(reference) = link_target(link) else { continue };
            let description = &mut self.description;
            match reference.class {
                Class::Dataflow if description.dataflow.is_none() => {
                    description.id.clone_from(&reference.id);
                    description.dataflow = Some(reference);
                }
                Class::DataStructure if description.structure.is_none() => {
                    if description.dataflow.is_none() {
                        description.id.clone_from(&reference.id);
                    }
                    description.structure = Some(reference);
                }
                _ => {}
            }
        }
    }

    /// Of attributes whose relationship is not told, what their level says of it.
    fn attach_by_level(&mut self) {
        let variables = &self.description.variables;
        let series = self.dimensions.iter().filter(|slot| slot.level != Level::Observation);
        let series: Vec<String> =
            series.map(|slot| variables[slot.variable].component.name.clone()).collect();
        for slot in &self.attributes {
            let attachment = &mut self.description.variables[slot.variable].attachment;
            // A group without a name stands for "not told".
            if *attachment == Attachment::Group(String::new()) {
                *attachment = match slot.level {
                    Level::Dataset => Attachment::Dataset,
                    Level::Series => Attachment::Dimensions(series.clone()),
                    Level::Group | Level::Observation => Attachment::Observation,
                };
            }
        }
    }

    /// The dimensions or the like of a level.
    pub(super) fn of_level(slots: &[Slot], level: Level) -> Vec<&Slot> {
        slots.iter().filter(|slot| slot.level == level).collect()
    }
}

/// A component while not all are known.
struct Found {
    line: usize,
    /// The `keyPosition` of a dimension.
    position: usize,
    /// The how manieth of the message it is.
    order: usize,
    slot: Slot,
    variable: Variable,
}

struct Components<'m> {
    file: &'m Path,
    language: &'m str,
    annotations: &'m [Annotation],
    found: Vec<Found>,
    /// Footnotes on components and their values.
    notes: Vec<Note>,
}

impl Components<'_> {
    fn read_all(&mut self, node: &Node) -> Result<(), Diagnostic> {
        for (part, role) in [
            ("dimensions", Role::Identifier),
            ("measures", Role::Measure),
            ("attributes", Role::Attribute),
        ] {
            let Some(part) = node.get(part) else {
                if role == Role::Measure {
                    self.only_measure(node.line);
                }
                continue;
            };
            for (level, name) in Level::ALL {
                // Only attributes are attached to groups, and measures are of observations.
                let has_level = match role {
                    Role::Identifier => level != Level::Group,
                    Role::Measure => level == Level::Observation,
                    _ => true,
                };
                for component in part.list(name).iter().filter(|_| has_level) {
                    self.read(component, role, level)?;
                }
            }
        }
        Ok(())
    }

    /// The one measure of messages that don't name any.
    fn only_measure(&mut self, line: usize) {
        let variable = Variable::new(Component::measure("OBS_VALUE", DataType::Number));
        let slot = Slot {
            level: Level::Observation,
            variable: 0,
            values: None,
            default: None,
            is_list: false,
        };
        self.found.push(Found { line, position: 0, order: self.found.len(), slot, variable });
    }

    fn read(&mut self, node: &Node, role: Role, level: Level) -> Result<(), Diagnostic> {
        let Some(id) = node.text("id") else {
            let message = "a component has no `id`";
            return Err(fault_at(&BROKEN_SDMX_JSON, self.file, node.line, message));
        };
        let values = node.get("values").map(|values| self.values(values)).transpose()?;
        if role == Role::Identifier
            && level == Level::Dataset
            && values.as_ref().is_none_or(Vec::is_empty)
        {
            let message = format!("`{id}` is a dimension of the whole data set, and has no value");
            return Err(fault_at(&BROKEN_SDMX_JSON, self.file, node.line, message));
        }
        if role == Role::Identifier && values.iter().flatten().any(Option::is_none) {
            let message = format!("a value of the dimension `{id}` has no `id`");
            return Err(fault_at(&BROKEN_SDMX_JSON, self.file, node.line, message));
        }
        let coded = node.get("values").and_then(|values| self.codelist(id, values));
        let format = node.get("format");
        let occurs = |node: &Node| node.text("maxOccurs").map(str::to_owned);
        let max_occurs = format.and_then(occurs).or_else(|| occurs(node));
        let is_list = max_occurs.is_some_and(|most| most != "1" && most != "0");
        let is_time =
            role == Role::Identifier && id == "TIME_PERIOD" || roles(node).any(is_time_role);
        let representation = links_to(node, |reference| {
            matches!(reference.class, Class::Codelist | Class::ValueList)
                && reference.item.is_none()
        });
        let coded = coded.filter(|(_, says_more)| *says_more || representation.is_some());
        let codelist =
            coded.map(|(list, _)| list).filter(|_| !(is_time && representation.is_none()));
        let component = Component {
            name: id.to_owned(),
            role,
            data_type: match is_time && role == Role::Identifier {
                true => time_type(format),
                false => data_type(
                    &Representation {
                        codelist: codelist.is_some().then(|| {
                            Reference::new(Class::Codelist, String::new(), id, String::new())
                        }),
                        text_type: format.and_then(|f| f.text("dataType")).map(str::to_owned),
                        ..Representation::default()
                    },
                    role == Role::Measure,
                ),
            },
            nullable: role != Role::Identifier,
            codes: None,
        };
        let mut extras = described(node, self.language);
        let (notes, others) = remarks(node.list("annotations"), self.annotations, id, "");
        self.notes.extend(notes);
        extras.extend(others);
        let roles: Vec<String> = roles(node).map(str::to_owned).collect();
        if !roles.is_empty() {
            extras.push(Extra { keyword: "roles".into(), values: roles, ..Extra::default() });
        }
        if format.is_some_and(|format| format.is_true("isMultiLingual")) {
            let keyword = super::super::MULTILINGUAL.to_owned();
            extras.push(Extra { keyword, ..Extra::default() });
        }
        let variable = Variable {
            names: node.labels("name", "names", self.language),
            concept: links_to(node, |reference| {
                reference.class == Class::ConceptScheme && reference.item.is_some()
            }),
            codelist: codelist.map(Arc::new),
            representation,
            attachment: match role {
                Role::Attribute => attachment(node.get("relationship")),
                _ => Attachment::Observation,
            },
            is_list,
            decimals: format.and_then(|f| f.text("decimals")).and_then(|d| d.parse().ok()),
            extras,
            ..Variable::new(component)
        };
        let default = node.text("default").map(str::to_owned);
        let slot = Slot { level, variable: 0, values, default, is_list };
        let position = match role {
            Role::Identifier => node.get("keyPosition").and_then(Node::index),
            _ => Some(0),
        };
        self.found.push(Found {
            line: node.line,
            position: position.unwrap_or(usize::MAX),
            order: self.found.len(),
            slot,
            variable,
        });
        Ok(())
    }

    /// What each index means.
    fn values(&self, node: &Node) -> Result<Vec<Option<String>>, Diagnostic> {
        let value = |node: &Node| match &node.value {
            Value::Null => Ok(None),
            Value::Object(_) => Ok(["id", "value", "values", "name", "names"]
                .iter()
                .find_map(|key| node.get(key))
                .map(said)),
            _ if node.scalar().is_some() => Ok(Some(said(node))),
            _ => {
                let message = "a value of a component is neither an object nor a text";
                Err(fault_at(&BROKEN_SDMX_JSON, self.file, node.line, message))
            }
        };
        node.items().iter().map(value).collect()
    }

    /// The values as codes, if they are, and whether that says more than the values do.
    fn codelist(&mut self, id: &str, values: &Node) -> Option<(Codelist, bool)> {
        let values: Vec<&Node> =
            values.items().iter().filter(|node| matches!(node.value, Value::Object(_))).collect();
        // A code that is no id of SDMX's stands as a value, with its name.
        let code = |node: &Node| {
            let is_named = node.get("name").is_some() || node.get("names").is_some();
            let value = || node.text("value").filter(|_| is_named);
            node.text("id").or_else(value).map(str::to_owned)
        };
        if values.is_empty() || values.iter().any(|node| code(node).is_none()) {
            return None;
        }
        let order = |node: &&Node| node.get("order").and_then(Node::index).unwrap_or(usize::MAX);
        let mut sorted = values;
        sorted.sort_by_key(order);
        let mut list = Codelist::new(id);
        let mut says_more = false;
        for node in sorted {
            let Some(code) = code(node) else { continue };
            let labels = node.labels("name", "names", self.language);
            let remarked = remarks(node.list("annotations"), self.annotations, id, &code);
            let (notes, others) = remarked;
            self.notes.extend(notes);
            let item = Item {
                parent: node.text("parent").map(str::to_owned),
                descriptions: node.labels("description", "descriptions", self.language),
                annotations: others.into_iter().filter_map(|extra| extra.annotation).collect(),
                labels,
                code,
                ..Item::default()
            };
            says_more |= item.parent.is_some()
                || !item.annotations.is_empty()
                || item.labels.values().any(|label| *label != item.code);
            // Of a value that is there twice the first is kept; both indices mean it.
            drop(list.push(item));
        }
        Some((list, says_more))
    }
}

/// The remarks that these indices mean, footnotes apart; `component` and `value` are what they are on.
/// Indices that mean none are passed over: a remark is not data.
pub(super) fn remarks(
    indices: &[Node],
    annotations: &[Annotation],
    component: &str,
    value: &str,
) -> (Vec<Note>, Vec<Extra>) {
    let (mut notes, mut others) = (Vec::new(), Vec::new());
    for annotation in indices.iter().filter_map(|index| annotations.get(index.index()?)) {
        let on = (!component.is_empty()).then(|| (component.to_owned(), value.to_owned()));
        let note = notes::note(annotation, on.into_iter().collect());
        match note.filter(|_| annotation.title.is_none()) {
            Some(note) => notes.push(note),
            None => others.push(Extra {
                keyword: "annotation".into(),
                annotation: Some(annotation.clone()),
                ..Extra::default()
            }),
        }
    }
    (notes, others)
}

/// A value as text: lists and texts by language as JSON.
pub(super) fn said(node: &Node) -> String {
    node.scalar().map_or_else(|| node.json(), str::to_owned)
}

/// Its description by language.
fn described(node: &Node, language: &str) -> Vec<Extra> {
    let descriptions = node.labels("description", "descriptions", language);
    let extra = |(language, text)| Extra {
        keyword: "description".into(),
        language: Some(language),
        values: vec![text],
        annotation: None,
    };
    descriptions.into_iter().map(extra).collect()
}

fn roles(node: &Node) -> impl Iterator<Item = &str> {
    let named = node.get("role").into_iter().chain(node.get("roles"));
    named.flat_map(|role| {
        role.scalar().into_iter().chain(role.items().iter().filter_map(Node::scalar))
    })
}

/// The type of the time dimension: periods, unless it is of days or of ranges.
fn time_type(format: Option<&Node>) -> DataType {
    match format.and_then(|format| format.text("dataType")) {
        Some("GregorianDay") => DataType::Date,
        Some("TimeRange") => DataType::Time,
        _ => DataType::TimePeriod,
    }
}

fn is_time_role(role: &str) -> bool {
    role.eq_ignore_ascii_case("TIME_PERIOD") || role.eq_ignore_ascii_case("time")
}

fn attachment(relationship: Option<&Node>) -> Attachment {
    let Some(relationship) = relationship else { return Attachment::Group(String::new()) };
    let dimensions = relationship.list("dimensions");
    if !dimensions.is_empty() {
        let ids = dimensions.iter().filter_map(Node::scalar).map(str::to_owned);
        return Attachment::Dimensions(ids.collect());
    }
    match ["dataflow", "none"].iter().any(|key| relationship.get(key).is_some()) {
        true => Attachment::Dataset,
        false => Attachment::Observation,
    }
}

/// The first reference of that kind among a component's links.
fn links_to(node: &Node, wanted: impl Fn(&Reference) -> bool) -> Option<Reference> {
    node.list("links").iter().filter_map(|link| link.text("urn")?.parse().ok()).find(wanted)
}

/// What a link names: by its URN, or by its address as that of SDMX's web services is made up.
fn link_target(link: &Node) -> Option<Reference> {
    if let Some(reference) = link.text("urn").and_then(|urn| urn.parse().ok()) {
        return Some(reference);
    }
    let (class, path) = match link.text("rel")?.to_ascii_lowercase().as_str() {
        "dataflow" => (Class::Dataflow, "/dataflow/"),
        "datastructure" | "structure" => (Class::DataStructure, "/datastructure/"),
        _ => return None,
    };
    let (_, path) = link.text("href")?.split_once(path)?;
    let path = path.split(['?', '#']).next()?;
    match path.trim_end_matches('/').split('/').collect::<Vec<_>>()[..] {
        [agency, id, version] => Some(Reference::new(class, agency, id, version)),
        _ => None,
    }
}

/// A remark.
pub(super) fn annotation(node: &Node, language: &str) -> Annotation {
    let text = |key| node.text(key).map(str::to_owned);
    Annotation {
        id: text("id"),
        kind: text("type"),
        title: text("title").or_else(|| text("value")),
        url: node.list("links").iter().find_map(|link| link.text("href")).map(str::to_owned),
        texts: node.labels("text", "texts", language),
    }
}
