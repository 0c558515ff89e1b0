//! What follows from a column's figures, as the seed's pages expect it: the profile of a number, the profile of a text.

use serde::Serialize;

use super::column_profile_body::{BinBody, TopValueBody};
use crate::domain::column_profile::{ColumnProfile, GeneralType};

/// Derived figures of a number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NumericProfile {
    /// Figures.
    pub stats: NumericStats,
    /// Rows that are not zero, zero, null.
    pub distribution_bars: Vec<SharePart>,
    /// Box and whiskers.
    pub box_plot: BoxPlot,
    /// Bars.
    pub histogram: Vec<BinBody>,
    /// The commonest values.
    pub top_values: Vec<TopValueBody>,
}

/// A part of a whole.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SharePart {
    /// Key.
    pub key: &'static str,
    /// As a person reads it.
    pub label: &'static str,
    /// Rows.
    pub count: u64,
    /// Share of the whole, 0..1; nothing of an empty whole.
    pub percentage: Option<f64>,
}

/// Figures of a number; what is not known is absent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NumericStats {
    record_count: u64,
    value_count: u64,
    distinct_count: Option<u64>,
    average: Option<f64>,
    stddev: Option<f64>,
    minimum: Option<f64>,
    minimum_positive: Option<f64>,
    maximum: Option<f64>,
    percentile_25: Option<f64>,
    median: Option<f64>,
    percentile_75: Option<f64>,
    zero_count: Option<u64>,
    null_count: u64,
}

/// Box and whiskers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BoxPlot {
    min: Option<f64>,
    p25: Option<f64>,
    median: Option<f64>,
    p75: Option<f64>,
    max: Option<f64>,
    mean: Option<f64>,
    std_dev: Option<f64>,
}

/// Derived figures of a text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TextProfile {
    /// Figures.
    pub stats: TextStats,
    /// Null, zero length, dummy.
    pub missing_breakdown: Vec<SharePart>,
    /// Duplicate, unique.
    pub duplicate_breakdown: Vec<SharePart>,
    /// Upper, lower, mixed, without a letter.
    pub case_breakdown: Vec<SharePart>,
    /// The six commonest shapes.
    pub patterns: Vec<PatternBody>,
}

/// A shape with its rows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PatternBody {
    /// Shape.
    pub pattern: String,
    /// Rows.
    pub count: u64,
}

/// Figures of a text; what is not known is absent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TextStats {
    record_count: u64,
    value_count: u64,
    actual_value_count: Option<u64>,
    null_value_count: u64,
    /// Empty and blank texts.
    zero_length_count: Option<u64>,
    dummy_value_count: Option<u64>,
    missing_count: Option<u64>,
    /// Of the rows, 0..100.
    missing_percentage: Option<f64>,
    duplicate_count: Option<u64>,
    /// Of the values, 0..100.
    duplicate_percentage: Option<f64>,
    numeric_only_count: Option<u64>,
    includes_digit_count: Option<u64>,
    quoted_count: Option<u64>,
    leading_space_count: Option<u64>,
    embedded_space_count: Option<u64>,
    date_value_count: Option<u64>,
    average_embedded_spaces: Option<f64>,
    min_length: Option<u64>,
    max_length: Option<u64>,
    avg_length: Option<f64>,
    min_text: Option<String>,
    max_text: Option<String>,
    distinct_patterns: Option<u64>,
    standard_pattern_matches: Option<u64>,
}

/// Shapes that are listed.
const PATTERNS: usize = 6;

impl NumericProfile {
    /// The profile of a number; nothing for other columns.
    pub fn of(column: &ColumnProfile) -> Option<Self> {
        if column.general_type != GeneralType::Number {
            return None;
        }
        let metrics = &column.metrics;
        let number = |text: &Option<String>| {
            text.as_deref()
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite())
        };
        let (minimum, maximum) = (number(&metrics.min_value), number(&metrics.max_value));
        let bars = metrics.zero_count.map(|zeros| {
            parts(&[
                ("nonZero", "Non-zero values", column.non_null_count.saturating_sub(zeros)),
                ("zero", "Zero values", zeros),
                ("null", "Null values", column.null_count),
            ])
        });
        Some(Self {
            stats: NumericStats {
                record_count: column.row_count,
                value_count: column.non_null_count,
                distinct_count: metrics.distinct_count,
                average: metrics.avg_value,
                stddev: metrics.stddev_value,
                minimum,
                minimum_positive: metrics.min_positive_value,
                maximum,
                percentile_25: metrics.p25,
                median: metrics.median,
                percentile_75: metrics.p75,
                zero_count: metrics.zero_count,
                null_count: column.null_count,
            },
            distribution_bars: bars.unwrap_or_default(),
            box_plot: BoxPlot {
                min: minimum,
                p25: metrics.p25,
                median: metrics.median,
                p75: metrics.p75,
                max: maximum,
                mean: metrics.avg_value,
                std_dev: metrics.stddev_value,
            },
            histogram: column.histogram.iter().map(BinBody::from).collect(),
            top_values: column.top_values.iter().map(TopValueBody::from).collect(),
        })
    }
}

impl TextProfile {
    /// The profile of a text; nothing for other columns.
    pub fn of(column: &ColumnProfile) -> Option<Self> {
        if column.general_type != GeneralType::Text {
            return None;
        }
        let metrics = &column.metrics;
        let (rows, values) = (column.row_count, column.non_null_count);
        let of_hundred = |part: Option<u64>, whole: u64| part.filter(|_| whole > 0).map(|part| part as f64 / whole as f64 * 100.0);
        let empty = metrics.zero_length_count.map(|empty| empty + metrics.blank_count.unwrap_or(0));
        let duplicates = metrics.distinct_count.map(|distinct| values.saturating_sub(distinct));
        let counted = || Some(column.null_count + empty? + metrics.dummy_count?);
        let missing = metrics.missing_count.or_else(counted);
        Some(Self {
            stats: TextStats {
                record_count: rows,
                value_count: values,
                actual_value_count: missing.map(|missing| rows.saturating_sub(missing)),
                null_value_count: column.null_count,
                zero_length_count: empty,
                dummy_value_count: metrics.dummy_count,
                missing_count: missing,
                missing_percentage: of_hundred(missing, rows),
                duplicate_count: duplicates,
                duplicate_percentage: of_hundred(duplicates, values),
                numeric_only_count: metrics.numeric_count,
                includes_digit_count: metrics.includes_digit_count,
                quoted_count: metrics.quoted_count,
                leading_space_count: metrics.lead_space_count,
                embedded_space_count: metrics.embedded_space_count,
                date_value_count: metrics.date_count,
                average_embedded_spaces: metrics.avg_embedded_spaces,
                min_length: metrics.min_length,
                max_length: metrics.max_length,
                avg_length: metrics.avg_length,
                min_text: metrics.min_text.clone(),
                max_text: metrics.max_text.clone(),
                distinct_patterns: metrics.distinct_pattern_count,
                standard_pattern_matches: metrics.patterns.as_ref().and_then(|patterns| Some(patterns.first()?.count)),
            },
            missing_breakdown: parts(&[
                ("null", "Null", column.null_count),
                ("zeroLength", "Zero length", empty.unwrap_or(0)),
                ("dummy", "Dummy values", metrics.dummy_count.unwrap_or(0)),
            ]),
            duplicate_breakdown: duplicates
                .map(|duplicates| {
                    parts(&[
                        ("duplicate", "Duplicate", duplicates),
                        ("unique", "Unique", values.saturating_sub(duplicates)),
                    ])
                })
                .unwrap_or_default(),
            case_breakdown: parts(&[
                ("upper", "Upper", metrics.upper_case_count.unwrap_or(0)),
                ("lower", "Lower", metrics.lower_case_count.unwrap_or(0)),
                ("mixed", "Mixed", metrics.mixed_case_count.unwrap_or(0)),
                ("nonAlpha", "Non Alpha", metrics.non_alpha_count.unwrap_or(0)),
            ]),
            patterns: metrics
                .patterns
                .iter()
                .flatten()
                .take(PATTERNS)
                .map(|shape| PatternBody {
                    pattern: shape.pattern.clone(),
                    count: shape.count,
                })
                .collect(),
        })
    }
}

/// The parts of a whole with their shares.
fn parts(counts: &[(&'static str, &'static str, u64)]) -> Vec<SharePart> {
    let whole: u64 = counts.iter().map(|(.., count)| count).sum();
    counts
        .iter()
        .map(|(key, label, count)| SharePart {
            key,
            label,
            count: *count,
            percentage: (whole > 0).then(|| *count as f64 / whole as f64),
        })
        .collect()
}
