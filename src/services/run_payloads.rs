//! The payload of one run, opened and understood; one that says it is of another run never masquerades.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadError, load_payload};
use crate::domain::column_meaning::PiiRisk;
use crate::domain::identifier::RunId;
use crate::domain::masking::{Masking, mask_column, mask_finding};
use crate::store::masking::GroupWords;
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
        mask_payload(payload, &words, Masking::ForReader);
    }
    Ok(read)
}

/// Masks what a payload tells of personal columns.
pub(super) fn mask_payload(payload: &mut Payload, words: &GroupWords, masking: Masking) {
    for table in &mut payload.tables {
        let mut personal = Vec::new();
        for column in &mut table.columns {
            if words.is_personal(&table.table_name, &column.column_name, column.meaning.pii_risk) {
                mask_column(column, masking);
                personal.push(column.column_name.to_lowercase());
            }
        }
        for finding in &mut table.anomalies {
            let measured = finding.pii_risk.as_deref().and_then(PiiRisk::from_word);
            let column = finding.column_name.as_deref().unwrap_or_default();
            if !column.is_empty() && (personal.contains(&column.to_lowercase()) || words.is_personal(&table.table_name, column, measured)) {
                mask_finding(finding);
            }
        }
    }
}
