//! What is not there, and what stands in its place.

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_FOR_SHARES, LEAST_VALUES, samples_of};
use crate::components::format::{counted, percent};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::engine::accumulators::text_kinds::{is_dummy, is_numeric};

/// Shares of nulls that are told.
const HALF: f64 = 0.5;
const MOST: f64 = 0.9;
/// Above this share of values a few that are missing may be a mistake.
const NEARLY_ALL: f64 = 0.97;
/// Above this share of numbers, a stand-in that is a number (`99`, `000`) is taken as one.
const NUMBERS: f64 = 0.9;

fn has_no_value(subject: &ColumnSubject) -> bool {
    subject.rows() >= LEAST_VALUES && subject.filled() == 0 && subject.metrics().query_error.is_none()
}

fn null_ratio(subject: &ColumnSubject) -> Option<f64> {
    let is_told = subject.rows() >= LEAST_VALUES && !has_no_value(subject) && subject.metrics().query_error.is_none();
    is_told.then(|| subject.column().null_count as f64 / subject.rows() as f64)
}

fn found_nulls(subject: &ColumnSubject, limit: f64) -> Found {
    let nulls = subject.column().null_count;
    Found::new(
        format!("{} null", subject.share(nulls)),
        format!("under {}", percent(limit)),
        format!("{} of {} have no value.", counted(nulls, "row"), counted(subject.rows(), "row")),
    )
    .in_rows(nulls, subject.rows())
}

/// Texts that stand for "missing": empty, blank, stand-ins; numbers among numbers are none, but in codes.
fn stand_ins(subject: &ColumnSubject) -> Option<Found> {
    if !subject.evidence.is_text() || subject.rows() < LEAST_VALUES || has_no_value(subject) {
        return None;
    }
    let metrics = subject.metrics();
    let empty = metrics.zero_length_count.unwrap_or(0);
    let blank = metrics.blank_count.unwrap_or(0);
    let are_numbers = are_numbers(subject);
    let dummies = if are_numbers {
        subject.worded_dummies()
    } else {
        metrics.dummy_count.unwrap_or(0)
    };
    let affected = empty + blank + dummies;
    if affected == 0 {
        return None;
    }
    let parts = [(empty, "empty"), (blank, "blank"), (dummies, "a stand-in such as “n/a”")];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", subject.share(*count)))
        .collect();
    let samples = subject.samples(|value| is_dummy(value) && (!are_numbers || !is_numeric(value)));
    Some(
        Found::new(
            format!("{} stand for “missing”", subject.share(affected)),
            "nulls",
            format!(
                "{} say “missing” without being null: {}.",
                subject.rows_in_words(affected),
                told.join(", ")
            ),
        )
        .in_rows(affected, subject.rows())
        .at_least(are_numbers)
        .with_samples(samples),
    )
}

/// Whether a stand-in that is a number is taken as one.
fn are_numbers(subject: &ColumnSubject) -> bool {
    let is_code = subject.means(&["phone_number", "postal_code"]);
    subject.part(subject.metrics().numeric_count) >= NUMBERS && !is_code
}

fn stand_in_rows(subject: &ColumnSubject) -> Option<RowCondition> {
    let feature = if are_numbers(subject) {
        RowFeature::WordedStandIn
    } else {
        RowFeature::StandIn
    };
    Some(RowCondition::Is(feature))
}

fn few_missing(subject: &ColumnSubject) -> Option<Found> {
    let nulls = subject.column().null_count;
    let missing = subject.missing();
    let share = subject.filled() as f64 / subject.rows().max(1) as f64;
    // Where only stand-ins are missing, that finding has told it.
    let is_told = subject.rows() >= LEAST_FOR_SHARES && nulls > 0 && share > NEARLY_ALL && share < 1.0;
    is_told.then(|| {
        Found::new(
            format!("{} missing", subject.share(missing)),
            "all or none",
            format!(
                "{} have no value where {} have one.",
                subject.rows_in_words(missing),
                subject.share(subject.filled())
            ),
        )
        .in_rows(missing, subject.rows())
    })
}

fn few_differ(subject: &ColumnSubject) -> Option<Found> {
    let column = subject.column();
    let top = column.top_values.first()?;
    let share = top.count as f64 / subject.values().max(1) as f64;
    let is_told = subject.is_text_of(LEAST_FOR_SHARES)
        && share > NEARLY_ALL
        && top.count < subject.values()
        && !column.is_estimate("top_values")
        && !subject.means(&["boolean", "marker", "constant"])
        && !is_dummy(&top.value)
        && !top.value.trim().is_empty();
    let others = subject.values() - top.count.min(subject.values());
    is_told.then(|| {
        Found::new(
            format!("{} differ from {}", subject.share(others), subject.quoted(&top.value)),
            "one value",
            format!(
                "{} hold {}; {} hold something else.",
                percent(share),
                subject.quoted(&top.value),
                counted(others, "row")
            ),
        )
        .in_rows(others, subject.rows())
        .with_samples(samples_of(subject.listed(|value| value != top.value)))
    })
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Null_Ratio_90",
        title: "Nearly all null",
        severity: Severity::High,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Completeness,
        explanation: "At least nine rows in ten have no value.",
        remedy: "Find out whether the column is still filled, and drop it or repair its load.",
        rows: Rows::Are(RowFeature::Null),
        check: Check::Column(|subject| {
            null_ratio(subject)
                .filter(|ratio| *ratio >= MOST)
                .map(|_| found_nulls(subject, MOST))
        }),
    },
    AnomalyRule {
        name: "Null_Ratio_50",
        title: "Mostly null",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Completeness,
        explanation: "At least half of the rows have no value.",
        remedy: "Say in the column's description when it is filled, or repair its load.",
        rows: Rows::Are(RowFeature::Null),
        check: Check::Column(|subject| {
            null_ratio(subject)
                .filter(|ratio| (HALF..MOST).contains(ratio))
                .map(|_| found_nulls(subject, HALF))
        }),
    },
    AnomalyRule {
        name: "No_Values",
        title: "No values",
        severity: Severity::Medium,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Completeness,
        explanation: "No row says anything: nulls, empty texts and stand-ins for “missing” only.",
        remedy: "Find out whether the column is obsolete or its load has failed.",
        rows: Rows::Are(RowFeature::Missing),
        check: Check::Column(|subject| {
            has_no_value(subject).then(|| {
                let rows = subject.rows();
                Found::new(
                    "no value",
                    "some values",
                    format!("None of {} says anything.", counted(rows, "row")),
                )
                .in_rows(rows, rows)
            })
        }),
    },
    AnomalyRule {
        name: "Non_Standard_Blanks",
        title: "Stand-ins for missing values",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Completeness,
        explanation: "Empty texts, blanks or words such as “n/a” stand where a null should. Whoever counts nulls misses them, and whoever groups by the column gets groups that mean nothing.",
        remedy: "Turn them into nulls when the data is loaded.",
        rows: Rows::By(stand_in_rows),
        check: Check::Column(stand_ins),
    },
    AnomalyRule {
        name: "Small_Missing_Value_Ct",
        title: "A few values missing",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Completeness,
        explanation: "Nearly every row has a value, and a few have not.",
        remedy: "Ask whether these rows were meant to be filled, too.",
        rows: Rows::Are(RowFeature::Missing),
        check: Check::Column(few_missing),
    },
    AnomalyRule {
        name: "Small_Divergent_Value_Ct",
        title: "A few values differ",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Validity,
        explanation: "Nearly every row holds the same value, and a few hold another.",
        remedy: "Look at the exceptions: they are rare cases, or mistakes.",
        rows: Rows::By(|subject| subject.rows_beside_the_commonest()),
        check: Check::Column(few_differ),
    },
];
