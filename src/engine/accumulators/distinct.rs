//! How many different values, when the values themselves are not kept: their hashes while they fit, which is still exact,
//! then registers (Apache DataSketches HLL, lgK 12, HLL_8, over XXH64 of the canonical bytes, updated as i64: as in Spark).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::domain::column_profile::Estimate;
use crate::engine::canonical::{Form, canonical_of_nanoseconds};

use super::hash_list::{count_hashes, fold_repeated, give_back, reserve_hashes};
use super::registers::Registers;
use super::sketch_error::SketchError;

/// Half width of the 95 % interval of the merged-form estimate: 1.96 x 1.04 / sqrt(4096).
const RELATIVE_ERROR: f64 = 0.032;

/// Hashes of which it is known how many times more often they occur than the list says.
const MOST_REPEATED: usize = 1 << 16;

/// Nanoseconds of a microsecond.
const NANOSECONDS: f64 = 1_000.0;

/// Different hashes, exactly or estimated.
#[derive(Clone, Debug)]
pub struct DistinctHashes {
    state: State,
    /// So many hashes may be kept.
    limit: usize,
    /// So many are known for certain: what was counted exactly when that was given up.
    pub(in crate::engine) known: u64,
    /// Whether hashes are the precise ones of nanoseconds; registers hold the canonical ones, of microseconds.
    nanoseconds: bool,
    /// Whether registers were given a value of which the canonical bytes leave something out.
    pub(in crate::engine) finer: bool,
    /// How many times more often than in the list a hash occurred; nothing where nobody asks how often each did, or they are too many.
    more: Option<FxHashMap<u64, u64>>,
}

#[derive(Clone, Debug)]
enum State {
    /// In no order; a value that was seen more than once stands there at least twice.
    Kept(Vec<u64>),
    Registers(Box<Registers>),
}

/// What is known about the number of different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DistinctCount {
    /// Different values.
    pub distinct: u64,
    /// Values that occur once; nothing where that is not known.
    pub unique: Option<u64>,
}

impl DistinctHashes {
    /// Keeps up to `limit` hashes; 0 starts with registers.
    pub fn new(limit: usize) -> Self {
        let state = if limit > 0 {
            State::Kept(Vec::new())
        } else {
            State::Registers(Box::default())
        };
        Self {
            state,
            limit,
            known: 0,
            nanoseconds: false,
            finer: false,
            more: None,
        }
    }

    /// Knows how often each value occurs, as long as its hash is kept.
    pub fn with_times(mut self) -> Self {
        self.more = Some(FxHashMap::default());
        self
    }

    /// For values of this form, by their precise hashes.
    pub fn of_form(mut self, form: Form) -> Self {
        self.nanoseconds = form.is_nanoseconds();
        self
    }

    /// Adds the hash of a value that occurs so many times.
    pub fn update(&mut self, hash: u64, weight: u64) {
        match &mut self.state {
            State::Kept(hashes) => {
                let times = weight.min(2) as usize;
                reserve_hashes(hashes, times);
                hashes.extend(std::iter::repeat_n(hash, times));
                add_times(&mut self.more, hash, weight.saturating_sub(2));
                self.keep_within_limit();
            }
            State::Registers(_) => self.register(&[hash]),
        }
    }

    /// Adds hashes of values that occur once each.
    pub fn update_block(&mut self, hashes: &[u64]) {
        match &mut self.state {
            State::Kept(kept) => {
                reserve_hashes(kept, hashes.len());
                kept.extend_from_slice(hashes);
                self.keep_within_limit();
            }
            State::Registers(_) => self.register(hashes),
        }
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        self.known = self.known.max(other.known);
        self.finer |= other.finer;
        match &other.state {
            State::Kept(theirs) => match &mut self.state {
                State::Kept(mine) => {
                    mine.extend_from_slice(theirs);
                    match &other.more {
                        Some(more) => more.iter().for_each(|(hash, times)| add_times(&mut self.more, *hash, *times)),
                        None => self.more = None,
                    }
                    self.keep_within_limit();
                }
                State::Registers(_) => self.register(theirs),
            },
            State::Registers(theirs) => {
                self.give_up_exact_values();
                if let State::Registers(mine) = &mut self.state {
                    mine.merge(theirs);
                }
            }
        }
    }

    /// Remembers that at least so many different values were seen.
    pub fn know_at_least(&mut self, distinct: u64) {
        self.known = self.known.max(distinct);
    }

    /// Whether the number is still exact.
    pub fn is_exact(&self) -> bool {
        matches!(self.state, State::Kept(_))
    }

    /// Different values among `values`: exact, or the merged-form estimate clamped to what is known.
    pub fn count(&mut self, values: u64) -> DistinctCount {
        self.count_times(values).0
    }

    /// [`Self::count`], and different values by how often they occur where that is known ([`Self::with_times`]).
    pub fn count_times(&mut self, values: u64) -> (DistinctCount, Option<BTreeMap<u64, u64>>) {
        match &mut self.state {
            State::Kept(hashes) => {
                let mut by_times = self.more.as_ref().map(|more| (more, BTreeMap::new()));
                let (distinct, unique) = count_hashes(hashes, |hash, times| {
                    if let Some((more, by_times)) = &mut by_times {
                        let times = times + more.get(&hash).copied().unwrap_or(0);
                        *by_times.entry(times).or_default() += 1;
                    }
                });
                let by_times = by_times.map(|(_, mut by_times)| {
                    by_times.insert(1, unique);
                    by_times
                });
                let count = DistinctCount {
                    distinct,
                    unique: Some(unique),
                };
                (count, by_times)
            }
            State::Registers(registers) => {
                let count = DistinctCount {
                    distinct: (registers.estimate().round() as u64)
                        .max(self.known)
                        .max(u64::from(values > 0))
                        .min(values),
                    unique: None,
                };
                (count, None)
            }
        }
    }

    /// How the estimate was made and how wide it is; nothing while the number is exact.
    pub fn estimate(&self) -> Option<Estimate> {
        (!self.is_exact()).then(|| Estimate {
            method: "hll_lg12".into(),
            error: RELATIVE_ERROR,
        })
    }

    /// [`Self::estimate`] of `distinct` among `values`. Registers of microseconds say nothing of how many nanoseconds lie in each.
    pub fn estimate_of(&self, distinct: u64, values: u64) -> Option<Estimate> {
        let estimate = self.estimate()?;
        if !self.finer || distinct == 0 {
            return Some(estimate);
        }
        let most = (distinct as f64 * (1.0 + RELATIVE_ERROR) * NANOSECONDS).min(values as f64);
        Some(Estimate {
            method: "hll_lg12_microseconds".into(),
            error: estimate.error.max(most / distinct as f64 - 1.0),
        })
    }

    /// The sketch of all hashes in the bytes of DataSketches (HLL_8), as Spark reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.state {
            State::Kept(hashes) => {
                let mut registers = Box::<Registers>::default();
                fill(&mut registers, hashes, self.nanoseconds);
                registers.to_bytes()
            }
            State::Registers(registers) => registers.to_bytes(),
        }
    }

    /// Reads a sketch that Spark or Limn wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        Ok(Self {
            state: State::Registers(Box::new(Registers::from_bytes(bytes)?)),
            limit: 0,
            known: 0,
            nanoseconds: false,
            finer: false,
            more: None,
        })
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        match &self.state {
            // Beyond twice its length, memory is what another column left.
            State::Kept(hashes) => {
                let more = self.more.as_ref().map_or(0, |more| more.capacity() * 24);
                (8 * hashes.capacity().min(hashes.len().next_power_of_two()) + more) as u64
            }
            State::Registers(_) => size_of::<Registers>() as u64,
        }
    }

    /// Turns kept hashes into registers.
    pub fn give_up_exact_values(&mut self) {
        if let State::Kept(hashes) = &mut self.state {
            let distinct = count_hashes(hashes, |_, _| ()).0;
            self.turn_into_registers(distinct);
        }
    }

    fn turn_into_registers(&mut self, distinct: u64) {
        if let State::Kept(hashes) = &mut self.state {
            self.known = self.known.max(distinct);
            let mut registers = Box::<Registers>::default();
            self.finer |= fill(&mut registers, hashes, self.nanoseconds);
            give_back(std::mem::take(hashes));
            self.more = None;
            self.state = State::Registers(registers);
        }
    }

    fn register(&mut self, hashes: &[u64]) {
        if let State::Registers(registers) = &mut self.state {
            self.finer |= fill(registers, hashes, self.nanoseconds);
        }
    }

    fn keep_within_limit(&mut self) {
        let State::Kept(hashes) = &mut self.state else { return };
        if hashes.len() < self.limit {
            return;
        }
        // Folding again after every few new values would cost more than it saves; so values that hardly repeat are not even sorted.
        let (distinct, unique) = count_hashes(hashes, |_, _| ());
        let most = (self.limit / 4 * 3) as u64;
        if 2 * distinct - unique <= most {
            fold_repeated(hashes, |hash| add_times(&mut self.more, hash, 1));
        } else {
            self.turn_into_registers(distinct);
        }
    }
}

/// Adds to how often a hash occurred beyond what the list says.
fn add_times(more: &mut Option<FxHashMap<u64, u64>>, hash: u64, times: u64) {
    let Some(known) = more.as_mut().filter(|_| times > 0) else { return };
    *known.entry(hash).or_default() += times;
    if known.len() > MOST_REPEATED {
        *more = None;
    }
}

/// Puts hashes into registers, those of nanoseconds as the ones of their microseconds; says whether that lost anything.
fn fill(registers: &mut Registers, hashes: &[u64], nanoseconds: bool) -> bool {
    if !nanoseconds {
        hashes.iter().for_each(|hash| registers.update(*hash));
        return false;
    }
    let mut finer = false;
    for hash in hashes {
        let (canonical, is_finer) = canonical_of_nanoseconds(*hash);
        registers.update(canonical);
        finer |= is_finer;
    }
    finer
}

impl Drop for DistinctHashes {
    fn drop(&mut self) {
        if let State::Kept(hashes) = &mut self.state {
            give_back(std::mem::take(hashes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::canonical::Scalar;

    fn hash(value: i64) -> u64 {
        value.canonical_hash(Form::Integer)
    }

    #[test]
    fn estimates_and_unions_stay_inside_the_stated_error() {
        let (mut left, mut right) = (DistinctHashes::new(0), DistinctHashes::new(1 << 20));
        for value in 0..300_000_i64 {
            left.update(hash(value), 1);
            right.update(hash(value + 150_000), 1);
        }
        let error = |count: DistinctCount, truth: f64| (count.distinct as f64 - truth).abs() / truth;
        assert!(error(left.count(u64::MAX), 300_000.0) < RELATIVE_ERROR);
        left.merge(&right);
        assert!(error(left.count(u64::MAX), 450_000.0) < RELATIVE_ERROR);
        left.know_at_least(1_000_000);
        assert_eq!(left.count(u64::MAX).distinct, 1_000_000);
        assert_eq!(left.count(10).distinct, 10);
    }

    #[test]
    fn nanoseconds_are_counted_one_by_one_until_only_their_microseconds_are_known() {
        let form = Form::Instant { nanos: true, utc: true };
        let values = 50_000_u64;
        let hashes: Vec<u64> = (0..values as i64)
            .map(|i| (1_700_000_000_000_000_000 + 100 * i).precise_hash(form))
            .collect();
        let mut kept = DistinctHashes::new(1 << 17).of_form(form);
        kept.update_block(&hashes);
        let expected = DistinctCount {
            distinct: values,
            unique: Some(values),
        };
        assert_eq!((kept.count(values), kept.estimate_of(values, values)), (expected, None));
        // The registers are those of the canonical hashes, whichever way the values went into them.
        let mut canonical = DistinctHashes::new(0);
        (0..values as i64).for_each(|i| canonical.update((1_700_000_000_000_000_000 + 100 * i).canonical_hash(form), 1));
        let mut sketched = DistinctHashes::new(0).of_form(form);
        sketched.merge(&kept);
        assert_eq!(sketched.to_bytes(), canonical.to_bytes());
        assert_eq!(kept.to_bytes(), canonical.to_bytes());
        let count = sketched.count(values).distinct;
        let estimate = sketched.estimate_of(count, values).unwrap();
        assert_eq!(estimate.method, "hll_lg12_microseconds");
        assert!(count as f64 * (1.0 + estimate.error) >= values as f64 - 1.0, "{count} {estimate:?}");
        // Whole microseconds lose nothing.
        let mut whole = DistinctHashes::new(0).of_form(form);
        (0..1_000_i64).for_each(|i| whole.update((1_000 * i).precise_hash(form), 1));
        assert_eq!(whole.estimate_of(1_000, 1_000), whole.estimate());
    }

    #[test]
    fn how_often_many_values_occur_is_not_kept() {
        let mut hashes = DistinctHashes::new(1 << 20).with_times();
        (0..=MOST_REPEATED as i64).for_each(|value| hashes.update(hash(value), 2 + u64::from(value > 0)));
        assert!(hashes.count_times(u64::MAX).1.is_some());
        hashes.update(hash(0), 3);
        let (count, by_times) = hashes.count_times(u64::MAX);
        assert_eq!((count.distinct, by_times), (MOST_REPEATED as u64 + 1, None));
    }

    #[test]
    fn kept_hashes_count_exactly_through_folds_and_merges() {
        // The fifth block is one too many: what stands there more than twice is folded.
        let (mut left, mut right) = (DistinctHashes::new(4_500).with_times(), DistinctHashes::new(9_000).with_times());
        for round in 0..5 {
            let block: Vec<u64> = (0..1_000).map(|value| hash(value * (round % 2 + 1))).collect();
            left.update_block(&block);
        }
        right.update(hash(0), 1);
        right.update(hash(5_000), 3);
        right.update(hash(5_001), 1);
        left.merge(&right);
        // 0..1000 three times, the even numbers up to 1998 twice, one new value twice and one once.
        let expected = DistinctCount {
            distinct: 1_502,
            unique: Some(1),
        };
        let by_times = BTreeMap::from([(1, 1), (2, 500), (3, 501), (5, 499), (6, 1)]);
        assert_eq!(left.count_times(10_000), (expected, Some(by_times)));
        assert!(left.is_exact() && left.estimate().is_none());
        left.update_block(&(10_000..20_000).map(hash).collect::<Vec<_>>());
        assert!(!left.is_exact());
        let (count, by_times) = left.count_times(u64::MAX);
        assert!(count.distinct >= 8_000 && by_times.is_none());
    }
}
