//! Sources, and the releases that were sealed from them.

use crate::address;
use crate::catalogue::Indicator;
use crate::data::relative;
use crate::pages::parts::{licence, note, outward, slot, table};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::SourceCitation;

pub(super) fn sources(here: &Here<'_>) -> Page {
    let title = here.word("page-sources");
    let heads = [
        here.word("page-source"),
        here.word("page-publisher"),
        here.word("page-vintage"),
        here.word("page-licence"),
    ];
    let rows = html! {
        @for one in here.catalogue.sources() {
            tr {
                th scope="row" { a href=(here.to(&address::of("sources", &one.id))) { (here.text(&one.title)) } }
                td { (one.publisher) }
                td { (one.vintage) }
                td { (licence(here, &one.licence)) }
            }
        }
    };
    let body = html! {
        h1 { (title) }
        (table(&title, &heads, &rows))
        @if let Some(boundaries) = &here.catalogue.account().map().boundaries {
            h2 { (here.word("page-boundaries")) }
            p { a href=(here.to("map/")) { (here.text(&boundaries.citation.title)) } }
            (facts(here, &boundaries.citation))
        }
        p { a href=(here.to("releases/")) { (here.word("page-releases")) } }
    };
    let source = Some("api/v1/sources.json".to_owned());
    let summary = here.word("page-sources-summary");
    Page { kind: "sources", id: None, source, title, summary, body }
}

pub(super) fn source(here: &Here<'_>, one: &SourceCitation) -> Page {
    let title = here.text(&one.title).to_owned();
    let uses = |indicator: &&Indicator| indicator.sources.contains(&one.id);
    let body = html! {
        p class="topic" { a href=(here.to("sources/")) { (here.word("page-sources")) } }
        h1 { (title) }
        (facts(here, one))
        h2 { (here.word("page-indicators")) }
        ul {
            @for indicator in here.catalogue.indicators.iter().filter(uses) {
                li {
                    a href=(here.to(&address::of("indicators", &indicator.table.id))) {
                        (here.text(&indicator.table.title))
                    }
                }
            }
        }
    };
    let source = Some("api/v1/sources.json".to_owned());
    let summary = one.publisher.clone();
    Page { kind: "source", id: Some(one.id.clone()), source, title, summary, body }
}

/// Whose a file is, and which.
fn facts(here: &Here<'_>, one: &SourceCitation) -> Markup {
    html! {
        dl class="facts" {
            dt { (here.word("page-publisher")) } dd { (one.publisher) }
            dt { (here.word("page-address")) } dd { (outward(&one.address, &one.address)) }
            dt { (here.word("page-licence")) } dd { (licence(here, &one.licence)) }
            dt { (here.word("page-retrieved")) } dd { (here.words.date(&one.retrieved)) }
            dt { (here.word("page-vintage")) } dd { (one.vintage) }
            dt { (here.word("page-file")) } dd { (relative(&one.file, here.catalogue.account().path())) }
            dt { "SHA-256" } dd { code { (one.sha256) } }
        }
        (note(here, one.note.as_ref()))
    }
}

pub(super) fn releases(here: &Here<'_>) -> Page {
    let title = here.word("page-releases");
    let releases = &here.catalogue.releases;
    let heads = [here.word("page-release"), here.word("page-sealed"), here.word("page-changes")];
    let rows = html! {
        @for (n, one) in releases.iter().enumerate() {
            tr {
                th scope="row" { code { (one.id) } }
                td { time datetime=(one.sealed) { (one.sealed) } }
                td {
                    @if let Some(before) = releases.get(n + 1) {
                        @let changed: Vec<&str> = one.inputs.iter()
                            .filter(|(file, hash)| before.inputs.get(*file) != Some(hash))
                            .map(|(file, _)| file.as_str())
                            .chain(before.inputs.keys().filter(|f| !one.inputs.contains_key(*f)).map(String::as_str))
                            .collect();
                        @let moved: Vec<&str> = one.verdicts.iter()
                            .filter(|(id, outcome)| before.verdicts.get(*id) != Some(outcome))
                            .map(|(id, _)| id.as_str())
                            .collect();
                        ul {
                            @for file in changed { li { code { (file) } } }
                            @for id in moved { li { (here.word("page-moved")) ": " (id) } }
                        }
                    }
                }
            }
        }
    };
    let body = html! {
        h1 { (title) }
        @if releases.is_empty() { p { (here.word("page-no-releases")) } }
        @else {
            (slot("selectors"))
            div data-slot="results" { (table(&title, &heads, &rows)) }
        }
    };
    let source = Some("api/v1/releases.json".to_owned());
    let summary = here.word("page-releases-summary");
    Page { kind: "releases", id: None, source, title, summary, body }
}
