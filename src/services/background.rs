//! What goes on without anybody asking: the outbox relay and the sweep of expired sessions.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::error::AppError;
use super::run_signals::RunSignals;
use crate::store::{Database, StoreError, alerts, outbox, sessions, sign_in};

/// How often undelivered messages are looked for.
const RELAY_EVERY: Duration = Duration::from_secs(5);
/// How often snoozed alerts are looked at.
const WAKE_EVERY: Duration = Duration::from_secs(15);
/// How often expired sessions are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Seconds that one delivery may take before somebody else tries.
const DELIVER_WITHIN_S: i64 = 30;
/// Sign-in attempts are forgotten after so many seconds.
const ATTEMPTS_KEPT_S: i64 = 30 * 86_400;

/// Delivers outbox messages: they were written in the transaction of the change that they announce, so that a crash
/// between the change and the telling loses nothing.
pub async fn relay_outbox(db: Database, signals: RunSignals, stop: CancellationToken) {
    while wait(&stop, RELAY_EVERY).await {
        if let Err(error) = deliver(&db, &signals).await {
            error.log();
        }
    }
}

/// One round of the relay.
async fn deliver(db: &Database, signals: &RunSignals) -> Result<(), AppError> {
    while let Some(message) = outbox::claim_message(db, "relay", DELIVER_WITHIN_S).await? {
        match message.kind.as_str() {
            "run.requested" => signals.work_waits(),
            other => tracing::warn!(kind = other, "An outbox message of an unknown kind was passed over"),
        }
        outbox::mark_delivered(db, &message.outbox_id, message.attempt).await?;
    }
    Ok(())
}

/// Removes sessions that have expired, and sign-in attempts that no throttle counts any more.
pub async fn sweep_sessions(db: Database, stop: CancellationToken) {
    while wait(&stop, SWEEP_EVERY).await {
        if let Err(error) = sweep(&db).await {
            AppError::from(error).log();
        }
    }
}

/// Wakes alerts whose time has come.
pub async fn wake_alerts(db: Database, stop: CancellationToken) {
    while wait(&stop, WAKE_EVERY).await {
        match alerts::wake_due(&db).await {
            Ok(0) => {}
            Ok(woken) => tracing::info!(woken, "Snoozed alerts are open again"),
            Err(error) => {
                AppError::from(error).log();
            }
        }
    }
}

/// One round of the sweep.
async fn sweep(db: &Database) -> Result<(), StoreError> {
    let expired = sessions::delete_expired(db).await?;
    let old = sign_in::delete_old_attempts(db, ATTEMPTS_KEPT_S).await?;
    tracing::debug!(expired, old, "Expired sessions and old sign-in attempts were removed");
    Ok(())
}

/// Waits; false when it is time to stop.
async fn wait(stop: &CancellationToken, pause: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(pause) => true,
    }
}
