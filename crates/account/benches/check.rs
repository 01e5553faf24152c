//! How long it takes to read an account, to run it, and to explain a number of it:
//! `cargo bench -p olshem-account -- PATH`, by default on `accounts/kazakhstan`.

#![allow(clippy::print_stdout, clippy::panic)] // The output of a bench is its result.

use olshem_account::Account;
use olshem_engine::Engine;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

const TIMES: usize = 10;

fn main() {
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let path = path.unwrap_or_else(|| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../accounts/kazakhstan").to_owned()
    });
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let engine = Engine::new(threads).unwrap_or_else(|fault| panic!("{fault}"));
    let load = || Account::load(Path::new(&path)).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let account = load();
    let run = || account.run(&engine).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let result = run();
    let claims = account.claims();

    report("load", || drop(load()));
    report("run", || drop(run()));
    if let Some(claim) = claims.first() {
        report("explain a claim", || drop(result.explain_claim(&engine, claim)));
    }
}

/// The first time, which is what a user waits for, and the median of all.
fn report(what: &str, mut work: impl FnMut()) {
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    let first = times[0];
    times.sort_unstable();
    println!("{what:<16} first {first:>10.1?}   median {:>10.1?}", times[TIMES / 2]);
}
