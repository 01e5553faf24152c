//! The register of legislative proposals, as far as it concerns a topic.

use crate::locale::Words;
use crate::render::Page;
use crate::render::commitments::citation;
use crate::terminal::Tone;
use olshem_account::{Proposal, ProposalStatus};

/// Writes each proposal with what has become of it, the act concerned, and who made it.
pub(crate) fn proposals(page: &mut Page<'_>, proposals: &[Proposal]) {
    if proposals.is_empty() {
        return;
    }
    let words = page.words;
    page.gap();
    let count = words.with("proposals-count", &[("n", proposals.len().into())]);
    page.paragraph(0, Tone::Plain, &count);
    for proposal in proposals {
        let mut line =
            format!("{}: {}", words.text(&proposal.title), status(words, proposal.status));
        if !proposal.provision.act.is_empty() {
            line = format!("{line}; {}", citation(words, &proposal.provision));
        }
        line = format!("{line}; {}", proposal.by);
        if let Some(date) = &proposal.date {
            line = format!("{line}, {}", words.date(date));
        }
        page.hanging("· ", 2, Tone::Plain, &line);
    }
}

fn status(words: &Words, status: ProposalStatus) -> String {
    words.get(match status {
        ProposalStatus::Proposed => "proposal-proposed",
        ProposalStatus::InBill => "proposal-in-bill",
        ProposalStatus::Adopted => "proposal-adopted",
        ProposalStatus::Rejected => "proposal-rejected",
        ProposalStatus::NotKnown => "proposal-not-known",
    })
}
