//! An exact map from text to count: one table of slots, one of entries that hold short texts themselves, one arena of bytes for
//! the others; no allocation a value. A very long text is kept in part and told apart by its full length and hash.

use arrow::array::{Array, BinaryArray};

use crate::engine::canonical::hash_bytes;

use super::lanes::hash_text;
use super::text_place::{Place, SHORT};

/// Slots of an empty tally.
const FIRST_SLOTS: usize = 64;
/// Different texts that the next batch may bring at least.
const NEXT_ENTRIES: usize = 32;
/// Texts that are sought at once: as many as fit the caches beside what they are compared with.
const BLOCK: usize = 64;

/// What texts are hashed by.
#[derive(Clone, Copy, Debug)]
pub enum TextHash {
    /// The canonical hash, which Spark shares.
    Canonical,
    /// The engine's own.
    Quick,
}

impl TextHash {
    /// The hash of a text.
    #[inline(always)]
    pub fn of(self, text: &[u8]) -> u64 {
        match self {
            Self::Canonical => hash_bytes(text),
            Self::Quick => hash_text(text),
        }
    }
}

/// A text to be counted.
#[derive(Clone, Copy)]
struct Sought<'a> {
    text: &'a [u8],
    /// Bytes of the whole text, which may be more.
    length: u64,
    /// The text, where it stands in its entry.
    short: Option<Place>,
    /// What it is sought by: the hash of a long text.
    key: u64,
    /// How often it occurs.
    weight: u64,
}

/// One different text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    count: u64,
    place: Place,
}

/// Texts and how often each occurs.
#[derive(Clone, Debug)]
pub struct TextTally {
    /// The place of an entry plus one, and above it the upper half of its key: most others are told apart without a look at them.
    slots: Vec<u64>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
    keep_bytes: usize,
    hash: TextHash,
    last: usize,
}

impl TextTally {
    /// An empty tally that keeps up to `keep_bytes` of each text.
    pub fn new(keep_bytes: usize) -> Self {
        Self::hashed(TextHash::Canonical, keep_bytes)
    }

    /// The same with another hash.
    pub fn hashed(hash: TextHash, keep_bytes: usize) -> Self {
        Self {
            slots: vec![0; FIRST_SLOTS],
            entries: Vec::new(),
            arena: Vec::new(),
            keep_bytes,
            hash,
            last: 0,
        }
    }

    /// Counts a text; says its place among the different ones.
    pub fn add(&mut self, text: &[u8], weight: u64) -> usize {
        // Neighbours are often equal: one comparison saves the hash.
        if self.count_at(self.last, text, weight).is_none() {
            self.last = self.count(&self.sought(text, weight), None);
        }
        self.last
    }

    /// Counts texts, each so many times.
    pub fn add_block<'a>(&mut self, texts: impl Iterator<Item = (&'a [u8], u64)>) {
        let mut block = Block::default();
        for (text, weight) in texts {
            block.push(self.sought(text, weight));
            if block.count == BLOCK {
                self.count_block(&block);
                block.count = 0;
            }
        }
        self.count_block(&block);
    }

    /// Counts tokens that occur once each.
    pub fn add_tokens(&mut self, tokens: &BinaryArray) {
        let bytes = tokens.value_data();
        let most_in_entry = self.most_in_entry();
        for from in (0..tokens.len()).step_by(BLOCK) {
            let to = tokens.len().min(from + BLOCK);
            let offsets = &tokens.value_offsets()[from..=to];
            let longest = offsets.windows(2).fold(0, |longest, ends| longest.max(ends[1] - ends[0]));
            // Each is read as a whole piece.
            let is_inside = bytes.len() >= offsets[to - from] as usize + SHORT;
            if is_inside && longest as usize <= most_in_entry {
                self.add_short_tokens(bytes, offsets, |place| tokens.is_null(from + place));
            } else {
                self.add_block((from..to).filter(|row| tokens.is_valid(*row)).map(|row| (tokens.value(row), 1)));
            }
        }
    }

    /// Counts up to a block of short tokens.
    fn add_short_tokens(&mut self, bytes: &[u8], offsets: &[i32], is_null: impl Fn(usize) -> bool) {
        let mut places = [Place::default(); BLOCK];
        let mut count = 0;
        for (place, ends) in offsets.windows(2).enumerate() {
            let length = (ends[1] - ends[0]) as usize;
            let piece = bytes[ends[0] as usize..].first_chunk().expect("bytes go on behind the last one");
            places[count] = Place::of_piece(piece, length);
            count += usize::from(length > 0 || !is_null(place));
        }
        let places = &places[..count];
        let mask = self.slots.len() - 1;
        let mut found = [0_u32; BLOCK];
        for (found, place) in found.iter_mut().zip(places) {
            let key = place.mixed();
            let slot = self.slots[key as usize & mask];
            *found = if (slot ^ key) >> 32 == 0 { slot as u32 } else { 0 };
        }
        for (found, place) in found.into_iter().zip(places) {
            match self.entries.get_mut((found as usize).wrapping_sub(1)) {
                Some(entry) if entry.place == *place => entry.count += 1,
                _ => {
                    let text = place.short().unwrap_or_default();
                    self.count(&short_sought(text, *place, 1), None);
                }
            }
        }
    }

    /// Counts a text that may stand at a place; nothing where it does not.
    pub fn count_at(&mut self, place: usize, text: &[u8], weight: u64) -> Option<usize> {
        let entry = self.entries.get(place)?;
        let is_same = match entry.place.short() {
            Some(short) => short == text,
            None => entry.place.long().1 == text.len() as u64 && text.len() <= self.keep_bytes && self.kept_text(entry) == text,
        };
        self.entries[place].count += if is_same { weight } else { 0 };
        is_same.then_some(place)
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
            let sought = match entry.place.short() {
                Some(short) => self.sought(short, entry.count),
                None => Sought {
                    text: other.kept_text(entry),
                    length: entry.place.long().1,
                    short: None,
                    key: entry.hash,
                    weight: entry.count,
                },
            };
            self.count(&sought, Some(entry.hash));
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
        (slots + entries + arena) as u64
    }

    /// Every text (as far as it is kept) with its hash and count, in order of first sight.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64, u64)> {
        self.entries.iter().map(|entry| (self.kept_text(entry), entry.hash, entry.count))
    }

    fn kept_text<'a>(&'a self, entry: &'a Entry) -> &'a [u8] {
        entry.place.short().unwrap_or_else(|| {
            let (start, length) = entry.place.long();
            &self.arena[start..start + (length as usize).min(self.keep_bytes)]
        })
    }

    /// Bytes of the longest text that stands in its entry.
    fn most_in_entry(&self) -> usize {
        self.keep_bytes.min(SHORT - 1)
    }

    #[inline(always)]
    fn sought<'a>(&self, text: &'a [u8], weight: u64) -> Sought<'a> {
        match Place::of_short(text).filter(|_| text.len() <= self.keep_bytes) {
            Some(place) => short_sought(text, place, weight),
            None => Sought {
                text: &text[..text.len().min(self.keep_bytes)],
                length: text.len() as u64,
                short: None,
                key: self.hash.of(text),
                weight,
            },
        }
    }

    /// Whether an entry, whose key begins alike, has this text.
    #[inline(always)]
    fn is_sought(&self, entry: &Entry, sought: &Sought) -> bool {
        match sought.short {
            Some(short) => entry.place == short,
            None => {
                let is_alike = entry.hash == sought.key && entry.place.is_long() && entry.place.long().1 == sought.length;
                is_alike && self.kept_text(entry) == sought.text
            }
        }
    }

    /// Counts texts: each step is taken for all before the next one, so that they wait for memory together.
    fn count_block(&mut self, block: &Block) {
        let sought = &block.sought[..block.count];
        let mask = self.slots.len() - 1;
        let mut found = [0_u64; BLOCK];
        for (found, sought) in found.iter_mut().zip(sought) {
            *found = self.slots[sought.key as usize & mask];
        }
        let mut places = [Place::default(); BLOCK];
        for ((found, place), sought) in found.iter_mut().zip(&mut places).zip(sought) {
            if *found != 0 && (*found ^ sought.key) >> 32 == 0 {
                *place = self.entries[*found as u32 as usize - 1].place;
            } else {
                *found = 0;
            }
        }
        for ((found, place), sought) in found.into_iter().zip(places).zip(sought) {
            let index = (found as u32 as usize).wrapping_sub(1);
            let is_same = match sought.short {
                Some(short) => place == short && found != 0,
                None => self.entries.get(index).is_some_and(|entry| self.is_sought(entry, sought)),
            };
            if is_same {
                self.entries[index].count += sought.weight;
            } else {
                self.count(sought, None);
            }
        }
    }

    /// Counts a text wherever it stands, which is at the end if it is new; says its place. `hash` is its hash, if that is known.
    fn count(&mut self, sought: &Sought, hash: Option<u64>) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = sought.key as usize & mask;
        while self.slots[slot] != 0 {
            let known = self.slots[slot];
            if (known ^ sought.key) >> 32 == 0 {
                let index = known as u32 as usize - 1;
                if self.is_sought(&self.entries[index], sought) {
                    self.entries[index].count += sought.weight;
                    return index;
                }
            }
            slot = (slot + 1) & mask;
        }
        let place = sought.short.unwrap_or_else(|| {
            let start = self.arena.len();
            self.arena.extend_from_slice(sought.text);
            Place::in_arena(start, sought.length)
        });
        let hash = hash.unwrap_or_else(|| sought.short.map_or(sought.key, |_| self.hash.of(sought.text)));
        self.entries.push(Entry {
            hash,
            count: sought.weight,
            place,
        });
        self.slots[slot] = slot_of(sought.key, self.entries.len());
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        self.entries.len() - 1
    }

    fn grow(&mut self) {
        // Twice as many: what is free counts against the budget, too.
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for (index, entry) in self.entries.iter().enumerate() {
            let key = if entry.place.short().is_some() {
                entry.place.mixed()
            } else {
                entry.hash
            };
            let mut slot = key as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = slot_of(key, index + 1);
        }
        self.slots = slots;
    }
}

/// What stands in the slot of the entry of this number.
fn slot_of(key: u64, number: usize) -> u64 {
    key >> 32 << 32 | number as u64
}

#[inline(always)]
fn short_sought(text: &[u8], place: Place, weight: u64) -> Sought<'_> {
    Sought {
        text,
        length: text.len() as u64,
        short: Some(place),
        key: place.mixed(),
        weight,
    }
}

/// Texts that are sought at once.
struct Block<'a> {
    sought: [Sought<'a>; BLOCK],
    count: usize,
}

impl Default for Block<'_> {
    fn default() -> Self {
        let nothing = Sought {
            text: &[],
            length: 0,
            short: None,
            key: 0,
            weight: 0,
        };
        Self {
            sought: [nothing; BLOCK],
            count: 0,
        }
    }
}

impl<'a> Block<'a> {
    #[inline(always)]
    fn push(&mut self, sought: Sought<'a>) {
        self.sought[self.count] = sought;
        self.count += 1;
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
