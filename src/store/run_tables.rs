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
    /// Whether `dq_profile_results` has its columns; else only `dq_profile_columns` may have them.
    pub has_results: bool,
}

/// Lists the tables of a completed run that were read, by name: those that Limn noted, and those of which other writers left rows.
pub async fn list_result_tables(db: &Database, run_id: &RunId) -> Result<Vec<ResultTable>, StoreError> {
    let rows = sql(
        "with of_run as (select profile_run_id, attempt from dq_profiles where profile_run_id = $1 and status = 'completed'),
             noted as (select rt.* from of_run o join run_tables rt on rt.profile_run_id = o.profile_run_id and rt.attempt = o.attempt),
             written as (select r.table_id, r.attempt, min(r.schema_name) as schema_name, min(r.table_name) as table_name,
                     max(r.record_count) as row_count, count(*) as column_count
                 from of_run o join written_results r on r.profile_run_id = o.profile_run_id and r.attempt = o.attempt
                 where r.table_id is not null group by r.table_id, r.attempt),
             typed as (select c.table_id, c.attempt, min(c.schema_name) as schema_name, min(c.table_name) as table_name,
                     max(c.row_count) as row_count, count(*) as column_count
                 from of_run o join written_columns c on c.profile_run_id = o.profile_run_id and c.attempt = o.attempt
                 where c.table_id is not null group by c.table_id, c.attempt),
             kept as (select s.table_id from of_run o join result_sets s on s.profile_run_id = o.profile_run_id and s.attempt = o.attempt
                 where exists (select 1 from result_rows p where p.set_key = s.set_key))
         select n.table_id, n.attempt, n.schema_name, n.table_name, n.row_count, n.column_count,
             case when n.column_count = 0 or n.table_id in (select table_id from kept) or n.table_id in (select table_id from written) then 1 else 0 end as has_results
         from noted n where n.failure_json is null
         union all select w.table_id, w.attempt, w.schema_name, w.table_name, w.row_count, w.column_count, 1 from written w
             where w.table_id not in (select table_id from noted)
         union all select t.table_id, t.attempt, t.schema_name, t.table_name, t.row_count, t.column_count, 0 from typed t
             where t.table_id not in (select table_id from noted) and t.table_id not in (select table_id from written)
         order by schema_name, table_name",
    )
    .bind(run_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ResultTable {
                table_id: TableId(row.text("table_id")?),
                attempt: row.small("attempt")?,
                schema_name: row.text_opt("schema_name")?.unwrap_or_default(),
                table_name: row.text("table_name")?,
                row_count: row.count_opt("row_count")?.unwrap_or_default(),
                column_count: row.small("column_count")?,
                has_results: row.integer("has_results")? == 1,
            })
        })
        .collect()
}

/// Whether a document is stored with a run.
pub async fn has_payload(db: &Database, run_id: &RunId) -> Result<bool, StoreError> {
    let row = sql("select 1 as one from dq_profiles where profile_run_id = $1 and coalesce(payload_path, '') <> ''")
        .bind(run_id.as_str())
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}
