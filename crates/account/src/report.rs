//! What [`check`](crate::Run::report) finds: claims, targets and commitments with their verdicts,
//! by topic. Serialised, this is the output of `olshem check --json`; `docs/report.md` describes it.

use crate::proposals::Proposal;
use crate::text::Text;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that an account says about its claims and targets.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The account's id.
    pub account: String,
    /// Its name.
    pub name: Text,
    /// The definition that verdicts rest on unless they say otherwise.
    pub default_definition: Option<String>,
    /// Definitions by id.
    pub definitions: BTreeMap<String, DefinitionSummary>,
    /// In the account's order; topics with nothing in them are there too.
    pub topics: Vec<TopicReport>,
    /// Validations of the methods that found something.
    pub validations: Vec<ValidationReport>,
    /// How many claims and targets have which outcome.
    pub summary: Summary,
}

impl Report {
    /// Whether a claim fails, a target is missed or a strict validation found something.
    pub fn found_something(&self) -> bool {
        self.summary.claims.get(&Outcome::Fails).is_some_and(|&n| n > 0)
            || self.summary.targets.get(&TargetOutcome::Missed).is_some_and(|&n| n > 0)
            || self.validations.iter().any(|v| v.strict && v.failures > 0)
    }
}

/// Who defines what, and how far the copy in the account was verified.
#[derive(Clone, Debug, Serialize)]
pub struct DefinitionSummary {
    /// Its name.
    pub name: Text,
    /// Whose it is.
    pub owner: String,
    /// Which version.
    pub version: String,
    /// What it defines, in a word.
    pub subject: Option<String>,
    /// How many codes it has.
    pub codes: usize,
    /// How many of them were not, or only partly, read in the source.
    pub unverified: usize,
    /// Whether its projection takes in activities that the definition leaves out.
    pub leakage: bool,
}

/// One topic of an account.
#[derive(Clone, Debug, Serialize)]
pub struct TopicReport {
    /// The topic's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// In the order of claims.toml.
    pub claims: Vec<ClaimReport>,
    /// In the order of targets.toml.
    pub targets: Vec<TargetReport>,
    /// In the order of targets.toml.
    pub commitments: Vec<CommitmentReport>,
    /// The topic's indicators, with their latest figure.
    pub indicators: Vec<IndicatorSummary>,
    /// What the register of legislative proposals has under this topic, in its order.
    pub proposals: Vec<Proposal>,
}

/// Where a statement was made.
#[derive(Clone, Debug, Serialize)]
pub struct Attribution {
    /// Who made it.
    pub who: Text,
    /// When: an ISO date to the day, month or year, where known.
    pub said: Option<String>,
    /// Where it can be read.
    pub link: String,
}

/// A claim and what the data say about it.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimReport {
    /// The claim's id.
    pub id: String,
    /// In the account's words.
    pub text: Text,
    /// Who said it, when and where.
    #[serde(flatten)]
    pub attribution: Attribution,
    /// The figure as it was printed, where it is one.
    pub published: Option<String>,
    /// What all answers together say.
    pub outcome: Outcome,
    /// One for each reading, and within it for each definition.
    pub answers: Vec<Answer>,
    /// What would settle it.
    pub settle: Option<Text>,
    /// A caveat.
    pub note: Option<Text>,
}

/// What the answers to a claim come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every answer is that it holds.
    Holds,
    /// Every answer is that it fails.
    Fails,
    /// Some answers hold, some fail: it depends on the reading or the definition.
    Depends,
    /// No answer settles it against another, and at least one is open.
    Undecidable,
    /// There is nothing to test it with.
    NoData,
}

/// The verdict of one test under one definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The condition is true.
    Holds,
    /// The condition is false.
    Fails,
    /// The bounds leave both possible.
    Undecidable,
    /// The number it rests on is missing.
    NoData,
}

/// One test of a claim, under one definition.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The reading, where the claim has several.
    pub label: Option<Text>,
    /// The definition, where the number depends on one.
    pub definition: Option<String>,
    /// What it says.
    pub verdict: Verdict,
    /// The number it rests on.
    pub figure: Option<Figure>,
    /// The condition that was tested, in VTL.
    pub condition: String,
    /// Which of the claim's tests, in the order of claims.toml.
    #[serde(skip)]
    pub test: usize,
}

impl Outcome {
    /// What answers to a claim come to.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Self {
        let (mut holds, mut fails, mut open) = (false, false, false);
        for answer in answers {
            match answer.verdict {
                Verdict::Holds => holds = true,
                Verdict::Fails => fails = true,
                Verdict::Undecidable => open = true,
                Verdict::NoData => {}
            }
        }
        match (holds, fails, open) {
            (true, true, _) => Self::Depends,
            (_, _, true) => Self::Undecidable,
            (true, false, false) => Self::Holds,
            (false, true, false) => Self::Fails,
            (false, false, false) => Self::NoData,
        }
    }
}

/// One number of an indicator, with what it takes to print it.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// The indicator's id.
    pub indicator: String,
    /// The indicator's title.
    pub title: Text,
    /// Which observation: identifiers and their values, `DEFINITION` excepted.
    pub at: BTreeMap<String, String>,
    /// The definition, where it depends on one.
    pub definition: Option<String>,
    /// The value, where there is a single best one.
    pub value: Option<f64>,
    /// No less than this; `None` where nothing is known to bound it from below.
    pub low: Option<f64>,
    /// No more than this; `None` where nothing is known to bound it from above.
    pub high: Option<f64>,
    /// What it is counted in.
    pub unit: Text,
    /// Digits after the decimal point.
    pub decimals: usize,
    /// Measured, published or an intention.
    pub kind: Kind,
    /// The indicator's caveat.
    pub note: Option<Text>,
}

/// What stands behind an indicator's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Computed from official statistics.
    #[default]
    Measured,
    /// Somebody's figure, as printed.
    Published,
    /// Announced, not realised.
    Intention,
}

/// A target and how far it is.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReport {
    /// The target's id.
    pub id: String,
    /// In the account's words.
    pub text: Text,
    /// Who set it, when and where.
    #[serde(flatten)]
    pub attribution: Attribution,
    /// What is to be reached, in the unit of its readings.
    pub value: f64,
    /// By when, where that was said.
    pub by: Option<String>,
    /// Whether at least or at most that.
    pub direction: Direction,
    /// What all readings together say.
    pub outcome: TargetOutcome,
    /// One for each reading, and within it for each definition.
    pub readings: Vec<TargetReading>,
    /// What would settle it.
    pub settle: Option<Text>,
    /// A caveat.
    pub note: Option<Text>,
}

/// On which side of its value a target is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum Direction {
    /// At the value or above it.
    #[serde(rename = "at least")]
    AtLeast,
    /// At the value or below it.
    #[serde(rename = "at most")]
    AtMost,
}

/// How a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetOutcome {
    /// Reached.
    Met,
    /// Not reached, its date not yet past.
    Open,
    /// Its date past, not reached.
    Missed,
    /// Reached under some readings and not under others.
    Depends,
    /// The bounds leave both possible.
    Undecidable,
    /// There is no series to hold against it.
    NoData,
}

/// One reading of a target.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReading {
    /// The reading, where there are several.
    pub label: Option<Text>,
    /// The definition, where the number depends on one.
    pub definition: Option<String>,
    /// How the target stands under it.
    pub outcome: TargetOutcome,
    /// The latest figure.
    pub latest: Option<Figure>,
    /// The first period in which the target was reached.
    pub met_in: Option<String>,
    /// The growth a year that is still needed, as a ratio less one, where it is open and dated.
    pub growth_needed: Option<f64>,
    /// The growth a year so far, likewise, from the target's base to the latest figure.
    pub growth_so_far: Option<f64>,
    /// The year in which the target would be reached if growth went on as so far.
    pub on_trend: Option<String>,
    /// Each published method's verdict, where it applies.
    pub progress: Vec<Progress>,
}

/// The verdict of one published method on the way to a target.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    /// The method.
    pub method: ProgressMethod,
    /// The ratio of actual to required growth on which it rests.
    pub ratio: f64,
    /// Its verdict, in its own words' sense.
    pub grade: ProgressGrade,
}

/// A published method of judging progress towards a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressMethod {
    /// Eurostat, "Sustainable development in the European Union: monitoring report".
    Eurostat,
    /// Statistics Canada, Canadian Indicator Framework.
    StatisticsCanada,
}

/// Grades of progress, from best to worst. No method uses them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ProgressGrade {
    OnTrack,
    Moderate,
    Limited,
    None,
    Away,
}

/// An undertaking that is no number, and how far it was carried out.
#[derive(Clone, Debug, Serialize)]
pub struct CommitmentReport {
    /// The commitment's id.
    pub id: String,
    /// In the account's words.
    pub text: Text,
    /// Who made it, when and where.
    #[serde(flatten)]
    pub attribution: Attribution,
    /// On the Open Government Partnership's scale.
    pub status: Completion,
    /// As of when.
    pub as_of: String,
    /// What the status rests on.
    pub evidence: Vec<Evidence>,
    /// The part of a law concerned.
    pub provision: Option<Provision>,
    /// A caveat.
    pub note: Option<Text>,
}

/// The Open Government Partnership's scale of completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Completion {
    #[serde(rename = "no evidence")]
    NoEvidence,
    #[serde(rename = "not started")]
    NotStarted,
    #[serde(rename = "limited")]
    Limited,
    #[serde(rename = "substantial")]
    Substantial,
    #[serde(rename = "complete")]
    Complete,
}

/// Something that shows how far a commitment was carried out.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it shows.
    pub text: Text,
    /// From when it is.
    #[serde(default, deserialize_with = "crate::values::optional_date")]
    pub date: Option<String>,
    /// Where it can be read.
    pub link: String,
}

/// A part of a law, cited as Akoma Ntoso does.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// The act.
    pub act: String,
    /// The date of the version of the act.
    #[serde(deserialize_with = "crate::values::date")]
    pub version: String,
    /// The element's identifier, such as `art_4__para_2`; empty for the whole act.
    #[serde(default)]
    pub element: String,
}

/// An indicator and its newest figure for the account's area.
#[derive(Clone, Debug, Serialize)]
pub struct IndicatorSummary {
    /// The indicator's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// How many observations it has.
    pub observations: usize,
    /// First and last period, where it has a time dimension.
    pub coverage: Option<(String, String)>,
}

/// A validation rule of the methods that found something.
#[derive(Clone, Debug, Serialize)]
pub struct ValidationReport {
    /// The dataset that the methods assign.
    pub id: String,
    /// Whether a finding sets the exit code.
    pub strict: bool,
    /// How many observations were checked.
    pub checked: usize,
    /// How many failed.
    pub failures: usize,
    /// The first failures: identifiers, then `errorcode` and `imbalance` where there are.
    pub examples: Vec<BTreeMap<String, String>>,
}

/// How many of what.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Claims by outcome.
    pub claims: BTreeMap<Outcome, usize>,
    /// Targets by outcome.
    pub targets: BTreeMap<TargetOutcome, usize>,
    /// Commitments by status.
    pub commitments: BTreeMap<Completion, usize>,
}
