//! SDMX-ML as it is written: read back, it says the same.

use crate::{shared, told};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use olshem_formats::files::{Known, Writing, collect, writer};
use olshem_formats::message::{
    Collected, Description, Extra, Header, Lines, Note, Observations, Variable,
};
use olshem_formats::metadata::{
    Artefact, Attachment, Class, Concept, Constraint, Definition, Hierarchy, Metadata, Node, Part,
    Reference, Region, Representation, Transformation,
};
use olshem_formats::sdmx::AT_OBSERVATION;
use olshem_formats::{Content, Kind};
use olshem_model::codelist::{Annotation, Item, Labels};
use olshem_model::{Codelist, Component, DataType, Diagnostic};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

const KINDS: [Kind; 2] = [Kind::SdmxMl21, Kind::SdmxMl30];
/// The other ways in which 2.1 writes data.
const FORMS: [Kind; 3] =
    [Kind::SdmxMl21Generic, Kind::SdmxMl21TimeSeries, Kind::SdmxMl21GenericTimeSeries];

/// What is written of something read: the data, the structures that have no room beside them, and
/// what was lost.
struct Written {
    message: String,
    structures: Option<Metadata>,
    lost: Vec<String>,
}

fn written(read: &Collected, kind: Kind) -> Written {
    try_written(read, kind).unwrap_or_else(|fault| panic!("{}", told(&[fault])))
}

/// The same, or why there is no such data set in that format.
fn try_written(read: &Collected, kind: Kind) -> Result<Written, Diagnostic> {
    let mut bytes = Vec::new();
    let mut writer = writer(kind, Box::new(&mut bytes), &Writing::default()).unwrap();
    writer.header(read.header.clone()).unwrap();
    if !read.metadata.is_empty() {
        writer.metadata(read.metadata.clone()).unwrap();
    }
    for (description, batches) in &read.datasets {
        writer.dataset(description.clone())?;
        for observations in batches {
            writer.observations(observations.clone()).unwrap();
        }
    }
    let structures = writer.left_out();
    let lost = writer.finish().unwrap().into_iter().map(|loss| loss.0).collect();
    Ok(Written { message: String::from_utf8(bytes).unwrap(), structures, lost })
}

/// What is read of what was written, its structures from their own message.
fn read_back(written: &Written, kind: Kind) -> Collected {
    let mut metadata = Metadata::default();
    if let Some(structures) = &written.structures {
        let alone = Collected { metadata: structures.clone(), ..Collected::default() };
        let of_21 = FORMS.contains(&kind);
        let kind = if of_21 { Kind::SdmxMl21 } else { kind };
        metadata = read_back(&self::written(&alone, kind), kind).metadata;
    }
    let known = Known::new(metadata, None);
    let content = Content::in_memory("written.xml", written.message.clone());
    let (found, read) =
        collect(&content, &known).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    assert_eq!(found, kind);
    read
}

/// The observations, each with its values by name; in any order, for those of one series come
/// together.
fn observations(read: &Collected) -> Vec<BTreeMap<String, String>> {
    let mut all = Vec::new();
    for (description, batches) in &read.datasets {
        for observations in batches {
            for row in 0..observations.batch.num_rows() {
                let values = description.variables.iter().zip(observations.batch.columns());
                let values = values.filter_map(|(variable, column)| {
                    let column = column.as_string_view();
                    let name = variable.component.name.clone();
                    column.is_valid(row).then(|| (name, column.value(row).to_owned()))
                });
                all.push(values.collect());
            }
        }
    }
    all.sort();
    all
}

/// Every sample that is read is written in both versions and in each form, but for what is no time
/// series, and has the same observations there.
#[test]
fn samples_come_back() {
    let Some(root) = shared("data/formats/sdmx") else { return };
    let (mut compared, mut without_structure, mut series) = (0, 0, 0);
    for file in crate::sdmx_ml::files(&root) {
        let known = Known::new(Metadata::default(), file.parent().map(Path::to_path_buf));
        let Ok((_, mut read)) = collect(&Content::file(&file), &known) else { continue };
        let structures = read.datasets.iter().filter_map(|(d, _)| d.structure.clone());
        for structure in structures.collect::<Vec<_>>() {
            read.metadata.extend(known.defining(&structure).cloned().unwrap_or_default());
        }
        let is_known = |(description, _): &(Description, Vec<Observations>)| {
            let structure = description.structure.as_ref();
            structure.is_none_or(|structure| read.metadata.structure(structure).is_some())
        };
        if !read.datasets.iter().all(is_known) {
            // Generic data tell what their components are, structure-specific data don't.
            without_structure += 1;
            continue;
        }
        let is_data = !read.datasets.is_empty();
        for kind in KINDS.into_iter().chain(FORMS.into_iter().filter(|_| is_data)) {
            let is_series = !KINDS.contains(&kind) && kind != Kind::SdmxMl21Generic;
            let written = match try_written(&read, kind) {
                Err(_) if is_series => continue,
                written => written.unwrap_or_else(|fault| panic!("{}", told(&[fault]))),
            };
            series += usize::from(is_series);
            let back = read_back(&written, kind);
            let (before, after) = (observations(&read), observations(&back));
            assert_eq!(before.len(), after.len(), "{} as {kind}", file.display());
            // 2.1 has the id of the measure, and no lists.
            let is_told = written.lost.iter().any(|l| l.contains("measure") || l.contains("lists"));
            if !is_told {
                assert!(before == after, "{} as {kind}", file.display());
                compared += before.len();
            }
        }
    }
    assert!(series > 0, "no time series");
    println!("{compared} observations compared, {without_structure} files without structure");
}

fn labels(texts: &[(&str, &str)]) -> Labels {
    texts.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
}

fn attribute(name: &str, attachment: Attachment) -> Variable {
    Variable { attachment, ..Variable::new(Component::attribute(name, DataType::String)) }
}

fn observations_of(columns: &[&[Option<&str>]]) -> Observations {
    let arrays = columns.iter().map(|values| {
        let mut builder = StringViewBuilder::new();
        values.iter().for_each(|value| builder.append_option(*value));
        Arc::new(builder.finish()) as ArrayRef
    });
    let arrays: Vec<ArrayRef> = arrays.collect();
    let fields: Vec<Field> = (0..arrays.len())
        .map(|at| Field::new(format!("c{at}"), ArrowType::Utf8View, true))
        .collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let lines = (1..).take(batch.num_rows()).collect();
    let origins = Arc::new(Lines { file: Arc::from(Path::new("table.csv")), lines });
    Observations { batch, origins }
}

/// A table as an office publishes it: codes that are no ids, markup in a label, attributes at every
/// level, a list, a footnote.
fn table() -> Collected {
    let mut ages = Codelist::new("ages");
    for (code, parent, label) in
        [("T", None, "Total"), ("0-64", Some("T"), "under <65>"), ("65+", Some("T"), "65 & over")]
    {
        let parent = parent.map(str::to_owned);
        let labels = labels(&[("en", label)]);
        let item = Item { code: code.to_owned(), parent, labels, ..Item::default() };
        ages.push(item).unwrap();
    }
    let age = Variable {
        codelist: Some(Arc::new(ages)),
        names: labels(&[("en", "Age"), ("ru", "Возраст")]),
        ..Variable::new(Component::identifier("age group", DataType::String))
    };
    let variables = vec![
        age,
        Variable::new(Component::identifier("year", DataType::TimePeriod)),
        Variable {
            decimals: Some(1),
            unit: labels(&[("en", "persons")]),
            ..Variable::new(Component::measure("people", DataType::Number))
        },
        attribute("source", Attachment::Dataset),
        attribute("title", Attachment::Dimensions(vec!["age group".to_owned()])),
        Variable { is_list: true, ..attribute("flags", Attachment::Observation) },
    ];
    let description = Description {
        id: "population by age".to_owned(),
        names: labels(&[("en", "Population by age")]),
        variables,
        notes: vec![Note {
            on: vec![("age group".to_owned(), "65+".to_owned())],
            texts: labels(&[("en", "\"Over\" means 65 and more.")]),
            is_mandatory: true,
        }],
        source: labels(&[("en", "Bureau of statistics")]),
        ..Description::default()
    };
    let rows = observations_of(&[
        &[Some("T"), Some("T"), Some("65+"), Some("65+")],
        &[Some("2023"), Some("2024"), Some("2023"), Some("2024")],
        &[Some("19900.0"), Some("20000.5"), None, Some("1800.50")],
        &[None, Some("census"), None, None],
        &[Some("All"), Some("All"), Some("Old\nage"), Some("Old\nage")],
        &[None, Some(r#"["E","P"]"#), Some(r#"["M"]"#), None],
    ]);
    Collected {
        header: Header {
            id: Some("POP".to_owned()),
            prepared: Some("2026-11-24T09:00:00Z".to_owned()),
            sender: Some("KZ1".to_owned()),
            remarks: vec!["Only a part.".to_owned()],
            ..Header::default()
        },
        datasets: vec![(description, vec![rows])],
        ..Collected::default()
    }
}

#[test]
fn a_table_without_structure() {
    for (kind, name) in KINDS.into_iter().zip(["table_21", "table_30"]) {
        let written = written(&table(), kind);
        insta::assert_snapshot!(name, format!("{}\n{}", written.message, written.lost.join("\n")));
        let structures =
            Collected { metadata: written.structures.unwrap(), ..Collected::default() };
        let structures = self::written(&structures, kind);
        let lost = structures.lost.join("\n");
        insta::assert_snapshot!(
            format!("{name}_structures"),
            format!("{}\n{lost}", structures.message)
        );
    }
}

/// The same in the other forms of 2.1.
#[test]
fn a_table_in_each_form() {
    for (kind, name) in FORMS.into_iter().zip(["generic", "time_series", "generic_time_series"]) {
        let written = written(&table(), kind);
        insta::assert_snapshot!(format!("table_21_{name}"), written.message);
        let as_specific = self::written(&table(), Kind::SdmxMl21);
        let back = read_back(&written, kind);
        let note = Note {
            on: vec![("age_group".to_owned(), "65_".to_owned())],
            ..table().datasets[0].0.notes[0].clone()
        };
        assert_eq!(back.datasets[0].0.notes, [note], "{name}");
        assert_eq!(
            observations(&back),
            observations(&read_back(&as_specific, Kind::SdmxMl21)),
            "{name}"
        );
    }
}

/// What has no time, or is asked for over another dimension, is no time series.
#[test]
fn time_series_are_over_time() {
    let mut read = table();
    let over = Extra {
        keyword: AT_OBSERVATION.to_owned(),
        values: vec!["age group".to_owned()],
        ..Extra::default()
    };
    read.datasets[0].0.extras.push(over);
    for kind in [Kind::SdmxMl21TimeSeries, Kind::SdmxMl21GenericTimeSeries] {
        let fault = try_written(&read, kind).err().unwrap();
        assert!(fault.message.contains("no series over time"), "{}", fault.message);
    }
    assert!(try_written(&read, Kind::SdmxMl21Generic).is_ok());
}

/// 3.0 has several measures; in 2.1 a dimension tells them apart.
#[test]
fn several_measures() {
    let variables = vec![
        Variable::new(Component::identifier("REF_AREA", DataType::String)),
        Variable::new(Component::identifier("TIME_PERIOD", DataType::TimePeriod)),
        Variable::new(Component::measure("OBS_VALUE", DataType::Number)),
        Variable::new(Component::measure("OBS_LOW", DataType::Number)),
        attribute("OBS_STATUS", Attachment::Observation),
    ];
    let description = Description { id: "GVA".to_owned(), variables, ..Description::default() };
    let rows = observations_of(&[
        &[Some("KZ"), Some("KZ")],
        &[Some("2023"), Some("2024")],
        &[Some("2.7"), None],
        &[Some("2.65"), None],
        &[Some("A"), Some("M")],
    ]);
    let read = Collected { datasets: vec![(description, vec![rows])], ..Collected::default() };
    let back = read_back(&written(&read, Kind::SdmxMl30), Kind::SdmxMl30);
    assert_eq!(observations(&read), observations(&back));
    let back = read_back(&written(&read, Kind::SdmxMl21), Kind::SdmxMl21);
    let generic = read_back(&written(&read, Kind::SdmxMl21Generic), Kind::SdmxMl21Generic);
    assert_eq!(observations(&generic), observations(&back));
    let told: Vec<String> =
        observations(&back).iter().map(|values| format!("{values:?}")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    {"MEASURE": "OBS_LOW", "OBS_STATUS": "A", "OBS_VALUE": "2.65", "REF_AREA": "KZ", "TIME_PERIOD": "2023"}
    {"MEASURE": "OBS_VALUE", "OBS_STATUS": "A", "OBS_VALUE": "2.7", "REF_AREA": "KZ", "TIME_PERIOD": "2023"}
    {"MEASURE": "OBS_VALUE", "OBS_STATUS": "M", "REF_AREA": "KZ", "TIME_PERIOD": "2024"}
    "#);
}

/// An attribute of the whole data set can't have two values.
#[test]
fn an_attribute_contradicts_its_level() {
    let mut read = table();
    let (_, batches) = &mut read.datasets[0];
    *batches = vec![observations_of(&[
        &[Some("T"), Some("T")],
        &[Some("2023"), Some("2024")],
        &[Some("1"), Some("2")],
        &[Some("census"), Some("register")],
        &[None, None],
        &[None, None],
    ])];
    let mut writer =
        writer(Kind::SdmxMl21, Box::new(std::io::sink()), &Writing::default()).unwrap();
    let (description, batches) = &read.datasets[0];
    writer.dataset(description.clone()).unwrap();
    let fault = writer.observations(batches[0].clone()).unwrap_err();
    insta::assert_snapshot!(
        told(&[fault]),
        @"table.csv: line 2: `source` has two values where by its structure it has one (F032)"
    );
}

fn id() -> impl Strategy<Value = String> {
    "[A-Z][A-Z0-9_]{0,6}"
}

/// Text without what XML can't hold, and without blanks at its ends, which no reader keeps.
fn text() -> impl Strategy<Value = String> {
    "[a-zа-я<&\"'é]{1,8}( [a-z>\\]&;#]{1,6}){0,2}"
}

fn names() -> impl Strategy<Value = Labels> {
    prop::collection::btree_map(prop::sample::select(vec!["en", "kk", "ru"]), text(), 1..3)
        .prop_map(|names| names.into_iter().map(|(l, t)| (l.to_owned(), t)).collect())
}

fn annotations() -> impl Strategy<Value = Vec<Annotation>> {
    let annotation = (prop::option::of(id()), prop::option::of(text()), names());
    let annotation = annotation.prop_map(|(id, title, texts)| Annotation {
        id,
        kind: Some("REMARK".to_owned()),
        title,
        url: None,
        texts,
    });
    prop::collection::vec(annotation, 0..2)
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let item = (id(), names(), annotations(), any::<prop::sample::Index>(), any::<bool>());
    prop::collection::vec(item, 1..6).prop_map(|made| {
        let mut items: Vec<Item> = Vec::new();
        for (code, labels, annotations, parent, has_parent) in made {
            if items.iter().any(|item| item.code == code) {
                continue;
            }
            let parent = (has_parent && !items.is_empty()).then(|| parent.get(&items).code.clone());
            items.push(Item { code, parent, labels, annotations, ..Item::default() });
        }
        items
    })
}

fn codelist(id: &str, items: Vec<Item>, names: &Labels) -> Artefact<Codelist> {
    let mut list = Codelist::new(id);
    items.into_iter().for_each(|item| list.push(item).unwrap());
    Artefact::new(Reference::new(Class::Codelist, "KZ1", id, "1.0"), names.clone(), list)
}

fn single() -> Representation {
    Representation { max_occurs: Some(1), ..Representation::default() }
}

/// A structure with two dimensions and time, a group, attributes at every level, a constraint, a
/// hierarchy and a transformation; all that 2.1 and 3.0 both can say.
fn structures() -> impl Strategy<Value = Metadata> {
    (items(), items(), names(), annotations(), any::<bool>()).prop_map(
        |(first, second, names, annotations, mandatory)| {
            let lists = [("CL_A", first), ("CL_B", second)];
            let nodes = lists[0].1.iter().map(|item| Node {
                id: item.code.clone(),
                code: Reference::new(Class::Codelist, "KZ1", "CL_A", "1.0").item(&item.code),
                valid_from: None,
                valid_to: Some("2020-01-01T00:00:00".to_owned()),
                annotations: annotations.clone(),
                children: Vec::new(),
            });
            let item = Item { code: "H".to_owned(), labels: names.clone(), ..Item::default() };
            let hierarchy = Hierarchy { item, levels: Vec::new(), nodes: nodes.collect() };
            let codelists: Vec<Artefact<Codelist>> =
                lists.into_iter().map(|(id, items)| codelist(id, items, &names)).collect();
            let scheme = Reference::new(Class::ConceptScheme, "KZ1", "CS", "1.0");
            let attribute = |attachment: Attachment| Part::Attribute { attachment, mandatory };
            let of = |dimensions: &[&str]| dimensions.iter().map(|d| (*d).to_owned()).collect();
            let parts = [
                ("A", Part::Dimension, Some(0)),
                ("B", Part::Dimension, Some(1)),
                ("TIME_PERIOD", Part::TimeDimension, None),
                ("G", Part::Group(of(&["B"])), None),
                ("OF_ALL", attribute(Attachment::Dataset), None),
                ("OF_GROUP", attribute(Attachment::Group("G".to_owned())), None),
                ("OF_SERIES", attribute(Attachment::Dimensions(of(&["A", "B"]))), None),
                ("OF_ONE", attribute(Attachment::Observation), Some(0)),
                ("OBS_VALUE", Part::Measure, None),
            ];
            let definition = |(id, part, list): (&str, Part, Option<usize>)| {
                let is_component = !matches!(part, Part::Group(_));
                let text_type = match &part {
                    Part::TimeDimension => Some("ObservationalTimePeriod"),
                    Part::Measure => Some("Double"),
                    _ => None,
                };
                Definition {
                    id: id.to_owned(),
                    concept: is_component.then(|| scheme.item(id)),
                    representation: Representation {
                        codelist: list.map(|list| codelists[list].reference.clone()),
                        text_type: text_type.map(str::to_owned),
                        ..single()
                    },
                    annotations: annotations.clone(),
                    part,
                }
            };
            let definitions: Vec<Definition> = parts.into_iter().map(definition).collect();
            let concept = |d: &Definition| Concept {
                item: Item { code: d.id.clone(), labels: names.clone(), ..Item::default() },
                representation: single(),
            };
            let concepts = definitions.iter().filter(|d| d.concept.is_some()).map(concept);
            let structure = Reference::new(Class::DataStructure, "KZ1", "DSD", "1.0");
            let dataflow = Reference::new(Class::Dataflow, "KZ1", "FLOW", "1.0");
            let values = codelists[0].content.items().iter().map(|item| item.code.clone());
            let region = Region {
                included: true,
                values: [("A".to_owned(), values.collect())].into(),
                ..Region::default()
            };
            let constraint = Constraint {
                is_actual: true,
                attached: vec![dataflow.clone()],
                regions: vec![region],
            };
            let transformation = Transformation {
                item: Item { code: "T".to_owned(), labels: names.clone(), ..Item::default() },
                result: "b".to_owned(),
                is_persistent: mandatory,
                expression: "a[filter x < 3 and y <> \"&\"]".to_owned(),
            };
            let named = |class: Class, id: &str| Reference::new(class, "KZ1", id, "1.0");
            let mut scheme_of_vtl = Artefact::new(
                named(Class::TransformationScheme, "TS"),
                names.clone(),
                vec![transformation],
            );
            scheme_of_vtl.annotations.push(Annotation {
                kind: Some("vtlVersion".to_owned()),
                title: Some("2.0".to_owned()),
                ..Annotation::default()
            });
            Metadata {
                concept_schemes: vec![Artefact::new(scheme, names.clone(), concepts.collect())],
                structures: vec![Artefact::new(structure.clone(), names.clone(), definitions)],
                dataflows: vec![Artefact::new(dataflow, names.clone(), Some(structure))],
                hierarchies: vec![Artefact::new(
                    named(Class::HierarchicalCodelist, "HCL"),
                    names.clone(),
                    vec![hierarchy],
                )],
                constraints: vec![Artefact::new(
                    named(Class::Constraint, "CC"),
                    names.clone(),
                    constraint,
                )],
                transformation_schemes: vec![scheme_of_vtl],
                codelists,
                ..Metadata::default()
            }
        },
    )
}

/// Rows of a data set of those structures: no two with one key, and what is said of all, of a group
/// and of a series the same wherever that is the same.
fn rows() -> impl Strategy<Value = Vec<[Option<String>; 8]>> {
    let row = (
        0..3_usize,
        0..3_usize,
        2000..2004_u32,
        prop::option::of("-?[0-9]{1,3}(\\.[0-9]{1,3})?"),
        prop::option::of(id()),
    );
    (prop::collection::vec(row, 0..20), prop::option::of(text()), any::<bool>()).prop_map(
        |(rows, of_all, by_group)| {
            let mut keys = BTreeSet::new();
            let mut made = Vec::new();
            for (a, b, year, value, one) in rows {
                if keys.insert((a, b, year)) {
                    made.push([
                        Some(format!("A{a}")),
                        Some(format!("B{b}")),
                        Some(year.to_string()),
                        value,
                        of_all.clone(),
                        by_group.then(|| format!("group <{b}>")),
                        (a > 0).then(|| format!("series {a}\t{b}")),
                        one,
                    ]);
                }
            }
            made
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn structures_come_back(metadata in structures()) {
        for kind in KINDS {
            let read = Collected { metadata: metadata.clone(), ..Collected::default() };
            let written = written(&read, kind);
            prop_assert_eq!(&written.lost, &Vec::<String>::new());
            let mut back = read_back(&written, kind).metadata;
            let mut before = metadata.clone();
            for metadata in [&mut before, &mut back] {
                for structure in &mut metadata.structures {
                    // Groups, attributes and measures come in an order of their own.
                    structure.content.sort_by(|a, b| a.id.cmp(&b.id));
                }
                for artefact in &mut metadata.hierarchies {
                    // 3.0 names the artefact and its hierarchy alike.
                    artefact.reference.class = Class::Hierarchy;
                    artefact.content[0].item = Item::default();
                }
            }
            prop_assert_eq!(before, back);
        }
    }

    #[test]
    fn data_come_back(metadata in structures(), rows in rows()) {
        let flow = Reference::new(Class::Dataflow, "KZ1", "FLOW", "1.0");
        let description = metadata.describe(&flow).unwrap();
        let order = ["A", "B", "TIME_PERIOD", "OBS_VALUE", "OF_ALL", "OF_GROUP", "OF_SERIES", "OF_ONE"];
        let names = description.variables.iter().map(|v| v.component.name.as_str());
        prop_assert_eq!(names.collect::<Vec<_>>(), order);
        let columns: Vec<Vec<Option<&str>>> =
            (0..order.len()).map(|c| rows.iter().map(|row| row[c].as_deref()).collect()).collect();
        let columns: Vec<&[Option<&str>]> = columns.iter().map(Vec::as_slice).collect();
        let datasets = vec![(description, vec![observations_of(&columns)])];
        let read = Collected { metadata, datasets, ..Collected::default() };
        for kind in KINDS {
            let written = written(&read, kind);
            prop_assert_eq!(&written.lost, &Vec::<String>::new());
            let back = read_back(&written, kind);
            prop_assert_eq!(observations(&read), observations(&back));
            prop_assert_eq!(&read.datasets[0].0.variables, &back.datasets[0].0.variables);
        }
    }
}
