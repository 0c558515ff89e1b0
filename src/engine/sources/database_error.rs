//! What a database says when it refuses, in words, with what to do about it.

use sqlx::Error;

use crate::engine::error::EngineError;

/// Translates a driver's error about `what` (a table, a server).
pub fn database_error(what: &str, error: &Error) -> EngineError {
    let (reason, remedy) = explain(error);
    EngineError::Database {
        what: what.to_owned(),
        reason,
        remedy,
    }
}

/// What broke between the database and us, by nobody's fault.
pub fn broken_off(what: &str, reason: impl std::fmt::Display) -> EngineError {
    EngineError::Database {
        what: what.to_owned(),
        reason: reason.to_string(),
        remedy: "Run the profile again; if it fails again, look at the log of Limn and of the database.",
    }
}

/// The reason and the remedy.
pub fn explain(error: &Error) -> (String, &'static str) {
    match error {
        Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            (database.message().to_owned(), remedy_for(&code))
        }
        Error::Io(io) => (
            format!("the server cannot be reached: {io}"),
            "Check host, port and firewall, and that the server is running.",
        ),
        Error::Tls(tls) => (
            format!("no encrypted connection: {tls}"),
            "Choose the TLS mode that the server offers, and give the certificate that signed the server's.",
        ),
        Error::Configuration(reason) => (format!("the address is not usable: {reason}"), "Correct the connection's address."),
        Error::Protocol(reason) => (
            format!("the server does not speak PostgreSQL: {reason}"),
            "Check that host and port are those of the database.",
        ),
        other => (
            other.to_string(),
            "Run the profile again; if it fails again, look at the server's log.",
        ),
    }
}

/// What to do about a code: five characters of PostgreSQL, a number of SQLite.
fn remedy_for(code: &str) -> &'static str {
    match code {
        "28P01" | "28000" => "Check user name and password, and that the server lets this user in from here (pg_hba.conf).",
        "3D000" => "Check the name of the database.",
        "42P01" | "3F000" => "The table is gone; find the tables again.",
        "42501" => "Grant the role SELECT on the table and USAGE on its schema; with row-level security it needs BYPASSRLS.",
        "57014" => "Allow a longer deadline, or profile fewer tables in one group.",
        "53300" | "53200" | "53100" => "The server is short of connections, memory or disk; try again when it is quieter.",
        "57P01" | "57P02" | "57P03" => "The server is starting, stopping or was restarted; run the profile again.",
        "55P03" => "Another session holds a lock on the table; run the profile again when it has ended.",
        "40001" => "A standby server had to clean up rows; raise max_standby_streaming_delay or profile the primary.",
        "22023" => "The run's snapshot is gone; run the profile again.",
        code if code.len() == 5 && code.starts_with("22") => {
            "The server cannot compute a value of the table or view: mend its definition there, or leave the column out on the table's page, under Definition."
        }
        // SQLite: 26 not a database, 11 corrupt, 14 cannot open, 5 and 6 busy and locked, 7 no memory, 8 read only.
        "26" => "Name a SQLite 3 file; an encrypted one cannot be read.",
        "11" | "267" | "523" | "779" => "The file is damaged: run `PRAGMA integrity_check`, restore a copy, then profile again.",
        "14" | "526" | "1038" => {
            "Give the account that runs Limn permission to read the file and, for write-ahead logs, to enter its folder."
        }
        "5" | "6" | "261" | "517" => "Another program holds the file; run the profile again when it has finished writing.",
        "7" => "Raise LIMN_ENGINE_MEMORY, or leave the table out of the group.",
        "1" => "The table is gone, or the definition of the view is not usable: mend it there, then find the tables again.",
        _ => "Look at the server's words, mend it there, then run the profile again.",
    }
}
