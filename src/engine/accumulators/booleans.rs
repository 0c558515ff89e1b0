//! The booleans family: how many are true, how many false.

use crate::domain::column_profile::ColumnProfile;
use crate::engine::canonical::Form;
use crate::engine::limits::ColumnLimits;

use super::scalar_column::{Family, FinishContext};

/// State of one column of booleans; values are 1 and 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Booleans {
    pub(in crate::engine) truths: u64,
    pub(in crate::engine) lies: u64,
}

impl Family<i64> for Booleans {
    fn begin_stream(&mut self, _form: Form, _entries: &[(i64, u64)], _limits: ColumnLimits) {}

    fn update(&mut self, _form: Form, key: i64, weight: u64) {
        if key == 0 { self.lies += weight } else { self.truths += weight }
    }

    fn merge(&mut self, other: &Self) {
        self.truths += other.truths;
        self.lies += other.lies;
    }

    fn heap_bytes(&self) -> u64 {
        0
    }

    fn value_range(&self) -> Option<(i64, i64)> {
        match (self.lies > 0, self.truths > 0) {
            (false, false) => None,
            (lies, truths) => Some((i64::from(!lies), i64::from(truths))),
        }
    }

    fn finish(&self, _form: Form, _entries: Option<&[(i64, u64)]>, _context: &FinishContext, profile: &mut ColumnProfile) {
        profile.metrics.true_count = Some(self.truths);
        profile.metrics.false_count = Some(self.lies);
    }
}
