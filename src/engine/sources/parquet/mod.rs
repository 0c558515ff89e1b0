//! Parquet files: flat columns page by page, everything else through the crate's Arrow reader.

mod chunks;
mod hybrid;
mod leaf;
mod nested;
mod page_file;
mod page_guard;
mod pages;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

pub use chunks::{ColumnArrays, ColumnChunks};
pub use pages::LeafValues;

use arrow::array::RecordBatchReader;
use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use super::guarded::guard;
use super::leaves::{Leaf, leaves_of};
use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::rooted_file::RootedFile;
use crate::engine::type_inference::TokenKinds;
use leaf::{LeafKind, leaf_kind};
use nested::stored_range;
use page_file::PageFile;

/// Bytes behind the footer: its length and the mark of the format.
const TAIL_BYTES: u64 = 8;

/// The footer of a file.
#[derive(Clone, Debug)]
pub struct Footer {
    /// Where it begins in the file.
    at: u64,
    metadata: ArrowReaderMetadata,
    /// The columns, nested ones opened.
    columns: Arc<[Leaf]>,
}

impl Footer {
    /// Reads and checks the footer.
    pub fn read(file: &RootedFile) -> Result<Self, EngineError> {
        let handle = file.reopen()?;
        let at = find_footer(&handle, file)?;
        let metadata = guard(file.path(), "the footer there cannot be read", || {
            with_wide_timestamps(ArrowReaderMetadata::load(&handle, ArrowReaderOptions::new())?)
        });
        let metadata = metadata.map_err(|error| error.at(None, at))?;
        let stated: i64 = metadata.metadata().row_groups().iter().map(|group| group.num_rows()).sum();
        if metadata.metadata().row_groups().iter().any(|group| group.num_rows() < 0)
            || stated != metadata.metadata().file_metadata().num_rows()
        {
            return Err(EngineError::malformed(file.path(), "the row counts of the footer there contradict each other").at(None, at));
        }
        let columns = leaves_of(metadata.schema().fields()).into();
        Ok(Self { at, metadata, columns })
    }

    /// The columns, nested ones opened; those of the Arrow reader are [`Self::fields`].
    pub fn columns(&self) -> Vec<SourceColumn> {
        self.columns.iter().map(Leaf::announced).collect()
    }

    /// The fields as the Arrow reader yields them, nested ones as they are.
    pub fn fields(&self) -> &Fields {
        self.metadata.schema().fields()
    }

    /// Rows of all row groups.
    pub fn row_count(&self) -> u64 {
        self.metadata
            .metadata()
            .row_groups()
            .iter()
            .map(|group| group.num_rows() as u64)
            .sum()
    }

    /// Compressed bytes of one column in all row groups.
    pub fn column_bytes(&self, column: usize) -> u64 {
        let (stored, _) = self.stored_leaves(column);
        let groups = self.metadata.metadata().row_groups();
        let bytes = |group: &RowGroupMetaData, leaf: usize| group.column(leaf).compressed_size().max(0) as u64;
        groups
            .iter()
            .map(|group| stored.clone().map(|leaf| bytes(group, leaf)).sum::<u64>())
            .sum()
    }

    fn leaves(&self, root: usize) -> std::ops::Range<usize> {
        let schema = self.metadata.parquet_schema();
        let first = (0..schema.num_columns())
            .find(|leaf| schema.get_column_root_idx(*leaf) == root)
            .unwrap_or(0);
        let count = (first..schema.num_columns())
            .take_while(|leaf| schema.get_column_root_idx(*leaf) == root)
            .count();
        first..first + count
    }

    /// The stored columns that an opened column needs, and how to take it from what the Arrow reader makes of them alone:
    /// a struct then has the one field that is wanted.
    fn stored_leaves(&self, column: usize) -> (std::ops::Range<usize>, Leaf) {
        let leaf = &self.columns[column];
        let whole = self.leaves(leaf.root);
        if leaf.path.is_empty() {
            return (whole, leaf.clone());
        }
        let root = self.metadata.schema().field(leaf.root).data_type();
        match stored_range(root, &whole, &leaf.path) {
            Some(stored) => {
                let path = vec![0; leaf.path.len()];
                (stored, Leaf { path, ..leaf.clone() })
            }
            None => (whole, leaf.clone()),
        }
    }

    /// The stored column behind a flat one and how its pages are read.
    fn flat_leaf(&self, column: usize) -> Option<(usize, LeafKind)> {
        let leaf = &self.columns[column];
        let stored = self.leaves(leaf.root);
        if !leaf.path.is_empty() || leaf.is_length || stored.len() != 1 {
            return None;
        }
        let kind = leaf_kind(&self.metadata.parquet_schema().column(stored.start), &leaf.data_type)?;
        Some((stored.start, kind))
    }

    /// Rows of the row groups before one.
    fn rows_before(&self, group: usize) -> u64 {
        let groups = self.metadata.metadata().row_groups();
        groups[..group].iter().map(|group| group.num_rows() as u64).sum()
    }

    /// Rows of one row group.
    pub fn group_rows(&self, group: usize) -> usize {
        self.metadata.metadata().row_group(group).num_rows() as usize
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
    pages: PageFile,
    /// What cannot be read where reading fails, and where it begins; nothing where the last page tells.
    part: String,
    part_at: Option<u64>,
    reader: ParquetRecordBatchReader,
    rows_before: u64,
    rows_expected: u64,
    rows_read: u64,
    bytes: u64,
    bytes_reported: u64,
}

impl ParquetSource {
    /// Opens row groups of the file; `only` are the stored columns to read, if not all: those of one root. A batch has `batch_rows` rows.
    pub fn open(
        file: &RootedFile,
        footer: &Footer,
        row_groups: Option<Vec<usize>>,
        only: Option<std::ops::Range<usize>>,
        batch_rows: usize,
    ) -> Result<Self, EngineError> {
        let metadata = footer.metadata.metadata();
        let groups = row_groups.unwrap_or_default();
        let rows_before = groups.first().map_or(0, |first| footer.rows_before(*first));
        let rows_expected = groups.iter().map(|group| metadata.row_groups()[*group].num_rows() as u64).sum();
        let leaves = only.clone().unwrap_or(0..metadata.file_metadata().schema_descr().num_columns());
        let chunks = groups
            .iter()
            .flat_map(|group| leaves.clone().map(|leaf| metadata.row_group(*group).column(leaf)));
        let bytes = chunks.clone().map(|chunk| chunk.compressed_size().max(0) as u64).sum();
        let start = chunks.clone().map(chunk_start).min().unwrap_or(footer.at);
        let pages = PageFile::new(Arc::new(file.reopen()?), start);
        // Columns that are read together take turns: the last page that was read need not be the one that fails.
        let (part, part_at) = match chunks.clone().next().filter(|_| leaves.len() == 1) {
            Some(chunk) => (page_of(chunk), None),
            None => ("the row group that begins there cannot be read".to_owned(), Some(start)),
        };
        let arrow_metadata = footer.metadata.clone();
        let reader = guard(file.path(), &part, || {
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(pages.clone(), arrow_metadata)
                .with_batch_size(batch_rows)
                .with_row_groups(groups);
            if let Some(only) = only {
                let mask = ProjectionMask::leaves(builder.parquet_schema(), only);
                builder = builder.with_projection(mask);
            }
            builder.build()
        });
        let reader = reader.map_err(|error| error.at(Some(rows_before + 1), start))?;
        let schema = reader.schema();
        let columns = schema.fields().iter().map(|field| SourceColumn {
            name: field.name().clone(),
            data_type: Some(field.data_type().clone()),
        });
        let columns = columns.collect();
        Ok(Self {
            path: file.path().to_owned(),
            columns,
            pages,
            part,
            part_at,
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
        let (reader, is_complete) = (&mut self.reader, self.rows_read == self.rows_expected);
        let batch = guard(&self.path, &self.part, || match reader.next().transpose() {
            Ok(None) if !is_complete => Err("it ends before the number of rows in the footer".to_owned()),
            read => read.map_err(|error| error.to_string()),
        });
        let batch = batch.map_err(|error| {
            let byte = self.part_at.unwrap_or_else(|| self.pages.place().byte);
            error.at(Some(self.rows_before + self.rows_read + 1), byte)
        })?;
        let Some(rows) = batch else { return Ok(None) };
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

/// Where the footer begins, by the last bytes of the file.
fn find_footer(handle: &File, file: &RootedFile) -> Result<u64, EngineError> {
    let tail_at = file.stamp().size.saturating_sub(TAIL_BYTES);
    let mut tail = [0; TAIL_BYTES as usize];
    let read = handle.read_exact_at(&mut tail, tail_at);
    let [length @ .., _, _, _, _] = tail;
    // Where the footer is encrypted, the mark is another; the reader says so.
    let is_marked = read.is_ok() && (tail.ends_with(b"PAR1") || tail.ends_with(b"PARE"));
    let reason = match tail_at.checked_sub(u64::from(u32::from_le_bytes(length))) {
        Some(at) if is_marked => return Ok(at),
        None if is_marked => "the footer that should end there is longer than the file",
        _ => "the file does not end as a Parquet file does",
    };
    Err(EngineError::malformed(file.path(), reason).at(None, tail_at))
}

/// Where the first page of a column chunk begins. What cannot be is left to the reader.
fn chunk_start(chunk: &ColumnChunkMetaData) -> u64 {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    u64::try_from(start).unwrap_or(0)
}

/// What cannot be read where a page of the chunk fails.
fn page_of(chunk: &ColumnChunkMetaData) -> String {
    format!(
        "the page of column {} that begins there cannot be read",
        chunk.column_path().string()
    )
}
