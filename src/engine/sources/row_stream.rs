//! Rows of a database as a source of batches: a task reads ahead by one batch on a small runtime that the source drives.
//!
//! A server that says nothing does not block the reader: an empty batch is handed out a few times a second, so that
//! deadline and cancellation are looked at. Dropping the source drops the task and with it the connection.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use super::cells::{TableColumn, schema_of};
use super::database_error::broken_off;
use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::limits::StopWatch;
use crate::engine::type_inference::TokenKinds;

/// Longest silence before deadline and cancellation are looked at.
const PULSE: Duration = Duration::from_millis(100);

/// A connection and the runtime that it lives on.
#[derive(Debug)]
pub struct Session<C> {
    /// In its transaction. Stands before the runtime, so that it is dropped first.
    connection: C,
    runtime: Runtime,
}

/// Holds the session of a table between its looks.
pub type SessionSlot<C> = Arc<Mutex<Option<Session<C>>>>;

/// What the reading task says.
pub enum Report<C> {
    /// Rows, and how much of the table they are in bytes.
    Rows(RecordBatch, u64),
    /// It cannot go on.
    Failed(EngineError),
    /// It cannot go on, but knows now which columns are to blame; the connection may be used again.
    ColumnsFailed(C),
    /// Everything was read; the connection may be used again.
    End(C),
}

/// Where the reading task reports.
pub type Reports<C> = mpsc::Sender<Report<C>>;

impl<C> Session<C> {
    /// Connects on a runtime of its own.
    pub fn open<F>(watch: &StopWatch, connect: impl FnOnce() -> F) -> Result<Self, EngineError>
    where
        F: Future<Output = Result<C, EngineError>>,
    {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| EngineError::Limits { source })?;
        let connection = wait(&runtime, watch, async { connect().await })?;
        Ok(Self { connection, runtime })
    }

    /// Does something with the connection while deadline and cancellation are looked at.
    pub fn wait<T>(&mut self, watch: &StopWatch, work: impl AsyncFnOnce(&mut C) -> Result<T, EngineError>) -> Result<T, EngineError> {
        wait(&self.runtime, watch, work(&mut self.connection))
    }
}

fn wait<T>(runtime: &Runtime, watch: &StopWatch, work: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
    runtime.block_on(async {
        tokio::pin!(work);
        loop {
            match tokio::time::timeout(PULSE, &mut work).await {
                Ok(done) => return done,
                Err(_) => watch.tick(0, 0)?,
            }
        }
    })
}

/// The source.
pub struct RowStream<C> {
    name: String,
    columns: Vec<SourceColumn>,
    kinds: Vec<TokenKinds>,
    schema: SchemaRef,
    runtime: Option<Runtime>,
    reports: mpsc::Receiver<Report<C>>,
    slot: SessionSlot<C>,
}

impl<C: Send + 'static> RowStream<C> {
    /// Takes the session out of its slot and starts a task that reads all rows; at their end the session is back in the slot.
    pub fn start<F>(
        name: &str,
        columns: &[TableColumn],
        slot: &SessionSlot<C>,
        read: impl FnOnce(C, Reports<C>) -> F,
    ) -> Result<Self, EngineError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let session = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Session { connection, runtime } = session.ok_or_else(|| broken_off(name, "its transaction is gone"))?;
        let (sender, reports) = mpsc::channel(1);
        runtime.spawn(read(connection, sender));
        Ok(Self {
            name: name.to_owned(),
            columns: columns.iter().map(TableColumn::announced).collect(),
            kinds: columns.iter().map(|column| column.reading.kinds()).collect(),
            schema: schema_of(columns),
            runtime: Some(runtime),
            reports,
            slot: slot.clone(),
        })
    }
}

impl<C> RowStream<C> {
    /// Puts the session back into its slot, for the next look.
    fn give_back(&mut self, connection: C) {
        if let Some(runtime) = self.runtime.take() {
            *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Session { connection, runtime });
        }
    }
}

impl<C: Send + 'static> BatchSource for RowStream<C> {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, column: usize) -> TokenKinds {
        self.kinds[column]
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let Some(runtime) = &self.runtime else { return Ok(None) };
        let reports = &mut self.reports;
        match runtime.block_on(async { tokio::time::timeout(PULSE, reports.recv()).await }) {
            Err(_) => Ok(Some(SourceBatch {
                rows: RecordBatch::new_empty(self.schema.clone()),
                bytes: 0,
            })),
            Ok(Some(Report::Rows(rows, bytes))) => Ok(Some(SourceBatch { rows, bytes })),
            Ok(Some(Report::Failed(error))) => Err(error),
            Ok(Some(Report::End(connection))) => {
                self.give_back(connection);
                Ok(None)
            }
            Ok(Some(Report::ColumnsFailed(connection))) => {
                self.give_back(connection);
                Err(EngineError::ColumnsFailed { what: self.name.clone() })
            }
            Ok(None) => Err(broken_off(&self.name, "the reading task ended without a word")),
        }
    }

    fn rejected(&self) -> RejectedRows {
        RejectedRows::default()
    }
}

impl<C> Drop for RowStream<C> {
    fn drop(&mut self) {
        // A driver's thread that hangs in the database must not hold up the one that gave up waiting.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
