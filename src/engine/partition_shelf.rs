//! The partitions of one table: which of them are taken over from the store, and what was read of the others this time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accumulators::column::ColumnState;
use super::limits::ColumnLimits;
use super::sources::snapshot::identify_file;
use super::sources::{OpenTableFile, ScanPlan};
use super::states::partition::{StoredColumn, StoredPartition};
use super::states::{LARGEST_STATE, load_column, store_column, verify};
use crate::domain::table_profile::{PartitionReading, RejectedRows};

/// States (files times columns) beyond which a table is read as a whole: so many are held and stored at once.
const MOST_STATES: usize = 20_000;

/// One state a file and column: stored ones, and new ones.
#[derive(Debug)]
pub struct PartitionShelf {
    files: Vec<Slot>,
    limits: ColumnLimits,
}

#[derive(Debug)]
struct Slot {
    key: String,
    snapshot_id: String,
    taken: Option<StoredPartition>,
    fresh: Mutex<Fresh>,
}

/// What was read of a file; each column with its place in it.
#[derive(Debug, Default)]
struct Fresh {
    columns: Vec<(usize, Kept)>,
    rows: u64,
    rejected: RejectedRows,
}

/// A column that was read just now.
#[derive(Debug)]
enum Kept {
    Stored(StoredColumn),
    /// It failed, or is to be read again as another type: the partition cannot be taken over next time.
    Unstored(Box<ColumnState>),
}

/// Whether the table is profiled partition by partition: it has several files, and not too many states.
pub fn is_partitioned(plan: &ScanPlan) -> bool {
    let has_part_a_file = plan.is_column_wise() || plan.parts.len() == plan.files.len();
    // States are of whole files: of rows that a filter lets through, or of some columns, there are none.
    if plan.files.len() < 2 || !has_part_a_file || !plan.scope.is_whole() {
        return false;
    }
    let columns = match plan.files.first().and_then(|file| file.footer()) {
        Some(footer) => footer.columns().len(),
        // The largest file says it; others may have nothing in them.
        None => (plan.files.iter().zip(&plan.parts))
            .max_by_key(|(file, _)| file.file.stamp().size)
            .and_then(|(_, part)| part.open_source().ok())
            .map_or(0, |source| source.columns().len()),
    };
    plan.files.len() * columns.max(1) <= MOST_STATES
}

impl PartitionShelf {
    /// Takes over what is stored of files that have not changed since, if it can be merged.
    pub fn new(files: &[Arc<OpenTableFile>], mut stored: Vec<StoredPartition>, limits: ColumnLimits) -> Self {
        let slots = files.iter().map(|file| {
            let (key, snapshot_id) = (file.file.path().to_owned(), identify_file(&file.file));
            let place = stored
                .iter()
                .position(|stored| stored.key == key && stored.snapshot_id == snapshot_id);
            let taken = place.map(|place| stored.swap_remove(place)).filter(|taken| fits(file, taken));
            Slot {
                key,
                snapshot_id,
                taken,
                fresh: Mutex::default(),
            }
        });
        Self {
            files: slots.collect(),
            limits,
        }
    }

    /// What is taken over of a file.
    pub fn taken(&self, file: usize) -> Option<&StoredPartition> {
        self.files[file].taken.as_ref()
    }

    /// From now on every file is read.
    pub fn take_nothing(&mut self) {
        for slot in &mut self.files {
            slot.taken = None;
            slot.fresh = Mutex::default();
        }
    }

    /// The state of a column of a file that is taken over.
    pub fn load_taken(&self, file: usize, name: &str) -> Option<ColumnState> {
        let column = self.taken(file)?.columns.iter().find(|column| column.name == name)?;
        Some(self.stored_form(column))
    }

    /// Puts a state that was read just now on the shelf, in its stored form.
    pub fn keep(&self, file: usize, place: usize, state: ColumnState) {
        let name = state.name().to_owned();
        let kept = match store_column(state) {
            Ok(bytes) => Kept::Stored(StoredColumn { name, bytes }),
            Err(state) => Kept::Unstored(state),
        };
        self.fresh(file).columns.push((place, kept));
    }

    /// The state of a column that was read just now, as it is merged. A state that is not stored is handed over once.
    pub fn load_fresh(&self, file: usize, place: usize) -> Option<ColumnState> {
        let mut fresh = self.fresh(file);
        let (_, kept) = fresh.columns.iter_mut().find(|column| column.0 == place)?;
        Some(match kept {
            Kept::Stored(column) => self.stored_form(column),
            Kept::Unstored(state) => {
                let empty = ColumnState::of_tokens(state.name(), self.limits, None);
                std::mem::replace(&mut **state, empty)
            }
        })
    }

    /// Says how many rows a file that was read has.
    pub fn count_rows(&self, file: usize, rows: u64, rejected: RejectedRows) {
        let mut fresh = self.fresh(file);
        (fresh.rows, fresh.rejected) = (rows, rejected);
    }

    /// How many files were read, and how many were not.
    pub fn reading(&self) -> PartitionReading {
        let taken = || self.files.iter().filter_map(|slot| slot.taken.as_ref());
        PartitionReading {
            read: (self.files.len() - taken().count()) as u32,
            taken_over: taken().count() as u32,
            since_run: taken().map(|taken| taken.run_number).max(),
        }
    }

    /// What was read this time and can be taken over next time.
    pub fn into_fresh(self) -> Vec<StoredPartition> {
        let read = self.files.into_iter().filter(|slot| slot.taken.is_none());
        read.filter_map(|slot| {
            let mut fresh = slot.fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
            fresh.columns.sort_by_key(|column| column.0);
            let mut columns: Vec<StoredColumn> = Vec::with_capacity(fresh.columns.len());
            for (_, kept) in fresh.columns {
                match kept {
                    Kept::Stored(column)
                        if column.bytes.len() <= LARGEST_STATE && columns.iter().all(|known| known.name != column.name) =>
                    {
                        columns.push(column);
                    }
                    _ => return None,
                }
            }
            Some(StoredPartition {
                key: slot.key,
                snapshot_id: slot.snapshot_id,
                run_number: 0,
                rows: fresh.rows,
                rejected: fresh.rejected,
                columns,
            })
        })
        .collect()
    }

    fn fresh(&self, file: usize) -> MutexGuard<'_, Fresh> {
        self.files[file].fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stored_form(&self, column: &StoredColumn) -> ColumnState {
        load_column(&column.name, &column.bytes, self.limits).unwrap_or_else(|error| {
            let mut state = ColumnState::of_tokens(&column.name, self.limits, None);
            state.fail(error.to_string());
            state
        })
    }
}

/// Whether the states are whole, of this engine, and of the columns that the file has (where its format names them up front).
fn fits(file: &OpenTableFile, taken: &StoredPartition) -> bool {
    let are_whole = taken.columns.iter().all(|column| verify(&column.bytes).is_ok());
    let Some(footer) = file.footer() else { return are_whole };
    let keys = file.partitions().0;
    let own = footer
        .columns()
        .into_iter()
        .filter(|column| keys.iter().all(|key| key.name != column.name));
    are_whole
        && taken.rows == footer.row_count()
        && own
            .map(|column| column.name)
            .eq(taken.columns.iter().map(|column| column.name.clone()))
}
