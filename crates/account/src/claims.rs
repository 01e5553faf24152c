//! claims.toml: who said what, when and where, and the condition that tests it.

use crate::text::Text;
use crate::values::{Date, Id};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The content of claims.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimsFile {
    /// In the order in which they are shown.
    #[serde(default, rename = "claim")]
    pub(crate) claims: Vec<Spanned<Claim>>,
}

/// A statement that data can bear out or not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// The claim's id.
    pub(crate) id: Spanned<Id>,
    /// The topic under which it is shown.
    pub(crate) topic: Spanned<String>,
    /// The claim, in the account's words.
    pub(crate) text: Text,
    /// Who made it.
    pub(crate) who: Text,
    /// When, where known.
    pub(crate) said: Option<Date>,
    /// Where it can be read.
    pub(crate) link: String,
    /// The figure as it was printed.
    pub(crate) published: Option<Spanned<String>>,
    /// What would settle it, where the data can't.
    pub(crate) settle: Option<Text>,
    /// A caveat.
    pub(crate) note: Option<Text>,
    /// The readings of the claim, each with its condition.
    #[serde(default, rename = "test")]
    pub(crate) tests: Vec<Test>,
}

/// One reading of a claim.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Test {
    /// The reading, where there are several.
    pub(crate) label: Option<Text>,
    /// The indicator whose number is shown.
    pub(crate) indicator: Spanned<String>,
    /// Which observation of it.
    #[serde(default)]
    pub(crate) at: At,
    /// Which definitions answer, by id or subject; empty: all.
    #[serde(default)]
    pub(crate) definitions: Vec<Spanned<String>>,
    /// The condition, in VTL.
    pub(crate) condition: Spanned<String>,
}

/// Identifiers and the value that each must have.
pub(crate) type At = BTreeMap<Spanned<String>, Spanned<String>>;
