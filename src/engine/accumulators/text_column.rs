//! One column of texts, or of other values by their text: an exact tally while it holds, sketches and a streaming family afterwards.

use std::collections::BTreeMap;

use arrow::array::{Array, BinaryArray};

use crate::domain::column_profile::ColumnProfile;
use crate::engine::canonical::hash_bytes;
use crate::engine::limits::{ColumnLimits, TOP_COUNT};

use super::lengths::{Lengths, count_chars};
use super::scalar_column::{FinishContext, write_distinct, write_exact_counts};
use super::text_tally::{TextHash, TextTally};
use super::text_values::TextValues;
use super::texts::Texts;
use super::top_values::{cut_text, top_value};

/// Bytes of a value that are kept: 4,096 characters of any kind.
const VALUE_BYTES: usize = 4 * 4_096 + 4;

/// Texts that are worked on at once.
const BLOCK: usize = 256;

/// Entries at which an exact tally is first asked whether its values repeat.
const FIRST_DOUBT: usize = 1 << 16;

/// State of one column.
#[derive(Clone, Debug)]
pub struct TextColumn {
    limits: ColumnLimits,
    /// Whether the texts are the values, or only stand for nested or binary ones.
    pub(in crate::engine) is_text: bool,
    pub(in crate::engine) values: TextValues,
    pub(in crate::engine) stream: Option<Box<Stream>>,
    /// Figures of values longer than what is kept, taken while they are seen whole.
    pub(in crate::engine) long: Option<Box<Stream>>,
    /// Values that were added while the tally was exact.
    values_seen: u64,
    /// Entries at which the tally is asked whether it is worth its memory.
    next_doubt: usize,
}

/// What is kept when the values themselves are not.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Stream {
    pub(in crate::engine) texts: Texts,
    pub(in crate::engine) range: Option<(Vec<u8>, Vec<u8>)>,
    /// The first bytes of the range as numbers: what lies between them is not compared in full.
    bounds: (u64, u64),
}

impl TextColumn {
    /// An empty column.
    pub fn new(limits: ColumnLimits, is_text: bool) -> Self {
        Self {
            limits,
            is_text,
            values: TextValues::new(TextHash::Canonical, limits.hashes, VALUE_BYTES),
            stream: None,
            long: None,
            values_seen: 0,
            next_doubt: FIRST_DOUBT.min(limits.values.saturating_add(1)),
        }
    }

    /// Adds a text so many times.
    pub fn update(&mut self, text: &[u8], weight: u64) {
        self.values.update(text, weight);
        if let Some(stream) = &mut self.stream {
            stream.update(text, weight);
        } else {
            if text.len() >= VALUE_BYTES {
                self.long
                    .get_or_insert_with(|| Box::new(Stream::new(self.limits, self.limits.hashes)))
                    .update(text, weight);
            }
            self.values_seen += weight;
            self.doubt_tally();
        }
    }

    /// Adds texts that occur once each.
    pub fn update_block(&mut self, texts: &[&[u8]]) {
        for texts in texts.chunks(BLOCK) {
            if self.stream.is_none() {
                self.update_exact(texts.iter().map(|text| (*text, 1)));
                continue;
            }
            let mut hashes = [0; BLOCK];
            let hashes = &mut hashes[..texts.len()];
            hashes.iter_mut().zip(texts).for_each(|(hash, text)| *hash = hash_bytes(text));
            self.values.update_block(texts, hashes);
            if let Some(stream) = &mut self.stream {
                stream.widen_to(texts);
                stream.texts.update_block(texts);
            }
        }
    }

    /// Adds texts, each so many times.
    pub fn update_weighted(&mut self, texts: &[&[u8]], weights: &[u64]) {
        for (texts, weights) in texts.chunks(BLOCK).zip(weights.chunks(BLOCK)) {
            let counted = || texts.iter().copied().zip(weights.iter().copied());
            if self.stream.is_none() {
                self.update_exact(counted().filter(|text| text.1 > 0));
                continue;
            }
            let often = counted().filter(|text| text.1 > 1);
            often.for_each(|(text, weight)| self.update(text, weight));
            let once = counted().filter(|text| text.1 == 1);
            self.update_block(&once.map(|(text, _)| text).collect::<Vec<_>>());
        }
    }

    /// Adds texts while the tally is exact.
    fn update_exact<'a>(&mut self, texts: impl Iterator<Item = (&'a [u8], u64)> + Clone) {
        match self.values.tally_mut() {
            Some(tally) if texts.clone().all(|text| text.0.len() < VALUE_BYTES) => {
                tally.add_block(texts.clone());
                self.values_seen += texts.map(|text| text.1).sum::<u64>();
                self.doubt_tally();
            }
            _ => texts.for_each(|(text, weight)| self.update(text, weight)),
        }
    }

    /// [`Self::update_block`] for tokens while the tally is exact.
    pub fn update_tokens(&mut self, tokens: &BinaryArray) {
        let longest = tokens.value_offsets().windows(2).map(|pair| pair[1] - pair[0]).max();
        match self.values.tally_mut() {
            Some(tally) if longest.is_some_and(|longest| (longest as usize) < VALUE_BYTES) => {
                tally.add_tokens(tokens);
                self.values_seen += (tokens.len() - tokens.null_count()) as u64;
                self.doubt_tally();
            }
            _ => tokens.iter().flatten().for_each(|token| self.update(token, 1)),
        }
    }

    /// Whether the exact values are many and hardly any came twice.
    pub fn hardly_repeats(&self) -> bool {
        let entries = self.values.tally().map_or(0, TextTally::len);
        entries >= FIRST_DOUBT && entries as u64 > self.values_seen / 10 * 9
    }

    /// From time to time asks whether the tally is worth its memory.
    fn doubt_tally(&mut self) {
        let Some(entries) = self.values.tally().map(TextTally::len) else {
            return;
        };
        if entries < self.next_doubt {
            return;
        }
        self.next_doubt = (self.next_doubt * 2).min(self.limits.values.saturating_add(1));
        // As for numbers: a tally of values that hardly repeat costs much and tells little.
        let mostly_new = entries >= FIRST_DOUBT && entries as u64 > self.values_seen / 10 * 9;
        if (mostly_new && self.limits.hashes < usize::MAX) || entries > self.limits.values {
            self.give_up_exact_values();
        }
    }

    /// Adds the other's values.
    pub fn merge(&mut self, mut other: Self) {
        if self.stream.is_some() {
            other.sketch_values();
        } else if other.stream.is_some() {
            self.sketch_values();
        }
        self.values.merge(&other.values);
        match (&mut self.long, other.long) {
            (Some(mine), Some(theirs)) => mine.merge(&theirs),
            (mine, theirs) => *mine = mine.take().or(theirs),
        }
        if let (Some(mine), Some(theirs)) = (&mut self.stream, other.stream) {
            mine.merge(&theirs);
        }
        self.values_seen += other.values_seen;
        self.doubt_tally();
    }

    /// Keeps no more than this exactly from now on.
    pub fn limit_to(&mut self, limits: ColumnLimits) {
        self.limits = limits;
        self.next_doubt = FIRST_DOUBT.min(limits.values.saturating_add(1));
        self.doubt_tally();
    }

    /// Different values, while they are known exactly.
    pub fn tally(&self) -> Option<&TextTally> {
        self.values.tally()
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        self.values.heap_bytes()
            + self
                .stream
                .iter()
                .chain(&self.long)
                .map(|stream| stream.texts.heap_bytes())
                .sum::<u64>()
    }

    /// Makes the state smaller: the exact tally goes first, then the hashes that were kept after it.
    pub fn give_up_exact_values(&mut self) {
        if let Some(tally) = self.values.tally() {
            let mut stream = Stream::new(self.limits, 0);
            stream.feed(tally);
            self.stream = Some(Box::new(stream));
        }
        self.values.give_up_exact_values();
        self.absorb_long();
    }

    fn sketch_values(&mut self) {
        if self.values.tally().is_some() {
            self.give_up_exact_values();
        }
    }

    /// Writes every metric. `profile` already has its names and its row, null and value counts.
    pub fn finish(mut self, context: &FinishContext, profile: &mut ColumnProfile) {
        match (self.values.tally(), self.stream.take()) {
            (Some(tally), _) => self.finish_exact(tally, profile),
            (None, Some(mut stream)) => {
                let (count, estimate, times) = self.values.distinct_times(profile.non_null_count);
                write_distinct(count, estimate, profile);
                // What the values are makes no difference.
                let times = times.filter(|_| self.is_text && profile.non_null_count > 0);
                profile.metrics.entropy_bits = times.map(|times| entropy_bits(&times, profile.non_null_count));
                if let Some(frequent) = self.values.frequency_estimate() {
                    profile.estimates.insert("top_values".into(), frequent);
                }
                let range = stream.range.as_ref().map(|(min, max)| (min.as_slice(), max.as_slice()));
                self.write_range(range, profile);
                self.write_family(&mut stream.texts, profile);
            }
            (None, None) => {}
        }
        let top = self.values.commonest(TOP_COUNT);
        profile.top_values = top.iter().map(|(text, count)| top_value(text, *count, context.rows)).collect();
    }

    fn finish_exact(&self, tally: &TextTally, profile: &mut ColumnProfile) {
        write_exact_counts(tally.iter().map(|entry| entry.2), profile);
        let min = tally.iter().map(|entry| entry.0).min();
        let max = tally.iter().map(|entry| entry.0).max();
        self.write_range(min.zip(max), profile);
        if !self.is_text {
            let mut lengths = Lengths::default();
            tally.iter().for_each(|(text, _, count)| lengths.update(count_chars(text), count));
            lengths.finish(&mut profile.metrics);
            return;
        }
        let mut texts = Texts::new(self.limits.shapes, usize::MAX);
        texts.update_counted(whole_texts(tally));
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        tally.iter().for_each(|entry| *counts.entry(entry.2).or_default() += 1);
        if let Some(long) = &self.long {
            texts.merge(&long.texts);
        }
        if profile.non_null_count > 0 {
            profile.metrics.entropy_bits = Some(entropy_bits(&counts, profile.non_null_count));
        }
        self.write_family(&mut texts, profile);
    }

    fn write_family(&self, texts: &mut Texts, profile: &mut ColumnProfile) {
        if self.is_text {
            texts.finish(profile);
        } else {
            texts.lengths().finish(&mut profile.metrics);
        }
    }

    fn write_range(&self, range: Option<(&[u8], &[u8])>, profile: &mut ColumnProfile) {
        let Some((min, max)) = range else { return };
        let text = |bytes: &[u8]| cut_text(&String::from_utf8_lossy(bytes));
        profile.metrics.min_value = Some(text(min));
        profile.metrics.max_value = Some(text(max));
        if self.is_text {
            profile.metrics.min_text = profile.metrics.min_value.clone();
            profile.metrics.max_text = profile.metrics.max_value.clone();
        }
    }

    fn absorb_long(&mut self) {
        if let (Some(stream), Some(long)) = (&mut self.stream, self.long.take()) {
            stream.texts.merge(&long.texts);
        }
    }
}

/// The texts of a tally that were kept whole, with their counts; the others were looked at when they were seen whole.
fn whole_texts(tally: &TextTally) -> impl Iterator<Item = (&[u8], u64)> {
    let entries = tally.iter().map(|(text, _, count)| (text, count));
    entries.filter(|entry| entry.0.len() < VALUE_BYTES)
}

/// The first eight bytes, zeros behind a shorter text, as a number that orders texts as they do.
fn first_bytes(text: &[u8]) -> u64 {
    let first = text.first_chunk().copied().unwrap_or_else(|| {
        let mut first = [0; 8];
        first[..text.len()].copy_from_slice(text);
        first
    });
    u64::from_be_bytes(first)
}

/// Shannon entropy of texts by how many of them have each count; summed in one order, whatever order they came in.
fn entropy_bits(texts_by_count: &BTreeMap<u64, u64>, total: u64) -> f64 {
    let bits = |(count, texts): (&u64, &u64)| {
        let share = *count as f64 / total as f64;
        *texts as f64 * share * -share.log2()
    };
    texts_by_count.iter().map(bits).sum::<f64>().max(0.0)
}

impl Stream {
    /// `folded_hashes` are the hashes of folded texts that are kept exactly.
    fn new(limits: ColumnLimits, folded_hashes: usize) -> Self {
        Self {
            texts: Texts::new(limits.shapes, folded_hashes),
            range: None,
            bounds: (u64::MAX, 0),
        }
    }

    /// What was counted before, with the smallest and the largest text.
    pub(in crate::engine) fn restored(limits: ColumnLimits, texts: Texts, range: Option<(Vec<u8>, Vec<u8>)>) -> Self {
        let mut stream = Self::new(limits, 0);
        stream.texts = texts;
        for text in range.iter().flat_map(|(min, max)| [min, max]) {
            stream.widen(text);
        }
        stream
    }

    fn feed(&mut self, tally: &TextTally) {
        tally.iter().for_each(|entry| self.widen(entry.0));
        self.texts.update_counted(whole_texts(tally));
    }

    fn update(&mut self, text: &[u8], weight: u64) {
        self.widen(&text[..text.len().min(VALUE_BYTES)]);
        self.texts.update(text, weight);
    }

    fn widen(&mut self, text: &[u8]) {
        let first = first_bytes(text);
        match &mut self.range {
            // Strictly between, so that the bytes that follow do not matter.
            Some(_) if self.bounds.0 < first && first < self.bounds.1 => return,
            Some((min, max)) => {
                if text < min.as_slice() {
                    *min = text.to_vec();
                } else if text > max.as_slice() {
                    *max = text.to_vec();
                }
            }
            None => self.range = Some((text.to_vec(), text.to_vec())),
        }
        if let Some((min, max)) = &self.range {
            self.bounds = (first_bytes(min), first_bytes(max));
        }
    }

    /// Finds the smallest and the largest of some texts before they are compared with those of the column, and copied.
    fn widen_to(&mut self, texts: &[&[u8]]) {
        let Some(first) = texts.first().copied() else { return };
        let (mut min, mut max) = (first, first);
        let mut bounds = (first_bytes(first), first_bytes(first));
        for text in &texts[1..] {
            let first = first_bytes(text);
            if bounds.0 < first && first < bounds.1 {
                continue;
            }
            if *text < min {
                (min, bounds.0) = (text, first);
            } else if *text > max {
                (max, bounds.1) = (text, first);
            }
        }
        for text in [min, max] {
            self.widen(&text[..text.len().min(VALUE_BYTES)]);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.texts.merge(&other.texts);
        if let Some((min, max)) = &other.range {
            self.widen(min);
            self.widen(max);
        }
    }
}
