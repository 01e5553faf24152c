//! The files that fuzzing found to matter, again and without its tools (`fuzz/` in the repository).

use crate::properties;
use std::path::Path;

#[test]
fn structures() {
    each("structures", properties::structures);
}

#[test]
fn csv() {
    each("csv", properties::csv);
}

#[test]
fn sdmx_ml() {
    each("sdmx_ml", properties::sdmx_ml);
}

#[test]
fn px() {
    each("px", properties::px);
}

#[test]
fn jsonstat() {
    each("jsonstat", properties::jsonstat);
}

#[test]
fn sdmx_json() {
    each("sdmx_json", properties::sdmx_json);
}

/// What is found in one corpus is run through the property of that target.
fn each(target: &str, holds: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        println!("{}", file.display());
        holds(&std::fs::read(&file).unwrap());
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}
