//! PostgreSQL tables: found in the catalogue, read by a cursor in one read-only transaction on one snapshot.
//!
//! - `session`: signing in, the transaction, the snapshot in words.
//! - `discovery`: which tables there are.
//! - `columns`: how each type is read so that no digit is lost; `values`: its binary form.
//! - `reading`: the rows; `failing`: which columns the server cannot give.

pub mod columns;
pub mod discovery;
pub mod failing;
pub mod reading;
pub mod session;
pub mod values;

use std::sync::{Arc, Mutex};

use sqlx::{PgConnection, Row};

use super::BatchSource;
use super::cells::TableColumn;
use super::database_error::database_error;
use super::failed_columns::FailedColumns;
use super::pushed::{Place, push_filter};
use super::row_stream::{RowStream, Session, SessionSlot};
use crate::domain::address::qualified_name;
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::Snapshot;
use crate::engine::error::EngineError;
use crate::engine::limits::StopWatch;
use crate::engine::source_root::PostgresTarget;

/// A table with what must be known before rows are read.
#[derive(Debug)]
pub struct OpenTable {
    /// Schema and name, for messages.
    pub name: String,
    /// Schema and name, quoted.
    pub from: String,
    /// Columns in order.
    pub columns: Vec<TableColumn>,
    /// Bytes on the server's disk.
    pub bytes: u64,
    /// Rows that the server believes there are.
    pub row_estimate: u64,
    /// What the transaction sees.
    pub snapshot: Snapshot,
    /// Which rows the server may leave out: ` where ...`, or nothing.
    pub where_clause: String,
    /// Columns that cannot be read.
    pub failed: FailedColumns,
}

/// A table whose transaction is open.
#[derive(Debug)]
pub struct PostgresTable {
    /// The table.
    pub open: Arc<OpenTable>,
    slot: SessionSlot<PgConnection>,
}

impl PostgresTable {
    /// Signs in, begins the transaction and reads what the catalogue says of the table.
    pub fn open(target: &PostgresTarget, table: &FoundTable, watch: &StopWatch) -> Result<Self, EngineError> {
        let name = qualified_name(&table.schema_name, &table.table_name);
        let mut session = Session::open(watch, || session::connect(target))?;
        let left_ms = watch.left_ms();
        let open = session.wait(watch, async |connection| {
            open_table(connection, target, left_ms, table, &name).await
        })?;
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

async fn open_table(
    connection: &mut PgConnection,
    target: &PostgresTarget,
    left_ms: Option<u64>,
    table: &FoundTable,
    name: &str,
) -> Result<OpenTable, EngineError> {
    let failed = |error: sqlx::Error| database_error(name, &error);
    let snapshot = target.snapshot.as_deref();
    let (schema_name, table_name) = (&table.schema_name, &table.table_name);
    let writes = match snapshot {
        Some(_) => target.writes.get(&(schema_name.clone(), table_name.clone())).cloned(),
        None => session::mark_writes(connection, &[schema_name], &[table_name])
            .await
            .map_err(failed)?
            .into_values()
            .next(),
    };
    session::begin_reading(connection, snapshot, left_ms).await.map_err(failed)?;
    let row = sqlx::query(
        "select c.oid::int8, pg_table_size(c.oid)::int8, greatest(c.reltuples, 0)::float8,
             current_setting('server_encoding') = 'UTF8'
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relname = $2",
    )
    .persistent(false)
    .bind(&table.schema_name)
    .bind(&table.table_name)
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed)?
    .ok_or_else(|| EngineError::Database {
        what: name.to_owned(),
        reason: "the table does not exist".into(),
        remedy: "The table is gone; find the tables again.",
    })?;
    let relation: i64 = row.try_get(0).map_err(failed)?;
    let size: i64 = row.try_get(1).map_err(failed)?;
    let estimate: f64 = row.try_get(2).map_err(failed)?;
    let from = format!("{}.{}", columns::quote(&table.schema_name), columns::quote(&table.table_name));
    failing::mark(connection).await.map_err(failed)?;
    let columns = columns::read_columns(connection, relation, &from, &table.scope)
        .await
        .map_err(failed)?;
    let is_utf8: bool = row.try_get(3).map_err(failed)?;
    Ok(OpenTable {
        where_clause: push_filter(table.scope.row_filter.as_ref(), &columns, Place::Postgres, is_utf8).clause,
        name: name.to_owned(),
        from,
        columns,
        failed: FailedColumns::default(),
        // A partitioned table has no bytes of its own; discovery has summed those of its parts.
        bytes: u64::try_from(size).unwrap_or(0).max(table.bytes),
        row_estimate: estimate as u64,
        snapshot: Snapshot {
            writes,
            ..session::describe_snapshot(connection).await.map_err(failed)?
        },
    })
}

/// Holds one snapshot for all tables of a run.
#[derive(Debug)]
pub struct HeldSnapshot {
    /// The target with the snapshot's name.
    pub target: PostgresTarget,
    _session: Session<PgConnection>,
}

impl HeldSnapshot {
    /// Begins a transaction and exports what it sees, with what the server has counted of the tables by then.
    pub fn open(target: &PostgresTarget, tables: &[FoundTable], watch: &StopWatch) -> Result<Self, EngineError> {
        let mut session = Session::open(watch, || session::connect(target))?;
        let (schemas, names): (Vec<&str>, Vec<&str>) = tables
            .iter()
            .map(|table| (table.schema_name.as_str(), table.table_name.as_str()))
            .unzip();
        let (snapshot, writes) = session.wait(watch, async |connection| {
            let failed = |error: sqlx::Error| database_error("the run's snapshot", &error);
            // Counted before: what is written in between is rather counted twice than not at all.
            let writes = session::mark_writes(connection, &schemas, &names).await.map_err(failed)?;
            session::begin_reading(connection, None, None).await.map_err(failed)?;
            let snapshot = session::export_snapshot(connection).await.map_err(failed)?;
            Ok((snapshot, writes))
        })?;
        Ok(Self {
            target: PostgresTarget {
                snapshot: Some(snapshot),
                writes,
                ..target.clone()
            },
            _session: session,
        })
    }
}
