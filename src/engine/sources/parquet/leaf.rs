//! Flat leaf columns whose pages are read without an Arrow array a page: which they are, and their plain values.

use std::sync::Arc;

use arrow::array::ArrayDataBuilder;
use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Int8Array, Int16Array, UInt8Array, UInt16Array, make_array};
use arrow::buffer::{BooleanBuffer, Buffer};
use arrow::datatypes::{DataType, TimeUnit};
use parquet::basic::{Encoding, LogicalType, Type as PhysicalType};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescriptor;

/// How the plain values of a leaf are laid out, and what they become.
#[derive(Clone, Debug, PartialEq)]
pub enum LeafKind {
    /// Values of this many bytes that are an Arrow array of the type as they stand.
    Fixed(usize, DataType),
    /// 32-bit values that the type holds in fewer bits.
    Narrowed(DataType),
    /// Decimals as 32-bit, 64-bit or big-endian values of so many bytes.
    Decimal(DecimalBytes, DataType),
    /// Bits.
    Boolean,
    /// Texts: each with its length before it.
    Text,
}

/// How an unscaled decimal is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DecimalBytes {
    /// Little-endian, 4 bytes.
    Four,
    /// Little-endian, 8 bytes.
    Eight,
    /// Big-endian two's complement, so many bytes (1 to 16).
    Big(usize),
}

/// How the leaf's pages are read; nothing where only the Arrow reader knows.
pub fn leaf_kind(column: &ColumnDescriptor, data_type: &DataType) -> Option<LeafKind> {
    use DataType as T;
    use PhysicalType as P;
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return None;
    }
    let as_stands = |width| Some(LeafKind::Fixed(width, data_type.clone()));
    match (column.physical_type(), data_type) {
        (P::BOOLEAN, T::Boolean) => Some(LeafKind::Boolean),
        (P::INT32, T::Int32 | T::UInt32 | T::Date32 | T::Time32(TimeUnit::Millisecond)) => as_stands(4),
        (P::INT32, T::Int8 | T::Int16 | T::UInt8 | T::UInt16) => Some(LeafKind::Narrowed(data_type.clone())),
        (P::INT64, T::Int64 | T::UInt64) => as_stands(8),
        (P::INT64, T::Timestamp(unit, _) | T::Time64(unit)) if stored_unit(column) == Some(*unit) => as_stands(8),
        (P::FLOAT, T::Float32) => as_stands(4),
        (P::DOUBLE, T::Float64) => as_stands(8),
        (P::INT32, T::Decimal128(..)) => Some(LeafKind::Decimal(DecimalBytes::Four, data_type.clone())),
        (P::INT64, T::Decimal128(..)) => Some(LeafKind::Decimal(DecimalBytes::Eight, data_type.clone())),
        (P::FIXED_LEN_BYTE_ARRAY, T::Decimal128(..)) => {
            let width = usize::try_from(column.type_length())
                .ok()
                .filter(|width| (1..=16).contains(width))?;
            Some(LeafKind::Decimal(DecimalBytes::Big(width), data_type.clone()))
        }
        (P::BYTE_ARRAY, T::Utf8 | T::LargeUtf8 | T::Utf8View) => Some(LeafKind::Text),
        _ => None,
    }
}

/// Whether every page of the chunk is plain or coded by a dictionary.
pub fn has_plain_pages(chunk: &ColumnChunkMetaData) -> bool {
    chunk.encodings().all(|encoding| {
        matches!(
            encoding,
            Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY | Encoding::RLE
        )
    })
}

/// The unit of stored instants or times of day.
fn stored_unit(column: &ColumnDescriptor) -> Option<TimeUnit> {
    use parquet::basic::{ConvertedType, TimeUnit as Stored};
    let unit = match column.logical_type_ref() {
        Some(LogicalType::Timestamp(instant)) => instant.unit,
        Some(LogicalType::Time(time)) => time.unit,
        _ => {
            return match column.converted_type() {
                ConvertedType::TIMESTAMP_MILLIS => Some(TimeUnit::Millisecond),
                ConvertedType::TIMESTAMP_MICROS | ConvertedType::TIME_MICROS => Some(TimeUnit::Microsecond),
                _ => None,
            };
        }
    };
    Some(match unit {
        Stored::MILLIS => TimeUnit::Millisecond,
        Stored::MICROS => TimeUnit::Microsecond,
        Stored::NANOS => TimeUnit::Nanosecond,
    })
}

impl LeafKind {
    /// The first `count` plain values as an array without nulls. Not for texts.
    pub fn read_plain(&self, bytes: &[u8], count: usize) -> Result<ArrayRef, &'static str> {
        const SHORT: &str = "it ends before its last value";
        let take = |width: usize| count.checked_mul(width).and_then(|length| bytes.get(..length)).ok_or(SHORT);
        Ok(match self {
            Self::Fixed(width, data_type) => {
                let data = ArrayDataBuilder::new(data_type.clone())
                    .len(count)
                    .add_buffer(Buffer::from(take(*width)?))
                    .build()
                    .map_err(|_| "its values do not fit its type")?;
                make_array(data)
            }
            Self::Narrowed(data_type) => {
                let values = take(4)?
                    .chunks_exact(4)
                    .map(|word| i32::from_le_bytes(word.try_into().expect("four bytes")));
                match data_type {
                    DataType::Int8 => Arc::new(Int8Array::from_iter_values(values.map(|value| value as i8))) as ArrayRef,
                    DataType::Int16 => Arc::new(Int16Array::from_iter_values(values.map(|value| value as i16))),
                    DataType::UInt8 => Arc::new(UInt8Array::from_iter_values(values.map(|value| value as u8))),
                    _ => Arc::new(UInt16Array::from_iter_values(values.map(|value| value as u16))),
                }
            }
            Self::Decimal(layout, data_type) => {
                let bytes = take(layout.width())?;
                let values = bytes.chunks_exact(layout.width()).map(|word| layout.read(word));
                Arc::new(Decimal128Array::from_iter_values(values).with_data_type(data_type.clone()))
            }
            Self::Boolean => {
                let bits = bytes.get(..count.div_ceil(8)).ok_or(SHORT)?;
                Arc::new(BooleanArray::new(BooleanBuffer::new(Buffer::from(bits), 0, count), None))
            }
            Self::Text => return Err("texts are not an array"),
        })
    }
}

impl DecimalBytes {
    fn width(self) -> usize {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
            Self::Big(width) => width,
        }
    }

    fn read(self, word: &[u8]) -> i128 {
        match self {
            Self::Four => i128::from(i32::from_le_bytes(word.try_into().expect("four bytes"))),
            Self::Eight => i128::from(i64::from_le_bytes(word.try_into().expect("eight bytes"))),
            Self::Big(width) => {
                let mut bytes = [if word[0] & 0x80 == 0 { 0 } else { 0xFF }; 16];
                bytes[16 - width..].copy_from_slice(word);
                i128::from_be_bytes(bytes)
            }
        }
    }
}

/// Splits `count` plain texts off `bytes`: four bytes of length before each. Says what follows them.
pub fn split_texts<'a>(mut bytes: &'a [u8], count: usize, into: &mut Vec<&'a [u8]>) -> Result<&'a [u8], &'static str> {
    const SHORT: &str = "it ends before its last text";
    into.reserve(count.min(bytes.len() / 4 + 1));
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(SHORT)?;
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(SHORT)?;
        into.push(text);
        bytes = rest;
    }
    Ok(bytes)
}
