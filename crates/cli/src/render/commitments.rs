//! A commitment: an undertaking that is no number, on the Open Government Partnership's scale.

use crate::render::{Mark, Page};
use crate::terminal::Tone;
use olshem_account::report::{CommitmentReport, Completion};
use olshem_words::Words;
use olshem_words::verdict;

/// How far a commitment was carried out.
pub(crate) fn mark(words: &Words, status: Completion) -> Mark {
    let tone = match status {
        Completion::NoEvidence => Tone::Quiet,
        Completion::NotStarted | Completion::Limited | Completion::Substantial => Tone::Open,
        Completion::Complete => Tone::Good,
    };
    Mark { sign: verdict::completion(words, status), tone }
}

/// Writes a commitment, with verdicts in a column of `column`.
pub(crate) fn commitment(page: &mut Page<'_>, column: usize, commitment: &CommitmentReport) {
    let words = page.words;
    page.statement(&mark(words, commitment.status), column, words.text(&commitment.text));
    page.attribution(column, &commitment.attribution, None, None);
    if let Some(provision) = &commitment.provision {
        page.paragraph(column, Tone::Plain, &verdict::citation(words, provision));
    }
    let as_of = words.date(&commitment.as_of);
    if commitment.evidence.is_empty() {
        let line = words.with("evidence-none", &[("date", as_of.into())]);
        page.paragraph(column, Tone::Plain, &line);
    } else {
        let line = words.with("evidence", &[("date", as_of.into())]);
        page.paragraph(column, Tone::Plain, &line);
        for evidence in &commitment.evidence {
            let text = words.text(&evidence.text);
            let line = match &evidence.date {
                Some(date) => format!("{}: {text}", words.date(date)),
                None => text.to_owned(),
            };
            let first = format!("{}· ", " ".repeat(column));
            page.hanging(&first, column + 2, Tone::Plain, &line);
        }
    }
    if let Some(note) = &commitment.note {
        page.aside(column, "note", words.text(note));
    }
}
