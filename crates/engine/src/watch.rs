//! Watching a run, and stopping it, from another thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// What a run is at.
#[derive(Debug, Default)]
pub struct Watch {
    statement: Mutex<Option<String>>,
    rows: AtomicU64,
    interrupted: AtomicBool,
    interruption: Notify,
}

impl Watch {
    /// The result that is being computed.
    pub fn statement(&self) -> Option<String> {
        self.statement.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many rows of inputs have been read for it.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Stops the run: it ends with a fault, as soon as it can.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
        self.interruption.notify_waiters();
    }

    /// Forgets an interruption, so that the next run goes on to its end.
    pub fn resume(&self) {
        self.interrupted.store(false, Ordering::Relaxed);
    }

    /// Whether somebody wants the run to stop.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self, statement: &str) {
        let mut current = self.statement.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(statement.to_owned());
        self.rows.store(0, Ordering::Relaxed);
    }

    pub(crate) fn count(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// Returns when the run is interrupted.
    pub(crate) async fn interrupted(&self) {
        let notified = self.interruption.notified();
        // Asked after listening has begun, so that no interruption is missed.
        if !self.is_interrupted() {
            notified.await;
        }
    }
}
