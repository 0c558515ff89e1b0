//! Two short cuts of the text family: where shapes seen lately stand in their tally, and counters of short lengths.

use super::text_tally::TextTally;

/// Places of the table.
const PLACES: usize = 1 << 10;
/// Lengths that are counted without a search.
const SHORT_LENGTHS: usize = 1 << 10;

/// Where shapes seen lately stand among the exact ones, by a cheap hash: most texts then need no more than a comparison.
#[derive(Clone, Debug, Default)]
pub struct RecentShapes {
    places: Vec<u32>,
}

impl RecentShapes {
    /// Counts a shape in the tally; says its place.
    pub fn count(&mut self, tally: &mut TextTally, shape: &[u8], weight: u64) -> usize {
        if self.places.is_empty() {
            self.places = vec![u32::MAX; PLACES];
        }
        let place = &mut self.places[cheap_hash(shape) as usize % PLACES];
        if let Some(known) = tally.count_at(*place as usize, shape, weight) {
            return known;
        }
        let known = tally.add(shape, weight);
        *place = known as u32;
        known
    }
}

/// Spreads shapes over a small table; equal shapes have equal hashes, and that is all.
fn cheap_hash(shape: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let (words, rest) = shape.as_chunks::<8>();
    let hash = words
        .iter()
        .fold(shape.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last)) >> 7
}

/// Texts of each short length.
#[derive(Clone, Debug, Default)]
pub struct ShortLengths {
    counts: Vec<u64>,
}

impl ShortLengths {
    /// Counts a length; false where it is not short.
    pub fn add(&mut self, length: u64, weight: u64) -> bool {
        if let Some(counter) = self.counts.get_mut(length as usize) {
            *counter += weight;
            return true;
        }
        if length >= SHORT_LENGTHS as u64 {
            return false;
        }
        self.counts.resize((length as usize + 1).next_power_of_two(), 0);
        self.counts[length as usize] += weight;
        true
    }

    /// Hands over every length that was counted, and forgets it.
    pub fn drain(&mut self) -> impl Iterator<Item = (u64, u64)> {
        let counts = std::mem::take(&mut self.counts);
        (0..).zip(counts).filter(|length| length.1 > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_counted_as_in_the_tally_alone() {
        let (mut recent, mut quick, mut plain) = (RecentShapes::default(), TextTally::new(64), TextTally::new(64));
        for i in 0..20_000_usize {
            let shape = "aA9-".repeat(i * i % 37) + &"9".repeat(i * 7 % 300);
            assert_eq!(recent.count(&mut quick, shape.as_bytes(), 2), plain.add(shape.as_bytes(), 2));
        }
        assert!(quick.iter().eq(plain.iter()));
    }

    #[test]
    fn lengths_are_handed_over_once() {
        let mut lengths = ShortLengths::default();
        assert!(lengths.add(0, 1) && lengths.add(1_023, 2) && lengths.add(0, 3) && !lengths.add(1_024, 1));
        assert_eq!(lengths.drain().collect::<Vec<_>>(), [(0, 4), (1_023, 2)]);
        assert_eq!(lengths.drain().count(), 0);
    }
}
