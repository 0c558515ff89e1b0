//! Values as PostgreSQL sends them in binary, into cells. Every digit is kept, or the reason is given.

use crate::engine::sources::cells::Cells;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL begins to count.
const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// Signs of a numeric.
const NEGATIVE: u16 = 0x4000;

/// Adds one value. Fails with the reason in words.
pub fn append_value(cells: &mut Cells, bytes: &[u8]) -> Result<(), String> {
    match cells {
        Cells::Boolean(cells) => cells.append_value(fixed::<1>(bytes)?[0] != 0),
        Cells::Int16(cells) => cells.append_value(i16::from_be_bytes(fixed(bytes)?)),
        Cells::Int32(cells) => cells.append_value(i32::from_be_bytes(fixed(bytes)?)),
        Cells::Int64(cells) => cells.append_value(i64::from_be_bytes(fixed(bytes)?)),
        Cells::UInt32(cells) => cells.append_value(u32::from_be_bytes(fixed(bytes)?)),
        Cells::Float32(cells) => cells.append_value(f32::from_be_bytes(fixed(bytes)?)),
        Cells::Float64(cells) => cells.append_value(f64::from_be_bytes(fixed(bytes)?)),
        Cells::Decimal(cells, scale) => cells.append_value(read_numeric(bytes, *scale)?),
        Cells::Date(cells) => cells.append_value(read_day(i32::from_be_bytes(fixed(bytes)?))?),
        Cells::Time(cells) => cells.append_value(i64::from_be_bytes(fixed(bytes)?)),
        Cells::Instant(cells) => cells.append_value(read_instant(i64::from_be_bytes(fixed(bytes)?))?),
        // A database in SQL_ASCII promises no encoding.
        Cells::Text(cells) => cells.append_value(String::from_utf8_lossy(bytes)),
        Cells::Uuid(cells) => cells.append_value(uuid_text(fixed(bytes)?)),
        Cells::Bytes(cells) => cells.append_value(bytes),
    }
    Ok(())
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes
        .try_into()
        .map_err(|_| format!("the server sent {} bytes where {N} were due", bytes.len()))
}

/// Days since 1970. The infinities keep their place at the ends of 32 bits.
fn read_day(days: i32) -> Result<i32, String> {
    match days {
        i32::MAX | i32::MIN => Ok(days),
        _ => days
            .checked_add(EPOCH_DAYS)
            .ok_or_else(|| "a date is beyond what can be counted".into()),
    }
}

/// Microseconds since 1970. The infinities keep their place at the ends of 64 bits.
fn read_instant(micros: i64) -> Result<i64, String> {
    match micros {
        i64::MAX | i64::MIN => Ok(micros),
        _ => micros
            .checked_add(EPOCH_MICROS)
            .ok_or_else(|| "an instant is beyond the year 294246".into()),
    }
}

/// The number times 10 to the power of `scale`. Digits stand to the base of 10,000, the first with the weight given.
pub fn read_numeric(bytes: &[u8], scale: i8) -> Result<i128, String> {
    let words: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [count, weight, sign, _shown, digits @ ..] = words.as_slice() else {
        return Err("the server sent a number without a head".into());
    };
    if digits.len() != usize::from(*count) || digits.iter().any(|digit| *digit > 9_999) {
        return Err("the server sent a number of wrong length".into());
    }
    if *sign != 0 && *sign != NEGATIVE {
        return Err("a number is NaN or infinite where none was a moment ago".into());
    }
    let Some((last, leading)) = digits.split_last() else { return Ok(0) };
    let too_big = || "a number has more than 38 digits".to_owned();
    let mut sum: i128 = 0;
    for digit in leading {
        sum = sum
            .checked_mul(10_000)
            .and_then(|sum| sum.checked_add(i128::from(*digit)))
            .ok_or_else(too_big)?;
    }
    // Powers of ten that the last digit stands above the unit of the scale.
    let power = 4 * (i64::from(*weight as i16) - leading.len() as i64) + i64::from(scale);
    // A last digit that reaches below the unit ends in zeros there, or the scale is too small for it.
    let (shift, last) = match power {
        0.. => (4, i128::from(*last)),
        -3..=-1 => {
            let below = 10_i128.pow(power.unsigned_abs() as u32);
            if i128::from(*last) % below != 0 {
                return Err(format!("a number has more than {scale} digits after the point"));
            }
            (4 + power, i128::from(*last) / below)
        }
        _ => return Err(format!("a number has more than {scale} digits after the point")),
    };
    let unscaled = sum
        .checked_mul(10_i128.pow(shift as u32))
        .and_then(|sum| sum.checked_add(last))
        .and_then(|sum| sum.checked_mul(10_i128.checked_pow(u32::try_from(power.max(0)).ok()?)?))
        .ok_or_else(too_big)?;
    Ok(if *sign == NEGATIVE { -unscaled } else { unscaled })
}

fn uuid_text(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(weight: i16, sign: u16, digits: &[u16]) -> Vec<u8> {
        let words = [digits.len() as u16, weight as u16, sign, 0];
        words.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn a_numeric_keeps_every_digit_at_its_scale() {
        for (bytes, scale, expected) in [
            (numeric(0, 0, &[]), 2, 0),
            (numeric(0, 0, &[12, 3_400]), 2, 1_234),
            (numeric(0, NEGATIVE, &[12, 3_400]), 2, -1_234),
            (numeric(-1, 0, &[1]), 4, 1),
            (numeric(1, 0, &[1]), 0, 10_000),
            (numeric(1, 0, &[1]), 3, 10_000_000),
            (numeric(1, 0, &[1, 2_000]), -3, 12),
            (
                numeric(9, 0, &[99, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999]),
                0,
                99_999_999_999_999_999_999_999_999_999_999_999_999,
            ),
            (
                numeric(8, 0, &[9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_900]),
                2,
                99_999_999_999_999_999_999_999_999_999_999_999_999,
            ),
        ] {
            assert_eq!(read_numeric(&bytes, scale), Ok(expected), "{bytes:?} {scale}");
        }
    }

    #[test]
    fn a_numeric_that_does_not_fit_says_so() {
        for (bytes, scale) in [
            (numeric(0, 0, &[12, 3_450]), 2),
            (numeric(-2, 0, &[1]), 2),
            (numeric(20, 0, &[1]), 0),
            (numeric(i16::MAX, 0, &[1]), 0),
            (numeric(0, 0xC000, &[]), 0),
            (numeric(0, 0, &[10_000]), 0),
            (vec![0, 1, 0, 0, 0, 0, 0, 0], 0),
            (vec![0, 1], 0),
        ] {
            assert!(read_numeric(&bytes, scale).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn days_and_instants_begin_in_2000_and_infinity_stays_at_the_end() {
        assert_eq!(read_day(0), Ok(10_957));
        assert_eq!(read_day(i32::MAX), Ok(i32::MAX));
        assert_eq!(read_instant(-EPOCH_MICROS), Ok(0));
        assert_eq!(read_instant(i64::MIN), Ok(i64::MIN));
        assert!(read_instant(i64::MAX - 1).is_err());
        assert_eq!(uuid_text([0xAB; 16]), "abababab-abab-abab-abab-abababababab");
    }
}
