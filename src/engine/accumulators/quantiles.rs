//! Discrete quantiles: the smallest value whose rank is at least q times n. Exact from sorted values while those are few
//! enough to keep, else by KLL over a sample that is large beside the sketch: one value of each block of 2^level values.

use crate::domain::column_profile::Estimate;

use super::kll::{K, Kll};
use super::sketch_error::SketchError;

/// Thousandths: the tails of the histogram, and p01 p05 p25 median p75 p95 p99 between them.
pub const PER_MILLE: [u32; 9] = [5, 10, 50, 250, 500, 750, 950, 990, 995];
/// Values that are kept as they are.
const EXACT_VALUES: usize = 1 << 18;
/// Values that the sample holds at least, once there are more.
const SAMPLE_VALUES: u64 = 1 << 18;
/// 95 % of the error of ranks in a sample of that size, at its worst: 1.96 x 0.5 / sqrt(2^18).
const SAMPLE_ERROR: f64 = 0.002;
/// Items that go into the sketch at once.
const PENDING_ITEMS: usize = 512;

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

/// Finite values, kept or sketched (Apache DataSketches KLL, doubles, k = 400).
#[derive(Clone, Debug)]
pub struct QuantileSketch {
    kept: Option<Vec<f64>>,
    most_kept: usize,
    sketch: Kll,
    /// Items on their way into the sketch, by level: an item of level l stands for 2^l values.
    pending: Vec<Vec<f64>>,
    pending_items: usize,
    sampler: Sampler,
    count: u64,
}

/// Picks one value of each block.
#[derive(Clone, Debug, Default)]
struct Sampler {
    level: u32,
    /// Values of the current block so far, the one to pick, and the pick (the last value while it is to come).
    seen: u64,
    target: u64,
    pick: f64,
    random: u64,
}

impl Default for QuantileSketch {
    fn default() -> Self {
        Self::keeping(EXACT_VALUES)
    }
}

impl QuantileSketch {
    /// Keeps at most so many values as they are.
    pub fn keeping(values: usize) -> Self {
        Self {
            kept: Some(Vec::new()),
            most_kept: values.min(EXACT_VALUES),
            sketch: Kll::default(),
            pending: Vec::new(),
            pending_items: 0,
            sampler: Sampler::default(),
            count: 0,
        }
    }

    /// Adds a finite value so many times.
    pub fn update(&mut self, value: f64, weight: u64) {
        if weight == 1 {
            self.update_block(&[value]);
            return;
        }
        if let Some(kept) = &mut self.kept {
            if weight <= (self.most_kept - kept.len()) as u64 {
                kept.extend(std::iter::repeat_n(value, weight as usize));
                self.count += weight;
                return;
            }
            self.give_up_exact_values();
        }
        self.count += weight;
        self.insert_weighted(value, weight);
    }

    /// Adds finite values.
    pub fn update_block(&mut self, values: &[f64]) {
        if let Some(kept) = &mut self.kept {
            if kept.len() + values.len() <= self.most_kept {
                kept.extend_from_slice(values);
                self.count += values.len() as u64;
                return;
            }
            self.give_up_exact_values();
        }
        self.count += values.len() as u64;
        self.sample(values);
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        if let Some(theirs) = &other.kept {
            self.update_block(theirs);
            return;
        }
        self.give_up_exact_values();
        self.count += other.count;
        if other.pending_items == 0 && other.sampler.seen == 0 {
            return self.sketch.merge(&other.sketch);
        }
        let mut other = other.clone();
        other.flush();
        self.sketch.merge(&other.sketch);
    }

    /// The values themselves, sorted, while they are kept.
    pub fn sorted_values(&self) -> Option<Vec<f64>> {
        // As numbers that are ordered as the doubles are: sorting compares them many times.
        let place = |bits: i64| bits ^ ((bits >> 63) as u64 >> 1) as i64;
        let mut places: Vec<i64> = (self.kept.as_ref()?.iter()).map(|value| place(value.to_bits() as i64)).collect();
        places.sort_unstable();
        Some(places.into_iter().map(|bits| f64::from_bits(place(bits) as u64)).collect())
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        32_768 + self.kept.as_ref().map_or(0, |kept| 8 * kept.capacity() as u64)
    }

    /// Puts kept values into the sketch.
    pub fn give_up_exact_values(&mut self) {
        if let Some(kept) = self.kept.take() {
            self.sample(&kept);
        }
    }

    /// Quantiles within `min..=max`, rising.
    pub fn quantiles(&self, min: f64, max: f64) -> Option<Quantiles> {
        let mut whole = self.clone();
        whole.give_up_exact_values();
        whole.flush();
        let mut out = whole.sketch.quantiles(PER_MILLE)?;
        let mut floor = min;
        for slot in &mut out {
            floor = slot.clamp(min, max).max(floor);
            *slot = floor;
        }
        Some(out)
    }

    /// How the estimate was made; the error is in ranks (0..1).
    pub fn estimate(&self) -> Estimate {
        Estimate {
            method: "kll_k400".into(),
            error: self.sketch.rank_error().hypot(SAMPLE_ERROR),
        }
    }

    /// The sketch of all values in the bytes of DataSketches (KLL, doubles), as Spark reads them; `range` are the smallest and the
    /// largest value, which a sample may have missed.
    pub fn to_bytes(&self, range: Option<(f64, f64)>) -> Vec<u8> {
        let mut whole = self.clone();
        whole.give_up_exact_values();
        whole.flush();
        whole.sketch.to_bytes(range)
    }

    /// Reads a sketch that Spark or Limn wrote, and its smallest and largest value.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Option<(f64, f64)>), SketchError> {
        let sketch = Kll::from_bytes(bytes)?;
        let range = sketch.range();
        let read = Self {
            kept: None,
            count: sketch.count(),
            sketch,
            ..Self::keeping(0)
        };
        Ok((read, range))
    }

    fn sample(&mut self, mut values: &[f64]) {
        while !values.is_empty() {
            if self.sampler.seen == 0 {
                let level = (self.count / SAMPLE_VALUES).checked_ilog2().unwrap_or(0);
                self.sampler.begin_block(level);
            }
            let level = self.sampler.level as usize;
            let taken = if level == 0 {
                let taken = values.len().min(PENDING_ITEMS - self.pending_items);
                self.items_of(0).extend_from_slice(&values[..taken]);
                self.pending_items += taken;
                taken
            } else {
                let (taken, pick) = self.sampler.take(values);
                if let Some(pick) = pick {
                    self.items_of(level).push(pick);
                    self.pending_items += 1;
                }
                taken
            };
            values = &values[taken..];
            if self.pending_items >= PENDING_ITEMS {
                self.flush_pending();
            }
        }
    }

    /// A value that occurs often goes in by the bits of its weight, each at its level.
    fn insert_weighted(&mut self, value: f64, weight: u64) {
        for level in (0..64).filter(|level| weight >> level & 1 == 1) {
            self.items_of(level).push(value);
            self.pending_items += 1;
        }
        if self.pending_items >= PENDING_ITEMS {
            self.flush_pending();
        }
    }

    fn items_of(&mut self, level: usize) -> &mut Vec<f64> {
        if self.pending.len() <= level {
            self.pending.resize_with(level + 1, Vec::new);
        }
        &mut self.pending[level]
    }

    /// Everything into the sketch, an unfinished block with the weight that it has.
    fn flush(&mut self) {
        if let Some((pick, seen)) = self.sampler.end_block() {
            self.insert_weighted(pick, seen);
        }
        self.flush_pending();
    }

    fn flush_pending(&mut self) {
        if self.pending_items == 0 {
            return;
        }
        for level in 0..self.pending.len() {
            // A sketch of so many levels holds so much at most.
            for items in std::mem::take(&mut self.pending[level]).chunks_mut(usize::from(K) / 2) {
                self.sketch.add(level, items);
            }
        }
        self.pending_items = 0;
    }
}

impl Sampler {
    fn begin_block(&mut self, level: u32) {
        self.level = level;
        // Splitmix: the same values always give the same sample.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.random;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.target = (word ^ (word >> 31)) & ((1 << level) - 1);
    }

    /// Goes on with the block: how many values it took, and its pick when it is complete.
    fn take(&mut self, values: &[f64]) -> (usize, Option<f64>) {
        let size = 1_u64 << self.level;
        let taken = (size - self.seen).min(values.len() as u64);
        if self.seen <= self.target {
            let at = (self.target - self.seen).min(taken - 1);
            self.pick = values[at as usize];
        }
        self.seen += taken;
        if self.seen < size {
            return (taken as usize, None);
        }
        self.seen = 0;
        (taken as usize, Some(self.pick))
    }

    fn end_block(&mut self) -> Option<(f64, u64)> {
        let seen = std::mem::take(&mut self.seen);
        (seen > 0).then_some((self.pick, seen))
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

    fn worst_rank_error(sketch: &QuantileSketch, total: f64) -> f64 {
        let quantiles = sketch.quantiles(0.0, total).unwrap();
        let ranks = quantiles.iter().zip(PER_MILLE);
        ranks
            .map(|(quantile, per_mille)| (quantile / total - f64::from(per_mille) / 1_000.0).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn sketched_quantiles_stay_inside_the_stated_rank_error_however_the_values_come() {
        let total = 3_000_000_u32;
        for order in 0..3_u32 {
            let mut sketch = QuantileSketch::default();
            let mut parts = [QuantileSketch::default(), QuantileSketch::default()];
            let values: Vec<f64> = (0..total)
                .map(|i| match order {
                    0 => f64::from(i),
                    1 => f64::from(total - i),
                    _ => f64::from((u64::from(i) * 2_654_435_761 % u64::from(total)) as u32),
                })
                .collect();
            values.chunks(1_000).for_each(|block| sketch.update_block(block));
            values
                .chunks(777)
                .enumerate()
                .for_each(|(i, block)| parts[i % 7 / 5].update_block(block));
            let [mut whole, part] = parts;
            whole.merge(&part);
            let error = sketch.estimate().error;
            assert!(error < 0.01, "{error}");
            for sketch in [&sketch, &whole] {
                let worst = worst_rank_error(sketch, f64::from(total));
                assert!(worst <= 1.5 * error, "order {order}: {worst} beside {error}");
            }
            assert!(sketch.sorted_values().is_none());
        }
    }

    #[test]
    fn heavy_values_weigh_what_they_should() {
        let mut sketch = QuantileSketch::default();
        (0..100_000_u32).for_each(|value| sketch.update(f64::from(value.wrapping_mul(48_271) % 100_000), 3));
        sketch.update(200_000.0, 300_000);
        let quantiles = sketch.quantiles(0.0, 200_000.0).unwrap();
        assert_eq!(quantiles[5..], [200_000.0; 4]);
        assert!((quantiles[3] - 50_000.0).abs() < 2_000.0);
        let mut whole = sketch.clone();
        whole.flush();
        assert_eq!(whole.sketch.count(), 600_000);
    }

    #[test]
    fn few_values_stay_exact_through_a_merge() {
        let (mut left, mut right) = (QuantileSketch::default(), QuantileSketch::default());
        left.update_block(&[3.0, 1.0]);
        right.update(2.0, 2);
        left.merge(&right);
        assert_eq!(left.sorted_values(), Some(vec![1.0, 2.0, 2.0, 3.0]));
    }
}
