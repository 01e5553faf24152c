//! Statistical files that belong to no account: looked into, converted.

use crate::args::Reading;
use crate::commands::{Answer, Answered, one};
use crate::errors::{FILE, OUTPUT_FORMAT};
use crate::fetch::Named;
use crate::render::summary;
use crate::sources::surveyed;
use crate::terminal::Terminal;
use olshem_account::Account;
use olshem_formats::files::{self, Known, Writing};
use olshem_formats::message::{Description, Header, Loss, Note, Observations, Receiver, Writer};
use olshem_formats::metadata::Metadata;
use olshem_formats::summary::Summary;
use olshem_formats::{Content, Kind};
use olshem_model::{Diagnostic, Place};
use olshem_words::Words;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Says what a file holds.
pub(crate) fn inspect(
    file: &str,
    reading: &Reading,
    all: bool,
    words: &Words,
    terminal: Terminal,
) -> Answered {
    let named = Named::open(file, reading)?;
    let known = known(reading, &named)?;
    let sha256 = named.sha256()?;
    let size = named.on_disk().metadata().map_or(0, |metadata| metadata.len());
    let kind = Kind::of(&named.content).map_err(one)?;
    let file = summary::File { path: named.content.path(), kind, size, sha256: &sha256 };
    if kind == Kind::Workbook
        && let Some(survey) = surveyed(&named.content, kind)?
    {
        return Ok(Answer::new(summary::survey(&file, &survey, all, words, terminal)));
    }
    let mut summary = Summary::default();
    files::read(&named.content, &known, &mut summary)?;
    Ok(Answer::new(summary::summary(&file, &summary, all, words, terminal)))
}

/// What to convert to.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// The file to write.
    pub(crate) path: &'a Path,
    /// Its format, if not that of its ending.
    pub(crate) kind: Option<Kind>,
    /// How to write.
    pub(crate) writing: Writing,
}

/// Reads a file into a writer of another format.
pub(crate) fn convert(
    input: &str,
    target: &Target<'_>,
    reading: &Reading,
    words: &Words,
) -> Answered {
    let kind = match target.kind {
        Some(kind) => kind,
        None => Kind::of_ending(&target.path.to_string_lossy()).ok_or_else(|| {
            let message = "the name's ending tells no format that is written";
            one(Diagnostic::new(&OUTPUT_FORMAT, target.path, message))
        })?,
    };
    let output = Output::beside(target.path)?;
    let mut writer = files::writer(kind, output.stream()?, &target.writing).map_err(one)?;
    if Path::new(input).join("account.toml").exists() {
        let account = Account::load(Path::new(input))?;
        writer.metadata(olshem_account::metadata(&account)).map_err(one)?;
    } else {
        let named = Named::open(input, reading)?;
        let known = known(reading, &named)?;
        let mut guided = Guided { known: &known, writer: &mut *writer };
        files::read(&named.content, &known, &mut guided)?;
    }
    let beside = match writer.left_out() {
        Some(metadata) => Some(structures(metadata, kind, target)?),
        None => None,
    };
    let losses = completed(writer, &output)?;
    output.keep()?;
    let mut remarks = String::new();
    if let Some((structures, path)) = beside {
        structures.keep()?;
        remarks = words.with("structures-beside", &[("path", path.display().to_string().into())]);
        remarks.push('\n');
    }
    if !losses.is_empty() {
        remarks.push_str(&words.with("lost", &[("format", kind.to_string().into())]));
        remarks.push('\n');
        for loss in losses {
            remarks.push_str(&format!("  {}\n", loss.0));
        }
    }
    Ok(Answer { remarks, ..Answer::default() })
}

/// Tells a writer, before a data set, of the structure that the data set refers to and that was found
/// elsewhere.
struct Guided<'a> {
    known: &'a Known,
    writer: &'a mut dyn Writer,
}

impl Receiver for Guided<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.writer.header(header)
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.writer.metadata(metadata)
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let wanted = description.dataflow.as_ref().or(description.structure.as_ref());
        if let Some(found) = wanted.and_then(|wanted| self.known.defining(wanted)) {
            self.writer.metadata(found.clone())?;
        }
        self.writer.dataset(description)
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        self.writer.observations(observations)
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        self.writer.note(note)
    }
}

/// Writes structures that have no room beside the data to a file beside it: `data.structure.xml` for
/// `data.xml`.
fn structures(
    metadata: Metadata,
    kind: Kind,
    target: &Target<'_>,
) -> Result<(Output, PathBuf), Vec<Diagnostic>> {
    let ending = target.path.extension().unwrap_or_default().to_string_lossy();
    let path = target.path.with_extension(format!("structure.{ending}"));
    let output = Output::beside(&path)?;
    let mut writer = files::writer(kind, output.stream()?, &target.writing).map_err(one)?;
    writer.metadata(metadata).map_err(one)?;
    completed(writer, &output)?;
    Ok((output, path))
}

/// Completes a file; gives back what it could not hold.
fn completed(writer: Box<dyn Writer + '_>, output: &Output) -> Result<Vec<Loss>, Vec<Diagnostic>> {
    writer.finish().map_err(|fault| match fault.place {
        Place::Nowhere => one(Diagnostic { place: output.path.clone().into(), ..fault }),
        _ => one(fault),
    })
}

/// A file that is written beside its place, and put there once it is whole.
#[derive(Debug)]
pub(crate) struct Output {
    path: PathBuf,
    beside: NamedTempFile,
}

impl Output {
    /// A file for that place.
    pub(crate) fn beside(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let beside = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let beside = beside.map_err(|error| unwritable(path, &error))?;
        Ok(Self { path: path.to_path_buf(), beside })
    }

    /// What to write into.
    pub(crate) fn stream(&self) -> Result<Box<dyn io::Write + Send>, Vec<Diagnostic>> {
        let file = self.beside.reopen().map_err(|error| unwritable(&self.path, &error))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 16, file)))
    }

    fn keep(self) -> Result<(), Vec<Diagnostic>> {
        let Self { path, beside } = self;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary file is its owner's alone.
            let readable = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(beside.path(), readable).map_err(|e| unwritable(&path, &e))?;
        }
        beside.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Vec<Diagnostic> {
    one(Diagnostic::new(&FILE, path, format!("can't be written: {error}")))
}

/// The structures that were given, and those that lie beside a file.
pub(crate) fn known(reading: &Reading, named: &Named) -> Result<Known, Vec<Diagnostic>> {
    let mut known = Known::new(Metadata::default(), named.folder.clone());
    for path in &reading.structure {
        known.add(&Content::file(path))?;
    }
    Ok(known)
}
