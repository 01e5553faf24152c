//! The site as files.

use crate::support::{Server, edit, site, small};
use olshem_observatory::{Limits, publish};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => drop(found.insert(path)),
        }
    }
    found
}

#[test]
fn files_are_what_the_server_sends() {
    let (folder, account) = small();
    let out = folder.path().join("site");
    let published = site(&account).unwrap();
    let count = publish(&published, &out).unwrap();
    let server = Server::of(site(&account).unwrap(), &account, Limits::default());
    let mut compared = 0;
    for file in files(&out) {
        let path = file.strip_prefix(&out).unwrap().to_str().unwrap().to_owned();
        // The choice of a language is a redirect; the state is the server's; marks are no documents.
        if path == "index.html" || path == "api/v1/status.json" || path.starts_with('.') {
            continue;
        }
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body == fs::read(&file).unwrap(), "{path} differs");
        compared += 1;
    }
    assert_eq!(compared + 2, count);
    assert!(compared > 100, "{compared}");
    let beside: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "nothing is left beside it: {beside:?}");
}

#[test]
fn only_a_site_is_replaced() {
    let (folder, account) = small();
    let site = site(&account).unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("thesis.txt"), "years of work").unwrap();
    let fault = publish(&site, &other).unwrap_err();
    assert!(fault.message.contains("no site"), "{}", fault.message);
    assert_eq!(fs::read_to_string(other.join("thesis.txt")).unwrap(), "years of work");

    let out = folder.path().join("site");
    publish(&site, &out).unwrap();
    fs::write(out.join("en/stale.html"), "from before").unwrap();
    publish(&site, &out).unwrap();
    assert!(!out.join("en/stale.html").exists());
    assert!(out.join("en/index.html").exists());
    publish(&site, Path::new("/")).unwrap_err();
}

#[test]
fn a_site_is_the_same_each_time() {
    let (_folder, account) = small();
    assert_eq!(site(&account).unwrap().version(), site(&account).unwrap().version());
}

#[test]
fn what_a_killed_command_has_left_is_removed() {
    let (folder, account) = small();
    let site = site(&account).unwrap();
    let out = folder.path().join("site");
    let beside = |name: &str| folder.path().join(name);
    let leave = |name: &str| {
        fs::create_dir(beside(name)).unwrap();
        fs::write(beside(name).join("index.html"), name).unwrap();
    };
    publish(&site, &out).unwrap();
    leave(".site.new-123");
    leave(".site.old-123");
    leave(".site.new-draft");
    leave(".other.new-123");
    publish(&site, &out).unwrap();
    assert!(!beside(".site.new-123").exists() && !beside(".site.old-123").exists());
    assert!(beside(".site.new-draft").exists() && beside(".other.new-123").exists());

    // Killed between the two renames: the site that was there comes back, even if this one fails.
    fs::rename(&out, beside(".site.old-456")).unwrap();
    publish(&site, &out).unwrap();
    assert!(out.join("en/index.html").exists() && !beside(".site.old-456").exists());
}

#[test]
fn a_definition_may_be_called_as_a_page_is() {
    let (_folder, account) = small();
    edit(&account, "definitions/WHOLE_SECTIONS.toml", |text| {
        text.replace("WHOLE_SECTIONS", "compare")
    });
    fs::rename(
        account.join("definitions/WHOLE_SECTIONS.toml"),
        account.join("definitions/compare.toml"),
    )
    .unwrap();
    let server = Server::of(site(&account).unwrap(), &account, Limits::default());
    assert!(server.get("en/definitions/compare/").text().contains("data-page=\"definition\""));
    let comparison = server.get("en/compare/");
    assert!(comparison.text().contains("data-page=\"compare\""));
    assert!(comparison.text().contains("definitions/compare/\""));
}
