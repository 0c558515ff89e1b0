//! The embedded profiler: turns files into table profiles. It knows no HTTP and no database.
//!
//! A *source* yields Arrow record batches. Each column has an *accumulator* that is updated by value or by weighted
//! value, merges with the state of another part of the table, and finishes into a `ColumnProfile`. A state is the small
//! sufficient statistic, a metric a function of states: nothing is computed for each row that can be computed for each
//! different value.
//!
//! - [`discover`]: which tables lie beneath a folder.
//! - [`profile_table`]: one table, optionally with threads; invariants are checked before a column is handed over.
//! - [`rows`]: the rows behind a figure, by the condition that it counts.
//! - [`protocol`], [`run_worker`]: the same in a guarded child process, one JSON object a line.

pub mod accumulators;
pub mod calendar;
pub mod canonical;
mod column_parts;
pub mod column_scan;
mod crew;
pub mod discovery;
pub mod error;
pub mod file_mask;
pub mod histogram;
pub mod invariants;
pub mod limits;
pub mod memory;
pub mod partition_scan;
pub mod partition_shelf;
pub mod profile;
pub mod protocol;
mod real;
pub mod repeated_looks;
pub mod rooted_file;
pub mod rows;
pub mod semantics;
pub mod source_root;
pub mod sources;
pub mod statements;
pub mod states;
pub mod table_scan;
pub mod type_inference;
pub mod whole;
pub mod worker;
pub mod xxhash;

pub use discovery::{discover, discover_file, discover_glob};
pub use error::EngineError;
pub use limits::{Observer, ProfileOptions, Unobserved};
pub use profile::{profile_partitions, profile_table};
pub use protocol::{WorkerEvent, WorkerPlan};
pub use source_root::{PostgresTarget, SourceRoot};
pub use sources::check::{check_source, is_sqlite_file};
pub use worker::{guard_process, run_worker};

/// Name of this engine in stored profiles.
pub const ENGINE_NAME: &str = "limn";
/// Version of this engine in stored profiles and states.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod arrow_type_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod escape_tests;
#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod partition_tests;
#[cfg(test)]
mod scope_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod worker_tests;
