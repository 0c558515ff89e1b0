//! From Arrow arrays to accumulators: what each Arrow type means, and its values one by one (or weighted, for dictionaries).

use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{Array, AsArray, PrimitiveArray, as_primitive_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use arrow::json::writer::{EncoderOptions, make_encoder};

use crate::domain::column_profile::GeneralType;
use crate::engine::calendar::MICROS_PER_DAY;
use crate::engine::canonical::{Form, Real, Scalar};

use super::column::Accumulator;
use super::scalar_column::{Family, ScalarColumn};
use super::token_column::{TokenColumn, WiderType};

/// Values that are handed over at once.
const BLOCK: usize = 1_024;

/// What the values of an Arrow type mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Fixed width.
    Scalar(Form),
    /// Text.
    Text,
    /// Nested, binary, anything else: known by its text.
    Other,
}

/// What the values of an Arrow type mean.
pub fn meaning_of(data_type: &DataType) -> Meaning {
    use DataType as T;
    Meaning::Scalar(match data_type {
        T::Boolean => Form::Boolean,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 => Form::Integer,
        T::UInt64 => Form::Decimal { precision: 20, scale: 0 },
        T::Decimal32(precision, scale)
        | T::Decimal64(precision, scale)
        | T::Decimal128(precision, scale)
        | T::Decimal256(precision, scale) => Form::Decimal {
            precision: *precision,
            scale: *scale,
        },
        T::Float16 | T::Float32 | T::Float64 => Form::Real,
        T::Date32 | T::Date64 => Form::Date,
        T::Timestamp(unit, zone) => Form::Instant {
            nanos: *unit == TimeUnit::Nanosecond,
            utc: zone.is_some(),
        },
        T::Time32(_) | T::Time64(_) => Form::TimeOfDay,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => return Meaning::Text,
        T::Dictionary(_, values) => return meaning_of(values),
        T::RunEndEncoded(_, values) => return meaning_of(values.data_type()),
        _ => return Meaning::Other,
    })
}

/// As what a table holds a column that two of its files hold as these: where one of them has seen no value, it has no type, and gets
/// the other's; also within a list. Nothing where they differ otherwise.
pub fn shared_type(mine: &DataType, theirs: &DataType) -> Option<DataType> {
    let shared_field = |mine: &FieldRef, theirs: &FieldRef| {
        let shared = shared_type(mine.data_type(), theirs.data_type())?;
        let typed = mine.as_ref().clone().with_data_type(shared);
        (mine.name() == theirs.name()).then(|| FieldRef::new(typed))
    };
    match (mine, theirs) {
        (DataType::Null, other) | (other, DataType::Null) => Some(other.clone()),
        (DataType::List(mine), DataType::List(theirs)) => shared_field(mine, theirs).map(DataType::List),
        (DataType::LargeList(mine), DataType::LargeList(theirs)) => shared_field(mine, theirs).map(DataType::LargeList),
        (DataType::Struct(mine), DataType::Struct(theirs)) if mine.len() == theirs.len() => {
            let fields = mine.iter().zip(theirs).map(|(mine, theirs)| shared_field(mine, theirs));
            fields.collect::<Option<_>>().map(DataType::Struct)
        }
        _ => (mine == theirs).then(|| mine.clone()),
    }
}

/// The family of a meaning.
pub fn general_type_of(meaning: Meaning) -> GeneralType {
    match meaning {
        Meaning::Scalar(Form::Boolean) => GeneralType::Boolean,
        Meaning::Scalar(Form::Integer | Form::Decimal { .. } | Form::Real) => GeneralType::Number,
        Meaning::Scalar(Form::Date | Form::Instant { .. } | Form::TimeOfDay) => GeneralType::Time,
        Meaning::Text => GeneralType::Text,
        Meaning::Other => GeneralType::Other,
    }
}

/// The type as a warehouse spells it.
pub fn type_name(data_type: &DataType) -> String {
    use DataType as T;
    match data_type {
        T::Boolean => "boolean".into(),
        T::Int8 => "tinyint".into(),
        T::Int16 => "smallint".into(),
        T::Int32 => "int".into(),
        T::Int64 => "bigint".into(),
        T::UInt8 => "unsigned tinyint".into(),
        T::UInt16 => "unsigned smallint".into(),
        T::UInt32 => "unsigned int".into(),
        T::UInt64 => "unsigned bigint".into(),
        T::Float16 => "half".into(),
        T::Float32 => "float".into(),
        T::Float64 => "double".into(),
        T::Decimal32(precision, scale)
        | T::Decimal64(precision, scale)
        | T::Decimal128(precision, scale)
        | T::Decimal256(precision, scale) => {
            format!("decimal({precision},{scale})")
        }
        T::Date32 | T::Date64 => "date".into(),
        T::Timestamp(_, Some(_)) => "timestamp".into(),
        T::Timestamp(_, None) => "timestamp_ntz".into(),
        T::Time32(_) | T::Time64(_) => "time".into(),
        T::Utf8 | T::LargeUtf8 | T::Utf8View => "string".into(),
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => "binary".into(),
        T::Null => "void".into(),
        T::Dictionary(_, values) => type_name(values),
        T::RunEndEncoded(_, values) => type_name(values.data_type()),
        T::List(field) | T::LargeList(field) | T::FixedSizeList(field, _) | T::ListView(field) | T::LargeListView(field) => {
            format!("array<{}>", type_name(field.data_type()))
        }
        T::Struct(fields) => {
            let parts: Vec<String> = fields
                .iter()
                .map(|field| format!("{}:{}", field.name(), type_name(field.data_type())))
                .collect();
            format!("struct<{}>", parts.join(","))
        }
        T::Map(entries, _) => match entries.data_type() {
            T::Struct(fields) if fields.len() == 2 => {
                format!("map<{},{}>", type_name(fields[0].data_type()), type_name(fields[1].data_type()))
            }
            _ => "map".into(),
        },
        other => other.to_string().to_lowercase(),
    }
}

/// Two types by their names; where these are the same (times in other units), with what Arrow calls them.
pub fn spell_apart(one: &DataType, other: &DataType) -> (String, String) {
    let (mut names, is_same) = ((type_name(one), type_name(other)), type_name(one) == type_name(other));
    if is_same {
        names.0 += &format!(" ({one})");
        names.1 += &format!(" ({other})");
    }
    names
}

/// Adds every value that is not null; with weights, each value so many times. Fails with the reason in words.
pub fn add_array(array: &dyn Array, weights: Option<&[u64]>, into: &mut Accumulator) -> Result<(), String> {
    match array.data_type() {
        DataType::Dictionary(_, _) => return add_dictionary(array, weights, into),
        DataType::RunEndEncoded(_, values) => {
            let plain = cast(array, values.data_type()).map_err(|error| error.to_string())?;
            return add_array(&plain, weights, into);
        }
        _ => {}
    }
    match into {
        Accumulator::Integer(column) => add_integers(array, weights, column),
        Accumulator::Wide(column) => add_wide(array, weights, column),
        Accumulator::Real(column) => add_reals(array, weights, column),
        Accumulator::Time(column) => add_times(array, weights, column),
        Accumulator::Boolean(column) => {
            let booleans = array.as_boolean();
            for (i, value) in booleans.iter().enumerate() {
                let weight = weights.map_or(1, |weights| weights[i]);
                if let Some(value) = value.filter(|_| weight > 0) {
                    column.update(i64::from(value), weight);
                }
            }
            Ok(())
        }
        Accumulator::Text(column) => for_each_text(array, weights, |text, weight| {
            column.update(text, weight);
            Ok(())
        }),
        Accumulator::Tokens(_) => Err("tokens are added as tokens".into()),
    }
}

/// Adds every token that is not null.
pub fn add_tokens(array: &dyn Array, weights: Option<&[u64]>, into: &mut TokenColumn) -> Result<(), WiderType> {
    let Some(tokens) = array.as_binary_opt::<i32>() else {
        return Ok(());
    };
    if weights.is_none() {
        return into.update_block(tokens);
    }
    for (i, token) in tokens.iter().enumerate() {
        if let Some(token) = token {
            into.update(token, weights.map_or(1, |weights| weights[i]))?;
        }
    }
    Ok(())
}

/// Counts the codes, then adds every dictionary entry once with its weight.
fn add_dictionary(array: &dyn Array, weights: Option<&[u64]>, into: &mut Accumulator) -> Result<(), String> {
    let dictionary = array.as_any_dictionary();
    let mut counts = vec![0_u64; dictionary.values().len()];
    if !counts.is_empty() {
        for (i, key) in dictionary.normalized_keys().into_iter().enumerate() {
            if dictionary.keys().is_valid(i) {
                counts[key] += weights.map_or(1, |weights| weights[i]);
            }
        }
    }
    add_array(dictionary.values().as_ref(), Some(&counts), into)
}

fn add_integers<F: Family<i64>>(array: &dyn Array, weights: Option<&[u64]>, column: &mut ScalarColumn<i64, F>) -> Result<(), String> {
    match array.data_type() {
        DataType::Int8 => add_primitive::<Int8Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::Int16 => add_primitive::<Int16Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::Int32 => add_primitive::<Int32Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::Int64 => add_primitive::<Int64Type, _, _>(array, weights, column, Some),
        DataType::UInt8 => add_primitive::<UInt8Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::UInt16 => add_primitive::<UInt16Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::UInt32 => add_primitive::<UInt32Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        other => Err(unexpected(other)),
    }
}

fn add_wide<F: Family<i128>>(array: &dyn Array, weights: Option<&[u64]>, column: &mut ScalarColumn<i128, F>) -> Result<(), String> {
    match array.data_type() {
        DataType::UInt64 => add_primitive::<UInt64Type, _, _>(array, weights, column, |v| Some(i128::from(v))),
        DataType::Decimal32(..) => add_primitive::<Decimal32Type, _, _>(array, weights, column, |v| Some(i128::from(v))),
        DataType::Decimal64(..) => add_primitive::<Decimal64Type, _, _>(array, weights, column, |v| Some(i128::from(v))),
        DataType::Decimal128(..) => add_primitive::<Decimal128Type, _, _>(array, weights, column, Some),
        DataType::Decimal256(..) => add_primitive::<Decimal256Type, _, _>(array, weights, column, |v| v.to_i128()),
        other => Err(unexpected(other)),
    }
}

fn add_reals<F: Family<Real>>(array: &dyn Array, weights: Option<&[u64]>, column: &mut ScalarColumn<Real, F>) -> Result<(), String> {
    match array.data_type() {
        DataType::Float16 => add_primitive::<Float16Type, _, _>(array, weights, column, |v| Some(Real::new(f64::from(v)))),
        DataType::Float32 => add_primitive::<Float32Type, _, _>(array, weights, column, |v| Some(Real::new(f64::from(v)))),
        DataType::Float64 => add_primitive::<Float64Type, _, _>(array, weights, column, |v| Some(Real::new(v))),
        other => Err(unexpected(other)),
    }
}

fn add_times<F: Family<i64>>(array: &dyn Array, weights: Option<&[u64]>, column: &mut ScalarColumn<i64, F>) -> Result<(), String> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match array.data_type() {
        DataType::Date32 => add_primitive::<Date32Type, _, _>(array, weights, column, |v| Some(i64::from(v))),
        DataType::Date64 => add_primitive::<Date64Type, _, _>(array, weights, column, |v| Some(v.div_euclid(MICROS_PER_DAY / 1_000))),
        DataType::Timestamp(Second, _) => add_primitive::<TimestampSecondType, _, _>(array, weights, column, |v| v.checked_mul(1_000_000)),
        DataType::Timestamp(Millisecond, _) => {
            add_primitive::<TimestampMillisecondType, _, _>(array, weights, column, |v| v.checked_mul(1_000))
        }
        DataType::Timestamp(Microsecond, _) => add_primitive::<TimestampMicrosecondType, _, _>(array, weights, column, Some),
        DataType::Timestamp(Nanosecond, _) => add_primitive::<TimestampNanosecondType, _, _>(array, weights, column, Some),
        DataType::Time32(Second) => add_primitive::<Time32SecondType, _, _>(array, weights, column, |v| Some(i64::from(v) * 1_000_000_000)),
        DataType::Time32(_) => add_primitive::<Time32MillisecondType, _, _>(array, weights, column, |v| Some(i64::from(v) * 1_000_000)),
        DataType::Time64(Microsecond) => add_primitive::<Time64MicrosecondType, _, _>(array, weights, column, |v| v.checked_mul(1_000)),
        DataType::Time64(_) => add_primitive::<Time64NanosecondType, _, _>(array, weights, column, Some),
        other => Err(unexpected(other)),
    }
}

/// Adds values of a primitive array, block by block.
fn add_primitive<T: ArrowPrimitiveType, K: Scalar, F: Family<K>>(
    array: &dyn Array,
    weights: Option<&[u64]>,
    column: &mut ScalarColumn<K, F>,
    key_of: impl Fn(T::Native) -> Option<K>,
) -> Result<(), String> {
    let array: &PrimitiveArray<T> = as_primitive_array(array);
    let beyond = || {
        format!(
            "a value is beyond what a column of {} can be counted with",
            type_name(&T::DATA_TYPE)
        )
    };
    let nulls = array.nulls();
    let is_null = |i: usize| nulls.is_some_and(|nulls| nulls.is_null(i));
    let mut singles: Vec<K> = Vec::with_capacity(BLOCK);
    for (block, values) in array.values().chunks(BLOCK).enumerate() {
        singles.clear();
        for (i, value) in (block * BLOCK..).zip(values) {
            let weight = weights.map_or(1, |weights| weights[i]);
            if weight == 0 || is_null(i) {
                continue;
            }
            let key = key_of(*value).ok_or_else(beyond)?;
            if weight == 1 {
                singles.push(key);
            } else {
                column.update(key, weight);
            }
        }
        column.update_block(&singles);
    }
    Ok(())
}

/// Visits the text form of every value that is not null, in order.
pub fn for_each_text(
    array: &dyn Array,
    weights: Option<&[u64]>,
    visit: impl FnMut(&[u8], u64) -> Result<(), String>,
) -> Result<(), String> {
    match array.data_type() {
        DataType::Utf8 => visit_texts(array.as_string::<i32>().iter(), weights, visit),
        DataType::LargeUtf8 => visit_texts(array.as_string::<i64>().iter(), weights, visit),
        DataType::Utf8View => visit_texts(array.as_string_view().iter(), weights, visit),
        DataType::Null => Ok(()),
        _ => for_each_json(array, weights, visit),
    }
}

fn visit_texts<'a>(
    texts: impl Iterator<Item = Option<&'a str>>,
    weights: Option<&[u64]>,
    mut visit: impl FnMut(&[u8], u64) -> Result<(), String>,
) -> Result<(), String> {
    for (i, text) in texts.enumerate() {
        if let Some(text) = text {
            let weight = weights.map_or(1, |weights| weights[i]);
            if weight > 0 {
                visit(text.as_bytes(), weight)?;
            }
        }
    }
    Ok(())
}

/// Visits nested and binary values by their JSON text, as it would stand in a JSON lines file (binary in hex).
fn for_each_json(
    array: &dyn Array,
    weights: Option<&[u64]>,
    mut visit: impl FnMut(&[u8], u64) -> Result<(), String>,
) -> Result<(), String> {
    let options = EncoderOptions::default();
    let field: FieldRef = Field::new("value", array.data_type().clone(), true).into();
    let mut encoder = make_encoder(&field, array, &options).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    for i in 0..array.len() {
        let weight = weights.map_or(1, |weights| weights[i]);
        if array.is_null(i) || weight == 0 {
            continue;
        }
        text.clear();
        encoder.encode(i, &mut text);
        let bare = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(&text);
        visit(bare, weight)?;
    }
    Ok(())
}

fn unexpected(data_type: &DataType) -> String {
    format!("a batch brought this column as {}", type_name(data_type))
}
