//! Targets and commitments: how far each is, and the way so far.

use crate::address;
use crate::pages::parts::{
    attribution, completion, definition, figure, note, number, outward, slot, table, target_outcome,
};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::report::{
    CommitmentReport, Direction, TargetReading, TargetReport, TopicReport,
};
use olshem_words::verdict::{citation, progress, wanted};

pub(super) fn targets(here: &Here<'_>) -> Page {
    let title = here.word("page-targets");
    let body = html! {
        h1 { (title) }
        (slot("definition"))
        @for topic in here.catalogue.topics().iter().filter(|topic| !topic.targets.is_empty()) {
            section {
                h2 { (here.text(&topic.title)) }
                (cards(here, &topic.targets))
            }
        }
        h2 { (here.word("page-commitments")) }
        div class="cards" {
            @for (_, one) in here.catalogue.commitments() { (commitment(here, one)) }
        }
    };
    let source = Some("api/v1/targets.json".to_owned());
    let summary = here.word("page-targets-summary");
    Page { kind: "targets", id: None, source, title, summary, body }
}

/// A card for each target, with how much of the way is done.
pub(super) fn cards<'t>(
    here: &Here<'_>,
    targets: impl IntoIterator<Item = &'t TargetReport>,
) -> Markup {
    html! {
        div class="cards" {
            @for target in targets {
                article class="card" data-target=(target.id) {
                    h3 { a href=(here.to(&address::of("targets", &target.id))) { (here.text(&target.text)) } }
                    p class="outcome" { (target_outcome(here, target.outcome)) }
                    p { (wanted(here.words, target)) }
                    @for reading in shown(here, &target.readings) {
                        div data-definition=[reading.definition.as_deref()] {
                            @if let Some(label) = &reading.label { p class="reading" { (here.text(label)) } }
                            (state(here, target, reading))
                        }
                    }
                    p { (attribution(here, &target.attribution)) }
                }
            }
        }
    }
}

/// A line for each target: how far it is at a glance. Of the definitions that a target depends on the
/// default one is shown; the scripts show the one that is chosen.
pub(super) fn lines<'t>(
    here: &Here<'_>,
    targets: impl IntoIterator<Item = &'t TargetReport>,
) -> Markup {
    let default = here.catalogue.default_definition();
    html! {
        ul class="targets" {
            @for target in targets {
                li data-target=(target.id) {
                    p {
                        (target_outcome(here, target.outcome)) " "
                        a href=(here.to(&address::of("targets", &target.id))) { (here.text(&target.text)) }
                    }
                    @for reading in first_of_each(&target.readings) {
                        div class=[reading.definition.as_ref().map(|_| "one-of")]
                            data-definition=[reading.definition.as_deref()]
                            hidden[reading.definition.is_some() && reading.definition.as_deref() != default] {
                            (state(here, target, reading))
                        }
                    }
                }
            }
        }
    }
}

/// The first reading of those that depend on no definition, and the first under each.
fn first_of_each(readings: &[TargetReading]) -> Vec<&TargetReading> {
    let mut first: Vec<&TargetReading> = Vec::new();
    for reading in readings {
        if first.iter().all(|known| known.definition != reading.definition) {
            first.push(reading);
        }
    }
    first
}

/// Of many readings those under the default definition.
fn shown<'t>(here: &Here<'_>, readings: &'t [TargetReading]) -> Vec<&'t TargetReading> {
    let default = here.catalogue.default_definition();
    let counts = |reading: &&TargetReading| {
        reading.definition.is_none() || reading.definition.as_deref() == default
    };
    readings.iter().filter(counts).collect()
}

/// The latest figure, the bar towards the target, and when it was or will be met.
fn state(here: &Here<'_>, target: &TargetReport, reading: &TargetReading) -> Markup {
    html! {
        @if let Some(latest) = &reading.latest { p { (figure(here, latest)) } }
        @if let Some(done) = way_done(target, reading) {
            @let percent = here.words.with("page-percent", &[("n", here.words.number(done * 100.0, 0).into())]);
            progress max="1" value=(done) aria-label=(here.text(&target.text)) { (percent) }
            " " span class="progress" { (percent) }
        }
        @if let Some(period) = &reading.met_in {
            p { (here.words.with("target-met-in", &[("period", period.into())])) }
        } @else if let Some(year) = &reading.on_trend {
            p { (here.words.with("page-on-trend", &[("year", year.into())])) }
        }
    }
}

/// How long the bar is: the latest figure as a part of what is wanted, of targets that grow from zero.
fn way_done(target: &TargetReport, reading: &TargetReading) -> Option<f64> {
    let value = reading.latest.as_ref()?.value?;
    let grows = target.direction == Direction::AtLeast && target.value > 0.0 && value >= 0.0;
    grows.then(|| (value / target.value).min(1.0))
}

pub(super) fn target(here: &Here<'_>, topic: &TopicReport, target: &TargetReport) -> Page {
    let title = here.text(&target.text).to_owned();
    let heads = [
        here.word("page-reading"),
        here.word("page-verdict"),
        here.word("page-latest"),
        here.word("page-growth-so-far"),
        here.word("page-growth-needed"),
        here.word("page-trend"),
    ];
    let rate = |rate: Option<f64>| {
        let percent = |r: f64| [("n", here.words.number(r * 100.0, 1).into())];
        rate.map(|r| here.words.with("page-percent", &percent(r))).unwrap_or_default()
    };
    let rows = html! {
        @for reading in &target.readings {
            tr data-definition=[reading.definition.as_deref()] {
                th scope="row" {
                    @if let Some(label) = &reading.label { (here.text(label)) }
                    @else if let Some(latest) = &reading.latest { (here.text(&latest.title)) }
                    @if let Some(id) = &reading.definition { " · " (definition(here, id)) }
                }
                td { (target_outcome(here, reading.outcome)) }
                td { @if let Some(latest) = &reading.latest { (figure(here, latest)) } }
                td class="number" { (rate(reading.growth_so_far)) }
                td class="number" { (rate(reading.growth_needed)) }
                td { (reading.met_in.as_deref().or(reading.on_trend.as_deref()).unwrap_or_default()) }
            }
        }
    };
    let body = html! {
        p class="topic" { a href=(here.to("targets/")) { (here.text(&topic.title)) } }
        h1 { (title) }
        p class="outcome" { (target_outcome(here, target.outcome)) }
        dl class="facts" {
            dt { (here.word("page-who")) } dd { (attribution(here, &target.attribution)) }
        }
        p { (wanted(here.words, target)) }
        (note(here, target.note.as_ref()))
        (slot("definition"))
        (slot("chart"))
        (table(&title, &heads, &rows))
        @for reading in shown(here, &target.readings) {
            @if let Some(progress) = progress(here.words, &reading.progress) { p { (progress) } }
        }
        @for reading in shown(here, &target.readings) { (path(here, reading)) }
        @if let Some(settle) = &target.settle {
            section class="settle" { h2 { (here.word("page-settle")) } p { (here.text(settle)) } }
        }
        (slot("cite"))
    };
    let source = Some(address::document("targets", &target.id));
    let summary = wanted(here.words, target);
    Page { kind: "target", id: Some(target.id.clone()), source, title, summary, body }
}

/// The series of a reading.
fn path(here: &Here<'_>, reading: &TargetReading) -> Markup {
    let series = reading.latest.as_ref().and_then(|latest| {
        let indicator = here.catalogue.indicator(&latest.indicator)?;
        Some((indicator, indicator.series(&latest.at, reading.definition.as_deref())?))
    });
    let Some((indicator, series)) = series else { return html! {} };
    let shown = &indicator.table;
    let name = reading.label.as_ref().unwrap_or(&shown.title);
    let heads = [here.word("dimension-period"), here.text(&shown.unit).to_owned()];
    html! {
        section {
            h2 { (here.text(name)) }
            p { a href=(here.to(&address::of("indicators", &shown.id))) { (here.text(&shown.title)) } }
            (table(here.text(name), &heads, &html! {
                @for (period, found) in series.points() {
                    tr {
                        th scope="row" { (period) }
                        td class="number" {
                            (number(here, found, shown.decimals))
                        }
                    }
                }
            }))
        }
    }
}

fn commitment(here: &Here<'_>, one: &CommitmentReport) -> Markup {
    let as_of = here.words.date(&one.as_of);
    let evidence = match one.evidence.is_empty() {
        true => here.words.with("evidence-none", &[("date", as_of.into())]),
        false => here.words.with("evidence", &[("date", as_of.into())]),
    };
    html! {
        article class="card" id=(address::segment(&one.id)) {
            h3 { (here.text(&one.text)) }
            p class="outcome" { (completion(here, one.status)) }
            p { (attribution(here, &one.attribution)) }
            @if let Some(provision) = &one.provision { p { (citation(here.words, provision)) } }
            p { (evidence) }
            @if !one.evidence.is_empty() {
                ul {
                    @for proof in &one.evidence {
                        li {
                            @if let Some(date) = &proof.date { (here.words.date(date)) ": " }
                            (here.text(&proof.text)) " "
                            (outward(&proof.link, &here.word("page-where-said")))
                        }
                    }
                }
            }
            (note(here, one.note.as_ref()))
        }
    }
}
