//! What is served at the moment, and whether an edit since has faults.

use crate::metrics::Metrics;
use crate::site::Site;
use olshem_engine::Engine;
use olshem_model::{Diagnostic, Place, line_at};
use olshem_words::{Locale, Words};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// How many numbers are traced at the same time; each takes a whole processor.
const TRACED_AT_ONCE: usize = 2;

/// A site that is served, and may be exchanged for another while it is.
#[derive(Debug)]
pub struct Observatory {
    served: RwLock<Served>,
    /// What traces the numbers of every site served. It owns threads that can't be let go while
    /// requests are answered, so it stays as long as the server.
    pub(crate) engine: Arc<Engine>,
    pub(crate) metrics: Metrics,
    pub(crate) tracing: Arc<Semaphore>,
    /// Whether pages of other sites may read what is served.
    pub(crate) is_open: bool,
}

/// What is served.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) site: Arc<Site>,
    /// What is wrong with the account as it is now; none where the site shows it.
    pub(crate) faults: Arc<Vec<Diagnostic>>,
    /// The account's folder, which no reader need know.
    folder: PathBuf,
}

impl Observatory {
    /// Serves a site of the account in that folder.
    pub fn new(site: Site, folder: &Path) -> Self {
        let engine = site.engine();
        let (site, faults) = (Arc::new(site), Arc::default());
        let served = Served { site, faults, folder: folder.to_path_buf() };
        let tracing = Arc::new(Semaphore::new(TRACED_AT_ONCE));
        let (served, metrics) = (RwLock::new(served), Metrics::default());
        Self { served, engine, metrics, tracing, is_open: false }
    }

    /// Lets pages of other sites read what is served, in their readers' browsers. Without this only the
    /// site's own pages can: a draft that is served to its author alone would be open to every page that
    /// they have open besides.
    #[must_use]
    pub fn open_to_other_sites(self) -> Self {
        Self { is_open: true, ..self }
    }

    /// Serves another site from now on, one that has the same engine.
    pub fn exchange(&self, site: Site) {
        self.metrics.reloaded(true);
        self.change(|served| {
            served.site = Arc::new(site);
            served.faults = Arc::default();
        });
    }

    /// Says that the account has these faults now, and serves what there is.
    pub fn keep(&self, faults: Vec<Diagnostic>) {
        self.metrics.reloaded(false);
        let faults = faults.into_iter().map(with_line).collect();
        self.change(|served| served.faults = Arc::new(faults));
    }

    fn change(&self, how: impl FnOnce(&mut Served)) {
        // Nothing panics while it holds the lock; and what is there is whole in any case.
        how(&mut self.served.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn served(&self) -> Served {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The fault with the line that it is on, told once while the text is still as it was read.
fn with_line(mut fault: Diagnostic) -> Diagnostic {
    if let Place::Text { file, span } = &fault.place
        && let Ok(text) = std::fs::read(file)
    {
        let line = line_at(&text, span.start);
        fault.place = Place::Line { file: file.clone(), line, column: None };
    }
    fault
}

impl Served {
    /// What the server is at, as `api/v1/status.json` says it.
    pub(crate) fn status(&self, locale: Locale) -> Value {
        json!({
            "mode": "served",
            "account": self.site.account(),
            "site": self.site.version(),
            "faults": self.faults.iter().map(|fault| self.fault(fault, locale)).collect::<Value>(),
        })
    }

    /// A fault in one line, as a page tells it.
    pub(crate) fn told(&self, fault: &Diagnostic, words: &Words) -> String {
        let (file, line) = self.place(fault);
        let place = match (file, line) {
            (Some(file), Some(line)) => format!(", {file}:{line}"),
            (Some(file), None) => format!(", {file}"),
            (None, _) => String::new(),
        };
        let (title, message) = (words.title(fault.code), self.without_folder(&fault.message));
        format!("{} {title}{place}: {message}", fault.code.id)
    }

    /// The file within the account, and the line of it.
    fn place(&self, fault: &Diagnostic) -> (Option<String>, Option<usize>) {
        let line = match &fault.place {
            Place::Line { line, .. } => Some(*line),
            _ => None,
        };
        (fault.place.file().map(|file| crate::data::relative(file, &self.folder)), line)
    }

    fn fault(&self, fault: &Diagnostic, locale: Locale) -> Value {
        let (file, line) = self.place(fault);
        json!({
            "code": fault.code.id,
            "title": self.site.words(locale).title(fault.code),
            "message": self.without_folder(&fault.message),
            "file": file,
            "line": line,
            "help": fault.help.as_deref().map(|help| self.without_folder(help)),
        })
    }

    /// A text without the path of the account's folder.
    pub(crate) fn without_folder(&self, text: &str) -> String {
        match self.folder.to_string_lossy().as_ref() {
            "" | "." | "/" => text.to_owned(),
            folder => text.replace(folder, "…"),
        }
    }
}
