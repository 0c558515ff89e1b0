//! What a single text says: a stand-in for "missing", a number, a truth value, quoted text; and its folded form.

use super::lanes::{LANE, lanes_of, mask_within};
use super::text_scan::ByteSet;

/// Words that people write where a value is missing.
const MISSING_WORDS: [&str; 10] = ["blank", "error", "missing", "tbd", "n/a", "na", "#na", "none", "null", "unknown"];

/// Bytes of the longest: "missing" and "unknown".
pub const LONGEST_MISSING_WORD: usize = 7;

/// Whether the text stands for "missing". Capitals and outer spaces do not matter.
pub fn is_dummy(text: &str) -> bool {
    let text = text.trim();
    if text == "." || text == "?" {
        return true;
    }
    if is_repeat(text) {
        return true;
    }
    let word = [('(', ')'), ('[', ']')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)))
        .map_or(text, str::trim);
    word.len() <= LONGEST_MISSING_WORD && MISSING_WORDS.iter().any(|missing| word.eq_ignore_ascii_case(missing))
}

/// The shapes of the words, letters as `a`.
pub fn missing_word_shapes() -> impl Iterator<Item = &'static [u8]> {
    ["aaaaa", "aaaaaaa", "aaa", "a/a", "aa", "#aa", "aaaa"]
        .into_iter()
        .map(str::as_bytes)
}

/// Two or more of one of `- . 0 x 9 z` and nothing else.
fn is_repeat(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first().map(u8::to_ascii_lowercase) else {
        return false;
    };
    bytes.len() > 1 && b"-.0x9z".contains(&first) && bytes.iter().all(|byte| byte.to_ascii_lowercase() == first)
}

/// Whether the text is a plain number: sign, digits, point, exponent; outer spaces do not matter.
pub fn is_numeric(text: &str) -> bool {
    is_plain_number(text.trim().as_bytes())
}

/// [`is_numeric`] without spaces around.
pub fn is_plain_number(bytes: &[u8]) -> bool {
    let unsigned = match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let (whole, rest) = take_digits(unsigned);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => take_digits(rest),
        rest => (0, rest),
    };
    if whole + fraction == 0 {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..] => {
            let (digits, rest) = take_digits(rest);
            digits > 0 && rest.is_empty()
        }
        _ => false,
    }
}

fn take_digits(bytes: &[u8]) -> (usize, &[u8]) {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &bytes[count..])
}

/// Whether the text says true or false, yes or no.
pub fn is_truth_word(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 5
        && ["true", "false", "yes", "no", "t", "f", "y", "n"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether the first and last characters are one kind of quote.
pub fn is_quoted(text: &[u8]) -> bool {
    matches!(text, [b'"', .., b'"'] | [b'\'', .., b'\''])
}

/// Folds case and drops spaces, quotes and punctuation.
pub fn fold_text(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        let length = fold_ascii(text.as_bytes(), out).len();
        return out.truncate(length);
    }
    out.clear();
    let mut utf8 = [0; 4];
    for ch in text.chars() {
        if ch.is_alphanumeric() {
            ch.to_uppercase()
                .for_each(|ch| out.extend_from_slice(ch.encode_utf8(&mut utf8).as_bytes()));
        } else if !ch.is_whitespace() && !is_dropped(ch) {
            out.extend_from_slice(ch.encode_utf8(&mut utf8).as_bytes());
        }
    }
}

/// [`fold_text`] for ASCII, in a part of `out`, which only grows: pieces become masks of the bytes that stay, and these are moved run
/// by run.
pub fn fold_ascii<'a>(text: &[u8], out: &'a mut Vec<u8>) -> &'a [u8] {
    const PIECE: usize = 64;
    // A run is moved in whole lanes.
    if out.len() < text.len() + LANE {
        out.resize((text.len() + LANE).next_power_of_two(), 0);
    }
    let mut end = 0;
    for piece in text.chunks(PIECE) {
        let mut upper = [0; PIECE + LANE];
        let mut stays = u64::MAX >> (PIECE - piece.len());
        for (at, lane) in lanes_of(piece).enumerate() {
            stays &= !(mask_within(&lane, DROPPED_RANGES) << (LANE * at));
            upper[LANE * at..LANE * (at + 1)].copy_from_slice(&lane.map(|byte| byte.to_ascii_uppercase()));
        }
        while stays != 0 {
            let start = stays.trailing_zeros() as usize;
            let run = (!(stays >> start)).trailing_zeros() as usize;
            for at in (0..run).step_by(LANE) {
                let lane: [u8; LANE] = upper[start + at..start + at + LANE].try_into().expect("a lane");
                out[end + at..end + at + LANE].copy_from_slice(&lane);
            }
            end += run;
            // The lowest run goes: one more than it carries to its end.
            stays &= stays.wrapping_add(1 << start);
        }
    }
    &out[..end]
}

/// Whether folding leaves an ASCII text of this shape as it is.
pub fn folds_to_itself(shape: &[u8]) -> bool {
    !shape.iter().any(|byte| *byte == b'a' || DROPPED_ASCII[usize::from(*byte)])
}

/// ASCII without the white space around it, as `str::trim` has it.
pub fn trim_ascii_white(mut text: &[u8]) -> &[u8] {
    while let [b' ' | 9..=13, rest @ ..] | [rest @ .., b' ' | 9..=13] = text {
        text = rest;
    }
    text
}

/// ASCII characters that folding drops, from the first to the last: white space, quotes, punctuation.
const DROPPED_RANGES: [(u8, u8); 7] = [
    (9, 13),
    (b' ', b'"'),
    (b'\'', b'\''),
    (b',', b'.'),
    (b':', b';'),
    (b'?', b'?'),
    (b'`', b'`'),
];

/// The same.
pub const DROPPED_SET: ByteSet = ByteSet::of_ranges(&DROPPED_RANGES);

const DROPPED_ASCII: [bool; 256] = {
    let mut dropped = [false; 256];
    let mut range = 0;
    while range < DROPPED_RANGES.len() {
        let (mut byte, last) = DROPPED_RANGES[range];
        while byte <= last {
            dropped[byte as usize] = true;
            byte += 1;
        }
        range += 1;
    }
    dropped
};

fn is_dropped(ch: char) -> bool {
    matches!(
        ch,
        '\'' | '"' | '`' | ',' | '.' | '-' | ';' | ':' | '!' | '?' | '\u{2010}'..='\u{201F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stand_ins_for_missing_are_known() {
        for text in [
            "N/A",
            " na ",
            "(none)",
            "[ Unknown ]",
            "(    unknown    )",
            ".",
            "?",
            "--",
            "000",
            "xX",
            "9999",
            "ZZ",
            "#NA",
            "...",
        ] {
            assert!(is_dummy(text), "{text:?}");
        }
        for text in ["0", "x", "9", "-", "nano", "(none", "010", "xyz", "99.9", ""] {
            assert!(!is_dummy(text), "{text:?}");
        }
    }

    #[test]
    fn every_word_for_missing_has_a_listed_shape() {
        for word in MISSING_WORDS {
            let shape: String = word.chars().map(|ch| if ch.is_alphabetic() { 'a' } else { ch }).collect();
            assert!(missing_word_shapes().any(|known| known == shape.as_bytes()), "{word}");
        }
    }

    #[test]
    fn numbers_and_truth_words_are_known() {
        for text in ["1", "-1.5", "+.5", "5.", "1e9", "1E-3", " 7 "] {
            assert!(is_numeric(text), "{text:?}");
        }
        for text in ["", ".", "-", "1e", "1,000", "0x1", "1 2", "nan", "--1"] {
            assert!(!is_numeric(text), "{text:?}");
        }
        assert!(is_truth_word("Yes") && is_truth_word("F") && !is_truth_word("1") && !is_truth_word("maybe"));
        assert!(is_quoted(b"\"a\"") && is_quoted(b"''") && !is_quoted(b"\"") && !is_quoted(b"\"a'"));
    }

    #[test]
    fn folding_ignores_case_spaces_quotes_and_punctuation() {
        let mut out = Vec::new();
        fold_text(" O'Brien, Ü. ", &mut out);
        assert_eq!(out, "OBRIENÜ".as_bytes());
        for text in ["abcdefgh", "abcdefghi", "a b-c.d,e f'g\"h", "12345678.", "        x", ""] {
            let (mut quick, mut long) = (Vec::new(), Vec::new());
            fold_text(text, &mut quick);
            fold_text(&format!("{text}中"), &mut long);
            assert_eq!(quick, long[..long.len() - 3], "{text}");
        }
        for byte in 0..128_u8 {
            let (mut quick, mut long) = (Vec::new(), Vec::new());
            fold_text(char::from(byte).encode_utf8(&mut [0; 4]), &mut quick);
            fold_text(&format!("{}中", char::from(byte)), &mut long);
            assert_eq!(quick, long[..long.len() - 3], "{byte}");
        }
    }

    proptest! {
        #[test]
        fn runs_are_folded_as_single_bytes(text in "[ -~\t\r\n\x00\x0b\x7f]{0,200}|[a-z ]{60,70}|[,.]{0,40}") {
            let plain: Vec<u8> = text.bytes().filter(|byte| !DROPPED_ASCII[usize::from(*byte)]).map(|byte| byte.to_ascii_uppercase()).collect();
            let mut out = vec![7; 3];
            prop_assert_eq!(fold_ascii(text.as_bytes(), &mut out), &plain[..]);
        }
    }
}
