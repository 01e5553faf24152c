//! PC-Axis files, as published and as made up.

use crate::{properties, shared};
use arrow::array::{Array, StringViewArray};
use olshem_formats::files::{Known, Writing};
use olshem_formats::message::{Collected, Description, Loss, Observations};
use olshem_formats::{Content, Kind, files};
use olshem_model::{Diagnostic, Role};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// One line for each sample: what is read of it, or why it is refused; then its footnotes.
#[test]
fn samples() {
    let Some(folder) = shared("data/formats/px") else { return };
    insta::assert_snapshot!("px_samples", table_of(&folder, "px"));
}

/// What is read of a sample, written and read again, is the same.
#[test]
fn samples_written() {
    let Some(folder) = shared("data/formats/px") else { return };
    for path in sorted(&folder, "px") {
        let once = read(&Content::file(&path)).unwrap();
        let (text, losses) = written(&once, Kind::Px);
        assert_eq!(losses, [], "{}", path.display());
        let twice = read(&Content::in_memory(&path, text.clone().into_bytes())).unwrap();
        assert_same(&once, &twice, &path.display().to_string());
        assert_eq!(written(&twice, Kind::Px).0, text, "{}", path.display());
    }
}

pub(crate) fn read(content: &Content) -> Result<Collected, Vec<Diagnostic>> {
    files::collect(content, &Known::default()).map(|(_, collected)| collected)
}

/// What was read as another file, and what that can't hold.
pub(crate) fn written(collected: &Collected, kind: Kind) -> (String, Vec<Loss>) {
    properties::written(collected, kind, &Writing::default()).unwrap()
}

pub(crate) fn assert_same(one: &Collected, other: &Collected, what: &str) {
    assert_eq!(one.metadata, other.metadata, "{what}");
    assert_eq!(one.datasets.len(), other.datasets.len(), "{what}");
    for ((one, ones), (other, others)) in one.datasets.iter().zip(&other.datasets) {
        let Description { variables, notes, extras, .. } = one;
        for (variable, other) in variables.iter().zip(&other.variables) {
            assert_eq!(variable, other, "{what}");
        }
        assert_eq!(sorted_by_debug(notes), sorted_by_debug(&other.notes), "{what}");
        assert_eq!(sorted_by_debug(extras), sorted_by_debug(&other.extras), "{what}");
        let bare = |description: &Description| Description {
            notes: Vec::new(),
            extras: Vec::new(),
            ..description.clone()
        };
        assert_eq!(bare(one), bare(other), "{what}");
        // Not `assert_eq`, which would print them all.
        let (ones, others) = (rows(ones), rows(others));
        let different = ones.iter().zip(&others).find(|(one, other)| one != other);
        assert_eq!(different, None, "{what}");
        assert_eq!(ones.len(), others.len(), "{what}");
    }
}

fn sorted_by_debug<T: std::fmt::Debug>(items: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    texts.sort();
    texts
}

/// All rows as texts.
pub(crate) fn rows(batches: &[Observations]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    for Observations { batch, .. } in batches {
        for row in 0..batch.num_rows() {
            let text = |column: &Arc<dyn Array>| {
                let texts = column.as_any().downcast_ref::<StringViewArray>().unwrap();
                texts.is_valid(row).then(|| texts.value(row).to_owned())
            };
            rows.push(batch.columns().iter().map(text).collect());
        }
    }
    rows
}

pub(crate) fn sorted(folder: &std::path::Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    paths.sort();
    paths
}

/// What is read of each file of a folder.
pub(crate) fn table_of(folder: &std::path::Path, ending: &str) -> String {
    let mut table = String::new();
    for path in sorted(folder, ending) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let content = Content::in_memory(&name, std::fs::read(&path).unwrap());
        match read(&content) {
            Ok(collected) => {
                for list in &collected.metadata.codelists {
                    let count = list.content.items().len();
                    writeln!(table, "{name}: the codelist {} of {count} codes", list.reference.id)
                        .unwrap();
                }
                for (description, batches) in &collected.datasets {
                    writeln!(table, "{name}: {}", told(description, batches)).unwrap();
                }
            }
            Err(faults) => table.push_str(&crate::told(&faults)),
        }
    }
    table
}

/// A data set in a few lines.
fn told(description: &Description, batches: &[Observations]) -> String {
    let mut text = description.id.clone();
    for (language, name) in &description.names {
        write!(text, "\n  {language}: {name}").unwrap();
    }
    let rows = rows(batches);
    for (at, variable) in description.variables.iter().enumerate() {
        let component = &variable.component;
        write!(
            text,
            "\n  {} ({}, {})",
            component.name,
            component.role.keyword(),
            component.data_type
        )
        .unwrap();
        match component.role {
            Role::Identifier => {
                let list = variable.codelist.as_ref().unwrap();
                let items = list.items();
                let code = |at: usize| items.get(at).map_or("", |item| &item.code);
                write!(text, ": {} codes, {} … {}", items.len(), code(0), code(items.len() - 1))
                    .unwrap();
                let first = items.first().unwrap();
                write!(text, ", {:?}", first.labels.values().collect::<Vec<_>>()).unwrap();
            }
            Role::Measure => {
                let missing = rows.iter().filter(|row| row[at].is_none()).count();
                write!(text, ": {} cells, {missing} missing", rows.len()).unwrap();
                write!(text, ", decimals {:?}, {:?}", variable.decimals, variable.unit).unwrap();
            }
            _ => {
                let mut counts = std::collections::BTreeMap::new();
                for value in rows.iter().filter_map(|row| row[at].as_ref()) {
                    *counts.entry(value).or_insert(0) += 1;
                }
                write!(text, ": {counts:?}").unwrap();
            }
        }
    }
    for note in &description.notes {
        let on: Vec<String> = note.on.iter().map(|(name, code)| format!("{name}={code}")).collect();
        for (language, text_of_note) in &note.texts {
            let short: String = text_of_note.replace('\n', "⏎").chars().take(60).collect();
            let marked = if note.is_mandatory { "!" } else { "" };
            write!(text, "\n  note{marked} on [{}] {language}: {short}", on.join(", ")).unwrap();
        }
    }
    let source: Vec<&String> = description.source.values().collect();
    write!(text, "\n  source {source:?}, updated {:?}", description.updated).unwrap();
    let extras: Vec<String> = description
        .extras
        .iter()
        .map(|extra| {
            format!(
                "{}{}",
                extra.keyword,
                extra.language.as_deref().map(|l| format!("[{l}]")).unwrap_or_default()
            )
        })
        .collect();
    write!(text, "\n  extras {}", extras.join(" ")).unwrap();
    text
}

/// A table of one variable, with these statements and data besides.
fn small(statements: &str, data: &str) -> String {
    format!("STUB=\"a\";VALUES(\"a\")=\"x\",\"y\";\n{statements}\nDATA={data};")
}

/// The rows of a file, or what is wrong with it.
fn outcome(bytes: impl Into<Vec<u8>>) -> String {
    match read(&Content::in_memory("table.px", bytes.into())) {
        Ok(collected) => {
            let rows = rows(&collected.datasets[0].1);
            let row = |row: &Vec<Option<String>>| {
                row.iter().map(|text| text.as_deref().unwrap_or("∅")).collect::<Vec<_>>().join(" ")
            };
            rows.iter().map(|r| row(r) + "\n").collect()
        }
        Err(faults) => crate::told(&faults),
    }
}

fn first(text: &str) -> (Description, Vec<Observations>) {
    let collected = read(&Content::in_memory("table.px", text.as_bytes().to_vec()));
    collected.unwrap_or_else(|faults| panic!("{}", crate::told(&faults))).datasets.remove(0)
}

#[test]
fn cells_that_are_no_numbers_keep_their_symbols() {
    let symbols = r#"STUB="a";VALUES("a")="1","2","3","4","5","6","7","8","9";
        DATASYMBOL1="secret";DATA=1.50 "." ".." "..." "...." "....." "......" "-" -0.0e1;"#;
    insta::assert_snapshot!(outcome(symbols), @r"
    1 1.50 ∅
    2 ∅ .
    3 ∅ ..
    4 ∅ ...
    5 ∅ ....
    6 ∅ .....
    7 ∅ ......
    8 0 -
    9 -0.0e1 ∅
    ");
    let (description, _) = first(symbols);
    let list = description.variable("OBS_STATUS").unwrap().codelist.clone().unwrap();
    assert_eq!(list.label(".", "und"), "secret");
}

#[test]
fn any_separator_will_do() {
    for data in ["1 2", "1,2", "1\t2", "1;2", "1\r\n2\r\n", "\n1\n\n, 2 ;;\r\n", "\"1\" 2\u{1a}"] {
        assert_eq!(outcome(small("", data)), "x 1 ∅\ny 2 ∅\n", "{data:?}");
    }
}

/// Rows that `KEYS` leaves out are zeros.
#[test]
fn rows_with_keys() {
    let table = r#"STUB="a","b";HEADING="c";VALUES("a")="1","2";VALUES("b")="x","y";
        VALUES("c")="u","v";CODES("b")="B1","B2";KEYS("a")=VALUES;KEYS("b")=CODES;
        DATA="1","B2",5 6
        "2","B1",".." 7;"#;
    insta::assert_snapshot!(outcome(table), @r"
    1 B2 u 5 ∅
    1 B2 v 6 ∅
    2 B1 u ∅ ..
    2 B1 v 7 ∅
    1 B1 u 0 ∅
    1 B1 v 0 ∅
    2 B2 u 0 ∅
    2 B2 v 0 ∅
    ");
}

#[test]
fn texts_in_pieces() {
    let text = "STUB=\"a, b = c; d\";VALUES(\"a, b = c; d\")=\"x, \"\n\"y\"\"z\",\"2 (two); [more]\";\n\
        NOTE=\"one #\"\n\"two##\"\n\"three\";VALUENOTE(\"a, b = c; d\",\"2 (two); [more]\")=\"on=2;\";\r\n\
        ELIMINATION(\"a, b = c; d\")=YES;\r\nDATA=1 2;";
    let (description, _) = first(text);
    let variable = &description.variables[0];
    assert_eq!(variable.component.name, "a, b = c; d");
    let codes: Vec<&str> =
        variable.codelist.as_ref().unwrap().items().iter().map(|item| &*item.code).collect();
    assert_eq!(codes, ["x, yz", "2 (two); [more]"]);
    assert_eq!(description.notes[0].texts["und"], "one \ntwo\n\nthree");
    let on = ("a, b = c; d".to_owned(), "2 (two); [more]".to_owned());
    assert_eq!(description.notes[1].on, [on]);
    assert_eq!(variable.extras[0].values, ["YES"]);
}

#[test]
fn code_pages() {
    let told = |statements: &str, bytes: &[u8]| {
        let mut text = format!("{statements}STUB=\"a\";VALUES(\"a\")=\"").into_bytes();
        text.extend_from_slice(bytes);
        text.extend_from_slice(b"\";DATA=1;");
        outcome(text)
    };
    let cases: [(&str, &[u8], &str); 11] = [
        ("", b"\x86\x8f", "åÅ 1 ∅\n"),
        ("CHARSET=\"ANSI\";", b"\xe5\xc5", "åÅ 1 ∅\n"),
        ("CHARSET=\"ANSI\";LANGUAGE=\"kk\";", b"\xe0\xff", "ая 1 ∅\n"),
        ("CHARSET=\"ANSI\";LANGUAGE=\"pl\";", b"\x9c\xb9", "śą 1 ∅\n"),
        ("CHARSET=\"ANSI\";CODEPAGE=\"iso-8859-15\";", b"\xa4", "€ 1 ∅\n"),
        ("CODEPAGE=\"windows-1257\";", b"\xe0", "ą 1 ∅\n"),
        ("CODEPAGE=\"cp437\";", b"\xe0", "α 1 ∅\n"),
        ("CODEPAGE=\"utf-8\";", "қ".as_bytes(), "қ 1 ∅\n"),
        // It says what it was before it was converted.
        ("CODEPAGE=\"iso-8859-1\";", "å".as_bytes(), "å 1 ∅\n"),
        (
            "CODEPAGE=\"utf-8\";",
            b"\xe5",
            "table.px: line 1: the text is not in UTF-8 (F002)\n  help: `CODEPAGE` has to say in which code page the file is\n",
        ),
        (
            "CODEPAGE=\"klingon\";",
            b"\xe5",
            "table.px: line 1: `CODEPAGE`: `klingon` is no code page that is known (F002)\n  help: convert the file to UTF-8 and write `CODEPAGE=\"utf-8\"`\n",
        ),
    ];
    for (statements, bytes, expected) in cases {
        assert_eq!(told(statements, bytes), expected, "{statements}");
    }
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend("CODEPAGE=\"utf-16\";".encode_utf16().flat_map(u16::to_le_bytes));
    utf16.extend(small("", "1 2").encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(outcome(utf16), "x 1 ∅\ny 2 ∅\n");
    assert_eq!(outcome(format!("\u{feff}{}", small("", "1 2"))), "x 1 ∅\ny 2 ∅\n");
}

#[test]
fn time_scales() {
    let mut table = String::new();
    for list in [
        "TLIST(A1),\"1994\",\"1995\"",
        "TLIST(A1,\"1994\"-\"1995\")",
        "TLIST(A1),\"1995\"-\"1994\"",
        "TLIST(H1),\"19942\",\"19951\"",
        "TLIST(Q1,\"19944\"-\"19951\")",
        "TLIST(M1),\"199412\",\"1995M01\"",
        "TLIST(W1),\"199452\",\"199501\"",
        "TLIST(D1),\"19941231\",\"19950101\"",
        "TLIST(T1),\"19943\",\"19951\"",
        "TLIST(A1),\"1994\"",
        "TLIST(A1),\"1994\",\"1994\"",
        "TLIST(A1),\"0000\"-\"9999\"",
        "TLIST(Q1),\"1994\",\"1995\"",
        "TLIST(M1),\"199413\",\"199501\"",
        "\"1994\",\"1995\"",
    ] {
        let statement = format!("TIMEVAL(\"a\")={list};");
        writeln!(table, "{list}\n{}", outcome(small(&statement, "1 2"))).unwrap();
    }
    insta::assert_snapshot!(table);
}

/// What is wrong is told with its line and keyword; none of it panics or takes long.
#[test]
fn hostile() {
    let twenty: String = (0..70).map(|at| format!("\"v{at}\",")).collect();
    let huge: String = (0..70).map(|at| format!("VALUES(\"v{at}\")=\"1\",\"2\";")).collect();
    let huge = format!("STUB={};{huge}DATA=1;", twenty.trim_end_matches(','));
    let sparse: String =
        (0..20).map(|at| format!("VALUES(\"v{at}\")=\"1\",\"2\",\"3\";")).collect();
    let stub = twenty.split_inclusive(',').take(20).collect::<String>();
    let keys: String = (0..20).map(|_| "\"1\",").collect();
    let sparse =
        format!("STUB={};{sparse}KEYS(\"v0\")=CODES;DATA={keys}1;", stub.trim_end_matches(','));
    let cases: &[(&str, String)] = &[
        ("nothing", String::new()),
        ("no DATA", "STUB=\"a\";\nVALUES(\"a\")=\"x\";\n".to_owned()),
        ("no variables", "TITLE=\"t\";\nDATA=1;".to_owned()),
        ("no values", "STUB=\"a\";DATA=1;".to_owned()),
        ("values of nothing", "STUB=\"a\";VALUES(\"a\")=;DATA=;".to_owned()),
        ("too few codes", small("CODES(\"a\")=\"1\";", "1 2")),
        ("codes twice", small("CODES(\"a\")=\"1\",\"1\";", "1 2")),
        ("values twice", "STUB=\"a\";VALUES(\"a\")=\"x\",\"x\";DATA=1 2;".to_owned()),
        ("a keyword twice", small("VALUES(\"a\")=\"x\",\"y\";", "1 2")),
        ("a variable twice", "STUB=\"a\";HEADING=\"a\";VALUES(\"a\")=\"x\";DATA=1;".to_owned()),
        ("too few cells", small("", "1")),
        ("too many cells", small("", "1 2\n3")),
        ("no cells", small("", "")),
        ("a word", small("", "1 two")),
        ("a quoted word", small("", "1 \"n/a\"")),
        ("an empty cell", small("", "1 \"\"")),
        ("open string", small("\nTITLE=\"t;", "1 2")),
        ("open string in DATA", small("", "1 \"..")),
        ("no semicolon", small("TITLE=\"t\"\nMATRIX=\"m\";", "1 2")),
        ("no equals sign", small("TITLE;", "1 2")),
        ("no keyword", small("\"TITLE\"=1;", "1 2")),
        ("NUL", small("TITLE=\"a\0b\";", "1 2")),
        ("NUL in DATA", small("", "1\x002 3")),
        ("bracket", small("TITLE[en=\"t\";", "1 2")),
        ("parenthesis", small("NOTE(\"a\"=\"t\";", "1 2")),
        ("no list", small("TITLE=(\"t\");", "1 2")),
        ("languages differ", small("LANGUAGE=\"en\";STUB[kk]=\"b\",\"c\";", "1 2")),
        ("values of languages differ", small("VALUES[kk](\"a\")=\"b\";", "1 2")),
        ("keys are wrong", small("KEYS(\"a\")=NAMES;", "\"x\" 1")),
        ("no key", small("KEYS(\"a\")=CODES;", "1 2")),
        ("unknown key", small("KEYS(\"a\")=CODES;", "\"z\",1")),
        ("row twice", small("KEYS(\"a\")=CODES;", "\"x\",1\n\"x\",1")),
        ("cells too many to count", huge),
        ("zeros without end", sparse),
    ];
    let mut table = String::new();
    for (what, text) in cases {
        writeln!(table, "{what}: {}", outcome(text.as_bytes())).unwrap();
    }
    insta::assert_snapshot!(table);
}

/// Flags of other formats become symbols where there is no value, and marks where there is one.
#[test]
fn flags_of_other_formats() {
    let json = r#"{"version": "2.0", "class": "dataset", "id": ["sex", "time"], "size": [2, 3],
        "role": {"time": ["time"]}, "extension": {"status": {"label": {"c": "confidential"}}},
        "dimension": {"sex": {"category": {"index": ["M", "F"], "label": {"M": "men", "F": "women"}}},
            "time": {"category": {"index": ["2022", "2023", "2024"]}}},
        "value": {"0": 1.0, "1": null, "3": 3, "4": 4}, "status": {"1": "c", "3": "p"}}"#;
    let once = read(&Content::in_memory("people.json", json)).unwrap();
    let (text, losses) = written(&once, Kind::Px);
    insta::assert_snapshot!(text);
    assert_eq!(losses, [Loss("codes that no observation has: time".to_owned())]);
    insta::assert_snapshot!(outcome(text), @r"
    M 2022 1.0 ∅ ∅
    M 2023 ∅ . ∅
    F 2022 3 ∅ p
    F 2023 4 ∅ ∅
    ");
}

#[test]
fn several_measures_are_contents() {
    let text = std::str::from_utf8(include_bytes!("../../../../fuzz/corpus/px/keys.px")).unwrap();
    let (mut description, batches) = first(text);
    // The status as a second measure.
    let status = description.variables.pop().unwrap();
    let mut second = description.variables.pop().unwrap();
    second.names.insert("und".to_owned(), "people".to_owned());
    second.unit.insert("und".to_owned(), "persons".to_owned());
    second.decimals = Some(0);
    let mut third = second.clone();
    third.component.name = "SHARE".to_owned();
    third.unit.insert("und".to_owned(), "%".to_owned());
    third.decimals = Some(2);
    description.variables.extend([second, third]);
    let twice = |observations: &Observations| {
        let mut columns = observations.batch.columns().to_vec();
        columns[4] = Arc::clone(&columns[3]);
        let schema = arrow::datatypes::Schema::new(
            description
                .variables
                .iter()
                .zip(&columns)
                .map(|(v, c)| {
                    arrow::datatypes::Field::new(&v.component.name, c.data_type().clone(), true)
                })
                .collect::<Vec<_>>(),
        );
        let batch = arrow::array::RecordBatch::try_new(Arc::new(schema), columns).unwrap();
        Observations { batch, origins: Arc::clone(&observations.origins) }
    };
    let batches = batches.iter().map(twice).collect();
    assert_eq!(status.component.name, "OBS_STATUS");
    let collected = Collected { datasets: vec![(description, batches)], ..Collected::default() };
    let (text, losses) = written(&collected, Kind::Px);
    assert_eq!(losses, []);
    insta::assert_snapshot!(text);
    let (json, losses) = written(&collected, Kind::JsonStat);
    assert_eq!(losses, []);
    insta::assert_snapshot!(json.replace(",\"", ",\n\""));
}

/// A few observations of many codes are no table.
#[test]
fn a_cube_that_explodes() {
    let values: String = (0..1000).map(|at| format!("\"{at}\",")).collect();
    let values = values.trim_end_matches(',');
    let json = format!(
        "{{\"id\":[\"a\",\"b\",\"c\"],\"size\":[1000,1000,1000],\"dimension\":{{\"a\":{d},\"b\":{d},\
         \"c\":{d}}},\"value\":{{{v}}}}}",
        d = format_args!("{{\"category\":{{\"index\":[{values}]}}}}"),
        v = (0..1000)
            .map(|at| format!("\"{}\":{at}", at * 1_001_001))
            .collect::<Vec<_>>()
            .join(","),
    );
    let sparse = read(&Content::in_memory("sparse.json", json.into_bytes())).unwrap();
    let fault = properties::written(&sparse, Kind::Px, &Writing::default()).unwrap_err();
    insta::assert_snapshot!(crate::told(&[fault]));
}

mod made_up {
    //! Tables made up by the thousand.

    use super::{assert_same, read, written};
    use olshem_formats::{Content, Kind};
    use proptest::prelude::*;

    /// A text as it can stand in a file.
    fn text() -> impl Strategy<Value = String> {
        "[a-zA-ZäқЖ0-9 ,;=()\\[\\]#:.*-]{1,12}".prop_map(|text| format!("x{text}"))
    }

    #[derive(Clone, Debug)]
    struct Variable {
        names: Vec<String>,
        texts: Vec<Vec<String>>,
        codes: Vec<String>,
        note: Option<String>,
    }

    fn distinct(count: usize) -> impl Strategy<Value = Vec<String>> {
        prop::collection::btree_set(text(), count).prop_map(|texts| texts.into_iter().collect())
    }

    fn variable(languages: usize) -> impl Strategy<Value = Variable> {
        (1..5_usize).prop_flat_map(move |size| {
            let names = prop::collection::vec(text(), languages);
            let texts = prop::collection::vec(distinct(size), languages);
            (names, texts, distinct(size), prop::option::of(text()))
                .prop_map(|(names, texts, codes, note)| Variable { names, texts, codes, note })
        })
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            (-1000..1000_i32, 0..4_u32).prop_map(|(n, d)| format!("{n}.{d}")),
            any::<i64>().prop_map(|n| n.to_string()),
            "\"(\\.{1,6}|-)\"",
        ]
    }

    fn table() -> impl Strategy<Value = String> {
        (1..3_usize, 1..4_usize)
            .prop_flat_map(|(languages, count)| {
                (
                    prop::collection::vec(variable(languages), count),
                    0..=count,
                    text(),
                    Just(languages),
                )
            })
            .prop_flat_map(|(variables, stub, title, languages)| {
                let cells: usize = variables.iter().map(|variable| variable.codes.len()).product();
                let cells = prop::collection::vec(cell(), cells);
                (Just(variables), Just(stub), Just(title), Just(languages), cells)
            })
            .prop_map(|(mut variables, stub, title, languages, cells)| {
                let mut text = "LANGUAGE=\"en\";DECIMALS=1;".to_owned();
                for (number, variable) in variables.iter_mut().enumerate() {
                    variable.names.iter_mut().for_each(|name| *name += &number.to_string());
                }
                for language in 0..languages {
                    let tag = ["", "[kk]"][language];
                    let list = |texts: Vec<&String>| {
                        texts.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(",")
                    };
                    let names = variables.iter().map(|v| &v.names[language]).collect::<Vec<_>>();
                    let (stub, heading) = names.split_at(stub);
                    text += &format!("TITLE{tag}=\"{title}\";");
                    text += &format!("STUB{tag}={};", list(stub.to_vec()));
                    text += &format!("HEADING{tag}={};", list(heading.to_vec()));
                    for variable in &variables {
                        let name = &variable.names[language];
                        let texts = list(variable.texts[language].iter().collect());
                        text += &format!("VALUES{tag}(\"{name}\")={texts};\n");
                        if language == 0 {
                            let codes = list(variable.codes.iter().collect());
                            text += &format!("CODES(\"{name}\")={codes};");
                            text += &format!("DOMAIN(\"{name}\")=\"{title}\";");
                        }
                        if let Some(note) = &variable.note {
                            let value = &variable.texts[language][0];
                            text += &format!("NOTE{tag}(\"{name}\")=\"{note}\";");
                            text += &format!("VALUENOTEX{tag}(\"{name}\",\"{value}\")=\"{note}\";");
                            text += &format!("PRECISION{tag}(\"{name}\",\"{value}\")=\"{note}\";");
                        }
                    }
                }
                format!("{text}\nDATA={};", cells.join(" "))
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn written_they_say_the_same(text in table()) {
            let once = read(&Content::in_memory("table.px", text.clone().into_bytes())).unwrap();
            let (written, losses) = written(&once, Kind::Px);
            prop_assert_eq!(losses, []);
            let twice = read(&Content::in_memory("table.px", written.into_bytes())).unwrap();
            assert_same(&once, &twice, &text);
        }
    }
}
