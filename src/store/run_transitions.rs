//! How a run moves: every step is one compare-and-set UPDATE fenced by the attempt, with leases on the database's clock.
//!
//! A step that changes no row lost a race: the caller reads again and never forces it. The attempt only ever grows; claims
//! given back on purpose (`release`) are counted apart, so that a deploy costs no attempt and no stale worker is let in.

use super::profile_runs::{RUN_REQUESTED, RunPlan};
use super::{Database, StoreError, Transaction, audit, outbox, run_completion, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableGroupId, UserId};
use crate::domain::profile_run::RunMode;
use crate::domain::progress::RunProgress;

/// A run that a worker now holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedRun {
    /// Id.
    pub profile_run_id: RunId,
    /// Number.
    pub number: i64,
    /// The fence: every write of this worker names it.
    pub attempt: u32,
    /// Group to read.
    pub table_group_id: TableGroupId,
    /// Full, partial, ...
    pub mode: RunMode,
    /// What else was asked.
    pub plan: RunPlan,
}

/// What a worker learns when it renews its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It still owns the run.
    Held {
        /// Whether somebody asked to cancel it.
        cancel_requested: bool,
    },
    /// Another attempt owns it, or it ended: stop, write nothing.
    Lost,
}

/// Takes the run that was asked for first, or one whose worker's lease ran out and that has attempts left.
pub async fn claim_next(db: &Database, worker_id: &str, lease_s: i64, max_attempts: u32) -> Result<Option<ClaimedRun>, StoreError> {
    let mut tx = db.begin().await?;
    let row = sql("update dq_profiles set phase = 'claimed', status = 'pending', attempt = attempt + 1, lease_owner = $1, lease_expires_at = {after $2},
             started_at = null, progress_json = null, row_sequence = row_sequence + 1
         where profile_run_id = (
             select profile_run_id from dq_profiles
             where status in ('pending', 'running') and cancel_requested_at is null and attempt - released_count < $3
                 and (phase = 'requested' or lease_expires_at < {now})
             order by requested_at, run_number limit 1 {skip locked})
         returning profile_run_id, run_number, attempt, table_group_id, profile_mode, plan_json")
    .bind(worker_id)
    .bind(lease_s)
    .bind(max_attempts)
    .fetch_optional(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let claimed = ClaimedRun {
        profile_run_id: RunId(row.text("profile_run_id")?),
        number: row.integer("run_number")?,
        attempt: row.small("attempt")?,
        table_group_id: TableGroupId(row.text("table_group_id")?),
        mode: row.word("profile_mode", RunMode::from_word)?,
        plan: row.json_opt("plan_json")?.unwrap_or_default(),
    };
    outbox::settle(&mut tx, RUN_REQUESTED, claimed.profile_run_id.as_str()).await?;
    tx.commit().await?;
    Ok(Some(claimed))
}

/// The engine begins to read; false where the attempt lost the run.
pub async fn mark_running(db: &Database, run_id: &RunId, attempt: u32) -> Result<bool, StoreError> {
    let changed = sql(
        "update dq_profiles set phase = 'running', status = 'running', started_at = {now}, row_sequence = row_sequence + 1
         where profile_run_id = $1 and attempt = $2 and phase in ('claimed', 'submitting')",
    )
    .bind(run_id.as_str())
    .bind(attempt)
    .execute(db)
    .await?;
    Ok(changed == 1)
}

/// All tables are read; results are being stored. False where the attempt lost the run.
pub async fn begin_finalizing(db: &Database, run_id: &RunId, attempt: u32) -> Result<bool, StoreError> {
    let changed = sql("update dq_profiles set phase = 'finalizing', row_sequence = row_sequence + 1
         where profile_run_id = $1 and attempt = $2 and phase = 'running'")
    .bind(run_id.as_str())
    .bind(attempt)
    .execute(db)
    .await?;
    Ok(changed == 1)
}

/// Renews the lease by the database's clock and says whether somebody asked to cancel.
pub async fn renew_lease(db: &Database, run_id: &RunId, attempt: u32, worker_id: &str, lease_s: i64) -> Result<Lease, StoreError> {
    let mut tx = db.begin().await?;
    let row = sql("update dq_profiles set lease_expires_at = {after $4}
         where profile_run_id = $1 and attempt = $2 and lease_owner = $3 and phase in ('claimed', 'submitting', 'running', 'finalizing')
         returning cancel_requested_at")
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(worker_id)
    .bind(lease_s)
    .fetch_optional(&mut tx)
    .await?;
    tx.commit().await?;
    match row {
        Some(row) => Ok(Lease::Held {
            cancel_requested: row.time_opt("cancel_requested_at")?.is_some(),
        }),
        None => Ok(Lease::Lost),
    }
}

/// Stores how far the attempt is; false where it lost the run.
pub async fn record_progress(db: &Database, run_id: &RunId, attempt: u32, progress: &RunProgress) -> Result<bool, StoreError> {
    let progress = serde_json::to_string(progress).map_err(|error| StoreError::unreadable("progress", error))?;
    let changed = sql("update dq_profiles set progress_json = $3, row_sequence = row_sequence + 1
         where profile_run_id = $1 and attempt = $2 and phase in ('claimed', 'submitting', 'running', 'finalizing')")
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(progress)
    .execute(db)
    .await?;
    Ok(changed == 1)
}

/// Gives a run back at shutdown: it is asked for again at once and the attempt does not count. False where it was lost.
pub async fn release(db: &Database, run_id: &RunId, attempt: u32) -> Result<bool, StoreError> {
    let changed = sql(
        "update dq_profiles set phase = 'requested', status = 'pending', lease_owner = null, lease_expires_at = null, started_at = null,
             progress_json = null, released_count = released_count + 1, row_sequence = row_sequence + 1
         where profile_run_id = $1 and attempt = $2 and phase in ('claimed', 'submitting', 'running', 'finalizing')",
    )
    .bind(run_id.as_str())
    .bind(attempt)
    .execute(db)
    .await?;
    Ok(changed == 1)
}

/// Asks to cancel a run. One that nobody has taken ends at once; a running one learns of it when it renews its lease.
/// False where it had ended or somebody had asked before.
pub async fn request_cancel(tx: &mut Transaction, run_id: &RunId, actor: &Actor) -> Result<bool, StoreError> {
    let ended = sql(
        "update dq_profiles set phase = 'cancelled', status = 'cancelled', reason = 'cancelled_by_person', completed_at = {now},
             cancel_requested_at = {now}, cancel_requested_by = $2, row_sequence = row_sequence + 1
         where profile_run_id = $1 and phase = 'requested'",
    )
    .bind(run_id.as_str())
    .bind(actor.user_id.as_ref().map_or(actor.name.as_str(), UserId::as_str))
    .execute(&mut *tx)
    .await?;
    let asked = if ended == 1 {
        outbox::settle(tx, RUN_REQUESTED, run_id.as_str()).await?;
        1
    } else {
        sql(
            "update dq_profiles set cancel_requested_at = {now}, cancel_requested_by = $2, row_sequence = row_sequence + 1
             where profile_run_id = $1 and phase in ('claimed', 'submitting', 'running', 'finalizing') and cancel_requested_at is null",
        )
        .bind(run_id.as_str())
        .bind(actor.user_id.as_ref().map_or(actor.name.as_str(), UserId::as_str))
        .execute(&mut *tx)
        .await?
    };
    if asked == 1 {
        audit::record(
            tx,
            actor,
            "run.cancel",
            &format!("run:{run_id}"),
            serde_json::json!({ "ended_at_once": ended == 1 }),
        )
        .await?;
    }
    Ok(asked == 1)
}

/// Ends the runs whose worker is gone for good: cancelled where somebody asked for that, failed where no attempt is left.
pub async fn fail_exhausted(db: &Database, max_attempts: u32) -> Result<Vec<RunId>, StoreError> {
    let mut tx = db.begin().await?;
    let mut ended = sql(
        "update dq_profiles set phase = 'cancelled', status = 'cancelled', reason = 'cancelled_by_person', completed_at = {now},
             lease_owner = null, lease_expires_at = null, row_sequence = row_sequence + 1
         where status in ('pending', 'running') and cancel_requested_at is not null and (phase = 'requested' or lease_expires_at < {now})
         returning profile_run_id",
    )
    .fetch_all(&mut tx)
    .await?;
    ended.extend(
        sql(
            "update dq_profiles set phase = 'failed', status = 'failed', reason = 'worker_lost', completed_at = {now},
             error_message = 'The process that read the tables was lost ' || cast(attempt - released_count as text) || ' times.',
             lease_owner = null, lease_expires_at = null, row_sequence = row_sequence + 1
         where status in ('pending', 'running') and cancel_requested_at is null and phase <> 'requested' and lease_expires_at < {now}
             and attempt - released_count >= $1
         returning profile_run_id",
        )
        .bind(max_attempts)
        .fetch_all(&mut tx)
        .await?,
    );
    let mut run_ids = Vec::new();
    for row in &ended {
        let run_id = RunId(row.text("profile_run_id")?);
        run_completion::delete_unpublished(&mut tx, &run_id, None).await?;
        run_ids.push(run_id);
    }
    tx.commit().await?;
    Ok(run_ids)
}

/// Holds the run's row for the rest of the transaction; refuses an attempt that does not own it.
pub(super) async fn hold_run(tx: &mut Transaction, run_id: &RunId, attempt: u32) -> Result<(), StoreError> {
    let row = sql("select 1 as one from dq_profiles where profile_run_id = $1 and attempt = $2
         and phase in ('claimed', 'submitting', 'running', 'finalizing') {for update}")
    .bind(run_id.as_str())
    .bind(attempt)
    .fetch_optional(tx)
    .await?;
    row.map(|_| ()).ok_or_else(|| StoreError::LostRun {
        profile_run_id: run_id.to_string(),
        attempt,
    })
}
