//! Workbooks that we write: what a person sees, and that nothing is lost on the way back.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use calamine::{Data, Reader, Xlsx};
use olshem_formats::files::{Known, Writing, collect, writer};
use olshem_formats::message::{Collected, Description, Lines, Note, Observations, Variable};
use olshem_formats::metadata::{Attachment, Class, Reference};
use olshem_formats::{Content, Kind};
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Component, DataType};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What a writer writes, kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

type Rows<'a> = Vec<Vec<Option<&'a str>>>;

fn observations(description: &Description, rows: &Rows<'_>) -> Observations {
    let fields = description.variables.iter();
    let fields = fields.map(|v| Field::new(&v.component.name, ArrowType::Utf8View, true));
    let columns = (0..description.variables.len()).map(|column| {
        let texts: StringViewArray = rows.iter().map(|row| row[column]).collect();
        Arc::new(texts) as ArrayRef
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(schema, columns.collect()).unwrap();
    let origins = Lines { file: Path::new("test").into(), lines: Vec::new() };
    Observations { batch, origins: Arc::new(origins) }
}

/// The workbook, and what it is said to have lost.
fn written(datasets: &[(Description, Rows<'_>)], language: &str) -> (Vec<u8>, Vec<String>) {
    let kept = Kept::default();
    let writing = Writing { language: Some(language.to_owned()), ..Writing::default() };
    let mut writer = writer(Kind::Workbook, Box::new(kept.clone()), &writing).unwrap();
    for (description, rows) in datasets {
        writer.dataset(description.clone()).unwrap();
        writer.observations(observations(description, rows)).unwrap();
    }
    let losses = writer.finish().unwrap().into_iter().map(|loss| loss.0).collect();
    let bytes = kept.0.lock().unwrap().clone();
    (bytes, losses)
}

fn read(bytes: Vec<u8>) -> Collected {
    let (kind, collected) =
        collect(&Content::in_memory("book.xlsx", bytes), &Known::default()).unwrap();
    assert_eq!(kind, Kind::Workbook);
    collected
}

fn texts(observations: &[Observations]) -> Vec<Vec<Option<String>>> {
    let batches = observations.iter().map(|o| &o.batch);
    let rows = batches.flat_map(|batch| {
        (0..batch.num_rows()).map(move |row| {
            let columns = batch.columns().iter().map(AsArray::as_string_view);
            columns.map(|c| c.is_valid(row).then(|| c.value(row).to_owned())).collect()
        })
    });
    rows.collect()
}

fn labels(texts: &[(&str, &str)]) -> Labels {
    texts.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
}

fn sheet(bytes: &[u8], name: &str) -> String {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range(name).unwrap();
    let mut shown = String::new();
    for (number, row) in (range.start().unwrap().0 + 1..).zip(range.rows()) {
        let cells = row.iter().map(|cell| match cell {
            Data::String(text) => format!("\"{text}\""),
            other => other.to_string(),
        });
        let cells = cells.collect::<Vec<_>>().join(" ");
        writeln!(shown, "{number}: {}", cells.trim_end()).unwrap();
    }
    shown
}

/// Jobs in two regions, a part of the other, with a flag and a footnote.
fn jobs() -> (Description, Rows<'static>) {
    let mut areas = Codelist::new("CL_AREA");
    let item = |code: &str, parent: Option<&str>, texts: &[(&str, &str)]| Item {
        code: code.to_owned(),
        parent: parent.map(str::to_owned),
        labels: labels(texts),
        ..Item::default()
    };
    areas.push(item("KZ", None, &[("en", "Kazakhstan"), ("kk", "Қазақстан")])).unwrap();
    areas.push(item("10", Some("KZ"), &[("en", "Abai"), ("kk", "Абай облысы")])).unwrap();
    let variables = vec![
        Variable {
            names: labels(&[("en", "Area"), ("kk", "Аумақ")]),
            codelist: Some(Arc::new(areas)),
            representation: Some(Reference::new(Class::Codelist, "BNS", "CL_AREA", "1.0")),
            ..Variable::new(Component::identifier("REF_AREA", DataType::String))
        },
        Variable::new(Component::identifier("TIME_PERIOD", DataType::TimePeriod)),
        Variable {
            unit: labels(&[("en", "thousand persons"), ("kk", "мың адам")]),
            decimals: Some(1),
            ..Variable::new(Component::measure("OBS_VALUE", DataType::Number))
        },
        Variable::new(Component::attribute("OBS_STATUS", DataType::String)),
        Variable {
            attachment: Attachment::Dimensions(vec!["REF_AREA".to_owned()]),
            names: labels(&[("en", "Compiled by"), ("kk", "Құрастырушы")]),
            ..Variable::new(Component::attribute("COMPILER", DataType::String))
        },
        Variable {
            attachment: Attachment::Dataset,
            ..Variable::new(Component::attribute("METHOD", DataType::String))
        },
    ];
    let description = Description {
        id: "JOBS [2023]: a/b".to_owned(),
        names: labels(&[
            ("en", "Jobs in the creative industries"),
            ("kk", "Креативті салалардағы жұмыс орындары"),
        ]),
        variables,
        notes: vec![
            Note {
                on: vec![("REF_AREA".to_owned(), "10".to_owned())],
                texts: labels(&[("en", "Formed in 2022."), ("kk", "2022 жылы құрылды.")]),
                is_mandatory: true,
            },
            Note { texts: labels(&[("en", "Without the self-employed.")]), ..Note::default() },
        ],
        source: labels(&[("en", "Bureau of National Statistics")]),
        updated: Some("2024-05-01".to_owned()),
        ..Description::default()
    };
    let rows = [
        ["KZ", "2022", "95.0", "A", "BNS", "=survey"],
        ["KZ", "2023", "143.60", "A", "BNS", "=survey"],
        ["10", "2022", "", "M", "Abai department", "=survey"],
        ["10", "2023", "1234567.5", "P", "Abai department", "=survey"],
    ];
    let rows = rows.map(|row| row.map(|text| Some(text).filter(|t| !t.is_empty())).to_vec());
    (description, rows.to_vec())
}

#[test]
fn a_page_in_the_readers_language() {
    let (bytes, losses) = written(&[jobs()], "kk");
    assert_eq!(losses, [""; 0]);
    insta::assert_snapshot!(sheet(&bytes, "JOBS 2023 a b"));
    let (again, _) = written(&[jobs()], "kk");
    assert!(bytes == again, "the same data give the same bytes");
    if let Some(path) = std::env::var_os("OLSHEM_KEEP_WORKBOOK") {
        std::fs::write(path, &bytes).unwrap();
    }
}

#[test]
fn the_sheets_behind_the_page() {
    let (bytes, _) = written(&[jobs()], "en");
    let shown =
        ["codelists", "structure", "data"].map(|name| format!("{name}\n{}", sheet(&bytes, name)));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_was_written_is_read_back() {
    let (description, rows) = jobs();
    let mut second = description.clone();
    second.id = "history".to_owned();
    second.notes.clear();
    let both = [(description, rows.clone()), (second, rows)];
    let (bytes, _) = written(&both, "en");
    let collected = read(bytes);
    assert_eq!(collected.datasets.len(), 2);
    for ((description, rows), (again, observations)) in both.iter().zip(&collected.datasets) {
        assert_eq!(again, description);
        let rows: Vec<Vec<Option<String>>> = rows
            .iter()
            .map(|row| row.iter().map(|text| text.map(str::to_owned)).collect())
            .collect();
        assert_eq!(texts(observations), rows);
    }
    let place = collected.datasets[1].1[0].origins.place(2, 1);
    assert_eq!(place.to_string(), "book.xlsx: sheet \"data 2\", cell B4");
}

#[test]
fn other_workbooks_need_a_declaration() {
    let mut other = rust_xlsxwriter::Workbook::new();
    other.add_worksheet().set_name("structure").unwrap().write_string(0, 0, "Structure").unwrap();
    let content = Content::in_memory("book.xlsx", other.save_to_buffer().unwrap());
    let faults = collect(&content, &Known::default()).unwrap_err();
    insta::assert_snapshot!(crate::told(&faults), @"
    book.xlsx: a workbook does not say which of its cells are data (F052)
      help: `olshem inspect` shows the tables in it, `olshem source add` declares how to read them
    ");
}

#[test]
fn more_rows_than_a_sheet_has_are_refused() {
    let description = Description {
        id: "D".to_owned(),
        variables: vec![Variable::new(Component::identifier("A", DataType::String))],
        ..Description::default()
    };
    let rows: Rows<'_> = vec![vec![Some("a")]; 8192];
    let batch = observations(&description, &rows);
    let mut writer =
        writer(Kind::Workbook, Box::new(Kept::default()), &Writing::default()).unwrap();
    writer.dataset(description).unwrap();
    let fault = (0..129).find_map(|_| writer.observations(batch.clone()).err()).unwrap();
    insta::assert_snapshot!(crate::told(&[fault]), @"
    olshem: the data set has more observations than a sheet has rows, 1,048,576 (F035)
      help: take a part of it, or write CSV or Parquet
    ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_observations_are_read_back(
        id in "\\PC{0,40}",
        rows in prop::collection::vec(
            (
                prop::option::of("[^\\p{Cc}\u{feff}\u{fffe}\u{ffff}]{1,12}|[=+@-][0-9A-Z]{1,4}|_x00[0-9A-F]{2}_"),
                prop::option::of("-?[0-9]{1,18}(\\.[0-9]{1,18})?|-?0\\.0{0,6}[0-9]{1,9}|NaN|1e5"),
                prop::option::of("(19|20)[0-9]{2}(-Q[1-4])?"),
            ),
            0..20,
        ),
    ) {
        let description = Description {
            id: id.clone(),
            variables: vec![
                Variable::new(Component::identifier("AREA", DataType::String)),
                Variable::new(Component::identifier("TIME", DataType::TimePeriod)),
                Variable::new(Component::measure("VALUE", DataType::Number)),
            ],
            ..Description::default()
        };
        let rows: Rows<'_> = rows
            .iter()
            // A row of which nothing is said is no row.
            .map(|(area, value, time)| vec![
                Some(area.as_deref().unwrap_or("x")), time.as_deref(), value.as_deref(),
            ])
            .collect();
        let (bytes, _) = written(&[(description, rows.clone())], "en");
        let collected = read(bytes);
        let rows: Vec<Vec<Option<String>>> =
            rows.iter().map(|row| row.iter().map(|text| text.map(str::to_owned)).collect()).collect();
        prop_assert_eq!(texts(&collected.datasets[0].1), rows);
        if !id.is_empty() {
            prop_assert_eq!(&collected.datasets[0].0.id, &id);
        }
    }
}
