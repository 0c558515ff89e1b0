//! One column of tokens whose type is found from the tokens: open while every different token is known, then settled.
//! A token that does not fit a settled type makes the table be read again with a wider one.

use arrow::array::{Array, BinaryArray};

use crate::domain::column_profile::ColumnProfile;
use crate::engine::canonical::Real;
use crate::engine::limits::ColumnLimits;
use crate::engine::type_inference::{TokenKinds, TokenType, read_real, read_whole};

use super::column::Accumulator;
use super::scalar_column::{FinishContext, ScalarColumn};
use super::text_column::TextColumn;

/// Tokens that are handed over at once.
const BLOCK: usize = 8_192;

/// While a column is open it is settled, never sketched: its type is only known as long as every token is.
const OPEN_ENDED: ColumnLimits = ColumnLimits {
    values: usize::MAX,
    hashes: usize::MAX,
    shapes: usize::MAX,
};

/// State of one column of tokens.
#[derive(Debug)]
pub struct TokenColumn {
    limits: ColumnLimits,
    pub(in crate::engine) kinds: TokenKinds,
    pub(in crate::engine) state: State,
}

#[derive(Debug)]
pub(in crate::engine) enum State {
    Open(TextColumn),
    Settled(TokenType, Box<Accumulator>),
}

/// The type that a column needs although another one had been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WiderType(pub TokenType);

impl TokenColumn {
    /// An empty column; `known` is the type that an earlier look found necessary.
    pub fn new(limits: ColumnLimits, known: Option<TokenType>) -> Self {
        let state = match known {
            None => State::Open(TextColumn::new(OPEN_ENDED, true)),
            Some(known) => State::Settled(known, Box::new(Accumulator::of_token_type(known, limits))),
        };
        Self {
            limits,
            kinds: TokenKinds::default(),
            state,
        }
    }

    /// Remembers which kinds of tokens the source has seen.
    pub fn note_kinds(&mut self, kinds: TokenKinds) -> Result<(), WiderType> {
        if self.kinds.with(kinds) == self.kinds {
            return Ok(());
        }
        self.kinds = self.kinds.with(kinds);
        match &self.state {
            State::Settled(settled, _) if self.kinds.with(TokenKinds::PLAIN) != self.kinds => match self.kinds {
                TokenKinds::STRING | TokenKinds::NUMBER | TokenKinds::BOOLEAN => Ok(()),
                kinds if kinds.with(TokenKinds::NESTED) == kinds && *settled != TokenType::Nested => Err(WiderType(TokenType::Nested)),
                _ if matches!(settled, TokenType::Text | TokenType::Nested) => Ok(()),
                _ => Err(WiderType(TokenType::Text)),
            },
            _ => Ok(()),
        }
    }

    /// Adds a token so many times.
    pub fn update(&mut self, token: &[u8], weight: u64) -> Result<(), WiderType> {
        match &mut self.state {
            State::Open(texts) => {
                if texts.tally().is_some_and(|tally| tally.len() >= self.limits.values) {
                    self.give_up_exact_values();
                    return self.update(token, weight);
                }
                texts.update(token, weight);
                Ok(())
            }
            State::Settled(settled, column) => feed(*settled, column, token, weight),
        }
    }

    /// Adds tokens that occur once each.
    pub fn update_block(&mut self, tokens: &BinaryArray) -> Result<(), WiderType> {
        for at in (0..tokens.len()).step_by(BLOCK) {
            self.update_part(&tokens.slice(at, BLOCK.min(tokens.len() - at)))?;
        }
        Ok(())
    }

    fn update_part(&mut self, tokens: &BinaryArray) -> Result<(), WiderType> {
        let (settled, column) = match &mut self.state {
            State::Open(texts) => {
                if texts.tally().is_none_or(|tally| tally.len() + tokens.len() >= self.limits.values) {
                    return tokens.iter().flatten().try_for_each(|token| self.update(token, 1));
                }
                texts.update_tokens(tokens);
                // Its different tokens would cost more than they tell: what they are is known well enough.
                if texts.hardly_repeats() {
                    self.settle();
                }
                return Ok(());
            }
            State::Settled(settled, column) => (*settled, &mut **column),
        };
        let misfit = |token: &[u8]| WiderType(settled.wider_for(token));
        match column {
            Accumulator::Text(column) => column.update_block(&tokens.iter().flatten().collect::<Vec<_>>()),
            Accumulator::Integer(column) => column.update_block(&read_all(tokens, |token| settled.read_scalar(token)).map_err(misfit)?),
            Accumulator::Time(column) => column.update_block(&read_all(tokens, |token| settled.read_scalar(token)).map_err(misfit)?),
            Accumulator::Boolean(column) => column.update_block(&read_all(tokens, |token| settled.read_scalar(token)).map_err(misfit)?),
            Accumulator::Wide(column) => column.update_block(&read_all(tokens, read_whole).map_err(misfit)?),
            Accumulator::Real(column) => {
                column.update_block(&read_all(tokens, |token| read_real(token).map(Real::new)).map_err(misfit)?);
            }
            Accumulator::Tokens(_) => return Err(WiderType(TokenType::Text)),
        }
        Ok(())
    }

    /// Adds the other's tokens.
    pub fn merge(&mut self, mut other: Self) -> Result<(), WiderType> {
        self.note_kinds(other.kinds)?;
        other.note_kinds(self.kinds)?;
        match (&mut self.state, other.state) {
            (State::Open(mine), State::Open(theirs)) => {
                mine.merge(theirs);
                if mine.tally().is_some_and(|tally| tally.len() > self.limits.values) {
                    self.settle();
                }
                Ok(())
            }
            // Open tokens are settled first and merged then, so that it makes no difference which side was settled when.
            (State::Settled(settled, mine), State::Open(theirs)) => {
                let theirs = settled_as(*settled, &theirs, self.limits)?;
                mine.merge(theirs).map_err(|_| WiderType(TokenType::Text))
            }
            (State::Open(mine), State::Settled(settled, theirs)) => {
                let mut mine = settled_as(settled, mine, self.limits)?;
                let merged = mine.merge(*theirs).map_err(|_| WiderType(TokenType::Text));
                self.state = State::Settled(settled, Box::new(mine));
                merged
            }
            (State::Settled(mine_type, mine), State::Settled(their_type, theirs)) => {
                if *mine_type != their_type {
                    return Err(WiderType(mine_type.widened_with(their_type)));
                }
                mine.merge(*theirs).map_err(|_| WiderType(TokenType::Text))
            }
        }
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        match &self.state {
            State::Open(texts) => texts.heap_bytes(),
            State::Settled(_, column) => column.heap_bytes(),
        }
    }

    /// Settles the type by what was seen so far; says whether it was open. No token is no evidence.
    pub fn settle_type(&mut self) -> bool {
        let is_open = matches!(&self.state, State::Open(texts) if texts.tally().is_some_and(|tally| !tally.is_empty()));
        if is_open {
            self.settle();
        }
        is_open
    }

    /// Settles the type by what was seen so far; a column that is settled already gives up its exact values.
    pub fn give_up_exact_values(&mut self) {
        match &mut self.state {
            State::Open(_) => self.settle(),
            State::Settled(_, column) => column.give_up_exact_values(),
        }
    }

    /// Writes type and metrics.
    pub fn finish(mut self, context: &FinishContext, profile: &mut ColumnProfile) {
        self.settle();
        if let State::Settled(settled, column) = self.state {
            profile.data_type = settled.name().into();
            profile.general_type = settled.general_type();
            column.finish(context, profile);
        }
    }

    /// The type that it has settled on.
    pub fn settled_type(&self) -> Option<TokenType> {
        match &self.state {
            State::Open(_) => None,
            State::Settled(settled, _) => Some(*settled),
        }
    }

    pub(in crate::engine) fn settle(&mut self) {
        let State::Open(texts) = &mut self.state else { return };
        let mut texts = std::mem::replace(texts, TextColumn::new(OPEN_ENDED, true));
        let settled = texts.tally().map_or(TokenType::Text, |tally| TokenType::infer(tally, self.kinds));
        let mut column = Box::new(Accumulator::of_token_type(settled, self.limits));
        match (&mut *column, settled) {
            (Accumulator::Text(column), TokenType::Text) => {
                texts.limit_to(self.limits);
                *column = texts;
            }
            (column, _) => feed_all(settled, column, &texts).expect("the type was inferred from these very tokens"),
        }
        self.state = State::Settled(settled, column);
    }
}

/// The tokens of an open column as values of a type.
fn settled_as(settled: TokenType, texts: &TextColumn, limits: ColumnLimits) -> Result<Accumulator, WiderType> {
    let mut column = Accumulator::of_token_type(settled, limits);
    feed_all(settled, &mut column, texts)?;
    Ok(column)
}

/// Adds every known token of an open column to a typed one.
fn feed_all(settled: TokenType, column: &mut Accumulator, texts: &TextColumn) -> Result<(), WiderType> {
    let Some(tally) = texts.tally() else {
        return Err(WiderType(TokenType::Text));
    };
    tally.iter().try_for_each(|(token, _, count)| feed(settled, column, token, count))
}

/// Reads every token; fails with the first that cannot be read.
fn read_all<K>(tokens: &BinaryArray, read: impl Fn(&[u8]) -> Option<K>) -> Result<Vec<K>, &[u8]> {
    tokens.iter().flatten().map(|token| read(token).ok_or(token)).collect()
}

/// Adds one token to a typed column.
fn feed(settled: TokenType, column: &mut Accumulator, token: &[u8], weight: u64) -> Result<(), WiderType> {
    let fits = match column {
        Accumulator::Text(column) => {
            column.update(token, weight);
            true
        }
        Accumulator::Integer(column) => add(column, settled.read_scalar(token), weight),
        Accumulator::Time(column) => add(column, settled.read_scalar(token), weight),
        Accumulator::Boolean(column) => add(column, settled.read_scalar(token), weight),
        Accumulator::Wide(column) => add(column, read_whole(token), weight),
        Accumulator::Real(column) => add(column, read_real(token).map(Real::new), weight),
        Accumulator::Tokens(_) => false,
    };
    if fits { Ok(()) } else { Err(WiderType(settled.wider_for(token))) }
}

fn add<K: crate::engine::canonical::Scalar, F: super::scalar_column::Family<K>>(
    column: &mut ScalarColumn<K, F>,
    key: Option<K>,
    weight: u64,
) -> bool {
    key.map(|key| column.update(key, weight)).is_some()
}
