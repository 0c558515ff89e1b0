//! CSV files: every field is a token, an empty field without quotes is null, ragged rows are counted and left out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::byte_stream::ByteStream;
use super::csv_blocks::Span;
use super::csv_dialect::{column_names, find_preamble, fits, has_escapes, is_header, sniff_dialect};
use super::csv_records::{BACKSLASH, Dialect, Escape, Fields, Parsed, RecordReader};
use super::token_batch::TokenBatch;
use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::{RejectedRows, TextDialect};
use crate::engine::error::EngineError;
use crate::engine::limits::{BATCH_ROWS, COLUMN_LIMIT};
use crate::engine::rooted_file::RootedFile;
use crate::engine::type_inference::TokenKinds;

/// Bytes of tokens at which a batch is full.
const BATCH_BYTES: usize = 4 << 20;
/// Fields that are handed over at once: they are walked column by column, which is quick while they and their bytes stay in the caches.
const FIELDS_AT_ONCE: usize = 4_096;

/// Whether a backslash is known to escape quotes in the files of a table: some file shows it only far from its beginning, and then all
/// that do not say otherwise are read anew.
pub type LearnedEscape = Arc<AtomicBool>;

/// One CSV file.
pub struct CsvSource {
    records: RecordReader,
    dialect: Dialect,
    learned: LearnedEscape,
    columns: Vec<SourceColumn>,
    fields: Fields,
    /// The first record, where it is data.
    first_is_data: bool,
    has_header: bool,
    batch: TokenBatch,
    spans: Vec<Span>,
    rejected: RejectedRows,
}

impl CsvSource {
    /// Opens the file and finds out its dialect and its columns.
    pub fn open(file: &RootedFile, learned: LearnedEscape) -> Result<Self, EngineError> {
        let mut records = RecordReader::open(ByteStream::open(file)?)?;
        let mut dialect = sniff_dialect(records.buffered(), records.is_complete());
        if dialect.escape == Escape::Unseen && learned.load(Ordering::Relaxed) {
            dialect.escape = Escape::Backslash;
        }
        let preamble = find_preamble(records.buffered(), records.is_complete(), dialect);
        let mut fields = Fields::default();
        loop {
            if !records.next_record(dialect, &mut fields)? {
                return Err(EngineError::Empty {
                    path: file.path().to_owned(),
                });
            }
            if !fields.is_blank() {
                break;
            }
        }
        if let Some((above, below)) = preamble.filter(|_| fields.len() == 1) {
            let first = if above == 1 {
                "its first record has 1 field, all others".to_owned()
            } else {
                format!("its first {above} records have 1 field, all others")
            };
            let reason = format!("{first} have {below}; remove what stands above the header");
            return Err(EngineError::malformed(file.path(), reason).at(Some(1), 0));
        }
        if fields.len() > COLUMN_LIMIT {
            return Err(EngineError::Unsupported {
                what: format!(
                    "a table of {} columns, more than {COLUMN_LIMIT}, as in {}",
                    fields.len(),
                    file.path()
                ),
            });
        }
        // The first record is read, so what is buffered begins with the second.
        let has_header = is_header(&fields, records.buffered(), records.is_complete(), dialect);
        let names = if has_header {
            column_names(&fields)
        } else {
            (1..=fields.len()).map(|i| format!("column{i}")).collect()
        };
        let columns: Vec<SourceColumn> = names.into_iter().map(|name| SourceColumn { name, data_type: None }).collect();
        let batch = TokenBatch::with_columns(columns.len());
        Ok(Self {
            records,
            dialect,
            learned,
            columns,
            fields,
            first_is_data: !has_header,
            has_header,
            batch,
            spans: Vec::new(),
            rejected: RejectedRows::default(),
        })
    }

    /// Reads the next record into the fields; false at the end. Fails where it is the first to show that backslashes escape quotes.
    fn next_record(&mut self) -> Result<bool, EngineError> {
        if self.dialect.escape == Escape::Unseen {
            self.settle_escape()?;
        }
        self.records.next_record(self.dialect, &mut self.fields)
    }

    /// Looks at the next record for what backslashes before quotes do: where it fits the table in one reading alone, that is the one.
    fn settle_escape(&mut self) -> Result<(), EngineError> {
        let plain = self.dialect.with(Escape::Quote);
        let length = match self.records.peek_record(plain, &mut self.fields)? {
            Parsed::Record(length) => length,
            // Where the record does not end, all that is left is part of it.
            _ => self.records.buffered().len(),
        };
        if !has_escapes(&self.records.buffered()[..length], plain.quote) {
            return Ok(());
        }
        let mut fits_as = |dialect: Dialect| match self.records.peek_record(dialect, &mut self.fields) {
            Ok(Parsed::Record(length)) => Ok(fits(&self.records.buffered()[..length], &self.fields, self.columns.len(), dialect)),
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        let escaped = self.dialect.with(Escape::Backslash);
        match [fits_as(plain)?, fits_as(escaped)?] {
            [true, false] => self.dialect = plain,
            [false, true] => {
                self.learned.store(true, Ordering::Relaxed);
                let path = self.records.path().to_owned();
                return Err(EngineError::DialectLearned { path });
            }
            _ => {}
        }
        Ok(())
    }

    fn add_record(&mut self, line: u64) {
        if self.fields.len() != self.columns.len() {
            // A blank line is nothing, except where a table has one column: there it is an empty field.
            if !self.fields.is_blank() {
                self.reject(line);
            }
            return;
        }
        for column in 0..self.columns.len() {
            self.batch.push(column, self.fields.token(column));
        }
        self.batch.end_row();
    }

    fn reject(&mut self, line: u64) {
        if self.rejected.count == 0 {
            let (found, expected) = (self.fields.len(), self.columns.len());
            self.rejected.first = format!("{}, line {line}: {found} fields instead of {expected}", self.records.path());
        }
        self.rejected.count += 1;
    }

    /// How its fields are told apart.
    pub fn text_dialect(&self) -> TextDialect {
        TextDialect {
            delimiter: char::from(self.dialect.delimiter),
            quote: char::from(self.dialect.quote),
            escape: (self.dialect.escape == Escape::Backslash).then_some(char::from(BACKSLASH)),
            has_header: self.has_header,
            encoding: self.records.encoding().into(),
        }
    }
}

impl BatchSource for CsvSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, _column: usize) -> TokenKinds {
        TokenKinds::PLAIN
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let mut more = true;
        if std::mem::take(&mut self.first_is_data) {
            self.add_record(1);
        }
        let mut records = 0;
        while records < BATCH_ROWS && self.batch.bytes() < BATCH_BYTES {
            self.spans.clear();
            let most = (FIELDS_AT_ONCE / self.columns.len()).clamp(1, BATCH_ROWS - records);
            let (bytes, taken) = self.records.take_records(self.dialect, self.columns.len(), most, &mut self.spans);
            if taken > 0 {
                self.batch.push_rows(bytes, &self.spans);
                records += taken;
                continue;
            }
            let line = self.records.line();
            more = self.next_record()?;
            if !more {
                break;
            }
            records += 1;
            self.add_record(line);
        }
        if !more && self.batch.rows() == 0 {
            return Ok(None);
        }
        let rows = self.batch.take(&self.columns, self.records.path())?;
        Ok(Some(SourceBatch {
            rows,
            bytes: self.records.take_consumed(),
        }))
    }

    fn rejected(&self) -> RejectedRows {
        self.rejected.clone()
    }
}
