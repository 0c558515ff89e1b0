//! The shape of a text: `A` for upper case, `a` for lower case, `9` for digits, everything else as it is; runs are kept.
//! Nearly all text figures are functions of the shape, so that they are worked out once a shape and not once a text.

use super::lanes::{LANE, count_bytes, hash_text, lanes_of};
use super::text_kinds::{DROPPED_SET, fold_ascii};
use super::text_scan::{SIGNS, Scan, ScanCounts, scan_text};

/// What a shape says about its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Characters.
    pub chars: u64,
    /// Letters with a case: upper, lower.
    pub upper: u64,
    /// Lower case letters.
    pub lower: u64,
    /// Letters without a case.
    pub caseless: u64,
    /// ASCII digits.
    pub digits: u64,
    /// White space characters.
    pub white: u64,
    /// Plain spaces before the first other character.
    pub leading_spaces: u64,
    /// Plain spaces after the last other character.
    pub trailing_spaces: u64,
    /// Plain spaces between.
    pub inner_spaces: u64,
    /// Characters outside ASCII.
    pub non_ascii: u64,
    /// Invisible and control characters.
    pub non_printing: u64,
    /// Which of [`SIGNS`] there are, one bit each.
    pub signs: u64,
}

/// A shape, and the folded form of its text, in memory that is used again and again. Behind the shape of an ASCII text stand zeros up to a whole lane.
#[derive(Clone, Debug, Default)]
pub struct ShapeText {
    bytes: Vec<u8>,
    length: usize,
    folded: Vec<u8>,
    /// Whether the folded form was written along with the shape.
    is_scanned: bool,
    scan: Scan,
}

impl ShapeText {
    /// The shape.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The shape of an ASCII text lane by lane.
    #[inline(always)]
    pub fn lanes(&self) -> &[[u8; LANE]] {
        self.bytes[..self.length.next_multiple_of(LANE)].as_chunks().0
    }

    fn clear(&mut self) {
        self.length = 0;
    }

    fn push(&mut self, bytes: &[u8]) {
        self.make_room(self.length + bytes.len());
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    #[inline(always)]
    fn make_room(&mut self, length: usize) {
        if self.bytes.len() < length {
            self.bytes.resize(length.next_power_of_two().max(64), 0);
        }
    }

    /// Becomes the shape of an ASCII text. False where the text is not ASCII: the shape then means nothing. Whoever will ask for the
    /// features of this very text has them counted along.
    #[inline(always)]
    pub fn read_ascii(&mut self, text: &[u8], counts: bool) -> bool {
        self.make_room(text.len().next_multiple_of(LANE));
        self.length = text.len();
        if self.folded.len() < text.len() + LANE {
            self.folded.resize((text.len() + LANE).next_power_of_two(), 0);
        }
        self.is_scanned = scan_text(text, &DROPPED_SET, &mut self.bytes, &mut self.folded, counts, &mut self.scan);
        if !self.is_scanned {
            self.read_by_lanes(text);
        }
        self.scan.is_ascii
    }

    /// The same on any processor, without the folded form. Branchless and in whole lanes, so that many bytes are done at once.
    fn read_by_lanes(&mut self, text: &[u8]) {
        let mut seen = 0_u128;
        for (shown, lane) in self.bytes.as_chunks_mut::<LANE>().0.iter_mut().zip(lanes_of(text)) {
            seen |= u128::from_le_bytes(lane);
            *shown = lane_shape(&lane);
        }
        self.scan = Scan {
            is_ascii: seen & u128::from_le_bytes([0x80; LANE]) == 0,
            hash: hash_text(self.as_bytes()),
            ..Scan::default()
        };
    }

    /// The folded form of the ASCII text that was read last.
    #[inline(always)]
    pub fn folded_form(&mut self, text: &[u8]) -> &[u8] {
        if self.is_scanned {
            &self.folded[..self.scan.folded]
        } else {
            fold_ascii(text, &mut self.folded)
        }
    }

    /// [`hash_text`] of the shape of an ASCII text.
    #[inline(always)]
    pub fn hash(&self) -> u64 {
        self.scan.hash
    }

    /// What the shape of an ASCII text says.
    #[inline(always)]
    pub fn features(&self) -> Features {
        match &self.scan.counts {
            Some(counts) => Features::of_counts(self.as_bytes(), counts),
            None => Features::of_ascii_shape(self.as_bytes()),
        }
    }
}

#[inline(always)]
fn lane_shape(lane: &[u8; LANE]) -> [u8; LANE] {
    let mut shape = [0; LANE];
    for (shown, byte) in shape.iter_mut().zip(lane) {
        let byte = if byte.wrapping_sub(b'a') < 26 { b'a' } else { *byte };
        let byte = if byte.wrapping_sub(b'A') < 26 { b'A' } else { byte };
        *shown = if byte.wrapping_sub(b'0') < 10 { b'9' } else { byte };
    }
    shape
}

impl Features {
    /// Of the shape of an ASCII text.
    #[inline]
    pub fn of_ascii_shape(shape: &[u8]) -> Self {
        let ([upper, lower, digits, spaces], controls) = count_bytes(shape, *b"Aa9 ");
        let has_others = upper + lower + digits + spaces < shape.len() as u64;
        let (signs, _) = if has_others {
            count_bytes(shape, SIGNS)
        } else {
            Default::default()
        };
        let signs = (0..)
            .zip(signs)
            .fold(0, |signs, (sign, count)| signs | u64::from(count > 0) << sign);
        let counts = ScanCounts {
            upper,
            lower,
            digits,
            spaces,
            controls,
            signs,
        };
        Self::of_counts(shape, &counts)
    }

    #[inline(always)]
    fn of_counts(shape: &[u8], counts: &ScanCounts) -> Self {
        let mut found = Self {
            chars: shape.len() as u64,
            upper: counts.upper,
            lower: counts.lower,
            digits: counts.digits,
            white: counts.spaces,
            non_printing: counts.controls,
            signs: counts.signs,
            ..Self::default()
        };
        if counts.spaces > 0 {
            found.leading_spaces = shape.iter().take_while(|byte| **byte == b' ').count() as u64;
            found.trailing_spaces = shape.iter().rev().take_while(|byte| **byte == b' ').count() as u64;
            found.inner_spaces = counts.spaces.saturating_sub(found.leading_spaces + found.trailing_spaces);
        }
        if counts.controls > 0 {
            // As char::is_whitespace has it: tab, line feed, vertical tab, form feed, carriage return.
            found.white += shape.iter().filter(|byte| (9..=13).contains(*byte)).count() as u64;
        }
        found
    }
}

/// Walks any text once; `shape` is cleared and receives the shape.
pub fn read_shape(text: &str, shape: &mut ShapeText) -> Features {
    shape.clear();
    let mut found = Features::default();
    let mut spaces_so_far = 0;
    let mut seen_other = false;
    let mut utf8 = [0; 4];
    for ch in text.chars() {
        found.chars += 1;
        if ch == ' ' {
            found.white += 1;
            spaces_so_far += 1;
            shape.push(b" ");
            continue;
        }
        if seen_other {
            found.inner_spaces += spaces_so_far
        } else {
            found.leading_spaces = spaces_so_far
        }
        seen_other = true;
        spaces_so_far = 0;
        let shown = match ch {
            'a'..='z' => {
                found.lower += 1;
                'a'
            }
            'A'..='Z' => {
                found.upper += 1;
                'A'
            }
            '0'..='9' => {
                found.digits += 1;
                '9'
            }
            '!'..='~' => {
                let sign = SIGNS.iter().position(|sign| char::from(*sign) == ch);
                found.signs |= sign.map_or(0, |sign| 1 << sign);
                ch
            }
            _ => read_unusual(ch, &mut found),
        };
        shape.push(shown.encode_utf8(&mut utf8).as_bytes());
    }
    if seen_other {
        found.trailing_spaces = spaces_so_far;
    } else {
        found.leading_spaces = spaces_so_far;
        found.trailing_spaces = spaces_so_far;
    }
    found
}

/// Characters outside printable ASCII.
fn read_unusual(ch: char, found: &mut Features) -> char {
    found.non_ascii += u64::from(!ch.is_ascii());
    found.non_printing += u64::from(is_non_printing(ch));
    found.white += u64::from(ch.is_whitespace());
    if ch.is_uppercase() {
        found.upper += 1;
        'A'
    } else if ch.is_lowercase() {
        found.lower += 1;
        'a'
    } else {
        found.caseless += u64::from(ch.is_alphabetic());
        ch
    }
}

/// Control characters, and spaces, joiners and marks that cannot be seen or told from a plain space.
fn is_non_printing(ch: char) -> bool {
    ch.is_control()
        || matches!(ch, '\u{A0}' | '\u{AD}' | '\u{2000}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{2064}' | '\u{3000}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes_keep_runs_and_literals() {
        let mut shape = ShapeText::default();
        for (text, expected) in [
            ("AB-12x", "AA-99a"),
            ("Ünï 7", "Aaa 9"),
            ("", ""),
            ("中文1", "中文9"),
            ("a\tb", "a\ta"),
        ] {
            read_shape(text, &mut shape);
            assert_eq!(String::from_utf8_lossy(shape.as_bytes()), expected);
        }
    }

    #[test]
    fn spaces_are_told_apart_by_place() {
        let mut shape = ShapeText::default();
        let found = read_shape("  a  b c ", &mut shape);
        assert_eq!(
            (
                found.leading_spaces,
                found.inner_spaces,
                found.trailing_spaces,
                found.white,
                found.chars
            ),
            (2, 3, 1, 6, 9)
        );
        let blank = read_shape("  ", &mut shape);
        assert_eq!((blank.leading_spaces, blank.inner_spaces, blank.trailing_spaces), (2, 0, 2));
        let odd = read_shape("a\u{A0}b\u{200B}\n", &mut shape);
        assert_eq!((odd.non_ascii, odd.non_printing), (2, 3));
    }

    proptest! {
        #[test]
        fn the_quick_way_through_ascii_finds_what_the_long_one_does(text in "[ -~\t\r\n\x00\x0b\x7f ]{0,40}|[ aA9.]{0,6}|[a-z ]{4070,4120}") {
            let (mut quick, mut long) = (ShapeText::default(), ShapeText::default());
            quick.read_ascii(b"what stood there before, and is longer than a lane", false);
            prop_assert!(quick.read_ascii(text.as_bytes(), true));
            let wide = format!("{text}ü");
            prop_assert!(!long.read_ascii(wide.as_bytes(), true));
            let found = read_shape(&text, &mut long);
            prop_assert_eq!(quick.as_bytes(), long.as_bytes());
            let mut plain = ShapeText::default();
            plain.read_ascii("x".repeat(text.len()).as_bytes(), true);
            plain.read_by_lanes(text.as_bytes());
            plain.is_scanned = false;
            prop_assert!(plain.scan.is_ascii);
            prop_assert_eq!((plain.lanes(), plain.hash()), (quick.lanes(), quick.hash()));
            prop_assert_eq!(quick.hash(), hash_text(quick.as_bytes()));
            prop_assert_eq!(plain.folded_form(text.as_bytes()), quick.folded_form(text.as_bytes()));
            let lanes = quick.lanes().as_flattened();
            prop_assert!(lanes.starts_with(quick.as_bytes()) && lanes[text.len()..].iter().all(|byte| *byte == 0));
            prop_assert_eq!([Features::of_ascii_shape(quick.as_bytes()), quick.features(), plain.features()], [found; 3]);
        }
    }
}
