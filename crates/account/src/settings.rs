//! account.toml: what the account is called, and what it rests on.

use crate::text::Text;
use crate::values::{Id, Locale};
use serde::Deserialize;
use toml::Spanned;

/// The content of account.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The account's id.
    pub id: Id,
    /// Its name.
    pub name: Text,
    /// The area that it is about: a code of the codelist `regions`.
    pub ref_area: Spanned<String>,
    /// The languages that it is written in; the first is the default.
    pub locales: Vec<Locale>,
    /// The definition that verdicts rest on unless they say otherwise.
    pub default_definition: Option<Spanned<String>>,
    /// The codelists that definitions are written in.
    pub classification: Option<Classification>,
    /// The key by which a code partly inside a definition is divided.
    pub allocation: Option<Spanned<Allocation>>,
    /// In the order in which they are shown.
    #[serde(default, rename = "topic")]
    pub topics: Vec<Topic>,
    /// Which validations set the exit code.
    #[serde(default)]
    pub validation: Validation,
}

impl Settings {
    /// What stands for settings that can't be read, so that the rest of the account can be checked.
    pub(crate) fn unreadable() -> Self {
        Self {
            id: Id::default(),
            name: "".into(),
            ref_area: Spanned::new(0..0, String::new()),
            locales: Vec::new(),
            default_definition: None,
            classification: None,
            allocation: None,
            topics: Vec::new(),
            validation: Validation::default(),
        }
    }
}

/// The codelists that definitions are written in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// Of activities, with their hierarchy.
    pub activities: Spanned<String>,
    /// Of the industries that definitions group activities into.
    pub industries: Option<Spanned<String>>,
}

/// A dataset that tells how much of an activity falls on each of its parts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// The dataset.
    pub dataset: Spanned<String>,
    /// Its identifier with the activity.
    pub activity: Spanned<String>,
    /// Its measure that counts.
    pub measure: Spanned<String>,
}

/// A group of claims, targets and indicators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The topic's id.
    pub id: Spanned<Id>,
    /// Its title.
    pub title: Text,
}

/// How validations count.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// The validations that must find nothing.
    #[serde(default)]
    pub strict: Vec<Spanned<String>>,
}
