//! One row of an answer, with getters that give the crate's own types. Each name ends what it reads: `_opt` may be absent.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, TypeInfo, ValueRef};

use super::error::StoreError;

/// A row of either database.
pub(crate) struct Record {
    row: OfDatabase,
    /// Whether its reader may not see personal values everywhere.
    is_veiled: bool,
}

enum OfDatabase {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Record {
    pub(super) fn of_sqlite(row: SqliteRow) -> Self {
        Self {
            row: OfDatabase::Sqlite(row),
            is_veiled: false,
        }
    }

    pub(super) fn of_postgres(row: PgRow) -> Self {
        Self {
            row: OfDatabase::Postgres(row),
            is_veiled: false,
        }
    }

    /// Marks it as read for somebody who may not see personal values everywhere.
    pub(super) fn veil(&mut self) {
        self.is_veiled = true;
    }

    /// Whether its reader may not see personal values everywhere.
    pub(super) fn is_veiled(&self) -> bool {
        self.is_veiled
    }

    /// A text, or nothing where it is null.
    pub(crate) fn text_opt(&self, name: &str) -> Result<Option<String>, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(row) => row.try_get_unchecked(name),
            OfDatabase::Postgres(row) => row.try_get(name),
        }
        .map_err(|error| StoreError::unreadable(name, error))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<String, StoreError> {
        present(name, self.text_opt(name)?)
    }

    /// A whole number of any width.
    pub(crate) fn integer_opt(&self, name: &str) -> Result<Option<i64>, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(row) => row.try_get_unchecked(name),
            OfDatabase::Postgres(row) => row
                .try_get_raw(name)
                .map(|raw| raw.type_info().name() == "INT4")
                .and_then(|is_narrow| {
                    if is_narrow {
                        row.try_get::<Option<i32>, _>(name).map(|value| value.map(i64::from))
                    } else {
                        row.try_get(name)
                    }
                }),
        }
        .map_err(|error| StoreError::unreadable(name, error))
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<i64, StoreError> {
        present(name, self.integer_opt(name)?)
    }

    /// A count: a whole number that is not negative.
    pub(crate) fn count_opt(&self, name: &str) -> Result<Option<u64>, StoreError> {
        self.integer_opt(name)?
            .map(|value| u64::try_from(value).map_err(|error| StoreError::unreadable(name, error)))
            .transpose()
    }

    /// A count.
    pub(crate) fn count(&self, name: &str) -> Result<u64, StoreError> {
        present(name, self.count_opt(name)?)
    }

    /// A small count.
    pub(crate) fn small_opt(&self, name: &str) -> Result<Option<u32>, StoreError> {
        self.integer_opt(name)?
            .map(|value| u32::try_from(value).map_err(|error| StoreError::unreadable(name, error)))
            .transpose()
    }

    /// A small count.
    pub(crate) fn small(&self, name: &str) -> Result<u32, StoreError> {
        present(name, self.small_opt(name)?)
    }

    /// A real number.
    pub(crate) fn real_opt(&self, name: &str) -> Result<Option<f64>, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(row) => row.try_get_unchecked(name),
            OfDatabase::Postgres(row) => row.try_get(name),
        }
        .map_err(|error| StoreError::unreadable(name, error))
    }

    /// Yes, no, or nobody said.
    pub(crate) fn flag_opt(&self, name: &str) -> Result<Option<bool>, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(_) => Ok(self.integer_opt(name)?.map(|flag| flag != 0)),
            OfDatabase::Postgres(row) => row.try_get(name).map_err(|error| StoreError::unreadable(name, error)),
        }
    }

    /// Yes or no; null is no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(_) => Ok(self.integer_opt(name)?.unwrap_or(0) != 0),
            OfDatabase::Postgres(row) => row
                .try_get::<Option<bool>, _>(name)
                .map(Option::unwrap_or_default)
                .map_err(|error| StoreError::unreadable(name, error)),
        }
    }

    /// A time.
    pub(crate) fn time_opt(&self, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        match &self.row {
            OfDatabase::Sqlite(_) => self
                .text_opt(name)?
                .map(|text| {
                    DateTime::parse_from_rfc3339(&text)
                        .map(|time| time.to_utc())
                        .map_err(|error| StoreError::unreadable(name, error))
                })
                .transpose(),
            OfDatabase::Postgres(row) => row.try_get(name).map_err(|error| StoreError::unreadable(name, error)),
        }
    }

    /// A time.
    pub(crate) fn time(&self, name: &str) -> Result<DateTime<Utc>, StoreError> {
        present(name, self.time_opt(name)?)
    }

    /// Bytes.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let found: Option<Vec<u8>> = match &self.row {
            OfDatabase::Sqlite(row) => row.try_get_unchecked(name),
            OfDatabase::Postgres(row) => row.try_get(name),
        }
        .map_err(|error| StoreError::unreadable(name, error))?;
        present(name, found)
    }

    /// A value kept as JSON text, to the last digit.
    pub(crate) fn json_opt<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        self.text_opt(name)?
            .map(|text| serde_json::from_str(&text).map_err(|error| StoreError::unreadable(name, error)))
            .transpose()
    }

    /// A word of a closed list.
    pub(crate) fn word<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.text(name)?;
        read(&text).ok_or_else(|| StoreError::unreadable(name, format!("unknown word {text:?}")))
    }
}

fn present<T>(name: &str, value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::unreadable(name, "it is null"))
}
