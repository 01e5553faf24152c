//! What the numbers say about the claims: a verdict for each reading under each definition; and the
//! report of everything that was found.

use crate::account::Account;
use crate::claims::{Claim, Test};
use crate::conditions::{CONDITION_NAME, CompiledTest, PUBLISHED};
use crate::datasets::{Key, key, only_measure, rows_at, text, varies};
use crate::definitions::Verification;
use crate::errors::NOT_ONE_OBSERVATION;
use crate::parallel::in_parallel;
use crate::projection::DEFINITION;
use crate::report::{
    Answer, Attribution, ClaimReport, CommitmentReport, DefinitionSummary, IndicatorSummary,
    Outcome, Report, Summary, TopicReport, ValidationReport, Verdict,
};
use crate::run::execute;
use crate::table::{coverage, figure};
use crate::targets::Commitment;
use olshem_engine::{Bindings, Bounded, Dataset, Engine, Scalar};
use olshem_formats::published::Bounds;
use olshem_model::Diagnostic;
use std::collections::BTreeMap;

/// How many failures of a validation are shown.
const EXAMPLES: usize = 10;

/// An account and its results.
pub(crate) struct Judge<'a> {
    pub(crate) account: &'a Account,
    pub(crate) engine: &'a Engine,
    pub(crate) bindings: &'a Bindings,
}

impl Judge<'_> {
    /// Everything that was found.
    pub(crate) fn report(&self) -> Result<Report, Vec<Diagnostic>> {
        let folder = self.account.folder();
        let settings = &folder.settings.value;
        let mut faults = Vec::new();
        let claims = self.claims(&mut faults);
        let targets = self.targets(&mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let commitments = &folder.targets.value.commitments;
        let mut summary = Summary::default();
        for (_, claim) in &claims {
            *summary.claims.entry(claim.outcome).or_default() += 1;
        }
        for (_, target) in &targets {
            *summary.targets.entry(target.outcome).or_default() += 1;
        }
        for commitment in commitments {
            *summary.commitments.entry(commitment.status).or_default() += 1;
        }
        let topics = settings.topics.iter().map(|topic| {
            let id: &str = topic.id.get_ref();
            TopicReport {
                id: id.to_owned(),
                title: topic.title.clone(),
                claims: of_topic(&claims, id),
                targets: of_topic(&targets, id),
                commitments: commitments
                    .iter()
                    .filter(|commitment| commitment.topic.get_ref() == id)
                    .map(commitment_report)
                    .collect(),
                indicators: self.indicators(id),
                proposals: folder.proposals.iter().filter(|p| p.topic == id).cloned().collect(),
            }
        });
        Ok(Report {
            account: settings.id.to_string(),
            name: settings.name.clone(),
            default_definition: settings.default_definition.as_ref().map(ToString::to_string),
            definitions: self.definitions(),
            topics: topics.collect(),
            validations: self.validations(),
            summary,
        })
    }

    fn definitions(&self) -> BTreeMap<String, DefinitionSummary> {
        let definitions = self.account.folder().definitions.iter().map(|loaded| {
            let definition = &loaded.value;
            let codes = || definition.codes.iter().map(|line| line.get_ref());
            let summary = DefinitionSummary {
                name: definition.name.clone(),
                owner: definition.owner.clone(),
                version: definition.version.clone(),
                subject: definition.subject.as_ref().map(ToString::to_string),
                codes: definition.codes.len(),
                unverified: codes().filter(|line| line.status != Verification::Read).count(),
                leakage: codes().any(|line| line.leakage),
            };
            (definition.id.to_string(), summary)
        });
        definitions.collect()
    }

    fn indicators(&self, topic: &str) -> Vec<IndicatorSummary> {
        let indicators = &self.account.folder().indicators.value.indicators;
        let of_topic = indicators.iter().filter(|indicator| indicator.topic.get_ref() == topic);
        let summary = |indicator: &crate::indicators::Indicator| {
            let dataset = self.bindings.datasets.get(&**indicator.id.get_ref())?;
            Some(IndicatorSummary {
                id: indicator.id.to_string(),
                title: indicator.title.clone(),
                observations: dataset.rows(),
                coverage: coverage(dataset),
            })
        };
        of_topic.filter_map(summary).collect()
    }

    fn validations(&self) -> Vec<ValidationReport> {
        let strict = &self.account.settings().validation.strict;
        let mut reports = Vec::new();
        for id in &self.account.compiled().validations {
            let Some(dataset) = self.bindings.datasets.get(id) else { continue };
            let failed = |row: &usize| match dataset.structure().get("bool_var") {
                Some(_) => dataset.value(*row, "bool_var") == Some(Scalar::Boolean(false)),
                None => dataset.value(*row, "errorcode").is_some(),
            };
            let failures: Vec<usize> = (0..dataset.rows()).filter(failed).collect();
            if failures.is_empty() {
                continue;
            }
            let example = |&row: &usize| {
                let mut example = key(dataset, row);
                for component in ["errorcode", "errorlevel", "imbalance"] {
                    let value = text(dataset, row, component);
                    if !value.is_empty() {
                        example.insert(component.to_owned(), value);
                    }
                }
                example
            };
            reports.push(ValidationReport {
                id: id.clone(),
                strict: strict.iter().any(|name| name.get_ref() == id),
                checked: dataset.rows(),
                failures: failures.len(),
                examples: failures.iter().take(EXAMPLES).map(example).collect(),
            });
        }
        reports
    }

    /// Each claim with its topic.
    fn claims(&self, faults: &mut Vec<Diagnostic>) -> Vec<(&str, ClaimReport)> {
        let claims = || self.account.folder().all_claims();
        let compiled = self.account.compiled().tests.iter().flatten();
        let tests: Vec<(&Test, &CompiledTest)> =
            claims().flat_map(|claim| &claim.tests).zip(compiled).collect();
        let mut answers = in_parallel(self.engine.partitions(), &tests, |(test, compiled)| {
            self.answers(test, compiled)
        })
        .into_iter();
        claims()
            .map(|claim| {
                let mut own = Vec::new();
                for (test, found) in answers.by_ref().take(claim.tests.len()).enumerate() {
                    match found {
                        Ok(found) => own.extend(found.into_iter().map(|a| Answer { test, ..a })),
                        Err(fault) => faults.push(fault),
                    }
                }
                (claim.topic.get_ref().as_str(), claim_report(claim, own))
            })
            .collect()
    }

    /// One answer, or one for each definition.
    pub(crate) fn answers(
        &self,
        test: &Test,
        compiled: &CompiledTest,
    ) -> Result<Vec<Answer>, Diagnostic> {
        let step = &compiled.step;
        let mut bindings =
            Bindings { scalars: published(compiled.published), ..Bindings::default() };
        for name in &step.statement.reads {
            if let Some(dataset) = self.narrowed(name, &compiled.at)? {
                bindings.datasets.insert(name.clone(), dataset);
            }
        }
        let all = self.account.folder().definition_ids();
        execute(self.engine, std::slice::from_ref(step), &all, &mut bindings)?;

        let shown = self.narrowed(test.indicator.get_ref(), &compiled.at)?;
        let depends = step.depends || shown.as_ref().is_some_and(varies);
        let definitions: Vec<Option<&str>> = match (depends, compiled.at.get(DEFINITION)) {
            (false, _) => vec![None],
            (true, Some(only)) => vec![Some(only)],
            (true, None) => {
                let named = self.account.folder().definitions_named(&test.definitions);
                named.into_iter().map(Some).collect()
            }
        };
        definitions
            .into_iter()
            .map(|definition| {
                Ok(Answer {
                    label: test.label.clone(),
                    definition: definition.map(str::to_owned),
                    verdict: verdict(compiled, &bindings, definition),
                    figure: match &shown {
                        Some(shown) => self.figure(test, shown, definition)?,
                        None => None,
                    },
                    condition: test.condition.get_ref().trim().to_owned(),
                    test: 0,
                })
            })
            .collect()
    }

    /// An indicator with the measure that it shows, and of its rows those at the key.
    pub(crate) fn narrowed(
        &self,
        indicator: &str,
        at: &Key,
    ) -> Result<Option<Dataset>, Diagnostic> {
        let measure = self.account.compiled().measures.get(indicator);
        match (self.bindings.datasets.get(indicator), measure) {
            (Some(dataset), Some(measure)) => {
                only_measure(&dataset.take(&rows_at(dataset, at)), measure).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn figure(
        &self,
        test: &Test,
        shown: &Dataset,
        definition: Option<&str>,
    ) -> Result<Option<crate::report::Figure>, Diagnostic> {
        let folder = self.account.folder();
        let (Some(indicator), Some(measure)) =
            (folder.indicator(test.indicator.get_ref()), shown.structure().measures().next())
        else {
            return Ok(None);
        };
        match rows_of(shown, definition).as_slice() {
            [] => Ok(None),
            [row] if shown.number(*row, &measure.name).is_none() => Ok(None),
            [row] => Ok(Some(figure(indicator, &measure.name, shown, *row))),
            rows => {
                let open = differing(shown, rows);
                let message = format!(
                    "`at` leaves {} observations of `{}`, which differ in `{}`",
                    rows.len(),
                    test.indicator,
                    open.join("`, `")
                );
                let place = folder.claims.place(test.indicator.span());
                let help = format!("add `{}` to `at`", open.join("` and `"));
                Err(Diagnostic::new(&NOT_ONE_OBSERVATION, place, message).with_help(help))
            }
        }
    }
}

/// The rows of one definition, or all where rows do not differ by it.
pub(crate) fn rows_of(dataset: &Dataset, definition: Option<&str>) -> Vec<usize> {
    match definition {
        Some(id) => rows_at(dataset, &Key::from([(DEFINITION.to_owned(), id.to_owned())])),
        None => (0..dataset.rows()).collect(),
    }
}

/// The identifiers in which rows differ.
pub(crate) fn differing<'d>(dataset: &'d Dataset, rows: &[usize]) -> Vec<&'d str> {
    let differ =
        |id: &&str| rows.iter().any(|&row| text(dataset, row, id) != text(dataset, rows[0], id));
    dataset.structure().identifiers().map(|id| id.name.as_str()).filter(differ).collect()
}

/// The figure as printed, as the scalars that a condition can read.
fn published(bounds: Option<Bounds>) -> BTreeMap<String, Scalar> {
    let Some(Bounds { low, value, high }) = bounds else { return BTreeMap::new() };
    let low = low.unwrap_or(f64::NEG_INFINITY);
    let high = high.unwrap_or(f64::INFINITY);
    let scalars = [low.into(), Bounded { low, value, high }.into(), high.into()];
    PUBLISHED.iter().map(|name| (*name).to_owned()).zip(scalars).collect()
}

/// What the condition came to under a definition.
fn verdict(compiled: &CompiledTest, bindings: &Bindings, definition: Option<&str>) -> Verdict {
    let Some(measure) = &compiled.measure else {
        return match bindings.scalars.get(CONDITION_NAME) {
            Some(Scalar::Boolean(true)) => Verdict::Holds,
            Some(Scalar::Boolean(false)) => Verdict::Fails,
            _ => Verdict::Undecidable,
        };
    };
    let Some(result) = bindings.datasets.get(CONDITION_NAME) else { return Verdict::NoData };
    let rows = rows_of(result, definition.filter(|_| varies(result)));
    let values: Vec<Option<bool>> = rows
        .iter()
        .map(|&row| match result.value(row, measure) {
            Some(Scalar::Boolean(value)) => Some(value),
            _ => None,
        })
        .collect();
    if values.is_empty() {
        return Verdict::NoData;
    }
    if values.contains(&Some(false)) {
        return Verdict::Fails;
    }
    if values.iter().all(|value| *value == Some(true)) {
        return Verdict::Holds;
    }
    // Null: is a number missing, or do its bounds leave both possible?
    let open = rows.iter().zip(&values).filter(|(_, value)| value.is_none());
    let missing = open.into_iter().any(|(&row, _)| {
        let key = key(result, row);
        compiled.step.statement.reads.iter().any(|name| {
            bindings.datasets.get(name).is_some_and(|dataset| has_missing(dataset, &key))
        })
    });
    if missing { Verdict::NoData } else { Verdict::Undecidable }
}

/// Whether a number is missing in the rows at the key.
fn has_missing(dataset: &Dataset, key: &Key) -> bool {
    let rows = rows_at(dataset, key);
    let missing = |row: &usize| {
        dataset.structure().measures().any(|measure| dataset.number(*row, &measure.name).is_none())
    };
    rows.is_empty() || rows.iter().any(missing)
}

fn claim_report(claim: &Claim, answers: Vec<Answer>) -> ClaimReport {
    ClaimReport {
        id: claim.id.to_string(),
        text: claim.text.clone(),
        attribution: Attribution {
            who: claim.who.clone(),
            said: claim.said.as_ref().map(ToString::to_string),
            link: claim.link.clone(),
        },
        published: claim.published.as_ref().map(ToString::to_string),
        outcome: Outcome::of(&answers),
        answers,
        settle: claim.settle.clone(),
        note: claim.note.clone(),
    }
}

fn commitment_report(commitment: &Commitment) -> CommitmentReport {
    CommitmentReport {
        id: commitment.id.to_string(),
        text: commitment.text.clone(),
        attribution: Attribution {
            who: commitment.who.clone(),
            said: commitment.said.as_ref().map(ToString::to_string),
            link: commitment.link.clone(),
        },
        status: commitment.status,
        as_of: commitment.as_of.to_string(),
        evidence: commitment.evidence.clone(),
        provision: commitment.provision.clone(),
        note: commitment.note.clone(),
    }
}

fn of_topic<T: Clone>(items: &[(&str, T)], id: &str) -> Vec<T> {
    items.iter().filter(|(topic, _)| *topic == id).map(|(_, item)| item.clone()).collect()
}
