//! What a profile may cost (threads, memory, time) and who may stop it.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::EngineError;

/// Distinct values that a column keeps exactly, memory permitting; beyond it they are estimated.
pub const EXACT_VALUE_LIMIT: usize = 1 << 20;
/// Hashes that a column keeps, memory permitting, so that distinct and unique stay exact when the values themselves are not kept.
pub const EXACT_HASH_LIMIT: usize = 1 << 23;
/// Distinct shapes and other secondary texts kept exactly in one column.
pub const EXACT_SHAPE_LIMIT: usize = 1 << 16;
/// How many of the commonest values and shapes are handed over.
pub const TOP_COUNT: usize = 25;
/// Longest record of a text file in bytes; a longer one is refused, not buffered.
pub const RECORD_LIMIT_BYTES: usize = 64 << 20;
/// Most columns of one table.
pub const COLUMN_LIMIT: usize = 20_000;
/// Rows of one batch.
pub const BATCH_ROWS: usize = 8_192;

/// How a table is profiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileOptions {
    /// Threads that read and count.
    pub threads: usize,
    /// Budget of all states of one table in bytes.
    pub memory_bytes: u64,
    /// Milliseconds until the run is given up; 0 means never.
    pub deadline_ms: u64,
    /// The run's pinned clock: ages of dates are relative to it.
    pub clock: DateTime<Utc>,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            memory_bytes: 512 << 20,
            deadline_ms: 30 * 60 * 1_000,
            clock: DateTime::UNIX_EPOCH,
        }
    }
}

/// Who watches a profile. Called once a batch, from any thread.
pub trait Observer: Sync {
    /// So many more rows and bytes were read.
    fn progress(&self, rows: u64, bytes: u64);
    /// Whether to stop at once.
    fn is_cancelled(&self) -> bool;
}

/// An observer that looks away.
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _rows: u64, _bytes: u64) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// How much one column's state may keep exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnLimits {
    /// Distinct values.
    pub values: usize,
    /// Hashes of values, once the values themselves are given up.
    pub hashes: usize,
    /// Distinct shapes.
    pub shapes: usize,
}

impl Default for ColumnLimits {
    fn default() -> Self {
        Self {
            values: EXACT_VALUE_LIMIT,
            hashes: EXACT_HASH_LIMIT,
            shapes: EXACT_SHAPE_LIMIT,
        }
    }
}

/// The moment at which reading must stop, and the observer's wish to stop earlier.
pub struct StopWatch<'a> {
    observer: &'a dyn Observer,
    started: Instant,
    deadline_ms: u64,
}

impl<'a> StopWatch<'a> {
    /// Starts now.
    pub fn start(options: &ProfileOptions, observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            started: Instant::now(),
            deadline_ms: options.deadline_ms,
        }
    }

    /// Reports what a batch brought and fails when the profile has to stop.
    pub fn tick(&self, rows: u64, bytes: u64) -> Result<(), EngineError> {
        self.observer.progress(rows, bytes);
        if self.observer.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        if self.deadline_ms > 0 && self.elapsed_ms() > self.deadline_ms {
            return Err(EngineError::DeadlinePassed {
                deadline_ms: self.deadline_ms,
            });
        }
        Ok(())
    }

    /// Milliseconds until the deadline; nothing where there is none.
    pub fn left_ms(&self) -> Option<u64> {
        (self.deadline_ms > 0).then(|| self.deadline_ms.saturating_sub(self.elapsed_ms()))
    }

    /// Milliseconds since the start.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
