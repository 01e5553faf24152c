//! The account of Kazakhstan's creative economy.

use crate::{assert_told, olshem, run, schema, told};

const ACCOUNT: &str = "accounts/kazakhstan";

#[test]
fn what_a_reader_sees() {
    assert_told!(told(&mut olshem(&["check", ACCOUNT, "--locale", "en"])));
}

#[test]
fn every_language_says_as_much() {
    let english = run(&mut olshem(&["check", ACCOUNT, "--locale", "en"]));
    for locale in ["ru", "kk"] {
        let other = run(&mut olshem(&["check", ACCOUNT, "--locale", locale]));
        assert_eq!(other.code, english.code, "{locale}");
        assert_eq!(other.stderr, "", "{locale}");
        for symbol in ['✔', '✘', '~', '∅'] {
            let count = |text: &str| text.matches(symbol).count();
            assert_eq!(count(&other.stdout), count(&english.stdout), "{symbol} in {locale}");
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says() {
    let ran = run(&mut olshem(&["check", ACCOUNT, "--json"]));
    let report = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema::violations(&report), Vec::<String>::new());
    assert_eq!(ran.code, 1);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let check = |threads| run(&mut olshem(&["check", ACCOUNT, "--json", "--threads", threads]));
    let alone = check("1");
    for threads in ["2", "8"] {
        assert_eq!(check(threads).stdout, alone.stdout, "{threads}");
    }
}
