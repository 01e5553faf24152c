//! Statistical files to and from (structure, Arrow, origin).
//!
//! A file as published becomes datasets by what a `source.toml` says of it, and nothing is guessed:
//!
//! ```text
//!  bytes ──▶ grid ──▶ layout ──▶ columns ──▶ table
//!            cells    where each  typed       structure, record batch,
//!            as text  component   values      origin of each value
//!                     stands
//! ```
//!
//! * [`reading`]: the declaration, parsed from `[read]` and `[[dataset]]`;
//! * [`read()`]: a CSV file or a workbook by its declaration, or everything that is wrong with it;
//! * [`published`]: the bounds that a printed figure gives;
//! * [`parquet`]: a dataset to Parquet and back, the same bytes every time.
//!
//! Data that need no declaration, since their structure is known beforehand:
//!
//! * [`structures`]: structures to and from JSON;
//! * [`described`]: CSV and Parquet to and from the columns that a structure names.
//!
//! This crate knows neither accounts nor methods.

mod breaks;
mod column;
pub mod decimal;
mod delimited;
pub mod described;
pub mod errors;
mod faults;
mod grid;
mod layout;
mod number;
mod origin;
pub mod parquet;
pub mod published;
pub mod reading;
pub mod structures;
mod table;
mod workbook;

pub use decimal::Decimal;
pub use origin::{Origin, Origins};
pub use reading::{DatasetReading, Read};
pub use table::{Table, read};
