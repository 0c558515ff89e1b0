//! A long list of hashes in no order: counted, folded, and its memory handed on from one column to the next.

use std::cell::Cell;

/// Hashes up to which a list is one part: a bitmap beside them stays in the cache, and so does sorting.
const PART_HASHES: usize = 1 << 17;
/// Parts of a longer list, by the highest bits.
const PARTS: usize = 256;
/// Hashes of a long list that are put in order at once.
const PIECE_HASHES: usize = 1 << 15;
/// Hashes from which on a list's memory is worth keeping for the next one.
const SPARE_HASHES: usize = 1 << 16;

thread_local! {
    /// The longest list that this thread gave up: its pages need not be asked for, and cleared, again.
    static SPARE: Cell<Vec<u64>> = const { Cell::new(Vec::new()) };
}

/// Makes room for more hashes, in the memory of a list that was given up where that is longer.
pub fn reserve_hashes(hashes: &mut Vec<u64>, more: usize) {
    let needed = hashes.len() + more;
    if needed <= hashes.capacity() {
        return;
    }
    if needed > SPARE_HASHES {
        let mut spare = SPARE.take();
        if spare.capacity() >= needed {
            spare.extend_from_slice(hashes);
            give_back(std::mem::replace(hashes, spare));
            return;
        }
        SPARE.set(spare);
    }
    hashes.reserve(more);
}

/// Keeps the memory of a list for the next one.
pub fn give_back(mut hashes: Vec<u64>) {
    if hashes.capacity() >= SPARE_HASHES {
        hashes.clear();
        let spare = SPARE.take();
        SPARE.set(if spare.capacity() > hashes.capacity() { spare } else { hashes });
    }
}

/// Different and single hashes. The list is put into another order. `visit` is told every hash that stands there more than once, and how
/// many times.
pub fn count_hashes(hashes: &mut [u64], mut visit: impl FnMut(u64, u64)) -> (u64, u64) {
    if hashes.len() <= PART_HASHES {
        return count_part(&[hashes], 0, &mut visit);
    }
    // Piece by piece within the cache, so that each part is a run of every piece.
    let mut scratch = vec![0; PIECE_HASHES];
    let mut ends = Vec::with_capacity(hashes.len().div_ceil(PIECE_HASHES));
    for piece in hashes.chunks_mut(PIECE_HASHES) {
        let (mut next, _) = places_of_parts(piece);
        for hash in &*piece {
            let place = &mut next[part_of(*hash)];
            scratch[*place] = *hash;
            *place += 1;
        }
        piece.copy_from_slice(&scratch[..piece.len()]);
        ends.push(next);
    }
    let (mut distinct, mut unique) = (0, 0);
    for part in 0..PARTS {
        let runs = hashes.chunks(PIECE_HASHES).zip(&ends);
        let runs = runs.map(|(piece, ends)| &piece[part.checked_sub(1).map_or(0, |before| ends[before])..ends[part]]);
        let (more_distinct, more_unique) = count_part(&runs.collect::<Vec<_>>(), PARTS.ilog2(), &mut visit);
        distinct += more_distinct;
        unique += more_unique;
    }
    (distinct, unique)
}

/// Sorts hashes and leaves two of those that stand there more often; `visit` is told each that goes.
pub fn fold_repeated(hashes: &mut Vec<u64>, mut visit: impl FnMut(u64)) {
    if hashes.len() <= PART_HASHES {
        hashes.sort_unstable();
    } else {
        parts_of(hashes).into_iter().for_each(<[u64]>::sort_unstable);
    }
    let mut kept = 0;
    for at in 0..hashes.len() {
        if kept < 2 || hashes[kept - 2] != hashes[at] {
            hashes[kept] = hashes[at];
            kept += 1;
        } else {
            visit(hashes[at]);
        }
    }
    hashes.truncate(kept);
}

/// Brings hashes with the same highest bits together, in place, in the order of these bits; hands over each part.
fn parts_of(hashes: &mut [u64]) -> Vec<&mut [u64]> {
    let (mut next, ends) = places_of_parts(hashes);
    // Each hash that is held goes to the next free place of its part, and the one that stood there is held then.
    for part in 0..PARTS {
        while next[part] < ends[part] {
            let mut held = hashes[next[part]];
            loop {
                let goes_to = part_of(held);
                let place = next[goes_to];
                next[goes_to] += 1;
                if goes_to == part {
                    hashes[place] = held;
                    break;
                }
                std::mem::swap(&mut hashes[place], &mut held);
            }
        }
    }
    let mut parts = Vec::with_capacity(PARTS);
    let (mut rest, mut start) = (hashes, 0);
    for end in ends {
        let (part, behind) = rest.split_at_mut(end - start);
        parts.push(part);
        (rest, start) = (behind, end);
    }
    parts
}

fn part_of(hash: u64) -> usize {
    (hash >> (64 - PARTS.ilog2())) as usize
}

/// Where each part begins and ends when they stand one behind the other.
fn places_of_parts(hashes: &[u64]) -> ([usize; PARTS], [usize; PARTS]) {
    let mut ends = [0; PARTS];
    hashes.iter().for_each(|hash| ends[part_of(*hash)] += 1);
    let mut starts = [0; PARTS];
    let mut end = 0;
    for (start, count) in starts.iter_mut().zip(&mut ends) {
        *start = end;
        end += *count;
        *count = end;
    }
    (starts, ends)
}

/// Two bits a place of a large bitmap tell which hashes can stand there twice, and only those few are sorted: hashes are kept
/// where values hardly repeat. The highest `alike` bits are those that all of them have in common.
fn count_part(runs: &[&[u64]], alike: u32, visit: &mut impl FnMut(u64, u64)) -> (u64, u64) {
    let count: usize = runs.iter().map(|run| run.len()).sum();
    let places = (8 * count).next_power_of_two().max(1 << 10);
    let place_of = |hash: u64| (hash << alike >> (64 - places.ilog2())) as usize;
    // Beside each other, so that both are one step away: which places were taken, and which were taken again.
    let mut taken = vec![[0_u64; 2]; places / 64];
    for hash in runs.iter().copied().flatten() {
        let (word, bit) = (place_of(*hash) / 64, 1 << (place_of(*hash) % 64));
        let [once, again] = &mut taken[word];
        *again |= *once & bit;
        *once |= bit;
    }
    let is_shared = |hash: &u64| taken[place_of(*hash) / 64][1] >> (place_of(*hash) % 64) & 1 == 1;
    // Written whether it stays or not: which ones do cannot be foreseen.
    let mut shared = vec![0; count];
    let mut kept = 0;
    for hash in runs.iter().copied().flatten() {
        shared[kept] = *hash;
        kept += usize::from(is_shared(hash));
    }
    let shared = &mut shared[..kept];
    let alone = (count - kept) as u64;
    shared.sort_unstable();
    let (distinct, unique) = count_sorted(shared, visit);
    (alone + distinct, alone + unique)
}

/// [`count_hashes`] of sorted ones.
fn count_sorted(hashes: &[u64], visit: &mut impl FnMut(u64, u64)) -> (u64, u64) {
    let (mut distinct, mut unique) = (0, 0);
    for same in hashes.chunk_by(|a, b| a == b) {
        distinct += 1;
        if same.len() == 1 {
            unique += 1;
        } else {
            visit(same[0], same.len() as u64);
        }
    }
    (distinct, unique)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::canonical::{Form, Scalar};

    #[test]
    fn hashes_are_counted_and_folded_as_a_sorted_list_has_them() {
        for count in [0, 1, 100, 50_000, 400_000_i64] {
            for spread in [1, 7, 40_000, 300_000, i64::MAX] {
                let mut hashes: Vec<u64> = (0..count)
                    .map(|value| (value % spread).canonical_hash(Form::Integer))
                    .chain([0, u64::MAX, u64::MAX])
                    .collect();
                let mut sorted = hashes.clone();
                sorted.sort_unstable();
                let (mut found, mut expected) = (Vec::new(), Vec::new());
                let counted = count_hashes(&mut hashes, |hash, times| found.push((hash, times)));
                assert_eq!(
                    counted,
                    count_sorted(&sorted, &mut |hash, times| expected.push((hash, times))),
                    "{count} of {spread}"
                );
                found.sort_unstable();
                assert_eq!(found, expected, "{count} of {spread}");
                let expected: Vec<u64> = sorted
                    .chunk_by(|a, b| a == b)
                    .flat_map(|same| &same[..same.len().min(2)])
                    .copied()
                    .collect();
                let mut gone = Vec::new();
                fold_repeated(&mut hashes, |hash| gone.push(hash));
                assert_eq!(hashes, expected, "{count} of {spread}");
                gone.extend(hashes);
                gone.sort_unstable();
                assert_eq!(gone, sorted, "{count} of {spread}");
            }
        }
    }

    #[test]
    fn memory_is_handed_on_and_nothing_of_what_stood_in_it() {
        give_back(vec![1; 4 * SPARE_HASHES]);
        let mut hashes = vec![7; 10];
        reserve_hashes(&mut hashes, 2 * SPARE_HASHES);
        assert_eq!((hashes.as_slice(), hashes.capacity()), (&[7; 10][..], 4 * SPARE_HASHES));
        let mut other = vec![8; 10];
        reserve_hashes(&mut other, 2 * SPARE_HASHES);
        assert!(other.capacity() < 4 * SPARE_HASHES && other.len() == 10);
    }
}
