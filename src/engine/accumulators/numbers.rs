//! The numbers family: sums, moments, signs, fractions, quantiles and bars of finite values; NaN and infinities counted apart.

use crate::domain::column_profile::{ColumnProfile, Estimate};
use crate::engine::canonical::{Form, Scalar};
use crate::engine::histogram::{Spread, fill_bins, number_edges};
use crate::engine::limits::ColumnLimits;

use super::distance_moments::{DistanceMoments, are_doubles_coarse, distance, distances_of, is_beyond_doubles};
use super::grid::DecimalGrid;
use super::moments::Moments;
use super::number_counts::NumberCounts;
use super::quantiles::{QuantileSketch, Quantiles, quantiles_of_entries};
use super::scalar_column::{Family, FinishContext};
use super::sums::CompensatedSum;

/// Values that are worked on at once.
const BLOCK: usize = 1_024;

/// State of one column of numbers.
#[derive(Clone, Debug)]
pub struct Numbers<K> {
    pub(in crate::engine) counts: NumberCounts<K>,
    /// Only while the exact values are gone: what they cannot tell any more.
    pub(in crate::engine) stream: Option<Stream>,
}

#[derive(Clone, Debug)]
pub(in crate::engine) struct Stream {
    pub(in crate::engine) moments: DistanceMoments,
    pub(in crate::engine) sketch: QuantileSketch,
    pub(in crate::engine) grid: DecimalGrid,
}

impl Stream {
    fn update<K: Scalar>(&mut self, key: K, value: f64, weight: u64) {
        self.moments.update(key, value, weight);
        self.sketch.update(value, weight);
        self.grid.update(value, weight);
    }
}

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self {
            counts: NumberCounts::default(),
            stream: None,
        }
    }
}

impl<K: Scalar> Family<K> for Numbers<K> {
    fn begin_stream(&mut self, form: Form, entries: &[(K, u64)], limits: ColumnLimits) {
        let finite: Vec<f64> = entries
            .iter()
            .map(|entry| entry.0.to_f64(form))
            .filter(|value| value.is_finite())
            .collect();
        // A few values far out must not make the cells of all the others wide.
        let at = |per_mille: usize| {
            finite
                .get(finite.len() * per_mille / 1_000)
                .or(finite.last())
                .copied()
                .unwrap_or(0.0)
        };
        self.stream = Some(Stream {
            moments: DistanceMoments::new(form),
            sketch: QuantileSketch::keeping(limits.hashes),
            grid: DecimalGrid::for_range(at(5), at(995)),
        });
    }

    fn update_block(&mut self, form: Form, keys: &[K]) {
        let Some(stream) = &mut self.stream else {
            return keys.iter().for_each(|key| self.update(form, *key, 1));
        };
        let mut values = [0.0; BLOCK];
        for keys in keys.chunks(BLOCK) {
            let values = &mut values[..keys.len()];
            values.iter_mut().zip(keys).for_each(|(value, key)| *value = key.to_f64(form));
            let (mut bounded, mut zero, mut negative) = (true, 0_u64, 0_u64);
            for value in values.iter() {
                bounded &= value.abs() < f64::INFINITY;
                zero += u64::from(*value == 0.0);
                negative += u64::from(*value < 0.0);
            }
            if !bounded {
                // Rare: one by one.
                keys.iter().for_each(|key| {
                    if let Some(value) = self.counts.update(form, *key, 1) {
                        stream.update(*key, value, 1);
                    }
                });
                continue;
            }
            self.counts.update_finite(form, keys, values);
            self.counts.zero += zero;
            self.counts.negative += negative;
            stream.moments.update_block(keys, values);
            stream.sketch.update_block(values);
            values.iter().for_each(|value| stream.grid.update(*value, 1));
        }
    }

    fn give_up_exact_values(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.sketch.give_up_exact_values();
        }
    }

    fn update(&mut self, form: Form, key: K, weight: u64) {
        if let (Some(value), Some(stream)) = (self.counts.update(form, key, weight), &mut self.stream) {
            stream.update(key, value, weight);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        if let (Some(mine), Some(theirs)) = (&mut self.stream, &other.stream) {
            mine.moments.merge(&theirs.moments);
            mine.sketch.merge(&theirs.sketch);
            mine.grid.merge(&theirs.grid);
        }
    }

    fn heap_bytes(&self) -> u64 {
        self.stream
            .as_ref()
            .map_or(0, |stream| stream.grid.heap_bytes() + stream.sketch.heap_bytes())
    }

    fn value_range(&self) -> Option<(K, K)> {
        self.counts.range
    }

    fn counts_as_mode(&self, form: Form, key: K) -> bool {
        key.to_f64(form).is_finite()
    }

    fn finish(&self, form: Form, entries: Option<&[(K, u64)]>, _context: &FinishContext, profile: &mut ColumnProfile) {
        let metrics = &mut profile.metrics;
        if form == Form::Real {
            metrics.nan_count = Some(self.counts.nan);
            metrics.infinite_count = Some(self.counts.infinite);
        }
        let Some((least, greatest)) = self.counts.range else { return };
        let (min, max) = (least.to_f64(form), greatest.to_f64(form));
        metrics.zero_count = Some(self.counts.zero);
        metrics.negative_count = Some(self.counts.negative);
        metrics.min_positive_value = self.counts.min_positive.map(|value| value.to_f64(form));
        metrics.integer_valued = Some(!self.counts.fractions);
        if form != Form::Integer {
            metrics.fractional_sum = Some(self.counts.fractional_sum(form)).filter(|sum| sum.is_finite());
        }
        let (sum, total) = self.counts.sum(form);
        metrics.sum = sum;
        let known = match entries {
            Some(entries) => Some(KnownValues::of_entries(form, entries)),
            None => self
                .stream
                .as_ref()
                .and_then(|stream| stream.sketch.sorted_values())
                .map(KnownValues::once),
        };
        let finite = known.as_ref().map(KnownValues::iter);
        let mean = (total / self.counts.finite as f64).clamp(min, max);
        let streamed = self.stream.as_ref().map(|stream| stream.moments.moments);
        // Doubles do not tell all of these numbers apart; their distances do.
        let is_rounded = is_beyond_doubles(least) || is_beyond_doubles(greatest);
        let distances = entries.filter(|_| is_rounded).and_then(|entries| distances_of(form, entries));
        let mean = if total.is_finite() {
            mean
        } else {
            // The sum is beyond doubles, the mean need not be.
            let spread = |finite: &mut dyn Iterator<Item = (f64, u64)>| {
                let mut mean = CompensatedSum::default();
                finite.for_each(|(value, weight)| mean.update(value / self.counts.finite as f64 * weight as f64, 1));
                mean.value()
            };
            let known = finite.clone().map(|mut finite| spread(&mut finite));
            known
                .or_else(|| streamed.and_then(|moments| moments.mean()))
                .unwrap_or(min / 2.0 + max / 2.0)
                .clamp(min, max)
        };
        let moments = match (&distances, &finite) {
            (Some(distances), _) => {
                let mut total = CompensatedSum::default();
                distances.iter().for_each(|(distance, weight)| total.update(*distance, *weight));
                Moments::of_entries(distances.iter().copied(), total.value() / self.counts.finite as f64)
            }
            (None, Some(finite)) if !is_rounded => Moments::of_entries(finite.clone(), mean),
            _ => streamed.unwrap_or_default(),
        };
        metrics.avg_value = Some(mean);
        if least == greatest {
            metrics.variance = (self.counts.finite > 1).then_some(0.0);
        } else {
            metrics.variance = moments.variance();
            metrics.skewness = moments.skewness();
            metrics.kurtosis = moments.kurtosis();
        }
        metrics.stddev_value = metrics.variance.map(f64::sqrt);
        if let (Some(0.0), Some(finite), true) = (metrics.variance, &finite, min < max) {
            // Squares of such small distances are zero, the distances are not.
            let unit = max - min;
            let squares: f64 = finite
                .clone()
                .map(|(value, weight)| ((value - mean) / unit).powi(2) * weight as f64)
                .sum();
            metrics.stddev_value = Some((squares / (self.counts.finite - 1) as f64).sqrt() * unit);
        }

        let sketch = self.stream.as_ref().filter(|_| finite.is_none()).map(|stream| &stream.sketch);
        let quantiles = match (&finite, sketch) {
            (Some(finite), _) => quantiles_of_entries(finite.clone(), self.counts.finite),
            (None, sketch) => sketch.and_then(|sketch| sketch.quantiles(min, max)),
        };
        let Some(quantiles) = quantiles else { return };
        set_quantiles(profile, &quantiles);
        if let Some(sketch) = sketch {
            for name in ["p01", "p05", "p25", "median", "p75", "p95", "p99", "iqr"] {
                let mut estimate = sketch.estimate();
                if is_rounded {
                    estimate.method.push_str("_doubles");
                }
                profile.estimates.insert(name.into(), estimate);
            }
        }
        let are_coarse = distances.is_none() && are_doubles_coarse(form, least, greatest);
        if are_coarse {
            doubt_iqr(profile, &quantiles, sketch.is_none());
        }
        let spread = Spread {
            min,
            max,
            low: quantiles[0],
            high: quantiles[8],
        };
        match (finite, &self.stream) {
            (Some(finite), _) => {
                match &distances {
                    Some(_) => measure_quartiles(profile, form, entries.unwrap_or_default()),
                    None if !are_coarse => count_outliers(profile, &quantiles, finite.clone()),
                    None => {}
                }
                profile.histogram = fill_bins(&number_edges(spread, !self.counts.fractions, None), finite);
            }
            (None, Some(stream)) => {
                let edges = number_edges(spread, !self.counts.fractions, Some(stream.grid.exponent()));
                profile.histogram = fill_bins(&edges, stream.grid.iter());
            }
            (None, None) => {}
        }
    }
}

/// Finite values in their order.
struct KnownValues {
    values: Vec<f64>,
    /// How often each occurs; nothing where every one stands as often as it occurs.
    weights: Option<Vec<u64>>,
}

impl KnownValues {
    fn of_entries<K: Scalar>(form: Form, entries: &[(K, u64)]) -> Self {
        let finite = entries.iter().map(|entry| (entry.0.to_f64(form), entry.1));
        let (values, weights) = finite.filter(|entry| entry.0.is_finite()).unzip();
        Self {
            values,
            weights: Some(weights),
        }
    }

    fn once(values: Vec<f64>) -> Self {
        Self { values, weights: None }
    }

    /// Each with its weight.
    fn iter(&self) -> impl Iterator<Item = (f64, u64)> + Clone {
        let weights = self.weights.as_deref();
        let weight = move |place: usize| weights.map_or(1, |weights| weights[place]);
        self.values.iter().enumerate().map(move |(place, value)| (*value, weight(place)))
    }
}

fn set_quantiles(profile: &mut ColumnProfile, quantiles: &Quantiles) {
    let metrics = &mut profile.metrics;
    let [_, p01, p05, p25, median, p75, p95, p99, _] = *quantiles;
    metrics.p01 = Some(p01);
    metrics.p05 = Some(p05);
    metrics.p25 = Some(p25);
    metrics.median = Some(median);
    metrics.p75 = Some(p75);
    metrics.p95 = Some(p95);
    metrics.p99 = Some(p99);
    metrics.iqr = Some(p75 - p25).filter(|iqr| iqr.is_finite());
}

/// The IQR of quartiles that were rounded to doubles: left out where it is less than what rounding does, else an estimate.
fn doubt_iqr(profile: &mut ColumnProfile, quantiles: &Quantiles, are_kept: bool) {
    let rounding = quantiles[3].abs().max(quantiles[5].abs()) * f64::EPSILON;
    match profile.metrics.iqr {
        Some(iqr) if iqr > rounding => {
            if are_kept {
                let estimate = Estimate {
                    method: "doubles".into(),
                    error: rounding / iqr,
                };
                profile.estimates.insert("iqr".into(), estimate);
            }
        }
        _ => {
            profile.metrics.iqr = None;
            profile.estimates.remove("iqr");
        }
    }
}

fn count_outliers(profile: &mut ColumnProfile, quantiles: &Quantiles, entries: impl Iterator<Item = (f64, u64)> + Clone) {
    let (low, high) = fences(quantiles);
    profile.metrics.outlier_low_count = Some(entries.clone().filter(|entry| entry.0 < low).map(|entry| entry.1).sum());
    profile.metrics.outlier_high_count = Some(entries.filter(|entry| entry.0 > high).map(|entry| entry.1).sum());
}

/// The IQR and the outliers of sorted known numbers that doubles do not tell apart, by exact distances.
fn measure_quartiles<K: Scalar>(profile: &mut ColumnProfile, form: Form, entries: &[(K, u64)]) {
    let count: u64 = entries.iter().map(|entry| entry.1).sum();
    let at = |percent: u128| {
        let mut seen = 0;
        entries
            .iter()
            .find(|entry| {
                seen += u128::from(entry.1);
                seen * 100 >= u128::from(count) * percent
            })
            .map(|entry| entry.0)
    };
    let (Some(low), Some(high)) = (at(25), at(75)) else { return };
    let Some(iqr) = distance(form, high, low) else { return };
    let beyond = |is_out: &dyn Fn(K) -> Option<f64>| {
        let out = entries
            .iter()
            .filter(|entry| is_out(entry.0).is_some_and(|distance| distance > 1.5 * iqr));
        out.map(|entry| entry.1).sum()
    };
    let metrics = &mut profile.metrics;
    metrics.iqr = Some(iqr);
    metrics.outlier_low_count = Some(beyond(&|key| distance(form, low, key)));
    metrics.outlier_high_count = Some(beyond(&|key| distance(form, key, high)));
}

/// 1.5 IQR beyond the quartiles.
fn fences(quantiles: &Quantiles) -> (f64, f64) {
    let iqr = quantiles[5] - quantiles[3];
    (quantiles[3] - 1.5 * iqr, quantiles[5] + 1.5 * iqr)
}
