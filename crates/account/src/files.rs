//! The only place that reads an account's files: each is remembered with its checksum, so that a
//! release can say what decided it.

use crate::errors::{EMPTY_FILE, IO, MISSING_FILE, NOT_UTF8};
use olshem_model::{Diagnostic, Place, line_at};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An account's folder, and which of its files were read.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    read: BTreeMap<String, blake3::Hash>,
}

impl Files {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), read: BTreeMap::new() }
    }

    /// Where the account is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The checksums of all files read so far, by path relative to the account, `/` between.
    pub(crate) fn checksums(&self) -> &BTreeMap<String, blake3::Hash> {
        &self.read
    }

    /// A file of the account as a path that the user can open.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        relative.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    pub(crate) fn exists(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&mut self, relative: &str) -> Result<Vec<u8>, Diagnostic> {
        let path = self.path(relative);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Diagnostic::new(&MISSING_FILE, path.as_path(), "the file does not exist")
            }
            _ => Diagnostic::new(&IO, path.as_path(), format!("can't read the file: {error}")),
        })?;
        if bytes.is_empty() {
            return Err(Diagnostic::new(&EMPTY_FILE, path, "the file is empty"));
        }
        self.read.insert(relative.to_owned(), blake3::hash(&bytes));
        Ok(bytes)
    }

    /// The text of a file in UTF-8.
    pub(crate) fn text(&mut self, relative: &str) -> Result<String, Diagnostic> {
        let text = String::from_utf8(self.bytes(relative)?).map_err(|error| {
            let wrong = error.utf8_error().valid_up_to();
            let line = line_at(error.as_bytes(), wrong);
            let place = Place::Line { file: self.path(relative), line, column: None };
            let byte = error.as_bytes()[wrong];
            Diagnostic::new(&NOT_UTF8, place, format!("the byte 0x{byte:02X} is not UTF-8"))
                .with_help("save the file as UTF-8")
        })?;
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(Diagnostic::new(&EMPTY_FILE, self.path(relative), "the file is empty"));
        }
        Ok(text)
    }

    /// The names in a folder in order, those that begin with a dot excepted; none where there is no
    /// such folder.
    pub(crate) fn list(&self, relative: &str) -> Result<Vec<String>, Diagnostic> {
        let path = self.path(relative);
        let unreadable = |error: std::io::Error| {
            Diagnostic::new(&IO, path.as_path(), format!("can't read the folder: {error}"))
        };
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}
