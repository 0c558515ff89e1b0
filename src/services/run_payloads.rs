//! The payload of one run, opened and understood; one that says it is of another run never masquerades.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadError, load_payload};
use crate::domain::identifier::RunId;
use crate::store::{Database, column_reads};

/// Longest inline payload in characters.
const LONGEST_PAYLOAD: u64 = 64 << 20;

/// Reads the payload of a run. The outer error is the database's, the inner one the payload's own.
pub async fn read_payload(
    db: &Database,
    config: &Configuration,
    run: &RunId,
    has_payload: bool,
) -> Result<Result<Payload, PayloadError>, AppError> {
    let stored = column_reads::find_payload(db, run, LONGEST_PAYLOAD).await?;
    let read = async {
        if stored.is_none() && has_payload {
            return Err(PayloadError::TooLarge(format!("it has more than {LONGEST_PAYLOAD} characters")));
        }
        let text = load_payload(config, stored).await?;
        let payload = tokio::task::spawn_blocking(move || Payload::read(&text))
            .await
            .map_err(|error| PayloadError::Unreadable(error.to_string()))??;
        match &payload.profile_run_id {
            Some(other) if *other != run.as_str() => Err(PayloadError::OtherRun(other.clone())),
            _ => Ok(payload),
        }
    };
    Ok(read.await)
}
