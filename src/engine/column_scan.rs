//! One look at a Parquet table, column after column: a thread reads one column of all files, finishes it and forgets it, so
//! that only a few columns' states are held at a time, and a column that cannot be read fails alone.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::accumulators::column::ColumnState;
use super::column_parts::{ColumnPart, WaitingParts, divide_columns};
use super::error::EngineError;
use super::limits::{ColumnLimits, StopWatch};
use super::memory::{keep_within, share_of_states};
use super::partition_shelf::PartitionShelf;
use super::sources::parquet::{ColumnChunks, Footer};
use super::sources::{OpenTableFile, ScanPlan};
use super::table_scan::panic_text;
use crate::domain::table_profile::RejectedRows;

/// How to look.
pub struct ColumnOrder<'a> {
    /// The table's files.
    pub plan: &'a ScanPlan,
    /// Threads.
    pub threads: usize,
    /// Budget for the states of all columns that are read at the same time.
    pub memory_bytes: u64,
    /// What one column may keep.
    pub limits: ColumnLimits,
    /// Where the table is profiled partition by partition: what is taken over, and where the rest goes.
    pub shelf: Option<&'a PartitionShelf>,
    /// Time and cancellation.
    pub watch: &'a StopWatch<'a>,
}

/// One column of the table: its place in each file that has it.
pub struct TableColumn {
    name: String,
    data_type: DataType,
    /// Its place among the opened columns of each file; nothing where a file does not have it, or has it without a type.
    pub places: Vec<Option<usize>>,
    /// Its place in the files that have it without a type (all null, as Arrow writes it) while others have it with one.
    untyped: Vec<Option<usize>>,
    bytes: u64,
    /// One value a file, where the values stand in the paths.
    pub constants: Option<Vec<ArrayRef>>,
}

impl TableColumn {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Row groups of the files that have it.
    fn count_groups(&self, files: &[Arc<OpenTableFile>]) -> usize {
        let held = files.iter().zip(&self.places).filter(|(_, place)| place.is_some());
        held.map(|(file, _)| file.footer().map_or(0, |footer| footer.row_groups().len()))
            .sum()
    }
}

/// Reads every column and hands each finished state to `finish`; results in the order of the table, with the rows of the table.
pub fn scan_columns<T: Send>(
    order: &ColumnOrder,
    finish: impl Fn(u32, u64, ColumnState) -> T + Sync,
) -> Result<(u64, Vec<T>), EngineError> {
    let files = &order.plan.files;
    let is_read = |file: usize| order.shelf.is_none_or(|shelf| shelf.taken(file).is_none());
    let mut columns = list_columns(files, is_read);
    columns.retain(|column| !order.plan.scope.leaves_out(&column.name));
    let rows_of = |(_, file): (usize, &Arc<OpenTableFile>)| file.footer().map_or(0, |footer| footer.row_count());
    let rows: u64 = files.iter().enumerate().map(rows_of).sum();
    let rows_to_read = files.iter().enumerate().filter(|(file, _)| is_read(*file)).map(rows_of).sum();
    let progress = ColumnProgress::new(order.watch, rows_to_read, columns.iter().map(|column| column.bytes).sum());
    // Partition by partition the states are merged in their stored form, one after the other.
    let groups_of = |column: &TableColumn| if order.shelf.is_some() { 1 } else { column.count_groups(files) };
    let sizes: Vec<_> = columns.iter().map(|column| (column.bytes, groups_of(column))).collect();
    let tasks = divide_columns(&sizes, order.threads);
    let waiting = WaitingParts::new(columns.len());
    let threads = order.threads.clamp(1, tasks.len().max(1));
    let budget = share_of_states(order.memory_bytes) / threads as u64;
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let first_failure: Mutex<Option<EngineError>> = Mutex::new(None);
    let work = || -> Result<Vec<(usize, bool, T)>, EngineError> {
        let mut done = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)).copied() else {
                break;
            };
            let index = task.column;
            let column = &columns[index];
            let mut state = ColumnState::of_arrow_type(&column.name, &column.data_type, order.limits);
            let read = match order.shelf {
                Some(shelf) => read_partitions(files, column, &mut state, order.limits, budget, shelf, &progress),
                None => read_column(files, column, task, &mut state, budget / task.parts as u64, &progress),
            };
            match read {
                Ok(()) => {}
                Err(error) if error.may_spare_other_columns() => {
                    state.fail(error.to_string());
                    first_failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            let Some(mut parts) = waiting.complete(task, state).map(Vec::into_iter) else {
                continue;
            };
            let Some(mut state) = parts.next() else { continue };
            for part in parts {
                state.merge(part);
                keep_within(budget, std::slice::from_mut(&mut state));
            }
            done.push((index, state.has_failed(), finish(index as u32 + 1, rows, state)));
        }
        Ok(done)
    };
    let mut done = Vec::new();
    if threads == 1 {
        done = work()?;
    } else {
        let results: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for result in results {
            done.extend(result?);
        }
    }
    let first_failure = first_failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = first_failure.filter(|_| done.iter().all(|column| column.1)) {
        return Err(error);
    }
    done.sort_by_key(|column| column.0);
    Ok((rows, done.into_iter().map(|column| column.2).collect()))
}

/// The columns of all files by name, in the order in which they are first seen. A name that stands twice in a file is two columns.
/// Their bytes are those of the files that are read.
pub fn list_columns(files: &[Arc<OpenTableFile>], is_read: impl Fn(usize) -> bool) -> Vec<TableColumn> {
    let mut columns: Vec<TableColumn> = Vec::new();
    let mut by_name: HashMap<(String, usize), usize> = HashMap::new();
    let partitions = files.first().map_or(&[][..], |file| file.partitions().0);
    for partition in partitions {
        columns.push(TableColumn {
            name: partition.name.clone(),
            data_type: partition.data_type.clone(),
            places: Vec::new(),
            untyped: Vec::new(),
            bytes: 0,
            constants: Some(partition.values.clone()),
        });
    }
    for (file_index, file) in files.iter().enumerate() {
        let Some(footer) = file.footer() else { continue };
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (place, column) in footer.columns().into_iter().enumerate() {
            // The path is what the table is partitioned by, whatever stands in the file.
            if partitions.iter().any(|partition| partition.name == column.name) {
                continue;
            }
            let nth = seen.entry(column.name.clone()).or_default();
            let key = (column.name.clone(), *nth);
            *nth += 1;
            let index = *by_name.entry(key).or_insert_with(|| {
                columns.push(TableColumn {
                    name: column.name.clone(),
                    data_type: column.data_type.clone().unwrap_or(DataType::Null),
                    places: vec![None; files.len()],
                    untyped: vec![None; files.len()],
                    bytes: 0,
                    constants: None,
                });
                columns.len() - 1
            });
            let known = &mut columns[index];
            let data_type = column.data_type.unwrap_or(DataType::Null);
            if known.data_type == DataType::Null && data_type != DataType::Null {
                // What came before are nulls of this type.
                known.untyped = std::mem::replace(&mut known.places, vec![None; files.len()]);
                known.data_type = data_type.clone();
            }
            if data_type == DataType::Null && known.data_type != DataType::Null {
                known.untyped[file_index] = Some(place);
                continue;
            }
            known.places[file_index] = Some(place);
            if is_read(file_index) {
                known.bytes += footer.column_bytes(place);
            }
        }
    }
    columns
}

/// Reads the column, or its part of the row groups of all files that have it.
fn read_column(
    files: &[Arc<OpenTableFile>],
    column: &TableColumn,
    task: ColumnPart,
    state: &mut ColumnState,
    budget: u64,
    progress: &ColumnProgress,
) -> Result<(), EngineError> {
    if task.part == 0 {
        add_constants(files, column, state);
    }
    let share = task.share_of(column.count_groups(files));
    let mut before = 0;
    for (file, place) in files.iter().zip(&column.places) {
        let Some(footer) = file.footer() else { continue };
        let Some(place) = *place else {
            if task.part == 0 {
                state.add_nulls(footer.row_count());
            }
            continue;
        };
        let groups = footer.row_groups().len();
        let mine = share.start.saturating_sub(before)..share.end.saturating_sub(before).min(groups);
        before += groups;
        // A file without rows has a type all the same.
        if !mine.is_empty() || (groups == 0 && task.part == 0) {
            read_chunks(file, footer, place, mine, state, budget, progress)?;
        }
    }
    Ok(())
}

/// Merges the column's state from those of the files, each in its stored form, whether or not it is read just now.
fn read_partitions(
    files: &[Arc<OpenTableFile>],
    column: &TableColumn,
    merged: &mut ColumnState,
    limits: ColumnLimits,
    budget: u64,
    shelf: &PartitionShelf,
    progress: &ColumnProgress,
) -> Result<(), EngineError> {
    add_constants(files, column, merged);
    for (index, (file, place)) in files.iter().zip(&column.places).enumerate() {
        let Some(footer) = file.footer() else { continue };
        let Some(place) = *place else {
            merged.add_nulls(footer.row_count());
            if let Some(place) = column.untyped[index].filter(|_| shelf.taken(index).is_none()) {
                // The file keeps it as it has it, so that the file can be taken over.
                let mut state = ColumnState::of_arrow_type(&column.name, &DataType::Null, limits);
                state.add_nulls(footer.row_count());
                shelf.count_rows(index, footer.row_count(), RejectedRows::default());
                shelf.keep(index, place, state);
            }
            continue;
        };
        let part = match shelf.load_taken(index, &column.name) {
            Some(taken) => Some(taken),
            None => {
                let data_type = footer.columns().get(place).and_then(|column| column.data_type.clone());
                let mut state = ColumnState::of_arrow_type(&column.name, &data_type.unwrap_or(DataType::Null), limits);
                let budget = budget.saturating_sub(merged.heap_bytes()).max(budget / 4);
                let read = read_chunks(file, footer, place, 0..usize::MAX, &mut state, budget, progress);
                if let Err(error) = &read {
                    state.fail(error.to_string());
                }
                shelf.count_rows(index, footer.row_count(), RejectedRows::default());
                shelf.keep(index, place, state);
                read?;
                shelf.load_fresh(index, place)
            }
        };
        if let Some(part) = part {
            merged.merge(part);
            keep_within(budget, std::slice::from_mut(merged));
        }
    }
    Ok(())
}

/// A column whose values stand in the paths.
fn add_constants(files: &[Arc<OpenTableFile>], column: &TableColumn, state: &mut ColumnState) {
    for (file, value) in files.iter().zip(column.constants.iter().flatten()) {
        let rows = file.footer().map_or(0, |footer| footer.row_count());
        // A value that stands above no row is none.
        if rows > 0 {
            state.update_weighted(value, &[rows]);
        }
    }
}

/// Reads one column of some row groups of one file.
fn read_chunks(
    file: &OpenTableFile,
    footer: &Footer,
    place: usize,
    groups: std::ops::Range<usize>,
    state: &mut ColumnState,
    budget: u64,
    progress: &ColumnProgress,
) -> Result<(), EngineError> {
    let chunks = ColumnChunks::open(&file.file, footer, place)?;
    state.expect_type(Some(chunks.data_type()));
    chunks.read(groups, |piece, rows, bytes| {
        // A value that makes an accumulator fail costs its column, not the table.
        if let Some(piece) = piece
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| state.update_leaf(piece)))
        {
            state.fail(format!("counting its values failed: {}", panic_text(&*panic)));
        }
        if rows > 0 {
            keep_within(budget, std::slice::from_mut(state));
            progress.add(bytes)?;
        }
        Ok(())
    })
}

/// Turns bytes of columns into rows of the table: a row counts as read when as large a share of the bytes was.
struct ColumnProgress<'a> {
    watch: &'a StopWatch<'a>,
    rows: u64,
    bytes: u64,
    reported: Mutex<(u64, u64)>,
}

impl<'a> ColumnProgress<'a> {
    fn new(watch: &'a StopWatch<'a>, rows: u64, bytes: u64) -> Self {
        Self {
            watch,
            rows,
            bytes: bytes.max(1),
            reported: Mutex::new((0, 0)),
        }
    }

    fn add(&self, bytes: u64) -> Result<(), EngineError> {
        let rows = {
            let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
            reported.1 = (reported.1 + bytes).min(self.bytes);
            let due = (u128::from(self.rows) * u128::from(reported.1) / u128::from(self.bytes)) as u64;
            let rows = due - reported.0;
            reported.0 = due;
            rows
        };
        self.watch.tick(rows, bytes)
    }
}
