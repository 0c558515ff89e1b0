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

/// What a word may be.
const STREET: u8 = 1;
const LEADING: u8 = 2;
const PLACE: u8 = 4;
/// The words by their letters, each at the first free slot from that of its hash on, and what they may be.
const SLOTS: usize = 256;
static WORDS: ([u128; SLOTS], [u8; SLOTS]) = {
    let mut table = ([0; SLOTS], [0; SLOTS]);
    table = with_words(table, &STREET_WORDS, STREET);
    table = with_words(table, &LEADING_STREET_WORDS, LEADING);
    with_words(table, &PLACES_IN_STREETS, PLACE)
};
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
        let leads = kinds_of(words[0]) & LEADING != 0 && (2..=7).contains(&words.len()) && are_words(words);
        // Of a sentence that begins with a number some word may be one, too: behind it comes nothing, a comma, or a place in the street.
        let ends = |at: usize| {
            let is_end = || words[at].ends_with(b",") || words.get(at + 1).is_none_or(|next| kinds_of(bare(next)) & PLACE != 0);
            kinds_of(bare(words[at])) & STREET != 0 && is_end() && are_words(&words[..at])
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

/// What a word, in either case, may be.
fn kinds_of(word: &[u8]) -> u8 {
    if word.len() >= 16 {
        return 0;
    }
    let key = padded(word) | LOWER & ((1 << (8 * word.len())) - 1);
    let mut slot = slot_of(key);
    while WORDS.0[slot] != 0 {
        if WORDS.0[slot] == key {
            return WORDS.1[slot];
        }
        slot = (slot + 1) % SLOTS;
    }
    0
}

/// Where a word is sought first.
const fn slot_of(key: u128) -> usize {
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (64 - SLOTS.ilog2())) as usize
}

/// A table with short words of lower case letters, as numbers, the first letter lowest.
const fn with_words(mut table: ([u128; SLOTS], [u8; SLOTS]), words: &[&str], kind: u8) -> ([u128; SLOTS], [u8; SLOTS]) {
    let mut word = 0;
    while word < words.len() {
        let letters = words[word].as_bytes();
        let (mut key, mut at) = (0, letters.len());
        while at > 0 {
            at -= 1;
            assert!(letters[at].is_ascii_lowercase() && letters.len() < 16);
            key = key << 8 | letters[at] as u128;
        }
        let mut slot = slot_of(key);
        while table.0[slot] != 0 && table.0[slot] != key {
            slot = (slot + 1) % SLOTS;
        }
        table.0[slot] = key;
        table.1[slot] |= kind;
        word += 1;
    }
    table
}
