//! The test of a source, step by step, as far as it needs the source itself; it stops at the first failure.
//! A folder is looked through, a database is found, asked, signed in to, checked to be read only, and its tables are listed.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection;

use super::database_error::database_error;
use super::postgres::{discovery as postgres_tables, session as postgres_session};
use super::row_stream::Session;
use super::sqlite::{discovery as sqlite_tables, session as sqlite_session};
use crate::domain::connection::{CheckStep, ConnectionCheck, FoundTable};
use crate::engine::discovery::discover;
use crate::engine::error::EngineError;
use crate::engine::limits::{ProfileOptions, StopWatch, Unobserved};
use crate::engine::source_root::{PostgresTarget, SourceRoot};

/// Longest wait for one address to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Longest test altogether, in milliseconds.
const CHECK_WITHIN_MS: u64 = 45_000;

/// The last step of every test.
const TABLES_FOUND: &str = "Tables are found";

/// Tests a source and lists its tables. A folder that cannot be looked through is an error, a database's refusal a failed step.
pub fn check_source(root: &SourceRoot) -> Result<ConnectionCheck, EngineError> {
    let mut check = ConnectionCheck {
        steps: Vec::new(),
        tables: Vec::new(),
    };
    let options = ProfileOptions {
        deadline_ms: CHECK_WITHIN_MS,
        ..ProfileOptions::default()
    };
    let watch = StopWatch::start(&options, &Unobserved);
    match root {
        SourceRoot::Folder(folder) => check.tables = discover(folder)?,
        SourceRoot::Sqlite(path) => {
            let mut session = match Session::open(&watch, || sqlite_session::connect(path)) {
                Ok(session) => session,
                Err(error) => return Ok(failed(check, "It is a SQLite file", &error)),
            };
            session.wait(&watch, async |connection| check_sqlite(&mut check, connection, path).await)?;
        }
        SourceRoot::Postgres(target) => {
            let mut session = Session::open(&watch, async || Ok(()))?;
            session.wait(&watch, async |()| check_postgres(&mut check, target).await)?;
        }
    }
    Ok(check)
}

async fn check_sqlite(check: &mut ConnectionCheck, connection: &mut sqlx::SqliteConnection, path: &Path) -> Result<(), EngineError> {
    let found = sqlite_tables::find_tables(connection, path).await;
    match found {
        Ok(tables) => {
            pass(check, "It is a SQLite file", sqlite_session::file_name(path));
            let read_only = sqlite_session::ask(connection, "select query_only from pragma_query_only").await;
            if read_only.as_deref().unwrap_or_default() == "1" {
                pass(
                    check,
                    "Limn only reads",
                    "Opened read only, in one read transaction a table.".into(),
                );
            }
            list(check, tables, 0, None);
        }
        Err(error) => *check = failed(std::mem::replace(check, empty()), "It is a SQLite file", &error),
    }
    Ok(())
}

async fn check_postgres(check: &mut ConnectionCheck, target: &PostgresTarget) -> Result<(), EngineError> {
    let options = match postgres_session::parse_target(target) {
        Ok(options) => options,
        Err(error) => {
            *check = failed(std::mem::replace(check, empty()), "Server is found", &error);
            return Ok(());
        }
    };
    let name = postgres_session::server_name(&options);
    let refuse = |check: &mut ConnectionCheck, step: &str, message: String| {
        check.steps.push(CheckStep {
            name: step.into(),
            passed: false,
            message,
        });
    };
    if let Some(socket) = options.get_socket() {
        let socket = socket.join(format!(".s.PGSQL.{}", options.get_port()));
        if let Err(error) = tokio::fs::metadata(&socket).await {
            refuse(
                check,
                "Server is found",
                format!(
                    "{}: {error}. Give the folder of the server's socket, and its port.",
                    socket.display()
                ),
            );
            return Ok(());
        }
        pass(check, "Server is found", format!("a socket on this machine, {}", socket.display()));
        if let Err(error) = tokio::net::UnixStream::connect(&socket).await {
            refuse(check, "Server answers", format!("{error}. Check that the server is running."));
            return Ok(());
        }
        pass(check, "Server answers", "by its socket".into());
    } else {
        let addresses = match postgres_session::find_server(&options).await {
            Ok(addresses) => addresses,
            Err(error) => {
                *check = failed(std::mem::replace(check, empty()), "Server is found", &error);
                return Ok(());
            }
        };
        let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        pass(check, "Server is found", shown.join(", "));
        let mut refusal = "no address".to_owned();
        let mut answered = None;
        for address in addresses {
            match tokio::time::timeout(ANSWER_WITHIN, tokio::net::TcpStream::connect(address)).await {
                Ok(Ok(_)) => {
                    answered = Some(address);
                    break;
                }
                Ok(Err(error)) => refusal = format!("{address}: {error}"),
                Err(_) => refusal = format!("{address}: no answer within {} s", ANSWER_WITHIN.as_secs()),
            }
        }
        let Some(address) = answered else {
            refuse(
                check,
                "Server answers",
                format!("{refusal}. Check host, port and firewall, and that the server is running."),
            );
            return Ok(());
        };
        pass(check, "Server answers", address.to_string());
    }
    let mut connection = match postgres_session::connect(target).await {
        Ok(connection) => connection,
        Err(error) => {
            *check = failed(std::mem::replace(check, empty()), "Sign-in works", &error);
            return Ok(());
        }
    };
    let database_failed = |error: sqlx::Error| database_error(&name, &error);
    let (who, is_superuser) = postgres_session::who_reads(&mut connection).await.map_err(database_failed)?;
    pass(check, "Sign-in works", format!("as {who}, to {name}"));
    if let Err(error) = postgres_session::begin_reading(&mut connection, None, Some(CHECK_WITHIN_MS)).await {
        *check = failed(std::mem::replace(check, empty()), "Limn only reads", &database_failed(error));
        return Ok(());
    }
    let advice = if is_superuser {
        "Read-only transactions. This role may do everything: one with SELECT alone would be safer."
    } else {
        "Read-only transactions."
    };
    pass(check, "Limn only reads", advice.into());
    match postgres_tables::find_tables(&mut connection).await {
        Ok(found) => list(check, found.tables, found.unreadable, Some(found.row_estimate)),
        Err(error) => *check = failed(std::mem::replace(check, empty()), TABLES_FOUND, &database_failed(error)),
    }
    // The answer stands; a farewell that fails changes nothing.
    drop(connection.close().await);
    Ok(())
}

fn empty() -> ConnectionCheck {
    ConnectionCheck {
        steps: Vec::new(),
        tables: Vec::new(),
    }
}

fn pass(check: &mut ConnectionCheck, name: &str, message: String) {
    check.steps.push(CheckStep {
        name: name.into(),
        passed: true,
        message,
    });
}

fn failed(mut check: ConnectionCheck, name: &str, error: &EngineError) -> ConnectionCheck {
    check.steps.push(CheckStep {
        name: name.into(),
        passed: false,
        message: format!("{error}. {}", error.remedy()),
    });
    check
}

/// The last step: the tables, or why there are none.
fn list(check: &mut ConnectionCheck, tables: Vec<FoundTable>, unreadable: usize, row_estimate: Option<u64>) {
    let hidden = match unreadable {
        0 => String::new(),
        1 => "; 1 more may not be read by this role".to_owned(),
        count => format!("; {count} more may not be read by this role"),
    };
    let rows = row_estimate.map_or_else(String::new, |rows| format!(", about {rows} rows by the server's estimate"));
    let passed = !tables.is_empty();
    let message = if passed {
        format!("{} tables{rows}{hidden}", tables.len())
    } else {
        format!("There is no table to read{hidden}. Grant SELECT on the tables, or name another database.")
    };
    check.steps.push(CheckStep {
        name: TABLES_FOUND.into(),
        passed,
        message,
    });
    check.tables = tables;
}

/// Whether a file is a SQLite database, by its first bytes; by its name where it is empty yet.
pub fn is_sqlite_file(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0_u8; 16];
    // What cannot be opened is nobody's file; who reads it says why.
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let by_name = || {
        path.extension()
            .is_some_and(|ending| ["db", "sqlite", "sqlite3"].iter().any(|known| ending == *known))
    };
    head[..read].starts_with(b"SQLite format 3\0") || (read < head.len() && by_name())
}
