//! The remarks on observations and series. They are told by indices at the end of what they are on,
//! and yet have to be known before: so a message that has any is read once more, for these only.

use super::components::{Layout, Level, Slot};
use super::outline::each_dataset;
use super::tree::{Json, Node};
use crate::content::Content;
use crate::message::Note;
use olshem_model::Diagnostic;
use olshem_model::codelist::{Annotation, Labels};
use struson::reader::ValueType;

/// No more are kept: they are all in memory at once.
const MOST: usize = 100_000;

/// The notes of each data set.
pub(super) fn notes(content: &Content, layouts: &[Layout]) -> Result<Vec<Vec<Note>>, Diagnostic> {
    let mut notes: Vec<Vec<Note>> = layouts.iter().map(|_| Vec::new()).collect();
    if layouts.iter().all(|layout| layout.annotations.is_empty()) {
        return Ok(notes);
    }
    let mut left = MOST;
    each_dataset(content, |json, number| {
        let (Some(layout), Some(notes)) = (layouts.get(number), notes.get_mut(number)) else {
            return json.skip();
        };
        if layout.annotations.is_empty() {
            return json.skip();
        }
        let mut reader = Reader { layout, notes, left: &mut left };
        json.each_member(|json, key| match key.as_str() {
            "observations" if json.peek()? == ValueType::Object => {
                json.each_member(|json, key| reader.observation(json, &[], &key))
            }
            "series" if json.peek()? == ValueType::Object => {
                json.each_member(|json, key| reader.series(json, &key))
            }
            _ => json.skip(),
        })
    })?;
    Ok(notes)
}

struct Reader<'r> {
    layout: &'r Layout,
    notes: &'r mut Vec<Note>,
    left: &'r mut usize,
}

impl Reader<'_> {
    fn series(&mut self, json: &mut Json<'_>, key: &str) -> Result<(), Diagnostic> {
        let on = self.named(&[Level::Series], key);
        if json.peek()? != ValueType::Object {
            return json.skip();
        }
        json.each_member(|json, key| match key.as_str() {
            "annotations" => {
                for index in json.node()?.items() {
                    self.note(&on, index);
                }
                Ok(())
            }
            "observations" if json.peek()? == ValueType::Object => {
                json.each_member(|json, key| self.observation(json, &on, &key))
            }
            _ => json.skip(),
        })
    }

    fn observation(
        &mut self,
        json: &mut Json<'_>,
        series: &[(String, String)],
        key: &str,
    ) -> Result<(), Diagnostic> {
        if json.peek()? != ValueType::Array {
            return json.skip();
        }
        let values = self.layout.measures.len()
            + Layout::of_level(&self.layout.attributes, Level::Observation).len();
        let mut taken = 0;
        json.each_item(|json| {
            taken += 1;
            if taken <= values {
                return json.skip();
            }
            let index = json.node()?;
            let mut on = series.to_vec();
            on.extend(match series.is_empty() {
                true => self.named(&[Level::Series, Level::Observation], key),
                false => self.named(&[Level::Observation], key),
            });
            self.note(&on, &index);
            Ok(())
        })
    }

    /// The dimensions of these levels with the values that a key has for them.
    fn named(&self, levels: &[Level], key: &str) -> Vec<(String, String)> {
        let of_level = |level: &Level| Layout::of_level(&self.layout.dimensions, *level);
        let mut slots: Vec<&Slot> = levels.iter().flat_map(of_level).collect();
        if slots.len() != key.split(':').count() {
            slots = levels.last().map(of_level).unwrap_or_default();
        }
        let pair = |(slot, index): (&Slot, &str)| {
            let value = slot.values.as_ref()?.get(index.parse::<usize>().ok()?)?.clone()?;
            let variable = &self.layout.description.variables[slot.variable];
            Some((variable.component.name.clone(), value))
        };
        slots.into_iter().zip(key.split(':')).filter_map(pair).collect()
    }

    fn note(&mut self, on: &[(String, String)], index: &Node) {
        let annotation = index.index().and_then(|index| self.layout.annotations.get(index));
        if let (Some(annotation), Some(left)) = (annotation, self.left.checked_sub(1)) {
            *self.left = left;
            self.notes.push(Note {
                on: on.to_vec(),
                texts: texts(annotation),
                is_mandatory: false,
            });
        }
    }
}

/// What a remark says: its text, or else its title or its kind.
fn texts(annotation: &Annotation) -> Labels {
    if !annotation.texts.is_empty() {
        return annotation.texts.clone();
    }
    let title = annotation.title.as_ref().or(annotation.kind.as_ref());
    title.map(|title| Labels::from([("und".to_owned(), title.clone())])).unwrap_or_default()
}
