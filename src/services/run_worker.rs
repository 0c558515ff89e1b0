//! The worker: takes requested runs, holds their leases, runs the engine and hands the outcome to the completer.
//!
//! It owns no truth. If it dies, its lease runs out and somebody else takes the run up with the next attempt; if it was
//! only frozen, its attempt number is stale by then and every write of it is refused.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::configuration::Configuration;
use super::connection_secrets::open_root;
use super::connections::{discover, in_group};
use super::error::AppError;
use super::partition_states;
use super::run_completion::{Completion, End, complete};
use super::run_lease::{Interruption, LeaseHolder};
use super::run_report::RunReport;
use super::run_signals::RunSignals;
use super::worker_process::{self, PlannedTable, run_children};
use crate::domain::audit::Actor;
use crate::domain::connection::FoundTable;
use crate::domain::identifier::TableId;
use crate::domain::profile_run::{RunMode, RunReason};
use crate::engine::{ProfileOptions, SourceRoot};
use crate::store::run_transitions::{self, ClaimedRun};
use crate::store::tables::FoundDifference;
use crate::store::{Database, connections, run_log, tables};

/// Attempts before a run is given up as `worker_lost`.
const MOST_ATTEMPTS: u32 = 3;
/// How often the queue is looked at without a signal.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Vanished tables that the log names before the rest is counted.
const MOST_NAMED: usize = 20;
/// How often progress is written.
const PROGRESS_EVERY: Duration = Duration::from_millis(700);

/// Takes runs until it is told to stop.
#[derive(Clone, Debug)]
pub struct RunWorker {
    /// Control database.
    pub db: Database,
    /// Limits of the engine, and the keys of passwords.
    pub config: Arc<Configuration>,
    /// Who is told.
    pub signals: RunSignals,
    /// Name of this worker in leases; new for each process.
    pub worker_id: String,
    /// Fires when the server shuts down.
    pub stop: CancellationToken,
    /// The runs in hand.
    pub tasks: TaskTracker,
}

impl RunWorker {
    /// The loop: claim while there is a place, give up what has had its attempts, wait.
    pub async fn serve(self) {
        loop {
            if self.stop.is_cancelled() {
                return;
            }
            if let Err(error) = self.take_all().await {
                error.log();
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.signals.wait_for_work() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Claims runs until the places are taken or the queue is empty.
    async fn take_all(&self) -> Result<(), AppError> {
        for run in run_transitions::fail_exhausted(&self.db, MOST_ATTEMPTS).await? {
            tracing::error!(run.id = %run, "A run was given up after its worker was lost {MOST_ATTEMPTS} times");
            self.signals.changed(&run);
        }
        while self.tasks.len() < self.config.engine.concurrent_runs {
            let Some(claimed) =
                run_transitions::claim_next(&self.db, &self.worker_id, self.config.engine.lease_s.cast_signed(), MOST_ATTEMPTS).await?
            else {
                return Ok(());
            };
            let worker = self.clone();
            self.tasks.spawn(async move {
                tracing::info!(run.id = %claimed.profile_run_id, run.number = claimed.number, attempt = claimed.attempt, "A run was taken");
                worker.signals.changed(&claimed.profile_run_id);
                if let Err(error) = worker.execute(&claimed).await {
                    error.log();
                }
                worker.signals.changed(&claimed.profile_run_id);
                worker.signals.work_waits();
            });
        }
        Ok(())
    }

    /// One run from claim to end.
    async fn execute(&self, claimed: &ClaimedRun) -> Result<(), AppError> {
        let run = &claimed.profile_run_id;
        let mut end = match self.read_tables(claimed).await {
            Ok(Ok(completion)) => completion,
            Ok(Err(Interruption::Stopping)) => {
                // A deploy is no failure: the run goes back to the queue and the attempt does not count.
                run_log::append_log(
                    &self.db,
                    run,
                    claimed.attempt,
                    "info",
                    "The server is stopping; the run waits for the next one.",
                )
                .await?;
                run_transitions::release(&self.db, run, claimed.attempt).await?;
                return Ok(());
            }
            Ok(Err(Interruption::LeaseLost)) => {
                tracing::warn!(run.id = %run, attempt = claimed.attempt, "The lease was lost; this attempt writes nothing more");
                return Ok(());
            }
            Ok(Err(Interruption::Cancelled)) => self.ended(claimed, End::Cancelled),
            Ok(Err(Interruption::TimedOut)) => {
                let limit = self.config.engine.deadline_ms / 60_000;
                self.ended(
                    claimed,
                    End::Failed(
                        RunReason::TimedOut,
                        format!("The run was stopped after {limit} minutes, its deadline."),
                    ),
                )
            }
            Err(AppError::Refused { title, detail }) => {
                self.ended(claimed, End::Failed(RunReason::SourceUnreachable, format!("{title}. {detail}")))
            }
            // The database is away: leave the run to its lease, nothing about it is known to be wrong.
            Err(error @ AppError::Unavailable(_)) => return Err(error),
            Err(error) => {
                let reference = error.log();
                self.ended(
                    claimed,
                    End::Failed(RunReason::InternalError, format!("A fault of Limn's own, reference {reference}.")),
                )
            }
        };
        complete(&self.db, &self.signals, &mut end).await.map(|_| ())
    }

    /// An end without profiles.
    fn ended(&self, claimed: &ClaimedRun, end: End) -> Completion {
        Completion {
            profile_run_id: claimed.profile_run_id.clone(),
            attempt: claimed.attempt,
            end,
            profiles: Vec::new(),
            states: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Finds the tables, runs children over them, keeps the lease, and collects what they report.
    async fn read_tables(&self, claimed: &ClaimedRun) -> Result<Result<Completion, Interruption>, AppError> {
        let run = &claimed.profile_run_id;
        let attempt = claimed.attempt;
        let (root, planned) = self.plan(claimed).await?;
        if !run_transitions::mark_running(&self.db, run, attempt).await? {
            return Ok(Err(Interruption::LeaseLost));
        }
        let words = format!("Attempt {attempt}: {} tables to read.", planned.len());
        run_log::append_log(&self.db, run, attempt, "info", &words).await?;
        self.signals.changed(run);

        let mut collected = RunReport::new(&planned);
        let (sender, mut reports) = mpsc::channel(worker_process::REPORTS_WAITING);
        let deadline = Duration::from_millis(self.config.engine.deadline_ms);
        let options = ProfileOptions {
            threads: self.config.engine.threads,
            memory_bytes: self.config.engine.memory_bytes,
            deadline_ms: self.config.engine.deadline_ms,
            clock: chrono::Utc::now(),
        };
        let reading = run_children(&root, self.with_states(claimed, &planned).await?, options, true, sender);
        tokio::pin!(reading);
        // In a task of its own, so that a renewal under way is never dropped half-way.
        let mut lease = AbortOnDropHandle::new(tokio::spawn(LeaseHolder::new(self, claimed).keep(deadline)));
        let mut written = Instant::now();
        let mut read_to_end = false;
        loop {
            tokio::select! {
                biased;
                interruption = &mut lease => return Ok(Err(interruption.map_err(AppError::internal)??)),
                report = reports.recv() => match report {
                    Some(event) => {
                        if let Some((level, message)) = collected.take(event) {
                            run_log::append_log(&self.db, run, attempt, level, &message).await?;
                        }
                        if written.elapsed() >= PROGRESS_EVERY {
                            written = Instant::now();
                            run_transitions::record_progress(&self.db, run, attempt, &collected.progress).await?;
                            self.signals.changed(run);
                        }
                    }
                    None => break,
                },
                outcome = &mut reading, if !read_to_end => {
                    outcome?;
                    read_to_end = true;
                }
            }
        }
        if !read_to_end {
            reading.await?;
        }
        if !run_transitions::begin_finalizing(&self.db, run, attempt).await? {
            return Ok(Err(Interruption::LeaseLost));
        }
        self.signals.changed(run);
        Ok(Ok(Completion {
            profile_run_id: run.clone(),
            attempt,
            end: End::Finished,
            profiles: collected.profiles,
            states: collected.states,
            failed: collected.failed,
        }))
    }

    /// The tables with what is stored of their partitions, unless the run is to read everything.
    async fn with_states(&self, claimed: &ClaimedRun, planned: &[(TableId, FoundTable)]) -> Result<Vec<PlannedTable>, AppError> {
        if claimed.mode == RunMode::Full {
            return Ok(planned.iter().map(|(_, table)| (table.clone(), Vec::new())).collect());
        }
        partition_states::load(&self.db, planned).await
    }

    /// Looks at the source as it is now, records what was found, and picks the tables of this run.
    async fn plan(&self, claimed: &ClaimedRun) -> Result<(SourceRoot, Vec<(TableId, FoundTable)>), AppError> {
        let (connection, group) = connections::find_table_group(&self.db, &claimed.table_group_id)
            .await?
            .ok_or(AppError::NotFound)?;
        // Switched off since the run was asked for.
        if let Some((title, detail)) = connection.refusal().or_else(|| group.refusal()) {
            return Err(AppError::refused(title, detail));
        }
        let root = open_root(&self.db, &self.config, &connection).await?;
        let there = discover(&root).await?;
        let found = in_group(&group, &there);
        let mut tx = self.db.begin().await?;
        let difference = tables::replace_found_tables(&mut tx, &group.table_group_id, &found, &Actor::limn()).await?;
        tx.commit().await?;
        for (level, message) in told_differences(&difference, &there) {
            run_log::append_log(&self.db, &claimed.profile_run_id, claimed.attempt, level, &message).await?;
        }
        let wanted: HashSet<&TableId> = claimed.plan.only_tables.iter().collect();
        let planned = tables::list_group_tables(&self.db, &group.table_group_id)
            .await?
            .into_iter()
            .filter(|table| table.is_active && (wanted.is_empty() || wanted.contains(&table.table_id)))
            .map(|table| (table.table_id, table.found))
            .collect();
        Ok((root, planned))
    }
}

/// Which tables vanished or were renamed since the last look, for the run's log.
fn told_differences(difference: &FoundDifference, there: &[FoundTable]) -> Vec<(&'static str, String)> {
    let renamed = difference.renamed.iter().map(|(old, new)| {
        let message =
            format!("{old} is gone and {new} is new, of the same format and size: it seems to be renamed. Both keep their own history.");
        ("warn", message)
    });
    let is_renamed = |name: &String| difference.renamed.iter().any(|(old, _)| old == name);
    let vanished = difference
        .vanished
        .iter()
        .filter(|name| !is_renamed(name))
        .take(MOST_NAMED)
        .map(|name| {
            if there.iter().any(|table| table.qualified_name() == *name) {
                return (
                    "info",
                    format!("{name} is left out by the masks of the group now. Its profiles stay."),
                );
            }
            ("warn", format!("{name} is no longer there. Its profiles stay."))
        });
    let more = difference
        .vanished
        .len()
        .saturating_sub(difference.renamed.len())
        .saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| ("warn", format!("{more} more tables are no longer in the group.")));
    renamed.chain(vanished).chain(more).collect()
}
