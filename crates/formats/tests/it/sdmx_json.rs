//! SDMX-JSON as others write it, and as we do.

use crate::{shared, told};
use arrow::array::{Array, AsArray};
use olshem_formats::files::{Known, collect};
use olshem_formats::message::{Collected, Description, Observations};
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn files_below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

/// What was read of a file, in a line for each part.
pub(crate) fn outcome(read: Result<(Kind, Collected), Vec<olshem_model::Diagnostic>>) -> String {
    let (kind, collected) = match read {
        Ok(read) => read,
        Err(faults) => return format!("refused: {}", told(&faults)),
    };
    let mut lines = format!("{kind}\n");
    for remark in &collected.header.remarks {
        writeln!(lines, "  remark: {remark}").unwrap();
    }
    for (description, observations) in &collected.datasets {
        let rows: usize = observations.iter().map(|o| o.batch.num_rows()).sum();
        let structure = description.data_structure();
        writeln!(lines, "  {:?} {}: {rows} of {structure}", description.action, description.id)
            .unwrap();
        if !description.notes.is_empty() {
            writeln!(lines, "    {} notes", description.notes.len()).unwrap();
        }
    }
    lines + &counts(&collected.metadata)
}

fn counts(metadata: &Metadata) -> String {
    let mut lines = String::new();
    let mut count = |what, count: usize, items: usize| {
        if count > 0 {
            writeln!(lines, "  {count} {what} with {items} items").unwrap();
        }
    };
    let codes = metadata.codelists.iter().map(|list| list.content.items().len()).sum();
    count("codelists", metadata.codelists.len(), codes);
    let concepts = metadata.concept_schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("concept schemes", metadata.concept_schemes.len(), concepts);
    let parts = metadata.structures.iter().map(|structure| structure.content.len()).sum();
    count("structures", metadata.structures.len(), parts);
    count("dataflows", metadata.dataflows.len(), 0);
    let nodes = metadata.hierarchies.iter().flat_map(|h| &h.content).map(|h| h.nodes.len()).sum();
    count("hierarchies", metadata.hierarchies.len(), nodes);
    let regions = metadata.constraints.iter().map(|c| c.content.regions.len()).sum();
    count("constraints", metadata.constraints.len(), regions);
    let items = metadata.item_schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("item schemes", metadata.item_schemes.len(), items);
    let vtl = metadata.transformation_schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("transformation schemes", metadata.transformation_schemes.len(), vtl);
    count("provision agreements", metadata.provision_agreements.len(), 0);
    count("others", metadata.others.len(), 0);
    lines
}

/// A data set as lines of text, with headings.
pub(crate) fn rows(description: &Description, observations: &[Observations]) -> String {
    let names: Vec<&str> =
        description.variables.iter().map(|v| v.component.name.as_str()).collect();
    let mut lines = names.join("|") + "\n";
    for batch in observations.iter().map(|observations| &observations.batch) {
        for row in 0..batch.num_rows() {
            let cell = |column: &arrow::array::ArrayRef| match column.is_null(row) {
                true => String::new(),
                false => column.as_string_view().value(row).to_owned(),
            };
            lines += &(batch.columns().iter().map(cell).collect::<Vec<_>>().join("|") + "\n");
        }
    }
    lines
}

#[test]
fn every_sample_reads_or_is_refused_for_a_right_reason() {
    let Some(folder) = shared("data/formats/sdmx") else { return };
    let mut files = Vec::new();
    files_below(&folder, "json", &mut files);
    let mut table = String::new();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(&folder).unwrap();
        let read = collect(&Content::in_memory(name, bytes), &Known::default());
        table += &format!("{}: {}", name.display(), outcome(read));
    }
    insta::assert_snapshot!(table);
}

/// The rows of all data sets of a file.
fn rows_of(path: &Path) -> String {
    let (_, collected) =
        collect(&Content::file(path), &Known::default()).unwrap_or_else(|f| panic!("{}", told(&f)));
    collected.datasets.iter().map(|(description, o)| rows(description, o)).collect()
}

#[test]
fn values_are_those_that_another_reader_finds() {
    for name in ["flat", "xs"] {
        let Some(folder) = shared("data/formats/sdmx") else { return };
        let expected = folder.join(format!("expected/{name}-json.txt"));
        let expected = std::fs::read_to_string(expected).unwrap();
        let read = rows_of(&folder.join(format!("ECB_EXR/{name}.json")));
        // The other reader has the columns in another order.
        let sorted = |mut cells: Vec<String>| {
            cells.sort();
            cells
        };
        let mut found: Vec<Vec<String>> = read
            .lines()
            .skip(1)
            .map(|line| sorted(line.split('|').take(7).map(str::to_owned).collect()))
            .collect();
        let mut expected: Vec<Vec<String>> = expected
            .lines()
            .skip(1)
            .map(|line| sorted(line.split_whitespace().map(str::to_owned).collect()))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn attributes_of_every_level_stand_at_their_observations() {
    let Some(folder) = shared("data/formats/sdmx/v3/json/data") else { return };
    insta::assert_snapshot!(rows_of(&folder.join("agri.json")));
    insta::assert_snapshot!(rows_of(&folder.join("constructed-sample-full.json")));
    insta::assert_snapshot!(rows_of(&folder.join("exr-time-series.json")));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let with = |observations: &str| {
        format!(
            "{{\"data\": {{\"dataSets\": [{{\n\"observations\": {observations}}}],\n\"structures\": \
             [{{\"dimensions\": {{\"observation\": [{{\"id\": \"A\", \"keyPosition\": 0, \"values\": \
             [{{\"id\": \"a\"}}]}}]}}}}]}}}}"
        )
    };
    let deep = "[".repeat(200);
    let mut table = String::new();
    for text in [
        with("{\"0\": [1]}"),
        with("{\"1\": [1]}"),
        with("{\"0:0\": [1]}"),
        with("{\"-1\": [1]}"),
        with("{\"99999999999999999999\": [1]}"),
        with("{\"x\": [1]}"),
        with("{\"0\": [{\"en\": \"text\"}]}"),
        with("{\"0\": 1}"),
        with("{\"0\": [1"),
        with("[1]"),
        with("{}, \"observations\": {}"),
        with("{\"0\": [1.5e400, 1]}"),
        format!("{{\"data\": {{\"dataSets\": [{{\"x\": {deep}"),
        "{\"data\": {\"dataSets\": [], \"dataSets\": [{}]}} 1".to_owned(),
        "{\"data\": {\"dataSets\": [{}]}}".to_owned(),
        "{\"data\": {\"structures\": [{\"dimensions\": {}}], \"dataSets\": [{\"structure\": 7}]}}"
            .to_owned(),
        "{\"meta\": {}, \"errors\": [{\"code\": 404, \"title\": \"no results\"}]}".to_owned(),
        "{\"meta\": {}, \"data\": {\"metadataSets\": []}}".to_owned(),
        "{\"meta\": {}}".to_owned(),
        "{\"meta\": {}, \"meta\": {}}".to_owned(),
        "{\"data\": {\"codelists\": [{\"id\": \"C\",\n\"codes\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}]}}"
            .to_owned(),
        "{\"data\": {\"codelists\": [{\"codes\": []}]}}".to_owned(),
    ] {
        let content = Content::in_memory("message.json", text.clone());
        let mut collected = Collected::default();
        let told = match olshem_formats::sdmx::json::read(&content, &mut collected) {
            Err(fault) => told(&[fault]),
            Ok(()) => collected.datasets.iter().map(|(d, o)| rows(d, o)).collect(),
        };
        let shown: String = text.chars().take(300).collect();
        writeln!(table, "{shown}\n=> {told}").unwrap();
    }
    insta::assert_snapshot!(table);
}
