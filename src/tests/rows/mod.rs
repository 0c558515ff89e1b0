//! Rows behind figures: as many as the figure counts, for every figure and every kind of source; and the same by SQL.

mod databases;
mod files;
mod sample;

use chrono::{DateTime, Utc};

use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::connection::FoundTable;
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::row_look::LookedRows;
use crate::domain::row_query::RowChoice;
use crate::domain::table_profile::TableProfile;
use crate::engine::rows::{LookPlan, LookedColumn, look_at_rows};
use crate::engine::statements::{RowSql, TableContext, row_statement};
use crate::engine::{ProfileOptions, SourceRoot, Unobserved};

/// The plan of a look at the first rows.
fn plan(root: &SourceRoot, table: &FoundTable, profile: &TableProfile, column: &ColumnProfile, condition: &RowCondition) -> LookPlan {
    LookPlan {
        root: root.clone(),
        table: table.clone(),
        column: LookedColumn::of(column, !table.files.is_empty()),
        condition: condition.clone(),
        columns: profile.columns.iter().map(|column| column.column_name.clone()).collect(),
        hidden: Vec::new(),
        skip: 0,
        limit: 3,
        counting_ms: 600_000,
        options: ProfileOptions {
            deadline_ms: 0,
            ..ProfileOptions::default()
        },
    }
}

fn look(root: &SourceRoot, table: &FoundTable, profile: &TableProfile, column: &ColumnProfile, condition: &RowCondition) -> LookedRows {
    let plan = plan(root, table, profile, column, condition);
    look_at_rows(&plan, &Unobserved).unwrap_or_else(|error| panic!("{} {condition:?}: {error}", column.column_name))
}

/// Every figure of a column that has rows behind it, with the rows that it counts.
fn figures(column: &ColumnProfile) -> Vec<(RowCondition, u64)> {
    use RowFeature::*;
    let metrics = &column.metrics;
    let mut found: Vec<(RowCondition, u64)> = vec![(RowCondition::Is(Null), column.null_count)];
    if !column.is_estimate("top_values") {
        let tops = column.top_values.iter();
        found.extend(tops.map(|top| (RowCondition::of_listed(&top.value), top.count)));
        // Two values at once, where both are whole.
        if let [(RowCondition::Value(first), one), (RowCondition::Value(second), other)] = &found[1..found.len().min(3)] {
            found.push((RowCondition::OneOf(vec![first.clone(), second.clone()]), one + other));
        }
    }
    let last = column.histogram.len().saturating_sub(1);
    for (place, bin) in column.histogram.iter().enumerate() {
        let Some(RowChoice::Condition(condition)) = RowChoice::of_bin(column, bin, place == last) else {
            assert!(bin.upper.is_some_and(|upper| upper.abs() > 8e12), "{bin:?}");
            continue;
        };
        let without_zero = matches!(condition, RowCondition::Numbers(range) if range.without_zero);
        let zeros = if without_zero { metrics.zero_count.unwrap_or(0) } else { 0 };
        found.push((condition, bin.count - zeros));
    }
    if column.general_type == GeneralType::Text || column.general_type == GeneralType::Other {
        let lengths = metrics.length_histogram.iter().flatten();
        found.extend(lengths.map(|entry| (RowCondition::Lengths(entry.length, entry.length), entry.count)));
    }
    if !column.is_estimate("patterns") {
        let shapes = metrics.patterns.iter().flatten();
        found.extend(shapes.map(|entry| (RowCondition::Shape(entry.pattern.clone()), entry.count)));
    }
    let blank = metrics.blank_count.unwrap_or(0);
    let features = [
        (Zero, metrics.zero_count),
        (Negative, metrics.negative_count),
        (Nan, metrics.nan_count),
        (
            Infinite,
            metrics.infinite_count.filter(|_| column.general_type == GeneralType::Number),
        ),
        (Empty, metrics.zero_length_count),
        (Blank, metrics.blank_count),
        (MissingWord, metrics.dummy_count),
        (Missing, metrics.missing_count),
        (StandIn, metrics.missing_count.map(|missing| missing - column.null_count)),
        (Filled, metrics.missing_count.map(|missing| column.row_count - missing)),
        (UpperCase, metrics.upper_case_count),
        (LowerCase, metrics.lower_case_count),
        (MixedCase, metrics.mixed_case_count),
        (NoLetter, metrics.non_alpha_count),
        (Digit, metrics.includes_digit_count),
        (NumberText, metrics.numeric_count),
        (DateText, metrics.date_count),
        (TruthText, metrics.boolean_text_count),
        (LeadingSpace, metrics.lead_space_count),
        (TrailingSpace, metrics.trail_space_count),
        (InnerSpace, metrics.embedded_space_count),
        (Quoted, metrics.quoted_count),
        (NonAscii, metrics.non_ascii_count),
        (Invisible, metrics.non_printing_count),
        (InvalidUtf8, metrics.invalid_utf8_count),
    ];
    // A blank text of tabs is blank and does not begin with a space: the figure is taken only where it is no estimate of the other.
    let spaces = metrics.lead_space_count.filter(|lead| *lead == 0 || blank == 0);
    found.extend(spaces.map(|lead| (RowCondition::Is(LeadingSpaceSaid), lead)));
    found.extend(
        features
            .into_iter()
            .filter_map(|(feature, count)| count.map(|count| (RowCondition::Is(feature), count))),
    );
    found
}

/// What an address may hold in the place of a value, and no statement may be made of.
const HOSTILE: [&str; 6] = [
    "1 or 1 = 1",
    "0); drop table odd; --",
    "x' or '' = '",
    "' or true --infinity",
    "NaN or true",
    "",
];

/// Holds the rows that are found against every figure of every column; `count` finds the same by SQL. Says how many figures there were.
fn assert_agreement(
    root: &SourceRoot,
    table: &FoundTable,
    profile: &TableProfile,
    context: &TableContext,
    count: impl Fn(&str) -> Option<u64>,
) -> usize {
    let mut held = 0;
    for column in profile.columns.iter().filter(|column| column.metrics.query_error.is_none()) {
        for (condition, figure) in figures(column) {
            let looked = look(root, table, profile, column, &condition);
            let what = format!("{}.{} {condition:?}", profile.table_name, column.column_name);
            assert_eq!(looked.found, figure, "{what}");
            assert_eq!(looked.ended, None, "{what}");
            assert_eq!(looked.rows.len() as u64, figure.min(3), "{what}");
            if table.files.is_empty() {
                assert!(looked.searched >= figure, "{what}");
            } else {
                assert_eq!(looked.searched, profile.row_count, "{what}");
            }
            if let Ok(RowSql { sql, .. }) = row_statement(context, column, &condition)
                && let Some(by_sql) = count(&counting(&sql))
            {
                assert_eq!(by_sql, figure, "{what}\n{sql}");
            }
            held += 1;
        }
        for text in HOSTILE {
            let condition = RowCondition::Value(text.to_owned());
            let looked = look(root, table, profile, column, &condition);
            if let Ok(RowSql { sql, .. }) = row_statement(context, column, &condition)
                && let Some(by_sql) = count(&counting(&sql))
            {
                assert_eq!(
                    by_sql, looked.found,
                    "{}.{} {text:?}\n{sql}",
                    profile.table_name, column.column_name
                );
            }
        }
    }
    held
}

/// The same statement, counting all rows; every column of theirs is computed, as it would be shown.
fn counting(sql: &str) -> String {
    format!(
        "WITH found AS MATERIALIZED (\n{}\n) SELECT count(*) FROM found",
        sql.replacen("\nLIMIT 50", "", 1)
    )
}

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}
