//! External routines beside what is the engine's own: lineage, bounds, threads.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used)]

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use olshem_engine::{Bindings, Dataset, Engine};
use olshem_model::{Component, DataStructure, DataType, Diagnostic};
use olshem_vtl::{Checker, Environment, Program, Source};
use std::num::NonZeroUsize;
use std::sync::Arc;

const SCRIPT: &str = "B <- eval(routine(A) language \"SQL\" returns dataset {
                          identifier<integer> ID, measure<number> X });";

fn structure() -> DataStructure {
    DataStructure::new([
        Component::identifier("ID", DataType::Integer),
        Component::measure("X", DataType::Number),
    ])
}

/// The program, and a dataset of as many numbers whose bounds are given or not.
fn given(query: &str, numbers: i64, bounded: bool) -> (Program, Bindings) {
    let environment =
        Environment::default().with_dataset("A", structure()).with_routine("routine", query);
    let mut checker = Checker::new(environment);
    let program = checker.program(vec![Source::new("s.vtl", SCRIPT)]).unwrap();
    let values: ArrayRef =
        Arc::new((0..numbers).map(|n| 1.0 / (n as f64 + 1.0)).collect::<Float64Array>());
    let mut columns = vec![
        ("ID", Arc::new((0..numbers).collect::<Int64Array>()) as ArrayRef),
        ("X", Arc::clone(&values)),
    ];
    let (low, high) =
        (olshem_model::structure::low_column("X"), olshem_model::structure::high_column("X"));
    if bounded {
        columns.push((&low, Arc::clone(&values)));
        columns.push((&high, values));
    }
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let mut bindings = Bindings::default();
    bindings.datasets.insert("A".to_owned(), Dataset::new(structure(), &rows).unwrap());
    (program, bindings)
}

fn run(engine: &Engine, program: &Program, bindings: &mut Bindings) -> Result<(), Diagnostic> {
    engine.run(program, bindings).map_err(|mut faults| faults.remove(0))
}

#[test]
fn every_row_given_has_fed_every_row_of_the_result() {
    let engine = Engine::new(NonZeroUsize::new(2).unwrap()).unwrap();
    let (program, mut bindings) = given("SELECT ID, X FROM A WHERE ID < 2", 4, false);
    run(&engine, &program, &mut bindings).unwrap();
    let fed = engine.trace(&program.statements[0], &bindings, &[1]).unwrap();
    assert_eq!(fed["A"], [0, 1, 2, 3]);
    let (program, mut bindings) = given("SELECT 1 AS ID, 2.5 AS X", 4, false);
    run(&engine, &program, &mut bindings).unwrap();
    let fed = engine.trace(&program.statements[0], &bindings, &[0]).unwrap();
    assert_eq!(fed["A"], [0, 1, 2, 3]);
}

#[test]
fn numbers_with_bounds_are_not_given_to_a_routine() {
    let engine = Engine::new(NonZeroUsize::MIN).unwrap();
    let (program, mut bindings) = given("SELECT * FROM A", 2, true);
    let fault = run(&engine, &program, &mut bindings).unwrap_err();
    let message = "`B`: `routine` can't be given `A`, whose X is known only within bounds";
    assert_eq!((fault.code.id, fault.message.as_str()), ("E006", message));
}

#[test]
fn sums_do_not_depend_on_the_number_of_threads() {
    let query = "SELECT ID % 7 AS ID, sum(X) AS X FROM A GROUP BY ID % 7";
    let sums: Vec<Vec<f64>> = [1, 2, 5]
        .map(|threads| {
            let engine = Engine::new(NonZeroUsize::new(threads).unwrap()).unwrap();
            let (program, mut bindings) = given(query, 50_000, false);
            run(&engine, &program, &mut bindings).unwrap();
            let sums = &bindings.datasets["B"];
            (0..7).map(|row| sums.number(row, "X").unwrap().value.unwrap()).collect()
        })
        .to_vec();
    assert_eq!(sums[0], sums[1]);
    assert_eq!(sums[0], sums[2]);
}
