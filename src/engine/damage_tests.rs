//! Damaged files: whatever is wrong with one, the error names the file, the row and the byte, and a damaged column fails alone.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int64Array, ListArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::*;
use crate::domain::connection::FoundTable;
use crate::domain::row_filter::RowFilter;
use crate::domain::table_profile::TableProfile;

/// Rows of a row group, and of a page, of the Parquet files.
const GROUP_ROWS: usize = 300;
const PAGE_ROWS: usize = 100;
/// Rows of a batch of the Arrow files.
const BATCH_ROWS: usize = 200;

fn profile_bytes(name: &str, format: &str, bytes: &[u8]) -> Result<TableProfile, EngineError> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), bytes).unwrap();
    let table = FoundTable {
        schema_name: "-".into(),
        table_name: "t".into(),
        format: format.into(),
        files: vec![name.into()],
        bytes: 0,
        scope: Default::default(),
    };
    profile_table(root.path(), &table, &ProfileOptions::default(), &Unobserved)
}

/// Row and byte of an error about a file's content.
fn place_of(error: &EngineError) -> (Option<u64>, Option<u64>) {
    match error {
        EngineError::Malformed { row, byte, .. } | EngineError::ReaderFault { row, byte, .. } => (*row, *byte),
        other => panic!("{other}"),
    }
}

/// Every k-th length below that of the file, and those near its ends.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let step = (length / 60).max(1);
    (1..12).chain((12..length).step_by(step)).chain(length - 12..length)
}

fn columns() -> RecordBatch {
    let rows = 2 * GROUP_ROWS as i64;
    let texts = || StringArray::from_iter_values((0..rows).map(|i| format!("text {}", i * 7_919 % 1_009)));
    let numbers = || Arc::new(Int64Array::from_iter_values((0..rows).map(|i| i * 104_729 % 65_537))) as ArrayRef;
    let coded: StringArray = (0..rows).map(|i| (i % 5 > 0).then(|| format!("code {}", i % 40))).collect();
    let fields = StructArray::from(vec![
        (Arc::new(Field::new("a", DataType::Int64, true)), numbers()),
        (Arc::new(Field::new("b", DataType::Utf8, true)), Arc::new(texts()) as ArrayRef),
    ]);
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(|i| (i % 5 > 0).then(|| vec![Some(i), None])));
    RecordBatch::try_from_iter_with_nullable([
        ("plain", numbers(), true),
        ("coded", Arc::new(coded) as ArrayRef, true),
        ("texts", Arc::new(texts()), true),
        ("delta", numbers(), true),
        ("fields", Arc::new(fields), true),
        ("lists", Arc::new(lists), true),
        ("good", numbers(), false),
    ])
    .unwrap()
}

/// A Parquet file of two row groups with three pages a chunk, and where they lie.
fn parquet_file(compression: Compression) -> (Vec<u8>, ParquetMetaData) {
    let batch = columns();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_dictionary_enabled(false)
        .set_column_dictionary_enabled(ColumnPath::from("coded"), true)
        .set_column_encoding(ColumnPath::from("delta"), Encoding::DELTA_BINARY_PACKED)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    let metadata = reader.parse_and_finish(&bytes::Bytes::from(bytes.clone())).unwrap();
    (bytes, metadata)
}

/// Where the pages of a chunk begin, and their first rows in the row group; the dictionary first.
fn pages_of(metadata: &ParquetMetaData, group: usize, leaf: usize) -> Vec<(u64, u64)> {
    let dictionary = metadata.row_group(group).column(leaf).dictionary_page_offset();
    let index = metadata.page_index_for_row_group(group);
    let data = index.offset_index(leaf).unwrap().page_locations().iter();
    let data = data.map(|page| (page.offset as u64, page.first_row_index as u64));
    dictionary.map(|offset| (offset as u64, 0)).into_iter().chain(data).collect()
}

fn with_wound(bytes: &[u8], at: usize, length: usize) -> Vec<u8> {
    let mut wounded = bytes.to_vec();
    wounded[at..at + length].iter_mut().for_each(|byte| *byte ^= 0x5A);
    wounded
}

/// What the columns of a file say that failed, by name.
fn failed_columns(bytes: &[u8]) -> Vec<(String, String)> {
    let table = profile_bytes("t.parquet", "parquet", bytes).unwrap();
    let failed = table.columns.into_iter();
    failed
        .filter_map(|column| Some((column.column_name, column.metrics.query_error?)))
        .collect()
}

#[test]
fn a_damaged_parquet_page_names_file_row_and_byte_and_costs_its_column_alone() {
    let (bytes, metadata) = parquet_file(Compression::SNAPPY);
    let mut pages = 0;
    for (group, row_group) in metadata.row_groups().iter().enumerate() {
        for (leaf, chunk) in row_group.columns().iter().enumerate() {
            let path = chunk.column_path().string();
            // What goes through the Arrow reader is known to the batch only.
            let is_batched = ["delta", "fields", "lists"].iter().any(|root| path.starts_with(root));
            for (offset, first_row) in pages_of(&metadata, group, leaf) {
                let failed = failed_columns(&with_wound(&bytes, offset as usize, 4));
                let first_row = if is_batched { 0 } else { first_row };
                let row = (group * GROUP_ROWS) as u64 + first_row + 1;
                let expected = format!(
                    "t.parquet is damaged at row {row}, byte {offset}: the page of column {path} that begins there cannot be read: "
                );
                // Beside a list stands its length.
                assert_eq!(failed.len(), if path.starts_with("lists") { 2 } else { 1 }, "{path}: {failed:?}");
                let (name, words) = &failed[0];
                assert!(
                    path.starts_with(name.as_str()) && words.starts_with(&expected),
                    "{expected}\n{words}"
                );
                assert!(!words.contains("error: ") && !words.contains("External"), "{words}");
                pages += 1;
            }
        }
    }
    assert_eq!(pages, 2 * (8 * 3 + 1));
}

#[test]
fn a_damaged_parquet_dictionary_names_its_own_page_though_it_is_counted_last() {
    let (bytes, metadata) = parquet_file(Compression::UNCOMPRESSED);
    let chunk = metadata.row_group(1).column(1);
    let start = chunk.dictionary_page_offset().unwrap() as usize;
    let first = bytes[start..].windows(5).position(|window| window == b"code ").unwrap();
    // The length before its first text is four bytes.
    let failed = failed_columns(&with_wound(&bytes, start + first - 2, 2));
    let expected = format!("at row 301, byte {start}: the page of column coded that begins there cannot be read: it ends before");
    assert!(failed.len() == 1 && failed[0].1.contains(&expected), "{failed:?}");
}

#[test]
fn bytes_that_are_wrong_within_a_parquet_page_name_the_page() {
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(Default::default()),
    ] {
        let (bytes, metadata) = parquet_file(compression);
        let mut failures = 0;
        for (leaf, chunk) in metadata.row_group(1).columns().iter().enumerate() {
            let end = (chunk.byte_range().0 + chunk.byte_range().1) as usize;
            let pages = pages_of(&metadata, 1, leaf);
            for at in (chunk.byte_range().0 as usize..end - 8).step_by(61) {
                // Many a wound only makes another value.
                for (_, words) in failed_columns(&with_wound(&bytes, at, 8)) {
                    let (row, byte) = words.split_once("at row ").unwrap().1.split_once(", byte ").unwrap();
                    let row: u64 = row.parse().unwrap();
                    let byte: u64 = byte.split_once(": ").unwrap().0.parse().unwrap();
                    assert!((301..=600).contains(&row), "{at}: {words}");
                    // A wounded header may lead to where no page begins, but what was read before is whole.
                    let page = pages.iter().map(|page| page.0).filter(|start| *start <= at as u64).max().unwrap();
                    assert!((page..end as u64).contains(&byte), "{at}: {words}");
                    failures += 1;
                }
            }
        }
        assert!(failures > 20, "{compression:?}: {failures}");
    }
}

#[test]
fn a_parquet_file_that_is_cut_off_or_whose_footer_is_damaged_says_where() {
    let (bytes, _) = parquet_file(Compression::SNAPPY);
    for cut in cuts(bytes.len()) {
        let error = profile_bytes("t.parquet", "parquet", &bytes[..cut]).unwrap_err();
        assert_eq!(place_of(&error), (None, Some((cut as u64).saturating_sub(8))), "{error}");
    }
    let tail = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap()) as usize;
    let start = tail - length;
    let error = profile_bytes("t.parquet", "parquet", &with_wound(&bytes, start, 4)).unwrap_err();
    let expected = format!("t.parquet is damaged at byte {start}: the footer there cannot be read: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let error = profile_bytes("t.parquet", "parquet", &with_wound(&bytes, tail + 3, 1)).unwrap_err();
    assert!(error.to_string().contains("longer than the file"), "{error}");
    // Bytes are missing before an intact footer: what follows them lies elsewhere, the second row group whole.
    let missing = [&bytes[..5_000], &bytes[5_100..]].concat();
    let error = profile_bytes("t.parquet", "parquet", &missing).unwrap_err();
    assert!(matches!(place_of(&error), (Some(1 | 301), Some(_))), "{error}");
}

#[test]
fn rows_of_a_damaged_parquet_file_that_are_read_together_name_their_row_group() {
    let (bytes, metadata) = parquet_file(Compression::SNAPPY);
    let root = tempfile::tempdir().unwrap();
    let start = metadata.row_group(1).column(0).byte_range().0;
    let wounded = with_wound(&bytes, metadata.row_group(1).column(2).byte_range().0 as usize, 4);
    fs::write(root.path().join("t.parquet"), wounded).unwrap();
    let mut table = discover(root.path()).unwrap().remove(0);
    table.scope.row_filter = Some(RowFilter::parse("plain >= 0").unwrap());
    let error = profile_table(root.path(), &table, &ProfileOptions::default(), &Unobserved).unwrap_err();
    let expected = format!("at row 301, byte {start}: the row group that begins there cannot be read: ");
    assert!(error.to_string().contains(&expected), "{error}");
}

/// Three batches whose texts come from a dictionary, as a file or as a stream.
fn arrow_bytes(is_file: bool, compression: Option<CompressionType>) -> Vec<u8> {
    let batches: Vec<RecordBatch> = (0..3)
        .map(|batch| {
            let numbers = (0..BATCH_ROWS as i64).map(|i| (i + batch) * 104_729 % 65_537);
            let coded: DictionaryArray<Int32Type> = (0..BATCH_ROWS).map(|i| ["one", "two", "three"][i % 3]).collect();
            let texts = (0..BATCH_ROWS).map(|i| format!("text {}", i * 7_919 % 1_009));
            RecordBatch::try_from_iter([
                ("n", Arc::new(Int64Array::from_iter_values(numbers)) as ArrayRef),
                ("coded", Arc::new(coded)),
                ("texts", Arc::new(StringArray::from_iter_values(texts))),
            ])
            .unwrap()
        })
        .collect();
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let schema = batches[0].schema();
    if is_file {
        let mut writer = FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.into_inner().unwrap()
    } else {
        let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.into_inner().unwrap()
    }
}

const COMPRESSIONS: [Option<CompressionType>; 3] = [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)];

#[test]
fn an_arrow_file_or_stream_that_is_cut_off_names_the_row_and_the_byte_up_to_which_it_is_whole() {
    for compression in COMPRESSIONS {
        for is_file in [true, false] {
            let bytes = arrow_bytes(is_file, compression);
            let whole = profile_bytes("t.arrow", "arrow", &bytes).unwrap();
            assert_eq!(whole.row_count, 3 * BATCH_ROWS as u64);
            let mut rows_seen = Vec::new();
            for cut in cuts(bytes.len()) {
                match profile_bytes("t.arrow", "arrow", &bytes[..cut]) {
                    // A stream may end behind any message.
                    Ok(table) => assert!(!is_file && table.row_count % BATCH_ROWS as u64 == 0, "{cut}"),
                    Err(error) => {
                        let (row, byte) = place_of(&error);
                        let (row, byte) = (row.unwrap(), byte.unwrap() as usize);
                        assert!(byte <= cut && !error.to_string().contains('\n'), "{cut}: {error}");
                        assert!([1, 201, 401, 601].contains(&row), "{cut}: {error}");
                        // What is whole up to there is a message, so another one begins, or the file had ended.
                        let begun = &bytes[byte..(byte + 4).min(cut)];
                        assert!(begun.iter().all(|byte| *byte == 0xFF) || byte <= 8, "{cut}: {error}");
                        rows_seen.push(row);
                    }
                }
            }
            rows_seen.dedup();
            assert!(rows_seen.starts_with(&[1, 201, 401]), "{compression:?} {is_file}: {rows_seen:?}");
        }
    }
}

#[test]
fn a_damaged_arrow_batch_names_its_first_row_and_where_it_begins() {
    for is_file in [true, false] {
        let bytes = arrow_bytes(is_file, Some(CompressionType::LZ4_FRAME));
        let mut failures = 0;
        for at in (12..bytes.len() - 20).step_by(13) {
            let wounded = with_wound(&bytes, at, 6);
            let Err(error) = profile_bytes("t.arrow", "arrow", &wounded) else {
                continue;
            };
            let (row, byte) = place_of(&error);
            assert!([1, 201, 401, 601].contains(&row.unwrap()), "{at}: {error}");
            assert!(
                byte.unwrap() < bytes.len() as u64 && !error.to_string().contains('\n'),
                "{at}: {error}"
            );
            failures += 1;
        }
        assert!(failures > 30, "{failures}");
    }
    // The second batch, where its compressed texts lie.
    for is_file in [true, false] {
        let bytes = arrow_bytes(is_file, Some(CompressionType::LZ4_FRAME));
        let begins = |at: &usize| {
            let length = i32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap());
            bytes[*at..].starts_with(&[0xFF; 4]) && (64..2_000).contains(&length)
        };
        let starts: Vec<usize> = (0..bytes.len() - 8).step_by(8).filter(begins).collect();
        // The schema, the dictionary, three batches.
        assert_eq!(starts.len(), 5, "{starts:?}");
        let error = profile_bytes("t.arrow", "arrow", &with_wound(&bytes, starts[4] - 200, 100)).unwrap_err();
        let expected = format!(
            "t.arrow is damaged at row 201, byte {}: the record batch there cannot be read: ",
            starts[3]
        );
        assert!(error.to_string().starts_with(&expected), "{error}");
        // A dictionary is read before the first batch.
        let mut wounded = bytes.clone();
        wounded[bytes.windows(6).position(|window| window == b"onetwo").unwrap()] = 0xFF;
        let error = profile_bytes("t.arrow", "arrow", &wounded).unwrap_err();
        assert_eq!(place_of(&error), (Some(1), Some(starts[1] as u64)), "{error}");
    }
}

#[test]
fn a_damaged_arrow_footer_names_the_end_of_the_rows() {
    let bytes = arrow_bytes(true, None);
    let length = u32::from_le_bytes(bytes[bytes.len() - 10..bytes.len() - 6].try_into().unwrap()) as usize;
    let footer = bytes.len() - 10 - length;
    let error = profile_bytes("t.arrow", "arrow", &with_wound(&bytes, footer, 8)).unwrap_err();
    // Before the footer stands the mark of the end, eight bytes.
    assert_eq!(place_of(&error), (Some(601), Some(footer as u64 - 8)), "{error}");
    assert!(
        error.to_string().contains("the footer is damaged") && !error.to_string().contains('\n'),
        "{error}"
    );
}

/// Lines with numbers that do not pack well.
fn lines(name: &str) -> Vec<u8> {
    let number = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let text: String = match name {
        "t.csv" => std::iter::once("id,n\n".to_owned())
            .chain((0..30_000).map(|i| format!("{i},{}\n", number(i))))
            .collect(),
        _ => (0..30_000).map(|i| format!("{{\"id\":{i},\"n\":{}}}\n", number(i))).collect(),
    };
    text.into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

#[test]
fn a_packed_text_that_is_cut_off_names_the_line_and_the_byte_at_which_it_ends() {
    for (name, format) in [("t.csv", "csv"), ("t.jsonl", "jsonl")] {
        let text = lines(name);
        for (ending, packed) in [("gz", gzip(&text)), ("zst", zstd::encode_all(&text[..], 1).unwrap())] {
            let name = format!("{name}.{ending}");
            let mut rows = Vec::new();
            for cut in (1..packed.len()).step_by(packed.len() / 9).chain([packed.len() - 1]) {
                let error = profile_bytes(&name, format, &packed[..cut]).unwrap_err();
                let (row, byte) = place_of(&error);
                let unpacked = &text[..byte.unwrap() as usize];
                let ends = unpacked.iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(row, Some(ends + 1), "{cut}: {error}");
                let expected = format!("its unpacked text ends there, near byte {cut} of the file: ");
                assert!(error.to_string().contains(&expected), "{cut}: {error}");
                rows.push(ends + 1);
            }
            // What is unpacked of the first kilobyte is counted too, though it is looked at before any line.
            let error = profile_bytes(&name, format, &packed[..400]).unwrap_err();
            assert!(ending == "zst" || place_of(&error).0 > Some(5), "{name}: {error}");
            // Zstd unpacks whole blocks.
            assert!(rows.is_sorted() && rows[0] == 1 && rows[9] > 25_000, "{name}: {rows:?}");
        }
    }
}

#[test]
fn a_packed_text_with_wrong_bytes_names_row_and_byte() {
    for (name, format) in [("t.csv", "csv"), ("t.jsonl", "jsonl")] {
        let text = lines(name);
        for (ending, packed) in [("gz", gzip(&text)), ("zst", zstd::encode_all(&text[..], 1).unwrap())] {
            let mut failures = 0;
            for at in (12..packed.len() - 20).step_by(packed.len() / 7) {
                // Where the checksum is missing, as in zstd by default, a wound may only make other text.
                let Err(error) = profile_bytes(&format!("{name}.{ending}"), format, &with_wound(&packed, at, 16)) else {
                    continue;
                };
                let (row, byte) = place_of(&error);
                assert!(row.is_some() && byte.is_some(), "{error}");
                failures += 1;
            }
            assert!(failures > 0, "{name}.{ending}: {failures}");
        }
    }
}
