//! XXH64, written for many short inputs: inlined, so that neighbouring hashes overlap. A test holds it against the crate that is
//! the real thing.

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// XXH64 of some bytes.
#[inline]
pub fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    let [p1, p2, _, p4, p5] = PRIMES;
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut hash = if stripes.is_empty() {
        seed.wrapping_add(p5)
    } else {
        let mut lanes = [
            seed.wrapping_add(p1).wrapping_add(p2),
            seed.wrapping_add(p2),
            seed,
            seed.wrapping_sub(p1),
        ];
        for stripe in stripes {
            for (lane, word) in lanes.iter_mut().zip(stripe.as_chunks::<8>().0) {
                *lane = round(*lane, u64::from_le_bytes(*word));
            }
        }
        let [a, b, c, d] = lanes;
        let hash = a
            .rotate_left(1)
            .wrapping_add(b.rotate_left(7))
            .wrapping_add(c.rotate_left(12))
            .wrapping_add(d.rotate_left(18));
        lanes
            .iter()
            .fold(hash, |hash, lane| (hash ^ round(0, *lane)).wrapping_mul(p1).wrapping_add(p4))
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        hash = add_word(hash, u64::from_le_bytes(*word));
    }
    let mut rest = rest;
    if let Some((half, behind)) = rest.split_first_chunk::<4>() {
        let half = u64::from(u32::from_le_bytes(*half)).wrapping_mul(p1);
        hash = (hash ^ half).rotate_left(23).wrapping_mul(p2).wrapping_add(PRIMES[2]);
        rest = behind;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(p5)).rotate_left(11).wrapping_mul(p1);
    }
    avalanche(hash)
}

/// XXH64 of the eight little-endian bytes of a word.
#[inline]
pub fn xxh64_word(word: u64, seed: u64) -> u64 {
    avalanche(add_word(seed.wrapping_add(PRIMES[4]).wrapping_add(8), word))
}

/// The word of which [`xxh64_word`] is the hash: over eight bytes every step of XXH64 can be undone.
pub fn word_of_xxh64(hash: u64, seed: u64) -> u64 {
    const BACK: [u64; 3] = [inverse(PRIMES[0]), inverse(PRIMES[1]), inverse(PRIMES[2])];
    let hash = (hash ^ (hash >> 32)).wrapping_mul(BACK[2]);
    let half = hash ^ (hash >> 29);
    let hash = (hash ^ (half >> 29)).wrapping_mul(BACK[1]);
    let hash = hash ^ (hash >> 33);
    let rounded = hash.wrapping_sub(PRIMES[3]).wrapping_mul(BACK[0]).rotate_right(27) ^ seed.wrapping_add(PRIMES[4]).wrapping_add(8);
    rounded.wrapping_mul(BACK[0]).rotate_right(31).wrapping_mul(BACK[1])
}

/// What an odd number is multiplied by to be 1, modulo 2^64 (Newton: each step doubles the bits that are right).
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut bits = 3;
    while bits < 64 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse
}

#[inline(always)]
fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1]))
        .rotate_left(31)
        .wrapping_mul(PRIMES[0])
}

#[inline(always)]
fn add_word(hash: u64, word: u64) -> u64 {
    (hash ^ round(0, word))
        .rotate_left(27)
        .wrapping_mul(PRIMES[0])
        .wrapping_add(PRIMES[3])
}

#[inline(always)]
fn avalanche(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hashes_are_those_of_the_crate(bytes in prop::collection::vec(any::<u8>(), 0..200), seed in any::<u64>()) {
            prop_assert_eq!(xxh64(&bytes, seed), xxhash_rust::xxh64::xxh64(&bytes, seed));
            let word = seed.wrapping_mul(bytes.len() as u64 + 3);
            prop_assert_eq!(xxh64_word(word, seed), xxhash_rust::xxh64::xxh64(&word.to_le_bytes(), seed));
            prop_assert_eq!(word_of_xxh64(xxh64_word(word, seed), seed), word);
        }
    }
}
