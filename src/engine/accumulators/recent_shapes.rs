//! Two short cuts of the text family: where shapes seen lately stand in their tally, and counters of short lengths.

use super::lanes::LANE;
use super::shapes::ShapeText;
use super::text_tally::TextTally;

/// Places of the table.
const PLACES: usize = 1 << 10;
/// Lengths that are counted without a search.
const SHORT_LENGTHS: usize = 1 << 10;

/// Lanes of the shapes that are known by their bytes.
const SHORT_LANES: usize = 3;

/// Where shapes seen lately stand among the exact ones, by a cheap hash: most texts then need no more than a comparison.
#[derive(Clone, Debug, Default)]
pub struct RecentShapes {
    places: Vec<Recent>,
}

/// A shape seen lately, and where it stands: one line of the cache. Of a longer one only the place is kept.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Recent {
    length: u32,
    place: u32,
    lanes: [[u8; LANE]; SHORT_LANES],
}

const NOTHING: Recent = Recent {
    length: u32::MAX,
    place: u32::MAX,
    lanes: [[0; LANE]; SHORT_LANES],
};

impl RecentShapes {
    /// Counts a shape in the tally; says its place.
    #[inline(always)]
    pub fn count(&mut self, tally: &mut TextTally, shape: &ShapeText, weight: u64) -> usize {
        if self.places.is_empty() {
            self.places = vec![NOTHING; PLACES];
        }
        let (bytes, lanes) = (shape.as_bytes(), shape.lanes());
        let recent = &mut self.places[shape.hash() as usize % PLACES];
        if lanes.len() > SHORT_LANES {
            if let Some(known) = tally.count_at(recent.place as usize, bytes, weight) {
                return known;
            }
        } else if recent.length as usize == bytes.len() && lanes.iter().zip(&recent.lanes).all(|(lane, known)| lane == known) {
            tally.count_known(recent.place as usize, weight);
            return recent.place as usize;
        }
        let place = tally.add(bytes, weight);
        *recent = Recent {
            place: place as u32,
            ..NOTHING
        };
        if lanes.len() <= SHORT_LANES {
            recent.length = bytes.len() as u32;
            recent.lanes[..lanes.len()].copy_from_slice(lanes);
        }
        place
    }
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
            let text = "aA9-".repeat(i * i % 37) + &"9".repeat(i * 7 % 300);
            let mut shape = ShapeText::default();
            shape.read_ascii(text.as_bytes(), false);
            assert_eq!(recent.count(&mut quick, &shape, 2), plain.add(text.as_bytes(), 2));
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
