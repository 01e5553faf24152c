//! A line on standard error that says what a long run is at, while a person waits for it at a
//! terminal; and Ctrl-C, which ends the run and not the process, so that nothing half-written stays.

use crate::terminal::Terminal;
use indicatif::{ProgressBar, ProgressStyle};
use olshem_engine::{Engine, Watch};
use olshem_words::Words;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Shows what an engine is at until it is dropped.
pub(crate) struct Progress {
    over: Arc<AtomicBool>,
    line: Option<JoinHandle<()>>,
}

/// Shorter runs are over before anybody wonders.
const PATIENCE: Duration = Duration::from_millis(400);
const INTERVAL: Duration = Duration::from_millis(100);

impl Progress {
    /// Begins to show what the engine is at, if standard error is a terminal, and lets Ctrl-C stop it.
    pub(crate) fn of(engine: &Engine, words: &Words, stderr: Terminal) -> Self {
        let interrupted = engine.watch();
        // Where the signal can't be caught, it ends the process as it always does.
        let _ = ctrlc::set_handler(move || interrupted.interrupt());
        let over = Arc::new(AtomicBool::new(false));
        let line = stderr.interactive.then(|| {
            let (watch, over, locale) = (engine.watch(), Arc::clone(&over), words.locale());
            thread::spawn(move || show(&watch, &over, &Words::new(locale)))
        });
        Self { over, line }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(line) = self.line.take() {
            line.thread().unpark();
            // It only draws: were it to fail, nothing is lost.
            let _ = line.join();
        }
    }
}

fn show(watch: &Watch, over: &AtomicBool, words: &Words) {
    let begin = Instant::now();
    let mut line: Option<ProgressBar> = None;
    let mut current = (None, begin);
    loop {
        thread::park_timeout(INTERVAL);
        if over.load(Ordering::Relaxed) {
            break;
        }
        let statement = watch.statement();
        if statement != current.0 {
            current = (statement, Instant::now());
        }
        if begin.elapsed() < PATIENCE {
            continue;
        }
        let rows = watch.rows() as f64;
        let rate = rows / current.1.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        let memory = memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem);
        let told = words.with(
            "vtl-progress",
            &[
                ("statement", current.0.clone().unwrap_or_default().into()),
                ("rows", words.number(rows, 0).into()),
                ("rate", words.number(rate.round(), 0).into()),
                ("memory", words.number((memory as f64 / f64::from(1 << 20)).round(), 0).into()),
            ],
        );
        let bar = line.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            bar.with_style(ProgressStyle::default_spinner())
        });
        bar.set_message(told);
        bar.tick();
    }
    if let Some(line) = line {
        line.finish_and_clear();
    }
}
