//! Claims and targets against the indicators that they name: is there such an indicator, can it have
//! that key, does the condition come to true or false.

use crate::claims::{At, Claim, Test};
use crate::compile::Step;
use crate::datasets::{Key, canonical};
use crate::errors::{CONDITION, NO_SERIES, UNKNOWN_CODE, UNKNOWN_NAME, WRONG_VALUE};
use crate::folder::{Folder, Loaded, unknown, unknown_code};
use crate::projection::DEFINITION;
use crate::targets::Reading;
use olshem_formats::published::{Bounds, Sign, bounds};
use olshem_model::spelling;
use olshem_model::{Codelist, DataStructure, DataType, Diagnostic, TimePeriod};
use olshem_vtl::program::{Statement, Value};
use olshem_vtl::{Checker, Environment, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The identifier over which a series runs.
pub(crate) const TIME_PERIOD: &str = "TIME_PERIOD";
/// The scalars that a condition can read where its claim has a figure as printed.
pub(crate) const PUBLISHED: [&str; 3] = ["PUBLISHED_LOW", "PUBLISHED", "PUBLISHED_HIGH"];

/// The name that a condition is assigned to. No script can assign to it.
pub(crate) const CONDITION_NAME: &str = "#condition";

/// A condition of a claim.
#[derive(Debug)]
pub(crate) struct CompiledTest {
    /// The condition as the only statement of a program.
    pub(crate) step: Step,
    /// The boolean measure of its result; `None` for a scalar.
    pub(crate) measure: Option<String>,
    /// Which observations of the indicators it reads.
    pub(crate) at: Key,
    /// The figure as printed, where the claim has one.
    pub(crate) published: Option<Bounds>,
}

/// What the conditions of claims, and the readings of targets, are checked against.
pub(crate) struct Conditions<'a> {
    pub(crate) folder: &'a Folder,
    /// Indicators with the measure that they show.
    pub(crate) indicators: &'a BTreeMap<String, DataStructure>,
    pub(crate) depends: &'a BTreeSet<&'a str>,
    /// Where not, it may not be known of all indicators that they depend on a definition.
    pub(crate) methods_whole: bool,
}

impl Conditions<'_> {
    /// The tests of a claim without those at fault.
    pub(crate) fn check_claim(
        &self,
        claim: &Claim,
        faults: &mut Vec<Diagnostic>,
    ) -> Vec<CompiledTest> {
        let published = self.published(claim, faults);
        let mut environment =
            Environment { datasets: self.indicators.clone(), ..Environment::default() };
        if published.is_some() {
            for name in PUBLISHED {
                environment = environment.with_scalar(name, DataType::Number);
            }
        }
        let mut checker = Checker::new(environment);
        claim
            .tests
            .iter()
            .filter_map(|test| self.check_test(test, published, &mut checker, faults))
            .collect()
    }

    fn published(&self, claim: &Claim, faults: &mut Vec<Diagnostic>) -> Option<Bounds> {
        let published = claim.published.as_ref()?;
        match bounds(published.get_ref(), Sign::NonNegative) {
            Ok(bounds) => Some(bounds),
            // A figure that can't be read is only at fault where a condition needs it.
            Err(_)
                if claim
                    .tests
                    .iter()
                    .any(|test| test.condition.get_ref().contains("PUBLISHED")) =>
            {
                let place = self.folder.claims.place(published.span());
                let message = format!("no number can be read from `{published}`");
                faults.push(Diagnostic::new(&WRONG_VALUE, place, message));
                None
            }
            Err(_) => None,
        }
    }

    fn check_test(
        &self,
        test: &Test,
        published: Option<Bounds>,
        checker: &mut Checker,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<CompiledTest> {
        let claims = &self.folder.claims;
        // Faults of the indicator itself have been told.
        let structure = self.indicators.get(test.indicator.get_ref())?;
        let at = self.check_at(claims, &test.at, test.indicator.get_ref(), structure, faults);

        let condition = &test.condition;
        let source = Source {
            path: claims.file.clone(),
            text: condition.get_ref().clone(),
            offset: start_of_text(&claims.text, condition.span(), condition.get_ref()),
        };
        let (value, reads) = match checker.expression(source) {
            Ok(checked) => checked,
            Err(found) => {
                faults.extend(found);
                return None;
            }
        };
        let measure = match &value {
            Value::Scalar(expr) if expr.data_type == DataType::Boolean => None,
            Value::Dataset(node) if is_condition(&node.structure) => {
                node.structure.measures().next().map(|measure| measure.name.clone())
            }
            _ => {
                let message = "the condition gives a value, and not true or false".to_owned();
                let place = claims.place(condition.span());
                let help = "compare it with something: `… < 1`";
                faults.push(Diagnostic::new(&CONDITION, place, message).with_help(help));
                return None;
            }
        };
        let span = match &value {
            Value::Dataset(node) => node.span,
            Value::Scalar(expr) => expr.span,
        };
        let name = CONDITION_NAME.to_owned();
        let statement = Statement { name, persistent: false, value, single: false, reads, span };
        let place = claims.place(condition.span());
        let step = Step::new(statement, place, &|name| self.depends.contains(name));
        Some(CompiledTest { step, measure, at: at?, published })
    }

    pub(crate) fn check_targets(&self, faults: &mut Vec<Diagnostic>) {
        let targets = &self.folder.targets;
        for reading in targets.value.targets.iter().flat_map(|target| &target.readings) {
            let Reading { indicator, at, .. } = reading;
            let Some(structure) = self.indicators.get(indicator.get_ref()) else { continue };
            self.check_at(targets, at, indicator.get_ref(), structure, faults);
            let place = targets.place(indicator.span());
            if structure.get(TIME_PERIOD).is_none_or(|c| c.data_type != DataType::TimePeriod) {
                let message = format!("`{indicator}` has no `{TIME_PERIOD}` of type time_period");
                faults.push(Diagnostic::new(&NO_SERIES, place, message));
            }
        }
    }

    /// The keys of `at` as text, if all of them are identifiers with values that they can have.
    fn check_at<T>(
        &self,
        file: &Loaded<T>,
        at: &At,
        indicator: &str,
        structure: &DataStructure,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Key> {
        let before = faults.len();
        let depends = self.depends.contains(indicator);
        let mut key = Key::new();
        for (identifier, value) in at {
            let (name, text) = (identifier.get_ref().as_str(), value.get_ref());
            let place = file.place(value.span());
            if name == DEFINITION && (depends || !self.methods_whole) {
                let ids = self.folder.definition_ids();
                if !ids.contains(&text.as_str()) {
                    faults.push(unknown(place, text, "definition", ids));
                }
                key.insert(name.to_owned(), text.clone());
                continue;
            }
            let Some(component) = structure.identifiers().find(|id| id.name == *name) else {
                let names = structure.identifiers().map(|id| id.name.as_str());
                let names: Vec<&str> = names.chain(depends.then_some(DEFINITION)).collect();
                let message = format!("`{indicator}` has no identifier `{name}`");
                let place = file.place(identifier.span());
                let mut fault = Diagnostic::new(&UNKNOWN_NAME, place, message);
                fault.help = spelling::advice(name, names);
                faults.push(fault);
                continue;
            };
            let is_period = text.parse::<TimePeriod>().is_ok();
            if component.data_type == DataType::TimePeriod && !is_period {
                let message = format!("`{text}` is no period such as `2023` or `2023-Q1`");
                faults.push(Diagnostic::new(&WRONG_VALUE, place, message));
            } else if let Some(codes) = component.codes.as_ref().filter(|codes| !codes.is_empty()) {
                if !codes.contains(text) {
                    let message = format!("`{text}` is no code of `{name}`");
                    let mut fault = Diagnostic::new(&UNKNOWN_CODE, place, message);
                    fault.help = spelling::advice(
                        text,
                        codes.iter().map(String::as_str).collect::<Vec<_>>(),
                    );
                    faults.push(fault);
                }
            } else if let Some(list) = self.codelist(indicator, name)
                && list.get(text).is_none()
            {
                faults.push(unknown_code(place, text, list));
            }
            key.insert(name.to_owned(), canonical(text, component.data_type));
        }
        (faults.len() == before).then_some(key)
    }

    fn codelist(&self, indicator: &str, identifier: &str) -> Option<&Codelist> {
        let name = self.folder.indicator(indicator)?.codelists.get(identifier)?;
        self.folder.codelists.get(name.get_ref())
    }
}

fn is_condition(structure: &DataStructure) -> bool {
    let mut measures = structure.measures();
    measures.next().is_some_and(|measure| measure.data_type == DataType::Boolean)
        && measures.next().is_none()
}

/// Where in the file the text of a string begins, after its quotation marks.
fn start_of_text(file: &str, span: Range<usize>, text: &str) -> usize {
    let written = file.get(span.clone()).unwrap_or_default();
    // A string with escapes in it is not there letter by letter; then its quotation mark must do.
    span.start + written.find(text).unwrap_or_default()
}
