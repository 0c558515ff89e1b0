//! The rows behind a figure: those of a table that meet a condition on one column, page by page.
//!
//! A condition is tested here in one way for every source, by the same functions that counted (`matching`, over `values`); a database
//! may leave out rows before (`pushing`), but only such as would be dropped here. Of Parquet, the one column is read first, and whole rows
//! only where some of them are wanted (`look`). The same condition as SQL is in `statements::rows`.

mod cells;
mod look;
mod matching;
mod pushing;
mod values;

use serde::{Deserialize, Serialize};

use super::limits::ProfileOptions;
use super::source_root::SourceRoot;
use super::type_inference::TokenType;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::connection::FoundTable;
use crate::domain::row_condition::RowCondition;

pub use look::look_at_rows;

/// What to look for: handed to the child process as one JSON object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookPlan {
    /// Where the table is read from.
    pub root: SourceRoot,
    /// The table, with the scope of the run whose figure it is.
    pub table: FoundTable,
    /// The column that the condition is about.
    pub column: LookedColumn,
    /// The condition.
    pub condition: RowCondition,
    /// Columns of the run, in order: they come first.
    pub columns: Vec<String>,
    /// Columns that nobody is to see any more.
    pub hidden: Vec<String>,
    /// Rows before the page.
    pub skip: u64,
    /// Rows of the page.
    pub limit: u32,
    /// Milliseconds for counting on once the page is full.
    pub counting_ms: u64,
    /// Memory and the time of the whole look.
    pub options: ProfileOptions,
}

/// The column of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedColumn {
    /// Name as the source spells it.
    pub name: String,
    /// What its tokens are, where the source has only texts.
    pub token_type: String,
}

impl LookedColumn {
    /// As a profile has it.
    pub fn of(column: &ColumnProfile, is_of_file: bool) -> Self {
        let named = TokenType::from_name(&column.data_type).filter(|_| is_of_file);
        Self {
            name: column.column_name.clone(),
            token_type: named.unwrap_or_else(|| token_type_of(column)).name().to_owned(),
        }
    }

    pub(in crate::engine) fn settled(&self) -> TokenType {
        TokenType::from_name(&self.token_type).unwrap_or(TokenType::Text)
    }
}

/// What tokens were taken for, from the figures: a database spells its types in its own way.
fn token_type_of(column: &ColumnProfile) -> TokenType {
    let metrics = &column.metrics;
    let has_time = metrics.min_value.as_ref().filter(|text| text.contains('T'));
    match column.general_type {
        GeneralType::Text => TokenType::Text,
        GeneralType::Boolean => TokenType::Boolean,
        GeneralType::Other => TokenType::Nested,
        GeneralType::Number if metrics.nan_count.is_some() => TokenType::Real,
        GeneralType::Number => TokenType::WideInteger,
        GeneralType::Time => match has_time {
            Some(text) if text.ends_with('Z') => TokenType::UtcInstant,
            Some(_) => TokenType::LocalInstant,
            None => TokenType::Date,
        },
    }
}
