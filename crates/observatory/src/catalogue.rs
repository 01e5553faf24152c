//! What there is to show of an account, gathered once, so that pages and documents only choose from
//! it. Nothing here computes a number: series and profiles are observations picked by their keys.

use olshem_account::report::{
    Answer, ClaimReport, CommitmentReport, Outcome, TargetReport, TopicReport,
};
use olshem_account::{
    Account, ClaimTest, DefinitionContent, IndicatorTable, Report, Row, Run, Sealed, SourceCitation,
};
use olshem_model::Diagnostic;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The identifier that tells under which definition a number was calculated.
pub(crate) const DEFINITION: &str = "DEFINITION";
/// The identifier over which series run.
pub(crate) const TIME_PERIOD: &str = "TIME_PERIOD";
/// The identifier with the area.
pub(crate) const REF_AREA: &str = "REF_AREA";
/// The identifier with the industry.
pub(crate) const INDUSTRY: &str = "INDUSTRY";
/// The codelist of areas.
const REGIONS: &str = "regions";

/// Identifiers and the value that each has.
pub(crate) type Key = BTreeMap<String, String>;

/// A value and its bounds, each where there is one.
pub(crate) type Number = (Option<f64>, Option<f64>, Option<f64>);

/// An account that has been run, with its indicators as tables.
pub(crate) struct Catalogue {
    pub(crate) run: Arc<Run>,
    /// In the account's order.
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) definitions: Vec<DefinitionContent>,
    pub(crate) releases: Vec<Sealed>,
    /// The tests of each claim.
    pub(crate) tests: BTreeMap<String, Vec<ClaimTest>>,
    /// The position of the indicator that the front page shows.
    headline: Option<usize>,
}

/// An indicator, and what has to do with it.
pub(crate) struct Indicator {
    pub(crate) topic: String,
    pub(crate) table: IndicatorTable,
    /// The claims whose tests read it.
    pub(crate) claims: Vec<String>,
    /// The targets that are held against it.
    pub(crate) targets: Vec<String>,
    /// The sources that it rests on.
    pub(crate) sources: Vec<String>,
}

/// The observations of an indicator over time, all else fixed.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) definition: Option<String>,
    pub(crate) at: Key,
    pub(crate) periods: Vec<String>,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) low: Vec<Option<f64>>,
    pub(crate) high: Vec<Option<f64>>,
}

impl Catalogue {
    pub(crate) fn of(run: Arc<Run>) -> Result<Self, Diagnostic> {
        let account = run.account();
        let report = run.report();
        let tests: BTreeMap<String, Vec<ClaimTest>> =
            account.claims().iter().map(|id| ((*id).to_owned(), account.claim_tests(id))).collect();
        let targets = || report.topics.iter().flat_map(|topic| &topic.targets);
        let mut indicators = Vec::new();
        for topic in &report.topics {
            for summary in &topic.indicators {
                let id = summary.id.as_str();
                let reads = |tests: &[ClaimTest]| tests.iter().any(|test| test.indicator == id);
                let claims = tests.iter().filter(|(_, tests)| reads(tests));
                let held = |target: &&TargetReport| {
                    account.target_series(&target.id).iter().any(|(_, read, _)| *read == id)
                };
                indicators.push(Indicator {
                    topic: topic.id.clone(),
                    table: run.indicator(id)?,
                    claims: claims.map(|(claim, _)| claim.clone()).collect(),
                    targets: targets().filter(held).map(|target| target.id.clone()).collect(),
                    sources: account.sources_of(id).into_iter().map(str::to_owned).collect(),
                });
            }
        }
        let headline = indicators.iter().position(|indicator| {
            let has = |name| indicator.table.dimensions.iter().any(|d| d.id == name);
            has(DEFINITION) && has(TIME_PERIOD)
        });
        let definitions = account.definitions();
        let releases = account.releases();
        Ok(Self { indicators, definitions, releases, tests, headline, run })
    }

    pub(crate) fn account(&self) -> &Account {
        self.run.account()
    }

    pub(crate) fn report(&self) -> &Report {
        self.run.report()
    }

    pub(crate) fn topics(&self) -> &[TopicReport] {
        &self.report().topics
    }

    pub(crate) fn claims(&self) -> impl Iterator<Item = (&TopicReport, &ClaimReport)> {
        self.topics().iter().flat_map(|topic| topic.claims.iter().map(move |claim| (topic, claim)))
    }

    pub(crate) fn claim(&self, id: &str) -> Option<&ClaimReport> {
        self.claims().map(|(_, claim)| claim).find(|claim| claim.id == id)
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = (&TopicReport, &TargetReport)> {
        self.topics().iter().flat_map(|topic| topic.targets.iter().map(move |one| (topic, one)))
    }

    pub(crate) fn commitments(&self) -> impl Iterator<Item = (&TopicReport, &CommitmentReport)> {
        self.topics().iter().flat_map(|topic| topic.commitments.iter().map(move |one| (topic, one)))
    }

    pub(crate) fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.table.id == id)
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = &SourceCitation> {
        self.account().sources()
    }

    /// The regions and the whole country, with their labels; the country is first where it is listed.
    pub(crate) fn regions(&self) -> &[olshem_model::codelist::Item] {
        self.account().codelist(REGIONS).map_or(&[], |list| list.items())
    }

    pub(crate) fn industries(&self) -> &[olshem_model::codelist::Item] {
        self.account().industries().map_or(&[], |list| list.items())
    }

    /// The whole country.
    pub(crate) fn ref_area(&self) -> &str {
        self.account().settings().ref_area.get_ref()
    }

    /// The definition that is shown where no other is chosen.
    pub(crate) fn default_definition(&self) -> Option<&str> {
        let first = || self.definitions.first().map(|definition| definition.citation.id.as_str());
        self.report().default_definition.as_deref().or_else(first)
    }

    /// The indicator that the front page shows, and the keys that make a series of it: the first that
    /// depends on the definition and runs over time.
    pub(crate) fn headline(&self) -> Option<(&Indicator, Key)> {
        let indicator = self.indicators.get(self.headline?)?;
        let mut key = Key::new();
        for (position, dimension) in indicator.table.dimensions.iter().enumerate() {
            if dimension.id == DEFINITION || dimension.is_time {
                continue;
            }
            let codes = || indicator.table.rows.iter().map(|row| row.key[position].as_str());
            let whole = codes().find(|code| dimension.id == REF_AREA && *code == self.ref_area());
            key.insert(dimension.id.clone(), whole.or_else(|| codes().next())?.to_owned());
        }
        Some((indicator, key))
    }

    /// The outcome of a claim under each definition that any of its answers depends on.
    pub(crate) fn under<'c>(&self, claim: &'c ClaimReport) -> BTreeMap<&'c str, Outcome> {
        let named = claim.answers.iter().filter_map(|answer| answer.definition.as_deref());
        let under = |definition: &str| {
            let counts = |a: &&Answer| a.definition.as_deref().is_none_or(|d| d == definition);
            Outcome::of(claim.answers.iter().filter(counts))
        };
        named.collect::<BTreeSet<_>>().into_iter().map(|id| (id, under(id))).collect()
    }
}

impl Series {
    /// Each period with its value and the bounds of it.
    pub(crate) fn points(&self) -> impl Iterator<Item = (&str, Number)> {
        let numbers = self.values.iter().zip(&self.low).zip(&self.high);
        let numbers = numbers.map(|((value, low), high)| (*value, *low, *high));
        self.periods.iter().map(String::as_str).zip(numbers)
    }
}

impl Indicator {
    /// Where a dimension stands, among the dimensions and in the key of every observation.
    pub(crate) fn position(&self, dimension: &str) -> Option<usize> {
        self.table.dimensions.iter().position(|d| d.id == dimension)
    }

    /// The observations over time at a key; `None` where the indicator does not run over time.
    pub(crate) fn series(&self, at: &Key, definition: Option<&str>) -> Option<Series> {
        let time = self.position(TIME_PERIOD)?;
        let mut at = at.clone();
        at.remove(TIME_PERIOD);
        if let Some(definition) = definition {
            at.insert(DEFINITION.to_owned(), definition.to_owned());
        }
        let mut rows: Vec<&Row> = self.rows_at(&at).collect();
        rows.sort_by_key(|row| &row.key[time]);
        at.remove(DEFINITION);
        Some(Series {
            definition: definition.map(str::to_owned),
            at,
            periods: rows.iter().map(|row| row.key[time].clone()).collect(),
            values: rows.iter().map(|row| row.value).collect(),
            low: rows.iter().map(|row| row.low).collect(),
            high: rows.iter().map(|row| row.high).collect(),
        })
    }

    /// The observations with these values of those dimensions that there are.
    pub(crate) fn rows_at<'a>(&'a self, at: &Key) -> impl Iterator<Item = &'a Row> {
        let wanted: Vec<(usize, String)> = at
            .iter()
            .filter_map(|(name, value)| Some((self.position(name)?, value.clone())))
            .collect();
        self.table
            .rows
            .iter()
            .filter(move |row| wanted.iter().all(|(at, value)| row.key[*at] == *value))
    }

    /// Of each series the observation of its latest period, in the order of the table.
    pub(crate) fn latest<'a>(&'a self, rows: impl Iterator<Item = &'a Row>) -> Vec<&'a Row> {
        let Some(time) = self.position(TIME_PERIOD) else { return rows.collect() };
        let mut latest: Vec<(Vec<&str>, &Row)> = Vec::new();
        let mut at: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
        for row in rows {
            let others = row.key.iter().enumerate().filter(|(position, _)| *position != time);
            let key: Vec<&str> = others.map(|(_, value)| value.as_str()).collect();
            match at.get(&key) {
                Some(&known) if latest[known].1.key[time] < row.key[time] => latest[known].1 = row,
                Some(_) => {}
                None => {
                    at.insert(key.clone(), latest.len());
                    latest.push((key, row));
                }
            }
        }
        latest.into_iter().map(|(_, row)| row).collect()
    }

    /// The values of each dimension of an observation, but for those named.
    pub(crate) fn key_without(&self, row: &Row, without: &str) -> Key {
        let names = self.table.dimensions.iter().zip(&row.key);
        names
            .filter(|(dimension, _)| dimension.id != without)
            .map(|(dimension, value)| (dimension.id.clone(), value.clone()))
            .collect()
    }

    /// The first and last period.
    pub(crate) fn coverage(&self) -> Option<(&str, &str)> {
        let time = self.position(TIME_PERIOD)?;
        let periods = || self.table.rows.iter().map(|row| row.key[time].as_str());
        Some((periods().min()?, periods().max()?))
    }
}
