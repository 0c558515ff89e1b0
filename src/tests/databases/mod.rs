//! Databases as sources: real servers and real files, good and hostile, through the engine.
mod postgres;
mod postgres_tls;
mod pushed;
mod sqlite;

use std::future::Future;

use crate::domain::column_profile::ColumnProfile;
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::TableProfile;
use crate::engine::{EngineError, ProfileOptions, SourceRoot, Unobserved, profile_table};

/// Runs what prepares a database; the engine itself runs outside of any runtime, as it does in its process.
pub(in crate::tests) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(in crate::tests) fn options() -> ProfileOptions {
    ProfileOptions {
        clock: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        deadline_ms: 60_000,
        ..ProfileOptions::default()
    }
}

pub(in crate::tests) fn table(format: &str, schema: &str, name: &str) -> FoundTable {
    FoundTable {
        schema_name: schema.into(),
        table_name: name.into(),
        format: format.into(),
        ..FoundTable::default()
    }
}

fn try_profile(root: &SourceRoot, table: &FoundTable) -> Result<TableProfile, EngineError> {
    profile_table(root, table, &options(), &Unobserved)
}

fn profile(root: &SourceRoot, table: &FoundTable) -> TableProfile {
    let profile = try_profile(root, table).unwrap();
    assert_eq!(profile.broken_invariants(), Vec::<String>::new());
    profile
}

fn column<'a>(table: &'a TableProfile, name: &str) -> &'a ColumnProfile {
    let column = table.columns.iter().find(|column| column.column_name == name);
    let column = column.unwrap_or_else(|| panic!("no column {name}"));
    assert_eq!(column.metrics.query_error, None, "{name}");
    column
}

/// Type, smallest and largest value.
fn extent<'a>(table: &'a TableProfile, name: &str) -> (&'a str, &'a str, &'a str) {
    let column = column(table, name);
    let text = |value: &'a Option<String>| value.as_deref().unwrap_or("none");
    (&column.data_type, text(&column.metrics.min_value), text(&column.metrics.max_value))
}
