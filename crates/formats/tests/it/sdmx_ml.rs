//! SDMX-ML: the public samples, and small messages of our own.

use crate::{shared, told};
use olshem_formats::Content;
use olshem_formats::files::{Known, collect};
use olshem_formats::message::Collected;
use olshem_formats::metadata::Metadata;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every message of the collections is read, or refused for the right reason.
#[test]
fn samples() {
    for (folder, snapshot) in [("sdmx", "sdmx_samples"), ("insee_bpe", "sdmx_samples_insee")] {
        let Some(root) = shared(&format!("data/formats/{folder}")) else { return };
        let mut files = Vec::new();
        messages(&root, &mut files);
        files.sort();
        let mut table = String::new();
        for file in files {
            let name = file.strip_prefix(&root).unwrap().display();
            // What is wrong names files from where the collection is.
            let outcome = outcome(&file).replace(&format!("{}/", root.display()), "");
            writeln!(table, "{name}: {outcome}").unwrap();
        }
        insta::assert_snapshot!(snapshot, table);
    }
}

fn messages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            messages(&path, found);
        } else if name.ends_with(".xml") || name.ends_with(".zip") {
            found.push(path);
        }
    }
}

/// What a file holds, read with what lies beside it.
fn outcome(file: &Path) -> String {
    let known = Known::new(Metadata::default(), file.parent().map(Path::to_path_buf));
    match collect(&Content::file(file), &known) {
        Ok((kind, read)) => format!("{kind}: {}", summary(&read)),
        Err(faults) => told(&faults).trim_end().to_owned(),
    }
}

fn summary(read: &Collected) -> String {
    let mut parts = Vec::new();
    let mut count = |name: &str, artefacts: usize, parts_of_them: usize| {
        if artefacts > 0 {
            parts.push(format!("{artefacts} {name} ({parts_of_them})"));
        }
    };
    let metadata = &read.metadata;
    let codes = metadata.codelists.iter().map(|list| list.content.items().len()).sum();
    count("codelists", metadata.codelists.len(), codes);
    let concepts = metadata.concept_schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("concept schemes", metadata.concept_schemes.len(), concepts);
    let components = metadata.structures.iter().map(|structure| structure.content.len()).sum();
    count("structures", metadata.structures.len(), components);
    let flows = metadata.dataflows.iter().filter(|flow| flow.content.is_some()).count();
    count("dataflows", metadata.dataflows.len(), flows);
    let hierarchies = metadata.hierarchies.iter().map(|list| list.content.len()).sum();
    count("hierarchies", metadata.hierarchies.len(), hierarchies);
    let regions = metadata.constraints.iter().map(|one| one.content.regions.len()).sum();
    count("constraints", metadata.constraints.len(), regions);
    let items = metadata.item_schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("item schemes", metadata.item_schemes.len(), items);
    let schemes = &metadata.transformation_schemes;
    let steps = schemes.iter().map(|scheme| scheme.content.len()).sum();
    count("transformation schemes", schemes.len(), steps);
    count("others", metadata.others.len(), 0);
    for (description, batches) in &read.datasets {
        let rows: usize = batches.iter().map(|batch| batch.batch.num_rows()).sum();
        let notes = match description.notes.len() {
            0 => String::new(),
            notes => format!(", {notes} notes"),
        };
        let structure = description.data_structure();
        parts.push(format!("data set {}: {rows} observations{notes}: {structure}", description.id));
    }
    if !read.header.remarks.is_empty() {
        parts.push(format!("{} remarks", read.header.remarks.len()));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}
