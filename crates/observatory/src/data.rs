//! The JSON documents; `docs/observatory.md` describes them.

use crate::address;
use crate::catalogue::{Catalogue, DEFINITION, INDUSTRY, Indicator, REF_AREA, TIME_PERIOD};
use crate::download::Download;
use crate::search::search;
use olshem_account::report::{Answer, ClaimReport, Figure, TargetReport, TopicReport};
use olshem_account::{Dimension, Proposal, Row, Text};
use olshem_model::codelist::Item;
use olshem_words::Words;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every document of an account but those that are made when they are asked for.
pub(crate) fn documents(catalogue: &Catalogue, languages: &[Words]) -> BTreeMap<String, Value> {
    let mut documents = BTreeMap::new();
    let mut list =
        |name: &str, value: Value| documents.insert(format!("api/v1/{name}.json"), value);
    list("account", account(catalogue));
    list("claims", catalogue.claims().map(|(t, claim)| summary(catalogue, t, claim)).collect());
    list("indicators", catalogue.indicators.iter().map(indicator_summary).collect());
    list("targets", catalogue.targets().map(|(topic, one)| within(topic, one)).collect());
    list("commitments", catalogue.commitments().map(|(topic, one)| within(topic, one)).collect());
    list("definitions", definitions(catalogue));
    list("activities", activities(catalogue));
    list("regions", catalogue.regions().iter().map(item).collect());
    list("map", map(catalogue));
    if let Some(boundaries) = &catalogue.account().map().boundaries {
        list("boundaries", boundaries.shapes.clone());
    }
    list("industries", catalogue.industries().iter().map(item).collect());
    list("proposals", proposals(catalogue));
    list("sources", sources(catalogue));
    list("releases", json!(catalogue.releases));
    for words in languages {
        list(&format!("search/{}", words.locale().tag()), search(catalogue, words));
    }

    let mut one = |folder: &str, id: &str, value: Value| {
        documents.insert(address::document(folder, id), value);
    };
    for (topic, claim) in catalogue.claims() {
        one("claims", &claim.id, self::claim(catalogue, topic, claim));
    }
    for (topic, target) in catalogue.targets() {
        one("targets", &target.id, self::target(catalogue, topic, target));
    }
    for indicator in &catalogue.indicators {
        one("indicators", &indicator.table.id, self::indicator(indicator, languages));
    }
    for definition in &catalogue.definitions {
        let mut value = json!(definition);
        let id = &definition.citation.id;
        extend(&mut value, json!(catalogue.report().definitions.get(id)));
        extend(&mut value, json!({ "effects": effect(catalogue, id) }));
        relative_files(&mut value, catalogue.account().path());
        one("definitions", id, value);
    }
    for region in catalogue.regions() {
        one("regions", &region.code, profile(catalogue, REF_AREA, region));
    }
    for industry in catalogue.industries() {
        one("industries", &industry.code, profile(catalogue, INDUSTRY, industry));
    }
    documents
}

/// Adds the members of one object to another, those that it lacks.
fn extend(object: &mut Value, with: Value) {
    if let (Value::Object(object), Value::Object(with)) = (object, with) {
        for (key, value) in with {
            object.entry(key).or_insert(value);
        }
    }
}

/// Tells files by where they lie in the account, and not where that lies on this machine.
pub(crate) fn relative_files(value: &mut Value, account: &Path) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| relative_files(value, account)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    Value::String(file) if key == "file" => {
                        *file = relative(Path::new(file), account)
                    }
                    value => relative_files(value, account),
                }
            }
        }
        _ => {}
    }
}

/// A file of the account as the account names it; of any other only its name.
pub(crate) fn relative(file: &Path, account: &Path) -> String {
    let within = file.strip_prefix(account).ok().or(file.file_name().map(Path::new));
    let parts = within.into_iter().flat_map(Path::components);
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn account(catalogue: &Catalogue) -> Value {
    let (report, settings) = (catalogue.report(), catalogue.account().settings());
    let topic = |topic: &TopicReport| {
        json!({
            "id": topic.id,
            "title": topic.title,
            "claims": ids(topic.claims.iter().map(|one| &one.id)),
            "targets": ids(topic.targets.iter().map(|one| &one.id)),
            "commitments": ids(topic.commitments.iter().map(|one| &one.id)),
            "indicators": ids(topic.indicators.iter().map(|one| &one.id)),
            "proposals": ids(topic.proposals.iter().map(|one| &one.id)),
        })
    };
    let headline = catalogue.headline();
    json!({
        "id": report.account,
        "name": report.name,
        "ref_area": catalogue.ref_area(),
        "locales": ids(settings.locales.iter().map(|locale| locale.as_ref())),
        "default_definition": report.default_definition,
        "headline": headline.map(|(one, at)| json!({ "indicator": one.table.id, "at": at })),
        "definitions": definitions(catalogue),
        "topics": report.topics.iter().map(topic).collect::<Value>(),
        "validations": report.validations,
        "summary": report.summary,
    })
}

fn ids<T: AsRef<str>>(ids: impl Iterator<Item = T>) -> Value {
    ids.map(|id| Value::from(id.as_ref())).collect()
}

/// Something of a topic, with the topic's id.
fn within(topic: &TopicReport, one: &impl serde::Serialize) -> Value {
    let mut value = json!(one);
    extend(&mut value, json!({ "topic": topic.id }));
    value
}

fn summary(catalogue: &Catalogue, topic: &TopicReport, claim: &ClaimReport) -> Value {
    json!({
        "id": claim.id,
        "topic": topic.id,
        "text": claim.text,
        "who": claim.attribution.who,
        "said": claim.attribution.said,
        "link": claim.attribution.link,
        "published": claim.published,
        "outcome": claim.outcome,
        "under": catalogue.under(claim),
    })
}

fn claim(catalogue: &Catalogue, topic: &TopicReport, claim: &ClaimReport) -> Value {
    let tests = catalogue.tests.get(&claim.id).into_iter().flatten().enumerate();
    let tests = tests.map(|(number, test)| {
        let answers: Vec<&Answer> = claim.answers.iter().filter(|a| a.test == number).collect();
        let indicator = catalogue.indicator(&test.indicator);
        let series = answers.iter().filter_map(|answer| {
            let at = answer.figure.as_ref().map_or(&test.at, |figure| &figure.at);
            indicator?.series(at, answer.definition.as_deref())
        });
        json!({
            "label": test.label,
            "indicator": test.indicator,
            "title": indicator.map(|one| &one.table.title),
            "unit": indicator.map(|one| &one.table.unit),
            "decimals": indicator.map(|one| one.table.decimals),
            "condition": test.condition,
            "claimed": test.claimed,
            "at": test.at,
            "series": series.collect::<Vec<_>>(),
            "answers": answers.iter().map(|a| json!({
                "definition": a.definition,
                "verdict": a.verdict,
                "figure": a.figure,
            })).collect::<Value>(),
        })
    });
    let tests: Value = tests.collect();
    let mut value = summary(catalogue, topic, claim);
    extend(
        &mut value,
        json!({
            "settle": claim.settle,
            "note": claim.note,
            "answers": claim.answers,
            "lineage": format!("api/v1/claims/{}/lineage.json", address::segment(&claim.id)),
            "tests": tests,
        }),
    );
    value
}

fn target(catalogue: &Catalogue, topic: &TopicReport, target: &TargetReport) -> Value {
    let mut value = within(topic, target);
    let readings = target.readings.iter().map(|reading| {
        let mut value = json!(reading);
        let latest = reading.latest.as_ref();
        let series = latest.and_then(|figure| {
            let indicator = catalogue.indicator(&figure.indicator)?;
            indicator.series(&figure.at, reading.definition.as_deref())
        });
        let indicator = latest.map(|figure| &figure.indicator);
        extend(&mut value, json!({ "indicator": indicator, "series": series }));
        value
    });
    value["readings"] = readings.collect();
    value
}

fn indicator_summary(indicator: &Indicator) -> Value {
    let table = &indicator.table;
    json!({
        "id": table.id,
        "topic": indicator.topic,
        "title": table.title,
        "unit": table.unit,
        "decimals": table.decimals,
        "kind": table.kind,
        "chart": table.chart,
        "dimensions": ids(table.dimensions.iter().map(|dimension| &dimension.id)),
        "observations": table.rows.len(),
        "coverage": indicator.coverage(),
    })
}

/// The observations in columns: of each dimension the positions of the codes, then the numbers.
fn indicator(indicator: &Indicator, languages: &[Words]) -> Value {
    let table = &indicator.table;
    let mut dimensions = Vec::new();
    let mut keys = Vec::new();
    for (position, dimension) in table.dimensions.iter().enumerate() {
        let codes: Vec<&str> = codes(&table.rows, position, dimension);
        let at: BTreeMap<&str, usize> = codes.iter().enumerate().map(|(at, c)| (*c, at)).collect();
        keys.push(
            table
                .rows
                .iter()
                .map(|row| at.get(row.key[position].as_str()).copied())
                .collect::<Vec<_>>(),
        );
        let labels = (!dimension.labels.is_empty())
            .then(|| codes.iter().map(|code| dimension.labels.get(*code)).collect::<Vec<_>>());
        dimensions.push(json!({
            "id": dimension.id,
            "name": dimension_name(&dimension.id, languages),
            "time": dimension.is_time,
            "codes": codes,
            "labels": labels,
        }));
    }
    let column = |of: fn(&Row) -> Option<f64>| table.rows.iter().map(of).collect::<Vec<_>>();
    let mut value = indicator_summary(indicator);
    let bounded = table.rows.iter().any(|row| row.low != row.value || row.high != row.value);
    let attributes = table.attributes().into_iter().map(|name| {
        let values = table.rows.iter().map(|row| row.attributes.get(name).map(String::as_str));
        (name.to_owned(), values.collect::<Value>())
    });
    let downloads = Download::all().map(|download| {
        let language = match download {
            Download::Xlsx(locale) => Some(locale.tag()),
            _ => None,
        };
        let (format, href) = (download.name().to_ascii_lowercase(), download.path(&table.id));
        json!({ "format": format, "href": href, "language": language })
    });
    if let Value::Object(members) = &mut value {
        members.insert("note".to_owned(), json!(table.note));
        members.insert("method".to_owned(), json!(table.method));
        members.insert("measure".to_owned(), json!(table.measure));
        members.insert("neutral".to_owned(), json!(table.neutral));
        members.insert("dimensions".to_owned(), json!(dimensions));
        members.insert("keys".to_owned(), json!(keys));
        members.insert("values".to_owned(), json!(column(|row| row.value)));
        if bounded {
            members.insert("low".to_owned(), json!(column(|row| row.low)));
            members.insert("high".to_owned(), json!(column(|row| row.high)));
        }
        members.insert("attributes".to_owned(), Value::Object(attributes.collect()));
        members.insert("downloads".to_owned(), downloads.collect());
        members.insert("claims".to_owned(), json!(indicator.claims));
        members.insert("targets".to_owned(), json!(indicator.targets));
        members.insert("sources".to_owned(), json!(indicator.sources));
    }
    value
}

/// The codes of a dimension that occur: periods in their order, others as they first come.
pub(crate) fn codes<'a>(rows: &'a [Row], position: usize, dimension: &Dimension) -> Vec<&'a str> {
    let mut codes: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let code = row.key[position].as_str();
        if seen.insert(code) {
            codes.push(code);
        }
    }
    if dimension.is_time {
        codes.sort_unstable();
    }
    codes
}

/// What a dimension is called in every language.
fn dimension_name(id: &str, languages: &[Words]) -> Text {
    let names =
        languages.iter().map(|words| (words.locale().tag().to_owned(), dimension(words, id)));
    Text::Localised(names.collect())
}

/// What a dimension is called; its id where it is none of the usual ones.
pub(crate) fn dimension(words: &Words, id: &str) -> String {
    let key = match id {
        REF_AREA => "dimension-area",
        TIME_PERIOD => "dimension-period",
        DEFINITION => "dimension-definition",
        INDUSTRY => "dimension-industry",
        "ACTIVITY" => "dimension-activity",
        "STATEMENT" => "dimension-statement",
        "ITEM" => "dimension-item",
        "VARIABLE" => "dimension-variable",
        "TRANSACTION" => "dimension-transaction",
        "KIND" => "dimension-kind",
        "BASE" => "dimension-base",
        "FLOW" => "dimension-flow",
        _ => return id.to_owned(),
    };
    words.get(key)
}

fn definitions(catalogue: &Catalogue) -> Value {
    let summaries = catalogue.report().definitions.iter();
    let summary = |(id, summary): (&String, _)| {
        let mut value = json!({ "id": id });
        extend(&mut value, json!(summary));
        value
    };
    summaries.map(summary).collect()
}

/// What a definition does to the headline: its latest figure under it.
fn effect(catalogue: &Catalogue, definition: &str) -> Option<Figure> {
    let (indicator, mut at) = catalogue.headline()?;
    at.insert(DEFINITION.to_owned(), definition.to_owned());
    let latest = indicator.latest(indicator.rows_at(&at));
    let row = latest.first()?;
    let table = &indicator.table;
    Some(Figure {
        indicator: table.id.clone(),
        title: table.title.clone(),
        at: indicator.key_without(row, DEFINITION),
        definition: Some(definition.to_owned()),
        value: row.value,
        low: row.low,
        high: row.high,
        unit: table.unit.clone(),
        decimals: table.decimals,
        kind: table.kind,
        note: table.note.clone(),
    })
}

/// The codelist of activities in columns.
fn activities(catalogue: &Catalogue) -> Value {
    let items = catalogue.account().activities().map_or(&[][..], |list| list.items());
    let at: BTreeMap<&str, usize> =
        items.iter().enumerate().map(|(at, item)| (item.code.as_str(), at)).collect();
    json!({
        "codes": ids(items.iter().map(|item| &item.code)),
        "parents": items.iter().map(|i| at.get(i.parent.as_deref()?)).collect::<Vec<_>>(),
        "labels": items.iter().map(|item| &item.labels).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    json!({ "code": item.code, "label": item.labels, "parent": item.parent })
}

/// The latest observations of everything that is known of a region or an industry.
fn profile(catalogue: &Catalogue, dimension: &str, of: &Item) -> Value {
    let at = BTreeMap::from([(dimension.to_owned(), of.code.clone())]);
    let indicators = catalogue.indicators.iter().filter_map(|indicator| {
        indicator.position(dimension)?;
        let rows = indicator.latest(indicator.rows_at(&at));
        let rows: Vec<Value> = rows
            .into_iter()
            .map(|row| {
                let at = indicator.key_without(row, dimension);
                json!({ "at": at, "value": row.value, "low": row.low, "high": row.high })
            })
            .collect();
        let table = &indicator.table;
        (!rows.is_empty()).then(|| {
            json!({
                "id": table.id,
                "topic": indicator.topic,
                "title": table.title,
                "unit": table.unit,
                "decimals": table.decimals,
                "chart": table.chart,
                "rows": rows,
            })
        })
    });
    let mut value = item(of);
    value["indicators"] = indicators.collect();
    value["labels"] = labels(catalogue, dimension, &of.code);
    value
}

/// What the codes in a profile are called, by dimension.
fn labels(catalogue: &Catalogue, dimension: &str, code: &str) -> Value {
    let at = BTreeMap::from([(dimension.to_owned(), code.to_owned())]);
    let mut labels: BTreeMap<&str, BTreeMap<&str, &Text>> = BTreeMap::new();
    for indicator in catalogue.indicators.iter().filter(|one| one.position(dimension).is_some()) {
        let rows = indicator.latest(indicator.rows_at(&at));
        for (position, other) in indicator.table.dimensions.iter().enumerate() {
            let of = labels.entry(&other.id).or_default();
            let codes = rows.iter().map(|row| row.key[position].as_str());
            of.extend(codes.filter_map(|code| Some((code, other.labels.get(code)?))));
        }
    }
    labels.retain(|name, labels| *name != DEFINITION && !labels.is_empty());
    json!(labels)
}

/// How the regions are drawn, and whose their boundaries are.
fn map(catalogue: &Catalogue) -> Value {
    let map = catalogue.account().map();
    let mut boundaries = json!(map.boundaries.as_ref().map(|boundaries| &boundaries.citation));
    relative_files(&mut boundaries, catalogue.account().path());
    json!({ "areas": map.areas, "boundaries": boundaries })
}

fn proposals(catalogue: &Catalogue) -> Value {
    let all: Vec<&Proposal> =
        catalogue.topics().iter().flat_map(|topic| &topic.proposals).collect();
    let proposal = |one: &&Proposal| {
        let mut value = json!(one);
        extend(&mut value, json!({ "overlaps": ids(overlaps(one, &all).iter().map(|p| &p.id)) }));
        value
    };
    all.iter().map(proposal).collect()
}

/// The other proposals on the same part of a law, or on one that is a part of it.
pub(crate) fn overlaps<'p>(one: &Proposal, all: &[&'p Proposal]) -> Vec<&'p Proposal> {
    let touches = |other: &&&Proposal| {
        let (a, b) = (&one.provision, &other.provision);
        let nested = |inner: &str, outer: &str| {
            outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}__"))
        };
        other.id != one.id
            && !a.act.is_empty()
            && a.act == b.act
            && (nested(&a.element, &b.element) || nested(&b.element, &a.element))
    };
    all.iter().filter(touches).copied().collect()
}

fn sources(catalogue: &Catalogue) -> Value {
    let source = |source: &olshem_account::SourceCitation| {
        let mut value = json!(source);
        relative_files(&mut value, catalogue.account().path());
        let uses = |indicator: &&Indicator| indicator.sources.contains(&source.id);
        let indicators = catalogue.indicators.iter().filter(uses);
        value["indicators"] = ids(indicators.map(|indicator| &indicator.table.id));
        value
    };
    catalogue.sources().map(source).collect()
}

/// What a code is called, in any language where the wanted one is missing; else the code itself.
pub(crate) fn label<'i>(item: &'i Item, locale: &str) -> &'i str {
    let labels = &item.labels;
    let label = labels.get(locale).or_else(|| labels.get("en")).or_else(|| labels.values().next());
    label.map_or(&item.code, String::as_str)
}
