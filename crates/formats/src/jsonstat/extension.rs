//! What JSON-stat does not define stands in `extension`, the place that it has for that: members of
//! publishers' own wherever they stood, and what is known that JSON-stat has no member for.

use super::dimension::kept;
use super::tree::{Json, Object};
use super::write::iso;
use crate::message::Extra;

/// The member of all that the format leaves to others.
pub(super) const EXTENSION: &str = "extension";

/// A level of a file that has an extension.
#[derive(Clone, Copy)]
pub(super) enum Level {
    Dataset,
    Dimension,
}

impl Level {
    /// Whether the format defines a member here that is kept as it is. One that is of another type is
    /// none of its.
    fn defines(self, name: &str, json: &Json) -> bool {
        match (self, name, json) {
            (_, "href", Json::Text(_)) | (_, "link", Json::Object(_)) => true,
            (Self::Dimension, "source", Json::Text(_)) => true,
            (Self::Dimension, "updated", Json::Text(text)) => iso(text).as_ref() == Some(text),
            _ => false,
        }
    }

    /// Parts the members that are not understood into those that the format defines here, and the
    /// extension with all others.
    pub(super) fn part<'m>(
        self,
        members: impl IntoIterator<Item = (&'m String, &'m Json)>,
        understood: &[&str],
    ) -> (Vec<Extra>, Object) {
        let mut defined = Vec::new();
        let mut extension = Object::default();
        let mut foreign = Vec::new();
        for (name, json) in members {
            match json {
                _ if understood.contains(&name.as_str()) => {}
                Json::Object(object) if name == EXTENSION => extension = object.clone(),
                json if self.defines(name, json) => defined.push(kept(name, json)),
                json => foreign.push((name, json)),
            }
        }
        for (name, json) in foreign {
            put(&mut extension, name, json.clone());
        }
        (defined, extension)
    }
}

/// Adds a member under its name, or another if that is taken.
pub(super) fn put(extension: &mut Object, name: &str, json: Json) {
    let mut name = name.to_owned();
    while extension.has(&name) {
        name.push('_');
    }
    extension.members.insert(name, json);
}

/// Adds members to one that is an object, which is made where it is not there.
pub(super) fn put_in(
    extension: &mut Object,
    name: &str,
    members: impl IntoIterator<Item = (String, Json)>,
) {
    let mut members = members.into_iter().peekable();
    if members.peek().is_none() {
        return;
    }
    if let Some(kept) = extension.object_mut(name) {
        members.for_each(|(name, json)| put(kept, &name, json));
    } else {
        let kept = Object { members: members.collect(), ..Object::default() };
        put(extension, name, Json::Object(kept));
    }
}

/// Puts to each unit the members of its own that its dimension's extension has, and takes them from there.
pub(super) fn complete_units(units: &mut Object, extension: &mut Object) {
    let Some(own) = extension.object_mut("unit") else { return };
    own.members.retain(|code, members| match (units.object_mut(code), members) {
        (Some(unit), Json::Object(members)) => {
            unit.members.extend(std::mem::take(&mut members.members));
            false
        }
        _ => true,
    });
    if own.members.is_empty() {
        extension.members.shift_remove("unit");
    }
}

/// Takes from a unit the members that the format does not define, or of another type.
pub(super) fn own_members(unit: &mut Object) -> Object {
    let mut own = Object::default();
    unit.members.retain(|name, json| {
        let is_defined = match (name.as_str(), &*json) {
            ("label" | "symbol" | "base" | "type" | "adjustment", Json::Text(_)) => true,
            ("position", Json::Text(text)) => ["start", "end"].contains(&text.as_str()),
            ("decimals", Json::Number(number)) => number.parse::<u32>().is_ok(),
            ("multiplier", Json::Number(_)) => true,
            _ => false,
        };
        if !is_defined {
            own.members.insert(name.clone(), std::mem::replace(json, Json::Null));
        }
        is_defined
    });
    own
}
