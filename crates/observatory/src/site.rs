//! The site: every document of an account by its path. Files and answers of the server are the same
//! bytes.

use crate::address;
use crate::assets::{Assets, content_type};
use crate::catalogue::Catalogue;
use crate::data;
use crate::document::{CSV, Document, HTML, JSON, PARQUET};
use crate::openapi;
use crate::pages::{self, Here};
use olshem_account::Run;
use olshem_engine::Engine;
use olshem_model::Diagnostic;
use olshem_words::{Locale, Words};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Where the state of the server is told; a file says that there is none.
pub(crate) const STATUS: &str = "api/v1/status.json";

/// Every document of an account by its path. A path that is empty or ends with `/` is a page's.
pub struct Site {
    catalogue: Catalogue,
    engine: Arc<Engine>,
    assets: Assets,
    languages: Vec<Words>,
    made: BTreeMap<String, Document>,
    /// Those that take a while, or that few ask for.
    on_demand: BTreeMap<String, (Recipe, OnceLock<Document>)>,
    version: String,
}

/// How a document is made when it is first asked for.
#[derive(Clone, Debug)]
enum Recipe {
    Csv(String),
    Parquet(String),
    /// A claim's lineage as JSON.
    Lineage(String),
    /// The same as a page.
    LineagePage(Locale, String),
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
        let languages: Vec<Words> = Locale::ALL.map(Words::new).into();

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
        made.insert("api/openapi.json".to_owned(), Document::new(JSON, openapi::DOCUMENT));
        made.insert(STATUS.to_owned(), json_document(&json!({ "mode": "static" })));

        let version = version(&made);
        let on_demand = recipes(&catalogue);
        Ok(Self { catalogue, engine, assets, languages, made, on_demand, version })
    }

    /// The checksum of all documents: two sites with the same say the same.
    pub fn version(&self) -> &str {
        &self.version
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
        self.made.get(path).or_else(|| self.on_demand.get(path)?.1.get())
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
        let Some((recipe, place)) = self.on_demand.get(path) else { return Ok(None) };
        let document = self.make(recipe)?;
        Ok(Some(place.get_or_init(|| document)))
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
        // `languages` has all of them, in the order of `Locale::ALL`.
        let of = |words: &&Words| words.locale() == locale;
        self.languages.iter().find(of).unwrap_or(&self.languages[0])
    }

    /// The language that the account is in first.
    pub(crate) fn own_locale(&self) -> Locale {
        let own = self.catalogue.account().settings().locales.first();
        own.and_then(|tag| Locale::from_tag(tag)).unwrap_or(Locale::En)
    }

    /// The account's id.
    pub(crate) fn account(&self) -> &str {
        &self.catalogue.report().account
    }

    fn make(&self, recipe: &Recipe) -> Result<Document, Diagnostic> {
        let run = &self.catalogue.run;
        Ok(match recipe {
            Recipe::Csv(id) => Document::new(CSV, run.indicator(id)?.csv()?),
            Recipe::Parquet(id) => Document::new(PARQUET, run.parquet(id)?),
            Recipe::Lineage(id) => {
                json_document(&self.traced(&run.explain_claim(&self.engine, id)?))
            }
            Recipe::LineagePage(locale, id) => {
                let found = run.explain_claim(&self.engine, id)?;
                let path = format!("{}lineage/", address::of("claims", id));
                let here = Here::new(self.words(*locale), &self.catalogue, &self.assets, &path);
                let page = pages::lineage(&here, &found);
                Document::new(HTML, pages::frame(&here, &page).into_string())
            }
        })
    }

    fn traced(&self, found: &impl Serialize) -> Value {
        let mut value = json!(found);
        data::relative_files(&mut value, self.catalogue.account().path());
        value
    }
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

fn recipes(catalogue: &Catalogue) -> BTreeMap<String, (Recipe, OnceLock<Document>)> {
    let mut recipes = BTreeMap::new();
    let mut add = |path: String, recipe| recipes.insert(path, (recipe, OnceLock::new()));
    for indicator in &catalogue.indicators {
        let id = &indicator.table.id;
        add(format!("data/{}.csv", address::segment(id)), Recipe::Csv(id.clone()));
        add(format!("data/{}.parquet", address::segment(id)), Recipe::Parquet(id.clone()));
    }
    for (_, claim) in catalogue.claims() {
        let id = &claim.id;
        let path = format!("api/v1/claims/{}/lineage.json", address::segment(id));
        add(path, Recipe::Lineage(id.clone()));
        for locale in Locale::ALL {
            let path = format!("{}/{}lineage/", locale.tag(), address::of("claims", id));
            add(path, Recipe::LineagePage(locale, id.clone()));
        }
    }
    recipes
}
