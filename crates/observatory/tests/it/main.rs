//! Asks a real server over HTTP, and looks at the files that are published.

// clippy takes only functions marked as tests for tests, not what they call.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod downloads;
mod hostile;
mod pages;
mod publish;
mod sdmx;
mod server;
mod support;
mod watch;
