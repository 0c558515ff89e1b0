//! The numbers family: sums, moments, signs, fractions, quantiles and bars of finite values; NaN and infinities counted apart.

use crate::domain::column_profile::ColumnProfile;
use crate::domain::exact_number::ExactNumber;
use crate::engine::canonical::{Form, Scalar, write_decimal};
use crate::engine::histogram::{Spread, fill_bins, number_edges};

use super::grid::DecimalGrid;
use super::moments::Moments;
use super::quantiles::{QuantileSketch, Quantiles, quantiles_of_entries};
use super::scalar_column::{Family, FinishContext};
use super::sums::{CompensatedSum, ExactSum};

/// State of one column of numbers.
#[derive(Clone, Debug)]
pub struct Numbers<K> {
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
    /// Only while the exact values are gone: what they cannot tell any more.
    stream: Option<Stream>,
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
            stream: None,
        }
    }
}

impl<K: Scalar> Family<K> for Numbers<K> {
    fn begin_stream(&mut self, form: Form, entries: &[(K, u64)]) {
        let mut finite = entries.iter().map(|entry| entry.0.to_f64(form)).filter(|value| value.is_finite());
        let min = finite.next().unwrap_or(0.0);
        let max = finite.last().unwrap_or(min);
        self.stream = Some(Stream {
            moments: Moments::default(),
            sketch: QuantileSketch::default(),
            grid: DecimalGrid::for_range(min, max),
        });
    }

    fn update(&mut self, form: Form, key: K, weight: u64) {
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
        if let Some(stream) = &mut self.stream {
            stream.moments.update(value, weight);
            stream.sketch.update(value, weight);
            stream.grid.update(value, weight);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.finite += other.finite;
        self.zero += other.zero;
        self.negative += other.negative;
        self.nan += other.nan;
        self.infinite += other.infinite;
        self.fractions |= other.fractions;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.min_positive = [self.min_positive, other.min_positive].into_iter().flatten().min();
        self.exact_sum.merge(&other.exact_sum);
        self.real_sum.merge(&other.real_sum);
        self.fractional_sum.merge(&other.fractional_sum);
        if let (Some(mine), Some(theirs)) = (&mut self.stream, &other.stream) {
            mine.moments.merge(&theirs.moments);
            mine.sketch.merge(&theirs.sketch);
            mine.grid.merge(&theirs.grid);
        }
    }

    fn heap_bytes(&self) -> u64 {
        self.stream.as_ref().map_or(0, |stream| stream.grid.heap_bytes() + 32_768)
    }

    fn value_range(&self) -> Option<(K, K)> {
        self.range
    }

    fn counts_as_mode(&self, form: Form, key: K) -> bool {
        key.to_f64(form).is_finite()
    }

    fn finish(&self, form: Form, entries: Option<&[(K, u64)]>, _context: &FinishContext, profile: &mut ColumnProfile) {
        let metrics = &mut profile.metrics;
        if form == Form::Real {
            metrics.nan_count = Some(self.nan);
            metrics.infinite_count = Some(self.infinite);
        }
        let Some((least, greatest)) = self.range else { return };
        let (min, max) = (least.to_f64(form), greatest.to_f64(form));
        metrics.zero_count = Some(self.zero);
        metrics.negative_count = Some(self.negative);
        metrics.min_positive_value = self.min_positive.map(|value| value.to_f64(form));
        metrics.integer_valued = Some(!self.fractions);
        if form != Form::Integer {
            metrics.fractional_sum = Some(self.fractional_sum.value()).filter(|sum| sum.is_finite());
        }
        let (sum, total) = self.sum(form);
        metrics.sum = sum;
        let finite = entries.map(|entries| {
            let first = entries.partition_point(|entry| entry.0.to_f64(form) == f64::NEG_INFINITY);
            let end = entries.partition_point(|entry| entry.0.to_f64(form) < f64::INFINITY);
            entries[first..end].iter().map(move |entry| (entry.0.to_f64(form), entry.1))
        });
        let mean = (total / self.finite as f64).clamp(min, max);
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
            metrics.variance = (self.finite > 1).then_some(0.0);
        } else {
            metrics.variance = moments.variance();
            metrics.skewness = moments.skewness();
            metrics.kurtosis = moments.kurtosis();
        }
        metrics.stddev_value = metrics.variance.map(f64::sqrt);

        let sketch = self.stream.as_ref().filter(|_| finite.is_none()).map(|stream| &stream.sketch);
        let quantiles = match (&finite, sketch) {
            (Some(finite), _) => quantiles_of_entries(finite.clone(), self.finite),
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
                profile.histogram = fill_bins(&number_edges(spread, !self.fractions, None), finite);
            }
            (None, Some(stream)) => {
                let edges = number_edges(spread, !self.fractions, Some(stream.grid.exponent()));
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
            let sum = self.real_sum.value();
            return (sum.is_finite().then(|| ExactNumber::from(sum)), sum);
        }
        let scale = if let Form::Decimal { scale, .. } = form { scale } else { 0 };
        let (negative, digits) = self.exact_sum.digits();
        let mut text = String::new();
        write_decimal(&digits, negative, scale, &mut text);
        let value = text.parse().unwrap_or(f64::INFINITY);
        (Some(ExactNumber::from_canonical(text)), value)
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

/// 1.5 IQR beyond the quartiles.
fn fences(quantiles: &Quantiles) -> (f64, f64) {
    let iqr = quantiles[5] - quantiles[3];
    (quantiles[3] - 1.5 * iqr, quantiles[5] + 1.5 * iqr)
}
