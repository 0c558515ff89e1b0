//! The SQL beside the numbers: for each panel a statement that finds its figures again, on DuckDB for files and on the source itself for databases.
//!
//! A pure function of what a profile holds: format, files, dialect of the file, types, edges of the bars, the run's clock. A statement yields one row
//! with a column for each metric, or the rows of a list; NULL means that the metric does not apply. What SQL cannot say is in [`unsaid`], and nowhere else.

pub mod dialect;
mod every_column;
mod figures;
mod numbers;
mod relation;
mod row_filter;
mod rows;
mod standard_forms;
mod tables;
mod text_rules;
mod texts;
mod times;
pub mod unsaid;
mod values;

#[cfg(test)]
mod tests;

use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::statement::{Panel, SqlDialect, Statement};
use every_column::ColumnQueries;
pub use relation::TableContext;
pub use rows::{RowSql, row_statement};
pub use unsaid::{Unsaid, unsaid_for, unsaid_of_table};

/// Metrics by panel, to tell which panels show an estimate.
const ESTIMATED: [(Panel, &[&str]); 6] = [
    (
        Panel::Distinct,
        &["distinct_count", "distinct_ratio", "unique_count", "mode", "entropy_bits"],
    ),
    (Panel::TopValues, &["top_values"]),
    (Panel::Quantiles, &["p01", "p05", "p25", "median", "p75", "p95", "p99", "iqr"]),
    (Panel::TextFigures, &["standardised_distinct_count"]),
    (Panel::Shapes, &["patterns", "distinct_pattern_count"]),
    (
        Panel::Dates,
        &["before_1yr_count", "days_present", "weeks_present", "months_present"],
    ),
];

/// The statements of one column, in the order of the page; none where the column failed or no SQL reads the source.
pub fn statements_for(table: &TableContext, column: &ColumnProfile) -> Vec<Statement> {
    let Some(dialect) = table.dialect() else { return Vec::new() };
    if column.metrics.query_error.is_some() || unsaid::is_unreadable(table) {
        return Vec::new();
    }
    let queries = ColumnQueries { dialect, table, column };
    let mut found = Vec::new();
    let mut add = |panel: Panel, list: Option<&str>, sql: String| {
        found.push(Statement {
            panel,
            dialect,
            list: list.map(str::to_owned),
            sql: headed(table, column, panel, sql),
            note: note(table, column, panel),
        });
    };
    add(Panel::KeyFigures, None, queries.key_figures());
    if queries.is_nested() {
        return found;
    }
    add(Panel::Distinct, None, queries.distinct());
    add(Panel::TopValues, Some("top_values"), queries.top_values());
    match column.general_type {
        GeneralType::Number => add_numbers(&queries, &mut add),
        GeneralType::Text => {
            add(Panel::TextFigures, None, queries.text_figures());
            add(Panel::Lengths, Some("length_histogram"), queries.lengths());
            if dialect == SqlDialect::DuckDb {
                add(Panel::Shapes, Some("patterns"), queries.shapes());
                add(Panel::Shapes, None, queries.shape_count());
                add(Panel::StandardPattern, None, queries.standard_pattern());
            }
        }
        GeneralType::Time if column.metrics.min_date.is_some() => {
            add(Panel::Dates, None, queries.dates());
            if !column.histogram.is_empty() && !column.values_masked {
                add(Panel::Histogram, Some("histogram"), queries.date_histogram());
            }
        }
        GeneralType::Boolean => add(Panel::Booleans, None, queries.booleans()),
        GeneralType::Time | GeneralType::Other => {}
    }
    found
}

fn add_numbers(queries: &ColumnQueries, add: &mut impl FnMut(Panel, Option<&str>, String)) {
    let column = queries.column;
    let has_values = column.metrics.min_value.is_some();
    if has_values || queries.is_real() {
        add(Panel::Numbers, None, queries.numbers());
    }
    if has_values {
        add(Panel::Quantiles, None, queries.quantiles());
        add(Panel::Outliers, None, queries.outliers());
    }
    // Its edges are values.
    if !column.histogram.is_empty() && !column.values_masked {
        add(Panel::Histogram, Some("histogram"), queries.number_histogram());
    }
}

/// The statements of the table as a whole.
pub fn table_statements(table: &TableContext) -> Vec<Statement> {
    let Some(dialect) = table.dialect().filter(|_| !unsaid::is_unreadable(table)) else {
        return Vec::new();
    };
    let is_said = |metric: &str| !unsaid_of_table(table).iter().any(|entry| entry.metric == metric);
    let correlations = tables::correlations(table, dialect).filter(|_| is_said("pairwise"));
    let duplicates = is_said("duplicate_row_count").then(|| tables::duplicate_rows(table));
    [
        (Panel::Rows, None, Some(tables::rows(table))),
        (Panel::DuplicateRows, None, duplicates),
        (Panel::Correlations, Some("pairwise"), correlations),
    ]
    .into_iter()
    .filter_map(|(panel, list, sql)| {
        Some(Statement {
            panel,
            dialect,
            list: list.map(str::to_owned),
            sql: format!("{}\n{}", dialect::comment(&format!("Limn: {panel} of {}", table.title())), sql?),
            note: String::new(),
        })
    })
    .collect()
}

/// The statement under a comment that says what it is about.
fn headed(table: &TableContext, column: &ColumnProfile, panel: Panel, sql: String) -> String {
    let title = format!("Limn: {panel} of {} in {}", column.column_name, table.title());
    format!("{}\n{sql}", dialect::comment(&title))
}

/// Says where the profile estimates what the statement counts.
fn note(table: &TableContext, column: &ColumnProfile, panel: Panel) -> String {
    let metrics = ESTIMATED
        .iter()
        .find(|(of, _)| *of == panel)
        .map_or(&[][..], |(_, metrics)| metrics);
    let estimated: Vec<String> = metrics
        .iter()
        .filter_map(|metric| {
            let estimate = column.estimates.get(*metric)?;
            Some(format!("{metric} ({}, ±{:.2} %)", estimate.method, estimate.error * 100.0))
        })
        .collect();
    let mut notes = Vec::new();
    if !estimated.is_empty() {
        notes.push(format!(
            "The profile estimates {}; this statement counts exactly.",
            estimated.join(", ")
        ));
    }
    if table.has_rejected {
        notes.push("Records of the file were left out of the profile; the reader of this statement may leave out others.".to_owned());
    }
    notes.join(" ")
}
