//! What must hold of every text, VTL or not. The targets in `fuzz/` try to break these with texts of
//! their own making; `corpora.rs` keeps the texts that once did.

use super::{assert_consistent, environment, printed};
use olshem_model::{Diagnostic, Place};
use olshem_vtl::ast::{ExprKind, Item, Literal};
use olshem_vtl::{Checker, Source, format, parse};

/// Any text is read or refused, and any text can be a constant, a name, and a comment.
pub(crate) fn lexer(text: &str) {
    let (_, faults) = parse(&Source::new("a.vtl", text));
    assert_in_place(&faults, text);

    let constant = format!("A := \"{}\";", text.replace('"', "\"\""));
    let kind = value(&constant);
    assert!(matches!(kind, ExprKind::Literal(Literal::String(read)) if read == text), "{text:?}");

    if !text.is_empty() && !text.contains(['\n', '\\']) {
        let kind = value(&format!("A := '{}';", text.replace('\'', "\\'")));
        assert!(matches!(kind, ExprKind::Name(read) if read == text), "{text:?}");
    }
    if !text.contains("*/") && !text.ends_with('*') {
        let kind = value(&format!("A := /* {text}*/ 1;"));
        assert!(matches!(kind, ExprKind::Literal(Literal::Integer(1))), "{text:?}");
    }
}

/// What is assigned in a script of one assignment.
fn value(script: &str) -> ExprKind {
    let (mut items, faults) = parse(&Source::new("a.vtl", script));
    assert!(faults.is_empty(), "{script:?}: {faults:?}");
    let Some(Item::Assignment(assignment)) = items.pop() else { panic!("{script:?}") };
    assert!(items.is_empty(), "{script:?}");
    assignment.value.kind
}

/// A script is read or refused. Laid out, it has the same tree and the same text but for white space,
/// and laid out again, it stays as it is.
pub(crate) fn parser(script: &str) {
    let source = Source::new("a.vtl", script);
    let (items, faults) = parse(&source);
    assert_in_place(&faults, script);
    let Ok(laid_out) = format(&source) else {
        return assert!(!faults.is_empty(), "refused without a fault: {script:?}");
    };
    assert!(faults.is_empty(), "laid out with faults: {script:?}");
    assert_eq!(letters(script), letters(&laid_out), "other text: {script:?}");
    let again = Source::new("a.vtl", laid_out);
    let (items_again, faults) = parse(&again);
    assert!(faults.is_empty(), "refused once laid out: {script:?}: {:?}", faults.first());
    assert_eq!(tree(&items), tree(&items_again), "another meaning: {script:?}");
    assert_eq!(format(&again).unwrap(), again.text, "not the same the second time: {script:?}");
}

/// A text without its white space.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect()
}

/// A tree as text, without the places of its nodes.
fn tree(items: &[Item]) -> String {
    let told = format!("{items:?}");
    let mut parts = told.split("Span {");
    let mut tree = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| tree.push_str(part.split_once('}').unwrap().1));
    tree
}

/// A script makes a consistent program, or has faults; either can be shown.
pub(crate) fn check(script: &str) -> String {
    match Checker::new(environment()).program(vec![Source::new("script.vtl", script)]) {
        Ok(program) => {
            assert_consistent(&program);
            printed(&program)
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a fault: {script:?}");
            assert_in_place(&faults, script);
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Faults point at whole characters of the text, and say what is wrong in a line.
fn assert_in_place(faults: &[Diagnostic], text: &str) {
    for fault in faults {
        let Place::Text { span, .. } = &fault.place else { panic!("no place: {fault:?}") };
        assert!(text.get(span.clone()).is_some(), "{fault:?} is not in {text:?}");
        assert!(!fault.message.is_empty() && !fault.message.contains('\n'), "{fault:?}");
    }
}
