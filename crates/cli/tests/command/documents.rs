//! Documents that are made from code say what the code says. `OLSHEM_RENEW=1` writes them anew.

use crate::{olshem, root, run};

fn compare(document: &str, args: &[&str]) {
    let ran = run(&mut olshem(args));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let path = root().join(document);
    if std::env::var_os("OLSHEM_RENEW").is_some_and(|value| !value.is_empty()) {
        std::fs::write(&path, &ran.stdout).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == ran.stdout,
        "{document} is not what `olshem {}` prints; OLSHEM_RENEW=1 writes it anew",
        args.join(" ")
    );
}

#[test]
fn error_codes() {
    compare("docs/errors.md", &["errors", "--markdown"]);
}

#[test]
fn command_line() {
    compare("docs/cli.md", &["man", "--markdown"]);
}
