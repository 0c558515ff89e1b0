//! Street addresses, by the words that streets are named with.

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

/// `12 Main Street, Apt 4`, `7, rue de la Paix`, `Hauptstraße 5a`, `PO Box 17`: a number before the name of a street with its kind, a number
/// behind a name that ends as those of streets do, or a box. Letters of ASCII count in either case.
pub fn is_street_address(text: &str) -> bool {
    let Some((first, rest)) = text.split_once(' ').filter(|_| text.len() <= LONGEST_ADDRESS) else {
        return false;
    };
    let is_word_of = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is_house_number(first.strip_suffix(',').unwrap_or(first), 6) {
        // Eight are enough to tell.
        let mut first_words = [""; 8];
        let mut count = 0;
        for (place, word) in first_words.iter_mut().zip(rest.split(' ')) {
            (*place, count) = (word, count + 1);
        }
        let words = &first_words[..count];
        let are_words = |words: &[&str]| words.iter().all(|word| !word.is_empty());
        let leads = is_word_of(&LEADING_STREET_WORDS, words[0]) && (2..=7).contains(&words.len()) && are_words(words);
        // Of a sentence that begins with a number some word may be one, too: behind it comes nothing, a comma, or a place in the street.
        let ends = |at: usize| {
            let word = words[at].strip_suffix(['.', ',']).unwrap_or(words[at]);
            let is_end = words[at].ends_with(',')
                || words
                    .get(at + 1)
                    .is_none_or(|next| is_word_of(&PLACES_IN_STREETS, next.strip_suffix(['.', ',']).unwrap_or(next)));
            is_word_of(&STREET_WORDS, word) && is_end && are_words(&words[..at])
        };
        return leads || (1..words.len().min(5)).any(ends);
    }
    if is_word_of(&["po", "p.o."], first)
        && let Some((word, number)) = rest.split_once(' ')
        && word.eq_ignore_ascii_case("box")
        && (1..=6).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        return true;
    }
    let Some((name, number)) = text.rsplit_once(' ') else {
        return false;
    };
    is_house_number(number, 4)
        && !name.bytes().any(|b| b.is_ascii_digit())
        && STREET_ENDINGS.iter().any(|ending| {
            let tail = name.len().checked_sub(ending.len()).map(|at| &name.as_bytes()[at..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
        })
}

/// One to so many digits, and a letter.
fn is_house_number(text: &str, most: usize) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=most).contains(&digits) && matches!(&text.as_bytes()[digits..], [] | [b'A'..=b'Z' | b'a'..=b'z'])
}
