//! Figures of a table as a whole, beside those of its columns. One that does not apply, or is not known, is absent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::column_profile::Estimate;

/// The name of [`TableMetrics::candidate_keys`] among the figures that are not known.
pub const CANDIDATE_KEYS: &str = "candidate_keys";

/// How two number columns move together over the rows that have both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PairCorrelation {
    /// The column that stands first in the table.
    pub left: String,
    /// The other.
    pub right: String,
    /// Pearson's coefficient, -1..1.
    pub coefficient: f64,
    /// Rows that have a finite number in both.
    pub row_count: u64,
}

/// Figures of one table in one run; `duplicate_row_count` and `pairwise` are of that run only and never merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableMetrics {
    /// What the table is for: `entity`, `transaction`, `summary`, `bridge`, `domain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functional_table_type: Option<String>,
    /// What shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functional_table_type_reason: Option<String>,
    /// Columns that are unique and without nulls, counted exactly; in the order of the table. Absent where none is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidate_keys: Vec<String>,
    /// Rows that repeat an earlier row in all columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_row_count: Option<u64>,
    /// Correlations of pairs of number columns, strongest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairwise: Option<Vec<PairCorrelation>>,
    /// How much of the table can be used as it is, 0..1: the columns' scores by their weights, and what findings about the table leave.
    #[serde(rename = "table_quality_score", skip_serializing_if = "Option::is_none")]
    pub quality_score: Option<f64>,
    /// Figures that apply but were not counted, by name, and why in a sentence.
    #[serde(rename = "table_unknown", skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, String>,
    /// Which of these figures are estimates, by name.
    #[serde(rename = "table_estimates", skip_serializing_if = "BTreeMap::is_empty")]
    pub estimates: BTreeMap<String, Estimate>,
}
