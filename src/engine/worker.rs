//! The worker: a child process that profiles the tables of one plan and reports line by line. It limits its own memory
//! and ends when its parent does. A table that fails does not take the others.

use std::io::{BufRead, BufWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

use super::error::EngineError;
use super::limits::{Observer, ProfileOptions, StopWatch};
use super::profile::{profile_partitions, profile_table};
use super::protocol::{PlannedPartition, WorkerEvent, WorkerPlan};
use super::source_root::SourceRoot;
use super::sources::postgres::HeldSnapshot;
use super::states::partition::{PartitionedProfile, StoredPartition};
use crate::domain::address::qualified_name;
use crate::domain::progress::RunProgress;
use crate::domain::table_profile::FailedTable;

/// Address space beyond the states' budget: stacks, arenas, maps, decoders.
const EXTRA_ADDRESS_SPACE: u64 = 1 << 30;
/// Bytes of a line that are written at once.
const LINE_BUFFER: usize = 1 << 16;
/// Least time between two progress lines.
const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// Reads the plan from `input`, guards this process, profiles and reports. What `limn profile-worker` calls.
/// `input` has to stay open until the last event was read: its end means that nobody wants the result any more.
pub fn run_worker(mut input: impl BufRead + Send + 'static, output: impl Write + Send) -> Result<(), EngineError> {
    let mut line = String::new();
    let failed = |reason: String| EngineError::Protocol { reason };
    input.read_line(&mut line).map_err(|error| failed(error.to_string()))?;
    let plan: WorkerPlan = serde_json::from_str(&line).map_err(|error| failed(error.to_string()))?;
    guard_process(plan.options.memory_bytes)?;
    let mut stored: Vec<Vec<StoredPartition>> = vec![Vec::new(); plan.tables.len()];
    for _ in 0..plan.partition_lines {
        line.clear();
        input.read_line(&mut line).map_err(|error| failed(error.to_string()))?;
        let planned: PlannedPartition = serde_json::from_str(&line).map_err(|error| failed(error.to_string()))?;
        let table = stored
            .get_mut(planned.table)
            .ok_or_else(|| failed("a partition of no table was planned".into()))?;
        table.push(planned.partition);
    }
    drop(line);
    let cancelled = Arc::new(AtomicBool::new(false));
    let watcher = cancelled.clone();
    std::thread::spawn(move || {
        let mut rest = [0_u8; 256];
        // Whatever the parent writes means nothing; the end of input, or an error, means stop.
        while matches!(input.read(&mut rest), Ok(count) if count > 0) {}
        watcher.store(true, Ordering::Relaxed);
    });
    carry_out(&plan, stored, &cancelled, output)
}

/// Profiles every table of the plan until `cancelled` or the deadline, writing events; `stored` are the partitions of each table
/// that need not be read if they have not changed.
pub fn carry_out(
    plan: &WorkerPlan,
    stored: Vec<Vec<StoredPartition>>,
    cancelled: &AtomicBool,
    output: impl Write + Send,
) -> Result<(), EngineError> {
    let reporter = Reporter::new(plan, cancelled, output);
    let held = hold_snapshot(plan, &reporter)?;
    let root = held
        .as_ref()
        .map_or_else(|| plan.root.clone(), |held| SourceRoot::Postgres(held.target.clone()));
    let mut stored = stored.into_iter();
    for table in &plan.tables {
        let stored = stored.next().unwrap_or_default();
        let name = qualified_name(&table.schema_name, &table.table_name);
        reporter.begin_table(&name);
        let started_after_ms = reporter.elapsed_ms();
        let result = match reporter.options_left(&plan.options) {
            Some(options) if plan.keeps_states => profile_partitions(&root, table, &options, stored, &reporter),
            Some(options) => profile_table(&root, table, &options, &reporter).map(|profile| PartitionedProfile {
                profile,
                fresh: Vec::new(),
            }),
            None => Err(EngineError::DeadlinePassed {
                deadline_ms: plan.options.deadline_ms,
            }),
        };
        match result {
            Ok(PartitionedProfile { mut profile, fresh }) => {
                profile.started_after_ms = started_after_ms;
                if let Some(rejected) = &profile.rejected {
                    let message = format!("{name}: {} records were left out; the first: {}", rejected.count, rejected.first);
                    reporter.send(&WorkerEvent::Log {
                        level: "warn".into(),
                        message,
                    })?;
                }
                for broken in profile.broken_invariants() {
                    reporter.send(&WorkerEvent::Log {
                        level: "warn".into(),
                        message: format!("{name}: inconsistent, {broken}"),
                    })?;
                }
                for partition in fresh {
                    reporter.send(&WorkerEvent::Partition(Box::new(partition)))?;
                }
                reporter.send(&WorkerEvent::Table(Box::new(profile)))?;
            }
            Err(error) => {
                let failed = FailedTable {
                    schema_name: table.schema_name.clone(),
                    table_name: table.table_name.clone(),
                    error: error.to_string(),
                    remedy: error.remedy().to_owned(),
                };
                reporter.send(&WorkerEvent::Log {
                    level: "error".into(),
                    message: format!("{name}: {error}"),
                })?;
                if error.stops_the_run() {
                    return Err(error);
                }
                reporter.count_failure(table.bytes);
                reporter.send(&WorkerEvent::Failed(failed))?;
            }
        }
        reporter.end_table()?;
    }
    reporter.send(&WorkerEvent::Done)
}

/// One snapshot for all tables of a PostgreSQL database; where the server gives none, each table is read as of its own.
fn hold_snapshot<W: Write + Send>(plan: &WorkerPlan, reporter: &Reporter<W>) -> Result<Option<HeldSnapshot>, EngineError> {
    let SourceRoot::Postgres(target) = &plan.root else {
        return Ok(None);
    };
    if plan.tables.len() < 2 {
        return Ok(None);
    }
    match HeldSnapshot::open(target, &plan.tables, &StopWatch::start(&plan.options, reporter)) {
        Ok(held) => Ok(Some(held)),
        Err(error) if error.stops_the_run() => Err(error),
        Err(error) => {
            let message = format!("each table is read as of its own moment, for the run could not get one snapshot: {error}");
            reporter.send(&WorkerEvent::Log {
                level: "warn".into(),
                message,
            })?;
            Ok(None)
        }
    }
}

/// Limits the address space and asks to be killed when the parent dies.
pub fn guard_process(memory_bytes: u64) -> Result<(), EngineError> {
    let failed = |errno: rustix::io::Errno| EngineError::Limits { source: errno.into() };
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed)?;
    let wanted = memory_bytes.saturating_add(EXTRA_ADDRESS_SPACE);
    let limit = getrlimit(Resource::As).maximum.map_or(wanted, |most| most.min(wanted));
    setrlimit(
        Resource::As,
        Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        },
    )
    .map_err(failed)
}

/// Writes events and keeps the counters; shared by the threads that read.
struct Reporter<'a, W> {
    cancelled: &'a AtomicBool,
    started: Instant,
    broken: AtomicBool,
    state: Mutex<Reported<W>>,
}

struct Reported<W> {
    output: W,
    progress: RunProgress,
    /// Bytes of the current table that were counted, so that a failed table still counts as a whole.
    table_bytes: u64,
    last: Option<Instant>,
}

impl<'a, W: Write + Send> Reporter<'a, W> {
    fn new(plan: &WorkerPlan, cancelled: &'a AtomicBool, output: W) -> Self {
        let progress = RunProgress {
            tables_total: plan.tables.len() as u32,
            bytes_total: plan.tables.iter().map(|table| table.bytes).sum(),
            ..RunProgress::default()
        };
        Self {
            cancelled,
            started: Instant::now(),
            broken: AtomicBool::new(false),
            state: Mutex::new(Reported {
                output,
                progress,
                table_bytes: 0,
                last: None,
            }),
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The options with what is left of the deadline; nothing when it has passed.
    fn options_left(&self, options: &ProfileOptions) -> Option<ProfileOptions> {
        let mut options = options.clone();
        if options.deadline_ms > 0 {
            options.deadline_ms = options.deadline_ms.checked_sub(self.elapsed_ms()).filter(|left| *left > 0)?;
        }
        Some(options)
    }

    fn begin_table(&self, name: &str) {
        let mut state = self.lock();
        state.progress.current_table = name.to_owned();
        state.table_bytes = 0;
    }

    fn count_failure(&self, table_bytes: u64) {
        let mut state = self.lock();
        state.progress.tables_failed += 1;
        state.progress.bytes_read += table_bytes.saturating_sub(state.table_bytes);
    }

    fn end_table(&self) -> Result<(), EngineError> {
        let mut state = self.lock();
        state.progress.tables_done += 1;
        self.write_progress(&mut state)
    }

    fn send(&self, event: &WorkerEvent) -> Result<(), EngineError> {
        write_event(&mut self.lock().output, event)
    }

    fn write_progress(&self, state: &mut Reported<W>) -> Result<(), EngineError> {
        state.last = Some(Instant::now());
        state.progress.elapsed_ms = self.elapsed_ms();
        let event = WorkerEvent::Progress(state.progress.clone());
        write_event(&mut state.output, &event)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reported<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Observer for Reporter<'_, W> {
    fn progress(&self, rows: u64, bytes: u64) {
        let mut state = self.lock();
        state.progress.rows_read += rows;
        state.progress.bytes_read += bytes;
        state.table_bytes += bytes;
        let due = state.last.is_none_or(|last| last.elapsed() >= PROGRESS_PAUSE);
        if due && self.write_progress(&mut state).is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.broken.load(Ordering::Relaxed)
    }
}

/// One line, written as it is made: the profile of thousands of columns is long.
fn write_event(output: &mut impl Write, event: &WorkerEvent) -> Result<(), EngineError> {
    let failed = |reason: String| EngineError::Protocol { reason };
    let mut line = BufWriter::with_capacity(LINE_BUFFER, output);
    serde_json::to_writer(&mut line, event).map_err(|error| failed(error.to_string()))?;
    line.write_all(b"\n")
        .and_then(|()| line.flush())
        .map_err(|error| failed(error.to_string()))
}
