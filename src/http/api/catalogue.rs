//! The catalogue for programs: projects, connections, table groups, tables.

use axum::Json;
use axum::extract::Path;

use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::store::seed_lists::{self, SeedConnection, SeedProject, SeedTable, SeedTableGroup};

/// All projects
#[utoipa::path(
    get, path = "/api/projects", operation_id = "list_projects", tag = "Catalogue",
    responses((status = 200, description = "Projects by name", body = Vec<SeedProject>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn projects(Console { state, .. }: Console) -> Result<Json<Vec<SeedProject>>, Problem> {
    Ok(Json(seed_lists::list_projects(&state.db).await?))
}

/// The connections of a project
///
/// Never their secrets.
#[utoipa::path(
    get, path = "/api/projects/{project_key}/connections", operation_id = "list_connections", tag = "Catalogue",
    params(("project_key" = String, Path, description = "Project")),
    responses((status = 200, description = "Connections by name", body = Vec<SeedConnection>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn connections(Console { state, .. }: Console, Path(project): Path<String>) -> Result<Json<Vec<SeedConnection>>, Problem> {
    let found = seed_lists::list_connections_of(&state.db, &project).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// The table groups of a connection
#[utoipa::path(
    get, path = "/api/connections/{connection_id}/table-groups", operation_id = "list_table_groups", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "Groups by name", body = Vec<SeedTableGroup>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn table_groups(Console { state, .. }: Console, Path(connection): Path<String>) -> Result<Json<Vec<SeedTableGroup>>, Problem> {
    let found = seed_lists::list_groups_of(&state.db, &connection).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// The tables of a table group
///
/// Those that were there when Limn looked last.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/tables", operation_id = "list_tables", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group")),
    responses((status = 200, description = "Tables by name", body = Vec<SeedTable>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn tables(Console { state, .. }: Console, Path(group): Path<String>) -> Result<Json<Vec<SeedTable>>, Problem> {
    let found = seed_lists::list_tables_of(&state.db, &group).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}
