//! Which picture says most about a column: decided once, for its fingerprint and for the words beside it.

use crate::domain::column_profile::{ColumnProfile, GeneralType};

/// The picture of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnShape {
    /// The column could not be profiled.
    Failed,
    /// The table has no rows.
    NoRows,
    /// Every row is null.
    AllNull,
    /// One value in all rows that have any.
    Constant,
    /// Every value is different and none is missing.
    Key,
    /// A histogram of its values.
    Histogram,
    /// Shares of the commonest values.
    Values,
    /// Shares of the commonest shapes of text.
    Patterns,
    /// How long its texts are.
    Lengths,
    /// Nothing to draw but counts.
    Plain,
}

/// Up to so many different values a ribbon says more than a histogram.
const FEW_VALUES: u64 = 6;
/// The commonest values tell something when they hold at least this share of the rows with a value.
const TELLING_SHARE: f64 = 0.10;
/// A shape tells something when at least this share of the values has it.
const TELLING_PATTERN: f64 = 0.50;

/// Chooses the picture.
pub fn column_shape(column: &ColumnProfile) -> ColumnShape {
    if column.metrics.query_error.is_some() {
        return ColumnShape::Failed;
    }
    if column.row_count == 0 {
        return ColumnShape::NoRows;
    }
    if column.non_null_count == 0 {
        return ColumnShape::AllNull;
    }
    let distinct = column.metrics.distinct_count;
    if distinct == Some(1) {
        return ColumnShape::Constant;
    }
    if column.is_candidate_key() && column.general_type != GeneralType::Time {
        return ColumnShape::Key;
    }
    match column.general_type {
        GeneralType::Number if distinct.is_some_and(|count| count <= FEW_VALUES) && !column.top_values.is_empty() => ColumnShape::Values,
        GeneralType::Number | GeneralType::Time if column.histogram.len() > 1 => ColumnShape::Histogram,
        _ => text_shape(column),
    }
}

/// Values if few of them hold much, else shapes if one dominates, else lengths.
fn text_shape(column: &ColumnProfile) -> ColumnShape {
    let values = column.non_null_count as f64;
    let top: u64 = column.top_values.iter().take(5).map(|value| value.count).sum();
    if top as f64 / values >= TELLING_SHARE {
        return ColumnShape::Values;
    }
    if column
        .metrics
        .patterns
        .as_ref()
        .and_then(|patterns| patterns.first())
        .is_some_and(|first| first.count as f64 / values >= TELLING_PATTERN)
    {
        return ColumnShape::Patterns;
    }
    if column.metrics.length_histogram.as_ref().is_some_and(|lengths| lengths.len() > 1) {
        return ColumnShape::Lengths;
    }
    if column.top_values.is_empty() {
        ColumnShape::Plain
    } else {
        ColumnShape::Values
    }
}
