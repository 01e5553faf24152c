//! The command line itself: usage errors, languages, pipes, completions.

use crate::{Fresh, assert_told, olshem, root, run, told};
use std::io::Read;
use std::process::Stdio;

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    for args in [
        &[][..],
        &["measure"],
        &["check"],
        &["check", "accounts/kazakhstan", "--locale", "de"],
        &["show", "accounts/kazakhstan", "indicator", "--at", "REF_AREA"],
        &["explain", "accounts/kazakhstan"],
        &["explain", "accounts/kazakhstan", "indicator", "--claim", "id"],
        &["check", "accounts/kazakhstan", "--threads", "0"],
    ] {
        let ran = run(&mut olshem(args));
        assert_eq!(ran.code, 2, "{args:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_leads_with_what_it_is_for() {
    assert_told!(told(&mut olshem(&["--help"])));
}

#[test]
fn an_error_code_is_explained() {
    assert_told!(told(&mut olshem(&["errors", "c001"])));
}

#[test]
fn error_codes_have_their_titles_in_the_readers_language() {
    assert_told!(told(&mut olshem(&["errors", "C001", "--locale", "ru"])));
    for (locale, title) in [
        ("en", "a code is not in its codelist"),
        ("ru", "код не входит в справочник"),
        ("kk", "код анықтамалықта жоқ"),
    ] {
        let list = run(&mut olshem(&["errors", "--locale", locale])).stdout;
        assert!(list.contains(&format!("\n  A013  {title}\n")), "{list}");
    }
}

#[test]
fn an_unknown_error_code_is_an_error() {
    assert_told!(told(&mut olshem(&["errors", "Z999", "--locale", "kk"])));
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&mut olshem(&["completions", shell]));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(ran.stdout.contains("explain"), "{shell}");
    }
}

#[test]
fn the_man_page_covers_every_command() {
    let page = run(&mut olshem(&["man"])).stdout;
    for command in ["check", "show", "explain", "build", "new", "accept", "errors", "completions"] {
        assert!(page.contains(&format!("olshem\\-{command}")), "{command}");
    }
}

#[test]
fn the_environment_chooses_the_language_and_the_option_overrides_it() {
    let fresh = Fresh::new();
    let check = |environment: Option<(&str, &str)>, args: &[&str]| {
        let mut command = fresh.olshem(&[&["check", "my-account"], args].concat());
        command.envs(environment);
        run(&mut command).stdout
    };
    let russian = check(None, &["--locale", "ru"]);
    assert!(russian.contains("Итог"), "{russian}");
    assert_eq!(check(Some(("LANG", "ru_RU.UTF-8")), &[]), russian);
    assert_eq!(check(Some(("LC_ALL", "kk_KZ")), &["--locale", "ru"]), russian);
    assert_eq!(check(Some(("LANG", "C.UTF-8")), &[]), check(None, &[]));
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let fresh = Fresh::new();
    let check =
        |args: &[&str]| run(&mut fresh.olshem(&[&["check", "my-account"], args].concat())).stdout;
    assert!(!check(&[]).contains('\u{1b}'));
    assert!(!check(&["--color", "never"]).contains('\u{1b}'));
    assert!(check(&["--color", "always"]).contains('\u{1b}'));
}

/// `olshem … | head` closes the pipe before everything is written.
#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let mut command = olshem(&["errors", "--markdown"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn nothing_is_made_where_something_is() {
    let fresh = Fresh::new();
    let again = run(&mut fresh.olshem(&["new", "my-account"]));
    assert_eq!(again.code, 2, "{}", again.stdout);
    assert!(root().join("Cargo.toml").exists());
}
