//! What is found, said to people: the words of the interface in Kazakh, Russian and English, numbers
//! and dates as their readers write them, verdicts with a symbol each.
//!
//! Texts for terminals and for web pages are made of these; this crate knows neither.

pub mod figure;
mod locale;
pub mod number;
pub mod verdict;

pub use fluent_bundle::FluentValue;
pub use locale::{Locale, Words};
