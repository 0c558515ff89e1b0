//! The payload of one run, opened and understood; one that says it is of another run never masquerades.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadError, load_payload};
use crate::domain::identifier::RunId;
use crate::domain::masking::Masking;
use crate::store::{Database, column_reads, masking};

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
    let veil = masking::find_payload_veil(db, run).await?;
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
    let mut read = read.await;
    if let (Ok(payload), Some(words)) = (&mut read, veil) {
        for table in &mut payload.tables {
            masking::mask_columns(
                &table.table_name,
                &mut table.columns,
                &mut table.anomalies,
                &words,
                Masking::ForReader,
            );
        }
    }
    Ok(read)
}
