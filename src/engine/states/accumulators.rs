//! A column's state of any type: its rows, and what its accumulator holds.

use super::bytes::{StateReader, StateWriter};
use super::texts::{read_text_column, write_exactly, write_text_column};
use super::values::{read_entries, read_scalar_column, write_scalar_column};
use super::{StateError, damaged};
use crate::engine::accumulators::arrow_values::{Meaning, general_type_of};
use crate::engine::accumulators::column::{Accumulator, ColumnState};
use crate::engine::accumulators::token_column::{State, TokenColumn};
use crate::engine::canonical::Form;
use crate::engine::limits::ColumnLimits;
use crate::engine::type_inference::{TokenKinds, TokenType};

/// Types of tokens, in the order of their numbers.
const TOKEN_TYPES: [TokenType; 9] = [
    TokenType::Boolean,
    TokenType::Integer,
    TokenType::WideInteger,
    TokenType::Real,
    TokenType::Date,
    TokenType::LocalInstant,
    TokenType::UtcInstant,
    TokenType::Text,
    TokenType::Nested,
];

/// Writes a column; one that failed, was left to a later look, or whose type did not hold, comes back.
pub fn write_column(state: ColumnState, out: &mut StateWriter) -> Result<(), Box<ColumnState>> {
    if state.failure.is_some() || state.wider.is_some() || state.is_postponed() {
        return Err(Box::new(state));
    }
    out.put_bytes(state.data_type.as_bytes());
    write_meaning(state.meaning, out);
    out.put_count(state.rows);
    out.put_count(state.nulls);
    write_accumulator(state.accumulator, out);
    Ok(())
}

/// Reads a column.
pub fn read_column(name: &str, input: &mut StateReader, limits: ColumnLimits) -> Result<ColumnState, StateError> {
    let data_type = input.text()?;
    let meaning = read_meaning(input)?;
    let (rows, nulls) = (input.count()?, input.count()?);
    if nulls > rows {
        return Err(damaged("it has more nulls than rows"));
    }
    let mut state = ColumnState::of_tokens(name, limits, None);
    let empty = match meaning {
        Some(meaning) => {
            state.general_type = general_type_of(meaning);
            Accumulator::of_meaning(meaning, limits)
        }
        None => Accumulator::Tokens(Box::new(TokenColumn::new(limits, None))),
    };
    state.accumulator = read_accumulator(empty, input, limits)?;
    (state.data_type, state.meaning, state.rows, state.nulls) = (data_type, meaning, rows, nulls);
    Ok(state)
}

fn write_accumulator(accumulator: Accumulator, out: &mut StateWriter) {
    match accumulator {
        Accumulator::Integer(column) => write_scalar_column(column, out),
        Accumulator::Wide(column) => write_scalar_column(column, out),
        Accumulator::Real(column) => write_scalar_column(column, out),
        Accumulator::Time(column) => write_scalar_column(column, out),
        Accumulator::Boolean(column) => write_scalar_column(column, out),
        Accumulator::Text(column) => write_text_column(column, out),
        Accumulator::Tokens(column) => write_token_column(*column, out),
    }
}

/// Reads into an empty accumulator of the right type.
fn read_accumulator(empty: Accumulator, input: &mut StateReader, limits: ColumnLimits) -> Result<Accumulator, StateError> {
    Ok(match empty {
        Accumulator::Integer(column) => Accumulator::Integer(read_scalar_column(column, input, limits)?),
        Accumulator::Wide(column) => Accumulator::Wide(read_scalar_column(column, input, limits)?),
        Accumulator::Real(column) => Accumulator::Real(read_scalar_column(column, input, limits)?),
        Accumulator::Time(column) => Accumulator::Time(read_scalar_column(column, input, limits)?),
        Accumulator::Boolean(column) => Accumulator::Boolean(read_scalar_column(column, input, limits)?),
        Accumulator::Text(column) => Accumulator::Text(read_text_column(column, input, limits)?),
        Accumulator::Tokens(column) => Accumulator::Tokens(Box::new(read_token_column(*column, input, limits)?)),
    })
}

/// Tokens of a type that is still open are written while all of them fit; else the type is settled by what was seen.
fn write_token_column(mut column: TokenColumn, out: &mut StateWriter) {
    out.put_tag(column.kinds.0);
    match &column.state {
        State::Open(texts) => {
            if write_exactly(texts, out) {
                return;
            }
            column.settle();
        }
        State::Settled(..) => out.put_flag(false),
    }
    if let State::Settled(settled, column) = column.state {
        let number = TOKEN_TYPES.iter().position(|known| *known == settled).unwrap_or(TOKEN_TYPES.len());
        out.put_tag(number as u8);
        write_accumulator(*column, out);
    }
}

fn read_token_column(mut column: TokenColumn, input: &mut StateReader, limits: ColumnLimits) -> Result<TokenColumn, StateError> {
    column.kinds = TokenKinds(input.tag()?);
    if input.flag()? {
        for (token, count) in read_entries::<Vec<u8>>(input)? {
            let added = column.update(&token, count);
            added.map_err(|_| damaged("a token is not of its column's type"))?;
        }
        return Ok(column);
    }
    let settled = TOKEN_TYPES.get(usize::from(input.tag()?)).copied();
    let settled = settled.ok_or_else(|| damaged("a type of tokens does not exist"))?;
    let empty = Accumulator::of_token_type(settled, limits);
    column.state = State::Settled(settled, Box::new(read_accumulator(empty, input, limits)?));
    Ok(column)
}

fn write_meaning(meaning: Option<Meaning>, out: &mut StateWriter) {
    let Some(meaning) = meaning else {
        return out.put_tag(0);
    };
    let form = match meaning {
        Meaning::Text => return out.put_tag(1),
        Meaning::Other => return out.put_tag(2),
        Meaning::Scalar(form) => form,
    };
    match form {
        Form::Integer => out.put_tag(3),
        Form::Real => out.put_tag(4),
        Form::Boolean => out.put_tag(5),
        Form::Date => out.put_tag(6),
        Form::TimeOfDay => out.put_tag(7),
        Form::Instant { nanos, utc } => {
            out.put_tag(8);
            out.put_flag(nanos);
            out.put_flag(utc);
        }
        Form::Decimal { precision, scale } => {
            out.put_tag(9);
            out.put_tag(precision);
            out.put_signed(i128::from(scale));
        }
    }
}

fn read_meaning(input: &mut StateReader) -> Result<Option<Meaning>, StateError> {
    Ok(Some(match input.tag()? {
        0 => return Ok(None),
        1 => Meaning::Text,
        2 => Meaning::Other,
        3 => Meaning::Scalar(Form::Integer),
        4 => Meaning::Scalar(Form::Real),
        5 => Meaning::Scalar(Form::Boolean),
        6 => Meaning::Scalar(Form::Date),
        7 => Meaning::Scalar(Form::TimeOfDay),
        8 => Meaning::Scalar(Form::Instant {
            nanos: input.flag()?,
            utc: input.flag()?,
        }),
        9 => Meaning::Scalar(Form::Decimal {
            precision: input.tag()?,
            scale: i8::try_from(input.signed()?).map_err(|_| damaged("a scale is beyond all bounds"))?,
        }),
        _ => return Err(damaged("a type does not exist")),
    }))
}
