//! JSON-stat files, as published and as made up.

use crate::px::{assert_same, read, sorted, table_of, written};
use crate::shared;
use olshem_formats::{Content, Kind};

/// What is read of each sample, or why it is refused.
#[test]
fn samples() {
    let Some(folder) = shared("data/formats/jsonstat") else { return };
    insta::assert_snapshot!("jsonstat_samples", table_of(&folder, "json"));
}

/// What is read of a sample, written and read again, is the same.
#[test]
fn samples_written() {
    let Some(folder) = shared("data/formats/jsonstat") else { return };
    for path in sorted(&folder, "json") {
        let Ok(once) = read(&Content::file(&path)) else { continue };
        if once.datasets.is_empty() {
            continue;
        }
        let (text, losses) = written(&once, Kind::JsonStat);
        assert_eq!(losses, [], "{}", path.display());
        let mut twice = read(&Content::in_memory(&path, text.clone().into_bytes())).unwrap();
        // A name in a bundle, or a file's.
        for ((once, _), (twice, _)) in once.datasets.iter().zip(&mut twice.datasets) {
            twice.id.clone_from(&once.id);
        }
        assert_same(&once, &twice, &path.display().to_string());
        assert_eq!(written(&twice, Kind::JsonStat).0, text, "{}", path.display());
    }
}
