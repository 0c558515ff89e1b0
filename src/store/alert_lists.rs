//! Reading alerts: the inbox, one alert with its trail, counts, and the levels behind the evidence strips.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::statement::{Statement, Value, sql_joined};
use super::veil::veil_text;
use super::{Database, Record, StoreError, like_anywhere, list_of, sql};
use crate::domain::address::TableAddress;
use crate::domain::alert::{Alert, AlertEvent, AlertState, DismissReason, SnoozeFor, source};
use crate::domain::alert_query::{AlertOrder, AlertsQuery};
use crate::domain::anomaly::{AnomalyEvidence, Severity};
use crate::domain::identifier::{AlertId, ConnectionId, TableGroupId, UserId};
use crate::domain::masking::MASK;
use crate::domain::paging::Page;

/// Alerts of a state that are counted one by one, where another has many.
const FEW_OF_A_STATE: u64 = 5_000;

/// Runs behind an evidence strip.
const STRIP_RUNS: u32 = 20;

const COLUMNS: &str = "a.alert_id, a.source_type, a.source_ref, a.kind, a.severity, a.state, a.title, a.details, a.table_group_id, a.table_id, a.schema_name,
     a.table_name, a.column_name, a.level, a.seen_count, a.first_seen_at, a.last_seen_at, a.last_run_number, a.reopened_count, a.state_at, a.state_by,
     a.snoozed_until, a.snoozed_for, a.dismissed_for, a.assigned_to, a.assigned_name, a.reported_by, a.revision, g.connection_id, {personal a.table_id a.column_name} as personal_word";
const TABLES: &str = "dq_alerts a left join dq_table_groups g on g.table_group_id = a.table_group_id";

/// How many alerts stand where, and how many an address means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertCounts {
    /// All alerts by the word of their state.
    pub by_state: BTreeMap<String, u64>,
    /// Those that the address means.
    pub matching: u64,
}

impl AlertCounts {
    /// Those in one state.
    pub fn of(&self, state: AlertState) -> u64 {
        self.by_state.get(state.word()).copied().unwrap_or(0)
    }
}

/// A condition that grows, with its values.
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new() -> Self {
        Self {
            text: "a.state is not null".to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds a condition; `?` stands for the value.
    fn and(&mut self, condition: &'static str, value: impl Into<Value>) {
        self.values.push(value.into());
        let mark = format!("${}", self.values.len());
        self.text.push_str(" and ");
        self.text.push_str(&condition.replace('?', &mark));
    }

    fn bind(&self, mut statement: Statement) -> Statement {
        for value in &self.values {
            statement = statement.bind(value.clone());
        }
        statement
    }
}

/// The conditions of an address; `me` is whoever asks.
fn conditions(query: &AlertsQuery, me: Option<&UserId>) -> Conditions {
    let mut out = Conditions::new();
    if let Some(state) = query.state {
        out.and("a.state = ?", state.word());
    }
    if let Some(severity) = query.severity {
        out.and("a.severity_rank >= ?", severity.rank());
    }
    if !query.kind.is_empty() {
        out.and("a.kind = ?", &query.kind);
    }
    if !query.table.is_empty() {
        out.and("a.table_id = ?", &query.table);
    }
    if !query.column.is_empty() {
        out.and("a.column_name = ?", &query.column);
    }
    if let Some(run) = query.run {
        out.and("a.last_run_number = ?", run);
    }
    match query.assigned.as_str() {
        "" => {}
        "me" => out.and("a.assigned_to = ?", me.map(UserId::as_str).unwrap_or_default()),
        "nobody" => out.and("coalesce(a.assigned_to, '') = ?", ""),
        name => out.and("a.assigned_name = ?", name),
    }
    if !query.q.is_empty() {
        out.and(
            "lower(coalesce(a.schema_name, '') || '.' || coalesce(a.table_name, '') || ' ' || {searched a}) like ? escape '!'",
            like_anywhere(&query.q.to_lowercase()),
        );
    }
    out
}

/// One page of alerts with the total. Two statements.
pub async fn list_alerts(
    db: &Database,
    query: &AlertsQuery,
    me: Option<&UserId>,
    limit: u32,
    offset: u64,
) -> Result<Page<Alert>, StoreError> {
    Ok(Page {
        total: count_alerts(db, query, me).await?.matching,
        items: list_rows(db, query, me, limit, offset).await?,
        offset,
        limit,
    })
}

/// The alerts of one page.
pub async fn list_rows(db: &Database, query: &AlertsQuery, me: Option<&UserId>, limit: u32, offset: u64) -> Result<Vec<Alert>, StoreError> {
    let conditions = conditions(query, me);
    let order = match query.by {
        AlertOrder::Table => "a.table_name, a.schema_name, a.table_id, a.severity_rank desc, a.last_seen_at desc, a.alert_id",
        AlertOrder::Severity => "a.severity_rank desc, a.last_seen_at desc, a.alert_id desc",
        AlertOrder::Time => "a.last_seen_at desc, a.alert_id desc",
    };
    let marks = conditions.values.len();
    let text = format!(
        "select {COLUMNS} from {TABLES} where {} order by {order} limit ${} offset ${}",
        conditions.text,
        marks + 1,
        marks + 2
    );
    let rows = conditions.bind(sql_joined(text)).bind(limit).bind(offset).fetch_all(db).await?;
    rows.iter().map(read_alert).collect()
}

/// Ids of all alerts that an address means, up to a limit; for acts on everything that a filter shows.
pub async fn list_alert_ids(db: &Database, query: &AlertsQuery, me: Option<&UserId>, limit: u32) -> Result<Vec<AlertId>, StoreError> {
    let conditions = conditions(query, me);
    let text = format!(
        "select a.alert_id from dq_alerts a where {} order by a.alert_id limit ${}",
        conditions.text,
        conditions.values.len() + 1
    );
    let rows = conditions.bind(sql_joined(text)).bind(limit).fetch_all(db).await?;
    rows.iter().map(|row| Ok(AlertId(row.text("alert_id")?))).collect()
}

/// How many alerts stand where, and how many the address means.
pub async fn count_alerts(db: &Database, query: &AlertsQuery, me: Option<&UserId>) -> Result<AlertCounts, StoreError> {
    let mut counts = AlertCounts::default();
    if !query.is_filtered() {
        counts.by_state = count_states(db, FEW_OF_A_STATE).await?;
        let wanted = |word: &str| query.state.is_none_or(|state| state.word() == word);
        counts.matching = counts
            .by_state
            .iter()
            .filter(|(word, _)| wanted(word))
            .map(|(_, found)| found)
            .sum();
        return Ok(counts);
    }
    let conditions = conditions(query, me);
    let text = format!(
        "select a.state, count(*) as found, cast(sum(case when {} then 1 else 0 end) as bigint) as matching
         from dq_alerts a where a.state is not null group by a.state",
        conditions.text
    );
    for row in &conditions.bind(sql_joined(text)).fetch_all(db).await? {
        counts.matching += row.count("matching")?;
        counts.by_state.insert(row.text("state")?, row.count("found")?);
    }
    Ok(counts)
}

/// All alerts by the word of their state. A database counts the rows of a state one by one, and SQLite all rows of a table at once: where only one
/// state has more than `few`, it has what the others leave.
pub(crate) async fn count_states(db: &Database, few: u64) -> Result<BTreeMap<String, u64>, StoreError> {
    let of_states: Vec<String> = AlertState::ALL
        .iter()
        .map(|state| {
            let most = few + 1;
            format!("select '{state}' as state, count(*) as found from (select 1 from dq_alerts where state = '{state}' limit {most}) few_{state}")
        })
        .collect();
    let text = format!(
        "{} union all select 'any', count(*) from dq_alerts union all select 'none', count(*) from dq_alerts where state is null",
        of_states.join(" union all ")
    );
    let mut found = read_states(&sql_joined(text).fetch_all(db).await?)?;
    let all = found.remove("any").unwrap_or(0) - found.remove("none").unwrap_or(0);
    let many: Vec<String> = found
        .iter()
        .filter(|(_, found)| **found > few)
        .map(|(word, _)| word.clone())
        .collect();
    match many.as_slice() {
        [] => {}
        [one] => {
            found.remove(one);
            let others: u64 = found.values().sum();
            found.insert(one.clone(), all - others);
        }
        _ => {
            let rows = sql("select state, count(*) as found from dq_alerts where state is not null group by state")
                .fetch_all(db)
                .await?;
            found = read_states(&rows)?;
        }
    }
    found.retain(|_, found| *found > 0);
    Ok(found)
}

fn read_states(rows: &[Record]) -> Result<BTreeMap<String, u64>, StoreError> {
    rows.iter().map(|row| Ok((row.text("state")?, row.count("found")?))).collect()
}

/// One alert.
pub async fn find_alert(db: &Database, alert: &AlertId) -> Result<Option<Alert>, StoreError> {
    let row = sql_joined(format!(
        "select {COLUMNS} from {TABLES} where a.alert_id = $1 and a.state is not null"
    ))
    .bind(alert.as_str())
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read_alert).transpose()
}

/// What happened to an alert, latest first.
pub async fn list_events(db: &Database, alert: &AlertId) -> Result<Vec<AlertEvent>, StoreError> {
    let rows = sql(
        "select e.at, e.actor_name, e.action, e.note, e.run_number, a.kind, a.source_type, a.column_name, {personal a.table_id a.column_name} as personal_word
         from alert_events e left join dq_alerts a on a.alert_id = e.alert_id where e.alert_id = $1 order by e.at desc, e.event_id desc limit 200",
    )
    .bind(alert.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let mut event = AlertEvent {
                at: row.time("at")?,
                actor_name: row.text("actor_name")?,
                action: row.text("action")?,
                note: row.text_opt("note")?,
                run_number: row.integer_opt("run_number")?,
            };
            // What a run noted is the title of that time; what a person wrote is the person's.
            if let Some(note) = event.note.as_mut().filter(|_| event.run_number.is_some()) {
                veil_of_column(row, row.text_opt("source_type")?.as_deref() == Some(source::ANOMALY), note)?;
            }
            Ok(event)
        })
        .collect()
}

/// A level of a cause in one run; 0 where the run looked and did not see it.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelPoint {
    /// Run.
    pub run_number: i64,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Level.
    pub level: f64,
}

/// The levels of alerts over the latest runs of their tables, oldest first, by alert.
pub async fn list_levels(db: &Database, alerts: &[Alert]) -> Result<BTreeMap<AlertId, Vec<LevelPoint>>, StoreError> {
    let rows = sql("select a.alert_id, latest.run_number, latest.completed_at, r.anomaly_result_id, r.evidence_json from dq_alerts a
         join (select rt.table_id, rt.profile_run_id, rt.attempt, rt.run_number, rt.completed_at,
                 row_number() over (partition by rt.table_id order by rt.run_number desc) as place
             from run_tables rt join dq_profiles p on p.profile_run_id = rt.profile_run_id and p.attempt = rt.attempt
             where rt.table_id in (select table_id from dq_alerts where alert_id in {list $1}) and rt.completed_at is not null
                 and rt.failure_json is null and p.status = 'completed') latest on latest.table_id = a.table_id and latest.place <= $2
         left join dq_profile_anomaly_results r on r.profile_run_id = latest.profile_run_id and r.attempt = latest.attempt and r.table_id = a.table_id
             and r.anomaly_type_id = a.kind and coalesce(r.column_name, '') = coalesce(a.column_name, '')
         where a.alert_id in {list $1} order by a.alert_id, latest.run_number")
    .bind(list_of(alerts.iter().map(|alert| alert.alert_id.as_str())))
    .bind(STRIP_RUNS)
    .fetch_all(db)
    .await?;
    let mut strips: BTreeMap<AlertId, Vec<LevelPoint>> = BTreeMap::new();
    for row in &rows {
        let is_found = row.text_opt("anomaly_result_id")?.is_some();
        let evidence: AnomalyEvidence = row.json_opt("evidence_json")?.unwrap_or_default();
        strips.entry(AlertId(row.text("alert_id")?)).or_default().push(LevelPoint {
            run_number: row.integer("run_number")?,
            at: row.time("completed_at")?,
            // A finding without a level of its own is there or not.
            level: if is_found { evidence.level.unwrap_or(1.0) } else { 0.0 },
        });
    }
    Ok(strips)
}

/// The open alerts that somebody ought to look at: those of one person first, then the worst of the others; up to `limit` of each.
pub async fn list_worst(db: &Database, group: Option<&TableGroupId>, me: &UserId, limit: u32) -> Result<Vec<Alert>, StoreError> {
    let text = format!(
        "select * from (select {COLUMNS}, 0 as place, a.severity_rank from {TABLES} where a.assigned_to = $3 and a.state = 'open' and ($1 is null or a.table_group_id = $1)
             order by a.severity_rank desc, a.last_seen_at desc, a.alert_id desc limit $2) mine
         union all select * from (select {COLUMNS}, 1 as place, a.severity_rank from {TABLES} where a.state = 'open' and coalesce(a.assigned_to, '') <> $3 and ($1 is null or a.table_group_id = $1)
             order by a.severity_rank desc, a.last_seen_at desc, a.alert_id desc limit $2) others
         order by place, severity_rank desc, last_seen_at desc, alert_id desc"
    );
    let rows = sql_joined(text)
        .bind(group.map(TableGroupId::as_str))
        .bind(limit)
        .bind(me.as_str())
        .fetch_all(db)
        .await?;
    rows.iter().map(read_alert).collect()
}

fn read_alert(row: &Record) -> Result<Alert, StoreError> {
    let connection = row.text_opt("connection_id")?;
    let table = match (connection, row.text_opt("table_name")?) {
        (Some(connection), Some(table_name)) if !table_name.is_empty() => Some(TableAddress {
            connection_id: ConnectionId(connection),
            schema_name: row.text_opt("schema_name")?.unwrap_or_default(),
            table_name,
        }),
        _ => None,
    };
    let state = row.word("state", AlertState::from_word)?;
    let mut alert = Alert {
        alert_id: AlertId(row.text("alert_id")?),
        source_type: row.text_opt("source_type")?.unwrap_or_default(),
        source_ref: row.text_opt("source_ref")?.unwrap_or_default(),
        kind: row.text_opt("kind")?.unwrap_or_default(),
        severity: row
            .text_opt("severity")?
            .as_deref()
            .and_then(Severity::parse)
            .unwrap_or(Severity::Medium),
        state,
        title: row.text_opt("title")?.unwrap_or_default(),
        details: row.text_opt("details")?.unwrap_or_default(),
        table_group_id: row.text_opt("table_group_id")?.map(TableGroupId),
        table,
        column_name: row.text_opt("column_name")?,
        level: row.real_opt("level")?,
        seen_count: row.count_opt("seen_count")?.unwrap_or(1),
        first_seen_at: row.time("first_seen_at")?,
        last_seen_at: row.time("last_seen_at")?,
        last_run_number: row.integer_opt("last_run_number")?,
        reopened_count: row.small_opt("reopened_count")?.unwrap_or(0),
        state_at: row.time_opt("state_at")?,
        state_by: row.text_opt("state_by")?,
        snoozed_until: row.time_opt("snoozed_until")?,
        snoozed_for: row.text_opt("snoozed_for")?.as_deref().and_then(SnoozeFor::from_word),
        // An alert that is open again keeps what was expected of it.
        dismissed_for: row
            .text_opt("dismissed_for")?
            .as_deref()
            .and_then(DismissReason::from_word)
            .filter(|_| state == AlertState::Dismissed),
        assigned_to: row.text_opt("assigned_to")?.map(UserId),
        assigned_name: row.text_opt("assigned_name")?,
        revision: row.integer_opt("revision")?.unwrap_or(0),
    };
    let is_ours = row.text_opt("source_type")?.as_deref() == Some(source::ANOMALY);
    veil_of_column(row, is_ours, &mut alert.title)?;
    // The title of what a program reports is made of its kind; the rest is the program's.
    veil_of_column(row, is_ours && row.text_opt("reported_by")?.is_none(), &mut alert.details)?;
    Ok(alert)
}

/// Masks a text of an alert as its reader gets it; only those about a column quote values.
fn veil_of_column(row: &Record, is_ours: bool, text: &mut String) -> Result<(), StoreError> {
    let Some(column) = row.text_opt("column_name")?.filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    let kind = row.text_opt("kind")?.unwrap_or_default();
    veil_text(row, &kind, is_ours, text, &format!("{column}: {MASK}"))
}
