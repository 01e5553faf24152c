//! Running an account: what depends on no definition once, what does once for each.

use crate::account::Account;
use crate::compile::Step;
use crate::datasets::{of_definition, stack, varies};
use crate::judge::Judge;
use crate::parallel::in_parallel;
use crate::report::Report;
use olshem_engine::{Bindings, Engine};
use olshem_model::{Diagnostic, Place};
use olshem_vtl::program::{Statement, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The results of an account: every dataset, and the report.
pub struct Run {
    pub(crate) account: Account,
    /// Inputs and results. What depends on a definition has the rows of all, told apart by the
    /// identifier `DEFINITION`.
    pub(crate) bindings: Bindings,
    pub(crate) report: Report,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("account", &self.report.account).finish_non_exhaustive()
    }
}

impl Account {
    /// Calculates everything, and holds the claims and targets against it.
    ///
    /// # Errors
    ///
    /// What can only be found with the numbers at hand: a fault in the data, a claim whose keys
    /// leave more than one observation.
    pub fn run(&self, engine: &Engine) -> Result<Run, Vec<Diagnostic>> {
        let mut bindings = self.compiled().inputs.clone();
        let definitions = self.folder().definition_ids();
        execute(engine, &self.compiled().steps, &definitions, &mut bindings)
            .map_err(|fault| vec![fault])?;
        let report = Judge { account: self, engine, bindings: &bindings }.report()?;
        Ok(Run { account: self.clone(), bindings, report })
    }
}

impl Run {
    /// What was found.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The account that was run.
    pub fn account(&self) -> &Account {
        &self.account
    }
}

/// Runs steps, each after those that it reads, and adds their results to the bindings.
pub(crate) fn execute(
    engine: &Engine,
    steps: &[Step],
    definitions: &[&str],
    bindings: &mut Bindings,
) -> Result<(), Diagnostic> {
    for level in levels(steps) {
        let done = in_parallel(engine.partitions(), &level, |step| {
            run_step(engine, step, definitions, bindings)
        });
        for results in done {
            let Bindings { datasets, scalars, .. } = results?;
            bindings.datasets.extend(datasets);
            bindings.scalars.extend(scalars);
        }
    }
    Ok(())
}

/// Steps that do not read one another, each level after those that it reads.
fn levels(steps: &[Step]) -> Vec<Vec<&Step>> {
    let mut level_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut levels: Vec<Vec<&Step>> = Vec::new();
    for step in steps {
        let read = step.statement.reads.iter().filter_map(|name| level_of.get(name.as_str()));
        let level = read.max().map_or(0, |level| level + 1);
        if level == levels.len() {
            levels.push(Vec::new());
        }
        levels[level].push(step);
        level_of.insert(&step.statement.name, level);
    }
    levels
}

/// The result of a step.
fn run_step(
    engine: &Engine,
    step: &Step,
    definitions: &[&str],
    bindings: &Bindings,
) -> Result<Bindings, Diagnostic> {
    let name = &step.statement.name;
    let done = match (&step.lifted, step.depends) {
        (Some(lifted), _) => run_statement(engine, lifted, bindings),
        (None, false) => run_statement(engine, &step.statement, bindings),
        (None, true) => for_each_definition(engine, &step.statement, definitions, bindings),
    };
    let mut results = done.map_err(|fault| match fault.place {
        Place::Nowhere => Diagnostic { place: step.place.clone(), ..fault },
        _ => fault,
    })?;
    results.datasets.retain(|result, _| result == name);
    results.scalars.retain(|result, _| result == name);
    Ok(results)
}

fn run_statement(
    engine: &Engine,
    statement: &Statement,
    bindings: &Bindings,
) -> Result<Bindings, Diagnostic> {
    let mut read = Bindings::default();
    for name in &statement.reads {
        if let Some(dataset) = bindings.datasets.get(name) {
            read.datasets.insert(name.clone(), dataset.clone());
        }
        if let Some(scalar) = bindings.scalars.get(name) {
            read.scalars.insert(name.clone(), scalar.clone());
        }
    }
    engine.run_statement(statement, &mut read)?;
    Ok(read)
}

fn for_each_definition(
    engine: &Engine,
    statement: &Statement,
    definitions: &[&str],
    bindings: &Bindings,
) -> Result<Bindings, Diagnostic> {
    let mut result = Bindings::default();
    let Value::Dataset(node) = &statement.value else { return Ok(result) };
    let mut results = Vec::new();
    for definition in definitions {
        let mut narrowed = within_definition(statement, definition, bindings)?;
        engine.run_statement(statement, &mut narrowed)?;
        if let Some(result) = narrowed.datasets.remove(&statement.name) {
            results.push((*definition, result));
        }
    }
    result.datasets.insert(statement.name.clone(), stack(&node.structure, &results)?);
    Ok(result)
}

/// What a statement reads, as it is under one definition.
pub(crate) fn within_definition(
    statement: &Statement,
    definition: &str,
    bindings: &Bindings,
) -> Result<Bindings, Diagnostic> {
    let mut narrowed = Bindings { scalars: bindings.scalars.clone(), ..Bindings::default() };
    for name in &statement.reads {
        let Some(dataset) = bindings.datasets.get(name) else { continue };
        let dataset = match varies(dataset) {
            true => of_definition(dataset, definition)?.0,
            false => dataset.clone(),
        };
        narrowed.datasets.insert(name.clone(), dataset);
    }
    Ok(narrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    /// Statements with every operation that can and can't be lifted.
    const METHODS: &str = r#"
        base := inner_join(sections as g, DEFINITION as d
            calc measure C := g#OBS_VALUE * d#WEIGHT keep C);
        by_period := sum(base group by TIME_PERIOD);
        except_activity := max(base group except ACTIVITY);
        of_everything := sum(base);
        counted := count(base group by TIME_PERIOD);
        exact := inner_join(sections as g, DEFINITION as d
            calc measure C := g#OBS_VALUE * d#WEIGHT_HIGH keep C);
        ranked := exact[calc measure R := rank(over(partition by TIME_PERIOD order by C))];
        share := ratio_to_report(exact over(partition by TIME_PERIOD));
        before := lag(exact, 1 over(partition by ACTIVITY order by TIME_PERIOD));
        whole := sum(exact over(order by TIME_PERIOD, ACTIVITY));
        by_industry := sum(inner_join(sections as g, DEFINITION_INDUSTRY as d
            calc measure C := g#OBS_VALUE * d#WEIGHT keep C) group by INDUSTRY, TIME_PERIOD);
        left_varies := left_join(exact as e, sections as g);
        right_varies := left_join(sections as g, exact as e);
        both_vary := left_join(exact as e, by_period[rename C to P] as p);
        all_of_both := full_join(exact as e, base[rename C to B] as b);
        union_of_both := union(exact, base);
        union_with_other := union(exact, sections[rename OBS_VALUE to C]);
        without := setdiff(exact, base);
        without_varying := setdiff(sections[rename OBS_VALUE to C], exact);
        filled := fill_time_series(exact[filter TIME_PERIOD <> cast("2022", time_period)], all);
        filled_single := fill_time_series(exact[filter TIME_PERIOD <> cast("2022", time_period)], single);
        of_period := by_period[calc identifier KIND := "all"];
        both_scalars := by_period / 2 + sum(exact group by TIME_PERIOD);
    "#;

    #[test]
    fn all_definitions_at_once_give_what_each_gives_by_itself() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("account");
        crate::create(&path, "Example").unwrap();
        std::fs::write(path.join("methods/lifting.vtl"), METHODS).unwrap();
        let account = Account::load(&path).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let engine = Engine::new(NonZeroUsize::MIN).unwrap();
        let definitions = account.folder().definition_ids();
        let steps = &account.compiled().steps;

        let mut at_once = account.compiled().inputs.clone();
        execute(&engine, steps, &definitions, &mut at_once).unwrap();
        let one_by_one: Vec<Step> =
            steps.iter().map(|step| Step { lifted: None, ..step.clone() }).collect();
        let mut each = account.compiled().inputs.clone();
        execute(&engine, &one_by_one, &definitions, &mut each).unwrap();

        let lifted = steps.iter().filter(|step| step.lifted.is_some()).count();
        let not_lifted = steps.iter().filter(|step| step.depends && step.lifted.is_none()).count();
        assert!(lifted > 12 && not_lifted > 3, "{lifted} lifted, {not_lifted} not");
        for step in steps {
            let name = &step.statement.name;
            let (at_once, each) = (&at_once.datasets[name], &each.datasets[name]);
            assert_eq!(at_once.structure(), each.structure(), "{name}");
            assert_eq!(at_once.batch(), each.batch(), "{name}");
            assert_eq!(varies(at_once), step.depends, "{name}");
        }
    }
}
