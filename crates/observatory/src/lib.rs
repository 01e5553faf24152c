//! An account in the browser and for programs: pages, JSON and SDMX, served or written as files.
//!
//! ```text
//!  run ──▶ catalogue ──▶ pages ──┐
//!              └───────▶ data ───┴─▶ site ──▶ publish   a folder of files
//!                                      └────▶ server    the same, and what a file can't be
//! ```
//!
//! * `catalogue` gathers what there is to show; `data` makes the JSON documents of it and `pages` the
//!   HTML, whole and readable without scripts; `assets` are the scripts of `web/`, built in;
//! * [`Site`] is the map from paths to documents that both make;
//! * [`publish`] writes it to a folder; [`serve`] answers requests from it;
//! * `routes` says what is at which address, `connection` keeps a client from holding up others,
//!   `metrics` counts, `watch` looks for edits, `sdmx` answers SDMX queries.
//!
//! This crate does not know how a number is computed. `docs/observatory.md` describes the addresses
//! and documents.

mod address;
mod assets;
mod catalogue;
mod connection;
mod data;
mod document;
mod download;
mod metrics;
mod observatory;
mod openapi;
mod pages;
mod publish;
mod routes;
mod sdmx;
mod search;
mod site;
mod watch;

pub use connection::{Limits, serve};
pub use document::{Document, Encoding};
pub use observatory::Observatory;
pub use publish::publish;
pub use site::Site;
pub use watch::Watch;
