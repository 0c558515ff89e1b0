//! How often each day occurs: a row of counters while the days lie close together, a map when they do not.

use rustc_hash::FxHashMap;

/// Days between the first and the last beyond which a map is kept.
const WIDEST: i64 = 1 << 17;

/// Day number -> count.
#[derive(Clone, Debug, Default)]
pub struct DayCounts {
    /// Day of the first counter.
    first: i64,
    row: Vec<u64>,
    /// Different days in the row.
    occupied: usize,
    far: FxHashMap<i64, u64>,
}

impl DayCounts {
    /// Counts a day so many times (at least once).
    #[inline]
    pub fn add(&mut self, day: i64, weight: u64) {
        let at = day.wrapping_sub(self.first);
        match self.row.get_mut(at as usize) {
            Some(counter) => {
                self.occupied += usize::from(*counter == 0);
                *counter += weight;
            }
            None => self.add_outside(day, weight),
        }
    }

    /// Different days.
    pub fn days(&self) -> usize {
        self.occupied + self.far.len()
    }

    /// Every day that occurs, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        let row = (self.first..).zip(self.row.iter().copied()).filter(|day| day.1 > 0);
        row.chain(self.far.iter().map(|(day, count)| (*day, *count)))
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        (self.row.capacity() * 8 + self.far.capacity() * 17) as u64
    }

    fn add_outside(&mut self, day: i64, weight: u64) {
        if self.row.is_empty() {
            self.first = day.saturating_sub(512);
            self.row = vec![0; 1_024];
        } else {
            let last = self.first + self.row.len() as i64 - 1;
            let (first, last) = (self.first.min(day), last.max(day));
            if first.checked_add(WIDEST).is_none_or(|end| end <= last) {
                *self.far.entry(day).or_default() += weight;
                return;
            }
            // Room on the side on which the days grow, so that the row is not moved for every new one.
            let room = ((last - first) / 2).min(WIDEST - (last - first) - 1).max(0);
            let (first, last) = if first < self.first {
                (first.saturating_sub(room), last)
            } else {
                (first, last.saturating_add(room))
            };
            let mut row = vec![0; (last - first + 1) as usize];
            let shift = (self.first - first) as usize;
            row[shift..shift + self.row.len()].copy_from_slice(&self.row);
            self.first = first;
            self.row = row;
        }
        // Days that were far away may have a counter in the row now.
        let (first, length) = (self.first, self.row.len() as i64);
        let inside: Vec<(i64, u64)> = self
            .far
            .iter()
            .map(|(day, count)| (*day, *count))
            .filter(|(day, _)| (0..length).contains(&day.wrapping_sub(first)))
            .collect();
        for (day, count) in inside {
            self.far.remove(&day);
            self.add(day, count);
        }
        self.add(day, weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn counts_are_those_of_a_plain_map_near_and_far() {
        let mut plain = BTreeMap::new();
        let mut days = DayCounts::default();
        let near = (0..20_000_i64).map(|i| 15_000 + i * 7_919 % 9_001 - (i % 3) * 40_000);
        let far = [i64::MIN, i64::MAX, -4_000_000, 0, 200_000, i64::MAX, 15_000];
        for day in far.into_iter().chain(near).chain(far) {
            *plain.entry(day).or_insert(0) += 1;
            days.add(day, 1);
        }
        assert_eq!(days.iter().collect::<BTreeMap<_, u64>>(), plain);
        assert_eq!(days.days(), plain.len());
    }
}
