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

/// Writes the shape of an ASCII text; `shape` is cleared first. Branchless, so that it is done for many bytes at once.
pub fn write_ascii_shape(text: &[u8], shape: &mut Vec<u8>) {
    shape.clear();
    shape.extend(text.iter().map(|byte| {
        let byte = if byte.wrapping_sub(b'a') < 26 { b'a' } else { *byte };
        let byte = if byte.wrapping_sub(b'A') < 26 { b'A' } else { byte };
        if byte.wrapping_sub(b'0') < 10 { b'9' } else { byte }
    }));
}

impl Features {
    /// Of the shape of an ASCII text.
    pub fn of_ascii_shape(shape: &[u8]) -> Self {
        let count = |wanted: u8| shape.iter().map(|byte| u64::from(*byte == wanted)).sum::<u64>();
        let mut found = Self {
            chars: shape.len() as u64,
            upper: count(b'A'),
            lower: count(b'a'),
            digits: count(b'9'),
            ..Self::default()
        };
        let spaces = count(b' ');
        found.white = spaces;
        if spaces > 0 {
            found.leading_spaces = shape.iter().take_while(|byte| **byte == b' ').count() as u64;
            found.trailing_spaces = shape.iter().rev().take_while(|byte| **byte == b' ').count() as u64;
            found.inner_spaces = spaces.saturating_sub(found.leading_spaces + found.trailing_spaces);
        }
        if shape.iter().fold(false, |any, byte| any | (*byte < b' ') | (*byte == 0x7F)) {
            let controls = shape.iter().filter(|byte| byte.is_ascii_control());
            found.non_printing = controls.clone().count() as u64;
            // As char::is_whitespace has it: tab, line feed, vertical tab, form feed, carriage return.
            found.white += controls.filter(|byte| (9..=13).contains(*byte)).count() as u64;
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
        fn the_quick_way_through_ascii_finds_what_the_long_one_does(text in "[ -~\t\r\n\x00\x0b\x7f ]{0,40}|[ aA9.]{0,6}") {
            let (mut quick, mut long) = (Vec::new(), Vec::new());
            write_ascii_shape(text.as_bytes(), &mut quick);
            let found = read_shape(&text, &mut long);
            prop_assert_eq!(&quick, &long);
            prop_assert_eq!(Features::of_ascii_shape(&quick), found);
        }
    }
}
