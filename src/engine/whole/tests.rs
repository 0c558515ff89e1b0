//! Facts about whole rows: equal in every format, whatever the spelling; what is too large or unreadable says so.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::domain::table_profile::TableProfile;
use crate::engine::{Unobserved, discover_file, profile_table};

fn profile_with(path: &Path, threads: usize) -> TableProfile {
    let table = discover_file(path).unwrap();
    let options = ProfileOptions {
        threads,
        ..ProfileOptions::default()
    };
    profile_table(path.parent().unwrap(), &table, &options, &Unobserved).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch, group_rows: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// Pearson by its definition.
pub(super) fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (left, right) = (
        pairs.iter().map(|pair| pair.0).sum::<f64>() / n,
        pairs.iter().map(|pair| pair.1).sum::<f64>() / n,
    );
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let products = sum(&|pair| (pair.0 - left) * (pair.1 - right));
    products / (sum(&|pair| (pair.0 - left).powi(2)) * sum(&|pair| (pair.1 - right).powi(2))).sqrt()
}

#[test]
fn the_same_rows_have_the_same_duplicates_and_correlations_in_every_format_and_with_any_threads() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 20_000_i32;
    let a: Vec<Option<i32>> = (0..rows).map(|i| (i % 7 != 3).then_some(i % 50)).collect();
    let b: Vec<f64> = (0..rows).map(|i| f64::from(i % 50 * (i % 3)) + 0.25).collect();
    let c: Vec<i64> = (0..rows).map(|i| i64::from(-i % 40)).collect();
    let text: Vec<Option<String>> = (0..rows).map(|i| (i % 11 > 0).then(|| format!("t{}", i % 13))).collect();
    let mut different: Vec<String> = (0..rows as usize)
        .map(|i| format!("{:?} {} {} {:?}", a[i], b[i], c[i], text[i]))
        .collect();
    different.sort_unstable();
    different.dedup();
    let expected = rows as u64 - different.len() as u64;
    assert!(expected > 1_000);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("a", Arc::new(Int32Array::from(a.clone()))),
        ("b", Arc::new(Float64Array::from(b.clone()))),
        (
            "c",
            Arc::new(
                Decimal128Array::from_iter_values(c.iter().map(|value| i128::from(*value) * 100))
                    .with_precision_and_scale(9, 2)
                    .unwrap(),
            ),
        ),
        ("text", Arc::new(StringArray::from(text.clone()))),
    ];
    write_parquet(
        &folder.path().join("p.parquet"),
        &RecordBatch::try_from_iter(columns).unwrap(),
        3_000,
    );
    let cell = |value: Option<String>| value.unwrap_or_default();
    let mut csv = "a,b,c,text\n".to_owned();
    let mut json = String::new();
    for i in 0..rows as usize {
        // Another spelling of the same double is the same value.
        let b = if i.is_multiple_of(2) {
            format!("{}", b[i])
        } else {
            format!("{}0e0", b[i])
        };
        csv += &format!("{},{b},{},{}\n", cell(a[i].map(|a| a.to_string())), c[i], cell(text[i].clone()));
        json += &format!(
            "{}\n",
            serde_json::json!({"a": a[i], "b": i32::from(0u8), "c": c[i], "text": text[i]})
                .to_string()
                .replace("\"b\":0", &format!("\"b\":{b}"))
        );
    }
    fs::write(folder.path().join("c.csv"), csv).unwrap();
    fs::write(folder.path().join("j.jsonl"), json).unwrap();
    let both: Vec<(f64, f64)> = (0..rows as usize).filter_map(|i| Some((f64::from(a[i]?), b[i]))).collect();
    let mut first: Option<Vec<PairCorrelation>> = None;
    for file in ["p.parquet", "c.csv", "j.jsonl"] {
        for threads in [1, 3] {
            let metrics = profile_with(&folder.path().join(file), threads).metrics;
            assert_eq!(metrics.duplicate_row_count, Some(expected), "{file}");
            assert!(metrics.unknown.is_empty());
            let mut pairs = metrics.pairwise.unwrap();
            assert!(pairs.windows(2).all(|pair| pair[0].coefficient.abs() >= pair[1].coefficient.abs()));
            pairs.sort_by(|a, b| (&a.left, &a.right).cmp(&(&b.left, &b.right)));
            assert_eq!(pairs.len(), 3);
            assert!((pairs[0].coefficient - pearson(&both)).abs() < 1e-12 && pairs[0].row_count == both.len() as u64);
            let first = first.get_or_insert_with(|| pairs.clone());
            for (one, other) in first.iter().zip(&pairs) {
                assert!(
                    (one.coefficient - other.coefficient).abs() < 1e-12 && one.row_count == other.row_count,
                    "{file}"
                );
            }
        }
    }
}

#[test]
fn pairs_whose_sums_lose_digits_are_read_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let shared: Vec<(f64, f64)> = (0..9_000)
        .map(|i| (f64::from(i % 64) / 64.0, f64::from(i % 7 * (i % 64))))
        .collect();
    let outliers = [(Some(6e6), None), (None, Some(-4e9)), (Some(-9e6), None)];
    let rows: Vec<(Option<f64>, Option<f64>)> = shared.iter().map(|pair| (Some(pair.0), Some(pair.1))).chain(outliers).collect();
    let (a, b): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
    let array = |values: Vec<Option<f64>>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
    let batch = RecordBatch::try_from_iter([("a", array(a)), ("b", array(b))]).unwrap();
    write_parquet(&folder.path().join("p.parquet"), &batch, 2_000);
    let spelled = |value: Option<f64>| value.map(|value| format!("{value}")).unwrap_or_default();
    let lines: String = rows.iter().map(|row| format!("{},{}\n", spelled(row.0), spelled(row.1))).collect();
    fs::write(folder.path().join("c.csv"), format!("a,b\n{lines}")).unwrap();
    for file in ["p.parquet", "c.csv"] {
        for threads in [1, 2] {
            let metrics = profile_with(&folder.path().join(file), threads).metrics;
            let pair = &metrics.pairwise.unwrap()[0];
            let off = (pair.coefficient - pearson(&shared)).abs();
            assert!(off < 1e-9 && pair.row_count == 9_000, "{file}: {pair:?} is {off} off");
            assert_eq!(metrics.duplicate_row_count, Some(9_000 - 442), "{file}");
        }
    }
}

#[test]
fn a_key_proves_that_no_row_repeats_and_one_column_is_its_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key.csv"), "id,x\n1,a\n2,a\n,a\n").unwrap();
    assert_eq!(profile_with(&folder.path().join("key.csv"), 1).metrics.duplicate_row_count, Some(0));
    fs::write(folder.path().join("one.csv"), "x\na\na\n\nb\n\n").unwrap();
    // Two a, two nulls.
    assert_eq!(profile_with(&folder.path().join("one.csv"), 1).metrics.duplicate_row_count, Some(2));
    fs::write(folder.path().join("none.csv"), "x,y\n").unwrap();
    assert_eq!(
        profile_with(&folder.path().join("none.csv"), 1).metrics.duplicate_row_count,
        Some(0)
    );
}

#[test]
fn files_of_one_table_are_compared_with_one_another_whatever_their_widths_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    let narrow = RecordBatch::try_from_iter([
        ("x", Arc::new(Int32Array::from(vec![1, 2, 2])) as ArrayRef),
        ("y", Arc::new(StringArray::from(vec![None, Some("b"), Some("b")])) as ArrayRef),
    ]);
    // The same columns in another order, and wider; `z` is in one of them only.
    let wide = RecordBatch::try_from_iter([
        ("y", Arc::new(StringArray::from(vec![None, Some("b"), None])) as ArrayRef),
        ("x", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("z", Arc::new(Int64Array::from(vec![None, Some(1), None])) as ArrayRef),
    ]);
    write_parquet(&folder.path().join("a.parquet"), &narrow.unwrap(), 10);
    write_parquet(&folder.path().join("b.parquet"), &wide.unwrap(), 10);
    let table = crate::domain::connection::FoundTable {
        table_name: "t".into(),
        format: "parquet".into(),
        files: vec!["a.parquet".into(), "b.parquet".into()],
        ..Default::default()
    };
    let profile = profile_table(folder.path(), &table, &ProfileOptions::default(), &Unobserved).unwrap();
    // (2, b) twice in the first file, (1, null) in both.
    assert_eq!(profile.metrics.duplicate_row_count, Some(2));
}

#[test]
fn what_is_too_large_or_failed_is_not_counted_and_says_why() {
    let column = |failed: bool| {
        let mut column = ColumnProfile {
            column_name: "c".into(),
            general_type: GeneralType::Number,
            row_count: 5_000_000,
            non_null_count: 5_000_000,
            ..ColumnProfile::default()
        };
        column.metrics.distinct_count = Some(10);
        column.metrics.query_error = failed.then(|| "broken".to_owned());
        column
    };
    let columns = [column(false), column(false)];
    assert!(
        why_rows_are_not_compared(5_000_000, &columns, VALUE_LIMIT)
            .unwrap()
            .contains("5000000 rows")
    );
    assert!(
        why_rows_are_not_compared(1_000, &[column(false), column(true)], VALUE_LIMIT)
            .unwrap()
            .contains("c could not be read")
    );
    assert_eq!(why_rows_are_not_compared(1_000, &columns, VALUE_LIMIT), None);
    assert!(why_too_large(2_000_000, 10, VALUE_LIMIT).unwrap().contains("20000000 values"));
    assert_eq!(proven_duplicates(5_000_000, &columns), None);
    assert_eq!(proven_duplicates(5_000_000, &columns[..1]), Some(4_999_990));
}
