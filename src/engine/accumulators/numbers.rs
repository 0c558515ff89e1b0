//! The numbers family: sums, moments, signs, fractions, quantiles and bars of finite values; NaN and infinities counted apart.

use crate::domain::column_profile::ColumnProfile;
use crate::domain::exact_number::ExactNumber;
use crate::engine::canonical::{Form, Scalar, write_decimal};
use crate::engine::histogram::{Spread, fill_bins, number_edges};
use crate::engine::limits::ColumnLimits;

use super::grid::DecimalGrid;
use super::moments::Moments;
use super::quantiles::{QuantileSketch, Quantiles, quantiles_of_entries};
use super::scalar_column::{Family, FinishContext};
use super::sums::{CompensatedSum, ExactSum};

/// Values that are worked on at once.
const BLOCK: usize = 1_024;

/// State of one column of numbers.
#[derive(Clone, Debug)]
pub struct Numbers<K> {
    counts: Counts<K>,
    /// Only while the exact values are gone: what they cannot tell any more.
    stream: Option<Stream>,
}

/// What is added up whether or not the values are known.
#[derive(Clone, Debug)]
struct Counts<K> {
    finite: u64,
    zero: u64,
    negative: u64,
    nan: u64,
    infinite: u64,
    fractions: bool,
    range: Option<(K, K)>,
    min_positive: Option<K>,
    exact_sum: ExactSum,
    real_sum: CompensatedSum,
    fractional_sum: CompensatedSum,
}

#[derive(Clone, Debug)]
struct Stream {
    moments: Moments,
    sketch: QuantileSketch,
    grid: DecimalGrid,
}

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self {
            counts: Counts {
                finite: 0,
                zero: 0,
                negative: 0,
                nan: 0,
                infinite: 0,
                fractions: false,
                range: None,
                min_positive: None,
                exact_sum: ExactSum::default(),
                real_sum: CompensatedSum::default(),
                fractional_sum: CompensatedSum::default(),
            },
            stream: None,
        }
    }
}

impl<K: Scalar> Counts<K> {
    fn update(&mut self, form: Form, key: K, weight: u64, stream: Option<&mut Stream>) {
        let value = key.to_f64(form);
        if !value.is_finite() {
            if value.is_nan() {
                self.nan += weight
            } else {
                self.infinite += weight
            }
            return;
        }
        self.finite += weight;
        self.zero += if value == 0.0 { weight } else { 0 };
        self.negative += if value < 0.0 { weight } else { 0 };
        self.range = Some(self.range.map_or((key, key), |(min, max)| (min.min(key), max.max(key))));
        if value > 0.0 {
            self.min_positive = Some(self.min_positive.map_or(key, |least| least.min(key)));
        }
        match key.unscaled() {
            Some(unscaled) => self.exact_sum.update(unscaled, weight),
            None => self.real_sum.update(value, weight),
        }
        if form != Form::Integer {
            let fraction = value.fract();
            if fraction != 0.0 {
                self.fractions = true;
                self.fractional_sum.update(fraction.abs(), weight);
            }
        }
        if let Some(stream) = stream {
            stream.moments.update(value, weight);
            stream.sketch.update(value, weight);
            stream.grid.update(value, weight);
        }
    }

    /// Adds finite values that occur once each, their signs apart.
    fn update_finite(&mut self, form: Form, keys: &[K], values: &[f64]) {
        self.finite += keys.len() as u64;
        let (Some(min), Some(max)) = (keys.iter().min(), keys.iter().max()) else {
            return;
        };
        self.range = Some(self.range.map_or((*min, *max), |range| (range.0.min(*min), range.1.max(*max))));
        let least = keys.iter().zip(values).filter(|value| *value.1 > 0.0).map(|value| *value.0).min();
        self.min_positive = [self.min_positive, least].into_iter().flatten().min();
        if keys[0].unscaled().is_some() {
            self.exact_sum.update_block(keys.iter().filter_map(|key| key.unscaled()));
        } else {
            self.real_sum.update_block(values);
        }
        if form != Form::Integer {
            let mut fractions = [0.0; BLOCK];
            let fractions = &mut fractions[..values.len()];
            let mut any = false;
            for (fraction, value) in fractions.iter_mut().zip(values) {
                // Beyond 2^52 no double has a fraction; below it the whole part is a whole number of 64 bits.
                let whole = if value.abs() < 4_503_599_627_370_496.0 {
                    *value as i64 as f64
                } else {
                    *value
                };
                *fraction = (value - whole).abs();
                any |= *fraction != 0.0;
            }
            if any {
                self.fractions = true;
                self.fractional_sum.update_block(fractions);
            }
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
                keys.iter().for_each(|key| self.counts.update(form, *key, 1, Some(stream)));
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
        self.counts.update(form, key, weight, self.stream.as_mut());
    }

    fn merge(&mut self, other: &Self) {
        let (counts, theirs) = (&mut self.counts, &other.counts);
        counts.finite += theirs.finite;
        counts.zero += theirs.zero;
        counts.negative += theirs.negative;
        counts.nan += theirs.nan;
        counts.infinite += theirs.infinite;
        counts.fractions |= theirs.fractions;
        counts.range = match (counts.range, theirs.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        counts.min_positive = [counts.min_positive, theirs.min_positive].into_iter().flatten().min();
        counts.exact_sum.merge(&theirs.exact_sum);
        counts.real_sum.merge(&theirs.real_sum);
        counts.fractional_sum.merge(&theirs.fractional_sum);
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
            metrics.fractional_sum = Some(self.counts.fractional_sum.value()).filter(|sum| sum.is_finite());
        }
        let (sum, total) = self.sum(form);
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
            let moments = streamed.or_else(|| finite.clone().map(Moments::streamed));
            moments
                .and_then(|moments| moments.mean())
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

impl<K: Scalar> Numbers<K> {
    /// The sum as it is handed over, and as a double.
    fn sum(&self, form: Form) -> (Option<ExactNumber>, f64) {
        if form == Form::Real {
            let sum = self.counts.real_sum.value();
            return (sum.is_finite().then(|| ExactNumber::from(sum)), sum);
        }
        let scale = if let Form::Decimal { scale, .. } = form { scale } else { 0 };
        let (negative, digits) = self.counts.exact_sum.digits();
        let mut text = String::new();
        write_decimal(&digits, negative, scale, &mut text);
        let value = text.parse().unwrap_or(f64::INFINITY);
        (Some(ExactNumber::from_canonical(text)), value)
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
