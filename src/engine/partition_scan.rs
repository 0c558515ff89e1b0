//! One look at a table of files that are read row by row, partition by partition: a file that has not changed is taken over from
//! the store, any other is read by one thread into states of its own; then all are merged in the order of the files.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::accumulators::column::ColumnState;
use super::crew::finish_together;
use super::error::EngineError;
use super::limits::{ColumnLimits, ProfileOptions, StopWatch};
use super::memory::keep_within;
use super::partition_shelf::PartitionShelf;
use super::profile::Look;
use super::sources::ScanPlan;
use super::table_scan::{ScanOrder, TableScan};
use super::type_inference::TokenType;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::RejectedRows;

/// Looks at a column of tokens: each settles a wider type, and text is the widest.
const MOST_LOOKS: usize = 4;

/// Reads what is to be read and merges it with the rest. Where a settled token type turns out too narrow, every file is read again
/// with the wider one: states of different types do not merge. Nothing where the columns of one file do not fit into memory side by
/// side: such a table is read as a whole, as often as it takes.
pub fn look_by_partition(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    shelf: &mut PartitionShelf,
    watch: &StopWatch,
    finish: impl Fn(u32, u64, ColumnState) -> ColumnProfile + Sync,
) -> Result<Option<Look>, EngineError> {
    let mut known_types = settled_types(plan, shelf);
    let mut look = 0;
    loop {
        let order = ScanOrder {
            parts: &plan.parts,
            scope: &plan.scope,
            threads: options.threads,
            memory_bytes: options.memory_bytes,
            limits,
            known_types: &known_types,
            only: None,
            rereading_is_cheap: false,
            watch,
            report: look == 0,
        };
        // Where more is known of the table now, what was taken over was read without knowing it.
        let scan = scan_partitions(plan, &order, shelf).inspect_err(|error| {
            if error.asks_for_another_look() {
                shelf.take_nothing();
            }
        })?;
        if scan.columns.iter().any(ColumnState::is_postponed) {
            return Ok(None);
        }
        look += 1;
        let wider: Vec<(String, TokenType)> = scan
            .columns
            .iter()
            .filter_map(|column| column.wider_type().map(|wider| (column.name().to_owned(), wider)))
            .collect();
        if wider.is_empty() {
            let (rows, columns) = (scan.rows, (0..).zip(scan.columns).collect());
            let mut done = finish_together(columns, options.threads, |place, column| finish(place as u32 + 1, rows, column));
            done.sort_by_key(|column| column.0);
            return Ok(Some(Look {
                rows,
                columns: done.into_iter().map(|column| column.1).collect(),
                rejected: scan.rejected,
            }));
        }
        shelf.take_nothing();
        for (name, wider) in wider {
            // Text holds every token, but not what is nested.
            let known = if look >= MOST_LOOKS && wider != TokenType::Nested {
                TokenType::Text
            } else {
                wider
            };
            known_types.insert(name, known);
        }
    }
}

/// Types that stored columns of tokens have settled on: a partition that is read now has to hold them as the same.
fn settled_types(plan: &ScanPlan, shelf: &PartitionShelf) -> FxHashMap<String, TokenType> {
    let mut settled: FxHashMap<String, TokenType> = FxHashMap::default();
    for file in 0..plan.files.len() {
        for column in shelf.taken(file).into_iter().flat_map(|taken| &taken.columns) {
            if let Some(found) = shelf.load_taken(file, &column.name).and_then(|state| state.settled_type()) {
                settled
                    .entry(column.name.clone())
                    .and_modify(|known| *known = known.widened_with(found))
                    .or_insert(found);
            }
        }
    }
    settled
}

/// Reads what is to be read and merges everything.
fn scan_partitions(plan: &ScanPlan, order: &ScanOrder, shelf: &PartitionShelf) -> Result<TableScan, EngineError> {
    let mut read = read_files(plan, order, shelf)?;
    let mut whole = TableScan::default();
    for (file, read) in read.iter_mut().enumerate() {
        let scan = match (read.take(), shelf.taken(file)) {
            (Some(read), _) => {
                let columns = (0..read.columns).filter_map(|place| shelf.load_fresh(file, place)).collect();
                TableScan::of_states(file, columns, read.rows, read.rejected)
            }
            (None, Some(taken)) => {
                let columns = taken
                    .columns
                    .iter()
                    .filter_map(|column| shelf.load_taken(file, &column.name))
                    .collect();
                TableScan::of_states(file, columns, taken.rows, taken.rejected.clone())
            }
            (None, None) => continue,
        };
        whole.merge(with_keys(plan, order, file, scan));
        keep_within(order.memory_bytes, &mut whole.columns);
    }
    Ok(whole.in_source_order())
}

/// What was read of a file beside the states on the shelf.
struct ReadFile {
    columns: usize,
    rows: u64,
    rejected: RejectedRows,
}

/// Puts the stored forms of the files that are not taken over on the shelf.
fn read_files(plan: &ScanPlan, order: &ScanOrder, shelf: &PartitionShelf) -> Result<Vec<Option<ReadFile>>, EngineError> {
    let files: Vec<usize> = (0..plan.files.len()).filter(|file| shelf.taken(*file).is_none()).collect();
    let threads = order.threads.clamp(1, files.len().max(1));
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let found: Mutex<Vec<Option<ReadFile>>> = Mutex::new((0..plan.files.len()).map(|_| None).collect());
    let work = || -> Result<(), EngineError> {
        while !stop.load(Ordering::Relaxed) {
            let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)).copied() else {
                break;
            };
            let read = read_file(plan, order, shelf, file, threads).inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
            found.lock().unwrap_or_else(PoisonError::into_inner)[file] = Some(read);
        }
        Ok(())
    };
    if threads == 1 {
        work()?;
    } else {
        let results: Vec<Result<(), EngineError>> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        results.into_iter().collect::<Result<Vec<()>, _>>()?;
    }
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Reads one file; its own columns go to the shelf.
fn read_file(plan: &ScanPlan, order: &ScanOrder, shelf: &PartitionShelf, file: usize, threads: usize) -> Result<ReadFile, EngineError> {
    let scan = TableScan::run(&ScanOrder {
        parts: &plan.parts[file..=file],
        threads: 1,
        memory_bytes: order.memory_bytes / threads as u64,
        ..*order
    })?;
    shelf.count_rows(file, scan.rows, scan.rejected.clone());
    let keys = plan.files[file].partitions().0;
    let own = scan
        .columns
        .into_iter()
        .filter(|column| keys.iter().all(|key| key.name != column.name()));
    let mut columns = 0;
    for column in own {
        shelf.keep(file, columns, column);
        columns += 1;
    }
    Ok(ReadFile {
        columns,
        rows: scan.rows,
        rejected: scan.rejected,
    })
}

/// Puts the columns before the others whose values stand in the path: their type may be another one with every new file.
fn with_keys(plan: &ScanPlan, order: &ScanOrder, file: usize, scan: TableScan) -> TableScan {
    let (keys, place) = plan.files[file].partitions();
    let mut columns: Vec<ColumnState> = keys
        .iter()
        .map(|key| {
            let mut state = ColumnState::of_arrow_type(&key.name, &key.data_type, order.limits);
            // A value that stands above no row is none.
            if scan.rows > 0 {
                state.update_weighted(&key.values[place], &[scan.rows]);
            }
            state
        })
        .collect();
    columns.extend(scan.columns);
    TableScan::of_states(file, columns, scan.rows, scan.rejected)
}
