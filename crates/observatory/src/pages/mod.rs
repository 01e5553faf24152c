//! The pages as HTML: whole, and readable without a script. What the scripts of `web/` add, they add
//! to the places that `docs/observatory.md` names.
//!
//! Every text of an account goes through `maud`, which escapes it; nothing here is put in as it is.

mod claim;
mod definition;
mod fault;
mod front;
mod indicator;
mod law;
mod lineage;
mod parts;
mod place;
mod source;
mod target;

use crate::address;
use crate::assets::Assets;
use crate::catalogue::Catalogue;
use maud::{DOCTYPE, Markup, html};
use olshem_account::Text;
use olshem_words::{Locale, Words};

pub(crate) use fault::fault;
pub(crate) use lineage::lineage;

/// What pages may load: what comes from where they come from. `frame-ancestors` can only be said in a
/// header.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'";

/// A page, and where it stands.
pub(crate) struct Here<'a> {
    pub(crate) words: &'a Words,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) assets: &'a Assets,
    /// The path within the language: `claims/share-under-1/`.
    path: String,
    /// The way back to the root of the site.
    root: String,
}

/// What a page says.
pub(crate) struct Page {
    /// The name that the scripts know it by.
    kind: &'static str,
    /// What it is about.
    id: Option<String>,
    /// The document about that, from the root.
    source: Option<String>,
    title: String,
    /// In one sentence, for those who list pages.
    summary: String,
    body: Markup,
}

impl<'a> Here<'a> {
    pub(crate) fn new(
        words: &'a Words,
        catalogue: &'a Catalogue,
        assets: &'a Assets,
        path: &str,
    ) -> Self {
        let root = address::root_from(&format!("{}/{path}", words.locale().tag()));
        Self { words, catalogue, assets, path: path.to_owned(), root }
    }

    /// The same, for a path that may not be one of the site.
    fn at_root(self, root: String) -> Self {
        Self { root, ..self }
    }

    /// The address of a page in this language.
    fn to(&self, path: &str) -> String {
        self.in_language(self.words.locale(), path)
    }

    fn in_language(&self, locale: Locale, path: &str) -> String {
        self.up(&format!("{}/{path}", locale.tag()))
    }

    /// The address of anything in the site.
    fn up(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// A word of the interface.
    fn word(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A text of the account.
    fn text<'t>(&self, text: &'t Text) -> &'t str {
        self.words.text(text)
    }
}

/// Every page in one language but those that are made when they are asked for: path and HTML.
pub(crate) fn pages(
    words: &Words,
    catalogue: &Catalogue,
    assets: &Assets,
) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |path: &str, make: &dyn Fn(&Here<'_>) -> Page| {
        let here = Here::new(words, catalogue, assets, path);
        let html = frame(&here, &make(&here)).into_string();
        pages.push((format!("{}/{path}", words.locale().tag()), html));
    };
    add("", &front::front);
    add("claims/", &claim::claims);
    for (topic, one) in catalogue.claims() {
        add(&address::of("claims", &one.id), &|here| claim::claim(here, topic, one));
    }
    add("indicators/", &indicator::indicators);
    for one in &catalogue.indicators {
        add(&address::of("indicators", &one.table.id), &|here| indicator::indicator(here, one));
        add(&address::of("embed", &one.table.id), &|here| indicator::embed(here, one));
    }
    add("map/", &place::map);
    add("regions/", &place::regions);
    for one in catalogue.regions() {
        add(&address::of("regions", &one.code), &|here| place::region(here, one));
    }
    add("industries/", &place::industries);
    for one in catalogue.industries() {
        add(&address::of("industries", &one.code), &|here| place::industry(here, one));
    }
    add("definitions/", &definition::definitions);
    add("compare/", &definition::compare);
    for one in &catalogue.definitions {
        let path = address::of("definitions", &one.citation.id);
        add(&path, &|here| definition::definition(here, one));
    }
    add("targets/", &target::targets);
    for (topic, one) in catalogue.targets() {
        add(&address::of("targets", &one.id), &|here| target::target(here, topic, one));
    }
    add("proposals/", &law::proposals);
    add("sources/", &source::sources);
    for one in catalogue.sources() {
        add(&address::of("sources", &one.id), &|here| source::source(here, one));
    }
    add("releases/", &source::releases);
    add("search/", &front::search);
    pages
}

/// The page before the languages: a choice of one.
pub(crate) fn languages(catalogue: &Catalogue, assets: &Assets, all: &[Words]) -> String {
    let title = |words: &Words| words.text(&catalogue.report().name).to_owned();
    let first = all.first().map(title).unwrap_or_default();
    html! {
        (DOCTYPE)
        html lang=(all.first().map_or("en", |words| words.locale().tag())) data-root="" {
            head { (head(assets, "", &first, &first)) }
            body {
                main id="main" data-page="languages" {
                    @for words in all {
                        p lang=(words.locale().tag()) {
                            a hreflang=(words.locale().tag()) href=(format!("{}/", words.locale().tag())) {
                                (title(words)) " · " (name(words.locale()))
                            }
                        }
                    }
                }
            }
        }
    }
    .into_string()
}

/// A page with all that stands around it.
pub(crate) fn frame(here: &Here<'_>, page: &Page) -> Markup {
    let (words, account) = (here.words, here.text(&here.catalogue.report().name));
    let title = match page.title.as_str() {
        "" => account.to_owned(),
        title => format!("{title} · {account}"),
    };
    let embedded = page.kind == "embed";
    html! {
        (DOCTYPE)
        html lang=(words.locale().tag()) data-root=(here.root) {
            head {
                (head(here.assets, &here.root, &title, &page.summary))
                @for locale in Locale::ALL {
                    link rel="alternate" hreflang=(locale.tag()) href=(here.in_language(locale, &here.path));
                }
            }
            body {
                @if !embedded {
                    a class="skip" href="#main" { (here.word("page-skip")) }
                    (header(here, account))
                }
                main id="main" data-page=(page.kind) data-id=[&page.id]
                    data-src=[page.source.as_ref().map(|path| here.up(path))] {
                    (page.body)
                }
                @if !embedded { (footer(here)) }
            }
        }
    }
}

fn head(assets: &Assets, root: &str, title: &str, summary: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta http-equiv="Content-Security-Policy" content=(POLICY);
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="strict-origin-when-cross-origin";
        title { (title) }
        meta name="description" content=(summary);
        @if assets.files.contains_key("favicon.svg") {
            link rel="icon" type="image/svg+xml" href=(format!("{root}favicon.svg"));
        } @else {
            // A browser asks for one in any case; this says that there is none.
            link rel="icon" href="data:,";
        }
        @for style in &assets.styles { link rel="stylesheet" href=(format!("{root}{style}")); }
        @for script in &assets.scripts { script type="module" src=(format!("{root}{script}")) {} }
        @for preload in &assets.preloads { link rel="modulepreload" href=(format!("{root}{preload}")); }
    }
}

/// The sections of the site, in the order of the menu.
const SECTIONS: [(&str, &str); 9] = [
    ("claims/", "page-claims"),
    ("targets/", "page-targets"),
    ("indicators/", "page-indicators"),
    ("map/", "page-map"),
    ("regions/", "page-regions"),
    ("industries/", "page-industries"),
    ("definitions/", "page-definitions"),
    ("proposals/", "page-proposals"),
    ("sources/", "page-sources"),
];

fn header(here: &Here<'_>, account: &str) -> Markup {
    // The comparison stands beside the definitions, whatever one of them may be called.
    let section = if here.path.starts_with("compare/") { "definitions/" } else { &here.path };
    let current = |path: &str| section.starts_with(path).then_some("page");
    html! {
        header class="site" {
            a class="home" href=(here.to("")) aria-current=[here.path.is_empty().then_some("page")] {
                (account)
            }
            nav class="site" aria-label=(here.word("page-menu")) {
                ul {
                    @for (path, key) in SECTIONS {
                        li { a href=(here.to(path)) aria-current=[current(path)] { (here.word(key)) } }
                    }
                }
            }
            form class="search" role="search" action=(here.to("search/")) {
                input type="search" name="q" aria-label=(here.word("page-search"));
                button { (here.word("page-search")) }
            }
            nav class="languages" aria-label=(here.word("page-languages")) {
                ul {
                    @for locale in Locale::ALL {
                        li {
                            a hreflang=(locale.tag()) lang=(locale.tag())
                                aria-current=[(locale == here.words.locale()).then_some("true")]
                                href=(here.in_language(locale, &here.path)) { (name(locale)) }
                        }
                    }
                }
            }
        }
    }
}

fn footer(here: &Here<'_>) -> Markup {
    html! {
        footer class="site" {
            ul {
                li { a href=(here.to("releases/")) { (here.word("page-releases")) } }
                li { a href=(here.up("api/")) { (here.word("page-api")) } }
            }
            p { (here.word("page-made-with")) }
        }
    }
}

/// What a language calls itself.
pub(crate) fn name(locale: Locale) -> &'static str {
    match locale {
        Locale::Kk => "Қазақша",
        Locale::Ru => "Русский",
        Locale::En => "English",
    }
}
