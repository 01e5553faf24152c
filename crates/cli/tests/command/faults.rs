//! Faults of the input: told all at once, with code, place and what to do.

use crate::{Fresh, assert_told, run, told};

/// An account with three faults of different kinds.
fn faulty() -> Fresh {
    let fresh = Fresh::new();
    let claims = fresh.read("claims.toml");
    let claims = claims
        .replacen("said =", "sayd =", 1)
        .replace("creative_share > 3", "creative_share > \\\"3\\\"");
    fresh.write("claims.toml", claims);
    let indicators = fresh.read("indicators.toml");
    fresh.write("indicators.toml", indicators.replace("topic = \"growth\"", "topic = \"grwth\""));
    fresh
}

#[test]
fn all_faults_are_told_in_one_run() {
    assert_told!(told(&mut faulty().olshem(&["check", "my-account"])));
}

#[test]
fn faults_have_their_titles_in_russian() {
    assert_told!(told(&mut faulty().olshem(&["check", "my-account", "--locale", "ru"])));
}

#[test]
fn faults_have_their_titles_in_the_language_of_the_environment() {
    let fresh = faulty();
    let mut check = fresh.olshem(&["check", "my-account"]);
    assert_told!(told(check.env("LANG", "kk_KZ.UTF-8")));
}

#[test]
fn a_file_that_is_not_utf_8() {
    let fresh = Fresh::new();
    fresh.write("claims.toml", b"[[claim]]\nid = \"\xff\"\n");
    assert_told!(told(&mut fresh.olshem(&["check", "my-account"])));
}

#[test]
fn a_folder_that_is_no_account() {
    let fresh = Fresh::new();
    assert_told!(told(&mut fresh.olshem(&["check", "elsewhere"])));
    assert_told!(told(&mut fresh.olshem(&["accept", "elsewhere", "source"])));
}

#[test]
fn names_that_stand_for_nothing() {
    let fresh = Fresh::new();
    for args in [
        &["show", "my-account", "creative_shar"][..],
        &["show", "my-account", "creative_share", "--at", "REF_ARE=XA"],
        &["show", "my-account", "creative_share", "--at", "REF_AREA=XB"],
        &["explain", "my-account", "creative_share"],
        &["explain", "my-account", "creative_share", "--at", "TIME_PERIOD=1999"],
        &["explain", "my-account", "--claim", "above-4"],
        &["accept", "my-account", "national-account"],
    ] {
        let ran = run(&mut fresh.olshem(args));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.starts_with("error A0"), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{args:?}: {}", ran.stderr);
    }
}
