//! The shape of a text: `A` for upper case, `a` for lower case, `9` for digits, everything else as it is; runs are kept.
//! Building it also counts what the other text figures need, so that a text is walked once.

/// What one walk over a text finds.
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

/// Walks the text once; `shape` is cleared and receives the shape.
pub fn read_shape(text: &str, shape: &mut String) -> Features {
    shape.clear();
    let mut found = Features::default();
    let mut spaces_so_far = 0;
    let mut seen_other = false;
    for ch in text.chars() {
        found.chars += 1;
        if ch == ' ' {
            found.white += 1;
            spaces_so_far += 1;
            shape.push(' ');
            continue;
        }
        if seen_other {
            found.inner_spaces += spaces_so_far
        } else {
            found.leading_spaces = spaces_so_far
        }
        seen_other = true;
        spaces_so_far = 0;
        shape.push(match ch {
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
        });
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

    #[test]
    fn shapes_keep_runs_and_literals() {
        let mut shape = String::new();
        for (text, expected) in [
            ("AB-12x", "AA-99a"),
            ("Ünï 7", "Aaa 9"),
            ("", ""),
            ("中文1", "中文9"),
            ("a\tb", "a\tb"),
        ] {
            read_shape(text, &mut shape);
            let expected = if text == "a\tb" { "a\ta" } else { expected };
            assert_eq!(shape, expected);
        }
    }

    #[test]
    fn spaces_are_told_apart_by_place() {
        let mut shape = String::new();
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
}
