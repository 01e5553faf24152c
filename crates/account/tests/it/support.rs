//! A small account in a temporary folder, to be changed and checked.

use olshem_account::{Account, Run, create};
use olshem_engine::Engine;
use olshem_model::{Diagnostic, Place};
use std::fmt::Write;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The account that `olshem new` makes.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        create(&folder.path().join("account"), "Example").unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("account")
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    pub(crate) fn write(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn remove(self, file: &str) -> Self {
        fs::remove_file(self.path().join(file)).unwrap();
        self
    }

    /// Replaces what must be there.
    pub(crate) fn replace(self, file: &str, from: &str, to: &str) -> Self {
        let text = self.text(file);
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, text.replacen(from, to, 1))
    }

    pub(crate) fn append(self, file: &str, more: &str) -> Self {
        let text = self.text(file);
        self.write(file, format!("{text}\n{more}"))
    }

    /// Changes the file of the source, and accepts it as it then is.
    pub(crate) fn data(self, from: &str, to: &str) -> Self {
        let changed = self.replace("sources/national-accounts/gva.csv", from, to);
        olshem_account::accept(&changed.path(), "national-accounts").unwrap();
        changed
    }

    pub(crate) fn load(&self) -> Account {
        Account::load(&self.path()).unwrap_or_else(|faults| panic!("{}", self.told(&faults)))
    }

    pub(crate) fn run(&self) -> Run {
        let run = self.load().run(&engine(2));
        run.unwrap_or_else(|faults| panic!("{}", self.told(&faults)))
    }

    /// Every fault of the account, one after another.
    pub(crate) fn faults(&self) -> String {
        match Account::load(&self.path()) {
            Ok(account) => match account.run(&engine(2)) {
                Ok(_) => "no faults".to_owned(),
                Err(faults) => self.told(&faults),
            },
            Err(faults) => self.told(&faults),
        }
    }

    /// Diagnostics as text, with the stretch of the file that each points at.
    pub(crate) fn told(&self, faults: &[Diagnostic]) -> String {
        let mut told = String::new();
        for fault in faults {
            let _ = writeln!(told, "{} {}", fault.code.id, self.without_folder(&fault.message));
            let _ = writeln!(told, "  at {}", self.place(&fault.place));
            if let Some(help) = &fault.help {
                let _ = writeln!(told, "  help: {}", self.without_folder(help));
            }
        }
        told
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Text { file, span } => {
                let text = fs::read_to_string(file).unwrap();
                let line = text[..span.start].matches('\n').count() + 1;
                let stretch: String = text[span.clone()].chars().take(60).collect();
                format!("{}:{line} `{stretch}`", self.without_folder(&file.display().to_string()))
            }
            other => self.without_folder(&other.to_string()),
        }
    }

    pub(crate) fn without_folder(&self, text: &str) -> String {
        let folder = self.path();
        text.replace(&format!("{}/", folder.display()), "")
            .replace(&folder.display().to_string(), "ACCOUNT")
    }
}

pub(crate) fn engine(partitions: usize) -> Engine {
    Engine::new(NonZeroUsize::new(partitions).unwrap()).unwrap()
}

/// All files below a folder, by path, with their content.
pub(crate) fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}
