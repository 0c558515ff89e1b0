//! Who is told at once when a run changes: the worker (there is something to do), open pages (there is something to
//! show) and the holder of a lease (somebody wants it cancelled).
//!
//! Signals only shorten waiting. Everything they announce is in the control database, and everybody who listens also
//! looks there by himself, so that a lost signal, or one sent to another instance, costs seconds and nothing else.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use crate::domain::identifier::RunId;

/// Changes that may wait unread before a slow listener is told to look for itself.
const BACKLOG: usize = 256;

/// Hands signals from whoever changes a run to whoever waits.
#[derive(Clone, Debug)]
pub struct RunSignals {
    changes: broadcast::Sender<RunId>,
    cancels: broadcast::Sender<RunId>,
    work: Arc<Notify>,
}

impl Default for RunSignals {
    fn default() -> Self {
        Self {
            changes: broadcast::channel(BACKLOG).0,
            cancels: broadcast::channel(BACKLOG).0,
            work: Arc::new(Notify::new()),
        }
    }
}

impl RunSignals {
    /// Says that a run has changed.
    pub fn changed(&self, run: &RunId) {
        // Nobody listening is the usual case.
        let _ = self.changes.send(run.clone());
    }

    /// Listens for changed runs.
    pub fn watch_changes(&self) -> broadcast::Receiver<RunId> {
        self.changes.subscribe()
    }

    /// Says that somebody wants a run cancelled.
    pub fn cancel(&self, run: &RunId) {
        let _ = self.cancels.send(run.clone());
    }

    /// Listens for wishes to cancel.
    pub fn watch_cancels(&self) -> broadcast::Receiver<RunId> {
        self.cancels.subscribe()
    }

    /// Says that a run waits for a worker.
    pub fn work_waits(&self) {
        self.work.notify_one();
    }

    /// Waits until a run waits for a worker.
    pub async fn wait_for_work(&self) {
        self.work.notified().await;
    }
}
