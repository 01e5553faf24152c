//! What must be known before the observations but may stand behind them, gathered in a pass of its own:
//! groups, the footer, and the names in generic data whose structure is not known.

use super::cells::{self, Cells, Fault, Layout, Level, MOST, Part, Value};
use super::element::Element;
use super::header::{self, Head};
use super::xml::{Event, Events, unicode};
use crate::content::Content;
use crate::errors::{BROKEN_XML, WRONG_MESSAGE};
use crate::message::Variable;
use crate::metadata::Attachment;
use indexmap::IndexMap;
use memchr::memmem::Finder;
use olshem_model::{Component, DataType, Diagnostic, Role};
use serde_json::Value as Json;
use std::io::Read;

#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) remarks: Vec<String>,
    /// For each data set, in order.
    pub(super) sets: Vec<SetOutline>,
}

#[derive(Debug, Default)]
pub(super) struct SetOutline {
    pub(super) groups: Vec<Partial>,
    names: IndexMap<String, Told>,
    /// What SDMX 2.0 says of the structure within the data set.
    pub(super) key_family: Option<String>,
}

/// What is told of a group: values of dimensions and of attributes, which only the structure tells
/// apart. A text, or several in an array.
#[derive(Clone, Debug, Default)]
pub(super) struct Partial {
    pub(super) values: Vec<(String, Json)>,
    pub(super) line: usize,
}

/// Where a name is met in data whose structure is not known.
#[derive(Debug)]
struct Told {
    role: Role,
    level: Level,
    /// The dimensions beside which it was met.
    beside: Vec<String>,
}

/// Whether a pass is needed: something stands in the file that must be known before.
pub(super) fn is_needed(content: &Content) -> Result<bool, Diagnostic> {
    let mut reader = unicode(content)?;
    let observation = Finder::new("Obs");
    let late: Vec<Finder<'_>> = ["Group", "Atts"].iter().map(|name| Finder::new(*name)).collect();
    let footer = Finder::new("Footer");
    // Overlaps by as much as a name and its neighbours have.
    const OVERLAP: usize = 16;
    let mut buffer = vec![0; 1 << 18];
    let (mut kept, mut has_observations) = (0, false);
    loop {
        let free = buffer.get_mut(kept..).unwrap_or_default();
        let read = reader.read(free).map_err(|error| content.fault(&error))?;
        if read == 0 {
            return Ok(false);
        }
        let text = buffer.get(..kept + read).unwrap_or_default();
        if elements(&footer, text).next().is_some() {
            return Ok(true);
        }
        let first = if has_observations { Some(0) } else { elements(&observation, text).next() };
        if let Some(first) = first {
            has_observations = true;
            if late.iter().any(|name| elements(name, text).any(|at| at >= first)) {
                return Ok(true);
            }
        }
        let end = kept + read;
        kept = end.min(OVERLAP);
        buffer.copy_within(end - kept..end, 0);
    }
}

/// Where tags begin of elements that are called so.
fn elements<'t>(name: &'t Finder<'_>, text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let length = name.needle().len();
    name.find_iter(text).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let after = text.get(at + length);
        let ends = |&byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
        matches!(before, Some(b'<' | b':')) && after.is_some_and(ends)
    })
}

impl Outline {
    /// `layout`: as far as it is the same of all data sets.
    pub(super) fn of(content: &Content, layout: &Layout) -> Result<Self, Diagnostic> {
        let mut events = Events::of(content)?;
        let mut outline = Self::default();
        let mut head = Head::default();
        loop {
            let begun = match events.next()? {
                Event::Start(tag) => match tag.name() {
                    "DataSet" | "Footer" | "Header" => Element::begun(&tag),
                    _ => continue,
                },
                Event::Eof => return Ok(outline),
                _ => continue,
            };
            let begun = begun.map_err(|(line, text)| events.fault(&BROKEN_XML, line, text))?;
            match begun.name.as_str() {
                "Header" => head = Head::of(&begun.completed(&mut events)?),
                "Footer" => {
                    outline.remarks.extend(header::remarks(&begun.completed(&mut events)?));
                }
                _ => {
                    let layout = head.usage(&begun).layout(layout);
                    let mut gathering = Gathering::default();
                    cells::read(&mut events, &layout, &mut gathering)?;
                    outline.sets.push(gathering.set);
                }
            }
        }
    }
}

impl SetOutline {
    /// Variables by the names that were met: dimensions, measures, attributes, each in their order.
    pub(super) fn variables(&self) -> Vec<Variable> {
        let variable = |(name, told): (&String, &Told)| {
            let component = match told.role {
                Role::Identifier if name == "TIME_PERIOD" => {
                    Component::identifier(name, DataType::TimePeriod)
                }
                Role::Identifier => Component::identifier(name, DataType::String),
                Role::Measure => Component::measure(name, DataType::Number),
                _ => Component::attribute(name, DataType::String),
            };
            let attachment = match told.level {
                _ if told.role != Role::Attribute => Attachment::Observation,
                Level::Set => Attachment::Dataset,
                Level::Group | Level::Series => Attachment::Dimensions(told.beside.clone()),
                Level::Observation => Attachment::Observation,
            };
            Variable { attachment, ..Variable::new(component) }
        };
        let mut variables: Vec<Variable> = self.names.iter().map(variable).collect();
        variables.sort_by_key(|variable| variable.component.role);
        variables
    }
}

#[derive(Default)]
struct Gathering {
    set: SetOutline,
    level: Option<Level>,
    partial: Partial,
    /// The dimensions of the element.
    beside: Vec<String>,
}

impl Cells for Gathering {
    fn begin(&mut self, level: Level, line: usize) -> Result<(), Fault> {
        self.level = Some(level);
        self.partial = Partial { values: Vec::new(), line };
        if level != Level::Observation {
            self.beside.clear();
        }
        Ok(())
    }

    fn put(&mut self, part: Part, name: &str, value: Value<'_>, line: usize) -> Result<(), Fault> {
        let level = self.level.unwrap_or(Level::Set);
        let role = match part {
            Part::Dimension => Some(Role::Identifier),
            Part::Measure => Some(Role::Measure),
            Part::Attribute => Some(Role::Attribute),
            Part::Any => None,
        };
        if let Some(role) = role {
            let is_new = || !self.beside.iter().any(|known| known == name);
            if role == Role::Identifier && level != Level::Observation && is_new() {
                self.beside.push(name.to_owned());
            }
            match self.set.names.get_mut(name) {
                // Part of the key somewhere, it is everywhere; what is told of single observations
                // anywhere is not told of series alone.
                Some(told) => {
                    told.role = told.role.min(role);
                    if told.level < level {
                        told.level = level;
                        told.beside.clone_from(&self.beside);
                    }
                }
                None => {
                    let beside = self.beside.clone();
                    self.set.names.insert(name.to_owned(), Told { role, level, beside });
                    if self.set.names.len() > MOST {
                        let message = format!("the data have more than {MOST} components");
                        return Err((&WRONG_MESSAGE, line, message));
                    }
                }
            }
        }
        if level == Level::Group {
            let value = match value {
                Value::One(text) => Json::from(text.into_owned()),
                Value::Many(many) => Json::from(many),
            };
            self.partial.values.push((name.to_owned(), value));
        }
        Ok(())
    }

    fn end(&mut self, level: Level) -> Result<(), Diagnostic> {
        self.level = match level {
            Level::Observation => Some(Level::Series),
            _ => None,
        };
        if level == Level::Group {
            self.set.groups.push(std::mem::take(&mut self.partial));
        }
        Ok(())
    }

    fn key_family(&mut self, id: &str) {
        self.set.key_family = Some(id.to_owned());
    }
}
