#![no_main]

#[path = "../../crates/formats/tests/it/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::sdmx_json(bytes));
