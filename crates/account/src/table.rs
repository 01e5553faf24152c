//! An indicator's numbers, with all that it takes to print them.

use crate::codelists;
use crate::conditions::TIME_PERIOD;
use crate::datasets::{Key, canonical, key, text};
use crate::errors::{IO, UNKNOWN_CODE, UNKNOWN_NAME};
use crate::folder::{Folder, unknown};
use crate::indicators::{Chart, Indicator, PublishedMethod};
use crate::projection::{DEFINITION, OTHER_INDUSTRY};
use crate::report::{Figure, Kind};
use crate::run::Run;
use crate::text::Text;
use olshem_engine::Dataset;
use olshem_model::spelling;
use olshem_model::{Codelist, Component, DataType, Diagnostic, Place};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The observations of an indicator.
#[derive(Clone, Debug, Serialize)]
pub struct IndicatorTable {
    /// The indicator's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it is counted in.
    pub unit: Text,
    /// Digits after the decimal point.
    pub decimals: usize,
    /// What stands behind it.
    pub kind: Kind,
    /// How it is drawn.
    pub chart: Chart,
    /// The value that is neither much nor little.
    pub neutral: Option<f64>,
    /// A caveat.
    pub note: Option<Text>,
    /// The published method that it follows.
    pub method: Option<PublishedMethod>,
    /// The measure shown.
    pub measure: String,
    /// The identifiers, in the order of the rows' keys.
    pub dimensions: Vec<Dimension>,
    /// In the order of their keys.
    pub rows: Vec<Row>,
}

/// An identifier of an indicator.
#[derive(Clone, Debug, Serialize)]
pub struct Dimension {
    /// Its name.
    pub id: String,
    /// Whether its values are periods.
    pub is_time: bool,
    /// What its values are called, where that is known.
    pub labels: BTreeMap<String, Text>,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The value of each dimension.
    pub key: Vec<String>,
    /// The value, where there is a single best one.
    pub value: Option<f64>,
    /// No less than this; `None` where nothing is known to bound it from below.
    pub low: Option<f64>,
    /// No more than this; `None` where nothing is known to bound it from above.
    pub high: Option<f64>,
    /// The attributes that the result has, those that are empty left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Run {
    /// The numbers of an indicator.
    ///
    /// # Errors
    ///
    /// There is no such indicator.
    pub fn indicator(&self, id: &str) -> Result<IndicatorTable, Diagnostic> {
        let (indicator, measure, dataset) = self.published(id)?;
        let folder = self.account.folder();
        let structure = dataset.structure();
        let dimensions = structure
            .identifiers()
            .map(|component| Dimension {
                id: component.name.clone(),
                is_time: component.data_type == DataType::TimePeriod,
                labels: labels(folder, indicator, component, dataset),
            })
            .collect();
        let rows = (0..dataset.rows())
            .map(|row| {
                let number = Number::of(dataset, row, measure);
                let attributes = structure
                    .attributes()
                    .map(|attribute| (attribute.name.clone(), text(dataset, row, &attribute.name)))
                    .filter(|(_, value)| !value.is_empty());
                Row {
                    key: structure.identifiers().map(|id| text(dataset, row, &id.name)).collect(),
                    value: number.value,
                    low: number.low,
                    high: number.high,
                    attributes: attributes.collect(),
                }
            })
            .collect();
        Ok(IndicatorTable {
            id: id.to_owned(),
            title: indicator.title.clone(),
            unit: indicator.unit.clone(),
            decimals: indicator.decimals,
            kind: indicator.kind,
            chart: indicator.chart,
            neutral: indicator.neutral,
            note: indicator.note.clone(),
            method: indicator.method.clone(),
            measure: measure.to_owned(),
            dimensions,
            rows,
        })
    }

    /// An indicator, the measure that it shows, and its dataset.
    pub(crate) fn published(&self, id: &str) -> Result<(&Indicator, &str, &Dataset), Diagnostic> {
        let folder = self.account.folder();
        let found = folder.indicator(id).and_then(|indicator| {
            let measure = self.account.compiled().measures.get(id)?;
            Some((indicator, measure.as_str(), self.bindings.datasets.get(id)?))
        });
        found.ok_or_else(|| unknown(Place::Nowhere, id, "indicator", folder.indicator_ids()))
    }
}

impl IndicatorTable {
    /// The attributes that any observation has.
    pub fn attributes(&self) -> BTreeSet<&str> {
        self.rows.iter().flat_map(|row| row.attributes.keys()).map(String::as_str).collect()
    }

    /// Codes, and numbers in full precision: identifiers, value, low, high, attributes.
    ///
    /// # Errors
    ///
    /// Memory has run out.
    pub fn csv(&self) -> Result<Vec<u8>, Diagnostic> {
        self.written().map_err(|error| {
            Diagnostic::new(&IO, Place::Nowhere, format!("can't write CSV: {error}"))
        })
    }

    fn written(&self) -> Result<Vec<u8>, csv::Error> {
        let attributes = self.attributes();
        let mut text = Vec::new();
        let mut writer = csv::Writer::from_writer(&mut text);
        let identifiers = self.dimensions.iter().map(|dimension| dimension.id.as_str());
        let numbers = ["value", "low", "high"];
        writer.write_record(identifiers.chain(numbers).chain(attributes.iter().copied()))?;
        for row in &self.rows {
            let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
            let numbers = [row.value, row.low, row.high].map(number);
            let attributes = attributes
                .iter()
                .map(|&attribute| row.attributes.get(attribute).cloned().unwrap_or_default());
            writer.write_record(row.key.iter().cloned().chain(numbers).chain(attributes))?;
        }
        writer.flush()?;
        drop(writer);
        Ok(text)
    }

    /// The observations with these values of these dimensions. A value may be a code or what the
    /// code is called.
    ///
    /// # Errors
    ///
    /// There is no such dimension, or no such code.
    pub fn at(mut self, keys: &[(String, String)]) -> Result<Self, Diagnostic> {
        for (name, value) in keys {
            let Some(position) = self.dimensions.iter().position(|d| d.id == *name) else {
                let names = self.dimensions.iter().map(|dimension| dimension.id.as_str());
                let message = format!("`{}` has no dimension `{name}`", self.id);
                let mut fault = Diagnostic::new(&UNKNOWN_NAME, Place::Nowhere, message);
                fault.help = spelling::advice(name, names.collect::<Vec<_>>());
                return Err(fault);
            };
            let code = self.code(position, value)?;
            self.rows.retain(|row| row.key[position] == code);
        }
        Ok(self)
    }

    /// The code of a dimension that `value` means.
    fn code(&self, position: usize, value: &str) -> Result<String, Diagnostic> {
        let Dimension { id, is_time, labels } = &self.dimensions[position];
        let data_type = if *is_time { DataType::TimePeriod } else { DataType::String };
        let wanted = canonical(value, data_type);
        let mut codes: Vec<&str> = self.rows.iter().map(|row| row.key[position].as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.contains(&wanted.as_str()) || labels.contains_key(&wanted) {
            return Ok(wanted);
        }
        let folded = wanted.to_lowercase();
        let called_so = |text: &Text| match text {
            Text::Same(text) => text.to_lowercase() == folded,
            Text::Localised(texts) => texts.values().any(|text| text.to_lowercase() == folded),
        };
        if let Some((code, _)) = labels.iter().find(|(_, text)| called_so(text)) {
            return Ok(code.clone());
        }
        let message = format!("no observation of `{}` has {id} = {value}", self.id);
        let mut fault = Diagnostic::new(&UNKNOWN_CODE, Place::Nowhere, message);
        fault.help = match (codes.as_slice(), is_time) {
            ([first, .., last], true) => Some(format!("it runs from {first} to {last}")),
            _ => spelling::advice(&wanted, codes),
        };
        Err(fault)
    }
}

/// What the values of an identifier are called.
fn labels(
    folder: &Folder,
    indicator: &Indicator,
    component: &Component,
    dataset: &Dataset,
) -> BTreeMap<String, Text> {
    let codes = (0..dataset.rows()).map(|row| text(dataset, row, &component.name));
    if component.name == DEFINITION {
        return codes
            .filter_map(|id| Some((folder.definition(&id)?.value.name.clone(), id)))
            .map(|(name, id)| (id, name))
            .collect();
    }
    let list = codelist_of(folder, indicator, component).or_else(|| {
        // The industries of a projection have one code more than their list.
        let codes = component.codes.as_ref()?;
        folder.industries().filter(|_| codes.last().is_some_and(|code| code == OTHER_INDUSTRY))
    });
    let Some(list) = list else { return BTreeMap::new() };
    codes
        .filter(|code| list.get(code).is_some())
        .map(|code| (code.clone(), codelists::label(list, &code)))
        .collect()
}

/// The identifiers that have labels, with the codelist of each.
pub(crate) fn codelist_of<'a>(
    folder: &'a Folder,
    indicator: &Indicator,
    component: &Component,
) -> Option<&'a Codelist> {
    if let Some(name) = indicator.codelists.get(&component.name) {
        return folder.codelists.get(name.get_ref());
    }
    // A component carries the codes of its list, not its name.
    let codes = component.codes.as_ref()?;
    folder.codelists.values().find(|list| {
        codelists::codes(list).len() == codes.len()
            && codelists::codes(list).iter().zip(codes.iter()).all(|(a, b)| a == b)
    })
}

/// A number as it is shown: bounds that are no bounds left out.
pub(crate) struct Number {
    pub(crate) value: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Number {
    /// Of a missing number all three are missing.
    pub(crate) fn of(dataset: &Dataset, row: usize, measure: &str) -> Self {
        match dataset.number(row, measure) {
            None => Self { value: None, low: None, high: None },
            Some(number) => Self {
                value: number.value,
                low: Some(number.low).filter(|low| low.is_finite()),
                high: Some(number.high).filter(|high| high.is_finite()),
            },
        }
    }
}

/// An observation of an indicator as a figure.
pub(crate) fn figure(
    indicator: &Indicator,
    measure: &str,
    dataset: &Dataset,
    row: usize,
) -> Figure {
    let number = Number::of(dataset, row, measure);
    let mut at: Key = key(dataset, row);
    let definition = at.remove(DEFINITION);
    Figure {
        indicator: indicator.id.to_string(),
        title: indicator.title.clone(),
        at,
        definition,
        value: number.value,
        low: number.low,
        high: number.high,
        unit: indicator.unit.clone(),
        decimals: indicator.decimals,
        kind: indicator.kind,
        note: indicator.note.clone(),
    }
}

/// The first and last period of a dataset that runs over time.
pub(crate) fn coverage(dataset: &Dataset) -> Option<(String, String)> {
    dataset.structure().get(TIME_PERIOD)?;
    let periods = || (0..dataset.rows()).map(|row| text(dataset, row, TIME_PERIOD));
    Some((periods().min()?, periods().max()?))
}
