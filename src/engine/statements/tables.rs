//! Statements of a whole table: its rows, and the rows that are there more than once.

use super::relation::TableContext;

/// Rows and columns.
pub fn rows(table: &TableContext) -> String {
    format!("SELECT count(*) AS row_count\nFROM {}", table.source())
}

/// Rows beyond the first of their kind, over all columns.
pub fn duplicate_rows(table: &TableContext) -> String {
    let values: Vec<String> = (1..)
        .zip(table.columns)
        .map(|(place, column)| format!("{} AS c{place}", table.value(column)))
        .collect();
    format!(
        "WITH data AS (\n  SELECT {}\n  FROM {}\n)\nSELECT (SELECT count(*) FROM data) - count(*) AS duplicate_row_count\nFROM (SELECT DISTINCT * FROM data) AS different",
        values.join(", "),
        table.source()
    )
}
