//! Files of every format, with values that are easily lost: nulls, empty texts, NaN, negative zeros, quotes, control characters, days
//! before 1970, decimals, nested columns, partitions.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{DataType, Field, Fields, Int8Type, TimeUnit};

use super::*;
use crate::domain::row_filter::RowFilter;
use crate::domain::row_look::LookEnd;
use crate::domain::table_scope::TableScope;
use crate::engine::{discover, profile_table};

fn options() -> ProfileOptions {
    ProfileOptions {
        clock: clock(),
        deadline_ms: 0,
        ..ProfileOptions::default()
    }
}

/// Profiles what lies in a folder as one table.
fn profiled(folder: &Path, scope: TableScope) -> (SourceRoot, FoundTable, TableProfile) {
    let mut found = discover(folder).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let table = FoundTable { scope, ..found.remove(0) };
    let profile = profile_table(folder, &table, &options(), &Unobserved).unwrap();
    assert_eq!(profile.broken_invariants(), Vec::<String>::new());
    (SourceRoot::Folder(folder.to_owned()), table, profile)
}

fn assert_folder(folder: &Path, scope: TableScope) -> TableProfile {
    let (root, table, profile) = profiled(folder, scope);
    let held = assert_agreement(&root, &table, &profile, &TableContext::of_profile(&profile, None), |_| None);
    assert!(held > 40, "{held} figures");
    profile
}

/// 400 rows of everything.
fn batch() -> RecordBatch {
    let texts = [
        Some(""),
        Some(" "),
        Some("\t"),
        Some(" lead"),
        Some("n/a"),
        Some("O'Brien \"x\""),
        Some("\"q\""),
        Some("zero\u{200b}width"),
        Some("a\0b\n"),
        None,
        Some("ÄRGER"),
        Some("Straße 7"),
        Some("000"),
        Some("12.5"),
        Some("2013-02-28"),
        Some("yes"),
        Some("ends "),
        Some("=1+1"),
        Some("ʼn中"),
        Some("x"),
    ];
    let reals = [
        Some(0.0),
        Some(-0.0),
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        None,
        Some(1e-7),
        Some(0.1),
        Some(-1.5),
        Some(1e300),
    ];
    let whole = |row: i64| (row % 11 != 0).then(|| (row - 200) * 7);
    let rows = 0..400_i64;
    let field = |name: &str, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
    let inner: ArrayRef = Arc::new(StringArray::from_iter(
        rows.clone().map(|row| (row % 3 > 0).then(|| format!("b{}", row % 5))),
    ));
    let fields = Fields::from(vec![field("b", &inner)]);
    let nulls = arrow::buffer::NullBuffer::from_iter(rows.clone().map(|row| row % 13 != 0));
    let mut lists = ListBuilder::new(Int64Builder::new());
    let mut dictionary = StringDictionaryBuilder::<Int8Type>::new();
    for row in rows.clone() {
        dictionary.append_option((row % 4 > 0).then(|| ["", "red", "blue"][(row % 3) as usize]));
        lists.append_option((row % 7 > 0).then(|| (0..row % 4).map(Some).collect::<Vec<_>>()));
    }
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (
            "words",
            Arc::new(StringArray::from_iter(rows.clone().map(|row| texts[(row % 20) as usize]))),
        ),
        (
            "reals",
            Arc::new(Float64Array::from_iter(rows.clone().map(|row| reals[(row % 10) as usize]))),
        ),
        (
            "single",
            Arc::new(Float32Array::from_iter(
                rows.clone().map(|row| (row % 9 > 0).then(|| row as f32 / 3.0 - 50.0)),
            )),
        ),
        ("whole", Arc::new(Int64Array::from_iter(rows.clone().map(whole)))),
        (
            "huge",
            Arc::new(UInt64Array::from_iter(rows.clone().map(|row| Some(u64::MAX - row as u64 % 6)))),
        ),
        (
            "money",
            Arc::new(
                Decimal128Array::from_iter(rows.clone().map(|row| (row % 8 > 0).then_some(i128::from(row) * 5 - 700)))
                    .with_precision_and_scale(12, 2)
                    .unwrap(),
            ),
        ),
        (
            "truth",
            Arc::new(BooleanArray::from_iter(
                rows.clone().map(|row| (row % 5 > 0).then_some(row % 2 == 0)),
            )),
        ),
        (
            "day",
            Arc::new(Date32Array::from_iter(
                rows.clone().map(|row| (row % 6 > 0).then_some(row as i32 * 91 - 18_000)),
            )),
        ),
        (
            "at",
            Arc::new(
                TimestampMicrosecondArray::from_iter(
                    rows.clone()
                        .map(|row| (row % 6 > 0).then_some(row * 3_600_000_001 - 500_000_000_000)),
                )
                .with_timezone("UTC"),
            ),
        ),
        (
            "nanos",
            Arc::new(TimestampNanosecondArray::from_iter(
                rows.clone().map(|row| Some(row * 86_399_999_999_999 - 9_000_000_000_000_001)),
            )),
        ),
        (
            "clock",
            Arc::new(Time64MicrosecondArray::from_iter(
                rows.clone().map(|row| Some(row % 30 * 1_000_001)),
            )),
        ),
        (
            "bytes",
            Arc::new(BinaryArray::from_iter(
                rows.clone().map(|row| (row % 4 > 0).then(|| vec![0_u8, row as u8 % 3, 255])),
            )),
        ),
        ("colour", Arc::new(dictionary.finish())),
        ("list", Arc::new(lists.finish())),
        ("nothing", Arc::new(Int32Array::from_iter(rows.clone().map(|_| None::<i32>)))),
    ];
    columns.push(("a", Arc::new(StructArray::new(fields, vec![inner], Some(nulls)))));
    assert!(matches!(
        columns[8].1.data_type(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_))
    ));
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(150))
        .build();
    let mut writer = parquet::arrow::ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_arrow(path: &Path, batch: &RecordBatch) {
    let mut writer = arrow::ipc::writer::FileWriter::try_new(fs::File::create(path).unwrap(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

#[test]
fn parquet_shows_as_many_rows_as_each_figure_counts() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&folder.path().join("all.parquet"), &batch());
    let profile = assert_folder(folder.path(), TableScope::default());
    for name in ["a.b", "list", "list.length", "colour", "nanos"] {
        assert!(profile.columns.iter().any(|column| column.column_name == name), "{name}");
    }
}

#[test]
fn arrow_shows_as_many_rows_as_each_figure_counts() {
    let folder = tempfile::tempdir().unwrap();
    write_arrow(&folder.path().join("all.arrow"), &batch());
    assert_folder(folder.path(), TableScope::default());
}

#[test]
fn a_partitioned_folder_shows_rows_of_all_its_files_and_says_of_which() {
    let folder = tempfile::tempdir().unwrap();
    for (key, from) in [("region=no%20rth", 0), ("region=__HIVE_DEFAULT_PARTITION__", 150)] {
        fs::create_dir(folder.path().join(key)).unwrap();
        write_parquet(&folder.path().join(key).join("part.parquet"), &batch().slice(from, 150));
    }
    let profile = assert_folder(folder.path(), TableScope::default());
    let region = profile.columns.iter().find(|column| column.column_name == "region").unwrap();
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    let looked = look(&root, &table, &profile, region, &RowCondition::Value("no rth".into()));
    assert_eq!((looked.found, looked.searched), (150, 300));
    assert!(
        looked.files.iter().all(|file| file.starts_with("region=no%20rth/")),
        "{:?}",
        looked.files
    );
}

#[test]
fn a_filter_and_left_out_columns_hold_for_the_rows_too() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&folder.path().join("all.parquet"), &batch());
    let scope = TableScope {
        left_out: vec!["bytes".into(), "list".into()],
        row_filter: Some(RowFilter::parse("whole > 100 and words is not null").unwrap()),
    };
    let profile = assert_folder(folder.path(), scope.clone());
    let (root, table, _) = profiled(folder.path(), scope);
    let looked = look(&root, &table, &profile, &profile.columns[0], &RowCondition::Is(RowFeature::Filled));
    assert!(
        !looked.columns.iter().any(|name| name == "bytes" || name == "list"),
        "{:?}",
        looked.columns
    );
    let whole = looked.columns.iter().position(|name| name == "whole").unwrap();
    for row in &looked.rows {
        assert!(row[whole].text.as_ref().unwrap().parse::<i64>().unwrap() > 100);
    }
}

const CSV: &str = "id,name,amount,day,at,flag\n\
    1,\"O'Brien, \"\"x\"\"\",1.50,1969-12-31,2013-01-01T00:00:00+01:00,TRUE\n\
    2,\"\",-0,1970-01-01,2012-12-31T23:00:00Z,false\n\
    3,,nan,1900-02-28,,\n\
    4,\"line\nbreak\",1e3,,2013-06-01T10:00:00.25Z,true\n\
    5, n/a ,0,1969-12-31,2013-01-01T00:00:00+01:00,true\n\
    6,=cmd,1.5,2024-02-29,2013-01-01T00:00:00+01:00,False\n";

#[test]
fn csv_shows_as_many_rows_as_each_figure_counts() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.csv"), CSV).unwrap();
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    let held = assert_agreement(&root, &table, &profile, &TableContext::of_profile(&profile, None), |_| None);
    assert!(held > 60, "{held}");
    let amount = profile.columns.iter().find(|column| column.column_name == "amount").unwrap();
    assert_eq!(amount.data_type, "double");
    // 1.50 and 1.5 are one value, and each row shows what stands in the file.
    let looked = look(&root, &table, &profile, amount, &RowCondition::Value("1.5".into()));
    let texts: Vec<_> = looked.rows.iter().map(|row| row[2].text.clone().unwrap()).collect();
    assert_eq!(texts, ["1.50", "1.5"]);
    let name = &profile.columns[1];
    let empty = look(&root, &table, &profile, name, &RowCondition::Is(RowFeature::Empty));
    let null = look(&root, &table, &profile, name, &RowCondition::Is(RowFeature::Null));
    assert_eq!(
        (empty.rows[0][0].text.as_deref(), empty.rows[0][1].text.as_deref()),
        (Some("2"), Some(""))
    );
    assert_eq!(
        (null.rows[0][0].text.as_deref(), null.rows[0][1].text.as_deref()),
        (Some("3"), None)
    );
}

#[test]
fn bytes_that_are_no_text_and_texts_that_were_cut_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let long = "ß".repeat(5_000);
    let mut bytes = format!("id,word\n1,{long}\n2,{long}x\n3,").into_bytes();
    bytes.extend_from_slice(b"caf\xe9\n4,caf\n5,");
    bytes.extend_from_slice("ß".repeat(4_096).as_bytes());
    bytes.push(b'\n');
    fs::write(folder.path().join("odd.csv"), bytes).unwrap();
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    let word = &profile.columns[1];
    let broken = word
        .top_values
        .iter()
        .find(|top| top.value.starts_with("caf") && top.value != "caf")
        .unwrap();
    assert_eq!(
        look(&root, &table, &profile, word, &RowCondition::of_listed(&broken.value)).found,
        1
    );
    let cut = word.top_values.iter().find(|top| top.value.ends_with('…')).unwrap();
    // Of both texts no more is known than their common beginning.
    let looked = look(&root, &table, &profile, word, &RowCondition::of_listed(&cut.value));
    assert_eq!((cut.count, looked.found), (1, 2));
    let cell = &looked.rows[0][1];
    assert!(cell.is_cut && cell.text.as_ref().unwrap().chars().count() == 4_096);
    let whole = look(&root, &table, &profile, word, &RowCondition::Value("ß".repeat(4_096)));
    assert!(whole.found == 1 && !whole.rows[0][1].is_cut);
}

#[test]
fn json_lines_show_as_many_rows_as_each_figure_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for row in 0..60 {
        text += &match row % 4 {
            0 => format!(
                "{{\"id\": {row}, \"who\": {{\"name\": \"n{}\", \"age\": {}}}, \"tags\": [1, 2], \"on\": \"1969-12-{:02}\"}}\n",
                row % 3,
                row - 20,
                row % 28 + 1
            ),
            1 => format!("{{\"id\": {row}, \"who\": {{}}, \"note\": \"a\\u0000\\n\\\"\", \"tags\": []}}\n"),
            2 => format!("{{\"id\": {row}.5, \"who\": null, \"flag\": {}}}\n", row % 8 == 2),
            _ => format!(
                "{{\"id\": null, \"late\": \"x{row}\", \"mixed\": {}}}\n",
                if row % 8 == 3 { "\"7\"" } else { "7" }
            ),
        };
    }
    fs::write(folder.path().join("events.jsonl"), text).unwrap();
    let profile = assert_folder(folder.path(), TableScope::default());
    for name in ["who.name", "who.age", "late", "tags", "tags.length"] {
        assert!(profile.columns.iter().any(|column| column.column_name == name), "{name}");
    }
}

#[test]
fn an_object_that_is_null_in_the_rows_shown_is_no_column_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let mut text: String = (0..10_000).map(|row| format!("{{\"id\":{row},\"who\":null}}\n")).collect();
    text.push_str("{\"id\":10000,\"who\":{\"name\":\"a\"}}\n");
    fs::write(folder.path().join("late.jsonl"), text).unwrap();
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    for (feature, found) in [(RowFeature::Null, 10_000), (RowFeature::Filled, 1)] {
        let looked = look(&root, &table, &profile, &profile.columns[1], &RowCondition::Is(feature));
        assert_eq!(
            (looked.found, &*looked.columns),
            (found, &["id".to_owned(), "who.name".to_owned()][..])
        );
        assert!(looked.rows.iter().all(|row| row.len() == 2));
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&folder.path().join("all.parquet"), &batch());
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    let whole = profile.columns.iter().find(|column| column.column_name == "whole").unwrap();
    let mut seen = Vec::new();
    for page in 0..20_u64 {
        let plan = LookPlan {
            skip: page * 20,
            limit: 20,
            ..plan(&root, &table, &profile, whole, &RowCondition::Is(RowFeature::Filled))
        };
        let looked = look_at_rows(&plan, &Unobserved).unwrap();
        assert_eq!(looked.found, whole.non_null_count);
        seen.extend(looked.rows.iter().map(|row| row[3].text.clone().unwrap().parse::<i64>().unwrap()));
    }
    let expected: Vec<i64> = (0..400).filter(|row| row % 11 != 0).map(|row| (row - 200) * 7).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_full_page_need_not_count_the_rest_and_says_what_was_searched() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&folder.path().join("all.parquet"), &batch());
    let (root, table, profile) = profiled(folder.path(), TableScope::default());
    let plan = LookPlan {
        limit: 5,
        counting_ms: 0,
        ..plan(&root, &table, &profile, &profile.columns[0], &RowCondition::Is(RowFeature::Filled))
    };
    let looked = look_at_rows(&plan, &Unobserved).unwrap();
    assert_eq!((looked.rows.len(), looked.ended), (5, Some(LookEnd::PageFull)));
    assert!(looked.searched < 400 && looked.found >= 5);
    let hidden = LookPlan {
        hidden: vec!["words".into()],
        ..plan
    };
    let looked = look_at_rows(&hidden, &Unobserved).unwrap();
    assert!(!looked.columns.contains(&"words".to_owned()));
}
