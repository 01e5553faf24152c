//! CSV that nothing describes: files longer than what is read at a time, in the encodings that occur.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};
use olshem_formats::files::{Known, collect};
use olshem_formats::message::Collected;
use olshem_formats::{Content, Kind};
use std::fmt::Write as _;
use std::io::Write as _;

const ROWS: usize = 60_000;

/// A table of about three megabytes. A remark of two lines stands in every hundredth row.
fn table() -> String {
    let mut text = "region;year;value;remark\r\n".to_owned();
    for row in 0..ROWS {
        let (region, year) = (row / 20, 2000 + row % 20);
        let remark = if row % 100 == 0 {
            "\"по данным\r\nведомства; уточнено\""
        } else {
            "уточнено"
        };
        write!(text, "Район № {region};{year};{}.5;{remark}\r\n", row * 3).unwrap();
    }
    text
}

fn read(name: &str, bytes: Vec<u8>) -> Result<Collected, String> {
    match collect(&Content::in_memory(name, bytes), &Known::default()) {
        Ok((kind, collected)) => {
            assert_eq!(kind, Kind::Csv);
            Ok(collected)
        }
        Err(faults) => Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn long_files_are_read_in_pieces_in_any_encoding() {
    let text = table();
    let in_encoding = |encoding: &'static Encoding| encoding.encode(&text).0.into_owned();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes);
    for (name, bytes) in [
        ("utf-8.csv", in_encoding(UTF_8)),
        ("marked.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("windows-1251.csv", in_encoding(WINDOWS_1251)),
        ("utf-16.csv", [0xff, 0xfe].into_iter().chain(utf16).collect()),
        ("packed.csv.gz", gzip.finish().unwrap()),
    ] {
        let collected = read(name, bytes).unwrap();
        let (description, observations) = &collected.datasets[0];
        let structure = description.data_structure().to_string();
        assert_eq!(structure, "region, year, remark -> value", "{name}");
        let rows: usize = observations.iter().map(|o| o.batch.num_rows()).sum();
        assert_eq!(rows, ROWS, "{name}");
        let last = observations.last().unwrap();
        let row = last.batch.num_rows() - 1;
        let values: Vec<&str> = last.columns().iter().map(|column| column.value(row)).collect();
        assert_eq!(values, ["Район № 2999", "2019", "уточнено", "179997.5"], "{name}");
        // The headings, a line for each row, and one more for each remark of two.
        let place = last.origins.place(row, 3).to_string();
        assert_eq!(place, format!("{name}: line {}", 1 + ROWS + ROWS / 100));
    }
}

#[test]
fn faults_are_told_by_their_line_however_far_down() {
    let line = 2 + ROWS + ROWS / 100;
    for (text, fault) in [
        (
            table() + "Район № 3000;2019\r\n",
            format!("late.csv: line {line}: the row has 2 fields, the headings 4 (F004)"),
        ),
        (
            table() + "\"Район № 3000;2019;1;\r\nуточнено\r\n",
            format!(
                "late.csv: line {line}: a quotation mark opens here and is never closed (F003)"
            ),
        ),
    ] {
        assert_eq!(read("late.csv", text.into_bytes()).unwrap_err(), fault);
    }
}
