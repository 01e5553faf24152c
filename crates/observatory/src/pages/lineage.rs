//! Where a claim's numbers come from, as a tree that opens without scripts.

use crate::address;
use crate::data::relative;
use crate::pages::parts::{answer, figure, note, number, outward};
use crate::pages::{Here, Page};
use maud::{Markup, html};
use olshem_account::ClaimLineage;
use olshem_account::lineage::{Cell, DefinitionLine, Node, Observation, Origin, Value};
use olshem_words::number::own_decimals;

/// How deep a tree is drawn. Methods are never this long; the limit is for those that are made to be.
const DEEPEST: usize = 128;

/// The page of a claim's lineage.
pub(crate) fn lineage(here: &Here<'_>, found: &ClaimLineage) -> Page {
    let claim = &found.claim;
    let text = here.text(&claim.text);
    let title = format!("{}: {text}", here.word("page-lineage"));
    let account = here.catalogue.account().path();
    let body = html! {
        p class="topic" { a href=(here.to(&address::of("claims", &claim.id))) { (text) } }
        h1 { (title) }
        @for test in &found.tests {
            section class="test" {
                @if let Some(label) = &test.label { h2 { (here.text(label)) } }
                p { (here.word("page-tested")) ": " code { (test.condition) } }
                p class="place" { (relative(&test.file, account)) ":" (test.line) }
                ul {
                    @for one in &test.answers {
                        li data-definition=[one.definition.as_deref()] {
                            (answer(here, one.verdict))
                            @if let Some(id) = &one.definition { " · " (super::parts::definition(here, id)) }
                        }
                    }
                }
                @for one in &test.numbers {
                    p { strong { (figure(here, &one.figure)) } }
                    (node(here, &one.root, 0))
                }
            }
        }
    };
    let source = Some(format!("api/v1/claims/{}/lineage.json", address::segment(&claim.id)));
    let summary = text.to_owned();
    Page { kind: "lineage", id: Some(claim.id.clone()), source, title, summary, body }
}

fn node(here: &Here<'_>, one: &Node, depth: usize) -> Markup {
    let account = here.catalogue.account().path();
    html! {
        details class="lineage" open[depth == 0] {
            summary {
                code { (one.dataset) } " "
                @match &one.origin {
                    Origin::Method { file, line, .. } => {
                        span class="place" { (relative(file, account)) ":" (line) }
                    }
                    Origin::Source(source) => { (here.text(&source.title)) ", " (source.publisher) }
                    Origin::Definition(cited) => (here.text(&cited.name)),
                }
                " (" (one.observations) ")"
            }
            @match &one.origin {
                Origin::Method { text, .. } => pre { code { (text) } },
                Origin::Source(source) => {
                    p {
                        (outward(&source.address, &source.address)) " · " (relative(&source.file, account))
                        " · SHA-256 " code { (source.sha256) } " · " (here.word("page-vintage")) ": " (source.vintage)
                    }
                    (note(here, source.note.as_ref()))
                }
                Origin::Definition(cited) => {
                    p { (cited.owner) ", " (cited.version) " · " (outward(&cited.published, &cited.published)) }
                }
            }
            @if one.repeated { p { (here.word("page-shown-above")) } }
            @if !one.rows.is_empty() {
                ul class="observations" { @for row in &one.rows { li { (observation(here, row)) } } }
            }
            @if one.observations > one.rows.len() && !one.repeated {
                p { (here.words.with("lineage-more", &[("n", (one.observations - one.rows.len()).into())])) }
            }
            @if depth < DEEPEST { @for input in &one.inputs { (node(here, input, depth + 1)) } }
        }
    }
}

fn observation(here: &Here<'_>, row: &Observation) -> Markup {
    let key: Vec<&str> = row.key.values().map(String::as_str).collect();
    html! {
        span class="key" { (key.join(" · ")) } ": "
        @for (n, (name, value)) in row.values.iter().enumerate() {
            @if n > 0 { ", " }
            (name) " "
            @match value {
                Value::Number { value, low, high } => {
                    (number(here, (*value, *low, *high), value.or(*low).map_or(0, own_decimals)))
                }
                Value::Text(text) => (text),
            }
        }
        @if !row.cells.is_empty() { ul { @for one in &row.cells { li { (cell(here, one)) } } } }
        @if !row.lines.is_empty() { ul { @for one in &row.lines { li { (line(here, one)) } } } }
    }
}

/// Where in a file a value stands, and the text that stands there.
fn cell(here: &Here<'_>, one: &Cell) -> String {
    let text = one.text.as_str();
    match (&one.sheet, &one.cell, one.line, &one.column) {
        (Some(sheet), Some(cell), _, _) => here.words.with(
            "lineage-cell",
            &[("sheet", sheet.into()), ("cell", cell.into()), ("text", text.into())],
        ),
        (_, _, Some(line), Some(column)) => here.words.with(
            "lineage-column",
            &[("line", line.to_string().into()), ("column", column.into()), ("text", text.into())],
        ),
        (_, _, Some(line), None) => here
            .words
            .with("lineage-line", &[("line", line.to_string().into()), ("text", text.into())]),
        _ => text.to_owned(),
    }
}

fn line(here: &Here<'_>, one: &DefinitionLine) -> String {
    let weight = here.words.number(one.weight, own_decimals(one.weight));
    let weight = here.words.with("lineage-weight", &[("weight", weight.into())]);
    let text = format!("{} {}, {weight}", one.code, here.text(&one.label));
    here.words.with(
        "lineage-definition-line",
        &[("line", one.line.to_string().into()), ("text", text.into())],
    )
}
