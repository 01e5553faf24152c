//! The front page, the programme in one screen; and the search.

use crate::address;
use crate::catalogue::DEFINITION;
use crate::pages::parts::{attribution, number, outcome, slot, table, unit_and_kind};
use crate::pages::{Here, Page, target};
use maud::{Markup, html};

pub(super) fn front(here: &Here<'_>) -> Page {
    let title = here.text(&here.catalogue.report().name).to_owned();
    let summary = here.words.with("page-summary", &[("name", title.as_str().into())]);
    let body = html! {
        h1 { (title) }
        p class="lead" { (summary) }
        (slot("definition"))
        (headline(here))
        section {
            h2 { (here.word("page-targets")) }
            (target::cards(here, here.catalogue.targets().map(|(_, target)| target)))
        }
        section {
            h2 { (here.word("page-claims")) }
            (counts(here))
            @for topic in here.catalogue.topics().iter().filter(|topic| !topic.claims.is_empty()) {
                section {
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

/// How many claims have which outcome.
fn counts(here: &Here<'_>) -> Markup {
    html! {
        ul class="counts" {
            @for (kind, count) in &here.catalogue.report().summary.claims {
                li { (outcome(here, *kind)) ": " (count) }
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
        section class="headline" data-indicator=(shown.id) {
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
