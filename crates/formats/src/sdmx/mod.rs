//! SDMX in its three syntaxes.

pub mod ml;
