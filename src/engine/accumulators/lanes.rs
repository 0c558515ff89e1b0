//! Sixteen bytes of a text at once, in the vector instructions that every processor of the kind has; elsewhere byte by byte.

/// Bytes that are worked on at once.
pub const LANE: usize = 16;

/// Up to sixteen bytes as a number, the first one lowest, zeros behind them; without a call to copy them.
#[inline(always)]
pub fn padded(rest: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        return u128::from(first) | u128::from(last) << (8 * (rest.len() - 8));
    }
    if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u128::from(u64::from(first) | u64::from(last) << (8 * (rest.len() - 4)));
    }
    let byte = |at: usize| u128::from(rest[at]) << (8 * at);
    match rest.len() {
        0 => 0,
        length => byte(0) | byte(length / 2) | byte(length - 1),
    }
}

/// The lanes of a text, the last one with zeros behind it; nothing for an empty one.
#[inline(always)]
pub fn lanes_of(text: &[u8]) -> impl Iterator<Item = [u8; LANE]> {
    let (lanes, rest) = text.as_chunks::<LANE>();
    let last = (!rest.is_empty()).then(|| last_lane(text, rest).to_le_bytes());
    lanes.iter().copied().chain(last)
}

/// The rest of a text that is not a whole lane. Of a longer text without a branch.
#[inline(always)]
pub(super) fn last_lane(text: &[u8], rest: &[u8]) -> u128 {
    match text.last_chunk::<LANE>() {
        Some(last) => u128::from_le_bytes(*last) >> (8 * (LANE - rest.len())),
        None => padded(rest),
    }
}

/// A hash of a text for the engine's own counting, quicker than the one that Spark shares.
#[inline(always)]
pub fn hash_text(text: &[u8]) -> u64 {
    let hash = lanes_of(text).fold(begin_hash(text.len()), |hash, lane| {
        let lane = u128::from_le_bytes(lane);
        mix(hash, [lane as u64, (lane >> 64) as u64])
    });
    end_hash(hash, text.len())
}

#[inline(always)]
pub(super) fn begin_hash(length: usize) -> u64 {
    length as u64 ^ 0xA076_1D64_78BD_642F
}

#[inline(always)]
pub(super) fn end_hash(hash: u64, length: usize) -> u64 {
    mix(hash, [0xE703_7ED1_A0B4_28DB, length as u64])
}

#[inline(always)]
pub(super) fn mix(hash: u64, [low, high]: [u64; 2]) -> u64 {
    let product = u128::from(low ^ hash) * u128::from(high ^ 0x9E37_79B9_7F4A_7C15);
    product as u64 ^ (product >> 64) as u64
}

/// How many bytes are equal to each of the kinds, and how many are control characters.
#[inline(always)]
pub fn count_bytes<const KINDS: usize>(text: &[u8], kinds: [u8; KINDS]) -> ([u64; KINDS], u64) {
    let (mut totals, mut controls) = ([0; KINDS], 0);
    // A counter of eight bits in each byte of a lane holds so many lanes.
    for text in text.chunks(LANE * 255) {
        let (counts, found) = count_few(text, kinds);
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        // The zeros behind the last lane were taken for some.
        controls += found - (text.len().next_multiple_of(LANE) - text.len()) as u64;
    }
    (totals, controls)
}

/// SSE2, which every processor of this kind has, though the compiler wants to be told.
#[cfg(target_arch = "x86_64")]
pub(super) mod machine {
    use super::{LANE, lanes_of};
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128,
        _mm_sad_epu8, _mm_set1_epi8, _mm_setzero_si128, _mm_storeu_si128, _mm_sub_epi8, _mm_unpackhi_epi64,
    };

    #[inline(always)]
    pub fn count_few<const KINDS: usize>(text: &[u8], kinds: [u8; KINDS]) -> ([u64; KINDS], u64) {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { count_in_lanes(text, kinds) }
    }

    /// For each wanted byte, which bytes of the block equal it.
    #[inline(always)]
    pub fn equal_masks<const WANTED: usize>(block: &[u8; 64], wanted: [u8; WANTED]) -> [u64; WANTED] {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { equal_in_lanes(block, wanted) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn equal_in_lanes<const WANTED: usize>(block: &[u8; 64], wanted: [u8; WANTED]) -> [u64; WANTED] {
        let mut masks = [0; WANTED];
        for (at, lane) in block.as_chunks::<LANE>().0.iter().enumerate() {
            let lane = load(lane);
            for (mask, wanted) in masks.iter_mut().zip(wanted) {
                *mask |= u64::from(_mm_movemask_epi8(_mm_cmpeq_epi8(lane, all(wanted))) as u16) << (LANE * at);
            }
        }
        masks
    }

    /// Which bytes of an ASCII lane lie in any of the ranges (first, last).
    #[inline(always)]
    pub fn mask_within<const RANGES: usize>(lane: &[u8; LANE], ranges: [(u8, u8); RANGES]) -> u64 {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { mask_of_lane(lane, ranges) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn within(lane: __m128i, first: u8, last: u8) -> __m128i {
        // Moved so that the range begins at the smallest signed byte.
        let moved = _mm_add_epi8(lane, all(0x80_u8.wrapping_sub(first)));
        _mm_cmplt_epi8(moved, all(0x81_u8.wrapping_add(last - first)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn load(lane: &[u8; LANE]) -> __m128i {
        // SAFETY: the reference is to sixteen bytes, and they need not be aligned.
        unsafe { _mm_loadu_si128(lane.as_ptr().cast()) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn store(lane: &mut [u8; LANE], bytes: __m128i) {
        // SAFETY: the reference is to sixteen bytes, and they need not be aligned.
        unsafe { _mm_storeu_si128(lane.as_mut_ptr().cast(), bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn all(byte: u8) -> __m128i {
        _mm_set1_epi8(byte as i8)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn sum(counters: __m128i) -> u64 {
        let halves = _mm_sad_epu8(counters, _mm_setzero_si128());
        (_mm_cvtsi128_si64(halves) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves))) as u64
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn count_in_lanes<const KINDS: usize>(text: &[u8], kinds: [u8; KINDS]) -> ([u64; KINDS], u64) {
        let (mut counters, mut controls) = ([_mm_setzero_si128(); KINDS], _mm_setzero_si128());
        for lane in lanes_of(text) {
            let lane = load(&lane);
            for (counter, kind) in counters.iter_mut().zip(kinds) {
                *counter = _mm_sub_epi8(*counter, _mm_cmpeq_epi8(lane, all(kind)));
            }
            // Bytes beyond ASCII are negative, but for those nobody asks.
            let control = _mm_or_si128(_mm_cmplt_epi8(lane, all(b' ')), _mm_cmpeq_epi8(lane, all(0x7F)));
            controls = _mm_sub_epi8(controls, control);
        }
        let mut counts = [0; KINDS];
        for (count, counter) in counts.iter_mut().zip(counters) {
            *count = sum(counter);
        }
        (counts, sum(controls))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn mask_of_lane<const RANGES: usize>(lane: &[u8; LANE], ranges: [(u8, u8); RANGES]) -> u64 {
        let (lane, mut found) = (load(lane), _mm_setzero_si128());
        for (first, last) in ranges {
            found = _mm_or_si128(found, within(lane, first, last));
        }
        u64::from(_mm_movemask_epi8(found) as u16)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod machine {
    use super::{LANE, lanes_of};

    pub fn count_few<const KINDS: usize>(text: &[u8], kinds: [u8; KINDS]) -> ([u64; KINDS], u64) {
        let (mut counts, mut controls) = ([0; KINDS], 0);
        for byte in lanes_of(text).flatten() {
            counts
                .iter_mut()
                .zip(kinds)
                .for_each(|(count, kind)| *count += u64::from(byte == kind));
            controls += u64::from(byte < b' ' || byte == 0x7F);
        }
        (counts, controls)
    }

    /// For each wanted byte, which bytes of the block equal it; eight bytes at a time.
    pub fn equal_masks<const WANTED: usize>(block: &[u8; 64], wanted: [u8; WANTED]) -> [u64; WANTED] {
        const LOW: u64 = 0x0101_0101_0101_0101;
        const BELOW_HIGH: u64 = 0x7F7F_7F7F_7F7F_7F7F;
        // Moves the lowest bit of byte i to bit 56 + i.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let mut masks = [0; WANTED];
        for (at, word) in block.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            for (mask, wanted) in masks.iter_mut().zip(wanted) {
                let differ = word ^ (LOW * u64::from(wanted));
                // The highest bit of each byte that is zero, and no other.
                let equal = !(((differ & BELOW_HIGH) + BELOW_HIGH) | differ | BELOW_HIGH);
                *mask |= ((equal >> 7).wrapping_mul(GATHER) >> 56) << (8 * at);
            }
        }
        masks
    }

    /// Which bytes of an ASCII lane lie in any of the ranges (first, last).
    pub fn mask_within<const RANGES: usize>(lane: &[u8; LANE], ranges: [(u8, u8); RANGES]) -> u64 {
        let within = |byte: u8| ranges.iter().any(|range| (range.0..=range.1).contains(&byte));
        (0..LANE).fold(0, |mask, at| mask | u64::from(within(lane[at])) << at)
    }
}

use machine::count_few;
pub use machine::{equal_masks, mask_within};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_that_differ_anywhere_have_different_hashes() {
        let mut hashes = std::collections::HashSet::new();
        for length in 0..80 {
            let text = vec![b'a'; length];
            assert!(hashes.insert(hash_text(&text)));
            for at in 0..length {
                for bit in 0..8 {
                    let mut other = text.clone();
                    other[at] ^= 1 << bit;
                    assert!(hashes.insert(hash_text(&other)), "{length} {at} {bit}");
                }
            }
        }
        // Their bits are spread: each is set in about half of them.
        for bit in 0..64 {
            let set = hashes.iter().filter(|hash| *hash >> bit & 1 == 1).count() as f64 / hashes.len() as f64;
            assert!((0.48..0.52).contains(&set), "bit {bit}: {set}");
        }
    }

    proptest! {
        #[test]
        fn lanes_say_what_single_bytes_do(text in prop::collection::vec(0_u8..128, 0..70), long in 0_usize..3) {
            let text = text.repeat(1 + long * 80);
            let bytes: Vec<u8> = lanes_of(&text).flatten().collect();
            prop_assert_eq!(bytes.len(), text.len().next_multiple_of(LANE));
            prop_assert_eq!(&bytes[..text.len()], &text[..]);
            prop_assert!(bytes[text.len()..].iter().all(|byte| *byte == 0));
            let (counts, controls) = count_bytes(&text, [b'A', 0, b' ']);
            let count = |is: &dyn Fn(u8) -> bool| text.iter().filter(|byte| is(**byte)).count() as u64;
            // Of zeros, those behind the last lane are counted too.
            prop_assert_eq!([counts[0], counts[2]], [count(&|byte| byte == b'A'), count(&|byte| byte == b' ')]);
            prop_assert_eq!(controls, count(&|byte| byte < b' ' || byte == 0x7F));
            for lane in lanes_of(&text) {
                let ranges = [(9, 13), (b'A', b'Z'), (127, 127), (0, 0)];
                let plain = (0..LANE).fold(0, |mask, at| mask | u64::from(ranges.iter().any(|(first, last)| (*first..=*last).contains(&lane[at]))) << at);
                prop_assert_eq!(mask_within(&lane, ranges), plain);
            }
        }
    }
}
