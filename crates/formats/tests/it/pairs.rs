//! From every format into every other: what both can hold, the dimensions and the figures of a cube,
//! comes through with its digits.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use olshem_formats::files::{Known, Writing, collect, writer};
use olshem_formats::message::{Collected, Description, Lines, Observations, Variable};
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind};
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Component, DataType, Role};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const AREAS: [&str; 3] = ["KZ71", "KZ75", "KZ79"];
const YEARS: [&str; 2] = ["2023", "2024"];

/// A figure for each area and year, and the structure of these data; `None` where there is none.
fn cube(figures: &[Option<String>; 6]) -> (Collected, Metadata) {
    let mut areas = Codelist::new("areas");
    for code in AREAS {
        let labels = Labels::from([("en".to_owned(), format!("Area {code}"))]);
        areas.push(Item { code: code.to_owned(), labels, ..Item::default() }).unwrap();
    }
    let names = |text: &str| Labels::from([("en".to_owned(), text.to_owned())]);
    let area = Variable {
        names: names("Area"),
        codelist: Some(Arc::new(areas)),
        ..Variable::new(Component::identifier("REF_AREA", DataType::String))
    };
    let time = Variable {
        names: names("Year"),
        ..Variable::new(Component::identifier("TIME_PERIOD", DataType::TimePeriod))
    };
    let value = Variable {
        names: names("Jobs"),
        ..Variable::new(Component::measure("OBS_VALUE", DataType::Number))
    };
    let variables = vec![area, time, value];
    let description = Description {
        id: "JOBS".to_owned(),
        names: names("Jobs"),
        variables,
        ..Description::default()
    };
    let keys: Vec<(&str, &str)> =
        AREAS.iter().flat_map(|area| YEARS.map(|year| (*area, year))).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from_iter_values(keys.iter().map(|(area, _)| area))),
        Arc::new(StringViewArray::from_iter_values(keys.iter().map(|(_, year)| year))),
        Arc::new(StringViewArray::from_iter(figures.iter().map(Option::as_deref))),
    ];
    let fields: Vec<Field> = ["REF_AREA", "TIME_PERIOD", "OBS_VALUE"]
        .map(|name| Field::new(name, ArrowType::Utf8View, true))
        .into();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let origins = Arc::new(Lines { file: Path::new("made").into(), lines: vec![1; 6] });
    let (description, metadata) = description.with_metadata("XA");
    let datasets = vec![(description, vec![Observations { batch, origins }])];
    (Collected { datasets, ..Collected::default() }, metadata)
}

/// What is written in a format and read again. `structures` are those that the data may refer to.
fn through(kind: Kind, from: &Collected, structures: &Metadata) -> Collected {
    let mut bytes = Vec::new();
    let writing = Writing { language: Some("en".to_owned()), agency: Some("XA".to_owned()) };
    let refers = from.datasets.iter().any(|(description, _)| description.structure.is_some());
    let mut metadata = if refers { structures.clone() } else { Metadata::default() };
    let mut known = Known::default();
    {
        let mut writer = writer(kind, Box::new(&mut bytes), &writing).unwrap();
        writer.metadata(metadata.clone()).unwrap();
        for (description, batches) in &from.datasets {
            writer.dataset(description.clone()).unwrap();
            for observations in batches {
                writer.observations(observations.clone()).unwrap();
            }
            // Nothing in CSV says what a column is.
            let structure = description.data_structure();
            let json = olshem_formats::structures::write([("data", &structure)], []);
            known.add(&Content::in_memory("structures.json", json)).unwrap();
        }
        metadata.extend(writer.left_out().unwrap_or_default());
        writer.finish().unwrap();
    }
    if kind != Kind::Csv {
        known = Known::new(metadata, None);
    }
    let content = Content::in_memory(format!("data.{}", ending(kind)), bytes);
    let read = collect(&content, &known);
    read.unwrap_or_else(|faults| panic!("{kind}: {}", faults[0])).1
}

fn ending(kind: Kind) -> &'static str {
    match kind {
        Kind::Csv | Kind::SdmxCsv1 | Kind::SdmxCsv2 => "csv",
        Kind::JsonStat | Kind::SdmxJsonDraft | Kind::SdmxJson1 | Kind::SdmxJson2 => "json",
        Kind::Px => "px",
        Kind::Workbook => "xlsx",
        Kind::Parquet => "parquet",
        _ => "xml",
    }
}

/// Each key's figure.
fn figures(collected: &Collected) -> BTreeMap<Vec<String>, Option<String>> {
    let (description, batches) = &collected.datasets[0];
    let mut found = BTreeMap::new();
    for batch in batches.iter().map(|observations| &observations.batch) {
        let column = |role| -> Vec<usize> {
            let is_of = |(_, v): &(usize, &Variable)| v.component.role == role;
            description.variables.iter().enumerate().filter(is_of).map(|(at, _)| at).collect()
        };
        let (keys, values) = (column(Role::Identifier), column(Role::Measure));
        assert_eq!((keys.len(), values.len()), (2, 1));
        for row in 0..batch.num_rows() {
            let cell = |at: &usize| {
                let column = batch.column(*at).as_string_view();
                column.is_valid(row).then(|| column.value(row).to_owned())
            };
            let key = keys.iter().filter_map(cell).collect();
            found.insert(key, cell(&values[0]));
        }
    }
    found
}

fn figure() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        6 => "-?[1-9][0-9]{0,8}(\\.[0-9]{0,3}[1-9])?".prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_cube_comes_through_every_pair_of_formats(
        made in prop::array::uniform6(figure()).prop_filter("a figure", |f| f.iter().any(Option::is_some))
    ) {
        let (made, structures) = cube(&made);
        let expected = figures(&made);
        for first in Kind::written() {
            for second in Kind::written() {
                let once = through(first, &made, &structures);
                let twice = through(second, &once, &structures);
                prop_assert_eq!(&figures(&twice), &expected, "{} to {}", first, second);
            }
        }
    }
}
