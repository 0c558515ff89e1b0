//! The commonest values: exactly from an exact map, or as frequent items (Apache DataSketches) when that was given up.

use std::borrow::Borrow;
use std::hash::Hash;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};

use crate::domain::column_profile::{Estimate, TEXT_LIMIT_CHARS, TopValue};
use crate::engine::limits::TOP_COUNT;

/// Size of the sketch's map: its error is about 1/1170 of the rows.
const MAP_SIZE: usize = 1 << 12;

/// Frequent values of a column that is too wide for an exact map.
#[derive(Clone, Debug)]
pub struct FrequentValues<T: Eq + Hash + Clone> {
    sketch: FrequentItemsSketch<T>,
}

impl<T: Eq + Hash + Clone> Default for FrequentValues<T> {
    fn default() -> Self {
        Self {
            sketch: FrequentItemsSketch::new(MAP_SIZE).expect("the map size is a power of two"),
        }
    }
}

impl<T: Eq + Hash + Clone + Ord> FrequentValues<T> {
    /// Adds a value so many times.
    pub fn update(&mut self, value: T, weight: u64) {
        self.sketch.update_with_count(value, weight);
    }

    /// Adds a borrowed value; it is copied only when it is new to the sketch.
    pub fn update_borrowed<Q>(&mut self, value: &Q, weight: u64)
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        self.sketch.update_with_count_ref(value, weight);
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
    }

    /// The values that are frequent for certain, with counts that are never too high; by count, ties by value.
    pub fn commonest(&self) -> Vec<(T, u64)> {
        let mut rows: Vec<(T, u64)> = self
            .sketch
            .frequent_items(ErrorType::NoFalsePositives)
            .into_iter()
            .filter(|row| row.lower_bound() > 0)
            .map(|row| (row.item().clone(), row.lower_bound()))
            .collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows.truncate(TOP_COUNT);
        rows
    }

    /// How the counts were made; the error is relative to the rows.
    pub fn estimate(&self) -> Estimate {
        let total = self.sketch.total_weight().max(1);
        Estimate {
            method: "frequent_items".into(),
            error: self.sketch.maximum_error() as f64 / total as f64,
        }
    }
}

/// The `TOP_COUNT` commonest of some counted entries: by count descending, ties by entry ascending.
pub fn commonest_entries<T: Ord + Copy>(entries: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let mut best: Vec<(T, u64)> = Vec::with_capacity(4 * TOP_COUNT);
    let order = |a: &(T, u64), b: &(T, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    let mut bar = 0;
    for entry in entries {
        if entry.1 < bar {
            continue;
        }
        best.push(entry);
        if best.len() == 4 * TOP_COUNT {
            best.sort_unstable_by(order);
            best.truncate(TOP_COUNT);
            bar = best[TOP_COUNT - 1].1;
        }
    }
    best.sort_unstable_by(order);
    best.truncate(TOP_COUNT);
    best
}

/// A top value as it is handed over: cut text, ratio of the rows.
pub fn top_value(text: &str, count: u64, rows: u64) -> TopValue {
    TopValue {
        value: cut_text(text),
        count,
        ratio: if rows == 0 { 0.0 } else { count as f64 / rows as f64 },
    }
}

/// Cuts a text at the storage limit and marks the cut.
pub fn cut_text(text: &str) -> String {
    match text.char_indices().nth(TEXT_LIMIT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_come_first_and_ties_go_by_value() {
        let entries = (0..1_000_i64).map(|value| (value, (value % 7) as u64));
        let top = commonest_entries(entries);
        assert_eq!(top.len(), TOP_COUNT);
        assert_eq!(top[0], (6, 6));
        assert_eq!(top[1], (13, 6));
        assert_eq!(top[24], (6 + 24 * 7, 6));
    }

    #[test]
    fn frequent_values_never_count_too_much() {
        let mut values = FrequentValues::<i64>::default();
        for value in 0..200_000_i64 {
            values.update(if value % 10 == 0 { -1 } else { value }, 1);
        }
        let (value, count) = values.commonest()[0];
        assert_eq!(value, -1);
        assert!(count <= 20_000 && count as f64 >= 20_000.0 - values.estimate().error * 200_000.0);
    }

    #[test]
    fn long_texts_are_cut_and_marked() {
        assert_eq!(cut_text("äbc"), "äbc");
        assert_eq!(cut_text(&"ä".repeat(5_000)).chars().count(), TEXT_LIMIT_CHARS + 1);
    }
}
