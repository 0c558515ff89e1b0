//! Verbs that need more than one collaborator, a permission, or a rule of state.
//!
//! A run's life is told in these files, in this order: `run_launch` (a person or a program asks), `run_worker`
//! (somebody takes it; `run_lease` holds it, `run_report` collects), `worker_process` (the engine's child process and
//! its pipe), `run_completion` (the one place where a run ends) and `run_signals` (who is told at once). What a page
//! can read by one statement it reads from the store itself; there are no services that only pass through.

pub mod access;
pub mod alerts;
pub mod api_tokens;
pub mod backfill;
pub mod background;
pub mod bulk_edits;
pub mod characteristics;
pub mod column_details;
pub mod column_profiles;
pub mod column_series;
pub mod configuration;
pub mod connection_changes;
pub mod connection_checks;
pub mod connection_secrets;
pub mod connections;
pub mod dataset_runs;
pub mod datasets;
pub mod error;
pub mod external_runs;
pub mod finding_settings;
pub mod findings;
pub mod first_runs;
pub mod look_process;
pub mod maintenance;
pub mod partition_states;
pub mod passwords;
mod payload_columns;
pub mod payloads;
pub mod people;
pub mod projects;
pub mod rate_limits;
pub mod retention;
pub mod row_looks;
mod run_choice;
pub mod run_completion;
pub mod run_launch;
pub mod run_lease;
pub mod run_payloads;
pub mod run_report;
pub mod run_results;
pub mod run_signals;
pub mod run_worker;
pub mod sample_data;
pub mod secrets;
pub mod seed_document;
pub mod seeding;
pub mod switches;
pub mod table_columns;
pub mod table_details;
pub mod table_groups;
pub mod table_names;
pub mod table_removal;
pub mod worker_process;
