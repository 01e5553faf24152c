//! SDMX-ML: the public samples, and the small messages that fuzzing begins with.

use crate::{properties, shared, told};
use arrow::array::{Array, AsArray};
use olshem_formats::Content;
use olshem_formats::files::{Known, collect};
use olshem_formats::message::{Collected, Description, Observations};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every message of the collections is read, or refused for the right reason.
#[test]
fn samples() {
    for (folder, snapshot) in [("sdmx", "sdmx_samples"), ("insee_bpe", "sdmx_samples_insee")] {
        let Some(root) = shared(&format!("data/formats/{folder}")) else { return };
        let files = files(&root);
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

/// The messages in a folder, in order.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    messages(root, &mut files);
    files.sort();
    files
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

/// Data that call their structure otherwise than it calls itself, and where it is.
const GIVEN: &[(&str, &str)] = &[
    ("ECB_EXR/rg-", "rg-structure-full.xml"),
    ("v3/xml/ECB_EXR0.xml", "ECB_EXR1.xml"),
    ("v3/xml/ECB_EXR_CA.xml", "ECB_EXR_CA_DSD.xml"),
];

/// What a file holds, read with what lies beside it.
fn outcome(file: &Path) -> String {
    let path = file.to_string_lossy();
    let given = GIVEN.iter().find(|(data, _)| path.contains(data) && !path.contains("structure"));
    let given = given.map(|(_, structure)| {
        let content = Content::file(file.with_file_name(structure));
        collect(&content, &Known::default()).unwrap().1.metadata
    });
    let known = Known::new(given.unwrap_or_default(), file.parent().map(Path::to_path_buf));
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
    count("provision agreements", metadata.provision_agreements.len(), 0);
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

/// Each small message, as far as it has data: what is said of the data set, its variables, its rows; or
/// why it is refused.
#[test]
fn messages_of_our_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/sdmx_ml");
    let mut files = Vec::new();
    messages(&folder, &mut files);
    files.sort();
    let mut table = String::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy();
        let content = Content::in_memory(&*name, std::fs::read(&file).unwrap());
        let known = Known::new(properties::sdmx_structures(), None);
        match collect(&content, &known) {
            Ok((kind, read)) => {
                writeln!(table, "{name}: {kind}: {}", summary(&read)).unwrap();
                for (description, batches) in &read.datasets {
                    rows(description, batches, &mut table);
                }
                for remark in &read.header.remarks {
                    writeln!(table, "  remark: {remark}").unwrap();
                }
            }
            Err(faults) => table.push_str(&told(&faults)),
        }
    }
    insta::assert_snapshot!(table);
}

fn rows(description: &Description, batches: &[Observations], table: &mut String) {
    let Description { action, dataflow, structure, source, extras, .. } = description;
    let reference = dataflow.as_ref().or(structure.as_ref());
    let reference = reference.map(ToString::to_string).unwrap_or_default();
    writeln!(table, "  {action:?} {reference} {source:?}").unwrap();
    for extra in extras {
        writeln!(table, "  {}: {}", extra.keyword, extra.values.join("|")).unwrap();
    }
    for variable in &description.variables {
        let list = if variable.is_list { " list" } else { "" };
        let component = &variable.component;
        let attachment = &variable.attachment;
        let text = format!("{} {:?}{list} {attachment:?}", component.name, component.data_type);
        writeln!(table, "  {text}").unwrap();
    }
    for Observations { batch, origins } in batches {
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| {
                let values = column.as_string_view();
                if values.is_null(row) { "·".to_owned() } else { values.value(row).to_owned() }
            });
            let values: Vec<String> = values.collect();
            writeln!(table, "  {}: {}", origins.place(row, 0), values.join(" | ")).unwrap();
        }
    }
    for note in &description.notes {
        writeln!(table, "  note on {:?}: {:?}", note.on, note.texts).unwrap();
    }
}

/// All that is kept of a structure message.
#[test]
fn a_structure_message() {
    insta::assert_debug_snapshot!(properties::sdmx_structures());
}

/// Batches end at 8192 rows; values of a series that are long are the same in all of them.
#[test]
fn a_series_over_several_batches() {
    let mut message = String::from(
        r#"<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
        xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"><m:DataSet>
        <g:Series><g:SeriesKey><g:Value id="A" value="a"/></g:SeriesKey>
        <g:Attributes><g:Value id="TITLE" value="longer than a view of twelve bytes"/></g:Attributes>
        "#,
    );
    for year in 0..20_000 {
        let observation =
            format!(r#"<g:ObsDimension value="{year}"/><g:ObsValue value="{year}"/>"#);
        writeln!(message, "<g:Obs>{observation}</g:Obs>").unwrap();
    }
    message.push_str("</g:Series></m:DataSet></m:GenericData>");
    let content = Content::in_memory("long.xml", message);
    let (_, read) = collect(&content, &Known::default()).unwrap();
    let batches = &read.datasets[0].1;
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.batch.num_rows()).collect();
    assert_eq!(sizes, [8192, 8192, 3616]);
    let mut year = 0;
    for batch in batches.iter().map(|observations| &observations.batch) {
        let column = |name| batch.column_by_name(name).unwrap().as_string_view();
        for row in 0..batch.num_rows() {
            assert_eq!(column("TITLE").value(row), "longer than a view of twelve bytes");
            assert_eq!(column("OBS_VALUE").value(row), year.to_string());
            year += 1;
        }
    }
}
