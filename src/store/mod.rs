//! The only SQL in the crate: one file a noun, free functions over [`Database`] (reads) and [`Transaction`] (writes).
//!
//! One SQL text serves both databases. It is written with `$1..$n` and the few marks that `dialect.rs` lists; the seam
//! (`database.rs`, `statement.rs`, `record.rs`) hides which of the two answers. Functions that take an `&Actor` write the
//! trail in the same transaction. Figures of a run are read by the attempt that the completer recorded and only after it
//! published them, so nobody meets half of a run.

mod backup;
mod catalogue;
mod column_contents;
mod column_ids;
mod column_rows;
mod column_values;
mod database;
mod dialect;
mod error;
mod migrations;
mod readers;
mod record;
mod registry;
mod result_sources;
mod role_scopes;
mod run_rows;
mod scope;
mod scripts;
mod seed_levels;
mod statement;
mod table_rows;
mod test_suites;
mod veil;

pub mod alert_acts;
pub mod alert_ends;
pub mod alert_lists;
pub mod alert_raises;
pub mod alerts;
pub mod anomalies;
pub mod api_tokens;
pub mod audit;
pub mod backfill;
pub mod candidate_runs;
pub mod characteristics;
pub mod column_history;
pub mod column_profiles;
pub mod column_reads;
pub mod connections;
pub mod datasets;
pub mod external_runs;
pub mod find;
pub mod first_runs;
pub mod masking;
pub mod outbox;
pub mod overview;
pub mod partition_states;
mod payload_findings;
pub mod profile_runs;
pub mod projects;
pub mod rollups;
pub mod row_looks;
pub mod run_completion;
pub mod run_deletion;
pub mod run_facts;
pub mod run_lists;
pub mod run_log;
pub mod run_tables;
pub mod run_transitions;
pub mod schema;
pub mod seed_lists;
pub mod seed_tree;
pub mod seeding;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod stored_masking;
pub mod table_details;
pub mod table_groups;
pub mod table_removal;
pub mod table_runs;
pub mod tables;
pub mod users;

pub use database::{Database, DatabaseKind, Transaction, sqlite_file};
pub use error::StoreError;
pub(crate) use record::Record;
pub(crate) use statement::{Value, rows_insert, sql};

/// A new id: text that sorts by the time it was made.
pub(crate) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A pattern for `like ... escape '!'` that finds `text` anywhere, letter by letter.
pub(crate) fn like_anywhere(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// A list of texts as one bound value, for `{list $n}`.
pub(crate) fn list_of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::Array(texts.into_iter().map(|text| text.as_ref().into()).collect()).to_string()
}

#[cfg(test)]
pub(crate) use {
    backup::list_copies,
    catalogue::Catalogue,
    migrations::{cut_off_after, migrate_to},
    registry::{ColumnKind, all_tables},
    scope::is_known,
    scripts::{Makes, latest_version, split, versions},
    statement::sql_joined,
};

/// How SQLite would run a statement that it was sent before.
#[cfg(test)]
pub(crate) async fn explain(db: &Database, text: &str) -> Result<Vec<Record>, StoreError> {
    statement::sql_joined(format!("explain query plan {text}")).fetch_all(db).await
}
