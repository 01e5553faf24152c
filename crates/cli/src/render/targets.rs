//! A target: how it stands, the latest figure of each reading, and what is still needed.

use crate::render::definitions::{self, Entry};
use crate::render::{Mark, Page};
use crate::terminal::Tone;
use olshem_account::report::{TargetOutcome, TargetReading, TargetReport};
use olshem_words::Words;
use olshem_words::number::NO_BREAK_SPACE;
use olshem_words::{figure, verdict};

/// How a target stands.
pub(crate) fn mark(words: &Words, outcome: TargetOutcome) -> Mark {
    let tone = match outcome {
        TargetOutcome::Met => Tone::Good,
        TargetOutcome::Missed => Tone::Bad,
        TargetOutcome::Open | TargetOutcome::Depends | TargetOutcome::Undecidable => Tone::Open,
        TargetOutcome::NoData => Tone::Quiet,
    };
    Mark { sign: verdict::target(words, outcome), tone }
}

/// Writes a target, with verdicts in a column of `column`.
pub(crate) fn target<'a>(page: &mut Page<'a>, column: usize, target: &'a TargetReport) {
    let words = page.words;
    page.statement(&mark(words, target.outcome), column, words.text(&target.text));
    page.attribution(column, &target.attribution, None, None);
    page.paragraph(column, Tone::Plain, &verdict::wanted(words, target));
    let unanimous = target.readings.windows(2).all(|pair| pair[0].outcome == pair[1].outcome);
    for (outcome, group) in groups(page, &target.readings) {
        match group.as_slice() {
            many if definitions::is_told_by_number(page, many.len()) => {
                summary(page, column, outcome, many, unanimous);
            }
            few => few.iter().for_each(|reading| self::reading(page, column, reading, unanimous)),
        }
    }
    let open = |outcome| matches!(outcome, TargetOutcome::Undecidable | TargetOutcome::NoData);
    let is_open = target.readings.is_empty() || target.readings.iter().any(|r| open(r.outcome));
    if let Some(settle) = target.settle.as_ref().filter(|_| is_open) {
        page.aside(column, "to-settle", words.text(settle));
    }
    if let Some(note) = &target.note {
        page.aside(column, "note", words.text(note));
    }
}

/// Readings by label and outcome. Of one label, the group that is told by its number comes last.
fn groups<'a>(
    page: &Page<'_>,
    readings: &'a [TargetReading],
) -> Vec<(TargetOutcome, Vec<&'a TargetReading>)> {
    let mut ordered = Vec::new();
    for of_label in readings.chunk_by(|one, next| one.label == next.label) {
        let mut groups: Vec<(TargetOutcome, Vec<&TargetReading>)> = Vec::new();
        for reading in of_label {
            match groups.iter_mut().find(|(outcome, _)| *outcome == reading.outcome) {
                Some((_, group)) => group.push(reading),
                None => groups.push((reading.outcome, vec![reading])),
            }
        }
        ordered.extend(definitions::in_order(page, groups));
    }
    ordered
}

/// Writes where the readings under many definitions stand that have the same outcome.
fn summary<'a>(
    page: &mut Page<'a>,
    column: usize,
    outcome: TargetOutcome,
    group: &[&'a TargetReading],
    unanimous: bool,
) {
    let words = page.words;
    let number = |reading: &TargetReading| {
        reading.latest.as_ref().filter(|_| outcome != TargetOutcome::NoData).map(|latest| {
            let number = figure::whole(words, latest);
            figure::period(latest).map_or(number.clone(), |period| format!("{number}, {period}"))
        })
    };
    let entries: Vec<Entry<'_>> = group
        .iter()
        .map(|reading| (reading.definition.as_deref().unwrap_or("—"), number(reading)))
        .collect();
    let under = definitions::under(page, &entries, true, unanimous);
    let name = reading_name(page, group[0]);
    let mark = mark(words, outcome).paint(page.terminal);
    let first = format!("{}{mark}", " ".repeat(column));
    let line = if name.is_empty() { format!(" {under}") } else { format!(": {name} {under}") };
    page.hanging(&first, column + 2, Tone::Plain, &line);
}

/// The reading's label, or the indicator's title where it has none.
fn reading_name<'a>(page: &mut Page<'a>, reading: &'a TargetReading) -> String {
    let label = reading.label.as_ref();
    let title = reading.latest.as_ref().map(|figure| &figure.title);
    let name = label.or(title).map(|name| page.words.text(name)).unwrap_or_default();
    let note = reading.latest.as_ref().and_then(|figure| figure.note.as_ref());
    format!("{name}{}", page.marker(note))
}

/// Writes where one reading stands.
fn reading<'a>(page: &mut Page<'a>, column: usize, reading: &'a TargetReading, unanimous: bool) {
    let words = page.words;
    let mut name = reading_name(page, reading);
    if let Some(definition) = &reading.definition {
        name = words.with(
            "reading-under",
            &[("name", name.into()), ("list", definitions::marked(page, definition).into())],
        );
    }
    let number = match &reading.latest {
        Some(latest) => match figure::period(latest) {
            Some(period) => format!("{}, {period}", figure::whole(words, latest)),
            None => figure::whole(words, latest),
        },
        None => words.get("verdict-no-data"),
    };
    let mut line = if name.is_empty() { number } else { format!("{name}: {number}") };
    if let Some(period) = &reading.met_in {
        line = format!("{line}; {}", words.with("target-met-in", &[("period", period.into())]));
    }
    if unanimous {
        page.hanging(&" ".repeat(column), column + 2, Tone::Plain, &line);
    } else {
        let mark = mark(words, reading.outcome).paint(page.terminal);
        let first = format!("{}{mark}", " ".repeat(column));
        page.hanging(&first, column + 2, Tone::Plain, &format!(": {line}"));
    }
    for way in way_there(words, reading) {
        page.paragraph(column + 2, Tone::Plain, &way);
    }
}

/// The growth so far and the growth needed, and what each method makes of them.
fn way_there(words: &Words, reading: &TargetReading) -> Vec<String> {
    let percent = |rate: f64| format!("{}{NO_BREAK_SPACE}%", words.number(rate * 100.0, 1));
    let growth = match (reading.growth_needed, reading.growth_so_far) {
        (Some(needed), Some(so_far)) => Some(words.with(
            "growth-needed-and-so-far",
            &[("needed", percent(needed).into()), ("sofar", percent(so_far).into())],
        )),
        (Some(needed), None) => {
            Some(words.with("growth-needed", &[("needed", percent(needed).into())]))
        }
        (None, Some(so_far)) => {
            Some(words.with("growth-so-far", &[("sofar", percent(so_far).into())]))
        }
        (None, None) => None,
    };
    growth.into_iter().chain(verdict::progress(words, &reading.progress)).collect()
}
