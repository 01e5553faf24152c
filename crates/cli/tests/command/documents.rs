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

/// Every output that the README shows is that of the command it shows; `[…]` stands for what it
/// leaves out.
#[test]
fn the_readme_shows_what_the_commands_print() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```").skip(1).step_by(2);
    let mut shown = 0;
    for block in blocks {
        let Some((command, output)) = block.trim_start().split_once('\n') else { continue };
        let Some(arguments) = command.strip_prefix("$ olshem ") else { continue };
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let printed = run(&mut olshem(&arguments)).stdout;
        let mut rest = printed.as_str();
        for part in output.split("[…]").map(str::trim).filter(|part| !part.is_empty()) {
            let at = rest.find(part).unwrap_or_else(|| panic!("`{command}` prints no\n{part}"));
            rest = &rest[at + part.len()..];
        }
        shown += 1;
    }
    assert!(shown >= 2, "the README shows the output of {shown} commands");
}
