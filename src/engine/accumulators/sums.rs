//! Sums that lose nothing: whole numbers and decimals in 256 bits, doubles with a running correction.

use arrow::datatypes::i256;

/// An exact sum of whole numbers (unscaled, for decimals).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactSum {
    /// What fits in 128 bits, so that the common case is one addition.
    pub(in crate::engine) near: i128,
    /// What spilled over.
    pub(in crate::engine) far: i256,
}

impl ExactSum {
    /// Adds a value so many times.
    pub fn update(&mut self, value: i128, weight: u64) {
        match value
            .checked_mul(i128::from(weight))
            .and_then(|product| self.near.checked_add(product))
        {
            Some(near) => self.near = near,
            None => {
                let product = i256::from_i128(value).wrapping_mul(i256::from_i128(i128::from(weight)));
                self.far = self.far.wrapping_add(product);
            }
        }
    }

    /// Adds values that occur once each.
    pub fn update_block(&mut self, values: impl Iterator<Item = i128>) {
        values.for_each(|value| match self.near.checked_add(value) {
            Some(near) => self.near = near,
            None => self.update(value, 1),
        });
    }

    /// Adds the other sum.
    pub fn merge(&mut self, other: &Self) {
        self.far = self.far.wrapping_add(other.far);
        self.update(other.near, 1);
    }

    /// Sign and digits.
    pub fn digits(&self) -> (bool, String) {
        let text = self.far.wrapping_add(i256::from_i128(self.near)).to_string();
        match text.strip_prefix('-') {
            Some(digits) => (true, digits.to_owned()),
            None => (false, text),
        }
    }
}

/// A sum of doubles with Neumaier's correction: right to the last bit or two whatever the order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CompensatedSum {
    pub(in crate::engine) sum: f64,
    pub(in crate::engine) correction: f64,
}

impl CompensatedSum {
    /// Adds a finite value so many times.
    pub fn update(&mut self, value: f64, weight: u64) {
        if weight == 1 {
            self.add(value);
        } else {
            let weight = weight as f64;
            let product = value * weight;
            self.add(product);
            if product.is_finite() {
                self.correction += value.mul_add(weight, -product);
            }
        }
    }

    /// Adds finite values that occur once each: four sums beside each other, since each waits for its last addition.
    pub fn update_block(&mut self, values: &[f64]) {
        let mut lanes = [Self::default(); 4];
        for values in values.chunks(lanes.len()) {
            for (lane, value) in lanes.iter_mut().zip(values) {
                lane.add(*value);
            }
        }
        lanes.iter().for_each(|lane| self.merge(lane));
    }

    /// Adds the other sum.
    pub fn merge(&mut self, other: &Self) {
        self.add(other.sum);
        self.correction += other.correction;
    }

    /// The sum; infinite where it overflows.
    pub fn value(&self) -> f64 {
        let value = self.sum + self.correction;
        if value.is_nan() { self.sum } else { value }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.correction += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sums_keep_every_digit_beyond_128_bits() {
        let mut sum = ExactSum::default();
        sum.update(i128::MAX, 3);
        sum.update(-1, 1);
        let mut other = ExactSum::default();
        other.update(i128::MAX, 1);
        sum.merge(&other);
        assert_eq!(sum.digits(), (false, "680564733841876926926749214863536422907".into()));
        let mut negative = ExactSum::default();
        negative.update(-5, 3);
        assert_eq!(negative.digits(), (true, "15".into()));
    }

    #[test]
    fn real_sums_do_not_depend_on_the_order() {
        let mut sum = CompensatedSum::default();
        for value in [1e100, 1.0, -1e100, 1.0] {
            sum.update(value, 1);
        }
        assert_eq!(sum.value(), 2.0);
        let mut weighted = CompensatedSum::default();
        weighted.update(0.1, 10);
        assert_eq!(weighted.value(), 1.0);
    }
}
