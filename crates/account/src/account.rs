//! An account: read, checked, and ready to run.

use crate::compile::{Compiled, compile};
use crate::folder::Folder;
use crate::map::Map;
use crate::proposals::Proposal;
use crate::settings::Settings;
use crate::sources::SourceCitation;
use olshem_model::{Codelist, Diagnostic, Place};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// An account without faults. Clones share their content.
#[derive(Clone)]
pub struct Account(Arc<Content>);

struct Content {
    folder: Folder,
    compiled: Compiled,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.path()).finish()
    }
}

impl Account {
    /// Reads an account's folder, verifies the checksums of its sources, and checks that all of it
    /// fits together.
    ///
    /// # Errors
    ///
    /// Every fault found in any of its files, by file and place.
    pub fn load(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let folder = Folder::read(path, &mut faults);
        let compiled = folder.as_ref().and_then(|folder| compile(folder, &mut faults));
        match (folder, compiled) {
            (Some(folder), Some(compiled)) if faults.is_empty() => {
                Ok(Self(Arc::new(Content { folder, compiled })))
            }
            _ => Err(in_order(faults)),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder().files.root()
    }

    /// The content of account.toml.
    pub fn settings(&self) -> &Settings {
        &self.folder().settings.value
    }

    /// The codelist of that name.
    pub fn codelist(&self, name: &str) -> Option<&Codelist> {
        self.folder().codelists.get(name)
    }

    /// The register of legislative proposals.
    pub fn proposals(&self) -> &[Proposal] {
        &self.folder().proposals
    }

    /// How the map of the regions is drawn.
    pub fn map(&self) -> &Map {
        &self.folder().map
    }

    /// The sources, by id.
    pub fn sources(&self) -> impl Iterator<Item = &SourceCitation> {
        self.folder().sources.iter().map(|source| &source.citation)
    }

    /// The ids of the indicators, in order.
    pub fn indicators(&self) -> Vec<&str> {
        self.folder().indicator_ids()
    }

    /// The ids of the claims, in order.
    pub fn claims(&self) -> Vec<&str> {
        self.folder().all_claims().map(|claim| &**claim.id.get_ref()).collect()
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.0.folder
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }
}

/// By file and, within it, place.
fn in_order(mut faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    faults.sort_by_key(|fault| {
        let file = fault.place.file().map(Path::to_path_buf);
        let within = match &fault.place {
            Place::Text { span, .. } => span.start,
            Place::Line { line, .. } => *line,
            Place::Nowhere | Place::File(_) | Place::Cell { .. } => 0,
        };
        (file, within)
    });
    faults
}
