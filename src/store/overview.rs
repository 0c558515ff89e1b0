//! The overview in three statements: newest runs with how the recent ones ended, groups with their histories, and what takes most from the score.

use chrono::{DateTime, Duration, Utc};

use super::column_reads::{finding_columns, read_anomaly};
use super::run_rows::{RUN_COLUMNS, RUN_TABLES, read_run};
use super::statement::sql_joined;
use super::tables::HISTORY_RUNS;
use super::{Database, Record, StoreError, sql};
use crate::domain::address::TableAddress;
use crate::domain::identifier::{AlertId, ConnectionId, TableGroupId};
use crate::domain::overview::{CostlyFinding, GroupFreshness, GroupPoint, Overview, Scored};

/// A profile is fresh for so long.
const FRESH_HOURS: i64 = 24;
/// Runs counted by how they ended.
const RECENT_DAYS: i64 = 7;
/// Runs listed.
const LISTED_RUNS: u32 = 10;
/// Findings that take most from the score.
const COSTLIEST: u32 = 5;

/// Reads the overview, of one group where it is given.
pub async fn get_overview(db: &Database, group: Option<&TableGroupId>, now: DateTime<Utc>) -> Result<Overview, StoreError> {
    let group = group.map(TableGroupId::as_str);
    let runs_text = format!(
        "select {RUN_COLUMNS},
             (select count(*) from dq_profiles where status = 'completed' and requested_at >= $4 and completed_at >= $3 and ($1 is null or table_group_id = $1)) as completed_runs,
             (select count(*) from dq_profiles where status = 'failed' and requested_at >= $4 and completed_at >= $3 and ($1 is null or table_group_id = $1)) as failed_runs
         {RUN_TABLES} where $1 is null or p.table_group_id = $1
         order by case when p.status in ('pending', 'running') then 0 else 1 end, p.run_number desc limit $2"
    );
    let runs = sql_joined(runs_text)
        .bind(group)
        .bind(LISTED_RUNS)
        .bind(now - Duration::days(RECENT_DAYS))
        // A run may have waited; twice the window lets the index on the request find it.
        .bind(now - Duration::days(2 * RECENT_DAYS))
        .fetch_all(db)
        .await?;
    let ended = |what: &str| runs.first().map_or(Ok(0), |row| row.count(what));
    let mut overview = Overview {
        completed_runs_7d: ended("completed_runs")?,
        failed_runs_7d: ended("failed_runs")?,
        runs: runs.iter().map(read_run).collect::<Result<_, _>>()?,
        costliest: list_costliest(db, group).await?,
        ..Overview::default()
    };
    for row in &list_groups(db, group, now).await? {
        overview.table_count += row.count("table_count")?;
        overview.profiled_table_count += row.count("profiled_table_count")?;
        overview.fresh_table_count += row.count("fresh_table_count")?;
        overview.failing_table_count += row.count("failing_table_count")?;
        overview.column_count = overview.column_count.saturating_add(row.count("column_count")?);
        overview.row_count = overview.row_count.saturating_add(row.count("row_count")?);
        overview.groups.push(read_group(row)?);
    }
    Ok(overview)
}

/// The groups, those never profiled first, then the stalest.
async fn list_groups(db: &Database, group: Option<&str>, now: DateTime<Utc>) -> Result<Vec<Record>, StoreError> {
    sql("select g.table_group_id, g.name, g.connection_id, c.name as connection_name, c.is_active, g.dataset_id, d.name as dataset_name,
             count(t.table_id) as table_count, count(ch.last_complete_profile_run_id) as profiled_table_count,
             count(case when ch.latest_run_completed_at >= $2 then 1 end) as fresh_table_count,
             count(case when ch.last_failed_run_number > coalesce(ch.last_complete_run_number, 0) then 1 end) as failing_table_count,
             cast(coalesce(sum(ch.column_count), 0) as bigint) as column_count, cast(coalesce(sum(ch.record_count), 0) as bigint) as row_count,
             coalesce(sum(ch.dq_score_profiling * ch.score_weight), 0.0) as score_sum,
             coalesce(sum(case when ch.dq_score_profiling is not null then ch.score_weight end), 0.0) as score_weight,
             max(p.completed_at) as last_completed_at, max(p.run_number) as last_run_number,
             (select string_agg(coalesce(cast(h.row_count as text), '') || ':' || coalesce(cast(h.dq_score_profiling as text), '') || ':' || cast(h.run_number as text), ',' order by h.run_number)
                 from (select o.row_count, o.dq_score_profiling, o.run_number from dq_profiles o
                     where o.table_group_id = g.table_group_id and o.status = 'completed' and o.is_whole_group
                     order by o.run_number desc limit $3) h) as history
         from dq_table_groups g join dq_connections c on c.connection_id = g.connection_id
         left join dq_datasets d on d.dataset_id = g.dataset_id
         left join dq_tables t on t.table_group_id = g.table_group_id and t.missing_since is null
         left join dq_data_table_chars ch on ch.table_id = t.table_id
         left join dq_profiles p on p.run_number = (
             select max(o.run_number) from dq_profiles o where o.table_group_id = g.table_group_id and o.status = 'completed')
         where $1 is null or g.table_group_id = $1
         group by g.table_group_id, g.name, g.connection_id, c.name, c.is_active, g.dataset_id, d.name
         order by max(p.completed_at) nulls first, g.table_group_id")
    .bind(group)
    .bind(now - Duration::hours(FRESH_HOURS))
    .bind(HISTORY_RUNS)
    .fetch_all(db)
    .await
}

/// What takes most from the score, of the latest run of each table. Crossed, so that SQLite goes from the tables to their findings.
async fn list_costliest(db: &Database, group: Option<&str>) -> Result<Vec<CostlyFinding>, StoreError> {
    let found = finding_columns("r");
    let rows = sql_joined(format!(
        "select {found}, r.score_cost * ch.score_weight as cost, g.connection_id,
             (select a.alert_id from dq_alerts a where a.table_id = r.table_id and a.kind = r.anomaly_type_id
                 and coalesce(a.column_name, '') = coalesce(r.column_name, '') limit 1) as alert_id
         from dq_table_groups g join dq_tables t on t.table_group_id = g.table_group_id and t.missing_since is null
         join dq_data_table_chars ch on ch.table_id = t.table_id
         cross join dq_profile_anomaly_results r
         where r.profile_run_id = ch.last_complete_profile_run_id and r.table_id = ch.table_id and r.attempt = ch.last_complete_attempt
             and r.score_cost > 0 and ch.score_weight > 0 and ($1 is null or t.table_group_id = $1)
         order by cost desc, r.anomaly_result_id limit $2"
    ))
    .bind(group)
    .bind(COSTLIEST)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CostlyFinding {
                table: TableAddress {
                    connection_id: ConnectionId(row.text("connection_id")?),
                    schema_name: row.text("schema_name")?,
                    table_name: row.text("table_name")?,
                },
                anomaly: read_anomaly(row)?,
                alert_id: row.text_opt("alert_id")?.map(AlertId),
                cost: row.real_opt("cost")?.unwrap_or(0.0),
            })
        })
        .collect()
}

/// Rows and scores of a group's runs as the statement joins them: `1200:0.94:7,1180::8,...`.
fn read_history(text: &str) -> Vec<GroupPoint> {
    let points = text.split(',').filter_map(|point| {
        let (figures, run) = point.rsplit_once(':')?;
        let (rows, score) = figures.split_once(':')?;
        Some(GroupPoint {
            run_number: run.parse().ok()?,
            row_count: rows.parse().unwrap_or(0),
            score: score.parse().ok(),
        })
    });
    points.collect()
}

fn read_group(row: &Record) -> Result<GroupFreshness, StoreError> {
    Ok(GroupFreshness {
        table_group_id: TableGroupId(row.text("table_group_id")?),
        name: row.text("name")?,
        dataset: row.text_opt("dataset_id")?.zip(row.text_opt("dataset_name")?),
        connection_id: ConnectionId(row.text("connection_id")?),
        connection_name: row.text("connection_name")?,
        is_active: row.flag("is_active")?,
        table_count: row.count("table_count")?,
        profiled_table_count: row.count("profiled_table_count")?,
        row_count: row.count("row_count")?,
        score: Scored {
            sum: row.real_opt("score_sum")?.unwrap_or(0.0),
            weight: row.real_opt("score_weight")?.unwrap_or(0.0),
        },
        last_completed_at: row.time_opt("last_completed_at")?,
        last_run_number: row.integer_opt("last_run_number")?,
        history: read_history(&row.text_opt("history")?.unwrap_or_default()),
    })
}
