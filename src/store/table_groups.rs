//! Table groups: made, changed, removed with everything that depends on them.

use super::table_removal::delete_tables;
use super::{Database, StoreError, Transaction, audit, list_of, masking, role_scopes, run_deletion, sql};
use crate::domain::audit::Actor;
use crate::domain::connection::FoundTable;
use crate::domain::group_mask::is_in_masks;
use crate::domain::identifier::{ConnectionId, RunId, TableGroupId, slug};

/// What a person says of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct GroupText {
    /// Name.
    pub name: String,
    /// In words.
    pub description: String,
    /// Names or wildcards; empty means all.
    pub include_mask: String,
    /// Names or wildcards to leave out.
    pub exclude_mask: String,
    /// Whether values of personal columns are masked before they are stored.
    pub mask_before_storing: bool,
}

/// How much depends on a part of the catalogue, and goes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DependentCounts {
    /// Tables.
    pub tables: u64,
    /// Runs that have ended.
    pub runs: u64,
    /// Runs that have not.
    pub active_runs: u64,
    /// Alerts in any state.
    pub alerts: u64,
    /// Tests.
    pub tests: u64,
}

/// Makes a group; its id is made of the connection's and the name, and never changes.
pub async fn create_group(
    tx: &mut Transaction,
    connection: &ConnectionId,
    text: &GroupText,
    actor: &Actor,
) -> Result<TableGroupId, StoreError> {
    let known = sql("select 1 as one from dq_connections where connection_id = $1")
        .bind(connection.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    if known.is_none() {
        return Err(StoreError::missing(format!("connection {connection}")));
    }
    let stem = format!("{connection}-{}", slug(&text.name, "group"));
    for number in 1_u32.. {
        let id = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        let added = sql(
            "insert into dq_table_groups (table_group_id, connection_id, name, description, profiling_include_mask, profiling_exclude_mask,
                 mask_before_storing, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, {now}, {now}) on conflict (table_group_id) do nothing",
        )
        .bind(&id)
        .bind(connection.as_str())
        .bind(&text.name)
        .bind(&text.description)
        .bind(&text.include_mask)
        .bind(&text.exclude_mask)
        .bind(text.mask_before_storing)
        .execute(&mut *tx)
        .await?;
        if added == 1 {
            let details = serde_json::json!({ "connection_id": connection, "text": text });
            audit::record(tx, actor, "table_group.create", &format!("table_group:{id}"), details).await?;
            return Ok(TableGroupId(id));
        }
    }
    Err(StoreError::Taken { what: stem })
}

/// Changes what a person says of a group; false where it stood so already.
pub async fn update_group(tx: &mut Transaction, group: &TableGroupId, text: &GroupText, actor: &Actor) -> Result<bool, StoreError> {
    let changed = sql("update dq_table_groups set name = $2, description = $3, profiling_include_mask = $4, profiling_exclude_mask = $5, mask_before_storing = $6,
             updated_at = {now}
         where table_group_id = $1 and (coalesce(name, '') <> $2 or coalesce(description, '') <> $3 or coalesce(profiling_include_mask, '') <> $4
             or coalesce(profiling_exclude_mask, '') <> $5 or coalesce(mask_before_storing, false) <> $6)")
    .bind(group.as_str())
    .bind(&text.name)
    .bind(&text.description)
    .bind(&text.include_mask)
    .bind(&text.exclude_mask)
    .bind(text.mask_before_storing)
    .execute(&mut *tx)
    .await?;
    if changed == 1 && text.mask_before_storing {
        masking::forget_states(tx, group).await?;
    }
    if changed == 1 {
        audit::record(
            tx,
            actor,
            "table_group.change",
            &format!("table_group:{group}"),
            serde_json::json!({ "text": text }),
        )
        .await?;
    }
    Ok(changed == 1)
}

/// Allows or refuses profiling of a group; false where it stood so already.
pub async fn set_group_active(tx: &mut Transaction, group: &TableGroupId, is_active: bool, actor: &Actor) -> Result<bool, StoreError> {
    let changed =
        sql("update dq_table_groups set is_active = $2, updated_at = {now} where table_group_id = $1 and coalesce(is_active, true) <> $2")
            .bind(group.as_str())
            .bind(is_active)
            .execute(&mut *tx)
            .await?;
    if changed == 1 {
        let details = serde_json::json!({ "is_active": is_active });
        audit::record(tx, actor, "table_group.set_active", &format!("table_group:{group}"), details).await?;
    }
    Ok(changed == 1)
}

/// The tables of a connection as its groups know them, each once: what masks are tried on.
pub async fn list_known_tables(db: &Database, connection: &ConnectionId) -> Result<Vec<FoundTable>, StoreError> {
    let rows = sql(
        "select t.schema_name, t.table_name, t.format, t.bytes, t.files_json, t.missing_since, g.profiling_include_mask, g.profiling_exclude_mask
         from dq_tables t join dq_table_groups g on g.table_group_id = t.table_group_id
         where g.connection_id = $1 order by t.schema_name, t.table_name, case when t.missing_since is null then 0 else 1 end, t.created_at, t.table_id",
    )
    .bind(connection.as_str())
    .fetch_all(db)
    .await?;
    let mut known: Vec<FoundTable> = Vec::new();
    for row in &rows {
        let table = FoundTable {
            schema_name: row.text("schema_name")?,
            table_name: row.text("table_name")?,
            format: row.text("format")?,
            files: row.json_opt("files_json")?.unwrap_or_default(),
            bytes: row.count("bytes")?,
            scope: Default::default(),
        };
        let is_again = known
            .last()
            .is_some_and(|last| (&last.schema_name, &last.table_name) == (&table.schema_name, &table.table_name));
        let include = row.text_opt("profiling_include_mask")?.unwrap_or_default();
        let exclude = row.text_opt("profiling_exclude_mask")?.unwrap_or_default();
        let is_gone = row.time_opt("missing_since")?.is_some() && is_in_masks(&include, &exclude, &table.schema_name, &table.table_name);
        if !is_again && !is_gone {
            known.push(table);
        }
    }
    Ok(known)
}

/// Counts what depends on a group.
pub async fn count_dependents(db: &Database, group: &TableGroupId) -> Result<DependentCounts, StoreError> {
    count_dependents_of(db, std::slice::from_ref(group)).await
}

/// Counts what depends on some groups together.
pub async fn count_dependents_of(db: &Database, groups: &[TableGroupId]) -> Result<DependentCounts, StoreError> {
    let row = sql("select (select count(*) from dq_tables where table_group_id in {list $1}) as table_count,
             (select count(*) from dq_profiles where table_group_id in {list $1} and status in ('completed', 'failed', 'cancelled')) as run_count,
             (select count(*) from dq_profiles where table_group_id in {list $1} and status in ('pending', 'running')) as active_count,
             (select count(*) from dq_alerts where table_group_id in {list $1}) as alert_count,
             (select count(*) from dq_tests where table_group_id in {list $1}) as test_count")
    .bind(list_of(groups.iter().map(TableGroupId::as_str)))
    .fetch_one(db)
    .await?;
    Ok(DependentCounts {
        tables: row.count("table_count")?,
        runs: row.count("run_count")?,
        active_runs: row.count("active_count")?,
        alerts: row.count("alert_count")?,
        tests: row.count("test_count")?,
    })
}

/// Removes a group with its tables, runs, states and characteristics. The caller has made sure that no run is active: one that
/// began meanwhile makes the database refuse.
pub async fn delete_group(tx: &mut Transaction, group: &TableGroupId, actor: &Actor) -> Result<(), StoreError> {
    let rows = sql("select profile_run_id from dq_profiles where table_group_id = $1")
        .bind(group.as_str())
        .fetch_all(&mut *tx)
        .await?;
    let runs = rows
        .iter()
        .map(|row| Ok(RunId(row.text("profile_run_id")?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    run_deletion::delete_runs(tx, &runs, &format!("the group {group} was removed"), actor).await?;
    role_scopes::forget_group(tx, group).await?;
    let rows = sql("select table_id from dq_tables where table_group_id = $1")
        .bind(group.as_str())
        .fetch_all(&mut *tx)
        .await?;
    let tables = rows.iter().map(|row| row.text("table_id")).collect::<Result<Vec<_>, _>>()?;
    delete_tables(tx, &tables).await?;
    // Those that are about no table.
    for text in [
        "delete from alert_events where alert_id in (select alert_id from dq_alerts where table_group_id = $1)",
        "delete from dq_alerts where table_group_id = $1",
    ] {
        sql(text).bind(group.as_str()).execute(&mut *tx).await?;
    }
    let removed = sql("delete from dq_table_groups where table_group_id = $1")
        .bind(group.as_str())
        .execute(&mut *tx)
        .await?;
    if removed == 0 {
        return Err(StoreError::missing(format!("table group {group}")));
    }
    let details = serde_json::json!({ "tables": tables.len(), "runs": runs.len() });
    audit::record(tx, actor, "table_group.delete", &format!("table_group:{group}"), details).await
}
