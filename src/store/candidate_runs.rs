//! Runs of a group that may have a table: in rows, or in their payload.

use chrono::{DateTime, Utc};

use super::statement::sql_joined;
use super::{Database, StoreError};
use crate::domain::identifier::{RunId, TableGroupId, TableId};

/// Which of the runs that may have a table are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Candidates {
    /// The newest.
    Newest,
    /// The newest below a number.
    OlderThan(i64),
    /// The newest with rows of the table.
    WithRows,
    /// The newest with rows of the table below a number.
    WithRowsOlderThan(i64),
}

/// A completed run that may have a table: in rows, or in its payload.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub number: i64,
    /// The attempt whose rows are published.
    pub attempt: u32,
    /// Status in the contract's word.
    pub status: String,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Rows of the whole run.
    pub row_count: Option<u64>,
    /// Whether rows of the table are stored with it.
    pub has_rows: bool,
    /// Whether a payload is stored with it.
    pub has_payload: bool,
}

/// Whether run `p` has a document, 0 or 1.
pub(super) const HAS_PAYLOAD: &str = "case when coalesce(p.payload_path, '') = '' then 0 else 1 end";

/// Whether run `p` has rows of a table, 0 or 1: those that Limn noted, and those of other writers. The limits keep PostgreSQL from looking
/// through all runs for the few that are wanted.
pub(super) fn has_rows(table: &str) -> String {
    format!(
        "case when exists (select 1 from run_tables rt where rt.profile_run_id = p.profile_run_id and rt.attempt = p.attempt and rt.table_id = {table}
                     and rt.completed_at is not null and rt.failure_json is null limit 1 offset 0)
                 or exists (select 1 from result_sets s where s.profile_run_id = p.profile_run_id and s.attempt = p.attempt and s.table_id = {table} limit 1 offset 0)
                 or exists (select 1 from written_results r where r.table_id = {table} and r.profile_run_id = p.profile_run_id and r.attempt = p.attempt limit 1 offset 0)
                 or exists (select 1 from written_columns c where c.profile_run_id = p.profile_run_id and c.attempt = p.attempt and c.table_id = {table} limit 1 offset 0)
                 then 1 else 0 end"
    )
}

/// That Limn noted nothing of table `$1` in run `p`, so that only rows and documents of other writers may tell of it.
pub(super) const NOT_NOTED: &str =
    "not exists (select 1 from run_tables rt where rt.profile_run_id = p.profile_run_id and rt.attempt = p.attempt
             and rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null limit 1 offset 0)";

/// Completed runs of a group that have rows of the table, or a payload that may have it; newest first. Without a table: those with a payload.
pub async fn list_candidate_runs(
    db: &Database,
    group: &TableGroupId,
    table: Option<&TableId>,
    wanted: Candidates,
    limit: u32,
) -> Result<Vec<CandidateRun>, StoreError> {
    let has_either = "has_payload = 1 or has_rows = 1";
    let (below, has) = match wanted {
        Candidates::Newest => (i64::MAX, has_either),
        Candidates::OlderThan(number) => (number, has_either),
        Candidates::WithRows => (i64::MAX, "has_rows = 1"),
        Candidates::WithRowsOlderThan(number) => (number, "has_rows = 1"),
    };
    let rows_of_table = has_rows("$2");
    let rows = sql_joined(format!(
        "select * from (select p.profile_run_id, p.run_number, p.attempt, p.status, p.started_at, p.completed_at, p.row_count,
             {HAS_PAYLOAD} as has_payload, {rows_of_table} as has_rows
             from dq_profiles p where p.table_group_id = $1 and p.status = 'completed' and p.run_number < $4) candidates
         where {has} order by run_number desc limit $3"
    ))
    .bind(group.as_str())
    .bind(table.map(TableId::as_str))
    .bind(limit)
    .bind(below)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CandidateRun {
                profile_run_id: RunId(row.text("profile_run_id")?),
                number: row.integer("run_number")?,
                attempt: row.small("attempt")?,
                status: row.text("status")?,
                started_at: row.time_opt("started_at")?,
                completed_at: row.time_opt("completed_at")?,
                row_count: row.count_opt("row_count")?,
                has_rows: row.integer("has_rows")? == 1,
                has_payload: row.integer("has_payload")? == 1,
            })
        })
        .collect()
}
