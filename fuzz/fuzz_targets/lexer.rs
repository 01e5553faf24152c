#![no_main]

#[path = "../../crates/vtl/tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|text: &str| support::properties::lexer(text));
