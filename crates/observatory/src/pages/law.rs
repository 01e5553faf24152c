//! The register of legislative proposals, and the comparative table that working groups use.

use crate::address;
use crate::data::overlaps;
use crate::pages::parts::{outward, slot, table};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::{Proposal, Text};
use olshem_words::verdict;

pub(super) fn proposals(here: &Here<'_>) -> Page {
    let title = here.word("page-proposals");
    let all: Vec<&Proposal> =
        here.catalogue.topics().iter().flat_map(|topic| &topic.proposals).collect();
    let body = html! {
        h1 { (title) }
        p { (here.word("page-proposals-summary")) }
        (slot("selectors"))
        div data-slot="results" {
            @for topic in here.catalogue.topics().iter().filter(|topic| !topic.proposals.is_empty()) {
                section {
                    h2 { (here.text(&topic.title)) }
                    (register(here, &topic.proposals, &all))
                }
            }
        }
        section {
            h2 { (here.word("page-comparison")) }
            div data-slot="comparison" { (comparison(here, &all)) }
        }
    };
    let source = Some("api/v1/proposals.json".to_owned());
    let summary = here.word("page-proposals-summary");
    Page { kind: "proposals", id: None, source, title, summary, body }
}

/// The table that a working group goes through, line by line.
fn comparison(here: &Here<'_>, proposals: &[&Proposal]) -> Markup {
    let heads = [
        here.word("page-number"),
        here.word("page-provision"),
        here.word("page-current"),
        here.word("page-proposed"),
        here.word("page-reason"),
    ];
    let given = |text: Option<&Text>| match text {
        Some(text) => here.text(text).to_owned(),
        None => here.word("page-not-given"),
    };
    let rows = html! {
        @for (n, one) in proposals.iter().enumerate() {
            tr data-proposal=(one.id) {
                td class="number" { (n + 1) }
                th scope="row" {
                    (here.text(&one.title))
                    @if !one.provision.act.is_empty() { ". " (verdict::citation(here.words, &one.provision)) }
                }
                td { (given(one.current.as_ref())) }
                td { (given(one.proposed.as_ref())) }
                td { (given(one.reason.as_ref())) }
            }
        }
    };
    table(&here.word("page-comparison"), &heads, &rows)
}

fn register(here: &Here<'_>, proposals: &[Proposal], all: &[&Proposal]) -> Markup {
    let heads = [
        here.word("page-proposal"),
        here.word("page-provision"),
        here.word("page-status"),
        here.word("page-by"),
        here.word("page-overlaps"),
        here.word("page-remark"),
    ];
    let rows = html! {
        @for one in proposals {
            tr id=(address::segment(&one.id)) {
                th scope="row" { (here.text(&one.title)) }
                td {
                    @match one.provision.act.as_str() {
                        "" => (here.word("proposal-provision-not-known")),
                        _ => (verdict::citation(here.words, &one.provision)),
                    }
                }
                td { (verdict::proposal(here.words, one.status)) }
                td {
                    (outward(&one.link, one.by.as_ref().map_or(one.link.as_str(), |by| here.text(by))))
                    @if let Some(date) = &one.date { ", " time datetime=(date) { (here.words.date(date)) } }
                }
                td {
                    @for other in overlaps(one, all) {
                        a href=(format!("#{}", address::segment(&other.id))) { (here.text(&other.title)) } " "
                    }
                }
                td { (one.note.as_ref().map_or("", |note| here.text(note))) }
            }
        }
    };
    table(&here.word("page-proposals"), &heads, &rows)
}
