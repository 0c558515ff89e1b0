//! What is added up of numbers whether or not the values are known: counts, range, sums.

use crate::domain::exact_number::ExactNumber;
use crate::engine::canonical::{Form, Scalar, write_decimal};

use super::sums::{CompensatedSum, ExactSum};

/// Fractions that are worked on at once.
const BLOCK: usize = 1_024;

/// What is added up whether or not the values are known.
#[derive(Clone, Debug)]
pub struct NumberCounts<K> {
    /// Finite values.
    pub finite: u64,
    /// Zeros.
    pub zero: u64,
    /// Values below zero.
    pub negative: u64,
    /// Not a number.
    pub nan: u64,
    /// Infinite.
    pub infinite: u64,
    /// Whether any value has a fraction.
    pub fractions: bool,
    /// Smallest and largest.
    pub range: Option<(K, K)>,
    /// Smallest above zero.
    pub min_positive: Option<K>,
    /// Of whole numbers and decimals, unscaled.
    pub(in crate::engine) exact_sum: ExactSum,
    /// Of doubles.
    pub(in crate::engine) real_sum: CompensatedSum,
    /// Of the fractions of doubles.
    pub(in crate::engine) fractional_sum: CompensatedSum,
    /// Of decimals: the digits after the point, added up as whole numbers.
    pub(in crate::engine) fractional_digits: ExactSum,
}

impl<K> Default for NumberCounts<K> {
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
            fractional_digits: ExactSum::default(),
        }
    }
}

impl<K: Scalar> NumberCounts<K> {
    /// Adds a value so many times; gives it back as a double where it is finite.
    pub fn update(&mut self, form: Form, key: K, weight: u64) -> Option<f64> {
        let value = key.to_f64(form);
        if !value.is_finite() {
            if value.is_nan() {
                self.nan += weight
            } else {
                self.infinite += weight
            }
            return None;
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
        match fraction_digits(form, key) {
            Some(digits) => {
                self.fractions |= digits != 0;
                self.fractional_digits.update(digits, weight);
            }
            None => {
                let fraction = value.fract().abs();
                self.fractions |= fraction != 0.0;
                self.fractional_sum.update(fraction, weight);
            }
        }
        Some(value)
    }

    /// Adds finite values that occur once each, their signs apart.
    pub fn update_finite(&mut self, form: Form, keys: &[K], values: &[f64]) {
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
        if fraction_digits(form, keys[0]).is_some() {
            let digits = keys.iter().filter_map(|key| fraction_digits(form, *key));
            self.fractions |= digits.clone().any(|digits| digits != 0);
            self.fractional_digits.update_block(digits);
        } else if form == Form::Real {
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

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        let (counts, theirs) = (self, other);
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
        counts.fractional_digits.merge(&theirs.fractional_digits);
    }

    /// Sum of the fractional parts, without their signs.
    pub fn fractional_sum(&self, form: Form) -> f64 {
        let Form::Decimal { scale, .. } = form else {
            return self.fractional_sum.value();
        };
        let mut text = String::new();
        write_decimal(&self.fractional_digits.digits().1, false, scale, &mut text);
        text.parse().unwrap_or(f64::INFINITY)
    }

    /// The sum as it is handed over, and as a double.
    pub fn sum(&self, form: Form) -> (Option<ExactNumber>, f64) {
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

/// The digits of a decimal after its point, without its sign; nothing for other numbers.
fn fraction_digits<K: Scalar>(form: Form, key: K) -> Option<i128> {
    match (form, key.unscaled()) {
        (Form::Decimal { scale, .. }, Some(unscaled)) if scale > 0 => {
            let unit = 10_i128.checked_pow(u32::from(scale.unsigned_abs()));
            // Beyond 38 digits after the point every digit is after it.
            Some(unit.map_or(unscaled, |unit| unscaled % unit).abs())
        }
        (Form::Real, _) => None,
        _ => Some(0),
    }
}
