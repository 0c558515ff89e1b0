//! One 64-bit hash a row, over the values of all its columns in one order; equal rows have equal hashes, whatever part they lie in.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};

use crate::engine::accumulators::arrow_values::for_each_text;
use crate::engine::canonical::{Real, hash_bytes};

/// What every row begins with.
pub const EMPTY_ROW: u64 = 0x2545_F491_4F6C_DD1D;
/// What stands for a null.
const NULL: u64 = 0xA076_1D64_78BD_642F;
const STEP: u64 = 0xD6E8_FEB8_6659_FD93;

/// Adds one column of canonical values to the hashes of its rows.
pub fn add_column(array: &ArrayRef, rows: &mut [u64]) -> Result<(), String> {
    let add = |row: &mut u64, value: Option<u64>| *row = value.map_or(with_null(*row), |value| with_value(*row, value));
    match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>().iter();
            rows.iter_mut()
                .zip(values)
                .for_each(|(row, value)| add(row, value.map(|value| value as u64)));
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().iter();
            let bits = |value: f64| Real::new(value).get().to_bits();
            rows.iter_mut().zip(values).for_each(|(row, value)| add(row, value.map(bits)));
        }
        DataType::Decimal128(..) => {
            let values = array.as_primitive::<Decimal128Type>().iter();
            let bits = |value: i128| with_value(value as u64, (value >> 64) as u64);
            rows.iter_mut().zip(values).for_each(|(row, value)| add(row, value.map(bits)));
        }
        DataType::Boolean => {
            rows.iter_mut()
                .zip(array.as_boolean().iter())
                .for_each(|(row, value)| add(row, value.map(u64::from)));
        }
        DataType::Binary => {
            let values = array.as_binary::<i32>().iter();
            rows.iter_mut().zip(values).for_each(|(row, value)| add(row, value.map(hash_bytes)));
        }
        _ => {
            // The visitor tells of values only, in order: the nulls between them are added here.
            let mut at = 0;
            for_each_text(array, None, |text, _| {
                while array.is_null(at) {
                    add(&mut rows[at], None);
                    at += 1;
                }
                add(&mut rows[at], Some(hash_bytes(text)));
                at += 1;
                Ok(())
            })?;
            rows[at..].iter_mut().for_each(|row| add(row, None));
        }
    }
    Ok(())
}

/// Adds a column that these rows do not have.
pub fn add_missing_column(rows: &mut [u64]) {
    rows.iter_mut().for_each(|row| *row = with_null(*row));
}

/// Rows whose hash stands there before.
pub fn count_repeated(hashes: &mut [u64]) -> u64 {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
}

/// One to one in the value for a given row, and in the row for a given value.
fn with_value(row: u64, value: u64) -> u64 {
    scramble(row.wrapping_mul(STEP).wrapping_add(scramble(value)))
}

fn with_null(row: u64) -> u64 {
    scramble(row ^ NULL)
}

/// The finisher of SplitMix64.
fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float64Array, Int64Array, ListArray, StringArray};
    use arrow::datatypes::Int32Type;
    use std::sync::Arc;

    fn hashes(columns: &[ArrayRef]) -> Vec<u64> {
        let mut rows = vec![EMPTY_ROW; columns[0].len()];
        columns.iter().for_each(|column| add_column(column, &mut rows).unwrap());
        rows
    }

    #[test]
    fn rows_are_equal_where_every_value_is_and_null_is_like_null() {
        let number: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(1), None, None, Some(0)]));
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None, None, Some("")]));
        let real: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0, f64::NAN, -f64::NAN, 1.0]));
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(1)]),
            Some(vec![Some(1)]),
            None,
            None,
            Some(vec![]),
        ]));
        let rows = hashes(&[number.clone(), real.clone(), list.clone()]);
        assert_eq!((rows[0], rows[2]), (rows[1], rows[3]));
        assert_eq!(count_repeated(&mut rows.clone()), 2);
        // The text of the second row makes it another; the nulls of the third and fourth do not.
        assert_eq!(count_repeated(&mut hashes(&[number, real, list, text])), 1);
    }

    #[test]
    fn values_do_not_trade_places_between_columns() {
        let left: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(2), None, Some(3)]));
        let right: ArrayRef = Arc::new(Int64Array::from(vec![Some(2), Some(1), Some(3), None]));
        assert_eq!(count_repeated(&mut hashes(&[left, right])), 0);
    }
}
