//! The overview in four statements: totals, groups, their histories, newest runs.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::run_rows::{RUN_COLUMNS, RUN_TABLES, read_run};
use super::statement::sql_joined;
use super::tables::HISTORY_RUNS;
use super::{Database, Record, StoreError, sql};
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::overview::{GroupFreshness, Overview};

/// A profile is fresh for so long.
const FRESH_HOURS: i64 = 24;
/// Runs counted by how they ended.
const RECENT_DAYS: i64 = 7;
/// Runs listed.
const LISTED_RUNS: u32 = 10;

/// Reads the overview, of one group where it is given.
pub async fn get_overview(db: &Database, group: Option<&TableGroupId>, now: DateTime<Utc>) -> Result<Overview, StoreError> {
    let group = group.map(TableGroupId::as_str);
    let totals = sql("select count(*) as table_count, count(ch.last_complete_profile_run_id) as profiled_table_count,
             count(case when ch.latest_run_completed_at >= $2 then 1 end) as fresh_table_count,
             cast(coalesce(sum(ch.column_count), 0) as bigint) as column_count, cast(coalesce(sum(ch.record_count), 0) as bigint) as row_count,
             count(case when ch.last_failed_run_number > coalesce(ch.last_complete_run_number, 0) then 1 end) as failing_table_count,
             (select count(*) from dq_profiles where status = 'completed' and requested_at >= $4 and completed_at >= $3 and ($1 is null or table_group_id = $1)) as completed_runs,
             (select count(*) from dq_profiles where status = 'failed' and requested_at >= $4 and completed_at >= $3 and ($1 is null or table_group_id = $1)) as failed_runs
         from dq_tables t left join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.missing_since is null and ($1 is null or t.table_group_id = $1)")
    .bind(group)
    .bind(now - Duration::hours(FRESH_HOURS))
    .bind(now - Duration::days(RECENT_DAYS))
    // A run may have waited; twice the window lets the index on the request find it.
    .bind(now - Duration::days(2 * RECENT_DAYS))
    .fetch_one(db)
    .await?;
    let runs_text = format!(
        "select {RUN_COLUMNS} {RUN_TABLES} where $1 is null or p.table_group_id = $1
         order by case when p.status in ('pending', 'running') then 0 else 1 end, p.run_number desc limit $2"
    );
    let runs = sql_joined(runs_text).bind(group).bind(LISTED_RUNS).fetch_all(db).await?;
    Ok(Overview {
        table_count: totals.count("table_count")?,
        profiled_table_count: totals.count("profiled_table_count")?,
        fresh_table_count: totals.count("fresh_table_count")?,
        column_count: totals.count("column_count")?,
        row_count: totals.count("row_count")?,
        failing_table_count: totals.count("failing_table_count")?,
        completed_runs_7d: totals.count("completed_runs")?,
        failed_runs_7d: totals.count("failed_runs")?,
        runs: runs.iter().map(read_run).collect::<Result<_, _>>()?,
        groups: list_groups(db, group).await?,
    })
}

/// The groups, those never profiled first, then the stalest.
async fn list_groups(db: &Database, group: Option<&str>) -> Result<Vec<GroupFreshness>, StoreError> {
    let rows = sql(
        "select g.table_group_id, g.name, g.connection_id, c.name as connection_name, c.is_active,
             count(t.table_id) as table_count, count(ch.last_complete_profile_run_id) as profiled_table_count,
             cast(coalesce(sum(ch.record_count), 0) as bigint) as row_count,
             max(p.completed_at) as last_completed_at, max(p.run_number) as last_run_number
         from dq_table_groups g join dq_connections c on c.connection_id = g.connection_id
         left join dq_tables t on t.table_group_id = g.table_group_id and t.missing_since is null
         left join dq_data_table_chars ch on ch.table_id = t.table_id
         left join dq_profiles p on p.run_number = (
             select max(o.run_number) from dq_profiles o where o.table_group_id = g.table_group_id and o.status = 'completed')
         where $1 is null or g.table_group_id = $1
         group by g.table_group_id, g.name, g.connection_id, c.name, c.is_active
         order by max(p.completed_at) nulls first, g.table_group_id",
    )
    .bind(group)
    .fetch_all(db)
    .await?;
    let mut histories = read_histories(db, group).await?;
    rows.iter().map(|row| read_group(row, &mut histories)).collect()
}

/// Row totals of the last completed runs over whole groups, oldest first.
async fn read_histories(db: &Database, group: Option<&str>) -> Result<HashMap<String, Vec<u64>>, StoreError> {
    let rows = sql("select table_group_id, row_count from (
             select table_group_id, row_count, run_number, row_number() over (partition by table_group_id order by run_number desc) as place
             from dq_profiles where status = 'completed' and is_whole_group and ($1 is null or table_group_id = $1)) newest
         where place <= $2 order by table_group_id, run_number")
    .bind(group)
    .bind(HISTORY_RUNS)
    .fetch_all(db)
    .await?;
    let mut histories: HashMap<String, Vec<u64>> = HashMap::new();
    for row in &rows {
        histories
            .entry(row.text("table_group_id")?)
            .or_default()
            .push(row.count_opt("row_count")?.unwrap_or(0));
    }
    Ok(histories)
}

fn read_group(row: &Record, histories: &mut HashMap<String, Vec<u64>>) -> Result<GroupFreshness, StoreError> {
    let table_group_id = row.text("table_group_id")?;
    let row_history = histories.remove(&table_group_id).unwrap_or_default();
    Ok(GroupFreshness {
        table_group_id: TableGroupId(table_group_id),
        name: row.text("name")?,
        connection_id: ConnectionId(row.text("connection_id")?),
        connection_name: row.text("connection_name")?,
        is_active: row.flag("is_active")?,
        table_count: row.count("table_count")?,
        profiled_table_count: row.count("profiled_table_count")?,
        row_count: row.count("row_count")?,
        last_completed_at: row.time_opt("last_completed_at")?,
        last_run_number: row.integer_opt("last_run_number")?,
        row_history,
    })
}
