//! What the children of one attempt have reported so far: progress, profiles, failures, and lines for the run's log.

use tokio::time::Instant;

use crate::components::format::{bytes, counted, duration};
use crate::domain::address::qualified_name;
use crate::domain::connection::FoundTable;
use crate::domain::identifier::TableId;
use crate::domain::progress::RunProgress;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::protocol::WorkerEvent;
use crate::engine::states::partition::StoredPartition;

/// What the children of one attempt reported so far.
pub struct RunReport {
    planned: Vec<(TableId, FoundTable)>,
    /// How far the attempt is.
    pub progress: RunProgress,
    started: Instant,
    child: RunProgress,
    bytes_before: u64,
    rows_before: u64,
    /// New states of the table that is reported next.
    partitions: Vec<StoredPartition>,
    /// What was profiled.
    pub profiles: Vec<(TableId, TableProfile)>,
    /// New states of partitions, by table.
    pub states: Vec<(TableId, Vec<StoredPartition>)>,
    /// What could not be.
    pub failed: Vec<FailedTable>,
}

impl RunReport {
    /// Nothing yet of this plan.
    pub fn new(planned: &[(TableId, FoundTable)]) -> Self {
        let progress = RunProgress {
            tables_total: u32::try_from(planned.len()).unwrap_or(u32::MAX),
            bytes_total: planned.iter().map(|(_, table)| table.bytes).sum(),
            ..RunProgress::default()
        };
        Self {
            planned: planned.to_vec(),
            progress,
            started: Instant::now(),
            child: RunProgress::default(),
            bytes_before: 0,
            rows_before: 0,
            partitions: Vec::new(),
            profiles: Vec::new(),
            states: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Takes one report; returns a line for the run's log where it deserves one.
    pub fn take(&mut self, event: WorkerEvent) -> Option<(&'static str, String)> {
        self.progress.elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match event {
            WorkerEvent::Progress(report) => {
                // Each child counts from zero; a later one goes on where the lost one stood.
                if report.rows_read < self.child.rows_read || report.bytes_read < self.child.bytes_read {
                    (self.rows_before, self.bytes_before) = (self.progress.rows_read, self.progress.bytes_read);
                }
                self.progress.rows_read = self.rows_before + report.rows_read;
                self.progress.bytes_read = (self.bytes_before + report.bytes_read).min(self.progress.bytes_total);
                self.progress.current_table.clone_from(&report.current_table);
                self.child = report;
                None
            }
            WorkerEvent::Partition(partition) => {
                self.partitions.push(*partition);
                None
            }
            WorkerEvent::Table(profile) => {
                let partitions = std::mem::take(&mut self.partitions);
                let place = self
                    .planned
                    .iter()
                    .find(|(_, table)| table.table_name == profile.table_name && table.schema_name == profile.schema_name);
                let Some((table_id, _)) = place else {
                    return Some((
                        "error",
                        format!("The engine reported a table that was not planned: {}", profile.table_name),
                    ));
                };
                let unchanged = profile.snapshot.partitions.and_then(|reading| reading.describe());
                let line = format!(
                    "{}: {}, {}, {}{}, in {}.",
                    qualified_name(&profile.schema_name, &profile.table_name),
                    counted(profile.row_count, "row"),
                    counted(u64::from(profile.column_count), "column"),
                    bytes(profile.bytes_scanned),
                    unchanged.map_or_else(String::new, |unchanged| format!(" read ({unchanged})")),
                    duration(profile.duration_ms)
                );
                if profile.snapshot.partitions.is_some() {
                    self.states.push((table_id.clone(), partitions));
                }
                self.profiles.push((table_id.clone(), *profile));
                self.count_table(false);
                Some(("info", line))
            }
            WorkerEvent::Failed(table) => {
                let line = format!("{}: {}", qualified_name(&table.schema_name, &table.table_name), table.remedy);
                self.partitions.clear();
                self.failed.push(table);
                self.count_table(true);
                Some(("warn", line))
            }
            WorkerEvent::Log { level, message } => Some((
                if level == "error" {
                    "error"
                } else if level == "warn" {
                    "warn"
                } else {
                    "info"
                },
                message,
            )),
            WorkerEvent::Done => None,
        }
    }

    fn count_table(&mut self, failed: bool) {
        self.progress.tables_done += 1;
        self.progress.tables_failed += u32::from(failed);
    }
}
