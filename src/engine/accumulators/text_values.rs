//! Different texts of one kind (values, shapes): counted exactly while they fit, as sketches afterwards.

use super::distinct::{DistinctCount, DistinctHashes};
use super::text_tally::{TextHash, TextTally};
use super::top_values::{FrequentValues, commonest_entries};
use std::collections::BTreeMap;

use crate::domain::column_profile::Estimate;

/// Bytes of a text that the frequent items keep.
const FREQUENT_BYTES: usize = 4_096;

/// A counted set of texts.
#[derive(Clone, Debug)]
pub struct TextValues {
    /// Hashes that are kept once the texts are given up.
    hashes: usize,
    hash: TextHash,
    pub(in crate::engine) state: State,
}

#[derive(Clone, Debug)]
pub(in crate::engine) enum State {
    Exact(TextTally),
    Sketched(Box<Sketches>),
}

#[derive(Clone, Debug)]
pub(in crate::engine) struct Sketches {
    pub(in crate::engine) distinct: DistinctHashes,
    pub(in crate::engine) frequent: FrequentValues<Vec<u8>>,
}

impl TextValues {
    /// An empty set that keeps `keep_bytes` of each text; once they are given up, up to `hashes` hashes.
    pub fn new(hash: TextHash, hashes: usize, keep_bytes: usize) -> Self {
        Self {
            hashes,
            hash,
            state: State::Exact(TextTally::hashed(hash, keep_bytes)),
        }
    }

    /// Adds a text so many times; says its place among the exact ones.
    pub fn update(&mut self, text: &[u8], weight: u64) -> Option<usize> {
        match &mut self.state {
            State::Exact(tally) => Some(tally.add(text, weight)),
            State::Sketched(sketches) => {
                sketches.update(self.hash.of(text), text, weight);
                None
            }
        }
    }

    /// Has the memory fetched that [`Self::update_hashed`] will look at: what is done in between need not wait for it.
    #[inline]
    pub fn ask_for(&self, hash: u64) {
        if let State::Sketched(sketches) = &self.state {
            sketches.frequent.ask_for(&[hash]);
        }
    }

    /// Adds a text whose hash is known so many times; false while the texts are exact: then nothing is added.
    pub fn update_hashed(&mut self, hash: u64, text: &[u8], weight: u64) -> bool {
        let State::Sketched(sketches) = &mut self.state else { return false };
        sketches.update(hash, text, weight);
        true
    }

    /// Adds texts that occur once each, with their hashes; false while the texts are exact: then nothing is added.
    pub fn update_block(&mut self, texts: &[&[u8]], hashes: &[u64]) -> bool {
        let State::Sketched(sketches) = &mut self.state else { return false };
        sketches.distinct.update_block(hashes);
        let kept = texts.iter().map(|text| &text[..text.len().min(FREQUENT_BYTES)]);
        sketches.frequent.update_block(kept, hashes);
        true
    }

    /// Adds the other's texts.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.state, &other.state) {
            (State::Exact(mine), State::Exact(theirs)) => mine.merge(theirs),
            (State::Exact(_), State::Sketched(_)) => {
                self.give_up_exact_values();
                self.merge(other);
            }
            (State::Sketched(mine), State::Exact(theirs)) => {
                mine.distinct.know_at_least(theirs.len() as u64);
                theirs.iter().for_each(|(text, hash, count)| mine.update(hash, text, count));
            }
            (State::Sketched(mine), State::Sketched(theirs)) => {
                mine.distinct.merge(&theirs.distinct);
                mine.frequent.merge(&theirs.frequent);
            }
        }
    }

    /// Turns the exact texts into sketches.
    pub fn give_up_exact_values(&mut self) {
        if let State::Exact(tally) = &self.state {
            let mut sketches = Sketches {
                distinct: DistinctHashes::new(self.hashes).with_times(),
                frequent: FrequentValues::default(),
            };
            sketches.distinct.know_at_least(tally.len() as u64);
            tally.iter().for_each(|(text, hash, count)| sketches.update(hash, text, count));
            self.state = State::Sketched(Box::new(sketches));
        } else if let State::Sketched(sketches) = &mut self.state {
            sketches.distinct.give_up_exact_values();
        }
    }

    /// The exact texts, while they are known.
    pub fn tally(&self) -> Option<&TextTally> {
        match &self.state {
            State::Exact(tally) => Some(tally),
            State::Sketched(_) => None,
        }
    }

    /// The exact texts to count in, while they are known.
    pub fn tally_mut(&mut self) -> Option<&mut TextTally> {
        match &mut self.state {
            State::Exact(tally) => Some(tally),
            State::Sketched(_) => None,
        }
    }

    /// Different and single texts among `values`, and how wide an estimate of them is.
    pub fn distinct_count(&mut self, values: u64) -> (DistinctCount, Option<Estimate>) {
        let (count, estimate, _) = self.distinct_times(values);
        (count, estimate)
    }

    /// [`Self::distinct_count`], and different texts by how often they occur where their hashes tell it.
    pub fn distinct_times(&mut self, values: u64) -> (DistinctCount, Option<Estimate>, Option<BTreeMap<u64, u64>>) {
        match &mut self.state {
            State::Exact(tally) => {
                let count = DistinctCount {
                    distinct: tally.len() as u64,
                    unique: Some(tally.iter().filter(|entry| entry.2 == 1).count() as u64),
                };
                (count, None, None)
            }
            State::Sketched(sketches) => {
                let (count, times) = sketches.distinct.count_times(values);
                (count, sketches.distinct.estimate(), times)
            }
        }
    }

    /// The commonest texts (at most 25), by count, ties by bytes.
    pub fn commonest(&self, most: usize) -> Vec<(String, u64)> {
        let lossy = |(text, count): (&[u8], u64)| (String::from_utf8_lossy(text).into_owned(), count);
        match &self.state {
            State::Exact(tally) => commonest_entries(tally.iter().map(|(text, _, count)| (text, count)))
                .into_iter()
                .take(most)
                .map(lossy)
                .collect(),
            State::Sketched(sketches) => sketches
                .frequent
                .commonest()
                .iter()
                .take(most)
                .map(|(text, count)| lossy((text, *count)))
                .collect(),
        }
    }

    /// How the commonest were counted, where that is an estimate.
    pub fn frequency_estimate(&self) -> Option<Estimate> {
        match &self.state {
            State::Exact(_) => None,
            State::Sketched(sketches) => Some(sketches.frequent.estimate()),
        }
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        match &self.state {
            State::Exact(tally) => tally.heap_bytes(),
            State::Sketched(sketches) => (1 << 20) + sketches.distinct.heap_bytes(),
        }
    }
}

impl Sketches {
    fn update(&mut self, hash: u64, text: &[u8], weight: u64) {
        self.distinct.update(hash, weight);
        self.frequent.update_borrowed(hash, &text[..text.len().min(FREQUENT_BYTES)], weight);
    }
}
