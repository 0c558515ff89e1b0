//! How rows become runs.

use super::{Record, StoreError};
use crate::domain::identifier::{ConnectionId, RunId, TableGroupId};
use crate::domain::profile_run::{ProfileRun, RunMode, RunPhase, RunReason, RunTrigger};

/// What [`read_run`] reads; `p` is the run, `g` its group, `c` its connection. All names begin with `run_`, so that a run
/// can stand beside something else in one row.
pub(super) const RUN_COLUMNS: &str = "p.profile_run_id as run_id, p.run_number as run_number, p.table_group_id as run_table_group_id,
     g.name as run_group_name, c.connection_id as run_connection_id, c.name as run_connection_name, p.phase as run_phase, p.reason as run_reason,
     p.error_message as run_error_message, p.profile_mode as run_mode, p.trigger_source as run_trigger, p.started_by as run_started_by,
     p.requested_at as run_requested_at, p.started_at as run_started_at, p.completed_at as run_completed_at, p.row_count as run_row_count,
     p.table_count as run_table_count, p.failed_table_count as run_failed_table_count, p.column_count as run_column_count,
     p.bytes_scanned as run_bytes_scanned, p.attempt as run_attempt, p.released_count as run_released_count,
     p.cancel_requested_at as run_cancel_requested_at, p.progress_json as run_progress_json, p.typical_duration_ms as run_typical_duration_ms,
     p.engine as run_engine, p.dq_score_profiling as run_quality_score";

/// Where it reads from.
pub(super) const RUN_TABLES: &str = "from dq_profiles p join dq_table_groups g on g.table_group_id = p.table_group_id
     join dq_connections c on c.connection_id = g.connection_id";

/// Reads a run.
pub(super) fn read_run(row: &Record) -> Result<ProfileRun, StoreError> {
    let phase = row.word("run_phase", RunPhase::from_word)?;
    Ok(ProfileRun {
        profile_run_id: RunId(row.text("run_id")?),
        number: row.integer("run_number")?,
        table_group_id: TableGroupId(row.text("run_table_group_id")?),
        table_group_name: row.text("run_group_name")?,
        connection_id: ConnectionId(row.text("run_connection_id")?),
        connection_name: row.text("run_connection_name")?,
        status: phase.status(),
        phase,
        reason: row
            .text_opt("run_reason")?
            .map(|_| row.word("run_reason", RunReason::from_word))
            .transpose()?,
        error_message: row.text_opt("run_error_message")?,
        mode: row.word("run_mode", RunMode::from_word)?,
        trigger: row.word("run_trigger", RunTrigger::from_word)?,
        started_by: row.text_opt("run_started_by")?,
        requested_at: row.time("run_requested_at")?,
        started_at: row.time_opt("run_started_at")?,
        completed_at: row.time_opt("run_completed_at")?,
        row_count: row.count_opt("run_row_count")?,
        table_count: row.small_opt("run_table_count")?,
        failed_table_count: row.small("run_failed_table_count")?,
        column_count: row.small_opt("run_column_count")?,
        bytes_scanned: row.count_opt("run_bytes_scanned")?,
        // Claims that were given back do not count: a deploy is not a second attempt.
        attempt: row.small("run_attempt")?.saturating_sub(row.small("run_released_count")?).max(1),
        cancel_requested: row.time_opt("run_cancel_requested_at")?.is_some(),
        progress: row.json_opt("run_progress_json")?,
        typical_duration_ms: row.count_opt("run_typical_duration_ms")?,
        engine: row.text("run_engine")?,
        quality_score: row.real_opt("run_quality_score")?,
        anomalies_by_severity: None,
    })
}

/// A run in the words of the seed's list.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct SeedRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Its group.
    pub table_group_id: TableGroupId,
    /// Status.
    pub status: String,
    /// When it began.
    pub started_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it ended.
    pub completed_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Rows.
    pub row_count: Option<u64>,
    /// Anomalies.
    pub anomaly_count: Option<u64>,
    /// The run in Databricks.
    pub databricks_run_id: Option<String>,
}

/// Lists the newest runs of a group.
pub async fn list_group_runs(db: &super::Database, group: &TableGroupId, limit: u32) -> Result<Vec<SeedRun>, StoreError> {
    let rows = super::sql(
        "select profile_run_id, table_group_id, status, started_at, completed_at, row_count, anomaly_count, databricks_run_id
         from dq_profiles where table_group_id = $1 order by run_number desc limit $2",
    )
    .bind(group.as_str())
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter().map(read_seed_run).collect()
}

/// Reads a run in the words of the seed's lists.
pub(super) fn read_seed_run(row: &Record) -> Result<SeedRun, StoreError> {
    Ok(SeedRun {
        profile_run_id: RunId(row.text("profile_run_id")?),
        table_group_id: TableGroupId(row.text("table_group_id")?),
        status: row.text("status")?,
        started_at: row.time_opt("started_at")?,
        completed_at: row.time_opt("completed_at")?,
        row_count: row.count_opt("row_count")?,
        anomaly_count: row.count_opt("anomaly_count")?,
        databricks_run_id: row.text_opt("databricks_run_id")?,
    })
}
