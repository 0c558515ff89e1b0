//! Alerts that other programs raise: one for each source and reference.

use sha2::{Digest, Sha256};

use super::alerts::clock;
use super::sessions::hex;
use super::{StoreError, Transaction, audit, new_id, sql};
use crate::domain::anomaly::Severity;
use crate::domain::audit::Actor;
use crate::domain::identifier::{AlertId, TableGroupId};

/// What is raised.
#[derive(Clone, Copy, Debug)]
pub struct Raised<'a> {
    /// What raises it.
    pub source_type: &'a str,
    /// What it refers to there; nothing is always a new alert.
    pub source_ref: &'a str,
    /// How much it matters.
    pub severity: Severity,
    /// In one line.
    pub title: &'a str,
    /// In a sentence or two.
    pub details: &'a str,
    /// The group whose people see it.
    pub table_group_id: Option<&'a TableGroupId>,
}

/// Raises an alert, or counts on the one that is known; one that was resolved or acknowledged is open again.
pub async fn raise(tx: &mut Transaction, raised: &Raised<'_>, actor: &Actor) -> Result<AlertId, StoreError> {
    let at = clock(tx).await?;
    let alert_id = new_id();
    let told_apart = if raised.source_ref.is_empty() {
        &alert_id
    } else {
        raised.source_ref
    };
    let fingerprint = hex(&Sha256::digest(format!("raised\n{}\n{told_apart}", raised.source_type)));
    let row = sql("insert into dq_alerts (alert_id, source_type, source_ref, severity, title, details, acknowledged, created_at, fingerprint, kind,
             table_group_id, severity_rank, seen_count, first_seen_at, last_seen_at, state, state_at, reopened_count, revision, updated_at)
         values ($1, $2, $3, $4, $5, $6, false, $7, $8, $2, $9, $10, 1, $7, $7, 'open', $7, 0, 1, $7)
         on conflict (fingerprint) do update set severity = excluded.severity, severity_rank = excluded.severity_rank, title = excluded.title,
             details = excluded.details, seen_count = coalesce(dq_alerts.seen_count, 0) + 1, last_seen_at = excluded.last_seen_at, updated_at = excluded.updated_at,
             reopened_count = coalesce(dq_alerts.reopened_count, 0) + case when dq_alerts.state = 'resolved' then 1 else 0 end,
             acknowledged = case when dq_alerts.state in ('resolved', 'acknowledged') then false else dq_alerts.acknowledged end,
             acknowledged_by = case when dq_alerts.state in ('resolved', 'acknowledged') then null else dq_alerts.acknowledged_by end,
             acknowledged_at = case when dq_alerts.state in ('resolved', 'acknowledged') then null else dq_alerts.acknowledged_at end,
             revision = dq_alerts.revision + case when dq_alerts.state in ('resolved', 'acknowledged') then 1 else 0 end,
             state = case when dq_alerts.state in ('resolved', 'acknowledged') then 'open' else dq_alerts.state end
         returning alert_id")
    .bind(&alert_id)
    .bind(raised.source_type)
    .bind(raised.source_ref)
    .bind(raised.severity.word())
    .bind(raised.title)
    .bind(raised.details)
    .bind(at)
    .bind(fingerprint)
    .bind(raised.table_group_id.map(TableGroupId::as_str))
    .bind(raised.severity.rank())
    .fetch_one(&mut *tx)
    .await?;
    let id = AlertId(row.text("alert_id")?);
    sql("insert into alert_events (event_id, alert_id, at, actor_name, action) values ($1, $2, $3, $4, 'raised')")
        .bind(new_id())
        .bind(id.as_str())
        .bind(at)
        .bind(&actor.name)
        .execute(&mut *tx)
        .await?;
    audit::record(
        tx,
        actor,
        "alert.raise",
        &format!("alert:{id}"),
        serde_json::json!({ "source_type": raised.source_type }),
    )
    .await?;
    Ok(id)
}
