//! The examples of the reference manual: every script is checked against the structures of its
//! inputs, and its result must have the structure that the example shows.
//!
//! The examples are not part of this repository. They are looked for in `$OLSHEM_SHARED/tck/v2.2`,
//! by default in `../../../shared`; without them there is nothing to test.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use olshem_model::{Component, DataStructure, DataType, Role};
use olshem_vtl::{Checker, Environment, Source};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Examples whose result differs from what is shown, and why that is the example's fault.
const CONTRADICTORY: &[(&str, &str)] = &[
    (
        "Aggregate and Analytic operators/Analytic invocation/ex_2",
        "orders by `id_1`, but names are case-sensitive and the component is `Id_1`",
    ),
    ("Comparison operators/Element of/ex_3", "presupposes a value domain that it does not contain"),
    (
        "General purpose operators/Membership/ex_8",
        "shows a scalar for a dataset that has identifiers",
    ),
    (
        "Join operators/Inner Join/ex_5",
        "leaves `Me_3` twice, which the text calls an error, and shows it once",
    ),
    ("Time operators/Flow to stock/ex_1", "shows text for a sum of integers"),
    ("Time operators/Stock to flow/ex_1", "declares the numbers that it subtracts as text"),
];

/// The ruleset that the examples of `hierarchy` presuppose and do not contain.
const HR_1: &str = "
    define hierarchical ruleset HR_1 (valuedomain rule VD_1) is
        A = J + K + L; B = M + N + O; C = P + Q; D = R + S; E = T + U + V;
        F = Y + W + Z; G = B + C; H = D + E; I = D + G
    end hierarchical ruleset;";

#[test]
fn results_have_the_structures_that_the_manual_shows() {
    let Some(root) = examples() else {
        println!("skipped: the examples are not here");
        return;
    };
    let mut folders = Vec::new();
    collect(&root, &mut folders);
    folders.sort();
    let mut passed = 0;
    let mut exact = 0;
    let mut missed = Vec::new();
    for folder in &folders {
        let name = folder.strip_prefix(&root).unwrap().display().to_string();
        match compare(folder) {
            Ok(same) => {
                passed += 1;
                exact += usize::from(same);
            }
            Err(reason) => missed.push((name, reason)),
        }
    }
    println!("{passed} of {} examples pass, {exact} of them to the letter", folders.len());
    for (name, reason) in &missed {
        println!("- {name}: {reason}");
    }
    let missed: Vec<&str> = missed.iter().map(|(name, _)| name.as_str()).collect();
    let known: Vec<&str> = CONTRADICTORY.iter().map(|(name, _)| *name).collect();
    assert_eq!(missed, known);
}

fn examples() -> Option<PathBuf> {
    let shared = std::env::var_os("OLSHEM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    Some(shared.join("tck/v2.2")).filter(|root| root.is_dir())
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("input.json").is_file() {
        return found.push(folder.to_path_buf());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        }
    }
}

/// Whether the result is the same to the letter, or but for integers among numbers.
fn compare(folder: &Path) -> Result<bool, String> {
    let mut script = fs::read_to_string(folder.join("transformation.vtl")).unwrap();
    if script.contains("HR_1") && !script.contains("define") {
        script.push_str(HR_1);
    }
    let mut environment = Environment::default();
    let inputs = structures(&folder.join("input.json"));
    // Some examples list a dataset under another name than that of its file, which is the right one.
    for ((_, structure), name) in
        inputs.into_iter().zip(files(folder, |name| !name.ends_with("_r")))
    {
        let structure = match structure {
            Some(structure) if script.contains(" pivot ") => with_codes(structure, folder, &name),
            Some(structure) => structure,
            None => continue,
        };
        environment = environment.with_dataset(name, structure);
    }
    let mut checker = Checker::new(environment);
    match checker.program(vec![Source::new("example.vtl", script)]) {
        Ok(program) => support::assert_consistent(&program),
        Err(diagnostics) => {
            let texts: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            return Err(texts.join("; "));
        }
    }
    let mut exact = true;
    let outputs = structures(&folder.join("output.json"));
    for ((_, expected), name) in outputs.into_iter().zip(files(folder, |name| name.ends_with("_r")))
    {
        let Some(found) = checker.structures().get(&name) else {
            return Err(format!("no result `{name}`"));
        };
        let Some(expected) = expected else {
            // What would be a scalar is a dataset of one row here, without identifiers.
            match found.identifiers().count() {
                0 => continue,
                _ => return Err(format!("expected a scalar, found {found}")),
            }
        };
        let (expected, found) = (described(&expected), described(found));
        if expected != found {
            let loosened = |set: &BTreeSet<String>| -> BTreeSet<String> {
                set.iter().map(|c| c.replace("integer", "number")).collect()
            };
            exact = false;
            if loosened(&expected) != loosened(&found) {
                return Err(format!("expected {expected:?}, found {found:?}"));
            }
        }
    }
    Ok(exact)
}

/// The names of the data files, in order.
fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".csv").map(str::to_owned)
        })
        .filter(|name| wanted(name))
        .collect();
    names.sort();
    names
}

fn described(structure: &DataStructure) -> BTreeSet<String> {
    let component = |c: &Component| format!("{} {} {}", c.role.keyword(), c.data_type, c.name);
    structure.components().iter().map(component).collect()
}

/// The datasets that a file lists; a scalar has no structure.
fn structures(path: &Path) -> Vec<(String, Option<DataStructure>)> {
    let json: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    let structures = list("structures");
    list("datasets")
        .iter()
        .zip(&structures)
        .map(|(dataset, structure)| {
            let name = dataset["name"].as_str().unwrap().to_owned();
            let components = structure["components"].as_array();
            let structure =
                components.map(|components| DataStructure::new(components.iter().map(component)));
            (name, structure)
        })
        .collect()
}

fn component(json: &Json) -> Component {
    let name = json["name"].as_str().unwrap();
    let data_type = match json["data_type"].as_str().or(json["type"].as_str()).unwrap() {
        "Integer" => DataType::Integer,
        "Number" => DataType::Number,
        "Boolean" => DataType::Boolean,
        "String" => DataType::String,
        "TimePeriod" | "Time_Period" => DataType::TimePeriod,
        "Date" => DataType::Date,
        "Time" => DataType::Time,
        "Duration" => DataType::Duration,
        other => panic!("unknown type {other}"),
    };
    match json["role"].as_str().unwrap() {
        "Identifier" => Component::identifier(name, data_type),
        "Measure" => Component::measure(name, data_type),
        "Attribute" => Component::attribute(name, data_type),
        _ => Component { role: Role::ViralAttribute, ..Component::attribute(name, data_type) },
    }
}

/// The structure with the codes that the data have, which `pivot` needs to know.
fn with_codes(structure: DataStructure, folder: &Path, name: &str) -> DataStructure {
    let text = fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    DataStructure::new(structure.components().iter().map(|component| {
        let column = header.iter().position(|name| *name == component.name).unwrap();
        let codes: BTreeSet<String> = rows.iter().map(|row| row[column].to_owned()).collect();
        match component.data_type == DataType::String && component.role == Role::Identifier {
            true => component.clone().with_codes(codes.into_iter().collect::<Vec<_>>()),
            false => component.clone(),
        }
    }))
}
