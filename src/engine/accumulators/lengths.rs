//! Lengths of the text form in characters, empty texts apart.

use crate::domain::column_profile::Metrics;

/// Shortest, longest and mean length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    pub(in crate::engine) shortest: Option<u64>,
    pub(in crate::engine) longest: u64,
    pub(in crate::engine) total: u128,
    pub(in crate::engine) count: u64,
}

impl Lengths {
    /// Adds a text form of so many characters so many times.
    pub fn update(&mut self, length: u64, weight: u64) {
        if length == 0 || weight == 0 {
            return;
        }
        self.shortest = Some(self.shortest.map_or(length, |shortest| shortest.min(length)));
        self.longest = self.longest.max(length);
        self.total += u128::from(length) * u128::from(weight);
        self.count += weight;
    }

    /// Adds text forms of so many characters that occur once each.
    pub fn update_block(&mut self, lengths: impl Iterator<Item = u64>) {
        let (mut shortest, mut total, mut count) = (u64::MAX, 0_u64, 0);
        for length in lengths {
            if length > 0 {
                shortest = shortest.min(length);
                self.longest = self.longest.max(length);
                total += length;
                count += 1;
            }
        }
        if count > 0 {
            self.shortest = Some(self.shortest.map_or(shortest, |known| known.min(shortest)));
            self.total += u128::from(total);
            self.count += count;
        }
    }

    /// Adds the other's texts.
    pub fn merge(&mut self, other: &Self) {
        self.shortest = [self.shortest, other.shortest].into_iter().flatten().min();
        self.longest = self.longest.max(other.longest);
        self.total += other.total;
        self.count += other.count;
    }

    /// Writes the three figures, where there is a text.
    pub fn finish(&self, metrics: &mut Metrics) {
        if let Some(shortest) = self.shortest {
            metrics.min_length = Some(shortest);
            metrics.max_length = Some(self.longest);
            metrics.avg_length = Some(self.total as f64 / self.count as f64);
        }
    }
}

/// Characters of a text; of bytes that are not UTF-8, their number as a reader would show them.
pub fn count_chars(text: &[u8]) -> u64 {
    if text.is_ascii() {
        return text.len() as u64;
    }
    match std::str::from_utf8(text) {
        Ok(text) => text.chars().count() as u64,
        Err(_) => String::from_utf8_lossy(text).chars().count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_texts_are_apart_and_characters_are_counted() {
        let mut lengths = Lengths::default();
        for (text, weight) in [("", 5), ("äö", 1), ("abcd", 3)] {
            lengths.update(count_chars(text.as_bytes()), weight);
        }
        let mut metrics = Metrics::default();
        lengths.finish(&mut metrics);
        assert_eq!(
            (metrics.min_length, metrics.max_length, metrics.avg_length),
            (Some(2), Some(4), Some(3.5))
        );
    }
}
