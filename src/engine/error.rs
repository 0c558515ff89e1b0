//! What can go wrong while tables are found and read: always with the place (file, row, byte) and with what to do.

use std::io;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file or folder could not be opened.
    #[error("{path} cannot be opened: {source}")]
    Open {
        /// Relative to the root, or the root itself.
        path: String,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The path leaves the root, is a link, or is no regular file.
    #[error("{path} is not read: {reason}")]
    Refused {
        /// As it was asked for.
        path: String,
        /// Why.
        reason: String,
    },
    /// Reading failed below us.
    #[error("{path} could not be read: {source}")]
    Read {
        /// Relative to the root.
        path: String,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The content is not what its format promises.
    #[error("{path} is damaged{}: {reason}", place(*row, *byte))]
    Malformed {
        /// Relative to the root.
        path: String,
        /// Row (line of a text file) near which it happened, from 1.
        row: Option<u64>,
        /// Byte offset, from 0: in a text that of the text as it is read (unpacked, and as UTF-8); in a Parquet or Arrow file that of the
        /// file, where what cannot be read begins: a page, a record batch, the footer.
        byte: Option<u64>,
        /// The reader's words.
        reason: String,
    },
    /// The file was replaced or written while it was read.
    #[error("{path} changed while it was read")]
    Changed {
        /// Relative to the root.
        path: String,
    },
    /// Something that this engine does not read.
    #[error("{what} is not supported")]
    Unsupported {
        /// What.
        what: String,
    },
    /// A database refused, or could not be reached.
    #[error("{what}: {reason}")]
    Database {
        /// Server, file or table.
        what: String,
        /// The database's words.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The database could not give some columns, which are known now: the others can be read without them.
    #[error("{what} has columns that the database could not read")]
    ColumnsFailed {
        /// The table.
        what: String,
    },
    /// A CSV file showed while it was read that backslashes escape its quotes, which is known now.
    #[error("{path} escapes quotes with backslashes, which its beginning does not show")]
    DialectLearned {
        /// Relative to the root.
        path: String,
    },
    /// The filter of the table's rows does not fit the table.
    #[error("the row filter does not fit the table: {reason}")]
    Filter {
        /// Which condition, and why.
        reason: String,
    },
    /// Nothing to read.
    #[error("{path} has no columns")]
    Empty {
        /// The file or table.
        path: String,
    },
    /// Somebody asked to stop, or the parent went away.
    #[error("cancelled")]
    Cancelled,
    /// The deadline passed.
    #[error("the deadline of {deadline_ms} ms passed")]
    DeadlinePassed {
        /// The deadline.
        deadline_ms: u64,
    },
    /// A reader panicked; the file is to blame, the process lives.
    #[error("{path} made the reader fail{}: {reason}", place(*row, *byte))]
    ReaderFault {
        /// Relative to the root.
        path: String,
        /// Row near which it happened, from 1.
        row: Option<u64>,
        /// As of a damaged file.
        byte: Option<u64>,
        /// What the panic said.
        reason: String,
    },
    /// The parent and the worker do not understand each other.
    #[error("the worker's plan or channel is unusable: {reason}")]
    Protocol {
        /// Why.
        reason: String,
    },
    /// A limit of the process could not be set.
    #[error("the limits of the worker process could not be set: {source}")]
    Limits {
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
}

impl EngineError {
    /// A file whose content cannot be made into rows, where the reader does not say at which place.
    pub fn malformed(path: &str, error: impl std::fmt::Display) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            row: None,
            byte: None,
            reason: error.to_string(),
        }
    }

    /// The error of a file, with its place where it does not know that yet.
    pub fn at(mut self, at_row: Option<u64>, at_byte: u64) -> Self {
        if let Self::Malformed { row, byte, .. } | Self::ReaderFault { row, byte, .. } = &mut self {
            *row = row.or(at_row);
            byte.get_or_insert(at_byte);
        }
        self
    }

    /// What a person can do about it, in one sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "Check that the file still exists, then find the tables again."
            }
            Self::Open { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "Give the account that runs Limn permission to read it."
            }
            Self::Open { .. } | Self::Read { .. } => "Check that the disk and the file can be read, then run the profile again.",
            Self::Refused { .. } => "Put the file itself, not a link to it, inside the connection's folder.",
            Self::Malformed { .. } | Self::ReaderFault { .. } => "Write the file again from its source, then run the profile again.",
            Self::Changed { .. } => {
                "Run the profile again when nothing writes to the file; better, write elsewhere and rename it into place."
            }
            Self::Unsupported { .. } => {
                "Store the table in a format that Limn reads: Parquet, CSV, JSON lines or Arrow; texts plain, or compressed as .gz or .zst."
            }
            Self::Database { remedy, .. } => remedy,
            Self::ColumnsFailed { .. } => "Mend these columns' definitions in the database, or leave them out, then run the profile again.",
            Self::DialectLearned { .. } => "Run the profile again.",
            Self::Filter { .. } => "Change the filter on the table's page, under Definition, then run the profile again.",
            Self::Empty { .. } => {
                "Let at least one column be read: leave fewer out, write a header line into a text file, or give the database's table a column."
            }
            Self::Cancelled => "Start the run again when you want its result.",
            Self::DeadlinePassed { .. } => "Allow a longer deadline, or profile fewer tables in one group.",
            Self::Protocol { .. } => "Use the same version of Limn for the server and its worker.",
            Self::Limits { .. } => "Allow the service to lower its own limits, or lower the engine's memory budget.",
        }
    }

    /// Whether reading the table again ends otherwise, for more is known of it now. Each time there is less that is not known.
    pub fn asks_for_another_look(&self) -> bool {
        matches!(self, Self::ColumnsFailed { .. } | Self::DialectLearned { .. })
    }

    /// Whether the whole run stops, not just this table.
    pub fn stops_the_run(&self) -> bool {
        matches!(
            self,
            Self::Cancelled | Self::DeadlinePassed { .. } | Self::Protocol { .. } | Self::Limits { .. }
        )
    }

    /// Whether reading the table's columns one by one may still save most of them.
    pub fn may_spare_other_columns(&self) -> bool {
        matches!(self, Self::Malformed { .. } | Self::ReaderFault { .. } | Self::Unsupported { .. })
    }
}

/// ` at row 7, byte 120`, or nothing.
fn place(row: Option<u64>, byte: Option<u64>) -> String {
    match (row, byte) {
        (Some(row), Some(byte)) => format!(" at row {row}, byte {byte}"),
        (Some(row), None) => format!(" near row {row}"),
        (None, Some(byte)) => format!(" at byte {byte}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_file_row_and_byte_and_what_to_do() {
        let error = EngineError::Malformed {
            path: "a.csv".into(),
            row: Some(7),
            byte: Some(120),
            reason: "open quote".into(),
        };
        assert_eq!(error.to_string(), "a.csv is damaged at row 7, byte 120: open quote");
        assert!(error.remedy().contains("again"));
        assert!(!error.stops_the_run() && error.may_spare_other_columns());
        assert!(EngineError::Cancelled.stops_the_run());
    }

    #[test]
    fn a_place_is_added_where_it_is_not_known() {
        let error = EngineError::malformed("a.csv", "open quote").at(None, 120).at(Some(7), 9);
        assert_eq!(error.to_string(), "a.csv is damaged at row 7, byte 120: open quote");
        assert!(matches!(EngineError::Cancelled.at(Some(7), 9), EngineError::Cancelled));
    }
}
