//! SQLite tables: read only, in one read transaction, typed by what they store.
//!
//! - `session`: opening, the transaction, the snapshot in words.
//! - `columns`: what is stored, and how it is read.
//! - `reading`: the rows.

pub mod columns;
pub mod discovery;
pub mod reading;
pub mod session;

use std::path::Path;
use std::sync::{Arc, Mutex};

use sqlx::SqliteConnection;

use super::BatchSource;
use super::cells::TableColumn;
use super::database_error::database_error;
use super::failed_columns::FailedColumns;
use super::pushed::{Place, Pushed, push_filter};
use super::row_stream::{RowStream, Session, SessionSlot};
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::Snapshot;
use crate::engine::error::EngineError;
use crate::engine::limits::StopWatch;

/// Name of the schema that a file's own tables stand in.
pub const MAIN_SCHEMA: &str = "main";

/// A table with what must be known before rows are read.
#[derive(Debug)]
pub struct OpenTable {
    /// File and table, for messages.
    pub name: String,
    /// The table's name.
    pub table_name: String,
    /// Columns in order.
    pub columns: Vec<TableColumn>,
    /// Which version of the file is read.
    pub snapshot: Snapshot,
    /// Bytes of the table, as discovery found them.
    pub bytes: u64,
    /// Which rows the file's reader may leave out.
    pub pushed: Pushed,
    /// Columns that cannot be read.
    pub failed: FailedColumns,
}

/// A table whose transaction is open.
#[derive(Debug)]
pub struct SqliteTable {
    /// The table.
    pub open: Arc<OpenTable>,
    slot: SessionSlot<SqliteConnection>,
}

impl SqliteTable {
    /// Opens the file, begins the transaction and looks at what the table stores.
    pub fn open(path: &Path, table: &FoundTable, watch: &StopWatch) -> Result<Self, EngineError> {
        let mut session = Session::open(watch, || session::connect(path))?;
        let open = session.wait(watch, async |connection| open_table(connection, path, table).await)?;
        Ok(Self {
            open: Arc::new(open),
            slot: Arc::new(Mutex::new(Some(session))),
        })
    }

    /// Starts reading. One look at a time: all looks share the one transaction.
    pub fn open_source(&self) -> Result<Box<dyn BatchSource>, EngineError> {
        let table = self.open.clone();
        let read = move |connection, reports| reading::read_rows(connection, table, reports);
        Ok(Box::new(RowStream::start(&self.open.name, &self.open.columns, &self.slot, read)?))
    }
}

async fn open_table(connection: &mut SqliteConnection, path: &Path, table: &FoundTable) -> Result<OpenTable, EngineError> {
    let name = format!("{}, table {}", session::file_name(path), table.table_name);
    let failed = |error: sqlx::Error| database_error(&name, &error);
    session::begin_reading(connection).await.map_err(failed)?;
    let columns = columns::read_columns(connection, &table.table_name, |name| table.scope.reads(name))
        .await
        .map_err(failed)?
        .ok_or_else(|| EngineError::Database {
            what: name.clone(),
            reason: "the table does not exist".into(),
            remedy: "The table is gone; find the tables again.",
        })?;
    let is_utf8 = session::is_utf8(connection).await.map_err(failed)?;
    Ok(OpenTable {
        pushed: push_filter(table.scope.row_filter.as_ref(), &columns, Place::Sqlite, is_utf8),
        table_name: table.table_name.clone(),
        columns,
        failed: FailedColumns::default(),
        snapshot: session::describe_snapshot(connection, path).await?,
        bytes: table.bytes,
        name,
    })
}
