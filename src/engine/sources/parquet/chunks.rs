//! One column of a Parquet file: chunk by chunk through its pages where they are plain, else, or where rows matter, as arrays.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::leaf::{LeafKind, has_plain_pages};
use super::page_file::PageFile;
use super::page_guard::check_pages;
use super::pages::{LeafValues, PageFault, read_chunk};
use super::{Footer, ParquetSource, chunk_start, page_of};
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::rooted_file::RootedFile;
use crate::engine::sources::BatchSource;
use crate::engine::sources::guarded::guard;
use crate::engine::sources::leaves::Leaf;

/// One column of one file, chunk by chunk.
pub struct ColumnChunks<'a> {
    file: &'a RootedFile,
    footer: &'a Footer,
    column: usize,
    handle: Arc<File>,
}

impl<'a> ColumnChunks<'a> {
    /// Opens the column that stands at this place among [`Footer::columns`].
    pub fn open(file: &'a RootedFile, footer: &'a Footer, column: usize) -> Result<Self, EngineError> {
        let handle = Arc::new(file.reopen()?);
        Ok(Self {
            file,
            footer,
            column,
            handle,
        })
    }

    /// The column's Arrow type.
    pub fn data_type(&self) -> &DataType {
        &self.footer.columns[self.column].data_type
    }

    /// Reads the chunks of some row groups (by their place among [`Footer::row_groups`]). `visit` gets the values piece by piece, and
    /// after each page (or batch) its rows and bytes.
    pub fn read(
        &self,
        groups: std::ops::Range<usize>,
        mut visit: impl FnMut(Option<LeafValues>, u64, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let flat = self.footer.flat_leaf(self.column);
        let mut rows_before = 0;
        for (place, group) in self.footer.row_groups().into_iter().enumerate() {
            let metadata = self.footer.metadata.metadata().row_group(group);
            match &flat {
                _ if !groups.contains(&place) => {}
                Some((leaf, kind)) if has_plain_pages(metadata.column(*leaf)) => {
                    self.read_pages(group, *leaf, kind, rows_before, &mut visit)?
                }
                _ => self.read_batches(group, &mut visit)?,
            }
            rows_before += metadata.num_rows() as u64;
        }
        Ok(())
    }

    fn read_pages(
        &self,
        group: usize,
        leaf: usize,
        kind: &LeafKind,
        rows_before: u64,
        visit: &mut impl FnMut(Option<LeafValues>, u64, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let metadata = self.footer.metadata.metadata().row_group(group);
        let chunk = metadata.column(leaf);
        check_chunk(self.file, self.footer, &self.handle, leaf, group)?;
        let rows = metadata.num_rows() as u64;
        let optional = self.footer.metadata.parquet_schema().column(leaf).max_def_level() > 0;
        let pages = PageFile::new(self.handle.clone(), chunk_start(chunk));
        let (mut rows_read, mut bytes_told) = (0, 0);
        let visit = std::cell::RefCell::new(visit);
        let read = guard(self.file.path(), &page_of(chunk), || {
            let read = read_chunk(
                &pages,
                chunk,
                rows as usize,
                kind,
                optional,
                |piece| (visit.borrow_mut())(Some(piece), 0, 0),
                |page_rows| {
                    rows_read += page_rows;
                    let due = (u128::from(chunk.compressed_size().max(0) as u64) * u128::from(rows_read) / u128::from(rows.max(1))) as u64;
                    let bytes = due - bytes_told;
                    bytes_told = due;
                    (visit.borrow_mut())(None, page_rows, bytes)
                },
            );
            match read {
                Ok(()) => Ok(Ok(())),
                Err(PageFault::Stopped(error)) => Ok(Err(error)),
                Err(PageFault::Reader(error)) => Err(error.to_string()),
                Err(PageFault::Damaged(reason)) => Err(reason.to_owned()),
            }
        });
        let place = pages.place();
        read.map_err(|error| error.at(Some(rows_before + place.rows_before + 1), place.byte))?
    }

    fn read_batches(
        &self,
        group: usize,
        visit: &mut impl FnMut(Option<LeafValues>, u64, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let mut arrays = ColumnArrays::open(self.file, self.footer, self.column, group, BATCH_ROWS)?;
        while let Some((values, bytes)) = arrays.next_array()? {
            let rows = values.len() as u64;
            visit(Some(LeafValues::Array(values, None)), rows, bytes)?;
        }
        Ok(())
    }
}

/// Fails with the place where a page of the stored column would unfold too far.
fn check_chunk(file: &RootedFile, footer: &Footer, handle: &File, leaf: usize, group: usize) -> Result<(), EngineError> {
    let chunk = footer.metadata.metadata().row_group(group).column(leaf);
    let rows_before = footer.rows_before(group);
    // A panic is about places in the footer that cannot be.
    let checked = guard(file.path(), "the footer there cannot be right", || {
        Ok::<_, String>(check_pages(handle, chunk))
    });
    checked
        .map_err(|error| error.at(Some(rows_before + 1), footer.at))?
        .map_err(|bomb| {
            let reason = format!("{}: {}", page_of(chunk), bomb.reason);
            EngineError::malformed(file.path(), reason).at(Some(rows_before + bomb.place.rows_before + 1), bomb.place.byte)
        })
}

/// One column of one row group as arrays, row by row in order.
pub struct ColumnArrays {
    source: ParquetSource,
    leaf: Leaf,
}

impl ColumnArrays {
    /// Opens the column that stands at this place among [`Footer::columns`].
    pub fn open(file: &RootedFile, footer: &Footer, column: usize, group: usize, batch_rows: usize) -> Result<Self, EngineError> {
        let (stored, leaf) = footer.stored_leaves(column);
        let handle = file.reopen()?;
        stored
            .clone()
            .try_for_each(|leaf| check_chunk(file, footer, &handle, leaf, group))?;
        let source = ParquetSource::open(file, footer, Some(vec![group]), Some(stored), batch_rows)?;
        Ok(Self { source, leaf })
    }

    /// The next batch of values (the last may be shorter) and the bytes read for them; nothing at the end.
    pub fn next_array(&mut self) -> Result<Option<(ArrayRef, u64)>, EngineError> {
        let Some(batch) = self.source.next_batch()? else { return Ok(None) };
        let values = self.leaf.take(batch.rows.column(0));
        let values = values.map_err(|error| EngineError::malformed(&self.source.path, error))?;
        Ok(Some((values, batch.bytes)))
    }
}
