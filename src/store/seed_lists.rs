//! The catalogue in the words of the seed's lists: connections, table groups, tables. Projects are `projects.rs`.

use serde::Serialize;

use super::{Database, StoreError, sql};

/// A connection; never a secret.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SeedConnection {
    /// Id.
    pub connection_id: String,
    /// Its project.
    pub project_key: String,
    /// Name.
    pub name: Option<String>,
    /// Catalog.
    pub catalog: Option<String>,
    /// Schema.
    pub schema_name: Option<String>,
    /// Path of the warehouse.
    pub http_path: Option<String>,
    /// What it reads.
    pub kind: String,
    /// Whether it may be profiled.
    pub is_active: bool,
}

/// A table group.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SeedTableGroup {
    /// Id.
    pub table_group_id: String,
    /// Its connection.
    pub connection_id: String,
    /// Name.
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// Tables taken in.
    pub profiling_include_mask: Option<String>,
    /// Tables left out.
    pub profiling_exclude_mask: Option<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SeedTable {
    /// Id.
    pub table_id: String,
    /// Its group.
    pub table_group_id: String,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// The writer's own id of it.
    pub source_table_id: Option<String>,
}

/// Lists the connections of a project by name; nothing where there is no such project.
pub async fn list_connections_of(db: &Database, project_key: &str) -> Result<Option<Vec<SeedConnection>>, StoreError> {
    let rows = sql("select p.project_key as known, c.connection_id, c.project_key, c.name, c.catalog, c.schema_name, c.http_path, c.kind, c.is_active
         from dq_projects p left join dq_connections c on c.project_key = p.project_key where p.project_key = $1 order by c.name, c.connection_id")
    .bind(project_key)
    .fetch_all(db)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let known = rows.iter().filter(|row| matches!(row.text_opt("connection_id"), Ok(Some(_))));
    known
        .map(|row| {
            Ok(SeedConnection {
                connection_id: row.text("connection_id")?,
                project_key: row.text("project_key")?,
                name: row.text_opt("name")?,
                catalog: row.text_opt("catalog")?,
                schema_name: row.text_opt("schema_name")?,
                http_path: row.text_opt("http_path")?,
                kind: row.text("kind")?,
                is_active: row.flag("is_active")?,
            })
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}

/// Lists the groups of a connection by name; nothing where there is no such connection.
pub async fn list_groups_of(db: &Database, connection_id: &str) -> Result<Option<Vec<SeedTableGroup>>, StoreError> {
    let rows = sql(
        "select c.connection_id, g.table_group_id, g.name, g.description, g.profiling_include_mask, g.profiling_exclude_mask
         from dq_connections c left join dq_table_groups g on g.connection_id = c.connection_id where c.connection_id = $1
         order by g.name, g.table_group_id",
    )
    .bind(connection_id)
    .fetch_all(db)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let known = rows.iter().filter(|row| matches!(row.text_opt("table_group_id"), Ok(Some(_))));
    known
        .map(|row| {
            Ok(SeedTableGroup {
                table_group_id: row.text("table_group_id")?,
                connection_id: row.text("connection_id")?,
                name: row.text_opt("name")?,
                description: row.text_opt("description")?,
                profiling_include_mask: row.text_opt("profiling_include_mask")?,
                profiling_exclude_mask: row.text_opt("profiling_exclude_mask")?,
            })
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}

/// Lists the tables of a group by name; nothing where there is no such group.
pub async fn list_tables_of(db: &Database, table_group_id: &str) -> Result<Option<Vec<SeedTable>>, StoreError> {
    let rows = sql("select g.table_group_id, t.table_id, t.schema_name, t.table_name, t.source_table_id
         from dq_table_groups g left join dq_tables t on t.table_group_id = g.table_group_id and t.missing_since is null
         where g.table_group_id = $1 order by t.table_name, t.schema_name")
    .bind(table_group_id)
    .fetch_all(db)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let known = rows.iter().filter(|row| matches!(row.text_opt("table_id"), Ok(Some(_))));
    known
        .map(|row| {
            Ok(SeedTable {
                table_id: row.text("table_id")?,
                table_group_id: row.text("table_group_id")?,
                schema_name: row.text("schema_name")?,
                table_name: row.text("table_name")?,
                source_table_id: row.text_opt("source_table_id")?,
            })
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}
