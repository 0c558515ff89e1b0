//! Moments of numbers as they come. Large whole numbers and decimals are taken as their exact distances from one of them: what doubles
//! cannot hold of a large number they mostly hold of its distance.

use crate::engine::canonical::{Form, Scalar, scale_of};

use super::moments::Moments;

/// Unscaled size up to which numbers are far enough from the last bit of a double to be taken as they come.
const PLAIN: u128 = 1 << 40;
/// Unscaled size from which numbers are beyond what doubles always tell apart. The statements know them by their 16 digits.
const ROUNDED: u128 = 1_000_000_000_000_000;
/// Numbers that are worked on at once.
const BLOCK: usize = 1_024;

/// Moments of distances from an origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistanceMoments {
    form: Form,
    /// Unscaled; 0 for doubles and for numbers that begin small.
    pub(in crate::engine) origin: i128,
    /// In units of the numbers; their mean is the one of the distances.
    pub(in crate::engine) moments: Moments,
}

impl DistanceMoments {
    /// Of no number yet.
    pub fn new(form: Form) -> Self {
        Self::with(form, 0, Moments::default())
    }

    /// As they were stored.
    pub fn with(form: Form, origin: i128, moments: Moments) -> Self {
        Self { form, origin, moments }
    }

    /// Adds a finite number so many times; `value` is the nearest double.
    pub fn update<K: Scalar>(&mut self, key: K, value: f64, weight: u64) {
        self.begin_with(key);
        self.moments.update(self.distance(key, value), weight);
    }

    /// Adds finite numbers that occur once each; `values` are the nearest doubles.
    pub fn update_block<K: Scalar>(&mut self, keys: &[K], values: &[f64]) {
        let Some(first) = keys.first() else { return };
        self.begin_with(*first);
        if self.origin == 0 {
            return self.moments.update_block(values);
        }
        let mut distances = [0.0; BLOCK];
        for (keys, values) in keys.chunks(BLOCK).zip(values.chunks(BLOCK)) {
            let distances = &mut distances[..keys.len()];
            for (distance, (key, value)) in distances.iter_mut().zip(keys.iter().zip(values)) {
                *distance = self.distance(*key, *value);
            }
            self.moments.update_block(distances);
        }
    }

    /// Adds the other's numbers.
    pub fn merge(&mut self, other: &Self) {
        if other.moments.count == 0 {
            return;
        }
        if self.moments.count == 0 {
            *self = *other;
            return;
        }
        // Only the mean depends on the origin.
        let mut moved = other.moments;
        moved.mean += between(other.origin, self.origin, self.form);
        self.moments.merge(&moved);
    }

    fn begin_with<K: Scalar>(&mut self, key: K) {
        if self.moments.count == 0 {
            self.origin = key.unscaled().filter(|unscaled| unscaled.unsigned_abs() > PLAIN).unwrap_or(0);
        }
    }

    fn distance<K: Scalar>(&self, key: K, value: f64) -> f64 {
        match key.unscaled() {
            Some(unscaled) if self.origin != 0 => between(unscaled, self.origin, self.form),
            _ => value,
        }
    }
}

/// Sorted numbers with their counts as distances from the least of them; nothing of doubles.
pub fn distances_of<K: Scalar>(form: Form, entries: &[(K, u64)]) -> Option<Vec<(f64, u64)>> {
    let origin = entries.first()?.0;
    entries
        .iter()
        .map(|(key, count)| Some((distance(form, *key, origin)?, *count)))
        .collect()
}

/// The exact distance between two numbers, then as a double; nothing of doubles.
pub fn distance<K: Scalar>(form: Form, from: K, to: K) -> Option<f64> {
    Some(between(from.unscaled()?, to.unscaled()?, form))
}

/// Whether there may be numbers up to this one that doubles do not tell apart.
pub fn is_beyond_doubles<K: Scalar>(key: K) -> bool {
    key.unscaled().is_some_and(|unscaled| unscaled.unsigned_abs() >= ROUNDED)
}

/// Whether doubles are coarse beside the range of these numbers: by more than a thousand-millionth of it.
pub fn are_doubles_coarse<K: Scalar>(form: Form, least: K, greatest: K) -> bool {
    let is_beyond = is_beyond_doubles(least) || is_beyond_doubles(greatest);
    let size = least.to_f64(form).abs().max(greatest.to_f64(form).abs());
    is_beyond && distance(form, greatest, least).is_some_and(|range| size * f64::EPSILON > range * 1e-9)
}

/// `a - b` in units of the numbers; where it is 2^127 or more, as doubles say.
fn between(a: i128, b: i128, form: Form) -> f64 {
    let unscaled = match a.checked_sub(b) {
        // Quicker, and mostly so.
        Some(distance) => i64::try_from(distance).map_or(distance as f64, |near| near as f64),
        None => a as f64 - b as f64,
    };
    // A power of ten is a double up to the 22nd; its inverse is not.
    match scale_of(form) {
        0 => unscaled,
        scale if scale > 0 => unscaled / 10_f64.powi(i32::from(scale)),
        scale => unscaled * 10_f64.powi(-i32::from(scale)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 0..100, each as often as the others: (100^2 - 1) / 12 with n - 1.
    fn expected(count: u64) -> f64 {
        (9_999.0 / 12.0 * count as f64 / (count - 1) as f64).sqrt()
    }

    fn stddev(distances: &DistanceMoments) -> f64 {
        distances.moments.variance().unwrap().sqrt()
    }

    #[test]
    fn large_numbers_keep_their_deviation_through_blocks_weights_and_merges() {
        for (base, scale) in [
            (0, 0),
            (1_000_000_000_000_000_000_i128, 0),
            (10_i128.pow(37), 2),
            (-10_i128.pow(37), 0),
            (1_i128 << 53, 0),
        ] {
            let form = Form::Decimal { precision: 38, scale };
            let keys: Vec<i128> = (0..10_000).map(|i| base + i * 37 % 100).collect();
            let values: Vec<f64> = keys.iter().map(|key| key.to_f64(form)).collect();
            let unit = 10_f64.powi(-i32::from(scale));
            let [mut whole, mut left, mut right] = [DistanceMoments::new(form); 3];
            whole.update_block(&keys, &values);
            left.update_block(&keys[..3_333], &values[..3_333]);
            // From the other end: another origin.
            let rest = keys[3_333..].iter().zip(&values[3_333..]);
            rest.rev().for_each(|(key, value)| right.update(*key, *value, 1));
            left.merge(&right);
            for moments in [&whole, &left] {
                let found = stddev(moments);
                let expected = expected(10_000) * unit;
                assert!(
                    (found - expected).abs() < 1e-9 * expected,
                    "{base} {scale}: {found} beside {expected}"
                );
                assert!(moments.moments.skewness().unwrap().abs() < 1e-9);
            }
        }
    }

    #[test]
    fn parts_far_from_each_other_merge_to_what_they_are_together() {
        let [mut near, mut far] = [DistanceMoments::new(Form::Integer); 2];
        near.update(0_i64, 0.0, 1);
        far.update(4_000_000_000_000_000_000_i64, 4e18, 1);
        far.merge(&near);
        near.merge(&far);
        assert!((stddev(&far) - 8_f64.sqrt() * 1e18).abs() < 1e6);
        let mut ends = DistanceMoments::new(Form::Integer);
        ends.update(i128::MIN, i128::MIN as f64, 1);
        ends.update(i128::MAX, i128::MAX as f64, 1);
        assert!(stddev(&ends).is_finite());
    }
}
