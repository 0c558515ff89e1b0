//! The tables of one run: how each went.

use super::{Database, Record, StoreError, sql};
use crate::domain::identifier::{RunId, TableId};
use crate::domain::profile_run::{RunMode, RunTable};

/// Lists the tables of the run's current (or recorded) attempt in the order in which they were read.
pub async fn list_run_tables(db: &Database, run_id: &RunId) -> Result<Vec<RunTable>, StoreError> {
    let rows = sql(
        "select rt.schema_name, rt.table_name, rt.row_count, rt.column_count, rt.bytes_scanned, rt.started_after_ms, rt.duration_ms,
             rt.profile_mode, rt.broken_invariants_json, rt.failure_json
         from dq_profiles p join run_tables rt on rt.profile_run_id = p.profile_run_id and rt.attempt = p.attempt
         where p.profile_run_id = $1 order by rt.started_after_ms, rt.schema_name, rt.table_name",
    )
    .bind(run_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read_run_table).collect()
}

fn read_run_table(row: &Record) -> Result<RunTable, StoreError> {
    Ok(RunTable {
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
        row_count: row.count("row_count")?,
        column_count: row.small("column_count")?,
        bytes_scanned: row.count("bytes_scanned")?,
        started_after_ms: row.count("started_after_ms")?,
        duration_ms: row.count("duration_ms")?,
        mode: row.word("profile_mode", RunMode::from_word)?,
        broken_invariants: row.json_opt("broken_invariants_json")?.unwrap_or_default(),
        failure: row.json_opt("failure_json")?,
    })
}

/// A table whose figures a run has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultTable {
    /// Table.
    pub table_id: TableId,
    /// The attempt that was published.
    pub attempt: u32,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
}

/// Lists the tables of a completed run that were read, by name.
pub async fn list_result_tables(db: &Database, run_id: &RunId) -> Result<Vec<ResultTable>, StoreError> {
    let rows = sql(
        "select rt.table_id, rt.attempt, rt.schema_name, rt.table_name, rt.row_count, rt.column_count
         from dq_profiles p join run_tables rt on rt.profile_run_id = p.profile_run_id and rt.attempt = p.attempt
         where p.profile_run_id = $1 and p.status = 'completed' and rt.failure_json is null order by rt.schema_name, rt.table_name",
    )
    .bind(run_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ResultTable {
                table_id: TableId(row.text("table_id")?),
                attempt: row.small("attempt")?,
                schema_name: row.text("schema_name")?,
                table_name: row.text("table_name")?,
                row_count: row.count("row_count")?,
                column_count: row.small("column_count")?,
            })
        })
        .collect()
}
