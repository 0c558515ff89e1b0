//! profile(A) merge profile(B) = profile(A + B), through the stored bytes: equal where a figure is exact, inside the stated error
//! where it is an estimate; for columns of every kind, cut at random into parts that come in any order.
//!
//! Fixed seeds, so that a failure comes again: `LIMN_MERGE_SEEDS` sets how many.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    Time64NanosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;
use crate::domain::column_profile::ColumnProfile;
use crate::engine::accumulators::arrow_values::{Meaning, meaning_of};
use crate::engine::accumulators::scalar_column::FinishContext;
use crate::engine::canonical::{Form, Real, Scalar};
use crate::engine::type_inference::TokenKinds;

/// Small enough that short columns are stored as sketches.
const SMALL: ColumnLimits = ColumnLimits {
    values: 40,
    hashes: 0,
    shapes: 10,
};
/// Figures that sketches cannot give: they are absent, not wrong.
const NEEDS_VALUES: [&str; 6] = [
    "unique_count",
    "entropy_bits",
    "outlier_low_count",
    "outlier_high_count",
    "mode",
    "top_values",
];

fn state_of(array: &ArrayRef, limits: ColumnLimits, are_tokens: bool) -> ColumnState {
    if are_tokens {
        let mut state = ColumnState::of_tokens("c", limits, None);
        let tokens: BinaryArray = array.as_string::<i32>().iter().map(|text| text.map(str::as_bytes)).collect();
        state.update(&tokens, TokenKinds::PLAIN);
        return state;
    }
    let mut state = ColumnState::of_arrow_type("c", array.data_type(), limits);
    state.update(array, TokenKinds::default());
    state
}

fn finish(state: ColumnState, rows: usize) -> ColumnProfile {
    let context = FinishContext {
        rows: rows as u64,
        clock_day: 15_000,
    };
    state.finish(1, &context)
}

/// Canonical texts with their counts, and the values on the number line (days as seconds), sorted.
struct Truth {
    counts: BTreeMap<String, u64>,
    numbers: Vec<f64>,
}

fn truth_of(array: &ArrayRef, are_tokens: bool) -> Truth {
    let mut truth = Truth {
        counts: BTreeMap::new(),
        numbers: Vec::new(),
    };
    let mut add = |text: String, number: Option<f64>| {
        *truth.counts.entry(text).or_default() += 1;
        truth.numbers.extend(number.filter(|number| number.is_finite()));
    };
    let form = match meaning_of(array.data_type()) {
        Meaning::Scalar(form) => form,
        _ => Form::Integer,
    };
    match array.data_type() {
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .iter()
            .flatten()
            .for_each(|v| add(v.text(form), Some(v as f64))),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .for_each(|v| add(Real::new(v).text(form), Some(v))),
        DataType::Decimal128(..) => array
            .as_primitive::<Decimal128Type>()
            .iter()
            .flatten()
            .for_each(|v| add(v.text(form), Some(v.to_f64(form)))),
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .iter()
            .flatten()
            .for_each(|v| add(i64::from(v).text(form), Some(f64::from(v) * 86_400.0))),
        DataType::Timestamp(..) => array
            .as_primitive::<TimestampMicrosecondType>()
            .iter()
            .flatten()
            .for_each(|v| add(v.text(form), Some(v.div_euclid(86_400_000_000) as f64 * 86_400.0))),
        DataType::Utf8 => array
            .as_string::<i32>()
            .iter()
            .flatten()
            .for_each(|v| add(v.to_owned(), v.parse().ok().filter(|_| are_tokens))),
        _ => {}
    }
    truth.numbers.sort_by(f64::total_cmp);
    truth
}

/// Merged against whole; the whole is exact.
fn assert_inside(merged: &ColumnProfile, whole: &ColumnProfile, truth: &Truth) -> Result<(), TestCaseError> {
    prop_assert_eq!(&merged.broken_invariants, &Vec::<String>::new());
    prop_assert_eq!(&whole.broken_invariants, &Vec::<String>::new());
    prop_assert!(whole.estimates.is_empty(), "the truth is an estimate itself");
    let (found, expected) = (serde_json::to_value(merged).unwrap(), serde_json::to_value(whole).unwrap());
    let values = whole.non_null_count as f64;
    for (name, expected) in expected.as_object().unwrap() {
        let found = &found[name];
        let Some(estimate) = merged.estimates.get(name) else {
            let is_absent = found.is_null() || found.as_array().is_some_and(Vec::is_empty);
            if is_absent && !merged.estimates.is_empty() && NEEDS_VALUES.contains(&name.as_str()) {
                continue;
            }
            match name.as_str() {
                "estimates" => {}
                "histogram" => assert_bins(merged, whole, &truth.numbers)?,
                _ if expected.is_f64() && found.is_f64() => {
                    let (a, b) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
                    prop_assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-6), "{name}: {a} beside {b}");
                }
                _ => prop_assert_eq!(found, expected, "{}", name),
            }
            continue;
        };
        match name.as_str() {
            "distinct_count" | "distinct_ratio" | "standardised_distinct_count" | "distinct_pattern_count" => {
                let (a, b) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
                // The stated error is that of 95 in 100 columns: twice as much is that of all but some in 10,000.
                prop_assert!((a - b).abs() <= 2.0 * estimate.error * b + 1.0, "{name}: {a} beside {b}");
            }
            "p01" | "p05" | "p25" | "median" | "p75" | "p95" | "p99" => {
                let rank = [
                    ("p01", 0.01),
                    ("p05", 0.05),
                    ("p25", 0.25),
                    ("median", 0.5),
                    ("p75", 0.75),
                    ("p95", 0.95),
                    ("p99", 0.99),
                ];
                let rank = rank.iter().find(|rank| rank.0 == name).unwrap().1;
                let (value, all) = (found.as_f64().unwrap(), truth.numbers.len() as f64);
                let below = truth.numbers.partition_point(|number| *number < value) as f64 / all;
                let upto = truth.numbers.partition_point(|number| *number <= value) as f64 / all;
                let slack = 2.0 * estimate.error + 1.0 / all;
                prop_assert!(
                    below - slack <= rank && rank <= upto + slack,
                    "{name}: {value} has ranks {below} to {upto}"
                );
            }
            "top_values" => {
                for top in merged.top_values.iter().filter(|_| !truth.counts.is_empty()) {
                    let exact = truth.counts.get(&top.value).copied().unwrap_or(0);
                    let least = exact as f64 - estimate.error * values - 1.0;
                    prop_assert!(top.count <= exact && top.count as f64 >= least, "{top:?} beside {exact}");
                }
            }
            "patterns" => {
                for pattern in merged.metrics.patterns.iter().flatten() {
                    let exact = whole
                        .metrics
                        .patterns
                        .iter()
                        .flatten()
                        .find(|exact| exact.pattern == pattern.pattern);
                    prop_assert!(exact.is_none_or(|exact| pattern.count <= exact.count), "{pattern:?}");
                }
            }
            // The most that the months can hide.
            "days_present" | "weeks_present" => {
                let (a, b) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
                prop_assert!((a - b).abs() <= estimate.error * a + 1e-6, "{name}: {a} beside {b}");
            }
            name if name.contains("1yr") || name.contains("yr_") || name.contains("1mo") || name.contains("future") => {
                let (a, b) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
                prop_assert!((a - b).abs() <= estimate.error * a + 1e-6, "{name}: {a} beside {b}");
            }
            "iqr" | "mode" => {}
            other => prop_assert!(false, "{other} is an estimate that nobody checks"),
        }
    }
    Ok(())
}

/// However the bars are cut, each holds what lies between its edges.
fn assert_bins(merged: &ColumnProfile, whole: &ColumnProfile, numbers: &[f64]) -> Result<(), TestCaseError> {
    if merged.histogram == whole.histogram {
        return Ok(());
    }
    let bins = merged.histogram.len();
    for (index, bin) in merged.histogram.iter().enumerate() {
        let lower = bin.lower.unwrap_or(f64::NEG_INFINITY);
        let past = match bin.upper {
            Some(upper) if index + 1 < bins => numbers.partition_point(|number| *number < upper),
            _ => numbers.len(),
        };
        let exact = past - numbers.partition_point(|number| *number < lower);
        prop_assert_eq!(bin.count, exact as u64, "bin {:?}", bin);
    }
    Ok(())
}

/// Cuts the column, brings each part through bytes, merges the parts in another order, and compares.
fn check(array: &ArrayRef, cuts: &[usize], turn: usize, limits: ColumnLimits, are_tokens: bool) -> Result<(), TestCaseError> {
    let mut edges: Vec<usize> = cuts.iter().map(|cut| cut % (array.len() + 1)).collect();
    edges.extend([0, array.len()]);
    edges.sort_unstable();
    let mut parts: Vec<ArrayRef> = edges.windows(2).map(|edge| array.slice(edge[0], edge[1] - edge[0])).collect();
    let turn = turn % parts.len();
    parts.rotate_left(turn);
    let mut merged: Option<ColumnState> = None;
    for part in &parts {
        let bytes = store_column(state_of(part, limits, are_tokens)).map_err(|_| TestCaseError::fail("it is not stored"))?;
        prop_assert!(bytes.len() <= LARGEST_STATE, "{} bytes", bytes.len());
        let loaded = load_column("c", &bytes, limits).map_err(|error| TestCaseError::fail(error.to_string()))?;
        // Nothing is lost the second time.
        let again = store_column(load_column("c", &bytes, limits).unwrap()).unwrap();
        let figures = |bytes: &[u8]| finish(load_column("c", bytes, limits).unwrap(), part.len());
        let (once, twice) = (figures(&bytes), figures(&again));
        prop_assert_eq!(once.metrics.sum, twice.metrics.sum);
        prop_assert_eq!(once.histogram, twice.histogram);
        prop_assert_eq!(once.metrics.distinct_count, twice.metrics.distinct_count);
        match &mut merged {
            None => merged = Some(loaded),
            Some(merged) => merged.merge(loaded),
        }
    }
    let merged = merged.unwrap();
    if merged.wider_type().is_some() {
        // The table is read again with the wider type.
        return Ok(());
    }
    let truth = truth_of(array, are_tokens);
    let whole = state_of(array, ColumnLimits::default(), are_tokens);
    assert_inside(&finish(merged, array.len()), &finish(whole, array.len()), &truth)
}

fn column<S: Strategy + 'static>(
    value: S,
    rows: usize,
    to_array: impl Fn(Vec<Option<S::Value>>) -> ArrayRef + 'static,
) -> BoxedStrategy<ArrayRef>
where
    S::Value: Clone,
{
    proptest::collection::vec(proptest::option::weighted(0.9, value), 0..rows)
        .prop_map(to_array)
        .boxed()
}

/// Columns of every kind with up to so many rows.
fn kinds(rows: usize) -> Vec<(&'static str, BoxedStrategy<ArrayRef>)> {
    let texts = || {
        prop_oneof![
            "[a-cA-C]{0,3}",
            "[ a.'-]{0,4}",
            "n/?a|x{1,3}|2013-0[1-9]-1[0-9]|-?[0-9]{1,4}",
            "\\PC{0,12}",
            "[a-z]{2,8}@[a-z]{2,6}\\.com",
            "[0-9]{3}-[0-9]{2}-[0-9]{4}",
            "[a-zA-Z0-9 ]{20,60}",
        ]
    };
    vec![
        (
            "integers",
            column(
                prop_oneof![3 => -50..50_i64, 1 => any::<i64>(), 2 => 0..1_000_000_i64],
                rows,
                |part| Arc::new(Int64Array::from(part)),
            ),
        ),
        (
            "reals",
            column(
                prop_oneof![
                    4 => (-400..400_i64).prop_map(|v| v as f64 / 8.0),
                    3 => -1e9..1e9_f64,
                    1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(0.0)],
                ],
                rows,
                |part| Arc::new(Float64Array::from(part)),
            ),
        ),
        (
            "decimals",
            column(
                prop_oneof![3 => -5_000..5_000_i128, 1 => -10_i128.pow(37)..10_i128.pow(37)],
                rows,
                |part| Arc::new(Decimal128Array::from(part).with_precision_and_scale(38, 2).unwrap()),
            ),
        ),
        (
            "dates",
            column(-200_000..400_000_i32, rows, |part| Arc::new(Date32Array::from(part))),
        ),
        (
            "near dates",
            column(-9_000..25_000_i32, rows, |part| Arc::new(Date32Array::from(part))),
        ),
        (
            "instants",
            column(
                prop_oneof![
                    (-9_000..9_000_i64).prop_map(|day| day * 86_400_000_000),
                    -4_000_000_000_000_000..4_000_000_000_000_000_i64
                ],
                rows,
                |part| Arc::new(TimestampMicrosecondArray::from(part).with_timezone("UTC")),
            ),
        ),
        (
            "times of day",
            column(0..86_400_000_000_000_i64, rows, |part| Arc::new(Time64NanosecondArray::from(part))),
        ),
        ("booleans", column(any::<bool>(), rows, |part| Arc::new(BooleanArray::from(part)))),
        ("texts", column(texts(), rows, |part| Arc::new(StringArray::from(part)))),
        (
            "binary",
            column(proptest::collection::vec(any::<u8>(), 0..20), rows, |part| {
                Arc::new(part.into_iter().collect::<BinaryArray>())
            }),
        ),
        (
            "tokens",
            column(prop_oneof!["[1-9][0-9]{0,5}", "-[1-9]"], rows, |part| {
                Arc::new(StringArray::from(part))
            }),
        ),
        (
            "mixed tokens",
            column(prop_oneof!["[1-9][0-9]{0,3}", "[0-9]\\.[0-9]{1,3}", "true|x"], rows, |part| {
                Arc::new(StringArray::from(part))
            }),
        ),
    ]
}

fn for_every_kind(rows: usize, cases: u32, limits: ColumnLimits) {
    let seeds = std::env::var("LIMN_MERGE_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(2_u8);
    for seed in 1..=seeds {
        for (name, array) in kinds(rows) {
            let config = Config {
                cases,
                failure_persistence: None,
                max_shrink_iters: 200,
                ..Config::default()
            };
            let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
            let cuts = proptest::collection::vec(any::<usize>(), 0..5);
            let found = runner.run(&(array, cuts, any::<usize>()), |(array, cuts, turn)| {
                check(&array, &cuts, turn, limits, name.contains("tokens"))
            });
            if let Err(error) = found {
                panic!("{name}, seed {seed}: {error}");
            }
        }
    }
}

#[test]
fn parts_that_are_stored_exactly_merge_to_the_whole() {
    for_every_kind(300, 24, ColumnLimits::default());
}

#[test]
fn parts_that_are_stored_as_sketches_merge_to_the_whole_within_their_errors() {
    for_every_kind(300, 24, SMALL);
}

#[test]
fn parts_too_large_to_be_stored_exactly_merge_to_the_whole_within_their_errors() {
    for_every_kind(20_000, 1, ColumnLimits::default());
}

/// The array's states, stored in so many parts and merged.
fn merged_of_parts(array: &ArrayRef, parts: usize) -> ColumnProfile {
    let rows = array.len().div_ceil(parts);
    let mut merged: Option<ColumnState> = None;
    for start in (0..array.len()).step_by(rows) {
        let part = array.slice(start, rows.min(array.len() - start));
        let bytes = store_column(state_of(&part, ColumnLimits::default(), false)).unwrap();
        let loaded = load_column("c", &bytes, ColumnLimits::default()).unwrap();
        match &mut merged {
            None => merged = Some(loaded),
            Some(merged) => merged.merge(loaded),
        }
    }
    finish(merged.unwrap(), array.len())
}

#[test]
fn days_that_became_months_say_how_far_they_are_off_and_have_bars_of_months() {
    // 30,000 days around the clock's (15,000), of which the last 20 are crowded: their month is cut by the clock.
    let crowded = (0..90_000).map(|i| 14_990 + i % 20);
    let array: ArrayRef = Arc::new(Date32Array::from_iter_values((0..30_000).chain(crowded)));
    let exact = finish(state_of(&array, ColumnLimits::default(), false), array.len());
    assert!(exact.estimates.is_empty() && exact.metrics.days_present == Some(30_000));
    for parts in [1, 4] {
        let merged = merged_of_parts(&array, parts);
        assert_eq!(merged.broken_invariants, Vec::<String>::new());
        let figures = |profile: &ColumnProfile| serde_json::to_value(&profile.metrics).unwrap();
        let (found, expected) = (figures(&merged), figures(&exact));
        for name in [
            "before_1yr_count",
            "before_5yr_count",
            "before_20yr_count",
            "before_100yr_count",
            "within_1mo_count",
            "within_1yr_count",
            "future_count",
            "distant_future_count",
            "days_present",
            "weeks_present",
        ] {
            let (a, b) = (found[name].as_f64().unwrap(), expected[name].as_f64().unwrap());
            let error = merged.estimates.get(name).map_or(0.0, |estimate| estimate.error);
            assert!((a - b).abs() <= error * a + 1e-6, "{name}: {a} beside {b}, {error}");
        }
        // Every day is there, and the parts of the column lie one behind the other but for the crowd.
        assert!(merged.estimates.get("days_present").is_none_or(|estimate| estimate.error < 0.8));
        assert!(merged.estimates["future_count"].error > 0.1);
        let days: Vec<f64> = exact_days(&array);
        assert_bins(&merged, &exact, &days).unwrap();
        assert!(
            !merged.histogram.iter().any(|bin| bin.label.starts_with("week")),
            "{:?}",
            merged.histogram
        );
    }
}

fn exact_days(array: &ArrayRef) -> Vec<f64> {
    let mut days: Vec<f64> = array
        .as_primitive::<Date32Type>()
        .values()
        .iter()
        .map(|day| f64::from(*day) * 86_400.0)
        .collect();
    days.sort_by(f64::total_cmp);
    days
}

#[test]
fn stored_nanoseconds_say_that_only_their_microseconds_are_counted() {
    let array: ArrayRef = Arc::new(TimestampNanosecondArray::from_iter_values(
        (0..20_000).map(|i| 1_700_000_000_000_000_000 + 100 * i),
    ));
    let merged = merged_of_parts(&array, 2);
    let (distinct, estimate) = (merged.metrics.distinct_count.unwrap() as f64, &merged.estimates["distinct_count"]);
    assert_eq!(estimate.method, "hll_lg12_microseconds");
    assert!(distinct * (1.0 + estimate.error) >= 19_999.0, "{distinct} {estimate:?}");
    assert!(merged.metrics.unique_count.is_none());
}

#[test]
fn stored_numbers_beyond_doubles_keep_their_deviation() {
    let array: ArrayRef = Arc::new(Int64Array::from_iter_values(
        (0..40_000).map(|i| (1_i64 << 60) + i * 7_919 % 40_000),
    ));
    for parts in [1, 3] {
        let merged = merged_of_parts(&array, parts);
        assert_eq!(merged.broken_invariants, Vec::<String>::new());
        let expected = (40_000.0 * 40_001.0 / 12.0_f64).sqrt();
        let found = merged.metrics.stddev_value.unwrap();
        assert!((found - expected).abs() < 1e-6 * expected, "{found} beside {expected}");
        assert_eq!(merged.estimates["median"].method, "kll_k400_doubles");
    }
}

#[test]
fn states_of_others_and_damaged_ones_are_refused_by_name() {
    let array: ArrayRef = Arc::new(Int64Array::from_iter_values(0..30_000));
    for rows in [10, 30_000] {
        let bytes = store_column(state_of(&array.slice(0, rows), ColumnLimits::default(), false)).unwrap();
        assert!(verify(&bytes).is_ok());
        let at = bytes.windows(6).position(|part| part == b"lgK 12").unwrap();
        let mut other = bytes.clone();
        other[at + 4..at + 6].copy_from_slice(b"14");
        let error = verify(&other).unwrap_err().to_string();
        assert!(
            error.contains("lgK 14") && error.contains("and only") && error.contains("lgK 12"),
            "{error}"
        );
        for place in [0, at + 200, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            if let Some(byte) = damaged.get_mut(place) {
                *byte ^= 0x55;
                assert!(
                    load_column("c", &damaged, ColumnLimits::default()).is_err(),
                    "byte {place} of {}",
                    bytes.len()
                );
            }
        }
        for length in 0..bytes.len().min(400) {
            assert!(load_column("c", &bytes[..length], ColumnLimits::default()).is_err());
        }
    }
    let mut failed = ColumnState::of_arrow_type("c", &DataType::Int64, ColumnLimits::default());
    failed.fail("x".into());
    assert!(store_column(failed).is_err());
}

#[test]
fn the_largest_state_is_within_its_bound() {
    // Texts of every length, shape and letter, as long as they are kept.
    let texts = |n: usize| (0..n).map(|i| format!("{}{}", "Aa9 é-".repeat(1 + i * 7 % 2_900), i * 7_919));
    let arrays: [ArrayRef; 2] = [
        Arc::new(StringArray::from_iter_values(texts(3_000))),
        Arc::new(Float64Array::from_iter_values(
            (0..400_000).map(|i| (f64::from(i) * 0.731).sin() * 1e6),
        )),
    ];
    for array in arrays {
        let bytes = store_column(state_of(&array, ColumnLimits::default(), false)).unwrap();
        assert!(bytes.len() <= LARGEST_STATE, "{} bytes", bytes.len());
        let profile = finish(load_column("c", &bytes, ColumnLimits::default()).unwrap(), array.len());
        assert_eq!(profile.broken_invariants, Vec::<String>::new());
    }
}

/// What a merge of many parts costs: `cargo test --release states::tests::measure -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measure_merging_a_year_of_partitions() {
    let rows = 20_000_i64;
    type Make = fn(i64, i64) -> ArrayRef;
    let kinds: [(&str, Make); 6] = [
        ("few integers", |day, rows| {
            Arc::new(Int64Array::from_iter_values((0..rows).map(|i| (i + day) % 300)))
        }),
        ("unique integers", |day, rows| {
            Arc::new(Int64Array::from_iter_values((0..rows).map(|i| day * rows + i)))
        }),
        ("unique reals", |day, rows| {
            Arc::new(Float64Array::from_iter_values(
                (0..rows).map(|i| ((day * rows + i) as f64).sin() * 1e5),
            ))
        }),
        ("instants", |day, rows| {
            Arc::new(TimestampMicrosecondArray::from_iter_values(
                (0..rows).map(|i| day * 86_400_000_000 + i * 4_000_001),
            ))
        }),
        ("few texts", |day, rows| {
            Arc::new(StringArray::from_iter_values(
                (0..rows).map(|i| format!("city {}", (i + day) % 200)),
            ))
        }),
        ("unique texts", |day, rows| {
            Arc::new(StringArray::from_iter_values(
                (0..rows).map(|i| format!("name{}.{}@example.com", day * rows + i, i % 97)),
            ))
        }),
    ];
    for (name, make) in kinds {
        let stored: Vec<Vec<u8>> = (0..365)
            .map(|day| store_column(state_of(&make(day, rows), ColumnLimits::default(), false)).unwrap())
            .collect();
        let mut best = f64::MAX;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            let mut states = stored.iter().map(|bytes| load_column("c", bytes, ColumnLimits::default()).unwrap());
            let mut merged = states.next().unwrap();
            states.for_each(|state| merged.merge(state));
            best = best.min(began.elapsed().as_secs_f64() * 1e3);
            let profile = finish(merged, 365 * rows as usize);
            assert_eq!(profile.broken_invariants, Vec::<String>::new());
        }
        let bytes: usize = stored.iter().map(Vec::len).sum::<usize>() / stored.len();
        println!("{name}: 365 states of {bytes} bytes merge in {best:.2} ms");
    }
}
