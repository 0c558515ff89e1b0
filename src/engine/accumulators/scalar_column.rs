//! One column of values of fixed width: an exact map while it holds, sketches and a streaming family afterwards.
//! Everything that can be told from the map is told from it at the end, once a different value instead of once a row.

use rustc_hash::FxHashMap;

use crate::domain::column_profile::ColumnProfile;
use crate::engine::canonical::{Form, Scalar};

use super::distinct::DistinctSketch;
use super::lengths::Lengths;
use super::top_values::{FrequentValues, commonest_entries, cut_text, top_value};

/// What finishing a column needs to know beyond its state.
#[derive(Clone, Copy, Debug)]
pub struct FinishContext {
    /// Rows scanned.
    pub rows: u64,
    /// Day of the run's pinned clock.
    pub clock_day: i64,
}

/// The metrics that a type of values has beyond those of every column.
pub trait Family<K>: Default + Send {
    /// The exact values are about to go; from now on the family has to keep what it needs. Entries are sorted.
    fn begin_stream(&mut self, form: Form, entries: &[(K, u64)]);
    /// Adds a value so many times.
    fn update(&mut self, form: Form, key: K, weight: u64);
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
    form: Form,
    limit: usize,
    values: Values<K, F>,
}

#[derive(Debug)]
enum Values<K: Scalar, F> {
    Exact(FxHashMap<K, u64>),
    Sketched(Box<Sketches<K, F>>),
}

#[derive(Debug)]
struct Sketches<K: Scalar, F> {
    distinct: DistinctSketch,
    frequent: FrequentValues<K>,
    lengths: Lengths,
    family: F,
    text: String,
}

impl<K: Scalar, F: Family<K>> ScalarColumn<K, F> {
    /// An empty column that keeps up to `limit` different values exactly.
    pub fn new(form: Form, limit: usize) -> Self {
        Self {
            form,
            limit,
            values: Values::Exact(FxHashMap::default()),
        }
    }

    /// What the values mean.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Adds a value so many times.
    pub fn update(&mut self, key: K, weight: u64) {
        match &mut self.values {
            Values::Exact(map) => {
                *map.entry(key).or_default() += weight;
                if map.len() > self.limit {
                    self.give_up_exact_values();
                }
            }
            Values::Sketched(sketches) => sketches.update(self.form, key, weight),
        }
    }

    /// Adds the other's values.
    pub fn merge(&mut self, mut other: Self) {
        if matches!(self.values, Values::Sketched(_)) {
            other.give_up_exact_values();
        } else if matches!(other.values, Values::Sketched(_)) {
            self.give_up_exact_values();
        }
        match (&mut self.values, other.values) {
            (Values::Exact(mine), Values::Exact(theirs)) => {
                for (key, count) in theirs {
                    *mine.entry(key).or_default() += count;
                }
                if mine.len() > self.limit {
                    self.give_up_exact_values();
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
            Values::Sketched(sketches) => (1 << 18) + sketches.family.heap_bytes(),
        }
    }

    /// Whether the exact values are still there.
    pub fn is_exact(&self) -> bool {
        matches!(self.values, Values::Exact(_))
    }

    /// Turns the exact map into sketches.
    pub fn give_up_exact_values(&mut self) {
        if let Values::Exact(map) = &mut self.values {
            let entries = sorted(std::mem::take(map));
            let mut sketches = Sketches {
                distinct: DistinctSketch::default(),
                frequent: FrequentValues::default(),
                lengths: Lengths::default(),
                family: F::default(),
                text: String::new(),
            };
            sketches.family.begin_stream(self.form, &entries);
            sketches.distinct.know_at_least(entries.len() as u64);
            for (key, weight) in entries {
                sketches.update(self.form, key, weight);
            }
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
        self.distinct.update(key.canonical_hash(form));
        self.frequent.update(key, weight);
        self.text.clear();
        key.write_text(form, &mut self.text);
        self.lengths.update(self.text.len() as u64, weight);
        self.family.update(form, key, weight);
    }

    fn merge(&mut self, other: &Self) {
        self.distinct.merge(&other.distinct);
        self.frequent.merge(&other.frequent);
        self.lengths.merge(&other.lengths);
        self.family.merge(&other.family);
    }

    fn finish(&self, form: Form, context: &FinishContext, profile: &mut ColumnProfile) {
        let distinct = self.distinct.count(profile.non_null_count);
        profile.metrics.distinct_count = Some(distinct);
        profile.metrics.distinct_ratio = Some(distinct as f64 / profile.non_null_count.max(1) as f64);
        for name in ["distinct_count", "distinct_ratio"] {
            profile.estimates.insert(name.into(), self.distinct.estimate());
        }
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
    let mut text = String::new();
    for (key, weight) in entries {
        text.clear();
        key.write_text(form, &mut text);
        lengths.update(text.len() as u64, *weight);
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

/// Distinct and unique of exact counts.
pub fn write_exact_counts(counts: impl Iterator<Item = u64>, profile: &mut ColumnProfile) {
    let total = profile.non_null_count.max(1) as f64;
    let (mut distinct, mut unique) = (0_u64, 0_u64);
    for count in counts {
        distinct += 1;
        unique += u64::from(count == 1);
    }
    profile.metrics.distinct_count = Some(distinct);
    profile.metrics.unique_count = Some(unique);
    if profile.non_null_count > 0 {
        profile.metrics.distinct_ratio = Some(distinct as f64 / total);
    }
}

fn write_range<K: Scalar>(range: Option<(K, K)>, form: Form, profile: &mut ColumnProfile) {
    if let Some((min, max)) = range {
        profile.metrics.min_value = Some(cut_text(&min.text(form)));
        profile.metrics.max_value = Some(cut_text(&max.text(form)));
    }
}

fn sorted<K: Scalar>(map: FxHashMap<K, u64>) -> Vec<(K, u64)> {
    let mut entries: Vec<(K, u64)> = map.into_iter().collect();
    entries.sort_unstable_by_key(|entry| entry.0);
    entries
}
