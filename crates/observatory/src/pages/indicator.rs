//! Indicators: all of them by topic, each with its observations, and the frame for other sites.

use crate::address;
use crate::catalogue::{DEFINITION, Indicator, Key};
use crate::data;
use crate::download::Download;
use crate::pages::parts::{note, number, outcome, outward, slot, table, unit_and_kind};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::Row;
use std::collections::BTreeMap;

/// A page with more series than these shows only those under the default definition, and of these
/// no more; all are in the files to take away.
const SERIES: usize = 60;
const LONGEST: usize = 400;
/// How many periods stand side by side.
const PERIODS: usize = 40;

pub(super) fn indicators(here: &Here<'_>) -> Page {
    let title = here.word("page-indicators");
    let heads = [
        here.word("page-indicator"),
        here.word("page-unit"),
        here.word("page-coverage"),
        here.word("page-observations"),
    ];
    let body = html! {
        h1 { (title) }
        @for topic in here.catalogue.topics().iter().filter(|topic| !topic.indicators.is_empty()) {
            section id=(address::segment(&topic.id)) {
                h2 { (here.text(&topic.title)) }
                (table(here.text(&topic.title), &heads, &html! {
                    @for one in here.catalogue.indicators.iter().filter(|one| one.topic == topic.id) {
                        tr {
                            th scope="row" {
                                a href=(here.to(&address::of("indicators", &one.table.id))) {
                                    (here.text(&one.table.title))
                                }
                            }
                            td { (unit_and_kind(here, &one.table)) }
                            td { @if let Some((first, last)) = one.coverage() { (first) "–" (last) } }
                            td class="number" { (one.table.rows.len()) }
                        }
                    }
                }))
            }
        }
    };
    let source = Some("api/v1/indicators.json".to_owned());
    let summary = here.word("page-indicators-summary");
    Page { kind: "indicators", id: None, source, title, summary, body }
}

pub(super) fn indicator(here: &Here<'_>, indicator: &Indicator) -> Page {
    let shown = &indicator.table;
    let title = here.text(&shown.title).to_owned();
    let claims = indicator.claims.iter().filter_map(|id| here.catalogue.claim(id));
    let sources = here.catalogue.sources().filter(|s| indicator.sources.contains(&s.id));
    let body = html! {
        h1 { (title) }
        p class="unit" { (unit_and_kind(here, shown)) }
        (note(here, shown.note.as_ref()))
        @if let Some(method) = &shown.method {
            p class="method" {
                (here.word("page-method")) ": "
                (outward(&method.link, method.name.get(here.words.locale().tag()).map_or(&method.link, |name| name)))
            }
        }
        (slot("definition"))
        (slot("selectors"))
        (slot("chart"))
        div data-slot="table" { (observations(here, indicator)) }
        section {
            h2 { (here.word("page-take")) }
            ul class="downloads" {
                @for one in Download::offered(here.words.locale()) {
                    li { a href=(here.up(&one.path(&shown.id))) download="" { (one.name()) } }
                }
                li { a href=(here.up(&address::document("indicators", &shown.id))) { "JSON" } }
            }
            (slot("downloads"))
            (slot("cite"))
        }
        @if !indicator.claims.is_empty() {
            section {
                h2 { (here.word("page-claims")) }
                ul class="claims" {
                    @for claim in claims {
                        li {
                            (outcome(here, claim.outcome)) " "
                            a href=(here.to(&address::of("claims", &claim.id))) { (here.text(&claim.text)) }
                        }
                    }
                }
            }
        }
        section {
            h2 { (here.word("page-sources")) }
            ul {
                @for source in sources {
                    li {
                        a href=(here.to(&address::of("sources", &source.id))) { (here.text(&source.title)) }
                        ", " (source.publisher)
                    }
                }
            }
        }
    };
    let source = Some(address::document("indicators", &shown.id));
    let summary = format!("{title}. {}", unit_and_kind(here, shown));
    Page { kind: "indicator", id: Some(shown.id.clone()), source, title, summary, body }
}

/// The chart alone, for the frame of another site; a link where there are no scripts.
pub(super) fn embed(here: &Here<'_>, indicator: &Indicator) -> Page {
    let shown = &indicator.table;
    let title = here.text(&shown.title).to_owned();
    let body = html! {
        h1 {
            a target="_blank" rel="noopener" href=(here.to(&address::of("indicators", &shown.id))) { (title) }
        }
        p class="unit" { (unit_and_kind(here, shown)) }
        (slot("chart"))
    };
    let source = Some(address::document("indicators", &shown.id));
    let summary = unit_and_kind(here, shown);
    Page { kind: "embed", id: Some(shown.id.clone()), source, title, summary, body }
}

/// The observations, periods side by side where there are few enough.
fn observations(here: &Here<'_>, indicator: &Indicator) -> Markup {
    let shown = &indicator.table;
    let time = shown.dimensions.iter().position(|dimension| dimension.is_time);
    let all = series(indicator, &Key::new(), time);
    let default = here.catalogue.default_definition();
    let narrowed =
        default.filter(|_| all.len() > SERIES && indicator.position(DEFINITION).is_some());
    let mut series = match narrowed {
        Some(id) => series(indicator, &Key::from([(DEFINITION.to_owned(), id.to_owned())]), time),
        None => all,
    };
    let left_out = series.len().saturating_sub(LONGEST);
    series.truncate(LONGEST);

    let mut periods: Vec<&str> = match time {
        Some(time) => data::codes(&shown.rows, time, &shown.dimensions[time]),
        None => Vec::new(),
    };
    let earlier = periods.len().saturating_sub(PERIODS);
    periods.drain(..earlier);
    let others = || shown.dimensions.iter().enumerate().filter(|(at, _)| Some(*at) != time);
    let mut heads: Vec<String> =
        others().map(|(_, dimension)| data::dimension(here.words, &dimension.id)).collect();
    match time {
        Some(_) => heads.extend(periods.iter().map(|period| (*period).to_owned())),
        None => heads.push(unit_and_kind(here, shown)),
    }
    let cell = |row: &Row| number(here, (row.value, row.low, row.high), shown.decimals);
    let rows = html! {
        @for rows in &series {
            tr {
                @for (at, dimension) in others() {
                    @let code = rows[0].key[at].as_str();
                    th scope="row" data-code=(code) {
                        (dimension.labels.get(code).map_or(code, |label| here.text(label)))
                    }
                }
                @match time {
                    Some(time) => {
                        @for period in &periods {
                            td class="number" {
                                @if let Some(row) = rows.iter().find(|row| row.key[time] == *period) { (cell(row)) }
                            }
                        }
                    }
                    None => td class="number" { (cell(rows[0])) },
                }
            }
        }
    };
    html! {
        @if let Some(id) = narrowed {
            p { (here.word("page-under")) " " (super::parts::definition(here, id)) }
        }
        (table(here.text(&shown.title), &heads, &rows))
        @if left_out > 0 || earlier > 0 { p { (here.word("page-more-in-files")) } }
    }
}

/// The observations at a key by series, none of them empty: all dimensions the same but the period.
fn series<'a>(indicator: &'a Indicator, at: &Key, time: Option<usize>) -> Vec<Vec<&'a Row>> {
    let mut series: Vec<Vec<&Row>> = Vec::new();
    let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for row in indicator.rows_at(at) {
        let key = row.key.iter().enumerate().filter(|(at, _)| Some(*at) != time);
        let key: Vec<&str> = key.map(|(_, code)| code.as_str()).collect();
        let place = *places.entry(key).or_insert_with(|| {
            series.push(Vec::new());
            series.len() - 1
        });
        series[place].push(row);
    }
    series
}
