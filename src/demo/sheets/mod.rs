//! Rows on their way into a file: one row of cells fits all three formats, so a table's generator does not know its own.

mod lines;
mod parquet_file;

use std::borrow::Cow;

pub(super) use lines::{CsvSheet, JsonLinesSheet};
pub(super) use parquet_file::ParquetSheet;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The disk or the folder refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The Parquet writer failed.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A batch could not be made of the rows.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// The CSV writer failed.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The JSON writer failed.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Boolean.
    Flag,
    /// Whole number of 32 bits.
    Whole32,
    /// Whole number of 64 bits.
    Whole64,
    /// Double.
    Real,
    /// Decimal with two places.
    Money,
    /// Calendar day.
    Day,
    /// Instant in UTC, in microseconds.
    Instant,
    /// Text.
    Text,
}

/// Name and kind of a column.
pub(super) type Column = (&'static str, Kind);

/// One value; days and microseconds count from 1970.
#[derive(Clone, Debug)]
pub(super) enum Cell<'a> {
    Null,
    Flag(bool),
    Whole(i64),
    Real(f64),
    Cents(i64),
    Day(i32),
    Instant(i64),
    Text(Cow<'a, str>),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A file that takes rows.
pub(super) trait Sheet {
    /// Appends one row; the cells stand in the order of the columns and have their kinds.
    fn push(&mut self, row: &[Cell<'_>]) -> Result<(), SheetError>;

    /// Completes the file and says how many rows it has.
    fn finish(self) -> Result<u64, SheetError>;
}

/// Whole cents as a decimal text with two places.
fn decimal_text(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// A day as `2026-11-21`.
pub(super) fn day_text(day: i32) -> String {
    date_of(day).format("%Y-%m-%d").to_string()
}

/// The calendar date of a day number.
pub(super) fn date_of(day: i32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_epoch_days(day).expect("days lie within a few thousand years of `as_of`, whose range is checked")
}

/// Microseconds since 1970 as `2026-11-21T08:15:00Z`.
fn instant_text(micros: i64) -> String {
    let instant =
        chrono::DateTime::from_timestamp_micros(micros).expect("instants lie within a few years of `as_of`, whose range is checked");
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
