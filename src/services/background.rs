//! What goes on without anybody asking: the outbox relay and the sweep of expired sessions.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::error::AppError;
use super::run_signals::RunSignals;
use crate::domain::identifier::RunId;
use crate::store::{Database, outbox, sessions};

/// How often undelivered messages are looked for.
const RELAY_EVERY: Duration = Duration::from_secs(5);
/// How often expired sessions are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Messages a round.
const BATCH: u32 = 100;

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
    for message in outbox::list_undelivered(db, BATCH).await? {
        match message.kind.as_str() {
            "run.requested" => signals.work_waits(),
            "run.ended" => signals.changed(&RunId::from(message.subject.as_str())),
            other => tracing::warn!(kind = other, "An outbox message of an unknown kind was passed over"),
        }
        outbox::mark_delivered(db, message.message_id).await?;
    }
    Ok(())
}

/// Removes sessions that have expired.
pub async fn sweep_sessions(db: Database, stop: CancellationToken) {
    while wait(&stop, SWEEP_EVERY).await {
        match sessions::delete_expired(&db).await {
            Ok(count) if count > 0 => tracing::debug!(count, "Expired sessions were removed"),
            Ok(_) => {}
            Err(error) => {
                AppError::from(error).log();
            }
        }
    }
}

/// Waits; false when it is time to stop.
async fn wait(stop: &CancellationToken, pause: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(pause) => true,
    }
}
