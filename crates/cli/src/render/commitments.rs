//! A commitment: an undertaking that is no number, on the Open Government Partnership's scale.

use crate::locale::Words;
use crate::render::{Mark, Page};
use crate::terminal::Tone;
use olshem_account::report::{CommitmentReport, Completion, Provision};

/// How a status is shown.
pub(crate) fn mark(words: &Words, status: Completion) -> Mark {
    match status {
        Completion::NoEvidence => Mark::new('∅', words.get("ogp-no-evidence"), Tone::Quiet),
        Completion::NotStarted => Mark::new('○', words.get("ogp-not-started"), Tone::Open),
        Completion::Limited => Mark::new('◔', words.get("ogp-limited"), Tone::Open),
        Completion::Substantial => Mark::new('◑', words.get("ogp-substantial"), Tone::Open),
        Completion::Complete => Mark::new('●', words.get("ogp-complete"), Tone::Good),
    }
}

/// Writes a commitment, with verdicts in a column of `column`.
pub(crate) fn commitment(page: &mut Page<'_>, column: usize, commitment: &CommitmentReport) {
    let words = page.words;
    page.statement(&mark(words, commitment.status), column, words.text(&commitment.text));
    page.attribution(column, &commitment.attribution, None, None);
    if let Some(provision) = &commitment.provision {
        page.paragraph(column, Tone::Plain, &citation(words, provision));
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

/// `Law No. 233-VIII, version of 24 November 2025, art_4__para_2`, as far as it is known.
pub(crate) fn citation(words: &Words, provision: &Provision) -> String {
    let act = match provision.version.as_str() {
        "" => provision.act.clone(),
        version => {
            let version = words.date(version);
            words
                .with("provision", &[("act", (&provision.act).into()), ("version", version.into())])
        }
    };
    match provision.element.as_str() {
        "" => act,
        element => format!("{act}, {element}"),
    }
}
