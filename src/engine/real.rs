//! Doubles as values that can be counted: equal where they mean the same, and ordered.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A double with one zero, one NaN, and a total order (NaN last).
#[derive(Clone, Copy, Debug)]
pub struct Real(f64);

impl Real {
    /// Folds -0.0 into 0.0 and every NaN into one.
    pub fn new(value: f64) -> Self {
        if value == 0.0 {
            Self(0.0)
        } else if value.is_nan() {
            Self(f64::NAN)
        } else {
            Self(value)
        }
    }

    /// The value.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Real {}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.to_bits());
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
