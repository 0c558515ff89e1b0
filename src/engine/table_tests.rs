//! Whole tables: files of every format, good and hostile, through `profile_table`.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::{Int32Type, Int64Type};
use chrono::DateTime;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::limits::ColumnLimits;
use super::profile::profile_with_limits;
use super::*;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::TableProfile;

fn options() -> ProfileOptions {
    ProfileOptions {
        clock: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        ..ProfileOptions::default()
    }
}

fn write_parquet(path: &Path, columns: Vec<(&str, ArrayRef)>, group_rows: usize) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn only_table(root: &Path) -> FoundTable {
    let tables = discover(root).unwrap();
    assert_eq!(tables.len(), 1, "{tables:?}");
    tables.into_iter().next().unwrap()
}

fn profile(root: &Path) -> TableProfile {
    let table = profile_table(root, &only_table(root), &options(), &Unobserved).unwrap();
    assert_eq!(table.broken_invariants(), Vec::<String>::new());
    table
}

fn profile_text(name: &str, content: &[u8]) -> TableProfile {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), content).unwrap();
    profile(root.path())
}

fn column<'a>(table: &'a TableProfile, name: &str) -> &'a ColumnProfile {
    table
        .columns
        .iter()
        .find(|column| column.column_name == name)
        .unwrap_or_else(|| panic!("no column {name}"))
}

fn types(table: &TableProfile) -> Vec<(&str, &str)> {
    table
        .columns
        .iter()
        .map(|column| (column.column_name.as_str(), column.data_type.as_str()))
        .collect()
}

#[test]
fn a_parquet_file_is_profiled_with_every_family() {
    let root = tempfile::tempdir().unwrap();
    let dictionary: DictionaryArray<Int32Type> = vec![Some("x"), Some("y"), None, Some("x"), Some("x")].into_iter().collect();
    let lists =
        ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(1), None]), None]);
    write_parquet(
        &root.path().join("t.parquet"),
        vec![
            ("id", Arc::new(Int64Array::from_iter_values([5, 3, 1, 2, 4])) as ArrayRef),
            ("big", Arc::new(UInt64Array::from_iter_values([u64::MAX, u64::MAX, 1, 2, 3]))),
            (
                "real",
                Arc::new(Float64Array::from(vec![Some(-0.0), Some(0.0), Some(f64::NAN), None, Some(2.5)])),
            ),
            ("kind", Arc::new(dictionary)),
            (
                "at",
                Arc::new(TimestampNanosecondArray::from(vec![-1, 0, 86_400_000_000_000, 1, 1])),
            ),
            ("list", Arc::new(lists)),
            (
                "text",
                Arc::new(StringArray::from(vec![Some("a"), Some(""), Some("N/A"), None, Some("Ä b")])),
            ),
        ],
        1_000,
    );
    let table = profile(root.path());
    assert_eq!((table.row_count, table.column_count, table.format.as_str()), (5, 8, "parquet"));
    let id = &column(&table, "id").metrics;
    assert_eq!(
        (id.median, id.avg_value, id.sum.as_ref().unwrap().as_str(), id.distinct_count),
        (Some(3.0), Some(3.0), "15", Some(5))
    );
    assert!(column(&table, "id").is_candidate_key());
    assert_eq!(column(&table, "big").metrics.sum.as_ref().unwrap().as_str(), "36893488147419103236");
    let real = &column(&table, "real").metrics;
    assert_eq!(
        (real.zero_count, real.nan_count, real.distinct_count, real.max_value.as_deref()),
        (Some(2), Some(1), Some(3), Some("2.5"))
    );
    let kind = column(&table, "kind");
    assert_eq!(
        (kind.null_count, kind.top_values[0].count, kind.general_type),
        (1, 3, GeneralType::Text)
    );
    let at = &column(&table, "at").metrics;
    assert_eq!(at.min_date.as_deref(), Some("1969-12-31T23:59:59.999999999"));
    assert_eq!((at.days_present, at.midnight_count, at.date_span_days), (Some(3), Some(2), Some(2)));
    let list = column(&table, "list");
    assert_eq!(
        (list.general_type, list.data_type.as_str(), list.null_count),
        (GeneralType::Other, "array<bigint>", 2)
    );
    assert_eq!(list.top_values[0].value, "[1,null]");
    let text = &column(&table, "text").metrics;
    assert_eq!(
        (text.dummy_count, text.missing_count, text.zero_length_count, text.non_ascii_count),
        (Some(1), Some(3), Some(1), Some(1))
    );
    assert_eq!((text.avg_length, text.mixed_case_count), (Some(7.0 / 3.0), Some(1)));
}

#[test]
fn threads_and_parts_change_nothing() {
    let root = tempfile::tempdir().unwrap();
    let values: Vec<i64> = (0..40_000).map(|i| i * 7_919 % 10_007).collect();
    write_parquet(
        &root.path().join("t.parquet"),
        vec![
            ("n", Arc::new(Int64Array::from_iter_values(values.iter().copied())) as ArrayRef),
            (
                "r",
                Arc::new(Float64Array::from_iter_values(values.iter().map(|v| *v as f64 * 0.1))),
            ),
            (
                "s",
                Arc::new(StringArray::from_iter_values(values.iter().map(|v| format!("v{}", v % 500)))),
            ),
        ],
        3_000,
    );
    let table = only_table(root.path());
    let one = profile_table(root.path(), &table, &options(), &Unobserved).unwrap();
    let four = profile_table(root.path(), &table, &ProfileOptions { threads: 4, ..options() }, &Unobserved).unwrap();
    assert_eq!(one.columns, four.columns);
    let small = ColumnLimits {
        values: 1_000,
        hashes: 0,
        shapes: 100,
    };
    let sketched = profile_with_limits(root.path(), &table, &options(), small, &Unobserved).unwrap();
    assert_eq!(sketched.broken_invariants(), Vec::<String>::new());
    let (exact, rough) = (&one.columns[0], &sketched.columns[0]);
    assert!(rough.is_estimate("median") && !exact.is_estimate("median"));
    assert_eq!(exact.metrics.sum, rough.metrics.sum);
    assert_eq!(
        (&exact.metrics.min_value, exact.metrics.zero_count),
        (&rough.metrics.min_value, rough.metrics.zero_count)
    );
    let rank = values.iter().filter(|v| **v as f64 <= rough.metrics.median.unwrap()).count() as f64 / values.len() as f64;
    assert!((rank - 0.5).abs() <= rough.estimates["median"].error);
    assert_eq!(
        exact.histogram, rough.histogram,
        "bins at round edges are exact also after the values are gone"
    );
}

#[test]
fn a_column_that_several_threads_read_in_parts_is_one_column() {
    let rows = 40_000_i64;
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter(
        (0..rows).map(|row| (row % 11 > 0).then_some(row * 7_919 % 5_003)),
    ));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..rows).map(|row| format!("Name {}", row * 31 % 20_011)),
    ));
    for (name, values) in [("numbers", numbers), ("texts", texts)] {
        let root = tempfile::tempdir().unwrap();
        for part in 0..2_i64 {
            let half = values.slice((part * rows / 2) as usize, rows as usize / 2);
            fs::create_dir_all(root.path().join("t")).unwrap();
            write_parquet(&root.path().join(format!("t/{part}.parquet")), vec![(name, half)], 3_000);
        }
        let table = only_table(root.path());
        let with = |threads| {
            let mut profile = profile_table(root.path(), &table, &ProfileOptions { threads, ..options() }, &Unobserved).unwrap();
            profile.duration_ms = 0;
            profile
        };
        let one = with(1);
        assert_eq!(one.columns[0].row_count, rows as u64);
        for threads in [2, 3, 5] {
            assert_eq!(with(threads), one, "{name}, {threads} threads");
        }
    }
}

#[test]
fn csv_types_come_from_the_tokens_and_nulls_from_empty_fields() {
    let table = profile_text(
        "t.csv",
        b"\xEF\xBB\xBFid;zip;day;at;ok;note;empty\n1;02134;2013-01-01;2013-01-01T05:00:00Z;true;\"a\nb\";\n2;02135;2013-01-02;2013-01-01T06:00:00+01:00;false;\"\";\n3;;;;;plain;\n",
    );
    assert_eq!(
        types(&table),
        [
            ("id", "bigint"),
            ("zip", "string"),
            ("day", "date"),
            ("at", "timestamp"),
            ("ok", "boolean"),
            ("note", "string"),
            ("empty", "string")
        ]
    );
    assert_eq!(table.row_count, 3);
    assert_eq!(
        (column(&table, "note").null_count, column(&table, "note").metrics.zero_length_count),
        (0, Some(1))
    );
    assert_eq!((column(&table, "zip").null_count, column(&table, "empty").null_count), (1, 3));
    assert_eq!(column(&table, "at").metrics.distinct_count, Some(1), "one instant in two zones");
    assert_eq!(column(&table, "empty").metrics.distinct_count, Some(0));
}

#[test]
fn ragged_rows_are_counted_and_reported_and_left_out() {
    let table = profile_text("t.csv", b"a,b\n1,2\n3\n\n4,5,6\n7,8\n");
    let rejected = table.rejected.unwrap();
    assert_eq!(
        (table.row_count, rejected.count, rejected.first.as_str()),
        (2, 2, "t.csv, line 3: 1 fields instead of 2")
    );
    let table = profile_text("t.jsonl", b"{\"a\":1}\n[2]\n\n{\"a\":3,\"b\":[1]}\n");
    assert_eq!(
        (table.row_count, table.rejected.unwrap().first.as_str()),
        (2, "t.jsonl, line 2, byte 1: the line is not a JSON object")
    );
}

#[test]
fn compressed_text_is_read_like_plain_text() {
    use std::io::Write;
    let text: String = std::iter::once("n,s\n".to_owned())
        .chain((0..30_000).map(|i| format!("{i},x{}\n", i % 7)))
        .collect();
    let plain = profile_text("t.csv", text.as_bytes());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    for (name, bytes) in [
        ("t.csv.gz", gzip.clone()),
        ("t.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap()),
    ] {
        assert_eq!(profile_text(name, &bytes).columns, plain.columns, "{name}");
    }
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("cut.csv.gz"), &gzip[..gzip.len() / 2]).unwrap();
    let error = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap_err();
    assert!(matches!(error, EngineError::Malformed { byte: Some(_), .. }), "{error}");
}

#[test]
fn json_lines_keep_digits_nested_values_and_late_keys() {
    let table = profile_text(
        "t.jsonl",
        b"{\"id\":9007199254740993,\"day\":\"2013-01-01\",\"tags\":[\"a\", 1]}\n{\"id\":1,\"late\":true,\"mixed\":1}\n{\"id\":2,\"mixed\":\"1\"}\n",
    );
    assert_eq!(
        types(&table),
        [
            ("id", "bigint"),
            ("day", "date"),
            ("tags", "json"),
            ("tags.length", "bigint"),
            ("late", "boolean"),
            ("mixed", "string")
        ]
    );
    assert_eq!(column(&table, "id").metrics.max_value.as_deref(), Some("9007199254740993"));
    assert_eq!((column(&table, "late").row_count, column(&table, "late").null_count), (3, 2));
    assert_eq!(column(&table, "tags").general_type, GeneralType::Other);
}

#[test]
fn a_type_that_breaks_late_is_found_by_a_second_look() {
    let root = tempfile::tempdir().unwrap();
    let text: String = std::iter::once("n,m\n".to_owned())
        .chain((0..500).map(|i| format!("{i},{i}\n")))
        .chain(["1.5,x\n".to_owned()])
        .collect();
    fs::write(root.path().join("t.csv"), text).unwrap();
    let limits = ColumnLimits {
        values: 100,
        hashes: 0,
        shapes: 50,
    };
    let table = profile_with_limits(root.path(), &only_table(root.path()), &options(), limits, &Unobserved).unwrap();
    assert_eq!(types(&table), [("n", "double"), ("m", "string")]);
    assert_eq!(table.row_count, 501);
    assert_eq!(column(&table, "n").metrics.max_value.as_deref(), Some("499"));
    assert_eq!(column(&table, "m").metrics.numeric_count, Some(500));
    assert_eq!(table.broken_invariants(), Vec::<String>::new());
}

#[test]
fn a_column_that_hardly_repeats_is_settled_early_and_read_again_where_that_was_wrong() {
    let lines = |last: &str| {
        let rows = (0..90_000).map(|i| {
            format!(
                "{},2023-01-01 {:02}:{:02}:{:02}.{:06}\n",
                i * 7,
                i / 3_600 % 24,
                i / 60 % 60,
                i % 60,
                i
            )
        });
        std::iter::once("n,at\n".to_owned()).chain(rows).collect::<String>() + last
    };
    let right = profile_text("t.csv", lines("").as_bytes());
    assert_eq!(types(&right), [("n", "bigint"), ("at", "timestamp_ntz")]);
    let n = &column(&right, "n").metrics;
    assert_eq!((n.distinct_count, n.max_value.as_deref()), (Some(90_000), Some("629993")));
    assert_eq!(
        column(&right, "at").metrics.max_value.as_deref(),
        Some("2023-01-01T23:59:59.086399")
    );
    let wrong = profile_text("t.csv", lines("x,y\n").as_bytes());
    assert_eq!(types(&wrong), [("n", "string"), ("at", "string")]);
    assert_eq!(column(&wrong, "n").metrics.distinct_count, Some(90_001));
}

#[test]
fn several_threads_on_one_text_file_find_what_one_does() {
    let root = tempfile::tempdir().unwrap();
    let kinds = ["", "\"a, b\"", "\"say \"\"so\"\"\"", "plain", "\"two\nlines\""];
    let rows = (0..60_000_u64).map(|i| format!("{i},{},{},{}\n", i * i % 977, kinds[(i % 5) as usize], i as f64 * 0.25));
    let text: String = std::iter::once("id,code,text,real\n".to_owned()).chain(rows).collect();
    fs::write(root.path().join("t.csv"), text + "ragged\n").unwrap();
    let table = only_table(root.path());
    let with = |threads| {
        let mut profile = profile_table(root.path(), &table, &ProfileOptions { threads, ..options() }, &Unobserved).unwrap();
        profile.duration_ms = 0;
        profile
    };
    let one = with(1);
    assert_eq!(
        (one.row_count, one.rejected.as_ref().map(|rejected| rejected.count)),
        (60_000, Some(1))
    );
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
}

#[test]
fn a_damaged_column_fails_alone() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("t.parquet");
    let noise: Vec<String> = (0..5_000_u64)
        .map(|i| format!("{:x}", i.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect();
    write_parquet(
        &path,
        vec![
            ("good", Arc::new(Int64Array::from_iter_values(0..5_000)) as ArrayRef),
            ("bad", Arc::new(StringArray::from_iter_values(&noise))),
        ],
        5_000,
    );
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes
        .windows(16)
        .position(|window| window == &noise[100].as_bytes()[..16.min(noise[100].len())])
        .unwrap();
    // The length before a text is four bytes: a huge one makes the page unreadable.
    bytes[at - 4..at].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F]);
    fs::write(&path, bytes).unwrap();
    let table = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap();
    assert_eq!(
        (table.row_count, column(&table, "good").metrics.distinct_count),
        (5_000, Some(5_000))
    );
    let reason = column(&table, "bad").metrics.query_error.as_deref().unwrap();
    assert!(reason.contains("t.parquet") && reason.contains("row"), "{reason}");
}

#[test]
fn hostile_files_are_refused_with_place_and_remedy() {
    for (name, content) in [
        ("a.parquet", &b"PAR1 not really PAR1"[..]),
        ("b.parquet", b""),
        ("c.csv", b""),
        ("d.csv", b"a,b\n1,\"open\n2,3\n"),
        ("e.csv", b"\xFF\xFE\0\0a\0\0\0"),
        ("h.csv", b"BZh91AY&SY and so on"),
        ("i.arrow", b"ARROW1\0\0 and no more"),
        ("j.feather", b"FEA1 of long ago"),
        ("f.csv.gz", b"not gzip at all"),
        ("g.csv.zst", b"not zstd at all"),
    ] {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(name), content).unwrap();
        let error = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!error.remedy().is_empty() && !error.stops_the_run(), "{error}");
    }
    let error = {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("d.csv"), b"a,b\n1,2\n1,\"open\n2,3\n").unwrap();
        profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap_err()
    };
    assert!(
        matches!(
            error,
            EngineError::Malformed {
                row: Some(3),
                byte: Some(8),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_table_of_several_files_is_one_table() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("sales")).unwrap();
    for (year, rows) in [(2024, 3), (2025, 5)] {
        let text: String = std::iter::once("day,amount\n".to_owned())
            .chain((1..=rows).map(|i| format!("{year}-01-0{i},{i}.5\n")))
            .collect();
        fs::write(root.path().join(format!("sales/{year}.csv")), text).unwrap();
    }
    let table = profile(root.path());
    assert_eq!(
        (table.table_name.as_str(), table.row_count, table.snapshot.files.len()),
        ("sales", 8, 2)
    );
    assert_eq!(types(&table), [("day", "date"), ("amount", "double")]);
    assert!(table.snapshot.description.starts_with("2 files, "));
    let id = table.snapshot.id;
    fs::write(root.path().join("sales/2025.csv"), "day,amount\n2025-01-01,1.5\n").unwrap();
    assert_ne!(profile(root.path()).snapshot.id, id);
}

/// Counts, and cancels once so many rows were read.
struct Canceller {
    rows: AtomicU64,
    bytes: AtomicU64,
    cancel_after: u64,
}

impl Observer for Canceller {
    fn progress(&self, rows: u64, bytes: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.rows.load(Ordering::Relaxed) >= self.cancel_after
    }
}

#[test]
fn cancelling_stops_at_the_next_batch_and_progress_adds_up() {
    let root = tempfile::tempdir().unwrap();
    let text: String = std::iter::once("n,m\n".to_owned())
        .chain((0..50_000).map(|i| format!("{i},1\n")))
        .collect();
    fs::write(root.path().join("t.csv"), &text).unwrap();
    let table = only_table(root.path());
    let watcher = |cancel_after| Canceller {
        rows: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        cancel_after,
    };
    let patient = watcher(u64::MAX);
    profile_table(root.path(), &table, &options(), &patient).unwrap();
    assert_eq!((patient.rows.into_inner(), patient.bytes.into_inner()), (50_000, text.len() as u64));
    let hasty = watcher(10_000);
    assert!(matches!(
        profile_table(root.path(), &table, &options(), &hasty),
        Err(EngineError::Cancelled)
    ));
    assert!(hasty.rows.into_inner() < 20_000);
}

/// Appends to the file while it is read.
struct Meddler<'a>(&'a Path);

impl Observer for Meddler<'_> {
    fn progress(&self, _rows: u64, _bytes: u64) {
        let mut text = fs::read(self.0).unwrap();
        text.extend_from_slice(b"9\n");
        fs::write(self.0, text).unwrap();
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("t.csv");
    fs::write(&path, "a\n1\n2\n").unwrap();
    let result = profile_table(root.path(), &only_table(root.path()), &options(), &Meddler(&path));
    assert!(matches!(result, Err(EngineError::Changed { .. })), "{result:?}");
}

#[test]
fn old_int96_instants_do_not_wrap_around() {
    use parquet::data_type::{Int96, Int96Type};
    use parquet::file::writer::SerializedFileWriter;
    let root = tempfile::tempdir().unwrap();
    let schema = parquet::schema::parser::parse_message_type("message t { required int96 at; }").unwrap();
    let file = fs::File::create(root.path().join("t.parquet")).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column_writer = group.next_column().unwrap().unwrap();
    // Julian days: 0001-01-01 and 9999-12-31, both at midnight.
    let values: Vec<Int96> = [1_721_426_u32, 5_373_484].map(|day| Int96::from(vec![0, 0, day])).to_vec();
    column_writer.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column_writer.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let table = profile(root.path());
    let at = &column(&table, "at").metrics;
    assert_eq!(
        (at.min_date.as_deref(), at.max_date.as_deref()),
        (Some("0001-01-01T00:00:00"), Some("9999-12-31T00:00:00"))
    );
}
