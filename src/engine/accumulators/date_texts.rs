//! Texts that are wholly a date: yyyy-MM-dd, yyyy/MM/dd, yyyyMMdd, MM/dd/yyyy, dd.MM.yyyy, dd-MMM-yyyy, each with an
//! optional time HH:mm[:ss[.fraction]] and Z or an offset.

use crate::engine::calendar::{days_from_civil, days_in_month};

/// Names of months as in `07-Feb-2013`.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What a text that is a date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateText {
    /// Days since 1970.
    pub day: i64,
    /// Microseconds since midnight, where there is a time.
    pub time_us: Option<i64>,
    /// Minutes east of UTC, where there is a zone.
    pub offset_minutes: Option<i32>,
    /// Whether the date is spelt yyyy-MM-dd and no digit is lost in microseconds.
    pub is_iso: bool,
}

impl DateText {
    /// Microseconds since 1970; in UTC where there is a zone.
    pub fn micros(&self) -> i64 {
        self.day * 86_400_000_000 + self.time_us.unwrap_or(0) - i64::from(self.offset_minutes.unwrap_or(0)) * 60_000_000
    }
}

/// Reads a text as a date; nothing if any of it is something else.
pub fn parse_date_text(text: &[u8]) -> Option<DateText> {
    if text.len() < 8 || text.len() > 40 || !text[0].is_ascii_digit() {
        return None;
    }
    if let Some(date) = parse_plain_instant(text) {
        return Some(date);
    }
    let (year, month, day, rest, is_iso) = split_date(text)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(i64::from(year), month) {
        return None;
    }
    let (time_us, offset_minutes, exact) = match rest {
        [] => (None, None, true),
        [b' ' | b'T', rest @ ..] => {
            let (time, rest, exact) = split_time(rest)?;
            (Some(time), parse_zone(rest)?, exact)
        }
        _ => return None,
    };
    Some(DateText {
        day: days_from_civil(i64::from(year), month, day),
        time_us,
        offset_minutes,
        is_iso: is_iso && exact,
    })
}

/// The commonest spelling of an instant, `yyyy-MM-dd HH:mm:ss` with no or six decimals, without a branch a digit; nothing where
/// the text is spelt otherwise or is no instant.
fn parse_plain_instant(text: &[u8]) -> Option<DateText> {
    let (head, fraction) = text.split_first_chunk::<19>()?;
    let mut fraction_us = 0;
    match fraction {
        [] => {}
        [b'.', digits @ ..] if digits.len() == 6 => fraction_us = i64::from(self::digits(digits)?),
        _ => return None,
    }
    let digit = |at: usize| u32::from(head[at].wrapping_sub(b'0'));
    let places = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18];
    let all_digits = places.iter().fold(true, |all, at| all & (digit(*at) < 10));
    let marks = [head[4], head[7], head[13], head[16]] == *b"--::" && matches!(head[10], b' ' | b'T');
    if !all_digits || !marks {
        return None;
    }
    let two = |at: usize| digit(at) * 10 + digit(at + 1);
    let (year, month, day) = (i64::from(two(0) * 100 + two(2)), two(5), two(8));
    let (hours, minutes, seconds) = (two(11), two(14), two(17));
    let is_instant = (1..=12).contains(&month) && day >= 1 && hours < 24 && minutes < 60 && seconds < 60;
    if !is_instant || (day > 28 && day > days_in_month(year, month)) {
        return None;
    }
    Some(DateText {
        day: days_from_civil(year, month, day),
        time_us: Some(i64::from(hours * 3_600 + minutes * 60 + seconds) * 1_000_000 + fraction_us),
        offset_minutes: None,
        is_iso: true,
    })
}

/// Year, month, day, what follows, whether spelt the ISO way.
fn split_date(text: &[u8]) -> Option<(u32, u32, u32, &[u8], bool)> {
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    match text {
        [_, _, _, _, b'-', _, _, b'-', _, _, rest @ ..] => Some((number(0, 4)?, number(5, 7)?, number(8, 10)?, rest, true)),
        [_, _, _, _, b'/', _, _, b'/', _, _, rest @ ..] => Some((number(0, 4)?, number(5, 7)?, number(8, 10)?, rest, false)),
        [_, _, b'/', _, _, b'/', _, _, _, _, rest @ ..] => Some((number(6, 10)?, number(0, 2)?, number(3, 5)?, rest, false)),
        [_, _, b'.', _, _, b'.', _, _, _, _, rest @ ..] => Some((number(6, 10)?, number(3, 5)?, number(0, 2)?, rest, false)),
        [_, _, b'-', a, b, c, b'-', _, _, _, _, rest @ ..] => {
            let name = [a.to_ascii_lowercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()];
            let month = MONTHS.iter().position(|month| month.as_bytes() == name)? as u32 + 1;
            Some((number(7, 11)?, month, number(0, 2)?, rest, false))
        }
        [_, _, _, _, _, _, _, _, rest @ ..] => Some((number(0, 4)?, number(4, 6)?, number(6, 8)?, rest, false)),
        _ => None,
    }
}

/// Microseconds, what follows, whether microseconds hold every digit.
fn split_time(text: &[u8]) -> Option<(i64, &[u8], bool)> {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
    let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let (seconds, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (digits(&[*s1, *s2])?, rest),
        rest => (0, rest),
    };
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let mut micros = 0;
    let mut rest = rest;
    let mut exact = true;
    if let [b'.', fraction @ ..] = rest {
        let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || count > 9 {
            return None;
        }
        let nanos = i64::from(digits(&fraction[..count])?) * 10_i64.pow(9 - count as u32);
        micros = nanos / 1_000;
        exact = nanos % 1_000 == 0;
        rest = &fraction[count..];
    }
    Some((i64::from(hours * 3_600 + minutes * 60 + seconds) * 1_000_000 + micros, rest, exact))
}

/// Nothing, `Z`, `+02`, `+0200`, `+02:00`; also after a space.
fn parse_zone(text: &[u8]) -> Option<Option<i32>> {
    let text = text.strip_prefix(b" ").filter(|rest| !rest.is_empty()).unwrap_or(text);
    let (sign, rest) = match text {
        [] => return Some(None),
        b"Z" | b"z" => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [_, _] => (digits(rest)?, 0),
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    (hours <= 18 && minutes <= 59).then_some(Some(sign * (hours * 60 + minutes) as i32))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read() {
        for text in [
            "2013-02-07",
            "2013/02/07",
            "20130207",
            "02/07/2013",
            "07.02.2013",
            "07-Feb-2013",
            "07-FEB-2013",
            "2013-02-07 00:00",
            "2013-02-07T00:00:00Z",
            "20130207 00:00:00.000",
            "2013-02-07T02:00:00+02:00",
        ] {
            let date = parse_date_text(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(date.micros(), 1_360_195_200_000_000, "{text}");
        }
        assert_eq!(parse_date_text(b"1969-12-31 23:59:59.5").unwrap().micros(), -500_000);
    }

    #[test]
    fn the_commonest_spelling_is_read_as_every_other() {
        for text in [
            "2013-02-07 23:59:59",
            "2013-02-07T00:00:00.000001",
            "2012-02-29 12:30:00.120000",
            "0001-01-01 00:00:00",
        ] {
            let quick = parse_plain_instant(text.as_bytes()).unwrap();
            // A zone makes it go the long way.
            let long = parse_date_text(format!("{text}Z").as_bytes()).unwrap();
            assert_eq!(
                (quick.day, quick.time_us, quick.is_iso),
                (long.day, long.time_us, long.is_iso),
                "{text}"
            );
        }
        for text in [
            "2013-02-29 00:00:00",
            "2013-13-01 00:00:00",
            "2013-01-01 24:00:00",
            "2013-01-01x00:00:00",
            "2013-01-01 00:00:0a",
        ] {
            assert_eq!(parse_date_text(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_wholly_a_date_is_refused() {
        for text in [
            "2013-02-30",
            "2013-13-01",
            "2013-2-7",
            "13/13/2013",
            "2013-02-07x",
            "2013-02-07 25:00",
            "12345678",
            "00000000",
            "2013-02-07T",
            "",
        ] {
            assert_eq!(parse_date_text(text.as_bytes()), None, "{text}");
        }
        assert!(!parse_date_text(b"2013-02-07 00:00:00.123456789").unwrap().is_iso);
    }
}
