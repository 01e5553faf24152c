//! Data queries: the observations of an indicator, as the account's dataflow of it has them.

use super::filter::Filter;
use super::query::{Ids, Query};
use super::structures::Structures;
use super::{Api, Fault, TOO_LARGE, media, written};
use crate::catalogue::Indicator;
use crate::routes::Answer;
use crate::site::Site;
use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use axum::http::StatusCode;
use olshem_account::Row;
use olshem_formats::identifier;
use olshem_formats::message::{Description, Extra, Lines, Observations, Variable, Writer};
use olshem_formats::metadata::{Class, Reference};
use olshem_formats::sdmx::AT_OBSERVATION;
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Role, TimePeriod};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// More than this is no answer but a download.
const MOST_OBSERVATIONS: usize = 1_000_000;
/// As many observations as a batch has.
const BATCH: usize = 8192;

const COMMON: &[&str] =
    &["firstNObservations", "lastNObservations", "dimensionAtObservation", "includeHistory"];

/// `/sdmx/2.1/data/{flow}/{key}/{provider}`.
pub(super) fn of_21(
    site: &Site,
    rest: &[&str],
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    query.only(&[COMMON, &["startPeriod", "endPeriod", "detail"]].concat(), false)?;
    let (flow, rest) = rest.split_first().unwrap_or((&"", &[]));
    let parts: Vec<&str> = flow.split(',').collect();
    let (agency, id, version) = match parts.as_slice() {
        [id] => ("all", *id, "latest"),
        [agency, id] => (*agency, *id, "latest"),
        [agency, id, version] => (*agency, *id, *version),
        _ => return Err(Fault::syntax("A dataflow is written ID, AGENCY,ID or AGENCY,ID,VERSION")),
    };
    let (key, provider) = match rest {
        [] => ("all", "all"),
        [key] => (*key, "all"),
        [key, provider] => (*key, *provider),
        _ => return Err(Fault::syntax("The path has more parts than a query for data has")),
    };
    let agency_of_all = &site.structures().agency;
    if !matches!(provider, "" | "all") && !provider.split(['+', ',']).any(|p| p == agency_of_all) {
        return Err(Fault::nothing());
    }
    let wanted = [agency, id, version].map(|part| Ids::parse(Api::V21, Some(&part), ""));
    answer(site, Api::V21, Class::Dataflow, wanted, key, query, accept)
}

/// `/sdmx/3.0/data/{context}/{agency}/{id}/{version}/{key}`.
pub(super) fn of_30(
    site: &Site,
    rest: &[&str],
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    query.only(&[COMMON, &["attributes", "measures"]].concat(), true)?;
    let class = match rest.first().copied().unwrap_or("*") {
        "dataflow" | "*" => Class::Dataflow,
        "datastructure" => Class::DataStructure,
        "provisionagreement" => return Err(Fault::nothing()),
        _ => return Err(Fault::syntax("The context is none that data have")),
    };
    if rest.len() > 5 {
        return Err(Fault::syntax("The path has more parts than a query for data has"));
    }
    let part = |at, default| Ids::parse(Api::V30, rest.get(at), default);
    let wanted = [part(1, "*"), part(2, "*"), part(3, "~")];
    answer(site, Api::V30, class, wanted, rest.get(4).unwrap_or(&"*"), query, accept)
}

fn answer(
    site: &Site,
    api: Api,
    class: Class,
    wanted: [Result<Ids, Fault>; 3],
    key: &str,
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    let [agency, id, version] = wanted;
    let (agency, id, version) = (agency?, id?, version?);
    let structures = site.structures();
    let is_wanted = |one: &Reference| {
        let is_of = |number: &str| Reference { version: number.into(), ..one.clone() }.means(one);
        agency.any(|own| own == one.agency) && id.any(|own| own == one.id) && version.any(is_of)
    };
    let mut flows = structures.metadata.dataflows.iter().filter(|flow| match class {
        Class::DataStructure => flow.content.as_ref().is_some_and(is_wanted),
        _ => is_wanted(&flow.reference),
    });
    let flow = &flows.next().ok_or_else(Fault::nothing)?.reference;
    if flows.next().is_some() {
        return Err(Fault::not_implemented("Data are given of one dataflow at a time"));
    }
    let indicators = &site.catalogue().indicators;
    let indicator = indicators.iter().find(|one| identifier(&one.table.id) == flow.id);
    let indicator = indicator.ok_or_else(Fault::nothing)?;

    let filter = Filter::parse(api, &indicator.table, key, query)?;
    let shown = Shown::parse(query)?;
    let offer = media::agreed(media::DATA, api, query, accept)?;
    let rows: Vec<&Row> = indicator.table.rows.iter().filter(|row| filter.takes(row)).collect();
    let (first, last) = (query.count("firstNObservations")?, query.count("lastNObservations")?);
    let rows = by_series(indicator, rows, first, last);
    if rows.is_empty() {
        return Err(Fault::nothing());
    }
    if rows.len() > MOST_OBSERVATIONS {
        let message = "There are too many observations; a key or a range of time leaves fewer";
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, message));
    }
    let (description, columns) =
        described(structures, flow, indicator, shown).ok_or_else(Fault::nothing)?;
    let dataset = Dataset { description, columns, rows, number: exact };
    written(&offer, &structures.agency, |writer| dataset.write(writer))
}

/// Observations of an indicator as its dataflow has them, to be written in any format.
pub(crate) struct Dataset<'r> {
    pub(crate) description: Description,
    /// What each of its variables is in the table.
    columns: Vec<Column>,
    rows: Vec<&'r Row>,
    number: fn(f64) -> String,
}

impl<'r> Dataset<'r> {
    /// All that there are. `None`: the indicator has no dataflow.
    pub(crate) fn whole(structures: &Structures, indicator: &'r Indicator) -> Option<Self> {
        let id = identifier(&indicator.table.id);
        let flows = &structures.metadata.dataflows;
        let flow = &flows.iter().find(|flow| flow.reference.id == id)?.reference;
        let (description, columns) = described(structures, flow, indicator, Shown::ALL)?;
        let rows = by_series(indicator, indicator.table.rows.iter().collect(), None, None);
        Some(Self { description, columns, rows, number: exact })
    }

    /// The same for a spreadsheet: bounds are measures beside the value, called by these names, or
    /// left out where they are `None`; and numbers have no more digits than a cell.
    pub(crate) fn for_spreadsheet(mut self, bounds: Option<[Labels; 2]>) -> Self {
        let variables = std::mem::take(&mut self.description.variables);
        let [low, high] = bounds.clone().unwrap_or_default();
        let both = variables.into_iter().zip(self.columns);
        let mut both: Vec<(Variable, Column)> = both
            .filter(|(_, column)| bounds.is_some() || !matches!(column, Column::Low | Column::High))
            .collect();
        for (variable, column) in &mut both {
            let names = match column {
                Column::Low => &low,
                Column::High => &high,
                _ => continue,
            };
            variable.component.role = Role::Measure;
            variable.names.clone_from(names);
        }
        both.sort_by_key(|(variable, _)| variable.component.role);
        (self.description.variables, self.columns) = both.into_iter().unzip();
        self.number = of_fifteen_digits;
        self
    }

    pub(crate) fn write(self, writer: &mut dyn Writer) -> Result<(), Diagnostic> {
        writer.dataset(self.description)?;
        for rows in self.rows.chunks(BATCH) {
            // Columns of one length in a schema made for them.
            if let Ok(batch) = batch(&self.columns, rows, self.number) {
                let origins = Lines { file: Arc::from(Path::new("")), lines: Vec::new() };
                writer.observations(Observations { batch, origins: Arc::new(origins) })?;
            }
        }
        Ok(())
    }
}

/// Which parts of an observation are shown beside its key.
#[derive(Clone, Copy)]
struct Shown {
    measures: bool,
    attributes: bool,
    /// The dimension that series run over, or `AllDimensions`.
    at: &'static str,
}

impl Shown {
    const ALL: Self = Self { measures: true, attributes: true, at: "TIME_PERIOD" };

    fn parse(query: &Query) -> Result<Self, Fault> {
        let at = match query.get("dimensionAtObservation").unwrap_or("TIME_PERIOD") {
            "TIME_PERIOD" => "TIME_PERIOD",
            "AllDimensions" => "AllDimensions",
            _ => return Err(Fault::not_implemented("Time is what series run over here")),
        };
        match query.get("includeHistory").unwrap_or("false") {
            "false" => {}
            "true" => return Err(Fault::not_implemented("There is no history of data here")),
            _ => return Err(Fault::syntax("`includeHistory` is `true` or `false`")),
        }
        let attributes = match query.get("attributes").unwrap_or("dsd") {
            "dsd" | "all" | "obs" => true,
            "none" | "msd" | "dataset" | "series" => false,
            _ => return Err(Fault::not_implemented("`attributes` is `all` or `none` here")),
        };
        let measures = match query.get("measures").unwrap_or("all") {
            "all" => true,
            "none" => false,
            _ => return Err(Fault::not_implemented("`measures` is `all` or `none` here")),
        };
        match query.get("detail").unwrap_or("full") {
            "full" => Ok(Self { measures, attributes, at }),
            "dataonly" => Ok(Self { measures, attributes: false, at }),
            "serieskeysonly" | "nodata" => {
                Err(Fault::not_implemented("Keys are given with their observations here"))
            }
            _ => Err(Fault::syntax("`detail` has an unknown value")),
        }
    }
}

/// The observations by series, each in the order of time, of each only the first and the last few.
fn by_series<'r>(
    indicator: &Indicator,
    rows: Vec<&'r Row>,
    first: Option<usize>,
    last: Option<usize>,
) -> Vec<&'r Row> {
    let Some(time) = indicator.table.dimensions.iter().position(|one| one.is_time) else {
        return rows;
    };
    let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut series: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let others = row.key.iter().enumerate().filter(|(position, _)| *position != time);
        let key = others.map(|(_, code)| code.as_str()).collect();
        let place = *places.entry(key).or_insert(series.len());
        match series.get_mut(place) {
            Some(one) => one.push(row),
            None => series.push(vec![row]),
        }
    }
    let begins = |row: &Row| row.key[time].parse::<TimePeriod>().map(TimePeriod::start).ok();
    let chosen = series.into_iter().flat_map(|mut rows| {
        rows.sort_by_cached_key(|row| (begins(row), row.key[time].clone()));
        let count = rows.len();
        let is_chosen = move |at: usize| {
            (first.is_none() && last.is_none())
                || first.is_some_and(|first| at < first)
                || last.is_some_and(|last| count - at <= last)
        };
        rows.into_iter().enumerate().filter(move |(at, _)| is_chosen(*at)).map(|(_, row)| row)
    });
    chosen.collect()
}

/// What a variable's values are.
enum Column {
    Dimension(usize),
    Value,
    Low,
    High,
    Attribute(String),
    /// A measure beside the one that is the indicator.
    Nothing,
}

/// What the data set is, and what each of its variables is in the table.
fn described(
    structures: &Structures,
    flow: &Reference,
    indicator: &Indicator,
    shown: Shown,
) -> Option<(Description, Vec<Column>)> {
    let mut description = structures.metadata.describe(flow)?;
    let table = &indicator.table;
    let attributes = table.attributes();
    let (mut variables, mut columns) = (Vec::new(), Vec::new());
    let mut dimensions = 0..table.dimensions.len();
    for variable in std::mem::take(&mut description.variables) {
        let name = variable.component.name.as_str();
        let column = match variable.component.role {
            // The structure has them in the order of the table.
            Role::Identifier => Column::Dimension(dimensions.next()?),
            Role::Measure if !shown.measures => continue,
            Role::Measure if name == identifier(&table.measure) => Column::Value,
            Role::Measure => Column::Nothing,
            Role::Attribute | Role::ViralAttribute if !shown.attributes => continue,
            Role::Attribute | Role::ViralAttribute => {
                let own = attributes.iter().find(|own| identifier(own) == name);
                match own {
                    Some(own) => Column::Attribute((*own).to_owned()),
                    None if name == identifier(&format!("{}_LOW", table.measure)) => Column::Low,
                    None if name == identifier(&format!("{}_HIGH", table.measure)) => Column::High,
                    None => Column::Nothing,
                }
            }
        };
        variables.push(variable);
        columns.push(column);
    }
    description.variables = variables;
    description.extras.push(Extra {
        keyword: AT_OBSERVATION.to_owned(),
        values: vec![shown.at.to_owned()],
        ..Extra::default()
    });
    Some((description, columns))
}

/// As the download has them: the shortest text that means the very number.
fn exact(number: f64) -> String {
    number.to_string()
}

/// The shortest text that means the same to a spreadsheet.
fn of_fifteen_digits(number: f64) -> String {
    format!("{number:.14e}").parse().map_or_else(|_| exact(number), exact)
}

fn batch(
    columns: &[Column],
    rows: &[&Row],
    text: fn(f64) -> String,
) -> Result<RecordBatch, ArrowError> {
    let fields = (0..columns.len())
        .map(|place| Field::new(place.to_string(), DataType::Utf8View, true))
        .collect::<Vec<_>>();
    let arrays = columns.iter().map(|column| {
        let mut array = StringViewBuilder::new();
        for row in rows {
            let number = |number: Option<f64>| number.map(text);
            match column {
                Column::Dimension(at) => array.append_option(row.key.get(*at)),
                Column::Value => array.append_option(number(row.value)),
                Column::Low => array.append_option(number(row.low)),
                Column::High => array.append_option(number(row.high)),
                Column::Attribute(name) => array.append_option(row.attributes.get(name)),
                Column::Nothing => array.append_null(),
            }
        }
        Arc::new(array.finish()) as ArrayRef
    });
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect())
}
