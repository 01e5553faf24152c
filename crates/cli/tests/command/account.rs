//! An account as `olshem new` makes it, through every command.

use crate::{Fresh, assert_told, run, schema, told};

#[test]
fn new_says_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::olshem(&["new", "my-account"]);
    assert_told!(told(command.current_dir(folder.path())));
}

#[test]
fn check() {
    assert_told!(told(&mut Fresh::new().olshem(&["check", "my-account"])));
}

#[test]
fn check_in_kazakh() {
    assert_told!(told(&mut Fresh::new().olshem(&["check", "my-account", "--locale", "kk"])));
}

#[test]
fn check_as_json() {
    let ran = run(&mut Fresh::new().olshem(&["check", "my-account", "--json"]));
    let report = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema::violations(&report), Vec::<String>::new());
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

/// Exit code 1 stands for what was found, not for claims being there.
#[test]
fn check_without_a_claim_that_fails() {
    let fresh = Fresh::new();
    let claims = fresh.read("claims.toml").replace("section_j_share <=", "section_j_share >=");
    fresh.write("claims.toml", claims);
    assert_eq!(run(&mut fresh.olshem(&["check", "my-account"])).code, 0);
}

#[test]
fn show() {
    assert_told!(told(&mut Fresh::new().olshem(&["show", "my-account", "creative_share"])));
}

#[test]
fn show_some_as_csv() {
    let at = "TIME_PERIOD=2024,REF_AREA=XA";
    let args = ["show", "my-account", "creative_share", "--at", at, "--format", "csv"];
    assert_told!(told(&mut Fresh::new().olshem(&args)));
}

#[test]
fn show_some_as_json() {
    let at = "TIME_PERIOD=2024";
    let args = ["show", "my-account", "section_j_share", "--at", at, "--format", "json"];
    assert_told!(told(&mut Fresh::new().olshem(&args)));
}

#[test]
fn explain_a_number() {
    let at = "TIME_PERIOD=2024";
    let args = ["explain", "my-account", "creative_share", "--at", at];
    assert_told!(told(&mut Fresh::new().olshem(&args)));
}

#[test]
fn explain_a_claim() {
    assert_told!(told(&mut Fresh::new().olshem(&["explain", "my-account", "--claim", "above-3"])));
}

#[test]
fn explain_as_json_names_file_checksum_and_line() {
    let args = ["explain", "my-account", "section_j_share", "--at", "TIME_PERIOD=2024", "--json"];
    let ran = run(&mut Fresh::new().olshem(&args));
    let lineage: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(lineage["figure"]["value"].is_number(), "{lineage}");
    for part in ["gva.csv", "\"sha256\"", "\"line\"", "\"address\""] {
        assert!(ran.stdout.contains(part), "{part}");
    }
}

#[test]
fn build_twice() {
    let fresh = Fresh::new();
    let first = run(&mut fresh.olshem(&["build", "my-account"]));
    let second = run(&mut fresh.olshem(&["build", "my-account", "--threads", "1"]));
    assert_eq!((first.code, second.code), (0, 0));
    assert_eq!(first.stdout, second.stdout);
    let id = first.stdout.trim();
    assert_eq!(first.stderr, format!("A new release, written to my-account/releases/{id}\n"));
    assert!(second.stderr.starts_with("Nothing has changed"), "{}", second.stderr);
    assert!(fresh.path("releases").join(id).join("manifest.json").exists());
}

#[test]
fn a_changed_source_is_refused_until_it_is_accepted() {
    const FILE: &str = "sources/national-accounts/gva.csv";
    let fresh = Fresh::new();
    fresh.write(FILE, fresh.read(FILE).replace("600", "601"));
    let refused = run(&mut fresh.olshem(&["check", "my-account"]));
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("olshem accept"), "{}", refused.stderr);
    assert_told!(told(&mut fresh.olshem(&["accept", "my-account", "national-accounts"])));
    assert_eq!(run(&mut fresh.olshem(&["check", "my-account"])).code, 1);
}
