//! Drives one table: opens it beneath its root, looks at it (again where a second look saves columns), finishes its columns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh64::xxh64;

use super::accumulators::column::ColumnState;
use super::accumulators::scalar_column::FinishContext;
use super::column_scan::{ColumnOrder, scan_columns};
use super::error::EngineError;
use super::limits::{ColumnLimits, Observer, ProfileOptions, StopWatch};
use super::sources::ScanPlan;
use super::table_scan::{ScanOrder, TableScan, panic_text};
use super::type_inference::TokenType;
use super::{ENGINE_NAME, ENGINE_VERSION};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::connection::FoundTable;
use crate::domain::profile_run::RunMode;
use crate::domain::table_profile::{RejectedRows, Snapshot, TableProfile};

/// Looks at a table of tokens: each settles a wider type for at least one column, and text is the widest.
const MOST_LOOKS: usize = 4;

/// Passes progress on and remembers it, so that all bytes of the table are reported in the end.
struct Metered<'a> {
    observer: &'a dyn Observer,
    bytes: AtomicU64,
}

impl Observer for Metered<'_> {
    fn progress(&self, rows: u64, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.observer.progress(rows, bytes);
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}

/// Profiles one table beneath `root`. Fails with what happened and where; a column that fails alone says so in `query_error`.
pub fn profile_table(
    root: &Path,
    table: &FoundTable,
    options: &ProfileOptions,
    observer: &dyn Observer,
) -> Result<TableProfile, EngineError> {
    profile_with_limits(root, table, options, ColumnLimits::default(), observer)
}

/// [`profile_table`] with limits for exact values other than the usual.
pub fn profile_with_limits(
    root: &Path,
    table: &FoundTable,
    options: &ProfileOptions,
    limits: ColumnLimits,
    observer: &dyn Observer,
) -> Result<TableProfile, EngineError> {
    let metered = Metered {
        observer,
        bytes: AtomicU64::new(0),
    };
    let watch = StopWatch::start(options, &metered);
    watch.tick(0, 0)?;
    let plan = ScanPlan::open(root, &table.format, &table.files)?;
    let clock_day = options.clock.timestamp().div_euclid(86_400);
    let look = if plan.is_column_wise() {
        look_column_by_column(&plan, options, limits, &watch, clock_day)?
    } else {
        look_row_by_row(&plan, options, limits, &watch, clock_day)?
    };
    plan.ensure_unchanged()?;
    let total: u64 = plan.files.iter().map(|file| file.file.stamp().size).sum();
    observer.progress(0, total.saturating_sub(metered.bytes.load(Ordering::Relaxed)));
    let Look { rows, columns, rejected } = look;
    if columns.is_empty() {
        return Err(EngineError::Empty {
            path: table.files.first().cloned().unwrap_or_else(|| table.table_name.clone()),
        });
    }
    let mut profile = TableProfile {
        table_name: table.table_name.clone(),
        schema_name: table.schema_name.clone(),
        row_count: rows,
        column_count: columns.len() as u32,
        format: table.format.clone(),
        snapshot: Snapshot {
            clock: Some(options.clock),
            dialect: plan.text_dialect(),
            ..describe_snapshot(&plan, total)
        },
        duration_ms: watch.elapsed_ms(),
        bytes_scanned: total,
        rows_scanned: rows,
        engine: ENGINE_NAME.into(),
        engine_version: ENGINE_VERSION.into(),
        mode: RunMode::Full,
        started_after_ms: 0,
        rejected: (rejected.count > 0).then_some(rejected),
        metrics: Default::default(),
        columns,
    };
    super::semantics::describe(&mut profile);
    Ok(profile)
}

/// What one table's columns came to.
struct Look {
    rows: u64,
    columns: Vec<ColumnProfile>,
    rejected: RejectedRows,
}

fn look_column_by_column(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    watch: &StopWatch,
    clock_day: i64,
) -> Result<Look, EngineError> {
    let order = ColumnOrder {
        plan,
        threads: options.threads,
        memory_bytes: options.memory_bytes,
        limits,
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

fn look_row_by_row(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    watch: &StopWatch,
    clock_day: i64,
) -> Result<Look, EngineError> {
    let scan = look_until_types_hold(plan, options, limits, watch)?;
    let context = FinishContext {
        rows: scan.rows,
        clock_day,
    };
    Ok(Look {
        rows: scan.rows,
        columns: (1..)
            .zip(scan.columns)
            .map(|(position, column)| finish_column(position, column, &context))
            .collect(),
        rejected: scan.rejected,
    })
}

/// Reads the table; where a settled token type turns out too narrow, reads it again with the wider one.
fn look_until_types_hold(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    watch: &StopWatch,
) -> Result<TableScan, EngineError> {
    let mut known_types = FxHashMap::default();
    for look in 0.. {
        let order = ScanOrder {
            parts: &plan.parts,
            threads: options.threads,
            memory_bytes: options.memory_bytes,
            limits,
            known_types: &known_types,
            watch,
            report: look == 0,
        };
        let scan = TableScan::run(&order)?;
        let wider: Vec<(String, TokenType)> = scan
            .columns
            .iter()
            .filter_map(|column| column.wider_type().map(|wider| (column.name().to_owned(), wider)))
            .collect();
        if wider.is_empty() {
            return Ok(scan);
        }
        for (name, wider) in wider {
            known_types.insert(name, if look + 1 >= MOST_LOOKS { TokenType::Text } else { wider });
        }
    }
    unreachable!("text holds every token")
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

/// Which version of the files was read.
fn describe_snapshot(plan: &ScanPlan, total: u64) -> Snapshot {
    let mut identity = Vec::new();
    let mut newest = 0;
    for file in &plan.files {
        let stamp = file.file.stamp();
        newest = newest.max(stamp.modified_ns);
        identity.extend_from_slice(file.file.path().as_bytes());
        identity.push(0);
        identity.extend_from_slice(&stamp.size.to_le_bytes());
        identity.extend_from_slice(&stamp.modified_ns.to_le_bytes());
    }
    let count = plan.files.len();
    let when = DateTime::from_timestamp((newest / 1_000_000_000) as i64, 0)
        .map_or_else(String::new, |at| at.format(", newest %Y-%m-%d %H:%M UTC").to_string());
    Snapshot {
        id: format!("{:016x}", xxh64(&identity, 42)),
        description: format!(
            "{count} {}, {}{when}",
            if count == 1 { "file" } else { "files" },
            describe_bytes(total)
        ),
        files: plan.files.iter().map(|file| file.file.path().to_owned()).collect(),
        ..Snapshot::default()
    }
}

fn describe_bytes(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < units.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}
