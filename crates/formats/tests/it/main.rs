//! Behaviour through the crate's public face.

// Clippy's leave for tests does not reach the functions that they share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod corpora;
mod flat;
mod jsonstat;
mod kazakhstan;
mod official;
mod pairs;
mod properties;
mod px;
mod reading;
mod sdmx_csv;
mod sdmx_json;
mod sdmx_ml;
mod sdmx_ml_write;
mod sdmx_written;
mod sheets;
mod spreadsheet;
mod survey;
mod workbooks;

use olshem_formats::{DatasetReading, Read, Table, read};
use olshem_model::{Codelist, Diagnostic};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The part of a `source.toml` that says how to read its file.
#[derive(Deserialize)]
struct Source {
    read: Read,
    dataset: Vec<DatasetReading>,
}

impl Source {
    fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn read(&self, file: &str, bytes: &[u8]) -> Result<Vec<Table>, Vec<Diagnostic>> {
        self.read_with(file, bytes, &BTreeMap::new())
    }

    fn read_with(
        &self,
        file: &str,
        bytes: &[u8],
        codelists: &BTreeMap<String, Codelist>,
    ) -> Result<Vec<Table>, Vec<Diagnostic>> {
        read(Path::new(file), bytes, &self.read, &self.dataset, codelists)
    }
}

/// A file or folder of the collected sources, which are other people's and not part of the project:
/// `$OLSHEM_SHARED` says where they are. Without them, a test notes that it was skipped.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("OLSHEM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let found = root.join(path);
    if !found.exists() {
        // Written past the harness, which swallows what a passing test prints.
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "skipped: {} is not there", found.display()).unwrap();
        return None;
    }
    Some(found)
}

/// What is wrong, as a person would read it.
fn told(faults: &[Diagnostic]) -> String {
    let lines = faults.iter().map(|fault| match &fault.help {
        Some(help) => format!("{fault}\n  help: {help}\n"),
        None => format!("{fault}\n"),
    });
    lines.collect()
}
