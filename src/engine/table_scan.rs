//! One look at a table: its parts are read by a few threads, each with states of its own, which are merged at the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};

use arrow::array::Array;
use arrow::datatypes::DataType;

use super::accumulators::arrow_values::type_name;
use super::accumulators::column::ColumnState;
use super::crew::{ReadBatches, count_and_read};
use super::error::EngineError;
use super::limits::{ColumnLimits, StopWatch};
use super::memory::{make_room, share_of_states};
use super::sources::{BatchSource, ScanPart, SourceBatch, SourceColumn};
use super::type_inference::{TokenKinds, TokenType};
use crate::domain::table_profile::RejectedRows;
use crate::domain::table_scope::TableScope;

/// How to look.
pub struct ScanOrder<'a> {
    /// Parts of the table.
    pub parts: &'a [ScanPart],
    /// How much of them.
    pub scope: &'a TableScope,
    /// Threads.
    pub threads: usize,
    /// Budget for all states.
    pub memory_bytes: u64,
    /// What one column may keep.
    pub limits: ColumnLimits,
    /// Types of token columns that an earlier look found necessary.
    pub known_types: &'a FxHashMap<String, TokenType>,
    /// The columns to look at; all of them where nothing is said.
    pub only: Option<&'a FxHashSet<String>>,
    /// Whether reading the table again costs little.
    pub rereading_is_cheap: bool,
    /// Time and cancellation.
    pub watch: &'a StopWatch<'a>,
    /// Whether to report rows and bytes (only the first look does).
    pub report: bool,
}

/// What a look found.
#[derive(Debug, Default)]
pub struct TableScan {
    /// States of the columns, in the order of the source.
    pub columns: Vec<ColumnState>,
    /// Where each column was first seen: part, place in the part.
    order: Vec<(usize, usize)>,
    by_name: FxHashMap<String, usize>,
    /// Rows read.
    pub rows: u64,
    /// Records left out.
    pub rejected: RejectedRows,
    rejected_in: usize,
}

impl TableScan {
    /// Reads every part.
    pub fn run(order: &ScanOrder) -> Result<Self, EngineError> {
        let threads = order.threads.clamp(1, order.parts.len().max(1));
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let budget = share_of_states(order.memory_bytes) / threads as u64;
        if threads == 1 {
            return Self::read_parts(order, &next, &stop, budget).map(Self::in_source_order);
        }
        let scans: Vec<Result<Self, EngineError>> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| Self::read_parts(order, &next, &stop, budget)))
                .collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut whole: Option<Self> = None;
        for scan in scans {
            let scan = scan?;
            match &mut whole {
                None => whole = Some(scan),
                Some(whole) => {
                    whole.merge(scan);
                    make_room(share_of_states(order.memory_bytes), &mut whole.columns, order.rereading_is_cheap);
                }
            }
        }
        Ok(whole.unwrap_or_default().in_source_order())
    }

    /// What is known of one part: its columns in its order.
    pub fn of_states(part: usize, columns: Vec<ColumnState>, rows: u64, rejected: RejectedRows) -> Self {
        Self {
            order: (0..columns.len()).map(|place| (part, place)).collect(),
            by_name: columns
                .iter()
                .enumerate()
                .map(|(place, column)| (column.name().to_owned(), place))
                .collect(),
            columns,
            rows,
            rejected,
            rejected_in: part,
        }
    }

    fn read_parts(order: &ScanOrder, next: &AtomicUsize, stop: &AtomicBool, budget: u64) -> Result<Self, EngineError> {
        let mut scan = Self::default();
        while !stop.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = order.parts.get(index) else { break };
            if let Err(error) = scan.read_part(order, index, part, stop, budget) {
                stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(scan)
    }

    fn read_part(&mut self, order: &ScanOrder, index: usize, part: &ScanPart, stop: &AtomicBool, budget: u64) -> Result<(), EngineError> {
        let mut source = part.open_scoped(order.scope)?;
        let mut places: Vec<usize> = Vec::new();
        self.place_columns(order, index, source.columns(), &mut places);
        // Threads beyond the number of parts help with the columns of one.
        let hands = order.threads / order.parts.len().max(1);
        if hands > 1 {
            self.read_together(order, index, &mut *source, &mut places, stop, hands)?;
        }
        while hands <= 1 && !stop.load(Ordering::Relaxed) {
            let Some(batch) = source.next_batch()? else { break };
            self.place_columns(order, index, source.columns(), &mut places);
            self.add_batch(&*source, &batch, &places);
            let (rows, bytes) = if order.report {
                (batch.rows.num_rows() as u64, batch.bytes)
            } else {
                (0, 0)
            };
            order.watch.tick(rows, bytes)?;
            make_room(budget, &mut self.columns, order.rereading_is_cheap);
        }
        let rejected = source.rejected();
        if rejected.count > 0 && (self.rejected.count == 0 || index < self.rejected_in) {
            self.rejected.first = rejected.first;
            self.rejected_in = index;
        }
        self.rejected.count += rejected.count;
        Ok(())
    }

    /// Reads a part with several threads.
    fn read_together(
        &mut self,
        order: &ScanOrder,
        part: usize,
        source: &mut dyn BatchSource,
        places: &mut Vec<usize>,
        stop: &AtomicBool,
        threads: usize,
    ) -> Result<(), EngineError> {
        let mut ready = ReadBatches::default();
        while !stop.load(Ordering::Relaxed) {
            let mut indices = vec![Vec::new(); self.columns.len()];
            places.iter().enumerate().for_each(|(index, place)| indices[*place].push(index));
            let next = count_and_read(&mut self.columns, &indices, &ready, self.rows, source, threads)?;
            self.rows += ready.rows();
            self.place_columns(order, part, source.columns(), places);
            for read in &ready.batches {
                let (rows, bytes) = if order.report {
                    (read.batch.rows.num_rows() as u64, read.batch.bytes)
                } else {
                    (0, 0)
                };
                order.watch.tick(rows, bytes)?;
            }
            order.watch.tick(0, 0)?;
            let budget = share_of_states(order.memory_bytes) / order.parts.len().max(1) as u64;
            make_room(budget, &mut self.columns, order.rereading_is_cheap);
            if ready.is_end {
                break;
            }
            ready = next;
        }
        Ok(())
    }

    /// Finds the state of each column of the part by name, or makes it.
    fn place_columns(&mut self, order: &ScanOrder, part: usize, columns: &[SourceColumn], places: &mut Vec<usize>) {
        for (index, column) in columns.iter().enumerate().skip(places.len()) {
            let place = match self.by_name.get(&column.name) {
                Some(place) => {
                    let known = &mut self.columns[*place];
                    match &column.data_type {
                        // Nulls of whatever type the others have.
                        Some(DataType::Null) => {}
                        Some(_) if is_untyped(known) => {
                            let untyped = std::mem::replace(known, new_state(order, column));
                            take_in_nulls(known, &untyped);
                        }
                        data_type => known.expect_type(data_type.as_ref()),
                    }
                    *place
                }
                None => {
                    let mut state = new_state(order, column);
                    state.add_nulls(self.rows);
                    self.by_name.insert(column.name.clone(), self.columns.len());
                    self.columns.push(state);
                    self.order.push((part, index));
                    self.columns.len() - 1
                }
            };
            places.push(place);
        }
    }

    fn add_batch(&mut self, source: &dyn BatchSource, batch: &SourceBatch, places: &[usize]) {
        let rows = batch.rows.num_rows() as u64;
        for (index, place) in places.iter().enumerate() {
            let column = &mut self.columns[*place];
            let array = batch.rows.column(index);
            count_array(column, array, source.token_kinds(index), self.rows);
        }
        self.rows += rows;
        if places.len() < self.columns.len() {
            for (place, column) in self.columns.iter_mut().enumerate() {
                if !places.contains(&place) {
                    column.add_nulls(rows);
                }
            }
        }
    }

    /// Adds the rows of other parts.
    pub fn merge(&mut self, other: Self) {
        let mut here_only = vec![true; self.columns.len()];
        for (column, order) in other.columns.into_iter().zip(other.order) {
            match self.by_name.get(column.name()) {
                Some(place) => {
                    here_only[*place] = false;
                    self.order[*place] = self.order[*place].min(order);
                    merge_columns(&mut self.columns[*place], column);
                }
                None => {
                    let mut column = column;
                    column.add_nulls(self.rows);
                    self.by_name.insert(column.name().to_owned(), self.columns.len());
                    self.columns.push(column);
                    self.order.push(order);
                }
            }
        }
        for (column, _) in self.columns.iter_mut().zip(here_only).filter(|(_, here_only)| *here_only) {
            column.add_nulls(other.rows);
        }
        self.rows += other.rows;
        if other.rejected.count > 0 && (self.rejected.count == 0 || other.rejected_in < self.rejected_in) {
            self.rejected.first = other.rejected.first;
            self.rejected_in = other.rejected_in;
        }
        self.rejected.count += other.rejected.count;
    }

    /// Columns in the order of the first part that has them, whichever thread was first.
    pub fn in_source_order(mut self) -> Self {
        let mut ordered: Vec<_> = std::mem::take(&mut self.order)
            .into_iter()
            .zip(std::mem::take(&mut self.columns))
            .collect();
        ordered.sort_by_key(|(order, _)| *order);
        (self.order, self.columns) = ordered.into_iter().unzip();
        self.by_name.clear();
        self
    }
}

/// An empty state for a column as its source announces it.
fn new_state(order: &ScanOrder, column: &SourceColumn) -> ColumnState {
    let mut state = match &column.data_type {
        Some(data_type) => ColumnState::of_arrow_type(&column.name, data_type, order.limits),
        None => ColumnState::of_tokens(&column.name, order.limits, order.known_types.get(&column.name).copied()),
    };
    if order.only.is_some_and(|only| !only.contains(&column.name)) {
        state.postpone();
    }
    state
}

/// Whether a part of the table has the column without a type: all null, as Arrow writes it.
fn is_untyped(column: &ColumnState) -> bool {
    column.meaning.is_some() && column.data_type == type_name(&DataType::Null)
}

/// Adds the rows of a state that has no type.
fn take_in_nulls(column: &mut ColumnState, untyped: &ColumnState) {
    column.add_nulls(untyped.rows);
    if let Some(reason) = &untyped.failure {
        column.fail(reason.clone());
    }
    if untyped.is_postponed() {
        column.postpone();
    }
}

/// Merges two states of a column; one without a type has nulls of the other's.
fn merge_columns(mine: &mut ColumnState, theirs: ColumnState) {
    match (is_untyped(mine), is_untyped(&theirs)) {
        (false, true) => take_in_nulls(mine, &theirs),
        (true, false) => {
            let untyped = std::mem::replace(mine, theirs);
            take_in_nulls(mine, &untyped);
        }
        _ => mine.merge(theirs),
    }
}

/// Counts an array of a column. A value that makes the accumulator fail costs its column, not the table.
pub fn count_array(column: &mut ColumnState, array: &dyn Array, kinds: TokenKinds, rows_before: u64) {
    if *array.data_type() == DataType::Null {
        column.add_nulls(array.len() as u64);
    } else if let Err(panic) = catch_unwind(AssertUnwindSafe(|| column.update(array, kinds))) {
        column.fail(format!("counting failed near row {}: {}", rows_before + 1, panic_text(&*panic)));
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "without a word".into())
}
