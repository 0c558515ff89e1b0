//! Stored states of partitions on their way between the store and the engine: a run takes over those of files that have not
//! changed, and its completer stores the new ones in the run's own transaction.

use chrono::Utc;

use super::error::AppError;
use super::run_completion::Completion;
use super::worker_process::PlannedTable;
use crate::domain::connection::FoundTable;
use crate::domain::identifier::TableId;
use crate::domain::partition_state::PartitionState;
use crate::engine::states::partition::{StoredColumn, StoredPartition};
use crate::engine::states::{STATE_KIND, parameters};
use crate::store::partition_states::{delete_partitions_except, list_partition_states, put_partition_states};
use crate::store::{Database, StoreError, Transaction};

/// The kind of the row that says of a partition what is not of one column: the records that were left out.
const PARTITION_KIND: &str = "partition";
/// Bytes of states that a run hands to its engine; tables beyond are read as if nothing were stored of them.
const MOST_BYTES: usize = 256 << 20;

/// The tables with what is stored of their partitions.
pub async fn load(db: &Database, planned: &[(TableId, FoundTable)]) -> Result<Vec<PlannedTable>, AppError> {
    let mut left = MOST_BYTES;
    let mut out = Vec::with_capacity(planned.len());
    for (table_id, table) in planned {
        let mut stored = Vec::new();
        if table.files.len() > 1 && left > 0 {
            stored = partitions_of(list_partition_states(db, table_id).await?);
            let bytes: usize = stored.iter().map(StoredPartition::bytes).sum();
            if bytes > left {
                tracing::warn!(table.id = %table_id, bytes, "The stored states of the tables of one run are too many; this one is read as a whole");
                stored.clear();
                left = 0;
            } else {
                left -= bytes;
            }
        }
        out.push((table.clone(), stored));
    }
    Ok(out)
}

/// Stores what a completed run says of partitions, and forgets those that its tables no longer have.
pub async fn store(tx: &mut Transaction, completion: &Completion) -> Result<(), StoreError> {
    for (table_id, profile) in &completion.profiles {
        let is_masked = profile.columns.iter().any(|column| column.masked_when_stored);
        let files = match profile.snapshot.partitions {
            Some(_) if !is_masked => profile.snapshot.files.as_slice(),
            _ => &[],
        };
        delete_partitions_except(tx, table_id, files).await?;
    }
    for (table_id, partitions) in &completion.states {
        // Few partitions at a time, so that their rows are not all held twice.
        for partitions in partitions.chunks(16) {
            let states: Vec<PartitionState> = partitions.iter().flat_map(|partition| states_of(completion, partition)).collect();
            put_partition_states(tx, table_id, &states).await?;
        }
    }
    Ok(())
}

fn states_of(completion: &Completion, partition: &StoredPartition) -> Vec<PartitionState> {
    let state = |place: usize, name: &str, kind: &str, bytes: Vec<u8>| PartitionState {
        partition_key: partition.key.clone(),
        snapshot_id: partition.snapshot_id.clone(),
        column_name: name.to_owned(),
        ordinal_position: u32::try_from(place).unwrap_or(u32::MAX),
        state_kind: kind.to_owned(),
        parameters: parameters(),
        bytes,
        row_count: partition.rows,
        profiled_at: Utc::now(),
        profile_run_id: completion.profile_run_id.clone(),
        attempt: completion.attempt,
    };
    let rejected = serde_json::to_vec(&partition.rejected).unwrap_or_default();
    let columns = partition.columns.iter().zip(1..);
    let columns = columns.map(|(column, place)| state(place, &column.name, STATE_KIND, column.bytes.clone()));
    std::iter::once(state(0, "", PARTITION_KIND, rejected)).chain(columns).collect()
}

/// Puts the states of each partition together; those of other parameters, and incomplete ones, are left out.
fn partitions_of(states: Vec<(PartitionState, i64)>) -> Vec<StoredPartition> {
    let wanted = parameters();
    let mut partitions: Vec<StoredPartition> = Vec::new();
    let mut place = 0;
    for (state, run_number) in states {
        if state.parameters != wanted {
            continue;
        }
        // Its own row comes first, then its columns in order.
        if state.state_kind == PARTITION_KIND {
            if let Ok(rejected) = serde_json::from_slice(&state.bytes) {
                partitions.push(StoredPartition {
                    key: state.partition_key,
                    snapshot_id: state.snapshot_id,
                    run_number,
                    rows: state.row_count,
                    rejected,
                    columns: Vec::new(),
                });
                place = 0;
            }
            continue;
        }
        place += 1;
        let Some(partition) = partitions.last_mut() else { continue };
        if partition.key == state.partition_key && partition.snapshot_id == state.snapshot_id && state.ordinal_position == place {
            partition.columns.push(StoredColumn {
                name: state.column_name,
                bytes: state.bytes,
            });
        } else {
            // A column is missing: nothing of the partition can be taken over.
            partition.snapshot_id.clear();
        }
    }
    partitions.retain(|partition| !partition.snapshot_id.is_empty());
    partitions
}
