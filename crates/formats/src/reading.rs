//! How a file is to be read: the tables `[read]` and `[[dataset]]` of a `source.toml`.
//!
//! Whatever is wrong in a declaration by itself is refused while it is parsed, so that the message
//! points at the place in the TOML file.

use crate::decimal::Decimal;
use indexmap::IndexMap;
use olshem_model::codelist::Labels;
use olshem_model::{DataType, Role};
use regex::Regex;
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

/// What kind of file it is, and how its cells are written: the table `[read]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Delimited text or a workbook.
    pub format: Format,
    /// What separates the fields of delimited text.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// In what delimited text is encoded.
    #[serde(default, deserialize_with = "encoding")]
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// The decimal mark.
    #[serde(default = "point", deserialize_with = "decimal_mark")]
    pub decimal: char,
    /// What separates thousands, other than spaces, which may in any case.
    pub thousands: Option<char>,
    /// Cells that hold no value, besides empty ones.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Whether numbers, periods and codes may have footnote marks at their end.
    #[serde(default)]
    pub footnotes: bool,
}

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// A workbook: `.xlsx`, `.xls` or `.ods`.
    Xlsx,
}

/// Which cells become a dataset: one table `[[dataset]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawDataset")]
pub struct DatasetReading {
    /// The name by which methods read it.
    pub name: String,
    /// The rows with the headings, from 1, ascending. None: the columns have no headings.
    pub header: Vec<usize>,
    /// The rows with the data, from 1; all after the headings where absent.
    pub rows: Option<RangeInclusive<usize>>,
    /// Only rows, or spread columns, whose cells are so. Or only tables whose cell is so. The key
    /// is a heading, a column's letter, or a component that stands in a column, a heading or a cell.
    pub conditions: IndexMap<String, Wildcards>,
    /// The sheets of a workbook; the first where absent.
    pub sheet: Option<Wildcards>,
    /// With what the first text of a row begins a table, where several stand one below the other.
    /// Rows are then counted from there.
    pub table: Option<Wildcards>,
    /// The components in the order of declaration.
    pub components: IndexMap<String, ComponentReading>,
    /// Breaks in its series.
    pub breaks: Vec<Break>,
}

impl DatasetReading {
    /// The columns over which an identifier is spread, where one is.
    pub(crate) fn spread(&self) -> Option<&Letters> {
        self.components.values().find_map(|component| match &component.cells {
            Cells::Columns(letters) => Some(letters),
            _ => None,
        })
    }
}

/// From which cells a component's values come, and what is made of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawComponent")]
pub struct ComponentReading {
    /// Its role in the dataset.
    pub role: Role,
    /// The type of its values.
    pub data_type: DataType,
    /// Where the values stand.
    pub cells: Cells,
    /// Whether an empty cell means what the cell above it says.
    pub fill: bool,
    /// Of a cell's text, only what the first group matches is kept.
    pub pattern: Option<Pattern>,
    /// What then replaces what.
    pub map: BTreeMap<String, String>,
    /// The codelist that the values are of.
    pub codelist: Option<String>,
    /// By how much to multiply a number.
    pub multiply: Option<Decimal>,
    /// Whence a number's bounds come.
    pub bounds: Option<BoundsFrom>,
    /// Whether a number known only to be less than something may be negative.
    pub signed: bool,
}

/// Where the values of a component stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cells {
    /// In the column of that heading or letter.
    Column(Names),
    /// Over the columns of the component with [`Cells::Columns`].
    Heading {
        /// In that row of the headings, from 1.
        row: usize,
        /// How far to the right of the first column that it holds for a heading stands.
        offset: usize,
    },
    /// In one cell, for every row.
    Cell {
        /// From 1.
        row: usize,
        /// From 0.
        column: usize,
    },
    /// In the cells of another component, of which it is what that component leaves.
    Of(Aspect, String),
    /// In all of these columns, an observation in each.
    Columns(Letters),
    /// Nowhere: in every row the value is this.
    Value(String),
}

/// What may be told of a cell besides its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The footnote marks that were taken off.
    Marks,
    /// The text that stands for a missing value.
    Flag,
    /// The text of the nearest cell above that is less indented.
    Parent,
}

/// What a column is called: one heading or letter, or several of which one is there; each may contain
/// `*` for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(Vec<String>);

impl Names {
    /// The names as declared, the first to be tried first.
    pub(crate) fn texts(&self) -> &[String] {
        &self.0
    }
}

/// Whence the bounds of a number come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundsFrom {
    /// From the digits of its own cell.
    Digits,
    /// From the figure as printed, which is in the column of that heading or letter.
    Column(String),
}

/// A break in a series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Identifiers and their values: the first observations after the break.
    pub at: BTreeMap<String, String>,
    /// What is known of it, by language; under `und` where no language was stated.
    #[serde(default, deserialize_with = "labels")]
    pub note: Labels,
}

/// Texts of which each may contain `*` for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcards(Vec<String>);

impl Wildcards {
    /// Whether a text is one of them.
    pub(crate) fn match_text(&self, text: &str) -> bool {
        self.0.iter().any(|wildcard| matches_wildcard(wildcard, text))
    }

    /// The texts as declared.
    pub(crate) fn texts(&self) -> &[String] {
        &self.0
    }
}

/// Whether `text` is `wildcard`, in which `*` stands for any text.
pub(crate) fn matches_wildcard(wildcard: &str, text: &str) -> bool {
    let Some((beginning, rest)) = wildcard.split_once('*') else {
        return wildcard == text;
    };
    let Some(mut text) = text.strip_prefix(beginning) else {
        return false;
    };
    let (middle, ending) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(ending)
}

/// Columns by their letters, such as `C:Z`, `C:` or `B, D:F`; counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letters(Vec<RangeInclusive<usize>>);

impl Letters {
    /// The columns below `width` among them.
    pub(crate) fn columns(&self, width: usize) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .flat_map(move |range| *range.start()..=(*range.end()).min(width.saturating_sub(1)))
    }
}

/// The number of a column, from 0, by its letters.
pub(crate) fn column_number(letters: &str) -> Option<usize> {
    if !(1..=3).contains(&letters.len()) || !letters.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let number = letters.bytes().fold(0, |number, b| number * 26 + usize::from(b - b'A') + 1);
    Some(number - 1)
}

/// The letters of a column by its number from 0.
pub(crate) fn column_letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (number % 26) as u8));
        match (number / 26).checked_sub(1) {
            Some(rest) => number = rest,
            None => return letters.iter().rev().collect(),
        }
    }
}

/// A regular expression with a group.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// What the first group matches.
    pub(crate) fn first_group<'t>(&self, text: &'t str) -> Option<&'t str> {
        let captures = self.0.captures(text)?;
        Some(captures.get(1).map_or("", |group| group.as_str()))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDataset {
    name: String,
    header: Option<OneOrMany<usize>>,
    rows: Option<String>,
    #[serde(default, rename = "where")]
    conditions: IndexMap<String, OneOrMany<String>>,
    sheet: Option<OneOrMany<String>>,
    table: Option<OneOrMany<String>>,
    components: IndexMap<String, ComponentReading>,
    #[serde(default, rename = "break")]
    breaks: Vec<Break>,
}

impl TryFrom<RawDataset> for DatasetReading {
    type Error = String;

    fn try_from(raw: RawDataset) -> Result<Self, String> {
        let header = raw.header.map_or_else(|| vec![1], OneOrMany::into_vec);
        if header.contains(&0) || !header.is_sorted_by(|a, b| a < b) {
            return Err("the rows of `header` are counted from 1 and ascend".to_owned());
        }
        let dataset = Self {
            name: raw.name,
            header,
            rows: raw.rows.as_deref().map(rows).transpose()?,
            conditions: raw
                .conditions
                .into_iter()
                .map(|(key, texts)| (key, Wildcards(texts.into_vec())))
                .collect(),
            sheet: raw.sheet.map(|names| Wildcards(names.into_vec())),
            table: raw.table.map(|texts| Wildcards(texts.into_vec())),
            components: raw.components,
            breaks: raw.breaks,
        };
        dataset.check()?;
        Ok(dataset)
    }
}

impl DatasetReading {
    fn check(&self) -> Result<(), String> {
        let mut spread = 0;
        let mut headings = 0;
        for (name, component) in &self.components {
            if name.is_empty() || name.contains('#') {
                return Err(format!("`{name}` can't be the name of a component"));
            }
            match &component.cells {
                Cells::Columns(_) => spread += 1,
                Cells::Heading { row, .. } if (1..=self.header.len()).contains(row) => {
                    headings += 1;
                }
                Cells::Heading { row, .. } => {
                    let rows = self.header.len();
                    return Err(format!("`{name}` is in heading {row}, but `header` has {rows}"));
                }
                Cells::Of(aspect, other) => self.check_aspect(name, *aspect, other)?,
                Cells::Column(_) | Cells::Cell { .. } | Cells::Value(_) => {}
            }
        }
        if spread > 1 {
            return Err("only one component can have `columns`".to_owned());
        }
        if (spread == 0) != (headings == 0) {
            return Err("`heading` and `columns` need each other: \
                        an identifier spread over the columns that a measure is in"
                .to_owned());
        }
        let is_identifier =
            |name: &String| self.components.get(name).is_some_and(|c| c.role == Role::Identifier);
        if !self.components.keys().any(is_identifier) {
            return Err("a dataset needs an identifier".to_owned());
        }
        let mut marked = self.breaks.iter().flat_map(|b| b.at.keys());
        match marked.find(|name| !is_identifier(name)) {
            Some(name) => Err(format!("`{name}`, where a break is to be, is no identifier")),
            None => Ok(()),
        }
    }

    /// Whether a component has what another is to tell of it.
    fn check_aspect(&self, name: &str, aspect: Aspect, other: &str) -> Result<(), String> {
        let Some(component) = self.components.get(other) else {
            return Err(format!("`{name}` is of `{other}`, which is no component"));
        };
        let is_plain = component.data_type == DataType::String && component.codelist.is_none();
        match (aspect, &component.cells) {
            (_, Cells::Of(..)) => {
                Err(format!("`{name}` is of `{other}`, which is of another itself"))
            }
            (Aspect::Marks, _) if is_plain => {
                Err(format!("marks are taken off numbers, periods and codes; `{other}` is a text"))
            }
            (Aspect::Parent, cells) if !matches!(cells, Cells::Column(_)) => {
                Err(format!("`{name}` needs indented cells, but `{other}` has no `column`"))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawComponent {
    role: String,
    r#type: Option<String>,
    column: Option<OneOrMany<String>>,
    heading: Option<usize>,
    offset: Option<usize>,
    columns: Option<OneOrMany<String>>,
    cell: Option<String>,
    value: Option<String>,
    marks_of: Option<String>,
    flag_of: Option<String>,
    parent_of: Option<String>,
    #[serde(default)]
    fill: bool,
    pattern: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    codelist: Option<String>,
    multiply: Option<String>,
    bounds: Option<RawBounds>,
    #[serde(default)]
    signed: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`bounds` is the heading of a column, or true")]
enum RawBounds {
    Digits(bool),
    Column(String),
}

impl TryFrom<RawComponent> for ComponentReading {
    type Error = String;

    fn try_from(raw: RawComponent) -> Result<Self, String> {
        let of = |aspect| move |other| Cells::Of(aspect, other);
        let mut places = [
            raw.column.map(|names| Cells::Column(Names(names.into_vec()))),
            raw.heading.map(|row| Cells::Heading { row, offset: raw.offset.unwrap_or(0) }),
            raw.columns.map(|texts| letters(&texts.into_vec())).transpose()?.map(Cells::Columns),
            raw.cell.as_deref().map(cell).transpose()?,
            raw.value.map(Cells::Value),
            raw.marks_of.map(of(Aspect::Marks)),
            raw.flag_of.map(of(Aspect::Flag)),
            raw.parent_of.map(of(Aspect::Parent)),
        ]
        .into_iter()
        .flatten();
        let (Some(cells), None) = (places.next(), places.next()) else {
            return Err(
                "a component needs one of `column`, `heading`, `columns`, `cell`, `value`, \
                        `marks_of`, `flag_of`, `parent_of`"
                    .to_owned(),
            );
        };
        if raw.offset.is_some() && !matches!(cells, Cells::Heading { .. }) {
            return Err("only a `heading` can have an `offset`".to_owned());
        }
        let component = Self {
            role: role(&raw.role)?,
            data_type: raw.r#type.as_deref().map_or(Ok(DataType::String), data_type)?,
            cells,
            fill: raw.fill,
            pattern: raw.pattern.as_deref().map(pattern).transpose()?,
            map: raw.map,
            codelist: raw.codelist,
            multiply: raw.multiply.as_deref().map(factor).transpose()?,
            bounds: match raw.bounds {
                Some(RawBounds::Column(column)) => Some(BoundsFrom::Column(column)),
                Some(RawBounds::Digits(true)) => Some(BoundsFrom::Digits),
                Some(RawBounds::Digits(false)) | None => None,
            },
            signed: raw.signed,
        };
        component.check()?;
        Ok(component)
    }
}

impl ComponentReading {
    fn check(&self) -> Result<(), &'static str> {
        let is_number = self.data_type == DataType::Number;
        if self.multiply.is_some() && !self.data_type.is_numeric() {
            return Err("only a number can have `multiply`; state its `type`");
        }
        if (self.bounds.is_some() || self.signed) && !is_number {
            return Err("only a component of `type = \"number\"` can have bounds");
        }
        if self.bounds.is_some() && self.role == Role::Identifier {
            return Err("an identifier can't have bounds");
        }
        if matches!(self.bounds, Some(BoundsFrom::Column(_)))
            && matches!(self.cells, Cells::Columns(_))
        {
            return Err("what is spread over columns can have `bounds = true` only");
        }
        if self.codelist.is_some() && self.data_type != DataType::String {
            return Err("only a string can be of a codelist");
        }
        Ok(())
    }
}

/// The role of that keyword.
pub(crate) fn role(keyword: &str) -> Result<Role, String> {
    [Role::Identifier, Role::Measure, Role::Attribute, Role::ViralAttribute]
        .into_iter()
        .find(|role| role.keyword() == keyword)
        .ok_or_else(|| {
            format!("`{keyword}` is not a role: identifier, measure, attribute or viral attribute")
        })
}

/// The type of that keyword.
pub(crate) fn data_type(keyword: &str) -> Result<DataType, String> {
    use DataType::{Boolean, Date, Duration, Integer, Number, String, Time, TimePeriod};
    let all = [Integer, Number, Boolean, String, TimePeriod, Date, Time, Duration];
    all.into_iter().find(|data_type| data_type.keyword() == keyword).ok_or_else(|| {
        format!("`{keyword}` is not a type: {}", all.map(DataType::keyword).join(", "))
    })
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let regex = Regex::new(text).map_err(|error| error.to_string())?;
    if regex.captures_len() < 2 {
        return Err(format!("the pattern `{text}` has no group: `(…)` marks what is kept"));
    }
    Ok(Pattern(regex))
}

fn factor(text: &str) -> Result<Decimal, String> {
    let factor: Decimal = text.parse().map_err(|error| format!("`multiply` is {error}"))?;
    match factor.to_f64() {
        positive if positive > 0.0 => Ok(factor),
        _ => Err("`multiply` must be above 0".to_owned()),
    }
}

/// `6..26` (both included), `6..` or `..26`.
fn rows(text: &str) -> Result<RangeInclusive<usize>, String> {
    let parse = || {
        let (first, last) = text.split_once("..")?;
        let bound = |text: &str, open: usize| match text.trim() {
            "" => Some(open),
            number => number.parse().ok(),
        };
        let range = bound(first, 1)?..=bound(last, usize::MAX)?;
        (*range.start() >= 1 && !range.is_empty()).then_some(range)
    };
    parse().ok_or_else(|| format!("`rows` is written `6..26`, `6..` or `..26`, not `{text}`"))
}

/// The address of a cell, such as `A2`.
fn cell(text: &str) -> Result<Cells, String> {
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (letters, number) = text.split_at(digits);
    match (column_number(letters), number.parse()) {
        (Some(column), Ok(row)) if row >= 1 => Ok(Cells::Cell { row, column }),
        _ => Err(format!("`cell` is written `A2`, not `{text}`")),
    }
}

fn letters(texts: &[String]) -> Result<Letters, String> {
    let range = |text: &str| {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let last = match last.trim() {
            "" => usize::MAX,
            last => column_number(last)?,
        };
        let range = column_number(first.trim())?..=last;
        (!range.is_empty()).then_some(range)
    };
    let ranges = texts.iter().map(|text| {
        range(text).ok_or_else(|| format!("`columns` is written `C:Z`, `C:` or `C`, not `{text}`"))
    });
    ranges.collect::<Result<_, _>>().map(Letters)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

fn comma() -> char {
    ','
}

fn point() -> char {
    '.'
}

fn decimal_mark<'de, D: Deserializer<'de>>(deserializer: D) -> Result<char, D::Error> {
    let mark = char::deserialize(deserializer)?;
    if matches!(mark, '.' | ',') {
        return Ok(mark);
    }
    Err(de::Error::custom("the decimal mark is `.` or `,`"))
}

fn encoding<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'static encoding_rs::Encoding>, D::Error> {
    let label = String::deserialize(deserializer)?;
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes());
    encoding.map(Some).ok_or_else(|| {
        de::Error::custom(format!("`{label}` is not an encoding such as utf-8 or windows-1251"))
    })
}

fn labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text is a string, or a table by language")]
    enum Text {
        Plain(String),
        ByLanguage(Labels),
    }
    Ok(match Text::deserialize(deserializer)? {
        Text::Plain(text) => Labels::from([("und".to_owned(), text)]),
        Text::ByLanguage(labels) => labels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (wildcard, text, expected) in [
            ("Output:*", "Output: Manufacturing", true),
            ("Output:*", "Net output: all", false),
            ("*region", "Abai region", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b", "ab", true),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("x", "xx", false),
        ] {
            assert_eq!(matches_wildcard(wildcard, text), expected, "{wildcard} {text}");
        }
    }

    #[test]
    fn letters_name_columns() {
        for (letters, number) in [("A", 0), ("Z", 25), ("AA", 26), ("BM", 64), ("XFD", 16383)] {
            assert_eq!(column_number(letters), Some(number));
            assert_eq!(column_letters(number), letters);
        }
        for text in ["", "a", "A1", "ABCD", "Ä"] {
            assert_eq!(column_number(text), None, "{text}");
        }
    }
}
