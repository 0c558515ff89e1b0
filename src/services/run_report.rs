//! What the children of one attempt have reported so far: progress, profiles, failures, and lines for the run's log.

use tokio::time::Instant;

use crate::domain::connection::FoundTable;
use crate::domain::identifier::TableId;
use crate::domain::progress::RunProgress;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::protocol::WorkerEvent;

/// What the children of one attempt reported so far.
pub struct RunReport {
    planned: Vec<(TableId, FoundTable)>,
    /// How far the attempt is.
    pub progress: RunProgress,
    started: Instant,
    bytes_done: u64,
    rows_done: u64,
    /// What was profiled.
    pub profiles: Vec<(TableId, TableProfile)>,
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
        Self { planned: planned.to_vec(), progress, started: Instant::now(), bytes_done: 0, rows_done: 0, profiles: Vec::new(), failed: Vec::new() }
    }

    /// Takes one report; returns a line for the run's log where it deserves one.
    pub fn take(&mut self, event: WorkerEvent) -> Option<(&'static str, String)> {
        self.progress.elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match event {
            WorkerEvent::Progress(report) => {
                // A child counts its own plan; a later child begins where the lost one stood.
                self.progress.current_table = report.current_table;
                self.progress.rows_read = self.progress.rows_read.max(self.rows_done + report.rows_read);
                self.progress.bytes_read = self.progress.bytes_read.max((self.bytes_done + report.bytes_read).min(self.progress.bytes_total));
                None
            }
            WorkerEvent::Table(profile) => {
                let place = self.planned.iter().find(|(_, table)| table.table_name == profile.table_name && table.schema_name == profile.schema_name);
                let Some((table_id, _)) = place else {
                    return Some(("error", format!("The engine reported a table that was not planned: {}", profile.table_name)));
                };
                let broken = profile.broken_invariants();
                let line = if broken.is_empty() {
                    ("info", format!("{}: {} rows, {} columns in {} ms.", profile.table_name, profile.row_count, profile.column_count, profile.duration_ms))
                } else {
                    ("error", format!("{} is inconsistent: {}", profile.table_name, broken.join("; ")))
                };
                self.profiles.push((table_id.clone(), *profile));
                self.count_table(false);
                Some(line)
            }
            WorkerEvent::Failed(table) => {
                let line = format!("{}: {} {}", table.table_name, table.error, table.remedy);
                self.failed.push(table);
                self.count_table(true);
                Some(("error", line))
            }
            WorkerEvent::Log { level, message } => Some((if level == "error" { "error" } else if level == "warn" { "warn" } else { "info" }, message)),
            WorkerEvent::Done => None,
        }
    }

    fn count_table(&mut self, failed: bool) {
        self.progress.tables_done += 1;
        self.progress.tables_failed += u32::from(failed);
        if failed {
            // The next child starts its own counters; remember what is behind us.
            self.bytes_done = self.progress.bytes_read;
            self.rows_done = self.progress.rows_read;
        }
    }
}
