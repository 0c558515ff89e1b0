//! The text family: case, spaces, stand-ins, numbers and dates in texts, lengths, shapes, standard forms.

use std::collections::BTreeMap;

use crate::domain::column_profile::{ColumnProfile, LengthCount, PatternCount};
use crate::engine::canonical::hash_bytes;
use crate::engine::limits::TOP_COUNT;

use super::date_texts::parse_date_text;
use super::distinct::DistinctHashes;
use super::lengths::Lengths;
use super::shapes::{Features, read_shape};
use super::standard_patterns::PatternCounts;
use super::text_kinds::{fold_text, is_dummy, is_numeric, is_quoted, is_truth_word};
use super::text_values::TextValues;
use super::top_values::cut_text;

/// Bytes of a shape that are kept.
const SHAPE_BYTES: usize = 256;
/// Different lengths beyond which the length histogram is made coarser.
const LENGTH_LIMIT: usize = 4_096;

/// State of one column of texts.
#[derive(Clone, Debug)]
pub struct Texts {
    counts: Counts,
    inner_spaces: u128,
    lengths: Lengths,
    length_counts: BTreeMap<u64, u64>,
    shapes: TextValues,
    /// Folded forms, while the values themselves are gone.
    folded: Option<DistinctHashes>,
    patterns: PatternCounts,
    shape: String,
    fold: String,
}

/// Plain counters, in texts.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
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
    date: u64,
    truth: u64,
    non_ascii: u64,
    non_printing: u64,
    invalid: u64,
}

impl Texts {
    /// An empty family. `streaming` says that the values themselves are not kept.
    pub fn new(shape_limit: usize, streaming: bool) -> Self {
        Self {
            counts: Counts::default(),
            inner_spaces: 0,
            lengths: Lengths::default(),
            length_counts: BTreeMap::new(),
            shapes: TextValues::new(shape_limit, 0, SHAPE_BYTES),
            folded: streaming.then(|| DistinctHashes::new(0)),
            patterns: PatternCounts::default(),
            shape: String::new(),
            fold: String::new(),
        }
    }

    /// Adds a text so many times; returns the hash of its folded form.
    pub fn update(&mut self, bytes: &[u8], weight: u64) -> u64 {
        let lossy;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                self.counts.invalid += weight;
                lossy = String::from_utf8_lossy(bytes).into_owned();
                &lossy
            }
        };
        let found = read_shape(text, &mut self.shape);
        self.lengths.update(found.chars, weight);
        *self.length_counts.entry(found.chars).or_default() += weight;
        self.shapes.update(self.shape.as_bytes(), weight);
        self.count(text, found, weight);
        self.patterns.update(text, weight);
        fold_text(text, &mut self.fold);
        let folded = hash_bytes(self.fold.as_bytes());
        if let Some(sketch) = &mut self.folded {
            sketch.update(folded, weight);
        }
        folded
    }

    fn count(&mut self, text: &str, found: Features, weight: u64) {
        let counts = &mut self.counts;
        let add = |counter: &mut u64, yes: bool| *counter += if yes { weight } else { 0 };
        if found.chars == 0 {
            add(&mut counts.zero_length, true);
            return;
        }
        let blank = found.white == found.chars;
        let letters = found.upper + found.lower + found.caseless;
        add(&mut counts.blank, blank);
        add(&mut counts.dummy, !blank && is_dummy(text));
        add(&mut counts.lead_space, found.leading_spaces > 0);
        add(&mut counts.trail_space, found.trailing_spaces > 0);
        add(&mut counts.embedded_space, found.inner_spaces > 0);
        add(&mut counts.quoted, is_quoted(text));
        add(&mut counts.upper, letters > 0 && found.upper == letters);
        add(&mut counts.lower, letters > 0 && found.lower == letters);
        add(&mut counts.mixed, letters > 0 && found.upper < letters && found.lower < letters);
        add(&mut counts.non_alpha, letters == 0);
        add(&mut counts.digit, found.digits > 0);
        add(&mut counts.numeric, found.digits > 0 && is_numeric(text));
        add(&mut counts.date, found.digits > 5 && parse_date_text(text.as_bytes()).is_some());
        add(&mut counts.truth, letters > 0 && is_truth_word(text));
        add(&mut counts.non_ascii, found.non_ascii > 0);
        add(&mut counts.non_printing, found.non_printing > 0);
        self.inner_spaces += u128::from(found.inner_spaces) * u128::from(weight);
    }

    /// Adds the other's texts.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.each().into_iter().zip(other.counts.clone().each()) {
            *mine += *theirs;
        }
        self.inner_spaces += other.inner_spaces;
        self.lengths.merge(&other.lengths);
        for (length, count) in &other.length_counts {
            *self.length_counts.entry(*length).or_default() += count;
        }
        self.shapes.merge(&other.shapes);
        self.patterns.merge(&other.patterns);
        if let (Some(mine), Some(theirs)) = (&mut self.folded, &other.folded) {
            mine.merge(theirs);
        }
    }

    /// Lengths alone, for values whose text is not theirs.
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        self.shapes.heap_bytes() + (self.length_counts.len() * 32) as u64
    }

    /// Writes the family's metrics. `folded_exactly` is the exact number of folded forms, where the values are still known.
    pub fn finish(&mut self, folded_exactly: Option<u64>, profile: &mut ColumnProfile) {
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
        let folded = self.folded.as_mut().map(|folded| (folded.count(values), folded.estimate()));
        metrics.standardised_distinct_count = folded_exactly.or(folded.as_ref().map(|folded| folded.0.distinct));
        if let (None, Some((_, Some(estimate)))) = (folded_exactly, folded) {
            profile.estimates.insert("standardised_distinct_count".into(), estimate);
        }
        let estimates = &mut profile.estimates;
        estimates.extend(shape_estimate.map(|estimate| ("distinct_pattern_count".into(), estimate)));
        estimates.extend(self.shapes.frequency_estimate().map(|estimate| ("patterns".into(), estimate)));
    }

    /// Length -> texts; steps of ever more characters where the lengths are too many to list.
    fn length_histogram(&self) -> Vec<LengthCount> {
        let mut step = 1;
        while self.length_counts.len() > LENGTH_LIMIT
            && self
                .length_counts
                .keys()
                .map(|length| length / step)
                .collect::<std::collections::BTreeSet<_>>()
                .len()
                > LENGTH_LIMIT
        {
            step *= 10;
        }
        let mut out: Vec<LengthCount> = Vec::new();
        for (length, count) in &self.length_counts {
            let length = length / step * step;
            match out.last_mut().filter(|last| last.length == length) {
                Some(last) => last.count += count,
                None => out.push(LengthCount { length, count: *count }),
            }
        }
        out
    }
}

impl Counts {
    fn each(&mut self) -> [&mut u64; 18] {
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
