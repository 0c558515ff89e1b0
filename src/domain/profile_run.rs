//! A profile run: one execution of profiling for one table group, and the transitions it may make.
//!
//! `requested -> claimed -> submitting -> running -> finalizing -> completed | failed | cancelled`. Terminal phases never
//! change. People and programs see five statuses; the phase and the reason say the rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::anomaly::Severity;
use super::identifier::{ConnectionId, RunId, TableGroupId};
use super::progress::RunProgress;
use super::table_profile::FailedTable;

/// Declares an enum with its stored word for each variant.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $( $(#[$doc])* #[serde(rename = $word)] $variant ),* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the stored word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),*]))
                    .into()
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What people and programs see.
    pub enum RunStatus {
        /// Waiting for a place.
        Pending = "pending",
        /// Being profiled or stored.
        Running = "running",
        /// Ended with results (some tables may have failed; the run says which).
        Completed = "completed",
        /// Ended without results; the reason says why.
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

impl RunStatus {
    /// Whether nothing more will happen.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Reads any spelling that the glossary allows; anything else is an error, never "completed".
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "pending" | "queued" | "waiting" => Self::Pending,
            "running" | "starting" | "in_progress" => Self::Running,
            "completed" | "complete" | "success" | "succeeded" | "finished" => Self::Completed,
            "failed" | "error" | "timed_out" => Self::Failed,
            "cancelled" | "canceled" => Self::Cancelled,
            _ => return None,
        })
    }
}

words! {
    /// Where a run is, exactly. Stored beside the status.
    pub enum RunPhase {
        /// The row exists; nobody has taken it.
        Requested = "requested",
        /// A worker holds the lease.
        Claimed = "claimed",
        /// The job is being handed over.
        Submitting = "submitting",
        /// The engine reads.
        Running = "running",
        /// Results are being stored.
        Finalizing = "finalizing",
        /// Ended with results.
        Completed = "completed",
        /// Ended without results.
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

impl RunPhase {
    /// The status that people see.
    pub fn status(self) -> RunStatus {
        match self {
            Self::Requested | Self::Claimed => RunStatus::Pending,
            Self::Submitting | Self::Running | Self::Finalizing => RunStatus::Running,
            Self::Completed => RunStatus::Completed,
            Self::Failed => RunStatus::Failed,
            Self::Cancelled => RunStatus::Cancelled,
        }
    }

    /// The phases from which `self` may be entered within one attempt.
    pub fn allowed_from(self) -> &'static [RunPhase] {
        use RunPhase::*;
        match self {
            Requested => &[Claimed, Submitting, Running, Finalizing],
            Claimed => &[Requested],
            Submitting => &[Claimed],
            Running => &[Claimed, Submitting],
            Finalizing => &[Running],
            Completed => &[Running, Finalizing],
            Failed | Cancelled => &[Requested, Claimed, Submitting, Running, Finalizing],
        }
    }
}

words! {
    /// How much of the data a run reads.
    #[derive(Default)]
    pub enum RunMode {
        /// Everything.
        #[default]
        Full = "full",
        /// Only changed partitions.
        Partial = "partial",
        /// A share of the rows.
        Sample = "sample",
        /// Nothing, because nothing changed.
        Skip = "skip",
    }
}

words! {
    /// What started a run.
    pub enum RunTrigger {
        /// A person pressed a button.
        Person = "person",
        /// A schedule.
        Schedule = "schedule",
        /// A program.
        Api = "api",
        /// New data arrived.
        Ingestion = "ingestion",
        /// A person asked again for an ended run.
        Retry = "retry",
        /// A connection or group was made, or switched on.
        Activation = "activation",
    }
}

words! {
    /// Why a run ended as it did.
    pub enum RunReason {
        /// The child ran past its deadline.
        TimedOut = "timed_out",
        /// The worker was lost three times.
        WorkerLost = "worker_lost",
        /// The child was killed for its memory or by a signal.
        WorkerKilled = "worker_killed",
        /// No table of the group could be read.
        AllTablesFailed = "all_tables_failed",
        /// The group has no table to read.
        NoTables = "no_tables",
        /// The source could not be opened.
        SourceUnreachable = "source_unreachable",
        /// Some tables failed; the others are there.
        SomeTablesFailed = "some_tables_failed",
        /// A person cancelled it.
        CancelledByPerson = "cancelled_by_person",
        /// A fault of Limn's own.
        InternalError = "internal_error",
    }
}

/// One run as lists and pages show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProfileRun {
    /// Id.
    pub profile_run_id: RunId,
    /// Short number, unique in the installation: `/runs/4131`.
    pub number: i64,
    /// Group.
    pub table_group_id: TableGroupId,
    /// Its name.
    pub table_group_name: String,
    /// Where the tables live.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Status.
    pub status: RunStatus,
    /// Exact phase.
    pub phase: RunPhase,
    /// Why it ended so.
    pub reason: Option<RunReason>,
    /// What happened, for a person.
    pub error_message: Option<String>,
    /// Full, partial, ...
    pub mode: RunMode,
    /// What started it.
    pub trigger: RunTrigger,
    /// Who started it: a name.
    pub started_by: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When the engine began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Rows profiled.
    pub row_count: Option<u64>,
    /// Tables profiled.
    pub table_count: Option<u32>,
    /// Tables that failed.
    pub failed_table_count: u32,
    /// Columns profiled.
    pub column_count: Option<u32>,
    /// Bytes read.
    pub bytes_scanned: Option<u64>,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// Whether somebody has asked to cancel it.
    pub cancel_requested: bool,
    /// Progress while it runs.
    pub progress: Option<RunProgress>,
    /// Median duration of the group's last completed runs, in milliseconds.
    pub typical_duration_ms: Option<u64>,
    /// `embedded` or, later, `databricks`.
    pub engine: String,
    /// The score of its tables together, 0..1; none before it ends, and without rows.
    pub quality_score: Option<f64>,
    /// What it found, by severity; absent where it was not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anomalies_by_severity: Option<BTreeMap<String, u64>>,
}

impl ProfileRun {
    /// Milliseconds it took, or has taken until `now`.
    pub fn duration_ms(&self, now: DateTime<Utc>) -> Option<u64> {
        let start = self.started_at?;
        let end = self.completed_at.unwrap_or(now);
        u64::try_from((end - start).num_milliseconds()).ok()
    }

    /// What it found in words, the worst first: `3 high, 12 medium`. Empty where it found nothing, or nobody counted.
    pub fn found_words(&self) -> String {
        let Some(found) = &self.anomalies_by_severity else {
            return String::new();
        };
        let of = |severity: &Severity| {
            let count = found.get(severity.word()).filter(|count| **count > 0)?;
            Some(format!("{count} {severity}"))
        };
        Severity::ALL.iter().rev().filter_map(of).collect::<Vec<_>>().join(", ")
    }
}

/// One line of a run's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLogLine {
    /// When.
    pub at: DateTime<Utc>,
    /// `info`, `warn`, `error`.
    pub level: String,
    /// A sentence.
    pub message: String,
}

/// One table of a run: how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RunTable {
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Rows.
    pub row_count: u64,
    /// Columns.
    pub column_count: u32,
    /// Bytes read.
    pub bytes_scanned: u64,
    /// From the start of the run to the start of the table.
    pub started_after_ms: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// Full, partial, ...
    pub mode: RunMode,
    /// Broken invariants, in words.
    pub broken_invariants: Vec<String>,
    /// Why it failed, if it did.
    pub failure: Option<FailedTable>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_phases_are_never_left() {
        for target in RunPhase::ALL {
            for from in target.allowed_from() {
                assert!(!from.status().is_terminal(), "{from} -> {target}");
            }
        }
    }

    #[test]
    fn unknown_statuses_are_never_completed() {
        assert_eq!(RunStatus::parse(" Success "), Some(RunStatus::Completed));
        assert_eq!(RunStatus::parse("canceled"), Some(RunStatus::Cancelled));
        assert_eq!(RunStatus::parse("skipped"), None);
        assert_eq!(RunStatus::parse(""), None);
    }
}
