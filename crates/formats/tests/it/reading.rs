//! What a `source.toml` makes of a file: its text and the file's text in, the table out.

use crate::{Source, told};
use arrow::array::ArrayRef;
use arrow::util::display::array_value_to_string;
use olshem_formats::Table;
use olshem_model::Codelist;
use olshem_model::codelist::Item;
use std::collections::BTreeMap;

/// The datasets, or the faults, as a person would want to see them.
fn show(file: &str, bytes: &[u8], source: &str) -> String {
    let source: Source = match toml::from_str(source) {
        Ok(source) => source,
        Err(error) => return error.to_string(),
    };
    match source.read_with(file, bytes, &codelists()) {
        Ok(tables) => tables.iter().map(show_table).collect::<Vec<_>>().join("\n"),
        Err(faults) => told(&faults),
    }
}

fn show_table(table: &Table) -> String {
    let batch = &table.batch;
    let header = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut lines: Vec<Vec<String>> = vec![header];
    for row in 0..batch.num_rows() {
        let value = |array: &ArrayRef| array_value_to_string(array, row).unwrap();
        lines.push(batch.columns().iter().map(value).collect());
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..lines[0].len()).map(|column| width(column).unwrap()).collect();
    let mut text = format!("{}: {}\n", table.name, table.structure);
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text += format!("  {}", cells.collect::<Vec<_>>().join(" | ")).trim_end();
        text += "\n";
    }
    for (row, note) in &table.breaks {
        text += &format!("  break at row {row}: {note:?}\n");
    }
    text
}

fn codelists() -> BTreeMap<String, Codelist> {
    let mut lists = BTreeMap::new();
    for (id, items) in [
        ("activities", vec![("J", "Information and communication", ""), ("R", "Arts", "")]),
        (
            "regions",
            vec![
                ("KZ", "Kazakhstan", "Republic of Kazakhstan"),
                ("KZ-10", "Abai region", "Abay"),
                ("KZ-71", "Astana city", "Астана|Nur-Sultan"),
                ("KZ-75", "Almaty city", "Алматы"),
            ],
        ),
    ] {
        let mut list = Codelist::new(id);
        for (code, label, aliases) in items {
            list.push(Item {
                code: code.to_owned(),
                labels: [("en".to_owned(), label.to_owned())].into(),
                aliases: aliases.split('|').map(str::to_owned).collect(),
                ..Item::default()
            })
            .unwrap();
        }
        lists.insert(id.to_owned(), list);
    }
    lists
}

/// A source with one dataset of a period and a number.
fn two_columns(read: &str, dataset: &str, value: &str) -> String {
    format!(
        r#"
        [read]
        format = "csv"
        {read}
        [[dataset]]
        name = "DATA"
        {dataset}
        [dataset.components]
        TIME_PERIOD = {{ role = "identifier", type = "time_period", column = "year" }}
        OBS_VALUE = {{ role = "measure", type = "number", column = "value" {value} }}
        "#
    )
}

#[test]
fn a_whole_source() {
    let source = r#"
        [read]
        format = "csv"
        missing = ["", "-", "…", "x", "н/д"]
        footnotes = true

        [[dataset]]
        name = "GVA"
        where = { measure = "Output:*" }

        [dataset.components]
        OBS_VALUE   = { role = "measure", type = "number", column = "value", multiply = "1000000", bounds = "as published" }
        REF_AREA    = { role = "identifier", value = "KZ" }
        TIME_PERIOD = { role = "identifier", type = "time_period", column = "time" }
        ACTIVITY    = { role = "identifier", column = "activity", codelist = "activities" }
        TRANSACTION = { role = "identifier", column = "measure", pattern = "^([^:]+):", map = { "Output" = "P1" } }

        [[dataset.break]]
        at = { ACTIVITY = "J", TIME_PERIOD = "2023" }
        note = { en = "The level jumps." }

        [[dataset]]
        name = "EMPLOYMENT"
        where = { measure = ["Employed", "Jobs*"] }
        [dataset.components]
        TIME_PERIOD = { role = "identifier", type = "time_period", column = "time" }
        OBS_VALUE   = { role = "measure", type = "integer", column = "value" }
        NOTE        = { role = "attribute", column = "as published" }
    "#;
    let file = "\
time,activity,measure,value,as published
2023,J,Output: Information,1060000.5,1060000.5
20221),J,Output: Information,983994.9,983994.9
2022,arts,Output: Arts,x,less than 2 billion
2023,R,Output: Arts,1500,1.5 billion
2023,R,Net output: Arts,7,7
2022,,Employed,95000,
2023,,Jobs total,143600.0,\"over 143.6 thousand\"
";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), source), @r#"
    GVA: REF_AREA, TIME_PERIOD, ACTIVITY, TRANSACTION -> OBS_VALUE [OBS_STATUS]
      REF_AREA | TIME_PERIOD | ACTIVITY | TRANSACTION | OBS_VALUE       | OBS_VALUE#low   | OBS_VALUE#high  | OBS_STATUS
      KZ       | 2022        | J        | P1          | 983994900000.0  | 983994850000.0  | 983994950000.0  | A
      KZ       | 2022        | R        | P1          |                 | 0.0             | 2000000000.0    | A
      KZ       | 2023        | J        | P1          | 1060000500000.0 | 1060000450000.0 | 1060000550000.0 | B
      KZ       | 2023        | R        | P1          | 1500000000.0    | 1450000000.0    | 1550000000.0    | A
      break at row 2: {"en": "The level jumps."}

    EMPLOYMENT: TIME_PERIOD -> OBS_VALUE [NOTE]
      TIME_PERIOD | OBS_VALUE | NOTE
      2022        | 95000     |
      2023        | 143600    | over 143.6 thousand
    "#);
}

#[test]
fn encodings_line_ends_and_delimiters() {
    let source =
        two_columns("encoding = \"windows-1251\"\ndelimiter = \";\"\ndecimal = \",\"", "", "")
            .replace("\"value\"", "\"значение\"");
    let (file, _, _) = encoding_rs::WINDOWS_1251.encode("year;значение\r\n2023;1\u{a0}234,5\r\n");
    insta::assert_snapshot!(show("data.csv", &file, &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE
      2023        | 1234.5
    ");

    let source = two_columns("delimiter = \"\\t\"", "", "");
    let file = "\u{feff}year\tvalue\tnote\r\n2023\t5\t\"two\r\nlines\"\r\n\r\n2024\t6\t\r\n";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE
      2023        | 5.0
      2024        | 6.0
    ");
}

#[test]
fn numbers_as_they_are_written() {
    let source = two_columns("footnotes = true\nthousands = \",\"\nmissing = [\"c\"]", "", "");
    let file = "\
year,value
2001,\"1,234.5\"
2002,1 234.5
2003,−5
2004,12.51)
2005,7*
2006,c
2007,
2008,1.2E+3
";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE
      2001        | 1234.5
      2002        | 1234.5
      2003        | -5.0
      2004        | 12.5
      2005        | 7.0
      2006        |
      2007        |
      2008        | 1200.0
    ");
}

#[test]
fn bounds_from_digits() {
    let source = two_columns("", "", ", bounds = true");
    let file = "year,value\n2021,565.6\n2022,143600\n2023,\n2024,0.0\n";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE | OBS_VALUE#low | OBS_VALUE#high
      2021        | 565.6     | 565.55        | 565.65
      2022        | 143600.0  | 143600.0      | 143600.0
      2023        |           |               |
      2024        | 0.0       | 0.0           | 0.05
    ");

    let source = two_columns("", "", ", bounds = true, multiply = \"1000\"");
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE   | OBS_VALUE#low | OBS_VALUE#high
      2021        | 565600.0    | 565550.0      | 565650.0
      2022        | 143600000.0 | 143599500.0   | 143600500.0
      2023        |             |               |
      2024        | 0.0         | 0.0           | 50.0
    ");
}

#[test]
fn bounds_from_printed_figures() {
    let source = two_columns("", "", ", bounds = \"printed\"");
    let file = "\
year,value,printed
2015,,less than 1%
2016,2.7,about 2.7%
2017,143600,over 143.6 thousand
2018,\"45597\",\"45,597\"
2019,6033,\"15% increase, up to 6,033\"
2020,200,over 200
2021,5,
2022,,
2023,2.6,1.2 trillion tenge (US$2.6 billion)
";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r"
    DATA: TIME_PERIOD -> OBS_VALUE
      TIME_PERIOD | OBS_VALUE | OBS_VALUE#low | OBS_VALUE#high
      2015        |           | 0.0           | 1.0
      2016        | 2.7       | 2.65          | 2.75
      2017        |           | 143600.0      | inf
      2018        | 45597.0   | 45597.0       | 45597.0
      2019        |           | 0.0           | 6033.0
      2020        |           | 201.0         | inf
      2021        | 5.0       | 5.0           | 5.0
      2022        |           |               |
      2023        | 2.6       | 2.55          | 2.65
    ");
}

#[test]
fn the_types() {
    let source = r#"
        [read]
        format = "csv"
        [[dataset]]
        name = "TYPES"
        [dataset.components]
        ID = { role = "identifier", type = "integer", column = "id" }
        P = { role = "measure", type = "time_period", column = "period" }
        D = { role = "measure", type = "date", column = "date" }
        T = { role = "measure", type = "time", column = "time" }
        F = { role = "measure", type = "duration", column = "freq" }
        B = { role = "measure", type = "boolean", column = "bool", map = { "да" = "true" } }
        S = { role = "viral attribute", column = "text" }
    "#;
    let file = "\
id,period,date,time,freq,bool,text
10,2023 Q1,31.12.2023,2023-01-01/2023-06-30,P3M,TRUE, spaced
9,2023-01,2023-12-31,2023Q1,A,да,
-1,2023-H2,,2023,M,false,\"a, b\"
";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), source), @r"
    TYPES: ID -> P, D, T, F, B [S]
      ID | P        | D          | T                     | F | B     | S
      -1 | 2023-S2  |            | 2023                  | M | false | a, b
      9  | 2023-M01 | 2023-12-31 | 2023-Q1               | A | true  |
      10 | 2023-Q1  | 2023-12-31 | 2023-01-01/2023-06-30 | Q | true  | spaced
    ");
}

#[test]
fn headings_of_several_rows_and_spread_columns() {
    // A delimited file can be laid out as a workbook is.
    let source = r#"
        [read]
        format = "csv"
        footnotes = true
        missing = ["c"]
        [[dataset]]
        name = "WIDE"
        header = [2, 3]
        rows = "4..7"
        where = { STATISTIC = "estimate" }
        [dataset.components]
        REF_AREA = { role = "identifier", column = "Area", codelist = "regions", fill = true }
        SEX = { role = "identifier", column = "Sex" }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 1 }
        STATISTIC = { role = "identifier", heading = 2 }
        OBS_VALUE = { role = "measure", type = "number", columns = "C:" }

        [[dataset]]
        name = "ONE_COLUMN"
        header = [2, 3]
        rows = "4..7"
        where = { Area = "Aba*" }
        [dataset.components]
        REF_AREA = { role = "identifier", column = "Area", codelist = "regions", fill = true }
        SEX = { role = "identifier", column = "Sex" }
        CV = { role = "measure", type = "number", column = "20221) / cv" }
    "#;
    let file = "\
Employment,,,,,
Area,Sex,2021,,20221),
,,estimate,cv,estimate,cv
  Abay,women,1,0.1,2,0.2
,men,3,0.3,c,0.4
,,,,,
Astana city2),women,,0.5,4,0.6
1) preliminary,,,,,
";
    insta::assert_snapshot!(show("wide.csv", file.as_bytes(), source), @r"
    WIDE: REF_AREA, SEX, TIME_PERIOD, STATISTIC -> OBS_VALUE
      REF_AREA | SEX   | TIME_PERIOD | STATISTIC | OBS_VALUE
      KZ-10    | men   | 2021        | estimate  | 3.0
      KZ-10    | men   | 2022        | estimate  |
      KZ-10    | women | 2021        | estimate  | 1.0
      KZ-10    | women | 2022        | estimate  | 2.0
      KZ-71    | women | 2022        | estimate  | 4.0

    ONE_COLUMN: REF_AREA, SEX -> CV
      REF_AREA | SEX   | CV
      KZ-10    | men   | 0.4
      KZ-10    | women | 0.2
    ");
}

#[test]
fn what_is_wrong_with_a_file_is_told_in_one_go() {
    let source = r#"
        [read]
        format = "csv"
        [[dataset]]
        name = "DATA"
        [dataset.components]
        TIME_PERIOD = { role = "identifier", type = "time_period", column = "year" }
        REF_AREA = { role = "identifier", column = "area", codelist = "regions" }
        OBS_VALUE = { role = "measure", type = "number", column = "value" }
        CODE = { role = "measure", column = "code", pattern = "^([A-Z])" }
        FLAG = { role = "attribute", type = "boolean", column = "flag" }
    "#;
    let file = "\
year,area,value,code,flag
2023,Abai regoin,1,A,
2023,Nowhere,1,A,
,Abay,1,A,
20231),Abay,n/a,A,
2023,Abay,\"1,234\",A,
2023,Abay,\"1,5\",A,
2023,BNS, third-party copy,1,A,
2023,Abay
2023,Abay,51),7,maybe
";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), source), @r#"
    data.csv: line 2, column "area": `Abai regoin` is not in the codelist `regions` (F010)
      help: did you mean `Abai region`, code `KZ-10`?
    data.csv: line 3, column "area": `Nowhere` is not in the codelist `regions` (F010)
    data.csv: line 4, column "year": identifier `TIME_PERIOD` is empty (F012)
    data.csv: line 5, column "year": `20231)` is not a period such as `2023`, `2023-Q1` or `2023-M01` (F009)
      help: `footnotes = true` in `[read]` takes marks off
    data.csv: line 5, column "value": `n/a` is not a number (F008)
    data.csv: line 6, column "value": `1,234` is not a number (F008)
      help: for thousands so separated, state `thousands = ","`
    data.csv: line 7, column "value": `1,5` is not a number (F008)
      help: for such a decimal mark, state `decimal = ","`
    data.csv: line 8: the row has 6 fields, the headings 5 (F004)
      help: quote fields that contain the delimiter
    data.csv: line 9: the row has 2 fields, the headings 5 (F004)
    data.csv: line 10, column "value": `51)` is not a number (F008)
      help: `footnotes = true` in `[read]` takes marks off
    data.csv: line 10, column "code": `7` does not match the pattern `^([A-Z])` (F011)
    data.csv: line 10, column "flag": `maybe` is neither `true` nor `false` (F009)
    "#);
}

#[test]
fn a_fault_that_two_datasets_meet_is_told_once() {
    let source = two_columns("", "", "");
    let dataset = &source[source.find("[[dataset]]").unwrap()..];
    let file = b"year,value\nunknown,1\n2023,n/a\n";
    insta::assert_snapshot!(show("data.csv", file, &format!("{source}{dataset}")), @r#"
    data.csv: line 2, column "year": `unknown` is not a period such as `2023`, `2023-Q1` or `2023-M01` (F009)
    data.csv: line 3, column "value": `n/a` is not a number (F008)
    "#);
}

#[test]
fn faults_are_capped() {
    let rows: String = (0..1000).map(|row| format!("x{row},1\n")).collect();
    let shown =
        show("data.csv", format!("year,value\n{rows}").as_bytes(), &two_columns("", "", ""));
    assert_eq!(shown.lines().count(), 100);
}

#[test]
fn files_that_hold_nothing() {
    let source = two_columns("", "where = { year = \"19*\" }", "");
    let mut shown = String::new();
    for file in ["", "\n\n", "year,value\n", "year,value\n\n", "year,value\n2023,1\n"] {
        shown += &format!("{file:?}\n{}", show("data.csv", file.as_bytes(), &source));
    }
    let source = two_columns("", "header = 9", "");
    shown += &show("data.csv", b"year,value\n2023,1\n", &source);
    insta::assert_snapshot!(shown, @r#"
    ""
    data.csv: the file is empty (F001)
    "\n\n"
    data.csv: the file is empty (F001)
    "year,value\n"
    data.csv: dataset `DATA`: there are no rows below the headings (F005)
    "year,value\n\n"
    data.csv: dataset `DATA`: there are no rows below the headings (F005)
    "year,value\n2023,1\n"
    data.csv: dataset `DATA`: no row fits `where` (F005)
    data.csv: nothing is in row 9 for the headings (F005)
    "#);
}

#[test]
fn files_that_are_no_text_or_no_table() {
    let source = two_columns("", "", "");
    let mut shown = String::new();
    for file in [
        &b"year,value\n2023,\xcf\xf0\n"[..],
        b"year,value\n2023,\"5\n2024,6\n",
        b"year,value\n2023,\"5\"6\n",
    ] {
        shown += &show("data.csv", file, &source);
    }
    insta::assert_snapshot!(shown, @r"
    data.csv: line 2: byte 0xCF is not UTF-8 (F002)
      help: state the file's `encoding` in `[read]`; for older files in Cyrillic it is most often `windows-1251`
    data.csv: line 2: a quotation mark opens here and is never closed (F003)
    data.csv: line 2: a quoted field goes on after its closing quotation mark (F003)
    ");
}

#[test]
fn columns_that_are_not_there() {
    let mut shown = String::new();
    for headings in ["yaer,value", "a,b", "year,value,value", ","] {
        let file = format!("{headings}\n2023,1\n");
        shown += &format!("{headings}\n");
        shown += &show("data.csv", file.as_bytes(), &two_columns("", "", ""));
    }
    insta::assert_snapshot!(shown, @r#"
    yaer,value
    data.csv: line 1: there is no column "year" (F006)
      help: there is a column "yaer"
    a,b
    data.csv: line 1: there is no column "year" (F006)
      help: the columns are "a", "b"
    data.csv: line 1: there is no column "value" (F006)
      help: the columns are "a", "b"
    year,value,value
    data.csv: line 1: 2 columns are called "value" (F007)
    ,
    data.csv: line 1: there is no column "year" (F006)
    data.csv: line 1: there is no column "value" (F006)
    "#);
}

#[test]
fn two_observations_with_one_key() {
    let file = "year,value\n2023,1\n2022,2\n2023,3\n2023-A1,4\n";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &two_columns("", "", "")), @r"
    data.csv: line 4: the observation with TIME_PERIOD = 2023 is also on line 2 (F013)
    data.csv: line 5: the observation with TIME_PERIOD = 2023 is also on line 4 (F013)
    ");
}

#[test]
fn printed_figures_that_are_wrong() {
    let source = two_columns("", "", ", bounds = \"printed\"");
    let file =
        "year,value,printed\n2021,5,grew fivefold\n2022,2.7,about 3%\n2023,1.2,1.2 trillion\n";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &source), @r#"
    data.csv: line 2, column "printed": `grew fivefold` is not a figure such as `1.2 trillion`, `over 200` or `less than 1%` (F014)
    data.csv: line 3, column "value": the value is 2.7, but the figure is `about 3%` (F015)
    "#);
}

#[test]
fn breaks() {
    let source = r#"
        [read]
        format = "csv"
        [[dataset]]
        name = "DATA"
        [dataset.components]
        ITEM = { role = "identifier", column = "item" }
        YEAR = { role = "identifier", type = "integer", column = "year" }
        OBS_VALUE = { role = "measure", type = "number", column = "value" }
        OBS_STATUS = { role = "attribute", column = "status" }
        [[dataset.break]]
        at = { ITEM = "SK1", YEAR = "2023" }
        note = "The cause was not found."
    "#;
    let file = "item,year,value,status\nSK1,2022,0.57,\nSK1,2023,209,P\nSK2,2023,1,P\n";
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), source), @r#"
    DATA: ITEM, YEAR -> OBS_VALUE [OBS_STATUS]
      ITEM | YEAR | OBS_VALUE | OBS_STATUS
      SK1  | 2022 | 0.57      | A
      SK1  | 2023 | 209.0     | B
      SK2  | 2023 | 1.0       | P
      break at row 1: {"und": "The cause was not found."}
    "#);

    let elsewhere = source.replace("\"2023\"", "\"2024\"");
    insta::assert_snapshot!(show("data.csv", file.as_bytes(), &elsewhere), @"source.toml: there is no observation with ITEM = SK1, YEAR = 2024 (F020)");
}

#[test]
fn declarations_that_are_wrong_by_themselves() {
    let whole = two_columns("", "", "");
    let mut shown = String::new();
    for (from, to) in [
        ("type = \"number\"", "type = \"nummber\""),
        ("role = \"measure\"", "role = \"mesure\""),
        ("column = \"value\"", "colum = \"value\""),
        ("column = \"value\"", "column = \"value\", value = \"5\""),
        ("column = \"value\"", "column = \"value\", pattern = \"([0-9]\""),
        ("column = \"value\"", "column = \"value\", pattern = \"[0-9]\""),
        ("column = \"value\"", "column = \"value\", multiply = \"1,000\""),
        ("column = \"value\"", "columns = \"C:A\""),
        ("column = \"value\"", "columns = \"C:\""),
        ("type = \"number\"", "type = \"string\", bounds = true"),
        ("format = \"csv\"", "format = \"csv\"\nencoding = \"koi-7\""),
        ("format = \"csv\"", "format = \"csv\"\ndecimal = \";\""),
        ("name = \"DATA\"", "name = \"DATA\"\nrows = \"5-9\""),
        ("name = \"DATA\"", "name = \"DATA\"\nheader = 0"),
        ("role = \"identifier\"", "role = \"attribute\""),
        ("name = \"DATA\"", "name = \"DATA\"\nsheet = \"2023\""),
        ("column = \"value\"", "column = \"value\", codelist = \"regions\""),
        ("type = \"number\"", "codelist = \"region\""),
    ] {
        let source = whole.replace(from, to);
        assert_ne!(source, whole, "{from}");
        shown += &format!("{to}\n{}\n", show("data.csv", b"year,value\n2023,1\n", &source));
    }
    insta::assert_snapshot!(shown, @r#"
    type = "nummber"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "nummber", column = "value"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    `nummber` is not a type: integer, number, boolean, string, time_period, date, time, duration

    role = "mesure"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "mesure", type = "number", column = "value"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    `mesure` is not a role: identifier, measure, attribute or viral attribute

    colum = "value"
    TOML parse error at line 10, column 58
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", colum = "value"  }
       |                                                          ^^^^^
    unknown field `colum`, expected one of `role`, `type`, `column`, `heading`, `offset`, `columns`, `cell`, `value`, `marks_of`, `flag_of`, `parent_of`, `fill`, `pattern`, `map`, `codelist`, `multiply`, `bounds`, `signed`

    column = "value", value = "5"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", column = "value", value = "5"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    a component needs one of `column`, `heading`, `columns`, `cell`, `value`, `marks_of`, `flag_of`, `parent_of`

    column = "value", pattern = "([0-9]"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", column = "value", pattern = "([0-9]"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    regex parse error:
        ([0-9]
        ^
    error: unclosed group

    column = "value", pattern = "[0-9]"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", column = "value", pattern = "[0-9]"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    the pattern `[0-9]` has no group: `(…)` marks what is kept

    column = "value", multiply = "1,000"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", column = "value", multiply = "1,000"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    `multiply` is not a decimal number such as `1000000` or `0.001`

    columns = "C:A"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", columns = "C:A"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    `columns` is written `C:Z`, `C:` or `C`, not `C:A`

    columns = "C:"
    TOML parse error at line 5, column 9
      |
    5 |         [[dataset]]
      |         ^^^^^^^^^^^
    `heading` and `columns` need each other: an identifier spread over the columns that a measure is in

    type = "string", bounds = true
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "string", bounds = true, column = "value"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    only a component of `type = "number"` can have bounds

    format = "csv"
    encoding = "koi-7"
    TOML parse error at line 4, column 12
      |
    4 | encoding = "koi-7"
      |            ^^^^^^^
    `koi-7` is not an encoding such as utf-8 or windows-1251

    format = "csv"
    decimal = ";"
    TOML parse error at line 4, column 11
      |
    4 | decimal = ";"
      |           ^^^
    the decimal mark is `.` or `,`

    name = "DATA"
    rows = "5-9"
    TOML parse error at line 5, column 9
      |
    5 |         [[dataset]]
      |         ^^^^^^^^^^^
    `rows` is written `6..26`, `6..` or `..26`, not `5-9`

    name = "DATA"
    header = 0
    TOML parse error at line 5, column 9
      |
    5 |         [[dataset]]
      |         ^^^^^^^^^^^
    the rows of `header` are counted from 1 and ascend

    role = "attribute"
    TOML parse error at line 5, column 9
      |
    5 |         [[dataset]]
      |         ^^^^^^^^^^^
    a dataset needs an identifier

    name = "DATA"
    sheet = "2023"
    source.toml: dataset `DATA` has `sheet`, but is no workbook (F018)

    column = "value", codelist = "regions"
    TOML parse error at line 10, column 21
       |
    10 |         OBS_VALUE = { role = "measure", type = "number", column = "value", codelist = "regions"  }
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    only a string can be of a codelist

    codelist = "region"
    source.toml: component `OBS_VALUE`: there is no codelist `region` (F019)
      help: there is one called `regions`
    "#);
}

#[test]
fn a_value_leads_to_its_cell() {
    let source = two_columns("", "", ", bounds = \"printed\"");
    let file = b"value,year,printed\n\"1 234.50\",2023,1234.50\n,2022,less than 1%\n";
    let tables = Source::parse(&source).read("data.csv", file).unwrap();
    let of = |row, component| {
        let origin = tables[0].origins.of(row, component)?;
        Some(format!("{} \"{}\"", origin.place, origin.text))
    };
    insta::assert_debug_snapshot!(
        [of(0, "OBS_VALUE"), of(1, "OBS_VALUE"), of(1, "TIME_PERIOD"), of(2, "OBS_VALUE"), of(0, "X")],
        @r#"
    [
        Some(
            "data.csv: line 3, column \"printed\" \"less than 1%\"",
        ),
        Some(
            "data.csv: line 2, column \"value\" \"1 234.50\"",
        ),
        Some(
            "data.csv: line 2, column \"year\" \"2023\"",
        ),
        None,
        None,
    ]
    "#
    );
    let printed = |row| {
        let origin = tables[0].origins.printed(row, "OBS_VALUE")?;
        Some(format!("{} \"{}\"", origin.place, origin.text))
    };
    let second = "data.csv: line 2, column \"printed\" \"1234.50\"";
    assert_eq!(printed(1).as_deref(), Some(second));
    assert_eq!(printed(2), None);
}

mod any_input {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_read_or_refused(file in "(year,value,printed\n)?([0-9a,;.\"\n %-]|over|2023){0,60}") {
            for value in ["", ", bounds = true", ", bounds = \"printed\", multiply = \"1000\""] {
                let source = two_columns("footnotes = true\nthousands = \",\"", "", value);
                let _ = show("data.csv", file.as_bytes(), &source);
            }
        }
    }
}
