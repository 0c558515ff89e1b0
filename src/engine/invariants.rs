//! What must hold for every profile, checked before it is handed over. A broken invariant names itself in words.

use crate::domain::column_profile::{ColumnProfile, GeneralType, Metrics};

/// The invariants that the column breaks; empty for a good profile.
pub fn broken_invariants(profile: &ColumnProfile) -> Vec<String> {
    let mut broken = Vec::new();
    let mut require = |holds: bool, invariant: &str| {
        if !holds {
            broken.push(invariant.to_owned());
        }
    };
    let metrics = &profile.metrics;
    let values = profile.non_null_count;
    require(profile.null_count + values == profile.row_count, "nulls + values = rows");
    if let Some(distinct) = metrics.distinct_count {
        require(distinct <= values, "distinct <= values");
        require((distinct == 0) == (values == 0), "distinct = 0 exactly when there are no values");
        require(metrics.unique_count.is_none_or(|unique| unique <= distinct), "unique <= distinct");
    }
    let counts: Vec<u64> = profile.top_values.iter().map(|top| top.count).collect();
    require(counts.windows(2).all(|pair| pair[0] >= pair[1]), "top counts descend");
    require(counts.iter().sum::<u64>() <= values, "sum of top counts <= values");
    require(
        ratios(profile).all(|ratio| (0.0..=1.0).contains(&ratio)),
        "every ratio lies in 0..1",
    );
    let binned: u64 = profile.histogram.iter().map(|bin| bin.count).sum();
    match profile.general_type {
        GeneralType::Number => check_numbers(metrics, values, binned, &mut require),
        GeneralType::Time if !profile.histogram.is_empty() => {
            let infinite = metrics.infinite_count.unwrap_or(0);
            require(binned + infinite == values, "sum of bins + infinite = values");
        }
        GeneralType::Boolean => {
            if let (Some(truths), Some(lies)) = (metrics.true_count, metrics.false_count) {
                require(truths + lies == values, "true + false = values");
            }
        }
        GeneralType::Text => check_texts(metrics, values, &mut require),
        GeneralType::Time | GeneralType::Other => {}
    }
    broken
}

fn check_numbers(metrics: &Metrics, values: u64, binned: u64, require: &mut impl FnMut(bool, &str)) {
    let apart = metrics.nan_count.unwrap_or(0) + metrics.infinite_count.unwrap_or(0);
    let finite = values.saturating_sub(apart);
    require(apart <= values, "NaN + infinite <= values");
    let (Some(mean), Some(zero), Some(negative)) = (metrics.avg_value, metrics.zero_count, metrics.negative_count) else {
        require(finite == 0, "numbers have a mean");
        return;
    };
    require(binned == finite, "sum of bins = finite values");
    require(zero + negative <= finite, "zero + negative <= values");
    require(
        (metrics.min_positive_value.is_some()) == (zero + negative < finite),
        "a smallest positive value exactly when zero + negative < values",
    );
    let bound = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let (Some(min), Some(max)) = (bound(&metrics.min_value), bound(&metrics.max_value)) else {
        require(false, "numbers have a minimum and a maximum");
        return;
    };
    require(min <= mean && mean <= max, "min <= mean <= max");
    let quantiles = [
        metrics.p01,
        metrics.p05,
        metrics.p25,
        metrics.median,
        metrics.p75,
        metrics.p95,
        metrics.p99,
    ];
    let ladder: Vec<f64> = std::iter::once(min).chain(quantiles.into_iter().flatten()).chain([max]).collect();
    require(
        ladder.windows(2).all(|pair| pair[0] <= pair[1]),
        "min <= p01 <= p05 <= p25 <= median <= p75 <= p95 <= p99 <= max",
    );
    if let Some(stddev) = metrics.stddev_value {
        // The texts tell apart what doubles do not. The square of a tiny or huge range is no longer a double; then the deviation says nothing.
        let is_one = metrics.min_value == metrics.max_value;
        let square = (max - min) * (max - min) / finite.max(1) as f64;
        let says_nothing = min < max && !square.is_normal();
        require(
            stddev >= 0.0 && (says_nothing || (stddev == 0.0) == is_one),
            "stddev = 0 exactly when min = max",
        );
    }
}

fn check_texts(metrics: &Metrics, values: u64, require: &mut impl FnMut(bool, &str)) {
    let (Some(empty), Some(upper), Some(lower), Some(mixed), Some(non_alpha)) = (
        metrics.zero_length_count,
        metrics.upper_case_count,
        metrics.lower_case_count,
        metrics.mixed_case_count,
        metrics.non_alpha_count,
    ) else {
        return;
    };
    require(
        empty + upper + lower + mixed + non_alpha == values,
        "upper + lower + mixed + non-alpha = non-empty texts",
    );
    let lengths: u64 = metrics.length_histogram.iter().flatten().map(|length| length.count).sum();
    require(lengths == values, "sum of the length histogram = values");
    let shapes: u64 = metrics.patterns.iter().flatten().map(|pattern| pattern.count).sum();
    require(shapes <= values, "sum of pattern counts <= values");
}

fn ratios(profile: &ColumnProfile) -> impl Iterator<Item = f64> {
    let metrics = &profile.metrics;
    let own = [metrics.null_ratio, metrics.distinct_ratio, metrics.standard_pattern_ratio]
        .into_iter()
        .flatten();
    own.chain(profile.top_values.iter().map(|top| top.ratio))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column_profile::TopValue;

    fn good() -> ColumnProfile {
        ColumnProfile {
            general_type: GeneralType::Number,
            row_count: 3,
            null_count: 1,
            non_null_count: 2,
            metrics: Metrics {
                distinct_count: Some(2),
                avg_value: Some(1.5),
                zero_count: Some(0),
                negative_count: Some(0),
                min_positive_value: Some(1.0),
                min_value: Some("1".into()),
                max_value: Some("2".into()),
                stddev_value: Some(0.7),
                ..Metrics::default()
            },
            histogram: vec![crate::domain::column_profile::HistogramBin {
                count: 2,
                ..Default::default()
            }],
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn a_good_profile_breaks_nothing() {
        assert_eq!(broken_invariants(&good()), Vec::<String>::new());
    }

    #[test]
    fn every_broken_invariant_is_named() {
        type Breakage = (fn(&mut ColumnProfile), &'static str);
        let cases: [Breakage; 10] = [
            (|p| p.null_count = 2, "nulls + values = rows"),
            (|p| p.metrics.distinct_count = Some(3), "distinct <= values"),
            (
                |p| p.metrics.distinct_count = Some(0),
                "distinct = 0 exactly when there are no values",
            ),
            (
                |p| {
                    p.top_values = vec![TopValue {
                        count: 3,
                        ..TopValue::default()
                    }]
                },
                "sum of top counts <= values",
            ),
            (|p| p.metrics.null_ratio = Some(1.5), "every ratio lies in 0..1"),
            (|p| p.histogram[0].count = 1, "sum of bins = finite values"),
            (|p| p.metrics.avg_value = Some(2.5), "min <= mean <= max"),
            (
                |p| p.metrics.median = Some(9.0),
                "min <= p01 <= p05 <= p25 <= median <= p75 <= p95 <= p99 <= max",
            ),
            (|p| p.metrics.stddev_value = Some(0.0), "stddev = 0 exactly when min = max"),
            (
                |p| {
                    let large = |last: u64| Some(((1_u64 << 53) + last).to_string());
                    (p.metrics.min_value, p.metrics.max_value) = (large(0), large(1));
                    (p.metrics.avg_value, p.metrics.stddev_value) = (Some(9_007_199_254_740_992.0), Some(0.0));
                },
                "stddev = 0 exactly when min = max",
            ),
        ];
        for (break_it, name) in cases {
            let mut profile = good();
            break_it(&mut profile);
            assert!(broken_invariants(&profile).iter().any(|broken| broken == name), "{name}");
        }
    }
}
