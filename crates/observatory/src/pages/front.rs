//! The front page, the programme in one screen; and the search.

use crate::address;
use crate::catalogue::{DEFINITION, TIME_PERIOD};
use crate::pages::parts::{
    attribution, meaning, number, outcome, outcome_key, slot, table, unit_and_kind,
};
use crate::pages::{Here, Page, target};
use maud::{Markup, html};

pub(super) fn front(here: &Here<'_>) -> Page {
    let title = here.text(&here.catalogue.report().name).to_owned();
    let lead = here.word("page-lead");
    let summary = here.words.with("page-summary", &[("name", title.as_str().into())]);
    let body = html! {
        h1 { (title) }
        p class="lead" { (lead) }
        (slot("definition"))
        div class="glance" {
            section {
                (counts(here))
                (latest(here))
            }
            section {
                h2 { a href=(here.to("targets/")) { (here.word("page-targets")) } }
                (target::lines(here, here.catalogue.targets().map(|(_, target)| target)))
            }
        }
        (headline(here))
        section id="claims" {
            h2 { (here.word("page-claims")) }
            @for topic in here.catalogue.topics().iter().filter(|topic| !topic.claims.is_empty()) {
                section id=(format!("topic-{}", address::segment(&topic.id))) {
                    h3 { (here.text(&topic.title)) }
                    ul class="claims" {
                        @for claim in &topic.claims {
                            li data-claim=(claim.id) {
                                (outcome(here, claim.outcome)) " "
                                a href=(here.to(&address::of("claims", &claim.id))) { (here.text(&claim.text)) }
                                " " (attribution(here, &claim.attribution))
                            }
                        }
                    }
                }
            }
        }
    };
    let source = Some("api/v1/account.json".to_owned());
    Page { kind: "front", id: None, source, title: String::new(), summary, body }
}

/// How many claims have which outcome, as a bar too, and the topics that they are about.
fn counts(here: &Here<'_>) -> Markup {
    let counts = &here.catalogue.report().summary.claims;
    let all: usize = counts.values().sum();
    let mut begins = 0;
    let parts = counts.iter().map(|(kind, count)| {
        begins += count;
        (outcome_key(*kind), begins - count, count)
    });
    html! {
        h2 { a href="#claims" { (here.words.with("page-claims-count", &[("n", all.into())])) } }
        svg class="tally" viewBox=(format!("0 0 {} 1", all.max(1))) preserveAspectRatio="none" aria-hidden="true" {
            @for (key, x, width) in parts {
                rect data-verdict=(key) x=(x) width=(width) height="1" {}
            }
        }
        ul class="counts" {
            @for (kind, count) in counts { li { span class="count" { (count) } " " (outcome(here, *kind)) " " (meaning(here, *kind)) } }
        }
        p class="topics" {
            @for topic in here.catalogue.topics().iter().filter(|topic| !topic.claims.is_empty()) {
                a href=(format!("#topic-{}", address::segment(&topic.id))) { (here.text(&topic.title)) } " "
            }
        }
    }
}

/// The share that everything is about, at its latest: under the default definition, or the one that
/// the scripts show.
fn latest(here: &Here<'_>) -> Markup {
    let Some((indicator, at)) = here.catalogue.headline() else { return html! {} };
    let shown = &indicator.table;
    let default = here.catalogue.default_definition();
    let (time, definitions) = (indicator.position(TIME_PERIOD), indicator.position(DEFINITION));
    html! {
        h2 { a href="#headline" { (here.text(&shown.title)) } }
        @for row in indicator.latest(indicator.rows_at(&at)) {
            @let id = definitions.map(|place| row.key[place].as_str());
            div class="one-of" data-definition=[id] hidden[id.is_some() && id != default] {
                p class="big" {
                    (number(here, (row.value, row.low, row.high), shown.decimals))
                    " " span class="unit" { (unit_and_kind(here, shown)) }
                }
                p class="small soft" {
                    @if let Some(id) = id { (super::parts::definition(here, id)) ", " }
                    (time.map_or("", |time| row.key[time].as_str()))
                }
            }
        }
    }
}

/// The share that everything is about, over time, under the default definition.
fn headline(here: &Here<'_>) -> Markup {
    let Some((indicator, at)) = here.catalogue.headline() else { return html! {} };
    let definition = here.catalogue.default_definition();
    let Some(series) = indicator.series(&at, definition) else { return html! {} };
    let shown = &indicator.table;
    let title = here.text(&shown.title);
    let rows = html! {
        @for (period, found) in series.points() {
            tr {
                th scope="row" { (period) }
                td class="number" {
                    (number(here, found, shown.decimals))
                }
            }
        }
    };
    let heads = [here.word("dimension-period"), unit_and_kind(here, shown)];
    html! {
        section id="headline" class="headline" data-indicator=(shown.id) {
            h2 { a href=(here.to(&address::of("indicators", &shown.id))) { (title) } }
            @if let Some(id) = definition {
                p { (here.word("dimension-definition")) ": " (super::parts::definition(here, id)) }
            }
            (slot("chart"))
            div data-definition=[definition.filter(|_| indicator.position(DEFINITION).is_some())] {
                (table(title, &heads, &rows))
            }
        }
    }
}

/// The search: a form that works without scripts brings the reader to lists that a browser can
/// search.
pub(super) fn search(here: &Here<'_>) -> Page {
    let title = here.word("page-search");
    let body = html! {
        h1 id="search" { (title) }
        form class="search" role="search" aria-labelledby="search" {
            label { (here.word("page-search-for")) " " input type="search" name="q"; }
            " " button { (title) }
        }
        div data-slot="results" {
            p { (here.word("page-search-hint")) }
            ul {
                @for (path, key) in super::SECTIONS { li { a href=(here.to(path)) { (here.word(key)) } } }
            }
        }
    };
    let source = Some(format!("api/v1/search/{}.json", here.words.locale().tag()));
    let summary = here.word("page-search-hint");
    Page { kind: "search", id: None, source, title, summary, body }
}
