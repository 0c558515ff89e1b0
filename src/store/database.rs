//! The seam over SQLite and PostgreSQL: pools, transactions, migrations, and a count of the statements sent.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use super::error::StoreError;
use super::migrations;
use super::readers::Readers;
use super::statement::sql;
use crate::domain::scope::Scope;

/// How long a caller waits for a connection before it is told that the database is unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long SQLite waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that only read.
const READERS: u32 = 6;
/// Connections that write on PostgreSQL; apart from the readers, so that full pages never delay a lease.
const POSTGRES_WRITERS: u32 = 6;

/// Which of the two databases answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

impl DatabaseKind {
    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The control database. Cloning shares the pools.
#[derive(Clone, Debug)]
pub struct Database {
    pub(super) pools: Pools,
    statements: Arc<SentStatements>,
    file: Option<Arc<Path>>,
    /// What its reads are limited to; nothing where they see everything.
    pub(super) scope: Option<Arc<Scope>>,
    /// Where its reads show personal values; nothing where they do everywhere.
    veil: Option<Arc<Scope>>,
}

/// Counts the statements sent; in tests it keeps their texts too, for the test that reads their plans.
#[derive(Debug, Default)]
struct SentStatements {
    count: AtomicU64,
    #[cfg(test)]
    texts: std::sync::Mutex<Vec<String>>,
}

impl SentStatements {
    fn add(&self, _text: &str) {
        self.count.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        self.texts
            .lock()
            .expect("no test panics while it holds the texts")
            .push(_text.to_owned());
    }
}

#[derive(Clone, Debug)]
pub(super) enum Pools {
    Sqlite { writer: SqlitePool, readers: Readers },
    Postgres { writers: PgPool, readers: PgPool },
}

/// A transaction that writes. Dropped without [`Transaction::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Transaction {
    pub(super) held: Held,
    statements: Arc<SentStatements>,
}

#[derive(Debug)]
pub(super) enum Held {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Database {
    /// Opens `sqlite:PATH` (made where it does not exist) or `postgres://...`. No schema is changed: see [`Self::migrate`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let pools = match url.split_once(':') {
            Some(("sqlite", _)) => connect_sqlite(url).await?,
            Some(("postgres" | "postgresql", _)) => connect_postgres(url).await?,
            _ => {
                return Err(StoreError::Address {
                    reason: "it must begin with sqlite: or postgres:".into(),
                });
            }
        };
        Ok(Self {
            pools,
            statements: Arc::default(),
            file: sqlite_file(url),
            scope: None,
            veil: None,
        })
    }

    /// The same database, whose reads show personal values only inside a scope (`veil.rs`).
    pub fn veiled(&self, shown: Scope) -> Self {
        Self {
            veil: (!shown.is_everything()).then(|| Arc::new(shown)),
            ..self.clone()
        }
    }

    /// Where its reads show personal values; nothing where they do everywhere.
    pub(super) fn veil(&self) -> Option<Scope> {
        self.veil.as_deref().cloned()
    }

    pub(super) fn shared_veil(&self) -> Option<Arc<Scope>> {
        self.veil.clone()
    }

    /// The same database, whose reads see only what lies inside a scope. Transactions are not limited: who writes has looked
    /// through such a handle before.
    pub fn within(&self, scope: Scope) -> Self {
        Self {
            scope: (!scope.is_everything()).then(|| Arc::new(scope)),
            ..self.clone()
        }
    }

    /// Brings the schema up to date. May be called twice, and by several servers at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.make_schemas().await?;
        migrations::migrate(self).await
    }

    /// Refuses a schema that a newer Limn has changed; changes nothing.
    pub async fn refuse_newer(&self) -> Result<(), StoreError> {
        migrations::refuse_newer(migrations::find_version(self).await?)
    }

    /// Makes the two schemas of PostgreSQL where they are missing.
    pub(super) async fn make_schemas(&self) -> Result<(), StoreError> {
        let Pools::Postgres { writers, .. } = &self.pools else {
            return Ok(());
        };
        // Two first starts at once may both try; the loser of that race finds what it wanted.
        for statement in ["create schema if not exists limn", "create schema if not exists dq_metadata"] {
            let made = sqlx::query(statement).execute(writers).await;
            if let Err(source) = made
                && !source.as_database_error().is_some_and(|error| error.is_unique_violation())
            {
                return Err(StoreError::from_statement(statement, source));
            }
        }
        Ok(())
    }

    /// Adds tables, columns and indexes that were lost; says which. A database that is whole is only read.
    pub async fn repair_schema(&self) -> Result<Vec<String>, StoreError> {
        migrations::add_missing(self).await
    }

    /// Begins a writing transaction (`BEGIN IMMEDIATE` on SQLite, so that it never loses its work half way).
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let unavailable = |source| StoreError::Unavailable {
            action: "beginning a transaction",
            source,
        };
        let held = match &self.pools {
            Pools::Sqlite { writer, .. } => Held::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?),
            Pools::Postgres { writers, .. } => Held::Postgres(writers.begin().await.map_err(unavailable)?),
        };
        Ok(Transaction {
            held,
            statements: self.statements.clone(),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sql("select 1 as one").fetch_optional(self).await?;
        Ok(())
    }

    /// Which database answers.
    pub fn kind(&self) -> DatabaseKind {
        match self.pools {
            Pools::Sqlite { .. } => DatabaseKind::Sqlite,
            Pools::Postgres { .. } => DatabaseKind::Postgres,
        }
    }

    /// Statements sent so far, those inside transactions included.
    pub fn statement_count(&self) -> u64 {
        self.statements.count.load(Ordering::Relaxed)
    }

    /// Takes the texts of the statements sent since the last call.
    #[cfg(test)]
    pub(crate) fn take_statement_texts(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.texts.lock().expect("no test panics while it holds the texts"))
    }

    pub(super) fn count_statement(&self, text: &str) {
        self.statements.add(text);
    }

    /// The file of a SQLite database; nothing for a server or for one that lives in memory.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Closes all connections, after the statements that still run.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { writers, readers } => {
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

impl Transaction {
    /// Makes the changes stand. An error here is ambiguous: the changes may stand all the same.
    pub async fn commit(self) -> Result<(), StoreError> {
        let committed = match self.held {
            Held::Sqlite(held) => held.commit().await,
            Held::Postgres(held) => held.commit().await,
        };
        committed.map_err(|source| StoreError::Unavailable {
            action: "committing",
            source,
        })
    }

    /// Undoes the changes now rather than when dropped.
    pub async fn rollback(self) -> Result<(), StoreError> {
        let undone = match self.held {
            Held::Sqlite(held) => held.rollback().await,
            Held::Postgres(held) => held.rollback().await,
        };
        undone.map_err(|source| StoreError::Unavailable {
            action: "rolling back",
            source,
        })
    }

    pub(super) fn kind(&self) -> DatabaseKind {
        match self.held {
            Held::Sqlite(_) => DatabaseKind::Sqlite,
            Held::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    pub(super) fn count_statement(&self, text: &str) {
        self.statements.add(text);
    }
}

/// The file that a SQLite address names.
pub fn sqlite_file(url: &str) -> Option<Arc<Path>> {
    url.starts_with("sqlite:").then_some(())?;
    let options = SqliteConnectOptions::from_str(url).ok()?;
    let file = options.get_filename();
    (!file.as_os_str().is_empty() && !url.contains(":memory:") && !url.contains("mode=memory")).then(|| Arc::from(file))
}

async fn connect_sqlite(url: &str) -> Result<Pools, StoreError> {
    let address = |error: sqlx::Error| StoreError::Address { reason: error.to_string() };
    let unavailable = |source| StoreError::Unavailable {
        action: "opening the database file",
        source,
    };
    let options = SqliteConnectOptions::from_str(url)
        .map_err(address)?
        .create_if_missing(true)
        // Of a new file only: what was found in a column takes about a kilobyte, and several of them fill a page better.
        .page_size(8192)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await
        .map_err(unavailable)?;
    let readers = Readers::open(options.pragma("query_only", "on"), READERS, ACQUIRE_TIMEOUT)
        .await
        .map_err(unavailable)?;
    Ok(Pools::Sqlite { writer, readers })
}

async fn connect_postgres(url: &str) -> Result<Pools, StoreError> {
    let unavailable = |source| StoreError::Unavailable {
        action: "connecting to PostgreSQL",
        source,
    };
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Address { reason: error.to_string() })?
        .application_name("limn")
        .options([
            ("search_path", "limn,dq_metadata"),
            ("timezone", "UTC"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "60s"),
        ]);
    let pool = |connections: u32, read_only: &'static str| {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone().options([("default_transaction_read_only", read_only)]))
    };
    let writers = pool(POSTGRES_WRITERS, "off").await.map_err(unavailable)?;
    let readers = pool(READERS, "on").await.map_err(unavailable)?;
    Ok(Pools::Postgres { writers, readers })
}
