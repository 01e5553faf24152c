//! Runs every example of the VTL 2.2 reference manual and compares the results with the manual's.
//!
//! The examples lie in `shared/tck` beside the project, or where `OLSHEM_SHARED` says. Those that
//! don't pass yet are listed in `tck/open.txt` with the reason; the test fails when an example that
//! isn't listed fails, and when one that is listed passes. `OLSHEM_RENEW=1` rewrites the list's
//! examples and keeps its reasons.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use olshem_engine::{Bindings, Dataset, Engine, Scalar};
use olshem_model::{Component, DataStructure, DataType, Role, TimePeriod};
use olshem_vtl::program::Literal;
use olshem_vtl::{Checker, Environment, Source, ValueDomain};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn reference_manual_examples() {
    let Some(examples) = examples() else { return };
    let engine = Engine::new(NonZeroUsize::new(2).unwrap()).unwrap();
    let mut failures = BTreeMap::new();
    for (name, folder) in &examples {
        if let Err(reason) = run(&engine, folder) {
            failures.insert(name.clone(), reason);
        }
    }
    println!("{} of {} examples pass", examples.len() - failures.len(), examples.len());

    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tck/open.txt");
    let open = open_examples(&list);
    if std::env::var_os("OLSHEM_RENEW").is_some() {
        let lines: String = failures
            .iter()
            .map(|(name, reason)| {
                let first = reason.lines().next().unwrap_or_default();
                format!("{name}: {}\n", open.get(name).map_or(first, String::as_str))
            })
            .collect();
        std::fs::write(&list, lines).unwrap();
        return;
    }
    let expected: BTreeSet<_> = open.keys().cloned().collect();
    let actual: BTreeSet<_> = failures.keys().cloned().collect();
    for name in actual.difference(&expected) {
        println!("FAILS {name}: {}", failures[name]);
    }
    for name in expected.difference(&actual) {
        println!("PASSES though listed as open: {name}");
    }
    assert_eq!(actual, expected);
}

/// Every example's name (`family/operator/example`) and folder.
fn examples() -> Option<Vec<(String, PathBuf)>> {
    let shared = std::env::var_os("OLSHEM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let kit = shared.join("tck/v2.2");
    if !kit.is_dir() {
        // Written past the harness, which swallows what a passing test prints.
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "skipped: the reference manual's examples are not at {}", kit.display())
            .unwrap();
        return None;
    }
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.retain(|path| path.is_dir());
        entries.sort();
        entries
    };
    let mut examples = Vec::new();
    for example in folders(&kit).iter().flat_map(|f| folders(f)).flat_map(|f| folders(&f)) {
        let name = example.strip_prefix(&kit).unwrap().display().to_string();
        examples.push((name, example));
    }
    Some(examples)
}

fn open_examples(list: &Path) -> BTreeMap<String, String> {
    std::fs::read_to_string(list)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, reason)| (name.to_owned(), reason.to_owned()))
        .collect()
}

fn run(engine: &Engine, folder: &Path) -> Result<(), String> {
    let mut script = std::fs::read_to_string(folder.join("transformation.vtl"))
        .map_err(|_| "the kit has no script".to_owned())?;
    if script.contains("HR_1") && !script.contains("define") {
        script.push_str(HR_1);
    }
    let values = GEO_DOMAIN.split(' ').map(|code| Literal::String(code.to_owned())).collect();
    let domain = ValueDomain { data_type: DataType::String, values };
    let mut environment = Environment::default().with_domain("myGeoValueDomain", domain);
    let mut bindings = Bindings::default();
    // Some examples list a dataset under another name than that of its file, which is the right one.
    let listed = structures(&folder.join("input.json"))?.into_iter();
    for ((_, mut structure), name) in listed.zip(files(folder, |name| !name.ends_with("_r"))) {
        let csv = read_csv(&folder.join(format!("{name}.csv")))?;
        if script.contains("pivot") {
            // The codes of the identifiers are those that occur.
            structure = with_codes(structure, &csv);
        }
        let dataset = dataset(structure.clone(), &csv)?;
        environment = environment.with_dataset(name.clone(), structure);
        bindings.datasets.insert(name, dataset);
    }
    let mut checker = Checker::new(environment);
    let program = checker
        .program(vec![Source::new("transformation.vtl", script)])
        .map_err(|faults| faults[0].message.clone())?;
    engine.run(&program, &mut bindings).map_err(|faults| faults[0].message.clone())?;
    let listed = structures(&folder.join("output.json"))?.into_iter();
    for ((_, structure), name) in listed.zip(files(folder, |name| name.ends_with("_r"))) {
        let result =
            bindings.datasets.get(&name).ok_or_else(|| format!("{name} was not calculated"))?;
        let expected = read_csv(&folder.join(format!("{name}.csv")))?;
        compare(result, &structure, &expected)?;
    }
    Ok(())
}

/// The ruleset that the examples of `hierarchy` presuppose and do not contain.
const HR_1: &str = "
    define hierarchical ruleset HR_1 (valuedomain rule VD_1) is
        A = J + K + L; B = M + N + O; C = P + Q; D = R + S; E = T + U + V;
        F = Y + W + Z; G = B + C; H = D + E; I = D + G
    end hierarchical ruleset;";

/// The values of the domain that an example of `in` presupposes, according to the manual.
const GEO_DOMAIN: &str = "AF BS FJ GA KH MO PK QA UG";

/// The names of the data files of an example that a test picks, in order.
fn files(folder: &Path, pick: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".csv").map(str::to_owned)
        })
        .filter(|name| pick(name))
        .collect();
    names.sort();
    names
}

struct Csv {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn read_csv(path: &Path) -> Result<Csv, String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(|_| format!("the kit has no {}", path.file_name().unwrap().display()))?;
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(|h| h.trim_matches(['\u{feff}', ' ']).to_owned())
        .collect();
    let rows = reader
        .records()
        .map(|record| record.map(|r| r.iter().map(str::to_owned).collect()))
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    Ok(Csv { header, rows })
}

impl Csv {
    fn column(&self, name: &str) -> Result<Vec<Option<&str>>, String> {
        let at = self
            .header
            .iter()
            .position(|heading| heading == name)
            .ok_or_else(|| format!("the kit's data have no column {name}"))?;
        Ok(self
            .rows
            .iter()
            .map(|row| row.get(at).map(String::as_str).filter(|cell| !cell.is_empty()))
            .collect())
    }
}

fn structures(path: &Path) -> Result<Vec<(String, DataStructure)>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let json: Json = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    list("datasets")
        .iter()
        .map(|dataset| {
            let name = dataset["name"].as_str().unwrap_or_default().to_owned();
            let structure_name = dataset["structure"].as_str().unwrap_or(&name);
            let structure = list("structures")
                .into_iter()
                .find(|structure| structure["name"] == structure_name)
                .unwrap_or_else(|| dataset.clone());
            let key =
                if structure["components"].is_array() { "components" } else { "DataStructure" };
            let components = structure[key].as_array().cloned().unwrap_or_default();
            Ok((
                name,
                DataStructure::new(
                    components.iter().map(component).collect::<Result<Vec<_>, _>>()?,
                ),
            ))
        })
        .collect()
}

fn component(json: &Json) -> Result<Component, String> {
    let text = |key: &str| json[key].as_str().unwrap_or_default();
    let role = match text("role").to_lowercase().as_str() {
        "identifier" => Role::Identifier,
        "measure" => Role::Measure,
        "attribute" => Role::Attribute,
        "viral attribute" | "viralattribute" => Role::ViralAttribute,
        other => return Err(format!("unknown role {other}")),
    };
    let type_name = if json["type"].is_string() { text("type") } else { text("data_type") };
    let data_type = match type_name.to_lowercase().as_str() {
        "integer" => DataType::Integer,
        "number" => DataType::Number,
        "boolean" => DataType::Boolean,
        "string" => DataType::String,
        "time_period" | "timeperiod" => DataType::TimePeriod,
        "date" => DataType::Date,
        "time" => DataType::Time,
        "duration" => DataType::Duration,
        other => return Err(format!("unknown type {other}")),
    };
    let nullable = role != Role::Identifier;
    Ok(Component { name: text("name").to_owned(), role, data_type, nullable, codes: None })
}

fn with_codes(structure: DataStructure, csv: &Csv) -> DataStructure {
    DataStructure::new(structure.components().iter().cloned().map(|component| {
        if component.role != Role::Identifier || component.data_type != DataType::String {
            return component;
        }
        let codes: BTreeSet<String> =
            csv.column(&component.name).unwrap().into_iter().flatten().map(str::to_owned).collect();
        component.with_codes(codes.into_iter().collect::<Vec<_>>())
    }))
}

fn dataset(structure: DataStructure, csv: &Csv) -> Result<Dataset, String> {
    let columns = structure
        .components()
        .iter()
        .map(|component| {
            let cells = csv.column(&component.name)?;
            Ok((component.name.as_str(), array(component.data_type, &cells)?))
        })
        .collect::<Result<Vec<(&str, ArrayRef)>, String>>()?;
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .map_err(|e| e.to_string())?;
    Dataset::new(structure, &batch).map_err(|fault| fault.message)
}

fn array(data_type: DataType, cells: &[Option<&str>]) -> Result<ArrayRef, String> {
    let wrong = |cell: &str| format!("the kit's data have {cell} as {data_type}");
    Ok(match data_type {
        DataType::Integer => {
            let values =
                cells.iter().map(|cell| cell.map(|c| c.parse().map_err(|_| wrong(c))).transpose());
            Arc::new(values.collect::<Result<Int64Array, String>>()?)
        }
        DataType::Number => {
            let values =
                cells.iter().map(|cell| cell.map(|c| c.parse().map_err(|_| wrong(c))).transpose());
            Arc::new(values.collect::<Result<Float64Array, String>>()?)
        }
        DataType::Boolean => {
            let values = cells.iter().map(|cell| {
                cell.map(|c| c.to_lowercase().parse().map_err(|_| wrong(c))).transpose()
            });
            Arc::new(values.collect::<Result<BooleanArray, String>>()?)
        }
        DataType::TimePeriod => {
            let canonical = cells.iter().map(|cell| cell.map(canonical_period));
            Arc::new(canonical.collect::<StringArray>())
        }
        DataType::Time => {
            let canonical = cells.iter().map(|cell| cell.map(canonical_interval));
            Arc::new(canonical.collect::<StringArray>())
        }
        _ => Arc::new(cells.iter().copied().collect::<StringArray>()),
    })
}

fn canonical_interval(text: &str) -> String {
    let Some((start, end)) = text.split_once('/') else { return text.to_owned() };
    let start = start.parse::<TimePeriod>().map(|period| period.start().to_string());
    let end = end.parse::<TimePeriod>().map(|period| period.end().to_string());
    start.and_then(|start| Ok(format!("{start}/{}", end?))).unwrap_or_else(|_| text.to_owned())
}

fn canonical_period(text: &str) -> String {
    text.parse::<TimePeriod>().map_or_else(|_| text.to_owned(), |period| period.to_string())
}

fn compare(result: &Dataset, structure: &DataStructure, expected: &Csv) -> Result<(), String> {
    // The kit takes integers for numbers now and then.
    let described = |s: &DataStructure| -> BTreeSet<String> {
        let component = |c: &Component| format!("{} {} {}", c.role.keyword(), c.data_type, c.name);
        s.components().iter().map(|c| component(c).replace("integer", "number")).collect()
    };
    let is_scalar =
        structure.components().is_empty() && result.structure().identifiers().next().is_none();
    if !is_scalar && described(result.structure()) != described(structure) {
        return Err(format!("structure {}, expected {structure}", result.structure()));
    }
    let mut wanted: Vec<Vec<String>> = Vec::new();
    for at in 0..expected.rows.len() {
        let mut row = Vec::new();
        for component in structure.components() {
            let cell = expected.column(&component.name)?[at];
            row.push(cell.map_or("null".to_owned(), |cell| normal(component.data_type, cell)));
        }
        wanted.push(row);
    }
    let mut got: Vec<Vec<String>> = (0..result.rows())
        .map(|row| {
            structure
                .components()
                .iter()
                .map(|component| match result.value(row, &component.name) {
                    None => "null".to_owned(),
                    Some(Scalar::Integer(n)) => normal(DataType::Integer, &n.to_string()),
                    Some(other) => normal(component.data_type, &other.to_string()),
                })
                .collect()
        })
        .collect();
    wanted.sort();
    got.sort();
    let same = wanted.len() == got.len()
        && wanted.iter().flatten().zip(got.iter().flatten()).all(|(w, g)| w == g || close(w, g));
    if same { Ok(()) } else { Err(format!("got {got:?}, expected {wanted:?}")) }
}

/// One text for each value, so that rows can be sorted.
fn normal(data_type: DataType, cell: &str) -> String {
    match data_type {
        DataType::Integer | DataType::Number => {
            cell.parse::<f64>().map_or_else(|_| cell.to_owned(), |x| format!("{x}"))
        }
        DataType::Boolean => cell.to_lowercase(),
        DataType::TimePeriod => canonical_period(cell),
        DataType::Time => canonical_interval(cell),
        _ => cell.to_owned(),
    }
}

/// Whether the number is the manual's, which may be printed with few digits.
fn close(expected: &str, got: &str) -> bool {
    let (Ok(e), Ok(g)) = (expected.parse::<f64>(), got.parse::<f64>()) else { return false };
    let printed = expected.split_once('.').map_or(0.0, |(_, digits)| {
        // The manual cuts digits off as often as it rounds.
        10f64.powi(-(digits.len() as i32))
    });
    (e - g).abs() <= printed.max(1e-6 * e.abs().max(1.0))
}
