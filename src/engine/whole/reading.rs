//! The second look: rows read again, part by part, by a few threads. Of a Parquet table only as many columns are open at a time
//! as are compared with one another; the others are added to the hashes of the rows one by one.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use rustc_hash::FxHashMap;

use super::canonical_arrays::{canonical_array, canonical_tokens};
use super::correlations::{Measured, NumberColumn, PairSums};
use super::row_hashes::{EMPTY_ROW, add_column, add_missing_column, count_repeated};
use crate::domain::column_profile::ColumnProfile;
use crate::engine::column_scan::{TableColumn, list_columns};
use crate::engine::error::EngineError;
use crate::engine::limits::{BATCH_ROWS, StopWatch};
use crate::engine::sources::parquet::ColumnArrays;
use crate::engine::sources::{OpenTableFile, ScanPart, ScanPlan};
use crate::engine::table_scan::panic_text;
use crate::engine::type_inference::TokenType;

/// Most bytes of texts in a batch.
const BATCH_BYTES: u64 = 32 << 20;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Rows that repeat another.
    pub rows: bool,
    /// Columns to compare with one another; none where that is not wanted.
    pub numbers: Vec<NumberColumn>,
    /// Sums of their pairs, without rows yet.
    pub sums: PairSums,
}

/// What was found.
pub struct Found {
    /// Rows that repeat an earlier one.
    pub duplicates: Option<u64>,
    /// Sums of all pairs.
    pub sums: PairSums,
}

/// Reads the table once more.
pub struct RowReader<'a> {
    plan: &'a ScanPlan,
    columns: &'a [ColumnProfile],
    /// Of a Parquet table: where its columns lie in each file.
    places: Vec<TableColumn>,
    wanted: &'a Wanted,
    /// Place in the table -> place among the compared.
    compared: FxHashMap<usize, usize>,
    watch: &'a StopWatch<'a>,
}

/// Sums of parts, merged in the order of the parts whichever is done first: so threads do not change the last digit.
struct OrderedSums {
    done: PairSums,
    next: usize,
    waiting: BTreeMap<usize, PairSums>,
}

impl<'a> RowReader<'a> {
    /// A look at the table whose columns these are.
    pub fn new(plan: &'a ScanPlan, columns: &'a [ColumnProfile], wanted: &'a Wanted, watch: &'a StopWatch<'a>) -> Self {
        let compared = wanted.numbers.iter().enumerate().map(|(at, number)| (number.place, at)).collect();
        Self {
            plan,
            columns,
            places: if plan.is_column_wise() {
                list_columns(&plan.files, |_| true)
            } else {
                Vec::new()
            },
            wanted,
            compared,
            watch,
        }
    }

    /// Reads every part with so many threads.
    pub fn read(&self, threads: usize) -> Result<Found, EngineError> {
        let parts = &self.plan.parts;
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let sums = Mutex::new(OrderedSums {
            done: self.wanted.sums.clone(),
            next: 0,
            waiting: BTreeMap::new(),
        });
        let work = || -> Result<Vec<u64>, EngineError> {
            let mut hashes = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(part) = parts.get(index) else { break };
                let read = catch_unwind(AssertUnwindSafe(|| self.read_part(part, &mut hashes)));
                let read = read.unwrap_or_else(|panic| Err(unsupported(panic_text(&*panic))));
                match read {
                    Ok(part) => sums.lock().unwrap_or_else(PoisonError::into_inner).add(index, part),
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
            Ok(hashes)
        };
        let threads = threads.clamp(1, parts.len().max(1));
        let mut hashes = Vec::new();
        let read: Vec<Result<Vec<u64>, EngineError>> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut read = vec![work()];
            let join =
                |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            read.extend(others.into_iter().map(join));
            read
        });
        for read in read {
            hashes.append(&mut read?);
        }
        Ok(Found {
            duplicates: self.wanted.rows.then(|| count_repeated(&mut hashes)),
            sums: sums.into_inner().unwrap_or_else(PoisonError::into_inner).done,
        })
    }

    fn read_part(&self, part: &ScanPart, hashes: &mut Vec<u64>) -> Result<PairSums, EngineError> {
        let mut sums = self.wanted.sums.clone();
        match part {
            ScanPart::File {
                file,
                row_groups: Some(groups),
            } if !self.places.is_empty() => {
                for group in groups {
                    self.read_group(file, *group, hashes, &mut sums)?;
                }
            }
            _ => self.read_rows(part, hashes, &mut sums)?,
        }
        Ok(sums)
    }

    /// One row group: the compared columns side by side, then every other column for itself.
    fn read_group(&self, file: &OpenTableFile, group: usize, hashes: &mut Vec<u64>, sums: &mut PairSums) -> Result<(), EngineError> {
        let Some(footer) = file.footer() else { return Ok(()) };
        let (first, rows, of_file) = (hashes.len(), footer.group_rows(group), file.partitions().1);
        if self.wanted.rows {
            hashes.resize(first + rows, EMPTY_ROW);
        }
        let open = |place: usize, batch_rows: usize| {
            let stored = self
                .places
                .get(place)
                .and_then(|column| column.places.get(of_file).copied().flatten());
            stored
                .map(|stored| ColumnArrays::open(&file.file, footer, stored, group, batch_rows))
                .transpose()
        };
        let constant = |place: usize| {
            self.places
                .get(place)
                .and_then(|column| column.constants.as_ref())
                .map(|values| &values[of_file])
        };
        let mut readers: Vec<_> = self
            .wanted
            .numbers
            .iter()
            .map(|number| open(number.place, BATCH_ROWS))
            .collect::<Result<_, _>>()?;
        let mut done = 0;
        while !readers.is_empty() && done < rows {
            let length = BATCH_ROWS.min(rows - done);
            let mut block = Vec::with_capacity(readers.len());
            for (number, reader) in self.wanted.numbers.iter().zip(&mut readers) {
                let array = match reader {
                    Some(reader) => Some(next_of_length(reader, length)?),
                    None => constant(number.place)
                        .map(|value| repeated(value, length))
                        .transpose()
                        .map_err(reading)?,
                };
                let array = array.map(|array| canonical_array(&array)).transpose().map_err(reading)?;
                if self.wanted.rows {
                    add(array.as_ref(), &mut hashes[first + done..first + done + length])?;
                }
                block.push(match &array {
                    Some(array) => number.measure(array).map_err(reading)?,
                    None => Measured::missing(length),
                });
            }
            sums.add(&block);
            done += length;
            self.watch.tick(0, 0)?;
        }
        drop(readers);
        if !self.wanted.rows {
            return Ok(());
        }
        for place in (0..self.columns.len()).filter(|place| !self.compared.contains_key(place)) {
            let rows = &mut hashes[first..first + rows];
            let batch_rows = affordable_rows(&self.columns[place]);
            let Some(mut reader) = open(place, batch_rows)? else {
                match constant(place) {
                    Some(value) => add(
                        Some(&canonical_array(&repeated(value, rows.len()).map_err(reading)?).map_err(reading)?),
                        rows,
                    )?,
                    None => add_missing_column(rows),
                }
                continue;
            };
            for rows in rows.chunks_mut(batch_rows) {
                let array = next_of_length(&mut reader, rows.len())?;
                add(Some(&canonical_array(&array).map_err(reading)?), rows)?;
                self.watch.tick(0, 0)?;
            }
        }
        Ok(())
    }

    /// A part whose columns cannot be read apart.
    fn read_rows(&self, part: &ScanPart, hashes: &mut Vec<u64>, sums: &mut PairSums) -> Result<(), EngineError> {
        let mut source = part.open_source()?;
        while let Some(batch) = source.next_batch()? {
            let rows = batch.rows.num_rows();
            let by_name: FxHashMap<&str, usize> = (0..)
                .zip(source.columns())
                .map(|(place, column)| (column.name.as_str(), place))
                .collect();
            let array_of = |place: usize| -> Result<Option<ArrayRef>, EngineError> {
                let column = &self.columns[place];
                let Some(index) = by_name.get(column.column_name.as_str()) else {
                    return Ok(None);
                };
                let array = batch.rows.column(*index);
                // Without a type: nulls, as where a file does not have the column.
                if *array.data_type() == DataType::Null {
                    return Ok(None);
                }
                let canonical = match (&source.columns()[*index].data_type, TokenType::from_name(&column.data_type)) {
                    (None, Some(settled)) => Ok(canonical_tokens(array, settled)),
                    _ => canonical_array(array),
                };
                canonical.map(Some).map_err(reading)
            };
            let first = hashes.len();
            if self.wanted.rows {
                hashes.resize(first + rows, EMPTY_ROW);
            }
            let mut block = vec![None; self.wanted.numbers.len()];
            for place in 0..self.columns.len() {
                let compared = self.compared.get(&place);
                if !self.wanted.rows && compared.is_none() {
                    continue;
                }
                let array = array_of(place)?;
                if self.wanted.rows {
                    add(array.as_ref(), &mut hashes[first..])?;
                }
                if let (Some(compared), Some(array)) = (compared, &array) {
                    block[*compared] = Some(self.wanted.numbers[*compared].measure(array).map_err(reading)?);
                }
            }
            let block: Vec<Measured> = block
                .into_iter()
                .map(|measured| measured.unwrap_or_else(|| Measured::missing(rows)))
                .collect();
            sums.add(&block);
            self.watch.tick(0, 0)?;
        }
        Ok(())
    }
}

impl OrderedSums {
    fn add(&mut self, part: usize, sums: PairSums) {
        self.waiting.insert(part, sums);
        while let Some(sums) = self.waiting.remove(&self.next) {
            self.done.merge(&sums);
            self.next += 1;
        }
    }
}

fn add(array: Option<&ArrayRef>, rows: &mut [u64]) -> Result<(), EngineError> {
    match array {
        Some(array) => add_column(array, rows).map_err(unsupported),
        None => {
            add_missing_column(rows);
            Ok(())
        }
    }
}

fn next_of_length(reader: &mut ColumnArrays, length: usize) -> Result<ArrayRef, EngineError> {
    match reader.next_array()? {
        Some((array, _)) if array.len() == length => Ok(array),
        _ => Err(unsupported("a column's batches are not as long as its neighbours'".into())),
    }
}

/// Rows of a batch that cannot grow large: one long text of a dictionary may stand in every row.
fn affordable_rows(column: &ColumnProfile) -> usize {
    let longest = column.metrics.max_length.unwrap_or(0).saturating_mul(4).max(1);
    usize::try_from(BATCH_BYTES / longest).unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS)
}

/// One value so many times.
fn repeated(value: &ArrayRef, length: usize) -> Result<ArrayRef, ArrowError> {
    let places = arrow::array::UInt32Array::from(vec![0; length]);
    arrow::compute::take(value, &places, None)
}

fn reading(error: ArrowError) -> EngineError {
    unsupported(error.to_string())
}

/// What cannot be compared; the columns themselves were read.
fn unsupported(what: String) -> EngineError {
    EngineError::Unsupported { what }
}
