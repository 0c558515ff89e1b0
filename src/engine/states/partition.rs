//! One partition of a table as it is stored: which version of which file it is, and the states of its columns.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::table_profile::{RejectedRows, TableProfile};

/// A partition with the states of all its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPartition {
    /// The file, relative to the connection's root.
    pub key: String,
    /// Which version of it was read.
    pub snapshot_id: String,
    /// Number of the run that read it; 0 for one that was read just now.
    pub run_number: i64,
    /// Its rows.
    pub rows: u64,
    /// Records of it that were left out.
    pub rejected: RejectedRows,
    /// Its own columns in the order of the file: those whose values stand in the path are made anew each time.
    pub columns: Vec<StoredColumn>,
}

/// The state of one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredColumn {
    /// Name.
    pub name: String,
    /// What [`super::store_column`] made.
    #[serde(serialize_with = "write_base64", deserialize_with = "read_base64")]
    pub bytes: Vec<u8>,
}

/// A profile that was merged from partitions, and what is new of these.
#[derive(Debug)]
pub struct PartitionedProfile {
    /// The table's profile.
    pub profile: TableProfile,
    /// Partitions that were read, to be stored. One with a column that has no state is not among them.
    pub fresh: Vec<StoredPartition>,
}

impl StoredPartition {
    /// Bytes of its states.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.bytes.len()).sum()
    }
}

fn write_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}
