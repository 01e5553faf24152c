//! What the checker accepts, the engine runs, here on a few rows: the scripts that fuzzing made up for
//! the checker (`fuzz/corpus/check`), or those in the folder that `OLSHEM_CORPUS` names.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../vtl/tests/support/mod.rs"]
mod support;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use olshem_engine::{Bindings, Dataset, Engine, Scalar};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Role};
use olshem_vtl::{Checker, Source};
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn what_the_checker_accepts_the_engine_runs() {
    let engine = Engine::new(NonZeroUsize::MIN).unwrap();
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/check");
    let folder = std::env::var_os("OLSHEM_CORPUS").map_or_else(own, PathBuf::from);
    let mut accepted = 0;
    let mut failures = String::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        println!("{}", file.display());
        let bytes = std::fs::read(&file).unwrap();
        match run(&engine, &String::from_utf8_lossy(&bytes)) {
            None => {}
            Some(Ok(())) => accepted += 1,
            Some(Err(fault)) => writeln!(failures, "{}: {fault}", file.display()).unwrap(),
        }
    }
    println!("{accepted} scripts run");
    assert!(accepted > 0);
    assert!(failures.is_empty(), "{failures}");
}

/// Runs a script up to its first fault, and tells it if it is none of the data's. `None` if the
/// script is not accepted.
fn run(engine: &Engine, script: &str) -> Option<Result<(), Diagnostic>> {
    let environment = support::environment();
    let mut bindings = Bindings::default();
    for (name, structure) in &environment.datasets {
        bindings.datasets.insert(name.clone(), rows(structure));
    }
    bindings.scalars.insert("RATE".to_owned(), Scalar::from(1.5));
    let sources = vec![Source::new("a.vtl", script)];
    let program = Checker::new(environment).program(sources).ok()?;
    Some(match engine.run(&program, &mut bindings) {
        // Inputs are missing, columns wrong, or the engine contradicts itself.
        Err(faults) => {
            let wrong = |fault: &Diagnostic| ["E001", "E002", "E008"].contains(&fault.code.id);
            faults.into_iter().find(wrong).map_or(Ok(()), Err)
        }
        Ok(()) => Ok(()),
    })
}

/// Four observations, no two with the same identifiers, and a null among the values.
fn rows(structure: &DataStructure) -> Dataset {
    let columns = structure.components().iter().enumerate().map(|(at, component)| {
        // The first two identifiers tell the rows apart; what follows is of no matter.
        let number = |row: usize| if at == 0 { row / 2 } else { row % 2 };
        let number =
            |row: usize| if structure.identifiers().count() == 1 { row } else { number(row) };
        let known = |row: usize| component.role == Role::Identifier || row != 1;
        let column: ArrayRef = match component.data_type {
            DataType::Integer => Arc::new(Int64Array::from_iter(
                (0..4).map(|row| known(row).then(|| number(row) as i64)),
            )),
            DataType::Number => Arc::new(Float64Array::from_iter(
                (0..4).map(|row| known(row).then_some(1.5 * row as f64 - 1.0)),
            )),
            _ => Arc::new(StringArray::from_iter(
                (0..4).map(|row| known(row).then(|| text(component, number(row)))),
            )),
        };
        (component.name.as_str(), column, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    Dataset::new(structure.clone(), &batch).unwrap()
}

fn text(component: &Component, number: usize) -> String {
    match (&component.codes, component.data_type) {
        (Some(codes), _) => codes[number % codes.len()].clone(),
        (None, DataType::TimePeriod) => format!("{}", 2022 + number),
        (None, DataType::Date) => format!("2023-01-0{}", 1 + number),
        _ => ["A", "B", "C", "D"][number].to_owned(),
    }
}
