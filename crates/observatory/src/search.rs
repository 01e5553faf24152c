//! What the search looks through: everything that has a page, and the activities.

use crate::address;
use crate::catalogue::Catalogue;
use crate::data::label;
use olshem_words::Words;
use serde_json::{Value, json};

/// Everything that can be looked for: kind, id, title, detail, address.
pub(crate) fn search(catalogue: &Catalogue, words: &Words) -> Value {
    let mut entries = Vec::new();
    let mut add = |kind: &str, id: &str, title: &str, detail: &str, path: String| {
        entries.push(json!([kind, id, title, detail, format!("{}/{path}", words.locale().tag())]));
    };
    for (_, claim) in catalogue.claims() {
        let who = words.text(&claim.attribution.who);
        add("claim", &claim.id, words.text(&claim.text), who, address::of("claims", &claim.id));
    }
    for (_, target) in catalogue.targets() {
        let who = words.text(&target.attribution.who);
        add(
            "target",
            &target.id,
            words.text(&target.text),
            who,
            address::of("targets", &target.id),
        );
    }
    for (_, one) in catalogue.commitments() {
        let path = format!("targets/#{}", address::segment(&one.id));
        add("commitment", &one.id, words.text(&one.text), words.text(&one.attribution.who), path);
    }
    for indicator in &catalogue.indicators {
        let table = &indicator.table;
        let path = address::of("indicators", &table.id);
        add("indicator", &table.id, words.text(&table.title), words.text(&table.unit), path);
    }
    for definition in &catalogue.definitions {
        let cited = &definition.citation;
        let path = address::of("definitions", &cited.id);
        add("definition", &cited.id, words.text(&cited.name), &cited.owner, path);
    }
    let tag = words.locale().tag();
    for (kind, folder, items) in [
        ("region", "regions", catalogue.regions()),
        ("industry", "industries", catalogue.industries()),
    ] {
        for item in items {
            let label = label(item, tag);
            add(kind, &item.code, label, "", address::of(folder, &item.code));
        }
    }
    for source in catalogue.sources() {
        let path = address::of("sources", &source.id);
        add("source", &source.id, words.text(&source.title), &source.publisher, path);
    }
    for proposal in catalogue.topics().iter().flat_map(|topic| &topic.proposals) {
        let path = format!("proposals/#{}", address::segment(&proposal.id));
        let by = proposal.by.as_ref().map_or("", |by| words.text(by));
        add("proposal", &proposal.id, words.text(&proposal.title), by, path);
    }
    for item in catalogue.account().activities().map_or(&[][..], |list| list.items()) {
        let path = format!("definitions/?code={}", address::query(&item.code));
        add("activity", &item.code, label(item, tag), "", path);
    }
    json!({ "entries": entries })
}
