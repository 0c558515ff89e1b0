//! The end of a run, in one transaction: status, failed tables, publication, what each table's latest figures are.
//!
//! Whoever comes first decides. The same outcome again is a replay; another one is refused and kept in the trail.

use super::column_contents::delete_columns;
use super::profile_runs::RUN_REQUESTED;
use super::{StoreError, Transaction, audit, list_of, outbox, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::RunId;
use crate::domain::profile_run::{RunMode, RunPhase, RunReason};
use crate::domain::table_profile::FailedTable;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    /// Completed, failed or cancelled.
    pub phase: RunPhase,
    /// Why.
    pub reason: Option<RunReason>,
    /// What happened, for a person.
    pub error_message: Option<String>,
    /// Rows profiled.
    pub row_count: Option<u64>,
    /// Tables profiled.
    pub table_count: Option<u32>,
    /// Columns profiled.
    pub column_count: Option<u32>,
    /// Bytes read.
    pub bytes_scanned: Option<u64>,
    /// How much of the data was read; absent where that was not found out.
    pub mode: Option<RunMode>,
    /// Tables that could not be read.
    pub failed_tables: Vec<FailedTable>,
    /// Fingerprint of everything above and of the results: equal digests are the same outcome.
    pub digest: String,
}

/// What became of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// It decided the run.
    Recorded,
    /// The run had ended with just this outcome.
    AlreadySame,
    /// The run had ended otherwise, or belongs to another attempt: nothing was changed but the trail.
    Conflict,
}

/// Ends a run. The caller commits; an error of that commit is ambiguous, and finishing again with the same digest is safe.
pub async fn finish(tx: &mut Transaction, run_id: &RunId, attempt: u32, outcome: &RunOutcome) -> Result<Finish, StoreError> {
    if !outcome.phase.status().is_terminal() {
        return Err(StoreError::unreadable("outcome", format!("phase {} is not an end", outcome.phase)));
    }
    if !record_end(tx, run_id, attempt, outcome).await? {
        return answer_late_report(tx, run_id, attempt, outcome).await;
    }
    outbox::settle(tx, RUN_REQUESTED, run_id.as_str()).await?;
    insert_failed_tables(tx, run_id, attempt, &outcome.failed_tables).await?;
    let is_completed = outcome.phase == RunPhase::Completed;
    sql(
        "update run_tables set completed_at = (select completed_at from dq_profiles where profile_run_id = $1)
         where profile_run_id = $1 and attempt = $2 and ($3 or failure_json is not null)",
    )
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(is_completed)
    .execute(&mut *tx)
    .await?;
    if is_completed {
        update_current_figures(tx, run_id, attempt).await?;
    }
    if !outcome.failed_tables.is_empty() {
        update_current_failures(tx, run_id, attempt).await?;
    }
    if !is_completed {
        delete_unpublished(tx, run_id, None).await?;
    } else if attempt > 1 {
        delete_unpublished(tx, run_id, Some(attempt)).await?;
    }
    Ok(Finish::Recorded)
}

/// The compare-and-set that decides; false where the run is not this attempt's to end.
async fn record_end(tx: &mut Transaction, run_id: &RunId, attempt: u32, outcome: &RunOutcome) -> Result<bool, StoreError> {
    let failed_tables = serde_json::to_string(&outcome.failed_tables).map_err(|error| StoreError::unreadable("failed tables", error))?;
    let changed = sql("update dq_profiles set phase = $3, status = $4, reason = $5, error_message = $6, completed_at = {now}, row_count = $7,
             table_count = $8, column_count = $9, bytes_scanned = $10, failed_table_count = $11, failed_tables_json = $12, result_digest = $13, profile_mode = coalesce($15, profile_mode),
             lease_owner = null, lease_expires_at = null, row_sequence = row_sequence + 1
         where profile_run_id = $1 and attempt = $2 and phase in {list $14}")
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(outcome.phase.word())
    .bind(outcome.phase.status().word())
    .bind(outcome.reason.map(RunReason::word))
    .bind(outcome.error_message.as_deref())
    .bind(outcome.row_count)
    .bind(outcome.table_count)
    .bind(outcome.column_count)
    .bind(outcome.bytes_scanned)
    .bind(outcome.failed_tables.len() as u64)
    .bind(failed_tables)
    .bind(&outcome.digest)
    .bind(list_of(outcome.phase.allowed_from().iter().map(|phase| phase.word())))
    .bind(outcome.mode.map(RunMode::word))
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

/// Tells a replay from a contradiction, and keeps the latter in the trail.
async fn answer_late_report(tx: &mut Transaction, run_id: &RunId, attempt: u32, outcome: &RunOutcome) -> Result<Finish, StoreError> {
    let row = sql("select phase, attempt, result_digest from dq_profiles where profile_run_id = $1")
        .bind(run_id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let row = row.ok_or_else(|| StoreError::missing(format!("run {run_id}")))?;
    let phase = row.word("phase", RunPhase::from_word)?;
    if phase == outcome.phase && row.small("attempt")? == attempt && row.text_opt("result_digest")?.as_deref() == Some(&outcome.digest) {
        return Ok(Finish::AlreadySame);
    }
    let details = serde_json::json!({
        "attempt": attempt, "reported": outcome.phase, "reason": outcome.reason, "digest": outcome.digest, "stands": phase, "owner_attempt": row.small("attempt")?,
    });
    audit::record(tx, &Actor::limn(), "run.late_report", &format!("run:{run_id}"), details).await?;
    Ok(Finish::Conflict)
}

/// A row for each table that could not be read, so that its page can say so.
pub(super) async fn insert_failed_tables(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    failed: &[FailedTable],
) -> Result<(), StoreError> {
    for table in failed {
        let failure = serde_json::to_string(table).map_err(|error| StoreError::unreadable("failed table", error))?;
        sql("insert into run_tables (profile_run_id, attempt, table_id, run_number, schema_name, table_name, row_count, column_count, rows_scanned,
                 bytes_scanned, null_cell_count, started_after_ms, duration_ms, format, profile_mode, engine, engine_version, snapshot_json, failure_json)
             select p.profile_run_id, p.attempt, t.table_id, p.run_number, t.schema_name, t.table_name, 0, 0, 0, 0, 0, 0, 0, t.format, p.profile_mode,
                 p.engine, '', '{}', $5
             from dq_profiles p join dq_tables t on t.table_group_id = p.table_group_id
             where p.profile_run_id = $1 and p.attempt = $2 and t.schema_name = $3 and t.table_name = $4
             on conflict (profile_run_id, attempt, table_id) do nothing")
        .bind(run_id.as_str())
        .bind(attempt)
        .bind(&table.schema_name)
        .bind(&table.table_name)
        .bind(failure)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// What lists show of each table: the figures of its newest completed run.
pub(super) async fn update_current_figures(tx: &mut Transaction, run_id: &RunId, attempt: u32) -> Result<(), StoreError> {
    sql("insert into dq_data_table_chars (table_id, table_group_id, schema_name, table_name, record_count, column_count, data_point_count, null_cell_count,
             last_complete_profile_run_id, last_complete_run_number, last_complete_attempt, latest_run_completed_at, created_at, updated_at)
         select rt.table_id, t.table_group_id, rt.schema_name, rt.table_name, rt.row_count, rt.column_count, rt.row_count * rt.column_count, rt.null_cell_count,
             rt.profile_run_id, rt.run_number, rt.attempt, rt.completed_at, {now}, {now}
         from run_tables rt join dq_tables t on t.table_id = rt.table_id
         where rt.profile_run_id = $1 and rt.attempt = $2 and rt.failure_json is null
         on conflict (table_id) do update set record_count = excluded.record_count, column_count = excluded.column_count,
             data_point_count = excluded.data_point_count, null_cell_count = excluded.null_cell_count,
             last_complete_profile_run_id = excluded.last_complete_profile_run_id, last_complete_run_number = excluded.last_complete_run_number,
             last_complete_attempt = excluded.last_complete_attempt, latest_run_completed_at = excluded.latest_run_completed_at,
             updated_at = excluded.updated_at
         where coalesce(dq_data_table_chars.last_complete_run_number, 0) < excluded.last_complete_run_number")
    .bind(run_id.as_str())
    .bind(attempt)
    .execute(tx)
    .await?;
    Ok(())
}

/// What lists show of each table that could not be read: the newest failure.
pub(super) async fn update_current_failures(tx: &mut Transaction, run_id: &RunId, attempt: u32) -> Result<(), StoreError> {
    sql("insert into dq_data_table_chars (table_id, table_group_id, schema_name, table_name, last_failed_run_number, last_failed_at, last_failure_json,
             created_at, updated_at)
         select rt.table_id, t.table_group_id, rt.schema_name, rt.table_name, rt.run_number, rt.completed_at, rt.failure_json, {now}, {now}
         from run_tables rt join dq_tables t on t.table_id = rt.table_id
         where rt.profile_run_id = $1 and rt.attempt = $2 and rt.failure_json is not null
         on conflict (table_id) do update set last_failed_run_number = excluded.last_failed_run_number, last_failed_at = excluded.last_failed_at,
             last_failure_json = excluded.last_failure_json, updated_at = excluded.updated_at
         where coalesce(dq_data_table_chars.last_failed_run_number, 0) < excluded.last_failed_run_number")
    .bind(run_id.as_str())
    .bind(attempt)
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes rows that no reader can reach: those of all attempts of a run without results, or of all but the published one.
pub(super) async fn delete_unpublished(tx: &mut Transaction, run_id: &RunId, published_attempt: Option<u32>) -> Result<(), StoreError> {
    let values = [run_id.as_str().into(), published_attempt.into()];
    delete_columns(tx, "profile_run_id = $1 and ($2 is null or attempt <> $2)", &values).await
}
