//! Formats beyond the plain ones: Arrow files, nested columns, partitioned folders, odd encodings, files that unfold to too much.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{
    Array, ArrayRef, DictionaryArray, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, new_null_array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;

use super::*;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::TableProfile;

fn options() -> ProfileOptions {
    ProfileOptions {
        clock: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        ..ProfileOptions::default()
    }
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

fn profile_file(name: &str, content: &[u8]) -> TableProfile {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), content).unwrap();
    profile(root.path())
}

fn fail_file(name: &str, content: &[u8], options: &ProfileOptions) -> EngineError {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), content).unwrap();
    profile_table(root.path(), &only_table(root.path()), options, &Unobserved).unwrap_err()
}

fn column<'a>(table: &'a TableProfile, name: &str) -> &'a ColumnProfile {
    let column = table.columns.iter().find(|column| column.column_name == name);
    column.unwrap_or_else(|| panic!("no column {name} among {:?}", names(table)))
}

fn names(table: &TableProfile) -> Vec<&str> {
    table.columns.iter().map(|column| column.column_name.as_str()).collect()
}

fn nested_batch() -> RecordBatch {
    let kinds: DictionaryArray<Int32Type> = vec![Some("x"), None, Some("x"), Some("y")].into_iter().collect();
    let inner = StructArray::new(
        vec![Field::new("city", DataType::Utf8, true)].into(),
        vec![Arc::new(StringArray::from(vec![Some("Rome"), Some("Bonn"), None, Some("Rome")]))],
        Some(NullBuffer::from(vec![true, false, true, true])),
    );
    let tags = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), Some(vec![]), None, Some(vec![Some(2)])]);
    let person = StructArray::new(
        vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("home", inner.data_type().clone(), true),
            Field::new("tags", tags.data_type().clone(), true),
        ]
        .into(),
        vec![
            Arc::new(StringArray::from(vec!["a", "b", "c", "d"])),
            Arc::new(inner),
            Arc::new(tags),
        ],
        Some(NullBuffer::from(vec![true, true, true, false])),
    );
    RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(Int64Array::from_iter_values([4, 3, 2, 1])) as ArrayRef, true),
        ("kind", Arc::new(kinds), true),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(0), Some(-1), None, Some(1)]).with_timezone("UTC")),
            true,
        ),
        ("person", Arc::new(person), true),
    ])
    .unwrap()
}

fn check_nested(table: &TableProfile) {
    assert_eq!(
        names(table),
        [
            "id",
            "kind",
            "at",
            "person.name",
            "person.home.city",
            "person.tags",
            "person.tags.length"
        ],
        "{}",
        table.format
    );
    assert_eq!(table.row_count, 4);
    assert_eq!(column(table, "kind").top_values[0].count, 2);
    assert_eq!(column(table, "at").data_type, "timestamp");
    // The last person is null, and the second has no home.
    assert_eq!(
        (
            column(table, "person.name").null_count,
            column(table, "person.home.city").null_count
        ),
        (1, 3)
    );
    let tags = column(table, "person.tags");
    assert_eq!(
        (tags.general_type, tags.null_count, tags.top_values.len()),
        (GeneralType::Other, 2, 2)
    );
    let lengths = &column(table, "person.tags.length").metrics;
    assert_eq!(
        (lengths.min_value.as_deref(), lengths.max_value.as_deref(), lengths.avg_value),
        (Some("0"), Some("2"), Some(1.0))
    );
}

fn arrow_file(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn arrow_files_and_streams_are_read_compressed_or_not() {
    let batch = nested_batch();
    for compression in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        check_nested(&profile_file("t.arrow", &arrow_file(&batch, compression)));
    }
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let stream = writer.into_inner().unwrap();
    check_nested(&profile_file("t.arrows", &stream));
    check_nested(&profile_file("t.feather", &stream));
    let error = fail_file("cut.arrows", &stream[..stream.len() * 2 / 3], &options());
    assert!(matches!(error, EngineError::Malformed { .. }), "{error:?}");
}

#[test]
fn a_parquet_file_opens_its_structs_in_the_same_way() {
    let batch = nested_batch();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    check_nested(&profile_file("t.parquet", &bytes));
}

#[test]
fn many_rows_of_one_arrow_batch_are_all_counted() {
    let batch = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from_iter_values(0..100_000)) as ArrayRef)]).unwrap();
    let table = profile_file("t.arrow", &arrow_file(&batch, None));
    assert_eq!(table.row_count, 100_000);
    assert_eq!(column(&table, "n").metrics.sum.as_ref().unwrap().as_str(), "4999950000");
}

#[test]
fn json_objects_become_columns_and_nulls_of_theirs_do_not() {
    let table = profile_file(
        "t.jsonl",
        b"{\"id\":1,\"who\":null,\"tags\":[1,2]}\n{\"id\":2,\"who\":{\"name\":\"a\",\"at\":{\"x\":1}}}\n{\"id\":3,\"who\":{\"name\":\"b\"},\"tags\":[]}\n",
    );
    assert_eq!(names(&table), ["id", "tags", "tags.length", "who.name", "who.at.x"]);
    assert_eq!(
        (column(&table, "who.name").null_count, column(&table, "who.at.x").null_count),
        (1, 2)
    );
    assert_eq!(column(&table, "tags.length").metrics.sum.as_ref().unwrap().as_str(), "2");
    // Ever new keys are a map in disguise: it stays whole instead of making a column for each.
    let lines: String = (0..3_000).map(|n| format!("{{\"id\":{n},\"m\":{{\"k{n}\":1}}}}\n")).collect();
    let table = profile_file("maps.jsonl", lines.as_bytes());
    assert!(table.column_count <= 2_001, "{}", table.column_count);
    assert_eq!(column(&table, "m").non_null_count + u64::from(table.column_count) - 2, 3_000);
}

#[test]
fn objects_that_are_null_all_through_a_file_or_at_first_are_no_columns() {
    let objects = b"{\"id\":3,\"who\":{\"name\":\"a\"}}\n{\"id\":4,\"who\":null}\n";
    let late: String = (0..100_000).map(|id| format!("{{\"id\":{id},\"who\":null}}\n")).collect();
    let late = [late.as_bytes(), objects].concat();
    let structs = |values: ArrayRef| parquet_of(("who", values));
    let field = Arc::new(Field::new("name", DataType::Utf8, true));
    let named = StructArray::from(vec![(field, Arc::new(StringArray::from(vec!["a", "b"])) as ArrayRef)]);
    let [nulls, named] = [structs(new_null_array(&DataType::Null, 2)), structs(Arc::new(named))];
    for (root, rows, expected) in [
        (
            tree(&[("part-0.jsonl", b"{\"who\":null,\"id\":1}\n"), ("part-1.jsonl", objects)]),
            3,
            &["id", "who.name"][..],
        ),
        (tree(&[("part-0.jsonl", &late)]), 100_002, &["id", "who.name"]),
        (tree(&[("k=1/a.parquet", &nulls), ("k=2/a.parquet", &named)]), 4, &["k", "who.name"]),
    ] {
        for threads in [1, 2] {
            let options = ProfileOptions { threads, ..options() };
            let table = profile_table(root.path(), &discover(root.path()).unwrap()[0], &options, &Unobserved).unwrap();
            assert_eq!(names(&table), expected);
            let positions: Vec<u32> = table.columns.iter().map(|column| column.ordinal_position).collect();
            assert_eq!((table.row_count, positions), (rows, vec![1, 2]));
        }
    }
}

fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = root.path().join("t").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

fn parquet_of(column: (&str, ArrayRef)) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable([(column.0, column.1, true)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn keys_of_partitioned_folders_are_columns() {
    let numbers = |count: i64| parquet_of(("n", Arc::new(Int64Array::from_iter_values(0..count))));
    let (three, five) = (numbers(3), numbers(5));
    let root = tree(&[
        ("year=2024/city=S%C3%A3o/a.parquet", &three),
        ("year=2025/city=__HIVE_DEFAULT_PARTITION__/a.parquet", &five),
        ("year=2025/city=__HIVE_DEFAULT_PARTITION__/_SUCCESS", b""),
    ]);
    let table = profile(root.path());
    assert_eq!((table.row_count, table.table_name.as_str()), (8, "t"));
    let year = column(&table, "year");
    assert_eq!(
        (year.data_type.as_str(), year.metrics.sum.as_ref().unwrap().as_str()),
        ("bigint", "16197")
    );
    let city = column(&table, "city");
    assert_eq!(
        (city.null_count, city.top_values[0].value.as_str(), city.top_values[0].count),
        (5, "São", 3)
    );
    let root = tree(&[("d=2024-01-01/a.csv", b"x,d\n1,no\n"), ("d=2024-01-02/a.csv", b"x,y\n1,2\n2,3\n")]);
    let table = profile(root.path());
    assert_eq!((table.row_count, column(&table, "d").data_type.as_str()), (3, "date"));
    assert_eq!((column(&table, "y").null_count, column(&table, "x").null_count), (1, 0));
    assert_eq!(column(&table, "d").metrics.days_present, Some(2));
}

#[test]
fn files_that_hold_a_column_as_different_types_are_named() {
    let numbers = parquet_of(("n", Arc::new(Int64Array::from_iter_values(0..3))));
    let texts = parquet_of(("n", Arc::new(StringArray::from_iter_values(["a", "b"]))));
    let root = tree(&[("k=1/a.parquet", &numbers), ("k=2/b.parquet", &texts)]);
    let table = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap();
    let reason = column(&table, "n").metrics.query_error.as_deref().unwrap();
    assert!(reason.contains("k=1/a.parquet") && reason.contains("k=2/b.parquet"), "{reason}");
    assert_eq!(column(&table, "k").metrics.distinct_count, Some(2));
}

#[test]
fn a_column_that_is_all_null_in_one_file_has_the_type_of_the_others() {
    let nulls = |count| parquet_of(("n", new_null_array(&DataType::Null, count)));
    let texts = parquet_of(("n", Arc::new(StringArray::from_iter_values(["a", "b"]))));
    let (none, three) = (nulls(0), nulls(3));
    for files in [
        [("k=1/a.parquet", &texts), ("k=2/b.parquet", &three), ("k=3/c.parquet", &none)],
        [("k=1/a.parquet", &three), ("k=2/b.parquet", &none), ("k=3/c.parquet", &texts)],
        [("a.parquet", &three), ("b.parquet", &texts), ("c.parquet", &none)],
    ] {
        let root = tree(&files.map(|(path, bytes)| (path, bytes.as_slice())));
        let table = profile(root.path());
        let n = column(&table, "n");
        assert_eq!((n.metrics.query_error.as_deref(), n.data_type.as_str()), (None, "string"));
        assert_eq!((table.row_count, n.null_count, n.metrics.distinct_count), (5, 3, Some(2)));
    }
    let arrow = |array: ArrayRef| arrow_file(&RecordBatch::try_from_iter_with_nullable([("n", array, true)]).unwrap(), None);
    let numbers = arrow(Arc::new(Int64Array::from_iter_values(0..3)));
    let nulls = arrow(new_null_array(&DataType::Null, 2));
    for (first, second) in [(&numbers, &nulls), (&nulls, &numbers)] {
        let root = tree(&[("k=1/a.arrow", first), ("k=2/b.arrow", second)]);
        for threads in [1, 2, 4] {
            let options = ProfileOptions { threads, ..options() };
            let table = profile_table(root.path(), &only_table(root.path()), &options, &Unobserved).unwrap();
            let n = column(&table, "n");
            assert_eq!(
                (n.data_type.as_str(), n.null_count, n.non_null_count),
                ("bigint", 2, 3),
                "{threads}"
            );
        }
    }
    let alone = profile_file("t.arrow", &nulls);
    assert_eq!(
        (column(&alone, "n").data_type.as_str(), column(&alone, "n").null_count),
        ("void", 2)
    );
}

#[test]
fn lists_that_are_empty_in_one_file_are_lists_of_the_others() {
    use arrow::array::{ListBuilder, NullBuilder, StringBuilder};
    let mut empty = ListBuilder::new(NullBuilder::new());
    (0..2).for_each(|_| empty.append(true));
    let mut words = ListBuilder::new(StringBuilder::new());
    words.values().append_value("a");
    words.append(true);
    words.append_null();
    words.append(true);
    let (empty, words): (ArrayRef, ArrayRef) = (Arc::new(empty.finish()), Arc::new(words.finish()));
    let arrow = |array: &ArrayRef| {
        arrow_file(
            &RecordBatch::try_from_iter_with_nullable([("n", array.clone(), true)]).unwrap(),
            None,
        )
    };
    let parquet = |array: &ArrayRef| parquet_of(("n", array.clone()));
    for (kind, empty, words) in [
        ("arrow", arrow(&empty), arrow(&words)),
        ("parquet", parquet(&empty), parquet(&words)),
    ] {
        for (first, second) in [(&empty, &words), (&words, &empty)] {
            for folder in ["", "k=1/"] {
                let (a, b) = (format!("{folder}a.{kind}"), format!("{folder}b.{kind}"));
                let root = tree(&[(&a, first), (&b, second)]);
                for threads in [1, 2] {
                    let options = ProfileOptions { threads, ..options() };
                    let table = profile_table(root.path(), &only_table(root.path()), &options, &Unobserved).unwrap();
                    let n = column(&table, "n");
                    assert_eq!(
                        (n.metrics.query_error.as_deref(), n.data_type.as_str()),
                        (None, "array<string>"),
                        "{a}"
                    );
                    assert_eq!((table.row_count, n.null_count, n.metrics.distinct_count), (5, 1, Some(2)), "{a}");
                }
            }
        }
    }
}

#[test]
fn times_of_different_units_are_named_apart() {
    let micros: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 1]));
    let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![0, 1]));
    let arrow = |array: &ArrayRef| {
        arrow_file(
            &RecordBatch::try_from_iter_with_nullable([("at", array.clone(), true)]).unwrap(),
            None,
        )
    };
    let parquet = |array: &ArrayRef| parquet_of(("at", array.clone()));
    for (ending, first, second) in [
        ("parquet", parquet(&micros), parquet(&nanos)),
        ("arrow", arrow(&micros), arrow(&nanos)),
    ] {
        let (a, b) = (format!("k=1/a.{ending}"), format!("k=2/b.{ending}"));
        let root = tree(&[(&a, &first), (&b, &second)]);
        let table = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap();
        let reason = column(&table, "at").metrics.query_error.as_deref().unwrap();
        assert_eq!(
            reason,
            format!("t/{a} holds this column as timestamp_ntz (Timestamp(µs)), t/{b} as timestamp_ntz (Timestamp(ns))")
        );
    }
}

#[test]
fn a_file_with_nothing_in_it_is_a_part_without_rows() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"").unwrap();
    let gzip = gzip.finish().unwrap();
    for (first, second, third) in [
        ("k=1/part-0.csv", "k=2/part-1.csv", "k=3/part-2.csv.gz"),
        ("part-0.csv", "part-1.csv", "part-2.csv.gz"),
    ] {
        let root = tree(&[(first, b""), (second, b"a;b\n1;x\n2;y\n"), (third, &gzip)]);
        let table = profile(root.path());
        assert_eq!(table.row_count, 2);
        assert_eq!(
            (column(&table, "a").data_type.as_str(), column(&table, "b").null_count),
            ("bigint", 0)
        );
        assert_eq!(table.snapshot.dialect.unwrap().delimiter, ';');
        if let Some(key) = table.columns.iter().find(|column| column.column_name == "k") {
            assert_eq!(key.metrics.distinct_count, Some(1));
        }
    }
    let root = tree(&[("k=1/part-0.csv", b""), ("k=2/part-1.csv", b"")]);
    let error = profile_table(root.path(), &only_table(root.path()), &options(), &Unobserved).unwrap_err();
    assert!(matches!(error, EngineError::Empty { .. }), "{error:?}");
}

#[test]
fn a_table_below_other_lines_is_refused_and_says_what_to_do() {
    for content in ["Report of sales\n\nid,amount\n1,2\n3,4\n", "Report of sales\nid;amount\n1;2\n3;4\n"] {
        let error = fail_file("t.csv", content.as_bytes(), &options()).to_string();
        assert!(error.contains("its first record has 1 field, all others have 2; remove"), "{error}");
    }
    let error = fail_file("t.csv", b"Report of sales\n\nid,amount\nx,2\nz\"\"x,4,5\n", &options()).to_string();
    assert!(
        error.contains("all 3 records do not fit the first line (t.csv, line 3: 2 fields instead of 1)"),
        "{error}"
    );
    let error = fail_file("t.jsonl", b"[1]\n[2]\n", &options()).to_string();
    assert!(error.contains("none of its 2 lines is a JSON object (t.jsonl, line 1"), "{error}");
    // One column is legal, whatever its texts hold.
    assert_eq!(profile_file("t.csv", b"note\na;b\nc;d\n").row_count, 2);
    assert_eq!(profile_file("t.csv", b"city\n\"Paris, France\"\nRome\n").row_count, 2);
}

#[test]
fn names_that_begin_with_an_apostrophe_are_names() {
    let table = profile_file(
        "t.csv",
        b"id,city\n1,Utrecht\n2,'s-Gravenhage\n3,Amsterdam\n4,'s-Hertogenbosch\n5,Delft\n",
    );
    assert_eq!((table.row_count, table.snapshot.dialect.as_ref().unwrap().quote), (5, '"'));
    assert_eq!(column(&table, "city").metrics.distinct_count, Some(5));
    assert!(table.rejected.is_none());
    let odd = profile_file("t.csv", b"id,city\n1,'s-Gravenhage\n2,'s-Hertogenbosch\n3,'s-Graveland\n");
    assert_eq!(odd.row_count, 3);
}

#[test]
fn json_files_are_read_as_lines_and_documents_say_that_they_are_some() {
    let lines = b"{\"a\":1}\n{\"a\":2}\n";
    assert_eq!(profile_file("t.json", lines).row_count, 2);
    assert_eq!(profile_file("t.json.zst", &zstd::encode_all(&lines[..], 1).unwrap()).row_count, 2);
    let late = profile_file("t.json", b"{\"a\":1}\n[2]\n");
    assert_eq!((late.row_count, late.rejected.unwrap().count), (1, 1));
    for (content, said) in [
        (
            &b"[{\"a\":1},{\"a\":2}]"[..],
            "one JSON array instead of one object a line, as in t.json",
        ),
        (b"\n[\n{\"a\":1},\n{\"a\":2}\n]\n", "one JSON array"),
        (b"{\n  \"a\": 1\n}\n", "one JSON object over several lines"),
        (b"7\n", "JSON that begins with no object"),
    ] {
        let error = fail_file("t.json", content, &options()).to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn texts_in_other_encodings_are_read_or_counted() {
    let text = "id,name\n1,Zoë\n2,\"a\nb\"\n3,\n";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let marked = [&[0xFF, 0xFE][..], &wide(u16::to_le_bytes)].concat();
    let plain = profile_file("t.csv", text.as_bytes());
    for content in [
        marked,
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
    ] {
        assert_eq!(profile_file("t.csv", &content).columns, plain.columns);
    }
    assert_eq!((plain.row_count, column(&plain, "name").null_count), (3, 1));
    let latin = profile_file("t.csv", b"id,name\n1,Zo\xEB\n2,b\n");
    assert_eq!(column(&latin, "name").metrics.invalid_utf8_count, Some(1));
    let lines = "{\"a\":1}\n{\"a\":2}\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect::<Vec<u8>>();
    assert_eq!(profile_file("t.jsonl", &lines).row_count, 2);
}

#[test]
fn heads_are_told_from_data_and_compression_by_content() {
    assert_eq!(names(&profile_file("t.csv", b"a,b\n")), ["a", "b"]);
    assert_eq!(names(&profile_file("t.csv", b"id,x,x,\n1,a,b,c\n")), ["id", "x", "x_1", "column4"]);
    let headless = profile_file("t.csv", b"1,x\n2,y\n");
    assert_eq!((names(&headless), headless.row_count), (vec!["column1", "column2"], 2));
    let ragged = profile_file("t.csv", b"a,b\n1,2\n1\n1,2,3\n3,4\n");
    let rejected = ragged.rejected.unwrap();
    assert_eq!((ragged.row_count, rejected.count), (2, 2));
    assert!(rejected.first.contains("t.csv, line 3"), "{}", rejected.first);
    // Two gzip members one after the other are one text; and a name need not tell.
    let gzip = |text: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    };
    let members = [gzip(b"a,b\n1,2\n"), gzip(b"3,4\n")].concat();
    assert_eq!(profile_file("t.csv.gz", &members).row_count, 2);
    assert_eq!(profile_file("t.csv", &members).row_count, 2);
    assert!(matches!(fail_file("t.csv.gz", b"", &options()), EngineError::Empty { .. }));
}

#[test]
fn a_field_without_end_is_refused_with_file_row_and_byte() {
    let bomb = |head: &[u8]| {
        let mut writer = zstd::stream::write::Encoder::new(head.to_vec(), 1).unwrap();
        writer.write_all(b"a,b\n1,2\n3,").unwrap();
        let chunk = vec![b'x'; 1 << 20];
        (0..1_024).for_each(|_| writer.write_all(&chunk).unwrap());
        writer.finish().unwrap()
    };
    let started = Instant::now();
    let content = bomb(b"");
    assert!(content.len() < 1 << 18, "{}", content.len());
    let error = fail_file("t.csv.zst", &content, &options());
    assert!(
        matches!(
            error,
            EngineError::Malformed {
                row: Some(3),
                byte: Some(8),
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("t.csv.zst"), "{error}");
    let mut writer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    writer.write_all(b"{\"a\":1}\n{\"a\":\"").unwrap();
    let chunk = vec![b'x'; 1 << 20];
    (0..1_024).for_each(|_| writer.write_all(&chunk).unwrap());
    let error = fail_file("t.jsonl.zst", &writer.finish().unwrap(), &options());
    assert!(
        matches!(
            error,
            EngineError::Malformed {
                row: Some(2),
                byte: Some(8),
                ..
            }
        ),
        "{error:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_text_that_unfolds_without_end_is_left_at_the_deadline() {
    for (name, line) in [
        ("t.csv.zst", &b"1,2\n"[..]),
        ("blank.csv.zst", b"\n"),
        ("ragged.csv.zst", b"1\n"),
        ("t.jsonl.zst", b"{\"a\":1}\n"),
        ("blank.jsonl.zst", b"\n"),
    ] {
        let mut writer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        writer
            .write_all(if name.contains("jsonl") { b"{\"a\":1}\n" } else { b"a,b\n1,2\n" })
            .unwrap();
        let chunk = line.repeat((1 << 20) / line.len());
        (0..1_024).for_each(|_| writer.write_all(&chunk).unwrap());
        let content = writer.finish().unwrap();
        let hasty = ProfileOptions {
            deadline_ms: 300,
            ..options()
        };
        let started = Instant::now();
        let error = fail_file(name, &content, &hasty);
        assert!(matches!(error, EngineError::DeadlinePassed { .. }), "{name}: {error:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn a_header_of_too_many_columns_is_refused() {
    let error = fail_file("t.csv", &b"a,".repeat(3_000_000), &options());
    assert!(matches!(error, EngineError::Unsupported { .. }), "{error:?}");
}
