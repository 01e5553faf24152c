//! SDMX-ML: SDMX in XML.

pub mod write;
