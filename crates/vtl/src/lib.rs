//! VTL 2.2: from text to a typed, checked program.
//!
//! ```text
//!  text ──lexer──▶ tokens ──parser──▶ syntax tree ──check──▶ program
//!                                       (ast)     structures   (twelve operations)
//! ```
//!
//! A [`Checker`] is given what is known beforehand, the [`Environment`], and scripts. It answers
//! with a [`Program`] that an engine can run, or with every fault that it found.
//!
//! ```
//! use olshem_model::{Component, DataStructure, DataType};
//! use olshem_vtl::{Checker, Environment, Source};
//!
//! let gva = DataStructure::new([
//!     Component::identifier("REF_AREA", DataType::String),
//!     Component::measure("OBS_VALUE", DataType::Number),
//! ]);
//! let mut checker = Checker::new(Environment::default().with_dataset("GVA", gva));
//! let program = checker.program(vec![Source::new("total.vtl", "TOTAL := sum(GVA);")]).unwrap();
//! assert_eq!(program.statements[0].reads, ["GVA"]);
//! assert_eq!(checker.structures()["TOTAL"].to_string(), " -> OBS_VALUE");
//! ```
//!
//! Read in this order: [`program`] is what comes out, [`ast`] what is in between, `check` is where
//! the meaning of the language is, one family of operators in each file. [`errors`] lists what can
//! be wrong with a script. [`parse()`] stops at the tree; [`format()`] lays a script out in the one
//! way that it should look; [`prompt`] is for texts that are still being typed.

pub mod ast;
mod check;
pub mod errors;
mod format;
mod lexer;
mod parser;
pub mod program;
pub mod prompt;
mod source;

pub use check::{Checker, Environment, ValueDomain};
pub use format::format;
pub use parser::parse;
pub use program::{Expr, Node, Operation, Program, Statement, Value};
pub use source::{Source, Sources, Span};
