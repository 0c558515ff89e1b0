//! Sketches and hashes that Spark itself made (`scripts/golden/spark_sketches.py`): ours must be the same, or read the same.

use std::path::PathBuf;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use serde_json::Value;

use super::distinct::DistinctHashes;
use super::quantiles::QuantileSketch;
use super::registers::Registers;
use super::sketch_error::SketchError;
use super::top_values::{FrequentValues, StoredValues};
use crate::engine::canonical::{Form, Real, Scalar, hash_bytes};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/engine/fixtures/spark")
}

fn index() -> Value {
    serde_json::from_slice(&std::fs::read(folder().join("index.json")).unwrap()).unwrap()
}

fn fixture(entry: &Value) -> Vec<u8> {
    std::fs::read(folder().join(entry["file"].as_str().unwrap())).unwrap()
}

fn span(entry: &Value) -> Option<std::ops::Range<i128>> {
    Some(i128::from(entry["first"].as_i64()?)..i128::from(entry["past"].as_i64()?))
}

/// The canonical hash of value i of a column, by the recipes of the index.
fn hash_of(column: &str, i: i128) -> Option<u64> {
    let whole = |value: i128| i64::try_from(value).unwrap();
    let decimal = |value: i128, precision, scale| value.canonical_hash(Form::Decimal { precision, scale });
    Some(match column {
        "bigint" => whole(i * 1_000_003 - 50_000_000_000).canonical_hash(Form::Integer),
        "int" => whole(i * 31 - 1_000).canonical_hash(Form::Integer),
        "double" => Real::new(match i {
            0 => -0.0,
            1 => 0.0,
            2 => f64::NAN,
            i => (i as f64 - 500.0) / 8.0,
        })
        .canonical_hash(Form::Real),
        "boolean" => i64::from(i % 3 == 0).canonical_hash(Form::Boolean),
        "date" => whole(i - 400).canonical_hash(Form::Date),
        "timestamp" => whole(i * 86_399_123_457 - 5_000_000_000_000_000).canonical_hash(Form::Instant { nanos: false, utc: true }),
        "string" => hash_bytes(
            match i % 5 {
                0 => format!("value {i}"),
                1 => format!("wärde {i}"),
                2 => format!("值{i}"),
                3 => format!("😀 {i}"),
                _ => "x".repeat((i % 40) as usize),
            }
            .as_bytes(),
        ),
        "decimal_18_2" => decimal(i * 12_345 - 500_000, 18, 2),
        "decimal_20_0" => decimal(18_446_744_073_709_551_615 - 3 * i, 20, 0),
        "decimal_38_4" => decimal(
            i * 10_000_000_000_000_000_000_000_001 - 3_000_000_000_000_000_000_000_000_000,
            38,
            4,
        ),
        "binary" => hash_bytes(&(i * 65_537).to_be_bytes()[11..]),
        _ => return None,
    })
}

#[test]
fn values_are_hashed_as_spark_hashes_them() {
    let day = |text: &str| {
        let part = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        crate::engine::calendar::days_from_civil(part(0, 4), part(5, 7) as u32, part(8, 10) as u32)
    };
    let micros = |text: &str| {
        let (time, fraction) = text[11..].split_once('.').unwrap_or((&text[11..], "0"));
        let part = |at: usize| time[at..at + 2].parse::<i64>().unwrap();
        let fraction: i64 = format!("{fraction:0<6}").parse().unwrap();
        ((day(text) * 24 + part(0)) * 60 + part(3)) * 60_000_000 + part(6) * 1_000_000 + fraction
    };
    let mut checked = 0;
    for entry in index()["hashes"].as_array().unwrap() {
        let (kind, value) = (entry["type"].as_str().unwrap(), entry["value"].as_str().unwrap());
        let hash = match kind {
            "bigint" | "int as bigint" | "tinyint as bigint" => value.parse::<i64>().unwrap().canonical_hash(Form::Integer),
            "double" | "float as double" => Real::new(value.parse().unwrap()).canonical_hash(Form::Real),
            "boolean" => i64::from(value == "true").canonical_hash(Form::Boolean),
            "date" => day(value).canonical_hash(Form::Date),
            "timestamp" | "timestamp_ntz" => micros(value).canonical_hash(Form::Instant { nanos: false, utc: true }),
            "string" => hash_bytes(value.as_bytes()),
            "binary" => {
                let bytes: Vec<u8> = (0..value.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&value[at..at + 2], 16).unwrap())
                    .collect();
                hash_bytes(&bytes)
            }
            decimal => {
                let (precision, scale) = decimal
                    .strip_prefix("decimal(")
                    .unwrap()
                    .strip_suffix(')')
                    .unwrap()
                    .split_once(',')
                    .unwrap();
                let form = Form::Decimal {
                    precision: precision.parse().unwrap(),
                    scale: scale.parse().unwrap(),
                };
                value.replace('.', "").parse::<i128>().unwrap().canonical_hash(form)
            }
        };
        assert_eq!((hash as i64).to_string(), entry["xxhash64"].as_str().unwrap(), "{kind} {value}");
        checked += 1;
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn distinct_sketches_are_read_merged_and_written_as_sparks() {
    let (mut same, mut refused) = (0, 0);
    for entry in index()["hll"].as_array().unwrap() {
        let bytes = fixture(entry);
        if entry["lg_k"] != 12 {
            let error = Registers::from_bytes(&bytes).unwrap_err();
            assert!(matches!(error, SketchError::OtherParameters { .. }), "{error}");
            refused += 1;
            continue;
        }
        let read = Registers::from_bytes(&bytes).unwrap();
        if let Some(estimate) = entry["merged_estimate"].as_f64().filter(|estimate| *estimate > 100.0) {
            assert!(
                (read.estimate() - estimate).abs() <= estimate * 0.005 + 1.0,
                "{entry}: {}",
                read.estimate()
            );
        }
        let Some(column) = entry["column"].as_str() else { continue };
        let Some(range) = span(entry) else { continue };
        let mut ours = Registers::default();
        range.filter_map(|i| hash_of(column, i)).for_each(|hash| ours.update(hash));
        assert_eq!(read, ours, "{entry}");
        // Two halves of which Spark wrote one make the whole.
        let mut merged = DistinctHashes::from_bytes(&bytes).unwrap();
        merged.merge(&DistinctHashes::from_bytes(&ours.to_bytes()).unwrap());
        assert_eq!(Registers::from_bytes(&merged.to_bytes()).unwrap(), ours);
        same += 1;
    }
    assert!(same > 25 && refused > 0, "{same} {refused}");
}

#[test]
fn quantile_sketches_are_read_merged_and_written() {
    let (mut read, mut refused) = (0, 0);
    for entry in index()["kll"].as_array().unwrap() {
        let bytes = fixture(entry);
        if entry["k"] != 400 {
            let error = QuantileSketch::from_bytes(&bytes).unwrap_err();
            assert!(matches!(error, SketchError::OtherParameters { .. }), "{error}");
            refused += 1;
            continue;
        }
        let (sketch, range) = QuantileSketch::from_bytes(&bytes).unwrap();
        let Some(ranks) = entry["quantiles"].as_array() else {
            assert_eq!(range.is_none(), entry["n"] == 0, "{entry}");
            continue;
        };
        let (min, max) = range.unwrap();
        assert_eq!(
            (ranks.first().unwrap().as_f64(), ranks.last().unwrap().as_f64()),
            (Some(min), Some(max))
        );
        // Spark's ranks 0.01 0.05 0.25 0.5 0.75 0.95 0.99 stand between its two ends, ours between the two tails.
        let ours = sketch.quantiles(min, max).unwrap();
        let theirs: Vec<f64> = ranks[1..8].iter().map(|value| value.as_f64().unwrap()).collect();
        assert_eq!(ours[1..8], theirs[..], "{entry}");
        let again = QuantileSketch::from_bytes(&sketch.to_bytes(range)).unwrap();
        assert_eq!(again.0.quantiles(min, max), sketch.quantiles(min, max));
        assert_eq!(again.1, range);
        let mut doubled = sketch.clone();
        doubled.merge(&sketch);
        assert!(doubled.quantiles(min, max).is_some());
        read += 1;
    }
    assert!(read > 8 && refused > 0, "{read} {refused}");
}

/// Writes sketches of the same columns for Spark to read, in the bytes that are in every stored state:
/// `LIMN_SKETCHES_OUT=DIR cargo test --features ssr --lib writes_sketches -- --ignored`, then
/// `scripts/golden/spark_sketches.py --read DIR --golden src/engine/fixtures/spark`.
#[test]
#[ignore = "writes files for Spark"]
fn writes_sketches_for_spark() {
    let out = PathBuf::from(std::env::var("LIMN_SKETCHES_OUT").expect("LIMN_SKETCHES_OUT names a folder"));
    std::fs::create_dir_all(&out).unwrap();
    let index = index();
    for entry in index["hll"].as_array().unwrap().iter().filter(|entry| entry["lg_k"] == 12) {
        let (Some(column), Some(range)) = (entry["column"].as_str(), span(entry)) else {
            continue;
        };
        let mut distinct = DistinctHashes::new(0);
        range.filter_map(|i| hash_of(column, i)).for_each(|hash| distinct.update(hash, 1));
        std::fs::write(out.join(entry["file"].as_str().unwrap()), distinct.to_bytes()).unwrap();
    }
    for entry in index["kll"].as_array().unwrap().iter().filter(|entry| entry["k"] == 400) {
        let number = |i: i128| match entry["column"].as_str() {
            Some("bigint") => Some((i * 1_000_003 - 50_000_000_000) as f64),
            Some("double") => Some(match i {
                0 | 1 => 0.0,
                2 => return None,
                i => (i as f64 - 500.0) / 8.0,
            }),
            _ => Some((i * 12_345 - 500_000) as f64 / 100.0),
        };
        let values: Vec<f64> = span(entry).unwrap().filter_map(number).collect();
        let mut sketch = QuantileSketch::keeping(0);
        values.chunks(1_000).for_each(|block| sketch.update_block(block));
        let range = values.iter().copied().reduce(f64::min).zip(values.iter().copied().reduce(f64::max));
        std::fs::write(out.join(entry["file"].as_str().unwrap()), sketch.to_bytes(range)).unwrap();
    }
}

#[test]
fn frequent_texts_are_read_as_spark_counted_them() {
    let mut read = 0;
    for entry in index()["top_values"].as_array().unwrap() {
        // Behind the sketch stands how many rows were null.
        let bytes = fixture(entry);
        let sparks = FrequentItemsSketch::<String>::deserialize(&bytes[..bytes.len() - 8]).unwrap();
        let counts = sparks.frequent_items(ErrorType::NoFalseNegatives).into_iter();
        let sketch = FrequentValues::from_stored(StoredValues {
            counts: counts.map(|row| (row.item().clone(), row.lower_bound())).collect(),
            missed: sparks.maximum_error(),
            total: sparks.total_weight(),
        });
        let found = sketch.commonest();
        let estimated = entry["estimate"].as_array().unwrap().iter().filter(|item| !item["value"].is_null());
        for item in estimated.take(5) {
            let (value, count) = (item["value"].as_str().unwrap(), item["count"].as_u64().unwrap());
            let ours = found.iter().find(|found| found.0 == value);
            // Spark shows the upper bound of a count, we the lower one.
            if let Some((_, ours)) = ours {
                assert!(*ours <= count && (count - ours) as f64 <= sketch.estimate().error * 1e6, "{entry}");
                read += 1;
            }
        }
    }
    assert!(read > 5, "{read}");
}
