//! Types of sources that have only texts (CSV, JSON lines), found from their different tokens.
//! A type is taken only where every token is its own canonical kind: `007` and `+49` stay text.

use super::accumulators::date_texts::parse_date_text;
use super::accumulators::text_tally::TextTally;
use super::canonical::Form;
use crate::domain::column_profile::GeneralType;

/// The type of a column of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// `true` or `false`.
    Boolean,
    /// Up to 64 bits.
    Integer,
    /// Up to 38 digits.
    WideInteger,
    /// Anything with a point or an exponent.
    Real,
    /// yyyy-MM-dd.
    Date,
    /// Date and time without a zone.
    LocalInstant,
    /// Date and time with a zone.
    UtcInstant,
    /// Anything else.
    Text,
    /// Nested values by their JSON text.
    Nested,
}

/// Which kinds of tokens a source has seen in a column; a CSV file has only plain ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenKinds(pub(in crate::engine) u8);

impl TokenKinds {
    /// Tokens of a CSV file, which may mean anything.
    pub const PLAIN: Self = Self(1);
    /// JSON strings.
    pub const STRING: Self = Self(2);
    /// JSON numbers.
    pub const NUMBER: Self = Self(4);
    /// JSON booleans.
    pub const BOOLEAN: Self = Self(8);
    /// JSON arrays and objects.
    pub const NESTED: Self = Self(16);

    /// Both.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn allowed(self) -> u8 {
        match self {
            Self::PLAIN => BOOLEAN | NUMBERS | TIMES,
            Self::STRING => TIMES,
            Self::NUMBER => NUMBERS,
            Self::BOOLEAN => BOOLEAN,
            _ => 0,
        }
    }
}

const BOOLEAN: u8 = 1;
const INTEGER: u8 = 2;
const WIDE: u8 = 4;
const REAL: u8 = 8;
const DATE: u8 = 16;
const LOCAL: u8 = 32;
const UTC: u8 = 64;
const NUMBERS: u8 = INTEGER | WIDE | REAL;
const TIMES: u8 = DATE | LOCAL | UTC;

impl TokenType {
    /// The narrowest type that every token of the tally has.
    pub fn infer(tokens: &TextTally, kinds: TokenKinds) -> Self {
        if kinds.with(TokenKinds::NESTED) == kinds {
            return Self::Nested;
        }
        let (mut possible, mut named) = (kinds.allowed(), true);
        for (token, _, _) in tokens.iter() {
            possible &= candidates(token);
            named &= is_named_real(token);
            if possible == 0 {
                break;
            }
        }
        // A column of nothing but `nan` or `inf` says nothing about numbers; one without tokens nothing at all.
        if tokens.is_empty() || named {
            return Self::Text;
        }
        let order = [
            (BOOLEAN, Self::Boolean),
            (INTEGER, Self::Integer),
            (WIDE, Self::WideInteger),
            (REAL, Self::Real),
            (DATE, Self::Date),
            (LOCAL, Self::LocalInstant),
            (UTC, Self::UtcInstant),
        ];
        order
            .into_iter()
            .find(|(bit, _)| possible & bit != 0)
            .map_or(Self::Text, |found| found.1)
    }

    /// The narrowest type that holds both; text where nothing else does.
    pub fn widened_with(self, other: Self) -> Self {
        use TokenType::{Date, Integer, LocalInstant, Nested, Real, Text, WideInteger};
        match (self, other) {
            (a, b) if a == b => a,
            (Nested, _) | (_, Nested) => Nested,
            (Integer, WideInteger) | (WideInteger, Integer) => WideInteger,
            (Integer | WideInteger, Real) | (Real, Integer | WideInteger) => Real,
            (Date, LocalInstant) | (LocalInstant, Date) => LocalInstant,
            _ => Text,
        }
    }

    /// The type to try when a token does not fit this one.
    pub fn wider_for(self, token: &[u8]) -> Self {
        let mut alone = TextTally::new(token.len().max(1));
        alone.add(token, 1);
        self.widened_with(Self::infer(&alone, TokenKinds::PLAIN))
    }

    /// The name that stands as `data_type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "bigint",
            Self::WideInteger => "decimal(38,0)",
            Self::Real => "double",
            Self::Date => "date",
            Self::LocalInstant => "timestamp_ntz",
            Self::UtcInstant => "timestamp",
            Self::Text => "string",
            Self::Nested => "json",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        use TokenType::{Boolean, Date, Integer, LocalInstant, Nested, Real, Text, UtcInstant, WideInteger};
        [Boolean, Integer, WideInteger, Real, Date, LocalInstant, UtcInstant, Text, Nested]
            .into_iter()
            .find(|token_type| token_type.name() == name)
    }

    /// The family.
    pub fn general_type(self) -> GeneralType {
        match self {
            Self::Boolean => GeneralType::Boolean,
            Self::Integer | Self::WideInteger | Self::Real => GeneralType::Number,
            Self::Date | Self::LocalInstant | Self::UtcInstant => GeneralType::Time,
            Self::Text => GeneralType::Text,
            Self::Nested => GeneralType::Other,
        }
    }

    /// What its stored numbers mean.
    pub fn form(self) -> Form {
        match self {
            Self::Boolean => Form::Boolean,
            Self::WideInteger => Form::Decimal { precision: 38, scale: 0 },
            Self::Real => Form::Real,
            Self::Date => Form::Date,
            Self::LocalInstant => Form::Instant { nanos: false, utc: false },
            Self::UtcInstant => Form::Instant { nanos: false, utc: true },
            Self::Integer | Self::Text | Self::Nested => Form::Integer,
        }
    }

    /// Reads a token of a type that is stored in 64 bits.
    pub fn read_scalar(self, token: &[u8]) -> Option<i64> {
        match self {
            Self::Boolean => is_truth(token).then(|| i64::from(token.len() == 4)),
            Self::Integer => read_whole(token).and_then(|whole| i64::try_from(whole).ok()),
            Self::Date => parse_date_text(token)
                .filter(|date| date.is_iso && date.time_us.is_none())
                .map(|date| date.day),
            Self::LocalInstant => parse_date_text(token)
                .filter(|date| date.is_iso && date.offset_minutes.is_none())
                .map(|date| date.micros()),
            Self::UtcInstant => parse_date_text(token)
                .filter(|date| date.is_iso && date.offset_minutes.is_some())
                .map(|date| date.micros()),
            Self::WideInteger | Self::Real | Self::Text | Self::Nested => None,
        }
    }
}

/// A whole number without leading zeros or plus.
pub fn read_whole(token: &[u8]) -> Option<i128> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let canonical = match digits {
        [] => false,
        [b'0'] => true,
        [b'0', ..] => false,
        _ => digits.len() <= 38,
    };
    if !canonical {
        return None;
    }
    // Nineteen digits and more need more than 64 bits.
    let (near, far) = digits.split_at(digits.len().min(18));
    let (mut size, mut all_digits) = (0_u64, true);
    for byte in near {
        let digit = byte.wrapping_sub(b'0');
        all_digits &= digit < 10;
        size = size.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    let size = far.iter().try_fold(i128::from(size), |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i128::from(byte - b'0'))
    })?;
    if !all_digits {
        return None;
    }
    Some(if token.len() > digits.len() { -size } else { size })
}

/// A number with an optional point and exponent, or one of the names of NaN and infinity.
pub fn read_real(token: &[u8]) -> Option<f64> {
    if is_named_real(token) {
        return std::str::from_utf8(token).ok()?.parse().ok();
    }
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let plain = match digits {
        [b'0', b'0'..=b'9', ..] | [] => false,
        [first, ..] => first.is_ascii_digit() || *first == b'.',
    };
    let allowed = digits.iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte));
    if !plain || !allowed {
        return None;
    }
    std::str::from_utf8(token)
        .ok()?
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

fn candidates(token: &[u8]) -> u8 {
    match token.first() {
        None => 0,
        Some(b'-' | b'.' | b'0'..=b'9') => {
            if let Some(whole) = read_whole(token) {
                return if i64::try_from(whole).is_ok() { NUMBERS } else { WIDE | REAL };
            }
            if read_real(token).is_some() {
                return REAL;
            }
            match parse_date_text(token).filter(|date| date.is_iso) {
                Some(date) if date.offset_minutes.is_some() => UTC,
                Some(date) if date.time_us.is_some() => LOCAL,
                Some(_) => DATE | LOCAL,
                None => 0,
            }
        }
        Some(_) if is_truth(token) => BOOLEAN,
        Some(_) if is_named_real(token) => REAL,
        Some(_) => 0,
    }
}

fn is_truth(token: &[u8]) -> bool {
    token.eq_ignore_ascii_case(b"true") || token.eq_ignore_ascii_case(b"false")
}

fn is_named_real(token: &[u8]) -> bool {
    let name = token.strip_prefix(b"-").unwrap_or(token);
    [&b"nan"[..], b"inf", b"infinity"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(tokens: &[&str], kinds: TokenKinds) -> TokenType {
        let mut tally = TextTally::new(64);
        for token in tokens {
            tally.add(token.as_bytes(), 1);
        }
        TokenType::infer(&tally, kinds)
    }

    #[test]
    fn the_narrowest_type_that_fits_every_token_is_taken() {
        for (tokens, expected) in [
            (&["1", "-2"][..], TokenType::Integer),
            (&["1", "9223372036854775808"], TokenType::WideInteger),
            (&["1", "2.5", "1e3", "nan"], TokenType::Real),
            (&["nan", "inf"], TokenType::Text),
            (&["007", "8"], TokenType::Text),
            (&["+49", "8"], TokenType::Text),
            (&["TRUE", "false"], TokenType::Boolean),
            (&["2013-01-01"], TokenType::Date),
            (&["2013-01-01", "2013-01-01 05:00"], TokenType::LocalInstant),
            (&["2013-01-01T05:00:00Z", "2013-01-01T05:00:00+01:00"], TokenType::UtcInstant),
            (&["2013-01-01T05:00:00Z", "2013-01-01T05:00:00"], TokenType::Text),
            (&["2013-02-30"], TokenType::Text),
            (&["1", ""], TokenType::Text),
            (&[], TokenType::Text),
        ] {
            assert_eq!(infer(tokens, TokenKinds::PLAIN), expected, "{tokens:?}");
        }
    }

    #[test]
    fn json_strings_never_become_numbers() {
        assert_eq!(infer(&["1"], TokenKinds::STRING), TokenType::Text);
        assert_eq!(infer(&["2013-01-01"], TokenKinds::STRING), TokenType::Date);
        assert_eq!(infer(&["1"], TokenKinds::NUMBER.with(TokenKinds::STRING)), TokenType::Text);
        assert_eq!(infer(&["[1]"], TokenKinds::NESTED), TokenType::Nested);
    }

    #[test]
    fn a_token_that_does_not_fit_asks_for_the_next_wider_type() {
        assert_eq!(TokenType::Integer.wider_for(b"1.5"), TokenType::Real);
        assert_eq!(TokenType::Integer.wider_for(b"x"), TokenType::Text);
        assert_eq!(TokenType::Date.wider_for(b"2013-01-01 01:02:03"), TokenType::LocalInstant);
        assert_eq!(TokenType::Real.wider_for(b"1"), TokenType::Real);
    }
}
