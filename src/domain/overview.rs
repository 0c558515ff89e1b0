//! What the overview answers: what needs a person, what runs now, how fresh the tables are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identifier::{ConnectionId, TableGroupId};
use super::profile_run::ProfileRun;

/// The overview's figures and lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Tables known, missing ones apart.
    pub table_count: u64,
    /// Tables with a completed profile.
    pub profiled_table_count: u64,
    /// Tables profiled within 24 hours.
    pub fresh_table_count: u64,
    /// Columns in the latest profiles.
    pub column_count: u64,
    /// Rows in the latest profiles.
    pub row_count: u64,
    /// Tables whose newest attempt failed.
    pub failing_table_count: u64,
    /// Runs that ended within 7 days, by status.
    pub completed_runs_7d: u64,
    /// Failed ones.
    pub failed_runs_7d: u64,
    /// Newest runs, active ones first.
    pub runs: Vec<ProfileRun>,
    /// Groups with their freshness, stalest first.
    pub groups: Vec<GroupFreshness>,
}

/// How fresh one table group is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFreshness {
    /// Group.
    pub table_group_id: TableGroupId,
    /// Name.
    pub name: String,
    /// Connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Whether the connection may be profiled.
    pub is_active: bool,
    /// Tables.
    pub table_count: u64,
    /// Profiled ones.
    pub profiled_table_count: u64,
    /// Rows in the latest profiles.
    pub row_count: u64,
    /// The latest completed run's end.
    pub last_completed_at: Option<DateTime<Utc>>,
    /// Its number.
    pub last_run_number: Option<i64>,
    /// Row totals of up to 30 completed runs, oldest first.
    pub row_history: Vec<u64>,
}
