//! A seeded generator of our own, so that the sample data never changes with the version of a crate or of a C library.
//!
//! xoshiro256** seeded by splitmix64; one named stream a table. Normal, log-normal and Zipf use only additions,
//! multiplications, divisions and comparisons of doubles, which every machine rounds alike.

/// A stream of pseudo-random numbers with a specified sequence.
#[derive(Clone)]
pub(super) struct Random {
    state: [u64; 4],
}

impl Random {
    /// The stream of that name for a seed: streams of different names do not disturb each other.
    pub(super) fn new(seed: u64, stream: &str) -> Self {
        // FNV-1a spreads the name, splitmix64 fills the state (which must not be all zero, and is not).
        let name = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut position = seed ^ name;
        let mut split = || {
            position = position.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = position;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Self {
            state: [split(), split(), split(), split()],
        }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        let state = &mut self.state;
        let result = state[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = state[3].rotate_left(45);
        result
    }

    /// A whole number of `0..bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// An index of `0..length`.
    pub(super) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A whole number of `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// A double of `0..1` with 53 bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the items, all alike.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// One of the items by weight.
    pub(super) fn pick_weighted<T: Copy>(&mut self, items: &[(T, u32)]) -> T {
        let total: u64 = items.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut rest = self.below(total);
        for (item, weight) in items {
            if rest < u64::from(*weight) {
                return *item;
            }
            rest -= u64::from(*weight);
        }
        items[items.len() - 1].0
    }

    /// About normal: mean 0, deviation 1, within -6..6 (the sum of twelve uniform numbers).
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// About log-normal around a median.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exponential(sigma * self.normal())
    }

    /// Puts the items into a random order (Fisher-Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

/// e^x by a short series and ten squarings: the C library's own differs in the last digit between machines.
fn exponential(x: f64) -> f64 {
    let small = x / 1024.0;
    let mut result = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..10 {
        result *= result;
    }
    result
}

/// Indexes drawn by weight from a table of running totals.
pub(super) struct Draw {
    running_totals: Vec<f64>,
}

impl Draw {
    /// Draws index `i` in proportion to the `i`-th weight.
    pub(super) fn by_weights(weights: impl IntoIterator<Item = f64>) -> Self {
        let running_totals = weights
            .into_iter()
            .scan(0.0, |total, weight| {
                *total += weight;
                Some(*total)
            })
            .collect();
        Self { running_totals }
    }

    /// Zipf's law, flattened at the top by `offset`: weight 1 / (rank + offset).
    pub(super) fn zipf(length: usize, offset: f64) -> Self {
        Self::by_weights((1..=length).map(|rank| 1.0 / (rank as f64 + offset)))
    }

    /// One index.
    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let total = self.running_totals.last().copied().unwrap_or(0.0);
        let point = random.unit() * total;
        self.running_totals
            .partition_point(|running| *running <= point)
            .min(self.running_totals.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_pinned() {
        let mut random = Random::new(1, "customers");
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            drawn,
            [9_112_726_632_771_382_897, 4_317_383_948_080_728_088, 13_515_621_206_287_144_433]
        );
        assert_ne!(Random::new(1, "orders").next(), drawn[0]);
        assert_ne!(Random::new(2, "customers").next(), drawn[0]);
    }

    #[test]
    fn xoshiro_follows_its_published_step() {
        // State 1, 2, 3, 4: the first outputs of the authors' reference code.
        let mut random = Random { state: [1, 2, 3, 4] };
        let drawn: Vec<u64> = (0..4).map(|_| random.next()).collect();
        assert_eq!(drawn, [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
    }

    #[test]
    fn distributions_have_the_middle_and_the_spread_they_promise() {
        let mut random = Random::new(7, "shape");
        let normal: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 20_000.0;
        let deviation = (normal.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.03 && (deviation - 1.0).abs() < 0.03, "{mean} {deviation}");
        for x in [-3.0, -0.5, 0.0, 1.0, 2.5] {
            assert!((exponential(x) / f64::exp(x) - 1.0).abs() < 1e-9, "{x}");
        }
        let zipf = Draw::zipf(100, 0.0);
        let first = (0..20_000).filter(|_| zipf.draw(&mut random) == 0).count();
        assert!((3_600..4_100).contains(&first), "{first}");
    }
}
