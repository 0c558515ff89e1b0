//! Kinds of tables and their important columns.

use super::{Made, made, one_of, profiled};
use crate::domain::column_profile::Estimate;
use crate::engine::semantics::describe;

fn key() -> Made {
    made("thing_id", |row| row + 1_000)
}

fn kind(columns: &[Made]) -> Option<String> {
    let table = profiled(columns);
    let reason = table.metrics.functional_table_type_reason.unwrap_or_default();
    assert!(reason.is_empty() || reason.ends_with('.'), "{reason}");
    table.metrics.functional_table_type
}

#[test]
fn every_kind_of_table_is_told_from_the_one_beside_it() {
    let name = || made("thing_name", |row| format!("Bowl {} {row}", "x".repeat(row % 9)));
    let sold = || made("sold_on", |row| format!("2026-03-{:02}", 1 + row % 30));
    let price = || made("price", |row| row as f64 * 1.25);
    let reference = |name| made(name, |row| 10 + row % 40);
    assert_eq!(kind(&[key(), name()]).as_deref(), Some("domain"));
    assert_eq!(kind(&[key(), name(), price()]).as_deref(), Some("entity"));
    assert_eq!(kind(&[reference("order_id"), reference("tag_id")]).as_deref(), Some("bridge"));
    assert_eq!(
        kind(&[reference("order_id"), reference("tag_id"), sold()]).as_deref(),
        Some("transaction")
    );
    assert_eq!(
        kind(&[key(), reference("customer_id"), sold(), price()]).as_deref(),
        Some("transaction")
    );
    assert_eq!(
        kind(&[made("year", |row| 1990 + row % 30), price(), made("cost", |row| row as f64 * 0.7)]).as_deref(),
        Some("summary")
    );
    assert_eq!(kind(&[made("note", |row| format!("words of {row}"))]), None);
}

#[test]
fn critical_columns_follow_the_kind_and_must_be_filled() {
    let table = profiled(&[
        key(),
        made("customer_id", |row| 10 + row % 40),
        made("sold_on", |row| format!("2026-03-{:02}", 1 + row % 30)),
        made("price", |row| row as f64 * 1.25),
        made("channel", |row| if row % 2 == 0 { "" } else { one_of("web app shop")(row / 2) }),
        made("note", |row| format!("words of {row}")),
    ]);
    let critical: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| column.meaning.critical_data_element == Some(true))
        .map(|column| column.column_name.as_str())
        .collect();
    assert_eq!(critical, ["thing_id", "customer_id", "sold_on", "price"]);
}

#[test]
fn what_only_an_estimate_says_is_neither_a_key_nor_a_reference() {
    let mut table = profiled(&[
        made("id", |row| row),
        made("customer_id", |row| 10_000 + row * 7),
        made("city", one_of("a b c")),
    ]);
    assert_eq!(table.metrics.candidate_keys, ["id", "customer_id"]);
    assert!(table.metrics.unknown.is_empty(), "{:?}", table.metrics.unknown);
    for column in &mut table.columns[..2] {
        column.metrics.distinct_count = Some(198);
        let estimate = Estimate {
            method: "hll_lg12".into(),
            error: 0.032,
        };
        column.estimates.insert("distinct_count".into(), estimate);
    }
    describe(&mut table);
    assert!(table.metrics.candidate_keys.is_empty());
    let why = &table.metrics.unknown["candidate_keys"];
    assert!(why.starts_with("id and another column are filled"), "{why}");
    let meaning = &table.columns[1].meaning;
    assert_eq!(meaning.functional_data_type.as_deref(), Some("secondary_identifier"));
    let reason = meaning.functional_data_type_reason.as_deref().unwrap();
    assert!(reason.starts_with("About 99.0% of the values are different"), "{reason}");
    table.columns[1].column_name = "price".to_owned();
    describe(&mut table);
    let reason = table.columns[1].meaning.functional_data_type_reason.clone().unwrap();
    assert!(reason.contains(" ≈198 different numbers"), "{reason}");
    table.columns[1].column_name = "customer_id".to_owned();
    // Far from as many as the rows: it is none, whatever the error is.
    table.columns[0].metrics.distinct_count = Some(150);
    table.columns[1].metrics.distinct_count = Some(150);
    describe(&mut table);
    assert!(table.metrics.unknown.is_empty());
    assert_eq!(table.columns[1].meaning.functional_data_type.as_deref(), Some("reference"));
}
