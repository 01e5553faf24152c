//! All faults of one file, up to a number that a person would read.

use crate::errors::UNKNOWN_CODE;
use olshem_model::Diagnostic;

/// Faults in the order in which they were found, each once.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<Diagnostic>,
    /// How many were found, known ones included.
    found: usize,
}

impl Faults {
    /// Beyond so many, more would not help.
    const MOST: usize = 100;

    /// Notes a fault, unless it is known already: several datasets may read the same cell, and an
    /// unknown code that stands in a thousand rows is told once.
    pub(crate) fn push(&mut self, fault: Diagnostic) {
        self.found += 1;
        let is_code = std::ptr::eq(fault.code, &UNKNOWN_CODE);
        let is_known = |other: &Diagnostic| {
            other.message == fault.message && (is_code || other.place == fault.place)
        };
        if !self.is_full() && !self.told.iter().any(is_known) {
            self.told.push(fault);
        }
    }

    /// Whether to stop looking for more.
    pub(crate) fn is_full(&self) -> bool {
        self.told.len() >= Self::MOST
    }

    /// How many were found, those included that were known: whoever finds that this has not grown
    /// knows that there was no fault in between.
    pub(crate) fn count(&self) -> usize {
        self.found
    }

    /// `value`, if there were none.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.told.is_empty() { Ok(value) } else { Err(self.told) }
    }
}
