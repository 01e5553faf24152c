//! Analytic functions give what a loop over the rows gives, whatever the sizes of the partitions and
//! the number of threads.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringViewArray};
use olshem_engine::{Bindings, Dataset, Engine, Scalar};
use olshem_model::{Component, DataStructure, DataType};
use olshem_vtl::{Checker, Environment, Source};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

static ENGINES: LazyLock<Vec<Engine>> =
    LazyLock::new(|| [1, 2, 8].map(|n| Engine::new(NonZeroUsize::new(n).unwrap()).unwrap()).into());

/// A row: its group, its place in the group (which several can share), and a number of its own.
#[derive(Clone, Debug)]
struct Row {
    group: i64,
    place: i64,
    number: i64,
    amount: Option<f64>,
    count: Option<i64>,
    label: Option<String>,
}

impl Row {
    /// Rows of groups of these sizes, in the order of their identifiers. About `level` rows share a
    /// place.
    fn of_groups(sizes: &[usize], level: i64, mut seed: u64) -> Vec<Self> {
        let mut random = |below: i64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as i64 % below
        };
        let mut rows = Vec::new();
        for (group, size) in sizes.iter().enumerate() {
            for number in 0..*size as i64 {
                rows.push(Self {
                    group: group as i64,
                    place: random(1 + *size as i64 / level),
                    number,
                    amount: (random(5) > 0).then_some(random(4000) as f64 / 4.0 - 300.0),
                    count: (random(5) > 0).then_some(random(50) + 1),
                    label: (random(5) > 0)
                        .then_some(format!("a label of some length {}", random(30))),
                });
            }
        }
        rows.sort_by_key(|row| (row.group, row.place, row.number));
        rows
    }
}

fn structure() -> DataStructure {
    DataStructure::new([
        Component::identifier("GROUP_ID", DataType::Integer),
        Component::identifier("PLACE", DataType::Integer),
        Component::identifier("NUMBER_ID", DataType::Integer),
        Component::measure("AMOUNT", DataType::Number),
        Component::measure("COUNTED", DataType::Integer),
        Component::measure("LABEL", DataType::String),
    ])
}

fn dataset(rows: &[Row]) -> Dataset {
    let integers = |f: fn(&Row) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(f).collect::<Int64Array>())
    };
    let amounts: Float64Array = rows.iter().map(|row| row.amount).collect();
    let labels: StringViewArray = rows.iter().map(|row| row.label.as_deref()).collect();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("GROUP_ID", integers(|row| Some(row.group)), true),
        ("PLACE", integers(|row| Some(row.place)), true),
        ("NUMBER_ID", integers(|row| Some(row.number)), true),
        ("AMOUNT", Arc::new(amounts) as ArrayRef, true),
        ("COUNTED", integers(|row| row.count), true),
        ("LABEL", Arc::new(labels) as ArrayRef, true),
    ])
    .unwrap();
    Dataset::new(structure(), &batch).unwrap()
}

fn bound(by: i64) -> String {
    match by {
        0 => "current data point".to_owned(),
        1.. => format!("{by} following"),
        _ => format!("{} preceding", -by),
    }
}

fn script(start: i64, end: i64) -> String {
    let (start, end) = (bound(start), bound(end));
    let near =
        format!("partition by GROUP_ID order by PLACE data points between {start} and {end}");
    let along = "partition by GROUP_ID order by PLACE";
    format!(
        "R := DS [ calc
            LAGGED := lag(AMOUNT, 2 over ({along})),
            LED := lead(COUNTED, 1, 7 over ({along})),
            OPENING := first_value(LABEL over ({near})),
            CLOSING := last_value(LABEL over ({near})),
            TOTAL := sum(COUNTED over ({near})),
            MEAN := avg(AMOUNT over ({near})),
            VARIANCE := var_samp(COUNTED over ({near})),
            MIDDLE := median(AMOUNT over ({near})),
            PRESENT := count(AMOUNT over ({near})),
            LEAST := min(AMOUNT over ({near})),
            GREATEST := max(LABEL over ({near})),
            UP_TO := sum(COUNTED over ({along})),
            PLACE_DOWN := rank(over (partition by GROUP_ID order by PLACE desc)),
            SHARE := ratio_to_report(COUNTED over (partition by GROUP_ID)),
            ACROSS := lag(COUNTED, 1 over (partition by NUMBER_ID order by GROUP_ID desc)),
            RUNNING := sum(COUNTED over (order by GROUP_ID, PLACE, NUMBER_ID)) ];"
    )
}

fn run(engine: &Engine, script: &str, rows: &[Row]) -> Dataset {
    let mut checker = Checker::new(Environment::default().with_dataset("DS", structure()));
    let program = match checker.program(vec![Source::new("windows.vtl", script)]) {
        Ok(program) => program,
        Err(faults) => panic!("{faults:#?}"),
    };
    let mut bindings = Bindings::default();
    bindings.datasets.insert("DS".into(), dataset(rows));
    engine.run(&program, &mut bindings).unwrap();
    bindings.datasets.remove("R").unwrap()
}

/// The same by loops over the rows.
fn expected(rows: &[Row], start: i64, end: i64) -> Vec<BTreeMap<&'static str, Option<Scalar>>> {
    let integer = |value: Option<i64>| value.map(Scalar::Integer);
    let number = |value: Option<f64>| value.map(Scalar::from);
    let text = |value: Option<&String>| value.cloned().map(Scalar::String);
    let counts_of: BTreeMap<(i64, i64), Option<i64>> =
        rows.iter().map(|row| ((row.number, row.group), row.count)).collect();
    let totals = totals_of(rows);
    let mut all = Vec::new();
    for group in rows.chunk_by(|a, b| a.group == b.group) {
        let within_group = totals_of(group);
        for (at, row) in group.iter().enumerate() {
            let within = |by: i64| (at as i64 + by).clamp(0, group.len() as i64) as usize;
            let near = &group[within(start)..within(end + 1).max(within(start))];
            let amounts: Vec<f64> = near.iter().filter_map(|row| row.amount).collect();
            let counts: Vec<i64> = near.iter().filter_map(|row| row.count).collect();
            let level = group.partition_point(|other| other.place <= row.place);
            let mut later = counts_of.range((row.number, row.group + 1)..(row.number + 1, 0));
            let whole = within_group[group.len()];
            let neighbour =
                |by: i64| usize::try_from(at as i64 + by).ok().and_then(|at| group.get(at));
            all.push(BTreeMap::from([
                ("LAGGED", number(neighbour(-2).and_then(|row| row.amount))),
                ("LED", integer(neighbour(1).map_or(Some(7), |row| row.count))),
                ("OPENING", text(near.first().and_then(|row| row.label.as_ref()))),
                ("CLOSING", text(near.last().and_then(|row| row.label.as_ref()))),
                ("TOTAL", integer(counts.iter().copied().reduce(|a, b| a + b))),
                (
                    "MEAN",
                    number(
                        (!amounts.is_empty())
                            .then(|| amounts.iter().sum::<f64>() / amounts.len() as f64),
                    ),
                ),
                ("VARIANCE", number(variance(&counts))),
                ("MIDDLE", number(median(&amounts))),
                ("PRESENT", integer(Some(amounts.len() as i64))),
                ("LEAST", number(amounts.iter().copied().reduce(f64::min))),
                ("GREATEST", text(near.iter().filter_map(|row| row.label.as_ref()).max())),
                ("UP_TO", integer(within_group[level])),
                ("PLACE_DOWN", integer(Some((group.len() - level) as i64 + 1))),
                (
                    "SHARE",
                    number(row.count.zip(whole).map(|(own, whole)| own as f64 / whole as f64)),
                ),
                ("ACROSS", integer(later.next().and_then(|(_, count)| *count))),
                ("RUNNING", integer(totals[all.len() + 1])),
            ]));
        }
    }
    all
}

/// How much the first rows count, by how many these are.
fn totals_of(rows: &[Row]) -> Vec<Option<i64>> {
    let mut totals = vec![None];
    let mut total = None;
    for row in rows {
        total = match (total, row.count) {
            (Some(total), Some(count)) => Some(total + count),
            (total, count) => total.or(count),
        };
        totals.push(total);
    }
    totals
}

/// Of a sample of small whole numbers, so that nothing is rounded before the divisions.
fn variance(values: &[i64]) -> Option<f64> {
    let n = values.len() as i64;
    let total: i64 = values.iter().sum();
    let squares: i64 = values.iter().map(|x| x * x).sum();
    (n > 1).then(|| (n * squares - total * total) as f64 / n as f64 / (n - 1) as f64)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 0 => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

fn check(rows: &[Row], start: i64, end: i64) {
    let expected = expected(rows, start, end);
    for engine in ENGINES.iter() {
        let result = run(engine, &script(start, end), rows);
        assert_eq!(result.rows(), rows.len());
        for (at, row) in expected.iter().enumerate() {
            for (name, value) in row {
                let given = result.value(at, name);
                assert_eq!(given, *value, "{name} of row {at}, {:?}", rows[at]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn small_partitions_by_the_hundred(
        sizes in proptest::collection::vec(1_usize..30, 0..60),
        (level, seed) in (1_i64..5, any::<u64>()),
        (start, length) in (-4_i64..4, 0_i64..5),
    ) {
        check(&Row::of_groups(&sizes, level, seed), start, start + length);
    }
}

#[test]
fn partitions_that_span_batches() {
    // Batches have 8192 rows.
    let sizes = [3, 8192, 1, 8000, 192, 1, 20_000, 2];
    check(&Row::of_groups(&sizes, 3, 17), -2, 0);
}
