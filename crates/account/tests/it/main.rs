//! Accounts from the outside: folders in, reports, diagnostics, lineages and releases out.

// A test that can't go on has failed; the helpers of tests are no different.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bad_input;
mod explain;
mod judge;
mod map;
mod metadata;
mod new_account;
mod release;
mod support;
