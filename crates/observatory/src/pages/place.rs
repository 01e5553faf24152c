//! The map, the regions and the industries: what is known of each, against the whole country.

use crate::address;
use crate::catalogue::{DEFINITION, INDUSTRY, Indicator, Key, REF_AREA, TIME_PERIOD};
use crate::data::{self, label};
use crate::pages::parts::{licence, number, outward, slot, table, unit_and_kind};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::{Row, SourceCitation};
use olshem_model::codelist::Item;

/// How many rows of one indicator a profile shows.
const ROWS: usize = 40;

pub(super) fn map(here: &Here<'_>) -> Page {
    let title = here.word("page-map");
    let mapped: Vec<&Indicator> =
        here.catalogue.indicators.iter().filter(|one| is_mapped(here, one)).collect();
    let body = html! {
        h1 { (title) }
        (slot("definition"))
        (slot("selectors"))
        @match &here.catalogue.account().map().boundaries {
            Some(boundaries) => div data-slot="map" {
                p class="small soft" {
                    (here.word("page-boundaries")) ": " (credit(here, &boundaries.citation))
                }
            },
            None => (slot("map")),
        }
        p { (here.word("page-map-hint")) }
        ul {
            @for one in &mapped {
                li { a href=(here.to(&address::of("indicators", &one.table.id))) { (here.text(&one.table.title)) } }
            }
        }
        h2 { (here.word("page-regions")) }
        (list(here, "regions", here.catalogue.regions()))
    };
    let source = Some("api/v1/indicators.json".to_owned());
    let summary = here.word("page-map-hint");
    Page { kind: "map", id: None, source, title, summary, body }
}

/// Whose the boundaries are, and under which licence.
fn credit(here: &Here<'_>, of: &SourceCitation) -> Markup {
    html! {
        (here.text(&of.title)) ", " (outward(&of.address, &of.publisher)) ", " (of.vintage) "; " (licence(here, &of.licence))
    }
}

/// Whether an indicator has figures for more areas than the whole country.
fn is_mapped(here: &Here<'_>, indicator: &Indicator) -> bool {
    let Some(area) = indicator.position(REF_AREA) else { return false };
    let regions = here.catalogue.regions();
    let is_region = |code: &str| {
        code != here.catalogue.ref_area() && regions.iter().any(|region| region.code == code)
    };
    indicator.table.rows.iter().any(|row| is_region(&row.key[area]))
}

pub(super) fn regions(here: &Here<'_>) -> Page {
    let title = here.word("page-regions");
    let body = html! { h1 { (title) } (list(here, "regions", here.catalogue.regions())) };
    let source = Some("api/v1/regions.json".to_owned());
    let summary = here.word("page-regions-summary");
    Page { kind: "regions", id: None, source, title, summary, body }
}

pub(super) fn industries(here: &Here<'_>) -> Page {
    let title = here.word("page-industries");
    let body = html! { h1 { (title) } (list(here, "industries", here.catalogue.industries())) };
    let source = Some("api/v1/industries.json".to_owned());
    let summary = here.word("page-industries-summary");
    Page { kind: "industries", id: None, source, title, summary, body }
}

fn list(here: &Here<'_>, folder: &str, items: &[Item]) -> Markup {
    html! {
        ul class="places" {
            @for item in items {
                li data-code=(item.code) {
                    a href=(here.to(&address::of(folder, &item.code))) {
                        (label(item, here.words.locale().tag()))
                    }
                }
            }
        }
    }
}

pub(super) fn region(here: &Here<'_>, region: &Item) -> Page {
    let title = label(region, here.words.locale().tag()).to_owned();
    let body = html! {
        p class="topic" { a href=(here.to("regions/")) { (here.word("page-regions")) } }
        h1 { (title) }
        (slot("definition"))
        (slot("selectors"))
        (slot("chart"))
        div data-slot="table" { (profile(here, REF_AREA, &region.code)) }
    };
    let source = Some(address::document("regions", &region.code));
    let summary = here.word("page-regions-summary");
    Page { kind: "region", id: Some(region.code.clone()), source, title, summary, body }
}

pub(super) fn industry(here: &Here<'_>, industry: &Item) -> Page {
    let title = label(industry, here.words.locale().tag()).to_owned();
    let heads = [
        here.word("dimension-definition"),
        here.word("page-code"),
        here.word("dimension-activity"),
        here.word("page-weight"),
    ];
    let rows = html! {
        @for definition in &here.catalogue.definitions {
            @for line in &definition.lines {
                @if line.industry.as_deref() == Some(industry.code.as_str()) {
                    tr data-definition=(definition.citation.id) {
                        td { (super::parts::definition(here, &definition.citation.id)) }
                        td { (line.code) }
                        th scope="row" { (here.text(&line.label)) }
                        td class="number" { (here.words.number(line.weight, olshem_words::number::own_decimals(line.weight))) }
                    }
                }
            }
        }
    };
    let body = html! {
        p class="topic" { a href=(here.to("industries/")) { (here.word("page-industries")) } }
        h1 { (title) }
        (slot("definition"))
        (slot("chart"))
        div data-slot="table" { (profile(here, INDUSTRY, &industry.code)) }
        h2 { (here.word("page-codes")) }
        (table(&here.word("page-codes"), &heads, &rows))
    };
    let source = Some(address::document("industries", &industry.code));
    let summary = here.word("page-industries-summary");
    Page { kind: "industry", id: Some(industry.code.clone()), source, title, summary, body }
}

/// The latest figures of a region or an industry by topic; under the default definition, where they
/// depend on one. Those of the whole country stand beside a region's.
fn profile(here: &Here<'_>, dimension: &str, code: &str) -> Markup {
    let whole = here.catalogue.ref_area();
    let compared = dimension == REF_AREA && code != whole;
    html! {
        @for topic in here.catalogue.topics() {
            @let known: Vec<(&Indicator, Vec<&Row>)> = here.catalogue.indicators.iter()
                .filter(|one| one.topic == topic.id && one.position(dimension).is_some())
                .map(|one| (one, latest(here, one, dimension, code)))
                .filter(|(_, rows)| !rows.is_empty())
                .collect();
            @if !known.is_empty() {
                section {
                    h2 { (here.text(&topic.title)) }
                    @for (one, rows) in &known { (figures(here, one, dimension, rows, compared.then_some(whole))) }
                }
            }
        }
    }
}

fn latest<'a>(here: &Here<'_>, one: &'a Indicator, dimension: &str, code: &str) -> Vec<&'a Row> {
    let mut at = Key::from([(dimension.to_owned(), code.to_owned())]);
    if let Some(id) = here.catalogue.default_definition() {
        at.insert(DEFINITION.to_owned(), id.to_owned());
    }
    one.latest(one.rows_at(&at))
}

/// The rows of one indicator in a profile.
fn figures(
    here: &Here<'_>,
    one: &Indicator,
    dimension: &str,
    rows: &[&Row],
    whole: Option<&str>,
) -> Markup {
    let shown = &one.table;
    let told = [dimension, DEFINITION, TIME_PERIOD];
    let others: Vec<(usize, _)> = shown
        .dimensions
        .iter()
        .enumerate()
        .filter(|(_, other)| !told.contains(&other.id.as_str()))
        .collect();
    let place = one.position(dimension).unwrap_or_default();
    let beside = |row: &Row| {
        let code = whole?;
        shown.rows.iter().find(|other| {
            let alike = |at: usize| at == place || other.key[at] == row.key[at];
            other.key[place] == code && (0..row.key.len()).all(alike)
        })
    };
    let whole = whole.filter(|_| rows.iter().any(|row| beside(row).is_some()));
    let mut heads: Vec<String> =
        others.iter().map(|(_, other)| data::dimension(here.words, &other.id)).collect();
    let time = one.position(TIME_PERIOD);
    if time.is_some() {
        heads.push(here.word("dimension-period"));
    }
    heads.push(unit_and_kind(here, shown));
    if whole.is_some() {
        heads.push(here.word("page-whole-country"));
    }
    html! {
        h3 { a href=(here.to(&address::of("indicators", &shown.id))) { (here.text(&shown.title)) } }
        (table(here.text(&shown.title), &heads, &html! {
            @for row in rows.iter().take(ROWS) {
                tr {
                    @for (at, other) in &others {
                        @let code = row.key[*at].as_str();
                        th scope="row" { (other.labels.get(code).map_or(code, |text| here.text(text))) }
                    }
                    @if let Some(time) = time { td { (row.key[time]) } }
                    td class="number" { (number(here, (row.value, row.low, row.high), shown.decimals)) }
                    @if whole.is_some() {
                        td class="number" {
                            @if let Some(other) = beside(row) {
                                (number(here, (other.value, other.low, other.high), shown.decimals))
                            }
                        }
                    }
                }
            }
        }))
        @if rows.len() > ROWS { p { (here.word("page-more-in-files")) } }
    }
}
