//! The states that merge: for each table one a partition and column, with those that a later reading replaced kept, retired,
//! so that a table can be shown as it was.
//!
//! A state is named by what it is of and by the run that made it: a run that stores its states again replaces them.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::sessions::hex;
use super::statement::sql_joined;
use super::{Database, Record, StoreError, Transaction, Value, list_of, rows_insert, sql};
use crate::domain::identifier::{RunId, TableId};
use crate::domain::partition_state::PartitionState;

/// Most states that one statement names.
const NAMED_AT_ONCE: usize = 2_000;

const COLUMNS: &[&str] = &[
    "state_id",
    "table_id",
    "partition_key",
    "snapshot_id",
    "column_name",
    "ordinal_position",
    "state_kind",
    "parameters_json",
    "state_bytes",
    "row_count",
    "profiled_at",
    "profile_run_id",
    "attempt",
];

/// Stores the states of some partitions of a table. For each partition that occurs they are all there is now: states of it
/// that are not given again (an older snapshot, a column that is gone) are retired from `profiled_at` of the given ones on.
pub async fn put_partition_states(tx: &mut Transaction, table_id: &TableId, states: &[PartitionState]) -> Result<(), StoreError> {
    let Some(since) = states.iter().map(|state| state.profiled_at).min() else {
        return Ok(());
    };
    let ids: Vec<String> = states.iter().map(|state| state_id(table_id, state)).collect();
    for named in ids.chunks(NAMED_AT_ONCE) {
        sql("delete from dq_profile_partition_states where state_id in {list $1}")
            .bind(list_of(named))
            .execute(&mut *tx)
            .await?;
    }
    let mut partitions: Vec<String> = states.iter().map(|state| kept(&state.partition_key)).collect();
    partitions.sort_unstable();
    partitions.dedup();
    for named in partitions.chunks(NAMED_AT_ONCE) {
        sql("update dq_profile_partition_states set retired_at = $2 where table_id = $1 and retired_at is null and partition_key in {list $3}")
            .bind(table_id.as_str())
            .bind(since)
            .bind(list_of(named))
            .execute(&mut *tx)
            .await?;
    }
    let rows = states.iter().zip(ids).map(|(state, id)| row_of(table_id, state, id)).collect();
    for statement in rows_insert("dq_profile_partition_states", COLUMNS, rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// The current states of a table, by partition and column.
pub async fn list_partition_states(db: &Database, table_id: &TableId) -> Result<Vec<PartitionState>, StoreError> {
    let rows = select_states("retired_at is null").bind(table_id.as_str()).fetch_all(db).await?;
    rows.iter().map(read_state).collect()
}

/// The states that were current at a time.
pub async fn list_partition_states_at(db: &Database, table_id: &TableId, at: DateTime<Utc>) -> Result<Vec<PartitionState>, StoreError> {
    let rows = select_states("profiled_at <= $2 and (retired_at is null or retired_at > $2)")
        .bind(table_id.as_str())
        .bind(at)
        .fetch_all(db)
        .await?;
    rows.iter().map(read_state).collect()
}

/// The current partitions of a table with the snapshot that each was read at: what need not be read again.
pub async fn list_partition_snapshots(db: &Database, table_id: &TableId) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sql("select distinct partition_key, snapshot_id from dq_profile_partition_states
         where table_id = $1 and retired_at is null order by partition_key")
    .bind(table_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| Ok((row.text("partition_key")?, row.text("snapshot_id")?)))
        .collect()
}

/// Retires the partitions that are no longer part of the table: all but the named ones. Says how many states that were.
pub async fn retire_partitions_except(
    tx: &mut Transaction,
    table_id: &TableId,
    partition_keys: &[String],
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    sql("update dq_profile_partition_states set retired_at = $2 where table_id = $1 and retired_at is null and partition_key not in {list $3}")
        .bind(table_id.as_str())
        .bind(at)
        .bind(list_of(partition_keys.iter().map(|key| kept(key))))
        .execute(tx)
        .await
}

/// Removes all states of a table, so that its next run reads everything.
pub async fn delete_partition_states(tx: &mut Transaction, table_id: &TableId) -> Result<u64, StoreError> {
    sql("delete from dq_profile_partition_states where table_id = $1")
        .bind(table_id.as_str())
        .execute(tx)
        .await
}

/// Removes states that were retired before a time; the current ones stay.
pub async fn delete_retired_states(tx: &mut Transaction, before: DateTime<Utc>) -> Result<u64, StoreError> {
    sql("delete from dq_profile_partition_states where retired_at < $1")
        .bind(before)
        .execute(tx)
        .await
}

/// A name made of everything that tells one state from another.
fn state_id(table_id: &TableId, state: &PartitionState) -> String {
    let mut digest = Sha256::new();
    for part in [
        table_id.as_str(),
        &state.partition_key,
        &state.column_name,
        &state.state_kind,
        state.profile_run_id.as_str(),
    ] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    hex(&digest.finalize())
}

/// A text as both databases keep it (see `statement.rs`), for lists, where a NUL would be lost on the way.
fn kept(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

fn row_of(table_id: &TableId, state: &PartitionState, id: String) -> Vec<Value> {
    vec![
        id.into(),
        table_id.as_str().into(),
        (&state.partition_key).into(),
        (&state.snapshot_id).into(),
        (&state.column_name).into(),
        state.ordinal_position.into(),
        (&state.state_kind).into(),
        state.parameters.to_string().into(),
        state.bytes.clone().into(),
        state.row_count.into(),
        state.profiled_at.into(),
        state.profile_run_id.as_str().into(),
        state.attempt.into(),
    ]
}

fn select_states(condition: &'static str) -> super::statement::Statement {
    sql_joined(format!(
        "select partition_key, snapshot_id, column_name, ordinal_position, state_kind, parameters_json, state_bytes, row_count, profiled_at,
             profile_run_id, attempt
         from dq_profile_partition_states where table_id = $1 and {condition} order by partition_key, ordinal_position, column_name, state_kind"
    ))
}

fn read_state(row: &Record) -> Result<PartitionState, StoreError> {
    Ok(PartitionState {
        partition_key: row.text("partition_key")?,
        snapshot_id: row.text("snapshot_id")?,
        column_name: row.text("column_name")?,
        ordinal_position: row.small("ordinal_position")?,
        state_kind: row.text("state_kind")?,
        parameters: row.json_opt("parameters_json")?.unwrap_or_default(),
        bytes: row.bytes("state_bytes")?,
        row_count: row.count("row_count")?,
        profiled_at: row.time("profiled_at")?,
        profile_run_id: RunId(row.text("profile_run_id")?),
        attempt: row.small("attempt")?,
    })
}
