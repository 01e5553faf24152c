//! What a dataset is, in the terms of VTL's information model, and how a fault in one is told.
//!
//! This crate sits below all others and knows no language, no file format and no storage:
//!
//! * [`structure`]: data structures, their components, roles and types;
//! * [`codelist`]: codes, their hierarchy and labels;
//! * [`time`]: time periods such as `2023`, `2023-Q1`, `2023-W01`;
//! * [`spelling`]: the name that was probably meant;
//! * [`diagnostic`]: the one shape in which every crate reports what is wrong, where, and what to
//!   do about it, with a stable code.

pub mod codelist;
pub mod diagnostic;
pub mod spelling;
pub mod structure;
pub mod time;

pub use codelist::Codelist;
pub use diagnostic::{Code, Diagnostic, Place, line_at};
pub use structure::{Component, DataStructure, DataType, Role};
pub use time::{Frequency, TimePeriod};
