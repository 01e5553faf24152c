//! Definitions: whose they are, which activities they take in, what each does to the headline, and
//! what any two have in common.

use crate::address;
use crate::catalogue::DEFINITION;
use crate::pages::parts::{note, number, outward, slot, table, unit_and_kind};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::{DefinitionContent, Verification};
use olshem_words::number::own_decimals;

pub(super) fn definitions(here: &Here<'_>) -> Page {
    let title = here.word("page-definitions");
    let headline = here.catalogue.headline();
    let mut heads =
        vec![here.word("dimension-definition"), here.word("page-owner"), here.word("page-codes")];
    heads.extend(headline.as_ref().map(|(one, _)| here.text(&one.table.title).to_owned()));
    let rows = html! {
        @for one in &here.catalogue.definitions {
            tr {
                th scope="row" { (super::parts::definition(here, &one.citation.id)) }
                td { (one.citation.owner) ", " (one.citation.version) }
                td class="number" { (one.lines.len()) }
                @if headline.is_some() { td class="number" { (effect(here, &one.citation.id)) } }
            }
        }
    };
    let body = html! {
        h1 { (title) }
        p { (here.word("page-definitions-summary")) }
        (slot("selectors"))
        div data-slot="results" { (table(&title, &heads, &rows)) }
        p { a href=(here.to("compare/")) { (here.word("page-compare")) } }
    };
    let source = Some("api/v1/definitions.json".to_owned());
    let summary = here.word("page-definitions-summary");
    Page { kind: "definitions", id: None, source, title, summary, body }
}

/// The latest headline figure under a definition.
fn effect(here: &Here<'_>, definition: &str) -> Markup {
    let Some((indicator, mut at)) = here.catalogue.headline() else { return html! {} };
    at.insert(DEFINITION.to_owned(), definition.to_owned());
    let latest = indicator.latest(indicator.rows_at(&at));
    let time = indicator.table.dimensions.iter().position(|dimension| dimension.is_time);
    html! {
        @if let Some(row) = latest.first() {
            (number(here, (row.value, row.low, row.high), indicator.table.decimals))
            " " (unit_and_kind(here, &indicator.table))
            @if let Some(time) = time { ", " (row.key[time]) }
        }
    }
}

pub(super) fn definition(here: &Here<'_>, one: &DefinitionContent) -> Page {
    let cited = &one.citation;
    let title = here.text(&cited.name).to_owned();
    let industries = here.catalogue.industries();
    let heads = [
        here.word("page-code"),
        here.word("dimension-activity"),
        here.word("page-weight"),
        here.word("dimension-industry"),
        here.word("page-original-code"),
        here.word("page-verified"),
    ];
    let rows = html! {
        @for line in &one.lines {
            tr data-code=(line.code) {
                td { (line.code) }
                th scope="row" { (here.text(&line.label)) }
                td class="number" { (here.words.number(line.weight, own_decimals(line.weight))) }
                td {
                    @if let Some(code) = &line.industry {
                        a href=(here.to(&address::of("industries", code))) {
                            (industries.iter().find(|item| item.code == *code)
                                .map_or(code.as_str(), |item| crate::data::label(item, here.words.locale().tag())))
                        }
                    }
                }
                td { (line.origin.as_deref().unwrap_or_default()) }
                td {
                    (verified(here, line.status))
                    @if line.leakage { ". " (here.word("definition-leakage")) }
                }
            }
        }
    };
    let body = html! {
        p class="topic" { a href=(here.to("definitions/")) { (here.word("page-definitions")) } }
        h1 { (title) }
        dl class="facts" {
            dt { (here.word("page-owner")) } dd { (cited.owner) ", " (cited.version) }
            dt { (here.word("page-published")) } dd { (outward(&cited.published, &cited.published)) }
            dt { (here.word("page-classification")) } dd { (cited.classification) }
            @if let Some((headline, _)) = here.catalogue.headline() {
                dt { (here.text(&headline.table.title)) } dd { (effect(here, &cited.id)) }
            }
        }
        (note(here, cited.note.as_ref()))
        p {
            a href=(here.to(&format!("compare/?a={}", address::query(&cited.id)))) {
                (here.word("page-compare"))
            }
        }
        (slot("chart"))
        h2 { (here.word("page-codes")) }
        (table(&here.word("page-codes"), &heads, &rows))
    };
    let source = Some(address::document("definitions", &cited.id));
    let summary = format!("{}, {}", cited.owner, cited.version);
    Page { kind: "definition", id: Some(cited.id.clone()), source, title, summary, body }
}

fn verified(here: &Here<'_>, status: Verification) -> String {
    here.word(match status {
        Verification::Read => "page-read",
        Verification::ReadPart => "lineage-read-part",
        Verification::Recalled => "lineage-recalled",
    })
}

/// How many of the finest activities each two definitions share. Two are set side by side, code by
/// code, by the scripts.
pub(super) fn compare(here: &Here<'_>) -> Page {
    let title = here.word("page-compare");
    let all = &here.catalogue.definitions;
    let shared = |a: &DefinitionContent, b: &DefinitionContent| {
        a.finest.keys().filter(|code| b.finest.contains_key(*code)).count()
    };
    let mut heads = vec![here.word("dimension-definition")];
    heads.extend(all.iter().map(|one| here.text(&one.citation.name).to_owned()));
    let rows = html! {
        @for a in all {
            tr {
                th scope="row" { (super::parts::definition(here, &a.citation.id)) }
                @for b in all { td class="number" { (shared(a, b)) } }
            }
        }
    };
    let body = html! {
        h1 { (title) }
        (slot("selectors"))
        div data-slot="results" {
            p { (here.word("page-compare-hint")) }
            (table(&title, &heads, &rows))
        }
    };
    let source = Some("api/v1/definitions.json".to_owned());
    let summary = here.word("page-compare-hint");
    Page { kind: "compare", id: None, source, title, summary, body }
}
