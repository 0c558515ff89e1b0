//! Builds record batches of tokens: one Binary column a field, columns added as they appear.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, RecordBatch, RecordBatchOptions};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema};

use super::SourceColumn;
use super::csv_blocks::Span;
use crate::engine::error::EngineError;

/// Bytes up to which a token is copied in one piece, whatever its length; and twice as many in two.
const PIECE: usize = 16;
/// Bytes up to which a token is short.
const SHORT: usize = 2 * PIECE;
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
struct Tokens {
    /// What is used of it is text; behind that stands what pieces brought along.
    text: Vec<u8>,
    used: usize,
    /// Where each token begins in `text`, and where the last one ends.
    offsets: Vec<i32>,
    present: Vec<bool>,
    nulls: usize,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            used: 0,
            offsets: vec![0],
            present: Vec::new(),
            nulls: 0,
        }
    }
}

impl Tokens {
    fn push(&mut self, token: Option<&[u8]>) {
        self.text.truncate(self.used);
        self.text.extend_from_slice(token.unwrap_or_default());
        self.used = self.text.len();
        self.end(token.is_some());
    }

    fn end(&mut self, is_present: bool) {
        // A batch is handed over long before its tokens need more than 31 bits.
        self.offsets.push(self.used as i32);
        self.present.push(is_present);
        self.nulls += usize::from(!is_present);
    }

    /// Adds tokens that lie in `bytes`. Room is made for all of them first: nothing has to be asked at each.
    fn push_spans<'a>(&mut self, bytes: &[u8], spans: impl ExactSizeIterator<Item = &'a Span>) {
        let (rows, count) = (self.present.len(), spans.len());
        let (mut used, mut nulls) = (self.used, 0);
        make_room(&mut self.text, used + SHORT * count);
        self.offsets.resize(1 + rows + count, 0);
        self.present.resize(rows + count, false);
        let cells = self.offsets[1 + rows..].iter_mut().zip(&mut self.present[rows..]);
        for (span, (end, is_present)) in spans.zip(cells) {
            let (start, length) = (span.start(), span.length());
            if length <= PIECE && start + PIECE <= bytes.len() {
                self.text[used..used + PIECE].copy_from_slice(&bytes[start..start + PIECE]);
            } else if length <= SHORT && start + SHORT <= bytes.len() {
                self.text[used..used + SHORT].copy_from_slice(&bytes[start..start + SHORT]);
            } else {
                // The room of those that follow stays.
                let room = self.text.len();
                make_room(&mut self.text, room + length);
                self.text[used..used + length].copy_from_slice(&bytes[start..start + length]);
            }
            used += length;
            *end = used as i32;
            *is_present = !span.is_null();
            nulls += usize::from(span.is_null());
        }
        self.used = used;
        self.nulls += nulls;
    }

    fn finish(&mut self) -> Result<BinaryArray, arrow::error::ArrowError> {
        let rows = self.present.len();
        let mut next = Self::default();
        next.text.reserve(self.text.capacity());
        next.offsets.reserve(rows);
        next.present.reserve(rows);
        let mut tokens = std::mem::replace(self, next);
        tokens.text.truncate(tokens.used);
        let nulls = (tokens.nulls > 0).then(|| NullBuffer::new(BooleanBuffer::collect_bool(rows, |row| tokens.present[row])));
        BinaryArray::try_new(
            OffsetBuffer::new(ScalarBuffer::from(tokens.offsets)),
            Buffer::from_vec(tokens.text),
            nulls,
        )
    }
}

/// Makes a text at least so long.
fn make_room(text: &mut Vec<u8>, length: usize) {
    if text.len() < length {
        text.resize(length, 0);
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
            if tokens.present.len() < self.rows {
                tokens.end(false);
            }
        }
    }

    /// Adds whole rows whose fields lie in `bytes`, row after row.
    pub fn push_rows(&mut self, bytes: &[u8], spans: &[Span]) {
        let count = self.columns.len().max(1);
        for (column, tokens) in self.columns.iter_mut().enumerate() {
            let before = tokens.used;
            tokens.push_spans(bytes, spans.iter().skip(column).step_by(count));
            self.bytes += tokens.used - before;
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
        let malformed = |error: arrow::error::ArrowError| EngineError::malformed(path, error);
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

#[cfg(test)]
mod tests {
    use super::super::csv_blocks::take_records;
    use super::super::csv_records::Dialect;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_at_once_are_those_of_single_tokens(
            rows in prop::collection::vec(prop::array::uniform3(prop::option::of("[a-z]{0,9}|[a-z]{14,18}|[a-z]{30,70}")), 0..60),
            at_once in 1_usize..9,
        ) {
            let columns: Vec<SourceColumn> = ["a", "b", "c"].map(|name| SourceColumn { name: name.into(), data_type: None }).into();
            let cell = |token: &Option<String>| token.as_ref().map_or(String::new(), |token| format!("\"{token}\""));
            let line = |row: &[Option<String>; 3]| row.each_ref().map(cell).join(",") + "\n";
            let (mut at_once_batch, mut single) = (TokenBatch::with_columns(3), TokenBatch::with_columns(3));
            for rows in rows.chunks(at_once) {
                let (text, mut spans) = (rows.iter().map(line).collect::<String>(), Vec::new());
                let taken = take_records(text.as_bytes(), Dialect::of(b',', b'"'), 3, usize::MAX, &mut spans);
                prop_assert_eq!(taken.records, rows.len());
                at_once_batch.push_rows(text.as_bytes(), &spans);
                // One row more, the other way.
                let rest = [Some("x".repeat(at_once * 4)), None, Some(String::new())];
                for row in rows.iter().chain([&rest]) {
                    (0..3).for_each(|column| single.push(column, row[column].as_ref().map(|token| token.as_bytes())));
                    single.end_row();
                }
                (0..3).for_each(|column| at_once_batch.push(column, rest[column].as_ref().map(|token| token.as_bytes())));
                at_once_batch.end_row();
            }
            prop_assert_eq!((at_once_batch.rows(), at_once_batch.bytes()), (single.rows(), single.bytes()));
            for _ in 0..2 {
                prop_assert_eq!(at_once_batch.take(&columns, "a.csv").unwrap(), single.take(&columns, "a.csv").unwrap());
            }
        }
    }
}
