//! Accepting a new vintage of a source: its checksum becomes the one that source.toml asks for.

use crate::errors::{IO, MISSING_KEY, NOT_AN_ACCOUNT, TOML, UNKNOWN_NAME};
use crate::files::Files;
use crate::sources::{description, sha256};
use olshem_model::spelling;
use olshem_model::{Diagnostic, Place};
use serde::Serialize;
use std::path::Path;
use toml_edit::DocumentMut;

/// A source whose file was accepted as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// The source's id.
    pub source: String,
    /// The checksum that was asked for before.
    pub before: String,
    /// The checksum that is asked for now.
    pub now: String,
}

/// Rewrites the checksum in the source's source.toml to that of its file. Everything else in it,
/// comments included, stays as it was.
///
/// # Errors
///
/// There is no such account or source, or its files can't be read or written.
pub fn accept(account: &Path, source: &str) -> Result<Accepted, Diagnostic> {
    let mut files = Files::new(account);
    if !files.exists("account.toml") {
        let message = "there is no `account.toml` in the folder";
        return Err(Diagnostic::new(&NOT_AN_ACCOUNT, account, message));
    }
    let sources = files.list("sources")?;
    if !sources.iter().any(|id| id == source) {
        let message = format!("there is no source `{source}`");
        let mut fault = Diagnostic::new(&UNKNOWN_NAME, Place::Nowhere, message);
        fault.help =
            spelling::advice(source, sources.iter().map(String::as_str).collect::<Vec<_>>());
        return Err(fault);
    }
    let relative = description(source);
    let path = files.path(&relative);
    let text = files.text(&relative)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let span = error.span().unwrap_or_default();
        Diagnostic::new(&TOML, Place::Text { file: path.clone(), span }, error.message())
    })?;
    let value = |key: &str| {
        let value = document.get(key).and_then(|item| item.as_str()).map(str::to_owned);
        value.ok_or_else(|| {
            Diagnostic::new(&MISSING_KEY, path.as_path(), format!("`{key}` is missing"))
        })
    };
    let (file, before) = (value("file")?, value("sha256")?);
    let now = sha256(&files.bytes(&format!("sources/{source}/{file}"))?);
    if now != before
        && let Some(checksum) = document.get_mut("sha256").and_then(|item| item.as_value_mut())
    {
        let decor = checksum.decor().clone();
        *checksum = now.as_str().into();
        *checksum.decor_mut() = decor;
        replace(&path, &document.to_string())?;
    }
    Ok(Accepted { source: source.to_owned(), before, now })
}

/// Replaces a file whole or not at all.
fn replace(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| Diagnostic::new(&IO, path, format!("can't write the file: {error}")))
}
