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
