//! What could not be said, gathered by kind.

use crate::message::Loss;
use std::collections::BTreeMap;

/// How many of a kind are named.
const NAMED: usize = 3;

/// Each kind of thing that was lost, how many there were, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Losses(BTreeMap<&'static str, (usize, Vec<String>)>);

impl Losses {
    /// Something of that kind was lost: `which`.
    pub(super) fn add(&mut self, kind: &'static str, which: impl Into<String>) {
        let (count, named) = self.0.entry(kind).or_default();
        let which = which.into();
        if named.contains(&which) {
            return;
        }
        *count += 1;
        if named.len() < NAMED {
            named.push(which);
        }
    }

    /// As many things of that kind were lost, which have no names.
    pub(super) fn count(&mut self, kind: &'static str, count: usize) {
        if count > 0 {
            self.0.entry(kind).or_default().0 += count;
        }
    }

    /// In words.
    pub(super) fn told(&self) -> Vec<Loss> {
        let words = |(kind, (count, named)): (&&str, &(usize, Vec<String>))| {
            let more = match count.saturating_sub(named.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            match named.iter().all(String::is_empty) {
                true if named.is_empty() => Loss(format!("{count} {kind}")),
                true => Loss((*kind).to_owned()),
                false => Loss(format!("{kind}: {}{more}", named.join(", "))),
            }
        };
        self.0.iter().map(words).collect()
    }
}
