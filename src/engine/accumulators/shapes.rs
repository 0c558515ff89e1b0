//! The shape of a text: `A` for upper case, `a` for lower case, `9` for digits, everything else as it is; runs are kept.
//! Nearly all text figures are functions of the shape, so that they are worked out once a shape and not once a text.

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
}

/// Bytes that are worked on at once.
const LANE: usize = 16;

/// Writes the shape of an ASCII text; `shape` is cleared first. False where the text is not ASCII: the shape then means nothing.
/// Branchless and in whole lanes, so that many bytes are done at once, also of short texts.
pub fn write_ascii_shape(text: &[u8], shape: &mut Vec<u8>) -> bool {
    shape.clear();
    let (lanes, rest) = text.as_chunks::<LANE>();
    let mut seen = 0;
    for lane in lanes {
        shape.extend_from_slice(&lane_shape(lane, &mut seen));
    }
    if !rest.is_empty() {
        let mut lane = [0; LANE];
        lane[..rest.len()].copy_from_slice(rest);
        shape.extend_from_slice(&lane_shape(&lane, &mut seen));
        shape.truncate(text.len());
    }
    seen < 0x80
}

#[inline]
fn lane_shape(lane: &[u8; LANE], seen: &mut u8) -> [u8; LANE] {
    *seen |= lane.iter().fold(0, |all, byte| all | byte);
    let mut shape = [0; LANE];
    for (shown, byte) in shape.iter_mut().zip(lane) {
        let byte = if byte.wrapping_sub(b'a') < 26 { b'a' } else { *byte };
        let byte = if byte.wrapping_sub(b'A') < 26 { b'A' } else { byte };
        *shown = if byte.wrapping_sub(b'0') < 10 { b'9' } else { byte };
    }
    shape
}

/// How many bytes of a shape are upper, lower, digits, spaces and control characters, a lane at a time.
fn count_kinds(shape: &[u8]) -> [u64; 5] {
    let mut total = [0; 5];
    // A counter of eight bits in each lane holds so many lanes.
    for shape in shape.chunks(LANE * 255) {
        let mut counts = [[0_u8; LANE]; 5];
        let (lanes, rest) = shape.as_chunks::<LANE>();
        lanes.iter().for_each(|lane| count_lane(lane, &mut counts));
        if !rest.is_empty() {
            let mut lane = [b'!'; LANE];
            lane[..rest.len()].copy_from_slice(rest);
            count_lane(&lane, &mut counts);
        }
        for (total, counts) in total.iter_mut().zip(counts) {
            *total += counts.iter().map(|count| u64::from(*count)).sum::<u64>();
        }
    }
    total
}

#[inline]
fn count_lane(lane: &[u8; LANE], counts: &mut [[u8; LANE]; 5]) {
    let [upper, lower, digits, spaces, controls] = counts;
    for (at, byte) in lane.iter().enumerate() {
        upper[at] += u8::from(*byte == b'A');
        lower[at] += u8::from(*byte == b'a');
        digits[at] += u8::from(*byte == b'9');
        spaces[at] += u8::from(*byte == b' ');
        controls[at] += u8::from((*byte < b' ') | (*byte == 0x7F));
    }
}

impl Features {
    /// Of the shape of an ASCII text.
    pub fn of_ascii_shape(shape: &[u8]) -> Self {
        let [upper, lower, digits, spaces, controls] = count_kinds(shape);
        let mut found = Self {
            chars: shape.len() as u64,
            upper,
            lower,
            digits,
            white: spaces,
            non_printing: controls,
            ..Self::default()
        };
        if spaces > 0 {
            found.leading_spaces = shape.iter().take_while(|byte| **byte == b' ').count() as u64;
            found.trailing_spaces = shape.iter().rev().take_while(|byte| **byte == b' ').count() as u64;
            found.inner_spaces = spaces.saturating_sub(found.leading_spaces + found.trailing_spaces);
        }
        if controls > 0 {
            // As char::is_whitespace has it: tab, line feed, vertical tab, form feed, carriage return.
            found.white += shape.iter().filter(|byte| (9..=13).contains(*byte)).count() as u64;
        }
        found
    }
}

/// Walks any text once; `shape` is cleared and receives the shape.
pub fn read_shape(text: &str, shape: &mut Vec<u8>) -> Features {
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
            shape.push(b' ');
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
            '!'..='~' => ch,
            _ => read_unusual(ch, &mut found),
        };
        shape.extend_from_slice(shown.encode_utf8(&mut utf8).as_bytes());
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
        let mut shape = Vec::new();
        for (text, expected) in [
            ("AB-12x", "AA-99a"),
            ("Ünï 7", "Aaa 9"),
            ("", ""),
            ("中文1", "中文9"),
            ("a\tb", "a\ta"),
        ] {
            read_shape(text, &mut shape);
            assert_eq!(String::from_utf8_lossy(&shape), expected);
        }
    }

    #[test]
    fn spaces_are_told_apart_by_place() {
        let mut shape = Vec::new();
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
            let (mut quick, mut long) = (Vec::new(), Vec::new());
            prop_assert!(write_ascii_shape(text.as_bytes(), &mut quick));
            let wide = format!("{text}ü");
            prop_assert!(!write_ascii_shape(wide.as_bytes(), &mut long));
            let found = read_shape(&text, &mut long);
            prop_assert_eq!(&quick, &long);
            prop_assert_eq!(Features::of_ascii_shape(&quick), found);
        }
    }
}
