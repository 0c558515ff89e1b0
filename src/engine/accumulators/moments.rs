//! Mean and central moments up to the fourth: merged pairwise, or in two passes where every value is still known.

/// Sums that are carried on beside each other.
const LANES: usize = 4;

/// Count, mean and the sums of powered deviations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    pub(in crate::engine) count: u64,
    pub(in crate::engine) mean: f64,
    pub(in crate::engine) m2: f64,
    pub(in crate::engine) m3: f64,
    pub(in crate::engine) m4: f64,
}

impl Moments {
    /// Of known values around their known mean.
    pub fn of_entries(entries: impl Iterator<Item = (f64, u64)>, mean: f64) -> Self {
        let mut out = Self { mean, ..Self::default() };
        for (value, weight) in entries {
            let (delta, times) = (value - mean, weight as f64);
            let square = delta * delta;
            out.count += weight;
            out.m2 += square * times;
            out.m3 += square * delta * times;
            out.m4 += square * square * times;
        }
        out
    }

    /// Of values as they come.
    pub fn streamed(entries: impl Iterator<Item = (f64, u64)>) -> Self {
        let mut out = Self::default();
        entries.for_each(|(value, weight)| out.update(value, weight));
        out
    }

    /// Adds a finite value so many times.
    pub fn update(&mut self, value: f64, weight: u64) {
        if weight > 0 {
            self.merge(&Self {
                count: weight,
                mean: value,
                ..Self::default()
            });
        }
    }

    /// Adds finite values that occur once each.
    pub fn update_block(&mut self, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let count = values.len() as f64;
        let rough = values.iter().sum::<f64>() / count;
        if !rough.is_finite() {
            return values.iter().for_each(|value| self.update(*value, 1));
        }
        // What rounding took from the mean is given back, so that the deviations add up to zero.
        let mean = rough + values.iter().map(|value| value - rough).sum::<f64>() / count;
        let (mut m2, mut m3, mut m4) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for values in values.chunks(LANES) {
            for (lane, value) in values.iter().enumerate() {
                let delta = value - mean;
                let square = delta * delta;
                m2[lane] += square;
                m3[lane] += square * delta;
                m4[lane] += square * square;
            }
        }
        self.merge(&Self {
            count: values.len() as u64,
            mean,
            m2: m2.iter().sum(),
            m3: m3.iter().sum(),
            m4: m4.iter().sum(),
        });
    }

    /// Adds the other's values (Pebay's formulas).
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (left, right) = (self.count as f64, other.count as f64);
        let total = left + right;
        let delta = other.mean - self.mean;
        let step = delta / total;
        let square = delta * step * left * right;
        self.m4 += other.m4
            + square * step * step * (left * left - left * right + right * right)
            + 6.0 * step * step * (left * left * other.m2 + right * right * self.m2)
            + 4.0 * step * (left * other.m3 - right * self.m3);
        self.m3 += other.m3 + square * step * (left - right) + 3.0 * step * (left * other.m2 - right * self.m2);
        self.m2 += other.m2 + square;
        self.mean += step * right;
        self.count += other.count;
    }

    /// Mean of at least one value.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0 && self.mean.is_finite()).then_some(self.mean)
    }

    /// Sample variance of at least two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1)
            .then(|| self.m2 / (self.count - 1) as f64)
            .filter(|value| value.is_finite())
    }

    /// Population skewness, where values differ.
    pub fn skewness(&self) -> Option<f64> {
        let count = self.count as f64;
        let value = count.sqrt() * self.m3 / self.m2.powf(1.5);
        (self.m2 > 0.0 && value.is_finite()).then_some(value)
    }

    /// Population excess kurtosis, where values differ.
    pub fn kurtosis(&self) -> Option<f64> {
        let value = self.count as f64 * self.m4 / (self.m2 * self.m2) - 3.0;
        (self.m2 > 0.0 && value.is_finite()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamed_merged_and_two_pass_moments_agree() {
        let values: Vec<(f64, u64)> = (0..500).map(|i| (((i * 37) % 101) as f64 * 0.25 - 3.0, 1 + i % 4)).collect();
        let count: u64 = values.iter().map(|v| v.1).sum();
        let mean = values.iter().map(|v| v.0 * v.1 as f64).sum::<f64>() / count as f64;
        let exact = Moments::of_entries(values.iter().copied(), mean);
        let (mut left, mut right) = (Moments::default(), Moments::default());
        for (i, (value, weight)) in values.iter().enumerate() {
            if i < 123 {
                left.update(*value, *weight)
            } else {
                (0..*weight).for_each(|_| right.update(*value, 1))
            }
        }
        left.merge(&right);
        let mut blocks = Moments::default();
        let single: Vec<f64> = values
            .iter()
            .flat_map(|value| std::iter::repeat_n(value.0, value.1 as usize))
            .collect();
        single.chunks(97).for_each(|block| blocks.update_block(block));
        assert!((blocks.kurtosis().unwrap() - exact.kurtosis().unwrap()).abs() < 1e-9);
        assert!((blocks.skewness().unwrap() - exact.skewness().unwrap()).abs() < 1e-9);
        assert!((blocks.variance().unwrap() - exact.variance().unwrap()).abs() < 1e-9);
        for (a, b) in [
            (left.mean(), exact.mean()),
            (left.variance(), exact.variance()),
            (left.skewness(), exact.skewness()),
            (left.kurtosis(), exact.kurtosis()),
        ] {
            assert!((a.unwrap() - b.unwrap()).abs() < 1e-9, "{a:?} {b:?}");
        }
    }

    #[test]
    fn known_figures_come_out() {
        let mut moments = Moments::default();
        for value in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
            moments.update(value, 1);
        }
        assert_eq!(moments.mean(), Some(5.0));
        assert!((moments.variance().unwrap() - 32.0 / 7.0).abs() < 1e-12);
        assert!((moments.skewness().unwrap() - 0.65625).abs() < 1e-12);
        assert!((moments.kurtosis().unwrap() + 0.21875).abs() < 1e-12);
        assert_eq!(Moments::default().variance(), None);
    }
}
