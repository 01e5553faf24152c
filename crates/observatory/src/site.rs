//! The site: every document of an account by its path. Files and answers of the server are the same
//! bytes.

use crate::address;
use crate::assets::{Assets, content_type};
use crate::catalogue::Catalogue;
use crate::data;
use crate::document::{Document, HTML, JSON};
use crate::download::Download;
use crate::openapi;
use crate::pages::{self, Here};
use crate::sdmx::Structures;
use olshem_account::Run;
use olshem_engine::Engine;
use olshem_model::Diagnostic;
use olshem_words::{Locale, Words};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

/// Where the state of the server is told; a file says that there is none.
pub(crate) const STATUS: &str = "api/v1/status.json";

/// Every document of an account by its path. A path that is empty or ends with `/` is a page's.
pub struct Site {
    catalogue: Catalogue,
    engine: Arc<Engine>,
    assets: Assets,
    languages: [Words; Locale::ALL.len()],
    made: BTreeMap<String, Document>,
    /// Those that take a while, or that few ask for.
    on_demand: BTreeMap<String, OnDemand>,
    version: String,
    structures: OnceLock<Structures>,
    since: SystemTime,
}

/// A document that is made when it is first asked for.
#[derive(Debug)]
enum OnDemand {
    /// The observations of an indicator.
    Data(Download, String, OnceLock<Document>),
    /// One of the documents about what a claim's numbers come from.
    Lineage(Arc<Traced>, Form),
}

/// What a claim's numbers come from, in every form: tracing takes longer than telling.
#[derive(Debug)]
struct Traced {
    claim: String,
    told: OnceLock<BTreeMap<Form, Document>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Json,
    Page(Locale),
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Site {
    /// The site of an account that has been run. The engine is for what is traced later.
    ///
    /// # Errors
    ///
    /// An indicator can't be put into a table.
    pub fn of(run: Arc<Run>, engine: Arc<Engine>) -> Result<Self, Diagnostic> {
        let catalogue = Catalogue::of(run)?;
        let assets = Assets::built_in();
        let languages = Locale::ALL.map(Words::new);

        let mut made = BTreeMap::new();
        for (path, bytes) in &assets.files {
            made.insert(path.clone(), Document::new(content_type(path), bytes.to_vec()));
        }
        for (path, value) in data::documents(&catalogue, &languages) {
            made.insert(path, json_document(&value));
        }
        for words in &languages {
            for (path, html) in pages::pages(words, &catalogue, &assets) {
                made.insert(path, Document::new(HTML, html));
            }
        }
        let choice = pages::languages(&catalogue, &assets, &languages);
        made.insert(String::new(), Document::new(HTML, choice));
        made.insert("api/".to_owned(), Document::new(HTML, openapi::page(&assets)));
        made.insert("api/openapi.json".to_owned(), json_document(&openapi::document(&catalogue)));
        made.insert(STATUS.to_owned(), json_document(&json!({ "mode": "static" })));

        let version = version(&made);
        let on_demand = on_demand(&catalogue);
        Ok(Self {
            catalogue,
            engine,
            assets,
            languages,
            made,
            on_demand,
            version,
            structures: OnceLock::new(),
            since: this_second(),
        })
    }

    /// The checksum of all documents: two sites with the same say the same.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// When it was made, to the second: nothing in it has changed since.
    pub(crate) fn since(&self) -> SystemTime {
        self.since
    }

    /// Every path, in order.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> =
            self.made.keys().chain(self.on_demand.keys()).map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }

    /// Whether there is a document at that path.
    pub fn has(&self, path: &str) -> bool {
        self.made.contains_key(path) || self.on_demand.contains_key(path)
    }

    /// The document at that path, if it is there already.
    pub fn ready(&self, path: &str) -> Option<&Document> {
        self.made.get(path).or_else(|| match self.on_demand.get(path)? {
            OnDemand::Data(_, _, place) => place.get(),
            OnDemand::Lineage(traced, form) => traced.told.get()?.get(form),
        })
    }

    /// The document at that path; made now, where that was not done before.
    ///
    /// # Errors
    ///
    /// It can't be made.
    pub fn get(&self, path: &str) -> Result<Option<&Document>, Diagnostic> {
        if let Some(ready) = self.ready(path) {
            return Ok(Some(ready));
        }
        Ok(match self.on_demand.get(path) {
            None => None,
            Some(OnDemand::Data(download, id, place)) => {
                let Some(indicator) = self.catalogue.indicator(id) else { return Ok(None) };
                let made = download.document(
                    &self.catalogue,
                    self.structures(),
                    &self.languages,
                    indicator,
                )?;
                Some(place.get_or_init(|| made))
            }
            Some(OnDemand::Lineage(traced, form)) => {
                let told = self.tell(&traced.claim)?;
                traced.told.get_or_init(|| told).get(form)
            }
        })
    }

    /// Where one number comes from, as `olshem explain --json` tells it. A key without `DEFINITION`
    /// means the default one.
    ///
    /// # Errors
    ///
    /// There is no such indicator or observation, or the key leaves more than one.
    pub fn lineage(&self, indicator: &str, keys: &[(String, String)]) -> Result<Value, Diagnostic> {
        let found = self.catalogue.run.explain(&self.engine, indicator, keys)?;
        Ok(self.traced(&found))
    }

    /// A page that says what is wrong with a request, for a reader at `root` from the site's root.
    pub(crate) fn fault(&self, locale: Locale, root: String, key: &str) -> String {
        let words = self.words(locale);
        let here = Here::new(words, &self.catalogue, &self.assets, "");
        pages::fault(here, root, key).into_string()
    }

    /// The words of a language.
    pub(crate) fn words(&self, locale: Locale) -> &Words {
        // All of them are there; the first is only named for the compiler.
        let [first, ..] = &self.languages;
        self.languages.iter().find(|words| words.locale() == locale).unwrap_or(first)
    }

    /// The language that the account is in first.
    pub(crate) fn own_locale(&self) -> Locale {
        let own = self.catalogue.account().settings().locales.first();
        own.and_then(|tag| Locale::from_tag(tag)).unwrap_or(Locale::En)
    }

    /// What its numbers are traced with.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.engine)
    }

    /// What there is to show.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The account in the terms of SDMX.
    pub(crate) fn structures(&self) -> &Structures {
        let account = self.catalogue.account();
        self.structures.get_or_init(|| Structures::new(olshem_account::metadata(account)))
    }

    /// The account's id.
    pub(crate) fn account(&self) -> &str {
        &self.catalogue.report().account
    }

    /// Traces the numbers of a claim, and tells of them in every form.
    fn tell(&self, claim: &str) -> Result<BTreeMap<Form, Document>, Diagnostic> {
        let found = self.catalogue.run.explain_claim(&self.engine, claim)?;
        let path = format!("{}lineage/", address::of("claims", claim));
        let page = |words: &Words| {
            let here = Here::new(words, &self.catalogue, &self.assets, &path);
            pages::frame(&here, &pages::lineage(&here, &found)).into_string()
        };
        let pages = self
            .languages
            .iter()
            .map(|words| (Form::Page(words.locale()), Document::new(HTML, page(words))));
        Ok(pages.chain([(Form::Json, json_document(&self.traced(&found)))]).collect())
    }

    fn traced(&self, found: &impl Serialize) -> Value {
        let mut value = json!(found);
        data::relative_files(&mut value, self.catalogue.account().path());
        value
    }
}

/// Now, as HTTP can write it.
fn this_second() -> SystemTime {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(now.as_secs())
}

pub(crate) fn json_document(value: &Value) -> Document {
    Document::new(JSON, value.to_string())
}

/// The checksum of the paths and checksums of all documents.
fn version(documents: &BTreeMap<String, Document>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, document) in documents {
        hasher.update(path.as_bytes()).update(b"\0").update(document.hash().as_bytes());
    }
    hasher.finalize().to_hex().as_str().chars().take(32).collect()
}

fn on_demand(catalogue: &Catalogue) -> BTreeMap<String, OnDemand> {
    let mut documents = BTreeMap::new();
    for indicator in &catalogue.indicators {
        let id = &indicator.table.id;
        for download in Download::all() {
            let made = OnDemand::Data(download, id.clone(), OnceLock::new());
            documents.insert(download.path(id), made);
        }
    }
    for (_, claim) in catalogue.claims() {
        let id = &claim.id;
        let traced = Arc::new(Traced { claim: id.clone(), told: OnceLock::new() });
        let json = format!("api/v1/claims/{}/lineage.json", address::segment(id));
        documents.insert(json, OnDemand::Lineage(Arc::clone(&traced), Form::Json));
        for locale in Locale::ALL {
            let page = format!("{}/{}lineage/", locale.tag(), address::of("claims", id));
            documents.insert(page, OnDemand::Lineage(Arc::clone(&traced), Form::Page(locale)));
        }
    }
    documents
}
