//! What must hold of every file, whatever is in it. The targets in `fuzz/` try to break these with
//! bytes of their own making; `corpora.rs` keeps those that once did.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use olshem_formats::Content;
use olshem_formats::described::{DataFile, FileFormat, csv_headings, csv_rows};
use olshem_formats::files::Known;
use olshem_formats::message::{Action, Collected};
use olshem_formats::metadata::Metadata;
use olshem_formats::{sdmx, structures};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, Role};
use std::path::Path;

/// A description of structures is read or refused; what was read is written so that it reads the
/// same.
pub(crate) fn structures(json: &[u8]) {
    let file = Path::new("structures.json");
    match structures::read(file, json) {
        Ok(read) => {
            let listed = read.iter().map(|(name, structure)| (name.as_str(), structure));
            let written = structures::write(listed, []);
            assert_eq!(structures::read(file, written.as_bytes()).unwrap(), read, "{written}");
        }
        Err(faults) => {
            assert_told(&faults);
            for fault in &faults {
                if let Place::Text { span, .. } = &fault.place {
                    assert!(span.start <= json.len(), "{fault} of {} bytes", json.len());
                }
            }
        }
    }
}

/// A CSV file is read or refused, as is one without nulls or identifiers; what was read is written so
/// that it reads the same.
pub(crate) fn csv(bytes: &[u8]) {
    for structure in [every_type(), DataStructure::new([Component::measure("M", DataType::String)])]
    {
        let file = Path::new("data.csv");
        let read = |text: &[u8]| {
            let bytes = bytes::Bytes::copy_from_slice(text);
            DataFile::in_memory(file, bytes, FileFormat::Csv, structure.clone())?.read()
        };
        match read(bytes) {
            Ok(rows) => {
                let written = csv_headings(&rows.schema()) + &csv_rows(&rows);
                assert_eq!(read(written.as_bytes()).unwrap(), rows, "{written}");
            }
            Err(faults) => assert_told(&faults),
        }
    }
}

/// A message of SDMX-ML is read or refused; observations follow what was said of their data set.
pub(crate) fn sdmx_ml(bytes: &[u8]) {
    thread_local!(static KNOWN: Known = Known::new(sdmx_structures(), None));
    let content = Content::in_memory("message.xml", bytes.to_vec());
    let mut read = Collected::default();
    if let Err(faults) = KNOWN.with(|known| sdmx::ml::read(&content, known, &mut read)) {
        assert_told(&faults);
    }
    for (description, batches) in &read.datasets {
        for batch in batches.iter().map(|observations| &observations.batch) {
            assert_eq!(batch.num_columns(), description.variables.len());
            assert!((1..=8192).contains(&batch.num_rows()));
            if description.action != Action::Delete {
                let keys = description.data_structure().identifiers().count();
                let keys = batch.columns().iter().take(keys);
                assert!(keys.into_iter().all(|key| key.null_count() == 0), "a key has nulls");
            }
        }
    }
}

/// The structures of the messages in the corpus.
pub(crate) fn sdmx_structures() -> Metadata {
    let messages = [
        include_str!("../../../../fuzz/corpus/sdmx_ml/structure-3.0.xml"),
        include_str!("../../../../fuzz/corpus/sdmx_ml/structure-2.0.xml"),
    ];
    let mut read = Collected::default();
    for message in messages {
        let content = Content::in_memory("structure.xml", message);
        sdmx::ml::read(&content, &Known::default(), &mut read).unwrap();
    }
    read.metadata
}

/// A component of each type and role.
fn every_type() -> DataStructure {
    let viral = Role::ViralAttribute;
    DataStructure::new([
        Component::identifier("I", DataType::Integer),
        Component::identifier("P", DataType::TimePeriod),
        Component::measure("N", DataType::Number),
        Component { nullable: false, ..Component::measure("B", DataType::Boolean) },
        Component::measure("D", DataType::Date),
        Component::measure("T", DataType::Time),
        Component::attribute("S", DataType::String),
        Component { role: viral, ..Component::attribute("L", DataType::Duration) },
    ])
}

fn assert_told(faults: &[Diagnostic]) {
    assert!(!faults.is_empty(), "refused without a fault");
    for fault in faults {
        assert!(fault.place.file().is_some(), "no place: {fault:?}");
        assert!(!fault.message.is_empty() && !fault.message.contains('\n'), "{fault:?}");
    }
}
