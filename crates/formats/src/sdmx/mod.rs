//! SDMX, the standard of statistical offices for exchanging data and their structures (ISO 17369), in
//! the ways of writing that it has.

pub mod csv;
pub mod json;
mod losses;
pub mod ml;
mod names;
mod notes;
mod prepare;

/// A version of the standard that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 2.1: SDMX-ML 2.1, SDMX-JSON 1.0.
    V21,
    /// 3.0: SDMX-ML 3.0, SDMX-JSON 2.0.
    V30,
}

/// The keyword of the [`Extra`](crate::message::Extra) of a variable whose values are texts by
/// language, written as JSON objects (`{"en":"…","fr":"…"}`); its values are the languages, where it is
/// said beforehand which there are.
pub const MULTILINGUAL: &str = "isMultiLingual";

/// The keyword of the [`Extra`](crate::message::Extra) of a data set that says which dimension its series
/// run over in SDMX-ML: the id of one, or [`ALL_DIMENSIONS`] for no series. Where nobody says so, that is
/// written which is shorter. Data without that dimension are the keys of their series.
pub const AT_OBSERVATION: &str = "dimensionAtObservation";

/// What is said to be on an observation where there are no series.
pub const ALL_DIMENSIONS: &str = "AllDimensions";
