//! How much is asked and how fast it is answered, for Prometheus.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the classes of durations, in seconds.
const CLASSES: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0, 10.0];

/// What has been counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// By what was asked for and the status of the answer.
    answers: Mutex<BTreeMap<(&'static str, u16), u64>>,
    /// How many answers took as long as a class, or less than the first, and not the one before.
    durations: [AtomicU64; CLASSES.len()],
    slower: AtomicU64,
    nanoseconds: AtomicU64,
    bytes: AtomicU64,
    connections: AtomicU64,
    reloads: AtomicU64,
    failed_reloads: AtomicU64,
}

impl Metrics {
    /// An answer was given.
    pub(crate) fn answered(&self, route: &'static str, status: u16, took: Duration, bytes: u64) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry((route, status)).or_default() += 1;
        drop(answers);
        let seconds = took.as_secs_f64();
        match CLASSES.iter().position(|class| seconds <= *class) {
            Some(class) => self.durations[class].fetch_add(1, Ordering::Relaxed),
            None => self.slower.fetch_add(1, Ordering::Relaxed),
        };
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A client has connected, or left.
    pub(crate) fn connected(&self, came: bool) {
        match came {
            true => self.connections.fetch_add(1, Ordering::Relaxed),
            false => self.connections.fetch_sub(1, Ordering::Relaxed),
        };
    }

    /// An edited account was read, well or not.
    pub(crate) fn reloaded(&self, well: bool) {
        let counter = if well { &self.reloads } else { &self.failed_reloads };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// All of it in the text format of Prometheus.
    #[allow(clippy::cast_precision_loss)] // Nanoseconds of a few months are exact enough in seconds.
    pub(crate) fn text(&self, faults: usize) -> String {
        let mut text = String::new();
        let mut line = |line: std::fmt::Arguments<'_>| text.push_str(&format!("{line}\n"));
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);

        line(format_args!("# HELP olshem_answers_total Answers by what was asked for and status."));
        line(format_args!("# TYPE olshem_answers_total counter"));
        for ((route, status), n) in
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).iter()
        {
            line(format_args!("olshem_answers_total{{route=\"{route}\",status=\"{status}\"}} {n}"));
        }
        line(format_args!("# HELP olshem_answer_seconds How long answers took."));
        line(format_args!("# TYPE olshem_answer_seconds histogram"));
        let mut count = 0;
        for (class, durations) in CLASSES.iter().zip(&self.durations) {
            count += of(durations);
            line(format_args!("olshem_answer_seconds_bucket{{le=\"{class}\"}} {count}"));
        }
        count += of(&self.slower);
        line(format_args!("olshem_answer_seconds_bucket{{le=\"+Inf\"}} {count}"));
        line(format_args!("olshem_answer_seconds_sum {}", of(&self.nanoseconds) as f64 / 1e9));
        line(format_args!("olshem_answer_seconds_count {count}"));
        for (name, kind, help, value) in [
            ("olshem_bytes_total", "counter", "Bytes of the bodies of answers.", of(&self.bytes)),
            ("olshem_connections", "gauge", "Clients that are connected.", of(&self.connections)),
            ("olshem_reloads_total", "counter", "Edits that were taken over.", of(&self.reloads)),
            (
                "olshem_failed_reloads_total",
                "counter",
                "Edits with faults, which were not taken over.",
                of(&self.failed_reloads),
            ),
            ("olshem_faults", "gauge", "Faults of the account as it is now.", faults as u64),
        ] {
            line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"));
        }
        text
    }
}
