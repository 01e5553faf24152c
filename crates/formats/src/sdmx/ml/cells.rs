//! The values of a data set in the order of the file, whichever way they are written: as attributes
//! named like their components (structure-specific) or as `<Value id="" value=""/>` (generic).

use super::element::Element;
use super::xml::{Event, Events, Tag, local};
use crate::errors::BROKEN_XML;
use olshem_model::codelist::Annotation;
use olshem_model::{Code, Diagnostic};
use serde_json::Value as Json;
use std::borrow::Cow;

/// What is wrong, and on which line.
pub(super) type Fault = (&'static Code, usize, String);

/// Components of a data set, and kinds of groups in it: more are no data but an attempt to use up memory,
/// since each row has a value of each.
pub(super) const MOST: usize = 1000;

/// Takes the values.
pub(super) trait Cells {
    fn begin(&mut self, level: Level, line: usize) -> Result<(), Fault>;

    /// A value of the level that began last.
    fn put(&mut self, part: Part, name: &str, value: Value<'_>, line: usize) -> Result<(), Fault>;

    fn end(&mut self, level: Level) -> Result<(), Diagnostic>;

    /// The measure, which generic data do not name.
    fn measure(&self) -> String {
        "OBS_VALUE".to_owned()
    }

    /// The dimension that is time.
    fn time(&self) -> String {
        "TIME_PERIOD".to_owned()
    }

    /// What SDMX 2.0 calls the structure, within the data set.
    fn key_family(&mut self, _id: &str) {}

    /// A remark on the data set.
    fn remark(&mut self, _remark: &Annotation) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// Of what a value is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Set,
    /// Every observation that has the values of dimensions which stand with it.
    Group,
    Series,
    Observation,
}

/// What part a component plays, as far as the message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Dimension,
    Measure,
    Attribute,
    /// Only the structure tells.
    Any,
}

pub(super) enum Value<'a> {
    One(Cow<'a, str>),
    /// Texts, or objects with a text for each language.
    Many(Vec<Json>),
}

/// How a data set is laid out.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) is_generic: bool,
    /// The dimension of which each observation within a series has its own value.
    pub(super) at_observation: Option<String>,
    pub(super) has_explicit_measures: bool,
    /// SDMX 2.0, whose groups may stand anywhere, their elements called as the structure calls them.
    pub(super) is_old: bool,
}

/// The rest of a data set whose element began last.
pub(super) fn read(
    events: &mut Events<'_>,
    layout: &Layout,
    cells: &mut impl Cells,
) -> Result<(), Diagnostic> {
    // Of each element that is open, the level that it is.
    let mut open: Vec<Option<Level>> = Vec::new();
    let mut part = Part::Attribute;
    loop {
        let (next, line) = match events.next()? {
            Event::Start(tag) => {
                // In SDMX 2.0, the series of a group stand in it, behind all that is told of it.
                if let ("Series", Some(group @ Some(Level::Group))) = (tag.name(), open.last_mut())
                {
                    *group = None;
                    cells.end(Level::Group)?;
                }
                let next = match tag.name() {
                    "Annotations" if open.is_empty() => Ok(Next::Within),
                    "Annotation" if open.len() == 1 => Element::begun(&tag)
                        .map(Next::Remark)
                        .map_err(|(line, text)| (&BROKEN_XML, line, text)),
                    _ => begun(&tag, layout, &mut part, cells),
                };
                (next, tag.line)
            }
            Event::End => match open.pop() {
                Some(Some(level)) => {
                    cells.end(level)?;
                    continue;
                }
                Some(None) => continue,
                None => return Ok(()),
            },
            Event::Eof => return Ok(()),
            Event::Text(_) | Event::Nothing => continue,
        };
        let told = match next {
            Ok(Next::Level(level)) => {
                open.push(Some(level));
                continue;
            }
            Ok(Next::Within) => {
                open.push(None);
                continue;
            }
            Ok(Next::Skip) => {
                events.skip()?;
                continue;
            }
            Ok(Next::Component(element)) => {
                let element = element.completed(events)?;
                let id = element.attribute("id").unwrap_or_default();
                cells.put(Part::Any, id, Value::Many(values(&element)), line)
            }
            Ok(Next::Time(element)) => {
                let element = element.completed(events)?;
                let time = Cow::Borrowed(element.text.trim());
                cells.put(Part::Dimension, &cells.time(), Value::One(time), line)
            }
            Ok(Next::Remark(element)) => {
                cells.remark(&element.completed(events)?.annotation())?;
                continue;
            }
            Ok(Next::KeyFamily(element)) => {
                cells.key_family(element.completed(events)?.text.trim());
                Ok(())
            }
            Err(fault) => Err(fault),
        };
        told.map_err(|(code, line, text)| events.fault(code, line, text))?;
    }
}

enum Next {
    /// An element of a level; its attributes were put.
    Level(Level),
    /// One in which to go on.
    Within,
    Skip,
    /// `<Comp>` of SDMX 3.0.
    Component(Element),
    /// `<Time>` of SDMX 2.0.
    Time(Element),
    /// What SDMX 2.0 calls the structure.
    KeyFamily(Element),
    /// A remark on the data set.
    Remark(Element),
}

fn begun(
    tag: &Tag<'_>,
    layout: &Layout,
    part: &mut Part,
    cells: &mut impl Cells,
) -> Result<Next, Fault> {
    let broken = |(line, text)| (&BROKEN_XML, line, text);
    let level = match tag.name() {
        "Obs" => Level::Observation,
        "Series" => Level::Series,
        "Group" | "Atts" => Level::Group,
        "Comp" => return Ok(Next::Component(Element::begun(tag).map_err(broken)?)),
        "Annotations" | "Metadata" | "DataProvider" => return Ok(Next::Skip),
        "KeyFamilyRef" => return Ok(Next::KeyFamily(Element::begun(tag).map_err(broken)?)),
        _ if layout.is_old && !layout.is_generic => Level::Group,
        // Not only of generic data: sdmx1 2.28 writes generic series into messages that are called
        // structure-specific, where no other elements can be named so.
        name => return generic(name, tag, layout, part, cells),
    };
    cells.begin(level, tag.line)?;
    if layout.is_generic {
        return Ok(Next::Level(level));
    }
    for attribute in tag.attributes() {
        let (name, value) = attribute.map_err(broken)?;
        let is_type = level != Level::Series && (name == "type" || name.ends_with(":type"));
        if is_type && level == Level::Observation && layout.has_explicit_measures {
            let dimension = layout.at_observation.as_deref().unwrap_or_default();
            let value = Cow::Borrowed(local(&value));
            cells.put(Part::Any, dimension, Value::One(value), tag.line)?;
        } else if !is_type && !name.contains(':') {
            cells.put(Part::Any, name, Value::One(value), tag.line)?;
        }
    }
    Ok(Next::Level(level))
}

fn generic(
    name: &str,
    tag: &Tag<'_>,
    layout: &Layout,
    part: &mut Part,
    cells: &mut impl Cells,
) -> Result<Next, Fault> {
    let broken = |(line, text)| (&BROKEN_XML, line, text);
    match name {
        "SeriesKey" | "ObsKey" | "GroupKey" => *part = Part::Dimension,
        "Attributes" => *part = Part::Attribute,
        "Time" => return Ok(Next::Time(Element::begun(tag).map_err(broken)?)),
        "Value" | "ObsDimension" | "ObsValue" => {
            let (mut id, mut text) = (None, None);
            for attribute in tag.attributes() {
                match attribute.map_err(broken)? {
                    ("id" | "concept", value) => id = Some(value),
                    ("value", value) => text = Some(value),
                    _ => {}
                }
            }
            let Some(text) = text else { return Ok(Next::Within) };
            match (name, &id) {
                ("ObsDimension", _) => {
                    let at_observation = layout.at_observation.as_deref();
                    let id = id.as_deref().or(at_observation).map(Cow::Borrowed);
                    let id = id.unwrap_or_else(|| Cow::Owned(cells.time()));
                    cells.put(Part::Dimension, &id, Value::One(text), tag.line)?;
                }
                ("ObsValue", None) => {
                    cells.put(Part::Measure, &cells.measure(), Value::One(text), tag.line)?;
                }
                ("ObsValue", Some(id)) => {
                    cells.put(Part::Measure, id, Value::One(text), tag.line)?;
                }
                (_, Some(id)) => cells.put(*part, id, Value::One(text), tag.line)?,
                (_, None) => {
                    let message = "a value does not say of which component it is".to_owned();
                    return Err((&crate::errors::WRONG_COMPONENT, tag.line, message));
                }
            }
        }
        _ => return Ok(Next::Skip),
    }
    Ok(Next::Within)
}

/// The values of a component that may have several, each perhaps in several languages.
fn values(component: &Element) -> Vec<Json> {
    let value = |value: &Element| {
        let mut texts = value.labels("Text");
        texts.extend(value.all("StructuredText").map(|text| {
            let language = text.attribute(":lang").unwrap_or("en");
            (language.to_owned(), plain(text).trim().to_owned())
        }));
        match texts.is_empty() {
            true => Json::from(value.text.trim()),
            false => texts.into_iter().collect(),
        }
    };
    component.all("Value").map(value).collect()
}

/// The text of an element and of all in it.
fn plain(element: &Element) -> String {
    // As deep as elements may be nested.
    element.children.iter().map(plain).fold(element.text.clone(), |text, within| text + &within)
}
