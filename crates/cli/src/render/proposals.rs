//! The register of legislative proposals, as far as it concerns a topic.

use crate::render::Page;
use crate::terminal::Tone;
use olshem_account::Proposal;
use olshem_words::verdict;

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
        let mut line = format!(
            "{}: {}",
            words.text(&proposal.title),
            verdict::proposal(words, proposal.status)
        );
        if !proposal.provision.act.is_empty() {
            line = format!("{line}; {}", verdict::citation(words, &proposal.provision));
        }
        if let Some(by) = &proposal.by {
            line = format!("{line}; {}", words.text(by));
        }
        if let Some(date) = &proposal.date {
            line = format!("{line}, {}", words.date(date));
        }
        page.hanging("· ", 2, Tone::Plain, &line);
    }
}
