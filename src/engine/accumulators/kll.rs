//! KLL, Apache DataSketches' sketch of quantiles (doubles, k = 400), in its bytes. Which half of a level goes up is decided by a
//! row of bits that is always the same, so that the same values always leave the same sketch.

use super::sketch_error::SketchError;

/// Accuracy parameter.
pub const K: u16 = 400;
/// Smallest capacity of a level.
const M: u8 = 8;
/// Bytes before the offsets of the levels, and of a sketch of one item before it.
const PREAMBLES: [usize; 2] = [20, 8];
/// Flags: empty, level zero sorted, single item.
const FLAGS: [u8; 3] = [1, 2, 4];

/// Most levels: an item of the highest stands for as many values as 64 bits count.
const MOST_LEVELS: usize = 61;

/// The sketch. An item of level l stands for 2^l values.
#[derive(Clone, Debug, PartialEq)]
pub struct Kll {
    /// Each sorted.
    levels: Vec<Vec<f64>>,
    count: u64,
    range: Option<(f64, f64)>,
    /// The smallest k of all sketches that were merged.
    least_k: u16,
    random: u64,
}

impl Default for Kll {
    fn default() -> Self {
        Self {
            levels: vec![Vec::new()],
            count: 0,
            range: None,
            least_k: K,
            random: 0,
        }
    }
}

impl Kll {
    /// Adds items of a level.
    pub fn add(&mut self, level: usize, items: &mut [f64]) {
        items.sort_unstable_by(f64::total_cmp);
        self.put(level, items);
        self.compress();
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        self.least_k = self.least_k.min(other.least_k);
        for (level, items) in other.levels.iter().enumerate() {
            self.put(level, items);
        }
        if let Some((min, max)) = other.range {
            self.widen(min, max);
        }
        self.compress();
    }

    /// Values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Smallest and largest value.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// Half width of the interval of a rank (0..1), as DataSketches states it.
    pub fn rank_error(&self) -> f64 {
        2.296 / f64::from(self.least_k).powf(0.9723)
    }

    /// For each rank in thousandths, rising, the smallest item whose rank is at least that; nothing where there is none.
    pub fn quantiles<const RANKS: usize>(&self, per_mille: [u32; RANKS]) -> Option<[f64; RANKS]> {
        let weighted = self.levels.iter().enumerate();
        let mut items: Vec<(f64, u64)> = weighted
            .flat_map(|(level, items)| items.iter().map(move |item| (*item, 1 << level)))
            .collect();
        items.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut items = items.into_iter();
        let (mut item, mut seen) = items.next()?;
        Some(per_mille.map(|rank| {
            while u128::from(seen) * 1_000 < u128::from(rank) * u128::from(self.count) {
                let Some((next, weight)) = items.next() else { break };
                (item, seen) = (next, seen + weight);
            }
            item
        }))
    }

    /// The bytes that DataSketches reads; `range` is what is known better of smallest and largest value.
    pub fn to_bytes(&self, range: Option<(f64, f64)>) -> Vec<u8> {
        let Some((min, max)) = range.filter(|_| self.count > 1).or(self.range).filter(|_| self.count > 0) else {
            return preamble(2, 1, FLAGS[0] | FLAGS[1]);
        };
        if self.count == 1 {
            let mut bytes = preamble(2, 2, FLAGS[1] | FLAGS[2]);
            self.levels.iter().flatten().for_each(|item| bytes.extend(item.to_le_bytes()));
            return bytes;
        }
        let mut bytes = preamble(5, 1, FLAGS[1]);
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.least_k.to_le_bytes());
        bytes.extend([self.levels.len() as u8, 0]);
        let mut offset = total_capacity(self.levels.len()) - self.held() as u32;
        for level in &self.levels {
            bytes.extend(offset.to_le_bytes());
            offset += level.len() as u32;
        }
        for item in [min, max].iter().chain(self.levels.iter().flatten()) {
            bytes.extend(item.to_le_bytes());
        }
        bytes
    }

    /// Reads a sketch that Spark or Limn wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        let damaged = |reason: &str| SketchError::Damaged {
            kind: "KLL",
            reason: reason.into(),
        };
        let Some([integers, version, 15, flags, k_low, k_high, m, _]) = bytes.first_chunk::<8>().copied() else {
            return Err(damaged("it does not begin as one"));
        };
        let k = u16::from_le_bytes([k_low, k_high]);
        if (k, m) != (K, M) {
            return Err(SketchError::OtherParameters {
                kind: "KLL",
                found: format!("k {k}"),
                wanted: format!("k {K}"),
            });
        }
        let [empty, sorted, single] = FLAGS;
        match (integers, version, flags & (empty | single)) {
            (2, 1, form) if form == empty && bytes.len() == PREAMBLES[1] => Ok(Self::default()),
            (2, 2, form) if form == single && bytes.len() == PREAMBLES[1] + 8 => {
                let items = read_doubles(bytes, PREAMBLES[1], 1).ok_or_else(|| damaged("its item is none"))?;
                let mut sketch = Self::default();
                sketch.put(0, &items);
                Ok(sketch)
            }
            (5, 1, 0) => Self::read_levels(bytes, flags & sorted != 0).ok_or_else(|| damaged("its levels do not fit each other")),
            _ => Err(damaged("it is of another form")),
        }
    }

    fn read_levels(bytes: &[u8], is_sorted: bool) -> Option<Self> {
        let count = u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
        let least_k = u16::from_le_bytes(*bytes.get(16..)?.first_chunk()?);
        let levels = usize::from(*bytes.get(18)?);
        if !(1..=MOST_LEVELS).contains(&levels) || !(u16::from(M)..=K).contains(&least_k) || count < 2 {
            return None;
        }
        let offset = |level: usize| Some(u32::from_le_bytes(*bytes.get(PREAMBLES[0] + 4 * level..)?.first_chunk()?));
        let mut ends = (1..levels).map(offset).collect::<Option<Vec<u32>>>()?;
        ends.push(total_capacity(levels));
        let range = read_doubles(bytes, PREAMBLES[0] + 4 * levels, 2)?;
        let mut at = PREAMBLES[0] + 4 * levels + 16;
        let mut sketch = Self {
            least_k,
            ..Self::default()
        };
        let mut start = offset(0)?;
        for (level, end) in ends.into_iter().enumerate() {
            let length = end.checked_sub(start)? as usize;
            let mut items = read_doubles(bytes, at, length)?;
            // Spark's level zero is not sorted.
            if level == 0 && !is_sorted {
                items.sort_unstable_by(f64::total_cmp);
            } else if !items.is_sorted() {
                return None;
            }
            (length as u64)
                .checked_shl(level as u32)
                .filter(|weight| weight >> level == length as u64)?;
            sketch.put(level, &items);
            (start, at) = (end, at + 8 * length);
        }
        sketch.levels.resize_with(levels, Vec::new);
        // What was dropped on the way up may have been the smallest or the largest.
        sketch.widen(range[0], range[1]);
        (at == bytes.len() && sketch.count == count && sketch.range == Some((range[0], range[1]))).then_some(sketch)
    }

    fn held(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }

    fn widen(&mut self, min: f64, max: f64) {
        let (known_min, known_max) = self.range.unwrap_or((min, max));
        self.range = Some((
            if min.total_cmp(&known_min).is_lt() { min } else { known_min },
            if max.total_cmp(&known_max).is_gt() { max } else { known_max },
        ));
    }

    /// Adds sorted items of a level.
    fn put(&mut self, level: usize, items: &[f64]) {
        let (Some(min), Some(max)) = (items.first(), items.last()) else {
            return;
        };
        self.widen(*min, *max);
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        self.count = self.count.saturating_add((items.len() as u64) << level);
        let known = &mut self.levels[level];
        *known = merge_sorted(known, items);
    }

    /// Halves the lowest full level until everything fits.
    fn compress(&mut self) {
        while self.held() > total_capacity(self.levels.len()) as usize {
            let levels = self.levels.len();
            let full = (0..levels).find(|level| self.levels[*level].len() >= level_capacity(levels - level - 1) as usize);
            // What holds more than all levels may has a full one.
            let Some(level) = full else { return };
            if level + 1 == levels {
                self.levels.push(Vec::new());
            }
            let mut items = std::mem::take(&mut self.levels[level]);
            if items.len() % 2 == 1 {
                let stays = if self.next_bit() { items.len() - 1 } else { 0 };
                self.levels[level].push(items.remove(stays));
            }
            let half = usize::from(self.next_bit());
            let promoted: Vec<f64> = items.into_iter().skip(half).step_by(2).collect();
            self.levels[level + 1] = merge_sorted(&self.levels[level + 1], &promoted);
        }
    }

    /// Splitmix.
    fn next_bit(&mut self) -> bool {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.random;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) & 1 == 1
    }
}

/// So many doubles, none of them NaN.
fn read_doubles(bytes: &[u8], at: usize, count: usize) -> Option<Vec<f64>> {
    let bytes = bytes.get(at..at.checked_add(count.checked_mul(8)?)?)?;
    let doubles = bytes.as_chunks().0.iter().map(|double| f64::from_le_bytes(*double));
    doubles.map(|double| (!double.is_nan()).then_some(double)).collect()
}

fn preamble(integers: u8, version: u8, flags: u8) -> Vec<u8> {
    let mut bytes = vec![integers, version, 15, flags];
    bytes.extend(K.to_le_bytes());
    bytes.extend([M, 0]);
    bytes
}

fn merge_sorted(left: &[f64], right: &[f64]) -> Vec<f64> {
    if left.is_empty() {
        return right.to_vec();
    }
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        let is_left = left[l].total_cmp(&right[r]).is_le();
        merged.push(if is_left { left[l] } else { right[r] });
        l += usize::from(is_left);
        r += usize::from(!is_left);
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    merged
}

/// Items of a level so far below the highest: two thirds of the one above, rounded, and at least [`M`].
fn level_capacity(depth: usize) -> u32 {
    let scaled = (u128::from(K) << (depth + 1)) / 3_u128.pow(depth as u32);
    (scaled.div_ceil(2) as u32).max(u32::from(M))
}

fn total_capacity(levels: usize) -> u32 {
    (0..levels).map(level_capacity).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasketches::common::SearchCriteria;
    use datasketches::kll::{KllFloat, KllSketch};
    use proptest::prelude::*;

    fn read(sketch: &Kll) -> KllSketch<KllFloat<f64>> {
        KllSketch::deserialize(&sketch.to_bytes(None)).unwrap()
    }

    #[test]
    fn capacities_are_those_of_data_sketches() {
        // What deserialize accepts shows it: one item more than a sketch's capacity is refused.
        for level in 0..40 {
            let mut sketch = Kll::default();
            sketch.add(level, &mut (0..200).map(f64::from).collect::<Vec<_>>());
            assert_eq!((read(&sketch).n(), read(&sketch).num_retained()), (200 << level, 200));
        }
    }

    #[test]
    fn data_sketches_reads_every_size_and_finds_the_same_quantiles() {
        let mut sketch = Kll::default();
        assert!(read(&sketch).is_empty() && Kll::from_bytes(&sketch.to_bytes(None)).unwrap() == sketch);
        for round in 0..200_u32 {
            let mut items: Vec<f64> = (0..round.max(1))
                .map(|i| f64::from((i * 7_919 + round * 104_729) % 100_003))
                .collect();
            sketch.add(round as usize % 3, &mut items);
            let theirs = read(&sketch);
            assert_eq!((theirs.n(), theirs.num_retained()), (sketch.count(), sketch.held()));
            assert_eq!(theirs.normalized_rank_error(), sketch.rank_error());
            let ours = sketch.quantiles([10, 250, 500, 990]).unwrap();
            for (rank, value) in [0.01, 0.25, 0.5, 0.99].into_iter().zip(ours) {
                assert_eq!(
                    theirs.quantile(rank, SearchCriteria::Inclusive).unwrap().unwrap().into_inner(),
                    value
                );
            }
            let again = Kll::from_bytes(&sketch.to_bytes(None)).unwrap();
            assert_eq!(
                (&again.levels, again.count, again.range),
                (&sketch.levels, sketch.count, sketch.range)
            );
        }
    }

    #[test]
    fn what_data_sketches_wrote_is_read() {
        for count in [1, 2, 399, 5_000, 100_000_u32] {
            let mut theirs = KllSketch::<KllFloat<f64>>::new(K).unwrap();
            (0..count).for_each(|i| theirs.update(KllFloat::<f64>::new(f64::from(i * 7_919 % 100_003)).unwrap()));
            let sketch = Kll::from_bytes(&theirs.serialize()).unwrap();
            assert_eq!((sketch.count(), sketch.held()), (u64::from(count), theirs.num_retained()));
            let median = theirs.quantile(0.5, SearchCriteria::Inclusive).unwrap().unwrap().into_inner();
            assert_eq!(sketch.quantiles([500]).unwrap(), [median]);
        }
    }

    #[test]
    fn the_same_values_leave_the_same_sketch() {
        let make = || {
            let mut sketch = Kll::default();
            (0..300_u32).for_each(|round| sketch.add(0, &mut [f64::from(round * 31 % 97); 50]));
            sketch
        };
        assert_eq!(make().to_bytes(None), make().to_bytes(None));
    }

    proptest! {
        #[test]
        fn nothing_is_read_that_data_sketches_would_not_read(seed in 0_u32..60, changes in prop::collection::vec((0_usize..200, any::<u8>()), 1..4)) {
            let mut sketch = Kll::default();
            (0..seed * 20).for_each(|i| sketch.add(i as usize % 3, &mut [f64::from(i * 7_919 % 1_009)]));
            let mut bytes = sketch.to_bytes(None);
            let length = bytes.len();
            changes.into_iter().for_each(|(at, byte)| bytes[at % length] = byte);
            if Kll::from_bytes(&bytes).is_ok() {
                prop_assert!(KllSketch::<KllFloat<f64>>::deserialize(&bytes).is_ok());
            }
        }
    }
}
