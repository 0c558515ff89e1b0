//! Removing runs with everything that belongs to them, and what each table's latest figures are afterwards.
//!
//! A run that has not ended is never removed. Removing by age leaves the run that a table's current figures are of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::column_contents::delete_columns;
use super::statement::sql_joined;
use super::{Database, StoreError, Transaction, audit, list_of, sql};
use crate::domain::alert::source;
use crate::domain::audit::Actor;
use crate::domain::identifier::RunId;
use crate::domain::table_metrics::TableMetrics;

/// Tables whose rows belong to a run, in the order in which they are removed.
const DETAILS: &[&str] = &[
    "dq_profile_column_values",
    "dq_profile_columns",
    "dq_profile_results",
    "dq_profile_anomaly_results",
    "written_anomalies",
    "dq_profile_operations",
    "dq_profile_partition_states",
    "run_log",
    "backfill_ledger",
    "run_tables",
];

/// Those that show columns, wherever these stand.
const COLUMNS: &[&str] = &["dq_profile_column_values", "dq_profile_columns", "dq_profile_results"];

/// What a removal takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RunRemoval {
    /// Runs, oldest first: id and number.
    pub runs: Vec<(RunId, i64)>,
    /// Rows of each table that belong to them.
    pub rows: BTreeMap<String, u64>,
}

/// The ended runs that are older than a time and that no table's current figures are of.
pub async fn list_runs_before(db: &Database, before: DateTime<Utc>) -> Result<Vec<RunId>, StoreError> {
    let rows = sql("select p.profile_run_id from dq_profiles p
         where p.status in ('completed', 'failed', 'cancelled') and coalesce(p.completed_at, p.requested_at) < $1
             and not exists (select 1 from dq_data_table_chars ch where ch.last_complete_profile_run_id = p.profile_run_id)
         order by p.run_number")
    .bind(before)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok(RunId(row.text("profile_run_id")?))).collect()
}

/// Counts what a removal of these runs would take away. Runs that have not ended, or do not exist, are left out.
pub async fn preview_removal(db: &Database, run_ids: &[RunId]) -> Result<RunRemoval, StoreError> {
    let rows = sql("select profile_run_id, run_number from dq_profiles
         where profile_run_id in {list $1} and status in ('completed', 'failed', 'cancelled') order by run_number")
    .bind(list_of(run_ids.iter().map(RunId::as_str)))
    .fetch_all(db)
    .await?;
    let mut removal = RunRemoval::default();
    for row in &rows {
        removal.runs.push((RunId(row.text("profile_run_id")?), row.integer("run_number")?));
    }
    let of_runs = "where profile_run_id in {list $1}";
    let shared = format!("(select count(*) from result_rows where set_key in (select set_key from result_sets {of_runs}))");
    let counts: Vec<String> = DETAILS
        .iter()
        .map(|table| match *table {
            "dq_profile_results" => format!("select '{table}', {shared} + (select count(*) from written_results {of_runs})"),
            "dq_profile_columns" => format!("select '{table}', {shared} + (select count(*) from written_columns {of_runs})"),
            table => format!("select '{table}' as table_name, count(*) as row_count from {table} {of_runs}"),
        })
        .collect();
    let rows = sql_joined(counts.join(" union all "))
        .bind(list_of(removal.runs.iter().map(|(id, _)| id.as_str())))
        .fetch_all(db)
        .await?;
    for row in &rows {
        removal.rows.insert(row.text("table_name")?, row.count("row_count")?);
    }
    Ok(removal)
}

/// Removes runs that have ended, with all their rows; says how many. Tables whose current figures go get the next newest.
pub async fn delete_runs(tx: &mut Transaction, run_ids: &[RunId], reason: &str, actor: &Actor) -> Result<u64, StoreError> {
    let rows = sql("select profile_run_id, run_number from dq_profiles
         where profile_run_id in {list $1} and status in ('completed', 'failed', 'cancelled') order by run_number {for update}")
    .bind(list_of(run_ids.iter().map(RunId::as_str)))
    .fetch_all(&mut *tx)
    .await?;
    let mut removed = Vec::new();
    for row in &rows {
        removed.push((RunId(row.text("profile_run_id")?), row.integer("run_number")?));
    }
    let ids = list_of(removed.iter().map(|(id, _)| id.as_str()));
    delete_columns(tx, "profile_run_id in {list $1}", &[ids.as_str().into()]).await?;
    // Their columns are gone.
    for table in DETAILS.iter().filter(|table| !COLUMNS.contains(table)) {
        sql_joined(format!("delete from {table} where profile_run_id in {{list $1}}"))
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
    }
    settle_current_figures(tx, &ids).await?;
    settle_alerts(tx, &ids).await?;
    let count = sql("delete from dq_profiles where profile_run_id in {list $1}")
        .bind(&ids)
        .execute(&mut *tx)
        .await?;
    for (id, number) in &removed {
        let details = serde_json::json!({ "run_number": number, "reason": reason });
        audit::record(tx, actor, "run.delete", &format!("run:{id}"), details).await?;
    }
    Ok(count)
}

/// The run that alerts refer to as the latest that showed their cause: the newest that is left and has their finding, or none.
async fn settle_alerts(tx: &mut Transaction, removed: &str) -> Result<(), StoreError> {
    let newest = |column: &str| {
        format!(
            "(select p.{column} from dq_profiles p where p.table_group_id = dq_alerts.table_group_id and p.profile_run_id not in {{list $1}}
                 and (dq_alerts.source_type = $3 and p.status = 'failed' or dq_alerts.source_type = $2 and (
                     exists (select 1 from dq_profile_anomaly_results f where f.profile_run_id = p.profile_run_id and f.table_id = dq_alerts.table_id
                         and f.anomaly_type_id = dq_alerts.kind and coalesce(f.column_name, '') = coalesce(dq_alerts.column_name, ''))
                     or exists (select 1 from written_anomalies w where w.profile_run_id = p.profile_run_id and w.table_name = dq_alerts.table_name
                         and w.anomaly_type = dq_alerts.kind and coalesce(w.column_name, '') = coalesce(dq_alerts.column_name, ''))))
                 order by p.run_number desc limit 1)"
        )
    };
    sql_joined(format!(
        "update dq_alerts set source_ref = coalesce({}, ''), last_run_number = {} where source_ref in {{list $1}} and source_type in ($2, $3)",
        newest("profile_run_id"),
        newest("run_number"),
    ))
    .bind(removed)
    .bind(source::ANOMALY)
    .bind(source::RUN)
    .execute(tx)
    .await?;
    Ok(())
}

/// What lists show of each table that lost its current figures: those of its newest remaining run, or nothing.
async fn settle_current_figures(tx: &mut Transaction, removed: &str) -> Result<(), StoreError> {
    let newest = |column: &str| {
        format!(
            "(select rt.{column} from run_tables rt where rt.table_id = dq_data_table_chars.table_id and rt.completed_at is not null
                 and rt.failure_json is null order by rt.run_number desc limit 1)"
        )
    };
    let cells = "(select rt.row_count * rt.column_count from run_tables rt where rt.table_id = dq_data_table_chars.table_id
         and rt.completed_at is not null and rt.failure_json is null order by rt.run_number desc limit 1)";
    // What kind of table it is goes into its weight by a factor: the weight of a cell.
    let weighed = sql(
        "select table_id, score_weight / data_point_count as cell_weight from dq_data_table_chars
         where last_complete_profile_run_id in {list $1} and score_weight is not null and data_point_count > 0",
    )
    .bind(removed)
    .fetch_all(&mut *tx)
    .await?;
    let settled = sql_joined(format!(
        "update dq_data_table_chars set record_count = {}, column_count = {}, data_point_count = {cells}, null_cell_count = {},
             last_complete_run_number = {}, last_complete_attempt = {}, latest_run_completed_at = {}, last_complete_profile_run_id = {},
             updated_at = {{now}}
         where last_complete_profile_run_id in {{list $1}} returning table_id",
        newest("row_count"),
        newest("column_count"),
        newest("null_cell_count"),
        newest("run_number"),
        newest("attempt"),
        newest("completed_at"),
        newest("profile_run_id"),
    ))
    .bind(removed)
    .fetch_all(&mut *tx)
    .await?;
    let tables: Vec<String> = settled.iter().map(|row| row.text("table_id")).collect::<Result<_, _>>()?;
    settle_scores(tx, &tables).await?;
    for row in &weighed {
        sql("update dq_data_table_chars set score_weight = data_point_count * $2 where table_id = $1")
            .bind(row.text("table_id")?)
            .bind(row.real_opt("cell_weight")?)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Score and count of findings of tables, as the run has them that they show.
async fn settle_scores(tx: &mut Transaction, tables: &[String]) -> Result<(), StoreError> {
    let shown = sql(
        "select ch.table_id, rt.metrics_json, (select count(*) from dq_profile_anomaly_results f
             where f.profile_run_id = ch.last_complete_profile_run_id and f.table_id = ch.table_id and not coalesce(f.dismissed, false)) as anomaly_count
         from dq_data_table_chars ch left join run_tables rt on rt.profile_run_id = ch.last_complete_profile_run_id
             and rt.attempt = ch.last_complete_attempt and rt.table_id = ch.table_id
         where ch.table_id in {list $1}",
    )
    .bind(list_of(tables))
    .fetch_all(&mut *tx)
    .await?;
    for row in &shown {
        let metrics: TableMetrics = row.json_opt("metrics_json")?.unwrap_or_default();
        sql("update dq_data_table_chars set dq_score_profiling = $2, latest_anomaly_ct = $3 where table_id = $1")
            .bind(row.text("table_id")?)
            .bind(metrics.quality_score)
            .bind(row.count("anomaly_count")?)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
