//! Connections, their table groups, and the project that owns them.

use super::statement::{Statement, sql_joined};
use super::{Database, Record, StoreError, Transaction, audit, sql, table_groups, test_suites};
use crate::domain::audit::Actor;
use crate::domain::connection::{Connection, ConnectionKind, TableGroup};
use crate::domain::identifier::{ConnectionId, ProjectKey, TableGroupId, slug};

/// The project that the first connection makes.
const DEFAULT_PROJECT: (&str, &str) = ("default", "Default project");

/// A connection to make.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The project that it belongs to; the oldest where nobody says.
    pub project_key: Option<ProjectKey>,
    /// Name; its slug becomes the id.
    pub name: String,
    /// Kind.
    pub kind: ConnectionKind,
    /// A canonical path, or an address without a password.
    pub location: String,
}

/// Makes a connection with one group of all its tables and a test suite, and the default project where there is none.
pub async fn create_connection(tx: &mut Transaction, new: NewConnection, actor: &Actor) -> Result<Connection, StoreError> {
    let project_key = match &new.project_key {
        Some(key) => key.clone(),
        None => ensure_project(tx).await?,
    };
    let connection_id = insert_with_free_slug(tx, &new, &project_key).await?;
    let table_group_id = TableGroupId(format!("{connection_id}-all"));
    sql("insert into dq_table_groups (table_group_id, connection_id, name, description, profiling_include_mask, profiling_exclude_mask, created_at, updated_at)
         values ($1, $2, $3, '', '', '', {now}, {now})")
    .bind(table_group_id.as_str())
    .bind(connection_id.as_str())
    .bind(&new.name)
    .execute(&mut *tx)
    .await?;
    test_suites::keep_default(tx, connection_id.as_str()).await?;
    let details = serde_json::json!({ "name": new.name, "kind": new.kind, "location": new.location });
    audit::record(tx, actor, "connection.create", &format!("connection:{connection_id}"), details).await?;
    let rows = select_connections("where c.connection_id = $1")
        .bind(connection_id.as_str())
        .fetch_all(tx)
        .await?;
    read_connections(&rows)?
        .pop()
        .ok_or_else(|| StoreError::missing(format!("connection {connection_id}")))
}

/// Lists all connections with their groups, by name.
pub async fn list_connections(db: &Database) -> Result<Vec<Connection>, StoreError> {
    read_connections(&select_connections("").fetch_all(db).await?)
}

/// Finds one connection with its groups.
pub async fn find_connection(db: &Database, connection_id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
    let rows = select_connections("where c.connection_id = $1")
        .bind(connection_id.as_str())
        .fetch_all(db)
        .await?;
    Ok(read_connections(&rows)?.pop())
}

/// Finds a group and the connection it reads through.
pub async fn find_table_group(db: &Database, table_group_id: &TableGroupId) -> Result<Option<(Connection, TableGroup)>, StoreError> {
    let rows = select_connections("where c.connection_id = (select connection_id from dq_table_groups where table_group_id = $1)")
        .bind(table_group_id.as_str())
        .fetch_all(db)
        .await?;
    let Some(connection) = read_connections(&rows)?.pop() else {
        return Ok(None);
    };
    let group = connection
        .groups
        .iter()
        .find(|group| &group.table_group_id == table_group_id)
        .cloned();
    Ok(group.map(|group| (connection, group)))
}

/// Lists all groups, by connection and name.
pub async fn list_table_groups(db: &Database) -> Result<Vec<TableGroup>, StoreError> {
    Ok(list_connections(db)
        .await?
        .into_iter()
        .flat_map(|connection| connection.groups)
        .collect())
}

/// Lists the groups of all connections of a project.
pub async fn list_groups_of_project(db: &Database, project: &ProjectKey) -> Result<Vec<TableGroupId>, StoreError> {
    let rows = sql(
        "select g.table_group_id from dq_table_groups g join dq_connections c on c.connection_id = g.connection_id
         where c.project_key = $1 order by g.table_group_id",
    )
    .bind(project.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok(TableGroupId(row.text("table_group_id")?))).collect()
}

/// Allows or refuses profiling through a connection; false where it stood so already.
pub async fn set_connection_active(
    tx: &mut Transaction,
    connection_id: &ConnectionId,
    is_active: bool,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let changed = sql("update dq_connections set is_active = $2, updated_at = {now} where connection_id = $1 and is_active <> $2")
        .bind(connection_id.as_str())
        .bind(is_active)
        .execute(&mut *tx)
        .await?;
    if changed == 0 {
        let known = sql("select 1 as one from dq_connections where connection_id = $1")
            .bind(connection_id.as_str())
            .fetch_optional(tx)
            .await?;
        return if known.is_some() {
            Ok(false)
        } else {
            Err(StoreError::missing(format!("connection {connection_id}")))
        };
    }
    audit::record(
        tx,
        actor,
        "connection.set_active",
        &format!("connection:{connection_id}"),
        serde_json::json!({ "is_active": is_active }),
    )
    .await?;
    Ok(true)
}

/// What may change of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionText {
    /// Name.
    pub name: String,
    /// The project that it belongs to.
    pub project_key: ProjectKey,
    /// A canonical path, or an address without a password.
    pub location: String,
}

/// Changes a connection; false where it stood so already.
pub async fn update_connection(tx: &mut Transaction, id: &ConnectionId, text: &ConnectionText, actor: &Actor) -> Result<bool, StoreError> {
    let changed = sql(
        "update dq_connections set name = $2, project_key = $3, location = $4, updated_at = {now}
         where connection_id = $1 and (coalesce(name, '') <> $2 or project_key <> $3 or location <> $4)",
    )
    .bind(id.as_str())
    .bind(&text.name)
    .bind(text.project_key.as_str())
    .bind(&text.location)
    .execute(&mut *tx)
    .await?;
    if changed == 1 {
        test_suites::keep_default(tx, id.as_str()).await?;
        let details = serde_json::json!({ "name": text.name, "project_key": text.project_key, "location": text.location });
        audit::record(tx, actor, "connection.change", &format!("connection:{id}"), details).await?;
    }
    Ok(changed == 1)
}

/// Removes a connection with all its groups, their tables and runs. The caller has made sure that no run is active.
pub async fn delete_connection(tx: &mut Transaction, connection: &Connection, actor: &Actor) -> Result<(), StoreError> {
    let id = &connection.connection_id;
    for group in &connection.groups {
        table_groups::delete_group(tx, &group.table_group_id, actor).await?;
    }
    test_suites::delete_default(tx, id.as_str()).await?;
    let removed = sql("delete from dq_connections where connection_id = $1")
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    if removed == 0 {
        return Err(StoreError::missing(format!("connection {id}")));
    }
    let details = serde_json::json!({ "name": connection.name, "groups": connection.groups.len() });
    audit::record(tx, actor, "connection.delete", &format!("connection:{id}"), details).await
}

/// The key of the oldest project; made where there is none.
async fn ensure_project(tx: &mut Transaction) -> Result<ProjectKey, StoreError> {
    let (key, name) = DEFAULT_PROJECT;
    sql("insert into dq_projects (project_key, name, description, created_at, updated_at)
         select $1, $2, '', {now}, {now} where not exists (select 1 from dq_projects) on conflict (project_key) do nothing")
    .bind(key)
    .bind(name)
    .execute(&mut *tx)
    .await?;
    let row = sql("select project_key from dq_projects order by created_at, project_key limit 1")
        .fetch_one(tx)
        .await?;
    Ok(ProjectKey(row.text("project_key")?))
}

/// Inserts the connection under the first of `shop`, `shop-2`, `shop-3`, ... that is free.
async fn insert_with_free_slug(tx: &mut Transaction, new: &NewConnection, project_key: &ProjectKey) -> Result<ConnectionId, StoreError> {
    let stem = slug(&new.name, "connection");
    // The page of a connection stands beside the page of a new one.
    let mut number = if stem == "new" { 2_u32 } else { 1 };
    loop {
        let id = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        let added = sql(
            "insert into dq_connections (connection_id, project_key, name, kind, location, is_active, created_at, updated_at)
             values ($1, $2, $3, $4, $5, true, {now}, {now}) on conflict (connection_id) do nothing",
        )
        .bind(&id)
        .bind(project_key.as_str())
        .bind(&new.name)
        .bind(new.kind.word())
        .bind(&new.location)
        .execute(&mut *tx)
        .await?;
        if added == 1 {
            return Ok(ConnectionId(id));
        }
        number += 1;
    }
}

/// One row a group; a connection without groups has one row.
fn select_connections(condition: &'static str) -> Statement {
    sql_joined(format!(
        "select c.connection_id, c.project_key, p.name as project_name, coalesce(p.is_active, true) as is_project_active, c.name, c.kind, c.location, c.is_active, c.created_at,
             g.table_group_id, coalesce(g.is_active, true) as is_group_active, g.name as group_name, g.description, g.profiling_include_mask, g.profiling_exclude_mask,
             coalesce(g.mask_before_storing, false) as mask_before_storing,
             (select count(*) from dq_tables t where t.table_group_id = g.table_group_id and t.missing_since is null) as table_count
         from dq_connections c join dq_projects p on p.project_key = c.project_key
             left join dq_table_groups g on g.connection_id = c.connection_id {condition}
         order by lower(c.name), c.connection_id, lower(g.name), g.table_group_id"
    ))
}

fn read_connections(rows: &[Record]) -> Result<Vec<Connection>, StoreError> {
    let mut connections: Vec<Connection> = Vec::new();
    for row in rows {
        let connection_id = ConnectionId(row.text("connection_id")?);
        if connections.last().is_none_or(|last| last.connection_id != connection_id) {
            connections.push(Connection {
                connection_id: connection_id.clone(),
                project_key: ProjectKey(row.text("project_key")?),
                project_name: row.text_opt("project_name")?.unwrap_or_default(),
                is_project_active: row.flag("is_project_active")?,
                name: row.text("name")?,
                kind: row.word("kind", ConnectionKind::from_word)?,
                location: row.text("location")?,
                is_active: row.flag("is_active")?,
                created_at: row.time("created_at")?,
                groups: Vec::new(),
            });
        }
        if let (Some(table_group_id), Some(connection)) = (row.text_opt("table_group_id")?, connections.last_mut()) {
            connection.groups.push(TableGroup {
                table_group_id: TableGroupId(table_group_id),
                connection_id,
                name: row.text("group_name")?,
                description: row.text_opt("description")?.unwrap_or_default(),
                include_mask: row.text_opt("profiling_include_mask")?.unwrap_or_default(),
                exclude_mask: row.text_opt("profiling_exclude_mask")?.unwrap_or_default(),
                table_count: row.count("table_count")?,
                is_active: row.flag("is_group_active")?,
                mask_before_storing: row.flag("mask_before_storing")?,
            });
        }
    }
    Ok(connections)
}
