//! The `olshem` command. It knows every crate, and only calls them:
//!
//! * [`args`]: the command line, from which the manual is made ([`manual`]);
//! * [`commands`]: each command, a function from its arguments to text;
//! * [`render`]: results as text for people, in their language ([`locale`], [`number`]);
//! * [`diagnostics`] and [`errors`]: faults as text, and the catalogue of their codes;
//! * [`vtl`]: the commands that need no account, of which [`repl`] reads statements as they are typed;
//!   [`results`]: what they write; [`progress`]: what they are at, and
//!   Ctrl-C; [`given`]: what scripts are given besides datasets;
//! * [`files`]: statistical files without an account, inspected and converted; [`fetch`]: where they
//!   are; [`sources`]: those of an account;
//! * [`terminal`]: what the output can show.
//!
//! Text is written here, results to standard output and all else to standard error; and in [`repl`],
//! whose answers can't wait for the end of the command. The line of [`progress`] is drawn while a
//! command is still at work.

mod args;
mod commands;
mod diagnostics;
mod errors;
mod fetch;
mod files;
mod given;
mod manual;
mod progress;
mod render;
mod repl;
mod results;
mod serve;
mod sources;
mod terminal;
mod vtl;

use clap::Parser;
use commands::Answer;
use olshem_engine::errors::INTERRUPTED;
use olshem_model::{Diagnostic, Place};
use olshem_words::{Locale, Words};
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use terminal::Terminal;

/// The system's allocator is slow where many threads make and drop columns of all sizes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A claim fails, a target is missed.
const FOUND_SOMETHING: u8 = 1;
/// The input or the command line is wrong. clap uses the same for the command line.
const WRONG_INPUT: u8 = 2;
/// Ctrl-C, as shells have it: 128 and the number of the signal.
const INTERRUPTED_BY_USER: u8 = 130;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let asked = cli
        .global
        .locale
        .or_else(|| Locale::from_environment(|variable| std::env::var(variable).ok()));
    let stderr = Terminal::stderr(cli.global.color);
    let words = Words::new(asked.unwrap_or(Locale::En));
    let result = commands::run(&cli, asked).and_then(|answer| match print(&answer) {
        Ok(()) => Ok(answer),
        Err(error) => {
            Err(vec![Diagnostic::new(&errors::OUTPUT, Place::Nowhere, error.to_string())])
        }
    });
    match result {
        Ok(answer) if answer.found_something => ExitCode::from(FOUND_SOMETHING),
        Ok(_) => ExitCode::SUCCESS,
        Err(faults) => {
            let text = diagnostics::render(&faults, &words, stderr);
            // If standard error is gone there is nobody left to tell.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            let interrupted = faults.iter().any(|fault| fault.code.id == INTERRUPTED.id);
            ExitCode::from(if interrupted { INTERRUPTED_BY_USER } else { WRONG_INPUT })
        }
    }
}

/// Writes the result and the remarks. A reader that has seen enough, such as `head`, is no fault.
fn print(answer: &Answer) -> io::Result<()> {
    let written = io::stdout().lock().write_all(&answer.result).and_then(|()| io::stdout().flush());
    let _ = io::stderr().lock().write_all(answer.remarks.as_bytes());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
