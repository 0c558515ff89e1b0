//! What is exact stays exact when a column is streamed, and where doubles or microseconds are too coarse for its values.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray, TimestampNanosecondArray};

use super::column::ColumnState;
use super::scalar_column::FinishContext;
use crate::domain::column_profile::ColumnProfile;
use crate::engine::limits::ColumnLimits;
use crate::engine::type_inference::TokenKinds;

/// So many different values are not kept in a map.
const STREAMED: i64 = 300_000;

fn profile_of(array: ArrayRef) -> ColumnProfile {
    let mut state = ColumnState::of_arrow_type("c", array.data_type(), ColumnLimits::default());
    for start in (0..array.len()).step_by(8_192) {
        let length = (array.len() - start).min(8_192);
        state.update(&array.slice(start, length), TokenKinds::default());
    }
    let context = FinishContext {
        rows: array.len() as u64,
        clock_day: 20_000,
    };
    let profile = state.finish(1, &context);
    assert_eq!(profile.broken_invariants, Vec::<String>::new());
    profile
}

fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= 1e-9 * expected)
}

#[test]
fn infinite_instants_have_no_date_when_the_column_is_streamed() {
    let mut micros: Vec<i64> = (0..STREAMED).map(|i| 1_600_000_000_000_000 + i * 1_000_003).collect();
    (micros[0], micros[250_000]) = (i64::MAX, i64::MAX);
    let last = micros[micros.len() - 1] / 86_400_000_000;
    let metrics = profile_of(Arc::new(TimestampMicrosecondArray::from(micros))).metrics;
    assert_eq!(metrics.infinite_count, Some(2));
    assert_eq!(metrics.date_span_days, Some(last - 1_600_000_000 / 86_400));
    assert_eq!(metrics.max_date, metrics.max_value);
    assert!(metrics.max_date.is_some_and(|date| date.starts_with("2020-")));
    assert_eq!((metrics.future_count, metrics.distant_future_count), (Some(0), Some(0)));
}

#[test]
fn different_nanoseconds_are_counted_as_such_when_the_column_is_streamed() {
    let nanos = (0..STREAMED).map(|i| 1_700_000_000_000_000_000 + 100 * i);
    let profile = profile_of(Arc::new(TimestampNanosecondArray::from_iter_values(nanos)));
    let metrics = &profile.metrics;
    assert_eq!(metrics.distinct_count, Some(STREAMED as u64));
    assert_eq!(metrics.unique_count, Some(STREAMED as u64));
    assert!(!profile.is_estimate("distinct_count"));
}

#[test]
fn texts_that_are_all_different_have_their_entropy_when_the_column_is_streamed() {
    let texts: Vec<String> = (0..STREAMED).map(|i| format!("text {i}")).collect();
    let metrics = profile_of(Arc::new(StringArray::from_iter_values(&texts))).metrics;
    assert!(close(metrics.entropy_bits, (STREAMED as f64).log2()), "{:?}", metrics.entropy_bits);
}

#[test]
fn texts_that_hardly_repeat_have_their_entropy_when_the_column_is_streamed() {
    let texts: Vec<String> = (0..STREAMED).map(|i| format!("text {i}")).collect();
    // One text four times, another twice, before and after the texts themselves are given up.
    let often = [&texts[..2], &texts[..1], &texts[..], &texts[..1]].concat();
    let metrics = profile_of(Arc::new(StringArray::from_iter_values(&often))).metrics;
    let total = often.len() as f64;
    let share = |times: f64| times / total * (total / times).log2();
    let expected = share(4.0) + share(2.0) + (STREAMED - 2) as f64 * share(1.0);
    assert_eq!(metrics.unique_count, Some(STREAMED as u64 - 2));
    assert!(
        close(metrics.entropy_bits, expected),
        "{:?} instead of {expected}",
        metrics.entropy_bits
    );
}

#[test]
fn known_numbers_beyond_doubles_have_their_own_deviation_and_quartiles() {
    let metrics = profile_of(Arc::new(Int64Array::from_iter_values(
        (0..100).map(|i| 1_000_000_000_000_000_000 + i),
    )))
    .metrics;
    assert!(
        close(metrics.stddev_value, (9_999.0 / 12.0 * 100.0 / 99.0_f64).sqrt()),
        "{:?}",
        metrics.stddev_value
    );
    assert_eq!(metrics.iqr, Some(50.0));
    assert_eq!((metrics.outlier_low_count, metrics.outlier_high_count), (Some(0), Some(0)));
    assert!(metrics.skewness.is_some_and(|skewness| skewness.abs() < 1e-9));
    let metrics = profile_of(Arc::new(Int64Array::from(vec![1_i64 << 53, (1 << 53) + 1]))).metrics;
    assert!(close(metrics.stddev_value, 0.5_f64.sqrt()), "{:?}", metrics.stddev_value);
    let cents: Vec<i128> = (0..100).map(|i| 10_i128.pow(37) + i).collect();
    let cents = Decimal128Array::from(cents).with_precision_and_scale(38, 2).unwrap();
    let metrics = profile_of(Arc::new(cents)).metrics;
    assert!(
        close(metrics.stddev_value, (9_999.0 / 12.0 * 100.0 / 99.0_f64).sqrt() / 100.0),
        "{:?}",
        metrics.stddev_value
    );
    assert_eq!(metrics.iqr, Some(0.5));
}

#[test]
fn streamed_numbers_beyond_doubles_have_their_own_deviation_and_name_the_rounding() {
    let rows = STREAMED as f64;
    let expected = (rows * (rows + 1.0) / 12.0).sqrt();
    let whole = (0..STREAMED).map(|i| 1_000_000_000_000_000_000 + i * 7_919 % STREAMED);
    let profile = profile_of(Arc::new(Int64Array::from_iter_values(whole)));
    assert!(close(profile.metrics.stddev_value, expected), "{:?}", profile.metrics.stddev_value);
    assert_eq!(profile.estimates["median"].method, "kll_k400_doubles");
    let cents = (0..STREAMED as i128).map(|i| 10_i128.pow(37) + i * 7_919 % STREAMED as i128);
    let cents = Decimal128Array::from_iter_values(cents).with_precision_and_scale(38, 2).unwrap();
    let profile = profile_of(Arc::new(cents));
    assert!(
        close(profile.metrics.stddev_value, expected / 100.0),
        "{:?}",
        profile.metrics.stddev_value
    );
    // The quartiles are the same double: what lies between them is not known.
    assert_eq!((profile.metrics.iqr, profile.is_estimate("iqr")), (None, false));
    // So few are kept as doubles: their ranks are exact, what lies between two of them is not.
    let few = (0..100_000_i64).map(|i| 1_000_000_000_000_000_000 + i * 7_919 % 100_000);
    let profile = profile_of(Arc::new(Int64Array::from_iter_values(few)));
    let (iqr, estimate) = (profile.metrics.iqr.unwrap(), &profile.estimates["iqr"]);
    assert!(
        (iqr - 50_000.0).abs() <= estimate.error * iqr && estimate.error < 0.01,
        "{iqr} {estimate:?}"
    );
    assert_eq!(profile.metrics.outlier_high_count, None);
    // Many digits alone are no reason for doubt.
    let long = (0..100_000_i128).map(|i| i * 7_919 % 100_000 * 10_i128.pow(18));
    let long = Decimal128Array::from_iter_values(long).with_precision_and_scale(38, 18).unwrap();
    let profile = profile_of(Arc::new(long));
    assert_eq!((profile.metrics.iqr, profile.is_estimate("iqr")), (Some(50_000.0), false));
    assert_eq!(profile.metrics.outlier_high_count, Some(0));
    assert!(close(profile.metrics.stddev_value, (100_000.0 * 100_001.0 / 12.0_f64).sqrt()));
}
