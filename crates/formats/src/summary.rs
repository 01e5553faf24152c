//! What a file holds, in brief: a receiver that counts instead of keeping.

use crate::message::{Description, Header, Note, Observations, Receiver, Variable};
use crate::metadata::Metadata;
use arrow::array::{Array, StringViewArray};
use olshem_model::{Diagnostic, Role, TimePeriod};
use std::collections::HashMap;

/// What was received, counted. Its memory does not grow with the number of observations.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What the file says of itself.
    pub header: Header,
    /// The structural metadata, whole.
    pub metadata: Metadata,
    /// The data sets.
    pub datasets: Vec<DatasetSummary>,
}

/// A data set, counted.
#[derive(Clone, Debug)]
pub struct DatasetSummary {
    /// What it is.
    pub description: Description,
    /// How many observations it has.
    pub observations: u64,
    /// Each variable's values, in the order of the variables.
    pub values: Vec<Values>,
    /// The first observations.
    pub first: Vec<Vec<Option<String>>>,
}

/// The values of a variable.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// In how many observations there is one.
    pub present: u64,
    /// Each value and how often it occurs, in the order of first occurrence; no more than
    /// [`Values::MOST`] are told apart.
    pub counts: Vec<(String, u64)>,
    /// Whether there are more.
    pub more: bool,
    /// The earliest period, as written.
    pub earliest: Option<String>,
    /// The latest.
    pub latest: Option<String>,
    places: HashMap<String, usize>,
    last: Option<usize>,
}

impl Summary {
    /// How many of the first observations are kept.
    const FIRST: usize = 5;
}

impl Receiver for Summary {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.header = header;
        Ok(())
    }

    fn metadata(&mut self, metadata: Metadata) -> Result<(), Diagnostic> {
        self.metadata.extend(metadata);
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let values = vec![Values::default(); description.variables.len()];
        let (observations, first) = (0, Vec::new());
        self.datasets.push(DatasetSummary { description, observations, values, first });
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        if let Some(dataset) = self.datasets.last_mut() {
            dataset.description.notes.push(note);
        }
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let Some(dataset) = self.datasets.last_mut() else { return Ok(()) };
        let batch = &observations.batch;
        let columns = observations.columns();
        for row in 0..batch.num_rows().min(Self::FIRST.saturating_sub(dataset.first.len())) {
            let cell = |column: &&StringViewArray| {
                column.is_valid(row).then(|| column.value(row).to_owned())
            };
            dataset.first.push(columns.iter().map(cell).collect());
        }
        dataset.observations += batch.num_rows() as u64;
        let variables = &dataset.description.variables;
        for ((values, column), variable) in dataset.values.iter_mut().zip(columns).zip(variables) {
            values.count(column, variable);
        }
        Ok(())
    }
}

impl Values {
    /// Beyond so many, values are not told apart any more: a classification has some thousand codes, a
    /// register of units millions.
    pub const MOST: usize = 5_000;

    /// The values that the variable's codelist does not have.
    pub fn unknown<'v>(&'v self, variable: &'v Variable) -> impl Iterator<Item = &'v str> {
        let list = variable.codelist.as_deref();
        let values = self.counts.iter().map(|(value, _)| value.as_str());
        values.filter(move |value| list.is_some_and(|list| list.get(value).is_none()))
    }

    fn count(&mut self, column: &StringViewArray, variable: &Variable) {
        self.present += (column.len() - column.null_count()) as u64;
        let is_time = variable.component.data_type.is_temporal();
        if variable.component.role == Role::Measure {
            return;
        }
        for value in column.iter().flatten() {
            let at = match self.last {
                // The values of a series recur.
                Some(last) if self.counts[last].0 == value => Some(last),
                _ => self.places.get(value).copied(),
            };
            match at {
                Some(at) => {
                    self.counts[at].1 += 1;
                    self.last = Some(at);
                }
                None => {
                    if is_time {
                        self.extend_time(value);
                    }
                    if self.counts.len() < Self::MOST {
                        self.places.insert(value.to_owned(), self.counts.len());
                        self.last = Some(self.counts.len());
                        self.counts.push((value.to_owned(), 1));
                    } else {
                        self.more = true;
                    }
                }
            }
        }
    }

    fn extend_time(&mut self, value: &str) {
        if self.earliest.as_deref().is_none_or(|earliest| starts_before(value, earliest)) {
            self.earliest = Some(value.to_owned());
        }
        if self.latest.as_deref().is_none_or(|latest| starts_before(latest, value)) {
            self.latest = Some(value.to_owned());
        }
    }
}

/// Whether one period begins before another; texts that are no periods are ordered as texts.
fn starts_before(one: &str, other: &str) -> bool {
    match (one.parse::<TimePeriod>(), other.parse::<TimePeriod>()) {
        (Ok(one), Ok(other)) => one.start() < other.start(),
        _ => one < other,
    }
}
