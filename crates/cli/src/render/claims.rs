//! A claim: its verdict, who made it, and the answer of each reading and definition.

use crate::render::definitions::{self, Entry};
use crate::render::{Mark, Page};
use crate::terminal::Tone;
use olshem_account::report::{Answer, ClaimReport, Figure, Outcome, Verdict};
use olshem_words::Words;
use olshem_words::{figure, verdict};

/// What all answers to a claim come to.
pub(crate) fn outcome_mark(words: &Words, outcome: Outcome) -> Mark {
    let tone = match outcome {
        Outcome::Holds => Tone::Good,
        Outcome::Fails => Tone::Bad,
        Outcome::Depends | Outcome::Undecidable => Tone::Open,
        Outcome::NoData => Tone::Quiet,
    };
    Mark { sign: verdict::outcome(words, outcome), tone }
}

/// The verdict of one test.
pub(crate) fn verdict_mark(words: &Words, verdict: Verdict) -> Mark {
    outcome_mark(words, verdict::alone(verdict))
}

/// Writes a claim, with verdicts in a column of `column`.
pub(crate) fn claim<'a>(page: &mut Page<'a>, column: usize, claim: &'a ClaimReport) {
    let words = page.words;
    page.statement(&outcome_mark(words, claim.outcome), column, words.text(&claim.text));
    let published = claim.published.as_deref();
    page.attribution(column, &claim.attribution, published, Some(&claim.id));
    let unanimous = claim.answers.windows(2).all(|pair| pair[0].verdict == pair[1].verdict);
    for reading in readings(&claim.answers) {
        answers(page, column, reading, unanimous);
    }
    let open = |answer: &Answer| matches!(answer.verdict, Verdict::Undecidable | Verdict::NoData);
    let is_open = claim.answers.is_empty() || claim.answers.iter().any(open);
    if let Some(settle) = claim.settle.as_ref().filter(|_| is_open) {
        page.aside(column, "to-settle", words.text(settle));
    }
    if let Some(note) = &claim.note {
        page.aside(column, "note", words.text(note));
    }
}

/// The answers put together by reading, in the order in which readings first occur.
fn readings(answers: &[Answer]) -> Vec<Vec<&Answer>> {
    let mut groups: Vec<Vec<&Answer>> = Vec::new();
    for answer in answers {
        let same = |group: &&mut Vec<&Answer>| {
            let at = |a: &Answer| a.figure.as_ref().map(|figure| figure.at.clone());
            group[0].label == answer.label
                && group[0].condition == answer.condition
                && (at(group[0]) == at(answer) || at(group[0]).is_none() || at(answer).is_none())
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(answer),
            None => groups.push(vec![answer]),
        }
    }
    groups
}

/// Writes one reading: its name and period, then its number, or the numbers of each definition.
fn answers<'a>(page: &mut Page<'a>, column: usize, reading: Vec<&'a Answer>, unanimous: bool) {
    let words = page.words;
    let first = reading[0];
    let sample = reading.iter().find_map(|answer| answer.figure.as_ref());
    let marker = page.marker(sample.and_then(|figure| figure.note.as_ref()));
    let name = reading_name(words, first, sample) + &marker;
    if let ([only], None) = (reading.as_slice(), &first.definition) {
        let number = match &only.figure {
            Some(number) => figure::whole(words, number),
            None => words.get("verdict-no-data"),
        };
        let line = if name.is_empty() { number } else { format!("{name}: {number}") };
        if unanimous {
            return page.hanging(&" ".repeat(column), column + 2, Tone::Plain, &line);
        }
        let mark = verdict_mark(words, only.verdict).paint(page.terminal);
        let first = format!("{}{mark}", " ".repeat(column));
        return page.hanging(&first, column + 2, Tone::Plain, &format!(": {line}"));
    }
    if let Some(figure) = sample {
        let head = format!("{name}{}:", figure::unit_and_kind(words, figure));
        page.hanging(&" ".repeat(column), column + 2, Tone::Plain, &head);
    }
    let verdicts = [Verdict::Holds, Verdict::Fails, Verdict::Undecidable, Verdict::NoData];
    let groups = verdicts.map(|verdict| {
        let agreeing = reading.iter().filter(|answer| answer.verdict == verdict);
        (verdict, agreeing.map(|answer| entry(words, answer)).collect::<Vec<_>>())
    });
    let groups = groups.into_iter().filter(|(_, group)| !group.is_empty()).collect();
    let groups = definitions::in_order(page, groups);
    for (number, (verdict, group)) in groups.iter().enumerate() {
        let is_last = number + 1 == groups.len();
        let line = definitions::under(page, group, is_last, groups.len() == 1);
        let mark = verdict_mark(words, *verdict).paint(page.terminal);
        let first = format!("{}{mark} ", " ".repeat(column + 2));
        page.hanging(&first, column + 4, Tone::Plain, &line);
    }
}

/// An answer's definition and number.
fn entry<'a>(words: &Words, answer: &'a Answer) -> Entry<'a> {
    // "No data under A (no data)" would say it twice.
    let number = answer.figure.as_ref().filter(|_| answer.verdict != Verdict::NoData);
    let number = number.map(|number| figure::bare(words, number));
    (answer.definition.as_deref().unwrap_or("—"), number)
}

/// The reading's label, or the indicator's title where it has none, and the period.
fn reading_name(words: &Words, answer: &Answer, sample: Option<&Figure>) -> String {
    let title = answer.label.as_ref().or(sample.map(|figure| &figure.title));
    let name = title.map(|title| words.text(title)).unwrap_or_default();
    match sample.and_then(figure::period) {
        Some(period) if name.is_empty() => period.to_owned(),
        // A label that tells readings apart by period names it already.
        Some(period) if !name.contains(period) => format!("{name}, {period}"),
        _ => name.to_owned(),
    }
}
