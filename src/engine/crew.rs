//! Several threads on one part of a table: while one of them reads the next batches, all count the columns of the last ones.
//! A column is counted by one thread at a time and batch after batch, so that its state is the one that a single thread finds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::accumulators::column::ColumnState;
use super::error::EngineError;
use super::sources::{BatchSource, SourceBatch};
use super::table_scan::count_array;
use super::type_inference::TokenKinds;

/// Batches that are read at once.
const MOST_BATCHES: usize = 4;
/// Bytes of a file after which no further batch is read at once.
const MOST_BYTES: u64 = 4 << 20;

/// A batch and what the source had seen in each of its columns when it was read.
pub struct ReadBatch {
    /// The batch.
    pub batch: SourceBatch,
    kinds: Vec<TokenKinds>,
}

/// Some batches in order.
#[derive(Default)]
pub struct ReadBatches {
    /// The batches.
    pub batches: Vec<ReadBatch>,
    /// Whether the source has ended.
    pub is_end: bool,
}

impl ReadBatches {
    /// Rows of all batches.
    pub fn rows(&self) -> u64 {
        self.batches.iter().map(|read| read.batch.rows.num_rows() as u64).sum()
    }

    fn read(source: &mut dyn BatchSource) -> Result<Self, EngineError> {
        let mut read = Self::default();
        let mut bytes = 0;
        while read.batches.len() < MOST_BATCHES && bytes < MOST_BYTES {
            let Some(batch) = source.next_batch()? else {
                read.is_end = true;
                break;
            };
            bytes += batch.bytes;
            let is_pause = batch.rows.num_rows() == 0;
            let kinds = (0..batch.rows.num_columns()).map(|column| source.token_kinds(column)).collect();
            read.batches.push(ReadBatch { batch, kinds });
            if is_pause {
                break;
            }
        }
        Ok(read)
    }
}

/// Counts `ready` into the columns with so many threads, of which one reads on. `indices` says which of the source's columns
/// stand behind each state (mostly one); `rows_before` were counted before.
pub fn count_and_read(
    columns: &mut [ColumnState],
    indices: &[Vec<usize>],
    ready: &ReadBatches,
    rows_before: u64,
    source: &mut dyn BatchSource,
    threads: usize,
) -> Result<ReadBatches, EngineError> {
    let columns: Vec<Mutex<&mut ColumnState>> = columns.iter_mut().map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let count = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(column) = columns.get(place) else { return };
            let mut column = column.lock().unwrap_or_else(PoisonError::into_inner);
            count_column(&mut column, &indices[place], ready, rows_before);
        }
    };
    std::thread::scope(|scope| {
        if !ready.batches.is_empty() {
            (1..threads).for_each(|_| drop(scope.spawn(count)));
        }
        let read = if ready.is_end {
            Ok(ReadBatches::default())
        } else {
            ReadBatches::read(source)
        };
        count();
        read
    })
}

fn count_column(column: &mut ColumnState, indices: &[usize], ready: &ReadBatches, mut rows_before: u64) {
    for read in &ready.batches {
        let rows = &read.batch.rows;
        let mut is_missing = true;
        // A batch that was read before the source knew the column does not have it.
        for index in indices.iter().filter(|index| **index < rows.num_columns()) {
            count_array(column, rows.column(*index), read.kinds[*index], rows_before);
            is_missing = false;
        }
        if is_missing {
            column.add_nulls(rows.num_rows() as u64);
        }
        rows_before += rows.num_rows() as u64;
    }
}
