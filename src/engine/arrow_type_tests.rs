//! Every Arrow type that a source may bring: counted truly, or refused by name for its column alone. Never a wrong number.

use std::fs;
use std::sync::Arc;

use arrow::array::types::{Int32Type, IntervalDayTime, IntervalMonthDayNano};
use arrow::array::*;
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Fields, Int8Type, UnionFields, i256};
use arrow::ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;

use super::*;
use crate::domain::table_profile::TableProfile;

/// What must be said of a column whose values are the first, none, the second, the first.
enum Expected {
    /// Type, least, greatest.
    Counted(&'static str, &'static str, &'static str),
    /// The reason holds this.
    Refused(&'static str),
}
use Expected::{Counted, Refused};

type Case = (&'static str, ArrayRef, Expected);

/// A primitive array of `a, null, b, a`.
macro_rules! scalars {
    ($array:ident, $a:expr, $b:expr) => {
        Arc::new($array::from(vec![Some($a), None, Some($b), Some($a)])) as ArrayRef
    };
}

fn numbers() -> Vec<Case> {
    let half = <arrow::datatypes::Float16Type as ArrowPrimitiveType>::Native::from_f32;
    let wide = |text: &str| i256::from_string(text).unwrap();
    vec![
        ("i8", scalars!(Int8Array, -128, 127), Counted("tinyint", "-128", "127")),
        ("i16", scalars!(Int16Array, -32_768, 5), Counted("smallint", "-32768", "5")),
        ("i32", scalars!(Int32Array, i32::MIN, 5), Counted("int", "-2147483648", "5")),
        (
            "i64",
            scalars!(Int64Array, i64::MIN, i64::MAX),
            Counted("bigint", "-9223372036854775808", "9223372036854775807"),
        ),
        ("u8", scalars!(UInt8Array, 255, 0), Counted("unsigned tinyint", "0", "255")),
        ("u16", scalars!(UInt16Array, 65_535, 1), Counted("unsigned smallint", "1", "65535")),
        (
            "u32",
            scalars!(UInt32Array, u32::MAX, 1),
            Counted("unsigned int", "1", "4294967295"),
        ),
        (
            "u64",
            scalars!(UInt64Array, u64::MAX, 1),
            Counted("unsigned bigint", "1", "18446744073709551615"),
        ),
        (
            "f16",
            scalars!(Float16Array, half(-1.5), half(65_504.0)),
            Counted("half", "-1.5", "65504"),
        ),
        ("f32", scalars!(Float32Array, 0.5, -2.25), Counted("float", "-2.25", "0.5")),
        ("f64", scalars!(Float64Array, 1e300, -0.0), Counted("double", "0", "1e300")),
        (
            "d32",
            Arc::new(
                Decimal32Array::from(vec![Some(-123), None, Some(999_999_999), Some(-123)])
                    .with_precision_and_scale(9, 2)
                    .unwrap(),
            ),
            Counted("decimal(9,2)", "-1.23", "9999999.99"),
        ),
        (
            "d64",
            Arc::new(
                Decimal64Array::from(vec![Some(1), None, Some(10_i64.pow(17)), Some(1)])
                    .with_precision_and_scale(18, 4)
                    .unwrap(),
            ),
            Counted("decimal(18,4)", "0.0001", "10000000000000.0000"),
        ),
        (
            "d128",
            Arc::new(
                Decimal128Array::from(vec![Some(-1), None, Some(10_i128.pow(37)), Some(-1)])
                    .with_precision_and_scale(38, 0)
                    .unwrap(),
            ),
            Counted("decimal(38,0)", "-1", "10000000000000000000000000000000000000"),
        ),
        (
            "d256",
            Arc::new(
                Decimal256Array::from(vec![Some(wide("-7")), None, Some(wide("12")), Some(wide("-7"))])
                    .with_precision_and_scale(76, 1)
                    .unwrap(),
            ),
            Counted("decimal(76,1)", "-0.7", "1.2"),
        ),
        (
            "d256_wide",
            Arc::new(
                Decimal256Array::from(vec![Some(wide(&"9".repeat(60))), None, Some(wide("1")), Some(wide("1"))])
                    .with_precision_and_scale(76, 0)
                    .unwrap(),
            ),
            Refused("beyond"),
        ),
        ("truth", scalars!(BooleanArray, true, false), Counted("boolean", "false", "true")),
    ]
}

fn times() -> Vec<Case> {
    let zone = "+02:00";
    vec![
        (
            "date32",
            scalars!(Date32Array, -719_529, 0),
            Counted("date", "-0001-12-31", "1970-01-01"),
        ),
        (
            "date64",
            scalars!(Date64Array, -86_400_000, 86_400_000),
            Counted("date", "1969-12-31", "1970-01-02"),
        ),
        (
            "time32s",
            scalars!(Time32SecondArray, 1, 86_399),
            Counted("time", "00:00:01", "23:59:59"),
        ),
        (
            "time32ms",
            scalars!(Time32MillisecondArray, 1, 1_500),
            Counted("time", "00:00:00.001", "00:00:01.5"),
        ),
        (
            "time64us",
            scalars!(Time64MicrosecondArray, 1, 1_500_000),
            Counted("time", "00:00:00.000001", "00:00:01.5"),
        ),
        (
            "time64ns",
            scalars!(Time64NanosecondArray, 1, 1_500_000_000),
            Counted("time", "00:00:00.000000001", "00:00:01.5"),
        ),
        (
            "ts_s",
            scalars!(TimestampSecondArray, -1, 0),
            Counted("timestamp_ntz", "1969-12-31T23:59:59", "1970-01-01T00:00:00"),
        ),
        (
            "ts_ms",
            scalars!(TimestampMillisecondArray, 1, 2),
            Counted("timestamp_ntz", "1970-01-01T00:00:00.001", "1970-01-01T00:00:00.002"),
        ),
        (
            "ts_us",
            scalars!(TimestampMicrosecondArray, 1, 2),
            Counted("timestamp_ntz", "1970-01-01T00:00:00.000001", "1970-01-01T00:00:00.000002"),
        ),
        (
            "ts_ns",
            scalars!(TimestampNanosecondArray, 1, 2),
            Counted("timestamp_ntz", "1970-01-01T00:00:00.000000001", "1970-01-01T00:00:00.000000002"),
        ),
        // An instant is what it is; the zone only says how some show it.
        (
            "ts_zone",
            Arc::new(TimestampSecondArray::from(vec![Some(0), None, Some(3_600), Some(0)]).with_timezone(zone)),
            Counted("timestamp", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z"),
        ),
        (
            "duration",
            scalars!(DurationMillisecondArray, 1_500, 2_000),
            Counted("duration(ms)", "PT1.5S", "PT2S"),
        ),
        (
            "months",
            scalars!(IntervalYearMonthArray, 14, 2),
            Counted("interval(yearmonth)", "", ""),
        ),
        (
            "day_time",
            scalars!(IntervalDayTimeArray, IntervalDayTime::new(1, 5), IntervalDayTime::new(2, 0)),
            Counted("interval(daytime)", "", ""),
        ),
        (
            "month_day_nano",
            scalars!(
                IntervalMonthDayNanoArray,
                IntervalMonthDayNano::new(1, 2, 3),
                IntervalMonthDayNano::new(0, 0, 1)
            ),
            Counted("interval(monthdaynano)", "", ""),
        ),
    ]
}

fn texts_and_bytes() -> Vec<Case> {
    let words = || vec![Some("b"), None, Some("ä"), Some("b")];
    let bytes = || vec![Some(&b"\x00\xff"[..]), None, Some(&b"z"[..]), Some(&b"\x00\xff"[..])];
    let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some([1_u8, 2]), None, Some([255, 0]), Some([1, 2])].into_iter(), 2);
    let coded: DictionaryArray<Int8Type> = words().into_iter().collect();
    let coded_decimals = DictionaryArray::<Int8Type>::try_new(
        Int8Array::from(vec![Some(1), None, Some(0), Some(1)]),
        Arc::new(Decimal128Array::from(vec![250, -5]).with_precision_and_scale(5, 2).unwrap()),
    );
    let runs = RunArray::<Int32Type>::try_new(
        &Int32Array::from(vec![1, 2, 3, 4]),
        &Int64Array::from(vec![Some(7), None, Some(9), Some(7)]),
    );
    let run_texts = RunArray::<Int32Type>::try_new(&Int32Array::from(vec![1, 2, 3, 4]), &StringArray::from(words()));
    vec![
        ("utf8", Arc::new(StringArray::from(words())), Counted("string", "b", "ä")),
        ("large_utf8", Arc::new(LargeStringArray::from(words())), Counted("string", "b", "ä")),
        ("utf8_view", Arc::new(StringViewArray::from(words())), Counted("string", "b", "ä")),
        ("binary", Arc::new(BinaryArray::from(bytes())), Counted("binary", "00ff", "7a")),
        (
            "large_binary",
            Arc::new(LargeBinaryArray::from(bytes())),
            Counted("binary", "00ff", "7a"),
        ),
        (
            "binary_view",
            Arc::new(BinaryViewArray::from_iter(bytes())),
            Counted("binary", "00ff", "7a"),
        ),
        ("fixed_binary", Arc::new(fixed.unwrap()), Counted("binary", "0102", "ff00")),
        ("dictionary", Arc::new(coded), Counted("string", "b", "ä")),
        (
            "dictionary_decimal",
            Arc::new(coded_decimals.unwrap()),
            Counted("decimal(5,2)", "-0.05", "2.50"),
        ),
        ("runs", Arc::new(runs.unwrap()), Counted("bigint", "7", "9")),
        ("run_texts", Arc::new(run_texts.unwrap()), Counted("string", "b", "ä")),
    ]
}

fn nested() -> Vec<Case> {
    let some = |values: &[i32]| Some(values.iter().map(|value| Some(*value)).collect::<Vec<_>>());
    let lists = || [some(&[1, 2]), None, some(&[3]), some(&[1, 2])];
    let fixed = || [some(&[1, 2]), None, some(&[3, 4]), some(&[1, 2])];
    let item = Arc::new(Field::new("item", DataType::Int32, true));
    let view = ListViewArray::new(
        item,
        ScalarBuffer::from(vec![0, 0, 2, 0]),
        ScalarBuffer::from(vec![2, 0, 1, 2]),
        Arc::new(Int32Array::from(vec![1, 2, 3])),
        Some(vec![true, false, true, true].into()),
    );
    let entries: Fields = vec![
        Field::new("keys", DataType::Utf8, false),
        Field::new("values", DataType::Int32, true),
    ]
    .into();
    let map = MapArray::new(
        Arc::new(Field::new("entries", DataType::Struct(entries.clone()), false)),
        OffsetBuffer::new(vec![0, 1, 1, 2, 3].into()),
        StructArray::new(
            entries,
            vec![
                Arc::new(StringArray::from(vec!["k", "l", "k"])),
                Arc::new(Int32Array::from(vec![1, 2, 1])),
            ],
            None,
        ),
        Some(vec![true, false, true, true].into()),
        false,
    );
    let union = UnionArray::try_new(
        UnionFields::try_new(
            vec![0, 1],
            vec![Field::new("i", DataType::Int32, true), Field::new("s", DataType::Utf8, true)],
        )
        .unwrap(),
        vec![0, 1, 0, 0].into(),
        None,
        vec![
            Arc::new(Int32Array::from(vec![1, 2, 3, 4])),
            Arc::new(StringArray::from(vec!["a", "b", "c", "d"])),
        ],
    );
    vec![
        (
            "list",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists())),
            Counted("array<int>", "[1,2]", "[3]"),
        ),
        (
            "large_list",
            Arc::new(LargeListArray::from_iter_primitive::<Int32Type, _, _>(lists())),
            Counted("array<int>", "[1,2]", "[3]"),
        ),
        (
            "fixed_list",
            Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(fixed(), 2)),
            Counted("array<int>", "[1,2]", "[3,4]"),
        ),
        ("list_view", Arc::new(view), Counted("array<int>", "[1,2]", "[3]")),
        ("map", Arc::new(map), Counted("map<string,int>", "{\"k\":1}", "{\"l\":2}")),
        ("union", Arc::new(union.unwrap()), Refused("nion")),
    ]
}

fn check(table: &TableProfile, cases: &[Case], wrote: &str) {
    assert_eq!(table.broken_invariants(), Vec::<String>::new());
    for (name, array, expected) in cases {
        let column = table.columns.iter().find(|column| column.column_name == *name);
        let column = column.unwrap_or_else(|| panic!("{wrote}: no column {name}"));
        let metrics = &column.metrics;
        match expected {
            Refused(reason) => {
                let said = metrics
                    .query_error
                    .as_deref()
                    .unwrap_or_else(|| panic!("{wrote}: {name} was counted: {column:?}"));
                assert!(said.contains(reason), "{wrote}: {name}: {said}");
                assert_eq!((metrics.distinct_count, column.row_count), (None, 0), "{wrote}: {name}");
            }
            Counted(data_type, least, greatest) => {
                assert_eq!(metrics.query_error, None, "{wrote}: {name}");
                assert_eq!(column.data_type, *data_type, "{wrote}: {name} of {}", array.data_type());
                assert_eq!((column.row_count, column.null_count), (4, 1), "{wrote}: {name}");
                assert_eq!(
                    (metrics.distinct_count, metrics.unique_count),
                    (Some(2), Some(1)),
                    "{wrote}: {name}"
                );
                let range = (metrics.min_value.as_deref().unwrap(), metrics.max_value.as_deref().unwrap());
                if least.is_empty() {
                    assert!(range.0 < range.1, "{wrote}: {name}: {range:?}");
                } else {
                    assert_eq!(range, (*least, *greatest), "{wrote}: {name}");
                }
            }
        }
    }
}

fn profile_file(name: &str, write: impl FnOnce(fs::File)) -> TableProfile {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(name);
    write(fs::File::create(&path).unwrap());
    let table = discover_file(&path).unwrap();
    profile_table(root.path(), &table, &ProfileOptions::default(), &Unobserved).unwrap()
}

#[test]
fn every_type_of_an_arrow_file_is_counted_or_refused_by_name() {
    let cases: Vec<Case> = [numbers(), times(), texts_and_bytes(), nested()].into_iter().flatten().collect();
    let batch = RecordBatch::try_from_iter_with_nullable(cases.iter().map(|(name, array, _)| (*name, array.clone(), true))).unwrap();
    let table = profile_file("t.arrow", |file| {
        let mut writer = FileWriter::try_new(file, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    });
    check(&table, &cases, "arrow");
    // Rows cannot be compared in columns that were refused, and that is said.
    assert!(
        table.metrics.unknown["duplicate_row_count"].contains("could not be read"),
        "{:?}",
        table.metrics.unknown
    );
    let length = |name: &str| {
        table
            .columns
            .iter()
            .find(|column| column.column_name == name)
            .unwrap()
            .metrics
            .max_value
            .clone()
    };
    assert_eq!((length("list.length"), length("map.length")), (Some("2".into()), Some("1".into())));
}

#[test]
fn every_type_of_a_parquet_file_is_counted_or_refused_by_name() {
    // What Parquet does not store, its writer refuses; each type has a file of its own, so that one does not take the others.
    let unwritable = ["union", "month_day_nano", "list_view"];
    let cases = [numbers(), times(), texts_and_bytes(), nested()].into_iter().flatten();
    for case in cases.filter(|case| !unwritable.contains(&case.0)) {
        let batch = RecordBatch::try_from_iter_with_nullable([(case.0, case.1.clone(), true)]).unwrap();
        let mut unstorable = None;
        let mut write = |file| {
            let written = ArrowWriter::try_new(file, batch.schema(), None).and_then(|mut writer| {
                writer.write(&batch)?;
                writer.close()
            });
            unstorable = written.err();
        };
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("t.parquet");
        write(fs::File::create(&path).unwrap());
        if let Some(error) = unstorable {
            panic!("{}: {error}", case.0);
        }
        let table = discover_file(&path).unwrap();
        // A file keeps the layout of its writer's memory as a wish, which its reader may refuse to grant.
        let is_wish = ["dictionary_decimal", "runs", "run_texts"].contains(&case.0);
        match profile_table(root.path(), &table, &ProfileOptions::default(), &Unobserved) {
            Ok(table) if is_wish && table.columns[0].metrics.query_error.is_some() => assert_eq!(table.columns[0].row_count, 0),
            Ok(table) => check(&table, std::slice::from_ref(&case), "parquet"),
            Err(error) => assert!(is_wish && !error.to_string().is_empty(), "{}: {error}", case.0),
        }
    }
}
