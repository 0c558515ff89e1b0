//! The states that merge: for each table one a partition and column, those of the partition's latest reading.
//!
//! A state belongs to the run that made it: it goes with that run, with its table, and when its partition is read again or gone.

use super::sessions::hex;
use super::{Database, Record, StoreError, Transaction, Value, list_of, rows_insert, sql};
use crate::domain::identifier::{RunId, TableId};
use crate::domain::partition_state::PartitionState;
use sha2::{Digest, Sha256};

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

/// Stores the states of some partitions of a table. For each partition that occurs they are all there is: earlier ones go.
pub async fn put_partition_states(tx: &mut Transaction, table_id: &TableId, states: &[PartitionState]) -> Result<(), StoreError> {
    let mut partitions: Vec<String> = states.iter().map(|state| kept(&state.partition_key)).collect();
    partitions.sort_unstable();
    partitions.dedup();
    for named in partitions.chunks(NAMED_AT_ONCE) {
        sql("delete from dq_profile_partition_states where table_id = $1 and partition_key in {list $2}")
            .bind(table_id.as_str())
            .bind(list_of(named))
            .execute(&mut *tx)
            .await?;
    }
    let rows = states
        .iter()
        .map(|state| row_of(table_id, state, state_id(table_id, state)))
        .collect();
    for statement in rows_insert("dq_profile_partition_states", COLUMNS, rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// The states of a table, by partition and place of the column, each with the number of the run that made it.
pub async fn list_partition_states(db: &Database, table_id: &TableId) -> Result<Vec<(PartitionState, i64)>, StoreError> {
    let rows = sql("select s.partition_key, s.snapshot_id, s.column_name, s.ordinal_position, s.state_kind, s.parameters_json, s.state_bytes, s.row_count,
             s.profiled_at, s.profile_run_id, s.attempt, p.run_number
         from dq_profile_partition_states s join dq_profiles p on p.profile_run_id = s.profile_run_id
         where s.table_id = $1 order by s.partition_key, s.ordinal_position, s.column_name")
    .bind(table_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok((read_state(row)?, row.integer("run_number")?))).collect()
}

/// Removes the partitions that are no longer part of the table: all but the named ones.
pub async fn delete_partitions_except(tx: &mut Transaction, table_id: &TableId, partition_keys: &[String]) -> Result<(), StoreError> {
    sql("delete from dq_profile_partition_states where table_id = $1 and partition_key not in {list $2}")
        .bind(table_id.as_str())
        .bind(list_of(partition_keys.iter().map(|key| kept(key))))
        .execute(tx)
        .await?;
    Ok(())
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
