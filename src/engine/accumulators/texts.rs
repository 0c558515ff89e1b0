//! The text family: case, spaces, stand-ins, numbers and dates in texts, lengths, shapes, standard forms.

use std::collections::BTreeMap;

use crate::domain::column_profile::{ColumnProfile, LengthCount, PatternCount};
use crate::engine::limits::TOP_COUNT;

use super::date_texts::parse_date_text;
use super::distinct::DistinctHashes;
use super::lanes::hash_text;
use super::lengths::Lengths;
use super::recent_shapes::{RecentShapes, ShortLengths};
use super::shape_checks::{DATE, DUMMY, NUMERIC, QUOTED, Questions, TRUTH, Verdict};
use super::shapes::{Features, ShapeText, read_shape};
use super::standard_patterns::{PatternCounts, STANDARD_FORMS};
use super::text_kinds::{fold_text, is_dummy, is_numeric, is_quoted, is_truth_word};
use super::text_tally::TextHash;
use super::text_values::TextValues;
use super::top_values::cut_text;

/// Bytes of a shape that are kept: 4,096 characters of any kind.
pub(super) const SHAPE_BYTES: usize = 4 * 4_096 + 4;
/// Bytes of all shapes beyond which they are no longer kept exactly.
const SHAPES_BYTES: u64 = 16 << 20;
/// Texts that are worked on at once.
const BLOCK: usize = 256;
/// Different lengths beyond which the length histogram is made coarser.
const LENGTH_LIMIT: usize = 4_096;

/// State of one column of texts.
#[derive(Clone, Debug)]
pub struct Texts {
    /// What is counted already; the rest is in the shapes.
    pub(in crate::engine) counts: Counts,
    pub(in crate::engine) inner_spaces: u128,
    pub(in crate::engine) lengths: Lengths,
    pub(in crate::engine) length_counts: BTreeMap<u64, u64>,
    /// Texts of each short length that are not in `length_counts` yet.
    short_lengths: ShortLengths,
    pub(in crate::engine) patterns: PatternCounts,
    pub(in crate::engine) shapes: TextValues,
    shape_limit: usize,
    /// For each exact shape: what it says, and how many of its texts are still to be counted by it.
    pub(in crate::engine) pending: Vec<(Verdict, u64)>,
    pub(super) recent: RecentShapes,
    pub(in crate::engine) folded: DistinctHashes,
    pub(super) shape: ShapeText,
    fold: Vec<u8>,
}

/// Plain counters, in texts.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct Counts {
    zero_length: u64,
    blank: u64,
    dummy: u64,
    lead_space: u64,
    trail_space: u64,
    embedded_space: u64,
    quoted: u64,
    upper: u64,
    lower: u64,
    mixed: u64,
    non_alpha: u64,
    digit: u64,
    numeric: u64,
    pub(super) date: u64,
    truth: u64,
    non_ascii: u64,
    non_printing: u64,
    invalid: u64,
}

impl Texts {
    /// An empty family that keeps up to `shape_limit` shapes and `folded_limit` hashes of folded texts exactly.
    pub fn new(shape_limit: usize, folded_limit: usize) -> Self {
        Self {
            counts: Counts::default(),
            inner_spaces: 0,
            lengths: Lengths::default(),
            length_counts: BTreeMap::new(),
            short_lengths: ShortLengths::default(),
            patterns: PatternCounts::default(),
            shapes: TextValues::new(TextHash::Quick, 0, SHAPE_BYTES),
            shape_limit,
            pending: Vec::new(),
            recent: RecentShapes::default(),
            folded: DistinctHashes::new(folded_limit),
            shape: ShapeText::default(),
            fold: Vec::new(),
        }
    }

    /// Adds a text so many times.
    pub fn update(&mut self, bytes: &[u8], weight: u64) {
        let folded = self.add(bytes, weight);
        self.folded.update(folded, weight);
    }

    /// Adds texts that occur once each.
    pub fn update_block(&mut self, texts: &[&[u8]]) {
        let mut folded = [0; BLOCK];
        for texts in texts.chunks(BLOCK) {
            let folded = &mut folded[..texts.len()];
            for (folded, text) in folded.iter_mut().zip(texts) {
                *folded = self.add(text, 1);
            }
            self.folded.update_block(folded);
        }
    }

    /// Adds texts, each so many times.
    pub fn update_counted<'a>(&mut self, texts: impl Iterator<Item = (&'a [u8], u64)>) {
        let mut once = Vec::with_capacity(BLOCK);
        for (text, weight) in texts {
            if weight > 1 {
                self.update(text, weight);
                continue;
            }
            once.push(text);
            if once.len() == BLOCK {
                self.update_block(&once);
                once.clear();
            }
        }
        self.update_block(&once);
    }

    /// Counts what a text is; says the hash of its folded form.
    #[inline(always)]
    fn add(&mut self, bytes: &[u8], weight: u64) -> u64 {
        // What shapes say is said of each text once they are given up.
        if self.shape.read_ascii(bytes, self.shapes.tally().is_none()) {
            let is_folded = self.update_ascii(bytes, weight);
            return hash_text(if is_folded { bytes } else { self.shape.folded_form(bytes) });
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.add_wide(text, weight),
            Err(_) => {
                self.counts.invalid += weight;
                self.add_wide(&String::from_utf8_lossy(bytes), weight)
            }
        }
    }

    fn add_wide(&mut self, text: &str, weight: u64) -> u64 {
        let found = read_shape(text, &mut self.shape);
        self.add_shape(weight);
        self.count(&found, Questions::default(), weight);
        self.answer(text, Verdict::unknown().look, weight);
        fold_text(text, &mut self.fold);
        hash_text(&self.fold)
    }

    /// Counts the shape alone; what it says of its text is counted elsewhere.
    pub(super) fn add_shape(&mut self, weight: u64) {
        let shape = self.shape.as_bytes();
        if self.shapes.update(shape, weight) == Some(self.pending.len()) {
            let shape = &shape[..shape.len().min(SHAPE_BYTES)];
            self.pending.push((verdict_of(shape), 0));
            self.keep_within_limit();
        }
    }

    /// Counts what features say.
    pub(super) fn count(&mut self, found: &Features, yes: Questions, weight: u64) {
        self.lengths.update(found.chars, weight);
        if !self.short_lengths.add(found.chars, weight) {
            *self.length_counts.entry(found.chars).or_default() += weight;
        }
        let counts = &mut self.counts;
        let add = |counter: &mut u64, yes: bool| *counter += if yes { weight } else { 0 };
        if found.chars == 0 {
            add(&mut counts.zero_length, true);
            return;
        }
        let letters = found.upper + found.lower + found.caseless;
        add(&mut counts.blank, found.white == found.chars);
        add(&mut counts.lead_space, found.leading_spaces > 0);
        add(&mut counts.trail_space, found.trailing_spaces > 0);
        add(&mut counts.embedded_space, found.inner_spaces > 0);
        add(&mut counts.upper, letters > 0 && found.upper == letters);
        add(&mut counts.lower, letters > 0 && found.lower == letters);
        add(&mut counts.mixed, letters > 0 && found.upper < letters && found.lower < letters);
        add(&mut counts.non_alpha, letters == 0);
        add(&mut counts.digit, found.digits > 0);
        add(&mut counts.non_ascii, found.non_ascii > 0);
        add(&mut counts.non_printing, found.non_printing > 0);
        self.inner_spaces += u128::from(found.inner_spaces) * u128::from(weight);
        if yes.is_empty() {
            return;
        }
        add(&mut counts.numeric, yes.has(NUMERIC));
        add(&mut counts.quoted, yes.has(QUOTED));
        for form in STANDARD_FORMS.into_iter().filter(|form| yes.has(Questions::form(*form))) {
            self.patterns.add(form, weight);
        }
    }

    /// Looks at the text for what its shape leaves open.
    pub(super) fn answer(&mut self, text: &str, open: Questions, weight: u64) {
        if open.is_empty() || text.is_empty() {
            return;
        }
        let counts = &mut self.counts;
        let add = |counter: &mut u64, yes: bool| *counter += if yes { weight } else { 0 };
        add(&mut counts.dummy, open.has(DUMMY) && is_dummy(text));
        add(&mut counts.numeric, open.has(NUMERIC) && is_numeric(text));
        add(&mut counts.date, open.has(DATE) && parse_date_text(text.as_bytes()).is_some());
        add(&mut counts.truth, open.has(TRUTH) && is_truth_word(text));
        add(&mut counts.quoted, open.has(QUOTED) && is_quoted(text.as_bytes()));
        for form in STANDARD_FORMS {
            if open.has(Questions::form(form)) && form.is_form_of(text) {
                self.patterns.add(form, weight);
            }
        }
    }

    pub(super) fn keep_within_limit(&mut self) {
        if self.pending.len() > self.shape_limit || (self.shapes.heap_bytes() > SHAPES_BYTES && !self.pending.is_empty()) {
            self.settle_pending();
            self.pending = Vec::new();
            self.recent = RecentShapes::default();
            self.shapes.give_up_exact_values();
        }
    }

    /// Counts what the shapes say of the texts that wait for it.
    pub(in crate::engine) fn settle_pending(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        for (place, (verdict, texts)) in pending.iter_mut().enumerate() {
            let waiting = std::mem::take(texts);
            if waiting > 0
                && let Some(tally) = self.shapes.tally()
            {
                let found = Features::of_ascii_shape(tally.text_at(place));
                self.count(&found, verdict.yes, waiting);
            }
        }
        self.pending = pending;
        for (length, count) in self.short_lengths.drain() {
            *self.length_counts.entry(length).or_default() += count;
        }
    }

    /// Adds the other's texts.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        self.settle_pending();
        other.settle_pending();
        for (mine, theirs) in self.counts.each().into_iter().zip(other.counts.each()) {
            *mine += *theirs;
        }
        self.inner_spaces += other.inner_spaces;
        self.lengths.merge(&other.lengths);
        for (length, count) in &other.length_counts {
            *self.length_counts.entry(*length).or_default() += count;
        }
        self.patterns.merge(&other.patterns);
        self.folded.merge(&other.folded);
        self.shapes.merge(&other.shapes);
        match self.shapes.tally() {
            Some(tally) => {
                let known = self.pending.len();
                self.pending
                    .extend((known..tally.len()).map(|place| (verdict_of(tally.text_at(place)), 0)));
            }
            None => (self.pending, self.recent) = Default::default(),
        }
        self.keep_within_limit();
    }

    /// Lengths alone, for values whose text is not theirs.
    pub fn lengths(&mut self) -> &Lengths {
        self.settle_pending();
        &self.lengths
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        self.shapes.heap_bytes() + (self.length_counts.len() * 32 + self.pending.capacity() * 24) as u64 + self.folded.heap_bytes()
    }

    /// Writes the family's metrics.
    pub fn finish(&mut self, profile: &mut ColumnProfile) {
        self.settle_pending();
        let (nulls, values) = (profile.null_count, profile.non_null_count);
        let metrics = &mut profile.metrics;
        let counts = &self.counts;
        metrics.zero_length_count = Some(counts.zero_length);
        metrics.blank_count = Some(counts.blank);
        metrics.dummy_count = Some(counts.dummy);
        metrics.missing_count = Some(nulls + counts.zero_length + counts.blank + counts.dummy);
        metrics.lead_space_count = Some(counts.lead_space);
        metrics.trail_space_count = Some(counts.trail_space);
        metrics.embedded_space_count = Some(counts.embedded_space);
        metrics.avg_embedded_spaces = (values > 0).then(|| self.inner_spaces as f64 / values as f64);
        metrics.quoted_count = Some(counts.quoted);
        metrics.upper_case_count = Some(counts.upper);
        metrics.lower_case_count = Some(counts.lower);
        metrics.mixed_case_count = Some(counts.mixed);
        metrics.non_alpha_count = Some(counts.non_alpha);
        metrics.includes_digit_count = Some(counts.digit);
        metrics.numeric_count = Some(counts.numeric);
        metrics.date_count = Some(counts.date);
        metrics.boolean_text_count = Some(counts.truth);
        metrics.non_ascii_count = Some(counts.non_ascii);
        metrics.non_printing_count = Some(counts.non_printing);
        metrics.invalid_utf8_count = Some(counts.invalid);
        self.lengths.finish(metrics);
        metrics.length_histogram = Some(self.length_histogram());
        let (shape_count, shape_estimate) = self.shapes.distinct_count(values);
        metrics.distinct_pattern_count = Some(shape_count.distinct);
        let shapes = self.shapes.commonest(TOP_COUNT);
        metrics.patterns = Some(
            shapes
                .into_iter()
                .map(|(shape, count)| PatternCount {
                    pattern: cut_text(&shape),
                    count,
                })
                .collect(),
        );
        if let Some((name, ratio)) = self.patterns.commonest(values) {
            metrics.standard_pattern = Some(name.into());
            metrics.standard_pattern_ratio = Some(ratio);
        }
        metrics.standardised_distinct_count = Some(self.folded.count(values).distinct);
        let estimates = &mut profile.estimates;
        let folded = self.folded.estimate();
        estimates.extend(folded.map(|estimate| ("standardised_distinct_count".into(), estimate)));
        estimates.extend(shape_estimate.map(|estimate| ("distinct_pattern_count".into(), estimate)));
        estimates.extend(self.shapes.frequency_estimate().map(|estimate| ("patterns".into(), estimate)));
    }

    /// Length -> texts.
    fn length_histogram(&self) -> Vec<LengthCount> {
        let counts = self.length_counts_within(LENGTH_LIMIT).into_iter();
        counts.map(|(length, count)| LengthCount { length, count }).collect()
    }

    /// Length -> texts; steps of ever more characters where the lengths are more than `most`.
    pub fn length_counts_within(&self, most: usize) -> Vec<(u64, u64)> {
        let mut counts: Vec<(u64, u64)> = self.length_counts.iter().map(|(length, count)| (*length, *count)).collect();
        let mut step = 1;
        while counts.len() > most {
            step *= 10;
            counts.iter_mut().for_each(|entry| entry.0 = entry.0 / step * step);
            counts.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                kept.1 += if same { next.1 } else { 0 };
                same
            });
        }
        counts
    }
}

/// What a shape (as far as it is kept) says of ASCII texts that have it.
pub(in crate::engine) fn verdict_of(shape: &[u8]) -> Verdict {
    Verdict::of_ascii_shape(shape, &Features::of_ascii_shape(shape))
}

impl Counts {
    pub(in crate::engine) fn each(&mut self) -> [&mut u64; 18] {
        [
            &mut self.zero_length,
            &mut self.blank,
            &mut self.dummy,
            &mut self.lead_space,
            &mut self.trail_space,
            &mut self.embedded_space,
            &mut self.quoted,
            &mut self.upper,
            &mut self.lower,
            &mut self.mixed,
            &mut self.non_alpha,
            &mut self.digit,
            &mut self.numeric,
            &mut self.date,
            &mut self.truth,
            &mut self.non_ascii,
            &mut self.non_printing,
            &mut self.invalid,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The quick way through ASCII must leave the state that the plain one, which knows every text, leaves.
    fn assert_agrees(texts: &[(String, u64)], shape_limit: usize) -> Result<(), TestCaseError> {
        let (mut quick, mut plain) = (Texts::new(shape_limit, 1 << 10), Texts::new(shape_limit, 1 << 10));
        let mut profiles = [ColumnProfile::default(), ColumnProfile::default()];
        for (i, (text, weight)) in texts.iter().enumerate() {
            if i % 2 == 0 && *weight == 1 {
                quick.update_block(&[text.as_bytes()]);
            } else {
                quick.update(text.as_bytes(), *weight);
            }
            let folded = plain.add_wide(text, *weight);
            plain.folded.update(folded, *weight);
            profiles.iter_mut().for_each(|profile| profile.non_null_count += weight);
        }
        quick.finish(&mut profiles[0]);
        plain.finish(&mut profiles[1]);
        let [quick, plain] = profiles;
        prop_assert_eq!(quick, plain);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn the_quick_way_leaves_the_state_of_the_plain_one(
            texts in prop::collection::vec(
                ("[ -~]{0,40}|[0-9 .:/+()-]{0,24}|[A-Za-z]{0,8}|[a-z ]{0,90}|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{0,8})?|[a-z.]{1,9}@[a-z.]{1,9}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[ (\\[]{0,2}[nN]/?[aA][ )\\]]{0,2}|[\\x00-\\x7f]{0,9}|[A-Z0-9]{0,20}", 1_u64..4),
                0..60,
            ),
            shape_limit in prop::sample::select(vec![0, 3, 1 << 16]),
        ) {
            assert_agrees(&texts, shape_limit)?;
        }
    }
}
