//! What must hold of every file, whatever is in it. The targets in `fuzz/` try to break these with
//! bytes of their own making; `corpora.rs` keeps those that once did.

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::panic)]

use olshem_formats::described::{DataFile, FileFormat, csv_headings, csv_rows};
use olshem_formats::files::{self, Known, Writing};
use olshem_formats::message::{
    Action, Collected, Description, Header, Loss, Observations, Receiver,
};
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind, errors, sdmx, structures};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, Role};
use std::path::Path;
use std::sync::{Arc, Mutex};

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
    let again = |kind: Kind| {
        let mut written = Vec::new();
        let mut writer = files::writer(kind, Box::new(&mut written), &Writing::default()).unwrap();
        for (description, observations) in &collected.datasets {
            writer.dataset(description.clone()).ok()?;
            for observations in observations {
                writer.observations(observations.clone()).unwrap();
            }
        }
        if collected.datasets.is_empty() {
            writer.metadata(collected.metadata.clone()).unwrap();
        }
        writer.finish().unwrap();
        let text = String::from_utf8_lossy(&written);
        let again = read(&written).unwrap_or_else(|fault| panic!("{kind}: {fault}\n{text}"));
        Some((text.into_owned(), again))
    };
    // 1.0 can hold less.
    again(Kind::SdmxJson1);
    let Some((written, again)) = again(Kind::SdmxJson2) else { return };
    let batches = |collected: &Collected| -> Vec<_> {
        let all = collected.datasets.iter().flat_map(|(_, observations)| observations);
        all.map(|observations| observations.batch.columns().to_vec()).collect()
    };
    assert_eq!(collected.datasets.len(), again.datasets.len());
    for ((before, _), (after, _)) in collected.datasets.iter().zip(&again.datasets) {
        assert_eq!(before.variables.len(), after.variables.len());
    }
    if collected.datasets.iter().all(|(description, _)| description.structure.is_some()) {
        assert_eq!(batches(&collected), batches(&again), "{written}");
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

/// A PC-Axis file is read or refused; what was read is written so that it says the same: written again it
/// is the same text, and as JSON-stat too.
pub(crate) fn px(bytes: &[u8]) {
    let Some(mut once) = read_cube("table.px", bytes) else { return };
    let (text, _) = written(&once, Kind::Px, &Writing::default()).unwrap();
    let twice = read_cube("table.px", text.as_bytes()).unwrap();
    assert_eq!(written(&twice, Kind::Px, &Writing::default()).unwrap().0, text);
    // Where the file does not tell its decimals, the writer has counted them.
    for ((once, _), (twice, _)) in once.datasets.iter_mut().zip(&twice.datasets) {
        for (once, twice) in once.variables.iter_mut().zip(&twice.variables) {
            once.decimals = once.decimals.or(twice.decimals);
        }
    }
    let as_json = |read| written(read, Kind::JsonStat, &Writing::default()).unwrap().0;
    assert_eq!(as_json(&once), as_json(&twice), "{text}");
}

/// The same of JSON-stat, but that not all of it can be written.
pub(crate) fn jsonstat(bytes: &[u8]) {
    let Some(once) = read_cube("data.json", bytes) else { return };
    let write = |read, kind| match written(read, kind, &Writing::default()) {
        Ok((text, _)) => Some(text),
        Err(fault) => {
            let known = [errors::UNWRITABLE.id, errors::DUPLICATE_OBSERVATION.id];
            assert!(known.contains(&fault.code.id), "{fault}");
            None
        }
    };
    let Some(text) = write(&once, Kind::JsonStat) else { return };
    let twice = read_cube("data.json", text.as_bytes()).unwrap();
    assert_eq!(write(&twice, Kind::JsonStat).as_ref(), Some(&text));
    if let Some(px) = write(&once, Kind::Px) {
        read_cube("table.px", px.as_bytes()).unwrap();
    }
}

/// What a file holds; nothing if it is refused, or has more observations than a test has time for.
fn read_cube(name: &str, bytes: &[u8]) -> Option<Collected> {
    let content = Content::in_memory(name, bytes.to_vec());
    let mut few = Few::default();
    match files::read(&content, &Known::default(), &mut few) {
        Ok(_) => Some(few.0),
        Err(faults) if faults.iter().any(|fault| fault.message == Few::TOO_MANY) => None,
        Err(faults) => {
            assert_told(&faults);
            None
        }
    }
}

/// Takes no more than a hundred thousand observations.
#[derive(Default)]
struct Few(Collected, usize);

impl Few {
    const TOO_MANY: &str = "more than a test has time for";
}

impl Receiver for Few {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.0.header(header)
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.0.metadata(metadata)
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        self.0.dataset(description)
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        self.1 += observations.batch.num_rows();
        if self.1 > 100_000 {
            return Err(Diagnostic::new(&errors::TOO_LARGE, Place::Nowhere, Self::TOO_MANY));
        }
        self.0.observations(observations)
    }
}

/// What was read as a file of that kind, and what that can't hold.
pub(crate) fn written(
    collected: &Collected,
    kind: Kind,
    writing: &Writing,
) -> Result<(String, Vec<Loss>), Diagnostic> {
    let out = InMemory::default();
    let mut writer = files::writer(kind, Box::new(out.clone()), writing)?;
    writer.header(collected.header.clone())?;
    writer.metadata(collected.metadata.clone())?;
    for (description, batches) in &collected.datasets {
        writer.dataset(description.clone())?;
        for batch in batches {
            writer.observations(batch.clone())?;
        }
    }
    let losses = writer.finish()?;
    let bytes = out.0.lock().unwrap().clone();
    Ok((String::from_utf8(bytes).unwrap(), losses))
}

/// A file in memory that can be looked at afterwards.
#[derive(Clone, Default)]
struct InMemory(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for InMemory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
