//! Moments of numbers as they come. Whole numbers and decimals are taken as their exact distances from one of them, in units of the last
//! digit: what doubles cannot hold of a large number they mostly hold of its distance.

use crate::engine::canonical::{Form, Scalar};

use super::moments::Moments;
use super::sums::CompensatedSum;

/// Unscaled size up to which numbers are far enough from the last bit of a double to be taken as they are.
const PLAIN: u128 = 1 << 40;
/// Unscaled size beyond which not every whole number is a double.
const LARGEST_DOUBLE: u128 = 1 << 53;
/// Numbers that are worked on at once.
const BLOCK: usize = 1_024;

/// Moments of distances from an origin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DistanceMoments {
    /// Unscaled; 0 for doubles.
    pub(in crate::engine) origin: i128,
    /// In units of the last digit.
    pub(in crate::engine) distances: Moments,
}

impl DistanceMoments {
    /// Adds a finite number so many times; `value` is the nearest double.
    pub fn update<K: Scalar>(&mut self, key: K, value: f64, weight: u64) {
        self.begin_with(key);
        self.distances.update(self.distance(key, value), weight);
    }

    /// Adds finite numbers that occur once each; `values` are the nearest doubles.
    pub fn update_block<K: Scalar>(&mut self, form: Form, keys: &[K], values: &[f64]) {
        let Some(first) = keys.first() else { return };
        self.begin_with(*first);
        if self.origin == 0 && scale_of(form) == 0 {
            return self.distances.update_block(values);
        }
        let mut distances = [0.0; BLOCK];
        for (keys, values) in keys.chunks(BLOCK).zip(values.chunks(BLOCK)) {
            let distances = &mut distances[..keys.len()];
            let numbers = keys.iter().zip(values);
            distances
                .iter_mut()
                .zip(numbers)
                .for_each(|(distance, (key, value))| *distance = self.distance(*key, *value));
            self.distances.update_block(distances);
        }
    }

    /// Adds the other's numbers.
    pub fn merge(&mut self, other: &Self) {
        if other.distances.count == 0 {
            return;
        }
        if self.distances.count == 0 {
            *self = *other;
            return;
        }
        // Only the mean depends on the origin.
        let mut moved = other.distances;
        moved.mean += between(other.origin, self.origin);
        self.distances.merge(&moved);
    }

    /// The moments in units of the numbers themselves; their mean is the one of the distances.
    pub fn moments(&self, form: Form) -> Moments {
        self.distances.in_units_of(last_digit(form))
    }

    fn begin_with<K: Scalar>(&mut self, key: K) {
        if self.distances.count == 0 {
            self.origin = key.unscaled().filter(|unscaled| unscaled.unsigned_abs() > PLAIN).unwrap_or(0);
        }
    }

    fn distance<K: Scalar>(&self, key: K, value: f64) -> f64 {
        key.unscaled().map_or(value, |unscaled| between(unscaled, self.origin))
    }
}

/// Known numbers of which doubles do not tell every two apart, as their distances from the smallest in units of the last digit.
#[derive(Clone, Debug)]
pub struct KnownDistances {
    /// Sorted, with their counts.
    pub entries: Vec<(f64, u64)>,
    form: Form,
}

impl KnownDistances {
    /// Of sorted entries.
    pub fn new<K: Scalar>(form: Form, entries: &[(K, u64)]) -> Option<Self> {
        let origin = entries.first()?.0.unscaled()?;
        let distance = |(key, count): &(K, u64)| Some((between(key.unscaled()?, origin), *count));
        Some(Self {
            entries: entries.iter().filter_map(distance).collect(),
            form,
        })
    }

    /// Their moments in units of the numbers themselves; their mean is the one of the distances.
    pub fn moments(&self) -> Moments {
        let (mut sum, mut count) = (CompensatedSum::default(), 0);
        for (distance, weight) in &self.entries {
            sum.update(*distance, *weight);
            count += weight;
        }
        Moments::of_entries(self.entries.iter().copied(), sum.value() / count.max(1) as f64).in_units_of(last_digit(self.form))
    }

    /// A distance in units of the numbers themselves.
    pub fn in_numbers(&self, distance: f64) -> f64 {
        distance / 10_f64.powi(i32::from(scale_of(self.form)))
    }
}

/// Whether there may be numbers up to this one that no double is.
pub fn is_beyond_doubles<K: Scalar>(key: K) -> bool {
    key.unscaled().is_some_and(|unscaled| unscaled.unsigned_abs() > LARGEST_DOUBLE)
}

/// Whether doubles are coarse beside the range of these numbers: by more than a thousand-millionth of it.
pub fn are_doubles_coarse<K: Scalar>(form: Form, least: K, greatest: K) -> bool {
    let (Some(first), Some(last)) = (least.unscaled(), greatest.unscaled()) else {
        return false;
    };
    let is_beyond = is_beyond_doubles(least) || is_beyond_doubles(greatest);
    let size = least.to_f64(form).abs().max(greatest.to_f64(form).abs());
    is_beyond && size * f64::EPSILON > between(last, first) / 10_f64.powi(i32::from(scale_of(form))) * 1e-9
}

/// `a - b`, rounded once where it is less than 2^127.
fn between(a: i128, b: i128) -> f64 {
    match a.checked_sub(b) {
        // Quicker, and mostly so.
        Some(distance) => i64::try_from(distance).map_or(distance as f64, |near| near as f64),
        None => a as f64 - b as f64,
    }
}

fn scale_of(form: Form) -> i8 {
    if let Form::Decimal { scale, .. } = form { scale } else { 0 }
}

/// What the last digit is worth.
fn last_digit(form: Form) -> f64 {
    10_f64.powi(-i32::from(scale_of(form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 0..100, each as often as the others: (100^2 - 1) / 12 with n - 1.
    fn expected(count: u64) -> f64 {
        (9_999.0 / 12.0 * count as f64 / (count - 1) as f64).sqrt()
    }

    fn stddev(moments: &DistanceMoments, form: Form) -> f64 {
        moments.moments(form).variance().unwrap().sqrt()
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
            let (mut whole, mut left, mut right) = (DistanceMoments::default(), DistanceMoments::default(), DistanceMoments::default());
            whole.update_block(form, &keys, &values);
            left.update_block(form, &keys[..3_333], &values[..3_333]);
            // From the other end: another origin.
            keys[3_333..]
                .iter()
                .zip(&values[3_333..])
                .rev()
                .for_each(|(key, value)| right.update(*key, *value, 1));
            left.merge(&right);
            for moments in [&whole, &left] {
                let found = stddev(moments, form);
                let expected = expected(10_000) * unit;
                assert!(
                    (found - expected).abs() < 1e-9 * expected,
                    "{base} {scale}: {found} beside {expected}"
                );
                assert!(moments.moments(form).skewness().unwrap().abs() < 1e-9);
            }
        }
    }

    #[test]
    fn parts_far_from_each_other_merge_to_what_they_are_together() {
        let form = Form::Integer;
        let (mut near, mut far) = (DistanceMoments::default(), DistanceMoments::default());
        near.update(0_i64, 0.0, 1);
        far.update(4_000_000_000_000_000_000_i64, 4e18, 1);
        far.merge(&near);
        near.merge(&far);
        assert!((stddev(&far, form) - 8_f64.sqrt() * 1e18).abs() < 1e6);
        let mut ends = DistanceMoments::default();
        ends.update(i128::MIN, i128::MIN as f64, 1);
        ends.update(i128::MAX, i128::MAX as f64, 1);
        assert!(stddev(&ends, form).is_finite());
    }
}
