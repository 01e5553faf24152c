//! A release is sealed whole or not at all, and the same account gives the same release.

use crate::support::{Sandbox, engine, files};
use olshem_account::Release;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn seal(sandbox: &Sandbox, partitions: usize) -> Release {
    sandbox.load().run(&engine(partitions)).unwrap().seal().unwrap()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_release_is_the_same_at_any_parallelism() {
    let ids: BTreeSet<String> =
        [1, 2, 8].iter().map(|&partitions| seal(&Sandbox::new(), partitions).id).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[test]
fn building_again_changes_nothing() {
    let sandbox = Sandbox::new();
    let first = seal(&sandbox, 2);
    let before = files(&sandbox.path());
    let second = seal(&sandbox, 2);
    assert_eq!((first.new, second.new), (true, false));
    assert_eq!((first.id, first.path), (second.id, second.path));
    assert_eq!(files(&sandbox.path()), before);
}

#[test]
fn a_changed_input_gives_another_release_beside_the_former() {
    let sandbox = Sandbox::new();
    let first = seal(&sandbox, 2);
    let sandbox = sandbox.replace("claims.toml", "2025-02-01", "2025-02-02");
    let second = seal(&sandbox, 2);
    assert_ne!(first.id, second.id);
    let releases = names(&sandbox.path().join("releases"));
    assert_eq!(releases, [".lock".to_owned(), first.id, second.id].into());
}

#[test]
fn it_holds_the_indicators_the_report_and_what_decided_them() {
    let sandbox = Sandbox::new();
    let release = seal(&sandbox, 2);
    let files = files(&release.path);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "indicators/creative_share.parquet",
            "indicators/section_j_share.parquet",
            "manifest.json",
            "report.json"
        ]
    );
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["id"], release.id.as_str());
    let inputs = manifest["inputs"].as_array().unwrap();
    for file in ["account.toml", "methods/share.vtl", "sources/national-accounts/gva.csv"] {
        assert!(inputs.iter().any(|input| input["file"] == file), "{file}");
    }
    assert_eq!(manifest["sources"][0]["file"], "sources/national-accounts/gva.csv");
    let path = Path::new("creative_share.parquet");
    let bytes = files["indicators/creative_share.parquet"].clone();
    let stored = olshem_formats::parquet::read(path, bytes).unwrap();
    assert_eq!(stored.structure.to_string(), "DEFINITION, REF_AREA, TIME_PERIOD -> OBS_VALUE");
    assert_eq!(stored.batch.num_rows(), 8);
}

#[test]
fn what_a_killed_build_left_is_removed_and_never_counted() {
    let sandbox = Sandbox::new();
    let releases = sandbox.path().join("releases");
    let first = seal(&sandbox, 2);
    let before = files(&first.path);
    // A build killed midway leaves a folder with some of its files.
    let unfinished = releases.join(".tmp-0123456789abcdef");
    fs::create_dir_all(unfinished.join("indicators")).unwrap();
    fs::write(unfinished.join("report.json"), "{").unwrap();

    let sandbox = sandbox.replace("claims.toml", "2025-02-01", "2025-02-02");
    let second = seal(&sandbox, 2);
    assert_eq!(names(&releases), [".lock".to_owned(), first.id, second.id].into());
    assert_eq!(files(&first.path), before);
}

#[test]
fn a_release_that_was_changed_is_refused() {
    let sandbox = Sandbox::new();
    let release = seal(&sandbox, 2);
    fs::write(release.path.join("report.json"), "{}").unwrap();
    let fault = sandbox.run().seal().unwrap_err();
    assert_eq!(fault.code.id, "A027");
    assert!(fault.place.to_string().ends_with("report.json"));
}

#[test]
fn two_builds_at_once_do_not_undo_each_other() {
    let sandbox = Sandbox::new();
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| seal(&sandbox, 1));
        let one = seal(&sandbox, 1);
        (one, other.join().unwrap())
    });
    assert_eq!(first.id, second.id);
    assert!(first.new != second.new);
}
