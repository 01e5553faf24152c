//! Claims: all of them by topic, and each with its verdicts side by side.

use crate::address;
use crate::catalogue::TIME_PERIOD;
use crate::pages::parts::{
    answer, attribution, definition, meaning, note, number, outcome, outward, slot, table,
};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::ClaimTest;
use olshem_account::report::{Answer, ClaimReport, TopicReport, Verdict};

pub(super) fn claims(here: &Here<'_>) -> Page {
    let title = here.word("page-claims");
    let heads = [
        here.word("page-verdict"),
        here.word("page-claim"),
        here.word("page-who"),
        here.word("page-printed"),
    ];
    let body = html! {
        h1 { (title) }
        (slot("definition"))
        (slot("selectors"))
        @for topic in here.catalogue.topics().iter().filter(|topic| !topic.claims.is_empty()) {
            section id=(address::segment(&topic.id)) {
                h2 { (here.text(&topic.title)) }
                (table(here.text(&topic.title), &heads, &html! {
                    @for claim in &topic.claims {
                        tr data-claim=(claim.id) {
                            td { (outcome(here, claim.outcome)) }
                            th scope="row" {
                                a href=(here.to(&address::of("claims", &claim.id))) { (here.text(&claim.text)) }
                            }
                            td { (attribution(here, &claim.attribution)) }
                            td { (claim.published.as_deref().unwrap_or_default()) }
                        }
                    }
                }))
            }
        }
    };
    let source = Some("api/v1/claims.json".to_owned());
    let summary = here.word("page-claims-summary");
    Page { kind: "claims", id: None, source, title, summary, body }
}

pub(super) fn claim(here: &Here<'_>, topic: &TopicReport, claim: &ClaimReport) -> Page {
    let title = here.text(&claim.text).to_owned();
    let tests = here.catalogue.tests.get(&claim.id).map_or(&[][..], Vec::as_slice);
    let path = address::of("claims", &claim.id);
    let unsettled = |a: &Answer| matches!(a.verdict, Verdict::Undecidable | Verdict::NoData);
    let open = claim.answers.is_empty() || claim.answers.iter().any(unsettled);
    let body = html! {
        p class="topic" {
            a href=(here.to(&format!("claims/#{}", address::segment(&topic.id)))) { (here.text(&topic.title)) }
        }
        h1 { (title) }
        p class="outcome" { (outcome(here, claim.outcome)) " " (meaning(here, claim.outcome)) }
        dl class="facts" {
            dt { (here.word("page-who")) }
            dd { (attribution(here, &claim.attribution)) }
            @if let Some(published) = &claim.published {
                dt { (here.word("page-printed")) }
                dd { "“" (published) "”" }
            }
        }
        (note(here, claim.note.as_ref()))
        (slot("definition"))
        @for (n, test) in tests.iter().enumerate() {
            (reading(here, n, test, claim))
        }
        @if let Some(settle) = claim.settle.as_ref().filter(|_| open) {
            section class="settle" {
                h2 { (here.word("page-settle")) }
                p { (here.text(settle)) }
            }
        }
        section {
            h2 { (here.word("page-lineage")) }
            p { a href=(here.to(&format!("{path}lineage/"))) { (here.word("page-lineage-open")) } }
            (slot("lineage"))
        }
        (slot("cite"))
    };
    let summary = format!(
        "{}: {}",
        here.text(&claim.attribution.who),
        olshem_words::verdict::outcome(here.words, claim.outcome).word
    );
    let source = Some(address::document("claims", &claim.id));
    Page { kind: "claim", id: Some(claim.id.clone()), source, title, summary, body }
}

/// One reading of a claim: what was tested, and what each definition answers.
fn reading(here: &Here<'_>, n: usize, test: &ClaimTest, claim: &ClaimReport) -> Markup {
    let answers: Vec<&Answer> = claim.answers.iter().filter(|a| a.test == n).collect();
    let Some(indicator) = here.catalogue.indicator(&test.indicator) else { return html! {} };
    let shown = &indicator.table;
    let name = test.label.as_ref().unwrap_or(&shown.title);
    let heads = [
        here.word("dimension-definition"),
        here.word("page-verdict"),
        format!("{}, {}", here.text(&shown.title), here.text(&shown.unit)),
        here.word("dimension-period"),
    ];
    let rows = html! {
        @for answered in &answers {
            tr data-definition=[answered.definition.as_deref()] {
                th scope="row" {
                    @match &answered.definition {
                        Some(id) => (definition(here, id)),
                        None => (here.word("page-any-definition")),
                    }
                }
                td { (answer(here, answered.verdict)) }
                td class="number" {
                    @if let Some(f) = &answered.figure { (number(here, (f.value, f.low, f.high), f.decimals)) }
                }
                td { (answered.figure.as_ref().and_then(|f| f.at.get(TIME_PERIOD)).map_or("", |p| p)) }
            }
        }
    };
    html! {
        section class="test" data-test=(n) {
            h2 { (here.text(name)) }
            p {
                a href=(here.to(&address::of("indicators", &shown.id))) { (here.text(&shown.title)) }
                ". " (here.word("page-tested")) ": " code { (test.condition) }
            }
            div data-slot="chart" data-test=(n) hidden {}
            (table(here.text(name), &heads, &rows))
            (note(here, shown.note.as_ref()))
            @if let Some(method) = &shown.method {
                p class="method" {
                    (here.word("page-method")) ": "
                    (outward(&method.link, method.name.get(here.words.locale().tag()).map_or(&method.link, |name| name)))
                }
            }
        }
    }
}
