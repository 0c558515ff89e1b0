//! The connections that read a SQLite file. sqlx's own pool asks a connection before each statement and after it whether it still answers, which for
//! a file, which cannot hang up, costs more than most statements. The connection used last comes first: its pages are in memory.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

/// Opens the file.
#[derive(Debug)]
pub(super) struct Opener(SqliteConnectOptions);

impl Manager for Opener {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.0.connect().await
    }

    async fn recycle(&self, _: &mut SqliteConnection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

/// So many connections at most; they are opened as they are needed.
#[derive(Clone, Debug)]
pub(super) struct Readers(Pool<Opener>);

impl Readers {
    /// Opens the first connection. `within` is how long a statement waits for one.
    pub async fn open(options: SqliteConnectOptions, most: u32, within: Duration) -> Result<Self, sqlx::Error> {
        let pool = Pool::builder(Opener(options))
            .max_size(most as usize)
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(within))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| sqlx::Error::Configuration(error.into()))?;
        let readers = Self(pool);
        drop(readers.acquire().await?);
        Ok(readers)
    }

    /// A connection until it is dropped.
    pub async fn acquire(&self) -> Result<Object<Opener>, sqlx::Error> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            PoolError::Timeout(_) => sqlx::Error::PoolTimedOut,
            error @ (PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => sqlx::Error::Configuration(error.into()),
        })
    }

    /// Closes all connections, after the statements that still run.
    pub async fn close(&self) {
        let mut held = Vec::new();
        for _ in 0..self.0.status().size {
            match self.acquire().await {
                Ok(reader) => held.push(reader),
                Err(error) => tracing::warn!(%error, "A connection that reads did not come back before the end"),
            }
        }
        self.0.close();
        for reader in held {
            if let Err(error) = Object::take(reader).close().await {
                tracing::warn!(%error, "A connection that reads was not closed");
            }
        }
    }
}
