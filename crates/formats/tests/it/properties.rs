//! What must hold of every file, whatever is in it. The targets in `fuzz/` try to break these with
//! bytes of their own making; `corpora.rs` keeps those that once did.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use olshem_formats::described::{DataFile, FileFormat, csv_headings, csv_rows};
use olshem_formats::files::Writing;
use olshem_formats::message::{Collected, Receiver, Writer};
use olshem_formats::{Content, sdmx, structures};
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

/// A message of SDMX-JSON is read or refused; its data, written, read the same.
pub(crate) fn sdmx_json(bytes: &[u8]) {
    let read = |bytes: &[u8]| {
        let content = Content::in_memory("message.json", bytes.to_vec());
        let mut collected = Collected::default();
        sdmx::json::read(&content, &mut collected).map(|()| collected)
    };
    let collected = match read(bytes) {
        Ok(collected) => collected,
        Err(fault) => return assert_told(&[fault]),
    };
    let mut written = Vec::new();
    let mut writer =
        Box::new(sdmx::json::JsonWriter::new(Box::new(&mut written), &Writing::default()));
    for (description, observations) in &collected.datasets {
        if writer.dataset(description.clone()).is_err() {
            return;
        }
        for observations in observations {
            writer.observations(observations.clone()).unwrap();
        }
    }
    if collected.datasets.is_empty() {
        writer.metadata(collected.metadata.clone()).unwrap();
    }
    writer.finish().unwrap();
    let again = read(&written);
    let again =
        again.unwrap_or_else(|fault| panic!("{fault}\n{}", String::from_utf8_lossy(&written)));
    let batches = |collected: &Collected| -> Vec<_> {
        let all = collected.datasets.iter().flat_map(|(_, observations)| observations);
        all.map(|observations| observations.batch.columns().to_vec()).collect()
    };
    assert_eq!(collected.datasets.len(), again.datasets.len());
    for ((before, _), (after, _)) in collected.datasets.iter().zip(&again.datasets) {
        assert_eq!(before.variables.len(), after.variables.len());
    }
    if collected.datasets.iter().all(|(description, _)| description.structure.is_some()) {
        assert_eq!(batches(&collected), batches(&again), "{}", String::from_utf8_lossy(&written));
    }
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
