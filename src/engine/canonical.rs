//! Scalar values as the engine counts them: their canonical text, their canonical hash, and their place on the number line.
//! Both engines hash the same bytes (`XXH64`, seed 42), so that states of different files and widths merge.

use std::hash::Hash;

pub use super::real::Real;

use super::calendar::{write_day, write_time};
use super::xxhash::{word_of_xxh64, xxh64, xxh64_word};

/// Seed of every hash that enters a state.
const SEED: u64 = 42;

/// What a stored number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole number.
    Integer,
    /// An unscaled decimal.
    Decimal {
        /// Digits.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// A double.
    Real,
    /// True or false, as 1 or 0.
    Boolean,
    /// Days since 1970.
    Date,
    /// Ticks since 1970, UTC or without a zone.
    Instant {
        /// Nanoseconds rather than microseconds.
        nanos: bool,
        /// Whether the source says UTC.
        utc: bool,
    },
    /// Nanoseconds since midnight.
    TimeOfDay,
}

impl Form {
    /// Whether values are finer than their canonical bytes: these hold microseconds.
    pub fn is_nanoseconds(self) -> bool {
        matches!(self, Self::Instant { nanos: true, .. })
    }
}

/// Characters of the decimals of a second, their point included; zeros at the end are not written.
fn fraction_length(mut fraction: i64, mut digits: u64) -> u64 {
    if fraction == 0 {
        return 0;
    }
    while fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    digits + 1
}

/// A value of fixed width that an exact map can hold.
pub trait Scalar: Copy + Eq + Hash + Ord + Send + std::fmt::Debug + 'static {
    /// The nearest double on the number line.
    fn to_f64(self, form: Form) -> f64;
    /// The value times nothing: its unscaled whole number, if it has one.
    fn unscaled(self) -> Option<i128>;
    /// Appends the canonical text.
    fn write_text(self, form: Form, out: &mut String);
    /// The canonical hash.
    fn canonical_hash(self, form: Form) -> u64;

    /// A hash that tells apart whatever the form can hold: the canonical one, unless the canonical bytes are coarser.
    fn precise_hash(self, form: Form) -> u64 {
        self.canonical_hash(form)
    }

    /// Characters of the canonical text (all of them ASCII).
    fn text_length(self, form: Form) -> u64 {
        self.text(form).len() as u64
    }

    /// The canonical text.
    fn text(self, form: Form) -> String {
        let mut out = String::new();
        self.write_text(form, &mut out);
        out
    }
}

impl Scalar for i64 {
    fn to_f64(self, _form: Form) -> f64 {
        self as f64
    }

    fn unscaled(self) -> Option<i128> {
        Some(i128::from(self))
    }

    fn write_text(self, form: Form, out: &mut String) {
        use std::fmt::Write;
        match form {
            Form::Boolean => out.push_str(if self == 0 { "false" } else { "true" }),
            Form::Date | Form::Instant { .. } if infinity_of(self, form).is_some() => {
                out.push_str(infinity_of(self, form).unwrap_or_default());
            }
            Form::Date => write_day(self, out),
            Form::Instant { nanos, utc } => {
                let per_day: i64 = if nanos { 86_400_000_000_000 } else { 86_400_000_000 };
                write_day(self.div_euclid(per_day), out);
                out.push('T');
                write_time(self.rem_euclid(per_day) * if nanos { 1 } else { 1_000 }, out);
                if utc {
                    out.push('Z');
                }
            }
            Form::TimeOfDay => write_time(self, out),
            Form::Integer | Form::Decimal { .. } | Form::Real => write!(out, "{self}").expect("writing to a String cannot fail"),
        }
    }

    fn text_length(self, form: Form) -> u64 {
        match form {
            Form::Integer => u64::from(self < 0) + u64::from(self.unsigned_abs().checked_ilog10().unwrap_or(0)) + 1,
            Form::Boolean => 5 - u64::from(self != 0),
            Form::Date if (-719_528..2_932_897).contains(&self) => 10,
            // Years of four digits.
            Form::Instant { nanos, utc } if nanos || (-62_167_219_200_000_000..253_402_300_800_000_000).contains(&self) => {
                let (fraction, digits) = if nanos {
                    (self.rem_euclid(1_000_000_000), 9)
                } else {
                    (self.rem_euclid(1_000_000), 6)
                };
                19 + u64::from(utc) + fraction_length(fraction, digits)
            }
            Form::TimeOfDay => 8 + fraction_length(self.rem_euclid(1_000_000_000), 9),
            _ => self.text(form).len() as u64,
        }
    }

    fn canonical_hash(self, form: Form) -> u64 {
        match form {
            Form::Boolean | Form::Date => xxh64(&(self as i32).to_le_bytes(), SEED),
            Form::Instant { nanos: true, .. } => xxh64_word(self.div_euclid(1_000) as u64, SEED),
            _ => xxh64_word(self as u64, SEED),
        }
    }

    fn precise_hash(self, form: Form) -> u64 {
        if form.is_nanoseconds() {
            xxh64_word(self as u64, SEED)
        } else {
            self.canonical_hash(form)
        }
    }
}

impl Scalar for i128 {
    fn to_f64(self, form: Form) -> f64 {
        let scale = scale_of(form);
        // One correctly rounded division where both sides are exact, else the text decides.
        if self.unsigned_abs() < 1 << 53 && (0..=22).contains(&scale) {
            self as f64 / 10_f64.powi(i32::from(scale))
        } else if scale == 0 {
            self as f64
        } else {
            self.text(form).parse().unwrap_or(f64::NAN)
        }
    }

    fn unscaled(self) -> Option<i128> {
        Some(self)
    }

    fn write_text(self, form: Form, out: &mut String) {
        write_decimal(&self.unsigned_abs().to_string(), self < 0, scale_of(form), out);
    }

    fn text_length(self, form: Form) -> u64 {
        let digits = u64::from(self.unsigned_abs().checked_ilog10().unwrap_or(0)) + 1;
        let scale = scale_of(form);
        u64::from(self < 0)
            + match u64::try_from(scale) {
                Ok(0) => digits,
                Ok(scale) => digits.max(scale + 1) + 1,
                Err(_) if self == 0 => 1,
                Err(_) => digits + u64::from(scale.unsigned_abs()),
            }
    }

    fn canonical_hash(self, form: Form) -> u64 {
        match form {
            Form::Decimal { precision: 0..=18, .. } => xxh64_word(self as i64 as u64, SEED),
            _ => {
                let bytes = self.to_be_bytes();
                // The shortest two's complement form, as Java's BigInteger writes it.
                let spare = bytes
                    .windows(2)
                    .take_while(|pair| (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xFF && pair[1] >= 0x80))
                    .count();
                xxh64(&bytes[spare..], SEED)
            }
        }
    }
}

impl Scalar for Real {
    fn to_f64(self, _form: Form) -> f64 {
        self.get()
    }

    fn unscaled(self) -> Option<i128> {
        None
    }

    fn write_text(self, _form: Form, out: &mut String) {
        write_real(self.get(), out);
    }

    fn text_length(self, form: Form) -> u64 {
        let value = self.get();
        // A double that is a short decimal has just those digits; one with fewer than four of them behind the point is found with four, too.
        let scales: &[(f64, u64)] = if value.abs() < 1e11 {
            &[(10_000.0, 4)]
        } else {
            &[(1.0, 0), (100.0, 2)]
        };
        for (scale, decimals) in scales {
            if let Some(whole) = whole_of(value, *scale) {
                let (mut digits, mut decimals) = (whole.unsigned_abs(), *decimals);
                if decimals == 4 && digits.is_multiple_of(100) {
                    (digits, decimals) = (digits / 100, 2);
                }
                while decimals > 0 && digits.is_multiple_of(10) {
                    digits /= 10;
                    decimals -= 1;
                }
                let digits = u64::from(digits.checked_ilog10().unwrap_or(0)) + 1;
                let point = u64::from(decimals > 0);
                return u64::from(whole < 0) + digits.max(decimals + point) + point;
            }
        }
        if self.get().is_finite() {
            shortest_length(self.get())
        } else {
            self.text(form).len() as u64
        }
    }

    fn canonical_hash(self, _form: Form) -> u64 {
        xxh64_word(self.get().to_bits(), SEED)
    }
}

/// The name of a date or instant without end: PostgreSQL knows two, at the ends of what 32 and 64 bits hold.
pub fn infinity_of(key: i64, form: Form) -> Option<&'static str> {
    let (last, first) = match form {
        Form::Date => (i64::from(i32::MAX), i64::from(i32::MIN)),
        Form::Instant { nanos: false, .. } => (i64::MAX, i64::MIN),
        _ => return None,
    };
    match key {
        _ if key == last => Some("infinity"),
        _ if key == first => Some("-infinity"),
        _ => None,
    }
}

/// The canonical hash of an instant in nanoseconds by its precise one, and whether the canonical bytes leave something of it out.
pub fn canonical_of_nanoseconds(precise: u64) -> (u64, bool) {
    let nanos = word_of_xxh64(precise, SEED) as i64;
    let micros = nanos.div_euclid(1_000);
    (xxh64_word(micros as u64, SEED), nanos.rem_euclid(1_000) != 0)
}

/// The canonical hash of a text or of bytes.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    xxh64(bytes, SEED)
}

/// Digits after the point of a decimal form.
pub fn scale_of(form: Form) -> i8 {
    match form {
        Form::Decimal { scale, .. } => scale,
        _ => 0,
    }
}

/// Appends a decimal: digits of the unscaled number, with the point set so many digits from the right. The scale is kept.
pub fn write_decimal(digits: &str, negative: bool, scale: i8, out: &mut String) {
    if negative {
        out.push('-');
    }
    match usize::try_from(scale) {
        Ok(0) => out.push_str(digits),
        Ok(scale) if digits.len() > scale => {
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        Ok(scale) => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', scale - digits.len()));
            out.push_str(digits);
        }
        Err(_) => {
            out.push_str(digits);
            if digits != "0" {
                out.extend(std::iter::repeat_n('0', usize::from(scale.unsigned_abs())));
            }
        }
    }
}

/// The whole number of which the value is the nearest double to its part by the scale, if there is one of up to 15 digits.
#[inline(always)]
fn whole_of(value: f64, scale: f64) -> Option<i64> {
    /// Beside so much a double has no digits behind the point.
    const WHOLE: f64 = (3_u64 << 51) as f64;
    let scaled = value * scale;
    let whole = (scaled + WHOLE) - WHOLE;
    // The division decides, but most others are told by what is left: the value and its product are rounded once each.
    let may_be_it = scaled.abs() < 1e15 && (scaled - whole).abs() <= whole.abs() * (2.0 * f64::EPSILON);
    (may_be_it && whole / scale == value).then_some(whole as i64)
}

/// Characters of [`write_real`]'s text for a finite value, from its shortest digits.
fn shortest_length(value: f64) -> u64 {
    let mut buffer = zmij::Buffer::new();
    let size = value.abs();
    let text = buffer.format_finite(size).as_bytes();
    let sign = u64::from(value < 0.0);
    if (1e-3..1e15).contains(&size) {
        // As it stands, without an exponent, but for the zero of a whole number.
        return text.strip_suffix(b".0").unwrap_or(text).len() as u64 + sign;
    }
    let mantissa_end = text.iter().position(|byte| *byte == b'e').unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(mantissa_end);
    let exponent = std::str::from_utf8(exponent.get(1..).unwrap_or_default())
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    let point = mantissa.iter().position(|byte| *byte == b'.').unwrap_or(mantissa.len());
    // Digits from the first to the last that is not zero.
    let is_digit = |byte: &u8| *byte != b'0' && *byte != b'.';
    let (Some(first), Some(last)) = (mantissa.iter().position(is_digit), mantissa.iter().rposition(is_digit)) else {
        return 1 + sign;
    };
    let digits = (last - first + 1 - usize::from(first < point && point < last)) as i64;
    // Power of ten of the first digit.
    let scale = exponent.unwrap_or(0)
        + if first < point {
            point as i64 - first as i64 - 1
        } else {
            point as i64 - first as i64
        };
    let length = if !(1e-6..1e21).contains(&size) {
        let power = scale.unsigned_abs().checked_ilog10().map_or(1, |more| i64::from(more) + 1);
        digits + i64::from(digits > 1) + 1 + power + i64::from(scale < 0)
    } else if scale >= 0 {
        digits.max(scale + 1) + i64::from(digits > scale + 1)
    } else {
        digits - scale + 1
    };
    length as u64 + sign
}

/// Appends the shortest text that reads back as the same double; an exponent only beyond 21 digits, as in JSON.
pub fn write_real(value: f64, out: &mut String) {
    use std::fmt::Write;
    let size = value.abs();
    let written = if value.is_nan() {
        write!(out, "NaN")
    } else if value.is_infinite() {
        write!(out, "{}", if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if size != 0.0 && !(1e-6..1e21).contains(&size) {
        write!(out, "{value:e}")
    } else {
        write!(out, "{value}")
    };
    written.expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_canonical_at_full_precision() {
        let money = Form::Decimal { precision: 12, scale: 2 };
        for (value, form, text) in [
            (-5_i128, money, "-0.05"),
            (1_250, money, "12.50"),
            (0, money, "0.00"),
            (7, Form::Decimal { precision: 5, scale: -2 }, "700"),
            (u128::MAX as i128, Form::Integer, "-1"),
        ] {
            assert_eq!(value.text(form), text);
        }
        let instant = Form::Instant { nanos: false, utc: true };
        assert_eq!((-1_i64).text(instant), "1969-12-31T23:59:59.999999Z");
        assert_eq!(0_i64.text(Form::Instant { nanos: true, utc: false }), "1970-01-01T00:00:00");
        for (value, text) in [
            (5.0, "5"),
            (0.1, "0.1"),
            (-0.0, "0"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(Real::new(value).text(Form::Real), text);
        }
    }

    #[test]
    fn lengths_are_those_of_the_texts() {
        let whole = [
            0_i64,
            1,
            -1,
            9,
            10,
            -10,
            99_999,
            i64::MAX,
            i64::MIN,
            86_399_999_999_000,
            253_402_300_800_000_000,
            -62_167_219_200_000_001,
        ];
        for value in whole {
            let forms = [
                Form::Integer,
                Form::Date,
                Form::Instant { nanos: false, utc: true },
                Form::Instant { nanos: true, utc: false },
            ];
            for form in forms
                .into_iter()
                .filter(|form| *form != Form::Date || value.unsigned_abs() < 1 << 40)
            {
                assert_eq!(value.text_length(form), value.text(form).len() as u64, "{value} as {form:?}");
            }
            for scale in [-3, 0, 2, 20] {
                let form = Form::Decimal { precision: 38, scale };
                assert_eq!(
                    i128::from(value).text_length(form),
                    i128::from(value).text(form).len() as u64,
                    "{value} scale {scale}"
                );
            }
        }
        for (seconds, form) in [
            (0_i64, Form::TimeOfDay),
            (1_500_000_000, Form::TimeOfDay),
            (0, Form::Boolean),
            (1, Form::Boolean),
        ] {
            assert_eq!(seconds.text_length(form), seconds.text(form).len() as u64);
        }
        let mut reals = vec![
            0.0,
            -0.0,
            0.1,
            -0.05,
            1e-7,
            1e-6,
            1.5e-6,
            0.0001,
            123.4567,
            123.45678,
            1e15,
            1e21,
            1e22,
            5e-324,
            f64::MAX,
            f64::NAN,
            f64::INFINITY,
            0.1 + 0.2,
            1.0 / 3.0,
        ];
        reals.extend((0..2_000).map(|i| f64::from(i * 7_919 % 100_003) * 0.01 - 300.0));
        reals.extend((0..2_000).map(|i| f64::from(i * 7_919 % 100_003) / 1_000.0));
        reals.extend((0..20_000_u64).map(|i| f64::from_bits(i.wrapping_mul(0x9E37_79B9_7F4A_7C15))));
        reals.extend((0..20_000_u64).map(|i| (i as f64 * 0.37).sin() * 10_f64.powi((i % 40) as i32 - 15)));
        // Beside a short decimal.
        let nearest = (0..20_000_u32).map(|i| f64::from(i * 7_919 % 100_003) / 10_000.0);
        reals.extend(nearest.flat_map(|value| [value.next_down(), -value.next_up(), value * 1e9]));
        for value in reals {
            let real = Real::new(value);
            assert_eq!(real.text_length(Form::Real), real.text(Form::Real).len() as u64, "{value}");
        }
    }

    #[test]
    fn decimals_become_the_nearest_double() {
        let form = Form::Decimal { precision: 38, scale: 20 };
        assert_eq!(10_000_000_000_000_000_000_i128.to_f64(form), 0.1);
        assert_eq!(12_345_678_901_234_567_890_123_i128.to_f64(form), 123.456_789_012_345_68);
    }

    #[test]
    fn nanoseconds_have_a_hash_of_their_own_that_leads_to_the_one_of_their_microsecond() {
        let form = Form::Instant { nanos: true, utc: true };
        for nanos in [0_i64, 1, -1, 999, 1_000, -1_000, 1_700_000_000_123_456_789, i64::MIN, i64::MAX] {
            let (canonical, is_finer) = canonical_of_nanoseconds(nanos.precise_hash(form));
            assert_eq!(canonical, nanos.canonical_hash(form), "{nanos}");
            assert_eq!(is_finer, nanos % 1_000 != 0, "{nanos}");
        }
        assert_ne!(1_i64.precise_hash(form), 2_i64.precise_hash(form));
    }

    #[test]
    fn hashes_are_over_canonical_bytes_so_that_widths_and_zeros_agree() {
        // XXH64 of nothing with seed 0, from the algorithm's own test vectors: the crate is the real thing.
        assert_eq!(xxh64(b"", 0), 0xEF46_DB37_51D8_E999);
        assert_eq!(1_i64.canonical_hash(Form::Integer), xxh64(&1_i64.to_le_bytes(), 42));
        assert_eq!(
            Real::new(-0.0).canonical_hash(Form::Real),
            Real::new(0.0).canonical_hash(Form::Real)
        );
        assert_eq!(
            1_i128.canonical_hash(Form::Decimal { precision: 18, scale: 2 }),
            1_i64.canonical_hash(Form::Integer)
        );
        assert_eq!(
            (-1_i128).canonical_hash(Form::Decimal { precision: 38, scale: 0 }),
            xxh64(&[0xFF], 42)
        );
        assert_eq!(
            128_i128.canonical_hash(Form::Decimal { precision: 38, scale: 0 }),
            xxh64(&[0, 128], 42)
        );
    }
}
