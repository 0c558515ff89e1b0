//! Every rule has a column that it is for and one beside it that it must leave alone; the columns are profiled, not made up.

mod people;
mod suggestions;
mod tables;
mod types;

use std::io::Write;

use chrono::{DateTime, TimeZone, Utc};

use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::TableProfile;
use crate::engine::{ProfileOptions, Unobserved, discover_file, profile_table};

/// Rows of a made column.
pub(super) const ROWS: usize = 200;

/// A column to be profiled.
pub(super) type Made = (&'static str, Vec<String>);

pub(super) fn clock() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

/// A column of [`ROWS`] values.
pub(super) fn made<V: ToString>(name: &'static str, value: impl Fn(usize) -> V) -> Made {
    (name, (0..ROWS).map(|row| value(row).to_string()).collect())
}

/// One of some words, in turn.
pub(super) fn one_of(words: &'static str) -> impl Fn(usize) -> &'static str {
    move |row| {
        let all: Vec<&str> = words.split(' ').collect();
        all[row % all.len()]
    }
}

/// Writes the columns as CSV and profiles them as any file; an empty text is a null there.
pub(super) fn profiled(columns: &[Made]) -> TableProfile {
    let folder = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(folder.path().join("t.csv")).unwrap();
    let quoted = |text: &str| match text {
        "" => String::new(),
        text => format!("\"{}\"", text.replace('"', "\"\"")),
    };
    let head: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    writeln!(file, "{}", head.join(",")).unwrap();
    for row in 0..columns[0].1.len() {
        let line: Vec<String> = columns.iter().map(|(_, values)| quoted(&values[row])).collect();
        writeln!(file, "{}", line.join(",")).unwrap();
    }
    let options = ProfileOptions {
        threads: 1,
        memory_bytes: 64 << 20,
        deadline_ms: 0,
        clock: clock(),
    };
    let table = discover_file(&folder.path().join("t.csv")).unwrap();
    profile_table(folder.path(), &table, &options, &Unobserved).unwrap()
}

/// One column, beside a constant one, so that it does not stand first.
pub(super) fn profiled_alone(column: &Made) -> ColumnProfile {
    let filler = ("filler", vec!["7".to_owned(); column.1.len()]);
    profiled(&[filler, column.clone()]).columns.remove(1)
}
