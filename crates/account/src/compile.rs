//! What an account's files mean together: its inputs, and the program of its methods, checked against
//! the structures of what it reads.

use crate::conditions::{CompiledTest, Conditions};
use crate::datasets::only_measure_structure;
use crate::errors::{ALLOCATION, INDICATOR, NAME_TAKEN, VALIDATION};
use crate::folder::{Folder, unknown};
use crate::indicators::Indicator;
use crate::lift::lift;
use crate::projection::{self, AllocationKey, DEFINITION, DEFINITION_INDUSTRY, Hierarchy};
use olshem_engine::{Bindings, Dataset};
use olshem_model::{DataStructure, Diagnostic, Place};
use olshem_vtl::program::{Program, Statement, Value};
use olshem_vtl::{Checker, Environment};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// How the names of validations begin.
const VALIDATION_PREFIX: &str = "check_";
/// An account, ready to run.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The datasets of the sources, and the projections of all definitions.
    pub(crate) inputs: Bindings,
    /// The statements of the methods, each after those that it reads.
    pub(crate) steps: Vec<Step>,
    /// The measure that each indicator shows.
    pub(crate) measures: BTreeMap<String, String>,
    /// The validations, in order.
    pub(crate) validations: Vec<String>,
    /// The tests of each claim, in the order of claims.toml.
    pub(crate) tests: Vec<Vec<CompiledTest>>,
    /// Where each dataset of a source comes from: which source, which of its tables.
    pub(crate) origins: BTreeMap<String, (usize, usize)>,
}

/// A statement, and how it is run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) statement: Statement,
    /// Where it is written.
    pub(crate) place: Place,
    /// Whether it depends on a definition, directly or through others.
    pub(crate) depends: bool,
    /// The statement for all definitions at once, where it depends on them and that can be done.
    pub(crate) lifted: Option<Statement>,
}

impl Step {
    pub(crate) fn new(
        statement: Statement,
        place: Place,
        depends_on: &dyn Fn(&str) -> bool,
    ) -> Self {
        let depends = statement.reads.iter().any(|name| depends_on(name));
        let lifted = match depends {
            true => lift(&statement.value, depends_on)
                .map(|value| Statement { value, ..statement.clone() }),
            false => None,
        };
        Self { statement, place, depends, lifted }
    }
}

impl Compiled {
    /// The step that assigns to that name.
    pub(crate) fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.statement.name == name)
    }
}

/// Puts the files together.
pub(crate) fn compile(folder: &Folder, faults: &mut Vec<Diagnostic>) -> Option<Compiled> {
    let (mut inputs, origins) = source_datasets(folder, faults);
    let mut environment = Environment::default();
    for (name, structure) in folder.sources.iter().flat_map(|source| &source.structures) {
        environment.datasets.insert(name.clone(), structure.clone());
    }
    if let Some(activities) = folder.activities().filter(|_| !folder.definitions.is_empty()) {
        let structure = projection::structure(activities);
        let by_industry = projection::structure_by_industry(activities, folder.industries());
        let key = allocation_key(folder, &inputs, faults);
        // Faults in a definition have been told, and would only repeat themselves here.
        if faults.is_empty() {
            project(folder, key.as_ref(), &structure, &by_industry, &mut inputs, faults);
        }
        environment.datasets.insert(DEFINITION.to_owned(), structure);
        environment.datasets.insert(DEFINITION_INDUSTRY.to_owned(), by_industry);
    }

    let mut checker = Checker::new(environment);
    let program = check_methods(folder, &mut checker, faults);
    // Methods with a fault leave results out: that these are missing is no news.
    let methods_whole = program.is_some() && folder.methods_whole;
    let steps = steps(program.unwrap_or_default(), &checker, faults);
    let validations = check_validations(folder, &steps, &checker, methods_whole, faults);
    let measures = check_indicators(folder, &steps, &checker, methods_whole, faults);
    let structures = checker.structures();
    let indicators: BTreeMap<String, DataStructure> = measures
        .iter()
        .filter_map(|(id, measure)| {
            Some((id.clone(), only_measure_structure(structures.get(id)?, measure)))
        })
        .collect();
    let depends: BTreeSet<&str> =
        steps.iter().filter(|step| step.depends).map(|step| step.statement.name.as_str()).collect();
    let conditions =
        Conditions { folder, indicators: &indicators, depends: &depends, methods_whole };
    let tests = folder.all_claims().map(|claim| conditions.check_claim(claim, faults)).collect();
    conditions.check_targets(faults);
    faults.is_empty().then_some(Compiled { inputs, steps, measures, validations, tests, origins })
}

/// The datasets of all sources, and where each comes from.
fn source_datasets(
    folder: &Folder,
    faults: &mut Vec<Diagnostic>,
) -> (Bindings, BTreeMap<String, (usize, usize)>) {
    let mut bindings = Bindings::default();
    let mut named_in: BTreeMap<&str, &str> = BTreeMap::new();
    for source in &folder.sources {
        let description = crate::sources::description(&source.citation.id);
        let place = || Place::from(folder.files.path(&description));
        for (name, structure) in &source.structures {
            if name == DEFINITION || name == DEFINITION_INDUSTRY {
                let message = format!("`{name}` is the name of the projected definition");
                faults.push(Diagnostic::new(&NAME_TAKEN, place(), message));
            }
            if structure.get(DEFINITION).is_some() {
                let message = format!(
                    "`{DEFINITION}` can't be a component of `{name}`: results that depend on a \
                     definition have an identifier of that name"
                );
                faults.push(Diagnostic::new(&NAME_TAKEN, place(), message));
            }
            if let Some(other) = named_in.insert(name, &source.citation.id) {
                let message = format!("the dataset `{name}` is also in the source `{other}`");
                faults.push(Diagnostic::new(&NAME_TAKEN, place(), message));
            }
        }
    }
    let mut origins = BTreeMap::new();
    for (number, source) in folder.sources.iter().enumerate() {
        for (table_number, table) in source.tables.iter().enumerate() {
            match Dataset::new(table.structure.clone(), &table.batch) {
                Ok(dataset) => {
                    bindings.datasets.insert(table.name.clone(), dataset);
                    origins.insert(table.name.clone(), (number, table_number));
                }
                Err(fault) => {
                    let place = Place::from(source.citation.file.as_path());
                    faults.push(Diagnostic { place, ..fault });
                }
            }
        }
    }
    (bindings, origins)
}

/// Adds the projections of all definitions to the inputs.
fn project(
    folder: &Folder,
    key: Option<&AllocationKey>,
    structure: &DataStructure,
    by_industry: &DataStructure,
    inputs: &mut Bindings,
    faults: &mut Vec<Diagnostic>,
) {
    let Some(activities) = folder.activities() else { return };
    let hierarchy = Hierarchy::new(activities);
    let (mut rows, mut rows_by_industry) = (Vec::new(), Vec::new());
    for definition in &folder.definitions {
        let definition = &definition.value;
        let id: &str = definition.id.get_ref();
        rows.push((id, hierarchy.project(definition, key)));
        rows_by_industry.push((id, hierarchy.project_by_industry(definition, key)));
    }
    let datasets = [
        (DEFINITION, projection::dataset(structure, &rows)),
        (DEFINITION_INDUSTRY, projection::dataset(by_industry, &rows_by_industry)),
    ];
    for (name, dataset) in datasets {
        match dataset {
            Ok(dataset) => {
                inputs.datasets.insert(name.to_owned(), dataset);
            }
            Err(fault) => faults.push(fault),
        }
    }
}

/// How much of each activity there is, by the dataset that account.toml names.
fn allocation_key(
    folder: &Folder,
    inputs: &Bindings,
    faults: &mut Vec<Diagnostic>,
) -> Option<AllocationKey> {
    let allocation = folder.settings.value.allocation.as_ref()?.get_ref();
    let place = |name: &Spanned<String>| folder.settings.place(name.span());
    let Some(dataset) = inputs.datasets.get(allocation.dataset.get_ref()) else {
        let structures = folder.sources.iter().flat_map(|source| &source.structures);
        let names: Vec<&str> = structures.map(|(name, _)| name.as_str()).collect();
        let name = &allocation.dataset;
        // A dataset that could not be read has been told.
        if folder.sources_whole && !names.contains(&name.get_ref().as_str()) {
            faults.push(unknown(place(name), name.get_ref(), "dataset of a source", names));
        }
        return None;
    };
    let (activity, measure) = (allocation.activity.get_ref(), allocation.measure.get_ref());
    let identifiers: Vec<&str> =
        dataset.structure().identifiers().map(|id| id.name.as_str()).collect();
    if identifiers != [activity] {
        let message = format!(
            "`{activity}` must be the only identifier of `{}`, which has `{}`",
            allocation.dataset,
            identifiers.join("`, `")
        );
        faults.push(Diagnostic::new(&ALLOCATION, place(&allocation.activity), message));
        return None;
    }
    if !dataset.structure().measures().any(|m| m.name == *measure && m.data_type.is_numeric()) {
        let message = format!("`{}` has no numeric measure `{measure}`", allocation.dataset);
        faults.push(Diagnostic::new(&ALLOCATION, place(&allocation.measure), message));
        return None;
    }
    let amount = |row| {
        let amount = dataset.number(row, measure)?.value?;
        Some((crate::datasets::text(dataset, row, activity), amount))
    };
    Some((0..dataset.rows()).filter_map(amount).collect())
}

fn check_methods(
    folder: &Folder,
    checker: &mut Checker,
    faults: &mut Vec<Diagnostic>,
) -> Option<Program> {
    match checker.program(folder.methods.clone()) {
        Ok(program) => Some(program),
        Err(found) => {
            faults.extend(found.into_iter().filter(|fault| {
                // A dataset is missing because its source could not be read, which has been told.
                folder.inputs_whole()
                    || !std::ptr::eq(fault.code, &olshem_vtl::errors::UNKNOWN_NAME)
            }));
            None
        }
    }
}

fn steps(program: Program, checker: &Checker, faults: &mut Vec<Diagnostic>) -> Vec<Step> {
    let mut depending = BTreeSet::from([DEFINITION.to_owned(), DEFINITION_INDUSTRY.to_owned()]);
    let mut steps = Vec::new();
    for statement in program.statements {
        let place = checker.sources().place(statement.span);
        if let Value::Dataset(node) = &statement.value
            && node.structure.get(DEFINITION).is_some()
        {
            let message = format!(
                "`{}` has a component `{DEFINITION}`, and results that depend on a definition have \
                 an identifier of that name",
                statement.name
            );
            faults.push(Diagnostic::new(&NAME_TAKEN, place.clone(), message));
        }
        let step = Step::new(statement, place, &|name| depending.contains(name));
        if step.depends {
            depending.insert(step.statement.name.clone());
        }
        steps.push(step);
    }
    steps
}

/// The validations among the results, in order.
fn check_validations(
    folder: &Folder,
    steps: &[Step],
    checker: &Checker,
    methods_whole: bool,
    faults: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let structures = checker.structures();
    let names = || steps.iter().map(|step| step.statement.name.as_str());
    let validations: Vec<String> = names()
        .filter(|name| name.starts_with(VALIDATION_PREFIX))
        .filter(|name| structures.contains_key(*name))
        .map(str::to_owned)
        .collect();
    for name in &validations {
        let checks = |component: &&str| {
            structures.get(name).is_some_and(|structure| structure.get(component).is_some())
        };
        if !["bool_var", "errorcode"].iter().any(checks) {
            let message = format!("`{name}` has neither `bool_var` nor `errorcode`");
            let help = "make it with `check`, `check_datapoint` or `check_hierarchy`, or give it \
                        a name that does not begin with `check_`";
            let step = steps.iter().find(|step| step.statement.name == *name);
            let place = step.map_or(Place::Nowhere, |step| step.place.clone());
            let fault = Diagnostic::new(&VALIDATION, place, message).with_help(help);
            faults.push(fault);
        }
    }
    if methods_whole {
        for strict in &folder.settings.value.validation.strict {
            if !validations.contains(strict.get_ref()) {
                let place = folder.settings.place(strict.span());
                let candidates = validations.iter().map(String::as_str);
                faults.push(unknown(place, strict.get_ref(), "validation", candidates));
            }
        }
    }
    validations
}

/// The measure that each indicator shows.
fn check_indicators(
    folder: &Folder,
    steps: &[Step],
    checker: &Checker,
    methods_whole: bool,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let mut measures = BTreeMap::new();
    for indicator in &folder.indicators.value.indicators {
        let id: &str = indicator.id.get_ref();
        let place = folder.indicators.place(indicator.id.span());
        let Some(structure) = checker.structures().get(id) else {
            if methods_whole {
                let names = steps.iter().filter(|step| step.statement.persistent);
                let names = names.map(|step| step.statement.name.as_str());
                faults.push(unknown(place, id, "result of the methods", names));
            }
            continue;
        };
        let step = steps.iter().find(|step| step.statement.name == id);
        if step.is_some_and(|step| !step.statement.persistent) {
            let message = format!("`{id}` is assigned with `:=`, so it is not kept");
            let help = "assign it with `<-`";
            faults.push(Diagnostic::new(&INDICATOR, place, message).with_help(help));
            continue;
        }
        match measure(folder, indicator, structure) {
            Ok(measure) => {
                measures.insert(id.to_owned(), measure);
            }
            Err(fault) => faults.push(fault),
        }
        for identifier in indicator.codelists.keys() {
            if !structure.identifiers().any(|id| id.name == *identifier) {
                let names = structure.identifiers().map(|id| id.name.as_str());
                let place = folder.indicators.place(indicator.id.span());
                faults.push(unknown(place, identifier, "identifier", names));
            }
        }
    }
    measures
}

fn measure(
    folder: &Folder,
    indicator: &Indicator,
    structure: &DataStructure,
) -> Result<String, Diagnostic> {
    let id = &indicator.id;
    let numeric = || structure.measures().filter(|measure| measure.data_type.is_numeric());
    let names = || numeric().map(|measure| measure.name.as_str());
    if let Some(measure) = &indicator.measure {
        let place = folder.indicators.place(measure.span());
        return match names().find(|name| name == measure.get_ref()) {
            Some(name) => Ok(name.to_owned()),
            None => Err(unknown(place, measure.get_ref(), "numeric measure", names())),
        };
    }
    let place = folder.indicators.place(id.span());
    match names().collect::<Vec<_>>().as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => {
            let message = format!("`{id}` has no measure that is a number");
            Err(Diagnostic::new(&INDICATOR, place, message))
        }
        several => {
            let message = format!("`{id}` has several measures: `{}`", several.join("`, `"));
            let help = "say which with `measure = \"…\"`";
            Err(Diagnostic::new(&INDICATOR, place, message).with_help(help))
        }
    }
}
