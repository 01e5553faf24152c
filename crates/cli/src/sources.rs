//! Sources of an account: taken in, and verified.

use crate::args::Reading;
use crate::commands::{Answer, Answered, one};
use crate::diagnostics;
use crate::errors::FILE;
use crate::fetch::Named;
use crate::files::known;
use crate::render::Page;
use crate::render::summary::label;
use crate::render::table::{Column, draw};
use crate::terminal::Terminal;
use crate::vtl;
use olshem_account::{NewSource, Verified};
use olshem_formats::errors::{MISSING_STRUCTURE, NO_OBSERVATIONS};
use olshem_formats::files::{self, Known};
use olshem_formats::message::Header;
use olshem_formats::metadata::Metadata;
use olshem_formats::sdmx::ml::write::{Version, structure_message};
use olshem_formats::summary::Summary;
use olshem_formats::survey::{Survey, survey};
use olshem_formats::{Content, Kind, Proposal, identifier, proposal};
use olshem_model::Diagnostic;
use olshem_words::Words;
use std::path::Path;

/// Takes a file into an account.
pub(crate) fn add(
    account: &Path,
    file: &str,
    id: Option<&str>,
    reading: &Reading,
    words: &Words,
) -> Answered {
    let lists = olshem_account::codelists(account)?;
    let named = Named::open(file, reading)?;
    let bytes = std::fs::read(named.on_disk()).map_err(|error| {
        one(Diagnostic::new(&FILE, named.content.path(), format!("can't be read: {error}")))
    })?;
    let mut structure = None;
    let kind = Kind::of(&named.content).map_err(one)?;
    let (summary, proposed, left_out) = match surveyed(&named.content, kind)? {
        Some(survey) => {
            let found = survey.proposal(None);
            if found.datasets.is_empty() {
                let message = format!("no table is regular enough: {}", found.left_out.join("; "));
                let help = "write source.toml by hand; docs/account.md says how";
                let fault = Diagnostic::new(&NO_OBSERVATIONS, named.content.path(), message);
                return Err(one(fault.with_help(help)));
            }
            let codelists = Vec::new();
            (Summary::default(), Proposal { reading: found.text, codelists }, found.left_out)
        }
        None => {
            let mut summary = Summary::default();
            let known = known(reading, &named)?;
            files::read(&named.content, &known, &mut summary)?;
            // Of other formats a file says itself what it holds.
            if kind.may_need_structure() {
                structure = needed(&named.content, &known, &summary)?;
            }
            let proposed = proposal(kind, &summary.datasets, &lists);
            (summary, proposed, Vec::new())
        }
    };
    let file_name = named.content.path().file_name().unwrap_or_default().to_string_lossy();
    let id = id
        .map_or_else(|| identifier(file_name.split('.').next().unwrap_or_default()), str::to_owned);
    let description = summary.datasets.first().map(|dataset| &dataset.description);
    let text = |labels| label(labels, words).map(str::to_owned);
    let title = description.and_then(|d| text(&d.names)).unwrap_or_else(|| id.clone());
    let publisher = description
        .and_then(|d| text(&d.source))
        .or_else(|| summary.header.sender.clone())
        .unwrap_or_else(|| NOT_STATED.to_owned());
    let today = vtl::today().map(|date| date.to_string());
    let made = olshem_account::add(
        account,
        &NewSource {
            id: &id,
            file_name: &file_name,
            bytes: &bytes,
            structure: structure.as_deref(),
            title: title.lines().next().unwrap_or(NOT_STATED),
            publisher: publisher.lines().next().unwrap_or(NOT_STATED),
            address: named.address.as_deref().unwrap_or(NOT_STATED),
            retrieved: today.as_deref().unwrap_or(NOT_STATED),
            reading: &proposed.reading,
            codelists: &proposed.codelists,
        },
    )?;
    let mut text = String::new();
    for path in made {
        text.push_str(&format!("{}\n", path.display()));
    }
    let account = account.display().to_string();
    let mut remarks = words.with("source-added", &[("account", account.into())]) + "\n";
    if !left_out.is_empty() {
        remarks.push_str(&(words.get("source-left-out") + "\n"));
        left_out.iter().for_each(|table| remarks.push_str(&format!("  {table}\n")));
    }
    Ok(Answer { remarks, ..Answer::new(text) })
}

/// A message with the structures that a file can't be read without; none where it can.
fn needed(
    content: &Content,
    known: &Known,
    summary: &Summary,
) -> Result<Option<Vec<u8>>, Vec<Diagnostic>> {
    match files::collect(content, &Known::default()) {
        Err(faults) if faults.iter().any(|fault| fault.code.id == MISSING_STRUCTURE.id) => {}
        _ => return Ok(None),
    }
    let mut needed = Metadata::default();
    for description in summary.datasets.iter().map(|dataset| &dataset.description) {
        let wanted = description.dataflow.as_ref().or(description.structure.as_ref());
        if let Some(found) = wanted.and_then(|wanted| known.defining(wanted)) {
            needed.extend(found.clone());
        }
    }
    let mut message = Vec::new();
    // What the message can't hold, nobody needs for reading.
    structure_message(needed, &Header::default(), Version::V21, &mut message).map_err(one)?;
    Ok(Some(message))
}

/// What was found in a file that says nothing of itself; `None` for one that does.
pub(crate) fn surveyed(content: &Content, kind: Kind) -> Result<Option<Survey>, Vec<Diagnostic>> {
    let is_silent = match kind {
        Kind::Csv => true,
        // A workbook that was written from data says what it holds.
        Kind::Workbook => files::collect(content, &Known::default()).is_err(),
        _ => false,
    };
    is_silent.then(|| survey(content).map_err(one)).transpose()
}

/// What source.toml says where nothing is known.
const NOT_STATED: &str = "not stated";

/// Verifies every source of an account.
pub(crate) fn verify(account: &Path, words: &Words, terminals: (Terminal, Terminal)) -> Answered {
    let (stdout, stderr) = terminals;
    let verified = olshem_account::verify(account)?;
    let mut page = Page::new(words, stdout);
    let cells = |cell: &dyn Fn(&Verified) -> String| verified.iter().map(cell).collect();
    let observations = |source: &Verified| source.datasets.iter().map(|(_, n)| n).sum::<usize>();
    let column = |title: &str, numeric, cells| Column { title: words.get(title), numeric, cells };
    draw(
        &mut page,
        &[
            column(
                "source-verdict",
                false,
                cells(&|s| match s.faults.len() {
                    0 => words.get("source-well"),
                    n => words.with("source-faults", &[("n", n.into())]),
                }),
            ),
            column("source-id", false, cells(&|s| s.id.clone())),
            column(
                "source-datasets",
                false,
                cells(&|s| {
                    let names: Vec<&str> =
                        s.datasets.iter().map(|(name, _)| name.as_str()).collect();
                    names.join(" ")
                }),
            ),
            column("source-observations", true, cells(&|s| observations(s).to_string())),
            column(
                "source-checksum",
                false,
                cells(&|s| {
                    s.sha256
                        .as_deref()
                        .map(|sum| sum.chars().take(16).collect())
                        .unwrap_or_default()
                }),
            ),
        ],
    );
    let faults: Vec<Diagnostic> = verified.into_iter().flat_map(|source| source.faults).collect();
    let found_something = !faults.is_empty();
    let remarks = match found_something {
        true => diagnostics::render(&faults, words, stderr),
        false => String::new(),
    };
    Ok(Answer { found_something, remarks, ..Answer::new(page.into_text()) })
}
