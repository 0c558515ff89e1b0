//! Holding a run: the lease is renewed while the engine reads, and whoever loses it stops by himself.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

use super::error::AppError;
use super::run_worker::RunWorker;
use crate::domain::identifier::RunId;
use crate::store::run_transitions::{self, ClaimedRun, Lease};

/// Why the reading ended before all tables were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// A person wants it so.
    Cancelled,
    /// Another worker holds the run by now.
    LeaseLost,
    /// The server shuts down.
    Stopping,
    /// The deadline has passed.
    TimedOut,
}

/// Keeps one lease: renews it, listens for a wish to cancel, watches the deadline.
pub struct LeaseHolder {
    worker: RunWorker,
    run: RunId,
    attempt: u32,
    cancels: broadcast::Receiver<RunId>,
    began: Instant,
    renewed: Instant,
}

impl LeaseHolder {
    /// The claim has just been made.
    pub fn new(worker: &RunWorker, claimed: &ClaimedRun) -> Self {
        let now = Instant::now();
        let cancels = worker.signals.watch_cancels();
        Self {
            worker: worker.clone(),
            run: claimed.profile_run_id.clone(),
            attempt: claimed.attempt,
            cancels,
            began: now,
            renewed: now,
        }
    }

    /// Returns only when the reading must stop.
    pub async fn keep(mut self, deadline: Duration) -> Result<Interruption, AppError> {
        let lease_s = self.worker.config.engine.lease_s;
        let lease = Duration::from_secs(lease_s);
        loop {
            tokio::select! {
                () = self.worker.stop.cancelled() => return Ok(Interruption::Stopping),
                () = tokio::time::sleep_until(self.began + deadline) => return Ok(Interruption::TimedOut),
                heard = self.cancels.recv() => match heard {
                    Ok(run) if run != self.run => continue,
                    // Meant for this run, or too many signals to tell: the database knows.
                    _ => {}
                },
                () = tokio::time::sleep_until(self.renewed + lease / 6) => {}
            }
            match run_transitions::renew_lease(
                &self.worker.db,
                &self.run,
                self.attempt,
                &self.worker.worker_id,
                lease_s.cast_signed(),
            )
            .await
            {
                Ok(Lease::Held { cancel_requested: true }) => return Ok(Interruption::Cancelled),
                Ok(Lease::Held { cancel_requested: false }) => self.renewed = Instant::now(),
                Ok(Lease::Lost) => return Ok(Interruption::LeaseLost),
                // Two thirds of the lease without renewal: somebody else may take the run soon, so stop.
                Err(error) if self.renewed.elapsed() > lease * 2 / 3 => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, "A lease could not be renewed; trying again");
                    tokio::time::sleep(lease / 30).await;
                }
            }
        }
    }
}
