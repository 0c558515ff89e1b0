//! The values of one column of a batch as the engine counts them: their canonical text, their place on the number line, their day.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};

use crate::engine::accumulators::arrow_values::{Meaning, for_each_text, meaning_of};
use crate::engine::calendar::MICROS_PER_DAY;
use crate::engine::canonical::{Form, Real, Scalar, infinity_of};
use crate::engine::type_inference::TokenType;
use crate::engine::whole::canonical_arrays::{canonical_array, canonical_tokens};

/// The values of one column of a batch.
pub struct ColumnValues {
    canonical: ArrayRef,
    kind: Kind,
    nulls: Option<NullBuffer>,
    rows: usize,
    /// Whether bytes are tokens, which are what they are, and not bytes of the source, which are shown in hex.
    are_tokens: bool,
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of fixed width.
    Scalar(Form),
    /// Texts; those of a file may be bytes that are none.
    Text,
    /// Known by their text.
    Other,
}

impl ColumnValues {
    /// Reads an array of a source; `settled` says what tokens are, where it holds tokens.
    pub fn read(array: &ArrayRef, settled: Option<TokenType>) -> Result<Self, String> {
        let (canonical, kind) = match settled {
            Some(settled) => (canonical_tokens(array, settled), kind_of_tokens(settled)),
            None => {
                let kind = match meaning_of(array.data_type()) {
                    Meaning::Scalar(form) => Kind::Scalar(form),
                    Meaning::Text => Kind::Text,
                    Meaning::Other => Kind::Other,
                };
                (canonical_array(array).map_err(|error| error.to_string())?, kind)
            }
        };
        Ok(Self {
            canonical,
            kind,
            // A token that is no longer of its type has a value all the same.
            nulls: array.logical_nulls(),
            rows: array.len(),
            are_tokens: settled.is_some(),
        })
    }

    /// Rows of the batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the row has no value.
    pub fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Whether the values are texts.
    pub fn are_texts(&self) -> bool {
        self.kind == Kind::Text
    }

    /// Visits the canonical text of every value.
    pub fn for_each_text(&self, mut visit: impl FnMut(usize, &[u8])) -> Result<(), String> {
        let array = &self.canonical;
        let mut text = String::new();
        let mut write = |row: usize, write: &dyn Fn(&mut String), visit: &mut dyn FnMut(usize, &[u8])| {
            text.clear();
            write(&mut text);
            visit(row, text.as_bytes());
        };
        match (self.kind, array.data_type()) {
            (Kind::Scalar(form), DataType::Int64) => {
                for (row, value) in array.as_primitive::<Int64Type>().iter().enumerate() {
                    if let Some(value) = value {
                        write(row, &|out| value.write_text(form, out), &mut visit);
                    }
                }
            }
            (Kind::Scalar(form), DataType::Decimal128(..)) => {
                for (row, value) in array.as_primitive::<Decimal128Type>().iter().enumerate() {
                    if let Some(value) = value {
                        write(row, &|out| value.write_text(form, out), &mut visit);
                    }
                }
            }
            (Kind::Scalar(form), DataType::Float64) => {
                for (row, value) in array.as_primitive::<Float64Type>().iter().enumerate() {
                    if let Some(value) = value {
                        write(row, &|out| Real::new(value).write_text(form, out), &mut visit);
                    }
                }
            }
            (Kind::Scalar(form), DataType::Boolean) => {
                for (row, value) in array.as_boolean().iter().enumerate() {
                    if let Some(value) = value {
                        write(row, &|out| i64::from(value).write_text(form, out), &mut visit);
                    }
                }
            }
            (Kind::Scalar(_), other) => return Err(format!("its values came as {other}")),
            // Tokens that are texts, or nested values by their JSON text.
            (Kind::Text | Kind::Other, DataType::Binary) if self.are_tokens => each(array.as_binary::<i32>().iter(), visit),
            (Kind::Text | Kind::Other, _) => {
                let mut rows = (0..self.rows).filter(|row| array.is_valid(*row));
                for_each_text(array, None, |text, _| {
                    if let Some(row) = rows.next() {
                        visit(row, text);
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    /// Visits every number; what is none is not visited.
    pub fn for_each_number(&self, mut visit: impl FnMut(usize, f64)) {
        let Kind::Scalar(form @ (Form::Integer | Form::Decimal { .. } | Form::Real)) = self.kind else {
            return;
        };
        let array = &self.canonical;
        match array.data_type() {
            DataType::Int64 => each(array.as_primitive::<Int64Type>().iter(), |row, value| {
                visit(row, value.to_f64(form))
            }),
            DataType::Decimal128(..) => each(array.as_primitive::<Decimal128Type>().iter(), |row, value| {
                visit(row, value.to_f64(form));
            }),
            DataType::Float64 => each(array.as_primitive::<Float64Type>().iter(), visit),
            _ => {}
        }
    }

    /// Visits the calendar day of every date and instant, as days since 1970; those without end have none.
    pub fn for_each_day(&self, mut visit: impl FnMut(usize, i64)) {
        let Kind::Scalar(form @ (Form::Date | Form::Instant { .. })) = self.kind else {
            return;
        };
        let Some(values) = self.canonical.as_primitive_opt::<Int64Type>() else {
            return;
        };
        let per_day = match form {
            Form::Date => 1,
            Form::Instant { nanos: true, .. } => MICROS_PER_DAY * 1_000,
            _ => MICROS_PER_DAY,
        };
        each(values.iter(), |row, value| {
            if infinity_of(value, form).is_none() {
                visit(row, value.div_euclid(per_day));
            }
        });
    }
}

fn each<T>(values: impl Iterator<Item = Option<T>>, mut visit: impl FnMut(usize, T)) {
    for (row, value) in values.enumerate() {
        if let Some(value) = value {
            visit(row, value);
        }
    }
}

fn kind_of_tokens(settled: TokenType) -> Kind {
    match settled {
        TokenType::Text => Kind::Text,
        TokenType::Nested => Kind::Other,
        other => Kind::Scalar(other.form()),
    }
}
