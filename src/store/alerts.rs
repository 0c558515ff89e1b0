//! One alert a cause: what a run has seen opens, counts or wakes them, in the transaction that ends the run; `alert_ends.rs` resolves them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::sessions::hex;
use super::statement::sql_joined;
use super::{Database, Record, StoreError, Transaction, Value, list_of, new_id, rows_insert, sql};
use crate::domain::alert::{AlertState, Decision, DismissReason, SnoozeFor, is_worse};
use crate::domain::anomaly::Severity;
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableGroupId, TableId};

/// The run that saw something.
#[derive(Clone, Debug)]
pub struct SeenIn {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub number: i64,
    /// Its group.
    pub table_group_id: TableGroupId,
    /// Whether it asked for all of the group's tables.
    pub is_whole_group: bool,
    /// Whose program did it, where it was none of Limn's own runs.
    pub reported_by: Option<String>,
}

/// A cause that a run has seen.
#[derive(Clone, Debug)]
pub struct Sight {
    /// What kind of thing shows it ([`crate::domain::alert::source`]).
    pub source_type: &'static str,
    /// A type of anomaly, or `run_failed`.
    pub kind: String,
    /// Table; none where it is about the run.
    pub table_id: Option<TableId>,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Column.
    pub column_name: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen.
    pub observed: String,
    /// What was expected.
    pub expected: String,
    /// The finding in a sentence or two.
    pub details: String,
    /// The figure by which it is compared.
    pub level: Option<f64>,
}

impl Sight {
    /// Tells one cause from all others.
    pub fn fingerprint(&self, group: &TableGroupId) -> String {
        let place = match &self.table_id {
            Some(table_id) => table_id.to_string(),
            None if self.table_name.is_empty() => group.to_string(),
            // A table that the catalogue does not know.
            None => format!("{group}\n{}\n{}", self.schema_name, self.table_name),
        };
        let column = self.column_name.as_deref().unwrap_or_default();
        hex(&Sha256::digest(format!("{}\n{place}\n{column}\n{}", self.source_type, self.kind)))
    }

    /// Observed and expected in one line, with the column in front.
    pub fn title(&self) -> String {
        let place = self.column_name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        match (self.observed.is_empty(), self.expected.is_empty()) {
            (true, _) => format!("{place}{}", self.kind),
            (false, true) => format!("{place}{}", self.observed),
            (false, false) => format!("{place}{}, expected {}", self.observed, self.expected),
        }
    }
}

/// What a run did to the alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sighted {
    /// Causes never seen before.
    pub raised: u32,
    /// Causes that came back, or woke.
    pub reopened: u32,
    /// Causes that are gone.
    pub resolved: u32,
}

const ALERT_COLUMNS: &[&str] = &[
    "alert_id",
    "source_type",
    "source_ref",
    "severity",
    "title",
    "details",
    "acknowledged",
    "created_at",
    "fingerprint",
    "kind",
    "table_group_id",
    "table_id",
    "schema_name",
    "table_name",
    "column_name",
    "observed",
    "expected",
    "level",
    "severity_rank",
    "seen_count",
    "first_seen_at",
    "last_seen_at",
    "first_run_number",
    "last_run_number",
    "state",
    "state_at",
    "reopened_count",
    "revision",
    "updated_at",
    "reported_by",
];

pub(super) const EVENT_COLUMNS: &[&str] = &[
    "event_id",
    "alert_id",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "note",
    "run_number",
    "batch_id",
    "revision",
    "before_json",
];

/// A line of the trail that Limn writes itself.
pub(super) fn event(alert_id: &str, at: DateTime<Utc>, action: &str, note: Option<String>, run: Option<i64>) -> Vec<Value> {
    vec![
        new_id().into(),
        alert_id.into(),
        at.into(),
        None::<String>.into(),
        Actor::limn().name.into(),
        action.into(),
        note.into(),
        run.into(),
        None::<String>.into(),
        None::<i64>.into(),
        None::<String>.into(),
    ]
}

/// What is known of a cause.
struct Known {
    alert_id: String,
    decision: Decision,
    level: Option<f64>,
    reported_by: Option<String>,
}

impl Known {
    /// Whether a report of a program only counts here: what Limn has found, and not seen gone, keeps Limn's words and level.
    fn keeps_words(&self, seen_in: &SeenIn) -> bool {
        seen_in.reported_by.is_some() && self.reported_by.is_none() && self.decision.state != AlertState::Resolved
    }
}

fn read_known(row: &Record) -> Result<Known, StoreError> {
    Ok(Known {
        alert_id: row.text("alert_id")?,
        decision: read_decision(row)?,
        level: row.real_opt("level")?,
        reported_by: row.text_opt("reported_by")?,
    })
}

/// Columns of `dq_alerts` that [`read_decision`] reads.
pub(super) const DECISION_COLUMNS: &str =
    "state, held_level, coalesce(held_severity, severity) as held_severity, snoozed_for, dismissed_for";

/// What was decided of a cause.
pub(super) fn read_decision(row: &Record) -> Result<Decision, StoreError> {
    Ok(Decision {
        state: row.word("state", AlertState::from_word)?,
        held: row.real_opt("held_level")?,
        severity: row
            .text_opt("held_severity")?
            .as_deref()
            .and_then(Severity::parse)
            .unwrap_or(Severity::Medium),
        snoozed_for: row.text_opt("snoozed_for")?.as_deref().and_then(SnoozeFor::from_word),
        dismissed_for: row.text_opt("dismissed_for")?.as_deref().and_then(DismissReason::from_word),
    })
}

/// The alerts of these causes, by fingerprint, held until the end of the transaction.
async fn known_causes(tx: &mut Transaction, fingerprints: &[String]) -> Result<HashMap<String, Known>, StoreError> {
    let rows = sql_joined(format!(
        "select fingerprint, alert_id, level, reported_by, {DECISION_COLUMNS} from dq_alerts where fingerprint in {{list $1}} order by fingerprint {{for update}}"
    ))
    .bind(list_of(fingerprints))
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.text("fingerprint")?, read_known(row)?))).collect()
}

/// Takes in what a run has seen: raises what is new, counts what is known, wakes what asked for it.
pub async fn take_sights(tx: &mut Transaction, seen_in: &SeenIn, sights: &[Sight]) -> Result<Sighted, StoreError> {
    let at = clock(tx).await?;
    let fingerprints: Vec<String> = sights.iter().map(|sight| sight.fingerprint(&seen_in.table_group_id)).collect();
    let known = known_causes(tx, &fingerprints).await?;
    let mut done = Sighted::default();
    let (mut raised, mut events) = (Vec::new(), Vec::new());
    let mut told = HashSet::new();
    for (sight, fingerprint) in sights.iter().zip(&fingerprints) {
        if !told.insert(fingerprint) {
            continue;
        }
        let Some(known) = known.get(fingerprint) else {
            let alert_id = new_id();
            events.push(event(&alert_id, at, "raised", None, Some(seen_in.number)));
            raised.push(new_row(alert_id, seen_in, sight, fingerprint, at));
            done.raised += 1;
            continue;
        };
        if known.keeps_words(seen_in) {
            count_report(tx, seen_in, known, at).await?;
            continue;
        }
        let before = known.decision.state;
        let state = known.decision.after_sight(sight.level, sight.severity);
        if state != before {
            let (action, note) = match (before, state) {
                (_, AlertState::Dismissed) => ("dismiss", format!("{}: {}", DismissReason::Expected.label(), sight.title())),
                (AlertState::Resolved, _) => ("reopened", sight.title()),
                _ => ("worsened", sight.title()),
            };
            events.push(event(&known.alert_id, at, action, Some(note), Some(seen_in.number)));
            done.reopened += u32::from(state == AlertState::Open);
        } else if is_worse(sight.level, known.level) && state == AlertState::Open {
            events.push(event(&known.alert_id, at, "worsened", Some(sight.title()), Some(seen_in.number)));
        }
        count_sight(tx, seen_in, sight, known, state, at).await?;
    }
    let statements = [
        rows_insert("dq_alerts", ALERT_COLUMNS, raised),
        rows_insert("alert_events", EVENT_COLUMNS, events),
    ];
    for statement in statements.into_iter().flatten() {
        statement.execute(&mut *tx).await?;
    }
    Ok(done)
}

fn new_row(alert_id: String, seen_in: &SeenIn, sight: &Sight, fingerprint: &str, at: DateTime<Utc>) -> Vec<Value> {
    vec![
        alert_id.into(),
        sight.source_type.into(),
        seen_in.profile_run_id.as_str().into(),
        sight.severity.word().into(),
        sight.title().into(),
        (&sight.details).into(),
        false.into(),
        at.into(),
        fingerprint.into(),
        (&sight.kind).into(),
        seen_in.table_group_id.as_str().into(),
        sight.table_id.as_ref().map(TableId::as_str).into(),
        (&sight.schema_name).into(),
        (&sight.table_name).into(),
        sight.column_name.as_deref().into(),
        (&sight.observed).into(),
        (&sight.expected).into(),
        sight.level.into(),
        sight.severity.rank().into(),
        1_i64.into(),
        at.into(),
        at.into(),
        seen_in.number.into(),
        seen_in.number.into(),
        AlertState::Open.word().into(),
        at.into(),
        0_i64.into(),
        1_i64.into(),
        at.into(),
        seen_in.reported_by.clone().into(),
    ]
}

/// Counts a cause that is known. What people decided stays, but where the level wakes it.
async fn count_sight(
    tx: &mut Transaction,
    seen_in: &SeenIn,
    sight: &Sight,
    known: &Known,
    state: AlertState,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let is_moved = state != known.decision.state;
    sql(
        "update dq_alerts set source_ref = $2, severity = $3, severity_rank = $4, title = $5, details = $6, observed = $7, expected = $8, level = $9,
             seen_count = coalesce(seen_count, 0) + 1, last_seen_at = $10, last_run_number = $11, updated_at = $10,
             state_before = case when $12 then state else state_before end, state = $14,
             state_at = case when $12 then $10 else state_at end, state_by = case when $12 then null else state_by end,
             acknowledged = case when $12 then false else acknowledged end, acknowledged_by = case when $12 then null else acknowledged_by end,
             acknowledged_at = case when $12 then null else acknowledged_at end,
             snoozed_until = case when $12 then null else snoozed_until end, snoozed_for = case when $12 then null else snoozed_for end,
             reported_by = $15,
             reopened_count = coalesce(reopened_count, 0) + $13, revision = revision + case when $12 then 1 else 0 end
         where alert_id = $1",
    )
    .bind(&known.alert_id)
    .bind(seen_in.profile_run_id.as_str())
    .bind(sight.severity.word())
    .bind(sight.severity.rank())
    .bind(sight.title())
    .bind(&sight.details)
    .bind(&sight.observed)
    .bind(&sight.expected)
    .bind(sight.level)
    .bind(at)
    .bind(seen_in.number)
    .bind(is_moved)
    .bind(i64::from(known.decision.state == AlertState::Resolved && state == AlertState::Open))
    .bind(state.word())
    .bind(seen_in.reported_by.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}

/// Counts a report of what Limn has found itself.
async fn count_report(tx: &mut Transaction, seen_in: &SeenIn, known: &Known, at: DateTime<Utc>) -> Result<(), StoreError> {
    sql("update dq_alerts set source_ref = $2, seen_count = coalesce(seen_count, 0) + 1, last_seen_at = $3, last_run_number = $4, updated_at = $3
         where alert_id = $1")
    .bind(&known.alert_id)
    .bind(seen_in.profile_run_id.as_str())
    .bind(at)
    .bind(seen_in.number)
    .execute(tx)
    .await?;
    Ok(())
}

/// Wakes the alerts whose time has come, and gives those that other programs inserted a state. Says how many it woke.
pub async fn wake_due(db: &Database) -> Result<u32, StoreError> {
    let mut tx = db.begin().await?;
    sql("update dq_alerts set state = case when coalesce(acknowledged, false) then 'acknowledged' else 'open' end, seen_count = coalesce(seen_count, 1),
             first_seen_at = coalesce(first_seen_at, created_at, {now}), last_seen_at = coalesce(last_seen_at, created_at, {now}),
             severity_rank = coalesce(severity_rank, case lower(coalesce(severity, 'medium')) when 'critical' then 4 when 'high' then 3 when 'error' then 3
                 when 'low' then 1 when 'info' then 0 else 2 end),
             kind = coalesce(kind, source_type, 'reported'), reopened_count = coalesce(reopened_count, 0), revision = coalesce(revision, 1)
         where state is null")
    .execute(&mut tx)
    .await?;
    let rows = sql("select alert_id from dq_alerts where state = 'snoozed' and snoozed_until <= {now} order by fingerprint {for update}")
        .fetch_all(&mut tx)
        .await?;
    let due: Vec<String> = rows.iter().map(|row| row.text("alert_id")).collect::<Result<_, _>>()?;
    if !due.is_empty() {
        let at = clock(&mut tx).await?;
        sql("update dq_alerts set state_before = state, state = 'open', state_at = $2, state_by = null, snoozed_until = null, snoozed_for = null,
                 updated_at = $2, revision = revision + 1 where alert_id in {list $1}")
        .bind(list_of(&due))
        .bind(at)
        .execute(&mut tx)
        .await?;
        let events = due.iter().map(|id| event(id, at, "woke", None, None)).collect();
        for statement in rows_insert("alert_events", EVENT_COLUMNS, events) {
            statement.execute(&mut tx).await?;
        }
    }
    tx.commit().await?;
    Ok(u32::try_from(due.len()).unwrap_or(u32::MAX))
}

/// The database's clock.
pub(super) async fn clock(tx: &mut Transaction) -> Result<DateTime<Utc>, StoreError> {
    sql("select {now} as at").fetch_one(tx).await?.time("at")
}
