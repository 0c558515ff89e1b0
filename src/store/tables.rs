//! Tables as discovery finds them, and the list of tables that pages show.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::characteristics::read_scope;
use super::statement::{Statement, sql_joined};
use super::table_rows::{SUMMARY_COLUMNS, SUMMARY_TABLES, read_summary};
use super::{Database, Record, StoreError, Transaction, Value, audit, like_anywhere, list_of, new_id, rows_insert, sql};
use crate::domain::anomaly::Severity;
use crate::domain::audit::Actor;
use crate::domain::connection::FoundTable;
use crate::domain::identifier::{TableGroupId, TableId};
use crate::domain::paging::{PAGE_SIZE, Page};
use crate::domain::query::{TableSort, TablesQuery};
use crate::domain::table::{OpenAlerts, TableSummary};

pub use super::table_details::get_table_detail;

/// A table counts as stale when its profile is older than this.
const STALE_AFTER_HOURS: i64 = 24;
/// Runs in the small history of a list.
pub(super) const HISTORY_RUNS: u32 = 30;

/// What a discovery changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDifference {
    /// Tables never seen before.
    pub added: u64,
    /// Tables that are no longer there.
    pub missing: u64,
    /// Tables that were missing and are back.
    pub returned: u64,
    /// Names of those that are no longer there.
    pub vanished: Vec<String>,
    /// Old and new names of those that seem to be renamed: gone and come at once, of one format and size that no other has.
    pub renamed: Vec<(String, String)>,
}

/// A table of a group with what the engine needs to read it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTable {
    /// Id.
    pub table_id: TableId,
    /// What discovery found.
    pub found: FoundTable,
    /// An inactive table is left out of runs.
    pub is_active: bool,
}

/// Stores what discovery found. A vanished table is marked, its profiles stay; a table that comes back keeps its id.
pub async fn replace_found_tables(
    tx: &mut Transaction,
    table_group_id: &TableGroupId,
    found: &[FoundTable],
    actor: &Actor,
) -> Result<FoundDifference, StoreError> {
    let mut known = HashMap::new();
    let rows = select_found("").bind(table_group_id.as_str()).fetch_all(&mut *tx).await?;
    for row in &rows {
        let is_missing = row.time_opt("missing_since")?.is_some();
        let table = read_group_table(row)?;
        known.insert(
            (table.found.schema_name.clone(), table.found.table_name.clone()),
            (table, is_missing),
        );
    }
    let mut difference = FoundDifference::default();
    let mut added = Vec::new();
    for table in found {
        match known.remove(&(table.schema_name.clone(), table.table_name.clone())) {
            None => {
                difference.added += 1;
                added.push(table);
            }
            Some((old, is_missing)) if is_missing || &old.found != table => {
                difference.returned += u64::from(is_missing);
                update_found(tx, &old.table_id, table).await?;
            }
            Some(_) => {}
        }
    }
    insert_found(tx, table_group_id, &added).await?;
    let gone: Vec<&GroupTable> = known
        .values()
        .filter(|(_, is_missing)| !is_missing)
        .map(|(table, _)| table)
        .collect();
    let missing: Vec<&TableId> = gone.iter().map(|table| &table.table_id).collect();
    difference.missing = missing.len() as u64;
    difference.vanished = gone.iter().map(|table| table.found.qualified_name()).collect();
    difference.vanished.sort_unstable();
    difference.renamed = renamed_tables(&gone, &added, found);
    record_new_names(tx, table_group_id, &difference.renamed).await?;
    sql("update dq_tables set missing_since = {now} where table_id in {list $1}")
        .bind(list_of(missing.iter().map(|id| id.as_str())))
        .execute(&mut *tx)
        .await?;
    let details = serde_json::json!({ "found": found.len(), "added": difference.added, "missing": difference.missing, "returned": difference.returned, "renamed": difference.renamed });
    audit::record(tx, actor, "tables.find", &format!("table_group:{table_group_id}"), details).await?;
    Ok(difference)
}

/// Pairs of tables that went and came at once. Only what no other table, gone or there, is like in format and size counts.
fn renamed_tables(gone: &[&GroupTable], added: &[&FoundTable], found: &[FoundTable]) -> Vec<(String, String)> {
    let is_like = |a: &FoundTable, b: &FoundTable| a.format == b.format && a.bytes == b.bytes && a.bytes > 0;
    let is_only = |new: &FoundTable| {
        let there = found.iter().filter(|other| is_like(other, new)).count();
        there == 1 && gone.iter().filter(|other| is_like(&other.found, new)).count() == 1
    };
    if gone.is_empty() {
        return Vec::new();
    }
    let mut renamed: Vec<(String, String)> = added
        .iter()
        .filter(|new| is_only(new))
        .filter_map(|new| {
            let old = gone.iter().find(|old| is_like(&old.found, new))?;
            Some((old.found.qualified_name(), new.qualified_name()))
        })
        .collect();
    renamed.sort_unstable();
    renamed
}

/// Both tables tell of each other.
async fn record_new_names(tx: &mut Transaction, group: &TableGroupId, renamed: &[(String, String)]) -> Result<(), StoreError> {
    for (old, new) in renamed {
        for (text, of, other) in [
            (
                "update dq_tables set renamed_to = $3 where table_group_id = $1 and (case schema_name when '-' then '' else schema_name || '.' end) || table_name = $2",
                old,
                new,
            ),
            (
                "update dq_tables set renamed_from = $3 where table_group_id = $1 and (case schema_name when '-' then '' else schema_name || '.' end) || table_name = $2",
                new,
                old,
            ),
        ] {
            sql(text).bind(group.as_str()).bind(of).bind(other).execute(&mut *tx).await?;
        }
    }
    Ok(())
}

/// Lists the tables of a group that the last discovery found.
pub async fn list_group_tables(db: &Database, table_group_id: &TableGroupId) -> Result<Vec<GroupTable>, StoreError> {
    let rows = select_found("and missing_since is null")
        .bind(table_group_id.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            let mut table = read_group_table(row)?;
            table.found.scope = read_scope(row)?;
            Ok(table)
        })
        .collect()
}

/// Lists tables with what their latest completed run says. Two statements, a third only beyond the last page.
pub async fn list_tables(db: &Database, query: &TablesQuery, now: DateTime<Utc>) -> Result<Page<TableSummary>, StoreError> {
    let limit = query.limit.unwrap_or(PAGE_SIZE);
    let offset = query.offset.unwrap_or(u64::from(query.page.max(1) - 1) * u64::from(limit));
    let order = match query.sort {
        TableSort::Name => "",
        TableSort::Rows => "ch.record_count desc nulls last,",
        TableSort::Null => "(ch.null_cell_count * 1.0 / nullif(ch.data_point_count, 0)) desc nulls last,",
        TableSort::Score => "ch.dq_score_profiling nulls last,",
        TableSort::Profiled => "ch.latest_run_completed_at nulls first,",
    };
    let by_schema = if query.flat {
        "lower(t.table_name), lower(t.schema_name)"
    } else {
        "lower(t.schema_name), lower(t.table_name)"
    };
    let text = format!(
        "select {SUMMARY_COLUMNS}, count(*) over () as total {SUMMARY_TABLES} {LIST_CONDITION}
         order by {order} {by_schema}, t.table_id limit $12 offset $13"
    );
    let rows = bind_filters(sql_joined(text), query, now)
        .bind(limit)
        .bind(offset)
        .fetch_all(db)
        .await?;
    let total = match rows.first() {
        Some(row) => row.count("total")?,
        None if offset == 0 => 0,
        None => count_tables(db, query, now).await?,
    };
    let mut items = rows.iter().map(read_summary).collect::<Result<Vec<_>, _>>()?;
    add_histories_and_alerts(db, &mut items).await?;
    Ok(Page {
        items,
        total,
        offset,
        limit,
    })
}

/// Finds one table with what its latest completed run says, and its history.
pub async fn find_table(db: &Database, table: &TableId) -> Result<Option<TableSummary>, StoreError> {
    let row = sql_joined(format!("select {SUMMARY_COLUMNS} {SUMMARY_TABLES} where t.table_id = $1"))
        .bind(table.as_str())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [read_summary(&row)?];
    add_histories_and_alerts(db, &mut found).await?;
    let [found] = found;
    Ok(Some(found))
}

/// Lets runs read a table, or leaves it out; false where it stood so already.
pub async fn set_table_active(tx: &mut Transaction, table: &TableId, is_active: bool, actor: &Actor) -> Result<bool, StoreError> {
    let changed = sql("update dq_tables set is_active = $2 where table_id = $1 and coalesce(is_active, true) <> $2")
        .bind(table.as_str())
        .bind(is_active)
        .execute(&mut *tx)
        .await?;
    if changed == 1 {
        let details = serde_json::json!({ "is_active": is_active });
        audit::record(tx, actor, "table.set_active", &format!("table:{table}"), details).await?;
    }
    Ok(changed == 1)
}

/// The filters of the list; `$1..$11` as [`bind_filters`] binds them.
const LIST_CONDITION: &str = "where ($1 is null or lower(t.schema_name || '.' || t.table_name) like lower($1) escape '!'
         or exists (select 1 from result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key
             where s.table_id = t.table_id and s.profile_run_id = ch.last_complete_profile_run_id and s.attempt = ch.last_complete_attempt
             and lower(c.column_name) like lower($1) escape '!')
         or exists (select 1 from written_results r where r.table_id = t.table_id and r.profile_run_id = ch.last_complete_profile_run_id
             and r.attempt = ch.last_complete_attempt and lower(r.column_name) like lower($1) escape '!'))
     and ($2 is null or g.connection_id = $2)
     and ($3 is null or t.table_group_id = $3)
     and ($4 is null or ch.latest_run_completed_at < $4)
     and (not $5 or ch.last_complete_profile_run_id is null)
     and (not $6 or ch.record_count = 0)
     and (t.missing_since is null or not $7)
     and ($8 is null or $8 in {list coalesce(ch.tags_json, '[]')}
         or exists (select 1 from dq_data_column_chars cc where cc.table_id = t.table_id and $8 in {list coalesce(cc.tags_json, '[]')}))
     and ($9 is null or g.dataset_id = $9)
     and ($10 is null or c.project_key = $10)
     and (not $11 or exists (select 1 from dq_alerts a where a.table_id = t.table_id and a.state = 'open'))";

fn bind_filters(statement: Statement, query: &TablesQuery, now: DateTime<Utc>) -> Statement {
    let some = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
    statement
        .bind(some(&query.q).map(|text| like_anywhere(&text)))
        .bind(some(&query.connection))
        .bind(some(&query.group))
        .bind(query.stale.then(|| now - Duration::hours(STALE_AFTER_HOURS)))
        .bind(query.never)
        .bind(query.empty)
        // A vanished table is listed only where somebody looks for it by name.
        .bind(query.q.is_empty())
        .bind(some(&query.tag))
        .bind(some(&query.dataset))
        .bind(some(&query.project))
        .bind(query.alerts)
}

async fn count_tables(db: &Database, query: &TablesQuery, now: DateTime<Utc>) -> Result<u64, StoreError> {
    bind_filters(
        sql_joined(format!("select count(*) as total {SUMMARY_TABLES} {LIST_CONDITION}")),
        query,
        now,
    )
    .fetch_one(db)
    .await?
    .count("total")
}

/// Fills in the row counts of the last completed runs and the open alerts, for all tables of a page at once.
async fn add_histories_and_alerts(db: &Database, tables: &mut [TableSummary]) -> Result<(), StoreError> {
    if tables.is_empty() {
        return Ok(());
    }
    // Alerts have no run; the worst of them stands where a line of the history has nothing.
    let rows = sql("select table_id, row_count as figure, run_number, null as worst from (
             select table_id, row_count, run_number, row_number() over (partition by table_id order by run_number desc) as place
             from run_tables where table_id in {list $1} and completed_at is not null and failure_json is null) newest
         where place <= $2
         union all
         select table_id, count(*), 0, max(severity_rank) from dq_alerts where table_id in {list $1} and state = 'open' group by table_id
         order by 1, 3")
    .bind(list_of(tables.iter().map(|table| table.table_id.as_str())))
    .bind(HISTORY_RUNS)
    .fetch_all(db)
    .await?;
    let mut histories: HashMap<String, Vec<u64>> = HashMap::new();
    let mut alerts: HashMap<String, OpenAlerts> = HashMap::new();
    for row in &rows {
        let (table, figure) = (row.text("table_id")?, row.count("figure")?);
        if row.integer("run_number")? > 0 {
            histories.entry(table).or_default().push(figure);
        } else {
            let worst = row.small_opt("worst")?.and_then(|rank| Severity::ALL.get(rank as usize)).copied();
            alerts.insert(table, OpenAlerts { count: figure, worst });
        }
    }
    for table in tables {
        table.row_history = histories.remove(table.table_id.as_str()).unwrap_or_default();
        table.open_alerts = Some(alerts.remove(table.table_id.as_str()).unwrap_or_default());
    }
    Ok(())
}

fn select_found(condition: &'static str) -> Statement {
    sql_joined(format!(
        "select table_id, schema_name, table_name, format, bytes, files_json, missing_since, left_out_json, row_filter, coalesce(is_active, true) as is_active,
             {{personal_columns table_id}} as personal_columns
         from dq_tables where table_group_id = $1 {condition} order by schema_name, table_name"
    ))
}

fn read_group_table(row: &Record) -> Result<GroupTable, StoreError> {
    Ok(GroupTable {
        table_id: TableId(row.text("table_id")?),
        is_active: row.flag("is_active")?,
        found: FoundTable {
            schema_name: row.text("schema_name")?,
            table_name: row.text("table_name")?,
            format: row.text("format")?,
            files: row.json_opt("files_json")?.unwrap_or_default(),
            bytes: row.count("bytes")?,
            scope: Default::default(),
        },
    })
}

async fn insert_found(tx: &mut Transaction, table_group_id: &TableGroupId, found: &[&FoundTable]) -> Result<(), StoreError> {
    let created_at = sql("select {now} as created_at").fetch_one(&mut *tx).await?.time("created_at")?;
    let rows = found
        .iter()
        .map(|table| {
            vec![
                Value::from(new_id()),
                Value::from(table_group_id.as_str()),
                Value::from(&table.schema_name),
                Value::from(&table.table_name),
                Value::from(created_at),
                Value::from(&table.format),
                Value::from(table.bytes),
                Value::from(list_of(&table.files)),
            ]
        })
        .collect();
    let columns = &[
        "table_id",
        "table_group_id",
        "schema_name",
        "table_name",
        "created_at",
        "format",
        "bytes",
        "files_json",
    ];
    for statement in rows_insert("dq_tables", columns, rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

async fn update_found(tx: &mut Transaction, table_id: &TableId, found: &FoundTable) -> Result<(), StoreError> {
    sql("update dq_tables set format = $2, bytes = $3, files_json = $4, missing_since = null, renamed_to = null where table_id = $1")
        .bind(table_id.as_str())
        .bind(&found.format)
        .bind(found.bytes)
        .bind(list_of(&found.files))
        .execute(tx)
        .await?;
    Ok(())
}
