//! Arrays of one kind of value in one form, whatever file, width or text they come from: equal values are equal bits.

use std::sync::Arc;

use arrow::array::types::{TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use arrow::error::ArrowError;

use crate::engine::accumulators::arrow_values::{Meaning, meaning_of};
use crate::engine::canonical::Form;
use crate::engine::type_inference::{TokenType, read_real, read_whole};

/// The values in their one form: `Int64` (also for times), `Decimal128`, `Float64`, `Boolean`; texts, bytes and nested values as they are.
pub fn canonical_array(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Dictionary(_, values) => return canonical_array(&cast(array, values)?),
        DataType::RunEndEncoded(_, values) => return canonical_array(&cast(array, values.data_type())?),
        _ => {}
    }
    let target = match meaning_of(array.data_type()) {
        Meaning::Scalar(Form::Integer) => DataType::Int64,
        Meaning::Scalar(Form::Real) => DataType::Float64,
        Meaning::Scalar(Form::Boolean) => DataType::Boolean,
        // Digits beyond 38 made the column fail; scale is what the column has.
        Meaning::Scalar(Form::Decimal { precision, scale }) => DataType::Decimal128(precision.min(38), scale),
        Meaning::Scalar(Form::Date) => {
            return cast(&cast(array, &DataType::Date32)?, &DataType::Int32).and_then(|days| cast(&days, &DataType::Int64));
        }
        Meaning::Scalar(Form::TimeOfDay) => return cast(&cast(array, &DataType::Time64(TimeUnit::Nanosecond))?, &DataType::Int64),
        Meaning::Scalar(Form::Instant { .. }) => return Ok(ticks(array)),
        Meaning::Other if is_binary(array.data_type()) => DataType::Binary,
        Meaning::Text | Meaning::Other => return Ok(array.clone()),
    };
    if *array.data_type() == target {
        Ok(array.clone())
    } else {
        cast(array, &target)
    }
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_)
    )
}

/// Instants as nanoseconds where they are stored so, else as microseconds; never moved by a zone.
fn ticks(array: &ArrayRef) -> ArrayRef {
    let ticks: Int64Array = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => array
            .as_primitive::<TimestampSecondType>()
            .unary::<_, Int64Type>(|value| value.wrapping_mul(1_000_000)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => array
            .as_primitive::<TimestampMillisecondType>()
            .unary::<_, Int64Type>(|value| value.wrapping_mul(1_000)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
        _ => array.as_primitive::<TimestampNanosecondType>().reinterpret_cast(),
    };
    Arc::new(ticks)
}

/// The same for tokens of a settled type. A token that is none of its type is null: such a column would have been read again as text.
pub fn canonical_tokens(array: &ArrayRef, settled: TokenType) -> ArrayRef {
    let Some(tokens) = array.as_binary_opt::<i32>() else {
        return array.clone();
    };
    match settled {
        TokenType::Text | TokenType::Nested => array.clone(),
        TokenType::WideInteger => Arc::new(Decimal128Array::from_iter(tokens.iter().map(|token| token.and_then(read_whole)))),
        TokenType::Real => Arc::new(Float64Array::from_iter(tokens.iter().map(|token| token.and_then(read_real)))),
        TokenType::Boolean => {
            let read = |token| settled.read_scalar(token).map(|value| value == 1);
            Arc::new(BooleanArray::from_iter(tokens.iter().map(|token| token.and_then(read))))
        }
        _ => Arc::new(Int64Array::from_iter(
            tokens.iter().map(|token| token.and_then(|token| settled.read_scalar(token))),
        )),
    }
}
