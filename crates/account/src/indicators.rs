//! indicators.toml: which results of the methods are published, and how they are shown.

use crate::report::Kind;
use crate::text::Text;
use crate::values::Id;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// The content of indicators.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndicatorsFile {
    /// In the order in which they are shown.
    #[serde(default, rename = "indicator")]
    pub(crate) indicators: Vec<Indicator>,
}

/// A result that is published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Indicator {
    /// The result of the methods.
    pub(crate) id: Spanned<Id>,
    /// The topic under which it is shown.
    pub(crate) topic: Spanned<String>,
    /// Its title.
    pub(crate) title: Text,
    /// What it is counted in.
    pub(crate) unit: Text,
    /// Digits after the decimal point.
    #[serde(default)]
    pub(crate) decimals: usize,
    /// Which measure of the result; needed where it has several.
    pub(crate) measure: Option<Spanned<String>>,
    /// How it is drawn.
    #[serde(default)]
    pub(crate) chart: Chart,
    /// The value that is neither much nor little, such as 1 of a quotient: a map has colours of their
    /// own on either side of it.
    pub(crate) neutral: Option<f64>,
    /// Where labels come from, for identifiers that have no codelist of their own.
    #[serde(default)]
    pub(crate) codelists: BTreeMap<String, Spanned<String>>,
    /// A caveat, shown with every number of it.
    pub(crate) note: Option<Text>,
    /// What stands behind it.
    #[serde(default)]
    pub(crate) kind: Kind,
    /// The published method that it follows.
    pub(crate) method: Option<PublishedMethod>,
}

/// How an indicator is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Chart {
    Line,
    Bar,
    Map,
    #[default]
    Table,
}

/// A method that was published, with its name by language and a link.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PublishedMethod {
    /// Where it is published.
    pub link: String,
    /// What it is called, by language.
    #[serde(flatten)]
    pub name: BTreeMap<String, String>,
}
