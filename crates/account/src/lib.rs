//! An account: a folder of text files that decides every number in it.
//!
//! ```text
//!  folder ──▶ compile ──▶ run ──▶ judge ──▶ report
//!  files in   program,    results  claims,     │
//!  types      inputs      of all   targets     ├──▶ lineage   where a number comes from
//!                         methods              └──▶ release   all of it, sealed
//! ```
//!
//! * `folder` and the modules named after its files (`settings`, `codelists`, `sources`,
//!   `definitions`, `indicators`, `claims`, `targets`, `map`, `proposals`) read it, and find every fault
//!   in it, not the first alone;
//! * `projection` carries a definition to the level that data come in, with bounds where that is
//!   coarser;
//! * `compile` checks the methods against the data, and `conditions` the claims and targets against
//!   the methods' results;
//! * `run` calculates what depends on no definition once, and the rest for all definitions at once
//!   (`lift`);
//! * `judge` and `progress` hold claims and targets against the results;
//! * `lineage` leads from a number back to the cells of the files as published;
//! * `release` seals what was found, with checksums of what decided it.
//!
//! This crate knows neither terminals nor HTTP. `docs/account.md` describes the folder to users.
//!
//! ```no_run
//! use olshem_account::Account;
//! use olshem_engine::Engine;
//! use std::num::NonZeroUsize;
//! use std::path::Path;
//!
//! # fn main() -> Result<(), Vec<olshem_model::Diagnostic>> {
//! let account = Account::load(Path::new("accounts/kazakhstan"))?;
//! let engine = Engine::new(NonZeroUsize::MIN).map_err(|fault| vec![fault])?;
//! let run = account.run(&engine)?;
//! assert!(!run.report().topics.is_empty());
//! # Ok(())
//! # }
//! ```

mod accept;
mod account;
mod add;
mod claims;
mod codelists;
mod compile;
mod conditions;
mod contents;
mod datasets;
mod definitions;
mod delimited;
mod document;
pub mod errors;
mod files;
mod folder;
mod indicators;
mod judge;
mod lift;
pub mod lineage;
mod map;
mod metadata;
mod parallel;
mod progress;
mod projection;
mod proposals;
mod release;
pub mod report;
mod run;
pub mod settings;
mod sources;
mod table;
mod targets;
mod template;
mod text;
pub mod values;
mod verify;

pub use accept::{Accepted, accept};
pub use account::Account;
pub use add::{NewSource, add, codelists};
pub use contents::{ClaimTest, Claimed, DefinitionContent};
pub use definitions::Verification;
pub use indicators::{Chart, PublishedMethod};
pub use lineage::{ClaimLineage, Lineage};
pub use map::{Area, Boundaries, Map};
pub use metadata::metadata;
pub use proposals::{Proposal, ProposalStatus};
pub use release::{Release, Sealed};
pub use report::Report;
pub use run::Run;
pub use sources::SourceCitation;
pub use table::{Dimension, IndicatorTable, Row};
pub use template::create;
pub use text::Text;
pub use verify::{Verified, verify};
