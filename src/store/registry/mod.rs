//! Every table that people with SQL may read (`dq_*`, and how each table of a run went), declared once.
//!
//! The scripts in `migrations/` say the same in the words of SQLite, PostgreSQL and Databricks; tests hold them equal to
//! this list. At run time it is what a database's catalogue is compared with: a column that is missing is added.

mod alerts_and_tests;
mod catalogue;
mod profiles;

use super::DatabaseKind;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Text of any length.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A floating-point number of 64 bits.
    Real,
    /// Yes or no.
    Boolean,
    /// A moment in UTC.
    Time,
    /// A calendar day.
    Date,
    /// Bytes.
    Bytes,
}

impl ColumnKind {
    /// The type's name in `create table`.
    pub(crate) fn type_name(self, kind: DatabaseKind) -> &'static str {
        match (self, kind) {
            (Self::Text, _) | (Self::Time, DatabaseKind::Sqlite) => "text",
            (Self::Integer, _) => "integer",
            (Self::Long, _) => "bigint",
            (Self::Real, _) => "double precision",
            (Self::Boolean, _) => "boolean",
            (Self::Time, DatabaseKind::Postgres) => "timestamptz",
            (Self::Date, _) => "date",
            (Self::Bytes, DatabaseKind::Sqlite) => "blob",
            (Self::Bytes, DatabaseKind::Postgres) => "bytea",
        }
    }

    /// The type's name in Delta tables, by which the scripts of Databricks are held equal to this list.
    #[cfg(test)]
    pub(crate) fn delta_type_name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "int",
            Self::Long => "bigint",
            Self::Real => "double",
            Self::Boolean => "boolean",
            Self::Time => "timestamp",
            Self::Date => "date",
            Self::Bytes => "binary",
        }
    }
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it may never be null where the table was made by the scripts.
    pub is_required: bool,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// Name.
    pub name: &'static str,
    /// The columns that tell its rows apart, in the order of the index.
    pub key: &'static [&'static str],
    /// All columns.
    pub columns: &'static [Column],
}

/// All tables, those that others refer to first.
pub(crate) fn all_tables() -> impl Iterator<Item = &'static Table> {
    catalogue::TABLES.iter().chain(profiles::TABLES).chain(alerts_and_tests::TABLES)
}

/// Declares tables: `name (key columns) { column: Kind, other: Kind required }`. Columns of the key are required.
macro_rules! tables {
    ($( $(#[$doc:meta])* $table:ident ( $($key:ident),+ ) { $( $column:ident : $kind:ident $($required:ident)? ),+ $(,)? } )+) => {
        pub(super) const TABLES: &[super::Table] = &[$(
            super::Table {
                name: stringify!($table),
                key: &[$(stringify!($key)),+],
                columns: {
                    const KEY: &[&str] = &[$(stringify!($key)),+];
                    const COLUMNS: &[super::Column] = &[$(super::Column {
                        name: stringify!($column),
                        kind: super::ColumnKind::$kind,
                        is_required: super::is_one_of(stringify!($column), KEY) $(|| super::is_one_of(stringify!($required), &["required"]))?,
                    }),+];
                    COLUMNS
                },
            }
        ),+];
    };
}
use tables;

/// Whether a name is in a list, at compile time.
const fn is_one_of(name: &str, list: &[&str]) -> bool {
    let mut at = 0;
    while at < list.len() {
        if is_equal(name.as_bytes(), list[at].as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_told_once_and_keys_are_columns() {
        let names: Vec<&str> = all_tables().map(|table| table.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for table in all_tables() {
            let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            for key in table.key {
                let column = table.columns.iter().find(|column| column.name == *key);
                assert!(column.is_some_and(|column| column.is_required), "{}.{key}", table.name);
            }
        }
    }
}
