//! Converts a statistical file: `convert IN KIND OUT [STRUCTURES]`.
//!
//! The structures that have no room beside the data go to `OUT.structure.xml`. What was lost is told
//! on the standard error stream.

use olshem_formats::files::{self, Known, Writing};
use olshem_formats::message::{Collected, Receiver, Writer};
use olshem_formats::{Content, Kind};
use olshem_model::Diagnostic;
use std::fs::File;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (input, kind, output, structures) = match &arguments[..] {
        [input, kind, output] => (input, kind, output, None),
        [input, kind, output, structures] => (input, kind, output, Some(structures)),
        _ => return told(&["usage: convert IN KIND OUT [STRUCTURES]"]),
    };
    match convert(input, kind, output, structures) {
        Ok(losses) => {
            told(&losses);
            ExitCode::SUCCESS
        }
        Err(faults) => told(&faults),
    }
}

fn convert(
    input: &str,
    kind: &str,
    output: &str,
    structures: Option<&String>,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let kind: Kind = kind.parse().map_err(|message: String| vec![unknown(&message)])?;
    let mut given = Collected::default();
    if let Some(structures) = structures {
        files::read(&Content::file(structures), &Known::default(), &mut given)?;
    }
    let folder = std::path::Path::new(input).parent().map(std::path::Path::to_path_buf);
    let known = Known::new(given.metadata, folder);
    let mut writer = writer(kind, output)?;
    files::read(&Content::file(input), &known, &mut Lent(&mut *writer, &known))?;
    let mut losses = Vec::new();
    if let Some(left_out) = writer.left_out() {
        let mut beside = self::writer(kind, &format!("{output}.structure.xml"))?;
        beside.metadata(left_out).map_err(|fault| vec![fault])?;
        losses.extend(beside.finish().map_err(|fault| vec![fault])?);
    }
    losses.extend(writer.finish().map_err(|fault| vec![fault])?);
    Ok(losses.into_iter().map(|loss| format!("lost: {}", loss.0)).collect())
}

fn writer(kind: Kind, output: &str) -> Result<Box<dyn Writer>, Vec<Diagnostic>> {
    let out = File::create(output).map_err(|error| vec![unknown(&error.to_string())])?;
    files::writer(kind, Box::new(out), &Writing::default()).map_err(|fault| vec![fault])
}

/// A writer that is lent to a reader, and told the structures that were known beforehand.
struct Lent<'w>(&'w mut dyn Writer, &'w Known);

impl Receiver for Lent<'_> {
    fn header(&mut self, header: olshem_formats::message::Header) -> Result<(), Diagnostic> {
        self.0.header(header)
    }

    fn metadata(&mut self, metadata: olshem_formats::metadata::Metadata) -> Result<(), Diagnostic> {
        self.0.metadata(metadata)
    }

    fn dataset(
        &mut self,
        description: olshem_formats::message::Description,
    ) -> Result<(), Diagnostic> {
        let structure = description.structure.as_ref();
        if let Some(known) = structure.and_then(|structure| self.1.defining(structure)) {
            self.0.metadata(known.clone())?;
        }
        self.0.dataset(description)
    }

    fn note(&mut self, note: olshem_formats::message::Note) -> Result<(), Diagnostic> {
        self.0.note(note)
    }

    fn observations(
        &mut self,
        observations: olshem_formats::message::Observations,
    ) -> Result<(), Diagnostic> {
        self.0.observations(observations)
    }
}

fn unknown(message: &str) -> Diagnostic {
    let code = &olshem_formats::errors::UNWRITABLE;
    Diagnostic::new(code, olshem_model::Place::Nowhere, message)
}

fn told(lines: &[impl ToString]) -> ExitCode {
    for line in lines {
        // Nothing is left to do where even that can't be told.
        drop(std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("{}\n", line.to_string()).as_bytes(),
        ));
    }
    ExitCode::FAILURE
}
