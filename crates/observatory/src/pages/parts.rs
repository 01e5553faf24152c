//! What several pages are made of: verdicts, figures, tables, attributions, links outwards.

use crate::catalogue::Number;
use crate::pages::Here;
use maud::{Markup, html};
use olshem_account::report::{Attribution, Completion, Figure, Outcome, TargetOutcome, Verdict};
use olshem_account::{IndicatorTable, Text};
use olshem_words::figure::{Amount, Decimals, kind};
use olshem_words::verdict::{self, Sign};

/// A symbol and a word; `key` says to the style sheet which.
fn signed(key: &str, sign: &Sign) -> Markup {
    html! {
        span class="verdict" data-verdict=(key) {
            span aria-hidden="true" { (sign.symbol) " " } (sign.word)
        }
    }
}

pub(super) fn outcome(here: &Here<'_>, outcome: Outcome) -> Markup {
    signed(outcome_key(outcome), &verdict::outcome(here.words, outcome))
}

/// What an outcome means, for who has never seen one.
pub(super) fn meaning(here: &Here<'_>, outcome: Outcome) -> Markup {
    let key = match outcome {
        Outcome::Holds => "page-means-holds",
        Outcome::Fails => "page-means-fails",
        Outcome::Depends => "page-means-depends",
        Outcome::Undecidable => "page-means-undecidable",
        Outcome::NoData => "page-means-no-data",
    };
    html! { span class="meaning" { (here.word(key)) } }
}

/// A licence; that it is not stated in the reader's language.
pub(super) fn licence(here: &Here<'_>, licence: &str) -> String {
    match licence {
        "not stated" => here.word("page-not-stated"),
        stated => stated.to_owned(),
    }
}

pub(super) fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Holds => "holds",
        Outcome::Fails => "fails",
        Outcome::Depends => "depends",
        Outcome::Undecidable => "undecidable",
        Outcome::NoData => "no-data",
    }
}

pub(super) fn answer(here: &Here<'_>, verdict: Verdict) -> Markup {
    outcome(here, verdict::alone(verdict))
}

pub(super) fn target_outcome(here: &Here<'_>, outcome: TargetOutcome) -> Markup {
    let key = match outcome {
        TargetOutcome::Met => "met",
        TargetOutcome::Open => "open",
        TargetOutcome::Missed => "missed",
        TargetOutcome::Depends => "depends",
        TargetOutcome::Undecidable => "undecidable",
        TargetOutcome::NoData => "no-data",
    };
    signed(key, &verdict::target(here.words, outcome))
}

pub(super) fn completion(here: &Here<'_>, status: Completion) -> Markup {
    let key = match status {
        Completion::NoEvidence => "no-evidence",
        Completion::NotStarted => "not-started",
        Completion::Limited => "limited",
        Completion::Substantial => "substantial",
        Completion::Complete => "complete",
    };
    signed(key, &verdict::completion(here.words, status))
}

/// A number and its bounds, without unit.
pub(super) fn number(here: &Here<'_>, (value, low, high): Number, decimals: usize) -> Markup {
    let amount = Amount::new(value, low, high);
    let decimals = Decimals::Fixed(decimals);
    let bounds = amount.bounds(here.words, decimals, "");
    html! {
        @match (value, bounds) {
            (Some(value), bounds) => {
                data class="figure" value=(value) { (amount.main(here.words, decimals, "")) }
                @if let Some(bounds) = bounds { " " span class="bounds" { "(" (bounds) ")" } }
            }
            (None, Some(bounds)) => span class="bounds" data-value=[high.or(low)] { (bounds) },
            (None, None) => span class="missing" { (here.word("verdict-no-data")) },
        }
    }
}

/// A figure with its unit, and its period where it has one.
pub(super) fn figure(here: &Here<'_>, figure: &Figure) -> Markup {
    let unit = here.text(&figure.unit);
    html! {
        (number(here, (figure.value, figure.low, figure.high), figure.decimals))
        @if !unit.is_empty() { " " span class="unit" { (unit) } }
        @if let Some(period) = olshem_words::figure::period(figure) { ", " (period) }
        @if let Some(kind) = kind(here.words, figure.kind) { ", " (kind) }
    }
}

/// The unit of an indicator, and what sort of numbers it has.
pub(super) fn unit_and_kind(here: &Here<'_>, table: &IndicatorTable) -> String {
    let unit = Some(here.text(&table.unit).to_owned()).filter(|unit| !unit.is_empty());
    let parts: Vec<String> = unit.into_iter().chain(kind(here.words, table.kind)).collect();
    parts.join(", ")
}

/// A link to another site; of an address that is none of the web's, the text alone.
pub(super) fn outward(address: &str, text: &str) -> Markup {
    let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    html! {
        @if is_web { a class="outward" rel="external noopener" href=(address) { (text) } }
        @else { (text) }
    }
}

/// Who said it, when and where.
pub(super) fn attribution(here: &Here<'_>, of: &Attribution) -> Markup {
    html! {
        span class="attribution" {
            (here.text(&of.who))
            @if let Some(said) = &of.said { ", " time datetime=(said) { (here.words.date(said)) } }
            @if !of.link.is_empty() { " · " (outward(&of.link, &here.word("page-where-said"))) }
        }
    }
}

/// A table in a frame that scrolls where it is too wide.
pub(super) fn table(label: &str, heads: &[String], rows: &Markup) -> Markup {
    html! {
        div class="table" tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// A caveat.
pub(super) fn note(here: &Here<'_>, note: Option<&Text>) -> Markup {
    html! { @if let Some(note) = note { p class="note" { (here.text(note)) } } }
}

/// A place that the scripts fill.
pub(super) fn slot(name: &str) -> Markup {
    html! { div data-slot=(name) hidden {} }
}

/// The name of a definition, linked to its page.
pub(super) fn definition(here: &Here<'_>, id: &str) -> Markup {
    let name = here.catalogue.report().definitions.get(id).map(|d| here.text(&d.name));
    html! {
        a href=(here.to(&crate::address::of("definitions", id))) { (name.unwrap_or(id)) }
    }
}
