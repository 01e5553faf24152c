//! Taking a file into an account: `olshem source add`.

use crate::errors::{EXISTS, IO, WRONG_VALUE};
use crate::files::Files;
use crate::folder;
use crate::sources::sha256;
use olshem_model::{Codelist, Diagnostic, Place};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be taken in, and what is known of it.
#[derive(Clone, Debug)]
pub struct NewSource<'a> {
    /// The id of the source: its folder's name.
    pub id: &'a str,
    /// The name of the file.
    pub file_name: &'a str,
    /// The file as published.
    pub bytes: &'a [u8],
    /// A message with the structures without which the file can't be read, where it needs any: it is
    /// kept beside the file, as `structure.xml`.
    pub structure: Option<&'a [u8]>,
    /// What it is called.
    pub title: &'a str,
    /// Who published it; `not stated` where that is not known.
    pub publisher: &'a str,
    /// Where it was found.
    pub address: &'a str,
    /// When it was retrieved, an ISO date.
    pub retrieved: &'a str,
    /// The tables `[read]` and `[[dataset]]` of its source.toml.
    pub reading: &'a str,
    /// Codelists that its datasets name and the account lacks.
    pub codelists: &'a [Codelist],
}

/// What the structures beside a source's file are called.
const STRUCTURE: &str = "structure.xml";

/// The codelists of an account.
///
/// # Errors
///
/// The folder is no account, or its account.toml or codelists are at fault.
pub fn codelists(account: &Path) -> Result<BTreeMap<String, Codelist>, Vec<Diagnostic>> {
    folder::settings_and_codelists(&mut Files::new(account)).map(|(_, codelists)| codelists)
}

/// Writes a source's folder with the file and its source.toml, and the codelists that come with it.
/// Gives back what was written. Nothing that is there is changed.
///
/// # Errors
///
/// The folder is no account, has such a source or codelist, or can't be written.
pub fn add(account: &Path, source: &NewSource<'_>) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files = Files::new(account);
    let (settings, _) = folder::settings_and_codelists(&mut files)?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if source.id.is_empty() || !source.id.chars().all(is_id) {
        let message = format!("`{}` can't be the id of a source", source.id);
        let help = "an id has letters, digits, `-` and `_`";
        return Err(vec![Diagnostic::new(&WRONG_VALUE, Place::Nowhere, message).with_help(help)]);
    }
    let folder = files.path(&format!("sources/{}", source.id));
    let failed = |error: io::Error| {
        vec![Diagnostic::new(&IO, folder.as_path(), format!("can't be written: {error}"))]
    };
    let locales: Vec<&str> = settings.value.locales.iter().map(|locale| &**locale).collect();
    let mut wanted: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for list in source.codelists {
        let path = files.path(&format!("codelists/{}.csv", list.id));
        wanted.push((path, codelist(list, &locales).map_err(failed)?));
    }
    for path in wanted.iter().map(|(path, _)| path).chain([&folder]) {
        if path.exists() {
            let message = "it is there already, and is not replaced";
            return Err(vec![Diagnostic::new(&EXISTS, path.as_path(), message)]);
        }
    }
    let beside = files.path(&format!("sources/.{}.new", source.id));
    let written = write(&beside, source).and_then(|()| {
        let mut made = Vec::new();
        for (path, text) in &wanted {
            fs::create_dir_all(path.parent().unwrap_or(account))?;
            let new = path.with_extension("csv.new");
            fs::write(&new, text)?;
            fs::rename(&new, path)?;
            made.push(path.clone());
        }
        fs::rename(&beside, &folder)?;
        made.push(folder.join(source.file_name));
        made.extend(source.structure.map(|_| folder.join(STRUCTURE)));
        made.push(folder.join("source.toml"));
        Ok(made)
    });
    written.map_err(|error| {
        // What can't be removed can't be helped.
        let _ = fs::remove_dir_all(&beside);
        failed(error)
    })
}

fn write(folder: &Path, source: &NewSource<'_>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(source.file_name), source.bytes)?;
    if let Some(structure) = source.structure {
        fs::write(folder.join(STRUCTURE), structure)?;
    }
    fs::write(folder.join("source.toml"), description(source))
}

fn description(source: &NewSource<'_>) -> String {
    let mut text = String::new();
    for (key, value) in [
        ("title", source.title),
        ("publisher", source.publisher),
        ("address", source.address),
        ("licence", "not stated"),
        ("retrieved", source.retrieved),
        ("file", source.file_name),
        ("sha256", &sha256(source.bytes)),
    ] {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{key} = {}", toml::Value::from(value));
    }
    text.push('\n');
    text.push_str(source.reading);
    text
}

/// A codelist as the account keeps it, with a column for each of its languages.
fn codelist(list: &Codelist, locales: &[&str]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headings = locales.iter().map(|locale| format!("label_{locale}"));
    writer.write_record(["code", "parent"].map(str::to_owned).into_iter().chain(headings))?;
    for item in list.items() {
        // A label in another language is better than none.
        let label = |locale: &&str| item.labels.get(*locale).or(item.labels.values().next());
        let labels = locales.iter().map(|locale| label(locale).map_or("", String::as_str));
        let parent = item.parent.as_deref().unwrap_or_default();
        writer.write_record([item.code.as_str(), parent].into_iter().chain(labels))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}
