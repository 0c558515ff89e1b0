//! Fuzz targets: good files with random wounds, and random bytes, through the whole engine. Whatever comes back, it is an
//! answer: a profile whose invariants hold, or an error with its place and a remedy; never a panic, a hang, or more memory
//! than there is.
//!
//! Each target runs for a fixed number of cases (`LIMN_FUZZ_CASES` sets another), so that every run of the tests takes it along.

use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::accumulators::distinct::DistinctHashes;
use super::accumulators::quantiles::QuantileSketch;
use super::*;
use crate::domain::connection::FoundTable;

/// Longest time that one wounded file may take.
const CASE_WITHIN: Duration = Duration::from_secs(20);

/// One wound: where (as a share of the file), what, with which byte, how often.
type Wound = (f64, u8, u8, usize);

fn wounds() -> impl Strategy<Value = Vec<Wound>> {
    proptest::collection::vec((0.0..1.0_f64, 0_u8..6, any::<u8>(), 1_usize..40), 1..6)
}

/// The file with its wounds: bytes flipped, set, cut out, doubled, put in, or the end cut off.
fn wounded(seed: &[u8], wounds: &[Wound]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (place, kind, byte, length) in wounds {
        if bytes.is_empty() {
            break;
        }
        let at = ((bytes.len() as f64 * place) as usize).min(bytes.len() - 1);
        let end = (at + length).min(bytes.len());
        match kind {
            0 => bytes[at] ^= byte | 1,
            1 => bytes[at..end].fill(*byte),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let twice = bytes[at..end].to_vec();
                bytes.splice(at..at, twice);
            }
            4 => drop(bytes.splice(at..at, std::iter::repeat_n(*byte, *length))),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Runs the cases. A panic outside of what the engine guards, or a case that takes too long, fails the test with its wounds.
fn run_cases(name: &str, format: &str, seeds: &[Vec<u8>], cases: u32) {
    run_wounded(name, format, seeds, cases, wounded);
}

/// How many cases to run.
fn cases_or(usual: u32) -> u32 {
    let asked = std::env::var("LIMN_FUZZ_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// The same with wounds of another kind.
fn run_wounded(name: &str, format: &str, seeds: &[Vec<u8>], cases: u32, wounded: fn(&[u8], &[Wound]) -> Vec<u8>) {
    let root = tempfile::tempdir().unwrap();
    let table = FoundTable {
        schema_name: "-".into(),
        table_name: "t".into(),
        format: format.into(),
        files: vec![name.into()],
        bytes: 0,
        scope: Default::default(),
    };
    let options = ProfileOptions {
        deadline_ms: 10_000,
        memory_bytes: 64 << 20,
        ..ProfileOptions::default()
    };
    let mut runner = TestRunner::new(Config {
        cases: cases_or(cases),
        failure_persistence: None,
        ..Config::default()
    });
    let random = proptest::collection::vec(any::<u8>(), 0..300);
    let strategy = (0..=seeds.len(), wounds(), random);
    runner
        .run(&strategy, |(seed, wounds, random)| {
            let bytes = seeds.get(seed).map_or(random, |seed| wounded(seed, &wounds));
            fs::write(root.path().join(name), &bytes).unwrap();
            let started = Instant::now();
            match profile_table(root.path(), &table, &options, &Unobserved) {
                Ok(profile) => prop_assert_eq!(profile.broken_invariants(), Vec::<String>::new()),
                Err(error) => {
                    prop_assert!(!error.remedy().is_empty() && !error.to_string().is_empty());
                    let names_no_byte = matches!(
                        error,
                        EngineError::Malformed { byte: None, .. } | EngineError::ReaderFault { byte: None, .. }
                    );
                    // Where not one record fits, the first line that does not is named.
                    prop_assert!(!names_no_byte || error.to_string().contains(", line "), "{}", error);
                }
            }
            prop_assert!(started.elapsed() < CASE_WITHIN, "it took {:?}", started.elapsed());
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

fn batch() -> RecordBatch {
    let texts: Vec<Option<String>> = (0..200).map(|i| (i % 7 != 0).then(|| format!("text {}", i % 13))).collect();
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..200).map(|i| (i % 5 != 0).then(|| vec![Some(i), None])));
    RecordBatch::try_from_iter_with_nullable([
        ("n", Arc::new(Int64Array::from_iter_values(0..200)) as ArrayRef, true),
        (
            "small",
            Arc::new(Int32Array::from_iter((0..200).map(|i| (i % 3 != 0).then_some(i % 10)))),
            true,
        ),
        (
            "r",
            Arc::new(Float64Array::from_iter_values((0..200).map(|i| f64::from(i) * 0.5))),
            true,
        ),
        ("s", Arc::new(StringArray::from(texts)), true),
        ("l", Arc::new(lists), true),
    ])
    .unwrap()
}

#[test]
fn csv_of_any_bytes_gets_an_answer() {
    let seeds = [
        "id,name,day\n1,\"a\nb\",2013-01-01\n2,\"say \"\"hi\"\"\",2013-01-02\n3,,\n"
            .repeat(20)
            .into_bytes(),
        "a;b\r\n1,5;'x'\r\n".repeat(30).into_bytes(),
        "id,name\n1,Zoë\n".repeat(20).encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    run_cases("t.csv", "csv", &seeds, 300);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&seeds[0]).unwrap();
    run_cases(
        "t.csv.gz",
        "csv",
        &[gzip.finish().unwrap(), zstd::encode_all(&seeds[0][..], 1).unwrap()],
        200,
    );
}

#[test]
fn json_lines_of_any_bytes_get_an_answer() {
    let seed = "{\"id\":1,\"o\":{\"a\":[1,{\"b\":\"\\u00e4\"}],\"n\":null},\"t\":\"x\\ny\"}\n{\"id\":2.5e3,\"t\":true}\n".repeat(20);
    run_cases(
        "t.jsonl",
        "jsonl",
        &[
            seed.into_bytes(),
            "[".repeat(5_000).into_bytes(),
            "{\"a\":".repeat(2_000).into_bytes(),
        ],
        300,
    );
}

fn parquet_seeds() -> Vec<Vec<u8>> {
    [Compression::UNCOMPRESSED, Compression::SNAPPY]
        .into_iter()
        .map(|compression| {
            let properties = WriterProperties::builder()
                .set_compression(compression)
                .set_max_row_group_row_count(Some(80))
                .build();
            let batch = batch();
            let mut bytes = Vec::new();
            let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            bytes
        })
        .collect()
}

#[test]
fn parquet_of_any_bytes_gets_an_answer() {
    run_cases("t.parquet", "parquet", &parquet_seeds(), 300);
}

/// Wounds in the footer alone, whose length is put right again, so that the reader goes on to believe what it says.
fn with_wounded_footer(seed: &[u8], wounds: &[Wound]) -> Vec<u8> {
    let Some((body, tail)) = seed.split_last_chunk::<8>() else {
        return seed.to_vec();
    };
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]) as usize;
    let (pages, footer) = body.split_at(body.len() - length);
    let footer = wounded(footer, wounds);
    [pages, &footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn parquet_footers_of_any_bytes_get_an_answer() {
    run_wounded("t.parquet", "parquet", &parquet_seeds(), 300, with_wounded_footer);
}

/// Wounds at the heads of pages, which are the first bytes of the file and those around its middle.
fn with_wounded_heads(seed: &[u8], wounds: &[Wound]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (place, _, byte, length) in wounds {
        let start = if length.is_multiple_of(2) { 4 } else { bytes.len() / 2 };
        let at = (start + (place * 40.0) as usize).min(bytes.len() - 1);
        bytes[at] = *byte;
    }
    bytes
}

#[test]
fn parquet_page_heads_of_any_bytes_get_an_answer() {
    run_wounded("t.parquet", "parquet", &parquet_seeds(), 300, with_wounded_heads);
}

#[test]
fn sketches_of_any_bytes_are_read_or_refused_by_name() {
    let (mut hashes, mut quantiles) = (DistinctHashes::new(0), QuantileSketch::keeping(64));
    for value in 0..3_000_u64 {
        hashes.update(value.wrapping_mul(0x9E37_79B9_7F4A_7C15), 1);
        quantiles.update(value as f64, 1);
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/fixtures/spark");
    let mut seeds: Vec<Vec<u8>> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .filter(|bytes| bytes.len() < 1 << 16)
        .collect();
    seeds.push(hashes.to_bytes());
    let mut runner = TestRunner::new(Config {
        cases: cases_or(2_000),
        failure_persistence: None,
        ..Config::default()
    });
    let random = proptest::collection::vec(any::<u8>(), 0..300);
    runner
        .run(&(0..=seeds.len(), wounds(), random), |(seed, wounds, random)| {
            let bytes = seeds.get(seed).map_or(random, |seed| wounded(seed, &wounds));
            match DistinctHashes::from_bytes(&bytes) {
                // What was read can be asked, merged and written again.
                Ok(mut read) => {
                    read.merge(&hashes);
                    prop_assert!(read.count(u64::MAX).distinct > 0 && !read.to_bytes().is_empty());
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
            match QuantileSketch::from_bytes(&bytes) {
                Ok((mut read, _)) => {
                    read.merge(&quantiles);
                    prop_assert!(read.heap_bytes() < 64 << 20);
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("sketches: {failure}"));
}

#[test]
fn arrow_of_any_bytes_gets_an_answer() {
    let batch = batch();
    let mut seeds: Vec<Vec<u8>> = [None, Some(CompressionType::LZ4_FRAME)]
        .into_iter()
        .map(|compression| {
            let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
            let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
            writer.write(&batch).unwrap();
            writer.finish().unwrap();
            writer.into_inner().unwrap()
        })
        .collect();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    seeds.push(writer.into_inner().unwrap());
    run_cases("t.arrow", "arrow", &seeds, 300);
}
