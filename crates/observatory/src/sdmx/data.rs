//! Data queries: the observations of indicators, as the account's dataflows of them have them.

use super::dataset::{Dataset, columns};
use super::flows::{self, Flow, Path};
use super::query::Query;
use super::structures::Structures;
use super::{Api, Fault, TOO_LARGE, media, written};
use crate::catalogue::Indicator;
use crate::routes::Answer;
use crate::site::Site;
use axum::http::StatusCode;
use olshem_account::Row;
use olshem_formats::identifier;
use olshem_formats::message::{Extra, Variable};
use olshem_formats::metadata::Attachment;
use olshem_formats::sdmx::{ALL_DIMENSIONS, AT_OBSERVATION};
use olshem_model::Role;

/// More than this is no answer but a download.
const MOST_OBSERVATIONS: usize = 1_000_000;
const COMMON: &[&str] =
    &["firstNObservations", "lastNObservations", "dimensionAtObservation", "includeHistory"];

/// Answers a query for data; `rest` is its path.
pub(super) fn answer(
    site: &Site,
    api: Api,
    rest: &[&str],
    query: &Query,
    accept: &str,
) -> Result<Answer, Fault> {
    let (own, most) = match api {
        Api::V21 => (["detail"].as_slice(), 3),
        Api::V30 => (["attributes", "measures"].as_slice(), 5),
    };
    query.only(&[COMMON, flows::parameters(api), own].concat(), api == Api::V30)?;
    if rest.len() > most {
        return Err(Fault::syntax("The path has more parts than a query for data has"));
    }
    let path = Path::parse(api, rest)?;
    let flows = Flow::all(site, api, &path, query)?;
    let offer = media::agreed(media::DATA, api, query, accept)?;
    match query.get("includeHistory").unwrap_or("false") {
        // The state of the data that is served is the only one that there is.
        "false" | "true" => {}
        _ => return Err(Fault::syntax("`includeHistory` is `true` or `false`")),
    }
    let parts = Parts::parse(query)?;
    let structures = site.structures();
    let mut answers = Vec::new();
    for flow in &flows {
        answers.extend(chosen(structures, flow, query, &parts)?);
    }
    if answers.is_empty() {
        return Err(Fault::nothing());
    }
    if answers.iter().map(Dataset::len).sum::<usize>() > MOST_OBSERVATIONS {
        let message = "There are too many observations; a key or a range of time leaves fewer";
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, message));
    }
    written(&offer, &structures.agency, |writer| {
        answers.into_iter().try_for_each(|dataset| dataset.write(writer))
    })
}

/// All that there is of an indicator. `None`: it has no dataflow.
pub(crate) fn whole<'s>(
    structures: &'s Structures,
    indicator: &'s Indicator,
) -> Option<Dataset<'s>> {
    let flow = Flow::whole(structures, indicator)?;
    chosen(structures, &flow, &Query::default(), &Parts::all()).ok().flatten()
}

/// Which measures and attributes are shown beside the keys, as API 2 names them.
struct Parts<'q> {
    measures: Vec<&'q str>,
    attributes: Vec<&'q str>,
}

impl<'q> Parts<'q> {
    fn all() -> Self {
        Self { measures: vec!["all"], attributes: vec!["all"] }
    }

    fn parse(query: &'q Query) -> Result<Self, Fault> {
        let (measures, attributes) = match query.get("detail").unwrap_or("full") {
            "full" => ("all", "dsd"),
            "dataonly" => ("all", "none"),
            "serieskeysonly" => ("none", "none"),
            "nodata" => ("none", "dataset,series"),
            _ => return Err(Fault::syntax("`detail` has an unknown value")),
        };
        let list = |name, default| query.get(name).unwrap_or(default).split(',').collect();
        Ok(Self {
            measures: list("measures", measures),
            attributes: list("attributes", attributes),
        })
    }

    /// Whether a variable is shown; identifiers are.
    fn show(&self, variable: &Variable, time: Option<&str>) -> bool {
        let own = variable.component.name.as_str();
        let level = level(variable, time);
        match variable.component.role {
            Role::Identifier => true,
            Role::Measure => self.measures.iter().any(|part| *part == "all" || *part == own),
            Role::Attribute | Role::ViralAttribute => {
                self.attributes.iter().any(|part| match *part {
                    "all" | "dsd" => true,
                    "obs" | "series" | "dataset" => *part == level,
                    part => part == own,
                })
            }
        }
    }

    /// A name that no variable has.
    fn unknown(&self, variables: &[Variable]) -> Option<&'q str> {
        let is_known = |role: Role, name: &str| {
            variables.iter().any(|v| {
                (v.component.role == Role::Measure) == (role == Role::Measure)
                    && v.component.name == name
            })
        };
        let measures = self.measures.iter().filter(|part| !matches!(**part, "all" | "none"));
        let mut measures = measures.filter(|part| !is_known(Role::Measure, part));
        let words = ["all", "dsd", "msd", "obs", "series", "dataset", "none"];
        let attributes = self.attributes.iter().filter(|part| !words.contains(part));
        let mut attributes = attributes.filter(|part| !is_known(Role::Attribute, part));
        measures.next().or_else(|| attributes.next()).copied()
    }
}

/// What a variable is a part of, in the words of API 2.
fn level(variable: &Variable, time: Option<&str>) -> &'static str {
    match &variable.attachment {
        Attachment::Dataset => "dataset",
        Attachment::Group(_) => "series",
        Attachment::Dimensions(of) if !of.iter().any(|one| Some(one.as_str()) == time) => "series",
        Attachment::Dimensions(_) | Attachment::Observation => "obs",
    }
}

/// What is chosen of one dataflow. `None` where that is no observation.
fn chosen<'s>(
    structures: &Structures,
    flow: &Flow<'s>,
    query: &Query,
    parts: &Parts<'_>,
) -> Result<Option<Dataset<'s>>, Fault> {
    let Some(mut description) = structures.describe(flow.reference) else {
        return Ok(None);
    };
    description.provision = flow.provision.cloned();
    let time = flow.time();
    let over = match query.get("dimensionAtObservation") {
        None | Some("TIME_PERIOD") => time,
        Some(ALL_DIMENSIONS) => None,
        Some(name) => {
            let dimensions = &flow.table().dimensions;
            let found = dimensions.iter().position(|one| identifier(&one.id) == name);
            let message = format!("There is no dimension `{name}`");
            Some(found.ok_or_else(|| Fault::syntax(message))?)
        }
    };
    if let Some(part) = parts.unknown(&description.variables) {
        return Err(Fault::syntax(format!("There is no component `{part}`")));
    }
    let time_name =
        time.and_then(|at| flow.table().dimensions.get(at)).map(|one| identifier(&one.id));
    let time_name = time_name.as_deref();
    let is_of_observation = |variable: &Variable| {
        variable.component.role != Role::Identifier
            && (variable.component.role == Role::Measure || level(variable, time_name) == "obs")
    };
    let shown = |variable: &Variable| parts.show(variable, time_name);
    let are_keys = !description
        .variables
        .iter()
        .any(|variable| shown(variable) && is_of_observation(variable));
    // Keys alone are those of series, where there are any.
    let over = if are_keys { over.or(time) } else { over };

    let mut rows = flow.rows(None);
    let (first, last) = (query.count("firstNObservations")?, query.count("lastNObservations")?);
    if let Some(time) = time {
        let series = flow.series(rows, time).into_iter();
        rows = series.flat_map(|series| ends(series, first, last)).collect();
    }
    // They are in series over time by now.
    if let Some(over) = over.filter(|over| are_keys || Some(*over) != time) {
        let series = flow.series(rows, over).into_iter();
        rows = series.flat_map(|series| ends(series, are_keys.then_some(1), None)).collect();
    }
    if rows.is_empty() {
        return Ok(None);
    }

    let at = over.and_then(|over| flow.table().dimensions.get(over)).map(|one| identifier(&one.id));
    let is_left_out = |variable: &Variable| {
        let is_run_over = Some(&variable.component.name) == at.as_ref();
        !shown(variable) || (are_keys && is_run_over)
    };
    let columns = columns(flow.table(), &description.variables);
    let variables = std::mem::take(&mut description.variables);
    let kept = variables.into_iter().zip(columns).filter(|(variable, _)| !is_left_out(variable));
    let (variables, columns) = kept.unzip();
    description.variables = variables;
    description.extras.push(Extra {
        keyword: AT_OBSERVATION.to_owned(),
        values: vec![at.unwrap_or_else(|| ALL_DIMENSIONS.to_owned())],
        ..Extra::default()
    });
    Ok(Some(Dataset::new(description, columns, rows)))
}

/// The first and the last few; all where no number is said.
fn ends(rows: Vec<&Row>, first: Option<usize>, last: Option<usize>) -> impl Iterator<Item = &Row> {
    let count = rows.len();
    let is_chosen = move |at: usize| {
        (first.is_none() && last.is_none())
            || first.is_some_and(|first| at < first)
            || last.is_some_and(|last| count - at <= last)
    };
    rows.into_iter().enumerate().filter(move |(at, _)| is_chosen(*at)).map(|(_, row)| row)
}
