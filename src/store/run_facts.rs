//! What the end of a run needs to know of its group: number, tables by name, those that are gone, failures in a row.

use chrono::{DateTime, Utc};

use super::alerts::SeenIn;
use super::external_runs::EXTERNAL_ENGINE;
use super::{StoreError, Transaction, sql};
use crate::domain::identifier::{RunId, TableGroupId, TableId};

/// Runs that are looked at for failures in a row.
const MOST_FAILURES: u32 = 1_000;

/// The run as alerts name it.
pub async fn find_seen_in(tx: &mut Transaction, run: &RunId) -> Result<Option<SeenIn>, StoreError> {
    let row = sql("select run_number, table_group_id, is_whole_group, case when engine = $2 then coalesce(started_by_id, 'unknown') end as reported_by
         from dq_profiles where profile_run_id = $1")
        .bind(run.as_str())
        .bind(EXTERNAL_ENGINE)
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(SeenIn {
            profile_run_id: run.clone(),
            number: row.integer("run_number")?,
            table_group_id: TableGroupId(row.text("table_group_id")?),
            is_whole_group: row.flag("is_whole_group")?,
            reported_by: row.text_opt("reported_by")?,
        })
    })
    .transpose()
}

/// The table of a group by its names; where no schema is given, the one table of that name.
pub async fn find_table_id(tx: &mut Transaction, group: &TableGroupId, schema: &str, table: &str) -> Result<Option<TableId>, StoreError> {
    let rows = sql(
        "select table_id, schema_name from dq_tables where table_group_id = $1 and table_name = $3 and (schema_name = $2 or $2 = '')
         order by case when schema_name = $2 then 0 else 1 end limit 2",
    )
    .bind(group.as_str())
    .bind(schema)
    .bind(table)
    .fetch_all(tx)
    .await?;
    match rows.as_slice() {
        [only] => Ok(Some(TableId(only.text("table_id")?))),
        [first, ..] if first.text("schema_name")? == schema => Ok(Some(TableId(first.text("table_id")?))),
        _ => Ok(None),
    }
}

/// Schemas and names of the tables that a run has results of.
pub async fn list_tables_with_results(tx: &mut Transaction, run: &RunId) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sql("select distinct schema_name, table_name from dq_profile_results where profile_run_id = $1 and table_name is not null")
        .bind(run.as_str())
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| Ok((row.text_opt("schema_name")?.unwrap_or_default(), row.text("table_name")?)))
        .collect()
}

/// A table that is no longer there, with the masks of its group.
#[derive(Clone, Debug)]
pub struct GoneTable {
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// What the group takes.
    pub include_mask: String,
    /// What it leaves out.
    pub exclude_mask: String,
}

/// The group's tables that are gone and were neither renamed nor switched off, where the run looked at the whole group.
pub async fn list_gone(tx: &mut Transaction, run: &RunId) -> Result<Vec<GoneTable>, StoreError> {
    let rows = sql(
        "select t.schema_name, t.table_name, g.profiling_include_mask, g.profiling_exclude_mask from dq_tables t
         join dq_profiles p on p.table_group_id = t.table_group_id join dq_table_groups g on g.table_group_id = t.table_group_id
         where p.profile_run_id = $1 and p.is_whole_group and t.missing_since is not null and coalesce(t.renamed_to, '') = ''
             and coalesce(t.is_active, true) order by t.schema_name, t.table_name",
    )
    .bind(run.as_str())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(GoneTable {
                schema_name: row.text("schema_name")?,
                table_name: row.text("table_name")?,
                include_mask: row.text_opt("profiling_include_mask")?.unwrap_or_default(),
                exclude_mask: row.text_opt("profiling_exclude_mask")?.unwrap_or_default(),
            })
        })
        .collect()
}

/// When the group's latest runs ended that failed one after the other, the newest first; cancelled ones do not count.
pub async fn list_failures_in_a_row(tx: &mut Transaction, group: &TableGroupId) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let rows = sql("select status, coalesce(completed_at, requested_at) as ended_at from dq_profiles
         where table_group_id = $1 and status in ('completed', 'failed') order by run_number desc limit $2")
    .bind(group.as_str())
    .bind(MOST_FAILURES)
    .fetch_all(tx)
    .await?;
    let mut ended = Vec::new();
    for row in &rows {
        if row.text("status")? != "failed" {
            break;
        }
        ended.push(row.time("ended_at")?);
    }
    Ok(ended)
}
