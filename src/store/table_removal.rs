//! Removing tables: what goes with them. Runs keep their totals, and others' tables keep everything.

use super::column_contents::delete_columns;
use super::statement::sql_joined;
use super::table_groups::DependentCounts;
use super::{Database, StoreError, Transaction, audit, list_of, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::TableId;

/// Counts what depends on a table; runs of its group that have not ended may still tell of it, and tests belong to its group.
pub async fn count_table_dependents(db: &Database, table: &TableId) -> Result<DependentCounts, StoreError> {
    let row = sql("select (select count(*) from run_tables where table_id = $1) as run_count,
             (select count(*) from dq_profiles p join dq_tables t on t.table_group_id = p.table_group_id
                 where t.table_id = $1 and p.status in ('pending', 'running')) as active_count,
             (select count(*) from dq_alerts where table_id = $1) as alert_count")
    .bind(table.as_str())
    .fetch_one(db)
    .await?;
    Ok(DependentCounts {
        tables: 1,
        runs: row.count("run_count")?,
        active_runs: row.count("active_count")?,
        alerts: row.count("alert_count")?,
        tests: 0,
    })
}

/// Removes a table that is no longer there, with its profiles, findings and alerts; false where it is there, or never was.
pub async fn delete_missing_table(tx: &mut Transaction, table: &TableId, actor: &Actor) -> Result<bool, StoreError> {
    let row =
        sql("select table_group_id, schema_name, table_name from dq_tables where table_id = $1 and missing_since is not null {for update}")
            .bind(table.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some(row) = row else { return Ok(false) };
    let (group, schema_name, table_name) = (row.text("table_group_id")?, row.text("schema_name")?, row.text("table_name")?);
    delete_columns(tx, "table_id = $1", &[table.as_str().into()]).await?;
    // Plain records of programs know their table by its name.
    sql(
        "delete from written_anomalies where table_name = $3 and coalesce(schema_name, '') in ('', $2)
             and profile_run_id in (select profile_run_id from dq_profiles where table_group_id = $1)",
    )
    .bind(&group)
    .bind(&schema_name)
    .bind(&table_name)
    .execute(&mut *tx)
    .await?;
    for rows in ["dq_profile_anomaly_results", "run_tables"] {
        sql_joined(format!("delete from {rows} where table_id = $1"))
            .bind(table.as_str())
            .execute(&mut *tx)
            .await?;
    }
    delete_tables(tx, &[table.as_str().to_owned()]).await?;
    let details = serde_json::json!({ "table_group_id": group, "schema_name": schema_name, "table_name": table_name });
    audit::record(tx, actor, "table.delete", &format!("table:{table}"), details).await?;
    Ok(true)
}

/// Removes tables of which no run tells any more, with what is said of them and their alerts.
pub(super) async fn delete_tables(tx: &mut Transaction, tables: &[String]) -> Result<(), StoreError> {
    let of_alerts = "alert_id in (select alert_id from dq_alerts where table_id in {list $1})";
    for (rows, condition) in [
        ("alert_events", of_alerts),
        ("dq_alerts", "table_id in {list $1}"),
        ("dq_profile_partition_states", "table_id in {list $1}"),
        ("dq_data_column_chars", "table_id in {list $1}"),
        ("dq_data_table_chars", "table_id in {list $1}"),
        ("dq_tables", "table_id in {list $1}"),
    ] {
        sql_joined(format!("delete from {rows} where {condition}"))
            .bind(list_of(tables))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
