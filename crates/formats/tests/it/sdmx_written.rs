//! What our writers of SDMX write, read again.

use crate::sdmx_json::rows;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use olshem_formats::files::{Known, Writing, collect, writer};
use olshem_formats::message::{
    Action, Collected, Description, Header, Lines, Loss, Note, Observations, Variable,
};
use olshem_formats::metadata::{Attachment, Class, Metadata, Reference, Representation};
use olshem_formats::{Content, Kind};
use olshem_model::codelist::{Annotation, Item, Labels};
use olshem_model::{Codelist, Component, DataType, Role};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The bytes of a file of that format, and what it could not hold.
fn write(collected: &Collected, kind: Kind) -> (Vec<u8>, Vec<Loss>) {
    let mut bytes = Vec::new();
    let mut writer = writer(kind, Box::new(&mut bytes), &Writing::default()).unwrap();
    writer.header(collected.header.clone()).unwrap();
    if !collected.metadata.is_empty() {
        writer.metadata(collected.metadata.clone()).unwrap();
    }
    for (description, observations) in &collected.datasets {
        writer.dataset(description.clone()).unwrap();
        for batch in observations {
            writer.observations(batch.clone()).unwrap();
        }
    }
    let losses = writer.finish().unwrap();
    (bytes, losses)
}

fn read(bytes: &[u8], kind: Kind) -> Collected {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let content = Content::in_memory("written", bytes.to_vec());
    match collect(&content, &Known::default()) {
        Ok((read, collected)) => {
            assert_eq!(read, kind, "{text}");
            collected
        }
        Err(faults) => panic!("{}\n{text}", crate::told(&faults)),
    }
}

fn labels(text: &str) -> Labels {
    Labels::from([("en".to_owned(), text.to_owned()), ("kk".to_owned(), format!("{text} kk"))])
}

/// A codelist of these codes, the second below the first.
fn codelist(id: &str, codes: &[&str]) -> Arc<Codelist> {
    let mut list = Codelist::new(id);
    for (n, code) in codes.iter().enumerate() {
        let note = Annotation {
            id: Some("A1".into()),
            kind: Some("NOTE".into()),
            title: Some("see \"there\"".into()),
            url: Some("https://example.org/note".into()),
            texts: labels("note"),
        };
        let item = Item {
            code: (*code).to_owned(),
            parent: (n == 1).then(|| codes[0].to_owned()),
            labels: labels(&format!("label of {code}")),
            descriptions: if n == 0 { labels("described") } else { Labels::new() },
            annotations: if n == 0 { vec![note] } else { Vec::new() },
            aliases: Vec::new(),
        };
        list.push(item).unwrap();
    }
    Arc::new(list)
}

const AREAS: &[&str] = &["KZ", "KZ-71", "a b.c", "_T"];
const STATUSES: &[&str] = &["A", "E"];

/// The components of the data sets that are written.
fn variables() -> Vec<Variable> {
    let scheme = Reference::new(Class::ConceptScheme, "KZ", "CS", "1.0");
    let variable = |component: Component| Variable {
        names: labels(&component.name),
        concept: Some(scheme.item(&component.name)),
        ..Variable::new(component)
    };
    let text = DataType::String;
    vec![
        Variable {
            codelist: Some(codelist("REF_AREA", AREAS)),
            representation: Some(Reference::new(Class::Codelist, "KZ", "CL_AREA", "2.0")),
            ..variable(Component::identifier("REF_AREA", text))
        },
        variable(Component::identifier("TIME_PERIOD", DataType::TimePeriod)),
        Variable {
            decimals: Some(2),
            ..variable(Component::measure("OBS_VALUE", DataType::Number))
        },
        Variable {
            codelist: Some(codelist("OBS_STATUS", STATUSES)),
            ..variable(Component::attribute("OBS_STATUS", text))
        },
        variable(Component::attribute("COMMENT", text)),
        Variable {
            attachment: Attachment::Dimensions(vec!["REF_AREA".into()]),
            ..variable(Component::attribute("TITLE", text))
        },
        Variable {
            attachment: Attachment::Dataset,
            is_list: true,
            ..variable(Component::attribute("SOURCES", text))
        },
    ]
}

/// A row: a cell for each of the variables.
type Row = Vec<Option<String>>;

fn row() -> impl Strategy<Value = Row> {
    let text = "[a=+@'\"\\\\;:,\n\té{}\\[\\]-]{1,8}";
    let area = prop::sample::select(AREAS).prop_map(|area| Some(area.to_owned()));
    let time = (2000..2030u32).prop_map(|year| Some(year.to_string()));
    let number = prop::option::of("-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?|NaN|007|1e5");
    let status = prop::option::of(prop::sample::select(STATUSES).prop_map(str::to_owned));
    let list = prop::option::of(
        prop::collection::vec(text, 1..3).prop_map(|list| serde_json::to_string(&list).unwrap()),
    );
    (area, time, number, status, prop::option::of(text), prop::option::of(text), list).prop_map(
        |(area, time, number, status, comment, title, sources)| {
            vec![area, time, number, status, comment, title, sources]
        },
    )
}

/// Data sets of such rows, each key once.
fn collected(datasets: Vec<(Action, Vec<Row>)>) -> Collected {
    let dataset = |(action, rows): (Action, Vec<Row>)| {
        let variables = variables();
        let mut keys = BTreeSet::new();
        let rows: Vec<Row> =
            rows.into_iter().filter(|row| keys.insert((row[0].clone(), row[1].clone()))).collect();
        let column = |n: usize| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row[n].as_deref()).collect::<StringViewArray>())
        };
        let fields =
            variables.iter().map(|v| Field::new(&v.component.name, ArrowType::Utf8View, true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let columns = (0..variables.len()).map(column).collect();
        let lines = Lines { file: Arc::from(Path::new("made up")), lines: vec![1; rows.len()] };
        let observations = Observations {
            batch: RecordBatch::try_new(schema, columns).unwrap(),
            origins: Arc::new(lines),
        };
        let description = Description {
            id: "GDP".into(),
            names: labels("GDP"),
            dataflow: Some(Reference::new(Class::Dataflow, "KZ", "GDP", "1.0")),
            structure: Some(Reference::new(Class::DataStructure, "KZ", "DSD_GDP", "1.0")),
            action,
            variables,
            notes: vec![
                Note {
                    on: vec![("OBS_STATUS".into(), String::new())],
                    texts: labels("on a component"),
                    is_mandatory: true,
                },
                Note { texts: labels("on all"), ..Note::default() },
            ],
            ..Description::default()
        };
        (description, vec![observations])
    };
    Collected {
        header: Header {
            id: Some("M1".into()),
            prepared: Some("2024-05-01T10:00:00Z".into()),
            sender: Some("KZ".into()),
            is_test: true,
            names: labels("message"),
            remarks: vec!["404: nothing else".into(), "a remark".into()],
        },
        metadata: Metadata::default(),
        datasets: datasets.into_iter().map(dataset).collect(),
    }
}

/// The cells of a data set; one without a value is empty.
fn cells(observations: &[Observations]) -> Vec<Vec<String>> {
    let mut cells = Vec::new();
    for batch in observations.iter().map(|observations| &observations.batch) {
        for row in 0..batch.num_rows() {
            let cell = |column: &ArrayRef| {
                let column = column.as_string_view();
                if column.is_valid(row) { column.value(row).to_owned() } else { String::new() }
            };
            cells.push(batch.columns().iter().map(cell).collect());
        }
    }
    cells
}

fn datasets() -> impl Strategy<Value = Collected> {
    use Action::{Append, Delete, Information, Replace};
    let action = prop::sample::select(&[Information, Append, Replace, Delete][..]);
    let dataset = (action, prop::collection::vec(row(), 1..12));
    // Of neighbours with one action SDMX-CSV can't tell where one ends.
    prop::collection::vec(dataset, 1..3).prop_map(|mut datasets| {
        datasets.dedup_by_key(|(action, _)| *action);
        collected(datasets)
    })
}

/// A variable with those codes of its list only that occur.
fn with_codes_that_occur(variable: &Variable, column: &ArrayRef) -> Variable {
    let occurring: BTreeSet<&str> = column.as_string_view().iter().flatten().collect();
    let mut variable = variable.clone();
    variable.codelist = variable.codelist.and_then(|list| {
        let mut some = Codelist::new(&variable.component.name);
        for item in list.items().iter().filter(|item| occurring.contains(item.code.as_str())) {
            let mut item = item.clone();
            // What is no id of SDMX's can't be said to be above others.
            item.parent = item.parent.filter(|parent| !parent.contains([' ', '.']));
            some.push(item).unwrap();
        }
        (!some.items().is_empty()).then(|| Arc::new(some))
    });
    variable
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sdmx_json_keeps_all_of_data(collected in datasets()) {
        let (bytes, losses) = write(&collected, Kind::SdmxJson2);
        prop_assert_eq!(losses, []);
        let again = read(&bytes, Kind::SdmxJson2);
        prop_assert_eq!(&again.header, &collected.header);
        prop_assert_eq!(again.datasets.len(), collected.datasets.len());
        for ((written, before), (read, after)) in collected.datasets.iter().zip(&again.datasets) {
            prop_assert_eq!(rows(read, after), rows(written, before));
            let columns = before[0].batch.columns().iter();
            let pairs = written.variables.iter().zip(columns);
            let variables = pairs.map(|(v, column)| with_codes_that_occur(v, column)).collect();
            prop_assert_eq!(read, &Description { variables, ..written.clone() });
        }
        prop_assert_eq!(write(&collected, Kind::SdmxJson2).0, bytes, "other bytes");
    }

    #[test]
    fn sdmx_json_1_keeps_all_values(collected in datasets()) {
        for kind in [Kind::SdmxJson1, Kind::SdmxJsonDraft] {
            let (bytes, losses) = write(&collected, kind);
            let again = read(&bytes, kind);
            let header = Header {
                names: match kind {
                    Kind::SdmxJson1 => collected.header.names.clone(),
                    _ => Labels::from([("und".to_owned(), "message".to_owned())]),
                },
                ..collected.header.clone()
            };
            prop_assert_eq!(&again.header, &header);
            prop_assert_eq!(again.datasets.len(), collected.datasets.len());
            for ((written, before), (read, after)) in collected.datasets.iter().zip(&again.datasets) {
                // There are no lists, and codes are ids.
                let mut expected = cells(before);
                for row in &mut expected {
                    row[0] = row[0].replace("a b.c", "a_b_c");
                    if let Ok(list) = serde_json::from_str::<Vec<String>>(&row[6]) {
                        row[6] = list.join(";");
                    }
                }
                prop_assert_eq!(cells(after), expected, "{}", kind);
                prop_assert_eq!(read.action, written.action);
                prop_assert_eq!((&read.dataflow, &read.structure), (&written.dataflow, &written.structure));
                let attachments = |description: &Description| -> Vec<Attachment> {
                    description.variables.iter().map(|v| v.attachment.clone()).collect()
                };
                prop_assert_eq!(attachments(read), attachments(written));
            }
            prop_assert!(losses.iter().any(|loss| loss.0.contains("SOURCES")), "{:?}", losses);
            prop_assert_eq!(write(&collected, kind).0, bytes, "other bytes");
        }
    }

    #[test]
    fn sdmx_csv_keeps_all_values(collected in datasets()) {
        for kind in [Kind::SdmxCsv1, Kind::SdmxCsv2] {
            let (bytes, _) = write(&collected, kind);
            let again = read(&bytes, kind);
            let all = |collected: &Collected| -> String {
                collected.datasets.iter().map(|(d, o)| rows(d, o)).collect()
            };
            if kind == Kind::SdmxCsv1 {
                // It knows no actions, and so all is one data set.
                let values = |text: String| -> Vec<String> {
                    text.lines().filter(|line| !line.starts_with("REF_AREA|")).map(str::to_owned).collect()
                };
                prop_assert_eq!(values(all(&again)), values(all(&collected)));
                continue;
            }
            prop_assert_eq!(all(&again), all(&collected));
            for ((written, _), (read, _)) in collected.datasets.iter().zip(&again.datasets) {
                prop_assert_eq!(read.action, written.action);
                prop_assert_eq!(&read.dataflow, &written.dataflow);
                let components = |description: &Description| -> Vec<(String, Role, bool)> {
                    let part = |v: &Variable| (v.component.name.clone(), v.component.role, v.is_list);
                    description.variables.iter().map(part).collect()
                };
                prop_assert_eq!(components(read), components(written));
            }
        }
    }
}

#[test]
fn structures_come_back() {
    let Some(folder) = crate::shared("data/formats/sdmx/v3/json/structure") else { return };
    let structures = |name| {
        let mut collected =
            collect(&Content::file(folder.join(name)), &Known::default()).unwrap().1;
        collected.metadata.others.clear();
        let (bytes, losses) = write(&collected, Kind::SdmxJson2);
        assert_eq!(losses, []);
        (collected.metadata, read(&bytes, Kind::SdmxJson2))
    };
    let (written, again) = structures("constructed-sample.json");
    assert_eq!(again.metadata, written);
    // This one gives codes a number of decimals, which version 2.0 doesn't allow.
    let (mut written, again) = structures("generated-sample.json");
    let drop_wrong = |representation: &mut Representation| {
        if representation.codelist.is_some() {
            representation
                .facets
                .retain(|facet, _| facet != "decimals" && facet != "isMultiLingual");
        }
    };
    let definitions = written.structures.iter_mut().flat_map(|structure| &mut structure.content);
    definitions.for_each(|definition| drop_wrong(&mut definition.representation));
    let concepts = written.concept_schemes.iter_mut().flat_map(|scheme| &mut scheme.content);
    concepts.for_each(|concept| drop_wrong(&mut concept.representation));
    assert_eq!(again.metadata, written);
}
