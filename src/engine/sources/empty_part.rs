//! A file of several with nothing in it, not even a header: a part of the table without columns and rows.

use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::type_inference::TokenKinds;

/// No columns and no rows.
pub struct EmptyPart;

impl BatchSource for EmptyPart {
    fn columns(&self) -> &[SourceColumn] {
        &[]
    }

    fn token_kinds(&self, _column: usize) -> TokenKinds {
        TokenKinds::default()
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        Ok(None)
    }

    fn rejected(&self) -> RejectedRows {
        RejectedRows::default()
    }
}
