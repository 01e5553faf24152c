//! Sealing a release: the numbers and verdicts of a run, with checksums of everything that decided
//! them.
//!
//! A release is a folder `releases/ID` of the account:
//!
//! ```text
//! releases/4f1c…/
//!   manifest.json           what decided the release, with checksums; when it was sealed
//!   report.json             claims, targets and commitments with their verdicts
//!   indicators/ID.parquet   one for each indicator
//! ```
//!
//! Its id follows from the manifest, the time of sealing left out: the same account gives the same
//! id. It is written beside the others under a name of its own and then renamed, so that it is there
//! whole or not at all; and it is never an input of anything.

use crate::account::Account;
use crate::errors::{IO, RELEASE_CHANGED};
use crate::run::Run;
use crate::table::IndicatorTable;
use crate::text::Text;
use olshem_formats::parquet::{self, Names};
use olshem_model::Diagnostic;
use olshem_model::codelist::Labels;
use olshem_model::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const RELEASES: &str = "releases";
const MANIFEST: &str = "manifest.json";
const REPORT: &str = "report.json";
/// How the names of folders begin in which a release is being written.
const UNFINISHED: &str = ".tmp-";
/// Held while a release is written, so that two builds at once do not undo each other.
const LOCK: &str = ".lock";

/// A sealed release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub path: PathBuf,
    /// Whether it was not there before.
    pub new: bool,
}

/// What decided a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    account: String,
    olshem: String,
    vtl: String,
    datafusion: String,
    /// The files of the release.
    outputs: Vec<Checked>,
    /// The files as published.
    sources: Vec<SealedSource>,
    /// Every file of the account that was read, these included.
    inputs: Vec<Checked>,
}

/// A file with its checksum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    file: String,
    blake3: String,
}

/// A file as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SealedSource {
    id: String,
    file: String,
    sha256: String,
    publisher: String,
    address: String,
    licence: String,
    retrieved: String,
    vintage: String,
}

/// The manifest as it is written.
#[derive(Serialize, Deserialize)]
struct Manifested {
    id: String,
    sealed: String,
    #[serde(flatten)]
    manifest: Manifest,
}

/// A release as it stands in the account's folder.
#[derive(Clone, Debug, Serialize)]
pub struct Sealed {
    /// Its id.
    pub id: String,
    /// When it was sealed, in UTC.
    pub sealed: String,
    /// The version of Ölshem that made it.
    pub olshem: String,
    /// The checksum and vintage of each source, by id.
    pub sources: BTreeMap<String, SealedVintage>,
    /// The checksum of every file of the account that was read.
    pub inputs: BTreeMap<String, String>,
    /// The checksum of every file of the release.
    pub outputs: BTreeMap<String, String>,
    /// The outcome of each claim and target, by id.
    pub verdicts: BTreeMap<String, String>,
}

/// Which edition of a source a release rests on.
#[derive(Clone, Debug, Serialize)]
pub struct SealedVintage {
    /// The checksum of its file.
    pub sha256: String,
    /// The edition.
    pub vintage: String,
}

impl Account {
    /// The releases in the account's folder that are still as they were sealed, the newest first.
    pub fn releases(&self) -> Vec<Sealed> {
        let entries = fs::read_dir(self.path().join(RELEASES)).into_iter().flatten().flatten();
        let mut releases: Vec<Sealed> =
            entries.filter_map(|entry| read_release(&entry.path())).collect();
        releases.sort_by(|a, b| (&b.sealed, &b.id).cmp(&(&a.sealed, &a.id)));
        releases
    }
}

/// A release, if its folder holds one that nobody has changed.
fn read_release(path: &Path) -> Option<Sealed> {
    let written: Manifested = serde_json::from_slice(&fs::read(path.join(MANIFEST)).ok()?).ok()?;
    let named = path.file_name().is_some_and(|name| name.to_string_lossy() == written.id);
    let as_sealed = named && id(&written.manifest).is_ok_and(|id| id == written.id);
    if !as_sealed || verify(path, &written.manifest).is_err() {
        return None;
    }
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(path.join(REPORT)).ok()?).ok()?;
    let topics = report.get("topics").and_then(|topics| topics.as_array()).into_iter().flatten();
    let judged = topics.flat_map(|topic| ["claims", "targets"].map(|key| topic.get(key)));
    let judged = judged.flatten().filter_map(|list| list.as_array()).flatten();
    let text = |value: &serde_json::Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let Manifest { olshem, outputs, sources, inputs, .. } = written.manifest;
    let checksums = |files: Vec<Checked>| files.into_iter().map(|f| (f.file, f.blake3)).collect();
    Some(Sealed {
        id: written.id,
        sealed: written.sealed,
        olshem,
        sources: sources
            .into_iter()
            .map(|s| (s.id, SealedVintage { sha256: s.sha256, vintage: s.vintage }))
            .collect(),
        inputs: checksums(inputs),
        outputs: checksums(outputs),
        verdicts: judged
            .filter_map(|one| Some((text(one, "id")?, text(one, "outcome")?)))
            .collect(),
    })
}

impl Run {
    /// The id of the release that these results would be sealed as.
    ///
    /// # Errors
    ///
    /// As for [`seal`](Self::seal).
    pub fn release_id(&self) -> Result<String, Diagnostic> {
        id(&self.manifest(&self.outputs()?))
    }

    /// Seals the results as a release of the account.
    ///
    /// # Errors
    ///
    /// It can't be written; or it is there already, and was changed since.
    pub fn seal(&self) -> Result<Release, Diagnostic> {
        let outputs = self.outputs()?;
        let manifest = self.manifest(&outputs);
        let id = id(&manifest)?;
        let releases = self.account.path().join(RELEASES);
        let path = releases.join(&id);

        create_folder(&releases)?;
        // The lock ends with the file, however this function is left.
        let _lock = lock(&releases.join(LOCK))?;
        remove_unfinished(&releases)?;
        if path.exists() {
            verify(&path, &manifest)?;
            return Ok(Release { id, path, new: false });
        }
        let unfinished = releases.join(format!("{UNFINISHED}{id}"));
        let sealed = Manifested { id: id.clone(), sealed: now(), manifest };
        write_all(&unfinished, &outputs, &sealed)?;
        fs::rename(&unfinished, &path).map_err(|error| failed(&path, "rename", &error))?;
        sync_folder(&releases)?;
        Ok(Release { id, path, new: true })
    }

    /// An indicator as Parquet, with what it and its codes are called.
    ///
    /// # Errors
    ///
    /// There is no such indicator, or memory has run out.
    pub fn parquet(&self, indicator: &str) -> Result<Vec<u8>, Diagnostic> {
        let (_, _, dataset) = self.published(indicator)?;
        let names = names(&self.indicator(indicator)?);
        parquet::write(dataset.structure(), dataset.batch(), &names)
    }

    /// The files of the release, the manifest excepted, by name.
    fn outputs(&self) -> Result<BTreeMap<String, Vec<u8>>, Diagnostic> {
        let mut outputs = BTreeMap::new();
        for id in self.account.indicators() {
            outputs.insert(format!("indicators/{id}.parquet"), self.parquet(id)?);
        }
        outputs.insert(REPORT.to_owned(), json(&self.report)?);
        Ok(outputs)
    }

    fn manifest(&self, outputs: &BTreeMap<String, Vec<u8>>) -> Manifest {
        let folder = self.account.folder();
        let sources = folder.sources.iter().map(|source| {
            let citation = &source.citation;
            SealedSource {
                id: citation.id.clone(),
                file: relative(&citation.file, folder.files.root()),
                sha256: citation.sha256.clone(),
                publisher: citation.publisher.clone(),
                address: citation.address.clone(),
                licence: citation.licence.clone(),
                retrieved: citation.retrieved.clone(),
                vintage: citation.vintage.clone(),
            }
        });
        let checked = |file: &str, hash: blake3::Hash| Checked {
            file: file.to_owned(),
            blake3: hash.to_hex().to_string(),
        };
        Manifest {
            account: self.report.account.clone(),
            olshem: env!("CARGO_PKG_VERSION").to_owned(),
            vtl: "2.2".to_owned(),
            datafusion: olshem_engine::DATAFUSION_VERSION.to_owned(),
            outputs: outputs.iter().map(|(f, bytes)| checked(f, blake3::hash(bytes))).collect(),
            sources: sources.collect(),
            inputs: folder.files.checksums().iter().map(|(f, hash)| checked(f, *hash)).collect(),
        }
    }
}

/// The first 16 hexadecimal digits of the checksum of the manifest.
fn id(manifest: &Manifest) -> Result<String, Diagnostic> {
    let hash = blake3::hash(&json(manifest)?).to_hex();
    Ok(hash.as_str().chars().take(16).collect())
}

/// JSON with fields in the order of their declaration and maps in that of their keys.
fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| {
        Diagnostic::new(&IO, Path::new(RELEASES), format!("can't write JSON: {error}"))
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What an indicator and its codes are called, for its Parquet file.
fn names(table: &IndicatorTable) -> Names {
    let labels = |text: &Text| match text {
        Text::Same(text) => Labels::from([("und".to_owned(), text.clone())]),
        Text::Localised(texts) => texts.clone(),
    };
    let codes = table.dimensions.iter().filter(|dimension| !dimension.labels.is_empty());
    let codes = codes.map(|dimension| {
        let of = dimension.labels.iter().map(|(code, text)| (code.clone(), labels(text)));
        (dimension.id.clone(), of.collect())
    });
    Names { dataset: labels(&table.title), codes: codes.collect(), ..Names::default() }
}

fn write_all(
    folder: &Path,
    outputs: &BTreeMap<String, Vec<u8>>,
    sealed: &Manifested,
) -> Result<(), Diagnostic> {
    create_folder(&folder.join("indicators"))?;
    for (name, bytes) in outputs {
        write(&folder.join(name), bytes)?;
    }
    write(&folder.join(MANIFEST), &json(sealed)?)?;
    sync_folder(&folder.join("indicators"))?;
    sync_folder(folder)
}

/// Checks that a release is still as it was sealed.
fn verify(path: &Path, manifest: &Manifest) -> Result<(), Diagnostic> {
    let changed = |file: &Path, what: &str| {
        let help = "restore it from a copy, or remove the release's folder and build again";
        Diagnostic::new(&RELEASE_CHANGED, file, what).with_help(help)
    };
    let file = path.join(MANIFEST);
    let written =
        fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Manifested>(&bytes).ok());
    if written.is_none_or(|sealed| sealed.manifest != *manifest) {
        return Err(changed(&file, "the manifest was changed after it was sealed"));
    }
    for Checked { file, blake3 } in &manifest.outputs {
        let file = path.join(file);
        let is_same =
            fs::read(&file).is_ok_and(|bytes| blake3::hash(&bytes).to_hex().as_str() == blake3);
        if !is_same {
            return Err(changed(&file, "the file was changed after it was sealed"));
        }
    }
    Ok(())
}

/// Removes what a build that was killed has left.
fn remove_unfinished(releases: &Path) -> Result<(), Diagnostic> {
    let entries = fs::read_dir(releases).map_err(|error| failed(releases, "read", &error))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(|error| failed(&path, "remove", &error))?;
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, Diagnostic> {
    let file = File::create(path).map_err(|error| failed(path, "write", &error))?;
    file.lock().map_err(|error| failed(path, "lock", &error))?;
    Ok(file)
}

fn create_folder(path: &Path) -> Result<(), Diagnostic> {
    fs::create_dir_all(path).map_err(|error| failed(path, "make", &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| failed(path, "write", &error))
}

/// Makes sure that the names in a folder survive a loss of power.
fn sync_folder(path: &Path) -> Result<(), Diagnostic> {
    // Only Unix can open a folder to sync it.
    if cfg!(unix) {
        let synced = File::open(path).and_then(|folder| folder.sync_all());
        synced.map_err(|error| failed(path, "write", &error))?;
    }
    Ok(())
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(&IO, path, format!("can't {what} it: {error}"))
}

fn relative(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The time as ISO 8601 has it, in UTC.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let date = i32::try_from(days).ok().and_then(Date::from_days);
    let date = date.map(|date| date.to_string()).unwrap_or_default();
    format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}
