//! The one list of what SQL cannot say: which figure, in which dialect, of which columns, and why.
//! The page shows it beside the statements; the oracle skips what it names, and nothing else.

use std::collections::HashSet;

use serde::Serialize;

use super::every_column::ColumnQueries;
use super::relation::TableContext;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::statement::SqlDialect;
use crate::domain::table_profile::Snapshot;
use crate::engine::sources::{CSV, JSONL, PARQUET};

/// A figure of one column that no statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Unsaid {
    /// The metric; `*` stands for all of the column.
    pub metric: &'static str,
    /// Why not.
    pub why: &'static str,
}

/// Which columns an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Every,
    Reals,
    /// Numbers whose sum is beyond the bits that are added in.
    HugeSums,
    /// Doubles so large or so small that their powers are no doubles.
    BeyondPowers,
    /// Numbers so close together that the squares of their distances are zero as doubles.
    TinySpreads,
    /// Instants with digits beyond milliseconds.
    FineTimes,
    Texts,
    /// Texts with characters that do not print.
    ControlledTexts,
    Nested,
    /// Tables of which records were left out.
    BrokenRecords,
    /// CSV files with bytes that are no text.
    BrokenTexts,
    /// Columns of numbers, dates and booleans.
    Typed,
}

/// One line of the list.
struct Entry {
    metrics: &'static [&'static str],
    dialects: &'static [SqlDialect],
    of: Of,
    why: &'static str,
}

use SqlDialect::{DuckDb, Postgres, Sqlite};
const ALL: &[SqlDialect] = &[DuckDb, Postgres, Sqlite];
const LENGTHS: &[&str] = &["min_length", "max_length", "avg_length"];

/// The list.
const ENTRIES: &[Entry] = &[
    Entry {
        metrics: LENGTHS,
        dialects: ALL,
        of: Of::Reals,
        why: "the text of a double is the shortest that reads back as the same double, as in JSON; databases write doubles in other ways",
    },
    Entry {
        metrics: LENGTHS,
        dialects: &[Postgres, Sqlite],
        of: Of::Typed,
        why: "the text form of numbers and times is Limn's own, the database writes them in its way",
    },
    Entry {
        metrics: &["sum"],
        dialects: ALL,
        of: Of::HugeSums,
        why: "the sum, or one on the way to it, needs more bits than the database adds in (DuckDB 128, SQLite 64)",
    },
    Entry {
        metrics: &["avg_value", "variance", "stddev_value", "skewness", "kurtosis"],
        dialects: &[Postgres],
        of: Of::BeyondPowers,
        why: "PostgreSQL stops at a product that is no double, where others go on with zero or infinity",
    },
    Entry {
        metrics: &["stddev_value"],
        dialects: ALL,
        of: Of::TinySpreads,
        why: "the squares of distances so small are zero as doubles, and so is what a database makes of them",
    },
    Entry {
        metrics: &["*"],
        dialects: &[Sqlite],
        of: Of::FineTimes,
        why: "SQLite's functions of time stop at milliseconds",
    },
    Entry {
        metrics: &["invalid_utf8_count"],
        dialects: ALL,
        of: Of::Texts,
        why: "a text in SQL is valid UTF-8 always",
    },
    Entry {
        metrics: &[
            "blank_count",
            "dummy_count",
            "missing_count",
            "upper_case_count",
            "lower_case_count",
            "mixed_case_count",
            "non_alpha_count",
            "numeric_count",
            "date_count",
            "boolean_text_count",
            "non_printing_count",
            "standardised_distinct_count",
            "entropy_bits",
            "patterns",
            "distinct_pattern_count",
            "standard_pattern",
            "standard_pattern_ratio",
        ],
        dialects: &[Postgres, Sqlite],
        of: Of::Texts,
        why: "its rules go by Unicode's properties of letters, for which this database has the server's locale or nothing",
    },
    Entry {
        metrics: &["min_length", "max_length", "avg_length", "length_histogram", "non_ascii_count"],
        dialects: &[Sqlite],
        of: Of::ControlledTexts,
        why: "texts with control characters are among the values, and SQLite's length stops at a zero byte",
    },
    Entry {
        metrics: &["skewness"],
        dialects: &[Sqlite],
        of: Of::Every,
        why: "SQLite has no powers with a fraction unless it was built with them",
    },
    Entry {
        metrics: &[
            "distinct_count",
            "unique_count",
            "distinct_ratio",
            "min_value",
            "max_value",
            "min_length",
            "max_length",
            "avg_length",
            "top_values",
        ],
        dialects: ALL,
        of: Of::Nested,
        why: "a nested value is known by its JSON text, and the spelling of that text (spaces, numbers, order) is the reader's own",
    },
    BROKEN_RECORDS,
    BROKEN_TEXTS,
    Entry {
        metrics: &[
            "suggested_type",
            "suggested_type_reason",
            "functional_data_type",
            "functional_data_type_reason",
            "pii_risk",
            "pii_risk_reason",
            "critical_data_element",
            "critical_data_element_reason",
            "quality_score",
        ],
        dialects: ALL,
        of: Of::Every,
        why: "it is a rule over the figures or a state, not a figure of the data",
    },
];

/// What no file of the table says to another reader, of its columns and of the table alike.
const BROKEN_RECORDS: Entry = Entry {
    metrics: &["*"],
    dialects: &[DuckDb],
    of: Of::BrokenRecords,
    why: "records were left out that do not keep to the file's form, and DuckDB draws that line elsewhere",
};
const BROKEN_TEXTS: Entry = Entry {
    metrics: &["*"],
    dialects: &[DuckDb],
    of: Of::BrokenTexts,
    why: "the file is written in what DuckDB does not read: bytes that are not UTF-8, or UTF-16 other than of a CSV file with the low byte first",
};

/// What of the table as a whole.
const TABLE_ENTRIES: &[Entry] = &[
    BROKEN_RECORDS,
    BROKEN_TEXTS,
    Entry {
        metrics: &["duplicate_row_count"],
        dialects: ALL,
        of: Of::Nested,
        why: "nested values are equal where their JSON text is, and types without an order (json, xml, point) cannot be told apart in SQL",
    },
    Entry {
        metrics: &["pairwise"],
        dialects: &[Sqlite],
        of: Of::Every,
        why: "SQLite has no correlation, and no roots unless it was built with them",
    },
    Entry {
        metrics: &["pairwise"],
        dialects: &[Postgres],
        of: Of::BeyondPowers,
        why: "PostgreSQL stops at a product that is no double, where others go on with zero or infinity",
    },
    Entry {
        metrics: &["duplicate_row_count"],
        dialects: &[Sqlite],
        of: Of::FineTimes,
        why: "SQLite's functions of time stop at milliseconds",
    },
];

/// Whether SQL cannot read the table at all.
pub fn is_unreadable(table: &TableContext) -> bool {
    why_unreadable(table).is_some() || holds_broken_texts(table)
}

/// Why no statement can be written for the table, by what it is read from and by its names.
fn why_unreadable(table: &TableContext) -> Option<&'static str> {
    if table.dialect().is_none() {
        Some("no SQL engine at hand reads this kind of source")
    } else if has_lost_names(table) {
        Some("columns are left out of a table whose columns have no names of their own")
    } else {
        has_merged_names(table).then_some("DuckDB takes columns of several files whose names differ by capitals alone for one")
    }
}

/// DuckDB matches the columns of several Parquet files by their names, and takes names that differ by capitals alone for one.
fn has_merged_names(table: &TableContext) -> bool {
    let mut seen = HashSet::new();
    table.format == PARQUET
        && table.snapshot.files.len() > 1
        && !table.columns.iter().all(|column| seen.insert(column.column_name.to_lowercase()))
}

/// Columns that are left out are known by name only: where names are made from places, no statement finds the others.
fn has_lost_names(table: &TableContext) -> bool {
    // Where files are read in several ways, each says the names of all its columns.
    let is_headless = table.format == CSV
        && table.snapshot.readings.is_empty()
        && table.snapshot.dialect.as_ref().is_none_or(|dialect| !dialect.has_header);
    let is_nameless = table.columns.iter().any(|column| column.column_name.is_empty());
    !table.snapshot.scope.left_out.is_empty() && (is_headless || (is_nameless && table.format != JSONL))
}

/// What no statement says of this column.
pub fn unsaid_for(table: &TableContext, column: &ColumnProfile) -> Vec<Unsaid> {
    let (Some(dialect), None) = (table.dialect(), why_unreadable(table)) else {
        return nothing_said(table);
    };
    ENTRIES
        .iter()
        .filter(|entry| entry.dialects.contains(&dialect) && is_of(entry.of, table, column, dialect))
        .flat_map(|entry| entry.metrics.iter().map(|metric| Unsaid { metric, why: entry.why }))
        .collect()
}

/// What no statement says of the table as a whole.
pub fn unsaid_of_table(table: &TableContext) -> Vec<Unsaid> {
    let (Some(dialect), None) = (table.dialect(), why_unreadable(table)) else {
        return nothing_said(table);
    };
    TABLE_ENTRIES
        .iter()
        .filter(|entry| entry.dialects.contains(&dialect))
        .filter(|entry| match entry.of {
            // A column that failed has no values to write into a statement.
            Of::Nested => table.columns.iter().any(|column| column.general_type == GeneralType::Other),
            Of::Every => true,
            of => table.columns.iter().any(|column| is_of(of, table, column, dialect)),
        })
        .flat_map(|entry| entry.metrics.iter().map(|metric| Unsaid { metric, why: entry.why }))
        .collect()
}

/// That no figure can be found again.
fn nothing_said(table: &TableContext) -> Vec<Unsaid> {
    let why = why_unreadable(table).into_iter();
    why.map(|why| Unsaid { metric: "*", why }).collect()
}

fn is_of(of: Of, table: &TableContext, column: &ColumnProfile, dialect: SqlDialect) -> bool {
    let queries = ColumnQueries { dialect, table, column };
    match of {
        Of::Every => true,
        Of::Reals => queries.is_real(),
        Of::HugeSums => column.general_type == GeneralType::Number && !queries.sum_fits(),
        Of::BeyondPowers => queries.is_beyond_powers(),
        Of::TinySpreads => column.metrics.stddev_value.is_some_and(|spread| spread > 0.0 && spread < 1e-150),
        Of::FineTimes => column.general_type == GeneralType::Time && queries.has_digits_beyond(3),
        Of::Texts => column.general_type == GeneralType::Text,
        Of::ControlledTexts => column.metrics.non_printing_count.is_some_and(|count| count > 0),
        Of::Nested => queries.is_nested(),
        Of::BrokenRecords => table.has_rejected && [CSV, JSONL].contains(&table.format),
        Of::BrokenTexts => holds_broken_texts(table),
        Of::Typed => matches!(column.general_type, GeneralType::Number | GeneralType::Time | GeneralType::Boolean),
    }
}

/// DuckDB reads UTF-8, and CSV in UTF-16 with the low byte first.
fn holds_broken_texts(table: &TableContext) -> bool {
    let Snapshot { dialect, readings, .. } = table.snapshot;
    let mut encodings = dialect
        .iter()
        .chain(readings.iter().map(|reading| &reading.dialect))
        .map(|dialect| dialect.encoding.as_str());
    if encodings.any(|encoding| !["utf-8", ""].contains(&encoding) && (table.format == JSONL || encoding != "utf-16")) {
        return true;
    }
    let is_broken = |column: &ColumnProfile| column.metrics.invalid_utf8_count.is_some_and(|count| count > 0);
    table.format == CSV && table.columns.iter().any(is_broken)
}
