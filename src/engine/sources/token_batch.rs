//! Builds record batches of tokens: one Binary column a field, columns added as they appear.

use std::sync::Arc;

use arrow::array::builder::BinaryBuilder;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema};

use super::SourceColumn;
use crate::engine::error::EngineError;

/// A batch under construction.
#[derive(Default)]
pub struct TokenBatch {
    builders: Vec<BinaryBuilder>,
    rows: usize,
    bytes: usize,
}

impl TokenBatch {
    /// A batch with so many columns.
    pub fn with_columns(count: usize) -> Self {
        let mut batch = Self::default();
        (0..count).for_each(|_| batch.add_column());
        batch
    }

    /// Adds a column that was null in all rows so far.
    pub fn add_column(&mut self) {
        let mut builder = BinaryBuilder::new();
        builder.append_nulls(self.rows);
        self.builders.push(builder);
    }

    /// Takes a column away again.
    pub fn remove_column(&mut self, column: usize) {
        self.builders.remove(column);
    }

    /// Sets the token of a column in the current row; call once a column and row.
    pub fn push(&mut self, column: usize, token: Option<&[u8]>) {
        self.bytes += token.map_or(0, <[u8]>::len);
        self.builders[column].append_option(token);
    }

    /// Ends the current row; columns without a token in it are null.
    pub fn end_row(&mut self) {
        use arrow::array::ArrayBuilder;
        self.rows += 1;
        // An offset and a bit for each, also where nothing stands: of thousands of columns that is most of a batch.
        self.bytes += 5 * self.builders.len();
        for builder in &mut self.builders {
            if builder.len() < self.rows {
                builder.append_null();
            }
        }
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the batch so far.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The finished batch; the builder is empty again, with the same columns.
    pub fn take(&mut self, columns: &[SourceColumn], path: &str) -> Result<RecordBatch, EngineError> {
        let arrays: Vec<ArrayRef> = self
            .builders
            .iter_mut()
            .map(|builder| Arc::new(builder.finish()) as ArrayRef)
            .collect();
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| Field::new(&column.name, DataType::Binary, true))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        self.bytes = 0;
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(|error| EngineError::Malformed {
            path: path.to_owned(),
            row: None,
            byte: None,
            reason: error.to_string(),
        })
    }
}
