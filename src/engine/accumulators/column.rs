//! The accumulator of one column, whatever its type, and what every column has: rows and nulls.

use arrow::array::Array;
use arrow::datatypes::DataType;

use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::engine::canonical::{Form, Real};
use crate::engine::invariants::broken_invariants;
use crate::engine::limits::ColumnLimits;
use crate::engine::sources::parquet::LeafValues;
use crate::engine::type_inference::{TokenKinds, TokenType};

use super::arrow_values::{self, Meaning};
use super::booleans::Booleans;
use super::numbers::Numbers;
use super::scalar_column::{FinishContext, ScalarColumn};
use super::text_column::TextColumn;
use super::times::Times;
use super::token_column::{TokenColumn, WiderType};

/// Texts that are handed over at once.
const BLOCK: usize = 1_024;

/// Values of one column by type.
#[derive(Debug)]
pub enum Accumulator {
    /// Whole numbers up to 64 bits.
    Integer(ScalarColumn<i64, Numbers<i64>>),
    /// Decimals and wider whole numbers.
    Wide(ScalarColumn<i128, Numbers<i128>>),
    /// Doubles.
    Real(ScalarColumn<Real, Numbers<Real>>),
    /// Dates, instants, times of day.
    Time(ScalarColumn<i64, Times>),
    /// Booleans.
    Boolean(ScalarColumn<i64, Booleans>),
    /// Texts, and what is known by its text.
    Text(TextColumn),
    /// Tokens whose type is still to be found.
    Tokens(Box<TokenColumn>),
}

impl Accumulator {
    /// An empty accumulator for values that mean this.
    pub fn of_meaning(meaning: Meaning, limits: ColumnLimits) -> Self {
        match meaning {
            Meaning::Scalar(Form::Boolean) => Self::Boolean(ScalarColumn::new(Form::Boolean, limits)),
            Meaning::Scalar(Form::Integer) => Self::Integer(ScalarColumn::new(Form::Integer, limits)),
            Meaning::Scalar(Form::Real) => Self::Real(ScalarColumn::new(Form::Real, limits)),
            Meaning::Scalar(form @ Form::Decimal { .. }) => Self::Wide(ScalarColumn::new(form, limits)),
            Meaning::Scalar(form @ (Form::Date | Form::Instant { .. } | Form::TimeOfDay)) => Self::Time(ScalarColumn::new(form, limits)),
            Meaning::Text => Self::Text(TextColumn::new(limits, true)),
            Meaning::Other => Self::Text(TextColumn::new(limits, false)),
        }
    }

    /// An empty accumulator for tokens of a settled type.
    pub fn of_token_type(token_type: TokenType, limits: ColumnLimits) -> Self {
        match token_type {
            TokenType::Text => Self::of_meaning(Meaning::Text, limits),
            TokenType::Nested => Self::of_meaning(Meaning::Other, limits),
            other => Self::of_meaning(Meaning::Scalar(other.form()), limits),
        }
    }

    /// Adds the other's values; fails where the two are of different types.
    pub fn merge(&mut self, other: Self) -> Result<(), TypeClash> {
        match (self, other) {
            (Self::Integer(mine), Self::Integer(theirs)) => mine.merge(theirs),
            (Self::Wide(mine), Self::Wide(theirs)) if mine.form() == theirs.form() => mine.merge(theirs),
            (Self::Real(mine), Self::Real(theirs)) => mine.merge(theirs),
            (Self::Time(mine), Self::Time(theirs)) if mine.form() == theirs.form() => mine.merge(theirs),
            (Self::Boolean(mine), Self::Boolean(theirs)) => mine.merge(theirs),
            (Self::Text(mine), Self::Text(theirs)) => mine.merge(theirs),
            (Self::Tokens(mine), Self::Tokens(theirs)) => {
                return mine.merge(*theirs).map_err(|WiderType(wider)| TypeClash { wider: Some(wider) });
            }
            _ => return Err(TypeClash { wider: None }),
        }
        Ok(())
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        match self {
            Self::Integer(column) => column.heap_bytes(),
            Self::Wide(column) => column.heap_bytes(),
            Self::Real(column) => column.heap_bytes(),
            Self::Time(column) => column.heap_bytes(),
            Self::Boolean(column) => column.heap_bytes(),
            Self::Text(column) => column.heap_bytes(),
            Self::Tokens(column) => column.heap_bytes(),
        }
    }

    /// Turns exact values into sketches.
    pub fn give_up_exact_values(&mut self) {
        match self {
            Self::Integer(column) => column.give_up_exact_values(),
            Self::Wide(column) => column.give_up_exact_values(),
            Self::Real(column) => column.give_up_exact_values(),
            Self::Time(column) => column.give_up_exact_values(),
            Self::Boolean(column) => column.give_up_exact_values(),
            Self::Text(column) => column.give_up_exact_values(),
            Self::Tokens(column) => column.give_up_exact_values(),
        }
    }

    /// Writes every metric.
    pub fn finish(self, context: &FinishContext, profile: &mut ColumnProfile) {
        match self {
            Self::Integer(column) => column.finish(context, profile),
            Self::Wide(column) => column.finish(context, profile),
            Self::Real(column) => column.finish(context, profile),
            Self::Time(column) => column.finish(context, profile),
            Self::Boolean(column) => column.finish(context, profile),
            Self::Text(column) => column.finish(context, profile),
            Self::Tokens(column) => column.finish(context, profile),
        }
    }
}

/// Two states that cannot be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeClash {
    /// The type that both would fit, for tokens.
    pub wider: Option<TokenType>,
}

/// State of one column.
#[derive(Debug)]
pub struct ColumnState {
    pub(in crate::engine) name: String,
    pub(in crate::engine) data_type: String,
    pub(in crate::engine) general_type: GeneralType,
    /// What its Arrow type means; nothing for tokens.
    pub(in crate::engine) meaning: Option<Meaning>,
    pub(in crate::engine) rows: u64,
    pub(in crate::engine) nulls: u64,
    pub(in crate::engine) accumulator: Accumulator,
    pub(in crate::engine) failure: Option<String>,
    /// For a column of tokens that broke its settled type: the type to read it with.
    pub(in crate::engine) wider: Option<TokenType>,
    /// Left to a later look, because memory is short.
    postponed: bool,
}

impl ColumnState {
    /// A column of an Arrow type; one of a type that is not read fails alone and says so.
    pub fn of_arrow_type(name: &str, data_type: &DataType, limits: ColumnLimits) -> Self {
        let meaning = arrow_values::meaning_of(data_type);
        Self {
            name: name.to_owned(),
            data_type: arrow_values::type_name(data_type),
            general_type: arrow_values::general_type_of(meaning),
            meaning: Some(meaning),
            rows: 0,
            nulls: 0,
            accumulator: Accumulator::of_meaning(meaning, limits),
            failure: None,
            wider: None,
            postponed: false,
        }
    }

    /// A column of tokens; `known` is the type that an earlier look found necessary.
    pub fn of_tokens(name: &str, limits: ColumnLimits, known: Option<TokenType>) -> Self {
        Self {
            name: name.to_owned(),
            data_type: String::new(),
            general_type: GeneralType::Other,
            meaning: None,
            rows: 0,
            nulls: 0,
            accumulator: Accumulator::Tokens(Box::new(TokenColumn::new(limits, known))),
            failure: None,
            wider: None,
            postponed: false,
        }
    }

    /// Fails the column where another part of the table holds it as something else.
    pub fn expect_type(&mut self, data_type: Option<&DataType>) {
        let other = data_type.map_or("text".into(), arrow_values::type_name);
        if data_type.map(arrow_values::meaning_of) != self.meaning {
            self.fail(format!(
                "the files of the table hold this column as {} and as {other}",
                self.data_type
            ));
        } else {
            self.complete_type(&other);
        }
    }

    /// Takes over the type's name from a part that has seen values where this one has none.
    fn complete_type(&mut self, other: &str) {
        let unknown = |name: &str| name.matches("void").count();
        if unknown(other) < unknown(&self.data_type) {
            other.clone_into(&mut self.data_type);
        }
    }

    /// Name as the source spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The wider type that reading this column again needs.
    pub fn wider_type(&self) -> Option<TokenType> {
        self.wider
    }

    /// The type that a column of tokens has settled on.
    pub fn settled_type(&self) -> Option<TokenType> {
        match &self.accumulator {
            Accumulator::Tokens(column) => column.settled_type(),
            _ => None,
        }
    }

    /// Adds every value of an array. A value that cannot be counted fails the column.
    pub fn update(&mut self, array: &dyn Array, kinds: TokenKinds) {
        self.rows += array.len() as u64;
        if self.failure.is_some() || self.wider.is_some() || self.postponed {
            return;
        }
        let added = match &mut self.accumulator {
            Accumulator::Tokens(column) => column
                .note_kinds(kinds)
                .and_then(|()| arrow_values::add_tokens(array, None, column)),
            other => {
                if let Err(reason) = arrow_values::add_array(array, None, other) {
                    self.fail(reason);
                }
                Ok(())
            }
        };
        if let Err(WiderType(wider)) = added {
            self.wider = Some(wider);
        }
        self.nulls += array.logical_null_count() as u64;
    }

    /// Adds every value of an array so many times as its weight says; nulls have weights too.
    pub fn update_weighted(&mut self, array: &dyn Array, weights: &[u64]) {
        self.rows += weights.iter().sum::<u64>();
        self.nulls += (0..array.len()).filter(|i| array.is_null(*i)).map(|i| weights[i]).sum::<u64>();
        let added = match &mut self.accumulator {
            Accumulator::Tokens(column) => arrow_values::add_tokens(array, Some(weights), column),
            other => {
                if let Err(reason) = arrow_values::add_array(array, Some(weights), other) {
                    self.fail(reason);
                }
                Ok(())
            }
        };
        if let Err(WiderType(wider)) = added {
            self.wider = Some(wider);
        }
    }

    /// Adds a piece of a flat Parquet column.
    pub fn update_leaf(&mut self, piece: LeafValues) {
        match piece {
            LeafValues::Nulls(count) => self.add_nulls(count),
            LeafValues::Array(values, None) => self.update(&values, TokenKinds::default()),
            LeafValues::Array(values, Some(weights)) => self.update_weighted(&values, weights),
            LeafValues::Texts(texts, weights) => {
                self.rows += weights.map_or(texts.len() as u64, |weights| weights.iter().sum());
                let Accumulator::Text(column) = &mut self.accumulator else {
                    self.fail("a page brought this column as text".into());
                    return;
                };
                match weights {
                    Some(weights) => column.update_weighted(texts, weights),
                    None => texts.chunks(BLOCK).for_each(|texts| column.update_block(texts)),
                }
            }
        }
    }

    /// Whether the column failed.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Rows in which the source does not have this column at all.
    pub fn add_nulls(&mut self, count: u64) {
        self.rows += count;
        self.nulls += count;
    }

    /// Marks the column as failed; its neighbours go on.
    pub fn fail(&mut self, reason: String) {
        self.failure.get_or_insert(reason);
    }

    /// Adds the other's rows.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.nulls += other.nulls;
        if let Some(reason) = other.failure {
            self.fail(reason);
        } else if self.meaning != other.meaning {
            self.fail(format!(
                "the files of the table hold this column as {} and as {}",
                self.data_type, other.data_type
            ));
        } else {
            self.complete_type(&other.data_type);
        }
        self.wider = match (self.wider, other.wider) {
            (Some(mine), Some(theirs)) => Some(mine.widened_with(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        if self.postponed || other.postponed {
            self.postpone();
        }
        if self.failure.is_some() || self.wider.is_some() || self.postponed {
            return;
        }
        match self.accumulator.merge(other.accumulator) {
            Ok(()) => {}
            Err(TypeClash { wider: Some(wider) }) => self.wider = Some(wider),
            Err(TypeClash { wider: None }) => self.fail(format!(
                "the files of the table hold this column as {} and as {}",
                self.data_type, other.data_type
            )),
        }
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        self.accumulator.heap_bytes()
    }

    /// Leaves the column to a later look; what was counted of it is forgotten.
    pub fn postpone(&mut self) {
        self.postponed = true;
        self.accumulator = Accumulator::of_meaning(Meaning::Scalar(Form::Boolean), ColumnLimits::default());
    }

    /// Whether the column is left to a later look.
    pub fn is_postponed(&self) -> bool {
        self.postponed
    }

    /// Settles the type of a column of tokens by what was seen so far; says whether it was open.
    pub fn settle_type(&mut self) -> bool {
        match &mut self.accumulator {
            Accumulator::Tokens(column) => column.settle_type(),
            _ => false,
        }
    }

    /// Turns exact values into sketches, because memory is short.
    pub fn give_up_exact_values(&mut self) {
        self.accumulator.give_up_exact_values();
    }

    /// The finished profile, its invariants checked.
    pub fn finish(self, ordinal_position: u32, context: &FinishContext) -> ColumnProfile {
        let mut profile = ColumnProfile {
            column_name: self.name,
            ordinal_position,
            data_type: self.data_type,
            general_type: self.general_type,
            row_count: self.rows,
            null_count: self.nulls,
            non_null_count: self.rows - self.nulls,
            ..ColumnProfile::default()
        };
        if let Some(reason) = self.failure {
            // No row of it was profiled to the end.
            (profile.row_count, profile.null_count, profile.non_null_count) = (0, 0, 0);
            profile.metrics.query_error = Some(reason);
            return profile;
        }
        profile.metrics.null_ratio = (self.rows > 0).then(|| self.nulls as f64 / self.rows as f64);
        self.accumulator.finish(context, &mut profile);
        profile.broken_invariants = broken_invariants(&profile);
        profile
    }
}
