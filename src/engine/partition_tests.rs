//! Tables of several files, profiled partition by partition: what is taken over, what is read again, and that it makes no difference.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::DataType;
use chrono::DateTime;
use parquet::arrow::ArrowWriter;

use super::states::partition::{PartitionedProfile, StoredPartition};
use super::*;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::profile_run::RunMode;
use crate::domain::table_profile::TableProfile;

fn options(threads: usize) -> ProfileOptions {
    ProfileOptions {
        threads,
        clock: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        ..ProfileOptions::default()
    }
}

/// Rows `first..past` of one table, whatever the files are.
fn rows(first: i64, past: i64) -> RecordBatch {
    let each = || first..past;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(each()))),
        (
            "amount",
            Arc::new(Float64Array::from_iter(
                each().map(|i| (i % 11 != 0).then_some((i * 7_919 % 10_007) as f64 / 8.0)),
            )),
        ),
        (
            "day",
            Arc::new(Date32Array::from_iter_values(each().map(|i| (i % 900) as i32 - 100))),
        ),
        (
            "city",
            Arc::new(StringArray::from_iter_values(each().map(|i| format!("City {}", i % 23)))),
        ),
        (
            "note",
            Arc::new(StringArray::from_iter_values(each().map(|i| format!("note {i} of {}", i % 7)))),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_csv(path: &Path, first: i64, past: i64) {
    let mut text = "id,amount,city\n".to_owned();
    for i in first..past {
        text += &format!("{i},{},City {}\n", (i * 7_919 % 10_007) as f64 / 8.0, i % 23);
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(root: &Path, stored: Vec<StoredPartition>, threads: usize) -> PartitionedProfile {
    let tables = discover(root).unwrap();
    assert_eq!(tables.len(), 1, "{tables:?}");
    let found = profile_partitions(root, &tables[0], &options(threads), stored, &Unobserved).unwrap();
    assert_eq!(found.profile.broken_invariants(), Vec::<String>::new());
    found
}

/// What the store has after a run: the new states in place of the old.
fn stored_after(before: Vec<StoredPartition>, found: &PartitionedProfile, run_number: i64) -> Vec<StoredPartition> {
    let mut stored: Vec<StoredPartition> = found.fresh.clone();
    stored.iter_mut().for_each(|partition| partition.run_number = run_number);
    let fresh: Vec<String> = stored.iter().map(|partition| partition.key.clone()).collect();
    let files = &found.profile.snapshot.files;
    stored.extend(
        before
            .into_iter()
            .filter(|old| !fresh.contains(&old.key) && files.contains(&old.key)),
    );
    stored
}

/// How many files were read, and how many were taken over.
fn reading(profile: &TableProfile) -> (u32, u32) {
    let reading = profile.snapshot.partitions.unwrap();
    (reading.read, reading.taken_over)
}

/// Everything but what a quantile sketch draws by lot.
fn figures(profile: &TableProfile) -> Vec<ColumnProfile> {
    let mut columns = profile.columns.clone();
    for column in columns.iter_mut().filter(|column| column.estimates.contains_key("median")) {
        let metrics = &mut column.metrics;
        for quantile in [
            &mut metrics.p01,
            &mut metrics.p05,
            &mut metrics.p25,
            &mut metrics.median,
            &mut metrics.p75,
            &mut metrics.p95,
            &mut metrics.p99,
            &mut metrics.iqr,
        ] {
            *quantile = None;
        }
        column.histogram.clear();
    }
    columns
}

fn folder_of(format: &str, files: i64, each: i64) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in 0..files {
        let path = root.path().join(format!("t/part-{file}.{format}"));
        match format {
            "parquet" => write_parquet(&path, &rows(file * each, (file + 1) * each)),
            _ => write_csv(&path, file * each, (file + 1) * each),
        }
    }
    root
}

#[test]
fn a_folder_of_files_has_the_figures_of_one_file_with_the_same_rows() {
    for (files, each) in [(4, 300), (3, 30_000)] {
        let parts = folder_of("parquet", files, each);
        let whole = tempfile::tempdir().unwrap();
        write_parquet(&whole.path().join("t.parquet"), &rows(0, files * each));
        let merged = run(parts.path(), Vec::new(), 2).profile;
        let table = &discover(whole.path()).unwrap()[0];
        let exact = profile_table(whole.path(), table, &options(1), &Unobserved).unwrap();
        assert_eq!(merged.row_count, exact.row_count);
        for (merged, exact) in merged.columns.iter().zip(&exact.columns) {
            let name = &exact.column_name;
            assert_eq!(merged.null_count, exact.null_count, "{name}");
            assert_eq!(
                (&merged.metrics.sum, &merged.metrics.min_value),
                (&exact.metrics.sum, &exact.metrics.min_value),
                "{name}"
            );
            assert_eq!(merged.metrics.length_histogram, exact.metrics.length_histogram, "{name}");
            assert_eq!(merged.metrics.weekday_counts, exact.metrics.weekday_counts, "{name}");
            if each == 300 {
                assert_eq!(merged.estimates, exact.estimates, "{name}");
                assert_eq!(merged.metrics, exact.metrics, "{name}");
                assert_eq!(
                    (&merged.top_values, &merged.histogram),
                    (&exact.top_values, &exact.histogram),
                    "{name}"
                );
            } else {
                let (a, b) = (
                    merged.metrics.distinct_count.unwrap() as f64,
                    exact.metrics.distinct_count.unwrap() as f64,
                );
                assert!((a - b).abs() <= 0.064 * b, "{name}: {a} beside {b}");
            }
        }
    }
}

#[test]
fn only_changed_files_are_read_and_it_makes_no_difference() {
    for (format, each) in [("parquet", 400), ("csv", 400), ("parquet", 30_000), ("csv", 30_000)] {
        let root = folder_of(format, 4, each);
        let write = |file: i64, first: i64, past: i64| {
            let path = root.path().join(format!("t/part-{file}.{format}"));
            match format {
                "parquet" => write_parquet(&path, &rows(first, past)),
                _ => write_csv(&path, first, past),
            }
        };
        let first = run(root.path(), Vec::new(), 2);
        assert_eq!(
            (reading(&first.profile), first.fresh.len(), first.profile.mode),
            ((4, 0), 4, RunMode::Full)
        );
        assert_eq!(first.profile.rows_scanned, 4 * each as u64);
        let stored = stored_after(Vec::new(), &first, 12);

        let same = run(root.path(), stored.clone(), 1);
        assert_eq!(
            (reading(&same.profile), same.fresh.len(), same.profile.mode),
            ((0, 4), 0, RunMode::Partial)
        );
        assert_eq!((same.profile.rows_scanned, same.profile.bytes_scanned), (0, 0));
        assert_eq!(figures(&same.profile), figures(&first.profile), "{format} {each}");
        assert!(same.profile.snapshot.description.ends_with("all 4 files unchanged since run 12"));

        write(2, 700_000, 700_000 + each / 2);
        let changed = run(root.path(), stored.clone(), 2);
        assert_eq!((reading(&changed.profile), changed.fresh.len()), ((1, 3), 1));
        assert_eq!(changed.fresh[0].key, format!("t/part-2.{format}"));
        assert_eq!(changed.profile.rows_scanned, each as u64 / 2);
        let size = fs::metadata(root.path().join(format!("t/part-2.{format}"))).unwrap().len();
        assert_eq!(changed.profile.bytes_scanned, size);
        assert!(
            changed
                .profile
                .snapshot
                .description
                .ends_with("3 of 4 files unchanged since run 12")
        );
        assert_eq!(
            figures(&changed.profile),
            figures(&run(root.path(), Vec::new(), 1).profile),
            "{format} {each}"
        );
        let stored = stored_after(stored, &changed, 13);

        fs::remove_file(root.path().join(format!("t/part-0.{format}"))).unwrap();
        write(7, 900_000, 900_010);
        let moved = run(root.path(), stored, 1);
        assert_eq!((reading(&moved.profile), moved.fresh.len()), ((1, 3), 1));
        assert_eq!(moved.profile.row_count, 2 * each as u64 + each as u64 / 2 + 10);
        assert_eq!(
            figures(&moved.profile),
            figures(&run(root.path(), Vec::new(), 1).profile),
            "{format} {each}"
        );
    }
}

#[test]
fn a_token_that_breaks_the_type_of_its_column_makes_every_file_be_read() {
    let root = folder_of("csv", 3, 30_000);
    let first = run(root.path(), Vec::new(), 2);
    let type_of = |found: &PartitionedProfile| found.profile.columns[0].data_type.clone();
    let before = type_of(&first);
    fs::write(root.path().join("t/part-1.csv"), "id,amount,city\nx17,1.5,City 1\n").unwrap();
    let widened = run(root.path(), stored_after(Vec::new(), &first, 1), 2);
    assert_ne!(type_of(&widened), before);
    assert_eq!((reading(&widened.profile), widened.fresh.len()), ((3, 0), 3));
    assert_eq!(figures(&widened.profile), figures(&run(root.path(), Vec::new(), 1).profile));
    // The widened states serve from now on.
    let again = run(root.path(), stored_after(Vec::new(), &widened, 2), 1);
    assert_eq!(reading(&again.profile), (0, 3));
    assert_eq!(figures(&again.profile), figures(&widened.profile));
}

#[test]
fn a_changed_schema_is_told_and_the_other_files_stay_taken_over() {
    let root = folder_of("parquet", 3, 100);
    let first = run(root.path(), Vec::new(), 1);
    let stored = stored_after(Vec::new(), &first, 1);
    let table = discover(root.path()).unwrap().remove(0);
    let batch = rows(0, 50);
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..50).map(|i| i.to_string())));
    let added: ArrayRef = Arc::new(Int64Array::from_iter_values(0..50));
    let columns = vec![("id", texts, true), ("city", batch.column(3).clone(), true), ("added", added, true)];
    write_parquet(
        &root.path().join("t/part-1.parquet"),
        &RecordBatch::try_from_iter_with_nullable(columns).unwrap(),
    );
    let found = profile_partitions(root.path(), &table, &options(1), stored, &Unobserved).unwrap();
    assert_eq!(reading(&found.profile), (1, 2));
    let column = |name: &str| found.profile.columns.iter().find(|column| column.column_name == name).unwrap();
    let reason = column("id").metrics.query_error.clone().unwrap();
    assert!(reason.contains("part-0.parquet") && reason.contains("part-1.parquet"), "{reason}");
    assert_eq!((column("added").null_count, column("note").null_count), (200, 50));
    assert_eq!(column("city").metrics.distinct_count, Some(23));
}

#[test]
fn states_that_do_not_fit_are_not_taken_over() {
    let root = folder_of("parquet", 3, 100);
    let stored = stored_after(Vec::new(), &run(root.path(), Vec::new(), 1), 1);
    let spoil = |change: fn(&mut StoredPartition)| {
        let mut stored = stored.clone();
        change(&mut stored[1]);
        reading(&run(root.path(), stored, 1).profile)
    };
    assert_eq!(spoil(|_| {}), (0, 3));
    assert_eq!(spoil(|partition| partition.columns.truncate(2)), (1, 2));
    assert_eq!(spoil(|partition| partition.columns.swap(0, 1)), (1, 2));
    assert_eq!(spoil(|partition| partition.rows += 1), (1, 2));
    assert_eq!(spoil(|partition| partition.snapshot_id = "other".into()), (1, 2));
    assert_eq!(spoil(|partition| *partition.columns[3].bytes.last_mut().unwrap() ^= 1), (1, 2));
}

#[test]
fn values_in_paths_are_found_anew_each_time() {
    for format in ["parquet", "csv"] {
        let root = tempfile::tempdir().unwrap();
        let write = |year: &str, first: i64| {
            let path = root.path().join(format!("t/year={year}/part.{format}"));
            match format {
                "parquet" => write_parquet(&path, &rows(first, first + 50)),
                _ => write_csv(&path, first, first + 50),
            }
        };
        write("2024", 0);
        write("2025", 50);
        let first = run(root.path(), Vec::new(), 1);
        assert_eq!(
            (
                first.profile.columns[0].column_name.as_str(),
                first.profile.columns[0].data_type.as_str()
            ),
            ("year", "bigint")
        );
        write("later", 100);
        let found = run(root.path(), stored_after(Vec::new(), &first, 3), 1);
        assert_eq!(reading(&found.profile), (1, 2));
        assert_eq!(found.profile.columns[0].data_type, "string");
        assert_eq!(found.profile.columns[0].metrics.distinct_count, Some(3));
        assert_eq!(
            figures(&found.profile),
            figures(&run(root.path(), Vec::new(), 1).profile),
            "{format}"
        );
    }
}

#[test]
fn a_file_whose_column_has_no_type_and_one_with_nothing_in_it_are_taken_over() {
    let root = tempfile::tempdir().unwrap();
    let of = |array: ArrayRef| RecordBatch::try_from_iter_with_nullable([("n", array, true)]).unwrap();
    let texts = of(Arc::new(StringArray::from_iter_values(["a", "b"])));
    let nulls = of(new_null_array(&DataType::Null, 3));
    for (path, batch) in [
        ("t/k=1/a.parquet", &nulls),
        ("t/k=2/a.parquet", &texts),
        ("t/k=3/a.parquet", &nulls),
    ] {
        write_parquet(&root.path().join(path), batch);
    }
    let csv = tempfile::tempdir().unwrap();
    write_csv(&csv.path().join("t/k=1/a.csv"), 0, 5);
    fs::create_dir_all(csv.path().join("t/k=2")).unwrap();
    fs::write(csv.path().join("t/k=2/a.csv"), "").unwrap();
    for (root, files, rows, nulls) in [(root.path(), 3, 8, 6), (csv.path(), 2, 5, 0)] {
        let first = run(root, Vec::new(), 2);
        assert_eq!((reading(&first.profile), first.fresh.len()), ((files, 0), files as usize));
        let own = first.profile.columns.last().unwrap();
        assert_eq!(
            (first.profile.row_count, own.null_count, own.metrics.query_error.as_deref()),
            (rows, nulls, None)
        );
        let again = run(root, stored_after(Vec::new(), &first, 1), 1);
        assert_eq!(reading(&again.profile), (0, files));
        assert_eq!(figures(&again.profile), figures(&first.profile));
    }
}

#[test]
fn a_column_that_a_later_file_of_a_series_adds_is_null_in_those_before() {
    let before = ["id,amount\n1,5\n2,6\n", "{\"id\":1,\"amount\":5}\n{\"id\":2,\"amount\":6}\n"];
    let after = [
        "id,store,amount\n3,A,7\n4,B,8\n",
        "{\"id\":3,\"store\":\"A\",\"amount\":7}\n{\"id\":4,\"store\":\"B\",\"amount\":8}\n",
    ];
    for (format, before, after) in [("csv", before[0], after[0]), ("jsonl", before[1], after[1])] {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(root.path().join(format!("{name}.{format}")), text).unwrap();
        write("sales-2023", before);
        write("sales-2024", before);
        let first = run(root.path(), Vec::new(), 1);
        write("sales-2025", after);
        let again = run(root.path(), stored_after(Vec::new(), &first, 1), 2);
        assert_eq!(reading(&again.profile), (1, 2), "{format}");
        assert_eq!(
            figures(&again.profile),
            figures(&run(root.path(), Vec::new(), 1).profile),
            "{format}"
        );
        let nulls: Vec<(&str, u64)> = again
            .profile
            .columns
            .iter()
            .map(|column| (column.column_name.as_str(), column.null_count))
            .collect();
        assert_eq!(nulls, [("id", 0), ("amount", 0), ("store", 4)], "{format}");
    }
}
