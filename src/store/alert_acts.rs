//! What people do with alerts: each act once, with a line in the trail, and undone where nobody has acted since.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::alerts::clock;
use super::{Database, StoreError, Transaction, audit, list_of, new_id, sql};
use crate::domain::alert::{AlertAct, AlertState, SnoozeFor};
use crate::domain::audit::Actor;
use crate::domain::identifier::{AlertId, UserId};

/// What became of an act on several alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActOutcome {
    /// Alerts that it changed.
    pub changed: u64,
    /// Alerts that stood so already.
    pub unchanged: u64,
    /// Alerts that were asked for and do not exist, or not for this person.
    pub unknown: Vec<AlertId>,
    /// Names the act, to undo it.
    pub batch_id: String,
}

/// What an act replaced, so that it can be undone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Before {
    state: String,
    acknowledged: bool,
    acknowledged_by: Option<String>,
    #[serde(default)]
    acknowledged_at: Option<DateTime<Utc>>,
    held_level: Option<f64>,
    #[serde(default)]
    held_severity: Option<String>,
    snoozed_until: Option<DateTime<Utc>>,
    snoozed_for: Option<String>,
    dismissed_for: Option<String>,
    assigned_to: Option<String>,
    assigned_name: Option<String>,
    state_by: Option<String>,
}

/// Those of the alerts that the handle's scope lets through.
pub async fn list_seen(db: &Database, alerts: &[AlertId]) -> Result<Vec<AlertId>, StoreError> {
    let rows = sql("select alert_id from dq_alerts where alert_id in {list $1} order by alert_id")
        .bind(list_of(alerts.iter().map(AlertId::as_str)))
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok(AlertId(row.text("alert_id")?))).collect()
}

/// Acts on alerts. One that stands so already is left alone, so that doing it twice records it once.
pub async fn act(tx: &mut Transaction, alerts: &[AlertId], act: &AlertAct, note: &str, actor: &Actor) -> Result<ActOutcome, StoreError> {
    let at = clock(tx).await?;
    let rows = sql(
        "select alert_id, state, revision, level, acknowledged, acknowledged_by, acknowledged_at, held_level, held_severity, severity, snoozed_until, snoozed_for, dismissed_for,
             assigned_to, assigned_name, state_by
         from dq_alerts where alert_id in {list $1} order by fingerprint, alert_id {for update}",
    )
    .bind(list_of(alerts.iter().map(AlertId::as_str)))
    .fetch_all(&mut *tx)
    .await?;
    let mut outcome = ActOutcome {
        batch_id: new_id(),
        ..ActOutcome::default()
    };
    let mut changed = Vec::new();
    for row in &rows {
        let alert_id = AlertId(row.text("alert_id")?);
        let before = Before {
            state: row.text("state")?,
            acknowledged: row.flag("acknowledged")?,
            acknowledged_by: row.text_opt("acknowledged_by")?,
            acknowledged_at: row.time_opt("acknowledged_at")?,
            held_level: row.real_opt("held_level")?,
            held_severity: row.text_opt("held_severity")?,
            snoozed_until: row.time_opt("snoozed_until")?,
            snoozed_for: row.text_opt("snoozed_for")?,
            dismissed_for: row.text_opt("dismissed_for")?,
            assigned_to: row.text_opt("assigned_to")?,
            assigned_name: row.text_opt("assigned_name")?,
            state_by: row.text_opt("state_by")?,
        };
        let Some(after) = changed_by(
            act,
            &before,
            &Standing {
                level: row.real_opt("level")?,
                severity: row.text_opt("severity")?,
                actor,
                at,
            },
        ) else {
            outcome.unchanged += 1;
            continue;
        };
        let revision = row.integer_opt("revision")?.unwrap_or(0) + 1;
        if *act != AlertAct::Comment {
            write(tx, &alert_id, &after, before.state != after.state, revision, at).await?;
        }
        let trail = Trail {
            action: act.word(),
            note: told(act, note),
            batch_id: Some(&outcome.batch_id),
            revision,
            before: (*act != AlertAct::Comment).then_some(&before),
        };
        trail.write(tx, &alert_id, actor, at).await?;
        if let AlertAct::Dismiss(_) = act {
            mark_anomaly(tx, &alert_id, true, actor).await?;
        } else if before.state == AlertState::Dismissed.word() && after.state != before.state {
            mark_anomaly(tx, &alert_id, false, actor).await?;
        }
        outcome.changed += 1;
        changed.push(alert_id);
    }
    if outcome.changed > 0 {
        let details =
            serde_json::json!({ "alerts": changed, "unchanged": outcome.unchanged, "said": told(act, note), "batch": outcome.batch_id });
        audit::record(tx, actor, &format!("alert.{}", act.word()), &subject(&changed), details).await?;
    }
    Ok(outcome)
}

/// What the trail says of an act: what was decided, and what the person said of it.
fn told(act: &AlertAct, note: &str) -> Option<String> {
    let decided = match act {
        AlertAct::Assign(Some((_, name))) => Some(format!("to {name}")),
        AlertAct::Assign(None) => Some("to nobody".to_owned()),
        AlertAct::Snooze { until, wakes } => {
            let day = until.map(|until| until.format("until %Y-%m-%d %H:%M UTC").to_string());
            let change = match wakes {
                SnoozeFor::Date => None,
                SnoozeFor::Change => Some("until it changes".to_owned()),
                SnoozeFor::Worse => Some("until it worsens".to_owned()),
            };
            Some(day.into_iter().chain(change).collect::<Vec<_>>().join(", or "))
        }
        AlertAct::Dismiss(reason) => Some(reason.label().to_lowercase()),
        AlertAct::Acknowledge | AlertAct::Reopen | AlertAct::Comment => None,
    };
    let said = Some(note.to_owned()).filter(|note| !note.is_empty());
    let words: Vec<String> = decided.into_iter().chain(said).collect();
    (!words.is_empty()).then(|| words.join(": "))
}

fn subject(alerts: &[AlertId]) -> String {
    match alerts {
        [only] => format!("alert:{only}"),
        _ => "alerts".to_owned(),
    }
}

/// What an act happens upon: the cause as it was seen last, who acts, and when.
struct Standing<'a> {
    level: Option<f64>,
    severity: Option<String>,
    actor: &'a Actor,
    at: DateTime<Utc>,
}

/// How an alert stands after an act; nothing where it stood so.
fn changed_by(act: &AlertAct, before: &Before, on: &Standing<'_>) -> Option<Before> {
    let mut after = before.clone();
    let mut come_to = |state: AlertState, is_acknowledged: bool| {
        after.state = state.word().to_owned();
        after.acknowledged = is_acknowledged;
        after.acknowledged_by = is_acknowledged.then(|| on.actor.name.clone());
        after.acknowledged_at = is_acknowledged.then_some(on.at);
        after.held_level = on.level;
        after.held_severity.clone_from(&on.severity);
        after.state_by = Some(on.actor.name.clone());
        after.snoozed_until = None;
        after.snoozed_for = None;
        after.dismissed_for = None;
    };
    match act {
        AlertAct::Acknowledge => {
            // What is gone or dismissed needs nobody's look.
            let is_done = before.state != AlertState::Open.word() && before.state != AlertState::Snoozed.word();
            if is_done {
                return None;
            }
            come_to(AlertState::Acknowledged, true);
        }
        AlertAct::Reopen => {
            // What was expected of an open alert is so no more.
            if before.state == AlertState::Open.word() && before.dismissed_for.is_none() {
                return None;
            }
            come_to(AlertState::Open, false);
        }
        AlertAct::Snooze { until, wakes } => {
            come_to(AlertState::Snoozed, false);
            after.snoozed_until = *until;
            after.snoozed_for = Some(wakes.word().to_owned());
            let is_same = before.state == after.state && before.snoozed_until == *until && before.snoozed_for == after.snoozed_for;
            if is_same || before.state == AlertState::Resolved.word() {
                return None;
            }
        }
        AlertAct::Dismiss(reason) => {
            if before.dismissed_for.as_deref() == Some(reason.word()) && before.state == AlertState::Dismissed.word() {
                return None;
            }
            come_to(AlertState::Dismissed, true);
            after.dismissed_for = Some(reason.word().to_owned());
        }
        AlertAct::Assign(person) => {
            let (id, name) = person.clone().unzip();
            let id = id.map(|id: UserId| id.0);
            if before.assigned_to == id {
                return None;
            }
            after.assigned_to = id;
            after.assigned_name = name;
        }
        AlertAct::Comment => {}
    }
    Some(after)
}

async fn write(
    tx: &mut Transaction,
    alert_id: &AlertId,
    after: &Before,
    is_moved: bool,
    revision: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("update dq_alerts set state_before = case when $2 then state else state_before end, state = $3, acknowledged = $4, acknowledged_by = $5,
             acknowledged_at = $15, held_level = $7, held_severity = $16, snoozed_until = $8, snoozed_for = $9,
             dismissed_for = $10, assigned_to = $11, assigned_name = $12, state_by = $13, state_at = case when $2 then $6 else state_at end,
             updated_at = $6, revision = $14
         where alert_id = $1")
    .bind(alert_id.as_str())
    .bind(is_moved)
    .bind(&after.state)
    .bind(after.acknowledged)
    .bind(after.acknowledged_by.as_deref())
    .bind(at)
    .bind(after.held_level)
    .bind(after.snoozed_until)
    .bind(after.snoozed_for.as_deref())
    .bind(after.dismissed_for.as_deref())
    .bind(after.assigned_to.as_deref())
    .bind(after.assigned_name.as_deref())
    .bind(after.state_by.as_deref())
    .bind(revision)
    .bind(after.acknowledged_at)
    .bind(after.held_severity.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}

/// One line of the trail by a person.
struct Trail<'a> {
    action: &'a str,
    note: Option<String>,
    batch_id: Option<&'a str>,
    revision: i64,
    before: Option<&'a Before>,
}

impl Trail<'_> {
    async fn write(self, tx: &mut Transaction, alert_id: &AlertId, actor: &Actor, at: DateTime<Utc>) -> Result<(), StoreError> {
        let before = self
            .before
            .map(|before| serde_json::to_string(before).map_err(|error| StoreError::unreadable("alert", error)))
            .transpose()?;
        sql(
            "insert into alert_events (event_id, alert_id, at, actor_id, actor_name, action, note, batch_id, revision, before_json)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new_id())
        .bind(alert_id.as_str())
        .bind(at)
        .bind(actor.user_id.as_ref().map(UserId::as_str))
        .bind(&actor.name)
        .bind(self.action)
        .bind(self.note)
        .bind(self.batch_id)
        .bind(self.revision)
        .bind(before)
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// Marks the findings of the latest run that showed the alert as dismissed or not: scores leave dismissed ones out.
async fn mark_anomaly(tx: &mut Transaction, alert_id: &AlertId, is_dismissed: bool, actor: &Actor) -> Result<(), StoreError> {
    sql(
        "update dq_profile_anomaly_results set dismissed = $2, dismissed_by = case when $2 then $3 else null end,
             dismissed_at = case when $2 then {now} else null end
         where exists (select 1 from dq_alerts a where a.alert_id = $1 and a.source_ref = dq_profile_anomaly_results.profile_run_id
             and a.table_id = dq_profile_anomaly_results.table_id and a.kind = dq_profile_anomaly_results.anomaly_type_id
             and coalesce(a.column_name, '') = coalesce(dq_profile_anomaly_results.column_name, ''))",
    )
    .bind(alert_id.as_str())
    .bind(is_dismissed)
    .bind(&actor.name)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes an act back where its person undoes it and nothing has happened to the alert since. Says of how many.
pub async fn undo(tx: &mut Transaction, batch_id: &str, actor: &Actor) -> Result<ActOutcome, StoreError> {
    let at = clock(tx).await?;
    let rows = sql("select e.alert_id, e.revision, e.before_json, a.revision as stands, a.state from alert_events e join dq_alerts a on a.alert_id = e.alert_id
         where e.batch_id = $1 and e.actor_id = $2 and e.action <> 'undo' and e.before_json is not null
         order by a.fingerprint, e.alert_id {for update}")
    .bind(batch_id)
    .bind(actor.user_id.as_ref().map(UserId::as_str))
    .fetch_all(&mut *tx)
    .await?;
    let mut outcome = ActOutcome {
        batch_id: batch_id.to_owned(),
        ..ActOutcome::default()
    };
    let mut undone = Vec::new();
    for row in &rows {
        let alert_id = AlertId(row.text("alert_id")?);
        let before: Before = row.json_opt("before_json")?.unwrap_or_default();
        let stands = row.integer("stands")?;
        if row.integer_opt("revision")? != Some(stands) {
            outcome.unchanged += 1;
            continue;
        }
        let is_moved = row.text("state")? != before.state;
        write(tx, &alert_id, &before, is_moved, stands + 1, at).await?;
        mark_anomaly(tx, &alert_id, before.state == AlertState::Dismissed.word(), actor).await?;
        let trail = Trail {
            action: "undo",
            note: None,
            batch_id: Some(batch_id),
            revision: stands + 1,
            before: None,
        };
        trail.write(tx, &alert_id, actor, at).await?;
        outcome.changed += 1;
        undone.push(alert_id);
    }
    if outcome.changed > 0 {
        let details = serde_json::json!({ "alerts": undone, "unchanged": outcome.unchanged, "batch": batch_id });
        audit::record(tx, actor, "alert.undo", &subject(&undone), details).await?;
    }
    Ok(outcome)
}

/// Removes an alert with its trail; the audit keeps what it was about. False where there is none.
pub async fn delete(tx: &mut Transaction, alert_id: &AlertId, actor: &Actor) -> Result<bool, StoreError> {
    sql("delete from alert_events where alert_id = $1")
        .bind(alert_id.as_str())
        .execute(&mut *tx)
        .await?;
    let removed =
        sql("delete from dq_alerts where alert_id = $1 returning kind, state, table_id, schema_name, table_name, column_name, seen_count")
            .bind(alert_id.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some(row) = removed else { return Ok(false) };
    let details = serde_json::json!({
        "kind": row.text_opt("kind")?,
        "state": row.text_opt("state")?,
        "table_id": row.text_opt("table_id")?,
        "schema": row.text_opt("schema_name")?,
        "table": row.text_opt("table_name")?,
        "column": row.text_opt("column_name")?,
        "seen": row.count_opt("seen_count")?,
    });
    audit::record(tx, actor, "alert.delete", &format!("alert:{alert_id}"), details).await?;
    Ok(true)
}
