//! Dates that nobody meant.

use chrono::{DateTime, Months, NaiveDate, Utc};

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_VALUES};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::{DayRange, RowCondition};
use crate::engine::calendar::minus_months;

/// Above this share of old dates the column is about the past.
const ABOUT_THE_PAST: f64 = 0.25;
/// Months ahead that no plan reaches.
const FAR: u32 = 12 * 30;

/// The day of an ISO 8601 text; none beyond the years that a date type holds.
pub(super) fn day_of(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// Whether a moment lies further ahead than any plan; years of five digits do.
fn is_far_ahead(text: &str, clock: DateTime<Utc>) -> bool {
    let limit = clock.date_naive().checked_add_months(Months::new(FAR));
    match (day_of(text), limit) {
        (Some(day), Some(limit)) => day > limit,
        _ => text.starts_with('+'),
    }
}

fn unlikely(subject: &ColumnSubject) -> Option<Found> {
    let metrics = subject.metrics();
    let (min, max) = (metrics.min_date.as_deref()?, metrics.max_date.as_deref()?);
    let (is_old, is_far) = unlikely_ends(subject)?;
    let old = metrics.before_100yr_count.unwrap_or(0);
    let far = metrics.distant_future_count.unwrap_or(0);
    let affected = if is_old { old } else { 0 } + if is_far { far } else { 0 };
    if subject.values() < LEAST_VALUES || affected == 0 {
        return None;
    }
    let year = |text: &str| {
        text.split_inclusive('-')
            .next()
            .map(|year| year.trim_end_matches('-').to_owned())
            .unwrap_or_default()
    };
    let observed = match (is_old, is_far) {
        (true, false) => format!("dates back to {}", subject.quoted(&year(min))),
        (false, _) => format!("dates up to {}", subject.quoted(&year(max))),
        (true, true) => format!("dates from {} to {}", subject.quoted(&year(min)), subject.quoted(&year(max))),
    };
    let mut told = Vec::new();
    if is_old {
        told.push(format!(
            "{} lie over a hundred years back, the earliest at {}",
            subject.rows_in_words(old),
            subject.quoted(min)
        ));
    }
    if is_far {
        told.push(format!(
            "{} lie over twenty years ahead, the latest at {}",
            subject.rows_in_words(far),
            subject.quoted(max)
        ));
    }
    let samples = [is_old.then(|| min.to_owned()), is_far.then(|| max.to_owned())];
    Some(
        Found::new(observed, "dates of our time", format!("{}.", told.join("; ")))
            .in_rows(affected, subject.rows())
            .with_samples(samples.into_iter().flatten().collect()),
    )
}

/// Whether dates lie too far back, and too far ahead.
fn unlikely_ends(subject: &ColumnSubject) -> Option<(bool, bool)> {
    let metrics = subject.metrics();
    let (min, max) = (metrics.min_date.as_deref()?, metrics.max_date.as_deref()?);
    let old = metrics.before_100yr_count.unwrap_or(0);
    let is_old = old > 0
        && subject.part(Some(old)) < ABOUT_THE_PAST
        // People do become a hundred years old.
        && (!subject.means(&["birth_date"]) || day_of(min).is_none_or(|day| Some(day) < NaiveDate::from_ymd_opt(1900, 1, 1)));
    Some((is_old, is_far_ahead(max, subject.clock)))
}

/// Those that the figures of the column count as over a hundred years back and over twenty ahead.
fn unlikely_rows(subject: &ColumnSubject) -> Option<RowCondition> {
    let (is_old, is_far) = unlikely_ends(subject)?;
    let today = subject.clock.timestamp().div_euclid(86_400);
    (is_old || is_far).then(|| {
        RowCondition::OutsideDays(DayRange {
            from: is_old.then(|| minus_months(today, 12 * 100)),
            to: is_far.then(|| minus_months(today, -12 * 20) + 1),
        })
    })
}

pub(super) const RULES: &[AnomalyRule] = &[AnomalyRule {
    name: "Unlikely_Date_Values",
    title: "Unlikely dates",
    severity: Severity::Medium,
    likelihood: Likelihood::Likely,
    dimension: QualityDimension::Accuracy,
    explanation: "Some dates lie over a hundred years back in a column that is not about the past, or reach over thirty years ahead: often placeholders of another system, such as 1753-01-01 or 9999-12-31, or years with a wrong digit.",
    remedy: "Turn placeholders into nulls, and repair what was mistyped.",
    rows: Rows::By(unlikely_rows),
    check: Check::Column(unlikely),
}];
