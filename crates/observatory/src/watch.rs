//! Looks for edits of the account, and has the site made anew.
//!
//! The folder is looked at, not subscribed to: that works on every file system, and an account has
//! some dozens of files.

use crate::observatory::Observatory;
use crate::site::Site;
use olshem_engine::Engine;
use olshem_model::Diagnostic;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

/// How often the folder is looked at.
const INTERVAL: Duration = Duration::from_millis(500);
/// How deep folders are looked into.
const DEEPEST: usize = 16;
/// What is written there and never read.
const RELEASES: &str = "releases";

/// The files of a folder, with what tells that one was edited.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// An account's folder as it was before it was read, so that no edit since is missed.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    known: Seen,
}

impl Watch {
    /// Looks at the folder for the first time.
    pub fn before_reading(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), known: seen(folder) }
    }

    /// Watches, in a thread of its own, until the observatory is gone. `make` makes the site anew, with
    /// the engine that is given. An edit is taken over once the
    /// folder has been still for an interval, so that one that is being saved is not read half.
    pub fn start<F>(self, observatory: &Arc<Observatory>, make: F)
    where
        F: Fn(Arc<Engine>) -> Result<Site, Vec<Diagnostic>> + Send + 'static,
    {
        let engine = Arc::clone(&observatory.engine);
        let observatory = Arc::downgrade(observatory);
        std::thread::spawn(move || self.watch(&observatory, &|| make(Arc::clone(&engine))));
    }

    fn watch(
        mut self,
        observatory: &Weak<Observatory>,
        make: &dyn Fn() -> Result<Site, Vec<Diagnostic>>,
    ) {
        let mut before = self.known.clone();
        while observatory.strong_count() > 0 {
            std::thread::sleep(INTERVAL);
            let now = seen(&self.folder);
            if now != self.known && now == before {
                let made = make();
                let Some(observatory) = observatory.upgrade() else { return };
                take_over(&observatory, made);
                self.known.clone_from(&now);
            }
            before = now;
        }
    }
}

fn take_over(observatory: &Observatory, made: Result<Site, Vec<Diagnostic>>) {
    match made {
        Ok(site) => {
            tracing::info!(site = site.version(), "the edited account is served");
            observatory.exchange(site);
        }
        Err(faults) => {
            tracing::warn!(
                faults = faults.len(),
                first = faults.first().map(|fault| fault.message.as_str()),
                "the edited account has faults; the one before is served"
            );
            observatory.keep(faults);
        }
    }
}

fn seen(folder: &Path) -> Seen {
    let mut found = Seen::new();
    look(folder, 0, &mut found);
    found
}

fn look(folder: &Path, depth: usize, found: &mut Seen) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let unread = (depth == 0 && name == RELEASES) || name.to_string_lossy().starts_with('.');
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() && !unread && depth < DEEPEST {
            look(&entry.path(), depth + 1, found);
        } else if about.is_file() && !unread {
            found.insert(entry.path(), (about.modified().ok(), about.len()));
        }
    }
}
