//! Drives one table: opens it beneath its root, looks at it (again where a second look saves columns), finishes its columns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::datatypes::DataType;

use super::accumulators::arrow_values::type_name;
use super::accumulators::column::ColumnState;
use super::accumulators::scalar_column::FinishContext;
use super::column_scan::{ColumnOrder, scan_columns};
use super::error::EngineError;
use super::limits::{ColumnLimits, Observer, ProfileOptions, StopWatch};
use super::partition_scan::look_by_partition;
use super::partition_shelf::{PartitionShelf, is_partitioned};
use super::repeated_looks::look_row_by_row;
use super::source_root::SourceRoot;
use super::sources::leaves::names_around;
use super::sources::{CSV, JSONL, ScanPlan};
use super::states::partition::{PartitionedProfile, StoredPartition};
use super::table_scan::panic_text;
use super::whole::{look_at_no_row, look_at_whole};
use super::{ENGINE_NAME, ENGINE_VERSION};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::connection::FoundTable;
use crate::domain::profile_run::RunMode;
use crate::domain::table_profile::{RejectedRows, Snapshot, TableProfile};

/// Passes progress on and remembers it, so that all bytes of the table are reported in the end, and none twice where it is read anew.
struct Metered<'a> {
    observer: &'a dyn Observer,
    read: Mutex<Read>,
}

/// Rows and bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Read {
    /// Since the table is read anew.
    now: (u64, u64),
    reported: (u64, u64),
}

impl<'a> Metered<'a> {
    fn new(observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            read: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table is read from its beginning.
    fn begin_anew(&self) {
        self.lock().now = (0, 0);
    }

    fn bytes(&self) -> u64 {
        self.lock().reported.1
    }
}

impl Observer for Metered<'_> {
    fn progress(&self, rows: u64, bytes: u64) {
        let (rows, bytes) = {
            let mut read = self.lock();
            let Read { now, reported } = &mut *read;
            *now = (now.0 + rows, now.1 + bytes);
            let before = std::mem::replace(reported, (now.0.max(reported.0), now.1.max(reported.1)));
            (reported.0 - before.0, reported.1 - before.1)
        };
        self.observer.progress(rows, bytes);
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}

/// Profiles one table of `root`. Fails with what happened and where; a column that fails alone says so in `query_error`.
pub fn profile_table(
    root: impl Into<SourceRoot>,
    table: &FoundTable,
    options: &ProfileOptions,
    observer: &dyn Observer,
) -> Result<TableProfile, EngineError> {
    profile_with_limits(root, table, options, ColumnLimits::default(), observer)
}

/// [`profile_table`] with limits for exact values other than the usual.
pub fn profile_with_limits(
    root: impl Into<SourceRoot>,
    table: &FoundTable,
    options: &ProfileOptions,
    limits: ColumnLimits,
    observer: &dyn Observer,
) -> Result<TableProfile, EngineError> {
    look_at_table(&root.into(), table, options, limits, None, observer).map(|profiled| profiled.profile)
}

/// Profiles a table partition by partition where it has several files: `stored` are the states that earlier runs kept of them.
pub fn profile_partitions(
    root: impl Into<SourceRoot>,
    table: &FoundTable,
    options: &ProfileOptions,
    stored: Vec<StoredPartition>,
    observer: &dyn Observer,
) -> Result<PartitionedProfile, EngineError> {
    look_at_table(&root.into(), table, options, ColumnLimits::default(), Some(stored), observer)
}

fn look_at_table(
    root: &SourceRoot,
    table: &FoundTable,
    options: &ProfileOptions,
    limits: ColumnLimits,
    stored: Option<Vec<StoredPartition>>,
    observer: &dyn Observer,
) -> Result<PartitionedProfile, EngineError> {
    let metered = Metered::new(observer);
    let watch = StopWatch::start(options, &metered);
    watch.tick(0, 0)?;
    let plan = ScanPlan::open(root, table, &watch)?;
    let clock_day = options.clock.timestamp().div_euclid(86_400);
    let mut shelf = stored
        .filter(|_| is_partitioned(&plan))
        .map(|stored| PartitionShelf::new(&plan.files, stored, limits));
    let look = if plan.is_column_wise() {
        look_column_by_column(&plan, options, limits, shelf.as_ref(), &watch, clock_day)?
    } else {
        let finish = |position, rows, mut column: ColumnState| {
            if let Some(reason) = plan.failed_column(column.name()) {
                column.fail(reason);
            }
            finish_column(position, column, &FinishContext { rows, clock_day })
        };
        let mut look_once = || -> Result<Look, EngineError> {
            if let Some(shelf) = &mut shelf
                && let Some(look) = look_by_partition(&plan, options, limits, shelf, &watch, finish)?
            {
                return Ok(look);
            }
            shelf = None;
            look_row_by_row(&plan, options, limits, &watch, finish)
        };
        loop {
            match look_once() {
                Err(error) if error.asks_for_another_look() => metered.begin_anew(),
                look => break look?,
            }
        }
    };
    let reading = shelf.as_ref().map(PartitionShelf::reading);
    let whole = if reading.is_some_and(|reading| reading.taken_over > 0) {
        look_at_no_row(look.rows, &look.columns)
    } else {
        look_at_whole(&plan, options, &watch, look.rows, &look.columns)?
    };
    plan.ensure_unchanged()?;
    let total = plan.total_bytes();
    observer.progress(0, total.saturating_sub(metered.bytes()));
    let Look {
        rows,
        mut columns,
        rejected,
    } = look;
    plan.annotate(&mut columns);
    drop_null_objects(&mut columns, &table.format, plan.files.len());
    let unknown = table.scope.row_filter.as_ref().and_then(|filter| {
        let is_known = |name: &str| columns.iter().any(|column| column.column_name == name);
        filter.columns().into_iter().find(|name| !is_known(name)).map(str::to_owned)
    });
    if let Some(name) = unknown {
        let reason = format!("it has no column {name}, or the column is left out");
        return Err(EngineError::Filter { reason });
    }
    let is_taken = |file: usize| shelf.as_ref().and_then(|shelf| shelf.taken(file));
    let taken_over = || (0..plan.files.len()).filter_map(|file| Some((&plan.files[file].file, is_taken(file)?)));
    let bytes_taken: u64 = taken_over().map(|(file, _)| file.stamp().size).sum();
    let rows_taken: u64 = taken_over().map(|(_, taken)| taken.rows).sum();
    let mut snapshot = plan.snapshot();
    if let Some(unchanged) = reading.and_then(|reading| reading.describe()) {
        snapshot.description = format!("{}, {unchanged}", snapshot.description);
    }
    let path = || table.files.first().cloned().unwrap_or_else(|| table.table_name.clone());
    let origins = plan.origins();
    let own: Vec<&ColumnProfile> = (columns.iter())
        .filter(|column| !origins.partitions.contains(&column.column_name))
        .collect();
    // A blank line is a row of a CSV file of one column, and says nothing about whether it is one.
    let has_only_blanks = table.format == CSV && table.scope.is_whole() && own.len() == 1 && own[0].null_count == rows;
    // A filter may let no row pass; without one, a table of nothing but records that do not fit was read wrongly.
    if rejected.count > 0 && (rows == 0 || has_only_blanks) && table.scope.row_filter.is_none() {
        return Err(EngineError::malformed(&path(), describe_misfits(&table.format, &rejected)));
    }
    let holds_nothing = rows == 0 && own.is_empty();
    if columns.is_empty() || holds_nothing {
        return Err(EngineError::Empty { path: path() });
    }
    let (dialect, readings) = plan.text_readings()?;
    let mut profile = TableProfile {
        table_name: table.table_name.clone(),
        schema_name: table.schema_name.clone(),
        row_count: rows,
        column_count: columns.len() as u32,
        format: table.format.clone(),
        snapshot: Snapshot {
            clock: Some(options.clock),
            dialect,
            readings,
            origins,
            partitions: reading,
            ..snapshot
        },
        duration_ms: watch.elapsed_ms(),
        bytes_scanned: total - bytes_taken,
        rows_scanned: rows - rows_taken,
        engine: ENGINE_NAME.into(),
        engine_version: ENGINE_VERSION.into(),
        mode: if reading.is_some_and(|reading| reading.taken_over > 0) {
            RunMode::Partial
        } else {
            RunMode::Full
        },
        started_after_ms: 0,
        rejected: (rejected.count > 0).then_some(rejected),
        metrics: Default::default(),
        columns,
    };
    whole.write(&mut profile.metrics);
    super::semantics::describe(&mut profile);
    // What only another file tells is not known where a partition is taken over: such a table is read whole each time.
    let fresh = shelf
        .filter(|_| !plan.has_learned_escape())
        .map_or_else(Vec::new, PartitionShelf::into_fresh);
    Ok(PartitionedProfile { profile, fresh })
}

/// Leaves out the columns that are null wherever they are no object whose fields are columns: of JSON lines where the objects come
/// late, of several files where one knows no type for what is a struct in others.
fn drop_null_objects(columns: &mut Vec<ColumnProfile>, format: &str, files: usize) {
    let objects = names_around(columns.iter().map(|column| column.column_name.as_str()));
    let untyped = type_name(&DataType::Null);
    columns.retain(|column| {
        let is_silent = format == JSONL || (files > 1 && column.data_type == untyped);
        let is_null = column.non_null_count == 0 && column.metrics.query_error.is_none();
        !(is_silent && is_null && objects.contains(&column.column_name))
    });
    for (position, column) in (1..).zip(columns) {
        column.ordinal_position = position;
    }
}

/// Why a table whose every record was left out cannot be right.
fn describe_misfits(format: &str, rejected: &RejectedRows) -> String {
    let (count, first) = (rejected.count, &rejected.first);
    if format == JSONL {
        return format!("none of its {count} lines is a JSON object ({first})");
    }
    let count = match count {
        1 => "the only record does".to_owned(),
        count => format!("all {count} records do"),
    };
    format!("{count} not fit the first line ({first}); if that is not the header, remove what stands above the header")
}

/// What one table's columns came to.
pub struct Look {
    /// Rows of the table.
    pub rows: u64,
    /// Finished columns in the order of the table.
    pub columns: Vec<ColumnProfile>,
    /// Records left out.
    pub rejected: RejectedRows,
}

fn look_column_by_column(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    shelf: Option<&PartitionShelf>,
    watch: &StopWatch,
    clock_day: i64,
) -> Result<Look, EngineError> {
    let order = ColumnOrder {
        plan,
        threads: options.threads,
        memory_bytes: options.memory_bytes,
        limits,
        shelf,
        watch,
    };
    let (rows, columns) = scan_columns(&order, |position, rows, column| {
        finish_column(position, column, &FinishContext { rows, clock_day })
    })?;
    Ok(Look {
        rows,
        columns,
        rejected: RejectedRows::default(),
    })
}

fn finish_column(position: u32, column: ColumnState, context: &FinishContext) -> ColumnProfile {
    let name = column.name().to_owned();
    catch_unwind(AssertUnwindSafe(|| column.finish(position, context))).unwrap_or_else(|panic| {
        let mut profile = ColumnProfile {
            column_name: name,
            ordinal_position: position,
            ..ColumnProfile::default()
        };
        profile.metrics.query_error = Some(format!("finishing failed: {}", panic_text(&*panic)));
        profile
    })
}
