//! Columns left out and rows chosen, in every format of files: the same rows everywhere.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::domain::row_filter::RowFilter;
use crate::domain::table_profile::TableProfile;
use crate::domain::table_scope::TableScope;

/// Rows of the table.
const ROWS: i64 = 1_000;

fn scope(left_out: &[&str], filter: &str) -> TableScope {
    TableScope {
        left_out: left_out.iter().map(|name| (*name).to_owned()).collect(),
        row_filter: (!filter.is_empty()).then(|| RowFilter::parse(filter).unwrap()),
    }
}

fn try_profile(root: &Path, scope: TableScope) -> Result<TableProfile, EngineError> {
    let mut table = discover(root).unwrap().pop().unwrap();
    table.scope = scope;
    profile_table(root, &table, &ProfileOptions::default(), &Unobserved)
}

/// id 0..1000, amount id / 4 (null each tenth), status, day from 2026-01-01 on, paid.
fn write_table(root: &Path, format: &str) {
    let day = |id: i64| chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Duration::days(id % 100);
    let amount = |id: i64| (id % 10 != 0).then_some(id as f64 / 4.0);
    let status = |id: i64| ["new", "sent", "it's"][(id % 3) as usize];
    let path = root.join(format!("t.{format}"));
    match format {
        "csv" => {
            let lines = (0..ROWS).map(|id| {
                let amount = amount(id).map_or_else(String::new, |value| value.to_string());
                format!("{id},{amount},{},{},{}\n", status(id), day(id), id % 2 == 0)
            });
            fs::write(path, format!("id,amount,status,day,paid\n{}", lines.collect::<String>())).unwrap();
        }
        "jsonl" => {
            let lines = (0..ROWS).map(|id| {
                let line = serde_json::json!({ "id": id, "amount": amount(id), "status": status(id), "day": day(id).to_string(), "paid": id % 2 == 0 });
                format!("{line}\n")
            });
            fs::write(path, lines.collect::<String>()).unwrap();
        }
        _ => {
            let columns: Vec<(&str, ArrayRef)> = vec![
                ("id", Arc::new(Int64Array::from_iter_values(0..ROWS))),
                ("amount", Arc::new(Float64Array::from_iter((0..ROWS).map(amount)))),
                ("status", Arc::new(StringArray::from_iter_values((0..ROWS).map(status)))),
                (
                    "day",
                    Arc::new(Date32Array::from_iter_values(
                        (0..ROWS).map(|id| (day(id) - chrono::NaiveDate::default()).num_days() as i32),
                    )),
                ),
                ("paid", Arc::new(BooleanArray::from_iter((0..ROWS).map(|id| Some(id % 2 == 0))))),
            ];
            let batch = RecordBatch::try_from_iter(columns).unwrap();
            let properties = WriterProperties::builder().set_max_row_group_row_count(Some(170)).build();
            let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
        }
    }
}

#[test]
fn every_format_chooses_the_same_rows() {
    for format in ["csv", "jsonl", "parquet"] {
        let root = tempfile::tempdir().unwrap();
        write_table(root.path(), format);
        for (filter, rows) in [
            ("id >= 900", 100),
            ("amount > 200 and amount <= 225", 90),
            ("amount is null", 100),
            ("amount is not null and id < 10", 9),
            ("amount <> 1", 899),
            ("status = 'it''s'", 333),
            ("status <> 'new'", 666),
            ("status > 'new'", 333),
            ("day >= date '2026-04-01'", 100),
            ("day < 2026-01-02", 10),
            ("paid = true", 500),
            ("paid <> true and id < 10", 5),
            ("id < 0", 0),
        ] {
            let found = try_profile(root.path(), scope(&[], filter)).unwrap();
            assert_eq!(found.row_count, rows, "{format}: {filter}");
            assert_eq!(found.broken_invariants(), Vec::<String>::new(), "{format}: {filter}");
            assert_eq!(found.column_count, 5, "{format}: {filter}");
            assert_eq!(found.snapshot.scope, scope(&[], filter));
        }
    }
}

#[test]
fn a_column_that_is_left_out_is_not_in_the_profile_and_makes_another_snapshot() {
    for format in ["csv", "jsonl", "parquet"] {
        let root = tempfile::tempdir().unwrap();
        write_table(root.path(), format);
        let whole = try_profile(root.path(), TableScope::default()).unwrap();
        let part = try_profile(root.path(), scope(&["amount", "paid"], "")).unwrap();
        let names: Vec<&str> = part.columns.iter().map(|column| column.column_name.as_str()).collect();
        assert_eq!(
            (names.as_slice(), part.row_count),
            (["id", "status", "day"].as_slice(), 1_000),
            "{format}"
        );
        assert_ne!(whole.snapshot.id, part.snapshot.id);
        assert!(
            part.snapshot.description.ends_with("2 columns left out"),
            "{}",
            part.snapshot.description
        );
        // What is read is counted as before.
        let of = |profile: &TableProfile| {
            profile
                .columns
                .iter()
                .find(|column| column.column_name == "status")
                .unwrap()
                .metrics
                .clone()
        };
        assert_eq!(of(&whole), of(&part), "{format}");
    }
}

#[test]
fn a_filter_that_does_not_fit_is_an_error_that_says_why() {
    let root = tempfile::tempdir().unwrap();
    write_table(root.path(), "parquet");
    for (filter, said) in [
        ("status > 5", "the column holds string"),
        ("id = 'x'", "the column holds bigint"),
        ("day = true", "the column holds date"),
        ("nowhere = 1", "it has no column nowhere"),
    ] {
        let error = try_profile(root.path(), scope(&[], filter)).unwrap_err();
        assert!(
            matches!(error, EngineError::Filter { .. }) && error.to_string().contains(said),
            "{filter}: {error}"
        );
    }
    let all = try_profile(root.path(), scope(&["id", "amount", "status", "day", "paid"], "")).unwrap_err();
    assert!(matches!(all, EngineError::Empty { .. }), "{all}");
}

#[test]
fn statements_read_the_rows_that_were_profiled() {
    use crate::engine::statements::{TableContext, statements_for, table_statements};
    for format in ["csv", "jsonl", "parquet"] {
        let root = tempfile::tempdir().unwrap();
        write_table(root.path(), format);
        let found = try_profile(root.path(), scope(&["paid"], "amount > 200 and status = 'it''s'")).unwrap();
        let context = TableContext::of_profile(&found, None);
        for statement in table_statements(&context)
            .into_iter()
            .chain(statements_for(&context, &found.columns[0]))
        {
            let is_filtered = statement.sql.contains(" = 'it''s') AS profiled") && statement.sql.contains("AS DOUBLE) > 200e0 AND ");
            assert!(is_filtered, "{format}: {}", statement.sql);
            assert!(!statement.sql.contains("\"paid\""), "{}", statement.sql);
        }
    }
}
