//! `olshem new`: a small account of one's own that checks at once, with comments that teach.

use crate::errors::{EXISTS, IO, WRONG_VALUE};
use olshem_model::{Diagnostic, Place};
use std::fs;
use std::path::Path;

/// The files of the account, by path.
const FILES: &[(&str, &str)] = &[
    ("account.toml", include_str!("../template/account.toml")),
    ("claims.toml", include_str!("../template/claims.toml")),
    ("codelists/activities.csv", include_str!("../template/codelists/activities.csv")),
    ("codelists/industries.csv", include_str!("../template/codelists/industries.csv")),
    ("codelists/regions.csv", include_str!("../template/codelists/regions.csv")),
    ("definitions/ICT_AND_ARTS.toml", include_str!("../template/definitions/ICT_AND_ARTS.toml")),
    (
        "definitions/WHOLE_SECTIONS.toml",
        include_str!("../template/definitions/WHOLE_SECTIONS.toml"),
    ),
    ("indicators.toml", include_str!("../template/indicators.toml")),
    ("methods/share.vtl", include_str!("../template/methods/share.vtl")),
    ("methods/validation.vtl", include_str!("../template/methods/validation.vtl")),
    (
        "sources/national-accounts/gva.csv",
        include_str!("../template/sources/national-accounts/gva.csv"),
    ),
    (
        "sources/national-accounts/source.toml",
        include_str!("../template/sources/national-accounts/source.toml"),
    ),
    ("targets.toml", include_str!("../template/targets.toml")),
];

/// Writes a small account, called `name`, into a new folder.
///
/// # Errors
///
/// The folder exists, or can't be written; the name has no letter or digit to make an id of.
pub fn create(path: &Path, name: &str) -> Result<(), Diagnostic> {
    let id = id(name);
    if id.is_empty() {
        let message = format!("no id can be made of the name `{name}`");
        let help = "give a name with Latin letters or digits in it";
        return Err(Diagnostic::new(&WRONG_VALUE, Place::Nowhere, message).with_help(help));
    }
    if path.exists() {
        let help = "give the name of a folder that does not exist yet";
        return Err(Diagnostic::new(&EXISTS, path, "the folder exists").with_help(help));
    }
    for (file, text) in FILES {
        let file = path.join(file);
        let text = text.replace("@ID@", &id).replace("@NAME@", &escaped(name));
        let folder = file.parent().unwrap_or(path);
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).map_err(|error| {
            Diagnostic::new(&IO, file.as_path(), format!("can't write the file: {error}"))
        })?;
    }
    Ok(())
}

/// The letters and digits of a name, with `-` for whatever is between them.
fn id(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").to_lowercase()
}

/// The name as it stands between quotation marks in TOML.
fn escaped(name: &str) -> String {
    let printable = name.chars().filter(|c| !c.is_control());
    printable.collect::<String>().replace('\\', "\\\\").replace('"', "\\\"")
}
