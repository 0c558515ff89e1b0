//! How many different values: the sketch that takes over when a column outgrows its exact map.
//! Apache DataSketches HLL, lgK 12, HLL_8, over XXH64 (seed 42) of the canonical bytes, updated as i64: the bytes Spark writes.

use datasketches::common::NumStdDev;
use datasketches::hll::{HllSketch, HllType, HllUnion};

use crate::domain::column_profile::Estimate;

/// log2 of the number of registers.
const LG_K: u8 = 12;
/// Half width of the 95 % interval of the merged-form estimate: 1.96 x 1.04 / sqrt(4096).
const RELATIVE_ERROR: f64 = 0.032;

/// An estimate of the number of different hashes.
#[derive(Clone, Debug)]
pub struct DistinctSketch {
    hll: HllSketch,
    /// So many are known for certain: what the exact map held when it was given up.
    known: u64,
}

impl Default for DistinctSketch {
    fn default() -> Self {
        Self {
            hll: HllSketch::new(LG_K, HllType::Hll8).expect("lgK 12 is within the sketch's range"),
            known: 0,
        }
    }
}

impl DistinctSketch {
    /// Adds one canonical hash. Weights do not matter here.
    pub fn update(&mut self, hash: u64) {
        self.hll.update(hash as i64);
    }

    /// Remembers that at least so many different values were seen.
    pub fn know_at_least(&mut self, distinct: u64) {
        self.known = self.known.max(distinct);
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        let mut union = HllUnion::new(LG_K).expect("lgK 12 is within the union's range");
        union.update(&self.hll);
        union.update(&other.hll);
        self.hll = union.to_sketch(HllType::Hll8);
        self.known = self.known.max(other.known);
    }

    /// The merged-form estimate, never below what is known and never above `values`.
    pub fn count(&self, values: u64) -> u64 {
        (self.hll.composite_estimate().round() as u64)
            .max(self.known)
            .max(u64::from(values > 0))
            .min(values)
    }

    /// How the estimate was made and how wide it is.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            method: "hll_lg12".into(),
            error: RELATIVE_ERROR,
        }
    }

    /// The sketch's own 95 % interval (two standard deviations), for tests of the stated error.
    pub fn interval(&self) -> (f64, f64) {
        (self.hll.lower_bound(NumStdDev::Two), self.hll.upper_bound(NumStdDev::Two))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::canonical::{Form, Scalar};

    #[test]
    fn estimates_and_unions_stay_inside_the_stated_error() {
        let (mut left, mut right) = (DistinctSketch::default(), DistinctSketch::default());
        for value in 0..300_000_i64 {
            left.update(value.canonical_hash(Form::Integer));
            right.update((value + 150_000).canonical_hash(Form::Integer));
        }
        let error = |sketch: &DistinctSketch, truth: f64| (sketch.count(u64::MAX) as f64 - truth).abs() / truth;
        assert!(error(&left, 300_000.0) < RELATIVE_ERROR);
        left.merge(&right);
        assert!(error(&left, 450_000.0) < RELATIVE_ERROR);
        left.know_at_least(1_000_000);
        assert_eq!(left.count(u64::MAX), 1_000_000);
        assert_eq!(left.count(10), 10);
    }
}
