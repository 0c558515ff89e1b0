//! What the server and its worker process say to each other: one JSON object a line.

use serde::{Deserialize, Serialize};

use super::limits::ProfileOptions;
use super::source_root::SourceRoot;
use super::states::partition::StoredPartition;
use crate::domain::connection::FoundTable;
use crate::domain::progress::RunProgress;
use crate::domain::table_profile::{FailedTable, TableProfile};

/// What to do: the first line on the worker's standard input, and behind it a line for each [`PlannedPartition`]. The input stays
/// open; closing it stops the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerPlan {
    /// Where the tables are read from.
    pub root: SourceRoot,
    /// Tables in order.
    pub tables: Vec<FoundTable>,
    /// Threads, memory, deadline (of the whole plan), clock.
    pub options: ProfileOptions,
    /// Whether tables of several files are profiled partition by partition, and their new states reported.
    #[serde(default)]
    pub keeps_states: bool,
    /// Lines with stored partitions that follow.
    #[serde(default)]
    pub partition_lines: usize,
}

/// A partition that need not be read if it has not changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedPartition {
    /// Place of its table in the plan.
    pub table: usize,
    /// What is stored of it.
    pub partition: StoredPartition,
}

/// What happened: lines on the worker's standard output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "body", rename_all = "snake_case")]
pub enum WorkerEvent {
    /// Counters, at most about ten times a second.
    Progress(RunProgress),
    /// New states of a partition of the table that is reported next.
    Partition(Box<StoredPartition>),
    /// A finished table.
    Table(Box<TableProfile>),
    /// A table that could not be profiled; the others go on.
    Failed(FailedTable),
    /// A sentence for the run's log.
    Log {
        /// `info`, `warn`, `error`.
        level: String,
        /// A sentence.
        message: String,
    },
    /// Every table was tried. Without it the plan was not finished.
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column_profile::{ColumnProfile, Metrics};
    use crate::domain::exact_number::ExactNumber;

    #[test]
    fn every_event_comes_back_from_its_line() {
        let metrics = Metrics {
            sum: Some(ExactNumber::from(i128::MAX)),
            avg_value: Some(0.1),
            ..Metrics::default()
        };
        let column = ColumnProfile {
            column_name: "line\nbreak".into(),
            metrics,
            ..ColumnProfile::default()
        };
        for event in [
            WorkerEvent::Progress(RunProgress {
                rows_read: 7,
                ..RunProgress::default()
            }),
            WorkerEvent::Table(Box::new(TableProfile {
                columns: vec![column],
                ..TableProfile::default()
            })),
            WorkerEvent::Failed(FailedTable {
                error: "x".into(),
                ..FailedTable::default()
            }),
            WorkerEvent::Log {
                level: "info".into(),
                message: "m".into(),
            },
            WorkerEvent::Done,
        ] {
            let line = serde_json::to_string(&event).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<WorkerEvent>(&line).unwrap(), event);
        }
    }
}
