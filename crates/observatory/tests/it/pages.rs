//! What the pages say, and that they lead to one another.

use crate::support::{kazakhstan, kazakhstan_site};
use std::collections::BTreeSet;

/// Lineage is traced when it is asked for, which takes too long for all claims.
fn pages() -> impl Iterator<Item = (&'static str, String)> {
    let site = kazakhstan_site();
    site.paths().into_iter().filter(|path| path.is_empty() || path.ends_with('/')).filter_map(
        |path| Some((path, String::from_utf8(site.ready(path)?.body().to_vec()).unwrap())),
    )
}

/// The addresses in a page.
fn links(html: &str) -> impl Iterator<Item = &str> {
    [" href=\"", " src=\"", " data-src=\"", " action=\""]
        .into_iter()
        .flat_map(move |attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
}

/// The path that an address on a page at `path` leads to.
fn resolve(path: &str, link: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    let mut parts = link.split('/').peekable();
    while let Some(part) = parts.next() {
        match part {
            ".." => drop(folders.pop().unwrap()),
            _ if parts.peek().is_none() => folders.push(part),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

#[test]
fn every_link_leads_somewhere() {
    let site = kazakhstan_site();
    let mut seen = 0;
    for (path, html) in pages() {
        for link in links(&html) {
            let link = link.replace("&amp;", "&");
            assert!(!link.starts_with('/'), "{path}: {link} leaves the site's folder");
            if link.starts_with("http") || link.starts_with("data:") || link.starts_with('#') {
                continue;
            }
            let target = link.split(['?', '#']).next().unwrap();
            let target = if target.is_empty() { path.to_owned() } else { resolve(path, target) };
            assert!(site.has(&target), "{path}: {link} leads to {target}, which is not there");
            seen += 1;
        }
    }
    assert!(seen > 10_000, "{seen} links");
}

#[test]
fn every_page_is_there_in_each_language() {
    let all: BTreeSet<&str> = kazakhstan_site().paths().into_iter().collect();
    let of = |tag: &str| -> BTreeSet<String> {
        all.iter().filter_map(|path| path.strip_prefix(tag)).map(str::to_owned).collect()
    };
    assert_eq!(of("en/"), of("ru/"));
    assert_eq!(of("en/"), of("kk/"));
    assert!(of("en/").len() > 250);
}

#[test]
fn pages_say_what_they_are_and_in_what_language() {
    let mut titles = BTreeSet::new();
    for (path, html) in pages() {
        let tag = path.split('/').next().filter(|tag| tag.len() == 2);
        let lang = format!("<html lang=\"{}\"", tag.unwrap_or("kk"));
        assert!(path.is_empty() || path == "api/" || html.contains(&lang), "{path}");
        assert_eq!(html.matches("<h1").count(), usize::from(!path.is_empty()), "{path}");
        assert_eq!(html.matches("<main").count(), 1, "{path}");
        assert!(!html.contains("style=") && !html.contains("<style"), "{path}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(!title.is_empty());
        if tag.is_some() && !path.contains("/embed/") {
            titles.insert((tag, title.to_owned()));
        }
    }
    assert!(titles.len() > 600, "{}", titles.len());
}

#[test]
fn a_claim_shows_who_said_it_and_each_verdict() {
    for (tag, words) in [
        ("en", ["President K.-J. Tokayev", "1 September 2023", "undecidable", "0.96–1.05"]),
        ("ru", ["Президент К.-Ж. Токаев", "1 сентября 2023", "не решить", "0,96–1,05"]),
        ("kk", ["Президент Қ.-Ж. Тоқаев", "2023 жылғы 1 қыркүйек", "шешілмейді", "0,96–1,05"]),
    ] {
        let page = kazakhstan().get(&format!("{tag}/claims/share-under-1-president/"));
        assert_eq!(page.status, 200);
        for word in words {
            assert!(page.text().contains(word), "{tag}: {word}");
        }
    }
}

#[test]
fn documents_hold_what_the_pages_need() {
    let server = kazakhstan();
    let account = server.get("api/v1/account.json").json();
    assert_eq!(account["headline"]["indicator"], "creative_share");
    let claim = server.get("api/v1/claims/share-under-1-president.json").json();
    assert_eq!(claim["outcome"], "undecidable");
    assert_eq!(claim["tests"][0]["claimed"]["high"], 1.0);
    assert!(claim["tests"][0]["series"][0]["periods"].as_array().is_some());
    let claim = server.get("api/v1/claims/employed-95-press.json").json();
    let claimed = &claim["tests"][0]["claimed"];
    assert_eq!((&claimed["low"], &claimed["high"]), (&94.5.into(), &95.5.into()), "{claimed}");

    let indicator = server.get("api/v1/indicators/creative_share.json").json();
    let keys = indicator["keys"].as_array().unwrap();
    let values = indicator["values"].as_array().unwrap();
    assert_eq!(keys.len(), indicator["dimensions"].as_array().unwrap().len());
    assert!(keys.iter().all(|key| key.as_array().unwrap().len() == values.len()));
    let sources = indicator["sources"].as_array().unwrap();
    assert!(!sources.is_empty());

    let definition = server.get("api/v1/definitions/DCMS_CREATIVE.json").json();
    assert!(definition["finest"].as_object().unwrap().len() > 10);
    assert!(!definition["effects"].is_null());
    assert_eq!(definition["file"], "definitions/DCMS_CREATIVE.toml");
    let regions = server.get("api/v1/regions.json").json();
    assert_eq!(regions.as_array().unwrap().len(), 21);
    let region = server.get("api/v1/regions/KZ75.json").json();
    assert!(region["indicators"].as_array().unwrap().len() > 5);
    let search = server.get("api/v1/search/kk.json").json();
    assert!(search["entries"].as_array().unwrap().len() > 2000);
}
