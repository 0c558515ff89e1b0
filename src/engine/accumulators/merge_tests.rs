//! profile(A) merge profile(B) = profile(A + B): equal where a figure is exact, inside the stated error where it is an estimate.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use proptest::prelude::*;

use super::column::ColumnState;
use super::scalar_column::FinishContext;
use crate::domain::column_profile::ColumnProfile;
use crate::engine::limits::ColumnLimits;
use crate::engine::type_inference::TokenKinds;

/// Small enough that random columns outgrow it.
const SMALL: ColumnLimits = ColumnLimits {
    values: 40,
    hashes: 0,
    shapes: 10,
};

fn state_of(arrays: &[ArrayRef], limits: ColumnLimits) -> ColumnState {
    let mut state = ColumnState::of_arrow_type("c", arrays[0].data_type(), limits);
    arrays.iter().for_each(|array| state.update(array, TokenKinds::default()));
    state
}

fn finish(state: ColumnState, rows: usize) -> ColumnProfile {
    state.finish(
        1,
        &FinishContext {
            rows: rows as u64,
            clock_day: 15_000,
        },
    )
}

/// Compares everything that is exact bit for bit (doubles from streamed moments within rounding), estimates by their bounds.
fn assert_same(merged: &ColumnProfile, whole: &ColumnProfile) -> Result<(), TestCaseError> {
    prop_assert_eq!(&merged.broken_invariants, &Vec::<String>::new());
    prop_assert_eq!(&whole.broken_invariants, &Vec::<String>::new());
    // Whether any value is frequent enough to be called the mode is an estimate itself.
    let estimated = |profile: &ColumnProfile| profile.estimates.keys().filter(|name| *name != "mode").cloned().collect::<Vec<_>>();
    prop_assert_eq!(estimated(merged), estimated(whole));
    let figures = |profile: &ColumnProfile| serde_json::to_value(profile).unwrap();
    let (left, right) = (figures(merged), figures(whole));
    for (name, expected) in right.as_object().unwrap() {
        // Edges of a sketched histogram follow estimated tails; their counts are checked by the invariants.
        let sketched = !whole.estimates.is_empty() && name == "histogram";
        if whole.is_estimate(name) || name == "estimates" || sketched {
            continue;
        }
        match (expected.as_f64(), left[name].as_f64()) {
            (Some(expected), Some(found)) if name != "sum" => {
                let scale = expected.abs().max(1e-9);
                prop_assert!((expected - found).abs() <= scale * 1e-6, "{}: {} {}", name, found, expected);
            }
            _ => prop_assert_eq!(&left[name], expected, "{}", name),
        }
    }
    if let (Some(a), Some(b)) = (merged.metrics.distinct_count, whole.metrics.distinct_count) {
        prop_assert!((a as f64 - b as f64).abs() <= 0.065 * b as f64 + 1.0, "distinct {} {}", a, b);
    }
    Ok(())
}

fn check<T: Clone>(values: &[Option<T>], split: usize, to_array: impl Fn(Vec<Option<T>>) -> ArrayRef) -> Result<(), TestCaseError> {
    let split = split.min(values.len());
    for limits in [ColumnLimits::default(), SMALL] {
        let parts = [to_array(values[..split].to_vec()), to_array(values[split..].to_vec())];
        let mut merged = state_of(&parts[..1], limits);
        merged.merge(state_of(&parts[1..], limits));
        let whole = state_of(&[to_array(values.to_vec())], limits);
        assert_same(&finish(merged, values.len()), &finish(whole, values.len()))?;
    }
    Ok(())
}

fn column<S: Strategy>(value: S) -> impl Strategy<Value = (Vec<Option<S::Value>>, usize)>
where
    S::Value: Clone,
{
    (
        proptest::collection::vec(proptest::option::weighted(0.9, value), 0..300),
        0..300_usize,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn integers_merge((values, split) in column(prop_oneof![3 => -50..50_i64, 1 => any::<i64>()])) {
        check(&values, split, |part| Arc::new(Int64Array::from(part)))?;
    }

    #[test]
    fn reals_merge((values, split) in column(prop_oneof![
        4 => (-400..400_i64).prop_map(|v| v as f64 / 8.0),
        1 => -1e9..1e9_f64,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(0.0)],
    ])) {
        check(&values, split, |part| Arc::new(Float64Array::from(part)))?;
    }

    #[test]
    fn decimals_merge((values, split) in column(prop_oneof![3 => -5_000..5_000_i128, 1 => -10_i128.pow(37)..10_i128.pow(37)])) {
        check(&values, split, |part| Arc::new(Decimal128Array::from(part).with_precision_and_scale(38, 2).unwrap()))?;
    }

    #[test]
    fn dates_merge((values, split) in column(-200_000..400_000_i32)) {
        check(&values, split, |part| Arc::new(Date32Array::from(part)))?;
    }

    #[test]
    fn instants_merge((values, split) in column(prop_oneof![(-9_000..9_000_i64).prop_map(|day| day * 86_400_000_000), -4_000_000_000_000_000..4_000_000_000_000_000_i64])) {
        check(&values, split, |part| Arc::new(TimestampMicrosecondArray::from(part).with_timezone("UTC")))?;
    }

    #[test]
    fn booleans_merge((values, split) in column(any::<bool>())) {
        check(&values, split, |part| Arc::new(BooleanArray::from(part)))?;
    }

    #[test]
    fn texts_merge((values, split) in column(prop_oneof!["[a-cA-C]{0,3}", "[ a.'-]{0,4}", "n/?a|x{1,3}|2013-0[1-9]-1[0-9]|-?[0-9]{1,4}", "\\PC{0,12}"])) {
        check(&values, split, |part| Arc::new(StringArray::from(part)))?;
    }

    #[test]
    fn a_weighted_update_is_the_same_as_so_many_updates(values in proptest::collection::vec((-30..30_i64, 0..5_u64), 0..60), texts in proptest::collection::vec(("[a-zA-Z9 ]{0,4}", 0..5_u64), 0..60)) {
        for limits in [ColumnLimits::default(), SMALL] {
            let spread: Vec<i64> = values.iter().flat_map(|(value, weight)| std::iter::repeat_n(*value, *weight as usize)).collect();
            let weights: Vec<u64> = values.iter().map(|entry| entry.1).collect();
            let mut weighted = ColumnState::of_arrow_type("c", &arrow::datatypes::DataType::Int64, limits);
            weighted.update_weighted(&Int64Array::from_iter_values(values.iter().map(|entry| entry.0)), &weights);
            let whole = state_of(&[Arc::new(Int64Array::from(spread.clone()))], limits);
            assert_same(&finish(weighted, spread.len()), &finish(whole, spread.len()))?;

            let spread: Vec<&str> = texts.iter().flat_map(|(text, weight)| std::iter::repeat_n(text.as_str(), *weight as usize)).collect();
            let weights: Vec<u64> = texts.iter().map(|entry| entry.1).collect();
            let mut weighted = ColumnState::of_arrow_type("c", &arrow::datatypes::DataType::Utf8, limits);
            weighted.update_weighted(&StringArray::from_iter_values(texts.iter().map(|entry| &entry.0)), &weights);
            let whole = state_of(&[Arc::new(StringArray::from(spread.clone()))], limits);
            assert_same(&finish(weighted, spread.len()), &finish(whole, spread.len()))?;
        }
    }
}
