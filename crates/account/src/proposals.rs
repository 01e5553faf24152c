//! proposals.csv: the register of legislative proposals.

use crate::delimited;
use crate::errors::{DUPLICATE_ID, WRONG_VALUE};
use crate::report::Provision;
use crate::text::Text;
use crate::values::Locale;
use olshem_model::spelling;
use olshem_model::{Diagnostic, Place};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What has become of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub enum ProposalStatus {
    #[serde(rename = "proposed")]
    Proposed,
    #[serde(rename = "in bill")]
    InBill,
    #[serde(rename = "adopted")]
    Adopted,
    #[serde(rename = "rejected")]
    Rejected,
    #[serde(rename = "not known")]
    NotKnown,
}

/// Each status in the words of the file.
const STATUSES: [(&str, ProposalStatus); 5] = [
    ("proposed", ProposalStatus::Proposed),
    ("in bill", ProposalStatus::InBill),
    ("adopted", ProposalStatus::Adopted),
    ("rejected", ProposalStatus::Rejected),
    ("not known", ProposalStatus::NotKnown),
];

/// A proposal to change a law.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// The proposal's id.
    pub id: String,
    /// The topic under which it is shown.
    pub topic: String,
    /// The part of a law concerned.
    pub provision: Provision,
    /// What is proposed.
    pub title: Text,
    /// The text of the law as it is, as far as it is known.
    pub current: Option<Text>,
    /// The text that is proposed instead.
    pub proposed: Option<Text>,
    /// Why.
    pub reason: Option<Text>,
    /// What has become of it.
    pub status: ProposalStatus,
    /// Who proposes it.
    pub by: Option<Text>,
    /// When, where known.
    pub date: Option<String>,
    /// Where it can be read.
    pub link: String,
    /// A caveat.
    pub note: Option<Text>,
    /// The line of the register.
    pub line: usize,
}

/// Reads the register.
pub(crate) fn read(
    file: &Path,
    text: &str,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Proposal> {
    let languages = delimited::languages(text, "title_", locales);
    let texts = ["title", "current", "proposed", "reason", "by", "note"];
    let optional: Vec<String> = texts
        .iter()
        .flat_map(|text| languages.iter().map(move |language| format!("{text}_{language}")))
        .collect();
    let required = ["id", "topic", "act", "version", "element", "status", "date", "link"];
    let mut ids = BTreeSet::new();
    let mut proposals = Vec::new();
    for line in delimited::read(file, text, &required, &optional, faults) {
        let at = |column: &str| Place::Line {
            file: file.to_path_buf(),
            line: line.number,
            column: Some(column.to_owned()),
        };
        let id = line.cell("id");
        if id.is_empty() {
            faults.push(Diagnostic::new(&WRONG_VALUE, at("id"), "the id is empty"));
        } else if !ids.insert(id.to_owned()) {
            let message = format!("the id `{id}` is used twice");
            faults.push(Diagnostic::new(&DUPLICATE_ID, at("id"), message));
        }
        let written = line.cell("status");
        let known = STATUSES.iter().find(|(words, _)| *words == written);
        if known.is_none() {
            let message = format!("`{written}` is no status of a proposal");
            let mut fault = Diagnostic::new(&WRONG_VALUE, at("status"), message);
            fault.help = spelling::advice(written, STATUSES.map(|(words, _)| words));
            faults.push(fault);
        }
        for column in ["version", "date"] {
            let date = line.cell(column);
            if !date.is_empty() && !crate::values::is_date(date) {
                let message = format!("`{date}` is no date such as `2023-09-01`");
                faults.push(Diagnostic::new(&WRONG_VALUE, at(column), message));
            }
        }
        let written = |text: &str| -> BTreeMap<String, String> {
            let cells = languages.iter().map(|l| (l.clone(), line.cell(&format!("{text}_{l}"))));
            let cells = cells.filter(|(_, cell)| !cell.is_empty());
            cells.map(|(language, cell)| (language, cell.to_owned())).collect()
        };
        let text = |name: &str| Some(written(name)).filter(|t| !t.is_empty()).map(Text::Localised);
        let title = written("title");
        if title.is_empty() {
            faults.push(Diagnostic::new(&WRONG_VALUE, at("title"), "the title is empty"));
        }
        proposals.push(Proposal {
            id: id.to_owned(),
            topic: line.cell("topic").to_owned(),
            provision: Provision {
                act: line.cell("act").to_owned(),
                version: line.cell("version").to_owned(),
                element: line.cell("element").to_owned(),
            },
            title: Text::Localised(title),
            current: text("current"),
            proposed: text("proposed"),
            reason: text("reason"),
            status: known.map_or(ProposalStatus::NotKnown, |(_, status)| *status),
            by: text("by"),
            date: Some(line.cell("date").to_owned()).filter(|date| !date.is_empty()),
            link: line.cell("link").to_owned(),
            note: text("note"),
            line: line.number,
        });
    }
    proposals
}
