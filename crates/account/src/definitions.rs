//! definitions/ID.toml: which activities count as creative, by whose word, and with what weight.

use crate::text::Text;
use crate::values::{Id, Weight};
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// One definition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// Its id, which is also the name of its file.
    pub(crate) id: Spanned<Id>,
    /// Its name.
    pub(crate) name: Text,
    /// Whose it is.
    pub(crate) owner: String,
    /// Which version.
    pub(crate) version: String,
    /// What it defines, in a word: `creative`, `digital`. Claims say by it which definitions answer.
    pub(crate) subject: Option<Spanned<Id>>,
    /// Where it is published.
    pub(crate) published: String,
    /// What it was written in.
    pub(crate) classification: String,
    /// A caveat.
    pub(crate) note: Option<Text>,
    /// The activities that it takes in.
    #[serde(default, rename = "code")]
    pub(crate) codes: Vec<Spanned<DefinitionCode>>,
}

/// One line of a definition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefinitionCode {
    /// An activity, at any level.
    pub(crate) code: Spanned<String>,
    /// How much of it is taken in.
    pub(crate) weight: Weight,
    /// The industry that it is grouped into; absent: none.
    pub(crate) industry: Option<Spanned<String>>,
    /// The code in the classification that the definition was written in.
    pub(crate) origin: Option<String>,
    /// What was verified of this line.
    pub(crate) status: Verification,
    /// Whether the projection also takes in activities that the definition leaves out.
    #[serde(default)]
    pub(crate) leakage: bool,
}

/// How far a line of a definition was checked against its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// Read in the source.
    Read,
    /// Partly read.
    ReadPart,
    /// Written from memory.
    Recalled,
}
