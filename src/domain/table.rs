//! A table as lists show it, with what the latest completed run says about it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::TableAddress;
use super::anomaly::{Findings, Severity};
use super::characteristics::{ColumnCharacteristics, TableCharacteristics};
use super::column_answer::ProfileOrigin;
use super::column_profile::ColumnProfile;
use super::identifier::{RunId, TableGroupId, TableId};
use super::profile_run::{ProfileRun, RunMode};
use super::table_metrics::TableMetrics;
use super::table_profile::{RejectedRows, Snapshot};
use super::table_scope::TableScope;

/// One line of the list of tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TableSummary {
    /// Id.
    pub table_id: TableId,
    /// Place.
    pub address: TableAddress,
    /// Connection's name.
    pub connection_name: String,
    /// Group.
    pub table_group_id: TableGroupId,
    /// Group's name.
    pub table_group_name: String,
    /// `parquet`, `csv`, ...
    pub format: String,
    /// Bytes at the last discovery.
    pub bytes: u64,
    /// When it was first found.
    pub created_at: DateTime<Utc>,
    /// When a discovery no longer found it, or the masks of its group left it out.
    pub missing_since: Option<DateTime<Utc>>,
    /// Whether the masks of its group leave it out: then nobody looked whether it is still there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_left_out: bool,
    /// What the latest completed run that has the table says.
    pub profile: Option<TableFigures>,
    /// An inactive table is left out of runs.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// How much of it the next run reads.
    #[serde(default, skip_serializing_if = "TableScope::is_whole")]
    pub scope: TableScope,
    /// What people say of it.
    #[serde(default, skip_serializing_if = "TableCharacteristics::is_empty")]
    pub characteristics: TableCharacteristics,
    /// The names that it seems to have had before, and to have now: same format and size, gone and come in one search.
    #[serde(default, skip_serializing_if = "TableNames::is_empty")]
    pub names: TableNames,
    /// Row counts of up to 30 completed runs, oldest first.
    pub row_history: Vec<u64>,
    /// Why the newest run that tried this table could not read it, if newer than `profile`.
    pub last_failure: Option<TableFailure>,
    /// Its open alerts; absent where they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_alerts: Option<OpenAlerts>,
}

/// How many alerts of a table are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OpenAlerts {
    /// How many.
    pub count: u64,
    /// The worst of them.
    pub worst: Option<Severity>,
}

/// Other names of a table, as `schema.table`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TableNames {
    /// Before it was renamed.
    pub renamed_from: Option<String>,
    /// Since it was renamed.
    pub renamed_to: Option<String>,
}

/// Tables are active unless somebody said otherwise.
fn yes() -> bool {
    true
}

impl TableNames {
    /// Whether it never had another.
    pub fn is_empty(&self) -> bool {
        self.renamed_from.is_none() && self.renamed_to.is_none()
    }
}

/// Figures of a table in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TableFigures {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub run_number: i64,
    /// When the run ended.
    pub profiled_at: DateTime<Utc>,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
    /// Null cells over all cells.
    pub null_cell_ratio: Option<f64>,
    /// Quality score, 0..1; none for profiles that have none.
    #[serde(default)]
    pub score: Option<f64>,
}

/// A failed attempt to read a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TableFailure {
    /// Run.
    pub run_number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub error: String,
    /// What to do.
    pub remedy: String,
}

/// One run that has a table: what menus and histories list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Number.
    pub number: i64,
    /// When it ended.
    pub completed_at: DateTime<Utc>,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
    /// How long the table took.
    pub duration_ms: u64,
    /// Bytes read.
    pub bytes_scanned: u64,
    /// Rows read; fewer than `row_count` only where the mode says so.
    pub rows_scanned: u64,
    /// Full, partial, sample, skip.
    pub mode: RunMode,
    /// Engine and its version: `limn 0.1.0`.
    pub engine: String,
    /// What was read.
    pub snapshot: Snapshot,
    /// Rows that were refused.
    pub rejected: Option<RejectedRows>,
    /// Broken invariants.
    pub broken_invariants: Vec<String>,
    /// Figures of the table as a whole.
    #[serde(default)]
    pub metrics: TableMetrics,
    /// Of a run that another program wrote: where its figures were read. How long it took and what was read is not known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<ReadOfOthers>,
}

/// Where the figures of another program's run were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOfOthers {
    /// The place.
    pub origin: ProfileOrigin,
    /// Why it was not the first one, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl TableRun {
    /// Whether only typed columns of another program tell of it.
    pub fn is_typed(&self) -> bool {
        self.others.as_ref().is_some_and(|others| others.origin == ProfileOrigin::Columns)
    }
}

/// A table with the columns of one run, and of the run it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableDetail {
    /// The table.
    pub summary: TableSummary,
    /// Completed runs that have it, newest first, at most 100.
    pub runs: Vec<TableRun>,
    /// A pending or running run of its group, if there is one.
    pub active_run: Option<ProfileRun>,
    /// The run shown; `None` when it was never profiled.
    pub run: Option<TableRun>,
    /// The run compared with.
    pub compared: Option<TableRun>,
    /// Columns of the run; their top values and histograms are the short ones kept for lists.
    pub columns: Vec<ColumnProfile>,
    /// Columns of the compared run, same kind.
    pub compared_columns: Vec<ColumnProfile>,
    /// What people say of columns, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub said_of_columns: BTreeMap<String, ColumnCharacteristics>,
    /// What was found in the run shown, and whether whoever looks may clear it.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
}

/// One column with all its values, the compared run and its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnDetail {
    /// The table, its runs and all columns (for the list at the side). `table.run` is always present.
    pub table: TableDetail,
    /// The column in the run shown, complete.
    pub column: ColumnProfile,
    /// The column in the compared run, complete.
    pub compared: Option<ColumnProfile>,
    /// The column over the runs that have it, oldest first.
    pub history: Vec<ColumnPoint>,
    /// What people say of it.
    #[serde(default, skip_serializing_if = "ColumnCharacteristics::is_empty")]
    pub characteristics: ColumnCharacteristics,
    /// Where the figures come from: `results`, `columns` or `payload`.
    pub source: String,
    /// Why they do not come from the first place.
    pub source_reason: Option<String>,
}

/// A column in one run of its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnPoint {
    /// Run number.
    pub number: i64,
    /// When the run ended.
    pub completed_at: DateTime<Utc>,
    /// Figures; with the bars and few values of lists where the history is no longer than 90 runs.
    pub column: ColumnProfile,
}
