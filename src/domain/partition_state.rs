//! The state of one column in one partition of a table: the bytes that merge with those of other partitions.

use chrono::{DateTime, Utc};

use super::identifier::RunId;

/// One state. Its bytes, its kind and its parameters are the engine's own; the store only keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionState {
    /// Which part of the table: a file.
    pub partition_key: String,
    /// Fingerprint of what was read of the partition.
    pub snapshot_id: String,
    /// Column.
    pub column_name: String,
    /// Its place in the partition, from 1; 0 for what is not of one column.
    pub ordinal_position: u32,
    /// What the bytes are: `column`, or `partition` for what is not of one column. Only equal kinds with equal parameters merge.
    pub state_kind: String,
    /// How they were made, as JSON: version, sketch sizes, edges of bins.
    pub parameters: serde_json::Value,
    /// The state.
    pub bytes: Vec<u8>,
    /// Rows of the partition that it has seen.
    pub row_count: u64,
    /// When the partition was read.
    pub profiled_at: DateTime<Utc>,
    /// The run that read it.
    pub profile_run_id: RunId,
    /// The attempt of that run.
    pub attempt: u32,
}
