//! Runs that a program outside does: begun and ended over the API, with the findings that it reports.
//!
//! Such a run has no lease: only its program, or a person who cancels it, ends it. Its end is the same compare-and-set as that
//! of every run.

use chrono::{DateTime, Utc};

use super::profile_runs::RequestedRun;
use super::{Database, StoreError, Transaction, anomalies, audit, new_id, sql};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableGroupId, UserId};

/// What `dq_profiles.engine` says of such runs.
pub const EXTERNAL_ENGINE: &str = "external";

/// Begins a run that its program does itself: it is running from the first. One active run a group.
pub async fn begin_external_run(
    tx: &mut Transaction,
    group: &TableGroupId,
    started_at: Option<DateTime<Utc>>,
    actor: &Actor,
) -> Result<RequestedRun, StoreError> {
    let id = RunId(new_id());
    let number = sql("update counters set value = value + 1 where name = 'run_number' returning value")
        .fetch_one(&mut *tx)
        .await?
        .integer("value")?;
    let added = sql(
        "insert into dq_profiles (profile_run_id, table_group_id, status, phase, profile_mode, run_number, started_by, started_by_id,
             trigger_source, requested_at, started_at, plan_json, is_whole_group, engine, attempt)
         values ($1, $2, 'running', 'running', 'full', $3, $4, $5, 'api', {now}, coalesce($6, {now}), '{}', $7, 'external', 1)
         on conflict (table_group_id) where status in ('pending', 'running') do nothing",
    )
    .bind(id.as_str())
    .bind(group.as_str())
    .bind(number)
    .bind(&actor.name)
    .bind(actor.user_id.as_ref().map(UserId::as_str))
    .bind(started_at)
    .bind(true)
    .execute(&mut *tx)
    .await?;
    if added == 0 {
        let active = sql("select run_number from dq_profiles where table_group_id = $1 and status in ('pending', 'running')")
            .bind(group.as_str())
            .fetch_one(tx)
            .await?;
        return Err(StoreError::AlreadyActive {
            number: active.integer("run_number")?,
        });
    }
    let details = serde_json::json!({ "run_number": number, "table_group_id": group, "engine": EXTERNAL_ENGINE });
    audit::record(tx, actor, "run.begin", &format!("run:{id}"), details).await?;
    Ok(RequestedRun {
        profile_run_id: id,
        number,
    })
}

/// The attempt of a run that a program outside does; nothing for other runs.
pub async fn find_external_attempt(db: &Database, run: &RunId) -> Result<Option<u32>, StoreError> {
    let row = sql("select attempt from dq_profiles where profile_run_id = $1 and engine = 'external'")
        .bind(run.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| row.small("attempt")).transpose()
}

/// Keeps the findings and the counts that the program reports.
pub async fn record_report(
    tx: &mut Transaction,
    run: &RunId,
    attempt: u32,
    anomaly_count: Option<u64>,
    findings: &[ProfileAnomaly],
) -> Result<(), StoreError> {
    anomalies::insert_reported(tx, run, attempt, findings).await?;
    sql("update dq_profiles set anomaly_count = $2 where profile_run_id = $1")
        .bind(run.as_str())
        .bind(anomaly_count.unwrap_or(findings.len() as u64))
        .execute(tx)
        .await?;
    Ok(())
}
