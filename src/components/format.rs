//! Figures as people read them, the one place where a number becomes text (pages and command line alike).
//!
//! Thousands carry a comma, the minus is U+2212, short forms have a narrow no-break space before their unit.
//! Percentages never claim `0%` or `100%` unless that is exact. Times are in `components/moment.rs`.

/// The minus sign of figures.
pub const MINUS: char = '\u{2212}';

/// Stands between a figure and its short unit: narrow, and never broken.
pub const NARROW_SPACE: char = '\u{202f}';

/// Counts below this are written in full even where space is short.
const SHORT_FROM: u64 = 10_000;

/// A whole count: `184,203,511`.
pub fn count(value: u64) -> String {
    group_digits(&value.to_string())
}

/// A count that was not carried on beyond a limit: `9,999`, `10,000+`.
pub fn count_up_to(value: u64, limit: u64) -> String {
    if value > limit {
        format!("{}+", count(limit))
    } else {
        count(value)
    }
}

/// A count for dense cells: full below 10,000, then `31.9 k`, `184.2 M`, `1.04 B`, `2 T`.
pub fn short_count(value: u64) -> String {
    if value < SHORT_FROM {
        return count(value);
    }
    let (text, unit) = scaled(value as f64, &["", "k", "M", "B", "T"], |scaled| if scaled < 10.0 { 2 } else { 1 });
    format!("{text}{NARROW_SPACE}{unit}")
}

/// A count with its noun: `1 table`, `3 tables`. The noun takes a plain `s`.
pub fn counted(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

/// Bytes, decimal: `812 B`, `41.2 GB`, `118 GB`.
pub fn bytes(value: u64) -> String {
    let (text, unit) = scaled(value as f64, &["B", "kB", "MB", "GB", "TB", "PB"], |scaled| {
        usize::from(scaled < 100.0)
    });
    format!("{text} {unit}")
}

/// A share, 0..1: one decimal from 1 %, two below, `<0.01%` and `>99.9%` at the ends. Not a number gives empty text.
pub fn percent(ratio: f64) -> String {
    if ratio.is_nan() {
        return String::new();
    }
    if ratio < 0.0 {
        return format!("{MINUS}{}", percent(-ratio));
    }
    let value = ratio * 100.0;
    match value {
        _ if ratio == 0.0 => "0%".to_owned(),
        _ if ratio == 1.0 => "100%".to_owned(),
        _ if value < 0.01 => "<0.01%".to_owned(),
        _ if value < 0.995 => format!("{value:.2}%"),
        _ if ratio < 1.0 && value >= 99.95 => ">99.9%".to_owned(),
        _ => format!("{}%", decimal(value, 1)),
    }
}

/// The share of `part` in `whole`; `None` where there is no whole.
pub fn share(part: u64, whole: u64) -> Option<String> {
    (whole > 0).then(|| match part {
        part if part == whole => "100%".to_owned(),
        // Counts are exact where their quotient may round to an end.
        part => match percent(part as f64 / whole as f64) {
            text if text == "100%" => ">99.9%".to_owned(),
            text => text,
        },
    })
}

/// A change of a share in percentage points: `+3.7 pp`, `−0.42 pp`.
pub fn points(from: f64, to: f64) -> String {
    let change = (to - from) * 100.0;
    let sign = if change < 0.0 { MINUS } else { '+' };
    match change.abs() {
        change if change.is_nan() => String::new(),
        0.0 => "0 pp".to_owned(),
        change if change < 0.01 => format!("{sign}<0.01 pp"),
        change if change < 0.995 => format!("{sign}{change:.2} pp"),
        change => format!("{sign}{} pp", decimal(change, 1)),
    }
}

/// A change of a size: `+4.1%`, `−41%`, `×29`; `None` where nothing changed or the start is zero or not finite.
pub fn size_change(from: f64, to: f64) -> Option<String> {
    if from == 0.0 || !from.is_finite() || !to.is_finite() || from == to {
        return None;
    }
    let times = to / from;
    if times >= 2.0 {
        return Some(format!("×{}", trim_zeros(&decimal(times, usize::from(times < 10.0)))));
    }
    let change = (to - from) / from.abs() * 100.0;
    let sign = if change < 0.0 { MINUS } else { '+' };
    Some(match change.abs() {
        change if change < 0.01 => format!("{sign}<0.01%"),
        change if change < 0.995 => format!("{sign}{change:.2}%"),
        change if change < 9.95 => format!("{sign}{change:.1}%"),
        change => format!("{sign}{}%", decimal(change, 0)),
    })
}

/// A duration: `350 ms`, `1.1 s`, `42 s`, `4 m 12 s`, `1 h 05 m`, `2 d 03 h`.
pub fn duration(milliseconds: u64) -> String {
    if milliseconds < 1_000 {
        return format!("{milliseconds} ms");
    }
    if milliseconds < 9_950 {
        return format!("{} s", trim_zeros(&format!("{:.1}", milliseconds as f64 / 1_000.0)));
    }
    let seconds = (milliseconds + 500) / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} m {:02} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {:02} m", minutes % 60),
        _ => format!("{days} d {:02} h", hours % 24),
    }
}

/// A real number with a fixed number of decimals: `1,204.50`, `−3.1`.
pub fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return special(value);
    }
    exact(&format!("{value:.decimals$}"))
}

/// A real number whose scale is unknown: six significant digits, no trailing zeros; very large and very small ones
/// with a power of ten (`4.2×10⁻⁹` is written `4.2e−9`).
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return special(value);
    }
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e15).contains(&size) {
        let text = format!("{value:.3e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{}", exact(&trim_zeros(digits)), power.replace('-', &MINUS.to_string()));
    }
    if value.fract() == 0.0 {
        return exact(&format!("{value:.0}"));
    }
    let whole_digits = size.log10().floor() as i32 + 1;
    let decimals = (6 - whole_digits).clamp(1, 11) as usize;
    exact(&trim_zeros(&format!("{value:.decimals$}")))
}

/// Canonical decimal text at its full precision: digits grouped, minus set. Anything that is no number stays as it is.
pub fn exact(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) && !digits.ends_with('.');
    if !is_number {
        return text.to_owned();
    }
    let is_zero = whole.bytes().chain(fraction.bytes()).all(|byte| byte == b'0');
    let sign = if digits.len() < text.len() && !is_zero {
        MINUS.to_string()
    } else {
        String::new()
    };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", group_digits(whole))
}

/// How many decimals canonical text has: the scale that its column's figures follow.
pub fn scale_of(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Marks an estimate: `≈41,208`.
pub fn estimate(text: String, is_estimate: bool) -> String {
    if is_estimate { format!("≈{text}") } else { text }
}

/// Infinity and not-a-number in words that sort out which.
fn special(value: f64) -> String {
    match value {
        value if value.is_nan() => "not a number".to_owned(),
        value if value < 0.0 => format!("{MINUS}∞"),
        _ => "∞".to_owned(),
    }
}

/// Divides by 1,000 until the text is short, rounding before choosing the unit, so that 999,960 is `1 M`.
fn scaled(value: f64, units: &[&'static str], decimals: impl Fn(f64) -> usize) -> (String, &'static str) {
    let mut scaled = value;
    for (position, unit) in units.iter().enumerate() {
        let places = if position == 0 { 0 } else { decimals(scaled) };
        let text = format!("{scaled:.places$}");
        let is_last = position + 1 == units.len();
        if is_last || text.parse::<f64>().is_ok_and(|rounded| rounded < 1_000.0) {
            return (exact(&trim_zeros(&text)), unit);
        }
        scaled /= 1_000.0;
    }
    (String::new(), "")
}

/// Drops zeros after the point, and the point with them.
fn trim_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// Puts a comma before every third digit from the right.
fn group_digits(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_full_or_short() {
        for (value, full, short) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1,000", "1,000"),
            (9_999, "9,999", "9,999"),
            (10_000, "10,000", "10\u{202f}k"),
            (31_949, "31,949", "31.9\u{202f}k"),
            (719_999, "719,999", "720\u{202f}k"),
            (999_949, "999,949", "999.9\u{202f}k"),
            (999_950, "999,950", "1\u{202f}M"),
            (184_203_511, "184,203,511", "184.2\u{202f}M"),
            (1_317_000_000, "1,317,000,000", "1.32\u{202f}B"),
            (u64::MAX, "18,446,744,073,709,551,615", "18,446,744.1\u{202f}T"),
        ] {
            assert_eq!(count(value), full);
            assert_eq!(short_count(value), short);
        }
        assert_eq!(counted(1, "table"), "1 table");
        assert_eq!(
            (count_up_to(10_000, 10_000), count_up_to(10_001, 10_000)),
            ("10,000".into(), "10,000+".into())
        );
        assert_eq!(counted(1_204, "row"), "1,204 rows");
    }

    #[test]
    fn bytes_are_decimal_with_at_most_three_digits() {
        for (value, text) in [
            (0, "0 B"),
            (812, "812 B"),
            (1_000, "1 kB"),
            (999_999, "1 MB"),
            (9_840_000, "9.8 MB"),
            (41_200_000_000, "41.2 GB"),
            (117_900_000_000, "118 GB"),
            (2_000_000_000_000_000, "2 PB"),
        ] {
            assert_eq!(bytes(value), text);
        }
    }

    #[test]
    fn a_share_is_zero_or_whole_only_when_exact() {
        for (ratio, text) in [
            (0.0, "0%"),
            (1e-12, "<0.01%"),
            (0.000_099, "<0.01%"),
            (0.000_1, "0.01%"),
            (0.006, "0.60%"),
            (0.009_94, "0.99%"),
            (0.009_96, "1.0%"),
            (0.108_04, "10.8%"),
            (0.999_4, "99.9%"),
            (0.999_6, ">99.9%"),
            (0.999_999_999, ">99.9%"),
            (1.0, "100%"),
            (12.5, "1,250.0%"),
            (-0.25, "\u{2212}25.0%"),
            (f64::NAN, ""),
        ] {
            assert_eq!(percent(ratio), text, "{ratio}");
        }
        assert_eq!(share(u64::MAX - 1, u64::MAX).as_deref(), Some(">99.9%"));
        assert_eq!(share(7, 7).as_deref(), Some("100%"));
        assert_eq!(share(0, 7).as_deref(), Some("0%"));
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn a_change_of_a_share_is_in_points() {
        for (from, to, text) in [
            (0.001, 0.038, "+3.7 pp"),
            (0.5, 0.495_8, "\u{2212}0.42 pp"),
            (0.2, 0.2, "0 pp"),
            (0.0, 1e-9, "+<0.01 pp"),
            (0.0, 1.0, "+100.0 pp"),
        ] {
            assert_eq!(points(from, to), text);
        }
    }

    #[test]
    fn a_change_of_a_size_is_in_percent_or_times() {
        for (from, to, text) in [
            (100.0, 104.1, Some("+4.1%")),
            (1_210.0, 714.0, Some("\u{2212}41%")),
            (10.0, 20.0, Some("×2")),
            (10.0, 23.4, Some("×2.3")),
            (3.0, 87.0, Some("×29")),
            (100.0, 0.0, Some("\u{2212}100%")),
            (0.0, 5.0, None),
            (5.0, 5.0, None),
            (f64::NAN, 5.0, None),
            (1e9, 1e9 + 1.0, Some("+<0.01%")),
        ] {
            assert_eq!(size_change(from, to).as_deref(), text, "{from} -> {to}");
        }
    }

    #[test]
    fn durations_use_two_units_at_most() {
        for (milliseconds, text) in [
            (0, "0 ms"),
            (350, "350 ms"),
            (1_000, "1 s"),
            (1_149, "1.1 s"),
            (9_960, "10 s"),
            (59_499, "59 s"),
            (59_500, "1 m 00 s"),
            (252_000, "4 m 12 s"),
            (3_599_600, "1 h 00 m"),
            (3_900_000, "1 h 05 m"),
            (183_600_000, "2 d 03 h"),
        ] {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn numbers_keep_their_meaning_and_lose_their_noise() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1_204.5, "1,204.5"),
            (-7.123_456_789, "\u{2212}7.12346"),
            (0.1 + 0.2, "0.3"),
            (0.000_123_456_789, "0.000123457"),
            (1_234_567.891, "1,234,567.9"),
            (4.2e-9, "4.2e\u{2212}9"),
            (-7e20, "\u{2212}7e20"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "\u{2212}∞"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(decimal(-0.001, 2), "0.00");
        assert_eq!(decimal(48_112.0, 2), "48,112.00");
    }

    #[test]
    fn exact_text_is_grouped_and_what_is_no_number_is_left_alone() {
        for (text, shown) in [
            (
                "-170141183460469231731687303715884105728",
                "\u{2212}170,141,183,460,469,231,731,687,303,715,884,105,728",
            ),
            ("1234.5670", "1,234.5670"),
            ("12", "12"),
            ("1e9", "1e9"),
            ("2026-11-21", "2026-11-21"),
            ("-", "-"),
            ("1.", "1."),
            ("", ""),
        ] {
            assert_eq!(exact(text), shown);
        }
        assert_eq!((scale_of("12.50"), scale_of("12")), (2, 0));
        assert_eq!(estimate(count(41_208), true), "≈41,208");
    }
}
