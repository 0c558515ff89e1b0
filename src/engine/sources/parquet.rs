//! Parquet files through the crate's Arrow reader, one row group a part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;

use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::rooted_file::RootedFile;
use crate::engine::type_inference::TokenKinds;

/// The footer of a file.
#[derive(Clone, Debug)]
pub struct Footer {
    metadata: ArrowReaderMetadata,
}

impl Footer {
    /// Reads and checks the footer.
    pub fn read(file: &RootedFile) -> Result<Self, EngineError> {
        let handle = file.reopen()?;
        let metadata = guard(file.path(), None, || {
            with_wide_timestamps(ArrowReaderMetadata::load(&handle, ArrowReaderOptions::new())?)
        })?;
        let stated: i64 = metadata.metadata().row_groups().iter().map(|group| group.num_rows()).sum();
        if metadata.metadata().row_groups().iter().any(|group| group.num_rows() < 0)
            || stated != metadata.metadata().file_metadata().num_rows()
        {
            return Err(malformed(file.path(), None, "the footer's row counts contradict each other"));
        }
        Ok(Self { metadata })
    }

    /// The columns as the Arrow reader yields them.
    pub fn columns(&self) -> Vec<SourceColumn> {
        let fields = self.metadata.schema().fields();
        fields
            .iter()
            .map(|field| SourceColumn {
                name: field.name().clone(),
                data_type: Some(field.data_type().clone()),
            })
            .collect()
    }

    /// The fields as the Arrow reader yields them, nested ones as they are.
    pub fn fields(&self) -> &Fields {
        self.metadata.schema().fields()
    }

    /// Row groups that hold rows.
    pub fn row_groups(&self) -> Vec<usize> {
        let groups = self.metadata.metadata().row_groups();
        (0..groups.len()).filter(|group| groups[*group].num_rows() > 0).collect()
    }
}

/// One row group (or none) of a file.
pub struct ParquetSource {
    path: String,
    columns: Vec<SourceColumn>,
    reader: ParquetRecordBatchReader,
    rows_before: u64,
    rows_expected: u64,
    rows_read: u64,
    bytes: u64,
    bytes_reported: u64,
}

impl ParquetSource {
    /// Opens row groups of the file; `only` is the one column to read, if not all.
    pub fn open(file: &RootedFile, footer: &Footer, row_groups: Option<Vec<usize>>, only: Option<usize>) -> Result<Self, EngineError> {
        let metadata = footer.metadata.metadata();
        let groups = row_groups.unwrap_or_default();
        let rows_before = groups.first().map_or(0, |first| {
            metadata.row_groups()[..*first].iter().map(|group| group.num_rows() as u64).sum()
        });
        let rows_expected = groups.iter().map(|group| metadata.row_groups()[*group].num_rows() as u64).sum();
        let bytes = match only {
            // Column by column is a second look: the bytes were reported by the first.
            Some(_) => 0,
            None => groups
                .iter()
                .map(|group| metadata.row_groups()[*group].compressed_size().max(0) as u64)
                .sum(),
        };
        let handle = file.reopen()?;
        let arrow_metadata = footer.metadata.clone();
        let reader = guard(file.path(), Some(rows_before), || {
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(handle, arrow_metadata)
                .with_batch_size(BATCH_ROWS)
                .with_row_groups(groups);
            if let Some(only) = only {
                let mask = ProjectionMask::roots(builder.parquet_schema(), [only]);
                builder = builder.with_projection(mask);
            }
            builder.build()
        })?;
        let mut columns = footer.columns();
        if let Some(only) = only {
            columns = vec![columns.swap_remove(only)];
        }
        Ok(Self {
            path: file.path().to_owned(),
            columns,
            reader,
            rows_before,
            rows_expected,
            rows_read: 0,
            bytes,
            bytes_reported: 0,
        })
    }
}

impl BatchSource for ParquetSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, _column: usize) -> TokenKinds {
        TokenKinds::default()
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let row = Some(self.rows_before + self.rows_read + 1);
        let reader = &mut self.reader;
        let batch = guard(&self.path, row, || reader.next().transpose().map_err(ParquetError::from))?;
        let Some(rows) = batch else {
            if self.rows_read != self.rows_expected {
                return Err(malformed(&self.path, row, "the file ends before the number of rows in its footer"));
            }
            return Ok(None);
        };
        self.rows_read += rows.num_rows() as u64;
        let due = if self.rows_expected == 0 {
            self.bytes
        } else {
            (u128::from(self.bytes) * u128::from(self.rows_read) / u128::from(self.rows_expected)) as u64
        };
        let bytes = due.saturating_sub(self.bytes_reported);
        self.bytes_reported = due;
        Ok(Some(SourceBatch { rows, bytes }))
    }

    fn rejected(&self) -> RejectedRows {
        RejectedRows::default()
    }
}

/// INT96 instants count nanoseconds in 96 bits; read as 64 bits of nanoseconds they would wrap around outside 1677 to 2262.
fn with_wide_timestamps(metadata: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let roots = metadata.parquet_schema().root_schema().get_fields();
    let is_int96 = |index: usize| roots[index].is_primitive() && roots[index].get_physical_type() == PhysicalType::INT96;
    if !(0..roots.len()).any(is_int96) {
        return Ok(metadata);
    }
    let fields: Vec<Field> = metadata
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| match field.data_type() {
            DataType::Timestamp(TimeUnit::Nanosecond, zone) if is_int96(index) => field
                .as_ref()
                .clone()
                .with_data_type(DataType::Timestamp(TimeUnit::Microsecond, zone.clone())),
            _ => field.as_ref().clone(),
        })
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata.schema().metadata().clone()));
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), ArrowReaderOptions::new().with_schema(schema))
}

/// Runs the reader; its errors and its panics become errors with the place.
fn guard<T>(path: &str, row: Option<u64>, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(malformed(path, row, &error.to_string())),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(EngineError::ReaderFault {
                path: path.to_owned(),
                row,
                reason: reason.unwrap_or_else(|| "without a word".into()),
            })
        }
    }
}

fn malformed(path: &str, row: Option<u64>, reason: &str) -> EngineError {
    EngineError::Malformed {
        path: path.to_owned(),
        row,
        byte: None,
        reason: reason.to_owned(),
    }
}
