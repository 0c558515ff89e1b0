//! One pass over an ASCII text: its shape, its folded form, a hash of the shape, and how many bytes of each kind there are. Only where
//! the processor can gather bits; elsewhere each is found by itself, in [`super::shapes`].

use super::lanes::LANE;
pub use machine::scan_text;

/// What one pass over a text found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Whether the rest means anything.
    pub is_ascii: bool,
    /// Bytes of the folded form.
    pub folded: usize,
    /// [`hash_text`] of the shape.
    pub hash: u64,
    /// What was counted, where that was asked for.
    pub counts: Option<ScanCounts>,
}

/// Bytes of each kind in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanCounts {
    /// Capital letters.
    pub upper: u64,
    /// Small letters.
    pub lower: u64,
    /// Digits.
    pub digits: u64,
    /// Plain spaces.
    pub spaces: u64,
    /// Control characters.
    pub controls: u64,
    /// Which of [`SIGNS`] there are, one bit each.
    pub signs: u64,
}

/// Signs by which forms of texts are told.
pub const SIGNS: [u8; 7] = *b".:,|;@/";

/// The bits of some of them.
pub const fn bits_of(signs: &[u8]) -> u64 {
    let (mut bits, mut bit) = (0, 0);
    while bit < SIGNS.len() {
        let mut at = 0;
        while at < signs.len() {
            bits |= if signs[at] == SIGNS[bit] { 1 << bit } else { 0 };
            at += 1;
        }
        bit += 1;
    }
    bits
}

/// A set of ASCII characters: for each lower half of a byte, the upper halves with which it is in the set.
#[derive(Clone, Copy, Debug)]
pub struct ByteSet {
    low: [u8; LANE],
}

impl ByteSet {
    /// The bit of each upper half.
    #[cfg(target_arch = "x86_64")]
    const HIGH: [u8; LANE] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

    /// Of the characters of some ranges (first, last).
    pub const fn of_ranges(ranges: &[(u8, u8)]) -> Self {
        let mut set = Self { low: [0; LANE] };
        let mut range = 0;
        while range < ranges.len() {
            let (mut byte, last) = ranges[range];
            while byte <= last {
                set.low[(byte & 0x0F) as usize] |= 1 << (byte >> 4);
                byte += 1;
            }
            range += 1;
        }
        set
    }
}

/// AVX2 and BMI2, where the processor has them.
#[cfg(target_arch = "x86_64")]
mod machine {
    use super::super::lanes::machine::{all, load, store, sum, within};
    use super::super::lanes::{begin_hash, end_hash, last_lane, mix};
    use super::{ByteSet, LANE, SIGNS, Scan, ScanCounts};
    use std::arch::x86_64::{
        __m128i, _bzhi_u64, _mm_add_epi64, _mm_and_si128, _mm_blendv_epi8, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_cvtsi128_si64,
        _mm_extract_epi64, _mm_movemask_epi8, _mm_or_si128, _mm_sad_epu8, _mm_set_epi64x, _mm_setzero_si128, _mm_shuffle_epi8,
        _mm_srli_epi16, _mm_sub_epi8, _mm_unpackhi_epi64, _mm_unpacklo_epi64, _pext_u64,
    };

    /// The shape of an ASCII text and its folded form in one pass, where the processor can gather bits. `shape` has room for whole
    /// lanes, `folded` for a lane more than the text. Bytes of the set are dropped from the folded form. Kinds of bytes are counted where
    /// that is wanted. What was found goes where it stays: on its way through a copy it would be waited for. False where nothing was done.
    #[inline(always)]
    pub fn scan_text(text: &[u8], dropped: &ByteSet, shape: &mut [u8], folded: &mut [u8], counts: bool, found: &mut Scan) -> bool {
        use std::is_x86_feature_detected as has;
        if !(has!("avx2") && has!("bmi2") && has!("popcnt")) {
            return false;
        }
        // SAFETY: the processor was asked.
        unsafe {
            // A counter of eight bits in each byte of a lane holds so many lanes.
            if counts && text.len() <= LANE * 255 {
                scan_by_gathering::<true>(text, dropped, shape, folded, found);
            } else {
                scan_by_gathering::<false>(text, dropped, shape, folded, found);
            }
        }
        true
    }

    /// For each lower half of a byte, and each upper one, the signs that have it.
    const SIGN_HALVES: [[u8; LANE]; 2] = {
        let mut halves = [[0; LANE]; 2];
        let mut sign = 0;
        while sign < SIGNS.len() {
            halves[0][(SIGNS[sign] & 0x0F) as usize] |= 1 << sign;
            halves[1][(SIGNS[sign] >> 4) as usize] |= 1 << sign;
            sign += 1;
        }
        halves
    };

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn scan_by_gathering<const COUNTS: bool>(text: &[u8], dropped: &ByteSet, shape: &mut [u8], folded: &mut [u8], found: &mut Scan) {
        let mut scanner = Scanner {
            low: load(&dropped.low),
            high: load(&ByteSet::HIGH),
            seen: _mm_setzero_si128(),
            signs: _mm_setzero_si128(),
            counters: [_mm_setzero_si128(); 5],
            hash: begin_hash(text.len()),
            folded,
            end: 0,
        };
        let (lanes, rest) = text.as_chunks::<LANE>();
        let mut shapes = shape.as_chunks_mut::<LANE>().0.iter_mut();
        for (lane, shown) in lanes.iter().zip(&mut shapes) {
            store(shown, scanner.read::<COUNTS>(load(lane), [u64::MAX; 2]));
        }
        if !rest.is_empty()
            && let Some(shown) = shapes.next()
        {
            // The zeros behind a text do not stay.
            let bits = 8 * rest.len() as u32;
            let stays = [_bzhi_u64(u64::MAX, bits.min(64)), _bzhi_u64(u64::MAX, bits.saturating_sub(64))];
            store(shown, scanner.read::<COUNTS>(number(last_lane(text, rest)), stays));
        }
        found.is_ascii = _mm_movemask_epi8(scanner.seen) == 0;
        found.folded = scanner.end;
        found.hash = end_hash(scanner.hash, text.len());
        found.counts = COUNTS.then(|| {
            let [upper, lower, digits, spaces, controls] = scanner.counters;
            let [[upper, lower], [digits, spaces]] = [sums(upper, lower), sums(digits, spaces)];
            let [front, back] = halves(scanner.signs);
            let signs = front | back;
            let signs = signs | signs >> 32;
            let signs = signs | signs >> 16;
            ScanCounts {
                upper,
                lower,
                digits,
                spaces,
                // The zeros behind the last lane were taken for some.
                controls: sum(controls) - (text.len().next_multiple_of(LANE) - text.len()) as u64,
                signs: (signs | signs >> 8) & 0xFF,
            }
        });
    }

    /// The sums of two lanes of counters, side by side.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn sums(first: __m128i, second: __m128i) -> [u64; 2] {
        let (first, second) = (_mm_sad_epu8(first, _mm_setzero_si128()), _mm_sad_epu8(second, _mm_setzero_si128()));
        halves(_mm_add_epi64(_mm_unpacklo_epi64(first, second), _mm_unpackhi_epi64(first, second)))
    }

    /// What was found so far.
    struct Scanner<'a> {
        low: __m128i,
        high: __m128i,
        seen: __m128i,
        signs: __m128i,
        /// Eight bits for each byte of a lane: capitals, small letters, digits, spaces, controls.
        counters: [__m128i; 5],
        hash: u64,
        folded: &'a mut [u8],
        end: usize,
    }

    impl Scanner<'_> {
        /// Says the shape of a lane, and adds those bytes to the folded form that may stay.
        #[inline]
        #[target_feature(enable = "avx2,bmi2,popcnt")]
        fn read<const COUNTS: bool>(&mut self, lane: __m128i, may_stay: [u64; 2]) -> __m128i {
            self.seen = _mm_or_si128(self.seen, lane);
            let (upper, lower, digit) = (within(lane, b'A', b'Z'), within(lane, b'a', b'z'), within(lane, b'0', b'9'));
            let shape = _mm_blendv_epi8(lane, all(b'A'), upper);
            let shape = _mm_blendv_epi8(shape, all(b'a'), lower);
            let shape = _mm_blendv_epi8(shape, all(b'9'), digit);
            self.hash = mix(self.hash, halves(shape));
            let capital = _mm_sub_epi8(lane, _mm_and_si128(lower, all(b' ')));
            let high_half = _mm_and_si128(_mm_srli_epi16::<4>(lane), all(0x0F));
            if COUNTS {
                let control = _mm_or_si128(_mm_cmplt_epi8(lane, all(b' ')), _mm_cmpeq_epi8(lane, all(0x7F)));
                let kinds = [upper, lower, digit, _mm_cmpeq_epi8(lane, all(b' ')), control];
                for (counter, kind) in self.counters.iter_mut().zip(kinds) {
                    *counter = _mm_sub_epi8(*counter, kind);
                }
                let [sign_low, sign_high] = SIGN_HALVES;
                let here = _mm_and_si128(
                    _mm_shuffle_epi8(load(&sign_low), lane),
                    _mm_shuffle_epi8(load(&sign_high), high_half),
                );
                self.signs = _mm_or_si128(self.signs, here);
            }
            let dropped = _mm_and_si128(_mm_shuffle_epi8(self.low, lane), _mm_shuffle_epi8(self.high, high_half));
            let stays = halves(_mm_cmpeq_epi8(dropped, _mm_setzero_si128()));
            for ((half, stays), may_stay) in halves(capital).into_iter().zip(stays).zip(may_stay) {
                let stays = stays & may_stay;
                self.folded[self.end..self.end + 8].copy_from_slice(&_pext_u64(half, stays).to_le_bytes());
                self.end += (stays.count_ones() / 8) as usize;
            }
            shape
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(lane: __m128i) -> [u64; 2] {
        [_mm_cvtsi128_si64(lane) as u64, _mm_extract_epi64::<1>(lane) as u64]
    }

    /// A lane that was made, not read: through memory it would be waited for.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn number(lane: u128) -> __m128i {
        _mm_set_epi64x((lane >> 64) as i64, lane as i64)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod machine {
    use super::{ByteSet, Scan};

    /// Only some processors can.
    pub fn scan_text(_text: &[u8], _dropped: &ByteSet, _shape: &mut [u8], _folded: &mut [u8], _counts: bool, _found: &mut Scan) -> bool {
        false
    }
}
