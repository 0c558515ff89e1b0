//! Projects: listed, made, changed, switched off and on, removed when nothing belongs to them.

use super::statement::{Statement, sql_joined};
use super::{Database, Record, StoreError, Transaction, audit, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::{ProjectKey, slug};
use crate::domain::project::Project;

/// What a person says of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ProjectText {
    /// Name.
    pub name: String,
    /// In words.
    pub description: String,
}

/// Lists all projects by name.
pub async fn list_projects(db: &Database) -> Result<Vec<Project>, StoreError> {
    let rows = select_projects("").fetch_all(db).await?;
    rows.iter().map(read_project).collect()
}

/// Finds one project.
pub async fn find_project(db: &Database, key: &ProjectKey) -> Result<Option<Project>, StoreError> {
    let row = select_projects("where p.project_key = $1")
        .bind(key.as_str())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_project).transpose()
}

/// Makes a project; its key is made of the name and never changes.
pub async fn create_project(tx: &mut Transaction, text: &ProjectText, actor: &Actor) -> Result<ProjectKey, StoreError> {
    let stem = slug(&text.name, "project");
    for number in 1_u32.. {
        let key = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        let added = sql(
            "insert into dq_projects (project_key, name, description, is_active, created_at, updated_at)
             values ($1, $2, $3, true, {now}, {now}) on conflict (project_key) do nothing",
        )
        .bind(&key)
        .bind(&text.name)
        .bind(&text.description)
        .execute(&mut *tx)
        .await?;
        if added == 1 {
            let details = serde_json::json!({ "text": text });
            audit::record(tx, actor, "project.create", &format!("project:{key}"), details).await?;
            return Ok(ProjectKey(key));
        }
    }
    Err(StoreError::Taken { what: stem })
}

/// Changes what a person says of a project; false where it stood so already.
pub async fn update_project(tx: &mut Transaction, key: &ProjectKey, text: &ProjectText, actor: &Actor) -> Result<bool, StoreError> {
    let changed = sql("update dq_projects set name = $2, description = $3, updated_at = {now}
         where project_key = $1 and (coalesce(name, '') <> $2 or coalesce(description, '') <> $3)")
    .bind(key.as_str())
    .bind(&text.name)
    .bind(&text.description)
    .execute(&mut *tx)
    .await?;
    if changed == 1 {
        let details = serde_json::json!({ "text": text });
        audit::record(tx, actor, "project.change", &format!("project:{key}"), details).await?;
    }
    Ok(changed == 1)
}

/// Allows or refuses profiling through all connections of a project; false where it stood so already.
pub async fn set_project_active(tx: &mut Transaction, key: &ProjectKey, is_active: bool, actor: &Actor) -> Result<bool, StoreError> {
    let changed =
        sql("update dq_projects set is_active = $2, updated_at = {now} where project_key = $1 and coalesce(is_active, true) <> $2")
            .bind(key.as_str())
            .bind(is_active)
            .execute(&mut *tx)
            .await?;
    if changed == 1 {
        let details = serde_json::json!({ "is_active": is_active });
        audit::record(tx, actor, "project.set_active", &format!("project:{key}"), details).await?;
    }
    Ok(changed == 1)
}

/// Removes a project to which nothing belongs any more: a connection or suite that was added meanwhile keeps it.
pub async fn delete_project(tx: &mut Transaction, key: &ProjectKey, actor: &Actor) -> Result<bool, StoreError> {
    sql("delete from dq_datasets where project_key = $1 and not exists (select 1 from dq_connections where project_key = $1)")
        .bind(key.as_str())
        .execute(&mut *tx)
        .await?;
    let removed = sql("delete from dq_projects where project_key = $1
         and not exists (select 1 from dq_connections where project_key = $1)
         and not exists (select 1 from dq_test_suites where project_key = $1)")
    .bind(key.as_str())
    .execute(&mut *tx)
    .await?;
    if removed == 1 {
        audit::record(tx, actor, "project.delete", &format!("project:{key}"), serde_json::json!({})).await?;
    }
    Ok(removed == 1)
}

fn select_projects(condition: &'static str) -> Statement {
    sql_joined(format!(
        "select p.project_key, p.name, p.description, p.sql_flavor, p.workspace_id, coalesce(p.is_active, true) as is_active,
             (select count(*) from dq_datasets d where d.project_key = p.project_key) as dataset_count,
             (select count(*) from dq_connections c where c.project_key = p.project_key) as connection_count,
             (select count(*) from dq_test_suites s where s.project_key = p.project_key) as test_suite_count
         from dq_projects p {condition} order by lower(p.name), p.project_key"
    ))
}

fn read_project(row: &Record) -> Result<Project, StoreError> {
    let project_key = ProjectKey(row.text("project_key")?);
    Ok(Project {
        name: row.text_opt("name")?.unwrap_or_else(|| project_key.to_string()),
        project_key,
        description: row.text_opt("description")?.unwrap_or_default(),
        is_active: row.flag("is_active")?,
        connection_count: row.count("connection_count")?,
        test_suite_count: row.count("test_suite_count")?,
        dataset_count: row.count("dataset_count")?,
        sql_flavor: row.text_opt("sql_flavor")?,
        workspace_id: row.text_opt("workspace_id")?,
    })
}
