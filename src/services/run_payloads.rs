//! The payload of one run, opened and understood; one that says it is of another run never masquerades.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadError, load_payload};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::RunId;
use crate::domain::masking::Masking;
use crate::domain::name_match::is_same_name;
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

/// The findings that rows of a run have, and those that only its payload tells. What was dismissed is not brought back.
pub fn add_findings(mut found: Vec<ProfileAnomaly>, dismissed: &[ProfileAnomaly], told: Vec<ProfileAnomaly>) -> Vec<ProfileAnomaly> {
    let is_new = |told: &ProfileAnomaly| !found.iter().chain(dismissed).any(|known| is_same_finding(known, told));
    let new: Vec<ProfileAnomaly> = told.into_iter().filter(is_new).collect();
    found.extend(new);
    found
}

/// One type at one place; a writer may have left the schema out.
fn is_same_finding(a: &ProfileAnomaly, b: &ProfileAnomaly) -> bool {
    let column = |finding: &ProfileAnomaly| finding.column_name.as_deref().unwrap_or_default().to_lowercase();
    let is_schema = a.schema_name.is_empty() || b.schema_name.is_empty() || is_same_name(&a.schema_name, &b.schema_name);
    a.anomaly_type == b.anomaly_type && is_schema && is_same_name(&a.table_name, &b.table_name) && column(a) == column(b)
}
