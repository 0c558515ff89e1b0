//! Runs: asked for, listed, counted. How a run moves from phase to phase is in `run_transitions.rs` and `run_completion.rs`.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::run_lists::count_severities;
use super::run_rows::{RUN_COLUMNS, RUN_TABLES, read_run};
use super::statement::{Statement, sql_joined};
use super::{Database, StoreError, Transaction, audit, like_anywhere, new_id, outbox, sql};
use crate::domain::anomaly::Severity;
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableGroupId, TableId, UserId};
use crate::domain::paging::{PAGE_SIZE, Page};
use crate::domain::profile_run::{ProfileRun, RunMode, RunStatus, RunTrigger};
use crate::domain::run_query::RunsQuery;

pub use super::run_completion::{Finish, RunOutcome, finish};
pub use super::run_log::{append_log, list_log};
pub use super::run_rows::{SeedRun, list_group_runs};
pub use super::run_tables::list_run_tables;
pub use super::run_transitions::{
    ClaimedRun, Lease, begin_finalizing, claim_next, fail_exhausted, mark_running, record_progress, release, renew_lease, request_cancel,
};

/// The message that tells the relay about a new run.
pub const RUN_REQUESTED: &str = "run.requested";
/// Completed runs whose median is the typical duration.
const TYPICAL_RUNS: u32 = 15;
/// Most bars of the timeline.
const BAR_LIMIT: u32 = 500;

/// A run to ask for.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Group.
    pub table_group_id: TableGroupId,
    /// Full, partial, ...
    pub mode: RunMode,
    /// What asks.
    pub trigger: RunTrigger,
    /// Only these tables; empty for all of the group.
    pub only_tables: Vec<TableId>,
    /// The run that this one repeats.
    pub retry_of: Option<RunId>,
}

/// A run that was just asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RequestedRun {
    /// Id.
    pub profile_run_id: RunId,
    /// Number.
    pub number: i64,
}

/// What a run is to do beyond its group and mode (`plan_json`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunPlan {
    /// Only these tables; empty for all of the group.
    pub only_tables: Vec<TableId>,
    /// The run that this one repeats.
    pub retry_of: Option<RunId>,
}

/// One bar of the timeline of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunBar {
    /// Number.
    pub number: i64,
    /// Status.
    pub status: RunStatus,
    /// Full, partial, ...
    pub mode: RunMode,
    /// When the engine began; when it was asked for, where it has not.
    pub started_at: DateTime<Utc>,
    /// How long it took; absent until it ended.
    pub duration_ms: Option<u64>,
}

/// Runs by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// All.
    pub all: u64,
    /// Pending and running.
    pub active: u64,
    /// Completed.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
    /// Cancelled.
    pub cancelled: u64,
}

/// Asks for a run: its row, its message in the outbox and the trail, in one transaction. One active run a group.
pub async fn request_run(tx: &mut Transaction, new: NewRun, actor: &Actor) -> Result<RequestedRun, StoreError> {
    let profile_run_id = RunId(new_id());
    let is_whole_group = new.only_tables.is_empty();
    let typical_duration_ms = if is_whole_group {
        typical_duration_ms(tx, &new.table_group_id).await?
    } else {
        None
    };
    let plan = RunPlan {
        only_tables: new.only_tables,
        retry_of: new.retry_of,
    };
    let plan_json = serde_json::to_string(&plan).map_err(|error| StoreError::unreadable("run plan", error))?;
    // Whoever takes the number holds it until the end of the transaction, so that numbers rise in the order of the rows.
    let number = sql("update counters set value = value + 1 where name = 'run_number' returning value")
        .fetch_one(&mut *tx)
        .await?
        .integer("value")?;
    let added = sql(
        "insert into dq_profiles (profile_run_id, table_group_id, status, phase, profile_mode, run_number, started_by, started_by_id,
             trigger_source, requested_at, plan_json, is_whole_group, typical_duration_ms, engine)
         values ($1, $2, 'pending', 'requested', $3, $4, $5, $6, $7, {now}, $8, $9, $10, 'embedded')
         on conflict (table_group_id) where status in ('pending', 'running') do nothing",
    )
    .bind(profile_run_id.as_str())
    .bind(new.table_group_id.as_str())
    .bind(new.mode.word())
    .bind(number)
    .bind(&actor.name)
    .bind(actor.user_id.as_ref().map(UserId::as_str))
    .bind(new.trigger.word())
    .bind(plan_json)
    .bind(is_whole_group)
    .bind(typical_duration_ms)
    .execute(&mut *tx)
    .await?;
    if added == 0 {
        let active = sql("select run_number from dq_profiles where table_group_id = $1 order by case when status in ('pending', 'running') then 0 else 1 end, run_number desc limit 1")
            .bind(new.table_group_id.as_str())
            .fetch_one(tx)
            .await?;
        return Err(StoreError::AlreadyActive {
            number: active.integer("run_number")?,
        });
    }
    let payload = serde_json::json!({ "profile_run_id": profile_run_id, "run_number": number, "table_group_id": new.table_group_id });
    outbox::enqueue(tx, RUN_REQUESTED, profile_run_id.as_str(), &payload).await?;
    let details = serde_json::json!({ "run_number": number, "table_group_id": new.table_group_id, "trigger": new.trigger, "plan": plan });
    audit::record(tx, actor, "run.request", &format!("run:{profile_run_id}"), details).await?;
    Ok(RequestedRun { profile_run_id, number })
}

/// Finds a run by its number.
pub async fn find_run(db: &Database, number: i64) -> Result<Option<ProfileRun>, StoreError> {
    let row = sql_joined(format!("select {RUN_COLUMNS} {RUN_TABLES} where p.run_number = $1"))
        .bind(number)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_run).transpose()
}

/// Finds a run by its id.
pub async fn find_run_by_id(db: &Database, run_id: &RunId) -> Result<Option<ProfileRun>, StoreError> {
    let row = sql_joined(format!("select {RUN_COLUMNS} {RUN_TABLES} where p.profile_run_id = $1"))
        .bind(run_id.as_str())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_run).transpose()
}

/// What a run was asked to do, for a retry.
pub async fn get_run_plan(db: &Database, run_id: &RunId) -> Result<RunPlan, StoreError> {
    let row = sql("select plan_json from dq_profiles where profile_run_id = $1")
        .bind(run_id.as_str())
        .fetch_optional(db)
        .await?;
    let row = row.ok_or_else(|| StoreError::missing(format!("run {run_id}")))?;
    Ok(row.json_opt("plan_json")?.unwrap_or_default())
}

/// Lists runs that are pending or running, oldest first.
pub async fn list_active_runs(db: &Database) -> Result<Vec<ProfileRun>, StoreError> {
    let rows = sql_joined(format!(
        "select {RUN_COLUMNS} {RUN_TABLES} where p.status in ('pending', 'running') order by p.run_number"
    ))
    .fetch_all(db)
    .await?;
    rows.iter().map(read_run).collect()
}

/// Lists runs, newest first. One statement, a second only beyond the last page.
pub async fn list_runs(db: &Database, query: &RunsQuery, now: DateTime<Utc>) -> Result<Page<ProfileRun>, StoreError> {
    let limit = query.limit.unwrap_or(PAGE_SIZE);
    let offset = query.offset.unwrap_or(u64::from(query.page.max(1) - 1) * u64::from(limit));
    let text = format!(
        "select {RUN_COLUMNS}, count(*) over () as total {RUN_TABLES} {RUN_CONDITION}
         and ($8 is null or p.status = $8) and (not $9 or p.status in ('pending', 'running')) order by p.run_number desc limit $10 offset $11"
    );
    let status = query.status.map(RunStatus::word);
    let rows = bind_filters(sql_joined(text), query, now)
        .bind(status)
        .bind(query.active)
        .bind(limit)
        .bind(offset)
        .fetch_all(db)
        .await?;
    let total = match rows.first() {
        Some(row) => row.count("total")?,
        None if offset == 0 => 0,
        None => {
            let counts = run_counts(db, query, now).await?;
            match query.status {
                _ if query.active => counts.active,
                None => counts.all,
                Some(RunStatus::Completed) => counts.completed,
                Some(RunStatus::Failed) => counts.failed,
                Some(RunStatus::Cancelled) => counts.cancelled,
                Some(RunStatus::Pending | RunStatus::Running) => counts.active,
            }
        }
    };
    let mut items = rows.iter().map(read_run).collect::<Result<Vec<_>, _>>()?;
    add_severities(db, &mut items).await?;
    Ok(Page {
        items,
        total,
        offset,
        limit,
    })
}

/// Counts what the runs of a page found, by index, in one statement; none where the page is empty.
async fn add_severities(db: &Database, runs: &mut [ProfileRun]) -> Result<(), StoreError> {
    if runs.is_empty() {
        return Ok(());
    }
    let mut found = count_severities(db, runs.iter().map(|run| run.profile_run_id.as_str())).await?;
    for run in runs {
        let mut counts = BTreeMap::new();
        for (word, count) in found.remove(run.profile_run_id.as_str()).unwrap_or_default() {
            let severity = Severity::parse(&word).unwrap_or(Severity::Medium);
            *counts.entry(severity.word().to_owned()).or_default() += count;
        }
        run.anomalies_by_severity = Some(counts);
    }
    Ok(())
}

/// Counts the runs that match, whatever their status.
pub async fn run_counts(db: &Database, query: &RunsQuery, now: DateTime<Utc>) -> Result<RunCounts, StoreError> {
    let text = format!(
        "select count(*) as all_count, count(case when p.status in ('pending', 'running') then 1 end) as active_count,
             count(case when p.status = 'completed' then 1 end) as completed_count, count(case when p.status = 'failed' then 1 end) as failed_count,
             count(case when p.status = 'cancelled' then 1 end) as cancelled_count {RUN_TABLES} {RUN_CONDITION}"
    );
    let row = bind_filters(sql_joined(text), query, now).fetch_one(db).await?;
    Ok(RunCounts {
        all: row.count("all_count")?,
        active: row.count("active_count")?,
        completed: row.count("completed_count")?,
        failed: row.count("failed_count")?,
        cancelled: row.count("cancelled_count")?,
    })
}

/// The newest runs asked for since a time, oldest first, as bars of a timeline.
pub async fn run_bars(db: &Database, since: DateTime<Utc>) -> Result<Vec<RunBar>, StoreError> {
    let rows = sql(
        "select run_number, status, profile_mode, requested_at, started_at, completed_at from dq_profiles
         where requested_at >= $1 order by run_number desc limit $2",
    )
    .bind(since)
    .bind(BAR_LIMIT)
    .fetch_all(db)
    .await?;
    let bars = rows.iter().rev().map(|row| {
        let (started_at, completed_at) = (row.time_opt("started_at")?, row.time_opt("completed_at")?);
        Ok(RunBar {
            number: row.integer("run_number")?,
            status: row.word("status", RunStatus::from_word)?,
            mode: row.word("profile_mode", RunMode::from_word)?,
            started_at: match started_at {
                Some(started_at) => started_at,
                None => row.time("requested_at")?,
            },
            duration_ms: duration_ms(started_at, completed_at),
        })
    });
    bars.collect()
}

/// The numbers of the runs of the same group just before and just after.
pub async fn run_neighbours(db: &Database, run_id: &RunId) -> Result<(Option<i64>, Option<i64>), StoreError> {
    let row = sql("select
             (select max(o.run_number) from dq_profiles o where o.table_group_id = p.table_group_id and o.run_number < p.run_number) as older,
             (select min(n.run_number) from dq_profiles n where n.table_group_id = p.table_group_id and n.run_number > p.run_number) as newer
         from dq_profiles p where p.profile_run_id = $1")
    .bind(run_id.as_str())
    .fetch_optional(db)
    .await?;
    row.map_or(Ok((None, None)), |row| Ok((row.integer_opt("older")?, row.integer_opt("newer")?)))
}

/// The filters of the list, status apart; `$1..$7` as [`bind_filters`] binds them.
const RUN_CONDITION: &str = "where ($1 is null or p.table_group_id = $1) and ($2 is null or p.requested_at >= $2)
     and ($3 is null or p.run_number = $4 or lower(g.name) like lower($3) escape '!' or lower(c.name) like lower($3) escape '!')
     and ($5 is null or c.connection_id = $5) and ($6 is null or c.project_key = $6) and ($7 is null or p.trigger_source = $7)";

fn bind_filters(statement: Statement, query: &RunsQuery, now: DateTime<Utc>) -> Statement {
    let some = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
    statement
        .bind(some(&query.group))
        // A span beyond what a calendar holds asks for everything.
        .bind(query.days.and_then(|days| now.checked_sub_signed(Duration::days(i64::from(days)))))
        .bind(some(&query.q).map(|text| like_anywhere(&text)))
        .bind(query.q.trim_start_matches('#').parse::<i64>().ok())
        .bind(some(&query.connection))
        .bind(some(&query.project))
        .bind(query.trigger.map(RunTrigger::word))
}

/// The median of the group's last completed runs over all its tables.
async fn typical_duration_ms(tx: &mut Transaction, table_group_id: &TableGroupId) -> Result<Option<u64>, StoreError> {
    let rows = sql("select started_at, completed_at from dq_profiles
         where table_group_id = $1 and status = 'completed' and is_whole_group order by run_number desc limit $2")
    .bind(table_group_id.as_str())
    .bind(TYPICAL_RUNS)
    .fetch_all(tx)
    .await?;
    let mut durations = Vec::new();
    for row in &rows {
        durations.extend(duration_ms(row.time_opt("started_at")?, row.time_opt("completed_at")?));
    }
    durations.sort_unstable();
    Ok(durations.get(durations.len() / 2).copied())
}

fn duration_ms(started_at: Option<DateTime<Utc>>, completed_at: Option<DateTime<Utc>>) -> Option<u64> {
    u64::try_from((completed_at? - started_at?).num_milliseconds()).ok()
}
