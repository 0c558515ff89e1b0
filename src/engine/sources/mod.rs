//! Sources: anything that yields Arrow record batches. A table is one or more parts, and each part is read by one source.

pub mod byte_stream;
pub mod csv;
pub mod csv_dialect;
pub mod csv_records;
pub mod json_line;
pub mod jsonl;
pub mod parquet;
pub mod token_batch;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;

use super::error::EngineError;
use super::rooted_file::RootedFile;
use super::type_inference::TokenKinds;
use crate::domain::table_profile::{RejectedRows, TextDialect};

/// Names of the formats, as tables carry them.
pub const PARQUET: &str = "parquet";
/// Comma (or otherwise) separated values.
pub const CSV: &str = "csv";
/// One JSON object a line.
pub const JSONL: &str = "jsonl";

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
    /// The next batch; nothing at the end.
    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError>;
    /// Records that were left out.
    fn rejected(&self) -> RejectedRows;
    /// How fields are told apart, where the source is a CSV file.
    fn text_dialect(&self) -> Option<TextDialect> {
        None
    }
}

/// A piece of a table that one thread reads.
#[derive(Clone, Debug)]
pub struct ScanPart {
    file: Arc<OpenTableFile>,
    row_groups: Option<Vec<usize>>,
}

/// A file of the table with what its format needs to know before rows are read.
#[derive(Debug)]
pub struct OpenTableFile {
    /// The file.
    pub file: RootedFile,
    parquet: Option<parquet::Footer>,
    format: String,
}

/// The table's files, opened once, and how they are read.
#[derive(Debug)]
pub struct ScanPlan {
    /// Files in order.
    pub files: Vec<Arc<OpenTableFile>>,
    /// Parts in order.
    pub parts: Vec<ScanPart>,
}

impl ScanPlan {
    /// Opens every file beneath the root and splits the table into parts.
    pub fn open(root: &Path, format: &str, files: &[String]) -> Result<Self, EngineError> {
        let mut plan = Self {
            files: Vec::new(),
            parts: Vec::new(),
        };
        for path in files {
            let file = RootedFile::open(root, path)?;
            let parquet = if format == PARQUET {
                Some(parquet::Footer::read(&file)?)
            } else {
                None
            };
            let groups = parquet.as_ref().map(parquet::Footer::row_groups);
            let file = Arc::new(OpenTableFile {
                file,
                parquet,
                format: format.to_owned(),
            });
            match groups {
                Some(groups) if !groups.is_empty() => {
                    plan.parts.extend(groups.into_iter().map(|group| ScanPart {
                        file: file.clone(),
                        row_groups: Some(vec![group]),
                    }));
                }
                _ => plan.parts.push(ScanPart {
                    file: file.clone(),
                    row_groups: None,
                }),
            }
            plan.files.push(file);
        }
        Ok(plan)
    }

    /// Whether single columns can be read apart: then they are.
    pub fn is_column_wise(&self) -> bool {
        !self.files.is_empty() && self.files.iter().all(|file| file.parquet.is_some())
    }

    /// How the fields of the table's CSV files are told apart; nothing for other formats, and where the files differ in it.
    pub fn text_dialect(&self) -> Option<TextDialect> {
        if self.is_column_wise() {
            return None;
        }
        let mut dialects = self
            .parts
            .iter()
            .map(|part| part.open_source().ok().and_then(|source| source.text_dialect()));
        let first = dialects.next()??;
        dialects.all(|dialect| dialect.as_ref() == Some(&first)).then_some(first)
    }

    /// Fails where a file changed since it was opened.
    pub fn ensure_unchanged(&self) -> Result<(), EngineError> {
        self.files.iter().try_for_each(|file| file.file.ensure_unchanged())
    }
}

impl OpenTableFile {
    /// The footer of a Parquet file.
    pub fn footer(&self) -> Option<&parquet::Footer> {
        self.parquet.as_ref()
    }
}

impl ScanPart {
    /// The file's path relative to the root.
    pub fn path(&self) -> &str {
        self.file.file.path()
    }

    /// Starts reading.
    pub fn open_source(&self) -> Result<Box<dyn BatchSource>, EngineError> {
        let file = &self.file.file;
        match (&self.file.parquet, self.file.format.as_str()) {
            (Some(footer), _) => Ok(Box::new(parquet::ParquetSource::open(file, footer, self.row_groups.clone(), None)?)),
            (None, CSV) => Ok(Box::new(csv::CsvSource::open(file)?)),
            (None, JSONL) => Ok(Box::new(jsonl::JsonlSource::open(file)?)),
            (None, other) => Err(EngineError::Unsupported {
                what: format!("the format {other} of {}", file.path()),
            }),
        }
    }
}

/// What tells whether two files hold the same kind of rows: names and types (Parquet), header (CSV), first keys (JSON lines).
pub fn file_signature(root: &Path, format: &str, path: &str) -> Result<Vec<String>, EngineError> {
    let plan = ScanPlan::open(root, format, std::slice::from_ref(&path.to_owned()))?;
    let Some(part) = plan.parts.first() else { return Ok(Vec::new()) };
    let mut source = part.open_source()?;
    if format == JSONL {
        source.next_batch()?;
    }
    Ok(source
        .columns()
        .iter()
        .map(|column| format!("{}: {:?}", column.name, column.data_type))
        .collect())
}
