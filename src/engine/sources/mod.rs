//! Sources: anything that yields Arrow record batches. A table is one or more parts, and each part is read by one source.

pub mod arrow_bounds;
pub mod arrow_ipc;
pub mod byte_stream;
pub mod cells;
pub mod check;
pub mod csv;
pub mod csv_blocks;
pub mod csv_dialect;
pub mod csv_records;
pub mod database_error;
pub mod empty_part;
pub mod failed_columns;
pub mod guarded;
pub mod json_line;
pub mod jsonl;
pub mod leaves;
pub mod parquet;
pub mod partitions;
pub mod postgres;
pub mod pushed;
pub mod row_stream;
pub mod scan_plan;
pub mod scoped;
pub mod signature;
pub mod snapshot;
pub mod sqlite;
pub mod text_encoding;
pub mod token_batch;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;

pub use self::scan_plan::{OpenTableFile, ScanPart, ScanPlan};
use super::error::EngineError;
use super::type_inference::TokenKinds;
use crate::domain::table_profile::RejectedRows;

/// Names of the formats, as tables carry them.
pub const PARQUET: &str = "parquet";
/// Comma (or otherwise) separated values.
pub const CSV: &str = "csv";
/// One JSON object a line.
pub const JSONL: &str = "jsonl";
/// Arrow files and streams.
pub const ARROW: &str = "arrow";
/// A table of a PostgreSQL database.
pub const POSTGRES: &str = "postgres";
/// A table of a SQLite file.
pub const SQLITE: &str = "sqlite";

/// A column as a source announces it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceColumn {
    /// Name as the source spells it.
    pub name: String,
    /// Its Arrow type; nothing for tokens (batches then carry `Binary`) whose type is still to be found.
    pub data_type: Option<DataType>,
}

/// One batch of rows.
#[derive(Debug)]
pub struct SourceBatch {
    /// The values, in the order of [`BatchSource::columns`]; columns may be added at the end from batch to batch.
    pub rows: RecordBatch,
    /// Bytes of the file that were read for it.
    pub bytes: u64,
}

/// Yields record batches.
pub trait BatchSource: Send {
    /// The columns known so far.
    fn columns(&self) -> &[SourceColumn];
    /// Kinds of tokens seen so far in a column of tokens.
    fn token_kinds(&self, column: usize) -> TokenKinds;
    /// The next batch; nothing at the end. An empty batch means: nothing yet, but look at the clock.
    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError>;
    /// Records that were left out.
    fn rejected(&self) -> RejectedRows;
}
