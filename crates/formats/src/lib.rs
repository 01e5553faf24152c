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
//! * [`survey`]: the tables found in a file, and declarations proposed for them;
//! * [`published`]: the bounds that a printed figure gives;
//! * [`parquet`]: a dataset to Parquet and back, the same bytes every time.
//!
//! Data that need no declaration, since their structure is known beforehand:
//!
//! * [`structures`]: structures to and from JSON;
//! * [`described`]: CSV and Parquet to and from the columns that a structure names.
//!
//! Files of every other format, which say themselves what they hold:
//!
//! * [`metadata`]: codelists, concepts, data structures, in the terms of SDMX;
//! * [`message`]: what a file says, handed from a reader to a receiver, such as a writer;
//! * [`files`]: any file read into a receiver, any writer by its format;
//! * [`content`]: a file's bytes, no longer compressed; [`kind`]: which format it is.
//!
//! This crate knows neither accounts nor methods.

mod breaks;
mod column;
pub mod content;
pub mod decimal;
mod delimited;
pub mod described;
mod description;
pub mod errors;
mod faults;
pub mod files;
mod grid;
pub mod kind;
mod layout;
pub mod message;
pub mod metadata;
mod number;
mod origin;
pub mod parquet;
pub mod published;
pub mod reading;
pub mod structures;
pub mod survey;
mod table;
mod workbook;

pub use content::Content;
pub use decimal::Decimal;
pub use description::identifier;
pub use kind::Kind;
pub use origin::{Origin, Origins};
pub use reading::{DatasetReading, Read};
pub use table::{Table, read};
