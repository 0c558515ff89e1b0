//! Starting, cancelling and retrying runs: what a person or a program asks for.
//!
//! Everything that can be refused is refused before the run's row exists; then the row and its outbox message are
//! written in one transaction.

use super::access;
use super::error::AppError;
use super::run_signals::RunSignals;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Permission, Viewer};
use crate::store::profile_runs::{self, NewRun};
use crate::store::tables::{self, GroupTable};
use crate::store::{Database, connections, run_transitions};

/// What was started.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct LaunchedRun {
    /// Id.
    pub profile_run_id: RunId,
    /// Short number.
    pub number: i64,
    /// Its group.
    pub table_group_id: TableGroupId,
    /// What the caller should know, in words.
    pub warnings: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct LaunchRequest {
    /// Group to profile.
    pub table_group_id: TableGroupId,
    /// Only these tables; all when empty.
    pub only_tables: Vec<TableId>,
    /// `Full` reads everything; `Partial`, the usual, takes over what is stored of files that have not changed.
    pub mode: RunMode,
    /// What started it.
    pub trigger: RunTrigger,
    /// The ended run that is tried again.
    pub retry_of: Option<RunId>,
}

/// Writes a run for a worker to take.
pub async fn launch(db: &Database, signals: &RunSignals, viewer: &Viewer, request: LaunchRequest) -> Result<LaunchedRun, AppError> {
    access::require_on_group(db, viewer, Permission::RunProfiling, &request.table_group_id).await?;
    let (connection, group) = connections::find_table_group(db, &request.table_group_id)
        .await?
        .ok_or(AppError::NotFound)?;
    if !matches!(request.mode, RunMode::Full | RunMode::Partial) {
        return Err(AppError::bad_request(
            "This mode cannot be asked for",
            "Ask for `full`, which reads every file, or `partial`, which reads the files that have changed.",
        ));
    }
    if let Some((title, detail)) = connection.refusal().or_else(|| group.refusal()) {
        return Err(AppError::conflict(title, detail));
    }
    if group.table_count == 0 && request.only_tables.is_empty() {
        return Err(AppError::refused(
            format!("{} has no table to profile", group.name),
            "Put Parquet, CSV or JSON-lines files into its folder, then let Limn look for tables again.",
        ));
    }
    let known = tables::list_group_tables(db, &request.table_group_id).await?;
    if let Some(other) = request
        .only_tables
        .iter()
        .find(|id| known.iter().all(|table| table.table_id != **id))
    {
        return Err(AppError::refused(
            format!("{other} is no table of {}", group.name),
            "Name tables of the group by their table_id, or none for all of them.",
        ));
    }
    let is_wanted = |table: &&GroupTable| request.only_tables.is_empty() || request.only_tables.contains(&table.table_id);
    let mut wanted = known.iter().filter(is_wanted).peekable();
    if wanted.peek().is_some() && wanted.all(|table| !table.is_active) {
        return Err(AppError::conflict(
            "What is to be read is switched off",
            "Switch the tables on again in the list of tables, or choose others.",
        ));
    }
    let mut tx = db.begin().await?;
    let new = NewRun {
        table_group_id: request.table_group_id.clone(),
        mode: request.mode,
        trigger: request.trigger,
        only_tables: request.only_tables,
        retry_of: request.retry_of,
    };
    let requested = profile_runs::request_run(&mut tx, new, &access::actor(viewer)).await?;
    tx.commit().await?;
    tracing::info!(run.id = %requested.profile_run_id, run.number = requested.number, trigger = request.trigger.word(), "A run was requested");
    signals.changed(&requested.profile_run_id);
    signals.work_waits();
    Ok(LaunchedRun {
        profile_run_id: requested.profile_run_id,
        number: requested.number,
        table_group_id: request.table_group_id,
        warnings: Vec::new(),
    })
}

/// Asks for an end. A waiting run ends at once; a running one as soon as its worker hears of it. Asking twice is once.
pub async fn cancel(db: &Database, signals: &RunSignals, viewer: &Viewer, run: &RunId) -> Result<bool, AppError> {
    access::require(viewer, Permission::RunProfiling)?;
    let known = profile_runs::find_run_by_id(&db.within(viewer.scope()), run)
        .await?
        .ok_or(AppError::NotFound)?;
    access::require_on_group(db, viewer, Permission::RunProfiling, &known.table_group_id).await?;
    let mut tx = db.begin().await?;
    let asked = run_transitions::request_cancel(&mut tx, run, &access::actor(viewer)).await?;
    tx.commit().await?;
    if asked {
        tracing::info!(run.id = %run, "A run is to be cancelled");
        signals.cancel(run);
        signals.changed(run);
    }
    Ok(asked)
}

/// Starts the same again as a new run: a retry never changes the run that ended.
pub async fn retry(db: &Database, signals: &RunSignals, viewer: &Viewer, run: &RunId) -> Result<LaunchedRun, AppError> {
    let ended = profile_runs::find_run_by_id(db, run).await?.ok_or(AppError::NotFound)?;
    if !ended.status.is_terminal() {
        return Err(AppError::conflict(
            format!("Run {} has not ended", ended.number),
            "Cancel it first, or wait.",
        ));
    }
    let only_tables = profile_runs::get_run_plan(db, run).await?.only_tables;
    let request = LaunchRequest {
        table_group_id: ended.table_group_id,
        only_tables,
        mode: RunMode::Partial,
        trigger: RunTrigger::Retry,
        retry_of: Some(run.clone()),
    };
    launch(db, signals, viewer, request).await
}
