//! Columns of a database table that cannot be read, each with its reason: they fail alone, and the others are read on.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Places of columns, with what is wrong.
#[derive(Debug, Default)]
pub struct FailedColumns(Mutex<BTreeMap<usize, String>>);

impl FailedColumns {
    /// Remembers why the column at this place cannot be read; the first reason stays.
    pub fn add(&self, place: usize, reason: impl FnOnce() -> String) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.entry(place).or_insert_with(reason);
    }

    /// Why the column at this place cannot be read; nothing while it can.
    pub fn reason(&self, place: usize) -> Option<String> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(&place).cloned()
    }

    /// Which cannot be read.
    pub fn places(&self) -> Vec<usize> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.keys().copied().collect()
    }
}
