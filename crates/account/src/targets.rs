//! targets.toml: what is to be reached by when, and undertakings that are no number.

use crate::claims::At;
use crate::report::{Completion, Direction, Evidence, Provision};
use crate::text::Text;
use crate::values::{Date, Id};
use serde::Deserialize;
use toml::Spanned;

/// The content of targets.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetsFile {
    /// In the order in which they are shown.
    #[serde(default, rename = "target")]
    pub(crate) targets: Vec<Target>,
    /// In the order in which they are shown.
    #[serde(default, rename = "commitment")]
    pub(crate) commitments: Vec<Commitment>,
}

/// A number to be reached.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    /// The target's id.
    pub(crate) id: Spanned<Id>,
    /// The topic under which it is shown.
    pub(crate) topic: Spanned<String>,
    /// The target, in the account's words.
    pub(crate) text: Text,
    /// Who set it.
    pub(crate) who: Text,
    /// When, where known.
    pub(crate) said: Option<Date>,
    /// Where it can be read.
    pub(crate) link: String,
    /// What is to be reached, in the indicator's unit.
    pub(crate) value: f64,
    /// On which side of the value it is met.
    pub(crate) direction: Direction,
    /// By when; absent: the source states no year.
    pub(crate) by: Option<Date>,
    /// Where progress is counted from.
    pub(crate) from: Option<Date>,
    /// What would settle it, where the data can't.
    pub(crate) settle: Option<Text>,
    /// A caveat.
    pub(crate) note: Option<Text>,
    /// The series that it is held against.
    #[serde(default, rename = "reading")]
    pub(crate) readings: Vec<Reading>,
}

/// One reading of a target.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reading {
    /// The reading, where there are several.
    pub(crate) label: Option<Text>,
    /// The indicator.
    pub(crate) indicator: Spanned<String>,
    /// Which series of it.
    #[serde(default)]
    pub(crate) at: At,
    /// Which definitions answer, by id or subject; empty: all.
    #[serde(default)]
    pub(crate) definitions: Vec<Spanned<String>>,
}

/// An undertaking that is no number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commitment {
    /// The commitment's id.
    pub(crate) id: Spanned<Id>,
    /// The topic under which it is shown.
    pub(crate) topic: Spanned<String>,
    /// The commitment, in the account's words.
    pub(crate) text: Text,
    /// Who made it.
    pub(crate) who: Text,
    /// When, where known.
    pub(crate) said: Option<Date>,
    /// Where it can be read.
    pub(crate) link: String,
    /// How far it was carried out.
    pub(crate) status: Completion,
    /// As of when.
    pub(crate) as_of: Date,
    /// What the status rests on.
    #[serde(default)]
    pub(crate) evidence: Vec<Evidence>,
    /// The part of a law concerned.
    pub(crate) provision: Option<Provision>,
    /// A caveat.
    pub(crate) note: Option<Text>,
}
