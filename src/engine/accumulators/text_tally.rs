//! An exact map from text to count: one arena of bytes, one table of slots, no allocation a value.
//! A very long text is kept in part and told apart by its full length and hash.

use crate::engine::canonical::hash_bytes;

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
    slots: Vec<u32>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
    keep_bytes: usize,
    last: usize,
}

impl TextTally {
    /// An empty tally that keeps up to `keep_bytes` of each text.
    pub fn new(keep_bytes: usize) -> Self {
        Self {
            slots: vec![0; 64],
            entries: Vec::new(),
            arena: Vec::new(),
            keep_bytes,
            last: 0,
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

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        (self.slots.capacity() * size_of::<u32>() + self.entries.capacity() * size_of::<Entry>() + self.arena.capacity()) as u64
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
        while let Some(index) = (self.slots[slot] as usize).checked_sub(1) {
            let entry = &self.entries[index];
            if entry.hash == hash && entry.length == length && self.kept_text(entry) == kept {
                self.entries[index].count += weight;
                self.last = index;
                return;
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
        self.slots[slot] = self.entries.len() as u32;
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        let mut slots = vec![0_u32; mask + 1];
        for (index, entry) in self.entries.iter().enumerate() {
            let mut slot = entry.hash as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = index as u32 + 1;
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
    fn long_texts_that_begin_alike_stay_apart() {
        let mut tally = TextTally::new(8);
        for text in ["123456789", "12345678", "12345678x", "123456789"] {
            tally.add(text.as_bytes(), 1);
        }
        assert_eq!(tally.iter().map(|(_, _, count)| count).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
