//! Builds record batches of tokens: one Binary column a field, columns added as they appear.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, RecordBatch, RecordBatchOptions};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema};

use super::SourceColumn;
use super::csv_blocks::Span;
use crate::engine::error::EngineError;

/// Bytes up to which a token is copied in one piece, whatever its length.
const SHORT: usize = 16;
/// Bytes that a cell takes beside its text: its end and whether it is there.
const CELL_BYTES: usize = 5;

/// A batch under construction.
#[derive(Default)]
pub struct TokenBatch {
    columns: Vec<Tokens>,
    rows: usize,
    bytes: usize,
}

/// Tokens of one column.
#[derive(Default)]
struct Tokens {
    text: Vec<u8>,
    /// End of each token in `text`.
    ends: Vec<i32>,
    present: Vec<bool>,
    nulls: usize,
}

impl Tokens {
    fn push(&mut self, token: Option<&[u8]>) {
        self.text.extend_from_slice(token.unwrap_or_default());
        self.end(token.is_some());
    }

    #[inline]
    fn end(&mut self, is_present: bool) {
        // A batch is handed over long before its tokens need more than 31 bits.
        self.ends.push(self.text.len() as i32);
        self.present.push(is_present);
        self.nulls += usize::from(!is_present);
    }

    fn finish(&mut self) -> Result<BinaryArray, arrow::error::ArrowError> {
        let (text, ends, present) = (self.text.capacity(), self.ends.len(), std::mem::take(&mut self.present));
        let mut offsets = Vec::with_capacity(ends + 1);
        offsets.push(0);
        offsets.append(&mut self.ends);
        let nulls = (self.nulls > 0).then(|| NullBuffer::new(BooleanBuffer::collect_bool(ends, |row| present[row])));
        self.nulls = 0;
        let values = std::mem::replace(&mut self.text, Vec::with_capacity(text));
        BinaryArray::try_new(OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(values), nulls)
    }
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
        let mut tokens = Tokens::default();
        (0..self.rows).for_each(|_| tokens.end(false));
        self.columns.push(tokens);
    }

    /// Takes a column away again.
    pub fn remove_column(&mut self, column: usize) {
        self.columns.remove(column);
    }

    /// Sets the token of a column in the current row; call once a column and row.
    pub fn push(&mut self, column: usize, token: Option<&[u8]>) {
        self.bytes += token.map_or(0, <[u8]>::len);
        self.columns[column].push(token);
    }

    /// Ends the current row; columns without a token in it are null.
    pub fn end_row(&mut self) {
        self.rows += 1;
        // An offset and a bit for each, also where nothing stands: of thousands of columns that is most of a batch.
        self.bytes += CELL_BYTES * self.columns.len();
        for tokens in &mut self.columns {
            if tokens.ends.len() < self.rows {
                tokens.end(false);
            }
        }
    }

    /// Adds whole rows whose fields lie in `bytes`, row after row.
    pub fn push_rows(&mut self, bytes: &[u8], spans: &[Span]) {
        let count = self.columns.len().max(1);
        for (column, tokens) in self.columns.iter_mut().enumerate() {
            let before = tokens.text.len();
            for span in spans.iter().skip(column).step_by(count) {
                let (start, length) = (span.start(), span.length());
                match bytes.get(start..start + SHORT).filter(|_| length <= SHORT) {
                    Some(piece) => {
                        let end = tokens.text.len() + length;
                        let piece: &[u8; SHORT] = piece.try_into().expect("a piece of this very length");
                        tokens.text.extend_from_slice(piece);
                        tokens.text.truncate(end);
                    }
                    None => tokens.text.extend_from_slice(&bytes[start..start + length]),
                }
                tokens.end(!span.is_null());
            }
            self.bytes += tokens.text.len() - before;
        }
        self.bytes += CELL_BYTES * spans.len();
        self.rows += spans.len() / count;
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
        let malformed = |error: arrow::error::ArrowError| EngineError::Malformed {
            path: path.to_owned(),
            row: None,
            byte: None,
            reason: error.to_string(),
        };
        let arrays = self
            .columns
            .iter_mut()
            .map(|tokens| tokens.finish().map(|array| Arc::new(array) as ArrayRef));
        let arrays = arrays.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| Field::new(&column.name, DataType::Binary, true))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        self.bytes = 0;
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(malformed)
    }
}
