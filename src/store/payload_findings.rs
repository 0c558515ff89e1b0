//! The findings that payloads of old runs tell, as rows of `dq_profile_anomaly_results`. Ids follow from what is told, so that a payload that is
//! exploded again writes the same rows; what people dismissed in between stays dismissed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::anomalies::{RESULT_COLUMNS, evidence_values, result_row};
use super::sessions::hex;
use super::{Record, StoreError, Transaction, rows_insert, sql};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::table_profile::TableProfile;

/// What ids of findings of payloads begin with.
const PAYLOAD_ID: &str = "payload:";

/// A finding of a run that somebody dismissed in its row.
pub(super) struct Dismissal {
    id: String,
    /// Table, column and type.
    place: (TableId, String, String),
    by: Option<String>,
    at: Option<DateTime<Utc>>,
}

impl Dismissal {
    /// Whether it is of the finding with this id; of a row under another program's id, of one at the same place.
    fn is_of(&self, id: &str, place: &(TableId, String, String)) -> bool {
        self.id == id || (!self.id.starts_with(PAYLOAD_ID) && self.place == *place)
    }
}

/// What people dismissed of the findings of a run.
pub(super) async fn list_dismissals(tx: &mut Transaction, run: &RunId, attempt: u32) -> Result<Vec<Dismissal>, StoreError> {
    let rows = sql(
        "select anomaly_result_id, table_id, column_name, anomaly_type_id, dismissed_by, dismissed_at from dq_profile_anomaly_results
         where profile_run_id = $1 and attempt = $2 and coalesce(dismissed, false)",
    )
    .bind(run.as_str())
    .bind(attempt)
    .fetch_all(tx)
    .await?;
    let read = |row: &Record| -> Result<Dismissal, StoreError> {
        Ok(Dismissal {
            id: row.text("anomaly_result_id")?,
            place: (
                TableId(row.text_opt("table_id")?.unwrap_or_default()),
                row.text_opt("column_name")?.unwrap_or_default(),
                row.text_opt("anomaly_type_id")?.unwrap_or_default(),
            ),
            by: row.text_opt("dismissed_by")?,
            at: row.time_opt("dismissed_at").unwrap_or_else(|error| {
                tracing::warn!(run.id = %run, %error, "When a finding was dismissed cannot be read; it stays dismissed without its time");
                None
            }),
        })
    };
    rows.iter().map(read).collect()
}

/// Stores the anomalies of one table of a payload. Those that people dismissed before stay dismissed.
pub(super) async fn insert_of_payload(
    tx: &mut Transaction,
    run: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
    anomalies: &[ProfileAnomaly],
    dismissals: &[Dismissal],
) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    let mut places: HashMap<String, u32> = HashMap::new();
    let mut results = Vec::new();
    for anomaly in anomalies {
        let what = format!("{run}\n{table_id}\n{:?}\n{}", anomaly.column_name, anomaly.anomaly_type);
        let place = places.entry(what.clone()).and_modify(|place| *place += 1).or_insert(0);
        let id = format!("{PAYLOAD_ID}{}", hex(&Sha256::digest(format!("{what}\n{place}"))));
        let column = anomaly.column_name.clone().unwrap_or_default();
        let at = (table_id.clone(), column, anomaly.anomaly_type.clone());
        let dismissal = dismissals.iter().find(|dismissal| dismissal.is_of(&id, &at));
        kept.extend(dismissal.map(|dismissal| (id.clone(), dismissal)));
        let mut row = result_row(
            id,
            run,
            attempt,
            Some(table_id),
            (&profile.schema_name, &profile.table_name),
            anomaly,
        );
        row.push(dismissal.is_some().into());
        row.extend(evidence_values(anomaly)?);
        results.push(row);
    }
    for statement in rows_insert("dq_profile_anomaly_results", RESULT_COLUMNS, results) {
        statement.execute(&mut *tx).await?;
    }
    for (id, dismissal) in kept {
        sql("update dq_profile_anomaly_results set dismissed_by = $2, dismissed_at = $3 where anomaly_result_id = $1")
            .bind(&id)
            .bind(dismissal.by.as_deref())
            .bind(dismissal.at)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
