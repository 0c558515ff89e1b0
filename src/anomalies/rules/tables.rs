//! Tables as a whole: empty, old, gone, unreadable.

use chrono::NaiveDate;

use super::dates::day_of;
use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{LEAST_VALUES, TableSubject};
use crate::components::format::counted;
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::masking::is_personal;
use crate::domain::table_profile::FailedTable;

/// Days of a year and of half of one.
const YEAR: i64 = 365;
const HALF_A_YEAR: i64 = 182;
/// What is said of a table that is no longer there.
pub const GONE: &str = "The table is no longer there.";

/// Dates that tell when rows came; those of births and of history do not.
fn tells_age(column: &ColumnProfile) -> bool {
    let meaning = column.meaning.functional_data_type.as_deref().unwrap_or_default();
    column.general_type == GeneralType::Time
        && column.non_null_count >= LEAST_VALUES
        && column.metrics.max_date.is_some()
        && !["birth_date", "historical_date"].contains(&meaning)
}

/// The newest date up to the run's day and the days since then; none where a column tells that the table is fresh, or none tells.
fn newest(subject: &TableSubject) -> Option<(NaiveDate, i64, String)> {
    let today = subject.clock.date_naive();
    let mut newest: Option<(NaiveDate, String)> = None;
    // What dates persons dates no table, and would be a value in the text of a finding.
    let is_event = |column: &&ColumnProfile| tells_age(column) && !is_personal("", column.meaning.pii_risk);
    for column in subject.table.columns.iter().filter(is_event) {
        let day = day_of(column.metrics.max_date.as_deref()?)?;
        if day > today {
            // What lies ahead says nothing about age; what lies within the year does.
            if column.metrics.within_1yr_count.unwrap_or(0) > 0 {
                return None;
            }
            continue;
        }
        if newest.as_ref().is_none_or(|(known, _)| *known < day) {
            newest = Some((day, column.column_name.clone()));
        }
    }
    newest.map(|(day, column)| (day, (today - day).num_days(), column))
}

fn recency(subject: &TableSubject, ages: std::ops::Range<i64>, expected: &str) -> Option<Found> {
    let (day, age, column) = newest(subject)?;
    ages.contains(&age).then(|| {
        Found::new(
            format!("newest date {} old", counted(age.unsigned_abs(), "day")),
            expected,
            format!(
                "The newest date of the table is {day}, in {column}, {} before the run.",
                counted(age.unsigned_abs(), "day")
            ),
        )
        .at_level(age as f64)
    })
}

fn is_gone(table: &FailedTable) -> bool {
    table.error == GONE
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Missing_Table",
        title: "Table is gone",
        severity: Severity::High,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Completeness,
        explanation: "The table was there when it was last looked for, and is not now.",
        remedy: "Bring it back, or look for tables again so that it is no longer expected.",
        rows: Rows::Unsaid,
        check: Check::Failure(|table| is_gone(table).then(|| Found::new("table is gone", "a table", table.error.clone()))),
    },
    AnomalyRule {
        name: "Profiling_Error",
        title: "Table could not be profiled",
        severity: Severity::High,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Accuracy,
        explanation: "The table could not be read. The others were.",
        remedy: "Do what the reason says, then profile again.",
        rows: Rows::Unsaid,
        check: Check::Failure(|table| {
            (!is_gone(table)).then(|| {
                let told = format!("{} {}", table.error, table.remedy);
                Found::new("table could not be read", "a profile", told.trim().to_owned())
            })
        }),
    },
    AnomalyRule {
        name: "Empty_Table",
        title: "Empty table",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Completeness,
        explanation: "The table has columns and not one row.",
        remedy: "Find out whether its load has failed.",
        rows: Rows::Unsaid,
        check: Check::Table(|subject| {
            let table = subject.table;
            (table.row_count == 0 && table.rejected.is_none()).then(|| {
                let columns = counted(u64::from(table.column_count), "column");
                Found::new("no rows", "some", format!("The table has {columns} and not one row."))
            })
        }),
    },
    AnomalyRule {
        name: "Recency_One_Year",
        title: "Nothing new for a year",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Timeliness,
        explanation: "The newest date in any column of the table is over a year old.",
        remedy: "Find out whether the table is still loaded.",
        rows: Rows::Unsaid,
        check: Check::Table(|subject| recency(subject, YEAR..i64::MAX, "a date of the last year")),
    },
    AnomalyRule {
        name: "Recency_Six_Months",
        title: "Nothing new for six months",
        severity: Severity::Info,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Timeliness,
        explanation: "The newest date in any column of the table is six to twelve months old.",
        remedy: "Find out whether the table is still loaded.",
        rows: Rows::Unsaid,
        check: Check::Table(|subject| recency(subject, HALF_A_YEAR..YEAR, "a date of the last six months")),
    },
];
