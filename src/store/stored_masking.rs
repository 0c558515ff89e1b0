//! Masks what is stored already: what runs from before the switch of a group have kept of its personal columns. What was found in a column
//! may be shared with other runs and tables, so that rows are led to other contents and nothing is changed in place.

use std::collections::BTreeMap;

use super::anomalies::evidence_values;
use super::column_contents::{drop_contents, keep_columns};
use super::column_reads::{finding_columns, read_anomaly, read_stored};
use super::masking::{GroupWords, mask_reported};
use super::result_sources::from_shared;
use super::statement::sql_joined;
use super::{Database, DatabaseKind, StoreError, Transaction, list_of, sql};
use crate::domain::alert::source;
use crate::domain::audit::Actor;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableGroupId};
use crate::domain::masking::{MASK, Masking, hides_texts, mask_column, mask_snapshot};
use crate::domain::table_profile::Snapshot;

/// What lost its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct MaskedStore {
    /// Columns in a run.
    pub columns: u64,
    /// Findings.
    pub findings: u64,
    /// Alerts.
    pub alerts: u64,
}

/// The runs of a group that have ended, oldest first.
pub async fn list_ended_runs(db: &Database, group: &TableGroupId) -> Result<Vec<RunId>, StoreError> {
    let rows = sql(
        "select profile_run_id from dq_profiles where table_group_id = $1 and status in ('completed', 'failed', 'cancelled')
         order by run_number",
    )
    .bind(group.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok(RunId(row.text("profile_run_id")?))).collect()
}

/// A column that is to be led to another content.
struct Led {
    set: i64,
    content: i64,
    column: ColumnProfile,
}

/// Masks the personal columns of a run, what its snapshots quote and its findings.
pub async fn mask_run(tx: &mut Transaction, run: &RunId, words: &GroupWords) -> Result<MaskedStore, StoreError> {
    let rows = sql_joined(from_shared(
        "select s.set_key, p.content_key, @run.schema_name, @run.table_name, @figures, @column.values_json, @bars from @results where @run.profile_run_id = $1",
    ))
    .bind(run.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut led = Vec::new();
    let mut personal: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let stored = read_stored(row)?;
        let mut column = stored.column;
        if !words.is_personal(&stored.table_name, &column.column_name, column.meaning.pii_risk) {
            continue;
        }
        personal.entry(stored.table_name).or_default().push(column.column_name.clone());
        if !column.masked_when_stored {
            mask_column(&mut column, Masking::BeforeStoring);
            led.push(Led {
                set: row.integer("set_key")?,
                content: row.integer("content_key")?,
                column,
            });
        }
    }
    let columns: Vec<&ColumnProfile> = led.iter().map(|led| &led.column).collect();
    let keys = keep_columns(tx, &columns).await?;
    for (led, key) in led.iter().zip(keys) {
        sql("update result_rows set content_key = $3 where set_key = $1 and ordinal_position = $2")
            .bind(led.set)
            .bind(led.column.ordinal_position)
            .bind(key)
            .execute(&mut *tx)
            .await?;
    }
    let left: Vec<i64> = led.iter().map(|led| led.content).collect();
    drop_contents(tx, &left).await?;
    mask_snapshots(tx, run, &personal).await?;
    Ok(MaskedStore {
        columns: led.len() as u64,
        findings: mask_findings(tx, run, words).await?,
        alerts: 0,
    })
}

async fn mask_snapshots(tx: &mut Transaction, run: &RunId, personal: &BTreeMap<String, Vec<String>>) -> Result<(), StoreError> {
    let rows = sql("select attempt, table_id, table_name, snapshot_json from run_tables where profile_run_id = $1")
        .bind(run.as_str())
        .fetch_all(&mut *tx)
        .await?;
    for row in &rows {
        let Some(columns) = personal.get(&row.text("table_name")?) else {
            continue;
        };
        let mut snapshot: Snapshot = row.json_opt("snapshot_json")?.unwrap_or_default();
        let before = snapshot.clone();
        mask_snapshot(&mut snapshot, |column| {
            columns.iter().any(|name| name == column) || before.scope.left_out.iter().any(|name| name == column)
        });
        if snapshot == before {
            continue;
        }
        let text = serde_json::to_string(&snapshot).map_err(|error| StoreError::unreadable("snapshot", error))?;
        sql("update run_tables set snapshot_json = $4 where profile_run_id = $1 and attempt = $2 and table_id = $3")
            .bind(run.as_str())
            .bind(row.small("attempt")?)
            .bind(row.text("table_id")?)
            .bind(text)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Masks what the findings of a run quote of personal columns, those that a program reported too; says how many.
async fn mask_findings(tx: &mut Transaction, run: &RunId, words: &GroupWords) -> Result<u64, StoreError> {
    let rows = sql_joined(format!(
        "select f.anomaly_result_id, {} from dq_profile_anomaly_results f where f.profile_run_id = $1 and f.column_name is not null",
        finding_columns("f")
    ))
    .bind(run.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut masked = 0;
    for row in &rows {
        let before = read_anomaly(row)?;
        let mut finding = [before.clone()];
        mask_reported(&mut finding, words);
        let [finding] = finding;
        if finding == before {
            continue;
        }
        let [evidence, ..] = evidence_values(&finding)?;
        sql("update dq_profile_anomaly_results set detail = $2, evidence_json = $3 where anomaly_result_id = $1")
            .bind(row.text("anomaly_result_id")?)
            .bind(finding.description)
            .bind(evidence)
            .execute(&mut *tx)
            .await?;
        masked += 1;
    }
    let rows = sql("select anomaly_id, table_name, column_name, description from written_anomalies where profile_run_id = $1 and column_name is not null")
        .bind(run.as_str())
        .fetch_all(&mut *tx)
        .await?;
    for row in &rows {
        let is_told = !row.text_opt("description")?.unwrap_or_default().contains(MASK);
        let table = row.text_opt("table_name")?.unwrap_or_default();
        if is_told && words.is_personal(&table, &row.text("column_name")?, None) {
            sql("update written_anomalies set description = $2 where anomaly_id = $1")
                .bind(row.text("anomaly_id")?)
                .bind(MASK)
                .execute(&mut *tx)
                .await?;
            masked += 1;
        }
    }
    Ok(masked)
}

/// Masks the texts of a group's alerts about personal columns where they may quote a value, with what Limn wrote in their trails.
pub async fn mask_alerts(tx: &mut Transaction, group: &TableGroupId, words: &GroupWords) -> Result<u64, StoreError> {
    let rows = sql(
        "select alert_id, kind, source_type, reported_by, table_name, column_name, title, details from dq_alerts
         where table_group_id = $1 and column_name is not null and table_name is not null order by fingerprint {for update}",
    )
    .bind(group.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut masked = Vec::new();
    for row in &rows {
        let column = row.text("column_name")?;
        if !words.is_personal(&row.text("table_name")?, &column, None) {
            continue;
        }
        let kind = row.text_opt("kind")?.unwrap_or_default();
        let (title, details) = (
            row.text_opt("title")?.unwrap_or_default(),
            row.text_opt("details")?.unwrap_or_default(),
        );
        let is_ours = row.text("source_type")? == source::ANOMALY;
        let hides_title = hides_texts(&kind, is_ours, &title);
        let hides_details = !details.is_empty() && hides_texts(&kind, is_ours && row.text_opt("reported_by")?.is_none(), &details);
        if !hides_title && !hides_details {
            continue;
        }
        let id = row.text("alert_id")?;
        let hidden = format!("{column}: {MASK}");
        sql("update dq_alerts set title = case when $2 then $3 else title end, observed = case when $2 then $4 else observed end, details = $4
             where alert_id = $1")
        .bind(&id)
        .bind(hides_title)
        .bind(hidden)
        .bind(MASK)
        .execute(&mut *tx)
        .await?;
        masked.push(id);
    }
    sql("update alert_events set note = $2 where note is not null and actor_name = $3 and alert_id in {list $1}")
        .bind(list_of(&masked))
        .bind(MASK)
        .bind(Actor::limn().name)
        .execute(tx)
        .await?;
    Ok(masked.len() as u64)
}

/// Gives the room of what was removed back, so that a file has nothing of it any more. A server does so by itself.
pub async fn give_room_back(db: &Database) -> Result<(), StoreError> {
    if db.kind() == DatabaseKind::Sqlite {
        sql("vacuum").execute(db).await?;
        sql("pragma wal_checkpoint(truncate)").execute(db).await?;
    }
    Ok(())
}
