//! Files kept in row groups are joined piece by piece, and give what a loop over their rows gives,
//! whatever their order, the borders of their row groups and the number of threads.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use olshem_engine::{Batches, Bindings, Dataset, Engine, Input, Scalar};
use olshem_formats::described::{DataFile, Extents, FileFormat};
use olshem_model::{Component, DataStructure, DataType, Diagnostic};
use olshem_vtl::{Checker, Environment, Source};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

static ENGINES: LazyLock<Vec<Engine>> =
    LazyLock::new(|| [1, 2, 8].map(|n| Engine::new(NonZeroUsize::new(n).unwrap()).unwrap()).into());

const SCRIPT: &str = "
    ALL_ROWS := left_join(REGISTER as r, EXPORTS as e keep AMOUNT, VALUE);
    BOTH := inner_join(REGISTER as r, EXPORTS as e keep AMOUNT, VALUE);
    KINDS := inner_join(REGISTER as r, UNITS as u keep AMOUNT, KIND);";

/// How units are named.
#[derive(Clone, Copy, Debug)]
enum Naming {
    Number,
    Short,
    Long,
}

impl Naming {
    fn data_type(self) -> DataType {
        if matches!(self, Self::Number) { DataType::Integer } else { DataType::String }
    }

    fn name(self, unit: i64) -> Scalar {
        match self {
            Self::Number => Scalar::Integer(unit),
            Self::Short => Scalar::String(format!("U{unit:03}")),
            Self::Long => Scalar::String(format!("unit of the register {unit:03}")),
        }
    }

    fn column(self, units: impl Iterator<Item = i64>) -> ArrayRef {
        match self {
            Self::Number => Arc::new(units.collect::<Int64Array>()),
            _ => Arc::new(StringArray::from_iter_values(
                units.map(|unit| self.name(unit).to_string()),
            )),
        }
    }
}

/// In what order rows stand in a file.
#[derive(Clone, Copy, Debug)]
enum Order {
    Sorted,
    /// By unit, but not by period.
    ByUnit,
    None,
}

impl Order {
    fn put<R>(self, rows: &mut [R], unit: impl Fn(&R) -> i64) {
        match self {
            Self::Sorted => {}
            Self::ByUnit => rows.chunk_by_mut(|a, b| unit(a) == unit(b)).for_each(<[R]>::reverse),
            Self::None => {
                // Each step brings a row from afar.
                for at in 0..rows.len() {
                    rows.swap(at, at * 37 % rows.len());
                }
            }
        }
    }
}

type Register = BTreeMap<(i64, i64), i64>;

/// A table of units, maybe by period, in a file.
struct Table {
    structure: DataStructure,
    bytes: Vec<u8>,
}

impl Table {
    fn of_register(
        measure: &str,
        rows: &Register,
        naming: Naming,
        order: Order,
        row_group: usize,
    ) -> Self {
        let mut rows: Vec<((i64, i64), i64)> = rows.iter().map(|(k, v)| (*k, *v)).collect();
        order.put(&mut rows, |((unit, _), _)| *unit);
        let integers = |f: fn(&((i64, i64), i64)) -> i64| -> ArrayRef {
            Arc::new(rows.iter().map(f).map(Some).collect::<Int64Array>())
        };
        Self::written(
            [
                Component::identifier("UNIT", naming.data_type()),
                Component::identifier("PERIOD", DataType::Integer),
                Component::measure(measure, DataType::Integer),
            ],
            [
                naming.column(rows.iter().map(|((unit, _), _)| *unit)),
                integers(|((_, period), _)| *period),
                integers(|(_, value)| *value),
            ],
            row_group,
        )
    }

    fn of_units(units: &BTreeSet<i64>, naming: Naming, row_group: usize) -> Self {
        Self::written(
            [
                Component::identifier("UNIT", naming.data_type()),
                Component::measure("KIND", DataType::Integer),
            ],
            [
                naming.column(units.iter().copied()),
                Arc::new(units.iter().map(|unit| Some(unit * 7)).collect::<Int64Array>()),
            ],
            row_group,
        )
    }

    fn written<const N: usize>(
        components: [Component; N],
        columns: [ArrayRef; N],
        row_group: usize,
    ) -> Self {
        let named = components.iter().map(|c| c.name.clone()).zip(columns);
        let batch = RecordBatch::try_from_iter(named).unwrap();
        let properties =
            WriterProperties::builder().set_max_row_group_row_count(Some(row_group)).build();
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Self { structure: DataStructure::new(components), bytes }
    }

    fn file(&self) -> DataFile {
        let (bytes, structure) = (self.bytes.clone().into(), self.structure.clone());
        DataFile::in_memory("table.parquet", bytes, FileFormat::Parquet, structure).unwrap()
    }
}

/// Runs the script on these tables.
fn run(
    engine: &Engine,
    inputs: BTreeMap<&str, Arc<dyn Input>>,
) -> Result<BTreeMap<String, Dataset>, Vec<Diagnostic>> {
    let environment = inputs.iter().fold(Environment::default(), |environment, (name, input)| {
        environment.with_dataset(*name, input.structure().clone())
    });
    let program =
        Checker::new(environment).program(vec![Source::new("joins.vtl", SCRIPT)]).unwrap();
    let mut bindings = Bindings::default();
    for (name, input) in inputs {
        bindings.inputs.insert(name.to_owned(), input);
    }
    engine.run(&program, &mut bindings)?;
    Ok(bindings.datasets)
}

/// The rows of a result, each with the values of these components.
fn rows<const N: usize>(dataset: &Dataset, names: [&str; N]) -> Vec<[Option<Scalar>; N]> {
    let mut rows: Vec<_> =
        (0..dataset.rows()).map(|row| names.map(|name| dataset.value(row, name))).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

fn sorted<const N: usize>(
    rows: impl Iterator<Item = [Option<Scalar>; N]>,
) -> Vec<[Option<Scalar>; N]> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

fn register() -> impl Strategy<Value = Register> {
    btree_map((0_i64..40, 0_i64..4), -9_i64..9, 1..120)
}

proptest! {
    // Each case runs the script six times.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_join_is_that_of_the_rows(
        register in register(),
        exports in register(),
        units in btree_set(0_i64..40, 1..40),
        naming in prop_oneof![Just(Naming::Number), Just(Naming::Short), Just(Naming::Long)],
        orders in [0_usize..5, 0_usize..5],
        row_groups in [1_usize..30, 1_usize..30],
    ) {
        let [first, second] =
            orders.map(|n| [Order::Sorted, Order::Sorted, Order::Sorted, Order::ByUnit, Order::None][n]);
        let left = Table::of_register("AMOUNT", &register, naming, first, row_groups[0]);
        let right = Table::of_register("VALUE", &exports, naming, second, row_groups[1]);
        let kinds = Table::of_units(&units, naming, row_groups[1]);
        let integer = |value: i64| Some(Scalar::Integer(value));
        let all = sorted(register.iter().map(|((unit, period), amount)| {
            let value = exports.get(&(*unit, *period)).map(|value| Scalar::Integer(*value));
            [Some(naming.name(*unit)), integer(*period), integer(*amount), value]
        }));
        let both: Vec<_> = all.iter().filter(|row| row[3].is_some()).cloned().collect();
        let of_kinds = sorted(
            register.iter().filter(|((unit, _), _)| units.contains(unit)).map(
                |((unit, period), amount)| {
                    let kind = integer(unit * 7);
                    [Some(naming.name(*unit)), integer(*period), integer(*amount), kind]
                },
            ),
        );
        for engine in &*ENGINES {
            for trusted in [false, true] {
                let input = |table: &Table| -> Arc<dyn Input> {
                    let file = table.file();
                    Arc::new(if trusted { file.trusted() } else { file })
                };
                let results = run(engine, BTreeMap::from([
                    ("REGISTER", input(&left)),
                    ("EXPORTS", input(&right)),
                    ("UNITS", input(&kinds)),
                ])).unwrap();
                let with_value = ["UNIT", "PERIOD", "AMOUNT", "VALUE"];
                prop_assert_eq!(&rows(&results["ALL_ROWS"], with_value), &all);
                prop_assert_eq!(&rows(&results["BOTH"], with_value), &both);
                let with_kind = ["UNIT", "PERIOD", "AMOUNT", "KIND"];
                prop_assert_eq!(&rows(&results["KINDS"], with_kind), &of_kinds);
            }
        }
    }
}

/// A file that says how often its pieces were asked for, and may lie about them.
#[derive(Debug)]
struct Watched {
    file: DataFile,
    asked: AtomicUsize,
    lies: bool,
}

impl Watched {
    fn new(table: &Table, lies: bool) -> Arc<Self> {
        Arc::new(Self { file: table.file(), asked: AtomicUsize::new(0), lies })
    }
}

impl Input for Watched {
    fn structure(&self) -> &DataStructure {
        self.file.structure()
    }

    fn rows(&self) -> usize {
        self.file.rows()
    }

    fn scan(&self, components: &[usize], parts: NonZeroUsize) -> Vec<Batches> {
        Input::scan(&self.file, components, parts)
    }

    fn extents(&self, component: usize) -> Option<Extents> {
        let Extents { least, greatest } = Input::extents(&self.file, component)?;
        let lower = |ends: &ArrayRef| -> ArrayRef {
            let ends = ends.as_primitive::<arrow::datatypes::Int64Type>();
            Arc::new(ends.iter().map(|end| end.map(|end| end / 2)).collect::<Int64Array>())
        };
        Some(match self.lies {
            true => Extents { least: lower(&least), greatest: lower(&greatest) },
            false => Extents { least, greatest },
        })
    }

    fn pieces(&self, components: &[usize]) -> Vec<Batches> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Input::pieces(&self.file, components)
    }

    fn settle(&self, threads: NonZeroUsize) -> Result<(), Vec<Diagnostic>> {
        Input::settle(&self.file, threads)
    }
}

fn hundred(measure: &str, order: Order) -> Table {
    let rows = (0..100).map(|n| ((n / 2, n % 2), n)).collect();
    Table::of_register(measure, &rows, Naming::Number, order, 10)
}

fn watched(
    order: Order,
    lies: bool,
) -> (usize, Result<BTreeMap<String, Dataset>, Vec<Diagnostic>>) {
    let units = Table::of_units(&(0..50).collect(), Naming::Number, 50);
    let register = Watched::new(&hundred("AMOUNT", order), false);
    let results = run(
        &ENGINES[1],
        BTreeMap::from([
            ("REGISTER", Arc::clone(&register) as Arc<dyn Input>),
            ("EXPORTS", Watched::new(&hundred("VALUE", order), lies)),
            ("UNITS", Watched::new(&units, false)),
        ]),
    );
    (register.asked.load(Ordering::Relaxed), results)
}

#[test]
fn files_in_order_are_joined_piece_by_piece_and_others_are_not() {
    // Both joins with EXPORTS; UNITS is one piece.
    assert_eq!(watched(Order::Sorted, false).0, 2);
    assert_eq!(watched(Order::ByUnit, false).0, 2);
    assert_eq!(watched(Order::None, false).0, 0);
}

#[test]
fn statistics_that_are_wrong_are_refused() {
    let (asked, results) = watched(Order::Sorted, true);
    assert_eq!(asked, 1);
    let fault = results.unwrap_err().remove(0).to_string();
    assert!(fault.contains("than the statistics of its file say"), "{fault}");
    assert!(fault.ends_with("(E005)"), "{fault}");
}

#[test]
fn faults_in_pieces_are_told() {
    // A key that occurs twice, in two row groups of the side that is held.
    let mut exports = hundred("VALUE", Order::Sorted);
    let file = exports.file().read().unwrap();
    let columns = [0, 1, 2].map(|n| {
        let column = file.column(n);
        arrow::compute::concat(&[column, &column.slice(99, 1)]).unwrap()
    });
    let components = exports.structure.components().to_vec();
    let components: [Component; 3] = components.try_into().unwrap();
    exports = Table::written(components, columns, 10);
    let inputs = BTreeMap::from([
        ("REGISTER", Arc::new(hundred("AMOUNT", Order::Sorted).file()) as Arc<dyn Input>),
        ("EXPORTS", Arc::new(exports.file())),
        ("UNITS", Arc::new(Table::of_units(&[3].into(), Naming::Number, 9).file())),
    ]);
    let faults = run(&ENGINES[1], inputs).unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "table.parquet: row 101 has the key of row 100: UNIT = 49, PERIOD = 1 (F013)"
    );
}
