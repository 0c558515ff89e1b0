//! What an address means in a run: the condition, and how many rows the figure of the run counts.

use crate::anomalies::{FindingRows, HygieneSettings, rows_of_finding};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::masking::MASK;
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::row_query::RowChoice;
use crate::domain::table::ColumnDetail;
use crate::domain::table_profile::TableProfile;
use crate::services::error::AppError;

/// How many rows a run counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Figure {
    /// Rows.
    pub rows: u64,
    /// Whether it is an estimate, or the least that the figures prove.
    pub is_estimate: bool,
}

/// The condition that a choice means in a run, with the figure; `find_rows` finds those of a finding by its kind.
pub fn resolve(
    column: &ColumnProfile,
    choice: &RowChoice,
    find_rows: impl FnOnce(&str) -> Option<FindingRows>,
) -> Result<(RowCondition, Option<Figure>), AppError> {
    match choice {
        RowChoice::Condition(condition) => Ok((condition.clone(), figure_of(column, condition))),
        RowChoice::Top(place) => {
            let top = column.top_values.get(place - 1).filter(|top| top.value != MASK).ok_or_else(|| {
                AppError::refused(
                    format!("The run lists no value at place {place}"),
                    format!(
                        "It lists {}, or their texts were not kept. Look by a value: value=...",
                        column.top_values.len()
                    ),
                )
            })?;
            let condition = RowCondition::of_listed(&top.value);
            Ok((condition.clone(), figure_of(column, &condition)))
        }
        RowChoice::Finding(kind) => {
            let found = find_rows(kind).ok_or_else(|| {
                AppError::refused(
                    "No condition on one row says which rows this finding is about",
                    "It is about the column as a whole, or this run does not show it. Its page says what to do.",
                )
            })?;
            let figure = found.affected_count.map(|rows| Figure {
                rows,
                is_estimate: found.is_least,
            });
            Ok((found.condition.clone(), figure.or_else(|| figure_of(column, &found.condition))))
        }
    }
}

/// The rows of a finding in the run that a page shows.
pub(super) fn find_rows(detail: &ColumnDetail, kind: &str, countries: &str) -> Option<FindingRows> {
    let run = detail.table.run.as_ref()?;
    let mut table = TableProfile {
        table_name: detail.table.summary.address.table_name.clone(),
        schema_name: detail.table.summary.address.schema_name.clone(),
        row_count: run.row_count,
        column_count: run.column_count,
        format: detail.table.summary.format.clone(),
        snapshot: run.snapshot.clone(),
        metrics: run.metrics.clone(),
        columns: detail.table.columns.clone(),
        ..TableProfile::default()
    };
    let column = table
        .columns
        .iter_mut()
        .find(|column| column.column_name == detail.column.column_name)?;
    column.clone_from(&detail.column);
    let settings = HygieneSettings::of_countries(countries);
    rows_of_finding(&table, &detail.column.column_name, kind, &settings, run.completed_at)
}

/// The figure that counts what a condition says, where the profile has one.
fn figure_of(column: &ColumnProfile, condition: &RowCondition) -> Option<Figure> {
    let exact = |rows: u64| Some(Figure { rows, is_estimate: false });
    match condition {
        RowCondition::Is(feature) => exact(count_of(column, *feature)?),
        RowCondition::Value(_) | RowCondition::Begins(_) => {
            let top = column
                .top_values
                .iter()
                .find(|top| RowCondition::of_listed(&top.value) == *condition)?;
            Some(Figure {
                rows: top.count,
                is_estimate: column.is_estimate("top_values"),
            })
        }
        RowCondition::OtherThan(value) => {
            let top = column.top_values.iter().find(|top| top.value == *value)?;
            Some(Figure {
                rows: column.non_null_count.saturating_sub(top.count),
                is_estimate: column.is_estimate("top_values"),
            })
        }
        RowCondition::Numbers(_) | RowCondition::Days(_) => {
            let last = column.histogram.len().checked_sub(1)?;
            let is_this = |place: usize| {
                RowChoice::of_bin(column, &column.histogram[place], place == last) == Some(RowChoice::Condition(condition.clone()))
            };
            let bin = &column.histogram[(0..=last).find(|place| is_this(*place))?];
            let without_zero = matches!(condition, RowCondition::Numbers(range) if range.without_zero);
            let zeros = if without_zero { column.metrics.zero_count.unwrap_or(0) } else { 0 };
            exact(bin.count.checked_sub(zeros)?)
        }
        RowCondition::Lengths(from, to) => {
            let lengths = column.metrics.length_histogram.as_ref()?;
            exact(
                lengths
                    .iter()
                    .filter(|entry| (*from..=*to).contains(&entry.length))
                    .map(|entry| entry.count)
                    .sum(),
            )
        }
        RowCondition::Shape(shape) => {
            let entry = column.metrics.patterns.iter().flatten().find(|entry| entry.pattern == *shape)?;
            Some(Figure {
                rows: entry.count,
                is_estimate: column.is_estimate("patterns"),
            })
        }
        RowCondition::OneOf(values) => {
            let listed: Vec<u64> = column
                .top_values
                .iter()
                .filter(|top| values.contains(&top.value))
                .map(|top| top.count)
                .collect();
            (listed.len() == values.len()).then(|| Figure {
                rows: listed.iter().sum(),
                is_estimate: column.is_estimate("top_values"),
            })
        }
        RowCondition::OutsideDays(_) | RowCondition::OtherShapes(_) => None,
    }
}

/// The figure of a kind of value.
fn count_of(column: &ColumnProfile, feature: RowFeature) -> Option<u64> {
    use RowFeature::*;
    let metrics = &column.metrics;
    match feature {
        Null => Some(column.null_count),
        Filled => Some(column.row_count.saturating_sub(metrics.missing_count.unwrap_or(column.null_count))),
        Missing => metrics.missing_count.or(Some(column.null_count)),
        StandIn => metrics.missing_count.map(|missing| missing.saturating_sub(column.null_count)),
        Empty => metrics.zero_length_count,
        Blank => metrics.blank_count,
        MissingWord => metrics.dummy_count,
        Zero => metrics.zero_count,
        Nan => metrics.nan_count,
        Infinite => metrics.infinite_count,
        Negative => metrics.negative_count,
        UpperCase => metrics.upper_case_count,
        LowerCase => metrics.lower_case_count,
        MixedCase => metrics.mixed_case_count,
        NoLetter => metrics.non_alpha_count,
        Digit => metrics.includes_digit_count,
        NumberText => metrics.numeric_count,
        DateText => metrics.date_count,
        TruthText => metrics.boolean_text_count,
        LeadingSpace => metrics.lead_space_count,
        TrailingSpace => metrics.trail_space_count,
        InnerSpace => metrics.embedded_space_count,
        Quoted => metrics.quoted_count,
        NonAscii => metrics.non_ascii_count,
        Invisible => metrics.non_printing_count,
        InvalidUtf8 => metrics.invalid_utf8_count,
        WordedStandIn | NoLetterSaid | NotNumber | NotDate | LeadingSpaceSaid | OddBeginning => None,
    }
}
