//! The site as files, for any web host and under any path of it.

use crate::site::Site;
use olshem_account::errors::IO;
use olshem_model::Diagnostic;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// What is in a folder that this crate has written. Only such a folder is ever replaced.
const MARK: &str = ".olshem-site";

/// Writes every document of a site to a folder: all of them, or none. A folder that holds a site
/// already is replaced; any other must be empty or not exist.
///
/// # Errors
///
/// The folder holds something else, or can't be written; a document can't be made.
pub fn publish(site: &Site, folder: &Path) -> Result<usize, Diagnostic> {
    let name = folder.file_name().ok_or_else(|| failed(folder, "write", &no_name()))?;
    if !is_free(folder).map_err(|error| failed(folder, "read", &error))? {
        let message = "the folder holds something that is no site of this command's making";
        let help = "name an empty or a new folder";
        return Err(Diagnostic::new(&IO, folder, message).with_help(help));
    }
    let beside = |suffix: &str| {
        let name = format!(".{}.{suffix}-{}", name.to_string_lossy(), std::process::id());
        folder.with_file_name(name)
    };
    let (unfinished, before) = (beside("new"), beside("old"));
    remove_unfinished(folder, &name.to_string_lossy())?;
    let written = write(site, &unfinished).and_then(|count| {
        let swap = || {
            if folder.exists() {
                fs::rename(folder, &before)?;
            }
            fs::rename(&unfinished, folder).inspect_err(|_| {
                // What stood there before goes back to its place.
                let _ = fs::rename(&before, folder);
            })
        };
        swap().map_err(|error| failed(folder, "write", &error))?;
        Ok(count)
    });
    // What is left of either is in nobody's way but the reader's.
    let _ = fs::remove_dir_all(&unfinished);
    let _ = fs::remove_dir_all(&before);
    written
}

/// Removes what has been left beside the folder by a command that was killed; what it had moved out of
/// the way goes back where nothing has come in its place.
fn remove_unfinished(folder: &Path, name: &str) -> Result<(), Diagnostic> {
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let (path, left) = (entry.path(), entry.file_name());
        let left = left.to_string_lossy();
        let is_left = |suffix: &str| {
            let process = left.strip_prefix(&format!(".{name}.{suffix}-"));
            process.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
        };
        let done = match (is_left("old"), is_left("new")) {
            (true, _) if !folder.exists() => fs::rename(&path, folder),
            (true, _) | (_, true) => fs::remove_dir_all(&path),
            _ => Ok(()),
        };
        done.map_err(|error| failed(&path, "remove", &error))?;
    }
    Ok(())
}

/// Whether the folder may be replaced.
fn is_free(folder: &Path) -> Result<bool, Error> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none() || folder.join(MARK).is_file()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn write(site: &Site, folder: &Path) -> Result<usize, Diagnostic> {
    let paths = site.paths();
    for path in &paths {
        let Some(document) = site.get(path)? else { continue };
        put(&folder.join(file(path)), document.body())?;
    }
    put(&folder.join(MARK), site.version().as_bytes())?;
    // Without it a well-known host leaves out what begins with an underscore.
    put(&folder.join(".nojekyll"), b"")?;
    Ok(paths.len())
}

/// The file of a path: a page is the index of its folder.
fn file(path: &str) -> PathBuf {
    let index = if path.is_empty() || path.ends_with('/') { "index.html" } else { "" };
    PathBuf::from(format!("{path}{index}"))
}

fn put(file: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).map_err(|error| failed(folder, "make", &error))?;
    fs::write(file, bytes).map_err(|error| failed(file, "write", &error))
}

fn no_name() -> Error {
    Error::new(ErrorKind::InvalidInput, "the folder has no name of its own")
}

fn failed(path: &Path, what: &str, error: &Error) -> Diagnostic {
    Diagnostic::new(&IO, path, format!("can't {what} it: {error}"))
}
