//! A project is a tenant or environment that owns connections; and what tables come to together, rolled up.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identifier::ProjectKey;
use super::overview::Scored;

/// One project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Project {
    /// Immutable slug.
    pub project_key: ProjectKey,
    /// Name, may change.
    pub name: String,
    /// In words.
    pub description: String,
    /// An inactive project refuses profiling through all its connections.
    pub is_active: bool,
    /// Connections that belong to it.
    pub connection_count: u64,
    /// Test suites that belong to it.
    pub test_suite_count: u64,
    /// Datasets that belong to it.
    pub dataset_count: u64,
    /// Dialect of its statements, where a program of the seeds said one.
    pub sql_flavor: Option<String>,
    /// The workspace that it stands for, where a program of the seeds said one.
    pub workspace_id: Option<String>,
}

/// Figures of some tables, as of the latest completed run of each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rollup {
    /// Tables that are there.
    pub table_count: u64,
    /// Those that have a profile.
    pub profiled_table_count: u64,
    /// Those that the newest run which tried them could not read.
    pub failing_table_count: u64,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u64,
    /// Their scores.
    #[serde(default)]
    pub score: Scored,
    /// Newest completed run that any of the figures is of.
    pub last_run_number: Option<i64>,
    /// When that run ended.
    pub last_completed_at: Option<DateTime<Utc>>,
}

impl Rollup {
    /// Both together.
    pub fn with(mut self, other: &Self) -> Self {
        self.table_count += other.table_count;
        self.profiled_table_count += other.profiled_table_count;
        self.failing_table_count += other.failing_table_count;
        self.row_count = self.row_count.saturating_add(other.row_count);
        self.column_count = self.column_count.saturating_add(other.column_count);
        self.score = self.score + other.score;
        if other.last_run_number > self.last_run_number {
            self.last_run_number = other.last_run_number;
            self.last_completed_at = other.last_completed_at;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_run_of_all_parts_is_the_last() {
        let part = |run: Option<i64>, rows: u64| Rollup {
            table_count: 1,
            row_count: rows,
            last_run_number: run,
            ..Rollup::default()
        };
        let whole = [part(Some(3), 10), part(None, 0), part(Some(2), u64::MAX)]
            .iter()
            .fold(Rollup::default(), |sum, part| sum.with(part));
        assert_eq!((whole.table_count, whole.row_count, whole.last_run_number), (3, u64::MAX, Some(3)));
    }
}
