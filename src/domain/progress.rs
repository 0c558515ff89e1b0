//! How far a run is, as the child process reports it and the pages show it.

use serde::{Deserialize, Serialize};

/// Counters of a running run. All are monotonic within an attempt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunProgress {
    /// Tables of the plan.
    pub tables_total: u32,
    /// Tables finished, failed ones included.
    pub tables_done: u32,
    /// Tables failed so far.
    pub tables_failed: u32,
    /// `schema.table` being read.
    pub current_table: String,
    /// Rows read so far.
    pub rows_read: u64,
    /// Bytes of the plan.
    pub bytes_total: u64,
    /// Bytes read so far.
    pub bytes_read: u64,
    /// Milliseconds since the attempt began.
    pub elapsed_ms: u64,
}

impl RunProgress {
    /// Share of the work that is done, 0..1, by bytes (by tables where bytes are unknown).
    pub fn ratio(&self) -> f64 {
        let share = if self.bytes_total > 0 {
            self.bytes_read as f64 / self.bytes_total as f64
        } else if self.tables_total > 0 {
            f64::from(self.tables_done) / f64::from(self.tables_total)
        } else {
            0.0
        };
        share.clamp(0.0, 1.0)
    }

    /// Milliseconds left at the pace so far; `None` before there is a pace to speak of.
    pub fn remaining_ms(&self) -> Option<u64> {
        let ratio = self.ratio();
        if ratio < 0.02 || self.elapsed_ms < 500 {
            return None;
        }
        Some((self.elapsed_ms as f64 * (1.0 - ratio) / ratio) as u64)
    }
}
