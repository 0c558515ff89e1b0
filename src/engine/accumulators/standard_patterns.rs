//! Standard forms of text: e-mail, URL, UUID, addresses of computers, dates, codes with check digits.

use std::net::Ipv6Addr;

use super::date_texts::parse_date_text;
use super::street_addresses::is_street_address;

/// A standard form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// E-mail address.
    Email,
    /// Address of a page or file.
    Url,
    /// Universally unique identifier.
    Uuid,
    /// Address of a computer, version 4.
    Ipv4,
    /// Address of a computer, version 6.
    Ipv6,
    /// Date or instant as ISO 8601 has it.
    IsoDate,
    /// Number of a payment card, its check digit right.
    CreditCard,
    /// Bank account number, its checksum right.
    Iban,
    /// Social security number of the USA.
    Ssn,
    /// Postal code of the USA.
    UsZip,
    /// Telephone number.
    Phone,
    /// State or territory of the USA by its code.
    UsState,
    /// A JSON object or list.
    Json,
    /// A file's name with its ending.
    FileName,
    /// Number and name of a street, or a post office box.
    StreetAddress,
    /// Several values with a mark between them.
    Delimited,
}

/// Every form, in the order in which a tie is decided.
pub const STANDARD_FORMS: [Form; 16] = [
    Form::Email,
    Form::Url,
    Form::Uuid,
    Form::Ipv4,
    Form::Ipv6,
    Form::IsoDate,
    Form::CreditCard,
    Form::Iban,
    Form::Ssn,
    Form::UsZip,
    Form::Phone,
    Form::UsState,
    Form::Json,
    Form::FileName,
    Form::StreetAddress,
    Form::Delimited,
];
/// Longest text that is looked at.
const LONGEST: usize = 2_048;
/// A column has a form when more than this share of its texts have it.
const MAJORITY: f64 = 0.5;
/// Codes of the states and territories of the USA.
const US_STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP";

impl Form {
    /// Name in profiles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Url => "url",
            Self::Uuid => "uuid",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::IsoDate => "iso_date",
            Self::CreditCard => "credit_card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::UsZip => "us_zip",
            Self::Phone => "phone",
            Self::UsState => "us_state",
            Self::Json => "json",
            Self::FileName => "file_name",
            Self::StreetAddress => "street_address",
            Self::Delimited => "delimited",
        }
    }

    /// Whether texts of so many bytes are looked at.
    pub fn admits(self, length: usize) -> bool {
        (1..=LONGEST).contains(&length)
    }

    /// Whether a text has this form.
    pub fn is_form_of(self, text: &str) -> bool {
        if !self.admits(text.len()) {
            return false;
        }
        match self {
            Self::Email => is_email(text),
            Self::Url => is_url(text),
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::Ipv4 => is_ipv4(text),
            Self::Ipv6 => is_ipv6(text),
            Self::IsoDate => is_iso_date(text),
            Self::CreditCard => is_credit_card(text),
            Self::Iban => is_iban(text),
            Self::Ssn => is_ssn(text),
            Self::UsZip => is_us_zip(text.as_bytes()),
            Self::Phone => is_phone(text),
            Self::UsState => is_us_state(text),
            Self::Json => is_json(text),
            Self::FileName => is_file_name(text),
            Self::StreetAddress => is_street_address(text.as_bytes()),
            Self::Delimited => Marks::of(text.as_bytes()).delimit(text.as_bytes()),
        }
    }
}

/// How many texts have each form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatternCounts(pub(in crate::engine) [u64; STANDARD_FORMS.len()]);

impl PatternCounts {
    /// Counts texts of a form.
    pub fn add(&mut self, form: Form, weight: u64) {
        self.0[form as usize] += weight;
    }

    /// Adds the other's texts.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// The form that most of `values` texts have, with its share.
    pub fn commonest(&self, values: u64) -> Option<(&'static str, f64)> {
        let (index, count) = self
            .0
            .iter()
            .enumerate()
            .max_by_key(|(index, count)| (**count, usize::MAX - index))?;
        let ratio = *count as f64 / values.max(1) as f64;
        (ratio > MAJORITY).then_some((STANDARD_FORMS[index].name(), ratio))
    }
}

/// Whether a text is an e-mail address. Its shape decides it.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let good_name = !name.is_empty() && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-'".contains(&b));
    good_name && !name.starts_with('.') && !name.ends_with('.') && is_host(domain)
}

fn is_host(text: &str) -> bool {
    let labels = || text.split('.');
    let good = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    labels().count() > 1
        && labels().all(good)
        && labels()
            .next_back()
            .is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()))
}

fn is_url(text: &str) -> bool {
    let rest = ["http://", "https://", "ftp://", "s3://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// Whether a text is a UUID; without a branch a byte.
pub fn is_uuid(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else { return false };
    let dashed = [8, 13, 18, 23].iter().all(|at| text[*at] == b'-');
    let hex = |byte: &u8| u8::from((byte.wrapping_sub(b'0') < 10) | ((byte | 0x20).wrapping_sub(b'a') < 6));
    dashed && text.iter().map(hex).sum::<u8>() == 32
}

fn is_ipv4(text: &str) -> bool {
    text.len() <= 15 && text.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_ipv6(text: &str) -> bool {
    text.len() <= 45 && text.contains(':') && text.parse::<Ipv6Addr>().is_ok()
}

fn is_iso_date(text: &str) -> bool {
    parse_date_text(text.as_bytes()).is_some_and(|date| date.is_iso)
}

/// Whether a text is the number of a payment card, by its check digit.
pub fn is_credit_card(text: &str) -> bool {
    if text.len() > 23
        || !text.starts_with(['2', '3', '4', '5', '6'])
        || text.bytes().any(|b| !b.is_ascii_digit() && b != b' ' && b != b'-')
    {
        return false;
    }
    let digits: Vec<u32> = text.bytes().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0')).collect();
    let luhn = |(i, digit): (usize, &u32)| if i % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 };
    (14..=19).contains(&digits.len()) && digits.iter().rev().enumerate().map(luhn).sum::<u32>() % 10 == 0
}

fn is_iban(text: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    let [a, b, c, d, ..] = compact.as_slice() else { return false };
    let begins_well = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !begins_well || !(15..=34).contains(&compact.len()) {
        return false;
    }
    let remainder = compact[4..].iter().chain(&compact[..4]).try_fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => Some((rest * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    });
    remainder == Some(1)
}

fn is_ssn(text: &str) -> bool {
    let [a1, a2, a3, b'-', g1, g2, b'-', s1, s2, s3, s4] = text.as_bytes() else {
        return false;
    };
    let digits = [a1, a2, a3, g1, g2, s1, s2, s3, s4];
    let area = &text[..3];
    digits.iter().all(|b| b.is_ascii_digit())
        && area != "000"
        && area != "666"
        && *a1 != b'9'
        && &text[4..6] != "00"
        && &text[7..] != "0000"
}

/// Five digits, or nine with a dash. The shape of a text decides it.
pub fn is_us_zip(text: &[u8]) -> bool {
    match text {
        [head @ .., b'-', _, _, _, _] if head.len() == 5 => text.iter().enumerate().all(|(i, b)| i == 5 || b.is_ascii_digit()),
        all => all.len() == 5 && all.iter().all(u8::is_ascii_digit),
    }
}

/// Whether a text is a telephone number. Its shape decides it, but for what may be the address of a computer.
pub fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text.bytes().any(|b| b"+-(). ".contains(&b));
    let allowed = text
        .bytes()
        .enumerate()
        .all(|(i, b)| b.is_ascii_digit() || b"-(). /".contains(&b) || (b == b'+' && i == 0));
    allowed
        && text.len() <= 24
        && if text.starts_with('+') {
            (8..=15).contains(&digits)
        } else {
            marks && (10..=11).contains(&digits)
        }
        && !is_iso_date(text)
        && !is_ipv4(text)
}

fn is_us_state(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) && US_STATES.split(' ').any(|state| state == text)
}

fn is_json(text: &str) -> bool {
    let framed = (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'));
    framed && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A stem and an ending of letters and digits. The shape of a text decides it.
fn is_file_name(text: &str) -> bool {
    let Some((stem, extension)) = text.rsplit_once('.') else {
        return false;
    };
    !stem.is_empty()
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_alphanumeric())
        && extension.bytes().any(|b| b.is_ascii_alphabetic())
        && !stem.contains([' ', '@', ':', '?', '*', '<', '>', '|', '"'])
        && !text.contains("//")
}

/// What a text has of the marks that stand between the values of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// Bars, semicolons and tabs.
    pub marks: u64,
    /// Commas.
    pub commas: u64,
    /// Whether there are letters of ASCII.
    pub letters: bool,
    /// Whether there are digits.
    pub digits: bool,
}

impl Marks {
    fn of(text: &[u8]) -> Self {
        let mut found = Self::default();
        for byte in text {
            found.marks += u64::from(matches!(byte, b'|' | b';' | b'\t'));
            found.commas += u64::from(*byte == b',');
            found.letters |= byte.is_ascii_alphabetic();
            found.digits |= byte.is_ascii_digit();
        }
        found
    }

    /// Two or more bars, semicolons or tabs, or two or more commas behind which no blank stands, as it does in sentences. Neither
    /// numbers with commas nor JSON. The shape of a text decides it.
    pub fn delimit(self, text: &[u8]) -> bool {
        let by_marks = self.marks >= 2 && (self.letters || self.digits);
        let is_listed = by_marks || (self.commas >= 2 && self.letters && !text.windows(2).any(|pair| pair == b", "));
        is_listed && !text.starts_with(b"{") && !text.starts_with(b"[")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str, weight: u64) -> PatternCounts {
        let mut counts = PatternCounts::default();
        STANDARD_FORMS
            .into_iter()
            .filter(|form| form.is_form_of(text))
            .for_each(|form| counts.add(form, weight));
        counts
    }

    #[test]
    fn each_form_is_known_and_told_from_the_others() {
        for (form, text) in [
            ("email", "jo.o'hara+x@mail.example.com"),
            ("url", "https://example.com/a?b=c"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
            ("ipv4", "192.168.0.1"),
            ("ipv6", "2001:db8::1"),
            ("iso_date", "2013-02-07T10:00:00Z"),
            ("credit_card", "4111 1111 1111 1111"),
            ("iban", "DE89 3704 0044 0532 0130 00"),
            ("ssn", "123-45-6789"),
            ("us_zip", "02134-1000"),
            ("phone", "+49 30 1234567"),
            ("phone", "(555) 123-4567"),
            ("us_state", "NY"),
            ("json", "{\"a\":[1]}"),
            ("file_name", "report_2013.csv"),
            ("street_address", "12 Main Street"),
            ("street_address", "1600B Pennsylvania ave. NW, Apt 4"),
            ("street_address", "7, rue de la Paix"),
            ("street_address", "Lange Straße 5a"),
            ("street_address", "Weberstr. 12"),
            ("street_address", "KERKSTRAAT 104"),
            ("street_address", "P.O. Box 17"),
            ("delimited", "red|green|blue"),
            ("delimited", "1;2;3"),
            ("delimited", "a,b,c"),
            ("delimited", "a\tb\t"),
        ] {
            let counts = count(text, 3);
            assert_eq!(counts.commonest(3).map(|found| found.0), Some(form), "{text}");
            assert_eq!(counts.commonest(6), None, "half is not a majority");
        }
    }

    #[test]
    fn near_misses_are_not_taken() {
        for text in [
            "a@b",
            "@x.com",
            "http://",
            "256.1.1.1",
            "4111 1111 1111 1112",
            "DE00 3704 0044 0532 0130 00",
            "000-12-3456",
            "hello",
            "{a}",
            "ZZ",
            "1234",
            "12 Main",
            "12 street",
            "12 was sent to the wrong place by mistake",
            "5 of the way there",
            "1234567 Main Street",
            "Main Street",
            "Street 12 Straße 5",
            "Weberstr 12",
            "PO Box",
            "a|b",
            "1,234,567",
            "well, yes, no",
            "||",
            "[a|b|c]",
        ] {
            assert_eq!(count(text, 1), PatternCounts::default(), "{text}");
        }
    }
}
