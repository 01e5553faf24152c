//! The texts that fuzzing found to matter, again and without its tools (`fuzz/` in the repository).

// A fault here is the test's failure.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::path::Path;
use support::properties;

#[test]
fn lexer() {
    each("lexer", properties::lexer);
}

#[test]
fn parser() {
    each("parser", properties::parser);
    each("check", properties::parser);
}

#[test]
fn check() {
    each("check", |script| drop(properties::check(script)));
}

/// What is found in one corpus is run through the property of that target.
fn each(target: &str, holds: impl Fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        println!("{}", file.display());
        holds(text(&bytes));
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

/// As fuzzing reads them: up to the first byte that is not UTF-8.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_else(|error| text(&bytes[..error.valid_up_to()]))
}
