//! What the operators mean, as tables: datasets, a script, and what it gives.
//!
//! The text files in `language/` hold cases of this form; `_` is null:
//!
//! ```text
//! ## what the case shows
//! DS_1(Id_1 id string, Me_1 number)
//! A, 1
//! B, _
//!
//! DS_r := DS_1 + 1; X := 2;
//!
//! => DS_r(Id_1 id string, Me_1 number)
//! A, 2
//! B, _
//! => X = 2
//! ```
//!
//! `SQL name` above a query makes it an external routine.
//!
//! `=> fault: …` stands for a script that is refused, or fails. `OLSHEM_RENEW=1` rewrites the
//! results; review them against the reference manual.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use olshem_engine::{Bindings, Dataset, Engine, Scalar};
use olshem_model::{Component, DataStructure, DataType, Role};
use olshem_vtl::program::Literal;
use olshem_vtl::{Checker, Environment, Source, ValueDomain};
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

#[test]
fn scripts_give_what_the_tables_say() {
    let engine = Engine::new(NonZeroUsize::new(2).unwrap()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut failures = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut renewed = String::new();
        for case in text.split("## ").filter(|case| !case.trim().is_empty()) {
            let (given, expected) = case.split_once("=> ").unwrap_or((case, ""));
            let results = run(&engine, given.trim_end());
            let actual = format!("{}\n\n{}", given.trim_end(), results);
            if results.trim() != format!("=> {}", expected.trim()) {
                let name = file.file_name().unwrap().display();
                write!(failures, "{name}: {given}expected:\n{expected}got:\n{results}").unwrap();
            }
            write!(renewed, "{}## {actual}", if renewed.is_empty() { "" } else { "\n" }).unwrap();
        }
        if std::env::var_os("OLSHEM_RENEW").is_some() {
            std::fs::write(&file, renewed).unwrap();
        }
    }
    assert!(failures.is_empty() || std::env::var_os("OLSHEM_RENEW").is_some(), "{failures}");
}

/// Runs a case, and shows what every statement gives.
fn run(engine: &Engine, case: &str) -> String {
    let text = |text: &str| Literal::String(text.to_owned());
    let letters =
        ValueDomain { data_type: DataType::String, values: ["A", "B"].map(text).to_vec() };
    let days = ValueDomain {
        data_type: DataType::Date,
        values: ["2023-01-01", "2023-12-31"].map(text).to_vec(),
    };
    let mut environment =
        Environment::default().with_domain("Letters", letters).with_domain("Days", days);
    if let Some(today) = case.lines().find_map(|line| line.strip_prefix("today is ")) {
        environment = environment.with_today(today.parse().unwrap());
    }
    let mut bindings = Bindings::default();
    let (data, script) = case.rsplit_once("\n\n").unwrap_or(("", case));
    for table in data.split("\n\n") {
        if let Some((name, query)) =
            table.strip_prefix("SQL ").and_then(|text| text.split_once('\n'))
        {
            environment = environment.with_routine(name, query);
            continue;
        }
        let lines = table.lines().filter(|line| !line.trim().is_empty());
        let mut lines = lines.skip_while(|line| !line.contains('('));
        let Some(header) = lines.next() else { continue };
        let (name, structure) = header_of(header);
        let rows: Vec<Vec<&str>> =
            lines.map(|line| line.split(',').map(str::trim).collect()).collect();
        let dataset = dataset(&structure, &rows);
        environment = environment.with_dataset(name, structure);
        bindings.datasets.insert(name.to_owned(), dataset);
    }
    let script = match data.is_empty() {
        true => script.split_once('\n').map_or("", |(_, script)| script),
        false => script,
    };
    let mut checker = Checker::new(environment);
    let program = match checker.program(vec![Source::new("case.vtl", script)]) {
        Ok(program) => program,
        Err(faults) => {
            return faults.iter().fold(String::new(), |mut text, fault| {
                writeln!(text, "=> fault: {} {}", fault.code.id, fault.message).unwrap();
                text
            });
        }
    };
    let mut shown = String::new();
    for statement in &program.statements {
        let name = &statement.name;
        if let Err(fault) = engine.run_statement(statement, &mut bindings) {
            writeln!(shown, "=> fault: {} {}", fault.code.id, fault.message).unwrap();
        } else if let Some(dataset) = bindings.datasets.get(name) {
            writeln!(shown, "=> {name}{}", table(dataset)).unwrap();
        } else {
            writeln!(shown, "=> {name} = {}", told(bindings.scalars.get(name).cloned())).unwrap();
        }
    }
    shown
}

fn header_of(header: &str) -> (&str, DataStructure) {
    let (name, components) = header.split_once('(').unwrap();
    let component = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        // The only codelist here is that of the value domain.
        let codes = (words.last() == Some(&"Letters"))
            .then(|| ["A", "B"].map(str::to_owned).to_vec().into());
        let words = &words[..words.len() - usize::from(codes.is_some())];
        let (role, type_name) = match words[1..] {
            ["id", type_name] => (Role::Identifier, type_name),
            ["attribute", type_name] => (Role::Attribute, type_name),
            ["viral", type_name] => (Role::ViralAttribute, type_name),
            [type_name] => (Role::Measure, type_name),
            _ => panic!("{text}"),
        };
        let types = [
            DataType::String,
            DataType::Integer,
            DataType::Number,
            DataType::Boolean,
            DataType::TimePeriod,
            DataType::Date,
            DataType::Time,
            DataType::Duration,
        ];
        let data_type = types.into_iter().find(|t| t.to_string() == type_name).unwrap();
        let nullable = role != Role::Identifier;
        Component { name: words[0].to_owned(), role, data_type, nullable, codes }
    };
    let components = components.trim_end().trim_end_matches(')').split(',').map(component);
    (name, DataStructure::new(components))
}

fn dataset(structure: &DataStructure, rows: &[Vec<&str>]) -> Dataset {
    let columns = structure.components().iter().enumerate().map(|(at, component)| {
        let cells: Vec<Option<&str>> =
            rows.iter().map(|row| Some(row[at]).filter(|cell| *cell != "_")).collect();
        let column: ArrayRef = match component.data_type {
            DataType::Integer => Arc::new(
                cells.iter().map(|c| c.map(|c| c.parse().unwrap())).collect::<Int64Array>(),
            ),
            DataType::Number => Arc::new(
                cells.iter().map(|c| c.map(|c| c.parse().unwrap())).collect::<Float64Array>(),
            ),
            DataType::Boolean => Arc::new(
                cells.iter().map(|c| c.map(|c| c.parse().unwrap())).collect::<BooleanArray>(),
            ),
            _ => Arc::new(cells.iter().map(|c| c.map(unquoted)).collect::<StringArray>()),
        };
        (component.name.as_str(), column, true)
    });
    Dataset::new(structure.clone(), &RecordBatch::try_from_iter_with_nullable(columns).unwrap())
        .unwrap()
}

/// Text stands in quotes where its ends would not be seen.
fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

fn table(dataset: &Dataset) -> String {
    let components = dataset.structure().components();
    let header: Vec<String> = components
        .iter()
        .map(|component| {
            let role = match component.role {
                Role::Identifier => "id ",
                Role::Measure => "",
                Role::Attribute => "attribute ",
                Role::ViralAttribute => "viral ",
            };
            format!("{} {role}{}", component.name, component.data_type)
        })
        .collect();
    let mut text = format!("({})", header.join(", "));
    for row in 0..dataset.rows() {
        let cells: Vec<String> =
            components.iter().map(|c| told(dataset.value(row, &c.name))).collect();
        write!(text, "\n{}", cells.join(", ")).unwrap();
    }
    text
}

fn told(scalar: Option<Scalar>) -> String {
    match scalar {
        None | Some(Scalar::Null(_)) => "_".to_owned(),
        Some(Scalar::String(text)) if text.trim() != text || text.is_empty() || text == "_" => {
            format!("\"{text}\"")
        }
        Some(scalar) => scalar.to_string(),
    }
}
