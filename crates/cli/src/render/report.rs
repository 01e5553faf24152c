//! The report of `olshem check`: topics, validations, definitions, summary.

use crate::render::{
    Brief, Page, claims, commitments, definitions, proposals, targets, verdict_column,
};
use crate::terminal::{Terminal, Tone};
use olshem_account::report::{
    Completion, Outcome, Report, Summary, TargetOutcome, TopicReport, ValidationReport,
};
use olshem_words::number::own_decimals;
use olshem_words::{Words, verdict};
use std::collections::{BTreeMap, BTreeSet};

/// The whole report as text.
pub(crate) fn report(report: &Report, words: &Words, terminal: Terminal) -> String {
    let unverified = report.definitions.iter().filter(|(_, definition)| definition.unverified > 0);
    let brief = Brief {
        default_definition: report.default_definition.clone(),
        unverified: unverified.map(|(id, _)| id.clone()).collect(),
    };
    let mut page = Page::brief(words, terminal, brief);
    let column = verdict_column(words);
    page.paragraph(0, Tone::Strong, words.text(&report.name));
    for topic in &report.topics {
        self::topic(&mut page, column, topic);
    }
    validations(&mut page, &report.validations);
    definitions(&mut page, report);
    page.heading(&words.get("summary"));
    summary(&mut page, &report.summary);
    page.into_text()
}

fn topic<'a>(page: &mut Page<'a>, column: usize, topic: &'a TopicReport) {
    let is_empty = topic.claims.is_empty()
        && topic.targets.is_empty()
        && topic.commitments.is_empty()
        && topic.indicators.is_empty()
        && topic.proposals.is_empty();
    if is_empty {
        return;
    }
    let words = page.words;
    page.heading(words.text(&topic.title));
    for claim in &topic.claims {
        page.gap();
        claims::claim(page, column, claim);
    }
    for target in &topic.targets {
        page.gap();
        targets::target(page, column, target);
    }
    for commitment in &topic.commitments {
        page.gap();
        commitments::commitment(page, column, commitment);
    }
    proposals::proposals(page, &topic.proposals);
    page.footnotes();
    if !topic.indicators.is_empty() {
        page.gap();
        let ids: Vec<&str> = topic.indicators.iter().map(|indicator| &*indicator.id).collect();
        let line = words.with("indicators", &[("list", ids.join(", ").into())]);
        page.hanging("", 2, Tone::Quiet, &line);
    }
}

fn validations(page: &mut Page<'_>, validations: &[ValidationReport]) {
    let found: Vec<_> = validations.iter().filter(|validation| validation.failures > 0).collect();
    if found.is_empty() {
        return;
    }
    let words = page.words;
    page.heading(&words.get("validations"));
    for validation in found {
        page.gap();
        let counts = words.with(
            "validation",
            &[
                ("id", (&validation.id).into()),
                ("n", validation.failures.into()),
                ("checked", validation.checked.into()),
            ],
        );
        let tone = if validation.strict { Tone::Bad } else { Tone::Plain };
        page.paragraph(0, tone, &counts);
        for example in &validation.examples {
            page.hanging("  ", 4, Tone::Quiet, &self::example(words, example));
        }
        let shown = validation.examples.len();
        if validation.failures > shown && shown > 0 {
            let rest =
                words.with("validation-more", &[("n", (validation.failures - shown).into())]);
            page.paragraph(2, Tone::Quiet, &rest);
        }
    }
}

/// One observation that fails: its key, what is wrong, by how much.
fn example(words: &Words, cells: &BTreeMap<String, String>) -> String {
    // What VTL's check operators add to an observation.
    const ADDED: [&str; 3] = ["errorcode", "errorlevel", "imbalance"];
    let own = cells.iter().filter(|(name, _)| !ADDED.contains(&name.as_str()));
    let key: Vec<String> = own.map(|(name, value)| format!("{name}={value}")).collect();
    let mut line = key.join(", ");
    if let Some(fault) = cells.get("errorcode") {
        line = format!("{line}: {fault}");
    }
    if let Some(imbalance) = cells.get("imbalance") {
        let number = imbalance.parse::<f64>().map(|n| words.number(n, own_decimals(n)));
        let imbalance = number.unwrap_or_else(|_| imbalance.clone());
        let by = words.with("validation-imbalance", &[("imbalance", imbalance.into())]);
        line = format!("{line}; {by}");
    }
    line
}

/// What the definitions are that the report mentions.
fn definitions(page: &mut Page<'_>, report: &Report) {
    let mentioned = mentioned(report);
    let known: BTreeMap<_, _> =
        report.definitions.iter().filter(|(id, _)| mentioned.contains(id.as_str())).collect();
    if known.is_empty() {
        return;
    }
    page.heading(&page.words.get("definitions"));
    definitions::legend(page, &known);
    page.gap();
    if known.values().any(|definition| definition.unverified > 0) {
        page.paragraph(0, Tone::Quiet, &page.words.get("definition-star"));
    }
    page.paragraph(0, Tone::Quiet, &page.words.get("each-definition"));
}

/// The definitions that answers and readings rest on.
fn mentioned(report: &Report) -> BTreeSet<&str> {
    let mut ids = BTreeSet::new();
    for topic in &report.topics {
        let answers = topic.claims.iter().flat_map(|claim| &claim.answers);
        ids.extend(answers.filter_map(|answer| answer.definition.as_deref()));
        let readings = topic.targets.iter().flat_map(|target| &target.readings);
        ids.extend(readings.filter_map(|reading| reading.definition.as_deref()));
    }
    ids
}

fn summary(page: &mut Page<'_>, summary: &Summary) {
    let words = page.words;
    let claims = counts(&summary.claims, |outcome, n| {
        let n = [("n", n.into())];
        match outcome {
            Outcome::Holds => words.with("count-holds", &n),
            Outcome::Fails => words.with("count-fails", &n),
            Outcome::Depends => words.with("count-depends", &n),
            Outcome::Undecidable => words.with("count-undecidable", &n),
            Outcome::NoData => words.with("count-no-data", &n),
        }
    });
    let targets = counts(&summary.targets, |outcome, n| {
        let n = [("n", n.into())];
        match outcome {
            TargetOutcome::Met => words.with("count-met", &n),
            TargetOutcome::Open => words.with("count-open", &n),
            TargetOutcome::Missed => words.with("count-missed", &n),
            TargetOutcome::Depends => words.with("count-depends", &n),
            TargetOutcome::Undecidable => words.with("count-undecidable", &n),
            TargetOutcome::NoData => words.with("count-no-data", &n),
        }
    });
    let commitments = counts(&summary.commitments, |status: Completion, n| {
        format!("{n} {}", verdict::completion(words, status).word)
    });
    for (key, (total, list)) in
        [("claims-count", claims), ("targets-count", targets), ("commitments-count", commitments)]
    {
        if total > 0 {
            let what = words.with(key, &[("n", total.into())]);
            page.hanging("", 2, Tone::Plain, &format!("{what}: {list}"));
        }
    }
}

/// How many in all, and how many of each.
fn counts<K: Copy>(
    by: &BTreeMap<K, usize>,
    phrase: impl Fn(K, usize) -> String,
) -> (usize, String) {
    let some = by.iter().filter(|&(_, &n)| n > 0);
    let list: Vec<String> = some.map(|(&kind, &n)| phrase(kind, n)).collect();
    (by.values().sum(), list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use olshem_words::Locale;
    use std::collections::BTreeSet;
    use textwrap::core::display_width;

    fn render(locale: Locale, terminal: Terminal) -> String {
        report(&sample::report(), &Words::new(locale), terminal)
    }

    #[test]
    fn in_english() {
        insta::assert_snapshot!(render(Locale::En, Terminal::PIPE));
    }

    #[test]
    fn in_russian() {
        insta::assert_snapshot!(render(Locale::Ru, Terminal::PIPE));
    }

    #[test]
    fn in_kazakh() {
        insta::assert_snapshot!(render(Locale::Kk, Terminal::PIPE));
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let plain = render(Locale::En, Terminal::PIPE);
        let coloured = render(Locale::En, Terminal { colour: true, ..Terminal::PIPE });
        assert_ne!(plain, coloured);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_but_for_words_that_are() {
        for width in [40, 60, 80, 100] {
            let text = render(Locale::Ru, Terminal { width, ..Terminal::PIPE });
            let wide = text.lines().filter(|line| display_width(line) > width);
            for line in wide {
                let words: BTreeSet<usize> =
                    line.trim_start().split(' ').map(display_width).collect();
                let indent = line.len() - line.trim_start().len();
                assert!(words.last().is_some_and(|w| w + indent > width / 2), "{width}: {line}");
            }
        }
    }
}
