//! Several threads on one part of a table: while one of them reads the next batches, all count the columns of the last ones.
//! A column is counted by one thread at a time and batch after batch, so that its state is the one that a single thread finds.
//! In the end they finish the columns side by side.

use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;

use super::accumulators::column::ColumnState;
use super::error::EngineError;
use super::sources::{BatchSource, SourceBatch};
use super::table_scan::count_array;
use super::type_inference::TokenKinds;
use crate::domain::column_profile::ColumnProfile;

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

    /// Bytes of the values that these of the source's columns have in all batches.
    fn bytes_of(&self, indices: &[usize]) -> usize {
        let of_batch = |rows: &RecordBatch| {
            let columns = indices.iter().filter_map(|index| rows.columns().get(*index));
            columns.map(|array| array.get_buffer_memory_size()).sum::<usize>()
        };
        self.batches.iter().map(|read| of_batch(&read.batch.rows)).sum()
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
    // The largest first, so that nobody waits for one that came last.
    let mut waiting: Vec<(&mut ColumnState, &Vec<usize>)> = columns.iter_mut().zip(indices).collect();
    waiting.sort_by_cached_key(|(_, indices)| ready.bytes_of(indices));
    let waiting = Mutex::new(waiting);
    let count = || {
        while let Some((column, indices)) = next_of(&waiting) {
            count_column(column, indices, ready, rows_before);
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

/// Finishes columns with so many threads, the largest first; each comes with its place, and what it comes to keeps it.
pub fn finish_together(
    mut columns: Vec<(usize, ColumnState)>,
    threads: usize,
    finish: impl Fn(usize, ColumnState) -> ColumnProfile + Sync,
) -> Vec<(usize, ColumnProfile)> {
    columns.sort_by_cached_key(|(_, column)| column.heap_bytes());
    let threads = threads.clamp(1, columns.len().max(1));
    let waiting = Mutex::new(columns);
    let work = || {
        let next = std::iter::from_fn(|| next_of(&waiting));
        next.map(|(place, column)| (place, finish(place, column))).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for thread in others {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

/// The last of those that wait.
fn next_of<T>(waiting: &Mutex<Vec<T>>) -> Option<T> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop()
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
