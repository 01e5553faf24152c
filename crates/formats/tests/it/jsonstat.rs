//! JSON-stat files, as published and as made up.

use crate::px::{assert_same, read, rows, sorted, table_of, written};
use crate::shared;
use olshem_formats::message::Collected;
use olshem_formats::{Content, Kind};
use olshem_model::Codelist;
use olshem_model::codelist::Item;
use std::sync::Arc;

/// What is read of each sample, or why it is refused.
#[test]
fn samples() {
    let Some(folder) = shared("data/formats/jsonstat") else { return };
    insta::assert_snapshot!("jsonstat_samples", table_of(&folder, "json"));
}

/// What is read of a sample, written and read again, is the same.
#[test]
fn samples_written() {
    let Some(folder) = shared("data/formats/jsonstat") else { return };
    for path in sorted(&folder, "json") {
        let Ok(mut once) = read(&Content::file(&path)) else { continue };
        if once.datasets.is_empty() {
            continue;
        }
        let (text, losses) = written(&once, Kind::JsonStat);
        assert_eq!(losses, [], "{}", path.display());
        let mut twice = read(&Content::in_memory(&path, text.clone().into_bytes())).unwrap();
        // A name in a bundle, or a file's.
        for ((once, _), (twice, _)) in once.datasets.iter().zip(&mut twice.datasets) {
            twice.id.clone_from(&once.id);
        }
        assert_eq!(written(&twice, Kind::JsonStat).0, text, "{}", path.display());
        // Where a unit does not tell its decimals, the writer has counted them.
        without_units(&mut once);
        without_units(&mut twice);
        assert_same(&once, &twice, &path.display().to_string());
    }
}

/// What a publisher has put where the format defines nothing, or something else, goes to `extension`, and
/// is found there again.
#[test]
fn foreign_members() {
    let once = r#"{"version": "2.0", "class": "dataset", "href": "https://example.org/a", "px": [1],
        "extension": {"px": 2}, "link": "none", "id": ["a"], "size": [2], "role": {"metric": ["a"]},
        "dimension": {"a": {"level": 1, "extension": {"unit": {"z": {"x": 1}}}, "category": {
            "index": ["x", "y"], "colour": {"x": "red"},
            "unit": {"x": {"label": "People", "unit": "P", "multiplier": "Units", "decimals": 1},
                     "y": {"label": "Index", "multiplier": 3, "position": "above"}}}}},
        "value": [10, 1.25]}"#;
    let once = read(&Content::in_memory("data.json", once.as_bytes().to_vec())).unwrap();
    let (text, losses) = written(&once, Kind::JsonStat);
    assert_eq!(losses, []);
    let twice = read(&Content::in_memory("data.json", text.clone().into_bytes())).unwrap();
    assert_eq!(written(&twice, Kind::JsonStat).0, text);
    let unit_of = |collected: &Collected, code: &str| {
        let list = collected.datasets[0].0.variables[0].codelist.clone().unwrap();
        let known = list.get(code).unwrap().annotations.iter();
        known.filter(|a| a.kind.as_deref() == Some("unit")).find_map(|a| a.title.clone()).unwrap()
    };
    let units = ["x", "y"].map(|code| unit_of(&twice, code)).join("\n");
    insta::assert_snapshot!(text.replace(",\"", ",\n\"") + &units);
}

fn without_units(collected: &mut Collected) {
    for variable in collected.datasets.iter_mut().flat_map(|(d, _)| &mut d.variables) {
        let Some(list) = &variable.codelist else { continue };
        let mut bare = Codelist::new(&list.id);
        for item in list.items() {
            bare.push(Item { annotations: Vec::new(), ..item.clone() }).unwrap();
        }
        variable.codelist = Some(Arc::new(bare));
    }
}

/// What is wrong is told with its line and member; none of it panics or takes long.
#[test]
fn hostile() {
    let dimension = r#""a": {"category": {"index": ["x", "y"]}}"#;
    let small = |rest: &str| {
        format!(
            "{{\"class\": \"dataset\", \"id\": [\"a\"], \"size\": [2],\n\
             \"dimension\": {{{dimension}}},\n{rest}}}"
        )
    };
    let category = |category: &str| {
        format!(
            "{{\"class\": \"dataset\", \"id\": [\"a\"], \"size\": [2], \"value\": [1, 2],\n\
             \"dimension\": {{\"a\": {{\"category\": {category}}}}}}}"
        )
    };
    let sizes = |size: &str| {
        small("\"value\": [1, 2]").replace("\"size\": [2]", &format!("\"size\": {size}"))
    };
    let ids: String = (0..70).map(|at| format!("\"v{at}\",")).collect();
    let twos = "2,".repeat(70);
    let many: String =
        (0..70).map(|at| format!("\"v{at}\":{{\"category\":{{\"index\":[0,1]}}}},")).collect();
    let huge = format!(
        "{{\"id\":[{}],\"size\":[{}],\"dimension\":{{{}}},\"value\":{{}}}}",
        ids.trim_end_matches(','),
        twos.trim_end_matches(','),
        many.trim_end_matches(',')
    );
    let deep = format!("{{\"value\":{}1{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let cases: &[(&str, String)] = &[
        ("nothing", "{".to_owned()),
        ("a list", "[1]".to_owned()),
        ("an error", r#"{"version": "2.0", "class": "error", "error": []}"#.to_owned()),
        ("something else", r#"{"size": 1}"#.to_owned()),
        ("deep", deep),
        ("a member twice", small("\"value\": [1, 2],\n\"value\": [1, 2]")),
        ("more after it", small("\"value\": [1, 2]") + "x"),
        ("no value", small("\"status\": \"e\"")),
        ("a value of its own", small("\"value\": 3")),
        ("values in lists", small("\"value\": [[1], [2]]")),
        ("too few values", small("\"value\": [1]")),
        ("too many values", small("\"value\": [1, 2, 3]")),
        ("position out of range", small("\"value\": {\"2\": 1}")),
        ("position with a zero", small("\"value\": {\"01\": 1}")),
        ("no position", small("\"value\": {\"x\": 1}")),
        ("an object as value", small("\"value\": {\"1\": {}}")),
        ("too many statuses", small("\"value\": [1, 2], \"status\": [\"a\", \"b\", \"c\"]")),
        ("status out of range", small("\"value\": [1, 2], \"status\": {\"2\": \"a\"}")),
        ("a status of 7", small("\"value\": [1, 2], \"status\": 7")),
        ("no sizes", sizes("2")),
        ("sizes missing", sizes("[]")),
        ("a size of zero", sizes("[0]")),
        ("a negative size", sizes("[-2]")),
        ("half a size", sizes("[2.5]")),
        ("a larger size", sizes("[3]")),
        ("an id twice", sizes("[2, 2]").replace("[\"a\"]", "[\"a\", \"a\"]")),
        ("no such dimension", sizes("[2]").replace("[\"a\"]", "[\"b\"]")),
        ("too many cells to count", huge),
        ("no index", category("{}")),
        ("two labels, no index", category(r#"{"label": {"x": "X", "y": "Y"}}"#)),
        ("index of a number", category(r#"{"index": 1}"#)),
        ("index of null", category(r#"{"index": ["x", null]}"#)),
        ("a code twice", category(r#"{"index": ["x", "x"]}"#)),
        ("a position twice", category(r#"{"index": {"x": 0, "y": 0}}"#)),
        ("a position beyond", category(r#"{"index": {"x": 0, "y": 2}}"#)),
        ("a number too long", small(&format!("\"value\": [1, {}]", "1".repeat(1000)))),
    ];
    let mut table = String::new();
    for (what, text) in cases {
        let told = match read(&Content::in_memory("data.json", text.clone().into_bytes())) {
            Ok(_) => "is read\n".to_owned(),
            Err(faults) => crate::told(&faults),
        };
        table += &format!("{what}: {told}");
    }
    insta::assert_snapshot!(table);
}

/// What a cube of one format holds stands in the other too.
#[test]
fn px_as_jsonstat() {
    let px = include_bytes!("../../../../fuzz/corpus/px/languages.px");
    let once = read(&Content::in_memory("table.px", px.to_vec())).unwrap();
    let (text, losses) = written(&once, Kind::JsonStat);
    let twice = read(&Content::in_memory("table.json", text.clone().into_bytes())).unwrap();
    // Without the marks, and with a digit on both sides of the point.
    let without_marks = |row: &Vec<Option<String>>| {
        let text = |text: &Option<String>| text.as_ref().map(|t| t.replace(".5", "0.5"));
        row[..4].iter().map(text).chain([row[4].clone()]).collect::<Vec<_>>()
    };
    let before: Vec<_> = rows(&once.datasets[0].1).iter().map(without_marks).collect();
    assert_eq!(before, rows(&twice.datasets[0].1));
    let losses: Vec<String> = losses.into_iter().map(|loss| loss.0).collect();
    insta::assert_snapshot!(text.replace(",\"", ",\n\"") + &losses.join("\n"));
}
