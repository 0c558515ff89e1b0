//! Better types: a hit and a near miss for every rule, and what must never be suggested.

use std::collections::BTreeSet;

use super::{Made, made, one_of, profiled_alone};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::TableProfile;
use crate::engine::semantics::describe;
use crate::engine::semantics::suggested_type::RULES;

/// Profiles a column, gives it another type of the source and describes it again.
fn retyped(column: &Made, data_type: &str) -> ColumnProfile {
    let mut column = profiled_alone(column);
    if !data_type.is_empty() {
        column.data_type = data_type.into();
    }
    let mut table = TableProfile {
        row_count: column.row_count,
        columns: vec![column],
        ..TableProfile::default()
    };
    describe(&mut table);
    table.columns.remove(0)
}

/// Rule, the source's type (empty: as read), hit with the suggested type, near miss.
fn cases() -> Vec<(&'static str, &'static str, Made, &'static str, Made)> {
    let day = |row: usize| format!("{:02}.11.2025", 1 + row % 28);
    vec![
        (
            "truth in texts",
            "",
            made("paid", one_of("yes no")),
            "boolean",
            made("paid", one_of("yes no maybe")),
        ),
        (
            "truth in numbers",
            "",
            made("paid", |row| row % 2),
            "boolean",
            made("paid", |row| row % 3),
        ),
        (
            "dates in texts",
            "",
            made("shipped", day),
            "date",
            made("shipped", move |row| if row == 9 { "asap".into() } else { day(row) }),
        ),
        (
            "numbers in texts",
            "",
            made("weight", |row| if row % 50 == 7 { "n/a".into() } else { (row * 3).to_string() }),
            "int",
            made("weight", |row| if row == 7 { "heavy".into() } else { (row * 3).to_string() }),
        ),
        (
            "days in numbers",
            "",
            made("order_date", |row| 20_250_101 + row % 28),
            "date",
            made("order_date", |row| 20_250_101 + row % 40),
        ),
        (
            "instants in numbers",
            "",
            made("seen_at", |row| 1_700_000_000 + row * 60),
            "timestamp",
            made("seen_by_size", |row| 1_700_000_000 + row * 60),
        ),
        (
            "whole numbers in a type with fractions",
            "double",
            made("delay", |row| row as i64 - 20),
            "int",
            made("delay", |row| row as f64 - 20.5),
        ),
        (
            "a decimal far too wide",
            "decimal(38,2)",
            made("size", |row| row as f64 + 0.25),
            "decimal(18,2)",
            made("size", |row| format!("{row}00000000000000.25")),
        ),
        (
            "midnights",
            "",
            made("day", |row| format!("2025-03-{:02}T00:00:00", 1 + row % 28)),
            "date",
            made("day", |row| format!("2025-03-{:02}T00:00:0{}", 1 + row % 28, row % 2)),
        ),
        (
            "a text far too wide",
            "varchar(255)",
            made("kind", one_of("round square oval")),
            "varchar(10)",
            made("kind", |row| format!("round about {}", "x".repeat(100 + row % 9))),
        ),
    ]
}

#[test]
fn every_better_type_is_found_where_all_values_fit_and_only_there() {
    let mut wrong = Vec::new();
    for (rule, data_type, hit, expected, miss) in cases() {
        let found = retyped(&hit, data_type).meaning;
        let is_said = found.suggested_type_reason.as_deref().is_some_and(|reason| reason.ends_with('.'));
        if found.suggested_type.as_deref() != Some(expected) || !is_said {
            wrong.push(format!("{rule}: {found:?}"));
        }
        let missed = retyped(&miss, data_type).meaning;
        if missed.suggested_type.is_some() {
            wrong.push(format!("{rule} in the near miss: {missed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_goes_without_a_case() {
    let tried: BTreeSet<&str> = cases().iter().map(|case| case.0).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(tried, all);
}

#[test]
fn what_is_never_counted_with_stays_text() {
    let with_text = |name, value: fn(usize) -> String| made(name, move |row| if row % 10 == 7 { "n/a".into() } else { value(row) });
    let cases = [
        with_text("zip", |row| format!("{}", 10_000 + row)),
        with_text("customer_id", |row| format!("{}", row % 40)),
        with_text("phone", |row| format!("{}", 3_012_345_678_u64 + row as u64)),
        with_text("size", |row| format!("{row:03}")),
    ];
    for column in &cases {
        let meaning = profiled_alone(column).meaning;
        assert_eq!(meaning.suggested_type, None, "{}: {meaning:?}", column.0);
    }
}

#[test]
fn texts_that_are_numbers_get_the_type_that_holds_them_all() {
    let suggested = |value: fn(usize) -> String| {
        let column = made("size", move |row| if row % 50 == 7 { "n/a".to_owned() } else { value(row) });
        profiled_alone(&column).meaning.suggested_type
    };
    assert_eq!(
        suggested(|row| format!("{}.{:02}", row * 5, row % 100)).as_deref(),
        Some("decimal(5,2)")
    );
    assert_eq!(
        suggested(|row| format!("{}", 10_u64.pow(1 + row as u32 % 12))).as_deref(),
        Some("bigint")
    );
    assert_eq!(suggested(|row| format!("{row}e{}", row % 9)).as_deref(), Some("double"));
}

#[test]
fn stand_ins_that_become_null_are_counted() {
    let column = made("weight", |row| if row % 50 == 7 { "n/a".into() } else { (row * 3).to_string() });
    let reason = profiled_alone(&column).meaning.suggested_type_reason.unwrap();
    assert!(reason.contains("4 empty texts and stand-ins"), "{reason}");
}

#[test]
fn a_price_without_cents_keeps_its_cents() {
    let price = retyped(&made("price", |row| row * 3), "decimal(12,2)").meaning;
    assert_eq!(
        (price.functional_data_type.as_deref(), price.suggested_type),
        (Some("amount_of_money"), None)
    );
}
