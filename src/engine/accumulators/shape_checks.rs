//! What a shape decides about its texts without looking at them, and what has to be looked at.

use super::lanes::count_bytes;
use super::shapes::Features;
use super::standard_patterns::{Form, Marks, is_email, is_phone, is_us_zip};
use super::text_kinds::{LONGEST_MISSING_WORD, folds_to_itself, is_plain_number, is_quoted, missing_word_shapes, trim_ascii_white};
use super::text_scan::bits_of;

/// A set of questions about a text, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Questions(u32);

/// Questions beside the standard forms.
pub const DUMMY: Questions = Questions(1 << 24);
/// Parses as a number.
pub const NUMERIC: Questions = Questions(1 << 25);
/// Parses as a date.
pub const DATE: Questions = Questions(1 << 26);
/// Says true or false.
pub const TRUTH: Questions = Questions(1 << 27);
/// Stands between quotes.
pub const QUOTED: Questions = Questions(1 << 28);

impl Questions {
    /// The question whether a text has a standard form.
    pub fn form(form: Form) -> Self {
        Self(1 << form as u32)
    }

    /// Whether the question is among these.
    pub fn has(self, question: Self) -> bool {
        self.0 & question.0 != 0
    }

    /// These and others.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These but for others.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn add(&mut self, question: Self, when: bool) {
        self.0 |= if when { question.0 } else { 0 };
    }
}

/// What a shape says about every text that has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Questions that the shape answers with yes. What is in neither set is answered with no.
    pub yes: Questions,
    /// Questions for which the text itself must be looked at.
    pub look: Questions,
    /// Whether folding leaves the text as it is.
    pub is_folded: bool,
}

impl Verdict {
    /// Of the shape of an ASCII text with its features.
    pub fn of_ascii_shape(shape: &[u8], found: &Features) -> Self {
        let mut verdict = Self {
            is_folded: found.lower == 0 && folds_to_itself(shape),
            ..Self::default()
        };
        let Some(first) = shape.first().copied() else { return verdict };
        let Verdict { yes, look, .. } = &mut verdict;
        let letters = found.upper + found.lower;
        let length = shape.len();
        let has = |signs: u64| found.signs & signs != 0;
        let text = || std::str::from_utf8(shape).unwrap_or_default();

        look.add(DUMMY, may_be_dummy(shape));
        if found.digits > 0 && letters < 2 {
            let trimmed = trim_ascii_white(shape);
            yes.add(NUMERIC, letters == 0 && is_plain_number(trimmed));
            look.add(NUMERIC, letters == 1 && may_have_exponent(trimmed));
        }
        let may_be_date = found.digits > 5 && (8..=40).contains(&length) && begins_as_date(shape);
        look.add(DATE, may_be_date);
        look.add(Questions::form(Form::IsoDate), may_be_date);
        look.add(TRUTH, letters > 0 && found.chars - found.white <= 5);
        yes.add(QUOTED, is_quoted(shape));

        look.add(Questions::form(Form::UsState), shape == b"AA");
        yes.add(Questions::form(Form::UsZip), is_us_zip(shape));
        look.add(Questions::form(Form::Ssn), shape == b"999-99-9999");
        look.add(
            Questions::form(Form::CreditCard),
            letters == 0 && (14..=19).contains(&found.digits) && length <= 23,
        );
        look.add(Questions::form(Form::Iban), length >= 15 && shape.starts_with(b"AA99"));
        look.add(Questions::form(Form::Json), first == b'{' || first == b'[');
        look.add(Questions::form(Form::Uuid), length == 36 && shape[8] == b'-' && shape[13] == b'-');
        let dotted = has(const { bits_of(b".") });
        // Of an e-mail address only the kinds of its characters matter.
        yes.add(
            Questions::form(Form::Email),
            dotted && has(const { bits_of(b"@") }) && Form::Email.admits(shape.len()) && is_email(text()),
        );
        look.add(Questions::form(Form::Ipv4), dotted && letters == 0 && (7..=15).contains(&length));
        yes.add(Questions::form(Form::FileName), dotted && Form::FileName.is_form_of(text()));
        // The number of a house, or of a box, and words.
        let may_be_address = found.white > 0 && letters > 2 && found.digits > 0 && (first == b'9' || found.digits <= 6);
        look.add(Questions::form(Form::StreetAddress), may_be_address);
        if Form::Delimited.admits(length) && (has(const { bits_of(b",;|") }) || found.non_printing > 0) {
            let ([commas, semicolons, bars, tabs], _) = count_bytes(shape, *b",;|\t");
            let marks = Marks {
                marks: bars + semicolons + tabs,
                commas,
                letters: letters > 0,
                digits: found.digits > 0,
            };
            yes.add(Questions::form(Form::Delimited), marks.delimit(shape));
        }
        let colon = has(const { bits_of(b":") });
        look.add(Questions::form(Form::Url), colon && has(const { bits_of(b"/") }));
        look.add(Questions::form(Form::Ipv6), colon && length <= 45);
        // Of a telephone number too, but for those that may be the address of a computer instead.
        let may_be_phone = letters == 0 && (8..=15).contains(&found.digits) && length <= 24 && found.digits < found.chars;
        if may_be_phone && is_phone(text()) {
            let may_be_address = shape.iter().filter(|byte| **byte == b'.').count() == 3;
            yes.add(Questions::form(Form::Phone), !may_be_address);
            look.add(Questions::form(Form::Phone), may_be_address);
        }
        verdict
    }

    /// For texts of which nothing is known beforehand.
    pub fn unknown() -> Self {
        Self {
            yes: Questions::default(),
            look: Questions(u32::MAX),
            is_folded: false,
        }
    }
}

/// Whether a shape begins as one of the spellings of a date does. Without a branch for each character: those of ids are as good as chance.
fn begins_as_date(shape: &[u8]) -> bool {
    const FIRST: [u64; 6] = [
        u64::from_le_bytes(*b"9999-99-"),
        u64::from_le_bytes(*b"9999/99/"),
        u64::from_le_bytes(*b"99/99/99"),
        u64::from_le_bytes(*b"99.99.99"),
        u64::from_le_bytes(*b"99-aaa-9"),
        u64::from_le_bytes(*b"99999999"),
    ];
    let Some(first) = shape.first_chunk() else { return false };
    // Letters in either case.
    let first = u64::from_le_bytes(*first) | u64::from_le_bytes([0, 0, 0, 0x20, 0x20, 0x20, 0, 0]);
    FIRST.iter().fold(false, |found, known| found | (first == *known))
}

/// Whether a shape with one letter is a number where the letter is an `e`.
fn may_have_exponent(shape: &[u8]) -> bool {
    let mut text = [0; 64];
    let Some(text) = text.get_mut(..shape.len()) else { return true };
    for (byte, shown) in text.iter_mut().zip(shape) {
        *byte = if shown.is_ascii_alphabetic() { b'e' } else { *shown };
    }
    is_plain_number(text)
}

/// A bit that letters have in lower case, in eight bytes.
const IN_EITHER_CASE: u64 = u64::from_le_bytes([0x20; 8]);

/// Whether a text of this shape can stand for "missing": a word of that length, or one character again and again.
fn may_be_dummy(shape: &[u8]) -> bool {
    let trimmed = trim_ascii_white(shape);
    let Some(first) = trimmed.first() else { return false };
    let is_bracketed = matches!(first, b'(' | b'[');
    if let Some(eight) = trimmed
        .first_chunk()
        .filter(|_| trimmed.len() > LONGEST_MISSING_WORD && !is_bracketed)
        && u64::from_le_bytes(*eight) | IN_EITHER_CASE != u64::from_le_bytes([first | 0x20; 8])
    {
        // Too long for a word, and eight characters are enough to tell that it repeats none.
        return false;
    }
    if trimmed.iter().all(|byte| byte.eq_ignore_ascii_case(first)) {
        return true;
    }
    let bare = match trimmed {
        [b'(', inner @ .., b')'] | [b'[', inner @ .., b']'] => inner.trim_ascii(),
        other => other,
    };
    bare.len() <= LONGEST_MISSING_WORD && missing_word_shapes().any(|word| bare.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::super::shapes::ShapeText;
    use super::super::standard_patterns::STANDARD_FORMS;
    use super::super::text_kinds::{fold_ascii, is_dummy, is_numeric, is_truth_word};
    use super::*;
    use crate::engine::accumulators::date_texts::parse_date_text;
    use proptest::prelude::*;

    /// What the shape and a look at the text say must be what the text says.
    fn assert_agrees(text: &str) -> Result<(), TestCaseError> {
        let mut shape = ShapeText::default();
        shape.read_ascii(text.as_bytes(), false);
        let found = Features::of_ascii_shape(shape.as_bytes());
        let verdict = Verdict::of_ascii_shape(shape.as_bytes(), &found);
        let blank = found.white == found.chars;
        let mut folded = Vec::new();
        let folded = fold_ascii(text.as_bytes(), &mut folded);
        prop_assert_eq!(verdict.is_folded, folded == text.as_bytes(), "{:?} folds to itself", text);
        let questions = [
            (DUMMY, !blank && is_dummy(text)),
            (NUMERIC, is_numeric(text)),
            (DATE, parse_date_text(text.as_bytes()).is_some()),
            (TRUTH, is_truth_word(text)),
            (QUOTED, is_quoted(text.as_bytes())),
        ];
        let forms = STANDARD_FORMS
            .into_iter()
            .map(|form| (Questions::form(form), form.is_form_of(text)));
        for (question, truth) in questions.into_iter().chain(forms) {
            prop_assert!(!verdict.yes.has(question) || truth, "{:?} is said yes to {:?}", question, text);
            prop_assert!(
                !truth || verdict.yes.has(question) || verdict.look.has(question),
                "{:?} is missed in {:?}",
                question,
                text
            );
        }
        Ok(())
    }

    #[test]
    fn no_known_form_is_missed() {
        for text in [
            "jo.o'hara+x@mail.example.com",
            "https://example.com/a?b=c",
            "123e4567-e89b-12d3-a456-426614174000",
            "192.168.0.1",
            "2001:db8::1",
            "2013-02-07T10:00:00Z",
            "4111 1111 1111 1111",
            "4111111111111111",
            "DE89 3704 0044 0532 0130 00",
            "123-45-6789",
            "02134-1000",
            "02134",
            "+49 30 1234567",
            "(555) 123-4567",
            "NY",
            "{\"a\":[1]}",
            "[]",
            "report_2013.csv",
            "12 Main Street",
            "PO Box 123456",
            "Lange Strasse 5a",
            "red|green|blue",
            "a,b,c",
            " (none) ",
            "[ Unknown ]",
            "N/A",
            "#na",
            "xX",
            "------------------",
            "07-Feb-2013",
            "20130207",
            "1e9",
            " -1.5 ",
            "yes",
            " T ",
            "\"a\"",
            "zzzzzzzzzzzzzzzzzzzzzzzz",
            "  n/a                          ",
            "(  missing  )",
            "?",
            ".",
            "192.168.10.12",
            "192.168.100.12",
            "123.456.7890",
            "+49.30.123.456",
            "1234567x",
            "\u{b}none\u{c}",
        ] {
            assert_agrees(text).unwrap();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_shape_never_says_what_its_text_does_not(text in "[ -~]{0,40}|[0-9 .:/+()-]{0,24}|[A-Za-z]{0,8}|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{0,8})?|[a-z.]{1,9}@[a-z.]{1,9}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[ (\\[]{0,2}[nN]/?[aA][ )\\]]{0,2}|[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{2,3}[.][0-9]{2,3}|[A-Z0-9]{0,12}|[ +-]?[0-9]{0,3}[.]?[0-9]{0,3}[eE][+-]?[0-9]{0,3} ?") {
            assert_agrees(&text)?;
        }
    }
}
