//! The commonest values: exactly from an exact map, or as frequent items (Apache DataSketches) when that was given up.

use std::borrow::Borrow;
use std::hash::Hash;
use std::hint::black_box;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};

use crate::domain::column_profile::{Estimate, TEXT_LIMIT_CHARS, TopValue};
use crate::engine::limits::TOP_COUNT;

/// Size of the sketch's map: its error is about 1/1170 of the rows.
const MAP_SIZE: usize = 1 << 12;

/// Bits of the doorkeeper: a value enters the sketch when its bits are set already, that is, from its second time on.
const DOOR_BITS: usize = 1 << 20;
/// New values after which the doorkeeper forgets: then a new value finds its two bits set less than one time in sixty.
const DOOR_WINDOW: u32 = 1 << 16;

/// Frequent values of a column that is too wide for an exact map.
#[derive(Clone, Debug)]
pub struct FrequentValues<T: Eq + Hash + Clone> {
    sketch: FrequentItemsSketch<T>,
    door: Box<[u64]>,
    /// Values that the current window let wait.
    waiting: u32,
    /// Windows so far: of every value, at most one occurrence a window is not counted.
    windows: u64,
    /// So many occurrences of any value may be missing for what stored parts left out.
    missed: u64,
    total: u64,
}

/// What is stored of frequent values.
#[derive(Clone, Debug)]
pub struct StoredValues<T> {
    /// Values with counts that are never too high.
    pub counts: Vec<(T, u64)>,
    /// So many occurrences of any value may be missing.
    pub missed: u64,
    /// Occurrences of all values.
    pub total: u64,
}

impl<T: Eq + Hash + Clone> Default for FrequentValues<T> {
    fn default() -> Self {
        Self {
            sketch: FrequentItemsSketch::new(MAP_SIZE).expect("the map size is a power of two"),
            door: Box::default(),
            waiting: 0,
            windows: 0,
            missed: 0,
            total: 0,
        }
    }
}

impl<T: Eq + Hash + Clone + Ord> FrequentValues<T> {
    /// Adds a value so many times; its hash says where it waits.
    pub fn update(&mut self, hash: u64, value: T, weight: u64) {
        self.total += weight;
        if weight > 1 || self.is_known(hash) {
            self.sketch.update_with_count(value, weight);
        }
    }

    /// Adds a borrowed value; it is copied only when it is new to the sketch.
    pub fn update_borrowed<Q>(&mut self, hash: u64, value: &Q, weight: u64)
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        self.total += weight;
        if weight > 1 || self.is_known(hash) {
            self.sketch.update_with_count_ref(value, weight);
        }
    }

    /// Adds values that occur once each, with their hashes.
    pub fn update_block<'v, Q>(&mut self, values: impl Iterator<Item = &'v Q>, hashes: &[u64])
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized + 'v,
    {
        self.ask_for(hashes);
        for (value, hash) in values.zip(hashes) {
            self.update_borrowed(*hash, value, 1);
        }
    }

    /// Reads where values of these hashes wait, all at once: one after another, each would be waited for.
    #[inline]
    pub fn ask_for(&self, hashes: &[u64]) {
        let words = hashes.iter().filter_map(|hash| self.door.get(word_of(*hash)));
        black_box(words.fold(0, |all, word| all | word));
    }

    /// Whether the value came before in this window; remembers it.
    fn is_known(&mut self, hash: u64) -> bool {
        if self.door.is_empty() {
            // A state that is only merged never needs it.
            self.door = vec![0; DOOR_BITS / 64].into_boxed_slice();
            self.windows += 1;
        }
        // Two bits of one word.
        let word = &mut self.door[word_of(hash)];
        let mask = 1_u64 << (hash >> 20 & 63) | 1 << (hash >> 26 & 63);
        if *word & mask == mask {
            return true;
        }
        *word |= mask;
        self.waiting += 1;
        if self.waiting == DOOR_WINDOW {
            self.door.fill(0);
            self.waiting = 0;
            self.windows += 1;
        }
        false
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.windows += other.windows;
        self.missed += other.missed;
        self.total += other.total;
    }

    /// What there is to store.
    pub fn stored(&self) -> StoredValues<T> {
        let rows = self.sketch.frequent_items(ErrorType::NoFalseNegatives);
        StoredValues {
            counts: rows.into_iter().map(|row| (row.item().clone(), row.lower_bound())).collect(),
            missed: self.missed + self.windows + self.sketch.maximum_error(),
            total: self.total,
        }
    }

    /// From what was stored.
    pub fn from_stored(stored: StoredValues<T>) -> Self {
        let mut values = Self {
            missed: stored.missed,
            total: stored.total,
            ..Self::default()
        };
        for (value, count) in stored.counts {
            values.sketch.update_with_count(value, count);
        }
        values
    }

    /// The values that are frequent for certain, with counts that are never too high; by count, ties by value.
    pub fn commonest(&self) -> Vec<(T, u64)> {
        let mut rows: Vec<(T, u64)> = self
            .sketch
            .frequent_items(ErrorType::NoFalsePositives)
            .into_iter()
            // What the windows let wait, or stored parts left out, of any other value is not beaten for certain by less.
            .filter(|row| row.lower_bound() > self.windows + self.missed)
            .map(|row| (row.item().clone(), row.lower_bound()))
            .collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows.truncate(TOP_COUNT);
        rows
    }

    /// How the counts were made; the error is relative to the rows.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            method: "frequent_items".into(),
            error: (self.sketch.maximum_error() + self.windows + self.missed) as f64 / self.total.max(1) as f64,
        }
    }
}

/// Which word of the doorkeeper a value is remembered in.
fn word_of(hash: u64) -> usize {
    (hash >> 32) as usize % (DOOR_BITS / 64)
}

/// The `TOP_COUNT` commonest of some counted entries: by count descending, ties by entry ascending.
pub fn commonest_entries<T: Ord + Copy>(entries: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let mut best: Vec<(T, u64)> = Vec::with_capacity(4 * TOP_COUNT);
    let order = |a: &(T, u64), b: &(T, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    // What does not come before the last of the best so far is none of them.
    let mut last: Option<(T, u64)> = None;
    for entry in entries {
        if last.is_some_and(|last| order(&entry, &last).is_gt()) {
            continue;
        }
        best.push(entry);
        if best.len() == 4 * TOP_COUNT {
            best.sort_unstable_by(order);
            best.truncate(TOP_COUNT);
            last = best.last().copied();
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
    use crate::engine::canonical::{Form, Scalar};

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
            let value = if value % 10 == 0 { -1 } else { value };
            values.update(value.canonical_hash(Form::Integer), value, 1);
        }
        let (value, count) = values.commonest()[0];
        assert_eq!(value, -1);
        assert!(count <= 20_000 && count as f64 >= 20_000.0 - values.estimate().error * 200_000.0);
    }

    #[test]
    fn values_that_all_come_once_have_no_commonest() {
        let mut values = FrequentValues::<i64>::default();
        (0..100_000_i64).for_each(|value| values.update(value.canonical_hash(Form::Integer), value, 1));
        assert_eq!(values.commonest(), []);
    }

    #[test]
    fn long_texts_are_cut_and_marked() {
        assert_eq!(cut_text("äbc"), "äbc");
        assert_eq!(cut_text(&"ä".repeat(5_000)).chars().count(), TEXT_LIMIT_CHARS + 1);
    }
}
