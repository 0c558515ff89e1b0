//! Discrete quantiles: the smallest value whose rank is at least q times n. Exact from sorted entries, else by KLL.

use datasketches::common::SearchCriteria;
use datasketches::kll::{KllFloat, KllSketch};

use crate::domain::column_profile::Estimate;

/// Thousandths: the tails of the histogram, and p01 p05 p25 median p75 p95 p99 between them.
pub const PER_MILLE: [u32; 9] = [5, 10, 50, 250, 500, 750, 950, 990, 995];
/// Weights up to this are added one by one.
const SMALL_WEIGHT: u64 = 32;
/// Accuracy parameter.
const K: u16 = 400;

/// The nine quantiles of [`PER_MILLE`].
pub type Quantiles = [f64; 9];

/// Quantiles of entries sorted by value.
pub fn quantiles_of_entries(entries: impl Iterator<Item = (f64, u64)>, total: u64) -> Option<Quantiles> {
    let mut out = [0.0; 9];
    let (mut next, mut seen) = (0, 0_u128);
    for (value, count) in entries {
        seen += u128::from(count) * 1_000;
        while next < out.len() && seen >= u128::from(PER_MILLE[next]) * u128::from(total) {
            out[next] = value;
            next += 1;
        }
    }
    (next == out.len() && total > 0).then_some(out)
}

/// A KLL sketch (Apache DataSketches, doubles, k = 400).
#[derive(Clone, Debug)]
pub struct QuantileSketch {
    sketch: KllSketch<KllFloat<f64>>,
}

impl Default for QuantileSketch {
    fn default() -> Self {
        Self {
            sketch: KllSketch::new(K).expect("k 400 is within the sketch's range"),
        }
    }
}

impl QuantileSketch {
    /// Adds a finite value so many times.
    pub fn update(&mut self, value: f64, weight: u64) {
        let Ok(item) = KllFloat::<f64>::new(value) else { return };
        if weight <= SMALL_WEIGHT {
            (0..weight).for_each(|_| self.sketch.update(item));
            return;
        }
        // Heavy values go in by the bits of their weight: a sketch of the value alone is doubled by merging it with itself.
        let mut doubled = Self::default().sketch;
        doubled.update(item);
        let mut rest = weight;
        while rest > 0 {
            if rest & 1 == 1 {
                self.merge_sketch(&doubled);
            }
            rest >>= 1;
            if rest > 0 {
                let copy = doubled.clone();
                doubled.merge(&copy).expect("sketches of one k merge");
            }
        }
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        self.merge_sketch(&other.sketch);
    }

    /// Quantiles within `min..=max`, rising.
    pub fn quantiles(&self, min: f64, max: f64) -> Option<Quantiles> {
        let mut out = [0.0; 9];
        let mut floor = min;
        for (slot, per_mille) in out.iter_mut().zip(PER_MILLE) {
            let value = self
                .sketch
                .quantile(f64::from(per_mille) / 1_000.0, SearchCriteria::Inclusive)
                .ok()
                .flatten()?;
            floor = value.into_inner().clamp(min, max).max(floor);
            *slot = floor;
        }
        Some(out)
    }

    /// How the estimate was made; the error is in ranks (0..1).
    pub fn estimate(&self) -> Estimate {
        Estimate {
            method: "kll_k400".into(),
            error: self.sketch.normalized_rank_error(),
        }
    }

    fn merge_sketch(&mut self, other: &KllSketch<KllFloat<f64>>) {
        self.sketch.merge(other).expect("sketches of one k merge");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_quantiles_are_those_of_percentile_disc() {
        let entries = (1..=20).map(|value| (f64::from(value), 1));
        let quantiles = quantiles_of_entries(entries, 20).unwrap();
        assert_eq!(quantiles, [1.0, 1.0, 1.0, 5.0, 10.0, 15.0, 19.0, 20.0, 20.0]);
        assert_eq!(quantiles_of_entries([(7.0, 3)].into_iter(), 3).unwrap(), [7.0; 9]);
        assert_eq!(quantiles_of_entries(std::iter::empty(), 0), None);
    }

    #[test]
    fn sketched_quantiles_stay_inside_the_stated_rank_error() {
        let mut sketch = QuantileSketch::default();
        for value in 0..100_000_u32 {
            sketch.update(f64::from(value.wrapping_mul(48_271) % 100_000), 1);
        }
        sketch.update(200_000.0, 100_000);
        let quantiles = sketch.quantiles(0.0, 200_000.0).unwrap();
        let error = sketch.estimate().error;
        assert!(error < 0.02);
        for (quantile, per_mille) in quantiles.iter().zip(PER_MILLE).take(4) {
            let rank = quantile / 200_000.0;
            assert!(
                (rank - f64::from(per_mille) / 1_000.0).abs() <= 1.5 * error,
                "{per_mille}: {quantile}"
            );
        }
        assert_eq!(quantiles[5..], [200_000.0; 4]);
    }
}
