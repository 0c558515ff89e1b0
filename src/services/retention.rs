//! How long runs are kept: an age in days among the settings, a preview of what goes, and the loop that removes it.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use tokio_util::sync::CancellationToken;

use super::access;
use super::error::AppError;
use crate::domain::audit::Actor;
use crate::domain::identifier::RunId;
use crate::domain::user::{Permission, Viewer};
use crate::store::run_deletion::{self, RunRemoval};
use crate::store::{Database, settings};

/// The setting: whole days, or nothing for "kept for ever".
pub const RETENTION_DAYS: &str = "retention_days";
/// Longest age that makes sense.
const MOST_DAYS: u32 = 36_500;
/// How often the loop looks.
const LOOK_EVERY: StdDuration = StdDuration::from_secs(6 * 3600);
/// Runs removed in one transaction.
const AT_ONCE: usize = 20;

/// The age as it is set.
pub async fn retention_days(db: &Database) -> Result<Option<u32>, AppError> {
    Ok(settings::get(db, RETENTION_DAYS)
        .await?
        .and_then(|text| text.trim().parse().ok())
        .filter(|days| *days > 0))
}

/// Reads what a person typed: empty or 0 for "kept for ever".
pub fn read_days(text: &str) -> Result<Option<u32>, AppError> {
    match text.trim() {
        "" | "0" => Ok(None),
        text => match text.parse::<u32>() {
            Ok(days) if days <= MOST_DAYS => Ok(Some(days)),
            _ => Err(AppError::refused(
                "This is no number of days",
                format!("Give a whole number up to {MOST_DAYS}, or nothing to keep runs for ever."),
            )),
        },
    }
}

/// Sets the age. Nothing is removed before the loop looks next.
pub async fn set_retention_days(db: &Database, viewer: &Viewer, days: Option<u32>) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let mut tx = db.begin().await?;
    let value = days.map(|days| days.to_string()).unwrap_or_default();
    settings::set(&mut tx, RETENTION_DAYS, &value, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// What an age would remove now.
pub async fn preview(db: &Database, days: u32, now: DateTime<Utc>) -> Result<RunRemoval, AppError> {
    let runs = run_deletion::list_runs_before(db, now - Duration::days(i64::from(days))).await?;
    Ok(run_deletion::preview_removal(db, &runs).await?)
}

/// Removes runs that a person or a program named. Says how many.
pub async fn delete_runs(db: &Database, viewer: &Viewer, runs: &[RunId]) -> Result<u64, AppError> {
    access::require(viewer, Permission::Configure)?;
    if runs.is_empty() {
        return Err(AppError::bad_request("No run is named", "Name at least one run to remove."));
    }
    let mut tx = db.begin().await?;
    let count = run_deletion::delete_runs(&mut tx, runs, "asked for", &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(count)
}

/// Removes what is older than the age that is set, a few runs at a time.
pub async fn remove_old_runs(db: &Database, now: DateTime<Utc>) -> Result<u64, AppError> {
    let Some(days) = retention_days(db).await? else { return Ok(0) };
    let runs = run_deletion::list_runs_before(db, now - Duration::days(i64::from(days))).await?;
    let mut removed = 0;
    for some in runs.chunks(AT_ONCE) {
        let mut tx = db.begin().await?;
        removed += run_deletion::delete_runs(&mut tx, some, &format!("older than {days} days"), &Actor::limn()).await?;
        tx.commit().await?;
    }
    if removed > 0 {
        tracing::info!(removed, days, "Old runs were removed");
    }
    Ok(removed)
}

/// Looks for old runs until the server stops.
pub async fn sweep_old_runs(db: Database, stop: CancellationToken) {
    loop {
        if let Err(error) = remove_old_runs(&db, Utc::now()).await {
            tracing::warn!(%error, "Old runs could not be removed; trying again later");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
