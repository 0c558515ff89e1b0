//! An exact map from text to count: one arena of bytes, one table of slots, no allocation a value.
//! A very long text is kept in part and told apart by its full length and hash.

use arrow::array::{Array, BinaryArray};

use crate::engine::canonical::hash_bytes;

/// Tokens of fewer bytes are short.
const SHORT: usize = 16;
/// Slots of an empty tally.
const FIRST_SLOTS: usize = 64;
/// Different texts that the next batch may bring at least.
const NEXT_ENTRIES: usize = 32;
/// Most short tokens that are known by their bytes: more would not stay in the cache, and thousands of columns have as many each.
const RECENT_MOST: usize = 1 << 13;

/// A short token seen lately, and where it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Recent {
    key: u128,
    place: u32,
}

/// What stands in the slot of the entry of this number.
fn slot_of(hash: u64, number: usize) -> u64 {
    hash >> 32 << 32 | number as u64
}

#[inline(always)]
fn recent_place(key: u128, places: usize) -> usize {
    let mixed = (key as u64 ^ ((key >> 64) as u64).rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as usize & (places - 1)
}

/// One different text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    start: usize,
    kept: u32,
    length: u64,
    count: u64,
}

/// Texts and how often each occurs.
#[derive(Clone, Debug)]
pub struct TextTally {
    /// The place of an entry plus one, and above it the upper half of its hash: most others are told apart without a look at them.
    slots: Vec<u64>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
    keep_bytes: usize,
    last: usize,
    /// By a cheap hash; one place a token, one to four places an entry.
    recent: Vec<Recent>,
}

impl TextTally {
    /// An empty tally that keeps up to `keep_bytes` of each text.
    pub fn new(keep_bytes: usize) -> Self {
        Self {
            slots: vec![0; FIRST_SLOTS],
            entries: Vec::new(),
            arena: Vec::new(),
            keep_bytes,
            last: 0,
            recent: Vec::new(),
        }
    }

    /// Counts a text; says its place among the different ones.
    pub fn add(&mut self, text: &[u8], weight: u64) -> usize {
        // Neighbours are often equal: one comparison saves the hash.
        if let Some(entry) = self.entries.get(self.last)
            && entry.length == text.len() as u64
            && entry.kept as usize == text.len()
            && self.arena[entry.start..entry.start + text.len()] == *text
        {
            self.entries[self.last].count += weight;
            return self.last;
        }
        self.insert(hash_bytes(text), text, text.len() as u64, weight);
        self.last
    }

    /// Counts tokens that occur once each. Short ones that came lately are known by their bytes alone, without hash and search.
    pub fn add_tokens(&mut self, tokens: &BinaryArray) {
        let (bytes, offsets) = (tokens.value_data(), tokens.value_offsets());
        for (row, ends) in offsets.windows(2).enumerate() {
            let (start, length) = (ends[0] as usize, (ends[1] - ends[0]) as usize);
            if length == 0 && tokens.is_null(row) {
                continue;
            }
            let piece = bytes.get(start..start + SHORT).filter(|_| length < SHORT);
            let Some(piece) = piece.and_then(|piece| piece.first_chunk()) else {
                self.add(&bytes[start..start + length], 1);
                continue;
            };
            // The bytes, and the length (plus one) above them.
            let key = u128::from_le_bytes(*piece) & ((1 << (8 * length)) - 1) | (length as u128 + 1) << 120;
            if let Some(known) = self.recent.get(recent_place(key, self.recent.len().max(1)))
                && known.key == key
            {
                self.entries[known.place as usize].count += 1;
                continue;
            }
            let place = self.add(&bytes[start..start + length], 1);
            self.remember(key, place);
        }
    }

    fn remember(&mut self, key: u128, place: usize) {
        let places = self.recent.len();
        if places < self.entries.len() && places < RECENT_MOST {
            let more = (2 * self.entries.len()).next_power_of_two().clamp(64, RECENT_MOST);
            for known in std::mem::replace(&mut self.recent, vec![Recent::default(); more]) {
                self.recent[recent_place(known.key, more)] = known;
            }
        }
        let place = place as u32;
        let places = self.recent.len();
        self.recent[recent_place(key, places)] = Recent { key, place };
    }

    /// Counts a text that may stand at a place; nothing where it does not.
    pub fn count_at(&mut self, place: usize, text: &[u8], weight: u64) -> Option<usize> {
        let entry = self.entries.get_mut(place)?;
        let kept = self.arena.get(entry.start..entry.start + entry.kept as usize)?;
        if entry.length != text.len() as u64 || kept != text {
            return None;
        }
        entry.count += weight;
        Some(place)
    }

    /// Counts the text that stands at a place.
    pub fn count_known(&mut self, place: usize, weight: u64) {
        self.entries[place].count += weight;
    }

    /// The text at a place, as far as it is kept.
    pub fn text_at(&self, place: usize) -> &[u8] {
        self.kept_text(&self.entries[place])
    }

    /// Adds the other's counts.
    pub fn merge(&mut self, other: &Self) {
        for entry in &other.entries {
            self.insert(entry.hash, other.kept_text(entry), entry.length, entry.count);
        }
    }

    /// Different texts.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes held, and what grows soon as it will be: thousands of columns fill in step, and would all double between two looks at the budget.
    pub fn heap_bytes(&self) -> u64 {
        let soon = self.entries.len() + self.entries.len() / 8 + NEXT_ENTRIES;
        let grown = |capacity: usize, soon: usize| if soon > capacity { 2 * capacity } else { capacity };
        let slots = grown(self.slots.capacity(), 2 * soon) * size_of::<u64>();
        let entries = grown(self.entries.capacity(), soon) * size_of::<Entry>();
        let arena = grown(self.arena.capacity(), self.arena.len() + self.arena.len() / 8);
        (slots + entries + arena + self.recent.capacity() * size_of::<Recent>()) as u64
    }

    /// Every text (as far as it is kept) with its hash and count, in order of first sight.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64, u64)> {
        self.entries.iter().map(|entry| (self.kept_text(entry), entry.hash, entry.count))
    }

    fn kept_text(&self, entry: &Entry) -> &[u8] {
        &self.arena[entry.start..entry.start + entry.kept as usize]
    }

    fn insert(&mut self, hash: u64, text: &[u8], length: u64, weight: u64) {
        let kept = &text[..text.len().min(self.keep_bytes)];
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != 0 {
            let known = self.slots[slot];
            if (known ^ hash) >> 32 == 0 {
                let index = known as u32 as usize - 1;
                let entry = &self.entries[index];
                if entry.hash == hash && entry.length == length && self.kept_text(entry) == kept {
                    self.entries[index].count += weight;
                    self.last = index;
                    return;
                }
            }
            slot = (slot + 1) & mask;
        }
        self.last = self.entries.len();
        self.entries.push(Entry {
            hash,
            start: self.arena.len(),
            kept: kept.len() as u32,
            length,
            count: weight,
        });
        self.arena.extend_from_slice(kept);
        self.slots[slot] = slot_of(hash, self.entries.len());
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
    }

    fn grow(&mut self) {
        // Twice as many: what is free counts against the budget, too.
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for (index, entry) in self.entries.iter().enumerate() {
            let mut slot = entry.hash as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = slot_of(entry.hash, index + 1);
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn counts_are_those_of_a_plain_map_also_after_a_merge() {
        let words: Vec<String> = (0..20_000_u64).map(|i| format!("w{}", i * i % 7_919)).collect();
        let mut plain = BTreeMap::<&[u8], u64>::new();
        let (mut left, mut right) = (TextTally::new(64), TextTally::new(64));
        for (i, word) in words.iter().enumerate() {
            *plain.entry(word.as_bytes()).or_default() += 1;
            if i % 3 == 0 {
                left.add(word.as_bytes(), 1);
            } else {
                right.add(word.as_bytes(), 1);
            }
        }
        left.merge(&right);
        let counted: BTreeMap<&[u8], u64> = left.iter().map(|(text, _, count)| (text, count)).collect();
        assert_eq!(counted, plain);
    }

    #[test]
    fn tokens_at_once_are_counted_as_one_by_one() {
        let tokens: Vec<Option<Vec<u8>>> = (0..20_000_u64)
            .map(|i| match i % 11 {
                0 => None,
                1 => Some(Vec::new()),
                2 => Some(vec![0; (i % 20) as usize]),
                3 => Some(format!("a longer token, number {}", i % 13).into_bytes()),
                _ => Some((i * i % 4_999).to_string().into_bytes()),
            })
            .collect();
        let mut one_by_one = TextTally::new(64);
        for token in tokens.iter().flatten() {
            one_by_one.add(token, 1);
        }
        let mut at_once = TextTally::new(64);
        let array = BinaryArray::from_iter(tokens);
        (0..20_000)
            .step_by(5_000)
            .for_each(|at| at_once.add_tokens(&array.slice(at, 5_000)));
        let counted = |tally: &TextTally| {
            tally
                .iter()
                .map(|(text, hash, count)| (text.to_vec(), hash, count))
                .collect::<Vec<_>>()
        };
        assert_eq!(counted(&at_once), counted(&one_by_one));
    }

    #[test]
    fn long_texts_that_begin_alike_stay_apart() {
        let mut tally = TextTally::new(8);
        for text in ["123456789", "12345678", "12345678x", "123456789"] {
            tally.add(text.as_bytes(), 1);
        }
        assert_eq!(tally.iter().map(|(_, _, count)| count).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
