//! What sheets do that no table of a database would: made here, so small that one sees it.

use crate::{Source, told};
use arrow::array::Array;
use arrow::util::display::array_value_to_string;
use olshem_formats::Table;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook with one sheet.
fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

/// A sheet of these cells as text; numbers where they are.
fn sheet(rows: &[&[&str]]) -> Vec<u8> {
    workbook(|sheet| {
        for (row, cells) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*cells) {
                match text.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, *text).unwrap(),
                };
            }
        }
    })
}

fn shown(table: &Table) -> String {
    let row = |row| {
        let text = |array| array_value_to_string(array, row).unwrap();
        let columns = table.batch.columns().iter();
        let texts = columns.map(|a| if a.is_null(row) { "·".to_owned() } else { text(a) });
        texts.collect::<Vec<_>>().join(" | ")
    };
    (0..table.batch.num_rows()).map(row).collect::<Vec<_>>().join("\n")
}

fn read(bytes: &[u8], read: &str, dataset: &str) -> String {
    let source = format!("[read]\nformat = \"xlsx\"\n{read}\n[[dataset]]\nname = \"D\"\n{dataset}");
    match Source::parse(&source).read("book.xlsx", bytes) {
        Ok(tables) => tables.iter().map(shown).collect::<Vec<_>>().join("\n"),
        Err(faults) => told(&faults),
    }
}

#[test]
fn what_stands_for_a_missing_value_and_what_is_stuck_to_one_is_kept() {
    let bytes = sheet(&[
        &["Area", "2020", "20211)", "2022*)"],
        &["Abai", "1.5", "2.52)", "c"],
        &["Ulytau", "…", "3", "12,5 p"],
    ]);
    let dataset = r#"
        [dataset.components]
        AREA = { role = "identifier", column = "Area" }
        TIME = { role = "identifier", type = "time_period", heading = 1 }
        VALUE = { role = "measure", type = "number", columns = "B:" }
        STATUS = { role = "attribute", flag_of = "VALUE", map = { "c" = "C", "…" = "M", "" = "A" } }
        MARK = { role = "attribute", marks_of = "VALUE" }
        YEAR_MARK = { role = "attribute", marks_of = "TIME", map = { "1)" = "revised" } }
    "#;
    let noted = "footnotes = true\ndecimal = \",\"\nthousands = \".\"\nmissing = [\"…\", \"c\"]";
    insta::assert_snapshot!(read(&bytes, noted, dataset), @r#"book.xlsx: sheet "Sheet1", cell C2: `2.52)` is not a number (F008)"#);
    let noted = noted.replace("decimal = \",\"\nthousands = \".\"\n", "");
    insta::assert_snapshot!(read(&bytes, &noted, dataset), @r#"book.xlsx: sheet "Sheet1", cell D3: `12,5 p` is not a number (F008)"#);
    let bytes = sheet(&[
        &["Area", "2020", "20211)", "2022*)"],
        &["Abai", "1.5", "2.52)", "c"],
        &["Ulytau", "…", "3", "12.5 p"],
    ]);
    insta::assert_snapshot!(read(&bytes, &noted, dataset), @"
    Abai | 2020 | 1.5 | A | · | ·
    Abai | 2021 | 2.5 | A | 2) | revised
    Abai | 2022 | · | C | · | *)
    Ulytau | 2020 | · | M | · | ·
    Ulytau | 2021 | 3.0 | A | · | revised
    Ulytau | 2022 | 12.5 | A | p | *)
    ");
}

#[test]
fn labels_are_part_of_what_is_less_indented_above() {
    let by_style = workbook(|sheet| {
        let labels = [("Total", 0), ("Arts", 1), ("Film", 2), ("Music", 2), ("Other", 1)];
        for (row, (label, indent)) in (1..).zip(labels) {
            let format = Format::new().set_indent(indent);
            sheet.write_string_with_format(row, 0, label, &format).unwrap();
            sheet.write_number(row, 1, f64::from(row)).unwrap();
        }
        sheet.write_string(0, 0, "Item").unwrap();
        sheet.write_string(0, 1, "Value").unwrap();
    });
    let by_spaces = sheet(&[
        &["Item", "Value"],
        &["Total", "1"],
        &["  Arts", "2"],
        &["    Film", "3"],
        &["    Music", "4"],
        &["  Other", "5"],
    ]);
    let dataset = r#"
        [dataset.components]
        ITEM = { role = "identifier", column = "Item" }
        PARENT = { role = "attribute", parent_of = "ITEM" }
        VALUE = { role = "measure", type = "integer", column = "Value" }
    "#;
    let expected =
        "Arts | Total | 2\nFilm | Arts | 3\nMusic | Arts | 4\nOther | Total | 5\nTotal | · | 1";
    assert_eq!(read(&by_style, "", dataset), expected);
    assert_eq!(read(&by_spaces, "", dataset), expected);
}

#[test]
fn tables_one_below_the_other() {
    let bytes = sheet(&[
        &["Table 1: Output", "", ""],
        &["", "", "2020"],
        &["", "estimate", "error"],
        &["Abai", "10", "1"],
        &["Total", "10", ""],
        &["Table 2: Jobs (thousand)"],
        &["", "", "2021"],
        &["", "estimate", "error"],
        &["Abai", "3", "0.5"],
    ]);
    let dataset = r#"
        table = "Table *"
        header = [2, 3]
        where = { KIND = "estimate", A = "A*" }
        [dataset.components]
        INDICATOR = { role = "identifier", cell = "A1", pattern = ": ([^ ]+)" }
        UNIT = { role = "attribute", cell = "A1", pattern = "\\((.+)\\)|$", map = { "" = "number" } }
        AREA = { role = "identifier", column = ["Region", "A"] }
        TIME = { role = "identifier", type = "time_period", heading = 1, offset = 1 }
        KIND = { role = "attribute", heading = 2 }
        VALUE = { role = "measure", type = "number", columns = "B:" }
    "#;
    insta::assert_snapshot!(read(&bytes, "", dataset), @"
    Jobs | Abai | 2021 | thousand | estimate | 3.0
    Output | Abai | 2020 | number | estimate | 10.0
    ");
    let only = dataset.replace("where = {", "where = { INDICATOR = \"*Jobs*\",");
    insta::assert_snapshot!(read(&bytes, "", &only), @"Jobs | Abai | 2021 | thousand | estimate | 3.0");
    let none = dataset.replace("\"Table *\"", "\"Tabelle *\"");
    insta::assert_snapshot!(read(&bytes, "", &none), @"book.xlsx: dataset `D`: there is no such table (F005)");
}

#[test]
fn declarations_that_do_not_hold_together() {
    let component = |text: &str| {
        let source = format!(
            "name = \"D\"\n[components]\nA = {{ role = \"identifier\", column = \"a\" }}\n\
             X = {{ role = \"attribute\", {text} }}"
        );
        toml::from_str::<olshem_formats::DatasetReading>(&source).unwrap_err().message().to_owned()
    };
    for (text, expected) in [
        ("cell = \"2A\"", "`cell` is written `A2`, not `2A`"),
        ("cell = \"A0\"", "`cell` is written `A2`, not `A0`"),
        ("marks_of = \"A\"", "marks are taken off numbers, periods and codes; `A` is a text"),
        ("flag_of = \"B\"", "`X` is of `B`, which is no component"),
        ("flag_of = \"X\"", "`X` is of `X`, which is of another itself"),
        ("value = \"a\", offset = 1", "only a `heading` can have an `offset`"),
    ] {
        assert_eq!(component(text), expected);
    }
}

#[test]
fn formulas_count_as_what_they_gave_and_errors_as_none() {
    let bytes = workbook(|sheet| {
        for (column, text) in ["Area", "Value"].iter().enumerate() {
            sheet.write_string(0, column as u16, *text).unwrap();
        }
        sheet.write_string(1, 0, "Abai").unwrap();
        sheet.write_formula(1, 1, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_string(2, 0, "Ulytau").unwrap();
        sheet.write_formula(2, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    });
    let dataset = r#"
        [dataset.components]
        AREA = { role = "identifier", column = "Area" }
        VALUE = { role = "measure", type = "number", column = "Value" }
    "#;
    insta::assert_snapshot!(read(&bytes, "", dataset), @r#"book.xlsx: sheet "Sheet1", cell B3: `#DIV/0!` is not a number (F008)"#);
    insta::assert_snapshot!(read(&bytes, "missing = [\"#DIV/0!\"]", dataset), @"
    Abai | 2.0
    Ulytau | ·
    ");
}

#[test]
fn a_million_empty_rows_cost_nothing() {
    let bytes = workbook(|sheet| {
        sheet.write_string(0, 0, "Area").unwrap();
        sheet.write_string(0, 16_383, "Value").unwrap();
        sheet.write_string(1_048_575, 0, "Abai").unwrap();
        sheet.write_number(1_048_575, 16_383, 5).unwrap();
    });
    let dataset = r#"
        [dataset.components]
        AREA = { role = "identifier", column = "Area", fill = true }
        VALUE = { role = "measure", type = "number", column = "Value" }
    "#;
    let started = Instant::now();
    assert_eq!(read(&bytes, "", dataset), "Abai | 5.0");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn what_would_unpack_to_gigabytes_is_refused() {
    let mut bytes = sheet(&[&["Area"], &["Abai"]]);
    // The directory at the end of the archive says how large each part is.
    let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let dataset = "[dataset.components]\nAREA = { role = \"identifier\", column = \"Area\" }";
    insta::assert_snapshot!(read(&bytes, "", dataset), @"book.xlsx: `[Content_Types].xml` in the workbook is larger than 1 GiB (F026)");
}

#[test]
fn a_sheet_of_libreoffice() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("mimetype", SimpleFileOptions::default()).unwrap();
    archive.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    archive.start_file("META-INF/manifest.xml", SimpleFileOptions::default()).unwrap();
    archive.write_all(b"<manifest:manifest/>").unwrap();
    archive.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    let cell = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |repeated: u32, cells: &str| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{repeated}\">{cells}</table:table-row>"
        )
    };
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:body><office:spreadsheet>\
         <table:table table:name=\"Лист1\">{}{}{}{}</table:table>\
         </office:spreadsheet></office:body></office:document-content>",
        row(1, &(cell("Area") + &cell("Value"))),
        row(3, "<table:table-cell/>"),
        row(
            1,
            &(cell("Abai")
                + "<table:table-cell office:value-type=\"float\" office:value=\"2.5\"><text:p>2,5</text:p></table:table-cell>")
        ),
        row(1_048_571, "<table:table-cell table:number-columns-repeated=\"1024\"/>"),
    );
    archive.write_all(content.as_bytes()).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let dataset = r#"
        sheet = "Лист*"
        [dataset.components]
        AREA = { role = "identifier", column = "Area" }
        VALUE = { role = "measure", type = "number", column = "Value" }
    "#;
    assert_eq!(read(&bytes, "", dataset), "Abai | 2.5");
}
