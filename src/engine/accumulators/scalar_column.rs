//! One column of values of fixed width: an exact map while it holds, sketches and a streaming family afterwards.
//! Everything that can be told from the map is told from it at the end, once a different value instead of once a row.

use rustc_hash::FxHashMap;

use crate::domain::column_profile::{ColumnProfile, Estimate};
use crate::engine::canonical::{Form, Scalar};
use crate::engine::limits::ColumnLimits;

use super::distinct::{DistinctCount, DistinctHashes};
use super::lengths::Lengths;
use super::top_values::{FrequentValues, commonest_entries, cut_text, top_value};

/// Values that are worked on at once.
const BLOCK: usize = 1_024;
/// Entries at which an exact map is first asked whether its values repeat.
const FIRST_DOUBT: usize = 1 << 16;

/// What finishing a column needs to know beyond its state.
#[derive(Clone, Copy, Debug)]
pub struct FinishContext {
    /// Rows scanned.
    pub rows: u64,
    /// Day of the run's pinned clock.
    pub clock_day: i64,
}

/// The metrics that a type of values has beyond those of every column.
pub trait Family<K: Copy>: Default + Send {
    /// The exact values are about to go; from now on the family has to keep what it needs. Entries are sorted.
    fn begin_stream(&mut self, form: Form, entries: &[(K, u64)], limits: ColumnLimits);
    /// Adds a value so many times.
    fn update(&mut self, form: Form, key: K, weight: u64);
    /// Adds values that occur once each.
    fn update_block(&mut self, form: Form, keys: &[K]) {
        keys.iter().for_each(|key| self.update(form, *key, 1));
    }
    /// Memory is short: what could be kept exactly besides the values goes.
    fn give_up_exact_values(&mut self) {}
    /// Adds the other's values.
    fn merge(&mut self, other: &Self);
    /// Bytes held.
    fn heap_bytes(&self) -> u64;
    /// Smallest and largest value as far as they count for minimum and maximum.
    fn value_range(&self) -> Option<(K, K)>;
    /// Whether the value may be called the mode: finite numbers.
    fn counts_as_mode(&self, _form: Form, _key: K) -> bool {
        false
    }
    /// Writes the family's metrics; `entries` are the sorted exact values, if they are still known.
    fn finish(&self, form: Form, entries: Option<&[(K, u64)]>, context: &FinishContext, profile: &mut ColumnProfile);
}

/// State of one column.
#[derive(Debug)]
pub struct ScalarColumn<K: Scalar, F> {
    pub(in crate::engine) form: Form,
    pub(in crate::engine) limits: ColumnLimits,
    pub(in crate::engine) values: Values<K, F>,
    /// Values that were added while the map was exact.
    values_seen: u64,
    /// Entries at which the map is asked whether it is worth its memory.
    next_doubt: usize,
}

#[derive(Debug)]
pub(in crate::engine) enum Values<K: Scalar, F> {
    Exact(FxHashMap<K, u64>),
    Sketched(Box<Sketches<K, F>>),
}

#[derive(Debug)]
pub(in crate::engine) struct Sketches<K: Scalar, F> {
    pub(in crate::engine) distinct: DistinctHashes,
    pub(in crate::engine) frequent: FrequentValues<K>,
    pub(in crate::engine) lengths: Lengths,
    pub(in crate::engine) family: F,
}

impl<K: Scalar, F: Family<K>> ScalarColumn<K, F> {
    /// An empty column that keeps so much exactly.
    pub fn new(form: Form, limits: ColumnLimits) -> Self {
        Self {
            form,
            limits,
            values: Values::Exact(FxHashMap::default()),
            values_seen: 0,
            next_doubt: FIRST_DOUBT.min(limits.values.saturating_add(1)),
        }
    }

    /// What the values mean.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Makes room for so many more different values.
    pub fn reserve(&mut self, more: usize) {
        if let Values::Exact(map) = &mut self.values {
            map.reserve(more);
        }
    }

    /// Adds a value so many times.
    pub fn update(&mut self, key: K, weight: u64) {
        match &mut self.values {
            Values::Exact(map) => {
                *map.entry(key).or_default() += weight;
                self.values_seen += weight;
                self.doubt_map();
            }
            Values::Sketched(sketches) => sketches.update(self.form, key, weight),
        }
    }

    /// Adds values that occur once each.
    pub fn update_block(&mut self, keys: &[K]) {
        let mut rest = keys;
        if let Values::Exact(map) = &mut self.values {
            let mut added = 0;
            for run in keys.chunk_by(|a, b| a == b) {
                *map.entry(run[0]).or_default() += run.len() as u64;
                added += run.len();
                if map.len() >= self.next_doubt {
                    break;
                }
            }
            rest = &keys[added..];
            self.values_seen += added as u64;
            if self.doubt_map() {
                return self.update_block(rest);
            }
        }
        if let Values::Sketched(sketches) = &mut self.values {
            rest.chunks(BLOCK).for_each(|keys| sketches.update_block(self.form, keys));
        }
    }

    /// From time to time asks whether the map is worth its memory; says whether it asked.
    fn doubt_map(&mut self) -> bool {
        let Values::Exact(map) = &self.values else { return false };
        let entries = map.len();
        if entries < self.next_doubt {
            return false;
        }
        self.next_doubt = (self.next_doubt * 2).min(self.limits.values.saturating_add(1));
        // A map of values that hardly repeat costs much and tells little: their hashes tell the same of them.
        let mostly_new = entries >= FIRST_DOUBT && entries as u64 > self.values_seen / 10 * 9;
        if mostly_new || entries > self.limits.values {
            self.sketch_values();
        }
        true
    }

    /// Adds the other's values.
    pub fn merge(&mut self, mut other: Self) {
        if matches!(self.values, Values::Sketched(_)) {
            other.sketch_values();
        } else if matches!(other.values, Values::Sketched(_)) {
            self.sketch_values();
        }
        match (&mut self.values, other.values) {
            (Values::Exact(mine), Values::Exact(theirs)) => {
                for (key, count) in theirs {
                    *mine.entry(key).or_default() += count;
                }
                self.values_seen += other.values_seen;
                if mine.len() > self.limits.values {
                    self.sketch_values();
                }
            }
            (Values::Sketched(mine), Values::Sketched(theirs)) => mine.merge(&theirs),
            _ => unreachable!("one side was made like the other"),
        }
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        match &self.values {
            Values::Exact(map) => (map.capacity() * (size_of::<(K, u64)>() + 1)) as u64,
            Values::Sketched(sketches) => (1 << 18) + sketches.distinct.heap_bytes() + sketches.family.heap_bytes(),
        }
    }

    /// Makes the state smaller: the exact map goes first, then what is kept exactly beside the sketches.
    pub fn give_up_exact_values(&mut self) {
        match &mut self.values {
            Values::Exact(_) => self.sketch_values(),
            Values::Sketched(sketches) => {
                sketches.distinct.give_up_exact_values();
                sketches.family.give_up_exact_values();
            }
        }
    }

    /// From now on the values themselves are not known.
    pub(in crate::engine) fn sketch_values(&mut self) {
        if let Values::Exact(map) = &mut self.values {
            let entries = sorted(std::mem::take(map));
            let mut sketches = Sketches {
                distinct: DistinctHashes::new(self.limits.hashes).of_form(self.form),
                frequent: FrequentValues::default(),
                lengths: Lengths::default(),
                family: F::default(),
            };
            sketches.family.begin_stream(self.form, &entries, self.limits);
            sketches.distinct.know_at_least(entries.len() as u64);
            // Most of them occurred once, or the map would not be given up.
            let (once, often): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.1 == 1);
            let once: Vec<K> = once.into_iter().map(|entry| entry.0).collect();
            once.chunks(BLOCK).for_each(|keys| sketches.update_block(self.form, keys));
            often.into_iter().for_each(|(key, weight)| sketches.update(self.form, key, weight));
            self.values = Values::Sketched(Box::new(sketches));
        }
    }

    /// Writes every metric. `profile` already has its names and its row, null and value counts.
    pub fn finish(self, context: &FinishContext, profile: &mut ColumnProfile) {
        match self.values {
            Values::Exact(map) => finish_exact::<K, F>(self.form, &sorted(map), context, profile),
            Values::Sketched(sketches) => sketches.finish(self.form, context, profile),
        }
    }
}

impl<K: Scalar, F: Family<K>> Sketches<K, F> {
    fn update(&mut self, form: Form, key: K, weight: u64) {
        let hash = key.precise_hash(form);
        self.distinct.update(hash, weight);
        self.frequent.update(hash, key, weight);
        self.lengths.update(key.text_length(form), weight);
        self.family.update(form, key, weight);
    }

    fn update_block(&mut self, form: Form, keys: &[K]) {
        let mut hashes = [0_u64; BLOCK];
        let hashes = &mut hashes[..keys.len()];
        hashes.iter_mut().zip(keys).for_each(|(hash, key)| *hash = key.precise_hash(form));
        self.distinct.update_block(hashes);
        self.frequent.update_block(keys.iter(), hashes);
        self.lengths.update_block(keys.iter().map(|key| key.text_length(form)));
        self.family.update_block(form, keys);
    }

    fn merge(&mut self, other: &Self) {
        self.distinct.merge(&other.distinct);
        self.frequent.merge(&other.frequent);
        self.lengths.merge(&other.lengths);
        self.family.merge(&other.family);
    }

    fn finish(mut self, form: Form, context: &FinishContext, profile: &mut ColumnProfile) {
        let count = self.distinct.count(profile.non_null_count);
        let estimate = self.distinct.estimate_of(count.distinct, profile.non_null_count);
        write_distinct(count, estimate, profile);
        let frequent = self.frequent.commonest();
        profile.metrics.mode = frequent
            .iter()
            .find(|entry| self.family.counts_as_mode(form, entry.0))
            .map(|entry| entry.0.text(form));
        profile.top_values = frequent
            .iter()
            .map(|(key, count)| top_value(&key.text(form), *count, context.rows))
            .collect();
        profile.estimates.insert("top_values".into(), self.frequent.estimate());
        if profile.metrics.mode.is_some() {
            profile.estimates.insert("mode".into(), self.frequent.estimate());
        }
        self.lengths.finish(&mut profile.metrics);
        write_range(self.family.value_range(), form, profile);
        self.family.finish(form, None, context, profile);
    }
}

fn finish_exact<K: Scalar, F: Family<K>>(form: Form, entries: &[(K, u64)], context: &FinishContext, profile: &mut ColumnProfile) {
    let mut family = F::default();
    let mut lengths = Lengths::default();
    for (key, weight) in entries {
        lengths.update(key.text_length(form), *weight);
        family.update(form, *key, *weight);
    }
    write_exact_counts(entries.iter().map(|entry| entry.1), profile);
    lengths.finish(&mut profile.metrics);
    write_range(family.value_range(), form, profile);
    let mode = commonest_entries(entries.iter().copied().filter(|entry| family.counts_as_mode(form, entry.0)));
    profile.metrics.mode = mode.first().map(|entry| entry.0.text(form));
    let top = commonest_entries(entries.iter().copied());
    profile.top_values = top
        .iter()
        .map(|(key, count)| top_value(&key.text(form), *count, context.rows))
        .collect();
    family.finish(form, Some(entries), context, profile);
}

/// Distinct and unique as they are known.
pub fn write_distinct(count: DistinctCount, estimate: Option<Estimate>, profile: &mut ColumnProfile) {
    profile.metrics.distinct_count = Some(count.distinct);
    profile.metrics.unique_count = count.unique;
    if profile.non_null_count > 0 {
        profile.metrics.distinct_ratio = Some(count.distinct as f64 / profile.non_null_count as f64);
    }
    if let Some(estimate) = estimate {
        profile.estimates.insert("distinct_ratio".into(), estimate.clone());
        profile.estimates.insert("distinct_count".into(), estimate);
    }
}

/// Distinct and unique of exact counts.
pub fn write_exact_counts(counts: impl Iterator<Item = u64>, profile: &mut ColumnProfile) {
    let (mut distinct, mut unique) = (0_u64, 0_u64);
    for count in counts {
        distinct += 1;
        unique += u64::from(count == 1);
    }
    let count = DistinctCount {
        distinct,
        unique: Some(unique),
    };
    write_distinct(count, None, profile);
}

fn write_range<K: Scalar>(range: Option<(K, K)>, form: Form, profile: &mut ColumnProfile) {
    if let Some((min, max)) = range {
        profile.metrics.min_value = Some(cut_text(&min.text(form)));
        profile.metrics.max_value = Some(cut_text(&max.text(form)));
    }
}

pub(in crate::engine) fn sorted<K: Scalar>(map: FxHashMap<K, u64>) -> Vec<(K, u64)> {
    let mut entries: Vec<(K, u64)> = map.into_iter().collect();
    entries.sort_unstable_by_key(|entry| entry.0);
    entries
}
