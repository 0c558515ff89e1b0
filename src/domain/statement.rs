//! A statement that anybody can run against the source itself to find the figures of one panel again.

use serde::{Deserialize, Serialize};

use super::profile_run::words;

words! {
    /// What a statement is written for.
    pub enum SqlDialect {
        /// DuckDB, which reads files.
        DuckDb = "duckdb",
        /// PostgreSQL, where the source is one.
        Postgres = "postgres",
        /// SQLite, where the source is one.
        Sqlite = "sqlite",
    }
}

impl SqlDialect {
    /// The name people know it by.
    pub fn title(self) -> &'static str {
        match self {
            Self::DuckDb => "DuckDB",
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

words! {
    /// The panel of a page whose figures a statement finds.
    pub enum Panel {
        /// Rows of the table.
        Rows = "rows",
        /// Rows that are there more than once.
        DuplicateRows = "duplicate_rows",
        /// Pairs of number columns.
        Correlations = "correlations",
        /// Rows, nulls, least, greatest, lengths.
        KeyFigures = "key_figures",
        /// Different values and how often they come.
        Distinct = "distinct",
        /// The commonest values.
        TopValues = "top_values",
        /// Sums, moments, signs.
        Numbers = "numbers",
        /// Percentiles.
        Quantiles = "quantiles",
        /// Values far from the others.
        Outliers = "outliers",
        /// Bars over numbers or over time.
        Histogram = "histogram",
        /// What texts are made of.
        TextFigures = "text_figures",
        /// How long texts are.
        Lengths = "lengths",
        /// Shapes of texts.
        Shapes = "shapes",
        /// The form that most texts have.
        StandardPattern = "standard_pattern",
        /// Ages, days, weekdays.
        Dates = "dates",
        /// True and false.
        Booleans = "booleans",
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The panel it belongs to.
    pub panel: Panel,
    /// What it is written for.
    pub dialect: SqlDialect,
    /// The list metric that its rows are; absent where it yields one row with a column for each metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The statement, without a semicolon.
    pub sql: String,
    /// What to know before comparing; empty where there is nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
