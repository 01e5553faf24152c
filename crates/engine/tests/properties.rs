//! What must hold of every result, whatever the data: bounds hold the value, widening an input
//! never narrows an output, the number of partitions changes nothing, and the rows that a trace
//! names give the same result again on their own.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use olshem_engine::{Bindings, Bounded, Dataset, Engine};
use olshem_model::structure::{high_column, low_column};
use olshem_model::{Component, DataStructure, DataType};
use olshem_vtl::program::Program;
use olshem_vtl::{Checker, Environment, Source};
use proptest::prelude::*;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

/// A method of the kind that accounts are made of: shares, quotients, conditions, windows,
/// roll-ups, over numbers with bounds (`GVA`, `WEIGHTS`) and without (`JOBS`).
const METHOD: &str = r#"
    define operator share(part dataset, whole dataset) returns dataset is part / whole * 100 end operator;

    define hierarchical ruleset whole (variable rule SECTION) is
        W = C + J; C = M - R
    end hierarchical ruleset;

    creative   := GVA * WEIGHTS;
    by_year    := sum(creative group by YEAR);
    total      := sum(GVA group by YEAR);
    part       := share(by_year, total);
    by_region  := sum(creative group by REGION, YEAR);
    difference := abs(total - by_year) + 1;
    per_job    := sum(GVA group by REGION, YEAR) / JOBS;
    higher     := by_year [ calc W := if V > 5000 then V - 5000 else V * 2 ];
    average    := avg(GVA group by SECTION);
    extremes   := max(GVA group by REGION) - min(GVA group by REGION);
    running    := sum(by_region over (partition by REGION order by YEAR data points between unbounded preceding and current data point));
    ratio      := ratio_to_report(by_region over (partition by YEAR));
    earlier    := by_region [ calc before := lag(V, 1 over (partition by REGION order by YEAR)) ];
    jobs_rank  := JOBS [ calc place := rank(over (partition by YEAR order by V desc)) ];
    jobs_share := ratio_to_report(JOBS over (partition by YEAR));
    both       := union(by_region, JOBS);
    known      := nvl(creative, 0);
    joined     := inner_join(by_region as a, JOBS as b calc per := a#V / b#V keep per);
    deviation  := stddev_samp(JOBS group by YEAR);
    rolled     := hierarchy(GVA, whole rule SECTION non_null all);
    rolled_all := hierarchy(GVA, whole rule SECTION always_zero rule_priority);
    checked    := check_hierarchy(rolled, whole rule SECTION partial_null all);
"#;

static ENGINES: LazyLock<Vec<Engine>> =
    LazyLock::new(|| [1, 2, 8].map(|n| Engine::new(NonZeroUsize::new(n).unwrap()).unwrap()).into());

#[derive(Clone, Debug)]
struct Data {
    gva: Vec<Row>,
    jobs: Vec<(String, String, f64)>,
    weights: Vec<(String, Bounded)>,
}

#[derive(Clone, Debug)]
struct Row {
    region: String,
    section: String,
    year: String,
    value: Option<Bounded>,
}

fn structure(identifiers: &[&str]) -> DataStructure {
    let ids = identifiers.iter().map(|name| {
        let data_type = if *name == "YEAR" { DataType::TimePeriod } else { DataType::String };
        Component::identifier(*name, data_type)
    });
    DataStructure::new(ids.chain([Component::measure("V", DataType::Number)]))
}

fn program() -> Program {
    let environment = Environment::default()
        .with_dataset("GVA", structure(&["REGION", "SECTION", "YEAR"]))
        .with_dataset("JOBS", structure(&["REGION", "YEAR"]))
        .with_dataset("WEIGHTS", structure(&["SECTION"]));
    let mut checker = Checker::new(environment);
    match checker.program(vec![Source::new("method.vtl", METHOD)]) {
        Ok(program) => program,
        Err(faults) => panic!("{faults:#?}"),
    }
}

fn text(values: impl IntoIterator<Item = String>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<StringArray>())
}

fn bounded(values: &[Option<Bounded>]) -> Vec<(String, ArrayRef)> {
    let side = |f: fn(&Bounded) -> Option<f64>| -> ArrayRef {
        Arc::new(values.iter().map(|v| v.as_ref().and_then(f)).collect::<Float64Array>())
    };
    vec![
        ("V".to_owned(), side(|b| b.value)),
        (low_column("V"), side(|b| Some(b.low))),
        (high_column("V"), side(|b| Some(b.high))),
    ]
}

impl Data {
    fn bindings(&self) -> Bindings {
        let mut bindings = Bindings::default();
        let mut bind = |name: &str, ids: &[&str], columns: Vec<(String, ArrayRef)>| {
            let batch = RecordBatch::try_from_iter_with_nullable(
                columns.into_iter().map(|(name, column)| (name, column, true)),
            )
            .unwrap();
            bindings.datasets.insert(name.into(), Dataset::new(structure(ids), &batch).unwrap());
        };
        let column = |f: fn(&Row) -> &String| text(self.gva.iter().map(|row| f(row).clone()));
        let mut columns = vec![
            ("REGION".to_owned(), column(|r| &r.region)),
            ("SECTION".to_owned(), column(|r| &r.section)),
            ("YEAR".to_owned(), column(|r| &r.year)),
        ];
        columns.extend(bounded(&self.gva.iter().map(|row| row.value).collect::<Vec<_>>()));
        bind("GVA", &["REGION", "SECTION", "YEAR"], columns);
        let jobs = Float64Array::from_iter_values(self.jobs.iter().map(|job| job.2));
        bind(
            "JOBS",
            &["REGION", "YEAR"],
            vec![
                ("REGION".to_owned(), text(self.jobs.iter().map(|job| job.0.clone()))),
                ("YEAR".to_owned(), text(self.jobs.iter().map(|job| job.1.clone()))),
                ("V".to_owned(), Arc::new(jobs)),
            ],
        );
        let mut columns =
            vec![("SECTION".to_owned(), text(self.weights.iter().map(|weight| weight.0.clone())))];
        columns
            .extend(bounded(&self.weights.iter().map(|weight| Some(weight.1)).collect::<Vec<_>>()));
        bind("WEIGHTS", &["SECTION"], columns);
        bindings
    }

    fn run(&self, engine: &Engine) -> Bindings {
        let mut bindings = self.bindings();
        engine.run(&program(), &mut bindings).unwrap();
        bindings
    }

    /// The same data, known less well.
    fn widened(&self, by: f64) -> Self {
        let wider = |b: Bounded| Bounded { low: b.low - by, high: b.high + by, ..b };
        Self {
            gva: self
                .gva
                .iter()
                .map(|row| Row { value: row.value.map(wider), ..row.clone() })
                .collect(),
            weights: self.weights.iter().map(|(s, w)| (s.clone(), wider(*w))).collect(),
            jobs: self.jobs.clone(),
        }
    }
}

fn number_within_bounds() -> impl Strategy<Value = Bounded> {
    (0.0..1000.0, 0.0..50.0, 0.0..50.0, proptest::bool::weighted(0.8)).prop_map(
        |(value, below, above, known): (f64, f64, f64, bool)| Bounded {
            low: value - below,
            value: known.then_some(value),
            high: value + above,
        },
    )
}

fn data() -> impl Strategy<Value = Data> {
    let cells = proptest::collection::vec(
        proptest::option::weighted(0.9, number_within_bounds()),
        3 * 3 * 3,
    );
    let jobs = proptest::collection::vec(1.0..1e6, 3 * 3);
    let weights = proptest::collection::vec(number_within_bounds(), 3);
    (cells, jobs, weights).prop_map(|(cells, jobs, weights)| {
        let regions = ["KZ71", "KZ75", "KZ79"];
        let years = ["2022", "2023", "2024"];
        let sections = ["J", "M", "R"];
        let mut cells = cells.into_iter();
        let mut jobs_left = jobs.into_iter();
        let mut data = Data { gva: vec![], jobs: vec![], weights: vec![] };
        for region in regions {
            for year in years {
                for section in sections {
                    data.gva.push(Row {
                        region: region.into(),
                        section: section.into(),
                        year: year.into(),
                        value: cells.next().flatten(),
                    });
                }
                data.jobs.push((region.into(), year.into(), jobs_left.next().unwrap()));
            }
        }
        data.weights = sections.iter().map(|s| (*s).to_owned()).zip(weights).collect();
        data
    })
}

fn numbers(dataset: &Dataset) -> Vec<(String, usize, Option<Bounded>)> {
    let mut numbers = Vec::new();
    for measure in dataset.structure().measures().filter(|m| m.data_type.is_numeric()) {
        for row in 0..dataset.rows() {
            numbers.push((measure.name.clone(), row, dataset.number(row, &measure.name)));
        }
    }
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn bounds_hold_the_value(data in data()) {
        let results = data.run(&ENGINES[0]);
        for (name, dataset) in &results.datasets {
            for (measure, row, number) in numbers(dataset) {
                if let Some(Bounded { low, value: Some(value), high }) = number {
                    prop_assert!(low <= value && value <= high, "{name}.{measure}[{row}]: {low} {value} {high}");
                }
            }
        }
    }

    #[test]
    fn widening_an_input_never_narrows_an_output(data in data(), by in 0.0..100.0) {
        let (results, wide) = (data.run(&ENGINES[0]), data.widened(by).run(&ENGINES[0]));
        for (name, dataset) in &results.datasets {
            let both = numbers(dataset).into_iter().zip(numbers(&wide.datasets[name]));
            for ((measure, row, narrow), (_, _, wide)) in both {
                prop_assert_eq!(narrow.is_some(), wide.is_some());
                if let (Some(n), Some(w)) = (narrow, wide) {
                    prop_assert!(w.low <= n.low && n.high <= w.high, "{name}.{measure}[{row}]: {n:?} {w:?}");
                }
            }
        }
    }

    #[test]
    fn partitions_change_nothing(data in data()) {
        let [one, two, eight] = [0, 1, 2].map(|at| data.run(&ENGINES[at]));
        for (name, dataset) in &one.datasets {
            prop_assert_eq!(dataset.batch(), two.datasets[name].batch(), "{}", name);
            prop_assert_eq!(dataset.batch(), eight.datasets[name].batch(), "{}", name);
        }
    }

    #[test]
    fn traced_rows_alone_give_the_same_result(data in data(), pick in any::<prop::sample::Index>()) {
        let engine = &ENGINES[1];
        let results = data.run(engine);
        for statement in &program().statements {
            let whole = &results.datasets[&statement.name];
            if whole.rows() == 0 {
                continue;
            }
            let row = pick.index(whole.rows());
            let fed = engine.trace(statement, &results, &[row]).unwrap();
            let mut alone = Bindings::default();
            for name in &statement.reads {
                let rows = fed.get(name).cloned().unwrap_or_default();
                alone.datasets.insert(name.clone(), results.datasets[name].take(&rows));
            }
            engine.run_statement(statement, &mut alone).unwrap();
            let again = &alone.datasets[&statement.name];
            let same = (0..again.rows()).any(|r| again.take(&[r]).batch() == whole.take(&[row]).batch());
            prop_assert!(same, "{}: {:?} gives {:?} instead of {:?}", statement.name, fed, again.batch(), whole.take(&[row]).batch());
        }
    }
}

/// A sum over years and quarters would count every quarter twice.
#[test]
fn mixed_frequencies_never_mix_silently() {
    let structure = structure(&["REGION", "YEAR"]);
    let rows = RecordBatch::try_from_iter([
        ("REGION", text(["KZ71", "KZ71", "KZ75"].map(str::to_owned))),
        ("YEAR", text(["2023", "2023-Q1", "2024"].map(str::to_owned))),
        ("V", Arc::new(Float64Array::from(vec![100.0, 25.0, 7.0])) as ArrayRef),
    ])
    .unwrap();
    let result = |script: &str| {
        let mut checker =
            Checker::new(Environment::default().with_dataset("DS", structure.clone()));
        let program = checker.program(vec![Source::new("method.vtl", script)]).unwrap();
        let mut bindings = Bindings::default();
        bindings.datasets.insert("DS".into(), Dataset::new(structure.clone(), &rows).unwrap());
        ENGINES[1].run(&program, &mut bindings).map(|()| bindings.datasets["R"].clone())
    };
    for mixing in [
        "R := sum(DS group by REGION);",
        "R := max(DS);",
        "R := DS [ calc before := lag(V, 1 over (partition by REGION order by YEAR)) ];",
        "R := ratio_to_report(DS over (partition by REGION));",
    ] {
        let fault = result(mixing).unwrap_err();
        let fault = &fault[0];
        assert_eq!(fault.code.id, "E005", "{mixing}");
        assert!(fault.message.contains("2023 and 2023-Q1"), "{}", fault.message);
    }
    let apart = result("R := sum(DS [filter REGION = \"KZ75\"] group by REGION);").unwrap();
    assert_eq!(apart.number(0, "V"), Some(Bounded::exact(7.0)));
    assert_eq!(result("R := count(DS group by REGION);").unwrap().rows(), 2);
    // A comparison has no answer, so no row passes.
    let none = result("R := DS [ filter YEAR < cast(\"2023-Q4\", time_period) ];").unwrap();
    assert_eq!(none.rows(), 1);
}

/// Each level of a hierarchy stands on the one before, and the stack holds them all: here one as
/// large as a program's first thread has.
#[test]
fn the_deepest_hierarchy_allowed_is_computed() {
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    thread.spawn(compute_deepest_hierarchy).unwrap().join().unwrap();
}

fn compute_deepest_hierarchy() {
    let levels = 24;
    let rules: Vec<String> = (1..=levels).map(|n| format!("T{n} = T{} + S{n}", n - 1)).collect();
    let script = format!(
        "define hierarchical ruleset H (variable rule SECTION) is {} end hierarchical ruleset;
         R := hierarchy(DS, H);",
        rules.join("; ")
    );
    let structure = structure(&["SECTION"]);
    let mut checker = Checker::new(Environment::default().with_dataset("DS", structure.clone()));
    let program = checker.program(vec![Source::new("method.vtl", script)]).unwrap();
    let sections = (1..=levels).map(|n| format!("S{n}")).chain(["T0".to_owned()]);
    let ones = Float64Array::from(vec![1.0; levels + 1]);
    let rows = RecordBatch::try_from_iter([
        ("SECTION", text(sections)),
        ("V", Arc::new(ones) as ArrayRef),
    ]);
    let mut bindings = Bindings::default();
    bindings.datasets.insert("DS".into(), Dataset::new(structure, &rows.unwrap()).unwrap());
    ENGINES[1].run(&program, &mut bindings).unwrap();
    let result = &bindings.datasets["R"];
    let numbers = (0..result.rows()).filter_map(|row| result.number(row, "V")?.value);
    assert_eq!(numbers.fold(0.0, f64::max), (levels + 1) as f64);
}
