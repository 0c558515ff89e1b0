//! The profile of one table in one run: what the engine hands over and the completer stores.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::column_profile::ColumnProfile;
use super::profile_run::RunMode;
use super::table_metrics::TableMetrics;
use super::table_scope::TableScope;

/// The pinned version of the data that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// Fingerprint over the files' names, sizes, modification times (and later: Delta version, database snapshot).
    pub id: String,
    /// In words: `3 files, 41.2 MB, newest 2026-11-20 13:41 UTC`.
    pub description: String,
    /// Files read, relative to the connection's root.
    pub files: Vec<String>,
    /// The run's pinned clock, which the ages of dates are relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<DateTime<Utc>>,
    /// How a CSV file was taken apart; absent for other formats, and where the files of the table differ in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<TextDialect>,
    /// Which files were read alike, where those of a table of texts differ in their dialect or their columns, or hold a column
    /// that a key in their path replaces; empty elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<TextReading>,
    /// Columns that the files do not have under their own names.
    #[serde(skip_serializing_if = "ColumnOrigins::is_empty")]
    pub origins: ColumnOrigins,
    /// How much of the table was read.
    #[serde(skip_serializing_if = "TableScope::is_whole")]
    pub scope: TableScope,
    /// How much was read of a table that is profiled partition by partition; absent where it was read as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partitions: Option<PartitionReading>,
    /// What a database server had counted by then; absent where it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes: Option<WriteMark>,
}

/// Rows that a database server has counted as written to a table. It counts a little late, and what was undone too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteMark {
    /// Since when it counts; marks of two counts say nothing about each other.
    pub counted_since: String,
    /// The table and its parts, as an id.
    pub parts: String,
    /// Rows inserted, changed and removed.
    pub rows: u64,
}

impl WriteMark {
    /// Whether the table was written to between two marks, as far as they tell: a smaller count has begun anew.
    pub fn is_passed_by(&self, later: &Self) -> bool {
        self.counted_since == later.counted_since && (self.parts != later.parts || later.rows > self.rows)
    }
}

/// How many partitions (files) were read, and how many were taken over from an earlier run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartitionReading {
    /// Read in this run.
    pub read: u32,
    /// Unchanged, so that their stored states were merged instead.
    pub taken_over: u32,
    /// Number of the latest run that read one of the latter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_run: Option<i64>,
}

impl PartitionReading {
    /// `3 of 4 files unchanged since run 12`; nothing where every file was read.
    pub fn describe(&self) -> Option<String> {
        let since = self.since_run.filter(|_| self.taken_over > 0)?;
        let all = self.read + self.taken_over;
        let unchanged = if self.read == 0 {
            format!("all {all}")
        } else {
            format!("{} of {all}", self.taken_over)
        };
        Some(format!("{unchanged} files unchanged since run {since}"))
    }
}

/// Where columns come from that the files do not have under their own names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnOrigins {
    /// Columns whose values stand in the paths: `year=2024/`.
    pub partitions: Vec<String>,
    /// Columns that were opened from structs, lists and maps, by name.
    pub opened: BTreeMap<String, OpenedColumn>,
}

impl ColumnOrigins {
    /// Whether every column is a column of the files.
    pub fn is_empty(&self) -> bool {
        self.partitions.is_empty() && self.opened.is_empty()
    }
}

/// One opened column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenedColumn {
    /// The column of the file, and the fields below it.
    pub path: Vec<String>,
    /// Whether it counts the elements of what lies there.
    pub is_length: bool,
}

/// How the fields of a CSV file are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextDialect {
    /// Between fields.
    pub delimiter: char,
    /// Around fields; doubled inside them, unless `escape` says otherwise.
    pub quote: char,
    /// What stands before a quote, and before itself, inside a quoted field; nothing where quotes are doubled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<char>,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// `utf-8`, or how else the characters are written.
    pub encoding: String,
}

/// Files of texts that are read alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextReading {
    /// Their places among the files of the snapshot, from 0.
    pub files: Vec<usize>,
    /// How their fields are told apart.
    pub dialect: TextDialect,
    /// The names of all their columns (CSV), in order.
    pub columns: Vec<String>,
}

impl Default for TextDialect {
    fn default() -> Self {
        Self {
            delimiter: ',',
            quote: '"',
            escape: None,
            has_header: true,
            encoding: "utf-8".into(),
        }
    }
}

/// One table's profile, published or inconsistent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableProfile {
    /// Table name as in [`super::address::TableAddress`].
    pub table_name: String,
    /// Schema name; `-` for the root.
    pub schema_name: String,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
    /// `parquet`, `csv`, `jsonl`, ...
    pub format: String,
    /// What was read.
    pub snapshot: Snapshot,
    /// Wall time of this table in milliseconds.
    pub duration_ms: u64,
    /// Bytes of the source that were read.
    pub bytes_scanned: u64,
    /// Rows that were read (equal to `row_count` unless sampled).
    pub rows_scanned: u64,
    /// `limn`.
    pub engine: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Full, partial, sample, skip.
    pub mode: RunMode,
    /// Milliseconds from the start of the run to the start of this table.
    pub started_after_ms: u64,
    /// Records that could not be read and were left out, with the reason (ragged rows of a CSV, for example).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<RejectedRows>,
    /// Figures of the table as a whole.
    #[serde(flatten)]
    pub metrics: TableMetrics,
    /// One a column, in order.
    pub columns: Vec<ColumnProfile>,
}

/// Records that the reader refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRows {
    /// How many.
    pub count: u64,
    /// The first one: file, line, why.
    pub first: String,
}

impl TableProfile {
    /// All broken invariants, as `column: invariant`.
    pub fn broken_invariants(&self) -> Vec<String> {
        self.columns
            .iter()
            .flat_map(|column| {
                column
                    .broken_invariants
                    .iter()
                    .map(move |text| format!("{}: {text}", column.column_name))
            })
            .collect()
    }
}

/// A table that could not be profiled; the others are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FailedTable {
    /// Schema name.
    pub schema_name: String,
    /// Table name.
    pub table_name: String,
    /// What happened and where: file, row, byte.
    pub error: String,
    /// What to do about it.
    pub remedy: String,
}
