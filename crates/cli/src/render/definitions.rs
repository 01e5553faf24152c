//! Under which definitions an answer is given: all of them by name where they are few, the largest
//! group by its number where they are many.

use crate::render::{NO_BREAK_SPACE, Page};
use crate::terminal::Tone;
use olshem_account::report::DefinitionSummary;
use std::collections::BTreeMap;

/// More than these are not listed in a summary: their bounds would bury the answer.
const FEW: usize = 4;

/// A definition and the number that it gives.
pub(crate) type Entry<'a> = (&'a str, Option<String>);

/// Groups of definitions by what they answer. The group that is told by its number comes last, so
/// that "the others" are those not yet named.
pub(crate) fn in_order<A, T>(page: &Page<'_>, mut groups: Vec<(A, Vec<T>)>) -> Vec<(A, Vec<T>)> {
    let largest = (0..groups.len()).max_by_key(|&at| (groups[at].1.len(), std::cmp::Reverse(at)));
    if let Some(at) = largest.filter(|&at| is_told_by_number(page, groups[at].1.len())) {
        let group = groups.remove(at);
        groups.push(group);
    }
    groups
}

/// Whether a group of that many is told by its number, if it is the last.
pub(crate) fn is_told_by_number(page: &Page<'_>, size: usize) -> bool {
    page.brief.is_some() && size > FEW
}

/// `under A, B (0.41–2.55); C (3.10)`, or `under the 14 other definitions (A: 0.00–11.05)`.
pub(crate) fn under(page: &Page<'_>, group: &[Entry<'_>], is_last: bool, is_only: bool) -> String {
    let words = page.words;
    let Some(brief) = page.brief.as_ref().filter(|_| is_last && group.len() > FEW) else {
        return words.with("under-definitions", &[("list", list(page, group).into())]);
    };
    let of_default = group.iter().find(|(id, _)| Some(*id) == brief.default_definition.as_deref());
    let example = of_default.or(group.first()).map(|(id, number)| match number {
        Some(number) => format!("{}: {number}", marked(page, id)),
        None => marked(page, id),
    });
    let arguments = [("n", group.len().into()), ("example", example.unwrap_or_default().into())];
    match is_only {
        true => words.with("under-all", &arguments),
        false => words.with("under-others", &arguments),
    }
}

/// The definition's id, with a star if it was not wholly read in its source.
pub(crate) fn marked(page: &Page<'_>, id: &str) -> String {
    let is_unverified = page.brief.as_ref().is_some_and(|brief| brief.unverified.contains(id));
    format!("{id}{}", if is_unverified { "*" } else { "" })
}

/// Those with the same number together.
fn list(page: &Page<'_>, group: &[Entry<'_>]) -> String {
    let mut by_number: Vec<(&Option<String>, Vec<String>)> = Vec::new();
    for (id, number) in group {
        match by_number.iter_mut().find(|(known, _)| *known == number) {
            Some((_, ids)) => ids.push(marked(page, id)),
            None => by_number.push((number, vec![marked(page, id)])),
        }
    }
    let same = |(number, ids): (&Option<String>, Vec<String>)| match number {
        Some(number) => format!("{}{NO_BREAK_SPACE}({number})", ids.join(", ")),
        None => ids.join(", "),
    };
    by_number.into_iter().map(same).collect::<Vec<_>>().join("; ")
}

/// Writes what the definitions are, and how far they were verified.
pub(crate) fn legend(page: &mut Page<'_>, known: &BTreeMap<&String, &DefinitionSummary>) {
    let words = page.words;
    for (id, definition) in known {
        let mut line = words.with(
            "definition",
            &[
                ("name", words.text(&definition.name).into()),
                ("owner", (&definition.owner).into()),
                ("version", (&definition.version).into()),
            ],
        );
        if definition.unverified > 0 {
            let unverified = words.with(
                "definition-unverified",
                &[("n", definition.unverified.into()), ("codes", definition.codes.into())],
            );
            line = format!("{line}; {unverified}");
        }
        if definition.leakage {
            line = format!("{line}; {}", words.get("definition-leakage"));
        }
        page.hanging(&format!("{}  ", marked(page, id)), 2, Tone::Quiet, &line);
    }
}
