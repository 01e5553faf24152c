//! Verifying sources, each by itself: `olshem source verify`.

use crate::files::Files;
use crate::folder;
use olshem_model::Diagnostic;
use std::path::{Path, PathBuf};

/// What came of verifying a source.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The source's id.
    pub id: String,
    /// Its file; none where its source.toml can't be read.
    pub file: Option<PathBuf>,
    /// The checksum of the file.
    pub sha256: Option<String>,
    /// Each dataset's name and how many observations it has.
    pub datasets: Vec<(String, usize)>,
    /// What is wrong: a checksum that differs, a cell that can't be read, a code that its codelist
    /// does not have.
    pub faults: Vec<Diagnostic>,
}

/// Reads each source of an account against its checksum, its declaration and the codelists.
///
/// # Errors
///
/// The folder is no account, or its account.toml or codelists are at fault.
pub fn verify(account: &Path) -> Result<Vec<Verified>, Vec<Diagnostic>> {
    let mut files = Files::new(account);
    let (settings, codelists) = folder::settings_and_codelists(&mut files)?;
    let locales = &settings.value.locales;
    let mut faults = Vec::new();
    let ids = folder::source_ids(&files, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let verified = ids.into_iter().map(|id| {
        let mut faults = Vec::new();
        let source = folder::read_source(&id, &mut files, locales, &codelists, &mut faults);
        Verified {
            file: source.as_ref().map(|source| source.citation.file.clone()),
            sha256: source.as_ref().map(|source| source.citation.sha256.clone()),
            datasets: source
                .iter()
                .flat_map(|source| &source.tables)
                .map(|table| (table.name.clone(), table.batch.num_rows()))
                .collect(),
            faults,
            id,
        }
    });
    Ok(verified.collect())
}
