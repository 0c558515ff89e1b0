//! The numbers family: sums, moments, signs, fractions, quantiles and bars of finite values; NaN and infinities counted apart.

use crate::domain::column_profile::ColumnProfile;
use crate::engine::canonical::{Form, Scalar};
use crate::engine::histogram::{Spread, fill_bins, number_edges};
use crate::engine::limits::ColumnLimits;

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
    pub(in crate::engine) moments: Moments,
    pub(in crate::engine) sketch: QuantileSketch,
    pub(in crate::engine) grid: DecimalGrid,
}

impl Stream {
    fn update(&mut self, value: f64, weight: u64) {
        self.moments.update(value, weight);
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
            moments: Moments::default(),
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
                        stream.update(value, 1);
                    }
                });
                continue;
            }
            self.counts.update_finite(form, keys, values);
            self.counts.zero += zero;
            self.counts.negative += negative;
            stream.moments.update_block(values);
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
            stream.update(value, weight);
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
            Some(entries) => Some(
                entries
                    .iter()
                    .map(|entry| (entry.0.to_f64(form), entry.1))
                    .filter(|entry| entry.0.is_finite())
                    .collect(),
            ),
            None => self
                .stream
                .as_ref()
                .and_then(|stream| stream.sketch.sorted_values())
                .map(count_equal),
        };
        let finite = known.as_ref().map(|known: &Vec<(f64, u64)>| known.iter().copied());
        let mean = (total / self.counts.finite as f64).clamp(min, max);
        let streamed = self.stream.as_ref().map(|stream| stream.moments);
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
        let moments = match &finite {
            Some(finite) => Moments::of_entries(finite.clone(), mean),
            None => streamed.unwrap_or_default(),
        };
        metrics.avg_value = Some(mean);
        if min == max {
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
                profile.estimates.insert(name.into(), sketch.estimate());
            }
        }
        let spread = Spread {
            min,
            max,
            low: quantiles[0],
            high: quantiles[8],
        };
        match (finite, &self.stream) {
            (Some(finite), _) => {
                let (low, high) = fences(&quantiles);
                profile.metrics.outlier_low_count = Some(finite.clone().filter(|entry| entry.0 < low).map(|entry| entry.1).sum());
                profile.metrics.outlier_high_count = Some(finite.clone().filter(|entry| entry.0 > high).map(|entry| entry.1).sum());
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

/// Sorted values with equal neighbours taken together.
fn count_equal(values: Vec<f64>) -> Vec<(f64, u64)> {
    let mut entries: Vec<(f64, u64)> = Vec::new();
    for value in values {
        match entries.last_mut() {
            Some(last) if last.0 == value => last.1 += 1,
            _ => entries.push((value, 1)),
        }
    }
    entries
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

/// 1.5 IQR beyond the quartiles.
fn fences(quantiles: &Quantiles) -> (f64, f64) {
    let iqr = quantiles[5] - quantiles[3];
    (quantiles[3] - 1.5 * iqr, quantiles[5] + 1.5 * iqr)
}
