//! A session with a SQLite file: opened read only, one read transaction, nothing in the file trusted to run.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use crate::domain::table_profile::Snapshot;
use crate::engine::error::EngineError;
use crate::engine::rooted_file::{FileStamp, RootedFile};
use crate::engine::sources::database_error::database_error;
use crate::engine::sources::snapshot::{describe_bytes, identify};

/// Longest wait for somebody who writes.
const BUSY_WITHIN: Duration = Duration::from_secs(5);
/// Rows that the driver's thread may be ahead.
const ROWS_AHEAD: usize = 128;

/// Opens the file for reading, after the guard has found a regular file behind no link.
pub async fn connect(path: &Path) -> Result<SqliteConnection, EngineError> {
    stamp(path)?;
    let name = file_name(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY_WITHIN)
        .row_buffer_size(ROWS_AHEAD)
        .statement_cache_capacity(0)
        .pragma("query_only", "on")
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .disable_statement_logging();
    SqliteConnection::connect_with(&options)
        .await
        .map_err(|error| database_error(&name, &error))
}

/// The last part of the path, for messages.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Size and time of the file; refuses links, folders, devices.
pub fn stamp(path: &Path) -> Result<FileStamp, EngineError> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(EngineError::Refused {
            path: path.display().to_string(),
            reason: "it is not the path of a file".into(),
        });
    };
    Ok(RootedFile::open(folder, name)?.stamp())
}

/// Begins the transaction and makes it see the file as it is now.
pub async fn begin_reading(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("begin").persistent(false).execute(&mut *connection).await?;
    sqlx::query("select count(*) from sqlite_schema")
        .persistent(false)
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// One value of a pragma or a small question, as text.
pub async fn ask(connection: &mut SqliteConnection, question: &'static str) -> Result<String, sqlx::Error> {
    let row = sqlx::query(question).persistent(false).fetch_one(connection).await?;
    row.try_get_unchecked::<String, _>(0)
}

/// Whether the file keeps its texts as UTF-8.
pub async fn is_utf8(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    Ok(ask(connection, "pragma encoding").await? == "UTF-8")
}

/// Which version of the file was read: its stamp, that of its write-ahead log, and the change counters inside.
pub async fn describe_snapshot(connection: &mut SqliteConnection, path: &Path) -> Result<Snapshot, EngineError> {
    let name = file_name(path);
    let failed = |error: sqlx::Error| database_error(&name, &error);
    let main = stamp(path)?;
    let mut log_path = path.as_os_str().to_owned();
    log_path.push("-wal");
    // No write-ahead log is the usual case.
    let log = stamp(Path::new(&log_path)).ok();
    let version = ask(connection, "select sqlite_version()").await.map_err(failed)?;
    let schema = ask(connection, "select cast(schema_version as text) from pragma_schema_version")
        .await
        .map_err(failed)?;
    let identity = format!(
        "{name}\0{}\0{}\0{:?}\0{schema}",
        main.size,
        main.modified_ns,
        log.map(|log| (log.size, log.modified_ns))
    );
    let newest = main.modified_ns.max(log.map_or(0, |log| log.modified_ns));
    let when = chrono::DateTime::from_timestamp((newest / 1_000_000_000) as i64, 0)
        .map_or_else(String::new, |at| at.format(", changed %Y-%m-%d %H:%M UTC").to_string());
    Ok(Snapshot {
        id: identify(identity.as_bytes()),
        description: format!("SQLite {version} file, {}{when}", describe_bytes(main.size)),
        files: vec![name],
        ..Snapshot::default()
    })
}
