//! Column profiles: written table by table by the attempt that owns the run, read only after the run was completed.

use super::column_contents::{delete_columns, insert_columns};
use super::masking::keep_measured;
use super::{StoreError, Transaction, Value, run_transitions, sql};
use crate::domain::identifier::{RunId, TableId};
use crate::domain::table_profile::TableProfile;

pub use super::table_details::get_column_detail;

/// Stores the profile of one table for a running attempt. Storing it again replaces it; a lost attempt is refused.
/// Nobody sees it before the run is finished as completed.
pub async fn insert_table_profile(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    run_transitions::hold_run(tx, run_id, attempt).await?;
    replace_table_rows(tx, run_id, attempt, table_id, profile).await
}

/// Replaces all rows of one table in one attempt. Whoever calls this knows that the attempt is his to write.
pub(super) async fn replace_table_rows(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    let values: [Value; 3] = [run_id.as_str().into(), attempt.into(), table_id.as_str().into()];
    let this = "profile_run_id = $1 and attempt = $2 and table_id = $3";
    delete_columns(tx, this, &values).await?;
    sql("delete from run_tables where profile_run_id = $1 and attempt = $2 and table_id = $3")
        .bind(run_id.as_str())
        .bind(attempt)
        .bind(table_id.as_str())
        .execute(&mut *tx)
        .await?;
    insert_run_table(tx, run_id, attempt, table_id, profile).await?;
    keep_measured(tx, table_id, &profile.columns).await?;
    insert_columns(tx, run_id, attempt, table_id, profile).await
}

async fn insert_run_table(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    let write = |value: Result<String, serde_json::Error>| value.map_err(|error| StoreError::unreadable("table profile", error));
    let broken = profile.broken_invariants();
    sql("insert into run_tables (profile_run_id, attempt, table_id, run_number, schema_name, table_name, row_count, column_count, rows_scanned,
             bytes_scanned, null_cell_count, started_after_ms, duration_ms, format, profile_mode, engine, engine_version, snapshot_json, rejected_json,
             broken_invariants_json, metrics_json)
         values ($1, $2, $3, (select run_number from dq_profiles where profile_run_id = $1), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20)")
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(table_id.as_str())
    .bind(&profile.schema_name)
    .bind(&profile.table_name)
    .bind(profile.row_count)
    .bind(profile.columns.len() as u64)
    .bind(profile.rows_scanned)
    .bind(profile.bytes_scanned)
    .bind(profile.columns.iter().fold(0_u64, |sum, column| sum.saturating_add(column.null_count)))
    .bind(profile.started_after_ms)
    .bind(profile.duration_ms)
    .bind(&profile.format)
    .bind(profile.mode.word())
    .bind(&profile.engine)
    .bind(&profile.engine_version)
    .bind(write(serde_json::to_string(&profile.snapshot))?)
    .bind(profile.rejected.as_ref().map(|rejected| write(serde_json::to_string(rejected))).transpose()?)
    .bind(if broken.is_empty() { None } else { Some(write(serde_json::to_string(&broken))?) })
    .bind(write(serde_json::to_string(&profile.metrics))?)
    .execute(tx)
    .await?;
    Ok(())
}
