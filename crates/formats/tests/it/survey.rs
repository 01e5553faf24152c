//! Tables are found in files that say nothing of themselves, and what is proposed for them reads.

use crate::{Source, shared, told};
use olshem_formats::Content;
use olshem_formats::survey::{FoundTable, survey};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read, Write as _};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A table in a line or two.
fn shown(table: &FoundTable) -> String {
    let columns = table.columns.iter();
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for column in columns {
        let kind = column.holds.to_string();
        match kinds.last_mut() {
            Some((last, count)) if *last == kind => *count += 1,
            _ => kinds.push((kind, 1)),
        }
    }
    let kinds: Vec<String> =
        kinds.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let title: String =
        table.titles.first().map(String::as_str).unwrap_or("·").chars().take(50).collect();
    let note: String =
        table.notes.first().map(String::as_str).unwrap_or("·").chars().take(30).collect();
    format!("{} under {:?}: {} | {title} | {note}", table.range(), table.header, kinds.join(", "))
}

#[test]
fn tables_in_official_workbooks() {
    let Some(folder) = shared("data/formats/xlsx") else { return };
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut found = String::new();
    let mut proposed = String::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let survey = survey(&Content::file(&file)).unwrap();
        writeln!(found, "{name}").unwrap();
        // Of many sheets of one shape, the first few show it.
        for sheet in survey.sheets.iter().take(4) {
            let label = sheet.name.as_deref().unwrap_or_default();
            writeln!(found, "  \"{label}\": {} rows, {} tables", sheet.rows, sheet.tables.len())
                .unwrap();
            for table in sheet.tables.iter().take(3) {
                writeln!(found, "    {}", shown(table)).unwrap();
            }
        }
        let proposal = survey.proposal(None);
        let (datasets, left_out) = (proposal.datasets.len(), proposal.left_out.len());
        writeln!(proposed, "{name}: {datasets} datasets, {left_out} left out").unwrap();
        for why in proposal.left_out.iter().take(3) {
            writeln!(proposed, "  {why}").unwrap();
        }
        // What was tried table by table reads as a whole; to see that of the smaller ones is enough.
        let bytes = fs::read(&file).unwrap();
        if datasets > 0 && bytes.len() < 200_000 {
            match Source::parse(&proposal.text).read(&name, &bytes) {
                Ok(tables) => assert_eq!(tables.len(), datasets),
                Err(faults) => panic!("{}", told(&faults)),
            }
        }
        if let Some(folder) = std::env::var_os("OLSHEM_KEEP_PROPOSALS") {
            fs::write(Path::new(&folder).join(format!("{name}.toml")), &proposal.text).unwrap();
        }
    }
    insta::assert_snapshot!("tables_in_official_workbooks", found);
    insta::assert_snapshot!("proposals_for_official_workbooks", proposed);
}

/// The proposal for a file, which must read.
fn proposed(file: &str, bytes: &[u8]) -> String {
    let survey = survey(&Content::in_memory(file, bytes.to_vec())).unwrap();
    let proposal = survey.proposal(None);
    assert_eq!(survey.proposal(None).text, proposal.text);
    if !proposal.datasets.is_empty() {
        match Source::parse(&proposal.text).read(file, bytes) {
            Ok(tables) => assert_eq!(tables.len(), proposal.datasets.len()),
            Err(faults) => panic!("{}", told(&faults)),
        }
    }
    proposal.text + &proposal.left_out.join("\n")
}

#[test]
fn delimited_files_of_many_dialects() {
    let russian = "Регион;Год;Занятые, тыс. чел.;Примечание\n\
                   Абай;2022;12,5;\nАбай;2023;1 234,75;пересмотрено\nУлытау;2022;…;\nУлытау;2023;3,0;\n";
    let (windows, _, _) = encoding_rs::WINDOWS_1251.encode(
        "Регион;Год;Занятые, тыс. чел.;Примечание\n\
                   Абай;2022;12,5;\nАбай;2023;1 234,75;пересмотрено\nУлытау;2022;3,25;\n",
    );
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(russian.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let years = "\"Code\",\"Area\",2021,2022,2023\n10,Abai,1.5,2.5,n/a\n11,Akmola,2,3,4\n";
    let shown = [
        proposed("utf8.csv", russian.as_bytes()),
        proposed("windows.csv", &windows),
        proposed("utf16.csv", &utf16),
        proposed("years.csv", years.as_bytes()),
        proposed("tabs.tsv", b"time\tgeo\tvalue\n2020-Q1\tKZ\t1\n2020-Q2\tKZ\t2\n"),
        proposed("texts.csv", b"a,b\nx,y\nz,w\n"),
    ];
    insta::assert_snapshot!(shown.join("\n----\n"));
}

/// A workbook of ours with one of its parts changed.
fn with_part(bytes: &[u8], part: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut changed = ZipWriter::new(Cursor::new(Vec::new()));
    let mut change = Some(change);
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if name == part {
            change.take().unwrap()(&mut content);
        }
        changed.start_file(name, SimpleFileOptions::default()).unwrap();
        changed.write_all(&content).unwrap();
    }
    changed.finish().unwrap().into_inner()
}

fn small_workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in
        [["Area", "2022", "2023"], ["Abai", "1", "2"], ["Ulytau", "3", "…"]].iter().enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            match text.parse::<f64>() {
                Ok(number) => sheet.write_number(row as u32, column as u16, number).unwrap(),
                Err(_) => sheet.write_string(row as u32, column as u16, *text).unwrap(),
            };
        }
    }
    workbook.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_workbooks_are_surveyed_or_refused(
        part in prop::sample::select(vec![
            "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml",
            "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        // Bytes of XML, put where others stood, make more trouble than any byte would.
        let with = b"<>/\"'=&;:09AZ-. tcrsv\x00\xff";
        let bytes = with_part(&small_workbook(), part, |content| {
            for (at, byte) in &changes {
                let at = at.index(content.len());
                content[at] = with[byte.index(with.len())];
            }
        });
        if let Ok(survey) = survey(&Content::in_memory("book.xlsx", bytes)) {
            drop(survey.proposal(None));
        }
    }

    #[test]
    fn any_text_is_surveyed_or_refused(text in "[a-c0-9,;.\"\\n …-]{0,60}|(\\PC{0,6}[,;\\t\\n]){0,20}") {
        let file = Content::in_memory("data.csv", text.into_bytes());
        if let Ok(survey) = survey(&file) {
            drop(survey.proposal(None));
        }
    }
}
