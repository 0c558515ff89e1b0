//! Street addresses, by the words that streets are named with.

use super::lanes::{LANE, lanes_of, mask_within, padded};

/// Longest street address in bytes.
const LONGEST_ADDRESS: usize = 120;
/// Words that stand for a kind of street behind its name.
pub const STREET_WORDS: [&str; 31] = [
    "st",
    "street",
    "ave",
    "avenue",
    "rd",
    "road",
    "blvd",
    "boulevard",
    "ln",
    "lane",
    "dr",
    "drive",
    "ct",
    "court",
    "pl",
    "place",
    "way",
    "sq",
    "square",
    "pkwy",
    "parkway",
    "ter",
    "terrace",
    "cir",
    "circle",
    "hwy",
    "highway",
    "trl",
    "trail",
    "loop",
    "alley",
];
/// Words that stand before its name.
pub const LEADING_STREET_WORDS: [&str; 5] = ["rue", "chemin", "quai", "avenue", "boulevard"];
/// Where in the street, or in the house, it is.
pub const PLACES_IN_STREETS: [&str; 19] = [
    "n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west", "apt", "unit", "suite", "ste", "floor", "fl", "room",
];
/// How the names of streets end that stand before a number.
pub const STREET_ENDINGS: [&str; 11] = [
    "strasse", "straße", "str.", "straat", "gasse", "weg", "platz", "allee", "laan", "plein", "gatan",
];

/// The words by their letters.
const STREETS: [u128; STREET_WORDS.len()] = keys_of(STREET_WORDS);
const LEADING: [u128; LEADING_STREET_WORDS.len()] = keys_of(LEADING_STREET_WORDS);
const PLACES: [u128; PLACES_IN_STREETS.len()] = keys_of(PLACES_IN_STREETS);
/// A bit that letters of ASCII have in lower case, and other bytes that have it are no letters.
const LOWER: u128 = u128::from_le_bytes([b' '; 16]);

/// `12 Main Street, Apt 4`, `7, rue de la Paix`, `Hauptstraße 5a`, `PO Box 17`: a number before the name of a street with its kind, a number
/// behind a name that ends as those of streets do, or a box. Letters of ASCII count in either case.
pub fn is_street_address(text: &[u8]) -> bool {
    if text.len() > LONGEST_ADDRESS {
        return false;
    }
    let blanks = blanks_of(text);
    let Some((first, rest)) = split_at(text, blanks.trailing_zeros()) else {
        return false;
    };
    if is_house_number(first.strip_suffix(b",").unwrap_or(first), 6) {
        // Eight are enough to tell.
        let mut first_words = [&[][..]; 8];
        let (mut count, mut start, mut blanks) = (0, first.len() + 1, blanks & (blanks - 1));
        while count < first_words.len() {
            let end = text.len().min(blanks.trailing_zeros() as usize);
            first_words[count] = &text[start..end];
            count += 1;
            if end == text.len() {
                break;
            }
            (start, blanks) = (end + 1, blanks & (blanks - 1));
        }
        let words = &first_words[..count];
        let are_words = |words: &[&[u8]]| words.iter().all(|word| !word.is_empty());
        let leads = is_word_of(&LEADING, words[0]) && (2..=7).contains(&words.len()) && are_words(words);
        // Of a sentence that begins with a number some word may be one, too: behind it comes nothing, a comma, or a place in the street.
        let ends = |at: usize| {
            let is_end = || words[at].ends_with(b",") || words.get(at + 1).is_none_or(|next| is_word_of(&PLACES, bare(next)));
            is_word_of(&STREETS, bare(words[at])) && is_end() && are_words(&words[..at])
        };
        return leads || (1..words.len().min(5)).any(ends);
    }
    if (first.eq_ignore_ascii_case(b"po") || first.eq_ignore_ascii_case(b"p.o."))
        && let Some((word, number)) = split_at(rest, blanks_of(rest).trailing_zeros())
        && word.eq_ignore_ascii_case(b"box")
        && (1..=6).contains(&number.len())
        && number.iter().all(u8::is_ascii_digit)
    {
        return true;
    }
    let Some((name, number)) = split_at(text, blanks.ilog2()) else {
        return false;
    };
    is_house_number(number, 4)
        && !name.iter().any(u8::is_ascii_digit)
        && STREET_ENDINGS.iter().any(|ending| {
            let tail = name.len().checked_sub(ending.len()).map(|at| &name[at..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
        })
}

/// One to so many digits, and a letter.
fn is_house_number(text: &[u8], most: usize) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=most).contains(&digits) && matches!(&text[digits..], [] | [b'A'..=b'Z' | b'a'..=b'z'])
}

/// Which bytes of a text of up to 128 are blanks.
fn blanks_of(text: &[u8]) -> u128 {
    let masks = lanes_of(text).map(|lane| u128::from(mask_within(&lane, [(b' ', b' ')])));
    (0..).zip(masks).fold(0, |blanks, (at, mask)| blanks | mask << (LANE * at))
}

/// What stands before a place, and what behind it.
fn split_at(text: &[u8], place: u32) -> Option<(&[u8], &[u8])> {
    let (before, from) = text.split_at_checked(place as usize)?;
    Some((before, from.get(1..)?))
}

/// A word without the full stop or comma behind it.
fn bare(word: &[u8]) -> &[u8] {
    word.strip_suffix(b".").or_else(|| word.strip_suffix(b",")).unwrap_or(word)
}

/// Whether a word, in either case, is among these.
fn is_word_of(keys: &[u128], word: &[u8]) -> bool {
    word.len() < 16 && keys.contains(&(padded(word) | LOWER & ((1 << (8 * word.len())) - 1)))
}

/// Short words of lower case letters as numbers, the first letter lowest.
const fn keys_of<const COUNT: usize>(words: [&str; COUNT]) -> [u128; COUNT] {
    let mut keys = [0; COUNT];
    let mut word = 0;
    while word < COUNT {
        let letters = words[word].as_bytes();
        let mut at = letters.len();
        while at > 0 {
            at -= 1;
            assert!(letters[at].is_ascii_lowercase() && letters.len() < 16);
            keys[word] = keys[word] << 8 | letters[at] as u128;
        }
        word += 1;
    }
    keys
}
