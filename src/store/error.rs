//! What can go wrong in the store, sorted by what the caller may do about it.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or the answer to a commit was lost. The change may or may not stand: read again,
    /// never conclude that it failed.
    #[error("the database is unavailable while {action}")]
    Unavailable {
        /// What was being done.
        action: &'static str,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },
    /// A pending or running run of the group exists already.
    #[error("run {number} of this table group is still active")]
    AlreadyActive {
        /// Its number.
        number: i64,
    },
    /// The attempt no longer owns the run: another worker took it, or it ended.
    #[error("attempt {attempt} no longer owns run {profile_run_id}")]
    LostRun {
        /// The run.
        profile_run_id: String,
        /// The attempt that tried to write.
        attempt: u32,
    },
    /// A name that must be unique is taken.
    #[error("{what} exists already")]
    Taken {
        /// What: `the user name "ada"`.
        what: String,
    },
    /// Something that must exist does not.
    #[error("{what} does not exist")]
    Missing {
        /// What: `user 0190...`.
        what: String,
    },
    /// A stored row cannot be read back.
    #[error("stored {what} cannot be read: {reason}")]
    Unreadable {
        /// Which value.
        what: String,
        /// Why.
        reason: String,
    },
    /// The address of the database is not one that Limn understands.
    #[error("database address is not valid: {reason}")]
    Address {
        /// Why.
        reason: String,
    },
    /// A newer Limn has changed the schema; this one would misread it.
    #[error(
        "the database has schema version {found} and this Limn knows up to {known}: start the newer Limn, or restore the backup from before its change"
    )]
    NewerSchema {
        /// The version that stands.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The schema could not be brought up to date.
    #[error("the schema cannot be brought up to date: {reason}")]
    Migration {
        /// Why, and what to do.
        reason: String,
    },
    /// The database refused a statement: a fault of Limn's own.
    #[error("the database refused a statement ({statement})")]
    Refused {
        /// The start of its text; values are bound and not in it.
        statement: String,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Sorts a driver's error that came while `statement` ran.
    pub(crate) fn from_statement(statement: &str, source: sqlx::Error) -> Self {
        if is_unavailable(&source) {
            return Self::Unavailable {
                action: "running a statement",
                source,
            };
        }
        Self::Refused {
            statement: statement.chars().take(160).collect(),
            source,
        }
    }

    /// A stored value that does not read as it must.
    pub(crate) fn unreadable(what: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable {
            what: what.into(),
            reason: reason.to_string(),
        }
    }

    /// Something that must exist does not.
    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self::Missing { what: what.into() }
    }

    /// Whether the same call may be tried again, after reading what stands.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Whether the database was away, busy, out of space or shutting down, rather than refusing the statement itself.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => match error.code() {
            Some(code) => is_unavailable_code(&code),
            None => false,
        },
        _ => false,
    }
}

/// SQLite's (extended) result codes and PostgreSQL's SQLSTATE classes that pass by themselves or with an operator's help.
fn is_unavailable_code(code: &str) -> bool {
    /// SQLITE_BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN.
    const SQLITE: [i64; 8] = [5, 6, 7, 8, 9, 10, 13, 14];
    /// Connection exceptions, rolled back transactions, too few resources, operator intervention, system errors.
    const POSTGRES: [&str; 5] = ["08", "40", "53", "57", "58"];
    if code.len() == 5 {
        return POSTGRES.iter().any(|class| code.starts_with(class));
    }
    code.parse::<i64>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_or_broken_disk_is_unavailable_and_a_broken_constraint_is_not() {
        for (code, expected) in [
            ("5", true),
            ("517", true),
            ("1802", true),
            ("13", true),
            ("2067", false),
            ("08006", true),
            ("40001", true),
            ("57P01", true),
            ("23505", false),
            ("42601", false),
        ] {
            assert_eq!(is_unavailable_code(code), expected, "{code}");
        }
    }
}
